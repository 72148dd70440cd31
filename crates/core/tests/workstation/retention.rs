//! For how long FSE are kept: nothing before its time, nothing that is open; what is due leaves its row, its lot opens still, and
//! the journal accepts it.

use std::fs;
use std::path::Path;

use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::retention::Why;
use liasse_core::{SettlementMode, Workstation};
use liasse_domain::{Centimes, Coded, FileIdentifier, FseRef, Payer};
use liasse_formats::lot::open_lot;
use liasse_store::StoreError;

use crate::support::secretary::{Secretariat, code};
use crate::support::{Hand, Practice, arl, payment, rejection};

/// Durand's FSE settled on 15 January 2026, Petit's paid on the 20th; both received.
fn ended() -> (Practice, SignedIn, Vec<(FseRef, FileIdentifier)>) {
    let practice = Practice::new();
    let made = practice.sent(&["vitale-durand", "vitale-petit"]);
    for (fse, lot) in &made {
        practice.take(&arl(fse, *lot));
    }
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    practice.workstation().settle(&made[0].0, &who, SettlementMode::Carte).expect("settled");
    practice.take(&payment(&made[1].0, "VIR1", &[(Payer::Amo, 2100), (Payer::Amc, 900)]));
    (practice, who, made)
}

/// How many documents are due, and how many stay for each reason.
fn report(ws: &Workstation, who: &SignedIn) -> (usize, Vec<(Why, usize)>) {
    let report = ws.retention_report(Some(who), false).expect("a report");
    (report.due.documents, report.stays.iter().map(|stays| (stays.why, stays.documents)).collect())
}

#[test]
fn what_is_due_is_erased_on_its_day_and_leaves_its_row() {
    let (practice, who, made) = ended();
    let (durand, lot) = made[0].clone();
    let mut ws = practice.workstation();
    assert_eq!(report(&ws, &who), (0, vec![(Why::Recente, 2)]));
    assert!(ws.apply_retention(Some(&who), false, practice.folder()).expect("nothing due").is_nothing());
    let kept = ws.store().lot(lot).expect("read").expect("a lot");
    let signature = kept.cms.clone().expect("signed");
    let values: [&[u8]; 2] = [b"DURAND", b"2850499999901"];
    assert!(ws.store().in_pages(&values).expect("read").iter().all(|count| *count > 0));

    practice.clock.set("2029-01-15T09:00:00Z");
    assert_eq!(report(&ws, &who), (1, vec![(Why::Recente, 1)]));
    practice.clock.set("2029-01-16T09:00:00Z");
    let papers = ["recus/recu", "duplicata/duplicata", "incidents/incident"];
    let papers = papers.map(|kind| practice.folder().join(format!("{kind}-{durand}.pdf")));
    let petits = practice.folder().join(format!("recus/recu-{}.pdf", made[1].0));
    for paper in papers.iter().chain([&petits, &practice.folder().join(format!("bordereaux/bordereau-{lot}.pdf"))]) {
        fs::create_dir_all(paper.parent().expect("a folder")).expect("made");
        fs::write(paper, "printed").expect("written");
    }
    let done = ws.apply_retention(Some(&who), true, practice.folder()).expect("erased");
    assert!(!done.pages_left);
    assert_eq!((done.documents, done.patients), (1, 1), "and the patient, of whom nothing is left");
    assert_eq!(done.files, 4, "what was printed of it, with the bordereau of its lot");
    assert!(papers.iter().all(|paper| !paper.exists()) && petits.exists());
    assert_eq!(ws.store().fse(&durand), Err(StoreError::Erased));
    assert_eq!(code(ws.duplicate_of(&durand, &who).err()), "store.fse_effacee");
    let row = ws.store().ledger_row(&durand).expect("read").expect("its row");
    assert_eq!((row.total, row.lot, row.patient.reveal()), (Centimes(3000), Some(lot), "PATIENT EFFACÉ"));
    assert_eq!(
        ws.day_report(&who, "2026-01-15".parse().ok()).expect("the day").total_cents,
        Centimes(3000),
        "receipts stay"
    );
    assert_eq!(ws.store().in_pages(&values).expect("read"), [0, 0]);
    assert!(ws.store().journal_verify().expect("read").is_intact());
    // The lot opens: its frame, and the head of the journal in it, are as they were sealed; so the signature that somebody keeps
    // still tells whether the journal is the one.
    let blanked = ws.store().lot(lot).expect("read").expect("a lot");
    let (opened, before) = (open_lot(&blanked.bytes).expect("opens"), open_lot(&kept.bytes).expect("opens"));
    assert_eq!((opened.head, opened.header, opened.fses.len()), (before.head, before.header, before.fses.len()));
    assert_eq!(blanked.bytes.len(), kept.bytes.len());
    assert_eq!(ws.journal_against(&signature).expect("read"), None);
    ws.lot_sheet(lot, &who).expect("its bordereau is still printed");

    assert_eq!(report(&ws, &who), (0, vec![(Why::Recente, 1)]));
    practice.clock.set("2029-01-20T09:00:00Z");
    let done = ws.apply_retention(Some(&who), false, practice.folder()).expect("erased");
    assert_eq!(done.documents, 1, "three years from its payment");
    assert!(ws.store().journal_verify().expect("read").is_intact());
    assert_eq!(ws.retention_report(Some(&who), false).expect("a report").erased, 2);
}

