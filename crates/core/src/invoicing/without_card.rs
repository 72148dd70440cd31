//! Claims without the Vitale: « SESAM sans Vitale » (mode 1) for acts at a distance, with the rights of the last passage, and
//! the degraded mode (5), with the proof of rights that was seen and a paper sheet. Neither guarantees the payment.
//! Rule: CSS R161-43-1; reference formats 2.4; issue "The locum's session", "Without a Vitale".

use chrono::NaiveDate;
use liasse_domain::ids::IdError;
use liasse_domain::patient::{BeneficiaryNotes, CardNotes, Coverage, Insured, Period, RightsSource};
use liasse_domain::{
    Beneficiary, BirthDate, Code, Finding, FseRef, Instant, Nir, Organisme, Private, Rights, SecuringMode,
    VitaleContent,
};
use liasse_pricing::{CarePath, CodeKind, Input, Patient, Practitioner, Tables};
use liasse_store::KnownPatient;
use serde::{Deserialize, Serialize};

use super::{Draft, InvoicingError, Proof};
use crate::access::Deed;
use crate::cards::VitaleView;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::people::UnknownPatient;
use crate::workstation::Workstation;

/// How many names are proposed.
const FEW: usize = 8;

/// What a Vitale said of one beneficiary, as it is kept for the day on which the card is not there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The insured person, and this beneficiary alone.
    pub card: VitaleContent,
    /// When it was read, or when the paper was seen.
    pub read_at: Instant,
}

/// What an attestation of rights says, as somebody types it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attestation {
    /// NIR of the insured person, thirteen characters.
    pub insured_nir: String,
    /// Its key.
    pub insured_key: u8,
    /// Régime (2 digits).
    pub regime: String,
    /// Caisse (3 digits).
    pub caisse: String,
    /// Centre (4 digits).
    pub centre: String,
    /// Family name of the patient.
    pub family_name: Private,
    /// Given name.
    pub given_name: Private,
    /// Birth date, `AAAA-MM-JJ`.
    pub birth_date: BirthDate,
    /// Rang gémellaire.
    #[serde(default = "first")]
    pub birth_rank: u8,
    /// Qualité.
    #[serde(default)]
    pub quality: u8,
    /// Last day of the rights, if it says so.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// Whether it tells of an exempting ALD.
    #[serde(default)]
    pub ald: bool,
    /// Last day of the C2S, where it tells of one.
    #[serde(default)]
    pub c2s_until: Option<NaiveDate>,
}

fn first() -> u8 {
    1
}

impl Attestation {
    /// The same as a reading of this moment.
    ///
    /// # Errors
    /// [`IdError`]: a NIR, its key, or a code of the caisse that cannot be.
    pub fn reading(self, seen_at: Instant, test_card: bool) -> Result<Reading, IdError> {
        let nir = Nir::parse(&self.insured_nir)?;
        if nir.key() != self.insured_key {
            return Err(IdError::Key);
        }
        let open = Period { from: None, until: self.until };
        let insured = Insured {
            test_card,
            serial: String::new(),
            valid_until: None,
            nir,
            nir_key: self.insured_key,
            organisme: Organisme::new(&self.regime, &self.caisse, &self.centre)?,
            management_code: String::new(),
            notes: CardNotes::default(),
        };
        let beneficiary = Beneficiary {
            family_name: self.family_name,
            birth_name: None,
            given_name: self.given_name,
            birth_date: self.birth_date,
            birth_rank: self.birth_rank,
            quality: self.quality,
            own_nir: None,
            amo_service: if self.c2s_until.is_some() { "01".to_owned() } else { String::new() },
            amo_service_period: Period { from: None, until: self.c2s_until },
            rights: vec![open],
            coverage: vec![Coverage { period: open, ald: u8::from(self.ald), situation: "0100".to_owned() }],
            mutuelle: None,
            complementary: None,
            notes: BeneficiaryNotes::default(),
        };
        Ok(Reading { card: VitaleContent { insured, beneficiaries: vec![beneficiary] }, read_at: seen_at })
    }
}

