//! The complementary part of a claim and the ways it travels: in the FSE (gestion unique), in a demand of its own to the
//! insurer (gestion séparée, DRE), as C2S, or not at all. Which one holds is said by a convention, never guessed.
//! Not the amounts (crate `pricing`). Rule: product, "Words that decide design"; terms: reference formats 3.4.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Code, Coded};
use crate::ids::FseRef;
use crate::organisme::Destination;
use crate::patient::Period;
use crate::secret::Private;

/// An FSE, or the demand to a complementary insurer that goes with one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// Feuille de soins électronique.
    #[default]
    Fse,
    /// Demande de remboursement électronique.
    Dre,
}

impl DocumentKind {
    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fse => "fse",
            Self::Dre => "dre",
        }
    }

    /// From the word on disk.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Fse, Self::Dre].into_iter().find(|kind| kind.word() == word)
    }

    /// How the journal names a document: an FSE by its reference, a DRE by the same and `/dre`.
    pub fn name(self, reference: &FseRef) -> String {
        match self {
            Self::Fse => reference.to_string(),
            Self::Dre => format!("{reference}/dre"),
        }
    }
}

/// Who manages the complementary part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Management {
    /// The caisse pays both parts: the FSE carries them.
    Unique,
    /// The insurer is asked by a DRE of its own.
    Separee,
}

impl Management {
    /// The word on disk, in tables and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Unique => "unique",
            Self::Separee => "separee",
        }
    }

    /// From the word.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Unique, Self::Separee].into_iter().find(|management| management.word() == word)
    }

    /// The letter of profile `sim-er`.
    pub fn letter(self) -> char {
        match self {
            Self::Unique => 'U',
            Self::Separee => 'S',
        }
    }

    /// From that letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        [Self::Unique, Self::Separee].into_iter().find(|management| management.letter() == letter)
    }
}

/// A mutuelle card, as somebody read or typed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MutuelleCard {
    /// N° AMC, eight to ten digits.
    pub number: String,
    /// N° d'adhérent, one to twenty capitals and digits.
    pub member: Private,
    /// Type de convention, two letters; empty where a Vitale says who the insurer is and nothing more.
    pub convention: String,
    /// When it holds.
    pub period: Period,
    /// The day somebody last looked at it ("vue le").
    pub seen_on: NaiveDate,
}

/// What is wrong on a card as typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MutuelleFault {
    /// The n° AMC.
    #[error("the number of the insurer")]
    Number,
    /// The n° d'adhérent.
    #[error("the number of the member")]
    Member,
    /// The type de convention.
    #[error("the type of convention")]
    Convention,
}

impl Coded for MutuelleFault {
    fn code(&self) -> Code {
        match self {
            Self::Number => Code("saisie.mutuelle_numero"),
            Self::Member => Code("saisie.mutuelle_adherent"),
            Self::Convention => Code("saisie.mutuelle_convention"),
        }
    }
}

/// Longest number of a member that a DRE carries.
pub const MEMBER_WIDTH: usize = 20;

impl MutuelleCard {
    /// A card as typed: capitals, no blanks around, each part of its form.
    pub fn typed(
        number: &str,
        member: &str,
        convention: &str,
        period: Period,
        seen_on: NaiveDate,
    ) -> Result<Self, MutuelleFault> {
        let number = number.replace(' ', "");
        if !(8..=10).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(MutuelleFault::Number);
        }
        let member = member.trim().to_uppercase();
        let letters = member.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
        if member.is_empty() || member.len() > MEMBER_WIDTH || !letters {
            return Err(MutuelleFault::Member);
        }
        let convention = convention.trim().to_uppercase();
        if convention.len() != 2 || !convention.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(MutuelleFault::Convention);
        }
        Ok(Self { number, member: Private::new(member), convention, period, seen_on })
    }
}

/// What a practice agreed with an insurer, or what rules say of it: one row of the table of conventions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Convention {
    /// N° AMC.
    pub number: String,
    /// Type de convention, two letters.
    pub kind: String,
    /// The insurer's name, for a screen.
    pub name: String,
    /// Who manages the complementary part.
    pub management: Management,
    /// Where its DRE go: régime 99 and the code of the insurer's intake; the caisse's own where it manages both parts.
    pub route: Option<Destination>,
    /// When it holds.
    pub period: Period,
}

/// The convention that a card calls for on a day. `None` where there is none, and where a card that names no type could
/// mean several that do not agree: unique or séparée is never guessed.
pub fn convention_of<'a>(conventions: &'a [Convention], card: &MutuelleCard, day: NaiveDate) -> Option<&'a Convention> {
    let fits = |row: &&Convention| {
        row.number == card.number
            && (card.convention.is_empty() || row.kind == card.convention)
            && row.period.holds_on(day)
    };
    let mut found = conventions.iter().filter(fits);
    let first = found.next()?;
    let same = |other: &Convention| (other.management, &other.route) == (first.management, &first.route);
    found.all(same).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALWAYS: Period = Period { from: None, until: None };

    fn day() -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, 15).expect("date")
    }

    fn convention(kind: &str, management: Management) -> Convention {
        Convention {
            number: "99999901".to_owned(),
            kind: kind.to_owned(),
            name: "Mutuelle".to_owned(),
            management,
            route: None,
            period: ALWAYS,
        }
    }

    #[test]
    fn a_typed_card_is_of_its_form() {
        let card = MutuelleCard::typed("99 99 99 01", " ab12 ", "is", ALWAYS, day()).expect("card");
        assert_eq!((card.number.as_str(), card.member.reveal(), card.convention.as_str()), ("99999901", "AB12", "IS"));
        for (number, member, kind) in [
            ("9999", "A", "IS"),
            ("9999990A", "A", "IS"),
            ("99999901", "", "IS"),
            ("99999901", "É", "IS"),
            ("99999901", "A B", "IS"),
            ("99999901", "123456789012345678901", "IS"),
            ("99999901", "A", "I"),
            ("99999901", "A", "I1"),
        ] {
            assert!(MutuelleCard::typed(number, member, kind, ALWAYS, day()).is_err(), "{number} {member} {kind}");
        }
    }

    #[test]
    fn what_is_not_said_is_not_guessed() {
        let mut card = MutuelleCard::typed("99999901", "A", "IS", ALWAYS, day()).expect("card");
        let two = [convention("IS", Management::Unique), convention("SP", Management::Separee)];
        assert_eq!(convention_of(&two, &card, day()).map(|row| row.management), Some(Management::Unique));
        // A Vitale names the insurer alone: the two conventions contradict each other.
        card.convention.clear();
        assert_eq!(convention_of(&two, &card, day()), None);
        assert!(convention_of(&two[..1], &card, day()).is_some());
        card.number = "99999902".to_owned();
        assert_eq!(convention_of(&two, &card, day()), None);
        let past = Period { from: None, until: day().pred_opt() };
        let ended = [Convention { period: past, ..convention("IS", Management::Unique) }];
        card.number = "99999901".to_owned();
        assert_eq!(convention_of(&ended, &card, day()), None);
    }
}
