//! Who pays which part of a charged act: rate of the AMO, complementary part, participation forfaitaire.
//! Not the prices. Rates: reference tariffs 2.1; C2S as a complementary cover: 2.1; responsible contracts: 2.5.

use liasse_domain::{Centimes, PricedLine, Step};

use crate::case::Case;
use crate::charge::Charged;
use crate::input::{Act, Nature, Right};
use crate::price::PriceError;
use crate::tables::{Exempt, FlatFee, Rule, Situation, Tables, Values};

/// A line and the situation that gave its rate.
pub(crate) struct Reimbursed {
    pub(crate) line: PricedLine,
    pub(crate) situation: Situation,
    /// Whether that rate is of low confidence.
    pub(crate) doubtful: bool,
}

/// The line of a charged act.
pub(crate) fn reimburse(tables: &Tables, case: &Case<'_>, charged: &Charged<'_>) -> Result<Reimbursed, PriceError> {
    let situation = situation(case, charged.act, case.coordinated);
    let row = tables
        .rates
        .find(situation, case.day, &case.biller)
        .ok_or(PriceError::NoRate { situation: situation.word(), day: case.day })?;
    let base = charged.base;
    let amo = base.at(row.rate);
    let (amc, amc_rule) = complementary(tables, case, charged, base - amo);
    let values = Values {
        code: &charged.act.code,
        from: Some(charged.tariff.span.from),
        quantity: charged.quantity,
        unit: charged.tariff.value,
        base,
        rate: row.rate,
        amo,
        amc,
        amc_rate: case.input.third_party.amc_rate_bp,
        overrun: charged.overrun,
        fee: base + charged.overrun,
        ..Values::default()
    };
    let say = |rule, row| tables.sentences.step(rule, &values, row);
    let tariff = charged.tariff;
    let mut steps = Vec::with_capacity(6);
    let price = say(Rule::Tariff, Some(("ngap", tariff.span.from, tariff.source.as_str())));
    steps.push(Step { rule: charged.letter.rule.clone(), ..price });
    if charged.quantity > 1 {
        steps.push(say(Rule::Quantity, None));
    }
    steps.push(say(Rule::Rate(situation), Some(("rates", row.span.from, row.source.as_str()))));
    if let Some(rule) = amc_rule {
        steps.push(say(rule, None));
    }
    if charged.overrun > Centimes::ZERO {
        steps.push(say(Rule::Overrun, None));
    }
    let line = PricedLine {
        code: charged.act.code.clone(),
        quantity: charged.quantity,
        unit_cents: charged.tariff.value,
        base_cents: base,
        rate_bp: row.rate,
        amo_cents: amo,
        amc_cents: amc,
        fee_cents: values.fee,
        steps,
    };
    Ok(Reimbursed { line, situation, doubtful: row.confidence.is_low() })
}

/// What the complementary insurer pays the practitioner on this act, and the rule that says so.
fn complementary(tables: &Tables, case: &Case<'_>, charged: &Charged<'_>, copay: Centimes) -> (Centimes, Option<Rule>) {
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
    let inside = tables.rates.find(situation(case, charged.act, true), case.day, &case.biller);
    let covered = inside.map_or(copay, |inside| (charged.base - charged.base.at(inside.rate)).min(copay));
    (covered.at(rate), Some(Rule::ContractOutOfPath))
}

/// What decides the rate of an act.
fn situation(case: &Case<'_>, act: &Act, coordinated: bool) -> Situation {
    let patient = &case.input.patient;
    // Neither the care path nor the local scheme has a say in these two.
    if case.input.cover.nature == Nature::AtMp {
        return Situation::WorkAccident;
    }
    if patient.has(Right::Ame) {
        return Situation::Ame;
    }
    let exempt = if case.input.cover.nature == Nature::Maternite {
        Some(Situation::Maternity)
    } else if patient.has(Right::Military) {
        Some(Situation::Military)
    } else if patient.has(Right::Invalidity) {
        Some(Situation::Invalidity)
    } else if act.ald_related && patient.has(Right::Ald) {
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

/// The participation forfaitaire of an invoice and its explanation.
pub(crate) struct FlatFeeDue {
    pub(crate) cents: Centimes,
    pub(crate) step: Step,
    /// Whether that amount is of low confidence.
    pub(crate) doubtful: bool,
}

/// The participation forfaitaire, never above what the AMO pays. `None` for those who are exempt.
pub(crate) fn flat_fee(
    tables: &Tables,
    case: &Case<'_>,
    charged: &[Charged<'_>],
    amo: Centimes,
) -> Result<Option<FlatFeeDue>, PriceError> {
    let consultations: u32 = charged.iter().filter(|act| act.is_consultation()).map(|act| act.quantity).sum();
    let row = tables
        .flat_fees
        .iter()
        .find(|row| row.span.holds_on(case.day))
        .ok_or(PriceError::NoRate { situation: "participation", day: case.day })?;
    if consultations == 0 || is_exempt(case, row) {
        return Ok(None);
    }
    let due = Centimes(row.value.0.saturating_mul(i64::from(consultations))).min(row.daily_cap).min(amo);
    let values = Values { flat_fee: due, from: Some(row.span.from), ..Values::default() };
    let step = tables.sentences.step(Rule::FlatFee, &values, Some(("flat_fee", row.span.from, row.source.as_str())));
    Ok(Some(FlatFeeDue { cents: due, step, doubtful: row.confidence.is_low() }))
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
