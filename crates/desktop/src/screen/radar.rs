//! À surveiller: what is not finished, a bar a category, and the legal dates that come on a line; the rows of the chosen
//! category, each with the one key that takes to where it is done. What is watched is decided in `core`; nothing is done here.

mod drawn;
mod view;
mod words;

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::{Element, Task};
use liasse_core::desk::SignedIn;
use liasse_core::lists::{List, Listing};
use liasse_core::office::Office;
use liasse_core::radar::{Category, Radar, Row, Todo, WatchOnly, WatchSort, Watched};
use liasse_domain::{FseRef, Report};

use crate::ask::ask;
use crate::screen::listed::{self, Listed};
use crate::text::t;
use crate::widget::rows::{Choice, Scrolled};

pub use words::category as category_name;

/// The height of a row.
const ROW: f32 = 48.0;
/// So many rows of each category are read at first: more than a screen holds, when somebody comes to their end.
const FIRST: u32 = 50;
/// How near that end is.
const NEAR: usize = 4;

/// The screen.
#[derive(Default)]
pub struct State {
    radar: Option<Radar>,
    /// The category whose rows are shown; the first that has some where none was chosen.
    category: Option<Category>,
    chosen: usize,
    scrolled: Scrolled,
    /// How the rows of each category are sorted and filtered.
    listing: Listing<WatchSort, WatchOnly>,
    /// How often more rows were asked for.
    doubled: u32,
    notice: Option<Report>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is watched was read.
    Loaded(Box<Result<Radar, Report>>),
    /// Reads it again.
    Reload,
    /// The list was scrolled.
    Scrolled(Scrolled),
    /// A row was chosen.
    Chosen(usize),
    /// The next row, or the one before.
    Move(bool),
    /// A category was chosen.
    Opened(Category),
    /// The next category, or the one before.
    Turn(bool),
    /// To where the chosen row is done.
    Enter,
    /// Sorts the rows, turns them round, filters them, writes them out.
    Listed(Listed),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Show where something is done.
    Go(Target),
    /// Write this list.
    Export(List),
}

/// Where something is done, and about what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// On which screen.
    pub place: Where,
    /// Which FSE, or the FSE of which DRE.
    pub fse: Option<FseRef>,
    /// Which passage.
    pub passage: Option<i64>,
}

/// The screens on which something is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// Accueil.
    Reception,
    /// À signer.
    ToSign,
    /// Lots et envois.
    Lots,
    /// Paiements et rejets.
    Paiements,
    /// Recettes.
    Recettes,
}

/// On which screen a thing is done.
fn place_of(todo: Todo) -> Where {
    match todo {
        Todo::Coter | Todo::Facturer => Where::Reception,
        Todo::Signer | Todo::Revoir => Where::ToSign,
        Todo::MettreEnLot | Todo::Envoyer | Todo::Relever | Todo::Renvoyer => Where::Lots,
        Todo::Encaisser => Where::Recettes,
        Todo::Relancer | Todo::Corriger | Todo::Reporter | Todo::Rapprocher => Where::Paiements,
    }
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let mut keys = vec![
        ("↑ ↓", t("radar.key_row")),
        ("← →", t("radar.key_category")),
        ("Entrée", t("radar.key_go")),
        ("F5", t("radar.key_reload")),
    ];
    keys.extend(listed::keys());
    keys
}

