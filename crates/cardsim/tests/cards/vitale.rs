//! A Vitale from insertion to signature.

use liasse_cards::cps::Cps;
use liasse_cards::vitale::Vitale;
use liasse_cards::{CardChannel, CardError, ChannelError, sim};
use liasse_domain::patient::{AmcRoute, Complementary, Period};
use liasse_domain::{CardKind, Private};

use crate::deck::{self, STYLES, insert};

#[test]
fn public_files_and_simulated_content_are_read() {
    for t0 in STYLES {
        let mut vitale =
            Vitale::open(insert(deck::vitale_card_image(deck::vitale_content()), t0, None)).expect("Vitale");
        let read = vitale.read().expect("reading");
        let people: Vec<_> = read
            .public
            .iter()
            .map(|b| (b.family_name.reveal(), b.given_name.reveal(), b.birth_date.to_string(), b.nir_key))
            .collect();
        assert_eq!(
            people,
            [
                ("DÛRAND", "Zoé", "1950-19-01".to_owned(), Some(68)),
                ("DÛRAND", "Léo", "2021-03-10".to_owned(), Some(68)),
            ]
        );
        assert_eq!(read.public[0].nir.map(|nir| nir.as_str().to_owned()), Some("2501962643002".to_owned()));
        assert_eq!(read.unreadable, ["DROITS", "ALD", "AMC"]);
        assert_eq!(read.content, Some(deck::vitale_content()));
        assert!(vitale.apdus() <= 12, "{} APDUs", vitale.apdus());
        assert_eq!(vitale.certificate(), Ok(Some(deck::certificate(0x77, 900))));
        let shown = format!("{read:?} {vitale:?}");
        assert!(!shown.contains("RAND") && !shown.contains("2501962643002"), "{shown}");
    }
}

#[test]
fn nineteen_beneficiaries_are_read() {
    let mut content = deck::vitale_content();
    let child = content.beneficiaries[1].clone();
    for number in 2..19 {
        let mut next = child.clone();
        next.given_name = Private::new(format!("Prénom numéro {number}"));
        content.beneficiaries.push(next);
    }
    for t0 in STYLES {
        let mut vitale = Vitale::open(insert(deck::vitale_card_image(content.clone()), t0, None)).expect("Vitale");
        let read = vitale.read().expect("reading");
        assert_eq!(read.public.len(), 19);
        assert_eq!(read.public[18].given_name.reveal(), "Prénom numéro 18");
        assert_eq!(read.content.as_ref(), Some(&content));
    }
}

/// Counted with GET RESPONSE, over T=0: selections whose answer is left, files by their short identifiers.
#[test]
fn a_whole_card_with_four_beneficiaries_takes_twelve_commands() {
    let mut content = deck::vitale_content();
    for given_name in ["Anaïs", "Éloïse"] {
        let next = liasse_domain::Beneficiary { given_name: given_name.into(), ..content.beneficiaries[1].clone() };
        content.beneficiaries.push(next);
    }
    for person in &mut content.beneficiaries {
        person.own_nir = Some((content.insured.nir, content.insured.nir_key));
        person.complementary = Some(Complementary {
            number: "99999901".to_owned(),
            member: "SIM99908".into(),
            processing: "33".to_owned(),
            period: Period { from: None, until: None },
            route: AmcRoute::default(),
        });
    }
    let mut vitale = Vitale::open(insert(deck::vitale_card_image(content.clone()), true, None)).expect("Vitale");
    let read = vitale.read().expect("reading");
    assert_eq!((read.public.len(), read.unreadable.len(), read.content), (4, 3, Some(content)));
    assert_eq!(vitale.apdus(), 12);
    vitale.certificate().expect("reading");
    assert_eq!(vitale.apdus(), 12 + 5, "what signs is asked for apart: SELECT and four READ BINARY");
    vitale.sign(&[7; 32]).expect("signature");
    assert_eq!(vitale.apdus(), 12 + 5 + 4, "SELECT, MSE, PSO, GET RESPONSE");
}

#[test]
fn a_wrong_key_stops_the_reading_and_names_no_number() {
    let mut content = deck::vitale_content();
    content.insured.nir_key = 67;
    let mut vitale = Vitale::open(insert(deck::vitale_card_image(content), true, None)).expect("Vitale");
    let error = vitale.read().expect_err("the key is 68");
    assert_eq!(error, CardError::NirKey);
    assert!(!format!("{error} {error:?}").contains("2501962643002"));
}

#[test]
fn the_simulated_application_signs() {
    for t0 in STYLES {
        let mut vitale =
            Vitale::open(insert(deck::vitale_card_image(deck::vitale_content()), t0, None)).expect("Vitale");
        let hash = [0x42; 32];
        let signature = vitale.sign(&hash).expect("signature");
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &hash, &signature));
        vitale.read().expect("reading between signatures");
        assert!(deck::is_signed(deck::SIGNATURE_KEY, &[0x43; 32], &vitale.sign(&[0x43; 32]).expect("signature")));
    }
}

/// A Vitale as real ones are: without our application.
struct Real(Box<dyn CardChannel>);

impl CardChannel for Real {
    fn atr(&self) -> &[u8] {
        self.0.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if apdu.windows(sim::VITALE_AID.len()).any(|window| window == sim::VITALE_AID) {
            return Ok(vec![0x6A, 0x82]);
        }
        self.0.transmit(apdu)
    }
}

#[test]
fn a_real_vitale_gives_its_public_files_and_no_signature() {
    let real = |content| Real(insert(deck::vitale_card_image(content), true, None));
    let mut vitale = Vitale::open(Box::new(real(deck::vitale_content()))).expect("Vitale");
    let read = vitale.read().expect("reading");
    assert_eq!((read.public.len(), read.content, vitale.certificate()), (2, None, Ok(None)));
    assert_eq!(vitale.sign(&[0; 32]), Err(CardError::NoSimApplication));

    let mut wrong = deck::vitale_content();
    wrong.insured.nir_key = 1;
    assert_eq!(Vitale::open(Box::new(real(wrong))).expect("Vitale").read(), Err(CardError::NirKey));
}

#[test]
fn a_vitale_is_no_cps() {
    let error = Cps::open(insert(deck::vitale_card_image(deck::vitale_content()), true, None)).expect_err("no CPS");
    assert_eq!(error, CardError::NotThatCard { kind: CardKind::Vitale2 });
}
