//! What a price costs: the usual consultation, four technical acts, many acts, the tables, completion over all codes with
//! labels of the length that an import brings. Each beside what it is held against in the same run.
#![expect(clippy::expect_used, clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a benchmark")]

use std::hint::black_box;
use std::time::Instant;

use liasse_pricing::{FILES, Input, Tables, price};

const CONSULTATION: &str = r#"{"date":"2026-01-15","time":"10:30","practitioner":{"registered_mt":true},
 "patient":{"birth_date":"1980-05-02"},"care_path":"T","acts":[{"code":"G"}]}"#;
const TECHNICAL: &str = r#"{"date":"2026-01-15","practitioner":{"specialty":"41"},
 "patient":{"birth_date":"1980-05-02"},"care_path":"O","acts":[
 {"code":"NEKA020","modifiers":["J","7"],"association":1},{"code":"QZJA002","modifiers":["U"],"association":2},
 {"code":"DEQP003","association":4},{"code":"YYYY490"}]}"#;

fn main() {
    // `cargo test --benches` starts it as a test: then there is nothing to measure.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let loaded = median(31, || drop(black_box(Tables::with_overrides(&[]).expect("tables"))));
    say("pricing_tables_load", loaded / 1000.0, "ms");
    let tables = Tables::embedded();
    for (name, text) in [("pricing_consultation", CONSULTATION), ("pricing_ccam_four_acts", TECHNICAL)] {
        let input = Input::from_json(text.as_bytes()).expect("input");
        let invoice = price(tables, &input).expect("a price");
        assert!(!invoice.lines.is_empty());
        let micros = median(21, || {
            for _ in 0..10_000 {
                black_box(price(tables, black_box(&input)).expect("a price"));
            }
        }) / 10_000.0;
        say(name, micros, "us");
        say(&format!("{name}_per_second"), 1_000_000.0 / micros, "1/s");
    }
    linear(tables);
    completion(tables);
}

/// The cost of one act among many: ten times the acts must cost ten times as much, no more.
fn linear(tables: &Tables) {
    let of = |count: usize| {
        let mut input = Input::from_json(CONSULTATION.as_bytes()).expect("input");
        input.acts = vec![input.acts[0].clone(); count];
        median(21, || {
            for _ in 0..200 {
                black_box(price(tables, &input).expect("a price"));
            }
        }) / (200.0 * count as f64)
    };
    let (few, many) = (of(100), of(1_000));
    say("pricing_act_among_100", few, "us");
    say("pricing_act_among_1000", many, "us");
    say("pricing_act_1000_to_100", many / few, "ratio");
}

/// All codes of the tables, each technical act with a label of the CNAM's mean length; the rival folds each label anew.
fn completion(tables: &Tables) {
    let ccam = std::str::from_utf8(Tables::embedded_file(FILES[4])).expect("text");
    let mut labels = String::from("code,label\n");
    let mut last = "";
    let words = ["Suture de plaie", "Exérèse d'une lésion", "Radiographie du thorax", "Électromyographie"];
    for (at, line) in ccam.lines().skip(1).enumerate() {
        let code = line.get(..7).unwrap_or_default();
        if code != last {
            let word = words[at % words.len()];
            labels +=
                &format!("{code},{word} de la face et du cou par abord direct sous contrôle échographique n° {at}\n");
            last = code;
        }
    }
    let imported = Tables::with_overrides(&[("labels.csv".to_owned(), labels.into_bytes())]).expect("tables");
    for (name, typed) in [("code", "DEQP"), ("word", "exerese face"), ("letter", "e"), ("nothing", "zzz")] {
        imported.complete(typed, 6);
        let micros = median(101, || drop(black_box(imported.complete(black_box(typed), 6))));
        say(&format!("completion_{name}"), micros / 1000.0, "ms");
    }
    let codes = imported.codes();
    let all: Vec<(&str, &str)> = ccam.lines().filter_map(|line| line.get(..7)).map(|code| (code, code)).collect();
    let naive = median(11, || {
        let label = |code: &str| imported.label(code).unwrap_or_default().to_lowercase();
        let found = all.iter().filter(|(code, _)| label(code).contains("exérèse")).count();
        black_box(found + codes.len());
    });
    say("completion_naive_search", naive / 1000.0, "ms");
    black_box(tables);
}

/// The median of some rounds, in microseconds.
fn median(rounds: usize, mut work: impl FnMut()) -> f64 {
    let mut taken: Vec<f64> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed().as_nanos() as f64 / 1000.0
        })
        .collect();
    taken.sort_by(f64::total_cmp);
    taken[rounds / 2]
}

fn say(name: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{name}\",\"value\":{value:.4},\"unit\":\"{unit}\"}}");
}
