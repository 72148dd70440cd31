//! What a Vitale says beside identity and rights: kept as read, so that a card can be written again as it was.
//! Nothing here is judged; what decides an invoice stands in `patient`. Fields: SSV groups 101 to 111 (reference cards, 2.4).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::Period;
use crate::secret::Private;

/// The fields of group 101 that say nothing of the insured person, and what the card says of the whole family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CardNotes {
    /// Group 101 field 1 is `D`: a demonstration card, one of the test cards.
    pub demonstration: bool,
    /// Field 4: RUF 1.
    pub ruf1: String,
    /// Field 5: RUF 2.
    pub ruf2: String,
    /// Field 6: RUF administratif.
    pub ruf_admin: String,
    /// Field 7: type de porteur, `A` for an insured person.
    pub holder_kind: String,
    /// Field 14: RUF famille.
    pub ruf_family: String,
    /// Group 102.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub family_service: Option<FamilyService>,
    /// Group 103: the accidents at work, at most three.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub accidents: Vec<AccidentNote>,
}

/// A card as all published heads are: `0` as RUF 1, the insured person's own card.
impl Default for CardNotes {
    fn default() -> Self {
        Self {
            demonstration: false,
            ruf1: "0".to_owned(),
            ruf2: String::new(),
            ruf_admin: String::new(),
            holder_kind: "A".to_owned(),
            ruf_family: String::new(),
            family_service: None,
            accidents: Vec::new(),
        }
    }
}

impl CardNotes {
    /// Whether there is nothing to be kept.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// SSV group 102: a service of the caisse to the whole family.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FamilyService {
    /// Its code, as group 104 field 15 has it.
    pub code: String,
    /// When it holds.
    pub period: Period,
}

/// SSV group 103: an accident at work that the card bears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccidentNote {
    /// The organisme that manages it, nine characters.
    pub organisme: String,
    /// Code BGDH.
    pub code: String,
    /// Its identifier.
    pub identifier: Private,
}

impl AccidentNote {
    /// A place of the group that holds none.
    pub fn is_empty(&self) -> bool {
        self.organisme.is_empty() && self.code.is_empty() && self.identifier.is_empty()
    }
}

/// The fields of group 104 that say neither who nor which rights, and group 111.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BeneficiaryNotes {
    /// Fields 4 to 8: five lines, the last « code postal localité »; none where all are empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub address: Vec<Private>,
    /// Field 11: when the NIR was certified.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nir_certified_on: Option<NaiveDate>,
    /// Field 18: RUF AMO.
    pub ruf_amo: String,
    /// Group 111: zone commune.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub common_zone: Option<String>,
}

impl BeneficiaryNotes {
    /// Whether there is nothing to be kept.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// SSV groups 107 and 108: a mutuelle whose part the caisse manages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardMutuelle {
    /// N° de mutuelle, eight digits; 99999997 and 88888888 are the C2S.
    pub number: String,
    /// Garanties effectives, eight times `O` or `N`.
    pub guarantees: String,
    /// Indicateur de traitement mutuelle: see `codes`.
    pub processing: String,
    /// Type de services associés.
    pub service_kind: String,
    /// Services associés.
    pub services: String,
    /// Code d'aiguillage STS: see `codes`.
    pub sts: String,
    /// Group 108.
    pub rights: Vec<Period>,
}

/// How a demand of reimbursement travels to a complementary insurer, as group 109 says it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AmcRoute {
    /// Field 2: number for EDI.
    pub edi_number: String,
    /// Field 7: code de routage.
    pub code: String,
    /// Field 8: identifiant d'hôte.
    pub host: String,
    /// Field 9: nom de domaine.
    pub domain: String,
    /// Field 10: code d'aiguillage STS.
    pub sts: String,
    /// Field 11: type de services associés.
    pub service_kind: String,
    /// Field 12: services associés.
    pub services: String,
}

impl AmcRoute {
    /// Whether the card says nothing of it.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
