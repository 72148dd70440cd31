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

    /// The words on screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Cps => "carte de professionnel de santé (CPS)",
            Self::Cpf => "carte de professionnel en formation (CPF)",
            Self::Cpe => "carte de personnel d'établissement (CPE)",
            Self::Cpa => "carte de personnel autorisé (CPA)",
        }
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

    /// Field 2 in words: mode d'exercice.
    pub fn practice_mode_words(&self) -> Option<&'static str> {
        practice_mode(self.practice_mode)
    }

    /// Field 4 in words: secteur d'activité.
    pub fn activity_sector_words(&self) -> Option<&'static str> {
        activity_sector(self.activity_sector)
    }

    /// Field 5 in words: what kind of number names the structure.
    pub fn structure_kind_words(&self) -> Option<&'static str> {
        structure_kind(self.structure_kind)
    }

    /// Field 13 in words: code conventionnel.
    pub fn convention_words(&self) -> Option<&'static str> {
        convention(self.convention)
    }

    /// Field 14 in words: code spécialité.
    pub fn specialty_words(&self) -> Option<&'static str> {
        specialty(&self.specialty)
    }

    /// Field 16 in words: zone d'indemnité kilométrique.
    pub fn ik_zone_words(&self) -> Option<&'static str> {
        ik_zone(&self.ik_zone)
    }

    /// Fields 17 to 19 in words: the agréments radio that are there and known.
    pub fn agreement_words(&self) -> Vec<&'static str> {
        self.agreements.iter().filter_map(|code| agreement(code)).collect()
    }

    /// Fields 20 and 21 in words: what the situation may sign.
    pub fn habilitation_words(&self) -> &'static str {
        match (self.may_sign_fse, self.may_sign_lot) {
            (true, true) => "signe les factures et les lots",
            (true, false) => "signe les factures, pas les lots",
            (false, true) => "signe les lots, pas les factures",
            (false, false) => "ne signe ni facture ni lot",
        }
    }
}

// The code tables of the public dictionary (DICO-FR.GIP v02.18; reference cards, 1.9), as far as it is published. What it does
// not publish has no words: `None`, and the code itself is shown.

/// G03: civilité.
pub fn civility(code: u8) -> Option<&'static str> {
    Some(match code {
        22 => "Mme",
        23 => "Mlle",
        31 => "M.",
        _ => return None,
    })
}

/// G07: what kind of number names a structure.
pub fn structure_kind(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "numéro ADELI",
        1 => "numéro FINESS",
        2 => "numéro SIREN",
        3 => "numéro SIRET",
        4 => "numéro RPPS et rang",
        _ => return None,
    })
}

/// G08: what kind of national number a person has.
pub fn national_number_kind(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "numéro ADELI",
        8 => "numéro RPPS",
        9 => "numéro d'étudiant",
        10 => "MSSanté",
        _ => return None,
    })
}

/// G15: profession.
pub fn profession(code: u8) -> Option<&'static str> {
    Some(match code {
        10 => "médecin",
        21 => "pharmacien",
        40 => "chirurgien-dentiste",
        50 => "sage-femme",
        60 => "infirmier",
        70 => "masseur-kinésithérapeute",
        80 => "pédicure-podologue",
        91 => "orthophoniste",
        92 => "orthoptiste",
        _ => return None,
    })
}

/// G17: mode d'exercice.
pub fn practice_mode(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "libéral",
        1 => "salarié",
        4 => "remplaçant",
        7 => "bénévole",
        _ => return None,
    })
}

/// Secteur d'activité, as field 4 of group 2 has it.
pub fn activity_sector(code: u8) -> Option<&'static str> {
    Some(match code {
        31 => "cabinet individuel",
        32 => "cabinet de groupe",
        86 => "officine",
        _ => return None,
    })
}

/// G100: code spécialité, two digits.
pub fn specialty(code: &str) -> Option<&'static str> {
    Some(match code {
        "01" => "médecine générale",
        "03" => "cardiologie",
        "07" => "gynécologie-obstétrique",
        "12" => "pédiatrie",
        "24" => "soins infirmiers",
        "26" => "masso-kinésithérapie",
        "36" => "orthopédie dento-faciale",
        "50" => "pharmacie",
        "53" | "54" => "chirurgie dentaire, spécialité",
        "69" => "chirurgie orale",
        "79" => "gynécologie-obstétrique et gynécologie médicale",
        _ => return None,
    })
}

