//! A card whose situations are in a format that is not public: its holder is asked for one after the code, and may correct it from
//! Réglages. What may be typed is decided in `liasse_core::situation`.

use iced::Task;

use super::dialogs::Dialog;
use super::{Desk, Message};
use crate::screen::situation;

impl Desk {
    /// Opens the dialog for the card that counts, if its situations are not public and its code was given.
    pub(super) fn ask_situation(&mut self) -> Task<Message> {
        // A new code that is shown once is not left unread: `F9` asks again.
        if matches!(self.dialog, Some(Dialog::Keys(_))) {
            return Task::none();
        }
        let Some((_, cps)) = self.cards.cps() else { return Task::none() };
        if cps.situations.is_none() || !cps.situations_not_public {
            return Task::none();
        }
        let (dialog, opened) = situation::State::open(&self.office, cps);
        self.dialog = Some(Dialog::Situation(dialog));
        opened.map(Message::Situation)
    }

    pub(super) fn situation(&mut self, message: situation::Message) -> Task<Message> {
        let Some(Dialog::Situation(dialog)) = &mut self.dialog else { return Task::none() };
        let cps = self.cards.cps().map(|(_, cps)| cps);
        match dialog.update(&self.office, cps, message) {
            situation::Action::None => Task::none(),
            situation::Action::Run(task) => task.map(Message::Situation),
            situation::Action::Kept => {
                (self.dialog, self.notice) = (None, None);
                // Who was signed in with what was typed before signs in anew.
                self.signed_in = None;
                self.who_is_there()
            }
        }
    }

    /// Whether the holder of the card that counts did not want to type, since it is in: not asked again before `F9`.
    pub(super) fn has_declined(&self) -> bool {
        let declined = |reader: &str| {
            let insertion = self.cards.reader(reader).map_or(0, |found| found.insertions);
            self.pin_declined.as_ref().is_some_and(|(name, count)| name == reader && *count == insertion)
        };
        self.cards.cps().is_some_and(|(reader, _)| declined(reader))
    }

    /// They do not: the card is in, and nobody is signed in by it.
    pub(super) fn decline_situation(&mut self) {
        if let Some((reader, _)) = self.cards.cps().filter(|_| self.signed_in.is_none()) {
            let insertion = self.cards.reader(reader).map_or(0, |found| found.insertions);
            self.pin_declined = Some((reader.to_owned(), insertion));
        }
    }
}
