//! Two sets of tables compared: which value changes, from which day. Works on the CSV files themselves, so that a column
//! that pricing does not read is compared as well.
//! Not the effect on invoices: whoever has invoices prices them with both.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Days, NaiveDate};

use crate::tables::{FILES, TableError, Tables};

/// Columns that tell from when, how sure and from where, not what.
const ASIDE: [&str; 4] = ["from", "to", "source", "confidence"];
/// Columns that are values; all others name the thing.
const VALUES: [&str; 20] = [
    "value_cents",
    "value_free_cents",
    "value",
    "rate_bp",
    "daily_cap_cents",
    "yearly_cap_cents",
    "threshold_cents",
    "exempt",
    "cover",
    "agreement",
    "exemption",
    "group",
    "modifiers",
    "excludes",
    "when",
    "fee",
    "rate",
    "suggest",
    "label",
    "says",
];

/// A value that is another one from a day on.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Change {
    /// The table, `ngap.csv`.
    pub table: &'static str,
    /// What is valued: column and content.
    pub what: BTreeMap<String, String>,
    /// The first day on which the two differ; none for a table without days.
    pub from: Option<NaiveDate>,
    /// The last such day, if they agree again later.
    pub to: Option<NaiveDate>,
    /// The columns that differ.
    pub values: BTreeMap<String, Difference>,
}

/// One column in both; `None` where there is no row.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Difference {
    /// In the first set.
    pub before: Option<String>,
    /// In the second set.
    pub after: Option<String>,
}

/// What changes from `a` to `b`, each a set of files that replace the embedded ones; first by table, then by thing.
pub fn diff(a: &[(String, Vec<u8>)], b: &[(String, Vec<u8>)]) -> Result<Vec<Change>, TableError> {
    // Both must be tables that price.
    Tables::with_overrides(a)?;
    Tables::with_overrides(b)?;
    let mut changes = Vec::new();
    for table in FILES {
        let content = |files: &'_ [(String, Vec<u8>)]| -> Vec<u8> {
            let given = files.iter().rev().find(|(name, _)| name == table).map(|(_, bytes)| bytes.clone());
            given.unwrap_or_else(|| Tables::embedded_file(table).to_vec())
        };
        let (a, b) = (content(a), content(b));
        if a != b {
            compare(table, &Timelines::read(table, &a)?, &Timelines::read(table, &b)?, &mut changes);
        }
    }
    Ok(changes)
}

type Values = BTreeMap<String, String>;

/// A value with the days on which it holds.
struct Period {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
    values: Values,
}

/// All periods of each thing.
struct Timelines(BTreeMap<Values, Vec<Period>>);

impl Timelines {
    fn read(table: &'static str, bytes: &[u8]) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(bytes);
        let header = reader.headers().map_err(|_| TableError::Header { file: table })?.clone();
        let mut all: BTreeMap<Values, Vec<Period>> = BTreeMap::new();
        for record in reader.records() {
            let record = record.map_err(|error| TableError::Unreadable {
                file: table,
                line: error.position().map_or(1, csv::Position::line),
            })?;
            let columns = || header.iter().zip(record.iter());
            let pick = |wanted: &dyn Fn(&str) -> bool| -> Values {
                columns().filter(|(name, _)| wanted(name)).map(|(n, v)| (n.to_owned(), v.to_owned())).collect()
            };
            let day = |wanted: &str| {
                columns().find(|(name, _)| *name == wanted).and_then(|(_, text)| text.parse::<NaiveDate>().ok())
            };
            let what = pick(&|name| !ASIDE.contains(&name) && !VALUES.contains(&name));
            let period = Period { from: day("from"), to: day("to"), values: pick(&|name| VALUES.contains(&name)) };
            all.entry(what).or_default().push(period);
        }
        Ok(Self(all))
    }

    /// The values that hold on a day; any period where the table has no days.
    fn on(&self, what: &Values, day: Option<NaiveDate>) -> Option<&Values> {
        let holds = |period: &&Period| {
            day.is_none_or(|day| period.from.is_none_or(|from| from <= day) && period.to.is_none_or(|to| day <= to))
        };
        self.0.get(what)?.iter().find(holds).map(|period| &period.values)
    }

