//! For how long FSE are kept: nothing before its time, nothing that is open; what is due leaves its row, its lot opens still, and
//! the journal accepts it.

use std::fs;
use std::path::Path;

use liasse_core::backup::Pace;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::retention::{self, RetentionDone, RetentionReport, Sure, Why};
use liasse_core::{CoreError, SettlementMode, Workstation};
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

/// What is due, asked of the lane as faces do.
fn reported(practice: &Practice, who: Option<&SignedIn>, confirmed: bool) -> Result<RetentionReport, CoreError> {
    let lane = practice.lane();
    retention::report(&lane.handle(), who, confirmed)
}

/// And erased.
fn apply(practice: &Practice, who: &SignedIn, confirmed: bool) -> Result<RetentionDone, CoreError> {
    applied(practice, Some(who), confirmed)
}

fn applied(practice: &Practice, who: Option<&SignedIn>, confirmed: bool) -> Result<RetentionDone, CoreError> {
    let lane = practice.lane();
    let sure = Sure { passphrase: confirmed, clock: confirmed };
    retention::apply(&lane.handle(), who, sure, practice.folder(), &mut |_| Pace::Go)
}

/// How many documents are due, and how many stay for each reason.
fn report(practice: &Practice, who: &SignedIn) -> (usize, Vec<(Why, usize)>) {
    let report = reported(practice, Some(who), false).expect("a report");
    (report.due.documents, report.stays.iter().map(|stays| (stays.why, stays.documents)).collect())
}

#[test]
fn what_is_due_is_erased_on_its_day_and_leaves_its_row() {
    let (practice, who, made) = ended();
    let (durand, lot) = made[0].clone();
    let ws = practice.workstation();
    assert_eq!(report(&practice, &who), (0, vec![(Why::Recente, 2)]));
    assert!(apply(&practice, &who, false).expect("nothing due").is_nothing());
    let kept = ws.store().lot(lot).expect("read").expect("a lot");
    let signature = kept.cms.clone().expect("signed");
    let values: [&[u8]; 2] = [b"DURAND", b"2850499999901"];
    assert!(ws.store().in_pages(&values).expect("read").iter().all(|count| *count > 0));

    practice.clock.set("2029-01-15T09:00:00Z");
    assert_eq!(report(&practice, &who), (1, vec![(Why::Recente, 1)]));
    practice.clock.set("2029-01-16T09:00:00Z");
    let papers = ["recus/recu", "duplicata/duplicata", "incidents/incident"];
    let papers = papers.map(|kind| practice.folder().join(format!("{kind}-{durand}.pdf")));
    let petits = practice.folder().join(format!("recus/recu-{}.pdf", made[1].0));
    for paper in papers.iter().chain([&petits, &practice.folder().join(format!("bordereaux/bordereau-{lot}.pdf"))]) {
        fs::create_dir_all(paper.parent().expect("a folder")).expect("made");
        fs::write(paper, "printed").expect("written");
    }
    let done = apply(&practice, &who, true).expect("erased");
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

    assert_eq!(report(&practice, &who), (0, vec![(Why::Recente, 1)]));
    practice.clock.set("2029-01-20T09:00:00Z");
    let done = apply(&practice, &who, false).expect("erased");
    assert_eq!(done.documents, 1, "three years from its payment");
    assert!(ws.store().journal_verify().expect("read").is_intact());
    assert_eq!(reported(&practice, Some(&who), false).expect("a report").erased, 2);
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
    assert_eq!(report(&practice, &who), (0, vec![(Why::QuatreVingtDixJours, 2)]));
    practice.clock.set("2026-04-15T09:00:00Z");
    assert_eq!(report(&practice, &who), (2, vec![]));
    // Nobody wrote anything since January: the clock may be ahead, and nobody is believed without the passphrase.
    let refused = apply(&practice, &who, false).expect_err("far ahead").report();
    assert_eq!(refused.code, "system.horloge_en_avance");
    assert!(refused.message.contains("15/04/2026"), "{}", refused.message);
    assert_eq!(report(&practice, &who), (2, vec![]), "nothing is erased");
    assert_eq!(apply(&practice, &who, true).expect("erased").documents, 2);
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
    assert_eq!(report(&practice, &who), (0, open));
    assert!(apply(&practice, &who, true).expect("nothing due").is_nothing());
}

#[test]
fn each_reason_is_told_with_its_text_and_the_law() {
    let (practice, who, _) = ended();
    let report = reported(&practice, Some(&who), false).expect("a report");
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
    let folder = Path::new("no folder");
    let refused = retention::apply(
        &cabinet.workstation,
        Some(&staff),
        Sure { passphrase: true, clock: true },
        folder,
        &mut |_| Pace::Go,
    );
    assert_eq!(code(refused.err()), "acces.praticien_seul");

    let (practice, who, _) = ended();
    let hand = Hand::of("cps-blanc", Some("vitale-petit"));
    let mut ws = practice.workstation();
    let mut draft = Draft::new(&hand.vitale(), 0, ws.now()).expect("a draft");
    draft.add_act("G");
    ws.prepare(&draft, &hand.signed_in(&practice.clock)).expect("Dr Blanc's");
    assert_eq!(code(apply(&practice, &who, false).err()), "acces.phrase_secrete");
    assert!(apply(&practice, &who, true).expect("confirmed").is_nothing());
    assert_eq!(code(reported(&practice, None, false).err()), "acces.phrase_secrete");
    assert_eq!(code(applied(&practice, None, false).err()), "acces.phrase_secrete");
    assert!(applied(&practice, None, true).expect("the administrator").is_nothing());
}

