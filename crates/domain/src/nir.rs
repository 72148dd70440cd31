//! The NIR (n° de sécurité sociale): thirteen characters and a key of two digits.
//! Not an identity check: months 13 to 99 exist and are accepted (reference formats, 3.2).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::ids::IdError;

/// A NIR without its key. `Debug` never prints the digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Nir([u8; 13]);

impl Nir {
    /// Reads thirteen characters: digits, with `A` or `B` allowed as the second one of the département.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let bytes: [u8; 13] = text.as_bytes().try_into().map_err(|_| IdError::Length { expected: 13 })?;
        let corsican = bytes[5] == b'2' && matches!(bytes[6], b'A' | b'B');
        let well_formed = bytes.iter().enumerate().all(|(i, b)| b.is_ascii_digit() || (i == 6 && corsican));
        if well_formed { Ok(Self(bytes)) } else { Err(IdError::Character) }
    }

    /// The thirteen characters.
    pub fn as_str(&self) -> &str {
        // The constructor admits ASCII only.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The key: 97 − (number mod 97), with `2A` counted as 19 and `2B` as 18.
    pub fn key(&self) -> u8 {
        let mut digits = self.0;
        match digits[6] {
            b'A' => (digits[5], digits[6]) = (b'1', b'9'),
            b'B' => (digits[5], digits[6]) = (b'1', b'8'),
            _ => {}
        }
        let remainder = digits.iter().fold(0u64, |value, digit| value * 10 + u64::from(digit - b'0')) % 97;
        97 - u8::try_from(remainder).unwrap_or(0)
    }

    /// As a person reads it: `2 84 05 78 006 084 | 90`.
    pub fn grouped(&self) -> String {
        let s = self.as_str();
        format!("{} {} {} {} {} {} | {:02}", &s[..1], &s[1..3], &s[3..5], &s[5..7], &s[7..10], &s[10..13], self.key())
    }
}

impl fmt::Debug for Nir {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Nir(…)")
    }
}

impl FromStr for Nir {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for Nir {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<Nir> for String {
    fn from(nir: Nir) -> Self {
        nir.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_public_numbers() {
        // Published test pair: reference cards 2.5, head of a virtual card.
        assert_eq!(Nir::parse("2501962643002").expect("nir").key(), 68);
        assert_eq!(Nir::parse("2840578006084").expect("nir").key(), 90);
    }

    #[test]
    fn corsica_is_a_department() {
        // 2A → 19 and 2B → 18 in the number, computed by hand with bc.
        assert_eq!(Nir::parse("180052A001001").expect("nir").key(), 97 - (1_800_519_001_001u64 % 97) as u8);
        assert_eq!(Nir::parse("180052B001001").expect("nir").key(), 97 - (1_800_518_001_001u64 % 97) as u8);
        assert_eq!(Nir::parse("18005A2001001"), Err(IdError::Character));
    }

    #[test]
    fn odd_months_are_people_too() {
        assert!(Nir::parse("2509962643002").is_ok());
        assert_eq!(Nir::parse("25099626430"), Err(IdError::Length { expected: 13 }));
    }

    #[test]
    fn printing_hides_the_digits() {
        assert_eq!(format!("{:?}", Nir::parse("2501962643002").expect("nir")), "Nir(…)");
    }
}
