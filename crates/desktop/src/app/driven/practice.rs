//! A practice of its own: made, locked and opened again by each of its ways in; what a wrong secret, a damaged store, a card of the other
//! world and an empty chair do. The keyring is a double in memory; the cards are the tray's, which no practice takes.

use std::collections::HashMap;
use std::fs;
use std::sync::{Arc, Mutex, PoisonError};

use iced::keyboard::key::Named;
use liasse_core::keys::{Cost, Keyring, KeyringError};
use liasse_core::office::{CODE_PAPER, Hands};
use liasse_core::ports::SystemClock;
use liasse_demo::Tray;
use liasse_demo::tray::{CPS_READER, VITALE_READER};
use liasse_domain::{Centimes, Private};
use zeroize::Zeroizing;

use super::{Driven, Folder};
use crate::app::places::{PLACES, Place};
use crate::app::{App, Message, Phase, before, idle};
use crate::opening::Means;
use crate::screen::{reglages, restore, welcome};
use crate::text::{t, with};

pub(super) const PASSPHRASE: &str = "trois chats verts dorment";
const MARIE: &str = "DURAND MARIE";

/// The keyring of the computer, in memory.
#[derive(Default)]
struct Kept(Mutex<HashMap<String, Vec<u8>>>);

impl Keyring for Kept {
    fn get(&self, account: &str) -> Result<Zeroizing<Vec<u8>>, KeyringError> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.get(account).cloned().map(Zeroizing::new).ok_or(KeyringError::NoEntry)
    }

    fn set(&self, account: &str, secret: &[u8]) -> Result<(), KeyringError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(account.to_owned(), secret.to_vec());
        Ok(())
    }

    fn forget(&self, account: &str) -> Result<(), KeyringError> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.remove(account).map(drop).ok_or(KeyringError::NoEntry)
    }
}

/// What a practice of a test is opened with: that tray, a keyring of its own, a passphrase that is soon tried.
pub(super) fn means(tray: &Tray) -> Means {
    let tray = tray.clone();
    let hands = move || Hands { readers: Box::new(tray.clone()), clock: Arc::new(SystemClock) };
    let cost = Cost::new(64, 1, 1).expect("a cost");
    Means { hands: Arc::new(hands), keyring: Arc::new(Kept::default()), cost }
}

impl Driven {
    /// The program ends and starts again over the same data.
    pub(super) fn starts_again(&mut self) {
        let start = self.app.start.clone();
        // The lock of the old one is the next one's.
        self.app.phase = Phase::Welcome { opening: false, failed: None };
        let (app, task) = App::new(start);
        (self.app, self.cache) = (app, iced_test::runtime::user_interface::Cache::default());
        self.run(vec![task]);
    }

    /// Types into the field for a secret, and Enter.
    pub(super) fn gives(&mut self, secret: &str) {
        self.types(secret);
        self.press(Named::Enter);
    }

    #[track_caller]
    pub(super) fn is_open(&self) {
        assert!(matches!(self.app.phase, Phase::Open(_)), "nothing is open");
    }

    /// The recovery code as it stands on the screen.
    pub(super) fn code(&mut self) -> String {
        let is_line = |text: &&String| text.len() == 22 && text.split("  ").all(|group| group.len() == 4);
        let lines: Vec<String> = self.read().iter().filter(is_line).cloned().collect();
        assert_eq!(lines.len(), 2, "{lines:?}");
        lines.join("  ").replace("  ", "-")
    }

    /// A backup in a folder of its own, which is set.
    fn saves(&mut self, name: &str) -> (Folder, String) {
        let backups = Folder(std::env::temp_dir().join(format!("liasse-fenetre-{name}-{}", std::process::id())));
        fs::create_dir_all(&backups.0).expect("a folder");
        let path = backups.0.display().to_string();
        let set = path.clone();
        self.asks(move |ws| ws.set_setting("backup.folder", &set));
        self.goes_to(Place::Reglages);
        self.press(Named::PageUp);
        self.press(Named::F6);
        assert_eq!(self.begun(&format!("✓ {}", t("safe.made"))).len(), 1);
        (backups, path)
    }

    /// A practice made from the first words, and its recovery code.
    pub(super) fn makes(name: &str, trusts: bool) -> (Self, String) {
        let mut window = Self::begin(name);
        window.press(Named::F6);
        window.shows(t("create.title"));
        if trusts {
            window.press(Named::F8);
            window.shows(t("create.trust_yes"));
        }
        window.gives(PASSPHRASE);
        window.shows(t("create.again"));
        window.gives(PASSPHRASE);
        window.shows(t("recovery.title"));
        let code = window.code();
        window.press(Named::Enter);
        window.lacks(&code[..4]);
        window.gives(&code[code.len() - 9..]);
        window.is_open();
        (window, code)
    }
}

