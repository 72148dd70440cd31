//! The codes of the card: how many tries are left, checking, changing, unblocking.
//! Not where they are typed. A code is sent once; a state costs no try. Orders: reference cards 1.4 and 1.6 (CPS4).

use liasse_domain::Digits;
use zeroize::Zeroizing;

use super::generation::Generation;
use crate::apdu::Command;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::status::StatusWord;
use crate::tlv;

/// Number of the PIN and of the unblocking code.
const PIN: u8 = 0x01;
const PUK: u8 = 0x02;

/// Tries that a fresh code has (reference cards 1.7).
pub const PIN_TRIES: u8 = 3;
const PUK_TRIES: u8 = 10;

/// How long an unblocking code is.
const PUK_DIGITS: usize = 8;

/// The counter of the PIN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// Tries left; 0 is blocked.
    pub left: u8,
    /// Tries when none is spent, as after the right code.
    pub most: u8,
}

/// What is left of the unblocking code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PukState {
    /// Tries; 0 is blocked.
    pub tries_left: u8,
    /// How often it may still unblock a PIN; a CPS4 does not tell.
    pub uses_left: Option<u16>,
}

/// The counter of the PIN. The master file must be current. `most` is what the card has said of it before: then a CPS3, too,
/// is asked in one command, by an empty VERIFY (reference cards 1.4), and only one that does not answer so by its object.
pub fn tries(card: &mut Exchange, generation: Generation, most: Option<u8>) -> Result<Tries, CardError> {
    match (generation, most) {
        (Generation::Fourth, _) => Ok(Tries { left: ask(card, PIN, PIN_TRIES)?, most: PIN_TRIES }),
        (Generation::Third, None) => counter(card),
        (Generation::Third, Some(most)) => match ask(card, PIN, most) {
            Err(CardError::Unexpected { .. }) => counter(card),
            left => left.map(|left| Tries { left, most }),
        },
    }
}

/// The unblocking code's tries and uses. The master file must be current.
pub fn puk_state(card: &mut Exchange, generation: Generation) -> Result<PukState, CardError> {
    match generation {
        Generation::Third => {
            let object = read_object(card, PUK)?;
            let tries_left = tries_of(&object, PUK).ok_or(CardError::Damaged { what: "SDO BF8102" })?;
            Ok(PukState { tries_left, uses_left: uses_of(&object) })
        }
        Generation::Fourth => Ok(PukState { tries_left: ask(card, PUK, PUK_TRIES)?, uses_left: None }),
    }
}

/// Whether a card may take that PIN; else nothing is to be sent (CVE-2023-40660).
pub fn complete_pin(pin: &Digits) -> Result<(), CardError> {
    match pin.len() {
        0 => Err(CardError::EmptyPin),
        _ if pin.is_complete() => Ok(()),
        _ => Err(CardError::PinLength),
    }
}

/// Whether a card may take that unblocking code.
pub fn complete_puk(puk: &Digits) -> Result<(), CardError> {
    if puk.len() == PUK_DIGITS { Ok(()) } else { Err(CardError::PukLength) }
}

/// VERIFY. The master file must be current, the PIN complete.
pub fn verify(card: &mut Exchange, pin: &Digits) -> Result<(), CardError> {
    told(card, &verification(PIN, pin))
}

/// CHANGE REFERENCE DATA, the old code and the new one in one command: a wrong old one costs a try.
pub fn change(card: &mut Exchange, old: &Digits, new: &Digits) -> Result<(), CardError> {
    // All the room at once: a buffer that grew would leave a copy behind.
    let mut both = Zeroizing::new(Vec::with_capacity(2 * Digits::MAX));
    both.extend_from_slice(old.reveal());
    both.extend_from_slice(new.reveal());
    told(card, &Command::new(0x00, 0x24, 0x00, PIN).body(&both).once())
}

/// Verifies the unblocking code, then gives the PIN its tries back under a new value. A CPS3 takes the new value with
/// RESET RETRY COUNTER; a CPS4 resets first (P1 = 03), then changes without the old code (P1 = 01).
pub fn unblock(card: &mut Exchange, generation: Generation, puk: &Digits, new: &Digits) -> Result<(), CardError> {
    told(card, &verification(PUK, puk)).map_err(of_the_puk)?;
    let unblocked = match generation {
        Generation::Third => told(card, &Command::new(0x00, 0x2C, 0x02, PIN).body(new.reveal()).once()),
        Generation::Fourth => told(card, &Command::new(0x00, 0x2C, 0x03, 0x80 | PIN).once())
            .and_then(|()| told(card, &Command::new(0x00, 0x24, 0x01, PIN).body(new.reveal()).once())),
    };
    unblocked.map_err(of_the_puk)
}

fn verification(number: u8, code: &Digits) -> Command {
    Command::new(0x00, 0x20, 0x00, number).body(code.reveal()).once()
}

