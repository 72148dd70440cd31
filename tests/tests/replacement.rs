//! A replacement with simulated cards in a real pcscd and a caisse that is a process of its own: prepared, rehearsed,
//! activated, billed, sent, closed, drawn up and sealed, erased. And a hand in the file that gains nothing.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use liasse_e2e::practice::{money, refusal};
use liasse_e2e::{Pcscd, Practice, Slot, bin, finish, root};
use serde_json::Value;

const G: &str = r#"{"date":"2026-01-19","care_path":"R","third_party":{"amo":true,"amc":false,"amc_rate_bp":10000},"acts":[{"code":"G"}]}"#;

/// What `liassectl` says through this pcscd, every PIN typed.
fn said(pcscd: &Pcscd, practice: &Practice, words: &[&str], input: &str, exit: i32) -> Value {
    let (name, value) = pcscd.environment();
    let mut command = practice.ctl(words);
    command.arg("--json").env(name, value);
    let done = finish(&mut command, input.as_bytes()).with_code(exit);
    if exit == 0 {
        return serde_json::from_str(&done.stdout).unwrap_or(Value::Null);
    }
    let line = done.stderr.lines().last().unwrap_or_default().to_owned();
    serde_json::from_str::<Value>(&line).expect("an error")["error"].clone()
}

#[test]
fn a_week_with_both_cards_in_a_real_pcscd() {
    let pcscd = Pcscd::start();
    let practice = Practice::empty("replacement");
    practice.run(&["config", "set", "demo.clock", "2026-01-16T09:00"]).success();
    let _caisse = practice.caisse(&[]);
    let (first, second) = (Slot::First.reader(), Slot::Second.reader());
    let doctor = |words: &[&str]| [words, &["--reader", &first, "--pin-stdin"]].concat().join("\u{1f}");
    let call = |words: &str, input: &str, exit| {
        said(&pcscd, &practice, &words.split('\u{1f}').collect::<Vec<_>>(), input, exit)
    };
    let gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    let vert = pcscd.insert(Slot::Second, "cps-vert", &[]);
    let open = [
        "replacement",
        "open",
        "--locum-reader",
        &second,
        "--from",
        "2026-01-19",
        "--until",
        "2026-01-23",
        "--slot",
        "12345@08:00-19:30",
        "--mailbox",
    ];
    let opened = call(&doctor(&open), "1234\n1234\n", 0);
    assert_eq!((&opened["session"]["locum"], &opened["session"]["state"]), (&"991010778".into(), &"preparee".into()));
    let rehearsed = call(&doctor(&["replacement", "rehearse", "1", "--locum-reader", &second]), "1234\n1234\n", 0);
    assert_eq!(rehearsed["ready"], true, "{rehearsed}");
    gris.pull();
    vert.pull();

    // Monday: the locum's own card in the first reader, the patient's in the second.
    practice.run(&["config", "set", "demo.clock", "2026-01-19T10:00"]).success();
    let vert = pcscd.insert(Slot::First, "cps-vert", &[]);
    let _vitale = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    let active = call(&doctor(&["replacement", "activate"]), "1234\n", 0);
    assert_eq!((&active["session"], &active["billing"]), (&1.into(), &"991010117".into()));
    let claim = practice.scratch().write("g.json", G);
    let claim = claim.to_str().expect("utf-8");
    let made = call(&doctor(&["fse", "new", claim, "--patient-reader", &second]), "1234\n", 0);
    let fse = made["fse"].as_str().expect("a name").to_owned();
    call(&doctor(&["fse", "sign", &fse, "--patient-reader", &second]), "1234\n", 0);
    assert_eq!(call(&doctor(&["receipts", "day"]), "1234\n", 1)["code"], "replacement.comptes");
    call(&doctor(&["lot", "seal"]), "1234\n", 0);
    practice.run(&["post", "send"]).success();
    practice.run(&["post", "fetch"]).success();
    let document = practice.document(&fse);
    assert_eq!((&document["transmission"], &document["reject"]), (&"recue".into(), &Value::Null));

    // Saturday, the doctor's card: it may not sign for the locum, and closes.
    practice.run(&["config", "set", "demo.clock", "2026-01-24T10:00"]).success();
    assert_eq!(call(&doctor(&["replacement", "activate"]), "1234\n", 1)["code"], "replacement.termine");
    vert.pull();
    let _gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    let (sealed, pdf) = (practice.scratch().join("releve.json"), practice.scratch().join("releve.pdf"));
    let (sealed, pdf) = (sealed.to_str().expect("utf-8"), pdf.to_str().expect("utf-8"));
    assert_eq!(call(&doctor(&["replacement", "close", "1"]), "1234\n", 0)["unsent"], serde_json::json!([]));
    let drawn = call(&doctor(&["replacement", "statement", "1", "--sealed", sealed, "--pdf", pdf]), "1234\n", 0);
    // G 30,00 €, 70 %.
    assert_eq!((&drawn["due_cents"], &drawn["expected_cents"]), (&2100.into(), &2100.into()));
    let text = finish(std::process::Command::new("pdftotext").args(["-layout", pdf, "-"]), b"").success().stdout;
    assert!(
        text.contains("Relevé de remplacement") && text.contains("DÉMONSTRATION") && !text.contains("DURAND"),
        "{text}"
    );
    // Verified without data and without a card, as the locum does at home.
    let verify = |file: &str| {
        let mut command = std::process::Command::new(bin("liassectl"));
        command.args(["replacement", "verify", file, "--ca"]).arg(root().join("fixtures/pki/chain.pem"));
        command
    };
    assert_eq!(finish(&mut verify(sealed), b"").success().json()["due_cents"], 2100);
    let altered = std::fs::read_to_string(sealed).expect("a statement").replace("2100", "9900");
    let altered = practice.scratch().write("altere.json", altered);
    assert_eq!(refusal(&mut verify(altered.to_str().expect("utf-8")), 1)["code"], "replacement.releve_modifie");
    let erased = call(&doctor(&["replacement", "purge", "1"]), "1234\n", 0);
    assert_eq!(erased["clean"], true, "{erased}");
    assert_eq!(money(&practice.document(&fse), "amo").0, "attendu", "the FSE stays");
    practice.run(&["journal", "verify"]).success();
}

