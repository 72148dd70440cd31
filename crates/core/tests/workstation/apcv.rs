//! The appli carte Vitale over a real store: from the scanned text to the signed bytes, and what is refused on the way. The telephone
//! is the simulator's. Rule: reference formats, 2.4 (modes 3 and 4 alone); cards 4.1 (renewed before signing).

use liasse_cardsim::{Phone, image_named};
use liasse_core::apcv::{Apcv, ApcvError, is_meant};
use liasse_core::cards::{SigningCards, VitaleView};
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Draft, Reading};
use liasse_core::ports::CardError;
use liasse_core::{CoreError, Workstation};
use liasse_domain::{Clock, Coded, DocumentState, FseRef, Level, SecuringMode};
use liasse_formats::cms;

use crate::support::{Direct, Hand, Practice, directory, instant};

/// Dr Gris's card and Marie Durand's telephone.
struct Desk {
    practice: Practice,
    workstation: Workstation,
    hand: Hand,
    phone: Phone,
    who: SignedIn,
}

impl Desk {
    fn new() -> Self {
        let practice = Practice::new();
        let workstation = practice.workstation();
        let hand = Hand::of("cps-gris", None);
        let who = hand.signed_in(&practice.clock);
        Self { practice, workstation, hand, phone: phone("vitale-durand"), who }
    }

    fn text(&self) -> String {
        self.phone.context(&[7; 16], self.practice.clock.now()).expect("a context")
    }

    fn scanned(&self) -> VitaleView {
        self.workstation.read_apcv(&self.text()).expect("read")
    }

    fn prepared(&mut self, vitale: &VitaleView, mode: SecuringMode) -> Result<FseRef, CoreError> {
        let mut draft = Draft::new(vitale, 0, self.workstation.now())?;
        draft.add_act("G");
        draft.mode = mode;
        self.workstation.prepare(&draft, &self.who)
    }

    fn sign(&mut self, fse: &FseRef, vitale: &VitaleView) -> Result<(), CoreError> {
        let cards = Cards { hand: &self.hand, phone: &self.phone };
        self.workstation.sign(fse, &self.who, Some(vitale), &cards)
    }

    fn state(&self, fse: &FseRef) -> DocumentState {
        self.workstation.store().fse(fse).expect("read").expect("the FSE").state
    }
}

fn phone(card: &str) -> Phone {
    Phone::of(&image_named(card).expect("a card")).expect("a Vitale")
}

/// Both cards; the telephone signs whatever it is asked, as an engine that trusts us would.
struct Cards<'a> {
    hand: &'a Hand,
    phone: &'a Phone,
}

impl SigningCards for Cards<'_> {
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        SigningCards::cps(self.hand, serial, hash)
    }

    fn vitale(&self, _: &[u8], _: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        panic!("no card is in any reader")
    }

    fn apcv(&self, _: &Apcv, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        Ok(self.phone.sign(hash).expect("signed"))
    }
}

fn code(result: Result<impl std::fmt::Debug, CoreError>) -> &'static str {
    result.expect_err("refused").code().0
}

#[test]
fn a_scanned_patient_opens_as_one_with_a_card_and_is_signed_for() {
    let mut desk = Desk::new();
    let vitale = desk.scanned();
    let by_card = Hand::of("cps-gris", Some("vitale-durand")).vitale();
    assert!(vitale.read.content == by_card.read.content && vitale.read.certificate == by_card.read.certificate);
    let (from, until) = vitale.apcv.as_ref().expect("a context").hours();
    assert_eq!((from.as_str(), until.as_str()), ("09 h 00", "09 h 15"));
    let fse = desk.prepared(&vitale, SecuringMode::Securise).expect("prepared");
    desk.sign(&fse, &vitale).expect("signed");
    let row = desk.workstation.store().fse(&fse).expect("read").expect("the FSE");
    assert_eq!(
        (row.state, row.content.mode, row.content.care.rights_proof),
        (DocumentState::Signee, SecuringMode::Securise, 4)
    );
    // The patient's signature names its context; the professional's none.
    let trust = directory(&[]).trust;
    let named = |signature: Option<Vec<u8>>| {
        let signature = signature.expect("a signature");
        cms::verify(&signature, &row.bytes, &trust, desk.workstation.now()).expect("verified").context_text
    };
    let mark = vitale.apcv.as_ref().map(|apcv| apcv.context().mark());
    assert_eq!(named(row.vitale_cms.clone()), mark);
    assert_eq!(named(row.cps_cms.clone()), None);
    // What was read is kept for the day on which neither card nor telephone is there.
    let reading: Reading = desk.workstation.last_reading(&fse, &desk.who).expect("kept");
    assert!(reading.is_of_vitale());
}

