//! Acts of the CCAM: price by activity and phase, modifiers, association, the half beside a consultation.
//! Rules: CCAM, book III article III-3 B, reference tariffs 3; whether they may stand together is told by `rules`.

use liasse_domain::money::divide_half_up;
use liasse_domain::{Centimes, Rate, Step};

use super::{Charged, Found};
use crate::case::Case;
use crate::input::{Act, Right};
use crate::price::PriceError;
use crate::tables::{ActKind, Added, NoRow, Rule, Tables, Technical, Values, Verdict, What};
use crate::tables::{find_modifier, find_reduction};

pub(super) fn charge<'a>(
    tables: &'a Tables,
    case: &Case<'a>,
    index: usize,
    act: &'a Act,
    quantity: u32,
) -> Result<Charged<'a>, PriceError> {
    let (activity, phase) = (act.activity.unwrap_or(1), act.phase.unwrap_or(0));
    let row = tables.ccam.find(&act.code, activity, phase, case.day).map_err(|missing| match missing {
        NoRow::Code => PriceError::UnknownCode { act: index, code: act.code.clone() },
        NoRow::Activity => PriceError::Activity { act: index, code: act.code.clone() },
        NoRow::Date => PriceError::OutsideTables { act: index, code: act.code.clone(), day: case.day },
    })?;
    let listed = row.value(case.biller.tier).unwrap_or_default();
    let source = ("ccam", row.span.from, tables.ccam.source(row));
    let values = Values { code: &act.code, from: Some(row.span.from), unit: listed, ..Values::default() };
    let mut steps = Vec::with_capacity(4);
    let price = tables.sentences.step(Rule::Tariff, &values, Some(source));
    steps.push(Step { rule: format!("ccam.{}", act.code.to_ascii_lowercase()), ..price });
    let zone = case.input.practitioner.zone;
    let overseas = find_reduction(&tables.reductions, What::Overseas, 0, case.day, zone, &case.biller);
    let unit = match overseas.filter(|row| row.value > 0) {
        Some(row) => {
            let unit = listed + listed.at(Rate(row.value));
            let values = Values { share: Rate(row.value), unit, ..values };
            steps.push(tables.sentences.step(
                Rule::Overseas,
                &values,
                Some(("reductions", row.span.from, row.source.as_str())),
            ));
            unit
        }
        None => listed,
    };
    Ok(Charged {
        act,
        found: Found::Technical(row),
        for_biller: tables.ccam.is_for(row, &case.biller),
        quantity,
        unit,
        base: unit,
        bare: unit,
        overrun: Centimes::ZERO,
        qualifier: None,
        association: act.association,
        kilometres: None,
        doubtful: overseas.is_some_and(|row| row.confidence.is_low()),
        steps,
    })
}

/// Once all acts are known: association codes where none is said, then modifiers and shares of each.
pub(super) fn complete(tables: &Tables, case: &Case<'_>, charged: &mut [Charged<'_>]) {
    if charged.iter().all(|one| one.technical().is_none()) {
        return;
    }
    for (at, code) in best_association(case, charged) {
        charged[at].association = Some(code);
    }
    let halves: Vec<bool> = charged.iter().map(|one| is_half(tables, case, charged, one)).collect();
    for (one, half) in charged.iter_mut().zip(halves) {
        if let Some(row) = one.technical() {
            price(tables, case, one, row, half);
        }
    }
}

