//! A CPS from insertion to signature, and its PIN.

use liasse_cards::cps::{Cps, Locked, Situations, Verified};
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardChannel, CardError};
use liasse_cardsim::{Fault, Knobs, SimCard, SimChannel};
use liasse_domain::{CardKind, CardType};
use sha2::{Digest, Sha256};

use crate::deck::{self, STYLES, insert, pin};

const HASH: [u8; 32] = [0x5C; 32];

fn open(t0: bool) -> Cps<Locked> {
    Cps::open(insert(deck::cps_card_image(), t0, None)).expect("a CPS")
}

fn verified(t0: bool) -> Cps<Verified> {
    open(t0).verify(&pin("1234")).expect("the right PIN")
}

#[test]
fn the_card_says_who_it_is() {
    for t0 in STYLES {
        let mut cps = open(t0);
        let identity = cps.identity();
        assert_eq!((identity.serial.as_str(), identity.kind), ("00000101", CardKind::Cps3));
        assert_eq!(identity.holder.family_name.reveal(), "GRIS");
        assert_eq!(identity.holder.given_name.reveal(), "Anne");
        assert_eq!(identity.holder.rpps.as_ref().map(|rpps| rpps.as_str()), Some("99900065279"));
        assert!(identity.holder.test_card);
        assert_eq!(identity.signature_certificate, deck::certificate(0x51, 1300));
        assert_eq!(identity.authentication_certificate, deck::certificate(0xA2, 231));
        assert_eq!(cps.tries_left(), Ok(3));
        let shown = format!("{cps:?}");
        assert!(!shown.contains("GRIS") && !shown.contains("99900065279"), "{shown}");
    }
}

#[test]
fn a_staff_card_is_one() {
    let mut image = deck::cps_image();
    image.holder.card_type = CardType::Cpe;
    image.holder.rpps = None;
    let cps = Cps::open(insert(deck::card_of(image), true, None)).expect("a staff card");
    assert_eq!(cps.identity().kind, CardKind::Cpe);
}

#[test]
fn the_card_signs_what_it_is_given() {
    for t0 in STYLES {
        let mut cps = verified(t0);
        let signature = cps.sign(&HASH).expect("signature");
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &HASH, &signature));
        assert!(!deck::is_signed(deck::SIGNATURE_KEY, &[0x5D; 32], &signature));
        assert!(!deck::is_signed(deck::AUTHENTICATION_KEY, &HASH, &signature));
    }
}

#[test]
fn situations_are_read_and_the_card_still_signs() {
    for t0 in STYLES {
        let mut cps = verified(t0);
        let Ok(Situations::Readable(situations)) = cps.situations() else { panic!("readable situations") };
        let names: Vec<_> = situations.iter().map(|s| (s.number, s.structure_name.as_str())).collect();
        assert_eq!(names, [(1, "CABINET GRIS"), (3, "CENTRE DE SANTÉ DE L'ÉTÉ")]);
        assert_eq!(situations[0].billing_number.as_str(), "991129768");
        assert!(situations[1].may_sign_lot);
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &HASH, &cps.sign(&HASH).expect("signature")));
        assert_eq!(cps.tries_left(), Ok(3));
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &HASH, &cps.sign(&HASH).expect("signature")));
    }
}

#[test]
fn sixteen_situations_fit() {
    let mut image = deck::cps_image();
    image.situations = (1..=16).map(|number| deck::situation(number, "UN CABINET AU NOM ASSEZ LONG")).collect();
    let cps = Cps::open(insert(deck::card_of(image), true, None)).expect("a CPS");
    let mut cps = cps.verify(&pin("1234")).expect("PIN");
    let Ok(Situations::Readable(situations)) = cps.situations() else { panic!("readable situations") };
    assert_eq!(situations.len(), 16);
}

