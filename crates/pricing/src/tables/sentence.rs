//! `rules.csv`: the French sentence of every rule, with places for amounts, and the text the rule comes from.
//! Not a template language: `{name}` from a fixed list, checked when the table is read.

use std::fmt::Write;

use chrono::{Datelike, NaiveDate};
use liasse_domain::{Centimes, Rate, Step};

use super::TableError;
use super::rate::Situation;
use super::row::Row;
use crate::decimal::Hundredths;

const COLUMNS: &[&str] = &["rule", "says", "source"];

/// A rule that explains a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rule {
    Tariff,
    Quantity,
    Overrun,
    C2s,
    Contract,
    ContractOutOfPath,
    FlatFee,
    Franchise,
    YearlyCap,
    Coefficient,
    Distance,
    LongWay,
    Degression,
    FullRate,
    Overseas,
    Modifier,
    Association,
    HalfBeside,
    Pav,
    PavExempt,
    Rate(Situation),
}

/// The amounts that a sentence may name.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Values<'a> {
    pub(crate) code: &'a str,
    pub(crate) from: Option<NaiveDate>,
    pub(crate) quantity: u32,
    pub(crate) unit: Centimes,
    pub(crate) base: Centimes,
    pub(crate) rate: Rate,
    pub(crate) amo: Centimes,
    pub(crate) amc: Centimes,
    pub(crate) amc_rate: Rate,
    pub(crate) overrun: Centimes,
    pub(crate) fee: Centimes,
    pub(crate) flat_fee: Centimes,
    /// Coefficient, or kilometres.
    pub(crate) factor: Hundredths,
    /// Kilometres that are paid.
    pub(crate) billed: Hundredths,
    /// A share by rank, or what a modifier adds.
    pub(crate) share: Rate,
    /// A modifier or an association code.
    pub(crate) letter: Option<char>,
    /// PAV, its threshold, a modifier in euros, a cap.
    pub(crate) other: Centimes,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Slot {
    Code,
    From,
    Quantity,
    Unit,
    Base,
    Rate,
    Amo,
    Amc,
    AmcRate,
    Overrun,
    Fee,
    FlatFee,
    Factor,
    Billed,
    Share,
    Letter,
    Other,
}

#[derive(Clone, Debug)]
enum Part {
    Text(String),
    Slot(Slot),
}

#[derive(Clone, Debug)]
struct Sentence {
    parts: Vec<Part>,
    source: String,
}

/// The sentences of all rules.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sentences(Vec<Sentence>);

const PLAIN: [(Rule, &str); 20] = [
    (Rule::Tariff, "ngap"),
    (Rule::Quantity, "quantite"),
    (Rule::Overrun, "depassement"),
    (Rule::C2s, "amc.c2s"),
    (Rule::Contract, "amc.contrat"),
    (Rule::ContractOutOfPath, "amc.hors_parcours"),
    (Rule::FlatFee, "participation"),
    (Rule::Franchise, "franchise"),
    (Rule::YearlyCap, "plafond_annuel"),
    (Rule::Coefficient, "coefficient"),
    (Rule::Distance, "kilometres"),
    (Rule::LongWay, "kilometres.tranches"),
    (Rule::Degression, "degression"),
    (Rule::FullRate, "degression.taux_plein"),
    (Rule::Overseas, "ccam.outre_mer"),
    (Rule::Modifier, "ccam.modificateur"),
    (Rule::Association, "ccam.association"),
    (Rule::HalfBeside, "ccam.demi"),
    (Rule::Pav, "pav"),
    (Rule::PavExempt, "pav.exoneration"),
];

impl Rule {
    fn place(self) -> usize {
        match self {
            Self::Rate(situation) => PLAIN.len() + situation as usize,
            plain => PLAIN.iter().position(|(rule, _)| *rule == plain).unwrap_or_default(),
        }
    }

    /// Its name in `rules.csv` and in a step.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rate(situation) => Situation::ALL[situation as usize].2,
            plain => PLAIN[plain.place()].1,
        }
    }
}

