//! Paiements et rejets: what the caisse refused, in plain words, with the gesture that makes the corrected FSE; what it
//! paid, line by line, matched to an FSE or separated from it; and the messages that move no money. What may be corrected
//! or matched is decided in `core`.

mod notes;
mod view;

use iced::Task;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use liasse_core::PaidRow;
use liasse_core::cards::VitaleView;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::lists::{List, Listing, PaidOnly, PaidSort, PaymentsPage};
use liasse_core::office::Office;
use liasse_core::returned::RejectedFse;
use liasse_domain::{Code, FseNumber, FseRef, Report};

use crate::ask::ask;
use crate::screen::listed::{self, Listed};
use crate::text::{t, with};
use crate::widget::rows::{Asked, Choice, Scrolled};
use notes::Note;

/// The height of a row.
const ROW: f32 = 52.0;

/// The screen.
#[derive(Default)]
pub struct State {
    money: Option<Money>,
    chosen: usize,
    /// An FSE that another screen sends to.
    wanted: Option<FseRef>,
    scrolled: Scrolled,
    /// How the list is sorted and filtered.
    listing: Listing<PaidSort, PaidOnly>,
    /// Of the lines of transfers, or of what the filter leaves alone.
    asked: Asked,
    /// The number of the FSE that a line is to be matched to.
    entry: String,
    notice: Option<Report>,
    said: Option<String>,
}

/// What the screen shows: the rejects, then the lines of the transfers, then the messages; and how many of all await
/// somebody.
#[derive(Clone, Debug)]
pub struct Money {
    page: PaymentsPage,
    /// Its messages as rows.
    notes: Vec<Note>,
    /// How it was asked for.
    listing: Listing<PaidSort, PaidOnly>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is shown was read.
    Loaded(Box<Result<Money, Report>>),
    /// The list was scrolled.
    Scrolled(Scrolled),
    /// A row was chosen.
    Chosen(usize),
    /// The next row, or the one before.
    Move(bool),
    /// The number of an FSE was typed.
    EntryChanged(String),
    /// Corrects the chosen reject, or matches the chosen line.
    Enter,
    /// Separates the chosen line from its FSE.
    Separate,
    /// The locum may take the chosen reject up again.
    Reopen,
    /// The chosen reject is billed again on paper.
    OnPaper,
    /// It was reopened, or is on paper: the sentence that says so.
    Said(Result<String, Report>),
    /// A line was matched or separated, or not.
    Moved(Result<(), Report>),
    /// Sorts the list, turns it round, filters it, writes it out.
    Listed(Listed),
    /// The draft of a correction, or why there is none.
    Draft(Box<Result<Draft, Report>>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Run a task; the ledger changed.
    LedgerChanged(Task<Message>),
    /// Open the draft of a correction.
    Correct(Box<Draft>),
    /// Write this list.
    Export(List),
}

/// A row of the list.
enum Row<'a> {
    Reject(&'a RejectedFse),
    Line(&'a PaidRow),
    Note(&'a Note),
}

impl Money {
    fn count(&self) -> usize {
        self.page.rejects.len() + self.page.lines.len() + self.notes.len()
    }

    /// Where an FSE stands: as a reject, else as a line matched to it.
    fn place_of(&self, fse: &FseRef) -> Option<usize> {
        let rejected = self.page.rejects.iter().position(|reject| reject.fse == *fse);
        let matched = || self.page.lines.iter().position(|line| line.matched.as_ref() == Some(fse));
        rejected.or_else(|| matched().map(|at| at + self.page.rejects.len()))
    }

    fn row(&self, index: usize) -> Option<Row<'_>> {
        let after_rejects = index.checked_sub(self.page.rejects.len());
        let after_lines = after_rejects.and_then(|index| index.checked_sub(self.page.lines.len()));
        match (after_rejects, after_lines) {
            (None, _) => self.page.rejects.get(index).map(Row::Reject),
            (Some(index), None) => self.page.lines.get(index).map(Row::Line),
            (_, Some(index)) => self.notes.get(index).map(Row::Note),
        }
    }
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let mut keys = vec![
        ("↑ ↓", t("help.choose_row")),
        ("Entrée", t("help.correct")),
        ("F6", t("help.reopen")),
        ("F7", t("help.on_paper")),
        ("Suppr", t("help.separate")),
    ];
    keys.extend(listed::keys());
    keys
}

impl State {
    /// Reads rejects and payments again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let (listing, limit) = (self.listing, self.asked.limit());
        let read = ask(&office.workstation(), move |ws| {
            let page = ws.payments_page(&person, listing, limit)?;
            Ok(Money { notes: page.notes.iter().flat_map(notes::of).collect(), page, listing })
        });
        read.map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// Nobody is signed in any more: nothing is shown.
    pub fn forget(&mut self) {
        *self = Self::default();
    }

    /// Another screen sends here for that FSE: it is chosen once the list is read.
    pub fn look_at(&mut self, fse: FseRef) {
        self.wanted = Some(fse);
        self.listing = Listing::default();
    }

    /// Takes the message of this screen away.
    pub fn dismiss(&mut self) {
        (self.notice, self.said) = (None, None);
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
            Key::Named(Named::Delete) => Some(Message::Separate),
            Key::Named(Named::F6) => Some(Message::Reopen),
            Key::Named(Named::F7) => Some(Message::OnPaper),
            _ => None,
        }
    }

    /// The message of a letter that was typed with Ctrl.
    pub fn control(&self, letter: &str) -> Option<Message> {
        listed::of_letter(letter).map(Message::Listed)
    }

    /// The chosen row of the list that is asked for: another one stays on the screen until it is read, and no key acts on that.
    fn chosen(&self) -> Option<Row<'_>> {
        self.money.as_ref().filter(|money| money.listing == self.listing).and_then(|money| money.row(self.chosen))
    }

