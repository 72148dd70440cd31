//! The secretary's queue and the locum's start: sixty prepared FSE signed in one go, a queue of five thousand opened, another
//! person at the desk, a locum ready. The time that the simulated cards take is measured apart and taken off: what is left is ours.
#![expect(clippy::expect_used, clippy::float_arithmetic, reason = "a benchmark")]

#[path = "shared/timed.rs"]
mod timed;

use std::time::{Duration, Instant};

use liasse_core::CoreError;
use liasse_core::cards::CpsView;
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::desync;
use liasse_core::passages::Cotation;
use liasse_core::replacement::{self, Plan, locum_on};
use liasse_core::type_acts;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_demo::{Office, Opening, Tray, play};
use liasse_domain::replacement::{Calendar, ShareBase, Slot, Terms, Weekdays};
use liasse_domain::{Digits, FseRef, Rate};

use timed::Timed;

/// As many as a doctor's evening has.
const EVENING: usize = 60;
/// As many as a month that nobody signed.
const QUEUE: usize = 5000;
/// What the window asks for first (`desktop`, `widget::rows`).
const PAGE: u32 = 200;

fn main() {
    // `cargo test --benches` starts it too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let root = std::env::temp_dir().join(format!("liasse-queue-{}", std::process::id()));
    let tray = Tray::for_window();
    let opening = Opening { without_post: true, ..Opening::default() };
    let office = Office::open(&root, Box::new(tray.clone()), opening).expect("the demo");
    let bench = Bench { office, tray, pin: Digits::parse("1234").expect("digits") };
    let doctor = bench.signs_in("cps-gris");
    let cotation = Cotation { acts: type_acts(bench.office.tables(), "G").expect("an act"), overrun: None };
    bench.ask(move |ws| ws.instruct("suivi", &cotation, &doctor));

    bench.sealed(EVENING);
    let doctor = bench.signs_in("cps-gris");
    let signing = bench.sign_all(&doctor);
    say("sign_60", signing.0.as_secs_f64() * 1000.0, "ms");
    say("sign_60_cards_own_time", signing.1.as_secs_f64() * 1000.0, "ms");

    bench.sealed(QUEUE);
    let doctor = bench.signs_in("cps-gris");
    say("queue_5000_open", median(9, || bench.opened(&doctor, PAGE)), "ms");
    say("queue_5000_whole", median(1, || bench.opened(&doctor, u32::MAX)), "ms");

    say("change_of_person", median(9, || bench.change_of_person()), "ms");
    let (actions, milliseconds) = bench.locum_ready();
    say("locum_ready_actions", actions, "actions");
    say("locum_ready", milliseconds, "ms");
    drop(bench);
    drop(std::fs::remove_dir_all(root));
}

struct Bench {
    office: Office,
    tray: Tray,
    pin: Digits,
}

