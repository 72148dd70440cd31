//! What comes back: believed only when the caisse signed it, kept whatever it is, and deleted only once it is on disk.
//! The returns are really signed, with the invented keys of `fixtures/pki`. Layouts are tested in `formats`.

use liasse_core::CoreError;
use liasse_core::ledger::Document;
use liasse_core::returns::{FetchOutcome, fetch_all};
use liasse_core::sending::send_all;
use liasse_domain::returns::{Acknowledgement, Reason, Return, Service, Signalements};
use liasse_domain::{BillingNumber, FileIdentifier, FseRef, MoneyState, Payer, TransmissionState};
use liasse_post::Cause;
use liasse_store::{InboxKind, InboxRow, InboxStatus};

use crate::support::{Ask, Hand, Practice, ScriptPost, caisse, payment, rejection, returned, returned_by, unsigned};

/// A practice whose only file has left.
struct Sent {
    practice: Practice,
    post: ScriptPost,
    fse: FseRef,
    lot: FileIdentifier,
}

impl Sent {
    fn with(vitale: &str) -> Self {
        let practice = Practice::new();
        let (fse, lot) = practice.posted(&[vitale]).remove(0);
        let mut post = ScriptPost::new(practice.lane());
        send_all(&post.handle(), &mut post).expect("sent");
        assert_eq!(post.handle().transmission(lot), TransmissionState::Transmise);
        Self { practice, post, fse, lot }
    }

    fn put(&mut self, uidl: &str, mail: Vec<u8>) {
        self.post.mailbox.push((uidl.to_owned(), mail));
    }

    fn fetch(&mut self) -> FetchOutcome {
        fetch_all(&self.post.handle(), &mut self.post).expect("fetched")
    }

    /// Puts one message in, fetches it, and finds its row.
    fn take(&mut self, uidl: &str, mail: Vec<u8>) -> InboxRow {
        self.put(uidl, mail);
        self.fetch();
        self.inbox().remove(0)
    }

    /// Newest first.
    fn inbox(&self) -> Vec<InboxRow> {
        self.post.handle().call(|ws| ws.store().returns()).expect("the lane lives").expect("read")
    }

    fn document(&self) -> Document {
        let ledger = self.post.handle().call(|ws| ws.ledger()).expect("the lane lives").expect("ledger");
        ledger.documents.into_iter().next().expect("a document")
    }

    fn money(&self, payer: Payer) -> (MoneyState, i64, i64) {
        let document = self.document();
        let money = document.money.iter().find(|money| money.payer == payer).expect("a row for each payer");
        (money.state, money.due_cents.0, money.paid_cents.0)
    }

    fn arl(&self, refused: Option<Reason>) -> Return {
        let (billing, file) = (self.fse.billing.clone(), self.lot);
        let on = "2026-01-15".parse().expect("a day");
        Return::Acknowledgement(Acknowledgement { billing, from: caisse(), file, on, refused })
    }

    fn rejection(&self) -> Return {
        rejection(&self.fse, self.lot, "2026-01-15")
    }

    fn payment(&self, reference: &str, lines: &[(Payer, i64)]) -> Return {
        payment(&self.fse, reference, lines)
    }
}

fn body(message: &Return) -> Vec<u8> {
    liasse_formats::returns::write(message)
}

#[test]
fn words_of_a_caisse_are_kept_to_be_read_and_move_nothing() {
    let mut sent = Sent::with("vitale-petit");
    sent.take("1", returned(&sent.arl(None)));
    let before = sent.document();
    let (billing, on) = (sent.fse.billing.clone(), "2026-01-15".parse().expect("a day"));
    let why = Reason { code: "S0901".to_owned(), label: "Adresse à mettre à jour".to_owned() };
    let fses = vec![(sent.fse.clone(), why)];
    let remarks = |file| Signalements { billing: billing.clone(), from: caisse(), file, on, fses: fses.clone() };
    let message = |billing| Service { billing, from: caisse(), on, text: "Fermé lundi.\nMerci.".to_owned() };
    let elsewhere = "ZZZZZZ".parse().expect("a file that never left");
    let stranger = BillingNumber::parse("991010224").expect("a number");
    for (uidl, content, kind, note) in [
        ("2", Return::Signalements(remarks(sent.lot)), InboxKind::Signalement, None),
        ("3", Return::Service(message(billing.clone())), InboxKind::Service, None),
        ("4", Return::Signalements(remarks(elsewhere)), InboxKind::Signalement, Some("store.retour_sans_fichier")),
        ("5", Return::Service(message(stranger)), InboxKind::Service, Some("store.retour_sans_fichier")),
    ] {
        let row = sent.take(uidl, returned(&content));
        assert_eq!((row.kind, row.status, row.note.as_deref()), (kind, InboxStatus::SansSuite, note), "{uidl}");
        assert_eq!(row.content, Some(content), "{uidl}");
    }
    let after = sent.document();
    assert_eq!(format!("{before:?}"), format!("{after:?}"));
    assert!(sent.post.mailbox.is_empty(), "all on disk");
}

