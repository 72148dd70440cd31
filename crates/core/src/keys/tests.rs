//! Each failure of the keys told apart, and none that changes a byte; what a change of a way in does, and what it leaves.

mod double;
mod rekeying;

use std::fs;

use proptest::prelude::*;

use super::*;
use crate::ports::{KeySource, OsIds};
use double::{Folder, OTHER_PHRASE, PHRASE, Scripted, secret, small};

/// Made by another program after `docs/security.md`: Python's `cryptography` for AES-GCM, libargon2 for Argon2id.
const FOREIGN: &str = include_str!("tests/cles.toml");
const FOREIGN_CODE: &str = "5GV6-HW7J-X8KY-9MZA-N0BP-1CQ2-DR3E-Q2HX";

/// Keys in a folder of their own, with a keyring that is trusted.
struct Bench {
    folder: Folder,
    keys: Keys,
    key: DataKey,
    code: SecretString,
    keyring: Scripted,
}

impl Bench {
    fn new() -> Self {
        let (folder, keyring) = (Folder::new(), Scripted::default());
        let (mut keys, key, code) = Keys::create(folder.path(), &secret(PHRASE), &mut OsIds, small()).expect("created");
        keys.trust_keyring(&key, &keyring, &mut OsIds).expect("trusted");
        Self { folder, keys, key, code: secret(&code.grouped()), keyring }
    }

    /// As the next program finds it.
    fn again(&self) -> Keys {
        Keys::read(self.folder.path()).expect("read")
    }

    fn opens(&self, way: Way<'_>) -> bool {
        self.again().unlock(way).is_ok_and(|keys| keys == [self.key.clone()])
    }
}

