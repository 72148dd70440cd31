//! Scanned documents from the FSE to the post, and the envelope that the settings choose. The mails themselves are
//! judged by openssl and Python in `formats`; what a crash leaves, in `store`.

use std::collections::VecDeque;

use liasse_core::lane::{Handle, Lane};
use liasse_core::ports::{Accepted, FetchError, FetchSummary, Letter, OnMessages, Post, SendError, Stop, Verdict};
use liasse_core::sending::{SendSummary, send_all};
use liasse_core::{CoreError, Workstation};
use liasse_domain::{Coded, FseRef, ScanKind, ScanState, SendPhase};
use liasse_formats::mail;
use liasse_post::Cause;

use crate::support::{Direct, Hand, PHASES, Practice};

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

/// A post that accepts, or fails in the phases written for its next letters.
struct Letters {
    handle: Handle<Workstation>,
    turns: VecDeque<Option<(SendPhase, Cause)>>,
    sent: Vec<Letter>,
}

impl Letters {
    fn new(lane: &Lane<Workstation>) -> Self {
        Self { handle: lane.handle(), turns: VecDeque::new(), sent: Vec::new() }
    }

    fn send(&mut self) -> SendSummary {
        let handle = self.handle.clone();
        send_all(&handle, self).expect("sending runs")
    }

    /// Where the documents of each lot are.
    fn states(&self) -> Vec<ScanState> {
        let states = self.handle.call(|ws| ws.store().scan_states()).expect("the lane lives").expect("read");
        states.into_values().map(|(state, _)| state).collect()
    }

    /// Where the documents of the only lot are.
    fn state(&self) -> ScanState {
        let states = self.states();
        assert_eq!(states.len(), 1);
        states[0]
    }
}

impl Post for Letters {
    fn send(
        &mut self,
        letter: &Letter,
        on_phase: &mut dyn FnMut(SendPhase) -> Result<(), Stop>,
    ) -> Result<Accepted, SendError> {
        let turn = self.turns.pop_front().flatten();
        for phase in PHASES {
            on_phase(phase).map_err(|Stop| SendError { phase, cause: Cause::Stopped })?;
            if letter.to.contains("scor") {
                assert!(self.states().contains(&ScanState::Envoi), "on disk before the step");
            }
            if let Some((at, cause)) = turn
                && at == phase
            {
                return Err(SendError { phase, cause });
            }
        }
        self.sent.push(letter.clone());
        Ok(Accepted { reply: "250 ok".to_owned() })
    }

    fn fetch(
        &mut self,
        _: &mut dyn FnMut(&str) -> Verdict,
        _: &mut OnMessages<'_>,
    ) -> Result<FetchSummary, FetchError> {
        Ok(FetchSummary { confirmed: true, ..FetchSummary::default() })
    }
}

/// One signed FSE of Marie Durand with these documents, in no lot.
fn signed(practice: &Practice, documents: &[&[u8]]) -> (Hand, FseRef) {
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let (who, vitale) = (hand.signed_in(&practice.clock), hand.vitale());
    let mut workstation = practice.workstation();
    let mut draft = liasse_core::invoicing::Draft::new(&vitale, 0, workstation.now()).expect("a draft");
    draft.add_act("G");
    let fse = workstation.prepare(&draft, &who).expect("prepared");
    workstation.sign(&fse, &who, Some(&vitale), &hand).expect("signed");
    for bytes in documents {
        workstation.attach(&fse, ScanKind::Ordonnance, bytes.to_vec(), &who).expect("attached");
    }
    (hand, fse)
}

/// Seals and signs what is free.
fn lot(practice: &Practice, hand: &Hand) -> Result<usize, CoreError> {
    let who = hand.signed_in(&practice.clock);
    let mut workstation = practice.workstation();
    workstation.seal_lots(&who)?;
    Ok(workstation.sign_lots(&who, hand)?.len())
}

#[test]
fn documents_follow_their_lot_to_the_counter_of_its_caisse() {
    let practice = Practice::new();
    let (hand, _) = signed(&practice, &[PDF, b"%PDF-1.7\n%%EOF\n"]);
    assert_eq!(lot(&practice, &hand).expect("signed"), 1);
    let lane = practice.lane();
    let mut post = Letters::new(&lane);
    let summary = post.send();
    assert_eq!((summary.sent.len(), summary.scans.sent), (1, summary.sent.clone()));
    let to: Vec<&str> = post.sent.iter().map(|letter| letter.to.as_str()).collect();
    assert_eq!(to, ["01751@751.01.rss.test", "01.751@01.scor.rss.test"]);
    let (header, _) = mail::read_outer(&post.sent[1].message).expect("a mail");
    assert!(header.subject.starts_with("SIM SCOR 991010117/") && header.subject.ends_with("/00002"), "{header:?}");
    assert!(!String::from_utf8_lossy(&post.sent[1].message).contains("%PDF"), "encrypted");
    assert_eq!(post.state(), ScanState::Transmise);
    assert!(post.send().scans.sent.is_empty(), "once");
}

