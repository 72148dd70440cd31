//! Accueil: the patients who came and are not billed yet, the doctor's word on each, and the paper sheets that nobody has yet.
//! Staff receive, bill from that word and have the Vitale seal; a practitioner codes; where nobody's card is usable, paper.
//! What may be billed, and on whose word, is decided in `core`.

mod gestures;
mod view;

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::operation;
use iced::{Task, widget};
use liasse_core::cards::{CpsView, VitaleView};
use liasse_core::desk::SignedIn;
use liasse_core::office::Office;
use liasse_core::paper::OnPaper;
use liasse_core::passages::Passage;
use liasse_core::{PaperRow, SettlementMode};
use liasse_domain::{BillingNumber, Centimes, FseRef, PaperState, Report};

use crate::ask::ask;
use crate::screen::facturer::settlement;
use crate::text::t;

/// The field in which acts, a word or a reason are typed.
pub const FIELD: &str = "accueil";

/// The screen.
#[derive(Default)]
pub struct State {
    shown: Option<Shown>,
    chosen: Option<Row>,
    /// For whom staff receive, or who bills on paper: the one of that place among those known.
    doctor: usize,
    /// Which beneficiary of the Vitale in the reader.
    beneficiary: usize,
    field: String,
    /// The FSE that was just sealed, and what its patient owes.
    sealed: Option<(FseRef, Centimes)>,
    /// The patient of the Vitale in the reader has sealed and settled: the card goes back to them.
    served: bool,
    busy: bool,
    notice: Option<Report>,
    said: Option<String>,
}

/// A row of the list, by what it is: another one that takes its place is not chosen with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Row {
    Passage(i64),
    Sheet(i64),
}

/// What is on it.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    passages: Vec<Passage>,
    papers: Vec<PaperRow>,
    /// The practitioners for whom staff prepare.
    doctors: Vec<(BillingNumber, String)>,
    /// Who bills on paper while nobody is signed in.
    on_paper: Vec<(OnPaper, String)>,
    /// The standing instructions of the chosen passage's practitioner, each with its acts.
    instructions: Vec<(String, String)>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is shown was read.
    Loaded(Box<Result<Shown, Report>>),
    /// The next row, or the one before.
    Move(bool),
    /// The field changed.
    Typed(String),
    /// Enter: the cotation of a practitioner, the note of staff.
    Enter,
    /// The next practitioner.
    NextDoctor,
    /// The next beneficiary of the Vitale.
    NextBeneficiary,
    /// The patient of the Vitale is received.
    Receive,
    /// The first standing instruction, or the one whose name is in the field.
    Instruct,
    /// The chosen passage is billed and sealed, or on paper where no card serves.
    Bill,
    /// The chosen passage is billed without the Vitale, in the degraded mode.
    Degraded,
    /// The patient will come back with the card.
    Wait,
    /// Nothing is billed, for the reason in the field.
    Drop,
    /// The chosen passage goes to the practitioner of F4.
    Give,
    /// The chosen sheet is printed.
    Print,
    /// The patient who just sealed settles like this.
    Settle(SettlementMode),
    /// It is settled, or not.
    Settled(Result<SettlementMode, Report>),
    /// Sealed: how does the patient settle?
    Sealed(Result<(FseRef, Centimes), Report>),
    /// The patient is received: that passage is chosen.
    Received(Result<(i64, String), Report>),
    /// How the chosen sheet left.
    Tick(PaperState),
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

/// What the gestures work with.
pub struct Hands<'a> {
    /// The open office.
    pub office: &'a Arc<Office>,
    /// Who is signed in.
    pub signed_in: Option<&'a SignedIn>,
    /// The card of a professional in a reader, usable or not.
    pub cps: Option<&'a CpsView>,
    /// The Vitale in a reader.
    pub vitale: Option<&'a VitaleView>,
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![
        ("↑ ↓", t("help.choose_row")),
        ("F4", t("help.practitioner")),
        ("F7", t("help.receive")),
        ("Ctrl B", t("help.beneficiary")),
        ("Entrée", t("help.code")),
        ("F8", t("help.instruction")),
        ("F5", t("help.wait")),
        ("F6", t("help.degraded")),
        ("F12", t("help.bill")),
    ]
}

