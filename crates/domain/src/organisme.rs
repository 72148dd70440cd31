//! The caisse that manages an insured person (grand régime, caisse, centre) and the one a file is sent to.
//! Not a directory of caisses: names and mail addresses are data elsewhere.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::complementary::DocumentKind;
use crate::ids::IdError;

fn digits(text: &str, length: usize) -> Result<String, IdError> {
    if text.len() != length {
        return Err(IdError::Length { expected: length });
    }
    if text.bytes().all(|b| b.is_ascii_digit()) { Ok(text.to_owned()) } else { Err(IdError::Character) }
}

/// Grand régime (2 digits), caisse (3) and centre (4), as SSV group 101 fields 10 to 12 carry them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Organisme {
    regime: String,
    caisse: String,
    centre: String,
}

impl Organisme {
    /// Reads the three codes.
    pub fn new(regime: &str, caisse: &str, centre: &str) -> Result<Self, IdError> {
        Ok(Self { regime: digits(regime, 2)?, caisse: digits(caisse, 3)?, centre: digits(centre, 4)? })
    }

    /// Grand régime, two digits.
    pub fn regime(&self) -> &str {
        &self.regime
    }

    /// Caisse, three digits.
    pub fn caisse(&self) -> &str {
        &self.caisse
    }

    /// Centre, four digits.
    pub fn centre(&self) -> &str {
        &self.centre
    }

    /// Where files for this organisme go: the public rule of reference formats 3.1, marked as inferred there.
    pub fn destination(&self) -> Destination {
        const PARIS: [&str; 7] = ["751", "781", "911", "921", "931", "941", "951"];
        let caisse = match self.regime.as_str() {
            "04" => "110",
            "12" => "001",
            "91" if self.caisse == "751" && self.centre == "0501" => "999",
            "93" | "94" if PARIS.contains(&self.caisse.as_str()) => &self.centre[1..],
            "95" | "96" if PARIS.contains(&self.caisse.as_str()) => "751",
            _ => &self.caisse,
        };
        Destination { regime: self.regime.clone(), caisse: caisse.to_owned() }
    }
}

/// Where a file is sent: one grand régime and one caisse (arrêté du 31 décembre 2014).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Destination {
    regime: String,
    caisse: String,
}

impl Destination {
    /// Reads the two codes.
    pub fn new(regime: &str, caisse: &str) -> Result<Self, IdError> {
        Ok(Self { regime: digits(regime, 2)?, caisse: digits(caisse, 3)? })
    }

    /// Grand régime, two digits.
    pub fn regime(&self) -> &str {
        &self.regime
    }

    /// Caisse, three digits.
    pub fn caisse(&self) -> &str {
        &self.caisse
    }

    /// What goes there: DRE to a complementary insurer (régime 99, "other mutuelles" of IR_GRG_V; that its intakes bear
    /// three digits like caisses is `sim`), FSE to all others. So FSE and DRE never share a lot.
    pub fn takes(&self) -> DocumentKind {
        if self.regime == "99" { DocumentKind::Dre } else { DocumentKind::Fse }
    }
}

/// `01/751`, as people say it.
impl fmt::Display for Destination {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.regime, self.caisse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn destinations_follow_the_regime() {
        let to = |regime, caisse, centre| {
            Organisme::new(regime, caisse, centre).map(|organisme| organisme.destination().to_string())
        };
        assert_eq!(to("01", "751", "0000"), Ok("01/751".to_owned()));
        assert_eq!(to("04", "401", "0000"), Ok("04/110".to_owned()));
        assert_eq!(to("91", "751", "0501"), Ok("91/999".to_owned()));
        assert_eq!(to("94", "921", "0511"), Ok("94/511".to_owned()));
        assert!(to("1", "751", "0000").is_err());
    }
}
