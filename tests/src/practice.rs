//! A practice in a folder of its own, driven by `liassectl` alone, and the simulated caisse as a process beside it.
//! Amounts and states that tests expect are written by hand from the texts, never taken from what the programs compute.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::namespace::{Namespace, Network};
use crate::process::{Finished, Running, finish};
use crate::{Scratch, bin, wait};

/// The practice.
#[derive(Debug)]
pub struct Practice {
    // Ends before the folder that it hides is removed.
    disk: Option<Namespace>,
    scratch: Scratch,
}

impl Practice {
    /// A practice whose data directory does not exist yet.
    pub fn new(name: &str) -> Self {
        Self { disk: None, scratch: Scratch::new(name) }
    }

    /// The same on a disk of its own of `kilobytes`, with its caisse elsewhere.
    pub fn on_a_small_disk(name: &str, kilobytes: u32) -> Self {
        let scratch = Scratch::new(name);
        let data = scratch.join("data");
        std::fs::create_dir(&data).expect("a folder to mount on");
        let script = format!("mount -t tmpfs -o size={kilobytes}k none \"$1\" && touch \"$2\" && exec sleep 600");
        let ready = scratch.join("ready");
        let mut disk = Namespace::start(Network::Shared, &script, &[&data, &ready], &scratch.join("disk.log"));
        wait::until("the small disk", wait::SOON, || {
            assert!(disk.is_alive(), "no disk: {}", disk.log());
            ready.exists().then_some(())
        });
        let practice = Self { disk: Some(disk), scratch };
        practice.run(&["config", "set", "demo.clock", "2026-01-15T09:01"]).success();
        let (inside, outside) = (practice.on_disk("caisse"), practice.scratch.join("caisse"));
        finish(Command::new("cp").arg("-a").arg(&inside).arg(&outside), b"").success();
        std::fs::remove_dir_all(&inside).expect("the caisse moves");
        std::os::unix::fs::symlink(&outside, &inside).expect("a link to where it is");
        practice
    }

    /// Another practice whose data directory is a copy of this one's.
    pub fn copy(&self, name: &str) -> Self {
        let copy = Self::new(name);
        let mut cp = Command::new("cp");
        finish(cp.arg("-a").arg(self.data()).arg(copy.data()), b"").success();
        copy
    }

    /// The same with a demo directory made by the first setting of its clock, and nothing in it.
    pub fn empty(name: &str) -> Self {
        let practice = Self::new(name);
        practice.run(&["config", "set", "demo.clock", "2026-01-15T09:01"]).success();
        practice
    }

    /// Its scratch folder.
    pub fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// A file on its small disk, as this test sees it.
    ///
    /// # Panics
    /// When it has none.
    pub fn on_disk(&self, name: &str) -> PathBuf {
        let disk = self.disk.as_ref().expect("a small disk");
        disk.from_outside(&self.data().join(name).display().to_string())
    }

    /// From now on its small disk only reads, or writes again.
    ///
    /// # Panics
    /// When it has none.
    pub fn remount(&self, how: &str) {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{how}")]).arg(self.data());
        finish(&mut self.disk.as_ref().expect("a small disk").within(&mount), b"").success();
    }

    /// Its data directory.
    pub fn data(&self) -> PathBuf {
        self.scratch.join("data")
    }

    /// The caisse's directory.
    pub fn caisse_data(&self) -> PathBuf {
        self.data().join("caisse")
    }

    /// A call of `liassectl` on this practice.
    pub fn ctl(&self, words: &[&str]) -> Command {
        let mut command = Command::new(bin("liassectl"));
        command.args(words).arg("--data").arg(self.data()).env_remove("LIASSE_DATA");
        match &self.disk {
            Some(disk) => disk.within(&command),
            None => command,
        }
    }

    /// Runs a call to its end.
    pub fn run(&self, words: &[&str]) -> Finished {
        finish(&mut self.ctl(words), b"")
    }

    /// Runs a call that answers in JSON.
    pub fn json(&self, words: &[&str]) -> Value {
        finish(self.ctl(words).arg("--json"), b"").success().json()
    }

