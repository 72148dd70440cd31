//! Réglages: identity, mailbox, posts, tables, security, appearance, how long things are kept, keys and backups, walked by section.
//! Addresses and choices need no card, as on the command line; the journal says who changed one. What a setting may hold is decided in
//! `liasse_core`.

mod fields;
mod read;
pub mod safe;
mod sections;
mod view;

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::operation;
use iced::{Task, widget};
use liasse_core::desk::SignedIn;
use liasse_core::journal::Beside;
use liasse_core::office::Office;
use liasse_core::retention;
use liasse_core::schedule::Schedule;
use liasse_core::settings::{Absence, Appearance};
use liasse_domain::{Code, Private, Report};

use crate::ask::{aside, ask};
use crate::screen::keys::Purpose;
use crate::text::t;
use fields::Typed;
pub use read::{Erasing, Facts};
pub use sections::Section;

/// The fields, to be scrolled by keys.
const LIST: &str = "reglages";
/// The height of a field with its help, down and up.
const DOWN: f32 = 104.0;
const UP: f32 = -104.0;
/// The choices of the appearance: theme, zoom, seconds.
const CHOICES: usize = 3;
/// The steps of the zoom.
const STEP: u16 = 25;

/// The screen.
#[derive(Default)]
pub struct State {
    section: Section,
    /// The field or the choice of the section.
    chosen: usize,
    facts: Option<Facts>,
    typed: Typed,
    /// What is wrong with a field, beside it.
    error: Option<(&'static str, Report)>,
    /// The field that was kept last.
    kept: Option<&'static str>,
    /// The look of the window now: dark, zoom.
    look: (bool, u16),
    /// How many entries the journal has, and what does not fit.
    verified: Option<(u64, Vec<Report>)>,
    verifying: bool,
    /// Backups and drills that are under way.
    safe: safe::State,
    /// What is due to be erased.
    keeping: read::Keeping,
    busy: bool,
    notice: Option<Report>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is shown was read.
    Loaded(Box<Result<Facts, Report>>),
    /// The next section, or the one before.
    Turn(bool),
    /// That section.
    Opened(Section),
    /// The next field, or the one before.
    Move(bool),
    /// A field changed; it may be a secret.
    Typed(&'static str, Private),
    /// Keeps that field.
    Keep(&'static str),
    /// It is kept, or not.
    Kept(&'static str, Result<(), Report>),
    /// Enter where no field took it: changes the chosen choice, or goes into the chosen field.
    Enter,
    /// The look of the window is kept, or not.
    Looks(Result<Appearance, Report>),
    /// The whole journal is read again.
    Verify,
    /// What does not fit, beside the number of entries.
    Verified(Result<(u64, Vec<Report>), Report>),
    /// Something of the backups.
    Safe(safe::Message),
    /// Something of what is due to be erased.
    Erasing(Erasing),
    /// A way in is to be changed.
    Keys(Purpose),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// The window looks like this from now on.
    Appearance {
        /// The dark theme.
        dark: bool,
        /// Zoom in percent.
        zoom: u16,
        /// Whether the seconds that an FSE took are shown.
        seconds: bool,
    },
    /// A setting was kept: the post works by itself at these times from now on, and an empty chair hides the screen after these
    /// delays. Run the task.
    Rhythm(Schedule, Absence, Task<Message>),
    /// The dialog that changes a way in.
    Keys(Purpose),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let sections = vec![
        ("← →", t("settings.key_section")),
        ("Pg ↑ ↓", t("settings.key_section_field")),
        ("↑ ↓", t("settings.key_field")),
        ("Entrée", t("settings.key_keep")),
        ("F7", t("settings.key_verify")),
        ("Ctrl Y", t("settings.key_retype")),
    ];
    [sections, safe::keys()].concat()
}

impl State {
    /// Reads the settings, the card's situations and the tables again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        read::read(office, signed_in).map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// Takes the messages of this screen away.
    pub fn dismiss(&mut self) {
        (self.notice, self.error, self.kept) = (None, None, None);
        self.safe.dismiss();
        self.keeping.dismiss();
    }

    /// Stops a backup that is being made: whether one was.
    pub fn stop(&mut self) -> bool {
        self.safe.stop()
    }

    /// Whether something of this screen is under way beside the desk.
    pub fn is_at_work(&self) -> bool {
        self.safe.is_running() || self.verifying || self.keeping.is_working()
    }

    /// That person sits there now: what another had erased stops.
    pub fn is_before(&self, who: Option<&SignedIn>) {
        self.keeping.is_before(who);
    }

    /// How the window looks now, by whatever changed it.
    pub fn looks(&mut self, dark: bool, zoom: u16) {
        self.look = (dark, zoom);
    }

    /// The focus of the chosen field, where the section has fields.
    pub fn focus(&self) -> Task<Message> {
        let field = self.section.fields().get(self.chosen).copied();
        field.map_or_else(Task::none, |field| operation::focus(widget::Id::new(field)))
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowRight | Named::PageDown) => Some(Message::Turn(true)),
            Key::Named(Named::ArrowLeft | Named::PageUp) => Some(Message::Turn(false)),
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::Enter) => Some(Message::Enter),
            Key::Named(Named::F7) => Some(Message::Verify),
            Key::Named(Named::F12) if self.section == Section::Conservation => Some(Message::Erasing(Erasing::Go)),
            key if self.section == Section::Sauvegarde => self.key_of_safe(key),
            _ => None,
        }
    }

    /// The message of a letter that was typed with Ctrl.
    pub fn control(&self, letter: &str) -> Option<Message> {
        let has_ways = self.facts.as_ref().is_some_and(|facts| facts.safe.ways.is_some());
        let changes = letter == "d" && self.section == Section::Sauvegarde && has_ways;
        changes.then_some(Message::Keys(Purpose::DataKey))
    }

    /// The keys of Clés et sauvegardes. In the demonstration there is no way in to change.
    fn key_of_safe(&self, key: &Key) -> Option<Message> {
        let facts = self.facts.as_ref().map(|facts| &facts.safe)?;
        let changes = |purpose| facts.ways.is_some().then_some(Message::Keys(purpose));
        match key {
            Key::Named(Named::F6) => Some(Message::Safe(safe::Message::BackUp)),
            Key::Named(Named::F4) => Some(Message::Safe(safe::Message::Drill)),
            Key::Named(Named::F5) => changes(Purpose::Passphrase),
            Key::Named(Named::F8) => changes(Purpose::Recovery),
            Key::Named(Named::F12) => changes(if facts.is_trusted() { Purpose::Leave } else { Purpose::Trust }),
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Loaded(answer) => return self.loaded(*answer),
            Message::Turn(forward) => return self.open(self.section.turn(forward)),
            Message::Opened(section) => return self.open(section),
            Message::Move(forward) => return self.walk(forward),
            Message::Typed(setting, text) => {
                self.error = None;
                self.kept = None;
                self.typed.put(setting, text.reveal());
            }
            Message::Keep(setting) => return self.keep(office, signed_in, setting),
            Message::Kept(setting, answer) => {
                self.busy = false;
                match answer {
                    Ok(()) => {
                        self.typed.clean(setting);
                        self.kept = Some(setting);
                        return Action::Run(self.reload(office, signed_in));
                    }
                    Err(report) => {
                        if setting == retention::SETTING {
                            // Given, Enter keeps what stands typed.
                            self.keeping.asks(office, signed_in, &report);
                        }
                        self.error = Some((setting, report));
                    }
                }
            }
            Message::Enter if self.section == Section::Apparence => return self.change(office, signed_in),
            Message::Enter => return Action::Run(self.focus()),
            Message::Looks(answer) => {
                self.busy = false;
                match answer {
                    Ok(look) => return self.changed(look),
                    Err(report) => self.notice = Some(report),
                }
            }
            Message::Verify => return self.verify(office),
            Message::Safe(message) => return self.safe(office, signed_in, message),
            Message::Erasing(message) => {
                self.error = None;
                return Action::Run(self.keeping.update(office, signed_in, message).map(Message::Erasing));
            }
            Message::Keys(purpose) => return Action::Keys(purpose),
            Message::Verified(answer) => {
                self.verifying = false;
                match answer {
                    Ok(found) => self.verified = Some(found),
                    Err(report) => self.notice = Some(report),
                }
            }
        }
        Action::None
    }

    /// What a backup or a drill said; when one ended, how it stands is read again.
    fn safe(&mut self, office: &Office, signed_in: Option<&SignedIn>, message: safe::Message) -> Action {
        let (task, ended) = self.safe.update(office, signed_in, message);
        let task = task.map(Message::Safe);
        Action::Run(if ended { Task::batch([task, self.reload(office, signed_in)]) } else { task })
    }

    fn loaded(&mut self, answer: Result<Facts, Report>) -> Action {
        let facts = match answer {
            Ok(facts) => facts,
            Err(report) => {
                self.notice = Some(report);
                return Action::None;
            }
        };
        self.typed.take(&facts.settings);
        let (schedule, absence) = (facts.schedule, facts.absence);
        let first = self.facts.is_none();
        self.facts = Some(facts);
        // The fields are there from now on.
        let focus = if first { self.focus() } else { Task::none() };
        Action::Rhythm(schedule, absence, focus)
    }

    fn open(&mut self, section: Section) -> Action {
        (self.section, self.chosen) = (section, 0);
        self.dismiss();
        Action::Run(self.focus())
    }

    /// To the next field or choice, or the one before; the list follows.
    fn walk(&mut self, forward: bool) -> Action {
        let fields = self.section.fields().len();
        let count = if self.section == Section::Apparence { CHOICES } else { fields };
        let before = self.chosen;
        self.chosen =
            if forward { (self.chosen + 1).min(count.saturating_sub(1)) } else { self.chosen.saturating_sub(1) };
        if self.chosen == before || fields == 0 {
            return Action::None;
        }
        let offset = operation::AbsoluteOffset { x: 0.0, y: if forward { DOWN } else { UP } };
        Action::Run(Task::batch([self.focus(), operation::scroll_by(widget::Id::new(LIST), offset)]))
    }

    fn keep(&mut self, office: &Office, signed_in: Option<&SignedIn>, setting: &'static str) -> Action {
        // What every practitioner here has is changed by who gave the passphrase for it.
        let confirmed = setting == retention::SETTING && self.keeping.is_confirmed_by(signed_in);
        self.dismiss();
        if let Some(place) = self.section.fields().iter().position(|field| *field == setting) {
            self.chosen = place;
        }
        let typed = self.typed.value(setting);
        // A space may belong to a password, never to an address.
        let value = if fields::is_secret(setting) { typed } else { typed.trim() }.to_owned();
        if value.is_empty() {
            // A setting is changed, never taken away: what an empty one would mean nobody could say.
            self.error = Some((setting, Report::new(Code("saisie.reglage_vide"), &[])));
            return Action::None;
        }
        if self.busy {
            return Action::None;
        }
        self.busy = true;
        let person = signed_in.cloned();
        let kept =
            ask(&office.workstation(), move |ws| ws.set_setting_confirmed(setting, &value, person.as_ref(), confirmed));
        Action::Run(kept.map(move |answer| Message::Kept(setting, answer)))
    }

    /// Changes the chosen choice of the appearance and keeps it for the next start.
    fn change(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Some(facts) = self.facts.as_ref().filter(|_| !self.busy) else { return Action::None };
        let word = |yes: bool| if yes { "oui" } else { "non" }.to_owned();
        let (setting, value) = match self.chosen {
            0 => (fields::DARK, word(!self.look.0)),
            1 => (fields::ZOOM, next_zoom(self.look.1).to_string()),
            _ => (fields::SECONDS, word(!facts.look.seconds)),
        };
        self.dismiss();
        self.busy = true;
        let person = signed_in.cloned();
        let kept = ask(&office.workstation(), move |ws| {
            ws.set_setting_as(setting, &value, person.as_ref())?;
            ws.appearance()
        });
        Action::Run(kept.map(Message::Looks))
    }

    fn changed(&mut self, look: Appearance) -> Action {
        if let Some(facts) = &mut self.facts {
            facts.look = look;
        }
        let (dark, zoom) = (look.dark.unwrap_or(self.look.0), look.zoom.unwrap_or(self.look.1));
        self.look = (dark, zoom);
        Action::Appearance { dark, zoom, seconds: look.seconds }
    }

    /// Reads the whole journal: it takes as long as it is long, and the window goes on meanwhile.
    fn verify(&mut self, office: &Office) -> Action {
        (self.section, self.chosen) = (Section::Securite, 0);
        if self.verifying {
            return Action::None;
        }
        (self.verifying, self.verified) = (true, None);
        // It takes as long as the journal is long: the desk does not wait for it.
        let beside = Beside::of(office);
        let read = aside(move || beside.verify(None).map(|verdict| (verdict.entries, verdict.faults)));
        Action::Run(read.map(Message::Verified))
    }
}

/// 100, 125, 150, 175, 200, and 100 again.
fn next_zoom(zoom: u16) -> u16 {
    if zoom >= 200 { 100 } else { (zoom / STEP + 1).saturating_mul(STEP).clamp(100, 200) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_zoom_goes_round_between_once_and_twice() {
        for (zoom, next) in [(100, 125), (110, 125), (125, 150), (175, 200), (190, 200), (200, 100), (50, 100)] {
            assert_eq!(next_zoom(zoom), next, "{zoom}");
        }
    }

    #[test]
    fn sections_go_round_and_a_field_is_never_past_the_last() {
        let mut state = State::default();
        assert_eq!(state.section, Section::Identite);
        state.open(Section::Boite);
        let fields = state.section.fields().len();
        for _ in 0..fields + 3 {
            state.walk(true);
        }
        assert_eq!(state.chosen, fields - 1);
        for section in Section::ALL {
            assert_eq!(section.turn(true).turn(false), *section);
        }
        state.open(Section::Apparence);
        for _ in 0..9 {
            state.walk(true);
        }
        assert_eq!(state.chosen, CHOICES - 1);
        state.open(Section::Tarifs);
        state.walk(true);
        assert_eq!(state.chosen, 0, "nothing to walk");
    }

    #[test]
    fn what_is_kept_of_the_look_is_what_the_window_shows() {
        let mut state = State::default();
        state.looks(true, 150);
        let action = state.changed(Appearance { dark: Some(false), zoom: None, seconds: true });
        assert!(matches!(action, Action::Appearance { dark: false, zoom: 150, seconds: true }));
    }

    #[test]
    fn a_secret_that_is_typed_is_in_no_print_of_a_message() {
        let message = Message::Typed("post.password", Private::new("test-secret"));
        assert!(!format!("{message:?}").contains("test-secret"));
    }
}
