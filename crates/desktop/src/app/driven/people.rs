//! Who sits at the desk: the secretary whose home is Accueil, the doctor who codes and signs what she prepared, the locum who has a
//! day and no accounts. What one of them saw is not there for the next.

use iced::keyboard::key::Named;
use liasse_core::SettlementMode;
use liasse_demo::lessons::LESSONS;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_domain::Centimes;

use super::Driven;
use crate::app::Message;
use crate::app::places::Place;
use crate::text::{t, with};

/// Whose card it is.
const MARIE: &str = "DURAND MARIE";

#[test]
fn a_patient_is_received_coded_sealed_and_signed_by_whom_it_concerns() {
    let mut window = Driven::open("secretariat");
    // For whom she receives: a doctor whose card was read here once.
    window.signs_in("cps-gris");
    window.signs_in("cpe-mauve");
    window.shows(t("bandeau.staff"));
    window.inserts(VITALE_READER, "vitale-durand");
    assert_eq!(window.desk().place, Place::Reception, "staff receive");
    window.shows(&with("reception.in_reader", &[("name", MARIE)]));
    window.press(Named::F7);
    window.shows(&format!("✓ {}", with("reception.received", &[("passage", "1")])));
    window.shows(&with("reception.how_many", &[("count", "1")]));
    window.shows(t("reception.no_cotation"));

    window.signs_in("cps-gris");
    window.shows(t("reception.cotation"));
    window.types("g");
    window.press(Named::Enter);
    window.shows(&format!("✓ {}", with("reception.coded", &[("passage", "1"), ("acts", "G")])));
    window.shows(&with("reception.by_doctor", &[("acts", "G")]));

    window.signs_in("cpe-mauve");
    window.press(Named::F12);
    let (number, due) = (window.number(), Centimes(3000).to_string());
    window.shows(&with("reception.how_settled", &[("fse", &number), ("due", &due)]));
    window.types("c");
    let mode = SettlementMode::Carte.label();
    window.shows(&format!("✓ {}", with("reception.settled", &[("mode", mode)])));
    window.shows(t("reception.empty"));

    window.signs_in("cps-gris");
    window.goes_to(Place::ToSign);
    window.shows(&format!("n° {number} · {MARIE}"));
    window.shows(t("to_sign.ready"));
    window.press(Named::F12);
    window.shows(&format!("✓ {}", with("to_sign.done", &[("count", "1"), ("lots", "1")])));
    window.shows(t("to_sign.empty"));
    window.lacks(MARIE);
}

#[test]
fn a_locum_has_a_day_and_no_accounts() {
    let mut window = Driven::open("remplacant");
    LESSONS[2].begin(window.demo()).expect("a session");
    // The clock went to the day of the replacement.
    window.deliver(vec![Message::Tick]);
    window.signs_in("cps-vert");
    let who = window.desk().signed_in.clone().expect("the locum");
    let session = who.replaces.clone().expect("in the doctor's place");
    let replaced = &session.session.replaced.holder;
    let replaced = format!("{} {}", replaced.given_name.reveal(), replaced.family_name.reveal());
    let name = who.display_name();
    window.shows(&with("bandeau.replaces", &[("locum", &name), ("replaced", &replaced), ("until", "19/01")]));
    window.shows(t("nav.my_day"));
    for place in [t("nav.money"), t("nav.receipts"), t("nav.locum")] {
        assert_eq!(window.count(place), 0, "{place}");
    }
    window.press(Named::F1);
    for key in ["Ctrl P", "Ctrl R"] {
        assert_eq!(window.count(key), 0, "{key}");
    }
    window.press(Named::Escape);
    for letter in ["p", "r"] {
        window.control(letter);
        assert_eq!(window.desk().place, Place::Remplacements, "Ctrl {letter}");
        window.shows(&with("locum.my_day", &[("day", "19/01/2026")]));
        window.escapes("replacement.comptes");
    }
    window.shows(t("locum.nothing_left"));
}

#[test]
fn what_one_person_saw_is_not_there_for_the_next() {
    let mut window = Driven::open("autre-praticien");
    window.consults();
    window.goes_to(Place::Patients);
    window.types("durand");
    window.press(Named::Enter);
    window.shows(MARIE);
    window.pulls(VITALE_READER);
    window.signs_in("cps-blanc");
    window.shows(t("patients.teach"));
    window.types("durand");
    window.shows(t("patients.none"));
    for (place, words) in [
        (Place::Lots, t("lots.empty")),
        (Place::Recettes, t("receipts.no_movement")),
        (Place::Radar, t("radar.no_seen")),
    ] {
        window.goes_to(place);
        window.shows(words);
        window.lacks(MARIE);
    }
    // The first is back and finds it again.
    window.signs_in("cps-gris");
    window.goes_to(Place::Lots);
    window.shows(MARIE);
    window.pulls(CPS_READER);
    window.lacks(MARIE);
}

#[test]
fn the_mutuelle_that_the_vitale_names_is_proposed_with_its_source_and_day() {
    let mut window = Driven::open("mutuelle-carte-vitale");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "cas-mutuelle-02");
    let until = with("mutuelle.until_day", &[("day", "31/12/2049")]);
    let values = [("read", "15/01/2026"), ("number", "99999905"), ("member", ""), ("until", &*until)];
    let said = with("mutuelle.vitale_caisse", &values);
    window.shows(t("facturer.no_mutuelle"));
    window.shows(&said);
    window.control("m");
    assert_eq!(window.count(&said), 2, "in the dialog, too");
    window.shows("99999905");
    window.shows("31/12/2049");
    // The number of the member and the convention are on the paper card alone: that is where one types.
    window.types("SIM99905");
    window.press(Named::Tab);
    window.types("co");
    window.press(Named::Enter);
    assert_eq!(window.count(t("mutuelle.explain")), 0);
    assert_eq!(window.count(t("facturer.no_mutuelle")), 0);
    window.shows(&with("facturer.mutuelle_seen", &[("seen", "15/01/2026")]));
}
