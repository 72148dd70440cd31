//! How many FSE the simulated caisse takes in a second: files of fifty, two signatures each, from the mail at its door to
//! its answer on the disk: decrypted, every signature, chain and revocation verified, priced again, answered, remembered.
//! Beside it, in the same run, what OpenSSL verifies a second on the same core. The files are made before the clock runs.
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, clippy::expect_used, reason = "a benchmark")]
#![expect(dead_code, reason = "the tests of the caisse need more of the practice than a benchmark does")]

use std::process::Command;
use std::time::Instant;

#[path = "../../tests/caisse/practice.rs"]
mod practice;
#[path = "../../tests/caisse/world.rs"]
mod world;

use practice::{claim, cps, draft, g, signed, vitale};
use world::{World, start};

/// FSE of a file, and files of a round.
const LOT: u32 = 50;
const FILES: u32 = 20;

fn main() {
    // `cargo test --benches` starts it too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let world = World::new("bench");
    let (tenth, whole) = (files(FILES / 10, 1), files(FILES, 1 + FILES / 10));
    let few = rate(&world, &tenth);
    let before = processor();
    let many = rate(&world, &whole);
    let spent = processor().zip(before).map(|(after, before)| after - before);
    let answers: Vec<String> = world.fetch().iter().map(|message| format!("{message:?}")).collect();
    assert!(
        answers.iter().all(|answer| answer.contains("refused: None")),
        "the caisse accepts what it is measured with"
    );
    say("caisse_intake", many, "FSE/s");
    say("caisse_1000_fse", 1_000_000.0 / many, "ms");
    say("caisse_1000_to_100_fse", few / many, "ratio");
    if let Some(seconds) = spent {
        say("caisse_1000_fse_processor", seconds * 1000.0, "ms");
    }
    if let Some(verified) = openssl() {
        say("openssl_rsa2048_verify", verified, "1/s");
    }
}

/// Files of fifty G for Mme Durand, numbered on from file `first`.
fn files(count: u32, first: u32) -> Vec<Vec<u8>> {
    let (gris, durand) = (cps("cps-gris"), vitale("vitale-durand"));
    let file = |file: u32| {
        let numbers = file * LOT + 1..=(file + 1) * LOT;
        let fse = |number| signed(&claim(&gris, &durand, 1, number, g()), &gris, &durand, start());
        draft(&gris, &format!("LOT{file:03}"), numbers.map(fse).collect()).mail(&gris, start())
    };
    (first..first + count).map(file).collect()
}

/// FSE a second, one file after the other; the caisse judges one at a time.
fn rate(world: &World, files: &[Vec<u8>]) -> f64 {
    let start = Instant::now();
    files.iter().for_each(|file| world.send(file));
    f64::from(LOT) * files.len() as f64 / start.elapsed().as_secs_f64()
}

/// Seconds of processor time that this program has had, on Linux: what a busy neighbour does not change much.
fn processor() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    // A tick is a hundredth of a second on every Linux that has this file.
    Some(ticks / 100.0)
}

/// The last column of `openssl speed`: verifications a second. Nothing where there is no OpenSSL.
fn openssl() -> Option<f64> {
    let speed = Command::new("openssl").args(["speed", "-seconds", "2", "rsa2048"]).output().ok()?;
    let text = String::from_utf8(speed.stdout).ok()?;
    text.lines().find(|line| line.contains("2048 bits"))?.split_whitespace().last()?.parse().ok()
}

fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.4},\"unit\":\"{unit}\"}}");
}
