//! The real window under a real X server, by keyboard alone: a practitioner bills a consultation, signs it, sends it,
//! and sees it received. Pictures go under `target/`; with `LIASSE_SCREENSHOTS=DIR` they go there (the documentation's).
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use liasse_e2e::practice::money;
use liasse_e2e::wait::SOON;
use liasse_e2e::{Desk, Practice, bin};

/// The rows from the first card of the tray down to that of Marie Durand.
const DURAND: usize = 8;

fn a_consultation_from_the_cards_to_the_caisse(name: &str, words: &[&str], theme: &'static str) {
    let desk = Desk::open(name, words, theme);
    desk.picture("plateau");
    // The doctor's card, and its code.
    desk.press(&["Return"]);
    desk.press(&["1", "2", "3", "4"]);
    desk.picture("code-porteur");
    desk.press(&["Return"]);
    // The patient's card: ninth in the tray. The patient opens by herself.
    desk.insert_from_the_first(DURAND);
    desk.press(&["g", "Return"]);
    desk.picture("facturer");
    desk.press(&["F12"]);
    desk.picture("signee");
    desk.press(&["c"]);
    desk.press(&["F3"]);
    desk.press(&["F12"]);
    desk.press(&["F8"]);
    desk.press(&["F5"]);
    desk.picture("lots");
    desk.press(&["F1"]);
    desk.picture("touches");
    desk.press(&["Escape"]);
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 1, "{ledger}");
    assert_eq!(documents[0]["total_cents"], 3000);
    assert_eq!(documents[0]["transmission"], "recue", "{ledger}");
    assert_eq!(money(&documents[0], "patient"), ("encaisse".to_owned(), 3000, 3000));
}

#[test]
fn a_consultation_by_keyboard_in_the_light_theme() {
    a_consultation_from_the_cards_to_the_caisse("window-light", &[], "clair");
}

#[test]
fn the_same_in_the_dark_theme() {
    a_consultation_from_the_cards_to_the_caisse("window-dark", &["--dark"], "sombre");
}

#[test]
fn acts_are_found_by_a_word_and_wrong_input_is_marked() {
    let desk = Desk::open("window-entry", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    desk.press(&["f", "r", "o", "t", "t", "i", "s", "Down"]);
    desk.picture("saisie-proposee");
    // The proposal is taken: a technical act, priced and explained, that no claim carries yet.
    desk.press(&["Return"]);
    desk.picture("acte-technique");
    desk.press(&["g", "plus", "x", "y", "Return"]);
    desk.picture("saisie-erronee");
    // What is wrong is mended; the technical act goes, the consultation stays and is signed.
    desk.press(&["BackSpace", "BackSpace", "BackSpace", "Return"]);
    desk.press(&["F8", "F8", "g", "Return", "F12"]);
    desk.quiet();
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 1, "{ledger}");
    assert_eq!(documents[0]["total_cents"], 3000, "the wrong word added nothing");
}

#[test]
fn a_wrong_code_says_how_many_tries_are_left_and_a_pulled_card_signs_out() {
    let desk = Desk::open("window-pin", &[], "clair");
    desk.press(&["Return"]);
    desk.press(&["9", "9", "9", "9", "Return"]);
    desk.picture("code-errone");
    // The right one now; then the card is pulled: nobody is signed in, and nothing can be signed.
    desk.press(&["1", "2", "3", "4", "Return"]);
    desk.picture("connecte");
    desk.press(&["Delete"]);
    desk.press(&["F2"]);
    desk.picture("deconnecte");
    // What a screen says goes by Escape: nobody is signed in who could sign lots.
    desk.press(&["F3", "F12"]);
    desk.press(&["Escape"]);
    let practice = desk.close();
    assert_eq!(practice.json(&["ledger"])["documents"].as_array().map(Vec::len), Some(0));
}

