//! What is to be priced, field for field as the `liassectl price` contract writes it; unknown fields are refused.
//! Not yet judged: quantities, ages and amounts are checked by `price`, which can name their place.

mod entry;
mod error;
mod words;

use chrono::NaiveDate;
use liasse_domain::{BirthDate, Centimes, Rate};
use serde::{Deserialize, Serialize};

use crate::decimal::Hundredths;

pub use entry::Entry;
pub use error::InputError;
pub use words::{CarePath, FullRate, Nature, Place, Qualifier, Right, Sector, Terrain, TimeOfDay, Tooth, Zone};

/// One invoice to price.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Input {
    /// Version of the shape; 1.
    #[serde(default = "one")]
    pub v: i64,
    /// Day of the acts: tariffs, rates and ages hold on that day.
    pub date: NaiveDate,
    /// Time of day of the acts.
    #[serde(default)]
    pub time: Option<TimeOfDay>,
    /// Who is paid.
    pub practitioner: Practitioner,
    /// For whom.
    pub patient: Patient,
    /// Under which insurance.
    #[serde(default)]
    pub cover: Cover,
    /// Who sent the patient.
    #[serde(default)]
    pub referrer: Option<Prescriber>,
    /// Who prescribed the acts.
    #[serde(default)]
    pub prescriber: Option<Prescriber>,
    /// The letter of the care path, as sent.
    #[serde(default)]
    pub care_path: Option<CarePath>,
    /// Who pays the practitioner.
    #[serde(default)]
    pub third_party: ThirdParty,
    /// What was done.
    pub acts: Vec<Act>,
    /// An overrun on the main act.
    #[serde(default)]
    pub overrun: Option<Overrun>,
}

impl Input {
    /// Reads one JSON document.
    pub fn from_json(json: &[u8]) -> Result<Self, InputError> {
        serde_json::from_slice(json).map_err(|error| InputError::from_serde(&error))
    }

    /// An ordinary invoice: maladie, no tiers payant, no overrun, no care path letter.
    pub fn new(date: NaiveDate, practitioner: Practitioner, patient: Patient, acts: Vec<Act>) -> Self {
        Self {
            v: 1,
            date,
            time: None,
            practitioner,
            patient,
            cover: Cover::default(),
            referrer: None,
            prescriber: None,
            care_path: None,
            third_party: ThirdParty::default(),
            acts,
            overrun: None,
        }
    }
}

/// Who is paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Practitioner {
    /// `medecin`, `infirmier`…
    pub profession: String,
    /// Two digits, 01 general practice.
    pub specialty: String,
    /// Conventional sector.
    pub sector: Sector,
    /// Where the practice is.
    pub zone: Zone,
    /// Member of the OPTAM.
    pub optam: bool,
    /// Whether the practitioner is the patient's declared médecin traitant, if known.
    pub registered_mt: Option<bool>,
}

/// A general practitioner of sector 1 in metropolitan France.
impl Default for Practitioner {
    fn default() -> Self {
        Self {
            profession: "medecin".to_owned(),
            specialty: "01".to_owned(),
            sector: Sector::One,
            zone: Zone::Metropole,
            optam: false,
            registered_mt: None,
        }
    }
}

/// For whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Patient {
    /// Birth date as read, impossible ones included.
    pub birth_date: BirthDate,
    /// Two digits of the régime.
    #[serde(default = "general_scheme")]
    pub regime: String,
    /// Member of the local scheme of Alsace-Moselle.
    #[serde(default)]
    pub alsace_moselle: bool,
    /// Rights that change the shares.
    #[serde(default)]
    pub rights: Vec<Right>,
    /// Has declared a médecin traitant.
    #[serde(default = "yes")]
    pub has_mt: bool,
    /// Acts already billed.
    #[serde(default)]
    pub history: Vec<Past>,
}

impl Patient {
    /// Somebody of the régime général with a médecin traitant and no particular right.
    pub fn new(birth_date: BirthDate) -> Self {
        let regime = general_scheme();
        Self { birth_date, regime, alsace_moselle: false, rights: Vec::new(), has_mt: true, history: Vec::new() }
    }

    /// Whether a right is among the patient's.
    pub fn has(&self, right: Right) -> bool {
        self.rights.contains(&right)
    }
}

/// An act of the past.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Past {
    /// When.
    pub date: NaiveDate,
    /// Which.
    pub code: String,
}

/// Under which insurance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cover {
    /// Nature d'assurance.
    pub nature: Nature,
    /// Number of the accident du travail.
    pub at_number: Option<String>,
    /// Date of the accident du travail.
    pub at_date: Option<NaiveDate>,
    /// Date of an accident that a third party caused.
    pub third_party_accident_date: Option<NaiveDate>,
}

/// A prescriber or a referring doctor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prescriber {
    /// Billing number.
    pub billing_number: String,
    /// Date of the letter or prescription.
    #[serde(default)]
    pub date: Option<NaiveDate>,
}

/// Who pays the practitioner. C2S sets both flags whatever is written here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThirdParty {
    /// The AMO does.
    pub amo: bool,
    /// The complementary insurer does.
    pub amc: bool,
    /// Share of the ticket modérateur that the contract covers.
    pub amc_rate_bp: Rate,
}

impl Default for ThirdParty {
    fn default() -> Self {
        Self { amo: false, amc: false, amc_rate_bp: Rate::FULL }
    }
}

