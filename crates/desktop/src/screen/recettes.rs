//! Recettes: the day by mode of settling and its end, who still owes, and the cheques on their way to the bank.
//! Which day is open and what may be settled is decided in `core`.

mod view;

use chrono::{Datelike, Days, Months, NaiveDate};
use iced::Task;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use liasse_core::data_dir::EXPORT;
use liasse_core::desk::SignedIn;
use liasse_core::lists::{DebtOnly, DebtSort, List, Listing};
use liasse_core::office::Office;
use liasse_core::recettes::{DayOnly, DayReport, DaySort, Movement, Unpaid};
use liasse_core::{ChequeRow, CoreError, SettlementMode, Workstation};
use liasse_domain::{FseRef, Report};

use crate::ask::ask;
use crate::printed;
use crate::screen::facturer::settlement;
use crate::screen::listed::{self, Listed};
use crate::text::{t, with};
use crate::widget::rows::{Asked, Choice, Scrolled, to_top};

/// The height of a movement and of an unpaid FSE.
const ROW: f32 = 44.0;

/// The screen.
#[derive(Default)]
pub struct State {
    /// The day that is looked at; today where none is chosen.
    day: Option<NaiveDate>,
    receipts: Option<Receipts>,
    chosen: usize,
    /// An FSE that another screen sends to.
    wanted: Option<FseRef>,
    movements: Scrolled,
    unpaid: Scrolled,
    /// Whether the keys of lists are about the movements, and not about what is unpaid.
    on_movements: bool,
    /// How the movements are sorted and filtered.
    day_listing: Listing<DaySort, DayOnly>,
    /// How what is unpaid is.
    unpaid_listing: Listing<DebtSort, DebtOnly>,
    /// Of the unpaid FSE.
    asked: Asked,
    /// A gesture is under way, or its effect is not shown yet: the next key would meet another row.
    busy: bool,
    notice: Option<Report>,
    said: Option<String>,
}

/// What the screen shows.
#[derive(Clone, Debug)]
pub struct Receipts {
    report: DayReport,
    /// Its movements as they are shown.
    movements: Vec<Movement>,
    unpaid: Vec<Unpaid>,
    /// How that was asked for.
    unpaid_listing: Listing<DebtSort, DebtOnly>,
    /// How many there are through the filter; `None` where there are more than were read, and nobody counted them.
    unpaid_count: Option<usize>,
    cheques: Vec<ChequeRow>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is shown was read.
    Loaded(Box<Result<Receipts, Report>>),
    /// The list of movements was scrolled.
    MovementsScrolled(Scrolled),
    /// The list of unpaid FSE was scrolled.
    UnpaidScrolled(Scrolled),
    /// The next unpaid FSE, or the one before.
    Move(bool),
    /// The day after, or the day before.
    Day(bool),
    /// Closes the day.
    Close,
    /// Puts the cheques in hand on a slip.
    Deposit,
    /// Prints the last slip.
    PrintSlip,
    /// Writes the month of the day for an accountant.
    Books,
    /// The chosen FSE is settled like this.
    Settle(SettlementMode),
    /// Something was done, with the sentence that says so, or not.
    Done(Result<String, Report>),
    /// The keys of lists are about the other list.
    OtherList,
    /// Sorts the list, turns it round, filters it, writes it out.
    Listed(Listed),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Run a task; the ledger changed.
    LedgerChanged(Task<Message>),
    /// Write this list.
    Export(List),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let mut keys = vec![
        ("↑ ↓", t("help.choose_row")),
        ("← →", t("help.other_day")),
        ("C H E V G", t("help.settle")),
        ("F6", t("help.deposit")),
        ("F7", t("help.slip")),
        ("F8", t("help.books")),
        ("F12", t("help.close_day")),
        ("F5", t("help.other_list")),
    ];
    keys.extend(listed::keys());
    keys
}

