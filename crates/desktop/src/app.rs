//! The root of the window: opens the demo, maps messages to screens, routes keys and card events. No rule here.

mod view;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use iced::keyboard::key::Named;
use iced::keyboard::{self, Key, Modifiers};
use iced::{Element, Event, Subscription, Task, event};
use liasse_core::cards::Snapshot;
use liasse_core::desk::SignedIn;
use liasse_core::ports::Clock;
use liasse_core::schedule::Schedule;
use liasse_demo::{Office, Opening, Tray};
use liasse_domain::{Coded, Instant, Report, clock};

use crate::screen::{bandeau, facturer, lots, paiements, pin, recettes, tray, welcome};
use crate::text::t;
use crate::{ask, theme};

/// How the program starts.
#[derive(Clone, Debug)]
pub struct Start {
    /// The data directory.
    pub root: PathBuf,
    /// Open the demonstration at once.
    pub demo: bool,
    /// Begin in the dark theme.
    pub dark: bool,
    /// Zoom in percent.
    pub zoom: u16,
}

/// Runs the window until it is closed.
pub fn run(start: Start) -> iced::Result {
    let boot = move || App::new(start.clone());
    #[expect(clippy::float_arithmetic, reason = "a zoom is a real number")]
    let zoom = |app: &App| f32::from(app.start.zoom) / 100.0;
    let mut application = iced::application(boot, App::update, App::view)
        .title(|_: &App| t("window.title").to_owned())
        .theme(|app: &App| theme::theme(app.start.dark))
        .scale_factor(zoom)
        .subscription(App::subscription)
        .default_font(theme::REGULAR)
        .window_size((1400.0, 900.0));
    for face in theme::FACES {
        application = application.font(face);
    }
    application.run()
}

/// The screens of an open desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Facturer,
    Lots,
    Paiements,
    Recettes,
    Tray,
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
    /// The insertion whose PIN was refused by the user: not asked again before the card moves.
    pin_declined: Option<(String, u32)>,
    help: bool,
    link: bandeau::Link,
    facturer: facturer::State,
    lots: lots::State,
    paiements: paiements::State,
    recettes: recettes::State,
    tray: tray::State,
    notice: Option<Report>,
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
    Facturer(facturer::Message),
    Lots(lots::Message),
    Paiements(paiements::Message),
    Recettes(recettes::Message),
    Tray(tray::Message),
}

/// What opening gives, in a message that must be cloneable.
#[derive(Clone)]
struct Opened {
    office: Arc<Office>,
    tray: Tray,
    now: Instant,
    schedule: Schedule,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(…)")
    }
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
                let desk = Desk::new(opened);
                let task = desk.lots.reload(&desk.office).map(Message::Lots);
                self.phase = Phase::Open(Box::new(desk));
                task
            }
            (Phase::Welcome { opening, failed }, Message::Opened(Err(report))) => {
                (*opening, *failed) = (false, Some(report));
                Task::none()
            }
            (_, Message::Key(Key::Named(Named::F11), ..)) => {
                self.start.dark = !self.start.dark;
                Task::none()
            }
            (Phase::Open(desk), message) => desk.update(message),
            _ => Task::none(),
        }
    }

    fn subscription(&self) -> Subscription<Message> {
        let keys = event::listen_with(|event, status, _| match event {
            // A key that is held does its work once: only walking and erasing go on.
            Event::Keyboard(keyboard::Event::KeyPressed { key, modifiers, repeat, .. }) => {
                let goes_on = matches!(key, Key::Named(Named::ArrowUp | Named::ArrowDown | Named::Backspace));
                (!repeat || goes_on).then_some(Message::Key(key, modifiers, status))
            }
            _ => None,
        });
        match &self.phase {
            Phase::Welcome { .. } => keys,
            Phase::Open(desk) => {
                let changes = ask::card_changes(&desk.office.cards(), desk.office.clock());
                let changes = changes.map(|(snapshot, now)| Message::Cards(snapshot, now));
                let ticks = iced::time::every(Duration::from_secs(20)).map(|_| Message::Tick);
                Subscription::batch([keys, changes, ticks])
            }
        }
    }

    fn view(&self) -> Element<'_, Message> {
        match &self.phase {
            Phase::Welcome { opening, failed } => welcome::view(*opening, failed.as_ref()).map(Message::Welcome),
            Phase::Open(desk) => desk.view(),
        }
    }
}