#[test]
fn what_no_caisse_signed_is_kept_and_changes_nothing() {
    let mut sent = Sent::with("vitale-durand");
    let arl = body(&sent.arl(None));
    let refusal = body(&sent.arl(Some(Reason { code: "S0101".to_owned(), label: "Illisible".to_owned() })));
    let good = returned(&sent.arl(None));
    let cases = [
        ("road.retour_inconnu", b"From: a@b.test\r\n\r\nBonjour".to_vec()),
        ("road.retour_inconnu", Vec::new()),
        ("road.retour_inconnu", good[..good.len() / 2].to_vec()),
        ("road.retour_non_signe", unsigned(&good)),
        // The body is another one than the caisse signed.
        ("road.retour_mal_signe", returned_by("caisse-returns", &arl, &refusal)),
        // A real signature, by somebody who is no caisse: a CPS of the same authority.
        ("road.retour_pas_de_la_caisse", returned_by("cps-gris-signature", &arl, &arl)),
        ("road.retour_mal_signe", returned_by("cps-revoquee-signature", &arl, &arl)),
        ("road.retour_illisible", returned_by("caisse-returns", b"ni ARL ni NOEMIE", b"ni ARL ni NOEMIE")),
        ("road.retour_illisible", returned_by("caisse-returns", &arl[..arl.len() - 1], &arl[..arl.len() - 1])),
    ];
    for (index, (code, mail)) in cases.into_iter().enumerate() {
        sent.put(&format!("m{index}"), mail.clone());
        assert_eq!(sent.fetch(), FetchOutcome { unknown: 1, ..FetchOutcome::default() }, "{code} {index}");
        let row = sent.inbox().remove(0);
        let found = (row.kind, row.status, row.note.as_deref(), row.content.is_none());
        assert_eq!(found, (InboxKind::Inconnu, InboxStatus::Inconnu, Some(code), true), "{index}");
        let raw = sent.post.handle().call(move |ws| ws.store().return_raw(row.id)).expect("the lane lives");
        assert_eq!(raw.expect("read"), Some(mail), "kept byte for byte");
        assert_eq!(sent.post.handle().transmission(sent.lot), TransmissionState::Transmise, "{code} {index}");
        assert!(sent.post.names().is_empty(), "on disk, so gone from the mailbox");
    }
    // After all that, the true one is still believed.
    assert_eq!(sent.take("true", good).status, InboxStatus::Applique);
    assert_eq!(sent.post.handle().transmission(sent.lot), TransmissionState::Recue);
}

#[test]
fn the_same_content_is_taken_once_and_another_content_under_a_known_name_is_new() {
    let mut sent = Sent::with("vitale-durand");
    let mail = returned(&sent.arl(None));
    sent.put("1", mail.clone());
    assert_eq!(sent.fetch(), FetchOutcome { taken: 1, ..FetchOutcome::default() });
    for name in ["1", "2"] {
        sent.put(name, mail.clone());
        assert_eq!(sent.fetch(), FetchOutcome { duplicates: 1, ..FetchOutcome::default() }, "{name}");
        assert!(sent.post.names().is_empty());
    }
    assert_eq!(sent.inbox().len(), 1);
    // A server gave the name 1 away again.
    sent.put("1", returned(&sent.payment("SIM000000001", &[(Payer::Amo, 1)])));
    assert_eq!(sent.fetch(), FetchOutcome { taken: 1, ..FetchOutcome::default() });
    assert_eq!(sent.inbox().len(), 2);
}

