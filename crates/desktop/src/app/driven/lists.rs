//! Long lists by the same four keys on each screen: sorted, turned round, filtered, written out; the words above say it, the file is
//! there, and Échap leaves none.

use std::path::PathBuf;

use iced::Event;
use iced::advanced::clipboard;
use iced::advanced::mouse::Cursor;
use iced::advanced::widget::Id;
use iced::event::Status;
use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use iced::mouse::{self, ScrollDelta};
use iced_test::selector::Candidate;
use liasse_core::SettlementMode;
use liasse_core::lists::Listing;
use liasse_demo::lessons::LESSONS;
use liasse_domain::Centimes;

use super::Driven;
use super::full::at_work;
use crate::app::Message;
use crate::app::places::Place;
use crate::screen::{listed, lots};
use crate::text::{t, with};

fn folder(window: &Driven) -> PathBuf {
    window.desk().office.root().join("export")
}

/// Ctrl G, and the file of so many rows that it makes.
#[track_caller]
fn writes(window: &mut Driven, name: &str, rows: &str) {
    window.control("g");
    let said = window.begun(&format!("✓ {}", with("export.done", &[("count", rows)])));
    assert!(said.len() == 1 && said[0].ends_with(name), "{said:?}");
    assert!(folder(window).join(name).is_file(), "{name}");
    window.lacks(t("export.stop"));
}

#[test]
fn every_long_list_is_sorted_filtered_and_written_by_the_same_keys() {
    let mut window = Driven::open("listes");
    window.consults();

    window.goes_to(Place::Lots);
    window.shows(t("lots.by_made"));
    window.control("y");
    window.shows(t("lots.by_day"));
    window.control("b");
    window.shows(t("lots.by_day_turned"));
    window.control("n");
    window.shows(&listed::words(t("lots.by_day_turned"), Some(t("lots.only_unsent"))));
    writes(&mut window, "documents-2026-01-15.csv", "1");
    window.control("n");
    window.shows(t("lots.none_such"));

    window.goes_to(Place::Paiements);
    window.shows(t("money.by_day"));
    window.control("y");
    window.shows(t("lots.by_amount"));
    window.control("n");
    window.shows(&listed::words(t("lots.by_amount"), Some(t("money.only_rejects"))));
    window.shows(&with("money.how_many_rejects", &[("count", "0")]));
    window.shows(t("list.none_such"));
    writes(&mut window, "paiements-et-rejets-2026-01-15.csv", "0");

    window.goes_to(Place::Recettes);
    window.shows(t("receipts.on_unpaid"));
    writes(&mut window, "impayes-2026-01-15.csv", "0");
    window.press(Named::F5);
    window.shows(t("receipts.on_movements"));
    let one = with("receipts.how_many", &[("count", "1")]);
    window.shows(&format!("{one} · {}", t("receipts.by_hour")));
    window.control("y");
    window.control("n");
    let by_card = with("receipts.only_mode", &[("mode", SettlementMode::Carte.label())]);
    window.shows(&format!("{one} · {}", listed::words(t("lots.by_amount"), Some(&by_card))));
    writes(&mut window, "recettes-2026-01-15.csv", "1");
    window.control("n");
    window.shows(t("list.none_such"));

    window.goes_to(Place::Radar);
    window.control("y");
    window.shows(&with("radar.sorted", &[("count", "1"), ("sorted", t("receipts.by_age"))]));
    writes(&mut window, "a-surveiller-facture-non-envoye-2026-01-15.csv", "1");
    window.control("n");
    window.shows(t("list.none_such"));

    window.goes_to(Place::Patients);
    window.types("durand");
    window.press(Named::Enter);
    window.shows(t("lots.by_day"));
    window.control("y");
    window.shows(t("lots.by_amount"));
    window.control("g");
    let written = std::fs::read_dir(folder(&window)).expect("the folder").flatten();
    let names = written.map(|entry| entry.file_name().to_string_lossy().into_owned());
    assert_eq!(names.filter(|name| name.starts_with("historique-")).count(), 1);
}

#[test]
fn a_list_on_its_way_says_how_far_it_is_and_escape_leaves_no_file() {
    let mut window = Driven::open("export-arrete");
    window.consults();
    window.goes_to(Place::Lots);
    // The lane is busy until it is let go: nothing is written before Échap.
    let (let_go, wait) = std::sync::mpsc::channel::<()>();
    let busy = move |_: &mut liasse_core::Workstation| {
        let _ = wait.recv();
    };
    window.desk().office.workstation().post(busy).expect("a lane");
    let control_g = Message::Key(Key::Character("g".into()), Modifiers::CTRL, Status::Ignored);
    let begun = window.app.update(control_g);
    window.shows(&with("export.rows", &[("count", "0")]));
    window.shows(t("export.stop"));
    let stopped = window.app.update(Message::Key(Key::Named(Named::Escape), Modifiers::empty(), Status::Ignored));
    window.lacks(t("export.stop"));
    drop(let_go);
    window.run(vec![begun, stopped]);
    window.shows(&format!("✓ {}", t("export.stopped")));
    let left = std::fs::read_dir(folder(&window)).map_or(0, Iterator::count);
    assert_eq!(left, 0, "no file, and none begun");
    writes(&mut window, "documents-2026-01-15.csv", "1");
}

#[test]
fn staff_write_no_accounts() {
    let mut window = Driven::open("export-secretariat");
    window.signs_in("cps-gris");
    window.signs_in("cpe-mauve");
    window.goes_to(Place::Lots);
    window.control("g");
    window.escapes("papier.comptes");
    assert!(!folder(&window).exists());
}

