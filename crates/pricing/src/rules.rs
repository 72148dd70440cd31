//! What to know before signing: each rule looks at the case and its charged acts and may raise a finding.
//! Never changes an amount. A line that a rule forbids keeps its tariff beside a blocking finding (shared contracts).

mod acts;
mod limits;
mod overrun;
mod person;
mod technical;
mod together;

use chrono::Datelike;
use liasse_domain::{Code, Finding, Level};

use crate::case::Case;
use crate::charge::Charged;
use crate::reimburse::{FlatFeeDue, Reimbursed};
use crate::tables::{Situation, Tables};

/// The professions that are priced.
const PRICED: [&str; 3] = ["medecin", "infirmier", "sage_femme"];
/// Doctors whom the tables call generalists (SNDS `IR_SPE_V`).
const GENERALISTS: [&str; 3] = ["01", "22", "23"];

/// What cannot be priced yet, if this is such a case: then there is no price at all, rather than a wrong one.
pub(crate) fn not_yet(case: &Case<'_>) -> Option<Finding> {
    let priced = PRICED.contains(&case.biller.profession);
    (!priced).then(|| Finding::of(Code("pricing.profession_pas_encore"), &[]))
}

/// All findings, most general first; one of level ok where there is nothing else to say.
pub(crate) fn findings(
    tables: &Tables,
    case: &Case<'_>,
    charged: &[Charged<'_>],
    lines: &[Reimbursed],
    flat_fee: Option<&FlatFeeDue>,
) -> Vec<Finding> {
    let mut findings = Findings(Vec::new());
    person::look(case, &mut findings);
    for one in charged {
        acts::look(tables, case, one, &mut findings);
        technical::look(tables, case, one, &mut findings);
        overrun::look(tables, case, charged, one, &mut findings);
    }
    limits::look(tables, case, charged, &mut findings);
    together::look(tables, case, charged, &mut findings);
    limits::suggest(tables, case, charged, &mut findings);
    doubts(tables, case, charged, lines, &mut findings);
    if flat_fee.is_some_and(|due| due.doubtful) {
        findings.raise(Code("pricing.participation_peu_sure"), &[]);
    }
    if findings.0.is_empty() {
        let main = charged.iter().find(|one| one.is_meeting()).or(charged.first());
        if let Some(main) = main {
            findings.raise(Code("pricing.conforme"), &[("date", french(main.from()))]);
        }
    }
    findings.0
}

/// The findings so far.
struct Findings(Vec<Finding>);

impl Findings {
    fn raise(&mut self, code: Code, parameters: &[(&'static str, String)]) {
        self.0.push(Finding::of(code, parameters));
    }

    /// With the level of a table row instead of the catalogue's.
    fn raise_at(&mut self, level: Level, code: Code, parameters: &[(&'static str, String)]) {
        self.0.push(Finding { level, ..Finding::of(code, parameters) });
    }
}

/// Rows of low confidence that the price stands on, each said once.
fn doubts(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], lines: &[Reimbursed], findings: &mut Findings) {
    let mut said: Vec<&str> = Vec::new();
    for one in charged.iter().filter(|one| one.confidence().is_low() || one.doubtful) {
        if said.contains(&one.act.code.as_str()) {
            continue;
        }
        said.push(&one.act.code);
        let source = one.source(tables).to_owned();
        let parameters = [("code", one.act.code.clone()), ("date", french(case.day)), ("source", source)];
        findings.raise(Code("pricing.tarif_peu_sur"), &parameters);
    }
    let mut said: Vec<Situation> = Vec::new();
    for line in lines.iter().filter(|line| line.doubtful) {
        if !said.contains(&line.situation) {
            said.push(line.situation);
            findings.raise(Code("pricing.taux_peu_sur"), &[("rate", line.line.rate_bp.to_string())]);
        }
    }
}

/// Whether a letter has a price that this practitioner may bill on that day.
fn has_tariff(tables: &Tables, case: &Case<'_>, code: &str) -> Option<liasse_domain::Centimes> {
    let zone = case.input.practitioner.zone;
    let letter = tables.letters.by_code.get(code)?;
    let (tariff, for_biller) = letter.tariff(case.day, zone, &case.biller).ok()?;
    for_biller.then_some(tariff.value)
}

fn french(day: chrono::NaiveDate) -> String {
    format!("{:02}/{:02}/{:04}", day.day(), day.month(), day.year())
}