#[test]
fn a_reject_is_corrected_and_the_day_is_closed() {
    let desk = Desk::open("window-money", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    // A patient whose rights have ended: ten rows below the CPS in the tray.
    desk.press(&["Down"; 13]);
    desk.press(&["Return", "g", "Return", "Tab", "o", "u", "i"]);
    desk.picture("risque-de-rejet");
    desk.press(&["F12"]);
    // Five euros in cash, the rest by card.
    desk.press(&["5", "e", "c"]);
    desk.picture("regle-en-deux-fois");
    desk.press(&["F3", "F12", "F8", "F5", "ctrl+p"]);
    desk.picture("rejet");
    desk.press(&["Return"]);
    desk.picture("correction");
    // Under tiers payant this time: the patient owes 9,00 € of the 30,00 € that were paid.
    desk.press(&["F5", "Tab", "o", "k", "F12"]);
    desk.picture("corrigee");
    desk.press(&["ctrl+r"]);
    desk.picture("recettes");
    desk.press(&["F12"]);
    desk.picture("journee-close");
    let practice = desk.close();
    let day = practice.json(&["receipts", "day"]);
    assert_eq!((&day["closed"], &day["total_cents"]), (&true.into(), &900.into()), "{day}");
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 2, "{ledger}");
    assert_eq!(documents[0]["reject"]["code"], "I1002");
    assert_eq!(money(&documents[0], "patient"), ("abandonne".to_owned(), 3000, 0));
    assert_eq!(money(&documents[1], "patient"), ("encaisse".to_owned(), 900, 900));
    let rejects = practice.json(&["returns", "list"])["rejects"].clone();
    assert_eq!(rejects[0]["corrected_by"], documents[1]["fse"]);
}

