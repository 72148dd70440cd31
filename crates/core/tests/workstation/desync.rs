//! The désynchronisé mode as a secretary and a doctor use it: prepared with what Dr Gris's card said, sealed by the Vitale,
//! signed later, exactly what was shown, and stopped cleanly. Ms Mauve holds the practice's CPE; the card of Dr Durand's
//! family is the patient's.

use liasse_cards::{CardError, ChannelError};
use liasse_core::desync;
use liasse_domain::{Coded, DocumentState};

use crate::support::secretary::{Secretariat, code};
use crate::support::{Answers, Hand};

#[test]
fn prepared_at_the_desk_sealed_by_the_patient_signed_in_one_go() {
    let cabinet = Secretariat::opened();
    let fses = [cabinet.sealed(), cabinet.sealed(), cabinet.sealed()];
    assert_eq!(cabinet.state(&fses[0]), DocumentState::SigneePatient);
    let waiting = cabinet.waiting();
    // G 30,00 €, three times; without tiers payant they leave within eight working days of Thursday 15 January.
    assert_eq!((waiting.count, waiting.total.0), (3, 9000));
    assert_eq!(cabinet.anomalies(), ["", "", ""]);
    // Who prepared is known; who is paid, and who will sign, is the doctor.
    let first = fses[0].clone();
    let row = cabinet.asked(move |ws| Ok(ws.store().fse(&first)?)).expect("read").expect("the FSE");
    assert_eq!(row.content.executant.family_name.reveal(), "GRIS");

    // Her card signs nothing; the doctor's signs all of them, with no Vitale in any reader.
    let hers =
        desync::sign_all(&cabinet.workstation, &cabinet.mauve, &cabinet.shown(), &cabinet.secretary(), &mut |_| true);
    assert_eq!((hers.signed.len(), code(hers.stopped)), (0, "guard.secretariat"));
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (fses.as_slice(), ""));
    assert_eq!((cabinet.state(&fses[2]), cabinet.waiting().count), (DocumentState::Signee, 0));
    let (doctor, name) = (cabinet.doctor(), fses[0].clone());
    let late = cabinet.asked(move |ws| ws.send_back(&name, "trop tard", &doctor));
    assert_eq!(code(late.err()), "invoicing.fse_non_preparee");
    cabinet.journal_holds();
}

#[test]
fn a_run_stops_cleanly_and_goes_on() {
    let cabinet = Secretariat::opened();
    let fses = [cabinet.sealed(), cabinet.sealed(), cabinet.sealed()];
    // The doctor says stop after the first.
    let run =
        desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &cabinet.doctor(), &mut |_| false);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (&fses[..1], ""));
    // The card is pulled before the second.
    let pulled = Answers {
        cps: |_: &[u8; 32]| Err(CardError::Channel(ChannelError::Removed)),
        vitale: |_: &[u8; 32]| Err(CardError::Channel(ChannelError::Removed)),
    };
    let run = desync::sign_all(&cabinet.workstation, &pulled, &cabinet.shown(), &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.len(), code(run.stopped)), (0, CardError::Channel(ChannelError::Removed).code().0));
    assert_eq!(
        fses.each_ref().map(|fse| cabinet.state(fse)),
        [DocumentState::Signee, DocumentState::SigneePatient, DocumentState::SigneePatient]
    );
    // It comes back, and the rest is signed.
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (&fses[1..], ""));
    cabinet.journal_holds();
}

#[test]
fn what_was_not_shown_is_not_signed() {
    let cabinet = Secretariat::opened();
    let fses = [cabinet.sealed(), cabinet.sealed()];
    let mut shown = cabinet.shown();
    shown[1].1[0] ^= 1;
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &shown, &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (&fses[..1], "desync.autre_contenu"));
    assert_eq!(cabinet.state(&fses[1]), DocumentState::SigneePatient);
}

#[test]
fn a_card_that_says_something_else_voids_what_was_prepared() {
    let cabinet = Secretariat::new();
    // When it was last read, the card said another zone.
    let mut before = cabinet.doctor();
    before.situation.tariff_zone = "10".to_owned();
    cabinet.asked(move |ws| ws.remember(&before)).expect("remembered");
    let fse = cabinet.sealed();
    assert_eq!(cabinet.anomalies(), ["desync.cps_differente"]);
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.len(), code(run.stopped)), (0, "desync.cps_differente"));
    assert_eq!(cabinet.state(&fse), DocumentState::SigneePatient, "it keeps its number until somebody decides");
    cabinet.journal_holds();
}

#[test]
fn without_its_seal_or_with_a_word_it_is_not_among_those_to_sign() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.prepared().expect("prepared");
    assert_eq!(cabinet.anomalies(), ["invoicing.vitale_absente"]);
    cabinet.seal(&fse).expect("sealed");
    assert_eq!(code(cabinet.seal(&fse).err()), "invoicing.fse_non_preparee", "a seal is made once");
    let (doctor, name) = (cabinet.doctor(), fse.clone());
    cabinet.asked(move |ws| ws.send_back(&name, "la date ?", &doctor)).expect("returned");
    assert_eq!(cabinet.waiting().rows[0].returned.as_deref(), Some("la date ?"));
    assert_eq!(cabinet.anomalies(), ["desync.retournee"]);
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.len(), code(run.stopped)), (0, "desync.retournee"), "even where it is named");
    let (staff, name) = (cabinet.secretary(), fse.clone());
    cabinet.asked(move |ws| ws.present_again(&name, &staff)).expect("presented");
    assert_eq!(cabinet.anomalies(), [""]);
    cabinet.journal_holds();
}

#[test]
fn nobody_prepares_for_a_card_that_was_never_read() {
    let cabinet = Secretariat::new();
    assert_eq!(code(cabinet.prepared().err()), "desync.praticien_inconnu");
    // Nor for another practitioner than those, and a locum's or a secretary's own card is not remembered.
    let staff = cabinet.secretary();
    cabinet.asked(move |ws| ws.remember(&staff)).expect("nothing");
    assert_eq!(code(cabinet.prepared().err()), "desync.praticien_inconnu");
}

#[test]
fn a_seal_of_another_patients_card_is_refused() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.prepared().expect("prepared");
    let other = Hand::of("cpe-mauve", Some("vitale-martin"));
    let refused = desync::seal(&cabinet.workstation, &other, &fse, &other.vitale(), &cabinet.secretary());
    assert_eq!(code(refused.err()), "invoicing.autre_vitale");
    assert_eq!(cabinet.state(&fse), DocumentState::Preparee);
    assert_eq!(cabinet.practice.store().practitioners().expect("read").len(), 1);
}
