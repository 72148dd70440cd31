//! Just enough PKCS#15 to find the two certificates of the contact application, and to say what else it holds.
//! Not a PKCS#15 library. Lenient: published cards carry BIT STRINGs that are not DER. Source: PKCS#15 v1.1, 6.

use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, Extent};
use crate::tlv;

/// Path of the contact application, before which relative paths count.
pub const APPLICATION_PATH: [u8; 4] = [0x3F, 0x00, 0x00, 0x01];

/// The directory of directories (ODF), and the directories of keys, certificates and codes where the ODF names none.
const ODF: [u8; 2] = [0x50, 0x31];
const KNOWN_PRKDF: [u8; 2] = [0x70, 0x02];
const KNOWN_CDF: [u8; 2] = [0x70, 0x05];
const KNOWN_AODF: [u8; 2] = [0x70, 0x01];

/// A path on these cards has at most four levels; a longer one is not followed.
const PATH_BYTES: usize = 8;

/// How many records of one directory are looked at.
const RECORDS: usize = 16;

/// How many characters of a label are kept (PKCS#15 allows 255).
const LABEL: usize = 64;

const SEQUENCE: u32 = 0x30;
const OCTET_STRING: u32 = 0x04;

const UTF8_STRING: u32 = 0x0C;
const BIT_STRING: u32 = 0x03;
const INTEGER: u32 = 0x02;

/// A certificate and where it lies.
pub struct CertificateFile {
    /// Path from the master file.
    pub path: Vec<u8>,
    /// The certificate, DER.
    pub der: Vec<u8>,
}

/// The two certificates.
pub struct Certificates {
    /// Of the signature key: its identifier ends with 01 (10 on later series).
    pub signature: CertificateFile,
    /// Of the authentication key: 02 (20).
    pub authentication: CertificateFile,
}

/// Where the directories lie, from the master file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directories {
    /// Private keys (PrKDF).
    pub keys: Vec<u8>,
    /// Certificates (CDF).
    pub certificates: Vec<u8>,
    /// Codes (AODF).
    pub codes: Vec<u8>,
}

/// One record of the certificate directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRecord {
    /// Identifier shared with the key: AID of the application, then the number of the key.
    pub id: Vec<u8>,
    /// Path from the master file.
    pub path: Vec<u8>,
}

/// Reads the ODF.
pub fn read_directories(card: &mut Exchange) -> Result<Directories, CardError> {
    let odf = file::read_path(card, &absolute(&ODF), Extent::Whole)?.required("ODF")?;
    Ok(directories(&odf))
}

/// Finds both certificates through their directory and reads them.
pub fn read_certificates(card: &mut Exchange, directories: &Directories) -> Result<Certificates, CardError> {
    let cdf = file::read_path(card, &directories.certificates, Extent::Whole)?.required("CDF")?;
    let records = certificate_records(&cdf);
    let mut read = |last: [u8; 2]| -> Result<CertificateFile, CardError> {
        let record = records
            .iter()
            .find(|record| record.id.last().is_some_and(|byte| last.contains(byte)))
            .ok_or(CardError::Damaged { what: "CDF" })?;
        let der = file::read_object(card, &record.path)?.required("X.509")?;
        match tlv::whole_length(&der) {
            Some(length) if length == der.len() => Ok(CertificateFile { path: record.path.clone(), der }),
            _ => Err(CardError::Damaged { what: "X.509" }),
        }
    };
    Ok(Certificates { signature: read([0x01, 0x10])?, authentication: read([0x02, 0x20])? })
}

/// The paths in an ODF: each kind `A0…A8 { 30 { 04 path } }`; what is not there is where every known card has it.
fn directories(odf: &[u8]) -> Directories {
    let of = |kind: u32, known: &[u8]| {
        let named = tlv::dig(odf, &[kind, SEQUENCE, OCTET_STRING]);
        absolute(named.filter(|path| !path.is_empty() && path.len() <= PATH_BYTES).unwrap_or(known))
    };
    Directories { keys: of(0xA0, &KNOWN_PRKDF), certificates: of(0xA4, &KNOWN_CDF), codes: of(0xA8, &KNOWN_AODF) }
}

/// The records of a CDF that have an identifier and a path: `30 { 30 label… 30 { 04 id } A1 { 30 { 30 { 04 path }}}}`.
pub fn certificate_records(cdf: &[u8]) -> Vec<CertificateRecord> {
    tlv::objects(cdf)
        .take(RECORDS)
        .filter(|record| record.tag == SEQUENCE)
        .filter_map(|record| {
            let attributes = record.children().filter(|child| child.tag == SEQUENCE).nth(1)?;
            let id = tlv::find(attributes.value, OCTET_STRING)?.to_vec();
            let path = tlv::dig(record.value, &[0xA1, SEQUENCE, SEQUENCE, OCTET_STRING])?;
            (!path.is_empty() && path.len() <= PATH_BYTES).then(|| CertificateRecord { id, path: absolute(path) })
        })
        .collect()
}

