//! How a patient settles at the desk (product, "Recettes"): one word, asked by one key after the signature.
//! Not the money itself: states and amounts stand on the axis `MoneyState`.

use serde::{Deserialize, Serialize};

/// The patient's word on how the amount due at the desk is settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SettlementMode {
    /// Bank card.
    Carte,
    /// Cheque.
    Cheque,
    /// Cash.
    Especes,
    /// Bank transfer.
    Virement,
    /// Later: the amount stays owed, nothing was received.
    PlusTard,
    /// The practitioner waives what the patient still owes: nothing was received.
    Gratuit,
}

impl SettlementMode {
    /// All modes, in reading order.
    pub const ALL: [Self; 6] =
        [Self::Carte, Self::Cheque, Self::Especes, Self::Virement, Self::PlusTard, Self::Gratuit];

    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Carte => "carte",
            Self::Cheque => "cheque",
            Self::Especes => "especes",
            Self::Virement => "virement",
            Self::PlusTard => "plus_tard",
            Self::Gratuit => "gratuit",
        }
    }

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Carte => "carte bancaire",
            Self::Cheque => "chèque",
            Self::Especes => "espèces",
            Self::Virement => "virement",
            Self::PlusTard => "plus tard",
            Self::Gratuit => "gratuit",
        }
    }

    /// From the word on disk.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.word() == word)
    }

    /// Whether money is received: such a settlement makes a receipt.
    pub fn receives_money(self) -> bool {
        !matches!(self, Self::PlusTard | Self::Gratuit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_are_what_serde_writes() {
        for mode in SettlementMode::ALL {
            assert_eq!(SettlementMode::from_word(mode.word()), Some(mode));
            assert_eq!(serde_json::to_value(mode).expect("json"), mode.word());
        }
        assert!(!SettlementMode::PlusTard.receives_money());
    }
}
