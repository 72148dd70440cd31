//! The reader service as the lane gives it: readers, cards and telephones that come and go, two of a kind, a card that another
//! program holds or resets, codes changed and unblocked. The same behind a real pcscd: `tests/tests/reader_service.rs`.

use std::sync::mpsc;
use std::time::Duration;

use liasse_cards::{CardError, ChannelError};
use liasse_core::cards::{CardDesk, CardView, LastTry, PukState, Snapshot};
use liasse_core::lane::Lane;
use liasse_domain::{Coded, Digits};

use crate::support::{Practice, Readers, gate, instant};

const HASH: [u8; 32] = [0x42; 32];
const GRIS: &str = "00000101";
/// The code that came with every card of the world (`liasse-cardsim`).
const PUK: &str = "12345678";
const BUSY: CardError = CardError::Channel(ChannelError::Busy);

fn desk(names: &[&str]) -> (Readers, CardDesk) {
    let readers = Readers::named(names);
    let desk = CardDesk::new(Box::new(readers.clone()));
    (readers, desk)
}

/// When telephones are laid down, and when the lane reads them.
const LAID: &str = "2026-01-15T08:00:00Z";

/// A lane that takes telephones in.
fn desk_with_phones(names: &[&str]) -> (Readers, CardDesk) {
    let (readers, desk) = desk(names);
    let practice = Practice::new();
    practice.clock.set(LAID);
    let desk = desk.with_apcv(gate(&practice.clock));
    (readers, desk)
}

fn digits(text: &str) -> Digits {
    Digits::parse(text).expect("digits")
}

fn names(snapshot: &Snapshot) -> Vec<String> {
    snapshot.readers.iter().map(|reader| reader.name.clone()).collect()
}

fn card(desk: &CardDesk, reader: &str) -> CardView {
    desk.snapshot().reader(reader).expect("the reader").card.clone()
}

fn tries(desk: &CardDesk) -> u8 {
    desk.snapshot().cps().expect("a CPS").1.tries_left
}

#[test]
fn a_reader_that_comes_or_goes_leaves_the_others_as_they_are() {
    let (readers, mut desk) = desk(&["Bureau"]);
    readers.insert("Bureau", "cps-gris");
    desk.refresh();
    desk.verify_pin("Bureau", &digits("1234")).expect("right");
    readers.plug("Accueil");
    assert!(desk.refresh());
    assert_eq!(names(&desk.snapshot()), ["Accueil", "Bureau"]);
    readers.insert("Accueil", "vitale-durand");
    assert!(desk.refresh());
    assert_eq!(desk.snapshot().vitale().map(|(reader, _)| reader.to_owned()), Some("Accueil".to_owned()));
    assert_eq!(desk.sign_with_cps(GRIS, &HASH).expect("still verified").len(), 256);
    readers.unplug("Accueil");
    assert!(desk.refresh());
    assert_eq!(names(&desk.snapshot()), ["Bureau"]);
    assert!(desk.snapshot().vitale().is_none());
    assert_eq!(desk.sign_with_cps(GRIS, &HASH).expect("still verified").len(), 256);
    readers.unplug("Bureau");
    assert!(desk.refresh() && !desk.refresh(), "told once");
    assert!(desk.snapshot().readers.is_empty() && desk.snapshot().service.is_none());
}

#[test]
fn a_card_that_gives_no_answer_to_reset_is_said_and_not_talked_to() {
    let (readers, mut desk) = desk(&["A"]);
    readers.insert_odd("A", &[]);
    assert!(desk.refresh());
    assert_eq!(card(&desk, "A"), CardView::Failed(CardError::Channel(ChannelError::Mute)));
    assert_eq!(readers.connections(), 0);
}

#[test]
fn cards_of_either_kind_are_read_in_any_reader() {
    let (readers, mut desk) = desk(&["A", "B"]);
    readers.insert("A", "vitale-durand");
    readers.insert("B", "cps-gris");
    desk.refresh();
    let snapshot = desk.snapshot();
    assert_eq!(snapshot.cps().map(|(reader, _)| reader), Some("B"));
    assert_eq!(snapshot.vitale().map(|(reader, _)| reader), Some("A"));
}

