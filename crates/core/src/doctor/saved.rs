//! The probes of the keys and of the backups: which ways in are whole; whether the last backup and its drill went well and are not old,
//! whether their folder can be reached, and whether one disk would take both away. Tries no key; looks at the folder and reads no
//! backup: that is the drill's.

use std::path::Path;

use liasse_domain::{Code, Coded, Instant};

use super::{Name, Probe};
use crate::backup::{Standing, said};
use crate::data_dir::{DataDir, World};
use crate::keys::{Keys, Part, WayState, Ways};

/// Every probe of the keys of the practice in `root`, whether it is open or not. The demonstration's key is declared.
pub(super) fn keys(root: &Path) -> Vec<Probe> {
    if !matches!(DataDir::world_of(root), Ok(Some(World::Real))) {
        return Vec::new();
    }
    match Keys::read(root) {
        Ok(keys) => ways(keys.ways()),
        Err(error) => vec![Probe::told(Name::Keys, error.report())],
    }
}

fn ways(ways: Ways) -> Vec<Probe> {
    let standing = |state: WayState| Part::ALL.into_iter().filter(move |part| ways.of(*part) == state);
    let damaged = standing(WayState::Damaged).map(|part| {
        let values = [("which", part.wrap().to_owned()), ("way_left", ways.way_left(part).to_owned())];
        Probe::new(Name::Keys, Code("doctor.cles_abimees"), &values)
    });
    let mut probes: Vec<Probe> = damaged.collect();
    if ways.of(Part::Recovery) == WayState::Absent {
        probes.push(Probe::new(Name::Keys, Code("doctor.cles_sans_code"), &[]));
    }
    if probes.is_empty() {
        let whole: Vec<&str> = standing(WayState::Whole).map(Part::named).collect();
        probes.push(Probe::new(Name::Keys, Code("doctor.cles_entieres"), &[("ways", whole.join(", "))]));
    }
    probes
}

/// Every probe of the backups of the data in `root`.
pub(super) fn probes(standing: &Standing, root: Option<&Path>, now: Instant) -> Vec<Probe> {
    let Some(folder) = &standing.folder else {
        let unset = standing.backup_warning(now).map(|report| Probe::told(Name::Backup, report));
        return vec![unset.unwrap_or_else(|| Probe::new(Name::Backup, Code("doctor.sauvegarde_sans_objet"), &[]))];
    };
    vec![backup(standing, folder, root, now), drill(standing, now)]
}

fn backup(standing: &Standing, folder: &Path, root: Option<&Path>, now: Instant) -> Probe {
    if let Some(report) = standing.backup_warning(now) {
        return Probe::told(Name::Backup, report);
    }
    let at = standing.last.as_ref().map(|last| said(last.at)).unwrap_or_default();
    let values = [("at", at), ("folder", folder.display().to_string())];
    let code = if !folder.is_dir() {
        Code("doctor.sauvegarde_dossier_absent")
    } else if root.is_some_and(|root| on_one_disk(root, folder)) {
        Code("doctor.sauvegarde_meme_disque")
    } else {
        Code("doctor.sauvegarde_faite")
    };
    Probe::new(Name::Backup, code, &values)
}

fn drill(standing: &Standing, now: Instant) -> Probe {
    match (standing.drill_warning(now), &standing.drill) {
        (Some(report), _) => Probe::told(Name::Drill, report),
        (None, Some(drill)) => Probe::new(Name::Drill, Code("doctor.exercice_reussi"), &[("at", said(drill.at))]),
        (None, None) => Probe::new(Name::Drill, Code("doctor.exercice_a_venir"), &[]),
    }
}

/// Whether two folders lie on one file system; one that cannot be looked at is on no other.
#[cfg(unix)]
fn on_one_disk(one: &Path, other: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let disk = |path: &Path| std::fs::metadata(path).ok().map(|found| found.dev());
    disk(one).is_some_and(|found| disk(other) == Some(found))
}

