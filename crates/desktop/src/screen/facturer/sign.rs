//! From the signature to the patient's settlement: whole or in parts, by a cheque that settles two FSE, or the FSE taken
//! back before it leaves.

use std::sync::Arc;

use iced::keyboard::Key;
use iced::keyboard::key::Named;
use liasse_core::desk::SignedIn;
use liasse_core::office::Office;
use liasse_core::{Cheque, CoreError, SettlementMode, Workstation, signing};
use liasse_domain::{Centimes, Code, FseRef, Report, clock};

use super::{Action, Message, Signed, Stage, State};
use crate::ask::{aside, ask};
use crate::printed;

/// A paper of the signed FSE.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Printed {
    /// What the patient paid.
    Receipt,
    /// The FSE again.
    Duplicate,
}

impl Signed {
    fn of(workstation: &Workstation, reference: FseRef, person: &SignedIn, back: Centimes) -> Result<Self, CoreError> {
        let now = clock::paris(workstation.now());
        let today = now.date();
        Ok(Self {
            due: workstation.due_by_patient(&reference, person)?,
            same: workstation.cheques(person)?.into_iter().rev().find(|cheque| cheque.day == today),
            hour: now.format("%H h %M").to_string(),
            reference,
            back,
            settled: None,
            settling: false,
            part: String::new(),
            took: None,
        })
    }

    pub(super) fn key(&self, key: &Key) -> Option<Message> {
        if self.settling || !self.is_open() {
            return None;
        }
        match key {
            Key::Named(Named::Backspace) => Some(Message::Part(None)),
            Key::Character(typed) => {
                let digit = typed.chars().next().and_then(figure);
                match digit {
                    Some(digit) => Some(Message::Part(Some(digit))),
                    None if typed.eq_ignore_ascii_case("m") => self.same.as_ref().map(|_| Message::SameCheque),
                    // *Plus tard* and *gratuit* are words about all that is due.
                    None => settlement(typed)
                        .filter(|mode| mode.receives_money() || self.part.is_empty())
                        .map(Message::Settle),
                }
            }
            _ => None,
        }
    }

    /// Whether it is still to be said how the patient settles.
    pub(super) fn is_open(&self) -> bool {
        self.settled.is_none() && self.due > Centimes::ZERO
    }

    /// No amount is longer than `12345678,90`.
    pub(super) fn type_part(&mut self, digit: Option<char>) {
        match digit {
            Some(digit) if self.part.len() < 11 => self.part.push(digit),
            Some(_) => {}
            None => drop(self.part.pop()),
        }
    }

    /// What the next letter settles: the part that was typed, or all that is due.
    fn amount(&self) -> Option<Centimes> {
        if self.part.is_empty() { Some(self.due) } else { Centimes::from_typed(&self.part) }
    }

    pub(super) fn settled_by(&mut self, mode: SettlementMode, left: Centimes) {
        (self.due, self.part) = (left, String::new());
        if left <= Centimes::ZERO || !mode.receives_money() {
            self.settled = Some(mode);
        }
    }
}

impl State {
    /// Whether a signature is under way, or the patient of this screen has not settled yet.
    pub fn is_in_the_middle(&self) -> bool {
        matches!(self.stage, Stage::Signing) || self.asks_how_settled()
    }

    /// Whether it is still to be said how the patient of this screen settles.
    pub(super) fn asks_how_settled(&self) -> bool {
        matches!(&self.stage, Stage::Signed(signed) if signed.is_open())
    }

    pub(super) fn sign(&mut self, office: &Arc<Office>, signed_in: Option<&SignedIn>) -> Action {
        let Some(mut person) = signed_in.cloned() else {
            self.notice = Some(Report::new(Code("cards.code_requis"), &[]));
            return Action::None;
        };
        if self.other.is_some() {
            self.notice = Some(Report::new(Code("invoicing.autre_vitale"), &[]));
            return Action::None;
        }
        let reason = self.derogation.trim();
        person.derogation = (!reason.is_empty()).then(|| reason.to_owned());
        match std::mem::take(&mut self.stage) {
            Stage::Editing => {
                let Some(draft) = self.draft.clone() else {
                    self.notice = Some(Report::new(Code("invoicing.vitale_absente"), &[]));
                    return Action::None;
                };
                self.stage = Stage::Signing;
                let patient = self.patient;
                let preparing = ask(&office.workstation(), move |ws| ws.prepare(&draft, &person));
                Action::Run(preparing.map(move |answer| Message::Prepared(patient, answer)))
            }
            Stage::Prepared(reference) => {
                self.stage = Stage::Signing;
                let vitale = self.vitale.clone().filter(|card| self.card_is_in || card.apcv.is_some());
                let (lane, cards, asked) = (office.workstation(), office.cards(), reference.clone());
                let signing = aside(move || {
                    let back = signing::sign_fse(&lane, &cards, &asked, &person, vitale.as_ref())?;
                    lane.call(move |ws| Signed::of(ws, asked, &person, back))?
                });
                let patient = self.patient;
                Action::Run(signing.map(move |answer| Message::Signed(patient, reference.clone(), Box::new(answer))))
            }
            stage => {
                self.stage = stage;
                Action::None
            }
        }
    }

