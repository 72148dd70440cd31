//! The dated tables: tariffs, rates, participation forfaitaire, and the sentences that explain them.
//! Not rules: which row an act takes is decided by its callers. Rows come from `assets/tables`, embedded or handed in.

mod cap;
mod ccam;
mod cumul;
mod flat_fee;
mod labels;
mod limit;
mod modifier;
mod pav;
mod rate;
mod reduction;
mod row;
mod sentence;
mod tariff;
mod who;
mod zone;

use std::sync::OnceLock;

use liasse_domain::{Code, Coded};

use crate::complete::Index;

pub use labels::Labels;
pub use row::Confidence;
pub use tariff::CodeKind;

pub(crate) use cap::{Cap, find as find_cap};
pub(crate) use ccam::{ActKind, COLUMNS as CCAM_COLUMNS, Ccam, Coverage, Exemption, NoRow, Technical};
pub(crate) use cumul::{Cumul, Verdict};
pub(crate) use flat_fee::{Exempt, FlatFee};
pub(crate) use limit::{Days, Limit, LimitRow, Targets};
pub(crate) use modifier::{Added, Modifier, find as find_modifier};
pub(crate) use pav::Pav;
pub(crate) use rate::{Rates, Situation};
pub(crate) use reduction::{Reduction, Way, What, find as find_reduction};
pub(crate) use sentence::{Rule, Sentences, Values};
pub(crate) use tariff::{Fee, Letter, Letters, Missing, Tariff};
pub(crate) use who::{Biller, Tier};

macro_rules! embedded {
    ($($constant:ident = $name:literal),* $(,)?) => {
        $(pub(crate) const $constant: &str = $name;)*

        /// The names of the tables, as they lie in `assets/tables`.
        pub const FILES: [&str; [$($name),*].len()] = [$($name),*];

        const EMBEDDED: [(&str, &str); FILES.len()] =
            [$(($name, include_str!(concat!("../../../assets/tables/", $name)))),*];
    };
}

embedded! {
    CODES = "codes.csv",
    TARIFFS = "ngap.csv",
    LIMITS = "limits.csv",
    CUMULS = "cumul.csv",
    CCAM = "ccam.csv",
    MODIFIERS = "ccam_modifiers.csv",
    REDUCTIONS = "reductions.csv",
    LABELS = "labels.csv",
    RATES = "rates.csv",
    FLAT_FEES = "flat_fee.csv",
    PAV = "pav.csv",
    CAPS = "caps.csv",
    RULES = "rules.csv",
}

/// All that pricing knows by date.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub(crate) letters: Letters,
    pub(crate) cumuls: Vec<Cumul>,
    pub(crate) ccam: Ccam,
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) reductions: Vec<Reduction>,
    pub(crate) labels: Labels,
    pub(crate) rates: Rates,
    pub(crate) flat_fees: Vec<FlatFee>,
    pub(crate) pav: Vec<Pav>,
    pub(crate) caps: Vec<Cap>,
    pub(crate) sentences: Sentences,
    /// For completion, made when first asked for.
    index: OnceLock<Index>,
}

impl Tables {
    pub(crate) fn index(&self) -> &Index {
        self.index.get_or_init(|| Index::of(self))
    }

