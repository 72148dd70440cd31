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

/// The national number is `8` and the RPPS for those who have one. Card type and test cards are not told apart here.
fn from_certificate(der: &[u8]) -> Result<CardHolder, CardError> {
    let subject = certificate::subject(der).map_err(|_| CardError::Damaged { what: "X.509" })?;
    Ok(CardHolder {
        card_type: CardType::Cps,
        test_card: false,
        rpps: subject.common_name.strip_prefix('8').and_then(|number| Rpps::parse(number).ok()),
        civility: 0,
        family_name: Private::new(subject.family_name.reveal()),
        given_name: Private::new(subject.given_name.reveal()),
    })
}
