//! `ccam_modifiers.csv`: what each modifier adds, for whom, and which of them exclude each other.
//! Not which act allows which: that is in `ccam.csv`. Percents apply to the act, euros beside it (CCAM III-3 B).

use chrono::NaiveDate;
use liasse_domain::{Centimes, Rate};

use super::TableError;
use super::limit::Limit;
use super::row::{Confidence, Content, Row, Span};
use super::who::{Biller, Who};
use super::zone::ZoneScope;
use crate::input::Zone;

const COLUMNS: &[&str] =
    &["code", "value", "unit", "excludes", "when", "from", "to", "zone", "who", "source", "confidence"];

/// What a modifier adds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    Euros(Centimes),
    Percent(Rate),
}

/// One dated row.
#[derive(Clone, Debug)]
pub(crate) struct Modifier {
    pub(crate) letter: char,
    pub(crate) added: Added,
    /// Those it cannot stand with.
    pub(crate) excludes: String,
    /// When or for whom it is due, as a condition of a letter would say it.
    pub(crate) when: Option<Limit>,
    pub(crate) span: Span,
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
    zone: ZoneScope,
    who: Who,
}

pub(crate) fn read(file: Content<'_>) -> Result<Vec<Modifier>, TableError> {
    let mut modifiers: Vec<Modifier> = Vec::new();
    for row in Row::all(file, COLUMNS)? {
        let value = row.number("value", 1_000_000)?;
        let modifier = Modifier {
            letter: row.parsed("code", |text| text.chars().next().filter(|_| text.len() == 1))?,
            added: row.parsed("unit", |word| match word {
                "centimes" => Some(Added::Euros(Centimes(i64::from(value)))),
                "pour_dix_mille" => Some(Added::Percent(Rate(value))),
                _ => None,
            })?,
            excludes: row.or_empty("excludes").to_owned(),
            when: if row.or_empty("when").is_empty() { None } else { Some(row.parsed("when", when)?) },
            span: row.span()?,
            source: row.text("source")?.to_owned(),
            confidence: row.confidence()?,
            zone: row.parsed("zone", ZoneScope::parse)?,
            who: row.parsed("who", Who::parse)?,
        };
        let same = |other: &Modifier| {
            other.letter == modifier.letter
                && other.zone == modifier.zone
                && other.who == modifier.who
                && other.span.overlaps(&modifier.span)
        };
        if modifiers.iter().any(same) {
            return Err(row.overlap());
        }
        modifiers.push(modifier);
    }
    modifiers.sort_by_key(|row| (row.letter, std::cmp::Reverse((row.zone.narrowness(), row.who.narrowness()))));
    Ok(modifiers)
}

/// `dimanche`, `20-24|0-8` or `moins_de_5`.
fn when(text: &str) -> Option<Limit> {
    if let Some(age) = text.strip_prefix("moins_de_") {
        return Limit::parse("age_below", age);
    }
    let word = if text.starts_with(|first: char| first.is_ascii_digit()) { "hours" } else { "days" };
    Limit::parse(word, text)
}

/// The row of a modifier for this biller.
pub(crate) fn find<'a>(
    rows: &'a [Modifier],
    letter: char,
    day: NaiveDate,
    zone: Zone,
    biller: &Biller<'_>,
) -> Option<&'a Modifier> {
    let fits =
        |row: &&Modifier| row.letter == letter && row.span.holds_on(day) && row.zone.holds(zone) && row.who.is(biller);
    rows.iter().find(fits)
}
