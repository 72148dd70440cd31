//! Stores that the programs of their day left, one of each schema that landed, opened by the program of today: nothing that
//! they told is told otherwise, work goes on in them, and a migration that is killed leaves a store that opens.
//! `fixtures/store/schema-N.db` was written by the commit that `schema-N.json` names, with what that program said of it.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::path::PathBuf;

use liasse_e2e::crash::G;
use liasse_e2e::strace::{self, Calls, Fault, SYNCS, WRITES};
use liasse_e2e::{Practice, finish, root};
use serde_json::Value;

/// Every schema that landed before the present one.
const SCHEMAS: [u32; 7] = [1, 2, 3, 4, 5, 6, 7];

fn fixture(name: &str) -> PathBuf {
    root().join("fixtures/store").join(name)
}

/// What the old program said of its store.
fn told(schema: u32) -> Value {
    let text = std::fs::read_to_string(fixture(&format!("schema-{schema}.json"))).expect("what it said");
    serde_json::from_str(&text).expect("json")
}

/// A data directory that holds the store of that schema, as the old program closed it.
fn practice(schema: u32) -> Practice {
    let practice = Practice::new(&format!("schema-{schema}"));
    std::fs::create_dir(practice.data()).expect("a folder");
    std::fs::write(practice.data().join("world.toml"), "v = 1\nworld = \"demo\"\n").expect("a world");
    std::fs::copy(fixture(&format!("schema-{schema}.db")), practice.data().join("liasse.db")).expect("a store");
    practice
}

/// Every word of `old` stands in `new`: a program may tell more than its ancestor, never otherwise.
fn stands_in(old: &Value, new: &Value, place: &str) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                let found = new.get(name).unwrap_or_else(|| panic!("{place}.{name} is told no more"));
                stands_in(value, found, &format!("{place}.{name}"));
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            assert_eq!(old.len(), new.len(), "{place}");
            for (at, (old, new)) in old.iter().zip(new).enumerate() {
                stands_in(old, new, &format!("{place}[{at}]"));
            }
        }
        _ => assert_eq!(old, new, "{place}"),
    }
}

fn is_as_told(practice: &Practice, schema: u32) {
    let told = told(schema);
    let journal = practice.json(&["journal", "verify"]);
    assert_eq!(journal["intact"], true, "schema {schema}: {journal}");
    // Reading the ledger signs in: what the card said is an entry of its own, in stores that had no place for it.
    let (entries, before) = (journal["entries"].as_u64(), told["journal"]["entries"].as_u64());
    assert!(entries == before || entries == before.map(|count| count + 1), "schema {schema}: {journal}");
    assert!(entries != before || journal["head"] == told["journal"]["head"], "schema {schema}: {journal}");
    stands_in(&told["ledger"], &practice.json(&["ledger"]), &format!("schema {schema}"));
}

#[test]
fn every_schema_that_landed_is_brought_up_and_tells_what_it_told() {
    for schema in SCHEMAS {
        let practice = practice(schema);
        assert!(told(schema)["ledger"]["documents"].as_array().is_some_and(|rows| rows.len() >= 2), "rows in it");
        is_as_told(&practice, schema);
        // The second opening finds nothing to do.
        is_as_told(&practice, schema);
    }
}

#[test]
fn work_goes_on_in_a_store_of_every_schema() {
    for schema in SCHEMAS {
        let practice = practice(schema);
        let before = practice.json(&["ledger"])["documents"].as_array().expect("documents").len();
        practice.run(&["config", "set", "demo.clock", "2026-09-01T09:00"]).success();
        let today = G.replace("2026-01-15", "2026-09-01");
        let fse = practice.bill("vitale-durand", &today, None);
        assert_eq!(practice.document(&fse)["document"], "signee", "schema {schema}");
        practice.run(&["lot", "seal"]).success();
        assert_eq!(practice.json(&["ledger"])["documents"].as_array().expect("documents").len(), before + 1);
        assert_eq!(practice.json(&["journal", "verify"])["intact"], true, "schema {schema}");
    }
}

#[test]
fn a_migration_that_is_killed_leaves_a_store_that_opens_with_everything_in_it() {
    for schema in [1, 5] {
        let whole = practice(schema);
        let log = whole.scratch().join("strace.log");
        let data = whole.data();
        finish(&mut strace::watched(&whole.ctl(&["ledger"]), &data, None, &log), b"").success();
        let Calls { writes, syncs, .. } = strace::calls(&log);
        assert!(writes > 20 && syncs > 2, "a migration writes: {writes} and {syncs}");
        let spread = |count: usize, most: usize| {
            let step = count.div_ceil(most).max(1);
            (1..=count).step_by(step)
        };
        let places = spread(writes, 12).map(|at| (WRITES, at)).chain(spread(syncs, 8).map(|at| (SYNCS, at)));
        for (calls, at) in places {
            let struck = practice(schema);
            let log = struck.scratch().join("strace.log");
            let fault = Fault { calls, blow: "signal=KILL", at, onwards: false };
            let mut killed = strace::watched(&struck.ctl(&["ledger"]), &struck.data(), Some(fault), &log);
            let ended = finish(&mut killed, b"");
            // The last calls fold the log into the file: the answer may have been given by then.
            if ended.code == 0 {
                assert_eq!(strace::calls(&log).struck, 0, "{calls} {at}: struck and done");
            }
            is_as_told(&struck, schema);
        }
    }
}