#[test]
fn nothing_follows_a_lot_that_the_post_did_not_take() {
    let practice = Practice::new();
    let (hand, _) = signed(&practice, &[PDF]);
    lot(&practice, &hand).expect("signed");
    let lane = practice.lane();
    let mut post = Letters::new(&lane);
    for phase in [SendPhase::Rcpt, SendPhase::Dot] {
        post.turns.push_back(Some((phase, Cause::Timeout)));
        let summary = post.send();
        assert!(summary.scans.sent.is_empty() && post.sent.is_empty(), "{phase:?}");
        assert_eq!(post.state(), ScanState::AEnvoyer, "{phase:?}");
    }
}

#[test]
fn a_lost_answer_is_shown_and_leaves_again_after_two_working_days() {
    let practice = Practice::new();
    let (hand, fse) = signed(&practice, &[PDF]);
    lot(&practice, &hand).expect("signed");
    let lane = practice.lane();
    let mut post = Letters::new(&lane);
    post.turns.extend([None, Some((SendPhase::Connect, Cause::Network))]);
    let summary = post.send();
    assert_eq!(summary.scans.failed[0].1.code, "road.liaison_coupee");
    assert_eq!(post.state(), ScanState::AEnvoyer);

    post.turns.push_back(Some((SendPhase::Dot, Cause::Network)));
    let summary = post.send();
    assert_eq!((summary.scans.unconfirmed.len(), post.state()), (1, ScanState::NonConfirmee));
    let who = hand.signed_in(&practice.clock);
    let found = post.handle.call(move |ws| ws.attachments(&fse, &who)).expect("the lane lives").expect("read");
    assert_eq!((found.state, found.scans.len()), (Some(ScanState::NonConfirmee), 1));

    // Thursday 15 January 2026: the two working days end on Monday 19.
    for (moment, leaves) in [("2026-01-19T22:59:00Z", 0), ("2026-01-19T23:01:00Z", 1)] {
        practice.clock.set(moment);
        assert_eq!(post.send().scans.sent.len(), leaves, "{moment}");
    }
    assert_eq!(post.state(), ScanState::Transmise);
}

#[test]
fn a_concentrator_gets_every_file_in_the_compression_of_the_settings() {
    let practice = Practice::new();
    let (hand, _) = signed(&practice, &[]);
    let mut workstation = practice.workstation();
    for (name, value, code) in [
        ("post.envelope", "OCT", "saisie.reglage_valeur"),
        ("post.compression", "bzip2", "saisie.reglage_valeur"),
        ("post.oct_address", "oct", "saisie.reglage_valeur"),
        ("post.oct_address", "a@b.test\r\nBcc: c@d.test", "saisie.reglage_valeur"),
        ("post.oct_address", "oct@concentrateur.fr", "road.destinataire_interdit"),
    ] {
        let refused = workstation.set_setting(name, value).expect_err(value);
        assert_eq!(refused.code().0, code, "{name} {value}");
    }
    workstation.set_setting("post.envelope", "oct").expect("set");
    drop(workstation);
    assert_eq!(lot(&practice, &hand).expect_err("no address").code().0, "road.poste_incomplete");
    let set = |name: &str, value: &str| practice.workstation().set_setting(name, value).expect("set");
    set("post.oct_address", "autre@concentrateur.test");
    assert_eq!(lot(&practice, &hand).expect("runs"), 0, "no certificate: its FSE stay free");
    set("post.oct_address", "oct@concentrateur.test");
    set("post.compression", "raw");
    assert_eq!(lot(&practice, &hand).expect("signed"), 1);
    let lane = practice.lane();
    let mut post = Letters::new(&lane);
    post.send();
    assert_eq!(post.sent[0].to, "oct@concentrateur.test");
    let text = String::from_utf8_lossy(&post.sent[0].message).into_owned();
    assert!(text.contains("Content-Description: IRIS/B2\r\n"), "{text}");
}

#[test]
fn documents_that_one_mail_cannot_carry_make_a_second_lot() {
    let practice = Practice::new();
    let document = |number: u8| {
        let mut bytes = vec![b' '; 250_000];
        bytes[..9].copy_from_slice(b"%PDF-1.4\n");
        bytes[20] = number;
        bytes[249_990..249_995].copy_from_slice(b"%%EOF");
        bytes
    };
    let documents: Vec<Vec<u8>> = (0..10).map(document).collect();
    let documents: Vec<&[u8]> = documents.iter().map(Vec::as_slice).collect();
    for _ in 0..5 {
        signed(&practice, &documents);
    }
    let hand = Hand::of("cps-gris", None);
    let who = hand.signed_in(&practice.clock);
    let plan = practice.workstation().plan_lots(&who).expect("a plan");
    assert_eq!(plan.iter().map(|(_, count)| *count).collect::<Vec<_>>(), [4, 1]);
    assert_eq!(lot(&practice, &hand).expect("signed"), 2);
    let lane = practice.lane();
    let mut post = Letters::new(&lane);
    post.send();
    let sizes: Vec<usize> =
        post.sent.iter().filter(|letter| letter.to.contains("scor")).map(|letter| letter.message.len()).collect();
    // 20 MB is what post offices take.
    assert!(sizes.len() == 2 && sizes.iter().all(|size| *size < 20_000_000), "{sizes:?}");
}
