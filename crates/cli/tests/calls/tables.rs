//! `tables` on the command line: what holds, what an import changes and from which day, what two folders differ in.

use serde_json::{Value, json};

use super::practice::Practice;
use super::{call, folder};

const HEADER: &str = "code;activite;phase;tarif_s1_optam;tarif_autres;non_pris_en_charge;rembt_sous_cond;\
accord_prealable;exo_tm;regroupement;modificateurs;codes_associes;chapitre;libelle\n";

fn act(date: &str) -> String {
    json!({"v": 1, "date": date, "practitioner": {}, "patient": {"birth_date": "1980-05-02"}, "care_path": "T",
        "acts": [{"code": "DEQP003"}]})
    .to_string()
}

#[test]
fn an_import_holds_from_its_day_for_its_practice_alone() {
    let practice = Practice::empty("tables-import");
    let file = folder("tables-import-file").join("ccam_v82_20260301.csv");
    std::fs::write(&file, format!("{HEADER}DEQP003;1;0;15.00;14,00;;;;2;ATM;FPSU;;04.01;Tracé du coeur\n"))
        .expect("file");
    let said: Value =
        serde_json::from_str(&practice.done(&["tables", "import", file.to_str().expect("path")])).expect("json");
    assert_eq!((&said["from"], &said["rows"], &said["codes"]), (&json!("2026-03-01"), &json!(1), &json!(1)));
    let price =
        |date| -> Value { serde_json::from_str(&practice.done_with(&["price", "-"], &act(date))).expect("json") };
    assert_eq!(price("2026-02-28")["total_cents"], json!(1477), "the version before, until its eve");
    assert_eq!(price("2026-03-01")["total_cents"], json!(1500));
    assert_eq!(price("2026-03-01")["lines"][0]["steps"][0]["source"], json!("CNAM CCAM v82 20260301"));
    assert_eq!(call(&["price", "-"], act("2026-03-01").as_bytes()).json()["total_cents"], json!(1477));
    let listed: Value = serde_json::from_str(&practice.done(&["tables", "list"])).expect("json");
    let origin = |name: &str| {
        let table = listed["tables"].as_array().expect("tables").iter().find(|table| table["table"] == name);
        table.expect(name)["origin"].clone()
    };
    assert_eq!((origin("ccam.csv"), origin("ngap.csv")), (json!("data"), json!("program")));
}

#[test]
fn a_damaged_import_changes_nothing() {
    let practice = Practice::empty("tables-damaged");
    let file = folder("tables-damaged-file").join("ccam.csv");
    std::fs::write(&file, format!("{HEADER}DEQP003;1;0;beaucoup;14;;;;2;ATM;FPSU;;04.01;x\n")).expect("file");
    let path = file.to_str().expect("path");
    let refused = practice.call(&["tables", "import", path]);
    assert_eq!(refused.ending(), (2, "system.argument_manquant"), "no day in its name");
    let refused = practice.call(&["tables", "import", path, "--from", "2026-03-01"]);
    assert_eq!(refused.ending(), (4, "pricing.table_valeur"));
    assert!(refused.err.contains("ligne 2"), "{}", refused.err);
    assert!(!practice.data().join("tables").exists());
}

#[test]
fn two_folders_are_compared_by_day_and_in_euros() {
    let raised = folder("tables-raised");
    let table = include_str!("../../../../assets/tables/ngap.csv");
    let line = table.lines().find(|line| line.starts_with("G,3000,2024-12-22,,metropole")).expect("G");
    let closed = line.replace("2024-12-22,,", "2024-12-22,2026-06-30,");
    let new = line.replace("G,3000,2024-12-22,", "G,3200,2026-07-01,");
    std::fs::write(raised.join("ngap.csv"), table.replace(&format!("\n{line}\n"), &format!("\n{closed}\n{new}\n")))
        .expect("table");
    let invoices = folder("tables-invoices").join("factures.jsonl");
    let one = |code: &str| {
        json!({"v": 1, "date": "2026-06-10", "practitioner": {}, "patient": {"birth_date": "1980-05-02"},
            "care_path": "T", "acts": [{"code": code}]})
    };
    std::fs::write(&invoices, format!("{}\n{}\n", one("G"), one("C"))).expect("file");
    let [raised, invoices] = [&raised, &invoices].map(|path| path.to_str().expect("path").to_owned());
    let answer = call(&["tables", "diff", "programme", &raised, "--invoices", &invoices], b"").json();
    let changes = answer["changes"].as_array().expect("changes");
    assert_eq!(changes.len(), 1, "{answer}");
    assert_eq!((&changes[0]["from"], &changes[0]["what"]["code"]), (&json!("2026-07-01"), &json!("G")));
    assert_eq!(changes[0]["values"]["value_cents"], json!({"before": "3000", "after": "3200"}));
    let effect = &answer["invoices"]["effects"][0];
    assert_eq!((&effect["day"], &effect["changed"]), (&json!("2026-07-01"), &json!(1)));
    let sums = ["total_before_cents", "total_after_cents", "amo_before_cents", "amo_after_cents"];
    // 30 + 23, 32 + 23; 70 % of each.
    assert_eq!(sums.map(|name| effect[name].as_i64()), [5300, 5500, 3710, 3850].map(Some));
    // The claims of the data's last month stand in for a file.
    let practice = Practice::empty("tables-diff");
    practice.prepare();
    let answer: Value = serde_json::from_str(&practice.done(&["tables", "diff", "programme", &raised])).expect("json");
    assert_eq!(answer["invoices"]["count"], json!(1), "{answer}");
    assert_eq!(answer["invoices"]["effects"][0]["total_after_cents"], json!(3200));
}

/// The table that ships is what the importer makes of the CNAM's file, byte for byte.
#[test]
fn reads_shared_ccam_imported_is_the_table_that_ships() {
    let practice = Practice::empty("tables-cnam");
    let shared =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/reference/data/ccam_v81_20260101_normalised.csv");
    let said: Value = serde_json::from_str(&practice.done(&["tables", "import", shared])).expect("json");
    assert_eq!((&said["rows"], &said["codes"]), (&json!(13_499), &json!(8_257)));
    let made = std::fs::read_to_string(practice.data().join("tables/ccam.csv")).expect("table");
    assert!(made == include_str!("../../../../assets/tables/ccam.csv"), "assets/tables/ccam.csv is not the import");
    let labels = std::fs::read_to_string(practice.data().join("tables/labels.csv")).expect("labels");
    assert_eq!(labels.lines().count(), 8_258);
}
