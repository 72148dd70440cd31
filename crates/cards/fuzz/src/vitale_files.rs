//! The files of a Vitale: names, numbers, the directory "POINTERS" with what it points to, our simulated content.

use super::files::FileCard;
use super::job::use_vitale;

/// A Vitale 2, one of six published (reference cards, 2.1).
pub const VITALE2: [u8; 10] = [0x3B, 0x75, 0x13, 0x00, 0x00, 0x47, 0x09, 0xEA, 0x90, 0x00];

/// Any bytes as the files of a card.
pub fn vitale_files(bytes: &[u8]) {
    use_vitale(FileCard::new(&VITALE2, bytes));
}
