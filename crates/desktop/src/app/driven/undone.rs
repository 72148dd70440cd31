//! Ctrl Z in Facturer: one change after the other comes back, down to what was proposed; never another patient, and nothing of what
//! has a number.

use iced::keyboard::key::Named;
use liasse_demo::tray::VITALE_READER;
use liasse_domain::Centimes;

use super::Driven;
use super::full::at_work;
use crate::text::{t, with};

/// What the consultation costs (G, NGAP since 22/12/2024).
const G: Centimes = Centimes(3000);

/// Ctrl Z changes nothing of what is read.
#[track_caller]
fn keeps_everything(window: &mut Driven, why: &str) {
    let before = window.read();
    window.control("z");
    assert_eq!(window.read(), before, "{why}");
}

fn acts(window: &mut Driven) -> [usize; 3] {
    ["G", "VG", "MD"].map(|act| window.count(act))
}

#[test]
fn one_change_after_the_other_comes_back_down_to_what_was_proposed() {
    let (mut window, ..) = at_work("defaire");
    window.shows(&with("facturer.proposed", &[("set", "Consultation")]));
    keeps_everything(&mut window, "nothing was changed yet");
    window.types("vg");
    window.press(Named::Enter);
    window.types("+md");
    window.press(Named::Enter);
    window.press(Named::F5);
    window.shows(t("facturer.third_party_on"));
    assert_eq!(acts(&mut window), [0, 1, 1]);
    window.shows(t("help.undo"));

    window.control("z");
    window.shows(t("facturer.third_party_off"));
    assert_eq!(acts(&mut window), [0, 1, 1]);
    window.control("z");
    assert_eq!(acts(&mut window), [0, 1, 0]);
    window.control("z");
    assert_eq!(acts(&mut window), [1, 0, 0]);
    // The price comes back with them: the fee of the act, the total and what the patient pays.
    assert_eq!(window.count(&G.to_string()), 3);
    assert_eq!(window.begun(t("facturer.proposed")), [] as [String; 0], "they are somebody's now");
    keeps_everything(&mut window, "there is nothing before");
    assert_eq!(window.count(t("help.undo")), 0, "and no key for it");

    window.press(Named::F8);
    assert_eq!(acts(&mut window), [0, 0, 0]);
    window.control("z");
    assert_eq!(acts(&mut window), [1, 0, 0]);
}

#[test]
fn it_leads_to_no_other_patient() {
    let (mut window, ..) = at_work("defaire-patient");
    window.press(Named::F4);
    window.press(Named::F7);
    window.shows("DURAND LÉO");
    keeps_everything(&mut window, "what was changed for the mother is not the child's");
    window.press(Named::F4);
    window.pulls(VITALE_READER);
    window.inserts(VITALE_READER, "vitale-petit");
    window.lacks("DURAND");
    keeps_everything(&mut window, "nor another family's");
    window.lacks("DURAND");
}

#[test]
fn an_accident_that_was_taken_comes_off_again() {
    let (mut window, ..) = at_work("defaire-accident");
    window.control("t");
    window.types("1234567");
    window.press(Named::Enter);
    let accident = with("accident.by_number", &[("number", "1234567")]);
    let billed = with("facturer.is_accident", &[("accident", &accident)]);
    window.shows(&billed);
    window.control("z");
    assert_eq!(window.count(&billed), 0);
    window.shows("DURAND MARIE");
}

#[test]
fn a_visit_that_is_taken_back_is_none_of_the_next_patient() {
    let (mut window, ..) = at_work("defaire-visite");
    window.types("vg");
    window.press(Named::Enter);
    window.control("d");
    window.shows(t("without.mode_visit"));
    window.control("z");
    assert_eq!(window.count(t("without.mode_visit")), 0);
    window.shows("VG");
    window.pulls(VITALE_READER);
    window.inserts(VITALE_READER, "vitale-petit");
    assert_eq!(window.count(t("without.mode_visit")), 0, "the round is over");
}

#[test]
fn what_is_signed_stays_signed() {
    let (mut window, ..) = at_work("defaire-signee");
    // Around once: there are changes to take back.
    for _ in 0..3 {
        window.press(Named::F5);
    }
    window.shows(t("facturer.third_party_off"));
    window.press(Named::F12);
    window.shows(&with("facturer.how_settled", &[("due", &G.to_string())]));
    keeps_everything(&mut window, "it has a number");
    window.types("c");
    keeps_everything(&mut window, "and is settled");
}
