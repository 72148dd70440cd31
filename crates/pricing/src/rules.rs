//! What to know before signing: each rule looks at the case and its charged acts and may raise a finding.
//! Never changes an amount. A line that a rule forbids keeps its tariff beside a blocking finding (shared contracts).

use liasse_domain::{Centimes, Code, Finding};

use crate::case::Case;
use crate::charge::Charged;
use crate::input::{Nature, Place, Qualifier, Right, Sector};
use crate::reimburse::{FlatFeeDue, Reimbursed};
use crate::tables::{Situation, Tables, Tier};

/// Doctors whom the tables call generalists (SNDS `IR_SPE_V`).
const GENERALISTS: [&str; 3] = ["01", "22", "23"];

/// What cannot be priced yet, if this is such a case: then there is no price at all, rather than a wrong one.
pub(crate) fn not_yet(case: &Case<'_>) -> Option<Finding> {
    let practitioner = &case.input.practitioner;
    let code = if practitioner.profession != "medecin" || !GENERALISTS.contains(&practitioner.specialty.as_str()) {
        Code("pricing.profession_pas_encore")
    } else if practitioner.sector == Sector::None {
        Code("pricing.non_conventionne_pas_encore")
    } else if case.input.cover.nature == Nature::Prevention {
        Code("pricing.prevention_pas_encore")
    } else {
        return None;
    };
    Some(Finding::of(code, &[]))
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
    person(case, &mut findings);
    for act in charged {
        act_alone(tables, case, act, &mut findings);
    }
    acts_together(tables, case, charged, &mut findings);
    doubts(case, charged, lines, &mut findings);
    if flat_fee.is_some_and(|due| due.doubtful) {
        findings.raise(Code("pricing.participation_peu_sure"), &[]);
    }
    if findings.0.is_empty() {
        let main = charged.iter().find(|act| act.is_consultation()).or(charged.first());
        if let Some(main) = main {
            findings.raise(Code("pricing.conforme"), &[("date", french(main.tariff.span.from))]);
        }
    }
    findings.0
}

struct Findings(Vec<Finding>);

