//! The life of an FSE before its lot: numbers, bytes made once, signatures, withdrawal.

use liasse_domain::{
    Centimes, DocumentKind, DocumentState, Fse, FseContent, FseNumber, FseRef, MoneyState, Payer, SettlementMode,
};
use liasse_store::{FseFilter, Or, StoreError};

use crate::support::{DOCTOR, Kind, OTHER_DOCTOR, Practice, billing, day, fse, outgoing, reference, stamp, stamp_at};

#[test]
fn each_billing_number_counts_its_own_fse() {
    let mut practice = Practice::new();
    let numbers: Vec<String> = [DOCTOR, OTHER_DOCTOR, DOCTOR]
        .into_iter()
        .map(|doctor| practice.prepare_for(doctor, Kind::Paid).to_string())
        .collect();
    assert_eq!(numbers, ["991129768-000000001", "991091976-000000001", "991129768-000000002"]);
    assert_eq!(practice.store.last_fse().expect("read"), Some(reference(2)));
}

#[test]
fn a_failing_closure_uses_no_number_and_leaves_nothing() {
    let mut practice = Practice::new();
    let head = practice.store.journal_head().expect("head");
    let mut seen = None;
    let failed = practice.store.prepare_fse(&stamp(), &billing(DOCTOR), None, |number| {
        seen = Some(number);
        Err::<(FseContent, Vec<u8>), _>("no bytes")
    });
    assert_eq!(failed, Err(Or::Other("no bytes")));
    assert_eq!(seen, FseNumber::new(1));
    assert_eq!(practice.store.journal_head().expect("head"), head);
    assert_eq!(practice.store.ledger().expect("read"), Vec::new());
    assert_eq!(practice.prepare(Kind::Paid), reference(1), "the number is given again");
}

#[test]
fn a_closure_that_answers_for_another_number_is_refused() {
    let mut practice = Practice::new();
    let other = FseNumber::new(77).expect("number");
    let lie = practice
        .store
        .prepare_fse(&stamp(), &billing(DOCTOR), None, |_| Ok::<_, ()>(fse(&billing(DOCTOR), other, Kind::Paid)));
    assert_eq!(lie, Err(Or::Store(StoreError::NotAsStored)));
    assert_eq!(practice.store.fse(&reference(77)).expect("read"), None);
}

#[test]
fn a_payer_never_owes_less_than_nothing() {
    let mut practice = Practice::new();
    let made = practice.store.prepare_fse(&stamp(), &billing(DOCTOR), None, |number| {
        let (mut content, bytes) = fse(&billing(DOCTOR), number, Kind::Whole);
        content.acts[0].fee = Centimes(2999);
        Ok::<_, ()>((content, bytes))
    });
    assert_eq!(made, Err(Or::Store(StoreError::Incoherent { what: "montant dû négatif" })));
    assert_eq!(practice.store.last_fse().expect("read"), None);
}

#[test]
fn an_fse_reads_back_as_it_was_made() {
    let mut practice = Practice::new();
    let reference = practice.prepare(Kind::ThirdParty);
    let prepared = practice.store.load_prepared(DocumentKind::Fse, &reference).expect("read").expect("prepared");
    let (content, bytes) = fse(&billing(DOCTOR), reference.number, Kind::ThirdParty);
    assert_eq!((prepared.content(), prepared.bytes()), (&content, &bytes[..]));

    let signed = practice.sign(&reference);
    assert_eq!(practice.store.load_prepared(DocumentKind::Fse, &reference).expect("read"), None, "it is signed now");
    assert_eq!(practice.store.signed(DocumentKind::Fse, &reference).expect("read"), Some(signed));
    let row = practice.store.fse(&reference).expect("read").expect("fse");
    assert_eq!((row.state, row.content, row.bytes), (DocumentState::Signee, content, bytes));
    assert_eq!((row.vitale_cms.as_deref(), row.cps_cms.as_deref()), (Some(&b"vitale"[..]), Some(&b"cps"[..])));
    assert_eq!((row.transmission, row.lot, row.reject), (None, None, None));
}

