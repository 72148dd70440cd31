//! « Qui remplacez-vous ? »: a locum's card fits several sessions, and is asked once.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, text};
use iced::{Element, Fill};
use liasse_core::replacement::Session;

use crate::text::{t, with};
use crate::theme;
use crate::widget::parts;

/// A session that fits.
#[derive(Clone, Debug)]
pub struct Choice {
    session: u32,
    says: String,
}

impl Choice {
    /// As it is shown.
    pub fn of(session: &Session) -> Self {
        let replaced = &session.sealed.replaced.holder;
        let name = format!("{} {}", replaced.given_name.reveal(), replaced.family_name.reveal());
        let until = session.sealed.calendar.until().format("%d/%m/%Y").to_string();
        Self { session: session.sealed.number, says: with("choose.line", &[("name", &name), ("until", &until)]) }
    }
}

/// The dialog.
pub struct State {
    choices: Vec<Choice>,
    chosen: usize,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// The next one, or the one before.
    Move(bool),
    /// That one.
    Take,
}

impl State {
    /// Over these.
    pub fn new(choices: Vec<Choice>) -> Self {
        Self { choices, chosen: 0 }
    }

    /// The message of a key.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowDown) => Some(Message::Move(true)),
            Key::Named(Named::ArrowUp) => Some(Message::Move(false)),
            Key::Named(Named::Enter) => Some(Message::Take),
            _ => None,
        }
    }

    /// Gives the session that was taken.
    pub fn update(&mut self, message: &Message) -> Option<u32> {
        match message {
            Message::Move(true) => self.chosen = (self.chosen + 1).min(self.choices.len().saturating_sub(1)),
            Message::Move(false) => self.chosen = self.chosen.saturating_sub(1),
            Message::Take => return self.choices.get(self.chosen).map(|choice| choice.session),
        }
        None
    }

    /// The dialog over a veil.
    pub fn view(&self) -> Element<'_, Message> {
        let mut body = column![parts::title(t("choose.title"))].spacing(8);
        for (index, choice) in self.choices.iter().enumerate() {
            let line = container(text(&choice.says).size(theme::BODY)).padding(8).width(Fill);
            body = body.push(if index == self.chosen { line.style(theme::chosen) } else { line });
        }
        body = body.push(parts::faint(t("choose.keys")));
        let dialog = container(body).padding(24).max_width(480).style(theme::panel);
        container(dialog).center(Fill).style(theme::veil).into()
    }
}
