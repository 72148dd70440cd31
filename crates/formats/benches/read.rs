//! How fast returns and claims are read: 50 MB of B2 of the public family CP with every check, its framing and fields
//! alone, the same for ten times less, and NOEMIE framing; beside readers that make strings, in the same run.
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Instant;

use liasse_formats::b2::{Profile, check, check_fields};
use liasse_formats::noemie;

/// An invoice of a private hospital with a record of every type, written by hand from the public table.
const INVOICE: &str = include_str!("../../../fixtures/b2/clinique.b2");
const SIZE: usize = 50_000_000;

fn main() {
    // `cargo test --benches` starts it as a test: then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let file = INVOICE.repeat(SIZE / INVOICE.len());
    let report = check(Some(Profile::Cp), file.as_bytes());
    assert!(report.faults.is_empty() && report.findings.is_empty(), "the benchmark reads a sound file");
    let whole = rate(file.len(), || drop(black_box(check(Some(Profile::Cp), black_box(file.as_bytes())))));
    let tenth = &file.as_bytes()[..file.len() / INVOICE.len() / 10 * INVOICE.len()];
    let part = rate(tenth.len(), || drop(black_box(check(Some(Profile::Cp), black_box(tenth)))));
    say("b2_checked", whole, "MB/s");
    say("b2_checked_50_mb", 50_000.0 / whole, "ms");
    say("b2_50_mb_to_5_mb", part / whole, "ratio");
    let quick = rate(file.len(), || drop(black_box(check_fields(Some(Profile::Cp), black_box(file.as_bytes())))));
    say("b2_fields", quick, "MB/s");
    say("b2_fields_50_mb", 50_000.0 / quick, "ms");
    let quick_part = rate(tenth.len(), || drop(black_box(check_fields(Some(Profile::Cp), black_box(tenth)))));
    say("b2_fields_50_mb_to_5_mb", quick_part / quick, "ratio");
    let simple = rate(file.len(), || {
        black_box(naive(black_box(&file)));
    });
    say("b2_naive", simple, "MB/s");
    let returns = noemie_file();
    assert!(noemie::read(&returns).is_ok(), "the benchmark reads a sound file");
    let framing = rate(returns.len(), || drop(black_box(noemie::read(black_box(&returns)))));
    say("noemie_framing", framing, "MB/s");
    say("noemie_framing_50_mb", 50_000.0 / framing, "ms");
    let simple = rate(returns.len(), || {
        black_box(naive_entities(black_box(&returns)));
    });
    say("noemie_naive", simple, "MB/s");
}

/// What anybody writes first: lines, then a string of each field of four characters, digits read where they are digits.
fn naive(file: &str) -> u64 {
    let mut sum = 0;
    for line in file.lines() {
        let characters: Vec<char> = line.chars().collect();
        for field in characters.chunks(4) {
            let text: String = field.iter().collect();
            sum += text.trim().parse::<u64>().unwrap_or_default();
        }
    }
    sum
}

/// The same for entities: the lines joined, then a string of each.
fn naive_entities(file: &[u8]) -> usize {
    let text = String::from_utf8_lossy(file);
    let joined: String = text.split("\r\n").map(|line| line.get(4..).unwrap_or_default()).collect();
    let entities: Vec<(u64, String)> = joined
        .split('@')
        .filter_map(|entity| Some((entity.get(..5)?.parse().ok()?, entity.get(5..)?.to_owned())))
        .collect();
    entities.len()
}

/// Full bodies of entities between the header and the trailer.
fn noemie_file() -> Vec<u8> {
    let body = "01001ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGHIJKLMNOPQRSTU@".repeat(32);
    let mut file = format!("0128000{}\r\n", "0".repeat(125)).into_bytes();
    let count = SIZE / body.len();
    for _ in 0..count {
        file.extend(format!("{:04}{body}\r\n", body.len()).bytes());
    }
    // The trailer counts the physical lines at its positions 56 to 63.
    file.extend(format!("0128999{}{:08}{}\r\n", "0".repeat(52), count + 2, "0".repeat(65)).bytes());
    file
}

/// Megabytes a second, the median of five.
fn rate(bytes: usize, mut job: impl FnMut()) -> f64 {
    let mut seconds: Vec<f64> = (0..5)
        .map(|_| {
            let start = Instant::now();
            job();
            start.elapsed().as_secs_f64()
        })
        .collect();
    seconds.sort_by(f64::total_cmp);
    bytes as f64 / 1_000_000.0 / seconds[2]
}

fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.4},\"unit\":\"{unit}\"}}");
}
