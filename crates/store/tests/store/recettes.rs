//! The day of receipts, cheques and their slips, and payments matched by hand.
//! Amounts by hand: an FSE `Paid` owes 30,00 €, `ThirdParty` leaves 9,00 € to the patient and 21,00 € to the AMO.

use liasse_domain::fse::Corrects;
use liasse_domain::{Centimes, FseRef, MoneyState, Payer};
use liasse_store::{Cheque, Or, Part, SettlementMode, StoreError};

use crate::support::{DOCTOR, Kind, OTHER_DOCTOR, Practice, arl, billing, day, fse, payment, rejects, stamp, stamp_at};

/// So many seconds in a day.
const DAY: i64 = 86_400;

fn part(mode: SettlementMode, cents: i64) -> Part {
    Part { mode, amount: Centimes(cents), cheque: None }
}

fn totals(practice: &Practice, date: &str) -> Vec<(SettlementMode, i64)> {
    let rows = practice.store.day(&billing(DOCTOR), day(date)).expect("read");
    rows.iter().map(|row| (row.mode, row.amount.0)).collect()
}

#[test]
fn a_settlement_in_two_parts_is_one_change() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let too_much = [part(SettlementMode::Carte, 2000), part(SettlementMode::Especes, 1001)];
    let refused = practice.store.settle_in_parts(&stamp(), &fse, &too_much);
    assert_eq!(refused, Err(StoreError::Amount { owed: Centimes(1000) }));
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Attendu, 3000, 0), "all or nothing");
    let parts = [part(SettlementMode::Carte, 2000), part(SettlementMode::Especes, 1000)];
    practice.store.settle_in_parts(&stamp(), &fse, &parts).expect("settled");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Encaisse, 3000, 3000));
    assert_eq!(totals(&practice, "2026-01-15"), [(SettlementMode::Carte, 2000), (SettlementMode::Especes, 1000)]);
    assert!(practice.store.unpaid(&billing(DOCTOR), None).expect("read").is_empty());
    practice.assert_journal_intact();
}

#[test]
fn who_still_owes_is_listed_by_age() {
    let mut practice = Practice::new();
    let (later, part_paid, settled) =
        (practice.signed(Kind::Paid), practice.signed(Kind::ThirdParty), practice.signed(Kind::Paid));
    practice.store.settle(&stamp(), &later, SettlementMode::PlusTard, Centimes(0)).expect("later");
    practice.store.settle(&stamp(), &part_paid, SettlementMode::Carte, Centimes(400)).expect("part");
    practice.store.settle(&stamp(), &settled, SettlementMode::Carte, Centimes(3000)).expect("all");
    let unpaid = practice.store.unpaid(&billing(DOCTOR), None).expect("read");
    let owed: Vec<_> = unpaid.iter().map(|row| (row.fse.clone(), row.owed.0, row.settlement)).collect();
    assert_eq!(owed, [(later, 3000, Some(SettlementMode::PlusTard)), (part_paid, 500, Some(SettlementMode::Carte))]);
    assert!(practice.store.unpaid(&billing(OTHER_DOCTOR), None).expect("read").is_empty(), "each sees their own");
}

#[test]
fn a_closed_day_changes_only_by_a_counter_entry_on_an_open_one() {
    let mut practice = Practice::new();
    let (first, second) = (practice.signed(Kind::Paid), practice.signed(Kind::Paid));
    practice.store.settle(&stamp(), &first, SettlementMode::Carte, Centimes(3000)).expect("settled");
    let doctor = billing(DOCTOR);
    assert_eq!(practice.store.close_day(&stamp(), &doctor, day("2026-01-16")), Err(StoreError::DayAhead));
    assert_eq!(practice.store.close_day(&stamp_at(60), &doctor, day("2026-01-15")), Ok(Centimes(3000)));
    assert_eq!(practice.store.close_day(&stamp_at(61), &doctor, day("2026-01-15")), Err(StoreError::DayClosed));
    // Money of the same evening stands on the next day; so does what undoes a receipt of the closed one.
    practice.store.settle(&stamp_at(120), &second, SettlementMode::Especes, Centimes(3000)).expect("settled");
    practice.store.cancel_fse(&stamp_at(130), &first).expect("cancelled");
    assert_eq!(totals(&practice, "2026-01-15"), [(SettlementMode::Carte, 3000)]);
    assert_eq!(totals(&practice, "2026-01-16"), [(SettlementMode::Especes, 3000), (SettlementMode::Carte, -3000)]);
    assert!(practice.store.day_closed_at(&doctor, day("2026-01-15")).expect("read").is_some());
    // The other practitioner's day is open.
    assert_eq!(practice.store.close_day(&stamp_at(DAY), &billing(OTHER_DOCTOR), day("2026-01-15")), Ok(Centimes(0)));
    // A hand in the file cannot do what the store does not.
    let raw = practice.folder.raw();
    assert!(raw.execute("DELETE FROM closed_day", []).is_err());
    assert!(raw.execute("UPDATE receipt SET day = '2026-01-14'", []).is_err());
    let insert = "INSERT INTO receipt (document, billing, mode, amount, at, day, entry)
                  SELECT document, billing, mode, 1, at, '2026-01-15', entry FROM receipt LIMIT 1";
    assert!(raw.execute(insert, []).is_err(), "nothing is slipped into a closed day");
    practice.assert_journal_intact();
}