    /// The tables of this version of the program.
    pub fn embedded() -> &'static Self {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        // The embedded files are tested; were one damaged, every code would be unknown rather than wrongly priced.
        TABLES.get_or_init(|| Self::with_overrides(&[]).unwrap_or_default())
    }

    /// The embedded tables, each file of `files` (name as in `assets/tables`, content) replacing the one of its name.
    pub fn with_overrides(files: &[(String, Vec<u8>)]) -> Result<Self, TableError> {
        if let Some((name, _)) = files.iter().find(|(name, _)| !FILES.contains(&name.as_str())) {
            return Err(TableError::UnknownFile { file: name.clone() });
        }
        let content = |wanted: &'static str| {
            let given = files.iter().rev().find(|(name, _)| name == wanted).map(|(_, bytes)| bytes.as_slice());
            (wanted, given.unwrap_or_else(|| Self::embedded_file(wanted)))
        };
        Ok(Self {
            letters: tariff::read(content(CODES), content(TARIFFS), content(LIMITS))?,
            cumuls: cumul::read(content(CUMULS))?,
            ccam: Ccam::read(content(CCAM))?,
            modifiers: modifier::read(content(MODIFIERS))?,
            reductions: reduction::read(content(REDUCTIONS))?,
            labels: Labels::read(content(LABELS))?,
            rates: Rates::read(content(RATES))?,
            flat_fees: flat_fee::read(content(FLAT_FEES))?,
            pav: pav::read(content(PAV))?,
            caps: cap::read(content(CAPS))?,
            sentences: Sentences::read(content(RULES))?,
            index: OnceLock::new(),
        })
    }

    /// The bytes of an embedded table; empty for a name that is none.
    pub fn embedded_file(name: &str) -> &'static [u8] {
        EMBEDDED.iter().find(|(file, _)| *file == name).map_or(&[], |(_, text)| text.as_bytes())
    }

    /// The codes of the NGAP, with their kind and a short label, in alphabetical order.
    pub fn codes(&self) -> Vec<(&str, CodeKind, &str)> {
        let letters = self.letters.by_code.iter();
        let mut codes: Vec<_> =
            letters.map(|(code, letter)| (code.as_str(), letter.kind, letter.label.as_str())).collect();
        codes.sort_unstable_by_key(|(code, ..)| *code);
        codes
    }

    /// Whether a code is in the NGAP's or the CCAM's table.
    pub fn knows(&self, code: &str) -> bool {
        self.letters.by_code.contains_key(code) || self.ccam.knows(code)
    }

    /// What a code is, if it is one.
    pub fn kind(&self, code: &str) -> Option<CodeKind> {
        let letter = self.letters.by_code.get(code).map(|letter| letter.kind);
        letter.or_else(|| self.ccam.knows(code).then_some(CodeKind::Technical))
    }

    /// The short label of a code; for an act of the CCAM only where we wrote one or the practice imported them.
    pub fn label(&self, code: &str) -> Option<&str> {
        let letter = self.letters.by_code.get(code).map(|letter| letter.label.as_str());
        letter.or_else(|| self.labels.of(code))
    }
}

/// A table that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// No table bears that name.
    #[error("{file} is no table")]
    UnknownFile {
        /// Name of the file.
        file: String,
    },
    /// Not CSV in UTF-8, or not the number of columns of its header.
    #[error("{file}:{line} is not readable")]
    Unreadable {
        /// Name of the file.
        file: &'static str,
        /// Line, from 1.
        line: u64,
    },
    /// The first line does not name the columns expected.
    #[error("{file} has other columns")]
    Header {
        /// Name of the file.
        file: &'static str,
    },
    /// A value that its column does not admit.
    #[error("{file}:{line} has no valid {column}")]
    Value {
        /// Name of the file.
        file: &'static str,
        /// Line, from 1.
        line: u64,
        /// Name of the column.
        column: &'static str,
    },
    /// Two rows for the same thing on the same day.
    #[error("{file}:{line} overlaps another row")]
    Overlap {
        /// Name of the file.
        file: &'static str,
        /// Line of the second row, from 1.
        line: u64,
    },
    /// A rule without its sentence.
    #[error("{file} lacks {rule}")]
    NoSentence {
        /// Name of the file.
        file: &'static str,
        /// The rule.
        rule: &'static str,
    },
}

impl Coded for TableError {
    fn code(&self) -> Code {
        match self {
            Self::UnknownFile { .. } => Code("pricing.table_inconnue"),
            Self::Unreadable { .. } => Code("pricing.table_illisible"),
            Self::Header { .. } => Code("pricing.table_colonnes"),
            Self::Value { .. } => Code("pricing.table_valeur"),
            Self::Overlap { .. } => Code("pricing.table_chevauchement"),
            Self::NoSentence { .. } => Code("pricing.table_sans_phrase"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownFile { file } => vec![("file", file.clone())],
            Self::Unreadable { file, line } | Self::Overlap { file, line } => {
                vec![("file", (*file).to_owned()), ("line", line.to_string())]
            }
            Self::Header { file } => vec![("file", (*file).to_owned())],
            Self::Value { file, line, column } => {
                vec![("file", (*file).to_owned()), ("line", line.to_string()), ("column", (*column).to_owned())]
            }
            Self::NoSentence { file, rule } => vec![("file", (*file).to_owned()), ("rule", (*rule).to_owned())],
        }
    }
}