#[test]
fn of_two_cps_the_one_whose_code_was_given_counts_then_the_one_that_was_there_first() {
    let (readers, mut desk) = desk(&["A", "B"]);
    let counts = |desk: &CardDesk| desk.snapshot().cps().map(|(reader, _)| reader.to_owned());
    readers.insert("B", "cps-gris");
    desk.refresh();
    // A reader that the system names first does not change who is at the desk.
    readers.insert("A", "cps-blanc");
    desk.refresh();
    assert_eq!(counts(&desk), Some("B".to_owned()));
    assert_eq!(desk.snapshot().professionals().len(), 2);
    desk.verify_pin("A", &digits("1234")).expect("right");
    assert_eq!(counts(&desk), Some("A".to_owned()));
    readers.pull("A");
    desk.refresh();
    assert_eq!(counts(&desk), Some("B".to_owned()));
    readers.insert("A", "vitale-martin");
    desk.refresh();
    readers.pull("B");
    readers.insert("B", "vitale-durand");
    desk.refresh();
    assert_eq!(desk.snapshot().vitale().map(|(reader, _)| reader.to_owned()), Some("A".to_owned()));
}

#[test]
fn a_card_that_another_program_holds_is_said_and_read_when_it_lets_go() {
    let (readers, mut desk) = desk(&["A", "B"]);
    readers.insert("A", "cps-gris");
    readers.hold("A", true);
    assert!(desk.refresh());
    assert_eq!(card(&desk, "A"), CardView::Failed(BUSY));
    let sentence = BUSY.report();
    assert_eq!(sentence.code, "cards.carte_occupee");
    assert!(sentence.message.starts_with("Un autre programme"), "{}", sentence.message);
    assert!(!desk.refresh(), "told once, as long as nothing changes");
    // The other reader works meanwhile.
    readers.insert("B", "vitale-durand");
    desk.refresh();
    assert!(desk.snapshot().vitale().is_some());
    readers.hold("A", false);
    assert!(desk.refresh());
    assert!(desk.snapshot().cps().is_some());
}

#[test]
fn the_lane_tries_a_held_card_again_by_itself() {
    let readers = Readers::named(&["A"]);
    readers.insert("A", "cps-gris");
    readers.hold("A", true);
    let watched = readers.clone();
    let lane = Lane::start("cards", move || Ok::<_, ()>(CardDesk::new(Box::new(watched)))).expect("a lane");
    let (said, heard) = mpsc::channel();
    let told =
        lane.handle().post(move |desk| desk.subscribe(Box::new(move |snapshot| drop(said.send(snapshot.clone())))));
    told.expect("alive");
    let first = heard.recv_timeout(Duration::from_secs(30)).expect("the present state");
    assert_eq!(first.readers[0].card, CardView::Failed(BUSY));
    readers.hold("A", false);
    let then = heard.recv_timeout(Duration::from_secs(30)).expect("a change is told, that nobody announced");
    assert!(then.cps().is_some());
}

#[test]
fn a_card_held_while_it_should_sign_stays_verified() {
    let (readers, mut desk) = desk(&["A"]);
    readers.insert("A", "cps-gris");
    desk.refresh();
    desk.verify_pin("A", &digits("1234")).expect("right");
    readers.hold("A", true);
    assert_eq!(desk.sign_with_cps(GRIS, &HASH), Err(BUSY));
    assert!(desk.snapshot().cps().expect("a CPS").1.situations.is_some(), "nobody is asked for a code");
    readers.hold("A", false);
    assert_eq!(desk.sign_with_cps(GRIS, &HASH).expect("a signature").len(), 256);
}

#[test]
fn everything_a_card_hears_is_inside_a_transaction_that_ends() {
    let (readers, mut desk) = desk_with_phones(&["A", "B", "C"]);
    readers.insert("A", "cps-gris");
    readers.insert("B", "vitale-durand");
    readers.lay("C", "vitale-martin", instant(LAID));
    desk.refresh();
    assert_eq!(desk.snapshot().patients().len(), 2, "the telephone was read, too");
    assert!(desk.verify_pin("A", &digits("0000")).is_err());
    desk.verify_pin("A", &digits("1234")).expect("right");
    desk.change_pin("A", &digits("1234"), &digits("5678"), LastTry::Spare).expect("changed");
    desk.unblock_pin("A", &digits(PUK), &digits("1234"), LastTry::Spare).expect("unblocked");
    desk.sign_with_cps(GRIS, &HASH).expect("a signature");
    let certificate = desk.snapshot().vitale().and_then(|(_, vitale)| vitale.read.certificate.clone());
    desk.sign_with_vitale(&certificate.expect("a certificate"), &HASH).expect("a signature");
    readers.next_command_ends(ChannelError::Mute);
    assert!(desk.sign_with_cps(GRIS, &HASH).is_err());
    assert_eq!(readers.jobs(), (0, 0));
}

