//! The screen of replacements in the open desk: which cards it works with.

use iced::Task;
use liasse_core::cards::{CardView, CpsView};

use super::{Desk, Message};
use crate::screen::{pin, remplacements};

impl Desk {
    pub(super) fn remplacements(&mut self, message: remplacements::Message) -> Task<Message> {
        let cards_matter = matches!(message, remplacements::Message::Prepare | remplacements::Message::Rehearse);
        if cards_matter && self.ask_second_pin() {
            return Task::none();
        }
        let own = self.cards.cps().map(|(_, cps)| cps.clone());
        let other = self.second_cps().cloned();
        let signed_in = self.signed_in.as_ref();
        let hands = remplacements::Hands {
            office: &self.office,
            demo: self.demo.as_ref().map(|demo| &demo.office),
            signed_in,
            cps: own.as_ref(),
            other: other.as_ref(),
        };
        match self.remplacements.update(&hands, message) {
            remplacements::Action::None => Task::none(),
            remplacements::Action::Run(task) => task.map(Message::Remplacements),
        }
    }

    pub(super) fn show_remplacements(&self) -> Task<Message> {
        let read = self.remplacements.reload(&self.office, self.signed_in.as_ref());
        Task::batch([read, self.remplacements.focus()]).map(Message::Remplacements)
    }

    /// Asks for the code of a locum's card that lies beside and is locked: their number is behind it.
    fn ask_second_pin(&mut self) -> bool {
        let Some(first) = self.signed_in.as_ref().map(|person| person.serial.clone()) else { return false };
        let locked = self.cards.readers.iter().find_map(|reader| match &reader.card {
            CardView::Cps(cps) if cps.identity.serial != first && cps.situations.is_none() => Some((reader, cps)),
            _ => None,
        });
        let Some((reader, cps)) = locked else { return false };
        let holder = &cps.identity.holder;
        let name = format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal());
        self.pin = Some(pin::State::new(
            reader.name.clone(),
            cps.identity.serial.clone(),
            name,
            cps.tries_left,
            pin::Purpose::Give,
        ));
        true
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
