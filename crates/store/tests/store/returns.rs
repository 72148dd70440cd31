//! Returns: ARL, rejects and payments; each message once on disk and once in the ledger; what is not ours changes nothing.

use liasse_domain::returns::Return;
use liasse_domain::{
    Centimes, Destination, FileIdentifier, MoneyState, Payer, SendPhase, SettlementMode, TransmissionState,
};
use liasse_store::{Arrived, AttemptOutcome, InboxKind, InboxStatus, StoreError, Taken};

use crate::support::{
    Kind, OTHER_DOCTOR, Practice, arl, arrived, at, billing, payment, reference, rejects, seal, sha, stamp, stamp_at,
};

const APPLIED: Taken = Taken::New { applied: true };
const KEPT: Taken = Taken::New { applied: false };

fn last_note(practice: &Practice) -> (InboxStatus, Option<String>) {
    let row = practice.store.returns().expect("read").remove(0);
    (row.status, row.note)
}

#[test]
fn a_positive_arl_ends_the_transmission() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    let message = arl(lot, None);
    assert_eq!(practice.take("1", &message), APPLIED);
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Recue));
    assert_eq!(practice.store.awaiting_answer().expect("read"), Vec::new());
    let row = practice.store.returns().expect("read").remove(0);
    assert_eq!((row.kind, row.status, row.content.as_ref()), (InboxKind::Arl, InboxStatus::Applique, Some(&message)));
    let raw = practice.store.return_raw(row.id).expect("read").expect("raw");
    assert_eq!(row.sha256, sha(&raw));
    assert!(raw.starts_with(b"1: {"));
    // The caisse answers a copy of the file with the same ARL, in another mail: nothing new.
    assert_eq!(practice.take("2", &message), KEPT);
    assert_eq!(last_note(&practice), (InboxStatus::SansSuite, Some("store.retour_deja_connu".to_owned())));
    // And a contrary one is not believed over the first.
    assert_eq!(practice.take("3", &arl(lot, Some("S0100"))), KEPT);
    assert_eq!(last_note(&practice).1.as_deref(), Some("store.retour_contradictoire"));
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Recue));
    practice.assert_journal_intact();
}

#[test]
fn a_negative_arl_frees_the_fse_for_a_rebuilt_lot() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    assert_eq!(practice.take("1", &arl(lot, Some("S0100"))), APPLIED);
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Refusee));
    let rebuilt = practice.seal("BBBBBB");
    assert_eq!((rebuilt.members, rebuilt.name.number.get()), (vec![fse.clone()], 2));
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::EnLot));
    assert_eq!(practice.store.fse(&fse).expect("read").expect("fse").lot, "BBBBBB".parse().ok());
    // A late ARL+ for the refused file must not count: the FSE is on its way again.
    assert_eq!(practice.take("2", &arl(lot, None)), KEPT);
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::EnLot));
    practice.assert_journal_intact();
}

#[test]
fn an_arl_ends_an_unconfirmed_sending() {
    for (refused, state) in [(None, TransmissionState::Recue), (Some("S0100"), TransmissionState::Refusee)] {
        let mut practice = Practice::new();
        let fse = practice.signed(Kind::Paid);
        let lot = practice.posted("AAAAAA");
        let attempt = practice.attempt(SendPhase::Dot);
        practice.store.finish_attempt(&stamp(), attempt, &AttemptOutcome::Unconfirmed).expect("finished");
        assert_eq!(practice.take("1", &arl(lot, refused)), APPLIED);
        assert_eq!(practice.transmission(&fse), Some(state));
        assert_eq!(practice.store.unconfirmed().expect("read"), Vec::new());
    }
}

