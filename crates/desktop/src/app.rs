//! The root of the window: opens a practice or the demonstration, maps messages to screens, routes keys and card events. No rule
//! here.

mod accounts;
mod admission;
mod before;
mod closing;
mod demo;
mod dialogs;
mod evening;
mod hours;
mod idle;
mod keys;
mod look;
mod places;
mod queue;
mod rekeyed;
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
use liasse_core::data_dir::DirError;
use liasse_core::desk::SignedIn;
use liasse_core::office::{self, Found, Office};
use liasse_core::schedule::{Leaving, Schedule};
use liasse_domain::{Coded, Instant, Report};

use crate::opening::{self, Means, Opened};
use crate::screen::{
    accident, aide, bandeau, choose, diagnostic, evening as evening_page, exporting, facturer, journal,
    keys as keys_page, lessons, lots, mutuelle, paiements, patients, pin, radar, reception, recettes, reglages,
    remplacements, sets, situation as situation_page, to_sign, toast, tray, welcome,
};
use crate::text::t;
use crate::theme;
use before::Before;
use demo::Demo;
use dialogs::Dialog;
use idle::Idle;
pub use look::Asked;
use places::Place;

/// How the program starts.
#[derive(Clone, Debug)]
pub struct Start {
    /// The data directory of the practice.
    pub root: PathBuf,
    /// That of the demonstration.
    pub demo_root: PathBuf,
    /// Open the demonstration at once.
    pub demo: bool,
    /// What a practice is opened with.
    pub means: Means,
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
        .title(App::title)
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
    Welcome {
        opening: bool,
        failed: Option<Report>,
    },
    /// A practice is unlocked, made or restored.
    Before(Box<Before>),
    Open(Box<Desk>),
}

struct Desk {
    office: Arc<Office>,
    /// With what the practice was opened.
    means: Means,
    /// What only the demonstration has.
    demo: Option<Demo>,
    /// Nobody is at the keyboard.
    idle: Idle,
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
    journal: journal::State,
    recettes: recettes::State,
    radar: radar::State,
    patients: patients::State,
    reglages: reglages::State,
    diagnostic: diagnostic::State,
    aide: aide::State,
    remplacements: remplacements::State,
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
    /// Whether the data directory holds a practice.
    practice: bool,
}

