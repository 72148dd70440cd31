//! Killed (SIGKILL) at a write, a sync, a renaming or a removal while a practice is made, its passphrase or its key changed, backed up
//! or restored: each time one way of opening works, the next call ends the work, and nothing that was said is lost.
//! The gestures of a claim's life are in `disk_faults`, those of a start in `crash_again`.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use liasse_e2e::power::{Files, files};
use liasse_e2e::practice::error_of;
use liasse_e2e::process::wrapped;
use liasse_e2e::{Finished, Practice, finish, strace};

const PHRASE: &str = "cheval pile agrafe correcte";
const OTHER: &str = "le chat dort sur le piano";

/// What is struck, and at how many of its calls at most.
const KILLS: [(&str, usize); 4] =
    [("pwrite64", 6), ("fsync,fdatasync", 10), ("rename,renameat,renameat2", 6), ("unlink,unlinkat", 4)];

/// A call in a session that has no keyring.
fn call(practice: &Practice, words: &[&str]) -> Command {
    let mut command = practice.ctl(words);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
    command
}

fn run(practice: &Practice, words: &[&str], input: &str) -> Finished {
    finish(&mut call(practice, words), input.as_bytes())
}

fn recovery(said: &Finished) -> String {
    said.json()["recovery"].as_str().expect("a code").to_owned()
}

/// How many entries the journal has, where this secret opens the data and they hold.
fn opens(practice: &Practice, flag: &str, secret: &str) -> Option<u64> {
    let said = run(practice, &["journal", "verify", flag, "--json"], &format!("{secret}\n"));
    let report = (said.code == 0).then(|| said.json())?;
    assert_eq!(report["intact"], true, "{report}");
    report["entries"].as_u64()
}

fn setting(practice: &Practice, phrase: &str) -> String {
    let said = run(practice, &["config", "get", "post.from", "--passphrase-stdin"], &format!("{phrase}\n"));
    said.success().stdout.trim().to_owned()
}

/// A practice with a setting in it, its recovery code, and how long its journal is.
struct Cabinet {
    practice: Practice,
    code: String,
    entries: u64,
}

impl Cabinet {
    fn new(name: &str) -> Self {
        let practice = Practice::new(name);
        let code = recovery(&run(&practice, &["key", "create", "--json"], &format!("{PHRASE}\n")).success());
        let set = ["config", "set", "post.from", "dr.test@cabinet.test", "--passphrase-stdin"];
        run(&practice, &set, &format!("{PHRASE}\n")).success();
        let entries = opens(&practice, "--passphrase-stdin", PHRASE).expect("it opens");
        Self { practice, code, entries }
    }

    /// What was acknowledged is there, under that passphrase.
    fn holds(&self, practice: &Practice, phrase: &str, cell: &str) {
        let entries = opens(practice, "--passphrase-stdin", phrase);
        assert!(entries.is_some_and(|entries| entries >= self.entries), "{cell}: {entries:?} of {}", self.entries);
        assert_eq!(setting(practice, phrase), "dr.test@cabinet.test", "{cell}");
    }
}