#[test]
fn each_of_the_three_ways_opens_the_same_key() {
    let bench = Bench::new();
    for way in [Way::Passphrase(&secret(PHRASE)), Way::Recovery(&bench.code), Way::Keyring(&bench.keyring)] {
        assert_eq!(bench.again().unlock(way), Ok(vec![bench.key.clone()]));
    }
    let typed = bench.code.expose_secret().to_lowercase().replace('-', " ");
    assert!(bench.opens(Way::Recovery(&secret(&typed))));
    assert_eq!(bench.key.data_key().expect("a key").as_slice(), bench.key.bytes());
    assert_eq!(bench.keyring.accounts(), [bench.keys.name()]);
    let whole = Ways { passphrase: WayState::Whole, recovery: WayState::Whole, keyring: WayState::Whole };
    assert_eq!(bench.keys.ways(), whole);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let file = fs::metadata(bench.folder.path().join(FILE)).expect("the file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(bench.folder.all().keys().collect::<Vec<_>>(), [FILE], "nothing else is left beside it");
}

#[test]
fn nothing_that_is_written_tells_a_secret() {
    let bench = Bench::new();
    let text = bench.folder.text();
    let bytes = bench.key.bytes();
    for written in [PHRASE, bench.code.expose_secret(), &*hex(bytes), &*BASE64.encode(bytes)] {
        assert!(!text.contains(written));
    }
    let debug = format!("{:?}", bench.key);
    assert!(!debug.contains(&hex(bytes)) && !debug.contains(&format!("{bytes:?}")), "{debug}");
    // Nor does the entry in the keyring open anything alone.
    let entry = bench.keyring.get(&bench.keys.name()).expect("an entry");
    assert!(!entry.windows(32).any(|window| window == bytes) && !text.as_bytes().windows(44).any(|w| w == *entry));
}

#[test]
fn each_wrong_secret_is_told_apart_and_changes_nothing() {
    let bench = Bench::new();
    let before = bench.folder.all();
    let other = Bench::new();
    let refused = |way: Way<'_>| bench.again().unlock(way).expect_err("refused");
    assert_eq!(refused(Way::Passphrase(&secret(OTHER_PHRASE))), KeyError::WrongPassphrase);
    assert_eq!(refused(Way::Passphrase(&secret(""))), KeyError::WrongPassphrase);
    assert_eq!(refused(Way::Passphrase(&bench.code)), KeyError::WrongPassphrase);
    assert_eq!(refused(Way::Recovery(&other.code)), KeyError::WrongRecovery);
    assert_eq!(refused(Way::Recovery(&secret(PHRASE))), KeyError::RecoveryMistyped);
    let long = format!("{}0", bench.code.expose_secret());
    assert_eq!(refused(Way::Recovery(&secret(&long))), KeyError::RecoveryMistyped);
    for (says, told) in [
        (KeyringError::NoService, KeyError::NoKeyring),
        (KeyringError::Locked, KeyError::KeyringLocked),
        (KeyringError::NoEntry, KeyError::KeyringEntryGone),
    ] {
        bench.keyring.refuse(Some(says));
        assert_eq!(refused(Way::Keyring(&bench.keyring)), told);
    }
    bench.keyring.refuse(None);
    bench.keyring.set(&bench.keys.name(), b"not what was kept").expect("set");
    assert_eq!(refused(Way::Keyring(&bench.keyring)), KeyError::KeyringEntryGone);
    let foreign = other.keyring.get(&other.keys.name()).expect("an entry");
    bench.keyring.set(&bench.keys.name(), &foreign).expect("set");
    assert_eq!(refused(Way::Keyring(&bench.keyring)), KeyError::KeyringEntryGone);
    assert_eq!(bench.folder.all(), before);
    assert!(bench.opens(Way::Passphrase(&secret(PHRASE))) && bench.opens(Way::Recovery(&bench.code)));
}

#[test]
fn a_keyring_that_was_emptied_leaves_two_ways() {
    let bench = Bench::new();
    bench.keyring.empty();
    assert_eq!(bench.again().unlock(Way::Keyring(&bench.keyring)), Err(KeyError::KeyringEntryGone));
    assert!(bench.opens(Way::Passphrase(&secret(PHRASE))) && bench.opens(Way::Recovery(&bench.code)));
    let mut keys = bench.again();
    keys.trust_keyring(&bench.key, &bench.keyring, &mut OsIds).expect("trusted again");
    assert!(bench.opens(Way::Keyring(&bench.keyring)));
}

#[test]
fn a_damaged_wrap_is_named_and_the_others_open() {
    let bench = Bench::new();
    for (heading, part) in [("passphrase", Part::Passphrase), ("recovery", Part::Recovery), ("keyring", Part::Keyring)]
    {
        let whole = bench.folder.text();
        let at = whole.find(&format!("[{heading}]")).expect("a section");
        let nonce = at + whole[at..].find("nonce = \"").expect("a nonce") + "nonce = \"".len();
        let other = if whole[nonce..].starts_with('A') { "B" } else { "A" };
        let mut text = whole.clone();
        text.replace_range(nonce..=nonce, other);
        bench.folder.write(&text);
        let (code, phrase) = (&bench.code, secret(PHRASE));
        for way in [Way::Passphrase(&phrase), Way::Recovery(code), Way::Keyring(&bench.keyring)] {
            if way.part() == part {
                let ways = bench.again().ways();
                assert_eq!(ways.of(part), WayState::Damaged);
                assert_eq!(bench.again().unlock(way), Err(KeyError::Damaged { which: part, ways }));
            } else {
                assert!(bench.opens(way), "{part:?}");
            }
        }
        assert_eq!(bench.folder.text(), text, "looking at it changes nothing");
        bench.folder.write(&whole);
    }
}

#[test]
fn a_damaged_wrap_is_kept_as_it_is_until_it_is_made_anew() {
    let bench = Bench::new();
    let text = bench.folder.text().replacen("nonce = \"", "nonce = \"?", 1);
    bench.folder.write(&text);
    let mut keys = bench.again();
    let code = keys.new_recovery(&bench.key, &mut OsIds).expect("another code");
    assert!(bench.folder.text().contains("nonce = \"?"));
    assert_eq!(bench.again().ways().passphrase, WayState::Damaged);
    keys.change_passphrase(&bench.key, &secret(OTHER_PHRASE), &mut OsIds, small()).expect("changed");
    assert!(!bench.folder.text().contains("nonce = \"?"));
    assert!(
        bench.opens(Way::Passphrase(&secret(OTHER_PHRASE))) && bench.opens(Way::Recovery(&secret(&code.grouped())))
    );
}

#[test]
fn what_is_absent_newer_foreign_or_too_big_is_said_and_left() {
    let folder = Folder::new();
    assert_eq!(Keys::read(folder.path()).err(), Some(KeyError::Absent));
    assert!(!Keys::exists(folder.path()));
    for foreign in ["", "bonjour", "[passphrase]\n", "v = 1\n", "\u{0}\u{1}\u{2}", &*"#".repeat(70_000)] {
        folder.write(foreign);
        assert_eq!(Keys::read(folder.path()).err(), Some(KeyError::FileDamaged));
        let refused = Keys::create(folder.path(), &secret(PHRASE), &mut OsIds, small()).err();
        assert_eq!((refused, folder.text()), (Some(KeyError::Exists), foreign.to_owned()));
    }
}

/// What has no length and no end is not read.
#[cfg(unix)]
#[test]
fn what_is_no_file_is_no_file_of_keys() {
    let folder = Folder::new();
    std::os::unix::fs::symlink("/dev/zero", folder.path().join(FILE)).expect("a link");
    assert_eq!(Keys::read(folder.path()).err(), Some(KeyError::FileDamaged));
}

#[test]
fn a_passphrase_that_is_guessed_at_once_is_refused_before_anything_is_written() {
    let folder = Folder::new();
    for (phrase, told) in [("motdepasse", KeyError::TooShort), ("motdemotdemotde", KeyError::TooPlain)] {
        assert_eq!(Keys::create(folder.path(), &secret(phrase), &mut OsIds, small()).err(), Some(told));
        assert!(folder.all().is_empty());
    }
    let bench = Bench::new();
    let before = bench.folder.all();
    let mut keys = bench.again();
    let refused = keys.change_passphrase(&bench.key, &secret("123456789012"), &mut OsIds, small());
    assert_eq!((refused, bench.folder.all()), (Err(KeyError::TooPlain), before));
}

#[test]
fn another_passphrase_opens_the_same_key_and_the_former_one_nothing() {
    let mut bench = Bench::new();
    bench.keys.change_passphrase(&bench.key, &secret(OTHER_PHRASE), &mut OsIds, small()).expect("changed");
    assert!(bench.opens(Way::Passphrase(&secret(OTHER_PHRASE))), "the data key stays");
    assert_eq!(bench.again().unlock(Way::Passphrase(&secret(PHRASE))), Err(KeyError::WrongPassphrase));
    assert!(bench.opens(Way::Recovery(&bench.code)) && bench.opens(Way::Keyring(&bench.keyring)));
    assert_eq!(bench.folder.all().len(), 1, "no former file from which the former passphrase would open");
}

/// « Vélo-1987-Ardèche » as two systems write it: an accent within its letter, or behind it.
const ACCENTED: [&str; 2] = ["V\u{e9}lo-1987-Ard\u{e8}che", "Ve\u{301}lo-1987-Arde\u{300}che"];

#[test]
fn a_passphrase_opens_in_whichever_form_a_system_writes_its_accents() {
    for (chosen, typed) in [(0, 1), (1, 0)].map(|(one, other)| (secret(ACCENTED[one]), secret(ACCENTED[other]))) {
        assert!(Keys::are_same(&chosen, &typed) && chosen.expose_secret() != typed.expose_secret());
        let folder = Folder::new();
        let (_, key, _) = Keys::create(folder.path(), &chosen, &mut OsIds, small()).expect("created");
        let keys = Keys::read(folder.path()).expect("read");
        assert_eq!(keys.unlock(Way::Passphrase(&typed)), Ok(vec![key]));
        // And where it takes the place of another one.
        let mut bench = Bench::new();
        bench.keys.change_passphrase(&bench.key, &chosen, &mut OsIds, small()).expect("changed");
        assert!(bench.opens(Way::Passphrase(&typed)) && bench.opens(Way::Passphrase(&chosen)));
    }
    assert!(!Keys::are_same(&secret(PHRASE), &secret(OTHER_PHRASE)));
}

#[test]
fn a_key_says_by_which_way_it_was_opened() {
    let bench = Bench::new();
    assert_eq!(bench.key.by(), None);
    for way in [Way::Passphrase(&secret(PHRASE)), Way::Recovery(&bench.code), Way::Keyring(&bench.keyring)] {
        let found = bench.again().unlock(way).expect("opened");
        assert_eq!(found.iter().map(DataKey::by).collect::<Vec<_>>(), [Some(way.part())]);
    }
}

#[test]
fn another_recovery_code_opens_and_the_former_one_nothing() {
    let mut bench = Bench::new();
    let code = bench.keys.new_recovery(&bench.key, &mut OsIds).expect("another code");
    assert!(bench.opens(Way::Recovery(&secret(&code.grouped()))));
    assert_eq!(bench.again().unlock(Way::Recovery(&bench.code)), Err(KeyError::WrongRecovery));
    assert!(bench.opens(Way::Passphrase(&secret(PHRASE))) && bench.opens(Way::Keyring(&bench.keyring)));
}

#[test]
fn a_keyring_is_left_for_good_and_one_that_refuses_is_not_trusted() {
    let mut bench = Bench::new();
    bench.keys.leave_keyring(&bench.keyring).expect("left");
    assert!(bench.keyring.accounts().is_empty());
    assert_eq!(bench.again().unlock(Way::Keyring(&bench.keyring)), Err(KeyError::KeyringUnused));
    assert_eq!(bench.keys.leave_keyring(&bench.keyring), Err(KeyError::KeyringUnused));
    let before = bench.folder.all();
    for (says, told) in [
        (KeyringError::NoService, KeyError::NoKeyring),
        (KeyringError::NoEntry, KeyError::NoKeyring),
        (KeyringError::Locked, KeyError::KeyringLocked),
    ] {
        bench.keyring.refuse(Some(says));
        assert_eq!(bench.keys.trust_keyring(&bench.key, &bench.keyring, &mut OsIds), Err(told));
    }
    assert_eq!(bench.folder.all(), before);
    // The wrap goes even where the keyring does not answer any more.
    bench.keyring.refuse(None);
    bench.keys.trust_keyring(&bench.key, &bench.keyring, &mut OsIds).expect("trusted");
    bench.keyring.refuse(Some(KeyringError::NoService));
    bench.keys.leave_keyring(&bench.keyring).expect("left");
    assert_eq!(bench.again().ways().keyring, WayState::Absent);
}

#[test]
fn a_disk_that_refuses_leaves_the_keys_as_they_were() {
    let mut bench = Bench::new();
    let before = bench.folder.bytes();
    // Where the new file would be written stands a folder.
    fs::create_dir(bench.folder.path().join("cles.toml.new")).expect("a folder");
    let changed = bench.keys.change_passphrase(&bench.key, &secret(OTHER_PHRASE), &mut OsIds, small());
    assert!(matches!(changed, Err(KeyError::Io { .. })), "{changed:?}");
    assert!(bench.keys.new_recovery(&bench.key, &mut OsIds).is_err());
    assert!(bench.keys.leave_keyring(&bench.keyring).is_err());
    assert_eq!((bench.folder.bytes(), bench.keyring.accounts().len()), (before, 1));
    assert_eq!(bench.keys.unlock(Way::Passphrase(&secret(PHRASE))), Ok(vec![bench.key.clone()]), "nor in memory");
}

#[test]
fn a_folder_that_is_not_synced_leaves_memory_and_disk_of_one_mind() {
    let mut bench = Bench::new();
    let (slot, code) = for_recovery(&bench.key, &mut OsIds).expect("a code");
    let mut file = bench.keys.file.clone();
    file.wraps.recovery = slot;
    let refused = |_: &Path| Err(std::io::Error::from(std::io::ErrorKind::Other));
    assert_eq!(bench.keys.keep_by(file, refused), Err(KeyError::Unconfirmed));
    assert_eq!(bench.keys.file, bench.again().file);
    assert!(bench.opens(Way::Recovery(&secret(&code.grouped()))) && !bench.opens(Way::Recovery(&bench.code)));
    // The next change is made on it, and brings nothing of before back.
    bench.keys.change_passphrase(&bench.key, &secret(OTHER_PHRASE), &mut OsIds, small()).expect("changed");
    assert!(bench.opens(Way::Recovery(&secret(&code.grouped()))));
}

#[test]
fn a_backup_takes_passphrase_and_code_and_leaves_the_keyring() {
    let bench = Bench::new();
    let copy = Folder::new();
    copy.write(bench.again().for_backup());
    let keys = Keys::read(copy.path()).expect("read");
    assert_eq!(keys.ways().keyring, WayState::Absent);
    assert_eq!(keys.unlock(Way::Recovery(&bench.code)), Ok(vec![bench.key.clone()]));
    assert_eq!(keys.unlock(Way::Passphrase(&secret(PHRASE))), Ok(vec![bench.key.clone()]));
}

#[test]
fn what_another_program_wrote_after_the_page_opens_and_is_written_the_same() {
    let folder = Folder::new();
    folder.write(FOREIGN);
    let keys = Keys::read(folder.path()).expect("read");
    let expected: [u8; 32] = std::array::from_fn(|at| 0x40 + u8::try_from(at).expect("small"));
    let keyring = Scripted::default();
    keyring.set(&keys.name(), BASE64.encode([0xaa_u8; 32]).as_bytes()).expect("set");
    for way in [Way::Passphrase(&secret(PHRASE)), Way::Recovery(&secret(FOREIGN_CODE)), Way::Keyring(&keyring)] {
        let found = keys.unlock(way).expect("opened");
        assert_eq!(found.iter().map(DataKey::bytes).collect::<Vec<_>>(), [&expected]);
    }
    assert_eq!(keys.file.render(), FOREIGN);
}

/// What a way may say of a file in which one byte is another one: the same key, or that it is damaged.
fn is_the_same_or_damaged(keys: &Result<Keys, KeyError>, way: Way<'_>, expected: &[u8; 32]) -> bool {
    match keys.as_ref().map(|keys| keys.unlock(way)) {
        Ok(Ok(found)) => found.len() == 1 && found.iter().all(|key| key.bytes() == expected),
        Ok(Err(KeyError::Damaged { which, .. })) => which == way.part(),
        _ => false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn one_wrong_byte_never_gives_another_key(at in 0..FOREIGN.len(), byte in any::<u8>()) {
        let folder = Folder::new();
        let mut bytes = FOREIGN.as_bytes().to_vec();
        bytes[at] = byte;
        folder.write(&bytes);
        let keys = Keys::read(folder.path());
        let expected: [u8; 32] = std::array::from_fn(|at| 0x40 + u8::try_from(at).expect("small"));
        let keyring = Scripted::default();
        keyring.set("000102030405060708090a0b0c0d0e0f", BASE64.encode([0xaa_u8; 32]).as_bytes()).expect("set");
        let (phrase, code) = (secret(PHRASE), secret(FOREIGN_CODE));
        let mut open = 0;
        for way in [Way::Passphrase(&phrase), Way::Recovery(&code), Way::Keyring(&keyring)] {
            prop_assert!(is_the_same_or_damaged(&keys, way, &expected), "byte {} as {}", at, byte);
            open += usize::from(keys.as_ref().is_ok_and(|keys| keys.unlock(way).is_ok()));
        }
        // One byte between two sections may spoil both; never all.
        prop_assert!(open >= 1, "byte {} as {}", at, byte);
        prop_assert_eq!(folder.bytes(), bytes);
    }

    #[test]
    fn no_file_makes_the_reader_panic(text in "\\PC{0,400}|(\\[?(next\\.)?(passphrase|recovery|keyring|v = 1|check = \"0\")\\]?\n){0,20}") {
        let folder = Folder::new();
        folder.write(&text);
        prop_assert!(Keys::read(folder.path()).is_err());
    }
}
