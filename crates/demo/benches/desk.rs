//! The waits of a practitioner: from the card event to the patient, from the acts to the FSE on disk, and the evening's
//! lot of fifty, from the seal to the post.
//! The time that the simulated cards take to answer or sign is measured apart and taken off: what is left is ours.
#![expect(clippy::expect_used, clippy::float_arithmetic, clippy::cast_precision_loss, reason = "a benchmark")]

#[path = "shared/timed.rs"]
mod timed;

use std::sync::mpsc;
use std::time::{Duration, Instant};

use liasse_core::cards::{Snapshot, VitaleView};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::signing;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_demo::{Office, Opening, Tray, play};
use liasse_domain::Digits;

use timed::Timed;

const ROUNDS: usize = 100;
const LOT: usize = 50;

fn main() {
    // `cargo test --benches` starts it too: only `cargo bench` measures.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let root = std::env::temp_dir().join(format!("liasse-bench-{}", std::process::id()));
    let tray = Tray::for_window();
    let office = Office::open(&root, Box::new(tray.clone()), Opening::default()).expect("the demo");
    tray.insert(CPS_READER, "cps-gris").expect("a card");
    let pin = Digits::parse("1234").expect("digits");
    let person = play::sign_in(&office, CPS_READER, &pin).expect("signed in");

    let (sender, snapshots) = mpsc::channel::<Snapshot>();
    office.cards().post(move |desk| desk.subscribe(Box::new(move |s| drop(sender.send(s.clone()))))).expect("a lane");
    let mut patient = Vec::new();
    for _ in 0..ROUNDS {
        tray.pull(VITALE_READER);
        wait(&snapshots, |snapshot| snapshot.vitale().is_none());
        let start = Instant::now();
        tray.insert(VITALE_READER, "vitale-durand").expect("a card");
        let vitale = wait(&snapshots, |snapshot| snapshot.vitale().is_some());
        let now = office.workstation().call(|ws| ws.now()).expect("a lane");
        let draft = Draft::new(&vitale.expect("a Vitale"), 0, now).expect("a patient");
        patient.push(start.elapsed());
        drop(draft);
    }
    tell("card_to_patient", &mut patient);

    let vitale = office.cards().call(|desk| desk.snapshot()).expect("a lane");
    let vitale = vitale.vitale().expect("a Vitale").1.clone();
    let mut signed = Vec::new();
    let mut commits = Vec::new();
    for _ in 0..ROUNDS {
        let timed = Timed::of(&office);
        let start = Instant::now();
        bill(&office, &timed, &person, &vitale);
        let whole = start.elapsed();
        let cards = timed.spent();
        signed.push(whole.saturating_sub(cards));
        commits.push(cards);
    }
    tell("acts_to_disk", &mut signed);
    tell("acts_to_disk_cards_own_time", &mut commits);
    tell("lot_of_50", &mut lots(&office, &person, &vitale));
    drop(office);
    drop(std::fs::remove_dir_all(root));
}

/// Prepares and signs a consultation.
fn bill(office: &Office, cards: &Timed, person: &SignedIn, card: &VitaleView) {
    let (drawn, who) = (card.clone(), person.clone());
    let prepared = office.workstation().call(move |ws| {
        let mut draft = Draft::new(&drawn, 0, ws.now())?;
        draft.add_act("G");
        ws.prepare(&draft, &who)
    });
    let reference = prepared.expect("a lane").expect("prepared");
    signing::sign_fse(&office.workstation(), cards, &reference, person, Some(card)).expect("signed");
}

/// A lot of fifty FSE sealed, signed, stored and handed over, five times; the card's own time taken off.
fn lots(office: &Office, person: &SignedIn, card: &VitaleView) -> Vec<Duration> {
    let hand_over = |timed: &Timed| {
        let ready = signing::finish_lots(&office.workstation(), timed, person).expect("lots").len();
        let sent = office.post().call(|post| post.send()).expect("a lane").expect("sent").sent.len();
        assert_eq!(ready, sent, "what is ready leaves");
        ready
    };
    // What the rounds before left.
    hand_over(&Timed::of(office));
    let of_fifty = |_| {
        (0..LOT).for_each(|_| bill(office, &Timed::of(office), person, card));
        let timed = Timed::of(office);
        let start = Instant::now();
        let files = hand_over(&timed);
        assert!(files > 0, "there is something to send");
        start.elapsed().saturating_sub(timed.spent())
    };
    (0..5).map(of_fifty).collect()
}

fn wait(snapshots: &mpsc::Receiver<Snapshot>, wanted: impl Fn(&Snapshot) -> bool) -> Option<VitaleView> {
    loop {
        let snapshot = snapshots.recv_timeout(Duration::from_secs(10)).expect("a change in the readers");
        if wanted(&snapshot) {
            return snapshot.vitale().map(|(_, vitale)| vitale.clone());
        }
    }
}

fn tell(name: &str, durations: &mut [Duration]) {
    durations.sort();
    let ms = |at: usize| durations[at].as_nanos() as f64 / 1_000_000.0;
    println!("{{\"bench\":\"{name}\",\"value\":{:.3},\"unit\":\"ms\"}}", ms(durations.len() / 2));
    println!("{{\"bench\":\"{name}_worst\",\"value\":{:.3},\"unit\":\"ms\"}}", ms(durations.len() - 1));
}
