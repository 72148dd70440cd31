//! What documents and people say, erased and told: the journal accepts exactly what it tells, and finds an erasure that it does not.

use liasse_domain::fse::Patient;
use liasse_domain::{BillingNumber, DocumentKind, FileIdentifier, FseRef, PassageState};
use liasse_store::{EraseRule, Forget, JournalFault, NewPassage, StoreError, verify_beside};

use crate::support::{DOCTOR, KEY, Kind, Practice, arl, billing, day, patient, reference, stamp_at};

/// The ninetieth day after the sending: from then on a text allows it.
const NINETY_DAYS: i64 = 90 * 86_400;

/// FSE 1 and 2 in AAAAAA, sent and received, and 1 erased.
fn erased() -> (Practice, FileIdentifier) {
    erased_at(NINETY_DAYS)
}

/// The same, erased so many seconds after the beginning.
fn erased_at(seconds: i64) -> (Practice, FileIdentifier) {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.signed(Kind::ThirdParty);
    let lot = practice.sent("AAAAAA");
    practice.take("1", &arl(lot, None));
    let gone = practice.store.erase_documents(&stamp_at(seconds), EraseRule::Retention, &[1]).expect("erased");
    assert_eq!(gone, 1);
    (practice, lot)
}

fn faults(practice: &Practice) -> Vec<JournalFault> {
    practice.store.journal_verify().expect("read").faults
}

fn fse(number: u32) -> FseRef {
    reference(number)
}

/// Patient 1 with document 1.
fn forget(doctor: &BillingNumber) -> Forget<'_> {
    Forget { patient: 1, documents: &[1], sheets: &[], transfers: &[], billing: doctor, cards: true }
}

