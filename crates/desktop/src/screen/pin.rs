//! The dialog for the codes of a card: the code porteur, its change, its unblocking. Tries left, the field, the keys beside it.
//! A wrong code is never sent again by itself, and the last try is only spent after a second word; `core` refuses without it.

mod view;

use iced::Task;
use liasse_core::CoreError;
use liasse_core::cards::{CardDesk, CardView, CpsView, LastTry, PukState, Snapshot, complete_pin, complete_puk};
use liasse_core::lane::Handle;
use liasse_core::ports::CardError;
use liasse_domain::{Code, Coded, Digits, Report};

use crate::ask::ask;
use crate::text::t;
use crate::widget::pin::PinBuffer;

/// What the dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The holder signs in.
    Give,
    /// The code is changed: the old one, then the new one twice.
    Change,
    /// A blocked or forgotten code gets a new value by the unblocking code.
    Unblock,
}

/// Which code is typed now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    /// The code that the card holds.
    Present,
    /// The unblocking code.
    Puk,
    /// The new code.
    New,
    /// The new code again.
    Again,
}

/// The dialog.
pub struct State {
    reader: String,
    /// The card that the codes are typed for.
    serial: String,
    holder: String,
    purpose: Purpose,
    field: Field,
    tries_left: u8,
    /// Whether the card asks for its code. Who was at the desk by it may not be so any more: a reset forgets the code.
    locked: bool,
    /// What is left of the unblocking code, once the card was asked.
    puk: Option<PukState>,
    /// Somebody said, after the warning, that the last try may be spent.
    armed: bool,
    buffer: PinBuffer,
    /// What was typed in the fields before this one; wiped when it was sent or the dialog closes.
    first: Digits,
    new: Digits,
    error: Option<Report>,
    busy: bool,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A digit came or went.
    Typed,
    /// Enter.
    Submit,
    /// Escape.
    Cancel,
    /// The dialog is for this from now on.
    For(Purpose),
    /// The last try may be spent.
    Arm,
    /// What is left of the unblocking code.
    Puk(Result<PukState, Report>),
    /// The card answered; the readers as they are now, and the refusal if there was one.
    Answered(Box<Snapshot>, Option<Report>),
    /// The card lane did not answer.
    Failed(Report),
}

/// What the root must do.
pub enum Action {
    /// Nothing.
    None,
    /// Run a task.
    Run(Task<Message>),
    /// Close the dialog.
    Close,
    /// The card refused: these are the readers now, and the dialog stays.
    Refused(Box<Snapshot>),
    /// The card took it: these are the readers now, and what is to be said.
    Done(Box<Snapshot>, Option<&'static str>),
}

impl State {
    /// A dialog for the card in `reader`. A code that is blocked is unblocked: there is nothing else to be done.
    pub fn new(reader: String, serial: String, holder: String, tries_left: u8, purpose: Purpose) -> Self {
        let mut state = Self {
            reader,
            serial,
            holder,
            purpose,
            field: Field::Present,
            tries_left,
            locked: purpose == Purpose::Give,
            puk: None,
            armed: false,
            buffer: PinBuffer::default(),
            first: Digits::new(),
            new: Digits::new(),
            error: None,
            busy: false,
        };
        state.begin(if tries_left == 0 { Purpose::Unblock } else { purpose });
        state
    }

    /// The reader whose card is asked.
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// Whether it is about that card in that reader.
    pub fn is_for(&self, reader: &str, serial: &str) -> bool {
        self.reader == reader && self.serial == serial
    }

    /// What the card in the reader says now, where it is the one that the codes are typed for.
    pub fn card_is(&mut self, cps: &CpsView) {
        if cps.identity.serial == self.serial {
            (self.tries_left, self.locked) = (cps.tries_left, cps.situations.is_none());
        }
    }

    /// Whether it asks for the code that signs the holder of the card in that reader in.
    pub fn gives_to(&self, reader: &str) -> bool {
        self.purpose == Purpose::Give && self.reader == reader
    }

    /// What is to be asked of the card before anything is typed.
    pub fn opened(&self, cards: &Handle<CardDesk>) -> Task<Message> {
        if self.purpose != Purpose::Unblock {
            return Task::none();
        }
        let reader = self.reader.clone();
        ask(cards, move |desk| Ok(desk.unblocking_state(&reader)?)).map(Message::Puk)
    }

    fn begin(&mut self, purpose: Purpose) {
        self.purpose = purpose;
        self.field = if purpose == Purpose::Unblock { Field::Puk } else { Field::Present };
        (self.armed, self.error) = (false, None);
        self.wipe();
    }

