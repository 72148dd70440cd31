//! Opening a practice: its passphrase, or its recovery code, or the keyring of the computer, which is tried first by itself. What was
//! typed is shown nowhere and wiped. A refusal says which way failed and what to do; it changes nothing. Not the keys (`core::keys`).

use std::path::{Path, PathBuf};

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{Column, center, column, container, row, text};
use iced::{Element, Fill, Task};
use liasse_core::keys::{DataKey, Keys, Part, Way, WayState, Ways};
use liasse_domain::{Coded, Report};

use crate::ask::{judged, reported};
use crate::opening::{self, Means, Opened, Refusal};
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::secret::{SecretBuffer, secret_field};

/// The screen.
pub struct State {
    root: PathBuf,
    means: Means,
    /// By the recovery code, in the place of the passphrase.
    recovery: bool,
    buffer: SecretBuffer,
    keyring: Line,
    /// The data are being opened.
    busy: bool,
    error: Option<Report>,
    /// The key is right and the data do not read.
    damaged: Option<Refusal>,
}

/// What the keyring says, in one line under the field.
enum Line {
    /// Nothing: it is no way in here.
    Unused,
    /// It was asked.
    Asked,
    /// It gave the key.
    Gave,
    /// It did not.
    Refused(Report),
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// Which ways in there are.
    Read(Result<Ways, Report>),
    /// What the keyring gave.
    Asked(Result<Vec<DataKey>, Report>),
    /// A character came or went.
    Typed,
    /// Enter.
    Submit,
    /// The other secret is typed.
    Turn,
    /// The keys are read anew, and the keyring is asked again.
    Again,
    /// A backup is to take the place of what does not read.
    Restore,
    /// Back to the first words.
    Leave,
    /// The practice opened, or not.
    Opened(Box<Result<Opened, Refusal>>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The practice is open.
    Opened(Box<Opened>),
    /// A backup is to be restored over the data, which are as they were.
    Restore,
    /// Back to the first words.
    Leave,
}

impl State {
    /// The screen for the practice in `root`; its keys are read at once.
    pub fn open(root: &Path, means: &Means) -> (Self, Task<Message>) {
        let state = Self {
            root: root.to_owned(),
            means: means.clone(),
            recovery: false,
            buffer: SecretBuffer::default(),
            keyring: Line::Unused,
            busy: false,
            error: None,
            damaged: None,
        };
        let read = state.read();
        (state, read)
    }

    fn read(&self) -> Task<Message> {
        let root = self.root.clone();
        reported(move || Ok(Keys::read(&root).map_err(|error| error.report())?.ways())).map(Message::Read)
    }

    /// The message of a key that no field took: the field takes all of them, so these are for where there is none.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::F5) => Some(Message::Again),
            Key::Named(Named::F8) if self.damaged.is_some() => Some(Message::Restore),
            Key::Named(Named::Escape) => Some(Message::Leave),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, message: Message) -> Action {
        match message {
            Message::Read(Ok(ways)) => return self.ways(ways),
            Message::Read(Err(report)) => self.error = Some(report),
            // Whoever typed meanwhile is served first.
            Message::Asked(Ok(_)) if self.busy => {}
            Message::Asked(Ok(keys)) => {
                (self.keyring, self.busy) = (Line::Gave, true);
                let (root, means) = (self.root.clone(), self.means.clone());
                return opens(t("unlock.by_keyring"), move || opening::practice(&root, keys, &means));
            }
            Message::Asked(Err(report)) => self.keyring = Line::Refused(report),
            Message::Typed => self.error = None,
            Message::Submit => return self.submit(),
            Message::Turn if !self.busy => {
                self.recovery = !self.recovery;
                self.error = None;
                self.buffer.clear();
            }
            Message::Again if !self.busy => {
                (self.error, self.damaged, self.keyring) = (None, None, Line::Unused);
                self.buffer.clear();
                return Action::Run(self.read());
            }
            Message::Restore if self.damaged.is_some() && !self.busy => return Action::Restore,
            Message::Leave if !self.busy => return Action::Leave,
            Message::Turn | Message::Again | Message::Restore | Message::Leave => {}
            Message::Opened(answer) => match *answer {
                Ok(opened) => return Action::Opened(Box::new(opened)),
                Err(refusal) => {
                    self.busy = false;
                    if refusal.damage {
                        self.damaged = Some(refusal);
                    } else {
                        self.error = Some(*refusal.report);
                    }
                }
            },
        }
        Action::None
    }

