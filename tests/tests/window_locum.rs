//! A replacement in a real window, by keyboard alone: the doctor prepares and rehearses it with both cards, the locum bills
//! with their own and has no accounts to see.

use liasse_e2e::Desk;

#[test]
fn a_replacement_is_prepared_rehearsed_and_used_by_keyboard() {
    let desk = Desk::open_with("window-locum", &[["demo.clock", "2026-01-16T18:00"]], &[], "clair");
    // Dr Gris signs in; Dr Vert's card lies in the other reader.
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.press(&["Down", "Down", "F7"]);
    desk.press(&["ctrl+l"]);
    desk.press(&["Tab"]);
    desk.type_text("19/01/2026");
    desk.press(&["Tab"]);
    desk.type_text("24/01/2026");
    // The number is behind the locum's own code.
    desk.press(&["F12", "1", "2", "3", "4", "Return"]);
    desk.press(&["F12"]);
    desk.press(&["F6"]);
    desk.picture("remplacements");
    // Monday: the doctor's card goes, the locum's comes: card and code, and it may be billed.
    desk.press(&["F10", "F6", "Delete", "Return", "1", "2", "3", "4", "Return"]);
    // From the locum's card down to Marie Durand's.
    desk.insert_from_the_first(6);
    desk.press(&["g", "Return", "F4", "F4"]);
    desk.picture("facturer-remplacant");
    desk.press(&["F12"]);
    desk.press(&["h"]);
    // Accounts are the doctor's: the locum is shown their own day instead.
    desk.press(&["ctrl+r"]);
    desk.picture("ma-journee");
    let practice = desk.close();
    let ledger = practice.json(&["ledger"]);
    assert_eq!(ledger["documents"].as_array().map(Vec::len), Some(1), "{ledger}");
    let shown = practice.json(&["replacement", "status"]);
    assert_eq!(shown["sessions"][0]["state"], "preparee");
    let drawn = practice.json(&["replacement", "statement", "1"]);
    // G 30,00 €, 70 %, paid by cheque.
    assert_eq!((&drawn["due_cents"], &drawn["in_drawer_cents"]), (&2100.into(), &3000.into()), "{drawn}");
}

#[test]
fn a_locum_of_two_doctors_says_whom_and_the_doctor_has_every_paper() {
    let desk = Desk::open_with("window-whom", &[["demo.clock", "2026-01-16T18:00"]], &[], "clair");
    // Dr Gris, then Dr Blanc, prepare the same Monday for Dr Vert, by number.
    for card in ["gris", "blanc"] {
        if card == "blanc" {
            desk.press(&["F10", "Delete", "Down"]);
        }
        desk.press(&["Return", "1", "2", "3", "4", "Return"]);
        desk.press(&["ctrl+l"]);
        desk.type_text("991010778");
        desk.press(&["Tab"]);
        desk.type_text("19/01/2026");
        desk.press(&["Tab"]);
        desk.type_text("19/01/2026");
        desk.press(&["F12"]);
        // The sheet to hand over.
        desk.press(&["F4"]);
        desk.quiet();
    }
    // Monday: two sessions fit, the latest first; that of Dr Blanc is taken.
    desk.press(&["F10", "F6", "Delete", "Down"]);
    desk.press(&["Return", "1", "2", "3", "4", "Return"]);
    desk.picture("qui-remplacez-vous");
    desk.press(&["Return"]);
    desk.insert_from_the_first(6);
    desk.press(&["g", "Return", "F4", "F4", "F12"]);
    desk.press(&["h"]);
    // That evening the doctor closes, draws the statement up and erases.
    desk.press(&["F10", "Delete"]);
    desk.press(&["Up"; 6]);
    desk.press(&["Delete", "F6"]);
    desk.press(&["Up", "Return", "1", "2", "3", "4", "Return"]);
    desk.press(&["ctrl+l"]);
    desk.press(&["F5"]);
    desk.quiet();
    desk.press(&["F8", "F8"]);
    desk.press(&["ctrl+d", "ctrl+d"]);
    desk.quiet();
    desk.picture("session-effacee");
    let practice = desk.close();
    let folder = practice.data().join("remplacements");
    for name in ["fiche-1.pdf", "fiche-2.pdf", "releve-2.pdf", "releve-2.csv", "releve-2.json"] {
        assert!(folder.join(name).exists(), "{name}");
    }
    let ledger = practice.json(&["ledger", "--reader", "sim:cps-blanc"]);
    assert_eq!(ledger["documents"][0]["fse"], "991010224-000000001", "Dr Blanc's number: {ledger}");
    let sessions = practice.json(&["replacement", "status", "--reader", "sim:cps-blanc"]);
    assert_eq!(sessions["sessions"].as_array().map(Vec::len), Some(0), "erased: {sessions}");
}
