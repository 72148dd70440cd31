//! The reader service over a real pcscd: cards that go in and out are told as they do, a card that a foreign program holds is
//! said after a capped wait and read when it lets go, codes are changed and unblocked.
//! In process, with every case: `crates/core/tests/workstation/card_service.rs`.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::io::{BufRead, BufReader, Write};
use std::process::Command;

use liasse_e2e::practice::error_of;
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Pcscd, Practice, Running, Scratch, Slot, bin, finish};
use serde_json::Value;

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

fn ctl(pcscd: &Pcscd, words: &[&str]) -> Command {
    let mut command = pcscd.client(bin("liassectl"));
    command.args(words);
    command
}

/// A foreign program that holds the card for itself for as long as it lives.
fn hold(pcscd: &Pcscd, slot: Slot, scratch: &Scratch) -> Running {
    let alone = scratch.write("opensc.conf", "app default { reader_driver pcsc { connect_exclusive = true; } }");
    // Its words are told line by line, so that the first answer says that it has the card.
    let mut command = pcscd.client("stdbuf");
    // The default driver asks nothing of the card, and no file is selected: it only holds.
    command.args(["-oL", "opensc-explorer", "--reader", &slot.reader(), "--card-driver", "default", "--mf", ""]);
    command.env("OPENSC_CONF", alone);
    let log = scratch.join("explorer.log");
    let mut explorer = Running::start_piped(&command, &log);
    let input = explorer.child().stdin.as_mut().expect("its input");
    input.write_all(b"echo tenue\n").and_then(|()| input.flush()).expect("it listens");
    let mut lines = BufReader::new(explorer.child().stdout.as_mut().expect("its output")).lines();
    while !lines.next().expect("the explorer ended without the card").expect("a line").contains("tenue") {}
    explorer
}

#[test]
fn what_goes_in_and_out_is_told_as_it_does() {
    let pcscd = Pcscd::start();
    let scratch = Scratch::new("watch");
    let mut watch = Running::start_piped(&ctl(&pcscd, &["cards", "watch"]), &scratch.join("watch.log"));
    let mut lines = BufReader::new(watch.child().stdout.take().expect("its output")).lines();
    let mut until_told = |service: Option<&str>, kinds: &[Option<&str>]| loop {
        let line = lines.next().expect("it goes on").expect("a line");
        let told: Value = serde_json::from_str(&line).expect("JSON");
        let readers = told["readers"].as_array().expect("readers").clone();
        let found: Vec<Option<&str>> = readers.iter().map(|reader| reader["kind"].as_str()).collect();
        if told["service"].as_str() == service && found == kinds {
            return;
        }
    };
    until_told(None, &[None, None]);
    let cps = pcscd.insert(Slot::First, "cps-gris", &[]);
    until_told(None, &[Some("cps3"), None]);
    let vitale = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    until_told(None, &[Some("cps3"), Some("vitale2")]);
    cps.pull();
    until_told(None, &[None, Some("vitale2")]);
    vitale.pull();
    // Either reader takes either card.
    let patient = pcscd.insert(Slot::First, "vitale-durand", &[]);
    let professional = pcscd.insert(Slot::Second, "cps-gris", &[]);
    until_told(None, &[Some("vitale2"), Some("cps3")]);
    drop((patient, professional));
    pcscd.crash();
    until_told(Some("cards.service_absent"), &[]);
    assert!(watch.is_alive());
    // The end of its input is its own, while the service is gone too.
    drop(watch.child().stdin.take());
    assert!(watch.ended_within(SOON).success());
}

#[test]
fn a_card_that_a_foreign_program_holds_is_said_and_read_when_it_lets_go() {
    let pcscd = Pcscd::start();
    let scratch = Scratch::new("held");
    let practice = Practice::empty("held");
    let cps = pcscd.insert(Slot::First, "cps-gris", &[]);
    let vitale = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    let mut new = practice.ctl(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand", "--json"]);
    let fse = finish(&mut new, G.as_bytes()).success().json()["fse"].as_str().expect("a name").to_owned();
    let (reader, patient) = (cps.reader(), vitale.reader());
    let read = |reader: &str| finish(&mut ctl(&pcscd, &["cards", "read", "--reader", reader, "--json"]), b"");

    let explorer = hold(&pcscd, Slot::First, &scratch);
    assert_eq!(error_of(&read(&reader).with_code(3))["code"], "cards.carte_occupee");
    // Everything else works meanwhile.
    assert_eq!(finish(&mut ctl(&pcscd, &["cards", "list", "--json"]), b"").success().json()[0]["kind"], "cps3");
    assert_eq!(read(&patient).success().json()["kind"], "vitale2");
    let words = ["fse", "sign", &fse, "--reader", &reader, "--patient-reader", &patient, "--pin-stdin", "--json"];
    let (name, value) = pcscd.environment();
    let refused = finish(practice.ctl(&words).env(name, &value), b"1234\n").with_code(3);
    assert_eq!(error_of(&refused)["code"], "cards.carte_occupee");
    assert_eq!(practice.document(&fse)["document"], "preparee");

    explorer.kill();
    until("the card is free", SOON, || (read(&reader).code == 0).then_some(()));
    finish(practice.ctl(&words).env(name, &value), b"1234\n").success();
    assert_eq!(practice.document(&fse)["document"], "signee");
}

#[test]
fn codes_are_counted_changed_and_unblocked_on_a_real_reader() {
    let pcscd = Pcscd::start();
    let card = pcscd.insert(Slot::First, "cps-gris", &[]);
    let reader = card.reader();
    let pin = |what: &str, more: &[&str], codes: &str| {
        let mut command = ctl(&pcscd, &["cards", "pin", what, "--reader", &reader, "--json"]);
        finish(command.args(more), codes.as_bytes())
    };
    let left = || {
        let json = pin("status", &[], "").success().json();
        (json["tries_left"].as_u64(), json["unblocking_tries_left"].as_u64())
    };
    let refused = |said: liasse_e2e::Finished| error_of(&said)["code"].as_str().map(str::to_owned);
    assert_eq!(left(), (Some(3), Some(10)));
    pin("change", &[], "1234\n567890\n").success();
    assert_eq!(refused(pin("check", &[], "1234\n")).as_deref(), Some("cards.code_faux"));
    assert_eq!(refused(pin("check", &[], "1234\n")).as_deref(), Some("cards.code_faux_dernier"));
    // The last try is nobody's who did not say so, be the code right.
    assert_eq!(refused(pin("check", &[], "567890\n")).as_deref(), Some("cards.dernier_essai"));
    assert_eq!(left(), (Some(1), Some(10)));
    assert_eq!(refused(pin("check", &["--last-try"], "1234\n")).as_deref(), Some("cards.code_bloque"));
    assert_eq!(left(), (Some(0), Some(10)));
    assert_eq!(refused(pin("unblock", &[], "87654321\n4321\n")).as_deref(), Some("cards.puk_faux"));
    assert_eq!(left(), (Some(0), Some(9)));
    pin("unblock", &[], "12345678\n4321\n").success();
    assert_eq!(left().0, Some(3));
    pin("check", &[], "4321\n").success();
}
