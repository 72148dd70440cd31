//! The same card put in twice: what the second reading costs, and what makes a card an unknown one again.
//! Counts are written by hand, command by command, from what a T=0 card answers.

use std::sync::{Arc, Mutex};

use liasse_cards::cps::{Cache, Cps, Generation, Locked, Situations};
use liasse_cards::{CardChannel, CardError, ChannelError, Protocol};
use liasse_cardsim::{CardImage, Content, CpsImage, SimCard, SimChannel};
use liasse_domain::{CardKind, CardType, Private};

use crate::deck::{self, STYLES, insert, pin};

/// What `pkcs15-tool --dump` sends to the same card, and reads less.
const PKCS15_TOOL: u32 = 47;

fn fourth(cps: CpsImage) -> CardImage {
    CardImage { serial: "00000104".to_owned(), purpose: "tests".to_owned(), content: Content::Cps4(Box::new(cps)) }
}

fn open(image: CardImage, cache: &mut Cache) -> Cps<Locked> {
    Cps::open_with(insert(image, true, None), cache).expect("a CPS")
}

/// As the desk does it: identity, both certificates and the PIN's state, which are shown; then the PIN's state anew, the PIN,
/// the situations. How many APDUs were heard when they were shown, and at the end.
fn whole(image: CardImage, cache: &mut Cache) -> (u32, u32) {
    let mut cps = open(image, cache);
    assert_eq!(cps.identity().signature_certificate, deck::certificate(0x51, 1300));
    assert_eq!(cps.identity().authentication_certificate, deck::certificate(0xA2, 231));
    let counted = cps.tries_at_opening();
    assert_eq!(counted.map_or_else(|| cps.tries_left(), Ok), Ok(3));
    cache.learn(&cps);
    let shown = cps.apdus();
    assert_eq!(cps.tries_left(), Ok(3));
    let mut cps = cps.verify(&pin("1234")).expect("PIN");
    assert_eq!(cps.most_tries(), 3, "known without asking");
    assert_eq!(cps.situations(), Ok(Situations::Readable(deck::cps_image().situations)));
    cache.learn(&cps);
    (shown, cps.apdus())
}

#[test]
fn a_card_put_in_again_is_known_after_seven_commands_and_whole_after_thirteen() {
    let mut cache = Cache::new();
    // Number 1, ODF 3, CDF 3, certificates 1 + 6 and 1 + 2, TokenInfo 3, holder 3, master file and PIN state 1 + 2; then master
    // file and PIN state 1 + 1, PIN 1, volet 2 + 1, block 1.
    assert_eq!(whole(deck::cps_card_image(), &mut cache), (26, 33));
    // Number 1, PIN state in the same place 1, first block of a certificate 2, TokenInfo beside it 1, the other certificate 2;
    // then master file and PIN state 1 + 1, PIN 1, volet 2, block 1.
    let (shown, all) = whole(deck::cps_card_image(), &mut cache);
    assert_eq!((shown, all), (7, 13));
    assert!(shown * 3 <= 26, "what is shown costs a third of what it cost");
    assert!(all * 3 <= PKCS15_TOOL, "the whole of it costs a third of pkcs15-tool");
    assert_eq!(cache.len(), 1);
}

#[test]
fn a_cps4_is_known_again_too() {
    let mut cache = Cache::new();
    // As a CPS3, but for its channel (1), its first PIN state (1 less) and its volet, entered by name (2 more).
    assert_eq!(whole(fourth(deck::cps_image()), &mut cache), (26, 35));
    let (shown, all) = whole(fourth(deck::cps_image()), &mut cache);
    assert_eq!((shown, all), (8, 16));
    assert!(shown * 3 <= 26);
}

#[test]
fn what_was_learnt_of_a_card_changes_nothing_of_what_it_says() {
    let mut cache = Cache::new();
    whole(deck::cps_card_image(), &mut cache);
    // More situations than it had, and fewer: more commands, and all that there is.
    for count in [16_u8, 1, 3] {
        let mut image = deck::cps_image();
        image.situations = (1..=count).map(|number| deck::situation(number, "UN CABINET")).collect();
        let cps = open(deck::card_of(image.clone()), &mut cache);
        assert_eq!(cps.tries_at_opening(), Some(3), "it was known");
        let mut cps = cps.verify(&pin("1234")).expect("PIN");
        assert_eq!(cps.situations(), Ok(Situations::Readable(image.situations)), "{count} situations");
        cache.learn(&cps);
    }
    // Tries that were used up elsewhere are seen on the way, and a blocked PIN.
    let card = Arc::new(Mutex::new(SimCard::new(deck::cps_card_image(), liasse_cardsim::Knobs::default())));
    for left in [2, 1, 0] {
        let elsewhere = Cps::open(Box::new(SimChannel::shared(card.clone()))).expect("a CPS");
        drop(elsewhere.verify(&pin("0000")).expect_err("wrong"));
        let mut cps = Cps::open_with(Box::new(SimChannel::shared(card.clone())), &mut cache).expect("a CPS");
        assert_eq!((cps.tries_at_opening(), cps.tries_left()), (Some(left), Ok(left)));
    }
}

