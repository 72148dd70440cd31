//! Backups of a practice with claims in it: made, drilled, spoiled in every way that a medium or a hand may, put back elsewhere.
//! A practice with real keys is in `restored`.

use std::fs;
use std::path::{Path, PathBuf};

use hmac::{Hmac, Mac};
use liasse_core::backup::{
    BackupError, Context, Difference, Made, Pace, Progress, Restored, Unlock, drill, make, prove, restore,
};
use liasse_core::data_dir::{DataDir, World};
use liasse_core::keys::{SecretString, Way};
use liasse_core::ports::{Clock, KeySource, NoKey};
use liasse_domain::Coded;
use liasse_store::Store;
use serde_json::Value;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::support::{Practice, instant};

pub const KEY: [u8; 32] = [7; 32];
const DEMO: &str = "v = 1\nworld = \"demo\"\n";

/// The declared key of these practices.
pub struct Declared;

impl KeySource for Declared {
    fn data_key(&self) -> Result<Zeroizing<[u8; 32]>, NoKey> {
        Ok(Zeroizing::new(KEY))
    }
}

/// A practice with claims in a data directory that says its world, and a folder beside for its backups.
pub struct Place {
    pub practice: Practice,
    store: PathBuf,
    pub shelf: PathBuf,
}

impl Place {
    pub fn new() -> Self {
        let practice = Practice::new();
        fs::write(practice.folder().join("world.toml"), DEMO).expect("declared");
        let shelf = practice.folder().with_extension("sauvegardes");
        drop(fs::remove_dir_all(&shelf));
        fs::create_dir_all(&shelf).expect("a folder");
        Self { store: practice.folder().join("liasse.db"), practice, shelf }
    }

    fn context(&self) -> Context<'_> {
        Context { root: self.practice.folder(), store: &self.store, key: &Declared, now: self.practice.clock.now() }
    }

    pub fn back_up(&self) -> Made {
        make(&self.context(), &self.shelf, &mut |_| Pace::Go).expect("made")
    }

    /// What the drill says of the newest backup: the code of what is wrong with it.
    pub fn drilled(&self) -> Option<&'static str> {
        match drill(&self.context(), &self.shelf) {
            Ok(drilled) => drilled.fault().map(|fault| fault.code().0),
            Err(error) => Some(error.code().0),
        }
    }

    /// Where something can be restored.
    pub fn elsewhere(&self) -> PathBuf {
        self.shelf.join("ailleurs/cabinet")
    }

    pub fn restored(&self, from: &Path) -> Result<Restored, BackupError> {
        let now = instant("2026-02-01T08:00:00Z");
        restore(from, &self.elsewhere(), Unlock::Demo(&Declared), now, &mut |_| Pace::Go)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.shelf);
    }
}

pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder").map(|one| one.expect("one").file_name());
    let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

pub fn manifest(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("manifeste.json")).expect("a list")).expect("json")
}

/// Changes the copy in a backup, and the list with it, as somebody would who has the data key.
fn forged(folder: &Path, bytes: &[u8]) {
    fs::write(folder.join("liasse.db"), bytes).expect("written");
    let mut list = manifest(folder);
    for file in list["files"].as_array_mut().expect("files") {
        if file["path"] == "liasse.db" {
            file["bytes"] = bytes.len().into();
            file["sha256"] = hex(&Sha256::digest(bytes)).into();
        }
    }
    seal(folder, &list, &KEY);
}