#[test]
fn an_erased_fse_keeps_its_row_and_says_nothing_more() {
    let (mut practice, lot) = erased();
    practice.assert_journal_intact();
    let entries = practice.store.journal_entries().expect("read");
    let told: Vec<(&str, &str)> =
        entries.iter().rev().take(2).map(|entry| (entry.action.as_str(), entry.payload.as_str())).collect();
    assert_eq!(told[1], ("fse.effacee", r#"{"rule":"retention"}"#));
    assert_eq!(told[0].0, "lot.efface");
    assert_eq!(entries[entries.len() - 2].patient, None, "of whom is not told");

    assert_eq!(practice.store.fse(&fse(1)), Err(StoreError::Erased));
    assert_eq!(practice.store.bytes_of(&fse(1)), Err(StoreError::Erased));
    assert_eq!(practice.store.signed(DocumentKind::Fse, &fse(1)).err(), Some(StoreError::Erased));
    assert!(practice.store.fse(&fse(2)).expect("read").is_some());
    let row = practice.store.ledger_row(&fse(1)).expect("read").expect("its row");
    assert_eq!((row.total.0, row.act_date, row.lot), (3000, day("2026-01-15"), Some(lot)));
    assert_eq!(row.patient.reveal(), "PATIENT EFFACÉ");
    let kept = practice.store.lot(lot).expect("read").expect("the lot");
    assert_eq!((kept.members.len(), kept.file_bytes), (2, Some(Vec::new())), "what left with it is emptied");
    assert!(kept.cms.is_some());
    // Once is enough, and nobody else is erased with it.
    let head = practice.store.journal_head().expect("head");
    assert_eq!(practice.store.erase_documents(&stamp_at(NINETY_DAYS + 100), EraseRule::Demande, &[1, 99]), Ok(0));
    assert_eq!(practice.store.journal_head().expect("head"), head);
    assert_eq!(practice.store.erased_count(), Ok(1));
}

#[test]
fn an_erasure_that_nobody_told_is_found() {
    let (practice, _) = erased();
    practice
        .folder
        .raw()
        .execute_batch(
            "INSERT INTO erasure VALUES (2, 'retention', '2029-01-15T08:00:00.000000Z', 3);
             DELETE FROM body WHERE document = 2; DELETE FROM signature WHERE document = 2;
             UPDATE document SET patient = 0 WHERE id = 2;",
        )
        .expect("a hand in the file");
    assert_eq!(faults(&practice), [JournalFault::Fse { fse: fse(2) }]);

    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.folder.raw().execute("DELETE FROM body", []).expect("a hand in the file");
    assert_eq!(faults(&practice), [JournalFault::Fse { fse: fse(1) }]);
}

#[test]
fn an_erasure_that_is_told_before_its_time_is_found() {
    // Everything fits: the rows, the entries, the chain. The day alone tells that no setting allowed it.
    for seconds in [7200, NINETY_DAYS - 86_400] {
        let (practice, _) = erased_at(seconds);
        assert_eq!(faults(&practice), [JournalFault::Early { fse: fse(1) }], "{seconds}");
    }
    // By a clock that was set back the third left in January, whatever the journal had come to.
    let (mut practice, _) = erased();
    practice.signed(Kind::Paid);
    practice.sent("BBBBBB");
    practice.store.erase_documents(&stamp_at(NINETY_DAYS + 1), EraseRule::Retention, &[3]).expect("erased");
    practice.assert_journal_intact();
    // Demanded by its patient it is no sooner.
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.sent("AAAAAA");
    practice.store.erase_documents(&stamp_at(7200), EraseRule::Demande, &[1]).expect("erased");
    assert_eq!(faults(&practice), [JournalFault::Early { fse: fse(1) }]);
    // Withdrawn before it left: nothing proves that its time was not over.
    let mut practice = Practice::new();
    let withdrawn = practice.prepare(Kind::Paid);
    practice.store.cancel_fse(&stamp_at(1), &withdrawn).expect("withdrawn");
    practice.store.erase_documents(&stamp_at(2), EraseRule::Retention, &[1]).expect("erased");
    practice.assert_journal_intact();
}

#[test]
fn an_amount_that_was_edited_is_found_in_what_is_erased_too() {
    let (practice, _) = erased();
    for number in [1, 2] {
        let edit = |by: i64| {
            let sql = "UPDATE document SET total = total + ?2 WHERE id = ?1";
            practice.folder.raw().execute(sql, [i64::from(number), by]).expect("a hand in the file");
        };
        edit(1000);
        assert_eq!(faults(&practice), [JournalFault::Fse { fse: fse(number) }]);
        edit(-1000);
        assert_eq!(faults(&practice), []);
    }
}

#[test]
fn a_lot_that_does_not_have_its_fse_is_told_and_nothing_is_erased() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.sent("AAAAAA");
    let hand = "DROP TRIGGER body_keeps; UPDATE body SET bytes = x'00' WHERE document = 1";
    practice.folder.raw().execute_batch(hand).expect("a hand in the file");
    let refused = practice.store.erase_documents(&stamp_at(7200), EraseRule::Retention, &[1]);
    assert!(matches!(refused, Err(StoreError::Incoherent { .. })), "{refused:?}");
    assert_eq!(practice.store.erased_count(), Ok(0));
}

#[test]
fn the_journal_is_verified_beside_the_desk_and_a_reader_is_not_waited_for() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let raw = practice.folder.raw();
    // Reads, and goes on: of what stood here before.
    raw.execute_batch("BEGIN; SELECT count(*) FROM document").expect("reads");
    practice.signed(Kind::Paid);
    let beside = verify_beside(&practice.folder.file(), &KEY).expect("read");
    assert_eq!(beside, practice.store.journal_verify().expect("read"));
    assert_eq!(practice.store.rewrite(), Err(StoreError::Busy), "the log is not empty yet, and that is told");
    raw.execute_batch("COMMIT").expect("ended");
    assert_eq!(practice.store.rewrite(), Ok(()));
}

#[test]
fn an_erasure_that_was_told_and_undone_is_found() {
    for (sql, of_lot) in [
        ("INSERT INTO body VALUES (1, '{}', x'00')", false),
        ("INSERT INTO signature VALUES (1, 'cps', '2029-01-15T08:00:00.000000Z', x'00')", false),
        ("UPDATE document SET patient = 1 WHERE id = 1", false),
        ("DELETE FROM erasure", false),
        ("UPDATE lot SET bytes = zeroblob(length(bytes))", true),
    ] {
        let (practice, lot) = erased();
        practice.folder.raw().execute(sql, []).expect("a hand in the file");
        let wanted = if of_lot { JournalFault::Lot { lot } } else { JournalFault::Fse { fse: fse(1) } };
        assert_eq!(faults(&practice), [wanted], "{sql}");
    }
}

