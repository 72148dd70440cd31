//! The dialog of the mutuelle card over the desk: opened for the patient of Facturer, closed when the card is kept.

use iced::Task;
use iced::keyboard::Key;
use iced::keyboard::key::Named;

use super::{Desk, Message, Place};
use crate::screen::mutuelle;

impl Desk {
    /// Opens the dialog for the patient who is billed, if there is one and somebody is signed in.
    pub(super) fn ask_mutuelle(&mut self) -> Task<Message> {
        if self.place != Place::Facturer || self.signed_in.is_none() {
            return Task::none();
        }
        self.mutuelle = self.facturer.mutuelle_dialog();
        self.mutuelle.as_ref().map_or_else(Task::none, |dialog| dialog.focus().map(Message::Mutuelle))
    }

    /// A key while the dialog is open: the rest of the desk gets none.
    pub(super) fn mutuelle_key(&mut self, key: &Key) -> Task<Message> {
        match key {
            Key::Named(Named::Escape) => {
                self.mutuelle = None;
                self.facturer.focus().map(Message::Facturer)
            }
            Key::Named(Named::Tab) => iced::widget::operation::focus_next(),
            _ => Task::none(),
        }
    }

    pub(super) fn mutuelle(&mut self, message: mutuelle::Message) -> Task<Message> {
        let Some(dialog) = &mut self.mutuelle else { return Task::none() };
        match dialog.update(&self.office, self.signed_in.as_ref(), self.now, message) {
            mutuelle::Action::None => Task::none(),
            mutuelle::Action::Run(task) => task.map(Message::Mutuelle),
            mutuelle::Action::Kept => {
                self.mutuelle = None;
                let looked = self.facturer.cover_changed(&self.office, self.signed_in.as_ref());
                Task::batch([looked, self.facturer.focus()]).map(Message::Facturer)
            }
        }
    }
}
