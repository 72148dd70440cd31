//! Card operations × faults of the simulator with a real pcscd between: one sentence each time, and the FSE is where it was.
//! The whole table, at more moments, runs in process: `crates/core/tests/workstation/card_faults.rs`.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::process::Command;

use liasse_e2e::practice::error_of;
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Pcscd, Practice, Slot, bin, finish};

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;
const PIN: &[u8] = b"1234\n";

/// One pcscd, one practice, and calls that reach both.
struct Bench {
    pcscd: Pcscd,
    practice: Practice,
}

impl Bench {
    fn new(name: &str) -> Self {
        Self { pcscd: Pcscd::start(), practice: Practice::empty(name) }
    }

    /// `liassectl cards read` of that reader.
    fn read(&self, slot: Slot, pin: bool) -> Command {
        let mut command = self.pcscd.client(bin("liassectl"));
        command.args(["cards", "read", "--reader", &slot.reader()]);
        if pin {
            command.arg("--pin-stdin");
        }
        command
    }

    /// A call on the practice, signed in by the card of the first reader.
    fn signed_in(&self, words: &[&str]) -> Command {
        let (name, value) = self.pcscd.environment();
        let mut command = self.practice.ctl(words);
        command.args(["--reader", &Slot::First.reader(), "--pin-stdin"]).env(name, value);
        command
    }

    fn sign(&self, fse: &str) -> Command {
        self.signed_in(&["fse", "sign", fse, "--patient-reader", &Slot::Second.reader()])
    }

    /// How many commands a good card hears while it is read.
    fn apdus(&self, slot: Slot, card: &str, pin: bool) -> u64 {
        let card = self.pcscd.insert(slot, card, &[]);
        let read = finish(self.read(slot, pin).arg("--json"), PIN).success().json();
        card.pull();
        read["apdus"].as_u64().expect("a count")
    }

    /// `liassectl cards pin` of the card in the first reader.
    fn pin(&self, what: &str) -> Command {
        let mut command = self.pcscd.client(bin("liassectl"));
        command.args(["cards", "pin", what, "--reader", &Slot::First.reader()]);
        command
    }

    /// The code that a call ends with while a card plays a fault. The card is out afterwards.
    fn struck(&self, slot: Slot, card: &str, fault: &str, call: Command) -> String {
        self.struck_with(slot, card, fault, call, PIN)
    }

    /// The same of a call that reads other lines than the PIN.
    fn struck_with(&self, slot: Slot, card: &str, fault: &str, mut call: Command, lines: &[u8]) -> String {
        let inserted = self.pcscd.insert(slot, card, &["--fault", fault]);
        let said = finish(call.arg("--json"), lines);
        drop(inserted);
        until("the empty reader", SOON, || (self.pcscd.holds_card(slot) == Some(false)).then_some(()));
        assert_ne!(said.code, 0, "{fault}: {}", said.stdout);
        assert_eq!(said.stderr.lines().count(), 1, "{fault}: one sentence: {}", said.stderr);
        error_of(&said)["code"].as_str().expect("a code").to_owned()
    }