#[test]
fn what_is_signed_must_be_what_was_prepared() {
    let mut practice = Practice::new();
    let reference = practice.prepare(Kind::Paid);
    let (content, mut bytes) = fse(&billing(DOCTOR), reference.number, Kind::Paid);
    bytes[0] ^= 1;
    let sign = |content, bytes| {
        Fse::new(content, bytes).sealed_by_vitale(b"v".to_vec()).expect("mode 3").signed_by_cps(b"c".to_vec())
    };
    let altered = sign(content.clone(), bytes);
    assert_eq!(practice.store.sign_fse(&stamp(), &altered), Err(StoreError::NotAsStored));
    let (mut other, bytes) = fse(&billing(DOCTOR), reference.number, Kind::Paid);
    other.acts[0].fee = Centimes(3001);
    assert_eq!(practice.store.sign_fse(&stamp(), &sign(other, bytes.clone())), Err(StoreError::NotAsStored));
    assert!(
        practice.store.load_prepared(DocumentKind::Fse, &reference).expect("read").is_some(),
        "it waits for its signatures"
    );

    let right = sign(content, bytes);
    practice.store.sign_fse(&stamp(), &right).expect("signed");
    assert!(matches!(practice.store.sign_fse(&stamp(), &right), Err(StoreError::Forbidden(_))), "never twice");
}

#[test]
fn a_withdrawn_fse_keeps_its_number_and_gives_the_money_back() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    practice.store.settle(&stamp(), &fse, SettlementMode::Cheque, Centimes(900)).expect("settled");
    practice.store.cancel_fse(&stamp_at(600), &fse).expect("cancelled");
    let row = practice.store.fse(&fse).expect("read").expect("it keeps its row");
    assert_eq!((row.state, row.settlement), (DocumentState::Annulee, None));
    let amounts: Vec<i64> = row.receipts.iter().map(|receipt| receipt.amount.0).collect();
    assert_eq!(amounts, [900, -900], "a counter-entry, not a deletion");
    assert_eq!(practice.money(&fse, Payer::Patient), (MoneyState::Abandonne, 900, 0));
    assert_eq!(practice.money(&fse, Payer::Amo), (MoneyState::Abandonne, 2100, 0));
    assert_eq!(practice.money(&fse, Payer::Amc), (MoneyState::SansObjet, 0, 0));
    assert_eq!(practice.prepare(Kind::Paid), reference(2), "the number is burnt");
    let settled = practice.store.settle(&stamp(), &fse, SettlementMode::Carte, Centimes(900));
    assert_eq!(settled, Err(StoreError::NotSigned { state: DocumentState::Annulee }));
    assert!(matches!(practice.store.cancel_fse(&stamp(), &fse), Err(StoreError::Forbidden(_))));
    practice.assert_journal_intact();
}

#[test]
fn lists_are_filtered() {
    let mut practice = Practice::new();
    let first = practice.signed(Kind::Paid);
    let second = practice.prepare(Kind::Paid);
    let third = practice.prepare_for(OTHER_DOCTOR, Kind::Paid);
    let list = |filter: FseFilter| -> Vec<FseRef> {
        practice.store.fses(&filter).expect("read").into_iter().map(|row| row.reference).collect()
    };
    assert_eq!(list(FseFilter::default()), [first.clone(), second.clone(), third.clone()]);
    assert_eq!(
        list(FseFilter { state: Some(DocumentState::Preparee), ..FseFilter::default() }),
        [second, third.clone()]
    );
    assert_eq!(list(FseFilter { billing: Some(billing(OTHER_DOCTOR)), ..FseFilter::default() }), [third]);
    assert_eq!(list(FseFilter { limit: Some(1), until: Some(day("2026-01-15")), ..FseFilter::default() }), [first]);
    assert_eq!(list(FseFilter { from: Some(day("2026-01-16")), ..FseFilter::default() }), []);
}

