//! A prepared FSE that is not what it should be, after the patient has left: kept as it is, withdrawn until the card comes back,
//! or made again in the degraded mode with a paper sheet; and one whose practitioner's card says something else today: its
//! price and its seal are void. A number never changes hands: what is made again has a new one.
//! Rule: issue "The locum's session", "Désynchronisé and the secretary", 1.

use liasse_domain::{Centimes, DocumentState, FseContent, FseRef, PassageState, SecuringMode};
use liasse_store::StoreError;

use crate::access::Deed;
use crate::desk::{DeskError, SignedIn};
use crate::desync::DesyncError;
use crate::error::CoreError;
use crate::invoicing::{Draft, InvoicingError, Proof, executant};
use crate::passages::Cotation;
use crate::workstation::Workstation;

/// What becomes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It stays as it was sealed, and is presented to its signer again.
    Keep,
    /// It is withdrawn; its passage waits for the patient's card.
    WaitForCard,
    /// It is withdrawn and made again without the Vitale, from the rights that this proves; a paper sheet goes with it.
    Degraded(Proof),
}

/// An FSE that was priced anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repriced {
    /// The new one, which waits for the Vitale's seal.
    pub fse: FseRef,
    /// What the withdrawn one charged.
    pub before: Centimes,
    /// What this one charges.
    pub now: Centimes,
}

impl Workstation {
    /// Withdraws an FSE that waits for its signature, whoever of the practice prepared it: its passage is open again, and what
    /// the patient paid goes back to them.
    ///
    /// # Errors
    /// [`InvoicingError::NotPrepared`] once it is signed: then it is its practitioner's to withdraw.
    pub fn withdraw_waiting(&mut self, fse: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        self.check_may_redo(fse, who)?;
        let row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
        if !matches!(row.state, DocumentState::Preparee | DocumentState::SigneePatient) {
            return Err(InvoicingError::NotPrepared.into());
        }
        Ok(self.store.cancel_fse(&who.stamp(self.now()), fse)?)
    }

    /// Takes one of the three ways; gives the FSE that stands now, if one does.
    ///
    /// # Errors
    /// [`StoreError::NoPassage`] for one that was made without a passage: its practitioner withdraws it and makes another.
    pub fn redo(&mut self, fse: &FseRef, way: Way, who: &SignedIn) -> Result<Option<FseRef>, CoreError> {
        match way {
            Way::Keep => {
                self.present_again(fse, who)?;
                Ok(Some(fse.clone()))
            }
            Way::WaitForCard => {
                let passage = self.passage_to_redo(fse)?;
                self.withdraw_waiting(fse, who)?;
                self.set_passage(passage, PassageState::AttendCarte, "", who)?;
                Ok(None)
            }
            Way::Degraded(proof) => {
                let passage = self.passage_to_redo(fse)?;
                self.check_may_redo(fse, who)?;
                let claim = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?.content;
                let without = Some((SecuringMode::Degrade, proof));
                let (mut draft, bills) = self.draft_of_passage(passage, None, without, who)?;
                as_before(&mut draft, &claim);
                draft.reason = self.store.reason_of(fse)?;
                // One change: nothing is withdrawn before the other one stands, and what was paid is paid for it.
                Ok(Some(self.prepare(&draft.in_place_of(fse.clone()), &bills)?))
            }
        }
    }

    /// What a locum made is made again by staff or that locum, never by the doctor whom they replace.
    fn check_may_redo(&self, fse: &FseRef, who: &SignedIn) -> Result<(), CoreError> {
        self.allow_on(Deed::Prepare, fse, who)?;
        let session = self.store.made_under(fse)?;
        let theirs = who.is_staff() || session == who.session();
        if theirs { Ok(()) } else { Err(DeskError::OtherPractitioner.into()) }
    }

    fn passage_to_redo(&self, fse: &FseRef) -> Result<i64, CoreError> {
        let passage = self.store.passage_of(fse)?.ok_or(StoreError::NoPassage)?;
        Ok(passage.id)
    }

    /// The practitioner's card says something else than an FSE that waits: it is withdrawn, its seal is void, and it is prepared
    /// anew as the card says, to be sealed by the patient again.
    ///
    /// # Errors
    /// [`DesyncError::SameCps`] when the card says what the FSE bears: there is nothing to price anew.
    pub fn reprice(&mut self, fse: &FseRef, who: &SignedIn) -> Result<Repriced, CoreError> {
        self.check_may_redo(fse, who)?;
        let row = self.store.fse(fse)?.ok_or(InvoicingError::UnknownFse)?;
        if row.content.executant == executant(who) {
            return Err(DesyncError::SameCps.into());
        }
        let passage = self.passage_to_redo(fse)?;
        let reading = self.last_reading(fse, who)?;
        let cotation = self.store.passage(passage)?.and_then(|row| row.cotation).ok_or(DesyncError::NoCotation)?;
        let cotation = Cotation::from_json(&cotation)?;
        let mode = row.content.mode;
        let mut draft = match (mode.needs_vitale(), row.content.care.rights_proof) {
            (true, _) => Draft::as_read(reading, SecuringMode::Desynchronise)?,
            (false, 1) => Draft::without_card(reading, Proof::Attestation, mode, self.now())?,
            (false, 2) => Draft::without_card(reading, Proof::EnLigne, mode, self.now())?,
            (false, _) => Draft::without_card(reading, Proof::DernierPassage, mode, self.now())?,
        };
        draft.set_acts_day(row.content.act_date());
        draft.input.acts = cotation.acts;
        draft.input.overrun = cotation.overrun;
        as_before(&mut draft, &row.content);
        draft.reason = self.store.reason_of(fse)?;
        let draft = draft.of_passage(passage).in_place_of(fse.clone());
        let now = self.price(&draft, who)?.total_cents;
        let before = row.content.total();
        let fse = self.prepare(&draft, who)?;
        Ok(Repriced { fse, before, now })
    }
}

/// What the desk, not the practitioner, had said of the first one: the care path, and who pays.
fn as_before(draft: &mut Draft, claim: &FseContent) {
    draft.input.care_path = claim.care.care_path.and_then(liasse_pricing::CarePath::from_letter);
    draft.input.third_party.amo = claim.third_party_amo;
    draft.input.third_party.amc = claim.third_party_amc;
}
