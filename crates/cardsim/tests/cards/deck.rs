//! The cards of these tests: invented people, keys made for nothing else, certificates that are mere bytes.
//! Not the invented world: `fixtures/cards` has its own test.

use liasse_cards::CardChannel;
use liasse_cardsim::{CardImage, Content, CpsImage, Fault, Knobs, SimCard, SimChannel, VitaleImage};
use liasse_domain::patient::{BeneficiaryNotes, CardNotes, Coverage, Insured, Period};
use liasse_domain::{
    Beneficiary, BillingNumber, BillingSituation, BirthDate, CardHolder, CardType, Digits, Nir, Organisme, Private,
    Rpps, VitaleContent,
};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey, RsaPublicKey};

pub const SIGNATURE_KEY: &[u8] = include_bytes!("signature-key.der");
pub const AUTHENTICATION_KEY: &[u8] = include_bytes!("authentication-key.der");

/// Both ways a card may answer.
pub const STYLES: [bool; 2] = [true, false];

/// An object that looks like a certificate from outside: a SEQUENCE of that many bytes.
pub fn certificate(fill: u8, length: u16) -> Vec<u8> {
    let [high, low] = length.to_be_bytes();
    [vec![0x30, 0x82, high, low], vec![fill; usize::from(length)]].concat()
}

pub fn cps_image() -> CpsImage {
    CpsImage {
        pin: "1234".to_owned(),
        puk: "87654321".to_owned(),
        holder: CardHolder {
            card_type: CardType::Cps,
            test_card: true,
            rpps: Some(Rpps::parse("99900065279").expect("published test number")),
            civility: 22,
            family_name: Private::from("GRIS"),
            given_name: Private::from("Anne"),
        },
        situations: vec![situation(1, "CABINET GRIS"), situation(3, "CENTRE DE SANTÉ DE L'ÉTÉ")],
        foreign_situations: None,
        signature_certificate: certificate(0x51, 1300),
        authentication_certificate: certificate(0xA2, 231),
        signature_key: SIGNATURE_KEY.to_vec(),
        authentication_key: AUTHENTICATION_KEY.to_vec(),
    }
}

pub fn situation(number: u8, name: &str) -> BillingSituation {
    BillingSituation {
        number,
        practice_mode: 0,
        practice_status: 1,
        activity_sector: 31,
        structure_kind: 4,
        structure_number: "999000652790050".to_owned(),
        structure_name: name.to_owned(),
        billing_number: BillingNumber::parse("991129768").expect("published test number"),
        locum_number: None,
        convention: 1,
        specialty: "01".to_owned(),
        tariff_zone: "30".to_owned(),
        ik_zone: "01".to_owned(),
        agreements: ["0".to_owned(), "0".to_owned(), "0".to_owned()],
        may_sign_fse: true,
        may_sign_lot: true,
    }
}

pub fn cps_card_image() -> CardImage {
    card_of(cps_image())
}

pub fn card_of(cps: CpsImage) -> CardImage {
    CardImage { serial: "00000101".to_owned(), purpose: "tests".to_owned(), content: Content::Cps3(Box::new(cps)) }
}

pub fn vitale_content() -> VitaleContent {
    let open = Period { from: None, until: None };
    let beneficiary = |family: &str, given: &str, birth: &str, quality| Beneficiary {
        family_name: Private::from(family),
        birth_name: None,
        given_name: Private::from(given),
        birth_date: birth.parse::<BirthDate>().expect("date"),
        birth_rank: 1,
        quality,
        own_nir: None,
        amo_service: "00".to_owned(),
        amo_service_period: open,
        rights: vec![Period { from: None, until: "2030-12-31".parse().ok() }],
        coverage: vec![Coverage { period: open, ald: 0, situation: "0100".to_owned() }],
        mutuelle: None,
        complementary: None,
        notes: BeneficiaryNotes::default(),
    };
    VitaleContent {
        insured: Insured {
            test_card: true,
            serial: "58666417".to_owned(),
            valid_until: None,
            // The published number of reference cards 2.5, whose key is 68.
            nir: Nir::parse("2501962643002").expect("published number"),
            nir_key: 68,
            organisme: Organisme::new("01", "751", "0000").expect("organisme"),
            management_code: "10".to_owned(),
            notes: CardNotes::default(),
        },
        beneficiaries: vec![
            beneficiary("DÛRAND", "Zoé", "1950-19-01", 0),
            beneficiary("DÛRAND", "Léo", "2021-03-10", 6),
        ],
    }
}

pub fn vitale_card_image(content: VitaleContent) -> CardImage {
    let vitale = VitaleImage { vitale: content, certificate: certificate(0x77, 900), key: SIGNATURE_KEY.to_vec() };
    CardImage {
        serial: "58666417".to_owned(),
        purpose: "tests".to_owned(),
        content: Content::Vitale2(Box::new(vitale)),
    }
}

pub fn insert(image: CardImage, t0: bool, fault: Option<Fault>) -> Box<dyn CardChannel> {
    Box::new(SimChannel::new(SimCard::new(image, Knobs { t0, fault, ..Knobs::default() })))
}

pub fn pin(text: &str) -> Digits {
    Digits::parse(text).expect("digits")
}

/// Whether `signature` is that of `hash` (SHA-256) under the public half of `key`.
pub fn is_signed(key: &[u8], hash: &[u8; 32], signature: &[u8]) -> bool {
    let public = RsaPublicKey::from(RsaPrivateKey::from_pkcs8_der(key).expect("key"));
    public.verify(Pkcs1v15Sign::new::<sha2::Sha256>(), hash, signature).is_ok()
}
