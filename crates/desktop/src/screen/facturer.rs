//! Facturer: patient and rights, acts, the invoice, the checks, the signature and how the patient settled.
//! Shows and asks; what may be signed is decided in `liasse_core::invoicing` and `signing`.

mod answers;
pub mod apcv;
mod comparator;
mod entry;
mod patient;
mod proposed;
mod sign;
mod view;
pub mod without_card;

pub use sign::{Printed, settlement};
pub use view::accident_words;

use std::collections::HashMap;
use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::operation;
use iced::{Task, widget};
use liasse_core::cards::VitaleView;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Cover, Draft, Proposal};
use liasse_core::office::Office;
use liasse_core::{CarePath, ChequeRow, SettlementMode};
use liasse_domain::{Centimes, FseRef, Instant, Invoice, Level, Report};

use crate::ask::ask;
use crate::screen::{accident, mutuelle};
use crate::text::t;

/// The field in which acts are typed.
pub const ENTRY: &str = "acte";
/// The field for the written reason.
pub const REASON: &str = "motif";

/// The screen.
#[derive(Default)]
pub struct State {
    vitale: Option<VitaleView>,
    card_is_in: bool,
    /// When the readers last changed.
    seen_at: Instant,
    draft: Option<Draft>,
    /// Drafts that were left before signing, of cards or of patients without: their patient comes back to them.
    parked: Vec<(Option<VitaleView>, Draft)>,
    /// Whose drafts these are, by the serial number of their card.
    owner: String,
    /// What others put aside: their own, when they are back.
    others: HashMap<String, Vec<(Option<VitaleView>, Draft)>>,
    entry: entry::Entry,
    invoice: Option<Invoice>,
    /// How the complementary part of this patient travels.
    cover: Option<Cover>,
    /// What was proposed for this patient.
    proposed: proposed::Proposed,
    /// The drafts before the last changes, the latest last.
    undone: Vec<Draft>,
    /// The act that a key about one line means.
    line: usize,
    /// Visits in series: the next patient is visited too, until somebody says otherwise.
    round: bool,
    /// When this patient's card came in, and how long it took until the signature.
    opened: Option<std::time::Instant>,
    /// Whether somebody asked to see how long an FSE takes.
    pub shows_seconds: bool,
    stage: Stage,
    notice: Option<Report>,
    /// Another patient's card that was inserted, and when, before it was said how this one settles.
    next: Option<(VitaleView, Instant)>,
    /// The card in the reader, where it is another patient's than the one who is worked for.
    other: Option<comparator::Other>,
    /// Who is looked for without a card.
    search: without_card::Search,
    /// A new code of the patient's telephone, as it is typed, while one is wanted.
    renewal: Option<String>,
    /// The written reason for passing the guard's amber at the signature.
    derogation: String,
    /// Counts the patients opened: an answer about an earlier one must not land on this one's screen.
    patient: u64,
    /// Counts the prices asked for: only the last one is shown.
    revision: u64,
}

#[derive(Default)]
enum Stage {
    /// Acts can be typed.
    #[default]
    Editing,
    /// The cards are signing.
    Signing,
    /// Numbered, but a signature failed: F12 tries again with the same number.
    Prepared(FseRef),
    /// Signed: the patient's settlement is asked for, where one is due.
    Signed(Box<Signed>),
}

