//! The journal against a hand in the file: what the triggers refuse, and what a reading finds once they are gone.

use liasse_store::{JournalFault, StoreError};
use rusqlite::Connection;

use crate::support::{DOCTOR, Kind, Practice, arl, reference, stamp_at};

/// FSE 1 and 2 signed, sealed in AAAAAA, sent, received: nine changes.
fn busy_day() -> Practice {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.signed(Kind::ThirdParty);
    let lot = practice.sent("AAAAAA");
    practice.take("1", &arl(lot, None));
    practice
}

fn without_triggers(practice: &Practice) -> Connection {
    let raw = practice.folder.raw();
    raw.execute_batch(
        "PRAGMA foreign_keys = OFF; DROP TRIGGER journal_keeps; DROP TRIGGER journal_stays; DROP TRIGGER journal_appends;
         DROP TRIGGER body_keeps; DROP TRIGGER lot_keeps_its_bytes;",
    )
    .expect("triggers dropped");
    raw
}

fn faults(practice: &Practice) -> Vec<JournalFault> {
    practice.store.journal_verify().expect("read").faults
}

#[test]
fn a_day_of_work_leaves_one_entry_a_change() {
    let practice = busy_day();
    let entries = practice.store.journal_entries().expect("read");
    let actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "fse.preparee",
            "fse.signee",
            "fse.preparee",
            "fse.signee",
            "lot.scelle",
            "lot.signe",
            "envoi.commence",
            "envoi.fini",
            "retour.recu"
        ]
    );
    assert!(entries.iter().all(|entry| entry.actor.who == DOCTOR && entry.actor.role == "titulaire"));
    for word in ["DURAND", "Claire", "2840578006084", "GRIS"] {
        assert!(entries.iter().all(|entry| !format!("{entry:?}").contains(word)), "no name in the journal");
    }
    let report = practice.store.journal_verify().expect("read");
    assert!(report.is_intact());
    assert_eq!((report.entries, report.head), practice.store.journal_head().expect("head"));
    assert_eq!(practice.store.journal_hash(9).expect("read"), Some(report.head));
    assert_eq!(practice.store.journal_hash(10).expect("read"), None);
    let lot = practice.store.lot("AAAAAA".parse().expect("id")).expect("read").expect("lot");
    assert_eq!(practice.store.journal_hash(lot.head.0).expect("read"), Some(lot.head.1));
}

#[test]
fn the_triggers_refuse_a_hand_in_the_journal() {
    let practice = busy_day();
    let raw = practice.folder.raw();
    for sql in [
        "UPDATE journal SET actor = 'x' WHERE seq = 3",
        "DELETE FROM journal WHERE seq = 9",
        "DELETE FROM journal",
        "INSERT OR REPLACE INTO journal SELECT * FROM journal WHERE seq = 3",
        "INSERT INTO journal SELECT seq + 2, at, actor, role, action, fse, lot, patient, payload, prev, hash
         FROM journal WHERE seq = 9",
        "UPDATE body SET bytes = x'00'",
        "UPDATE lot SET bytes = x'00'",
        "UPDATE signature SET cms = x'00'",
        "UPDATE outbox SET message = x'00'",
        "UPDATE document SET number = 99 WHERE number = 1",
        "UPDATE inbox SET raw = x'00'",
    ] {
        assert!(raw.execute(sql, []).is_err(), "{sql}");
    }
    assert_eq!(faults(&practice), []);
}

#[test]
fn an_edited_entry_is_found_where_it_is() {
    for sql in [
        "UPDATE journal SET actor = 'quelqu''un' WHERE seq = 4",
        "UPDATE journal SET at = '2026-01-15T08:00:00.000001Z' WHERE seq = 4",
        "UPDATE journal SET patient = 2 WHERE seq = 4",
        "UPDATE journal SET fse = NULL WHERE seq = 4",
        "UPDATE journal SET payload = payload || ' ' WHERE seq = 4",
    ] {
        let practice = busy_day();
        assert_eq!(without_triggers(&practice).execute(sql, []).expect("edited"), 1);
        assert_eq!(faults(&practice), [JournalFault::Changed { seq: 4 }], "{sql}");
    }
}

