//! The three axes of state and the only moves allowed on each: the document, its transmission, the money of a payer.
//! The words are product's, in ASCII snake case, on disk and in JSON.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A move that the axis does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{axis}: {from} cannot become {to}")]
pub struct ForbiddenMove {
    /// Which axis.
    pub axis: &'static str,
    /// The present state.
    pub from: &'static str,
    /// The state asked for.
    pub to: &'static str,
}

impl crate::Coded for ForbiddenMove {
    fn code(&self) -> crate::Code {
        crate::Code("invoicing.etat_interdit")
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![("from", self.from.to_owned()), ("to", self.to.to_owned())]
    }
}

macro_rules! axis {
    ($(#[$doc:meta])* $name:ident as $axis:literal {
        $($(#[$vdoc:meta])* $variant:ident = $word:literal, $label:literal => [$($next:ident),*];)+
    }) => {
        crate::words::words! {
            $(#[$doc])*
            $name { $($(#[$vdoc])* $variant = $word, $label;)+ }
        }

        impl $name {
            /// The states that may follow.
            pub fn next(self) -> &'static [Self] {
                match self { $(Self::$variant => &[$(Self::$next),*]),+ }
            }

            /// The move to `to`, or why not.
            pub fn become_state(self, to: Self) -> Result<Self, ForbiddenMove> {
                if self.next().contains(&to) {
                    Ok(to)
                } else {
                    Err(ForbiddenMove { axis: $axis, from: self.word(), to: to.word() })
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.word())
            }
        }
    };
}

axis! {
    /// The state of an FSE or a DRE.
    DocumentState as "document" {
        /// Being written; has no number.
        Brouillon = "brouillon", "brouillon" => [Preparee, Annulee];
        /// Numbered, its bytes made once; waits for its signatures.
        Preparee = "preparee", "préparée" => [SigneePatient, Signee, Annulee];
        /// Sealed by the Vitale, waits for the CPS (désynchronisé).
        SigneePatient = "signee_patient", "signée par le patient" => [Signee, Annulee];
        /// All signatures that its mode asks for are there.
        Signee = "signee", "signée" => [Annulee];
        /// Withdrawn before sending; keeps its number.
        Annulee = "annulee", "annulée" => [];
    }
}

axis! {
    /// The state of a membership of a lot.
    TransmissionState as "transmission" {
        /// In a sealed lot.
        EnLot = "en_lot", "en lot" => [EnFichier, Retiree];
        /// In a signed file of the outbox.
        EnFichier = "en_fichier", "en fichier" => [Transmise, NonConfirmee, Retiree];
        /// The post accepted the file.
        Transmise = "transmise", "transmise" => [Recue, Refusee, EnFichier];
        /// The post may have the file: not to be sent again.
        NonConfirmee = "non_confirmee", "envoi non confirmé : ne pas renvoyer" => [Transmise, Recue, Refusee, EnFichier];
        /// ARL+.
        Recue = "recue", "reçue par la caisse" => [];
        /// ARL-: final for this lot; its FSE are free for a rebuilt one.
        Refusee = "refusee", "refusée" => [];
        /// The lot was dissolved: the document is free for another one.
        Retiree = "retiree", "retirée du lot" => [];
    }
}

axis! {
    /// The state of what one payer owes for one document.
    MoneyState as "argent" {
        /// This payer owes nothing; paying all the same is an anomaly. What another payer no longer pays is owed.
        SansObjet = "sans_objet", "sans objet" => [Anomalie, Attendu];
        /// Owed.
        Attendu = "attendu", "attendu" => [Encaisse, Partiel, Rejete, Anomalie, Abandonne];
        /// Paid in full.
        Encaisse = "encaisse", "encaissé" => [Attendu, Anomalie];
        /// Paid in part.
        Partiel = "partiel", "partiel" => [Encaisse, Attendu, Anomalie, Abandonne];
        /// Refused by the payer.
        Rejete = "rejete", "rejeté" => [Attendu, Abandonne];
        /// Paid another amount than due.
        Anomalie = "anomalie", "anomalie" => [Encaisse, Attendu, Abandonne, SansObjet];
        /// Given up.
        Abandonne = "abandonne", "abandonné" => [Attendu];
    }
}

/// Who owes money for a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payer {
    /// The patient, at the desk.
    Patient,
    /// The compulsory scheme.
    Amo,
    /// The complementary insurer.
    Amc,
}

impl Payer {
    /// All payers, in reading order.
    pub const ALL: [Self; 3] = [Self::Patient, Self::Amo, Self::Amc];

    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Patient => "patient",
            Self::Amo => "amo",
            Self::Amc => "amc",
        }
    }

    /// From the word on disk.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|payer| payer.word() == word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_read_back_and_are_what_serde_writes() {
        for state in DocumentState::ALL {
            assert_eq!(DocumentState::from_word(state.word()), Some(*state));
            assert_eq!(serde_json::to_value(state).expect("json"), state.word());
        }
        for state in TransmissionState::ALL {
            assert_eq!(TransmissionState::from_word(state.word()), Some(*state));
            assert_eq!(serde_json::to_value(state).expect("json"), state.word());
        }
        for state in MoneyState::ALL {
            assert_eq!(MoneyState::from_word(state.word()), Some(*state));
            assert_eq!(serde_json::to_value(state).expect("json"), state.word());
        }
    }

    #[test]
    fn money_lost_moves_are_refused() {
        use TransmissionState::{EnFichier, NonConfirmee, Recue, Retiree, Transmise};
        assert!(Recue.become_state(EnFichier).is_err(), "a received file is never sent again");
        assert!(NonConfirmee.become_state(Retiree).is_err(), "its FSE may already be with the caisse");
        assert!(Transmise.become_state(Retiree).is_err());
        assert!(EnFichier.become_state(Retiree).is_ok());
        assert!(DocumentState::Annulee.next().is_empty());
        assert!(DocumentState::Signee.become_state(DocumentState::Preparee).is_err());
    }
}
