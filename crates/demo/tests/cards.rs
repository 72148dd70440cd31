//! Every card of the world, read through the card applications over the in-process channel, says what its file says.
//! What the reader makes of faults is tested in `cards` and `cardsim`; here only that these people fit on their cards.

#![expect(clippy::expect_used, reason = "a test stops where something is missing")]

use der::Decode;
use liasse_cards::cps::{Cps, Situations};
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardChannel, CardError};
use liasse_cardsim::{CardImage, Content, Knobs, SimCard, SimChannel};
use liasse_demo::world;
use liasse_domain::Digits;
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::DecodePublicKey;
use rsa::signature::hazmat::PrehashVerifier;
use sha2::Sha256;
use x509_cert::Certificate;

fn insert(text: &str) -> (CardImage, Box<dyn CardChannel>) {
    let image = CardImage::from_toml(text).expect("image");
    let channel = SimChannel::new(SimCard::new(image.clone(), Knobs::default()));
    (image, Box::new(channel))
}

/// Whether `signature` over the hash is by the key of that certificate.
fn signed_by(certificate: &[u8], hash: &[u8; 32], signature: &[u8]) -> bool {
    let certificate = Certificate::from_der(certificate).expect("certificate");
    let key = der::Encode::to_der(&certificate.tbs_certificate.subject_public_key_info).expect("key");
    let key = VerifyingKey::<Sha256>::new(rsa::RsaPublicKey::from_public_key_der(&key).expect("key"));
    Signature::try_from(signature).is_ok_and(|signature| key.verify_prehash(hash, &signature).is_ok())
}

#[test]
fn every_cps_says_who_holds_it_and_signs_with_its_certified_key() {
    for (name, text) in world::cards().iter().filter(|(name, _)| name.starts_with("cp")) {
        let (image, channel) = insert(text);
        let Content::Cps3(expected) = image.content else { panic!("{name} is no CPS") };
        let cps = Cps::open(channel).expect(name);
        let identity = cps.identity();
        assert_eq!(identity.serial, image.serial, "{name}");
        assert!(identity.holder == expected.holder, "{name}: holder");
        let certificate = identity.signature_certificate.clone();
        assert!(certificate == expected.signature_certificate, "{name}");
        assert!(identity.authentication_certificate == expected.authentication_certificate, "{name}");
        let pin = Digits::parse(&expected.pin).expect("digits");
        let mut cps = cps.verify(&pin).map_err(|(_, error)| error).expect(name);
        assert_eq!(cps.situations().expect(name), Situations::Readable(expected.situations), "{name}");
        let hash = [0x5A; 32];
        assert!(signed_by(&certificate, &hash, &cps.sign(&hash).expect(name)), "{name}");
    }
}

#[test]
fn every_vitale_says_who_is_on_it_except_the_one_with_a_wrong_key() {
    for (name, text) in world::cards().iter().filter(|(name, _)| name.starts_with("vitale-")) {
        let (image, channel) = insert(text);
        let Content::Vitale2(expected) = image.content else { panic!("{name} is no Vitale") };
        let mut vitale = Vitale::open(channel).expect(name);
        let read = vitale.read();
        if *name == "vitale-cle" {
            assert_eq!(read.err(), Some(CardError::NirKey));
            continue;
        }
        let read = read.expect(name);
        assert!(read.content.as_ref() == Some(&expected.vitale), "{name}: what the sim application says");
        let public: Vec<_> = read.public.iter().map(|person| (&person.given_name, person.birth_date)).collect();
        let people = expected.vitale.beneficiaries.iter();
        assert!(public == people.map(|person| (&person.given_name, person.birth_date)).collect::<Vec<_>>(), "{name}");
        let hash = [0xA5; 32];
        let signature = vitale.sign(&hash).expect(name);
        let certificate = vitale.certificate().expect(name).expect(name);
        assert!(certificate == expected.certificate && signed_by(&certificate, &hash, &signature), "{name}");
    }
}
