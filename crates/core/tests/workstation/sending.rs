//! What leaves, what must not leave again, and what a crash left behind: the post falls silent, refuses or dies at every
//! step. Rule: shared design, architecture, "Before any network byte"; reference telecom-reliability 1.1 (RFC 5321 4.1.1.4).

use std::panic::{AssertUnwindSafe, catch_unwind};

use liasse_core::CoreError;
use liasse_core::desk::system_stamp;
use liasse_core::sending::{SendSummary, send_all};
use liasse_domain::returns::{Acknowledgement, Reason, Return};
use liasse_domain::{Coded, Destination, FileIdentifier, FseRef, SendPhase, TransmissionState};
use liasse_post::{Cause, CertificateFault};
use liasse_store::AttemptOutcome;

use crate::support::{Ask, Hand, PHASES, Practice, ScriptPost, Turn, instant, returned};

/// Every cause, and the code that a certain failure bears.
const CAUSES: [(Cause, &str); 15] = [
    (Cause::Network, "road.liaison_coupee"),
    (Cause::Timeout, "road.delai_depasse"),
    (Cause::UntrustedCertificate(CertificateFault::UnknownIssuer), "road.certificat_inconnu"),
    (Cause::UntrustedCertificate(CertificateFault::Expired), "road.certificat_perime"),
    (Cause::UntrustedCertificate(CertificateFault::WrongName), "road.certificat_autre_nom"),
    (Cause::UntrustedCertificate(CertificateFault::Unusable), "road.certificat_inutilisable"),
    (Cause::NoTls, "road.sans_tls"),
    (Cause::Refused { code: 451, transient: true }, "road.refus_provisoire"),
    (Cause::Refused { code: 550, transient: false }, "road.refus_definitif"),
    (Cause::Authentication, "road.identification_refusee"),
    (Cause::Protocol, "road.reponse_incomprise"),
    (Cause::Stopped, "road.interrompu"),
    (Cause::BadSetting, "road.reglage_invalide"),
    (Cause::BadMessage, "road.message_mal_forme"),
    (Cause::NotAllowed, "road.destinataire_interdit"),
];

/// A practice with one file ready to leave, and its post.
fn one_file() -> (Practice, ScriptPost, FseRef, FileIdentifier) {
    let practice = Practice::new();
    let (fse, lot) = practice.posted(&["vitale-durand"]).remove(0);
    let post = ScriptPost::new(practice.lane());
    (practice, post, fse, lot)
}

fn send(post: &mut ScriptPost) -> SendSummary {
    send_all(&post.handle(), post).expect("sending runs")
}

fn outcomes(post: &ScriptPost, lot: FileIdentifier) -> Vec<(Option<SendPhase>, Option<AttemptOutcome>)> {
    let row = post.handle().call(move |ws| ws.store().lot(lot)).expect("the lane lives").expect("read");
    row.expect("the lot").attempts.into_iter().map(|attempt| (attempt.phase, attempt.outcome)).collect()
}

fn arl(fse: &FseRef, file: FileIdentifier, refused: Option<Reason>) -> Vec<u8> {
    let from = Destination::new("01", "751").expect("a caisse");
    let on = "2026-01-15".parse().expect("a day");
    returned(&Return::Acknowledgement(Acknowledgement { billing: fse.billing.clone(), from, file, on, refused }))
}

#[test]
fn before_the_dot_nothing_has_left_and_the_same_bytes_may_leave_again() {
    let (_practice, mut post, _, lot) = one_file();
    let mut tries = 0;
    for phase in [SendPhase::Connect, SendPhase::Auth, SendPhase::Mail, SendPhase::Rcpt, SendPhase::Data] {
        for (cause, code) in CAUSES {
            post.turns.push_back(Turn::Fail(phase, cause));
            let summary = send(&mut post);
            let failed: Vec<_> = summary.failed.iter().map(|(file, report)| (*file, report.code.as_str())).collect();
            assert_eq!(failed, [(lot, code)], "{phase:?} {cause:?}");
            assert!(summary.sent.is_empty() && summary.unconfirmed.is_empty());
            assert_eq!(post.handle().transmission(lot), TransmissionState::EnFichier, "{phase:?} {cause:?}");
            tries += 1;
            let attempts = outcomes(&post, lot);
            assert_eq!(attempts.len(), tries);
            let failed = AttemptOutcome::Failed { code: code.to_owned() };
            assert_eq!(attempts.last(), Some(&(Some(phase), Some(failed))));
        }
    }
    assert_eq!(send(&mut post).sent, [lot]);
    assert_eq!(post.handle().transmission(lot), TransmissionState::Transmise);
    assert_eq!(outcomes(&post, lot).len(), 76, "75 failures and one sending");
    assert!(send(&mut post).sent.is_empty(), "what was accepted does not leave twice");
    assert_eq!(post.letters.len(), 1);
}