#[test]
fn an_arl_before_the_sending_is_settled_applies_and_stays() {
    // Killed after the dot; the ARL is read before the open try is recovered.
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.posted("AAAAAA");
    practice.attempt(SendPhase::Dot);
    let mut practice = practice.reopened();
    assert_eq!(practice.take("1", &arl(lot, None)), APPLIED);
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Recue));
    assert_eq!(
        practice.store.recover_attempts(&stamp_at(500)).expect("recovered"),
        [],
        "it is received, not unconfirmed"
    );
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Recue));
    assert_eq!(practice.store.to_send().expect("read"), Vec::new());
    practice.assert_journal_intact();
}

#[test]
fn a_reject_stops_the_money_of_one_fse_alone() {
    let mut practice = Practice::new();
    let [good, bad, paid] = [Kind::Whole, Kind::Whole, Kind::Paid].map(|kind| practice.signed(kind));
    let lot = practice.sent("AAAAAA");
    practice.take("1", &arl(lot, None));
    assert_eq!(practice.take("2", &rejects(lot, &[&bad, &paid])), APPLIED);
    for payer in [Payer::Amo, Payer::Amc] {
        assert_eq!(practice.money(&bad, payer).0, MoneyState::Rejete);
        assert_eq!(practice.money(&good, payer).0, MoneyState::Attendu);
        assert_eq!(practice.money(&paid, payer).0, MoneyState::SansObjet, "hors tiers payant the caisse owed nothing");
    }
    assert_eq!(practice.money(&paid, Payer::Patient), (MoneyState::Attendu, 3000, 0));
    for fse in [&good, &bad, &paid] {
        assert_eq!(practice.transmission(fse), Some(TransmissionState::Recue), "the lot was received");
    }
    let ledger = practice.store.ledger().expect("read");
    let codes: Vec<Option<&str>> = ledger.iter().map(|row| row.reject.as_ref().map(|r| r.code.as_str())).collect();
    assert_eq!(codes, [None, Some("I0703"), Some("I0703")]);
    assert_eq!(practice.store.free_signed(None).expect("read"), Vec::new(), "a rejected FSE is corrected, not resent");
    assert_eq!(practice.take("3", &rejects(lot, &[&bad])), KEPT);
    assert_eq!(last_note(&practice).1.as_deref(), Some("store.retour_deja_connu"));
    practice.assert_journal_intact();
}

#[test]
fn a_reject_of_an_fse_that_is_not_in_that_file_changes_nothing() {
    let mut practice = Practice::new();
    let first = practice.signed(Kind::Whole);
    let lot = practice.sent("AAAAAA");
    let second = practice.signed(Kind::Whole);
    practice.sent("BBBBBB");
    assert_eq!(practice.take("1", &rejects(lot, &[&second, &reference(99)])), KEPT);
    assert_eq!(practice.money(&first, Payer::Amo).0, MoneyState::Attendu);
    assert_eq!(practice.money(&second, Payer::Amo).0, MoneyState::Attendu);
    assert_eq!(last_note(&practice).1.as_deref(), Some("store.retour_sans_fichier"));
}

#[test]
fn a_reject_for_a_refused_file_does_not_reach_the_rebuilt_one() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Whole);
    let refused = practice.sent("AAAAAA");
    practice.take("1", &arl(refused, Some("S0100")));
    practice.sent("BBBBBB");
    assert_eq!(practice.take("2", &rejects(refused, &[&fse])), KEPT);
    assert_eq!(practice.money(&fse, Payer::Amo).0, MoneyState::Attendu);
    assert_eq!(practice.store.fse(&fse).expect("read").expect("fse").reject, None);
}

