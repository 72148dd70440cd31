//! Scanned documents: tied until the lot is signed, mailed once the post has the lot, and what a crash leaves of that.

use liasse_domain::{FileIdentifier, FseRef, ScanKind, ScanMedia, ScanState, SendPhase};
use liasse_store::{AttemptOutcome, JournalFault, NewScan, ScanLetter, ScanMailRow, StoreError};

use crate::support::{Kind, Practice, arl, at, outgoing, stamp, stamp_at};

const LOT: &str = "AAAAAA";

fn scan(text: &str) -> NewScan {
    NewScan { kind: ScanKind::Ordonnance, media: ScanMedia::Pdf, bytes: text.as_bytes().to_vec() }
}

fn letter() -> ScanLetter {
    ScanLetter {
        message: b"the mail of documents".to_vec(),
        to: "01.751@01.scor.rss.test".to_owned(),
        from: "dr.test@cabinet.test".to_owned(),
        message_id: "scor.1@cabinet.test".to_owned(),
    }
}

/// An FSE with one document, its lot signed and the mail with the document beside it.
fn posted() -> (Practice, FseRef, FileIdentifier) {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    practice.store.attach(&stamp(), &fse, &scan("one")).expect("attached");
    let lot = practice.seal(LOT).name.file;
    let leaving = liasse_store::Outgoing { scans: Some(letter()), ..outgoing(lot) };
    practice.store.post_lot(&stamp(), lot, b"cms of the lot", &leaving).expect("posted");
    (practice, fse, lot)
}

/// The post takes the lot.
fn lot_accepted(practice: &mut Practice) {
    let attempt = practice.attempt(SendPhase::Dot);
    let outcome = AttemptOutcome::Accepted { reply: "250 2.0.0 Ok: queued as 4F1".to_owned() };
    practice.store.finish_attempt(&stamp_at(61), attempt, &outcome).expect("finished");
}

fn only(practice: &Practice) -> ScanMailRow {
    let mut rows = practice.store.scans_to_send().expect("read");
    assert_eq!(rows.len(), 1);
    rows.remove(0)
}

fn state(practice: &Practice, lot: FileIdentifier) -> ScanState {
    practice.store.scan_states().expect("read")[&lot].0
}

#[test]
fn documents_come_and_go_until_the_lot_is_signed() {
    let mut practice = Practice::new();
    let fse = practice.prepare(Kind::Paid);
    let first = practice.store.attach(&stamp(), &fse, &scan("one")).expect("before it is signed");
    practice.sign(&fse);
    let second = practice.store.attach(&stamp(), &fse, &scan("two")).expect("attached");
    assert_eq!(practice.store.attach(&stamp(), &fse, &scan("two")), Err(StoreError::ScanTwice));
    let rows = practice.store.scans_of(&fse).expect("read");
    assert_eq!(rows.iter().map(|row| (row.id, row.size)).collect::<Vec<_>>(), [(first, 3), (second, 3)]);
    let lot = practice.seal(LOT).name.file;
    practice.store.attach(&stamp(), &fse, &scan("three")).expect("a sealed lot is not signed yet");
    practice.store.detach(&stamp(), &fse, first).expect("detached");
    assert_eq!(practice.store.detach(&stamp(), &fse, first), Err(StoreError::UnknownScan { scan: first }));
    let texts = |practice: &Practice| {
        let scans = practice.store.scans_in(lot).expect("read");
        scans.into_iter().map(|(number, scan)| (number == fse.number, scan.bytes)).collect::<Vec<_>>()
    };
    assert_eq!(texts(&practice), [(true, b"two".to_vec()), (true, b"three".to_vec())]);

    practice.store.post_lot(&stamp(), lot, b"cms of the lot", &outgoing(lot)).expect("posted");
    assert_eq!(practice.store.attach(&stamp(), &fse, &scan("four")), Err(StoreError::ScansClosed));
    assert_eq!(practice.store.detach(&stamp(), &fse, second), Err(StoreError::ScansClosed));
    assert_eq!(texts(&practice).len(), 2);
    practice.assert_journal_intact();
}

