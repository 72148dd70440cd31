//! Identifiers of professionals, structures, claims, lots and files.
//! Each is parsed once and cannot be wrong afterwards; the key is Luhn with letters A=1, B=2… (reference formats, 3.3).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Why a text is no such identifier. Holds no part of the text: it may be personal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Wrong number of characters.
    #[error("{expected} characters expected")]
    Length {
        /// How many characters the identifier has.
        expected: usize,
    },
    /// A character that cannot stand there.
    #[error("a character is not allowed there")]
    Character,
    /// The key does not match the number.
    #[error("the key does not match")]
    Key,
}

impl crate::Coded for IdError {
    fn code(&self) -> crate::Code {
        match self {
            Self::Length { .. } => crate::Code("saisie.identifiant_longueur"),
            Self::Character => crate::Code("saisie.identifiant_caractere"),
            Self::Key => crate::Code("saisie.identifiant_cle"),
        }
    }
}

/// The Luhn key over digits and letters (A=1 … Z=26), for a number to which the key is appended.
pub fn luhn_key(number: &str) -> Option<u8> {
    let mut sum = 0u32;
    for (index, byte) in number.bytes().rev().enumerate() {
        let value = match byte {
            b'0'..=b'9' => u32::from(byte - b'0'),
            b'A'..=b'Z' => u32::from(byte - b'A') + 1,
            _ => return None,
        };
        let value = if index % 2 == 0 { value * 2 } else { value };
        sum += value / 10 + value % 10;
    }
    u8::try_from((10 - sum % 10) % 10).ok()
}

fn with_luhn_key(text: &str, length: usize) -> Result<(), IdError> {
    if text.len() != length {
        return Err(IdError::Length { expected: length });
    }
    let (number, key) = text.split_at_checked(length - 1).ok_or(IdError::Character)?;
    let key = key.parse::<u8>().map_err(|_| IdError::Character)?;
    if luhn_key(number).ok_or(IdError::Character)? == key { Ok(()) } else { Err(IdError::Key) }
}

macro_rules! text_identifier {
    ($(#[$doc:meta])* $name:ident, $length:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Reads the identifier and checks its key.
            pub fn parse(text: &str) -> Result<Self, IdError> {
                with_luhn_key(text, $length)?;
                Ok(Self(text.to_owned()))
            }

            /// All characters, key included.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The number without its key.
            pub fn number(&self) -> &str {
                &self.0[..$length - 1]
            }

            /// The key alone.
            pub fn key(&self) -> &str {
                &self.0[$length - 1..]
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

text_identifier!(
    /// The billing number of a professional (n° d'identification de facturation): 8 characters and a key.
    BillingNumber,
    9
);
text_identifier!(
    /// The national number of a professional in the RPPS: 11 digits, the last one the key.
    Rpps,
    11
);
text_identifier!(
    /// The number of an establishment or practice in FINESS: 9 characters, the last one the key.
    Finess,
    9
);

/// The number of an FSE in the counter of its billing number: 1 to 999 999 999, nine digits on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FseNumber(u32);

impl FseNumber {
    /// `None` outside 1 to 999 999 999.
    pub fn new(number: u32) -> Option<Self> {
        (1..=999_999_999).contains(&number).then_some(Self(number))
    }

    /// The number itself.
    pub fn get(self) -> u32 {
        self.0
    }
}

impl fmt::Display for FseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:09}", self.0)
    }
}

impl FromStr for FseNumber {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        if text.len() != 9 {
            return Err(IdError::Length { expected: 9 });
        }
        text.parse().ok().and_then(Self::new).ok_or(IdError::Character)
    }
}

/// An FSE as the whole practice names it: paid billing number and number, `991129768-000000001`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FseRef {
    /// The billing number that is paid, whose counter gave the number.
    pub billing: BillingNumber,
    /// The number in that counter.
    pub number: FseNumber,
}

impl fmt::Display for FseRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.billing, self.number)
    }
}

impl FromStr for FseRef {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        let (billing, number) = text.split_once('-').ok_or(IdError::Length { expected: 19 })?;
        Ok(Self { billing: billing.parse()?, number: number.parse()? })
    }
}

impl TryFrom<String> for FseRef {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        text.parse()
    }
}

impl From<FseRef> for String {
    fn from(reference: FseRef) -> Self {
        reference.to_string()
    }
}

/// The number of a lot in the counter of its billing number: 001 to 999, then 001 again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LotNumber(u16);

impl LotNumber {
    /// `None` outside 1 to 999.
    pub fn new(number: u16) -> Option<Self> {
        (1..=999).contains(&number).then_some(Self(number))
    }

    /// The number that follows, 001 after 999.
    pub fn next(self) -> Self {
        Self(if self.0 == 999 { 1 } else { self.0 + 1 })
    }

    /// The number itself.
    pub fn get(self) -> u16 {
        self.0
    }
}

impl fmt::Display for LotNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

/// The identifier of a file in its records 000 and 999: six capital letters or digits, unique for its sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileIdentifier([u8; 6]);

impl FileIdentifier {
    /// Reads six characters of `0-9A-Z`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let bytes: [u8; 6] = text.as_bytes().try_into().map_err(|_| IdError::Length { expected: 6 })?;
        if bytes.iter().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            Ok(Self(bytes))
        } else {
            Err(IdError::Character)
        }
    }

    /// Six characters drawn from random bytes handed in, in base 36.
    pub fn from_random(random: u64) -> Self {
        let mut rest = random;
        let mut bytes = [b'0'; 6];
        for byte in bytes.iter_mut().rev() {
            let digit = u8::try_from(rest % 36).unwrap_or(0);
            *byte = if digit < 10 { b'0' + digit } else { b'A' + digit - 10 };
            rest /= 36;
        }
        Self(bytes)
    }

    /// The six characters.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl fmt::Display for FileIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FileIdentifier {
    type Err = IdError;
    fn from_str(text: &str) -> Result<Self, IdError> {
        Self::parse(text)
    }
}

impl TryFrom<String> for FileIdentifier {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<FileIdentifier> for String {
    fn from(identifier: FileIdentifier) -> Self {
        identifier.as_str().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_published_pairs() {
        // reference formats 3.3 and cards 1.8
        for (number, key) in [("76031208", 2), ("99078105", 6), ("99109197", 6), ("99112976", 8), ("9990006527", 9)] {
            assert_eq!(luhn_key(number), Some(key), "{number}");
        }
    }

    #[test]
    fn a_wrong_key_is_named() {
        assert_eq!(BillingNumber::parse("991129768").map(|b| b.key().to_owned()), Ok("8".to_owned()));
        assert_eq!(BillingNumber::parse("991129767"), Err(IdError::Key));
        assert_eq!(BillingNumber::parse("99112976"), Err(IdError::Length { expected: 9 }));
        assert_eq!(BillingNumber::parse("9911297é"), Err(IdError::Character));
    }

    #[test]
    fn a_reference_reads_back() {
        let text = "991129768-000000042";
        assert_eq!(text.parse::<FseRef>().map(|r| r.to_string()), Ok(text.to_owned()));
        assert!("991129768-000000000".parse::<FseRef>().is_err());
    }

    #[test]
    fn lots_wrap_and_files_are_base_36() {
        assert_eq!(LotNumber::new(999).map(LotNumber::next), LotNumber::new(1));
        assert_eq!(FileIdentifier::from_random(35).as_str(), "00000Z");
        assert_eq!(FileIdentifier::from_random(36).as_str(), "000010");
        assert!(FileIdentifier::parse("00000z").is_err());
    }
}