/// What follows the signature.
#[derive(Clone, Debug)]
pub struct Signed {
    reference: FseRef,
    /// The hour in Paris, `HH h MM`.
    hour: String,
    /// What the patient still owes.
    due: Centimes,
    /// What goes back to the patient: a correction that costs less than what they paid.
    back: Centimes,
    /// How all of it was settled, by the last word.
    settled: Option<SettlementMode>,
    /// A settlement is under way: the next key would be a second one.
    settling: bool,
    /// An amount that is typed before the letter: a part only.
    part: String,
    /// A cheque of today that is in hand: it may settle this FSE too.
    same: Option<ChequeRow>,
    /// How long it took since the card came in; shown only where somebody asked for it, kept nowhere.
    took: Option<std::time::Duration>,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// The entry changed.
    EntryChanged(String),
    /// The next proposal under the field, or the one before.
    Choose(bool),
    /// Enter: adds the act.
    AddAct,
    /// Takes the last change of the draft back.
    Undo,
    /// Takes the last act away.
    RemoveLast,
    /// A patient without their card.
    Without(without_card::Event),
    /// A patient with their telephone.
    Apcv(apcv::Event),
    /// Next letter of the care path.
    NextCarePath,
    /// Who pays: the patient, the AMO its part, both schemes theirs.
    NextThirdParty,
    /// The act of the line belongs to the ALD, or not.
    ToggleAld,
    /// The next line, or the one before.
    Line(bool),
    /// What is proposed for that patient, asked at that revision.
    Proposed(u64, u64, Box<Result<Proposal, Report>>),
    /// Made on a visit, or at the practice.
    Visit,
    /// The patient, whose card is not in, leaves the screen.
    Close,
    /// The patient of the card takes the place of the one on the screen.
    TakeCard,
    /// Next beneficiary of the card.
    NextBeneficiary,
    /// The reason changed.
    ReasonChanged(String),
    /// The reason for passing the guard changed.
    Derogation(String),
    /// F12.
    Sign,
    /// What is known of that patient's mutuelle came.
    Covered(u64, Box<Result<Cover, Report>>),
    /// The price of that revision came.
    Priced(u64, Box<Result<Invoice, Report>>),
    /// An FSE of that patient's card waits for its signatures.
    Waiting(u64, Box<Result<Waiting, Report>>),
    /// That patient's FSE got its number, or not.
    Prepared(u64, Result<FseRef, Report>),
    /// The signatures are on disk, or not.
    Signed(u64, FseRef, Box<Result<Signed, Report>>),
    /// A digit or a comma of a part of what is due; nothing erases the last one.
    Part(Option<char>),
    /// The patient settles with the cheque that settled another FSE.
    SameCheque,
    /// Withdraws the FSE that is prepared, or signed and in no lot.
    Withdraw,
    /// It is withdrawn, or not.
    Withdrawn(u64, Result<(), Report>),
    /// Prints the receipt of the signed FSE, or its duplicate.
    Print(Printed),
    /// It is printed, with the sentence that says where, or not.
    Printed(Result<String, Report>),
    /// The patient settled like this.
    Settle(SettlementMode),
    /// The settlement is on disk, or not.
    Settled(u64, Result<(SettlementMode, Centimes), Report>),
}

/// A prepared FSE with what it shows, if there is one.
type Waiting = Option<(FseRef, Draft, Invoice)>;

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Run a task; the ledger changed.
    LedgerChanged(Task<Message>),
    /// Say this in the corner.
    Said(String),
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    let own = vec![
        ("Entrée", t("help.enter")),
        ("↑ ↓", t("help.choose_act")),
        ("F4", t("help.care_path")),
        ("F5", t("help.third_party")),
        ("F6", t("help.ald")),
        ("Page ↓", t("help.line")),
        ("F7", t("help.beneficiary")),
        ("F8", t("help.remove")),
        ("Ctrl Z", t("help.undo")),
        ("Ctrl T", t("help.accident")),
        ("Ctrl J", t("help.sets")),
        ("Ctrl M", t("help.mutuelle")),
        ("Ctrl D", t("help.visit")),
        ("Ctrl W", t("help.close_patient")),
        ("F12", t("help.sign")),
        ("0-9", t("help.part")),
        ("R", t("help.receipt")),
        ("D", t("help.duplicate")),
        ("Suppr", t("help.withdraw")),
    ];
    [own, apcv::keys()].concat()
}

/// The care paths that the key walks through: T médecin traitant, S hors parcours, U urgence, O orienté, none.
const CARE_PATHS: [Option<CarePath>; 6] =
    [Some(CarePath::T), Some(CarePath::R), Some(CarePath::S), Some(CarePath::U), Some(CarePath::O), None];

impl State {
    /// An empty screen, that shows how long an FSE takes or does not.
    pub fn new(shows_seconds: bool) -> Self {
        Self { shows_seconds, ..Self::default() }
    }

    /// Takes the message of this screen away.
    pub fn dismiss(&mut self) {
        self.notice = None;
    }

    /// The day changed: acts not yet numbered are of the new day.
    pub fn day_changed(&mut self, office: &Office, signed_in: Option<&SignedIn>, now: Instant) -> Task<Message> {
        match (&mut self.draft, &self.stage) {
            (Some(draft), Stage::Editing) => {
                draft.set_day(now);
                self.undone.clear();
                self.price(office, signed_in)
            }
            _ => Task::none(),
        }
    }

