//! Scenarios: who bills what, and what must come of it. `fixtures/scenarios/*.toml`, with expected cents and answers
//! written by hand from the texts, never computed.

use liasse_domain::{Centimes, Code, Coded, MoneyState, MutuelleCard};
use serde::Deserialize;

/// One scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// One line: what it shows.
    pub purpose: String,
    /// The card that bills.
    pub cps: String,
    /// What the caisse does otherwise than usual.
    #[serde(default)]
    pub caisse: Option<liasse_caisse::Scenario>,
    /// How many working days pass before the last fetch.
    pub working_days: u32,
    /// The claims, in order; asked for more than there are, they start again.
    pub fse: Vec<Claim>,
}

/// One claim of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claim {
    /// The patient's card.
    pub vitale: String,
    /// Which beneficiary of that card, from 1.
    pub beneficiary: usize,
    /// The acts, as a desk types them.
    pub acts: Vec<String>,
    /// Whether the acts belong to an ALD.
    #[serde(default)]
    pub ald_related: bool,
    /// The letter of the care path.
    pub care_path: Option<liasse_core::CarePath>,
    /// Under which insurance: an accident.
    #[serde(default)]
    pub cover: liasse_core::Cover,
    /// Who sent the patient.
    pub referrer: Option<liasse_core::Prescriber>,
    /// Who prescribed the acts.
    pub prescriber: Option<liasse_core::Prescriber>,
    /// Whether the AMO pays the practitioner.
    #[serde(default)]
    pub third_party_amo: bool,
    /// Whether the complementary insurer pays the practitioner.
    #[serde(default)]
    pub third_party_amc: bool,
    /// The mutuelle card that the patient shows.
    pub mutuelle: Option<MutuelleCard>,
    /// Why a « Risque de rejet » is passed.
    pub reason: Option<String>,
    /// How the patient settles.
    pub settle: Option<String>,
    /// What must come of it.
    pub expect: Expected,
}

/// What must come of one claim.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Total charged.
    pub total: Centimes,
    /// Part of the AMO.
    pub amo: Centimes,
    /// Part of the complementary insurer.
    pub amc: Centimes,
    /// What the patient pays at the desk.
    pub patient: Centimes,
    /// How the patient's money ends.
    pub patient_ends: MoneyState,
    /// How the AMO's money ends.
    pub amo_ends: MoneyState,
    /// How the complementary insurer's money ends.
    pub amc_ends: MoneyState,
    /// How its money ends where it is asked apart, by a DRE; `amc_ends` is then of the FSE, which asks nothing.
    pub dre_ends: Option<MoneyState>,
    /// The code of the caisse's reject, if it must reject.
    pub reject: Option<String>,
}

/// The scenario asked for does not exist or does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScenarioError {
    /// No scenario of that name.
    #[error("no scenario of that name")]
    Unknown,
    /// It does not parse: our bug.
    #[error("the scenario does not parse: {0}")]
    Damaged(String),
}

impl Coded for ScenarioError {
    fn code(&self) -> Code {
        match self {
            Self::Unknown => Code("saisie.scenario_inconnu"),
            Self::Damaged(_) => Code("system.monde_embarque"),
        }
    }
}

const SCENARIOS: &[(&str, &str)] = &[
    ("consultations", include_str!("../../../fixtures/scenarios/consultations.toml")),
    ("actes-techniques", include_str!("../../../fixtures/scenarios/actes-techniques.toml")),
    ("droits-fermes", include_str!("../../../fixtures/scenarios/droits-fermes.toml")),
    ("gestion-unique", include_str!("../../../fixtures/scenarios/gestion-unique.toml")),
    ("gestion-separee", include_str!("../../../fixtures/scenarios/gestion-separee.toml")),
    ("deux-caisses", include_str!("../../../fixtures/scenarios/deux-caisses.toml")),
];

/// The scenario that `liassectl demo` plays when none is named.
pub const USUAL: &str = "consultations";

/// The names of all scenarios.
pub fn names() -> impl Iterator<Item = &'static str> {
    SCENARIOS.iter().map(|(name, _)| *name)
}

/// The scenario of that name.
pub fn find(name: &str) -> Result<Scenario, ScenarioError> {
    let (_, text) = SCENARIOS.iter().find(|(known, _)| *known == name).ok_or(ScenarioError::Unknown)?;
    toml::from_str(text).map_err(|error| ScenarioError::Damaged(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_scenario_parses_and_adds_up() {
        for name in names() {
            let scenario = find(name).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert!(!scenario.fse.is_empty(), "{name}");
            for claim in scenario.fse {
                let expected = claim.expect;
                let patient = expected.total
                    - if expected.amo_ends == MoneyState::SansObjet { Centimes::ZERO } else { expected.amo }
                    - expected.amc;
                assert_eq!(expected.patient, patient, "{name}: what nobody else pays, the patient pays");
            }
        }
    }
}
