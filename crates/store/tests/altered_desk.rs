//! A hand in the file that has the key: what it alters at the secretary's desk is not signed, and the journal shows it. The desk is
//! that of `core`'s own tests, cards and all.
#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

#[path = "../../core/tests/workstation"]
#[expect(dead_code, unused_imports, clippy::panic, reason = "shared with the tests of `core`, which use all of it")]
mod workstation {
    pub mod support;
}

use liasse_core::desync;
use liasse_store::JournalFault;

use workstation::support::Practice;
use workstation::support::secretary::{Secretariat, code, cotation};

/// The key of a practice of the tests.
const KEY: [u8; 32] = [7; 32];

/// Writes into the file as whoever has the key can, the triggers out of the way.
fn rewrite(practice: &Practice, sql: &str) {
    let raw = rusqlite::Connection::open(practice.folder().join("liasse.db")).expect("a file");
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    raw.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; {sql}")).expect("written");
}

/// The codes of the refusals that the journal tells.
fn told(cabinet: &Secretariat) -> Vec<String> {
    let entries = cabinet.asked(|ws| Ok(ws.store().journal_entries()?)).expect("read");
    let refused = entries.into_iter().filter(|entry| entry.action == "refus");
    refused.map(|entry| entry.payload.split('"').nth(7).unwrap_or_default().to_owned()).collect()
}

#[test]
fn an_altered_seal_or_row_is_not_signed() {
    let cabinet = Secretariat::opened();
    let fses = [cabinet.sealed(), cabinet.sealed()];
    let shown = cabinet.shown();
    // The key of the demonstration is declared: whoever has the file and the key can write into it.
    rewrite(
        &cabinet.practice,
        "DROP TRIGGER signature_keeps; DROP TRIGGER body_keeps;
         UPDATE signature SET cms = (SELECT cms FROM signature WHERE document = 2) WHERE document = 1;
         UPDATE body SET content = replace(content, 'DURAND', 'DUPONT') WHERE document = 2;
         UPDATE body SET content = replace(content, '\"fee\":3000', '\"fee\":9000') WHERE document = 2;",
    );
    assert_eq!(cabinet.anomalies(), ["desync.sceau", "store.contenu_different"]);
    for (one, wanted) in shown.iter().zip(["desync.sceau", "store.contenu_different"]) {
        let run = desync::sign_all(
            &cabinet.workstation,
            &cabinet.gris,
            std::slice::from_ref(one),
            &cabinet.doctor(),
            &mut |_| true,
        );
        assert_eq!((run.signed.len(), code(run.stopped)), (0, wanted));
    }
    assert_eq!(told(&cabinet), ["desync.sceau", "store.contenu_different"]);
    let report = cabinet.asked(|ws| Ok(ws.store().journal_verify()?)).expect("read");
    assert_eq!(report.faults, fses.map(|fse| JournalFault::Fse { fse }));
}

#[test]
fn rows_of_the_desk_that_somebody_rewrote_are_told() {
    let cabinet = Secretariat::opened();
    cabinet.coded(&["G"]).expect("coded");
    let doctor = cabinet.doctor();
    cabinet.asked(move |ws| ws.instruct("suivi", &cotation(&["G"]), &doctor)).expect("given");
    rewrite(
        &cabinet.practice,
        "DROP TRIGGER instruction_keeps;
         UPDATE practitioner SET content = replace(content, '\"convention\":1', '\"convention\":3');
         UPDATE passage SET cotation = replace(cotation, '\"G\"', '\"VG\"');
         UPDATE instruction SET acts = replace(acts, '\"G\"', '\"VG\"'), ended_at = given_at;",
    );
    let report = cabinet.asked(|ws| Ok(ws.store().journal_verify()?)).expect("read");
    let kinds = report.faults.iter().map(|fault| match fault {
        JournalFault::Desk { kind, .. } => kind.as_str(),
        _ => "?",
    });
    assert_eq!(kinds.collect::<Vec<_>>(), ["praticien", "consigne", "cotation", "consigne en vigueur"]);
}

#[test]
fn a_journal_that_is_another_than_a_kept_lot_was_sealed_over_is_shown() {
    let practice = Practice::new();
    let lot = practice.posted(&["vitale-durand"])[0].1;
    let kept = practice.store().lot(lot).expect("read").and_then(|row| row.cms).expect("signed");
    assert_eq!(practice.workstation().journal_against(&kept).expect("compared"), None);
    rewrite(
        &practice,
        "DROP TRIGGER journal_keeps; UPDATE journal SET hash = zeroblob(32) WHERE seq = (SELECT head_seq FROM lot);",
    );
    assert_eq!(
        practice.workstation().journal_against(&kept).expect("compared"),
        Some(JournalFault::OtherJournal { lot })
    );
}
