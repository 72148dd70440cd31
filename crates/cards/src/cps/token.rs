//! TokenInfo (3F00/0001/5032): what the card calls itself and when its issuer last changed it.
//! Not its algorithms. Source: PKCS#15 v1.1, 6.9; label and dates as published cards have them (reference cards, 1.3).

use super::pkcs15::plain;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, FileRead};
use crate::tlv;

/// Where it lies.
pub const PATH: [u8; 6] = [0x3F, 0x00, 0x00, 0x01, 0x50, 0x32];

const SEQUENCE: u32 = 0x30;
const MANUFACTURER: u32 = 0x0C;
const LABEL: u32 = 0x80;
const LAST_UPDATE: u32 = 0xA5;
const GENERALIZED_TIME: u32 = 0x18;

/// What the card says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenInfo {
    /// `CPS3v3-` and ten digits.
    pub label: String,
    /// `ASIP SANTE`.
    pub manufacturer: String,
    /// `20100316110000Z`; `None` where the card says none, which is then never taken for one seen before.
    pub last_update: Option<String>,
}

/// TokenInfo as it was read, and how to look at it again.
pub struct TokenFile {
    /// What it says.
    pub info: TokenInfo,
    /// Its short identifier, where its control parameters tell one.
    pub short: Option<u8>,
    /// How long its object is.
    pub length: u16,
}

/// Reads it. A card without it, or with one that cannot be understood, says nothing of itself.
pub fn read(card: &mut Exchange) -> Result<TokenFile, CardError> {
    let (read, short) = file::read_with_short(card, &PATH)?;
    let content = match read {
        FileRead::Content(bytes) => bytes,
        FileRead::Absent | FileRead::Protected => Vec::new(),
    };
    let length = tlv::whole_length(&content).and_then(|length| u16::try_from(length).ok()).unwrap_or(0);
    Ok(TokenFile { info: parse(&content).unwrap_or_default(), short, length })
}

/// `30 { 02 version 04 serial 0C manufacturer 80 label 03 flags … A5 { 18 lastUpdate }}`.
pub fn parse(content: &[u8]) -> Option<TokenInfo> {
    let inside = tlv::find(content, SEQUENCE)?;
    let text = |tag| tlv::find(inside, tag).map(plain).unwrap_or_default();
    let update = tlv::dig(inside, &[LAST_UPDATE, GENERALIZED_TIME]).map(plain).filter(|update| !update.is_empty());
    Some(TokenInfo { label: text(LABEL), manufacturer: text(MANUFACTURER), last_update: update })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;

    /// Written by hand after PKCS#15 6.9, with the texts of reference cards 1.3.
    fn content() -> Vec<u8> {
        let fields = [
            vec![0x02, 1, 0, 0x04, 4, 0, 0, 1, 1],
            tlv::write(0x0C, b"ASIP SANTE"),
            tlv::write(0x80, b"CPS3v3-0000000101"),
            vec![0x03, 2, 5, 0x60],
            tlv::write(0xA5, &tlv::write(0x18, b"20100316110000Z")),
        ];
        tlv::write(0x30, &fields.concat())
    }

    #[test]
    fn label_manufacturer_and_date_are_read() {
        let info = TokenInfo {
            label: "CPS3v3-0000000101".to_owned(),
            manufacturer: "ASIP SANTE".to_owned(),
            last_update: Some("20100316110000Z".to_owned()),
        };
        assert_eq!(parse(&content()), Some(info));
        assert_eq!(parse(&[0x30, 0]), Some(TokenInfo::default()));
        let content = content();
        for cut in 0..content.len() {
            assert_eq!(parse(&content[..cut]), None, "cut at {cut}");
        }
    }

    #[test]
    fn its_control_parameters_tell_the_short_way_back() {
        let content = content();
        let hex: String = content.iter().map(|byte| format!("{byte:02X} ")).collect();
        let length = format!("{:02X}", content.len());
        let mut card = replay(&[
            ("00 A4 09 04 06 3F 00 00 01 50 32", &format!("62 07 80 02 00 {length} 88 01 90 90 00")),
            (&format!("00 B0 00 00 {length}"), &format!("{hex} 90 00")),
        ]);
        let file = read(&mut card).expect("TokenInfo");
        assert_eq!((file.short, usize::from(file.length)), (Some(0x12), content.len()));
        let mut card = replay(&[("00 A4 09 04 06 3F 00 00 01 50 32", "6A 82")]);
        assert_eq!(read(&mut card).expect("nothing").info, TokenInfo::default());
    }
}
