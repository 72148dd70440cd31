//! Rows as plain values: the list of tables is that of the schema; what is read out of one store and put into an empty one is the
//! same store; what is refused leaves nothing.

use std::collections::{BTreeMap, BTreeSet};

use liasse_domain::{Centimes, Payer, SettlementMode};
use liasse_store::{Datum, Importing, Or, Part, Store, StoreError, TABLES, Table};
use proptest::prelude::*;

use crate::support::{DOCTOR, Folder, Kind, Practice, arl, billing, day, payment, rejects, stamp, stamp_at};

/// Every row of every table, read in pieces of that many.
fn all(store: &Store, piece: u32) -> Vec<(&'static Table, Vec<Vec<Datum>>)> {
    let of = |table: &'static Table| {
        let mut rows: Vec<Vec<Datum>> = Vec::new();
        loop {
            let key = |row: &Vec<Datum>| table.key_places().map(|at| row[at].clone()).collect::<Vec<_>>();
            let after = rows.last().map(key).unwrap_or_default();
            let more = store.rows_after(table, &after, piece).expect("read");
            if more.is_empty() {
                return (table, rows);
            }
            rows.extend(more);
        }
    };
    TABLES.iter().map(of).collect()
}

fn put(into: &Importing<'_>, rows: &[(&'static Table, Vec<Vec<Datum>>)]) -> Result<(), Or<()>> {
    for (table, rows) in rows {
        for row in rows {
            into.put(table, row)?;
        }
    }
    Ok(())
}

/// Two weeks: FSE paid and not, in lots received, refused and dissolved, a reject that was corrected, a transfer, cheques at the
/// bank, a day that is closed, a setting, and something erased.
fn weeks() -> Practice {
    let mut practice = Practice::new();
    let paid = practice.signed(Kind::Paid);
    let third = practice.signed(Kind::ThirdParty);
    practice.store.config_set("desk.zoom", "125", &stamp()).expect("set");
    let mut part = |fse, mode, cents| {
        let part = Part { mode, amount: Centimes(cents), cheque: None };
        practice.store.settle_in_parts(&stamp(), fse, &[part]).expect("settled");
    };
    part(&paid, SettlementMode::Cheque, 3000);
    part(&third, SettlementMode::Carte, 900);
    let lot = practice.sent("AAAAAA");
    practice.take("1", &arl(lot, None));
    practice.take("2", &payment("VIR1", &[(&third, Payer::Amo, 2100)]));
    practice.store.deposit_cheques(&stamp_at(4000), &billing(DOCTOR), &[]).expect("deposited");
    practice.store.close_day(&stamp_at(4001), &billing(DOCTOR), day("2026-01-15")).expect("closed");
    let rejected = practice.signed(Kind::Whole);
    let lot = practice.sent("AAAAAB");
    practice.take("3", &arl(lot, None));
    practice.take("4", &rejects(lot, &[&rejected]));
    practice.signed(Kind::Paid);
    let lot = practice.posted("AAAAAC");
    practice.store.dissolve_lot(&stamp_at(5000), lot).expect("dissolved");
    practice.prepare(Kind::Paid);
    let ninety_days = stamp_at(90 * 86_400);
    practice.store.erase_documents(&ninety_days, liasse_store::EraseRule::Retention, &[1]).expect("erased");
    practice
}

#[test]
fn the_list_is_that_of_the_schema() {
    let folder = Folder::new();
    drop(folder.open());
    let raw = folder.raw();
    let mut names =
        raw.prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'").expect("read");
    let names: BTreeSet<String> =
        names.query_map([], |row| row.get(0)).expect("read").map(|name| name.expect("a name")).collect();
    let listed: BTreeSet<String> = TABLES.iter().map(|table| table.name.to_owned()).collect();
    assert_eq!(listed, names);
    for table in TABLES {
        let mut columns = raw.prepare("SELECT name, pk FROM pragma_table_info(?1)").expect("read");
        let columns = columns.query_map([table.name], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)));
        let columns: BTreeMap<String, i64> = columns.expect("read").map(|column| column.expect("a column")).collect();
        // A name says what its field holds; without that it is the column's.
        let of = |name: &str| name.trim_end_matches("_cents").trim_end_matches("_base64").to_owned();
        let fields: BTreeSet<String> = table.fields.iter().map(|field| of(field.name)).collect();
        assert_eq!(fields, columns.keys().cloned().collect::<BTreeSet<_>>(), "{}", table.name);
        assert_eq!(fields.len(), table.fields.len(), "{}: each once", table.name);
        let mut key: Vec<(&i64, &String)> =
            columns.iter().filter(|(_, pk)| **pk > 0).map(|(name, pk)| (pk, name)).collect();
        key.sort();
        assert_eq!(
            table.key.to_vec(),
            key.into_iter().map(|(_, name)| name.as_str()).collect::<Vec<_>>(),
            "{}",
            table.name
        );
    }
}