/// A passphrase that is given because others have data here says nothing of a date that nobody was shown.
#[test]
fn the_passphrase_alone_erases_nothing_by_a_clock_that_is_ahead() {
    let (practice, who, _) = ended();
    practice.workstation().remember(&Hand::of("cps-blanc", None).signed_in(&practice.clock)).expect("another");
    practice.clock.set("2029-06-01T09:00:00Z");
    let lane = practice.lane();
    let erase = |sure: Sure| retention::apply(&lane.handle(), Some(&who), sure, practice.folder(), &mut |_| Pace::Go);
    assert_eq!(code(erase(Sure::default()).err()), "acces.phrase_secrete");
    for short in [Sure { passphrase: true, clock: false }, Sure { passphrase: false, clock: true }] {
        assert!(erase(short).is_err(), "{short:?}");
    }
    assert_eq!(code(erase(Sure { passphrase: true, clock: false }).err()), "system.horloge_en_avance");
    let done = erase(Sure { passphrase: true, clock: true }).expect("both words");
    assert_eq!(done.documents, 2);
}

#[test]
fn whoever_opened_the_data_is_told_how_many_and_no_amount() {
    let (practice, who, made) = ended();
    practice.clock.set("2029-01-20T09:00:00Z");
    let own = reported(&practice, Some(&who), false).expect("a report").due;
    let fses: Vec<FseRef> = made.into_iter().map(|(fse, _)| fse).collect();
    assert_eq!((own.documents, own.fses), (2, fses));
    let shown = reported(&practice, None, true).expect("the administrator");
    assert_eq!((shown.due.documents, shown.due.fses.len()), (2, 0), "FSE are told to whose they are");
    let json = serde_json::to_string(&shown).expect("json");
    assert!(!json.contains("_cents") && !json.contains("3000"), "{json}");
}

/// Both due on 15 April 2026, by a clock that nobody doubts.
fn both_due() -> (Practice, SignedIn) {
    let (practice, who, _) = ended();
    practice.clock.set("2026-03-10T09:00:00Z");
    practice.workstation().set_setting_confirmed("retention.years", "0", None, true).expect("the floor alone");
    practice.clock.set("2026-04-15T09:00:00Z");
    (practice, who)
}

#[test]
fn the_desk_has_its_turn_between_two_pieces() {
    let (practice, who) = both_due();
    let lane = practice.lane();
    let desk = lane.handle();
    let mut turns = Vec::new();
    let mut step = |done: &RetentionDone| {
        // Somebody at the desk asks while it goes on: the answer comes before the next piece is erased.
        let there = desk.call(|ws| ws.store().erased_count()).expect("the lane lives").expect("an answer");
        turns.push((done.documents, done.patients, there));
        Pace::Go
    };
    let done =
        retention::apply(&lane.handle(), Some(&who), Sure::default(), practice.folder(), &mut step).expect("erased");
    assert_eq!((done.documents, done.patients, done.stopped, done.pages_left), (2, 2, false, false));
    assert_eq!(turns.first(), Some(&(2, 0, 2)), "the first piece is done, and the patients are still there");
    assert!(turns.len() > 4 && turns.last() == Some(&(2, 2, 2)), "{turns:?}");
    assert_eq!(retention::report(&lane.handle(), Some(&who), false).expect("a report").erased, 2);
}

#[test]
fn who_leaves_or_may_not_any_more_erases_no_further() {
    let (practice, who) = both_due();
    let lane = practice.lane();
    let mut leaves = |_: &RetentionDone| Pace::Stop;
    let done =
        retention::apply(&lane.handle(), Some(&who), Sure::default(), practice.folder(), &mut leaves).expect("stopped");
    assert_eq!((done.documents, done.patients, done.stopped, done.is_nothing()), (2, 0, true, false));
    let rest = retention::apply(&lane.handle(), Some(&who), Sure::default(), practice.folder(), &mut |_| Pace::Go);
    let rest = rest.expect("the rest is still due");
    assert_eq!((rest.documents, rest.patients, rest.stopped), (0, 2, false));

    // Another practitioner's card is read meanwhile: from then on the passphrase is asked for.
    let (practice, who) = both_due();
    let lane = practice.lane();
    let (desk, blanc) = (lane.handle(), Hand::of("cps-blanc", None).signed_in(&practice.clock));
    let mut comes = |_: &RetentionDone| {
        let blanc = blanc.clone();
        desk.call(move |ws| ws.remember(&blanc)).expect("the lane lives").expect("read");
        Pace::Go
    };
    let done =
        retention::apply(&lane.handle(), Some(&who), Sure::default(), practice.folder(), &mut comes).expect("stopped");
    assert_eq!((done.documents, done.patients, done.stopped), (2, 0, true));
    let again = retention::apply(&lane.handle(), Some(&who), Sure::default(), practice.folder(), &mut |_| Pace::Go);
    assert_eq!(code(again.err()), "acces.phrase_secrete");
    assert!(practice.store().journal_verify().expect("read").is_intact());
}
