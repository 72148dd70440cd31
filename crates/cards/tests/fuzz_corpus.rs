//! The corpora of `fixtures/fuzz` through the fuzz targets of the cards, on stable: what a fuzzer once broke stays whole.
//! Not fuzzing: `crates/cards/fuzz` does that, on nightly (docs/formats.md, "Fuzzing").
//! Seeds are written by `crates/cards/fuzz/seeds.py`; inputs named `found-…` a fuzzer found.

#![expect(clippy::expect_used, reason = "a test may stop at a broken assumption")]

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use liasse_cards::cps::{Cache, Cps, Situations};
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardChannel, CardError, ChannelError, Protocol};
use liasse_domain::Digits;

#[path = "../fuzz/src/lib.rs"]
mod targets;

use targets::{CPS3, FileCard, Script, VITALE2};

/// The most that a corpus may weigh: it is for every checkout, not for a fuzzing farm.
const MOST: usize = 100_000;

fn corpora() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/fuzz")
}

fn inputs(name: &str) -> Vec<PathBuf> {
    let folder = corpora().join(name);
    let entries = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    paths.sort();
    paths
}

fn input(target: &str, name: &str) -> Vec<u8> {
    std::fs::read(corpora().join(target).join(name)).expect("an input")
}

/// Every input of a corpus; the one that breaks the target is the last one named.
fn replay(name: &str) {
    let (_, target): (_, targets::Target) =
        targets::TARGETS.into_iter().find(|(known, _)| *known == name).expect("a target of that name");
    let inputs = inputs(name);
    assert!(inputs.len() >= 15, "{name} has a corpus");
    let mut weight = 0;
    for input in inputs {
        println!("{}", input.display());
        let bytes = std::fs::read(&input).expect("an input");
        weight += bytes.len();
        target(&bytes);
        // What breaks off anywhere is an input as well.
        for cut in [bytes.len() / 3, bytes.len() / 2, bytes.len().saturating_sub(1)] {
            target(&bytes[..cut]);
        }
    }
    assert!(weight < MOST, "{name}: {weight} bytes");
}

#[test]
fn atr_is_replayed() {
    replay("atr");
}

#[test]
fn tlv_is_replayed() {
    replay("tlv");
}

#[test]
fn cps_files_are_replayed() {
    replay("cps");
}

#[test]
fn vitale_files_are_replayed() {
    replay("vitale");
}

#[test]
fn groups_are_replayed() {
    replay("groups");
}

#[test]
fn dialogues_are_replayed() {
    replay("apdu");
}

/// Without any input, too.
#[test]
fn nothing_is_an_input() {
    for (_, target) in targets::TARGETS {
        target(&[]);
    }
}

fn pin() -> Digits {
    Digits::parse("1234").expect("digits")
}

/// Everything that is done with a CPS; its number.
fn use_cps(channel: Box<dyn CardChannel>) -> Result<String, CardError> {
    let mut cps = Cps::open(channel)?;
    assert_eq!(cps.tries_left()?, 3);
    let mut cps = cps.verify(&pin()).map_err(|(_, error)| error)?;
    assert!(matches!(cps.situations()?, Situations::Readable(situations) if situations.len() == 1));
    assert_eq!(cps.sign(&[0x42; 32])?, [0x5A; 256]);
    Ok(cps.identity().serial.clone())
}

/// Good seeds that are refused at the door would test nothing behind it.
#[test]
fn good_seeds_are_read() {
    for name in ["good-gris", "good-by-short-identifiers", "token-info-without-a-date", "activities-sixteen-one-cut"] {
        let card = FileCard::new(&CPS3, &input("cps", name));
        assert_eq!(use_cps(Box::new(card)), Ok("00000101".to_owned()), "{name}");
    }
    let good = || Box::new(FileCard::new(&CPS3, &input("cps", "good-gris")));
    let named = Cps::open(good()).expect("a CPS");
    assert_eq!(named.identity().holder.family_name.reveal(), "GRIS");
    let certified = Cps::open(Box::new(FileCard::new(&CPS3, &input("cps", "good-holder-from-the-certificate"))));
    assert_eq!(certified.expect("a CPS").identity().holder.given_name.reveal(), "ANNE");
    let vitale = |name| {
        let mut vitale = Vitale::open(Box::new(FileCard::new(&VITALE2, &input("vitale", name)))).expect("a Vitale");
        let read = vitale.read().expect("read");
        assert_eq!(read.unreadable, ["DROITS", "ALD", "AMC"], "{name}");
        assert_eq!(read.public.len(), 2, "{name}");
        read
    };
    let simulated = vitale("good-durand").content.expect("our content");
    assert_eq!(simulated.beneficiaries.len(), 2);
    assert!(vitale("good-real-card").content.is_none());
    let groups = |name| liasse_formats::groups::decode(&input("groups", name)).expect("groups");
    assert_eq!(groups("published-head-of-101").len(), 1);
    assert_eq!(groups("published-professional").len(), 2);
    for (name, beneficiaries) in [("good-family", 2), ("every-group-101-to-111", 2), ("birth-months-19-20-00-99", 4)] {
        let content = liasse_formats::groups::vitale::vitale_from_groups(&groups(name));
        assert_eq!(content.map(|content| content.beneficiaries.len()), Ok(beneficiaries), "{name}");
    }
}

