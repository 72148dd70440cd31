//! What the keys of Accueil do, each asked of the workstation.

use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Draft, Proof};
use liasse_core::passages::Cotation;
use liasse_core::{CoreError, SettlementMode, Workstation, desync, type_acts};
use liasse_domain::{Code, Coded, PassageState, Report, SecuringMode};

use super::{Action, Hands, Message, State, on_paper};
use crate::ask::{aside, ask};
use crate::text::with;

impl State {
    /// Runs a job of whoever is signed in; nothing while another one is under way.
    pub(super) fn gesture(
        &mut self,
        hands: &Hands<'_>,
        job: impl FnOnce(&mut Workstation, &SignedIn) -> Result<String, CoreError> + Send + 'static,
    ) -> Action {
        let Some(person) = hands.signed_in.cloned().filter(|_| !self.busy) else { return Action::None };
        (self.notice, self.said, self.busy) = (None, None, true);
        Action::Run(ask(&hands.office.workstation(), move |ws| job(ws, &person)).map(Message::Done))
    }

    fn refused(&mut self, report: Report) -> Action {
        self.notice = Some(report);
        Action::None
    }

    /// A practitioner's Enter codes the chosen passage; that of staff writes a word beside it.
    pub(super) fn enter(&mut self, hands: &Hands<'_>) -> Action {
        let typed = self.field.trim().to_owned();
        if typed.is_empty() {
            // Enter once more erases nothing.
            return Action::None;
        }
        let (Some(id), Some(person)) = (self.passage().map(|one| one.row.id), hands.signed_in) else {
            return Action::None;
        };
        if person.is_staff() {
            return self.gesture(hands, move |ws, person| {
                ws.note_passage(id, &typed, person)?;
                Ok(with("reception.noted", &[("passage", &id.to_string())]))
            });
        }
        match type_acts(hands.office.tables(), &typed) {
            Ok(acts) => self.gesture(hands, move |ws, person| {
                let cotation = Cotation { acts, overrun: None };
                ws.cote(id, &cotation, person)?;
                Ok(with("reception.coded", &[("passage", &id.to_string()), ("acts", &cotation.typed())]))
            }),
            Err(error) => self.refused(error.report()),
        }
    }

    pub(super) fn receive(&mut self, hands: &Hands<'_>) -> Action {
        let Some(vitale) = hands.vitale.cloned() else {
            return self.refused(Report::new(Code("invoicing.vitale_absente"), &[]));
        };
        let billing = self.shown.as_ref().and_then(|shown| shown.doctors.get(self.doctor)).map(|one| one.0.clone());
        let beneficiary = self.beneficiary;
        let Some(person) = hands.signed_in.cloned().filter(|_| !self.busy) else { return Action::None };
        (self.notice, self.said, self.busy) = (None, None, true);
        let received = ask(&hands.office.workstation(), move |ws| {
            let id = ws.receive(&vitale, beneficiary, billing.as_ref(), &person)?;
            Ok((id, with("reception.received", &[("passage", &id.to_string())])))
        });
        Action::Run(received.map(Message::Received))
    }

    /// A practitioner gives an instruction, `name = acts`, or lifts it, `name =`. Else the instruction whose name begins with what is
    /// in the field is applied to the chosen passage; with an empty field the only one there is.
    pub(super) fn instruct(&mut self, hands: &Hands<'_>) -> Action {
        if let Some((name, acts)) = self.field.split_once('=') {
            let (name, acts) = (name.trim().to_owned(), acts.trim().to_owned());
            return self.give_instruction(hands, name, &acts);
        }
        let Some(id) = self.passage().map(|one| one.row.id) else { return Action::None };
        let instructions = self.shown.as_ref().map_or(&[][..], |shown| &shown.instructions);
        let typed = self.field.trim();
        let typed = typed.to_lowercase();
        let named: Vec<_> = instructions.iter().filter(|(name, _)| name.to_lowercase().starts_with(&typed)).collect();
        let [(name, _)] = named.as_slice() else {
            return self.refused(Report::new(Code("passage.consigne_inconnue"), &[]));
        };
        let name = name.clone();
        self.gesture(hands, move |ws, person| {
            ws.apply_instruction(id, &name, person)?;
            Ok(with("reception.instructed", &[("passage", &id.to_string()), ("name", &name)]))
        })
    }

    fn give_instruction(&mut self, hands: &Hands<'_>, name: String, acts: &str) -> Action {
        if acts.is_empty() {
            return self.gesture(hands, move |ws, person| {
                ws.end_instruction(&name, person)?;
                Ok(with("reception.lifted", &[("name", &name)]))
            });
        }
        match type_acts(hands.office.tables(), acts) {
            Ok(acts) => self.gesture(hands, move |ws, person| {
                let cotation = Cotation { acts, overrun: None };
                ws.instruct(&name, &cotation, person)?;
                Ok(with("reception.instruction_given", &[("name", &name), ("acts", &cotation.typed())]))
            }),
            Err(error) => self.refused(error.report()),
        }
    }

