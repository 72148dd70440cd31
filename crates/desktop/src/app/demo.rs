//! What only the demonstration has beside the desk: the tray of cards, and the lesson that runs, which looks again whenever the
//! ledger, the cards or the clock changed. A practice has neither.

use std::sync::Arc;

use iced::Task;
use liasse_demo::{Office, Tray};

use super::{Desk, Message};
use crate::screen::{lessons, tray};

/// See the module.
pub(super) struct Demo {
    /// The practice with its caisse and its clock.
    pub(super) office: Arc<Office>,
    pub(super) tray: tray::State,
    pub(super) lessons: lessons::State,
}

impl Demo {
    pub(super) fn new(office: Arc<Office>, tray: Tray) -> Self {
        Self { office, lessons: lessons::State::new(tray.clone()), tray: tray::State::new(tray) }
    }

    pub(super) fn dismiss(&mut self) {
        self.tray.dismiss();
        self.lessons.dismiss();
    }
}

impl Desk {
    pub(super) fn tray(&mut self, message: tray::Message) -> Task<Message> {
        let Some(demo) = &mut self.demo else { return Task::none() };
        match demo.tray.update(&demo.office, message) {
            tray::Action::None => Task::none(),
            tray::Action::Run(task) => task.map(Message::Tray),
            tray::Action::Lesson(message) => self.lesson(message),
            tray::Action::DayChanged => Task::batch([self.ask_time(), self.reload_lots()]),
        }
    }

    pub(super) fn look_at_tray(&mut self) {
        if let Some(demo) = &mut self.demo {
            demo.tray.look(&demo.office);
        }
    }

    pub(super) fn lesson(&mut self, message: lessons::Message) -> Task<Message> {
        let Some(demo) = &mut self.demo else { return Task::none() };
        match demo.lessons.update(&demo.office, self.signed_in.as_ref(), message) {
            lessons::Action::None => Task::none(),
            lessons::Action::Run(task) => task.map(Message::Lessons),
            lessons::Action::WorldChanged(task) => {
                Task::batch([task.map(Message::Lessons), self.ask_time(), self.reload_lots()])
            }
        }
    }

    pub(super) fn refresh_lesson(&self) -> Task<Message> {
        let Some(demo) = &self.demo else { return Task::none() };
        demo.lessons.refresh(&demo.office, self.signed_in.as_ref()).map(Message::Lessons)
    }
}