impl State {
    /// Reads what is watched again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let (listing, limit) = (self.listing, self.limit());
        let read = ask(&office.workstation(), move |ws| ws.radar_listed(&person, listing, limit));
        read.map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// Nobody is signed in any more: nothing is shown.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Takes the message of this screen away.
    pub fn dismiss(&mut self) {
        self.notice = None;
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
            Key::Named(Named::ArrowRight) => Some(Message::Turn(true)),
            Key::Named(Named::ArrowLeft) => Some(Message::Turn(false)),
            Key::Named(Named::Enter) => Some(Message::Enter),
            Key::Named(Named::F5) => Some(Message::Reload),
            _ => None,
        }
    }

    /// The message of a letter that was typed with Ctrl.
    pub fn control(&self, letter: &str) -> Option<Message> {
        listed::of_letter(letter).map(Message::Listed)
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Loaded(answer) => match *answer {
                Ok(radar) => self.show(radar),
                Err(report) => self.notice = Some(report),
            },
            Message::Reload => return Action::Run(self.reload(office, signed_in)),
            Message::Scrolled(to) => {
                self.scrolled = to;
                return self.read_on(office, signed_in, to.end(ROW));
            }
            Message::Chosen(index) => self.choose(index),
            Message::Move(forward) => {
                self.choose(if forward { self.chosen + 1 } else { self.chosen.saturating_sub(1) });
                return self.read_on(office, signed_in, self.chosen);
            }
            Message::Opened(category) => self.open(category),
            Message::Turn(forward) => self.turn(forward),
            Message::Enter => return self.enter(),
            Message::Listed(gesture) => {
                if let Some(listing) = listed::changed(self.listing, gesture) {
                    self.listing = listing;
                    (self.chosen, self.scrolled, self.doubled) = (0, Scrolled::default(), 0);
                    return Action::Run(self.reload(office, signed_in));
                }
                let shown = self.shown().map(|watched| watched.category);
                return shown.map_or(Action::None, |category| Action::Export(List::Watched(category, self.listing)));
            }
        }
        Action::None
    }

    /// The screen: nothing of it is anybody's who is not signed in.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        match self.radar.as_ref().filter(|_| signed_in.is_some()) {
            Some(radar) => view::screen(self, radar),
            None => view::nobody(),
        }
    }

    fn limit(&self) -> u32 {
        FIRST.saturating_mul(2u32.saturating_pow(self.doubled))
    }

    fn show(&mut self, radar: Radar) {
        let first = radar.categories.iter().find(|one| one.count > 0).map(|one| one.category);
        let still = self.category.filter(|shown| radar.categories.iter().any(|one| one.category == *shown));
        self.category = still.or(first);
        self.radar = Some(radar);
        self.choose(self.chosen);
    }

    /// The category that is shown; the first of all where nothing is watched.
    fn shown(&self) -> Option<&Watched> {
        let categories = &self.radar.as_ref()?.categories;
        categories.iter().find(|one| Some(one.category) == self.category).or(categories.first())
    }

    fn row(&self) -> Option<&Row> {
        self.shown()?.rows.get(self.chosen)
    }

    fn choose(&mut self, index: usize) {
        let last = self.shown().map_or(0, |watched| watched.rows.len().saturating_sub(1));
        self.chosen = index.min(last);
    }

    fn open(&mut self, category: Category) {
        self.category = Some(category);
        (self.chosen, self.scrolled) = (0, Scrolled::default());
    }

    fn turn(&mut self, forward: bool) {
        let Some(radar) = &self.radar else { return };
        let shown = self.shown().map(|watched| watched.category);
        let at = radar.categories.iter().position(|one| Some(one.category) == shown).unwrap_or_default();
        let next = if forward { at + 1 } else { at.saturating_sub(1) };
        if let Some(category) = radar.categories.get(next).map(|one| one.category)
            && shown != Some(category)
        {
            self.open(category);
        }
    }

    fn enter(&self) -> Action {
        let target = |row: &Row| Target { place: place_of(row.action), fse: row.fse.clone(), passage: row.passage };
        self.row().map_or(Action::None, |row| Action::Go(target(row)))
    }

    /// Reads more rows when somebody comes to the end of those that are there.
    fn read_on(&mut self, office: &Office, signed_in: Option<&SignedIn>, seen: usize) -> Action {
        let Some(watched) = self.shown() else { return Action::None };
        let read = watched.rows.len();
        // Fewer than were asked for are on their way.
        let asked = usize::try_from(self.limit()).unwrap_or(usize::MAX);
        if read < asked || read >= watched.listed || seen + NEAR < read {
            return Action::None;
        }
        self.doubled += 1;
        Action::Run(self.reload(office, signed_in))
    }
}

#[cfg(test)]
mod tests {
    use liasse_domain::Centimes;

    use super::*;

    fn watched(category: Category, count: usize) -> Watched {
        Watched {
            category,
            count,
            more: false,
            total_cents: Centimes(3000),
            unpriced: 0,
            oldest_days: None,
            next_date: None,
            overdue: 0,
            listed: count,
            rows: Vec::new(),
        }
    }

    fn radar(counts: [usize; 3]) -> Radar {
        let categories = [Category::VuNonFacture, Category::FactureNonEnvoye, Category::DateLegale];
        Radar {
            v: 1,
            day: "2026-01-15".parse().expect("a day"),
            returns_read_until: None,
            categories: categories.into_iter().zip(counts).map(|(one, count)| watched(one, count)).collect(),
            dates: Vec::new(),
            notices: Vec::new(),
        }
    }

    fn shown(state: &State) -> Option<Category> {
        state.shown().map(|watched| watched.category)
    }

    #[test]
    fn what_has_something_is_shown_first_and_the_choice_stays_when_it_is_read_again() {
        let mut state = State::default();
        state.show(radar([0, 2, 1]));
        assert_eq!(shown(&state), Some(Category::FactureNonEnvoye));
        state.turn(true);
        assert_eq!(shown(&state), Some(Category::DateLegale));
        state.turn(true);
        assert_eq!(shown(&state), Some(Category::DateLegale), "it is the last");
        state.show(radar([1, 0, 0]));
        assert_eq!(shown(&state), Some(Category::DateLegale));
        state.turn(false);
        state.turn(false);
        state.turn(false);
        assert_eq!(shown(&state), Some(Category::VuNonFacture));
        state.forget();
        assert_eq!(shown(&state), None);
    }

    #[test]
    fn where_nothing_is_watched_the_arrows_and_enter_do_no_harm() {
        let mut state = State::default();
        state.turn(true);
        state.choose(7);
        assert!(matches!(state.enter(), Action::None));
        state.show(radar([0, 0, 0]));
        assert_eq!((shown(&state), state.chosen), (Some(Category::VuNonFacture), 0));
        assert!(matches!(state.enter(), Action::None));
    }

    #[test]
    fn what_is_about_money_of_the_patient_is_done_in_recettes_and_of_a_caisse_in_paiements() {
        for (todo, place) in [
            (Todo::Facturer, Where::Reception),
            (Todo::Signer, Where::ToSign),
            (Todo::Renvoyer, Where::Lots),
            (Todo::Encaisser, Where::Recettes),
            (Todo::Corriger, Where::Paiements),
            (Todo::Relancer, Where::Paiements),
        ] {
            assert_eq!(place_of(todo), place, "{todo:?}");
        }
    }

    #[test]
    fn twice_as_many_rows_are_asked_for_each_time() {
        let state = |doubled| State { doubled, ..State::default() };
        assert_eq!([0, 1, 3].map(|doubled| state(doubled).limit()), [50, 100, 400]);
        assert_eq!(state(200).limit(), u32::MAX);
    }
}
