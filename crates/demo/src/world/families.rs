//! Families as written by hand, and what becomes of them: the content of a Vitale, an entry of the caisse's registers.
//! Not the same thing twice: a card may be wrong where the registers are right, and some people are on a card only.
//! Meanings of the fields: SSV groups 101 to 109 (reference cards, 2.4).

use chrono::NaiveDate;
use liasse_caisse::registers;
use liasse_domain::patient::{AmcRoute, BeneficiaryNotes, CardNotes, Complementary, Coverage, Insured, Period};
use liasse_domain::{Beneficiary, BirthDate, Nir, Organisme, Private, VitaleContent};
use serde::Deserialize;

use super::WorldError;

/// The people on one Vitale.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Family {
    /// Name of the card.
    pub card: String,
    /// One line: what this card is for.
    pub purpose: String,
    /// Serial number of the card.
    pub serial: String,
    valid_until: NaiveDate,
    /// NIR of the insured person.
    pub nir: Nir,
    nir_key: Option<u8>,
    organisme: OrganismeCodes,
    management_code: String,
    #[serde(default = "yes")]
    known_to_caisse: bool,
    pub(super) beneficiaries: Vec<Person>,
}

/// One beneficiary as written by hand.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Person {
    pub(super) family_name: Private,
    birth_name: Option<Private>,
    pub(super) given_name: Private,
    birth_date: BirthDate,
    #[serde(default = "one")]
    birth_rank: u8,
    pub(super) quality: u8,
    #[serde(default)]
    has_mt: bool,
    #[serde(default)]
    pub(super) own_nir: bool,
    pub(super) certified_nir: Option<Nir>,
    amo_service: Option<String>,
    amo_service_period: Option<Period>,
    rights: Vec<Period>,
    coverage: Vec<CoverageLine>,
    complementary: Option<ComplementaryLine>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OrganismeCodes {
    regime: String,
    caisse: String,
    centre: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CoverageLine {
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
    ald: u8,
    situation: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ComplementaryLine {
    number: String,
    member: Private,
    processing: String,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

impl Family {
    /// What the card says, wrong key included where the card must be wrong.
    pub fn content(&self) -> Result<VitaleContent, WorldError> {
        let nir_key = self.nir_key.unwrap_or_else(|| self.nir.key());
        let insured = Insured {
            test_card: true,
            serial: self.serial.clone(),
            valid_until: Some(self.valid_until),
            nir: self.nir,
            nir_key,
            organisme: self.organisme()?,
            management_code: self.management_code.clone(),
            notes: CardNotes::default(),
        };
        let beneficiaries = self.beneficiaries.iter().map(|person| person.on_card(self.nir, nir_key)).collect();
        Ok(VitaleContent { insured, beneficiaries })
    }

    /// What the caisse has on file, which is right whatever the card says; `None` for somebody it does not know.
    pub fn registered(&self) -> Result<Option<registers::Insured>, WorldError> {
        if !self.known_to_caisse {
            return Ok(None);
        }
        Ok(Some(registers::Insured {
            nir: self.nir,
            key: self.nir.key(),
            organisme: self.organisme()?,
            vitales: vec![self.common_name()],
            beneficiaries: self.beneficiaries.iter().map(|person| person.on_file(self.nir)).collect(),
        }))
    }

    /// Name of the card in its certificate: the card, never the person.
    pub fn common_name(&self) -> String {
        format!("VITALE SIM {}", self.serial)
    }

    /// Who manages the rights.
    pub fn organisme(&self) -> Result<Organisme, WorldError> {
        let codes = &self.organisme;
        Organisme::new(&codes.regime, &codes.caisse, &codes.centre).map_err(|_| WorldError::Contradiction {
            card: self.card.clone(),
            what: "its organisme is not three codes",
        })
    }
}

impl Person {
    fn certified(&self, insured: Nir, insured_key: u8) -> Option<(Nir, u8)> {
        if self.own_nir { Some((insured, insured_key)) } else { self.certified_nir.map(|nir| (nir, nir.key())) }
    }

    fn amo_service(&self) -> &str {
        self.amo_service.as_deref().unwrap_or("00")
    }

    fn amo_service_period(&self) -> Period {
        self.amo_service_period.unwrap_or(Period { from: None, until: None })
    }

    fn on_card(&self, insured: Nir, insured_key: u8) -> Beneficiary {
        let coverage = self.coverage.iter().map(|line| Coverage {
            period: Period { from: line.from, until: line.until },
            ald: line.ald,
            situation: line.situation.clone(),
        });
        let complementary = self.complementary.as_ref().map(|line| Complementary {
            number: line.number.clone(),
            member: line.member.clone(),
            processing: line.processing.clone(),
            period: Period { from: line.from, until: line.until },
            route: AmcRoute::default(),
        });
        Beneficiary {
            family_name: self.family_name.clone(),
            birth_name: self.birth_name.clone(),
            given_name: self.given_name.clone(),
            birth_date: self.birth_date,
            birth_rank: self.birth_rank,
            quality: self.quality,
            own_nir: self.certified(insured, insured_key),
            amo_service: self.amo_service().to_owned(),
            amo_service_period: self.amo_service_period(),
            rights: self.rights.clone(),
            coverage: coverage.collect(),
            mutuelle: None,
            complementary,
            notes: BeneficiaryNotes::default(),
        }
    }

    fn on_file(&self, insured: Nir) -> registers::Beneficiary {
        let exempting = self.coverage.iter().filter(|line| matches!(line.ald, 1..=3));
        let has_c2s = matches!(self.amo_service(), "01" | "02" | "03");
        registers::Beneficiary {
            birth_date: self.birth_date,
            birth_rank: self.birth_rank,
            quality: self.quality,
            own_nir: self.certified(insured, insured.key()).map(|(nir, _)| nir),
            has_mt: self.has_mt,
            alsace_moselle: self.coverage.iter().any(|line| matches!(line.situation.as_str(), "0102" | "0105")),
            rights: self.rights.clone(),
            ald: exempting.map(|line| Period { from: line.from, until: line.until }).collect(),
            c2s: has_c2s.then(|| self.amo_service_period()).into_iter().collect(),
        }
    }
}

fn yes() -> bool {
    true
}

fn one() -> u8 {
    1
}
