//! The dated tables: tariffs, rates, participation forfaitaire, and the sentences that explain them.
//! Not rules: which row an act takes is decided by its callers. Rows come from `assets/tables`, embedded or handed in.

mod flat_fee;
mod rate;
mod row;
mod sentence;
mod tariff;
mod who;

use std::collections::HashMap;
use std::sync::OnceLock;

use liasse_domain::{Code, Coded};

pub use row::Confidence;
pub use tariff::CodeKind;

pub(crate) use flat_fee::{Exempt, FlatFee};
pub(crate) use rate::{Rates, Situation};
pub(crate) use sentence::{Rule, Sentences, Values};
pub(crate) use tariff::{Letter, Missing, Tariff};
pub(crate) use who::{Biller, Tier};

/// The names of the tables, as they lie in `assets/tables`.
pub const FILES: [&str; 5] = [CODES, TARIFFS, RATES, FLAT_FEES, RULES];

const CODES: &str = "codes.csv";
const TARIFFS: &str = "ngap.csv";
const RATES: &str = "rates.csv";
const FLAT_FEES: &str = "flat_fee.csv";
const RULES: &str = "rules.csv";

const EMBEDDED: [(&str, &str); 5] = [
    (CODES, include_str!("../../../assets/tables/codes.csv")),
    (TARIFFS, include_str!("../../../assets/tables/ngap.csv")),
    (RATES, include_str!("../../../assets/tables/rates.csv")),
    (FLAT_FEES, include_str!("../../../assets/tables/flat_fee.csv")),
    (RULES, include_str!("../../../assets/tables/rules.csv")),
];

/// All that pricing knows by date.
#[derive(Clone, Debug, Default)]
pub struct Tables {
    pub(crate) letters: HashMap<String, Letter>,
    pub(crate) rates: Rates,
    pub(crate) flat_fees: Vec<FlatFee>,
    pub(crate) sentences: Sentences,
}

impl Tables {
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
            let embedded = || EMBEDDED.iter().find(|(name, _)| *name == wanted).map(|(_, text)| text.as_bytes());
            (wanted, given.or_else(embedded).unwrap_or_default())
        };
        Ok(Self {
            letters: tariff::read(content(CODES), content(TARIFFS))?,
            rates: Rates::read(content(RATES))?,
            flat_fees: flat_fee::read(content(FLAT_FEES))?,
            sentences: Sentences::read(content(RULES))?,
        })
    }

    /// The codes that have a tariff, with their kind and a short label, in alphabetical order.
    pub fn codes(&self) -> Vec<(&str, CodeKind, &str)> {
        let mut codes: Vec<_> =
            self.letters.iter().map(|(code, letter)| (code.as_str(), letter.kind, letter.label.as_str())).collect();
        codes.sort_unstable_by_key(|(code, ..)| *code);
        codes
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
