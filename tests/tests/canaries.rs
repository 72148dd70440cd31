//! The canary's day over a real pcscd: neither our programs nor pcscd write its codes, a name or a number, in any writing.
//! In process the same day is `privacy`. What the search finds is proven first, on planted lines and on a real leak:
//! pcscd told to log commands writes the PIN, as its manual warns (docs/security.md).
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::process::Command;

use liasse_e2e::canary::{Found, Marks, PIN, PUK};
use liasse_e2e::{Pcscd, Practice, Slot, artefacts, bin, finish, root};

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

fn marks() -> Marks {
    Marks::of_world(root()).expect("the invented world")
}

/// What a call said as an error or a log; its words on standard output are what was asked for.
fn said(command: &mut Command, input: &str, wanted: i32) -> String {
    finish(command.env("LIASSE_LOG", "trace"), input.as_bytes()).with_code(wanted).stderr
}

fn read(pcscd: &Pcscd, slot: Slot) -> Command {
    let mut command = pcscd.client(bin("liassectl"));
    command.args(["cards", "read", "--reader", &slot.reader(), "--json"]);
    command
}

fn pin(pcscd: &Pcscd, what: &str) -> Command {
    let mut command = pcscd.client(bin("liassectl"));
    command.args(["cards", "pin", what, "--reader", &Slot::First.reader(), "--json"]);
    command
}

#[test]
fn a_day_of_the_canary_over_pcscd_leaves_no_mark() {
    let marks = marks();
    let (text, planted) = marks.planted();
    let seen: Vec<Found> = marks.found_in(&text);
    assert!(planted.iter().all(|found| seen.contains(found)), "what is planted is found");

    let pcscd = Pcscd::start_with(&["--debug"]);
    let practice = Practice::empty("canary-pcscd");
    let doctor = pcscd.insert(Slot::First, "cps-canari", &[]);
    let patient = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    let mut new = practice.ctl(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand", "--json"]);
    new.args(["--reader", "sim:cps-canari"]);
    let made = finish(&mut new, G.as_bytes()).success();
    let fse = made.json()["fse"].as_str().expect("a name").to_owned();
    let mut all = made.stderr;
    // The PIN is right, wrong, of a kind that no card takes; the card that is asked has none.
    let line = format!("{PIN}\n");
    all += &said(read(&pcscd, Slot::First).arg("--pin-stdin"), &line, 0);
    all += &said(read(&pcscd, Slot::First).arg("--pin-stdin"), "80471937\n", 1);
    all += &said(&mut read(&pcscd, Slot::Second), "", 0);
    let mut sign = practice.ctl(&["fse", "sign", &fse, "--pin-stdin", "--json"]);
    let (name, value) = pcscd.environment();
    sign.args(["--reader", &Slot::First.reader(), "--patient-reader", &Slot::Second.reader()]).env(name, value);
    all += &said(&mut sign, &line, 0);
    // Its codes are counted, changed there and back, refused and unblocked.
    let other = "39604817";
    for (what, codes, wanted) in [
        ("status", String::new(), 0),
        ("change", format!("{PIN}\n{other}\n"), 0),
        ("change", format!("{other}\n{PIN}\n"), 0),
        ("change", format!("80471937\n{PIN}\n"), 1),
        ("unblock", format!("70913865\n{PIN}\n"), 1),
        ("unblock", format!("{PUK}\n{PIN}\n"), 0),
        ("check", line.clone(), 0),
    ] {
        all += &said(&mut pin(&pcscd, what), &codes, wanted);
    }
    let logs = [pcscd.log(), doctor.log(), patient.log()];
    patient.pull();
    doctor.pull();
    assert!(logs[0].len() > 1000, "pcscd says what it does: {}", logs[0]);
    for text in logs.iter().chain([&all]) {
        assert_eq!(marks.found_in(text.as_bytes()), [], "{text}");
    }
}

#[test]
fn pcscd_told_to_log_commands_writes_the_pin_and_the_search_finds_it() {
    artefacts::keep_nothing();
    let pcscd = Pcscd::start_with(&["--debug", "--apdu"]);
    let card = pcscd.insert(Slot::First, "cps-canari", &[]);
    // CHANGE and RESET RETRY COUNTER carry codes as VERIFY does: each is found.
    let found = |mark: &str| marks().found_in(pcscd.log().as_bytes()).iter().any(|found| found.mark == mark);
    said(&mut pin(&pcscd, "change"), &format!("{PIN}\n1234\n"), 0);
    assert!(found(PIN) && !found(PUK), "in the body of a change");
    said(&mut pin(&pcscd, "unblock"), &format!("{PUK}\n{PIN}\n"), 0);
    said(read(&pcscd, Slot::First).arg("--pin-stdin"), &format!("{PIN}\n"), 0);
    card.pull();
    let found = marks().found_in(pcscd.log().as_bytes());
    for mark in [PIN, PUK] {
        assert!(found.contains(&Found { mark: mark.to_owned(), written: "hex" }), "{mark}: {found:?}");
    }
}
