//! Cards in a real pcscd as the program reads them: one that is known again, a whole Vitale, and at the speed of real cards from
//! the event to the patient and from the acts to the signed FSE. `tests/benches/cards.rs` starts this, puts cards in and pulls
//! them when asked. Clocks of an insertion start when the readers have said that something changed.
#![expect(clippy::expect_used, clippy::float_arithmetic, reason = "a benchmark")]

use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use liasse_core::cards::{CardDesk, CardView, SigningCards, Snapshot, VitaleView};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::lane::Resident;
use liasse_core::ports::{CardChannel, CardReaders, ChannelError, PcscReaders, Protocol, ReaderState};
use liasse_core::signing;
use liasse_demo::{Office, Opening, play};
use liasse_domain::{Digits, SecuringMode};
use serde_json::{Value, json};

const READERS: [&str; 2] = ["Virtual PCD 00 00", "Virtual PCD 00 01"];
const CPS: usize = 0;
const VITALE: usize = 1;

/// How often a card is put in, or a card signs.
const ROUNDS: usize = 15;
/// How often the whole Vitale is read.
const READINGS: usize = 100;
/// A family of four, each with rights and a complementary insurer.
const FOUR: &str = "cas-quatre";
const PATIENT: &str = "vitale-durand";
/// What a real card takes for a command and, more, for a signature (reference telecom-reliability, 5).
const REAL: [&str; 4] = ["--apdu-ms", "20", "--rsa-ms", "185"];
/// Nothing takes so long.
const CAP: Duration = Duration::from_secs(60);

fn main() {
    // Without somebody who puts cards in there is nothing to measure.
    if std::env::var_os("LIASSE_HAND").is_none() {
        return;
    }
    let notes = Shared::default();
    known_again(&notes);
    whole_vitale(&notes);
    at_real_speed(&notes);
}

/// The same CPS put in twice under one program: holder, certificates, tries, then the code and the situations.
fn known_again(notes: &Shared) {
    let (mut first, mut again, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let mut desk = CardDesk::new(Box::new(Noted::over(notes)));
        first.push(put_in_and_unlocked(&mut desk, notes).1);
        let (shown, whole) = put_in_and_unlocked(&mut desk, notes);
        known.push(shown);
        again.push(whole);
    }
    let (first_apdus, first_time) = medians(&first);
    let (again_apdus, again_time) = medians(&again);
    say("cps_first_apdus", first_apdus, "APDU");
    say("cps_first", first_time, "ms");
    say("cps_again_apdus", again_apdus, "APDU");
    say("cps_again", again_time, "ms");
    say("cps_again_apdus_to_first", again_apdus / first_apdus, "ratio");
    say("cps_again_to_first", again_time / first_time, "ratio");
    let (known_apdus, known_time) = medians(&known);
    say("cps_again_shown_apdus", known_apdus, "APDU");
    say("cps_again_shown", known_time, "ms");
}

/// What it took until the holder, the certificates and the tries were shown, and until the situations were.
fn put_in_and_unlocked(desk: &mut CardDesk, notes: &Shared) -> (Cost, Cost) {
    notes.forget();
    insert(CPS, "cps-gris", &[]);
    watch(desk, CPS, |card| matches!(card, CardView::Cps(_)));
    let shown = notes.since_the_change();
    desk.verify_pin(READERS[CPS], &pin()).expect("the right code");
    let cost = notes.since_the_change();
    let snapshot = desk.snapshot();
    let (_, cps) = snapshot.cps().expect("a CPS");
    assert!(cps.situations.as_ref().is_some_and(|all| !all.is_empty()) && cps.tries_left == 3);
    assert!(!cps.identity.signature_certificate.is_empty() && !cps.identity.authentication_certificate.is_empty());
    pull(CPS);
    watch(desk, CPS, |card| *card == CardView::Empty);
    (shown, cost)
}

/// From nothing to all that the card says: readers listed, card connected to, read.
fn whole_vitale(notes: &Shared) {
    insert(VITALE, FOUR, &[]);
    shown(notes, |card| matches!(card, CardView::Vitale(_)));
    let (mut whole, mut own) = (Vec::new(), Vec::new());
    for _ in 0..READINGS {
        notes.forget();
        let start = Instant::now();
        let desk = CardDesk::to_read(Box::new(Noted::over(notes)));
        let spent = start.elapsed();
        let (apdus, sent) = notes.sent();
        assert_eq!(people(&desk.snapshot()), 4, "a family of four");
        whole.push(Cost { apdus, spent });
        own.push(Cost { apdus, spent: spent.saturating_sub(sent) });
    }
    let (apdus, time) = medians(&whole);
    say("vitale_four_apdus", apdus, "APDU");
    say("vitale_four", time, "ms");
    say("vitale_four_software", medians(&own).1, "ms");
    // A program that will sign reads the certificate, too.
    notes.forget();
    drop(CardDesk::new(Box::new(Noted::over(notes))));
    say("vitale_four_to_sign_apdus", notes.sent().0, "APDU");
    pull(VITALE);
    shown(notes, |card| *card == CardView::Empty);
}

