//! Signing with cards that are hostile, another's, of another world or revoked: nothing wrong reaches the ledger, and
//! what was prepared keeps its number until it is signed. Rule: shared design, architecture, "Numbers".

use liasse_cards::{CardError, ChannelError};
use liasse_core::cards::{SigningCards, VitaleView};
use liasse_core::desk::{DeskError, SignedIn};
use liasse_core::guard::{Red, Refused};
use liasse_core::invoicing::{Draft, InvoicingError};
use liasse_core::lane::Lane;
use liasse_core::signing::{finish_lots, sign_fse};
use liasse_core::{CoreError, Workstation};
use liasse_domain::lot::LotState;
use liasse_domain::{Centimes, Clock, Coded, DocumentState, FseRef};
use liasse_formats::cms::{CmsError, Trust};

use crate::support::{Answers, Direct, Hand, Practice, directory};

/// Dr Gris with Marie Durand's Vitale.
struct Desk {
    practice: Practice,
    workstation: Workstation,
    hand: Hand,
    who: SignedIn,
    vitale: VitaleView,
}

impl Desk {
    fn new() -> Self {
        let practice = Practice::new();
        let workstation = practice.workstation();
        let hand = Hand::of("cps-gris", Some("vitale-durand"));
        let (who, vitale) = (hand.signed_in(&practice.clock), hand.vitale());
        Self { practice, workstation, hand, who, vitale }
    }

    fn draft(&self) -> Draft {
        let mut draft = Draft::new(&self.vitale, 0, self.workstation.now()).expect("a draft");
        draft.add_act("G");
        draft
    }

    fn prepare(&mut self) -> FseRef {
        let draft = self.draft();
        self.workstation.prepare(&draft, &self.who).expect("prepared")
    }

    fn sign_with(&mut self, fse: &FseRef, cards: &dyn SigningCards) -> Result<(), CoreError> {
        self.workstation.sign(fse, &self.who, Some(&self.vitale), cards)
    }

    fn sign(&mut self, fse: &FseRef) {
        self.workstation.sign(fse, &self.who, Some(&self.vitale), &self.hand).expect("signed");
    }

    /// *Préparée*, without any signature, and shown as waiting under its number.
    fn assert_waits(&self, fse: &FseRef) {
        let row = self.workstation.store().fse(fse).expect("read").expect("the FSE");
        assert_eq!(row.state, DocumentState::Preparee);
        assert_eq!((row.vitale_cms, row.cps_cms), (None, None));
        assert!(self.workstation.store().free_signed(None).expect("read").is_empty(), "in no lot");
        let waiting = self.workstation.waiting_for_signature(&self.vitale, &self.who).expect("read");
        let (waiting, draft, invoice) = waiting.expect("one waits");
        assert_eq!(waiting, *fse);
        assert_eq!((invoice.total_cents, invoice.patient_pays_cents), (Centimes(3000), Centimes(3000)));
        assert_eq!(draft.input.acts.len(), 1);
        assert_eq!(draft.input.acts[0].code, "G");
    }
}

fn cms(error: CmsError) -> impl Fn(&CoreError) -> bool {
    move |found| matches!(found, CoreError::Cms(fault) if *fault == error)
}

