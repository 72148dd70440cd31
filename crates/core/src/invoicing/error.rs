//! Why a claim cannot be made or signed, and why a typed line adds nothing to one, as data with a code.

use std::ops::Range;

use liasse_domain::{Centimes, Code, Coded};
use liasse_pricing::TypedError;

/// Why a claim cannot be made or signed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvoicingError {
    /// No Vitale in any reader.
    #[error("no Vitale")]
    VitaleAbsent,
    /// The Vitale says nothing about rights: a real card, or a damaged one.
    #[error("the Vitale's rights cannot be read")]
    VitaleWithoutRights,
    /// The Vitale in the reader is another patient's.
    #[error("another patient's Vitale")]
    OtherVitale,
    /// A test card and a real one.
    #[error("test card with a real one")]
    MixedWorlds,
    /// No beneficiary of that number on the card.
    #[error("no such beneficiary")]
    UnknownBeneficiary,
    /// A newborn whose birth is not in the year before the acts.
    #[error("not born in the year before the acts")]
    NewbornDate,
    /// The newborn is on the card.
    #[error("the newborn is on the card")]
    NewbornOnCard,
    /// Nothing to bill.
    #[error("no act")]
    NoAct,
    /// A finding forbids signing.
    #[error("impossible: {code}")]
    Impossible {
        /// Code of the finding.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// A finding asks for a written reason.
    #[error("a reason is required: {code}")]
    ReasonRequired {
        /// Code of the finding.
        code: String,
        /// Its sentence.
        message: String,
    },
    /// The reason of the reject asks for something else than a corrected FSE.
    #[error("not to be corrected by a new FSE")]
    NotCorrectable {
        /// What to do instead.
        action: String,
    },
    /// Its file was refused during a national incident: the caisse has it, whatever it answered.
    #[error("locked by a national incident")]
    LockedByIncident,
    /// No mutuelle card is known for the patient.
    #[error("no mutuelle card")]
    NoMutuelle,
    /// The DRE of a rejected FSE still asks the insurer for its part.
    #[error("its DRE stands")]
    DreStands,
    /// The correction would ask a complementary insurer for something else than what it has paid already.
    #[error("the insurer has paid another amount")]
    InsurerPaid {
        /// What it has paid.
        paid: Centimes,
        /// What the correction asks.
        now: Centimes,
    },
    /// The mode needs the Vitale, or the proof is the Vitale itself.
    #[error("needs the Vitale")]
    NeedsVitale,
    /// The patient's Vitale was never read here.
    #[error("never read here")]
    NoReading,
    /// No prepared FSE of that name.
    #[error("no prepared FSE of that name")]
    NotPrepared,
    /// The FSE is not signed.
    #[error("not signed")]
    NotSigned,
    /// No FSE of that name.
    #[error("no FSE of that name")]
    UnknownFse,
    /// No lot of that name.
    #[error("no lot of that name")]
    UnknownLot,
    /// The lot is sealed, not signed.
    #[error("the lot is not signed")]
    LotNotSigned,
}

impl Coded for InvoicingError {
    fn code(&self) -> Code {
        match self {
            Self::VitaleAbsent => Code("invoicing.vitale_absente"),
            Self::VitaleWithoutRights => Code("invoicing.vitale_sans_droits"),
            Self::OtherVitale => Code("invoicing.autre_vitale"),
            Self::MixedWorlds => Code("invoicing.carte_test_et_reelle"),
            Self::UnknownBeneficiary => Code("invoicing.beneficiaire_inconnu"),
            Self::NewbornDate => Code("invoicing.nouveau_ne_date"),
            Self::NewbornOnCard => Code("invoicing.nouveau_ne_sur_carte"),
            Self::NoAct => Code("invoicing.aucun_acte"),
            Self::Impossible { .. } => Code("invoicing.impossible"),
            Self::ReasonRequired { .. } => Code("invoicing.motif_attendu"),
            Self::NotCorrectable { .. } => Code("invoicing.correction_inutile"),
            Self::LockedByIncident => Code("invoicing.incident_national"),
            Self::NoMutuelle => Code("invoicing.mutuelle_absente"),
            Self::DreStands => Code("invoicing.dre_en_cours"),
            Self::InsurerPaid { .. } => Code("invoicing.mutuelle_a_paye"),
            Self::NeedsVitale => Code("invoicing.vitale_necessaire"),
            Self::NoReading => Code("invoicing.jamais_lu"),
            Self::NotPrepared => Code("invoicing.fse_non_preparee"),
            Self::NotSigned => Code("invoicing.fse_non_signee"),
            Self::UnknownFse => Code("invoicing.fse_inconnue"),
            Self::UnknownLot => Code("invoicing.lot_inconnu"),
            Self::LotNotSigned => Code("invoicing.lot_non_signe"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Impossible { message, .. } | Self::ReasonRequired { message, .. } => {
                vec![("finding", message.clone())]
            }
            Self::InsurerPaid { paid, now } => vec![("paid", paid.to_string()), ("now", now.to_string())],
            Self::NotCorrectable { action } => vec![("instead", action.clone())],
            _ => Vec::new(),
        }
    }
}

/// Why a typed line adds nothing to a draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// It is not understood, and says where.
    #[error(transparent)]
    Typed(#[from] TypedError),
    /// It names a newborn for whom this claim cannot be.
    #[error("{why}")]
    Newborn {
        /// The line, in bytes.
        place: Range<usize>,
        /// Why not.
        why: InvoicingError,
    },
}

impl LineError {
    /// Where it is wrong, in bytes.
    pub fn place(&self) -> Range<usize> {
        match self {
            Self::Typed(error) => error.place(),
            Self::Newborn { place, .. } => place.clone(),
        }
    }

    /// The same, of a text that begins so many bytes earlier.
    #[must_use]
    pub fn moved(self, by: usize) -> Self {
        match self {
            Self::Typed(error) => Self::Typed(error.moved(by)),
            Self::Newborn { place, why } => Self::Newborn { place: place.start + by..place.end + by, why },
        }
    }
}

impl Coded for LineError {
    fn code(&self) -> Code {
        match self {
            Self::Typed(error) => error.code(),
            Self::Newborn { why, .. } => why.code(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Typed(error) => error.parameters(),
            Self::Newborn { why, .. } => why.parameters(),
        }
    }
}