#[test]
fn at_the_dot_only_a_clear_no_proves_that_nothing_left() {
    let (practice, mut post, _, lot) = one_file();
    let gris = Hand::of("cps-gris", None).signed_in(&practice.clock);
    for (cause, code) in CAUSES {
        post.turns.push_back(Turn::Fail(SendPhase::Dot, cause));
        let summary = send(&mut post);
        if matches!(cause, Cause::Refused { .. }) {
            assert_eq!(summary.failed.len(), 1);
            assert_eq!(summary.failed[0].1.code, code);
            assert_eq!(post.handle().transmission(lot), TransmissionState::EnFichier);
            continue;
        }
        assert_eq!(summary.unconfirmed, [lot], "{cause:?}");
        assert!(summary.failed.is_empty() && summary.sent.is_empty());
        assert_eq!(post.handle().transmission(lot), TransmissionState::NonConfirmee);
        assert_eq!(outcomes(&post, lot).last(), Some(&(Some(SendPhase::Dot), Some(AttemptOutcome::Unconfirmed))));
        // Sending again does not touch it.
        let tries = post.log.len();
        let again = send(&mut post);
        assert!(again.sent.is_empty() && again.unconfirmed.is_empty() && again.failed.is_empty());
        assert_eq!(post.log.len(), tries, "nobody was asked");
        // Only the user's word, written down, lets it go before its time.
        let who = gris.clone();
        let word = post.handle().call(move |ws| ws.declare_not_arrived(lot, "La caisse ne l'a pas reçu.", &who));
        word.expect("the lane lives").expect("released");
        assert_eq!(post.handle().transmission(lot), TransmissionState::EnFichier);
    }
    let journal = post.handle().call(|ws| ws.store().journal_entries()).expect("the lane lives").expect("read");
    let words: Vec<_> = journal.iter().filter(|entry| entry.action == "envoi.libere").collect();
    assert_eq!(words.len(), 13);
    assert!(words.iter().all(|entry| entry.payload.contains("La caisse ne l'a pas reçu.")));
}

#[test]
fn an_unconfirmed_file_leaves_again_after_two_working_days_and_never_before_the_mailbox_was_read() {
    let (practice, mut post, _, lot) = one_file();
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Timeout));
    send(&mut post);
    let bytes = practice.store().unconfirmed().expect("read").remove(0).message;
    // Thursday 15 January: the second working day is Monday 19, whose last minute in Paris is 22:59 UTC.
    practice.clock.set("2026-01-19T22:59:59Z");
    post.log.clear();
    assert!(send(&mut post).sent.is_empty());
    assert!(post.log.is_empty(), "neither fetched nor sent");
    practice.clock.set("2026-01-19T23:00:00Z");
    assert_eq!(send(&mut post).sent, [lot]);
    assert_eq!(post.log, ["fetch", "01751@751.01.rss.test"]);
    assert_eq!(post.letters[0].message, bytes, "the same bytes");
    assert_eq!(post.handle().transmission(lot), TransmissionState::Transmise);
}

#[test]
fn a_holiday_is_no_working_day() {
    let practice = Practice::new();
    // Thursday 30 April 2026; Friday 1 May is a holiday, so that the delay ends on Tuesday 5 May.
    practice.clock.set("2026-04-30T08:00:00Z");
    practice.posted(&["vitale-durand"]);
    let mut post = ScriptPost::new(practice.lane());
    assert_eq!(send(&mut post).sent.len(), 1);
    practice.clock.set("2026-05-05T21:59:59Z");
    assert!(send(&mut post).sent.is_empty());
    practice.clock.set("2026-05-05T22:00:00Z");
    assert_eq!(send(&mut post).sent.len(), 1, "a file that was accepted but never acknowledged, too");
}

