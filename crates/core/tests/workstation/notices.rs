//! Non-delivery notices: nobody signs them, so a true one frees a file for the user's own sending and a forged one can do
//! no more. Their bytes are tested in `formats`, and against a real Postfix in `tests/tests/road.rs`.

use liasse_core::returns::fetch_all;
use liasse_core::sending::{send_all, send_unasked};
use liasse_domain::returns::{Acknowledgement, Return, Undelivery};
use liasse_domain::{Destination, FileIdentifier, FseRef, SendPhase, TransmissionState};
use liasse_post::Cause;
use liasse_store::{InboxKind, InboxRow, InboxStatus};

use crate::support::{Ask, Hand, Practice, ScriptPost, Turn, returned, undelivered};

struct Sent {
    practice: Practice,
    post: ScriptPost,
    fse: FseRef,
    lot: FileIdentifier,
    message_id: String,
}

impl Sent {
    fn new(turn: Turn) -> Self {
        let practice = Practice::new();
        let (fse, lot) = practice.posted(&["vitale-durand"]).remove(0);
        let mut post = ScriptPost::new(practice.lane());
        post.turns.push_back(turn);
        send_all(&post.handle(), &mut post).expect("sending runs");
        let row = post.handle().call(move |ws| ws.store().lot(lot)).expect("the lane lives").expect("read");
        let message_id = row.expect("the lot").message_id.expect("a mail");
        Self { practice, post, fse, lot, message_id }
    }

    /// Puts one message in, fetches it, and gives its row.
    fn take(&mut self, mail: Vec<u8>) -> InboxRow {
        let name = format!("m{}", self.post.log.len());
        self.post.mailbox.push((name, mail));
        fetch_all(&self.post.handle(), &mut self.post).expect("fetched");
        self.post.handle().call(|ws| ws.store().returns()).expect("the lane lives").expect("read").remove(0)
    }

    fn state(&self) -> TransmissionState {
        self.post.handle().transmission(self.lot)
    }

    fn letters(&self) -> usize {
        self.post.letters.len()
    }

    fn assert_journal_intact(&self) {
        let verified = self.post.handle().call(|ws| ws.store().journal_verify()).expect("the lane lives");
        assert_eq!(verified.expect("read").faults, Vec::new());
    }
}

fn told(row: &InboxRow) -> (InboxKind, InboxStatus, Option<&str>) {
    (row.kind, row.status, row.note.as_deref())
}

#[test]
fn a_file_that_came_back_leaves_again_only_by_the_users_hand() {
    let silence = Turn::Fail(SendPhase::Dot, Cause::Timeout);
    for (turn, before) in [(Turn::Accept, TransmissionState::Transmise), (silence, TransmissionState::NonConfirmee)] {
        let mut sent = Sent::new(turn);
        assert_eq!(sent.state(), before);
        let row = sent.take(undelivered(&sent.message_id, "failed", "5.1.1"));
        let applied = (InboxKind::NonRemise, InboxStatus::Applique, Some("store.fichier_non_remis"));
        assert_eq!(told(&row), applied);
        assert_eq!(row.notice.expect("read").status, "5.1.1");
        assert_eq!(sent.state(), TransmissionState::EnFichier);
        // Neither the clock nor the closing window sends what would only come back.
        let letters = sent.letters();
        let handle = sent.post.handle();
        assert!(send_unasked(&handle, &mut sent.post).expect("runs").sent.is_empty());
        let leaving = handle.call(|ws| ws.leaving()).expect("the lane lives").expect("counted");
        assert_eq!((leaving.files, leaving.fses, sent.letters()), (0, 0, letters));
        // The user does: the same bytes.
        assert_eq!(send_all(&handle, &mut sent.post).expect("runs").sent, [sent.lot]);
        assert_eq!(sent.letters(), letters + 1);
        assert!(sent.post.letters.windows(2).all(|two| two[0] == two[1]), "the same bytes");
        assert_eq!(sent.state(), TransmissionState::Transmise);
        sent.assert_journal_intact();
        // And a lot whose file the post had can never be taken apart, so its FSE cannot leave twice.
        let who = Hand::of("cps-gris", None).signed_in(&sent.practice.clock);
        let lot = sent.lot;
        let dissolved = handle.call(move |ws| ws.dissolve_lot(lot, &who)).expect("the lane lives");
        assert!(dissolved.is_err());
    }
}

