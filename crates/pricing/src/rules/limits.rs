//! The conditions of `limits.csv` held against the invoice and the patient's history, and the majorations that nobody
//! thought of. Three answers, not two: what nobody said (an hour) is neither held nor broken.

use chrono::{Datelike, Months, NaiveDate, Weekday};
use liasse_domain::calendar::{Territory, is_holiday};
use liasse_domain::{Code, Level};

use super::{Findings, has_tariff};
use crate::case::Case;
use crate::charge::{Charged, Found};
use crate::decimal::Hundredths;
use crate::input::{Act, Place};
use crate::tables::{CodeKind, Days, Limit, LimitRow, Tables, Verdict};

/// What a condition says of an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Holds,
    Broken,
    Unknown,
}

impl From<bool> for Answer {
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Broken }
    }
}

/// Each broken condition, once for each code.
pub(super) fn look(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    let mut seen: Vec<&str> = Vec::new();
    for one in charged {
        let Found::Letter(letter, _) = one.found else { continue };
        if letter.limits.is_empty() || seen.contains(&one.act.code.as_str()) {
            continue;
        }
        seen.push(&one.act.code);
        for row in letter.limits.iter().filter(|row| row.span.holds_on(case.day)) {
            if answer(tables, case, charged, &one.act.code, Some(one.act), row) == Answer::Broken {
                raise(&one.act.code, row, findings);
            }
        }
    }
    same_day(tables, case, charged, findings);
}

/// A meeting on a day on which the same practitioner has billed one already.
fn same_day(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    let met = |code: &str| tables.kind(code).is_some_and(CodeKind::is_meeting);
    let before = case.input.patient.history.iter().find(|past| past.date == case.day && met(&past.code));
    if let Some(before) = before
        && charged.iter().any(Charged::is_meeting)
    {
        findings.raise(Code("pricing.meme_jour"), &[("code", before.code.clone())]);
    }
}

fn raise(code: &str, row: &LimitRow, findings: &mut Findings) {
    let which = match row.limit {
        Limit::AgeBelow(_) => Code("pricing.limite_age_moins"),
        Limit::AgeFrom(_) => Code("pricing.limite_age_des"),
        Limit::AgeAbove(_) => Code("pricing.limite_age_plus"),
        Limit::Hours(_) => Code("pricing.limite_heure"),
        Limit::Days(_) => Code("pricing.limite_jour"),
        Limit::PerInvoice(_) => Code("pricing.limite_par_facture"),
        Limit::PerPassage(_) => Code("pricing.limite_par_passage"),
        Limit::PerDay(_) => Code("pricing.limite_par_jour"),
        Limit::PerYear(_) => Code("pricing.limite_par_an"),
        Limit::Once => Code("pricing.limite_une_fois"),
        Limit::UnseenMonths(_) => Code("pricing.limite_non_vu"),
        Limit::Needs(_) => Code("pricing.limite_avec"),
        Limit::MedecinTraitant(true) => Code("pricing.limite_medecin_traitant"),
        Limit::MedecinTraitant(false) => Code("pricing.limite_pas_medecin_traitant"),
        Limit::DeclaredBelow(_) => Code("pricing.limite_medecin_declare"),
        Limit::Path(_) => Code("pricing.limite_parcours"),
        Limit::Regulated(true) => Code("pricing.limite_regule"),
        Limit::Regulated(false) => Code("pricing.limite_non_regule"),
        Limit::Places(_) => Code("pricing.limite_lieu"),
        Limit::CoefficientMost(_) => Code("pricing.limite_coefficient"),
    };
    let value = spoken(row);
    // A row that nobody's page confirms must not forbid.
    let level = if row.confidence.is_low() { row.level.min(Level::Warning) } else { row.level };
    findings.raise_at(level, which, &[("code", code.to_owned()), ("value", value), ("source", row.source.clone())]);
}