impl Reading {
    /// What a Vitale in the reader says of one beneficiary.
    pub fn of(vitale: &VitaleView, beneficiary: usize, now: Instant) -> Result<Self, InvoicingError> {
        let card = vitale.read.content.as_ref().ok_or(InvoicingError::VitaleWithoutRights)?;
        let person = card.beneficiaries.get(beneficiary).ok_or(InvoicingError::UnknownBeneficiary)?;
        let card = VitaleContent { insured: card.insured.clone(), beneficiaries: vec![person.clone()] };
        Ok(Self { card, read_at: now })
    }

    /// Whether a Vitale said it: what was typed from an attestation has no card's serial number.
    pub fn is_of_vitale(&self) -> bool {
        !self.card.insured.serial.is_empty()
    }

    pub(crate) fn from_json(json: &str, read_at: Instant) -> Result<Self, InvoicingError> {
        let card: VitaleContent = serde_json::from_str(json).map_err(|_| InvoicingError::NoReading)?;
        if card.beneficiaries.is_empty() { Err(InvoicingError::NoReading) } else { Ok(Self { card, read_at }) }
    }

    pub(crate) fn json(&self) -> Option<String> {
        serde_json::to_string(&self.card).ok()
    }
}

impl Draft {
    /// A draft without the card: dated now, in the mode that is named.
    ///
    /// # Errors
    /// [`InvoicingError::NeedsVitale`] for a mode that the Vitale signs.
    pub fn without_card(
        reading: Reading,
        proof: Proof,
        mode: SecuringMode,
        now: Instant,
    ) -> Result<Self, InvoicingError> {
        if mode.needs_vitale() || proof == Proof::Vitale {
            return Err(InvoicingError::NeedsVitale);
        }
        // Rights of the last passage are those that a card gave.
        if proof == Proof::DernierPassage && !reading.is_of_vitale() {
            return Err(InvoicingError::NoReading);
        }
        let Reading { card, read_at } = reading;
        let person = card.beneficiaries.first().ok_or(InvoicingError::NoReading)?;
        let day = liasse_domain::clock::paris(now).date();
        let rights = Rights { source: source_of(proof), ..Rights::from_card(person, day, read_at) };
        let patient = Patient::new(person.birth_date);
        let mut input = Input::new(day, Practitioner::default(), patient, Vec::new());
        input.care_path = Some(CarePath::T);
        Ok(Self {
            card,
            beneficiary: 0,
            rights,
            input,
            mode,
            reason: None,
            corrects: None,
            paid_by_insurer: None,
            proof,
            passage: None,
            replaces: None,
            ald_asked: false,
            organisme: None,
            by_apcv: false,
            newborn: None,
        })
    }

    /// A draft from what the Vitale said when it was last read: to be sealed by it again.
    pub(crate) fn as_read(reading: Reading, mode: SecuringMode) -> Result<Self, InvoicingError> {
        let read_at = reading.read_at;
        if !reading.is_of_vitale() {
            return Err(InvoicingError::NoReading);
        }
        let draft = Self::without_card(reading, Proof::DernierPassage, SecuringMode::Degrade, read_at)?;
        let rights = Rights { source: RightsSource::Vitale, ..draft.rights.clone() };
        Ok(Self { mode, proof: Proof::Vitale, rights, ..draft })
    }

    /// What proves the rights.
    pub fn proof(&self) -> Proof {
        self.proof
    }

    /// The passage that it bills.
    pub fn passage(&self) -> Option<i64> {
        self.passage
    }

    /// The same draft, billing that passage.
    #[must_use]
    pub fn of_passage(mut self, passage: i64) -> Self {
        self.passage = Some(passage);
        self
    }

    /// The same draft, made in the place of an FSE that waits for its signature: that one is withdrawn in the same change.
    #[must_use]
    pub fn in_place_of(mut self, earlier: FseRef) -> Self {
        self.replaces = Some(earlier);
        self
    }

    /// The FSE that it is made in the place of.
    pub(crate) fn replaces(&self) -> Option<&FseRef> {
        self.replaces.as_ref()
    }

    /// What the card in the reader said, to be kept; nothing without a card, nor of a newborn whom it does not name.
    pub(crate) fn reading_json(&self) -> Option<(String, Instant)> {
        if self.proof != Proof::Vitale || self.is_for_newborn() {
            return None;
        }
        let card = VitaleContent { insured: self.card.insured.clone(), beneficiaries: vec![self.person().clone()] };
        Reading { card, read_at: self.rights.read_at }.json().map(|json| (json, self.rights.read_at))
    }

