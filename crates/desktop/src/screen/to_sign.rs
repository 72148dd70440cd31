//! À signer: what waits for a CPS, the oldest first; all that is « sans anomalie » signed by one key, then the lots in the same
//! gesture; the rest opened, returned to the secretary with a word, priced anew, or passed to the other post. For staff the
//! practice's whole queue, with what to do with what came back. What may be signed is decided in `core`.

mod view;

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use iced::futures::channel::mpsc;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::operation;
use iced::{Task, widget};
use liasse_core::desk::SignedIn;
use liasse_core::desync::{self, Run, ToSign, ToSignRow};
use liasse_core::invoicing::Proof;
use liasse_core::office::Office;
use liasse_core::redo::Way;
use liasse_core::{CoreError, Workstation, exchange, signing};
use liasse_domain::{Coded, FseRef, Report};

use crate::ask::{aside, ask};
use crate::text::{t, with};
use crate::widget::rows::{Asked, Choice, Scrolled};

/// The field of the word with which an FSE goes back.
pub const WORD: &str = "mot";
/// The field of the folder that both posts read and write.
pub const FOLDER: &str = "dossier";

/// The screen.
#[derive(Default)]
pub struct State {
    waiting: Option<ToSign>,
    asked: Asked,
    scrolled: Scrolled,
    /// By its name: another one that takes its place is not chosen with it.
    chosen: Option<FseRef>,
    word: String,
    folder: String,
    run: Option<Going>,
    busy: bool,
    notice: Option<Report>,
    said: Option<String>,
}

/// A run of signatures that is under way.
struct Going {
    done: usize,
    of: usize,
    stop: Arc<AtomicBool>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What waits was read.
    Loaded(Box<Result<ToSign, Report>>),
    /// The list was scrolled.
    Scrolled(Scrolled),
    /// The next row, or the one before.
    Move(bool),
    /// The word changed.
    Word(String),
    /// The folder changed.
    Folder(String),
    /// All that is « sans anomalie » is signed, then the lots.
    SignAll,
    /// So many are signed.
    Signed(usize),
    /// The run ended: how many are signed, in how many lots, and why it stopped.
    Ended(usize, usize, Option<Report>),
    /// The chosen one is signed, for the written reason that passes the guard's amber.
    Derogate,
    /// The chosen one goes back to the secretary with the word.
    SendBack,
    /// The chosen one is priced anew, as the card says.
    Reprice,
    /// What becomes of the chosen one whose patient has left.
    Redo(Redo),
    /// The chosen one is withdrawn: its passage is to be billed again.
    Withdraw,
    /// What is shown passes to the other post.
    PassOn,
    /// The files of the other post are taken in.
    TakeIn,
    /// Something was done, with the sentence that says so, or not.
    Done(Result<String, Report>),
}

/// See [`Way`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Redo {
    /// As it is.
    Keep,
    /// Until the card comes.
    Wait,
    /// In the degraded mode.
    Degraded,
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Run a task; the ledger changed.
    LedgerChanged(Task<Message>),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![
        ("↑ ↓", t("help.choose_row")),
        ("F12", t("help.sign_all")),
        ("F8", t("help.send_back")),
        ("F6", t("help.reprice")),
        ("F4 F5", t("help.redo")),
        ("Ctrl D", t("help.withdraw")),
        ("Ctrl G", t("help.derogate")),
        ("F7", t("help.pass_on")),
        ("Ctrl B", t("help.take_in")),
    ]
}

impl State {
    /// Reads what waits again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let (Some(person), limit) = (signed_in.cloned(), self.asked.limit()) else { return Task::none() };
        ask(&office.workstation(), move |ws| ws.to_be_signed(&person, limit))
            .map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// Nobody is signed in any more: nothing is shown. A run stops where it is.
    pub fn forget(&mut self) {
        if let Some(going) = &self.run {
            going.stop.store(true, Ordering::Relaxed);
        }
        let folder = std::mem::take(&mut self.folder);
        *self = Self { folder, run: self.run.take(), busy: self.busy, ..Self::default() };
    }

