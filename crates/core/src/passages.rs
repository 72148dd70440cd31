//! The secretary's day: the patient is received, the practitioner (or a standing instruction of theirs) says what is to be
//! billed, and the FSE is prepared from that and from nothing else. Not the seal and not the signature (`desync`).
//! Rule: product, "The secretary"; issue "The locum's session", "Désynchronisé and the secretary", 1.

use liasse_domain::calendar::sending_deadline;
use liasse_domain::{BillingNumber, PassageState, SecuringMode, VitaleContent};
use liasse_pricing::{Act, Overrun};
use liasse_store::{InstructionRow, NewPassage, PassageRow, StoreError};
use serde::{Deserialize, Serialize};

use crate::access::Deed;
use crate::cards::{VitaleView, same_world};
use crate::desk::{DeskError, SignedIn};
use crate::desync::DesyncError;
use crate::error::CoreError;
use crate::invoicing::{Draft, InvoicingError, Proof, Reading, as_typed};
use crate::workstation::Workstation;

/// What is to be billed of a passage: the acts, and what goes beyond their tariff.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cotation {
    /// The acts.
    pub acts: Vec<Act>,
    /// An overrun on the main act.
    #[serde(default)]
    pub overrun: Option<Overrun>,
}

impl Cotation {
    /// As a desk writes it: `G+MEG`.
    pub fn typed(&self) -> String {
        let acts = self.acts.iter().map(|act| match act.quantity {
            1 => as_typed(act),
            many => format!("{many} {}", as_typed(act)),
        });
        acts.collect::<Vec<_>>().join(" + ")
    }

    fn json(&self) -> Result<String, CoreError> {
        if self.acts.is_empty() {
            return Err(InvoicingError::NoAct.into());
        }
        Ok(serde_json::to_string(self).map_err(|_| StoreError::Incoherent { what: "cotation" })?)
    }

    /// From what the store keeps.
    pub fn from_json(json: &str) -> Result<Self, CoreError> {
        Ok(serde_json::from_str(json).map_err(|_| StoreError::Unreadable { what: "cotation" })?)
    }
}

/// A passage, as it is shown.
#[derive(Clone, Debug)]
pub struct Passage {
    /// What the store keeps.
    pub row: PassageRow,
    /// What is to be billed, once it is said.
    pub cotation: Option<Cotation>,
    /// The last day on which it may leave if the patient pays (R161-47): a passage that waits for its card has this date too.
    pub deadline: chrono::NaiveDate,
}

impl Workstation {
    /// The practitioners for whom staff may prepare: their number and name.
    pub fn practitioners(&self) -> Result<Vec<(BillingNumber, String)>, CoreError> {
        let known = self.store.practitioners()?.into_iter();
        let mut all: Vec<(BillingNumber, String)> = known
            .map(|one| {
                let name = format!("{} {}", one.holder.given_name.reveal(), one.holder.family_name.reveal());
                (one.situation.billing_number, name)
            })
            .collect();
        // Several situations of one number are one practitioner.
        all.dedup_by(|next, one| next.0 == one.0);
        Ok(all)
    }

    /// Receives a patient for a practitioner (staff: the one of that number, or their practice's). Without `vitale` the patient
    /// is one that was read here before, and will come back with the card.
    pub fn receive(
        &mut self,
        vitale: &VitaleView,
        beneficiary: usize,
        billing: Option<&BillingNumber>,
        who: &SignedIn,
    ) -> Result<i64, CoreError> {
        let now = self.now();
        let reading = Reading::of(vitale, beneficiary, now)?;
        same_world(&who.holder, &vitale.read)?;
        self.received(&reading, Some(now), billing, who)
    }

    /// « Je repasserai avec ma carte »: a patient who was read here before, by an FSE of theirs, or whose attestation was seen.
    pub fn receive_without_card(
        &mut self,
        reading: &Reading,
        billing: Option<&BillingNumber>,
        who: &SignedIn,
    ) -> Result<i64, CoreError> {
        self.received(reading, None, billing, who)
    }

    fn received(
        &mut self,
        reading: &Reading,
        read_at: Option<liasse_domain::Instant>,
        billing: Option<&BillingNumber>,
        who: &SignedIn,
    ) -> Result<i64, CoreError> {
        who.may(Deed::Receive)?;
        let prepares = self.for_practitioner(who, billing)?;
        let now = self.now();
        let mode = SecuringMode::Degrade;
        let draft = Draft::without_card(reading.clone(), Proof::Attestation, mode, now)?;
        let json = reading.json().ok_or(InvoicingError::NoReading)?;
        let patient = draft.patient();
        let new = NewPassage {
            billing: &prepares.situation.billing_number,
            session: prepares.session(),
            patient: &patient,
            day: self.clock.today(),
            // What was typed from a paper is no reading of a card, and replaces none.
            reading: reading.is_of_vitale().then_some((&*json, read_at.unwrap_or(reading.read_at))),
            awaits_card: read_at.is_none(),
        };
        Ok(self.store.receive(&who.stamp(now), &new)?)
    }

