//! Journal: what was done here, by whom and on what, the latest first; its chain verified on a key; and a practitioner's word for a
//! clock that was far ahead. Who may read which entries is decided in `core`.

mod view;

use iced::Task;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use liasse_core::desk::SignedIn;
use liasse_core::journal::{Beside, EntryAsk, EntryOnly, Line, Verdict, about_typed, typed_of};
use liasse_core::lists::List;
use liasse_core::office::Office;
use liasse_domain::{Coded, Instant, Report, clock};

use crate::ask::{aside, ask};
use crate::screen::listed::{self, Listed};
use crate::text::{t, with};
use crate::widget::rows::{Asked, Choice, Scrolled};

/// The height of a row.
const ROW: f32 = 52.0;

/// The screen.
#[derive(Default)]
pub struct State {
    page: Option<Page>,
    chosen: usize,
    scrolled: Scrolled,
    /// From which end, which entries, about what.
    wanted: EntryAsk,
    asked: Asked,
    /// About what, as it is typed.
    entry: String,
    /// The whole journal is being read.
    verifying: bool,
    verdict: Option<Verdict>,
    /// Whether the clock is right was asked, and not answered.
    doubts: bool,
    notice: Option<Report>,
    said: Option<String>,
}

/// What the screen shows.
#[derive(Clone, Debug)]
pub struct Page {
    lines: Vec<Line>,
    /// How they were asked for.
    wanted: EntryAsk,
    /// What the clock says and where the journal stands, where the clock is behind.
    gap: Option<(Instant, Instant)>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// The entries were read.
    Loaded(Box<Result<Page, Report>>),
    /// The list was scrolled.
    Scrolled(Scrolled),
    /// A row was chosen.
    Chosen(usize),
    /// The next row, or the one before.
    Move(bool),
    /// Something was typed to look for.
    EntryChanged(String),
    /// What was typed is looked for; or the clock is accepted, where that was asked.
    Enter,
    /// Everything about what the chosen row is about.
    Same,
    /// The whole journal is read.
    Verify,
    /// What that found.
    Verified(Result<Verdict, Report>),
    /// The clock is right: asked first.
    Clock,
    /// The clock was accepted, or not.
    Accepted(Result<Option<Instant>, Report>),
    /// Turns the list round, filters it, writes it out.
    Listed(Listed),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Write this list.
    Export(List),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let mut keys = vec![
        ("↑ ↓", t("help.choose_row")),
        ("Entrée", t("journal.look_for")),
        ("F5", t("journal.same")),
        ("F6", t("journal.verify")),
        ("F8", t("journal.accept")),
    ];
    keys.extend(listed::keys());
    keys
}

impl State {
    /// Reads the entries again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let (wanted, limit) = (self.wanted, self.asked.limit());
        let read = ask(&office.workstation(), move |ws| {
            Ok(Page { lines: ws.journal_page(&person, wanted, limit)?, wanted, gap: ws.clock_gap()? })
        });
        read.map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// Nobody is signed in any more: nothing is shown.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Takes the message of this screen away.
    pub fn dismiss(&mut self) {
        (self.notice, self.said, self.doubts) = (None, None, false);
    }

