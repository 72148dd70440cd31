//! A priced invoice: lines with their steps, totals and findings, in the words of the `liassectl price` contract.
//! Not the rules (crate `pricing`) and not the claim (module `fse`).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::money::{Centimes, Rate};

/// The four levels of a finding: Conforme, À vérifier, Risque de rejet, Impossible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Conforme.
    Ok,
    /// À vérifier.
    Warning,
    /// Risque de rejet: may be passed with a written reason.
    Error,
    /// Impossible: the card or the law forbids it.
    Blocking,
}

impl Level {
    /// The word on screen.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ok => "Conforme",
            Self::Warning => "À vérifier",
            Self::Error => "Risque de rejet",
            Self::Blocking => "Impossible",
        }
    }
}

/// One step of the explanation of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The rule, `ngap.g`.
    pub rule: String,
    /// The sentence.
    pub says: String,
    /// The table it was taken from, if any.
    pub table: Option<String>,
    /// Since when that row holds.
    pub from: Option<NaiveDate>,
    /// The public source of the row or rule.
    pub source: String,
}

/// One priced act.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PricedLine {
    /// The letter code.
    pub code: String,
    /// How many.
    pub quantity: u32,
    /// Price of one.
    pub unit_cents: Centimes,
    /// Base of reimbursement.
    pub base_cents: Centimes,
    /// AMO rate.
    pub rate_bp: Rate,
    /// Part of the AMO, before the participation forfaitaire.
    pub amo_cents: Centimes,
    /// Part that the complementary insurer pays to the practitioner.
    pub amc_cents: Centimes,
    /// What is charged.
    pub fee_cents: Centimes,
    /// How it came about.
    pub steps: Vec<Step>,
}

/// Something to know before signing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Code of the catalogue.
    pub code: String,
    /// How serious.
    pub level: Level,
    /// One sentence.
    pub message: String,
    /// What to do.
    pub action: String,
}

impl Finding {
    /// The finding of a catalogue code.
    pub fn of(code: crate::Code, parameters: &[(&'static str, String)]) -> Self {
        let report = crate::Report::new(code, parameters);
        Self { code: report.code, level: report.level, message: report.message, action: report.action }
    }
}

/// A priced invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoice {
    /// The acts.
    pub lines: Vec<PricedLine>,
    /// Sum of the fees.
    pub total_cents: Centimes,
    /// Sum of the bases.
    pub base_cents: Centimes,
    /// Total less base.
    pub overrun_cents: Centimes,
    /// Part of the AMO, before the participation forfaitaire.
    pub amo_cents: Centimes,
    /// Part that the complementary insurer pays to the practitioner.
    pub amc_cents: Centimes,
    /// What the patient pays at the desk.
    pub patient_pays_cents: Centimes,
    /// All of the base that the AMO does not pay (ticket modérateur or PAV).
    pub copay_cents: Centimes,
    /// Participation forfaitaire, taken by the caisse, not by the invoice.
    pub flat_fee_cents: Centimes,
    /// What the insured gets back from the AMO.
    pub amo_net_cents: Centimes,
    /// Participation assuré transitoire (PAV).
    pub pav_cents: Centimes,
    /// Whether the AMO pays the practitioner.
    #[serde(skip)]
    pub third_party_amo: bool,
    /// Whether the complementary insurer pays the practitioner.
    #[serde(skip)]
    pub third_party_amc: bool,
    /// What to know before signing.
    pub findings: Vec<Finding>,
}

impl Invoice {
    /// The most serious finding, `Ok` when there is none.
    pub fn worst(&self) -> Level {
        self.findings.iter().map(|finding| finding.level).max().unwrap_or(Level::Ok)
    }
}
