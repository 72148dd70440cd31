//! The text of the file: what is read back is what was written, and a hostile one costs nothing.

use super::*;
use crate::ports::OsIds;

const FOREIGN: &str = include_str!("../tests/cles.toml");

/// The checksum of the passphrase's wrap in a text, worked out by hand from the lines as they stand.
fn checked(text: &str) -> String {
    let section = text.split("[passphrase]\n").nth(1).and_then(|rest| rest.split("\n[").next()).expect("a section");
    let value = |name: &str| {
        let line = section.lines().find_map(|line| line.strip_prefix(&format!("{name} = "))).expect("a line");
        line.trim_matches('"').to_owned()
    };
    let mut hash = Sha256::new();
    hash.update(b"liasse-cle-controle\0liasse-cle\0");
    hash.update(1_u32.to_be_bytes());
    hash.update(unhex::<16>(&value("key_id")).expect("hex"));
    hash.update(b"passphrase\0");
    for cost in ["m_kib", "t", "p"] {
        hash.update(value(cost).parse::<u32>().expect("a number").to_be_bytes());
    }
    for bytes in ["salt", "nonce", "wrapped"] {
        hash.update(BASE64.decode(value(bytes)).expect("base64"));
    }
    text.replacen(&value("check"), &hex(&hash.finalize()), 1)
}

#[test]
fn what_is_written_reads_back() {
    let file = KeyFile::parse(FOREIGN).expect("parsed");
    assert_eq!(file.render(), FOREIGN);
    let mut next = file.wraps.clone();
    next.keyring = Slot::Absent;
    let chained = Slot::Whole(
        Wrap::seal(Kind::Next, &crate::keys::DataKey::draw(&mut OsIds), &[7; 32], None, &mut OsIds).expect("wrapped"),
    );
    let cut = KeyFile { next: Some(Next { chained, wraps: next }), ..file };
    let read = KeyFile::parse(&cut.render()).expect("parsed");
    // Wraps of another key than the next one are none of it.
    assert_eq!(read.next.as_ref().map(|next| next.wraps.passphrase.state()), Some(WayState::Damaged));
    assert_eq!((read.key_id, read.wraps), (cut.key_id, cut.wraps));
}

/// How each slot reads, those of the next key too where there is one.
fn states(file: &KeyFile) -> Vec<WayState> {
    let of = |wraps: &Wraps| wraps.slots().map(|(_, slot)| slot.state());
    let mut states = Vec::from(of(&file.wraps));
    if let Some(next) = &file.next {
        states.push(next.chained.state());
        states.extend(of(&next.wraps));
    }
    states
}

/// A change of key that was cut: seven wraps.
fn cut() -> KeyFile {
    let file = KeyFile::parse(FOREIGN).expect("parsed");
    let next = crate::keys::DataKey::draw(&mut OsIds);
    let wrapped = |kind: Kind| {
        let kdf = kind.is_derived().then(|| Kdf::draw(Cost::OF_A_CODE, &mut OsIds));
        Slot::Whole(Wrap::seal(kind, &next, &[7; 32], kdf, &mut OsIds).expect("wrapped"))
    };
    let [passphrase, recovery, keyring] = [Kind::Passphrase, Kind::Recovery, Kind::Keyring].map(wrapped);
    let wraps = Wraps { passphrase, recovery, keyring };
    KeyFile { next: Some(Next { chained: wrapped(Kind::Next), wraps }), ..file }
}

#[test]
fn one_wrong_byte_never_makes_a_wrap_absent() {
    for (text, wraps) in [(FOREIGN.to_owned(), 3), (cut().render(), 7)] {
        assert_eq!(states(&KeyFile::parse(&text).expect("parsed")), vec![WayState::Whole; wraps]);
        for (at, own) in text.bytes().enumerate() {
            for byte in [own ^ 1, own ^ 0x80, b'[', b']', b'#', b'\n'] {
                let mut bytes = text.as_bytes().to_vec();
                bytes[at] = byte;
                let file = KeyFile::parse(&String::from_utf8_lossy(&bytes));
                let found = file.map(|file| states(&file)).unwrap_or_default();
                assert_eq!(found.len(), wraps, "byte {at} as {byte}");
                assert!(!found.contains(&WayState::Absent), "byte {at} as {byte}: {found:?}");
                let whole = found.iter().filter(|state| **state == WayState::Whole).count();
                assert!(whole + 2 >= wraps, "byte {at} as {byte}: {found:?}");
            }
        }
    }
}