#[test]
fn a_reject_after_the_closing_is_corrected_by_the_locums_card_alone() {
    let pcscd = Pcscd::start();
    let practice = Practice::empty("reopened");
    practice.run(&["config", "set", "demo.clock", "2026-01-16T09:00"]).success();
    let _caisse = practice.caisse(&[]);
    let (first, second) = (Slot::First.reader(), Slot::Second.reader());
    let call = |words: &[&str], exit| {
        let words = [words, &["--reader", &first, "--pin-stdin"]].concat();
        said(&pcscd, &practice, &words, "1234\n", exit)
    };
    let gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    let open = ["replacement", "open", "--locum", "991010778", "--from", "2026-01-19", "--until", "2026-01-19"];
    call(&[&open[..], &["--slot", "1@08:00-19:30", "--mailbox"]].concat(), 0);
    gris.pull();
    // Rights that have ended, billed with a written reason: the caisse will reject it (I1002).
    practice.run(&["config", "set", "demo.clock", "2026-01-19T10:00"]).success();
    let vert = pcscd.insert(Slot::First, "cps-vert", &[]);
    let vitale = pcscd.insert(Slot::Second, "vitale-fini", &[]);
    let claim = practice.scratch().write("g.json", G);
    let claim = claim.to_str().expect("utf-8");
    let new = ["fse", "new", claim, "--reason", "droits en cours de renouvellement", "--patient-reader", &second];
    let fse = call(&new, 0)["fse"].as_str().expect("a name").to_owned();
    call(&["fse", "sign", &fse, "--patient-reader", &second], 0);
    call(&["lot", "seal"], 0);
    practice.run(&["post", "send"]).success();
    vert.pull();
    practice.run(&["config", "set", "demo.clock", "2026-01-20T10:00"]).success();
    practice.run(&["post", "fetch"]).success();
    let gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    call(&["replacement", "close", "1"], 0);
    practice.run(&["config", "set", "demo.clock", "2026-01-28T10:00"]).success();
    practice.run(&["post", "fetch"]).success();
    assert_eq!(practice.document(&fse)["reject"]["code"], "I1002");
    // It is the locum's: the doctor reopens it and does not sign it.
    let correct = ["fse", "correct", &fse, "--reason", "droits renouvelés", "--patient-reader", &second];
    assert_eq!(call(&correct, 1)["code"], "guard.au_remplacant");
    gris.pull();
    let vert = pcscd.insert(Slot::First, "cps-vert", &[]);
    assert_eq!(
        call(&correct, 1)["code"],
        "invoicing.remplacant_sans_session",
        "closed is closed until the doctor says so"
    );
    vert.pull();
    let gris = pcscd.insert(Slot::First, "cps-gris", &[]);
    // Or paper, with both names, where the locum no longer comes.
    let pdf = practice.scratch().join("rejet.pdf");
    let sheet = call(&["paper", "reject", &fse, "--pdf", pdf.to_str().expect("utf-8")], 0);
    assert_eq!(sheet["sheet"]["reason"], "rejet");
    let text = finish(std::process::Command::new("pdftotext").arg("-layout").arg(&pdf).arg("-"), b"").success().stdout;
    assert!(text.contains("GRIS") && text.contains("VERT") && text.contains("991010778"), "{text}");
    call(&["paper", "done", &sheet["sheet"]["sheet"].to_string(), "annulee"], 0);
    call(&["replacement", "reopen", &fse], 0);
    gris.pull();
    let _vert = pcscd.insert(Slot::First, "cps-vert", &[]);
    let made = call(&correct, 0)["fse"].as_str().expect("a name").to_owned();
    call(&["fse", "sign", &made, "--patient-reader", &second], 0);
    assert_eq!(practice.document(&made)["document"], "signee");
    // And nothing else.
    assert_eq!(call(&new, 1)["code"], "guard.session_close");
    vitale.pull();
    practice.run(&["journal", "verify"]).success();
}

#[test]
fn what_a_replacement_refuses_ends_with_its_reason() {
    for (scenario, code) in
        [("locum-wrong-day", "replacement.autre_jour"), ("locum-other-card", "invoicing.remplacant_sans_session")]
    {
        let practice = Practice::new(scenario);
        assert_eq!(practice.refused(&["demo", "--scenario", scenario], 1)["code"], code);
        practice.run(&["journal", "verify"]).success();
    }
}
