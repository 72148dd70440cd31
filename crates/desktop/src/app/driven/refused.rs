//! Refusals where they happen: each says what happened, what is safe and what to do, under its code, and Escape takes it away.

use iced::keyboard::key::Named;
use liasse_core::{Tables, type_acts};
use liasse_demo::lessons::LESSONS;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_domain::{BillingNumber, Coded};

use super::Driven;
use crate::app::places::Place;
use crate::text::{t, with};

#[test]
fn a_code_that_is_too_short_or_wrong_is_refused_in_the_dialog() {
    let mut window = Driven::open("code-faux");
    window.inserts(CPS_READER, "cps-gris");
    window.types("12");
    window.press(Named::Enter);
    window.says("cards.code_longueur");
    window.shows(&with("pin.tries", &[("tries", "3")]));
    window.types("9");
    window.lacks("cards.code_longueur");
    window.types("999");
    window.press(Named::Enter);
    window.says("cards.code_faux");
    window.shows(&with("pin.tries", &[("tries", "2")]));
    assert!(window.desk().signed_in.is_none());
    window.escapes("cards.code_faux");
    assert_eq!(window.count(t("pin.title")), 0);
    // Not asked again by itself, but by its key.
    window.pulls(VITALE_READER);
    assert_eq!(window.count(t("pin.title")), 0);
    window.press(Named::F9);
    window.shows(t("pin.title"));
    window.types("1234");
    window.press(Named::Enter);
    assert!(window.desk().signed_in.is_some());
}

#[test]
fn what_cannot_be_billed_is_refused_where_it_is_typed() {
    let mut window = Driven::open("facture-refusee");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    let wrong = type_acts(Tables::embedded(), "xy9").expect_err("no act").code().0;
    window.types("xy9");
    window.press(Named::Enter);
    window.shows("xy9");
    assert_eq!(window.begun("»").len(), 1, "the wrong letters are set off");
    window.escapes(wrong);
    // The proposed act goes; nothing is left to sign.
    window.press(Named::F8);
    window.press(Named::F12);
    window.escapes("invoicing.aucun_acte");
    assert!(window.asks(|ws| ws.ledger()).documents.is_empty(), "nothing has a number");
}

#[test]
fn the_dialogs_of_the_patient_refuse_what_they_cannot_read() {
    let mut window = Driven::open("dialogues");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");

    window.control("t");
    window.shows(t("accident.title"));
    window.press(Named::Enter);
    window.says("saisie.accident_vide");
    window.press(Named::Tab);
    window.types("32/13/2026");
    window.lacks("saisie.accident_vide");
    window.press(Named::Enter);
    window.escapes("saisie.date");
    assert_eq!(window.count(t("accident.day")), 0, "the dialog is closed");

    window.control("j");
    window.shows(t("sets.explain"));
    for _ in 0..2 {
        window.press(Named::Tab);
    }
    window.types("vieux");
    window.press(Named::Enter);
    window.escapes("saisie.jeu_ages");
    assert_eq!(window.count(t("sets.explain")), 0);

    window.control("m");
    window.shows(t("mutuelle.explain"));
    window.press(Named::Enter);
    window.escapes("saisie.mutuelle_numero");
    assert_eq!(window.count(t("mutuelle.explain")), 0);
}

#[test]
fn without_a_card_the_gestures_that_want_one_say_so() {
    let mut window = Driven::open("sans-carte");
    window.goes_to(Place::Lots);
    window.press(Named::F12);
    window.escapes("cards.code_requis");
    window.goes_to(Place::Diagnostic);
    window.press(Named::F6);
    window.escapes("cards.cps_absente");
    // No practitioner's card was ever read here: nobody's paper sheet can be printed.
    window.goes_to(Place::Reception);
    window.press(Named::F12);
    window.escapes("desync.praticien_inconnu");
    window.control("k");
    window.escapes("cards.code_requis");
}

#[test]
fn what_is_typed_wrongly_is_refused_on_the_other_screens() {
    let mut window = Driven::open("saisies");
    window.signs_in("cps-gris");

    window.goes_to(Place::Tray);
    window.types("d");
    window.types("demain");
    window.press(Named::Enter);
    window.escapes("saisie.date");
    window.types("d");
    window.types("01/01/2026");
    window.press(Named::Enter);
    window.escapes("saisie.horloge_recule");

    window.goes_to(Place::Reglages);
    window.press(Named::PageDown);
    window.shows(t("settings.smtp"));
    window.types("poste:huit");
    window.shows(t("settings.not_kept"));
    window.press(Named::Enter);
    window.escapes("saisie.reglage_valeur");

    let no_number = BillingNumber::parse("").err().map(|error| error.code().0).expect("no number");
    window.goes_to(Place::Remplacements);
    window.press(Named::F12);
    window.escapes(no_number);

    window.goes_to(Place::Reception);
    window.press(Named::F7);
    window.escapes("invoicing.vitale_absente");

    window.goes_to(Place::Recettes);
    window.press(Named::F6);
    window.escapes("store.aucun_cheque");

    window.goes_to(Place::Patients);
    window.types("zzz");
    window.shows(t("patients.none"));
    window.goes_to(Place::Aide);
    window.types("xyzzy");
    window.shows(t("aide.none"));
    window.press(Named::F8);
    window.shows(t("aide.search"));
    assert_eq!(window.count(t("aide.none")), 0);
}

#[test]
fn without_a_network_nothing_is_lost_and_everything_says_so() {
    let mut window = Driven::open("reseau");
    window.consults();
    window.goes_to(Place::Tray);
    window.press(Named::F5);
    window.shows(&format!("! {}", t("faults.on")));
    window.goes_to(Place::Lots);
    window.press(Named::F5);
    window.escapes("road.liaison_coupee");
    window.shows(t("bandeau.link_down"));
    window.control("k");
    window.press(Named::F12);
    window.says("road.liaison_coupee");
    window.shows(&with("evening.signed", &[("signed", "0"), ("lots", "1")]));
    window.shows(&with("evening.sent", &[("count", "0")]));
    window.shows(&format!("✓ {}", t("receipts.closed")));
    window.shows(t("evening.take_card"));
    window.escapes("road.liaison_coupee");
    // Mended, the same file leaves.
    window.goes_to(Place::Tray);
    window.press(Named::F5);
    window.lacks(&format!("! {}", t("faults.on")));
    window.goes_to(Place::Lots);
    window.press(Named::F8);
    window.shows(&with("lots.sent", &[("count", "1")]));
    window.shows(t("bandeau.link_up"));
}

#[test]
fn a_rejected_fse_is_told_in_plain_words_and_corrected_only_with_the_patients_card() {
    let mut window = Driven::open("rejet");
    LESSONS[0].begin(window.demo()).expect("a caisse that rejects once");
    let number = window.consults();
    window.goes_to(Place::Lots);
    for key in [Named::F12, Named::F8, Named::F5] {
        window.press(key);
    }
    assert_eq!(window.begun("× ").len(), 1, "the list says why");
    window.goes_to(Place::Paiements);
    window.shows(&with("money.count", &[("rejects", "1"), ("lines", "0"), ("unknown", "0")]));
    window.shows(&with("money.reject", &[("fse", &number)]));
    window.shows(t("money.correct"));
    window.pulls(VITALE_READER);
    window.press(Named::Enter);
    window.escapes("invoicing.vitale_absente");
    window.inserts(VITALE_READER, "vitale-durand");
    window.press(Named::Enter);
    assert_eq!(window.desk().place, Place::Facturer);
    window.shows(&with("facturer.corrects", &[("fse", &number)]));
}