    /// The days on which something begins or has just ended.
    fn boundaries(&self, what: &Values, into: &mut BTreeSet<Option<NaiveDate>>) {
        for period in self.0.get(what).into_iter().flatten() {
            into.insert(period.from);
            if let Some(after) = period.to.and_then(|to| to.checked_add_days(Days::new(1))) {
                into.insert(Some(after));
            }
        }
    }
}

fn compare(table: &'static str, a: &Timelines, b: &Timelines, changes: &mut Vec<Change>) {
    let things: BTreeSet<&Values> = a.0.keys().chain(b.0.keys()).collect();
    for what in things {
        let mut days = BTreeSet::new();
        a.boundaries(what, &mut days);
        b.boundaries(what, &mut days);
        let mut open: Option<Change> = None;
        for day in days {
            let values = differences(a.on(what, day), b.on(what, day));
            match &mut open {
                Some(change) if change.values == values => continue,
                Some(change) => {
                    change.to = day.and_then(|day| day.checked_sub_days(Days::new(1)));
                    changes.extend(open.take());
                }
                None => {}
            }
            if !values.is_empty() {
                open = Some(Change { table, what: what.clone(), from: day, to: None, values });
            }
        }
        changes.extend(open);
    }
}

fn differences(a: Option<&Values>, b: Option<&Values>) -> BTreeMap<String, Difference> {
    let names: BTreeSet<&String> = a.into_iter().chain(b).flat_map(BTreeMap::keys).collect();
    let of = |values: Option<&Values>, name: &String| values.and_then(|values| values.get(name)).cloned();
    names
        .into_iter()
        .map(|name| (name.clone(), Difference { before: of(a, name), after: of(b, name) }))
        .filter(|(_, difference)| difference.before != difference.after)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ngap(edit: impl Fn(&str) -> String) -> Vec<(String, Vec<u8>)> {
        let text = String::from_utf8(Tables::embedded_file("ngap.csv").to_vec()).expect("text");
        vec![("ngap.csv".to_owned(), edit(&text).into_bytes())]
    }

    #[test]
    fn a_raise_is_told_with_its_first_day() {
        let open = "G,3000,2024-12-22,,metropole";
        let raised = ngap(|text| {
            let line = text.lines().find(|line| line.starts_with(open)).expect("G").to_owned();
            let closed = line.replace("2024-12-22,,", "2024-12-22,2026-06-30,");
            let new = line.replace("G,3000,2024-12-22,,", "G,3200,2026-07-01,,");
            text.replace(&format!("\n{line}\n"), &format!("\n{closed}\n{new}\n"))
        });
        let changes = diff(&[], &raised).expect("diff");
        assert_eq!(changes.len(), 1, "{changes:?}");
        let change = &changes[0];
        assert_eq!((change.table, change.what["code"].as_str()), ("ngap.csv", "G"));
        assert_eq!(change.from, NaiveDate::from_ymd_opt(2026, 7, 1));
        let value = &change.values["value_cents"];
        assert_eq!((value.before.as_deref(), value.after.as_deref()), (Some("3000"), Some("3200")));
        assert_eq!(diff(&raised, &raised), Ok(Vec::new()));
    }

    #[test]
    fn a_row_that_goes_is_told_with_both_its_days() {
        let without = ngap(|text| {
            text.lines()
                .filter(|line| !line.starts_with("G,2650,2023-11-01"))
                .map(|line| line.to_owned() + "\n")
                .collect()
        });
        let changes = diff(&[], &without).expect("diff");
        assert_eq!(changes.len(), 1);
        assert_eq!(changes[0].to, NaiveDate::from_ymd_opt(2024, 12, 21));
        assert_eq!(changes[0].values["value_cents"].after, None);
    }

    #[test]
    fn what_does_not_price_is_no_table() {
        let damaged = vec![("ngap.csv".to_owned(), b"x".to_vec())];
        assert!(diff(&[], &damaged).is_err());
    }
}
