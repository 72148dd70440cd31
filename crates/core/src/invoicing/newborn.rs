//! A newborn who is not on the Vitale yet: billed on the NIR of the insured person, with what the card says of them.
//! Not a right that anybody read: the payment is not guaranteed, and a finding says so. How long a card may lack a child is
//! `sim`: twelve months. Typed as `NN 10/01/2026 LÉA`, with a rang gémellaire behind where there are twins.

use chrono::{Months, NaiveDate};
use liasse_domain::fse::Patient;
use liasse_domain::patient::{BeneficiaryNotes, Coverage, Period};
use liasse_domain::{Beneficiary, BirthDate, Private};

use super::{Draft, InvoicingError};

/// How long a card may lack a child.
const LACKING: Months = Months::new(12);

/// Qualité: enfant.
const CHILD: u8 = 6;

/// A newborn as somebody says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Newborn {
    /// Family name; that of the beneficiary whose card is there where nobody says another.
    pub family_name: Option<Private>,
    /// Given name.
    pub given_name: Private,
    /// Birth date.
    pub birth_date: BirthDate,
    /// Rang gémellaire.
    pub birth_rank: u8,
}

impl Newborn {
    /// From what is typed behind `NN`: the day, the given name, and 1 to 9 where there are twins.
    pub fn typed(text: &str) -> Option<Self> {
        let (day, names) = text.trim().split_once(' ')?;
        let date = NaiveDate::parse_from_str(day, "%d/%m/%Y").ok()?;
        let names = names.trim();
        let (names, rank) = match names.rsplit_once(' ') {
            Some((names, rank)) if matches!(rank.as_bytes(), [b'1'..=b'9']) => (names.trim(), rank.parse().ok()?),
            _ => (names, 1),
        };
        let is_name = |letter: char| letter.is_alphabetic() || matches!(letter, ' ' | '-' | '\'');
        if names.is_empty() || names.chars().count() > 27 || !names.chars().all(is_name) {
            return None;
        }
        Some(Self {
            family_name: None,
            given_name: Private::new(names.to_uppercase()),
            birth_date: date.to_string().parse().ok()?,
            birth_rank: rank,
        })
    }
}

/// The day of a birth in the year before the acts.
fn born_lately(birth: BirthDate, acts: NaiveDate) -> Option<NaiveDate> {
    let born = birth.calendar()?;
    let lacks = born <= acts && born.checked_add_months(LACKING).is_some_and(|last| acts <= last);
    lacks.then_some(born)
}

/// Whether the card of the insured person may still lack the patient of a claim: a child of less than a year.
pub(crate) fn may_lack(patient: &Patient, acts: NaiveDate) -> bool {
    patient.quality == CHILD && born_lately(patient.birth_date, acts).is_some()
}

impl Draft {
    /// The same acts for a newborn who is not on the card.
    ///
    /// # Errors
    /// [`InvoicingError::NewbornDate`] where the birth is not in the year before the acts; [`InvoicingError::NewbornOnCard`]
    /// where the card has that child.
    pub fn for_newborn(&self, newborn: &Newborn) -> Result<Self, InvoicingError> {
        let mut draft = self.clone();
        // Who was typed before is not on the card either.
        if let Some(before) = draft.newborn.take() {
            draft.card.beneficiaries.truncate(before);
            draft.beneficiary = draft.beneficiary.min(before.saturating_sub(1));
        }
        let born = born_lately(newborn.birth_date, draft.input.date).ok_or(InvoicingError::NewbornDate)?;
        let child = draft.child(newborn, born);
        if draft.card.beneficiaries.iter().any(|person| person.identity() == child.identity()) {
            return Err(InvoicingError::NewbornOnCard);
        }
        let place = draft.card.beneficiaries.len();
        draft.card.beneficiaries.push(child);
        draft.newborn = Some(place);
        draft.for_beneficiary(place)
    }

    /// Whether it is for a newborn who is not on the card.
    pub fn is_for_newborn(&self) -> bool {
        self.newborn == Some(self.beneficiary)
    }

    /// The newborn who was typed, whoever it is for at the moment.
    pub(super) fn typed_newborn(&self) -> Option<&Beneficiary> {
        self.newborn.and_then(|place| self.card.beneficiaries.get(place))
    }

    /// Whether somebody of the card is the newborn who was typed.
    pub(super) fn is_newborn(&self, person: &Beneficiary) -> bool {
        self.typed_newborn() == Some(person)
    }

    /// What the card says of the insured person, from the birth on; no ALD and no mutuelle, which are theirs alone.
    fn child(&self, newborn: &Newborn, born: NaiveDate) -> Beneficiary {
        let insured = self.card.beneficiaries.iter().find(|person| person.quality == 0);
        let insured = insured.unwrap_or_else(|| self.person());
        let is_over = |period: &&Period| period.until.is_some_and(|until| until < born);
        let rights = insured.rights.iter().filter(|period| !is_over(period));
        let situation = insured.coverage.iter().find(|coverage| coverage.period.holds_on(self.input.date));
        Beneficiary {
            family_name: newborn.family_name.clone().unwrap_or_else(|| self.person().family_name.clone()),
            birth_name: None,
            given_name: newborn.given_name.clone(),
            birth_date: newborn.birth_date,
            birth_rank: newborn.birth_rank,
            quality: CHILD,
            own_nir: None,
            amo_service: insured.amo_service.clone(),
            amo_service_period: insured.amo_service_period,
            rights: rights.map(|period| Period { from: period.from.max(Some(born)), until: period.until }).collect(),
            coverage: vec![Coverage {
                period: Period { from: Some(born), until: None },
                ald: 0,
                situation: situation.map_or_else(|| "0100".to_owned(), |coverage| coverage.situation.clone()),
            }],
            mutuelle: None,
            complementary: None,
            notes: BeneficiaryNotes::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_newborn_is_typed_in_one_line() {
        let typed =
            |text: &str| Newborn::typed(text).map(|born| (born.given_name.reveal().to_owned(), born.birth_rank));
        assert_eq!(typed("10/01/2026 Léa"), Some(("LÉA".to_owned(), 1)));
        assert_eq!(typed(" 10/01/2026  Anne-Lise 2 "), Some(("ANNE-LISE".to_owned(), 2)));
        for nonsense in
            ["10/01/2026", "10/01/2026 ", "10/13/2026 LÉA", "LÉA 10/01/2026", "10/01/2026 R2D2", "10/01/2026 2"]
        {
            assert_eq!(typed(nonsense), None, "{nonsense}");
        }
    }
}
