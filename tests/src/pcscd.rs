//! A real pcscd with two virtual readers, private to one test: its own network, so that no port of this machine is
//! taken, and its own `/run`, so that no pcscd of this machine is disturbed.
//! The recipe and its traps are measured in reference cards, 5.1 to 5.7.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::namespace::{Namespace, Network};
use crate::process::{Running, finish};
use crate::{Scratch, bin, wait};

/// The port of the first slot of the virtual reader, and its names in pcscd: two slots are compiled in.
const FIRST_PORT: u16 = 35_963;

/// The driver as Debian installs it.
const DRIVER: &str = "/usr/lib/pcsc/drivers/serial/libifdvpcd.so";

/// One of the two readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// By habit, the professional's.
    First,
    /// By habit, the patient's.
    Second,
}

impl Slot {
    fn number(self) -> u16 {
        match self {
            Self::First => 0,
            Self::Second => 1,
        }
    }

    /// The reader's name, as every PC/SC client sees it.
    pub fn reader(self) -> String {
        format!("Virtual PCD 00 {:02}", self.number())
    }

    /// Where a simulated card connects, inside the namespace.
    pub fn address(self) -> String {
        format!("127.0.0.1:{}", FIRST_PORT + self.number())
    }
}

/// The running pcscd.
#[derive(Debug)]
pub struct Pcscd {
    namespace: Namespace,
    scratch: Scratch,
}

impl Pcscd {
    /// Starts it and waits until both readers are there, empty.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, told more: `--debug`, and `--apdu`, with which it writes every PIN into its log.
    pub fn start_with(words: &[&str]) -> Self {
        assert!(Path::new(DRIVER).exists(), "{DRIVER} is missing: install vsmartcard-vpcd");
        let scratch = Scratch::new("pcscd");
        let readers = format!(
            "FRIENDLYNAME \"Virtual PCD\"\nDEVICENAME /dev/null:{FIRST_PORT:#x}\nLIBPATH {DRIVER}\nCHANNELID {FIRST_PORT:#x}\n"
        );
        scratch.write("readers/vpcd", readers);
        // From version 2 on, pcscd asks polkit, which is not there (reference cards, 5.5).
        let script = "set -e
            ip link set lo up
            mount -t tmpfs tmpfs /run
            mkdir -p /run/pcscd
            polkit=
            if pcscd --help 2>&1 | grep -q disable-polkit; then polkit=--disable-polkit; fi
            exec pcscd --foreground $polkit --config \"$@\"";
        let folder = scratch.join("readers");
        let arguments: Vec<&Path> = std::iter::once(folder.as_path()).chain(words.iter().map(Path::new)).collect();
        let namespace = Namespace::start(Network::Private, script, &arguments, &scratch.join("pcscd.log"));
        let mut pcscd = Self { namespace, scratch };
        wait::until("pcscd and its two readers", wait::SOON, || {
            assert!(pcscd.namespace.is_alive(), "pcscd ended: {}", pcscd.namespace.log());
            let both = [Slot::First, Slot::Second].map(|slot| pcscd.holds_card(slot));
            (both == [Some(false), Some(false)]).then_some(())
        });
        pcscd
    }

    /// What a PC/SC client must have in its environment to reach this pcscd and no other.
    pub fn environment(&self) -> (&'static str, PathBuf) {
        ("PCSCLITE_CSOCK_NAME", self.namespace.from_outside("/run/pcscd/pcscd.comm"))
    }

    /// A PC/SC client, foreign or ours, as a command that reaches this pcscd.
    pub fn client(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let (name, value) = self.environment();
        let mut command = Command::new(program);
        command.env(name, value);
        command
    }

    /// Puts a simulated card in: `card` is a name of `fixtures/cards` or a path, `knobs` more arguments of
    /// `liasse-cartes`. Returns when pcscd shows the card.
    pub fn insert(&self, slot: Slot, card: &str, knobs: &[&str]) -> InsertedCard<'_> {
        assert_eq!(self.holds_card(slot), Some(false), "{} must be empty", slot.reader());
        let mut card = self.put(slot, card, knobs);
        wait::until("the inserted card", wait::SOON, || {
            assert!(card.program.is_alive(), "liasse-cartes ended: {}", card.log());
            (self.holds_card(slot) == Some(true)).then_some(())
        });
        card
    }

    /// The same without looking whether pcscd shows it: for who watches the reader, and must not be disturbed meanwhile.
    pub fn put(&self, slot: Slot, card: &str, knobs: &[&str]) -> InsertedCard<'_> {
        let mut command = self.namespace.command(bin("liasse-cartes"));
        command.args(["--vpcd", &slot.address(), "--card", card]).args(knobs);
        let program = Running::start(&command, &self.scratch.join(format!("cartes-{}.log", slot.number())));
        InsertedCard { pcscd: self, slot, program }
    }

    /// Whether the reader holds a card, in the eyes of OpenSC; `None` when there is no such reader (yet).
    pub fn holds_card(&self, slot: Slot) -> Option<bool> {
        let list = finish(self.client("opensc-tool").arg("--list-readers"), b"");
        let line = list.stdout.lines().find(|line| line.trim_end().ends_with(&slot.reader()))?;
        line.split_whitespace().nth(1).map(|card| card == "Yes")
    }

    /// Kills pcscd as a crash would; clients then find no service.
    pub fn crash(self) {
        drop(self);
    }

    /// What pcscd wrote.
    pub fn log(&self) -> String {
        self.namespace.log()
    }
}

/// A card in a reader. Dropping it pulls the card without waiting for pcscd to notice.
#[derive(Debug)]
pub struct InsertedCard<'a> {
    pcscd: &'a Pcscd,
    slot: Slot,
    program: Running,
}

impl InsertedCard<'_> {
    /// The reader it is in.
    pub fn reader(&self) -> String {
        self.slot.reader()
    }

    /// What `liasse-cartes` wrote.
    pub fn log(&self) -> String {
        self.program.log()
    }

    /// Pulls the card and waits until pcscd shows the reader empty.
    pub fn pull(self) {
        let Self { pcscd, slot, program } = self;
        program.kill();
        wait::until("the empty reader", wait::SOON, || (pcscd.holds_card(slot) == Some(false)).then_some(()));
    }
}
