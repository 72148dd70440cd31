//! The two public files of a Vitale 2: names and birth dates, then numbers, one object a beneficiary in both.
//! Not the SSV groups. Source: reference cards 2.3 (cardpeek, Rufus): `65{80 81 82}` and `65{90 93}`.

use liasse_domain::{BirthDate, Nir, Private};
use liasse_formats::groups::from_latin1;

use super::PublicBeneficiary;
use crate::tlv;

/// One object a beneficiary.
const BENEFICIARY: u32 = 0x65;
const FAMILY_NAME: u32 = 0x80;
const GIVEN_NAME: u32 = 0x81;
const BIRTH_DATE: u32 = 0x82;
const NUMBER: u32 = 0x93;

/// A card holds nineteen beneficiaries at most; what a hostile one adds is not read.
const MOST: usize = 32;

/// Joins the files by rank. A record without a birth date that can be kept is named in `unreadable`, by its rank.
pub fn beneficiaries(names: &[u8], numbers: &[u8], unreadable: &mut Vec<String>) -> Vec<PublicBeneficiary> {
    let records = |file| tlv::objects(file).filter(|object| object.tag == BENEFICIARY).take(MOST);
    let mut numbers = records(numbers);
    let mut all = Vec::new();
    for (index, record) in records(names).enumerate() {
        let (nir, nir_key) = numbers.next().and_then(|record| number(record.value)).unzip();
        let text = |tag| Private::new(tlv::find(record.value, tag).map(trimmed).unwrap_or_default());
        match tlv::find(record.value, BIRTH_DATE).map(|date| BirthDate::from_compact(&trimmed(date))) {
            Some(Ok(birth_date)) => all.push(PublicBeneficiary {
                family_name: text(FAMILY_NAME),
                given_name: text(GIVEN_NAME),
                birth_date,
                nir,
                nir_key,
            }),
            _ => unreadable.push(format!("MF/2 ({})", index + 1)),
        }
    }
    all
}

/// Thirteen characters and a key of two digits.
fn number(record: &[u8]) -> Option<(Nir, u8)> {
    let text = trimmed(tlv::find(record, NUMBER)?);
    let (nir, key) = text.split_at_checked(13)?;
    Some((Nir::parse(nir).ok()?, (key.len() == 2).then(|| key.parse().ok())??))
}

/// ISO-8859-1, padded behind with spaces or zeros.
fn trimmed(value: &[u8]) -> String {
    from_latin1(value).trim_matches([' ', '\0']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two twins of a published shape, the second with an impossible month; names padded, zeros behind the last.
    fn names() -> Vec<u8> {
        let mut file = Vec::new();
        for (family, given, birth) in [("GÉRARD  ", "Zoé", "19850502"), ("GÉRARD", "Noé", "20191901")] {
            let latin1 = |text: &str| text.chars().map(|c| c as u8).collect::<Vec<u8>>();
            let fields = [
                tlv::write(0x80, &latin1(family)),
                tlv::write(0x81, &latin1(given)),
                tlv::write(0x82, birth.as_bytes()),
            ];
            file.extend(tlv::write(0x65, &fields.concat()));
        }
        file.extend([0; 30]);
        file
    }

    #[test]
    fn beneficiaries_are_joined_by_rank() {
        // The NIR is the published one of reference cards 2.5, its key 68.
        let numbers = tlv::write(0x65, &[&[0x90, 2, b'F', b'R'][..], &tlv::write(0x93, b"250196264300268")].concat());
        let mut unreadable = Vec::new();
        let all = beneficiaries(&names(), &numbers, &mut unreadable);
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].family_name.reveal(), all[0].given_name.reveal()), ("GÉRARD", "Zoé"));
        assert_eq!(
            (all[0].nir.map(|nir| nir.as_str().to_owned()), all[0].nir_key),
            (Some("2501962643002".into()), Some(68))
        );
        assert_eq!((all[1].birth_date.to_string(), all[1].nir), ("2019-19-01".to_owned(), None));
        assert!(unreadable.is_empty());
    }

    #[test]
    fn a_record_without_birth_date_is_named_and_keeps_the_ranks() {
        let broken = tlv::write(0x65, &tlv::write(0x80, b"SANS DATE"));
        let file = [broken, names()].concat();
        let numbers = [tlv::write(0x65, &[]), tlv::write(0x65, &tlv::write(0x93, b"250196264300268"))].concat();
        let mut unreadable = Vec::new();
        let all = beneficiaries(&file, &numbers, &mut unreadable);
        assert_eq!((all.len(), unreadable), (2, vec!["MF/2 (1)".to_owned()]));
        assert_eq!((all[0].nir_key, all[1].nir_key), (Some(68), None));
    }

    #[test]
    fn printing_shows_nobody() {
        let all = beneficiaries(&names(), &[], &mut Vec::new());
        assert_eq!(format!("{:?}", all[0]), "PublicBeneficiary(…)");
    }
}
