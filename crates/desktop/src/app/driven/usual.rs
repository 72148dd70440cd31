//! A usual day: one consultation from the cards to the money, and what every screen shows of it.

use iced::keyboard::key::Named;
use liasse_core::SettlementMode;
use liasse_demo::tray::VITALE_READER;
use liasse_demo::world;
use liasse_domain::Centimes;

use super::Driven;
use crate::app::places::Place;
use crate::text::{t, with};

/// What the consultation costs (G, NGAP since 22/12/2024).
const G: Centimes = Centimes(3000);
/// The day on which every demonstration begins.
const DAY: &str = "15/01/2026";
/// Whose card it is.
const MARIE: &str = "DURAND MARIE";

/// Takes a card from the tray by its keys.
fn takes(window: &mut Driven, card: &str) {
    let at = world::cards().iter().position(|(name, _)| *name == card).expect("a card of the world");
    for _ in world::cards() {
        window.press(Named::ArrowUp);
    }
    for _ in 0..at {
        window.press(Named::ArrowDown);
    }
    window.press(Named::Enter);
    window.cards_move();
}

#[test]
fn from_the_tray_to_the_settlement_the_acts_need_no_key() {
    let mut window = Driven::open("carte");
    takes(&mut window, "cps-gris");
    window.shows(t("pin.title"));
    window.shows(&with("pin.tries", &[("tries", "3")]));
    window.types("1234");
    window.press(Named::Enter);
    let who = window.desk().signed_in.clone().expect("the doctor");
    let place = &who.situation.structure_name;
    window.shows(&with("bandeau.signed_in", &[("name", &who.display_name()), ("place", place)]));
    takes(&mut window, "vitale-durand");
    assert_eq!(window.desk().place, Place::Facturer, "the patient opens by herself");
    window.shows(MARIE);
    window.shows(t("facturer.rights_open"));
    window.shows(&with("facturer.proposed", &[("set", "Consultation")]));
    window.shows("G");
    // The fee of the act, the total and what the patient pays.
    assert_eq!(window.count(&G.to_string()), 3);
    let guard = [("total", &*G.to_string()), ("who", &who.display_name())];
    window.shows(&with("facturer.guard", &guard));
    window.press(Named::F12);
    let number = window.number();
    window.shows(&format!("✓ {}", with("facturer.signed", &[("fse", &number)])));
    window.shows(&with("facturer.how_settled", &[("due", &G.to_string())]));
    window.types("c");
    window.shows(&with("facturer.settled", &[("mode", SettlementMode::Carte.label())]));
    window.shows(&with("facturer.give_back", &[("name", "MARIE DURAND")]));
    window.pulls(VITALE_READER);
    window.shows(t("facturer.empty_vitale"));
    window.lacks("MARIE");
}

#[test]
fn an_act_that_is_typed_takes_the_place_of_what_was_proposed() {
    let mut window = Driven::open("acte");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    window.types("vg");
    window.shows("vg");
    window.press(Named::Enter);
    window.shows("VG");
    window.shows(t("facturer.entry"));
    assert_eq!(window.count("G"), 0, "the proposed act is gone");
    assert_eq!(window.begun(t("facturer.proposed")), [] as [String; 0]);
    window.types("+md");
    window.press(Named::Enter);
    window.shows("MD");
    window.shows("VG");
    window.press(Named::F8);
    assert_eq!((window.count("VG"), window.count("MD")), (1, 0));
    // Under the field stand the codes that a word may mean; the chosen one is taken.
    window.types("frottis");
    window.shows(t("facturer.choose_act"));
    window.press(Named::ArrowDown);
    window.shows("→");
    window.press(Named::Enter);
    window.shows("JKHD001");
}

