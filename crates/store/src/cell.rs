//! How the domain's types stand in a column: state words as text, identifiers as text, amounts and numbers as integers,
//! moments as UTC text of fixed width that sorts. A cell that does not read is damage, never a default.

use chrono::{NaiveDate, Utc};
use liasse_domain::lot::LotState;
use liasse_domain::replacement::SessionState;
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{
    BillingNumber, BirthDate, Centimes, Destination, DocumentState, FileIdentifier, FseNumber, FseRef, Instant,
    LotNumber, MoneyState, Nir, PaperReason, PaperState, PassageState, Payer, ScanKind, ScanMedia, ScanState,
    SecuringMode, SendPhase, TransmissionState,
};
use rusqlite::Row;
use rusqlite::types::{Type, Value, ValueRef};

use crate::error::BadCell;

/// A type that stands in one column.
pub(crate) trait Cell: Sized {
    /// What it is, for the error of a cell that does not read.
    const WHAT: &'static str;

    /// The value to bind.
    fn put(&self) -> Value;

    /// From what the column holds.
    fn take(value: ValueRef<'_>) -> Option<Self>;
}

/// Reads a column that is never NULL.
pub(crate) fn cell<T: Cell>(row: &Row<'_>, column: &str) -> rusqlite::Result<T> {
    T::take(row.get_ref(column)?).ok_or_else(|| bad(T::WHAT))
}

/// Reads a column that may be NULL.
pub(crate) fn cell_or_null<T: Cell>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    match row.get_ref(column)? {
        ValueRef::Null => Ok(None),
        value => T::take(value).map(Some).ok_or_else(|| bad(T::WHAT)),
    }
}

/// Binds an optional cell.
pub(crate) fn put_or_null<T: Cell>(value: Option<&T>) -> Value {
    value.map_or(Value::Null, Cell::put)
}

/// The error of a stored value that does not read.
pub(crate) fn bad(what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Null, Box::new(BadCell(what)))
}

/// Reads the columns `regime` and `caisse`.
pub(crate) fn destination(row: &Row<'_>) -> rusqlite::Result<Destination> {
    let (regime, caisse) = (row.get::<_, String>("regime")?, row.get::<_, String>("caisse")?);
    Destination::new(&regime, &caisse).map_err(|_| bad("destination"))
}

/// Reads the columns `billing` and `number` of an FSE.
pub(crate) fn reference(row: &Row<'_>) -> rusqlite::Result<FseRef> {
    Ok(FseRef { billing: cell(row, "billing")?, number: cell(row, "number")? })
}

/// A moment as it stands on disk: UTC, microseconds, 27 characters.
pub(crate) fn moment(instant: Instant) -> String {
    instant.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()
}

macro_rules! words {
    ($($type:ty = $what:literal),+ $(,)?) => {$(
        impl Cell for $type {
            const WHAT: &'static str = $what;
            fn put(&self) -> Value {
                Value::Text(self.word().to_owned())
            }
            fn take(value: ValueRef<'_>) -> Option<Self> {
                Self::from_word(value.as_str().ok()?)
            }
        }
    )+};
}

macro_rules! texts {
    ($($type:ty = $what:literal),+ $(,)?) => {$(
        impl Cell for $type {
            const WHAT: &'static str = $what;
            fn put(&self) -> Value {
                Value::Text(self.to_string())
            }
            fn take(value: ValueRef<'_>) -> Option<Self> {
                value.as_str().ok()?.parse().ok()
            }
        }
    )+};
}

macro_rules! numbers {
    ($($type:ty = $what:literal, |$value:ident| $put:expr, $take:expr);+ $(;)?) => {$(
        impl Cell for $type {
            const WHAT: &'static str = $what;
            fn put(&self) -> Value {
                let $value = self;
                Value::Integer($put)
            }
            fn take(value: ValueRef<'_>) -> Option<Self> {
                $take(value.as_i64().ok()?)
            }
        }
    )+};
}

words! {
    DocumentState = "état du document",
    TransmissionState = "état de transmission",
    MoneyState = "état de l'argent",
    Payer = "payeur",
    LotState = "état du lot",
    SendPhase = "phase d'envoi",
    SettlementMode = "mode de règlement",
    ScanKind = "nature d'une pièce jointe",
    ScanMedia = "format d'une pièce jointe",
    ScanState = "envoi de pièces jointes",
    SessionState = "état d'une session de remplacement",
    PassageState = "état d'un passage",
    PaperReason = "raison d'une feuille papier",
    PaperState = "état d'une feuille papier",
}

texts! {
    BillingNumber = "numéro de facturation",
    FileIdentifier = "identifiant de fichier",
    FseRef = "référence de FSE",
    NaiveDate = "date",
    BirthDate = "date de naissance",
}

numbers! {
    FseNumber = "numéro de FSE", |n| i64::from(n.get()), |n: i64| u32::try_from(n).ok().and_then(FseNumber::new);
    LotNumber = "numéro de lot", |n| i64::from(n.get()), |n: i64| u16::try_from(n).ok().and_then(LotNumber::new);
    SecuringMode = "mode de sécurisation", |m| i64::from(m.code()),
        |n: i64| u8::try_from(n).ok().and_then(SecuringMode::from_code);
    Centimes = "montant", |c| c.0, |n: i64| Some(Centimes(n));
}

impl Cell for Nir {
    const WHAT: &'static str = "NIR";
    fn put(&self) -> Value {
        Value::Text(self.as_str().to_owned())
    }
    fn take(value: ValueRef<'_>) -> Option<Self> {
        Self::parse(value.as_str().ok()?).ok()
    }
}

impl Cell for Instant {
    const WHAT: &'static str = "date et heure";
    fn put(&self) -> Value {
        Value::Text(moment(*self))
    }
    fn take(value: ValueRef<'_>) -> Option<Self> {
        let parsed = chrono::DateTime::parse_from_rfc3339(value.as_str().ok()?).ok()?;
        Some(parsed.with_timezone(&Utc))
    }
}

impl Cell for [u8; 32] {
    const WHAT: &'static str = "empreinte";
    fn put(&self) -> Value {
        Value::Blob(self.to_vec())
    }
    fn take(value: ValueRef<'_>) -> Option<Self> {
        value.as_blob().ok()?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_sort_as_text_and_read_back() {
        let early: Instant = "2026-01-15T08:00:00Z".parse().expect("instant");
        let late: Instant = "2026-01-15T08:00:00.000250Z".parse().expect("instant");
        assert_eq!(moment(early), "2026-01-15T08:00:00.000000Z");
        assert!(moment(early) < moment(late));
        assert_eq!(Instant::take(ValueRef::Text(moment(late).as_bytes())), Some(late));
    }

    #[test]
    fn a_word_that_no_axis_knows_does_not_read() {
        assert_eq!(DocumentState::take(ValueRef::Text(b"signee")), Some(DocumentState::Signee));
        assert_eq!(DocumentState::take(ValueRef::Text(b"envoyee")), None);
        assert_eq!(FseNumber::take(ValueRef::Integer(0)), None);
        assert_eq!(FseNumber::take(ValueRef::Integer(4_294_967_297)), None);
        assert_eq!(SecuringMode::take(ValueRef::Integer(6)), None);
    }
}
