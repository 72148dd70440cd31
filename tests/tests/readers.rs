//! The whole job with simulated cards in a real pcscd, and what goes wrong with readers and cards.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use liasse_e2e::practice::{money, refusal};
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Pcscd, Practice, Slot, bin, finish};

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// A call of `liassectl` that reaches this pcscd and no other.
fn through(pcscd: &Pcscd, practice: &Practice, words: &[&str]) -> std::process::Command {
    let (name, value) = pcscd.environment();
    let mut command = practice.ctl(words);
    command.env(name, value);
    command
}

#[test]
fn the_demo_runs_with_cards_in_a_real_pcscd() {
    let pcscd = Pcscd::start();
    let _cps = pcscd.insert(Slot::First, "cps-gris", &[]);
    let _vitale = pcscd.insert(Slot::Second, "vitale-petit", &[]);
    let practice = Practice::new("pcscd-demo");
    let (cps, vitale) = (Slot::First.reader(), Slot::Second.reader());
    let words = ["demo", "--fse", "2", "--reader", cps.as_str(), "--patient-reader", vitale.as_str(), "--json"];
    let ledger = finish(&mut through(&pcscd, &practice, &words), b"").success().json();
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 2);
    // C2S whatever the claim of the scenario said: the card decides. G 30,00 € = 21,00 € + 9,00 €.
    assert_eq!(money(&documents[0], "amo"), ("encaisse".to_owned(), 2100, 2100));
    assert_eq!(money(&documents[0], "amc"), ("encaisse".to_owned(), 900, 900));
}

#[test]
fn both_cards_are_read_over_pcsc_as_they_are_in_process() {
    let pcscd = Pcscd::start();
    let cps = pcscd.insert(Slot::First, "cps-gris", &[]);
    let vitale = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    let mut list = pcscd.client(bin("liassectl"));
    let listed = finish(list.args(["cards", "list", "--json"]), b"").success().json();
    let kinds: Vec<_> = listed.as_array().expect("readers").iter().map(|reader| reader["kind"].clone()).collect();
    assert_eq!(kinds, ["cps3", "vitale2"]);
    let read = |reader: &str, pin: bool| {
        let mut command = pcscd.client(bin("liassectl"));
        command.args(["cards", "read", "--reader", reader, "--json"]);
        if pin {
            command.arg("--pin-stdin");
        }
        let mut json = finish(&mut command, b"1234\n").success().json();
        assert!(json["apdus"].as_u64().is_some_and(|count| count > 0));
        for changing in ["apdus", "ms"] {
            json.as_object_mut().expect("an object").remove(changing);
        }
        json
    };
    assert_eq!(read(&cps.reader(), true), read("sim:cps-gris", true));
    let durand = read(&vitale.reader(), false);
    assert_eq!(durand, read("sim:vitale-durand", false));
    assert_eq!(durand["beneficiaries"].as_array().map(Vec::len), Some(2));
    assert_eq!(durand["beneficiaries"][1]["given_name"], "LÉO");
}

#[test]
fn no_service_no_reader_and_no_card_are_three_sentences() {
    let practice = Practice::empty("no-service");
    let mut nobody = practice.ctl(&["ledger", "--reader", "Virtual PCD 00 00", "--pin-stdin"]);
    nobody.env("PCSCLITE_CSOCK_NAME", practice.scratch().join("nowhere"));
    assert_eq!(refusal_with_pin(&mut nobody, 3), "cards.service_absent");
    let pcscd = Pcscd::start();
    let mut unknown = through(&pcscd, &practice, &["ledger", "--reader", "Lecteur absent", "--pin-stdin"]);
    assert_eq!(refusal_with_pin(&mut unknown, 3), "cards.cps_absente");
    let mut read = pcscd.client(bin("liassectl"));
    read.args(["cards", "read", "--reader", "Lecteur absent"]);
    assert_eq!(refusal(&mut read, 3)["code"], "cards.lecteur_absent");
    let mut empty = pcscd.client(bin("liassectl"));
    empty.args(["cards", "read", "--reader", &Slot::First.reader()]);
    assert_eq!(refusal(&mut empty, 3)["code"], "cards.carte_retiree");
}

fn refusal_with_pin(command: &mut std::process::Command, exit: i32) -> String {
    let said = finish(command.arg("--json"), b"1234\n").with_code(exit).stderr;
    let error: serde_json::Value = serde_json::from_str(said.lines().last().unwrap_or_default()).expect("an error");
    error["error"]["code"].as_str().expect("a code").to_owned()
}