impl Bench {
    fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut liasse_core::Workstation) -> Result<R, CoreError> + Send + 'static,
    ) -> R {
        self.office.workstation().call(job).expect("a lane").expect("done")
    }

    fn signs_in(&self, card: &str) -> SignedIn {
        self.tray.insert(CPS_READER, card).expect("a card");
        play::sign_in(&self.office, CPS_READER, &self.pin).expect("signed in")
    }

    /// So many FSE, prepared by the secretary and sealed by the patient's Vitale.
    fn sealed(&self, count: usize) {
        let staff = self.signs_in("cpe-mauve");
        self.tray.insert(VITALE_READER, "vitale-durand").expect("a card");
        let vitale = self.office.cards().call(|desk| {
            desk.refresh();
            desk.snapshot().vitale().map(|(_, vitale)| vitale.clone())
        });
        let vitale = vitale.expect("a lane").expect("a Vitale");
        for _ in 0..count {
            let (card, who) = (vitale.clone(), staff.clone());
            let fse = self.ask(move |ws| {
                let passage = ws.receive(&card, 0, None, &who)?;
                ws.apply_instruction(passage, "suivi", &who)?;
                let (draft, bills) = ws.draft_of_passage(passage, Some(&card), None, &who)?;
                ws.prepare(&draft, &bills)
            });
            desync::seal(&self.office.workstation(), &self.office.cards(), &fse, &vitale, &staff).expect("sealed");
        }
    }

    /// All that waits is signed: our time, and the card's.
    fn sign_all(&self, doctor: &SignedIn) -> (Duration, Duration) {
        let who = doctor.clone();
        let waiting = self.ask(move |ws| ws.to_be_signed(&who, u32::MAX));
        let shown: Vec<(FseRef, [u8; 32])> = waiting.rows.into_iter().map(|row| (row.fse, row.shown)).collect();
        assert_eq!(shown.len(), EVENING);
        let timed = Timed::of(&self.office);
        let start = Instant::now();
        let run = desync::sign_all(&self.office.workstation(), &timed, &shown, doctor, &mut |_| true);
        let whole = start.elapsed();
        assert_eq!((run.signed.len(), run.stopped.is_none()), (EVENING, true));
        let cards = timed.spent();
        (whole.saturating_sub(cards), cards)
    }

    fn opened(&self, doctor: &SignedIn, limit: u32) -> Duration {
        let who = doctor.clone();
        let start = Instant::now();
        let waiting = self.ask(move |ws| ws.to_be_signed(&who, limit));
        let spent = start.elapsed();
        assert_eq!((waiting.count, waiting.rows.len()), (QUEUE, QUEUE.min(usize::try_from(limit).unwrap_or(QUEUE))));
        assert!(waiting.rows.iter().all(|row| row.anomaly.is_none()));
        spent
    }

    /// The card of another doctor, read and unlocked: from there to whose desk it is, with what waits for them.
    fn change_of_person(&self) -> Duration {
        let cps = self.unlocked("cps-blanc");
        let start = Instant::now();
        self.ask(move |ws| {
            let who = ws.sign_in(CPS_READER, &cps, Wanted::Anything)?;
            ws.passages(&who)?;
            ws.to_be_signed(&who, PAGE)
        });
        let spent = start.elapsed();
        self.signs_in("cps-gris");
        spent
    }

    fn unlocked(&self, card: &str) -> CpsView {
        self.tray.insert(CPS_READER, card).expect("a card");
        let pin = self.pin.clone();
        let cards = self.office.cards().call(move |desk| {
            desk.refresh();
            desk.verify_pin(CPS_READER, &pin).map(|()| desk.snapshot())
        });
        cards.expect("a lane").expect("unlocked").cps().expect("a CPS").1.clone()
    }

    /// A session is prepared; the locum does what is counted until it is theirs, and the time beside the card is taken.
    fn locum_ready(&self) -> (f64, f64) {
        let doctor = self.signs_in("cps-gris");
        let doctors = self.office.cards().call(|desk| desk.snapshot()).expect("a lane").cps().expect("a CPS").1.clone();
        self.tray.insert(VITALE_READER, "cps-vert").expect("a card");
        let pin = self.pin.clone();
        let beside = self.office.cards().call(move |desk| {
            desk.refresh();
            desk.verify_pin(VITALE_READER, &pin).map(|()| desk.snapshot())
        });
        let beside = beside.expect("a lane").expect("unlocked");
        let locum = match &beside.reader(VITALE_READER).expect("a reader").card {
            liasse_core::cards::CardView::Cps(cps) => locum_on(cps).expect("a locum"),
            _ => unreachable!("the locum's card lies there"),
        };
        let time = |hour| chrono::NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
        let day = |text: &str| text.parse().expect("a day");
        let slot = Slot { days: Weekdays::of(&[1, 2, 3, 4, 5]), from: time(8), until: time(19) };
        let share = Rate::percent(70);
        let plan = Plan {
            locum,
            situations: Vec::new(),
            calendar: Calendar::new(day("2026-01-15"), day("2026-01-23"), vec![slot]).expect("a calendar"),
            recurring: false,
            mailbox: true,
            terms: Terms { base: ShareBase::Billed, office: share, visits: share, duty: Rate::FULL },
        };
        let (lane, cards) = (self.office.workstation(), self.office.cards());
        replacement::prepare(&lane, &cards, &plan, &doctors, &doctor).expect("prepared");
        self.tray.pull(VITALE_READER);
        self.tray.pull(CPS_READER);

        // One: the card goes in. Two: its code.
        let actions = 2.0;
        let cps = self.unlocked("cps-vert");
        let start = Instant::now();
        let who = self.ask(move |ws| ws.sign_in(CPS_READER, &cps, Wanted::Anything));
        let spent = start.elapsed();
        assert!(who.replaces.is_some(), "no third action: the session is theirs");
        (actions, spent.as_secs_f64() * 1000.0)
    }
}

/// Milliseconds.
fn median(times: usize, once: impl Fn() -> Duration) -> f64 {
    let mut all: Vec<f64> = (0..times).map(|_| once().as_secs_f64() * 1000.0).collect();
    all.sort_by(f64::total_cmp);
    all[times / 2]
}

fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
}
