//! Recettes: the day by mode of settling and its end, who still owes, and the cheques on their way to the bank.
//! Which day is open and what may be settled is decided in `core`.

use chrono::{Days, NaiveDate};
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, row, space, text};
use iced::{Element, Fill, FillPortion, Task};
use liasse_core::desk::SignedIn;
use liasse_core::recettes::{DayReport, Unpaid};
use liasse_core::{ChequeRow, CoreError, SettlementMode, Workstation};
use liasse_demo::Office;
use liasse_domain::{Centimes, FseRef, Report};

use crate::ask::ask;
use crate::printed;
use crate::screen::facturer::settlement;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::rows::{Asked, Choice, Scrolled, rows, walked};

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
    unpaid: Vec<Unpaid>,
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
    /// The chosen FSE is settled like this.
    Settle(SettlementMode),
    /// Something was done, with the sentence that says so, or not.
    Done(Result<String, Report>),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Run a task; the ledger changed.
    LedgerChanged(Task<Message>),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![
        ("↑ ↓", t("help.choose_row")),
        ("← →", t("help.other_day")),
        ("C H E V G", t("help.settle")),
        ("F6", t("help.deposit")),
        ("F7", t("help.slip")),
        ("F12", t("help.close_day")),
    ]
}

impl State {
    /// Reads the day, the unpaid FSE and the cheques again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let (day, limit) = (self.day, self.asked.limit());
        let read = ask(&office.workstation(), move |ws| {
            Ok(Receipts {
                report: ws.day_report(&person, day)?,
                unpaid: ws.unpaid(&person, Some(limit))?,
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
            Key::Named(Named::F6) => Some(Message::Deposit),
            Key::Named(Named::F7) => Some(Message::PrintSlip),
            Key::Character(letter) => {
                settlement(letter).filter(|mode| *mode != SettlementMode::PlusTard).map(Message::Settle)
            }
            _ => None,
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Office, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::Loaded(answer) => {
                self.busy = false;
                match *answer {
                    Ok(receipts) => {
                        self.chosen = self.chosen.min(receipts.unpaid.len().saturating_sub(1));
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
                return Action::Run(self.reload(office, signed_in));
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
        }
        Action::None
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

    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        let Some(receipts) = self.receipts.as_ref().filter(|_| signed_in.is_some()) else {
            let nobody = container(parts::faint(t("receipts.nobody"))).padding(16);
            return nobody.width(Fill).height(Fill).style(theme::panel).into();
        };
        let panel = |body: Element<'a, Message>| container(body).height(Fill).padding(16).style(theme::panel);
        let mut body = column![
            row![
                panel(self.day(receipts)).width(FillPortion(3)),
                panel(self.movements(receipts)).width(FillPortion(4)),
                panel(self.owed(receipts)).width(FillPortion(4)),
            ]
            .spacing(8)
            .height(Fill)
        ]
        .spacing(8);
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(text(said).size(theme::BODY));
        }
        body.width(Fill).height(Fill).into()
    }

    fn day<'a>(&'a self, receipts: &'a Receipts) -> Element<'a, Message> {
        let report = &receipts.report;
        let day = report.day.format("%d/%m/%Y").to_string();
        let mut body = column![parts::title(with("receipts.day", &[("day", &day)]))].spacing(10);
        for total in &report.modes {
            body = body.push(parts::amount_row(total.mode.label(), total.total_cents, false));
        }
        body = body.push(parts::amount_row(t("receipts.total"), report.total_cents, true));
        body = body.push(row![parts::key("←"), parts::key("→"), parts::faint(t("receipts.other_day"))].spacing(8));
        body = body.push(space::vertical());
        body = body.push(if report.closed {
            parts::coloured(format!("✓ {}", t("receipts.closed")), |c| c.good)
        } else {
            let count = report.movements.len().to_string();
            let guard = with("receipts.guard", &[("count", &count), ("amount", &report.total_cents.to_string())]);
            column![text(guard).size(theme::NOTE), parts::key_action("F12", t("receipts.close"))].spacing(8).into()
        });
        let in_hand: Centimes = receipts.cheques.iter().map(|cheque| cheque.amount).sum();
        let (count, amount) = (receipts.cheques.len().to_string(), in_hand.to_string());
        body = body.push(text(with("receipts.in_hand", &[("count", &count), ("amount", &amount)])).size(theme::BODY));
        if !receipts.cheques.is_empty() {
            body = body.push(parts::key_action("F6", t("receipts.deposit")));
        }
        body = body.push(parts::key_action("F7", t("help.slip")));
        body.into()
    }

    fn movements<'a>(&'a self, receipts: &'a Receipts) -> Element<'a, Message> {
        let movements = &receipts.report.movements;
        let mut body = column![parts::title(t("receipts.movements"))].spacing(10);
        if movements.is_empty() {
            return body.push(parts::faint(t("receipts.no_movement"))).into();
        }
        let line = |index: usize| {
            let movement = &movements[index];
            let mut about = format!("n° {} · {}", movement.fse.number, movement.mode.label());
            if movement.amount_cents < Centimes::ZERO {
                about += &format!(" · {}", t("receipts.counter_entry"));
            }
            let first = format!("{} · {}", movement.time.replace(':', " h "), movement.patient.reveal());
            two_lines(false, first, about, movement.amount_cents)
        };
        body = body.push(rows(self.movements, ROW, movements.len(), line, Message::MovementsScrolled));
        body.into()
    }

    fn owed<'a>(&'a self, receipts: &'a Receipts) -> Element<'a, Message> {
        let mut body = column![parts::title(t("receipts.unpaid"))].spacing(10);
        if receipts.unpaid.is_empty() {
            return body.push(parts::faint(t("receipts.all_paid"))).into();
        }
        let line = |index: usize| {
            let unpaid = &receipts.unpaid[index];
            let days = unpaid.age_days.to_string();
            let mut about = with("receipts.age", &[("fse", &unpaid.fse.number.to_string()), ("days", &days)]);
            if let Some(word) = unpaid.settlement {
                about += &format!(" · {}", word.label());
            }
            two_lines(index == self.chosen, unpaid.patient.reveal().to_owned(), about, unpaid.owed_cents)
        };
        body = body.push(walked(self.unpaid, ROW, receipts.unpaid.len(), line, Message::UnpaidScrolled));
        let mut keys = row![].spacing(8);
        for key in ["C", "H", "E", "V", "G"] {
            keys = keys.push(parts::key_action(key, settlement(key).map_or("", SettlementMode::label)));
        }
        body.push(parts::faint(t("receipts.settle"))).push(keys.wrap()).into()
    }
}

fn two_lines<'a>(chosen: bool, first: String, second: String, amount: Centimes) -> Element<'a, Message> {
    let words = column![text(first).size(theme::BODY).font(theme::SEMIBOLD), text(second).size(theme::NOTE)];
    let line = row![words.width(Fill), text(amount.to_string()).size(theme::BODY)].align_y(iced::Center);
    let line = container(line).height(ROW).padding([2, 8]).width(Fill);
    if chosen { line.style(theme::chosen).into() } else { line.into() }
}