/// Writes a list and seals it: what nobody does without the data key.
pub fn seal(folder: &Path, list: &Value, key: &[u8; 32]) {
    let mut list = list.clone();
    list.as_object_mut().expect("a list").remove("seal");
    let text = format!("{list:#}\n");
    let mac = |key: &[u8], bytes: &[u8]| {
        Hmac::<Sha256>::new_from_slice(key).expect("a key").chain_update(bytes).finalize().into_bytes().to_vec()
    };
    let seal = hex(&mac(&mac(key, b"liasse sauvegarde 1"), text.as_bytes()));
    let rest = text.strip_prefix("{\n").expect("a line of its own");
    fs::write(folder.join("manifeste.json"), format!("{{\n  \"seal\": \"{seal}\",\n{rest}")).expect("written");
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn a_backup_says_its_moment_and_holds_what_nothing_else_could_make_again() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    let root = place.practice.folder();
    for (path, text) in [
        ("tables/ngap.csv", "a table"),
        ("confiance/caisses/01-751.pem", "a certificate"),
        ("conventions.csv", "conventions"),
        ("export/documents.csv", "DURAND;30,00"),
        ("remplacements/releve.pdf", "DURAND"),
        ("caisse/clock", "0"),
        ("caisse/memory", "the caisse's own"),
        ("lock", ""),
    ] {
        let path = root.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    let mut seen = Vec::new();
    let mut step = |progress| {
        seen.push(progress);
        Pace::Go
    };
    let made = make(&place.context(), &place.shelf, &mut step).expect("made");
    assert!(matches!(seen[0], Progress::Copied { done, total } if done == total && total > 1), "{seen:?}");
    assert_eq!(seen.last(), Some(&Progress::Checking));
    assert_eq!((made.name.as_str(), names(&place.shelf)), ("liasse-2026-01-15-0900", vec![made.name.clone()]));
    assert_eq!(names(&made.folder), ["liasse.db", "manifeste.json", "reste"]);
    let list = manifest(&made.folder);
    let paths: Vec<&str> =
        list["files"].as_array().expect("files").iter().filter_map(|file| file["path"].as_str()).collect();
    assert_eq!(
        paths,
        [
            "liasse.db",
            "reste/caisse/clock",
            "reste/confiance/caisses/01-751.pem",
            "reste/conventions.csv",
            "reste/tables/ngap.csv"
        ]
    );
    let text = list.to_string();
    for private in ["DURAND", "GRIS", "30,00", "991010117"] {
        assert!(!text.contains(private), "the list names nobody and no amount: {private}");
    }
    let head = place.practice.store().journal_head().expect("read");
    assert_eq!((list["v"].as_u64(), list["journal"]["seq"].as_u64()), (Some(1), Some(head.0)));
    assert!(made.checked.is_sound() && made.checked.weighed.rows("document") == 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&made.folder), mode(&made.folder.join("liasse.db"))), (0o700, 0o600));
        assert_eq!(mode(&made.folder.join("reste/tables/ngap.csv")), 0o600);
    }
    // Another one in the same minute does not take its place.
    let again = place.back_up();
    assert_eq!(again.name, "liasse-2026-01-15-0900-2");
    assert_eq!(place.drilled(), None);
}

#[test]
fn a_backup_goes_where_it_is_not_lost_with_the_data_and_a_stopped_one_leaves_nothing() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    let said = |into: &Path| make(&place.context(), into, &mut |_| Pace::Go).expect_err("refused").code().0;
    assert_eq!(said(&place.shelf.join("absent")), "sauvegarde.dossier_absent");
    assert_eq!(said(place.practice.folder()), "sauvegarde.dans_les_donnees");
    let inside = place.practice.folder().join("sauvegardes");
    fs::create_dir_all(&inside).expect("a folder");
    assert_eq!(said(&inside), "sauvegarde.dans_les_donnees");
    for stopped_at in [0, 1] {
        let mut count = 0;
        let mut step = |_| {
            count += 1;
            if count > stopped_at { Pace::Stop } else { Pace::Go }
        };
        let stopped = make(&place.context(), &place.shelf, &mut step);
        // A store this small is copied in one step, whose word is not asked any more.
        assert!(matches!(stopped, Err(BackupError::Stopped)), "{stopped:?}");
        assert_eq!(names(&place.shelf), [] as [String; 0]);
    }
    let elsewhere = Context { key: &Wrong, ..place.context() };
    let refused = make(&elsewhere, &place.shelf, &mut |_| Pace::Go).expect_err("refused");
    assert_eq!(refused.code().0, "store.cle_ou_dommage");
    assert_eq!(names(&place.shelf), [] as [String; 0]);
}

/// Another practice's key.
pub struct Wrong;

impl KeySource for Wrong {
    fn data_key(&self) -> Result<Zeroizing<[u8; 32]>, NoKey> {
        Ok(Zeroizing::new([8; 32]))
    }
}

