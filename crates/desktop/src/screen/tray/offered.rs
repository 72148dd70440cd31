//! The list of lessons on the tray: → comes to it, Enter begins the chosen one, Suppr leaves the one that runs.

use iced::Element;
use iced::Fill;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{button, column, container, row, text};

use crate::screen::lessons::{self, offered};
use crate::text::t;
use crate::theme;
use crate::widget::parts;

/// The list, and whether the arrows walk through it rather than through the cards.
#[derive(Debug, Default)]
pub struct Offered {
    focused: bool,
    chosen: usize,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// The arrows come to it, or go back to the cards.
    Focus(bool),
    /// A lesson was chosen.
    Chosen(usize),
    /// For the panel.
    Lesson(lessons::Message),
}

/// Keys and what they do, for the map.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![("→", t("offered.come"))]
}

impl Offered {
    /// The message of a key, while the arrows are here, or of the one that brings them here.
    pub fn key(&self, key: &Key) -> Option<Message> {
        match key {
            Key::Named(Named::ArrowRight) => Some(Message::Focus(true)),
            Key::Named(Named::ArrowLeft) => Some(Message::Focus(false)),
            _ if !self.focused => None,
            Key::Named(Named::ArrowDown) => Some(Message::Chosen(self.chosen + 1)),
            Key::Named(Named::ArrowUp) => Some(Message::Chosen(self.chosen.saturating_sub(1))),
            Key::Named(Named::Enter) => Some(Message::Lesson(lessons::Message::Begin(self.chosen))),
            Key::Named(Named::Delete) => Some(Message::Lesson(lessons::Message::End)),
            _ => None,
        }
    }

    /// Whether the arrows, Enter and Suppr are the list's.
    pub fn is_focused(&self) -> bool {
        self.focused
    }

    /// Gives what is for the panel.
    pub fn update(&mut self, message: Message) -> Option<lessons::Message> {
        match message {
            Message::Focus(here) => self.focused = here,
            Message::Chosen(index) => {
                self.focused = true;
                self.chosen = index.min(offered().count().saturating_sub(1));
            }
            Message::Lesson(message) => {
                // The first thing that a lesson asks for is a card.
                self.focused = !matches!(message, lessons::Message::Begin(_));
                return Some(message);
            }
        }
        None
    }

    /// The list and its keys.
    pub fn view<'a, M: Clone + 'a>(&self, message: impl Fn(Message) -> M) -> Element<'a, M> {
        let mut lines = column![parts::title(t("offered.title"))].spacing(6);
        for (index, (title, about)) in offered().enumerate() {
            let line = column![text(title).size(theme::BODY).font(theme::SEMIBOLD), text(about).size(theme::NOTE)];
            let line = container(line.spacing(2)).padding([4, 8]).width(Fill);
            let line = if self.focused && index == self.chosen { line.style(theme::outlined) } else { line };
            let pressed = message(Message::Chosen(index));
            lines = lines.push(button(line).padding(0).style(button::text).width(Fill).on_press(pressed));
        }
        let keys = if self.focused {
            row![
                parts::key_action("Entrée", t("offered.begin")),
                parts::key_action("Suppr", t("offered.leave")),
                parts::key_action("←", t("offered.cards")),
            ]
        } else {
            row![parts::key_action("→", t("offered.come"))]
        };
        lines.push(keys.spacing(24)).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arrows_walk_through_the_cards_until_they_are_brought_here() {
        let mut list = Offered::default();
        for name in [Named::ArrowDown, Named::Enter, Named::Delete] {
            assert!(list.key(&Key::Named(name)).is_none(), "the cards have it");
        }
        let come = list.key(&Key::Named(Named::ArrowRight)).expect("it comes");
        assert!(list.update(come).is_none() && list.is_focused());
        for _ in 0..9 {
            let down = list.key(&Key::Named(Named::ArrowDown)).expect("down");
            assert!(list.update(down).is_none());
        }
        let begin = list.key(&Key::Named(Named::Enter)).and_then(|message| list.update(message));
        assert!(matches!(begin, Some(lessons::Message::Begin(2))), "the last one: {begin:?}");
        assert!(!list.is_focused(), "the cards are next");
        assert!(list.update(Message::Focus(true)).is_none());
        let end = list.key(&Key::Named(Named::Delete)).and_then(|message| list.update(message));
        assert!(matches!(end, Some(lessons::Message::End)));
        let back = list.key(&Key::Named(Named::ArrowLeft)).expect("back");
        assert!(list.update(back).is_none() && !list.is_focused());
    }
}