    /// The chosen passage becomes an FSE, which the patient's Vitale seals; or paper, where no card serves.
    pub(super) fn bill(&mut self, hands: &Hands<'_>) -> Action {
        if on_paper(hands.signed_in) {
            return self.on_paper(hands);
        }
        let Some(id) = self.passage().map(|one| one.row.id) else { return Action::None };
        let Some(person) = hands.signed_in.cloned().filter(|_| !self.busy) else { return Action::None };
        let Some(vitale) = hands.vitale.cloned() else {
            return self.refused(Report::new(Code("invoicing.vitale_absente"), &[]));
        };
        (self.notice, self.said, self.busy) = (None, None, true);
        let (lane, cards) = (hands.office.workstation(), hands.office.cards());
        let billed = aside(move || {
            let (asking, card) = (person.clone(), vitale.clone());
            let fse = lane.call(move |ws| {
                let (mut draft, bills) = ws.draft_of_passage(id, Some(&card), None, &asking)?;
                draft.mode = SecuringMode::Desynchronise;
                ws.prepare(&draft, &bills)
            })??;
            desync::seal(&lane, &cards, &fse, &vitale, &person)?;
            let of = fse.clone();
            let due = lane.call(move |ws| ws.due_by_patient(&of, &person))??;
            Ok((fse, due))
        });
        Action::Run(billed.map(Message::Sealed))
    }

    /// Without the Vitale: CPS alone later, and a paper sheet now.
    pub(super) fn degraded(&mut self, hands: &Hands<'_>) -> Action {
        let Some(id) = self.passage().map(|one| one.row.id) else { return Action::None };
        let folder = hands.office.root().join("papier");
        self.gesture(hands, move |ws, person| {
            let without = Some((SecuringMode::Degrade, Proof::DernierPassage));
            let (draft, bills) = ws.draft_of_passage(id, None, without, person)?;
            let fse = ws.prepare(&draft, &bills)?;
            let (row, _) = ws.sheet_of(&fse, person)?;
            let path = ws.write_sheet(row.id, &folder, person)?;
            let values = [("fse", &*fse.number.to_string()), ("file", &path.display().to_string())];
            Ok(with("reception.degraded", &values))
        })
    }

    pub(super) fn wait(&mut self, hands: &Hands<'_>) -> Action {
        let Some(id) = self.passage().map(|one| one.row.id) else { return Action::None };
        self.gesture(hands, move |ws, person| {
            ws.set_passage(id, PassageState::AttendCarte, "", person)?;
            Ok(with("reception.waits", &[("passage", &id.to_string())]))
        })
    }

    pub(super) fn give_up(&mut self, hands: &Hands<'_>) -> Action {
        let (Some(id), why) = (self.passage().map(|one| one.row.id), self.field.clone()) else { return Action::None };
        self.gesture(hands, move |ws, person| {
            ws.set_passage(id, PassageState::SansSuite, &why, person)?;
            Ok(with("reception.dropped", &[("passage", &id.to_string())]))
        })
    }

    pub(super) fn give(&mut self, hands: &Hands<'_>) -> Action {
        let to = self.shown.as_ref().and_then(|shown| shown.doctors.get(self.doctor)).cloned();
        let (Some(id), Some((billing, name))) = (self.passage().map(|one| one.row.id), to) else { return Action::None };
        self.gesture(hands, move |ws, person| {
            ws.reassign(id, &billing, person)?;
            Ok(with("reception.given", &[("passage", &id.to_string()), ("name", &name)]))
        })
    }

    pub(super) fn print(&mut self, hands: &Hands<'_>) -> Action {
        let Some(number) = self.paper().map(|row| row.id) else { return Action::None };
        let folder = hands.office.root().join("papier");
        self.gesture(hands, move |ws, person| {
            let path = ws.write_sheet(number, &folder, person)?;
            Ok(with("reception.printed", &[("file", &path.display().to_string())]))
        })
    }

    pub(super) fn settle(&mut self, hands: &Hands<'_>, mode: SettlementMode) -> Action {
        let person = hands.signed_in.cloned().filter(|_| !self.busy);
        let (Some((fse, _)), Some(person)) = (&self.sealed, person) else { return Action::None };
        let fse = fse.clone();
        self.busy = true;
        let settled = ask(&hands.office.workstation(), move |ws| {
            ws.settle(&fse, &person, mode)?;
            Ok(mode)
        });
        Action::Run(settled.map(Message::Settled))
    }

    /// Nobody's card is usable: what is typed is billed on paper, with both names where somebody is replaced.
    fn on_paper(&mut self, hands: &Hands<'_>) -> Action {
        let by = self.shown.as_ref().and_then(|shown| shown.on_paper.get(self.doctor)).map(|one| one.0.clone());
        let Some(by) = by.filter(|_| !self.busy) else {
            return self.refused(Report::new(Code("desync.praticien_inconnu"), &[]));
        };
        let Some(vitale) = hands.vitale.cloned() else {
            return self.refused(Report::new(Code("invoicing.vitale_absente"), &[]));
        };
        let acts = match type_acts(hands.office.tables(), self.field.trim()) {
            Ok(acts) => acts,
            Err(error) => return self.refused(error.report()),
        };
        (self.notice, self.said, self.busy) = (None, None, true);
        let (beneficiary, folder) = (self.beneficiary, hands.office.root().join("papier"));
        let (cps, person) = (hands.cps.cloned(), hands.signed_in.cloned());
        let billed = ask(&hands.office.workstation(), move |ws| {
            let reason = ws.paper_reason(cps.as_ref(), person.as_ref())?;
            let mut draft = Draft::new(&vitale, beneficiary, ws.now())?;
            draft.input.acts = acts;
            let (row, sheet) = ws.bill_on_paper(&draft, &by, reason)?;
            let path = sheet.write(&row, &folder, draft.card().insured.test_card)?;
            let values = [("sheet", &*row.id.to_string()), ("file", &path.display().to_string())];
            Ok(with("reception.on_paper_done", &values))
        });
        Action::Run(billed.map(Message::Done))
    }
}