    /// Prices again, and looks for an FSE of this card that waits for its signatures, after who is signed in changed.
    pub fn signed_in_changed(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        let waiting = match (&self.vitale, signed_in, &self.stage) {
            (Some(vitale), Some(person), Stage::Editing) => {
                let (vitale, person, patient) = (vitale.clone(), person.clone(), self.patient);
                ask(&office.workstation(), move |ws| ws.waiting_for_signature(&vitale, &person))
                    .map(move |answer| Message::Waiting(patient, Box::new(answer)))
            }
            _ => Task::none(),
        };
        let covered = self.cover_changed(office, signed_in);
        Task::batch([covered, waiting, self.propose(office, signed_in)])
    }

    /// Looks at the patient's mutuelle and prices again.
    pub fn cover_changed(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        self.cover = None;
        let looked = match (&self.draft, signed_in) {
            (Some(draft), Some(person)) => {
                let (draft, patient, person) = (draft.clone(), self.patient, person.clone());
                ask(&office.workstation(), move |ws| ws.cover_of(&draft, &person))
                    .map(move |answer| Message::Covered(patient, Box::new(answer)))
            }
            _ => Task::none(),
        };
        Task::batch([looked, self.price(office, signed_in)])
    }

    /// The dialog for the mutuelle card of the patient who is billed, while something can still be changed.
    pub fn mutuelle_dialog(&self) -> Option<mutuelle::State> {
        let draft = self.changeable()?;
        Some(mutuelle::State::new(draft.clone(), self.cover.as_ref().and_then(Cover::card)))
    }

    /// The dialog about an accident of that patient.
    pub fn accident_dialog(&self) -> Option<accident::State> {
        Some(accident::State::new(self.changeable()?.clone()))
    }

    fn changeable(&self) -> Option<&Draft> {
        self.draft.as_ref().filter(|_| matches!(self.stage, Stage::Editing) && self.other.is_none())
    }

    fn price(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Task<Message> {
        if !matches!(self.stage, Stage::Editing) {
            // What has a number shows the amounts of its bytes.
            return Task::none();
        }
        self.invoice = None;
        self.revision += 1;
        match (&self.draft, signed_in) {
            (Some(draft), Some(person)) if !draft.input.acts.is_empty() => {
                let (draft, person, revision) = (draft.clone(), person.clone(), self.revision);
                ask(&office.workstation(), move |ws| ws.price(&draft, &person))
                    .map(move |answer| Message::Priced(revision, Box::new(answer)))
            }
            _ => Task::none(),
        }
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        if self.other.is_some() {
            return comparator::key(key);
        }
        if let (Stage::Signed(signed), Key::Character(letter)) = (&self.stage, key)
            && !signed.is_open()
        {
            return match letter.as_str() {
                "r" => Some(Message::Print(Printed::Receipt)),
                "d" => Some(Message::Print(Printed::Duplicate)),
                _ => None,
            };
        }
        if let Stage::Signed(signed) = &self.stage
            && let Some(message) = signed.key(key)
        {
            return Some(message);
        }
        if self.draft.is_none() {
            let scanned = (*key == Key::Named(Named::Enter)).then_some(Message::Apcv(apcv::Event::Scan));
            return scanned.or_else(|| without_card::Search::key(key).map(Message::Without));
        }
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Choose(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Choose(false)),
            Key::Named(Named::F4) => Some(Message::NextCarePath),
            Key::Named(Named::F5) => Some(Message::NextThirdParty),
            Key::Named(Named::F6) => Some(Message::ToggleAld),
            Key::Named(Named::F7) => Some(Message::NextBeneficiary),
            Key::Named(Named::PageDown) => Some(Message::Line(true)),
            Key::Named(Named::PageUp) => Some(Message::Line(false)),
            Key::Named(Named::F12) => Some(Message::Sign),
            // A key of its own: F8 pressed once too often would take an act away from what was just taken back.
            Key::Named(Named::Delete) => Some(Message::Withdraw),
            Key::Named(Named::F8) => Some(Message::RemoveLast),
            _ => None,
        }
    }

    /// The message of a letter that was typed with Ctrl: the fields take the other keys.
    pub fn control(&self, letter: &str) -> Option<Message> {
        match letter {
            _ if self.other.is_some() => None,
            "d" => Some(Message::Visit),
            "w" => Some(Message::Close),
            "n" => Some(Message::Apcv(apcv::Event::Ask)),
            "z" => Some(Message::Undo),
            _ => None,
        }
    }

