//! A card that keeps its billing situations to itself, as real cards do: its file is told by its length, and the situation that its
//! holder types by `cards situation` is the one they bill in. What may be typed: `crates/core/tests/workstation/situations.rs`.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::process::Command;

use liasse_e2e::practice::error_of;
use liasse_e2e::{Finished, Pcscd, Practice, Slot, bin, finish, root};
use serde_json::json;

const PIN: &str = "1234\n";
const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;
const SITUATION: &str = r#"{"practice_mode":0,"structure_name":"Cabinet saisi","billing_number":"991010117","convention":1,
    "specialty":"01","tariff_zone":"20","ik_zone":"01"}"#;

/// Dr Gris's card with a file of situations of 2048 bytes that are in no format of ours.
fn opaque() -> String {
    let card = std::fs::read_to_string(root().join("fixtures/cards/cps-gris.toml")).expect("a card");
    let opaque = card.replacen("\npuk = ", "\nforeign_situations = 2048\npuk = ", 1);
    assert_ne!(opaque, card);
    opaque
}

#[test]
fn a_situation_is_typed_once_for_a_card_that_keeps_its_own_to_itself() {
    let pcscd = Pcscd::start();
    let practice = Practice::empty("typed-situation");
    let file = practice.scratch().write("opaque.toml", opaque());
    let card = pcscd.insert(Slot::First, file.to_str().expect("a path in letters"), &[]);
    let reader = card.reader();
    let through = |mut command: Command| {
        let (name, value) = pcscd.environment();
        command.args(["--reader", &reader, "--pin-stdin", "--json"]).env(name, value);
        command
    };
    let call = |words: &[&str], input: &str| -> Finished {
        finish(&mut through(practice.ctl(words)), format!("{PIN}{input}").as_bytes())
    };

    let mut read = pcscd.client(bin("liassectl"));
    read.args(["cards", "read", "--activities"]);
    let mut read = through(read);
    let said = finish(&mut read, PIN.as_bytes()).success().json();
    assert_eq!((&said["undecoded_bytes"], &said["situations"]), (&json!(2048), &json!([])));
    assert_eq!(said["unreadable"], json!(["situations"]));
    assert_eq!(said["activities"][0]["structure"], "999001010170018", "where they practise is public");
    assert!(!said.to_string().contains("c5c5"), "nothing of the file is shown");

    let nobody = call(&["ledger"], "").with_code(1);
    assert_eq!(error_of(&nobody)["code"], "invoicing.situation_non_publique");
    // The code in the first line, the situation behind it.
    let kept = call(&["cards", "situation", "-"], SITUATION).success().json();
    let situation = &kept["situation"];
    assert_eq!((&kept["v"], &situation["billing_number"]), (&json!(1), &json!("991010117")));
    assert_eq!((&situation["structure_name"], &situation["number"]), (&json!("CABINET SAISI"), &json!(1)));

    // From now on its holder signs in, and bills.
    let claim = practice.scratch().write("claim.json", G);
    let new = ["fse", "new", claim.to_str().expect("a path"), "--patient-reader", "sim:vitale-durand"];
    let fse = call(&new, "").success().json()["fse"].as_str().expect("a name").to_owned();
    assert!(fse.starts_with("991010117-"), "{fse}");
    call(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-durand"], "").success();
    assert_eq!(practice.document(&fse)["document"], "signee");
    // Typed again, it is told in a sentence.
    let mut again = practice.ctl(&["cards", "situation", "-", "--reader", &reader, "--pin-stdin"]);
    let (name, value) = pcscd.environment();
    let said = finish(again.env(name, value), format!("{PIN}{SITUATION}").as_bytes()).success().stdout;
    assert!(said.contains("CABINET SAISI") && said.contains("chiffrée"), "{said}");
    practice.run(&["journal", "verify"]).success();
}
