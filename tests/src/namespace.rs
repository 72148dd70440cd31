//! Servers in Linux namespaces of their own: killing the first process of a PID namespace ends every other one in it,
//! however deep, and a private network keeps their ports off this machine (reference cards, 5.6).
//! Not a container: the files are this machine's.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::process::{Running, kill_by_pid, wrapped};
use crate::wait;

/// What the servers see of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Network {
    /// A loopback interface of their own, reached through `Namespace::command`.
    Private,
    /// This machine's.
    Shared,
}

/// A set of processes that ends as one.
#[derive(Debug)]
pub struct Namespace {
    outer: Running,
    init: u32,
}

/// Whether this test runs as root. Without it, a user namespace gives the rights that a private network needs.
pub fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

impl Namespace {
    /// Runs the shell `script` (its `$1`, `$2`… are `arguments`) as the first process of a new namespace. The shell must
    /// stay that first process, unless what it becomes never changes its user: the kernel forgets to kill those.
    pub fn start(network: Network, script: &str, arguments: &[&Path], log: &Path) -> Self {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--pid", "--fork", "--kill-child"]);
        if network == Network::Private {
            command.arg("--net");
        }
        if !is_root() {
            command.args(["--user", "--map-root-user"]);
        }
        command.args(["sh", "-c", script, "sh"]).args(arguments);
        let mut outer = Running::start(&command, log);
        let children = format!("/proc/{0}/task/{0}/children", outer.pid());
        let init = wait::until("the first process of a namespace", wait::SOON, || {
            assert!(outer.is_alive(), "no namespace could be made (on Ubuntu, only root may): {}", outer.log());
            std::fs::read_to_string(&children).ok()?.split_whitespace().next()?.parse().ok()
        });
        Self { outer, init }
    }

    /// A command that will run inside, with the network the servers have.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        if !is_root() {
            command.args(["--user", "--preserve-credentials"]);
        }
        command.args(["--target", &self.init.to_string(), "--net"]).arg(program);
        command
    }

    /// `command` with the files that the servers see: what is mounted inside, too.
    pub fn within(&self, command: &Command) -> Command {
        let mut nsenter = Command::new("nsenter");
        if !is_root() {
            nsenter.args(["--user", "--preserve-credentials"]);
        }
        nsenter.args(["--target", &self.init.to_string(), "--mount"]);
        wrapped(nsenter, command)
    }

    /// How a path inside looks from outside.
    pub fn from_outside(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.init))
    }

    /// What the servers said.
    pub fn log(&self) -> String {
        self.outer.log()
    }

    /// Whether its first process still runs.
    pub fn is_alive(&mut self) -> bool {
        self.outer.is_alive()
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // The kernel reports the end of the first process only after that of all others; then `unshare` ends.
        kill_by_pid(self.init);
        if !std::thread::panicking() {
            self.outer.ended_within(wait::SOON);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scratch;

    /// The processes of this machine that live in the PID namespace `wanted`.
    fn members(wanted: &Path) -> Vec<PathBuf> {
        let all = std::fs::read_dir("/proc").expect("/proc").flatten().map(|entry| entry.path());
        all.filter(|process| std::fs::read_link(process.join("ns/pid")).is_ok_and(|link| link == wanted)).collect()
    }

    #[test]
    fn grandchildren_end_with_the_namespace() {
        let scratch = Scratch::new("namespace");
        let script = "(setsid sleep 600 &) ; sleep 600 & wait";
        let namespace = Namespace::start(Network::Private, script, &[], &scratch.join("log"));
        let own = std::fs::read_link(format!("/proc/{}/ns/pid", namespace.init)).expect("its namespace");
        wait::until("the shell and both sleepers", wait::SOON, || (members(&own).len() == 3).then_some(()));
        drop(namespace);
        assert_eq!(members(&own), [] as [PathBuf; 0]);
    }

    #[test]
    fn a_private_network_is_not_this_machines() {
        let scratch = Scratch::new("network");
        let namespace = Namespace::start(Network::Private, "exec sleep 600", &[], &scratch.join("log"));
        let inside = crate::finish(namespace.command("ip").args(["-o", "link"]), b"").success().stdout;
        assert_eq!(inside.lines().count(), 1, "loopback alone: {inside}");
        assert!(inside.contains(": lo:"), "{inside}");
    }
}
