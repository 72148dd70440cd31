//! What else a CPS says without a PIN: EF.ATR, EF.DIR, EF.ACTUA, the records of its keys and codes, CPS_DATA.
//! For the diagnostic; opening a card does without it. Published bytes: reference cards, 1.3. CPS_INFO and the other free
//! objects have no public identifier: they are not looked for.

use super::pkcs15::{self, APPLICATION_PATH, CertificateRecord, CodeRecord, KeyRecord, plain};
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, Extent, FileRead};
use crate::tlv;

const EF_ATR: [u8; 4] = [0x3F, 0x00, 0x2F, 0x01];
const EF_DIR: [u8; 4] = [0x3F, 0x00, 0x2F, 0x00];
const EF_ACTUA: [u8; 4] = [0x3F, 0x00, 0xD0, 0x10];
const CPS_DATA: [u8; 2] = [0xD1, 0x07];

/// How many applications are looked at.
const APPLICATIONS: usize = 8;

/// What the card holds; what it does not have is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// AID of the card in EF.ATR.
    pub aid: Option<Vec<u8>>,
    /// Pre-issuing data in EF.ATR (tag 46): the chip and its mask.
    pub chip: Option<Vec<u8>>,
    /// Applications in EF.DIR, in its order.
    pub applications: Vec<Application>,
    /// When the card was last updated by its issuer; most never were.
    pub updated: Option<Update>,
    /// Private keys.
    pub keys: Vec<KeyRecord>,
    /// Certificates.
    pub certificates: Vec<CertificateRecord>,
    /// Codes.
    pub codes: Vec<CodeRecord>,
    /// How long CPS_DATA is, the one object that others may write: what they wrote is theirs.
    pub data_bytes: Option<usize>,
}

/// One application of EF.DIR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Its AID.
    pub aid: Vec<u8>,
    /// What the card calls it.
    pub label: String,
    /// Its path.
    pub path: Vec<u8>,
}

/// EF.ACTUA: beginning and end of an update, AAAAMMJJhhmmss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Update {
    /// When it began.
    pub from: String,
    /// When it ended.
    pub until: String,
}

/// Reads it all.
pub fn read(card: &mut Exchange) -> Result<Inventory, CardError> {
    let atr = content(card, &EF_ATR)?;
    let objects = tlv::skip_category(&atr);
    let (aid, chip) = (tlv::find(objects, 0x4F).map(<[u8]>::to_vec), tlv::find(objects, 0x46).map(<[u8]>::to_vec));
    let applications = applications(&content(card, &EF_DIR)?);
    let updated = update(&content(card, &EF_ACTUA)?);
    let directories = pkcs15::read_directories(card)?;
    let keys = pkcs15::key_records(&content(card, &directories.keys)?);
    let certificates = pkcs15::certificate_records(&content(card, &directories.certificates)?);
    let codes = pkcs15::code_records(&content(card, &directories.codes)?);
    let data = file::read_path(card, &[&APPLICATION_PATH[..], &CPS_DATA].concat(), Extent::Whole)?;
    let data_bytes = match data {
        FileRead::Content(bytes) => Some(bytes.len()),
        FileRead::Absent | FileRead::Protected => None,
    };
    Ok(Inventory { aid, chip, applications, updated, keys, certificates, codes, data_bytes })
}

fn content(card: &mut Exchange, path: &[u8]) -> Result<Vec<u8>, CardError> {
    match file::read_path(card, path, Extent::Whole)? {
        FileRead::Content(bytes) => Ok(bytes),
        FileRead::Absent | FileRead::Protected => Ok(Vec::new()),
    }
}

/// `61{4F AID, 50 label, 51 path, …}`.
fn applications(directory: &[u8]) -> Vec<Application> {
    tlv::objects(directory)
        .filter(|record| record.tag == 0x61)
        .take(APPLICATIONS)
        .filter_map(|record| {
            let bytes = |tag| tlv::find(record.value, tag).unwrap_or_default();
            let aid = tlv::find(record.value, 0x4F)?.to_vec();
            Some(Application { aid, label: plain(bytes(0x50)), path: bytes(0x51).to_vec() })
        })
        .collect()
}

