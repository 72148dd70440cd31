//! A card whose situations are in a format that is not public: one is asked for after the code, once, by keyboard alone. The card is
//! Dr Gris's, read as one whose file is not ours: `crates/core/tests/workstation/situations.rs` has the rules.

use iced::keyboard::key::Named;
use liasse_core::cards::CardView;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_domain::Digits;

use super::Driven;
use crate::app::Message;
use crate::app::places::Place;
use crate::text::{t, with};

/// The desk is told what is in the readers, the CPS as a card that says no situation in public.
fn cards_move(window: &mut Driven) {
    let read = window.desk().office.cards().call(|cards| {
        cards.refresh();
        cards.snapshot()
    });
    let mut snapshot = read.expect("the cards");
    for reader in &mut snapshot.readers {
        if let CardView::Cps(cps) = &mut reader.card
            && cps.situations.is_some()
        {
            (cps.situations, cps.situations_not_public) = (Some(Vec::new()), true);
        }
    }
    let now = window.desk().now;
    window.deliver(vec![Message::Cards(snapshot, now)]);
}

/// The card is in and its code given.
fn asked(name: &str) -> Driven {
    let mut window = Driven::open(name);
    window.inserts(CPS_READER, "cps-gris");
    let code = Digits::parse("1234").expect("digits");
    let verified = window.desk().office.cards().call(move |cards| cards.verify_pin(CPS_READER, &code));
    verified.expect("the cards").expect("the code is right");
    cards_move(&mut window);
    window.shows(t("situation.title"));
    assert!(window.desk().signed_in.is_none());
    window
}

/// Types into the fields from the one that has the focus on.
fn fills(window: &mut Driven, values: &[&str]) {
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            window.press(Named::Tab);
        }
        window.types(value);
    }
}

#[track_caller]
fn specialty(window: &Driven) -> (String, bool) {
    let person = window.desk().signed_in.as_ref().expect("signed in");
    (person.situation.specialty.clone(), person.situation.may_sign_lot)
}

#[test]
fn a_situation_is_typed_after_the_code_and_corrected_from_reglages() {
    let mut window = asked("situation");
    window.types("991010118");
    window.press(Named::Enter);
    window.says("saisie.situation_facturation");
    window.press(Named::Backspace);
    window.types("7");
    window.lacks("saisie.situation_facturation");
    window.press(Named::Tab);
    fills(&mut window, &["saisi", "0", "", "01", "1", "20", "1"]);
    for words in ["libéral", "médecine générale", "conventionné", "plaine"] {
        window.shows(words);
    }
    window.press(Named::F8);
    window.shows(&with("situation.signs_lots", &[("says", t("situation.no"))]));
    window.press(Named::Enter);
    assert_eq!(window.count(t("situation.title")), 0);
    window.lacks("invoicing.situation_non_publique");
    assert_eq!(specialty(&window), ("01".to_owned(), false));
    // Another start of the same card asks for nothing.
    window.pulls(CPS_READER);
    assert!(window.desk().signed_in.is_none());

    let mut window = asked_no_more(window);
    window.goes_to(Place::Reglages);
    window.control("y");
    window.shows("SAISI");
    for _ in 0..4 {
        window.press(Named::Tab);
    }
    window.types("03");
    window.press(Named::Enter);
    assert_eq!(window.count(t("situation.title")), 0);
    assert_eq!(specialty(&window), ("03".to_owned(), false));
}

/// The card goes in again, its code is given: its holder is there.
fn asked_no_more(mut window: Driven) -> Driven {
    window.inserts(CPS_READER, "cps-gris");
    let code = Digits::parse("1234").expect("digits");
    let verified = window.desk().office.cards().call(move |cards| cards.verify_pin(CPS_READER, &code));
    verified.expect("the cards").expect("the code is right");
    cards_move(&mut window);
    assert_eq!(window.count(t("situation.title")), 0);
    assert!(window.desk().signed_in.is_some());
    window
}

#[test]
fn who_does_not_want_to_type_is_not_asked_at_every_card() {
    let mut window = asked("situation-plus-tard");
    window.press(Named::Escape);
    assert_eq!(window.count(t("situation.title")), 0);
    window.says("invoicing.situation_non_publique");
    window.tray.insert(VITALE_READER, "vitale-durand").expect("a card");
    cards_move(&mut window);
    assert_eq!(window.count(t("situation.title")), 0);
    assert!(window.desk().signed_in.is_none());
    window.says("invoicing.situation_non_publique");
    window.press(Named::F9);
    window.shows(t("situation.title"));
}
