//! `cumul.csv`: which acts stand together on one invoice, at what rate, and which do not.
//! Not the default between a consultation and a technical act, which is a rule (NGAP, article III-3 of the CCAM's book).

use liasse_domain::Level;

use super::TableError;
use super::limit::{Targets, level};
use super::row::{Content, Row, Span};
use super::who::Who;

const COLUMNS: &[&str] = &["a", "b", "verdict", "who", "level", "from", "to", "source", "confidence"];

/// What becomes of two acts together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// One of them must go.
    Excluded,
    /// The technical act stands at its full tariff beside the consultation.
    Full,
    /// The technical act stands at half its tariff.
    Half,
}

/// One pair.
#[derive(Clone, Debug)]
pub(crate) struct Cumul {
    pub(crate) a: Targets,
    pub(crate) b: Targets,
    pub(crate) verdict: Verdict,
    pub(crate) who: Who,
    pub(crate) level: Level,
    pub(crate) span: Span,
    pub(crate) source: String,
}

pub(crate) fn read(file: Content<'_>) -> Result<Vec<Cumul>, TableError> {
    let mut rows = Vec::new();
    for row in Row::all(file, COLUMNS)? {
        row.confidence()?;
        rows.push(Cumul {
            a: row.parsed("a", Targets::parse)?,
            b: row.parsed("b", Targets::parse)?,
            verdict: row.parsed("verdict", |word| match word {
                "exclu" => Some(Verdict::Excluded),
                "plein" => Some(Verdict::Full),
                "demi" => Some(Verdict::Half),
                _ => None,
            })?,
            who: row.parsed("who", Who::parse)?,
            level: row.parsed("level", level)?,
            span: row.span()?,
            source: row.text("source")?.to_owned(),
        });
    }
    Ok(rows)
}
