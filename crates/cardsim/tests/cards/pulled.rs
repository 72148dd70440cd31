//! A card pulled, mute or failing at every single APDU of reading and signing: one error each time, the right one.

use liasse_cards::cps::{Cps, Situations};
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardChannel, CardError, ChannelError};
use liasse_cardsim::{Fault, Knobs, SimCard, SimChannel};

use crate::deck::{self, STYLES, insert, pin};

/// All that is done with a CPS; the number of APDUs it took.
fn use_cps(channel: Box<dyn CardChannel>) -> Result<u32, CardError> {
    let mut cps = Cps::open(channel)?;
    cps.tries_left()?;
    let mut cps = cps.verify(&pin("1234")).map_err(|(_, error)| error)?;
    if cps.situations()? == Situations::NotPublic {
        return Err(CardError::Damaged { what: "situations" });
    }
    cps.sign(&[7; 32])?;
    Ok(cps.apdus())
}

fn use_vitale(channel: Box<dyn CardChannel>) -> Result<u32, CardError> {
    let mut vitale = Vitale::open(channel)?;
    vitale.read()?;
    vitale.sign(&[7; 32])?;
    Ok(vitale.apdus())
}

type Use = fn(Box<dyn CardChannel>) -> Result<u32, CardError>;

fn at_every_apdu(fault: impl Fn(u32) -> Fault, expected: CardError) {
    let uses: [(Use, _); 2] =
        [(use_cps, deck::cps_card_image()), (use_vitale, deck::vitale_card_image(deck::vitale_content()))];
    for (use_card, image) in uses {
        for t0 in STYLES {
            let total = use_card(insert(image.clone(), t0, None)).expect("without fault");
            assert!(total > 10, "{total} APDUs");
            for after in 0..total {
                let result = use_card(insert(image.clone(), t0, Some(fault(after))));
                assert_eq!(result, Err(expected), "after {after} of {total} APDUs, t0 {t0}");
            }
            assert_eq!(use_card(insert(image.clone(), t0, Some(fault(total)))), Ok(total));
        }
    }
}

#[test]
fn pulled_at_every_apdu() {
    at_every_apdu(Fault::Pull, CardError::Channel(ChannelError::Removed));
}

#[test]
fn mute_from_every_apdu() {
    at_every_apdu(Fault::Mute, CardError::Channel(ChannelError::Mute));
}

#[test]
fn failing_from_every_apdu() {
    at_every_apdu(|after| Fault::Status { sw: 0x6F42, after }, CardError::Unexpected { sw: 0x6F42 });
}

#[test]
fn lying_lengths_are_damage() {
    for t0 in STYLES {
        let cps = use_cps(insert(deck::cps_card_image(), t0, Some(Fault::Corrupt)));
        assert!(matches!(cps, Err(CardError::Damaged { .. })), "{cps:?}");
        let image = deck::vitale_card_image(deck::vitale_content());
        let vitale = use_vitale(insert(image, t0, Some(Fault::Corrupt)));
        assert!(matches!(vitale, Err(CardError::Damaged { .. })), "{vitale:?}");
    }
}

#[test]
fn a_pulled_card_is_gone_for_everyone_who_talked_to_it() {
    let channel = SimChannel::new(SimCard::new(deck::cps_card_image(), Knobs::default()));
    let mut cps = Cps::open(Box::new(channel.clone())).expect("a CPS");
    channel.pull();
    assert_eq!(cps.tries_left(), Err(CardError::Channel(ChannelError::Removed)));
    let again = Cps::open(Box::new(channel)).expect_err("it is out");
    assert_eq!(again, CardError::Channel(ChannelError::Removed));
}

#[test]
fn a_card_put_back_has_kept_its_counter_and_lost_its_pin() {
    let card = std::sync::Arc::new(std::sync::Mutex::new(SimCard::new(deck::cps_card_image(), Knobs::default())));
    let first = SimChannel::shared(card.clone());
    let (cps, _) = Cps::open(Box::new(first.clone())).expect("a CPS").verify(&pin("9999")).expect_err("wrong");
    let mut old = cps.verify(&pin("1234")).expect("right");
    let (cps, _) = Cps::open(Box::new(first.clone())).expect("a CPS").verify(&pin("9999")).expect_err("wrong");
    drop(cps);
    first.pull();
    let mut put_back = Cps::open(Box::new(SimChannel::shared(card))).expect("put back");
    assert_eq!(put_back.tries_left(), Ok(2));
    assert_eq!(old.sign(&[0; 32]), Err(CardError::Channel(ChannelError::Removed)));
}
