//! What a practice of many years waits for: the screens of 500,000 FSE, beside the whole ledger read as a naive screen
//! would; and a year of returns, 10 MB of them, verified and taken into the encrypted store.
//! The rows are made, not played (`rows.sql`); what is measured are the calls of `core` that the screens make.
#![expect(clippy::float_arithmetic, clippy::cast_precision_loss, clippy::expect_used, reason = "a benchmark")]

mod made;
mod returns;

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use liasse_core::Workstation;
use liasse_core::desk::SignedIn;
use liasse_core::lists::Listing;
use made::Practice;

/// What the window asks for first (`desktop`, `widget::rows`).
const PAGE: u32 = 200;

fn main() {
    // `cargo test --benches` starts it too: only `cargo bench` measures.
    let arguments: Vec<String> = std::env::args().collect();
    if !arguments.iter().any(|argument| argument == "--bench") {
        return;
    }
    // `-- --into FOLDER COUNT`: nothing is measured, a demonstration that is there is filled for whoever measures it.
    if let [_, into, folder, count, ..] = arguments.as_slice()
        && into == "--into"
    {
        made::into(Path::new(folder), count.parse().expect("how many FSE"));
        return;
    }
    let (year, bytes) = returns::year();
    say("returns_10_mb", year * 10.0 / bytes, "s");
    say("returns_read", bytes, "MB");
    let part = screens(50_000);
    let whole = screens(500_000);
    for (name, small, large) in part.iter().zip(&whole).map(|(small, large)| (large.0, small.1, large.1)) {
        say(name, large, "ms");
        say(&format!("{name}_to_50k"), large / small, "ratio");
    }
}

type Screen = fn(&Workstation, &SignedIn);

/// Each screen and how long it takes to be read, the store just opened: the median of nine.
fn screens(fse: u32) -> [(&'static str, f64); 4] {
    let practice = Practice::of(fse);
    let who = made::gris();
    let screens: [(&str, usize, Screen); 4] = [
        ("screen_lots_500k", 9, lots),
        ("screen_paiements_500k", 9, paiements),
        ("screen_recettes_500k", 9, recettes),
        ("whole_ledger_500k", 1, whole_ledger),
    ];
    screens.map(|(name, times, screen)| {
        let mut milliseconds: Vec<f64> = (0..times)
            .map(|_| {
                let workstation = practice.workstation();
                let start = Instant::now();
                screen(&workstation, &who);
                start.elapsed().as_secs_f64() * 1000.0
            })
            .collect();
        milliseconds.sort_by(f64::total_cmp);
        (name, milliseconds[times / 2])
    })
}

/// Lots et envois.
fn lots(workstation: &Workstation, who: &SignedIn) {
    let page = workstation.ledger_page(Some(who), Listing::default(), PAGE).expect("a page");
    assert_eq!(page.documents.len(), 200);
    assert!(page.count > 40_000 && page.unsent.count == 150 && page.unsent.unconfirmed == 50, "{:?}", page.unsent);
}

/// Paiements et rejets.
fn paiements(workstation: &Workstation, who: &SignedIn) {
    let page = workstation.payments_page(who, Listing::default(), PAGE).expect("a page");
    assert!(page.rejects.len() == 100 && page.awaiting > 0 && page.rejects[0].awaits_correction());
    assert!(page.lines.len() == 200 && page.line_count.is_none() && page.unmatched > 0 && page.unknown > 0);
    assert!(!page.notes.is_empty());
}

/// Recettes, of the last day that has any.
fn recettes(workstation: &Workstation, who: &SignedIn) {
    let day = "2026-01-14".parse().expect("a day");
    assert!(!workstation.day_report(who, Some(day)).expect("a day").movements.is_empty());
    assert_eq!(workstation.unpaid(who, Some(PAGE)).expect("unpaid").len(), 200);
    assert!(!workstation.cheques(who).expect("cheques").is_empty());
}

/// What a screen without a window would read.
fn whole_ledger(workstation: &Workstation, who: &SignedIn) {
    black_box(workstation.ledger_of(who).expect("the ledger"));
}

fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
}