/// Another program that has selected something else meanwhile: the code goes to the master file all the same.
#[test]
fn a_code_is_sent_where_its_counter_was_read() {
    let mut cache = Cache::new();
    whole(deck::cps_card_image(), &mut cache);
    let card = Arc::new(Mutex::new(SimCard::new(deck::cps_card_image(), liasse_cardsim::Knobs::default())));
    let heard = Arc::new(Mutex::new(Vec::new()));
    let listened = Heard(Box::new(SimChannel::shared(card.clone())), heard.clone());
    let mut other = SimChannel::shared(card);
    let mut cps = Cps::open_with(Box::new(listened), &mut cache).expect("a CPS");
    assert_eq!(cps.tries_left(), Ok(3));
    assert_eq!(other.transmit(b"\x00\xA4\x09\x0C\x04\x3F\x00\x00\x02"), Ok(vec![0x90, 0x00]));
    heard.lock().expect("lock").clear();
    assert_eq!(cps.tries_left(), Ok(3));
    cps.verify(&pin("1234")).expect("PIN");
    let said = heard.lock().expect("lock").clone();
    let heads: Vec<_> = said.iter().map(|apdu| (apdu[1], apdu.len())).collect();
    assert_eq!(heads, [(0xA4, 7), (0x20, 5), (0x20, 9)], "selected, counted, given");
}

/// Keeps what is sent.
struct Heard(Box<dyn CardChannel>, Arc<Mutex<Vec<Vec<u8>>>>);

impl CardChannel for Heard {
    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        self.1.lock().expect("lock").push(apdu.to_vec());
        self.0.transmit(apdu)
    }

    fn protocol(&self) -> Protocol {
        self.0.protocol()
    }
}

#[test]
fn what_is_kept_is_the_same_in_both_styles() {
    for t0 in STYLES {
        let mut cache = Cache::new();
        let first = Cps::open_with(insert(deck::cps_card_image(), t0, None), &mut cache).expect("a CPS");
        let again = Cps::open_with(insert(deck::cps_card_image(), t0, None), &mut cache).expect("a CPS");
        assert!(again.apdus() * 3 <= first.apdus(), "{} after {}", again.apdus(), first.apdus());
        assert_eq!((first.identity(), first.token()), (again.identity(), again.token()));
        assert_eq!(again.token().label, "CPS3v3-0000000101");
        assert_eq!(again.token().last_update.as_deref(), Some("20100316110000Z"));
    }
}

/// A card whose issuer has changed it since: its TokenInfo bears another date.
struct Updated(Box<dyn CardChannel>);

impl CardChannel for Updated {
    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let mut response = self.0.transmit(apdu)?;
        if let Some(at) = response.windows(8).position(|window| window == b"20100316") {
            response[at..at + 8].copy_from_slice(b"20260105");
        }
        Ok(response)
    }

    fn protocol(&self) -> Protocol {
        self.0.protocol()
    }
}

#[test]
fn a_card_that_was_updated_or_has_another_certificate_is_read_whole() {
    let mut cache = Cache::new();
    let whole = open(deck::cps_card_image(), &mut cache).apdus();
    let updated = Updated(insert(deck::cps_card_image(), true, None));
    let cps = Cps::open_with(Box::new(updated), &mut cache).expect("a CPS");
    assert!(cps.apdus() >= whole, "{} APDUs", cps.apdus());
    assert_eq!(cps.token().last_update.as_deref(), Some("20260105110000Z"));

    // The same number, another certificate, and another holder with it.
    for signature in [true, false] {
        let mut cache = Cache::new();
        open(deck::cps_card_image(), &mut cache);
        let mut image = deck::cps_image();
        image.holder.family_name = Private::from("BLANC");
        if signature {
            image.signature_certificate = deck::certificate(0x52, 1300);
        } else {
            image.authentication_certificate = deck::certificate(0xA3, 231);
        }
        let cps = open(deck::card_of(image.clone()), &mut cache);
        assert!(cps.apdus() >= whole);
        assert_eq!(cps.identity().holder.family_name.reveal(), "BLANC");
        assert_eq!(cps.identity().signature_certificate, image.signature_certificate);
        assert_eq!(cps.identity().authentication_certificate, image.authentication_certificate);
        assert_eq!(cache.len(), 1, "the card as it is takes the place of the card as it was");
        assert!(open(deck::card_of(image), &mut cache).apdus() < whole / 3);
    }
}

