//! From the acts to what is charged: each act takes its row of the tariff, its quantity and its overrun.
//! Not who pays which part of it: that is `reimburse`.

use liasse_domain::Centimes;

use crate::case::{Case, quantity};
use crate::input::{Act, Input, Overrun, Qualifier};
use crate::price::PriceError;
use crate::tables::{CodeKind, Letter, Missing, Tables, Tariff};

/// An act with its tariff.
pub(crate) struct Charged<'a> {
    pub(crate) act: &'a Act,
    pub(crate) letter: &'a Letter,
    pub(crate) tariff: &'a Tariff,
    /// Whether the row is one for this practitioner.
    pub(crate) for_biller: bool,
    pub(crate) quantity: u32,
    pub(crate) base: Centimes,
    pub(crate) overrun: Centimes,
    pub(crate) qualifier: Option<Qualifier>,
}

impl Charged<'_> {
    pub(crate) fn is_consultation(&self) -> bool {
        self.letter.kind == CodeKind::Consultation
    }
}

/// All acts with their tariffs, in their order.
pub(crate) fn charge<'a>(tables: &'a Tables, case: &Case<'a>) -> Result<Vec<Charged<'a>>, PriceError> {
    let mut charged = Vec::with_capacity(case.input.acts.len());
    for (index, act) in case.input.acts.iter().enumerate() {
        charged.push(charge_act(tables, case, index, act)?);
    }
    if let Some(overrun) = &case.input.overrun
        && let Some(main) = charged.get_mut(main_act(tables, case.input))
    {
        put(main, overrun);
    }
    Ok(charged)
}

/// The overrun on the act at `line` of an input: its own, or that of the invoice when it is the main act.
/// A claim takes the qualificatif de la dépense of its lines from here.
pub fn overrun_on<'a>(tables: &Tables, input: &'a Input, line: usize) -> Option<&'a Overrun> {
    let own = input.acts.get(line)?.overrun.as_ref();
    own.or_else(|| input.overrun.as_ref().filter(|_| line == main_act(tables, input)))
}

/// The place of the act that bears the overrun of the invoice (convention, article 39): the first consultation.
fn main_act(tables: &Tables, input: &Input) -> usize {
    let is_consultation =
        |act: &Act| tables.letters.get(&act.code).is_some_and(|letter| letter.kind == CodeKind::Consultation);
    input.acts.iter().position(is_consultation).unwrap_or_default()
}

fn charge_act<'a>(tables: &'a Tables, case: &Case<'a>, index: usize, act: &'a Act) -> Result<Charged<'a>, PriceError> {
    let letter = tables
        .letters
        .get(&act.code)
        .ok_or_else(|| PriceError::UnknownCode { act: index, code: printable(&act.code) })?;
    let zone = case.input.practitioner.zone;
    let (tariff, for_biller) = letter.tariff(case.day, zone, &case.biller).map_err(|missing| {
        let code = act.code.clone();
        match missing {
            Missing::Date => PriceError::OutsideTables { act: index, code, day: case.day },
            Missing::Zone => PriceError::NoTariffInZone { act: index, code, day: case.day },
        }
    })?;
    let quantity = quantity(act).ok_or(PriceError::Quantity { act: index })?;
    let base = Centimes(tariff.value.0.saturating_mul(i64::from(quantity)));
    let overrun = Centimes::ZERO;
    let mut charged = Charged { act, letter, tariff, for_biller, quantity, base, overrun, qualifier: None };
    if let Some(overrun) = &act.overrun {
        put(&mut charged, overrun);
    }
    Ok(charged)
}

fn put(charged: &mut Charged<'_>, overrun: &Overrun) {
    charged.overrun = overrun.cents;
    charged.qualifier = overrun.qualifier;
}

/// A code as it may be repeated to a person: anything that does not look like a code may be a number or a name.
fn printable(code: &str) -> String {
    let looks_like_one = (1..=7).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if looks_like_one { code.to_owned() } else { "…".to_owned() }
}
