//! Every table of the schema, with the stable name and the kind of each field: what an open export writes and an import reads.
//! The order is the one in which rows are put in again: a membership before its document, receipts before the day that is
//! closed. A test compares the list (`listed`) with the schema, another one with `docs/export.md`.

mod listed;

pub use listed::TABLES;

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    /// Text; a day is `AAAA-MM-JJ`, a moment UTC text of fixed width.
    Text,
    /// Text that is JSON, kept byte for byte: its hash stands in the journal.
    Json,
    /// A whole number.
    Number,
    /// An amount in centimes.
    Cents,
    /// Yes or no.
    Flag,
    /// Bytes.
    Blob,
}

impl FieldKind {
    /// Its word in `docs/export.md`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Text => "texte",
            Self::Json => "texte JSON",
            Self::Number => "nombre",
            Self::Cents => "centimes",
            Self::Flag => "vrai ou faux",
            Self::Blob => "octets, base64",
        }
    }
}

/// One field of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name in an export, which never changes.
    pub name: &'static str,
    /// Its column.
    pub(crate) column: &'static str,
    /// What it holds.
    pub kind: FieldKind,
}

/// One table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name, which is that of its file.
    pub name: &'static str,
    /// The columns by which its rows are told apart and sorted.
    pub key: &'static [&'static str],
    /// Its fields, in the order of an export.
    pub fields: &'static [Field],
}

impl Table {
    /// The table of that name.
    pub fn named(name: &str) -> Option<&'static Self> {
        TABLES.iter().find(|table| table.name == name)
    }

    /// Where a field of the key stands in a row.
    pub fn key_places(&self) -> impl Iterator<Item = usize> {
        self.key.iter().filter_map(|key| self.fields.iter().position(|field| field.column == *key))
    }

    /// The columns, for a statement.
    pub(crate) fn columns(&self) -> String {
        let columns: Vec<String> = self.fields.iter().map(|field| format!("\"{}\"", field.column)).collect();
        columns.join(", ")
    }

    /// The columns of the key, for a statement.
    pub(crate) fn keys(&self) -> String {
        let keys: Vec<String> = self.key.iter().map(|key| format!("\"{key}\"")).collect();
        keys.join(", ")
    }
}
