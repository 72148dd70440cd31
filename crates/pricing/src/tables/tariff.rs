//! Tariffs: `codes.csv` names the codes, `ngap.csv` gives each its dated prices.
//! Not the amount of a line: quantity, shares and overrun come later. Source of each price: its own row.

use std::collections::HashMap;

use chrono::NaiveDate;
use liasse_domain::Centimes;

use super::TableError;
use super::row::{Confidence, Row, Span};
use super::who::{Biller, Who};
use crate::input::Zone;

const CODE_COLUMNS: &[&str] = &["code", "kind", "label"];
const COLUMNS: &[&str] = &["code", "value_cents", "from", "to", "zone", "who", "source", "confidence"];

/// What a code is in an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// Stands by itself; the participation forfaitaire is due on it.
    Consultation,
    /// Adds to a consultation.
    Majoration,
}

/// A code and its prices.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) kind: CodeKind,
    pub(crate) label: String,
    /// `ngap.g`.
    pub(crate) rule: String,
    /// Narrowest first, so that the first row that fits is the one.
    tariffs: Vec<Tariff>,
}

/// One dated price.
#[derive(Clone, Debug)]
pub(crate) struct Tariff {
    pub(crate) value: Centimes,
    pub(crate) span: Span,
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
    zone: ZoneScope,
    who: Who,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ZoneScope {
    One(Zone),
    Overseas,
}

/// Why a known code has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// None on that day, anywhere.
    Date,
    /// None in that zone.
    Zone,
}

impl Letter {
    /// The price on `day` in `zone`; `true` when it is one for this biller, `false` when it is for others only.
    pub(crate) fn tariff(&self, day: NaiveDate, zone: Zone, biller: &Biller<'_>) -> Result<(&Tariff, bool), Missing> {
        let mut for_others = None;
        let mut elsewhere = false;
        for tariff in self.tariffs.iter().filter(|tariff| tariff.span.holds_on(day)) {
            if !tariff.zone.holds(zone) {
                elsewhere = true;
            } else if tariff.who.is(biller) {
                return Ok((tariff, true));
            } else {
                for_others = for_others.or(Some(tariff));
            }
        }
        match for_others {
            Some(tariff) => Ok((tariff, false)),
            None => Err(if elsewhere { Missing::Zone } else { Missing::Date }),
        }
    }
}

impl ZoneScope {
    fn parse(word: &str) -> Option<Self> {
        Some(match word {
            "metropole" => Self::One(Zone::Metropole),
            "antilles" => Self::One(Zone::Antilles),
            "guyane" => Self::One(Zone::Guyane),
            "reunion" => Self::One(Zone::Reunion),
            "mayotte" => Self::One(Zone::Mayotte),
            "drom" => Self::Overseas,
            _ => return None,
        })
    }

    fn holds(self, zone: Zone) -> bool {
        match self {
            Self::One(one) => one == zone,
            Self::Overseas => zone != Zone::Metropole,
        }
    }
}

/// The codes of the first table with the prices of the second.
pub(crate) fn read(
    codes: (&'static str, &[u8]),
    tariffs: (&'static str, &[u8]),
) -> Result<HashMap<String, Letter>, TableError> {
    let mut letters = HashMap::new();
    for row in Row::all(codes, CODE_COLUMNS)? {
        let code = row.parsed("code", parse_code)?;
        let kind = row.parsed("kind", |word| match word {
            "consultation" => Some(CodeKind::Consultation),
            "majoration" => Some(CodeKind::Majoration),
            _ => None,
        })?;
        let rule = format!("ngap.{}", code.to_ascii_lowercase());
        let letter = Letter { kind, label: row.text("label")?.to_owned(), rule, tariffs: Vec::new() };
        if letters.insert(code, letter).is_some() {
            return Err(row.overlap());
        }
    }
    for row in Row::all(tariffs, COLUMNS)? {
        let tariff = Tariff {
            value: Centimes(i64::from(row.number("value_cents", 10_000_000)?)),
            span: row.span()?,
            source: row.text("source")?.to_owned(),
            confidence: row.confidence()?,
            zone: row.parsed("zone", ZoneScope::parse)?,
            who: row.parsed("who", Who::parse)?,
        };
        let letter = letters.get_mut(row.text("code")?).ok_or_else(|| row.fault("code"))?;
        let same = |other: &&Tariff| other.zone == tariff.zone && other.who == tariff.who;
        if letter.tariffs.iter().filter(same).any(|other| other.span.overlaps(&tariff.span)) {
            return Err(row.overlap());
        }
        letter.tariffs.push(tariff);
    }
    for letter in letters.values_mut() {
        // Then the latest first: most invoices are of today.
        letter.tariffs.sort_by_key(|tariff| {
            let narrowness = (tariff.zone != ZoneScope::Overseas, tariff.who.narrowness());
            std::cmp::Reverse((narrowness, tariff.span.from))
        });
    }
    Ok(letters)
}

fn parse_code(text: &str) -> Option<String> {
    let fits = (1..=7).contains(&text.len());
    (fits && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())).then(|| text.to_owned())
}