#[test]
fn closing_waits_for_a_list_on_its_way_and_says_so() {
    let mut window = Driven::open("export-fermer");
    window.signs_in("cps-gris");
    window.goes_to(Place::Lots);
    let begun = window.app.update(Message::Key(Key::Character("g".into()), Modifiers::CTRL, Status::Ignored));
    let closing = window.app.update(Message::Close);
    window.shows(t("closing.export"));
    window.run(vec![begun, closing]);
    assert!(window.ended);
    assert!(folder(&window).join("documents-2026-01-15.csv").is_file());
}

/// The texts of which something can be seen.
fn seen(window: &mut Driven) -> Vec<String> {
    window.selected(|candidate: Candidate<'_>| match candidate {
        Candidate::Text { content, visible_bounds: Some(_), .. } => Some(content.to_owned()),
        _ => None,
    })
}

/// The wheel turns over the list beside the one that is walked, to its end.
fn wheels(window: &mut Driven) {
    let list = window.selected(|candidate: Candidate<'_>| match candidate {
        Candidate::Scrollable { id: Some(id), visible_bounds: Some(bounds), .. } if *id == Id::new("liste-a-cote") => {
            Some(bounds.center())
        }
        _ => None,
    });
    assert_eq!(list.len(), 1, "one such list");
    // Notch by notch, as a wheel turns: iced does not tell of a place that it told of last.
    for lines in [-3.0, -100.0] {
        let turned = Event::Mouse(mouse::Event::WheelScrolled { delta: ScrollDelta::Lines { x: 0.0, y: lines } });
        let mut messages = Vec::new();
        window.with_view(|view, renderer| {
            drop(view.update(&[turned], Cursor::Available(list[0]), renderer, &mut clipboard::Null, &mut messages));
        });
        window.deliver(messages);
    }
}

#[test]
fn settlements_that_were_scrolled_stand_at_their_top_once_they_are_sorted_anew() {
    let (mut window, who, _) = at_work("reglements-defiles");
    window.press(Named::F12);
    window.types("p");
    window.asks(move |ws| {
        let fse = ws.ledger()?.documents.last().expect("an FSE").fse.clone();
        (1..=45).try_for_each(|cents| ws.settle_part(&fse, &who, SettlementMode::Carte, Some(Centimes(cents)), None))
    });
    window.goes_to(Place::Recettes);
    window.press(Named::F5);
    let sees = |window: &mut Driven| {
        let seen = seen(window);
        [1, 45].map(|cents| seen.contains(&Centimes(cents).to_string()))
    };
    assert_eq!(sees(&mut window), [true, false]);
    wheels(&mut window);
    assert_eq!(sees(&mut window), [false, true]);
    window.control("y");
    assert_eq!(sees(&mut window), [false, true], "the largest first, from the top");
    wheels(&mut window);
    assert_eq!(sees(&mut window), [true, false]);
    window.press(Named::ArrowLeft);
    window.press(Named::ArrowRight);
    assert_eq!(sees(&mut window), [false, true], "and the same of another day");
}

#[test]
fn words_that_were_scrolled_stand_at_their_top_once_others_are_looked_for() {
    let mut window = Driven::open("mots-defiles");
    window.goes_to(Place::Aide);
    let sees = |window: &mut Driven| {
        let seen = seen(window);
        ["Accident du travail", "Titulaire"].map(|term| seen.iter().any(|text| text == term))
    };
    assert_eq!(sees(&mut window), [true, false]);
    wheels(&mut window);
    assert_eq!(sees(&mut window), [false, true]);
    window.types("a");
    assert_eq!(sees(&mut window), [true, false], "both have that letter, and the first is seen");
    wheels(&mut window);
    assert_eq!(sees(&mut window), [false, true]);
    window.press(Named::F8);
    assert_eq!(sees(&mut window), [true, false], "all of them again, from the top");
}

#[test]
fn no_key_acts_on_a_list_while_another_is_read_in_its_place() {
    let mut window = Driven::open("liste-d-avant");
    LESSONS[0].begin(window.demo()).expect("a caisse that rejects once");
    let number = window.consults();
    window.goes_to(Place::Lots);
    for key in [Named::F12, Named::F8, Named::F5] {
        window.press(key);
    }
    window.goes_to(Place::Paiements);
    window.shows(&with("money.reject", &[("fse", &number)]));
    let sorted = window.app.update(Message::Key(Key::Character("y".into()), Modifiers::CTRL, Status::Ignored));
    window.shows(t("money.by_day"));
    window.press(Named::Enter);
    assert_eq!(window.desk().place, Place::Paiements, "nothing is chosen");
    window.run(vec![sorted]);
    window.shows(t("lots.by_amount"));
    window.press(Named::Enter);
    assert_eq!(window.desk().place, Place::Facturer);
}

#[test]
fn a_locum_does_not_see_the_list_of_whom_they_replace() {
    let mut window = Driven::open("liste-du-remplace");
    let number = window.consults();
    let doctor = window.desk().signed_in.clone().expect("the doctor");
    window.goes_to(Place::Lots);
    window.control("b");
    window.shows(t("lots.by_made_turned"));
    assert_eq!(window.count(&number), 1);

    LESSONS[2].begin(window.demo()).expect("a session");
    window.deliver(vec![Message::Tick]);
    window.signs_in("cps-vert");
    assert_eq!(window.desk().place, Place::Lots);
    window.shows(t("lots.by_made"));
    assert_eq!(window.count(&number), 0);
    // The doctor's page, read before and there after.
    let late = window.asks(move |ws| ws.ledger_page(Some(&doctor), Listing::default(), 10));
    assert_eq!(late.documents.len(), 1);
    window.deliver(vec![Message::Lots(lots::Message::Loaded(Box::new(Ok(late))))]);
    assert_eq!(window.count(&number), 0);
}
