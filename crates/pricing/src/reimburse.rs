//! Who pays which part of a charged act: rate of the AMO, PAV, complementary part, participation and franchise.
//! Not the prices. Rates: reference tariffs 2.1; C2S as a complementary cover: 2.1; responsible contracts: 2.5.

use chrono::Datelike;
use liasse_domain::{Centimes, PricedLine, Step};

use crate::case::Case;
use crate::charge::Charged;
use crate::heavy::Heavy;
use crate::input::{Nature, Right};
use crate::price::PriceError;
use crate::tables::{CodeKind, Exempt, Fee, FlatFee, Pav, Rule, Situation, Tables, Values};

/// A line and the situation that gave its rate.
pub(crate) struct Reimbursed {
    pub(crate) line: PricedLine,
    pub(crate) situation: Situation,
    /// Whether that rate is of low confidence.
    pub(crate) doubtful: bool,
    pub(crate) pav: Centimes,
    /// Paid in full because an act of the invoice is a heavy one.
    pub(crate) heavy: bool,
}

/// The line of a charged act.
pub(crate) fn reimburse(
    tables: &Tables,
    case: &Case<'_>,
    heavy: &Heavy<'_>,
    place: usize,
    charged: &mut Charged<'_>,
) -> Result<Reimbursed, PriceError> {
    let (situation, pav_row) = situation_of(case, heavy, place, charged, case.coordinated);
    let row = tables
        .rates
        .find(situation, case.day, &case.biller)
        .ok_or(PriceError::NoRate { situation: situation.word(), day: case.day })?;
    let base = charged.base;
    let pav = due(pav_row, case, charged, heavy.covers(place)).min(base);
    let amo = base.at(row.rate) - pav;
    let (amc, amc_rule) = complementary(tables, case, heavy, place, charged, base - amo);
    let values = Values {
        code: &charged.act.code,
        quantity: charged.quantity,
        unit: charged.unit,
        base,
        rate: row.rate,
        amo,
        amc,
        amc_rate: case.input.third_party.amc_rate_bp,
        overrun: charged.overrun,
        fee: base + charged.overrun,
        other: pav,
        ..Values::default()
    };
    let say = |rule, row| tables.sentences.step(rule, &values, row);
    let mut steps = std::mem::take(&mut charged.steps);
    steps.push(say(Rule::Rate(situation), Some(("rates", row.span.from, row.source.as_str()))));
    if let Some(heavy) = pav_row {
        let rule = if pav > Centimes::ZERO { Rule::Pav } else { Rule::PavExempt };
        steps.push(say(rule, Some(("pav", heavy.span.from, heavy.source.as_str()))));
    }
    if let Some(rule) = amc_rule {
        steps.push(say(rule, None));
    }
    if charged.overrun > Centimes::ZERO {
        steps.push(say(Rule::Overrun, None));
    }
    let line = PricedLine {
        code: charged.act.code.clone(),
        quantity: charged.quantity,
        unit_cents: charged.unit,
        base_cents: base,
        rate_bp: row.rate,
        amo_cents: amo,
        amc_cents: amc,
        fee_cents: values.fee,
        steps,
    };
    let doubtful = row.confidence.is_low() || pav_row.is_some_and(|row| row.confidence.is_low());
    // What exempts by itself needs no other reason.
    let heavy = heavy.covers(place) && !is_exempting(self::situation(case, charged, case.coordinated));
    Ok(Reimbursed { line, situation, doubtful, pav, heavy })
}

/// What the complementary insurer pays the practitioner on this act, and the rule that says so.
fn complementary(
    tables: &Tables,
    case: &Case<'_>,
    heavy: &Heavy<'_>,
    place: usize,
    charged: &Charged<'_>,
    copay: Centimes,
) -> (Centimes, Option<Rule>) {
    if !case.third_party_amc || copay == Centimes::ZERO {
        return (Centimes::ZERO, None);
    }
    if case.c2s {
        return (copay, Some(Rule::C2s));
    }
    let rate = case.input.third_party.amc_rate_bp;
    if case.coordinated {
        return (copay.at(rate), Some(Rule::Contract));
    }
    // A responsible contract pays the copay of the care path, never what going outside adds to it.
    let (inside, pav) = situation_of(case, heavy, place, charged, true);
    let pav = due(pav, case, charged, heavy.covers(place));
    let inside = tables.rates.find(inside, case.day, &case.biller);
    let covered = inside.map_or(copay, |inside| (charged.base - charged.base.at(inside.rate) + pav).min(copay));
    (covered.at(rate), Some(Rule::ContractOutOfPath))
}