#[test]
fn a_dialogue_stays_short() {
    // What it costs at 20 ms an APDU is what a doctor waits: opening, PIN and situations, one more signature.
    let mut cps = open(true);
    assert!(cps.apdus() <= 40, "{} APDUs to open", cps.apdus());
    cps = cps.verify(&pin("0000")).expect_err("wrong").0;
    let before = cps.apdus();
    let mut cps = cps.verify(&pin("1234")).expect("PIN");
    cps.sign(&HASH).expect("signature");
    assert!(cps.apdus() - before <= 5, "{} APDUs to verify and sign", cps.apdus() - before);
    let before = cps.apdus();
    cps.sign(&HASH).expect("signature");
    assert_eq!(cps.apdus() - before, 3, "MSE, PSO, GET RESPONSE");
}

#[test]
fn wrong_pins_are_counted_and_block() {
    for t0 in STYLES {
        let cps = open(t0);
        let (cps, error) = cps.verify(&pin("0000")).expect_err("wrong");
        assert_eq!(error, CardError::WrongPin { tries_left: 2 });
        let (mut cps, error) = cps.verify(&pin("12345")).expect_err("wrong");
        assert_eq!(error, CardError::WrongPin { tries_left: 1 });
        assert_eq!(cps.tries_left(), Ok(1));
        let (cps, error) = cps.verify(&pin("00000000")).expect_err("wrong");
        assert_eq!(error, CardError::PinBlocked);
        let (mut cps, error) = cps.verify(&pin("1234")).expect_err("the right PIN comes too late");
        assert_eq!(error, CardError::PinBlocked);
        assert_eq!(cps.tries_left(), Ok(0));
    }
}

#[test]
fn the_right_pin_gives_the_tries_back() {
    let (cps, _) = open(true).verify(&pin("0000")).expect_err("wrong");
    let mut cps = cps.verify(&pin("1234")).expect("right");
    assert_eq!(cps.tries_left(), Ok(3));
}

#[test]
fn what_is_no_pin_never_reaches_the_card() {
    let cps = open(true);
    let before = cps.apdus();
    let (cps, error) = cps.verify(&pin("")).expect_err("empty");
    assert_eq!(error, CardError::EmptyPin);
    let (mut cps, error) = cps.verify(&pin("123")).expect_err("short");
    assert_eq!(error, CardError::PinLength);
    assert_eq!(cps.apdus(), before);
    assert_eq!(cps.tries_left(), Ok(3));
}

#[test]
fn an_empty_pin_is_refused_even_when_another_program_is_verified() {
    // CVE-2023-40660: the card itself would say 9000 to an empty VERIFY here.
    let channel = SimChannel::new(SimCard::new(deck::cps_card_image(), Knobs::default()));
    let other = Cps::open(Box::new(channel.clone())).expect("a CPS").verify(&pin("1234")).expect("PIN");
    let (_, error) = Cps::open(Box::new(channel)).expect("a CPS").verify(&pin("")).expect_err("empty");
    assert_eq!(error, CardError::EmptyPin);
    drop(other);
}

#[test]
fn a_blocked_card_says_so_before_a_pin_is_typed() {
    let mut cps = Cps::open(insert(deck::cps_card_image(), true, Some(Fault::Blocked))).expect("a CPS");
    assert_eq!(cps.tries_left(), Ok(0));
    assert_eq!(cps.verify(&pin("1234")).expect_err("blocked").1, CardError::PinBlocked);
}

#[test]
fn a_card_that_lost_its_pin_asks_for_it() {
    let card = std::sync::Arc::new(std::sync::Mutex::new(SimCard::new(deck::cps_card_image(), Knobs::default())));
    let channel = SimChannel::shared(card.clone());
    let mut cps = Cps::open(Box::new(channel)).expect("a CPS").verify(&pin("1234")).expect("PIN");
    card.lock().expect("card").power_on();
    assert_eq!(cps.sign(&HASH), Err(CardError::PinRequired));
    assert_eq!(cps.situations(), Err(CardError::PinRequired));
}

#[test]
fn a_cps_is_no_vitale() {
    let error = Vitale::open(insert(deck::cps_card_image(), true, None)).expect_err("no Vitale");
    assert_eq!(error, CardError::NotThatCard { kind: CardKind::Cps3 });
}

/// Sends one command in the direct style and gives status word and data.
fn raw(channel: &mut dyn CardChannel, bytes: &[u8]) -> (u16, Vec<u8>) {
    let mut response = channel.transmit(bytes).expect("response");
    let low = response.pop().expect("SW2");
    let high = response.pop().expect("SW1");
    (u16::from_be_bytes([high, low]), response)
}