    pub(super) fn rights_on(&self, person: &Beneficiary, day: NaiveDate, read_at: Instant) -> Rights {
        // Of a newborn who was typed, no card said anything.
        let source = if self.is_newborn(person) { RightsSource::Typed } else { source_of(self.proof) };
        Rights { source, ..Rights::from_card(person, day, read_at) }
    }

    /// What is to be known of a claim without the Vitale, and what its mode does not let pass.
    pub(super) fn without_card_findings(&self, tables: &Tables) -> Vec<Finding> {
        let day = liasse_domain::clock::paris(self.rights.read_at).format("%d/%m/%Y").to_string();
        let read_on = |code| Finding::of(code, &[("on", day.clone())]);
        match self.mode {
            SecuringMode::SansVitale => {
                let kinds: Vec<_> = self.input.acts.iter().map(|act| tables.kind(&act.code)).collect();
                let expertise = kinds.contains(&Some(CodeKind::Expertise));
                let remote = |kind: &Option<CodeKind>| {
                    matches!(kind, Some(CodeKind::Video | CodeKind::Expertise | CodeKind::Majoration))
                };
                let mut findings = vec![read_on(Code("invoicing.droits_dernier_passage"))];
                if !kinds.iter().all(remote) {
                    findings.push(Finding::of(Code("invoicing.acte_sans_vitale"), &[]));
                }
                if expertise && self.input.prescriber.is_none() && self.input.referrer.is_none() {
                    findings.push(Finding::of(Code("invoicing.demandeur_absent"), &[]));
                }
                findings
            }
            SecuringMode::Degrade => {
                let proof = match self.proof {
                    Proof::DernierPassage => read_on(Code("invoicing.droits_dernier_passage")),
                    _ => Finding::of(Code("invoicing.droits_sur_attestation"), &[]),
                };
                vec![Finding::of(Code("invoicing.mode_degrade"), &[]), proof]
            }
            _ => Vec::new(),
        }
    }
}

fn source_of(proof: Proof) -> RightsSource {
    if proof == Proof::Vitale { RightsSource::Vitale } else { RightsSource::Typed }
}

impl Workstation {
    /// Patients whose Vitale was read here, by the beginning of their name: the first few of those whom somebody may find.
    pub fn known_patients(&self, name: &str, who: &SignedIn) -> Result<Vec<KnownPatient>, CoreError> {
        let whose = who.whose(Deed::Search)?;
        let words: Vec<String> = name.split_whitespace().map(str::to_owned).collect();
        if words.is_empty() {
            return Ok(Vec::new());
        }
        // Those who came without a card are among them, and left out here.
        let found = self.store.people_named(&words, whose, FEW.saturating_mul(4))?;
        let known = found.into_iter().filter_map(|person| {
            let name = format!("{} {}", person.family_name.reveal(), person.given_name.reveal());
            let (id, birth_date) = (person.id, person.birth_date);
            person.read_at.map(|read_at| KnownPatient { id, name: Private::new(name), birth_date, read_at })
        });
        Ok(known.take(FEW).collect())
    }

    /// What the Vitale of one of them said when it was last read.
    ///
    /// # Errors
    /// [`UnknownPatient`], also of one who is somebody else's alone.
    pub fn reading_of_patient(&self, patient: i64, who: &SignedIn) -> Result<Reading, CoreError> {
        self.store.person(patient, who.whose(Deed::Search)?)?.ok_or(UnknownPatient)?;
        let (json, read_at) = self.store.reading_of_patient(patient)?.ok_or(InvoicingError::NoReading)?;
        Ok(Reading::from_json(&json, read_at)?)
    }

    /// What the Vitale of the patient of an FSE said at their last passage.
    ///
    /// # Errors
    /// [`InvoicingError::NoReading`] when it was never read here.
    pub fn last_reading(&self, fse: &FseRef, who: &SignedIn) -> Result<Reading, CoreError> {
        self.allow_on(Deed::History, fse, who)?;
        let (json, read_at) = self.store.reading_of(fse)?.ok_or(InvoicingError::NoReading)?;
        Ok(Reading::from_json(&json, read_at)?)
    }
}
