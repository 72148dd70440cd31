//! Long lists by the same four keys on each screen: sorted, turned round, filtered, written out; the words above say it, the file is
//! there, and Échap leaves none.

use std::path::PathBuf;

use iced::event::Status;
use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use liasse_core::SettlementMode;

use super::Driven;
use crate::app::Message;
use crate::app::places::Place;
use crate::screen::listed;
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
    window.shows(t("money.none_such"));
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
    window.shows(t("receipts.none_such"));

    window.goes_to(Place::Radar);
    window.control("y");
    window.shows(&with("radar.sorted", &[("count", "1"), ("sorted", t("receipts.by_age"))]));
    writes(&mut window, "a-surveiller-facture-non-envoye-2026-01-15.csv", "1");
    window.control("n");
    window.shows(t("radar.none_such"));

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
