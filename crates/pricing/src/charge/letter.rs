//! Acts of the NGAP: price of the letter, coefficient, kilometres less the abatement, degression of nurses.
//! Rules: NGAP articles 11 B and 13, reference tariffs 1.4 and 4.

use liasse_domain::Centimes;
use liasse_domain::Step;
use liasse_domain::money::divide_half_up;

use super::{Charged, Found};
use crate::case::Case;
use crate::decimal::Hundredths;
use crate::input::{Act, FullRate, Terrain};
use crate::price::PriceError;
use crate::tables::{CodeKind, Letter, Missing, Rule, Tables, Values, Way, What, find_reduction};

/// The letters whose acts are shared out by rank.
const DEGRESSIVE: [&str; 3] = ["AMI", "AMX", "SFI"];
/// A whole share.
const WHOLE: i64 = 10_000;

pub(super) fn charge<'a>(
    tables: &'a Tables,
    case: &Case<'a>,
    index: usize,
    act: &'a Act,
    quantity: u32,
    driven: &mut u32,
) -> Result<Charged<'a>, PriceError> {
    let letter =
        letter_of(tables, act).ok_or_else(|| PriceError::UnknownCode { act: index, code: act.code.clone() })?;
    let zone = case.input.practitioner.zone;
    let biller = case.biller_at(act);
    let (tariff, for_biller) = letter.tariff(case.day, zone, &biller).map_err(|missing| {
        let code = act.code.clone();
        match missing {
            Missing::Date => PriceError::OutsideTables { act: index, code, day: case.day },
            Missing::Zone => PriceError::NoTariffInZone { act: index, code, day: case.day },
        }
    })?;
    let values =
        Values { code: &act.code, from: Some(tariff.span.from), unit: tariff.value, quantity, ..Values::default() };
    let mut steps = Vec::with_capacity(4);
    let price = tables.sentences.step(Rule::Tariff, &values, Some(("ngap", tariff.span.from, tariff.source.as_str())));
    steps.push(Step { rule: letter.rule.clone(), ..price });
    let mut doubtful = false;
    let before = *driven;
    let way = way(&act.code, act);
    let base = match way {
        Some(way) => {
            let (base, unsure) = kilometres(tables, case, index, act, way, tariff.value, driven, &mut steps)?;
            doubtful = unsure;
            base
        }
        None => {
            let coefficient = coefficient(letter, act);
            if coefficient != Hundredths::ONE {
                let one = share(tariff.value, coefficient, WHOLE, 1);
                let values = Values { factor: coefficient, base: one, ..values };
                steps.push(tables.sentences.step(Rule::Coefficient, &values, None));
            }
            share(tariff.value, coefficient, WHOLE, quantity)
        }
    };
    if quantity > 1 {
        steps.push(tables.sentences.step(Rule::Quantity, &Values { base, ..values }, None));
    }
    Ok(Charged {
        act,
        found: Found::Letter(letter, tariff),
        for_biller,
        quantity,
        unit: tariff.value,
        base,
        bare: base,
        overrun: Centimes::ZERO,
        qualifier: None,
        association: None,
        kilometres: way.map(|_| *driven - before),
        doubtful,
        steps,
    })
}

/// Kilometres over the mountain or on foot have letters of their own; `IK` with a terrain means those.
pub(super) fn code(act: &Act) -> &str {
    match (act.code.as_str(), act.terrain) {
        ("IK", Some(Terrain::Montagne)) => "IKM",
        ("IK", Some(Terrain::Pied)) => "IKS",
        (code, _) => code,
    }
}

fn letter_of<'a>(tables: &'a Tables, act: &Act) -> Option<&'a Letter> {
    tables.letters.by_code.get(code(act))
}

fn way(code: &str, act: &Act) -> Option<Way> {
    match (code, act.terrain) {
        ("IK", Some(Terrain::Montagne)) | ("IKM", _) => Some(Way::Mountain),
        ("IK", Some(Terrain::Pied)) | ("IKS", _) => Some(Way::Foot),
        ("IK", _) => Some(Way::Plain),
        _ => None,
    }
}

/// Only letters with a coefficient have one.
pub(super) fn coefficient(letter: &Letter, act: &Act) -> Hundredths {
    match letter.kind {
        CodeKind::Act => act.coefficient.unwrap_or(Hundredths::ONE),
        _ => Hundredths::ONE,
    }
}

/// `unit × coefficient × share × quantity`, rounded once.
fn share(unit: Centimes, coefficient: Hundredths, share: i64, quantity: u32) -> Centimes {
    let whole = i128::from(unit.0) * i128::from(coefficient.get()) * i128::from(share) * i128::from(quantity);
    Centimes(divide_half_up(whole, 100 * i128::from(WHOLE)))
}

