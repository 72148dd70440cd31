//! A context reads back as what was signed, for its quarter of an hour and for its holder alone; every other text is refused, and
//! none stops the program. Keys are those of the invented families.

use std::fs;
use std::path::PathBuf;

use liasse_domain::patient::{BeneficiaryNotes, CardNotes, Insured, Period};
use liasse_domain::{Beneficiary, Organisme, catalogue};
use proptest::prelude::*;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};

use super::*;

const DRAWN: [u8; 16] = [0xA5; 16];

fn pem(name: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pki").join(name);
    fs::read_to_string(path).expect("a fixture")
}

fn at(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// Nine in the morning in Paris.
fn nine() -> Instant {
    at("2026-01-15T08:00:00Z")
}

fn trust() -> Trust {
    Trust::from_pem(&pem("chain.pem")).expect("the root").with_crl_pem(&pem("crl.pem")).expect("the list")
}

/// An application by the key of that name.
struct Application {
    certificate: Vec<u8>,
    key: RsaPrivateKey,
}

impl Application {
    fn of(name: &str) -> Self {
        let certificate = Trust::from_pem(&pem(&format!("{name}.pem"))).expect("a certificate").roots.remove(0);
        let key = RsaPrivateKey::from_pkcs8_pem(&pem(&format!("{name}.key.pem"))).expect("a key");
        Self { certificate, key }
    }

    /// A person whose card this certificate names.
    fn holder(&self) -> VitaleContent {
        let subject = certificate::subject(&self.certificate).expect("a subject");
        let serial = subject.common_name.strip_prefix(HOLDER).unwrap_or("0000").to_owned();
        let nir = Nir::parse("2840578006084").expect("a NIR");
        let person = Beneficiary {
            family_name: "DURAND".into(),
            birth_name: None,
            given_name: "LÉA".into(),
            birth_date: "1984-05-20".parse().expect("a date"),
            birth_rank: 1,
            quality: 0,
            own_nir: None,
            amo_service: "00".to_owned(),
            amo_service_period: Period { from: None, until: None },
            rights: vec![Period { from: None, until: None }],
            coverage: Vec::new(),
            mutuelle: None,
            complementary: None,
            notes: BeneficiaryNotes::default(),
        };
        let insured = Insured {
            test_card: true,
            serial,
            valid_until: None,
            nir,
            nir_key: nir.key(),
            organisme: Organisme::new("01", "751", "0000").expect("an organisme"),
            management_code: "10".to_owned(),
            notes: CardNotes::default(),
        };
        VitaleContent { insured, beneficiaries: vec![person] }
    }

    fn sign(&self, hash: &[u8; 32]) -> Vec<u8> {
        self.key.sign(Pkcs1v15Sign::new::<Sha256>(), hash).expect("signed")
    }

    /// What it shows.
    fn shows(&self, context: &Context, card: &VitaleContent) -> String {
        let unsigned = Unsigned::new(context, card);
        let signature = self.sign(&unsigned.digest());
        unsigned.signed(&self.certificate, &signature)
    }

    fn fresh(&self) -> String {
        let card = self.holder();
        self.shows(&Context::fresh(&card, &DRAWN, nine()), &card)
    }
}

fn durand() -> Application {
    Application::of("vitale-durand")
}

fn refused(text: &str, when: Instant) -> Option<ApcvError> {
    read(text, &trust(), when).err()
}

#[test]
fn a_context_says_who_and_until_when() {
    let application = durand();
    let text = application.fresh();
    assert!(text.starts_with(PREFIX) && text.len() < 2953, "a QR code holds it: {} bytes", text.len());
    for around in [text.clone(), format!("  {text}\r\n")] {
        let presented = read(&around, &trust(), nine()).expect("read");
        assert!(presented.card == application.holder() && presented.certificate == application.certificate);
        assert_eq!(presented.context.until, at("2026-01-15T08:15:00Z"));
        assert_eq!((presented.context.identifiant.len(), presented.context.token.len()), (20, 32));
    }
}

#[test]
fn it_holds_for_a_quarter_of_an_hour() {
    let text = durand().fresh();
    let until = at("2026-01-15T08:15:00Z");
    assert_eq!(refused(&text, until), None);
    assert_eq!(refused(&text, at("2026-01-15T08:15:01Z")), Some(ApcvError::Expired { until }));
    // The telephone's clock may be ahead a little.
    assert_eq!(refused(&text, at("2026-01-15T07:58:00Z")), None);
    assert_eq!(refused(&text, at("2026-01-15T07:57:59Z")), Some(ApcvError::Future));
    assert!(ApcvError::Expired { until }.report().message.contains("09 h 15"), "told in the time of Paris");
}

#[test]
fn an_application_that_gives_itself_more_time_is_refused() {
    let application = durand();
    let card = application.holder();
    let mut context = Context::fresh(&card, &DRAWN, nine());
    context.until += Duration::minutes(1);
    context.identifiant = named(context.token.get(..10).expect("digits"), &card.insured.nir, context.until);
    assert_eq!(refused(&application.shows(&context, &card), nine()), Some(ApcvError::Unreadable));
}

#[test]
fn only_the_holders_own_key_speaks_for_them() {
    let (durand, martin) = (durand(), Application::of("vitale-martin"));
    let card = durand.holder();
    let context = Context::fresh(&card, &DRAWN, nine());
    assert_eq!(refused(&martin.shows(&context, &card), nine()), Some(ApcvError::OtherHolder));
    // Martin's signature under Durand's certificate.
    let unsigned = Unsigned::new(&context, &card);
    let signature = martin.sign(&unsigned.digest());
    assert_eq!(refused(&unsigned.signed(&durand.certificate, &signature), nine()), Some(ApcvError::BadSignature));
    // A signature over the bytes alone, as over an FSE, is none over a context.
    let unsigned = Unsigned::new(&context, &card);
    let bare: [u8; 32] = Sha256::digest(&unsigned.zone).into();
    let text = unsigned.signed(&durand.certificate, &durand.sign(&bare));
    assert_eq!(refused(&text, nine()), Some(ApcvError::BadSignature));
}

#[test]
fn whom_nobody_vouches_for_is_refused() {
    let text = durand().fresh();
    let nobody = Trust::default();
    assert_eq!(read(&text, &nobody, nine()).err(), Some(ApcvError::UnknownAuthority));
    for (name, error) in [
        ("cps-revoquee-signature", ApcvError::Revoked),
        ("cps-expiree-signature", ApcvError::Certificate),
        ("cps-gris-authentication", ApcvError::Certificate),
        ("cps-gris-signature", ApcvError::OtherHolder),
    ] {
        assert_eq!(refused(&Application::of(name).fresh(), nine()), Some(error), "{name}");
    }
}

#[test]
fn a_real_person_is_not_billed() {
    let application = durand();
    let mut card = application.holder();
    card.insured.test_card = false;
    let text = application.shows(&Context::fresh(&card, &DRAWN, nine()), &card);
    assert_eq!(refused(&text, nine()), Some(ApcvError::RealCard));
}

#[test]
fn a_mark_is_of_its_person_and_its_time() {
    let card = durand().holder();
    let context = Context::fresh(&card, &DRAWN, nine());
    let mark = Mark::parse(&context.mark()).expect("a mark");
    assert!(mark.is_of(&card.insured.nir));
    assert!(!mark.is_of(&Nir::parse("1850375008123").expect("a NIR")));
    assert!(mark.holds_at(nine()) && mark.holds_at(context.until));
    assert!(!mark.holds_at(at("2026-01-15T08:15:01Z")) && !mark.holds_at(at("2026-01-15T07:50:00Z")));
    // A later end under the same name.
    let later = format!("{};20260115090000", context.identifiant);
    assert!(Mark::parse(&later).is_some_and(|mark| !mark.is_of(&card.insured.nir)));
    for wrong in ["", ";", "a;20260115081500", "0123456789abcdefABCD;20260115081500", "0123456789abcdef0123;2026"] {
        assert_eq!(Mark::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn a_name_that_is_typed_is_no_context() {
    assert!(is_meant("SIMAPCV1:x") && is_meant("  simapcv1:") && !is_meant("SIMAPCV2:") && !is_meant("é"));
    for text in ["", "DURAND", PREFIX, "SIMAPCV1:..", "SIMAPCV1:AA.AA.AA", "SIMAPCV1:AA.AA.AA.AA", "SIMAPCV1:é.é.é"]
    {
        assert_eq!(refused(text, nine()), Some(ApcvError::Unreadable), "{text}");
    }
    let long = format!("{PREFIX}{}", "A".repeat(LONGEST));
    assert_eq!(refused(&long, nine()), Some(ApcvError::Unreadable));
}

#[test]
fn every_error_has_its_sentences_and_shows_nobody() {
    use ApcvError::*;
    for error in [
        Unreadable,
        BadSignature,
        UnknownAuthority,
        Certificate,
        Revoked,
        OtherHolder,
        RealCard,
        Expired { until: nine() },
        Future,
        Mode,
        OtherPatient,
        NoEngine,
    ] {
        assert!(catalogue::entry(error.code()).is_some(), "{error:?}");
        assert!(!error.report().message.contains('{'), "{error:?}");
    }
    let presented = read(&durand().fresh(), &trust(), nine()).expect("read");
    let printed = format!("{presented:?}");
    assert!(!printed.contains("2840578006084") && !printed.contains("DURAND"), "{printed}");
    assert!(!printed.contains(&presented.context.identifiant), "{printed}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_text_that_was_touched_anywhere_is_refused(place in 0_usize..2600, with in "[A-Za-z0-9._-]") {
        let text = durand().fresh();
        let place = place % text.len();
        let mut touched = text.clone();
        touched.replace_range(place..=place, &with);
        // The case of the first letters is nobody's matter.
        prop_assume!(touched != text && !is_same_head(&touched, &text));
        let read = read(&touched, &trust(), nine());
        prop_assert!(read.is_err());
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(SIMAPCV1:)?[A-Za-z0-9._ -]{0,400}", junk in ".{0,60}") {
        prop_assert!(read(&text, &trust(), nine()).is_err());
        let text = format!("{PREFIX}{junk}");
        prop_assert!(read(&text, &trust(), nine()).is_err());
        drop(Mark::parse(&junk));
    }

    #[test]
    fn bytes_of_any_kind_in_the_three_parts_are_refused(
        zone in proptest::collection::vec(any::<u8>(), 0..300),
        certificate in proptest::collection::vec(any::<u8>(), 0..300),
        signature in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        let text = Unsigned { zone: zone.clone() }.signed(&certificate, &signature);
        prop_assert!(read(&text, &trust(), nine()).is_err());
        // The same under a good signature: what is signed may still be anything.
        let application = durand();
        let unsigned = Unsigned { zone };
        let good = application.sign(&unsigned.digest());
        prop_assert_eq!(refused(&unsigned.signed(&application.certificate, &good), nine()), Some(ApcvError::Unreadable));
    }
}

fn is_same_head(one: &str, other: &str) -> bool {
    one.get(PREFIX.len()..) == other.get(PREFIX.len()..) && one.eq_ignore_ascii_case(other)
}