    pub(super) fn settle(
        &mut self,
        office: &Office,
        signed_in: Option<&SignedIn>,
        mode: SettlementMode,
        cheque: Option<Cheque>,
    ) -> Action {
        let (Stage::Signed(signed), Some(person)) = (&mut self.stage, signed_in.cloned()) else { return Action::None };
        let Some(amount) = signed.amount() else {
            self.notice = Some(Report::new(Code("saisie.montant"), &[]));
            return Action::None;
        };
        signed.settling = true;
        let (reference, patient) = (signed.reference.clone(), self.patient);
        let settling = ask(&office.workstation(), move |ws| {
            ws.settle_part(&reference, &person, mode, Some(amount), cheque)?;
            Ok((mode, ws.due_by_patient(&reference, &person)?))
        });
        Action::Run(settling.map(move |answer| Message::Settled(patient, answer)))
    }

    pub(super) fn settle_with_same(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let Stage::Signed(signed) = &self.stage else { return Action::None };
        let Some(cheque) = signed.same.as_ref().map(|cheque| Cheque::Same(cheque.id)) else { return Action::None };
        self.settle(office, signed_in, SettlementMode::Cheque, Some(cheque))
    }

    /// A paper of the FSE that was just signed.
    pub(super) fn print(&mut self, office: &Office, signed_in: Option<&SignedIn>, what: Printed) -> Action {
        let (Stage::Signed(signed), Some(person)) = (&self.stage, signed_in.cloned()) else { return Action::None };
        let (fse, root) = (signed.reference.clone(), office.root().to_owned());
        let printed = ask(&office.workstation(), move |ws| match what {
            Printed::Receipt => {
                let paper = ws.receipt_of(&fse, &person)?;
                printed::pdf(&root.join("recus"), &format!("recu-{fse}.pdf"), &paper)
            }
            Printed::Duplicate => {
                let paper = ws.duplicate_of(&fse, &person)?;
                printed::pdf(&root.join("duplicata"), &format!("duplicata-{fse}.pdf"), &paper)
            }
        });
        Action::Run(printed.map(Message::Printed))
    }

    pub(super) fn withdraw(&mut self, office: &Office, signed_in: Option<&SignedIn>) -> Action {
        let reference = match &self.stage {
            Stage::Prepared(reference) => reference.clone(),
            Stage::Signed(signed) => signed.reference.clone(),
            Stage::Editing | Stage::Signing => return Action::None,
        };
        let Some(person) = signed_in.cloned() else { return Action::None };
        let patient = self.patient;
        let withdrawing = ask(&office.workstation(), move |ws| ws.cancel(&reference, &person));
        Action::Run(withdrawing.map(move |answer| Message::Withdrawn(patient, answer)))
    }
}

/// A figure or the mark of the cents, from any row: AZERTY writes figures on its upper row only with the capitals.
fn figure(typed: char) -> Option<char> {
    const UPPER: [char; 10] = ['à', '&', 'é', '"', '\'', '(', '-', 'è', '_', 'ç'];
    match typed {
        ',' | '.' => Some(typed),
        figure if figure.is_ascii_digit() => Some(figure),
        other => {
            UPPER.iter().position(|key| *key == other).and_then(|at| char::from_digit(u32::try_from(at).ok()?, 10))
        }
    }
}

/// One key says how the patient settled.
pub fn settlement(letter: &str) -> Option<SettlementMode> {
    match letter.to_lowercase().as_str() {
        "c" => Some(SettlementMode::Carte),
        "h" => Some(SettlementMode::Cheque),
        "e" => Some(SettlementMode::Especes),
        "v" => Some(SettlementMode::Virement),
        "p" => Some(SettlementMode::PlusTard),
        "g" => Some(SettlementMode::Gratuit),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_keyboard_types_an_amount() {
        let typed = |text: &str| text.chars().filter_map(figure).collect::<String>();
        assert_eq!(typed("12,50"), "12,50");
        assert_eq!(typed("&é.(à"), "12.50");
        assert_eq!(typed("\"'-è_ç"), "346789");
        assert_eq!(typed("che"), "", "the letters of the modes are no figures");
    }
}
