//! Cards that do not go together are told apart before anything is made with them: another patient's, one of another world, a
//! key that only authenticates. Rule: issue 7, « Refusals before harm ».

use liasse_core::cards::{difference, same_world};
use liasse_core::desk::{DeskError, SignedIn};
use liasse_core::invoicing::{Draft, InvoicingError};
use liasse_domain::{Clock, Coded, catalogue};

use crate::support::{Hand, Practice, directory};

/// Dr Gris with one of the families, and a draft for its first person.
fn draft(practice: &Practice, vitale: &str) -> Draft {
    let vitale = Hand::of("cps-gris", Some(vitale)).vitale();
    Draft::new(&vitale, 0, practice.clock.now()).expect("a draft")
}

#[test]
fn another_patients_card_is_shown_beside_the_patient_on_the_screen() {
    let practice = Practice::new();
    let on_screen = draft(&practice, "vitale-durand");
    let own = Hand::of("cps-gris", Some("vitale-durand")).vitale();
    assert_eq!(difference(&on_screen, &own), None);
    let other = Hand::of("cps-gris", Some("vitale-martin")).vitale();
    let found = difference(&on_screen, &other).expect("two patients");
    assert_eq!(found.screen.name.reveal(), "DURAND MARIE");
    assert!(found.card.name.reveal().starts_with("MARTIN"), "the names are those of the cards");
    assert_eq!(found.screen.insured, Some(on_screen.card().insured.nir));
    assert_ne!(found.screen.insured, found.card.insured);
    assert!(found.screen.birth_date.is_some() && found.card.birth_date.is_some() && !found.same_person);
    assert!(!format!("{found:?}").contains("DURAND"), "nothing of them is printed");
}

#[test]
fn a_child_on_the_other_parents_card_is_the_same_person_under_another_number() {
    let practice = Practice::new();
    let on_screen = draft(&practice, "vitale-durand");
    let mut other = Hand::of("cps-gris", Some("vitale-durand")).vitale();
    let martin = Hand::of("cps-gris", Some("vitale-martin")).vitale().read.content.expect("content");
    other.read.content.as_mut().expect("content").insured.nir = martin.insured.nir;
    let found = difference(&on_screen, &other).expect("another insured person");
    assert!(found.same_person && found.others > 0);
}

#[test]
fn a_card_that_gives_only_its_public_files_is_compared_by_them() {
    let practice = Practice::new();
    let on_screen = draft(&practice, "vitale-durand");
    for (name, same) in [("vitale-durand", true), ("vitale-martin", false)] {
        let mut real = Hand::of("cps-gris", Some(name)).vitale();
        real.read.content = None;
        assert_eq!(difference(&on_screen, &real).is_none(), same, "{name}");
    }
}

#[test]
fn a_test_card_and_a_real_one_are_refused_whichever_is_which() {
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let (holder, vitale) = (hand.cps().identity.holder, hand.vitale().read);
    assert_eq!(same_world(&holder, &vitale), Ok(()));
    let mut real_cps = holder.clone();
    real_cps.test_card = false;
    assert_eq!(same_world(&real_cps, &vitale), Err(InvoicingError::MixedWorlds));
    let mut real_vitale = vitale.clone();
    real_vitale.content.as_mut().expect("content").insured.test_card = false;
    assert_eq!(same_world(&holder, &real_vitale), Err(InvoicingError::MixedWorlds));
    assert_eq!(same_world(&real_cps, &real_vitale), Ok(()));
    // One that gives only its public files is a real one.
    real_vitale.content = None;
    assert_eq!(same_world(&holder, &real_vitale), Err(InvoicingError::MixedWorlds));
    assert_eq!(same_world(&real_cps, &real_vitale), Ok(()));
}

#[test]
fn nobody_is_received_with_cards_of_two_worlds() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let who = hand.signed_in(&practice.clock);
    let mut real = hand.vitale();
    real.read.content.as_mut().expect("content").insured.test_card = false;
    let refused = workstation.receive(&real, 0, None, &who).expect_err("two worlds");
    assert_eq!(refused.code().0, "invoicing.carte_test_et_reelle");
    workstation.receive(&hand.vitale(), 0, None, &who).expect("one world");
}

#[test]
fn a_key_that_authenticates_a_revoked_card_and_one_that_has_ended_are_three_sentences() {
    let practice = Practice::new();
    let (now, trust) = (practice.clock.now(), directory(&[]).trust);
    let mut card = Hand::of("cps-gris", None).cps();
    card.identity.signature_certificate = card.identity.authentication_certificate.clone();
    let refused = |card| SignedIn::from_card("CPS", card, None, now, &trust).expect_err("refused");
    let refusals =
        [refused(&card), refused(&Hand::of("cps-revoquee", None).cps()), refused(&Hand::of("cps-expiree", None).cps())];
    assert_eq!(refusals, [DeskError::WrongKey, DeskError::CertificateRevoked, DeskError::CertificateExpired]);
    let sentences: std::collections::BTreeSet<String> =
        refusals.iter().map(|refusal| catalogue::entry(refusal.code()).expect("a text").what.clone()).collect();
    assert_eq!(sentences.len(), 3);
}

#[test]
fn a_certificate_that_ended_since_its_holder_signed_in_signs_nothing_more() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    // Its certificates end with the year 2049, as those of all cards of the world that are not made to be refused.
    practice.clock.set("2049-12-31T12:00:00Z");
    let who = hand.signed_in(&practice.clock);
    practice.clock.set("2050-01-02T08:00:00Z");
    let refused = workstation.seal_lots(&who).expect_err("ended");
    assert_eq!(refused.code().0, "cards.cps_perimee");
    assert_eq!(workstation.begin_lots(&who).map(|lots| lots.len()).expect_err("ended").code().0, "cards.cps_perimee");
}
