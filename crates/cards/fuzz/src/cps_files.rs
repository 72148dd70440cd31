//! The files of a CPS: EF.SN, EF.ATR, the PKCS#15 directories, certificates, PIN object, holder, situations.

use liasse_cards::cps::pkcs15;
use liasse_cards::sim;

use super::files::FileCard;
use super::job::use_cps;

/// A CPS3 on contact (reference cards, 1.2), and one of the fourth generation.
pub const CPS3: [u8; 17] =
    [0x3B, 0xAC, 0x00, 0x40, 0x2A, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x00, 0x03, 0x10, 0x00, 0x90, 0x00];
/// See [`CPS3`].
pub const CPS4: [u8; 17] =
    [0x3B, 0x9B, 0x18, 0x80, 0x01, 0x00, 0x12, 0x25, 0x00, 0x64, 0x80, 0x04, 0x01, 0x00, 0x00, 0x90, 0x44];

/// Any bytes as the files of a card, and as one certificate directory.
pub fn cps_files(bytes: &[u8]) {
    for atr in [&CPS3, &CPS4] {
        use_cps(FileCard::new(atr, bytes));
    }
    let records = pkcs15::certificate_records(bytes);
    assert!(records.len() <= 16 && records.iter().all(|record| (2..=12).contains(&record.path.len())));
    assert!(records.iter().all(|record| record.path.starts_with(&[0x3F, 0x00])), "a path from the master file on");
    let (keys, codes) = (pkcs15::key_records(bytes), pkcs15::code_records(bytes));
    assert!(keys.len() <= 16 && codes.len() <= 16);
    let mut labels = keys.iter().map(|key| &key.label).chain(codes.iter().map(|code| &code.label));
    assert!(labels.all(|label| label.chars().count() <= 64 && !label.contains(char::is_control)));
    if let Ok(Some(groups)) = sim::unwrap(bytes) {
        assert!(matches!(sim::unwrap(&sim::wrap(&groups)), Ok(Some(again)) if again == groups));
    }
}
