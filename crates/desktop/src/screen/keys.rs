//! The dialog that changes a way in: another passphrase, another recovery code, the keyring trusted or not; or the data key itself,
//! for which the practice closes (`screen::rekey`). The passphrase or the recovery code of today comes first, each time. What was
//! typed is shown nowhere and wiped. Who may do it: `core::office::custody`.

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, row, text};
use iced::{Element, Fill, Task};
use liasse_core::desk::SignedIn;
use liasse_core::keys::{Keys, RecoveryCode, SecretString, Way};
use liasse_core::office::{self, Office, OfficeError};
use liasse_domain::{Code, Coded, Report};

use crate::ask::reported;
use crate::opening::Means;
use crate::screen::recovery;
use crate::text::t;
use crate::theme;
use crate::widget::parts;
use crate::widget::secret::{SecretBuffer, secret_field};

/// What is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The passphrase.
    Passphrase,
    /// The recovery code.
    Recovery,
    /// The keyring is trusted.
    Trust,
    /// The keyring is trusted no more.
    Leave,
    /// The data key: by the passphrase alone, under which the next one is wrapped.
    DataKey,
}

/// The dialog.
pub struct State {
    means: Means,
    purpose: Purpose,
    step: Step,
    buffer: SecretBuffer,
    /// The recovery code of today is given, in the place of the passphrase.
    recovery: bool,
    given: Option<SecretString>,
    new: Option<SecretString>,
    error: Option<Report>,
}

/// How far it has come.
enum Step {
    /// The secret of today is typed.
    Given,
    /// The new passphrase is typed.
    New,
    /// The new passphrase is typed again.
    Again,
    /// The keys are at work.
    Working,
    /// The new code is shown.
    Code(Box<recovery::State>),
}

/// What a change did.
#[derive(Clone, Debug)]
pub struct Changed {
    /// The new code and the name of its key, where one was drawn.
    code: Option<(Arc<RecoveryCode>, String)>,
    /// A change of the data key that had been cut ended with it: the former code opens nothing any more.
    ended: bool,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A character came or went.
    Typed,
    /// Enter.
    Submit,
    /// The other secret of today is typed.
    Turn,
    /// Escape.
    Cancel,
    /// The secret of today opens the data, or not.
    Known(Result<(), Report>),
    /// It is done, or not.
    Done(Result<Changed, Report>),
    /// Something of the new code.
    Code(recovery::Message),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Close the dialog.
    Close,
    /// Close the practice and change its data key, by what was [`given`](State::given).
    Rekey,
    /// Close it, and say this.
    Done(&'static str),
}

impl State {
    /// The dialog for a purpose.
    pub fn new(purpose: Purpose, means: &Means) -> Self {
        Self {
            means: means.clone(),
            purpose,
            step: Step::Given,
            buffer: SecretBuffer::default(),
            recovery: false,
            given: None,
            new: None,
            error: None,
        }
    }