/// The value of a row as a person says it.
fn spoken(row: &LimitRow) -> String {
    let words = row.value.replace('|', " ou ");
    match &row.limit {
        Limit::Hours(_) => words.replace('-', " h à ").replace(" ou ", " h ou ") + " h",
        Limit::Days(days) => {
            let names = [
                (days.sunday, "le dimanche et les jours fériés"),
                (days.saturday, "le samedi"),
                (days.week, "en semaine"),
            ];
            names.iter().filter(|(on, _)| *on).map(|(_, name)| *name).collect::<Vec<_>>().join(" ou ")
        }
        Limit::Places(places) => {
            let name = |place: &Place| match place {
                Place::Office => "au cabinet",
                Place::Home => "au domicile",
                Place::Institution => "en établissement",
                Place::Video => "par vidéo",
            };
            places.iter().map(name).collect::<Vec<_>>().join(" ou ")
        }
        Limit::Needs(_) => words
            .replace("@consultation", "une consultation")
            .replace("@visite", "une visite")
            .replace("@video", "une téléconsultation")
            .replace("@expertise", "une téléexpertise")
            .replace("@acte", "un acte")
            .replace("@forfait", "un forfait")
            .replace("@ccam", "un acte technique"),
        Limit::CoefficientMost(_) => words.replace('.', ","),
        _ => words,
    }
}

/// Majorations that are not on the invoice although all their conditions hold.
pub(super) fn suggest(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], findings: &mut Findings) {
    for (code, letter) in &tables.letters.suggested {
        if charged.iter().any(|one| one.act.code == *code) {
            continue;
        }
        let mut rows = letter.limits.iter().filter(|row| row.span.holds_on(case.day));
        if !rows.all(|row| answer(tables, case, charged, code, None, row) == Answer::Holds) {
            continue;
        }
        let Some(amount) = has_tariff(tables, case, code) else { continue };
        let excluded = tables.cumuls.iter().filter(|row| row.verdict == Verdict::Excluded).any(|row| {
            row.span.holds_on(case.day)
                && charged.iter().any(|one| {
                    let other = (one.act.code.as_str(), one.kind());
                    (row.a.name(code, letter.kind) && row.b.name(other.0, other.1))
                        || (row.b.name(code, letter.kind) && row.a.name(other.0, other.1))
                })
        });
        if !excluded {
            let parameters = [("code", code.clone()), ("label", letter.label.clone()), ("amount", amount.to_string())];
            findings.raise(Code("pricing.majoration_possible"), &parameters);
        }
    }
}

/// Whether a condition that concerns one act alone is broken: its hour, its day, the patient's age.
pub(super) fn is_broken(case: &Case<'_>, act: &Act, limit: &Limit) -> bool {
    alone(case, Some(act), limit) == Some(Answer::Broken)
}

/// The conditions that need no other act and no history.
fn alone(case: &Case<'_>, act: Option<&Act>, limit: &Limit) -> Option<Answer> {
    Some(match limit {
        Limit::AgeBelow(years) => (case.age < *years).into(),
        Limit::AgeFrom(years) => (case.age >= *years).into(),
        Limit::AgeAbove(years) => (case.age > *years).into(),
        Limit::Hours(spans) => case.minute(act).map_or(Answer::Unknown, |minute| {
            spans.iter().any(|(first, last)| (*first..*last).contains(&minute)).into()
        }),
        Limit::Days(days) => is_on(*days, case.day).into(),
        _ => return None,
    })
}