#[test]
fn a_practice_is_made_by_its_passphrase_and_the_code_that_is_typed_back() {
    let mut window = Driven::begin("creer");
    window.shows(t("welcome.create"));
    window.press(Named::F6);
    window.gives("court");
    window.says("cles.phrase_courte");
    window.gives(PASSPHRASE);
    window.shows(t("create.again"));
    window.gives("trois chats verts dorment.");
    window.says("saisie.phrases_differentes");
    assert!(!window.folder.0.exists(), "nothing is made before");
    window.gives(PASSPHRASE);
    window.gives(PASSPHRASE);
    let code = window.code();
    window.press(Named::F6);
    let paper = window.folder.0.join(CODE_PAPER);
    assert!(paper.is_file(), "printed");
    window.press(Named::Enter);
    window.gives("00000000");
    window.shows(&format!("! {}", t("recovery.wrong")));
    window.press(Named::Escape);
    assert_eq!(window.code(), code, "it is shown again");
    window.press(Named::Enter);
    window.gives(&code[code.len() - 9..].to_lowercase());
    window.is_open();
    assert!(!paper.exists(), "the code does not lie beside the data");
    // A practice: no tray, no band, and the title says nothing of a demonstration.
    assert!(window.desk().demo.is_none());
    window.lacks(t("demo.band"));
    assert_eq!(window.app.title(), t("window.plain"));
    let before = window.desk().place;
    window.press(Named::F10);
    assert_eq!(window.desk().place, before);
    window.shows(&format!("✓ {}", t("nav.no_tray")));
    window.lacks(t("nav.tray"));
    assert_eq!(window.count("F10"), 0);
}

#[test]
fn a_practice_whose_making_was_cut_says_so_and_is_made_again() {
    const OTHER: &str = "quatre loups gris veillent";
    let (mut window, _) = Driven::makes("interrompue", false);
    window.app.phase = Phase::Welcome { opening: false, failed: None };
    fs::write(window.folder.0.join("creation.partiel"), "").expect("written");
    window.starts_again();
    window.says("system.creation_interrompue");
    window.shows(t("welcome.create"));
    window.press(Named::F6);
    window.gives(OTHER);
    window.gives(OTHER);
    let code = window.code();
    window.press(Named::Enter);
    window.gives(&code[code.len() - 9..]);
    window.is_open();
    window.starts_again();
    window.gives(PASSPHRASE);
    window.says("cles.phrase_fausse");
    window.gives(OTHER);
    window.is_open();
}

#[test]
fn a_practice_opens_by_its_passphrase_and_no_other() {
    let (mut window, _) = Driven::makes("deverrouiller", false);
    window.starts_again();
    window.shows(t("unlock.title"));
    window.shows(t("unlock.no_keyring"));
    window.gives("trois chats verts dormaient");
    window.says("cles.phrase_fausse");
    // The field is empty and has the focus: what is typed next is all that counts.
    window.types("x");
    window.lacks("cles.phrase_fausse");
    window.press(Named::Backspace);
    window.gives(PASSPHRASE);
    window.is_open();
}

#[test]
fn a_practice_opens_by_its_recovery_code() {
    let (mut window, code) = Driven::makes("secours", false);
    window.starts_again();
    window.press(Named::F6);
    window.shows(t("unlock.recovery"));
    window.gives(&format!("{}0", &code[..code.len() - 1].replace('0', "O")));
    if !code.ends_with('0') {
        window.says("cles.code_mal_copie");
        window.gives(&code.to_lowercase());
    }
    window.is_open();
    window.shows(&format!("✓ {}", t("unlock.by_recovery")));
}

#[test]
fn a_practice_opens_by_the_keyring_that_was_trusted() {
    let (mut window, _) = Driven::makes("trousseau", true);
    window.shows(&format!("✓ {}", t("create.trusted")));
    window.starts_again();
    window.is_open();
    window.shows(&format!("✓ {}", t("unlock.by_keyring")));
    // An entry that is gone is said, and the passphrase still opens.
    let nothing = Arc::new(Kept::default());
    window.app.start.means.keyring = nothing;
    window.starts_again();
    window.shows(t("unlock.title"));
    assert_eq!(window.begun("! ").len(), 1);
    window.gives(PASSPHRASE);
    window.is_open();
}