    /// Who bills: the person, or for staff the practitioner of that number.
    fn for_practitioner(&self, who: &SignedIn, billing: Option<&BillingNumber>) -> Result<SignedIn, CoreError> {
        match billing {
            _ if who.is_staff() => self.prepares_for(who, billing),
            Some(other) if *other != who.situation.billing_number => Err(DeskError::OtherPractitioner.into()),
            _ => Ok(who.clone()),
        }
    }

    /// The passages that are still to be billed: a practitioner's or a locum's own; staff see the practice's.
    pub fn passages(&self, who: &SignedIn) -> Result<Vec<Passage>, CoreError> {
        let mut rows = self.store.open_passages(who.own_for(Deed::Receive)?)?;
        if who.replaces.is_some() {
            rows.retain(|row| row.session == who.session());
        }
        rows.into_iter().map(Self::shown).collect()
    }

    fn shown(row: PassageRow) -> Result<Passage, CoreError> {
        let cotation = row.cotation.as_deref().map(Cotation::from_json).transpose()?;
        Ok(Passage { cotation, deadline: sending_deadline(row.day, false), row })
    }

    /// One passage, to whom it belongs.
    pub fn passage(&self, id: i64, who: &SignedIn) -> Result<Passage, CoreError> {
        let row = self.store.passage(id)?.ok_or(StoreError::NoPassage)?;
        let in_session = who.replaces.is_none() || row.session == who.session();
        if who.own_for(Deed::Receive)?.is_some_and(|own| row.billing != *own || !in_session) {
            return Err(DeskError::OtherPractitioner.into());
        }
        Self::shown(row)
    }

    /// The practitioner says what is to be billed.
    ///
    /// # Errors
    /// [`DesyncError::PractitionersWord`] from staff: they have the standing instructions.
    pub fn cote(&mut self, id: i64, cotation: &Cotation, who: &SignedIn) -> Result<(), CoreError> {
        who.may(Deed::Cote)?;
        self.passage(id, who)?;
        let json = cotation.json()?;
        Ok(self.store.cote(&who.stamp(self.now()), id, &json, None)?)
    }

    /// Applies a standing instruction of the practitioner of a passage, by its name.
    pub fn apply_instruction(&mut self, id: i64, name: &str, who: &SignedIn) -> Result<(), CoreError> {
        who.may(Deed::Apply)?;
        let passage = self.passage(id, who)?;
        // What the practitioner wrote stands; and an absent doctor's instruction does not bind a locum.
        let own_word = passage.cotation.is_some() && passage.row.instruction.is_none();
        if passage.row.session.is_some() || (own_word && who.is_staff()) {
            return Err(DesyncError::PractitionersWord.into());
        }
        let instruction = self.store.instruction(&passage.row.billing, name)?;
        let stamp = who.stamp(self.now());
        Ok(self.store.cote(&stamp, id, &instruction.acts, Some(instruction.id))?)
    }

    /// The practitioner gives a standing instruction: under that name the secretary may bill these acts.
    pub fn instruct(&mut self, name: &str, cotation: &Cotation, who: &SignedIn) -> Result<(), CoreError> {
        self.check_instructs(who)?;
        let json = cotation.json()?;
        let stamp = who.stamp(self.now());
        Ok(self.store.instruct(&stamp, &who.situation.billing_number, name.trim(), &json)?)
    }

    /// Ends one.
    pub fn end_instruction(&mut self, name: &str, who: &SignedIn) -> Result<(), CoreError> {
        self.check_instructs(who)?;
        let stamp = who.stamp(self.now());
        Ok(self.store.end_instruction(&stamp, &who.situation.billing_number, name.trim())?)
    }

    fn check_instructs(&self, who: &SignedIn) -> Result<(), CoreError> {
        // A locum's acts are the locum's: what the absent doctor lets be billed does not bind them, nor they the doctor.
        who.may(Deed::Instruct)?;
        if who.is_titulaire() { Ok(()) } else { Err(DesyncError::PractitionersWord.into()) }
    }

    /// The standing instructions of a practitioner.
    pub fn instructions(&self, billing: &BillingNumber) -> Result<Vec<InstructionRow>, CoreError> {
        Ok(self.store.instructions(billing)?)
    }

    /// Writes words beside a passage, whatever became of it: they are under no seal.
    pub fn note_passage(&mut self, id: i64, note: &str, who: &SignedIn) -> Result<(), CoreError> {
        self.passage(id, who)?;
        Ok(self.store.note_passage(&who.stamp(self.now()), id, note.trim())?)
    }

