//! `radar` on the command line: what is not finished, from the passage to the payment; a shape for scripts, a table for
//! people, and no name in either.

use serde_json::{Value, json};

use super::practice::Practice;

fn radar(practice: &Practice) -> Value {
    serde_json::from_str(&practice.done(&["radar", "--json"])).expect("json")
}

/// The category of that word.
fn of<'a>(radar: &'a Value, word: &str) -> &'a Value {
    let categories = radar["categories"].as_array().expect("categories");
    categories.iter().find(|one| one["category"] == word).expect("the category")
}

#[test]
fn an_fse_is_watched_with_its_euros_and_its_date_from_the_number_to_the_file() {
    let practice = Practice::empty("radar");
    let nothing = radar(&practice);
    assert_eq!((&nothing["v"], &nothing["day"]), (&json!(1), &json!("2026-01-15")));
    let words: Vec<_> =
        nothing["categories"].as_array().expect("categories").iter().map(|one| one["category"].clone()).collect();
    let order = [
        "vu_non_facture",
        "facture_non_envoye",
        "envoye_non_recu",
        "recu_non_paye",
        "rejete",
        "paye_trop_peu",
        "date_legale",
    ];
    assert_eq!(words, order.map(Value::from));
    assert!(nothing["returns_read_until"].is_null() && nothing["dates"] == json!([]));

    let fse = practice.prepare();
    let unsent = of(&radar(&practice), "facture_non_envoye").clone();
    assert_eq!((&unsent["count"], &unsent["total_cents"], &unsent["overdue"]), (&json!(1), &json!(3000), &json!(0)));
    // Under tiers payant eight working days: from Thursday 15 to Tuesday 27 January.
    let row = &unsent["rows"][0];
    assert_eq!((&row["fse"], &row["action"]), (&json!(fse), &json!("signer")));
    assert_eq!((&row["deadline"], &row["level"]), (&json!("2026-01-27"), &json!("a_temps")));
    practice.done(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-petit"]);
    practice.done(&["lot", "seal"]);
    let said = radar(&practice);
    assert_eq!(of(&said, "facture_non_envoye")["rows"][0]["action"], "envoyer");
    assert_eq!(said["dates"], json!([{"day": "2026-01-27", "count": 1, "total_cents": 3000, "level": "a_temps"}]));
}

#[test]
fn a_table_tells_the_same_to_a_person_and_names_nobody() {
    let practice = Practice::empty("radar-table");
    let fse = practice.prepare();
    let table = practice.done(&["radar"]);
    assert!(table.starts_with("Retours jamais relevés\n"), "{table}");
    let line = table.lines().find(|line| line.contains(&fse)).expect("a line for the FSE");
    assert!(line.contains("30,00") && line.contains("avant le 27/01/2026 (à temps)") && line.ends_with("→ signer"));
    assert!(!table.contains("PETIT") && !radar(&practice).to_string().contains("PETIT"), "{table}");
    assert!(table.contains("Facturé, pas envoyé : 1"), "{table}");
}

#[test]
fn after_a_demo_nothing_is_left_but_what_its_kind_leaves() {
    let practice = Practice::empty("radar-demo");
    practice.done(&["demo", "--fse", "2"]);
    let said = radar(&practice);
    for category in said["categories"].as_array().expect("categories") {
        assert_eq!(category["count"], 0, "{category}");
    }
    assert!(said["returns_read_until"].is_string());
}