impl Sentences {
    pub(crate) fn read(file: (&'static str, &[u8])) -> Result<Self, TableError> {
        let names = PLAIN.iter().map(|(_, name)| *name).chain(Situation::ALL.iter().map(|(_, _, rule)| *rule));
        let mut found: Vec<(&'static str, Option<Sentence>)> = names.map(|name| (name, None)).collect();
        for row in Row::all(file, COLUMNS)? {
            let rule = row.text("rule")?;
            let (_, place) = found.iter_mut().find(|(name, _)| *name == rule).ok_or_else(|| row.fault("rule"))?;
            let parts = row.parsed("says", parts)?;
            if place.replace(Sentence { parts, source: row.or_empty("source").to_owned() }).is_some() {
                return Err(row.overlap());
            }
        }
        let complete = |(rule, sentence): (&'static str, Option<Sentence>)| {
            sentence.ok_or(TableError::NoSentence { file: file.0, rule })
        };
        found.into_iter().map(complete).collect::<Result<_, _>>().map(Self)
    }

    /// A step that a table row gave: `row` is the table, the row's first day and its source.
    pub(crate) fn step(&self, rule: Rule, values: &Values<'_>, row: Option<(&str, NaiveDate, &str)>) -> Step {
        let sentence = self.0.get(rule.place());
        let source = row.map_or_else(|| sentence.map_or("", |sentence| &sentence.source), |(_, _, source)| source);
        Step {
            rule: rule.name().to_owned(),
            says: sentence.map(|sentence| sentence.fill(values)).unwrap_or_default(),
            table: row.map(|(table, ..)| table.to_owned()),
            from: row.map(|(_, from, _)| from),
            source: source.to_owned(),
        }
    }
}

impl Sentence {
    fn fill(&self, values: &Values<'_>) -> String {
        let mut text = String::with_capacity(128);
        for part in &self.parts {
            // Writing to a String cannot fail.
            let _ = match part {
                Part::Text(words) => text.write_str(words),
                Part::Slot(Slot::Code) => text.write_str(values.code),
                Part::Slot(Slot::From) => match values.from {
                    Some(day) => write!(text, "{:02}/{:02}/{:04}", day.day(), day.month(), day.year()),
                    None => Ok(()),
                },
                Part::Slot(Slot::Quantity) => write!(text, "{}", values.quantity),
                Part::Slot(Slot::Unit) => write!(text, "{}", values.unit),
                Part::Slot(Slot::Base) => write!(text, "{}", values.base),
                Part::Slot(Slot::Rate) => write!(text, "{}", values.rate),
                Part::Slot(Slot::Amo) => write!(text, "{}", values.amo),
                Part::Slot(Slot::Amc) => write!(text, "{}", values.amc),
                Part::Slot(Slot::AmcRate) => write!(text, "{}", values.amc_rate),
                Part::Slot(Slot::Overrun) => write!(text, "{}", values.overrun),
                Part::Slot(Slot::Fee) => write!(text, "{}", values.fee),
                Part::Slot(Slot::FlatFee) => write!(text, "{}", values.flat_fee),
                Part::Slot(Slot::Factor) => write!(text, "{}", French(values.factor)),
                Part::Slot(Slot::Billed) => write!(text, "{}", French(values.billed)),
                Part::Slot(Slot::Share) => write!(text, "{}", values.share),
                Part::Slot(Slot::Letter) => values.letter.map_or(Ok(()), |letter| text.write_char(letter)),
                Part::Slot(Slot::Other) => write!(text, "{}", values.other),
            };
        }
        text
    }
}

/// A number with a French comma.
struct French(Hundredths);

impl std::fmt::Display for French {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (whole, part) = (self.0.get() / 100, self.0.get() % 100);
        match part {
            0 => write!(f, "{whole}"),
            part if part % 10 == 0 => write!(f, "{whole},{}", part / 10),
            part => write!(f, "{whole},{part:02}"),
        }
    }
}

fn parts(text: &str) -> Option<Vec<Part>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, after) = after.split_once('}')?;
        parts.push(Part::Text(before.to_owned()));
        parts.push(Part::Slot(slot(name)?));
        rest = after;
    }
    parts.push(Part::Text(rest.to_owned()));
    Some(parts)
}

fn slot(name: &str) -> Option<Slot> {
    Some(match name {
        "code" => Slot::Code,
        "from" => Slot::From,
        "quantity" => Slot::Quantity,
        "unit" => Slot::Unit,
        "base" => Slot::Base,
        "rate" => Slot::Rate,
        "amo" => Slot::Amo,
        "amc" => Slot::Amc,
        "amc_rate" => Slot::AmcRate,
        "overrun" => Slot::Overrun,
        "fee" => Slot::Fee,
        "flat_fee" => Slot::FlatFee,
        "factor" => Slot::Factor,
        "billed" => Slot::Billed,
        "share" => Slot::Share,
        "letter" => Slot::Letter,
        "other" => Slot::Other,
        _ => return None,
    })
}
