//! A change of the data key on a real store: what opens afterwards, and after a cut between any two of its steps.

use std::fs;
use std::path::{Path, PathBuf};

use liasse_domain::{Clock, Coded, Instant};
use liasse_store::Store;

use super::super::rekey::{Rekey, Rekeyed, Settled, rekey, settle_by};
use super::double::{Folder, OTHER_PHRASE, PHRASE, Scripted, secret, small};
use super::*;
use crate::data_dir::DataDir;
use crate::desk::system_stamp;
use crate::office::OfficeError;

/// A clock that stands.
struct Standing;

impl Clock for Standing {
    fn now(&self) -> Instant {
        "2026-01-15T08:00:00Z".parse().expect("a moment")
    }
}

/// A practice with a store, a keyring that is trusted and its recovery code.
struct Cabinet {
    folder: Folder,
    key: DataKey,
    code: SecretString,
    keyring: Scripted,
}

impl Cabinet {
    fn new() -> Self {
        let (folder, keyring) = (Folder::new(), Scripted::default());
        let directory = DataDir::create_real(folder.path()).expect("made");
        let (mut keys, key, code) = Keys::create(folder.path(), &secret(PHRASE), &mut OsIds, small()).expect("created");
        let mut store = Store::open(&directory.store(), key.bytes()).expect("a store");
        store.config_set("desk.post", "3", &system_stamp(Standing.now())).expect("set");
        keys.trust_keyring(&key, &keyring, &mut OsIds).expect("trusted");
        crate::aside::made(folder.path()).expect("made");
        Self { folder, key, code: secret(&code.grouped()), keyring }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn custody(&self, way: Way<'_>) -> Result<Custody, OfficeError> {
        Custody::open(self.root(), way)
    }

    fn by_phrase(&self) -> Custody {
        self.custody(Way::Passphrase(&secret(PHRASE))).expect("opened")
    }

    fn begun(&self) -> Rekey {
        let phrase = secret(PHRASE);
        Rekey::begin(self.by_phrase(), &phrase, &self.keyring, &mut OsIds, small(), &Standing).expect("begun")
    }

    /// Cut after the copy, or after it took the place of the store.
    fn cut(&self, exchanged: bool) {
        let begun = self.begun();
        begun.copy().expect("copied");
        if exchanged {
            begun.swap().expect("swapped");
        }
    }

    /// What becomes of a change that was cut where this way opens the practice.
    fn settled_by(&self, way: Way<'_>) -> Settled {
        let keys = Keys::read(self.root()).expect("read").unlock(way).expect("opened");
        assert!(keys.len() <= 2);
        let opened = keys.iter().find(|key| Store::open(&self.store(), key.bytes()).is_ok()).expect("one opens");
        settle_by(self.root(), opened).expect("settled")
    }

    fn rekeyed(&self) -> Rekeyed {
        let phrase = secret(PHRASE);
        rekey(self.by_phrase(), &phrase, &self.keyring, &mut OsIds, small(), &Standing).expect("rekeyed")
    }

    fn store(&self) -> PathBuf {
        self.root().join("liasse.db")
    }

    /// What the practice kept, read by this way.
    fn kept(&self, way: Way<'_>) -> Option<String> {
        let keys = Keys::read(self.root()).ok()?.unlock(way).ok()?;
        let store = keys.iter().find_map(|key| Store::open(&self.store(), key.bytes()).ok())?;
        store.config_get("desk.post").expect("read")
    }

    fn opens_by_all(&self, code: &SecretString) -> bool {
        let phrase = secret(PHRASE);
        let ways = [Way::Passphrase(&phrase), Way::Recovery(code), Way::Keyring(&self.keyring)];
        ways.into_iter().all(|way| self.kept(way).as_deref() == Some("3"))
    }
}

#[test]
fn the_next_key_opens_and_the_former_one_nothing() {
    let cabinet = Cabinet::new();
    let plain = fs::read(cabinet.store()).expect("the store");
    let Rekeyed { code, short_name } = cabinet.rekeyed();
    let code = secret(&code.grouped());
    assert!(cabinet.opens_by_all(&code));
    assert_eq!(Store::open(&cabinet.store(), cabinet.key.bytes()).err(), Some(liasse_store::StoreError::KeyOrDamage));
    let keys = Keys::read(cabinet.root()).expect("read");
    assert_eq!(keys.unlock(Way::Recovery(&cabinet.code)), Err(KeyError::WrongRecovery));
    assert!(keys.name().starts_with(&short_name) && !keys.rekey_was_cut());
    assert_eq!(cabinet.keyring.accounts(), [keys.name()], "the former entry is gone");
    assert_ne!(fs::read(cabinet.store()).expect("the store"), plain);
    let names: Vec<String> = cabinet.folder.all().into_keys().collect();
    assert!(!names.iter().any(|name| name.contains(".new") || name.contains("-wal")), "{names:?}");
    let found = keys.unlock(Way::Passphrase(&secret(PHRASE))).expect("opened");
    let store = Store::open(&cabinet.store(), found[0].bytes()).expect("opened");
    assert!(store.journal_verify().expect("read").is_intact());
    assert!(store.journal_entries().expect("read").iter().any(|entry| entry.action == "cles.chiffrement"));
}

/// Cuts after `steps` steps; gives what all ways said then, and what became of it.
fn cut_after(steps: usize) -> (Cabinet, Settled) {
    let cabinet = Cabinet::new();
    let begun = cabinet.begun();
    if steps >= 1 {
        begun.copy().expect("copied");
    }
    if steps >= 2 {
        begun.swap().expect("swapped");
    }
    drop(begun);
    assert!(Keys::read(cabinet.root()).expect("read").rekey_was_cut());
    assert!(cabinet.opens_by_all(&cabinet.code), "after {steps} steps each way opens what is there");
    let settled = cabinet.by_phrase().settled();
    (cabinet, settled)
}

#[test]
fn cut_before_the_exchange_the_former_key_holds() {
    for steps in [0, 1] {
        let (cabinet, settled) = cut_after(steps);
        assert_eq!(settled, Settled::GivenUp);
        assert!(Store::open(&cabinet.store(), cabinet.key.bytes()).is_ok());
        assert!(cabinet.opens_by_all(&cabinet.code));
        assert!(!cabinet.root().join("liasse.db.new").exists());
        assert!(!Keys::read(cabinet.root()).expect("read").rekey_was_cut());
        // And it can be begun again.
        let code = cabinet.rekeyed().code;
        assert!(cabinet.opens_by_all(&secret(&code.grouped())));
    }
}

#[test]
fn cut_after_the_exchange_the_next_key_holds_without_a_code_that_nobody_saw() {
    let (cabinet, settled) = cut_after(2);
    assert_eq!(settled, Settled::Finished);
    assert!(Store::open(&cabinet.store(), cabinet.key.bytes()).is_err());
    let mut custody = cabinet.by_phrase();
    assert_eq!(custody.settled(), Settled::Nothing);
    assert_eq!(custody.ways().recovery, WayState::Absent);
    let code = custody.new_recovery(&Standing).expect("another code");
    drop(custody);
    assert!(cabinet.opens_by_all(&secret(&code.grouped())));
}

#[test]
fn an_unfinished_copy_of_a_former_try_is_in_nobodys_way() {
    let cabinet = Cabinet::new();
    for name in ["liasse.db.new", "liasse.db.new-wal"] {
        fs::write(cabinet.root().join(name), b"half of it").expect("written");
    }
    let code = cabinet.rekeyed().code;
    assert!(cabinet.opens_by_all(&secret(&code.grouped())));
}

#[test]
fn a_change_that_had_not_reached_the_store_is_given_up_by_each_way() {
    for part in Part::ALL {
        let (cabinet, phrase) = (Cabinet::new(), secret(PHRASE));
        cabinet.cut(false);
        let way = match part {
            Part::Passphrase => Way::Passphrase(&phrase),
            Part::Recovery => Way::Recovery(&cabinet.code),
            Part::Keyring => Way::Keyring(&cabinet.keyring),
        };
        assert_eq!((cabinet.settled_by(way), cabinet.settled_by(way)), (Settled::GivenUp, Settled::Nothing));
        assert!(cabinet.opens_by_all(&cabinet.code), "{part:?}");
    }
}

#[test]
fn a_change_that_had_reached_the_store_is_ended_by_the_passphrase_alone() {
    let (cabinet, phrase) = (Cabinet::new(), secret(PHRASE));
    cabinet.cut(true);
    let before = cabinet.folder.bytes();
    for way in [Way::Recovery(&cabinet.code), Way::Keyring(&cabinet.keyring)] {
        assert_eq!(cabinet.settled_by(way), Settled::Waits);
    }
    let custody = cabinet.custody(Way::Recovery(&cabinet.code)).expect("opened");
    assert_eq!(custody.settled(), Settled::Waits);
    drop(custody);
    assert_eq!(cabinet.folder.bytes(), before);
    assert!(cabinet.opens_by_all(&cabinet.code), "the former code may be all that somebody has");
    assert_eq!(cabinet.settled_by(Way::Passphrase(&phrase)), Settled::Finished);
    assert_eq!(cabinet.settled_by(Way::Passphrase(&phrase)), Settled::Nothing);
    assert_eq!(cabinet.kept(Way::Passphrase(&phrase)).as_deref(), Some("3"));
    assert_eq!(cabinet.kept(Way::Keyring(&cabinet.keyring)).as_deref(), Some("3"));
    assert_eq!(cabinet.kept(Way::Recovery(&cabinet.code)), None);
}

/// The passphrase forgotten, and the key changed and cut: the code on paper opens, and another passphrase ends it.
#[test]
fn a_change_that_had_reached_the_store_is_ended_by_another_passphrase() {
    let cabinet = Cabinet::new();
    cabinet.cut(true);
    let mut custody = cabinet.custody(Way::Recovery(&cabinet.code)).expect("opened");
    let refused = custody.new_recovery(&Standing).expect_err("the former code alone leads to the next key");
    assert_eq!(refused.code().0, "cles.changement_coupe");
    custody.change_passphrase(&secret(OTHER_PHRASE), small(), &Standing).expect("changed");
    custody.new_recovery(&Standing).expect("another code");
    drop(custody);
    assert!(!Keys::read(cabinet.root()).expect("read").rekey_was_cut());
    assert_eq!(cabinet.kept(Way::Passphrase(&secret(OTHER_PHRASE))).as_deref(), Some("3"));
    assert_eq!(cabinet.kept(Way::Passphrase(&secret(PHRASE))), None);
}

#[test]
fn a_keyring_that_is_left_while_a_change_is_cut_opens_neither_key() {
    let cabinet = Cabinet::new();
    cabinet.cut(true);
    assert_eq!(cabinet.keyring.accounts().len(), 2);
    let mut custody = cabinet.custody(Way::Recovery(&cabinet.code)).expect("opened");
    custody.leave_keyring(&cabinet.keyring, &Standing).expect("left");
    drop(custody);
    assert_eq!(cabinet.kept(Way::Keyring(&cabinet.keyring)), None);
    assert_eq!(Keys::read(cabinet.root()).expect("read").ways().keyring, WayState::Absent);
    assert!(cabinet.keyring.accounts().is_empty());
    assert_eq!(cabinet.kept(Way::Recovery(&cabinet.code)).as_deref(), Some("3"));
}

#[test]
fn while_a_change_is_cut_no_way_is_changed() {
    let cabinet = Cabinet::new();
    drop(cabinet.begun());
    let before = cabinet.folder.bytes();
    let mut keys = Keys::read(cabinet.root()).expect("read");
    let changed = keys.change_passphrase(&cabinet.key, &secret(OTHER_PHRASE), &mut OsIds, small());
    assert_eq!(changed, Err(KeyError::RekeyCut));
    assert_eq!(keys.new_recovery(&cabinet.key, &mut OsIds).err(), Some(KeyError::RekeyCut));
    assert_eq!(cabinet.folder.bytes(), before);
}

#[test]
fn a_refusal_leaves_store_and_keys_byte_for_byte() {
    let cabinet = Cabinet::new();
    let before = cabinet.folder.all();
    let other = Cabinet::new();
    for (way, code) in [
        (Way::Passphrase(&secret(OTHER_PHRASE)), "cles.phrase_fausse"),
        (Way::Recovery(&other.code), "cles.code_faux"),
        (Way::Keyring(&cabinet.keyring), "acces.phrase_secrete"),
    ] {
        let refused = cabinet.custody(way).err().expect("refused");
        assert_eq!(refused.code().0, code);
    }
    // Keys of another practice do not open this store, and leave it alone.
    let own = cabinet.folder.bytes();
    cabinet.folder.write(other.folder.bytes());
    let refused = cabinet.custody(Way::Passphrase(&secret(PHRASE))).err().expect("refused");
    assert_eq!(refused.code().0, "store.cle_ou_dommage");
    cabinet.folder.write(own);
    assert_eq!(cabinet.folder.all(), before);
    // A store that is gone is not made anew.
    fs::rename(cabinet.store(), cabinet.root().join("ailleurs.db")).expect("moved");
    assert_eq!(
        cabinet.custody(Way::Passphrase(&secret(PHRASE))).err().expect("refused").code().0,
        "system.donnees_absentes"
    );
    assert!(!cabinet.store().exists());
}

#[test]
fn each_change_is_told_in_the_journal() {
    let cabinet = Cabinet::new();
    let mut custody = cabinet.by_phrase();
    custody.change_passphrase(&secret(OTHER_PHRASE), small(), &Standing).expect("changed");
    custody.new_recovery(&Standing).expect("another code");
    custody.leave_keyring(&cabinet.keyring, &Standing).expect("left");
    custody.trust_keyring(&cabinet.keyring, &Standing).expect("trusted");
    let refused = custody.change_passphrase(&secret("trop court"), small(), &Standing).expect_err("refused");
    assert_eq!(refused.code().0, "cles.phrase_courte");
    drop(custody);
    let store = Store::open(&cabinet.store(), cabinet.key.bytes()).expect("opened");
    let told = store.journal_entries().expect("read").into_iter().map(|entry| entry.action);
    let told: Vec<String> = told.filter(|action| action.starts_with("cles.")).collect();
    assert_eq!(told, ["cles.phrase", "cles.secours", "cles.sans_trousseau", "cles.trousseau"]);
}

#[test]
fn a_change_that_was_cut_is_not_ended_where_that_would_leave_no_way_in() {
    let cabinet = Cabinet::new();
    cabinet.cut(true);
    let text = cabinet.folder.text();
    let (before, after) = text.split_at(text.find("[next.passphrase]").expect("a section"));
    cabinet.folder.write(format!("{before}{}", after.replacen("nonce = \"", "nonce = \"?", 1)));
    let custody = cabinet.by_phrase();
    assert_eq!(custody.settled(), Settled::Waits);
    assert!(cabinet.opens_by_all(&cabinet.code), "the former wraps lead to the next key");
    // Another change of key would lose the one that the store is under.
    let phrase = secret(PHRASE);
    let refused = Rekey::begin(custody, &phrase, &cabinet.keyring, &mut OsIds, small(), &Standing).err();
    assert_eq!(refused.map(|error| error.code().0), Some("cles.changement_coupe"));
    assert!(cabinet.opens_by_all(&cabinet.code));
    // Another passphrase ends it.
    let mut custody = cabinet.by_phrase();
    custody.change_passphrase(&secret(OTHER_PHRASE), small(), &Standing).expect("changed");
    drop(custody);
    assert!(!Keys::read(cabinet.root()).expect("read").rekey_was_cut());
    assert_eq!(cabinet.kept(Way::Passphrase(&secret(OTHER_PHRASE))).as_deref(), Some("3"));
    assert_eq!(cabinet.kept(Way::Passphrase(&phrase)), None);
}
