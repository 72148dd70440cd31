//! The time of the practice in the open desk: asked of it, never of the machine; the post that works by itself at its hours, and the
//! backups and drills that are due. What is due is decided in `liasse_core`.

use iced::Task;
use liasse_core::backup;
use liasse_domain::{Coded, Instant, clock};

use super::{Desk, Message};
use crate::ask;
use crate::screen::lots;

impl Desk {
    pub(super) fn ask_time(&self) -> Task<Message> {
        ask::ask(&self.office.workstation(), |ws| Ok(ws.now())).map(Message::Now)
    }

    pub(super) fn now_is(&mut self, now: Instant) -> Task<Message> {
        let before = std::mem::replace(&mut self.now, now);
        let post = Task::batch([self.post_by_itself(), self.saved_by_itself(before)]);
        if clock::paris(now).date() == clock::paris(before).date() {
            return post;
        }
        let facturer = self.facturer.day_changed(&self.office, self.signed_in.as_ref(), now).map(Message::Facturer);
        Task::batch([post, facturer])
    }

    /// Each minute the backup and the drill that are due, on a thread of their own: the data only say what is due, and write down what
    /// became of it.
    fn saved_by_itself(&self, before: Instant) -> Task<Message> {
        if before.timestamp() / 60 == self.now.timestamp() / 60 {
            return Task::none();
        }
        let source = backup::Source::of(&self.office);
        ask::reported(move || backup::keep_up(&source).map_err(|error| error.report())).map(Message::Kept)
    }

    /// Sends at the hour that is set, fetches at intervals; what is under way is not disturbed.
    fn post_by_itself(&mut self) -> Task<Message> {
        if self.lots.is_busy() {
            return Task::none();
        }
        if self.schedule.send_is_due(std::mem::replace(&mut self.looked, self.now), self.now) {
            return self.update(Message::Lots(lots::Message::SendUnasked));
        }
        if self.schedule.fetch_is_due(self.fetched, self.now) {
            self.fetched = self.now;
            return self.update(Message::Lots(lots::Message::Fetch));
        }
        Task::none()
    }
}