#[test]
fn a_grouped_payment_is_matched_on_gross_amounts() {
    let mut practice = Practice::new();
    let [full, part, more, whole] =
        [Kind::ThirdParty, Kind::ThirdParty, Kind::ThirdParty, Kind::Whole].map(|kind| practice.signed(kind));
    let unexpected = practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    practice.take("1", &arl(lot, None));
    let lines = [
        (&full, Payer::Amo, 2100),
        (&part, Payer::Amo, 2000),
        (&more, Payer::Amo, 2101),
        (&whole, Payer::Amo, 2100),
        (&whole, Payer::Amc, 900),
        (&unexpected, Payer::Amo, 2100),
    ];
    assert_eq!(practice.take("2", &payment("VIR1", &lines)), APPLIED);
    assert_eq!(practice.money(&full, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    assert_eq!(practice.money(&part, Payer::Amo), (MoneyState::Partiel, 2100, 2000));
    assert_eq!(practice.money(&more, Payer::Amo), (MoneyState::Anomalie, 2100, 2101));
    assert_eq!(practice.money(&whole, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    assert_eq!(practice.money(&whole, Payer::Amc), (MoneyState::Encaisse, 900, 900));
    assert_eq!(practice.money(&unexpected, Payer::Amo), (MoneyState::Anomalie, 0, 2100));
    assert_eq!(practice.money(&full, Payer::Patient), (MoneyState::Attendu, 900, 0));

    assert_eq!(practice.take("3", &payment("VIR2", &[(&part, Payer::Amo, 100)])), APPLIED);
    assert_eq!(practice.money(&part, Payer::Amo), (MoneyState::Encaisse, 2100, 2100), "the rest came");
    practice.assert_journal_intact();
}

#[test]
fn a_transfer_counts_once_even_in_two_mails() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    practice.sent("AAAAAA");
    let message = payment("VIR1", &[(&fse, Payer::Amo, 2100)]);
    assert_eq!(practice.take("1", &message), APPLIED);
    assert_eq!(practice.take("2", &message), KEPT);
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    assert_eq!(last_note(&practice).1.as_deref(), Some("store.retour_deja_connu"));
}

#[test]
fn money_after_a_reject_or_back_again_is_seen() {
    let mut practice = Practice::new();
    let [rejected, taken_back] = [Kind::ThirdParty, Kind::ThirdParty].map(|kind| practice.signed(kind));
    let lot = practice.sent("AAAAAA");
    practice.take("1", &rejects(lot, &[&rejected]));
    practice.take("2", &payment("VIR1", &[(&rejected, Payer::Amo, 2100), (&taken_back, Payer::Amo, 2100)]));
    assert_eq!(practice.money(&rejected, Payer::Amo), (MoneyState::Anomalie, 2100, 2100));
    practice.take("3", &payment("VIR2", &[(&taken_back, Payer::Amo, -2100)]));
    assert_eq!(practice.money(&taken_back, Payer::Amo), (MoneyState::Attendu, 2100, 0));
    practice.take("4", &payment("VIR3", &[(&taken_back, Payer::Amo, 2100)]));
    practice.take("5", &rejects(lot, &[&taken_back]));
    assert_eq!(practice.money(&taken_back, Payer::Amo), (MoneyState::Anomalie, 2100, 2100), "paid and then rejected");
}

#[test]
fn lines_that_match_nothing_are_kept_unmatched() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let prepared = practice.prepare(Kind::ThirdParty);
    practice.sent("AAAAAA");
    let lines = [
        (&reference(99), Payer::Amo, 2100),
        (&prepared, Payer::Amo, 2100),
        (&fse, Payer::Patient, 900),
        (&fse, Payer::Amo, i64::MAX),
        (&fse, Payer::Amo, i64::MAX),
    ];
    assert_eq!(practice.take("1", &payment("VIR1", &lines)), APPLIED);
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Attendu, 900, 0));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Anomalie, 2100, i64::MAX));
    let unmatched: i64 = practice
        .folder
        .raw()
        .query_row("SELECT count(*) FROM payment_line WHERE document IS NULL", [], |row| row.get(0))
        .expect("count");
    assert_eq!(unmatched, 4, "unknown, unsigned, on the patient's behalf, past 64 bits");
    practice.assert_journal_intact();
}

