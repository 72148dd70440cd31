//! The claim (feuille de soins électronique): its content after SSV groups 1110 to 1321, and its way to the signature.
//! The type says how far it came: only `Fse<Signed>` enters a lot. Bytes are made once in `formats` and kept here.

mod act;

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::birth_date::BirthDate;
use crate::complementary::{DocumentKind, Management};
use crate::ids::{BillingNumber, FseNumber, FseRef, Rpps};
use crate::money::Centimes;
use crate::nir::Nir;
use crate::organisme::{Destination, Organisme};
use crate::secret::Private;

pub use act::{ActDetails, ActLine, TechnicalAct, Travel};

/// How an FSE is secured (reference formats, 2.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "u8", try_from = "u8")]
pub enum SecuringMode {
    /// 0: not secured.
    NonSecurise,
    /// 1: SESAM sans Vitale, CPS alone where the act allows.
    SansVitale,
    /// 2: made on a visit.
    Visite,
    /// 3: both cards present.
    Securise,
    /// 4: the Vitale seals first, the CPS signs later.
    Desynchronise,
    /// 5: no usable Vitale; CPS alone, a paper sheet follows.
    Degrade,
}

impl SecuringMode {
    /// All modes by their code.
    pub const ALL: [Self; 6] =
        [Self::NonSecurise, Self::SansVitale, Self::Visite, Self::Securise, Self::Desynchronise, Self::Degrade];

    /// The code, 0 to 5.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// From the code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).copied()
    }

    /// Whether the Vitale signs.
    pub fn needs_vitale(self) -> bool {
        matches!(self, Self::Visite | Self::Securise | Self::Desynchronise)
    }

    /// Whether the CPS signs.
    pub fn needs_cps(self) -> bool {
        self != Self::NonSecurise
    }
}

impl From<SecuringMode> for u8 {
    fn from(mode: SecuringMode) -> Self {
        mode.code()
    }
}

impl TryFrom<u8> for SecuringMode {
    type Error = &'static str;
    fn try_from(code: u8) -> Result<Self, Self::Error> {
        Self::from_code(code).ok_or("securing mode 0 to 5")
    }
}

/// Group 1120: the professional who is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Executant {
    /// Billing number, key included.
    pub billing: BillingNumber,
    /// National number.
    pub rpps: Option<Rpps>,
    /// Family name.
    pub family_name: Private,
    /// Given name.
    pub given_name: Private,
    /// Code conventionnel.
    pub convention: u8,
    /// Specialty, two digits.
    pub specialty: String,
    /// Tariff zone, two digits.
    pub tariff_zone: String,
    /// Zone IK, two digits.
    pub ik_zone: String,
    /// Agréments.
    pub agreements: [String; 3],
    /// Condition of exercise: `L`, `S` or `B`.
    pub condition: char,
    /// Logical number of the billing situation (group 1110 field 4).
    pub situation: u8,
    /// Kind of structure number (group 1140 field 1).
    pub structure_kind: u8,
    /// Number of the structure (group 1140 fields 2 and 3).
    pub structure_number: String,
    /// Name of the structure (group 1140 field 4).
    pub structure_name: String,
}

/// Group 1150: the locum who acted in the executant's place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Locum {
    /// Billing identifier, key included.
    pub billing: BillingNumber,
    /// Family name.
    pub family_name: Private,
    /// Given name.
    pub given_name: Private,
    /// Field 5: the invoice was made by the locum.
    pub signs: bool,
}

/// Groups 1130 and 1160: the beneficiary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patient {
    /// NIR of the insured person.
    pub insured_nir: Nir,
    /// Key as the card gave it.
    pub insured_key: u8,
    /// The beneficiary's own certified NIR and key.
    pub own_nir: Option<(Nir, u8)>,
    /// Family name, for screens and prints: the FSE's bytes do not carry it.
    pub family_name: Private,
    /// Given name.
    pub given_name: Private,
    /// Birth date as read.
    pub birth_date: BirthDate,
    /// Rang gémellaire.
    pub birth_rank: u8,
    /// Qualité.
    pub quality: u8,
    /// Code ALD and situation, five characters.
    pub coverage_code: String,
}

/// Group 1321: the complementary part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplementaryCover {
    /// Type of contract: `89` C2S, `00` other.
    pub contract: String,
    /// Number of the organisme, up to ten characters.
    pub number: String,
    /// Number of the member there.
    pub member: Private,
    /// Type de convention of a mutuelle card.
    #[serde(default)]
    pub convention: String,
    /// Who manages the part, where a convention says so; C2S is the caisse's own.
    #[serde(default)]
    pub management: Option<Management>,
}

/// What makes a DRE of an invoice: the complementary insurer is asked for its part of the acts of an FSE.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Demand {
    /// The insurer's intake.
    pub route: Destination,
    /// It takes back the DRE that the content says it corrects.
    pub cancels: bool,
}

/// An accident du travail, by its number or, where there is none yet, by its day (B2 type 2 positions 86-94).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Accident {
    /// Its number, nine digits; never three zeros first, which is how a day is told from it.
    Number(String),
    /// Its day.
    Date(NaiveDate),
}

