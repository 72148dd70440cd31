//! From acts to a claim: the draft that a screen or a script fills in, its price, and the content of the FSE.
//! Prices are the crate `pricing`'s; what may be signed is decided here, whatever a button says.

mod claim;
mod cover;
mod error;
mod newborn;
mod proposal;
mod rework;
mod without_card;

use chrono::NaiveDate;
use liasse_cards::CardError;
use liasse_domain::fse::Corrects;
use liasse_domain::patient::RightsSource;
use liasse_domain::professional::profession_of;
use liasse_domain::{
    Beneficiary, BillingNumber, BillingSituation, Centimes, Code, Coded, Finding, FseRef, Instant, Invoice, Level,
    MutuelleCard, Organisme, Rights, SecuringMode, VitaleContent, clock,
};
use serde::{Deserialize, Serialize};

use liasse_pricing::{
    Act, CarePath, Entry, Input, Patient, Practitioner, Prescriber, Right, Sector, Tables, TypedError, type_acts,
};

use crate::access::Deed;
use crate::apcv::{ApcvError, signs_in};
use crate::cards::VitaleView;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::workstation::Workstation;

pub(crate) use claim::{claimed_input, executant, locum};
pub use cover::{Cover, OnVitale, TakenBack};
pub use error::{InvoicingError, LineError};
pub use newborn::Newborn;
pub(crate) use newborn::may_lack;
pub use proposal::{Accident, AccidentError, ActSet, Context, Hours, Proposal, SetError, Where, usual_sets};
pub use without_card::{Attestation, Reading};

/// What is being billed, before it has a number.
#[derive(Clone, Debug)]
pub struct Draft {
    card: VitaleContent,
    beneficiary: usize,
    rights: Rights,
    /// The pricing input: acts, care path, third party. Practitioner and patient are filled in from the cards.
    pub input: Input,
    /// How the FSE will be secured.
    pub mode: SecuringMode,
    /// The written reason for passing a « Risque de rejet ».
    pub reason: Option<String>,
    /// The rejected FSE that this one corrects.
    corrects: Option<Corrects>,
    /// What an insurer has paid for a DRE of the FSE that this one corrects: it is not asked again.
    paid_by_insurer: Option<Centimes>,
    /// What proves the rights.
    proof: Proof,
    /// The passage at the desk that it bills.
    passage: Option<i64>,
    /// The FSE, not signed yet, that it is made in the place of.
    replaces: Option<FseRef>,
    /// Nobody has said yet whether the acts belong to the patient's ALD.
    ald_asked: bool,
    /// The caisse that answers for an accident at work, where it is not the one of the Vitale.
    organisme: Option<Organisme>,
    /// The patient has no card here but their application.
    by_apcv: bool,
    /// Which of the beneficiaries is not on the card: a newborn who was typed.
    newborn: Option<usize>,
}

/// What proves a patient's rights (B2 type 2 position 58).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proof {
    /// The Vitale in the reader.
    #[default]
    Vitale,
    /// A paper attestation that was seen.
    Attestation,
    /// The caisse's online service, or an attestation printed from it.
    EnLigne,
    /// None: what the Vitale said at the last passage.
    DernierPassage,
}

impl Proof {
    /// The code (reference formats 1.5, B2).
    pub fn code(self) -> u8 {
        match self {
            Self::Vitale => 4,
            Self::EnLigne => 2,
            Self::Attestation => 1,
            Self::DernierPassage => 0,
        }
    }
}

impl Draft {
    /// A draft for one beneficiary of the Vitale in the reader, dated now, in care path by the médecin traitant.
    pub fn new(vitale: &VitaleView, beneficiary: usize, now: Instant) -> Result<Self, InvoicingError> {
        let card = vitale.read.content.clone().ok_or(InvoicingError::VitaleWithoutRights)?;
        let person = card.beneficiaries.get(beneficiary).ok_or(InvoicingError::UnknownBeneficiary)?;
        let civil = clock::paris(now);
        let rights = Rights::from_card(person, civil.date(), now);
        let patient = Patient::new(person.birth_date);
        let mut input = Input::new(civil.date(), Practitioner::default(), patient, Vec::new());
        input.care_path = Some(CarePath::T);
        Ok(Self {
            card,
            beneficiary,
            rights,
            input,
            mode: SecuringMode::Securise,
            reason: None,
            corrects: None,
            paid_by_insurer: None,
            proof: Proof::Vitale,
            passage: None,
            replaces: None,
            ald_asked: false,
            organisme: None,
            by_apcv: vitale.apcv.is_some(),
            newborn: None,
        })
    }

