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