#[test]
fn one_cheque_settles_two_fse_and_goes_to_the_bank_once() {
    let mut practice = Practice::new();
    let doctor = billing(DOCTOR);
    let (first, second, third) =
        (practice.signed(Kind::Paid), practice.signed(Kind::ThirdParty), practice.signed(Kind::Paid));
    let new = Cheque::New { number: "0001234".to_owned(), bank: "Banque inventée".to_owned() };
    let with = |cheque, cents| [Part { mode: SettlementMode::Cheque, amount: Centimes(cents), cheque }];
    practice.store.settle_in_parts(&stamp(), &first, &with(Some(new), 3000)).expect("settled");
    let cheque = practice.store.cheques_in_hand(&doctor).expect("read")[0].id;
    practice.store.settle_in_parts(&stamp(), &second, &with(Some(Cheque::Same(cheque)), 900)).expect("the same cheque");
    practice.store.settle(&stamp(), &third, SettlementMode::Cheque, Centimes(3000)).expect("another");
    let in_hand = practice.store.cheques_in_hand(&doctor).expect("read");
    assert_eq!(in_hand.iter().map(|cheque| cheque.amount.0).collect::<Vec<_>>(), [3900, 3000]);
    assert_eq!(in_hand[0].fses, [first.clone(), second]);
    assert_eq!(in_hand[0].number.as_deref(), Some("0001234"));
    // The second cheque goes back to the patient with its FSE.
    practice.store.cancel_fse(&stamp_at(60), &third).expect("cancelled");
    let unknown = practice.store.deposit_cheques(&stamp_at(70), &doctor, &[in_hand[1].id]);
    assert_eq!(unknown, Err(StoreError::UnknownCheque { cheque: in_hand[1].id }));
    let slip = practice.store.deposit_cheques(&stamp_at(80), &doctor, &[]).expect("deposited");
    assert_eq!((slip.number, slip.amount.0, slip.cheques.len()), (1, 3900, 1));
    assert_eq!(practice.store.deposit_cheques(&stamp_at(90), &doctor, &[]), Err(StoreError::NothingToDeposit));
    assert_eq!(practice.store.deposits(&doctor).expect("read"), [slip]);
    let again = practice.store.settle_in_parts(&stamp_at(95), &first, &with(Some(Cheque::Same(cheque)), 1));
    assert_eq!(again, Err(StoreError::NothingOwed));
    assert!(practice.folder.raw().execute("UPDATE cheque SET deposit = NULL", []).is_err());
    practice.assert_journal_intact();
}

