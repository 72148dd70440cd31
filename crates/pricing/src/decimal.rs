//! A number with at most two decimals, kept exactly in hundredths: coefficients (1.5) and distances (12.25 km).
//! Not money (`Centimes`) and not a float: JSON may write it as one, it is read from its decimal digits.

use std::fmt;

use serde::de::{Error, Unexpected, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Hundredths of a unit: 1.5 is 150. At most 99 999.99.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hundredths(u32);

const MOST: u32 = 9_999_999;

impl Hundredths {
    /// One.
    pub const ONE: Self = Self(100);

    /// `None` above 99 999.99.
    pub fn new(hundredths: u32) -> Option<Self> {
        (hundredths <= MOST).then_some(Self(hundredths))
    }

    /// How many hundredths.
    pub fn get(self) -> u32 {
        self.0
    }

    /// Reads `12`, `1.5`, `12.25`: digits, then at most two decimals. Nothing else: no sign, no exponent.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |text: &str, most: usize| {
            !text.is_empty() && text.len() <= most && text.bytes().all(|byte| byte.is_ascii_digit())
        };
        if !digits(whole, 5) || !digits(part, 2) {
            return None;
        }
        let tenfold = if part.len() == 1 { 10 } else { 1 };
        Self::new(whole.parse::<u32>().ok()? * 100 + part.parse::<u32>().ok()? * tenfold)
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 % 100 {
            0 => write!(f, "{}", self.0 / 100),
            part if part % 10 == 0 => write!(f, "{}.{}", self.0 / 100, part / 10),
            part => write!(f, "{}.{part:02}", self.0 / 100),
        }
    }
}

impl Serialize for Hundredths {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_multiple_of(100) {
            return serializer.serialize_u32(self.0 / 100);
        }
        // JSON has no decimal type; the float nearest to the digits prints as those digits again.
        match self.to_string().parse::<f64>() {
            Ok(number) => serializer.serialize_f64(number),
            Err(_) => Err(serde::ser::Error::custom("decimal")),
        }
    }
}

impl<'de> Deserialize<'de> for Hundredths {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Digits)
    }
}

struct Digits;

impl Visitor<'_> for Digits {
    type Value = Hundredths;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number from 0 with at most two decimals")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Hundredths, E> {
        u32::try_from(number)
            .ok()
            .and_then(|number| number.checked_mul(100))
            .and_then(Hundredths::new)
            .ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Hundredths, E> {
        // The shortest digits that give this float are those that were typed.
        Hundredths::parse(&number.to_string()).ok_or_else(|| E::invalid_value(Unexpected::Float(number), &self))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn decimals_are_read_exactly() {
        for (text, hundredths) in [("1.5", 150), ("12", 1200), ("0.1", 10), ("2.25", 225), ("99999.99", 9_999_999)] {
            assert_eq!(serde_json::from_str::<Hundredths>(text).ok(), Some(Hundredths(hundredths)), "{text}");
        }
        for text in ["-1", "1.555", "1e9", "100000", "\"1\"", "null"] {
            assert!(serde_json::from_str::<Hundredths>(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_decimal_reads_back(hundredths in 0u32..=MOST) {
            let number = Hundredths(hundredths);
            let json = serde_json::to_string(&number).expect("json");
            prop_assert_eq!(serde_json::from_str::<Hundredths>(&json).expect("read"), number);
            prop_assert_eq!(Hundredths::parse(&number.to_string()), Some(number));
        }
    }
}
