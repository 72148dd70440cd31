//! The two generations of CPS as dialects of one card: on which channel it answers, how a key signs, how its place is found
//! again. Not what is read: files and fields are the same. CPS3: reference cards 1.4; CPS4: 1.6. What the public record does
//! not say of a CPS4 (its list of files, how it is given a hash, which reference its PIN has) is ours, `sim`.

use liasse_domain::{CardKind, CardType};

use super::{CPS_AID, VOLET_AID};
use crate::apdu::Command;
use crate::atr::identify;
use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file;
use crate::status::StatusWord;

/// The issuer's own application on a CPS4, which its way back goes through.
const ISSUER_AID: [u8; 7] = [0xA0, 0x00, 0x00, 0x01, 0x51, 0x00, 0x00];

/// A CPS4 signs with key 10 and is told `key | 80`; 28 is RSA PKCS#1 with SHA-256.
const CPS4_SIGNATURE: [u8; 4] = [0x91, 0x02, 0x28, 0x90];

/// Which CPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// CPS3, IAS-ECC.
    Third,
    /// CPS4.
    Fourth,
}

impl Generation {
    /// What the ATR says.
    pub fn of(atr: &[u8]) -> Result<Self, CardError> {
        match identify(atr) {
            CardKind::Cps3 | CardKind::Cpe => Ok(Self::Third),
            CardKind::Cps4 => Ok(Self::Fourth),
            kind => Err(CardError::NotThatCard { kind }),
        }
    }

    /// The logical channel on which it answers.
    pub(super) fn channel(self) -> u8 {
        match self {
            Self::Third => 0,
            Self::Fourth => 1,
        }
    }

    /// The kind of card: professionals by generation, staff as staff.
    pub(super) fn kind(self, card_type: CardType) -> CardKind {
        match (self, card_type) {
            (_, CardType::Cpe | CardType::Cpa) => CardKind::Cpe,
            (Self::Third, CardType::Cps | CardType::Cpf) => CardKind::Cps3,
            (Self::Fourth, CardType::Cps | CardType::Cpf) => CardKind::Cps4,
        }
    }

    /// Makes the application "CPS", which is the master file, current; `false` when the card has none. A CPS4 that does
    /// not obey at once is led back as the ANS library does it.
    pub(super) fn enter(self, card: &mut Exchange) -> Result<bool, CardError> {
        if self == Self::Fourth {
            if card.send(&select(&CPS_AID))?.status == StatusWord::Ok {
                return Ok(true);
            }
            card.send(&select(&ISSUER_AID))?;
            card.send(&select(&VOLET_AID).on_basic_channel())?;
        }
        file::select_application(card, &CPS_AID, 0x0C)
    }

    /// Selects the volet, whose own class has no logical channel.
    pub(super) fn enter_volet(card: &mut Exchange) -> Result<(), CardError> {
        // Cards without that AID may still know the class: what they answer here says nothing.
        card.send(&select(&VOLET_AID).on_basic_channel()).map(|_| ())
    }

    /// Has the signature key sign a SHA-256 hash; the contact application must be current.
    pub(super) fn sign(self, card: &mut Exchange, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        match self {
            Self::Third => sign_hash(card, hash),
            Self::Fourth => {
                card.send(&Command::new(0x00, 0x22, 0x81, 0xB6).body(&CPS4_SIGNATURE))?.success()?;
                compute(card, hash)
            }
        }
    }

    /// Whether that refusal is what a card says when another program has made something else current on it.
    pub(super) fn is_lost_place(error: &CardError) -> bool {
        matches!(error, CardError::Unexpected { sw: 0x6E00 | 0x6A86 | 0x6A88 | 0x6985 | 0x6881 })
    }
}

fn select(aid: &[u8]) -> Command {
    Command::new(0x00, 0xA4, 0x04, 0x0C).body(aid)
}

