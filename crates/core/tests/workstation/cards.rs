//! The card desk over readers that follow a script: cards that go in and out, a service that stops, PINs, signatures.
//! The cards are the simulated ones; their bytes are tested in `cards` and `cardsim`.

use std::sync::mpsc;
use std::time::Duration;

use liasse_cards::{CardError, ChannelError};
use liasse_core::cards::{CardDesk, CardView, LastTry, SigningCards, Snapshot};
use liasse_core::desk::{DeskError, SignedIn};
use liasse_core::lane::Lane;
use liasse_domain::{CardKind, Digits};

use crate::support::{Readers, directory, instant};

const READERS: [&str; 2] = ["CPS", "Vitale"];
const HASH: [u8; 32] = [0x42; 32];

fn desk() -> (Readers, CardDesk) {
    let readers = Readers::named(&READERS);
    let desk = CardDesk::new(Box::new(readers.clone()));
    (readers, desk)
}

fn digits(text: &str) -> Digits {
    Digits::parse(text).expect("digits")
}

fn card(snapshot: &Snapshot, reader: &str) -> CardView {
    snapshot.reader(reader).expect("the reader").card.clone()
}

#[test]
fn a_card_that_goes_in_is_read_once_and_one_that_goes_out_is_gone() {
    let (readers, mut desk) = desk();
    assert!(!desk.refresh(), "nothing changed since the desk was opened");
    assert_eq!(desk.snapshot().readers.iter().map(|reader| reader.name.as_str()).collect::<Vec<_>>(), READERS);
    assert_eq!(card(&desk.snapshot(), "CPS"), CardView::Empty);
    readers.insert("CPS", "cps-gris");
    readers.insert("Vitale", "vitale-durand");
    assert!(desk.refresh());
    assert_eq!(readers.connections(), 2);
    assert!(!desk.refresh());
    assert_eq!(readers.connections(), 2, "a card that stays is not read again");
    let snapshot = desk.snapshot();
    let (reader, cps) = snapshot.cps().expect("a CPS");
    assert_eq!((reader, cps.identity.serial.as_str(), cps.tries_left), ("CPS", "00000101", 3));
    assert_eq!(cps.identity.holder.family_name.reveal(), "GRIS");
    assert!(cps.situations.is_none(), "they need the PIN");
    assert!(cps.cost.apdus > 0);
    let (_, vitale) = snapshot.vitale().expect("a Vitale");
    assert_eq!(vitale.read.content.as_ref().map(|content| content.beneficiaries.len()), Some(2));
    readers.pull("Vitale");
    assert!(desk.refresh());
    assert_eq!(card(&desk.snapshot(), "Vitale"), CardView::Empty);
    assert!(desk.snapshot().cps().is_some(), "the other card stays");
    // The same card put back is another insertion.
    let before = desk.snapshot().reader("Vitale").expect("the reader").insertions;
    readers.insert("Vitale", "vitale-durand");
    assert!(desk.refresh());
    assert!(desk.snapshot().reader("Vitale").expect("the reader").insertions > before);
}

#[test]
fn a_card_swapped_between_two_looks_is_read_anew() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-gris");
    desk.refresh();
    desk.verify_pin("CPS", &digits("1234")).expect("right");
    readers.pull("CPS");
    readers.insert("CPS", "cps-gris");
    assert!(desk.refresh());
    assert!(desk.snapshot().cps().expect("a CPS").1.situations.is_none(), "the PIN is asked for again");
    assert_eq!(desk.sign_with_cps("00000101", &HASH), Err(CardError::PinRequired));
}

#[test]
fn a_card_that_is_locked_asks_for_its_code_again_and_everybody_is_told() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-gris");
    desk.refresh();
    desk.verify_pin("CPS", &digits("1234")).expect("right");
    let (told, heard) = mpsc::channel();
    desk.subscribe(Box::new(move |snapshot| {
        told.send(snapshot.cps().is_some_and(|(_, cps)| cps.situations.is_some())).expect("somebody listens");
    }));
    assert_eq!(heard.try_recv(), Ok(true));
    desk.lock("CPS");
    assert_eq!(heard.try_recv(), Ok(false));
    assert_eq!(desk.sign_with_cps("00000101", &HASH), Err(CardError::PinRequired));
    // One that is locked already is left alone.
    heard.try_iter().for_each(|unlocked| assert!(!unlocked));
    desk.lock("CPS");
    assert!(heard.try_recv().is_err());
    desk.verify_pin("CPS", &digits("1234")).expect("right");
}

