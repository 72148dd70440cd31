//! The send ledger: phases, outcomes, what a crash leaves, and that nothing leaves twice by itself.

use liasse_domain::returns::{Undelivered, Undelivery};
use liasse_domain::{SendPhase, TransmissionState};
use liasse_store::{Arrived, AttemptOutcome, Decoded, InboxKind, StoreError, Taken};

use crate::support::{Kind, Practice, arl, arrived, at, stamp, stamp_at};

#[test]
fn an_accepted_file_is_transmitted_and_leaves_the_list() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Transmise));
    assert_eq!(practice.store.to_send().expect("read"), Vec::new());
    let row = practice.store.lot(lot).expect("read").expect("lot");
    assert_eq!(row.sent_at, Some(at(61)));
    let attempt = &row.attempts[0];
    assert_eq!((attempt.phase, attempt.phase_at, attempt.ended_at), (Some(SendPhase::Dot), Some(at(60)), Some(at(61))));
    assert_eq!(attempt.outcome, Some(AttemptOutcome::Accepted { reply: "250 2.0.0 Ok: queued as 4F1".to_owned() }));
    let waiting = practice.store.awaiting_answer().expect("read");
    assert_eq!(
        (waiting[0].lot, waiting[0].state, waiting[0].last_attempt),
        (lot, TransmissionState::Transmise, at(61))
    );
    assert_eq!(practice.store.ledger().expect("read")[0].sent_at, Some(at(61)));
}

#[test]
fn a_failed_try_leaves_the_file_to_be_sent_the_same() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    practice.posted("AAAAAA");
    let before = practice.store.to_send().expect("read");
    let attempt = practice.attempt(SendPhase::Rcpt);
    assert_eq!(practice.store.to_send().expect("read"), Vec::new(), "while a try is open nobody else sends it");
    assert_eq!(practice.store.begin_attempt(&stamp(), before[0].id), Err(StoreError::NotToSend));
    let failed = AttemptOutcome::Failed { code: "road.boite_pleine".to_owned() };
    practice.store.finish_attempt(&stamp(), attempt, &failed).expect("finished");
    let after = practice.store.to_send().expect("read");
    assert_eq!((&after[0].message, &after[0].message_id), (&before[0].message, &before[0].message_id));
    assert_eq!(after[0].attempts[0].outcome, Some(failed));
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::EnFichier));
    assert_eq!(practice.store.awaiting_answer().expect("read"), Vec::new());
}

#[test]
fn an_unconfirmed_file_does_not_leave_again_until_released() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.posted("AAAAAA");
    let before = practice.store.to_send().expect("read");
    let attempt = practice.attempt(SendPhase::Dot);
    practice.store.finish_attempt(&stamp_at(90), attempt, &AttemptOutcome::Unconfirmed).expect("finished");
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::NonConfirmee));
    assert_eq!(practice.store.to_send().expect("read"), Vec::new());
    assert_eq!(practice.store.begin_attempt(&stamp(), before[0].id), Err(StoreError::NotToSend));
    assert_eq!(practice.store.unconfirmed().expect("read").len(), 1);
    // The two working days run from the dot, not from when the silence was noticed.
    assert_eq!(practice.store.awaiting_answer().expect("read")[0].last_attempt, at(60));

    practice.store.release_for_resend(&stamp_at(90), lot, "deux jours ouvrés sans accusé").expect("released");
    let again = practice.store.to_send().expect("read");
    assert_eq!(again[0].message, before[0].message, "byte for byte");
    let entries = practice.store.journal_entries().expect("read");
    let last = entries.last().expect("entry");
    assert_eq!(last.payload, r#"{"from":"non_confirmee","why":"deux jours ouvrés sans accusé"}"#);
    practice.assert_journal_intact();
}

#[test]
fn only_what_may_have_left_is_released() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let lot = practice.seal("AAAAAA").name.file;
    assert!(matches!(practice.store.release_for_resend(&stamp(), lot, "x"), Err(StoreError::LotState { .. })));
    practice.store.dissolve_lot(&stamp(), lot).expect("dissolved");
    assert!(matches!(practice.store.release_for_resend(&stamp(), lot, "x"), Err(StoreError::Forbidden(_))));
    let lot = practice.sent("BBBBBB");
    practice.take("arl", &arl(lot, None));
    assert!(matches!(practice.store.release_for_resend(&stamp(), lot, "x"), Err(StoreError::Forbidden(_))));
}

#[test]
fn phases_go_forward_and_end() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.posted("AAAAAA");
    let attempt = practice.attempt(SendPhase::Data);
    assert_eq!(practice.store.record_phase(attempt, SendPhase::Mail, at(70)), Err(StoreError::AttemptOver));
    practice.store.finish_attempt(&stamp(), attempt, &AttemptOutcome::Interrupted).expect("finished");
    assert_eq!(practice.store.record_phase(attempt, SendPhase::Dot, at(70)), Err(StoreError::AttemptOver));
    let twice = practice.store.finish_attempt(&stamp(), attempt, &AttemptOutcome::Unconfirmed);
    assert_eq!(twice, Err(StoreError::AttemptOver));
}