#[test]
fn a_payment_that_comes_twice_is_paid_once() {
    let mut sent = Sent::with("vitale-petit");
    let payment = sent.payment("SIM000000001", &[(Payer::Amo, 2100), (Payer::Amc, 900)]);
    sent.take("1", returned(&payment));
    // The same transfer, told in another mail: other bytes, so no duplicate of the inbox.
    let mut again = returned(&payment);
    again.splice(0..0, *b"Received: by b.test\r\n");
    let row = sent.take("2", again);
    assert_eq!((row.status, row.note.as_deref()), (InboxStatus::SansSuite, Some("store.retour_deja_connu")));
    assert_eq!(sent.money(Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    assert_eq!(sent.money(Payer::Amc), (MoneyState::Encaisse, 900, 900));
}

#[test]
fn a_received_and_paid_fse_has_ended() {
    // C2S: the caisse owes 70 % of 30,00 € and the complementary 30 %, the patient nothing (CSS L861-3).
    let mut sent = Sent::with("vitale-petit");
    assert_eq!(sent.money(Payer::Patient), (MoneyState::SansObjet, 0, 0));
    assert_eq!(sent.money(Payer::Amo), (MoneyState::Attendu, 2100, 0));
    assert_eq!(sent.money(Payer::Amc), (MoneyState::Attendu, 900, 0));
    let row = sent.take("1", returned(&sent.arl(None)));
    assert_eq!((row.kind, row.status), (InboxKind::Arl, InboxStatus::Applique));
    assert!(!sent.document().has_ended(), "received is not paid");
    let row = sent.take("2", returned(&sent.payment("SIM000000001", &[(Payer::Amo, 2000), (Payer::Amc, 900)])));
    assert_eq!((row.kind, row.status), (InboxKind::Paiement, InboxStatus::Applique));
    assert_eq!(sent.money(Payer::Amo), (MoneyState::Partiel, 2100, 2000));
    assert!(!sent.document().has_ended(), "one euro is missing");
    sent.take("3", returned(&sent.payment("SIM000000002", &[(Payer::Amo, 100)])));
    assert_eq!(sent.money(Payer::Amo), (MoneyState::Encaisse, 2100, 2100));
    assert!(sent.document().has_ended());
}

#[test]
fn a_reject_names_its_reason_and_ends_what_the_caisse_owed() {
    let mut sent = Sent::with("vitale-petit");
    sent.take("1", returned(&sent.arl(None)));
    let row = sent.take("2", returned(&sent.rejection()));
    assert_eq!((row.kind, row.status), (InboxKind::Rejets, InboxStatus::Applique));
    assert_eq!(sent.money(Payer::Amo), (MoneyState::Rejete, 2100, 0));
    assert_eq!(sent.money(Payer::Amc), (MoneyState::Rejete, 900, 0));
    let reject = sent.document().reject.expect("a reason");
    assert_eq!(reject.code, "I1002");
    assert!(reject.message.eq_ignore_ascii_case("droits non ouverts"), "{}", reject.message);
    assert!(sent.document().has_ended());
}

#[test]
fn an_answer_proves_that_a_file_left_whatever_the_post_said() {
    let practice = Practice::new();
    let (fse, lot) = practice.posted(&["vitale-durand"]).remove(0);
    let post = ScriptPost::new(practice.lane());
    let mut sent = Sent { practice, post, fse, lot };
    sent.take("1", returned(&sent.arl(None)));
    assert_eq!(sent.post.handle().transmission(lot), TransmissionState::Recue);
    assert!(send_all(&sent.post.handle(), &mut sent.post).expect("runs").sent.is_empty());
}

#[test]
fn a_final_answer_is_not_undone_by_its_contrary() {
    let mut sent = Sent::with("vitale-durand");
    sent.take("1", returned(&sent.arl(None)));
    let reason = Reason { code: "S0101".to_owned(), label: "Illisible".to_owned() };
    let row = sent.take("2", returned(&sent.arl(Some(reason))));
    assert_eq!((row.status, row.note.as_deref()), (InboxStatus::SansSuite, Some("store.retour_contradictoire")));
    assert_eq!(sent.post.handle().transmission(sent.lot), TransmissionState::Recue);
}

#[test]
fn a_return_about_something_else_than_ours_is_kept_without_effect() {
    let mut sent = Sent::with("vitale-durand");
    let Return::Acknowledgement(mut other_file) = sent.arl(None) else { panic!("an ARL") };
    let mut other_sender = other_file.clone();
    other_file.file = FileIdentifier::parse("ZZZZZZ").expect("an identifier");
    // Dr Blanc's number: his ARL in our mailbox is not about our file of the same name.
    other_sender.billing = BillingNumber::parse("991010224").expect("a number");
    for (name, arl) in [("1", other_file), ("2", other_sender)] {
        let row = sent.take(name, returned(&Return::Acknowledgement(arl)));
        assert_eq!((row.status, row.note.as_deref()), (InboxStatus::SansSuite, Some("store.retour_sans_fichier")));
    }
    assert_eq!(sent.post.handle().transmission(sent.lot), TransmissionState::Transmise);
}

#[test]
fn a_message_that_cannot_be_kept_stays_in_the_mailbox() {
    let mut sent = Sent::with("vitale-durand");
    sent.put("1", returned(&sent.arl(None)));
    sent.post.lane_ends_at_message = true;
    let failed = fetch_all(&sent.post.handle(), &mut sent.post);
    assert!(matches!(failed, Err(CoreError::Fetch(error)) if error.cause == Cause::Stopped));
    assert_eq!(sent.post.names(), ["1"]);
    // The next start finds it there.
    let mailbox = std::mem::take(&mut sent.post.mailbox);
    sent.post = ScriptPost::new(sent.practice.lane());
    sent.post.mailbox = mailbox;
    assert_eq!(sent.fetch().taken, 1);
    assert_eq!(sent.post.handle().transmission(sent.lot), TransmissionState::Recue);
}

#[test]
fn remarks_and_messages_are_kept_and_shown_and_move_nothing() {
    let mut sent = Sent::with("vitale-petit");
    sent.take("1", returned(&sent.arl(None)));
    let before = sent.document();
    let (billing, from, on) = (sent.fse.billing.clone(), caisse(), "2026-01-16".parse().expect("a day"));
    let reason = Reason { code: "S0901".to_owned(), label: "Adresse à mettre à jour".to_owned() };
    let fses = vec![(sent.fse.clone(), reason)];
    let remarks = Signalements { billing: billing.clone(), from: from.clone(), file: sent.lot, on, fses };
    let message = Service { billing, from, on, text: "Bonjour,\nfermeture le 2 janvier.".to_owned() };
    let elsewhere = Signalements { file: "ZZZZZZ".parse().expect("a file"), ..remarks.clone() };
    let other = Service { billing: BillingNumber::parse("991010224").expect("a number"), ..message.clone() };
    let read = (InboxStatus::SansSuite, None);
    let not_ours = (InboxStatus::SansSuite, Some("store.retour_sans_fichier".to_owned()));
    for (name, message, kind, expected) in [
        ("2", Return::Signalements(remarks), InboxKind::Signalement, &read),
        ("3", Return::Service(message.clone()), InboxKind::Service, &read),
        ("4", Return::Signalements(elsewhere), InboxKind::Signalement, &not_ours),
        ("5", Return::Service(other), InboxKind::Service, &not_ours),
    ] {
        let row = sent.take(name, returned(&message));
        assert_eq!((row.kind, &(row.status, row.note)), (kind, expected), "{name}");
        assert_eq!(row.content, Some(message));
    }
    // Without a caisse's signature it is nobody's message.
    let unsigned = sent.take("6", unsigned(&returned(&Return::Service(message))));
    assert_eq!((unsigned.kind, unsigned.content), (InboxKind::Inconnu, None));
    let after = sent.document();
    assert_eq!((after.transmission, after.reject.is_none()), (before.transmission, true));
    assert_eq!(sent.money(Payer::Amo), (MoneyState::Attendu, 2100, 0));

    let who = Hand::of("cps-gris", None).signed_in(&sent.practice.clock);
    let shown = sent.post.handle().call(move |ws| ws.returns_of(&who)).expect("the lane lives").expect("read");
    let of_kind = |kind: &str| shown.iter().rev().find(|one| one.kind == kind).expect("a message");
    let remark = &of_kind("signalement").remarks[0];
    assert_eq!((&remark.fse, remark.code.as_str()), (&sent.fse, "S0901"));
    assert_eq!(of_kind("service").text.as_deref(), Some("Bonjour,\nfermeture le 2 janvier."));
    assert_eq!(shown.iter().filter(|one| one.kind == "service").count(), 1, "the other is another practitioner's");
    let verified = sent.post.handle().call(|ws| ws.store().journal_verify()).expect("the lane lives");
    assert_eq!(verified.expect("read").faults, Vec::new());
}

#[test]
fn until_when_returns_were_read_moves_only_when_they_were() {
    let mut sent = Sent::with("vitale-durand");
    let until = |sent: &Sent| {
        let ledger = sent.post.handle().call(|ws| ws.ledger()).expect("the lane lives").expect("ledger");
        ledger.returns_read_until.map(|at| at.to_rfc3339())
    };
    assert_eq!(until(&sent), None);
    sent.fetch();
    assert_eq!(until(&sent).as_deref(), Some("2026-01-15T08:00:00+00:00"));
    sent.practice.clock.set("2026-01-16T08:00:00Z");
    sent.post.fetch_fails = Some(Cause::Authentication);
    assert!(fetch_all(&sent.post.handle(), &mut sent.post).is_err());
    assert_eq!(until(&sent).as_deref(), Some("2026-01-15T08:00:00+00:00"));
}
