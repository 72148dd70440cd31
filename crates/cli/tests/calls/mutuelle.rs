//! The complementary part in its four ways, on the command line: what is known of the mutuelle, a DRE with its own lot, its
//! payment, and its taking back before and after it left. G at 30,00 €: 21,00 by the caisse, 9,00 by the mutuelle.

use serde_json::{Value, json};

use super::practice::Practice;

const BOTH: &str =
    r#"{"date":"2026-01-15","care_path":"T","third_party":{"amo":true,"amc":true},"acts":[{"code":"G"}]}"#;

fn said(practice: &Practice, arguments: &[&str]) -> Value {
    serde_json::from_str(&practice.done(&[arguments, &["--json"]].concat())).expect("json")
}

/// Prepares and signs G with both parts paid by others; gives its name.
fn signed(practice: &Practice, vitale: &str) -> String {
    let made = practice.done_with(&["fse", "new", "-", "--patient-reader", vitale], BOTH);
    let fse = made.split_whitespace().next().expect("a name").to_owned();
    practice.done(&["fse", "sign", &fse, "--patient-reader", vitale]);
    fse
}

/// Seals, sends, fetches.
fn round(practice: &Practice) {
    practice.done(&["lot", "seal"]);
    practice.done(&["post", "send"]);
    practice.done(&["post", "fetch"]);
}

/// State and debt of each payer of a document: `amo:attendu:2100`, those that owe nothing left out.
fn money(practice: &Practice, fse: &str, kind: &str) -> Vec<String> {
    let ledger = said(practice, &["ledger"]);
    let found =
        ledger["documents"].as_array().expect("documents").iter().find(|one| one["fse"] == fse && one["kind"] == kind);
    let parts = found.unwrap_or_else(|| panic!("no {kind} {fse}"))["money"].as_array().expect("money").clone();
    let text = |part: &Value| {
        format!(
            "{}:{}:{}",
            part["payer"].as_str().expect("text"),
            part["state"].as_str().expect("text"),
            part["due_cents"]
        )
    };
    parts.iter().filter(|part| part["state"] != "sans_objet").map(text).collect()
}

fn kinds(practice: &Practice) -> Vec<String> {
    let ledger = said(practice, &["ledger"]);
    let text =
        |one: &Value| format!("{}:{}", one["kind"].as_str().expect("text"), one["document"].as_str().expect("text"));
    ledger["documents"].as_array().expect("documents").iter().map(text).collect()
}