#[test]
fn what_concerns_nothing_of_ours_is_kept_without_effect() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let lot = practice.sent("AAAAAA");
    let unknown: FileIdentifier = "ZZZZZZ".parse().expect("id");
    let mut foreign = arl(lot, None);
    if let Return::Acknowledgement(arl) = &mut foreign {
        arl.billing = billing(OTHER_DOCTOR);
    }
    let mut others_money = payment("VIR1", &[(&fse, Payer::Amo, 2100)]);
    if let Return::Payment(payment) = &mut others_money {
        payment.billing = billing(OTHER_DOCTOR);
    }
    let messages = [arl(unknown, None), rejects(unknown, &[&fse]), foreign, others_money];
    for (index, message) in messages.iter().enumerate() {
        assert_eq!(practice.take(&index.to_string(), message), KEPT, "{index}");
        assert_eq!(last_note(&practice), (InboxStatus::SansSuite, Some("store.retour_sans_fichier".to_owned())));
    }
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Transmise));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Attendu, 2100, 0));
    assert_eq!(practice.store.returns().expect("read").len(), 4, "all are on disk");
}

#[test]
fn an_arl_cannot_concern_a_lot_that_never_left_the_desk() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.seal("AAAAAA").name.file;
    assert_eq!(practice.take("1", &arl(lot, None)), KEPT);
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::EnLot));
}

#[test]
fn a_message_is_taken_once_whatever_its_name() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    let message = arl(lot, None);
    let mut take = |mailbox: &str, uidl: &str, raw: &[u8]| {
        practice.take_one(&stamp(), arrived(mailbox, uidl, raw, Some(&message)))
    };
    assert_eq!(take("a@cabinet.test", "1", b"bytes"), APPLIED);
    assert_eq!(take("a@cabinet.test", "1", b"bytes"), Taken::Duplicate);
    assert_eq!(take("b@cabinet.test", "9", b"bytes"), Taken::Duplicate, "the same content in another mailbox");
    // The server gave the name away again: what is new must not be lost.
    assert_eq!(take("a@cabinet.test", "1", b"other bytes"), KEPT);
    assert_eq!(take("a@cabinet.test", "1", b"bytes"), Taken::Duplicate);
    let names: Vec<(String, Option<String>)> = {
        let raw = practice.folder.raw();
        let mut statement = raw.prepare("SELECT mailbox, uidl FROM inbox ORDER BY id").expect("sql");
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).expect("read");
        rows.collect::<Result<_, _>>().expect("rows")
    };
    let mailbox = || "a@cabinet.test".to_owned();
    assert_eq!(names, [(mailbox(), None), (mailbox(), Some("1".to_owned()))], "the name is the newer message's");
    assert_eq!(practice.store.returns().expect("read").len(), 2);
    let entries = practice.store.journal_entries().expect("read");
    assert_eq!(entries.iter().filter(|entry| entry.action == "retour.recu").count(), 2, "duplicates leave no entry");
    practice.assert_journal_intact();
}

#[test]
fn a_group_is_kept_as_a_whole_in_its_order_or_not_at_all() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    let (first, again) = (arl(lot, None), arl(lot, Some("I1002")));
    let mailbox = "a@cabinet.test";
    let group = [
        arrived(mailbox, "1", b"received", Some(&first)),
        arrived(mailbox, "2", b"received", Some(&first)),
        arrived(mailbox, "3", b"refused", Some(&again)),
        arrived(mailbox, "4", b"nobody's", None),
    ];
    let before = practice.store.journal_entries().expect("read").len();
    let raw = practice.folder.raw();
    let refuse = "CREATE TRIGGER fault BEFORE INSERT ON inbox WHEN NEW.uidl = '4' BEGIN SELECT RAISE(ABORT, 'x'); END";
    raw.execute_batch(refuse).expect("sql");
    assert!(practice.store.take_returns(&stamp_at(100), &group).is_err());
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Transmise), "nothing of it is kept");
    assert_eq!(practice.store.journal_entries().expect("read").len(), before);

    raw.execute_batch("DROP TRIGGER fault").expect("sql");
    let taken = practice.store.take_returns(&stamp_at(100), &group).expect("taken");
    assert_eq!(taken, [APPLIED, Taken::Duplicate, KEPT, KEPT], "the second ARL contradicts the first");
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Recue));
    let entries = practice.store.journal_entries().expect("read");
    assert_eq!(entries[before..].iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["retour.recu"; 3]);
    let again = practice.store.take_returns(&stamp_at(200), &group).expect("taken");
    assert_eq!(again, [Taken::Duplicate; 4]);
    assert_eq!(practice.store.journal_entries().expect("read").len(), entries.len());
    practice.assert_journal_intact();
}