#[test]
fn a_wrong_signature_is_refused_and_the_fse_keeps_its_number() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    assert_eq!(fse.number.get(), 1);
    let bytes = desk.workstation.store().fse(&fse).expect("read").expect("the FSE").bytes;
    let noise: Vec<u8> = (0..256_u32).map(|index| u8::try_from(index * 167 % 251).expect("a byte")).collect();
    for wrong in [noise, vec![0; 256], vec![0xFF; 256], Vec::new(), vec![0x5A; 255], vec![0x5A; 512]] {
        // Only the CPS lies, then only the Vitale.
        let hand = Hand::of("cps-gris", Some("vitale-durand"));
        let certificate = desk.vitale.read.certificate.clone().expect("a certificate");
        let honest = |hash: &[u8; 32]| SigningCards::vitale(&hand, &certificate, hash);
        let lying = Answers { cps: |_: &[u8; 32]| Ok(wrong.clone()), vitale: honest };
        let refused = desk.sign_with(&fse, &lying).expect_err("the CPS lies");
        assert!(cms(CmsError::BadSignature)(&refused), "{} bytes: {refused:?}", wrong.len());
        desk.assert_waits(&fse);
        let serial = desk.who.serial.clone();
        let honest = |hash: &[u8; 32]| SigningCards::cps(&hand, &serial, hash);
        let refused = desk.sign_with(&fse, &Answers { cps: honest, vitale: |_: &[u8; 32]| Ok(wrong.clone()) });
        assert!(cms(CmsError::BadSignature)(&refused.expect_err("the Vitale lies")));
        desk.assert_waits(&fse);
    }
    desk.sign(&fse);
    let row = desk.workstation.store().fse(&fse).expect("read").expect("the FSE");
    assert_eq!((row.state, row.reference.number.get()), (DocumentState::Signee, 1));
    assert_eq!(row.bytes, bytes, "the bytes that were made once");
    assert!(row.vitale_cms.is_some() && row.cps_cms.is_some());
    assert_eq!(desk.prepare().number.get(), 2);
}

#[test]
fn a_good_signature_over_something_else_or_by_another_key_is_refused() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let serial = desk.who.serial.clone();
    let certificate = desk.vitale.read.certificate.clone().expect("a certificate");
    let vitale = |hash: &[u8; 32]| SigningCards::vitale(&hand, &certificate, hash);
    // The right key, over another hash: what a card driver that mixes two requests up would give.
    let other_hash = Answers { cps: |_: &[u8; 32]| SigningCards::cps(&hand, &serial, &[0x11; 32]), vitale };
    assert!(cms(CmsError::BadSignature)(&desk.sign_with(&fse, &other_hash).expect_err("refused")));
    // The right hash, under the Vitale's key.
    let other_key = Answers { cps: vitale, vitale };
    assert!(cms(CmsError::BadSignature)(&desk.sign_with(&fse, &other_key).expect_err("refused")));
    desk.assert_waits(&fse);
}

#[test]
fn a_card_that_fails_leaves_the_fse_where_it_was() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    let certificate = desk.vitale.read.certificate.clone().expect("a certificate");
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    for error in [
        CardError::Channel(ChannelError::Removed),
        CardError::Channel(ChannelError::Mute),
        CardError::PinRequired,
        CardError::Unexpected { sw: 0x6F42 },
    ] {
        let cards = Answers {
            cps: |_: &[u8; 32]| Err(error),
            vitale: |hash: &[u8; 32]| SigningCards::vitale(&hand, &certificate, hash),
        };
        let failed = desk.sign_with(&fse, &cards).expect_err("the card fails");
        assert!(matches!(&failed, CoreError::Card(found) if *found == error));
        desk.assert_waits(&fse);
    }
    // After a restart the same number is signed.
    desk.workstation = desk.practice.workstation();
    desk.assert_waits(&fse);
    desk.sign(&fse);
    let waiting = desk.workstation.waiting_for_signature(&desk.vitale, &desk.who).expect("read");
    assert!(waiting.is_none());
}

#[test]
fn only_the_patients_own_vitale_seals() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    let martin = Hand::of("cps-gris", Some("vitale-martin"));
    let other = martin.vitale();
    let refused = desk.workstation.sign(&fse, &desk.who, Some(&other), &martin).expect_err("another patient");
    assert!(matches!(refused, CoreError::Invoicing(InvoicingError::OtherVitale)));
    assert_eq!(refused.code().0, "invoicing.autre_vitale");
    let refused = desk.workstation.sign(&fse, &desk.who, None, &desk.hand).expect_err("no Vitale");
    assert!(matches!(refused, CoreError::Invoicing(InvoicingError::VitaleAbsent)));
    // A real card gives neither rights nor a certificate that we can read.
    let mut real = desk.vitale.clone();
    real.read.certificate = None;
    let refused = desk.workstation.sign(&fse, &desk.who, Some(&real), &desk.hand).expect_err("no certificate");
    assert!(matches!(refused, CoreError::Invoicing(InvoicingError::VitaleWithoutRights)));
    real.read.content = None;
    // Without rights it is taken for a real card, which a test CPS never meets.
    let refused = desk.workstation.sign(&fse, &desk.who, Some(&real), &desk.hand).expect_err("no content");
    assert!(matches!(refused, CoreError::Invoicing(InvoicingError::MixedWorlds)));
    let other_waits = desk.workstation.waiting_for_signature(&other, &desk.who).expect("read");
    assert!(other_waits.is_none(), "nothing of Mr Martin's waits");
    desk.assert_waits(&fse);
}