#[derive(Clone, Debug)]
enum Message {
    Welcome(welcome::Message),
    Before(before::Message),
    Opened(Result<Opened, Report>),
    Cards(Snapshot, Instant),
    Admitted(Box<Result<SignedIn, Report>>),
    Tick,
    /// Somebody is at the keyboard, or nobody.
    Idle(idle::Message),
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
    Journal(journal::Message),
    Recettes(recettes::Message),
    Radar(radar::Message),
    Evening(evening_page::Message),
    Patients(patients::Message),
    Reglages(reglages::Message),
    Keys(keys_page::Message),
    /// The data key is to be changed: the practice closes for it.
    Rekey,
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
        let nothing = Phase::Welcome { opening: false, failed: None };
        let mut app = Self { start, phase: nothing, practice: false };
        if app.start.demo {
            let task = app.open_demo();
            return (app, task);
        }
        let task = match office::look(&app.start.root) {
            Ok(Found::Practice) => {
                app.practice = true;
                app.unlock()
            }
            Ok(Found::Unfinished) => {
                app.phase = Phase::Welcome { opening: false, failed: Some(DirError::CreationCut.report()) };
                Task::none()
            }
            Ok(_) => Task::none(),
            Err(error) => {
                app.phase = Phase::Welcome { opening: false, failed: Some(error.report()) };
                Task::none()
            }
        };
        (app, task)
    }

    fn update(&mut self, message: Message) -> Task<Message> {
        match (&mut self.phase, message) {
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
            (Phase::Welcome { opening: false, .. }, Message::Welcome(message)) => self.chosen(&message),
            (Phase::Welcome { opening: false, .. }, Message::Key(key, ..)) => {
                welcome::key(&key, self.practice).map_or_else(Task::none, |message| self.chosen(&message))
            }
            (Phase::Welcome { .. }, Message::Opened(Ok(opened))) => self.opened(opened),
            (Phase::Welcome { opening, failed }, Message::Opened(Err(report))) => {
                (*opening, *failed) = (false, Some(report));
                Task::none()
            }
            (Phase::Before(_), Message::Before(message)) => self.before(message),
            (Phase::Before(before), Message::Key(key, _, event::Status::Ignored)) => {
                before.key(&key).map_or_else(Task::none, |message| self.before(message))
            }
            (Phase::Open(_), Message::Rekey) => self.rekey(),
            (Phase::Open(desk), message) => desk.update(message),
            _ => Task::none(),
        }
    }

    fn open_demo(&mut self) -> Task<Message> {
        self.phase = Phase::Welcome { opening: true, failed: None };
        opening::demo(self.start.demo_root.clone()).map(Message::Opened)
    }

    fn opened(&mut self, opened: Opened) -> Task<Message> {
        let (appearance, said) = (opened.appearance, opened.said);
        let mut desk = Desk::new(opened, self.start.means.clone());
        let said = said.map_or_else(Task::none, |words| desk.say(words.to_owned()));
        let task = desk.reload_lots();
        self.phase = Phase::Open(Box::new(desk));
        let (dark, zoom) = self.start.asked.over(appearance);
        Task::batch([said, task, self.look(dark, zoom, false)])
    }

    fn close(phase: &mut Phase) -> Task<Message> {
        match phase {
            // Ended in the middle, nobody would be told the new recovery code.
            Phase::Before(before) if before.must_end() => Task::none(),
            Phase::Welcome { .. } | Phase::Before(_) => closing::quit(),
            Phase::Open(desk) => desk.close(),
        }
    }

    /// Never a name: the title stands in the lists of the system.
    fn title(&self) -> String {
        let demo = matches!(&self.phase, Phase::Open(desk) if desk.demo.is_some());
        if demo { t("window.title") } else { t("window.plain") }.to_owned()
    }

    fn view(&self) -> Element<'_, Message> {
        match &self.phase {
            Phase::Welcome { opening, failed } => {
                welcome::view(*opening, failed.as_ref(), self.practice).map(Message::Welcome)
            }
            Phase::Before(before) => before.view().map(Message::Before),
            Phase::Open(desk) => desk.view(),
        }
    }
}

impl Desk {
    fn new(opened: Opened, means: Means) -> Self {
        // Without a tray the desk begins where somebody works.
        let place = if opened.demo.is_some() { Place::Tray } else { Place::Facturer };
        Self {
            office: opened.office,
            means,
            demo: opened.demo.map(|(office, tray)| Demo::new(office, tray)),
            idle: Idle::new(opened.absence),
            place,
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
            journal: journal::State::default(),
            recettes: recettes::State::default(),
            radar: radar::State::default(),
            patients: patients::State::default(),
            reglages: reglages::State::default(),
            diagnostic: diagnostic::State::default(),
            aide: aide::State::default(),
            remplacements: remplacements::State::default(),
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
            Message::Idle(message) => self.idle(message),
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
            Message::Journal(message) => self.journal(message),
            Message::Recettes(message) => self.recettes(message),
            Message::Radar(message) => self.radar(message),
            Message::Evening(message) => self.evening(message),
            Message::Patients(message) => self.patients(message),
            Message::Reglages(message) => self.reglages(message),
            Message::Keys(message) => self.keys(message),
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
            Message::Tray(message) => self.tray(message),
            Message::Lessons(message) => self.lesson(message),
            Message::Leaving(counted) => self.leaving(counted),
            Message::Welcome(_)
            | Message::Before(_)
            | Message::Opened(_)
            | Message::Rekey
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
}

#[cfg(feature = "bench")]
pub mod frames;

#[cfg(test)]
mod driven;
