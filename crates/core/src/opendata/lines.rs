//! A row as one line of JSON, and back: every field of its table, once, in the order of the list; bytes in base64, yes and no as
//! themselves. What another hand wrote is read strictly: an unknown, missing, double or wrong field is refused by its name.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use chrono::NaiveDate;
use liasse_domain::Instant;
use liasse_store::{Datum, Field, FieldKind, Table};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::fault::LineFault;

/// A longer name is nobody's field.
const LONGEST_NAME: usize = 40;
/// `2026-01-15T08:00:00.000000Z`: moments of one width, which sort as texts.
const MOMENT: usize = 27;
/// `2026-01-15`.
const DAY: usize = 10;

/// A row as its line.
pub(super) fn line(table: &Table, row: &[Datum]) -> String {
    let fields = table.fields.iter().zip(row);
    let fields: Vec<String> =
        fields.map(|(field, datum)| format!("\"{}\":{}", field.name, value(field, datum))).collect();
    format!("{{{}}}\n", fields.join(","))
}

/// What a field holds, as JSON.
pub(super) fn value(field: &Field, datum: &Datum) -> Value {
    match datum {
        Datum::Null => Value::Null,
        Datum::Number(number) if field.kind == FieldKind::Flag => Value::Bool(*number != 0),
        Datum::Number(number) => Value::from(*number),
        Datum::Text(text) => Value::String(text.clone()),
        Datum::Blob(bytes) => Value::String(BASE64.encode(bytes)),
    }
}