/// One record of the directory of private keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRecord {
    /// What the card calls it: `CPS_PRIV_SIG`.
    pub label: String,
    /// Identifier shared with the certificate.
    pub id: Vec<u8>,
    /// The number by which MSE names it.
    pub reference: u8,
    /// Whether it may sign documents: usage nonRepudiation, bit 9.
    pub may_sign: bool,
    /// Length of the modulus in bits.
    pub bits: u16,
}

/// The records of a PrKDF: `30 { 30 label… 30 { 04 id 03 usage … 02 reference } A1 { 30 { 30… 02 bits }}}`.
pub fn key_records(prkdf: &[u8]) -> Vec<KeyRecord> {
    tlv::objects(prkdf)
        .take(RECORDS)
        .filter(|record| record.tag == SEQUENCE)
        .filter_map(|record| {
            let mut parts = record.children().filter(|child| child.tag == SEQUENCE);
            let (common, class) = (parts.next()?, parts.next()?);
            let last = |number: &[u8]| number.last().copied();
            Some(KeyRecord {
                label: label(common.value),
                id: tlv::find(class.value, OCTET_STRING)?.to_vec(),
                reference: last(tlv::find(class.value, INTEGER)?)?,
                // The first byte of a BIT STRING counts what is unused of its last.
                may_sign: tlv::find(class.value, BIT_STRING)
                    .and_then(|usage| usage.get(2))
                    .is_some_and(|second| second & 0x40 != 0),
                bits: match tlv::dig(record.value, &[0xA1, SEQUENCE, INTEGER]) {
                    Some([high, low]) => u16::from_be_bytes([*high, *low]),
                    _ => 0,
                },
            })
        })
        .collect()
}

/// One record of the directory of codes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRecord {
    /// What the card calls it.
    pub label: String,
    /// The fewest digits.
    pub shortest: u8,
    /// The most digits.
    pub longest: u8,
}

/// The records of an AODF: `30 { 30 label… 30 … A1 { 30 { 03 flags 0A type 02 shortest 02 stored 02 longest … }}}`.
pub fn code_records(aodf: &[u8]) -> Vec<CodeRecord> {
    tlv::objects(aodf)
        .take(RECORDS)
        .filter(|record| record.tag == SEQUENCE)
        .filter_map(|record| {
            let common = record.children().find(|child| child.tag == SEQUENCE)?;
            let attributes = tlv::dig(record.value, &[0xA1, SEQUENCE])?;
            let mut numbers = tlv::objects(attributes).filter(|object| object.tag == INTEGER);
            let mut next = || numbers.next().and_then(|number| number.value.last().copied());
            let (shortest, _stored, longest) = (next()?, next()?, next()?);
            Some(CodeRecord { label: label(common.value), shortest, longest })
        })
        .collect()
}

/// The label in the common attributes of a record.
fn label(common: &[u8]) -> String {
    tlv::find(common, UTF8_STRING).map(plain).unwrap_or_default()
}

/// A text of a card for a person: no control characters, at most as long as a label may be.
pub(super) fn plain(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).chars().filter(|character| !character.is_control()).take(LABEL).collect()
}