#[test]
fn another_practitioner_signs_and_touches_nothing_of_ours() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    let blanc = Hand::of("cps-blanc", Some("vitale-durand"));
    let him = blanc.signed_in(&desk.practice.clock);
    let vitale = blanc.vitale();
    let refused = desk.workstation.sign(&fse, &him, Some(&vitale), &blanc).expect_err("not his");
    assert!(matches!(refused, CoreError::Guard(Refused::Red(Red::OtherPractitioner))));
    assert!(desk.workstation.waiting_for_signature(&vitale, &him).expect("read").is_none());
    desk.assert_waits(&fse);
    desk.sign(&fse);
    assert!(desk.workstation.seal_lots(&him).expect("runs").is_empty(), "he has nothing to seal");
    let lot = desk.workstation.seal_lots(&desk.who).expect("sealed").remove(0).name.file;
    assert_eq!(desk.workstation.sign_lots(&him, &blanc).expect("runs"), []);
    let refused = desk.workstation.dissolve_lot(lot, &him).expect_err("not his");
    assert!(matches!(refused, CoreError::Guard(Refused::Red(Red::OtherPractitioner))));
    let refused = desk.workstation.check_readable_by(&fse, &him).expect_err("not his");
    assert!(matches!(refused, CoreError::Desk(DeskError::OtherPractitioner)));
    assert_eq!(desk.workstation.sign_lots(&desk.who, &desk.hand).expect("signed"), [lot]);
}

