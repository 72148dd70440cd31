//! How the patient settled, and withdrawing an FSE before it leaves. Money of the caisse is the returns' business.

use liasse_domain::{Centimes, DocumentKind, DocumentState, FseRef, Payer};
use liasse_store::{Cheque, Part, SettlementMode};

use crate::access::Deed;
use crate::desk::{DeskError, SignedIn};
use crate::error::CoreError;
use crate::invoicing::InvoicingError;
use crate::workstation::Workstation;

impl Workstation {
    /// Records that the patient settled all that is still due, in one way.
    pub fn settle(&mut self, reference: &FseRef, who: &SignedIn, mode: SettlementMode) -> Result<(), CoreError> {
        self.settle_part(reference, who, mode, None, None)
    }

    /// Records that the patient settled a part of what is due, or all of it where no amount is named; by a cheque, which
    /// one: a new one, or one given for another FSE.
    pub fn settle_part(
        &mut self,
        reference: &FseRef,
        who: &SignedIn,
        mode: SettlementMode,
        amount: Option<Centimes>,
        cheque: Option<Cheque>,
    ) -> Result<(), CoreError> {
        // Whoever is at the desk when the patient pays.
        self.allow_on(Deed::Settle, reference, who)?;
        let amount = match amount {
            Some(amount) => amount,
            None => self.due_by_patient(reference, who)?,
        };
        let stamp = who.stamp(self.now());
        Ok(self.store.settle_in_parts(&stamp, reference, &[Part { mode, amount, cheque }])?)
    }

    /// What the patient still owes for an FSE.
    pub fn due_by_patient(&self, reference: &FseRef, who: &SignedIn) -> Result<Centimes, CoreError> {
        self.allow_on(Deed::Settle, reference, who)?;
        let row = self.store.fse(reference)?.ok_or(InvoicingError::UnknownFse)?;
        let patient = row.money.iter().find(|money| money.payer == Payer::Patient);
        Ok(patient.map_or_else(Default::default, |money| money.due - money.paid))
    }

    /// What will go back to the patient once a prepared correction is signed: what they paid for the FSE that it corrects,
    /// less what they owe for this one.
    pub fn to_give_back(&self, reference: &FseRef, who: &SignedIn) -> Result<Centimes, CoreError> {
        let due = self.due_by_patient(reference, who)?;
        let row = self.store.fse(reference)?.ok_or(InvoicingError::UnknownFse)?;
        let Some(earlier) = &row.content.corrects else { return Ok(Centimes::ZERO) };
        let earlier = FseRef { billing: reference.billing.clone(), number: earlier.number };
        let paid = self.store.fse(&earlier)?.ok_or(InvoicingError::UnknownFse)?.money;
        let paid = paid.iter().find(|money| money.payer == Payer::Patient).map_or(Centimes::ZERO, |money| money.paid);
        Ok((paid - due).max(Centimes::ZERO))
    }

    /// Withdraws an FSE that is in no lot: it keeps its number. Once it is signed, that is its practitioner's.
    pub fn cancel(&mut self, reference: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        self.check_owner(reference, who)?;
        let signed = self.store.fse(reference)?.is_some_and(|row| row.state == DocumentState::Signee);
        who.may(if signed { Deed::Cancel } else { Deed::Prepare })?;
        if self.locked_by_incident()?.contains(&(DocumentKind::Fse, reference.clone())) {
            return Err(InvoicingError::LockedByIncident.into());
        }
        let stamp = who.stamp(self.now());
        Ok(self.store.cancel_fse(&stamp, reference)?)
    }

    /// Refuses to show a claim to somebody it does not belong to: each practitioner sees their own.
    pub fn check_readable_by(&self, reference: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        self.allow_on(Deed::History, reference, who)
    }

    /// Refuses what is somebody else's. A locum's are those of their session, and no other of the practice.
    pub(crate) fn check_owner(&self, reference: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        if reference.billing != who.situation.billing_number {
            return Err(DeskError::OtherPractitioner.into());
        }
        match &who.replaces {
            Some(replaces) if self.store.made_under(reference)? != Some(replaces.session.number) => {
                Err(DeskError::OtherPractitioner.into())
            }
            _ => Ok(()),
        }
    }
}