    fn wipe(&mut self) {
        drop(self.buffer.take());
        self.first.clear();
        self.new.clear();
    }

    /// How many tries the code that a mistake would cost has left.
    fn at_stake(&self) -> Option<u8> {
        match self.purpose {
            Purpose::Give | Purpose::Change => Some(self.tries_left),
            Purpose::Unblock => self.puk.map(|puk| puk.tries_left),
        }
    }

    /// See [`Action`].
    pub fn update(&mut self, cards: &Handle<CardDesk>, message: Message) -> Action {
        match message {
            Message::Typed => {
                self.error = None;
                Action::None
            }
            Message::Cancel => Action::Close,
            Message::Submit | Message::For(_) | Message::Arm if self.busy => Action::None,
            Message::Submit => self.submit(cards),
            Message::For(purpose) => {
                self.begin(if self.tries_left == 0 { Purpose::Unblock } else { purpose });
                Action::Run(self.opened(cards))
            }
            Message::Arm => {
                if self.at_stake() == Some(1) {
                    (self.armed, self.error) = (true, None);
                }
                Action::None
            }
            Message::Puk(Ok(puk)) => {
                self.puk = Some(puk);
                Action::None
            }
            Message::Puk(Err(report)) => {
                self.error = Some(report);
                Action::None
            }
            Message::Answered(snapshot, refusal) => self.answered(snapshot, refusal),
            Message::Failed(report) => {
                self.busy = false;
                self.error = Some(report);
                Action::None
            }
        }
    }

    /// Enter: the next field, or the card.
    fn submit(&mut self, cards: &Handle<CardDesk>) -> Action {
        let digits = self.buffer.take();
        // Refused before the card: no try is spent.
        let complete = if self.field == Field::Puk { complete_puk(&digits) } else { complete_pin(&digits) };
        if let Err(error) = complete {
            self.error = Some(error.report());
            return Action::None;
        }
        match (self.purpose, self.field) {
            (Purpose::Give, _) => {
                self.first = digits;
                self.send(cards)
            }
            (_, Field::Present | Field::Puk) => {
                (self.first, self.field) = (digits, Field::New);
                Action::None
            }
            (_, Field::New) => {
                (self.new, self.field) = (digits, Field::Again);
                Action::None
            }
            (_, Field::Again) if digits.reveal() == self.new.reveal() => self.send(cards),
            (_, Field::Again) => {
                self.new.clear();
                self.field = Field::New;
                self.error = Some(Report::new(Code("cards.codes_differents"), &[]));
                Action::None
            }
        }
    }

    /// What was typed goes to the card, once, and is kept nowhere else.
    fn send(&mut self, cards: &Handle<CardDesk>) -> Action {
        self.busy = true;
        let (reader, serial, purpose) = (self.reader.clone(), self.serial.clone(), self.purpose);
        let (first, new) = (std::mem::take(&mut self.first), std::mem::take(&mut self.new));
        let last = if std::mem::take(&mut self.armed) { LastTry::Spend } else { LastTry::Spare };
        let asked = ask(cards, move |desk| {
            let refusal = desk.holds(&reader, &serial).and_then(|()| match purpose {
                Purpose::Give => desk.verify_pin_with(&reader, &first, last),
                Purpose::Change => desk.change_pin(&reader, &first, &new, last),
                Purpose::Unblock => desk.unblock_pin(&reader, &first, &new, last),
            });
            Ok::<_, CoreError>((desk.snapshot(), refusal.err()))
        });
        Action::Run(asked.map(answered))
    }

    fn answered(&mut self, snapshot: Box<Snapshot>, refusal: Option<Report>) -> Action {
        self.busy = false;
        let Some(report) = refusal else {
            let said = match self.purpose {
                Purpose::Give => None,
                Purpose::Change => Some(t("pin.changed")),
                Purpose::Unblock => Some(t("pin.unblocked")),
            };
            return Action::Done(snapshot, said);
        };
        let purpose = self.purpose;
        if let Some(CardView::Cps(cps)) = snapshot.reader(&self.reader).map(|found| &found.card) {
            self.card_is(cps);
        }
        self.begin(if self.tries_left == 0 { Purpose::Unblock } else { purpose });
        self.error = Some(report);
        Action::Refused(snapshot)
    }
}

fn answered(answer: Result<(Snapshot, Option<CardError>), Report>) -> Message {
    match answer {
        Ok((snapshot, refusal)) => Message::Answered(Box::new(snapshot), refusal.map(|error| error.report())),
        Err(report) => Message::Failed(report),
    }
}
