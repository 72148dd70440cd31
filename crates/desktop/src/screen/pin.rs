//! The dialog for the code porteur: tries left, the field, the three keys. A wrong code is never sent again by itself.

use iced::widget::{column, container, row, text};
use iced::{Element, Fill, Task};
use liasse_core::CoreError;
use liasse_core::cards::{CardDesk, Snapshot};
use liasse_core::lane::Handle;
use liasse_core::ports::CardError;
use liasse_domain::{Code, Report};

use crate::ask::ask;
use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;
use crate::widget::pin::{PinBuffer, pin_field};

/// The dialog.
pub struct State {
    reader: String,
    holder: String,
    tries_left: u8,
    buffer: PinBuffer,
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
    /// The PIN was accepted: these are the readers now.
    Verified(Box<Snapshot>),
}

impl State {
    /// A dialog for the card in `reader`.
    pub fn new(reader: String, holder: String, tries_left: u8) -> Self {
        Self { reader, holder, tries_left, buffer: PinBuffer::default(), error: None, busy: false }
    }

    /// The reader whose card is asked.
    pub fn reader(&self) -> &str {
        &self.reader
    }

    /// See [`Action`].
    pub fn update(&mut self, cards: &Handle<CardDesk>, message: Message) -> Action {
        match message {
            Message::Typed => {
                self.error = None;
                Action::None
            }
            Message::Cancel => Action::Close,
            Message::Submit if self.busy => Action::None,
            Message::Submit => {
                let digits = self.buffer.take();
                if !digits.is_complete() {
                    // Refused before the card: no try is spent.
                    self.error = Some(Report::new(Code("cards.code_longueur"), &[]));
                    return Action::None;
                }
                self.busy = true;
                let reader = self.reader.clone();
                Action::Run(
                    ask(cards, move |desk| {
                        let refusal = desk.verify_pin(&reader, &digits).err();
                        Ok::<_, CoreError>((desk.snapshot(), refusal))
                    })
                    .map(answered),
                )
            }
            Message::Answered(snapshot, None) => Action::Verified(snapshot),
            Message::Answered(snapshot, Some(report)) => {
                self.busy = false;
                if let Some((_, cps)) = snapshot.cps() {
                    self.tries_left = cps.tries_left;
                }
                self.error = Some(report);
                Action::None
            }
            Message::Failed(report) => {
                self.busy = false;
                self.error = Some(report);
                Action::None
            }
        }
    }

    /// The dialog over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let tries = self.tries_left.to_string();
        let mut body = column![
            parts::title(t("pin.title")),
            text(&self.holder).size(theme::BODY),
            pin_field(&self.buffer, Message::Typed, Message::Submit, Message::Cancel),
            parts::faint(if self.busy { t("pin.busy").to_owned() } else { with("pin.tries", &[("tries", &tries)]) }),
        ]
        .spacing(12);
        if let Some(report) = &self.error {
            body = body.push(parts::report(report));
        }
        body = body.push(
            row![parts::key_action("Entrée", t("pin.submit")), parts::key_action("Échap", t("pin.cancel"))].spacing(24),
        );
        let dialog = container(body).padding(24).max_width(460).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }
}

fn answered(answer: Result<(Snapshot, Option<CardError>), Report>) -> Message {
    match answer {
        Ok((snapshot, refusal)) => {
            Message::Answered(Box::new(snapshot), refusal.map(|error| liasse_domain::Coded::report(&error)))
        }
        Err(report) => Message::Failed(report),
    }
}