    /// A draft from a script's entry: the same, with everything that the entry says.
    pub fn from_entry(
        vitale: &VitaleView,
        beneficiary: usize,
        entry: Entry,
        now: Instant,
    ) -> Result<Self, InvoicingError> {
        Ok(Self::new(vitale, beneficiary, now)?.amended(entry, now))
    }

    /// The same draft with what an entry says in place of its acts, day, care path and third party.
    #[must_use]
    pub fn amended(mut self, entry: Entry, now: Instant) -> Self {
        let read_at = if self.proof == Proof::Vitale { now } else { self.rights.read_at };
        self.rights = self.rights_on(self.person(), entry.date, read_at);
        let Input { practitioner, patient, .. } = self.input;
        self.input = entry.completed(practitioner, patient);
        self
    }

    /// The same patient, by what they have here now: the card, or their application.
    pub fn presented_by(&mut self, vitale: &VitaleView) {
        self.by_apcv = vitale.apcv.is_some();
    }

    /// An application signs in modes 3 and 4 alone (reference formats, 2.4).
    pub(crate) fn check_apcv(&self) -> Result<(), CardError> {
        let may = !self.by_apcv || signs_in(self.mode);
        if may { Ok(()) } else { Err(ApcvError::Mode.into()) }
    }

    /// For whom.
    pub fn person(&self) -> &Beneficiary {
        &self.card.beneficiaries[self.beneficiary]
    }

    /// The same person as a claim names them.
    pub(crate) fn patient(&self) -> liasse_domain::fse::Patient {
        let person = self.person();
        liasse_domain::fse::Patient {
            insured_nir: self.card.insured.nir,
            insured_key: self.card.insured.nir_key,
            own_nir: self.card.insured.own_nir_of(person),
            family_name: person.family_name.clone(),
            given_name: person.given_name.clone(),
            birth_date: person.birth_date,
            birth_rank: person.birth_rank,
            quality: person.quality,
            coverage_code: self.rights.coverage_code.clone(),
        }
    }

    /// The mutuelle that the Vitale names (group 109), unless it says that no DRE is wanted (indicator 00).
    fn mutuelle_on_vitale(&self) -> Option<MutuelleCard> {
        let cover = self.person().complementary.as_ref().filter(|cover| cover.processing != "00")?;
        Some(MutuelleCard {
            number: cover.number.clone(),
            member: cover.member.clone(),
            convention: String::new(),
            period: cover.period,
            seen_on: clock::paris(self.rights.read_at).date(),
        })
    }

    /// The same acts for another beneficiary of the card, under their own rights.
    pub fn for_beneficiary(&self, beneficiary: usize) -> Result<Self, InvoicingError> {
        let person = self.card.beneficiaries.get(beneficiary).ok_or(InvoicingError::UnknownBeneficiary)?;
        let rights = self.rights_on(person, self.input.date, self.rights.read_at);
        let mut draft = Self { beneficiary, rights, ..self.clone() };
        // The other person's illness and accident are none of theirs.
        draft.clear_accident();
        draft.input.cover = liasse_pricing::Cover::default();
        draft.input.acts.iter_mut().for_each(|act| act.ald_related = false);
        draft.ask_about_ald();
        Ok(draft)
    }

    /// Which beneficiary of the card, from 0.
    pub fn beneficiary(&self) -> usize {
        self.beneficiary
    }

    /// The rejected FSE that this one corrects, if it corrects one.
    pub fn corrects(&self) -> Option<&Corrects> {
        self.corrects.as_ref()
    }

    /// The card it was made from.
    pub fn card(&self) -> &VitaleContent {
        &self.card
    }

    /// The rights on the day of the acts, with their source and hour.
    pub fn rights(&self) -> &Rights {
        &self.rights
    }

    /// Moves the acts to the day of `now`; the rights stay those that were read, judged on that day. The acts of a
    /// correction are of their own day.
    pub fn set_day(&mut self, now: Instant) {
        if self.corrects.is_none() {
            self.set_acts_day(clock::paris(now).date());
        }
    }

    pub(crate) fn set_acts_day(&mut self, day: NaiveDate) {
        self.input.date = day;
        self.rights = self.rights_on(self.person(), day, self.rights.read_at);
    }