#[test]
fn an_answer_that_waits_in_the_mailbox_keeps_a_late_file_from_leaving_again() {
    let (practice, mut post, fse, lot) = one_file();
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Network));
    send(&mut post);
    practice.clock.set("2026-01-20T08:00:00Z");
    post.mailbox.push(("1".to_owned(), arl(&fse, lot, None)));
    let summary = send(&mut post);
    assert!(summary.sent.is_empty());
    assert_eq!(post.handle().transmission(lot), TransmissionState::Recue);
    assert!(post.letters.is_empty(), "the caisse has it already");
}

#[test]
fn the_answer_is_found_behind_more_messages_than_one_session_reads() {
    let (practice, mut post, fse, lot) = one_file();
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Network));
    send(&mut post);
    practice.clock.set("2026-01-20T08:00:00Z");
    for number in 0..5 {
        post.mailbox.push((number.to_string(), format!("From: a@b.test\r\n\r\nN° {number}").into_bytes()));
    }
    post.mailbox.push(("arl".to_owned(), arl(&fse, lot, None)));
    post.session = 2;
    send(&mut post);
    assert_eq!(post.log, ["01751@751.01.rss.test", "fetch", "fetch", "fetch"]);
    assert_eq!(post.handle().transmission(lot), TransmissionState::Recue);
}

#[test]
fn a_mailbox_that_cannot_be_read_to_its_end_releases_nothing() {
    let (practice, mut post, _, lot) = one_file();
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Network));
    send(&mut post);
    practice.clock.set("2026-01-20T08:00:00Z");
    // The server reads one message a session and forgets no deletion: the second is never seen.
    post.session = 1;
    post.confirms = false;
    for name in ["1", "2"] {
        post.mailbox.push((name.to_owned(), format!("From: a@b.test\r\n\r\n{name}").into_bytes()));
    }
    assert!(send(&mut post).sent.is_empty());
    assert_eq!(post.handle().transmission(lot), TransmissionState::NonConfirmee);
    let read = post.handle().call(|ws| ws.ledger()).expect("the lane lives").expect("ledger");
    assert_eq!(read.returns_read_until, None, "the mailbox was not read to its end");
    // And one that cannot be reached at all.
    post.fetch_fails = Some(Cause::Network);
    let failed = send_all(&post.handle(), &mut post);
    assert!(matches!(failed, Err(CoreError::Fetch(_))));
    assert_eq!(post.handle().transmission(lot), TransmissionState::NonConfirmee);
    assert!(post.letters.is_empty());
}

#[test]
fn a_refused_file_is_final_and_its_fse_are_free() {
    let (practice, mut post, fse, lot) = one_file();
    assert_eq!(send(&mut post).sent, [lot]);
    let reason = Reason { code: "S0101".to_owned(), label: "Fichier illisible".to_owned() };
    practice.clock.set("2026-01-20T08:00:00Z");
    post.mailbox.push(("1".to_owned(), arl(&fse, lot, Some(reason))));
    assert!(send(&mut post).sent.is_empty());
    assert_eq!(post.handle().transmission(lot), TransmissionState::Refusee);
    let late = post.handle().call(|ws| ws.late_files()).expect("the lane lives").expect("read");
    assert_eq!(late, [], "nothing is awaited any more");
    let billing = fse.billing.clone();
    let free = post.handle().call(move |ws| ws.store().free_signed(Some(&billing)));
    let free = free.expect("the lane lives").expect("read");
    assert_eq!(free.iter().map(|fse| fse.reference().clone()).collect::<Vec<_>>(), [fse]);
}

#[test]
fn a_post_that_cannot_be_reached_is_tried_once_and_a_recipient_refused_does_not_stop_the_others() {
    let practice = Practice::new();
    let made = practice.posted(&["vitale-durand", "vitale-lointain"]);
    let mut post = ScriptPost::new(practice.lane());
    for phase in [SendPhase::Connect, SendPhase::Auth] {
        post.log.clear();
        post.turns.push_back(Turn::Fail(phase, Cause::Network));
        assert_eq!(send(&mut post).failed.len(), 1, "{phase:?}");
        assert_eq!(post.log, ["01751@751.01.rss.test"], "{phase:?}");
    }
    post.turns.push_back(Turn::Fail(SendPhase::Rcpt, Cause::Refused { code: 550, transient: false }));
    let summary = send(&mut post);
    assert_eq!(summary.failed.len(), 1);
    assert_eq!(summary.sent, [made[1].1]);
    assert_eq!(post.letters[0].to, "01951@951.01.rss.test");
    assert_eq!(post.letters[0].from, "dr.test@cabinet.test");
}