/// One cell: what is struck, and at which call.
type Blow = (&'static str, usize);

fn struck(command: &Command, blow: Option<Blow>, log: &Path) -> Command {
    watched(command, blow.map(|(calls, at)| format!("inject={calls}:signal=KILL:when={at}")), log)
}

/// `command`, the calls of the table written to the file `log`, and what `injected` says done to them.
fn watched(command: &Command, injected: Option<String>, log: &Path) -> Command {
    let all: Vec<&str> = KILLS.iter().map(|(calls, _)| *calls).collect();
    let mut strace = strace::program();
    strace.args(["-f", "-qq", "-e", &format!("trace={}", all.join(",")), "-o"]).arg(log);
    if let Some(injected) = injected {
        strace.args(["-e", &injected]);
    }
    wrapped(strace, command)
}

/// The blows that are tried at a gesture, from what it did when nobody struck it: spread over its calls, the first and the last too.
fn blows(log: &Path) -> Vec<Blow> {
    let text = std::fs::read(log).expect("a log of strace");
    let text = String::from_utf8_lossy(&text);
    let names: Vec<&str> = text.lines().filter_map(|line| line.split_once(' ')?.1.trim().split('(').next()).collect();
    let mut all = Vec::new();
    for (calls, most) in KILLS {
        let made = names.iter().filter(|name| calls.split(',').any(|one| one == **name)).count();
        let tried = made.min(most);
        let places = (0..tried).map(|at| if tried == 1 { 1 } else { 1 + at * (made - 1) / (tried - 1) });
        all.extend(places.map(|at| (calls, at)));
    }
    all
}

/// Strikes a gesture at each of its blows: `before` gives the data it begins on, `gesture` the call and its input, `judge` looks at
/// what is found afterwards.
fn sweep(
    name: &str,
    least: usize,
    before: impl Fn(&str) -> Practice + Sync,
    gesture: impl Fn(&Practice) -> (Command, String) + Sync,
    judge: impl Fn(&Practice, &Finished, &str) + Sync,
) {
    let strike = |blow: Option<Blow>| {
        let practice = before(&format!("kill-{name}"));
        let log = practice.scratch().join("strace.log");
        let (command, input) = gesture(&practice);
        let said = finish(&mut struck(&command, blow, &log), input.as_bytes());
        (practice, said, log)
    };
    let (practice, said, log) = strike(None);
    let said = said.success();
    judge(&practice, &said, &format!("{name}, not struck"));
    let cells = blows(&log);
    assert!(cells.len() >= least, "{name}: only {} cells", cells.len());
    let (next, killed) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let work = || {
        while let Some(blow) = cells.get(next.fetch_add(1, Ordering::Relaxed)) {
            let cell = format!("{name}, killed at {blow:?}");
            let (practice, said, _) = strike(Some(*blow));
            assert!([0, -1, 137].contains(&said.code), "{cell}: {}{}", said.stdout, said.stderr);
            killed.fetch_add(usize::from(said.code != 0), Ordering::Relaxed);
            judge(&practice, &said, &cell);
        }
    };
    std::thread::scope(|scope| {
        let threads = [0, 1].map(|_| scope.spawn(work));
        for thread in threads {
            thread.join().expect("the other half");
        }
    });
    let killed = killed.into_inner();
    assert!(killed * 3 > cells.len(), "{name}: only {killed} of {} blows fell", cells.len());
    println!("{name}: {} cells, {killed} killed", cells.len());
}

#[test]
fn a_practice_that_was_being_made_opens_or_is_made_again() {
    let create = |practice: &Practice| (call(practice, &["key", "create", "--json"]), format!("{PHRASE}\n"));
    sweep("create", 8, Practice::new, create, |practice, said, cell| {
        if opens(practice, "--passphrase-stdin", PHRASE).is_none() {
            assert_ne!(said.code, 0, "{cell}: it was said to be made");
            // Nothing was told to anybody: it is made as if for the first time.
            let again = run(practice, &["key", "create", "--json"], &format!("{OTHER}\n"));
            assert_eq!(again.code, 0, "{cell}: neither opens nor can be made: {}", again.stderr);
            assert!(opens(practice, "--recovery-stdin", &recovery(&again)).is_some(), "{cell}");
            assert!(opens(practice, "--passphrase-stdin", OTHER).is_some(), "{cell}");
            return;
        }
        // A recovery code that was never shown is drawn again.
        let drawn = run(practice, &["key", "recovery", "--json"], &format!("{PHRASE}\n")).success();
        assert!(opens(practice, "--recovery-stdin", &recovery(&drawn)).is_some(), "{cell}");
    });
}

#[test]
fn a_passphrase_that_was_being_changed_is_the_former_or_the_new_one() {
    let cabinet = Cabinet::new("passphrase");
    let change = |practice: &Practice| (call(practice, &["key", "passphrase"]), format!("{PHRASE}\n{OTHER}\n"));
    sweep(
        "passphrase",
        6,
        |name| cabinet.practice.copy(name),
        change,
        |practice, said, cell| {
            let ways = [PHRASE, OTHER].map(|phrase| opens(practice, "--passphrase-stdin", phrase).is_some());
            assert!(ways == [true, false] || ways == [false, true], "{cell}: {ways:?}");
            assert!(said.code != 0 || ways[1], "{cell}: it was said to be changed");
            cabinet.holds(practice, if ways[1] { OTHER } else { PHRASE }, cell);
            assert!(
                opens(practice, "--recovery-stdin", &cabinet.code).is_some(),
                "{cell}: the recovery code opens either way"
            );
            // And the change is made, from whichever holds.
            let from = if ways[1] { OTHER } else { PHRASE };
            run(practice, &["key", "passphrase"], &format!("{from}\nencore une autre phrase\n")).success();
            cabinet.holds(practice, "encore une autre phrase", cell);
        },
    );
}

#[test]
fn a_key_that_was_being_changed_is_the_former_or_the_new_one() {
    let cabinet = Cabinet::new("rekey");
    let change = |practice: &Practice| (call(practice, &["key", "rekey", "--json"]), format!("{PHRASE}\n"));
    sweep(
        "rekey",
        12,
        |name| cabinet.practice.copy(name),
        change,
        |practice, said, cell| {
            // Opening by the former code leaves it as it is: it may be all that somebody has.
            let [once, again] = [(); 2].map(|()| opens(practice, "--recovery-stdin", &cabinet.code).is_some());
            assert_eq!((once, again), (again, again && said.code != 0), "{cell}: the former code");
            // The passphrase is the same on both sides.
            cabinet.holds(practice, PHRASE, cell);
            let former = opens(practice, "--recovery-stdin", &cabinet.code).is_some();
            if said.code == 0 {
                assert!(!former && opens(practice, "--recovery-stdin", &recovery(said)).is_some(), "{cell}: its code");
            }
            if !former {
                // The next key's code was never shown: another one is drawn.
                let drawn = run(practice, &["key", "recovery", "--json"], &format!("{PHRASE}\n")).success();
                assert!(opens(practice, "--recovery-stdin", &recovery(&drawn)).is_some(), "{cell}");
            }
            run(practice, &["key", "rekey", "--json"], &format!("{PHRASE}\n")).success();
            cabinet.holds(practice, PHRASE, cell);
            assert!(!practice.data().join("liasse.db.new").exists(), "{cell}: an unfinished copy is left");
        },
    );
}

/// The syncs of a disk, and how many of them are tried.
const SYNCS: (&str, usize) = ("fsync,fdatasync", 24);

/// A gesture of the keys at a disk that answers one of its syncs with an error, each in turn: what `judge` makes of it, one word a
/// sync.
fn with_a_sync_that_fails(
    cabinet: &Cabinet,
    words: &[&str],
    input: &str,
    judge: impl Fn(&Practice, &Finished, &str) -> &'static str,
) -> Vec<&'static str> {
    let (calls, most) = SYNCS;
    let strike = |at: Option<usize>| {
        let practice = cabinet.practice.copy("kill-sync");
        let log = practice.scratch().join("strace.log");
        let injected = at.map(|at| format!("inject={calls}:error=EIO:when={at}"));
        let said = finish(&mut watched(&call(&practice, words), injected, &log), input.as_bytes());
        (practice, said, log)
    };
    let (_untouched, said, log) = strike(None);
    said.success();
    let made = blows(&log).into_iter().filter(|(one, _)| *one == calls).map(|(_, at)| at).max().unwrap_or_default();
    assert!((2..=most).contains(&made), "{words:?}: {made} syncs");
    let judged = |at: usize| {
        let (practice, said, _) = strike(Some(at));
        judge(&practice, &said, &format!("{words:?}, sync {at} of {made}"))
    };
    (1..=made).map(judged).collect()
}

