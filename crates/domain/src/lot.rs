//! A lot: FSE of one billing number, one securing mode and one destination, signed by one card.
//! What a lot may hold is decided here, by construction; its bytes are made in `formats`.

use serde::{Deserialize, Serialize};

use crate::fse::{Fse, SecuringMode, Signed};
use crate::ids::{BillingNumber, FileIdentifier, LotNumber};
use crate::organisme::Destination;

/// What all FSE of a lot share.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct LotKey {
    /// The billing number that is paid.
    pub billing: BillingNumber,
    /// The securing mode.
    pub mode: SecuringMode,
    /// Where the file goes.
    pub destination: Destination,
}

impl LotKey {
    /// The key of one FSE.
    pub fn of(fse: &Fse<Signed>) -> Self {
        Self {
            billing: fse.content().reference.billing.clone(),
            mode: fse.content().mode,
            destination: fse.content().destination(),
        }
    }
}

/// The most FSE in one lot: the public default of a real engine (Pyxvital `NBMAX_FSE_LOT`, reference telecom 1.1).
pub const MAX_FSE: usize = 50;

/// The FSE of one lot to be, and what they share.
pub type Batch = (LotKey, Vec<Fse<Signed>>);

/// FSE grouped into lots: by key, oldest number first, at most [`MAX_FSE`] each.
pub fn group(mut fses: Vec<Fse<Signed>>) -> Vec<Batch> {
    fses.sort_by(|a, b| (LotKey::of(a), a.reference()).cmp(&(LotKey::of(b), b.reference())));
    let mut lots: Vec<Batch> = Vec::new();
    for fse in fses {
        let key = LotKey::of(&fse);
        match lots.last_mut() {
            Some((last, members)) if *last == key && members.len() < MAX_FSE => members.push(fse),
            _ => lots.push((key, vec![fse])),
        }
    }
    lots
}

/// The state of a lot itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotState {
    /// Sealed, not signed: may be signed again or dissolved, never enters the outbox.
    Scelle,
    /// Signed and in the outbox.
    Signe,
    /// Dissolved: its FSE are free.
    Dissous,
}

impl LotState {
    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Scelle => "scelle",
            Self::Signe => "signe",
            Self::Dissous => "dissous",
        }
    }

    /// From the word on disk.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Scelle, Self::Signe, Self::Dissous].into_iter().find(|state| state.word() == word)
    }
}

/// The name of a lot on the wire.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotName {
    /// Number in the counter of the billing number.
    pub number: LotNumber,
    /// Identifier of its file: how people name the lot.
    pub file: FileIdentifier,
}