impl State {
    /// Reads what is shown again.
    pub fn reload(&self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let (person, chosen) = (signed_in.cloned(), self.chosen);
        let read = ask(&office.workstation(), move |ws| {
            let Some(person) = person.filter(|person| !on_paper(Some(person))) else {
                return Ok(Shown { on_paper: ws.without_usable_card()?, ..Shown::default() });
            };
            let passages = ws.passages(&person)?;
            let is_chosen = |one: &&Passage| chosen == Some(Row::Passage(one.row.id));
            let of = passages.iter().find(is_chosen).or(passages.first());
            let billing = of.map_or_else(|| person.situation.billing_number.clone(), |one| one.row.billing.clone());
            let instructions = ws.instructions(&billing)?.into_iter().map(|row| {
                let acts = liasse_core::passages::Cotation::from_json(&row.acts)?;
                Ok((row.name, acts.typed()))
            });
            let instructions = instructions.collect::<Result<_, liasse_core::CoreError>>()?;
            let doctors = if person.is_staff() { ws.practitioners()? } else { Vec::new() };
            Ok(Shown { papers: ws.papers_to_give(&person)?, passages, doctors, instructions, on_paper: Vec::new() })
        });
        read.map(|answer| Message::Loaded(Box::new(answer)))
    }

    /// Another person, or nobody: nothing of the last one stays.
    pub fn forget(&mut self) {
        *self = Self { busy: self.busy, ..Self::default() };
    }

    /// Whether a gesture is under way: a sealing with the Vitale above all.
    pub fn is_at_work(&self) -> bool {
        self.busy
    }

    /// Another Vitale lies in the reader, or none: its first beneficiary is meant.
    pub fn card_changed(&mut self) {
        (self.beneficiary, self.served) = (0, false);
    }

    /// Another screen sends here for that passage.
    pub fn look_at(&mut self, passage: Option<i64>) {
        self.chosen = passage.map(Row::Passage);
    }

    /// Takes the messages of this screen away, and the question how the patient settles: it is *plus tard* then.
    pub fn dismiss(&mut self) {
        (self.notice, self.said, self.sealed) = (None, None, None);
    }

