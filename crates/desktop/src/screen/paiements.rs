//! Paiements et rejets: what the caisse refused, in plain words, with the gesture that makes the corrected FSE; what it
//! paid, line by line, matched to an FSE or separated from it; and the messages that move no money. What may be corrected
//! or matched is decided in `core`.

mod notes;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{button, column, container, row, space, text, text_input};
use iced::{Element, Fill, FillPortion, Task};
use liasse_core::PaidRow;
use liasse_core::cards::VitaleView;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::returned::RejectedFse;
use liasse_demo::Office;
use liasse_domain::{Code, FseNumber, FseRef, Report};

use crate::ask::ask;
use crate::text::{t, with};
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;
use crate::widget::rows::{Asked, Choice, Scrolled, walked};
use notes::Note;

/// The height of a row.
const ROW: f32 = 52.0;
/// How many rejects are shown: those that await a correction come first, and make room as they get one.
const REJECTS: usize = 100;
/// How many messages that move no money are shown, the latest.
const NOTES: u32 = 100;

/// The screen.
#[derive(Default)]
pub struct State {
    money: Option<Money>,
    chosen: usize,
    /// An FSE that another screen sends to.
    wanted: Option<FseRef>,
    scrolled: Scrolled,
    /// Of the lines of transfers.
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
    rejects: Vec<RejectedFse>,
    lines: Vec<PaidRow>,
    notes: Vec<Note>,
    awaiting: usize,
    unmatched: usize,
    unknown: usize,
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
}

