//! A word in the corner that goes away by itself: it takes neither the focus nor a key.

use std::time::Duration;

use iced::widget::{container, text};
use iced::{Element, Fill, Subscription};

use crate::theme;

/// How long it stays.
const STAYS: Duration = Duration::from_secs(6);

/// The corner.
#[derive(Default)]
pub struct State {
    words: Option<String>,
    /// Counts the words: the end of an earlier one must not take a later one away.
    count: u64,
}

/// What happens in it.
#[derive(Clone, Debug)]
pub enum Message {
    /// A word is said.
    Said(String),
    /// The word of that number has stayed long enough.
    Over(u64),
}

impl State {
    /// Takes a message in.
    pub fn update(&mut self, message: Message) {
        match message {
            Message::Said(words) => {
                self.words = Some(words);
                self.count += 1;
            }
            Message::Over(count) if count == self.count => self.words = None,
            Message::Over(_) => {}
        }
    }

    /// The clock that takes the word away, while there is one.
    pub fn subscription(&self) -> Subscription<Message> {
        match self.words {
            Some(_) => iced::time::every(STAYS).with(self.count).map(|(count, _)| Message::Over(count)),
            None => Subscription::none(),
        }
    }

    /// The corner; nothing of it takes a click.
    pub fn view<'a, M: 'a>(&'a self) -> Option<Element<'a, M>> {
        let words = text(format!("✓ {}", self.words.as_ref()?)).size(theme::BODY);
        let word = container(words).padding([8, 16]).style(theme::panel);
        Some(
            container(word)
                .width(Fill)
                .height(Fill)
                .padding(iced::Padding { bottom: 64.0, ..iced::Padding::new(16.0) })
                .align_right(Fill)
                .align_bottom(Fill)
                .into(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_an_earlier_word_leaves_the_later_one() {
        let mut toast = State::default();
        toast.update(Message::Said("un".to_owned()));
        toast.update(Message::Said("deux".to_owned()));
        toast.update(Message::Over(1));
        assert_eq!(toast.words.as_deref(), Some("deux"));
        toast.update(Message::Over(2));
        assert_eq!(toast.words, None);
    }
}