#[test]
fn another_generation_with_that_number_is_another_card() {
    let mut cache = Cache::new();
    open(deck::cps_card_image(), &mut cache);
    let mut same_number = fourth(deck::cps_image());
    same_number.serial = deck::cps_card_image().serial;
    let cps = open(same_number, &mut cache);
    assert_eq!((cps.identity().kind, cps.generation()), (CardKind::Cps4, Generation::Fourth));
    assert_eq!((cps.token().label.as_str(), cache.len()), ("CPS4v1-0000000101", 2));
    cache.clear();
    assert!(cache.is_empty());
}

#[test]
fn a_certificate_that_is_cut_short_is_damage_and_nothing_is_kept() {
    for length in [0, 1, 3, 4, 230, 231, 900, 1303] {
        let mut image = deck::cps_image();
        image.signature_certificate.truncate(length);
        let mut cache = Cache::new();
        let error = Cps::open_with(insert(deck::card_of(image), true, None), &mut cache).expect_err("damage");
        assert_eq!(error, CardError::Damaged { what: "X.509" }, "{length} bytes");
        assert!(cache.is_empty());
    }
}

#[test]
fn tries_and_situations_are_read_every_time() {
    let card = Arc::new(Mutex::new(SimCard::new(deck::cps_card_image(), liasse_cardsim::Knobs::default())));
    let mut cache = Cache::new();
    let mut put_in = || Cps::open_with(Box::new(SimChannel::shared(card.clone())), &mut cache).expect("a CPS");
    let (_, error) = put_in().verify(&pin("0000")).expect_err("wrong");
    assert_eq!(error, CardError::WrongPin { tries_left: 2 });
    let mut again = put_in();
    assert_eq!(again.tries_left(), Ok(2));
    assert!(again.apdus() < 12, "it was known: {} APDUs", again.apdus());
    assert_eq!(again.tries_at_opening(), None, "nothing was learnt of it");
    let mut image = deck::cps_image();
    image.situations.pop();
    let mut cps = open(deck::card_of(image), &mut cache).verify(&pin("1234")).expect("PIN");
    assert!(matches!(cps.situations(), Ok(Situations::Readable(all)) if all.len() == 1));
}

#[test]
fn a_cps4_is_read_and_signed_with_on_channel_one() {
    for t0 in STYLES {
        let cps = Cps::open(insert(fourth(deck::cps_image()), t0, None)).expect("a CPS4");
        assert_eq!((cps.identity().kind, cps.identity().serial.as_str()), (CardKind::Cps4, "00000104"));
        assert_eq!(cps.identity().holder, deck::cps_image().holder);
        let mut cps = cps.verify(&pin("1234")).expect("PIN");
        assert_eq!(cps.situations(), Ok(Situations::Readable(deck::cps_image().situations)));
        let signature = cps.sign(&[7; 32]).expect("signature");
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &[7; 32], &signature));
        let names: Vec<_> = cps.activities().expect("activities").into_iter().map(|a| (a.number, a.name)).collect();
        let expected = [(1, "CABINET GRIS".to_owned()), (3, "CENTRE DE SANTÉ DE L'ÉTÉ".to_owned())];
        assert_eq!(names, expected, "with the hole that the card has");
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &[8; 32], &cps.sign(&[8; 32]).expect("signature")));
    }
}

#[test]
fn a_cps4_answers_on_its_channel_alone_and_does_not_authenticate() {
    let mut card = insert(fourth(deck::cps_image()), true, None);
    let mut send = |apdu: &[u8]| card.transmit(apdu).expect("an answer");
    let wrong_channel = [0x68, 0x81];
    assert_eq!(send(b"\x00\xA4\x09\x0C\x02\x3F\x00"), wrong_channel);
    assert_eq!(send(b"\x00\x20\x00\x01"), wrong_channel);
    assert_eq!(send(b"\x01\x20\x00\x01"), [0x69, 0x85], "nothing is selected there yet");
    assert_eq!(send(b"\x01\xA4\x04\x0C\x08\x80\x25\x00\x00\x01\xFF\x01\x00"), [0x90, 0x00]);
    assert_eq!(send(b"\x01\x20\x00\x01"), [0x63, 0xC3]);
    assert_eq!(send(b"\x01\x20\x00\x01\x041234"), [0x90, 0x00]);
    assert_eq!(send(b"\x01\xA4\x09\x0C\x04\x3F\x00\x00\x01"), [0x90, 0x00]);
    assert_eq!(send(b"\x01\x22\x81\xB6\x04\x91\x02\x0A\x90"), [0x6A, 0x80], "SHA-1");
    assert_eq!(send(b"\x01\x22\x41\xB6\x06\x80\x01\x42\x84\x01\x81"), [0x6A, 0x86], "the words of a CPS3");
    assert_eq!(send(&[&b"\x01\x88\x00\x00\x20"[..], &[1; 32]].concat()), [0x6D, 0x00]);
    assert_eq!(send(b"\xA0\xA4\x00\x00\x02\x3F\x00"), [0x6E, 0x00], "the volet is not selected");
}

