//! The lesson that runs beside the desk: it looks again whenever the ledger, the cards or the clock changed.

use iced::Task;

use super::{Desk, Message};
use crate::screen::lessons;

impl Desk {
    pub(super) fn lesson(&mut self, message: lessons::Message) -> Task<Message> {
        match self.lessons.update(&self.office, self.signed_in.as_ref(), message) {
            lessons::Action::None => Task::none(),
            lessons::Action::Run(task) => task.map(Message::Lessons),
            lessons::Action::WorldChanged(task) => {
                Task::batch([task.map(Message::Lessons), self.ask_time(), self.reload_lots()])
            }
        }
    }

    pub(super) fn refresh_lesson(&self) -> Task<Message> {
        self.lessons.refresh(&self.office, self.signed_in.as_ref()).map(Message::Lessons)
    }
}
