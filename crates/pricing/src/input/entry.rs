//! What is entered at the desk: the `price` input without practitioner and patient, who come from the cards.
//! `liassectl fse new` reads it; fields and defaults are those of `Input`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{
    Act, CarePath, Cover, Input, InputError, Overrun, Patient, Practitioner, Prescriber, ThirdParty, TimeOfDay,
};

/// An input that waits for the cards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Version of the shape; 1.
    #[serde(default = "super::one")]
    pub v: i64,
    /// Day of the acts.
    pub date: NaiveDate,
    /// Time of day of the acts.
    #[serde(default)]
    pub time: Option<TimeOfDay>,
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

impl Entry {
    /// Reads one JSON document; one that names a practitioner or a patient is refused.
    pub fn from_json(json: &[u8]) -> Result<Self, InputError> {
        serde_json::from_slice(json).map_err(|error| InputError::from_serde(&error))
    }

    /// The whole input, with those whom the cards name.
    pub fn completed(self, practitioner: Practitioner, patient: Patient) -> Input {
        let Self { v, date, time, cover, referrer, prescriber, care_path, third_party, acts, overrun } = self;
        Input {
            v,
            date,
            time,
            practitioner,
            patient,
            cover,
            referrer,
            prescriber,
            care_path,
            third_party,
            acts,
            overrun,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cards_complete_an_entry() {
        let whole = r#"{"date":"2026-01-15","practitioner":{},"patient":{"birth_date":"1980-05-02"},"care_path":"O","acts":[{"code":"G"}]}"#;
        let short = r#"{"date":"2026-01-15","care_path":"O","acts":[{"code":"G"}]}"#;
        let input = Input::from_json(whole.as_bytes()).expect("input");
        let entry = Entry::from_json(short.as_bytes()).expect("entry");
        assert_eq!(entry.completed(input.practitioner.clone(), input.patient.clone()), input);
        assert!(matches!(Entry::from_json(whole.as_bytes()), Err(InputError::UnknownField { .. })));
    }
}
