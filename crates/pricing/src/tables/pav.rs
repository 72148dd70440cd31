//! `pav.csv`: the participation assuré on heavy acts by date, from which tariff, and who is exempt (article R160-16).
//! Not where it falls: module `heavy` decides.

use liasse_domain::Centimes;

use super::TableError;
use super::rate::Situation;
use super::row::{Confidence, Content, Row, Span};

const COLUMNS: &[&str] = &["value_cents", "threshold_cents", "from", "to", "exempt", "source", "confidence"];

/// One dated amount.
#[derive(Clone, Debug)]
pub(crate) struct Pav {
    pub(crate) value: Centimes,
    /// The tariff from which an act is heavy.
    pub(crate) threshold: Centimes,
    pub(crate) span: Span,
    /// The situations of an act in which nothing is due.
    pub(crate) exempt: Vec<Situation>,
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
}

pub(crate) fn read(file: Content<'_>) -> Result<Vec<Pav>, TableError> {
    let mut rows: Vec<Pav> = Vec::new();
    for row in Row::all(file, COLUMNS)? {
        let read = Pav {
            value: Centimes(i64::from(row.number("value_cents", 100_000)?)),
            threshold: Centimes(i64::from(row.number("threshold_cents", 10_000_000)?)),
            span: row.span()?,
            exempt: row.parsed("exempt", |text| text.split('|').map(Situation::of_word).collect())?,
            source: row.text("source")?.to_owned(),
            confidence: row.confidence()?,
        };
        if rows.iter().any(|other| other.span.overlaps(&read.span)) {
            return Err(row.overlap());
        }
        rows.push(read);
    }
    Ok(rows)
}
