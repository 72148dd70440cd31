//! A sealed FSE that is not what it should be, after the patient has left: three ways; and one whose practitioner's card has
//! changed: refused, priced anew, its seal void.

use liasse_core::invoicing::Proof;
use liasse_core::redo::Way;
use liasse_core::{SettlementMode, desync};
use liasse_domain::{Centimes, DocumentState, FseRef, PassageState, SecuringMode};

use crate::support::Hand;
use crate::support::secretary::{Secretariat, code};

fn redone(cabinet: &Secretariat, fse: &FseRef, way: Way) -> Option<FseRef> {
    let (fse, staff) = (fse.clone(), cabinet.secretary());
    cabinet.asked(move |ws| ws.redo(&fse, way, &staff)).expect("redone")
}

fn returned(cabinet: &Secretariat, word: &'static str) -> FseRef {
    let fse = cabinet.sealed();
    let (name, doctor) = (fse.clone(), cabinet.doctor());
    cabinet.asked(move |ws| ws.send_back(&name, word, &doctor)).expect("returned");
    fse
}

#[test]
fn kept_as_it_is_it_is_presented_again_with_its_seal() {
    let cabinet = Secretariat::opened();
    let fse = returned(&cabinet, "la date ?");
    let before = cabinet.shown();
    assert_eq!(redone(&cabinet, &fse, Way::Keep), Some(fse.clone()));
    assert_eq!((cabinet.anomalies(), cabinet.shown()), (vec![String::new()], before));
}

#[test]
fn waiting_for_the_card_its_number_is_burnt_and_its_passage_waits() {
    let cabinet = Secretariat::opened();
    let fse = returned(&cabinet, "c'était un ECG");
    let of = fse.clone();
    let passage = cabinet.asked(move |ws| Ok(ws.store().passage_of(&of)?)).expect("read").expect("a passage").id;
    assert_eq!(redone(&cabinet, &fse, Way::WaitForCard), None);
    assert_eq!((cabinet.state(&fse), cabinet.waiting().count), (DocumentState::Annulee, 0));
    let staff = cabinet.secretary();
    let row = cabinet.asked(move |ws| ws.passage(passage, &staff)).expect("read").row;
    assert_eq!((row.state, row.fse), (PassageState::AttendCarte, None));
    // The doctor changes the acts; the patient is back.
    cabinet.code(passage, &["DEQP003"]).expect("coded anew");
    let again = cabinet.billed(passage).expect("billed");
    assert!(again.number > fse.number);
    cabinet.seal(&again).expect("sealed");
    assert_eq!(cabinet.anomalies(), [""]);
    cabinet.journal_holds();
}

#[test]
fn in_the_degraded_mode_the_doctor_signs_alone_and_a_sheet_follows() {
    let cabinet = Secretariat::opened();
    let fse = returned(&cabinet, "refaire");
    let made = redone(&cabinet, &fse, Way::Degraded(Proof::Attestation)).expect("made again");
    assert_eq!(cabinet.state(&fse), DocumentState::Annulee);
    let of = made.clone();
    let row = cabinet.asked(move |ws| Ok(ws.store().fse(&of)?)).expect("read").expect("the FSE");
    assert_eq!((row.content.mode, row.content.care.rights_proof), (SecuringMode::Degrade, 1));
    let staff = cabinet.secretary();
    let sheets = cabinet.asked(move |ws| ws.papers_to_give(&staff)).expect("listed");
    assert_eq!(sheets.iter().map(|row| row.fse.clone()).collect::<Vec<_>>(), [Some(made.clone())]);
    assert_eq!(cabinet.anomalies(), [""], "it wants no Vitale");
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &cabinet.doctor(), &mut |_| true);
    assert_eq!((run.signed.as_slice(), code(run.stopped)), (std::slice::from_ref(&made), ""));
    cabinet.journal_holds();
}