/// A path as it stands in a directory, made absolute.
fn absolute(path: &[u8]) -> Vec<u8> {
    if path.starts_with(&APPLICATION_PATH[..2]) { path.to_vec() } else { [&APPLICATION_PATH, path].concat() }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A record after PKCS#15 6.6, written by hand: label `S`, id ending 01, path 3F00/0001/B001, zero padding.
    const RECORD: [u8; 34] = [
        0x30, 0x1E, 0x30, 0x03, 0x0C, 0x01, b'S', 0x30, 0x05, 0x04, 0x03, 0xE8, 0x28, 0x01, 0xA1, 0x10, 0x30, 0x0E,
        0x30, 0x0C, 0x04, 0x06, 0x3F, 0x00, 0x00, 0x01, 0xB0, 0x01, 0x02, 0x02, 0x00, 0x00, 0x00, 0x00,
    ];

    #[test]
    fn a_record_gives_id_and_path() {
        let record = CertificateRecord { id: vec![0xE8, 0x28, 0x01], path: vec![0x3F, 0, 0, 1, 0xB0, 1] };
        assert_eq!(certificate_records(&RECORD), vec![record]);
        for cut in 0..32 {
            assert!(certificate_records(&RECORD[..cut]).is_empty(), "cut at {cut}");
        }
    }

    #[test]
    fn the_private_key_record_of_a_published_card_is_none() {
        // Exact record of CPS_PRIV_AUT (reference cards, 1.3): well-formed, and no certificate.
        let mut record = vec![0x30, 0x59, 0x30, 0x2A, 0x0C, 0x0C];
        record.extend_from_slice(b"CPS_PRIV_AUT");
        record.extend_from_slice(&[
            0x03, 0x02, 0x05, 0xE0, 0x04, 0x01, 0x01, 0x30, 0x13, 0x30, 0x07, 0x03, 0x02, 0x00, 0x01, 0x04, 0x01, 0x01,
            0x30, 0x08, 0x03, 0x03, 0x06, 0x00, 0x40, 0x04, 0x01, 0x01, 0x30, 0x1F, 0x04, 0x0E, 0xE8, 0x28, 0xBD, 0x08,
            0x0F, 0x80, 0x25, 0x00, 0x00, 0x01, 0xFF, 0x00, 0x10, 0x02, 0x03, 0x02, 0x05, 0x60, 0x01, 0x01, 0xFF, 0x03,
            0x02, 0x04, 0xB0, 0x02, 0x02, 0x00, 0x82, 0xA1, 0x0A, 0x30, 0x08, 0x30, 0x02, 0x04, 0x00, 0x02, 0x02, 0x08,
            0x00,
        ]);
        assert_eq!(record.len(), 91);
        let object = tlv::objects(&record).next().expect("a record");
        let attributes = object.children().filter(|child| child.tag == SEQUENCE).nth(1).expect("key attributes");
        assert_eq!(tlv::find(attributes.value, OCTET_STRING).and_then(|id| id.last()), Some(&0x02));
        assert_eq!(tlv::find(attributes.value, 0x02), Some(&[0x00, 0x82][..]));
        assert!(certificate_records(&record).is_empty());
        let id =
            [&[0xE8, 0x28, 0xBD, 0x08, 0x0F, 0x80, 0x25][..], &[0x00, 0x00, 0x01, 0xFF, 0x00, 0x10, 0x02]].concat();
        let key = KeyRecord { label: "CPS_PRIV_AUT".to_owned(), id, reference: 0x82, may_sign: false, bits: 2048 };
        assert_eq!(key_records(&record), [key]);
        for cut in 0..record.len() {
            assert!(key_records(&record[..cut]).is_empty(), "cut at {cut}");
        }
    }

    #[test]
    fn the_code_of_the_holder_has_four_to_eight_digits() {
        // After PKCS#15 6.8, with the label, the authId and the bounds of reference cards 1.3.
        let attributes = [0x03, 0x02, 0x03, 0x08, 0x0A, 1, 1, 0x02, 1, 4, 0x02, 1, 8, 0x02, 1, 8, 0x80, 1, 1];
        let common = [tlv::write(0x0C, b"Code porteur de la carte CPX"), vec![0x03, 0x02, 0x06, 0xC0]].concat();
        let record = [
            tlv::write(0x30, &common),
            tlv::write(0x30, &[0x04, 1, 2]),
            tlv::write(0xA1, &tlv::write(0x30, &attributes)),
        ];
        let aodf = tlv::write(0x30, &record.concat());
        let label = "Code porteur de la carte CPX".to_owned();
        assert_eq!(code_records(&aodf), [CodeRecord { label, shortest: 4, longest: 8 }]);
        assert!(code_records(&aodf[..aodf.len() - 1]).is_empty());
    }

    #[test]
    fn labels_are_plain_and_bounded() {
        assert_eq!(plain(b"CPS\x00\x1b[2J\xFFx"), "CPS[2J\u{FFFD}x");
        assert_eq!(plain(&[b'A'; 300]).len(), LABEL);
    }

    #[test]
    fn directories_name_the_cdf_or_it_is_known() {
        let odf = [0xA0, 0x06, 0x30, 0x04, 0x04, 0x02, 0x70, 0x02, 0xA4, 0x06, 0x30, 0x04, 0x04, 0x02, 0x70, 0x06];
        let known = Directories {
            keys: vec![0x3F, 0, 0, 1, 0x70, 2],
            certificates: vec![0x3F, 0, 0, 1, 0x70, 5],
            codes: vec![0x3F, 0, 0, 1, 0x70, 1],
        };
        assert_eq!(directories(&odf[..8]), known);
        assert_eq!(directories(&odf), Directories { certificates: vec![0x3F, 0, 0, 1, 0x70, 6], ..known });
        assert_eq!(
            directories(&[0xA4, 0x0D, 0x30, 0x0B, 0x04, 0x09, 1, 2, 3, 4, 5, 6, 7, 8, 9]).certificates[4..],
            [0x70, 5]
        );
    }
}
