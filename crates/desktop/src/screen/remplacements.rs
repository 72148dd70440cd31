//! Remplacements: for the doctor, the sessions with their gestures and a form that prepares one; for a locum, « Ma journée ».
//! What may be done, and by whom, is decided in `core`.

mod form;
mod papers;
mod view;

use std::sync::Arc;

use chrono::NaiveDate;
use iced::Task;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use liasse_core::cards::CpsView;
use liasse_core::desk::SignedIn;
use liasse_core::my_day::MyDay;
use liasse_core::office::Office;
use liasse_core::rehearsal::Rehearsal;
use liasse_core::replacement::{self, Session};
use liasse_core::{CoreError, Workstation};
use liasse_domain::replacement::SessionState;
use liasse_domain::{Coded, Report};

use crate::ask::{ask, reported};
use crate::text::{t, with};
use form::Form;

/// The screen.
#[derive(Default)]
pub struct State {
    shown: Shown,
    chosen: usize,
    form: Form,
    rehearsal: Option<Rehearsal>,
    /// Closing was asked for, and work is left: the same key again closes all the same.
    close_again: Option<u32>,
    /// Erasing was asked for: the same key again erases.
    erase_again: Option<u32>,
    busy: bool,
    notice: Option<Report>,
    said: Option<String>,
}

/// What is on it.
#[derive(Clone, Debug, Default)]
pub enum Shown {
    /// Nobody is signed in, or nothing was read yet.
    #[default]
    Nothing,
    /// The sessions of a doctor, the latest first.
    Sessions(Vec<Session>),
    /// The day of a locum.
    Day(NaiveDate, MyDay),
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is shown was read.
    Loaded(Box<Result<Shown, Report>>),
    /// The next session, or the one before.
    Move(bool),
    /// A field of the form changed.
    Typed(usize, String),
    /// The mailbox is granted, or not.
    Mailbox,
    /// The session of the form is prepared and sealed.
    Prepare,
    /// Tomorrow is played.
    Rehearse,
    /// How it went.
    Rehearsed(Box<Result<Rehearsal, Report>>),
    /// The chosen session is suspended, or taken up again.
    Suspend,
    /// The chosen session is closed.
    Close,
    /// Its handover sheet is printed.
    Handover,
    /// Its statement is drawn up, and sealed for the locum.
    Statement,
    /// What was memorised for it is erased.
    Erase,
    /// All situations of the card, or the one signed in.
    Situations,
    /// The locum comes again, or once.
    Recurring,
    /// Something was done, with the sentence that says so, or not.
    Done(Result<String, Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
}

/// What the screen works with.
#[derive(Clone, Copy)]
pub struct Hands<'a> {
    /// The practice.
    pub office: &'a Arc<Office>,
    /// The demonstration, where it is one.
    pub demo: Option<&'a Arc<liasse_demo::Office>>,
    /// Who is signed in.
    pub signed_in: Option<&'a SignedIn>,
    /// Their card.
    pub cps: Option<&'a CpsView>,
    /// Another professional's card in a second reader.
    pub other: Option<&'a CpsView>,
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![
        ("↑ ↓", t("help.choose_row")),
        ("F12", t("help.prepare")),
        ("F6", t("help.rehearse")),
        ("F4", t("help.handover")),
        ("F5", t("help.statement")),
        ("Ctrl B", t("help.situations")),
        ("Ctrl G", t("help.recurring")),
        ("F7", t("help.mailbox")),
        ("F8", t("help.end")),
        ("Suppr", t("help.suspend")),
        ("Ctrl D", t("help.erase")),
    ]
}

/// The keys of a locum's day.
pub fn keys_of_day() -> Vec<(&'static str, &'static str)> {
    vec![("F5", t("help.statement"))]
}

