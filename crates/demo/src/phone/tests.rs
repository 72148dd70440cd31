//! A whole practice with telephones: scanned and laid down, renewed, refused, and what the simulated caisse makes of it.

use chrono::Duration;
use liasse_core::CoreError;
use liasse_core::cards::{CardView, VitaleView};
use liasse_core::desk::SignedIn;
use liasse_core::desync;
use liasse_core::invoicing::Draft;
use liasse_core::signing;
use liasse_domain::{Coded, DocumentState, FseRef, SecuringMode, TransmissionState};

use super::*;
use crate::lessons::scratch::{Scratch, fetch, file, send, settle};
use crate::play::vitale_in;

/// Marie Durand's telephone, scanned.
fn scanned(scratch: &Scratch) -> VitaleView {
    let text = context("vitale-durand", scratch.office.clock().now()).expect("a context");
    scratch.ask(move |ws| ws.read_apcv(&text))
}

/// One consultation for the first person of a view.
fn prepared(scratch: &Scratch, who: &SignedIn, vitale: &VitaleView, mode: SecuringMode) -> FseRef {
    let (vitale, who) = (vitale.clone(), who.clone());
    scratch.ask(move |ws| {
        let mut draft = Draft::new(&vitale, 0, ws.now())?;
        draft.add_act("G");
        draft.mode = mode;
        ws.prepare(&draft, &who)
    })
}

fn signed(scratch: &Scratch, who: &SignedIn, fse: &FseRef, vitale: &VitaleView) -> Result<(), CoreError> {
    let (lane, cards) = (scratch.office.workstation(), scratch.office.cards());
    signing::sign_fse(&lane, &cards, fse, who, Some(vitale)).map(drop)
}

fn later(scratch: &Scratch, minutes: i64) {
    let clock = scratch.office.clock();
    clock.move_to(clock.now() + Duration::minutes(minutes)).expect("forward");
}

/// How the caisse took an FSE.
fn answered(scratch: &Scratch, fse: &FseRef) -> (Option<TransmissionState>, Option<String>) {
    assert_eq!(send(scratch), [] as [String; 0]);
    fetch(scratch).expect("fetched");
    let ledger = scratch.ask(|ws| ws.ledger());
    let document = ledger.documents.into_iter().find(|document| document.fse == *fse).expect("the FSE");
    (document.transmission, document.reject.map(|reject| reject.code))
}

#[test]
fn a_scanned_context_bills_seals_and_is_received() {
    let scratch = Scratch::open("apcv-scan");
    let who = scratch.signs_in("cps-gris");
    let vitale = scanned(&scratch);
    assert!(vitale.apcv.as_ref().is_some_and(|apcv| apcv.reader().is_none()));
    let fse = prepared(&scratch, &who, &vitale, SecuringMode::Securise);
    signed(&scratch, &who, &fse, &vitale).expect("signed");
    settle(&scratch, &who, &fse);
    assert_eq!(file(&scratch, &who), 1);
    assert_eq!(answered(&scratch, &fse), (Some(TransmissionState::Recue), None));
}

#[test]
fn a_context_that_has_run_out_signs_nothing_until_it_is_renewed() {
    let scratch = Scratch::open("apcv-echu");
    let who = scratch.signs_in("cps-gris");
    let vitale = scanned(&scratch);
    let fse = prepared(&scratch, &who, &vitale, SecuringMode::Securise);
    later(&scratch, 16);
    let refused = signed(&scratch, &who, &fse, &vitale).expect_err("run out");
    assert_eq!(refused.code().0, "cards.apcv_echu");
    let state = |scratch: &Scratch| {
        let fse = fse.clone();
        scratch.ask(move |ws| Ok(ws.store().fse(&fse)?.map(|row| row.state)))
    };
    assert_eq!(state(&scratch), Some(DocumentState::Preparee));
    // Somebody else's context renews nothing.
    let other = context("vitale-martin", scratch.office.clock().now()).expect("a context");
    let before = vitale.clone();
    let refused = scratch.office.workstation().call(move |ws| ws.renew_apcv(&other, &before)).expect("a lane");
    assert_eq!(refused.err().map(|error| error.code().0), Some("cards.apcv_autre_patient"));
    let text = context("vitale-durand", scratch.office.clock().now()).expect("a context");
    let fresh = scratch.ask(move |ws| ws.renew_apcv(&text, &vitale));
    signed(&scratch, &who, &fse, &fresh).expect("signed");
    assert_eq!(state(&scratch), Some(DocumentState::Signee));
    settle(&scratch, &who, &fse);
    file(&scratch, &who);
    assert_eq!(answered(&scratch, &fse), (Some(TransmissionState::Recue), None));
}

