//! What the patient owes and how it is settled at the desk.

use liasse_domain::{Centimes, Coded, DocumentState, MoneyState, Payer, SettlementMode};
use liasse_store::StoreError;

use crate::support::{Kind, Practice, day, stamp, stamp_at};

#[test]
fn each_payer_owes_its_part() {
    let mut practice = Practice::new();
    // G 30,00 €: hors tiers payant the patient owes all; under tiers payant the AMO owes 70 %, with C2S nobody else.
    for (kind, patient, amo, amc) in
        [(Kind::Paid, 3000, 0, 0), (Kind::ThirdParty, 900, 2100, 0), (Kind::Whole, 0, 2100, 900)]
    {
        let fse = practice.prepare(kind);
        for (payer, due) in [(Payer::Patient, patient), (Payer::Amo, amo), (Payer::Amc, amc)] {
            let state = if due == 0 { MoneyState::SansObjet } else { MoneyState::Attendu };
            assert_eq!(practice.money(&fse, payer), (state, due, 0), "{kind:?} {payer:?}");
        }
    }
}

#[test]
fn one_key_settles_all() {
    let mut practice = Practice::new();
    for mode in SettlementMode::ALL.into_iter().filter(|mode| mode.receives_money()) {
        let fse = practice.signed(Kind::Paid);
        practice.store.settle(&stamp(), &fse, mode, Centimes(3000)).expect("settled");
        assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Encaisse, 3000, 3000));
        let row = practice.store.fse(&fse).expect("read").expect("fse");
        assert_eq!((row.settlement, row.receipts.len(), row.receipts[0].mode), (Some(mode), 1, mode));
        let again = practice.store.settle(&stamp(), &fse, mode, Centimes(1));
        assert_eq!(again, Err(StoreError::NothingOwed));
    }
    practice.assert_journal_intact();
}

#[test]
fn a_split_settlement_adds_up() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    practice.store.settle(&stamp(), &fse, SettlementMode::Especes, Centimes(1000)).expect("settled");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Partiel, 3000, 1000));
    for amount in [0, -500, 2001] {
        let refused = practice.store.settle(&stamp(), &fse, SettlementMode::Carte, Centimes(amount));
        assert_eq!(refused, Err(StoreError::Amount { owed: Centimes(2000) }));
    }
    // 23:30 UTC on the 15th is the 16th in Paris: the receipt belongs to that day's Recettes.
    practice.store.settle(&stamp_at(55_800), &fse, SettlementMode::Carte, Centimes(2000)).expect("settled");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Encaisse, 3000, 3000));
    let receipts = practice.store.fse(&fse).expect("read").expect("fse").receipts;
    let days: Vec<_> = receipts.iter().map(|receipt| (receipt.day, receipt.amount.0)).collect();
    assert_eq!(days, [(day("2026-01-15"), 1000), (day("2026-01-16"), 2000)]);
}

#[test]
fn later_leaves_it_owed_and_free_waives_it() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    practice.store.settle(&stamp(), &fse, SettlementMode::PlusTard, Centimes(3000)).expect("later");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Attendu, 3000, 0));
    practice.store.settle(&stamp(), &fse, SettlementMode::Gratuit, Centimes::ZERO).expect("free");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Abandonne, 3000, 0));
    let row = practice.store.fse(&fse).expect("read").expect("fse");
    assert_eq!((row.settlement, row.receipts.len()), (Some(SettlementMode::Gratuit), 0), "neither makes a receipt");
    // The patient comes back and insists.
    practice.store.settle(&stamp(), &fse, SettlementMode::Especes, Centimes(3000)).expect("settled");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Encaisse, 3000, 3000));
    let words: Vec<String> = practice
        .store
        .journal_entries()
        .expect("read")
        .into_iter()
        .filter(|entry| entry.action == "fse.reglee")
        .map(|entry| entry.payload)
        .collect();
    assert_eq!(
        words,
        [
            r#"{"amount_cents":0,"mode":"plus_tard","state":"attendu"}"#,
            r#"{"amount_cents":0,"mode":"gratuit","state":"abandonne"}"#,
            r#"{"amount_cents":3000,"mode":"especes","state":"encaisse"}"#,
        ]
    );
}

#[test]
fn who_owes_nothing_settles_nothing() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Whole);
    for mode in SettlementMode::ALL {
        assert_eq!(practice.store.settle(&stamp(), &fse, mode, Centimes(1)), Err(StoreError::NothingOwed));
    }
}

#[test]
fn only_a_signed_fse_is_settled() {
    let mut practice = Practice::new();
    let fse = practice.prepare(Kind::Paid);
    for mode in SettlementMode::ALL {
        let refused = practice.store.settle(&stamp(), &fse, mode, Centimes(3000)).expect_err("refused");
        assert_eq!(refused, StoreError::NotSigned { state: DocumentState::Preparee });
        let report = refused.report();
        assert!(report.message.contains("« préparée »"), "{}", report.message);
        assert_eq!(refused.exit_code(), 1);
    }
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Attendu, 3000, 0));
    assert_eq!(practice.store.fse(&fse).expect("read").expect("fse").receipts, []);
    assert_eq!(practice.store.journal_head().expect("head").0, 1, "the number, and nothing since");
    practice.sign(&fse);
    practice.store.settle(&stamp(), &fse, SettlementMode::Carte, Centimes(3000)).expect("settled");
}
