//! The dialogs over the desk: one at a time, each with its own keys; the rest of the desk gets none. The PIN's has its own
//! field and stands apart.

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use iced::widget::container;
use iced::{Element, Task, widget};

use super::{Desk, Message, Place};
use crate::screen::{accident, choose, evening, keys, mutuelle, sets, situation};
use crate::widget::focus;

/// The dialog that is open.
pub(super) enum Dialog {
    /// The mutuelle card of the patient who is billed.
    Mutuelle(mutuelle::State),
    /// An accident of theirs.
    Accident(accident::State),
    /// The sets of acts of the practitioner.
    Sets(sets::State),
    /// The situation that the holder of a card types.
    Situation(situation::State),
    /// Several sessions fit the locum's card: whose place is it?
    Choose(choose::State),
    /// The page of the evening.
    Evening(evening::State),
    /// A way into the data is changed.
    Keys(keys::State),
}

impl Desk {
    /// Opens the dialog for the mutuelle card of the patient who is billed, if there is one and somebody is signed in.
    pub(super) fn ask_mutuelle(&mut self) -> Task<Message> {
        let bills = self.place == Place::Facturer && self.signed_in.is_some();
        let Some(dialog) = self.facturer.mutuelle_dialog().filter(|_| bills) else { return Task::none() };
        let focus = dialog.focus().map(Message::Mutuelle);
        self.dialog = Some(Dialog::Mutuelle(dialog));
        focus
    }

    /// Opens the dialog about an accident of that patient.
    pub(super) fn ask_accident(&mut self) -> Task<Message> {
        let Some(person) = self.signed_in.as_ref().filter(|_| self.place == Place::Facturer) else {
            return Task::none();
        };
        let Some(dialog) = self.facturer.accident_dialog() else { return Task::none() };
        let opened = dialog.opened(&self.office, person).map(Message::Accident);
        self.dialog = Some(Dialog::Accident(dialog));
        opened
    }

    /// Opens the sets of acts of who is signed in.
    pub(super) fn ask_sets(&mut self) -> Task<Message> {
        let Some(person) = self.signed_in.as_ref().filter(|_| self.place == Place::Facturer) else {
            return Task::none();
        };
        let (dialog, read) = sets::State::open(&self.office, person);
        self.dialog = Some(Dialog::Sets(dialog));
        read.map(Message::Sets)
    }

    /// A key while a dialog is open: `None` where none is.
    pub(super) fn dialog_key(&mut self, key: &Key, forward: bool) -> Option<Task<Message>> {
        let message = match (self.dialog.as_ref()?, key) {
            (Dialog::Evening(_), key) => return Some(self.evening_key(key)),
            // Its own field has taken the key already, where there is one.
            (Dialog::Keys(dialog), key) => dialog.key(key).map(Message::Keys),
            (_, Key::Named(Named::Tab)) => return Some(focus::walk(forward, true)),
            (dialog, Key::Named(Named::Escape)) => {
                let billed = !matches!(dialog, Dialog::Choose(_) | Dialog::Situation(_));
                if matches!(dialog, Dialog::Situation(_)) {
                    self.decline_situation();
                }
                self.dialog = None;
                return Some(if billed { self.facturer.focus().map(Message::Facturer) } else { Task::none() });
            }
            (Dialog::Choose(dialog), key) => dialog.key(key).map(Message::Choose),
            (Dialog::Accident(dialog), key) => dialog.key(key).map(Message::Accident),
            (Dialog::Sets(dialog), key) => dialog.key(key).map(Message::Sets),
            (Dialog::Situation(dialog), key) => dialog.key(key).map(Message::Situation),
            (Dialog::Mutuelle(_), _) => None,
        };
        Some(message.map_or_else(Task::none, |message| self.update(message)))
    }

    pub(super) fn mutuelle(&mut self, message: mutuelle::Message) -> Task<Message> {
        let Some(Dialog::Mutuelle(dialog)) = &mut self.dialog else { return Task::none() };
        match dialog.update(&self.office, self.signed_in.as_ref(), self.now, message) {
            mutuelle::Action::None => Task::none(),
            mutuelle::Action::Run(task) => task.map(Message::Mutuelle),
            mutuelle::Action::Kept => {
                self.dialog = None;
                let looked = self.facturer.cover_changed(&self.office, self.signed_in.as_ref());
                Task::batch([looked, self.facturer.focus()]).map(Message::Facturer)
            }
        }
    }

    pub(super) fn accident(&mut self, message: accident::Message) -> Task<Message> {
        let Some(Dialog::Accident(dialog)) = &mut self.dialog else { return Task::none() };
        match dialog.update(&self.office, self.signed_in.as_ref(), message) {
            accident::Action::None => Task::none(),
            accident::Action::Run(task) => task.map(Message::Accident),
            accident::Action::Taken(draft) => {
                self.dialog = None;
                let billed = self.facturer.bill_as(&self.office, self.signed_in.as_ref(), *draft);
                Task::batch([billed, self.facturer.focus()]).map(Message::Facturer)
            }
        }
    }

    pub(super) fn sets(&mut self, message: sets::Message) -> Task<Message> {
        let Some(Dialog::Sets(dialog)) = &mut self.dialog else { return Task::none() };
        match dialog.update(&self.office, self.signed_in.as_ref(), message) {
            sets::Action::None => Task::none(),
            sets::Action::Run(task) => task.map(Message::Sets),
            sets::Action::Kept => {
                let signed_in = self.signed_in.as_ref();
                self.facturer.propose_anew(&self.office, signed_in).map(Message::Facturer)
            }
        }
    }

    /// Opens the dialog that changes a way into the data.
    pub(super) fn ask_keys(&mut self, purpose: keys::Purpose) -> Task<Message> {
        self.dialog = Some(Dialog::Keys(keys::State::new(purpose, &self.means)));
        Task::none()
    }

    pub(super) fn keys(&mut self, message: keys::Message) -> Task<Message> {
        let Some(Dialog::Keys(dialog)) = &mut self.dialog else { return Task::none() };
        match dialog.update(&self.office, self.signed_in.as_ref(), message) {
            keys::Action::None => Task::none(),
            keys::Action::Run(task) => task.map(Message::Keys),
            keys::Action::Close => {
                self.dialog = None;
                Task::none()
            }
            keys::Action::Rekey => Task::done(Message::Rekey),
            keys::Action::Done(words) => {
                self.dialog = None;
                Task::batch([self.say(words.to_owned()), self.show_reglages()])
            }
        }
    }

    /// The open dialog over a veil.
    pub(super) fn dialog_view(&self) -> Option<Element<'_, Message>> {
        let view = match self.dialog.as_ref()? {
            Dialog::Mutuelle(dialog) => dialog.view().map(Message::Mutuelle),
            Dialog::Accident(dialog) => dialog.view().map(Message::Accident),
            Dialog::Sets(dialog) => dialog.view().map(Message::Sets),
            Dialog::Situation(dialog) => dialog.view().map(Message::Situation),
            Dialog::Choose(dialog) => dialog.view().map(Message::Choose),
            Dialog::Evening(page) => page.view().map(Message::Evening),
            Dialog::Keys(dialog) => dialog.view().map(Message::Keys),
        };
        Some(widget::opaque(container(view).id(focus::DIALOG)))
    }
}