#[test]
fn what_is_read_out_and_put_in_is_the_same_store() {
    let practice = weeks();
    practice.assert_journal_intact();
    let rows = all(&practice.store, 500);
    assert!(all(&practice.store, 1) == rows, "in pieces of any size");
    let filled: BTreeSet<&str> =
        rows.iter().filter(|(_, rows)| !rows.is_empty()).map(|(table, _)| table.name).collect();
    for name in ["journal", "patient", "document", "lot", "receipt", "cheque", "closed_day", "payment_line", "erasure"]
    {
        assert!(filled.contains(name), "{name}: {filled:?}");
    }
    let folder = Folder::new();
    let mut other = folder.open();
    assert!(other.is_fresh().expect("read"));
    other
        .import(|into| {
            put(into, &rows)?;
            assert_eq!(into.dangling().expect("read"), None);
            assert!(into.verify().expect("read").is_intact());
            Ok::<_, Or<()>>(())
        })
        .expect("imported");
    assert!(all(&other, 7) == rows);
    assert_eq!(other.journal_head(), practice.store.journal_head());
    assert_eq!(other.ledger(), practice.store.ledger());
    assert_eq!(other.row_counts(), practice.store.row_counts());
    // It goes on where the first one was.
    let mut again = Practice { store: other, folder };
    again.signed(Kind::Paid);
    again.assert_journal_intact();
    let refused = again.store.import(|into| put(into, &rows));
    assert!(matches!(refused, Err(Or::Store(StoreError::NotEmpty))));
}

#[test]
fn what_is_refused_leaves_nothing_behind() {
    let rows = all(&weeks().store, 500);
    let folder = Folder::new();
    let mut store = folder.open();
    let at = |name: &str| rows.iter().position(|(table, _)| table.name == name).expect("a table");
    // A word that no state has.
    let mut wrong = rows.clone();
    let (table, documents) = &mut wrong[at("document")];
    let state = table.fields.iter().position(|field| field.name == "state").expect("a field");
    documents[1][state] = Datum::Text("perdue".to_owned());
    let refused = store.import(|into| put(into, &wrong));
    assert!(matches!(refused, Err(Or::Store(StoreError::Sqlite { .. }))));
    assert!(store.is_fresh().expect("read"));
    // A row that is nowhere: told by its table and its place.
    let mut lost = rows.clone();
    lost[at("lot")].1.remove(1);
    let refused = store.import(|into| {
        put(into, &lost)?;
        assert_eq!(into.dangling().expect("read"), Some(("membership", 3)));
        Err::<(), _>(Or::Other(()))
    });
    assert!(matches!(refused, Err(Or::Other(()))));
    assert!(store.is_fresh().expect("read"));
    // Even where nobody looked: the file does not keep what refers to nothing.
    let refused = store.import(|into| put(into, &lost));
    assert!(matches!(refused, Err(Or::Store(_))), "{refused:?}");
    assert!(store.is_fresh().expect("read"));
    // The journal without an entry that a row needs.
    let mut cut = rows.clone();
    cut[at("journal")].1.pop();
    store
        .import(|into| {
            put(into, &cut)?;
            assert!(!into.verify().expect("read").is_intact());
            Err::<(), _>(Or::Other(()))
        })
        .expect_err("given up");
    store.import(|into| put(into, &rows)).expect("and the whole of it comes in");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// One value changed anywhere is either refused or found again as it was put in: nothing is repaired in silence.
    #[test]
    fn a_changed_value_is_never_repaired(table in 0..TABLES.len(), line in 0usize..9, field in 0usize..25, with in "[a-z]{1,6}") {
        let mut rows = all(&weeks().store, 500);
        let (fields, lines) = (rows[table].0.fields.len(), rows[table].1.len());
        prop_assume!(lines > 0);
        rows[table].1[line % lines][field % fields] = Datum::Text(with);
        let folder = Folder::new();
        let mut store = folder.open();
        match store.import(|into| put(into, &rows)) {
            Ok(()) => {
                let kept: BTreeSet<Vec<Datum>> = all(&store, 500)[table].1.iter().cloned().collect();
                let wanted: BTreeSet<Vec<Datum>> = rows[table].1.iter().cloned().collect();
                prop_assert!(kept == wanted);
            }
            Err(_) => prop_assert!(store.is_fresh().expect("read")),
        }
    }
}
