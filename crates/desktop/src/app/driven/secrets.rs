//! What a passphrase is given for at the open desk: the data key, which changes in a closed practice, and an erasure by a clock that
//! stands far from the journal. What is refused leaves the practice open and as it was. No practice takes a card of the tray: who sits
//! there is put there.

use std::fs;
use std::sync::Arc;

use iced::keyboard::key::Named;
use liasse_core::access::Refused;
use liasse_core::desk::SignedIn;
use liasse_core::keys::SecretString;
use liasse_core::office::{CODE_PAPER, Hands};
use liasse_core::people::Search;
use liasse_core::ports::{Clock, SystemClock};
use liasse_demo::lessons::LESSONS;
use liasse_domain::{Coded, Instant, PassageState};

use super::Driven;
use super::full::at_work;
use super::practice::PASSPHRASE;
use crate::app::before::{self, Before};
use crate::app::places::Place;
use crate::app::{Desk, Message, Phase};
use crate::screen::{lots, rekey};
use crate::text::t;

const WRONG: &str = "trois chats verts dormaient";

/// A clock that is more than a year ahead.
struct Ahead;

impl Clock for Ahead {
    fn now(&self) -> Instant {
        SystemClock.now() + chrono::Duration::days(400)
    }
}

impl Driven {
    /// At Clés et sauvegardes, with the dialog for the data key.
    fn asks_for_another_key(&mut self) {
        self.goes_to(Place::Reglages);
        if self.count(t("safe.backups")) == 0 {
            self.press(Named::PageUp);
        }
        self.shows(t("safe.backups"));
        self.control("d");
        self.shows(t("keys.title_key"));
    }

    fn key_name(&self) -> String {
        self.desk().office.key_name().expect("its name")
    }

    fn sits(&mut self, who: &SignedIn) {
        let Phase::Open(desk) = &mut self.app.phase else { panic!("nothing is open") };
        desk.signed_in = Some(who.clone());
    }
}

#[test]
fn the_data_key_is_changed_by_keyboard_and_the_former_code_opens_nothing() {
    let (mut window, former) = Driven::makes("changer-cle", false);
    let name = window.key_name();
    window.asks_for_another_key();
    for words in [t("keys.rekey_what"), t("keys.rekey_not"), t("keys.rekey_closes")] {
        window.shows(words);
    }
    assert_eq!(window.count(t("unlock.use_recovery")), 0, "the passphrase alone");
    window.gives(WRONG);
    window.says("cles.phrase_fausse");
    assert_eq!(window.key_name(), name, "open, and as it was");
    window.gives(PASSPHRASE);
    window.shows(t("recovery.title"));
    let code = window.code();
    assert_ne!(code, former);
    window.press(Named::F6);
    assert!(window.folder.0.join(CODE_PAPER).is_file(), "printed");
    window.press(Named::Enter);
    window.gives("00000000");
    window.shows(&format!("! {}", t("recovery.wrong")));
    window.gives(&code[code.len() - 9..]);
    window.is_open();
    window.shows(&format!("✓ {}", t("rekey.done")));
    assert!(!window.folder.0.join(CODE_PAPER).exists());
    assert!(window.desk().signed_in.is_none());
    assert_ne!(window.key_name(), name);
    window.starts_again();
    window.press(Named::F6);
    window.gives(&former);
    window.says("cles.code_faux");
    window.gives(&code);
    window.is_open();
    window.starts_again();
    window.gives(PASSPHRASE);
    window.is_open();
}

#[test]
fn the_keyring_that_was_trusted_opens_the_next_key_too() {
    let (mut window, _) = Driven::makes("changer-cle-trousseau", true);
    window.asks_for_another_key();
    window.gives(PASSPHRASE);
    let code = window.code();
    window.press(Named::Enter);
    window.gives(&code[code.len() - 9..]);
    window.is_open();
    window.starts_again();
    window.is_open();
    window.shows(&format!("✓ {}", t("unlock.by_keyring")));
}

#[test]
fn neither_staff_nor_a_locum_changes_the_data_key() {
    let mut demo = Driven::open("cle-secretariat");
    demo.signs_in("cps-gris");
    demo.signs_in("cpe-mauve");
    let staff = demo.desk().signed_in.clone().expect("staff");
    let mut demo = Driven::open("cle-remplacant");
    LESSONS[2].begin(demo.demo()).expect("a session");
    demo.deliver(vec![Message::Tick]);
    demo.signs_in("cps-vert");
    let locum = demo.desk().signed_in.clone().expect("a locum");

    let (mut window, _) = Driven::makes("cle-refusee", false);
    let name = window.key_name();
    for who in [staff, locum] {
        window.sits(&who);
        window.asks_for_another_key();
        window.gives(PASSPHRASE);
        window.says(Refused::Administration.code().0);
        assert_eq!(window.key_name(), name, "open, and as it was");
        window.press(Named::Escape);
        assert_eq!(window.count(t("keys.rekey_what")), 0);
    }
}

