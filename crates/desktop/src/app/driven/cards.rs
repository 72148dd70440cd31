//! Codes and cards at the desk: the last try, a code changed and unblocked, a card that goes while somebody works, a card that is
//! not the patient's, two cards of a kind. What the cards say of it: `crates/core/tests/workstation/card_service.rs`.

use iced::keyboard::key::Named;
use liasse_demo::tray::{CPS_READER, VITALE_READER};

use super::Driven;
use crate::app::places::Place;
use crate::text::{t, with};

/// Whose card it is.
const MARIE: &str = "DURAND MARIE";

fn types_code(window: &mut Driven, code: &str) {
    window.types(code);
    window.press(Named::Enter);
}

#[test]
fn the_last_try_is_spent_only_after_a_second_word() {
    let mut window = Driven::open("dernier-essai");
    window.inserts(CPS_READER, "cps-gris");
    types_code(&mut window, "9999");
    assert_eq!(window.count(t("pin.arm")), 0, "two tries are left");
    types_code(&mut window, "9999");
    window.says("cards.code_faux_dernier");
    window.shows(&with("pin.tries", &[("tries", "1")]));
    window.shows(&format!("! {}", t("pin.last")));
    // The right code is not sent either, as long as nobody said so.
    types_code(&mut window, "1234");
    window.says("cards.dernier_essai");
    window.shows(&with("pin.tries", &[("tries", "1")]));
    assert!(window.desk().signed_in.is_none());
    window.press(Named::F12);
    window.shows(&format!("! {}", t("pin.last_armed")));
    types_code(&mut window, "1234");
    assert!(window.desk().signed_in.is_some());
}

#[test]
fn a_code_is_changed_by_who_is_signed_in_and_nobody_is_signed_out() {
    let mut window = Driven::open("code-change");
    window.signs_in("cps-gris");
    window.press(Named::F9);
    window.shows(t("pin.title_change"));
    window.shows(t("pin.present"));
    types_code(&mut window, "1234");
    window.shows(t("pin.new"));
    types_code(&mut window, "567890");
    window.shows(t("pin.again"));
    types_code(&mut window, "567891");
    window.says("cards.codes_differents");
    window.shows(t("pin.new"));
    types_code(&mut window, "567890");
    // A patient's card that goes in meanwhile takes nothing away.
    window.inserts(VITALE_READER, "vitale-durand");
    window.shows(t("pin.again"));
    types_code(&mut window, "567890");
    window.shows(&format!("✓ {}", t("pin.changed")));
    assert_eq!(window.count(t("pin.title_change")), 0);
    assert!(window.desk().signed_in.is_some());
    // A wrong code, and the card asks for its code again: nobody is signed in meanwhile.
    window.press(Named::F9);
    types_code(&mut window, "1234");
    types_code(&mut window, "4321");
    types_code(&mut window, "4321");
    window.says("cards.code_faux");
    assert!(window.desk().signed_in.is_none());
    window.press(Named::Escape);
    window.lacks(MARIE);
    window.press(Named::F9);
    window.shows(t("pin.title"));
    types_code(&mut window, "567890");
    assert!(window.desk().signed_in.is_some());
}

#[test]
fn a_blocked_code_is_unblocked_with_the_code_that_came_with_the_card() {
    let mut window = Driven::open("deblocage");
    window.inserts(CPS_READER, "cps-gris");
    for code in ["9999", "9998"] {
        types_code(&mut window, code);
    }
    window.press(Named::F12);
    types_code(&mut window, "9997");
    window.says("cards.code_bloque");
    window.shows(t("pin.title_unblock"));
    window.shows(t("pin.puk"));
    // Closed and opened again, there is nothing else to do, and the card says how often it may be tried.
    window.press(Named::Escape);
    window.press(Named::F9);
    window.shows(t("pin.title_unblock"));
    window.shows(&with("pin.puk_tries", &[("tries", "10")]));
    types_code(&mut window, "1234");
    window.says("cards.puk_longueur");
    types_code(&mut window, "87654321");
    types_code(&mut window, "4321");
    types_code(&mut window, "4321");
    window.says("cards.puk_faux");
    window.shows(&with("pin.puk_tries", &[("tries", "9")]));
    types_code(&mut window, "12345678");
    types_code(&mut window, "4321");
    types_code(&mut window, "4321");
    window.shows(&format!("✓ {}", t("pin.unblocked")));
    assert!(window.desk().signed_in.is_some());
}

#[test]
fn a_card_that_goes_hides_what_was_typed_and_brings_it_back() {
    let mut window = Driven::open("cachee");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    window.types("vg");
    window.press(Named::Enter);
    window.shows("VG");
    window.pulls(CPS_READER);
    assert!(window.desk().signed_in.is_none(), "at once");
    window.lacks(MARIE);
    assert_eq!(window.count("VG"), 0);
    window.signs_in("cps-gris");
    window.shows(MARIE);
    window.shows("VG");
}

#[test]
fn another_patients_card_is_compared_and_takes_the_screen_only_by_a_key() {
    let mut window = Driven::open("deux-patients");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    window.types("vg");
    window.press(Named::Enter);
    window.inserts(VITALE_READER, "vitale-martin");
    assert_eq!(window.desk().place, Place::Facturer);
    window.shows(t("facturer.compare_title"));
    window.shows(MARIE);
    assert_eq!(window.begun("MARTIN ").len(), 1, "both are named");
    assert_eq!(window.begun(t("facturer.compare_insured")).len(), 2, "each with the number");
    assert_eq!(window.begun(t("facturer.compare_born")).len(), 2, "and the birth date");
    window.press(Named::F12);
    window.escapes("invoicing.autre_vitale");
    assert!(window.asks(|ws| ws.ledger()).documents.is_empty(), "nothing has a number");
    // The card goes: the patient is still there.
    window.pulls(VITALE_READER);
    window.shows(MARIE);
    window.shows("VG");
    window.inserts(VITALE_READER, "vitale-martin");
    window.press(Named::F4);
    assert_eq!(window.count(t("facturer.compare_title")), 0);
    window.lacks("DURAND");
    // Her own card brings back what was typed for her; nothing was typed for him.
    window.inserts(VITALE_READER, "vitale-durand");
    window.shows(MARIE);
    window.shows("VG");
}

#[test]
fn of_two_cards_it_is_said_which_one_counts() {
    let mut window = Driven::open("deux-cps");
    window.signs_in("cps-gris");
    let who = window.desk().signed_in.clone().expect("the doctor").serial;
    window.inserts(VITALE_READER, "cps-blanc");
    let values = [("name", t("bandeau.cps")), ("reader", CPS_READER), ("count", "2")];
    window.shows(&format!("! {}", with("bandeau.several", &values)));
    assert_eq!(window.desk().signed_in.as_ref().map(|person| person.serial.clone()), Some(who));
    assert_eq!(window.count(t("pin.title")), 0, "nobody else is asked for a code");
}
