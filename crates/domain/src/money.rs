//! Money in integer centimes and rates in hundredths of a percent: the only arithmetic allowed on euros.
//! Not a currency library: one currency, one rounding (half up to the cent), no floating point.

use std::fmt;
use std::iter::Sum;

use serde::{Deserialize, Serialize};

/// An amount in centimes of euro. Signed, because differences and counter-entries are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Centimes(pub i64);

impl Centimes {
    /// Nothing owed.
    pub const ZERO: Self = Self(0);

    /// An amount as a person types it: `12`, `12,5`, `12,50` or `12.50` euros, less than a hundred million; no sign.
    pub fn from_typed(text: &str) -> Option<Self> {
        let (euros, cents) = text.trim().split_once([',', '.']).unwrap_or((text.trim(), "0"));
        let digits = |part: &str, most: usize| {
            let fits = (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
            if fits { part.parse::<i64>().ok() } else { None }
        };
        let cents = digits(cents, 2)? * if cents.len() == 1 { 10 } else { 1 };
        Some(Self(digits(euros, 8)? * 100 + cents))
    }

    /// The sum, or `None` past the range of 64 bits.
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` past the range of 64 bits.
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// `self × quantity`, or `None` past the range of 64 bits.
    pub fn checked_mul(self, quantity: i64) -> Option<Self> {
        self.0.checked_mul(quantity).map(Self)
    }

    /// The share of this amount at `rate`, rounded half up (away from zero) to the cent.
    pub fn at(self, rate: Rate) -> Self {
        Self(divide_half_up(i128::from(self.0) * i128::from(rate.0), 10_000))
    }
}

/// The one rounding of the house: `numerator / denominator`, halves away from zero.
/// `denominator` must be positive. Saturates at the range of 64 bits.
pub fn divide_half_up(numerator: i128, denominator: i128) -> i64 {
    let half = denominator / 2;
    let rounded = if numerator >= 0 { (numerator + half) / denominator } else { -((-numerator + half) / denominator) };
    i64::try_from(rounded).unwrap_or(if rounded < 0 { i64::MIN } else { i64::MAX })
}

impl std::ops::Add for Centimes {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl std::ops::Sub for Centimes {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Centimes {
    fn sum<I: Iterator<Item = Self>>(iter: I) -> Self {
        iter.fold(Self::ZERO, |total, amount| total + amount)
    }
}

/// As a French reader writes it: `1 234,50 €`, narrow no-break spaces (U+202F).
impl fmt::Display for Centimes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = (self.0 / 100).unsigned_abs().to_string();
        let mut grouped = String::with_capacity(units.len() + 4);
        for (index, digit) in units.chars().enumerate() {
            if index > 0 && (units.len() - index).is_multiple_of(3) {
                grouped.push('\u{202f}');
            }
            grouped.push(digit);
        }
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{grouped},{:02}\u{202f}€", (self.0 % 100).abs())
    }
}

/// A rate in hundredths of a percent (basis points): 70 % is 7000.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Rate(pub u32);

impl Rate {
    /// 100 %.
    pub const FULL: Self = Self(10_000);

    /// A whole number of percents.
    pub const fn percent(percent: u32) -> Self {
        Self(percent * 100)
    }

    /// The rate in whole percents, as the B2 field of three digits carries it.
    pub const fn whole_percent(self) -> u32 {
        self.0 / 100
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_multiple_of(100) {
            write!(f, "{}\u{202f}%", self.0 / 100)
        } else {
            write!(f, "{},{:02}\u{202f}%", self.0 / 100, self.0 % 100)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn amounts_read_as_french() {
        assert_eq!(Centimes(3000).to_string(), "30,00\u{202f}€");
        assert_eq!(Centimes(-5).to_string(), "-0,05\u{202f}€");
        assert_eq!(Centimes(123_456_789).to_string(), "1\u{202f}234\u{202f}567,89\u{202f}€");
        assert_eq!(Rate::percent(70).to_string(), "70\u{202f}%");
    }

    #[test]
    fn half_a_cent_goes_up() {
        // AMI 1.5 × 3.15 = 4.725 → 4.73 (reference tariffs, section 4)
        assert_eq!(divide_half_up(315 * 15, 10), 473);
        assert_eq!(Centimes(5).at(Rate::percent(50)), Centimes(3));
        assert_eq!(Centimes(-5).at(Rate::percent(50)), Centimes(-3));
    }

    proptest! {
        #[test]
        fn a_share_never_exceeds_its_whole(cents in 0i64..1_000_000_000, bp in 0u32..=10_000) {
            let share = Centimes(cents).at(Rate(bp));
            prop_assert!(share.0 >= 0 && share.0 <= cents);
        }

        #[test]
        fn a_higher_rate_never_pays_less(cents in 0i64..1_000_000_000, bp in 0u32..10_000) {
            prop_assert!(Centimes(cents).at(Rate(bp)) <= Centimes(cents).at(Rate(bp + 1)));
        }
    }

    #[test]
    fn an_amount_is_typed_in_euros() {
        for (text, cents) in
            [("12", 1200), ("12,5", 1250), ("12,05", 1205), (" 0.30 ", 30), ("99999999,99", 9_999_999_999)]
        {
            assert_eq!(Centimes::from_typed(text), Some(Centimes(cents)), "{text}");
        }
        for text in ["", ",50", "12,", "12,505", "-3", "1e3", "100000000", "12 50", "١"] {
            assert_eq!(Centimes::from_typed(text), None, "{text}");
        }
    }
}
