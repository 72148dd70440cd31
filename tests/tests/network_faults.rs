//! The line cut at every step of a sending and of a fetch, each step lost or its answer lost; then it is mended, and the
//! file is with the caisse once, its ARL on the disk once. The relay and its numbering: `liasse_e2e::cut`.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use liasse_e2e::crash::G;
use liasse_e2e::cut::{Cut, CutLine};
use liasse_e2e::practice::error_of;
use liasse_e2e::process::Running;
use liasse_e2e::{Finished, Practice, finish, root};
use serde_json::Value;

/// The steps of a sending up to the message, and of a fetch of one letter. The first three of TLS are the client's side of
/// its handshake (RFC 8446, 2 and appendix D.4).
const SENDING: [&str; 10] =
    ["EHLO", "STARTTLS", "ClientHello", "ChangeCipherSpec", "Finished", "EHLO", "AUTH", "MAIL", "RCPT", "DATA"];
const FETCHING: [&str; 10] =
    ["ClientHello", "ChangeCipherSpec", "Finished", "USER", "PASS", "LIST", "UIDL", "RETR", "DELE", "QUIT"];

/// A record of TLS 1.3 over so many bytes of text: head, text, content type, tag (RFC 8446, 5.2).
const fn record(text: &str) -> usize {
    5 + text.len() + 1 + 16
}

/// A practice that reaches its caisse over two lines that can be cut.
struct Lines {
    smtp: CutLine,
    pop3: CutLine,
    practice: Practice,
}

/// One try: a copy of that practice and a caisse of its own.
struct Try<'a> {
    // Ends before its folder is removed.
    _caisse: Running,
    lines: &'a Lines,
    practice: Practice,
    ports: [u16; 2],
    fse: &'a str,
}

impl Lines {
    /// With one file in the outbox; gives its FSE too.
    fn new(name: &str) -> (Self, String) {
        let practice = Practice::empty(name);
        let fse = practice.bill("vitale-petit", G, None);
        practice.run(&["lot", "seal"]).success();
        let (smtp, pop3) = (CutLine::start(), CutLine::start());
        let ca = root().join("fixtures/pki/root.pem");
        for (setting, value) in [
            ("post.smtp", format!("localhost:{}", smtp.port)),
            ("post.pop3", format!("localhost:{}", pop3.port)),
            ("post.ca", ca.to_str().expect("utf-8").to_owned()),
        ] {
            practice.run(&["config", "set", setting, &value]).success();
        }
        (Self { smtp, pop3, practice }, fse)
    }

    fn copy<'a>(&'a self, fse: &'a str) -> Try<'a> {
        let practice = self.practice.copy("cut");
        let caisse = practice.caisse(&[]);
        let ports = std::fs::read(practice.caisse_data().join("ports.json")).expect("ports");
        let ports: Value = serde_json::from_slice(&ports).expect("json");
        let port = |name: &str| ports[name].as_u64().and_then(|port| u16::try_from(port).ok()).expect("a port");
        let ports = [port("smtp"), port("pop3s")];
        let one = Try { _caisse: caisse, lines: self, practice, ports, fse };
        one.mended();
        one
    }
}

impl Try<'_> {
    fn cut_sending(&self, cut: Cut) -> Finished {
        self.lines.smtp.to(self.ports[0], cut);
        finish(self.practice.ctl(&["post", "send"]).arg("--json"), b"")
    }

    fn cut_fetch(&self, cut: Cut) -> Finished {
        self.lines.pop3.to(self.ports[1], cut);
        finish(self.practice.ctl(&["post", "fetch"]).arg("--json"), b"")
    }

    fn mended(&self) {
        self.lines.smtp.to(self.ports[0], Cut::Never);
        self.lines.pop3.to(self.ports[1], Cut::Never);
    }

    fn transmission(&self) -> String {
        self.practice.document(self.fse)["transmission"].as_str().expect("a state").to_owned()
    }

    /// How often the caisse took a file for the first time.
    fn accepted(&self) -> usize {
        let log = std::fs::read(self.practice.scratch().join("caisse.log")).expect("the caisse's log");
        String::from_utf8_lossy(&log).matches("ARL+").count()
    }

    /// Days of sending and fetching on a sound line end with the file answered once, and so many judged by this caisse.
    fn ends_well(&self, days: &[&str], judged: usize) {
        self.mended();
        for day in days {
            self.practice.run(&["config", "set", "demo.clock", day]).success();
            self.practice.run(&["post", "send"]).success();
            self.practice.run(&["post", "fetch"]).success();
        }
        assert_eq!((self.transmission().as_str(), self.accepted(), self.practice.returns("arl")), ("recue", judged, 1));
        let again = finish(self.practice.ctl(&["post", "fetch"]).arg("--json"), b"").success().json();
        let left = ["taken", "duplicates", "unknown"].map(|name| again[name].as_u64());
        assert_eq!(left, [Some(0); 3], "nothing is left in the mailbox: {again}");
        self.practice.run(&["journal", "verify"]).success();
    }
}

