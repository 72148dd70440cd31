//! The paths of every day in the real window, by keyboard alone: four patients within their keys, a whole day and its closing, the
//! first screen, an AZERTY keyboard, a lesson; and a picture of every screen by day, by night and enlarged.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use liasse_e2e::practice::money;
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{Desk, Practice};
use serde_json::Value;

/// The rows from the first card of the tray down to that of Marie Durand.
const DURAND: usize = 8;
/// A part of the navigation at any zoom: it shows which screen is open.
const NAVIGATION: &str = "220x700+20+110";

/// What a person presses from the moment when a patient's card is in.
struct Keys<'a> {
    desk: &'a Desk,
    pressed: usize,
}

impl<'a> Keys<'a> {
    fn on(desk: &'a Desk) -> Self {
        Self { desk, pressed: 0 }
    }

    fn press(mut self, keys: &[&str]) -> Self {
        self.desk.press(keys);
        self.pressed += keys.len();
        self
    }

    fn are_at_most(self, most: usize) {
        assert!(self.pressed <= most, "{} keys, where {most} must do", self.pressed);
    }
}

fn documents(practice: &Practice) -> Vec<Value> {
    practice.json(&["ledger"])["documents"].as_array().expect("documents").clone()
}

fn line(state: &str, due: i64, paid: i64) -> (String, i64, i64) {
    (state.to_owned(), due, paid)
}

/// To another screen. What else changes on the one that is left (a canvas, a cursor) is not waited for.
fn go(desk: &Desk, key: &str) {
    let before = desk.display.part(NAVIGATION);
    desk.display.press(&[key]);
    until("another screen", SOON, || (desk.display.part(NAVIGATION) != before).then_some(()));
    desk.quiet();
}

/// From the tray: inserts the Vitale so many rows further, which may be out of sight; its patient opens.
fn insert(desk: &Desk, step: &str, rows: usize) {
    let before = desk.display.part(NAVIGATION);
    desk.display.press(&[&vec![step; rows][..], &["Return"][..]].concat());
    until("the patient of the card", SOON, || (desk.display.part(NAVIGATION) != before).then_some(()));
    desk.quiet();
}

