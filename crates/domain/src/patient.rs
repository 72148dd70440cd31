//! What a Vitale card says: the insured person, the beneficiaries, their rights and cover (SSV groups 101 to 111).
//! Not what an invoice assumes: `Rights` is the answer on one day, with its source and its hour.

pub mod codes;
mod notes;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::birth_date::BirthDate;
use crate::clock::Instant;
use crate::nir::Nir;
use crate::organisme::Organisme;
use crate::secret::Private;

pub use notes::{AccidentNote, AmcRoute, BeneficiaryNotes, CardMutuelle, CardNotes, FamilyService};

/// SSV group 101: the insured person and the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Insured {
    /// Field 1 is `T` or `D`: a test card, which a real CPS must refuse and a test CPS requires.
    pub test_card: bool,
    /// Field 2: serial number of the card.
    pub serial: String,
    /// Field 3: last day of validity of the card.
    pub valid_until: Option<NaiveDate>,
    /// Field 8.
    pub nir: Nir,
    /// Field 9, as read: it may be wrong.
    pub nir_key: u8,
    /// Fields 10 to 12.
    pub organisme: Organisme,
    /// Field 13: code gestion.
    pub management_code: String,
    /// The other fields, and groups 102 and 103.
    #[serde(default, skip_serializing_if = "CardNotes::is_usual")]
    pub notes: CardNotes,
}

impl Insured {
    /// The NIR of a beneficiary's own and its key: the certified one, or for the insured person themselves that of the card, which
    /// group 104 need not repeat.
    pub fn own_nir_of(&self, person: &Beneficiary) -> Option<(Nir, u8)> {
        person.own_nir.or((person.quality == 0).then_some((self.nir, self.nir_key)))
    }
}

/// A period; an absent bound is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

impl Period {
    /// Whether `day` lies in the period, bounds included.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= day) && self.until.is_none_or(|until| day <= until)
    }
}

/// SSV group 106: code couverture over a period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// When it holds.
    pub period: Period,
    /// Code ALD: 0 none, 1 on the list, 2 hors liste, 3 polypathologie, 4 not exempting.
    pub ald: u8,
    /// Code situation, four digits.
    pub situation: String,
}

/// SSV group 109: the complementary insurer on the card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complementary {
    /// Number in B2, up to ten characters.
    pub number: String,
    /// Number of the member there.
    pub member: Private,
    /// Indicateur de traitement AMC.
    pub processing: String,
    /// When it holds.
    pub period: Period,
    /// How a demand travels to it.
    #[serde(default, skip_serializing_if = "AmcRoute::is_empty")]
    pub route: AmcRoute,
}

/// SSV group 104 and the groups that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beneficiary {
    /// Nom usuel.
    pub family_name: Private,
    /// Nom patronymique (de naissance), when different.
    pub birth_name: Option<Private>,
    /// Prénom.
    pub given_name: Private,
    /// Birth date, kept as read.
    pub birth_date: BirthDate,
    /// Rang gémellaire: 1 alone or first, 2, 3…
    pub birth_rank: u8,
    /// Qualité: 0 assuré, 2 conjoint, 6 enfant…
    pub quality: u8,
    /// Certified NIR of the beneficiary's own, with its key as read.
    pub own_nir: Option<(Nir, u8)>,
    /// Group 104 field 15: 01 to 03 C2S, 10 leaving it.
    pub amo_service: String,
    /// When that service holds.
    pub amo_service_period: Period,
    /// Group 105.
    pub rights: Vec<Period>,
    /// Group 106.
    pub coverage: Vec<Coverage>,
    /// Groups 107 and 108: the mutuelle whose part the caisse manages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mutuelle: Option<CardMutuelle>,
    /// Group 109.
    pub complementary: Option<Complementary>,
    /// The other fields of group 104, and group 111.
    #[serde(default, skip_serializing_if = "BeneficiaryNotes::is_empty")]
    pub notes: BeneficiaryNotes,
}

impl Beneficiary {
    /// What tells the people of one insured person apart: birth date and rang gémellaire.
    pub fn identity(&self) -> (BirthDate, u8) {
        (self.birth_date, self.birth_rank)
    }

    /// Whether the cover is C2S (group 104 field 15 = 01, 02 or 03) on `day`.
    pub fn has_c2s_on(&self, day: NaiveDate) -> bool {
        matches!(self.amo_service.as_str(), "01" | "02" | "03") && self.amo_service_period.holds_on(day)
    }
}

/// All that a Vitale says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VitaleContent {
    /// The insured person and the card.
    pub insured: Insured,
    /// One to nineteen beneficiaries, in the order of the card.
    pub beneficiaries: Vec<Beneficiary>,
}

/// Where a right was learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RightsSource {
    /// Read from the card on that day: payment is guaranteed (L161-36-3).
    Vitale,
    /// Typed from a paper or known from the last passage.
    Typed,
}

/// The rights of one beneficiary on one day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rights {
    /// Whether AMO rights are open that day.
    pub open: bool,
    /// Last day of the period that holds, or of the last one that did.
    pub until: Option<NaiveDate>,
    /// Whether an exempting ALD is on the card (code ALD 1, 2 or 3).
    pub ald: bool,
    /// Whether the cover is C2S.
    pub c2s: bool,
    /// Whether the local scheme of Alsace-Moselle holds. Sim rule: code situation `01xx` with `xx` in 02, 05.
    pub alsace_moselle: bool,
    /// Code ALD and code situation, five characters, as group 1130 field 7 carries them.
    pub coverage_code: String,
    /// Where it was learnt.
    pub source: RightsSource,
    /// When it was learnt.
    pub read_at: Instant,
}

impl Rights {
    /// The rights of `beneficiary` on `day` as a card read at `read_at` gives them.
    pub fn from_card(beneficiary: &Beneficiary, day: NaiveDate, read_at: Instant) -> Self {
        let current = beneficiary.rights.iter().find(|period| period.holds_on(day));
        let until = match current {
            Some(period) => period.until,
            None => beneficiary.rights.iter().filter_map(|period| period.until).max(),
        };
        let coverage = beneficiary.coverage.iter().find(|coverage| coverage.period.holds_on(day));
        Self {
            open: current.is_some(),
            until,
            ald: coverage.is_some_and(|coverage| matches!(coverage.ald, 1..=3)),
            c2s: beneficiary.has_c2s_on(day),
            alsace_moselle: coverage.is_some_and(|coverage| matches!(coverage.situation.as_str(), "0102" | "0105")),
            coverage_code: coverage.map_or_else(|| "00000".to_owned(), |c| format!("{}{}", c.ald, c.situation)),
            source: RightsSource::Vitale,
            read_at,
        }
    }
}
