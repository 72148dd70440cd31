//! The appli carte Vitale in the place of the card (`sim`): a context that was scanned or laid on a contactless reader, checked the same
//! way, opens its patient as a Vitale does, seals in modes 3 and 4 alone, and only while it holds. Rule: reference formats 2.4;
//! cards 4.1 ("an expired context must be renewed before validating the invoice").

use std::fmt;

use chrono::SubsecRound;
use liasse_cards::CardError;
use liasse_cards::vitale::{PublicBeneficiary, VitaleRead};
use liasse_domain::{FseContent, Instant, SecuringMode, VitaleContent, clock};
use liasse_formats::cms::{self, Flux, NationalAttributes, ToSign};
use sha2::{Digest, Sha256};

pub use liasse_formats::apcv::{ApcvError, Context, PREFIX, is_meant};

use crate::cards::{Cost, SigningCards, VitaleView};
use crate::directory::Trust;
use crate::error::CoreError;
use crate::workstation::Workstation;

/// What a patient's application presented.
#[derive(Clone, PartialEq, Eq)]
pub struct Apcv {
    context: Context,
    text: String,
    reader: Option<String>,
}

/// Neither its text nor its name: both tell of a person.
impl fmt::Debug for Apcv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Apcv({:?})", self.context)
    }
}

impl Apcv {
    /// The three fields of the context, and when it was made.
    pub fn context(&self) -> &Context {
        &self.context
    }

    /// The reader on which the telephone lay; `None` for a context that was scanned.
    pub fn reader(&self) -> Option<&str> {
        self.reader.as_deref()
    }

    /// When it was presented and until when it holds, `HH h MM` in Paris.
    pub fn hours(&self) -> (String, String) {
        let hour = |at: Instant| clock::paris(at).format("%H h %M").to_string();
        (hour(self.context.issued_at), hour(self.context.until))
    }

    /// What an engine does before it signs: the text is checked again, at its own time. Gives the certificate that is to sign.
    ///
    /// # Errors
    /// [`ApcvError`].
    pub fn checked(&self, trust: &Trust, at: Instant) -> Result<Vec<u8>, ApcvError> {
        liasse_formats::apcv::read(&self.text, trust, at).map(|presented| presented.certificate)
    }
}

/// Whether an application signs in that mode.
pub fn signs_in(mode: SecuringMode) -> bool {
    matches!(mode, SecuringMode::Securise | SecuringMode::Desynchronise)
}

/// The patient of a context, as a Vitale in a reader shows theirs.
pub(crate) fn presented(
    text: &str,
    reader: Option<&str>,
    cost: Cost,
    trust: &Trust,
    at: Instant,
) -> Result<VitaleView, CardError> {
    let found = liasse_formats::apcv::read(text, trust, at)?;
    if found.card.insured.nir.key() != found.card.insured.nir_key {
        return Err(CardError::NirKey);
    }
    let apcv = Apcv { context: found.context, text: text.trim().to_owned(), reader: reader.map(str::to_owned) };
    let read = VitaleRead {
        public: beneficiaries(&found.card),
        content: Some(found.card),
        certificate: Some(found.certificate),
        unreadable: Vec::new(),
    };
    Ok(VitaleView { read, cost, apcv: Some(Box::new(apcv)) })
}

/// The people of a context as the public files of a card would give them.
fn beneficiaries(card: &VitaleContent) -> Vec<PublicBeneficiary> {
    let people = card.beneficiaries.iter().map(|person| {
        let own = card.insured.own_nir_of(person);
        PublicBeneficiary {
            family_name: person.family_name.clone(),
            given_name: person.given_name.clone(),
            birth_date: person.birth_date,
            nir: own.map(|(nir, _)| nir),
            nir_key: own.map(|(_, key)| key),
        }
    });
    people.collect()
}

/// By which key a patient seals: that of the card in a reader, or that of their application.
#[derive(Debug)]
pub(crate) struct PatientKey {
    certificate: Vec<u8>,
    apcv: Option<Box<Apcv>>,
}

impl PatientKey {
    /// The key of that certificate, wherever the patient has it.
    pub(crate) fn of(certificate: &[u8], vitale: &VitaleView) -> Self {
        Self { certificate: certificate.to_vec(), apcv: vitale.apcv.clone() }
    }

    /// Signs.
    pub(crate) fn sign(&self, cards: &dyn SigningCards, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        match &self.apcv {
            Some(apcv) => cards.apcv(apcv, hash),
            None => cards.vitale(&self.certificate, hash),
        }
    }
}

impl Workstation {
    /// The patient of a context that was scanned.
    ///
    /// # Errors
    /// [`ApcvError`] in a [`CardError`]: unreadable, badly signed, of nobody known, run out, from the future, revoked, of a real person.
    pub fn read_apcv(&self, text: &str) -> Result<VitaleView, CoreError> {
        Ok(presented(text, None, Cost::default(), &self.directory.trust, self.now())?)
    }

    /// The same patient by a new context, before signing.
    ///
    /// # Errors
    /// Those of [`Workstation::read_apcv`]; [`ApcvError::OtherPatient`].
    pub fn renew_apcv(&self, text: &str, before: &VitaleView) -> Result<VitaleView, CoreError> {
        let fresh = self.read_apcv(text)?;
        if fresh.read.content != before.read.content {
            return Err(CardError::from(ApcvError::OtherPatient).into());
        }
        Ok(fresh)
    }

    /// What the patient's key is to sign over a claim. An application signs in modes 3 and 4, while its context holds, and its
    /// signature names that context.
    pub(crate) fn to_sign_by_patient(
        &self,
        key: &PatientKey,
        content: &FseContent,
        bytes: &[u8],
    ) -> Result<ToSign, CoreError> {
        let billing = &content.reference.billing;
        let Some(apcv) = &key.apcv else { return self.to_sign(bytes, &key.certificate, billing) };
        if !signs_in(content.mode) {
            return Err(CardError::from(ApcvError::Mode).into());
        }
        let now = self.now();
        apcv.context.check_holds(now).map_err(CardError::from)?;
        let attributes = NationalAttributes { flux: Flux::Test, billing: billing.clone() };
        let digest: [u8; 32] = Sha256::digest(bytes).into();
        let mark = apcv.context.mark();
        let at = now.trunc_subsecs(0);
        Ok(cms::prepare_in_context(&digest, &key.certificate, Some(&attributes), Some(&mark), at)?)
    }
}