#[test]
fn a_patient_seen_twice_is_one_person() {
    let mut practice = Practice::new();
    practice.prepare(Kind::Paid);
    practice.prepare(Kind::Whole);
    let patients: Vec<Option<i64>> =
        practice.store.journal_entries().expect("read").iter().map(|entry| entry.patient).collect();
    assert_eq!(patients, [Some(1), Some(1)]);
    let ledger = practice.store.ledger().expect("read");
    assert_eq!(ledger[1].patient.reveal(), "DURAND Claire");
    assert_eq!((ledger[0].third_party, ledger[1].third_party), (false, true));
}

#[test]
fn an_unknown_fse_is_told() {
    let mut practice = Practice::new();
    assert_eq!(practice.store.cancel_fse(&stamp(), &reference(5)), Err(StoreError::UnknownFse));
    assert_eq!(practice.store.fse(&reference(5)).expect("read"), None);
    assert_eq!(practice.store.load_prepared(DocumentKind::Fse, &reference(5)).expect("read"), None);
}

#[test]
fn a_passed_risk_stands_in_the_entry_of_its_number() {
    let mut practice = Practice::new();
    let billing = billing(DOCTOR);
    for reason in [Some("droits vus sur papier"), None] {
        let make = |number| Ok::<_, ()>(fse(&billing, number, Kind::Paid));
        practice.store.prepare_fse(&stamp(), &billing, reason, make).expect("prepared");
    }
    let entries = practice.store.journal_entries().expect("read");
    let told: Vec<(&str, Option<&str>, serde_json::Value)> = entries
        .iter()
        .map(|entry| {
            let payload: serde_json::Value = serde_json::from_str(&entry.payload).expect("json");
            (entry.action.as_str(), entry.fse.as_deref(), payload["risque_accepte"].clone())
        })
        .collect();
    let nothing = serde_json::Value::Null;
    assert_eq!(
        told,
        [
            ("fse.preparee", Some("991129768-000000001"), "droits vus sur papier".into()),
            ("fse.preparee", Some("991129768-000000002"), nothing),
        ],
        "one entry, and none where nothing was passed"
    );
}

#[test]
fn what_is_in_clear_shows_its_length_alone() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::Paid);
    let sealed = practice.seal("AAAAAA");
    let lot = sealed.name.file;
    let leaving = outgoing(lot);
    practice.store.post_lot(&stamp(), lot, b"cms of the lot", &leaving).expect("posted");
    let [row] = practice.store.to_send().expect("read").try_into().expect("one file");
    let printed = [
        format!("{sealed:?}"),
        format!("{leaving:?}"),
        format!("{row:?}"),
        format!("{:?}", practice.store.lot(lot).expect("read")),
        format!("{:?}", practice.store.fse(&fse).expect("read")),
    ];
    // "FSE 99…", "LOT …", "000AAAAAA999", the mail, "vitale", "cps": as text and as the numbers of their bytes.
    let clear = [
        "FSE 991",
        "LOT ",
        "000AAAAAA",
        "\r\n",
        "70, 83, 69",
        "76, 79, 84",
        "48, 48, 48",
        "77, 101, 115",
        "118, 105",
        "99, 112",
    ];
    for text in printed {
        for word in clear {
            assert!(!text.contains(word), "{word}: {text}");
        }
        assert!(text.contains(" bytes"), "{text}");
    }
    assert!(format!("{leaving:?}").contains("file_bytes: 12 bytes"), "000AAAAAA999");
}

#[test]
fn a_claim_stored_before_acts_had_details_still_reads() {
    let mut practice = Practice::new();
    let kept = practice.prepare(Kind::Paid);
    let content = practice.store.fse(&kept).expect("read").expect("the FSE").content;
    let json = serde_json::to_value(&content).expect("json");
    let mut old = json.clone();
    let care = old["care"].as_object_mut().expect("an object");
    assert!(care.remove("third_party_accident").is_some() && care.remove("referrer").is_some());
    for act in old["acts"].as_array_mut().expect("a list") {
        assert!(act.as_object_mut().expect("an object").remove("details").is_some());
    }
    let raw = practice.folder.raw();
    raw.execute("DROP TRIGGER body_keeps", []).expect("dropped");
    raw.execute("UPDATE body SET content = ?1", [old.to_string()]).expect("written");
    assert_eq!(practice.store.fse(&kept).expect("read").expect("the FSE").content, content);
}
