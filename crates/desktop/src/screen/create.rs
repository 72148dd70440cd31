//! A new practice: its passphrase twice, whether the keyring of the computer is trusted, then its recovery code, which is shown once
//! and typed back. Nothing is made before the passphrase was typed twice alike. What is made, and how: `core::office`, `core::keys`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{center, column, container, row, text};
use iced::{Element, Fill, Task};
use liasse_core::keys::{Keys, RecoveryCode, SecretString, Way};
use liasse_domain::{Code, Coded, Report};

use crate::ask::judged;
use crate::opening::{self, Means, Opened, Refusal};
use crate::screen::recovery;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::secret::{SecretBuffer, secret_field};

/// The screen.
pub struct State {
    root: PathBuf,
    means: Means,
    buffer: SecretBuffer,
    /// The passphrase, once it was typed the first time; wiped when the screen goes.
    first: Option<SecretString>,
    /// Whether the keyring is trusted too.
    trusts: bool,
    step: Step,
    error: Option<Report>,
}

/// How far it has come.
enum Step {
    /// The passphrase is typed, once or again.
    Typing,
    /// The practice is being made.
    Making,
    /// It is made, and open; its code is shown.
    Made(Box<Opened>, Box<recovery::State>),
    /// The keyring is asked; then the desk opens.
    Ending(Box<Opened>),
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// A character came or went.
    Typed,
    /// Enter.
    Submit,
    /// The keyring is trusted, or no more.
    Trust,
    /// Back to the first words.
    Leave,
    /// The practice is made, or not.
    Made(Box<Result<Made, Refusal>>),
    /// Something of its recovery code.
    Code(recovery::Message),
    /// The keyring keeps the key too, or not.
    Trusted(Result<(), Report>),
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    opened: Opened,
    code: Arc<RecoveryCode>,
    /// The beginning of the name of its key.
    name: String,
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The practice is open.
    Opened(Box<Opened>),
    /// Back to the first words.
    Leave,
}

impl State {
    /// The screen for a practice in `root`.
    pub fn new(root: &Path, means: &Means) -> Self {
        Self {
            root: root.to_owned(),
            means: means.clone(),
            buffer: SecretBuffer::default(),
            first: None,
            trusts: false,
            step: Step::Typing,
            error: None,
        }
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match &self.step {
            Step::Made(_, code) => code.key(key).map(Message::Code),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Typed => self.error = None,
            Message::Submit => return self.submit(),
            Message::Trust => self.trusts = !self.trusts,
            // What was typed once is typed anew; from the first field one leaves.
            Message::Leave if self.first.take().is_some() => {
                self.buffer.clear();
                self.error = None;
            }
            Message::Leave => return Action::Leave,
            Message::Made(answer) => match *answer {
                Ok(Made { opened, code, name }) => {
                    let shown = recovery::State::new(code, name, self.root.clone(), opened.office.today());
                    self.step = Step::Made(Box::new(opened), Box::new(shown));
                }
                Err(refusal) => {
                    (self.step, self.first) = (Step::Typing, None);
                    self.error = Some(*refusal.report);
                }
            },
            Message::Code(message) => return self.code(message),
            Message::Trusted(answer) => return self.trusted(answer),
        }
        Action::None
    }

    fn submit(&mut self) -> Action {
        if !matches!(self.step, Step::Typing) || self.buffer.is_empty() {
            return Action::None;
        }
        let typed = self.buffer.take();
        let Some(first) = self.first.take() else {
            match Keys::judge(&typed) {
                Ok(()) => self.first = Some(typed),
                Err(error) => self.error = Some(error.report()),
            }
            return Action::None;
        };
        if !Keys::are_same(&first, &typed) {
            self.error = Some(Report::new(Code("saisie.phrases_differentes"), &[]));
            return Action::None;
        }
        self.step = Step::Making;
        self.first = Some(first);
        let (root, means) = (self.root.clone(), self.means.clone());
        let made = judged(move || {
            let (opened, code) = opening::new_practice(&root, &typed, &means)?;
            let name = opened.office.key_name()?;
            Ok::<_, Refusal>(Made { opened, code, name })
        });
        Action::Run(made.map(|answer| Message::Made(Box::new(answer))))
    }

    fn code(&mut self, message: recovery::Message) -> Action {
        let Step::Made(_, shown) = &mut self.step else { return Action::None };
        match shown.update(message) {
            recovery::Action::None => Action::None,
            recovery::Action::Run(task) => Action::Run(task.map(Message::Code)),
            recovery::Action::Kept => self.end(),
        }
    }

    /// The code is on paper: the keyring is asked where it is trusted, and the desk opens.
    fn end(&mut self) -> Action {
        let Step::Made(opened, _) = std::mem::replace(&mut self.step, Step::Making) else { return Action::None };
        let Some(passphrase) = self.first.take().filter(|_| self.trusts) else { return Action::Opened(opened) };
        let (office, keyring) = (Arc::clone(&opened.office), Arc::clone(&self.means.keyring));
        self.step = Step::Ending(opened);
        let trusted = judged(move || {
            let kept = office.trust_keyring(Way::Passphrase(&passphrase), keyring.as_ref(), None);
            kept.map_err(|error| error.report())
        });
        Action::Run(trusted.map(Message::Trusted))
    }

    /// A keyring that does not take it keeps nobody from working: it is said on the desk.
    fn trusted(&mut self, answer: Result<(), Report>) -> Action {
        let Step::Ending(opened) = std::mem::replace(&mut self.step, Step::Making) else { return Action::None };
        let said = Some(if answer.is_ok() { t("create.trusted") } else { t("create.not_trusted") });
        Action::Opened(Box::new(Opened { said, ..*opened }))
    }

    /// The screen.
    pub fn view(&self) -> Element<'_, Message> {
        let path = self.root.display().to_string();
        let mut body = column![
            text(t("create.title")).size(theme::LARGE).font(theme::BOLD),
            parts::faint(with("create.where", &[("path", &path)])),
        ]
        .spacing(12);
        body = match &self.step {
            Step::Typing => body.push(self.typing()),
            Step::Making | Step::Ending(_) => body.push(text(t("create.making")).size(theme::BODY)),
            Step::Made(_, code) => body.push(code.view().map(Message::Code)),
        };
        center(container(body).padding(32).max_width(680).style(theme::panel)).width(Fill).height(Fill).into()
    }

    fn typing(&self) -> Element<'_, Message> {
        let label = if self.first.is_some() { t("create.again") } else { t("create.passphrase") };
        let trusts = if self.trusts { t("create.trust_yes") } else { t("create.trust_no") };
        let back = if self.first.is_some() { t("create.retype") } else { t("create.leave") };
        let field = secret_field(&self.buffer, Message::Typed, Message::Submit)
            .key(Named::F8, Message::Trust)
            .key(Named::Escape, Message::Leave);
        let mut body = column![
            text(t("create.what")).size(theme::BODY),
            text(label).size(theme::BODY).font(theme::SEMIBOLD),
            field,
            text(trusts).size(theme::NOTE),
        ]
        .spacing(12);
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        let keys = row![
            parts::key_action("Entrée", t("create.next")),
            parts::key_action("F8", t("create.trust")),
            parts::key_action("Échap", back),
        ]
        .spacing(24);
        body.push(keys.wrap()).into()
    }
}