/// One condition of `code`, whose act is `act` if it is on the invoice already.
fn answer(
    tables: &Tables,
    case: &Case<'_>,
    charged: &[Charged<'_>],
    code: &str,
    act: Option<&Act>,
    row: &LimitRow,
) -> Answer {
    let history = &case.input.patient.history;
    let here: u32 = charged.iter().filter(|one| one.act.code == code).map(|one| one.quantity).sum();
    // Before this invoice; its own acts may be in a history that was read later.
    let before = |since: Option<NaiveDate>| {
        let counts = |past: &&crate::input::Past| {
            past.code == code && past.date < case.day && since.is_none_or(|since| past.date > since)
        };
        u32::try_from(history.iter().filter(counts).count()).unwrap_or(u32::MAX)
    };
    let here = here.max(1);
    if let Some(answer) = alone(case, act, &row.limit) {
        return answer;
    }
    match &row.limit {
        Limit::AgeBelow(_) | Limit::AgeFrom(_) | Limit::AgeAbove(_) | Limit::Hours(_) | Limit::Days(_) => {
            Answer::Unknown
        }
        Limit::PerInvoice(most) => (here <= *most).into(),
        Limit::PerPassage(most) => {
            let passage = |one: &Charged<'_>| one.act.passage.unwrap_or(1);
            let of = |wanted: u8| -> u32 {
                charged
                    .iter()
                    .filter(|one| one.act.code == code && passage(one) == wanted)
                    .map(|one| one.quantity)
                    .sum()
            };
            charged.iter().all(|one| of(passage(one)) <= *most).into()
        }
        Limit::PerDay(most) => {
            let today = history.iter().filter(|past| past.code == code && past.date == case.day).count();
            (u32::try_from(today).unwrap_or(u32::MAX).saturating_add(here) <= *most).into()
        }
        Limit::PerYear(most) => {
            let year_ago = case.day.checked_sub_months(Months::new(12));
            (before(year_ago).saturating_add(here) <= *most).into()
        }
        Limit::Once => (before(None).saturating_add(here) <= 1).into(),
        Limit::UnseenMonths(months) => {
            let since = case.day.checked_sub_months(Months::new(*months));
            let met = |past: &crate::input::Past| {
                past.date < case.day
                    && since.is_none_or(|since| past.date >= since)
                    && tables.kind(&past.code).is_some_and(CodeKind::is_meeting)
            };
            (!history.iter().any(met)).into()
        }
        Limit::Needs(targets) => {
            let other = |one: &Charged<'_>| one.act.code != code && targets.name(&one.act.code, one.kind());
            charged.iter().any(other).into()
        }
        Limit::MedecinTraitant(wanted) => {
            case.input.practitioner.registered_mt.map_or(Answer::Unknown, |is| (is == *wanted).into())
        }
        Limit::DeclaredBelow(years) => (case.age >= *years || case.input.patient.has_mt).into(),
        // Below 16 the care path does not play (reference tariffs 1.2, MCG and MCS).
        Limit::Path(paths) => match case.input.care_path {
            Some(path) => paths.contains(&path).into(),
            None => Answer::Unknown,
        },
        Limit::Regulated(wanted) => {
            let regulated = charged.iter().any(|one| one.act.regulated);
            (regulated == *wanted).into()
        }
        Limit::Places(places) => {
            // Nothing said means the office: a visit is then not contradicted.
            let said = act.map_or_else(|| charged.first().map_or(Place::Office, |one| one.act.place), |act| act.place);
            (said == Place::Office || places.contains(&said)).into()
        }
        Limit::CoefficientMost(most) => {
            // The act it adds to is the only one of its passage.
            let passage = act.and_then(|act| act.passage).unwrap_or(1);
            let acts =
                || charged.iter().filter(|one| one.kind() == CodeKind::Act && one.act.passage.unwrap_or(1) == passage);
            let highest = acts().map(|one| one.act.coefficient.unwrap_or(Hundredths::ONE)).max();
            (acts().map(|one| one.quantity).sum::<u32>() == 1 && highest.is_some_and(|found| found <= *most)).into()
        }
    }
}

fn is_on(days: Days, day: NaiveDate) -> bool {
    let sunday = day.weekday() == Weekday::Sun || is_holiday(day, Territory::National);
    let saturday = day.weekday() == Weekday::Sat && !sunday;
    (days.sunday && sunday) || (days.saturday && saturday) || (days.week && !sunday && !saturday)
}