#[test]
fn a_telephone_on_the_reader_opens_its_patient_and_renews_by_itself() {
    let scratch = Scratch::open("apcv-nfc");
    let who = scratch.signs_in("cps-gris");
    scratch.tray.lay_phone("vitale-durand").expect("a telephone");
    let vitale = vitale_in(&scratch.office.cards(), NFC_READER).expect("a patient");
    let shown = vitale.apcv.clone().expect("a context");
    assert_eq!(shown.reader(), Some(NFC_READER));
    assert_eq!(vitale.read.public.len(), vitale.read.content.as_ref().map_or(0, |card| card.beneficiaries.len()));
    let fse = prepared(&scratch, &who, &vitale, SecuringMode::Securise);
    later(&scratch, 16);
    signed(&scratch, &who, &fse, &vitale).expect("asked again while it lies there");
    let after = vitale_in(&scratch.office.cards(), NFC_READER).expect("a patient");
    assert!(after.apcv.is_some_and(|now| now.context() != shown.context()), "the lane keeps the new one");
    // Lifted, and run out: nobody can be asked.
    let fse = prepared(&scratch, &who, &vitale, SecuringMode::Securise);
    scratch.tray.lift_phone();
    let refused = signed(&scratch, &who, &fse, &vitale).expect_err("run out");
    assert_eq!(refused.code().0, "cards.apcv_echu");
}

#[test]
fn an_application_seals_at_the_desk_and_the_cps_signs_later() {
    let scratch = Scratch::open("apcv-desync");
    let who = scratch.signs_in("cps-gris");
    let vitale = scanned(&scratch);
    let fse = prepared(&scratch, &who, &vitale, SecuringMode::Desynchronise);
    desync::seal(&scratch.office.workstation(), &scratch.office.cards(), &fse, &vitale, &who).expect("sealed");
    // The seal was made in time: what comes later needs no context.
    later(&scratch, 60);
    let (lane, cards) = (scratch.office.workstation(), scratch.office.cards());
    signing::sign_fse(&lane, &cards, &fse, &who, None).expect("signed");
    settle(&scratch, &who, &fse);
    file(&scratch, &who);
    assert_eq!(answered(&scratch, &fse), (Some(TransmissionState::Recue), None));
}

#[test]
fn other_modes_are_refused_before_anything_is_numbered() {
    let scratch = Scratch::open("apcv-mode");
    let who = scratch.signs_in("cps-gris");
    let vitale = scanned(&scratch);
    for mode in [SecuringMode::Visite, SecuringMode::Degrade, SecuringMode::SansVitale, SecuringMode::NonSecurise] {
        let (vitale, who) = (vitale.clone(), who.clone());
        let refused = scratch.office.workstation().call(move |ws| {
            let mut draft = Draft::new(&vitale, 0, ws.now())?;
            draft.add_act("G");
            draft.mode = mode;
            ws.prepare(&draft, &who)
        });
        let report = refused.expect("a lane").expect_err("refused").report();
        assert!(report.message.contains("modes 3 et 4"), "{mode:?}: {report}");
    }
    assert!(scratch.ask(|ws| ws.ledger()).documents.is_empty());
}

#[test]
fn every_family_has_a_telephone_and_nobody_else() {
    for (card, _) in world::cards() {
        assert_eq!(of_card(card).is_some(), card.starts_with(CARD), "{card}");
    }
    assert!(named("apcv-personne").is_none() && named("vitale-durand").is_none());
    let at = "2026-01-15T08:00:00Z".parse().expect("an instant");
    assert!(context("cps-gris", at).is_err());
    let (one, two) = (context("apcv-durand", at), context("vitale-durand", at));
    assert!(one.expect("a context") != two.expect("a context"), "each is fresh");
}

#[test]
fn a_telephone_whose_card_says_a_wrong_key_opens_nobody() {
    let scratch = Scratch::open("apcv-cle");
    scratch.tray.lay_phone("vitale-cle").expect("a telephone");
    let snapshot = scratch.office.cards().call(|desk| {
        desk.refresh();
        desk.snapshot()
    });
    let snapshot = snapshot.expect("a lane");
    let Some(CardView::Failed(error)) = snapshot.reader(NFC_READER).map(|reader| &reader.card) else {
        panic!("it is refused")
    };
    assert_eq!(error.code().0, "cards.nir_cle");
}
