//! Power cuts at every sync and in between, over our own store: whatever a disk has then forgotten, the store opens, the journal holds
//! and every answer that was given stands. A replay of what strace saw (`liasse_e2e::power`), bounded; counts in docs/reliability.md.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::collections::{BTreeMap, HashSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicUsize, Ordering};

use liasse_e2e::crash::G;
use liasse_e2e::power::{Cut, Disk, Files, Op, files, fingerprint, ops, recorded, write_all};
use liasse_e2e::{Practice, bin, finish};

/// A disk after a cut: after which operation, how many answers had been given, and what was left.
struct World {
    after: usize,
    answers: usize,
    cut: Cut,
    left: Files,
}

/// What a program did to a practice.
struct Tape {
    practice: Practice,
    before: Files,
    ops: Vec<Op>,
}

impl Tape {
    /// Runs `command` on the data of `practice`.
    fn of(practice: Practice, command: &Command) -> Self {
        let before = files(&practice.data());
        let log = practice.scratch().join("power.trace");
        finish(&mut recorded(command, &log), b"").success();
        let ops = ops(&log, &practice.data());
        let tape = Self { practice, before, ops };
        let mut disk = Disk::with(&tape.before);
        for op in &tape.ops {
            disk.apply(op);
        }
        assert!(disk.whole() == files(&tape.practice.data()), "the model and the folder agree");
        tape
    }

    /// Every world at a sync, in both readings of names, each once; and between them `spread` of those in which some writes are kept.
    fn worlds(&self, spread: usize) -> Vec<World> {
        let (mut disk, mut answers) = (Disk::with(&self.before), 0);
        let (mut seen, mut worlds) = (HashSet::new(), Vec::new());
        let step = (self.ops.len() / spread.max(1)).max(1);
        for (after, op) in self.ops.iter().enumerate() {
            let synced = disk.apply(op);
            answers += usize::from(*op == Op::Said);
            let names = matches!(op, Op::Rename(..) | Op::Remove(_) | Op::Create(_));
            let cuts = (synced || names || *op == Op::Said).then_some([Cut::Bytes, Cut::Names]);
            let some = (after % step == 0).then(|| Cut::Some(u64::try_from(after).unwrap_or_default()));
            for cut in cuts.into_iter().flatten().chain(some) {
                let left = disk.left(cut);
                // The same world after one more answer is another question.
                if seen.insert(fingerprint(&(&left, answers))) {
                    worlds.push(World { after, answers, cut, left });
                }
            }
        }
        worlds
    }

    /// How many entries the journal had when each answer was given.
    fn acknowledged(&self) -> BTreeMap<usize, u64> {
        let (mut disk, mut answers, mut known) = (Disk::with(&self.before), 0, BTreeMap::new());
        known.insert(0, opened(&self.practice, &disk.whole()).expect("the practice before"));
        for op in &self.ops {
            disk.apply(op);
            if *op == Op::Said {
                answers += 1;
                known.insert(answers, opened(&self.practice, &disk.whole()).expect("what a running program sees"));
            }
        }
        known
    }

    /// The same where nothing was ever synced, or no folder: what a careless program would have done.
    fn without(&self, is_lost: impl Fn(&Path) -> bool) -> Self {
        let careless = |op: &&Op| !matches!(op, Op::Sync(path) if is_lost(path));
        let practice = Practice::new("power-careless");
        copy_clock(&self.practice, &practice);
        Self { practice, before: self.before.clone(), ops: self.ops.iter().filter(careless).cloned().collect() }
    }
}

fn copy_clock(from: &Practice, to: &Practice) {
    std::fs::create_dir_all(to.caisse_data()).expect("a folder");
    std::fs::copy(from.caisse_data().join("clock"), to.caisse_data().join("clock")).expect("the clock");
}

/// What a start finds on such a disk: how many entries, or what does not hold.
fn opened(practice: &Practice, left: &Files) -> Result<u64, String> {
    let after = Practice::new("power-world");
    copy_clock(practice, &after);
    write_all(&after.data(), left);
    let said = finish(after.ctl(&["journal", "verify"]).arg("--json"), b"");
    if said.code != 0 {
        return Err(format!("{}: {}{}", said.code, said.stdout, said.stderr));
    }
    let report = said.json();
    let entries = report["entries"].as_u64().filter(|_| report["intact"] == true);
    entries.ok_or_else(|| report.to_string())
}

