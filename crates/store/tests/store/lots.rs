//! Lots: what may enter one, sealing in one transaction with the journal's head, posting, dissolving.

use liasse_domain::lot::LotState;
use liasse_domain::{FseRef, LotNumber, SecuringMode, SendPhase, TransmissionState};
use liasse_store::{AttemptOutcome, Or, StoreError};

use crate::support::{Kind, OTHER_DOCTOR, Practice, billing, key, lot_bytes, outgoing, reference, seal, stamp};

fn free(practice: &Practice) -> Vec<FseRef> {
    practice.store.free_signed(None).expect("read").iter().map(|fse| fse.reference().clone()).collect()
}

#[test]
fn a_seal_holds_the_head_before_it_and_its_own_fingerprint() {
    let mut practice = Practice::new();
    let members = [practice.signed(Kind::Paid), practice.signed(Kind::ThirdParty)];
    let (seq, hash) = practice.store.journal_head().expect("head");
    let mut told = None;
    let sealed = practice.store.seal(&stamp(), &key(), &members, "A1B2C3".parse().expect("id"), |number, seq, head| {
        told = Some((number, seq, head));
        Ok::<_, ()>(lot_bytes(number, seq, head, &members))
    });
    let sealed = sealed.expect("sealed");
    let number = LotNumber::new(1).expect("number");
    assert_eq!(told, Some((number, seq, hash)));
    assert_eq!(seq, 4, "two FSE, each numbered and signed");

    let entries = practice.store.journal_entries().expect("read");
    let seal = entries.last().expect("entry");
    assert_eq!((seal.seq, seal.action.as_str(), seal.lot.as_deref()), (5, "lot.scelle", Some("A1B2C3")));
    let payload: serde_json::Value = serde_json::from_str(&seal.payload).expect("json");
    let digest = crate::support::sha(&sealed.bytes);
    assert_eq!(payload["lot_sha256"], digest.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    assert_eq!(payload["members"][1], "991129768-000000002");

    assert_eq!(practice.store.sealed_lots().expect("read"), vec![sealed.clone()]);
    let row = practice.store.lot(sealed.name.file).expect("read").expect("lot");
    assert_eq!((row.state, row.transmission, row.head), (LotState::Scelle, TransmissionState::EnLot, (seq, hash)));
    assert_eq!((row.bytes, row.members, row.cms), (sealed.bytes, members.to_vec(), None));
    assert_eq!(practice.store.last_lot().expect("read"), Some(sealed.name.file));
    assert_eq!(practice.store.to_send().expect("read"), Vec::new(), "a lot that is not signed never leaves");
    assert_eq!(free(&practice), []);
    practice.assert_journal_intact();
}

#[test]
fn a_failing_seal_uses_no_number_and_frees_nothing() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let head = practice.store.journal_head().expect("head");
    let failed =
        practice.store.seal(&stamp(), &key(), std::slice::from_ref(&fse), "A1B2C3".parse().expect("id"), |_, _, _| {
            Err("no bytes")
        });
    assert_eq!(failed, Err(Or::Other("no bytes")));
    assert_eq!(practice.store.journal_head().expect("head"), head);
    assert_eq!(practice.store.last_lot().expect("read"), None);
    assert_eq!(free(&practice), [fse]);
    assert_eq!(practice.seal("A1B2C3").name.number.get(), 1);
}

#[test]
fn only_what_fits_enters_a_lot() {
    let mut practice = Practice::new();
    let signed = practice.signed(Kind::Paid);
    let prepared = practice.prepare(Kind::Paid);
    let other = practice.prepare_for(OTHER_DOCTOR, Kind::Paid);
    practice.sign(&other);
    let refused = |practice: &mut Practice, members: &[FseRef]| {
        assert_eq!(seal(&mut practice.store, &key(), members, "A1B2C3"), Err(Or::Store(StoreError::NotForThisLot)));
    };
    refused(&mut practice, &[]);
    refused(&mut practice, &[signed.clone(), prepared]);
    refused(&mut practice, std::slice::from_ref(&other));
    refused(&mut practice, &[signed.clone(), signed.clone()]);
    refused(&mut practice, &vec![signed.clone(); 51]);
    let unknown = seal(&mut practice.store, &key(), &[reference(99)], "A1B2C3");
    assert_eq!(unknown, Err(Or::Store(StoreError::UnknownFse)));
    let mut degraded = key();
    degraded.mode = SecuringMode::Degrade;
    let wrong_mode = seal(&mut practice.store, &degraded, std::slice::from_ref(&signed), "A1B2C3");
    assert_eq!(wrong_mode, Err(Or::Store(StoreError::NotForThisLot)));

    seal(&mut practice.store, &key(), std::slice::from_ref(&signed), "A1B2C3").expect("sealed");
    let again = seal(&mut practice.store, &key(), std::slice::from_ref(&signed), "D4E5F6");
    assert_eq!(again, Err(Or::Store(StoreError::NotForThisLot)), "one live lot a document");
    assert_eq!(
        practice.store.cancel_fse(&stamp(), &signed),
        Err(StoreError::InLot { lot: "A1B2C3".parse().expect("id") })
    );
    let mut others = key();
    others.billing = billing(OTHER_DOCTOR);
    let taken = seal(&mut practice.store, &others, &[other], "A1B2C3");
    assert_eq!(taken, Err(Or::Store(StoreError::IdentifierTaken)));
}