impl Findings {
    fn raise(&mut self, code: Code, parameters: &[(&'static str, String)]) {
        self.0.push(Finding::of(code, parameters));
    }
}

/// Patient, care path, cover.
fn person(case: &Case<'_>, findings: &mut Findings) {
    if case.input.patient.birth_date.calendar().is_none() {
        findings.raise(Code("pricing.naissance_incertaine"), &[("age", case.age.to_string())]);
    }
    if case.age > 120 {
        findings.raise(Code("pricing.age_improbable"), &[("age", case.age.to_string())]);
    }
    if let Some(code) = case.path_finding {
        findings.raise(code, &[]);
    }
    let cover = &case.input.cover;
    if cover.nature == Nature::AtMp {
        if cover.at_number.is_none() && cover.at_date.is_none() {
            findings.raise(Code("pricing.accident_incomplet"), &[]);
        }
        // The pages disagree (reference tariffs 2.3).
        findings.raise(Code("pricing.participation_accident"), &[]);
    }
    if case.third_party_amc && !case.third_party_amo {
        findings.raise(Code("pricing.amc_sans_amo"), &[]);
    }
}

fn act_alone(tables: &Tables, case: &Case<'_>, charged: &Charged<'_>, findings: &mut Findings) {
    let act = charged.act;
    let code = || [("code", act.code.clone())];
    if !charged.for_biller {
        findings.raise(Code("pricing.code_pas_pour_vous"), &code());
    }
    let coefficient = act.coefficient.is_some_and(|coefficient| coefficient != crate::Hundredths::ONE);
    let of_ccam = act.activity.is_some() || act.phase.is_some() || act.association.is_some();
    let lists = !act.modifiers.is_empty() || !act.teeth.is_empty();
    if coefficient || of_ccam || lists || act.distance_km.is_some() {
        findings.raise(Code("pricing.champ_sans_objet"), &code());
    }
    if charged.is_consultation() && matches!(act.place, Place::Home | Place::Video) {
        findings.raise(Code("pricing.lieu_incompatible"), &code());
    }
    if act.ald_related && !case.input.patient.has(Right::Ald) {
        findings.raise(Code("pricing.ald_sans_droit"), &code());
    }
    let g_is_open = || has_tariff(tables, case, "G");
    if act.code == "C" && case.biller.tier == Tier::Opposable && g_is_open() {
        findings.raise(Code("pricing.g_possible"), &[]);
    }
    if charged.overrun > Centimes::ZERO {
        overrun(case, charged, findings);
    }
}

/// Reference tariffs 1.6; C2S: overruns forbidden, DE tolerated without a page that says so.
fn overrun(case: &Case<'_>, charged: &Charged<'_>, findings: &mut Findings) {
    let practitioner = &case.input.practitioner;
    if case.c2s || case.input.patient.has(Right::Ame) {
        findings.raise(
            match charged.qualifier {
                Some(Qualifier::De) => Code("pricing.depassement_c2s_exigence"),
                _ => Code("pricing.depassement_c2s"),
            },
            &[],
        );
        return;
    }
    let allowed = match (practitioner.sector, practitioner.optam) {
        (Sector::One, _) => matches!(charged.qualifier, Some(Qualifier::De | Qualifier::Dp)),
        (_, true) => matches!(charged.qualifier, None | Some(Qualifier::De | Qualifier::Dm | Qualifier::Me)),
        (_, false) => matches!(charged.qualifier, None | Some(Qualifier::De)),
    };
    if !allowed {
        findings.raise(Code("pricing.depassement_interdit"), &[("code", charged.act.code.clone())]);
    }
}

fn acts_together(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    let count = |wanted: &dyn Fn(&Charged<'_>) -> bool| -> u32 {
        charged.iter().filter(|act| wanted(act)).map(|act| act.quantity).sum()
    };
    let consultations = count(&|act| act.is_consultation());
    if consultations > 1 {
        findings.raise(Code("pricing.consultation_repetee"), &[]);
    }
    // MEG: once, with a consultation, up to the day before the sixth birthday (reference tariffs 1.2).
    match count(&|act| act.act.code == "MEG") {
        0 if case.age < 6 && consultations > 0 && has_tariff(tables, case, "MEG") => {
            findings.raise(Code("pricing.meg_possible"), &[]);
        }
        0 => {}
        times => {
            if case.age >= 6 {
                findings.raise(Code("pricing.meg_age"), &[("age", case.age.to_string())]);
            }
            if times > 1 {
                findings.raise(Code("pricing.meg_repetee"), &[]);
            }
            if consultations == 0 {
                findings.raise(Code("pricing.meg_seule"), &[]);
            }
        }
    }
}

/// Rows of low confidence that the price stands on, each said once.
fn doubts(case: &Case<'_>, charged: &[Charged<'_>], lines: &[Reimbursed], findings: &mut Findings) {
    for (index, act) in charged.iter().enumerate() {
        let said = charged[..index].iter().any(|other| std::ptr::eq(other.tariff, act.tariff));
        if act.tariff.confidence.is_low() && !said {
            let source = act.tariff.source.clone();
            let parameters = [("code", act.act.code.clone()), ("date", french(case.day)), ("source", source)];
            findings.raise(Code("pricing.tarif_peu_sur"), &parameters);
        }
    }
    let mut said: Vec<Situation> = Vec::new();
    for line in lines.iter().filter(|line| line.doubtful) {
        if !said.contains(&line.situation) {
            said.push(line.situation);
            findings.raise(Code("pricing.taux_peu_sur"), &[("rate", line.line.rate_bp.to_string())]);
        }
    }
}

fn has_tariff(tables: &Tables, case: &Case<'_>, code: &str) -> bool {
    let zone = case.input.practitioner.zone;
    let letter = tables.letters.get(code);
    letter.is_some_and(|letter| letter.tariff(case.day, zone, &case.biller).is_ok_and(|(_, for_biller)| for_biller))
}

fn french(day: chrono::NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}