    /// Whether FSE are being signed, or passed on.
    pub fn is_at_work(&self) -> bool {
        self.run.is_some() || self.busy
    }

    /// Another screen sends here for that FSE.
    pub fn look_at(&mut self, fse: FseRef) {
        self.chosen = Some(fse);
    }

    /// Takes the messages of this screen away, and stops a run.
    pub fn dismiss(&mut self) {
        (self.notice, self.said) = (None, None);
        if let Some(going) = &self.run {
            going.stop.store(true, Ordering::Relaxed);
        }
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key, staff: bool) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::F12) if !staff => Some(Message::SignAll),
            Key::Named(Named::F8) if !staff => Some(Message::SendBack),
            Key::Named(Named::F6) if !staff => Some(Message::Reprice),
            Key::Named(Named::F4) if staff => Some(Message::Redo(Redo::Keep)),
            Key::Named(Named::F5) if staff => Some(Message::Redo(Redo::Wait)),
            Key::Named(Named::F6) if staff => Some(Message::Redo(Redo::Degraded)),
            Key::Named(Named::F7) => Some(Message::PassOn),
            _ => None,
        }
    }

    /// The row that the arrows chose.
    pub fn choice(&self) -> Option<Choice> {
        let chosen = self.chosen.as_ref()?;
        let row = self.rows().iter().position(|row| row.fse == *chosen)?;
        Some(Choice { row, height: view::ROW })
    }

    /// The message of a letter that was typed with Ctrl: the fields take the other keys.
    pub fn control(&self, letter: &str) -> Option<Message> {
        match letter {
            "d" => Some(Message::Withdraw),
            "g" => Some(Message::Derogate),
            "b" => Some(Message::TakeIn),
            _ => None,
        }
    }

    fn rows(&self) -> &[ToSignRow] {
        self.waiting.as_ref().map_or(&[], |waiting| &waiting.rows)
    }

    fn chosen(&self) -> Option<&ToSignRow> {
        let chosen = self.chosen.as_ref()?;
        self.rows().iter().find(|row| row.fse == *chosen)
    }

    /// Those that one key signs: exactly what is shown, and nothing of it with an anomaly.
    fn ready(&self) -> Vec<(FseRef, [u8; 32])> {
        self.rows().iter().filter(|row| row.anomaly.is_none()).map(|row| (row.fse.clone(), row.shown)).collect()
    }

    fn folder(&self, office: &Office) -> PathBuf {
        if self.folder.trim().is_empty() { office.root().join("echange") } else { PathBuf::from(self.folder.trim()) }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Loaded(answer) => {
                match *answer {
                    Ok(waiting) if signed_in.is_some() => {
                        let opens = self.waiting.is_none();
                        let there = |fse: &FseRef| waiting.rows.iter().any(|row| row.fse == *fse);
                        // One that has gone is no longer chosen, and none in its place.
                        self.chosen = match self.chosen.take().filter(there) {
                            None if opens => waiting.rows.first().map(|row| row.fse.clone()),
                            kept => kept,
                        };
                        self.waiting = Some(waiting);
                    }
                    Ok(_) => {}
                    Err(report) => self.notice = Some(report),
                }
                Action::None
            }
            Message::Scrolled(at) => {
                self.scrolled = at;
                let seen = at.end(view::ROW);
                if self.asked.more(seen, self.rows().len()) {
                    return Action::Run(self.reload(office, signed_in));
                }
                Action::None
            }
            Message::Move(forward) => {
                let rows = self.rows();
                let at = self.chosen.as_ref().and_then(|chosen| rows.iter().position(|row| row.fse == *chosen));
                let next = match (at, forward) {
                    (None, _) => 0,
                    (Some(at), true) => (at + 1).min(rows.len().saturating_sub(1)),
                    (Some(at), false) => at.saturating_sub(1),
                };
                let (chosen, read) = (rows.get(next).map(|row| row.fse.clone()), rows.len());
                self.chosen = chosen;
                if self.asked.more(next, read) {
                    return Action::Run(self.reload(office, signed_in));
                }
                Action::None
            }
            Message::Word(word) => {
                self.word = word;
                Action::None
            }
            Message::Folder(folder) => {
                self.folder = folder;
                Action::None
            }
            Message::SignAll => {
                let shown = self.ready();
                self.sign_all(office, signed_in.cloned(), shown, true)
            }
            Message::Derogate => {
                let reason = self.word.trim().to_owned();
                if reason.is_empty() {
                    return Action::Run(operation::focus(widget::Id::new(WORD)));
                }
                let shown = self.chosen().map(|row| (row.fse.clone(), row.shown)).into_iter().collect();
                let person = signed_in.cloned().map(|person| SignedIn { derogation: Some(reason), ..person });
                self.sign_all(office, person, shown, false)
            }
            Message::Signed(done) => {
                if let Some(going) = &mut self.run {
                    going.done = done;
                }
                Action::None
            }
            Message::Ended(signed, lots, stopped) => {
                self.run = None;
                self.word = String::new();
                if signed_in.is_some() {
                    self.notice = stopped;
                    let values = [("count", &*signed.to_string()), ("lots", &lots.to_string())];
                    self.said = Some(with("to_sign.done", &values));
                }
                Action::LedgerChanged(self.reload(office, signed_in))
            }
            Message::SendBack => {
                let word = self.word.trim().to_owned();
                if word.is_empty() {
                    return Action::Run(operation::focus(widget::Id::new(WORD)));
                }
                self.gesture(office, signed_in, move |ws, fse, person| {
                    ws.send_back(fse, &word, person)?;
                    Ok(with("to_sign.sent_back", &[("fse", &fse.number.to_string())]))
                })
            }
            Message::Reprice => self.gesture(office, signed_in, |ws, fse, person| {
                let made = ws.reprice(fse, person)?;
                let values = [
                    ("fse", &*made.fse.number.to_string()),
                    ("before", &made.before.to_string()),
                    ("now", &made.now.to_string()),
                ];
                Ok(with("to_sign.repriced", &values))
            }),
            Message::Redo(redo) => self.gesture(office, signed_in, move |ws, fse, person| {
                let way = match redo {
                    Redo::Keep => Way::Keep,
                    Redo::Wait => Way::WaitForCard,
                    Redo::Degraded => Way::Degraded(Proof::DernierPassage),
                };
                ws.redo(fse, way, person)?;
                let number = fse.number.to_string();
                let of = [("fse", &*number)];
                Ok(match redo {
                    Redo::Keep => with("to_sign.kept", &of),
                    Redo::Wait => with("to_sign.waits", &of),
                    Redo::Degraded => with("to_sign.degraded", &of),
                })
            }),
            Message::Withdraw => self.gesture(office, signed_in, |ws, fse, person| {
                ws.withdraw_waiting(fse, person)?;
                Ok(with("to_sign.withdrawn", &[("fse", &fse.number.to_string())]))
            }),
            Message::PassOn => self.pass_on(office, signed_in),
            Message::TakeIn => self.take_in(office, signed_in),
            Message::Done(answer) => {
                self.busy = false;
                match answer {
                    Ok(said) => {
                        self.word = String::new();
                        self.said = Some(said);
                    }
                    Err(report) => self.notice = Some(report),
                }
                Action::LedgerChanged(self.reload(office, signed_in))
            }
        }
    }

    fn sign_all(
        &mut self,
        office: &Arc<Office>,
        person: Option<SignedIn>,
        shown: Vec<(FseRef, [u8; 32])>,
        lots: bool,
    ) -> Action {
        let Some(person) = person.filter(|_| self.run.is_none() && !shown.is_empty()) else {
            return Action::None;
        };
        (self.notice, self.said) = (None, None);
        let stop = Arc::new(AtomicBool::new(false));
        self.run = Some(Going { done: 0, of: shown.len(), stop: Arc::clone(&stop) });
        let (lane, cards) = (office.workstation(), office.cards());
        let (sender, receiver) = mpsc::unbounded();
        let ended = aside(move || {
            let mut go_on = |done: usize| {
                // A window that has closed no longer counts.
                drop(sender.unbounded_send(Message::Signed(done)));
                !stop.load(Ordering::Relaxed)
            };
            let Run { signed, stopped } = desync::sign_all(&lane, &cards, &shown, &person, &mut go_on);
            let whole = lots && stopped.is_none() && signed.len() == shown.len() && !stop.load(Ordering::Relaxed);
            // The lots in the same gesture, where nothing stopped it; a refused lot stops nothing that is signed.
            let (lots, refused) = match whole.then(|| signing::finish_lots(&lane, &cards, &person)) {
                Some(Ok(lots)) => (lots.len(), None),
                Some(Err(why)) => (0, Some(why)),
                None => (0, None),
            };
            Ok((signed.len(), lots, stopped.or(refused).map(|why| why.report())))
        });
        let ended = ended.map(|answer| match answer {
            Ok((signed, lots, stopped)) => Message::Ended(signed, lots, stopped),
            Err(report) => Message::Ended(0, 0, Some(report)),
        });
        Action::Run(Task::batch([Task::stream(receiver), ended]))
    }

    fn gesture(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        job: impl FnOnce(&mut Workstation, &FseRef, &SignedIn) -> Result<String, CoreError> + Send + 'static,
    ) -> Action {
        let fse = self.chosen().map(|row| row.fse.clone());
        let person = signed_in.cloned().filter(|_| !self.busy && self.run.is_none());
        let (Some(person), Some(fse)) = (person, fse) else { return Action::None };
        (self.notice, self.said, self.busy) = (None, None, true);
        Action::Run(ask(&office.workstation(), move |ws| job(ws, &fse, &person)).map(Message::Done))
    }

    fn pass_on(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        // Those of the chosen one's practitioner: a file is for one of them.
        let billing = self.chosen().map(|row| row.fse.billing.clone());
        let person = signed_in.cloned().filter(|_| !self.busy && self.run.is_none());
        let (Some(person), Some(billing)) = (person, billing) else { return Action::None };
        let of = |row: &&ToSignRow| row.fse.billing == billing && row.passable;
        let fses: Vec<FseRef> = self.rows().iter().filter(of).map(|row| row.fse.clone()).collect();
        (self.notice, self.said, self.busy) = (None, None, true);
        let (lane, cards, folder) = (office.workstation(), office.cards(), self.folder(office));
        Action::Run(
            aside(move || {
                let sent = exchange::export(&lane, &cards, &fses, &folder, &person)?;
                let (count, settled) = (sent.fses.to_string(), sent.settled.to_string());
                let name = sent.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                Ok(with("to_sign.passed", &[("count", &count), ("settled", &settled), ("file", &name)]))
            })
            .map(Message::Done),
        )
    }

    fn take_in(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let person = signed_in.cloned().filter(|_| !self.busy && self.run.is_none());
        let Some(person) = person else { return Action::None };
        (self.notice, self.said, self.busy) = (None, None, true);
        let folder = self.folder(office);
        let taken = ask(&office.workstation(), move |ws| {
            let taken = ws.import_all(&folder, &person)?;
            let (count, returned) = (taken.fses.len().to_string(), taken.returned.to_string());
            let values = [("count", &*count), ("returned", &returned), ("settled", &taken.settled.to_string())];
            Ok(with("to_sign.taken", &values))
        });
        Action::Run(taken.map(Message::Done))
    }
}