    /// The focus of the field.
    pub fn focus(&self) -> Task<Message> {
        operation::focus(widget::Id::new(FIELD))
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        if self.sealed.is_some() {
            // Nothing but the answer to the question that stands.
            let Key::Character(letter) = key else { return None };
            return settlement(letter).map(Message::Settle);
        }
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::F4) => Some(Message::NextDoctor),
            Key::Named(Named::F5) => Some(Message::Wait),
            Key::Named(Named::F6) => Some(Message::Degraded),
            Key::Named(Named::F7) => Some(Message::Receive),
            Key::Named(Named::F8) => Some(Message::Instruct),
            Key::Named(Named::F12) => Some(Message::Bill),
            _ => None,
        }
    }

    /// The message of a letter that was typed with Ctrl: the field takes the other keys.
    pub fn control(&self, letter: &str) -> Option<Message> {
        if self.sealed.is_some() {
            return None;
        }
        match letter {
            "b" => Some(Message::NextBeneficiary),
            "d" => Some(Message::Drop),
            "g" => Some(Message::Give),
            "j" => Some(Message::Print),
            "y" => Some(Message::Tick(PaperState::Postee)),
            "t" => Some(Message::Tick(PaperState::Remise)),
            "n" => Some(Message::Tick(PaperState::Numerisee)),
            _ => None,
        }
    }

    fn passage(&self) -> Option<&Passage> {
        let chosen = self.chosen?;
        self.shown.as_ref()?.passages.iter().find(|one| Row::Passage(one.row.id) == chosen)
    }

    fn paper(&self) -> Option<&PaperRow> {
        let chosen = self.chosen?;
        self.shown.as_ref()?.papers.iter().find(|one| Row::Sheet(one.id) == chosen)
    }

    /// The rows in their order.
    fn rows(&self) -> Vec<Row> {
        let Some(shown) = &self.shown else { return Vec::new() };
        let passages = shown.passages.iter().map(|one| Row::Passage(one.row.id));
        passages.chain(shown.papers.iter().map(|one| Row::Sheet(one.id))).collect()
    }

    fn walk(&mut self, forward: bool) {
        let rows = self.rows();
        let at = self.chosen.and_then(|chosen| rows.iter().position(|row| *row == chosen));
        let next = match (at, forward) {
            (None, _) => 0,
            (Some(at), true) => (at + 1).min(rows.len().saturating_sub(1)),
            (Some(at), false) => at.saturating_sub(1),
        };
        self.chosen = rows.get(next).copied();
    }

    /// See [`Action`].
    pub fn update(&mut self, hands: &Hands<'_>, message: Message) -> Action {
        match message {
            Message::Loaded(answer) => match *answer {
                Ok(shown) => {
                    let opens = self.shown.is_none();
                    self.shown = Some(shown);
                    let rows = self.rows();
                    if opens {
                        // The oldest passage; a sheet is chosen by hand alone.
                        self.chosen = rows.into_iter().find(|row| matches!(row, Row::Passage(_)));
                        return Action::Run(self.focus());
                    }
                    // A row that has gone is no longer chosen, and none in its place.
                    self.chosen = self.chosen.filter(|chosen| rows.contains(chosen));
                    Action::None
                }
                Err(report) => {
                    self.notice = Some(report);
                    Action::None
                }
            },
            Message::Move(forward) => {
                self.walk(forward);
                Action::Run(self.reload(hands.office, hands.signed_in))
            }
            Message::Typed(text) => {
                // After a seal a letter says how the patient settles, whatever field has the focus.
                match (&self.sealed, settlement(text.trim())) {
                    (Some(_), Some(mode)) => return self.settle(hands, mode),
                    _ => self.field = text,
                }
                Action::None
            }
            Message::NextDoctor => {
                let count = self.shown.as_ref().map_or(0, |shown| shown.doctors.len().max(shown.on_paper.len()));
                self.doctor = if count == 0 { 0 } else { (self.doctor + 1) % count };
                Action::None
            }
            Message::NextBeneficiary => {
                let card = hands.vitale.and_then(|vitale| vitale.read.content.as_ref());
                let count = card.map_or(0, |card| card.beneficiaries.len());
                self.beneficiary = if count == 0 { 0 } else { (self.beneficiary + 1) % count };
                Action::None
            }
            Message::Enter => self.enter(hands),
            Message::Receive => self.receive(hands),
            Message::Instruct => self.instruct(hands),
            Message::Bill => self.bill(hands),
            Message::Degraded => self.degraded(hands),
            Message::Wait => self.wait(hands),
            Message::Drop => self.give_up(hands),
            Message::Give => self.give(hands),
            Message::Print => self.print(hands),
            Message::Settle(mode) => self.settle(hands, mode),
            Message::Settled(answer) => {
                (self.busy, self.sealed) = (false, None);
                match answer {
                    Ok(mode) => {
                        self.served = true;
                        self.said = Some(crate::text::with("reception.settled", &[("mode", mode.label())]));
                    }
                    Err(report) => self.notice = Some(report),
                }
                let read = self.reload(hands.office, hands.signed_in);
                Action::LedgerChanged(Task::batch([read, self.focus()]))
            }
            Message::Sealed(answer) => {
                self.busy = false;
                match answer {
                    Ok((fse, due)) => {
                        let number = fse.number.to_string();
                        self.said = Some(crate::text::with("reception.sealed", &[("fse", &number)]));
                        self.sealed = (due > Centimes::ZERO).then_some((fse, due));
                        self.served = self.sealed.is_none();
                        self.field = String::new();
                    }
                    Err(report) => self.notice = Some(report),
                }
                Action::LedgerChanged(self.reload(hands.office, hands.signed_in))
            }
            Message::Tick(state) => match self.paper().map(|row| row.id) {
                Some(number) => self.tick(hands, number, state),
                None => Action::None,
            },
            Message::Received(answer) => {
                let done = match answer {
                    Ok((passage, said)) => {
                        self.served = false;
                        self.chosen = Some(Row::Passage(passage));
                        Ok(said)
                    }
                    Err(report) => Err(report),
                };
                self.update(hands, Message::Done(done))
            }
            Message::Done(answer) => {
                self.busy = false;
                match answer {
                    Ok(said) => {
                        self.field = String::new();
                        self.said = Some(said);
                    }
                    Err(report) => self.notice = Some(report),
                }
                Action::LedgerChanged(self.reload(hands.office, hands.signed_in))
            }
        }
    }

    /// How a sheet leaves, by the key that ticks it off.
    fn tick(&mut self, hands: &Hands<'_>, number: i64, state: PaperState) -> Action {
        self.gesture(hands, move |ws, person| {
            ws.tick_paper(number, state, person)?;
            Ok(crate::text::with("reception.ticked", &[("sheet", &number.to_string()), ("state", state.label())]))
        })
    }
}

/// Whether only paper is left: nobody is signed in, or a card that may not sign an FSE.
fn on_paper(person: Option<&SignedIn>) -> bool {
    person.is_none_or(|person| !person.is_staff() && !person.situation.may_sign_fse)
}
