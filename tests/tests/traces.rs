//! What is left of a day of the canary: no mark in any file of the data, of the temporary folder and of the home, nor in a name of
//! one; and in the memory of a program that stands still after a code was used, not that code. Nobody but root looks in there.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use liasse_e2e::canary::{Found, Marks, PIN, files_under};
use liasse_e2e::crash::G;
use liasse_e2e::memory::{is_open, searched};
use liasse_e2e::namespace::is_root;
use liasse_e2e::process::kill_by_pid;
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Pcscd, Practice, Running, Slot, bin, finish, root, strace};

/// A code that no program and no fixture holds: whatever finds it found a copy of what was typed.
const TYPED: &str = "59017264";

fn marks() -> Marks {
    Marks::of_world(root()).expect("the invented world")
}

/// The marks in the files under a folder and in their names.
fn left_under(folder: &Path, marks: &Marks) -> Vec<(PathBuf, Found)> {
    let mut all = marks.found_under(folder).expect("the folder");
    for file in files_under(folder).expect("the folder") {
        let name = file.strip_prefix(folder).unwrap_or(&file).to_owned();
        let found = marks.found_in(name.to_string_lossy().as_bytes());
        all.extend(found.into_iter().map(|found| (name.clone(), found)));
    }
    all
}

#[test]
fn a_day_leaves_no_mark_in_data_temporary_files_or_names() {
    let marks = marks();
    let practice = Practice::empty("traces");
    // What stays: the data, the temporary folder and the home of the programs, each for this day alone.
    let days = practice.scratch().path().to_owned();
    let places = ["tmp", "home"].map(|name| days.join(name));
    for place in &places {
        std::fs::create_dir(place).expect("a folder");
    }
    let run = |words: &[&str], input: &str| {
        let mut command = practice.ctl(words);
        command.env("TMPDIR", &places[0]).env("HOME", &places[1]).env("XDG_RUNTIME_DIR", &places[0]);
        finish(&mut command, input.as_bytes())
    };
    let canary = ["--reader", "sim:cps-canari", "--pin-stdin"];
    let by = |words: &[&str], input: &str| run(&[words, &canary].concat(), &format!("{PIN}\n{input}"));
    let entry = practice.scratch().write("home/entry.json", G);
    let entry = entry.to_str().expect("utf-8");
    let new = ["fse", "new", entry, "--patient-reader", "sim:vitale-durand", "--json"];
    let fse = by(&new, "").success().json()["fse"].as_str().expect("a name").to_owned();
    by(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-durand"], "").success();
    by(&["fse", "settle", &fse, "carte"], "").success();
    by(&["lot", "seal"], "").success();
    for words in [["post", "send"], ["post", "fetch"]] {
        run(&words, "").success();
    }
    // The journal of the day is written out: it names nobody.
    let file = days.join("home/journal.csv");
    by(&["journal", "export", file.to_str().expect("utf-8")], "").success();
    // What is refused leaves nothing either: a wrong code, another's card, a card that does not read.
    assert_ne!(run(&[&["ledger"][..], &canary].concat(), "80471937\n").code, 0);
    assert_ne!(by(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-cle"], "").code, 0);
    assert!(files_under(&days).expect("the folder").len() > 5, "there is something to search");
    assert_eq!(left_under(&days, &marks), []);
    // The search finds what is there: in a file, and in a name.
    let planted = [days.join("data/DURAND.txt"), days.join("tmp/of nobody")];
    std::fs::write(&planted[0], "of nobody").expect("planted");
    std::fs::write(&planted[1], PIN).expect("planted");
    let found: Vec<String> = left_under(&days, &marks).into_iter().map(|(_, found)| found.mark).collect();
    assert!(found.contains(&"DURAND".to_owned()) && found.contains(&PIN.to_owned()), "{found:?}");
    for file in planted {
        std::fs::remove_file(file).expect("removed");
    }
}

/// The program that a wrapper runs.
fn child_of(wrapper: u32) -> Option<u32> {
    let children = std::fs::read_to_string(format!("/proc/{wrapper}/task/{wrapper}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

fn stands_still(pid: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    status.lines().any(|line| line.starts_with("State:") && (line.contains("stopped") || line.contains("tracing stop")))
}

#[test]
fn a_code_that_was_used_stands_nowhere_in_memory_once_its_card_is_gone() {
    let pcscd = Pcscd::start();
    let practice = Practice::empty("memory");
    let doctor = pcscd.insert(Slot::First, "cps-canari", &[]);
    let patient = pcscd.insert(Slot::Second, "vitale-durand", &[]);
    let (reader, vitale) = (doctor.reader(), patient.reader());
    let change = ["cards", "pin", "change", "--reader", &reader];
    finish(pcscd.client(bin("liassectl")).args(change), format!("{PIN}\n{TYPED}\n").as_bytes()).success();
    let mut new = practice.ctl(&["fse", "new", "-", "--patient-reader", "sim:vitale-durand", "--json"]);
    let made = finish(new.args(["--reader", "sim:cps-canari"]), G.as_bytes()).success();
    let fse = made.json()["fse"].as_str().expect("a name").to_owned();

    // It stands still at a sync of the signature's commit: the code was given, the card has signed by it.
    let mut sign =
        practice.ctl(&["fse", "sign", &fse, "--reader", &reader, "--patient-reader", &vitale, "--pin-stdin"]);
    let (name, value) = pcscd.environment();
    sign.env(name, value);
    let log = practice.scratch().join("stopped.trace");
    let mut stopping = strace::program();
    stopping.args(["-f", "-qq", "-e", "trace=fsync", "-e", "inject=fsync:signal=STOP:when=3", "-o"]).arg(&log);
    let stopping = liasse_e2e::process::wrapped(stopping, &sign);
    let mut wrapper = Running::start_piped(&stopping, &practice.scratch().join("sign.log"));
    let mut input = wrapper.child().stdin.take().expect("its input");
    std::io::Write::write_all(&mut input, format!("{TYPED}\n").as_bytes()).expect("written");
    drop(input);
    let pid = until("the program to stand still", SOON, || {
        let alive = wrapper.is_alive();
        let stopped = std::fs::read_to_string(&log).unwrap_or_default().contains("stopped by SIGSTOP");
        assert!(alive || stopped, "it ended: {}", wrapper.log());
        let pid = child_of(wrapper.pid())?;
        (stopped && stands_still(pid)).then_some(pid)
    });
    doctor.pull();
    patient.pull();
    if is_root() {
        let marks = Marks::of([TYPED, "ZZCANARI"]);
        let all = searched(pid, &marks);
        assert!(all.bytes > 4 << 20, "{} bytes of it", all.bytes);
        // Who is signed in stands there while they are: the search finds what is there.
        assert!(all.found.iter().any(|(_, found)| found.mark == "ZZCANARI"), "the holder's name");
        let code: Vec<_> = all.found.iter().filter(|(_, found)| found.mark == TYPED).collect();
        assert_eq!(code, [] as [&(String, Found); 0], "the code");
    } else {
        assert!(!is_open(pid), "its memory is nobody's to read");
    }
    kill_by_pid(pid);
    wrapper.kill();
    // Killed there, it has signed or not, and holds.
    practice.run(&["journal", "verify"]).success();
}

/// A program that waits for its input as an ordinary user, and the words with which another one of that user is started.
fn of_a_user(program: &Path, words: &[&str]) -> Command {
    let mut command = if is_root() {
        let mut user = Command::new("setpriv");
        user.args(["--reuid", "65534", "--regid", "65534", "--clear-groups", "--pdeathsig", "KILL"]).arg(program);
        user
    } else {
        Command::new(program)
    };
    command.args(words);
    command
}

#[test]
fn nobody_of_the_same_user_looks_into_a_running_program_and_a_crash_leaves_no_dump() {
    let practice = Practice::new("dump");
    let folder = practice.scratch().join("at");
    std::fs::create_dir(&folder).expect("a folder");
    // Where any user may run it.
    let ours = practice.scratch().join("liassectl");
    std::fs::copy(bin("liassectl"), &ours).expect("the program");
    let theirs = PathBuf::from("/bin/cat");
    let mut running = Vec::new();
    for (name, program, words) in
        [("ours", &ours, &["formats", "b2", "check", "-"][..]), ("theirs", &theirs, &["-"][..])]
    {
        let mut command = of_a_user(program, words);
        command.current_dir(&folder);
        let log = practice.scratch().join(format!("{name}.log"));
        let mut one = Running::start_piped(&command, &log);
        let own = program.file_name().expect("a name").to_string_lossy().into_owned();
        until("the program itself", SOON, || {
            assert!(one.is_alive(), "{}", one.log());
            let comm = std::fs::read_to_string(format!("/proc/{}/comm", one.pid())).unwrap_or_default();
            (comm.trim() == own).then_some(())
        });
        running.push(one);
    }
    let limit = |pid: u32| {
        let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).unwrap_or_default();
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap_or_default().to_owned();
        line.split_whitespace().skip(4).take(2).collect::<Vec<_>>().join(" ")
    };
    until("its first deed", SOON, || (limit(running[0].pid()) == "0 0").then_some(()));
    // Whoever is the same user reads the other program's environment and memory, and not ours.
    let reads = |pid: u32, what: &str| {
        let file = format!("/proc/{pid}/{what}");
        let mut dd = of_a_user(Path::new("/bin/dd"), &[&format!("if={file}"), "of=/dev/null", "bs=1", "count=1"]);
        finish(&mut dd, b"").code == 0
    };
    let [ours, theirs] = [running[0].pid(), running[1].pid()];
    until("the marks of both", SOON, || (reads(theirs, "environ") && !reads(ours, "environ")).then_some(()));
    for what in ["environ", "maps"] {
        assert_eq!((reads(theirs, what), reads(ours, what)), (true, false), "{what}");
    }
    let owner = |pid: u32| std::fs::metadata(format!("/proc/{pid}/environ")).expect("the process").uid();
    assert_eq!(owner(ours), 0, "what is not to be dumped is root's");
    // It crashes, and nothing lies where it stood.
    finish(Command::new("kill").args(["-ABRT", &ours.to_string()]), b"").success();
    let mut crashed = running.remove(0);
    assert!(!crashed.ended_within(SOON).success());
    assert_eq!(std::fs::read_dir(&folder).expect("the folder").count(), 0, "no dump");
}
