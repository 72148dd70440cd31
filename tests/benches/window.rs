//! The window of the release program from outside: how soon it is there beside an empty one, what it holds and costs before
//! 500,000 FSE, and four patients by their keys. `cargo xtask bench desk` builds what is started here.
//! Not the frames: `liasse --bench-frames` times them from inside and is only asked here.
#![expect(clippy::expect_used, clippy::float_arithmetic, reason = "a benchmark")]

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Desk, Display, Practice, Running, Scratch, bin, finish, root};

/// How often each window is opened.
const OPENINGS: usize = 15;
/// As many as a practice has after many years.
const YEARS: &str = "500000";
/// How often each screen is built and drawn.
const ROUNDS: &str = "200";
/// How long nobody touches the window.
const IDLE: Duration = Duration::from_secs(10);
/// When nothing was written for so long, all of it is on the disk.
const WRITTEN: Duration = Duration::from_millis(300);

fn main() {
    // `cargo test --benches` starts it too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    opening();
    four_patients();
    let practice = at_rest(years());
    frames(&practice);
}

/// From the start of the program to its window, in turn with an empty window of the same fonts.
fn opening() {
    let display = Display::start(1400, 900);
    let (scratch, practice) = (Scratch::new("opening"), Practice::empty("opening"));
    let log = scratch.join("window.log");
    let mut empty = display.program(bin("empty_window"));
    let mut liasse = display.program(bin("liasse"));
    liasse.arg("--demo").arg("--data").arg(practice.data());
    for program in [&mut empty, &mut liasse] {
        program.env("ICED_BACKEND", "tiny-skia");
    }
    let (mut without, mut with) = (Vec::new(), Vec::new());
    for _ in 0..OPENINGS {
        without.push(mapped(&display, &empty, "Empty window", &log));
        with.push(mapped(&display, &liasse, "Liasse", &log));
    }
    let (without, with) = (median(without), median(with));
    say("window_mapped_empty", without, "s");
    say("window_mapped", with, "s");
    say("window_mapped_more", with - without, "s");
}

/// Looked for as often as `xdotool` answers: a few milliseconds, the same for both windows.
fn mapped(display: &Display, program: &Command, title: &str, log: &Path) -> Duration {
    let is_there = || {
        let mut search = display.program("xdotool");
        let found = finish(search.args(["search", "--onlyvisible", "--name", title]), b"");
        !found.stdout.trim().is_empty()
    };
    assert!(!is_there(), "an earlier window is still there");
    let start = Instant::now();
    let window = Running::start(program, log);
    while !is_there() {
        assert!(start.elapsed() < SOON, "no window: {}", window.log());
    }
    let spent = start.elapsed();
    window.kill();
    until("the window is gone", SOON, || (!is_there()).then_some(()));
    spent
}

