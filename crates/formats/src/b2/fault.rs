//! What is wrong in a file, where, and what stands there: the answer of every reader of records of 128 characters.
//! Never the content itself: a file of claims is personal throughout, so a fault shows one byte, a length or a sum.

use std::fmt;

use liasse_domain::{Code, Coded};

/// What was found in the wrong place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// One byte.
    Byte(u8),
    /// A number of characters.
    Length(usize),
    /// A sum or a count, and what it should be.
    Number {
        /// What the file says.
        found: u64,
        /// What its records give.
        expected: u64,
    },
    /// Nothing that may be shown.
    Nothing,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Byte(byte) => write!(f, "0x{byte:02X}"),
            Self::Length(length) => write!(f, "{length}"),
            Self::Number { found, expected } => write!(f, "{found} ≠ {expected}"),
            Self::Nothing => f.write_str("…"),
        }
    }
}

/// One fault or finding. A `Fault` is an error: it has a code, a text and parameters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code} at line {line}, column {column}, record {record}, field {field}", code = code.0)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
    /// The record: `2S`, `000`, or `?` when it is none that is known.
    pub record: String,
    /// The field, named as in the public table; `?` when the whole line is meant.
    pub field: String,
    /// Why.
    pub code: Code,
    /// What stands there.
    pub found: Found,
}

impl Fault {
    /// A fault about a whole line.
    pub(crate) fn line(line: usize, record: &str, code: Code, found: Found) -> Self {
        Self { line, column: 1, record: record.to_owned(), field: "?".to_owned(), code, found }
    }
}

impl Coded for Fault {
    fn code(&self) -> Code {
        self.code
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        vec![
            ("line", self.line.to_string()),
            ("column", self.column.to_string()),
            ("record", self.record.clone()),
            ("field", self.field.clone()),
            ("found", self.found.to_string()),
        ]
    }
}
