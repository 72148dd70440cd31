//! A full practice: of hundreds of rows only those on the screen are built, the sentence above says how many there are, and ↓ walks
//! through all of them.

use std::sync::Arc;
use std::time::Instant;

use iced::advanced::clipboard;
use iced::advanced::mouse::Cursor;
use iced::keyboard::key::Named;
use iced::{Event, window};
use liasse_core::SettlementMode;
use liasse_core::cards::VitaleView;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Draft, Proof};
use liasse_core::signing;
use liasse_demo::tray::VITALE_READER;
use liasse_domain::{Centimes, FseRef, SecuringMode};

use super::Driven;
use crate::app::places::Place;
use crate::text::{t, with};

/// Fewer rows than any screen of that height shows, and more: a row is 44 high at least, 60 at most.
const FEWEST: usize = 10;
const MOST: usize = 26;

fn are_windowed(rows: usize, of: &str) {
    assert!((FEWEST..=MOST).contains(&rows), "{of}: {rows} rows are built");
}

/// The doctor and Marie Durand's card, both there.
pub(super) fn at_work(name: &str) -> (Driven, SignedIn, VitaleView) {
    let mut window = Driven::open(name);
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    let who = window.desk().signed_in.clone().expect("the doctor");
    let vitale = window.desk().cards.vitale().map(|(_, vitale)| vitale.clone()).expect("a Vitale");
    (window, who, vitale)
}

/// A consultation under tiers payant: 21,00 € of the caisse, 9,00 € of the patient.
fn prepared(window: &Driven, who: &SignedIn, vitale: &VitaleView, count: usize) -> Vec<FseRef> {
    let (who, vitale) = (who.clone(), vitale.clone());
    window.asks(move |ws| {
        let mut made = Vec::new();
        for _ in 0..count {
            let mut draft = Draft::new(&vitale, 0, ws.now())?;
            draft.add_act("G");
            draft.input.third_party.amo = true;
            made.push(ws.prepare(&draft, &who)?);
        }
        Ok(made)
    })
}

#[test]
fn three_hundred_documents_are_counted_walked_through_and_not_all_built() {
    let (mut window, who, vitale) = at_work("trois-cents");
    let made = prepared(&window, &who, &vitale, 300);
    window.goes_to(Place::Lots);
    window.shows(&with("lots.count", &[("count", "300")]));
    are_windowed(window.count("DURAND MARIE"), "Lots et envois");
    // The newest is chosen first; the two hundred that are read at once are not the last.
    for steps in [0, 3, 247] {
        for _ in 0..steps {
            window.press(Named::ArrowDown);
        }
        window.press(Named::F7);
        let below = if steps == 247 { 250 } else { steps };
        let number = made[299 - below].number.to_string();
        window.shows(&with("lots.attach_to", &[("fse", &number)]));
        window.press(Named::Escape);
    }
    window.press(Named::ArrowUp);
    window.press(Named::F7);
    window.shows(&with("lots.attach_to", &[("fse", &made[50].number.to_string())]));
    are_windowed(window.count("DURAND MARIE"), "Lots et envois, further down");
}

/// The same in the degraded mode, without the card of that FSE's patient: the doctor signs alone.
fn degraded(window: &Driven, who: &SignedIn, of: &FseRef, count: usize) -> Vec<FseRef> {
    let (who, of) = (who.clone(), of.clone());
    window.asks(move |ws| {
        let mut made = Vec::new();
        for _ in 0..count {
            let reading = ws.last_reading(&of, &who)?;
            let mut draft = Draft::without_card(reading, Proof::DernierPassage, SecuringMode::Degrade, ws.now())?;
            draft.add_act("G");
            made.push(ws.prepare(&draft, &who)?);
        }
        Ok(made)
    })
}

/// A frame is drawn: a list that was scrolled by a key says where it is, and builds what stands there.
fn redraws(window: &mut Driven) {
    let frame = Event::Window(window::Event::RedrawRequested(Instant::now()));
    let mut messages = Vec::new();
    window.with_view(|view, renderer| {
        drop(view.update(&[frame], Cursor::Unavailable, renderer, &mut clipboard::Null, &mut messages));
    });
    window.deliver(messages);
}

