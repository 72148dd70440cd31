//! Who holds a card of the CPS family and in which situations that person bills (SSV groups 1 and 2).
//! Not the card itself: `cards` reads it, this is what was read.

use serde::{Deserialize, Serialize};

use crate::ids::{BillingNumber, Rpps};
use crate::secret::Private;

/// What the ATR and the applications say a card is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardKind {
    /// CPS of the third generation (IAS-ECC).
    Cps3,
    /// CPS of the fourth generation.
    Cps4,
    /// Staff card.
    Cpe,
    /// Vitale of the first generation, withdrawn.
    Vitale1,
    /// Vitale of the second generation.
    Vitale2,
    /// Appli carte Vitale.
    Apcv,
    /// Anything else.
    Unknown,
}

/// Field 1 of SSV group 1: which card of the CPS family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CardType {
    /// Health professional.
    Cps,
    /// Professional in training.
    Cpf,
    /// Staff of an establishment or a practice.
    Cpe,
    /// Authorised staff.
    Cpa,
}

impl CardType {
    /// The code of DICO-FR table G02.
    pub fn code(self) -> u8 {
        match self {
            Self::Cps => 0,
            Self::Cpf => 1,
            Self::Cpe => 2,
            Self::Cpa => 3,
        }
    }

    /// From the code of DICO-FR table G02.
    pub fn from_code(code: u8) -> Option<Self> {
        [Self::Cps, Self::Cpf, Self::Cpe, Self::Cpa].into_iter().find(|kind| kind.code() == code)
    }
}

/// The profession that bills under a two-digit specialty, in the words of the `price` contract: 21 midwives, 24 nurses,
/// 86 nurses of advanced practice, 19 and 36 dentists (SNDS `PSE_ACT` and `IR_SPE_V`); all others are doctors.
pub fn profession_of(specialty: &str) -> &'static str {
    match specialty {
        "21" => "sage_femme",
        "24" | "86" => "infirmier",
        "19" | "36" => "chirurgien_dentiste",
        "26" => "kinesitherapeute",
        "27" => "pedicure",
        "28" => "orthophoniste",
        "29" => "orthoptiste",
        _ => "medecin",
    }
}

/// SSV group 1: the holder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardHolder {
    /// Which card.
    pub card_type: CardType,
    /// Whether the card is a test card (DICO-FR G01: 80, 82, 83).
    pub test_card: bool,
    /// National number (RPPS), where the holder has one.
    pub rpps: Option<Rpps>,
    /// Civility code (22 Mme, 31 M).
    pub civility: u8,
    /// Family name.
    pub family_name: Private,
    /// Given name.
    pub given_name: Private,
}

/// SSV group 2: one situation in which the holder bills.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BillingSituation {
    /// Field 1: logical number on the card, 1 to 16, holes allowed.
    pub number: u8,
    /// Field 2: 0 libéral, 1 salarié, 4 remplaçant, 7 non rétribué.
    pub practice_mode: u8,
    /// Field 3: statut d'exercice.
    pub practice_status: u8,
    /// Field 4: 31 cabinet individuel, 32 groupe…
    pub activity_sector: u8,
    /// Field 5: kind of structure number (4 RPPS-rang…).
    pub structure_kind: u8,
    /// Fields 6 and 7: number of the structure, key included.
    pub structure_number: String,
    /// Field 8: raison sociale.
    pub structure_name: String,
    /// Fields 9 and 10: the billing number, key included.
    pub billing_number: BillingNumber,
    /// Fields 11 and 12: number as a locum, key included.
    pub locum_number: Option<BillingNumber>,
    /// Field 13: 0 non conventionné, 1 secteur 1, 2 dépassement permanent, 3 secteur 2, 9 établissement.
    pub convention: u8,
    /// Field 14: two-digit specialty, 01 general practice.
    pub specialty: String,
    /// Field 15: tariff zone (IR_ZTP_V), two digits.
    pub tariff_zone: String,
    /// Field 16: zone IK, two digits.
    pub ik_zone: String,
    /// Fields 17 to 19: agréments.
    pub agreements: [String; 3],
    /// Field 20: may sign an FSE.
    pub may_sign_fse: bool,
    /// Field 21: may sign a lot.
    pub may_sign_lot: bool,
}

impl BillingSituation {
    /// Whether the situation is one of a locum (field 2 = 4).
    pub fn is_locum(&self) -> bool {
        self.practice_mode == 4
    }
}