#[test]
fn an_unbelieved_message_is_kept_as_unknown() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    practice.sent("AAAAAA");
    let raw = b"an ARL that nobody signed";
    let note = Some("road.retour_non_signe");
    let taken = practice.take_one(&stamp(), Arrived { note, ..arrived("a@cabinet.test", "1", raw, None) });
    assert_eq!(taken, KEPT);
    let row = practice.store.returns().expect("read").remove(0);
    assert_eq!((row.kind, row.status, row.content), (InboxKind::Inconnu, InboxStatus::Inconnu, None));
    assert_eq!(row.note.as_deref(), note);
    assert_eq!(practice.store.return_raw(row.id).expect("read").as_deref(), Some(&raw[..]));
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Transmise));
}

#[test]
fn the_moment_of_the_last_reading_is_kept() {
    let mut practice = Practice::new();
    assert_eq!(practice.store.returns_read_until().expect("read"), None);
    practice.store.mark_returns_read(at(10)).expect("marked");
    practice.store.mark_returns_read(at(20)).expect("marked");
    let practice = practice.reopened();
    assert_eq!(practice.store.returns_read_until().expect("read"), Some(at(20)));
}

#[test]
fn a_rejected_fse_never_enters_another_lot() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Whole);
    let lot = practice.sent("AAAAAA");
    // A caisse that rejects and then refuses the file contradicts itself: a person decides, not the next sealing.
    practice.take("1", &rejects(lot, &[&fse]));
    practice.take("2", &arl(lot, Some("S0100")));
    assert_eq!(practice.store.free_signed(None).expect("read"), Vec::new());
    let sealed = seal(&mut practice.store, &crate::support::key(), &[fse], "BBBBBB");
    assert_eq!(sealed, Err(liasse_store::Or::Store(StoreError::NotForThisLot)));
}

#[test]
fn payment_by_the_caisse_and_by_the_patient_do_not_mix() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    practice.store.settle(&stamp(), &fse, SettlementMode::Carte, Centimes(900)).expect("settled");
    practice.sent("AAAAAA");
    practice.take("1", &payment("VIR1", &[(&fse, Payer::Amo, 2100)]));
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Encaisse, 900, 900));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
}

/// The same message, said by another caisse of this practice's world.
fn from_elsewhere(mut message: Return) -> Return {
    let elsewhere = Destination::new("01", "599").expect("destination");
    match &mut message {
        Return::Acknowledgement(arl) => arl.from = elsewhere,
        Return::Rejections(rejections) => rejections.from = elsewhere,
        Return::Payment(payment) => payment.from = elsewhere,
        Return::Signalements(remarks) => remarks.from = elsewhere,
        Return::Service(message) => message.from = elsewhere,
    }
    message
}

#[test]
fn only_the_caisse_that_was_written_to_is_heard() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let lot = practice.sent("AAAAAA");
    let paid = payment("VIR1", &[(&fse, Payer::Amo, 2100)]);
    let messages = [arl(lot, None), arl(lot, Some("S0100")), rejects(lot, &[&fse]), paid];
    for (index, message) in messages.iter().enumerate() {
        assert_eq!(practice.take(&format!("{index}"), &from_elsewhere(message.clone())), KEPT, "{index}");
        assert_eq!(last_note(&practice), (InboxStatus::SansSuite, Some("store.retour_autre_caisse".to_owned())));
    }
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Transmise));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Attendu, 2100, 0));
    assert_eq!(practice.store.fse(&fse).expect("read").expect("fse").reject, None);
    // And the right caisse still is.
    assert_eq!(practice.take("right arl", &messages[0]), APPLIED);
    assert_eq!(practice.take("right payment", &messages[3]), APPLIED);
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    practice.assert_journal_intact();
}