#[test]
fn a_lot_between_seal_and_signature_survives_and_is_signed_later() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let sealed = practice.seal("A1B2C3");
    let mut practice = practice.reopened();
    assert_eq!(practice.store.sealed_lots().expect("read"), vec![sealed.clone()]);
    practice.store.post_lot(&stamp(), sealed.name.file, b"cms", &outgoing(sealed.name.file)).expect("posted");
    let row = practice.store.lot(sealed.name.file).expect("read").expect("lot");
    assert_eq!((row.state, row.transmission), (LotState::Signe, TransmissionState::EnFichier));
    assert_eq!((row.cms.as_deref(), row.file_bytes.as_deref()), (Some(&b"cms"[..]), Some(&b"000A1B2C3999"[..])));
    assert_eq!(practice.store.sealed_lots().expect("read"), Vec::new());

    let sent = practice.store.to_send().expect("read");
    let expected = outgoing(sealed.name.file);
    assert_eq!(sent.len(), 1);
    assert_eq!(
        (&sent[0].message, &sent[0].message_id, &sent[0].to),
        (&expected.message, &expected.message_id, &expected.to)
    );
    let again = practice.store.post_lot(&stamp(), sealed.name.file, b"other", &expected);
    assert_eq!(again, Err(StoreError::LotState { state: LotState::Signe }), "never signed twice");
}

#[test]
fn a_dissolved_lot_frees_its_fse_for_a_lot_with_new_names() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    for (file, number) in [("AAAAAA", 1), ("BBBBBB", 2)] {
        let lot = practice.posted(file);
        assert_eq!(practice.store.lot(lot).expect("read").expect("lot").name.number.get(), number);
        practice.store.dissolve_lot(&stamp(), lot).expect("dissolved");
        assert_eq!(free(&practice), std::slice::from_ref(&fse));
        assert_eq!(practice.transmission(&fse), None, "a lot that is gone is not shown");
        assert_eq!(practice.store.to_send().expect("read"), Vec::new());
        let again = practice.store.dissolve_lot(&stamp(), lot);
        assert_eq!(again, Err(StoreError::LotState { state: LotState::Dissous }));
    }
    assert_eq!(practice.seal("CCCCCC").name.number.get(), 3);
    practice.store.cancel_fse(&stamp(), &fse).expect_err("in a lot");
    practice.assert_journal_intact();
}

#[test]
fn a_lot_that_certainly_never_left_is_dissolved() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.posted("AAAAAA");
    let failed = AttemptOutcome::Failed { code: "road.boite_inconnue".to_owned() };
    // Refused by the post before the mail, and after the final dot with a clear no; a crash in the middle of the mail.
    for (phase, outcome) in
        [(SendPhase::Rcpt, failed.clone()), (SendPhase::Dot, failed), (SendPhase::Data, AttemptOutcome::Interrupted)]
    {
        let attempt = practice.attempt(phase);
        assert_eq!(practice.store.dissolve_lot(&stamp(), lot), Err(StoreError::SendingBegun), "it is leaving");
        practice.store.finish_attempt(&stamp(), attempt, &outcome).expect("finished");
    }
    practice.store.dissolve_lot(&stamp(), lot).expect("dissolved");
    assert_eq!(free(&practice), [fse]);
    assert_eq!(practice.store.to_send().expect("read"), Vec::new());
    practice.assert_journal_intact();
}

#[test]
fn a_lot_that_may_have_left_stays_even_when_it_is_free_to_leave_again() {
    let accepted = AttemptOutcome::Accepted { reply: "250".to_owned() };
    for outcome in [accepted, AttemptOutcome::Unconfirmed, AttemptOutcome::Interrupted] {
        let mut practice = Practice::new();
        practice.signed(Kind::Paid);
        let lot = practice.posted("AAAAAA");
        let attempt = practice.attempt(SendPhase::Dot);
        practice.store.finish_attempt(&stamp(), attempt, &outcome).expect("finished");
        assert_eq!(practice.store.dissolve_lot(&stamp(), lot), Err(StoreError::SendingBegun), "{outcome:?}");
        if outcome != AttemptOutcome::Interrupted {
            practice.store.release_for_resend(&stamp(), lot, "essai").expect("released");
        }
        let attempt = practice.attempt(SendPhase::Connect);
        let failed = AttemptOutcome::Failed { code: "road.reseau".to_owned() };
        practice.store.finish_attempt(&stamp(), attempt, &failed).expect("finished");
        let refused = practice.store.dissolve_lot(&stamp(), lot);
        assert_eq!(refused, Err(StoreError::SendingBegun), "a later failure changes nothing: {outcome:?}");
        assert_eq!(free(&practice), []);
    }
}

#[test]
fn lot_numbers_wrap_after_999() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.folder.raw().execute("INSERT INTO counter VALUES ('991129768', 'lot', 999)", []).expect("counter");
    assert_eq!(practice.seal("AAAAAA").name.number.get(), 1);
}

#[test]
fn a_lot_in_brief_adds_up() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.signed(Kind::ThirdParty);
    practice.posted("AAAAAA");
    practice.signed(Kind::Whole);
    practice.seal("BBBBBB");
    let lots = practice.store.lots().expect("read");
    let brief: Vec<_> =
        lots.iter().map(|lot| (lot.name.file.as_str(), lot.transmission, lot.count, lot.total.0)).collect();
    assert_eq!(
        brief,
        [("BBBBBB", TransmissionState::EnLot, 1, 3000), ("AAAAAA", TransmissionState::EnFichier, 2, 6000)]
    );
}
