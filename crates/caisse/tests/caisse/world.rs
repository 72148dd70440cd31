//! A caisse in a folder of its own, its clock in hand, and the practice's way to its post office.
//! The clock is moved by writing the file that the demo writes.

use std::path::PathBuf;
use std::time::Duration;

use liasse_caisse::{Options, Running, Scenario};
use liasse_domain::returns::{Payment, Return};
use liasse_domain::{Instant, SendPhase};
use liasse_formats::cms::{self, Trust};
use liasse_formats::{mail, returns};
use liasse_post::{Account, Envelope, Security, SendError, Verdict};
use secrecy::SecretString;

pub const CAISSE: &str = "01751@751.01.rss.test";
pub const PRACTICE: &str = "dr.test@cabinet.test";

/// A running caisse and its folder.
pub struct World {
    pub data: PathBuf,
    running: Option<Running>,
}

/// The start of the demo: 15 January 2026, 09:00 in Paris, a Thursday.
pub fn start() -> Instant {
    "2026-01-15T08:00:00Z".parse().expect("instant")
}

impl World {
    /// A new caisse named after its test.
    pub fn new(name: &str) -> Self {
        Self::with(name, |_| {})
    }

    /// A new caisse with other options.
    pub fn with(name: &str, change: impl FnOnce(&mut Options)) -> Self {
        let data = folder(name);
        let mut world = Self { data, running: None };
        world.set_clock(start());
        world.run(change);
        world
    }

    /// Starts it, for the first time or again.
    pub fn run(&mut self, change: impl FnOnce(&mut Options)) {
        let mut options = Options::in_process(&self.data);
        change(&mut options);
        self.running = Some(Running::start(options).expect("a caisse"));
    }

    /// Stops it.
    pub fn stop(&mut self) {
        self.running.take().expect("running").stop();
    }

    pub fn running(&self) -> &Running {
        self.running.as_ref().expect("running")
    }

    /// Moves the demo's time.
    #[expect(clippy::disallowed_methods, reason = "the offset is counted from the system's time")]
    pub fn set_clock(&self, at: Instant) {
        let offset = (at - chrono::Utc::now()).num_seconds() + 1;
        std::fs::write(self.data.join("clock"), offset.to_string()).expect("clock");
    }

    /// 09:00 of a day.
    pub fn set_day(&self, day: &str) {
        self.set_clock(format!("{day}T08:00:00Z").parse().expect("day"));
    }

    /// The practice's account; `port` picks the protocol.
    pub fn account(&self, port: u16, security: Security) -> Account {
        Account {
            host: "localhost".to_owned(),
            port,
            security,
            user: PRACTICE.to_owned(),
            password: SecretString::from("test-secret"),
            ca_pem: Some(std::fs::read_to_string(&self.running().ports().ca).expect("ca")),
            timeout: Duration::from_secs(20),
        }
    }

    pub fn smtp(&self) -> Account {
        self.account(self.running().ports().smtp, Security::StartTls)
    }

    pub fn pop3(&self) -> Account {
        self.account(self.running().ports().pop3s, Security::Implicit)
    }

    /// Sends a mail, whose reply must be 250.
    pub fn send(&self, message: &[u8]) {
        self.try_send(message, &mut |_| Ok(())).expect("sent");
    }

    pub fn try_send(
        &self,
        message: &[u8],
        on_phase: &mut dyn FnMut(SendPhase) -> Result<(), liasse_post::Stop>,
    ) -> Result<liasse_post::Accepted, SendError> {
        liasse_post::send(&self.smtp(), &Envelope { from: PRACTICE, to: CAISSE }, message, on_phase)
    }

    /// Empties the mailbox: every message as it came.
    pub fn fetch_raw(&self) -> Vec<Vec<u8>> {
        let mut messages = Vec::new();
        let mut take = |group: &[liasse_post::Incoming<'_>]| {
            messages.extend(group.iter().map(|incoming| incoming.bytes.to_vec()));
            Ok(vec![Verdict::Delete; group.len()])
        };
        liasse_post::fetch(&self.pop3(), &mut |_| Verdict::Fetch, &mut take).expect("fetched");
        messages
    }

    /// Empties the mailbox: every return, its signature verified.
    pub fn fetch(&self) -> Vec<Return> {
        self.fetch_raw().iter().map(|message| believed(message)).collect()
    }

    /// Sends a file and gives its answers: `ARL+` or the code of the ARL-, then each rejected FSE with its code.
    pub fn answers(&self, message: &[u8]) -> Vec<String> {
        self.send(message);
        self.fetch().iter().flat_map(told).collect()
    }

    pub fn payments(&self) -> Vec<Payment> {
        let payment = |message| match message {
            Return::Payment(payment) => Some(payment),
            _ => None,
        };
        self.fetch().into_iter().filter_map(payment).collect()
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.running.take());
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// A fresh folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("liasse-caisse-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("folder");
    folder
}

/// A return whose signature leads to the demo's authority.
pub fn believed(message: &[u8]) -> Return {
    let (_, read) = mail::read_return(message).expect("a return mail");
    let chain = format!("{}/../../fixtures/pki/chain.pem", env!("CARGO_MANIFEST_DIR"));
    let trust = Trust::from_pem(&std::fs::read_to_string(chain).expect("chain")).expect("trust");
    let signature = read.signature.expect("signed");
    cms::verify(&signature, &read.body, &trust, start()).expect("a good signature");
    returns::read(&read.body).expect("a return")
}

pub fn told(message: &Return) -> Vec<String> {
    match message {
        Return::Acknowledgement(arl) => {
            vec![arl.refused.as_ref().map_or_else(|| "ARL+".to_owned(), |reason| reason.code.clone())]
        }
        Return::Rejections(rejections) => {
            rejections.fses.iter().map(|(fse, reason)| format!("{} {}", fse.number.get(), reason.code)).collect()
        }
        Return::Payment(payment) => vec![format!("payment {}", payment.total().0)],
        Return::Signalements(remarks) => {
            remarks.fses.iter().map(|(fse, reason)| format!("{} remark {}", fse.number.get(), reason.code)).collect()
        }
        Return::Service(message) => vec![format!("message {}", message.text)],
    }
}

/// A scenario in its own words.
pub fn scenario(text: &str) -> Option<Scenario> {
    Some(Scenario::from_toml(text).expect("scenario"))
}
