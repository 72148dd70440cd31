//! EF.SN, the number of the card.
//! Not a proof of anything; its last digit is not checked, since a published card does not follow the rule
//! that another follows (reference cards, 1.3).

use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, Extent};
use crate::tlv;

const PATH: [u8; 4] = [0x3F, 0x00, 0xD0, 0x03];

/// Issuer and kind of card, the same on every CPS (PREFIX_SN of the ANS library).
const PREFIX: [u8; 5] = [0x80, 0x25, 0x00, 0x00, 0x01];

const FAULT: CardError = CardError::Damaged { what: "EF.SN" };

/// Its short identifier, and its whole length (published control parameters: 88 E0, 80 000C).
const SHORT: u8 = 0x1C;
const BYTES: u16 = 12;

/// The eight digits in one command, where the master file is current already, as after a reset. What is read proves itself;
/// `None` is no fault, only another place.
pub fn look(card: &mut Exchange) -> Result<Option<String>, CardError> {
    Ok(file::peek_short(card, SHORT, BYTES)?.and_then(|content| parse(&content).ok()))
}

/// Reads the eight digits, wherever the card stands.
pub fn read(card: &mut Exchange) -> Result<String, CardError> {
    parse(&file::read_path(card, &PATH, Extent::FirstObject)?.required("EF.SN")?)
}

/// `5A 0A 8025000001 <8 digits, BCD> <check digit, F>`.
pub fn parse(content: &[u8]) -> Result<String, CardError> {
    let number = tlv::find(content, 0x5A).and_then(|value| value.strip_prefix(&PREFIX)).ok_or(FAULT)?;
    let digits: Vec<u8> = number.iter().take(4).flat_map(|byte| [byte >> 4, byte & 0x0F]).collect();
    if number.len() != 5 || digits.iter().any(|digit| *digit > 9) {
        return Err(FAULT);
    }
    Ok(digits.iter().map(|digit| char::from(b'0' + digit)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;

    #[test]
    fn the_number_of_a_published_card() {
        let content = [0x5A, 0x0A, 0x80, 0x25, 0x00, 0x00, 0x01, 0x99, 0x21, 0x38, 0x45, 0x0F];
        assert_eq!(parse(&content), Ok("99213845".to_owned()));
    }

    #[test]
    fn we_ask_as_the_ans_library_does() {
        // The library's dialogue with a real card, OpenSC issue 2275.
        let mut card = replay(&[
            ("00 A4 09 04 04 3F 00 D0 03", "61 27"),
            (
                "00 C0 00 00 27",
                "62 25 80 02 00 0C 82 01 01 83 02 D0 03 88 01 E0 A1 12 8C 07 7B FF FF FF FF FF 00 9C 07 7B FF FF FF FF \
                 FF 00 8A 01 05 90 00",
            ),
            ("00 B0 00 00 0C", "5A 0A 80 25 00 00 01 99 21 38 45 0F 90 00"),
        ]);
        assert_eq!(read(&mut card), Ok("99213845".to_owned()));
        assert_eq!(card.apdus(), 3);
    }

    #[test]
    fn one_command_is_enough_at_the_master_file() {
        let number = "5A 0A 80 25 00 00 01 99 21 38 45 0F 90 00";
        let mut card = replay(&[("00 B0 9C 00 0C", number)]);
        assert_eq!(look(&mut card), Ok(Some("99213845".to_owned())));
        for other in ["6A 82", "5A 0A 80 25 00 00 02 99 21 38 45 0F 90 00", "90 00"] {
            assert_eq!(look(&mut replay(&[("00 B0 9C 00 0C", other)])), Ok(None), "{other}");
        }
    }

    #[test]
    fn the_check_digit_is_not_enforced() {
        let content = [0x5A, 0x0A, 0x80, 0x25, 0x00, 0x00, 0x01, 0x99, 0x21, 0x38, 0x45, 0x7F];
        assert!(parse(&content).is_ok());
    }

    #[test]
    fn letters_and_foreign_issuers_are_damage() {
        for content in [
            &[0x5A, 0x0A, 0x80, 0x25, 0x00, 0x00, 0x01, 0x9A, 0x21, 0x38, 0x45, 0x0F][..],
            &[0x5A, 0x0A, 0x80, 0x25, 0x00, 0x00, 0x02, 0x99, 0x21, 0x38, 0x45, 0x0F],
            &[0x5A, 0x0A, 0x80, 0x25, 0x00, 0x00, 0x01, 0x99],
            &[0x5A, 0x0C, 0x80, 0x25, 0x00, 0x00, 0x01, 0x99, 0x21, 0x38, 0x45, 0x0F, 0x99, 0x21],
            &[0x5A, 0x82, 0x0F, 0xFF, 0x80, 0x25, 0x00, 0x00, 0x01, 0x99, 0x21, 0x38, 0x45, 0x0F],
            &[],
        ] {
            assert_eq!(parse(content), Err(FAULT));
        }
    }
}
