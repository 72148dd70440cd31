//! Patients: one field that finds people as one types; one of them with what is known of the rights, the history, and for the
//! chosen FSE the sentence to read aloud to who was not reimbursed, with its duplicata.
//! Who is found, and what is said, is decided in `core`.

mod data;
mod view;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::operation;
use iced::{Task, widget};
use liasse_core::desk::SignedIn;
use liasse_core::export::ExportError;
use liasse_core::forgetting::ForgetPlan;
use liasse_core::ledger::Document;
use liasse_core::lists::{List, Listing, Only, Sort};
use liasse_core::office::Office;
use liasse_core::people::{Found, History, Search};
use liasse_core::reimbursed::Answer;
use liasse_core::{CoreError, papers};
use liasse_domain::{DocumentKind, FseRef, Report, clock};

use crate::ask::ask;
use crate::screen::listed::{self, Listed};
use crate::text::{t, with};
use crate::widget::rows::{Asked, Choice, Scrolled};
use crate::widget::secret::SecretBuffer;

/// The field of what is looked for.
pub const FIELD: &str = "patients";
/// Nobody reads more people: the search is narrowed.
const MOST: usize = 50;
/// The height of a row, of people and of the history.
const ROW: f32 = 52.0;

/// The screen.
#[derive(Default)]
pub struct State {
    typed: String,
    /// Who is found by what is typed; nothing where too little is.
    found: Option<Found>,
    chosen: usize,
    scrolled: Scrolled,
    opened: Option<Opened>,
    /// What is kept of the patient who is open, once it is asked for.
    data: Option<ForgetPlan>,
    /// The passphrase is typed, for erasing them although the clock stands far from the journal.
    confirming: Option<SecretBuffer>,
    /// A print is under way.
    busy: bool,
    notice: Option<Report>,
    said: Option<String>,
}

/// The patient who is looked at.
struct Opened {
    history: History,
    /// Of the documents.
    chosen: usize,
    scrolled: Scrolled,
    asked: Asked,
    /// How they are sorted and filtered.
    listing: Listing,
    /// What to tell them about the chosen FSE.
    answer: Option<Answer>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// The field changed.
    Typed(String),
    /// Who is found by what was typed then.
    Found(String, Box<Result<Option<Found>, Report>>),
    /// The list of people was scrolled.
    PeopleScrolled(Scrolled),
    /// One of the people found was chosen, and is opened.
    Picked(usize),
    /// The next row, or the one before.
    Move(bool),
    /// Opens the chosen patient.
    Enter,
    /// The history was read.
    Read(Box<Result<History, Report>>),
    /// The history was scrolled.
    Scrolled(Scrolled),
    /// A document was chosen.
    Chosen(usize),
    /// What to tell about that FSE.
    Answered(FseRef, Box<Result<Answer, Report>>),
    /// Back to who was found.
    Back,
    /// Another patient is looked for.
    Another,
    /// Writes the duplicata of the chosen FSE.
    Duplicate,
    /// It is written, with the sentence that says where, or not.
    Written(Result<String, Report>),
    /// Sorts the history, turns it round, filters it, writes it out.
    Listed(Listed),
    /// What is kept of the patient: shown, handed over, erased.
    Data(data::Gesture),
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

/// As a history is first shown: the latest acts first.
const LATEST: Listing = Listing { sort: Sort::Day, turned: false, only: Only::All };

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let mut keys = vec![
        ("↓ ↑", t("patients.key_row")),
        ("Entrée", t("patients.key_open")),
        ("F5", t("patients.back")),
        ("F6", t("patients.duplicate")),
        ("F7", t("patients.data_key")),
        ("F8", t("patients.another")),
        ("F12", t("patients.erase")),
    ];
    keys.extend(listed::keys());
    keys
}