#[test]
fn three_hundred_signatures_are_counted_walked_through_and_only_those_without_anomaly_are_made() {
    let (mut window, who, vitale) = at_work("a-signer-plein");
    let mut made = prepared(&window, &who, &vitale, 1);
    made.extend(degraded(&window, &who, &made[0], 4));
    // For these the patient's card would have to be there: an anomaly.
    made.extend(prepared(&window, &who, &vitale, 295));
    window.goes_to(Place::ToSign);
    let total = |count: i64| Centimes(count * 3000).to_string();
    window.shows(&with("to_sign.how_many", &[("count", "300"), ("total", &total(300))]));
    are_windowed(window.begun("n° ").len(), "À signer");
    assert_eq!(window.count(t("to_sign.ready_alone")), 4);
    let guard = [("count", "4"), ("total", &*total(4)), ("who", &who.display_name())];
    window.shows(&with("to_sign.guard", &guard));

    // The oldest is chosen first; the two hundred that are read at once are not the last.
    let row = |fse: &FseRef| format!("n° {} · DURAND MARIE", fse.number);
    let mut below = 0;
    for steps in [0, 3, 247] {
        for _ in 0..steps {
            window.press(Named::ArrowDown);
        }
        below += steps;
        redraws(&mut window);
        let chosen = &made[below];
        window.shows(&with("to_sign.of", &[("fse", &chosen.to_string()), ("day", "15/01/2026")]));
        window.shows(&row(chosen));
        are_windowed(window.begun("n° ").len(), "À signer, further down");
    }
    assert_eq!(window.count(&row(&made[0])), 0, "what is far above is not built");
    window.press(Named::ArrowUp);
    window.shows(&with("to_sign.of", &[("fse", &made[249].to_string()), ("day", "15/01/2026")]));

    window.press(Named::F12);
    window.shows(&format!("✓ {}", with("to_sign.done", &[("count", "4"), ("lots", "1")])));
    window.shows(&with("to_sign.how_many", &[("count", "296"), ("total", &total(296))]));
    let nothing = [("count", "0"), ("total", &*Centimes::ZERO.to_string()), ("who", &who.display_name())];
    window.shows(&with("to_sign.guard", &nothing));
    window.shows(&with("to_sign.of", &[("fse", &made[249].to_string()), ("day", "15/01/2026")]));
    window.press(Named::F12);
    window.shows(&with("to_sign.how_many", &[("count", "296"), ("total", &total(296))]));
}

#[test]
fn the_money_of_a_full_practice_is_counted_and_not_all_built() {
    let (mut window, who, vitale) = at_work("argent-plein");
    let made = prepared(&window, &who, &vitale, 64);
    let office = Arc::clone(&window.desk().office);
    for (index, fse) in made.iter().enumerate() {
        signing::sign_fse(&office.workstation(), &office.cards(), fse, &who, Some(&vitale)).expect("signed");
        if index % 2 == 0 {
            let (fse, who) = (fse.clone(), who.clone());
            window.asks(move |ws| ws.settle(&fse, &who, SettlementMode::Carte).map(drop));
        }
    }

    window.goes_to(Place::Recettes);
    let half = Centimes(32 * 900).to_string();
    window.shows(&with("receipts.guard", &[("count", "32"), ("amount", &half)]));
    let lines = window.begun("n° ");
    let by_card = lines.iter().filter(|line| line.ends_with(SettlementMode::Carte.label())).count();
    are_windowed(by_card, "Règlements");
    are_windowed(lines.len() - by_card, "Impayés");
    window.press(Named::ArrowDown);
    window.types("e");
    let said = window.begun(t("receipts.settled"));
    assert!(said.len() == 1 && said[0].contains(SettlementMode::Especes.label()), "the chosen one: {said:?}");
    window.shows(SettlementMode::Especes.label());

    window.goes_to(Place::Patients);
    window.types("durand");
    window.press(Named::Enter);
    window.shows(&with("patients.documents", &[("count", "64")]));
    are_windowed(window.count("15/01/2026"), "Historique");

    window.goes_to(Place::Radar);
    window.shows(&with("radar.sorted", &[("count", "64"), ("sorted", t("radar.by_urgency"))]));
    are_windowed(window.begun(&format!("DURAND MARIE · {} n° ", t("money.fse"))).len(), "À surveiller");

    window.goes_to(Place::Lots);
    window.press(Named::F12);
    window.shows(&with("lots.signed", &[("count", "2")]));
    window.press(Named::F8);
    window.shows(&with("lots.sent", &[("count", "2")]));
    // The caisse pays on the fifth working day.
    window.goes_to(Place::Tray);
    for _ in 0..6 {
        window.press(Named::F6);
    }
    window.goes_to(Place::Lots);
    window.press(Named::F5);
    window.goes_to(Place::Paiements);
    window.shows(&with("money.count", &[("rejects", "0"), ("lines", "0"), ("unknown", "0")]));
    are_windowed(window.begun(&format!("✓ {}", t("money.matched"))).len(), "Paiements");
    let first = window.begun(t("money.named"));
    window.press(Named::ArrowDown);
    let second = window.begun(t("money.named"));
    assert_eq!((first.len(), second.len()), (1, 1));
    assert_ne!(first, second, "↓ walks");
    window.press(Named::ArrowUp);
    assert_eq!(window.begun(t("money.named")), first);
}
