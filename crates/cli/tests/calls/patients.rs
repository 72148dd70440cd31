//! `patients` on the command line: found, looked at, and answered; names on the terminal alone.

use serde_json::{Value, json};

use super::practice::Practice;

fn read(practice: &Practice, call: &[&str]) -> Value {
    serde_json::from_str(&practice.done(&[call, &["--json"]].concat())).expect("json")
}

#[test]
fn a_patient_is_found_shown_and_answered_and_named_on_the_terminal_alone() {
    let practice = Practice::empty("patients");
    let fse = practice.prepare();
    let table = practice.done(&["patients", "find", "petit"]);
    assert!(table.contains("PETIT NADIA") && table.contains("21/07/1990") && table.contains("15/01/2026"), "{table}");
    assert_eq!(practice.done(&["patients", "find", "2", "90", "07"]), table, "and by the beginning of the NIR");
    assert_eq!(practice.done(&["patients", "find", "nadia petit"]), table);

    let found = read(&practice, &["patients", "find", "petit"]);
    assert_eq!(
        (&found["v"], &found["more"], &found["people"][0]["last_act"]),
        (&json!(1), &json!(false), &json!("2026-01-15"))
    );
    let id = found["people"][0]["id"].to_string();
    let history = read(&practice, &["patients", "show", &id]);
    assert_eq!((&history["count"], &history["documents"][0]["fse"]), (&json!(1), &json!(fse)));
    assert_eq!(
        (&history["rights"][0]["source"], &history["rights"][0]["c2s"]),
        (&json!("lecture_vitale"), &json!(true))
    );
    let answer = read(&practice, &["patients", "why", &fse]);
    assert_eq!((&answer["standing"], &answer["corrected_by"]), (&json!("non_signee"), &Value::Null));
    for said in [&found, &history, &answer] {
        let said = said.to_string();
        assert!(!said.contains("PETIT") && !said.contains("99999904") && !said.contains("1990"), "{said}");
    }
    let sentence = practice.done(&["patients", "why", "last"]);
    assert!(sentence.starts_with("Vous n'avez rien payé") && sentence.lines().count() == 1, "{sentence}");
    let shown = practice.done(&["patients", "show", &id]);
    assert!(shown.contains("Carte Vitale, 15/01/2026") && shown.contains("C2S") && shown.contains(&fse), "{shown}");
}

#[test]
fn too_little_nobody_and_no_such_patient_each_say_so() {
    let practice = Practice::empty("patients-none");
    assert_eq!(practice.call(&["patients", "find", "284"]).ending(), (2, "system.argument_refuse"));
    assert_eq!(practice.done(&["patients", "find", "durand"]), "Aucun patient ne correspond.\n");
    assert_eq!(practice.call(&["patients", "show", "12"]).ending(), (1, "saisie.patient_inconnu"));
}
