//! From the acts to what is charged: each act takes its price, its coefficient or modifiers, its share and its overrun.
//! Not who pays which part of it: that is `reimburse`.

mod ccam;
mod letter;

use liasse_domain::{Centimes, Step};

use crate::case::{Case, quantity};
use crate::decimal::Hundredths;
use crate::input::{Act, Input, Overrun, Qualifier};
use crate::price::PriceError;
use crate::tables::{ActKind, CodeKind, Confidence, Fee, Letter, Tables, Tariff, Technical};

pub(crate) use ccam::best_association;

/// The row an act was found in.
#[derive(Clone, Copy)]
pub(crate) enum Found<'a> {
    Letter(&'a Letter, &'a Tariff),
    Technical(&'a Technical),
}

/// An act with its price.
pub(crate) struct Charged<'a> {
    pub(crate) act: &'a Act,
    pub(crate) found: Found<'a>,
    /// Whether the row is one for this practitioner.
    pub(crate) for_biller: bool,
    pub(crate) quantity: u32,
    /// Price of one, before coefficient, modifiers and shares.
    pub(crate) unit: Centimes,
    pub(crate) base: Centimes,
    /// The base without the modifiers: what the threshold of heavy acts looks at.
    pub(crate) bare: Centimes,
    pub(crate) overrun: Centimes,
    pub(crate) qualifier: Option<Qualifier>,
    /// The association code, said or proposed.
    pub(crate) association: Option<u8>,
    /// Whether a share or an abatement of low confidence is in it.
    pub(crate) doubtful: bool,
    /// Of kilometres, how many are paid for all ways together, in hundredths.
    pub(crate) kilometres: Option<u32>,
    /// Where the price comes from.
    pub(crate) steps: Vec<Step>,
}

impl<'a> Charged<'a> {
    pub(crate) fn kind(&self) -> CodeKind {
        match self.found {
            Found::Letter(letter, _) => letter.kind,
            Found::Technical(_) => CodeKind::Technical,
        }
    }

    /// The code it is priced under: kilometres of the mountain or on foot have one of their own.
    pub(crate) fn code(&self) -> &'a str {
        letter::code(self.act)
    }

    /// The coefficient that counted, one where the code takes none.
    pub(crate) fn coefficient(&self) -> Hundredths {
        match self.found {
            Found::Letter(letter, _) => letter::coefficient(letter, self.act),
            Found::Technical(_) => Hundredths::ONE,
        }
    }

    pub(crate) fn is_meeting(&self) -> bool {
        self.kind().is_meeting()
    }

    pub(crate) fn technical(&self) -> Option<&'a Technical> {
        match self.found {
            Found::Technical(row) => Some(row),
            Found::Letter(..) => None,
        }
    }

    /// Which amount the caisse takes off later for it.
    pub(crate) fn fee(&self) -> Fee {
        match self.found {
            Found::Letter(letter, _) => letter.fee,
            Found::Technical(row) if row.kind == ActKind::Act => Fee::Participation,
            Found::Technical(_) => Fee::None,
        }
    }

    /// Paid at 100 % by its nature.
    pub(crate) fn is_full(&self) -> bool {
        match self.found {
            Found::Letter(letter, _) => letter.full,
            Found::Technical(_) => false,
        }
    }

    pub(crate) fn confidence(&self) -> Confidence {
        match self.found {
            Found::Letter(_, tariff) => tariff.confidence,
            Found::Technical(row) => row.confidence,
        }
    }

    pub(crate) fn source(&self, tables: &'a Tables) -> &'a str {
        match self.found {
            Found::Letter(_, tariff) => &tariff.source,
            Found::Technical(row) => tables.ccam.source(row),
        }
    }

    /// Since when its price holds.
    pub(crate) fn from(&self) -> chrono::NaiveDate {
        match self.found {
            Found::Letter(_, tariff) => tariff.span.from,
            Found::Technical(row) => row.span.from,
        }
    }
}

/// All acts with their prices, in their order.
pub(crate) fn charge<'a>(tables: &'a Tables, case: &Case<'a>) -> Result<Vec<Charged<'a>>, PriceError> {
    let mut charged = Vec::with_capacity(case.input.acts.len());
    // Kilometres of the day so far, in hundredths.
    let mut driven = 0;
    for (index, act) in case.input.acts.iter().enumerate() {
        let quantity = quantity(act).ok_or(PriceError::Quantity { act: index })?;
        let letter = tables.letters.by_code.get(&act.code);
        let one = match letter {
            Some(_) => letter::charge(tables, case, index, act, quantity, &mut driven)?,
            None if tables.ccam.knows(&act.code) => ccam::charge(tables, case, index, act, quantity)?,
            None => return Err(PriceError::UnknownCode { act: index, code: printable(&act.code) }),
        };
        charged.push(one);
    }
    letter::degrade(tables, case, &mut charged);
    ccam::complete(tables, case, &mut charged);
    for one in &mut charged {
        if let Some(overrun) = &one.act.overrun {
            put(one, overrun);
        }
    }
    if let Some(overrun) = &case.input.overrun
        && let Some(main) = charged.get_mut(main_act(tables, case.input))
    {
        put(main, overrun);
    }
    Ok(charged)
}

/// The place of the act that bears the overrun of the invoice (convention, article 39): the first meeting.
fn main_act(tables: &Tables, input: &Input) -> usize {
    let is_meeting = |act: &Act| tables.letters.by_code.get(&act.code).is_some_and(|letter| letter.kind.is_meeting());
    input.acts.iter().position(is_meeting).unwrap_or_default()
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