#[test]
fn nothing_closes_beneath_what_is_under_way() {
    let (mut window, _) = Driven::makes("cle-occupee", false);
    let name = window.key_name();
    window.asks_for_another_key();
    // A gesture aside that still has the practice.
    let held = Arc::clone(&window.desk().office);
    window.gives(PASSPHRASE);
    window.says("cles.cabinet_occupe");
    drop(held);
    let fetching = window.app.update(Message::Lots(lots::Message::Fetch));
    assert!(window.desk().lots.is_busy());
    window.gives(PASSPHRASE);
    window.says("cles.cabinet_occupe");
    assert_eq!(window.key_name(), name);
    window.run(vec![fetching]);
    window.gives(PASSPHRASE);
    window.shows(t("recovery.title"));
}

#[test]
fn a_change_that_fails_says_so_and_the_practice_opens_as_before() {
    let (mut window, former) = Driven::makes("cle-echouee", false);
    let name = window.key_name();
    // A folder stands where the copy would be written.
    fs::create_dir_all(window.folder.0.join("liasse.db.new")).expect("a folder");
    window.asks_for_another_key();
    window.gives(PASSPHRASE);
    window.shows(t("rekey.failed"));
    window.press(Named::Enter);
    window.shows(t("unlock.title"));
    window.gives(PASSPHRASE);
    window.is_open();
    window.shows(&format!("✓ {}", t("unlock.rekey_given_up")));
    assert_eq!(window.key_name(), name);
    window.starts_again();
    window.press(Named::F6);
    window.gives(&former);
    window.is_open();
}

#[test]
fn the_window_does_not_close_while_the_data_are_copied() {
    let (mut window, _) = Driven::makes("cle-fermer", false);
    let nothing = Phase::Welcome { opening: false, failed: None };
    let Phase::Open(desk) = std::mem::replace(&mut window.app.phase, nothing) else { panic!("nothing is open") };
    let Desk { office, means, .. } = *desk;
    let (screen, changed) = rekey::State::begin(office, SecretString::from(PASSPHRASE), None, means);
    window.app.phase = Phase::Before(Box::new(Before::Rekey(screen)));
    window.shows(t("rekey.copying"));
    window.control("q");
    assert!(!window.ended);
    window.run(vec![changed.map(before::Message::Rekey).map(Message::Before)]);
    window.shows(t("recovery.title"));
    window.control("q");
    assert!(window.ended);
}

#[test]
fn by_a_clock_that_is_ahead_a_patient_is_erased_for_the_passphrase_alone() {
    let (_demo, who, vitale) = at_work("effacer-carte");
    let (mut window, _) = Driven::makes("effacer-horloge", false);
    let doctor = who.clone();
    window.asks(move |ws| {
        let passage = ws.receive(&vitale, 0, None, &doctor)?;
        ws.set_passage(passage, PassageState::SansSuite, "reparti", &doctor)
    });
    let tray = window.tray.clone();
    window.app.start.means.hands = Arc::new(move || Hands { readers: Box::new(tray.clone()), clock: Arc::new(Ahead) });
    window.starts_again();
    window.gives(PASSPHRASE);
    window.sits(&who);
    let found = |window: &Driven| {
        let doctor = who.clone();
        window.asks(move |ws| {
            let search = Search::parse("durand", "2026-01-15".parse().expect("a day"));
            Ok(ws.find_people(&doctor, &search, 5)?.people.len())
        })
    };
    window.goes_to(Place::Patients);
    window.types("durand");
    window.press(Named::Enter);
    window.press(Named::F7);
    window.shows(t("patients.goes"));
    window.press(Named::F12);
    window.says("system.horloge_en_avance");
    window.shows(t("patients.confirm"));
    assert_eq!(window.count(t("patients.goes")), 0, "nothing else takes what is typed");
    window.press(Named::Escape);
    window.shows(t("patients.goes"));
    window.press(Named::F12);
    window.gives(WRONG);
    window.says("cles.phrase_fausse");
    assert_eq!(found(&window), 1);
    window.gives(PASSPHRASE);
    assert_eq!((found(&window), window.count(t("patients.confirm"))), (0, 0));
    assert!(window.read().iter().any(|text| text.contains(t("patients.erased_backups"))), "what was done is said");
}
