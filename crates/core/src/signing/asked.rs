//! What is on its way to the cards and what they answered: an FSE with its DRE, a lot. Nothing is decided here.

use liasse_cards::CardError;
use liasse_domain::fse::{PatientSigned, Prepared};
use liasse_domain::{Fse, FseContent};
use liasse_formats::cms::ToSign;
use liasse_store::SealedLot;

use crate::apcv::PatientKey;
use crate::cards::SigningCards;
use crate::desk::SignedIn;

/// A prepared FSE on its way to the cards, and the DRE that goes with it.
pub struct FseToSign {
    pub(super) documents: Vec<DocumentToSign>,
    pub(super) signed_in: SignedIn,
}

/// What waits for a CPS: nothing signed yet, or the Vitale's seal on it.
pub(super) enum Waiting {
    Prepared(Fse<Prepared>),
    Sealed(Fse<PatientSigned>),
}

impl Waiting {
    pub(super) fn content(&self) -> &FseContent {
        match self {
            Self::Prepared(fse) => fse.content(),
            Self::Sealed(fse) => fse.content(),
        }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        match self {
            Self::Prepared(fse) => fse.bytes(),
            Self::Sealed(fse) => fse.bytes(),
        }
    }
}

pub(super) struct DocumentToSign {
    pub(super) fse: Waiting,
    /// The patient's key and what it is to sign, where the mode asks for it.
    pub(super) vitale: Option<(PatientKey, ToSign)>,
    pub(super) cps: ToSign,
}

/// The same with what the cards answered: for each document the Vitale, where the mode asks for it, and the CPS.
pub struct SignedFse {
    pub(super) asked: FseToSign,
    pub(super) answers: Vec<(Option<Vec<u8>>, Vec<u8>)>,
}

impl FseToSign {
    /// Has the cards sign, the Vitale first. No lane but the cards' works meanwhile.
    pub fn by(self, cards: &dyn SigningCards) -> Result<SignedFse, CardError> {
        let mut answers = Vec::new();
        for document in &self.documents {
            let by_vitale = match &document.vitale {
                Some((key, to_sign)) => Some(key.sign(cards, to_sign.digest())?),
                None => None,
            };
            answers.push((by_vitale, cards.cps(&self.signed_in.serial, document.cps.digest())?));
        }
        Ok(SignedFse { asked: self, answers })
    }
}

/// A sealed lot on its way to the CPS.
pub struct LotToSign {
    pub(super) lot: SealedLot,
    pub(super) to_sign: ToSign,
    pub(super) signed_in: SignedIn,
}

/// The same with what the card answered.
pub struct SignedLot {
    pub(super) asked: LotToSign,
    pub(super) by_cps: Vec<u8>,
}

impl LotToSign {
    /// Has the CPS sign.
    pub fn by(self, cards: &dyn SigningCards) -> Result<SignedLot, CardError> {
        let by_cps = cards.cps(&self.signed_in.serial, self.to_sign.digest())?;
        Ok(SignedLot { asked: self, by_cps })
    }
}