#[test]
fn a_card_that_says_something_else_prices_anew_and_the_seal_is_void() {
    let cabinet = Secretariat::new();
    // When it was last read, the card was one of sector 2.
    let mut before = cabinet.doctor();
    before.situation.convention = 3;
    cabinet.asked(move |ws| ws.remember(&before)).expect("remembered");
    let fse = cabinet.sealed();
    assert_eq!(cabinet.anomalies(), ["desync.cps_differente"]);
    let (name, doctor) = (fse.clone(), cabinet.doctor());
    let made = cabinet.asked(move |ws| ws.reprice(&name, &doctor)).expect("priced anew");
    // G 30,00 € in sector 1; the same tariff without an overrun in sector 2.
    assert_eq!((made.before.0, made.now.0), (3000, 3000));
    assert_eq!(cabinet.state(&fse), DocumentState::Annulee, "its seal is void with it");
    assert_eq!(cabinet.state(&made.fse), DocumentState::Preparee);
    assert_eq!(cabinet.anomalies(), ["invoicing.vitale_absente"], "the patient seals it again");
    cabinet.seal(&made.fse).expect("sealed");
    assert_eq!(cabinet.anomalies(), [""]);
    let (name, doctor) = (made.fse.clone(), cabinet.doctor());
    let same = cabinet.asked(move |ws| ws.reprice(&name, &doctor));
    assert_eq!(code(same.err()), "desync.meme_cps");
    cabinet.journal_holds();
}

#[test]
fn what_the_patient_paid_before_leaving_is_paid_for_the_one_made_in_its_place() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.sealed();
    let (paid, staff) = (fse.clone(), cabinet.secretary());
    cabinet.asked(move |ws| ws.settle(&paid, &staff, SettlementMode::Especes)).expect("settled");
    let made = redone(&cabinet, &fse, Way::Degraded(Proof::DernierPassage)).expect("made again");
    let (of, staff) = (made.clone(), cabinet.secretary());
    let due = cabinet.asked(move |ws| ws.due_by_patient(&of, &staff)).expect("read");
    assert_eq!(due, Centimes::ZERO, "the patient has left: nothing is given back, nothing is owed");
    let doctor = cabinet.doctor();
    let day = cabinet.asked(move |ws| ws.day_report(&doctor, None)).expect("the day");
    assert_eq!(day.total_cents, Centimes(3000), "the till holds what it held");
    // Withdrawn in its turn, its sheet is to be sent no more.
    let (name, staff) = (made.clone(), cabinet.secretary());
    cabinet.asked(move |ws| ws.withdraw_waiting(&name, &staff)).expect("withdrawn");
    let staff = cabinet.secretary();
    assert!(cabinet.asked(move |ws| ws.papers_to_give(&staff)).expect("listed").is_empty());
    cabinet.journal_holds();
}

#[test]
fn what_cannot_be_made_again_stays_as_it_is() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.sealed();
    // The doctor's own card has no business with the passage of another practitioner's patient.
    let blanc = cabinet.admitted(&Hand::of("cps-blanc", None));
    let (name, other) = (fse.clone(), blanc);
    let refused = cabinet.asked(move |ws| ws.redo(&name, Way::Degraded(Proof::DernierPassage), &other));
    assert_eq!(code(refused.err()), "invoicing.autre_praticien");
    assert_eq!(cabinet.state(&fse), DocumentState::SigneePatient);
}

#[test]
fn made_again_it_asks_of_the_patient_what_the_first_one_asked() {
    let cabinet = Secretariat::opened();
    let passage = cabinet.coded(&["G"]).expect("coded");
    let (vitale, staff) = (cabinet.mauve.vitale(), cabinet.secretary());
    let fse = cabinet
        .asked(move |ws| {
            let (mut draft, bills) = ws.draft_of_passage(passage, Some(&vitale), None, &staff)?;
            draft.input.third_party.amo = true;
            ws.prepare(&draft, &bills)
        })
        .expect("billed");
    cabinet.seal(&fse).expect("sealed");
    let (paid, staff) = (fse.clone(), cabinet.secretary());
    cabinet.asked(move |ws| ws.settle(&paid, &staff, SettlementMode::Especes)).expect("9,00 €");
    let made = redone(&cabinet, &fse, Way::Degraded(Proof::DernierPassage)).expect("made again");
    let (of, staff) = (made.clone(), cabinet.secretary());
    let (row, due) = cabinet
        .asked(move |ws| Ok((ws.store().fse(&of)?.expect("the FSE"), ws.due_by_patient(&of, &staff)?)))
        .expect("read");
    assert_eq!((row.content.third_party_amo, due), (true, Centimes::ZERO), "the caisse still owes its part");
}
