//! What somebody who wants more than they may tries: each is refused, and the journal tells of it. And what only an outsider's
//! copy shows: an old directory, a journal cut together with its lots. A hand in the file itself: `store/tests/altered_desk.rs`.

use liasse_core::desync;
use liasse_formats::cms;
use liasse_store::JournalFault;

use crate::support::secretary::{Secretariat, code};
use crate::support::{Hand, Practice};

/// The codes of the refusals that the journal tells.
fn told(cabinet: &Secretariat) -> Vec<String> {
    let entries = cabinet.asked(|ws| Ok(ws.store().journal_entries()?)).expect("read");
    let refused = entries.into_iter().filter(|entry| entry.action == "refus");
    refused
        .map(|entry| {
            let payload: serde_json::Value = serde_json::from_str(&entry.payload).expect("json");
            payload["code"].as_str().expect("a code").to_owned()
        })
        .collect()
}

#[test]
fn another_hand_a_clock_set_back_and_a_fake_seal_are_refused_and_told() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.sealed();
    // Another doctor's card.
    let blanc = Hand::of("cps-blanc", None);
    let run =
        desync::sign_all(&cabinet.workstation, &blanc, &cabinet.shown(), &cabinet.admitted(&blanc), &mut |_| true);
    assert_eq!(code(run.stopped), "invoicing.autre_praticien");
    // Another patient's Vitale.
    let other = Hand::of("cpe-mauve", Some("vitale-martin"));
    let prepared = cabinet.prepared().expect("prepared");
    let sealed = desync::seal(&cabinet.workstation, &other, &prepared, &other.vitale(), &cabinet.secretary());
    assert_eq!(code(sealed.err()), "invoicing.autre_vitale");
    // Other bytes than were shown.
    let run = desync::sign_all(
        &cabinet.workstation,
        &cabinet.gris,
        &[(fse.clone(), [0; 32])],
        &cabinet.doctor(),
        &mut |_| true,
    );
    assert_eq!(code(run.stopped), "desync.autre_contenu");
    // A clock set back behind what the journal tells.
    let doctor = cabinet.doctor();
    let shown = cabinet.shown();
    cabinet.practice.clock.set("2026-01-14T09:00:00Z");
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &shown, &doctor, &mut |_| true);
    assert_eq!(code(run.stopped), "system.horloge_en_retard");
    // Nor the second time: the refusal that was told does not become the clock.
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &shown, &doctor, &mut |_| true);
    assert_eq!(code(run.stopped), "system.horloge_en_retard");
    assert_eq!(
        told(&cabinet),
        [
            "invoicing.autre_praticien",
            "invoicing.autre_vitale",
            "desync.autre_contenu",
            "system.horloge_en_retard",
            "system.horloge_en_retard"
        ]
    );
    cabinet.journal_holds();
}

#[test]
fn an_old_copy_is_shown_by_a_signed_lot_that_was_kept() {
    let practice = Practice::new();
    let posted = practice.posted(&["vitale-durand"]);
    let workstation = practice.workstation();
    let row = workstation.store().lot(posted[0].1).expect("read").expect("a lot");
    let kept = row.cms.expect("signed");
    assert_eq!(workstation.journal_against(&kept).expect("compared"), None);
    // Another directory: an old copy, or one that was cut together with its lots, does not know the lot.
    let old = Practice::new();
    assert_eq!(old.workstation().journal_against(&kept).expect("compared"), Some(JournalFault::MissingLot));
    // What is no signature accuses nobody.
    assert!(practice.workstation().journal_against(b"Bonjour").is_err());
    let mut broken = kept;
    let last = broken.len() - 1;
    broken[last] ^= 1;
    assert!(practice.workstation().journal_against(&broken).is_err());
    assert!(cms::verify_without_content(&broken, &crate::support::directory(&[]).trust).is_err());
}
