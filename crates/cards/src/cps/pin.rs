//! The PIN of the card: how many tries are left, and checking it.
//! Not where it is typed. It is sent once; status is read from the PIN's data object, which costs no try.

use liasse_domain::Digits;

use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::status::StatusWord;
use crate::tlv;

/// Extended header list for the PIN's object (SDO BF8101) and its control parameters (A0).
const STATUS_REQUEST: [u8; 10] = [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, 0x01, 0x02, 0xA0, 0x80];

/// Tries left, from the data object of PIN 1. The master file must be current.
pub fn tries_left(card: &mut Exchange) -> Result<u8, CardError> {
    let object = card.send(&Command::new(0x00, 0xCB, 0x3F, 0xFF).body(&STATUS_REQUEST).expecting(256))?.success()?;
    parse_tries(&object).ok_or(CardError::Damaged { what: "SDO BF8101" })
}

/// VERIFY with PIN 1. The master file must be current, the PIN complete.
pub fn verify(card: &mut Exchange, pin: &Digits) -> Result<(), CardError> {
    let answer = card.send(&Command::new(0x00, 0x20, 0x00, 0x01).body(pin.reveal()).once())?;
    match answer.status {
        StatusWord::Ok => Ok(()),
        StatusWord::WrongSecret { tries_left: 0 } | StatusWord::Blocked => Err(CardError::PinBlocked),
        StatusWord::WrongSecret { tries_left } => Err(CardError::WrongPin { tries_left }),
        _ => Err(CardError::Unexpected { sw: answer.sw }),
    }
}

fn parse_tries(object: &[u8]) -> Option<u8> {
    match tlv::dig(object, &[0x70, 0xBF_8101, 0xA0, 0x9B])? {
        [tries] => Some(*tries),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;

    #[test]
    fn the_status_object_of_a_published_card() {
        let mut object = [
            0x70, 0x16, 0xBF, 0x81, 0x01, 0x12, 0xA0, 0x10, 0x9A, 0x01, 0x03, 0x9B, 0x01, 0x03, 0xA1, 0x08, 0x8C, 0x06,
            0xF3, 0x00, 0x00, 0x13, 0xFF, 0x00,
        ];
        assert_eq!(parse_tries(&object), Some(3));
        object[13] = 1;
        assert_eq!(parse_tries(&object), Some(1));
        object[12] = 0;
        assert_eq!(parse_tries(&object), None);
    }

    #[test]
    fn the_status_is_asked_as_the_ans_library_does() {
        // The library's dialogue with a real card, OpenSC issue 2275.
        let mut card = replay(&[
            ("00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80", "61 18"),
            ("00 C0 00 00 18", "70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 03 A1 08 8C 06 F3 00 00 13 FF 00 90 00"),
        ]);
        assert_eq!(tries_left(&mut card), Ok(3));
    }

    #[test]
    fn what_the_card_says_of_a_pin() {
        let say = |response| verify(&mut replay(&[("00 20 00 01 04 31 32 33 34", response)]), &digits("1234"));
        assert_eq!(say("90 00"), Ok(()));
        assert_eq!(say("63 C2"), Err(CardError::WrongPin { tries_left: 2 }));
        assert_eq!(say("63 C0"), Err(CardError::PinBlocked));
        assert_eq!(say("69 83"), Err(CardError::PinBlocked));
        assert_eq!(say("6C 08"), Err(CardError::Unexpected { sw: 0x6C08 }), "and it is not sent again");
        assert_eq!(say("6F 00"), Err(CardError::Unexpected { sw: 0x6F00 }));
    }

    fn digits(text: &str) -> Digits {
        Digits::parse(text).expect("digits")
    }
}
