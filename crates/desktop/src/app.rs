//! The root of the window: opens the demo, maps messages to screens, routes keys and card events. No rule here.

mod accounts;
mod admission;
mod closing;
mod dialogs;
mod evening;
mod keys;
mod lesson;
mod look;
mod opening;
mod places;
mod queue;
mod replaced;
mod situation;
mod subscribed;
mod view;
mod watched;

use std::path::PathBuf;
use std::sync::Arc;

use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use iced::{Element, Task, event};
use liasse_core::cards::Snapshot;
use liasse_core::desk::SignedIn;
use liasse_core::schedule::{Leaving, Schedule};
use liasse_demo::Office;
use liasse_domain::{Coded, Instant, Report, clock};

use crate::screen::{
    accident, aide, bandeau, choose, diagnostic, evening as evening_page, exporting, facturer, lessons, lots, mutuelle,
    paiements, patients, pin, radar, reception, recettes, reglages, remplacements, sets, situation as situation_page,
    to_sign, toast, tray, welcome,
};
use crate::text::t;
use crate::{ask, theme};
use dialogs::Dialog;
pub use look::Asked;
use opening::{Opened, open};
use places::Place;

/// How the program starts.
#[derive(Clone, Debug)]
pub struct Start {
    /// The data directory.
    pub root: PathBuf,
    /// Open the demonstration at once.
    pub demo: bool,
    /// The dark theme now.
    pub dark: bool,
    /// Zoom in percent now.
    pub zoom: u16,
    /// What the command line asked for: it wins over what was kept.
    pub asked: Asked,
}

/// Runs the window until it is closed.
pub fn run(start: Start) -> iced::Result {
    #[expect(clippy::float_arithmetic, reason = "a zoom is a real number")]
    let zoom = |app: &App| f32::from(app.start.zoom) / 100.0;
    // A window that begins enlarged is no larger on the screen: sizes are enlarged with what they hold.
    #[expect(clippy::float_arithmetic, reason = "a zoom is a real number")]
    let size = [1400.0, 900.0].map(|side| side * 100.0 / f32::from(start.zoom));
    let boot = move || App::new(start.clone());
    let mut application = iced::application(boot, App::update, App::view)
        .title(|_: &App| t("window.title").to_owned())
        .theme(|app: &App| theme::theme(app.start.dark))
        .scale_factor(zoom)
        .subscription(App::subscription)
        .default_font(theme::REGULAR)
        .window_size(size)
        .exit_on_close_request(false);
    for face in theme::FACES {
        application = application.font(face);
    }
    application.run()
}

enum Phase {
    Welcome { opening: bool, failed: Option<Report> },
    Open(Box<Desk>),
}

struct Desk {
    office: Arc<Office>,
    place: Place,
    cards: Snapshot,
    signed_in: Option<SignedIn>,
    pin: Option<pin::State>,
    /// The insertion whose PIN, or whose situation, the user did not want to give: not asked again before the card moves.
    pin_declined: Option<(String, u32)>,
    dialog: Option<Dialog>,
    help: bool,
    link: bandeau::Link,
    facturer: facturer::State,
    reception: reception::State,
    to_sign: to_sign::State,
    lots: lots::State,
    paiements: paiements::State,
    recettes: recettes::State,
    radar: radar::State,
    patients: patients::State,
    reglages: reglages::State,
    diagnostic: diagnostic::State,
    aide: aide::State,
    remplacements: remplacements::State,
    tray: tray::State,
    lessons: lessons::State,
    notice: Option<Report>,
    /// A list on its way into a file.
    export: exporting::State,
    /// A word that goes away by itself.
    toast: toast::State,
    /// How many pages of the evening were opened; whether one is being done.
    evenings: u64,
    evening_runs: bool,
    /// How the window looks: dark, zoom in percent.
    look: (bool, u16),
    /// The window is being closed.
    closing: Option<closing::Closing>,
    /// The time of the practice, as last told.
    now: Instant,
    /// When the post works by itself; until when the hour of sending was looked for; when returns were last asked for.
    schedule: Schedule,
    looked: Instant,
    fetched: Instant,
}

struct App {
    start: Start,
    phase: Phase,
}

