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