/// The situation of a line, and the row of the PAV where this line bears it.
fn situation_of<'a>(
    case: &Case<'_>,
    heavy: &Heavy<'a>,
    place: usize,
    charged: &Charged<'_>,
    coordinated: bool,
) -> (Situation, Option<&'a Pav>) {
    let ordinary = situation(case, charged, coordinated);
    if !heavy.covers(place) || is_exempting(ordinary) {
        return (ordinary, heavy.borne_by(place));
    }
    let full = match ordinary {
        Situation::OutOfPath | Situation::C2sOutOfPath | Situation::AlsaceMoselleOutOfPath => {
            Situation::ExemptOutOfPath
        }
        _ => Situation::Heavy,
    };
    (full, heavy.borne_by(place))
}

/// Already paid in full, whatever the act.
fn is_exempting(situation: Situation) -> bool {
    use Situation::{
        Ald, Ame, ByNature, ExemptAlsaceMoselle, ExemptOutOfPath, Invalidity, Maternity, Military, Prevention,
        WorkAccident,
    };
    matches!(
        situation,
        Ald | Ame
            | ByNature
            | ExemptAlsaceMoselle
            | ExemptOutOfPath
            | Invalidity
            | Maternity
            | Military
            | Prevention
            | WorkAccident
    )
}

/// The PAV of the line that bears it: nothing where the patient or the act is exempt.
fn due(row: Option<&Pav>, case: &Case<'_>, charged: &Charged<'_>, covered: bool) -> Centimes {
    let Some(row) = row.filter(|_| covered) else { return Centimes::ZERO };
    let patient = &case.input.patient;
    let held = |situation: &Situation| match situation {
        Situation::Ald => charged.act.ald_related && patient.has(Right::Ald),
        Situation::Maternity => case.input.cover.nature == Nature::Maternite,
        Situation::WorkAccident => case.input.cover.nature == Nature::AtMp,
        Situation::Prevention => case.input.cover.nature == Nature::Prevention,
        Situation::Invalidity => patient.has(Right::Invalidity),
        Situation::Military => patient.has(Right::Military),
        Situation::Ame => patient.has(Right::Ame),
        Situation::C2s => case.c2s,
        Situation::AlsaceMoselle => patient.alsace_moselle,
        Situation::ByNature => charged.is_full(),
        _ => false,
    };
    if row.exempt.iter().any(held) { Centimes::ZERO } else { row.value }
}

/// What decides the rate of an act.
fn situation(case: &Case<'_>, charged: &Charged<'_>, coordinated: bool) -> Situation {
    let patient = &case.input.patient;
    // Neither the care path nor the local scheme has a say in these.
    if case.input.cover.nature == Nature::AtMp {
        return Situation::WorkAccident;
    }
    if patient.has(Right::Ame) {
        return Situation::Ame;
    }
    if charged.is_full() {
        return Situation::ByNature;
    }
    if case.input.cover.nature == Nature::Prevention {
        return Situation::Prevention;
    }
    let exempt = if case.input.cover.nature == Nature::Maternite {
        Some(Situation::Maternity)
    } else if patient.has(Right::Military) {
        Some(Situation::Military)
    } else if patient.has(Right::Invalidity) {
        Some(Situation::Invalidity)
    } else if charged.act.ald_related && patient.has(Right::Ald) {
        Some(Situation::Ald)
    } else {
        None
    };
    match (exempt, coordinated, patient.alsace_moselle, case.c2s) {
        (Some(_), false, ..) => Situation::ExemptOutOfPath,
        (Some(_), true, true, _) => Situation::ExemptAlsaceMoselle,
        (Some(exempt), true, false, _) => exempt,
        (None, false, true, _) => Situation::AlsaceMoselleOutOfPath,
        (None, false, false, true) => Situation::C2sOutOfPath,
        (None, false, false, false) => Situation::OutOfPath,
        (None, true, true, true) => Situation::C2sAlsaceMoselle,
        (None, true, true, false) => Situation::AlsaceMoselle,
        (None, true, false, true) => Situation::C2s,
        (None, true, false, false) if case.age < 16 => Situation::Child,
        (None, true, false, false) => Situation::CarePath,
    }
}