impl State {
    /// Reads the day, the unpaid FSE and the cheques again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let (day, limit) = (self.day, self.asked.limit());
        let (movements, unpaid) = (self.day_listing, self.unpaid_listing);
        let read = ask(&office.workstation(), move |ws| {
            let report = ws.day_report(&person, day)?;
            let owing = ws.unpaid_listed(&person, unpaid, Some(limit))?;
            let whole = u32::try_from(owing.len()).is_ok_and(|read| read < limit);
            let unpaid_count = if whole {
                Some(owing.len())
            } else if unpaid == Listing::default() {
                // The usual page is read without looking at them all.
                None
            } else {
                Some(ws.unpaid_count(&person, unpaid.only)?)
            };
            Ok(Receipts {
                movements: report.listed(movements),
                report,
                unpaid: owing,
                unpaid_listing: unpaid,
                unpaid_count,
                cheques: ws.cheques(&person)?,
            })
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
        self.unpaid_listing = Listing::default();
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
            Key::Named(Named::ArrowRight) => Some(Message::Day(true)),
            Key::Named(Named::ArrowLeft) => Some(Message::Day(false)),
            Key::Named(Named::F12) => Some(Message::Close),
            Key::Named(Named::F5) => Some(Message::OtherList),
            Key::Named(Named::F6) => Some(Message::Deposit),
            Key::Named(Named::F7) => Some(Message::PrintSlip),
            Key::Named(Named::F8) => Some(Message::Books),
            Key::Character(letter) => {
                settlement(letter).filter(|mode| *mode != SettlementMode::PlusTard).map(Message::Settle)
            }
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
            Message::Loaded(answer) => {
                self.busy = false;
                match *answer {
                    Ok(receipts) => {
                        self.chosen = self.place_in(&receipts);
                        if let Some(wanted) = self.wanted.take() {
                            // None rather than another patient's.
                            let at = receipts.unpaid.iter().position(|unpaid| unpaid.fse == wanted);
                            self.chosen = at.unwrap_or(receipts.unpaid.len());
                            if at.is_none() {
                                self.said = Some(with("watched.not_listed", &[("fse", &wanted.number.to_string())]));
                            }
                        }
                        self.receipts = Some(receipts);
                    }
                    Err(report) => self.notice = Some(report),
                }
            }
            Message::MovementsScrolled(to) => self.movements = to,
            Message::UnpaidScrolled(to) => {
                self.unpaid = to;
                return self.read_on(office, signed_in, to.end(ROW));
            }
            Message::Move(forward) => {
                let last = self.receipts.as_ref().map_or(0, |receipts| receipts.unpaid.len().saturating_sub(1));
                self.chosen = if forward { (self.chosen + 1).min(last) } else { self.chosen.saturating_sub(1) };
                return self.read_on(office, signed_in, self.chosen);
            }
            Message::Day(forward) => {
                let shown = self.receipts.as_ref().map(|receipts| receipts.report.day);
                let one = Days::new(1);
                self.day =
                    shown.and_then(|day| if forward { day.checked_add_days(one) } else { day.checked_sub_days(one) });
                self.movements = Scrolled::default();
                return Action::Run(Task::batch([to_top(), self.reload(office, signed_in)]));
            }
            Message::Close => {
                let day = self.receipts.as_ref().map(|receipts| receipts.report.day);
                return self.gesture(office, signed_in, move |ws, person| {
                    let amount = ws.close_day(person, day)?;
                    Ok(with("receipts.closed_now", &[("amount", &amount.to_string())]))
                });
            }
            Message::Deposit => {
                return self.gesture(office, signed_in, |ws, person| {
                    let slip = ws.deposit_cheques(person, &[])?;
                    let (number, count) = (slip.number.to_string(), slip.cheques.len().to_string());
                    let values = [("number", &*number), ("count", &count), ("amount", &slip.amount.to_string())];
                    Ok(with("receipts.deposited", &values))
                });
            }
            Message::PrintSlip => {
                let folder = office.root().join("remises");
                return self.gesture(office, signed_in, move |ws, person| {
                    let paper = ws.deposit_slip(None, person)?;
                    let day = liasse_domain::clock::paris(ws.now()).format("%Y-%m-%d").to_string();
                    printed::pdf(&folder, &format!("remise-{day}.pdf"), &paper)
                });
            }
            Message::Books => {
                let day = self.receipts.as_ref().map(|receipts| receipts.report.day);
                let Some((from, until)) = day.and_then(month_of) else { return Action::None };
                let folder = office.root().join(EXPORT);
                return self.gesture(office, signed_in, move |ws, person| {
                    let books = ws.books(person, from, until)?;
                    let name = format!("comptable-{}.csv", from.format("%Y-%m"));
                    let path = printed::keep(&folder, &name, books.csv.as_bytes())?;
                    Ok(with("receipts.books_written", &[("file", &path.display().to_string())]))
                });
            }
            Message::Settle(mode) => {
                let unpaid = self.receipts.as_ref().and_then(|receipts| receipts.unpaid.get(self.chosen));
                let Some(fse) = unpaid.map(|unpaid| unpaid.fse.clone()) else { return Action::None };
                return self.gesture(office, signed_in, move |ws, person| {
                    ws.settle(&fse, person, mode)?;
                    Ok(with("receipts.settled", &[("fse", &fse.number.to_string()), ("mode", mode.label())]))
                });
            }
            Message::Done(answer) => {
                match answer {
                    Ok(said) => self.said = Some(said),
                    Err(report) => self.notice = Some(report),
                }
                return Action::LedgerChanged(self.reload(office, signed_in));
            }
            Message::OtherList => self.on_movements = !self.on_movements,
            Message::Listed(gesture) => return self.listed(office, signed_in, gesture),
        }
        Action::None
    }