#[test]
fn cards_that_are_none_of_ours_are_named_and_not_talked_to() {
    let (readers, mut desk) = desk();
    // A Vitale 1 of the published list, and the ATR of a bank card.
    let vitale1 = [0x3F, 0x65, 0x25, 0x00, 0x22, 0x09, 0x69, 0x90, 0x00];
    let bank = [0x3B, 0x65, 0x00, 0x00, 0x20, 0x63, 0xCB, 0x68, 0x00];
    readers.insert_odd("CPS", &vitale1);
    readers.insert_odd("Vitale", &bank);
    desk.refresh();
    let snapshot = desk.snapshot();
    assert_eq!(card(&snapshot, "CPS"), CardView::Unknown { kind: CardKind::Vitale1, atr: vitale1.to_vec() });
    assert_eq!(card(&snapshot, "Vitale"), CardView::Unknown { kind: CardKind::Unknown, atr: bank.to_vec() });
    assert_eq!(readers.connections(), 0);
    let refused = desk.verify_pin("CPS", &digits("1234"));
    assert_eq!(refused, Err(CardError::NotThatCard { kind: CardKind::Unknown }), "no PIN goes to a card like that");
}

#[test]
fn a_card_that_fails_while_it_is_read_says_so_and_can_be_read_again() {
    let (readers, mut desk) = desk();
    readers.next_command_ends(ChannelError::Mute);
    readers.insert("Vitale", "vitale-durand");
    assert!(desk.refresh());
    assert_eq!(card(&desk.snapshot(), "Vitale"), CardView::Failed(CardError::Channel(ChannelError::Mute)));
    desk.read_again("Vitale");
    assert!(desk.snapshot().vitale().is_some());
}

#[test]
fn a_service_that_stops_takes_the_readers_with_it_and_brings_them_back() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-gris");
    desk.refresh();
    desk.verify_pin("CPS", &digits("1234")).expect("right");
    readers.service(Some(ChannelError::NoService));
    assert!(desk.refresh());
    let snapshot = desk.snapshot();
    assert!(snapshot.readers.is_empty());
    assert_eq!(snapshot.service.expect("a report").code, "cards.service_absent");
    assert!(!desk.refresh(), "told once");
    assert_eq!(desk.sign_with_cps("00000101", &HASH), Err(CardError::Channel(ChannelError::Removed)));
    readers.service(None);
    assert!(desk.refresh());
    let snapshot = desk.snapshot();
    assert!(snapshot.service.is_none());
    assert!(snapshot.cps().expect("a CPS").1.situations.is_none(), "what was verified before is forgotten");
}

