//! Just enough PKCS#15 to find the two certificates of the contact application.
//! Not a PKCS#15 library. Lenient: published cards carry BIT STRINGs that are not DER. Source: PKCS#15 v1.1, 6.

use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, Extent};
use crate::tlv;

/// Path of the contact application, before which relative paths count.
pub const APPLICATION_PATH: [u8; 4] = [0x3F, 0x00, 0x00, 0x01];

/// The directory of directories (ODF), and the certificate directory (CDF) where the ODF names none.
const ODF: [u8; 2] = [0x50, 0x31];
const KNOWN_CDF: [u8; 2] = [0x70, 0x05];

/// A path on these cards has at most four levels; a longer one is not followed.
const PATH_BYTES: usize = 8;

/// How many certificate records are looked at.
const RECORDS: usize = 16;

const SEQUENCE: u32 = 0x30;
const OCTET_STRING: u32 = 0x04;

/// The two certificates, DER.
pub struct Certificates {
    /// Of the signature key: its identifier ends with 01 (10 on later series).
    pub signature: Vec<u8>,
    /// Of the authentication key: 02 (20).
    pub authentication: Vec<u8>,
}

/// One record of the certificate directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CertificateRecord {
    /// Identifier shared with the key: AID of the application, then the number of the key.
    pub id: Vec<u8>,
    /// Path from the master file.
    pub path: Vec<u8>,
}

/// Finds both certificates through ODF and CDF and reads them.
pub fn read_certificates(card: &mut Exchange) -> Result<Certificates, CardError> {
    let odf = file::read_path(card, &absolute(&ODF), Extent::Whole)?.required("ODF")?;
    let cdf_path = certificate_directory(&odf).unwrap_or_else(|| absolute(&KNOWN_CDF));
    let cdf = file::read_path(card, &cdf_path, Extent::Whole)?.required("CDF")?;
    let records = certificate_records(&cdf);
    let mut read = |last: [u8; 2]| -> Result<Vec<u8>, CardError> {
        let record = records
            .iter()
            .find(|record| record.id.last().is_some_and(|byte| last.contains(byte)))
            .ok_or(CardError::Damaged { what: "CDF" })?;
        let bytes = file::read_path(card, &record.path, Extent::FirstObject)?.required("X.509")?;
        match tlv::whole_length(&bytes) {
            Some(length) if length == bytes.len() => Ok(bytes),
            _ => Err(CardError::Damaged { what: "X.509" }),
        }
    };
    Ok(Certificates { signature: read([0x01, 0x10])?, authentication: read([0x02, 0x20])? })
}

/// The path of the CDF, from the ODF: `A4 { 30 { 04 path } }`.
fn certificate_directory(odf: &[u8]) -> Option<Vec<u8>> {
    let path = tlv::dig(odf, &[0xA4, SEQUENCE, OCTET_STRING])?;
    (!path.is_empty() && path.len() <= PATH_BYTES).then(|| absolute(path))
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
    }

    #[test]
    fn directories_name_the_cdf_or_it_is_known() {
        let odf = [0xA0, 0x06, 0x30, 0x04, 0x04, 0x02, 0x70, 0x02, 0xA4, 0x06, 0x30, 0x04, 0x04, 0x02, 0x70, 0x06];
        assert_eq!(certificate_directory(&odf), Some(vec![0x3F, 0, 0, 1, 0x70, 6]));
        assert_eq!(certificate_directory(&odf[..8]), None);
    }
}