    /// The row that the arrows chose.
    pub fn choice(&self) -> Option<Choice> {
        Some(Choice { row: self.chosen, height: ROW })
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::Enter) => Some(Message::Enter),
            Key::Named(Named::F5) => Some(Message::Same),
            Key::Named(Named::F6) => Some(Message::Verify),
            Key::Named(Named::F8) => Some(Message::Clock),
            _ => None,
        }
    }

    /// The message of a letter that was typed with Ctrl.
    pub fn control(&self, letter: &str) -> Option<Message> {
        listed::of_letter(letter).map(Message::Listed)
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Office, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Loaded(answer) => match *answer {
                Ok(page) => {
                    self.chosen = self.chosen.min(page.lines.len().saturating_sub(1));
                    self.page = Some(page);
                }
                Err(report) => {
                    self.page = None;
                    self.notice = Some(report);
                }
            },
            Message::Scrolled(to) => {
                self.scrolled = to;
                return self.read_on(office, signed_in, to.end(ROW));
            }
            Message::Chosen(index) => self.chosen = index,
            Message::Move(forward) => {
                let last = self.page.as_ref().map_or(0, |page| page.lines.len().saturating_sub(1));
                self.chosen = if forward { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) };
                return self.read_on(office, signed_in, self.chosen);
            }
            Message::EntryChanged(entry) => (self.entry, self.doubts) = (entry, false),
            Message::Enter if self.doubts => return self.accept(office, signed_in),
            Message::Enter => return self.look_for(office, signed_in),
            Message::Same => {
                let line = self.page.as_ref().and_then(|page| page.lines.get(self.chosen));
                let Some(subject) = line.and_then(typed_of) else { return Action::None };
                self.entry = subject;
                return self.look_for(office, signed_in);
            }
            Message::Verify => return self.verify(office, signed_in),
            Message::Verified(answer) => {
                self.verifying = false;
                match answer {
                    Ok(verdict) => self.verdict = Some(verdict),
                    Err(report) => self.notice = Some(report),
                }
            }
            Message::Clock => {
                let behind = self.page.as_ref().is_some_and(|page| page.gap.is_some());
                self.doubts = behind;
                self.said = (!behind).then(|| t("journal.clock_follows").to_owned());
            }
            Message::Accepted(answer) => {
                match answer {
                    Ok(Some(last)) => {
                        let last = clock::paris(last).format("%d/%m/%Y %H h %M").to_string();
                        self.said = Some(with("journal.accepted", &[("last", &last)]));
                    }
                    Ok(None) => self.said = Some(t("journal.clock_follows").to_owned()),
                    Err(report) => self.notice = Some(report),
                }
                return Action::Run(self.reload(office, signed_in));
            }
            Message::Listed(gesture) => return self.listed(office, signed_in, gesture),
        }
        Action::None
    }

    /// The list turned round, through another filter, or into a file. There is one order: that of writing.
    fn listed(&mut self, office: &Office, signed_in: Option<&SignedIn>, gesture: Listed) -> Action {
        let Some(listing) = listed::changed(self.wanted.listing, gesture) else {
            return Action::Export(List::Journal(self.wanted));
        };
        self.wanted.listing = listing;
        self.read_from_the_top(office, signed_in)
    }

    fn look_for(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Some(person) = signed_in else { return Action::None };
        self.dismiss();
        match about_typed(&self.entry, person) {
            Ok(about) => {
                self.wanted.about = about;
                self.read_from_the_top(office, signed_in)
            }
            Err(error) => {
                self.notice = Some(error.report());
                Action::None
            }
        }
    }

    fn read_from_the_top(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        (self.chosen, self.scrolled, self.asked) = (0, Scrolled::default(), Asked::default());
        Action::Run(self.reload(office, signed_in))
    }

    /// Whether the journal is being read beside the desk.
    pub fn is_verifying(&self) -> bool {
        self.verifying
    }

    fn verify(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Some(person) = signed_in.cloned().filter(|_| !self.verifying) else { return Action::None };
        self.dismiss();
        (self.verifying, self.verdict) = (true, None);
        // It takes as long as the journal is long: the desk does not wait for it.
        let beside = Beside::of(office);
        Action::Run(aside(move || beside.verify(Some(&person))).map(Message::Verified))
    }

    fn accept(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        self.dismiss();
        let Some(person) = signed_in.cloned() else { return Action::None };
        Action::Run(ask(&office.workstation(), move |ws| ws.accept_clock(&person)).map(Message::Accepted))
    }

    /// Reads more when somebody comes to the end of what is there.
    fn read_on(&mut self, office: &Office, signed_in: Option<&SignedIn>, seen: usize) -> Action {
        let read = self.page.as_ref().filter(|page| page.wanted == self.wanted).map_or(0, |page| page.lines.len());
        if self.asked.more(seen, read) { Action::Run(self.reload(office, signed_in)) } else { Action::None }
    }

    /// The filter in words; nothing for everything.
    fn filter(&self) -> Option<&'static str> {
        match self.wanted.listing.only {
            EntryOnly::All => None,
            EntryOnly::Fses => Some(t("journal.only_fses")),
            EntryOnly::Lots => Some(t("journal.only_lots")),
            EntryOnly::Sessions => Some(t("journal.only_sessions")),
            EntryOnly::Refusals => Some(t("journal.only_refusals")),
        }
    }
}