#[test]
fn the_journal_tells_why_a_file_was_free_again() {
    let mut sent = Sent::new(Turn::Accept);
    sent.take(undelivered(&sent.message_id, "failed", "5.4.7"));
    let entries = sent.post.handle().call(|ws| ws.store().journal_entries()).expect("the lane lives").expect("read");
    let [.., notice, release] = entries.as_slice() else { panic!("two entries") };
    assert_eq!((notice.action.as_str(), notice.lot.as_deref()), ("retour.recu", Some(sent.lot.as_str())));
    assert_eq!((release.action.as_str(), release.lot.as_deref()), ("envoi.libere", Some(sent.lot.as_str())));
    assert!(release.payload.contains("\"transmise\"") && release.payload.contains("\"5.4.7\""), "{}", release.payload);
}

#[test]
fn a_delay_and_a_notice_about_nothing_of_ours_are_kept_and_change_nothing() {
    let mut sent = Sent::new(Turn::Accept);
    let unknown = (InboxKind::NonRemise, InboxStatus::SansSuite, Some("store.retour_sans_fichier"));
    let row = sent.take(undelivered(&sent.message_id, "delayed", "4.4.1"));
    assert_eq!(told(&row), (InboxKind::NonRemise, InboxStatus::SansSuite, Some("store.fichier_retarde")));
    assert_eq!(row.notice.map(|notice| notice.action), Some(Undelivery::Delayed));
    let row = sent.take(undelivered("somebody@else.test", "failed", "5.1.1"));
    assert_eq!(told(&row), unknown);
    let row = sent.take(undelivered("", "failed", "5.1.1"));
    assert_eq!(told(&row), unknown, "a notice that names no mail");
    assert_eq!(sent.state(), TransmissionState::Transmise);
    sent.assert_journal_intact();
}

#[test]
fn a_notice_does_not_undo_what_the_caisse_said() {
    let mut sent = Sent::new(Turn::Accept);
    let arl = Acknowledgement {
        billing: sent.fse.billing.clone(),
        from: Destination::new("01", "751").expect("a caisse"),
        file: sent.lot,
        on: "2026-01-15".parse().expect("a day"),
        refused: None,
    };
    sent.take(returned(&Return::Acknowledgement(arl)));
    let row = sent.take(undelivered(&sent.message_id, "failed", "5.1.1"));
    assert_eq!(told(&row).2, Some("store.retour_contradictoire"));
    assert_eq!(sent.state(), TransmissionState::Recue);
    sent.assert_journal_intact();
}

#[test]
fn a_notice_is_shown_to_whom_it_concerns_with_its_file() {
    let mut sent = Sent::new(Turn::Accept);
    sent.take(undelivered(&sent.message_id, "failed", "5.1.1"));
    for (cps, shown) in [("cps-gris", 1), ("cps-blanc", 0)] {
        let who = Hand::of(cps, None).signed_in(&sent.practice.clock);
        let rows = sent.post.handle().call(move |ws| ws.returns_of(&who)).expect("the lane lives").expect("read");
        assert_eq!(rows.len(), shown, "{cps}");
        for row in rows {
            assert_eq!((row.kind, row.file), ("non_remise", Some(sent.lot)));
            let said = row.undelivered.expect("what the server said");
            assert_eq!((said.code.as_str(), said.message.as_str()), ("5.1.1", "550 no such mailbox"));
        }
    }
}