#[derive(Clone, Debug)]
enum Message {
    Welcome(welcome::Message),
    Opened(Result<Opened, Report>),
    Cards(Snapshot, Instant),
    Admitted(Box<Result<SignedIn, Report>>),
    Tick,
    Now(Result<Instant, Report>),
    Key(Key, Modifiers, event::Status),
    Go(Place),
    Pin(pin::Message),
    Mutuelle(mutuelle::Message),
    Accident(accident::Message),
    Sets(sets::Message),
    Situation(situation_page::Message),
    Facturer(facturer::Message),
    Reception(reception::Message),
    ToSign(to_sign::Message),
    Choose(choose::Message),
    /// The sessions that fit a locum's card were read.
    Sessions(Result<Vec<choose::Choice>, Report>),
    Lots(lots::Message),
    Paiements(paiements::Message),
    Recettes(recettes::Message),
    Radar(radar::Message),
    Evening(evening_page::Message),
    Patients(patients::Message),
    Reglages(reglages::Message),
    Diagnostic(diagnostic::Message),
    Aide(aide::Message),
    /// The window looks like this from now on: dark, zoom in percent.
    Look(bool, u16),
    /// A list on its way into a file.
    Exporting(exporting::Message),
    /// A word that goes away by itself.
    Toast(toast::Message),
    /// Something that needs no answer was kept, or not.
    Kept(Result<(), Report>),
    Remplacements(remplacements::Message),
    Tray(tray::Message),
    Lessons(lessons::Message),
    /// The window is to be closed, by its frame or by Ctrl Q.
    Close,
    /// What would stay behind.
    Leaving(Result<Leaving, Report>),
    /// The window closes whatever has not ended.
    Quit,
}

impl App {
    fn new(start: Start) -> (Self, Task<Message>) {
        let opening = start.demo;
        let task = if opening { open(start.root.clone()) } else { Task::none() };
        (Self { start, phase: Phase::Welcome { opening, failed: None } }, task)
    }

    fn update(&mut self, message: Message) -> Task<Message> {
        match (&mut self.phase, message) {
            (Phase::Welcome { opening, .. }, Message::Welcome(welcome::Message::OpenDemo)) if !*opening => {
                *opening = true;
                open(self.start.root.clone())
            }
            (Phase::Welcome { opening: false, .. }, Message::Key(Key::Named(Named::Enter), ..)) => {
                self.update(Message::Welcome(welcome::Message::OpenDemo))
            }
            (Phase::Welcome { .. }, Message::Opened(Ok(opened))) => {
                let appearance = opened.appearance;
                let desk = Desk::new(opened);
                let task = desk.reload_lots();
                self.phase = Phase::Open(Box::new(desk));
                let (dark, zoom) = self.start.asked.over(appearance);
                Task::batch([task, self.look(dark, zoom, false)])
            }
            (Phase::Welcome { opening, failed }, Message::Opened(Err(report))) => {
                (*opening, *failed) = (false, Some(report));
                Task::none()
            }
            (_, Message::Key(Key::Named(Named::F11), ..)) => self.look(!self.start.dark, self.start.zoom, true),
            (_, Message::Look(dark, zoom)) => self.look(dark, zoom, false),
            (_, Message::Key(Key::Character(letter), modifiers, _))
                if modifiers.control() && look::zoomed(letter.as_str(), self.start.zoom).is_some() =>
            {
                let zoom = look::zoomed(letter.as_str(), self.start.zoom).unwrap_or(self.start.zoom);
                self.look(self.start.dark, zoom, true)
            }
            (phase, Message::Key(Key::Character(letter), modifiers, _))
                if modifiers.control() && letter.as_str() == "q" =>
            {
                Self::close(phase)
            }
            (phase, Message::Close) => Self::close(phase),
            (_, Message::Quit) => closing::quit(),
            (Phase::Open(desk), message) => desk.update(message),
            _ => Task::none(),
        }
    }

    fn close(phase: &mut Phase) -> Task<Message> {
        match phase {
            Phase::Welcome { .. } => closing::quit(),
            Phase::Open(desk) => desk.close(),
        }
    }

    fn view(&self) -> Element<'_, Message> {
        match &self.phase {
            Phase::Welcome { opening, failed } => welcome::view(*opening, failed.as_ref()).map(Message::Welcome),
            Phase::Open(desk) => desk.view(),
        }
    }
}