#[test]
fn a_sync_that_fails_makes_nothing_untrue_that_is_said_of_the_keys() {
    let cabinet = Cabinet::new("unsynced");
    let change = (["key", "passphrase", "--json"], format!("{PHRASE}\n{OTHER}\n"));
    let changed = with_a_sync_that_fails(&cabinet, &change.0, &change.1, |practice, said, cell| {
        let code = (said.code != 0).then(|| error_of(said)["code"].as_str().expect("a code").to_owned());
        let (holds, word) = match code.as_deref() {
            None => (OTHER, "changed"),
            Some("cles.non_confirmees") => (OTHER, "unconfirmed"),
            Some(_) => (PHRASE, "refused"),
        };
        cabinet.holds(practice, holds, cell);
        assert!(opens(practice, "--recovery-stdin", &cabinet.code).is_some(), "{cell}: the code");
        word
    });
    assert!(changed.contains(&"unconfirmed") && changed.contains(&"refused"), "{changed:?}");
    let draw = (["key", "recovery", "--json"], format!("{PHRASE}\n"));
    let drawn = with_a_sync_that_fails(&cabinet, &draw.0, &draw.1, |practice, said, cell| {
        cabinet.holds(practice, PHRASE, cell);
        let (code, word) = if said.code == 0 { (recovery(said), "drawn") } else { (cabinet.code.clone(), "refused") };
        assert!(opens(practice, "--recovery-stdin", &code).is_some(), "{cell}: the code that was said to hold");
        word
    });
    assert!(drawn.contains(&"drawn") && drawn.contains(&"refused"), "{drawn:?}");
    println!("syncs that fail: {changed:?}, {drawn:?}");
}