#[test]
fn a_backup_is_put_back_elsewhere_with_all_that_was_in_it() {
    let place = Place::new();
    place.practice.sent(&["vitale-durand", "vitale-petit"]);
    fs::create_dir_all(place.practice.folder().join("tables")).expect("a folder");
    fs::write(place.practice.folder().join("tables/ngap.csv"), "a table").expect("written");
    let made = place.back_up();
    let before = fs::read(made.folder.join("liasse.db")).expect("read");
    // By the folder that holds it, as `backup` was told.
    let restored = place.restored(&place.shelf).expect("restored");
    assert_eq!((restored.name.as_str(), restored.world), ("liasse-2026-01-15-0900", World::Demo));
    assert_eq!((restored.journal_seq, restored.older), (made.checked.journal_seq, None));
    let root = place.elsewhere();
    assert_eq!(names(&root), ["liasse.db", "lock", "tables", "world.toml"]);
    assert_eq!(DataDir::world_of(&root).expect("read"), Some(World::Demo));
    assert_eq!(fs::read_to_string(root.join("tables/ngap.csv")).expect("read"), "a table");
    let store = Store::open(&root.join("liasse.db"), &KEY).expect("opens");
    let checked = store.verify_whole().expect("read");
    assert!(checked.is_sound(), "{:?}", checked.findings);
    let (mut now, mut then) = (checked.weighed, made.checked.weighed.clone());
    assert_eq!(now.tables.remove("journal"), then.tables.remove("journal").map(|rows| rows + 1), "it tells of it");
    assert_eq!(now, then);
    let last = store.journal_entries().expect("read").pop().expect("an entry");
    assert_eq!(last.action, "sauvegarde.restauree");
    assert!(last.payload.contains("liasse-2026-01-15-0900"), "{}", last.payload);
    assert_eq!(fs::read(made.folder.join("liasse.db")).expect("read"), before, "the backup is only read");
    drop(store);
    // Whose clock stands at the last entry must not find the journal after it.
    let stood = place.practice.clock.now();
    assert_eq!(Store::open(&root.join("liasse.db"), &KEY).expect("opens").journal_last_at(), Ok(Some(stood)));
    // Nothing is put over what is there.
    let again = place.restored(&made.folder).expect_err("refused");
    assert_eq!(again.code().0, "sauvegarde.dossier_occupe");
    // A demonstration has no secret.
    let secret = SecretString::from("quatre chevaux bleus");
    let other = place.shelf.join("encore");
    let unlock = Unlock::Secret(Way::Passphrase(&secret));
    let refused = restore(&made.folder, &other, unlock, stood, &mut |_| Pace::Go).expect_err("refused");
    assert_eq!((refused.code().0, other.exists()), ("sauvegarde.sans_secret", false));
    let refused = restore(&made.folder, &other, Unlock::Demo(&Wrong), stood, &mut |_| Pace::Go).expect_err("refused");
    assert_eq!((refused.code().0, other.exists()), ("sauvegarde.autre_cle", false));
}

#[test]
fn what_lies_there_is_set_aside_once_the_backup_is_proved_and_a_clock_beside_never_goes_back() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    let caisse = place.practice.folder().join("caisse");
    fs::create_dir_all(&caisse).expect("a folder");
    fs::write(caisse.join("clock"), "-900").expect("written");
    let made = place.back_up();
    let root = place.elsewhere();
    place.restored(&made.folder).expect("restored");
    assert_eq!(fs::read_to_string(root.join("caisse/clock")).expect("read"), "-900", "the clock comes along");
    let before = fs::read(root.join("liasse.db")).expect("read");
    let now = instant("2026-02-01T08:00:00Z");
    // What does not prove itself moves nothing.
    for (from, unlock, code) in [
        (made.folder.as_path(), Unlock::Demo(&Wrong), "sauvegarde.autre_cle"),
        (place.practice.folder(), Unlock::Demo(&Declared), "sauvegarde.illisible"),
    ] {
        assert_eq!(prove(from, unlock).map(drop).expect_err("refused").code().0, code);
    }
    assert_eq!(names(&root), ["caisse", "liasse.db", "lock", "world.toml"]);
    let proved = prove(&made.folder, Unlock::Demo(&Declared)).expect("proved");
    // Nor is it moved with what it is to replace.
    let within = proved.restore_over(&place.shelf, now, &mut |_| Pace::Go).expect_err("refused");
    assert_eq!(within.code().0, "sauvegarde.dans_le_dossier");
    assert!(made.folder.exists());
    let nothing = proved.restore_over(&place.shelf.join("rien"), now, &mut |_| Pace::Go).expect_err("refused");
    assert_eq!(nothing.code().0, "sauvegarde.rien_a_mettre_de_cote");
    for (beside, after) in [("-5000", "-900"), ("-100", "-100"), ("abîmé", "-900")] {
        fs::write(root.join("caisse/clock"), beside).expect("written");
        let (moved, _) = proved.restore_over(&root, now, &mut |_| Pace::Go).expect("restored");
        assert!(moved.join("world.toml").exists() && root.join("world.toml").exists());
        assert_eq!(fs::read_to_string(root.join("caisse/clock")).expect("read"), after, "beside: {beside}");
    }
    let aside = names(&root).into_iter().filter(|name| name.starts_with("mis-de-cote-"));
    let stores: Vec<Vec<u8>> = aside.map(|name| fs::read(root.join(name).join("liasse.db")).expect("kept")).collect();
    assert!(stores.len() == 3 && stores[0] == before, "nothing is deleted, however soon after one another");
}