/// What a field of a row says, as a text; nothing where it is empty, or bytes.
pub(super) fn text(table: &Table, row: &[Datum], name: &str) -> String {
    let place = table.fields.iter().position(|field| field.name == name);
    match place.and_then(|at| row.get(at)) {
        Some(Datum::Text(text)) => text.clone(),
        Some(Datum::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The row that a line holds.
pub(super) fn row(table: &Table, line: &str) -> Result<Vec<Datum>, LineFault> {
    let Pairs(pairs) = serde_json::from_str(line).map_err(|_| LineFault::NoObject)?;
    let known = |name: &str| table.fields.iter().any(|field| field.name == name);
    if let Some((name, _)) = pairs.iter().find(|(name, _)| !known(name)) {
        return Err(LineFault::Unknown { field: shown(name) });
    }
    table
        .fields
        .iter()
        .map(|field| {
            let mut found = pairs.iter().filter(|(name, _)| name == field.name);
            match (found.next(), found.next()) {
                (None, _) => Err(LineFault::Lacks { field: field.name }),
                (Some(_), Some(_)) => Err(LineFault::NoObject),
                (Some((_, value)), None) => datum(field, value).ok_or(LineFault::Kind { field: field.name }),
            }
        })
        .collect()
}

fn datum(field: &Field, value: &Value) -> Option<Datum> {
    Some(match (field.kind, value) {
        (_, Value::Null) => Datum::Null,
        (FieldKind::Text | FieldKind::Json, Value::String(text)) if fits(field.name, text) => Datum::Text(text.clone()),
        (FieldKind::Number | FieldKind::Cents, Value::Number(number)) => Datum::Number(number.as_i64()?),
        (FieldKind::Flag, Value::Bool(yes)) => Datum::Number(i64::from(*yes)),
        (FieldKind::Blob, Value::String(text)) => Datum::Blob(BASE64.decode(text).ok()?),
        _ => return None,
    })
}

/// Whether a text has the form that the name of its field promises: a moment, or a day. One that has not would be taken in, and no
/// screen would read its row again.
fn fits(name: &str, text: &str) -> bool {
    if name == "at" || name.ends_with("_at") {
        return text.len() == MOMENT && text.ends_with('Z') && text.parse::<Instant>().is_ok();
    }
    let is_day = matches!(name, "day" | "first_day" | "last_day" | "act_date") || name.ends_with("_on");
    !is_day || (text.len() == DAY && text.parse::<NaiveDate>().is_ok())
}

/// The name of a field as somebody wrote it: anything may stand there, and only what could be a name is repeated.
fn shown(name: &str) -> String {
    let is_name = |sign: char| sign.is_ascii_alphanumeric() || sign == '_';
    if name.len() <= LONGEST_NAME && name.chars().all(is_name) { name.to_owned() } else { "…".to_owned() }
}

/// The fields of an object as they stand, a double one twice.
struct Pairs(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Pairs;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry::<String, Value>()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> &'static Table {
        Table::named(name).expect("a table")
    }

    fn transfer() -> Vec<Datum> {
        let text = |text: &str| Datum::Text(text.to_owned());
        let sha256 = Datum::Blob(vec![7; 32]);
        let at = text("2026-01-15T08:00:00.000000Z");
        vec![text("a"), text("entree"), text("991129768"), at, sha256, Datum::Number(4), Datum::Null]
    }

    #[test]
    fn a_row_is_one_line_and_reads_back() {
        let written = line(table("transfer"), &transfer());
        assert!(
            written.starts_with("{\"id\":\"a\",\"way\":\"entree\",") && written.ends_with("\"content_base64\":null}\n")
        );
        assert!(row(table("transfer"), written.trim_end()) == Ok(transfer()));
        let back = "{\"document\":1,\"word\":\"x\\n\\\"é\",\"at\":\"2026-01-15T08:00:00.000000Z\",\"entry\":9}";
        let read = row(table("sent_back"), back).expect("a row");
        assert_eq!(line(table("sent_back"), &read), format!("{back}\n"));
    }

    #[test]
    fn what_is_not_exactly_a_row_is_refused_by_its_field() {
        let mark = |text: &str| row(table("mark"), text).err();
        let unknown = |field: &str| Some(LineFault::Unknown { field: field.to_owned() });
        assert_eq!(mark(r#"{"name":"a","at":"2026-01-15T08:00:00.000000Z"}"#), None);
        for at in ["", "b", "2026-01-15", "2026-02-30T08:00:00.000000Z", "2026-01-15T08:00:00Z"] {
            let said = mark(&format!(r#"{{"name":"a","at":"{at}"}}"#));
            assert_eq!(said, Some(LineFault::Kind { field: "at" }), "{at}: would never be read again");
        }
        assert!(fits("act_date", "2026-02-28") && !fits("act_date", "2026-02-30") && !fits("paid_on", "hier"));
        assert!(fits("birth_date", "0000-00-00"), "as a card has it, which may be no day");
        assert_eq!(mark(r#"{"name":"a","at":"b","color":1}"#), unknown("color"));
        assert_eq!(mark(r#"{"name":"a","at":"b","Mme DURAND":1}"#), unknown("…"));
        assert_eq!(mark(r#"{"name":"a"}"#), Some(LineFault::Lacks { field: "at" }));
        assert_eq!(mark(r#"{"name":1,"at":"b"}"#), Some(LineFault::Kind { field: "name" }));
        for no_object in ["", "[]", "{", "null", r#"{"name":"a","name":"a","at":"b"}"#, r#"{"name":"a","at":"b"} {}"#] {
            assert_eq!(mark(no_object), Some(LineFault::NoObject), "{no_object}");
        }
        let counter =
            |last: &str| row(table("counter"), &format!(r#"{{"billing":"a","kind":"fse","last":{last}}}"#)).err();
        assert_eq!(counter("3"), None);
        for wrong in ["1.5", "\"3\"", "true", "9223372036854775808", "1e3"] {
            assert_eq!(counter(wrong), Some(LineFault::Kind { field: "last" }), "{wrong}");
        }
        let blob = line(table("transfer"), &transfer()).replace("BwcH", "Bw*H");
        assert_eq!(row(table("transfer"), &blob).err(), Some(LineFault::Kind { field: "sha256_base64" }));
    }
}