/// `EC{81 start, 82 end}`, BCD.
fn update(content: &[u8]) -> Option<Update> {
    let inside = tlv::find(content, 0xEC)?;
    let moment = |tag| tlv::find(inside, tag).and_then(digits);
    Some(Update { from: moment(0x81)?, until: moment(0x82)? })
}

/// Seven bytes, two digits each.
fn digits(moment: &[u8]) -> Option<String> {
    let digits: Vec<u8> = moment.iter().flat_map(|byte| [byte >> 4, byte & 0x0F]).collect();
    let is_moment = digits.len() == 14 && digits.iter().all(|digit| *digit < 10);
    is_moment.then(|| digits.iter().map(|digit| char::from(b'0' + digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{hex, replay};

    #[test]
    fn ef_atr_of_a_published_card_names_its_application() {
        // OpenSC issue 2223: category byte first, an end that is no clean BER.
        let atr = "80 43 01 B8 46 04 04 B0 EC C1 47 03 94 01 80 4F 08 80 25 00 00 01 FF 01 00 E0 10 02 02 01 04 02 02 \
                   01 04 02 02 01 00 02 02 01 00 78 08 06 06 2B 81 22 F8 78 02 82 02 90 00 90 00";
        let absent = "6A 82";
        let mut card = replay(&[
            ("00 A4 09 04 04 3F 00 2F 01", "62 04 80 02 00 39 90 00"),
            ("00 B0 00 00 39", atr),
            ("00 A4 09 04 04 3F 00 2F 00", absent),
            ("00 A4 09 04 04 3F 00 D0 10", absent),
            // The ODF of a card: keys, certificates, codes.
            ("00 A4 09 04 06 3F 00 00 01 50 31", "62 04 80 02 00 02 90 00"),
            ("00 B0 00 00 02", "00 00 90 00"),
            ("00 A4 09 04 06 3F 00 00 01 70 02", absent),
            ("00 A4 09 04 06 3F 00 00 01 70 05", absent),
            ("00 A4 09 04 06 3F 00 00 01 70 01", absent),
            ("00 A4 09 04 06 3F 00 00 01 D1 07", absent),
        ]);
        let aid = Some(hex("80 25 00 00 01 FF 01 00"));
        let chip = Some(hex("04 B0 EC C1"));
        assert_eq!(read(&mut card), Ok(Inventory { aid, chip, ..Inventory::default() }));
    }

    #[test]
    fn ef_dir_gives_its_applications_in_order() {
        let record = |aid: &[u8], label: &[u8]| {
            tlv::write(0x61, &[tlv::write(0x4F, aid), tlv::write(0x50, label), tlv::write(0x51, &[0x3F, 0])].concat())
        };
        let directory =
            [record(&[1; 13], b"CPX IAS CL"), record(&[2; 13], b"CPX IAS"), vec![0x61, 2, 0x50, 0]].concat();
        let labels: Vec<_> = applications(&directory).into_iter().map(|one| (one.aid[0], one.label)).collect();
        assert_eq!(labels, [(1, "CPX IAS CL".to_owned()), (2, "CPX IAS".to_owned())]);
        assert_eq!(applications(&record(&[1; 13], b"A").repeat(50)).len(), APPLICATIONS);
    }

    #[test]
    fn an_update_has_two_moments_or_is_none() {
        let bytes = hex("EC 12 81 07 20 19 03 04 12 30 00 82 07 20 19 03 04 12 31 59");
        let moments = Update { from: "20190304123000".to_owned(), until: "20190304123159".to_owned() };
        assert_eq!(update(&bytes), Some(moments));
        for cut in 0..bytes.len() {
            assert_eq!(update(&bytes[..cut]), None, "cut at {cut}");
        }
        assert_eq!(update(&hex("EC 12 81 07 20 1A 03 04 12 30 00 82 07 20 19 03 04 12 31 59")), None);
    }
}
