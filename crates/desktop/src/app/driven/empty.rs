//! Screens without anything on them: nobody is signed in, or nothing was done yet. Each teaches what would stand there, and shows no
//! patient and no amount.

use std::fs;

use iced::keyboard::key::Named;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_domain::Centimes;

use super::Driven;
use crate::app::Phase;
use crate::app::places::{PLACES, Place};
use crate::text::{t, with};

#[test]
fn the_first_words_say_what_it_is_and_one_key_opens_the_demonstration() {
    let mut window = Driven::begin("premiers-mots");
    for words in [t("welcome.what"), t("welcome.not_approved"), t("welcome.open_demo")] {
        window.shows(words);
    }
    window.press(Named::Escape);
    window.shows(t("welcome.open_demo"));
    window.press(Named::Enter);
    window.shows(t("tray.title"));
    window.shows(t("demo.band"));
    window.shows(t("bandeau.nobody"));
}

#[test]
fn a_demonstration_that_does_not_open_says_why_and_is_offered_again() {
    let mut window = Driven::begin("sans-dossier");
    // A file lies where the folder would be made.
    fs::write(&window.folder.0, "").expect("a file");
    window.press(Named::Enter);
    let Phase::Welcome { opening: false, failed: Some(report) } = &window.app.phase else {
        panic!("it opened");
    };
    let report = report.clone();
    for sentence in [&report.message, &report.safe, &report.action] {
        assert!(!sentence.is_empty());
        window.shows(sentence);
    }
    window.shows(t("welcome.open_demo"));
    fs::remove_file(&window.folder.0).expect("taken away");
    window.press(Named::Enter);
    window.shows(t("tray.title"));
}

/// What each screen says to whom it does not know.
fn to_nobody(place: Place) -> &'static str {
    match place {
        Place::Facturer => t("facturer.empty_cps"),
        Place::Reception => t("reception.no_card"),
        Place::ToSign => t("to_sign.nobody"),
        Place::Lots => t("lots.nobody"),
        Place::Paiements => t("money.nobody"),
        Place::Recettes => t("receipts.nobody"),
        Place::Radar => t("radar.nobody"),
        Place::Patients => t("patients.nobody"),
        Place::Remplacements => t("locum.nobody"),
        Place::Reglages => t("settings.nobody"),
        Place::Diagnostic => t("diagnostic.title"),
        Place::Journal => t("journal.nobody"),
        Place::Aide => t("aide.words"),
        Place::Tray => t("tray.explain"),
    }
}

#[test]
fn where_nobody_is_signed_in_no_screen_shows_a_patient_or_an_amount() {
    let mut window = Driven::open("personne");
    window.consults();
    // Every screen has been looked at, and holds what its person saw.
    for place in PLACES {
        window.goes_to(place);
    }
    window.shows(t("tray.explain"));
    window.pulls(VITALE_READER);
    window.pulls(CPS_READER);
    window.shows(t("bandeau.nobody"));
    let amount = Centimes(3000).to_string();
    for place in PLACES {
        window.goes_to(place);
        window.shows(to_nobody(place));
        for private in ["DURAND", "MARIE", "LEFÈVRE", "2 85 04 99", "2850499", &*amount] {
            window.lacks(private);
        }
    }
    window.control("k");
    window.escapes("cards.code_requis");
}

#[test]
fn a_practice_that_did_nothing_yet_is_told_on_every_screen_what_comes_there() {
    let mut window = Driven::open("rien");
    window.signs_in("cps-gris");
    let nothing = [
        (Place::Facturer, t("facturer.empty_vitale")),
        (Place::Reception, t("reception.empty")),
        (Place::ToSign, t("to_sign.empty")),
        (Place::Lots, t("lots.empty")),
        (Place::Paiements, t("money.empty")),
        (Place::Recettes, t("receipts.no_movement")),
        (Place::Recettes, t("receipts.all_paid")),
        (Place::Radar, t("radar.no_seen")),
        (Place::Patients, t("patients.teach")),
        (Place::Remplacements, t("locum.none")),
    ];
    for (place, words) in nothing {
        window.goes_to(place);
        window.shows(words);
    }
    window.control("k");
    window.shows(t("evening.title"));
    window.shows(&with("evening.to_lot", &[("count", "0")]));
    window.shows(&with("evening.to_close", &[("amount", &Centimes::ZERO.to_string())]));
    window.press(Named::Escape);
    window.lacks(t("evening.title"));
}

#[test]
fn an_empty_screen_shows_the_key_that_starts_it_beside_the_navigation() {
    let mut window = Driven::open("touche");
    window.signs_in("cps-gris");
    // The keys of screens stand in the navigation too: once more where they start something.
    let keys = [
        (Place::Facturer, "F10", t("facturer.open_tray"), 2),
        (Place::Reception, "F7", t("reception.receive"), 1),
        (Place::Radar, "F2", t("radar.start"), 2),
        (Place::Lots, "F12", t("lots.sign"), 1),
        (Place::Recettes, "F12", t("receipts.close"), 1),
        (Place::Remplacements, "F12", t("locum.prepare"), 1),
        (Place::Diagnostic, "F5", t("diagnostic.again"), 1),
    ];
    for (place, key, does, times) in keys {
        window.goes_to(place);
        window.shows(does);
        assert_eq!(window.count(key), times, "{place:?}");
    }
}
