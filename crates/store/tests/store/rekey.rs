//! A copy under another key: whole, the same, opened by that key alone; and one file put in the place of another.

use std::fs;
use std::path::PathBuf;

use liasse_store::{KeyChange, Store, StoreError, copy_under, discard_copy, take_place};

use crate::support::{Folder, KEY, Kind, Practice, stamp};

const NEXT: [u8; 32] = [9; 32];

fn copy_of(folder: &Folder) -> PathBuf {
    folder.path().join("liasse.db.new")
}

/// A practice that was closed, with an FSE in it.
fn closed() -> (Folder, String) {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid).to_string();
    let Practice { store, folder } = practice;
    drop(store);
    (folder, fse)
}

#[test]
fn a_copy_says_the_same_under_its_own_key_alone() {
    let (folder, fse) = closed();
    let copy = copy_of(&folder);
    copy_under(&folder.file(), &KEY, &NEXT, &copy).expect("copied");
    assert_eq!(Store::open(&copy, &KEY).err(), Some(StoreError::KeyOrDamage));
    let (one, other) = (folder.open(), Store::open(&copy, &NEXT).expect("opened"));
    assert_eq!(one.journal_head(), other.journal_head());
    assert!(other.journal_verify().expect("read").is_intact());
    let told = |store: &Store| {
        let entries = store.journal_entries().expect("read");
        entries.iter().filter(|entry| entry.fse.as_deref() == Some(fse.as_str())).count()
    };
    assert!(told(&one) > 0 && told(&one) == told(&other));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).expect("a copy").permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn a_wrong_key_and_a_store_that_is_gone_make_no_copy() {
    let (folder, _) = closed();
    let (copy, before) = (copy_of(&folder), fs::read(folder.file()).expect("the store"));
    assert_eq!(copy_under(&folder.file(), &NEXT, &KEY, &copy).err(), Some(StoreError::KeyOrDamage));
    let nowhere = folder.path().join("ailleurs.db");
    assert_eq!(copy_under(&nowhere, &KEY, &NEXT, &copy).err(), Some(StoreError::NoDirectory));
    assert!(!copy.exists() && !nowhere.exists());
    assert_eq!(fs::read(folder.file()).expect("the store"), before);
}

#[test]
fn a_damaged_store_is_not_taken_over() {
    let (folder, _) = closed();
    let mut bytes = fs::read(folder.file()).expect("the store");
    let last = bytes.len() - 100;
    bytes[last] ^= 0xff;
    fs::write(folder.file(), &bytes).expect("damaged");
    copy_under(&folder.file(), &KEY, &NEXT, &copy_of(&folder)).expect_err("damaged");
    assert_eq!(fs::read(folder.file()).expect("the store"), bytes);
}

#[test]
fn the_copy_takes_the_place_only_where_no_log_is_left() {
    let (folder, _) = closed();
    let copy = copy_of(&folder);
    fs::write(&copy, b"half of an earlier one").expect("written");
    copy_under(&folder.file(), &KEY, &NEXT, &copy).expect("copied");
    let log = folder.path().join("liasse.db-wal");
    fs::write(&log, b"changes of the old file").expect("written");
    assert_eq!(take_place(&copy, &folder.file()).err(), Some(StoreError::Busy));
    assert!(folder.file().exists() && copy.exists());
    fs::remove_file(&log).expect("gone");
    take_place(&copy, &folder.file()).expect("exchanged");
    assert!(!copy.exists());
    assert!(Store::open(&folder.file(), &NEXT).is_ok());
    discard_copy(&copy).expect("nothing is no fault");
}

#[test]
fn what_is_changed_is_told_and_no_secret() {
    let mut practice = Practice::new();
    for change in [
        KeyChange::Passphrase,
        KeyChange::Recovery,
        KeyChange::DataKey,
        KeyChange::KeyringTrusted,
        KeyChange::KeyringLeft,
    ] {
        practice.store.tell_of_keys(&stamp(), change).expect("told");
    }
    let entries = practice.store.journal_entries().expect("read");
    assert_eq!(entries.len(), 5);
    assert!(entries.iter().all(|entry| entry.action.starts_with("cles.") && entry.payload == "{}"));
    practice.assert_journal_intact();
}
