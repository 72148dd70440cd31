//! What the codes of a Vitale mean, in the words of a screen: quality, service AMO, complementary indicators, STS, ALD.
//! Not rights: whether something is open on a day is said by its period. A code without a public meaning has no words.
//! Source: reference cards, 2.4 (SSV groups 104, 106, 107 and 109).

/// Qualité du bénéficiaire (group 104 field 14). The code 7 has no public meaning.
pub fn quality(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "assuré",
        1 => "ascendant, descendant ou collatéral",
        2 => "conjoint",
        3 => "conjoint divorcé",
        4 => "concubin",
        5 => "conjoint séparé",
        6 => "enfant",
        8 => "conjoint veuf",
        9 => "autre ayant droit",
        _ => return None,
    })
}

/// Service AMO (group 104 field 15): the C2S, or leaving it.
pub fn amo_service(code: &str) -> Option<&'static str> {
    Some(match code {
        "00" => "aucun",
        "01" => "C2S gérée par la caisse",
        "02" => "C2S gérée par un organisme complémentaire, par délégation",
        "03" => "C2S gérée par un organisme complémentaire",
        "10" => "sortant de la C2S",
        _ => return None,
    })
}

/// Code ALD (group 106 field 3).
pub fn ald(code: u8) -> Option<&'static str> {
    Some(match code {
        0 => "aucune ALD",
        1 => "ALD sur liste",
        2 => "ALD hors liste",
        3 => "polypathologie",
        4 => "ALD non exonérante",
        _ => return None,
    })
}

/// The indicateurs de traitement mutuelle that are seen on cards (group 107 field 3).
pub const MUTUELLE_INDICATORS: [&str; 5] = ["00", "01", "02", "62", "71"];

/// Indicateur de traitement mutuelle. Those that begin with 0 are seen and have no public meaning.
pub fn mutuelle_indicator(code: &str) -> Option<&'static str> {
    Some(match code {
        "62" => "C2S",
        "71" => "sortant de la C2S",
        _ => return None,
    })
}

/// The indicateurs de traitement AMC that are seen on cards (group 109 field 4).
pub const AMC_INDICATORS: [&str; 12] = ["00", "12", "13", "22", "23", "32", "33", "60", "62", "63", "72", "73"];

/// Indicateur de traitement AMC: when the insurer takes a demand of its own.
pub fn amc_indicator(code: &str) -> Option<&'static str> {
    if !AMC_INDICATORS.contains(&code) {
        return None;
    }
    Some(match code.as_bytes() {
        [b'1', ..] => "DRE hors tiers payant",
        [b'2', ..] => "DRE en tiers payant",
        [b'3', ..] => "DRE avec et sans tiers payant",
        [b'6', ..] => "C2S",
        [b'7', ..] => "sortant de la C2S",
        _ => "aucune DRE",
    })
}

/// Code d'aiguillage STS (group 107 field 6, group 109 field 10): which federation carries the flow.
pub fn sts(code: &str) -> Option<&'static str> {
    Some(match code {
        "4" => "FFSA",
        "8" => "CTIP",
        "M" => "FNMF",
        "R" => "A8",
        _ => return None,
    })
}

/// Numbers of mutuelle that mean the C2S.
pub const C2S_NUMBERS: [&str; 2] = ["99999997", "88888888"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_published_code_has_its_words_and_no_other() {
        let qualities: Vec<u8> = (0..=99).filter(|code| quality(*code).is_some()).collect();
        assert_eq!(qualities, [0, 1, 2, 3, 4, 5, 6, 8, 9]);
        let illnesses: Vec<u8> = (0..=99).filter(|code| ald(*code).is_some()).collect();
        assert_eq!(illnesses, [0, 1, 2, 3, 4]);
        let all = (0..=99).map(|code: u8| format!("{code:02}"));
        let services: Vec<String> = all.clone().filter(|code| amo_service(code).is_some()).collect();
        assert_eq!(services, ["00", "01", "02", "03", "10"]);
        let indicators: Vec<String> = all.filter(|code| amc_indicator(code).is_some()).collect();
        assert_eq!(indicators, AMC_INDICATORS);
    }

    #[test]
    fn indicators_say_what_their_first_digit_says() {
        let of = |codes: &[&str]| codes.iter().filter_map(|code| amc_indicator(code)).collect::<Vec<_>>();
        assert_eq!(
            of(&["13", "22", "33"]),
            ["DRE hors tiers payant", "DRE en tiers payant", "DRE avec et sans tiers payant"]
        );
        assert_eq!(of(&["60", "62", "63"]), ["C2S"; 3]);
        assert_eq!(of(&["72", "73"]), ["sortant de la C2S"; 2]);
        assert_eq!((mutuelle_indicator("62"), mutuelle_indicator("71")), (Some("C2S"), Some("sortant de la C2S")));
        assert!(MUTUELLE_INDICATORS.iter().take(3).all(|code| mutuelle_indicator(code).is_none()));
    }

    #[test]
    fn federations_are_named_by_one_character() {
        assert_eq!(["4", "8", "M", "R"].map(sts), [Some("FFSA"), Some("CTIP"), Some("FNMF"), Some("A8")]);
        assert_eq!(sts("X"), None);
    }
}
