//! Tables handed in: each replaces the embedded one of its name, and a damaged one is refused at its line.

#![expect(clippy::expect_used, reason = "the documents of a test")]

use liasse_domain::{Coded, catalogue};
use liasse_pricing::{CodeKind, FILES, Input, TableError, Tables, price};
use proptest::prelude::*;

const HEADER: &str = "code,value_cents,from,to,zone,who,source,confidence\n";

fn ngap(rows: &str) -> Result<Tables, TableError> {
    Tables::with_overrides(&[("ngap.csv".to_owned(), format!("{HEADER}{rows}").into_bytes())])
}

fn g(tables: &Tables, specialty: &str, zone: &str) -> i64 {
    let text = format!(
        r#"{{"date":"2026-01-15","practitioner":{{"specialty":"{specialty}","zone":"{zone}"}},
            "patient":{{"birth_date":"1980-05-02"}},"care_path":"T","acts":[{{"code":"G"}}]}}"#
    );
    let input = Input::from_json(text.as_bytes()).expect("input");
    price(tables, &input).expect("price").total_cents.0
}

#[test]
fn the_embedded_tables_are_whole() {
    assert_eq!(Tables::with_overrides(&[]).err(), None);
    let codes: Vec<_> = Tables::embedded().codes();
    assert!(codes.len() > 100, "the letters of the NGAP");
    assert!(codes.windows(2).all(|pair| pair[0].0 < pair[1].0), "in order, each once");
    assert_eq!(Tables::embedded().kind("G"), Some(CodeKind::Consultation));
    assert_eq!(Tables::embedded().kind("MEG"), Some(CodeKind::Majoration));
    assert_eq!(Tables::embedded().kind("DEQP003"), Some(CodeKind::Technical));
    assert!(Tables::embedded().knows("QZJA002") && !Tables::embedded().knows("QZJA999"));
}

#[test]
fn a_table_replaces_the_one_of_its_name() {
    let tables = ngap("G,3100,2026-01-01,,metropole,medecin,essai,documented\n").expect("tables");
    assert_eq!(g(&tables, "01", "metropole"), 3100);
    assert_eq!(g(Tables::embedded(), "01", "metropole"), 3000);
}

#[test]
fn the_narrowest_row_is_taken() {
    let tables = ngap(
        "G,1000,2026-01-01,,metropole,medecin,essai,documented\n\
         G,2000,2026-01-01,,metropole,medecin 22|23,essai,documented\n\
         G,3000,2026-01-01,,drom,medecin 22|23,essai,documented\n\
         G,4000,2026-01-01,,mayotte,medecin,essai,documented\n",
    )
    .expect("tables");
    assert_eq!(g(&tables, "01", "metropole"), 1000);
    assert_eq!(g(&tables, "22", "metropole"), 2000);
    assert_eq!(g(&tables, "22", "reunion"), 3000);
    assert_eq!(g(&tables, "22", "mayotte"), 4000);
}

#[test]
fn a_damaged_table_is_refused_at_its_line() {
    let good = "G,3000,2026-01-01,,metropole,medecin,essai,documented\n";
    let value = |line, column| TableError::Value { file: "ngap.csv", line, column };
    for (row, fault) in [
        ("G,trente,2026-01-01,,metropole,medecin,essai,documented", value(3, "value_cents")),
        ("G,-1,2026-01-01,,metropole,medecin,essai,documented", value(3, "value_cents")),
        ("G,3000,2026-02-30,,metropole,medecin,essai,documented", value(3, "from")),
        ("G,3000,2026-01-02,2026-01-01,metropole,medecin,essai,documented", value(3, "to")),
        ("G,3000,2026-01-01,,lune,medecin,essai,documented", value(3, "zone")),
        ("G,3000,2026-01-01,,metropole,,essai,documented", value(3, "who")),
        ("G,3000,2026-01-01,,metropole,medecin,,documented", value(3, "source")),
        ("G,3000,2026-01-01,,metropole,medecin,essai,sûr", value(3, "confidence")),
        ("XX,3000,2026-01-01,,metropole,medecin,essai,documented", value(3, "code")),
        ("G,3000", TableError::Unreadable { file: "ngap.csv", line: 3 }),
        (
            "G,3000,2025-01-01,2026-01-01,metropole,medecin,essai,documented",
            TableError::Overlap { file: "ngap.csv", line: 3 },
        ),
    ] {
        assert_eq!(ngap(&format!("{good}{row}\n")).err(), Some(fault), "{row}");
    }
    let other = |name: &str, text: &str| Tables::with_overrides(&[(name.to_owned(), text.as_bytes().to_vec())]).err();
    assert_eq!(other("prix.csv", ""), Some(TableError::UnknownFile { file: "prix.csv".into() }));
    assert_eq!(other("rates.csv", ""), Some(TableError::Header { file: "rates.csv" }));
    assert_eq!(
        other("rules.csv", "rule,says,source\n"),
        Some(TableError::NoSentence { file: "rules.csv", rule: "ngap" })
    );
    assert_eq!(
        other("rules.csv", "rule,says,source\nngap,Prix de {nom}.,NGAP\n"),
        Some(TableError::Value { file: "rules.csv", line: 2, column: "says" })
    );
}

#[test]
fn every_fault_has_its_words() {
    for error in [
        TableError::UnknownFile { file: "x.csv".into() },
        TableError::Unreadable { file: "ngap.csv", line: 2 },
        TableError::Header { file: "ngap.csv" },
        TableError::Value { file: "ngap.csv", line: 2, column: "to" },
        TableError::Overlap { file: "ngap.csv", line: 2 },
        TableError::NoSentence { file: "rules.csv", rule: "ngap" },
    ] {
        assert!(catalogue::entry(error.code()).is_some(), "{error}");
        assert_eq!(error.exit_code(), 4);
        assert!(!error.report().message.contains('{'), "{error}");
    }
}

proptest! {
    #[test]
    fn any_bytes_are_refused_or_a_table(name in 0usize..FILES.len(), bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = Tables::with_overrides(&[(FILES[name].to_owned(), bytes)]);
    }

    #[test]
    fn a_damaged_table_never_panics(name in 0usize..FILES.len(), place in 0usize..5000, byte in any::<u8>()) {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../assets/tables/");
        let mut bytes = std::fs::read(format!("{folder}{}", FILES[name])).expect("table");
        let place = place % bytes.len();
        bytes[place] = byte;
        let _ = Tables::with_overrides(&[(FILES[name].to_owned(), bytes)]);
    }
}

#[test]
fn every_code_of_the_crate_has_its_words() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut codes = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).expect("folder") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("source");
            codes.extend(text.split("Code(\"").skip(1).filter_map(|rest| rest.split('"').next().map(str::to_owned)));
        }
    }
    assert!(codes.len() > 40);
    let texts: Vec<&str> = catalogue::codes().collect();
    let silent: Vec<&String> = codes.iter().filter(|code| !texts.contains(&code.as_str())).collect();
    assert!(silent.is_empty(), "{silent:?}");
    let unused: Vec<&&str> =
        texts.iter().filter(|text| text.starts_with("pricing.") && !codes.iter().any(|code| code == **text)).collect();
    assert!(unused.is_empty(), "{unused:?}");
}
