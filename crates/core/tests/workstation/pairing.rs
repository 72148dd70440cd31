//! Cards that do not go together are told apart before anything is made with them: another patient's, one of another world, a
//! key that only authenticates. Rule: issue 7, « Refusals before harm ».

use liasse_core::cards::{VitaleView, difference, same_world};
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

/// Marie Durand's card as one that does not name her son.
fn without_the_child(hand: &Hand) -> VitaleView {
    let mut vitale = hand.vitale();
    vitale.read.content.as_mut().expect("content").beneficiaries.truncate(1);
    vitale
}

#[test]
fn a_card_of_the_same_insured_person_is_the_patients_where_it_names_them() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let mother = draft(&practice, "vitale-durand");
    let child = mother.for_beneficiary(1).expect("the child");
    // Another card of hers, or the same one brought up to date.
    let mut renewed = hand.vitale();
    let content = renewed.read.content.as_mut().expect("content");
    content.insured.serial = "99999999".to_owned();
    content.beneficiaries.reverse();
    assert_eq!((difference(&mother, &renewed), difference(&child, &renewed)), (None, None));
    let alone = without_the_child(&hand);
    assert_eq!(difference(&mother, &alone), None);
    let found = difference(&child, &alone).expect("he is not on it");
    assert_eq!((found.screen.insured, found.same_person), (found.card.insured, false));
    assert_eq!((found.screen.name.reveal(), found.others), ("DURAND LÉO", 0));
    // A twin is somebody else; the public files of a real card give no rank.
    let mut twin = hand.vitale();
    twin.read.content.as_mut().expect("content").beneficiaries[1].birth_rank = 2;
    assert!(difference(&child, &twin).is_some());
    let mut real = hand.vitale();
    real.read.content = None;
    assert_eq!(difference(&child, &real), None);
    real.read.public.truncate(1);
    assert!(difference(&child, &real).is_some());
}

#[test]
fn a_card_that_does_not_name_the_patient_seals_nothing_for_them() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let who = hand.signed_in(&practice.clock);
    let mut child = draft(&practice, "vitale-durand").for_beneficiary(1).expect("the child");
    child.add_act("G");
    let fse = workstation.prepare(&child, &who).expect("prepared");
    let begun = |vitale: &VitaleView| workstation.begin_fse(&fse, &who, Some(vitale)).err().map(|error| error.code().0);
    assert_eq!(begun(&without_the_child(&hand)), Some("invoicing.autre_vitale"), "as any other patient's card");
    assert_eq!(begun(&hand.vitale()), None);
}

#[test]
fn a_newborn_needs_no_name_on_the_card_of_the_insured_person() {
    let practice = Practice::new();
    let mut workstation = practice.workstation();
    let hand = Hand::of("cps-gris", Some("cas-nouveau-ne-absent"));
    let who = hand.signed_in(&practice.clock);
    let mut newborn = draft(&practice, "cas-nouveau-ne-absent");
    newborn.add_act("G");
    newborn.reason = Some("Examen de la première semaine".to_owned());
    newborn.add_typed(workstation.tables(), "NN 10/01/2026 LÉA").expect("understood");
    assert_eq!(difference(&newborn, &hand.vitale()), None);
    let other = Hand::of("cps-gris", Some("vitale-durand")).vitale();
    assert!(difference(&newborn, &other).is_some(), "another family's card");
    let fse = workstation.prepare(&newborn, &who).expect("prepared");
    let begun = |vitale: &VitaleView| workstation.begin_fse(&fse, &who, Some(vitale)).err().map(|error| error.code().0);
    assert_eq!((begun(&hand.vitale()), begun(&other)), (None, Some("invoicing.autre_vitale")));
    // The card finds the FSE again that waits for its signatures.
    let (waits, shown, _) = workstation.waiting_for_signature(&hand.vitale(), &who).expect("read").expect("one waits");
    assert_eq!((waits, shown.person().given_name.reveal()), (fse, "LÉA"));
    assert!(shown.is_for_newborn());
}

#[test]
fn what_was_put_aside_is_taken_up_by_the_insured_person_and_the_beneficiary() {
    let practice = Practice::new();
    let tables = practice.workstation();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let mut mother = draft(&practice, "vitale-durand");
    mother.add_act("G");
    let child = mother.for_beneficiary(1).expect("the child");
    // The card was brought up to date: an ALD, and the people in another order.
    let mut renewed = hand.vitale();
    let content = renewed.read.content.as_mut().expect("content");
    for person in &mut content.beneficiaries {
        person.coverage.iter_mut().for_each(|coverage| coverage.ald = 1);
    }
    content.beneficiaries.reverse();
    let begun = Draft::new(&renewed, 0, practice.clock.now()).expect("a draft");
    for before in [&mother, &child] {
        let again = before.taken_up(&begun).expect("the same person");
        assert_eq!(again.person().identity(), before.person().identity());
        assert_eq!(again.input.acts, before.input.acts);
        assert!(again.rights().ald && again.asks_about_ald() && !before.rights().ald, "as the card says now");
    }
    let alone = Draft::new(&without_the_child(&hand), 0, practice.clock.now()).expect("a draft");
    assert!(child.taken_up(&alone).is_none() && mother.taken_up(&alone).is_some());
    assert!(mother.taken_up(&draft(&practice, "vitale-martin")).is_none());
    // A newborn comes with what was typed for them, until a card names them.
    let mut newborn = mother.clone();
    newborn.add_typed(tables.tables(), "NN 10/01/2026 LÉA").expect("understood");
    let again = newborn.taken_up(&begun).expect("the same family");
    assert!(again.is_for_newborn() && again.person().given_name.reveal() == "LÉA");
    let mut named = renewed.clone();
    let mut born = newborn.person().clone();
    born.given_name = "LEA".into();
    named.read.content.as_mut().expect("content").beneficiaries.push(born);
    let named = Draft::new(&named, 0, practice.clock.now()).expect("a draft");
    let again = newborn.taken_up(&named).expect("on the card now");
    assert!(!again.is_for_newborn() && again.person().given_name.reveal() == "LEA", "as the card has it");
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