#[test]
fn a_crash_at_each_phase_is_settled_at_the_next_opening() {
    let phases =
        [SendPhase::Connect, SendPhase::Auth, SendPhase::Mail, SendPhase::Rcpt, SendPhase::Data, SendPhase::Dot];
    for phase in phases {
        let mut practice = Practice::new();
        let fse = practice.signed(Kind::Paid);
        let lot = practice.posted("AAAAAA");
        practice.attempt(phase);
        let mut practice = practice.reopened();
        let unconfirmed = practice.store.recover_attempts(&stamp_at(500)).expect("recovered");
        let (state, waits, outcome) = if phase == SendPhase::Dot {
            assert_eq!(unconfirmed, [lot]);
            (TransmissionState::NonConfirmee, 0, AttemptOutcome::Unconfirmed)
        } else {
            assert_eq!(unconfirmed, []);
            (TransmissionState::EnFichier, 1, AttemptOutcome::Interrupted)
        };
        assert_eq!(practice.transmission(&fse), Some(state), "{phase:?}");
        assert_eq!(practice.store.to_send().expect("read").len(), waits, "{phase:?}");
        assert_eq!(practice.store.lot(lot).expect("read").expect("lot").attempts[0].outcome, Some(outcome));
        assert_eq!(practice.store.recover_attempts(&stamp_at(501)).expect("recovered"), [], "once");
        practice.assert_journal_intact();
    }
}

#[test]
fn a_crash_before_the_first_phase_leaves_the_file_free() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.posted("AAAAAA");
    let id = practice.store.to_send().expect("read")[0].id;
    practice.store.begin_attempt(&stamp(), id).expect("begun");
    let mut practice = practice.reopened();
    assert_eq!(practice.store.recover_attempts(&stamp()).expect("recovered"), []);
    assert_eq!(practice.store.to_send().expect("read").len(), 1);
}

#[test]
fn recovery_at_any_time_ends_what_is_open_and_nothing_else() {
    let mut practice = Practice::new();
    let first = practice.signed(Kind::Paid);
    let sent = practice.sent("AAAAAA");
    let second = practice.signed(Kind::Paid);
    let lot = practice.posted("BBBBBB");
    let attempt = practice.attempt(SendPhase::Dot);
    // The disk refused the end of the try; the program goes on, and the next run begins.
    assert_eq!(practice.store.recover_attempts(&stamp_at(500)).expect("recovered"), [lot]);
    assert_eq!(practice.transmission(&first), Some(TransmissionState::Transmise));
    assert_eq!(practice.transmission(&second), Some(TransmissionState::NonConfirmee));
    let outcome = practice.store.lot(sent).expect("read").expect("lot").attempts[0].outcome.clone();
    assert!(matches!(outcome, Some(AttemptOutcome::Accepted { .. })), "what had ended stays as it ended");
    let late = practice.store.finish_attempt(&stamp(), attempt, &AttemptOutcome::Interrupted);
    assert_eq!(late, Err(StoreError::AttemptOver), "an ended try ends once");

    // Nothing is open: no entry, and no lock, so that another connection's transaction is no obstacle.
    let head = practice.store.journal_head().expect("head");
    let other = practice.folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").expect("lock");
    assert_eq!(practice.store.recover_attempts(&stamp_at(501)), Ok(Vec::new()));
    other.execute_batch("ROLLBACK").expect("unlock");
    assert_eq!(practice.store.journal_head().expect("head"), head);
    practice.assert_journal_intact();
}

#[test]
fn a_notice_frees_its_file_once_and_is_told_apart_until_the_post_takes_it_again() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    let original = practice.store.lot(lot).expect("read").expect("lot").message_id;
    let notice = Undelivered { original, action: Undelivery::Failed, status: "5.1.1".to_owned(), said: String::new() };
    let mut take = |name: &str, notice: &Undelivered| {
        let raw = name.as_bytes();
        let decoded = Some(Decoded::Notice(notice));
        practice.take_one(&stamp_at(3600), Arrived { decoded, ..arrived("a@cabinet.test", name, raw, None) })
    };
    assert_eq!(take("1", &notice), Taken::New { applied: true });
    assert_eq!(take("1", &notice), Taken::Duplicate);
    assert_eq!(take("2", &notice), Taken::New { applied: false }, "another notice about the same mail");
    let delayed = Undelivered { action: Undelivery::Delayed, status: "4.4.1".to_owned(), ..notice.clone() };
    assert_eq!(take("3", &delayed), Taken::New { applied: false });
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::EnFichier));
    let rows = practice.store.returns().expect("read");
    assert!(rows.iter().all(|row| row.kind == InboxKind::NonRemise && row.content.is_none()));
    assert_eq!(rows[0].notice.as_ref(), Some(&delayed));
    let waiting = practice.store.to_send().expect("read");
    assert_eq!((waiting.len(), waiting[0].undelivered), (1, true));
    practice.assert_journal_intact();
    // A try that fails changes nothing in that; one that the post takes does, whatever becomes of the file.
    let attempt = practice.attempt(SendPhase::Rcpt);
    let failed = AttemptOutcome::Failed { code: "road.refus_provisoire".to_owned() };
    practice.store.finish_attempt(&stamp_at(4000), attempt, &failed).expect("finished");
    assert!(practice.store.to_send().expect("read")[0].undelivered);
    let attempt = practice.attempt(SendPhase::Dot);
    let taken = AttemptOutcome::Accepted { reply: "250 ok".to_owned() };
    practice.store.finish_attempt(&stamp_at(4100), attempt, &taken).expect("finished");
    practice.store.release_for_resend(&stamp_at(9000), lot, "deux jours ouvrés").expect("released");
    assert!(!practice.store.to_send().expect("read")[0].undelivered, "it did not come back this time");
    practice.assert_journal_intact();
}
