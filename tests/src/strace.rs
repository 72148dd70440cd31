//! A disk that fails, made by strace: one write or one sync of the store's files is answered with an error, or the
//! program dies at it. Not a full disk: `Practice::on_a_small_disk` is one.

use std::path::Path;
use std::process::Command;

use crate::namespace::is_root;
use crate::process::wrapped;

/// The calls that put bytes into the store's files, and those that have them on the disk.
pub const WRITES: &str = "pwrite64";
/// See [`WRITES`].
pub const SYNCS: &str = "fsync,fdatasync";

/// What goes wrong, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    /// [`WRITES`] or [`SYNCS`].
    pub calls: &'static str,
    /// What strace answers: `error=ENOSPC`, `error=EIO`, `signal=KILL`.
    pub blow: &'static str,
    /// At which of these calls, from 1.
    pub at: usize,
    /// Whether every later one goes wrong as well.
    pub onwards: bool,
}

/// How many calls a program made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Calls {
    /// Of [`WRITES`].
    pub writes: usize,
    /// Of [`SYNCS`].
    pub syncs: usize,
    /// How many of them were made to go wrong.
    pub struck: usize,
}

/// `strace` by root: our programs let nobody of their user look into them (`core::privacy`); root of a namespace may.
pub fn program() -> Command {
    let mut strace = Command::new(if is_root() { "strace" } else { "unshare" });
    if !is_root() {
        strace.args(["--user", "--map-root-user", "strace"]);
    }
    strace
}

/// `command`, its work on the store in `data` watched, and struck by `fault`. What was seen goes to the file `log`.
pub fn watched(command: &Command, data: &Path, fault: Option<Fault>, log: &Path) -> Command {
    let mut strace = program();
    strace.args(["-f", "-qq", "-o"]).arg(log).args(["-e", &format!("trace={WRITES},{SYNCS}")]);
    for file in ["liasse.db", "liasse.db-wal", "liasse.db-shm", "liasse.db-journal", ""] {
        strace.arg("-P").arg(if file.is_empty() { data.to_owned() } else { data.join(file) });
    }
    if let Some(Fault { calls, blow, at, onwards }) = fault {
        let on = if onwards { "+" } else { "" };
        strace.args(["-e", &format!("inject={calls}:{blow}:when={at}{on}")]);
    }
    wrapped(strace, command)
}

/// What a log of [`watched`] holds.
pub fn calls(log: &Path) -> Calls {
    let text = std::fs::read(log).expect("a log of strace");
    let text = String::from_utf8_lossy(&text);
    // Without the arguments: they are bytes of anything.
    let names: Vec<&str> = text.lines().filter_map(|line| line.split_once(' ')?.1.trim().split('(').next()).collect();
    let count = |wanted: &str| names.iter().filter(|name| wanted.split(',').any(|one| one == **name)).count();
    Calls { writes: count(WRITES), syncs: count(SYNCS), struck: text.matches("(INJECTED)").count() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Scratch, finish};

    #[test]
    fn one_call_is_struck_and_the_others_pass() {
        let scratch = Scratch::new("strace");
        let file = scratch.join("liasse.db");
        let mut dd = Command::new("dd");
        dd.args(["if=/dev/zero", "bs=1", "count=3", "oflag=seek_bytes", "conv=fsync"]);
        dd.arg(format!("of={}", file.display()));
        let log = scratch.join("log");
        finish(&mut watched(&dd, scratch.path(), None, &log), b"").success();
        assert_eq!(calls(&log), Calls { writes: 0, syncs: 1, struck: 0 });
        let fault = Fault { calls: SYNCS, blow: "error=EIO", at: 1, onwards: false };
        finish(&mut watched(&dd, scratch.path(), Some(fault), &log), b"").with_code(1);
        assert_eq!(calls(&log), Calls { writes: 0, syncs: 1, struck: 1 });
    }
}
