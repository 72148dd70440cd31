//! À surveiller in the open desk: its one action goes to the screen on which a thing is done.

use iced::Task;

use super::places::Place;
use super::{Desk, Message};
use crate::screen::{radar, toast};

impl Desk {
    /// Says something in the corner.
    pub(super) fn say(&mut self, words: String) -> Task<Message> {
        self.toast.update(toast::Message::Said(words));
        Task::none()
    }

    pub(super) fn radar(&mut self, message: radar::Message) -> Task<Message> {
        match self.radar.update(&self.office, self.signed_in.as_ref(), message) {
            radar::Action::None => Task::none(),
            radar::Action::Run(task) => task.map(Message::Radar),
            radar::Action::Export(list) => self.begin_csv(list),
            radar::Action::Go(target) => {
                let place = match target.place {
                    radar::Where::Reception => Place::Reception,
                    radar::Where::ToSign => Place::ToSign,
                    radar::Where::Lots => Place::Lots,
                    radar::Where::Paiements => Place::Paiements,
                    radar::Where::Recettes => Place::Recettes,
                };
                match (place, target.fse) {
                    (Place::Lots, Some(fse)) => self.lots.look_at(fse),
                    (Place::Paiements, Some(fse)) => self.paiements.look_at(fse),
                    (Place::Recettes, Some(fse)) => self.recettes.look_at(fse),
                    (Place::ToSign, Some(fse)) => self.to_sign.look_at(fse),
                    (Place::Reception, _) => self.reception.look_at(target.passage),
                    _ => {}
                }
                self.go(place)
            }
        }
    }
}
