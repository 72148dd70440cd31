//! Inputs written short and what is read from an invoice, for the modules of this target.
//! Not expected amounts: each module writes its own from the sources.

use liasse_domain::{Coded, Finding, Invoice, Level};
use liasse_pricing::{Input, PriceError, Tables, price};
use serde_json::{Value, json};

/// An adult in the care path, seen by a doctor of sector 1.
pub fn doctor(date: &str, specialty: &str, acts: Value) -> Value {
    json!({"date": date, "practitioner": {"profession": "medecin", "specialty": specialty},
        "patient": {"birth_date": "1980-05-02"}, "care_path": "T", "acts": acts})
}

/// The same, seen by a general practitioner.
pub fn gp(date: &str, acts: Value) -> Value {
    doctor(date, "01", acts)
}

/// An adult whose care by a nurse was prescribed.
pub fn nurse(date: &str, acts: Value) -> Value {
    json!({"date": date, "practitioner": {"profession": "infirmier", "specialty": "24"},
        "patient": {"birth_date": "1980-05-02"}, "acts": acts,
        "prescriber": {"billing_number": "991000019", "date": "2012-01-02"}})
}

/// An adult seen by a midwife.
pub fn midwife(date: &str, acts: Value) -> Value {
    json!({"date": date, "practitioner": {"profession": "sage_femme", "specialty": "21"},
        "patient": {"birth_date": "1980-05-02"}, "acts": acts})
}

/// A document with some of its fields changed.
pub fn with(mut document: Value, changes: Value) -> Value {
    fn merge(into: &mut Value, from: Value) {
        match (into, from) {
            (Value::Object(into), Value::Object(from)) => {
                for (key, value) in from {
                    merge(into.entry(key).or_insert(Value::Null), value);
                }
            }
            (into, from) => *into = from,
        }
    }
    merge(&mut document, changes);
    document
}

/// Acts of those codes, with nothing else said.
pub fn plain(codes: &[&str]) -> Value {
    codes.iter().map(|code| json!({"code": code})).collect()
}

/// Acts of those codes, each with the same fields.
pub fn each(codes: &[&str], fields: &Value) -> Value {
    codes.iter().map(|code| with(json!({"code": code}), fields.clone())).collect()
}

pub fn try_price(document: &Value) -> Result<Invoice, PriceError> {
    let input = Input::from_json(document.to_string().as_bytes())?;
    price(Tables::embedded(), &input)
}

pub fn priced(document: &Value) -> Invoice {
    try_price(document).unwrap_or_else(|error| panic!("{error} in {document}"))
}

/// The code of the error that a document ends with.
pub fn refused(document: &Value) -> &'static str {
    match try_price(document) {
        Ok(_) => panic!("priced: {document}"),
        Err(error) => error.code().0,
    }
}

/// The base of each line.
pub fn bases(invoice: &Invoice) -> Vec<i64> {
    invoice.lines.iter().map(|line| line.base_cents.0).collect()
}

/// The AMO part of each line.
pub fn amo(invoice: &Invoice) -> Vec<i64> {
    invoice.lines.iter().map(|line| line.amo_cents.0).collect()
}

/// The codes of the findings, without `pricing.`.
pub fn codes(invoice: &Invoice) -> Vec<&str> {
    invoice.findings.iter().map(|finding| finding.code.trim_start_matches("pricing.")).collect()
}

/// The level of the finding of that code, if it was raised.
pub fn level(invoice: &Invoice, code: &str) -> Option<Level> {
    let named = |finding: &&Finding| finding.code.strip_prefix("pricing.") == Some(code);
    invoice.findings.iter().find(named).map(|finding| finding.level)
}

/// One code alone, by a practitioner named in short: specialty, then `/2` for sector 2 with an overrun or
/// `n` for 23:30.
pub fn alone(code: &str, who: &str, zone: &str, date: &str) -> Value {
    let mut act = json!({"code": code});
    if code.starts_with("IK") {
        act["distance_km"] = json!(10);
    }
    let mut document = match &who[..2] {
        "24" | "86" => nurse(date, json!([act])),
        _ => doctor(date, &who[..2], json!([act])),
    };
    let profession = match &who[..2] {
        "24" => "infirmier",
        "86" => "ipa",
        "21" => "sage_femme",
        _ => "medecin",
    };
    document["practitioner"] = json!({"profession": profession, "specialty": who[..2], "zone": zone});
    match &who[2..] {
        "/2" => with(document, json!({"practitioner": {"sector": "2"}, "overrun": {"cents": 1000}})),
        "n" => with(document, json!({"time": "23:30"})),
        _ => document,
    }
}

/// The price of one code on a day in cents; `-` none on that day, `z` none in that zone, `x` only for others.
pub fn found(code: &str, who: &str, zone: &str, date: &str) -> String {
    match try_price(&alone(code, who, zone, date)) {
        Ok(invoice) if codes(&invoice).contains(&"code_pas_pour_vous") => "x".to_owned(),
        Ok(invoice) => invoice.lines[0].unit_cents.0.to_string(),
        Err(error) => match error.code().0 {
            "pricing.hors_tables" => "-".to_owned(),
            "pricing.zone_sans_tarif" => "z".to_owned(),
            other => other.to_owned(),
        },
    }
}

/// The zone of a short letter.
pub fn zone(letter: char) -> &'static str {
    let zones = [('m', "metropole"), ('a', "antilles"), ('g', "guyane"), ('r', "reunion"), ('y', "mayotte")];
    zones.into_iter().find(|(short, _)| *short == letter).map_or("", |(_, name)| name)
}

/// The day before another, both as JSON writes them.
pub fn day_before(date: &str) -> String {
    let day: chrono::NaiveDate = date.parse().unwrap_or_else(|error| panic!("{date}: {error}"));
    day.pred_opt().map(|day| day.to_string()).unwrap_or_default()
}

/// A line of a table of prices: codes, who, zones, what holds before the first change, and the changes.
pub type Series<'a> = (Vec<&'a str>, Vec<&'a str>, &'a str, Vec<(&'a str, &'a str)>);

/// The lines of a table of prices, `#` beginning a comment.
pub fn series(table: &str) -> impl Iterator<Item = Series<'_>> {
    let lines = table.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| {
        let words: Vec<&str> = line.split(' ').collect();
        let [names, who, zones, first, changes @ ..] = words.as_slice() else { panic!("{line}") };
        let mut all = vec![("", *first)];
        all.extend(changes.iter().map(|change| change.split_once('=').unwrap_or_else(|| panic!("{line}"))));
        (names.split(',').collect(), who.split(',').collect(), *zones, all)
    })
}
