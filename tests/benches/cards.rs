//! Cards in one real pcscd, whose own log counts what goes to them: a CPS read by OpenSC and by `liassectl` in turn, freshly put
//! in each time. Then the hand that puts cards in and pulls them for `crates/demo/benches/readers.rs`, which measures from inside
//! the program. Not whether what is read or signed is right: tests judge that.
#![expect(clippy::expect_used, clippy::float_arithmetic, reason = "a benchmark")]

use std::io::{BufRead, BufReader, Write};
use std::process::Command;
use std::time::{Duration, Instant};

use liasse_e2e::wait::SOON;
use liasse_e2e::{Finished, InsertedCard, Pcscd, Running, Scratch, Slot, bin, finish, root};
use serde_json::Value;

/// How often each of the two reads the card.
const ROUNDS: usize = 15;
const CARD: &str = "cps-gris";
const PIN: &[u8] = b"1234\n";

fn main() {
    // `cargo test --benches` starts it too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let pcscd = Pcscd::start_with(&["--apdu"]);
    let theirs = beside_opensc(&pcscd);
    from_inside(&pcscd, theirs);
}

/// What one reading took.
struct Reading {
    commands: f64,
    spent: Duration,
}

/// Both programs whole, from their start to their end: OpenSC lists what PKCS#15 says without a code; ours reads the holder, both
/// certificates and the tries, gives the code and reads the situations. How many commands OpenSC needs.
fn beside_opensc(pcscd: &Pcscd) -> f64 {
    let reader = Slot::First.reader();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut dump = pcscd.client("pkcs15-tool");
        theirs.push(read(pcscd, dump.args(["--reader", &reader, "--dump"]), b"").0);
        let mut liassectl = pcscd.client(bin("liassectl"));
        liassectl.args(["cards", "read", "--reader", &reader, "--pin-stdin", "--json"]);
        let (reading, finished) = read(pcscd, &mut liassectl, PIN);
        let said = finished.json();
        assert!(said["situations"].as_array().is_some_and(|all| !all.is_empty()), "{said}");
        assert_eq!(said["apdus"].as_f64(), Some(reading.commands), "what we count is what pcscd counts");
        ours.push(reading);
    }
    let (our_commands, our_time) = median(ours);
    let (their_commands, their_time) = median(theirs);
    say("cps_read_apdus", our_commands, "APDU");
    say("pkcs15_dump_apdus", their_commands, "APDU");
    say("cps_read_apdus_to_pkcs15", our_commands / their_commands, "ratio");
    say("cps_read", our_time, "ms");
    say("pkcs15_dump", their_time, "ms");
    say("cps_read_to_pkcs15", our_time / their_time, "ratio");
    their_commands
}

/// One reading of a card that was put in for it.
fn read(pcscd: &Pcscd, program: &mut Command, input: &[u8]) -> (Reading, Finished) {
    let card = pcscd.insert(Slot::First, CARD, &[]);
    let before = commands(pcscd);
    let start = Instant::now();
    let finished = finish(program, input).success();
    let spent = start.elapsed();
    let commands = commands(pcscd) - before;
    card.pull();
    assert!(commands > 0.0, "pcscd logs what it passes on: {}", pcscd.log());
    (Reading { commands, spent }, finished)
}

/// How many commands pcscd has passed on to cards, GET RESPONSE among them.
fn commands(pcscd: &Pcscd) -> f64 {
    pcscd.log().lines().filter(|line| line.contains(" APDU: ")).map(|_| 1.0).sum()
}

/// Does what the benchmark inside the program asks, and passes on what it measured.
fn from_inside(pcscd: &Pcscd, theirs: f64) {
    let scratch = Scratch::new("readers");
    let mut cargo = pcscd.client(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["bench", "--quiet", "--locked", "--package", "liasse-demo", "--bench", "readers"]);
    cargo.current_dir(root()).env("LIASSE_HAND", "1");
    let mut bench = Running::start_piped(&cargo, &scratch.join("readers.log"));
    let mut answers = bench.child().stdin.take().expect("a pipe");
    let lines = BufReader::new(bench.child().stdout.take().expect("a pipe")).lines();
    let mut hand = Hand { pcscd, cards: [None, None] };
    for line in lines {
        let line = line.expect("text");
        // Cargo may have its say, too.
        let Ok(said) = serde_json::from_str::<Value>(&line) else { continue };
        if said["ask"].is_object() {
            hand.obey(&said["ask"]);
            writeln!(answers, "done").expect("somebody who asked");
            continue;
        }
        println!("{line}");
        if let (Some("cps_again_apdus"), Some(commands)) = (said["bench"].as_str(), said["value"].as_f64()) {
            say("cps_again_apdus_to_pkcs15", commands / theirs, "ratio");
        }
    }
    let status = bench.ended_within(SOON);
    assert!(status.success(), "{}", bench.log());
}

/// What lies in the two readers.
struct Hand<'a> {
    pcscd: &'a Pcscd,
    cards: [Option<InsertedCard<'a>>; 2],
}

impl Hand<'_> {
    /// `{"slot": 0, "card": NAME or null, "knobs": [WORD…]}`. Whoever asks watches the readers: here nobody looks.
    fn obey(&mut self, order: &Value) {
        let (slot, place) = match order["slot"].as_u64() {
            Some(0) => (Slot::First, &mut self.cards[0]),
            Some(1) => (Slot::Second, &mut self.cards[1]),
            _ => panic!("no such reader: {order}"),
        };
        // What lies there is pulled in any case.
        drop(place.take());
        if let Some(card) = order["card"].as_str() {
            let knobs: Vec<&str> = order["knobs"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            *place = Some(self.pcscd.put(slot, card, &knobs));
        }
    }
}

/// Of the commands, and of the milliseconds.
fn median(readings: Vec<Reading>) -> (f64, f64) {
    let (mut commands, mut spent): (Vec<f64>, Vec<f64>) =
        readings.iter().map(|reading| (reading.commands, reading.spent.as_secs_f64() * 1000.0)).unzip();
    commands.sort_by(f64::total_cmp);
    spent.sort_by(f64::total_cmp);
    (commands[commands.len() / 2], spent[spent.len() / 2])
}

fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
}