/// The kilometres that are paid: what is driven there and back less the abatement, never below zero, then the long
/// ways of a day by their bands, which begin where the ways before in the invoice (`day`) have ended. `true` beside an
/// amount that is not sure.
#[expect(clippy::too_many_arguments, reason = "what one way depends on, each once")]
fn kilometres(
    tables: &Tables,
    case: &Case<'_>,
    index: usize,
    act: &Act,
    way: Way,
    unit: Centimes,
    day: &mut u32,
    steps: &mut Vec<Step>,
) -> Result<(Centimes, bool), PriceError> {
    let driven = act.distance_km.ok_or(PriceError::DistanceMissing { act: index })?;
    let zone = case.input.practitioner.zone;
    let row = |what, rank| find_reduction(&tables.reductions, what, rank, case.day, zone, &case.biller);
    let abatement = row(What::Abatement(way), 0);
    let billed = driven.get().saturating_sub(abatement.map_or(0, |row| row.value));
    let times = u32::try_from(act.quantity).unwrap_or(1);
    // In hundredths of a kilometre times hundredths of a percent.
    let mut weighed = 0_i128;
    let mut from = *day;
    *day = day.saturating_add(billed.saturating_mul(times));
    let mut long = None;
    while from < *day {
        // Kilometre 300 is the first of the next band: bands are told by whole kilometres.
        let band = row(What::Kilometres, from / 100);
        let share = band.map_or(10_000, |band| band.value);
        long = long.or(band.filter(|band| band.rank > 0));
        let starts = tables.reductions.iter().filter(|row| row.what == What::Kilometres).map(|row| row.rank * 100);
        let next = starts.filter(|start| *start > from).min().unwrap_or(*day).min(*day);
        weighed += i128::from(next - from) * i128::from(share);
        from = next;
    }
    let base = Centimes(divide_half_up(i128::from(unit.0) * weighed, 100 * 10_000));
    let values = Values {
        code: &act.code,
        factor: driven,
        billed: Hundredths::new(billed).unwrap_or_default(),
        unit,
        base,
        ..Values::default()
    };
    let source = abatement.map(|row| ("reductions", row.span.from, row.source.as_str()));
    steps.push(tables.sentences.step(Rule::Distance, &values, source));
    if let Some(band) = long {
        let source = Some(("reductions", band.span.from, band.source.as_str()));
        steps.push(tables.sentences.step(Rule::LongWay, &values, source));
    }
    let doubtful = abatement.into_iter().chain(long).any(|row| row.confidence.is_low());
    Ok((base, doubtful))
}

/// Article 11 B: of the acts of one session the highest coefficient counts in full, the second for a half, the others
/// for nothing. Acts under insulin (article 5 bis) are one act whose coefficient is their sum, first among equals; a
/// direct sample, a vaccination and a perfusion count in full and take no place.
pub(super) fn degrade(tables: &Tables, case: &Case<'_>, charged: &mut [Charged<'_>]) {
    let mut sessions: Vec<u8> = Vec::new();
    for one in charged.iter().filter(|one| is_degressive(one)) {
        let session = session_of(one);
        if !sessions.contains(&session) {
            sessions.push(session);
        }
    }
    for session in sessions {
        let in_session = |one: &Charged<'_>| is_degressive(one) && session_of(one) == session;
        if charged.iter().filter(|one| in_session(one)).map(|one| one.quantity).sum::<u32>() < 2 {
            continue;
        }
        let insulin = |one: &Charged<'_>| one.act.full_rate == Some(FullRate::Insuline);
        let coefficient = |one: &Charged<'_>| one.act.coefficient.unwrap_or(Hundredths::ONE).get();
        let group: u32 = charged
            .iter()
            .filter(|one| in_session(one) && insulin(one))
            .map(|one| coefficient(one) * one.quantity)
            .sum();
        let mut ranked: Vec<usize> = (0..charged.len()).filter(|at| in_session(&charged[*at])).collect();
        // A stable sort: among equals the group, then what was entered first.
        ranked.sort_by_key(|at| {
            let one = &charged[*at];
            let weight = if insulin(one) { group } else { coefficient(one) };
            std::cmp::Reverse((weight, insulin(one)))
        });
        let mut rank = 1;
        let mut group_rank = None;
        for at in ranked {
            let one = &mut charged[at];
            match one.act.full_rate {
                Some(FullRate::Insuline) => {
                    let place = *group_rank.get_or_insert_with(|| {
                        rank += 1;
                        rank - 1
                    });
                    share_out(tables, case, one, |_| place);
                }
                Some(_) => {
                    let values = Values { code: &one.act.code, ..Values::default() };
                    one.steps.push(tables.sentences.step(Rule::FullRate, &values, None));
                }
                None => {
                    share_out(tables, case, one, |nth| rank + nth);
                    rank += one.quantity;
                }
            }
        }
    }
}

fn session_of(one: &Charged<'_>) -> u8 {
    one.act.passage.unwrap_or(1)
}

fn is_degressive(charged: &Charged<'_>) -> bool {
    DEGRESSIVE.contains(&charged.act.code.as_str())
}

/// Shares one line out: the nth of its acts stands at the rank that `rank` gives.
fn share_out(tables: &Tables, case: &Case<'_>, one: &mut Charged<'_>, rank: impl Fn(u32) -> u32) {
    let Found::Letter(letter, tariff) = one.found else { return };
    let zone = case.input.practitioner.zone;
    let mut shares = 0_i64;
    let mut last = None;
    for nth in 0..one.quantity {
        let row = find_reduction(&tables.reductions, What::Degression, rank(nth), case.day, zone, &case.biller);
        shares += row.map_or(WHOLE, |row| i64::from(row.value));
        last = row.or(last);
    }
    if shares < WHOLE * i64::from(one.quantity) {
        one.base = share(tariff.value, coefficient(letter, one.act), shares, 1);
        one.doubtful |= last.is_some_and(|row| row.confidence.is_low());
        // Of several in one line the sentence tells the mean share, so that it agrees with the amount.
        let mean = u32::try_from(shares / i64::from(one.quantity)).unwrap_or_default();
        let values =
            Values { code: &one.act.code, share: liasse_domain::Rate(mean), base: one.base, ..Values::default() };
        let source = last.map(|row| ("reductions", row.span.from, row.source.as_str()));
        one.steps.push(tables.sentences.step(Rule::Degression, &values, source));
    }
}
