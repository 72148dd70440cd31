//! The codes of a card through its reader: changing, unblocking, what is wrong and what is blocked, on both generations.
//! Nothing that no card takes is sent; a secret never stands in what is printed.

use std::sync::{Arc, Mutex};

use liasse_cards::cps::{Cps, Locked, PukState};
use liasse_cards::{CardChannel, CardError, ChannelError, Protocol};
use liasse_cardsim::{CardImage, Content, Fault, Knobs, SimCard, SimChannel};

use crate::deck::{self, STYLES, insert, pin};

const PUK: &str = "87654321";

/// The same card in both generations.
fn generations() -> [CardImage; 2] {
    let fourth = Content::Cps4(Box::new(deck::cps_image()));
    [deck::cps_card_image(), CardImage { content: fourth, ..deck::cps_card_image() }]
}

fn open(image: CardImage) -> Cps<Locked> {
    Cps::open(insert(image, true, None)).expect("a CPS")
}

#[test]
fn a_pin_is_changed_and_the_new_one_is_asked_for() {
    for image in generations() {
        let (cps, changed) = open(image).change_pin(&pin("1234"), &pin("98765"));
        assert_eq!(changed, Ok(()));
        let (cps, error) = cps.verify(&pin("1234")).expect_err("the old one");
        assert_eq!(error, CardError::WrongPin { tries_left: 2 });
        let mut cps = cps.verify(&pin("98765")).expect("the new one");
        cps.sign(&[1; 32]).expect("signature");
        // From a verified card it comes back locked: what it signs next, it signs under the new code.
        let (cps, changed) = cps.change_pin(&pin("98765"), &pin("1111"));
        assert_eq!(changed, Ok(()));
        assert!(cps.verify(&pin("1111")).is_ok());
    }
}

#[test]
fn a_wrong_old_pin_costs_a_try_and_three_block() {
    for image in generations() {
        let mut cps = open(image);
        for expected in [
            CardError::WrongPin { tries_left: 2 },
            CardError::WrongPin { tries_left: 1 },
            CardError::PinBlocked,
            CardError::PinBlocked,
        ] {
            let (back, changed) = cps.change_pin(&pin("0000"), &pin("4321"));
            assert_eq!(changed, Err(expected));
            cps = back;
        }
        assert_eq!(cps.tries_left(), Ok(0));
    }
}

#[test]
fn a_blocked_card_is_unblocked_by_its_own_code_alone() {
    for image in generations() {
        let mut cps = Cps::open(insert(image, true, Some(Fault::Blocked))).expect("a CPS");
        assert_eq!(cps.tries_left(), Ok(0));
        let uses = cps.puk_state().expect("counters").uses_left;
        assert_eq!(cps.puk_state(), Ok(PukState { tries_left: 10, uses_left: uses }));
        let (cps, unblocked) = cps.unblock(&pin("11111111"), &pin("5555"));
        assert_eq!(unblocked, Err(CardError::WrongPuk { tries_left: 9 }));
        let (mut cps, unblocked) = cps.unblock(&pin(PUK), &pin("5555"));
        assert_eq!(unblocked, Ok(()));
        assert_eq!(cps.tries_left(), Ok(3));
        let after = cps.puk_state().expect("counters");
        assert_eq!((after.tries_left, after.uses_left), (10, uses.map(|uses| uses - 1)));
        let (cps, error) = cps.verify(&pin("1234")).expect_err("the old PIN");
        assert_eq!(error, CardError::WrongPin { tries_left: 2 });
        cps.verify(&pin("5555")).expect("the new PIN").sign(&[3; 32]).expect("signature");
    }
}

#[test]
fn only_a_cps3_tells_how_often_it_may_be_unblocked() {
    let uses = generations().map(|image| open(image).puk_state().expect("counters").uses_left);
    assert_eq!(uses, [Some(100), None]);
}

#[test]
fn ten_wrong_unblocking_codes_end_a_card() {
    for image in generations() {
        let mut cps = open(image);
        for left in (1..10).rev() {
            let (back, unblocked) = cps.unblock(&pin("00000000"), &pin("5555"));
            assert_eq!(unblocked, Err(CardError::WrongPuk { tries_left: left }));
            cps = back;
        }
        for code in ["00000000", PUK] {
            let (back, unblocked) = cps.unblock(&pin(code), &pin("5555"));
            assert_eq!(unblocked, Err(CardError::PukBlocked));
            cps = back;
        }
        assert_eq!(cps.puk_state().map(|state| state.tries_left), Ok(0));
        assert!(cps.verify(&pin("1234")).is_ok(), "the PIN itself is what it was");
    }
}

