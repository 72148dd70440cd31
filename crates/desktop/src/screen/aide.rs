//! Aide: what is simulated, the three lessons and where the manual is, and the words of the field, searched as one types.
//! The keys are F1's. The words are those of `docs/glossary.md`.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::{column, container, operation, row, text, text_input};
use iced::{Element, Fill, FillPortion, Task, widget};

use crate::text::t;
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;
use crate::widget::rows::{Scrolled, rows, to_top};

/// The height of a word.
const ROW: f32 = 62.0;
/// The field.
const FIELD: &str = "mot";

/// The screen.
pub struct State {
    words: Vec<Word>,
    looked_for: String,
    scrolled: Scrolled,
}

/// A word of the field.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    term: String,
    meaning: String,
}

/// What happens on the screen.
#[derive(Clone, Debug)]
pub enum Message {
    /// What is looked for changed.
    Typed(String),
    /// The list was scrolled.
    Scrolled(Scrolled),
    /// Looks for nothing any more.
    Clear,
}

/// The keys of this screen and what they do.
pub fn keys() -> Vec<(&'static str, &'static str)> {
    vec![("A-Z", t("aide.key_search")), ("F8", t("aide.key_clear"))]
}

impl Default for State {
    fn default() -> Self {
        let words = glossary(include_str!("../../../../assets/texts/words.md"));
        Self { words, looked_for: String::new(), scrolled: Scrolled::default() }
    }
}

impl State {
    /// The focus of the field.
    pub fn focus(&self) -> Task<Message> {
        operation::focus(widget::Id::new(FIELD))
    }

    /// The message of a key that no field took.
    pub fn key(&self, key: &Key) -> Option<Message> {
        matches!(key, Key::Named(Named::F8)).then_some(Message::Clear)
    }

    /// Takes a message in; a task where other words are shown, from the first one on.
    pub fn update(&mut self, message: Message) -> Task<Message> {
        match message {
            Message::Typed(text) => self.look_for(text),
            Message::Clear => self.look_for(String::new()),
            Message::Scrolled(to) => {
                self.scrolled = to;
                Task::none()
            }
        }
    }

    fn look_for(&mut self, words: String) -> Task<Message> {
        (self.looked_for, self.scrolled) = (words, Scrolled::default());
        // The widget keeps its own place: without this it stays where nothing is built.
        to_top()
    }

    fn found(&self) -> Vec<&Word> {
        let wanted = self.looked_for.trim().to_lowercase();
        let holds =
            |word: &&Word| word.term.to_lowercase().contains(&wanted) || word.meaning.to_lowercase().contains(&wanted);
        self.words.iter().filter(holds).collect()
    }

    /// The screen; the lessons stand beside a tray of cards, where there is one.
    pub fn view(&self, has_tray: bool) -> Element<'_, Message> {
        let learn = if has_tray { t("aide.learn") } else { t("aide.learn_elsewhere") };
        let mut left = column![
            parts::title(t("aide.simulated_title")),
            text(t("aide.simulated")).size(theme::BODY),
            parts::title(t("aide.real_title")),
            text(t("aide.real")).size(theme::BODY),
            parts::title(t("aide.learn_title")),
            text(learn).size(theme::BODY),
        ]
        .spacing(12);
        if has_tray {
            left = left.push(parts::key_action("F10", t("aide.lessons")));
        }
        let left = left.push(parts::key_action("F1", t("aide.keys"))).push(parts::faint(t("aide.reader")));
        let found = self.found();
        let count = found.len();
        let line = move |index: usize| -> Element<'_, Message> {
            let word = found[index];
            let line = column![
                text(&word.term).size(theme::BODY).font(theme::SEMIBOLD),
                text(&word.meaning).size(theme::NOTE),
            ];
            container(line).height(ROW).padding([2, 8]).width(Fill).into()
        };
        let field = field(text_input(t("aide.search"), &self.looked_for).id(FIELD).on_input(Message::Typed));
        let list: Element<'_, Message> = if count == 0 {
            parts::faint(t("aide.none"))
        } else {
            rows(self.scrolled, ROW, count, line, Message::Scrolled)
        };
        let right = column![parts::title(t("aide.words")), field, list].spacing(12);
        row![
            container(left).width(FillPortion(2)).height(Fill).padding(16).style(theme::panel),
            container(right).width(FillPortion(3)).height(Fill).padding(16).style(theme::panel),
        ]
        .spacing(8)
        .into()
    }
}

/// The words of a table: term and meaning, in the order of the alphabet.
fn glossary(table: &str) -> Vec<Word> {
    let row = |line: &str| {
        let mut cells = line.strip_prefix('|')?.split('|').map(str::trim);
        let (term, meaning) = (cells.next()?, cells.next()?);
        let is_word = !term.is_empty() && !term.starts_with("---") && term != "mot";
        is_word.then(|| Word { term: term.to_owned(), meaning: meaning.to_owned() })
    };
    let mut words: Vec<Word> = table.lines().filter_map(row).collect();
    words.sort_by_key(|word| word.term.to_lowercase());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_has_a_meaning_and_is_found_by_both() {
        let mut state = State::default();
        assert!(state.words.len() > 30, "{}", state.words.len());
        assert!(state.words.iter().all(|word| !word.meaning.is_empty()));
        drop(state.update(Message::Typed("ARL".to_owned())));
        assert!(state.found().iter().any(|word| word.term.contains("ARL")));
        drop(state.update(Message::Typed("xyzzy".to_owned())));
        assert!(state.found().is_empty());
        drop(state.update(Message::Clear));
        assert_eq!(state.found().len(), state.words.len());
    }
}