#[test]
fn a_wrong_pin_is_counted_and_the_right_one_opens() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-gris");
    desk.refresh();
    let tries = |desk: &CardDesk| desk.snapshot().cps().expect("a CPS").1.tries_left;
    assert_eq!(desk.verify_pin("CPS", &digits("0000")), Err(CardError::WrongPin { tries_left: 2 }));
    assert_eq!(tries(&desk), 2);
    assert_eq!(desk.verify_pin("CPS", &digits("0000")), Err(CardError::WrongPin { tries_left: 1 }));
    assert_eq!(tries(&desk), 1);
    // Refused before the card: no try is spent.
    assert_eq!(desk.verify_pin("CPS", &Digits::new()), Err(CardError::EmptyPin));
    assert_eq!(desk.verify_pin("CPS", &digits("123")), Err(CardError::PinLength));
    assert_eq!(tries(&desk), 1);
    let (now, trust) = (instant("2026-01-15T08:00:00Z"), directory(&[]).trust);
    let locked = SignedIn::from_card("CPS", desk.snapshot().cps().expect("a CPS").1, None, now, &trust);
    assert_eq!(locked, Err(DeskError::PinRequired));
    assert_eq!(desk.sign_with_cps("00000101", &HASH), Err(CardError::PinRequired));
    // The last try is spent by nobody who was not told.
    assert_eq!(desk.verify_pin("CPS", &digits("1234")), Err(CardError::LastTry));
    assert_eq!(tries(&desk), 1);
    desk.verify_pin_with("CPS", &digits("1234"), LastTry::Spend).expect("right");
    assert_eq!(tries(&desk), 3);
    let snapshot = desk.snapshot();
    let (_, cps) = snapshot.cps().expect("a CPS");
    assert_eq!(cps.situations.as_ref().map(Vec::len), Some(1));
    let who = SignedIn::from_card("CPS", cps, None, now, &trust).expect("signed in");
    assert_eq!(who.situation.billing_number.as_str(), "991010117");
    assert_eq!(who.display_name(), "Dr ANNE GRIS");
    assert_eq!(desk.sign_with_cps("00000101", &HASH).expect("a signature").len(), 256);
}

#[test]
fn three_wrong_pins_block_and_the_right_one_comes_too_late() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-gris");
    desk.refresh();
    for left in [2, 1] {
        assert_eq!(desk.verify_pin("CPS", &digits("0000")), Err(CardError::WrongPin { tries_left: left }));
    }
    assert_eq!(desk.verify_pin_with("CPS", &digits("0000"), LastTry::Spend), Err(CardError::PinBlocked));
    assert_eq!(desk.verify_pin_with("CPS", &digits("1234"), LastTry::Spend), Err(CardError::PinBlocked));
    assert_eq!(desk.snapshot().cps().expect("a CPS").1.tries_left, 0);
}

#[test]
fn a_pin_is_asked_where_there_is_a_reader_and_a_cps() {
    let (readers, mut desk) = desk();
    let pin = digits("1234");
    assert_eq!(desk.verify_pin("absent", &pin), Err(CardError::Channel(ChannelError::NoReader)));
    assert_eq!(desk.verify_pin("CPS", &pin), Err(CardError::Channel(ChannelError::Removed)), "an empty reader");
    readers.insert("Vitale", "vitale-durand");
    desk.refresh();
    assert_eq!(desk.verify_pin("Vitale", &pin), Err(CardError::NotThatCard { kind: CardKind::Unknown }));
    let certificate = desk.snapshot().vitale().and_then(|(_, vitale)| vitale.read.certificate.clone());
    let certificate = certificate.expect("a certificate");
    assert_eq!(desk.sign_with_vitale(&certificate, &HASH).expect("the Vitale still signs").len(), 256);
}

#[test]
fn asking_twice_for_a_pin_does_not_cost_the_first_answer() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-gris");
    desk.refresh();
    desk.verify_pin("CPS", &digits("1234")).expect("right");
    assert!(desk.verify_pin("CPS", &digits("1234")).is_err());
    assert_eq!(desk.sign_with_cps("00000101", &HASH).expect("still verified").len(), 256);
}

#[test]
fn a_pulled_card_signs_no_more() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-gris");
    readers.insert("Vitale", "vitale-durand");
    desk.refresh();
    desk.verify_pin("CPS", &digits("1234")).expect("right");
    let certificate = desk.snapshot().vitale().and_then(|(_, vitale)| vitale.read.certificate.clone());
    let certificate = certificate.expect("a certificate");
    // Out of the reader, and the desk has not looked yet.
    readers.pull("CPS");
    readers.pull("Vitale");
    let removed = Err(CardError::Channel(ChannelError::Removed));
    assert_eq!(desk.sign_with_cps("00000101", &HASH), removed);
    assert_eq!(desk.sign_with_vitale(&certificate, &HASH), removed);
    desk.refresh();
    assert_eq!(desk.sign_with_cps("00000101", &HASH), removed);
    assert_eq!(desk.sign_with_vitale(&certificate, &HASH), removed);
    readers.insert("CPS", "cps-gris");
    desk.refresh();
    assert_eq!(desk.sign_with_cps("00000101", &HASH), Err(CardError::PinRequired));
}