/// The doctor who sent the patient.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Referrer {
    /// Billing number, key included.
    pub billing: BillingNumber,
    /// The day of the letter, if said.
    pub date: Option<NaiveDate>,
}

/// What the care is about and how the patient came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CareContext {
    /// Nature d'assurance: 10 maladie, 30 maternité, 41 AT, 90 prévention.
    pub nature: u8,
    /// Letter of the care path as sent, if any.
    pub care_path: Option<char>,
    /// Exoneration for the whole invoice (B2 type 2 position 79), if all lines share it.
    pub exoneration: Option<char>,
    /// The accident du travail, if it is one.
    pub accident: Option<Accident>,
    /// Day of an accident that a third party caused.
    #[serde(default)]
    pub third_party_accident: Option<NaiveDate>,
    /// Who sent the patient.
    #[serde(default)]
    pub referrer: Option<Referrer>,
    /// Proof of the rights: 4 Vitale, 1 attestation, 0 none (B2 type 2 position 58).
    pub rights_proof: u8,
}

impl CareContext {
    /// Care related to an exempting ALD (B2 type 2 position 79, type 4 position 54).
    pub const ALD: char = '4';
    /// An act at or above the threshold of heavy acts, or exempting by its nature (the same positions).
    pub const HEAVY: char = 'C';

    /// The exoneration of an act: its own, or that of the whole invoice.
    pub fn exoneration_of(&self, act: &ActLine) -> Option<char> {
        act.exoneration.or(self.exoneration)
    }

    /// Whether an act is related to an ALD.
    pub fn is_ald_related(&self, act: &ActLine) -> bool {
        self.exoneration_of(act) == Some(Self::ALD)
    }
}

/// An earlier FSE that this one corrects (group 1110 fields 5 and 6).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrects {
    /// Its number.
    pub number: FseNumber,
    /// Its date.
    pub drawn_up: NaiveDate,
}

/// All that an FSE says. Never changes once it has a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FseContent {
    /// Paid billing number and number.
    pub reference: FseRef,
    /// How it is secured.
    pub mode: SecuringMode,
    /// Date d'élaboration.
    pub drawn_up: NaiveDate,
    /// The FSE this one corrects.
    pub corrects: Option<Corrects>,
    /// Who is paid.
    pub executant: Executant,
    /// Who acted instead, if a locum.
    pub locum: Option<Locum>,
    /// For whom.
    pub patient: Patient,
    /// The compulsory scheme's organisme.
    pub organisme: Organisme,
    /// The complementary insurer, if any.
    pub complementary: Option<ComplementaryCover>,
    /// What the care is about.
    pub care: CareContext,
    /// Whether the AMO pays the practitioner.
    pub third_party_amo: bool,
    /// Whether the complementary insurer pays the practitioner.
    pub third_party_amc: bool,
    /// The acts.
    pub acts: Vec<ActLine>,
    /// For a DRE: where it goes and what it does.
    #[serde(default)]
    pub demand: Option<Demand>,
}

impl FseContent {
    /// FSE or DRE.
    pub fn kind(&self) -> DocumentKind {
        if self.demand.is_some() { DocumentKind::Dre } else { DocumentKind::Fse }
    }

    /// Where it is sent.
    pub fn destination(&self) -> Destination {
        self.demand.as_ref().map_or_else(|| self.organisme.destination(), |demand| demand.route.clone())
    }

    /// What it asks of whoever it is sent to: the fees for an FSE, the complementary part for a DRE, nothing for one
    /// that takes another back.
    pub fn asked(&self) -> Centimes {
        match &self.demand {
            None => self.total(),
            Some(Demand { cancels: false, .. }) => self.amc(),
            Some(_) => Centimes::ZERO,
        }
    }

    /// Sum of the fees.
    pub fn total(&self) -> Centimes {
        self.acts.iter().map(|act| act.fee).sum()
    }

    /// Sum of the bases.
    pub fn base(&self) -> Centimes {
        self.acts.iter().map(|act| act.base).sum()
    }

    /// Sum of the AMO parts.
    pub fn amo(&self) -> Centimes {
        self.acts.iter().map(|act| act.amo).sum()
    }

    /// Sum of the complementary parts.
    pub fn amc(&self) -> Centimes {
        self.acts.iter().map(|act| act.amc).sum()
    }

    /// What the AMO owes the practitioner for this document: its part under tiers payant, else nothing.
    pub fn due_by_amo(&self) -> Centimes {
        if self.third_party_amo && self.demand.is_none() { self.amo() } else { Centimes::ZERO }
    }

    /// What the complementary insurer owes the practitioner for this document. In gestion séparée it owes it for the DRE.
    pub fn due_by_amc(&self) -> Centimes {
        let separate = self.complementary.as_ref().and_then(|cover| cover.management) == Some(Management::Separee);
        match (&self.demand, separate) {
            (None, true) | (Some(Demand { cancels: true, .. }), _) => Centimes::ZERO,
            _ => self.covered_by_amc(),
        }
    }