#[test]
fn an_ambiguous_end_does_not_stop_the_other_files() {
    let practice = Practice::new();
    let made = practice.posted(&["vitale-durand", "vitale-lointain"]);
    let mut post = ScriptPost::new(practice.lane());
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Network));
    let summary = send(&mut post);
    assert_eq!((summary.unconfirmed, summary.sent), (vec![made[0].1], vec![made[1].1]));
}

/// What the ledger must say of a file after the program died while a phase was on disk.
fn after_a_crash(phase: Option<SendPhase>) -> (TransmissionState, AttemptOutcome) {
    match phase {
        Some(SendPhase::Dot) => (TransmissionState::NonConfirmee, AttemptOutcome::Unconfirmed),
        _ => (TransmissionState::EnFichier, AttemptOutcome::Interrupted),
    }
}

#[test]
fn a_panic_between_two_phases_is_settled_by_the_next_sending() {
    for phase in PHASES {
        let (_practice, mut post, _, lot) = one_file();
        post.turns.push_back(Turn::Panic(phase));
        let handle = post.handle();
        assert!(catch_unwind(AssertUnwindSafe(|| send_all(&handle, &mut post))).is_err());
        let (state, outcome) = after_a_crash(Some(phase));
        // The same program settles it before it sends again.
        let tries = post.log.len();
        let sent = send(&mut post).sent;
        assert_eq!(outcomes(&post, lot)[0], (Some(phase), Some(outcome)));
        if state == TransmissionState::NonConfirmee {
            assert_eq!((sent.len(), post.log.len()), (0, tries), "nobody was asked");
            assert_eq!(post.handle().transmission(lot), state);
        } else {
            assert_eq!(sent, [lot], "{phase:?}");
        }
    }
}

#[test]
fn a_phase_that_cannot_be_written_is_not_taken() {
    for phase in PHASES {
        let (practice, mut post, _, lot) = one_file();
        post.turns.push_back(Turn::LaneEnds(phase));
        let ended = send_all(&post.handle(), &mut post);
        assert!(matches!(ended, Err(CoreError::Lane(_))), "{phase:?}");
        let post = ScriptPost::new(practice.lane());
        let (state, outcome) = after_a_crash(Some(phase));
        assert_eq!(post.handle().transmission(lot), state, "{phase:?}");
        assert_eq!(outcomes(&post, lot), [(Some(phase), Some(outcome))]);
    }
}

#[test]
fn a_start_after_a_crash_settles_what_was_open() {
    for phase in [None].into_iter().chain(PHASES.map(Some)) {
        let practice = Practice::new();
        let (_, lot) = practice.posted(&["vitale-durand"]).remove(0);
        let mut store = practice.store();
        let at = instant("2026-01-15T08:00:00Z");
        let id = store.to_send().expect("read").remove(0).id;
        let attempt = store.begin_attempt(&system_stamp(at), id).expect("begun");
        if let Some(phase) = phase {
            store.record_phase(attempt, phase, at).expect("written");
        }
        assert!(store.to_send().expect("read").is_empty(), "a file with an open try does not leave");
        drop(store);
        // The computer comes back on Monday evening: the delay runs from the dot, not from the start.
        practice.clock.set("2026-01-19T20:00:00Z");
        let mut post = ScriptPost::new(practice.lane());
        let (state, outcome) = after_a_crash(phase);
        assert_eq!(post.handle().transmission(lot), state, "{phase:?}");
        assert_eq!(outcomes(&post, lot), [(phase, Some(outcome))]);
        if state == TransmissionState::NonConfirmee {
            assert!(send(&mut post).sent.is_empty());
            practice.clock.set("2026-01-20T08:00:00Z");
        }
        assert_eq!(send(&mut post).sent, [lot], "{phase:?}");
    }
}

#[test]
fn a_sending_that_may_have_arrived_cannot_be_dissolved() {
    let (practice, mut post, _, lot) = one_file();
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Network));
    send(&mut post);
    let who = crate::support::Hand::of("cps-gris", None).signed_in(&practice.clock);
    let refused = post.handle().call(move |ws| ws.dissolve_lot(lot, &who)).expect("the lane lives");
    assert_eq!(refused.expect_err("refused").code().0, "store.envoi_commence");
    assert_eq!(post.handle().transmission(lot), TransmissionState::NonConfirmee);
}