fn open(root: PathBuf) -> Task<Message> {
    let (answer, wait) = iced::futures::channel::oneshot::channel();
    // Opening starts servers and a store: a thread of its own, so that the window stays alive.
    let spawned = std::thread::Builder::new().name("liasse-ouverture".to_owned()).spawn(move || {
        let tray = Tray::for_window();
        let opened = Office::open(&root, Box::new(tray.clone()), Opening::default())
            .map_err(|error| error.report())
            .and_then(|office| {
                let schedule = office.workstation().call(|ws| ws.schedule()).map_err(|ended| ended.report())?;
                let schedule = schedule.map_err(|error| error.report())?;
                Ok(Opened { now: office.clock().now(), office: Arc::new(office), tray, schedule })
            });
        drop(answer.send(opened));
    });
    let ended = || liasse_core::lane::LaneEnded.report();
    Task::future(async move {
        Message::Opened(match spawned {
            Ok(_) => wait.await.unwrap_or_else(|_| Err(ended())),
            Err(_) => Err(ended()),
        })
    })
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
            help: false,
            link: bandeau::Link::Untried,
            facturer: facturer::State::default(),
            lots: lots::State::default(),
            paiements: paiements::State::default(),
            recettes: recettes::State::default(),
            tray: tray::State::new(opened.tray),
            notice: None,
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
            Message::Facturer(message) => match self.facturer.update(&self.office, self.signed_in.as_ref(), message) {
                facturer::Action::None => Task::none(),
                facturer::Action::Run(task) => task.map(Message::Facturer),
                facturer::Action::LedgerChanged(task) => Task::batch([task.map(Message::Facturer), self.reload_lots()]),
            },
            Message::Lots(message) => match self.lots.update(&self.office, self.signed_in.as_ref(), message) {
                lots::Action::None => Task::none(),
                lots::Action::Run(task) => task.map(Message::Lots),
                lots::Action::LinkTried(reached, task) => {
                    self.link = if reached { bandeau::Link::Up } else { bandeau::Link::Down };
                    task.map(Message::Lots)
                }
            },
            Message::Paiements(message) => self.paiements(message),
            Message::Recettes(message) => match self.recettes.update(&self.office, self.signed_in.as_ref(), message) {
                recettes::Action::None => Task::none(),
                recettes::Action::Run(task) => task.map(Message::Recettes),
                recettes::Action::LedgerChanged(task) => Task::batch([task.map(Message::Recettes), self.reload_lots()]),
            },
            Message::Tray(message) => match self.tray.update(&self.office, message) {
                tray::Action::None => Task::none(),
                tray::Action::Run(task) => task.map(Message::Tray),
                tray::Action::DayChanged => Task::batch([self.ask_time(), self.reload_lots()]),
            },
            Message::Welcome(_) | Message::Opened(_) => Task::none(),
        }
    }

    fn reload_lots(&self) -> Task<Message> {
        self.lots.reload(&self.office).map(Message::Lots)
    }

    fn paiements(&mut self, message: paiements::Message) -> Task<Message> {
        let signed_in = self.signed_in.as_ref();
        let vitale = self.cards.vitale().map(|(_, vitale)| vitale);
        match self.paiements.update(&self.office, signed_in, vitale, message) {
            paiements::Action::None => Task::none(),
            paiements::Action::Run(task) => task.map(Message::Paiements),
            paiements::Action::LedgerChanged(task) => Task::batch([task.map(Message::Paiements), self.reload_lots()]),
            paiements::Action::Correct(draft) => {
                let taken_up = self.facturer.take_up(&self.office, signed_in, *draft).map(Message::Facturer);
                Task::batch([taken_up, self.go(Place::Facturer)])
            }
        }
    }

    fn cards_changed(&mut self, snapshot: Snapshot) -> Task<Message> {
        self.cards = snapshot;
        self.notice = self.cards.service.clone();
        let admission = self.who_is_there();
        let signed_in = self.signed_in.as_ref();
        let facturer = self.facturer.cards_changed(&self.office, signed_in, &self.cards, self.now);
        let facturer = facturer.map(Message::Facturer);
        // A patient whose card goes in is who the user wants to see.
        let place = match (self.cards.vitale().is_some() && self.signed_in.is_some(), self.pin.is_some()) {
            (true, false) if self.place == Place::Tray => self.go(Place::Facturer),
            _ => Task::none(),
        };
        Task::batch([admission, facturer, place])
    }

    /// Signs in, asks for the PIN or signs out, as the CPS in the readers says.
    fn who_is_there(&mut self) -> Task<Message> {
        let Some((reader, cps)) = self.cards.cps() else {
            self.signed_in = None;
            self.pin = None;
            self.pin_declined = None;
            self.paiements.forget();
            self.recettes.forget();
            return Task::none();
        };
        if cps.situations.is_some() {
            self.pin = None;
            if self.signed_in.as_ref().is_some_and(|person| person.serial == cps.identity.serial) {
                return Task::none();
            }
            let (reader, cps) = (reader.to_owned(), cps.clone());
            return ask::ask(&self.office.workstation(), move |ws| ws.admit(&reader, &cps, None))
                .map(|answer| Message::Admitted(Box::new(answer)));
        }
        self.signed_in = None;
        let insertion = self.cards.reader(reader).map_or(0, |reader| reader.insertions);
        let declined = self.pin_declined.as_ref().is_some_and(|(name, count)| name == reader && *count == insertion);
        if !declined && self.pin.as_ref().is_none_or(|dialog| dialog.reader() != reader) {
            self.ask_pin();
        }
        Task::none()
    }

    /// The store's side has judged the card; it may have left meanwhile.
    fn admitted(&mut self, answer: Result<SignedIn, Report>) -> Task<Message> {
        let present = self.cards.cps().map(|(_, cps)| cps.identity.serial.clone());
        match answer {
            Ok(person) if present.as_ref() == Some(&person.serial) => {
                self.paiements.forget();
                self.recettes.forget();
                self.signed_in = Some(person);
            }
            Ok(_) => return Task::none(),
            Err(report) => {
                self.signed_in = None;
                self.notice = Some(report);
            }
        }
        let priced = self.facturer.signed_in_changed(&self.office, self.signed_in.as_ref()).map(Message::Facturer);
        let place = match self.place {
            Place::Tray if self.cards.vitale().is_some() && self.signed_in.is_some() => self.go(Place::Facturer),
            Place::Paiements | Place::Recettes => self.go(self.place),
            _ => Task::none(),
        };
        Task::batch([priced, place])
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
            return self.update(Message::Lots(lots::Message::Send));
        }
        if self.schedule.fetch_is_due(self.fetched, self.now) {
            self.fetched = self.now;
            return self.update(Message::Lots(lots::Message::Fetch));
        }
        Task::none()
    }

    fn ask_pin(&mut self) {
        if let Some((reader, cps)) = self.cards.cps() {
            let holder = &cps.identity.holder;
            let name = format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal());
            self.pin = Some(pin::State::new(reader.to_owned(), name, cps.tries_left));
        }
    }

    fn pin(&mut self, message: pin::Message) -> Task<Message> {
        let Some(dialog) = &mut self.pin else { return Task::none() };
        match dialog.update(&self.office.cards(), message) {
            pin::Action::None => Task::none(),
            pin::Action::Run(task) => task.map(Message::Pin),
            pin::Action::Close => {
                let reader = dialog.reader().to_owned();
                let insertion = self.cards.reader(&reader).map_or(0, |found| found.insertions);
                self.pin_declined = Some((reader, insertion));
                self.pin = None;
                Task::none()
            }
            pin::Action::Verified(snapshot) => {
                self.pin = None;
                self.cards_changed(*snapshot)
            }
        }
    }

    fn go(&mut self, place: Place) -> Task<Message> {
        self.place = place;
        match place {
            Place::Facturer => self.facturer.focus().map(Message::Facturer),
            Place::Lots => self.reload_lots(),
            Place::Paiements => self.paiements.reload(&self.office, self.signed_in.as_ref()).map(Message::Paiements),
            Place::Recettes => self.recettes.reload(&self.office, self.signed_in.as_ref()).map(Message::Recettes),
            Place::Tray => Task::none(),
        }
    }

    fn key(&mut self, key: &Key, modifiers: Modifiers, status: event::Status) -> Task<Message> {
        // The dialog's own field has taken the key already.
        if self.pin.is_some() {
            return Task::none();
        }
        match key {
            Key::Named(Named::F1) => {
                self.help = !self.help;
                return Task::none();
            }
            Key::Named(Named::Escape) => {
                self.help = false;
                self.notice = None;
                return Task::none();
            }
            _ if self.help => return Task::none(),
            Key::Character(letter) if modifiers.control() => {
                return match letter.as_str() {
                    "p" => self.go(Place::Paiements),
                    "r" => self.go(Place::Recettes),
                    _ => Task::none(),
                };
            }
            Key::Named(Named::F2) => return self.go(Place::Facturer),
            Key::Named(Named::F3) => return self.go(Place::Lots),
            Key::Named(Named::F10) => return self.go(Place::Tray),
            Key::Named(Named::F9) => {
                if self.signed_in.is_none() {
                    self.ask_pin();
                }
                return Task::none();
            }
            Key::Named(Named::Tab) => return iced::widget::operation::focus_next(),
            _ => {}
        }
        if status == event::Status::Captured {
            return Task::none();
        }
        let message = match self.place {
            Place::Facturer => self.facturer.key(key).map(Message::Facturer),
            Place::Lots => self.lots.key(key).map(Message::Lots),
            Place::Paiements => self.paiements.key(key).map(Message::Paiements),
            Place::Recettes => self.recettes.key(key).map(Message::Recettes),
            Place::Tray => self.tray.key(key).map(Message::Tray),
        };
        message.map_or_else(Task::none, |message| self.update(message))
    }
}
