//! The holder of a card: SSV group 1 of a simulated card, else the subject of the signature certificate.
//! Not the RPPS directory. Source: reference cards 1.8 (group 1) and 1.10 (subjects: title, SN, GN, CN = number).

use liasse_domain::{CardHolder, CardType, Private, Rpps};
use liasse_formats::certificate;
use liasse_formats::groups::professional;

use crate::error::CardError;
use crate::exchange::Exchange;
use crate::file::{self, Extent, FileRead};
use crate::sim;

/// Reads the holder.
pub fn read_holder(card: &mut Exchange, signature_certificate: &[u8]) -> Result<CardHolder, CardError> {
    if let FileRead::Content(content) = file::read_path(card, &sim::HOLDER_PATH, Extent::FirstObject)?
        && let Some(groups) = sim::unwrap(&content)?
    {
        let fault = CardError::Damaged { what: "SSV 1" };
        let group = groups.first().ok_or(fault)?;
        return professional::holder_from_group(group).map_err(|_| fault);
    }
    from_certificate(signature_certificate)
}

/// What a real card's own certificate says. The first digit of the national number tells its kind (DICO-FR G08): `8` an RPPS,
/// `9` a student, whose card is a CPF; the number of staff names the structure and the person in it, with a `/` between.
fn from_certificate(der: &[u8]) -> Result<CardHolder, CardError> {
    let subject = certificate::subject(der).map_err(|_| CardError::Damaged { what: "X.509" })?;
    let number = subject.common_name.as_str();
    Ok(CardHolder {
        card_type: card_type(number),
        test_card: is_test(der),
        rpps: number.strip_prefix('8').and_then(|number| Rpps::parse(number).ok()),
        civility: 0,
        family_name: Private::new(subject.family_name.reveal()),
        given_name: Private::new(subject.given_name.reveal()),
    })
}

fn card_type(national_number: &str) -> CardType {
    match national_number.as_bytes() {
        number if number.contains(&b'/') => CardType::Cpe,
        [b'9', ..] => CardType::Cpf,
        _ => CardType::Cps,
    }
}

/// Test cards of the ANS are issued under authorities of their own (reference cards, 1.10), whose names stand in the
/// certificate in plain letters.
fn is_test(der: &[u8]) -> bool {
    let named = |name: &[u8]| der.windows(name.len()).any(|window| window == name);
    named(b"TEST AC IGC-SANTE") || named(b"IGC-SANTE TEST")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_national_number_tells_the_kind_of_card() {
        for (number, kind) in [
            ("899900065279", CardType::Cps),
            ("900012345", CardType::Cpf),
            ("500000001815646/CPAT00045", CardType::Cpe),
            ("0991129768", CardType::Cps),
            ("", CardType::Cps),
        ] {
            assert_eq!(card_type(number), kind, "{number}");
        }
    }

    #[test]
    fn test_authorities_are_known_by_their_names() {
        assert!(is_test(b"0\x1fTEST AC IGC-SANTE ELEMENTAIRE PERSONNES"));
        assert!(is_test(b"IGC-SANTE TEST"));
        assert!(!is_test(b"AC IGC-SANTE ELEMENTAIRE PERSONNES"));
        assert!(!is_test(b""));
    }
}