#[test]
fn a_cheque_is_worth_what_is_written_on_it() {
    let mut practice = Practice::new();
    let doctor = billing(DOCTOR);
    let (first, second) = (practice.signed(Kind::Paid), practice.signed(Kind::Paid));
    let with = |cheque| [Part { mode: SettlementMode::Cheque, amount: Centimes(3000), cheque }];
    practice.store.settle_in_parts(&stamp(), &first, &with(None)).expect("settled");
    let cheque = practice.store.cheques_in_hand(&doctor).expect("read")[0].id;
    practice.store.settle_in_parts(&stamp(), &second, &with(Some(Cheque::Same(cheque)))).expect("settled");
    // One of the two FSE is withdrawn: the paper still says sixty euros, and that is what the bank gets.
    practice.store.cancel_fse(&stamp(), &second).expect("withdrawn");
    let hand = practice.store.cheques_in_hand(&doctor).expect("read");
    assert_eq!(hand.iter().map(|cheque| cheque.amount.0).collect::<Vec<_>>(), [6000]);
    let slip = practice.store.deposit_cheques(&stamp_at(90), &doctor, &[]).expect("deposited");
    assert_eq!(slip.amount.0, 6000);
    // What becomes of the other one changes no slip that was made.
    practice.store.cancel_fse(&stamp_at(91), &first).expect("withdrawn");
    assert_eq!(practice.store.deposits(&doctor).expect("read"), [slip]);
    practice.assert_journal_intact();
}

#[test]
fn cheques_of_before_the_third_schema_are_still_in_hand() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    practice.store.settle(&stamp(), &fse, SettlementMode::Cheque, Centimes(3000)).expect("settled");
    // As the second schema left it: a receipt that knows no cheque.
    let raw = practice.folder.raw();
    raw.execute_batch(
        "DROP TRIGGER lot_keeps_its_bytes; DROP TRIGGER outbox_keeps; DROP TRIGGER scan_mail_keeps; DROP TABLE erasure; DROP TABLE forgotten;
         DROP INDEX journal_refused; DROP INDEX journal_patient; DROP INDEX journal_session;
         DELETE FROM patient WHERE id = 0;
         DROP TABLE typed_situation; DROP INDEX document_day; DROP INDEX document_total; DROP TABLE accident; DROP TABLE act_sets; DROP TABLE reading; DROP TABLE paper; DROP TABLE passage; DROP TABLE instruction; DROP TABLE locum_card; ALTER TABLE document DROP COLUMN away;
         DROP TABLE transfer; DROP TABLE practitioner; DROP TABLE sent_back; DROP TABLE reopened; DROP INDEX document_replacement; ALTER TABLE document DROP COLUMN replacement;
         DROP TABLE replacement; DROP TABLE mutuelle; DROP TABLE attachment; DROP TABLE scan_mail;
         DROP INDEX document_of_fse; DROP INDEX document_billing; ALTER TABLE document DROP COLUMN of_fse;
         ALTER TABLE document DROP COLUMN given_up;
         DROP TRIGGER receipt_keeps; DROP TRIGGER receipt_on_an_open_day; DROP INDEX receipt_cheque;
         DROP INDEX payment_day; ALTER TABLE receipt DROP COLUMN cheque;
         DROP TABLE cheque; DROP TABLE deposit; DROP TABLE closed_day;
         CREATE TRIGGER receipt_keeps BEFORE UPDATE ON receipt
         BEGIN SELECT RAISE(ABORT, 'a receipt is undone by a counter-entry'); END;
         PRAGMA user_version = 2;",
    )
    .expect("the second schema");
    drop(raw);
    let practice = practice.reopened();
    let in_hand = practice.store.cheques_in_hand(&billing(DOCTOR)).expect("read");
    assert_eq!(
        in_hand.iter().map(|cheque| (cheque.amount.0, cheque.fses.clone())).collect::<Vec<_>>(),
        [(3000, vec![fse])]
    );
}

#[test]
fn a_line_that_names_nobody_is_matched_by_hand_and_separated_again() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let lot = practice.sent("AB0001");
    practice.take("arl", &arl(lot, None));
    // The caisse wrote a number that no FSE of ours bears.
    let wrong = crate::support::reference(999_999);
    practice.take("payment", &payment("SIM1", &[(&wrong, Payer::Amo, 2100)]));
    let lines = practice.store.payment_lines(&billing(DOCTOR), None).expect("read");
    assert_eq!((lines.len(), lines[0].matched.clone(), lines[0].amount.0), (1, None, 2100));
    let (payment_id, line) = (lines[0].payment, lines[0].line);
    practice.store.match_line(&stamp_at(4000), payment_id, line, &fse).expect("matched");
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    let again = practice.store.match_line(&stamp_at(4001), payment_id, line, &fse);
    assert_eq!(again, Err(StoreError::Matched));
    practice.store.unmatch_line(&stamp_at(4002), payment_id, line).expect("separated");
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Attendu, 2100, 0));
    assert_eq!(practice.store.unmatch_line(&stamp_at(4003), payment_id, line), Err(StoreError::NotMatched));
    assert_eq!(practice.store.match_line(&stamp_at(4004), 77, 0, &fse), Err(StoreError::UnknownPayment));
    practice.assert_journal_intact();
}