#[test]
fn files_leave_by_themselves_at_the_hour_that_is_set() {
    let desk = Desk::open_with("window-hour", &[["post.send_at", "19:30"]], &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    desk.press(&["g", "Return", "F12", "c", "F3", "F12"]);
    // The next working day: the hour has passed, and nobody pressed the key of sending.
    desk.press(&["F10", "F6", "F3"]);
    desk.picture("parti-seul");
    let practice = desk.close();
    let documents = practice.json(&["ledger"])["documents"].clone();
    // Where this takes long, the returns have been fetched by themselves too.
    let state = documents[0]["transmission"].as_str().expect("a state");
    assert!(["transmise", "recue"].contains(&state), "{documents}");
}

#[test]
fn a_signed_fse_is_taken_back_before_it_leaves() {
    let desk = Desk::open("window-taken-back", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    desk.press(&["g", "Return", "F12", "c"]);
    desk.press(&["Delete"]);
    desk.picture("reprise");
    // Once too often does nothing more: the draft is open again with its act, and is signed under the next number.
    desk.display.press(&["Delete"]);
    desk.press(&["F12", "e"]);
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 2, "{ledger}");
    assert_eq!(documents[0]["document"], "annulee");
    assert_eq!(money(&documents[0], "patient").2, 0, "the receipt is reversed");
    assert_eq!((&documents[1]["document"], &documents[1]["total_cents"]), (&"signee".into(), &3000.into()));
    let modes = practice.json(&["receipts", "day"])["modes"].clone();
    assert_eq!((&modes[0]["mode"], &modes[0]["total_cents"]), (&"carte".into(), &0.into()), "{modes}");
}

#[test]
fn the_question_of_the_settlement_outlives_the_card() {
    let desk = Desk::open("window-question", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    // The act was typed for the wrong person of the card: it is not lost.
    desk.press(&["g", "Return", "F7"]);
    desk.picture("autre-beneficiaire");
    desk.press(&["F12"]);
    // The card is given back, and the next patient's goes in, before anybody said how this one settles.
    desk.press(&["F10", "Delete", "Down", "Return"]);
    desk.picture("reglement-a-dire");
    desk.press(&["e"]);
    desk.picture("patient-suivant");
    desk.press(&["g", "Return", "F12"]);
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 2, "the next patient opened: {ledger}");
    assert_eq!(money(&documents[0], "patient"), ("encaisse".to_owned(), 3000, 3000));
    assert_eq!(documents[1]["document"], "signee");
}

#[test]
fn a_document_is_joined_and_a_dre_that_left_is_taken_back() {
    let desk = Desk::open("window-gestures", &[], "clair");
    // Six letters, so that its path is typed soon.
    let scan = std::env::temp_dir().join("scan.a");
    std::fs::write(&scan, b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n").expect("a scan");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    desk.press(&["g", "Return", "F5", "F5", "ctrl+m"]);
    desk.type_text("99999901");
    desk.press(&["Tab"]);
    desk.type_text("sim99903");
    desk.press(&["Tab", "e", "t", "Return", "F12", "F3", "Down", "F7"]);
    desk.press(&["slash", "t", "m", "p", "slash", "s", "c", "a", "n", "period", "a"]);
    desk.picture("piece-jointe");
    desk.press(&["Return"]);
    desk.press(&["F12", "F8"]);
    // The newest row is the DRE: asked for twice, it is taken back by another one that the card signs.
    desk.press(&["Up", "Delete"]);
    desk.picture("dre-a-annuler");
    desk.press(&["Delete"]);
    desk.picture("dre-annulee");
    let practice = desk.close();
    std::fs::remove_file(&scan).expect("removed");
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    let kinds: Vec<_> = documents.iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["fse", "dre", "dre"], "{ledger}");
    assert_eq!(money(&documents[0], "patient"), ("attendu".to_owned(), 900, 0));
    assert_eq!(money(&documents[1], "amc"), ("abandonne".to_owned(), 900, 0));
    let fse = documents[0]["fse"].as_str().expect("a name");
    let scans = practice.json(&["fse", "attachments", fse]);
    assert_eq!(scans["attachments"].as_array().map(Vec::len), Some(1), "{scans}");
}

#[test]
fn the_part_of_a_mutuelle_travels_as_its_convention_says() {
    let desk = Desk::open("window-mutuelle", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    // Both schemes are to pay, and nobody knows a mutuelle.
    desk.press(&["g", "Return", "F5", "F5"]);
    desk.picture("mutuelle-inconnue");
    desk.press(&["ctrl+m"]);
    desk.type_text("99999901");
    desk.press(&["Tab"]);
    desk.type_text("inconnu1");
    desk.press(&["Tab", "e", "t", "Tab"]);
    desk.type_text("31122026");
    desk.picture("carte-de-mutuelle");
    desk.press(&["Return"]);
    desk.picture("gestion-separee");
    desk.press(&["F12", "F3", "F12", "F8", "F5"]);
    desk.picture("lots-dre");
    // The insurer does not know that member: its part is the patient's.
    desk.press(&["ctrl+p"]);
    desk.picture("dre-rejetee");
    desk.press(&["Return"]);
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    let kinds: Vec<_> = documents.iter().map(|one| &one["kind"]).collect();
    assert_eq!(kinds, ["fse", "dre"], "{ledger}");
    assert_eq!(money(&documents[0], "patient"), ("attendu".to_owned(), 900, 0));
    assert_eq!(money(&documents[0], "amo"), ("attendu".to_owned(), 2100, 0));
    assert_eq!(money(&documents[1], "amc"), ("abandonne".to_owned(), 900, 0));
    assert_eq!(documents[1]["reject"]["code"], "S0202");
}

/// A window with one signed lot ready to leave, closed by the cross of its frame.
fn closed_with_a_file(name: &str, settings: &[[&str; 2]]) -> Practice {
    let mut desk = Desk::open_with(name, settings, &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    desk.press(&["g", "Return", "F12", "c", "F3", "F12"]);
    desk.quiet();
    let window = desk.display.focus("Liasse");
    desk.display.close(&window);
    let status = desk.window.ended_within(SOON);
    assert!(status.success(), "{}", desk.window.log());
    desk.practice
}

#[test]
fn a_file_that_waits_leaves_as_the_window_closes() {
    let practice = closed_with_a_file("window-closing", &[]);
    assert_eq!(practice.json(&["ledger"])["documents"][0]["transmission"], "transmise");
    let practice = closed_with_a_file("window-closing-not", &[["post.send_at_closing", "non"]]);
    assert_eq!(practice.json(&["ledger"])["documents"][0]["transmission"], "en_fichier");
}

#[test]
fn closing_says_what_cannot_leave_without_a_card_and_closing_again_closes() {
    let mut desk = Desk::open("window-leaving", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(DURAND);
    desk.press(&["g", "Return", "F12", "c"]);
    desk.press(&["ctrl+q"]);
    desk.picture("fermeture");
    assert!(desk.window.is_alive());
    // Staying after all, and closing again.
    desk.press(&["Escape"]);
    desk.press(&["ctrl+q"]);
    desk.display.press(&["ctrl+q"]);
    assert!(desk.window.ended_within(SOON).success(), "{}", desk.window.log());
    assert_eq!(desk.practice.json(&["ledger"])["documents"][0]["document"], "signee");
}

#[test]
fn without_a_screen_or_with_a_wrong_call_a_sentence_is_said() {
    let practice = Practice::new("no-screen");
    let liasse = |words: &[&str]| {
        let mut command = std::process::Command::new(bin("liasse"));
        command.args(words).arg("--data").arg(practice.data()).env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        liasse_e2e::finish(&mut command, b"")
    };
    let blind = liasse(&["--demo"]).with_code(3);
    assert!(blind.stderr.contains("system.sans_ecran: "), "{}", blind.stderr);
    let wrong = liasse(&["--foo"]).with_code(2);
    assert!(wrong.stderr.contains("system.argument_inconnu: "), "{}", wrong.stderr);
    assert!(!practice.data().exists(), "nothing was created");
}
