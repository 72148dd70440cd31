//! Who a card signs in, and who it does not: situations, certificates, and what the journal says of people.

use liasse_cards::cps::CpsIdentity;
use liasse_domain::{CardKind, Private};

use super::*;
use crate::cards::Cost;

fn now() -> liasse_domain::Instant {
    "2026-01-15T08:00:00Z".parse().expect("an instant")
}

fn situation(number: u8, practice_mode: u8) -> BillingSituation {
    BillingSituation {
        number,
        practice_mode,
        practice_status: 1,
        activity_sector: 31,
        structure_kind: 4,
        structure_number: "999001010170018".to_owned(),
        structure_name: "CABINET GRIS".to_owned(),
        billing_number: "991010117".parse().expect("a number"),
        locum_number: None,
        convention: 1,
        specialty: "01".to_owned(),
        tariff_zone: "20".to_owned(),
        ik_zone: "01".to_owned(),
        agreements: ["00", "00", "00"].map(str::to_owned),
        may_sign_fse: true,
        may_sign_lot: true,
    }
}

fn certificate(pem: &str) -> Vec<u8> {
    Trust::from_pem(pem).expect("a certificate").roots.remove(0)
}

fn card(situations: Option<Vec<BillingSituation>>) -> CpsView {
    CpsView {
        identity: CpsIdentity {
            serial: "00000101".to_owned(),
            holder: CardHolder {
                card_type: CardType::Cps,
                test_card: true,
                rpps: None,
                civility: 22,
                family_name: Private::new("GRIS"),
                given_name: Private::new("Anne"),
            },
            signature_certificate: certificate(include_str!("../../../../fixtures/pki/cps-gris-signature.pem")),
            authentication_certificate: Vec::new(),
            kind: CardKind::Cps3,
        },
        tries_left: 3,
        situations,
        situations_not_public: false,
        undecoded_bytes: None,
        activities: None,
        cost: Cost::default(),
    }
}

fn trust() -> Trust {
    Trust::from_pem(include_str!("../../../../fixtures/pki/chain.pem")).expect("the root")
}

fn admitted(card: &CpsView) -> SignedIn {
    SignedIn::from_card("CPS", card, None, now(), &trust()).expect("signed in")
}

fn sign_in(card: &CpsView, wanted: Option<u8>) -> Result<u8, DeskError> {
    SignedIn::from_card("CPS", card, wanted, now(), &trust()).map(|who| who.situation.number)
}

#[test]
fn the_first_situation_of_ones_own_is_taken() {
    // Numbers on the card have holes; 4 is a locum's.
    let card = card(Some(vec![situation(2, 4), situation(5, 0), situation(7, 1)]));
    assert_eq!(sign_in(&card, None), Ok(5));
    assert_eq!(sign_in(&card, Some(7)), Ok(7));
    assert_eq!(sign_in(&card, Some(1)), Err(DeskError::UnknownSituation));
    assert_eq!(sign_in(&card, Some(2)), Err(DeskError::LocumWithoutSession));
}

#[test]
fn a_card_without_a_situation_of_its_own_signs_nobody_in() {
    assert_eq!(sign_in(&card(None), None), Err(DeskError::PinRequired));
    assert_eq!(sign_in(&card(Some(Vec::new())), None), Err(DeskError::NoSituation));
    assert_eq!(sign_in(&card(Some(vec![situation(1, 4)])), None), Err(DeskError::LocumWithoutSession));
    let mut real = card(Some(Vec::new()));
    real.situations_not_public = true;
    assert_eq!(sign_in(&real, None), Err(DeskError::SituationsNotPublic));
}

#[test]
fn a_card_whose_certificate_is_not_accepted_signs_nobody_in() {
    let mut card = card(Some(vec![situation(1, 0)]));
    for (pem, refusal) in [
        (include_str!("../../../../fixtures/pki/cps-expiree-signature.pem"), DeskError::CertificateExpired),
        // A key that may not sign documents.
        (include_str!("../../../../fixtures/pki/cps-gris-authentication.pem"), DeskError::WrongKey),
    ] {
        card.identity.signature_certificate = certificate(pem);
        assert_eq!(sign_in(&card, None), Err(refusal));
    }
    card.identity.signature_certificate = vec![0x30, 0x00];
    assert_eq!(sign_in(&card, None), Err(DeskError::CertificateRefused));
    card.identity.signature_certificate.clear();
    assert_eq!(sign_in(&card, None), Err(DeskError::CertificateRefused));
}

#[test]
fn the_journal_names_no_person() {
    let card = card(Some(vec![situation(1, 0)]));
    let mut who = admitted(&card);
    let actor = who.stamp(now()).actor;
    assert_eq!((actor.who.as_str(), actor.role.as_str()), ("991010117", "praticien"));
    assert_eq!(who.display_name(), "Dr Anne GRIS");
    who.holder.card_type = CardType::Cpe;
    let actor = who.stamp(now()).actor;
    assert_eq!((actor.who.as_str(), actor.role.as_str()), ("00000101", "secretariat"));
    assert_eq!(who.display_name(), "Anne GRIS");
}

#[test]
fn a_card_belongs_into_one_world() {
    let test = card(None).identity.holder;
    let real = CardHolder { test_card: false, ..test.clone() };
    assert_eq!(DeskError::of_world(World::Demo, &test), Ok(()));
    assert_eq!(DeskError::of_world(World::Real, &real), Ok(()));
    assert_eq!(DeskError::of_world(World::Demo, &real), Err(DeskError::RealCard));
    assert_eq!(DeskError::of_world(World::Real, &test), Err(DeskError::TestCard));
}

#[test]
fn where_nobody_is_trusted_that_is_what_is_said() {
    let card = card(Some(vec![situation(1, 0)]));
    let nobody = Trust::default();
    assert_eq!(SignedIn::from_card("lecteur", &card, None, now(), &nobody), Err(DeskError::NoRoots));
}

#[test]
fn every_error_has_its_sentences() {
    use DeskError::*;
    for error in [
        NoCps,
        PinRequired,
        NoSituation,
        UnknownSituation,
        SituationsNotPublic,
        LocumWithoutSession,
        CertificateExpired,
        OtherPractitioner,
        CertificateRefused,
        CertificateRevoked,
        WrongKey,
        NoRoots,
        RealCard,
        TestCard,
    ] {
        assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
    }
}