#[test]
fn a_backup_that_was_being_made_is_whole_or_is_none() {
    let cabinet = Cabinet::new("backup");
    let folder = |practice: &Practice| practice.scratch().join("copies").display().to_string();
    let back_up = |practice: &Practice| {
        (call(practice, &["backup", &folder(practice), "--passphrase-stdin"]), format!("{PHRASE}\n"))
    };
    sweep(
        "backup",
        10,
        |name| cabinet.practice.copy(name),
        back_up,
        |practice, said, cell| {
            cabinet.holds(practice, PHRASE, cell);
            let to = Practice::new("kill-restored");
            let from = folder(practice);
            let restored = run(&to, &["restore", &from, "--passphrase-stdin"], &format!("{PHRASE}\n"));
            assert!(said.code != 0 || restored.code == 0, "{cell}: it was said to be made: {}", restored.stderr);
            if restored.code == 0 {
                cabinet.holds(&to, PHRASE, cell);
            } else {
                assert!(!to.data().join("world.toml").exists(), "{cell}: half a backup made a directory");
            }
            // The next one is made beside what is left, and opens with the code too.
            let (mut again, input) = back_up(practice);
            finish(&mut again, input.as_bytes()).success();
            let to = Practice::new("kill-restored");
            run(&to, &["restore", &from, "--recovery-stdin"], &format!("{}\n", cabinet.code)).success();
            cabinet.holds(&to, PHRASE, cell);
        },
    );
}

#[test]
fn a_restore_that_was_cut_leaves_nothing_half_and_is_made_again() {
    let cabinet = Cabinet::new("restore");
    let copies = cabinet.practice.scratch().join("copies");
    let from = copies.display().to_string();
    run(&cabinet.practice, &["backup", &from, "--passphrase-stdin"], &format!("{PHRASE}\n")).success();
    let kept: Files = files(&copies);
    let words = ["restore", from.as_str(), "--passphrase-stdin"];
    let restore = |practice: &Practice| (call(practice, &words), format!("{PHRASE}\n"));
    sweep("restore", 10, Practice::new, restore, |practice, said, cell| {
        if opens(practice, "--passphrase-stdin", PHRASE).is_none() {
            assert_ne!(said.code, 0, "{cell}: it was said to be restored");
            run(practice, &words, &format!("{PHRASE}\n")).success();
        } else {
            // It is a practice: nothing is restored over it.
            assert_ne!(run(practice, &words, &format!("{PHRASE}\n")).code, 0, "{cell}");
        }
        cabinet.holds(practice, PHRASE, cell);
        assert!(opens(practice, "--recovery-stdin", &cabinet.code).is_some(), "{cell}");
    });
    assert!(files(&copies) == kept, "a backup is only read");
}