    /// Runs a call that must be refused with `exit`, and gives its error.
    pub fn refused(&self, words: &[&str], exit: i32) -> Value {
        refusal(&mut self.ctl(words), exit)
    }

    /// Makes, signs and settles one FSE for the patient of `vitale`; gives its name.
    pub fn bill(&self, vitale: &str, input: &str, settle: Option<&str>) -> String {
        let reader = format!("sim:{vitale}");
        let mut new = self.ctl(&["fse", "new", "-", "--patient-reader", &reader, "--json"]);
        let fse = finish(&mut new, input.as_bytes()).success().json()["fse"].as_str().expect("a name").to_owned();
        self.run(&["fse", "sign", &fse, "--patient-reader", &reader]).success();
        if let Some(mode) = settle {
            self.run(&["fse", "settle", &fse, mode]).success();
        }
        fse
    }

    /// The line of the ledger of one FSE.
    pub fn document(&self, fse: &str) -> Value {
        let ledger = self.json(&["ledger"]);
        let documents = ledger["documents"].as_array().expect("documents");
        documents.iter().find(|document| document["fse"] == fse).unwrap_or_else(|| panic!("{fse} in {ledger}")).clone()
    }

    /// How many returns of a kind are on the disk.
    pub fn returns(&self, kind: &str) -> usize {
        let listed = self.json(&["returns", "list"])["returns"].clone();
        listed.as_array().expect("returns").iter().filter(|one| one["kind"] == kind).count()
    }

    /// Starts the caisse of this practice as a process of its own, and waits until it answers.
    pub fn caisse(&self, words: &[&str]) -> Running {
        self.caisse_from(&mut self.caisse_command(words), "caisse.log")
    }

    /// The call of a caisse, to be started by `caisse_from`.
    pub fn caisse_command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(bin("liasse-caisse"));
        command.arg("--data").arg(self.caisse_data()).args(words);
        command
    }

    /// Starts a caisse and waits until its ports are told.
    pub fn caisse_from(&self, command: &mut Command, log: &str) -> Running {
        std::fs::create_dir_all(self.caisse_data()).expect("the caisse's folder");
        let mut running = Running::start(command, &self.scratch.join(log));
        let ports = self.caisse_data().join("ports.json");
        wait::until("the caisse", wait::SOON, || {
            assert!(running.is_alive(), "the caisse ended: {}", running.log());
            ports.exists().then_some(())
        });
        running
    }
}

/// Runs a call that must be refused with `exit`, and gives its error: code, message, what is safe, what to do.
pub fn refusal(command: &mut Command, exit: i32) -> Value {
    error_of(&finish(command.arg("--json"), b"").with_code(exit))
}

/// The error that a call with `--json` ended with.
///
/// # Panics
/// When it told none, or a part of it is missing.
pub fn error_of(finished: &Finished) -> Value {
    let last = finished.stderr.lines().last().unwrap_or_default().to_owned();
    let said: Value =
        serde_json::from_str(&last).unwrap_or_else(|e| panic!("{}: {e}\n{}", finished.call, finished.stderr));
    let error = said["error"].clone();
    for part in ["code", "message", "safe", "action"] {
        assert!(error[part].as_str().is_some_and(|text| text.len() > 3), "{part} in {error}");
    }
    error
}

/// One payer's line of a document: state, due and paid.
pub fn money(document: &Value, payer: &str) -> (String, i64, i64) {
    let lines = document["money"].as_array().expect("money");
    let line = lines.iter().find(|line| line["payer"] == payer).unwrap_or_else(|| panic!("{payer} in {document}"));
    let cents = |name: &str| line[name].as_i64().expect("centimes");
    (line["state"].as_str().expect("a state").to_owned(), cents("due_cents"), cents("paid_cents"))
}

/// What a stranger says of a detached signature: `openssl cms -verify -cades`.
pub fn openssl_accepts(folder: &Path, signature: &str, content: &str) -> bool {
    let mut command = Command::new("openssl");
    command.args(["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any", "-out", "/dev/null"]);
    command.arg("-in").arg(folder.join(signature)).arg("-content").arg(folder.join(content));
    command.arg("-CAfile").arg(folder.join("chain.pem"));
    finish(&mut command, b"").code == 0
}