/// The same files say the same: a card that is put in again is known, or read again.
#[test]
fn a_card_seen_before_is_the_same_card() {
    let mut known = 0;
    for path in inputs("cps") {
        let bytes = std::fs::read(&path).expect("an input");
        let mut cache = Cache::new();
        let Ok(first) = Cps::open_with(Box::new(FileCard::new(&CPS3, &bytes)), &mut cache) else { continue };
        let again = Cps::open_with(Box::new(FileCard::new(&CPS3, &bytes)), &mut cache).expect("as before");
        assert_eq!(again.identity(), first.identity(), "{}", path.display());
        known += usize::from(again.apdus() < first.apdus());
    }
    assert!(known > 0, "some card is known again");
}

/// The error that ends the reading of a card.
fn ends_with(target: &str, name: &str) -> Option<CardError> {
    let bytes = input("apdu", name);
    match target {
        "cps" => Cps::open(Box::new(Script::new(&CPS3, &bytes))).err(),
        _ => Vitale::open(Box::new(Script::new(&VITALE2, &bytes))).and_then(|mut vitale| vitale.read()).err(),
    }
}

#[test]
fn a_card_that_answers_for_ever_is_stopped_and_named() {
    for name in ["cps-endless-61", "cps-endless-full-answers"] {
        assert_eq!(ends_with("cps", name), Some(CardError::Endless), "{name}");
    }
    for name in ["vitale-endless-61", "vitale-endless-full-answers"] {
        assert_eq!(ends_with("vitale", name), Some(CardError::Endless), "{name}");
    }
}

/// Writes down what a card answers.
struct Recorder {
    card: FileCard,
    answers: Arc<Mutex<Vec<Vec<u8>>>>,
}

impl CardChannel for Recorder {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let answer = self.card.transmit(apdu)?;
        self.answers.lock().expect("the lock").push(answer.clone());
        Ok(answer)
    }

    fn protocol(&self) -> Protocol {
        self.card.protocol()
    }
}

/// The answers to today's dialogue as an input of the target: T=1, then the card is out.
fn recorded() -> Vec<u8> {
    let answers = Arc::new(Mutex::new(Vec::new()));
    let card = FileCard::new(&CPS3, &input("cps", "good-gris"));
    use_cps(Box::new(Recorder { card, answers: Arc::clone(&answers) })).expect("a whole dialogue");
    let answers = answers.lock().expect("the lock");
    let mut bytes = vec![2];
    for answer in answers.iter() {
        bytes.extend(u16::try_from(answer.len()).expect("a short answer").to_be_bytes());
        bytes.extend(answer);
    }
    bytes
}

/// A whole dialogue, whatever its order is today: each answer left out, doubled, cut or turned into an error of the card.
#[test]
fn a_dialogue_that_goes_wrong_anywhere_ends() {
    let whole = recorded();
    assert_eq!(use_cps(Box::new(Script::new(&CPS3, &whole))), Ok("00000101".to_owned()), "played back it is the same");
    let mut starts = vec![1];
    while let Some(start) = starts.last().copied().filter(|start| *start < whole.len()) {
        let length = usize::from(u16::from_be_bytes([whole[start], whole[start + 1]]));
        starts.push(start + 2 + length);
    }
    assert!(starts.len() > 15, "{} answers", starts.len());
    let target = targets::apdu_dialogue;
    for piece in starts.windows(2) {
        let (before, answer, after) = (&whole[..piece[0]], &whole[piece[0]..piece[1]], &whole[piece[1]..]);
        target(&[before, after].concat());
        target(&[before, answer, answer, after].concat());
        target(&[before, &[0, 1], &answer[2..3], after].concat());
        for fault in [&[0xFF, 0x00][..], &[0, 0]] {
            target(&[before, fault, after].concat());
        }
        for word in [0x6F42_u16, 0x61FF, 0x6C01, 0x63C1, 0x63C0, 0x6983, 0x6982, 0x6A82, 0x6881] {
            target(&[before, &[0, 2], &word.to_be_bytes(), after].concat());
        }
        // From here on for ever.
        let mut endless = [before, answer].concat();
        endless[0] |= 8;
        target(&endless);
    }
}

/// `LIASSE_WRITE_SEEDS=1` gives the fuzzer today's dialogue to begin with.
#[test]
fn the_recorded_dialogue_can_be_kept() {
    let bytes = recorded();
    assert!(bytes.len() < MOST);
    if std::env::var_os("LIASSE_WRITE_SEEDS").is_some() {
        std::fs::write(corpora().join("apdu/recorded-cps"), &bytes).expect("written");
    }
}