/// What of these worlds is damaged, and where answers were given of what is lost.
fn losses(tape: &Tape, worlds: &[World]) -> Vec<String> {
    let known = tape.acknowledged();
    judged(tape, worlds, |world| match opened(&tape.practice, &world.left) {
        Err(damage) => Some(format!("damaged: {damage}")),
        Ok(entries) if entries < known[&world.answers] => {
            Some(format!("{entries} entries of {} that were acknowledged", known[&world.answers]))
        }
        Ok(_) => None,
    })
}

/// What is wrong with these worlds, each with its place.
fn judged(tape: &Tape, worlds: &[World], judge: impl Fn(&World) -> Option<String> + Sync) -> Vec<String> {
    let next = AtomicUsize::new(0);
    let work = || {
        let mut found = Vec::new();
        while let Some(world) = worlds.get(next.fetch_add(1, Ordering::Relaxed)) {
            if let Some(wrong) = judge(world) {
                let place =
                    format!("after operation {} ({}), {:?}", world.after, named(&tape.ops[world.after]), world.cut);
                found.push(format!("{place}: {wrong}"));
            }
        }
        found
    };
    // Two at a time: most of it is waiting for small programs.
    std::thread::scope(|scope| {
        let threads = [0, 1].map(|_| scope.spawn(work));
        threads.into_iter().flat_map(|thread| thread.join().expect("the other half")).collect()
    })
}

/// An operation without its bytes.
fn named(op: &Op) -> String {
    match op {
        Op::Write(path, at, bytes) => format!("write {} {at:?} {}", path.display(), bytes.len()),
        op => format!("{op:?}"),
    }
}

fn report(what: &str, tape: &Tape, worlds: &[World]) {
    let syncs = tape.ops.iter().filter(|op| matches!(op, Op::Sync(_))).count();
    let answers = tape.ops.iter().filter(|op| **op == Op::Said).count();
    let of = |wanted: fn(&Cut) -> bool| worlds.iter().filter(|world| wanted(&world.cut)).count();
    let bytes = of(|cut| *cut == Cut::Bytes);
    let names = of(|cut| *cut == Cut::Names);
    let some = of(|cut| matches!(cut, Cut::Some(_)));
    println!(
        "{what}: {} operations, {syncs} syncs, {answers} answers; opened {} worlds: {bytes} without bytes, {names} \
         without names, {some} with some writes; 0 damaged, 0 answers lost",
        tape.ops.len(),
        worlds.len()
    );
}

/// Six FSE, each made and signed by a call of its own: twelve answers, the log folded into the file after each.
fn claims() -> Tape {
    let practice = Practice::empty("power-claims");
    let entry = practice.scratch().write("entry.json", G);
    let script = "for number in 1 2 3 4 5 6; do
                    \"$1\" fse new \"$3\" --patient-reader sim:vitale-petit --json --data \"$2\"
                    \"$1\" fse sign 991010117-00000000$number --patient-reader sim:vitale-petit --json --data \"$2\"
                  done";
    let mut sh = Command::new("sh");
    sh.args(["-ec", script, "sh"]).arg(bin("liassectl")).arg(practice.data()).arg(entry).env_remove("LIASSE_DATA");
    Tape::of(practice, &sh)
}

#[test]
fn a_cut_at_any_sync_or_between_two_loses_no_claim_that_was_answered() {
    let tape = claims();
    let worlds = tape.worlds(24);
    let answers = tape.ops.iter().filter(|op| **op == Op::Said).count();
    assert!(answers >= 12 && (40..=200).contains(&worlds.len()), "{answers} answers, {} worlds", worlds.len());
    assert_eq!(losses(&tape, &worlds), [] as [String; 0]);
    report("six claims", &tape, &worlds);
}