    /// See [`Action`]; `vitale` is the patient's card in a reader.
    pub fn update(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        vitale: Option<&VitaleView>,
        message: Message,
    ) -> Action {
        match message {
            Message::Loaded(answer) => match *answer {
                Ok(money) => {
                    // Lines that were read on stand before the messages.
                    let on_note = matches!(self.chosen(), Some(Row::Note(_)));
                    let as_before = |before: &&Money| on_note && before.listing == money.listing;
                    if let Some(before) = self.money.as_ref().filter(as_before) {
                        self.chosen += money.page.lines.len().saturating_sub(before.page.lines.len());
                    }
                    self.chosen = self.chosen.min(money.count().saturating_sub(1));
                    if let Some(wanted) = self.wanted.take() {
                        // None rather than another patient's.
                        let at = money.place_of(&wanted);
                        self.chosen = at.unwrap_or(money.count());
                        if at.is_none() {
                            self.said = Some(with("watched.not_listed", &[("fse", &wanted.number.to_string())]));
                        }
                    }
                    self.money = Some(money);
                }
                Err(report) => self.notice = Some(report),
            },
            Message::Scrolled(to) => {
                self.scrolled = to;
                return self.read_on(office, signed_in, to.end(ROW));
            }
            Message::Chosen(index) => self.choose(index),
            Message::Move(forward) => {
                let last = self.money.as_ref().map_or(0, |money| money.count().saturating_sub(1));
                self.choose(if forward { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) });
                return self.read_on(office, signed_in, self.chosen);
            }
            Message::EntryChanged(entry) => self.entry = entry,
            Message::Enter => return self.enter(office, signed_in, vitale),
            Message::Separate => return self.separate(office, signed_in),
            Message::Reopen => return self.of_locum(office, signed_in, false),
            Message::OnPaper => return self.of_locum(office, signed_in, true),
            Message::Said(Ok(said)) => {
                self.said = Some(said);
                return Action::LedgerChanged(self.reload(office, signed_in));
            }
            Message::Said(Err(report)) => self.notice = Some(report),
            Message::Moved(Ok(())) => {
                self.entry.clear();
                self.said = Some(t("money.moved").to_owned());
                return Action::LedgerChanged(self.reload(office, signed_in));
            }
            Message::Draft(answer) => match *answer {
                Ok(draft) => return Action::Correct(Box::new(draft)),
                Err(report) => self.notice = Some(report),
            },
            Message::Moved(Err(report)) => self.notice = Some(report),
            Message::Listed(gesture) => {
                let Some(listing) = listed::changed(self.listing, gesture) else {
                    return Action::Export(List::Payments(self.listing));
                };
                self.listing = listing;
                (self.asked, self.scrolled) = (Asked::default(), Scrolled::default());
                self.choose(0);
                return Action::Run(self.reload(office, signed_in));
            }
        }
        Action::None
    }

    /// What a locum's reject offers: reopened for the locum's card, or paper. The doctor never signs an FSE that the locum made.
    fn of_locum(&mut self, office: &Office, signed_in: Option<&SignedIn>, paper: bool) -> Action {
        self.dismiss();
        let fse = match self.chosen() {
            Some(Row::Reject(reject)) if reject.session.is_some() && reject.awaits_correction() => reject.fse.clone(),
            _ => return Action::None,
        };
        let Some(person) = signed_in.cloned() else { return Action::None };
        let folder = office.root().join("papier");
        let done = ask(&office.workstation(), move |ws| {
            let number = fse.number.to_string();
            if !paper {
                ws.reopen_for_locum(&fse, &person)?;
                return Ok(with("money.reopened", &[("fse", &number)]));
            }
            let sheet = ws.reject_on_paper(&fse, &person)?;
            let path = ws.write_sheet(sheet, &folder, &person)?;
            Ok(with("money.on_paper", &[("fse", &number), ("file", &path.display().to_string())]))
        });
        Action::Run(done.map(Message::Said))
    }

    /// Reads more when somebody comes to the end of what is there: of the kind that the filter leaves alone, else of the lines.
    fn read_on(&mut self, office: &Office, signed_in: Option<&SignedIn>, seen: usize) -> Action {
        let Some(money) = self.money.as_ref().filter(|money| money.listing == self.listing) else {
            return Action::None;
        };
        let more = match self.listing.only {
            PaidOnly::Rejects | PaidOnly::Awaiting => self.asked.more(seen, money.page.rejects.len()),
            PaidOnly::Messages => {
                // How many were looked at is what was asked for; not all of them are this practitioner's.
                let asked = usize::try_from(self.asked.limit()).unwrap_or(usize::MAX);
                let read = if money.page.more_notes { asked } else { 0 };
                self.asked.more(seen + read.saturating_sub(money.notes.len()), read)
            }
            _ => self.asked.more(seen.saturating_sub(money.page.rejects.len()), money.page.lines.len()),
        };
        if more { Action::Run(self.reload(office, signed_in)) } else { Action::None }
    }

    fn choose(&mut self, index: usize) {
        self.chosen = index;
        self.entry.clear();
        self.notice = None;
        self.said = None;
    }

    fn enter(&mut self, office: &Office, signed_in: Option<&SignedIn>, vitale: Option<&VitaleView>) -> Action {
        self.notice = None;
        let Some(person) = signed_in.cloned() else { return Action::None };
        match self.chosen() {
            Some(Row::Reject(reject)) if reject.is_dre() => {
                let fse = reject.fse.clone();
                let passed = ask(&office.workstation(), move |ws| ws.take_dre_back(&fse, &person).map(drop));
                Action::Run(passed.map(Message::Moved))
            }
            Some(Row::Reject(reject)) => {
                let Some(vitale) = vitale.cloned() else {
                    self.notice = Some(Report::new(Code("invoicing.vitale_absente"), &[]));
                    return Action::None;
                };
                let fse = reject.fse.clone();
                let draft = ask(&office.workstation(), move |ws| ws.correction_of(&fse, &vitale, &person));
                Action::Run(draft.map(|answer| Message::Draft(Box::new(answer))))
            }
            Some(Row::Line(line)) => {
                let (payment, position) = (line.payment, line.line);
                let named = match self.entry.trim() {
                    "" => Some(line.fse.clone()),
                    number => format!("{number:0>9}")
                        .parse::<FseNumber>()
                        .ok()
                        .map(|number| FseRef { number, ..line.fse.clone() }),
                };
                let Some(fse) = named else {
                    self.notice = Some(Report::new(Code("invoicing.fse_inconnue"), &[]));
                    return Action::None;
                };
                let matched = ask(&office.workstation(), move |ws| ws.match_line(&person, payment, position, &fse));
                Action::Run(matched.map(Message::Moved))
            }
            Some(Row::Note(_)) | None => Action::None,
        }
    }

    fn separate(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        self.notice = None;
        let (Some(Row::Line(line)), Some(person)) = (self.chosen(), signed_in.cloned()) else { return Action::None };
        let (payment, position) = (line.payment, line.line);
        let separated = ask(&office.workstation(), move |ws| ws.unmatch_line(&person, payment, position));
        Action::Run(separated.map(Message::Moved))
    }
}
