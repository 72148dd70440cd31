//! A backup put back into this data directory: where it lies, then the secret that it was made under. Data that do not read stay where
//! they are until that secret opens the backup and its store and keys were compared. What was typed is shown nowhere and wiped. What a
//! backup is, and what may lie where it goes: `core::backup`.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{Column, center, column, container, operation, row, text, text_input};
use iced::{Element, Fill, Task, widget};
use liasse_core::backup::{self, BackupError, Pace, Progress, Restored, Unlock};
use liasse_core::keys::Way;
use liasse_core::office::{self, Found};
use liasse_core::ports::{Clock, SystemClock};
use liasse_domain::{Coded, Report, clock};

use crate::ask::reported;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;
use crate::widget::secret::{SecretBuffer, secret_field};

/// The field of the folder.
const FOLDER: &str = "restauration-dossier";

/// The screen.
pub struct State {
    root: PathBuf,
    /// Data lie here that do not read.
    over: bool,
    /// Where they were set aside.
    aside: Option<PathBuf>,
    folder: String,
    buffer: SecretBuffer,
    /// By the recovery code, in the place of the passphrase.
    recovery: bool,
    step: Step,
    error: Option<Report>,
    stop: Arc<AtomicBool>,
}

/// How far it has come.
enum Step {
    /// The folder is typed.
    Folder,
    /// The secret is typed.
    Secret,
    /// It is being restored.
    Working,
    /// It is restored.
    Done(Box<Restored>),
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// The folder changed as it is typed.
    Folder(String),
    /// The folder is typed.
    Next,
    /// A character of the secret came or went.
    Typed,
    /// The secret is typed.
    Submit,
    /// The other secret is typed.
    Turn,
    /// One step back, or out; while it is being restored, stop.
    Back,
    /// It is restored, and what was set aside for it lies there; or not.
    Restored(Box<Result<(Option<PathBuf>, Restored), Report>>),
    /// On to the practice.
    Open,
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The practice is there: it is to be unlocked.
    Restored,
    /// Back to the first words.
    Leave,
}

impl State {
    /// The screen for the data directory `root`; `over` the data in it, which do not read.
    pub fn new(root: &Path, over: bool) -> Self {
        Self {
            root: root.to_owned(),
            over,
            aside: None,
            folder: String::new(),
            buffer: SecretBuffer::default(),
            recovery: false,
            step: Step::Folder,
            error: None,
            stop: Arc::default(),
        }
    }

    /// The focus of the field of the folder.
    pub fn focus(&self) -> Task<Message> {
        operation::focus(widget::Id::new(FOLDER))
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match (&self.step, key) {
            (Step::Done(_), Key::Named(Named::Enter)) => Some(Message::Open),
            (Step::Done(_), _) => None,
            (_, Key::Named(Named::Escape)) => Some(Message::Back),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Folder(typed) => (self.folder, self.error) = (typed, None),
            Message::Next if !self.folder.trim().is_empty() => (self.step, self.error) = (Step::Secret, None),
            Message::Next => {}
            Message::Typed => self.error = None,
            Message::Submit => return self.submit(),
            Message::Turn => {
                self.recovery = !self.recovery;
                self.buffer.clear();
            }
            Message::Back => return self.back(),
            Message::Restored(answer) => match *answer {
                Ok((aside, restored)) => (self.step, self.aside) = (Step::Done(Box::new(restored)), aside),
                Err(report) => (self.step, self.error) = (Step::Secret, Some(report)),
            },
            Message::Open => return Action::Restored,
        }
        Action::None
    }

    fn back(&mut self) -> Action {
        match self.step {
            Step::Folder | Step::Done(_) => Action::Leave,
            Step::Secret => {
                self.buffer.clear();
                (self.step, self.error) = (Step::Folder, None);
                Action::Run(self.focus())
            }
            Step::Working => {
                self.stop.store(true, Ordering::SeqCst);
                Action::None
            }
        }
    }

    fn submit(&mut self) -> Action {
        if !matches!(self.step, Step::Secret) || self.buffer.is_empty() {
            return Action::None;
        }
        let (secret, recovery) = (self.buffer.take(), self.recovery);
        self.step = Step::Working;
        self.error = None;
        self.stop.store(false, Ordering::SeqCst);
        let (from, root, stop) = (PathBuf::from(self.folder.trim()), self.root.clone(), Arc::clone(&self.stop));
        let over = self.over;
        let restored = reported(move || {
            let way = if recovery { Way::Recovery(&secret) } else { Way::Passphrase(&secret) };
            let mut step = |_: Progress| if stop.load(Ordering::SeqCst) { Pace::Stop } else { Pace::Go };
            let restored = restored(&from, &root, Unlock::Secret(way), over, &mut step);
            restored.map_err(|error: BackupError| error.report())
        });
        Action::Run(restored.map(|answer| Message::Restored(Box::new(answer))))
    }