#[test]
fn a_card_is_typed_seen_again_and_decides_how_its_part_travels() {
    let practice = Practice::empty("mutuelle-card");
    assert_eq!(said(&practice, &["mutuelle", "show"])["management"], json!("aucune"));
    let refused = practice.call_with(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand"], BOTH);
    assert_eq!(refused.ending(), (1, "invoicing.impossible"), "{}", refused.err);
    for (amc, member, kind) in [("9999", "A1", "CO"), ("99999902", "é", "CO"), ("99999902", "A1", "C")] {
        let wrong = practice.call(&["mutuelle", "set", "--amc", amc, "--member", member, "--convention", kind]);
        assert_eq!(wrong.code, 4, "{}", wrong.err);
    }
    let until = ["--until", "2026-12-31"];
    let set = ["mutuelle", "set", "--amc", "99999902", "--member", "sim99901", "--convention", "co"];
    let shown: Value = serde_json::from_str(&practice.done(&[&set[..], &until[..]].concat())).expect("json");
    assert_eq!((&shown["management"], &shown["card"]["member"]), (&json!("unique"), &json!("SIM99901")));
    assert_eq!(said(&practice, &["mutuelle", "seen"])["card"]["seen_on"], json!("2026-01-15"));
    let fse = signed(&practice, "sim:vitale-durand");
    assert_eq!(money(&practice, &fse, "fse"), ["amo:attendu:2100", "amc:attendu:900"]);
    assert_eq!(kinds(&practice), ["fse:signee"], "under gestion unique there is no DRE");
    // C2S is its own way, and a patient without mutuelle has none.
    let c2s = said(&practice, &["mutuelle", "show", "--patient-reader", "sim:vitale-petit"]);
    assert_eq!((&c2s["management"], &c2s["card"]), (&json!("c2s"), &Value::Null));
    // The card ended before the acts: a reason is asked for.
    let ended = ["--until", "2026-01-14"];
    practice.done(&[&set[..], &ended[..]].concat());
    let refused = practice.call_with(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand"], BOTH);
    assert_eq!(refused.ending(), (1, "invoicing.motif_attendu"), "{}", refused.err);
}

#[test]
fn who_manages_a_part_is_never_guessed() {
    let practice = Practice::empty("mutuelle-unknown");
    let set = ["mutuelle", "set", "--amc", "99999904", "--member", "X1", "--convention", "QQ"];
    let shown: Value = serde_json::from_str(&practice.done(&set)).expect("json");
    assert_eq!(shown["management"], Value::Null);
    let refused = practice.call_with(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand"], BOTH);
    assert_eq!(refused.ending(), (1, "invoicing.impossible"));
    assert!(refused.err.contains("99999904"), "{}", refused.err);
    // A table that has no meaning changes nothing; a good one says where the DRE goes.
    let file = practice.data().join("../conventions.csv");
    let path = file.to_str().expect("UTF-8");
    let table = |row: &str| format!("number,kind,name,management,intake,from,until,source\n{row}\n");
    std::fs::write(&file, table("99999904,QQ,Essai,separee,,,,contrat")).expect("written");
    assert_eq!(practice.call(&["tables", "import", path]).ending(), (4, "saisie.conventions_champ"));
    std::fs::write(&file, table("99999904,QQ,Essai,separee,502,,,contrat")).expect("written");
    let imported: Value = serde_json::from_str(&practice.done(&["tables", "import", path])).expect("json");
    assert_eq!(imported, json!({"v": 1, "table": "conventions", "rows": 1}));
    let shown = said(&practice, &["mutuelle", "show"]);
    assert_eq!((&shown["management"], &shown["route"]), (&json!("separee"), &json!("99/502")));
    signed(&practice, "sim:vitale-durand");
    assert_eq!(kinds(&practice), ["fse:signee", "dre:signee"]);
}

#[test]
fn a_dre_that_has_not_left_is_withdrawn_and_the_patient_owes() {
    let practice = Practice::empty("dre-withdrawn");
    let fse = signed(&practice, "sim:vitale-lointain");
    assert_eq!(money(&practice, &fse, "fse"), ["amo:attendu:2100"]);
    assert_eq!(money(&practice, &fse, "dre"), ["amc:attendu:900"]);
    practice.done(&["fse", "cancel", &fse, "--dre"]);
    assert_eq!(kinds(&practice), ["fse:signee", "dre:annulee"]);
    assert_eq!(money(&practice, &fse, "fse"), ["patient:attendu:900", "amo:attendu:2100"]);
    assert_eq!(practice.call(&["fse", "cancel", &fse, "--dre"]).ending(), (1, "store.dre_absente"));
    // The FSE is withdrawn with its DRE, where that one still stands.
    let other = signed(&practice, "sim:vitale-lointain");
    practice.done(&["fse", "cancel", &other]);
    assert_eq!(kinds(&practice), ["fse:signee", "dre:annulee", "fse:annulee", "dre:annulee"]);
    practice.done(&["journal", "verify"]);
}

#[test]
fn a_dre_that_left_is_taken_back_by_another() {
    let practice = Practice::empty("dre-taken-back");
    let fse = signed(&practice, "sim:vitale-lointain");
    practice.done(&["lot", "seal"]);
    assert_eq!(practice.call(&["fse", "cancel", &fse, "--dre"]).ending(), (1, "store.fse_dans_un_lot"));
    practice.done(&["post", "send"]);
    practice.done(&["post", "fetch"]);
    let lots: Vec<Value> = said(&practice, &["ledger"])["documents"]
        .as_array()
        .expect("documents")
        .iter()
        .map(|one| json!([one["kind"], one["transmission"], one["lot"] == Value::Null]))
        .collect();
    assert_eq!(json!(lots), json!([["fse", "recue", false], ["dre", "recue", false]]), "each in its own lot");
    practice.done(&["fse", "cancel", &fse, "--dre"]);
    assert_eq!(money(&practice, &fse, "fse"), ["patient:attendu:900", "amo:attendu:2100"]);
    assert_eq!(money(&practice, &fse, "dre"), ["amc:abandonne:900"]);
    assert_eq!(kinds(&practice), ["fse:signee", "dre:signee", "dre:signee"]);
    assert_eq!(practice.call(&["fse", "cancel", &fse, "--dre"]).ending(), (1, "store.dre_absente"), "once");
    round(&practice);
    practice.done(&["config", "set", "demo.clock", "2026-02-02T09:00"]);
    practice.done(&["post", "fetch"]);
    // The insurer heard it: only the caisse has paid.
    assert_eq!(money(&practice, &fse, "fse"), ["patient:attendu:900", "amo:encaisse:2100"]);
    assert_eq!(money(&practice, &fse, "dre"), ["amc:abandonne:900"]);
    let rejects: Vec<Value> = said(&practice, &["ledger"])["documents"]
        .as_array()
        .expect("documents")
        .iter()
        .map(|one| one["reject"].clone())
        .collect();
    assert_eq!(rejects, [Value::Null, Value::Null, Value::Null]);
    practice.done(&["journal", "verify"]);
}

#[test]
fn a_dre_is_paid_by_its_insurer_and_a_rejected_one_is_the_patients() {
    let practice = Practice::empty("dre-paid");
    let paid = signed(&practice, "sim:vitale-lointain");
    practice.done(&[
        "mutuelle",
        "set",
        "--amc",
        "99999901",
        "--member",
        "INCONNU1",
        "--convention",
        "ET",
        "--patient-reader",
        "sim:vitale-martin",
    ]);
    let refused = signed(&practice, "sim:vitale-martin");
    round(&practice);
    practice.done(&["config", "set", "demo.clock", "2026-01-20T09:00"]);
    practice.done(&["post", "fetch"]);
    assert_eq!(money(&practice, &paid, "dre"), ["amc:encaisse:900"]);
    assert_eq!(money(&practice, &refused, "dre"), ["amc:rejete:900"]);
    let rejects = said(&practice, &["returns", "list"]);
    let reject = &rejects["rejects"][0];
    assert_eq!((&reject["kind"], &reject["reject"]["code"]), (&json!("dre"), &json!("S0202")), "{rejects}");
    practice.done(&["fse", "cancel", &refused, "--dre"]);
    assert_eq!(money(&practice, &refused, "fse"), ["patient:attendu:900", "amo:attendu:2100"]);
    assert_eq!(money(&practice, &refused, "dre"), ["amc:abandonne:900"]);
    // Too late: the insurer has paid. And what is given up is not asked for again.
    assert_eq!(practice.call(&["fse", "cancel", &paid, "--dre"]).ending(), (1, "store.dre_payee"));
    assert_eq!(practice.call(&["fse", "cancel", &refused, "--dre"]).ending(), (1, "store.dre_absente"));
    practice.done(&["journal", "verify"]);
}

#[test]
fn what_the_vitale_says_of_a_mutuelle_is_proposed_with_its_day() {
    let practice = Practice::empty("mutuelle-on-vitale");
    let shown = |card: &str| said(&practice, &["mutuelle", "show", "--patient-reader", card]);
    // Its part is the caisse's to manage, the first period of rights is over, and no card of paper was seen.
    let managed = shown("sim:cas-mutuelle-02");
    assert_eq!((&managed["management"], &managed["card"]), (&json!("aucune"), &Value::Null));
    let expected = json!({
        "amc": "99999905", "member": null, "managed_by_caisse": true,
        "from": "2025-02-01", "until": "2049-12-31", "read_on": "2026-01-15",
    });
    assert_eq!(managed["on_vitale"], expected);
    let insurer = &shown("sim:cas-amc-12")["on_vitale"];
    assert_eq!((&insurer["member"], &insurer["managed_by_caisse"]), (&json!("SIM151"), &json!(false)));
    for none in ["sim:vitale-durand", "sim:cas-sortant-c2s-71"] {
        assert_eq!(shown(none)["on_vitale"], Value::Null, "{none}");
    }
}