/// Sends a command that concerns a code, once, and says what the card made of it.
fn told(card: &mut Exchange, command: &Command) -> Result<(), CardError> {
    let answer = card.send(command)?;
    match answer.status {
        StatusWord::Ok => Ok(()),
        StatusWord::WrongSecret { tries_left: 0 } | StatusWord::Blocked => Err(CardError::PinBlocked),
        StatusWord::WrongSecret { tries_left } => Err(CardError::WrongPin { tries_left }),
        _ => Err(CardError::Unexpected { sw: answer.sw }),
    }
}

/// The same refusals where the unblocking code was in question, that it has been used up among them.
fn of_the_puk(error: CardError) -> CardError {
    match error {
        CardError::WrongPin { tries_left } => CardError::WrongPuk { tries_left },
        CardError::PinBlocked => CardError::PukBlocked,
        other => other,
    }
}

/// VERIFY without a body: the card says a counter. It costs no try; what is verified has all of its own.
fn ask(card: &mut Exchange, number: u8, most: u8) -> Result<u8, CardError> {
    let answer = card.send(&Command::new(0x00, 0x20, 0x00, number).once())?;
    match answer.status {
        StatusWord::Ok => Ok(most),
        StatusWord::WrongSecret { tries_left } => Ok(tries_left),
        StatusWord::Blocked => Ok(0),
        _ => Err(CardError::Unexpected { sw: answer.sw }),
    }
}

/// The counter as a CPS3 says it in the data object of its PIN.
fn counter(card: &mut Exchange) -> Result<Tries, CardError> {
    let object = read_object(card, PIN)?;
    let left = tries_of(&object, PIN).ok_or(CardError::Damaged { what: "SDO BF8101" })?;
    Ok(Tries { left, most: most_of(&object).unwrap_or(PIN_TRIES) })
}

/// The control parameters (A0) of a code's data object, by an extended header list.
fn read_object(card: &mut Exchange, number: u8) -> Result<Vec<u8>, CardError> {
    let request = [0x4D, 0x08, 0x70, 0x06, 0xBF, 0x81, number, 0x02, 0xA0, 0x80];
    card.send(&Command::new(0x00, 0xCB, 0x3F, 0xFF).body(&request).expecting(256))?.success()
}

fn tries_of(object: &[u8], number: u8) -> Option<u8> {
    one_byte(object, number, 0x9B)
}

fn most_of(object: &[u8]) -> Option<u8> {
    one_byte(object, PIN, 0x9A)
}

fn one_byte(object: &[u8], number: u8, tag: u32) -> Option<u8> {
    match tlv::dig(object, &[0x70, 0xBF_8100 | u32::from(number), 0xA0, tag])? {
        [byte] => Some(*byte),
        _ => None,
    }
}