#[test]
fn without_an_erasure_the_triggers_refuse_what_they_refused() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.posted("AAAAAA");
    let raw = practice.folder.raw();
    for sql in [
        "UPDATE lot SET bytes = zeroblob(length(bytes))",
        "UPDATE outbox SET file = x''",
        "UPDATE outbox SET message = x''",
        "UPDATE lot SET number = 7",
    ] {
        assert!(raw.execute(sql, []).is_err(), "{sql}");
    }
    let (practice, _) = erased();
    let raw = practice.folder.raw();
    for sql in ["UPDATE lot SET bytes = x''", "UPDATE outbox SET file = x'00'", "UPDATE erasure SET rule = 'demande'"] {
        assert!(raw.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_lot_that_somebody_kept_elsewhere_is_still_known_by_its_hash() {
    let (practice, lot) = erased();
    let sealed = practice.store.journal_entries().expect("read");
    let sealed = sealed.iter().find(|entry| entry.action == "lot.scelle").expect("a seal").payload.clone();
    let sealed: serde_json::Value = serde_json::from_str(&sealed).expect("json");
    let hash = sealed["lot_sha256"].as_str().expect("a hash");
    let digest: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&hash[2 * at..2 * at + 2], 16).expect("hexadecimal")).collect();
    let digest: [u8; 32] = digest.try_into().expect("32 bytes");
    assert_eq!(practice.store.lot_of_digest(&digest).expect("read").map(|(file, _)| file), Some(lot));
}

#[test]
fn a_person_of_whom_nothing_must_stay_leaves_no_trace_and_no_number() {
    let mut practice = Practice::new();
    let fse = practice.prepare(Kind::Paid);
    practice.store.cancel_fse(&stamp_at(1), &fse).expect("withdrawn");
    let values: [&[u8]; 2] = [b"DURAND", b"2840578006084"];
    assert!(practice.store.in_pages(&values).expect("read").iter().all(|count| *count > 0));
    let doctor = billing(DOCTOR);
    let forget = forget(&doctor);
    assert_eq!(practice.store.forget_patient(&stamp_at(2), EraseRule::Demande, &forget), Ok(true));
    practice.store.rewrite().expect("written anew");
    assert_eq!(practice.store.in_pages(&values).expect("read"), [0, 0]);
    assert_eq!(practice.store.rows_with(&values).expect("read"), []);
    practice.assert_journal_intact();
    // The journal names row 1 for ever: who comes next is another.
    practice.prepare(Kind::Paid);
    let found = practice.store.people_named(&["durand".to_owned()], liasse_store::Whose::default(), 9).expect("read");
    assert_eq!(found.iter().map(|person| person.id).collect::<Vec<_>>(), [2]);
    let nobody = practice.store.people_named(&["patient".to_owned()], liasse_store::Whose::default(), 9).expect("read");
    assert_eq!(nobody, [], "the row that stands for nobody is nobody's");
    practice.assert_journal_intact();
}

#[test]
fn a_person_whom_something_names_stays_with_it() {
    let mut practice = Practice::new();
    let first = practice.prepare(Kind::Paid);
    practice.store.cancel_fse(&stamp_at(1), &first).expect("withdrawn");
    practice.signed(Kind::Paid);
    let doctor = billing(DOCTOR);
    let forget = forget(&doctor);
    assert_eq!(practice.store.forget_patient(&stamp_at(2), EraseRule::Demande, &forget), Ok(false));
    practice.store.rewrite().expect("written anew");
    let left = practice.store.rows_with(&[b"2840578006084".as_slice()]).expect("read");
    assert_eq!(left, [("patient", 1), ("body", 1)], "the one that must stay");
    assert_eq!(practice.store.person(1, liasse_store::Whose::default()).expect("read").map(|one| one.id), Some(1));
    practice.assert_journal_intact();
    assert_eq!(practice.store.erase_patients(&stamp_at(3), EraseRule::Retention, &[1]), Ok(0), "named");
}

#[test]
fn of_a_person_who_is_passed_over_nothing_goes_that_nobody_tells() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let child = Patient { birth_date: "2015-06-01".parse().expect("a birth date"), ..patient() };
    let doctor = billing(DOCTOR);
    for person in [&patient(), &child] {
        let new = NewPassage {
            billing: &doctor,
            session: None,
            patient: person,
            day: day("2026-01-15"),
            reading: None,
            awaits_card: false,
        };
        let passage = practice.store.receive(&stamp_at(1), &new).expect("received");
        practice.store.move_passage(&stamp_at(2), passage, PassageState::SansSuite, "").expect("over");
    }
    // The first is named by an FSE, the child by nothing any more.
    assert_eq!(practice.store.erase_patients(&stamp_at(3), EraseRule::Retention, &[1, 2]), Ok(1));
    let left = |passage| practice.store.passage(passage).expect("read").is_some();
    assert_eq!([left(1), left(2)], [true, false]);
    practice.assert_journal_intact();
}
