//! Claims taken up again: one that waits for its signatures, one that a caisse rejected, and work that was put aside while its
//! patient's card was away. Each becomes a draft that says what it said. Not the money of the claim (store).

use liasse_domain::fse::Corrects;
use liasse_domain::{Beneficiary, DocumentState, FseContent, FseRef, Invoice, VitaleContent, reject};
use liasse_pricing::Input;
use liasse_store::{FseFilter, StoreError};

use super::claim::{as_claimed, claimed_input};
use super::{Draft, InvoicingError, Newborn, may_lack};
use crate::access::Deed;
use crate::cards::VitaleView;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::workstation::Workstation;

impl Workstation {
    /// The oldest FSE that was prepared for a beneficiary of this card and waits for its signatures, as a draft that
    /// shows what it says. After a failed signature or a restart the same number is signed again, not a new one.
    pub fn waiting_for_signature(
        &self,
        vitale: &VitaleView,
        signed_in: &SignedIn,
    ) -> Result<Option<(FseRef, Draft, Invoice)>, CoreError> {
        signed_in.may(Deed::Prepare)?;
        let filter = FseFilter {
            billing: Some(signed_in.situation.billing_number.clone()),
            state: Some(DocumentState::Preparee),
            session: signed_in.session(),
            ..FseFilter::default()
        };
        for row in self.store.fses(&filter)? {
            if self.store.is_away(&row.reference)? {
                continue;
            }
            if let Some(draft) = self.draft_of(&row.content, vitale)? {
                return Ok(Some((row.reference.clone(), draft, as_claimed(&row.content))));
            }
        }
        Ok(None)
    }

    /// A draft that corrects a rejected FSE: what the claim said, with today's reading of the patient's card, under a new
    /// number that names the old one. The day of the acts stays.
    ///
    /// # Errors
    /// [`StoreError::NotRejected`]; [`StoreError::Corrected`]; [`InvoicingError::NotCorrectable`] when the reason, or
    /// an incident on its day, asks for something else than a new FSE; [`InvoicingError::OtherVitale`] when the card is another patient's;
    /// [`InvoicingError::DreStands`] while its DRE asks the insurer for the part that the new one would ask for again; once the
    /// insurer has paid it in full, the new one has no DRE.
    pub fn correction_of(
        &self,
        reference: &FseRef,
        vitale: &VitaleView,
        signed_in: &SignedIn,
    ) -> Result<Draft, CoreError> {
        self.allow_on(Deed::Prepare, reference, signed_in)?;
        let row = self.store.fse(reference)?.ok_or(InvoicingError::UnknownFse)?;
        let reason = row.reject.ok_or(StoreError::NotRejected)?;
        if let Some(by) = self.store.corrected_by(reference)? {
            return Err(StoreError::Corrected { by }.into());
        }
        if let Some(incident) = row.rejected_on.and_then(|day| self.incidents.lock(&reason.code, day)) {
            return Err(InvoicingError::NotCorrectable { action: incident.action.clone() }.into());
        }
        if let Some(explained) = reject::explain(&reason.code)
            && !explained.gesture.allows_correction()
        {
            return Err(InvoicingError::NotCorrectable { action: explained.action.clone() }.into());
        }
        let paid = self.store.paid_by_insurer(reference)?;
        if paid.is_none() && self.has_dre(reference)? {
            return Err(InvoicingError::DreStands.into());
        }
        let mut draft = self.draft_of(&row.content, vitale)?.ok_or(InvoicingError::OtherVitale)?;
        draft.paid_by_insurer = paid;
        draft.corrects = Some(Corrects { number: reference.number, drawn_up: row.content.drawn_up });
        Ok(draft)
    }

    /// A draft that says what a claim says, if this card is its patient's.
    fn draft_of(&self, claim: &FseContent, vitale: &VitaleView) -> Result<Option<Draft>, InvoicingError> {
        let Some(card) = vitale.read.content.as_ref() else { return Ok(None) };
        let day = claim.act_date();
        let mut draft = match beneficiary_of(claim, card) {
            Some(index) => Draft::new(vitale, index, self.now())?,
            // A newborn whom the card still lacks has no place on it.
            None if card.insured.nir == claim.patient.insured_nir && may_lack(&claim.patient, day) => {
                let mut family = Draft::new(vitale, 0, self.now())?;
                family.set_acts_day(day);
                let Ok(draft) = family.for_newborn(&newborn_of(claim)) else { return Ok(None) };
                draft
            }
            None => return Ok(None),
        };
        draft.set_acts_day(day);
        draft.mode = claim.mode;
        draft.corrects.clone_from(&claim.corrects);
        draft.organisme = Some(claim.organisme.clone()).filter(|asked| *asked != draft.card.insured.organisme);
        let Input { practitioner, patient, mut third_party, .. } = draft.input;
        third_party.amo = claim.third_party_amo;
        third_party.amc = claim.third_party_amc && !draft.rights.c2s;
        draft.input = Input { third_party, ..claimed_input(claim, practitioner, patient) };
        Ok(Some(draft))
    }
}

impl Draft {
    /// The same work on what is known of the family now, as `begun` says it: by another card of the insured person, or the same one
    /// brought up to date. `None` where `begun` is of another insured person, or names the patient no more; a newborn who was typed
    /// needs no name there.
    pub fn taken_up(&self, begun: &Self) -> Option<Self> {
        if self.card.insured.nir != begun.card.insured.nir {
            return None;
        }
        let mut draft = Self { card: begun.card.clone(), proof: begun.proof, by_apcv: begun.by_apcv, ..self.clone() };
        let named = |card: &VitaleContent, one: &Beneficiary| {
            card.beneficiaries.iter().position(|person| person.identity() == one.identity())
        };
        draft.newborn = None;
        if let Some(child) = self.typed_newborn()
            && named(&draft.card, child).is_none()
        {
            draft.newborn = Some(draft.card.beneficiaries.len());
            draft.card.beneficiaries.push(child.clone());
        }
        draft.beneficiary = named(&draft.card, self.person())?;
        draft.rights = draft.rights_on(draft.person(), draft.input.date, begun.rights.read_at);
        if draft.rights.ald && !self.rights.ald {
            draft.ask_about_ald();
        }
        Some(draft)
    }
}

/// The newborn of a claim, as they were typed for it.
fn newborn_of(claim: &FseContent) -> Newborn {
    let patient = &claim.patient;
    Newborn {
        family_name: Some(patient.family_name.clone()),
        given_name: patient.given_name.clone(),
        birth_date: patient.birth_date,
        birth_rank: patient.birth_rank,
    }
}

/// Which beneficiary of a card a claim is for, from 0.
fn beneficiary_of(claim: &FseContent, card: &VitaleContent) -> Option<usize> {
    let patient = &claim.patient;
    let same = |person: &Beneficiary| {
        (person.birth_date, person.birth_rank, &person.given_name)
            == (patient.birth_date, patient.birth_rank, &patient.given_name)
    };
    if card.insured.nir == patient.insured_nir { card.beneficiaries.iter().position(same) } else { None }
}
