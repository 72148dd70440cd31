//! One APDU through a real pcscd to the simulated card in the reader `LIASSE_READER`, and back: median and 99th
//! percentile. `cargo xtask bench apdu` starts what is needed around it.
#![expect(clippy::expect_used, clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a benchmark")]

use std::time::Instant;

use liasse_cards::CardChannel;
use liasse_cards::pcsc::PcscReaders;

const ROUNDS: usize = 5_000;

fn main() {
    // `cargo test --benches` and `cargo clippy` start it without a reader: then there is nothing to measure.
    let Ok(reader) = std::env::var("LIASSE_READER") else { return };
    let mut readers = PcscReaders::establish().expect("pcscd");
    let mut card = readers.connect(&reader).expect("a card in the reader");
    let select_master_file = [0x00, 0xA4, 0x00, 0x0C, 0x02, 0x3F, 0x00];
    let mut micros: Vec<f64> = (0..ROUNDS).map(|_| round(card.as_mut(), &select_master_file)).collect();
    micros.sort_by(f64::total_cmp);
    for (name, at) in [("apdu_round_trip", ROUNDS / 2), ("apdu_round_trip_p99", ROUNDS * 99 / 100)] {
        println!("{{\"bench\":\"{name}\",\"value\":{:.4},\"unit\":\"ms\"}}", micros[at] / 1000.0);
    }
}

fn round(card: &mut dyn CardChannel, apdu: &[u8]) -> f64 {
    let start = Instant::now();
    let answer = card.transmit(apdu).expect("an answer");
    let taken = start.elapsed();
    assert!(answer.ends_with(&[0x90, 0x00]), "the file is selected");
    taken.as_nanos() as f64 / 1000.0
}