#[test]
fn an_unblocking_code_that_has_served_a_hundred_times_serves_no_more() {
    for image in generations() {
        let mut cps = open(image);
        for _ in 0..100 {
            let (back, unblocked) = cps.unblock(&pin(PUK), &pin("1234"));
            assert_eq!(unblocked, Ok(()));
            cps = back;
        }
        let (_, unblocked) = cps.unblock(&pin(PUK), &pin("1234"));
        assert_eq!(unblocked, Err(CardError::PukBlocked));
    }
}

#[test]
fn what_no_card_takes_is_not_sent() {
    for image in generations() {
        let cps = open(image);
        let before = cps.apdus();
        let (cps, changed) = cps.change_pin(&pin(""), &pin("4321"));
        assert_eq!(changed, Err(CardError::EmptyPin));
        let (cps, changed) = cps.change_pin(&pin("1234"), &pin("12"));
        assert_eq!(changed, Err(CardError::PinLength));
        let (cps, unblocked) = cps.unblock(&pin("1234567"), &pin("4321"));
        assert_eq!(unblocked, Err(CardError::PukLength));
        let (cps, unblocked) = cps.unblock(&pin(PUK), &pin("1"));
        assert_eq!(unblocked, Err(CardError::PinLength));
        assert_eq!(cps.apdus(), before);
    }
}

/// Keeps every command that carries a code or gives tries back.
struct Spy {
    card: Box<dyn CardChannel>,
    codes: Arc<Mutex<Vec<[u8; 4]>>>,
}

impl CardChannel for Spy {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        // A VERIFY without a body, under T=0 with a zero in the place of its length, asks for a counter.
        if let [class, instruction @ (0x20 | 0x24 | 0x2C), p1, p2, rest @ ..] = apdu
            && (*instruction != 0x20 || rest.len() > 1)
        {
            self.codes.lock().expect("lock").push([*class, *instruction, *p1, *p2]);
        }
        self.card.transmit(apdu)
    }

    fn protocol(&self) -> Protocol {
        self.card.protocol()
    }
}

#[test]
fn each_code_is_sent_once_by_the_published_command() {
    let expected: [&[[u8; 4]]; 2] = [
        &[[0, 0x24, 0, 1], [0, 0x20, 0, 2], [0, 0x2C, 2, 1]],
        &[[1, 0x24, 0, 1], [1, 0x20, 0, 2], [1, 0x2C, 3, 0x81], [1, 0x24, 1, 1]],
    ];
    for (image, expected) in generations().into_iter().zip(expected) {
        for t0 in STYLES {
            let codes = Arc::new(Mutex::new(Vec::new()));
            let spy = Spy { card: insert(image.clone(), t0, None), codes: codes.clone() };
            let cps = Cps::open(Box::new(spy)).expect("a CPS");
            let (cps, changed) = cps.change_pin(&pin("1234"), &pin("80471936"));
            let (cps, unblocked) = cps.unblock(&pin(PUK), &pin("80471936"));
            assert_eq!((changed, unblocked), (Ok(()), Ok(())));
            let shown = format!("{cps:?}");
            assert!(!shown.contains("80471936") && !shown.contains(PUK), "{shown}");
            assert_eq!(*codes.lock().expect("lock"), expected);
        }
    }
}

#[test]
fn a_card_that_another_program_reset_asks_for_its_pin_even_if_the_other_one_knew_it() {
    for image in generations() {
        let card = Arc::new(Mutex::new(SimCard::new(image, Knobs::default())));
        let cps = Cps::open(Box::new(SimChannel::shared(card.clone()))).expect("a CPS");
        let mut cps = cps.verify(&pin("1234")).expect("PIN");
        card.lock().expect("card").power_on();
        assert_eq!(cps.sign(&[1; 32]), Err(CardError::PinRequired));
        assert!(cps.is_lost());
        // The other program verifies the PIN on its own account: that is no reason to sign here.
        let other = Cps::open(Box::new(SimChannel::shared(card))).expect("a CPS").verify(&pin("1234")).expect("PIN");
        let before = cps.apdus();
        assert_eq!(cps.sign(&[1; 32]), Err(CardError::PinRequired));
        assert_eq!(cps.situations(), Err(CardError::PinRequired));
        assert_eq!(cps.activities(), Err(CardError::PinRequired));
        assert_eq!(cps.apdus(), before, "the card was not even asked");
        drop(other);
        let mut cps = cps.relock().verify(&pin("1234")).expect("PIN");
        assert!(!cps.is_lost() && cps.sign(&[1; 32]).is_ok());
    }
}
