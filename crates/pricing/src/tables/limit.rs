//! `limits.csv`: what must hold for a code of the NGAP: age, hour, day, frequency, company, care path, place.
//! Not the judgement, which needs an invoice: module `rules::limits`. Source of each condition: its own row.

use super::TableError;
use super::row::{Confidence, Content, Row, Span};
use super::tariff::{CodeKind, parse_code, yes_or_no};
use crate::decimal::Hundredths;
use crate::input::{CarePath, Place};
use liasse_domain::Level;

const COLUMNS: &[&str] = &["code", "limit", "value", "level", "from", "to", "source", "confidence"];

/// One condition.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Limit {
    AgeBelow(u32),
    AgeFrom(u32),
    AgeAbove(u32),
    /// Minutes of the day, first included, last not.
    Hours(Vec<(u32, u32)>),
    Days(Days),
    PerInvoice(u32),
    PerPassage(u32),
    PerDay(u32),
    PerYear(u32),
    Once,
    /// No meeting in the months before.
    UnseenMonths(u32),
    Needs(Targets),
    /// Only the declared médecin traitant, or only another.
    MedecinTraitant(bool),
    /// Younger patients need a declared médecin traitant.
    DeclaredBelow(u32),
    Path(Vec<CarePath>),
    Regulated(bool),
    Places(Vec<Place>),
    CoefficientMost(Hundredths),
}

/// On which days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Days {
    /// Sundays and public holidays.
    pub(crate) sunday: bool,
    pub(crate) saturday: bool,
    pub(crate) week: bool,
}

/// Acts named by code or by kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Targets {
    codes: Vec<String>,
    kinds: Vec<CodeKind>,
}

impl Targets {
    /// `G|VG|@visite`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut targets = Self::default();
        for word in text.split('|') {
            match word.strip_prefix('@') {
                Some(kind) => targets.kinds.push(CodeKind::parse(kind)?),
                None => targets.codes.push(parse_code(word)?),
            }
        }
        Some(targets)
    }

    pub(crate) fn name(&self, code: &str, kind: CodeKind) -> bool {
        self.kinds.contains(&kind) || self.codes.iter().any(|named| named == code)
    }

    /// Whether the code itself is named, not only its kind.
    pub(crate) fn name_code(&self, code: &str) -> bool {
        self.codes.iter().any(|named| named == code)
    }
}

/// A condition with what to say when it does not hold.
#[derive(Clone, Debug)]
pub(crate) struct LimitRow {
    pub(crate) limit: Limit,
    /// As the table writes it.
    pub(crate) value: String,
    pub(crate) level: Level,
    pub(crate) span: Span,
    pub(crate) source: String,
    pub(crate) confidence: Confidence,
}

/// A row with the codes it is for.
pub(super) struct ForCodes {
    pub(super) codes: Vec<String>,
    pub(super) limit: LimitRow,
    fault: TableError,
}

impl ForCodes {
    pub(super) fn unknown_code(&self) -> TableError {
        self.fault.clone()
    }
}

pub(super) fn rows(file: Content<'_>) -> Result<Vec<ForCodes>, TableError> {
    let mut rows = Vec::new();
    for row in Row::all(file, COLUMNS)? {
        let value = row.text("value")?.to_owned();
        let limit = row.parsed("limit", |word| parse(word, &value))?;
        rows.push(ForCodes {
            codes: row.parsed("code", |text| text.split('|').map(parse_code).collect())?,
            limit: LimitRow {
                limit,
                value,
                level: row.parsed("level", level)?,
                span: row.span()?,
                source: row.text("source")?.to_owned(),
                confidence: row.confidence()?,
            },
            fault: row.fault("code"),
        });
    }
    Ok(rows)
}

/// Levels as the contract of `price` writes them.
pub(super) fn level(word: &str) -> Option<Level> {
    match word {
        "ok" => Some(Level::Ok),
        "warning" => Some(Level::Warning),
        "error" => Some(Level::Error),
        "blocking" => Some(Level::Blocking),
        _ => None,
    }
}

impl Limit {
    /// From its word and its value in the table.
    pub(super) fn parse(word: &str, value: &str) -> Option<Self> {
        parse(word, value)
    }
}

fn parse(word: &str, value: &str) -> Option<Limit> {
    let number = || value.parse::<u32>().ok().filter(|number| *number <= 1000);
    Some(match word {
        "age_below" => Limit::AgeBelow(number()?),
        "age_from" => Limit::AgeFrom(number()?),
        "age_above" => Limit::AgeAbove(number()?),
        "hours" => Limit::Hours(value.split('|').map(hours).collect::<Option<_>>()?),
        "days" => Limit::Days(days(value)?),
        "per_invoice" => Limit::PerInvoice(number()?),
        "per_passage" => Limit::PerPassage(number()?),
        "per_day" => Limit::PerDay(number()?),
        "per_year" => Limit::PerYear(number()?),
        "once" if value == "vie" => Limit::Once,
        "unseen_months" => Limit::UnseenMonths(number()?),
        "needs" => Limit::Needs(Targets::parse(value)?),
        "mt" => Limit::MedecinTraitant(yes_or_no(value)?),
        "declared_mt_below" => Limit::DeclaredBelow(number()?),
        "path" => Limit::Path(value.split('|').map(path).collect::<Option<_>>()?),
        "regulated" => Limit::Regulated(yes_or_no(value)?),
        "place" => Limit::Places(value.split('|').map(place).collect::<Option<_>>()?),
        "coefficient_most" => Limit::CoefficientMost(Hundredths::parse(value)?),
        _ => return None,
    })
}

fn hours(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once('-')?;
    let hour = |text: &str| text.parse::<u32>().ok().filter(|hour| *hour <= 24).map(|hour| hour * 60);
    let (first, last) = (hour(first)?, hour(last)?);
    (first < last).then_some((first, last))
}

fn days(text: &str) -> Option<Days> {
    let mut days = Days::default();
    for word in text.split('|') {
        match word {
            "dimanche" => days.sunday = true,
            "samedi" => days.saturday = true,
            "semaine" => days.week = true,
            _ => return None,
        }
    }
    Some(days)
}

fn path(text: &str) -> Option<CarePath> {
    let mut letters = text.chars();
    let letter = letters.next().and_then(CarePath::from_letter);
    letter.filter(|_| letters.next().is_none())
}

fn place(word: &str) -> Option<Place> {
    match word {
        "office" => Some(Place::Office),
        "home" => Some(Place::Home),
        "institution" => Some(Place::Institution),
        "video" => Some(Place::Video),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_are_read_from_their_words() {
        assert_eq!(parse("age_below", "6"), Some(Limit::AgeBelow(6)));
        assert_eq!(parse("hours", "20-24|0-8"), Some(Limit::Hours(vec![(1200, 1440), (0, 480)])));
        assert_eq!(parse("path", "O|M"), Some(Limit::Path(vec![CarePath::O, CarePath::M])));
        let needs = Targets::parse("G|@visite").expect("targets");
        assert!(needs.name("VG", CodeKind::Visit) && needs.name("G", CodeKind::Consultation));
        assert!(!needs.name("CS", CodeKind::Consultation));
        for (word, value) in [
            ("age_below", "six"),
            ("hours", "24-20"),
            ("hours", "20-25"),
            ("days", "lundi"),
            ("once", "an"),
            ("needs", "@chose"),
            ("path", "TT"),
            ("place", "rue"),
            ("colour", "1"),
        ] {
            assert_eq!(parse(word, value), None, "{word} {value}");
        }
    }
}