const SELECT_IAS: [u8; 9] = [0x00, 0xA4, 0x09, 0x0C, 0x04, 0x3F, 0x00, 0x00, 0x01];
const VERIFY_1234: [u8; 9] = [0x00, 0x20, 0x00, 0x01, 0x04, b'1', b'2', b'3', b'4'];

#[test]
fn changing_and_unblocking_as_the_ans_library_does() {
    let mut card = insert(deck::cps_card_image(), false, None);
    let send = |card: &mut dyn CardChannel, head: [u8; 4], body: &[u8]| {
        raw(card, &[&head[..], &[u8::try_from(body.len()).expect("short")], body].concat()).0
    };
    assert_eq!(send(&mut *card, [0, 0x24, 0, 1], b"12349999"), 0x9000);
    assert_eq!(send(&mut *card, [0, 0x20, 0, 1], b"1234"), 0x63C2);
    assert_eq!(send(&mut *card, [0, 0x2C, 2, 1], b"5555"), 0x6982, "the unblocking code was not verified");
    assert_eq!(send(&mut *card, [0, 0x20, 0, 2], b"11111111"), 0x63C9);
    assert_eq!(send(&mut *card, [0, 0x20, 0, 2], b"87654321"), 0x9000);
    assert_eq!(send(&mut *card, [0, 0x2C, 2, 1], b"5555"), 0x9000);
    assert_eq!(send(&mut *card, [0, 0x20, 0, 1], b"5555"), 0x9000);
}

#[test]
fn the_long_form_signs_the_same_hash() {
    let mut card = insert(deck::cps_card_image(), false, None);
    let message = b"une feuille de soins";
    let block = [&[0x90, 0x00, 0x80, message.len() as u8][..], message].concat();
    let hash = [&[0x00, 0x2A, 0x90, 0xA0, block.len() as u8][..], &block].concat();
    for command in [
        &SELECT_IAS[..],
        &VERIFY_1234,
        &[0x00, 0x22, 0x41, 0xAA, 0x03, 0x80, 0x01, 0x40],
        &hash,
        &[0x00, 0x22, 0x41, 0xB6, 0x06, 0x80, 0x01, 0x42, 0x84, 0x01, 0x81],
    ] {
        assert_eq!(raw(&mut *card, command).0, 0x9000, "{command:02X?}");
    }
    let (sw, signature) = raw(&mut *card, &[0x00, 0x2A, 0x9E, 0x9A, 0x00]);
    assert_eq!(sw, 0x9000);
    assert!(deck::is_signed(deck::SIGNATURE_KEY, &Sha256::digest(message).into(), &signature));
}

#[test]
fn the_authentication_key_authenticates_and_does_not_sign_claims() {
    let mut card = insert(deck::cps_card_image(), false, None);
    let info = [
        0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
        0x20,
    ];
    let authenticate = [&[0x00, 0x88, 0x00, 0x00, 51][..], &info, &HASH, &[0x00]].concat();
    let environment = [0x00, 0x22, 0x41, 0xA4, 0x06, 0x84, 0x01, 0x82, 0x80, 0x01, 0x02];
    raw(&mut *card, &SELECT_IAS);
    assert_eq!(raw(&mut *card, &environment).0, 0x9000);
    assert_eq!(raw(&mut *card, &authenticate).0, 0x6982, "without PIN");
    raw(&mut *card, &VERIFY_1234);
    let (sw, answer) = raw(&mut *card, &authenticate);
    assert_eq!(sw, 0x9000);
    assert!(deck::is_signed(deck::AUTHENTICATION_KEY, &HASH, &answer));
    raw(&mut *card, &[0x00, 0x22, 0x41, 0xB6, 0x06, 0x80, 0x01, 0x42, 0x84, 0x01, 0x82]);
    let sign = [&[0x00, 0x2A, 0x9E, 0x9A, 0x20][..], &HASH, &[0x00]].concat();
    assert_eq!(raw(&mut *card, &sign).0, 0x6A88);
}