/// G101: code conventionnel.
pub fn convention(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "non conventionné",
        1 => "conventionné",
        2 => "conventionné avec dépassement",
        3 => "conventionné à honoraires libres",
        9 => "établissement ou centre",
        _ => return None,
    })
}

/// G102: zone tarifaire, of a code within its class (0 to 3). `99`, not defined, and pairs that are not in the table give none.
pub fn tariff_zone(code: u8, class: u8) -> Option<char> {
    Some(match (code, class) {
        (40, 0) | (10 | 11, 1) | (10 | 81, 2) | (31, 3) => 'A',
        (50, 0) | (20 | 22..=25, 1) | (20 | 80 | 82..=85, 2) | (30 | 32..=35, 3) => 'B',
        (60, 0) | (30, 1) => 'C',
        (70, 0) => 'D',
        _ => return None,
    })
}

/// G103: zone d'indemnité kilométrique; one digit or two.
pub fn ik_zone(code: &str) -> Option<&'static str> {
    Some(match code.trim_start_matches('0') {
        "" if !code.is_empty() => "aucune indemnité kilométrique",
        "1" => "plaine",
        "2" => "montagne",
        "3" => "zones spéciales",
        _ => return None,
    })
}

/// G104: agrément radio; one digit or two. None is said of a situation that has none.
pub fn agreement(code: &str) -> Option<&'static str> {
    Some(match code.trim_start_matches('0') {
        "1" => "agrément D ou DDASS",
        "2" => "agrément A, B, C, E, F",
        "3" => "agrément G, H, J",
        "4" => "agrément K",
        "5" => "agrément L",
        "6" => "agrément M",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_type_of_card_has_a_code_and_words() {
        for code in 0..=3 {
            let card = CardType::from_code(code).expect("a type of card");
            assert_eq!(card.code(), code);
            assert!(card.label().starts_with("carte "));
        }
        assert_eq!(CardType::from_code(4), None);
    }

    #[test]
    fn the_published_codes_have_words_and_the_others_none() {
        assert_eq!([civility(22), civility(31), civility(0)], [Some("Mme"), Some("M."), None]);
        assert_eq!([practice_mode(4), practice_mode(5)], [Some("remplaçant"), None]);
        assert_eq!([structure_kind(4), structure_kind(5)], [Some("numéro RPPS et rang"), None]);
        assert_eq!([national_number_kind(8), national_number_kind(7)], [Some("numéro RPPS"), None]);
        assert_eq!([profession(50), profession(51)], [Some("sage-femme"), None]);
        assert_eq!([activity_sector(31), activity_sector(33)], [Some("cabinet individuel"), None]);
        assert_eq!([specialty("01"), specialty("99"), specialty("1")], [Some("médecine générale"), None, None]);
        assert_eq!([convention(9), convention(4)], [Some("établissement ou centre"), None]);
    }

    #[test]
    fn zones_and_agreements_come_with_one_digit_or_two() {
        assert_eq!([ik_zone("01"), ik_zone("1")], [Some("plaine"); 2]);
        assert_eq!([ik_zone("00"), ik_zone("0")], [Some("aucune indemnité kilométrique"); 2]);
        assert_eq!([ik_zone(""), ik_zone("9")], [None; 2]);
        assert_eq!([agreement("03"), agreement("3")], [Some("agrément G, H, J"); 2]);
        assert_eq!([agreement("00"), agreement("0"), agreement("")], [None; 3]);
    }

    #[test]
    fn a_tariff_zone_is_one_of_its_class() {
        assert_eq!([tariff_zone(10, 1), tariff_zone(10, 2), tariff_zone(10, 0)], [Some('A'), Some('A'), None]);
        assert_eq!([tariff_zone(20, 1), tariff_zone(24, 1), tariff_zone(21, 1)], [Some('B'), Some('B'), None]);
        assert_eq!([tariff_zone(30, 1), tariff_zone(30, 3)], [Some('C'), Some('B')]);
        assert_eq!([tariff_zone(85, 2), tariff_zone(70, 0), tariff_zone(99, 1)], [Some('B'), Some('D'), None]);
    }
}