    fn prepared(&self) -> String {
        let mut new = self.practice.ctl(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand", "--json"]);
        finish(&mut new, G.as_bytes()).success().json()["fse"].as_str().expect("a name").to_owned()
    }

    /// The only document there is, in that state.
    fn assert_only(&self, fse: &str, state: &str) {
        assert_eq!(self.practice.document(fse)["document"], state);
        let ledger = self.practice.json(&["ledger"]);
        assert_eq!(ledger["documents"].as_array().map(Vec::len), Some(1), "no second number: {ledger}");
    }
}

#[test]
fn reading_a_card_names_what_went_wrong() {
    let bench = Bench::new("faults-read");
    let whole = bench.apdus(Slot::First, "cps-gris", false);
    // The reader gives up on a mute card, which is then out for pcscd.
    let faults = [
        ("pull:2".to_owned(), "cards.carte_retiree"),
        (format!("pull:{}", whole - 1), "cards.carte_retiree"),
        ("mute:1".to_owned(), "cards.carte_retiree"),
        ("sw:6F42@2".to_owned(), "cards.reponse_inattendue"),
        // What was to be fetched is gone with the reset.
        (format!("reset:{}", whole - 1), "cards.reponse_inattendue"),
        ("corrupt".to_owned(), "cards.contenu_illisible"),
    ];
    for (fault, code) in &faults {
        assert_eq!(bench.struck(Slot::First, "cps-gris", fault, bench.read(Slot::First, false)), *code, "{fault}");
    }
    for (fault, code) in [
        ("pull:2", "cards.carte_retiree"),
        ("mute:1", "cards.carte_retiree"),
        ("sw:6F42@2", "cards.reponse_inattendue"),
        ("corrupt", "cards.contenu_illisible"),
    ] {
        assert_eq!(
            bench.struck(Slot::Second, "vitale-durand", fault, bench.read(Slot::Second, false)),
            code,
            "{fault}"
        );
    }
    for (fault, code) in [
        ("pull:2", "cards.carte_retiree"),
        ("mute:1", "cards.carte_retiree"),
        ("sw:6F42@2", "cards.reponse_inattendue"),
        ("reset:2", "cards.reponse_inattendue"),
        ("corrupt", "cards.apcv_illisible"),
    ] {
        let read = bench.struck(Slot::Second, "apcv-durand", fault, bench.read(Slot::Second, false));
        assert_eq!(read, code, "a telephone, {fault}");
    }
    // A slow card is waited for, and says the same.
    let slow = bench.pcscd.insert(Slot::First, "cps-gris", &["--fault", "slow:5"]);
    let read = finish(bench.read(Slot::First, true).arg("--json"), PIN).success().json();
    assert_eq!(read["situations"][0]["specialty"], "01");
    slow.pull();
}

#[test]
fn a_fault_while_the_pin_is_verified_is_named_and_the_card_can_be_used_again() {
    let bench = Bench::new("faults-pin");
    let read = bench.apdus(Slot::First, "cps-gris", false);
    let whole = bench.apdus(Slot::First, "cps-gris", true);
    for (fault, code) in [
        (format!("pull:{read}"), "cards.carte_retiree"),
        (format!("sw:6F42@{read}"), "cards.reponse_inattendue"),
        ("blocked".to_owned(), "cards.code_bloque"),
        // The situations are read behind the PIN.
        (format!("pull:{}", read + (whole - read) / 2), "cards.carte_retiree"),
    ] {
        let struck = bench.struck(Slot::First, "cps-gris", &fault, bench.read(Slot::First, true));
        assert_eq!(struck, code, "{fault}");
    }
    let good = bench.pcscd.insert(Slot::First, "cps-gris", &[]);
    finish(bench.read(Slot::First, true).arg("--json"), PIN).success();
    good.pull();
}

#[test]
fn a_fault_while_codes_are_counted_changed_or_unblocked_is_named_and_another_card_takes_them() {
    let bench = Bench::new("faults-codes");
    let read = bench.apdus(Slot::First, "cps-gris", false);
    // Behind the reading: master file, counter, then of the unblocking code its counter in two, then each code.
    let calls: [(&str, &[u8], &[u64]); 3] = [
        ("status", b"", &[0, 3]),
        ("change", b"1234\n567890\n", &[1, 2, 3]),
        ("unblock", b"12345678\n567890\n", &[4, 5, 6]),
    ];
    for (what, codes, moments) in calls {
        for after in moments.iter().map(|moment| read + moment) {
            for (fault, code) in [
                (format!("pull:{after}"), "cards.carte_retiree"),
                (format!("sw:6F42@{after}"), "cards.reponse_inattendue"),
            ] {
                let struck = bench.struck_with(Slot::First, "cps-gris", &fault, bench.pin(what), codes);
                assert_eq!(struck, code, "{what}, {fault}");
            }
        }
        let fault = format!("mute:{}", read + moments[1]);
        let struck = bench.struck_with(Slot::First, "cps-gris", &fault, bench.pin(what), codes);
        assert_eq!(struck, "cards.carte_retiree", "{what}, {fault}");
    }
    // Reset by another program between the unblocking code and the new PIN: the card refuses it.
    let (fault, codes) = (format!("reset:{}", read + 5), b"12345678\n567890\n");
    let struck = bench.struck_with(Slot::First, "cps-gris", &fault, bench.pin("unblock"), codes);
    assert_eq!(struck, "cards.reponse_inattendue");
    let good = bench.pcscd.insert(Slot::First, "cps-gris", &[]);
    for (what, codes) in [("change", &b"1234\n567890\n"[..]), ("unblock", b"12345678\n1234\n"), ("check", PIN)] {
        finish(&mut bench.pin(what), codes).success();
    }
    good.pull();
}

#[test]
fn a_fault_while_cards_sign_leaves_the_fse_under_its_number_and_the_lot_under_its_own() {
    let bench = Bench::new("faults-sign");
    let cps = bench.apdus(Slot::First, "cps-gris", true);
    let vitale = bench.apdus(Slot::Second, "vitale-durand", false);
    let fse = bench.prepared();
    let patient = bench.pcscd.insert(Slot::Second, "vitale-durand", &[]);
    for (fault, code) in [
        (format!("pull:{}", cps + 1), "cards.carte_retiree"),
        (format!("mute:{}", cps + 1), "cards.carte_retiree"),
        (format!("sw:6F42@{}", cps + 1), "cards.reponse_inattendue"),
        (format!("reset:{}", cps + 1), "cards.code_requis"),
    ] {
        assert_eq!(bench.struck(Slot::First, "cps-gris", &fault, bench.sign(&fse)), code, "{fault}");
        bench.assert_only(&fse, "preparee");
    }
    patient.pull();
    let doctor = bench.pcscd.insert(Slot::First, "cps-gris", &[]);
    for (fault, code) in [
        (format!("pull:{}", vitale + 1), "cards.carte_retiree"),
        (format!("sw:6F42@{}", vitale + 1), "cards.reponse_inattendue"),
        // Behind the certificate, which a program that signs reads too.
        (format!("reset:{}", vitale + 7), "cards.reponse_inattendue"),
    ] {
        assert_eq!(bench.struck(Slot::Second, "vitale-durand", &fault, bench.sign(&fse)), code, "{fault}");
        bench.assert_only(&fse, "preparee");
    }
    let patient = bench.pcscd.insert(Slot::Second, "vitale-durand", &[]);
    finish(&mut bench.sign(&fse), PIN).success();
    bench.assert_only(&fse, "signee");
    patient.pull();
    doctor.pull();
    for (fault, code) in [
        (format!("pull:{}", cps + 1), "cards.carte_retiree"),
        (format!("sw:6F42@{}", cps + 1), "cards.reponse_inattendue"),
    ] {
        let call = bench.signed_in(&["lot", "seal"]);
        assert_eq!(bench.struck(Slot::First, "cps-gris", &fault, call), code, "{fault}");
        bench.assert_only(&fse, "signee");
    }
    let doctor = bench.pcscd.insert(Slot::First, "cps-gris", &[]);
    let sealed = finish(bench.signed_in(&["lot", "seal"]).arg("--json"), PIN).success().json();
    assert_eq!(sealed["lots"].as_array().map(Vec::len), Some(1), "one lot, sealed once: {sealed}");
    assert_eq!(bench.practice.document(&fse)["transmission"], "en_fichier");
    doctor.pull();
}