#[test]
fn ninety_days_hold_even_where_nobody_wants_three_years() {
    let (practice, who, _) = ended();
    let mut ws = practice.workstation();
    let years = |ws: &mut Workstation, value: &str| ws.set_setting_confirmed("retention.years", value, None, true);
    assert_eq!(code(ws.set_setting("retention.years", "0").err()), "acces.phrase_secrete");
    assert_eq!(ws.retention_years().expect("read"), 3, "a window that was left erases nobody's FSE");
    assert_eq!(code(years(&mut ws, "trois").err()), "saisie.reglage_valeur");
    years(&mut ws, "0").expect("the floor alone");
    practice.clock.set("2026-04-14T09:00:00Z");
    assert_eq!(report(&ws, &who), (0, vec![(Why::QuatreVingtDixJours, 2)]));
    practice.clock.set("2026-04-15T09:00:00Z");
    assert_eq!(report(&ws, &who), (2, vec![]));
    // Nobody wrote anything since January: the clock may be ahead, and nobody is believed without the passphrase.
    let refused = ws.apply_retention(Some(&who), false, practice.folder()).expect_err("far ahead").report();
    assert_eq!(refused.code, "system.horloge_en_avance");
    assert!(refused.message.contains("15/04/2026"), "{}", refused.message);
    assert_eq!(report(&ws, &who), (2, vec![]), "nothing is erased");
    assert_eq!(ws.apply_retention(Some(&who), true, practice.folder()).expect("erased").documents, 2);
}

#[test]
fn what_is_open_is_never_due() {
    let practice = Practice::new();
    let sent = practice.sent(&["vitale-durand", "vitale-petit"]);
    practice.take(&arl(&sent[0].0, sent[0].1));
    practice.take(&rejection(&sent[0].0, sent[0].1, "2026-01-16"));
    practice.posted(&["vitale-petit"]);
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let who = hand.signed_in(&practice.clock);
    let mut ws = practice.workstation();
    let mut draft = Draft::new(&hand.vitale(), 1, ws.now()).expect("a draft");
    draft.add_act("G");
    ws.prepare(&draft, &who).expect("prepared");
    practice.clock.set("2060-01-15T09:00:00Z");
    let open = vec![(Why::NonSignee, 1), (Why::NonEnvoyee, 1), (Why::SansReponse, 1), (Why::RejeteeNonCorrigee, 1)];
    assert_eq!(report(&ws, &who), (0, open));
    assert!(ws.apply_retention(Some(&who), true, practice.folder()).expect("nothing due").is_nothing());
}

#[test]
fn each_reason_is_told_with_its_text_and_the_law() {
    let (practice, who, _) = ended();
    let report = practice.workstation().retention_report(Some(&who), false).expect("a report");
    let said = serde_json::to_value(&report).expect("json");
    assert_eq!((&said["v"], &said["years"], &said["stays"][0]["why"]), (&1.into(), &3.into(), &"recente".into()));
    assert!(said["stays"][0]["source"].as_str().is_some_and(|source| source.contains("L133-4")));
    let receipts = report.kept.iter().find(|kept| kept.what == "recettes").expect("the receipts");
    assert!(receipts.count == 1 && receipts.source.contains("L123-22") && receipts.text.contains("10"), "{receipts:?}");
    assert!(!said.to_string().contains("DURAND"));
}

#[test]
fn staff_keep_and_erase_nothing_and_others_data_are_confirmed() {
    let cabinet = Secretariat::opened();
    let staff = cabinet.secretary();
    let refused = cabinet.asked(move |ws| ws.apply_retention(Some(&staff), true, Path::new("no folder")));
    assert_eq!(code(refused.err()), "acces.praticien_seul");

    let (practice, who, _) = ended();
    let hand = Hand::of("cps-blanc", Some("vitale-petit"));
    let mut ws = practice.workstation();
    let mut draft = Draft::new(&hand.vitale(), 0, ws.now()).expect("a draft");
    draft.add_act("G");
    ws.prepare(&draft, &hand.signed_in(&practice.clock)).expect("Dr Blanc's");
    assert_eq!(code(ws.apply_retention(Some(&who), false, practice.folder()).err()), "acces.phrase_secrete");
    assert!(ws.apply_retention(Some(&who), true, practice.folder()).expect("confirmed").is_nothing());
    assert_eq!(code(ws.retention_report(None, false).err()), "acces.phrase_secrete");
    assert_eq!(code(ws.apply_retention(None, false, practice.folder()).err()), "acces.phrase_secrete");
    assert!(ws.apply_retention(None, true, practice.folder()).expect("the administrator").is_nothing());
}
