//! `liassectl price` over JSON lines: reading, pricing and writing, the whole program from its start, beside the same
//! lines only read and written again as JSON.
#![expect(clippy::expect_used, clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a benchmark")]

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Instant;

const LINES: usize = 100_000;
const LINE: &str = r#"{"v":1,"date":"2026-01-15","time":"10:30","practitioner":{"profession":"medecin","specialty":"01","sector":"1","zone":"metropole","optam":false,"registered_mt":true},"patient":{"birth_date":"1980-05-02","regime":"01","rights":[],"has_mt":true},"care_path":"T","third_party":{"amo":false,"amc":false,"amc_rate_bp":10000},"acts":[{"code":"G","quantity":1}]}"#;

fn main() {
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let start = Instant::now();
    let answer = priced(LINES);
    let taken = start.elapsed().as_nanos() as f64 / 1000.0;
    assert_eq!(answer.iter().filter(|byte| **byte == b'\n').count(), LINES);
    let each = taken / LINES as f64;
    println!("{{\"bench\":\"price_json_line\",\"value\":{each:.4},\"unit\":\"us\"}}");
    println!("{{\"bench\":\"price_json_lines_per_second\",\"value\":{:.0},\"unit\":\"1/s\"}}", 1_000_000.0 / each);
    let start = Instant::now();
    let mut out = Vec::new();
    for line in answer.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let value: serde_json::Value = serde_json::from_slice(LINE.as_bytes()).expect("json");
        out.clear();
        serde_json::to_writer(&mut out, &value).expect("json");
        out.extend_from_slice(line);
    }
    let each = start.elapsed().as_nanos() as f64 / 1000.0 / LINES as f64;
    println!("{{\"bench\":\"json_line_read_and_written\",\"value\":{each:.4},\"unit\":\"us\"}}");
    let start = Instant::now();
    priced(1);
    let one = start.elapsed().as_nanos() as f64 / 1_000_000.0;
    println!("{{\"bench\":\"price_one_whole_program\",\"value\":{one:.4},\"unit\":\"ms\"}}");
}

fn priced(lines: usize) -> Vec<u8> {
    let mut program = Command::new(env!("CARGO_BIN_EXE_liassectl"))
        .args(["price", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("liassectl");
    let mut stdin = program.stdin.take().expect("standard input");
    let feeder = std::thread::spawn(move || {
        let mut block = LINE.to_owned();
        block.push('\n');
        for _ in 0..lines {
            stdin.write_all(block.as_bytes()).expect("written");
        }
    });
    let answer = program.wait_with_output().expect("an answer");
    feeder.join().expect("fed");
    assert!(answer.status.success());
    answer.stdout
}
