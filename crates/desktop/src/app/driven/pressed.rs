//! Keys that nothing else presses: the accident that is consolidated by a second press, the lists that do not hold what another
//! screen sends to, the evening that is refused while something is under way, the one key of a locum's day.

use iced::event::Status;
use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use liasse_core::SettlementMode;
use liasse_core::invoicing::Draft;
use liasse_demo::lessons::LESSONS;
use liasse_demo::tray::CPS_READER;

use super::Driven;
use super::full::at_work;
use crate::app::Message;
use crate::app::places::Place;
use crate::screen::reglages::{self, Erasing};
use crate::text::{t, with};

/// How many accidents of whose card is in go on, for the practice.
fn accidents(window: &Driven) -> usize {
    let vitale = window.desk().cards.vitale().map(|(_, vitale)| vitale.clone()).expect("a Vitale");
    let who = window.desk().signed_in.clone().expect("somebody");
    window.asks(move |ws| Ok(ws.accidents_of(&Draft::new(&vitale, 0, ws.now())?, &who)?.len()))
}

/// Dr Gris, and an accident of Marie Durand that goes on; its dialog is open again.
fn with_an_accident(name: &str) -> Driven {
    let (mut window, ..) = at_work(name);
    window.control("t");
    window.types("1234567");
    window.press(Named::Enter);
    assert_eq!(accidents(&window), 1);
    window.control("t");
    window.shows(t("accident.open"));
    window
}

#[test]
fn an_accident_is_consolidated_by_the_second_press_and_no_first_one() {
    let mut window = with_an_accident("consolider");
    let twice = format!("! {}", t("accident.twice"));
    assert_eq!(window.count(&twice), 0);
    window.press(Named::F7);
    window.shows(&twice);
    assert_eq!(accidents(&window), 1, "the first press asks");
    // Another key between them, or another dialog, and it is asked again.
    window.press(Named::ArrowDown);
    assert_eq!(window.count(&twice), 0);
    window.press(Named::F7);
    window.press(Named::Escape);
    window.control("t");
    assert_eq!(window.count(&twice), 0);
    window.press(Named::F7);
    window.shows(&twice);
    assert_eq!(accidents(&window), 1);
    window.press(Named::F7);
    assert_eq!(accidents(&window), 0, "the second press does it");
    assert_eq!((window.count(t("accident.open")), window.count(&twice)), (0, 0));
    assert_eq!(window.count(t("accident.consolidate")), 0, "there is none left");
}

#[test]
fn staff_do_not_say_that_an_accident_is_over() {
    let mut window = with_an_accident("consolider-secretariat");
    window.press(Named::Escape);
    window.signs_in("cpe-mauve");
    window.goes_to(Place::Facturer);
    window.control("t");
    window.shows(t("accident.open"));
    let before = window.count(REFUSED);
    window.press(Named::F7);
    window.press(Named::F7);
    window.says(REFUSED);
    assert_eq!(window.count(REFUSED), before + 1);
    assert_eq!(accidents(&window), 1);
}

/// Another's accounts.
const REFUSED: &str = "invoicing.autre_praticien";

/// The sentence of a list that does not hold an FSE.
fn not_listed(number: &str) -> String {
    with("watched.not_listed", &[("fse", number)])
}

/// Signs the lots, sends them and reads what came back.
fn posts(window: &mut Driven) {
    window.goes_to(Place::Lots);
    for key in [Named::F12, Named::F8, Named::F5] {
        window.press(key);
    }
}

#[test]
fn what_is_to_be_put_into_a_lot_is_shown_whatever_the_list_was_filtered_by() {
    let mut window = Driven::open("absente-lots");
    let number = window.consults();
    window.goes_to(Place::Lots);
    window.control("n");
    // Through every filter: what was never sent is neither unanswered nor rejected.
    for _ in 0..4 {
        if window.count(&number) > 0 {
            window.control("n");
        }
    }
    assert_eq!(window.count(&number), 0, "a filter that leaves it out");
    window.goes_to(Place::Radar);
    window.shows(t("radar.make_lot"));
    window.press(Named::Enter);
    assert_eq!(window.desk().place, Place::Lots);
    assert_eq!((window.count(&number), window.count(&not_listed(&number))), (1, 0));
}

