//! The probes of the data directory: it can be written, its disk has room, nobody else gets in.
//! Writes one file of a few bytes and removes it again; nothing outside the directory.

use std::fs;
use std::io;
use std::path::Path;

use liasse_domain::Code;

use super::{Name, Probe};
use crate::data_dir::write_private;

/// Below this a working day of scans and returns may fill the disk.
const LITTLE: u64 = 500_000_000;
/// Below this the next writes may fail.
const NONE: u64 = 50_000_000;
const MEGABYTE: u64 = 1_000_000;
const GIGABYTE: u64 = 1_000_000_000;

/// Every probe of the directory.
pub(super) fn probes(root: &Path) -> Vec<Probe> {
    let mut probes = vec![written(root, &try_writing(root))];
    probes.extend(fs2::available_space(root).ok().map(room));
    probes.extend(open_to_others(root).map(|names| closed(&names)));
    probes
}

fn try_writing(root: &Path) -> io::Result<()> {
    let file = root.join("sonde.new");
    write_private(&file, b"sonde")?;
    fs::remove_file(&file)
}

fn written(root: &Path, outcome: &io::Result<()>) -> Probe {
    match outcome {
        Ok(()) => Probe::new(Name::Folder, Code("doctor.dossier_ecrit"), &[("path", root.display().to_string())]),
        Err(_) => Probe::new(Name::Folder, Code("system.dossier_inaccessible"), &[]),
    }
}

fn room(bytes: u64) -> Probe {
    let code = if bytes < NONE {
        Code("doctor.place_absente")
    } else if bytes < LITTLE {
        Code("doctor.place_faible")
    } else {
        Code("doctor.place_libre")
    };
    let room = if bytes < GIGABYTE { format!("{} Mo", bytes / MEGABYTE) } else { format!("{} Go", bytes / GIGABYTE) };
    Probe::new(Name::Room, code, &[("room", room)])
}

fn closed(names: &[String]) -> Probe {
    if names.is_empty() {
        return Probe::new(Name::Rights, Code("doctor.droits_fermes"), &[]);
    }
    Probe::new(Name::Rights, Code("doctor.droits_ouverts"), &[("files", names.join(", "))])
}

/// What of the directory other accounts of the computer may use; what cannot be looked at is another probe's.
#[cfg(unix)]
fn open_to_others(root: &Path) -> Option<Vec<String>> {
    use std::os::unix::fs::PermissionsExt;
    const FILES: [&str; 4] = ["liasse.db", "liasse.db-wal", "liasse.db-shm", "cles.toml"];
    let is_open = |path: &Path| fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o077 != 0);
    let folder = is_open(root).then(|| root.display().to_string());
    let files = FILES.iter().filter(|name| is_open(&root.join(name))).map(|name| (*name).to_owned());
    Some(folder.into_iter().chain(files).collect())
}

#[cfg(not(unix))]
fn open_to_others(_root: &Path) -> Option<Vec<String>> {
    None
}

#[cfg(test)]
mod tests {
    use liasse_domain::Level;

    use super::*;

    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("liasse-doctor-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        crate::data_dir::create_private(&folder).expect("a folder");
        folder
    }

    #[test]
    fn a_folder_is_written_and_left_as_it_was() {
        let folder = folder("written");
        let probe = written(&folder, &try_writing(&folder));
        assert_eq!((probe.name, probe.report.level), (Name::Folder, Level::Ok));
        assert_eq!(fs::read_dir(&folder).expect("read").count(), 0, "nothing stays");
        fs::remove_dir_all(&folder).expect("removed");
        let probe = written(&folder, &try_writing(&folder));
        assert_eq!(probe.report.code, "system.dossier_inaccessible", "the folder is gone");
        assert!(probe.is_bad());
    }

    #[test]
    fn room_is_told_and_little_room_warned_of() {
        for (bytes, code, says) in [
            (12_900_000_000, "doctor.place_libre", "12 Go"),
            (500_000_000, "doctor.place_libre", "500 Mo"),
            (499_999_999, "doctor.place_faible", "499 Mo"),
            (49_999_999, "doctor.place_absente", "49 Mo"),
            (0, "doctor.place_absente", "0 Mo"),
        ] {
            let probe = room(bytes);
            assert_eq!(probe.report.code, code, "{bytes}");
            assert!(probe.report.message.contains(says), "{}", probe.report.message);
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_folder_and_a_store_that_others_read_are_named() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder("rights");
        let store = folder.join("liasse.db");
        write_private(&store, b"x").expect("written");
        assert_eq!(open_to_others(&folder), Some(Vec::new()));
        fs::set_permissions(&store, fs::Permissions::from_mode(0o640)).expect("widened");
        assert_eq!(open_to_others(&folder), Some(vec!["liasse.db".to_owned()]));
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).expect("widened");
        let probe = closed(&open_to_others(&folder).expect("looked at"));
        assert!(probe.is_bad() && probe.report.message.contains("liasse.db"), "{}", probe.report.message);
        fs::remove_dir_all(&folder).expect("removed");
        assert_eq!(closed(&[]).report.level, Level::Ok);
    }
}