/// The short form of a CPS3: MSE for a digital signature with key 0x81 and algorithm 0x42 (RSA PKCS#1 with SHA-256), then
/// PSO COMPUTE DIGITAL SIGNATURE over the hash. The simulated Vitale signs by the same two commands.
pub(crate) fn sign_hash(card: &mut Exchange, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
    card.send(&Command::new(0x00, 0x22, 0x41, 0xB6).body(&[0x80, 0x01, 0x42, 0x84, 0x01, 0x81]))?.success()?;
    compute(card, hash)
}

fn compute(card: &mut Exchange, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
    let signature = card.send(&Command::new(0x00, 0x2A, 0x9E, 0x9A).body(hash).expecting(256))?.success()?;
    // The keys have 2048 bits: a shorter success is none.
    if signature.len() == 256 { Ok(signature) } else { Err(CardError::Damaged { what: "PSO CDS" }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::{hex, replay};

    #[test]
    fn each_generation_signs_by_its_published_commands() {
        let hash = [0x11; 32];
        let (given, fetch) = (format!("2A 9E 9A 20 {}", "11 ".repeat(32)), format!("{} 90 00", "5A ".repeat(256)));
        let mut card = replay(&[
            ("00 22 41 B6 06 80 01 42 84 01 81", "90 00"),
            (&format!("00 {given}"), "61 00"),
            ("00 C0 00 00 00", &fetch),
        ]);
        assert_eq!(Generation::Third.sign(&mut card, &hash), Ok(vec![0x5A; 256]));
        let mut card = replay(&[
            ("01 22 81 B6 04 91 02 28 90", "90 00"),
            (&format!("01 {given}"), "61 00"),
            ("01 C0 00 00 00", &fetch),
        ]);
        card.use_channel(Generation::Fourth.channel());
        assert_eq!(Generation::Fourth.sign(&mut card, &hash), Ok(vec![0x5A; 256]));
    }

    #[test]
    fn a_cps4_that_is_on_the_wrong_channel_is_led_back_as_published() {
        let mut card = replay(&[
            ("01 A4 04 0C 08 80 25 00 00 01 FF 01 00", "68 81"),
            ("01 A4 04 0C 07 A0 00 00 01 51 00 00", "90 00"),
            ("00 A4 04 0C 08 80 25 00 00 01 FF 00 02", "90 00"),
            ("01 A4 04 0C 08 80 25 00 00 01 FF 01 00", "90 00"),
        ]);
        card.use_channel(1);
        assert_eq!(Generation::Fourth.enter(&mut card), Ok(true));
        let mut card = replay(&[("00 A4 04 0C 08 80 25 00 00 01 FF 01 00", "6A 82")]);
        assert_eq!(Generation::Third.enter(&mut card), Ok(false));
    }

    #[test]
    fn the_atr_says_which() {
        for (atr, generation) in [
            ("3B AC 00 40 2A 00 12 25 00 64 80 00 03 10 00 90 00", Ok(Generation::Third)),
            ("3B 9B 18 80 01 00 12 25 00 64 80 04 01 00 00 90 44", Ok(Generation::Fourth)),
            ("3B 9B 18 80 01 00 12 25 00 64 80 00 04 01 00 90 44", Ok(Generation::Fourth)),
            ("3B DC 18 FF 00 00 12 25 00 64 80 00 04 01 00 90 00", Ok(Generation::Fourth)),
            ("3B 75 13 00 00 43 09 EA 90 00", Err(CardError::NotThatCard { kind: CardKind::Vitale2 })),
        ] {
            assert_eq!(Generation::of(&hex(atr)), generation, "{atr}");
        }
    }

    #[test]
    fn staff_is_staff_in_both() {
        use CardType::{Cpa, Cpe, Cpf, Cps};
        let kinds = |generation: Generation| [Cps, Cpf, Cpe, Cpa].map(|card_type| generation.kind(card_type));
        assert_eq!(kinds(Generation::Third), [CardKind::Cps3, CardKind::Cps3, CardKind::Cpe, CardKind::Cpe]);
        assert_eq!(kinds(Generation::Fourth), [CardKind::Cps4, CardKind::Cps4, CardKind::Cpe, CardKind::Cpe]);
    }
}
