//! DRE: what a payment, a refused file or a second gesture does to one that was taken back. Amounts by hand: the insurer
//! owes 9,00 of 30,00.

use liasse_domain::fse::{ComplementaryCover, Corrects, Demand};
use liasse_domain::lot::LotKey;
use liasse_domain::{
    Destination, DocumentKind, FseContent, FseNumber, FseRef, Management, MoneyState, Payer, SecuringMode,
};
use liasse_store::{DreStand, Made, StoreError};

use crate::support::{DOCTOR, Kind, Practice, billing, fse, key, outgoing, payment, seal, stamp, stamp_at};

fn route() -> Destination {
    Destination::new("99", "501").expect("route")
}

/// A signed FSE whose complementary part is asked apart, with its signed DRE.
fn signed(practice: &mut Practice) -> FseRef {
    let doctor = billing(DOCTOR);
    let made = practice.store.prepare_fse(&stamp(), &doctor, None, |number| {
        let (mut content, bytes) = fse(&doctor, number, Kind::Whole);
        content.complementary = Some(ComplementaryCover {
            contract: "00".to_owned(),
            number: "99999901".to_owned(),
            member: "A1".into(),
            convention: "ET".to_owned(),
            management: Some(Management::Separee),
        });
        let demand = Some(Demand { route: route(), cancels: false });
        let dre = (FseContent { demand, ..content.clone() }, [&bytes[..], b"DRE\r\n"].concat());
        Ok::<_, ()>(Made { dre: Some(dre), ..Made::from((content, bytes)) })
    });
    let name = made.expect("prepared").reference().clone();
    let documents = [DocumentKind::Fse, DocumentKind::Dre].map(|kind| {
        let prepared = practice.store.load_prepared(kind, &name).expect("read").expect("prepared");
        prepared.sealed_by_vitale(b"vitale".to_vec()).expect("mode 3").signed_by_cps(b"cps".to_vec())
    });
    practice.store.sign(&stamp(), &documents, None).expect("signed");
    name
}

/// A DRE that takes the one of `dre` back, signed.
fn taken_back(practice: &mut Practice, dre: &FseRef) -> FseRef {
    let prepared = practice.store.prepare_taking_back(&stamp_at(100), dre, |asked, number: FseNumber| {
        let corrects = Some(Corrects { number: asked.reference.number, drawn_up: asked.drawn_up });
        let demand = asked.demand.clone().map(|demand| Demand { cancels: true, ..demand });
        let reference = FseRef { number, ..asked.reference.clone() };
        let mode = SecuringMode::SansVitale;
        Ok::<_, ()>((FseContent { reference, mode, corrects, demand, ..asked }, b"back\r\n".to_vec()))
    });
    let name = prepared.expect("prepared").reference().clone();
    assert_eq!(practice.store.dre_stand(dre).expect("read"), Some(DreStand::Begun(name.clone())), "not signed yet");
    let prepared = practice.store.load_prepared(DocumentKind::Dre, &name).expect("read").expect("prepared");
    practice.store.sign_fse(&stamp_at(101), &prepared.signed_by_cps(b"cps".to_vec()).expect("mode 1")).expect("signed");
    name
}

fn insurer_owes(practice: &Practice, dre: &FseRef) -> (MoneyState, i64) {
    let ledger = practice.store.ledger().expect("read");
    let row = ledger.iter().find(|row| row.fse == *dre && row.kind == "dre").expect("the DRE");
    let part = row.money.iter().find(|part| part.payer == Payer::Amc).expect("its part");
    (part.state, part.paid.0)
}

