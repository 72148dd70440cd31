//! One act by itself: whom its code is for, fields that mean nothing for it, its place, its link to the ALD.
//! Not its conditions by table: module `limits`.

use liasse_domain::{Centimes, Code};

use super::{Findings, has_tariff};
use crate::Hundredths;
use crate::case::Case;
use crate::charge::{Charged, Found};
use crate::input::{Place, Right};
use crate::tables::{CodeKind, Tables, Tier};

/// Ways longer than this, there and back, are looked at again: 300 km.
const LONG_WAY: u32 = 30_000;

pub(super) fn look(tables: &Tables, case: &Case<'_>, one: &Charged<'_>, findings: &mut Findings) {
    let act = one.act;
    let code = || [("code", act.code.clone())];
    if !one.for_biller {
        findings.raise(Code("pricing.code_pas_pour_vous"), &code());
    }
    if has_field_without_sense(one) {
        findings.raise(Code("pricing.champ_sans_objet"), &code());
    }
    if !fits_place(one.kind(), act.place) {
        findings.raise(Code("pricing.lieu_incompatible"), &code());
    }
    if act.ald_related && !case.input.patient.has(Right::Ald) {
        findings.raise(Code("pricing.ald_sans_droit"), &code());
    }
    if act.code == "C" && case.biller.tier == Tier::Opposable && case.biller.profession == "medecin" {
        let g_is_open = has_tariff(tables, case, "G").is_some();
        if g_is_open {
            findings.raise(Code("pricing.g_possible"), &[]);
        }
    }
    if act.distance_km.is_some_and(|distance| distance.get() > LONG_WAY) {
        findings.raise(Code("pricing.distance_improbable"), &code());
    }
    // In a series of visits travel is due for the first patient alone; nurses travel at each passage.
    let series = act.passage.is_some_and(|passage| passage > 1) && case.biller.profession == "medecin";
    if one.kind() == CodeKind::Travel && series {
        findings.raise(Code("pricing.deplacement_en_serie"), &code());
    }
    if one.base == Centimes::ZERO {
        zero(one, findings);
    }
}

/// Nothing is charged in silence.
fn zero(one: &Charged<'_>, findings: &mut Findings) {
    let parameters = [("code", one.act.code.clone())];
    match one.found {
        Found::Technical(row) if row.coverage == crate::tables::Coverage::None => {}
        Found::Letter(letter, _) if letter.kind == CodeKind::Travel => {
            findings.raise(Code("pricing.distance_dans_abattement"), &parameters);
        }
        Found::Letter(letter, _) if letter.kind == CodeKind::Act => {
            findings.raise(Code("pricing.acte_degresse"), &parameters);
        }
        Found::Letter(..) | Found::Technical(_) => findings.raise(Code("pricing.tarif_nul"), &parameters),
    }
}

fn has_field_without_sense(one: &Charged<'_>) -> bool {
    let act = one.act;
    let coefficient = act.coefficient.is_some_and(|coefficient| coefficient != Hundredths::ONE);
    let technical = act.activity.is_some() || act.phase.is_some() || act.association.is_some();
    let lists = !act.modifiers.is_empty() || !act.teeth.is_empty();
    let way = act.distance_km.is_some() || act.terrain.is_some();
    match one.kind() {
        CodeKind::Technical => coefficient || way || act.full_rate.is_some(),
        CodeKind::Act => technical || lists || way,
        CodeKind::Travel if act.code.starts_with("IK") => coefficient || technical || lists,
        _ => coefficient || technical || lists || way || act.full_rate.is_some(),
    }
}

/// A visit is not at the office, a téléconsultation nowhere but before a screen. `Office` is also what is said of a
/// visit when nothing is said.
fn fits_place(kind: CodeKind, place: Place) -> bool {
    match kind {
        CodeKind::Consultation => !matches!(place, Place::Home | Place::Video),
        CodeKind::Visit | CodeKind::Travel => place != Place::Video,
        CodeKind::Video | CodeKind::Expertise => !matches!(place, Place::Home | Place::Institution),
        _ => true,
    }
}
