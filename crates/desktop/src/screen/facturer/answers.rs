//! What the lanes answer to Facturer: an answer about an earlier patient must not land on the screen of this one.

use std::sync::Arc;

use iced::Task;
use liasse_core::desk::SignedIn;
use liasse_core::office::Office;

use super::{Action, Message, Stage, State};

impl State {
    /// Takes an answer in; one about an earlier patient only tells that the ledger changed.
    pub(super) fn answered(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, answer: Message) -> Action {
        match answer {
            Message::Priced(revision, answer) if revision == self.revision => {
                match *answer {
                    Ok(invoice) => self.invoice = Some(invoice),
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
            Message::Proposed(patient, revision, answer) if patient == self.patient => {
                self.take_proposal(office, signed_in, revision, *answer)
            }
            Message::Covered(patient, answer) if patient == self.patient => {
                match *answer {
                    Ok(cover) => self.cover = Some(cover),
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
            Message::Waiting(patient, answer) if patient == self.patient => {
                match (*answer, &self.stage) {
                    (Ok(Some((reference, draft, invoice))), Stage::Editing) => {
                        self.park();
                        self.undone.clear();
                        self.draft = Some(draft);
                        self.invoice = Some(invoice);
                        self.revision += 1;
                        self.stage = Stage::Prepared(reference);
                    }
                    (Err(report), _) => self.notice = Some(report),
                    _ => {}
                }
                Action::None
            }
            Message::Prepared(patient, Ok(reference)) if patient == self.patient => {
                self.stage = Stage::Prepared(reference);
                self.sign(office, signed_in)
            }
            Message::Prepared(patient, Err(report)) if patient == self.patient => {
                self.stage = Stage::Editing;
                self.notice = Some(report);
                Action::None
            }
            Message::Signed(patient, reference, answer) if patient == self.patient => {
                match *answer {
                    Ok(mut signed) => {
                        self.notice = None;
                        signed.took = self.opened.take().map(|since| since.elapsed());
                        self.stage = Stage::Signed(Box::new(signed));
                    }
                    Err(report) => {
                        self.stage = Stage::Prepared(reference);
                        self.notice = Some(report);
                    }
                }
                Action::LedgerChanged(self.after_refusal())
            }
            Message::Withdrawn(patient, answer) if patient == self.patient => {
                match answer {
                    // The draft is still what was numbered: it is there to be changed and signed again.
                    Ok(()) => {
                        (self.stage, self.notice) = (Stage::Editing, None);
                        let opened = match self.next {
                            Some(_) => self.open_next(office, signed_in),
                            None => Task::batch([self.price(office, signed_in), self.focus()]),
                        };
                        return Action::LedgerChanged(opened);
                    }
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
            Message::Settled(patient, answer) if patient == self.patient => {
                if let Stage::Signed(signed) = &mut self.stage {
                    signed.settling = false;
                }
                match (answer, &mut self.stage) {
                    (Ok((mode, left)), Stage::Signed(signed)) => {
                        self.notice = None;
                        signed.settled_by(mode, left);
                    }
                    (Err(report), _) => self.notice = Some(report),
                    _ => {}
                }
                Action::LedgerChanged(self.open_next(office, signed_in))
            }
            Message::Priced(..) | Message::Waiting(..) | Message::Covered(..) | Message::Proposed(..) => Action::None,
            _ => Action::LedgerChanged(Task::none()),
        }
    }
}