#[test]
fn an_entry_written_anew_with_its_hash_does_not_fit_the_next() {
    let practice = busy_day();
    let raw = without_triggers(&practice);
    // Entry 4 takes over the whole of entry 2, its hash included.
    raw.execute_batch(
        "UPDATE journal SET (at, actor, role, action, fse, payload, prev, hash) =
             (SELECT at, actor, role, action, fse, payload, prev, hash FROM journal WHERE seq = 2) WHERE seq = 4",
    )
    .expect("edited");
    let expected =
        [JournalFault::Unchained { seq: 4 }, JournalFault::Changed { seq: 4 }, JournalFault::Unchained { seq: 5 }];
    assert_eq!(faults(&practice), expected);
}

#[test]
fn a_removed_entry_and_a_truncation_are_found() {
    let practice = busy_day();
    without_triggers(&practice).execute("DELETE FROM journal WHERE seq = 4", []).expect("removed");
    assert_eq!(faults(&practice), [JournalFault::Missing { seq: 4 }]);

    let practice = busy_day();
    without_triggers(&practice).execute("DELETE FROM journal WHERE seq > 7", []).expect("cut");
    assert_eq!(faults(&practice), [JournalFault::Cut { last: 7, needed: 9 }]);

    let practice = busy_day();
    without_triggers(&practice).execute("DELETE FROM journal WHERE seq > 4", []).expect("cut");
    let lot = JournalFault::Lot { lot: "AAAAAA".parse().expect("id") };
    assert_eq!(faults(&practice), [JournalFault::Cut { last: 4, needed: 9 }, lot]);

    let practice = busy_day();
    without_triggers(&practice).execute("DELETE FROM journal", []).expect("emptied");
    assert_eq!(faults(&practice)[0], JournalFault::Cut { last: 0, needed: 9 });
}

#[test]
fn an_edited_document_or_lot_no_longer_fits_its_entry() {
    let practice = busy_day();
    let raw = without_triggers(&practice);
    raw.execute("UPDATE body SET bytes = CAST(bytes || x'20' AS BLOB) WHERE document = 1", []).expect("edited");
    raw.execute("UPDATE body SET content = replace(content, 'DURAND', 'DUPOND') WHERE document = 2", [])
        .expect("edited");
    let fses = [JournalFault::Fse { fse: reference(1) }, JournalFault::Fse { fse: reference(2) }];
    assert_eq!(faults(&practice), fses);

    let lot = [JournalFault::Lot { lot: "AAAAAA".parse().expect("id") }];
    for sql in [
        "UPDATE lot SET bytes = CAST(bytes || x'20' AS BLOB)",
        "UPDATE lot SET head_hash = zeroblob(32)",
        "UPDATE lot SET identifier = 'AAAAAB'",
        "DELETE FROM membership WHERE position = 1",
    ] {
        let practice = busy_day();
        without_triggers(&practice).execute(sql, []).expect("edited");
        let found = faults(&practice);
        assert_eq!(found.len(), 1, "{sql}: {found:?}");
        if !sql.contains("identifier") {
            assert_eq!(found, lot, "{sql}");
        }
    }
}

#[test]
fn a_value_that_no_longer_reads_is_told_not_guessed() {
    let practice = busy_day();
    let raw = practice.folder.raw();
    raw.execute_batch("PRAGMA ignore_check_constraints = ON; UPDATE document SET state = 'envoyee' WHERE id = 1")
        .expect("edited");
    let unreadable = StoreError::Unreadable { what: "état du document" };
    assert_eq!(practice.store.ledger(), Err(unreadable.clone()));
    assert_eq!(practice.store.fse(&reference(1)), Err(unreadable));
}

#[test]
fn members_of_a_lot_that_drift_apart_stop_the_work() {
    let mut practice = busy_day();
    let raw = practice.folder.raw();
    raw.execute("UPDATE membership SET state = 'transmise' WHERE position = 1", []).expect("edited");
    let lot = "AAAAAA".parse().expect("id");
    let stopped = practice.store.release_for_resend(&stamp_at(9), lot, "x");
    assert_eq!(stopped, Err(StoreError::Incoherent { what: "états d'un même lot" }));
}