    /// Adds an act by its code.
    pub fn add_act(&mut self, code: &str) {
        self.input.acts.push(Act::new(code));
    }

    /// Adds what was typed, `G+MEG`, `VG MD IK12`; nothing is added when a part of it is wrong. `DR 991010224` is the doctor who sent
    /// the patient, or who asked for a téléexpertise; `NN 10/01/2026 LÉA` makes it the claim of a newborn who is not on the card.
    ///
    /// # Errors
    /// [`LineError`]: what is not understood and where, or why the claim cannot be that newborn's.
    pub fn add_typed(&mut self, tables: &Tables, text: &str) -> Result<(), LineError> {
        if let Some((first, number)) = text.trim().split_once(' ')
            && first.eq_ignore_ascii_case("dr")
        {
            let wrong = |_| TypedError::NotUnderstood { place: 0..text.len(), code: "DR".to_owned() };
            let billing = BillingNumber::parse(number.trim()).map_err(wrong)?;
            self.input.referrer = Some(Prescriber { billing_number: billing.to_string(), date: None });
            return Ok(());
        }
        if let Some((first, newborn)) = text.trim().split_once(' ')
            && first.eq_ignore_ascii_case("nn")
        {
            let wrong = || TypedError::NotUnderstood { place: 0..text.len(), code: "NN".to_owned() };
            let newborn = Newborn::typed(newborn).filter(|_| self.corrects.is_none()).ok_or_else(wrong)?;
            let why = |why| LineError::Newborn { place: 0..text.len(), why };
            *self = self.for_newborn(&newborn).map_err(why)?;
            return Ok(());
        }
        self.input.acts.extend(type_acts(tables, text)?);
        Ok(())
    }

    /// The input with practitioner and patient as the cards say.
    pub fn completed(&self, situation: &BillingSituation) -> Input {
        let mut input = self.input.clone();
        input.practitioner = Practitioner {
            profession: profession_of(&situation.specialty).to_owned(),
            specialty: situation.specialty.clone(),
            sector: match situation.convention {
                1 | 2 => Sector::One,
                3 => Sector::Two,
                _ => Sector::None,
            },
            ..Practitioner::default()
        };
        let patient = &mut input.patient;
        patient.birth_date = self.person().birth_date;
        self.card.insured.organisme.regime().clone_into(&mut patient.regime);
        patient.alsace_moselle = self.rights.alsace_moselle;
        let held = [(Right::Ald, self.rights.ald), (Right::C2s, self.rights.c2s)];
        patient.rights = held.into_iter().filter(|(_, held)| *held).map(|(right, _)| right).collect();
        input
    }

    /// Refuses what the findings forbid, and what they let pass only with a reason.
    pub fn check_may_be_signed(&self, invoice: &Invoice) -> Result<(), InvoicingError> {
        if self.input.acts.is_empty() {
            return Err(InvoicingError::NoAct);
        }
        let worst = invoice.findings.iter().max_by_key(|finding| finding.level);
        match worst {
            Some(Finding { level: Level::Blocking, code, message, .. }) => {
                Err(InvoicingError::Impossible { code: code.clone(), message: message.clone() })
            }
            Some(Finding { level: Level::Error, code, message, .. }) if self.written_reason().is_none() => {
                Err(InvoicingError::ReasonRequired { code: code.clone(), message: message.clone() })
            }
            _ => Ok(()),
        }
    }

    /// The last day of an exempting ALD that the card bears and that has ended before the acts.
    fn ald_ended(&self) -> Option<NaiveDate> {
        if self.rights.ald {
            return None;
        }
        let exempting = self.person().coverage.iter().filter(|coverage| matches!(coverage.ald, 1..=3));
        exempting.filter_map(|coverage| coverage.period.until).filter(|until| *until < self.input.date).max()
    }

    /// Whether the AMO's payment is guaranteed: rights read from the Vitale on the day of the acts (CSS L161-36-3).
    fn guarantee(&self) -> Code {
        let read_on = clock::paris(self.rights.read_at).date();
        if self.rights.source == RightsSource::Vitale && read_on == self.input.date {
            Code("invoicing.paiement_garanti")
        } else {
            Code("invoicing.paiement_non_garanti")
        }
    }

    fn written_reason(&self) -> Option<&str> {
        self.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty())
    }

    pub(crate) fn passed_with_reason(&self) -> Option<&str> {
        self.written_reason()
    }
}

