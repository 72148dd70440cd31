//! Why a role may not: mostly in the words of the part of the program that it concerns, which scripts know.

use liasse_domain::{Code, Coded};

use crate::desk::DeskError;
use crate::desync::DesyncError;
use crate::error::CoreError;
use crate::exchange::ExchangeError;
use crate::guard::{self, Red};
use crate::paper::PaperError;
use crate::replacement::ReplacementError;

/// See the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Patients, money and signatures are for whoever holds a professional's card.
    #[error("no card")]
    NoCard,
    /// Another practitioner's.
    #[error("another practitioner's")]
    OtherPractitioner,
    /// The accounts of the doctor whom a locum replaces.
    #[error("accounts of the replaced doctor")]
    LocumAccounts,
    /// The accounts of a practitioner, to staff.
    #[error("accounts of a practitioner")]
    StaffAccounts,
    /// The replaced doctor alone, by their own card.
    #[error("the titulaire alone")]
    TitulaireOnly,
    /// A locum's session without the doctor's mailbox.
    #[error("no mailbox for the session")]
    NoMailbox,
    /// The practitioner's own word.
    #[error("the practitioner's word")]
    PractitionersWord,
    /// Staff sign no FSE.
    #[error("staff sign no FSE")]
    Staff,
    /// The secretary alone.
    #[error("the secretary alone")]
    SecretaryAlone,
    /// Nobody is replaced: there is no day of a session.
    #[error("no session")]
    NoSession,
    /// A file between posts that is for the practitioner.
    #[error("for another practitioner")]
    ForAnother,
    /// The practitioner alone, by their own card.
    #[error("the practitioner alone")]
    Practitioner,
    /// The administrator's, or a practitioner's of the practice.
    #[error("administration")]
    Administration,
    /// The passphrase of the directory is asked for this.
    #[error("the passphrase is required")]
    Passphrase,
}

impl From<Refused> for CoreError {
    fn from(why: Refused) -> Self {
        match why {
            Refused::NoCard => DeskError::NoCps.into(),
            Refused::OtherPractitioner => DeskError::OtherPractitioner.into(),
            Refused::LocumAccounts => ReplacementError::Accounts.into(),
            Refused::StaffAccounts => PaperError::Accounts.into(),
            Refused::TitulaireOnly => ReplacementError::TitulaireOnly.into(),
            Refused::NoMailbox => ReplacementError::NoMailbox.into(),
            Refused::PractitionersWord => DesyncError::PractitionersWord.into(),
            Refused::Staff => guard::Refused::from(Red::Staff).into(),
            Refused::SecretaryAlone => DesyncError::SecretaryAlone.into(),
            Refused::NoSession => ReplacementError::Unknown.into(),
            Refused::ForAnother => ExchangeError::ForAnother.into(),
            Refused::Practitioner | Refused::Administration | Refused::Passphrase => Self::Access(why),
        }
    }
}

impl Coded for Refused {
    fn code(&self) -> Code {
        match self {
            Self::Practitioner => Code("acces.praticien_seul"),
            Self::Administration => Code("acces.administration"),
            Self::Passphrase => Code("acces.phrase_secrete"),
            told => CoreError::from(*told).code(),
        }
    }
}
