//! Scanned documents (SCOR) that accompany an FSE: an ordonnance, or the paper of a mode that a Vitale did not sign.
//! Not their recognition and not their mail (`formats`). Limits: reference telecom 1.1 (250 kB a document, Pyxvital's
//! default); the number of documents and what one mail holds are ours.

use serde::{Deserialize, Serialize};

/// The largest document, in bytes.
pub const MAX_SCAN: usize = 250_000;
/// The most documents of one FSE.
pub const MAX_SCANS: usize = 10;
/// The most documents of one lot, which travel in one mail.
pub const MAX_LOT_SCANS: usize = 200;
/// The most bytes of one lot's documents: base64 twice over makes 18.8 MB of them, and post offices stop at 20.
pub const MAX_LOT_SCAN_BYTES: usize = 10_000_000;

/// What a document is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanKind {
    /// A prescription.
    Ordonnance,
    /// A feuille de soins on paper.
    FeuilleDeSoins,
    /// Anything else that supports the claim.
    Autre,
}

impl ScanKind {
    /// The word on disk, in JSON and in the mail.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ordonnance => "ordonnance",
            Self::FeuilleDeSoins => "feuille_de_soins",
            Self::Autre => "autre",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Ordonnance, Self::FeuilleDeSoins, Self::Autre].into_iter().find(|kind| kind.word() == word)
    }
}

/// How a document is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanMedia {
    /// PDF.
    Pdf,
    /// TIFF.
    Tiff,
}

impl ScanMedia {
    /// The word on disk and in JSON; also the ending of a file's name.
    pub fn word(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Tiff => "tiff",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Pdf, Self::Tiff].into_iter().find(|media| media.word() == word)
    }
}

/// Where the mail with a lot's documents stands. Unlike a lot, it may leave twice: a document that comes again says
/// nothing new.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScanState {
    /// Waits for its lot to be accepted by the post, then for its turn.
    AEnvoyer,
    /// A step of its sending may have touched the network.
    Envoi,
    /// The post accepted it.
    Transmise,
    /// The post may have it.
    NonConfirmee,
}

impl ScanState {
    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::AEnvoyer => "a_envoyer",
            Self::Envoi => "envoi",
            Self::Transmise => "transmise",
            Self::NonConfirmee => "non_confirmee",
        }
    }

    /// From that word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::AEnvoyer, Self::Envoi, Self::Transmise, Self::NonConfirmee]
            .into_iter()
            .find(|state| state.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_are_what_serde_writes() {
        for kind in ["ordonnance", "feuille_de_soins", "autre"] {
            let read = ScanKind::from_word(kind).expect("a kind");
            assert_eq!((read.word(), serde_json::to_value(read).expect("json")), (kind, kind.into()));
        }
        for state in ["a_envoyer", "envoi", "transmise", "non_confirmee"] {
            let read = ScanState::from_word(state).expect("a state");
            assert_eq!((read.word(), serde_json::to_value(read).expect("json")), (state, state.into()));
        }
        assert_eq!(ScanMedia::from_word("tiff").map(ScanMedia::word), Some("tiff"));
        assert_eq!((ScanKind::from_word("scan"), ScanMedia::from_word("png")), (None, None));
    }
}