#[test]
fn a_transfer_pays_only_what_its_caisse_received() {
    let mut practice = Practice::new();
    let ours = practice.signed(Kind::ThirdParty);
    let theirs = practice.prepare_to("599", Kind::ThirdParty);
    practice.sign(&theirs);
    let message = payment("VIR1", &[(&ours, Payer::Amo, 2100), (&theirs, Payer::Amo, 2100)]);
    assert_eq!(practice.take("1", &message), APPLIED);
    assert_eq!(practice.money(&ours, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    assert_eq!(practice.money(&theirs, Payer::Amo), (MoneyState::Attendu, 2100, 0), "for a person to look at");
    assert_eq!(practice.take("2", &from_elsewhere(payment("VIR1", &[(&theirs, Payer::Amo, 2100)]))), APPLIED);
    assert_eq!(practice.money(&theirs, Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    practice.assert_journal_intact();
}

#[test]
fn a_message_that_is_believed_at_last_has_its_effects_once() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let lot = practice.sent("AAAAAA");
    let (raw, message) = (b"an ARL of a caisse whose certificate came later", arl(lot, None));
    let mut take = |seconds, decoded: Option<&Return>| {
        let note = decoded.is_none().then_some("road.retour_pas_de_la_caisse");
        practice.take_one(&stamp_at(seconds), Arrived { note, ..arrived("a@cabinet.test", "1", raw, decoded) })
    };
    assert_eq!(take(100, None), KEPT);
    assert_eq!(take(200, None), Taken::Duplicate, "still not believed");
    assert_eq!(take(300, Some(&message)), Taken::Recognised { applied: true });
    assert_eq!(take(400, Some(&message)), Taken::Duplicate);
    assert_eq!(take(500, None), Taken::Duplicate, "what had its effects keeps them");
    assert_eq!(practice.transmission(&fse), Some(TransmissionState::Recue));
    let rows = practice.store.returns().expect("read");
    assert_eq!(rows.len(), 1);
    assert_eq!((rows[0].kind, rows[0].status, rows[0].note.as_deref()), (InboxKind::Arl, InboxStatus::Applique, None));
    assert_eq!((rows[0].received_at, rows[0].content.as_ref()), (at(100), Some(&message)), "it came when it came");
    let entries = practice.store.journal_entries().expect("read");
    let told: Vec<(&str, Option<&str>)> = entries
        .iter()
        .filter(|entry| entry.action.starts_with("retour."))
        .map(|entry| (entry.action.as_str(), entry.lot.as_deref()))
        .collect();
    assert_eq!(told, [("retour.recu", None), ("retour.reconnu", Some("AAAAAA"))]);
    practice.assert_journal_intact();
    let raw = practice.folder.raw();
    assert!(raw.execute("UPDATE inbox SET content = '{}'", []).is_err(), "a content is written once");
}

#[test]
fn a_message_that_is_understood_at_last_may_be_without_effect() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.sent("AAAAAA");
    let (raw, message) = (b"about a file of another workstation", arl("ZZZZZZ".parse().expect("id"), None));
    let mut take = |decoded: Option<&Return>| practice.take_one(&stamp(), arrived("a@cabinet.test", "1", raw, decoded));
    assert_eq!(take(None), KEPT);
    assert_eq!(take(Some(&message)), Taken::Recognised { applied: false });
    assert_eq!(take(Some(&message)), Taken::Duplicate);
    assert_eq!(last_note(&practice), (InboxStatus::SansSuite, Some("store.retour_sans_fichier".to_owned())));
    practice.assert_journal_intact();
}