#[test]
fn what_cannot_be_paid_is_not_matched() {
    let mut practice = Practice::new();
    let prepared = practice.prepare(Kind::ThirdParty);
    let other = practice.prepare_for(OTHER_DOCTOR, Kind::ThirdParty);
    practice.sign(&other);
    let wrong = crate::support::reference(999_999);
    practice.take("payment", &payment("SIM2", &[(&wrong, Payer::Amo, 2100), (&wrong, Payer::Patient, 900)]));
    let lines = practice.store.payment_lines(&billing(DOCTOR), None).expect("read");
    for (line, fse) in [(0, &prepared), (0, &other), (1, &prepared)] {
        let refused = practice.store.match_line(&stamp_at(4000), lines[0].payment, line, fse);
        assert_eq!(refused, Err(StoreError::NotPayable), "{line} {fse}");
    }
}

#[test]
fn a_payment_separated_from_a_rejected_fse_leaves_the_reject() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let lot = practice.sent("AB0001");
    practice.take("arl", &arl(lot, None));
    practice.take("rejects", &rejects(lot, &[&fse]));
    assert_eq!(practice.money(&fse, Payer::Amo).0, MoneyState::Rejete);
    practice.take("payment", &payment("SIM3", &[(&fse, Payer::Amo, 2100)]));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Anomalie, 2100, 2100));
    let line = practice.store.payment_lines(&billing(DOCTOR), None).expect("read").remove(0);
    practice.store.unmatch_line(&stamp_at(4000), line.payment, line.line).expect("separated");
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Rejete, 2100, 0));
    // What was not owed at all is an anomaly while it is matched, and nothing again after.
    let paid = practice.signed(Kind::Paid);
    practice.take("surplus", &payment("SIM4", &[(&paid, Payer::Amo, 500)]));
    assert_eq!(practice.money(&paid, Payer::Amo).0, MoneyState::Anomalie);
    let lines = practice.store.payment_lines(&billing(DOCTOR), None).expect("read");
    let line = lines.iter().find(|line| line.reference == "SIM4").expect("the surplus");
    practice.store.unmatch_line(&stamp_at(4001), line.payment, line.line).expect("separated");
    assert_eq!(practice.money(&paid, Payer::Amo), (MoneyState::SansObjet, 0, 0));
    practice.assert_journal_intact();
}

/// The FSE that corrects `earlier`, signed.
fn correction(practice: &mut Practice, earlier: &FseRef, kind: Kind) -> Result<FseRef, StoreError> {
    let doctor = billing(DOCTOR);
    let made = practice.store.prepare_fse(&stamp(), &doctor, None, |number| {
        let (mut content, bytes) = fse(&doctor, number, kind);
        content.corrects = Some(Corrects { number: earlier.number, drawn_up: day("2026-01-15") });
        Ok::<_, ()>((content, bytes))
    });
    match made {
        Ok(prepared) => {
            let reference = prepared.reference().clone();
            practice.sign(&reference);
            Ok(reference)
        }
        Err(Or::Store(error)) => Err(error),
        Err(Or::Other(())) => unreachable!("the closure does not fail"),
    }
}

