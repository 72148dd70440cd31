//! What can be wrong with the keys of a practice, each told apart, and which ways in are left. No failure changes a byte on the
//! disk, and none holds a secret.

use liasse_domain::{Code, Coded};
use serde::Serialize;

use super::keyring::KeyringError;

/// One of the three ways in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The passphrase.
    Passphrase,
    /// The recovery code.
    Recovery,
    /// The keyring of the computer.
    Keyring,
}

impl Part {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Passphrase, Self::Recovery, Self::Keyring];

    /// Itself, in a sentence.
    pub(crate) fn named(self) -> &'static str {
        match self {
            Self::Passphrase => "la phrase secrète",
            Self::Recovery => "le code de secours",
            Self::Keyring => "le trousseau de l'ordinateur",
        }
    }

    /// Its wrap, in a sentence.
    pub(crate) fn wrap(self) -> &'static str {
        match self {
            Self::Passphrase => "l'enveloppe de la phrase secrète",
            Self::Recovery => "l'enveloppe du code de secours",
            Self::Keyring => "l'enveloppe du trousseau",
        }
    }
}

/// How one wrap stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum WayState {
    /// It is there and whole.
    Whole,
    /// Its bytes are not those that were written.
    Damaged,
    /// There is none.
    Absent,
}

/// How the three wraps of a practice stand. Whole says nothing of whether somebody still knows the secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Ways {
    /// The one that the passphrase opens.
    pub passphrase: WayState,
    /// The one that the recovery code opens.
    pub recovery: WayState,
    /// The one that the keyring of the computer opens.
    pub keyring: WayState,
}

impl Ways {
    /// How the wrap of a way stands.
    pub fn of(&self, part: Part) -> WayState {
        match part {
            Part::Passphrase => self.passphrase,
            Part::Recovery => self.recovery,
            Part::Keyring => self.keyring,
        }
    }

    /// What to do when the wrap of `part` does not read: open by another way and have it made anew.
    pub(crate) fn way_left(&self, part: Part) -> &'static str {
        let whole = |other: Part| other != part && self.of(other) == WayState::Whole;
        match (whole(Part::Passphrase), whole(Part::Recovery), whole(Part::Keyring), part) {
            (_, true, true, Part::Passphrase) => {
                "Ouvrez avec le code de secours ou par le trousseau de l'ordinateur, puis choisissez une nouvelle phrase secrète."
            }
            (_, true, false, Part::Passphrase) => {
                "Ouvrez avec le code de secours, puis choisissez une nouvelle phrase secrète."
            }
            (_, false, true, Part::Passphrase) => {
                "Ouvrez par le trousseau de l'ordinateur, puis restaurez le fichier des clés d'une sauvegarde."
            }
            (true, _, _, Part::Recovery) => {
                "Ouvrez avec la phrase secrète, puis faites imprimer un nouveau code de secours."
            }
            (true, _, _, Part::Keyring) => {
                "Ouvrez avec la phrase secrète, puis confiez de nouveau la clé au trousseau."
            }
            (false, _, true, Part::Recovery) => {
                "Ouvrez par le trousseau de l'ordinateur, puis restaurez le fichier des clés d'une sauvegarde."
            }
            (false, true, _, Part::Keyring) => {
                "Ouvrez avec le code de secours, puis choisissez une nouvelle phrase secrète."
            }
            _ => {
                "Copiez le dossier de données tel quel, puis remettez en place le fichier des clés d'une sauvegarde : aucune autre enveloppe n'est entière."
            }
        }
    }
}

/// Why the keys of a practice could not be read, opened or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// There is no file of keys.
    #[error("no file of keys")]
    Absent,
    /// The wrap is whole and the passphrase does not open it.
    #[error("wrong passphrase")]
    WrongPassphrase,
    /// The wrap is whole and the code, well copied, does not open it.
    #[error("wrong recovery code")]
    WrongRecovery,
    /// What was typed is no recovery code: its last signs do not fit the others.
    #[error("recovery code badly copied")]
    RecoveryMistyped,
    /// This computer or this session has no keyring.
    #[error("no keyring")]
    NoKeyring,
    /// The keyring is locked, or did not answer in time: it may be asking its user.
    #[error("keyring locked")]
    KeyringLocked,
    /// The keyring has no entry of these keys any more, or another one.
    #[error("the keyring has no such entry")]
    KeyringEntryGone,
    /// No keyring was trusted with these keys.
    #[error("no keyring is trusted")]
    KeyringUnused,
    /// A wrap does not read.
    #[error("the wrap of {which:?} is damaged")]
    Damaged {
        /// Which one.
        which: Part,
        /// How all three stand.
        ways: Ways,
    },
    /// No wrap of the file reads.
    #[error("the file of keys is damaged")]
    FileDamaged,
    /// The file was written by a newer program.
    #[error("the file of keys is newer than this program")]
    Newer,
    /// The passphrase has too few characters.
    #[error("passphrase too short")]
    TooShort,
    /// The passphrase repeats itself or counts up.
    #[error("passphrase too plain")]
    TooPlain,
    /// There are keys already: nothing is written over them.
    #[error("there are keys already")]
    Exists,
    /// A change of key was cut and is not settled yet: the store has to be opened first.
    #[error("a change of key was cut")]
    RekeyCut,
    /// The new file is in its place, and the disk did not confirm that it will keep it: a power cut may bring the former one back.
    #[error("the new file of keys is not confirmed")]
    Unconfirmed,
    /// The system refused.
    #[error("file system: {kind}")]
    Io {
        /// What it said.
        kind: std::io::ErrorKind,
    },
}