    /// The screen.
    pub fn view(&self) -> Element<'_, Message> {
        let path = self.root.display().to_string();
        let mut body = column![
            text(t("restore.title")).size(theme::LARGE).font(theme::BOLD),
            parts::faint(with("restore.into", &[("path", &path)])),
        ]
        .spacing(12);
        if let Some(aside) = &self.aside {
            let path = aside.display().to_string();
            body = body.push(text(with("restore.set_aside", &[("path", &path)])).size(theme::BODY));
        } else if self.over && !matches!(self.step, Step::Done(_)) {
            body = body.push(text(t("restore.over")).size(theme::BODY));
        }
        body = match &self.step {
            Step::Folder => self.folder(body),
            Step::Secret => self.secret(body),
            Step::Working => body
                .push(text(t("restore.working")).size(theme::BODY))
                .push(parts::key_action("Échap", t("restore.stop"))),
            Step::Done(restored) => done(body, restored),
        };
        center(container(body).padding(32).max_width(680).style(theme::panel)).width(Fill).height(Fill).into()
    }

    fn folder<'a>(&'a self, body: Column<'a, Message>) -> Column<'a, Message> {
        let input = text_input(t("restore.folder_like"), &self.folder)
            .id(widget::Id::new(FOLDER))
            .on_input(Message::Folder)
            .on_submit(Message::Next);
        let body = body
            .push(text(t("restore.folder")).size(theme::BODY).font(theme::SEMIBOLD))
            .push(field(input))
            .push(parts::faint(t("restore.folder_help")));
        self.refused(body).push(
            row![parts::key_action("Entrée", t("restore.next")), parts::key_action("Échap", t("restore.leave"))]
                .spacing(24),
        )
    }

    fn secret<'a>(&'a self, body: Column<'a, Message>) -> Column<'a, Message> {
        let (label, other) = if self.recovery {
            (t("restore.recovery"), t("unlock.use_passphrase"))
        } else {
            (t("restore.passphrase"), t("unlock.use_recovery"))
        };
        let input = secret_field(&self.buffer, Message::Typed, Message::Submit)
            .key(Named::F6, Message::Turn)
            .key(Named::Escape, Message::Back);
        let body = body.push(text(label).size(theme::BODY).font(theme::SEMIBOLD)).push(input);
        let keys = row![
            parts::key_action("Entrée", t("restore.submit")),
            parts::key_action("F6", other),
            parts::key_action("Échap", t("restore.back")),
        ]
        .spacing(24);
        self.refused(body).push(keys.wrap())
    }

    fn refused<'a>(&'a self, body: Column<'a, Message>) -> Column<'a, Message> {
        match &self.error {
            Some(report) => body.push(parts::report(report)),
            None => body,
        }
    }
}

/// Restores what the secret opens; gives where the data that do not read were set aside for it. Before the backup is proved none of
/// them is moved.
fn restored(
    from: &Path,
    root: &Path,
    unlock: Unlock<'_>,
    over: bool,
    step: &mut dyn FnMut(Progress) -> Pace,
) -> Result<(Option<PathBuf>, Restored), BackupError> {
    let proved = backup::prove(from, unlock)?;
    // To compare every file takes its time: who stopped meanwhile has moved nothing.
    if step(Progress::Checking) == Pace::Stop {
        return Err(BackupError::Stopped);
    }
    let now = SystemClock.now();
    // An earlier try may have set them aside already.
    if over && matches!(office::look(root), Ok(Found::Practice)) {
        let (aside, restored) = proved.restore_over(root, now, step)?;
        return Ok((Some(aside), restored));
    }
    Ok((None, proved.restore(root, now, step)?))
}

/// What was restored, and what is not in it.
fn done<'a>(body: Column<'a, Message>, restored: &Restored) -> Column<'a, Message> {
    let at = clock::paris(restored.made_at).format("%d/%m/%Y à %H h %M").to_string();
    let (entries, faults) = (restored.journal_seq.to_string(), restored.faults.len());
    let said = with("restore.done", &[("name", &restored.name), ("at", &at), ("entries", &entries)]);
    let mut body = body
        .push(parts::coloured(format!("✓ {said}"), |c| c.good))
        .push(text(with("restore.after", &[("at", &at)])).size(theme::BODY));
    if faults > 0 {
        let words = with("restore.faults", &[("count", &faults.to_string())]);
        body = body.push(parts::coloured(format!("! {words}"), |c| c.amber));
    }
    if !restored.sealed {
        body = body.push(parts::coloured(format!("! {}", t("restore.list_changed")), |c| c.amber));
    } else if !restored.left_out.is_empty() {
        let words = with("restore.left_out", &[("files", &restored.left_out.join(", "))]);
        body = body.push(parts::coloured(format!("! {words}"), |c| c.amber));
    }
    body.push(parts::key_action("Entrée", t("restore.open")))
}
