//! Starts what a benchmark needs around it (a private pcscd with a card in), runs the benchmark of the crate that it
//! measures, and holds each value against what Liasse must reach. `cargo xtask bench [NAME]` calls it.
//! Not the measuring: each crate measures itself in `benches/` and prints `{"bench","value","unit"}`, a line a value.
#![expect(clippy::expect_used, reason = "a benchmark that cannot start must fail loudly")]

use std::process::{Command, ExitCode};

use liasse_e2e::{Pcscd, Slot, finish, root};
use serde_json::{Value, json};

/// A benchmark: the name typed, the crate that holds it and its target there, and what must stand around it. Several may
/// bear one name.
struct Bench {
    name: &'static str,
    package: &'static str,
    target: &'static str,
    around: Around,
}

enum Around {
    /// Nothing: the benchmark brings its own demo world.
    Nothing,
    /// A real pcscd with this card in the first reader; `LIASSE_READER` names that reader.
    Card(&'static str),
}

const BENCHES: &[Bench] = &[
    Bench { name: "apdu", package: "liasse-cards", target: "apdu", around: Around::Card("cps-gris") },
    Bench { name: "cards", package: "liasse-e2e", target: "cards", around: Around::Nothing },
    Bench { name: "data", package: "liasse-store", target: "data", around: Around::Nothing },
    Bench { name: "desk", package: "liasse-demo", target: "desk", around: Around::Nothing },
    Bench { name: "desk", package: "liasse-e2e", target: "window", around: Around::Nothing },
    Bench { name: "queue", package: "liasse-demo", target: "queue", around: Around::Nothing },
    Bench { name: "road", package: "liasse-demo", target: "desk", around: Around::Nothing },
    Bench { name: "road", package: "liasse-formats", target: "read", around: Around::Nothing },
    Bench { name: "road", package: "liasse-caisse", target: "intake", around: Around::Nothing },
    Bench { name: "road", package: "liasse-store", target: "practice", around: Around::Nothing },
    Bench { name: "pricing", package: "liasse-pricing", target: "pricing", around: Around::Nothing },
    Bench { name: "pricing", package: "liasse-cli", target: "price_lines", around: Around::Nothing },
];

/// What must be reached: the name in a line, the bound, its unit (the issue "One claim" and `docs/performance.md`).
const BOUNDS: &[(&str, f64, &str)] = &[
    ("apdu_round_trip", 0.3, "ms"),
    ("card_to_patient", 50.0, "ms"),
    ("acts_to_disk", 100.0, "ms"),
    // 200 MB/s with every check, 500 MB/s for the framing alone.
    ("lot_of_50", 1000.0, "ms"),
    ("b2_checked_50_mb", 250.0, "ms"),
    ("b2_fields_50_mb", 100.0, "ms"),
    ("noemie_framing_50_mb", 100.0, "ms"),
    // 1 000 FSE a second.
    ("caisse_1000_fse", 1000.0, "ms"),
    ("returns_10_mb", 2.0, "s"),
    ("screen_lots_500k", 50.0, "ms"),
    ("screen_paiements_500k", 50.0, "ms"),
    ("screen_recettes_500k", 50.0, "ms"),
    // The issue "The locum's session and the secretary's queue".
    ("sign_60", 1000.0, "ms"),
    ("queue_5000_open", 50.0, "ms"),
    ("change_of_person", 1000.0, "ms"),
    ("locum_ready_actions", 3.0, "actions"),
    // The issue "Every card a practice meets": beside OpenSC, again beside the first time, at the speed of real cards.
    ("cps_read_apdus_to_pkcs15", 1.0, "ratio"),
    ("cps_read_to_pkcs15", 1.0, "ratio"),
    ("cps_again_apdus_to_pkcs15", 0.333, "ratio"),
    ("cps_again_apdus_to_first", 0.333, "ratio"),
    ("cps_again_to_first", 0.333, "ratio"),
    ("vitale_four_apdus", 12.0, "APDU"),
    ("vitale_four_software", 5.0, "ms"),
    ("real_insertion_to_patient", 400.0, "ms"),
    ("real_cps_signature", 350.0, "ms"),
    ("real_fse_mode_3", 700.0, "ms"),
    // The issue "The desk".
    ("window_mapped_more", 0.15, "s"),
    ("rss_lots_500k", 60.0, "MB"),
    ("frame_layout", 4.0, "ms"),
    ("frame_changed", 16.0, "ms"),
    ("frame_whole", 16.0, "ms"),
    ("idle_cpu_lots", 1.0, "%"),
    ("idle_cpu_facturer", 1.0, "%"),
    ("keys_adulte", 2.0, "keys"),
    ("keys_enfant", 3.0, "keys"),
    ("keys_ald", 3.0, "keys"),
    ("keys_accident", 5.0, "keys"),
    // The issue "Data that survives, and stays private": 60 % of the plain file's work in the same time; what the desk feels.
    ("day_to_plain", 1.667, "ratio"),
    ("commit_fse", 5.0, "ms"),
    ("open_500k", 300.0, "ms"),
    ("search_name_500k", 20.0, "ms"),
    ("search_nir_500k", 20.0, "ms"),
    ("search_day_500k", 20.0, "ms"),
    ("backup_500k", 30.0, "s"),
    ("desk_during_backup_longest", 50.0, "ms"),
    // 200 000, 50 000 and 30 000 a second.
    ("pricing_consultation", 5.0, "us"),
    ("pricing_ccam_four_acts", 20.0, "us"),
    ("price_json_line", 33.3, "us"),
    ("pricing_tables_load", 20.0, "ms"),
    ("completion_code", 2.0, "ms"),
    ("completion_word", 2.0, "ms"),
    ("completion_letter", 2.0, "ms"),
    ("completion_nothing", 2.0, "ms"),
];

fn main() -> ExitCode {
    let wanted = std::env::args().nth(1);
    let chosen: Vec<&Bench> =
        BENCHES.iter().filter(|bench| wanted.as_deref().is_none_or(|name| name == bench.name)).collect();
    if chosen.is_empty() {
        let mut names: Vec<&str> = BENCHES.iter().map(|bench| bench.name).collect();
        names.dedup();
        eprintln!("no benchmark of that name; there are: {}", names.join(" "));
        return ExitCode::from(2);
    }
    for bench in chosen {
        for line in run(bench) {
            println!("{}", against_its_bound(line));
        }
    }
    ExitCode::SUCCESS
}

fn run(bench: &Bench) -> Vec<Value> {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let call = |mut cargo: Command| {
        cargo.args(["bench", "--quiet", "--locked", "--package", bench.package, "--bench", bench.target]);
        finish(cargo.current_dir(root()), b"").success()
    };
    let finished = match bench.around {
        Around::Nothing => call(Command::new(program)),
        Around::Card(card) => {
            let pcscd = Pcscd::start();
            let inserted = pcscd.insert(Slot::First, card, &[]);
            let mut cargo = pcscd.client(program);
            cargo.env("LIASSE_READER", inserted.reader());
            call(cargo)
        }
    };
    eprint!("{}", finished.stderr);
    let lines: Vec<Value> = finished.stdout.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert!(!lines.is_empty(), "{} printed no value: {}", bench.name, finished.stdout);
    lines
}

/// The line with `against` and `ratio` (value divided by bound, so 1 or less is good); null where nothing is demanded.
fn against_its_bound(mut line: Value) -> Value {
    let value = line["value"].as_f64().expect("a value");
    let bound = BOUNDS.iter().find(|(name, _, unit)| line["bench"] == *name && line["unit"] == *unit);
    line["against"] = bound.map_or(Value::Null, |(_, bound, _)| json!(bound));
    line["ratio"] = bound.map_or(Value::Null, |(_, bound, _)| json!(ratio(value, *bound)));
    line
}

#[expect(clippy::float_arithmetic, reason = "a measured duration, no money")]
fn ratio(value: f64, bound: f64) -> f64 {
    value / bound
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_held_against_the_bound_of_its_name_and_unit() {
        let line = against_its_bound(json!({"bench": "apdu_round_trip", "value": 0.15, "unit": "ms"}));
        assert_eq!(
            line,
            json!({"bench": "apdu_round_trip", "value": 0.15, "unit": "ms", "against": 0.3, "ratio": 0.5})
        );
        let free = against_its_bound(json!({"bench": "apdu_round_trip", "value": 150, "unit": "us"}));
        assert_eq!(free["against"], Value::Null);
        assert_eq!(free["ratio"], Value::Null);
    }
}