#[test]
fn what_is_withdrawn_or_another_s_takes_no_document() {
    let mut practice = Practice::new();
    let (fse, other) = (practice.prepare(Kind::Paid), practice.prepare(Kind::Paid));
    let id = practice.store.attach(&stamp(), &fse, &scan("one")).expect("attached");
    assert_eq!(practice.store.detach(&stamp(), &other, id), Err(StoreError::UnknownScan { scan: id }));
    practice.store.cancel_fse(&stamp(), &fse).expect("withdrawn");
    assert_eq!(practice.store.attach(&stamp(), &fse, &scan("two")), Err(StoreError::ScansClosed));
    let unknown = "991129768-000000099".parse().expect("a name");
    assert_eq!(practice.store.attach(&stamp(), &unknown, &scan("one")), Err(StoreError::UnknownFse));
    practice.assert_journal_intact();
}

#[test]
fn an_fse_has_ten_documents_and_a_sealed_lot_what_one_mail_carries() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    for count in 0..10 {
        practice.store.attach(&stamp(), &fse, &scan(&format!("{count}"))).expect("attached");
    }
    assert_eq!(practice.store.attach(&stamp(), &fse, &scan("11")), Err(StoreError::TooManyScans));

    // Four FSE with ten of 250,000 bytes fill the ten millions of a mail; the fifth waits for another lot.
    let mut practice = Practice::new();
    let fses: Vec<FseRef> = (0..5).map(|_| practice.signed(Kind::Paid)).collect();
    practice.seal(LOT);
    let large = |number: usize| NewScan { bytes: vec![number.to_le_bytes()[0]; 250_000], ..scan("") };
    for fse in &fses[..4] {
        for number in 0..10 {
            practice.store.attach(&stamp(), fse, &large(number)).expect("attached");
        }
    }
    assert_eq!(practice.store.attach(&stamp(), &fses[4], &scan("1")), Err(StoreError::LotScansFull));
    let free = practice.prepare(Kind::Paid);
    practice.store.attach(&stamp(), &free, &scan("1")).expect("in no lot");
}

#[test]
fn the_mail_waits_for_its_lot_and_leaves_once() {
    let (mut practice, fse, lot) = posted();
    assert_eq!(state(&practice, lot), ScanState::AEnvoyer);
    assert_eq!(practice.store.scans_to_send().expect("read"), [], "its lot has not left");
    lot_accepted(&mut practice);
    let row = only(&practice);
    assert_eq!((row.lot, row.state, row.sent_at, &row.letter), (lot, ScanState::AEnvoyer, None, &letter()));
    practice.store.begin_scans(&stamp_at(70), row.id).expect("begun");
    assert_eq!(practice.store.begin_scans(&stamp_at(70), row.id), Err(StoreError::NotToSend));
    assert_eq!(practice.store.scans_to_send().expect("read"), []);
    for phase in [SendPhase::Connect, SendPhase::Data, SendPhase::Dot] {
        practice.store.record_scans_phase(row.id, phase, at(71)).expect("phase");
    }
    let back = practice.store.record_scans_phase(row.id, SendPhase::Mail, at(72));
    assert_eq!(back, Err(StoreError::AttemptOver));
    let accepted = AttemptOutcome::Accepted { reply: "250 ok".to_owned() };
    practice.store.finish_scans(&stamp_at(73), row.id, &accepted).expect("finished");
    assert_eq!(practice.store.scan_states().expect("read")[&lot], (ScanState::Transmise, Some(at(71))));
    assert_eq!(practice.store.scans_to_send().expect("read"), []);
    assert_eq!(practice.store.begin_scans(&stamp_at(74), row.id), Err(StoreError::NotToSend));
    assert_eq!(practice.store.finish_scans(&stamp_at(74), row.id, &accepted), Err(StoreError::AttemptOver));
    let count = practice.store.scan_count(&fse).expect("read").expect("it has some");
    assert_eq!((count.count, count.state), (1, Some(ScanState::Transmise)));
    let other = practice.prepare(Kind::Paid);
    assert_eq!(practice.store.scan_count(&other).expect("read"), None);
    practice.assert_journal_intact();
}

