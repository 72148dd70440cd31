//! Acts that stand together: one meeting only, the pairs of `cumul.csv`, technical acts beside a consultation and beside
//! each other. NGAP, general provisions, articles 11 and III-3; CCAM, book III, article III-3.

use liasse_domain::{Code, Level};

use super::{Findings, french};
use crate::case::Case;
use crate::charge::{Charged, best_association};
use crate::tables::{ActKind, CodeKind, Cumul, Tables, Verdict};

pub(super) fn look(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    let meetings: u32 = charged.iter().filter(|one| one.is_meeting()).map(|one| one.quantity).sum();
    if meetings > 1 {
        findings.raise(Code("pricing.consultation_repetee"), &[]);
    }
    if charged.len() < 2 {
        return;
    }
    pairs(tables, case, charged, findings);
    technical_beside_meeting(tables, case, charged, findings);
    association(case, charged, findings);
    once_for_all(charged, findings);
}

/// Modifiers of night, Sunday and emergency are due once for the practitioner, not once for each act (CCAM, book III).
fn once_for_all(charged: &[Charged<'_>], findings: &mut Findings) {
    let urgent = |one: &&Charged<'_>| {
        one.technical().is_some()
            && one.act.modifiers.iter().any(|letter| matches!(letter.as_str(), "F" | "P" | "S" | "U"))
    };
    if let Some(second) = charged.iter().filter(urgent).nth(1) {
        findings.raise(Code("pricing.modificateur_repete"), &[("code", second.act.code.clone())]);
    }
}

/// Whether two acts of one passage are looked at together: nurses come back the same day.
fn same_passage(one: &Charged<'_>, other: &Charged<'_>) -> bool {
    one.act.passage.unwrap_or(1) == other.act.passage.unwrap_or(1)
}

/// The pairs that the table excludes; a row speaks once.
fn pairs(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    let excluding =
        |row: &&Cumul| row.verdict == Verdict::Excluded && row.span.holds_on(case.day) && row.who.is(&case.biller);
    for row in tables.cumuls.iter().filter(excluding) {
        let names = |targets: &crate::tables::Targets, one: &Charged<'_>| targets.name(&one.act.code, one.kind());
        let Some(first) = charged.iter().position(|one| names(&row.a, one)) else { continue };
        let beside = |place: usize, one: &Charged<'_>| {
            place != first && names(&row.b, one) && same_passage(&charged[first], one)
        };
        let second = charged.iter().enumerate().find(|(place, one)| beside(*place, one));
        if let Some((_, second)) = second {
            let parameters = [
                ("code", charged[first].act.code.clone()),
                ("other", second.act.code.clone()),
                ("source", row.source.clone()),
            ];
            findings.raise_at(row.level, Code("pricing.cumul_interdit"), &parameters);
        }
    }
}

/// A consultation includes the technical act done with it, unless a row lets that act stand (NGAP article III-3).
fn technical_beside_meeting(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    let Some(meeting) = charged.iter().find(|one| one.is_meeting()) else { return };
    for one in charged {
        let stands_alone = one.technical().is_some_and(|row| row.kind == ActKind::Act);
        if !stands_alone || at_another_time(meeting, one) {
            continue;
        }
        let named = |row: &&Cumul| {
            row.span.holds_on(case.day)
                && row.who.is(&case.biller)
                && row.b.name(&one.act.code, CodeKind::Technical)
                && row.a.name(&meeting.act.code, meeting.kind())
                // A row that names the act by its kind only speaks of technical acts in general.
                && row.b.name_code(&one.act.code)
        };
        if tables.cumuls.iter().any(|row| named(&row)) {
            continue;
        }
        let keep = if one.unit > meeting.unit { &one.act.code } else { &meeting.act.code };
        let parameters = [("code", meeting.act.code.clone()), ("other", one.act.code.clone()), ("keep", keep.clone())];
        // Pages name first-aid acts among the exceptions without saying how far they reach (reference tariffs 1.5).
        let first_aid = one.act.code == "YYYY010" || one.act.modifiers.iter().any(|letter| letter == "M");
        let level = if first_aid { Level::Warning } else { Level::Blocking };
        findings.raise_at(level, Code("pricing.consultation_et_acte"), &parameters);
    }
}

/// Two moments of one day, when both are said.
fn at_another_time(one: &Charged<'_>, other: &Charged<'_>) -> bool {
    one.act.time.is_some() && other.act.time.is_some() && one.act.time != other.act.time
}

/// Association of technical acts of one session.
fn association(case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    let counts = |one: &&Charged<'_>| {
        one.technical().is_some_and(|row| row.kind == ActKind::Act) && one.act.activity.unwrap_or(1) != 4
    };
    let acts: Vec<&Charged<'_>> = charged.iter().filter(counts).collect();
    if acts.len() < 2 {
        return;
    }
    let proposed = best_association(case, charged);
    if !proposed.is_empty() {
        let words: Vec<String> =
            proposed.iter().map(|(at, code)| format!("{code} pour {}", charged[*at].act.code)).collect();
        findings.raise(Code("pricing.association_proposee"), &[("proposal", words.join(", "))]);
        return;
    }
    if acts.iter().any(|one| one.act.association.is_none()) {
        // Three acts, or acts that are not reimbursed alike: only the practitioner knows which derogation holds.
        let which = if acts.len() > 2 { Code("pricing.trois_actes") } else { Code("pricing.association_a_choisir") };
        findings.raise(which, &[]);
        return;
    }
    said(case, &acts, findings);
}

/// Codes that the practitioner said.
fn said(case: &Case<'_>, acts: &[&Charged<'_>], findings: &mut Findings) {
    let with = |code: u8| acts.iter().filter(move |one| one.act.association == Some(code));
    let halves = with(2).count();
    let derogations = with(3).count() + with(4).count();
    if with(1).count() > 1 || halves > 1 || (acts.len() > 2 && derogations == 0 && with(5).count() == 0) {
        findings.raise(Code("pricing.association_illicite"), &[]);
    }
    if derogations > 0 {
        findings.raise(Code("pricing.association_derogation"), &[]);
    }
    let dearer = with(2).any(|half| with(1).any(|whole| half.unit > whole.unit));
    if dearer {
        findings.raise(Code("pricing.association_inversee"), &[]);
    }
    let times: Vec<_> = with(5).map(|one| one.act.time).collect();
    if !times.is_empty()
        && (times.iter().any(Option::is_none) || times.len() > 1 && times.windows(2).all(|t| t[0] == t[1]))
    {
        findings.raise(Code("pricing.association_heures"), &[("date", french(case.day))]);
    }
}
