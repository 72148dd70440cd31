//! The journal against a hand in the file: what the triggers refuse, and what a reading finds once they are gone.

use liasse_domain::SendPhase;
use liasse_store::{AttemptOutcome, JournalFault, StoreError};
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
         DROP TRIGGER body_keeps; DROP TRIGGER lot_keeps_its_bytes; DROP TRIGGER signature_keeps;
         DROP TRIGGER outbox_keeps; DROP TRIGGER inbox_keeps;",
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
        // Entry 4 tells of the signatures of FSE 2: where it no longer names it, nothing tells of them.
        let mut expected = vec![JournalFault::Changed { seq: 4 }];
        if sql.contains("fse = NULL") {
            expected.push(JournalFault::Fse { fse: reference(2) });
        }
        assert_eq!(faults(&practice), expected, "{sql}");
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
    let expected = [
        JournalFault::Unchained { seq: 4 },
        JournalFault::Changed { seq: 4 },
        JournalFault::Unchained { seq: 5 },
        JournalFault::Fse { fse: reference(2) },
    ];
    assert_eq!(faults(&practice), expected);
}

#[test]
fn a_removed_entry_and_a_truncation_are_found() {
    let practice = busy_day();
    without_triggers(&practice).execute("DELETE FROM journal WHERE seq = 4", []).expect("removed");
    assert_eq!(faults(&practice), [JournalFault::Missing { seq: 4 }, JournalFault::Fse { fse: reference(2) }]);

    let practice = busy_day();
    without_triggers(&practice).execute("DELETE FROM journal WHERE seq > 7", []).expect("cut");
    let lot = JournalFault::Lot { lot: "AAAAAA".parse().expect("id") };
    let arl = JournalFault::Return { inbox: 1 };
    assert_eq!(faults(&practice), [JournalFault::Cut { last: 7, needed: 9 }, lot.clone(), arl.clone()]);

    let practice = busy_day();
    without_triggers(&practice).execute("DELETE FROM journal WHERE seq > 4", []).expect("cut");
    assert_eq!(faults(&practice), [JournalFault::Cut { last: 4, needed: 9 }, lot, arl]);

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
        let mut expected = lot.to_vec();
        if sql.contains("identifier") {
            // One that was never sealed under its name, and one of which the journal tells and that is not there.
            expected.insert(0, JournalFault::Lot { lot: "AAAAAB".parse().expect("id") });
        }
        assert_eq!(faults(&practice), expected, "{sql}");
    }
}

#[test]
fn what_was_signed_sent_or_received_is_compared_with_its_entry() {
    let fse = |number| JournalFault::Fse { fse: reference(number) };
    let lot = JournalFault::Lot { lot: "AAAAAA".parse().expect("id") };
    let arl = JournalFault::Return { inbox: 1 };
    for (sql, fault) in [
        ("UPDATE signature SET cms = x'00' WHERE document = 1 AND signer = 'vitale'", fse(1)),
        ("UPDATE signature SET cms = x'00' WHERE document = 2 AND signer = 'cps'", fse(2)),
        ("DELETE FROM signature WHERE document = 2 AND signer = 'cps'", fse(2)),
        ("DELETE FROM body WHERE document = 1", fse(1)),
        ("DELETE FROM document WHERE id = 2", fse(2)),
        ("UPDATE document SET state = 'preparee' WHERE id = 1", fse(1)),
        ("UPDATE document SET state = 'annulee' WHERE id = 1", fse(1)),
        ("UPDATE lot SET cms = x'00'", lot.clone()),
        ("UPDATE lot SET state = 'scelle'", lot.clone()),
        ("UPDATE lot SET state = 'dissous'", lot.clone()),
        ("UPDATE outbox SET file = x'00'", lot.clone()),
        ("UPDATE outbox SET message = x'00'", lot.clone()),
        ("DELETE FROM outbox", lot.clone()),
        ("UPDATE attempt SET outcome = 'echec'", lot.clone()),
        ("DELETE FROM attempt", lot.clone()),
        ("UPDATE membership SET state = 'refusee'", lot.clone()),
        ("DELETE FROM lot", lot),
        ("UPDATE inbox SET raw = x'00'", arl.clone()),
        ("UPDATE inbox SET sha256 = zeroblob(32)", arl.clone()),
        ("UPDATE inbox SET status = 'sans_suite'", arl.clone()),
        ("DELETE FROM inbox", arl),
    ] {
        let practice = busy_day();
        let changed = without_triggers(&practice).execute(sql, []).expect("edited");
        assert!(changed > 0, "{sql}");
        let found = faults(&practice);
        assert!(found.contains(&fault), "{sql}: {found:?}");
    }
}

#[test]
fn a_tail_that_no_row_numbers_is_missed_all_the_same() {
    // The last entry alone is cut; the rows that it made or moved hold no entry number that would betray it.
    let cut_last = |practice: &Practice, action: &str| {
        let entries = practice.store.journal_entries().expect("read");
        assert_eq!(entries.last().expect("entry").action, action);
        let sql = "DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)";
        without_triggers(practice).execute(sql, []).expect("cut");
        faults(practice)
    };
    let fse = [JournalFault::Fse { fse: reference(1) }];
    let lot = [JournalFault::Lot { lot: "AAAAAA".parse().expect("id") }];

    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    assert_eq!(cut_last(&practice, "fse.signee"), fse);

    let mut practice = Practice::new();
    let name = practice.signed(Kind::Paid);
    practice.store.cancel_fse(&stamp_at(1), &name).expect("cancelled");
    assert_eq!(cut_last(&practice, "fse.annulee"), fse);

    for outcome in [
        AttemptOutcome::Accepted { reply: "250".to_owned() },
        AttemptOutcome::Failed { code: "road.reseau".to_owned() },
        AttemptOutcome::Unconfirmed,
        AttemptOutcome::Interrupted,
    ] {
        let mut practice = Practice::new();
        practice.signed(Kind::Paid);
        practice.posted("AAAAAA");
        let attempt = practice.attempt(SendPhase::Dot);
        practice.store.finish_attempt(&stamp_at(1), attempt, &outcome).expect("finished");
        assert_eq!(cut_last(&practice, "envoi.fini"), lot, "{outcome:?}");
    }

    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let file = practice.sent("AAAAAA");
    practice.store.release_for_resend(&stamp_at(1), file, "essai").expect("released");
    assert_eq!(cut_last(&practice, "envoi.libere"), lot);

    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let file = practice.posted("AAAAAA");
    practice.store.dissolve_lot(&stamp_at(1), file).expect("dissolved");
    assert_eq!(cut_last(&practice, "lot.dissous"), lot);
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