/// Every cut of a dialogue of so many steps.
fn cuts(steps: usize) -> impl Iterator<Item = Cut> {
    std::iter::once(Cut::After(0)).chain((1..=steps).flat_map(|step| [Cut::Before(step), Cut::After(step)]))
}

#[test]
fn a_sending_cut_at_any_step_is_taken_once_and_only_the_message_may_be_unconfirmed() {
    let (lines, fse) = Lines::new("cut-sending");
    let whole = lines.copy(&fse);
    whole.cut_sending(Cut::Never).success();
    let steps = lines.smtp.steps();
    whole.ends_well(&["2026-01-15T11:00"], 1);
    let (data, dot) = (SENDING.len(), steps.iter().rposition(|length| *length == record(".\r\n")).expect("a dot") + 1);
    assert_eq!(steps[data - 1], record("DATA\r\n"), "{steps:?}");
    assert!(dot > data + 1, "a message lies between: {steps:?}");
    drop(whole);
    // After the dot comes QUIT, which changes nothing any more.
    for cut in cuts(dot + 1) {
        let one = lines.copy(&fse);
        let said = one.cut_sending(cut);
        let (Cut::Before(step) | Cut::After(step)) = cut else { panic!("a cut") };
        let name = format!("{cut:?} {}", SENDING.get(step.wrapping_sub(1)).unwrap_or(&"message, dot or end"));
        let state = one.transmission();
        let arrived = one.accepted();
        assert_eq!(arrived, usize::from(step > dot || cut == Cut::After(dot)), "{name}");
        if step <= data {
            assert_eq!(state, "en_fichier", "{name}");
            let failed = said.with_code(3).json();
            assert_eq!(failed["failed"][0]["error"]["code"], "road.liaison_coupee", "{name}: {failed}");
        } else if step <= dot {
            // The message and its dot leave without a pause: whether the dot was begun is not the relay's to say.
            match state.as_str() {
                "en_fichier" => assert!(step < dot, "{name}"),
                "non_confirmee" => {
                    assert_eq!(error_of(&said.with_code(1))["code"], "road.envoi_non_confirme", "{name}")
                }
                other => panic!("{name}: {other}"),
            }
        } else {
            assert_eq!(
                (said.success().json()["sent"].as_array().map(Vec::len), state.as_str()),
                (Some(1), "transmise")
            );
        }
        // Nothing that the caisse may have leaves again before the two working days are over.
        if state == "non_confirmee" {
            one.mended();
            let early = finish(one.practice.ctl(&["post", "send"]).arg("--json"), b"").success().json();
            assert_eq!(early["sent"].as_array().map(Vec::len), Some(0), "{name}");
        }
        let days: &[&str] = match (state.as_str(), arrived) {
            ("non_confirmee", 0) => &["2026-01-15T11:00", "2026-01-20T10:00"],
            _ => &["2026-01-15T11:00"],
        };
        one.ends_well(days, 1);
    }
}

#[test]
fn a_fetch_cut_at_any_step_keeps_each_return_once() {
    let (mut lines, fse) = Lines::new("cut-fetch");
    let sent = lines.copy(&fse);
    sent.cut_sending(Cut::Never).success();
    let Try { practice, _caisse: caisse, .. } = sent;
    caisse.kill();
    std::fs::remove_file(practice.caisse_data().join("ports.json")).expect("what a killed caisse leaves");
    lines.practice = practice;
    let whole = lines.copy(&fse);
    whole.cut_fetch(Cut::Never).success();
    let steps = lines.pop3.steps();
    let (retrieve, quit) = (8, FETCHING.len());
    let lengths = [steps[retrieve - 1], steps[quit - 1]];
    assert_eq!(lengths, [record("RETR 1\r\n"), record("QUIT\r\n")], "{steps:?}");
    drop(whole);
    for cut in cuts(quit) {
        let one = lines.copy(&fse);
        let said = one.cut_fetch(cut);
        let (Cut::Before(step) | Cut::After(step)) = cut else { panic!("a cut") };
        let name = format!("{cut:?} {}", FETCHING.get(step.wrapping_sub(1)).unwrap_or(&"greeting"));
        if step == quit {
            // All that was read is kept: whether the mailbox forgot it shows next time.
            said.success();
        } else {
            assert_eq!(error_of(&said.with_code(3))["code"], "road.liaison_coupee", "{name}");
        }
        assert_eq!(one.practice.returns("arl"), usize::from(step > retrieve), "{name}: kept before it is deleted");
        assert_eq!(one.transmission(), if step > retrieve { "recue" } else { "transmise" }, "{name}");
        one.mended();
        let again = finish(one.practice.ctl(&["post", "fetch"]).arg("--json"), b"").success().json();
        let (came, known) = (again["taken"].as_u64(), again["duplicates"].as_u64());
        // Without QUIT, or before it arrived, the mailbox forgets nothing.
        let forgotten = cut == Cut::After(quit);
        let expected = (u64::from(step <= retrieve), u64::from(step > retrieve && !forgotten));
        assert_eq!((came, known), (Some(expected.0), Some(expected.1)), "{name}: {again}");
        // The caisse that judged the file lived before this one.
        one.ends_well(&[], 0);
    }
}