/// What the caisse takes off later from an invoice, and its explanation.
pub(crate) struct FlatFeeDue {
    pub(crate) cents: Centimes,
    pub(crate) step: Step,
    /// The line that explains it.
    pub(crate) line: usize,
    /// Whether that amount is of low confidence.
    pub(crate) doubtful: bool,
}

/// Participation forfaitaire or franchise, never above what the AMO pays. `None` where none is due.
pub(crate) fn flat_fee(
    tables: &Tables,
    case: &Case<'_>,
    charged: &[Charged<'_>],
    amo: Centimes,
) -> Result<Option<FlatFeeDue>, PriceError> {
    let borne = |one: &&Charged<'_>| one.fee() != Fee::None && one.base > Centimes::ZERO;
    let Some(line) = charged.iter().position(|one| borne(&one)) else { return Ok(None) };
    let kind = charged[line].fee();
    if kind == Fee::Participation && case.biller.profession != "medecin" {
        // Not due on the acts of midwives (service-public.gouv.fr F165).
        return Ok(None);
    }
    let row = tables
        .flat_fees
        .iter()
        .find(|row| row.kind == kind && row.span.holds_on(case.day))
        .ok_or(PriceError::NoRate { situation: "participation", day: case.day })?;
    if is_exempt(case, row) {
        return Ok(None);
    }
    let acts: u32 = charged.iter().filter(|one| one.fee() == kind).filter(borne).map(|one| one.quantity).sum();
    let of = |acts: u32| Centimes(row.value.0.saturating_mul(i64::from(acts)));
    let (today, this_year) = past(tables, case, kind);
    let left_today = Centimes((row.daily_cap - today).0.max(0));
    let left_this_year = Centimes((row.yearly_cap - this_year).0.max(0));
    let uncapped = of(acts).min(left_today).min(amo);
    let due = uncapped.min(left_this_year);
    let rule = match kind {
        _ if due < uncapped => Rule::YearlyCap,
        Fee::Franchise => Rule::Franchise,
        Fee::Participation | Fee::None => Rule::FlatFee,
    };
    let values = Values { flat_fee: due, other: row.yearly_cap, from: Some(row.span.from), ..Values::default() };
    let step = tables.sentences.step(rule, &values, Some(("flat_fee", row.span.from, row.source.as_str())));
    Ok(Some(FlatFeeDue { cents: due, step, line, doubtful: row.confidence.is_low() }))
}

/// What the acts of the history bore on the day and in the civil year, each at the amount of its own day: at least so
/// much, for others bill as well.
fn past(tables: &Tables, case: &Case<'_>, kind: Fee) -> (Centimes, Centimes) {
    let mut borne = (Centimes::ZERO, Centimes::ZERO);
    for past in &case.input.patient.history {
        let fee = match tables.letters.by_code.get(&past.code) {
            Some(letter) => letter.fee,
            None if tables.kind(&past.code) == Some(CodeKind::Technical) => Fee::Participation,
            None => Fee::None,
        };
        if fee == kind && past.date.year() == case.day.year() && past.date <= case.day {
            let row = tables.flat_fees.iter().find(|row| row.kind == kind && row.span.holds_on(past.date));
            let amount = row.map_or(Centimes::ZERO, |row| row.value);
            borne.1 = borne.1 + amount;
            if past.date == case.day {
                borne.0 = borne.0 + amount;
            }
        }
    }
    borne
}

fn is_exempt(case: &Case<'_>, row: &FlatFee) -> bool {
    row.exempt.iter().any(|who| match who {
        Exempt::Under18 => case.age < 18,
        Exempt::Maternity => case.input.cover.nature == Nature::Maternite,
        Exempt::C2s => case.c2s,
        Exempt::Ame => case.input.patient.has(Right::Ame),
        Exempt::Military => case.input.patient.has(Right::Military),
    })
}