    /// What the patient owes at the desk. A DRE asks nothing of them.
    pub fn due_by_patient(&self) -> Centimes {
        if self.demand.is_some() {
            return Centimes::ZERO;
        }
        self.total() - self.due_by_amo() - self.covered_by_amc()
    }

    /// The complementary part that is not asked of the patient.
    fn covered_by_amc(&self) -> Centimes {
        if self.third_party_amc { self.amc() } else { Centimes::ZERO }
    }

    /// The date of the first act, from which the legal delay of sending runs.
    pub fn act_date(&self) -> NaiveDate {
        self.acts.iter().map(|act| act.date).min().unwrap_or(self.drawn_up)
    }
}

/// Numbered, bytes made, no signature yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared;

/// Sealed by the Vitale.
#[derive(Clone, PartialEq, Eq)]
pub struct PatientSigned {
    vitale: Vec<u8>,
}

/// Carries every signature that its mode asks for.
#[derive(Clone, PartialEq, Eq)]
pub struct Signed {
    vitale: Option<Vec<u8>>,
    cps: Option<Vec<u8>>,
}

/// Signatures that do not fit the mode of the FSE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningOrder {
    /// The mode asks for the Vitale's signature first.
    #[error("the mode asks for the Vitale's signature")]
    VitaleMissing,
    /// The mode has no Vitale signature.
    #[error("the mode has no Vitale signature")]
    VitaleNotExpected,
    /// The mode asks for the signature of the CPS.
    #[error("the mode asks for the CPS's signature")]
    CpsMissing,
}

impl crate::Coded for SigningOrder {
    fn code(&self) -> crate::Code {
        match self {
            Self::VitaleMissing => crate::Code("invoicing.signature_vitale_manquante"),
            Self::VitaleNotExpected => crate::Code("invoicing.signature_vitale_inattendue"),
            Self::CpsMissing => crate::Code("invoicing.signature_cps_manquante"),
        }
    }
}

/// An FSE or a DRE whose bytes exist; `S` says which signatures stand over them.
#[derive(Clone, PartialEq, Eq)]
pub struct Fse<S> {
    content: FseContent,
    bytes: Vec<u8>,
    state: S,
}

/// Its name alone: the bytes hold the patient's NIR.
impl<S> fmt::Debug for Fse<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fse({}, {} bytes)", self.content.reference, self.bytes.len())
    }
}

impl<S> Fse<S> {
    /// What it says.
    pub fn content(&self) -> &FseContent {
        &self.content
    }

    /// Its bytes, exactly as signed and sent.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Its name.
    pub fn reference(&self) -> &FseRef {
        &self.content.reference
    }
}

impl Fse<Prepared> {
    /// A numbered FSE and the bytes made from its content.
    pub fn new(content: FseContent, bytes: Vec<u8>) -> Self {
        Self { content, bytes, state: Prepared }
    }

    /// With the Vitale's signature (a detached CMS over the bytes).
    pub fn sealed_by_vitale(self, cms: Vec<u8>) -> Result<Fse<PatientSigned>, SigningOrder> {
        if !self.content.mode.needs_vitale() {
            return Err(SigningOrder::VitaleNotExpected);
        }
        Ok(Fse { content: self.content, bytes: self.bytes, state: PatientSigned { vitale: cms } })
    }

    /// Signed by the CPS alone, in a mode without Vitale.
    pub fn signed_by_cps(self, cms: Vec<u8>) -> Result<Fse<Signed>, SigningOrder> {
        if self.content.mode.needs_vitale() {
            return Err(SigningOrder::VitaleMissing);
        }
        Ok(Fse { content: self.content, bytes: self.bytes, state: Signed { vitale: None, cps: Some(cms) } })
    }
}

impl Fse<PatientSigned> {
    /// The Vitale's signature.
    pub fn vitale_cms(&self) -> &[u8] {
        &self.state.vitale
    }

    /// With the CPS's signature too.
    pub fn signed_by_cps(self, cms: Vec<u8>) -> Fse<Signed> {
        Fse {
            content: self.content,
            bytes: self.bytes,
            state: Signed { vitale: Some(self.state.vitale), cps: Some(cms) },
        }
    }
}

impl Fse<Signed> {
    /// Rebuilds a signed FSE from what was stored; refuses signatures that do not fit its mode.
    pub fn restored(
        content: FseContent,
        bytes: Vec<u8>,
        vitale: Option<Vec<u8>>,
        cps: Option<Vec<u8>>,
    ) -> Result<Self, SigningOrder> {
        match (content.mode.needs_vitale(), vitale.is_some()) {
            (true, false) => return Err(SigningOrder::VitaleMissing),
            (false, true) => return Err(SigningOrder::VitaleNotExpected),
            _ => {}
        }
        if content.mode.needs_cps() && cps.is_none() {
            return Err(SigningOrder::CpsMissing);
        }
        Ok(Self { content, bytes, state: Signed { vitale, cps } })
    }

    /// The Vitale's signature, where the mode has one.
    pub fn vitale_cms(&self) -> Option<&[u8]> {
        self.state.vitale.as_deref()
    }

    /// The CPS's signature, where the mode has one.
    pub fn cps_cms(&self) -> Option<&[u8]> {
        self.state.cps.as_deref()
    }
}