/// Another program on the same card, between two of our commands.
#[test]
fn a_card_that_another_program_led_elsewhere_is_found_again_for_a_signature() {
    let cps3 = (deck::cps_card_image(), &b"\x00\xA4\x09\x0C\x02\x3F\x00"[..]);
    let cps4 = (fourth(deck::cps_image()), &b"\x01\xA4\x04\x0C\x07\xA0\x00\x00\x01\x51\x00\x00"[..]);
    for (image, elsewhere) in [cps3, cps4] {
        let card = Arc::new(Mutex::new(SimCard::new(image, liasse_cardsim::Knobs::default())));
        let mut other = SimChannel::shared(card.clone());
        let cps = Cps::open(Box::new(SimChannel::shared(card))).expect("a CPS");
        let mut cps = cps.verify(&pin("1234")).expect("PIN");
        cps.sign(&[1; 32]).expect("the contact application is current now");
        assert_eq!(other.transmit(elsewhere), Ok(vec![0x90, 0x00]));
        let signature = cps.sign(&[2; 32]).expect("found again");
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &[2; 32], &signature));
    }
}

#[test]
fn every_card_of_the_family_says_which_it_is() {
    let kinds = [(CardType::Cps, false), (CardType::Cpf, false), (CardType::Cpe, true), (CardType::Cpa, true)];
    for (card_type, is_staff) in kinds {
        let mut image = deck::cps_image();
        image.holder.card_type = card_type;
        for (image, professional) in [(deck::card_of(image.clone()), CardKind::Cps3), (fourth(image), CardKind::Cps4)] {
            let cps = Cps::open(insert(image, true, None)).expect("a card");
            assert_eq!(cps.identity().holder.card_type, card_type);
            assert_eq!(cps.identity().kind, if is_staff { CardKind::Cpe } else { professional });
        }
    }
}

#[test]
fn sixteen_situations_with_their_rights_to_sign_are_read_on_either_generation() {
    let mut image = deck::cps_image();
    image.situations = (1..=16).map(|number| deck::situation(number, "UN CABINET AU NOM ASSEZ LONG")).collect();
    for situation in &mut image.situations {
        situation.may_sign_fse = situation.number % 2 == 0;
        situation.may_sign_lot = situation.number % 3 == 0;
    }
    for card in [deck::card_of(image.clone()), fourth(image.clone())] {
        let mut cps = Cps::open(insert(card, true, None)).expect("a card").verify(&pin("1234")).expect("PIN");
        assert_eq!(cps.situations(), Ok(Situations::Readable(image.situations.clone())));
        assert_eq!(cps.undecoded_bytes(), None);
        assert_eq!(cps.activities().expect("activities").len(), 16);
    }
}

#[test]
fn what_else_a_card_says_is_read_for_the_diagnostic() {
    let mut cps = Cps::open(insert(deck::cps_card_image(), true, None)).expect("a card");
    let inventory = cps.inventory().expect("an inventory");
    assert_eq!(inventory.aid.as_deref(), Some(&liasse_cards::cps::CPS_AID[..]));
    let labels: Vec<_> = inventory.applications.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["CPX IAS CL", "CPX IAS"], "in the order of real cards");
    assert_eq!(inventory.updated, None);
    let keys: Vec<_> = inventory.keys.iter().map(|key| (key.label.as_str(), key.reference, key.may_sign)).collect();
    assert_eq!(keys, [("CPS_PRIV_AUT", 0x82, false), ("CPS_PRIV_SIG", 0x81, true)]);
    assert_eq!((inventory.certificates.len(), inventory.codes.len(), inventory.data_bytes), (2, 1, Some(64)));
    assert_eq!(cps.tries_left(), Ok(3), "and the card goes on");
}