#[test]
fn what_was_paid_for_a_rejected_fse_is_paid_for_the_one_that_corrects_it() {
    let mut practice = Practice::new();
    let rejected = practice.signed(Kind::Paid);
    practice.store.settle(&stamp(), &rejected, SettlementMode::Cheque, Centimes(3000)).expect("settled");
    let lot = practice.sent("LOT001");
    assert_eq!(correction(&mut practice, &rejected, Kind::Paid), Err(StoreError::NotRejected), "nothing says so yet");
    practice.take("arl", &arl(lot, None));
    practice.take("rejects", &rejects(lot, &[&rejected]));
    let new = correction(&mut practice, &rejected, Kind::Paid).expect("corrected");
    assert_eq!(practice.money(&rejected, Payer::Patient), (MoneyState::Abandonne, 3000, 0));
    assert_eq!(practice.money(&new, Payer::Patient), (MoneyState::Encaisse, 3000, 3000));
    let cheque = (SettlementMode::Cheque, 3000);
    assert_eq!(totals(&practice, "2026-01-15"), [cheque, (SettlementMode::Cheque, -3000), cheque]);
    let hand = practice.store.cheques_in_hand(&billing(DOCTOR)).expect("read");
    assert_eq!(hand.iter().map(|cheque| cheque.amount.0).collect::<Vec<_>>(), [3000], "one cheque, still in hand");
    assert!(practice.store.unpaid(&billing(DOCTOR), None).expect("read").is_empty());

    let again = correction(&mut practice, &rejected, Kind::Paid);
    assert_eq!(again, Err(StoreError::Corrected { by: new.clone() }), "care is not billed twice");
    practice.store.cancel_fse(&stamp(), &new).expect("cancelled");
    assert!(correction(&mut practice, &rejected, Kind::Paid).is_ok(), "a withdrawn correction frees the claim");
    practice.assert_journal_intact();
}

#[test]
fn a_correction_takes_no_more_than_is_due_for_it() {
    let mut practice = Practice::new();
    let rejected = practice.signed(Kind::Paid);
    let parts = [part(SettlementMode::Carte, 500), part(SettlementMode::Especes, 2500)];
    practice.store.settle_in_parts(&stamp(), &rejected, &parts).expect("settled");
    let later = practice.signed(Kind::Paid);
    practice.store.settle(&stamp(), &later, SettlementMode::Gratuit, Centimes(0)).expect("waived");
    let lot = practice.sent("LOT001");
    practice.take("rejects", &rejects(lot, &[&rejected, &later]));
    // Tiers payant now: 9,00 € are due of the 30,00 € that came; 21,00 € go back, out of the till.
    let new = correction(&mut practice, &rejected, Kind::ThirdParty).expect("corrected");
    assert_eq!(practice.money(&new, Payer::Patient), (MoneyState::Encaisse, 900, 900));
    let day: i64 = totals(&practice, "2026-01-15").iter().map(|(_, cents)| cents).sum();
    assert_eq!(day, 900);
    let waived = correction(&mut practice, &later, Kind::Paid).expect("corrected");
    assert_eq!(practice.money(&waived, Payer::Patient), (MoneyState::Abandonne, 3000, 0), "waived stays waived");
    practice.assert_journal_intact();
}

#[test]
fn a_corrected_fse_is_not_settled_again_and_a_cheque_given_back_is_gone() {
    let mut practice = Practice::new();
    let rejected = practice.signed(Kind::Paid);
    let lot = practice.sent("LOT001");
    practice.take("rejects", &rejects(lot, &[&rejected]));
    let new = correction(&mut practice, &rejected, Kind::Paid).expect("corrected");
    let again = practice.store.settle(&stamp(), &rejected, SettlementMode::Carte, Centimes(3000));
    assert_eq!(again, Err(StoreError::Corrected { by: new.clone() }));

    practice.store.settle(&stamp(), &new, SettlementMode::Cheque, Centimes(3000)).expect("settled");
    let cheque = practice.store.cheques_in_hand(&billing(DOCTOR)).expect("read")[0].id;
    practice.store.cancel_fse(&stamp(), &new).expect("cancelled");
    let other = practice.signed(Kind::Paid);
    let same = Part { mode: SettlementMode::Cheque, amount: Centimes(3000), cheque: Some(Cheque::Same(cheque)) };
    let refused = practice.store.settle_in_parts(&stamp(), &other, &[same]);
    assert_eq!(refused, Err(StoreError::UnknownCheque { cheque }), "it went back to the patient");
}

#[test]
fn a_rejected_debt_never_looks_paid_and_is_rejected_again_without_its_money() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let lot = practice.sent("LOT001");
    practice.take("rejects", &rejects(lot, &[&fse]));
    practice.take("part", &payment("V1", &[(&fse, Payer::Amo, 1000)]));
    practice.take("rest", &payment("V2", &[(&fse, Payer::Amo, 1100)]));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Anomalie, 2100, 2100), "a person is to look at it");
    practice.take("back", &payment("V3", &[(&fse, Payer::Amo, -2100)]));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Rejete, 2100, 0));
}