/// How many people a Vitale was read whole for.
fn people(snapshot: &Snapshot) -> usize {
    let read = &snapshot.vitale().expect("a Vitale").1.read;
    let content = read.content.as_ref().expect("its whole content");
    assert_eq!(content.beneficiaries.len(), read.public.len());
    content.beneficiaries.len()
}

/// Until a program that starts now sees the patient's reader so.
fn shown(notes: &Shared, wanted: impl Fn(&CardView) -> bool) {
    watch(&mut CardDesk::new(Box::new(Noted::over(notes))), VITALE, wanted);
}

/// The whole program with cards as slow as real ones.
fn at_real_speed(notes: &Shared) {
    let root = std::env::temp_dir().join(format!("liasse-readers-{}", std::process::id()));
    let opening = Opening { without_post: true, ..Opening::default() };
    let office = Office::open(&root, Box::new(Noted::over(notes)), opening).expect("the demo");
    let (sender, changes) = mpsc::channel();
    let noted = notes.clone();
    let listener = move |seen: &Snapshot| drop(sender.send((seen.clone(), noted.changed())));
    office.cards().post(move |desk| desk.subscribe(Box::new(listener))).expect("a lane");

    insert(CPS, "cps-gris", &REAL);
    let (serial, _) = wait(&changes, |seen| seen.cps().map(|(_, cps)| cps.identity.serial.clone()));
    let person = play::sign_in(&office, READERS[CPS], &pin()).expect("signed in");
    tell("real_insertion_to_patient", &to_patient(&office, &changes));
    tell("real_cps_signature", &cps_signatures(&office, &serial));
    insert(VITALE, PATIENT, &REAL);
    let (vitale, _) = wait(&changes, vitale_of);
    let signed: Vec<(Cost, Duration)> = (0..ROUNDS).map(|_| billed(&office, notes, &person, &vitale)).collect();
    let (whole, own): (Vec<Cost>, Vec<Duration>) = signed.into_iter().unzip();
    say("real_fse_mode_3_apdus", medians(&whole).0, "APDU");
    tell("real_fse_mode_3", &whole.iter().map(|cost| cost.spent).collect::<Vec<_>>());
    tell("real_fse_mode_3_software", &own);
    drop(office);
    drop(std::fs::remove_dir_all(root));
}

/// From the change in the readers to the patient with the rights of the day, as the screen is given them.
fn to_patient(office: &Office, changes: &Changes) -> Vec<Duration> {
    let round = |_| {
        insert(VITALE, PATIENT, &REAL);
        let (vitale, changed) = wait(changes, vitale_of);
        let now = office.workstation().call(|ws| ws.now()).expect("a lane");
        let draft = Draft::new(&vitale, 0, now).expect("a patient");
        let spent = changed.expect("a change in the readers").elapsed();
        drop(draft);
        pull(VITALE);
        wait(changes, |seen| seen.reader(READERS[VITALE]).filter(|reader| reader.card == CardView::Empty).map(|_| ()));
        spent
    };
    (0..ROUNDS).map(round).collect()
}

fn cps_signatures(office: &Office, serial: &str) -> Vec<Duration> {
    let cards = office.cards();
    let round = |_| {
        let start = Instant::now();
        let signature = SigningCards::cps(&cards, serial, &[7; 32]).expect("signed");
        let spent = start.elapsed();
        assert_eq!(signature.len(), 256);
        spent
    };
    (0..ROUNDS).map(round).collect()
}

/// A consultation from its act to the FSE signed by both cards and on the disk: what all of it took, and what of it was ours.
fn billed(office: &Office, notes: &Shared, person: &SignedIn, card: &VitaleView) -> (Cost, Duration) {
    notes.forget();
    let start = Instant::now();
    let (drawn, who) = (card.clone(), person.clone());
    let prepared = office.workstation().call(move |ws| {
        let mut draft = Draft::new(&drawn, 0, ws.now())?;
        draft.add_act("G");
        assert_eq!(draft.mode, SecuringMode::Securise);
        ws.prepare(&draft, &who)
    });
    let reference = prepared.expect("a lane").expect("prepared");
    signing::sign_fse(&office.workstation(), &office.cards(), &reference, person, Some(card)).expect("signed");
    let spent = start.elapsed();
    let (apdus, sent) = notes.sent();
    (Cost { apdus, spent }, spent.saturating_sub(sent))
}

fn vitale_of(seen: &Snapshot) -> Option<VitaleView> {
    seen.vitale().map(|(_, vitale)| vitale.clone())
}