#[test]
fn data_that_do_not_read_stay_until_the_backup_in_their_place_is_opened_and_verified() {
    let (mut window, _) = Driven::makes("abimee", false);
    let (_backups, path) = window.saves("abimee-cle");
    window.app.phase = Phase::Welcome { opening: false, failed: None };
    let store = window.folder.0.join("liasse.db");
    let mut bytes = fs::read(&store).expect("the store");
    bytes.iter_mut().take(4096).for_each(|byte| *byte ^= 0x55);
    fs::write(&store, &bytes).expect("damaged");
    window.starts_again();
    window.gives(PASSPHRASE);
    window.says("store.cle_ou_dommage");
    window.shows(t("unlock.damaged"));
    let is_there = || assert_eq!(fs::read(&store).expect("the store"), bytes, "not touched");
    is_there();
    window.press(Named::F8);
    window.shows(t("restore.over"));
    is_there();
    // Who goes back has lost nothing.
    window.deliver(vec![Message::Before(before::Message::Restore(restore::Message::Back))]);
    window.shows(t("welcome.unlock"));
    window.deliver(vec![Message::Welcome(welcome::Message::Unlock)]);
    window.gives(PASSPHRASE);
    window.press(Named::F8);
    window.gives("/nulle/part");
    window.gives(PASSPHRASE);
    window.says("sauvegarde.illisible");
    is_there();
    window.deliver(vec![
        Message::Before(before::Message::Restore(restore::Message::Back)),
        Message::Before(before::Message::Restore(restore::Message::Folder(path))),
        Message::Before(before::Message::Restore(restore::Message::Next)),
    ]);
    window.gives("trois chats verts dormaient");
    window.says("cles.phrase_fausse");
    is_there();
    window.gives(PASSPHRASE);
    window.shows(t("restore.open"));
    let moved = fs::read_dir(&window.folder.0).expect("the folder").flatten();
    let aside = moved.map(|entry| entry.path()).find(|path| path.join("liasse.db").exists()).expect("set aside");
    assert_eq!(fs::read(aside.join("liasse.db")).expect("the store"), bytes, "moved as it was");
    let path = aside.display().to_string();
    window.shows(&with("restore.set_aside", &[("path", &path)]));
    window.press(Named::Enter);
    window.gives(PASSPHRASE);
    window.is_open();
}

#[test]
fn a_practice_takes_no_card_of_the_demonstration() {
    let (mut window, _) = Driven::makes("carte-de-test", false);
    window.inserts(CPS_READER, "cps-gris");
    window.says("cards.carte_de_test");
    assert_eq!(window.count(t("pin.title")), 0, "its code is not asked");
    window.press(Named::F9);
    assert_eq!(window.count(t("pin.title")), 0);
    assert!(window.desk().signed_in.is_none());
}

#[test]
fn an_empty_chair_hides_the_screen_and_keeps_the_card() {
    let mut window = Driven::open("absence");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    window.shows(MARIE);
    window.deliver(vec![Message::Idle(idle::Message::Hide)]);
    window.shows(t("idle.title"));
    let amount = Centimes(3000).to_string();
    for private in ["DURAND", "MARIE", "GRIS", &*amount] {
        window.lacks(private);
    }
    assert!(window.desk().signed_in.is_some(), "the card is still there");
    // A key shows it again and does nothing else.
    let before = window.desk().place;
    window.press(Named::F3);
    assert_eq!(window.desk().place, before);
    window.shows(MARIE);
    assert_eq!(window.count(t("pin.title")), 0);
}

#[test]
fn after_the_delay_that_was_set_the_code_is_asked_again() {
    let mut window = Driven::open("absence-longue");
    window.signs_in("cps-gris");
    window.inserts(VITALE_READER, "vitale-durand");
    window.deliver(vec![Message::Idle(idle::Message::Hide), Message::Idle(idle::Message::Lock)]);
    assert!(window.desk().signed_in.is_none());
    window.lacks("DURAND");
    window.press(Named::Shift);
    window.shows(t("pin.title"));
    window.lacks("DURAND");
    window.gives("1234");
    assert!(window.desk().signed_in.is_some());
    window.shows(MARIE);
}

#[test]
fn the_delays_are_set_in_reglages_by_keyboard() {
    let mut window = Driven::open("absence-reglee");
    window.goes_to(Place::Reglages);
    for _ in 0..4 {
        window.press(Named::PageDown);
    }
    window.shows(t("settings.idle"));
    window.gives("7");
    window.shows(t("settings.kept"));
    window.press(Named::ArrowDown);
    window.gives("20");
    let absence = window.asks(|ws| ws.absence());
    assert_eq!(absence.hide.map(|delay| delay.as_secs()), Some(7 * 60));
    assert_eq!(absence.code.map(|delay| delay.as_secs()), Some(20 * 60));
}

