//! Accounts in the open desk: Paiements et rejets, Recettes, Patients; and any list on its way into a file, which goes on whatever
//! screen is shown, for who asked and nobody else.

use iced::Task;
use liasse_core::lists::List;

use super::places::Place;
use super::{Desk, Message};
use crate::screen::{exporting, journal, paiements, patients, recettes};
use crate::text::t;

impl Desk {
    pub(super) fn journal(&mut self, message: journal::Message) -> Task<Message> {
        match self.journal.update(&self.office, self.signed_in.as_ref(), message) {
            journal::Action::None => Task::none(),
            journal::Action::Run(task) => task.map(Message::Journal),
            journal::Action::Export(list) => self.begin_csv(list),
        }
    }

    pub(super) fn paiements(&mut self, message: paiements::Message) -> Task<Message> {
        let signed_in = self.signed_in.as_ref();
        let vitale = self.cards.vitale().map(|(_, vitale)| vitale);
        match self.paiements.update(&self.office, signed_in, vitale, message) {
            paiements::Action::None => Task::none(),
            paiements::Action::Run(task) => task.map(Message::Paiements),
            paiements::Action::Export(list) => self.begin_csv(list),
            paiements::Action::LedgerChanged(task) => Task::batch([task.map(Message::Paiements), self.reload_lots()]),
            paiements::Action::Correct(draft) => {
                let taken_up = self.facturer.take_up(&self.office, signed_in, *draft).map(Message::Facturer);
                Task::batch([taken_up, self.go(Place::Facturer)])
            }
        }
    }

    pub(super) fn recettes(&mut self, message: recettes::Message) -> Task<Message> {
        match self.recettes.update(&self.office, self.signed_in.as_ref(), message) {
            recettes::Action::None => Task::none(),
            recettes::Action::Run(task) => task.map(Message::Recettes),
            recettes::Action::Export(list) => self.begin_csv(list),
            recettes::Action::LedgerChanged(task) => Task::batch([task.map(Message::Recettes), self.reload_lots()]),
        }
    }

    pub(super) fn patients(&mut self, message: patients::Message) -> Task<Message> {
        match self.patients.update(&self.office, self.signed_in.as_ref(), message) {
            patients::Action::None => Task::none(),
            patients::Action::Run(task) => task.map(Message::Patients),
            patients::Action::Export(list) => self.begin_csv(list),
        }
    }

    /// Begins to write a list, as it is sorted and filtered.
    pub(super) fn begin_csv(&mut self, list: List) -> Task<Message> {
        let Some(person) = &self.signed_in else { return Task::none() };
        self.export.begin(&self.office, person, list).map(Message::Exporting)
    }

    pub(super) fn exported(&mut self, message: exporting::Message) -> Task<Message> {
        let done = match self.export.update(&self.office, message) {
            exporting::Action::None => Task::none(),
            exporting::Action::Run(task) => task.map(Message::Exporting),
            exporting::Action::Said(words) => self.say(words),
            exporting::Action::Refused(report) => {
                // It is read before the window closes.
                (self.notice, self.closing) = (Some(report), None);
                Task::none()
            }
        };
        Task::batch([done, self.go_on_closing()])
    }

    /// Échap stops what is being written, where something is.
    pub(super) fn stop_export(&mut self) -> Option<Task<Message>> {
        self.export.stop().then(|| self.say(t("export.stopped").to_owned()))
    }
}
