//! Which key goes where: dialogs first, then what holds everywhere, then the screen.

use iced::keyboard::key::Named;
use iced::keyboard::{Key, Modifiers};
use iced::{Task, event};

use super::{Desk, Message, Place};
use crate::screen::listed;
use crate::widget::{focus, rows};

impl Desk {
    pub(super) fn key(&mut self, key: &Key, modifiers: Modifiers, status: event::Status) -> Task<Message> {
        if self.closing.is_some() {
            if *key == Key::Named(Named::Escape) {
                self.closing = None;
            }
            return Task::none();
        }
        if self.wakes() {
            return self.comes_back();
        }
        // The dialog's own field has taken the key already.
        if self.pin.is_some() {
            return Task::none();
        }
        if let Some(done) = self.dialog_key(key, !modifiers.shift()) {
            return done;
        }
        match key {
            Key::Named(Named::F1) => {
                self.help = !self.help;
                return Task::none();
            }
            Key::Named(Named::Escape) => {
                // What lies on top goes first.
                if !std::mem::take(&mut self.help) {
                    if let Some(stopped) = self.stop_export() {
                        return stopped;
                    }
                    if self.reglages.stop() {
                        return Task::none();
                    }
                }
                self.dismiss();
                return Task::none();
            }
            _ if self.help => return Task::none(),
            Key::Character(letter) if modifiers.control() => {
                return match (Place::of_letter(letter), letter.as_str()) {
                    (Some(place), _) => self.go(place),
                    (None, "k") => self.ask_evening(),
                    (None, "m") => self.ask_mutuelle(),
                    (None, "t") if self.place == Place::Facturer => self.ask_accident(),
                    (None, "j") if self.place == Place::Facturer => self.ask_sets(),
                    (None, "y") if self.place == Place::Reglages => self.ask_situation(),
                    (None, other) => {
                        let done = self.control(other);
                        // A list that is sorted or filtered anew begins at its top.
                        match self.choice().filter(|_| listed::of_letter(other).is_some()) {
                            Some(choice) => Task::batch([done, rows::reveal(choice)]),
                            None => done,
                        }
                    }
                };
            }
            Key::Named(Named::F2) => return self.go(Place::Facturer),
            Key::Named(Named::F3) => return self.go(Place::Lots),
            Key::Named(Named::F10) => return self.go(Place::Tray),
            Key::Named(Named::F9) => {
                let unlocked = self.cards.cps().is_some_and(|(_, cps)| cps.situations.is_some());
                if self.signed_in.is_none() && unlocked {
                    self.pin_declined = None;
                    return self.who_is_there();
                }
                return self.ask_pin();
            }
            Key::Named(Named::Tab) => return focus::walk(!modifiers.shift(), false),
            _ => {}
        }
        if status == event::Status::Captured {
            return Task::none();
        }
        let message = match self.place {
            Place::Facturer => self.facturer.key(key).map(Message::Facturer),
            Place::Reception => self.reception.key(key).map(Message::Reception),
            Place::ToSign => self.to_sign.key(key, self.is_staff()).map(Message::ToSign),
            Place::Lots => self.lots.key(key).map(Message::Lots),
            Place::Paiements => self.paiements.key(key).map(Message::Paiements),
            Place::Recettes => self.recettes.key(key).map(Message::Recettes),
            Place::Patients => self.patients.key(key).map(Message::Patients),
            Place::Reglages => self.reglages.key(key).map(Message::Reglages),
            Place::Diagnostic => self.diagnostic.key(key).map(Message::Diagnostic),
            Place::Journal => self.journal.key(key).map(Message::Journal),
            Place::Aide => self.aide.key(key).map(Message::Aide),
            Place::Radar => self.radar.key(key).map(Message::Radar),
            Place::Remplacements => self.remplacements.key(key).map(Message::Remplacements),
            Place::Tray => self.demo.as_mut().and_then(|demo| demo.tray.key(key)).map(Message::Tray),
        };
        let done = message.map_or_else(Task::none, |message| self.update(message));
        match (key, self.choice()) {
            (Key::Named(Named::ArrowUp | Named::ArrowDown), Some(choice)) => Task::batch([done, rows::reveal(choice)]),
            _ => done,
        }
    }

    /// The row that the arrows chose on this screen.
    fn choice(&self) -> Option<rows::Choice> {
        match self.place {
            Place::ToSign => self.to_sign.choice(),
            Place::Lots => self.lots.choice(),
            Place::Paiements => self.paiements.choice(),
            Place::Recettes => self.recettes.choice(),
            Place::Radar => self.radar.choice(),
            Place::Patients => self.patients.choice(),
            Place::Journal => self.journal.choice(),
            Place::Tray => self.demo.as_ref().and_then(|demo| demo.tray.choice()),
            _ => None,
        }
    }
}