/// The four paths of the issue « The desk », in the order in which one day makes them possible.
fn four_patients() {
    let desk = Desk::open("paths", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(8);
    bill(&desk, "adulte", &["F12", "c"]);
    bill(&desk, "enfant", &["F7", "F12", "c"]);
    // The first visit of an ALD says what the next one proposes; so does the first of an accident at work.
    desk.press(&["F10", "Down", "Return", "F6", "F5", "F12", "F10", "Delete", "F6", "Return"]);
    bill(&desk, "ald", &["F12"]);
    desk.press(&["F10", "Delete", "Up", "Return", "ctrl+t"]);
    desk.type_text("123456789");
    desk.press(&["Return", "F12", "F10", "Delete", "F6", "Return"]);
    bill(&desk, "accident", &["ctrl+t", "Return", "F12"]);
    let ledger = desk.close().json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert!(documents.len() == 6 && documents.iter().all(|document| document["document"] == "signee"), "{ledger}");
}

/// How many keys, how long all of it took with a watcher who waits for a still screen after each, and how long from F12 to the
/// signed FSE on the disk: the simulated cards and xdotool itself are in it.
fn bill(desk: &Desk, name: &str, keys: &[&str]) {
    desk.quiet();
    let start = Instant::now();
    let mut signed = Duration::ZERO;
    for key in keys.iter().copied() {
        if key == "F12" {
            signed = to_disk(desk, key);
            desk.quiet();
        } else {
            desk.press(&[key]);
        }
    }
    say(&format!("keys_{name}"), keys.iter().map(|_| 1.0).sum(), "keys");
    say(&format!("watched_{name}"), start.elapsed().as_secs_f64(), "s");
    say(&format!("signed_{name}"), signed.as_secs_f64() * 1000.0, "ms");
}

/// Presses a key; the time until the last change of the store's log, to ten milliseconds.
fn to_disk(desk: &Desk, key: &str) -> Duration {
    let log = desk.practice.data().join("liasse.db-wal");
    let state = || std::fs::metadata(&log).map(|found| (found.size(), found.mtime(), found.mtime_nsec())).ok();
    let mut seen = state();
    let start = Instant::now();
    desk.display.press(&[key]);
    let mut last = None;
    until("something on the disk", SOON, || {
        let now = state();
        if now != seen {
            (seen, last) = (now, Some(Instant::now()));
        }
        last.filter(|last| last.elapsed() > WRITTEN).map(|last| last - start)
    })
}

/// A demonstration whose store has the rows of many years (`crates/store/benches/practice`).
fn years() -> Practice {
    let practice = Practice::empty("years");
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["bench", "--quiet", "--locked", "--package", "liasse-store", "--bench", "practice", "--", "--into"]);
    finish(cargo.arg(practice.data()).arg(YEARS).current_dir(root()), b"").success();
    practice
}

/// What the window holds before many years, and what it costs while nobody touches it.
fn at_rest(practice: Practice) -> Practice {
    let desk = Desk::open_again(practice, &[], "clair");
    let process = desk.window.pid();
    desk.press(&["Return", "1", "2", "3", "4", "Return", "F3"]);
    desk.quiet();
    say("rss_lots_500k", memory(process, "VmRSS:"), "MB");
    say("rss_lots_500k_peak", memory(process, "VmHWM:"), "MB");
    say("idle_cpu_lots", idle(process), "%");
    // Facturer waits with a cursor that blinks.
    desk.press(&["F2"]);
    say("idle_cpu_facturer", idle(process), "%");
    desk.close()
}

/// Of `/proc/PID/status`, in MB.
fn memory(process: u32, name: &str) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("a line of that name");
    let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    kilobytes * 1024.0 / 1_000_000.0
}

/// The share of one core that a process takes while nobody touches it.
fn idle(process: u32) -> f64 {
    let before = ticks(process);
    #[expect(clippy::disallowed_methods, reason = "what is measured is that nothing happens in this time")]
    std::thread::sleep(IDLE);
    let second = finish(Command::new("getconf").arg("CLK_TCK"), b"").success().stdout;
    let second: f64 = second.trim().parse().expect("ticks of a second");
    (ticks(process) - before) / second / IDLE.as_secs_f64() * 100.0
}

/// User and system time of a process (proc(5), `/proc/PID/stat`, fields 14 and 15).
fn ticks(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("a process");
    // The name stands in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')').expect("a name");
    let of = |field: usize| rest.split_whitespace().nth(field - 3).and_then(|ticks| ticks.parse::<f64>().ok());
    of(14).expect("user time") + of(15).expect("system time")
}

/// The program tells its own lines.
fn frames(practice: &Practice) {
    let mut liasse = Command::new(bin("liasse"));
    liasse.args(["--bench-frames", ROUNDS, "--data"]).arg(practice.data());
    let told = finish(&mut liasse, b"").success();
    eprint!("{}", told.stderr);
    print!("{}", told.stdout);
}

/// Seconds.
fn median(mut all: Vec<Duration>) -> f64 {
    all.sort();
    all[all.len() / 2].as_secs_f64()
}

fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
}