#[test]
fn a_telephone_that_another_program_resets_is_read_once_more() {
    let (readers, mut desk) = desk_with_phones(&["Mobile"]);
    readers.lay("Mobile", "vitale-durand", instant(LAID));
    readers.next_command_ends(ChannelError::Reset);
    assert!(desk.refresh());
    assert!(matches!(card(&desk, "Mobile"), CardView::Vitale(vitale) if vitale.apcv.is_some()));
}

#[test]
fn a_telephone_of_the_family_stands_in_no_ones_way() {
    let (readers, mut desk) = desk_with_phones(&["Mobile", "Vitale"]);
    readers.lay("Mobile", "vitale-durand", instant(LAID));
    readers.insert("Vitale", "vitale-durand");
    desk.refresh();
    let certificate = |desk: &CardDesk, reader: &str| match card(desk, reader) {
        CardView::Vitale(vitale) => vitale.read.certificate.clone().expect("a certificate"),
        other => panic!("{other:?}"),
    };
    let shown = certificate(&desk, "Vitale");
    assert_eq!(certificate(&desk, "Mobile"), shown, "both show the same");
    assert_eq!(desk.sign_with_vitale(&shown, &HASH).expect("the card signs").len(), 256);
    // The card goes: it is gone, and no other patient's is there.
    readers.pull("Vitale");
    desk.refresh();
    assert_eq!(desk.sign_with_vitale(&shown, &HASH), Err(CardError::Channel(ChannelError::Removed)));
}

#[test]
fn a_card_that_does_not_answer_is_not_asked_again_until_it_is_put_in_anew() {
    let mute = CardError::Channel(ChannelError::Mute);
    let (readers, mut desk) = desk(&["A"]);
    readers.insert("A", "cps-gris");
    desk.refresh();
    desk.verify_pin("A", &digits("1234")).expect("right");
    let before = readers.connections();
    readers.next_command_ends(ChannelError::Mute);
    assert_eq!(desk.sign_with_cps(GRIS, &HASH), Err(mute));
    assert_eq!(card(&desk, "A"), CardView::Failed(mute));
    assert_eq!(desk.verify_pin("A", &digits("1234")), Err(mute));
    assert!(!desk.refresh());
    assert_eq!(readers.connections(), before);
    readers.insert("A", "cps-gris");
    desk.refresh();
    desk.verify_pin("A", &digits("1234")).expect("right");
    assert_eq!(desk.sign_with_cps(GRIS, &HASH).expect("a signature").len(), 256);
}

#[test]
fn the_second_insertion_of_a_cps_costs_thirteen_commands_with_its_code() {
    let (readers, mut desk) = desk(&["A"]);
    let mut costs = Vec::new();
    for _ in 0..3 {
        readers.insert("A", "cps-gris");
        desk.refresh();
        let shown = desk.snapshot().cps().expect("a CPS").1.cost.apdus;
        desk.verify_pin("A", &digits("1234")).expect("right");
        let snapshot = desk.snapshot();
        let (_, cps) = snapshot.cps().expect("a CPS");
        assert_eq!((cps.tries_left, cps.situations.as_ref().map(Vec::len)), (3, Some(1)));
        costs.push((shown, cps.cost.apdus));
    }
    // Certificates of the world are longer than those of `cardsim`: see `insertions` there for each command.
    let (_, first) = costs[0];
    assert!(first < 41, "`pkcs15-tool --dump` needs 41 for less: {costs:?}");
    assert_eq!(costs[1..], [(7, 13), (7, 13)]);
}

#[test]
fn a_reset_before_the_code_costs_nothing_and_asks_nothing_twice() {
    let (readers, mut desk) = desk(&["A"]);
    readers.insert("A", "cps-gris");
    desk.refresh();
    readers.next_command_ends(ChannelError::Reset);
    desk.verify_pin("A", &digits("1234")).expect("opened again before the code was sent");
    // Rights and situations that were read are not asked for again, whatever happens to the card.
    readers.reset("A");
    assert!(desk.snapshot().cps().expect("a CPS").1.situations.is_some());
    assert!(!desk.refresh());
}

