//! Who is at the desk: the CPS in the readers signs in, once its PIN is verified, and signs out when it goes.
//! Who may do what is decided in `liasse_core::desk`.

use iced::Task;
use liasse_core::cards::CardView;
use liasse_core::desk::{SignedIn, Wanted};
use liasse_domain::{Coded, Report};

use super::dialogs::Dialog;
use super::{Desk, Message, Place};
use crate::ask;
use crate::screen::pin;

impl Desk {
    /// Signs in, asks for the PIN or signs out, as the CPS in the readers says.
    pub(super) fn who_is_there(&mut self) -> Task<Message> {
        if let Some(dialog) = &mut self.pin
            && let Some(CardView::Cps(cps)) = self.cards.reader(dialog.reader()).map(|found| &found.card)
        {
            dialog.card_is(cps);
        }
        let Some((reader, cps)) = self.cards.cps() else {
            let was_there = self.signed_in.is_some();
            self.signed_in = None;
            // Nobody writes, or erases, on what another person asked for.
            self.export.stop();
            self.reglages.is_before(None);
            self.pin = None;
            self.pin_declined = None;
            // The keys are asked for by their own secret, with a card or without.
            if !matches!(self.dialog, Some(Dialog::Keys(_))) {
                self.dialog = None;
            }
            self.reception.forget();
            self.to_sign.forget();
            self.paiements.forget();
            self.journal.forget();
            self.recettes.forget();
            self.radar.forget();
            self.patients.forget();
            self.remplacements.forget();
            // Without any card there is paper.
            let shown = was_there && self.place == Place::Reception;
            return if shown { self.show_reception() } else { Task::none() };
        };
        if cps.situations.is_some() {
            if self.pin.as_ref().is_some_and(|dialog| dialog.gives_to(reader)) {
                self.pin = None;
            }
            if self.signed_in.as_ref().is_some_and(|person| person.serial == cps.identity.serial) {
                return Task::none();
            }
            match &self.dialog {
                // The question stands: another card that moves does not ask it again.
                Some(Dialog::Choose(_)) => return Task::none(),
                Some(Dialog::Situation(dialog)) if dialog.is_for(&cps.identity.serial) => return Task::none(),
                // What is typed for one card is none of another's.
                Some(Dialog::Situation(_)) => self.dialog = None,
                _ => {}
            }
            let (reader, cps) = (reader.to_owned(), cps.clone());
            let admitted = ask::ask(&self.office.workstation(), move |ws| ws.sign_in(&reader, &cps, Wanted::Anything));
            return admitted.map(|answer| Message::Admitted(Box::new(answer)));
        }
        self.signed_in = None;
        self.export.stop();
        self.reglages.is_before(None);
        if !self.has_declined() && self.pin.as_ref().is_none_or(|dialog| !dialog.is_for(reader, &cps.identity.serial)) {
            return self.ask_pin();
        }
        Task::none()
    }

    /// The store's side has judged the card; it may have left meanwhile.
    pub(super) fn admitted(&mut self, answer: Result<SignedIn, Report>) -> Task<Message> {
        let present = self.cards.cps().map(|(_, cps)| cps.identity.serial.clone());
        match answer {
            Ok(person) if present.as_ref() == Some(&person.serial) => {
                // Nothing of the last person's patients stays on the screen of the next.
                self.facturer.is_of(&format!("{}/{:?}", person.serial, person.session()));
                self.export.stop();
                self.reception.forget();
                self.to_sign.forget();
                self.lots.forget();
                self.paiements.forget();
                self.journal.forget();
                self.recettes.forget();
                self.radar.forget();
                self.patients.forget();
                self.remplacements.forget();
                self.signed_in = Some(person);
                self.reglages.is_before(self.signed_in.as_ref());
            }
            Ok(_) => return Task::none(),
            Err(report) => {
                self.signed_in = None;
                self.reglages.is_before(None);
                if report.code == "replacement.choisir" {
                    return self.ask_whom();
                }
                let missing = report.code == "invoicing.situation_non_publique";
                self.notice = Some(report);
                if missing && !self.has_declined() {
                    return self.ask_situation();
                }
            }
        }
        let priced = self.facturer.signed_in_changed(&self.office, self.signed_in.as_ref()).map(Message::Facturer);
        let place = match self.place {
            Place::Tray if self.cards.vitale().is_some() && self.signed_in.is_some() => self.go(self.home()),
            // Without a tray everybody begins on Facturer.
            Place::Facturer if self.demo.is_none() && self.is_staff() => self.go(self.home()),
            Place::Facturer | Place::Lots | Place::Tray | Place::Aide | Place::Diagnostic => Task::none(),
            place => self.go(place),
        };
        Task::batch([priced, self.reload_lots(), place])
    }

    /// Opens the dialog for the codes of the CPS that counts: who is signed in changes theirs, else it is given.
    pub(super) fn ask_pin(&mut self) -> Task<Message> {
        let Some((reader, cps)) = self.cards.cps() else { return Task::none() };
        if let Err(refused) = self.office.takes(cps) {
            // A card of the other world: no try of its code is spent here.
            self.notice = Some(refused.report());
            return Task::none();
        }
        let holder = &cps.identity.holder;
        let name = format!("{} {}", holder.given_name.reveal(), holder.family_name.reveal());
        // What the card says counts: one that was reset asks for its code, whoever was at the desk by it.
        let is_there = self.signed_in.is_some() && cps.situations.is_some();
        let purpose = if is_there { pin::Purpose::Change } else { pin::Purpose::Give };
        let dialog = pin::State::new(reader.to_owned(), cps.identity.serial.clone(), name, cps.tries_left, purpose);
        let opened = dialog.opened(&self.office.cards()).map(Message::Pin);
        self.pin = Some(dialog);
        opened
    }

    pub(super) fn pin(&mut self, message: pin::Message) -> Task<Message> {
        let Some(dialog) = &mut self.pin else { return Task::none() };
        match dialog.update(&self.office.cards(), message) {
            pin::Action::None => Task::none(),
            pin::Action::Run(task) => task.map(Message::Pin),
            pin::Action::Close => {
                let reader = dialog.reader().to_owned();
                let insertion = self.cards.reader(&reader).map_or(0, |found| found.insertions);
                self.pin_declined = Some((reader, insertion));
                self.pin = None;
                Task::none()
            }
            pin::Action::Refused(snapshot) => {
                let moved = self.cards_changed(*snapshot);
                // What is left of the unblocking code may be what comes next.
                let cards = self.office.cards();
                let asked = self.pin.as_ref().map_or_else(Task::none, |dialog| dialog.opened(&cards).map(Message::Pin));
                Task::batch([moved, asked])
            }
            pin::Action::Done(snapshot, said) => {
                (self.pin, self.pin_declined) = (None, None);
                let said = said.map_or_else(Task::none, |words| self.say(words.to_owned()));
                Task::batch([said, self.cards_changed(*snapshot)])
            }
        }
    }
}
