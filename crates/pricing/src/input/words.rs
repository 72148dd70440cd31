//! The closed vocabularies of the `price` input: sectors, zones, rights, places, care path, qualifiers.
//! Not free text: a word that is not here is refused when the JSON is read.
//! Letters are those of B2 family CP and of the SNDS tables.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

/// Conventional sector.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Sector {
    /// Opposable tariffs.
    #[default]
    #[serde(rename = "1")]
    One,
    /// Honoraires libres.
    #[serde(rename = "2")]
    Two,
    /// No agreement with the Assurance Maladie.
    #[serde(rename = "none")]
    None,
}

/// Tariff zone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the places")]
pub enum Zone {
    #[default]
    Metropole,
    Antilles,
    Guyane,
    Reunion,
    Mayotte,
}

/// A right that changes the shares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Right {
    /// An exempting affection de longue durée; which act belongs to it is said act by act.
    Ald,
    /// Complémentaire santé solidaire.
    C2s,
    /// Aide médicale de l'État.
    Ame,
    /// Pension d'invalidité.
    Invalidity,
    /// Military pension.
    Military,
}

/// Nature d'assurance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names are the insurances")]
pub enum Nature {
    #[default]
    Maladie,
    Maternite,
    AtMp,
    Prevention,
}

/// Where an act was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// The practice.
    #[default]
    Office,
    /// The patient's home.
    Home,
    /// A hospital or a home for the elderly.
    Institution,
    /// A téléconsultation.
    Video,
}

/// What the kilometres run over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Terrain {
    /// Plain.
    Plaine,
    /// Mountain.
    Montagne,
    /// On foot or on skis.
    #[serde(alias = "ski", alias = "pied_ski")]
    Pied,
}

/// Acts that the degression of nurses spares (NGAP article 11 B).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FullRate {
    /// Acts of article 5 bis, for a patient under insulin, among themselves.
    Insuline,
    /// Direct venous sample.
    Prelevement,
    /// Vaccination.
    Vaccination,
    /// Perfusions of articles 3 and 4.
    Perfusion,
}

impl Place {
    /// The letter of a claim (`sim`, docs/formats.md); none at the practice.
    pub fn letter(self) -> Option<char> {
        match self {
            Self::Office => None,
            Self::Home => Some('D'),
            Self::Institution => Some('E'),
            Self::Video => Some('V'),
        }
    }

    /// From that letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        [Self::Home, Self::Institution, Self::Video].into_iter().find(|place| place.letter() == Some(letter))
    }
}

impl FullRate {
    /// The letter of a claim (`sim`, docs/formats.md).
    pub fn letter(self) -> char {
        match self {
            Self::Insuline => 'I',
            Self::Prelevement => 'L',
            Self::Vaccination => 'V',
            Self::Perfusion => 'P',
        }
    }

    /// From that letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        [Self::Insuline, Self::Prelevement, Self::Vaccination, Self::Perfusion]
            .into_iter()
            .find(|reason| reason.letter() == letter)
    }
}

impl Nature {
    const ALL: [Self; 4] = [Self::Maladie, Self::Maternite, Self::AtMp, Self::Prevention];

    /// The code of B2 type 2 positions 77-78.
    pub fn code(self) -> u8 {
        match self {
            Self::Maladie => 10,
            Self::Maternite => 30,
            Self::AtMp => 41,
            Self::Prevention => 90,
        }
    }

    /// From that code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|nature| nature.code() == code)
    }
}

/// The letter of the care path, as sent (B2 type 2 position 121).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum CarePath {
    /// By the médecin traitant.
    T,
    /// By the new médecin traitant, declaration under way.
    N,
    /// By the locum of the médecin traitant.
    R,
    /// Away from home.
    H,
    /// Specific direct access.
    D,
    /// Sent by the médecin traitant.
    O,
    /// Sent by another doctor.
    M,
    /// Emergency.
    U,
    /// Outside the coordinated path.
    S,
    /// Addictions, article D162-1-6.
    A,
    /// Practice in a zone that lacks doctors.
    B,
    /// Practice installed for less than five years.
    J,
}

impl CarePath {
    /// From the letter as B2 carries it.
    pub fn from_letter(letter: char) -> Option<Self> {
        use CarePath::{A, B, D, H, J, M, N, O, R, S, T, U};
        [T, N, R, H, D, O, M, U, S, A, B, J].into_iter().find(|path| path.letter() == letter)
    }

    /// The letter as B2 carries it.
    pub fn letter(self) -> char {
        match self {
            Self::T => 'T',
            Self::N => 'N',
            Self::R => 'R',
            Self::H => 'H',
            Self::D => 'D',
            Self::O => 'O',
            Self::M => 'M',
            Self::U => 'U',
            Self::S => 'S',
            Self::A => 'A',
            Self::B => 'B',
            Self::J => 'J',
        }
    }
}

/// Qualificatif de la dépense of an overrun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Qualifier {
    /// Exigence particulière du patient.
    De,
    /// Droit permanent à dépassement.
    Dp,
    /// Dépassement autorisé, out of the care path.
    Da,
    /// Dépassement maîtrisé (OPTAM).
    Dm,
    /// Entente directe.
    Ed,
    /// DA and entente directe.
    Ae,
    /// DM and exigence.
    Me,
}

impl Qualifier {
    /// The letter of B2 type 4 position 120, where one is published (SNDS `IR_DEP_V`).
    pub fn letter(self) -> Option<char> {
        match self {
            Self::De => Some('E'),
            Self::Da => Some('A'),
            Self::Ae => Some('B'),
            Self::Ed => Some('D'),
            Self::Dp | Self::Dm | Self::Me => None,
        }
    }

    /// From that letter.
    pub fn from_letter(letter: char) -> Option<Self> {
        [Self::De, Self::Da, Self::Ae, Self::Ed].into_iter().find(|qualifier| qualifier.letter() == Some(letter))
    }
}

/// A tooth number, written as a number or as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Tooth {
    /// `11`.
    Number(u8),
    /// `"11"`.
    Text(String),
}

/// A time of day, `HH:MM`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TimeOfDay(pub NaiveTime);

impl Tooth {
    /// Its two digits, if it is written as such.
    pub fn number(&self) -> Option<u8> {
        match self {
            Self::Number(number) => Some(*number),
            Self::Text(text) => text.parse().ok().filter(|_| text.len() == 2),
        }
    }
}

impl FromStr for TimeOfDay {
    type Err = chrono::ParseError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        NaiveTime::parse_from_str(text, "%H:%M").map(Self)
    }
}

impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.format("%H:%M").fmt(f)
    }
}

impl TryFrom<String> for TimeOfDay {
    type Error = chrono::ParseError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<TimeOfDay> for String {
    fn from(time: TimeOfDay) -> Self {
        time.to_string()
    }
}
