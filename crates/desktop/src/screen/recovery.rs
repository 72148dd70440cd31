//! A recovery code, shown the one time that it is known: in large groups, printed, and its end typed back before anything goes on.
//! Its PDF lies in the data directory until then, and no longer. Used where a practice is made and where the code is drawn anew.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use chrono::NaiveDate;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{Column, column, row, text};
use iced::{Element, Task};
use liasse_core::keys::RecoveryCode;
use liasse_core::office::CODE_PAPER;
use liasse_core::papers;
use liasse_domain::Report;

use crate::ask::aside;
use crate::printed;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::secret::{SecretBuffer, secret_field};

/// How many groups stand in a line.
const IN_A_LINE: usize = 4;

/// The code and how far its owner has come with it.
pub struct State {
    code: Arc<RecoveryCode>,
    /// The beginning of the name of the key that it opens.
    name: String,
    folder: PathBuf,
    today: NaiveDate,
    buffer: SecretBuffer,
    /// Its end is being typed back.
    typing: bool,
    wrong: bool,
    printed: Option<PathBuf>,
    error: Option<Report>,
}

/// What happens to it.
#[derive(Clone, Debug)]
pub enum Message {
    /// It is to be printed.
    Print,
    /// It is, and where, or not.
    Printed(Result<PathBuf, Report>),
    /// Its end is to be typed.
    Next,
    /// It is to be shown again.
    Back,
    /// A character came or went.
    Typed,
    /// Its end is typed.
    Submit,
}

/// What the owner must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// It was typed back: it is on paper.
    Kept,
}

impl State {
    /// A code that was just drawn, for the data directory `root`.
    pub fn new(code: Arc<RecoveryCode>, name: String, root: PathBuf, today: NaiveDate) -> Self {
        Self {
            code,
            name,
            folder: root,
            today,
            buffer: SecretBuffer::default(),
            typing: false,
            wrong: false,
            printed: None,
            error: None,
        }
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::F6) if !self.typing => Some(Message::Print),
            Key::Named(Named::Enter) if !self.typing => Some(Message::Next),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Print => return Action::Run(self.print()),
            Message::Printed(Ok(path)) => (self.printed, self.error) = (Some(path), None),
            Message::Printed(Err(report)) => self.error = Some(report),
            Message::Next => (self.typing, self.wrong) = (true, false),
            Message::Back => {
                self.typing = false;
                self.buffer.clear();
            }
            Message::Typed => self.wrong = false,
            Message::Submit => {
                if self.code.ends_with(&self.buffer.take()) {
                    self.erase();
                    return Action::Kept;
                }
                self.wrong = true;
            }
        }
        Action::None
    }

    fn print(&self) -> Task<Message> {
        let (code, name, folder, today) = (Arc::clone(&self.code), self.name.clone(), self.folder.clone(), self.today);
        let written = aside(move || {
            let paper = papers::recovery(&code, &name, today);
            printed::keep(&folder, CODE_PAPER, &papers::pdf(&paper)?)
        });
        written.map(Message::Printed)
    }

    /// The file goes: who has the paper needs it no more, and who finds it could open the data.
    fn erase(&mut self) {
        if let Some(path) = self.printed.take()
            && let Err(error) = fs::remove_file(&path)
        {
            tracing::warn!("the file of the recovery code stays: {}", error.kind());
        }
    }

    /// The code, or the field for its end.
    pub fn view(&self) -> Element<'_, Message> {
        let mut body = column![text(t("recovery.title")).size(theme::TITLE).font(theme::SEMIBOLD)].spacing(12);
        body = if self.typing { self.typed(body) } else { self.shown(body) };
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        body.into()
    }

    fn shown<'a>(&'a self, body: Column<'a, Message>) -> Column<'a, Message> {
        let mut body = body.push(text(t("recovery.what")).size(theme::BODY));
        let grouped = self.code.grouped();
        let groups: Vec<&str> = grouped.split('-').collect();
        for line in groups.chunks(IN_A_LINE) {
            body = body.push(text(line.join("  ")).size(theme::LARGE).font(theme::BOLD));
        }
        body = body.push(parts::faint(with("recovery.of_key", &[("name", &self.name)])));
        if let Some(path) = &self.printed {
            body = body.push(parts::coloured(format!("✓ {}", printed::said(path)), |c| c.good));
            body = body.push(parts::faint(t("recovery.file_goes")));
        }
        body.push(
            row![parts::key_action("F6", t("recovery.print")), parts::key_action("Entrée", t("recovery.next")),]
                .spacing(24),
        )
    }

    fn typed<'a>(&'a self, body: Column<'a, Message>) -> Column<'a, Message> {
        let field = secret_field(&self.buffer, Message::Typed, Message::Submit).key(Named::Escape, Message::Back);
        let mut body = body.push(text(t("recovery.type_back")).size(theme::BODY)).push(field);
        if self.wrong {
            body = body.push(parts::coloured(format!("! {}", t("recovery.wrong")), |c| c.bad));
        }
        body.push(
            row![parts::key_action("Entrée", t("recovery.submit")), parts::key_action("Échap", t("recovery.back")),]
                .spacing(24),
        )
    }
}
