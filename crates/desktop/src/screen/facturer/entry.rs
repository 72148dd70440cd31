//! The field in which acts are typed: its proposals, the one chosen, and the mark under what is wrong.
//! Knows no code itself: `liasse_core` reads and completes.

use std::ops::Range;

use iced::widget::{column, container, row, text, text_input};
use iced::{Element, Fill, Theme};
use liasse_core::{Tables, last_word, type_acts};

use super::{ENTRY, Message};
use crate::text::t;
use crate::theme;
use crate::widget::apart::field;
use crate::widget::parts;

/// How many proposals stand under the field.
const SHOWN: usize = 6;

/// The field.
#[derive(Default)]
pub struct Entry {
    text: String,
    proposals: Vec<Proposal>,
    choice: Option<usize>,
    wrong: Option<Range<usize>>,
}

/// A code that the field may mean.
struct Proposal {
    code: String,
    label: String,
}

impl Entry {
    /// What is typed.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Takes a new text in and looks for what it may mean.
    pub fn typed(&mut self, tables: &Tables, text: String) {
        let proposal = |found: liasse_core::Completion<'_>| Proposal {
            code: found.code.to_owned(),
            label: found.label.to_owned(),
        };
        self.proposals = tables.complete(&text[completed(tables, &text)], SHOWN).into_iter().map(proposal).collect();
        self.text = text;
        self.choice = None;
        self.wrong = None;
    }

    /// The next proposal, or the one before; beyond the ends none is chosen.
    pub fn choose(&mut self, forward: bool) {
        let last = self.proposals.len().checked_sub(1);
        self.choice = match (self.choice, forward) {
            (None, true) => last.map(|_| 0),
            (None, false) => last,
            (Some(at), true) => Some(at + 1).filter(|next| last.is_some_and(|last| *next <= last)),
            (Some(at), false) => at.checked_sub(1),
        };
    }

    /// Puts the chosen code in the place of what it completes. `true` when there was one.
    pub fn take_choice(&mut self, tables: &Tables) -> bool {
        let chosen = self.choice.take().and_then(|at| self.proposals.get(at)).map(|proposal| proposal.code.clone());
        let Some(code) = chosen else { return false };
        let place = completed(tables, &self.text);
        self.text.replace_range(place, &code);
        self.proposals.clear();
        true
    }

    /// Marks what is wrong; the text stays, so that only the wrong letters have to be mended.
    pub fn mark(&mut self, place: Range<usize>) {
        self.wrong = Some(place);
    }

    /// Empties the field.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The field with what stands under it.
    pub fn view(&self) -> Element<'_, Message> {
        let field = field(
            text_input(t("facturer.entry"), &self.text)
                .id(ENTRY)
                .on_input(Message::EntryChanged)
                .on_submit(Message::AddAct),
        );
        let mut body = column![field].spacing(4);
        if let Some(place) = &self.wrong {
            body = body.push(self.marked(place));
        }
        for (at, proposal) in self.proposals.iter().enumerate() {
            let chosen = self.choice == Some(at);
            let mark = if chosen { "→" } else { " " };
            let line = row![
                text(mark).size(theme::NOTE).width(16),
                text(&proposal.code).size(theme::NOTE).font(theme::SEMIBOLD).width(90),
                text(&proposal.label).size(theme::NOTE).width(Fill),
            ]
            .spacing(8);
            let line = container(line).padding([2, 8]).width(Fill);
            body = body.push(if chosen { line.style(theme::chosen) } else { line });
        }
        if !self.proposals.is_empty() {
            body = body.push(parts::key_action("↑ ↓", t("facturer.choose_act")));
        }
        body.into()
    }

    /// The text again, with what is wrong set off by weight and an arrow, not by colour alone.
    fn marked(&self, place: &Range<usize>) -> Element<'_, Message> {
        let (start, end) = (letter(&self.text, place.start), letter(&self.text, place.end));
        let (before, rest) = self.text.split_at(start);
        let (wrong, after) = rest.split_at(end.max(start) - start);
        let wrong = if wrong.is_empty() { "…" } else { wrong };
        let bad = |theme: &Theme| text::Style { color: Some(theme::colours(theme).bad) };
        row![
            parts::faint(before),
            text(format!("»{wrong}«")).size(theme::NOTE).font(theme::SEMIBOLD).style(bad),
            parts::faint(after),
        ]
        .into()
    }
}

/// The last beginning of a letter at or before a place.
fn letter(text: &str, place: usize) -> usize {
    let place = place.min(text.len());
    (0..=place).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// What of a text is completed: all of it while it holds words of a label, else its last word.
fn completed(tables: &Tables, text: &str) -> Range<usize> {
    let first = text.split_whitespace().next().unwrap_or_default();
    let words_of_a_label = !text.contains(['+', ';']) && type_acts(tables, first).is_err();
    if words_of_a_label { 0..text.len() } else { text.len() - last_word(text).len()..text.len() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> Entry {
        let mut entry = Entry::default();
        entry.typed(Tables::embedded(), text.to_owned());
        entry
    }

    #[test]
    fn a_word_of_a_label_is_completed_into_its_code() {
        let mut entry = entry("frottis");
        assert!(!entry.take_choice(Tables::embedded()), "nothing is chosen by itself");
        entry.choose(true);
        assert!(entry.take_choice(Tables::embedded()));
        assert_eq!(entry.text(), "JKHD001");
    }

    #[test]
    fn the_last_word_is_completed_behind_other_acts() {
        let mut entry = entry("G+electro");
        entry.choose(true);
        assert!(entry.take_choice(Tables::embedded()));
        assert!(entry.text().starts_with("G+"), "{}", entry.text());
        assert!(entry.text().len() > 3);
    }

    #[test]
    fn a_mark_stands_on_whole_letters() {
        let mut entry = entry("+électro");
        for place in [0..2, 1..2, 2..9, 5..400] {
            entry.mark(place);
            drop(entry.view());
        }
        assert_eq!((letter("+é", 2), letter("+é", 3), letter("", 7)), (1, 3, 0));
    }

    #[test]
    fn the_choice_walks_and_leaves_at_both_ends() {
        let mut entry = entry("gl");
        let shown = entry.proposals.len();
        assert!(shown >= 3);
        for _ in 0..shown {
            entry.choose(true);
        }
        assert_eq!(entry.choice, Some(shown - 1));
        entry.choose(true);
        assert_eq!(entry.choice, None);
        entry.choose(false);
        assert_eq!(entry.choice, Some(shown - 1));
    }
}