impl State {
    /// Reads the sessions, or the locum's day, again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let read = ask(&office.workstation(), move |ws| {
            if person.replaces.is_some() {
                let today = liasse_domain::clock::paris(ws.now()).date();
                return Ok(Shown::Day(today, ws.my_day(&person, today)?));
            }
            Ok(Shown::Sessions(ws.sessions_of(&person)?))
        });
        read.map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// Nobody is signed in any more: nothing is shown.
    pub fn forget(&mut self) {
        *self = Self { busy: self.busy, ..Self::default() };
    }

    /// Whether a gesture is under way: a statement that is being sealed above all.
    pub fn is_at_work(&self) -> bool {
        self.busy
    }

    /// Takes the messages of this screen away.
    pub fn dismiss(&mut self) {
        (self.notice, self.said, self.close_again, self.erase_again) = (None, None, None, None);
    }

    /// The focus of the form.
    pub fn focus(&self) -> Task<Message> {
        self.form.focus()
    }

    /// The message of a key that no field took; a locum's day has no sessions and no form.
    pub fn key(&self, key: &Key) -> Option<Message> {
        if matches!(self.shown, Shown::Day(..)) {
            return matches!(key, Key::Named(Named::F5)).then_some(Message::Statement);
        }
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::F4) => Some(Message::Handover),
            Key::Named(Named::F5) => Some(Message::Statement),
            Key::Named(Named::F6) => Some(Message::Rehearse),
            Key::Named(Named::F7) => Some(Message::Mailbox),
            Key::Named(Named::F8) => Some(Message::Close),
            Key::Named(Named::Delete) => Some(Message::Suspend),
            Key::Named(Named::F12) => Some(Message::Prepare),
            _ => None,
        }
    }

    /// The message of a letter that was typed with Ctrl: the form takes the other keys.
    pub fn control(&self, letter: &str) -> Option<Message> {
        match letter {
            _ if matches!(self.shown, Shown::Day(..)) => None,
            "b" => Some(Message::Situations),
            "d" => Some(Message::Erase),
            "g" => Some(Message::Recurring),
            _ => None,
        }
    }

    fn session(&self) -> Option<&Session> {
        match &self.shown {
            Shown::Sessions(sessions) => sessions.get(self.chosen),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, hands: &Hands<'_>, message: Message) -> Action {
        let Hands { office, signed_in, cps, other, .. } = *hands;
        match message {
            Message::Loaded(answer) => match *answer {
                Ok(shown) => {
                    // The form is there from now on.
                    let opens = matches!((&self.shown, &shown), (Shown::Nothing, Shown::Sessions(_)));
                    self.shown = shown;
                    if opens {
                        return Action::Run(self.form.focus());
                    }
                }
                Err(report) => self.notice = Some(report),
            },
            Message::Move(forward) => {
                let last = if let Shown::Sessions(all) = &self.shown { all.len().saturating_sub(1) } else { 0 };
                self.chosen = if forward { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) };
                (self.rehearsal, self.close_again, self.erase_again) = (None, None, None);
            }
            Message::Typed(index, text) => self.form.typed(index, text),
            Message::Mailbox => self.form.mailbox = !self.form.mailbox,
            Message::Situations => self.form.all_situations = !self.form.all_situations,
            Message::Recurring => self.form.recurring = !self.form.recurring,
            Message::Handover => return self.handover(office, signed_in),
            Message::Statement => return self.statement(office, signed_in),
            Message::Erase => return self.erase(office, signed_in),
            Message::Prepare => return self.prepare(office, signed_in, cps, other),
            Message::Rehearse => return self.rehearse(hands),
            Message::Rehearsed(answer) => {
                self.busy = false;
                match *answer {
                    Ok(rehearsal) => self.rehearsal = Some(rehearsal),
                    Err(report) => self.notice = Some(report),
                }
            }
            Message::Suspend => {
                let Some((number, state)) = self.session().map(|one| (one.sealed.number, one.state)) else {
                    return Action::None;
                };
                let suspended = state == SessionState::Preparee;
                return self.gesture(office, signed_in, move |ws, person| {
                    ws.suspend_session(number, suspended, person)?;
                    let said = if suspended { t("locum.suspended") } else { t("locum.resumed") };
                    Ok(said.to_owned())
                });
            }
            Message::Close => {
                let Some(number) = self.session().map(|one| one.sealed.number) else { return Action::None };
                let all_the_same = self.close_again.take() == Some(number);
                if !all_the_same {
                    self.close_again = Some(number);
                }
                return self.gesture(office, signed_in, move |ws, person| {
                    ws.close_session(number, all_the_same, person)?;
                    let due = ws.statement(number, person)?.due_cents;
                    Ok(with("locum.closed", &[("number", &number.to_string()), ("due", &due.to_string())]))
                });
            }
            Message::Done(answer) => {
                self.busy = false;
                match answer {
                    Ok(said) => {
                        (self.close_again, self.erase_again) = (None, None);
                        self.said = Some(said);
                    }
                    Err(report) => self.notice = Some(report),
                }
                return Action::Run(self.reload(office, signed_in));
            }
        }
        Action::None
    }

    fn prepare(
        &mut self,
        office: &Arc<Office>,
        signed_in: Option<&SignedIn>,
        cps: Option<&CpsView>,
        other: Option<&CpsView>,
    ) -> Action {
        self.dismiss();
        let (Some(person), Some(card)) = (signed_in.cloned().filter(|_| !self.busy), cps.cloned()) else {
            return Action::None;
        };
        self.busy = true;
        let form = self.form.clone();
        let other = other.filter(|_| form.takes_the_card()).cloned();
        let (lane, cards) = (office.workstation(), office.cards());
        Action::Run(
            reported(move || {
                let asked = card.clone();
                let read = lane.call(move |ws| {
                    let locum = other.map(|other| ws.locum_of(&other)).transpose()?;
                    Ok::<_, CoreError>((ws.with_situations(&asked)?, locum))
                });
                let (own, locum) = read.map_err(|ended| ended.report())?.map_err(|error| error.report())?;
                let plan = form.plan(&own, &person, locum)?;
                let prepared = replacement::prepare(&lane, &cards, &plan, &card, &person);
                let number = prepared.map_err(|error| error.report())?;
                Ok(with("locum.prepared", &[("number", &number.to_string())]))
            })
            .map(Message::Done),
        )
    }

    fn rehearse(&mut self, hands: &Hands<'_>) -> Action {
        let Hands { office, demo, signed_in, cps, other } = *hands;
        self.dismiss();
        let session = self.session().cloned();
        let (Some(person), Some(card), Some(session)) =
            (signed_in.cloned().filter(|_| !self.busy), cps.cloned(), session)
        else {
            return Action::None;
        };
        self.busy = true;
        let (office, demo, other) = (Arc::clone(office), demo.cloned(), other.cloned());
        Action::Run(
            reported(move || {
                // Only the demonstration has a caisse to play with.
                let trial = match (&demo, &other) {
                    (Some(demo), Some(locum)) => Some(
                        liasse_demo::rehearsal::trial(demo, &session, (&person, &card), locum)
                            .map_err(|error| error.report())?,
                    ),
                    _ => None,
                };
                let number = session.sealed.number;
                let played = office.workstation().call(move |ws| ws.rehearse(number, other.as_ref(), trial, &person));
                played.map_err(|ended| ended.report())?.map_err(|error| error.report())
            })
            .map(|answer| Message::Rehearsed(Box::new(answer))),
        )
    }

    fn gesture(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        job: impl FnOnce(&mut Workstation, &SignedIn) -> Result<String, CoreError> + Send + 'static,
    ) -> Action {
        (self.notice, self.said) = (None, None);
        let Some(person) = signed_in.cloned().filter(|_| !self.busy) else { return Action::None };
        self.busy = true;
        Action::Run(ask(&office.workstation(), move |ws| job(ws, &person)).map(Message::Done))
    }
}
