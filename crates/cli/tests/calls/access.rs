//! The limits of `docs/acces.md` hold against a script: the card in the reader decides, and without one there is no patient and no
//! money. What each role may is tried use case by use case in `core`.

use serde_json::{Value, json};

use super::folder;
use super::practice::Practice;

/// Dr Gris's practice with one FSE of Ms Durand in a signed lot; gives both names.
fn with_a_lot(name: &str) -> (Practice, String, String) {
    let practice = Practice::empty(name);
    let fse = practice.prepare_for("sim:vitale-durand");
    practice.done(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-durand"]);
    let lot = practice.done(&["lot", "seal"]).trim_end().to_owned();
    (practice, fse, lot)
}

#[test]
fn a_card_of_staff_opens_no_account() {
    let (practice, fse, lot) = with_a_lot("access-staff");
    let out = folder("access-staff-out");
    let out = out.to_str().expect("UTF-8");
    for call in [
        &["receipts", "day"][..],
        &["receipts", "unpaid"],
        &["receipts", "cheques"],
        &["receipts", "deposit"],
        &["receipts", "close"],
        &["match", "list"],
        &["returns", "list"],
        &["lot", "export", &lot, out],
        &["tables", "diff", "programme", "programme"],
    ] {
        let answer = practice.call(&[call, &["--reader", "sim:cpe-mauve"]].concat());
        assert_eq!(answer.ending(), (1, "papier.comptes"), "{call:?}");
        assert_eq!(answer.out, "", "{call:?}");
    }
    let cancelled = practice.call(&["fse", "cancel", &fse, "--reader", "sim:cpe-mauve"]);
    assert_eq!(cancelled.ending(), (1, "acces.praticien_seul"));
    // What it sees of an FSE: its states, and what the patient owes.
    for call in [&["ledger", "--json"][..], &["fse", "list", "--json"]] {
        let said: Value =
            serde_json::from_str(&practice.done(&[call, &["--reader", "sim:cpe-mauve"]].concat())).expect("json");
        let document = &said["documents"][0];
        assert_eq!((&document["fse"], &document["transmission"]), (&json!(fse), &json!("en_fichier")));
        let money = document["money"].as_array().expect("money");
        let payers: Vec<&Value> = money.iter().map(|part| &part["payer"]).collect();
        assert_eq!(payers, [&json!("patient")], "{call:?}");
    }
}

#[test]
fn a_colleagues_card_opens_nothing_of_anothers() {
    let (practice, fse, lot) = with_a_lot("access-colleague");
    let out = folder("access-colleague-out");
    let out = out.to_str().expect("UTF-8");
    for call in [
        &["fse", "show", &fse][..],
        &["fse", "settle", &fse, "carte"],
        &["fse", "cancel", &fse],
        &["fse", "export", &fse, out],
        &["lot", "export", &lot, out],
        &["patients", "why", &fse],
    ] {
        let answer = practice.call(&[call, &["--reader", "sim:cps-blanc"]].concat());
        assert_eq!(answer.ending(), (1, "invoicing.autre_praticien"), "{call:?}");
    }
    assert_eq!(std::fs::read_dir(out).expect("the folder").count(), 0, "nothing was written");
    let said = practice.done(&["ledger", "--json", "--reader", "sim:cps-blanc"]);
    let said: Value = serde_json::from_str(&said).expect("json");
    assert_eq!(said["documents"], json!([]));
    let found = practice.done(&["patients", "find", "durand", "--json", "--reader", "sim:cps-blanc"]);
    let found: Value = serde_json::from_str(&found).expect("json");
    assert_eq!(found["people"], json!([]));
}

#[test]
fn without_a_card_there_are_settings_and_files_and_nobody() {
    let (practice, fse, lot) = with_a_lot("access-nobody");
    practice.done(&["config", "set", "post.from", "dr.test@cabinet.test"]);
    practice.done(&["journal", "verify"]);
    let status = practice.done(&["post", "status", "--json"]);
    assert!(status.contains(&lot), "{status}");
    for word in ["DURAND", "MARIE", &fse, "cents", "30,00"] {
        assert!(!status.contains(word), "« {word} » in {status}");
    }
}