    /// The list that the keys are about, in another way or into a file.
    fn listed(&mut self, office: &Office, signed_in: Option<&SignedIn>, gesture: Listed) -> Action {
        if self.on_movements {
            let Some(day) = self.receipts.as_ref().map(|receipts| receipts.report.day) else { return Action::None };
            let Some(listing) = listed::changed(self.day_listing, gesture) else {
                return Action::Export(List::Receipts(day, self.day_listing));
            };
            self.day_listing = listing;
            self.movements = Scrolled::default();
            // The widget keeps its own place: without this it stays where nothing is built.
            Action::Run(Task::batch([to_top(), self.reload(office, signed_in)]))
        } else {
            let Some(listing) = listed::changed(self.unpaid_listing, gesture) else {
                return Action::Export(List::Unpaid(self.unpaid_listing));
            };
            self.unpaid_listing = listing;
            (self.chosen, self.unpaid, self.asked) = (0, Scrolled::default(), Asked::default());
            // Another row is the first: no key settles it before it is seen.
            self.busy = signed_in.is_some();
            Action::Run(self.reload(office, signed_in))
        }
    }

    /// Where the chosen FSE stands in the same list that was read again; without it, and in another list, the row in its place.
    fn place_in(&self, read: &Receipts) -> usize {
        let before = self.receipts.as_ref().filter(|before| before.unpaid_listing == read.unpaid_listing);
        let chosen = before.and_then(|before| before.unpaid.get(self.chosen));
        let found = chosen.and_then(|chosen| read.unpaid.iter().position(|unpaid| unpaid.fse == chosen.fse));
        found.unwrap_or(self.chosen).min(read.unpaid.len().saturating_sub(1))
    }

    /// Reads more unpaid FSE when somebody comes to the end of those that are there.
    fn read_on(&mut self, office: &Office, signed_in: Option<&SignedIn>, seen: usize) -> Action {
        let read = self.receipts.as_ref().map_or(0, |receipts| receipts.unpaid.len());
        if self.asked.more(seen, read) { Action::Run(self.reload(office, signed_in)) } else { Action::None }
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

/// The first and the last day of the month of a day.
fn month_of(day: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
    let first = day.with_day(1)?;
    Some((first, first.checked_add_months(Months::new(1))?.pred_opt()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_has_all_its_days() {
        let day = |text: &str| -> NaiveDate { text.parse().expect("a day") };
        for (of, first, last) in [
            ("2026-01-15", "2026-01-01", "2026-01-31"),
            ("2028-02-29", "2028-02-01", "2028-02-29"),
            ("2026-12-31", "2026-12-01", "2026-12-31"),
        ] {
            assert_eq!(month_of(day(of)), Some((day(first), day(last))), "{of}");
        }
    }
}