#[test]
fn a_cut_in_a_day_of_one_program_leaves_a_day_that_holds() {
    let practice = Practice::empty("power-day");
    let demo = practice.ctl(&["demo"]);
    let tape = Tape::of(practice, &demo);
    let worlds = tape.worlds(24);
    assert!((20..=120).contains(&worlds.len()), "{} worlds", worlds.len());
    assert_eq!(losses(&tape, &worlds), [] as [String; 0]);
    // What was once on the disk is never lost again.
    let mut reached = 0;
    for world in worlds.iter().filter(|world| world.cut == Cut::Bytes) {
        let entries = opened(&tape.practice, &world.left).expect("it holds");
        assert!(entries >= reached, "after operation {}: {entries} after {reached}", world.after);
        reached = entries;
    }
    assert!(reached > 10, "a day of {reached} entries");
    report("a day", &tape, &worlds);
}

const PHRASE: &str = "cheval pile agrafe correcte";
const OTHER: &str = "le chat dort sur le piano";

/// A call on a practice in a session that has no keyring.
fn by_secret(practice: &Practice, words: &[&str], input: &str) -> liasse_e2e::Finished {
    let mut command = practice.ctl(words);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
    finish(&mut command, input.as_bytes())
}

/// How many entries the journal has, where that passphrase opens the data and they hold.
fn by_phrase(practice: &Practice, phrase: &str) -> Option<u64> {
    let said = by_secret(practice, &["journal", "verify", "--passphrase-stdin", "--json"], &format!("{phrase}\n"));
    let report = (said.code == 0).then(|| said.json())?;
    report["entries"].as_u64().filter(|_| report["intact"] == true)
}

/// The passphrase is changed, then the data key: whatever a disk forgets, one passphrase opens, the new one once it was said so.
#[test]
fn a_cut_while_the_passphrase_or_the_key_changes_leaves_a_way_of_opening() {
    let practice = Practice::new("power-keys");
    by_secret(&practice, &["key", "create", "--json"], &format!("{PHRASE}\n")).success();
    let set = ["config", "set", "post.from", "dr.test@cabinet.test", "--passphrase-stdin"];
    by_secret(&practice, &set, &format!("{PHRASE}\n")).success();
    let entries = by_phrase(&practice, PHRASE).expect("it opens");
    // From files: what a shell writes into a pipe would be taken for an answer.
    let both = practice.scratch().write("both", format!("{PHRASE}\n{OTHER}\n"));
    let one = practice.scratch().write("one", format!("{OTHER}\n"));
    let script = "\"$1\" key passphrase --data \"$2\" < \"$3\"; \"$1\" key rekey --json --data \"$2\" < \"$4\"";
    let mut sh = Command::new("sh");
    sh.args(["-ec", script, "sh"]).arg(bin("liassectl")).arg(practice.data()).arg(both).arg(one);
    sh.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus").env_remove("LIASSE_DATA");
    let tape = Tape::of(practice, &sh);
    let worlds = tape.worlds(8);
    assert!((15..=120).contains(&worlds.len()), "{} worlds", worlds.len());
    let wrong = judged(&tape, &worlds, |world| {
        let after = Practice::new("power-keys-world");
        write_all(&after.data(), &world.left);
        let ways = [PHRASE, OTHER].map(|phrase| by_phrase(&after, phrase));
        match ways {
            [None, None] => Some("nothing opens it".to_owned()),
            [_, None] if world.answers > 0 => Some("the passphrase that was said to hold does not".to_owned()),
            ways if ways.into_iter().flatten().any(|found| found < entries) => Some(format!("{ways:?} of {entries}")),
            _ => None,
        }
    });
    assert_eq!(wrong, [] as [String; 0]);
    report("keys", &tape, &worlds);
}

/// The replay can fail: without the syncs that our store makes, answers are lost.
#[test]
fn without_the_syncs_of_the_log_or_of_its_folder_answers_are_lost() {
    let tape = claims();
    let no_sync = tape.without(|_| true);
    let last = no_sync.worlds(1).into_iter().rfind(|world| world.cut == Cut::Bytes).expect("a world");
    assert!(!losses(&no_sync, &[last]).is_empty(), "nothing was ever on the disk");
    // The log's bytes are, its name is not: what was answered before it was folded into the file is gone.
    let no_name = tape.without(|path| path.as_os_str().is_empty());
    let worlds: Vec<World> = no_name.worlds(1).into_iter().filter(|world| world.cut == Cut::Names).collect();
    assert!(losses(&no_name, &worlds).iter().any(|loss| loss.contains("acknowledged")), "a name is a part of a file");
}