/// An act as a desk writes it: code, coefficient or kilometres, modifiers, association; the quantity stands beside it.
pub fn as_typed(act: &Act) -> String {
    let mut typed = act.code.clone();
    for number in [act.coefficient, act.distance_km].into_iter().flatten() {
        typed += &format!(" {}", number.to_string().replace('.', ","));
    }
    if act.distance_km.is_some() {
        typed += " km";
    }
    if !act.modifiers.is_empty() {
        typed += &format!(" {}", act.modifiers.concat());
    }
    if let Some(code) = act.association {
        typed += &format!(" /{code}");
    }
    typed
}

impl Workstation {
    /// The care path that is proposed to a locum: R where the doctor who is replaced is the patient's médecin traitant, as far
    /// as the last FSE of that patient says; else none, for the locum to say.
    pub fn locums_care_path(&self, draft: &Draft, who: &SignedIn) -> Result<Option<CarePath>, CoreError> {
        who.may(Deed::ReadCard)?;
        let traitant = self.store.was_traitant(&who.situation.billing_number, &draft.patient())?;
        Ok(traitant.then_some(CarePath::R))
    }

    /// Prices a draft and adds what the cards and the clock know to its findings.
    pub fn price(&self, draft: &Draft, signed_in: &SignedIn) -> Result<Invoice, CoreError> {
        signed_in.may(Deed::Price)?;
        let input = draft.completed(&signed_in.situation);
        let mut invoice = liasse_pricing::price(self.tables(), &input)?;
        let day = |date: Option<NaiveDate>| date.map_or_else(String::new, |d| d.format("%d/%m/%Y").to_string());
        if !draft.rights.open {
            let until = day(draft.rights.until);
            invoice.findings.push(Finding::of(Code("invoicing.droits_fermes"), &[("until", until)]));
        }
        if draft.card.insured.valid_until.is_some_and(|until| until < draft.input.date) {
            let until = day(draft.card.insured.valid_until);
            invoice.findings.push(Finding::of(Code("invoicing.vitale_perimee"), &[("until", until)]));
        }
        if let Err(error) = draft.check_apcv() {
            invoice.findings.push(Finding::of(error.code(), &[]));
        }
        if draft.card.insured.test_card != signed_in.holder.test_card {
            invoice.findings.push(Finding::of(Code("invoicing.carte_test_et_reelle"), &[]));
        }
        invoice.findings.extend(self.cover_of(draft, signed_in)?.findings(draft, &invoice));
        // What a claim cannot say must not be signed as if it did.
        let refused = liasse_pricing::claim(self.tables(), &input)?.refused;
        invoice.findings.extend(refused.iter().map(|refused| Finding::of(refused.code(), &refused.parameters())));
        if let Some(ended) = draft.ald_ended()
            && draft.input.acts.iter().any(|act| act.ald_related)
        {
            invoice.findings.push(Finding::of(Code("invoicing.ald_expiree"), &[("until", day(Some(ended)))]));
        }
        if draft.is_for_newborn() {
            invoice.findings.push(Finding::of(Code("invoicing.nouveau_ne_absent"), &[]));
        }
        if draft.asks_about_ald() {
            invoice.findings.push(Finding::of(Code("invoicing.ald_a_dire"), &[]));
        }
        if invoice.third_party_amo && draft.rights.open {
            invoice.findings.push(Finding::of(draft.guarantee(), &[]));
        }
        let today = self.clock.today();
        if draft.input.date > today {
            invoice.findings.push(Finding::of(Code("invoicing.acte_futur"), &[]));
        }
        let corrects = draft.corrects().map(|earlier| liasse_domain::FseRef {
            billing: signed_in.situation.billing_number.clone(),
            number: earlier.number,
        });
        invoice.findings.extend(self.guard_finding(draft.input.date, corrects.as_ref(), signed_in)?);
        invoice.findings.extend(draft.without_card_findings(self.tables()));
        if signed_in.session().is_some() && draft.input.care_path == Some(CarePath::T) {
            invoice.findings.push(Finding::of(Code("invoicing.parcours_remplacant"), &[]));
        }
        if signed_in.session().is_some() && input.practitioner.sector == Sector::Two && draft.input.overrun.is_none() {
            // Shown, never applied by itself.
            invoice.findings.push(Finding::of(Code("invoicing.depassement_du_remplace"), &[]));
        }
        invoice.findings.sort_by_key(|finding| std::cmp::Reverse(finding.level));
        Ok(invoice)
    }
}
