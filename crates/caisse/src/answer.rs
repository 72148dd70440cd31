//! From a verdict or a payment to the mail that brings it: sim layout, the caisse's signature, the public envelope.
//! Not its delivery (`office`, `via`).

use liasse_domain::calendar::{Territory, add_working_days};
use liasse_domain::returns::{Acknowledgement, Payment, Reason, Rejections, Return, Service, Signalements};
use liasse_domain::{BillingNumber, Destination, FseRef, Instant, clock};
use liasse_formats::mail::{self, Header, ReturnKind};
use liasse_formats::{cms, returns};

use crate::intake::FileVerdict;
use crate::ledger::{Fate, Letter};
use crate::pki::Keys;
use crate::registers::Registers;
use crate::scenario::{Delay, Scenario};

/// Who writes, when, with which key.
pub(crate) struct Writer<'a> {
    /// The caisse's keys.
    pub(crate) keys: &'a Keys,
    /// Addresses.
    pub(crate) registers: &'a Registers,
    /// What the caisse does otherwise.
    pub(crate) scenario: &'a Scenario,
    /// The concentrator that forwards the answer, if the practice sends through one.
    pub(crate) concentrator: Option<&'a str>,
    /// The demo's time.
    pub(crate) now: Instant,
}

/// Why no answer can be written; a file that cannot be answered is then not taken (`office::NotTaken`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unwritable {
    /// The sender has no mailbox here and wrote from no address.
    #[error("nobody to write to")]
    NoMailbox,
    /// The caisse has no address.
    #[error("the caisse has no address")]
    NoAddress,
    /// The signature could not be made.
    #[error("the return could not be signed")]
    Signature(#[from] cms::CmsError),
}

impl Writer<'_> {
    /// The answers to a file: ARL, then the rejects if any; then what the scenario says beside them.
    pub(crate) fn answers(
        &self,
        from: &Destination,
        reply_to: &str,
        verdict: &FileVerdict,
        first: u64,
    ) -> Result<Vec<Letter>, Unwritable> {
        let (billing, file) = (verdict.sender.clone(), verdict.identifier);
        let on = clock::paris(self.now).date();
        let arl = Return::Acknowledgement(Acknowledgement {
            billing: billing.clone(),
            from: from.clone(),
            file,
            on,
            refused: verdict.refused.clone(),
        });
        // Without a hash the file could not be recognised when it comes again: its answer is not lost.
        let repeatable = verdict.hash.is_some();
        let delays = &self.scenario.delays;
        let answered = |delay| self.scenario.fate_of_answer(delay, repeatable, self.now);
        let mut messages = vec![(arl, answered(delays.arl))];
        if !verdict.rejected.is_empty() {
            let fses = verdict.rejected.clone();
            let rejects =
                Return::Rejections(Rejections { billing: billing.clone(), from: from.clone(), file, on, fses });
            messages.push((rejects, answered(delays.rejects)));
        }
        let beside = delays.messages.fate(self.now);
        let fses = self.remarks(verdict);
        if !fses.is_empty() {
            let remarks = Signalements { billing: billing.clone(), from: from.clone(), file, on, fses };
            messages.push((Return::Signalements(remarks), beside));
        }
        if let Some(text) = self.scenario.service.clone() {
            let message = Service { billing: billing.clone(), from: from.clone(), on, text };
            messages.push((Return::Service(message), beside));
        }
        (first..)
            .zip(messages)
            .map(|(number, (message, fate))| self.letter(&message, from, &billing, Some(reply_to), fate, number))
            .collect()
    }

    /// What the caisse remarks upon in this file, and the scenario.
    fn remarks(&self, verdict: &FileVerdict) -> Vec<(FseRef, Reason)> {
        let accepted = verdict.accepted.iter().map(|claim| &claim.reference);
        let known = accepted.chain(verdict.rejected.iter().map(|(fse, _)| fse));
        let remarked = known.filter_map(|fse| {
            let remark = self.scenario.signal.iter().find(|remark| remark.fse == *fse)?;
            Some((fse.clone(), Reason { code: remark.code.clone(), label: remark.label.clone() }))
        });
        remarked.chain(verdict.remarked.iter().cloned()).collect()
    }

    /// The announcement of a payment.
    pub(crate) fn payment(&self, payment: Payment, number: u64) -> Result<Letter, Unwritable> {
        let (from, billing) = (payment.from.clone(), payment.billing.clone());
        // The mail leaves with the transfer, even where the clock has jumped over that day.
        let fate = match self.scenario.delays.payments {
            Delay::WorkingDays(days) => Fate::From(add_working_days(payment.on, days, Territory::National)),
            delay => delay.fate(self.now),
        };
        self.letter(&Return::Payment(payment), &from, &billing, None, fate, number)
    }

    fn letter(
        &self,
        message: &Return,
        from: &Destination,
        billing: &BillingNumber,
        reply_to: Option<&str>,
        fate: Fate,
        number: u64,
    ) -> Result<Letter, Unwritable> {
        let address = self.registers.address_of(from).ok_or(Unwritable::NoAddress)?;
        let address = self.concentrator.unwrap_or(address);
        let to = match self.registers.mailbox_of(billing) {
            Some(mailbox) => mailbox.address.as_str(),
            None => reply_to.filter(|address| !address.is_empty()).ok_or(Unwritable::NoMailbox)?,
        };
        let (kind, subject) = match message {
            Return::Acknowledgement(arl) => (ReturnKind::Arl, format!("SIM ARL {}", arl.file)),
            Return::Rejections(rejections) => (ReturnKind::Noemie, format!("SIM REJET {}", rejections.file)),
            Return::Payment(payment) => (ReturnKind::Noemie, format!("SIM PAIEMENT {}", payment.reference)),
            Return::Signalements(remarks) => (ReturnKind::Signalement, format!("SIM SIGNALEMENT {}", remarks.file)),
            Return::Service(_) => (ReturnKind::Service, "SIM MESSAGE".to_owned()),
        };
        let domain = address.rsplit_once('@').map_or("rss.test", |(_, domain)| domain);
        let header = Header {
            from: address.to_owned(),
            to: to.to_owned(),
            subject,
            // The counter never goes back and the memory is one per world, so no two letters share a name.
            message_id: format!("{}.{number:06}@{domain}", self.now.format("%Y%m%d%H%M%S")),
            date: self.now,
        };
        let body = returns::write(message);
        let signature = self.keys.sign_return(&body, self.now)?;
        let mail = mail::return_mail(&header, kind, &body, &signature);
        Ok(Letter { to: to.to_owned(), from: address.to_owned(), mail, fate })
    }
}