/// The lawful codes that pay best where none is said: the highest tariff, without modifiers, counts in full (1), the
/// second for a half (2); what comes after is not for the program to choose. Complements and supplements have none.
/// None where the acts are not reimbursed alike: which of them counts in full is then the practitioner's to say.
pub(crate) fn best_association(case: &Case<'_>, charged: &[Charged<'_>]) -> Vec<(usize, u8)> {
    let counts = |one: &&Charged<'_>| {
        one.technical().is_some_and(|row| row.kind == ActKind::Act) && one.act.activity.unwrap_or(1) != 4
    };
    let acts: Vec<&Charged<'_>> = charged.iter().filter(counts).collect();
    let said = acts.iter().any(|one| one.act.association.is_some());
    // An act counts as related to an ALD for a patient who has one, and so does its claim.
    let ald = |one: &Charged<'_>| one.act.ald_related && case.input.patient.has(Right::Ald);
    let alike = acts.windows(2).all(|pair| ald(pair[0]) == ald(pair[1]));
    let one_each = acts.iter().all(|one| one.quantity == 1);
    if acts.len() != 2 || said || !alike || !one_each || case.input.acts.is_empty() {
        return Vec::new();
    }
    let places: Vec<usize> = (0..charged.len()).filter(|at| counts(&&charged[*at])).collect();
    let (first, second) = if acts[1].unit > acts[0].unit { (places[1], places[0]) } else { (places[0], places[1]) };
    vec![(first, 1), (second, 2)]
}

/// Whether a technical act stands at half its tariff beside a consultation.
fn is_half(tables: &Tables, case: &Case<'_>, charged: &[Charged<'_>], one: &Charged<'_>) -> bool {
    one.technical().is_some()
        && tables.cumuls.iter().any(|row| {
            row.verdict == Verdict::Half
                && row.span.holds_on(case.day)
                && row.who.is(&case.biller)
                && row.b.name(&one.act.code, one.kind())
                && charged.iter().any(|other| other.is_meeting() && row.a.name(&other.act.code, other.kind()))
        })
}

/// The base of one act: tariff and percent modifiers, times the share of the association, plus modifiers in euros,
/// rounded once.
fn price(tables: &Tables, case: &Case<'_>, one: &mut Charged<'_>, row: &Technical, half: bool) {
    let zone = case.input.practitioner.zone;
    let mut percents = 0_i128;
    let mut euros = Centimes::ZERO;
    let mut said = Values { code: &one.act.code, unit: one.unit, quantity: one.quantity, ..Values::default() };
    for letter in one.act.modifiers.iter().filter_map(|text| text.chars().next()) {
        // One that the act does not allow, or that has no value for this practitioner, adds nothing; `rules` says so.
        let allowed = row.modifiers.hold(letter);
        let Some(modifier) = find_modifier(&tables.modifiers, letter, case.day, zone, &case.biller).filter(|_| allowed)
        else {
            continue;
        };
        said.letter = Some(letter);
        said.other = match modifier.added {
            Added::Euros(cents) => {
                euros = euros + cents;
                cents
            }
            Added::Percent(rate) => {
                percents += i128::from(rate.0);
                one.unit.at(rate)
            }
        };
        let source = Some(("ccam_modifiers", modifier.span.from, modifier.source.as_str()));
        one.steps.push(tables.sentences.step(Rule::Modifier, &said, source));
    }
    let share = one.association.and_then(|code| {
        let rank = u32::from(code);
        let row = find_reduction(&tables.reductions, What::Association, rank, case.day, zone, &case.biller);
        row.filter(|row| row.rank == rank)
    });
    let half = if half { 5_000 } else { 10_000 };
    let shared = i128::from(one.unit.0) * share.map_or(10_000, |row| i128::from(row.value)) * half;
    let each = Centimes(divide_half_up(shared * (10_000 + percents), 1_000_000_000_000)) + euros;
    let bare = divide_half_up(shared, 100_000_000);
    one.bare = Centimes(bare.saturating_mul(i64::from(one.quantity)));
    one.base = Centimes(each.0.saturating_mul(i64::from(one.quantity)));
    one.doubtful |= share.is_some_and(|row| row.confidence.is_low());
    said.base = each;
    if half < 10_000 {
        one.steps.push(tables.sentences.step(Rule::HalfBeside, &said, None));
    }
    if let (Some(row), Some(code)) = (share, one.association) {
        said.letter = char::from_digit(u32::from(code), 10);
        said.share = Rate(row.value);
        let source = Some(("reductions", row.span.from, row.source.as_str()));
        one.steps.push(tables.sentences.step(Rule::Association, &said, source));
    }
    if one.quantity > 1 {
        said.base = one.base;
        said.unit = each;
        one.steps.push(tables.sentences.step(Rule::Quantity, &said, None));
    }
}
