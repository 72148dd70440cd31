//! A patient with a telephone: the code is scanned into the field of the name, or the telephone lies on the reader; what has run out
//! is asked for anew.

use chrono::Duration;
use iced::keyboard::key::Named;
use liasse_core::SettlementMode;
use liasse_core::ports::Clock;
use liasse_demo::phone::{self, NFC_READER};

use super::{Driven, Message};
use crate::app::places::Place;
use crate::screen::facturer;
use crate::text::{t, with};

/// Whose telephone it is.
const MARIE: &str = "DURAND MARIE";

/// What her telephone shows now.
fn code(window: &Driven) -> String {
    phone::context("vitale-durand", window.demo().clock().now()).expect("a code")
}

/// A scanner types all at once, then Enter.
fn scans(window: &mut Driven, code: &str) {
    let typed = facturer::without_card::Event::Typed(code.to_owned());
    window.deliver(vec![Message::Facturer(facturer::Message::Without(typed))]);
    window.press(Named::Enter);
}

fn later(window: &Driven, minutes: i64) {
    let clock = window.demo().clock();
    clock.move_to(clock.now() + Duration::minutes(minutes)).expect("forward");
}

/// The sentence that says from where the rights come.
fn says_source(window: &mut Driven) -> bool {
    let head = t("apcv.source").split('{').next().unwrap_or_default();
    window.read().iter().any(|text| text.starts_with(head))
}

#[test]
fn a_code_that_is_scanned_opens_its_patient_and_is_signed() {
    let mut window = Driven::open("apcv-code");
    window.signs_in("cps-gris");
    window.goes_to(Place::Facturer);
    window.shows(t("apcv.scan"));
    let shown = code(&window);
    scans(&mut window, &shown);
    window.shows(MARIE);
    assert!(says_source(&mut window));
    window.lacks("SIMAPCV1");
    window.press(Named::F12);
    let number = window.number();
    window.shows(&format!("✓ {}", with("facturer.signed", &[("fse", &number)])));
    window.types("c");
    window.shows(&with("facturer.settled", &[("mode", SettlementMode::Carte.label())]));
    window.control("w");
    window.lacks("MARIE");
}

#[test]
fn a_code_that_has_run_out_is_asked_for_anew() {
    let mut window = Driven::open("apcv-echu");
    window.signs_in("cps-gris");
    window.goes_to(Place::Facturer);
    let shown = code(&window);
    scans(&mut window, &shown);
    later(&window, 16);
    window.press(Named::F12);
    window.says("cards.apcv_echu");
    window.shows(t("apcv.new_code"));
    let fresh = code(&window);
    let typed = facturer::apcv::Event::Typed(fresh);
    window.deliver(vec![Message::Facturer(facturer::Message::Apcv(typed))]);
    window.press(Named::Enter);
    window.lacks("cards.apcv_echu");
    window.press(Named::F12);
    let number = window.number();
    window.shows(&format!("✓ {}", with("facturer.signed", &[("fse", &number)])));
}

#[test]
fn what_is_no_code_is_said_and_a_visit_is_refused() {
    let mut window = Driven::open("apcv-refus");
    window.signs_in("cps-gris");
    window.goes_to(Place::Facturer);
    scans(&mut window, "SIMAPCV1:AAAA.AAAA.AAAA");
    window.escapes("cards.apcv_illisible");
    let shown = code(&window);
    scans(&mut window, &shown);
    window.control("d");
    window.press(Named::F12);
    window.says("cards.apcv_mode");
}

#[test]
fn a_telephone_on_the_reader_opens_its_patient_and_renews_by_itself() {
    let mut window = Driven::open("apcv-nfc");
    window.signs_in("cps-gris");
    window.tray.lay_phone("vitale-durand").expect("a telephone");
    window.cards_move();
    window.shows(MARIE);
    assert!(says_source(&mut window));
    later(&window, 16);
    window.press(Named::F12);
    window.types("c");
    window.shows(&with("apcv.give_back", &[("name", "MARIE DURAND")]));
    window.pulls(NFC_READER);
    window.lacks("MARIE");
}
