//! Values that must not leak through a `Debug` print: names and numbers of people, digits of a PIN.
//! Not encryption: the value is in memory, only its accidental printing is prevented.

use std::fmt;

use serde::{Deserialize, Serialize};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A personal datum. `Debug` prints `…`; reading it is explicit.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Private(String);

impl Private {
    /// Wraps a personal datum.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The datum itself, for a screen, a card or a format, never for a log.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether nothing is recorded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Private {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl From<&str> for Private {
    fn from(value: &str) -> Self {
        Self(value.to_owned())
    }
}

impl From<String> for Private {
    fn from(value: String) -> Self {
        Self(value)
    }
}

/// The digits of a PIN while it is typed and used: fixed storage, wiped on drop, never printed.
/// A CPS PIN has 4 to 8 digits (reference cards, 1.3: AODF).
#[derive(Clone, Default, Zeroize, ZeroizeOnDrop)]
pub struct Digits {
    buffer: [u8; 8],
    length: usize,
}

impl Digits {
    /// The longest PIN a card takes.
    pub const MAX: usize = 8;
    /// The shortest PIN a card takes.
    pub const MIN: usize = 4;

    /// No digit yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Digits from text, `None` when something else than 0 to 8 ASCII digits is in it.
    pub fn parse(text: &str) -> Option<Self> {
        let mut digits = Self::new();
        for character in text.chars() {
            if !digits.push(character) {
                return None;
            }
        }
        Some(digits)
    }

    /// Adds one digit; `false` when it is no ASCII digit or the buffer is full.
    pub fn push(&mut self, digit: char) -> bool {
        if !digit.is_ascii_digit() || self.length == Self::MAX {
            return false;
        }
        self.buffer[self.length] = digit as u8;
        self.length += 1;
        true
    }

    /// Takes the last digit away.
    pub fn pop(&mut self) {
        if self.length > 0 {
            self.length -= 1;
            self.buffer[self.length] = 0;
        }
    }

    /// Wipes all digits.
    pub fn clear(&mut self) {
        self.zeroize();
    }

    /// How many digits are there.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether no digit is there: such a PIN is never sent to a card (CVE-2023-40660).
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Whether the length is one a card takes.
    pub fn is_complete(&self) -> bool {
        (Self::MIN..=Self::MAX).contains(&self.length)
    }

    /// The ASCII digits, for the card alone.
    pub fn reveal(&self) -> &[u8] {
        &self.buffer[..self.length]
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digits(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_private_is_printed() {
        assert_eq!(format!("{:?}", Private::new("DURAND")), "…");
        assert_eq!(format!("{:?}", Digits::parse("80471936")), "Some(Digits(…))");
    }

    #[test]
    fn digits_hold_eight_and_only_digits() {
        let mut digits = Digits::parse("12345678").expect("eight digits");
        assert!(!digits.push('9'));
        digits.pop();
        assert_eq!(digits.reveal(), b"1234567");
        assert!(Digits::parse("12a4").is_none());
        assert!(!Digits::parse("123").expect("digits").is_complete());
        digits.clear();
        assert!(digits.is_empty());
    }
}
