//! Scenarios: who bills what, and what must come of it. `fixtures/scenarios/*.toml`, with expected cents and answers
//! written by hand from the texts, never computed.

use std::collections::BTreeSet;

use liasse_core::Tables;
use liasse_domain::{Centimes, Code, Coded, MoneyState, MutuelleCard, TransmissionState};
use serde::Deserialize;

use crate::replaced::Story;

/// One scenario. Where it names FSE by their numbers, it is written for a new directory.
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
    /// Rows of the caisse's tables that are others than the workstation's.
    #[serde(default)]
    pub caisse_row: Vec<ChangedRow>,
    /// How many working days pass before the last fetch. The post works on that day, and on each day on which a claim is
    /// looked at on its way.
    pub working_days: u32,
    /// How many messages the workstation must have kept, each once, if it matters.
    pub returns: Option<usize>,
    /// How many lines of payments belong to no FSE.
    #[serde(default)]
    pub unmatched: usize,
    /// The replacement that it is about.
    pub replacement: Option<Story>,
    /// The secretary's desk that it is about.
    pub desk: Option<crate::secretary::Story>,
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
    /// How it must stand on its way, in the order of the days.
    #[serde(default)]
    pub midway: Vec<Midway>,
    /// In a replacement: whether the locum makes it, each time the locum works.
    #[serde(default)]
    pub by_locum: bool,
    /// At a secretary's desk: whether it is for the doctor of the second post.
    #[serde(default)]
    pub for_other: bool,
    /// At a secretary's desk: whether the standing instruction says what is billed, not the doctor.
    #[serde(default)]
    pub by_instruction: bool,
    /// At a secretary's desk: the word with which it is returned once.
    pub returned: Option<String>,
    /// In a replacement: how often.
    #[serde(default = "once")]
    pub times: u32,
    /// What must come of it.
    pub expect: Expected,
    /// Once it is rejected, a new FSE corrects it, and this must come of that one.
    pub corrected: Option<Expected>,
}

/// How one claim must stand on its way. What is not said is not looked at.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Midway {
    /// After how many working days.
    pub working_days: u32,
    /// Its transmission.
    pub transmission: Option<TransmissionState>,
    /// The AMO's money.
    pub amo: Option<MoneyState>,
    /// What the AMO has paid.
    pub amo_paid: Option<Centimes>,
}

/// A row of a table that is another one at the caisse.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangedRow {
    /// The table's file.
    pub table: String,
    /// How the row begins, and no other.
    pub row: String,
    /// How it begins at the caisse.
    pub becomes: String,
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
    /// How its transmission ends.
    #[serde(default = "received")]
    pub transmission: TransmissionState,
    /// What the AMO has paid, where the state does not say it.
    pub amo_paid: Option<Centimes>,
    /// Whether it is meant not to end as its kind ends: something is left to do for a person.
    #[serde(default)]
    pub open: bool,
}

fn once() -> u32 {
    1
}

fn received() -> TransmissionState {
    TransmissionState::Recue
}

impl Scenario {
    /// Whether the caisse answers a file in the moment it gets it.
    pub fn answers_at_once(&self) -> bool {
        self.caisse.as_ref().is_none_or(liasse_caisse::Scenario::answers_at_once)
    }

    /// The days on which something is looked at, counted in working days, the last one last.
    pub(crate) fn stops(&self) -> BTreeSet<u32> {
        let midway = self.fse.iter().flat_map(|claim| &claim.midway).map(|midway| midway.working_days);
        midway.chain([self.working_days]).collect()
    }

    /// The caisse's tables, where they are others than the embedded ones.
    ///
    /// # Errors
    /// [`ScenarioError::Damaged`] for a row that is not there once, or that leaves no table.
    pub fn caisse_tables(&self) -> Result<Option<Tables>, ScenarioError> {
        let damaged = |row: &ChangedRow| ScenarioError::Damaged(format!("{} {}", row.table, row.row));
        let mut files: Vec<(String, Vec<u8>)> = Vec::new();
        for change in &self.caisse_row {
            let place = files.iter().position(|(name, _)| *name == change.table);
            let before = place.map_or_else(|| Tables::embedded_file(&change.table).to_vec(), |at| files.remove(at).1);
            let text = String::from_utf8(before).map_err(|_| damaged(change))?;
            if text.lines().filter(|line| line.starts_with(&change.row)).count() != 1 {
                return Err(damaged(change));
            }
            let row = |line: &str| match line.strip_prefix(&change.row) {
                Some(rest) => format!("{}{rest}\n", change.becomes),
                None => format!("{line}\n"),
            };
            files.push((change.table.clone(), text.lines().map(row).collect::<String>().into_bytes()));
        }
        if files.is_empty() {
            return Ok(None);
        }
        let tables = Tables::with_overrides(&files).map_err(|error| ScenarioError::Damaged(error.to_string()))?;
        Ok(Some(tables))
    }
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
    ("paiement-partiel", include_str!("../../../fixtures/scenarios/paiement-partiel.toml")),
    ("paiement-mal-nomme", include_str!("../../../fixtures/scenarios/paiement-mal-nomme.toml")),
    ("rejet-a-tort", include_str!("../../../fixtures/scenarios/rejet-a-tort.toml")),
    ("arl-perdu", include_str!("../../../fixtures/scenarios/arl-perdu.toml")),
    ("arl-en-retard", include_str!("../../../fixtures/scenarios/arl-en-retard.toml")),
    ("doublon", include_str!("../../../fixtures/scenarios/doublon.toml")),
    ("courrier-lent", include_str!("../../../fixtures/scenarios/courrier-lent.toml")),
    ("avis-de-non-remise", include_str!("../../../fixtures/scenarios/avis-de-non-remise.toml")),
    ("messages-de-la-caisse", include_str!("../../../fixtures/scenarios/messages-de-la-caisse.toml")),
    ("tarif-different", include_str!("../../../fixtures/scenarios/tarif-different.toml")),
    ("locum-week", include_str!("../../../fixtures/scenarios/locum-week.toml")),
    ("secretary-day", include_str!("../../../fixtures/scenarios/secretary-day.toml")),
    ("locum-wrong-day", include_str!("../../../fixtures/scenarios/locum-wrong-day.toml")),
    ("locum-other-card", include_str!("../../../fixtures/scenarios/locum-other-card.toml")),
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
            scenario.caisse_tables().unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(scenario.stops().last(), Some(&scenario.working_days), "{name}: the end comes last");
            for expected in
                scenario.fse.into_iter().flat_map(|claim| std::iter::once(claim.expect).chain(claim.corrected))
            {
                let patient = expected.total
                    - if expected.amo_ends == MoneyState::SansObjet { Centimes::ZERO } else { expected.amo }
                    - expected.amc;
                assert_eq!(expected.patient, patient, "{name}: what nobody else pays, the patient pays");
            }
        }
    }

    #[test]
    fn a_changed_row_is_there_once() {
        let changed = |row: &str| {
            let mut scenario = find(USUAL).expect("a scenario");
            let [table, becomes] = ["ngap.csv", "G,3100,2024-12-22,"].map(str::to_owned);
            scenario.caisse_row = vec![ChangedRow { table, row: row.to_owned(), becomes }];
            scenario.caisse_tables()
        };
        assert!(matches!(changed("G,3000,2024-12-22,"), Ok(Some(_))));
        for row in ["G,", "ZZZ,"] {
            assert!(matches!(changed(row), Err(ScenarioError::Damaged(_))), "{row}");
        }
        assert!(find(USUAL).expect("a scenario").caisse_tables().is_ok_and(|tables| tables.is_none()));
    }
}
