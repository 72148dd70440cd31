//! Codes and cards at the desk: the last try, a code changed and unblocked, a card that goes while somebody works, a card that is
//! not the patient's, two cards of a kind. What the cards say of it: `crates/core/tests/workstation/card_service.rs`.

use iced::keyboard::key::Named;
use iced_test::selector::Candidate;
use liasse_core::cards::CardView;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_domain::{Code, Report, VitaleContent};

use super::Driven;
use crate::app::Message;
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
fn a_card_that_was_reset_while_its_codes_are_changed_may_be_given_its_code() {
    let mut window = Driven::open("code-redonne");
    window.signs_in("cps-gris");
    window.press(Named::F9);
    window.shows(t("pin.title_change"));
    assert_eq!(window.count(t("pin.give")), 0, "it was given");
    // Another program resets the card, which the lane learns with the next command: it reads it anew, and tells.
    window.desk().office.cards().call(|desk| desk.read_again(CPS_READER)).expect("the lane");
    window.cards_move();
    assert!(window.desk().signed_in.is_none());
    window.shows(t("pin.title_change"));
    window.shows(t("pin.give"));
    window.press(Named::F6);
    window.shows(t("pin.title_unblock"));
    window.press(Named::F4);
    window.shows(t("pin.title"));
    assert_eq!(window.count(t("pin.give")), 0, "that is what is asked for");
    types_code(&mut window, "1234");
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

/// The desk is told what is in the readers, the Vitale as one that says something else than the tray's.
fn card_says(window: &mut Driven, change: impl Fn(&mut VitaleContent)) {
    let read = window.desk().office.cards().call(|cards| {
        cards.refresh();
        cards.snapshot()
    });
    let mut snapshot = read.expect("the cards");
    for reader in &mut snapshot.readers {
        if let CardView::Vitale(vitale) = &mut reader.card {
            change(vitale.read.content.as_mut().expect("a content"));
        }
    }
    let now = window.desk().now;
    window.deliver(vec![Message::Cards(snapshot, now)]);
}

#[test]
fn a_card_that_was_brought_up_to_date_sweeps_nothing_away() {
    let mut window = Driven::open("carte-a-jour");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    window.types("vg");
    window.press(Named::Enter);
    let renewed = |content: &mut VitaleContent| {
        content.insured.serial = "99000001".to_owned();
        content.beneficiaries.reverse();
        content.beneficiaries.iter_mut().for_each(|person| person.coverage.iter_mut().for_each(|one| one.ald = 1));
    };
    card_says(&mut window, renewed);
    assert_eq!(window.count(t("facturer.compare_title")), 0, "it is hers");
    window.shows(MARIE);
    window.shows("VG");
    window.shows(&format!("{} {}", t("facturer.ald"), t("facturer.yes")));
    // What is put aside waits for her and her insured person, whatever else the card says then.
    window.inserts(VITALE_READER, "vitale-martin");
    window.shows(t("facturer.compare_title"));
    window.press(Named::F4);
    window.lacks("DURAND");
    window.tray.insert(VITALE_READER, "vitale-durand").expect("a card");
    card_says(&mut window, |content| content.insured.serial = "99000002".to_owned());
    window.shows(MARIE);
    window.shows("VG");
    window.shows(&format!("{} {}", t("facturer.ald"), t("facturer.no")));
}

#[test]
fn a_card_of_the_same_insured_person_that_does_not_name_the_patient_is_compared() {
    let mut window = Driven::open("carte-sans-l-enfant");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    window.press(Named::F7);
    window.shows("DURAND LÉO");
    window.types("vg");
    window.press(Named::Enter);
    card_says(&mut window, |content| content.beneficiaries.truncate(1));
    window.shows(t("facturer.compare_title"));
    window.shows("DURAND LÉO");
    window.shows(MARIE);
    window.press(Named::F12);
    window.escapes("invoicing.autre_vitale");
    assert!(window.asks(|ws| ws.ledger()).documents.is_empty(), "nothing has a number");
    window.cards_move();
    assert_eq!(window.count(t("facturer.compare_title")), 0, "the card with both of them");
    window.shows("DURAND LÉO");
    window.shows("VG");
}

#[test]
fn why_a_newborn_cannot_be_billed_is_said_in_its_own_words() {
    let mut window = Driven::open("nouveau-ne-refuse");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "cas-nouveau-ne");
    let tries = |window: &mut Driven, line: &str, code: &'static str| {
        window.types(line);
        window.press(Named::Enter);
        window.says(code);
        // The line stays, to be mended.
        window.shows(line);
        for _ in line.chars() {
            window.press(Named::Backspace);
        }
    };
    tries(&mut window, "nn 10/01/2025 LEA", "invoicing.nouveau_ne_date");
    tries(&mut window, "nn 10/01/2026 LEA", "invoicing.nouveau_ne_sur_carte");
    tries(&mut window, "nn 16/01/2026 LEA", "invoicing.nouveau_ne_date");
    tries(&mut window, "nn LEA", "pricing.saisie_suite");
    window.types("nn 10/01/2026 LEA 2");
    window.press(Named::Enter);
    window.shows("MIMOSARD LEA");
}

#[test]
fn a_newborn_or_a_doctor_who_was_named_is_work_that_no_other_card_sweeps_away() {
    for (name, line, shown) in [
        ("nouveau-ne-garde", "nn 10/01/2026 LEA", "NOISETIN LEA".to_owned()),
        ("medecin-garde", "dr 991010224", with("facturer.referrer", &[("number", "991010224")])),
    ] {
        let mut window = Driven::open(name);
        window.signs_in("cps-gris");
        window.inserts(VITALE_READER, "cas-nouveau-ne-absent");
        window.types(line);
        window.press(Named::Enter);
        window.shows(&shown);
        for round in 0..2 {
            window.inserts(VITALE_READER, "vitale-martin");
            window.shows(t("facturer.compare_title"));
            window.press(Named::F4);
            assert_eq!(window.count(&shown), 0, "{line}, {round}");
            window.inserts(VITALE_READER, "cas-nouveau-ne-absent");
            assert_eq!(window.count(t("facturer.compare_title")), 0, "nothing was typed for him");
            window.shows(&shown);
        }
    }
}

#[test]
fn the_diagnostic_says_where_the_holder_of_the_card_practises() {
    let mut window = Driven::open("exercice");
    let values = [("reader", CPS_READER), ("count", "1"), ("places", "1 (SA07, 999001010170018)")];
    let told = Report::new(Code("doctor.exercice"), &values.map(|(name, value)| (name, value.to_owned()))).message;
    window.inserts(CPS_READER, "cps-gris");
    window.press(Named::Escape);
    window.goes_to(Place::Diagnostic);
    assert_eq!(window.count(&told), 0, "it needs the code");
    window.pulls(CPS_READER);
    window.signs_in("cps-gris");
    window.goes_to(Place::Diagnostic);
    window.shows(&told);
}

#[test]
fn what_is_done_with_a_telephone_has_room_for_its_words() {
    let mut window = Driven::open("plateau-telephone");
    window.goes_to(Place::Tray);
    for words in [t("apcv.lay"), t("apcv.show"), t("clock.hour"), t("help.day")] {
        let heights = window.selected(|candidate: Candidate<'_>| match candidate {
            Candidate::Text { content, bounds, .. } if content == words => Some(bounds.height),
            _ => None,
        });
        // Two lines at most: a sentence beside another one has no width, and grows down.
        assert!(heights.len() == 1 && heights[0] < 50.0, "{words}: {heights:?}");
    }
}
