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

#[test]
fn visits_are_made_in_series_without_a_network_and_sent_later() {
    let pcscd = Pcscd::start();
    let practice = Practice::empty("visits");
    // Nothing listens there: the doctor is on the road.
    practice.run(&["config", "set", "post.smtp", "127.0.0.1:9"]).success();
    practice.run(&["config", "set", "post.pop3", "127.0.0.1:9"]).success();
    let _gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    let second = Slot::Second.reader();
    let claim = practice.scratch().write(
        "visite.json",
        r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"VG","place":"home"},{"code":"MD","place":"home"}]}"#,
    );
    let claim = claim.to_str().expect("utf-8");
    let call = |words: &[&str]| called(&pcscd, &practice, words, 0);
    let mut made = Vec::new();
    for patient in ["vitale-durand", "vitale-martin", "vitale-durand"] {
        let vitale = pcscd.insert(Slot::Second, patient, &[]);
        let fse = call(&["fse", "new", claim, "--mode", "visite", "--patient-reader", &second])["fse"].clone();
        let fse = fse.as_str().expect("a name").to_owned();
        call(&["fse", "sign", &fse, "--patient-reader", &second]);
        made.push(fse);
        vitale.pull();
    }
    call(&["lot", "seal"]);
    practice.run(&["post", "send"]).with_code(3);
    // Back at the practice.
    let _caisse = practice.caisse(&[]);
    let ports = std::fs::read_to_string(practice.caisse_data().join("ports.json")).expect("the ports");
    let ports: Value = serde_json::from_str(&ports).expect("json");
    for (name, key) in [("post.smtp", "smtp"), ("post.pop3", "pop3s")] {
        practice.run(&["config", "set", name, &format!("localhost:{}", ports[key])]).success();
    }
    practice.run(&["config", "set", "post.ca", ports["ca"].as_str().expect("a path")]).success();
    practice.run(&["post", "send"]).success();
    practice.run(&["post", "fetch"]).success();
    for fse in &made {
        let document = practice.document(fse);
        assert_eq!((&document["transmission"], &document["reject"]), (&json!("recue"), &Value::Null), "{document}");
    }
}

#[test]
fn between_two_directories_only_the_code_and_the_right_card_open_the_file() {
    let pcscd = Pcscd::start();
    let desk = Practice::empty("desk");
    let doctors = Practice::empty("doctors");
    let second = Slot::Second.reader();
    let gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    let vitale = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    called(&pcscd, &desk, &["passage", "instruction", "give", "suivi", "G"], 0);
    let code = called(&pcscd, &desk, &["desync", "pair"], 0)["code"].as_str().expect("a code").to_owned();
    assert_eq!(code.len(), 29, "five groups of five");
    desk.run(&["config", "set", "desk.post", "1"]).success();
    gris.pull();
    let mauve = pcscd.insert(Slot::First, "cpe-mauve", &[]);
    let passage = called(&pcscd, &desk, &["passage", "receive", "--patient-reader", &second], 0)["passage"].clone();
    let passage = passage["passage"].to_string();
    called(&pcscd, &desk, &["passage", "apply", &passage, "suivi"], 0);
    let fse = called(&pcscd, &desk, &["passage", "bill", &passage, "--patient-reader", &second], 0)["fse"].clone();
    let fse = fse.as_str().expect("a name").to_owned();
    let folder = desk.scratch().join("cle");
    let folder = folder.to_str().expect("utf-8");
    let sent = called(&pcscd, &desk, &["desync", "export", folder, &fse], 0);
    let file = sent["file"].as_str().expect("a file").to_owned();
    // Whoever finds the file reads nothing of the patient.
    let bytes = std::fs::read(&file).expect("the file");
    for word in ["DURAND", "MARIE", "991010117-"] {
        assert!(!bytes.windows(word.len()).any(|window| window == word.as_bytes()), "{word}");
    }
    mauve.pull();
    vitale.pull();

    let _gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    assert_eq!(called(&pcscd, &doctors, &["desync", "import", &file], 1), "desync.sans_code");
    assert_eq!(finish(&mut doctors.ctl(&["config", "set", "desk.code"]), b"ABCDE\n").code, 2);
    finish(&mut doctors.ctl(&["config", "set", "desk.code"]), format!("{code}\n").as_bytes()).success();
    doctors.run(&["config", "set", "desk.post", "2"]).success();
    let altered = doctors.scratch().write("altered.liasse", "");
    let mut changed = bytes;
    let last = changed.len() - 1;
    changed[last] ^= 1;
    std::fs::write(&altered, changed).expect("written");
    assert_eq!(
        called(&pcscd, &doctors, &["desync", "import", altered.to_str().expect("utf-8")], 4),
        "desync.fichier_altere"
    );
    assert_eq!(called(&pcscd, &doctors, &["desync", "import", &file], 0)["fses"], json!([fse]));
    assert_eq!(called(&pcscd, &doctors, &["desync", "import", &file], 1), "desync.deja_recu");
    assert_eq!(called(&pcscd, &doctors, &["desync", "sign"], 0)["signed"], json!([fse]));
    doctors.run(&["journal", "verify"]).success();
    desk.run(&["journal", "verify"]).success();
}

#[test]
fn a_signed_lot_that_was_kept_shows_an_old_copy() {
    let practice = Practice::new("against");
    practice.run(&["demo"]).success();
    let folder = practice.scratch().join("lot");
    let folder = folder.to_str().expect("utf-8");
    let old = practice.copy("against-old");
    practice.run(&["fse", "list"]).success();
    practice.bill("vitale-durand", r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#, None);
    practice.run(&["lot", "seal"]).success();
    practice.run(&["lot", "export", "last", folder]).success();
    let kept = format!("{folder}/lot.p7s");
    practice.run(&["journal", "verify", "--against", &kept]).success();
    // The old copy is whole in itself: only what was kept elsewhere tells.
    old.run(&["journal", "verify"]).success();
    assert_eq!(old.refused(&["journal", "verify", "--against", &kept], 4)["code"], "store.lot_absent");
}