/// A row of the list.
enum Row<'a> {
    Reject(&'a RejectedFse),
    Line(&'a PaidRow),
    Note(&'a Note),
}

impl Money {
    fn count(&self) -> usize {
        self.rejects.len() + self.lines.len() + self.notes.len()
    }

    /// Where an FSE stands: as a reject, else as a line matched to it.
    fn place_of(&self, fse: &FseRef) -> Option<usize> {
        let rejected = self.rejects.iter().position(|reject| reject.fse == *fse);
        let matched = || self.lines.iter().position(|line| line.matched.as_ref() == Some(fse));
        rejected.or_else(|| matched().map(|at| at + self.rejects.len()))
    }

    fn row(&self, index: usize) -> Option<Row<'_>> {
        let after_rejects = index.checked_sub(self.rejects.len());
        let after_lines = after_rejects.and_then(|index| index.checked_sub(self.lines.len()));
        match (after_rejects, after_lines) {
            (None, _) => self.rejects.get(index).map(Row::Reject),
            (Some(index), None) => self.lines.get(index).map(Row::Line),
            (_, Some(index)) => self.notes.get(index).map(Row::Note),
        }
    }
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![
        ("↑ ↓", t("help.choose_row")),
        ("Entrée", t("help.correct")),
        ("F6", t("help.reopen")),
        ("F7", t("help.on_paper")),
        ("Suppr", t("help.separate")),
    ]
}

impl State {
    /// Reads rejects and payments again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let Some(person) = signed_in.cloned() else { return Task::none() };
        let limit = self.asked.limit();
        let read = ask(&office.workstation(), move |ws| {
            let rejects = ws.rejects_of(&person, Some(REJECTS))?;
            Ok(Money {
                rejects: rejects.shown,
                awaiting: rejects.awaiting,
                lines: ws.payment_lines(&person, Some(limit))?,
                unmatched: ws.unmatched_count(&person)?,
                notes: ws.notes_of(&person, NOTES)?.iter().flat_map(notes::of).collect(),
                unknown: ws.unknown_returns()?,
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
            Key::Named(Named::Enter) => Some(Message::Enter),
            Key::Named(Named::Delete) => Some(Message::Separate),
            Key::Named(Named::F6) => Some(Message::Reopen),
            Key::Named(Named::F7) => Some(Message::OnPaper),
            _ => None,
        }
    }

    fn chosen(&self) -> Option<Row<'_>> {
        self.money.as_ref().and_then(|money| money.row(self.chosen))
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
                    if let Some(before) = self.money.as_ref().filter(|_| matches!(self.chosen(), Some(Row::Note(_)))) {
                        self.chosen += money.lines.len().saturating_sub(before.lines.len());
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
            let path = ws.write_sheet(sheet, &folder, person.holder.test_card)?;
            Ok(with("money.on_paper", &[("fse", &number), ("file", &path.display().to_string())]))
        });
        Action::Run(done.map(Message::Said))
    }

    /// Reads more lines when somebody comes to the end of those that are there.
    fn read_on(&mut self, office: &Office, signed_in: Option<&SignedIn>, seen: usize) -> Action {
        let Some(money) = &self.money else { return Action::None };
        if self.asked.more(seen.saturating_sub(money.rejects.len()), money.lines.len()) {
            Action::Run(self.reload(office, signed_in))
        } else {
            Action::None
        }
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

    /// The screen.
    pub fn view<'a>(&'a self, signed_in: Option<&SignedIn>) -> Element<'a, Message> {
        let money = self.money.as_ref().filter(|_| signed_in.is_some());
        let Some(money) = money else {
            return container(parts::faint(t("money.nobody")))
                .padding(16)
                .width(Fill)
                .height(Fill)
                .style(theme::panel)
                .into();
        };
        let counts = [money.awaiting, money.unmatched, money.unknown].map(|count| count.to_string());
        let values = [("rejects", &*counts[0]), ("lines", &*counts[1]), ("unknown", &*counts[2])];
        let mut body = column![
            row![parts::title(t("money.title")), parts::faint(with("money.count", &values))]
                .spacing(16)
                .align_y(iced::Center)
        ]
        .spacing(12);
        body = body.push(if money.count() == 0 {
            Element::from(container(parts::faint(t("money.empty"))).height(Fill).padding(16))
        } else {
            row![
                container(walked(self.scrolled, ROW, money.count(), |index| self.row(money, index), Message::Scrolled))
                    .width(FillPortion(3)),
                container(self.detail()).width(FillPortion(2)).height(Fill).padding(16).style(theme::panel),
            ]
            .spacing(8)
            .height(Fill)
            .into()
        });
        if let Some(report) = &self.notice {
            body = body.push(parts::report(report));
        }
        if let Some(said) = &self.said {
            body = body.push(text(said).size(theme::BODY));
        }
        container(body).padding(16).width(Fill).height(Fill).style(theme::panel).into()
    }

    fn row<'a>(&'a self, money: &'a Money, index: usize) -> Element<'a, Message> {
        let (first, second, amount) = match money.row(index) {
            Some(Row::Note(note)) => (note.title.clone(), note.first_line(), None),
            Some(Row::Reject(reject)) => (
                format!(
                    "{} · {} n° {} · {}",
                    reject.patient.reveal(),
                    if reject.is_dre() { t("money.dre") } else { t("money.fse") },
                    reject.fse.number,
                    reject.act_date.format("%d/%m/%Y")
                ),
                match &reject.corrected_by {
                    Some(by) => format!("✓ {}", with("money.corrected", &[("fse", &by.number.to_string())])),
                    None if reject.is_dre() && reject.passed_on => format!("✓ {}", t("money.passed")),
                    None => format!("× {} ({})", reject.reject.message, reject.reject.code),
                },
                Some(reject.total_cents),
            ),
            Some(Row::Line(line)) => {
                let day = line.paid_on.format("%d/%m/%Y").to_string();
                let matched = match &line.matched {
                    Some(fse) => format!("✓ {}", with("money.matched", &[("fse", &fse.number.to_string())])),
                    None => format!("? {}", t("money.unmatched")),
                };
                (with("money.transfer", &[("reference", &line.reference), ("day", &day)]), matched, Some(line.amount))
            }
            None => return space::vertical().height(ROW).into(),
        };
        let words = column![text(first).size(theme::BODY).font(theme::SEMIBOLD), text(second).size(theme::NOTE)];
        let line = row![
            words.width(Fill),
            text(amount.map_or_else(String::new, |amount| amount.to_string())).size(theme::BODY)
        ]
        .align_y(iced::Center);
        let line = container(line).height(ROW).padding([4, 12]).width(Fill);
        let line = if index == self.chosen { line.style(theme::chosen) } else { line };
        button(line).padding(0).style(button::text).width(Fill).on_press(Message::Chosen(index)).into()
    }

    fn detail(&self) -> Element<'_, Message> {
        match self.chosen() {
            Some(Row::Note(note)) => note.view(),
            Some(Row::Reject(reject)) => {
                let said = [("code", &*reject.reject.code), ("message", &*reject.reject.message)];
                let mut body = column![
                    parts::title(reject_title(reject)),
                    text(reject.cause.as_deref().unwrap_or(&reject.reject.message)).size(theme::BODY),
                    text(reject.action.as_deref().unwrap_or_default()).size(theme::BODY).font(theme::SEMIBOLD),
                    parts::faint(with("money.caisse_says", &said)),
                ]
                .spacing(12);
                if let Some(by) = &reject.corrected_by {
                    body =
                        body.push(text(with("money.corrected", &[("fse", &by.number.to_string())])).size(theme::BODY));
                } else if reject.is_dre() && reject.passed_on {
                    body = body.push(text(t("money.passed")).size(theme::BODY));
                } else if reject.is_dre() {
                    body = body.push(parts::key_action("Entrée", t("money.pass")));
                    body = body.push(parts::faint(t("money.pass_how")));
                } else if reject.awaits_correction() && reject.session.is_some() {
                    body = body.push(parts::faint(t("money.of_locum")));
                    body = body.push(parts::key_action("F6", t("money.reopen")));
                    body = body.push(parts::key_action("F7", t("money.paper")));
                    body = body.push(parts::faint(t("money.complaint")));
                } else if reject.awaits_correction() {
                    body = body.push(parts::key_action("Entrée", t("money.correct")));
                    body = body.push(parts::faint(t("money.correct_how")));
                }
                body.into()
            }
            Some(Row::Line(line)) => {
                let mut body = column![
                    parts::title(line.amount.to_string()),
                    text(with("money.paid_by", &[("from", &line.from.to_string()), ("payer", line.payer.word())]))
                        .size(theme::BODY),
                    text(with("money.named", &[("fse", &line.fse.to_string())])).size(theme::BODY),
                ]
                .spacing(12);
                if let Some(fse) = &line.matched {
                    body =
                        body.push(text(with("money.matched", &[("fse", &fse.number.to_string())])).size(theme::BODY));
                    body = body.push(parts::key_action("Suppr", t("money.separate")));
                } else {
                    body = body.push(field(
                        text_input(t("money.entry"), &self.entry)
                            .on_input(Message::EntryChanged)
                            .on_submit(Message::Enter),
                    ));
                    body = body.push(parts::key_action("Entrée", t("money.match")));
                }
                body.into()
            }
            None => space::vertical().into(),
        }
    }
}

fn reject_title(reject: &RejectedFse) -> String {
    let number = [("fse", &*reject.fse.number.to_string())];
    if reject.is_dre() { with("money.reject_dre", &number) } else { with("money.reject", &number) }
}
