//! The keyboard: every screen by its key, F1's map of them, Tab around the fields and inside a dialog, closing; and the mouse, which
//! does what the keys do.

use iced::advanced::widget::Id;
use iced::keyboard::key::Named;
use liasse_demo::tray::{CPS_READER, VITALE_READER};

use super::Driven;
use crate::app::places::{PLACES, Place};
use crate::app::{Desk, Message};
use crate::text::{t, with};

fn times(texts: &[String], words: &str) -> usize {
    texts.iter().filter(|text| *text == words).count()
}

#[test]
fn every_screen_is_reached_by_its_key_and_the_map_lists_all_of_its_own() {
    let mut window = Driven::open("touches");
    window.signs_in("cps-gris");
    for place in PLACES {
        window.goes_to(place);
        let name = window.desk().name_of(place);
        let before = window.read();
        window.press(Named::F1);
        let map = window.read();
        let mut listed = vec![name, t("help.screens"), t("help.everywhere"), t("help.close")];
        listed.extend(place.keys().into_iter().chain(Desk::keys_everywhere()).map(|(_, does)| does));
        listed.extend(PLACES.map(|place| place.key()));
        listed.extend(PLACES.map(|place| window.desk().name_of(place)));
        for words in listed {
            assert!(times(&map, words) > times(&before, words), "{place:?}: the map lacks {words}");
        }
        // No key passes under the map, but the one that closes it.
        window.press(Named::F3);
        window.control("r");
        assert_eq!(window.desk().place, place);
        window.press(Named::Escape);
        assert_eq!(window.count(t("help.close")), 0, "{place:?}");
    }
    window.press(Named::F1);
    window.press(Named::F1);
    assert_eq!(window.count(t("help.close")), 0);
}

#[test]
fn tab_walks_around_the_fields_in_both_directions() {
    let mut window = Driven::open("tabulation");
    window.signs_in("cps-gris");
    window.goes_to(Place::Remplacements);
    let fields = ["rempla-numero", "rempla-du", "rempla-au", "rempla-jours", "rempla-heures", "rempla-part"];
    for field in fields.into_iter().chain(fields) {
        assert_eq!(window.focused(), [Id::new(field)]);
        window.press(Named::Tab);
    }
    assert_eq!(window.focused(), [Id::new(fields[0])], "around the end");
    window.back_tab();
    assert_eq!(window.focused(), [Id::new(fields[5])], "and back");
}

#[test]
fn what_is_typed_into_a_field_that_tab_reached_takes_the_place_of_what_was_there() {
    let mut window = Driven::open("remplacer");
    window.signs_in("cps-gris");
    window.goes_to(Place::Remplacements);
    window.back_tab();
    assert_eq!(window.focused(), [Id::new("rempla-part")]);
    window.shows("70");
    window.types("65");
    window.shows("65");
    assert_eq!(window.count("70"), 0);
}

#[test]
fn a_dialog_keeps_the_focus_and_what_is_typed() {
    let mut window = Driven::open("dialogue");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    assert_eq!(window.focused(), [Id::new("acte")]);
    window.control("t");
    let fields = ["accident-numero", "accident-jour", "accident-caisse", "accident-tiers"];
    for field in fields {
        assert_eq!(window.focused(), [Id::new(field)]);
        window.press(Named::Tab);
    }
    assert_eq!(window.focused(), [Id::new(fields[0])]);
    window.back_tab();
    assert_eq!(window.focused(), [Id::new(fields[3])]);
    window.types("77");
    assert_eq!(window.count("77"), 1);
    window.shows(t("facturer.entry"));
    // The keys of the desk rest meanwhile.
    window.press(Named::F3);
    window.control("r");
    assert_eq!(window.desk().place, Place::Facturer);
    window.press(Named::Escape);
    assert_eq!(window.count(t("accident.title")), 1, "as the name of a key alone");
    assert_eq!(window.focused(), [Id::new("acte")], "the field beneath has it again");
}

#[test]
fn while_the_code_is_asked_for_every_key_is_the_dialogs() {
    let mut window = Driven::open("code");
    window.goes_to(Place::Aide);
    assert_eq!(window.focused().len(), 1);
    window.inserts(CPS_READER, "cps-gris");
    window.types("12ab34");
    window.press(Named::F3);
    window.control("r");
    assert_eq!(window.desk().place, Place::Aide);
    window.shows(t("aide.search"));
    window.press(Named::Enter);
    assert!(window.desk().signed_in.is_some(), "the letters were no digits");
}

#[test]
fn the_window_is_closed_by_its_key_and_says_first_what_stays_behind() {
    let mut window = Driven::open("fermer");
    window.control("q");
    assert!(window.ended, "nothing stays behind");

    let mut window = Driven::open("rester");
    window.consults();
    window.control("q");
    window.shows(t("closing.title"));
    window.shows(&with("closing.fses", &[("count", "1")]));
    assert!(!window.ended);
    window.press(Named::F3);
    assert_eq!(window.desk().place, Place::Facturer);
    window.press(Named::Escape);
    assert_eq!(window.count(t("closing.title")), 0);
    window.control("q");
    window.control("q");
    assert!(window.ended, "closing again closes");
}

#[test]
fn the_look_is_changed_by_keys_on_every_screen() {
    let mut window = Driven::open("apparence");
    window.goes_to(Place::Reglages);
    for _ in 0..5 {
        window.press(Named::PageDown);
    }
    window.shows(t("settings.theme_help"));
    window.shows(t("settings.light"));
    window.press(Named::F11);
    window.shows(t("settings.dark"));
    assert!(window.app.start.dark);
    window.control("+");
    window.control("+");
    window.shows(&with("settings.percent", &[("zoom", "120")]));
    window.control("0");
    window.shows(&with("settings.percent", &[("zoom", "100")]));
    assert_eq!(window.app.start.zoom, 100);
}

#[test]
fn a_click_on_the_navigation_is_its_key() {
    let mut window = Driven::open("souris");
    for (name, place) in [(t("nav.receipts"), Place::Recettes), (t("nav.facturer"), Place::Facturer)] {
        let messages: Vec<Message> = {
            let mut simulator = window.simulator();
            simulator.click(name).expect("an entry of the navigation");
            simulator.into_messages().collect()
        };
        window.deliver(messages);
        assert_eq!(window.desk().place, place);
    }
}
