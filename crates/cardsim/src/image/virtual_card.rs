//! Virtual-card files: the SSV groups 101 to 111 of one Vitale, one after the other (`.in`), read into a simulated card and
//! written from one. Not a copy of a real card: only test and demonstration cards are taken. Format: reference cards, 2.5.

use liasse_domain::{Code, Coded};
use liasse_formats::groups::vitale::{vitale_from_groups, vitale_to_groups};
use liasse_formats::groups::{GroupError, decode, encode};

use super::{CardImage, Content, vitale_with_borrowed_key};

/// What a file of a simulated card has room for; the largest published virtual card has 9 KB.
pub const VIRTUAL_CARD_BYTES: usize = 0x7F00;

/// Why a file is no card that can be simulated. Holds positions and numbers, never what stands there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VirtualCardError {
    /// Longer than any card.
    #[error("longer than any card")]
    TooLong,
    /// Its groups do not read.
    #[error(transparent)]
    Groups(#[from] GroupError),
    /// Group 101 names neither a test card nor a demonstration card.
    #[error("a real card")]
    Real,
    /// The key that it would borrow does not read: our bug.
    #[error("no key to borrow")]
    NoKey,
}

impl Coded for VirtualCardError {
    fn code(&self) -> Code {
        match self {
            Self::TooLong => Code("cards.import_trop_long"),
            Self::Groups(_) => Code("cards.import_illisible"),
            Self::Real => Code("cards.import_carte_reelle"),
            Self::NoKey => Code("cards.image_absente"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let place = match self {
            Self::Groups(GroupError::Length { offset }) => format!("octet {offset}"),
            Self::Groups(GroupError::Missing { group }) => format!("groupe {group} absent"),
            Self::Groups(GroupError::TooMany { group }) => format!("groupe {group} en trop"),
            Self::Groups(GroupError::Field { group, field }) => format!("groupe {group}, champ {field}"),
            Self::TooLong | Self::Real | Self::NoKey => return Vec::new(),
        };
        vec![("place", place)]
    }
}

impl CardImage {
    /// The simulated Vitale of a virtual-card file.
    pub fn from_virtual_card(purpose: &str, bytes: &[u8]) -> Result<Self, VirtualCardError> {
        if bytes.len() > VIRTUAL_CARD_BYTES {
            return Err(VirtualCardError::TooLong);
        }
        let content = vitale_from_groups(&decode(bytes)?)?;
        if !content.insured.test_card {
            return Err(VirtualCardError::Real);
        }
        // Dates of eight digits are written with twelve: what is written may be longer than what was read.
        if encode(&vitale_to_groups(&content)).len() > VIRTUAL_CARD_BYTES {
            return Err(VirtualCardError::TooLong);
        }
        vitale_with_borrowed_key(purpose, content).ok_or(VirtualCardError::NoKey)
    }

    /// The virtual-card file of a simulated Vitale; `None` for a professional's card.
    pub fn to_virtual_card(&self) -> Option<Vec<u8>> {
        match &self.content {
            Content::Vitale2(vitale) => Some(encode(&vitale_to_groups(&vitale.vitale))),
            _ => None,
        }
    }
}
