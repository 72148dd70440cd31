//! TLV as cards write it: every object lies inside the bytes, and is found again where it was seen.

use liasse_cards::tlv::{Tlv, dig, find, objects, skip_category, whole_length, write};

/// How deep objects inside objects are followed: a reader never follows more than four.
const DEPTH: usize = 8;

/// How many of a row are looked for again: looking for all would take the square of their number.
const SOUGHT: usize = 16;

/// Any bytes as objects, and as EF.ATR with its leading category byte.
pub fn tlv(bytes: &[u8]) {
    walk(bytes, DEPTH);
    let behind = skip_category(bytes);
    assert!(bytes.ends_with(behind) && bytes.len() - behind.len() <= 1);
    walk(behind, 1);
    if let Some(length) = whole_length(bytes) {
        assert!(length >= 2, "a tag and a length");
        // What claims to be whole and is there is one object, but for padding that a tag cannot begin with.
        if length <= bytes.len() && !matches!(bytes.first(), Some(0x00 | 0xFF)) {
            assert!(objects(bytes).next().is_some_and(|first| first.value.len() < length));
        }
    }
}

fn walk(bytes: &[u8], depth: usize) {
    let mut taken = 0;
    for (rank, object) in objects(bytes).enumerate() {
        taken += object.value.len() + 2;
        assert!(taken <= bytes.len(), "more than there is");
        if rank < SOUGHT {
            assert!(find(bytes, object.tag).is_some() && dig(bytes, &[object.tag]) == find(bytes, object.tag));
        }
        written(object);
        if depth > 0 {
            walk(object.value, depth - 1);
        }
    }
}

fn written(object: Tlv<'_>) {
    let again = write(object.tag, object.value);
    assert_eq!(whole_length(&again), Some(again.len()));
    assert_eq!(objects(&again).next(), Some(object));
}