#[test]
fn a_card_pulled_before_signing_leaves_the_claim_prepared() {
    let pcscd = Pcscd::start();
    let cps = pcscd.insert(Slot::First, "cps-gris", &[]);
    let practice = Practice::empty("pulled-before");
    let mut new = practice.ctl(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand", "--json"]);
    let fse = finish(&mut new, G.as_bytes()).success().json()["fse"].as_str().expect("a name").to_owned();
    let (reader, vitale) = (Slot::First.reader(), Slot::Second.reader());
    // No Vitale in the second reader.
    let words = ["fse", "sign", &fse, "--reader", &reader, "--patient-reader", &vitale, "--pin-stdin"];
    assert_eq!(refusal_with_pin(&mut through(&pcscd, &practice, &words), 1), "invoicing.vitale_absente");
    assert_eq!(practice.document(&fse)["document"], "preparee");
    // Another patient's Vitale.
    let other = pcscd.insert(Slot::Second, "vitale-petit", &[]);
    assert_eq!(refusal_with_pin(&mut through(&pcscd, &practice, &words), 1), "invoicing.autre_vitale");
    other.pull();
    // The right one: the same number is signed.
    let right = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    finish(&mut through(&pcscd, &practice, &words), b"1234\n").success();
    assert_eq!(practice.document(&fse)["document"], "signee");
    right.pull();
    cps.pull();
}

#[test]
fn a_card_pulled_while_it_signs_leaves_the_claim_prepared_under_its_number() {
    let pcscd = Pcscd::start();
    let practice = Practice::empty("pulled-during");
    let mut new = practice.ctl(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand", "--json"]);
    let fse = finish(&mut new, G.as_bytes()).success().json()["fse"].as_str().expect("a name").to_owned();
    let _vitale = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    let (reader, patient) = (Slot::First.reader(), Slot::Second.reader());
    // How many APDUs it takes to read the card and verify its PIN: the next ones are those of the signature.
    let whole = pcscd.insert(Slot::First, "cps-gris", &[]);
    let mut read = pcscd.client(bin("liassectl"));
    read.args(["cards", "read", "--reader", &reader, "--pin-stdin", "--json"]);
    let before = finish(&mut read, b"1234\n").success().json()["apdus"].as_u64().expect("a count");
    whole.pull();
    let cps = pcscd.insert(Slot::First, "cps-gris", &["--fault", &format!("pull:{}", before + 1)]);
    let words = ["fse", "sign", &fse, "--reader", &reader, "--patient-reader", &patient, "--pin-stdin"];
    assert_eq!(refusal_with_pin(&mut through(&pcscd, &practice, &words), 3), "cards.carte_retiree");
    drop(cps);
    let document = practice.document(&fse);
    assert_eq!(document["document"], "preparee");
    // Put back, it signs under the same number.
    until("the empty reader", SOON, || (pcscd.holds_card(Slot::First) == Some(false)).then_some(()));
    let _again = pcscd.insert(Slot::First, "cps-gris", &[]);
    finish(&mut through(&pcscd, &practice, &words), b"1234\n").success();
    assert_eq!(practice.document(&fse)["document"], "signee");
}

#[test]
fn a_telephone_on_a_real_reader_is_read_as_one() {
    let pcscd = Pcscd::start();
    let phone = pcscd.insert(Slot::Second, "apcv-durand", &[]);
    let read = || {
        let mut command = pcscd.client(bin("liassectl"));
        command.args(["cards", "read", "--reader", &phone.reader(), "--json"]);
        finish(&mut command, b"").success().json()
    };
    let (first, second) = (read(), read());
    assert_eq!((&first["kind"], &first["beneficiaries"][1]["given_name"]), (&"apcv".into(), &"LÉO".into()));
    assert_ne!(first["context"]["identifiant"], second["context"]["identifiant"], "drawn anew each time");
}

#[test]
fn a_wrong_pin_on_a_real_reader_is_counted_once() {
    let pcscd = Pcscd::start();
    let card = pcscd.insert(Slot::First, "cps-gris", &[]);
    let mut read = pcscd.client(bin("liassectl"));
    read.args(["cards", "read", "--reader", &card.reader(), "--pin-stdin", "--json"]);
    let said = finish(&mut read, b"9999\n");
    assert!(said.stderr.contains("cards.code_faux"), "{}", said.stderr);
    let mut state = pcscd.client(bin("liassectl"));
    state.args(["cards", "read", "--reader", &card.reader(), "--json"]);
    // Three tries, one spent, and reading the state spent none.
    assert_eq!(finish(&mut state, b"").success().json()["holder"]["tries_left"], 2);
}