#[test]
fn what_is_signed_is_watched_then_in_a_lot_then_sent_then_received() {
    let mut window = Driven::open("lots");
    let number = window.consults();
    window.goes_to(Place::Radar);
    window.shows(&with("radar.sorted", &[("count", "1"), ("sorted", t("radar.by_urgency"))]));
    assert_eq!(window.begun(&format!("{MARIE} · {} n° {number} · {DAY}", t("money.fse"))).len(), 1);
    window.shows(t("radar.make_lot"));
    window.press(Named::Enter);
    assert_eq!(window.desk().place, Place::Lots, "where it is done");
    window.shows(&with("lots.count", &[("count", "1")]));
    window.shows(MARIE);
    window.shows(&number);
    window.shows(&format!("✓ {}", t("lots.step_signed")));
    window.shows(t("lots.step_lot"));
    window.shows(t("lots.patient_settled"));
    window.press(Named::F7);
    window.shows(&with("lots.attach_to", &[("fse", &number)]));
    window.press(Named::Escape);
    window.press(Named::F12);
    window.shows(&with("lots.signed", &[("count", "1")]));
    window.shows(&format!("✓ {}", t("lots.step_lot")));
    window.shows(t("bandeau.link_untried"));
    window.press(Named::F8);
    window.shows(&with("lots.sent", &[("count", "1")]));
    window.shows(&format!("✓ {}", t("lots.step_sent")));
    window.shows(t("bandeau.link_up"));
    window.shows(t("bandeau.all_sent"));
    window.press(Named::F5);
    window.shows(&with("lots.fetched", &[("taken", "1"), ("unknown", "0")]));
    window.shows(&format!("✓ {}", t("lots.step_received")));
    window.shows(&format!("✓ {}", t("lots.step_settled")));
    window.goes_to(Place::Radar);
    window.shows(t("radar.no_unsent"));
    assert_eq!(window.count(t("radar.none")), 7, "nothing is left in any category");
}

#[test]
fn the_money_the_patient_and_the_words_of_it_are_found_on_their_screens() {
    let mut window = Driven::open("argent");
    let number = window.consults();
    let who = window.desk().signed_in.clone().expect("the doctor");
    window.goes_to(Place::Recettes);
    window.shows(&with("receipts.day", &[("day", DAY)]));
    window.shows(&with("receipts.guard", &[("count", "1"), ("amount", &G.to_string())]));
    window.shows(&format!("n° {number} · {}", SettlementMode::Carte.label()));
    window.shows(t("receipts.all_paid"));
    window.press(Named::F12);
    window.shows(&format!("✓ {}", t("receipts.closed")));
    window.goes_to(Place::Patients);
    // The field has the focus at once.
    window.types("durand");
    window.shows(MARIE);
    window.press(Named::Enter);
    window.shows(t("patients.read_aloud"));
    window.shows(&with("patients.documents", &[("count", "1")]));
    window.shows(&with("patients.about_fse", &[("fse", &number)]));
    assert_eq!(window.count(t("patients.asking")), 0, "it is answered");
    window.press(Named::F6);
    assert_eq!(window.begun(&format!("✓ {}", t("patients.duplicate_made"))).len(), 1);
    window.press(Named::F8);
    window.shows(t("patients.teach"));
    window.goes_to(Place::Diagnostic);
    window.lacks(t("diagnostic.here"));
    window.lacks(t("diagnostic.servers"));
    assert!(window.count(&format!("✓ {}", t("diagnostic.ok"))) > 0);
    window.goes_to(Place::Reglages);
    window.shows(t("settings.from_card"));
    window.shows(&who.display_name());
    window.goes_to(Place::Aide);
    window.types("arl");
    window.shows("ARL");
    window.goes_to(Place::Paiements);
    window.shows(t("money.empty"));
}

#[test]
fn the_evening_signs_sends_and_closes_by_one_key() {
    let mut window = Driven::open("soir");
    window.consults();
    window.control("k");
    window.shows(t("evening.title"));
    window.shows(&with("evening.to_sign", &[("count", "0"), ("total", &Centimes::ZERO.to_string())]));
    window.shows(&with("evening.to_lot", &[("count", "1")]));
    window.shows(&with("evening.to_close", &[("amount", &G.to_string())]));
    window.press(Named::F12);
    window.shows(&with("evening.of_day", &[("day", DAY)]));
    window.shows(&with("evening.signed", &[("signed", "0"), ("lots", "1")]));
    window.shows(&with("evening.sent", &[("count", "1")]));
    window.shows(SettlementMode::Carte.label());
    window.shows(&format!("✓ {}", t("receipts.closed")));
    window.shows(&format!("{} : 1 · {G}", t("radar.unanswered")));
    window.shows(t("evening.take_card"));
    window.press(Named::Escape);
    window.lacks(t("evening.take_card"));
    window.goes_to(Place::Recettes);
    window.shows(&format!("✓ {}", t("receipts.closed")));
    window.goes_to(Place::Lots);
    window.shows(&format!("✓ {}", t("lots.step_sent")));
}