#[test]
fn what_is_asked_apart_is_owed_for_the_dre_alone() {
    let mut practice = Practice::new();
    let fse = signed(&mut practice);
    assert_eq!(practice.money(&fse, Payer::Amc), (MoneyState::SansObjet, 0, 0));
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::SansObjet, 0, 0));
    assert_eq!(insurer_owes(&practice, &fse), (MoneyState::Attendu, 0));
    practice.assert_journal_intact();
    practice.folder.raw().execute_batch("DROP TRIGGER body_keeps").expect("dropped");
    let changed = "UPDATE body SET bytes = x'00' WHERE document = (SELECT id FROM document WHERE kind = 'dre')";
    practice.folder.raw().execute(changed, []).expect("changed");
    assert_eq!(practice.store.journal_verify().expect("read").faults.len(), 1, "a DRE is verified like an FSE");
}

#[test]
fn a_dre_that_is_taken_back_is_not_paid_twice_nor_sent_again() {
    let mut practice = Practice::new();
    let fse = signed(&mut practice);
    let back = taken_back(&mut practice, &fse);
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Attendu, 900, 0));
    assert_eq!(insurer_owes(&practice, &fse), (MoneyState::Abandonne, 0));
    // Neither it nor the one that takes it back can be taken back, and it enters no lot any more.
    for dre in [&fse, &back] {
        assert_eq!(practice.store.dre_stand(dre).expect("read"), None);
        assert_eq!(practice.store.withdraw_dre(&stamp_at(102), dre), Err(StoreError::NoDre));
    }
    let free: Vec<_> = practice
        .store
        .free_signed(Some(&billing(DOCTOR)))
        .expect("read")
        .iter()
        .map(|document| (document.content().kind(), document.reference().clone()))
        .collect();
    assert_eq!(free, [(DocumentKind::Fse, fse.clone()), (DocumentKind::Dre, back)]);
    // The insurer's transfer was on its way all the same: a person looks at it.
    let mut transfer = payment("MUT1", &[(&fse, Payer::Amc, 900)]);
    if let liasse_domain::returns::Return::Payment(paid) = &mut transfer {
        paid.from = route();
    }
    practice.take("transfer", &transfer);
    assert_eq!(insurer_owes(&practice, &fse), (MoneyState::Anomalie, 900));
    let line = practice.store.payment_lines(&billing(DOCTOR), None).expect("read").remove(0);
    practice.store.unmatch_line(&stamp_at(4000), line.payment, line.line).expect("separated");
    assert_eq!(insurer_owes(&practice, &fse), (MoneyState::Abandonne, 0), "given up, as before");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Attendu, 900, 0), "once");
    practice.assert_journal_intact();
}

#[test]
fn a_paid_dre_stays() {
    let mut practice = Practice::new();
    let fse = signed(&mut practice);
    let mut transfer = payment("MUT1", &[(&fse, Payer::Amc, 900)]);
    if let liasse_domain::returns::Return::Payment(paid) = &mut transfer {
        paid.from = route();
    }
    practice.take("transfer", &transfer);
    assert_eq!(insurer_owes(&practice, &fse), (MoneyState::Encaisse, 900));
    assert_eq!(practice.store.withdraw_dre(&stamp_at(5000), &fse), Err(StoreError::DrePaid));
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::SansObjet, 0, 0));
}

#[test]
fn an_fse_is_not_withdrawn_before_its_dre_that_left() {
    let mut practice = Practice::new();
    let fse = signed(&mut practice);
    let key = LotKey { destination: route(), ..key() };
    let lot = seal(&mut practice.store, &key, std::slice::from_ref(&fse), "BBBBBB").expect("sealed").name.file;
    practice.store.post_lot(&stamp(), lot, b"cms of the lot", &outgoing(lot)).expect("posted");
    practice.accepted();
    assert_eq!(practice.store.dre_stand(&fse).expect("read"), Some(DreStand::Left));
    assert_eq!(practice.store.cancel_fse(&stamp_at(5000), &fse), Err(StoreError::DreLeft));
    taken_back(&mut practice, &fse);
    assert_eq!(practice.store.cancel_fse(&stamp_at(6000), &fse), Ok(()));
    assert_eq!(practice.money(&fse, Payer::Patient).0, MoneyState::Abandonne);
    practice.assert_journal_intact();
}