#[test]
fn a_test_card_and_a_real_one_never_sign_together() {
    let mut desk = Desk::new();
    let mut real = desk.who.clone();
    real.holder.test_card = false;
    let refused = desk.workstation.prepare(&desk.draft(), &real).expect_err("a real CPS, a test Vitale");
    let CoreError::Invoicing(InvoicingError::Impossible { code, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(code, "invoicing.carte_test_et_reelle");
    // A reason does not help against what is impossible.
    let mut draft = desk.draft();
    draft.reason = Some("Je sais ce que je fais.".to_owned());
    assert!(desk.workstation.prepare(&draft, &real).is_err());
    let fse = desk.prepare();
    assert_eq!(fse.number.get(), 1, "no number was used up");
    let mut vitale = desk.vitale.clone();
    vitale.read.content.as_mut().expect("content").insured.test_card = false;
    let refused = desk.workstation.sign(&fse, &desk.who, Some(&vitale), &desk.hand).expect_err("a real Vitale");
    assert!(matches!(refused, CoreError::Invoicing(InvoicingError::MixedWorlds)));
    desk.assert_waits(&fse);
}

#[test]
fn a_revoked_card_signs_nobody_in_and_is_not_believed() {
    let mut desk = Desk::new();
    let hand = Hand::of("cps-revoquee", Some("vitale-durand"));
    let now = desk.practice.clock.now();
    let trust = directory(&[]).trust;
    let refused = SignedIn::from_card("CPS", &hand.cps(), None, now, &trust);
    assert_eq!(refused, Err(DeskError::CertificateRevoked));
    // Signed in when its revocation was not known yet: the signature is refused all the same.
    let unaware = Trust { crls: Vec::new(), ..trust };
    desk.who = SignedIn::from_card("CPS", &hand.cps(), None, now, &unaware).expect("signed in");
    let fse = desk.prepare();
    let untouched =
        Answers { cps: |_: &[u8; 32]| panic!("no card is asked"), vitale: |_: &[u8; 32]| panic!("no card is asked") };
    let refused = desk.sign_with(&fse, &untouched).expect_err("revoked");
    assert!(matches!(refused, CoreError::Desk(DeskError::CertificateRevoked)), "{refused:?}");
    desk.assert_waits(&fse);
}

#[test]
fn an_expired_card_signs_nobody_in() {
    let practice = Practice::new();
    let hand = Hand::of("cps-expiree", None);
    let trust = directory(&[]).trust;
    let refused = SignedIn::from_card("CPS", &hand.cps(), None, practice.clock.now(), &trust);
    assert_eq!(refused, Err(DeskError::CertificateExpired));
}

#[test]
fn who_may_not_sign_is_refused_before_any_number_or_card() {
    let mut desk = Desk::new();
    let untouched =
        Answers { cps: |_: &[u8; 32]| panic!("no card is asked"), vitale: |_: &[u8; 32]| panic!("no card is asked") };
    let fse = desk.prepare();
    let mut who = desk.who.clone();
    who.situation.may_sign_fse = false;
    who.situation.may_sign_lot = false;
    let fse_refused =
        |result: Result<_, CoreError>| matches!(result, Err(CoreError::Guard(Refused::Red(Red::NotForFse))));
    assert!(fse_refused(desk.workstation.prepare(&desk.draft(), &who).map(drop)));
    assert!(fse_refused(desk.workstation.sign(&fse, &who, Some(&desk.vitale), &untouched)));
    desk.sign(&fse);
    let lot_refused =
        |result: Result<_, CoreError>| matches!(result, Err(CoreError::Guard(Refused::Red(Red::NotForLot))));
    assert!(lot_refused(desk.workstation.seal_lots(&who).map(drop)));
    assert!(lot_refused(desk.workstation.sign_lots(&who, &untouched).map(drop)));
    assert_eq!(desk.prepare().number.get(), 2);
}

#[test]
fn an_fse_is_signed_once() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    desk.sign(&fse);
    let again = desk.sign_with(&fse, &Hand::of("cps-gris", Some("vitale-durand"))).expect_err("signed already");
    assert!(matches!(again, CoreError::Invoicing(InvoicingError::NotPrepared)));
}

#[test]
fn a_lot_whose_signature_is_wrong_stays_sealed_and_never_enters_the_outbox() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    desk.sign(&fse);
    let lot = desk.workstation.seal_lots(&desk.who).expect("sealed").remove(0).name.file;
    let lying = Answers { cps: |_: &[u8; 32]| Ok(vec![0x5A; 256]), vitale: |_: &[u8; 32]| panic!("not asked") };
    let refused = desk.workstation.sign_lots(&desk.who, &lying).expect_err("refused");
    assert!(cms(CmsError::BadSignature)(&refused));
    let row = desk.workstation.store().lot(lot).expect("read").expect("the lot");
    assert_eq!((row.state, row.cms), (LotState::Scelle, None));
    assert!(desk.workstation.store().to_send().expect("read").is_empty());
    // Sealing again makes no second lot of the same FSE; the honest card signs the first.
    assert!(desk.workstation.seal_lots(&desk.who).expect("runs").is_empty());
    assert_eq!(desk.workstation.sign_lots(&desk.who, &desk.hand).expect("signed"), [lot]);
    assert_eq!(desk.workstation.store().to_send().expect("read").len(), 1);
}

