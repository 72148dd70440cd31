//! Why a JSON document is not a `price` input, and where.
//! Never a value from the document: it may be a NIR or a name.

use liasse_domain::{Code, Coded};

/// A document that is not a `price` input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputError {
    /// Not JSON.
    #[error("not JSON at line {line}, column {column}")]
    Syntax {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field that the contract does not have.
    #[error("unknown field {field} at line {line}, column {column}")]
    UnknownField {
        /// Its name, when it looks like one.
        field: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A field that the contract asks for.
    #[error("missing field {field} at line {line}, column {column}")]
    MissingField {
        /// Its name.
        field: String,
        /// Line of the end of the object that lacks it, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
    /// A value that its field does not admit.
    #[error("value refused at line {line}, column {column}")]
    Value {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
    },
}

impl InputError {
    /// The same, where the document is one line, the `number`th, of a larger one.
    pub fn on_line(mut self, number: usize) -> Self {
        let (Self::Syntax { line, .. }
        | Self::UnknownField { line, .. }
        | Self::MissingField { line, .. }
        | Self::Value { line, .. }) = &mut self;
        *line = number;
        self
    }

    pub(super) fn from_serde(error: &serde_json::Error) -> Self {
        let (line, column) = (error.line(), error.column());
        if !error.is_data() {
            return Self::Syntax { line, column };
        }
        // serde says which field only in its sentence, between backticks. Values are never taken from it.
        let sentence = error.to_string();
        let field = || {
            let name = sentence.split('`').nth(1).unwrap_or_default();
            let is_name = name.len() <= 32 && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            if is_name { name.to_owned() } else { "…".to_owned() }
        };
        if sentence.starts_with("unknown field") {
            Self::UnknownField { field: field(), line, column }
        } else if sentence.starts_with("missing field") {
            Self::MissingField { field: field(), line, column }
        } else {
            Self::Value { line, column }
        }
    }
}

impl Coded for InputError {
    fn code(&self) -> Code {
        match self {
            Self::Syntax { .. } => Code("pricing.entree_illisible"),
            Self::UnknownField { .. } => Code("pricing.champ_inconnu"),
            Self::MissingField { .. } => Code("pricing.champ_manquant"),
            Self::Value { .. } => Code("pricing.valeur_refusee"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        let place = |line: &usize, column: &usize| vec![("line", line.to_string()), ("column", column.to_string())];
        match self {
            Self::Syntax { line, column } | Self::Value { line, column } => place(line, column),
            Self::UnknownField { field, line, column } | Self::MissingField { field, line, column } => {
                let mut parameters = place(line, column);
                parameters.push(("field", field.clone()));
                parameters
            }
        }
    }
}
