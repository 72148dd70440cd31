//! A file in the outbox and a caisse that waits at a moment that costs money, so that the workstation can be killed
//! there and nowhere else. The caisse is a process of its own and lives on.

use std::path::PathBuf;

use crate::practice::money;
use crate::process::Running;
use crate::wait::{SOON, until};
use crate::{Practice, finish};

/// G for a patient under C2S: 21,00 € from the caisse and 9,00 € from the complementary cover.
pub const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// Where the caisse waits while a file is sent to it, in the order of the protocol.
pub const SENDING: [&str; 6] = ["connect", "tls", "auth", "rcpt", "data", "dot"];
/// The same while returns are fetched.
pub const FETCHING: [&str; 4] = ["login", "letter", "forget", "forgotten"];

/// The practice, its caisse and its FSE.
#[derive(Debug)]
pub struct Crash {
    // Ends before its folder is removed.
    caisse: Option<Running>,
    /// The caisses so far, one after the other; only the last one lives.
    caisses: usize,
    /// The practice.
    pub practice: Practice,
    /// Its FSE, in a file of the outbox.
    pub fse: String,
}

impl Crash {
    /// A file in the outbox, and a caisse that does as `scenario` says.
    pub fn prepare(name: &str, scenario: &str) -> Self {
        let practice = Practice::empty(name);
        let fse = practice.bill("vitale-petit", G, None);
        practice.run(&["lot", "seal"]).success();
        let mut crash = Self { caisse: None, caisses: 0, practice, fse };
        crash.caisse_comes_back(scenario);
        crash
    }

    /// Kills the caisse.
    pub fn caisse_dies(&mut self) {
        if let Some(caisse) = self.caisse.take() {
            caisse.kill();
        }
    }

    /// Kills the caisse that lives, if any, and starts one on what it left, which does as `scenario` says.
    pub fn caisse_comes_back(&mut self, scenario: &str) {
        self.caisse_dies();
        // The one that was killed could not take these away; whoever waits for the next must not find them.
        for left in [self.practice.caisse_data().join("ports.json"), self.marker("held")] {
            let _ = std::fs::remove_file(left);
        }
        let scenario = self.practice.scratch().write("scenario.toml", scenario);
        let words = ["--scenario", scenario.to_str().expect("utf-8")];
        self.caisses += 1;
        let log = self.log_of(self.caisses);
        self.caisse = Some(self.practice.caisse_from(&mut self.practice.caisse_command(&words), &log));
    }

    /// A file that the caisse writes to say where it is.
    pub fn marker(&self, name: &str) -> PathBuf {
        self.practice.caisse_data().join(name)
    }

    /// Sends, until the caisse waits.
    pub fn send_until_held(&self) -> Running {
        self.until_held("send")
    }

    /// Sends or fetches, until the caisse waits.
    pub fn until_held(&self, gesture: &str) -> Running {
        let mut sending =
            Running::start(&self.practice.ctl(&["post", gesture]), &self.practice.scratch().join("sending.log"));
        until("the caisse to wait", SOON, || {
            assert!(sending.is_alive() || self.marker("held").exists(), "{}", sending.log());
            self.marker("held").exists().then_some(())
        });
        sending
    }

    /// Lets the caisse go on.
    pub fn release(&self) {
        std::fs::remove_file(self.marker("held")).expect("the caisse waits");
    }

    /// The workstation is killed at the point where the caisse waits.
    pub fn killed_while(&self, gesture: &str) {
        self.until_held(gesture).kill();
        self.release();
    }

    /// Where the FSE's file is.
    pub fn transmission(&self) -> String {
        self.practice.document(&self.fse)["transmission"].as_str().expect("a state").to_owned()
    }

    /// How often the caisse judged a file for the first time and took it.
    pub fn accepted(&self) -> usize {
        self.logs().lines().filter(|line| line.contains("ARL+") && line.contains("accepted=1")).count()
    }

    /// How many returns of a kind are on the disk.
    pub fn returns(&self, kind: &str) -> usize {
        self.practice.returns(kind)
    }

    /// Days on which somebody sends and fetches, the two working days of the law among them.
    pub fn quiet_days(&self) {
        for day in ["2026-01-15T11:00", "2026-01-20T10:00", "2026-01-21T10:00"] {
            self.practice.run(&["config", "set", "demo.clock", day]).success();
            self.practice.run(&["post", "send"]).success();
            self.practice.run(&["post", "fetch"]).success();
        }
    }

    /// What every caisse of this practice said, one after the other.
    pub fn logs(&self) -> String {
        let log = |number| std::fs::read(self.practice.scratch().join(self.log_of(number))).unwrap_or_default();
        String::from_utf8_lossy(&(1..=self.caisses).map(log).collect::<Vec<_>>().concat()).into_owned()
    }

    /// Everything that a quiet practice does from here: send, fetch, wait for the payment.
    pub fn ends_with_one_accepted_lot(&self) {
        self.practice.run(&["post", "send"]).success();
        self.practice.run(&["post", "fetch"]).success();
        assert_eq!(self.transmission(), "recue");
        self.practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
        self.practice.run(&["post", "fetch"]).success();
        self.paid_once();
    }

    /// The end of a claim: accepted once, paid once, nothing in the mailbox, a journal that holds.
    pub fn paid_once(&self) {
        let document = self.practice.document(&self.fse);
        assert_eq!(money(&document, "amo"), ("encaisse".to_owned(), 2100, 2100));
        assert_eq!(money(&document, "amc"), ("encaisse".to_owned(), 900, 900));
        assert!(document["reject"].is_null(), "{document}");
        assert_eq!((self.accepted(), self.returns("paiement")), (1, 1), "{}", self.logs());
        self.mailbox_is_empty();
        self.practice.run(&["journal", "verify"]).success();
    }

    /// Whatever was read has left the mailbox.
    pub fn mailbox_is_empty(&self) {
        let again = finish(self.practice.ctl(&["post", "fetch"]).arg("--json"), b"").success().json();
        let left = ["taken", "duplicates", "unknown"].map(|name| again[name].as_u64());
        assert_eq!(left, [Some(0); 3], "nothing is left in the mailbox: {again}");
    }

    fn log_of(&self, number: usize) -> String {
        format!("caisse-{number}.log")
    }
}
