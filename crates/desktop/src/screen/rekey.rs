//! The data key changes: the practice is closed, its data are copied under another key and opened by that, and the new recovery code
//! is shown once and typed back. Asked for in Réglages (`screen::keys`), and not stopped. How a key is changed: `core::keys::rekey`.

use std::path::PathBuf;
use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{center, column, container, text};
use iced::{Element, Fill, Task};
use liasse_core::desk::SignedIn;
use liasse_core::keys::SecretString;
use liasse_core::office::Office;
use liasse_domain::Report;

use crate::ask::reported;
use crate::opening::{self, Means, NewKey, Opened};
use crate::screen::recovery;
use crate::text::t;
use crate::theme;
use crate::widget::parts;

/// The screen.
pub struct State {
    root: PathBuf,
    step: Step,
}

/// How far it has come.
enum Step {
    /// The data are copied under the next key.
    Copying,
    /// The new code is shown; the practice is open behind it, or is to be unlocked.
    Code(Option<Box<Opened>>, Box<recovery::State>),
    /// It did not come to its end, and why.
    Failed(Report),
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// The key is changed, or not.
    Changed(Box<Result<NewKey, Report>>),
    /// Something of its recovery code.
    Code(recovery::Message),
    /// On to the practice.
    Unlock,
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The practice is open.
    Opened(Box<Opened>),
    /// It is to be unlocked.
    Unlock,
}

impl State {
    /// Closes that practice, which nobody else holds, and changes its key in the hands of `who`; `passphrase` opens it today.
    pub fn begin(
        office: Arc<Office>,
        passphrase: SecretString,
        who: Option<SignedIn>,
        means: Means,
    ) -> (Self, Task<Message>) {
        let root = office.root().to_owned();
        let changed = reported(move || opening::new_key(office, &passphrase, who.as_ref(), &means));
        (Self { root, step: Step::Copying }, changed.map(|answer| Message::Changed(Box::new(answer))))
    }

    /// Whether it must come to its end before the window closes.
    pub fn is_copying(&self) -> bool {
        matches!(self.step, Step::Copying)
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match (&self.step, key) {
            (Step::Code(_, code), key) => code.key(key).map(Message::Code),
            (Step::Failed(_), Key::Named(Named::Enter)) => Some(Message::Unlock),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Changed(answer) => {
                self.step = match *answer {
                    Ok(NewKey { code, name, today, opened }) => {
                        let shown = recovery::State::new(code, name, self.root.clone(), today);
                        Step::Code(opened.map(Box::new), Box::new(shown))
                    }
                    Err(report) => Step::Failed(report),
                };
                Action::None
            }
            Message::Code(message) => self.code(message),
            Message::Unlock => Action::Unlock,
        }
    }

    fn code(&mut self, message: recovery::Message) -> Action {
        let Step::Code(opened, shown) = &mut self.step else { return Action::None };
        match shown.update(message) {
            recovery::Action::None => Action::None,
            recovery::Action::Run(task) => Action::Run(task.map(Message::Code)),
            // What kept the practice closed is said where it is unlocked.
            recovery::Action::Kept => opened.take().map_or(Action::Unlock, Action::Opened),
        }
    }

    /// The screen.
    pub fn view(&self) -> Element<'_, Message> {
        let body = column![text(t("rekey.title")).size(theme::LARGE).font(theme::BOLD)].spacing(12);
        let body = match &self.step {
            Step::Copying => body.push(text(t("rekey.copying")).size(theme::BODY)),
            Step::Code(_, code) => body.push(code.view().map(Message::Code)),
            Step::Failed(report) => body
                .push(parts::report(report))
                .push(text(t("rekey.failed")).size(theme::BODY))
                .push(parts::key_action("Entrée", t("rekey.unlock"))),
        };
        center(container(body).padding(32).max_width(680).style(theme::panel)).width(Fill).height(Fill).into()
    }
}