#[test]
fn a_code_typed_for_one_card_is_shown_to_no_other_in_the_same_reader() {
    let (readers, mut desk) = desk(&["A"]);
    readers.insert("A", "cps-gris");
    desk.refresh();
    let typed_for = desk.snapshot().cps().expect("a CPS").1.identity.serial.clone();
    assert_eq!(desk.holds("A", &typed_for), Ok(()));
    readers.insert("A", "cps-blanc");
    desk.refresh();
    assert_eq!(desk.holds("A", &typed_for), Err(CardError::OtherHolder));
    assert_eq!(desk.holds("B", &typed_for), Err(CardError::OtherHolder));
}

#[test]
fn the_pin_is_changed_and_who_is_at_the_desk_stays_there() {
    let (readers, mut desk) = desk(&["A"]);
    readers.insert("A", "cps-gris");
    desk.refresh();
    for (old, new, refused) in
        [("", "5678", CardError::EmptyPin), ("1234", "567", CardError::PinLength), ("1234", "", CardError::EmptyPin)]
    {
        assert_eq!(desk.change_pin("A", &digits(old), &digits(new), LastTry::Spare), Err(refused));
    }
    desk.verify_pin("A", &digits("1234")).expect("right");
    desk.change_pin("A", &digits("1234"), &digits("80471936"), LastTry::Spare).expect("changed");
    assert!(desk.snapshot().cps().expect("a CPS").1.situations.is_some());
    assert_eq!(desk.sign_with_cps(GRIS, &HASH).expect("a signature").len(), 256);
    // A wrong old code costs a try, and the card asks for its code again.
    let wrong = desk.change_pin("A", &digits("1234"), &digits("5678"), LastTry::Spare);
    assert_eq!(wrong, Err(CardError::WrongPin { tries_left: 2 }));
    assert_eq!(tries(&desk), 2);
    assert!(desk.snapshot().cps().expect("a CPS").1.situations.is_none());
    assert_eq!(desk.verify_pin("A", &digits("1234")), Err(CardError::WrongPin { tries_left: 1 }));
    let last = desk.change_pin("A", &digits("80471936"), &digits("1234"), LastTry::Spare);
    assert_eq!(last, Err(CardError::LastTry));
    desk.change_pin("A", &digits("80471936"), &digits("1234"), LastTry::Spend).expect("changed");
    assert_eq!(tries(&desk), 3);
}

#[test]
fn a_blocked_pin_is_unblocked_and_the_last_try_of_that_code_is_spared_too() {
    let (readers, mut desk) = desk(&["A"]);
    readers.insert("A", "cps-gris");
    desk.refresh();
    for _ in 0..3 {
        assert!(desk.verify_pin_with("A", &digits("0000"), LastTry::Spend).is_err());
    }
    assert_eq!(tries(&desk), 0);
    let PukState { tries_left, uses_left } = desk.unblocking_state("A").expect("asked");
    assert_eq!((tries_left, uses_left), (10, Some(100)));
    assert_eq!(desk.unblock_pin("A", &digits("1234"), &digits("5678"), LastTry::Spare), Err(CardError::PukLength));
    for left in (1..10).rev() {
        let wrong = desk.unblock_pin("A", &digits("00000000"), &digits("5678"), LastTry::Spare);
        assert_eq!(wrong, Err(CardError::WrongPuk { tries_left: left }));
    }
    assert_eq!(desk.unblock_pin("A", &digits(PUK), &digits("5678"), LastTry::Spare), Err(CardError::LastPukTry));
    assert_eq!(desk.unblocking_state("A").expect("asked").tries_left, 1, "nothing was sent");
    desk.unblock_pin("A", &digits(PUK), &digits("5678"), LastTry::Spend).expect("unblocked");
    assert_eq!(tries(&desk), 3);
    assert!(desk.snapshot().cps().expect("a CPS").1.situations.is_some(), "the new code is given already");
    assert_eq!(desk.sign_with_cps(GRIS, &HASH).expect("a signature").len(), 256);
}

#[test]
fn a_pulled_card_is_one_sentence_whichever_code_says_so() {
    let sentences = [0x8010_0016, 0x8010_0069, 0x8010_000C].map(|code| {
        let (readers, mut desk) = desk(&["A"]);
        readers.insert("A", "cps-gris");
        desk.refresh();
        readers.next_command_ends(ChannelError::from_pcsc(code));
        desk.verify_pin("A", &digits("1234")).expect_err("pulled").report().message
    });
    assert!(sentences.iter().all(|sentence| *sentence == sentences[0]), "{sentences:?}");
}