#[cfg(not(unix))]
fn on_one_disk(_one: &Path, _other: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use liasse_domain::Level;

    use super::*;
    use crate::backup::{Last, LastDrill};
    use crate::keys::{Cost, FILE, SecretString};
    use crate::ports::OsIds;

    fn at(text: &str) -> Instant {
        text.parse().expect("a moment")
    }

    #[test]
    fn a_demonstration_without_backups_is_in_order_and_a_practice_is_not() {
        let now = at("2026-01-15T12:00:00Z");
        let of = |standing: &Standing| {
            let probes = probes(standing, None, now);
            assert_eq!(probes.len(), 1, "there is nothing to drill");
            (probes[0].report.code.clone(), probes[0].report.level)
        };
        assert_eq!(of(&Standing::default()), ("doctor.sauvegarde_sans_objet".to_owned(), Level::Ok));
        let real = Standing { real: true, ..Standing::default() };
        assert_eq!(of(&real), ("sauvegarde.non_reglee".to_owned(), Level::Warning));
    }

    #[test]
    fn a_way_in_that_is_damaged_and_a_code_that_was_never_made_are_told_of_a_practice_alone() {
        let folder = std::env::temp_dir().join(format!("liasse-doctor-keys-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        std::fs::create_dir_all(&folder).expect("a folder");
        let world = |world: &str| {
            std::fs::write(folder.join("world.toml"), format!("v = 1\nworld = \"{world}\"\n")).expect("declared");
        };
        let said =
            || keys(&folder).into_iter().map(|probe| (probe.report.code, probe.report.level)).collect::<Vec<_>>();
        let one = |code: &str, level| vec![(code.to_owned(), level)];
        world("demo");
        assert_eq!(said().len(), 0);
        world("real");
        assert_eq!(said(), one("cles.absentes", Level::Blocking));
        let passphrase = SecretString::from("cinq poules rousses couvent");
        Keys::create(&folder, &passphrase, &mut OsIds, Cost::new(8, 1, 1).expect("a cost")).expect("made");
        assert_eq!(said(), one("doctor.cles_entieres", Level::Ok));
        let message = keys(&folder).remove(0).report.message;
        assert!(
            message.contains("la phrase secrète, le code de secours") && !message.contains("trousseau"),
            "{message}"
        );
        let file = folder.join(FILE);
        let whole = std::fs::read_to_string(&file).expect("the keys");
        let (head, recovery) = whole.split_once("[recovery]").expect("a section");
        std::fs::write(&file, head).expect("without a code");
        assert_eq!(said(), one("doctor.cles_sans_code", Level::Warning));
        std::fs::write(&file, format!("{head}[recovery]{}", recovery.replacen("nonce = \"", "nonce = \"!", 1)))
            .expect("damaged");
        let found = keys(&folder).remove(0).report;
        assert_eq!((found.code.as_str(), found.level), ("doctor.cles_abimees", Level::Warning));
        assert!(found.message.contains("code de secours"), "{}", found.message);
        assert!(found.action.contains("nouveau code de secours"), "{}", found.action);
        std::fs::write(&file, head.replacen("nonce = \"", "nonce = \"!", 1)).expect("nothing is whole");
        assert_eq!(said(), one("cles.fichier_endommage", Level::Blocking));
        std::fs::remove_dir_all(&folder).expect("removed");
    }

    #[test]
    fn a_folder_is_reached_and_one_disk_is_told() {
        let now = at("2026-01-15T12:00:00Z");
        let folder = std::env::temp_dir().join(format!("liasse-doctor-saved-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let last = Last { at: at("2026-01-15T11:00:00Z"), name: "liasse-2026-01-15-1200".to_owned(), seq: 3 };
        let drill = LastDrill { at: at("2026-01-15T11:01:00Z"), name: None, code: None };
        let standing =
            Standing { folder: Some(folder.clone()), last: Some(last), drill: Some(drill), ..Standing::default() };
        let code = |root: Option<&Path>, standing: &Standing| probes(standing, root, now)[0].report.code.clone();
        assert_eq!(code(None, &standing), "doctor.sauvegarde_faite");
        if cfg!(unix) {
            assert_eq!(code(Some(&std::env::temp_dir()), &standing), "doctor.sauvegarde_meme_disque");
        }
        let said = probes(&standing, None, now);
        assert!(said[0].report.message.contains("15/01/2026 à 12 h 00"), "{}", said[0].report.message);
        assert_eq!(said[1].report.code, "doctor.exercice_reussi");
        assert_eq!(
            probes(&Standing { drill: None, ..standing.clone() }, None, now)[1].report.code,
            "doctor.exercice_a_venir"
        );
        std::fs::remove_dir_all(&folder).expect("removed");
        assert_eq!(code(None, &standing), "doctor.sauvegarde_dossier_absent");
    }
}