    /// Asks the keyring where it is a way in.
    fn ways(&mut self, ways: Ways) -> Action {
        if ways.of(Part::Keyring) == WayState::Absent {
            return Action::None;
        }
        self.keyring = Line::Asked;
        let (root, keyring) = (self.root.clone(), self.means.keyring.clone());
        let asked = reported(move || {
            let keys = Keys::read(&root).and_then(|keys| keys.unlock(Way::Keyring(keyring.as_ref())));
            keys.map_err(|error| error.report())
        });
        Action::Run(asked.map(Message::Asked))
    }

    fn submit(&mut self) -> Action {
        if self.busy || self.buffer.is_empty() {
            return Action::None;
        }
        let (secret, recovery) = (self.buffer.take(), self.recovery);
        (self.busy, self.error) = (true, None);
        let (root, means) = (self.root.clone(), self.means.clone());
        let said = if recovery { t("unlock.by_recovery") } else { "" };
        opens(said, move || {
            let way = if recovery { Way::Recovery(&secret) } else { Way::Passphrase(&secret) };
            opening::by(&root, way, &means)
        })
    }

    /// The screen.
    pub fn view(&self) -> Element<'_, Message> {
        let path = self.root.display().to_string();
        let mut body = column![
            text(t("unlock.title")).size(theme::LARGE).font(theme::BOLD),
            parts::faint(with("unlock.where", &[("path", &path)])),
        ]
        .spacing(12);
        body = match &self.damaged {
            Some(refusal) => self.damaged(body, refusal),
            None => body.push(self.asked()),
        };
        body = body.push(parts::key_action("Échap", t("unlock.leave")));
        center(container(body).padding(32).max_width(640).style(theme::panel)).width(Fill).height(Fill).into()
    }

    /// What was found in the data, and how a backup takes their place.
    fn damaged<'a>(&'a self, body: Column<'a, Message>, refusal: &'a Refusal) -> Column<'a, Message> {
        let mut body = body.push(parts::report(&refusal.report));
        for found in &refusal.found {
            body = body.push(parts::faint(format!("· {}", found.message)));
        }
        body = body.push(text(t("unlock.damaged")).size(theme::BODY));
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        body.push(
            row![parts::key_action("F8", t("unlock.restore")), parts::key_action("F5", t("unlock.again"))].spacing(24),
        )
    }

    /// The field with what it is for, what the keyring says, and why the last one was refused.
    fn asked(&self) -> Element<'_, Message> {
        let (label, other) = if self.recovery {
            (t("unlock.recovery"), t("unlock.use_passphrase"))
        } else {
            (t("unlock.passphrase"), t("unlock.use_recovery"))
        };
        let field = secret_field(&self.buffer, Message::Typed, Message::Submit)
            .key(Named::F5, Message::Again)
            .key(Named::F6, Message::Turn)
            .key(Named::Escape, Message::Leave);
        let mut body = column![text(label).size(theme::BODY).font(theme::SEMIBOLD), field].spacing(12);
        body = body.push(match &self.keyring {
            _ if self.busy => parts::faint(t("unlock.opening")),
            Line::Unused => parts::faint(t("unlock.no_keyring")),
            Line::Asked => parts::faint(t("unlock.asking_keyring")),
            Line::Gave => parts::coloured(t("unlock.by_keyring"), |c| c.good),
            Line::Refused(report) => parts::coloured(format!("! {} {}", report.message, report.action), |c| c.amber),
        });
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        let keys = row![
            parts::key_action("Entrée", t("unlock.open")),
            parts::key_action("F6", other),
            parts::key_action("F5", t("unlock.again")),
        ]
        .spacing(24);
        body.push(keys.wrap()).into()
    }
}

/// Opens the practice on a thread of its own, and says `said` when it is open.
fn opens(said: &'static str, how: impl FnOnce() -> Result<Opened, Refusal> + Send + 'static) -> Action {
    let opened = judged(move || {
        let opened = how()?;
        // What opening itself has to say comes first.
        let said = opened.said.or(Some(said).filter(|words| !words.is_empty()));
        Ok::<_, Refusal>(Opened { said, ..opened })
    });
    Action::Run(opened.map(|answer| Message::Opened(Box::new(answer))))
}