    /// The message of a key where no field takes it.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match (&self.step, key) {
            (Step::Code(code), key) => code.key(key).map(Message::Code),
            _ => None,
        }
    }

    /// The passphrase that was given for the data key.
    pub fn given(&mut self) -> Option<SecretString> {
        self.given.take()
    }

    /// What was asked for is not done, and why.
    pub fn refuse(&mut self, report: Report) {
        (self.step, self.given, self.error) = (Step::Given, None, Some(report));
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Typed => self.error = None,
            Message::Submit => return self.submit(office, signed_in),
            Message::Turn => {
                self.recovery = !self.recovery;
                self.error = None;
                self.buffer.clear();
            }
            // What the keys do ends by itself, and a new code is not left unread.
            Message::Cancel if matches!(self.step, Step::Working | Step::Code(_)) => {}
            Message::Cancel => return Action::Close,
            Message::Known(Ok(())) if self.purpose == Purpose::DataKey => return Action::Rekey,
            Message::Known(Ok(())) => self.step = Step::New,
            Message::Known(Err(report)) => self.refuse(report),
            Message::Done(Ok(Changed { code: Some((code, name)), .. })) => {
                let shown = recovery::State::new(code, name, office.root().to_owned(), office.today());
                self.step = Step::Code(Box::new(shown));
            }
            Message::Done(Ok(Changed { ended: true, .. })) => return Action::Done(t("unlock.rekey_finished")),
            Message::Done(Ok(_)) => return Action::Done(self.done()),
            Message::Done(Err(report)) => {
                self.new = None;
                self.refuse(report);
            }
            Message::Code(message) => {
                let Step::Code(code) = &mut self.step else { return Action::None };
                return match code.update(message) {
                    recovery::Action::None => Action::None,
                    recovery::Action::Run(task) => Action::Run(task.map(Message::Code)),
                    recovery::Action::Kept => Action::Done(self.done()),
                };
            }
        }
        Action::None
    }

    fn done(&self) -> &'static str {
        match self.purpose {
            Purpose::Passphrase => t("keys.passphrase_changed"),
            Purpose::Recovery => t("keys.code_changed"),
            Purpose::Trust => t("keys.trusted"),
            Purpose::Leave => t("keys.left"),
            Purpose::DataKey => t("rekey.done"),
        }
    }

    fn submit(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        if self.buffer.is_empty() || matches!(self.step, Step::Working | Step::Code(_)) {
            return Action::None;
        }
        let typed = self.buffer.take();
        match self.step {
            Step::Given if self.purpose == Purpose::Passphrase => {
                // A new one is typed twice: whether the present one is right is said before.
                let (office, recovery, secret) = (Arc::clone(office), self.recovery, typed.clone());
                (self.step, self.given) = (Step::Working, Some(typed));
                let known = reported(move || {
                    let way = if recovery { Way::Recovery(&secret) } else { Way::Passphrase(&secret) };
                    let opened = office::opens(office.root(), office.key().as_ref(), way);
                    opened.map_err(|error| error.report())
                });
                Action::Run(known.map(Message::Known))
            }
            Step::Given if self.purpose == Purpose::DataKey => {
                // Whether it opens the data, and whether they may, is said before anything closes.
                let (office, who, secret) = (Arc::clone(office), signed_in.cloned(), typed.clone());
                (self.step, self.given) = (Step::Working, Some(typed));
                let known = reported(move || {
                    let may = office.may_rekey(&secret, who.as_ref());
                    may.map_err(|error| error.report())
                });
                Action::Run(known.map(Message::Known))
            }
            Step::New => {
                match Keys::judge(&typed) {
                    Ok(()) => (self.step, self.new) = (Step::Again, Some(typed)),
                    Err(error) => self.error = Some(error.report()),
                }
                Action::None
            }
            Step::Again if !self.new.as_ref().is_some_and(|new| Keys::are_same(new, &typed)) => {
                (self.step, self.new) = (Step::New, None);
                self.error = Some(Report::new(Code("saisie.phrases_differentes"), &[]));
                Action::None
            }
            Step::Again => {
                let given = self.given.take();
                given.map_or(Action::None, |given| self.change(office, signed_in, given, Some(typed)))
            }
            _ => self.change(office, signed_in, typed, None),
        }
    }

    /// The keys change, on a thread of their own: making a key from a passphrase takes its time.
    fn change(
        &mut self,
        office: &Arc<Office>,
        signed_in: Option<&SignedIn>,
        given: SecretString,
        new: Option<SecretString>,
    ) -> Action {
        self.step = Step::Working;
        self.new = None;
        let (office, who, means) = (Arc::clone(office), signed_in.cloned(), self.means.clone());
        let (purpose, recovery) = (self.purpose, self.recovery);
        let changed = reported(move || {
            let given = if recovery { Way::Recovery(&given) } else { Way::Passphrase(&given) };
            let changed = done(&office, &means, purpose, given, new.as_ref(), who.as_ref());
            changed.map_err(|error| error.report())
        });
        Action::Run(changed.map(Message::Done))
    }

    /// The dialog.
    pub fn view(&self) -> Element<'_, Message> {
        let title = match self.purpose {
            Purpose::Passphrase => t("keys.title_passphrase"),
            Purpose::Recovery => t("keys.title_code"),
            Purpose::Trust => t("keys.title_trust"),
            Purpose::Leave => t("keys.title_leave"),
            Purpose::DataKey => t("keys.title_key"),
        };
        let body = column![parts::title(title)].spacing(12);
        let body = match &self.step {
            Step::Working => body.push(text(t("keys.working")).size(theme::BODY)),
            Step::Code(code) => body.push(code.view().map(Message::Code)),
            Step::Given | Step::New | Step::Again => body.push(self.typing()),
        };
        let dialog = container(body).padding(24).max_width(640).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }

    fn typing(&self) -> Element<'_, Message> {
        let label = match (&self.step, self.recovery) {
            (Step::New, _) => t("keys.new"),
            (Step::Again, _) => t("keys.again"),
            (_, true) => t("keys.given_code"),
            (_, false) => t("keys.given"),
        };
        let of_data_key = self.purpose == Purpose::DataKey;
        let turns = matches!(self.step, Step::Given) && !of_data_key;
        let mut field = secret_field(&self.buffer, Message::Typed, Message::Submit).key(Named::Escape, Message::Cancel);
        if turns {
            field = field.key(Named::F6, Message::Turn);
        }
        let mut body = column![].spacing(12);
        if of_data_key {
            for words in [t("keys.rekey_what"), t("keys.rekey_not"), t("keys.rekey_closes")] {
                body = body.push(text(words).size(theme::BODY));
            }
        }
        body = body.push(text(label).size(theme::BODY).font(theme::SEMIBOLD)).push(field);
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        let mut keys = row![parts::key_action("Entrée", t("keys.next")), parts::key_action("Échap", t("keys.cancel"))];
        if turns {
            let other = if self.recovery { t("unlock.use_passphrase") } else { t("unlock.use_recovery") };
            keys = keys.push(parts::key_action("F6", other));
        }
        body.push(keys.spacing(24).wrap()).into()
    }
}

/// Does it.
fn done(
    office: &Office,
    means: &Means,
    purpose: Purpose,
    given: Way<'_>,
    new: Option<&SecretString>,
    who: Option<&SignedIn>,
) -> Result<Changed, OfficeError> {
    let waited = office.rekey_waits()?;
    let mut drawn = None;
    match (purpose, new) {
        (Purpose::Passphrase, Some(new)) => office.change_passphrase(given, new, means.cost, who)?,
        // Nothing is changed without a new one, and the data key not while the practice is open.
        (Purpose::Passphrase, None) | (Purpose::DataKey, _) => {}
        (Purpose::Recovery, _) => {
            let code = office.new_recovery(given, who)?;
            // Told this once: no error of a later reading takes it away.
            drawn = Some((Arc::new(code), office.key_name().unwrap_or_default()));
        }
        (Purpose::Trust, _) => office.trust_keyring(given, means.keyring.as_ref(), who)?,
        (Purpose::Leave, _) => office.leave_keyring(given, means.keyring.as_ref(), who)?,
    }
    Ok(Changed { code: drawn, ended: waited && office.rekey_waits().is_ok_and(|waits| !waits) })
}
