//! The cards that are for reading: some eighty, each showing one thing that a Vitale may say, laid out in memory from one file.
//! Not the families of the demonstration: the simulated caisse knows nobody here. Source: `fixtures/world/cases.toml`.

use std::sync::OnceLock;

use liasse_domain::patient::{BeneficiaryNotes, CardMutuelle, CardNotes, Complementary, Coverage, Insured, Period};
use liasse_domain::{Beneficiary, BirthDate, Nir, Organisme, Private, VitaleContent};
use serde::Deserialize;

use super::{CardImage, Content, VitaleImage};

const SOURCE: &str = include_str!("../../../../fixtures/world/cases.toml");

/// The card whose certificate and key these cards and imported ones sign with: one that the simulated caisse does not know.
const LENDER: &str = include_str!("../../../../fixtures/cards/vitale-inconnu.toml");

const OPEN: Period = Period { from: None, until: None };

/// A card for reading: its name, and the card.
pub type Case = (String, CardImage);

/// All of them, in the order of the file; laid out once.
pub fn cases() -> &'static [Case] {
    static CASES: OnceLock<Vec<Case>> = OnceLock::new();
    // A file that does not read would be our bug; a test reads it.
    CASES.get_or_init(|| read(SOURCE).unwrap_or_default())
}

/// The one of that name.
pub fn case_named(name: &str) -> Option<CardImage> {
    cases().iter().find(|(card, _)| card == name).map(|(_, image)| image.clone())
}

/// A Vitale with that content, which signs with a borrowed key: the simulated caisse knows no such card.
pub fn vitale_with_borrowed_key(purpose: &str, vitale: VitaleContent) -> Option<CardImage> {
    let VitaleImage { certificate, key, vitale: _ } = lent()?;
    Some(CardImage {
        serial: vitale.insured.serial.clone(),
        purpose: purpose.to_owned(),
        content: Content::Vitale2(Box::new(VitaleImage { vitale, certificate: certificate.clone(), key: key.clone() })),
    })
}

/// The lender, read once: its key is checked at each reading.
fn lent() -> Option<&'static VitaleImage> {
    static LENT: OnceLock<Option<Box<VitaleImage>>> = OnceLock::new();
    let read = || match CardImage::from_toml(LENDER).ok()?.content {
        Content::Vitale2(image) => Some(image),
        _ => None,
    };
    LENT.get_or_init(read).as_deref()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "case")]
    cases: Vec<Line>,
}

/// A card as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    card: String,
    purpose: String,
    /// Régime, caisse, centre.
    organisme: String,
    nir: Nir,
    nir_key: Option<u8>,
    #[serde(default = "management")]
    management: String,
    #[serde(default = "validity")]
    validity: Period,
    #[serde(default)]
    notes: CardNotes,
    /// Family name of whoever has none of their own.
    family: Private,
    people: Vec<Person>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Person {
    family: Option<Private>,
    birth_name: Option<Private>,
    given: Private,
    birth: BirthDate,
    #[serde(default = "first")]
    rank: u8,
    #[serde(default)]
    quality: u8,
    nir: Option<Nir>,
    service: Option<String>,
    service_period: Option<Period>,
    rights: Option<Vec<Period>>,
    #[serde(default)]
    ald: u8,
    situation: Option<String>,
    coverage: Option<Vec<Coverage>>,
    mutuelle: Option<CardMutuelle>,
    complementary: Option<Complementary>,
    #[serde(default)]
    notes: BeneficiaryNotes,
}

fn management() -> String {
    "10".to_owned()
}

fn validity() -> Period {
    Period { from: None, until: "2049-12-31".parse().ok() }
}

fn first() -> u8 {
    1
}

/// `None` where the file is not in its schema.
fn read(text: &str) -> Option<Vec<Case>> {
    let file: File = toml::from_str(text).ok()?;
    let laid_out = |(index, line): (usize, Line)| {
        let (card, purpose) = (line.card.clone(), line.purpose.clone());
        // Beside those of the invented families, which begin with 90.
        let content = line.content(format!("91{:06}", index + 1))?;
        Some((card, vitale_with_borrowed_key(&purpose, content)?))
    };
    file.cases.into_iter().enumerate().map(laid_out).collect()
}

impl Line {
    fn content(self, serial: String) -> Option<VitaleContent> {
        let mut codes = self.organisme.split(' ');
        let organisme = Organisme::new(codes.next()?, codes.next()?, codes.next()?).ok()?;
        let nir_key = self.nir_key.unwrap_or_else(|| self.nir.key());
        let insured = Insured {
            test_card: true,
            serial,
            valid_until: self.validity.until,
            nir: self.nir,
            nir_key,
            organisme,
            management_code: self.management,
            notes: self.notes,
        };
        let of_insured = (self.nir, nir_key);
        let beneficiaries = self.people.into_iter().map(|person| person.on_card(&self.family, of_insured)).collect();
        Some(VitaleContent { insured, beneficiaries })
    }
}

impl Person {
    fn on_card(self, family: &Private, insured: (Nir, u8)) -> Beneficiary {
        let own = self.nir.map(|nir| (nir, nir.key()));
        let situation = self.situation.unwrap_or_else(|| "0100".to_owned());
        let usual = || vec![Coverage { period: OPEN, ald: self.ald, situation }];
        Beneficiary {
            family_name: self.family.unwrap_or_else(|| family.clone()),
            birth_name: self.birth_name,
            given_name: self.given,
            birth_date: self.birth,
            birth_rank: self.rank,
            quality: self.quality,
            own_nir: own.or_else(|| (self.quality == 0).then_some(insured)),
            amo_service: self.service.unwrap_or_else(|| "00".to_owned()),
            amo_service_period: self.service_period.unwrap_or(OPEN),
            rights: self.rights.unwrap_or_else(|| vec![Period { from: "2020-01-01".parse().ok(), until: None }]),
            coverage: self.coverage.unwrap_or_else(usual),
            mutuelle: self.mutuelle,
            complementary: self.complementary,
            notes: self.notes,
        }
    }
}