#[test]
fn a_context_that_has_run_out_is_renewed_before_it_signs() {
    let mut desk = Desk::new();
    let vitale = desk.scanned();
    let fse = desk.prepared(&vitale, SecuringMode::Securise).expect("prepared");
    desk.practice.clock.set("2026-01-15T08:15:00Z");
    let old = desk.text();
    desk.practice.clock.set("2026-01-15T08:15:01Z");
    let refused = desk.sign(&fse, &vitale).expect_err("run out");
    let until = instant("2026-01-15T08:15:00Z");
    assert!(matches!(refused, CoreError::Card(CardError::Apcv(ApcvError::Expired { until: end })) if end == until));
    assert!(refused.report().message.contains("09 h 15"));
    assert_eq!(desk.state(&fse), DocumentState::Preparee, "it keeps its number");
    let fresh = desk.workstation.renew_apcv(&old, &vitale).expect("renewed");
    desk.sign(&fse, &fresh).expect("signed");
    assert_eq!((desk.state(&fse), fse.number.get()), (DocumentState::Signee, 1));
}

#[test]
fn only_modes_3_and_4_are_open_to_an_application() {
    let mut desk = Desk::new();
    let vitale = desk.scanned();
    for mode in SecuringMode::ALL {
        let prepared = desk.prepared(&vitale, mode);
        match mode {
            SecuringMode::Securise | SecuringMode::Desynchronise => drop(prepared.expect("prepared")),
            _ => assert_eq!(code(prepared), "cards.apcv_mode", "{mode:?}"),
        }
    }
    // The screen says it before anybody signs.
    let mut draft = Draft::new(&vitale, 0, desk.workstation.now()).expect("a draft");
    draft.add_act("G");
    draft.mode = SecuringMode::Visite;
    let invoice = desk.workstation.price(&draft, &desk.who).expect("priced");
    let said = invoice.findings.iter().find(|finding| finding.code == "cards.apcv_mode").expect("said");
    assert_eq!(said.level, Level::Blocking);
    // Put aside, and taken up with the card: the card signs in mode 2.
    let by_card = Hand::of("cps-gris", Some("vitale-durand"));
    draft.presented_by(&by_card.vitale());
    desk.workstation.prepare(&draft, &desk.who).expect("prepared");
    // Prepared by the card on a visit, then the telephone: it seals nothing.
    let visit = desk.workstation.store().last_fse().expect("read").expect("the FSE");
    assert_eq!(code(desk.sign(&visit, &vitale)), "cards.apcv_mode");
}

#[test]
fn a_text_that_is_not_believed_opens_nobody() {
    let desk = Desk::new();
    let text = desk.text();
    assert!(is_meant(&text) && !is_meant("DURAND"));
    let cut: String = text.chars().take(text.len() / 2).collect();
    assert_eq!(code(desk.workstation.read_apcv(&cut)), "cards.apcv_illisible");
    assert_eq!(code(desk.workstation.read_apcv("DURAND")), "cards.apcv_illisible");
    desk.practice.clock.set("2026-01-15T09:00:00Z");
    assert_eq!(code(desk.workstation.read_apcv(&text)), "cards.apcv_echu");
    desk.practice.clock.set("2026-01-15T07:00:00Z");
    assert_eq!(code(desk.workstation.read_apcv(&text)), "cards.apcv_futur");
    let nobody = Practice::new();
    let strict = nobody.workstation_with(liasse_core::directory::Directory {
        trust: liasse_core::directory::Trust::default(),
        ..directory(&[])
    });
    assert_eq!(code(strict.read_apcv(&text)), "cards.apcv_autorite");
}

#[test]
fn nothing_signs_for_a_telephone_where_there_is_no_engine() {
    let mut desk = Desk::new();
    let vitale = desk.scanned();
    let fse = desk.prepared(&vitale, SecuringMode::Securise).expect("prepared");
    // A hand that knows cards alone.
    let refused = desk.workstation.sign(&fse, &desk.who, Some(&vitale), &desk.hand);
    assert_eq!(code(refused), "cards.apcv_moteur");
    assert_eq!(desk.state(&fse), DocumentState::Preparee);
    // An engine that signs by another patient's key.
    let martin = phone("vitale-martin");
    let cards = Cards { hand: &desk.hand, phone: &martin };
    let refused = desk.workstation.sign(&fse, &desk.who, Some(&vitale), &cards);
    assert_eq!(code(refused), "formats.cms_signature_fausse");
}

#[test]
fn another_patients_telephone_seals_nothing() {
    let mut desk = Desk::new();
    let vitale = desk.scanned();
    let fse = desk.prepared(&vitale, SecuringMode::Securise).expect("prepared");
    let text = phone("vitale-martin").context(&[9; 16], desk.practice.clock.now()).expect("a context");
    let other = desk.workstation.read_apcv(&text).expect("read");
    assert_eq!(code(desk.sign(&fse, &other)), "invoicing.autre_vitale");
    assert_eq!(code(desk.workstation.renew_apcv(&text, &vitale)), "cards.apcv_autre_patient");
    let printed = format!("{vitale:?}");
    assert!(!printed.contains("DURAND") && !printed.contains(&desk.text()[..40]), "{printed}");
}
