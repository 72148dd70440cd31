//! An FSE as its bytes say it: what a caisse sees, with keys as they were sent so that it can judge them.
//! Not `FseContent`: names and what the wire does not carry are absent.
//! Fields: the tables of `sim_er`, read back.

use std::fmt;

use chrono::NaiveDate;
use liasse_domain::fse::{ActLine, CareContext};
use liasse_domain::{
    BillingNumber, Centimes, FseNumber, FseRef, Management, Nir, Organisme, Private, Rpps, SecuringMode,
};

/// One act as it is claimed: the same as on the other side of the wire.
pub type ClaimedAct = ActLine;

/// The totals of record 5. They agree with the acts, else the FSE is not readable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimedTotals {
    /// Sum of the fees.
    pub fee: Centimes,
    /// Sum of the AMO parts.
    pub amo: Centimes,
    /// What the AMO leaves: fees less AMO parts, before the complementary insurer.
    pub before_amc: Centimes,
    /// Sum of the complementary parts.
    pub amc: Centimes,
}

/// What a DRE says beyond the FSE whose acts it tells.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimedDemand {
    /// Number of the member at the insurer.
    pub member: String,
    /// Type de convention; empty where only the Vitale was read.
    pub convention: String,
    /// It takes back the DRE that it corrects.
    pub cancels: bool,
}

/// What an FSE or a DRE claims.
#[derive(Clone, PartialEq, Eq)]
pub struct ClaimedFse {
    /// Paid billing number and number.
    pub reference: FseRef,
    /// How it is said to be secured.
    pub mode: SecuringMode,
    /// Date d'élaboration.
    pub drawn_up: NaiveDate,
    /// The FSE this one corrects.
    pub corrects: Option<FseNumber>,
    /// The date of that FSE.
    pub corrects_date: Option<NaiveDate>,
    /// NIR of the insured person.
    pub insured_nir: Nir,
    /// Its key as sent, right or wrong.
    pub insured_key: u8,
    /// The beneficiary's own NIR and its key as sent.
    pub own_nir: Option<(Nir, u8)>,
    /// Birth date AAMMJJ as on the wire, impossible months included.
    pub birth: String,
    /// Rang gémellaire.
    pub birth_rank: u8,
    /// Qualité.
    pub quality: u8,
    /// Code ALD and situation.
    pub coverage_code: String,
    /// The compulsory scheme's organisme.
    pub organisme: Organisme,
    /// What the care is about, the same as on the other side of the wire.
    pub care: CareContext,
    /// National number of the executant.
    pub executant_rpps: Option<Rpps>,
    /// Code conventionnel.
    pub convention: u8,
    /// Specialty, two digits.
    pub specialty: String,
    /// Tariff zone, two digits.
    pub tariff_zone: String,
    /// Condition of exercise: `L`, `S` or `B`.
    pub condition: char,
    /// Number of the structure, key included.
    pub structure_number: String,
    /// Logical number of the billing situation.
    pub situation: u8,
    /// The locum who acted.
    pub locum: Option<BillingNumber>,
    /// Whether the invoice was made by the locum; false without one.
    pub locum_signs: bool,
    /// Family and given name of the locum, in capitals.
    pub locum_name: Option<(Private, Private)>,
    /// Type of contract and number of the complementary insurer.
    pub complementary: Option<(String, String)>,
    /// Who manages the complementary part, where the claim says so.
    pub management: Option<Management>,
    /// Of a DRE alone.
    pub demand: Option<ClaimedDemand>,
    /// Whether the AMO pays the practitioner.
    pub third_party_amo: bool,
    /// Whether the complementary insurer pays the practitioner.
    pub third_party_amc: bool,
    /// The acts.
    pub acts: Vec<ClaimedAct>,
    /// The totals.
    pub totals: ClaimedTotals,
}

/// Its name only: nearly all else is personal.
impl fmt::Debug for ClaimedFse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClaimedFse({})", self.reference)
    }
}