#[test]
fn the_passphrase_is_changed_by_keyboard_and_the_former_opens_nothing() {
    const OTHER: &str = "quatre loups gris veillent";
    let (mut window, _) = Driven::makes("changer-phrase", false);
    window.goes_to(Place::Reglages);
    window.press(Named::PageUp);
    window.shows(t("safe.backups"));
    window.says("sauvegarde.non_reglee");
    window.press(Named::F5);
    window.shows(t("keys.title_passphrase"));
    window.gives("trois chats verts dormaient");
    window.says("cles.phrase_fausse");
    window.gives(PASSPHRASE);
    window.shows(t("keys.new"));
    window.gives(OTHER);
    window.gives(OTHER);
    window.shows(&format!("✓ {}", t("keys.passphrase_changed")));
    assert_eq!(window.count(t("keys.new")), 0);
    window.starts_again();
    window.gives(PASSPHRASE);
    window.says("cles.phrase_fausse");
    window.gives(OTHER);
    window.is_open();
}

#[test]
fn a_new_recovery_code_is_shown_once_and_the_former_opens_nothing() {
    let (mut window, former) = Driven::makes("changer-code", false);
    window.goes_to(Place::Reglages);
    window.press(Named::PageUp);
    window.press(Named::F8);
    window.gives(PASSPHRASE);
    let code = window.code();
    assert_ne!(code, former);
    window.press(Named::Enter);
    window.gives(&code[code.len() - 9..]);
    window.shows(&format!("✓ {}", t("keys.code_changed")));
    window.starts_again();
    window.press(Named::F6);
    window.gives(&former);
    window.says("cles.code_faux");
    window.gives(&code);
    window.is_open();
}

#[test]
fn a_backup_is_made_by_a_key_and_restored_onto_a_fresh_machine() {
    let (mut window, code) = Driven::makes("sauvegarder", false);
    let (_backups, path) = window.saves("cle");
    window.press(Named::F4);
    assert_eq!(window.begun("✓ liasse-").len(), 1, "the drill says that it stands");

    let mut fresh = Driven::begin("machine-neuve");
    fresh.press(Named::F7);
    fresh.shows(t("restore.title"));
    fresh.gives(&path);
    fresh.press(Named::F6);
    fresh.shows(t("restore.recovery"));
    fresh.gives(&code);
    fresh.shows(t("restore.open"));
    fresh.press(Named::Enter);
    fresh.shows(t("unlock.title"));
    fresh.gives(PASSPHRASE);
    fresh.is_open();
}

#[test]
fn without_a_card_the_passphrase_is_asked_before_what_is_due_is_shown() {
    let (mut window, _) = Driven::makes("conservation-phrase", false);
    window.goes_to(Place::Reglages);
    window.press(Named::PageUp);
    window.press(Named::PageUp);
    window.press(Named::F12);
    window.shows(t("kept.passphrase"));
    window.lacks(t("kept.nothing"));
    window.gives("trois chats verts dormaient");
    window.says("cles.phrase_fausse");
    window.gives(PASSPHRASE);
    window.shows(t("kept.nothing"));
    window.press(Named::Escape);
    window.shows(t("kept.show"));
    // Nor are the years changed without it; the same Enter keeps them then.
    let years =
        |value: &'static str| Message::Reglages(reglages::Message::Typed("retention.years", Private::new(value)));
    let keep = || Message::Reglages(reglages::Message::Keep("retention.years"));
    window.deliver(vec![years("0"), keep()]);
    window.shows(t("kept.passphrase"));
    assert_eq!(window.asks(|ws| ws.retention_years()), 3);
    window.gives(PASSPHRASE);
    window.shows(t("kept.nothing"));
    window.deliver(vec![keep()]);
    assert_eq!(window.asks(|ws| ws.retention_years()), 0);
}

#[test]
fn no_title_and_no_file_bears_a_patient() {
    let mut window = Driven::open("noms");
    window.consults();
    for place in PLACES {
        window.goes_to(place);
        for name in ["DURAND", "MARIE", "28504"] {
            assert!(!window.app.title().to_uppercase().contains(name));
        }
    }
    window.goes_to(Place::Lots);
    window.press(Named::F12);
    window.press(Named::F4);
    for letter in ["j", "d"] {
        window.control(letter);
    }
    let mut names = Vec::new();
    let mut folders = vec![window.folder.0.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            names.push(entry.file_name().to_string_lossy().to_uppercase());
            if entry.path().is_dir() {
                folders.push(entry.path());
            }
        }
    }
    assert!(names.len() > 5, "{names:?}");
    for name in ["DURAND", "MARIE", "28504"] {
        assert!(names.iter().all(|file| !file.contains(name)), "{names:?}");
    }
}