#[test]
fn a_crash_at_each_phase_is_settled_at_the_next_opening() {
    let phases =
        [SendPhase::Connect, SendPhase::Auth, SendPhase::Mail, SendPhase::Rcpt, SendPhase::Data, SendPhase::Dot];
    for phase in phases.map(Some).into_iter().chain([None]) {
        let (mut practice, _, lot) = posted();
        lot_accepted(&mut practice);
        let row = only(&practice);
        practice.store.begin_scans(&stamp_at(70), row.id).expect("begun");
        for step in phases.into_iter().filter(|step| Some(*step) <= phase) {
            practice.store.record_scans_phase(row.id, step, at(71)).expect("phase");
        }
        let mut practice = practice.reopened();
        practice.store.recover_scans(&stamp_at(500)).expect("recovered");
        let ambiguous = phase == Some(SendPhase::Dot);
        let expected = if ambiguous { ScanState::NonConfirmee } else { ScanState::AEnvoyer };
        assert_eq!(state(&practice, lot), expected, "{phase:?}");
        let row = only(&practice);
        assert_eq!((row.sent_at, &row.letter), (ambiguous.then(|| at(71)), &letter()), "{phase:?}");
        practice.assert_journal_intact();
        let entries = practice.store.journal_entries().expect("read").len();
        practice.store.recover_scans(&stamp_at(501)).expect("recovered");
        assert_eq!(practice.store.journal_entries().expect("read").len(), entries, "once");
    }
}

#[test]
fn documents_of_a_refused_lot_leave_with_the_next_one() {
    let (mut practice, fse, lot) = posted();
    lot_accepted(&mut practice);
    practice.take("arl", &arl(lot, Some("S0005")));
    assert_eq!(practice.store.scans_to_send().expect("read"), [], "nothing follows a refused lot");
    assert_eq!(practice.store.scan_count(&fse).expect("read").map(|count| count.state), Some(None));
    practice.store.attach(&stamp(), &fse, &scan("two")).expect("free again");
    let next = practice.seal("BBBBBB").name.file;
    assert_eq!(practice.store.scans_in(next).expect("read").len(), 2);
    practice.assert_journal_intact();
}

#[test]
fn a_hand_in_documents_or_their_mail_shows() {
    let (practice, fse, lot) = posted();
    let raw = practice.folder.raw();
    assert!(raw.execute("UPDATE attachment SET bytes = x'00'", []).is_err(), "a trigger");
    assert!(raw.execute("UPDATE scan_mail SET message = x'00'", []).is_err(), "a trigger");
    raw.execute_batch("DROP TRIGGER attachment_keeps; DROP TRIGGER scan_mail_keeps").expect("triggers dropped");
    let faults = |sql: &str, undo: &str| {
        raw.execute_batch(sql).expect(sql);
        let faults = practice.store.journal_verify().expect("read").faults;
        raw.execute_batch(undo).expect(undo);
        assert!(practice.store.journal_verify().expect("read").is_intact(), "{undo}");
        faults
    };
    let document = [JournalFault::Fse { fse: fse.clone() }];
    let mail = [JournalFault::Lot { lot }];
    let one = "UPDATE attachment SET bytes = CAST('one' AS BLOB)";
    assert_eq!(faults("UPDATE attachment SET bytes = x'00'", one), document);
    let message = "UPDATE scan_mail SET message = CAST('the mail of documents' AS BLOB)";
    assert_eq!(faults("UPDATE scan_mail SET message = x'00'", message), mail);
    let state = "UPDATE scan_mail SET state = 'a_envoyer'";
    assert_eq!(faults("UPDATE scan_mail SET state = 'transmise'", state), mail);
    raw.execute("DELETE FROM attachment", []).expect("a hand");
    assert_eq!(practice.store.journal_verify().expect("read").faults, document);
}

#[test]
fn nothing_of_a_document_shows_in_a_debug() {
    let shown = format!("{:?} {:?}", scan("DURAND"), letter());
    assert!(!shown.contains("DURAND") && shown.contains("6 bytes") && !shown.contains("the mail"), "{shown}");
}
