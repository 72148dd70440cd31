//! `caps.csv`: the highest fee of a code out of the care path under the qualifier DA (convention médicale 2024).
//! Not who may use DA: module `rules::overrun`.

use chrono::NaiveDate;
use liasse_domain::Centimes;

use super::TableError;
use super::row::{Content, Row, Span};
use super::who::{Biller, Who};
use super::zone::ZoneScope;
use crate::input::Zone;

const COLUMNS: &[&str] = &["code", "value_cents", "from", "to", "zone", "who", "source", "confidence"];

/// One dated cap.
#[derive(Clone, Debug)]
pub(crate) struct Cap {
    code: String,
    pub(crate) value: Centimes,
    span: Span,
    zone: ZoneScope,
    who: Who,
    pub(crate) source: String,
}

pub(crate) fn read(file: Content<'_>) -> Result<Vec<Cap>, TableError> {
    let mut rows = Vec::new();
    for row in Row::all(file, COLUMNS)? {
        row.confidence()?;
        rows.push(Cap {
            code: row.parsed("code", super::tariff::parse_code)?,
            value: Centimes(i64::from(row.number("value_cents", 10_000_000)?)),
            span: row.span()?,
            zone: row.parsed("zone", ZoneScope::parse)?,
            who: row.parsed("who", Who::parse)?,
            source: row.text("source")?.to_owned(),
        });
    }
    rows.sort_by_key(|row: &Cap| std::cmp::Reverse((row.zone.narrowness(), row.who.narrowness())));
    Ok(rows)
}

/// The cap of a code for this biller.
pub(crate) fn find<'a>(
    rows: &'a [Cap],
    code: &str,
    day: NaiveDate,
    zone: Zone,
    biller: &Biller<'_>,
) -> Option<&'a Cap> {
    rows.iter().find(|row| row.code == code && row.span.holds_on(day) && row.zone.holds(zone) && row.who.is(biller))
}