fn uses_of(object: &[u8]) -> Option<u16> {
    match tlv::dig(object, &[0x70, 0xBF_8100 | u32::from(PUK), 0xA0, 0x9D])? {
        [high, low] => Some(u16::from_be_bytes([*high, *low])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::replay;
    use Generation::{Fourth, Third};

    #[test]
    fn the_status_object_of_a_published_card() {
        let mut object = [
            0x70, 0x16, 0xBF, 0x81, 0x01, 0x12, 0xA0, 0x10, 0x9A, 0x01, 0x03, 0x9B, 0x01, 0x03, 0xA1, 0x08, 0x8C, 0x06,
            0xF3, 0x00, 0x00, 0x13, 0xFF, 0x00,
        ];
        assert_eq!((tries_of(&object, PIN), most_of(&object)), (Some(3), Some(3)));
        assert_eq!((tries_of(&object, PUK), uses_of(&object)), (None, None), "the object of another code");
        object[13] = 1;
        assert_eq!((tries_of(&object, PIN), most_of(&object)), (Some(1), Some(3)));
        object[12] = 0;
        assert_eq!(tries_of(&object, PIN), None);
    }

    #[test]
    fn the_status_is_asked_as_the_ans_library_does() {
        // The library's dialogue with a real card, OpenSC issue 2275.
        let mut card = replay(&[
            ("00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80", "61 18"),
            ("00 C0 00 00 18", "70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 03 A1 08 8C 06 F3 00 00 13 FF 00 90 00"),
        ]);
        assert_eq!(tries(&mut card, Third, None), Ok(Tries { left: 3, most: 3 }));
        for empty in ["90 00", "70 00 90 00", "70 16 BF 81 01 12 A0 10 9A 01 90 00"] {
            let mut card = replay(&[("00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80", empty)]);
            let fault = Err(CardError::Damaged { what: "SDO BF8101" });
            assert_eq!(tries(&mut card, Third, None), fault, "{empty}");
        }
    }

    #[test]
    fn a_cps3_whose_object_was_read_once_is_asked_in_one_command() {
        for (answer, left) in [("63 C3", 3), ("63 C1", 1), ("63 C0", 0), ("69 83", 0), ("90 00", 5)] {
            let mut card = replay(&[("00 20 00 01 00", answer)]);
            assert_eq!(tries(&mut card, Third, Some(5)), Ok(Tries { left, most: 5 }), "{answer}");
        }
        // One that does not say its counter so says it as before.
        let mut card = replay(&[
            ("00 20 00 01 00", "67 00"),
            (
                "00 CB 3F FF 0A 4D 08 70 06 BF 81 01 02 A0 80",
                "70 16 BF 81 01 12 A0 10 9A 01 03 9B 01 02 A1 08 8C 06 F3 00 00 13 FF 00 90 00",
            ),
        ]);
        assert_eq!(tries(&mut card, Third, Some(3)), Ok(Tries { left: 2, most: 3 }));
    }

    #[test]
    fn the_unblocking_code_says_tries_and_uses() {
        // Counters of the ANS dump: 10 tries, 100 uses.
        let object = "70 18 BF 81 02 14 A0 12 9A 01 0A 9B 01 0A 9D 02 00 64 A1 06 8C 04 F3 00 13 00 90 00";
        let mut card = replay(&[("00 CB 3F FF 0A 4D 08 70 06 BF 81 02 02 A0 80", object)]);
        assert_eq!(puk_state(&mut card, Third), Ok(PukState { tries_left: 10, uses_left: Some(100) }));
    }

    #[test]
    fn a_cps4_counts_by_an_empty_verification() {
        for (answer, left) in [("63 C3", 3), ("63 C1", 1), ("63 C0", 0), ("69 83", 0), ("90 00", 3)] {
            let mut card = replay(&[("01 20 00 01 00", answer)]);
            card.use_channel(1);
            assert_eq!(tries(&mut card, Fourth, None), Ok(Tries { left, most: 3 }), "{answer}");
        }
        let mut card = replay(&[("01 20 00 02 00", "63 C9")]);
        card.use_channel(1);
        assert_eq!(puk_state(&mut card, Fourth), Ok(PukState { tries_left: 9, uses_left: None }));
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

    #[test]
    fn changing_sends_both_codes_once() {
        let say = |response| {
            let mut card = replay(&[("00 24 00 01 09 31 32 33 34 39 38 37 36 35", response)]);
            change(&mut card, &digits("1234"), &digits("98765"))
        };
        assert_eq!(say("90 00"), Ok(()));
        assert_eq!(say("63 C1"), Err(CardError::WrongPin { tries_left: 1 }));
        assert_eq!(say("6C 08"), Err(CardError::Unexpected { sw: 0x6C08 }));
    }

    #[test]
    fn unblocking_takes_the_commands_of_its_generation() {
        let puk = "20 00 02 08 38 37 36 35 34 33 32 31";
        let unblocked = |generation: Generation, dialogue: &[(&str, &str)]| {
            let mut card = replay(dialogue);
            card.use_channel(generation.channel());
            unblock(&mut card, generation, &digits("87654321"), &digits("5555"))
        };
        let third = format!("00 {puk}");
        let reset = "00 2C 02 01 04 35 35 35 35";
        assert_eq!(unblocked(Third, &[(&third, "90 00"), (reset, "90 00")]), Ok(()));
        assert_eq!(unblocked(Third, &[(&third, "63 C9")]), Err(CardError::WrongPuk { tries_left: 9 }));
        assert_eq!(unblocked(Third, &[(&third, "63 C0")]), Err(CardError::PukBlocked));
        assert_eq!(unblocked(Third, &[(&third, "69 83")]), Err(CardError::PukBlocked));
        assert_eq!(unblocked(Third, &[(&third, "90 00"), (reset, "69 83")]), Err(CardError::PukBlocked), "used up");
        let fourth = format!("01 {puk}");
        let new = "01 24 01 01 04 35 35 35 35";
        assert_eq!(unblocked(Fourth, &[(&fourth, "90 00"), ("01 2C 03 81 00", "90 00"), (new, "90 00")]), Ok(()));
        let refused = unblocked(Fourth, &[(&fourth, "90 00"), ("01 2C 03 81 00", "69 85")]);
        assert_eq!(refused, Err(CardError::Unexpected { sw: 0x6985 }));
    }

    #[test]
    fn what_no_card_takes_is_known_before() {
        assert_eq!(complete_pin(&digits("")), Err(CardError::EmptyPin));
        assert_eq!(complete_pin(&digits("123")), Err(CardError::PinLength));
        assert_eq!(complete_pin(&digits("12345678")), Ok(()));
        assert_eq!(complete_puk(&digits("1234567")), Err(CardError::PukLength));
        assert_eq!(complete_puk(&digits("12345678")), Ok(()));
    }

    fn digits(text: &str) -> Digits {
        Digits::parse(text).expect("digits")
    }
}