#[test]
fn a_restore_that_was_cut_is_no_directory_and_is_made_again() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    let made = place.back_up();
    let root = place.elsewhere();
    // Stopped when everything is there and nothing is checked.
    let now = instant("2026-02-01T08:00:00Z");
    let stopped = restore(&made.folder, &root, Unlock::Demo(&Declared), now, &mut |_| Pace::Stop);
    assert!(matches!(stopped, Err(BackupError::Stopped)));
    assert!(root.join("liasse.db").exists() && root.join("restauration.partiel").exists());
    assert_eq!(DataDir::world_of(&root).expect("read"), None);
    assert!(DataDir::open_demo(&root).is_err(), "nobody takes half of it for a directory, or makes another in it");
    // Cut in the middle of the store, with a log of nobody's beside it.
    fs::write(root.join("liasse.db"), b"half").expect("written");
    fs::write(root.join("liasse.db-wal"), b"a log").expect("written");
    place.restored(&made.folder).expect("made again");
    assert_eq!(names(&root), ["liasse.db", "lock", "world.toml"]);
    drop(DataDir::open_demo(&root).expect("a directory"));
    let store = Store::open(&root.join("liasse.db"), &KEY).expect("opens");
    assert!(store.verify_whole().expect("read").is_sound());
}

#[test]
fn what_is_no_whole_backup_is_not_put_back() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    let made = place.back_up();
    let root = place.elsewhere();
    let said = |place: &Place, folder: &Path| {
        let refused = place.restored(folder).expect_err("refused").code().0;
        assert!(!root.join("world.toml").exists(), "no directory is left behind: {refused}");
        refused
    };
    assert_eq!(said(&place, &place.shelf.join("absent")), "sauvegarde.illisible");
    let whole = fs::read(made.folder.join("liasse.db")).expect("read");
    let list = fs::read(made.folder.join("manifeste.json")).expect("read");
    fs::write(made.folder.join("liasse.db"), &whole[..whole.len() / 2]).expect("cut");
    assert_eq!(said(&place, &made.folder), "sauvegarde.alteree");
    fs::write(made.folder.join("liasse.db"), &whole).expect("put back");
    for wrong in ["", "{}", "{\"v\":1}", "\u{0}"] {
        fs::write(made.folder.join("manifeste.json"), wrong).expect("written");
        assert_eq!(said(&place, &made.folder), "sauvegarde.illisible", "{wrong:?}");
    }
    fs::write(made.folder.join("manifeste.json"), "{\"v\":2}").expect("written");
    assert_eq!(said(&place, &made.folder), "sauvegarde.trop_recente");
    let text = String::from_utf8(list.clone()).expect("text");
    fs::write(made.folder.join("manifeste.json"), text.replace("\"liasse.db\"", "\"../liasse.db\"")).expect("written");
    assert_eq!(said(&place, &made.folder), "sauvegarde.illisible", "a list does not leave its folder");
    // Somebody who has the key damages a page: the cipher says so.
    fs::write(made.folder.join("manifeste.json"), &list).expect("put back");
    let mut damaged = whole.clone();
    damaged[4096 + 7] ^= 1;
    forged(&made.folder, &damaged);
    assert_eq!(said(&place, &made.folder), "store.pages_endommagees");
    // Or says that it ends elsewhere.
    forged(&made.folder, &whole);
    let mut list = manifest(&made.folder);
    list["journal"]["seq"] = 1.into();
    seal(&made.folder, &list, &KEY);
    assert_eq!(said(&place, &made.folder), "sauvegarde.alteree");
}

