//! The secretary's desk with cards in a real pcscd and a caisse that is a process of its own: her CPE prepares, the patient's
//! Vitale seals and leaves, the doctor's CPS signs what waits in one go, and the caisse takes both signatures.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use liasse_e2e::{Pcscd, Practice, Slot, finish};
use serde_json::{Value, json};

/// The reader of the CPS in its slot, with its PIN typed.
fn called(pcscd: &Pcscd, practice: &Practice, words: &[&str], exit: i32) -> Value {
    let (name, value) = pcscd.environment();
    let mut command = practice.ctl(words);
    command.args(["--reader", &Slot::First.reader(), "--pin-stdin", "--json"]).env(name, value);
    let done = finish(&mut command, b"1234\n").with_code(exit);
    if exit == 0 {
        return serde_json::from_str(&done.stdout).unwrap_or(Value::Null);
    }
    let line = done.stderr.lines().last().unwrap_or_default().to_owned();
    serde_json::from_str::<Value>(&line).expect("an error")["error"]["code"].clone()
}

#[test]
fn prepared_by_her_card_sealed_by_the_patients_signed_by_the_doctors() {
    let pcscd = Pcscd::start();
    let practice = Practice::empty("desync");
    let _caisse = practice.caisse(&[]);
    let call = |words: &[&str]| called(&pcscd, &practice, words, 0);
    let refused = |words: &[&str]| called(&pcscd, &practice, words, 1);
    let second = Slot::Second.reader();
    let receive = ["passage", "receive", "--patient-reader", &second];

    // Nothing is prepared for a doctor whose card was never here.
    let mauve = pcscd.insert(Slot::First, "cpe-mauve", &[]);
    let vitale = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    assert_eq!(refused(&receive), "desync.praticien_inconnu");
    mauve.pull();
    let gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    assert_eq!(call(&["desync", "list"])["count"], 0);
    call(&["passage", "instruction", "give", "renouvellement", "G"]);
    gris.pull();

    // The secretary receives the patient twice: one passage by a standing instruction, the other has no word of the doctor's.
    let mauve = pcscd.insert(Slot::First, "cpe-mauve", &[]);
    let passages = [(); 2].map(|()| call(&receive)["passage"]["passage"].to_string());
    call(&["passage", "apply", &passages[0], "renouvellement"]);
    let bill = |passage: &str| ["passage", "bill", passage, "--patient-reader", &second].map(str::to_owned);
    let words = bill(&passages[1]);
    assert_eq!(refused(&words.each_ref().map(String::as_str)), "desync.sans_cotation");
    mauve.pull();
    let gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    assert_eq!(call(&["passage", "code", &passages[1], "G"])["passage"]["acts"], "G");
    gris.pull();

    // On the way out each is billed and sealed by the Vitale that lies there, and paid; her card signs none of them.
    let mauve = pcscd.insert(Slot::First, "cpe-mauve", &[]);
    let fses = passages.each_ref().map(|passage| {
        let words = bill(passage);
        call(&words.each_ref().map(String::as_str))["fse"].as_str().expect("a name").to_owned()
    });
    call(&["fse", "settle", &fses[0], "carte"]);
    assert_eq!(refused(&["desync", "sign", &fses[0]]), "guard.secretariat");
    mauve.pull();
    vitale.pull();

    // The doctor, the same evening: one goes back with a word, the other is signed; then both.
    let _gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    call(&["desync", "return", &fses[1], "la date ?"]);
    let waiting = call(&["desync", "list"]);
    let anomalies: Vec<_> = waiting["waiting"].as_array().expect("rows").iter().map(|row| &row["anomaly"]).collect();
    // G 30,00 € twice; to be sent within three working days where the patient pays.
    assert_eq!((&waiting["total_cents"], anomalies), (&json!(6000), vec![&Value::Null, &json!("desync.retournee")]));
    assert_eq!(waiting["waiting"][0]["deadline"], "2026-01-20");
    assert_eq!(call(&["desync", "sign"])["signed"], json!([fses[0]]));
    call(&["desync", "present", &fses[1]]);
    let last = call(&["desync", "sign", "--lots"]);
    assert_eq!((&last["signed"], last["lots"].as_array().map(Vec::len)), (&json!([fses[1]]), Some(1)));
    practice.run(&["post", "send"]).success();
    practice.run(&["post", "fetch"]).success();
    for fse in &fses {
        let document = practice.document(fse);
        assert_eq!((&document["transmission"], &document["reject"]), (&json!("recue"), &Value::Null));
    }
    practice.run(&["journal", "verify"]).success();
}