#[test]
fn four_patients_are_billed_within_their_keys() {
    let desk = Desk::open("window-keys", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    insert(&desk, "Down", DURAND);
    // An adult: the consultation is proposed; it is signed and paid by card.
    Keys::on(&desk).press(&["F12"]).press(&["c"]).are_at_most(2);
    // Her child, on the same card.
    Keys::on(&desk).press(&["F7"]).press(&["F12"]).press(&["c"]).are_at_most(3);
    // An ALD: on the first visit it is said that the act belongs to it, and that the caisse pays.
    desk.press(&["F10"]);
    insert(&desk, "Down", 1);
    desk.press(&["F6", "F5", "F12"]);
    // The next day the answers are those of the day before.
    desk.press(&["F10", "Delete", "F6"]);
    insert(&desk, "Down", 0);
    Keys::on(&desk).press(&["F12"]).are_at_most(3);
    // An accident at work, told once by its number.
    desk.press(&["F10", "Delete"]);
    insert(&desk, "Up", 1);
    desk.press(&["ctrl+t"]);
    desk.type_text("123456789");
    desk.press(&["Return", "F12"]);
    // The next day it goes on.
    desk.press(&["F10", "Delete", "F6"]);
    insert(&desk, "Down", 0);
    Keys::on(&desk).press(&["ctrl+t"]).press(&["Return"]).press(&["F12"]).are_at_most(5);
    let practice = desk.close();
    let documents = documents(&practice);
    let totals: Vec<_> = documents.iter().map(|document| document["total_cents"].as_i64()).collect();
    // G, G + MEG for a child of four, and G four times.
    assert_eq!(totals, [3000_i64, 3500, 3000, 3000, 3000, 3000].map(Some));
    assert!(documents.iter().all(|document| document["document"] == "signee"), "{documents:?}");
    assert_eq!(money(&documents[0], "patient"), line("encaisse", 3000, 3000));
    assert_eq!(money(&documents[1], "patient"), line("encaisse", 3500, 3500));
    // An ALD (CSS L160-14) and an accident at work (CSS L432-1): 100 % of the 30,00 €, and the patient owes nothing.
    for document in &documents[2..] {
        assert_eq!(money(document, "amo"), line("attendu", 3000, 0), "{document}");
        assert_eq!(money(document, "patient"), line("sans_objet", 0, 0), "{document}");
    }
}

/// A day of Dr Gris in which much is left: rejected later, paid later, awaited, received and not billed.
fn worked(name: &str) -> Desk {
    let desk = Desk::open(name, &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    insert(&desk, "Down", DURAND);
    // The mother pays by card, the child's visit is paid in cash.
    desk.press(&["F12", "c", "F7", "F12", "e", "F10"]);
    // An ALD, which the caisse pays.
    insert(&desk, "Down", 1);
    desk.press(&["F6", "F5", "F12", "F10"]);
    // Rights that have ended: signed for a written reason, and paid later.
    insert(&desk, "Down", 4);
    desk.press(&["Tab", "o", "u", "i", "F12", "p", "F10"]);
    // C2S: nothing is due.
    insert(&desk, "Up", 3);
    desk.press(&["F12", "F10"]);
    // One more is received, and not billed today.
    insert(&desk, "Down", 1);
    desk.press(&["ctrl+e", "F7", "F2"]);
    desk
}

/// Does all of the evening by its one key. What it says afterwards is taller than what it said before.
fn close_the_day(desk: &Desk) {
    let beside = || desk.display.part("1x1+1000+250");
    let before = beside();
    desk.display.press(&["F12"]);
    until("the page of the evening", SOON, || (beside() != before).then_some(()));
}

#[test]
fn the_day_ends_with_one_key_and_the_next_one_begins_with_its_answers() {
    let desk = worked("window-day");
    desk.press(&["ctrl+t"]);
    desk.picture("accident");
    desk.press(&["Escape", "ctrl+j"]);
    desk.picture("jeux-actes");
    desk.press(&["Escape", "ctrl+k"]);
    desk.picture("cloture-avant");
    close_the_day(&desk);
    desk.picture("cloture");
    desk.press(&["Escape"]);
    // The next morning the caisse has answered.
    desk.press(&["F10", "F6", "F3", "F5"]);
    desk.press(&["ctrl+u"]);
    desk.picture("a-surveiller");
    // A patient is found; what to answer them is on the screen, and the duplicata is a file.
    go(&desk, "ctrl+f");
    desk.type_text("durand m");
    desk.press(&["Return", "F6"]);
    desk.picture("patients");
    go(&desk, "ctrl+i");
    desk.picture("diagnostic");
    go(&desk, "ctrl+h");
    desk.type_text("arl");
    desk.picture("aide");
    // Everything is enlarged by a quarter: the band of the demonstration reaches further down.
    let (band, below) = ("1x1+300+10", "1x1+300+25");
    assert_ne!(desk.display.part(below), desk.display.part(band));
    go(&desk, "ctrl+o");
    desk.press(&["Prior", "Prior", "Prior", "Down"]);
    desk.picture("reglages");
    desk.press(&["Return"]);
    until("an enlarged screen", SOON, || (desk.display.part(below) == desk.display.part(band)).then_some(()));
    // And still is when the program starts again.
    let desk = Desk::open_again(desk.close(), &[], "clair");
    assert_eq!(desk.display.part(below), desk.display.part(band), "the zoom is kept");
    let practice = desk.close();

    let day = practice.json(&["receipts", "day", "2026-01-15"]);
    assert_eq!((&day["closed"], &day["total_cents"]), (&true.into(), &6500.into()), "{day}");
    let documents = documents(&practice);
    let roads: Vec<_> = documents.iter().map(|document| document["transmission"].as_str()).collect();
    assert_eq!(roads, [Some("recue"); 5], "signed into lots, sent and acknowledged by one key");
    assert_eq!(documents[3]["reject"]["code"], "I1002");
    let duplicata = practice.data().join("duplicata/duplicata-991010117-000000001.pdf");
    assert!(std::fs::read(&duplicata).expect("a duplicata").starts_with(b"%PDF-"));
}

/// Every screen by its key, and what its pictures are called.
const SCREENS: [(&str, &str); 13] = [
    ("F2", "facturer"),
    ("ctrl+e", "accueil"),
    ("ctrl+s", "a-signer"),
    ("F3", "lots"),
    ("ctrl+p", "paiements"),
    ("ctrl+r", "recettes"),
    ("ctrl+u", "a-surveiller"),
    ("ctrl+f", "patients"),
    ("ctrl+l", "remplacements"),
    ("ctrl+o", "reglages"),
    ("ctrl+i", "diagnostic"),
    ("ctrl+h", "aide"),
    ("F10", "plateau"),
];

/// Pictures that other window tests take, each of a moment that says more.
const TAKEN_ELSEWHERE: [&str; 15] = [
    "facturer-clair",
    "accueil-clair",
    "a-signer-clair",
    "lots-clair",
    "recettes-clair",
    "a-surveiller-clair",
    "patients-clair",
    "remplacements-clair",
    "reglages-clair",
    "diagnostic-clair",
    "aide-clair",
    "plateau-clair",
    "facturer-sombre",
    "lots-sombre",
    "plateau-sombre",
];

#[test]
fn every_screen_is_shown_by_day_by_night_and_enlarged() {
    let desk = worked("window-looks");
    desk.press(&["ctrl+k"]);
    close_the_day(&desk);
    desk.press(&["Escape"]);
    go(&desk, "F10");
    let enlarged = ["F11", "ctrl+plus", "ctrl+plus", "ctrl+plus", "ctrl+plus", "ctrl+plus"];
    let looks: [(&str, &[&str]); 4] =
        [("clair", &[]), ("sombre", &["F11"]), ("150", &enlarged), ("150-sombre", &["F11"])];
    for (look, keys) in looks {
        desk.press(keys);
        for (key, name) in SCREENS {
            go(&desk, key);
            let file = format!("{name}-{look}");
            if !TAKEN_ELSEWHERE.contains(&file.as_str()) {
                desk.picture_as(&file);
            }
        }
    }
    let practice = desk.close();
    let kept = ["desk.zoom", "desk.dark"].map(|name| practice.run(&["config", "get", name]).success().stdout);
    assert_eq!(kept.each_ref().map(|value| value.trim()), ["150", "oui"]);
}

#[test]
fn a_newcomer_reaches_a_settled_fse_from_the_first_screen() {
    let desk = Desk::welcome("window-newcomer", "clair");
    desk.picture("premier-ecran");
    // « ↵ Ouvrir la démonstration ».
    desk.press(&["Return"]);
    desk.opened();
    // « Insérez une carte de professionnel » : the first one is « la carte de la démonstration », « code 1234 » beside it.
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    // « puis la carte Vitale d'un patient » : « la famille de la démonstration ».
    insert(&desk, "Down", DURAND);
    // « F12 Signer », then « C Carte bancaire ».
    desk.press(&["F12"]);
    desk.press(&["c"]);
    let practice = desk.close();
    let documents = documents(&practice);
    assert_eq!((documents.len(), &documents[0]["document"]), (1, &"signee".into()), "{documents:?}");
    assert_eq!(money(&documents[0], "patient"), line("encaisse", 3000, 3000));
}

/// Keys by where they lie: the upper row, on which digits are on Shift, the dead `^`, digits and point of the number pad.
const PIN: [&str; 4] = ["10", "11", "12", "13"];
const TWO: &str = "11";
const FIVE: &str = "shift+14";
const ZERO: &str = "shift+19";
const DEAD_CIRCUMFLEX: &str = "34";
const PAD_FOUR: &str = "83";
const PAD_FIVE: &str = "84";
const PAD_ZERO: &str = "90";
const PAD_POINT: &str = "91";

#[test]
fn an_azerty_keyboard_writes_digits_accents_and_amounts() {
    let desk = Desk::open("window-azerty", &[], "clair");
    desk.display.layout("fr");
    // A code is typed on the upper row as it lies, without Shift.
    desk.press(&["Return"]);
    desk.press(&PIN);
    desk.press(&["Return"]);
    // « fêté = G »: a dead key and a letter; `é` lies on 2.
    desk.press(&["ctrl+e", "f"]);
    desk.display.press(&[DEAD_CIRCUMFLEX]);
    desk.press(&["e", "t", TWO, "space", "equal", "space", "g", "F8"]);
    desk.press(&["F10"]);
    insert(&desk, "Down", DURAND);
    desk.press(&["F12"]);
    // A part of what is due: digits are on Shift, the comma is not.
    desk.press(&[FIVE, "comma", FIVE, ZERO, "e"]);
    // Another part on the number pad; its point is Suppr without Num Lock, and takes nothing back with it.
    desk.display.press(&["Num_Lock"]);
    desk.press(&[PAD_FOUR, PAD_POINT, PAD_FIVE, PAD_ZERO, "h"]);
    desk.press(&["c"]);
    // The child is billed, and found by « léo ».
    desk.press(&["F7", "F12", "c"]);
    go(&desk, "ctrl+f");
    desk.press(&["l", TWO, "o", "Return", "F6"]);
    desk.quiet();
    let practice = desk.close();
    let instructions = practice.json(&["passage", "instruction", "list"])["instructions"].clone();
    assert_eq!(instructions, serde_json::json!([{ "name": "fêté", "acts": "G" }]));
    let day = practice.json(&["receipts", "day"]);
    let received = |mode: &str| {
        let modes = day["modes"].as_array().expect("modes");
        modes.iter().find(|one| one["mode"] == mode).map(|one| one["total_cents"].clone())
    };
    // Of 30,00 €: 5,50 € in cash, 4,50 € by cheque, the rest by card, and 35,00 € for the child.
    let expected = [("especes", 550), ("cheque", 450), ("carte", 2000 + 3500)];
    for (mode, cents) in expected {
        assert_eq!(received(mode), Some(cents.into()), "{mode}: {day}");
    }
    let documents = documents(&practice);
    assert!(documents.iter().all(|document| document["document"] == "signee"), "{documents:?}");
    assert!(practice.data().join("duplicata/duplicata-991010117-000000002.pdf").exists(), "found by an accent");
}

#[test]
fn a_lesson_that_is_begun_at_the_tray_sees_what_is_done() {
    let desk = Desk::open("window-lesson", &[], "clair");
    desk.press(&["Right"]);
    desk.picture("lecons");
    desk.press(&["Return"]);
    // Where the lines of the steps end: « en cours », then « à faire ».
    let states = || desk.display.part("90x200+1285+230");
    let before = states();
    // The card of the doctor is the first step: « fait ».
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.picture("lecon-commencee");
    assert_ne!(states(), before);
    let practice = desk.close();
    assert_eq!(documents(&practice).len(), 0);
}
