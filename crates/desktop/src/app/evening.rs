//! Clôture du soir over the desk: opened by one key, for who is signed in.

use iced::Task;
use iced::keyboard::Key;
use iced::keyboard::key::Named;
use liasse_domain::{Code, Report};

use super::dialogs::Dialog;
use super::{Desk, Message};
use crate::screen::{bandeau, evening};
use crate::text::t;

impl Desk {
    /// Opens the page.
    pub(super) fn ask_evening(&mut self) -> Task<Message> {
        let Some(person) = &self.signed_in else {
            self.notice = Some(Report::new(Code("cards.code_requis"), &[]));
            return Task::none();
        };
        if self.evening_runs || self.lots.is_busy() || self.facturer.is_in_the_middle() {
            return self.say(t("evening.busy").to_owned());
        }
        self.evenings += 1;
        let (page, read) = evening::State::open(&self.office, person, self.evenings);
        self.dialog = Some(Dialog::Evening(page));
        read.map(Message::Evening)
    }

    pub(super) fn evening(&mut self, message: evening::Message) -> Task<Message> {
        match &message {
            evening::Message::Begin => self.evening_runs = true,
            evening::Message::Done(..) => self.evening_runs = false,
            _ => {}
        }
        let Some(Dialog::Evening(page)) = &mut self.dialog else { return self.reload_lots() };
        match page.update(&self.office, self.signed_in.as_ref(), message) {
            evening::Action::None => Task::none(),
            evening::Action::Run(task) => task.map(Message::Evening),
            evening::Action::LedgerChanged(reached) => {
                if let Some(reached) = reached {
                    self.link = if reached { bandeau::Link::Up } else { bandeau::Link::Down };
                }
                Task::batch([self.reload_lots(), self.go(self.place)])
            }
        }
    }

    /// A key while the page is open: Escape stops what is being done, and closes the page when nothing is.
    pub(super) fn evening_key(&mut self, key: &Key) -> Task<Message> {
        let Some(Dialog::Evening(page)) = &self.dialog else { return Task::none() };
        match key {
            Key::Named(Named::Escape) if page.is_going() => {
                page.stop();
                Task::none()
            }
            Key::Named(Named::Escape) => {
                self.dialog = None;
                Task::none()
            }
            key => page.key(key).map_or_else(Task::none, |message| self.evening(message)),
        }
    }
}
