//! Acts of the CCAM by themselves: coverage, prior agreement, modifiers allowed and excluding each other.
//! Texts: CCAM, book III; columns of the CNAM's table.

use liasse_domain::Code;

use super::Findings;
use crate::case::Case;
use crate::charge::Charged;
use crate::input::Nature;
use crate::tables::{ActKind, Coverage, Tables, Technical, find_modifier};

pub(super) fn look(tables: &Tables, case: &Case<'_>, one: &Charged<'_>, findings: &mut Findings) {
    let Some(row) = one.technical() else { return };
    let code = || [("code", one.act.code.clone())];
    match row.coverage {
        Coverage::None => findings.raise(Code("pricing.acte_non_pris_en_charge"), &code()),
        Coverage::Conditional => findings.raise(Code("pricing.acte_sous_conditions"), &code()),
        Coverage::Covered if row.value(case.biller.tier).is_none() => {
            findings.raise(Code("pricing.acte_sans_prix"), &code());
        }
        Coverage::Covered => {}
    }
    if row.agreement && !one.act.prior_agreement {
        findings.raise(Code("pricing.accord_prealable"), &code());
    }
    if case.input.cover.nature == Nature::Prevention && !row.prevention {
        findings.raise(Code("pricing.prevention_a_verifier"), &code());
    }
    if one.quantity > 1 {
        findings.raise(Code("pricing.ccam_quantite"), &code());
    }
    if one.act.association.is_some() && row.kind != ActKind::Act && one.act.association != Some(1) {
        findings.raise(Code("pricing.association_complement"), &code());
    }
    modifiers(tables, case, one, row, findings);
}

fn modifiers(tables: &Tables, case: &Case<'_>, one: &Charged<'_>, row: &Technical, findings: &mut Findings) {
    let zone = case.input.practitioner.zone;
    let letters: Vec<char> = one.act.modifiers.iter().filter_map(|text| text.chars().next()).collect();
    for (place, letter) in letters.iter().enumerate() {
        let parameters = || [("code", one.act.code.clone()), ("modifier", letter.to_string())];
        if letters[..place].contains(letter) {
            findings.raise(Code("pricing.modificateur_double"), &parameters());
            continue;
        }
        if !row.modifiers.hold(*letter) {
            findings.raise(Code("pricing.modificateur_interdit"), &parameters());
            continue;
        }
        let Some(modifier) = find_modifier(&tables.modifiers, *letter, case.day, zone, &case.biller) else {
            findings.raise(Code("pricing.modificateur_sans_valeur"), &parameters());
            continue;
        };
        if modifier.when.as_ref().is_some_and(|when| super::limits::is_broken(case, one.act, when)) {
            findings.raise(Code("pricing.modificateur_horaire"), &parameters());
        }
        if modifier.confidence.is_low() {
            findings.raise(Code("pricing.modificateur_peu_sur"), &parameters());
        }
        if let Some(other) = letters[..place].iter().find(|other| modifier.excludes.contains(**other)) {
            let pair = [("code", one.act.code.clone()), ("modifier", letter.to_string()), ("other", other.to_string())];
            findings.raise(Code("pricing.modificateurs_exclusifs"), &pair);
        }
    }
}
