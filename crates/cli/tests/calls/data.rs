//! `data` and `receipts accountant` as a script calls them: written out and taken in again, what is due, one person's data.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::practice::Practice;
use super::{call, folder};

fn read(practice: &Practice, arguments: &[&str]) -> Value {
    serde_json::from_str(&practice.done(&[arguments, &["--json"]].concat())).expect("json")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

/// A practice whose demo has brought two FSE to their end.
fn after_a_demo(name: &str) -> Practice {
    let practice = Practice::empty(name);
    practice.done(&["demo", "--fse", "2"]);
    practice
}

#[test]
fn everything_is_written_out_and_taken_in_again() {
    let practice = after_a_demo("data-export");
    let out = folder("data-export-out").join("export");
    let told = read(&practice, &["data", "export", text(&out)]);
    assert_eq!((&told["v"], &told["folder"]), (&json!(1), &json!(text(&out))));
    assert!(told["rows"].as_u64() > Some(20) && out.join("manifeste.json").exists(), "{told}");
    assert_eq!(practice.call(&["data", "export", text(&out)]).ending(), (1, "donnees.dossier_pris"));

    let new = folder("data-import").join("new");
    let taken = call(&["data", "import", text(&out), "--data", text(&new), "--json"], b"").json();
    assert_eq!(
        (&taken["v"], &taken["documents"]),
        (&json!(1), &json!(read(&practice, &["ledger"])["documents"].as_array().expect("list").len()))
    );
    let ledger = |data: &str| call(&["ledger", "--json", "--data", data], b"").json();
    assert_eq!(ledger(text(&new)), ledger(text(practice.data())));
    assert_eq!(call(&["journal", "verify", "--data", text(&new)], b"").code, 0);
    let again = call(&["data", "import", text(&out), "--data", text(&new)], b"");
    assert_eq!(again.ending(), (1, "donnees.dossier_pris"));

    // Altered: nothing is made.
    let patients = out.join("donnees/patient.jsonl");
    let altered = fs::read_to_string(&patients).expect("read").replace("DURAND", "DUPOND");
    fs::write(&patients, altered).expect("written");
    let other = folder("data-import-altered").join("new");
    let refused = call(&["data", "import", text(&out), "--data", text(&other)], b"");
    assert_eq!(refused.ending(), (4, "donnees.fichier_altere"));
    assert!(refused.err.contains("donnees/patient.jsonl") && !other.exists(), "{}", refused.err);
    assert_eq!(call(&["data", "import", text(&out)], b"").ending(), (2, "system.argument_manquant"));
}

#[test]
fn what_is_due_is_told_and_then_erased() {
    let practice = after_a_demo("data-retention");
    let report = read(&practice, &["data", "retention"]);
    assert_eq!((&report["v"], &report["years"], &report["due"]["documents"]), (&json!(1), &json!(3), &json!(0)));
    let said = practice.done(&["data", "retention"]);
    assert!(said.contains("L133-4") && !said.contains('€'), "{said}");
    assert_eq!(practice.done(&["data", "retention", "--apply"]), "Rien n'est échu : rien n'a été effacé.\n");
    assert_eq!(practice.call(&["config", "set", "retention.years", "cent"]).ending(), (2, "saisie.reglage_valeur"));
    practice.done(&["config", "set", "retention.years", "0"]);
    practice.done(&["config", "set", "demo.clock", "2026-09-15T09:00"]);
    let due = read(&practice, &["data", "retention"])["due"].clone();
    assert_eq!(due["documents"], json!(2), "{due}");
    let fse = due["fses"][0].as_str().expect("a name").to_owned();
    let ahead = practice.call(&["data", "retention", "--apply"]);
    assert_eq!(ahead.ending(), (1, "system.horloge_en_avance"), "nobody wrote anything for months");
    let confirmed = practice.call(&["data", "retention", "--apply", "--confirm"]);
    assert_eq!(confirmed.ending(), (1, "system.horloge_en_avance"), "that others have data here is another word");
    let done = read(&practice, &["data", "retention", "--apply", "--confirm", "--clock-is-right"]);
    assert_eq!((&done["documents"], &done["stopped"]), (&json!(2), &json!(false)));
    practice.done(&["journal", "verify"]);
    assert_eq!(
        practice.call(&["fse", "export", &fse, text(&folder("data-erased"))]).ending(),
        (1, "store.fse_effacee")
    );
    assert_eq!(read(&practice, &["data", "retention"])["erased"], json!(2));
}

#[test]
fn one_persons_data_are_handed_over_and_erased_as_far_as_may_be() {
    let practice = after_a_demo("data-person");
    let patient = read(&practice, &["patients", "find", "durand"])["people"][0]["id"].to_string();
    let out = folder("data-person-out").join("marie");
    let told = read(&practice, &["data", "export", text(&out), "--patient", &patient]);
    assert_eq!(told["files"].as_array().map(Vec::len), Some(3));
    let file = fs::read_to_string(out.join(format!("personne-{patient}.json"))).expect("written");
    assert!(file.contains("DURAND") && out.join(format!("personne-{patient}.pdf")).exists());

    let plan = read(&practice, &["data", "forget", "--patient", &patient, "--dry-run"]);
    assert_eq!((&plan["done"], &plan["plan"]["whole"]), (&json!(false), &json!(false)));
    assert!(plan["plan"]["stays"][0]["source"].as_str().is_some_and(|source| source.contains("L133-4")), "{plan}");
    assert!(!plan.to_string().contains("DURAND"));
    let by_card = read(&practice, &["data", "forget", "--patient-reader", "sim:vitale-durand", "--dry-run"]);
    assert_eq!(by_card["plan"]["patient"].to_string(), patient);
    let said = practice.done(&["data", "forget", "--patient", &patient]);
    assert!(said.contains("Part : 1 · dernière lecture de la carte Vitale") && said.contains("Reste : "), "{said}");
    assert!(said.contains("sauvegardes"), "{said}");
    practice.done(&["journal", "verify"]);
    assert_eq!(practice.call(&["data", "forget"]).ending(), (2, "system.argument_manquant"));
    assert_eq!(practice.call(&["data", "forget", "--patient", "99"]).ending(), (1, "saisie.patient_inconnu"));
}

#[test]
fn an_accountant_is_handed_the_days() {
    let practice = after_a_demo("data-accountant");
    let file = folder("data-accountant-out").join("comptable.csv");
    let call = ["receipts", "accountant", "--from", "2026-01-01", "--to", "2026-12-31", text(&file)];
    let told = read(&practice, &call);
    let csv = fs::read_to_string(&file).expect("written");
    assert!(csv.starts_with("\u{feff}ligne;jour;payeur;moyen;mouvements;montant;journée close\r\n"), "{csv}");
    assert!(told["patient_cents"].as_i64() > Some(0) && told["amo_cents"].as_i64() > Some(0), "{told}");
    for name in ["DURAND", "PETIT", "99999"] {
        assert!(!csv.contains(name), "{name}");
    }
    assert_eq!(practice.call(&call).ending(), (1, "system.fichier_non_ecrit"), "never over another");
    let wrong = ["receipts", "accountant", "--from", "2026-02-01", "--to", "2026-01-01", "x.csv"];
    assert_eq!(practice.call(&wrong).ending(), (2, "system.argument_refuse"));
}
