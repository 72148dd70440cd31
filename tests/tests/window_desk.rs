//! The secretary's day in a real window, by keyboard alone: the doctor gives a standing instruction, the secretary receives a
//! patient, bills, has the Vitale seal and takes the payment; the doctor signs all of it with one key, lots in the same gesture.

use liasse_e2e::Desk;
use liasse_e2e::practice::money;

/// From the first card of the tray down to the secretary's, and from hers to Marie Durand's Vitale.
const MAUVE: usize = 4;
const DURAND: usize = 4;

#[test]
fn received_billed_sealed_settled_and_signed_by_keyboard() {
    let desk = Desk::open("window-desk", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.press(&["ctrl+e"]);
    desk.type_text("renouvellement = G");
    desk.press(&["F8"]);
    desk.picture("accueil-praticien");
    // The doctor's card goes, the secretary's comes.
    desk.press(&["F10", "Delete"]);
    desk.press(&["Down"; MAUVE]);
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.press(&["Down"; DURAND]);
    desk.press(&["Return"]);
    // The Vitale opens her desk: the patient is received, the instruction applied, the FSE billed and sealed, and paid by card.
    desk.press(&["F7"]);
    desk.press(&["F8"]);
    desk.picture("accueil");
    desk.press(&["F12"]);
    desk.press(&["c"]);
    desk.picture("accueil-scellee");
    desk.press(&["ctrl+s"]);
    desk.picture("a-signer-secretariat");
    // The evening: her card goes, the doctor's is back.
    desk.press(&["F10", "Delete"]);
    desk.press(&["Up"; DURAND]);
    desk.press(&["Delete"]);
    desk.press(&["Up"; MAUVE]);
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.press(&["ctrl+s"]);
    desk.picture("a-signer");
    desk.press(&["F12"]);
    desk.quiet();
    desk.picture("a-signer-signees");
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 1, "{ledger}");
    assert_eq!(documents[0]["document"], "signee", "{ledger}");
    assert!(documents[0]["lot"].is_string(), "in a signed lot by the same key: {ledger}");
    assert_eq!(money(&documents[0], "patient"), ("encaisse".to_owned(), 3000, 3000));
    practice.run(&["journal", "verify"]).success();
}

#[test]
fn nothing_of_one_persons_patient_stays_on_the_screen_of_the_next_and_comes_back_to_the_first() {
    let desk = Desk::open("window-change", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(8);
    desk.press(&["g", "Return"]);
    // Both cards go with the draft unsigned, and another doctor comes: an empty screen.
    desk.press(&["F10", "Delete"]);
    desk.press(&["Up"; 8]);
    desk.press(&["Delete", "Down"]);
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.press(&["F2"]);
    desk.picture("changement-de-personne");
    // Dr Gris is back with the same patient: what was typed is there, and is signed.
    desk.press(&["F10", "Delete", "Up"]);
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(8);
    desk.press(&["F12"]);
    desk.press(&["c"]);
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!((documents.len(), &documents[0]["total_cents"]), (1, &3000.into()), "{ledger}");
    assert_eq!(documents[0]["document"], "signee", "{ledger}");
}

#[test]
fn without_the_patients_card_and_without_any_card_there_is_a_way() {
    let desk = Desk::open("window-without", &[], "clair");
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.insert_from_the_first(8);
    desk.press(&["g", "Return", "F12", "c"]);
    // The patient is there again without the card: by name, degraded, with a sheet.
    desk.press(&["F10", "Delete", "F2"]);
    desk.type_text("dur");
    desk.picture("sans-vitale");
    desk.press(&["F6"]);
    desk.press(&["g", "Return"]);
    desk.picture("degrade");
    desk.press(&["F12"]);
    desk.press(&["e"]);
    desk.press(&["ctrl+e"]);
    desk.picture("feuilles-papier");
    // The sheet is chosen, printed and posted.
    desk.press(&["Down", "ctrl+j"]);
    desk.press(&["ctrl+y"]);
    // No card of a professional at all: paper alone, for the patient whose card lies there.
    desk.press(&["F10", "Return", "F10"]);
    desk.press(&["Up"; 8]);
    desk.press(&["Delete"]);
    desk.press(&["ctrl+e"]);
    desk.press(&["g"]);
    desk.picture("papier-seul");
    desk.press(&["F12"]);
    desk.quiet();
    desk.picture("papier-seul-fait");
    let practice = desk.close();
    let sheets = practice.json(&["paper", "list"]);
    let sheets = sheets["sheets"].as_array().expect("sheets").clone();
    assert_eq!(
        (sheets.len(), &sheets[0]["reason"], &sheets[0]["total_cents"]),
        (1, &"sans_carte".into(), &3000.into())
    );
    let pdf = practice.data().join("papier/feuille-1.pdf");
    let mut command = std::process::Command::new("pdftotext");
    let text = liasse_e2e::finish(command.arg("-layout").arg(&pdf).arg("-"), b"").success().stdout;
    assert!(text.contains("Feuille de soins") && text.contains("DURAND") && text.contains("DÉMONSTRATION"), "{text}");
    let ledger = practice.json(&["ledger"]);
    assert_eq!(ledger["documents"].as_array().map(Vec::len), Some(2), "{ledger}");
    practice.run(&["journal", "verify"]).success();
}
