//! The secretary's desk in the open window: which cards Accueil works with, À signer, and whose place a locum takes.

use iced::Task;
use liasse_core::desk::Wanted;
use liasse_domain::Report;

use super::dialogs::Dialog;
use super::{Desk, Message, Place};
use crate::ask;
use crate::screen::{choose, reception, to_sign};

impl Desk {
    /// Where somebody works first: staff receive, the others bill.
    pub(super) fn home(&self) -> Place {
        if self.is_staff() { Place::Reception } else { Place::Facturer }
    }

    pub(super) fn is_staff(&self) -> bool {
        self.signed_in.as_ref().is_some_and(liasse_core::desk::SignedIn::is_staff)
    }

    pub(super) fn show_reception(&self) -> Task<Message> {
        let read = self.reception.reload(&self.office, self.signed_in.as_ref());
        Task::batch([read, self.reception.focus()]).map(Message::Reception)
    }

    pub(super) fn reception(&mut self, message: reception::Message) -> Task<Message> {
        let hands = reception::Hands {
            office: &self.office,
            signed_in: self.signed_in.as_ref(),
            cps: self.cards.cps().map(|(_, cps)| cps),
            vitale: self.cards.vitale().map(|(_, vitale)| vitale),
        };
        match self.reception.update(&hands, message) {
            reception::Action::None => Task::none(),
            reception::Action::Run(task) => task.map(Message::Reception),
            reception::Action::LedgerChanged(task) => Task::batch([task.map(Message::Reception), self.reload_lots()]),
        }
    }

    pub(super) fn queue(&mut self, message: to_sign::Message) -> Task<Message> {
        match self.to_sign.update(&self.office, self.signed_in.as_ref(), message) {
            to_sign::Action::None => Task::none(),
            to_sign::Action::Run(task) => task.map(Message::ToSign),
            to_sign::Action::LedgerChanged(task) => Task::batch([task.map(Message::ToSign), self.reload_lots()]),
        }
    }

    /// A letter with Ctrl that goes nowhere is the screen's.
    pub(super) fn control(&mut self, letter: &str) -> Task<Message> {
        let message = match self.place {
            Place::Reception => self.reception.control(letter).map(Message::Reception),
            Place::ToSign => self.to_sign.control(letter).map(Message::ToSign),
            Place::Remplacements => self.remplacements.control(letter).map(Message::Remplacements),
            Place::Lots => self.lots.control(letter).map(Message::Lots),
            Place::Paiements => self.paiements.control(letter).map(Message::Paiements),
            Place::Recettes => self.recettes.control(letter).map(Message::Recettes),
            Place::Radar => self.radar.control(letter).map(Message::Radar),
            Place::Patients => self.patients.control(letter).map(Message::Patients),
            Place::Journal => self.journal.control(letter).map(Message::Journal),
            Place::Facturer => self.facturer.control(letter).map(Message::Facturer),
            Place::Reglages => self.reglages.control(letter).map(Message::Reglages),
            _ => None,
        };
        message.map_or_else(Task::none, |message| self.update(message))
    }

    /// The name of the beneficiary whom Accueil means, of the Vitale in the reader.
    pub(super) fn in_the_reader(&self) -> Option<String> {
        let (_, vitale) = self.cards.vitale()?;
        let people = &vitale.read.content.as_ref()?.beneficiaries;
        let person = people.get(self.reception.beneficiary())?;
        Some(format!("{} {}", person.family_name.reveal(), person.given_name.reveal()))
    }

    /// Several sessions fit the card: asked once, « Qui remplacez-vous ? ».
    pub(super) fn ask_whom(&self) -> Task<Message> {
        let Some((_, cps)) = self.cards.cps() else { return Task::none() };
        let cps = cps.clone();
        ask::ask(&self.office.workstation(), move |ws| ws.sessions_now(&cps))
            .map(|found| Message::Sessions(found.map(|sessions| sessions.iter().map(choose::Choice::of).collect())))
    }

    pub(super) fn sessions(&mut self, found: Result<Vec<choose::Choice>, Report>) -> Task<Message> {
        match found {
            // A new code that is shown once is not left unread: `F9` asks again.
            Ok(_) if matches!(self.dialog, Some(Dialog::Keys(_))) => {}
            Ok(choices) => self.dialog = Some(Dialog::Choose(choose::State::new(choices))),
            Err(report) => self.notice = Some(report),
        }
        Task::none()
    }

    pub(super) fn choose(&mut self, message: &choose::Message) -> Task<Message> {
        let Some(Dialog::Choose(dialog)) = &mut self.dialog else { return Task::none() };
        let Some(session) = dialog.update(message) else { return Task::none() };
        self.dialog = None;
        let Some((reader, cps)) = self.cards.cps() else { return Task::none() };
        let (reader, cps) = (reader.to_owned(), cps.clone());
        let admitted =
            ask::ask(&self.office.workstation(), move |ws| ws.sign_in(&reader, &cps, Wanted::Session(session, None)));
        admitted.map(|answer| Message::Admitted(Box::new(answer)))
    }
}