fn pin() -> Digits {
    Digits::parse("1234").expect("digits")
}

// The hand.

fn insert(slot: usize, card: &str, knobs: &[&str]) {
    ask(&json!({ "slot": slot, "card": card, "knobs": knobs }));
}

fn pull(slot: usize) {
    ask(&json!({ "slot": slot }));
}

/// Whoever started this reads what is asked and answers when it is done.
fn ask(order: &Value) {
    println!("{}", json!({ "ask": order }));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).expect("an answer");
    assert!(!answer.is_empty(), "nobody puts cards in");
}

/// Watches the readers as the program's card lane does.
fn watch(desk: &mut CardDesk, slot: usize, wanted: impl Fn(&CardView) -> bool) {
    let start = Instant::now();
    while !desk.snapshot().reader(READERS[slot]).is_some_and(|reader| wanted(&reader.card)) {
        assert!(start.elapsed() < CAP, "no such change in {}", READERS[slot]);
        desk.idle();
    }
}

type Changes = Receiver<(Snapshot, Option<Instant>)>;

/// The first change that gives something, and when the readers had said so.
fn wait<T>(changes: &Changes, wanted: impl Fn(&Snapshot) -> Option<T>) -> (T, Option<Instant>) {
    loop {
        let (snapshot, changed) = changes.recv_timeout(CAP).expect("a change in the readers");
        if let Some(found) = wanted(&snapshot) {
            return (found, changed);
        }
    }
}

// What is noted between the program and its readers.

/// What something took.
struct Cost {
    apdus: f64,
    spent: Duration,
}

#[derive(Default)]
struct Notes {
    changed: Option<Instant>,
    apdus: f64,
    sent: Duration,
}

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Notes>>);

impl Shared {
    fn with<R>(&self, look: impl FnOnce(&mut Notes) -> R) -> R {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn forget(&self) {
        self.with(|notes| *notes = Notes::default());
    }

    /// When the readers last said that something changed.
    fn changed(&self) -> Option<Instant> {
        self.with(|notes| notes.changed)
    }

    /// The commands since then, and how long they were away: GET RESPONSE among them.
    fn sent(&self) -> (f64, Duration) {
        self.with(|notes| (notes.apdus, notes.sent))
    }

    fn since_the_change(&self) -> Cost {
        self.with(|notes| Cost { apdus: notes.apdus, spent: notes.changed.expect("a change").elapsed() })
    }
}

struct Noted {
    readers: PcscReaders,
    notes: Shared,
}

impl Noted {
    fn over(notes: &Shared) -> Self {
        Self { readers: PcscReaders::establish().expect("pcscd"), notes: notes.clone() }
    }
}

impl CardReaders for Noted {
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        self.readers.list()
    }

    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError> {
        let changed = self.readers.wait_change(limit);
        if changed == Ok(true) {
            self.notes.with(|notes| notes.changed = Some(Instant::now()));
        }
        changed
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        let channel = self.readers.connect(reader)?;
        Ok(Box::new(NotedChannel { channel, notes: self.notes.clone() }))
    }

    fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        self.readers.waker()
    }
}

struct NotedChannel {
    channel: Box<dyn CardChannel>,
    notes: Shared,
}

impl CardChannel for NotedChannel {
    fn atr(&self) -> &[u8] {
        self.channel.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let start = Instant::now();
        let answer = self.channel.transmit(apdu);
        let spent = start.elapsed();
        self.notes.with(|notes| {
            notes.apdus += 1.0;
            notes.sent += spent;
        });
        answer
    }

    fn protocol(&self) -> Protocol {
        self.channel.protocol()
    }

    fn begin(&mut self) -> Result<(), ChannelError> {
        self.channel.begin()
    }

    fn end(&mut self) {
        self.channel.end();
    }
}

// What is told.

/// Of the commands, and of the milliseconds.
fn medians(costs: &[Cost]) -> (f64, f64) {
    (median(costs.iter().map(|cost| cost.apdus)), median(costs.iter().map(|cost| milliseconds(cost.spent))))
}

fn median(all: impl Iterator<Item = f64>) -> f64 {
    let mut all: Vec<f64> = all.collect();
    all.sort_by(f64::total_cmp);
    all[all.len() / 2]
}

fn milliseconds(spent: Duration) -> f64 {
    spent.as_secs_f64() * 1000.0
}

/// The median and the worst.
fn tell(bench: &str, all: &[Duration]) {
    say(bench, median(all.iter().copied().map(milliseconds)), "ms");
    say(&format!("{bench}_worst"), all.iter().copied().map(milliseconds).fold(0.0, f64::max), "ms");
}

fn say(bench: &str, value: f64, unit: &str) {
    println!("{{\"bench\":\"{bench}\",\"value\":{value:.3},\"unit\":\"{unit}\"}}");
}
