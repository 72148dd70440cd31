//! A practice with keys of its own: its backups by themselves, day after day, their rotation and their drills; and one of them put back
//! on a machine that has nothing but the folder and a code on paper.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use liasse_core::backup::{BackupError, Pace, Source, Unlock, keep_up, restore};
use liasse_core::data_dir::{DataDir, DirError, World};
use liasse_core::keys::{Cost, KeyError, Keyring, KeyringError, Keys, RecoveryCode, SecretString, Way, WayState};
use liasse_core::office::{self, Found, Hands, Office};
use liasse_core::ports::{KeySource, NoKey, OsIds};
use liasse_domain::Coded;
use zeroize::Zeroizing;

use crate::support::{Practice, Readers, TestClock, instant};

const PASSPHRASE: &str = "quatre chevaux bleus au pré";

/// A practice, and a folder beside for its backups.
struct Cabinet {
    office: Option<Office>,
    clock: TestClock,
    /// On which paper stands the code.
    code: RecoveryCode,
    folder: PathBuf,
    // Gives its clock, and no data.
    _practice: Practice,
}

impl Cabinet {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let practice = Practice::new();
        let clock = practice.clock.clone();
        let name = format!("liasse-restored-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(folder.join("sauvegardes")).expect("a folder");
        let cheap = Cost::new(8, 1, 1).expect("a cost");
        let secret = SecretString::from(PASSPHRASE);
        let made = Office::create_real(&folder.join("cabinet"), &secret, cheap, hands(&clock));
        let (office, code) = made.unwrap_or_else(|error| panic!("a practice: {error:?}"));
        Self { office: Some(office), clock, code, folder, _practice: practice }
    }

    fn office(&self) -> &Office {
        self.office.as_ref().expect("open")
    }

    fn shelf(&self) -> PathBuf {
        self.folder.join("sauvegardes")
    }

    fn source(&self) -> Source {
        Source::of(self.office())
    }

    fn set(&self, name: &'static str, value: &str) {
        let value = value.to_owned();
        self.office().workstation().call(move |ws| ws.set_setting(name, &value)).expect("alive").expect("set");
    }

    fn warned(&self) -> Vec<String> {
        let said = self.office().workstation().call(|ws| ws.backups().map(|standing| standing.warnings(ws.now())));
        said.expect("alive").expect("read").into_iter().map(|report| report.code).collect()
    }