impl State {
    /// Reads again what is shown: the history, or who is found.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        match &self.opened {
            Some(opened) => opened.read(office, signed_in),
            None => self.search(office, signed_in),
        }
    }

    /// Another person, or nobody: nothing of the last one stays.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Somebody looks at another screen: a passphrase that is half typed goes.
    pub fn put_down(&mut self) {
        self.confirming = None;
    }

    /// Takes the messages of this screen away.
    pub fn dismiss(&mut self) {
        (self.notice, self.said, self.confirming) = (None, None, None);
    }

    /// The focus of the field.
    pub fn focus(&self) -> Task<Message> {
        operation::focus(widget::Id::new(FIELD))
    }

    /// The message of a key that the field did not take.
    pub fn key(&self, key: &Key) -> Option<Message> {
        if self.data.is_some() {
            return data::key(key).map(Message::Data);
        }
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::Enter) => Some(Message::Enter),
            Key::Named(Named::F5) => Some(Message::Back),
            Key::Named(Named::F6) => Some(Message::Duplicate),
            Key::Named(Named::F7) => Some(Message::Data(data::Gesture::Show)),
            Key::Named(Named::F8) => Some(Message::Another),
            _ => None,
        }
    }

    /// The row that the arrows chose.
    pub fn choice(&self) -> Option<Choice> {
        let row = self.opened.as_ref().map_or(self.chosen, |opened| opened.chosen);
        Some(Choice { row, height: ROW })
    }

    /// The message of a letter that was typed with Ctrl: who is found stays ranked by what is typed, a history is listed.
    pub fn control(&self, letter: &str) -> Option<Message> {
        listed::of_letter(letter).map(Message::Listed)
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Typed(typed) => {
                self.dismiss();
                (self.typed, self.opened, self.data) = (typed, None, None);
                return Action::Run(self.search(office, signed_in));
            }
            // What was typed meanwhile has its own answer.
            Message::Found(typed, _) if typed != self.typed => {}
            Message::Found(_, answer) => match *answer {
                Ok(found) => self.show(found),
                Err(report) => self.notice = Some(report),
            },
            Message::PeopleScrolled(to) => self.scrolled = to,
            Message::Picked(index) => {
                self.chosen = index;
                return self.open(office, signed_in);
            }
            Message::Move(forward) => return self.walk(office, signed_in, forward),
            Message::Enter => return self.open(office, signed_in),
            Message::Read(answer) => match *answer {
                Ok(history) => {
                    self.show_history(history);
                    return Action::Run(self.ask_why(office, signed_in));
                }
                Err(report) => self.notice = Some(report),
            },
            Message::Scrolled(to) => {
                if let Some(opened) = &mut self.opened {
                    opened.scrolled = to;
                }
                return Action::Run(self.read_on(office, signed_in, to.end(ROW)));
            }
            Message::Chosen(index) => return self.choose(office, signed_in, index),
            Message::Answered(fse, answer) => self.answered(&fse, *answer),
            Message::Back => {
                self.opened = None;
                return Action::Run(Task::batch([self.search(office, signed_in), self.focus()]));
            }
            Message::Another => {
                self.forget();
                return Action::Run(self.focus());
            }
            Message::Duplicate => return self.duplicate(office, signed_in),
            Message::Written(answer) => {
                self.busy = false;
                match answer {
                    Ok(said) => self.said = Some(said),
                    Err(report) => self.notice = Some(report),
                }
            }
            Message::Listed(gesture) => return self.listed(office, signed_in, gesture),
            Message::Data(gesture) => return self.with_data(office, signed_in, gesture),
        }
        Action::None
    }

    /// The history in another way, from its top, or into a file.
    fn listed(&mut self, office: &Office, signed_in: Option<&SignedIn>, gesture: Listed) -> Action {
        let Some(opened) = &mut self.opened else { return Action::None };
        let Some(listing) = listed::changed(opened.listing, gesture) else {
            return Action::Export(List::Patient(opened.history.person.id, opened.listing));
        };
        opened.listing = listing;
        (opened.chosen, opened.scrolled, opened.asked) = (0, Scrolled::default(), Asked::default());
        opened.answer = None;
        Action::Run(opened.read(office, signed_in))
    }

    fn search(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let (typed, asked) = (self.typed.clone(), self.typed.clone());
        let found = ask(&office.workstation(), move |ws| {
            let search = Search::parse(&asked, clock::paris(ws.now()).date());
            if search.is_empty() { Ok(None) } else { ws.find_people(&person, &search, MOST).map(Some) }
        });
        found.map(move |answer| Message::Found(typed.clone(), Box::new(answer)))
    }

    fn show(&mut self, found: Option<Found>) {
        (self.chosen, self.scrolled) = (0, Scrolled::default());
        self.found = found;
    }

    /// Opens the chosen patient; where one is open, nothing.
    fn open(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let chosen = self.found.as_ref().and_then(|found| found.people.get(self.chosen));
        let Some(patient) = chosen.map(|patient| patient.id).filter(|_| self.opened.is_none()) else {
            return Action::None;
        };
        self.dismiss();
        Action::Run(read(office, signed_in, patient, LATEST, Asked::default().limit()))
    }

    fn show_history(&mut self, history: History) {
        let last = history.documents.len().saturating_sub(1);
        self.opened = Some(match self.opened.take() {
            // Read again: the same row stays chosen.
            Some(opened) if opened.history.person.id == history.person.id => {
                Opened { chosen: opened.chosen.min(last), history, ..opened }
            }
            _ => Opened {
                history,
                chosen: 0,
                scrolled: Scrolled::default(),
                asked: Asked::default(),
                listing: LATEST,
                answer: None,
            },
        });
    }

    fn walk(&mut self, office: &Office, signed_in: Option<&SignedIn>, forward: bool) -> Action {
        let next = |at: usize| if forward { at + 1 } else { at.saturating_sub(1) };
        if let Some(at) = self.opened.as_ref().map(|opened| opened.chosen) {
            return self.choose(office, signed_in, next(at));
        }
        let last = self.found.as_ref().map_or(0, |found| found.people.len().saturating_sub(1));
        self.chosen = next(self.chosen).min(last);
        Action::None
    }

    /// Chooses a document of the history, and asks what to tell about it.
    fn choose(&mut self, office: &Office, signed_in: Option<&SignedIn>, index: usize) -> Action {
        let Some(opened) = &mut self.opened else { return Action::None };
        opened.chosen = index.min(opened.history.documents.len().saturating_sub(1));
        (opened.answer, self.said) = (None, None);
        let more = self.read_on(office, signed_in, index);
        Action::Run(Task::batch([more, self.ask_why(office, signed_in)]))
    }

    /// Reads more of the history when somebody comes to the end of what is there.
    fn read_on(&mut self, office: &Office, signed_in: Option<&SignedIn>, seen: usize) -> Task<Message> {
        let Some(opened) = &mut self.opened else { return Task::none() };
        if opened.asked.more(seen, opened.history.documents.len()) {
            opened.read(office, signed_in)
        } else {
            Task::none()
        }
    }

    fn document(&self) -> Option<&Document> {
        let opened = self.opened.as_ref()?;
        opened.history.documents.get(opened.chosen)
    }

    /// The FSE that the keys are about; a DRE is not told to a patient.
    fn fse(&self) -> Option<FseRef> {
        let document = self.document().filter(|document| document.kind == DocumentKind::Fse.word());
        document.map(|document| document.fse.clone())
    }

    fn ask_why(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let (Some(fse), Some(person)) = (self.fse(), signed_in.cloned()) else { return Task::none() };
        let asked = fse.clone();
        let answer = ask(&office.workstation(), move |ws| ws.why_not_reimbursed(&person, &asked));
        answer.map(move |answer| Message::Answered(fse.clone(), Box::new(answer)))
    }

    fn answered(&mut self, fse: &FseRef, answer: Result<Answer, Report>) {
        let still = self.fse().as_ref() == Some(fse);
        match (answer, &mut self.opened) {
            (Ok(answer), Some(opened)) if still => opened.answer = Some(answer),
            (Err(report), Some(_)) if still => self.notice = Some(report),
            // Another FSE is chosen meanwhile.
            _ => {}
        }
    }

    /// Writes the duplicata of the chosen FSE into the folder `duplicata`.
    fn duplicate(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let person = signed_in.cloned().filter(|_| !self.busy);
        let (Some(fse), Some(person)) = (self.fse(), person) else { return Action::None };
        self.dismiss();
        self.busy = true;
        let folder = office.root().join("duplicata");
        let written = ask(&office.workstation(), move |ws| {
            let pdf = papers::pdf(&ws.duplicate_of(&fse, &person)?)?;
            let path = write(&folder, &format!("duplicata-{fse}.pdf"), &pdf)?;
            Ok(with("patients.duplicate_made", &[("file", &path.display().to_string())]))
        });
        Action::Run(written.map(Message::Written))
    }
}