    /// The patient left and will come back with the card; or nothing is billed, for the reason that is written.
    pub fn set_passage(&mut self, id: i64, to: PassageState, why: &str, who: &SignedIn) -> Result<(), CoreError> {
        self.passage(id, who)?;
        if to == PassageState::SansSuite && why.trim().is_empty() {
            return Err(DesyncError::WhyNothing.into());
        }
        if !matches!(to, PassageState::Accueil | PassageState::AttendCarte | PassageState::SansSuite) {
            return Err(StoreError::PassageState { state: to }.into());
        }
        Ok(self.store.move_passage(&who.stamp(self.now()), id, to, why.trim())?)
    }

    /// Gives a passage to another practitioner: before the seal, whatever was prepared is withdrawn.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] once the Vitale sealed it.
    pub fn reassign(&mut self, id: i64, to: &BillingNumber, who: &SignedIn) -> Result<(), CoreError> {
        who.may(Deed::Allot)?;
        self.passage(id, who)?;
        let prepares = self.prepares_for(who, Some(to))?;
        let stamp = who.stamp(self.now());
        Ok(self.store.reassign(&stamp, id, to, prepares.session())?)
    }

    /// The draft of a passage, and who bills it: with the Vitale of its patient in the reader, or without any card in a mode
    /// that goes without.
    ///
    /// # Errors
    /// [`DesyncError::NoCotation`]; [`InvoicingError::OtherVitale`].
    pub fn draft_of_passage(
        &self,
        id: i64,
        vitale: Option<&VitaleView>,
        without: Option<(SecuringMode, Proof)>,
        who: &SignedIn,
    ) -> Result<(Draft, SignedIn), CoreError> {
        who.may(Deed::Prepare)?;
        let passage = self.passage(id, who)?;
        let cotation = passage.cotation.ok_or(DesyncError::NoCotation)?;
        let bills = match passage.row.session {
            // The session bounds the date of the act: what was seen inside it is billed for that pair, later too.
            Some(session) if who.is_staff() => self.prepares_for_session(who, session, passage.row.day)?,
            _ => self.for_practitioner(who, Some(&passage.row.billing))?,
        };
        if bills.session() != passage.row.session {
            return Err(DeskError::OtherPractitioner.into());
        }
        let now = self.now();
        let mut draft = match (without, vitale) {
            (Some((mode, proof)), _) => {
                let (json, read_at) = self.store.reading_at(id)?.ok_or(InvoicingError::NoReading)?;
                Draft::without_card(Reading::from_json(&json, read_at)?, proof, mode, now)?
            }
            (None, None) => return Err(InvoicingError::VitaleAbsent.into()),
            (None, Some(vitale)) => {
                let card = vitale.read.content.as_ref().ok_or(InvoicingError::VitaleWithoutRights)?;
                let index = beneficiary_of(&passage.row, card).ok_or(InvoicingError::OtherVitale)?;
                let mut draft = Draft::new(vitale, index, now)?;
                draft.mode = if who.is_staff() { SecuringMode::Desynchronise } else { SecuringMode::Securise };
                draft
            }
        };
        draft.set_acts_day(passage.row.day);
        draft.input.acts = cotation.acts;
        draft.input.overrun = cotation.overrun;
        if bills.session().is_some() {
            draft.input.care_path = self.locums_care_path(&draft, &bills)?;
        }
        Ok((draft.of_passage(id), bills))
    }

    /// Whether what staff prepare is what the practitioner, or an instruction of theirs, said for that passage.
    pub(crate) fn check_cotation(&self, draft: &Draft, who: &SignedIn) -> Result<(), CoreError> {
        let row = draft.passage().map(|id| self.store.passage(id)).transpose()?.flatten();
        let row = row.ok_or(DesyncError::NoCotation)?;
        let cotation = row.cotation.as_deref().map(Cotation::from_json).transpose()?.ok_or(DesyncError::NoCotation)?;
        let patient = draft.patient();
        let same = row.billing == who.situation.billing_number
            && row.session == who.session()
            && row.identity == (patient.insured_nir, patient.birth_date, patient.birth_rank)
            && row.day == draft.input.date
            && cotation.acts == draft.input.acts
            && cotation.overrun == draft.input.overrun;
        if same { Ok(()) } else { Err(DesyncError::NoCotation.into()) }
    }
}

fn beneficiary_of(row: &PassageRow, card: &VitaleContent) -> Option<usize> {
    let (nir, born, rank) = &row.identity;
    if card.insured.nir != *nir {
        return None;
    }
    card.beneficiaries.iter().position(|person| (person.birth_date, person.birth_rank) == (*born, *rank))
}
