//! Lots and files: records by hand, exact slices, damage.

use liasse_domain::{Coded, Destination, FileIdentifier, LotNumber, SecuringMode};
use liasse_formats::b2::{Profile, check, read_fse, render_fse};
use liasse_formats::lot::{
    FileFault, Head, LotHeader, OpenFile, file_bytes, lot_bytes, open_file, open_lot, peek_identifier,
};
use proptest::prelude::*;

use crate::fse::by_hand;
use crate::invented::{any_content, billing, day};

fn header(fse_count: u16) -> LotHeader {
    LotHeader {
        billing: billing("991129768"),
        number: LotNumber::new(7).expect("number"),
        destination: Destination::new("01", "751").expect("destination"),
        mode: SecuringMode::Securise,
        sealed_on: day("2026-01-15"),
        fse_count,
    }
}

fn head() -> Head {
    let mut hash = [0; 32];
    hash[0] = 0xAB;
    hash[31] = 0x0F;
    Head { sequence: 1234, hash }
}

fn identifier() -> FileIdentifier {
    FileIdentifier::parse("00Z1A9").expect("identifier")
}

/// A file around two copies of the hand-written FSE.
pub fn file() -> Vec<u8> {
    let lot = lot_bytes(&header(2), &[&by_hand(), &by_hand()], &head());
    file_bytes(&header(2).billing, &header(2).destination, identifier(), day("2026-01-15"), &lot)
}

#[test]
fn the_envelope_is_as_documented() {
    let file = file();
    let line = |number: usize| String::from_utf8_lossy(&file[(number - 1) * 130..number * 130]).into_owned();
    let padded = |text: &str, last: &str| format!("{text:<width$}{last}\r\n", width = 128 - last.len());
    let prefix = "PS00000991129768LIASSEAM00000000001751CAISSEFS00Z1A9";
    assert_eq!(line(1), padded(&format!("{:<82}128", format!("000{prefix}260115SIM01")), "Z"));
    assert_eq!(line(2), padded("1991129768 0070175132026011500002SIM01", ""));
    let hash = format!("AB{}0F", "0".repeat(60));
    assert_eq!(line(17), padded(&format!("6991129768 0070000200000000000000001234{hash}SIM01"), ""));
    assert_eq!(line(18), padded(&format!("999{prefix}00000018SIM01"), "Z"));
    assert_eq!(file.len(), 18 * 130);
}

#[test]
fn a_file_opens_into_exact_slices() {
    let file = file();
    let open = open_file(&file).expect("opens");
    assert_eq!(open.sender, billing("991129768"));
    assert_eq!(open.to.to_string(), "01/751");
    assert_eq!(open.identifier, identifier());
    assert_eq!(open.created, day("2026-01-15"));
    assert_eq!(open.lot.header, header(2));
    assert_eq!(open.lot.head, head());
    assert_eq!(open.lot.fses, [by_hand(), by_hand()]);
    assert_eq!(open.lot_bytes, lot_bytes(&header(2), &[&by_hand(), &by_hand()], &head()));
    assert_eq!(open_lot(open.lot_bytes).as_ref(), Ok(&open.lot));
    // A slice is a place in the file, not a copy.
    let start = open.lot.fses[0].as_ptr() as usize - file.as_ptr() as usize;
    assert_eq!((start, open.lot.fses[0].len()), (260, 910));
    let empty = lot_bytes(&header(0), &[], &head());
    assert_eq!(open_lot(&empty).map(|lot| lot.fses.len()), Ok(0));
}

/// The code that a changed file is refused with.
fn refused(change: impl FnOnce(&mut Vec<u8>)) -> &'static str {
    let mut bytes = file();
    change(&mut bytes);
    open_file(&bytes).expect_err("refused").code().0
}

fn put(bytes: &mut [u8], line: usize, column: usize, text: &str) {
    let start = (line - 1) * 130 + column - 1;
    bytes[start..start + text.len()].copy_from_slice(text.as_bytes());
}

/// Lets every byte pass but the 500th.
fn not_the_500th() -> impl FnMut(&u8) -> bool {
    let mut seen = 0;
    move |_| {
        seen += 1;
        seen != 500
    }
}

