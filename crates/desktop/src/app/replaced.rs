//! The screen of replacements in the open desk: which cards it works with.

use iced::Task;
use liasse_core::cards::{CardView, CpsView};

use super::{Desk, Message};
use crate::screen::remplacements;

impl Desk {
    pub(super) fn remplacements(&mut self, message: remplacements::Message) -> Task<Message> {
        let own = self.cards.cps().map(|(_, cps)| cps.clone());
        let other = self.second_cps().cloned();
        let signed_in = self.signed_in.as_ref();
        match self.remplacements.update(&self.office, signed_in, own.as_ref(), other.as_ref(), message) {
            remplacements::Action::None => Task::none(),
            remplacements::Action::Run(task) => task.map(Message::Remplacements),
        }
    }

    pub(super) fn show_remplacements(&self) -> Task<Message> {
        let read = self.remplacements.reload(&self.office, self.signed_in.as_ref());
        Task::batch([read, self.remplacements.focus()]).map(Message::Remplacements)
    }

    /// Another professional's card beside that of who is signed in: the locum's, while a session is prepared.
    fn second_cps(&self) -> Option<&CpsView> {
        let first = &self.signed_in.as_ref()?.serial;
        self.cards.readers.iter().find_map(|reader| match &reader.card {
            CardView::Cps(cps) if cps.identity.serial != *first => Some(cps.as_ref()),
            _ => None,
        })
    }
}