impl Desk {
    fn new(opened: Opened) -> Self {
        Self {
            office: opened.office,
            place: Place::Tray,
            cards: Snapshot::default(),
            signed_in: None,
            pin: None,
            pin_declined: None,
            dialog: None,
            help: false,
            link: bandeau::Link::Untried,
            facturer: facturer::State::new(opened.appearance.seconds),
            reception: reception::State::default(),
            to_sign: to_sign::State::default(),
            lots: lots::State::default(),
            paiements: paiements::State::default(),
            recettes: recettes::State::default(),
            radar: radar::State::default(),
            patients: patients::State::default(),
            reglages: reglages::State::default(),
            diagnostic: diagnostic::State::default(),
            aide: aide::State::default(),
            remplacements: remplacements::State::default(),
            lessons: lessons::State::new(opened.tray.clone()),
            tray: tray::State::new(opened.tray),
            notice: None,
            export: exporting::State::default(),
            toast: toast::State::default(),
            evenings: 0,
            evening_runs: false,
            look: (false, 100),
            closing: None,
            now: opened.now,
            schedule: opened.schedule,
            looked: opened.now,
            fetched: opened.now,
        }
    }

    fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Cards(snapshot, now) => {
                self.now = now;
                self.cards_changed(snapshot)
            }
            Message::Admitted(answer) => self.admitted(*answer),
            Message::Tick => self.ask_time(),
            Message::Now(Ok(now)) => self.now_is(now),
            Message::Now(Err(report)) => {
                self.notice = Some(report);
                Task::none()
            }
            Message::Key(key, modifiers, status) => self.key(&key, modifiers, status),
            Message::Go(place) => self.go(place),
            Message::Pin(message) => self.pin(message),
            Message::Mutuelle(message) => self.mutuelle(message),
            Message::Accident(message) => self.accident(message),
            Message::Sets(message) => self.sets(message),
            Message::Situation(message) => self.situation(message),
            Message::Facturer(message) => match self.facturer.update(&self.office, self.signed_in.as_ref(), message) {
                facturer::Action::None => Task::none(),
                facturer::Action::Run(task) => task.map(Message::Facturer),
                facturer::Action::Said(words) => self.say(words),
                facturer::Action::LedgerChanged(task) => Task::batch([task.map(Message::Facturer), self.reload_lots()]),
            },
            Message::Reception(message) => self.reception(message),
            Message::ToSign(message) => self.queue(message),
            Message::Choose(message) => self.choose(&message),
            Message::Sessions(found) => self.sessions(found),
            Message::Lots(message) => self.lots(message),
            Message::Paiements(message) => self.paiements(message),
            Message::Recettes(message) => self.recettes(message),
            Message::Radar(message) => self.radar(message),
            Message::Evening(message) => self.evening(message),
            Message::Patients(message) => self.patients(message),
            Message::Reglages(message) => self.reglages(message),
            Message::Diagnostic(message) => self.diagnostic(message),
            Message::Aide(message) => self.aide.update(message).map(Message::Aide),
            Message::Exporting(message) => self.exported(message),
            Message::Toast(message) => {
                self.toast.update(message);
                Task::none()
            }
            Message::Kept(Err(report)) => {
                self.notice = Some(report);
                Task::none()
            }
            Message::Remplacements(message) => self.remplacements(message),
            Message::Tray(message) => match self.tray.update(&self.office, message) {
                tray::Action::None => Task::none(),
                tray::Action::Run(task) => task.map(Message::Tray),
                tray::Action::Lesson(message) => self.lesson(message),
                tray::Action::DayChanged => Task::batch([self.ask_time(), self.reload_lots()]),
            },
            Message::Lessons(message) => self.lesson(message),
            Message::Leaving(counted) => self.leaving(counted),
            Message::Welcome(_)
            | Message::Opened(_)
            | Message::Close
            | Message::Quit
            | Message::Look(..)
            | Message::Kept(Ok(())) => Task::none(),
        }
    }

    fn lots(&mut self, message: lots::Message) -> Task<Message> {
        let read = matches!(message, lots::Message::Loaded(_));
        let done = match self.lots.update(&self.office, self.signed_in.as_ref(), message) {
            lots::Action::None => Task::none(),
            lots::Action::Run(task) => task.map(Message::Lots),
            lots::Action::Said(words) => self.say(words),
            lots::Action::Export(list) => self.begin_csv(list),
            lots::Action::LinkTried(reached, task) => {
                self.link = if reached { bandeau::Link::Up } else { bandeau::Link::Down };
                task.map(Message::Lots)
            }
        };
        // Whatever changes the ledger or the clock ends here.
        let lesson = if read { self.refresh_lesson() } else { Task::none() };
        Task::batch([done, self.go_on_closing(), lesson])
    }

    fn reload_lots(&self) -> Task<Message> {
        self.lots.reload(&self.office, self.signed_in.as_ref()).map(Message::Lots)
    }

    fn cards_changed(&mut self, snapshot: Snapshot) -> Task<Message> {
        let content = |cards: &Snapshot| cards.vitale().and_then(|(_, vitale)| vitale.read.content.clone());
        if content(&self.cards) != content(&snapshot) {
            self.reception.card_changed();
            // What was typed for the patient before is none of the next one's.
            if matches!(self.dialog, Some(Dialog::Accident(_) | Dialog::Mutuelle(_))) {
                self.dialog = None;
            }
        }
        self.cards = snapshot;
        self.notice = self.cards.service.clone();
        let admission = self.who_is_there();
        let signed_in = self.signed_in.as_ref();
        let facturer = self.facturer.cards_changed(&self.office, signed_in, &self.cards, self.now);
        let facturer = facturer.map(Message::Facturer);
        // A patient whose card goes in is who the user wants to see.
        let place = match (self.cards.vitale().is_some() && self.signed_in.is_some(), self.pin.is_some()) {
            (true, false) if self.place == Place::Tray => self.go(self.home()),
            _ => Task::none(),
        };
        Task::batch([admission, facturer, place, self.refresh_lesson()])
    }

    fn ask_time(&self) -> Task<Message> {
        ask::ask(&self.office.workstation(), |ws| Ok(ws.now())).map(Message::Now)
    }

    fn now_is(&mut self, now: Instant) -> Task<Message> {
        let before = std::mem::replace(&mut self.now, now);
        let post = self.post_by_itself();
        if clock::paris(now).date() == clock::paris(before).date() {
            return post;
        }
        let facturer = self.facturer.day_changed(&self.office, self.signed_in.as_ref(), now).map(Message::Facturer);
        Task::batch([post, facturer])
    }

    /// Sends at the hour that is set, fetches at intervals; what is under way is not disturbed.
    fn post_by_itself(&mut self) -> Task<Message> {
        if self.lots.is_busy() {
            return Task::none();
        }
        if self.schedule.send_is_due(std::mem::replace(&mut self.looked, self.now), self.now) {
            return self.update(Message::Lots(lots::Message::SendUnasked));
        }
        if self.schedule.fetch_is_due(self.fetched, self.now) {
            self.fetched = self.now;
            return self.update(Message::Lots(lots::Message::Fetch));
        }
        Task::none()
    }

    /// Takes the messages of the root and of every screen away: a screen that is not shown must not keep an old one.
    fn dismiss(&mut self) {
        self.notice = None;
        self.facturer.dismiss();
        self.reception.dismiss();
        self.to_sign.dismiss();
        self.lots.dismiss();
        self.paiements.dismiss();
        self.recettes.dismiss();
        self.radar.dismiss();
        self.patients.dismiss();
        self.reglages.dismiss();
        self.diagnostic.dismiss();
        self.remplacements.dismiss();
        self.tray.dismiss();
        self.lessons.dismiss();
    }

    fn go(&mut self, place: Place) -> Task<Message> {
        if place.is_accounts()
            && let Some(refused) = self.signed_in.as_ref().and_then(|person| person.accounts().err())
        {
            // A locum has their day instead.
            self.notice = Some(refused.report());
            return self.go(Place::Remplacements);
        }
        self.place = place;
        match place {
            Place::Facturer => self.facturer.focus().map(Message::Facturer),
            Place::Reception => self.show_reception(),
            Place::ToSign => self.to_sign.reload(&self.office, self.signed_in.as_ref()).map(Message::ToSign),
            Place::Lots => self.reload_lots(),
            Place::Paiements => self.paiements.reload(&self.office, self.signed_in.as_ref()).map(Message::Paiements),
            Place::Recettes => self.recettes.reload(&self.office, self.signed_in.as_ref()).map(Message::Recettes),
            Place::Patients => {
                let read = self.patients.reload(&self.office, self.signed_in.as_ref());
                Task::batch([read, self.patients.focus()]).map(Message::Patients)
            }
            Place::Reglages => self.show_reglages(),
            Place::Diagnostic => self.diagnostic.reload(&self.office, self.signed_in.as_ref()).map(Message::Diagnostic),
            Place::Aide => self.aide.focus().map(Message::Aide),
            Place::Radar => self.radar.reload(&self.office, self.signed_in.as_ref()).map(Message::Radar),
            Place::Remplacements => self.show_remplacements(),
            Place::Tray => {
                self.tray.look(&self.office);
                Task::none()
            }
        }
    }
}

#[cfg(feature = "bench")]
pub mod frames;

#[cfg(test)]
mod driven;
