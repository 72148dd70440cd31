//! What is watched: what left and has no answer, what is owed once a caisse has it, what was paid otherwise than due; at
//! most so many, and each practitioner their own.

use liasse_domain::{Payer, TransmissionState};
use liasse_store::{DebtSort, Owed, OwedRow};

use crate::support::{DOCTOR, Kind, OTHER_DOCTOR, Practice, arl, billing, payment};

/// Number, payer and amount of each.
fn told(owed: &Owed) -> Vec<(u32, Payer, i64)> {
    let row = |row: &OwedRow| (row.fse.number.get(), row.payer, row.owed.0);
    owed.rows.iter().map(row).collect()
}

#[test]
fn what_left_is_unanswered_until_its_arl_and_owed_from_then_on() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.signed(Kind::ThirdParty);
    let own = billing(DOCTOR);
    let unanswered = |practice: &Practice, doctor| practice.store.unanswered(&billing(doctor), None).expect("read");
    let owed = |practice: &Practice| told(&practice.store.received_unpaid(&own, 10).expect("read"));
    let lot = practice.posted("LOT001");
    assert!(unanswered(&practice, DOCTOR).is_empty(), "a file that waits has not left");
    practice.accepted();
    let rows = unanswered(&practice, DOCTOR);
    let said: Vec<_> = rows.iter().map(|row| (row.fse.number.get(), row.total.0, row.state)).collect();
    assert_eq!(said, [(1, 3000, TransmissionState::Transmise), (2, 3000, TransmissionState::Transmise)]);
    assert_eq!(rows[0].sent_at, crate::support::at(61));
    assert!(unanswered(&practice, OTHER_DOCTOR).is_empty(), "each sees their own");
    assert!(practice.store.unanswered(&own, Some(1)).expect("read").is_empty(), "made under no replacement");
    assert!(owed(&practice).is_empty(), "nobody has it yet");

    practice.take("1", &arl(lot, None));
    assert!(unanswered(&practice, DOCTOR).is_empty());
    assert_eq!(owed(&practice), [(1, Payer::Patient, 3000), (2, Payer::Patient, 900), (2, Payer::Amo, 2100)]);
    assert_eq!(told(&practice.store.received_unpaid(&billing(OTHER_DOCTOR), 10).expect("read")), Vec::new());
    let names = practice.store.patients_of(&[rows[1].document, rows[0].document]).expect("read");
    assert_eq!(names.iter().map(liasse_domain::Private::reveal).collect::<Vec<_>>(), ["DURAND Claire"; 2]);
}

#[test]
fn an_unconfirmed_file_is_unanswered_too_and_a_refused_one_no_more() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let lot = practice.posted("LOT001");
    practice.attempt(liasse_domain::SendPhase::Dot);
    let mut practice = practice.reopened();
    practice.store.recover_attempts(&crate::support::stamp()).expect("recovered");
    let own = billing(DOCTOR);
    let rows = practice.store.unanswered(&own, None).expect("read");
    assert_eq!(rows.iter().map(|row| row.state).collect::<Vec<_>>(), [TransmissionState::NonConfirmee]);
    practice.take("1", &arl(lot, Some("S0001")));
    assert!(practice.store.unanswered(&own, None).expect("read").is_empty());
    assert_eq!(practice.store.received_unpaid(&own, 10).expect("read"), Owed::default(), "refused is not received");
}

#[test]
fn no_more_than_so_many_are_looked_for_and_it_is_told() {
    let mut practice = Practice::new();
    for _ in 0..3 {
        practice.signed(Kind::Paid);
    }
    let lot = practice.sent("LOT001");
    practice.take("1", &arl(lot, None));
    let own = billing(DOCTOR);
    for (most, numbers, more) in [(2, &[1, 2][..], true), (3, &[1, 2, 3][..], false), (9, &[1, 2, 3][..], false)] {
        let owed = practice.store.received_unpaid(&own, most).expect("read");
        let found: Vec<u32> = owed.rows.iter().map(|row| row.fse.number.get()).collect();
        assert_eq!((found.as_slice(), owed.more), (numbers, more), "{most}");
    }
}

#[test]
fn of_many_debts_the_largest_or_the_latest_are_found_where_they_are_asked_for() {
    let mut practice = Practice::new();
    for kind in [Kind::Paid, Kind::ThirdParty] {
        practice.signed(kind);
    }
    let lot = practice.sent("LOT001");
    practice.take("1", &arl(lot, None));
    let own = billing(DOCTOR);
    let first = |order| {
        let owed = practice.store.received_unpaid_by(&own, order, 1).expect("read");
        assert!(owed.more);
        told(&owed).remove(0)
    };
    assert_eq!(first((DebtSort::Age, false)), (1, Payer::Patient, 3000));
    assert_eq!(first((DebtSort::Age, true)), (2, Payer::Patient, 900));
    assert_eq!(first((DebtSort::Amount, false)), (1, Payer::Patient, 3000));
    assert_eq!(first((DebtSort::Amount, true)), (2, Payer::Patient, 900));
}

#[test]
fn what_is_paid_otherwise_than_due_is_told_with_what_is_missing_or_too_much() {
    let mut practice = Practice::new();
    let fses: Vec<_> = (0..3).map(|_| practice.signed(Kind::Whole)).collect();
    let lot = practice.sent("LOT001");
    practice.take("1", &arl(lot, None));
    let lines = [(&fses[0], Payer::Amo, 2000), (&fses[1], Payer::Amo, 2150), (&fses[2], Payer::Amo, 2100)];
    practice.take("2", &payment("SIM1", &lines));
    let own = billing(DOCTOR);
    let otherwise = practice.store.paid_otherwise(&own, 10).expect("read");
    assert_eq!(told(&otherwise), [(1, Payer::Amo, 100), (2, Payer::Amo, -50)]);
    let unpaid = practice.store.received_unpaid(&own, 10).expect("read");
    assert_eq!(told(&unpaid), [(1, Payer::Amc, 900), (2, Payer::Amc, 900), (3, Payer::Amc, 900)]);
    practice.take("3", &payment("SIM2", &[(&fses[0], Payer::Amo, 100)]));
    assert_eq!(told(&practice.store.paid_otherwise(&own, 10).expect("read")), [(2, Payer::Amo, -50)]);
    assert_eq!(told(&practice.store.paid_otherwise(&billing(OTHER_DOCTOR), 10).expect("read")), Vec::new());
}