#[test]
fn the_receipts_say_that_somebody_else_has_taken_the_money_meanwhile() {
    let (mut window, who, _) = at_work("absente-recettes");
    window.press(Named::F12);
    window.types("p");
    let number = window.number();
    posts(&mut window);
    window.goes_to(Place::Radar);
    // Still on the screen, and settled at the desk.
    window.asks(move |ws| {
        let fse = ws.ledger()?.documents.last().expect("an FSE").fse.clone();
        ws.settle(&fse, &who, SettlementMode::Carte)
    });
    window.press(Named::Enter);
    assert_eq!(window.desk().place, Place::Recettes);
    window.shows(&not_listed(&number));
    window.types("e");
    assert_eq!(window.begun(t("receipts.settled")), [] as [String; 0], "none is chosen in its place");
}

#[test]
fn the_payments_say_that_they_hold_no_line_of_what_the_caisse_still_owes() {
    let (mut window, ..) = at_work("absente-paiements");
    window.press(Named::F5);
    window.press(Named::F12);
    // What the patient owes of it is there; the caisse's part is to be asked for.
    window.types("c");
    let number = window.number();
    posts(&mut window);
    window.goes_to(Place::Radar);
    window.press(Named::Enter);
    assert_eq!(window.desk().place, Place::Paiements);
    window.shows(&not_listed(&number));
}

/// Whether the corner says that the evening waits.
fn is_busy(window: &mut Driven) -> bool {
    window.read().iter().any(|text| text.ends_with(t("evening.busy")))
}

/// Ctrl K is refused, and the page is not there.
#[track_caller]
fn evening_waits(window: &mut Driven) {
    assert!(!is_busy(window), "said before");
    window.control("k");
    assert!(is_busy(window), "not refused");
    assert_eq!(window.count(t("evening.begin")), 0, "the page is not open");
}

#[track_caller]
fn evening_opens(window: &mut Driven) {
    window.control("k");
    window.shows(t("evening.begin"));
}

/// The task of a key, which nobody runs yet.
fn pressed(window: &mut Driven, key: Named) -> iced::Task<Message> {
    window.app.update(Message::Key(Key::Named(key), Modifiers::empty(), Status::Ignored))
}

#[test]
fn the_evening_waits_until_it_was_said_how_the_patient_settles() {
    let (mut window, ..) = at_work("soir-reglement");
    window.press(Named::F12);
    evening_waits(&mut window);
    window.types("c");
    evening_opens(&mut window);
}

#[test]
fn the_evening_waits_for_a_gesture_of_the_post() {
    let mut window = Driven::open("soir-envoi");
    window.consults();
    window.goes_to(Place::Lots);
    let sending = pressed(&mut window, Named::F8);
    evening_waits(&mut window);
    window.run(vec![sending]);
    evening_opens(&mut window);
}

#[test]
fn the_evening_waits_for_the_one_whose_card_was_pulled() {
    let mut window = Driven::open("soir-deux-fois");
    window.signs_in("cps-gris");
    evening_opens(&mut window);
    let closing = pressed(&mut window, Named::F12);
    window.pulls(CPS_READER);
    assert_eq!(window.count(t("evening.title")), 0, "the page goes with the card");
    window.signs_in("cps-gris");
    evening_waits(&mut window);
    window.run(vec![closing]);
    evening_opens(&mut window);
}

#[test]
fn the_one_key_of_a_locums_day_writes_the_statement() {
    let mut window = Driven::open("ma-journee");
    LESSONS[2].begin(window.demo()).expect("a session");
    // The clock went to the day of the replacement.
    window.deliver(vec![Message::Tick]);
    window.signs_in("cps-vert");
    let number = window.desk().signed_in.as_ref().and_then(|who| who.session()).expect("a session");
    window.goes_to(Place::Remplacements);
    window.shows(&with("locum.my_day", &[("day", "19/01/2026")]));
    window.shows("F5");
    window.shows(t("locum.statement"));

    window.press(Named::F1);
    assert_eq!(window.count(t("help.statement")), 2, "on the screen beneath, and in the map");
    for doctors in [t("help.prepare"), t("help.rehearse"), t("help.erase"), t("help.recurring")] {
        assert_eq!(window.count(doctors), 0, "{doctors}");
    }
    window.press(Named::Escape);
    // What the map does not list does nothing.
    let before = window.read();
    for key in [Named::F12, Named::F6, Named::F8, Named::Delete] {
        window.press(key);
    }
    for letter in ["d", "g"] {
        window.control(letter);
    }
    assert_eq!(window.read(), before);

    window.press(Named::F5);
    assert_eq!(window.begun(t("locum.statement_made")).len(), 1);
    let folder = window.desk().office.root().join("remplacements");
    let there = |end: &str| folder.join(format!("releve-{number}.{end}")).is_file();
    // Sealed by the doctor's card alone.
    assert_eq!([there("pdf"), there("csv"), there("json")], [true, true, false]);
}

