//! Overruns and their qualifiers: who may charge which, on what, up to where (convention médicale 2024, article 39).
//! C2S: overruns forbidden, DE tolerated without a page that says so (reference tariffs 1.6, 2.1).

use liasse_domain::{Centimes, Code, Rate};

use super::{Findings, GENERALISTS};
use crate::case::Case;
use crate::charge::Charged;
use crate::input::{Qualifier, Right, Sector};
use crate::tables::{CodeKind, Tables, find_cap};

/// Under DA the fee stays below the coordinated tariff plus 17.5 %.
const DA_MARGIN: Rate = Rate(1750);
/// The majoration of coordination that the coordinated tariff of a consultation holds.
const COORDINATION: Centimes = Centimes(500);

pub(super) fn look(
    tables: &Tables,
    case: &Case<'_>,
    charged: &[Charged<'_>],
    one: &Charged<'_>,
    findings: &mut Findings,
) {
    if one.overrun == Centimes::ZERO {
        return;
    }
    let code = || [("code", one.act.code.clone())];
    if case.c2s || case.input.patient.has(Right::Ame) {
        let asked = one.qualifier == Some(Qualifier::De);
        let which = if asked { Code("pricing.depassement_c2s_exigence") } else { Code("pricing.depassement_c2s") };
        findings.raise(which, &[]);
        return;
    }
    if !is_allowed(case, one.qualifier) {
        findings.raise(Code("pricing.depassement_interdit"), &code());
        return;
    }
    if matches!(one.kind(), CodeKind::Majoration | CodeKind::Travel) {
        findings.raise(Code("pricing.depassement_acte_principal"), &code());
    }
    if matches!(one.qualifier, Some(Qualifier::Da | Qualifier::Ae)) {
        cap(tables, case, charged, one, findings);
    }
}

fn is_allowed(case: &Case<'_>, qualifier: Option<Qualifier>) -> bool {
    use Qualifier::{Ae, Da, De, Dm, Dp, Me};
    let practitioner = &case.input.practitioner;
    if case.biller.profession != "medecin" {
        return matches!(qualifier, Some(De));
    }
    let specialist = !GENERALISTS.contains(&case.biller.specialty);
    match (practitioner.sector, practitioner.optam) {
        (Sector::None, _) => true,
        (Sector::One, _) => match qualifier {
            Some(De | Dp) => true,
            Some(Da | Ae) => specialist && !case.coordinated,
            _ => false,
        },
        (Sector::Two, true) => matches!(qualifier, None | Some(De | Dm | Me)),
        (Sector::Two, false) => matches!(qualifier, None | Some(De)),
    }
}

/// The printed cap of the code on that day, else the rule itself, which then says that it is not sure.
fn cap(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], one: &Charged<'_>, findings: &mut Findings) {
    let fee = one.base + one.overrun;
    let zone = case.input.practitioner.zone;
    let printed = find_cap(&tables.caps, &one.act.code, case.day, zone, &case.biller);
    let (most, source) = match printed {
        Some(row) => (row.value, row.source.as_str()),
        None => {
            // A consultation is held against its coordinated tariff, majoration included, in whole euros.
            let coordinated = if one.is_meeting() { one.base + COORDINATION } else { one.base };
            let most = coordinated + coordinated.at(DA_MARGIN);
            let most = if one.is_meeting() { Centimes(most.0 / 100 * 100) } else { most };
            if one.is_meeting() {
                let parameters = [("code", one.act.code.clone()), ("most", most.to_string())];
                findings.raise(Code("pricing.depassement_plafond_inconnu"), &parameters);
            }
            (most, "convention médicale, 17,5 % au-dessus du tarif coordonné")
        }
    };
    if fee > most {
        let parameters = [("code", one.act.code.clone()), ("most", most.to_string()), ("source", source.to_owned())];
        findings.raise(Code("pricing.depassement_plafond"), &parameters);
    }
    if charged.iter().any(|other| matches!(other.act.code.as_str(), "MCG" | "MCS" | "MCC")) {
        findings.raise(Code("pricing.depassement_coordination"), &[]);
    }
}