impl Coded for KeyError {
    fn code(&self) -> Code {
        match self {
            Self::Absent => Code("cles.absentes"),
            Self::WrongPassphrase => Code("cles.phrase_fausse"),
            Self::WrongRecovery => Code("cles.code_faux"),
            Self::RecoveryMistyped => Code("cles.code_mal_copie"),
            Self::NoKeyring => Code("cles.trousseau_absent"),
            Self::KeyringLocked => Code("cles.trousseau_verrouille"),
            Self::KeyringEntryGone => Code("cles.trousseau_vide"),
            Self::KeyringUnused => Code("cles.trousseau_inutilise"),
            Self::Damaged { .. } => Code("cles.enveloppe_endommagee"),
            Self::FileDamaged => Code("cles.fichier_endommage"),
            Self::Newer => Code("cles.trop_recentes"),
            Self::TooShort => Code("cles.phrase_courte"),
            Self::TooPlain => Code("cles.phrase_trop_simple"),
            Self::Exists => Code("cles.existantes"),
            Self::RekeyCut => Code("cles.changement_coupe"),
            Self::Unconfirmed => Code("cles.non_confirmees"),
            Self::Io { .. } => Code("cles.inaccessibles"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Damaged { which, ways } => {
                vec![("which", which.wrap().to_owned()), ("way_left", ways.way_left(*which).to_owned())]
            }
            _ => Vec::new(),
        }
    }
}

impl From<std::io::Error> for KeyError {
    fn from(error: std::io::Error) -> Self {
        Self::Io { kind: error.kind() }
    }
}

impl From<KeyringError> for KeyError {
    fn from(error: KeyringError) -> Self {
        match error {
            KeyringError::NoService => Self::NoKeyring,
            KeyringError::Locked => Self::KeyringLocked,
            KeyringError::NoEntry => Self::KeyringEntryGone,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_sentences() {
        let ways = Ways { passphrase: WayState::Damaged, recovery: WayState::Whole, keyring: WayState::Absent };
        for error in [
            KeyError::Absent,
            KeyError::WrongPassphrase,
            KeyError::WrongRecovery,
            KeyError::RecoveryMistyped,
            KeyError::NoKeyring,
            KeyError::KeyringLocked,
            KeyError::KeyringEntryGone,
            KeyError::KeyringUnused,
            KeyError::Damaged { which: Part::Passphrase, ways },
            KeyError::FileDamaged,
            KeyError::Newer,
            KeyError::TooShort,
            KeyError::TooPlain,
            KeyError::Exists,
            KeyError::RekeyCut,
            KeyError::Unconfirmed,
            KeyError::Io { kind: std::io::ErrorKind::Other },
        ] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
            let report = error.report();
            assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{error:?}");
        }
    }

    #[test]
    fn a_damaged_wrap_is_named_with_the_ways_that_are_left() {
        use WayState::{Absent, Damaged, Whole};
        let said = |which: Part, states: [WayState; 3]| {
            let [passphrase, recovery, keyring] = states;
            KeyError::Damaged { which, ways: Ways { passphrase, recovery, keyring } }.report()
        };
        let report = said(Part::Passphrase, [Damaged, Whole, Absent]);
        assert!(report.message.contains("phrase secrète"), "{}", report.message);
        assert!(report.action.contains("code de secours") && !report.action.contains("trousseau"), "{}", report.action);
        let report = said(Part::Passphrase, [Damaged, Whole, Whole]);
        assert!(report.action.contains("code de secours") && report.action.contains("trousseau"), "{}", report.action);
        let report = said(Part::Recovery, [Whole, Damaged, Absent]);
        assert!(report.message.contains("code de secours"), "{}", report.message);
        assert!(report.action.starts_with("Ouvrez avec la phrase secrète"), "{}", report.action);
        let report = said(Part::Keyring, [Damaged, Damaged, Damaged]);
        assert!(report.message.contains("trousseau") && report.action.contains("sauvegarde"), "{}", report.action);
    }
}
