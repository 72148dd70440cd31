//! The workstation killed at the moments that cost money, while the caisse lives on: afterwards exactly one lot is
//! accepted, whatever was heard of the answer.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::process::Command;

use liasse_e2e::practice::money;
use liasse_e2e::process::Running;
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Practice, finish};

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// The log of a practice's caisse, and of the one that takes its place.
const FIRST_LOG: &str = "caisse.log";
const SECOND_LOG: &str = "caisse-2.log";

struct Crash {
    practice: Practice,
    caisse: Running,
    fse: String,
}

impl Crash {
    /// A file in the outbox, and a caisse that waits at a point of its reception.
    fn prepare(name: &str, scenario: &str) -> Self {
        let practice = Practice::empty(name);
        let fse = practice.bill("vitale-petit", G, None);
        practice.run(&["lot", "seal"]).success();
        let scenario = practice.scratch().write("scenario.toml", scenario);
        let caisse = practice.caisse(&["--scenario", scenario.to_str().expect("utf-8")]);
        Self { practice, caisse, fse }
    }

    fn marker(&self, name: &str) -> std::path::PathBuf {
        self.practice.caisse_data().join(name)
    }

    /// Sends, until the caisse waits.
    fn send_until_held(&self) -> Running {
        self.until_held("send")
    }

    /// Sends or fetches, until the caisse waits.
    fn until_held(&self, gesture: &str) -> Running {
        let mut sending =
            Running::start(&self.practice.ctl(&["post", gesture]), &self.practice.scratch().join("sending.log"));
        until("the caisse to wait", SOON, || {
            assert!(sending.is_alive() || self.marker("held").exists(), "{}", sending.log());
            self.marker("held").exists().then_some(())
        });
        sending
    }

    fn release(&self) {
        std::fs::remove_file(self.marker("held")).expect("the caisse waits");
    }

    fn transmission(&self) -> String {
        self.practice.document(&self.fse)["transmission"].as_str().expect("a state").to_owned()
    }

    /// How often the caisse judged a file for the first time and took it.
    fn accepted(&self) -> usize {
        self.logs().lines().filter(|line| line.contains("ARL+") && line.contains("accepted=1")).count()
    }

    /// How many returns of a kind are on the disk.
    fn returns(&self, kind: &str) -> usize {
        let listed = self.practice.json(&["returns", "list"])["returns"].clone();
        listed.as_array().expect("returns").iter().filter(|one| one["kind"] == kind).count()
    }

    /// Days on which somebody sends and fetches, the two working days of the law among them.
    fn quiet_days(&self) {
        for day in ["2026-01-15T11:00", "2026-01-20T10:00", "2026-01-21T10:00"] {
            self.practice.run(&["config", "set", "demo.clock", day]).success();
            self.practice.run(&["post", "send"]).success();
            self.practice.run(&["post", "fetch"]).success();
        }
    }

    /// What every caisse of this practice said, one after the other.
    fn logs(&self) -> String {
        let log = |name: &str| std::fs::read(self.practice.scratch().join(name)).unwrap_or_default();
        String::from_utf8_lossy(&[log(FIRST_LOG), log(SECOND_LOG)].concat()).into_owned()
    }

    /// Everything that a quiet practice does from here: send, fetch, wait for the payment.
    fn ends_with_one_accepted_lot(&self) {
        self.practice.run(&["post", "send"]).success();
        self.practice.run(&["post", "fetch"]).success();
        assert_eq!(self.transmission(), "recue");
        self.practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
        self.practice.run(&["post", "fetch"]).success();
        let document = self.practice.document(&self.fse);
        // C2S: 21,00 € and 9,00 €, paid once.
        assert_eq!(money(&document, "amo"), ("encaisse".to_owned(), 2100, 2100));
        assert_eq!(money(&document, "amc"), ("encaisse".to_owned(), 900, 900));
        assert!(document["reject"].is_null(), "{document}");
        assert_eq!(self.accepted(), 1, "{}", self.logs());
        self.practice.run(&["journal", "verify"]).success();
    }
}