#[test]
fn damage_closes_the_file() {
    assert_eq!(refused(|bytes| put(bytes, 18, 50, "00Z1A8")), "formats.b2_incoherent", "another identifier");
    assert_eq!(refused(|bytes| put(bytes, 17, 12, "008")), "formats.b2_incoherent", "another lot");
    assert_eq!(refused(|bytes| put(bytes, 18, 63, "9")), "formats.fichier_nombre");
    assert_eq!(refused(|bytes| put(bytes, 2, 33, "3")), "formats.fichier_nombre");
    assert_eq!(refused(|bytes| put(bytes, 17, 19, "1")), "formats.fichier_nombre");
    assert_eq!(refused(|bytes| put(bytes, 9, 1, "4")), "formats.fichier_nombre", "two FSE run together");
    assert_eq!(refused(|bytes| put(bytes, 10, 1, "4")), "formats.b2_ordre", "an FSE without header");
    assert_eq!(refused(|bytes| put(bytes, 16, 1, "4")), "formats.fichier_incomplet", "an FSE without totals");
    assert_eq!(refused(|bytes| put(bytes, 1, 19, "7")), "formats.b2_incoherent", "sender differs from that of 999");
    assert_eq!(refused(|bytes| put(bytes, 1, 62, "SIM02")), "formats.b2_fixe");
    assert_eq!(refused(|bytes| put(bytes, 17, 40, "ab")), "formats.b2_caractere");
    assert_eq!(refused(|bytes| put(bytes, 17, 40, "GG")), "formats.b2_code");
    assert_eq!(refused(|bytes| bytes.truncate(17 * 130)), "formats.fichier_incomplet");
    assert_eq!(refused(|bytes| bytes.truncate(18 * 130 - 1)), "formats.b2_fin_de_ligne");
    assert_eq!(refused(|bytes| bytes.retain(not_the_500th())), "formats.b2_longueur");
    assert_eq!(refused(Vec::clear), "formats.fichier_incomplet");
    // What is inside an FSE is the business of that FSE.
    let mut bytes = file();
    put(&mut bytes, 6, 100, "XX");
    assert_eq!(open_file(&bytes).map(|open| open.lot.fses.len()), Ok(2));
}

#[test]
fn a_broken_file_still_says_whose_it_is() {
    let whole = file();
    assert_eq!(peek_identifier(&whole), Some((billing("991129768"), identifier())));
    assert_eq!(peek_identifier(&whole[..400]), Some((billing("991129768"), identifier())), "cut short");
    assert_eq!(peek_identifier(&whole[130..]), Some((billing("991129768"), identifier())), "without its 000");
    assert_eq!(peek_identifier(&whole[130..400]), None);
    assert_eq!(peek_identifier(b""), None);
}

#[test]
fn a_year_that_aammjj_cannot_say_does_not_open() {
    let lot = lot_bytes(&header(0), &[], &head());
    let bytes = file_bytes(&billing("991129768"), &header(0).destination, identifier(), day("1999-01-15"), &lot);
    assert_eq!(open_file(&bytes).map_err(|fault| fault.code().0), Err("formats.b2_code"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn lots_read_back_and_keep_the_bytes(
        contents in proptest::collection::vec(any_content(), 0..4), number in 1u16..=999, mode in 0u8..=5,
        sequence in any::<u64>(), hash in any::<[u8; 32]>(), random in any::<u64>(),
    ) {
        let fses: Vec<Vec<u8>> = contents.iter().map(|content| render_fse(content).expect("bytes")).collect();
        let slices: Vec<&[u8]> = fses.iter().map(Vec::as_slice).collect();
        let mut about = header(u16::try_from(fses.len()).expect("few"));
        about.number = LotNumber::new(number).expect("in range");
        about.mode = SecuringMode::from_code(mode).expect("in range");
        let lot = lot_bytes(&about, &slices, &Head { sequence, hash });
        let identifier = FileIdentifier::from_random(random);
        let bytes = file_bytes(&about.billing, &about.destination, identifier, day("2026-02-28"), &lot);
        let open = open_file(&bytes).expect("opens");
        prop_assert_eq!(&open.lot.header, &about);
        prop_assert_eq!(open.lot.head, Head { sequence, hash });
        prop_assert_eq!(&open.lot.fses, &slices);
        prop_assert_eq!(open.identifier, identifier);
        prop_assert_eq!(open.lot_bytes, lot.as_slice());
        let report = check(None, &bytes);
        prop_assert_eq!((report.profile.word(), report.invoices, report.faults), ("sim-er", fses.len(), vec![]));
    }

    #[test]
    fn every_byte_of_a_file_counts(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = file();
        let mut other = bytes.clone();
        *at.get_mut(&mut other) = byte;
        if other != bytes {
            let (before, after) = (open_file(&bytes).expect("opens"), open_file(&other));
            prop_assert!(after.as_ref() != Ok(&before));
            // Where the checker has nothing to say, the file opens and says something else than before.
            let report = check(Some(Profile::SimEr), &other);
            if report.faults.is_empty() && report.findings.is_empty() {
                prop_assert!(after.is_ok());
                let read = |open: &OpenFile<'_>| open.lot.fses.iter().map(|fse| read_fse(fse).ok()).collect::<Vec<_>>();
                let after = after.expect("opens");
                prop_assert!((&after.lot.header, after.lot.head, after.to.clone(), read(&after), after.identifier, after.created, &after.sender)
                    != (&before.lot.header, before.lot.head, before.to.clone(), read(&before), before.identifier, before.created, &before.sender));
            }
        }
    }

    #[test]
    fn any_bytes_are_opened_or_refused(mut bytes in proptest::collection::vec(any::<u8>(), 0..500), keep in 0usize..2341) {
        let mut mixed = file()[..keep.min(2340)].to_vec();
        mixed.append(&mut bytes.clone());
        mixed.append(&mut file()[keep.min(2340)..].to_vec());
        for input in [&mut bytes, &mut mixed] {
            let _: Result<_, FileFault> = open_lot(input);
            let _ = open_file(input);
            let _ = peek_identifier(input);
        }
    }
}