/// One act.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Act {
    /// Letter code or CCAM code.
    pub code: String,
    /// How many.
    #[serde(default = "one")]
    pub quantity: i64,
    /// CCAM activity.
    #[serde(default)]
    pub activity: Option<u8>,
    /// CCAM phase.
    #[serde(default)]
    pub phase: Option<u8>,
    /// CCAM modifiers.
    #[serde(default)]
    pub modifiers: Vec<String>,
    /// CCAM association code.
    #[serde(default)]
    pub association: Option<u8>,
    /// Coefficient of the letter.
    #[serde(default)]
    pub coefficient: Option<Hundredths>,
    /// Kilometres there and back.
    #[serde(default)]
    pub distance_km: Option<Hundredths>,
    /// What the kilometres run over.
    #[serde(default)]
    pub terrain: Option<Terrain>,
    /// Time of day, when it differs from the invoice's.
    #[serde(default)]
    pub time: Option<TimeOfDay>,
    /// Where it was done.
    #[serde(default)]
    pub place: Place,
    /// Asked for by the regulation of urgent care.
    #[serde(default)]
    pub regulated: bool,
    /// Number of the visit of that day.
    #[serde(default)]
    pub passage: Option<u8>,
    /// Tooth numbers.
    #[serde(default)]
    pub teeth: Vec<Tooth>,
    /// Belongs to the care of the ALD.
    #[serde(default)]
    pub ald_related: bool,
    /// Has the prior agreement of the caisse.
    #[serde(default)]
    pub prior_agreement: bool,
    /// Day on which that agreement was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agreement_date: Option<NaiveDate>,
    /// Its own prescription.
    #[serde(default)]
    pub prescription: Option<Prescription>,
    /// Its own overrun.
    #[serde(default)]
    pub overrun: Option<Overrun>,
    /// Why article 11 B of the NGAP leaves this nurse's act at its full rate beside others.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub full_rate: Option<FullRate>,
}

impl Act {
    /// One act at the office, with nothing particular.
    pub fn new(code: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            quantity: 1,
            activity: None,
            phase: None,
            modifiers: Vec::new(),
            association: None,
            coefficient: None,
            distance_km: None,
            terrain: None,
            time: None,
            place: Place::Office,
            regulated: false,
            passage: None,
            teeth: Vec::new(),
            ald_related: false,
            prior_agreement: false,
            agreement_date: None,
            prescription: None,
            overrun: None,
            full_rate: None,
        }
    }
}

/// The prescription of one act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prescription {
    /// Its date.
    pub date: NaiveDate,
    /// Billing number of its author.
    #[serde(default)]
    pub prescriber: Option<String>,
}

/// What is charged above the base.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Overrun {
    /// Why; sector 2 needs none.
    #[serde(default)]
    pub qualifier: Option<Qualifier>,
    /// How much.
    pub cents: Centimes,
}

fn one() -> i64 {
    1
}

fn yes() -> bool {
    true
}

fn general_scheme() -> String {
    "01".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use liasse_domain::Coded;

    const SHORT: &str =
        r#"{"date":"2026-01-15","practitioner":{},"patient":{"birth_date":"1980-05-02"},"acts":[{"code":"G"}]}"#;

    #[test]
    fn missing_fields_take_the_obvious_default() {
        let input = Input::from_json(SHORT.as_bytes()).expect("input");
        assert_eq!(input.practitioner, Practitioner::default());
        assert_eq!(input.acts, [Act::new("G")]);
        assert_eq!(input.third_party.amc_rate_bp, Rate::FULL);
        assert!(input.patient.has_mt && input.care_path.is_none());
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut input = Input::from_json(SHORT.as_bytes()).expect("input");
        input.time = "10:30".parse().ok();
        input.care_path = Some(CarePath::O);
        input.acts[0].coefficient = Hundredths::new(150);
        input.overrun = Some(Overrun { qualifier: Some(Qualifier::De), cents: Centimes(1000) });
        let json = serde_json::to_vec(&input).expect("json");
        assert_eq!(Input::from_json(&json), Ok(input));
    }

    #[test]
    fn a_fault_is_placed() {
        let error = |text: &str| Input::from_json(text.as_bytes()).expect_err("refused");
        assert_eq!(error("{\n \"date\": }"), InputError::Syntax { line: 2, column: 10 });
        assert_eq!(
            error(&SHORT.replacen('{', "{\"colour\":1,", 1)),
            InputError::UnknownField { field: "colour".into(), line: 1, column: 9 }
        );
        assert!(matches!(error(&SHORT.replace("\"date\"", "\"time\"")), InputError::Value { line: 1, .. }));
        assert!(
            matches!(error("{\"date\":\"2026-01-15\"}"), InputError::MissingField { field, .. } if field == "practitioner")
        );
        assert!(matches!(
            error(&SHORT.replace("{\"code\":\"G\"}", "{\"code\":\"G\",\"place\":\"X\"}")),
            InputError::Value { .. }
        ));
    }

    #[test]
    fn a_number_used_as_a_field_is_not_repeated() {
        let text = SHORT.replacen('{', "{\"180057512345678\":1,", 1);
        let error = Input::from_json(text.as_bytes()).expect_err("refused");
        assert!(matches!(&error, InputError::UnknownField { field, .. } if field == "…"));
        assert!(!error.report().message.contains("18005"));
    }
}
