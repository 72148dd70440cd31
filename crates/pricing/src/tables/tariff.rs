//! Tariffs: `codes.csv` names the codes of the NGAP, `ngap.csv` gives each its dated prices.
//! Not the amount of a line: quantity, shares and overrun come later. Source of each price: its own row.

use std::collections::HashMap;

use chrono::NaiveDate;
use liasse_domain::Centimes;

use super::TableError;
use super::limit::LimitRow;
use super::row::{Confidence, Content, Row, Span};
use super::who::{Biller, Who};
use super::zone::ZoneScope;
use crate::input::Zone;

const CODE_COLUMNS: &[&str] = &["code", "kind", "fee", "rate", "suggest", "label"];
const COLUMNS: &[&str] = &["code", "value_cents", "from", "to", "zone", "who", "source", "confidence"];

/// What a code is in an invoice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CodeKind {
    /// At the office; stands by itself.
    Consultation,
    /// At the patient's; stands by itself.
    Visit,
    /// Téléconsultation.
    Video,
    /// Téléexpertise.
    Expertise,
    /// Adds to another act.
    Majoration,
    /// Travel: packages and kilometres.
    Travel,
    /// A letter with a coefficient.
    Act,
    /// A package.
    Package,
    /// An act of the CCAM.
    Technical,
}

impl CodeKind {
    /// Its word in `codes.csv`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Consultation => "consultation",
            Self::Visit => "visite",
            Self::Video => "video",
            Self::Expertise => "expertise",
            Self::Majoration => "majoration",
            Self::Travel => "deplacement",
            Self::Act => "acte",
            Self::Package => "forfait",
            Self::Technical => "ccam",
        }
    }

    pub(crate) fn parse(word: &str) -> Option<Self> {
        const ALL: [CodeKind; 9] = [
            CodeKind::Consultation,
            CodeKind::Visit,
            CodeKind::Video,
            CodeKind::Expertise,
            CodeKind::Majoration,
            CodeKind::Travel,
            CodeKind::Act,
            CodeKind::Package,
            CodeKind::Technical,
        ];
        ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// A meeting of doctor and patient, which stands by itself.
    pub(crate) fn is_meeting(self) -> bool {
        matches!(self, Self::Consultation | Self::Visit | Self::Video | Self::Expertise)
    }
}

/// Which amount the caisse takes off later for an act of this code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fee {
    /// Participation forfaitaire.
    Participation,
    /// Franchise médicale of auxiliaries.
    Franchise,
    None,
}

/// A code and its prices.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) kind: CodeKind,
    pub(crate) fee: Fee,
    /// Paid at 100 % by its nature (reference tariffs 2.1).
    pub(crate) full: bool,
    pub(crate) label: String,
    /// `ngap.g`.
    pub(crate) rule: String,
    /// What must hold for this code.
    pub(crate) limits: Vec<LimitRow>,
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

/// Why a known code has no price.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// None on that day, anywhere.
    Date,
    /// None in that zone.
    Zone,
}

impl Letter {
    /// The price on `day` in `zone`; `true` when it is one for this biller, `false` when it is for others only. Who has a
    /// price elsewhere and none here has none: the price of others would be a guess.
    pub(crate) fn tariff(&self, day: NaiveDate, zone: Zone, biller: &Biller<'_>) -> Result<(&Tariff, bool), Missing> {
        let mut for_others = None;
        let (mut elsewhere, mut own_elsewhere) = (false, false);
        for tariff in self.tariffs.iter().filter(|tariff| tariff.span.holds_on(day)) {
            if !tariff.zone.holds(zone) {
                elsewhere = true;
                own_elsewhere |= tariff.who.is(biller);
            } else if tariff.who.is(biller) {
                return Ok((tariff, true));
            } else {
                for_others = for_others.or(Some(tariff));
            }
        }
        match for_others.filter(|_| !own_elsewhere) {
            Some(tariff) => Ok((tariff, false)),
            None => Err(if elsewhere { Missing::Zone } else { Missing::Date }),
        }
    }
}

/// The codes of the NGAP and those of them that may be proposed.
#[derive(Clone, Debug, Default)]
pub(crate) struct Letters {
    pub(crate) by_code: HashMap<String, Letter>,
    /// Those that may be proposed, in alphabetical order: looked through for each invoice, so kept side by side.
    pub(crate) suggested: Vec<(String, Letter)>,
}

/// The codes of the first table with the prices of the second and the limits of the third.
pub(crate) fn read(codes: Content<'_>, tariffs: Content<'_>, limits: Content<'_>) -> Result<Letters, TableError> {
    let mut letters = Letters::default();
    let mut suggested = Vec::new();
    for row in Row::all(codes, CODE_COLUMNS)? {
        let code = row.parsed("code", parse_code)?;
        let letter = Letter {
            kind: row.parsed("kind", CodeKind::parse)?,
            fee: row.parsed("fee", |word| match word {
                "participation" => Some(Fee::Participation),
                "franchise" => Some(Fee::Franchise),
                "non" => Some(Fee::None),
                _ => None,
            })?,
            full: row.parsed("rate", |word| match word {
                "cent" => Some(true),
                "commun" => Some(false),
                _ => None,
            })?,
            label: row.text("label")?.to_owned(),
            rule: format!("ngap.{}", code.to_ascii_lowercase()),
            limits: Vec::new(),
            tariffs: Vec::new(),
        };
        if row.parsed("suggest", yes_or_no)? {
            suggested.push(code.clone());
        }
        if letters.by_code.insert(code, letter).is_some() {
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
        let letter = letters.by_code.get_mut(row.text("code")?).ok_or_else(|| row.fault("code"))?;
        let same = |other: &&Tariff| other.zone == tariff.zone && other.who == tariff.who;
        if letter.tariffs.iter().filter(same).any(|other| other.span.overlaps(&tariff.span)) {
            return Err(row.overlap());
        }
        letter.tariffs.push(tariff);
    }
    for row in super::limit::rows(limits)? {
        for code in &row.codes {
            let letter = letters.by_code.get_mut(code).ok_or_else(|| row.unknown_code())?;
            letter.limits.push(row.limit.clone());
        }
    }
    for letter in letters.by_code.values_mut() {
        // Then the latest first: most invoices are of today.
        letter.tariffs.sort_by_key(|tariff| {
            std::cmp::Reverse((tariff.zone.narrowness(), tariff.who.narrowness(), tariff.span.from))
        });
    }
    suggested.sort_unstable();
    letters.suggested = suggested
        .into_iter()
        .filter_map(|code| letters.by_code.get(&code).cloned().map(|letter| (code, letter)))
        .filter(|(_, letter)| !letter.limits.is_empty())
        .collect();
    Ok(letters)
}

pub(super) fn yes_or_no(word: &str) -> Option<bool> {
    match word {
        "oui" => Some(true),
        "non" => Some(false),
        _ => None,
    }
}

pub(super) fn parse_code(text: &str) -> Option<String> {
    let fits = (1..=7).contains(&text.len());
    (fits && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())).then(|| text.to_owned())
}