    /// Whether a field of this screen should have the focus after the screen was opened.
    pub fn focus(&self) -> Task<Message> {
        match (&self.draft, &self.stage) {
            (Some(_), Stage::Editing) => operation::focus(widget::Id::new(ENTRY)),
            (None, _) => operation::focus(widget::Id::new(without_card::NAME)),
            _ => Task::none(),
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>, message: Message) -> Action {
        match message {
            Message::EntryChanged(entry) => {
                self.entry.typed(office.tables(), entry);
                Action::None
            }
            Message::Choose(forward) => {
                self.entry.choose(forward);
                Action::None
            }
            Message::Without(event) => self.without(office, signed_in, event),
            Message::Apcv(event) => self.apcv(office, signed_in, event),
            Message::AddAct => self.add_acts(office, signed_in),
            Message::ReasonChanged(reason) => {
                if let Some(draft) = &mut self.draft {
                    draft.reason = Some(reason);
                }
                Action::None
            }
            Message::Derogation(reason) => {
                self.derogation = reason;
                Action::None
            }
            Message::Undo => self.undo(office, signed_in),
            Message::RemoveLast => {
                self.proposed.touched();
                self.edit(office, signed_in, |draft| drop(draft.input.acts.pop()))
            }
            Message::Line(forward) => {
                self.move_line(forward);
                Action::None
            }
            Message::NextCarePath => self.edit(office, signed_in, |draft| {
                let at = CARE_PATHS.iter().position(|path| *path == draft.input.care_path).unwrap_or(0);
                draft.input.care_path = CARE_PATHS[(at + 1) % CARE_PATHS.len()];
            }),
            Message::NextThirdParty => self.edit(office, signed_in, |draft| {
                let pays = &mut draft.input.third_party;
                (pays.amo, pays.amc) = match (pays.amo, pays.amc) {
                    (false, _) => (true, false),
                    (true, false) => (true, true),
                    (true, true) => (false, false),
                };
            }),
            Message::ToggleAld => self.answer_ald(office, signed_in),
            Message::Close => {
                if !self.card_is_in && !matches!(self.stage, Stage::Signing) && !self.asks_how_settled() {
                    self.leave();
                }
                Action::Run(self.focus())
            }
            Message::TakeCard => self.take_card(office, signed_in),
            Message::Visit => self.visit(office, signed_in),
            Message::NextBeneficiary => self.next_beneficiary(office, signed_in),
            Message::Sign => self.sign(office, signed_in),
            Message::Withdraw => self.withdraw(office, signed_in),
            Message::Print(what) => self.print(office, signed_in, what),
            Message::Printed(Ok(said)) => Action::Said(said),
            Message::Printed(Err(report)) => {
                self.notice = Some(report);
                Action::None
            }
            Message::Settle(mode) => self.settle(office, signed_in, mode, None),
            Message::SameCheque => self.settle_with_same(office, signed_in),
            Message::Part(digit) => {
                if let Stage::Signed(signed) = &mut self.stage {
                    signed.type_part(digit);
                }
                Action::None
            }
            answer => self.answered(office, signed_in, answer),
        }
    }

    fn edit(&mut self, office: &Office, signed_in: Option<&SignedIn>, change: impl FnOnce(&mut Draft)) -> Action {
        if !matches!(self.stage, Stage::Editing) {
            return Action::None;
        }
        if let Some(draft) = &mut self.draft {
            let before = draft.clone();
            change(draft);
            self.undone.push(before);
            self.notice = None;
        }
        Action::Run(self.price(office, signed_in))
    }

    fn add_acts(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let tables = office.tables();
        let chosen = self.entry.take_choice(tables);
        let (Some(draft), Stage::Editing) = (&self.draft, &self.stage) else { return Action::None };
        let mut changed = draft.clone();
        match self.proposed.add(&mut changed, tables, self.entry.text()) {
            Ok(()) => {
                self.entry.clear();
                let moved = changed.beneficiary() != draft.beneficiary();
                let edited = self.edit(office, signed_in, |draft| *draft = changed);
                // The mutuelle of whom it was for is none of a newborn's.
                if moved { Action::Run(self.cover_changed(office, signed_in)) } else { edited }
            }
            // A code that was chosen may still want its number: kilometres, a coefficient.
            Err(_) if chosen => Action::Run(operation::move_cursor_to_end(widget::Id::new(ENTRY))),
            Err(error) => {
                self.entry.mark(error.place());
                self.notice = Some(liasse_domain::Coded::report(&error));
                Action::None
            }
        }
    }

    fn worst(&self) -> Level {
        self.invoice.as_ref().map_or(Level::Ok, Invoice::worst)
    }
}