/// A medium that comes from somebody else may hold anything.
#[cfg(unix)]
#[test]
fn what_has_no_end_in_a_backup_is_not_read() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    let made = place.back_up();
    for (name, code) in [("liasse.db", "sauvegarde.alteree"), ("manifeste.json", "sauvegarde.illisible")] {
        fs::remove_file(made.folder.join(name)).expect("taken away");
        std::os::unix::fs::symlink("/dev/zero", made.folder.join(name)).expect("a link");
        assert_eq!(place.restored(&made.folder).expect_err("refused").code().0, code);
    }
}

#[test]
fn the_drill_finds_an_altered_a_cut_a_damaged_and_a_foreign_copy() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    assert_eq!(place.drilled(), Some("sauvegarde.aucune"));
    let made = place.back_up();
    assert_eq!(place.drilled(), None);
    let copy = made.folder.join("liasse.db");
    let whole = fs::read(&copy).expect("read");
    let mut altered = whole.clone();
    altered[9000] ^= 1;
    fs::write(&copy, &altered).expect("altered");
    assert_eq!(place.drilled(), Some("sauvegarde.alteree"));
    fs::write(&copy, &whole[..4096 * 3]).expect("cut");
    assert_eq!(place.drilled(), Some("sauvegarde.alteree"));
    fs::remove_file(&copy).expect("gone");
    assert_eq!(place.drilled(), Some("sauvegarde.alteree"));
    forged(&made.folder, &altered);
    assert_eq!(place.drilled(), Some("store.pages_endommagees"));
    forged(&made.folder, &whole[..4096 * 3]);
    assert_eq!(place.drilled(), Some("store.structure_endommagee"));
    forged(&made.folder, &whole[..whole.len() - 5]);
    assert_eq!(place.drilled(), Some("store.fichier_coupe"));
    // The copy of another practice, under the same key.
    let other = Place::new();
    other.practice.clock.set("2026-01-16T08:00:00Z");
    other.practice.posted(&["vitale-durand"]);
    let foreign = fs::read(other.back_up().folder.join("liasse.db")).expect("read");
    forged(&made.folder, &foreign);
    assert_eq!(place.drilled(), Some("store.copie_autre"));
    // What is another practice's by its list is not looked at.
    fs::write(&copy, &whole).expect("put back");
    fs::rename(other.back_up().folder, place.shelf.join("liasse-2030-01-01-0000")).expect("moved");
    forged(&made.folder, &whole);
    assert_eq!(place.drilled(), None, "the newest of this practice's");
    forged(&made.folder, b"nothing of a database");
    assert_eq!(place.drilled(), Some("sauvegarde.autre_cle"));
}

#[test]
fn the_drill_compares_with_the_data_as_they_were() {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    place.back_up();
    place.practice.clock.set("2026-01-15T15:00:00Z");
    place.practice.posted(&["vitale-petit"]);
    let drilled = drill(&place.context(), &place.shelf).expect("played");
    assert_eq!((drilled.fault().is_none(), drilled.differences.len()), (true, 0), "the desk went on");
    assert_eq!(drilled.checked.weighed.rows("document"), 1);
    // The data were put back to what they were before the backup.
    let late = place.back_up();
    let early = fs::read(place.shelf.join("liasse-2026-01-15-0900/liasse.db")).expect("read");
    for left in ["liasse.db-wal", "liasse.db-shm"] {
        drop(fs::remove_file(place.practice.folder().join(left)));
    }
    fs::write(&place.store, &early).expect("put back");
    let drilled = drill(&place.context(), &late.folder).expect("played");
    assert!(matches!(drilled.differences.as_slice(), [Difference::Ahead { .. }]), "{:?}", drilled.differences);
    assert_eq!(drilled.fault().map(|fault| fault.code().0), Some("store.copie_en_avance"));
}
