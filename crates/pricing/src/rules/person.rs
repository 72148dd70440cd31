//! Patient, care path, cover, who pays: what concerns the invoice as a whole.
//! Compulsory tiers payant: service-public.gouv.fr F167; accidents: code de la sécurité sociale L376-1, L432-1.

use liasse_domain::Code;

use super::Findings;
use crate::case::Case;
use crate::input::{Nature, Right};

pub(super) fn look(case: &Case<'_>, findings: &mut Findings) {
    let patient = &case.input.patient;
    if patient.birth_date.calendar().is_none() {
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
    if cover.third_party_accident_date.is_some() {
        let later = cover.third_party_accident_date.is_some_and(|day| day > case.day);
        let code = if later { Code("pricing.accident_futur") } else { Code("pricing.accident_tiers") };
        findings.raise(code, &[]);
    }
    if case.third_party_amc && !case.third_party_amo {
        findings.raise(Code("pricing.amc_sans_amo"), &[]);
    }
    compulsory(case, findings);
    if case.biller.profession == "infirmier" && case.biller.specialty != "86" {
        prescription(case, findings);
    }
}

/// Where the law makes the AMO pay the practitioner.
fn compulsory(case: &Case<'_>, findings: &mut Findings) {
    if case.third_party_amo {
        return;
    }
    let nature = case.input.cover.nature;
    let patient = &case.input.patient;
    let ald = patient.has(Right::Ald) && case.input.acts.iter().any(|act| act.ald_related);
    // Contraception of minors.
    let minor = case.age < 18 && case.input.acts.iter().any(|act| act.code == "CCP");
    if matches!(nature, Nature::AtMp | Nature::Maternite) || ald || minor || patient.has(Right::Ame) {
        findings.raise(Code("pricing.tiers_payant_du"), &[]);
    }
}

/// A nurse acts on a prescription: its date and author go on the claim.
fn prescription(case: &Case<'_>, findings: &mut Findings) {
    let prescribed = |act: &crate::input::Act| act.prescription.as_ref().is_some_and(|one| one.prescriber.is_some());
    let whole = case.input.prescriber.as_ref();
    if whole.is_none() && !case.input.acts.iter().all(prescribed) {
        findings.raise(Code("pricing.prescription_absente"), &[]);
    }
    let dates = case.input.acts.iter().filter_map(|act| act.prescription.as_ref().map(|one| one.date));
    let mut dates = dates.chain(whole.and_then(|one| one.date));
    if dates.any(|date| date > case.day) {
        findings.raise(Code("pricing.prescription_future"), &[]);
    }
}