/// Réglages, at Conservation.
fn at_conservation(window: &mut Driven) {
    window.goes_to(Place::Reglages);
    for _ in 0..6 {
        window.press(Named::PageDown);
    }
    window.shows(t("kept.explain"));
    window.shows(t("kept.show"));
}

#[test]
fn what_is_due_is_shown_before_a_second_key_erases_it() {
    let mut window = Driven::open("conservation");
    window.consults();
    posts(&mut window);
    let erased = |window: &Driven| window.asks(|ws| Ok(ws.store().erased_count()?));
    at_conservation(&mut window);
    window.press(Named::F12);
    window.shows(t("kept.nothing"));
    assert_eq!(window.begun(&format!("? {}", t("kept.due"))), [] as [String; 0]);
    // Nothing is due: the second key reads again.
    window.press(Named::F12);
    window.shows(t("kept.nothing"));
    window.types("0");
    window.press(Named::Enter);
    window.shows(t("settings.kept"));
    assert_eq!(window.asks(|ws| ws.retention_years()), 0);
    window.lacks(t("kept.nothing"));
    window.demo().clock().advance_working_days(200).expect("forward");
    window.press(Named::F12);
    let shown = window.begun(&format!("? {}", t("kept.due")));
    assert!(shown.len() == 1 && shown[0].contains(" 1 FSE"), "{shown:?}");
    window.shows(t("kept.for_ever"));
    // No amount and no name: whoever opened the data may look without a card.
    let said = [shown, window.begun(t("kept.stays")), window.begun(t("kept.always"))].concat();
    assert!(said.len() > 3 && said.iter().all(|line| !line.contains('€') && !line.contains("DURAND")), "{said:?}");
    assert_eq!(erased(&window), 0, "the first key shows");
    window.press(Named::Escape);
    window.shows(t("kept.show"));
    window.press(Named::F12);
    assert_eq!(erased(&window), 0, "shown anew");
    // Nobody wrote anything for months: the clock may be ahead, which is said before another key erases by it.
    window.press(Named::F12);
    window.says("system.horloge_en_avance");
    assert_eq!(erased(&window), 0);
    window.press(Named::F12);
    assert_eq!(erased(&window), 1);
    assert_eq!(window.begun(&format!("✓ {}", t("kept.done"))).len(), 1);
    window.press(Named::F12);
    window.shows(t("kept.nothing"));
}

#[test]
fn a_card_that_leaves_stops_what_it_had_erased() {
    let mut window = Driven::open("conservation-carte");
    window.consults();
    posts(&mut window);
    at_conservation(&mut window);
    window.types("0");
    window.press(Named::Enter);
    window.demo().clock().advance_working_days(200).expect("forward");
    for _ in 0..2 {
        window.press(Named::F12);
    }
    window.says("system.horloge_en_avance");
    // The key is pressed, and the card is out before the first piece is.
    let erasing = window.app.update(Message::Reglages(reglages::Message::Erasing(Erasing::Go)));
    window.pulls(CPS_READER);
    assert!(window.desk().signed_in.is_none());
    window.run(vec![erasing]);
    window.goes_to(Place::Reglages);
    window.shows(t("kept.stopped"));
    let (erased, people) =
        window.asks(|ws| Ok((ws.store().erased_count()?, ws.store().idle_patients(ws.now(), 0, 9)?)));
    assert_eq!(erased, 1, "the piece that was under way");
    assert!(people.iter().any(|(_, idle)| *idle), "whoever is left of is still there: {people:?}");
}

#[test]
fn staff_erase_nothing_and_are_told_so() {
    let mut window = Driven::open("conservation-secretariat");
    window.signs_in("cps-gris");
    window.signs_in("cpe-mauve");
    at_conservation(&mut window);
    window.press(Named::F12);
    window.escapes("acces.praticien_seul");
}