impl Opened {
    fn read(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        read(office, signed_in, self.history.person.id, self.listing, self.asked.limit())
    }
}

fn read(office: &Office, signed_in: Option<&SignedIn>, patient: i64, listing: Listing, limit: u32) -> Task<Message> {
    let Some(person) = signed_in.cloned() else { return Task::none() };
    let read = ask(&office.workstation(), move |ws| ws.history_listed(&person, patient, listing, limit));
    read.map(|answer| Message::Read(Box::new(answer)))
}

fn write(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, CoreError> {
    std::fs::create_dir_all(folder).map_err(ExportError::from)?;
    let path = folder.join(name);
    liasse_core::data_dir::write_private(&path, bytes).map_err(ExportError::from)?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use liasse_core::people::Person;
    use liasse_domain::{Centimes, DocumentState, Private};

    use super::*;

    fn person(id: i64) -> Person {
        Person {
            id,
            name: Private::new("DURAND MARIE"),
            birth_date: "1985-04-17".parse().expect("a date"),
            nir: "2850499999901".parse().expect("a NIR"),
            last_act: None,
            card_read_at: None,
        }
    }

    fn document(number: u32, kind: DocumentKind) -> Document {
        Document {
            fse: format!("991010117-{number:09}").parse().expect("a reference"),
            kind: kind.word().to_owned(),
            act_date: "2026-01-15".parse().expect("a day"),
            total_cents: Centimes(3000),
            document: DocumentState::Signee,
            transmission: None,
            lot: None,
            money: Vec::new(),
            reject: None,
            rejected_on: None,
            locked: false,
            corrected_by: None,
            scans: None,
            patient: Private::new("DURAND MARIE"),
        }
    }

    fn history(id: i64, documents: Vec<Document>) -> History {
        let count = documents.len();
        let listed = count;
        History { v: 1, person: person(id), rights: Vec::new(), returns_read_until: None, count, listed, documents }
    }

    fn opened() -> State {
        let mut state = State::default();
        let documents =
            vec![document(2, DocumentKind::Fse), document(2, DocumentKind::Dre), document(1, DocumentKind::Fse)];
        state.show_history(history(7, documents));
        state
    }

    #[test]
    fn a_history_that_is_read_again_keeps_its_chosen_row_and_another_persons_does_not() {
        let mut state = opened();
        state.opened.as_mut().expect("a patient").chosen = 2;
        state.show_history(history(7, vec![document(2, DocumentKind::Fse), document(1, DocumentKind::Fse)]));
        assert_eq!(state.opened.as_ref().map(|opened| opened.chosen), Some(1), "the last that is there");
        state.show_history(history(8, vec![document(9, DocumentKind::Fse)]));
        assert_eq!(state.opened.as_ref().map(|opened| opened.chosen), Some(0));
        state.forget();
        assert!(state.opened.is_none() && state.typed.is_empty());
    }

    #[test]
    fn a_dre_is_nothing_to_read_aloud_nor_to_print() {
        let mut state = opened();
        assert!(state.fse().is_some());
        state.opened.as_mut().expect("a patient").chosen = 1;
        assert_eq!(state.fse(), None);
    }

    #[test]
    fn an_answer_about_another_fse_is_not_shown() {
        let mut state = opened();
        let answer = |number: u32| Answer {
            v: 1,
            fse: document(number, DocumentKind::Fse).fse,
            standing: liasse_core::reimbursed::Standing::AEnvoyer,
            corrected_by: None,
            sentence: "Une phrase.".to_owned(),
        };
        let late = answer(1);
        state.answered(&late.fse.clone(), Ok(late));
        assert!(state.opened.as_ref().is_some_and(|opened| opened.answer.is_none()));
        let asked = answer(2);
        state.answered(&asked.fse.clone(), Ok(asked));
        assert!(state.opened.as_ref().is_some_and(|opened| opened.answer.is_some()));
    }
}