#[test]
fn a_lot_for_a_caisse_without_certificate_is_not_sealed_and_not_posted() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    desk.sign(&fse);
    desk.workstation = desk.practice.workstation_with(directory(&["951"]));
    assert!(desk.workstation.seal_lots(&desk.who).expect("runs").is_empty(), "its FSE stay free");
    assert!(desk.workstation.store().lots().expect("read").is_empty());
    let blind = desk.practice.workstation_with(directory(&["951"]));
    let lane = Lane::start("blind", move || Ok::<_, ()>(blind)).expect("a lane");
    let refused = finish_lots(&lane.handle(), &desk.hand, &desk.who).expect_err("the gesture says so");
    assert_eq!(refused.code().0, "road.caisse_inconnue");
    drop(lane);
    // Sealed while there was one, signed when there is none: it waits.
    desk.workstation = desk.practice.workstation();
    let lot = desk.workstation.seal_lots(&desk.who).expect("sealed").remove(0).name.file;
    desk.workstation = desk.practice.workstation_with(directory(&["951"]));
    let refused = desk.workstation.sign_lots(&desk.who, &desk.hand).expect_err("no certificate for 01/751");
    assert_eq!(refused.code().0, "road.caisse_inconnue");
    assert_eq!(refused.parameters(), [("recipient", "01/751".to_owned())]);
    assert!(desk.workstation.store().to_send().expect("read").is_empty());
    desk.workstation = desk.practice.workstation();
    assert_eq!(desk.workstation.sign_lots(&desk.who, &desk.hand).expect("signed"), [lot]);
}

#[test]
fn a_dissolved_lot_frees_its_fse_and_burns_its_number() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    desk.sign(&fse);
    let first = desk.workstation.seal_lots(&desk.who).expect("sealed").remove(0).name;
    desk.workstation.dissolve_lot(first.file, &desk.who).expect("dissolved");
    assert_eq!(desk.workstation.plan_lots(&desk.who).expect("planned").len(), 1);
    let second = desk.workstation.seal_lots(&desk.who).expect("sealed").remove(0);
    assert_eq!((first.number.get(), second.name.number.get()), (1, 2));
    assert_ne!(first.file, second.name.file);
    assert_eq!(second.members, [fse]);
}

#[test]
fn what_was_withdrawn_while_a_card_worked_is_not_signed_behind_its_back() {
    let mut desk = Desk::new();
    let fse = desk.prepare();
    let asked = desk.workstation.begin_fse(&fse, &desk.who, Some(&desk.vitale)).expect("begun");
    desk.workstation.cancel(&fse, &desk.who).expect("withdrawn");
    let signed = asked.by(&desk.hand).expect("the cards sign");
    assert_eq!(desk.workstation.finish_fse(signed).expect_err("withdrawn").code().0, "invoicing.etat_interdit");
    let fse = desk.prepare();
    desk.sign(&fse);
    let lot = desk.workstation.seal_lots(&desk.who).expect("sealed").remove(0).name.file;
    let asked = desk.workstation.begin_lots(&desk.who).expect("begun").remove(0);
    desk.workstation.dissolve_lot(lot, &desk.who).expect("dissolved");
    let signed = asked.by(&desk.hand).expect("the card signs");
    assert_eq!(desk.workstation.finish_lot(signed).expect_err("dissolved").code().0, "store.etat_du_lot");
    assert!(desk.workstation.store().to_send().expect("read").is_empty());
}

#[test]
fn the_database_works_while_a_card_signs() {
    let Desk { practice, mut workstation, hand, who, vitale } = Desk::new();
    let mut draft = Draft::new(&vitale, 0, workstation.now()).expect("a draft");
    draft.add_act("G");
    let fse = workstation.prepare(&draft, &who).expect("prepared");
    drop(workstation);
    let lane = practice.lane();
    let handle = lane.handle();
    let certificate = vitale.read.certificate.clone().expect("a certificate");
    // Each card asks the database something before it answers: a lane that waited for the card would never answer.
    let alive = || assert!(handle.call(|ws| ws.ledger()).expect("the lane lives").is_ok());
    let cards = Answers {
        cps: |hash: &[u8; 32]| {
            alive();
            SigningCards::cps(&hand, &who.serial, hash)
        },
        vitale: |hash: &[u8; 32]| {
            alive();
            SigningCards::vitale(&hand, &certificate, hash)
        },
    };
    sign_fse(&handle, &cards, &fse, &who, Some(&vitale)).expect("signed");
    assert_eq!(finish_lots(&handle, &cards, &who).expect("ready").len(), 1);
    assert_eq!(finish_lots(&handle, &cards, &who).expect("runs"), [], "nothing is left");
}
