//! `reductions.csv`: shares by rank: association of technical acts, degression of nurses, long ways, overseas supplement.
//! Not who takes which rank: module `charge` decides. Source of each share: its own row.

use chrono::NaiveDate;

use super::TableError;
use super::row::{Confidence, Content, Row, Span};
use super::who::{Biller, Who};
use super::zone::ZoneScope;
use crate::input::Zone;

const COLUMNS: &[&str] = &["what", "rank", "value", "from", "to", "zone", "who", "source", "confidence"];

/// What is shared out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// By association code of the CCAM.
    Association,
    /// By place among the acts of one session (NGAP article 11 B).
    Degression,
    /// By kilometre of the day, from that one on.
    Kilometres,
    /// Kilometres that are not paid, there and back.
    Abatement(Way),
    /// What the CCAM adds overseas.
    Overseas,
}

/// Over what the kilometres run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Plain,
    Mountain,
    Foot,
}

/// One dated share.
#[derive(Clone, Debug)]
pub(crate) struct Reduction {
    pub(crate) what: What,
    pub(crate) rank: u32,
    /// A share in hundredths of a percent; for an abatement, hundredths of a kilometre.
    pub(crate) value: u32,
    pub(crate) span: Span,
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
    zone: ZoneScope,
    who: Who,
}

pub(crate) fn read(file: Content<'_>) -> Result<Vec<Reduction>, TableError> {
    let mut rows = Vec::new();
    for row in Row::all(file, COLUMNS)? {
        rows.push(Reduction {
            what: row.parsed("what", |word| {
                Some(match word {
                    "association" => What::Association,
                    "degression" => What::Degression,
                    "kilometres" => What::Kilometres,
                    "abattement_plaine" => What::Abatement(Way::Plain),
                    "abattement_montagne" => What::Abatement(Way::Mountain),
                    "abattement_pied" => What::Abatement(Way::Foot),
                    "outre_mer" => What::Overseas,
                    _ => return None,
                })
            })?,
            rank: row.number("rank", 10_000)?,
            value: row.number("value", 100_000)?,
            span: row.span()?,
            source: row.text("source")?.to_owned(),
            confidence: row.confidence()?,
            zone: row.parsed("zone", ZoneScope::parse)?,
            who: row.parsed("who", Who::parse)?,
        });
    }
    // Narrowest first, then the highest rank first.
    rows.sort_by_key(|row: &Reduction| std::cmp::Reverse((row.zone.narrowness(), row.who.narrowness(), row.rank)));
    Ok(rows)
}

/// The share of `rank`, or of the nearest rank below that has one.
pub(crate) fn find<'a>(
    rows: &'a [Reduction],
    what: What,
    rank: u32,
    day: NaiveDate,
    zone: Zone,
    biller: &Biller<'_>,
) -> Option<&'a Reduction> {
    let fits = |row: &&Reduction| {
        row.what == what && row.rank <= rank && row.span.holds_on(day) && row.zone.holds(zone) && row.who.is(biller)
    };
    rows.iter().find(fits)
}