#[test]
fn killed_before_data_the_file_has_not_left_and_leaves_later() {
    let crash = Crash::prepare("before-data", "hold = \"data\"");
    crash.send_until_held().kill();
    crash.release();
    assert_eq!(crash.accepted(), 0);
    assert_eq!(crash.transmission(), "en_fichier", "it certainly did not leave");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn killed_after_the_dot_unanswered_the_file_is_not_sent_again_and_its_arl_settles_it() {
    let crash = Crash::prepare("after-dot", "hold = \"dot\"");
    crash.send_until_held().kill();
    crash.release();
    assert_eq!(crash.transmission(), "non_confirmee");
    let said = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(said["sent"].as_array().map(Vec::len), Some(0), "not to be sent again: {said}");
    assert_eq!(crash.transmission(), "non_confirmee");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn killed_after_250_before_it_was_written_down_the_file_is_not_sent_again() {
    let crash = Crash::prepare("after-250", "hold = \"dot\"");
    let sending = crash.send_until_held();
    // Stopped, it cannot read the answer that the caisse now gives; then it dies with the answer in its buffer.
    finish(Command::new("kill").args(["-STOP", &child_of(&sending)]), b"").success();
    crash.release();
    until("the answer to leave", SOON, || crash.marker("answered").exists().then_some(()));
    sending.kill();
    assert_eq!(crash.transmission(), "non_confirmee");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn with_answer_and_arl_lost_the_same_bytes_leave_after_two_working_days_and_are_taken_once() {
    let crash = Crash::prepare("lost", "hold = \"dot\"\narl = \"lost\"");
    crash.send_until_held().kill();
    crash.release();
    crash.practice.run(&["post", "fetch"]).success();
    assert_eq!(crash.transmission(), "non_confirmee", "no answer came");
    // Thursday 15 January: Friday and Monday are the two working days; on Monday it is still too early.
    crash.practice.run(&["config", "set", "demo.clock", "2026-01-19T10:00"]).success();
    let early = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(early["sent"].as_array().map(Vec::len), Some(0), "{early}");
    crash.practice.run(&["config", "set", "demo.clock", "2026-01-20T10:00"]).success();
    let lawful = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(lawful["sent"].as_array().map(Vec::len), Some(1), "{lawful}");
    crash.ends_with_one_accepted_lot();
}

#[test]
fn a_caisse_killed_with_the_file_on_disk_answers_when_it_is_back() {
    let crash = Crash::prepare("caisse-dies", "hold = \"dot\"");
    let sending = crash.send_until_held();
    let Crash { practice, caisse, fse } = crash;
    caisse.kill();
    drop(sending);
    assert_eq!(practice.document(&fse)["transmission"], "non_confirmee");
    // The first one could not take its ports away; whoever waits for the second must not find them.
    let _ = std::fs::remove_file(practice.caisse_data().join("ports.json"));
    let caisse = practice.caisse_from(&mut practice.caisse_command(&[]), SECOND_LOG);
    let crash = Crash { practice, caisse, fse };
    assert_eq!(crash.accepted(), 1, "the one that died had judged it: {}", crash.logs());
    crash.practice.run(&["post", "fetch"]).success();
    assert_eq!(crash.transmission(), "recue", "it remembered");
    let said = finish(crash.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
    assert_eq!(said["sent"].as_array().map(Vec::len), Some(0), "nothing is left to send: {said}");
    crash.ends_with_one_accepted_lot();
    assert_eq!(crash.caisse.log().matches("ARL+").count(), 0, "the second one judged nothing: {}", crash.logs());
}

/// Where the caisse waits while a file is sent to it, in the order of the protocol.
const SENDING: [&str; 6] = ["connect", "tls", "auth", "rcpt", "data", "dot"];
/// The same while returns are fetched.
const FETCHING: [&str; 4] = ["login", "letter", "forget", "forgotten"];

/// The matrix of `docs/reliability.md`, sending: killed at every phase, with the ARL lost or not; some days
/// later the file is with the caisse once, its ARL is on the disk once.
#[test]
fn killed_at_any_phase_of_a_sending_the_file_is_taken_once() {
    for phase in SENDING {
        for arl in ["normal", "lost"] {
            let scenario = format!("hold = \"{phase}\"\narl = \"{arl}\"");
            let crash = Crash::prepare(&format!("matrix-{phase}-{arl}"), &scenario);
            crash.send_until_held().kill();
            crash.release();
            let expected = if phase == "dot" { "non_confirmee" } else { "en_fichier" };
            assert_eq!(crash.transmission(), expected, "{phase} {arl}");
            crash.quiet_days();
            assert_eq!(crash.transmission(), "recue", "{phase} {arl}: {}", crash.logs());
            assert_eq!(crash.accepted(), 1, "{phase} {arl}: {}", crash.logs());
            assert_eq!(crash.returns("arl"), 1, "{phase} {arl}");
            crash.practice.run(&["journal", "verify"]).success();
        }
    }
}

/// The same for the returns: killed at every phase of a fetch, each return is on the disk once, and gone from the mailbox.
#[test]
fn killed_at_any_phase_of_a_fetch_each_return_is_kept_once() {
    for phase in FETCHING {
        let crash = Crash::prepare(&format!("matrix-{phase}"), &format!("hold = \"{phase}\""));
        crash.practice.run(&["post", "send"]).success();
        let fetching = crash.until_held("fetch");
        fetching.kill();
        crash.release();
        let kept = crash.returns("arl");
        assert_eq!(kept, usize::from(phase.starts_with("forg")), "{phase}: on the disk before the mailbox may forget");
        crash.quiet_days();
        assert_eq!((crash.transmission().as_str(), crash.returns("arl"), crash.accepted()), ("recue", 1, 1), "{phase}");
        let again = finish(crash.practice.ctl(&["post", "fetch"]).arg("--json"), b"").success().json();
        let left = ["taken", "duplicates", "unknown"].map(|name| again[name].as_u64());
        assert_eq!(left, [Some(0); 3], "{phase}: nothing is left in the mailbox: {again}");
        crash.practice.run(&["journal", "verify"]).success();
    }
}

/// The harness starts programs through `setpriv`, which becomes the program: one process.
fn child_of(running: &Running) -> String {
    running.pid().to_string()
}