#[test]
fn another_persons_card_does_not_sign_for_the_one_signed_in() {
    let (readers, mut desk) = desk();
    readers.insert("CPS", "cps-blanc");
    desk.refresh();
    desk.verify_pin("CPS", &digits("1234")).expect("right");
    assert_eq!(desk.sign_with_cps("00000101", &HASH), Err(CardError::OtherHolder));
    readers.insert("Vitale", "vitale-durand");
    desk.refresh();
    assert_eq!(desk.sign_with_vitale(b"another's", &HASH), Err(CardError::OtherPatient));
}

#[test]
fn a_card_that_another_program_reset_asks_for_its_pin_again() {
    for told in [false, true] {
        let (readers, mut desk) = desk();
        readers.insert("CPS", "cps-gris");
        desk.refresh();
        let (said, heard) = mpsc::channel();
        desk.subscribe(Box::new(move |snapshot| drop(said.send(snapshot.clone()))));
        desk.verify_pin("CPS", &digits("1234")).expect("right");
        heard.try_iter().for_each(drop);
        readers.reset("CPS");
        let expected = if told {
            readers.next_command_ends(ChannelError::Reset);
            CardError::Channel(ChannelError::Reset)
        } else {
            CardError::PinRequired
        };
        assert_eq!(desk.sign_with_cps("00000101", &HASH), Err(expected));
        let snapshot = heard.try_iter().last().expect("screens are told");
        assert!(snapshot.cps().expect("a CPS").1.situations.is_none(), "the PIN is to be asked for again");
        desk.verify_pin("CPS", &digits("1234")).expect("right");
        assert_eq!(desk.sign_with_cps("00000101", &HASH).expect("a signature").len(), 256, "told: {told}");
    }
}

#[test]
fn a_vitale_that_another_program_reset_is_opened_again_and_signs() {
    let (readers, mut desk) = desk();
    readers.insert("Vitale", "vitale-durand");
    desk.refresh();
    let certificate = desk.snapshot().vitale().and_then(|(_, vitale)| vitale.read.certificate.clone());
    let certificate = certificate.expect("a certificate");
    readers.reset("Vitale");
    readers.next_command_ends(ChannelError::Reset);
    assert_eq!(desk.sign_with_vitale(&certificate, &HASH).expect("a signature").len(), 256);
}

#[test]
fn the_lane_tells_of_every_change_and_of_the_end_of_the_service() {
    let readers = Readers::named(&READERS);
    let watched = readers.clone();
    let lane = Lane::start("cards", move || Ok::<_, ()>(CardDesk::new(Box::new(watched)))).expect("a lane");
    let handle = lane.handle();
    let (said, heard) = mpsc::channel();
    handle
        .post(move |desk| desk.subscribe(Box::new(move |snapshot| drop(said.send(snapshot.clone())))))
        .expect("alive");
    let until = |wanted: &dyn Fn(&Snapshot) -> bool| loop {
        let snapshot = heard.recv_timeout(Duration::from_secs(30)).expect("a change is told");
        if wanted(&snapshot) {
            return;
        }
    };
    until(&|snapshot| snapshot.readers.len() == 2 && snapshot.cps().is_none());
    readers.insert("CPS", "cps-gris");
    until(&|snapshot| snapshot.cps().is_some());
    readers.pull("CPS");
    until(&|snapshot| snapshot.readers.len() == 2 && snapshot.cps().is_none());
    readers.service(Some(ChannelError::NoService));
    until(&|snapshot| snapshot.service.is_some());
    readers.service(None);
    until(&|snapshot| snapshot.service.is_none() && snapshot.readers.len() == 2);
    // Cards asked through a lane that has ended do not answer, and nobody waits for them.
    drop(lane);
    let dead = Err(CardError::Channel(ChannelError::Mute));
    assert_eq!(SigningCards::cps(&handle, "00000101", &HASH), dead);
    assert_eq!(SigningCards::vitale(&handle, &[1], &HASH), dead);
}
