//! The complementary part asked apart of a claim that a caisse rejects: what its insurer has paid is not asked again.
//! Amounts by hand: G 30,00 €, of which the caisse pays 21,00 and the mutuelle 9,00.

use liasse_core::directory::Directory;
use liasse_core::invoicing::{Draft, InvoicingError};
use liasse_core::{CoreError, Workstation};
use liasse_domain::complementary::Convention;
use liasse_domain::patient::Period;
use liasse_domain::returns::{PaidLine, Payment, Reason, Rejections, Return};
use liasse_domain::{Centimes, Code, Destination, DocumentKind, FseRef, Management, MutuelleCard, Payer};

use crate::support::{Direct, Hand, Practice, directory};

const OPEN: Period = Period { from: None, until: None };

fn route() -> Destination {
    Destination::new("99", "501").expect("a route")
}

/// One insurer, whose part is asked apart.
fn with_convention() -> Directory {
    let convention = Convention {
        number: "99999901".to_owned(),
        kind: "ET".to_owned(),
        name: "MUTUELLE INVENTEE".to_owned(),
        management: Management::Separee,
        route: Some(route()),
        period: OPEN,
    };
    Directory { conventions: vec![convention], ..directory(&["751"]) }
}

/// A signed FSE with its DRE, rejected by the caisse; its DRE paid in part or in full.
fn rejected(practice: &Practice, paid: i64) -> (Workstation, Hand, FseRef) {
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let (who, vitale) = (hand.signed_in(&practice.clock), hand.vitale());
    let mut workstation = practice.workstation_with(with_convention());
    let mut draft = Draft::new(&vitale, 0, workstation.now()).expect("a draft");
    draft.add_act("G");
    (draft.input.third_party.amo, draft.input.third_party.amc) = (true, true);
    let today = "2026-01-15".parse().expect("a day");
    let card = MutuelleCard::typed("99999901", "ABC123", "ET", OPEN, today).expect("a card");
    workstation.see_mutuelle(&draft, &who, &card).expect("seen");
    let fse = workstation.prepare(&draft, &who).expect("prepared");
    workstation.sign(&fse, &who, Some(&vitale), &hand).expect("signed");
    workstation.seal_lots(&who).expect("sealed");
    workstation.sign_lots(&who, &hand).expect("lot signed");
    let file = workstation.store().fse(&fse).expect("read").and_then(|row| row.lot).expect("in a lot");
    let line = PaidLine { fse: fse.clone(), payer: Payer::Amc, amount: Centimes(paid) };
    let (billing, on) = (fse.billing.clone(), today);
    practice.take(&Return::Payment(Payment {
        billing: billing.clone(),
        from: route(),
        reference: "MUT1".to_owned(),
        on,
        lines: vec![line],
    }));
    let reason = Reason { code: "I1002".to_owned(), label: "Droits non ouverts".to_owned() };
    let from = Destination::new("01", "751").expect("a caisse");
    practice.take(&Return::Rejections(Rejections { billing, from, file, on, fses: vec![(fse.clone(), reason)] }));
    (workstation, hand, fse)
}

#[test]
fn what_the_insurer_has_paid_is_not_asked_again_by_the_correction() {
    let practice = Practice::new();
    let (mut workstation, hand, fse) = rejected(&practice, 900);
    let (who, vitale) = (hand.signed_in(&practice.clock), hand.vitale());
    let draft = workstation.correction_of(&fse, &vitale, &who).expect("a correction");
    let invoice = workstation.price(&draft, &who).expect("priced");
    assert!(invoice.findings.iter().any(|finding| finding.code == Code("invoicing.dre_deja_payee").0));
    // Another amount, or the part of the mutuelle asked of the patient: the insurer would have to be asked something else.
    let mut dearer = draft.clone();
    dearer.add_act("DEQP003");
    let mut without = draft.clone();
    without.input.third_party.amc = false;
    for other in [dearer, without] {
        let refused = workstation.prepare(&other, &who);
        assert!(
            matches!(refused, Err(CoreError::Invoicing(InvoicingError::InsurerPaid { paid: Centimes(900), .. }))),
            "{refused:?}"
        );
    }
    let corrected = workstation.prepare(&draft, &who).expect("prepared");
    workstation.sign(&corrected, &who, Some(&vitale), &hand).expect("signed");
    assert!(workstation.store().signed(DocumentKind::Dre, &corrected).expect("read").is_none(), "no second DRE");
    let owed = workstation.store().fse(&corrected).expect("read").expect("the FSE").money;
    let owed: Vec<i64> = owed.iter().map(|row| row.due.0).collect();
    assert_eq!(owed, [0, 2100, 0]);
    // Nor by the correction of the correction.
    assert_eq!(workstation.store().paid_by_insurer(&corrected).expect("read"), Some(Centimes(900)));
}

#[test]
fn a_dre_that_is_paid_in_part_is_not_left_behind() {
    let practice = Practice::new();
    let (workstation, hand, fse) = rejected(&practice, 500);
    let who = hand.signed_in(&practice.clock);
    let refused = workstation.correction_of(&fse, &hand.vitale(), &who);
    assert!(matches!(refused, Err(CoreError::Invoicing(InvoicingError::DreStands))));
}