#[test]
fn what_is_not_there_is_absent_only_where_all_the_rest_reads() {
    use WayState::{Absent, Damaged, Whole};
    let mut file = KeyFile::parse(FOREIGN).expect("parsed");
    file.wraps.keyring = Slot::Absent;
    let plain = file.render();
    let read = |text: &str| KeyFile::parse(text).expect("parsed");
    assert_eq!(states(&read(&plain)), [Whole, Whole, Absent]);
    // A whole wrap says itself which one it is, and is written under its name again.
    let renamed = read(&plain.replacen("[recovery]", "[recoverx]", 1));
    assert_eq!((states(&renamed), renamed.render()), (vec![Whole, Whole, Absent], plain.clone()));
    // One that is not may be any that is missed; its text stays.
    let joined = read(&plain.replacen("[recovery]\n", "[recovery] ", 1));
    assert_eq!(states(&joined), [Whole, Damaged, Damaged]);
    assert!(joined.render().contains("c2VsIGR1IGNvZGUgMTIzNA==") && !joined.render().contains("[keyring]"));
    assert_eq!(states(&read(&format!("{plain}\n[autre]\nx = 1\n"))), [Whole, Whole, Damaged]);
    // Swallowed by the section before.
    let swallowed = KeyFile::parse(&FOREIGN.replacen("[recovery]", "recovery]", 1)).expect("parsed");
    assert_eq!(states(&swallowed), [Damaged, Damaged, Whole]);
}

#[test]
fn the_checksum_is_that_of_the_page() {
    assert_eq!(checked(FOREIGN), FOREIGN);
}

#[test]
fn a_hostile_cost_is_damage_before_any_work() {
    for (cost, hostile) in [
        ("m_kib = 64", "m_kib = 4294967295"),
        ("m_kib = 64", "m_kib = 1048577"),
        ("t = 1", "t = 11"),
        ("t = 1", "t = 4294967295"),
        ("p = 1", "p = 5"),
        ("t = 1", "t = 0"),
    ] {
        // Whoever can write the file can write its checksum too.
        let text = checked(&FOREIGN.replacen(cost, hostile, 1));
        let file = KeyFile::parse(&text).expect("parsed");
        assert_eq!(file.wraps.passphrase.state(), WayState::Damaged, "{hostile}");
        assert_eq!(file.wraps.recovery.state(), WayState::Whole);
    }
    // Within bounds it is another wrap, which opens nothing.
    let dearer = KeyFile::parse(&checked(&FOREIGN.replacen("t = 1", "t = 2", 1))).expect("parsed");
    assert_eq!(dearer.wraps.passphrase.state(), WayState::Whole);
}

#[test]
fn a_newer_file_is_newer_only_where_its_head_says_so() {
    let key_id: KeyId = std::array::from_fn(|at| u8::try_from(at).expect("small"));
    let head = |version: u32, check: &str| {
        format!("v = {version}\nkey_id = \"{}\"\ncheck = \"{check}\"\nmore = true\n\n[other]\n", hex(&key_id))
    };
    let newer = head(2, &hex(&head_check(2, &key_id)));
    assert_eq!(KeyFile::parse(&newer), Err(KeyError::Newer));
    assert_eq!(KeyFile::parse(&head(2, &"0".repeat(64))), Err(KeyError::FileDamaged));
    // A version that one bad byte made is no version.
    let flipped = KeyFile::parse(&FOREIGN.replacen("v = 1", "v = 3", 1)).expect("parsed");
    assert_eq!(flipped, KeyFile::parse(FOREIGN).expect("parsed"));
}

#[test]
fn wraps_that_change_places_are_none() {
    let swapped = FOREIGN.replacen("[passphrase]", "[x]", 1).replacen("[recovery]", "[passphrase]", 1);
    let file = KeyFile::parse(&swapped.replacen("[x]", "[recovery]", 1)).expect("parsed");
    let states = [file.wraps.passphrase.state(), file.wraps.recovery.state(), file.wraps.keyring.state()];
    assert_eq!(states, [WayState::Damaged, WayState::Damaged, WayState::Whole]);
    let twice = format!("{FOREIGN}\n[passphrase]\n{}\n", "t = 1");
    assert_eq!(KeyFile::parse(&twice).expect("parsed").wraps.passphrase.state(), WayState::Damaged);
}