    fn shelved(&self) -> Vec<String> {
        let entries = fs::read_dir(self.shelf()).expect("a folder").map(|one| one.expect("one").file_name());
        let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    /// The actions of its journal.
    fn told(&self) -> Vec<String> {
        let entries = self.office().workstation().call(|ws| ws.store().journal_entries());
        entries.expect("alive").expect("read").into_iter().map(|entry| entry.action).collect()
    }
}

impl Drop for Cabinet {
    fn drop(&mut self) {
        self.office = None;
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn hands(clock: &TestClock) -> Hands {
    Hands { readers: Box::new(Readers::named(&[])), clock: Arc::new(clock.clone()) }
}

fn days_from(start: &str, count: i64) -> impl Iterator<Item = String> {
    let start = instant(start);
    (0..count).map(move |days| (start + chrono::TimeDelta::days(days)).to_rfc3339())
}

#[test]
fn the_code_on_paper_brings_the_practice_back_on_a_fresh_machine() {
    let mut cabinet = Cabinet::new();
    cabinet.set("post.user", "dr.test@cabinet.test");
    fs::create_dir_all(cabinet.office().root().join("confiance")).expect("a folder");
    fs::write(cabinet.office().root().join("confiance/lisez-moi.txt"), "").expect("written");
    let shelf = cabinet.shelf();
    let made = cabinet.source().back_up(Some(&shelf), false, None, &mut |_| Pace::Go).expect("made");
    let drilled = cabinet.source().drill(Some(&shelf), None).expect("played");
    assert!(drilled.fault().is_none(), "{drilled:?}");
    let keys = Keys::read(&made.folder).expect("keys");
    let ways = keys.ways();
    assert_eq!((ways.passphrase, ways.recovery, ways.keyring), (WayState::Whole, WayState::Whole, WayState::Absent));
    // The machine burns.
    cabinet.office = None;
    fs::remove_dir_all(cabinet.folder.join("cabinet")).expect("gone");

    let root = cabinet.folder.join("neuf");
    let now = instant("2026-01-16T08:00:00Z");
    let code = SecretString::from(cabinet.code.grouped().to_lowercase());
    let wrong = SecretString::from("quatre chevaux verts au pré");
    let declared = key();
    let open = |unlock| restore(&made.folder, &root, unlock, now, &mut |_| Pace::Go);
    let refused = open(Unlock::Secret(Way::Passphrase(&wrong))).expect_err("refused");
    assert!(matches!(refused, BackupError::Keys(KeyError::WrongPassphrase)) && !root.exists(), "{refused:?}");
    assert!(matches!(open(Unlock::Demo(&*declared)), Err(BackupError::SecretNeeded)));
    let restored = open(Unlock::Secret(Way::Recovery(&code))).expect("restored");
    assert_eq!((restored.world, restored.journal_seq), (World::Real, made.checked.journal_seq));
    assert_eq!(restored.faults, []);
    assert!(matches!(office::look(&root), Ok(Found::Practice)));
    assert!(root.join("confiance/lisez-moi.txt").exists());

    // It opens with the passphrase as well, its keyring is nobody's, and it goes on.
    let secret = SecretString::from(PASSPHRASE);
    let keys = Keys::read(&root).expect("keys");
    assert_eq!(keys.ways().keyring, WayState::Absent);
    let opened = keys.unlock(Way::Passphrase(&secret)).expect("unlocked");
    cabinet.clock.set("2026-01-16T08:00:00Z");
    let office = Office::open_real(&root, opened, hands(&cabinet.clock));
    cabinet.office = Some(office.unwrap_or_else(|error| panic!("it opens: {error:?}")));
    let told = cabinet.told();
    assert_eq!(told.last().map(String::as_str), Some("sauvegarde.restauree"));
    let verified = cabinet.office().workstation().call(|ws| ws.verify(None)).expect("alive").expect("read");
    assert!(verified.is_sound(), "{:?}", verified.findings);
    let setting = cabinet.office().workstation().call(|ws| ws.setting("post.user")).expect("alive").expect("read");
    assert_eq!(setting.as_deref(), Some("dr.test@cabinet.test"));
    // The backup is still one of its own: the drill compares with it.
    assert!(cabinet.source().drill(Some(&shelf), None).expect("played").fault().is_none());
}

/// The key of the demonstration, which opens nothing real.
fn key() -> Box<dyn KeySource> {
    struct Declared;
    impl KeySource for Declared {
        fn data_key(&self) -> Result<Zeroizing<[u8; 32]>, NoKey> {
            Ok(Zeroizing::new([7; 32]))
        }
    }
    Box::new(Declared)
}

#[test]
fn a_backup_comes_by_itself_once_a_day_and_what_is_too_much_goes() {
    let cabinet = Cabinet::new();
    keep_up(&cabinet.source()).expect("nothing is set");
    assert_eq!(cabinet.warned(), ["sauvegarde.non_reglee"]);
    cabinet.set("backup.folder", &cabinet.shelf().display().to_string());
    cabinet.set("backup.keep", "3,2,2");
    assert_eq!(cabinet.warned(), ["sauvegarde.jamais"]);
    // What lies there that is none of ours stays, whatever its name.
    let strangers = ["photos", "liasse-2025-12-01-1300", "liasse-2025-12-02-1300.partiel"];
    for name in strangers {
        fs::create_dir_all(cabinet.shelf().join(name)).expect("a folder");
        fs::write(cabinet.shelf().join(name).join("a.txt"), "somebody's").expect("written");
    }
    // Ours that were cut: one some days ago, one just now.
    for (name, file) in
        [("liasse-2026-01-10-1300.partiel", "liasse.db"), ("liasse-2026-02-13-0859.partiel", "liasse.db")]
    {
        fs::create_dir_all(cabinet.shelf().join(name)).expect("a folder");
        fs::write(cabinet.shelf().join(name).join(file), "half").expect("written");
    }
    for now in days_from("2026-01-15T12:05:00Z", 30) {
        cabinet.clock.set(&now);
        keep_up(&cabinet.source()).expect("kept up");
        // Nothing more the same day.
        keep_up(&cabinet.source()).expect("kept up");
        assert_eq!(cabinet.warned(), [] as [&str; 0], "{now}");
    }
    let mut left = cabinet.shelved();
    left.retain(|name| !strangers.contains(&name.as_str()));
    assert_eq!(
        left,
        [
            // The last of January; the Sunday of the week before; the last three days; and what was just cut.
            "liasse-2026-01-31-1305",
            "liasse-2026-02-08-1305",
            "liasse-2026-02-11-1305",
            "liasse-2026-02-12-1305",
            "liasse-2026-02-13-0859.partiel",
            "liasse-2026-02-13-1305",
        ]
    );
    for name in strangers {
        assert!(cabinet.shelf().join(name).join("a.txt").exists(), "{name}");
    }
    let told = cabinet.told();
    let count = |action: &str| told.iter().filter(|told| *told == action).count();
    // A drill at once, then one a week.
    assert_eq!((count("sauvegarde.faite"), count("exercice.reussi")), (30, 5));
}

#[test]
fn a_medium_that_is_not_there_or_whose_backup_is_spoiled_is_told_until_it_went_well() {
    let cabinet = Cabinet::new();
    let away = cabinet.folder.join("debranche");
    cabinet.set("backup.folder", &away.display().to_string());
    cabinet.clock.set("2026-01-15T12:05:00Z");
    let refused = keep_up(&cabinet.source()).expect_err("refused");
    assert_eq!(refused.code().0, "sauvegarde.dossier_absent");
    assert!(!away.exists(), "a drive that is not there is not made up");
    assert_eq!(cabinet.warned(), ["sauvegarde.echec"]);
    // Not again before an hour has passed.
    cabinet.clock.set("2026-01-15T12:30:00Z");
    keep_up(&cabinet.source()).expect("nothing is due");
    fs::create_dir_all(&away).expect("plugged in");
    cabinet.clock.set("2026-01-15T13:05:00Z");
    keep_up(&cabinet.source()).expect("made");
    assert_eq!(cabinet.warned(), [] as [&str; 0]);
    let names: Vec<_> = fs::read_dir(&away).expect("read").map(|one| one.expect("one").path()).collect();
    assert_eq!(names.len(), 1);
    // Ten days without the medium: the drill of the week cannot be played, and the backup is old.
    fs::rename(&away, cabinet.folder.join("parti")).expect("unplugged");
    cabinet.clock.set("2026-01-25T12:05:00Z");
    assert_eq!(keep_up(&cabinet.source()).expect_err("refused").code().0, "sauvegarde.dossier_absent");
    fs::rename(cabinet.folder.join("parti"), &away).expect("plugged in");
    // Somebody wrote over it.
    fs::write(names[0].join("liasse.db"), "somebody's").expect("written");
    let spoiled = cabinet.source().drill(None, None).expect_err("refused");
    assert_eq!(spoiled.code().0, "sauvegarde.alteree");
    assert!(cabinet.warned().contains(&"sauvegarde.exercice_echec".to_owned()), "{:?}", cabinet.warned());
    // A new one is made and drilled by itself, and all is well again.
    cabinet.clock.set("2026-01-26T13:10:00Z");
    keep_up(&cabinet.source()).expect("made and played");
    assert_eq!(cabinet.warned(), [] as [&str; 0]);
    let told = cabinet.told();
    for action in ["sauvegarde.echec", "sauvegarde.faite", "exercice.echec", "exercice.reussi"] {
        assert!(told.iter().any(|told| told == action), "{action} in {told:?}");
    }
}

#[test]
fn a_clock_that_jumped_a_year_ahead_and_back_costs_no_backup() {
    let cabinet = Cabinet::new();
    cabinet.set("backup.folder", &cabinet.shelf().display().to_string());
    cabinet.set("backup.keep", "1,0,0");
    for now in [
        "2026-01-15T12:05:00Z",
        "2027-01-15T12:05:00Z",
        // Back: today's is due, although the last one says that it was made in a year.
        "2026-01-16T12:05:00Z",
        // Summer time begins that night; the hour comes once.
        "2026-03-28T12:05:00Z",
        "2026-03-29T11:05:00Z",
    ] {
        cabinet.clock.set(now);
        keep_up(&cabinet.source()).expect("made");
        assert_eq!(cabinet.warned(), [] as [&str; 0], "{now}");
    }
    // One day is kept; what is of a day to come is left alone, and takes no other's place.
    assert_eq!(cabinet.shelved(), ["liasse-2026-03-29-1305", "liasse-2027-01-15-1305"]);
}

#[test]
fn a_damaged_practice_is_set_aside_and_put_back_in_its_place() {
    let mut cabinet = Cabinet::new();
    let (root, shelf) = (cabinet.office().root().to_owned(), cabinet.shelf());
    cabinet.set("post.user", "dr.test@cabinet.test");
    cabinet.source().back_up(Some(&shelf), false, None, &mut |_| Pace::Go).expect("made");
    let now = instant("2026-01-16T08:00:00Z");
    assert!(liasse_core::aside::set_aside(&root, now).is_err(), "a program has it");
    cabinet.office = None;
    let mut bytes = fs::read(root.join("liasse.db")).expect("read");
    for page in bytes.chunks_mut(4096) {
        page[40] ^= 1;
    }
    fs::write(root.join("liasse.db"), &bytes).expect("spoiled");
    let secret = SecretString::from(PASSPHRASE);
    let unlock = Unlock::Secret(Way::Passphrase(&secret));
    let refused = restore(&shelf, &root, unlock, now, &mut |_| Pace::Go).expect_err("refused");
    assert_eq!(refused.code().0, "sauvegarde.dossier_occupe");
    let aside = liasse_core::aside::set_aside(&root, now).expect("set aside");
    assert!(matches!(DataDir::open_real(&root), Err(DirError::NoPractice)));
    restore(&shelf, &root, unlock, now, &mut |_| Pace::Go).expect("restored");
    assert_eq!(fs::read(aside.join("liasse.db")).expect("kept"), bytes, "nothing is deleted");
    let keys = Keys::read(&root).expect("keys").unlock(Way::Passphrase(&secret)).expect("unlocked");
    cabinet.clock.set("2026-01-16T08:00:00Z");
    cabinet.office = Some(Office::open_real(&root, keys, hands(&cabinet.clock)).unwrap_or_else(|e| panic!("{e:?}")));
    let setting = cabinet.office().workstation().call(|ws| ws.setting("post.user")).expect("alive").expect("read");
    assert_eq!(setting.as_deref(), Some("dr.test@cabinet.test"));
}

#[test]
fn what_an_older_backup_put_back_does_not_hold_is_taken_away_by_no_rotation() {
    let mut cabinet = Cabinet::new();
    let (root, shelf) = (cabinet.office().root().to_owned(), cabinet.shelf());
    let made = |cabinet: &Cabinet, now: &str| {
        cabinet.clock.set(now);
        cabinet.source().back_up(Some(&shelf), true, None, &mut |_| Pace::Go).expect("made")
    };
    let older = made(&cabinet, "2026-01-15T12:05:00Z");
    let newer = made(&cabinet, "2026-01-16T09:00:00Z");
    cabinet.office = None;
    let now = instant("2026-01-16T10:00:00Z");
    let secret = SecretString::from(PASSPHRASE);
    liasse_core::aside::set_aside(&root, now).expect("set aside");
    let unlock = Unlock::Secret(Way::Passphrase(&secret));
    restore(&older.folder, &root, unlock, now, &mut |_| Pace::Go).expect("restored");
    let keys = Keys::read(&root).expect("keys").unlock(Way::Passphrase(&secret)).expect("unlocked");
    cabinet.clock.set("2026-01-16T10:00:00Z");
    cabinet.office = Some(Office::open_real(&root, keys, hands(&cabinet.clock)).unwrap_or_else(|e| panic!("{e:?}")));
    let third = made(&cabinet, "2026-01-16T11:00:00Z");
    assert_eq!(third.gone, [] as [&str; 0], "the one of this morning holds what the data do not");
    let fourth = made(&cabinet, "2026-01-16T12:00:00Z");
    assert_eq!(fourth.gone, [third.name], "one of their own of the same day is enough");
    assert_eq!(cabinet.shelved(), [older.name, newer.name, fourth.name]);
}

#[test]
fn a_list_that_nobody_sealed_takes_no_backup_away() {
    let cabinet = Cabinet::new();
    cabinet.set("backup.folder", &cabinet.shelf().display().to_string());
    cabinet.set("backup.keep", "2,0,0");
    let made = |now: &str| {
        cabinet.clock.set(now);
        keep_up(&cabinet.source()).expect("made");
    };
    made("2026-01-15T12:05:00Z");
    // Somebody lays a copy beside it that says that it is of the same day and later, with a store of nothing in it.
    let [own, forged] = ["liasse-2026-01-15-1305", "liasse-2026-01-15-2000"].map(|name| cabinet.shelf().join(name));
    fs::create_dir(&forged).expect("a folder");
    for entry in fs::read_dir(&own).expect("a folder").flatten() {
        fs::copy(entry.path(), forged.join(entry.file_name())).expect("copied");
    }
    let list = fs::read_to_string(own.join("manifeste.json")).expect("a list");
    let later = list.replace("2026-01-15T12:05:00Z", "2026-01-15T19:00:00Z");
    assert_ne!(later, list);
    fs::write(forged.join("manifeste.json"), later).expect("forged");
    let bytes = fs::read(forged.join("liasse.db")).expect("read").len();
    fs::write(forged.join("liasse.db"), vec![0_u8; bytes]).expect("spoiled");
    made("2026-01-16T12:05:00Z");
    let names = ["liasse-2026-01-15-1305", "liasse-2026-01-15-2000", "liasse-2026-01-16-1305"];
    assert_eq!(cabinet.shelved(), names, "two days are kept, and the copy is not one of them");
    made("2026-01-17T12:05:00Z");
    // Both of the first day go: there are two others, and those are sealed.
    assert_eq!(cabinet.shelved(), ["liasse-2026-01-16-1305", "liasse-2026-01-17-1305"]);
}

/// A keyring that keeps one secret.
#[derive(Default)]
struct OneEntry(Mutex<Vec<u8>>);

impl Keyring for OneEntry {
    fn get(&self, _account: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        Ok(Zeroizing::new(self.0.lock().expect("alone").clone()))
    }

    fn set(&self, _account: &str, secret: &[u8]) -> Result<(), KeyringError> {
        secret.clone_into(&mut self.0.lock().expect("alone"));
        Ok(())
    }

    fn forget(&self, _account: &str) -> Result<(), KeyringError> {
        Ok(())
    }
}

#[test]
fn a_backup_that_no_passphrase_and_no_code_would_open_is_not_made() {
    let cabinet = Cabinet::new();
    let (root, shelf, secret) = (cabinet.office().root().to_owned(), cabinet.shelf(), SecretString::from(PASSPHRASE));
    let mut keys = Keys::read(&root).expect("keys");
    let key = keys.unlock(Way::Passphrase(&secret)).expect("unlocked").remove(0);
    keys.trust_keyring(&key, &OneEntry::default(), &mut OsIds).expect("trusted");
    let text = fs::read_to_string(root.join("cles.toml")).expect("read");
    // The wraps of the passphrase and of the code; that of the keyring stays with this computer.
    fs::write(root.join("cles.toml"), text.replacen("nonce = \"", "nonce = \"?", 2)).expect("spoiled");
    assert_eq!(Keys::read(&root).expect("keys").ways().keyring, WayState::Whole);
    let refused = cabinet.source().back_up(Some(&shelf), true, None, &mut |_| Pace::Go).expect_err("refused");
    assert_eq!(refused.code().0, "cles.enveloppe_endommagee");
    assert_eq!(cabinet.shelved(), [] as [&str; 0]);
    // Nor is one put back whose list names no keys.
    fs::write(root.join("cles.toml"), text).expect("put back");
    let made = cabinet.source().back_up(Some(&shelf), true, None, &mut |_| Pace::Go).expect("made");
    let path = made.folder.join("manifeste.json");
    let mut list: serde_json::Value = serde_json::from_slice(&fs::read(&path).expect("read")).expect("a list");
    list["files"].as_array_mut().expect("files").retain(|file| file["path"] != "cles.toml");
    fs::write(&path, list.to_string()).expect("written");
    let unlock = Unlock::Secret(Way::Passphrase(&secret));
    let now = instant("2026-01-16T10:00:00Z");
    let refused = restore(&made.folder, &cabinet.folder.join("neuf"), unlock, now, &mut |_| Pace::Go);
    assert_eq!(refused.expect_err("refused").code().0, "sauvegarde.illisible");
}
