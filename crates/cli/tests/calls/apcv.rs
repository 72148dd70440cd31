//! The appli carte Vitale from a command line: a code that a telephone shows, read on standard input; a telephone on a reader; and
//! what is refused.

use super::practice::Practice;

const CLAIM: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// A file with the claim beside the data.
fn claim(practice: &Practice) -> String {
    let path = practice.data().with_file_name("claim.json");
    std::fs::write(&path, CLAIM).expect("written");
    path.to_str().expect("UTF-8").to_owned()
}

#[test]
fn a_code_bills_and_a_new_one_signs() {
    let practice = Practice::empty("apcv-code");
    let claim = claim(&practice);
    let code = practice.done(&["cards", "phone", "vitale-durand"]);
    assert!(code.starts_with("SIMAPCV1:"));
    let made = practice.done_with(&["fse", "new", &claim, "--apcv-stdin"], &code);
    let fse = made.split_whitespace().next().expect("a name").to_owned();
    // An hour later the first one signs nothing.
    practice.done(&["config", "set", "demo.clock", "2026-01-15T10:30"]);
    let late = practice.call_with(&["fse", "sign", &fse, "--apcv-stdin"], &code);
    assert_eq!(late.ending(), (1, "cards.apcv_echu"));
    let fresh = practice.done(&["cards", "phone", "apcv-durand"]);
    practice.done_with(&["fse", "sign", &fse, "--apcv-stdin"], &fresh);
    let shown = practice.done(&["--json", "fse", "show", &fse]);
    assert!(shown.contains("\"document\":\"signee\""), "{shown}");
}

#[test]
fn a_telephone_on_a_reader_is_read_as_such_and_bills() {
    let practice = Practice::empty("apcv-lecteur");
    let read = practice.call(&["cards", "read", "--reader", "sim:apcv-durand"]).json();
    assert_eq!(read["kind"], "apcv");
    assert_eq!(read["beneficiaries"][0]["family_name"], "DURAND");
    assert!(read["context"]["until"].is_string() && read["context"]["identifiant"].is_string(), "{read}");
    let fse = practice.prepare_for("sim:apcv-durand");
    practice.done(&["fse", "sign", &fse, "--patient-reader", "sim:apcv-durand"]);
}

#[test]
fn what_is_no_code_opens_nobody() {
    let practice = Practice::empty("apcv-refus");
    let claim = claim(&practice);
    let new = ["fse", "new", &claim, "--apcv-stdin"];
    assert_eq!(practice.call_with(&new, "SIMAPCV1:AAAA.AAAA.AAAA\n").ending(), (4, "cards.apcv_illisible"));
    assert_eq!(practice.call_with(&new, "").ending(), (4, "cards.apcv_illisible"));
    let code = practice.done(&["cards", "phone", "vitale-durand"]);
    let visit = practice.call_with(&[&new[..], &["--mode", "visite"]].concat(), &code);
    assert_eq!(visit.ending(), (1, "cards.apcv_mode"));
    let nobody = practice.call(&["cards", "phone", "cps-gris"]);
    assert_eq!(nobody.ending(), (2, "cards.carte_simulee_inconnue"));
}
