//! Backups, drills and restores by `liassectl`: brought back on a machine that has nothing but a folder and a code on paper; on a medium
//! that is full or only reads; and what strangers find in a backup: nothing. Killed at every kind of step: `kill_sweep`.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use liasse_e2e::canary::Marks;
use liasse_e2e::crash::G;
use liasse_e2e::namespace::{Namespace, Network};
use liasse_e2e::practice::{error_of, refusal};
use liasse_e2e::{Finished, Practice, finish, root, wait};
use serde_json::Value;

const PHRASE: &str = "cheval pile agrafe correcte";

/// Where a test keeps its backups.
fn shelf(practice: &Practice) -> PathBuf {
    practice.scratch().join("copies")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("utf-8")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A call with a secret on its input, in a session that has no keyring.
fn with_secret(practice: &Practice, words: &[&str], secret: &str) -> Finished {
    let mut command = practice.ctl(words);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
    finish(&mut command, format!("{secret}\n").as_bytes())
}

#[test]
fn a_code_on_paper_and_a_folder_bring_a_practice_back() {
    let practice = Practice::new("fresh");
    let made = with_secret(&practice, &["key", "create", "--json"], PHRASE).success().json();
    let code = made["recovery"].as_str().expect("a code").to_owned();
    let set = ["config", "set", "post.user", "dr.test@cabinet.test", "--passphrase-stdin"];
    with_secret(&practice, &set, PHRASE).success();
    let shelf = shelf(&practice);
    let back_up = ["backup", text(&shelf), "--passphrase-stdin", "--json"];
    let backup = with_secret(&practice, &back_up, PHRASE).success().json();
    let drill = ["backup", text(&shelf), "--drill", "--passphrase-stdin", "--json"];
    assert_eq!(with_secret(&practice, &drill, PHRASE).success().json()["restorable"], true);
    let folder = PathBuf::from(backup["folder"].as_str().expect("a folder"));
    assert_eq!(names(&folder), ["cles.toml", "liasse.db", "manifeste.json"]);

    // Thieves took the computer. The new one has the folder, and somebody the sheet of paper.
    std::fs::remove_dir_all(practice.data()).expect("gone");
    let mistyped = code.replace(code.chars().last().expect("a sign"), "?");
    for (words, secret, refused) in [
        (&["restore", text(&shelf), "--recovery-stdin"][..], mistyped.as_str(), "cles.code_mal_copie"),
        (&["restore", text(&shelf), "--passphrase-stdin"], "une autre phrase secrète", "cles.phrase_fausse"),
    ] {
        let mut words = words.to_vec();
        words.push("--json");
        assert_eq!(error_of(&with_secret(&practice, &words, secret))["code"], refused);
        assert!(!practice.data().exists(), "{refused}: nothing was made");
    }
    assert_eq!(practice.refused(&["restore", text(&shelf)], 2)["code"], "sauvegarde.secret_requis");
    let typed = code.to_lowercase().replace('-', " ");
    let restore = ["restore", text(&folder), "--recovery-stdin", "--json"];
    let restored = with_secret(&practice, &restore, &typed).success().json();
    assert_eq!((&restored["world"], &restored["entries"]), (&"real".into(), &backup["journal"]["entries"]));

    let get = ["config", "get", "post.user", "--passphrase-stdin"];
    assert_eq!(with_secret(&practice, &get, PHRASE).success().stdout.trim(), "dr.test@cabinet.test");
    with_secret(&practice, &["verify", "--passphrase-stdin"], PHRASE).success();
    with_secret(&practice, &["journal", "verify", "--recovery-stdin"], &code).success();
    assert_eq!(with_secret(&practice, &drill, PHRASE).success().json()["restorable"], true, "it is the same practice");
    // Once more over it: refused, and nothing touched.
    let again = error_of(&with_secret(&practice, &restore, &typed).with_code(1));
    assert_eq!(again["code"], "sauvegarde.dossier_occupe");
    with_secret(&practice, &["verify", "--passphrase-stdin"], PHRASE).success();
}

/// A demonstration with two claims, one of them sealed in a lot, and a folder for its backups.
fn busy(name: &str) -> Practice {
    let practice = Practice::empty(name);
    practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    practice.bill("vitale-durand", G, Some("especes"));
    practice
}

#[test]
fn a_demonstration_is_put_back_and_its_claims_go_on() {
    let practice = busy("back");
    let made = practice.json(&["backup", text(&shelf(&practice))]);
    let counted = |name: &str| made["tables"][name].as_u64();
    assert_eq!((counted("document"), counted("receipt"), counted("lot")), (Some(2), Some(1), Some(1)));
    let said = practice.run(&["backup", text(&shelf(&practice)), "--drill"]).success().stdout;
    assert!(said.contains("Exercice réussi") && said.contains("2 FSE"), "{said}");
    let before = practice.json(&["ledger"]);
    let other = Practice::new("back-elsewhere");
    other.json(&["restore", text(&shelf(&practice))]);
    assert_eq!(other.json(&["ledger"])["documents"], before["documents"]);
    // The clock of the demonstration stands where it stood, and the next FSE takes no number that may have been given.
    other.run(&["verify"]).success();
    assert_eq!(other.json(&["journal", "clock"])["behind"], false);
    let next = other.bill("vitale-martin", G, None);
    assert_eq!(next, "991010117-000010003");
    other.run(&["journal", "verify"]).success();
}

#[test]
fn strangers_find_nothing_in_a_backup() {
    let practice = busy("strangers");
    let shelf = shelf(&practice);
    let made = practice.json(&["backup", text(&shelf)]);
    let copy = PathBuf::from(made["folder"].as_str().expect("a folder")).join("liasse.db");
    let mut sqlite = Command::new("sqlite3");
    let refused = finish(sqlite.arg(&copy).arg("SELECT count(*) FROM journal;"), b"");
    assert!(refused.code != 0 && refused.stderr.contains("file is not a database"), "{}", refused.stderr);
    let marks = Marks::of_world(root()).expect("the invented world");
    let (planted, expected) = marks.planted();
    let plant = practice.scratch().write("planted/line", &planted);
    let found: BTreeSet<_> = marks.found_under(plant.parent().expect("a folder")).expect("read").into_iter().collect();
    assert!(found.len() >= expected.len(), "the search finds what is planted");
    assert_eq!(marks.found_under(&shelf).expect("read"), []);
}

/// A medium of so many kilobytes, mounted on a folder for whoever is within.
struct Medium {
    namespace: Namespace,
    place: PathBuf,
}

impl Medium {
    fn of(practice: &Practice, kilobytes: u32) -> Self {
        let place = practice.scratch().join("cle");
        std::fs::create_dir(&place).expect("a folder to mount on");
        let script = format!("mount -t tmpfs -o size={kilobytes}k none \"$1\" && touch \"$2\" && exec sleep 600");
        let ready = practice.scratch().join("ready");
        let mut namespace =
            Namespace::start(Network::Shared, &script, &[&place, &ready], &practice.scratch().join("cle.log"));
        wait::until("the medium", wait::SOON, || {
            assert!(namespace.is_alive(), "no medium: {}", namespace.log());
            ready.exists().then_some(())
        });
        Self { namespace, place }
    }

    fn mounted_again(&self, how: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{how}")]).arg(&self.place);
        finish(&mut self.namespace.within(&mount), b"").success();
    }

    fn call(&self, practice: &Practice, words: &[&str]) -> Command {
        let words: Vec<&str> = words.iter().copied().chain([text(&self.place)]).collect();
        self.namespace.within(&practice.ctl(&words))
    }

    fn names(&self) -> Vec<String> {
        names(&self.namespace.from_outside(text(&self.place)))
    }
}

#[test]
fn a_medium_that_is_full_or_only_reads_is_said_and_keeps_what_it_had() {
    let practice = busy("medium");
    let medium = Medium::of(&practice, 128);
    let refused = |exit| -> Value { refusal(&mut medium.call(&practice, &["backup"]), exit) };
    assert_eq!(refused(3)["code"], "sauvegarde.support_plein");
    assert_eq!(medium.names(), [] as [&str; 0], "nothing of it stays");
    practice.run(&["journal", "verify"]).success();
    medium.mounted_again("size=64m");
    finish(&mut medium.call(&practice, &["backup"]), b"").success();
    let kept = medium.names();
    assert_eq!(kept.len(), 1, "{kept:?}");
    medium.mounted_again("ro");
    assert_eq!(refused(3)["code"], "sauvegarde.support_protege");
    // A medium that cannot be written is read all the same, and put back from.
    finish(&mut medium.call(&practice, &["backup", "--drill"]), b"").success();
    let other = Practice::new("medium-elsewhere");
    finish(&mut medium.call(&other, &["restore"]), b"").success();
    other.run(&["verify"]).success();
    assert_eq!(medium.names(), kept);
}

#[test]
fn a_set_folder_takes_the_backup_and_what_went_wrong_is_watched() {
    let practice = busy("watched");
    let shelf = shelf(&practice);
    assert_eq!(practice.refused(&["backup"], 2)["code"], "sauvegarde.sans_dossier");
    assert_eq!(practice.refused(&["config", "set", "backup.folder", "copies"], 2)["code"], "saisie.reglage_valeur");
    practice.run(&["config", "set", "backup.folder", text(&shelf)]).success();
    assert_eq!(practice.json(&["radar"])["notices"][0]["code"], "sauvegarde.jamais");
    std::fs::create_dir(&shelf).expect("a folder");
    practice.run(&["backup", "--rotate"]).success();
    practice.run(&["backup", "--drill"]).success();
    assert_eq!(practice.json(&["radar"])["notices"], Value::Array(Vec::new()));
    let probe = |name: &str| {
        let said = practice.json(&["doctor"]);
        let probes = said["probes"].as_array().expect("probes").clone();
        probes.into_iter().find(|probe| probe["name"] == name).expect("the probe")
    };
    // The scratch folder holds both.
    assert_eq!(probe("sauvegarde")["code"], "doctor.sauvegarde_meme_disque");
    assert_eq!(probe("exercice")["code"], "doctor.exercice_reussi");
    let backup = shelf.join(&names(&shelf)[0]);
    let mut bytes = std::fs::read(backup.join("liasse.db")).expect("the copy");
    bytes[5000] ^= 1;
    std::fs::write(backup.join("liasse.db"), bytes).expect("altered");
    assert_eq!(practice.refused(&["backup", "--drill"], 4)["code"], "sauvegarde.alteree");
    assert_eq!(practice.json(&["radar"])["notices"][0]["code"], "sauvegarde.exercice_echec");
    assert_eq!(probe("exercice")["code"], "sauvegarde.exercice_echec");
    std::fs::rename(&shelf, practice.scratch().join("debranche")).expect("unplugged");
    assert_eq!(practice.refused(&["backup"], 3)["code"], "sauvegarde.dossier_absent");
    assert_eq!(probe("sauvegarde")["code"], "sauvegarde.echec");
    assert!(!shelf.exists(), "a drive that is not there is not made up");
}
