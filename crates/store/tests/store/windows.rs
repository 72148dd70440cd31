//! What a screen reads of a store of many years: pages, counts, what is unsent, what awaits somebody; the same as in the
//! whole ledger.

use liasse_domain::{Centimes, Payer, TransmissionState};
use liasse_store::{DebtOnly, DebtSort, LineOnly, LineSort, Listing, Only, RejectSort, SettlementMode, Sort, Whose};

use crate::support::{DOCTOR, Kind, OTHER_DOCTOR, Practice, arl, billing, payment, rejects};

fn numbers(rows: &[liasse_store::LedgerRow]) -> Vec<u32> {
    rows.iter().map(|row| row.fse.number.get()).collect()
}

#[test]
fn a_page_of_the_ledger_is_the_end_of_it_newest_first() {
    let mut practice = Practice::new();
    for _ in 0..3 {
        practice.signed(Kind::Paid);
        practice.prepare_for(OTHER_DOCTOR, Kind::Paid);
    }
    let own = billing(DOCTOR);
    let page = practice.store.ledger_page(&own, None, 2).expect("read");
    assert_eq!(numbers(&page), [3, 2]);
    assert!(page.iter().all(|row| row.fse.billing == own), "each sees their own");
    assert_eq!(practice.store.ledger_page(&own, None, 9).expect("read").len(), 3);
    assert_eq!(practice.store.numbers_given(&own).expect("read"), 3);
    let whole = practice.store.ledger().expect("read");
    assert_eq!(whole.len(), 6);
    for row in whole {
        assert_eq!(practice.store.ledger_row(&row.fse).expect("read"), Some(row));
    }
}

#[test]
fn what_no_caisse_can_have_is_unsent() {
    let mut practice = Practice::new();
    practice.prepare(Kind::Paid);
    let told = |practice: &Practice| {
        let rows = practice.store.unsent().expect("read");
        let rows: Vec<_> = rows.iter().map(|row| (row.fse.number.get(), row.third_party, row.refused)).collect();
        (rows, practice.store.unconfirmed_count().expect("read"))
    };
    assert_eq!(told(&practice), (vec![], 0), "what is not signed is claimed from nobody");
    practice.signed(Kind::ThirdParty);
    assert_eq!(told(&practice), (vec![(2, true, false)], 0));
    practice.posted("LOT001");
    assert_eq!(told(&practice), (vec![(2, true, false)], 0), "a file that waits has not left");
    practice.attempt(liasse_domain::SendPhase::Dot);
    let mut practice = practice.reopened();
    practice.store.recover_attempts(&crate::support::stamp()).expect("recovered");
    assert_eq!(told(&practice), (vec![], 1), "nobody knows");
    let lot = practice.store.last_lot().expect("read").expect("a lot");
    practice.take("1", &arl(lot, Some("S0001")));
    assert_eq!(told(&practice), (vec![(2, true, true)], 0), "refused, it is here again");
    let refused = practice.store.refused_files().expect("read");
    assert_eq!(refused.iter().map(|file| file.file).collect::<Vec<_>>(), [lot]);
    let lot = practice.sent("LOT002");
    assert_eq!(practice.store.unsent().expect("read"), []);
    practice.take("2", &arl(lot, None));
    assert_eq!(practice.store.refused_files().expect("read").len(), 1, "an acceptance is no refusal");
}

#[test]
fn rejects_that_nothing_corrects_are_told_apart_and_come_first() {
    let mut practice = Practice::new();
    let fses: Vec<_> = (0..3).map(|_| practice.signed(Kind::ThirdParty)).collect();
    let lot = practice.sent("LOT001");
    practice.take("1", &arl(lot, None));
    practice.take("2", &rejects(lot, &fses.iter().collect::<Vec<_>>()));
    let own = billing(DOCTOR);
    let open = practice.store.open_rejects(&own).expect("read");
    assert_eq!(open.iter().map(|reject| reject.code.as_str()).collect::<Vec<_>>(), ["I0703"; 3]);
    assert_eq!(numbers(&practice.store.rejected(&own, &[], None).expect("read")), [3, 2, 1], "the latest first");
    let first = &open[2..];
    assert_eq!(numbers(&practice.store.rejected(&own, first, None).expect("read")), [1, 3, 2]);
    assert_eq!(numbers(&practice.store.rejected(&own, first, Some(2)).expect("read")), [1, 3]);
    assert_eq!(numbers(&practice.store.rejected(&own, first, Some(1)).expect("read")), [1]);
    assert!(practice.store.open_rejects(&billing(OTHER_DOCTOR)).expect("read").is_empty());
    let corrected = practice.store.prepare_fse(&crate::support::stamp(), &own, None, |number| {
        let (mut content, bytes) = crate::support::fse(&own, number, Kind::ThirdParty);
        content.corrects = Some(liasse_domain::fse::Corrects {
            number: fses[1].number,
            drawn_up: "2026-01-15".parse().expect("a day"),
        });
        Ok::<_, ()>((content, bytes))
    });
    corrected.expect("prepared");
    assert_eq!(practice.store.open_rejects(&own).expect("read").len(), 2);
    let rows = practice.store.rejected(&own, &[], None).expect("read");
    assert_eq!(rows[1].corrected_by.as_ref().map(|by| by.number.get()), Some(4));
}

#[test]
fn transfers_and_debts_come_in_pages() {
    let mut practice = Practice::new();
    let fses: Vec<_> = (0..3).map(|_| practice.signed(Kind::ThirdParty)).collect();
    let lot = practice.sent("LOT001");
    practice.take("1", &arl(lot, None));
    let unknown = liasse_domain::FseRef { number: "000000099".parse().expect("a number"), ..fses[0].clone() };
    practice.take("2", &payment("SIM1", &[(&fses[0], Payer::Amo, 2100), (&unknown, Payer::Amo, 2100)]));
    practice.take("3", &payment("SIM2", &[(&fses[1], Payer::Amo, 2100)]));
    let own = billing(DOCTOR);
    let told = |limit| {
        let lines = practice.store.payment_lines(&own, limit).expect("read");
        lines.iter().map(|line| (line.reference.clone(), line.line)).collect::<Vec<_>>()
    };
    let all = [("SIM2", 0), ("SIM1", 0), ("SIM1", 1)].map(|(name, line)| (name.to_owned(), line));
    assert_eq!(told(None), all);
    assert_eq!(told(Some(2)), all[..2]);
    assert_eq!(practice.store.unmatched_count(&own).expect("read"), 1);
    assert_eq!(practice.store.unmatched_count(&billing(OTHER_DOCTOR)).expect("read"), 0);
    let payment = practice.store.payment_lines(&own, Some(1)).expect("read")[0].payment;
    assert_eq!(practice.store.paid_to(payment, 0).expect("read"), Some(own.clone()));
    assert_eq!(practice.store.paid_to(payment, 1).expect("read"), None);
    let owing =
        |limit| practice.store.unpaid(&own, limit).expect("read").iter().map(|row| row.fse.clone()).collect::<Vec<_>>();
    assert_eq!(owing(None), fses);
    assert_eq!(owing(Some(2)), fses[..2]);
    assert_eq!(practice.store.unknown_returns().expect("read"), 0);
    assert_eq!(practice.transmission(&fses[0]), Some(TransmissionState::Recue));
}

#[test]
fn the_lines_of_transfers_are_sorted_filtered_and_named_by_the_store() {
    let mut practice = Practice::new();
    let fses: Vec<_> = (0..2).map(|_| practice.signed(Kind::ThirdParty)).collect();
    let lot = practice.sent("LOT001");
    practice.take("1", &arl(lot, None));
    let unknown = liasse_domain::FseRef { number: "000000099".parse().expect("a number"), ..fses[0].clone() };
    practice.take("2", &payment("SIM1", &[(&fses[0], Payer::Amo, 2100), (&unknown, Payer::Amo, 500)]));
    practice.take("3", &payment("SIM2", &[(&fses[1], Payer::Amo, 2000)]));
    let (store, own) = (&practice.store, billing(DOCTOR));
    let listed = |sort, turned, only, limit| {
        let lines = store.lines_listed(&own, Listing { sort, turned, only }, limit).expect("read");
        lines.iter().map(|line| line.amount.0).collect::<Vec<_>>()
    };
    assert_eq!(listed(LineSort::Day, false, LineOnly::All, None), [2000, 2100, 500]);
    assert_eq!(listed(LineSort::Day, true, LineOnly::All, None), [2100, 500, 2000]);
    assert_eq!(listed(LineSort::Amount, false, LineOnly::All, None), [2100, 2000, 500]);
    assert_eq!(listed(LineSort::Amount, true, LineOnly::All, None), [500, 2000, 2100]);
    assert_eq!(listed(LineSort::Amount, true, LineOnly::All, Some(1)), [500], "the first of all, not of a page");
    assert_eq!(listed(LineSort::Day, false, LineOnly::Unmatched, None), [500]);
    let asked = Listing { sort: LineSort::Amount, turned: false, only: LineOnly::All };
    let names = store.line_names(&own, asked).expect("read");
    let named = store.lines_named(&names).expect("read");
    assert_eq!(named, store.lines_listed(&own, asked, None).expect("read"));
    let other = billing(OTHER_DOCTOR);
    assert_eq!((store.line_count(&own).expect("read"), store.line_count(&other).expect("read")), (3, 0));
    assert!(store.line_names(&other, asked).expect("read").is_empty(), "each sees their own");
}

#[test]
fn what_patients_owe_is_sorted_and_filtered_by_the_store() {
    let mut practice = Practice::new();
    let fses = [Kind::Paid, Kind::ThirdParty, Kind::Paid].map(|kind| practice.signed(kind));
    let stamp = crate::support::stamp();
    practice.store.settle(&stamp, &fses[1], SettlementMode::PlusTard, Centimes(0)).expect("later");
    practice.store.settle(&stamp, &fses[2], SettlementMode::Carte, Centimes(400)).expect("a part");
    let (store, own) = (&practice.store, billing(DOCTOR));
    let listed = |sort, turned, only, limit| {
        let unpaid = store.unpaid_listed(&own, Listing { sort, turned, only }, limit).expect("read");
        unpaid.iter().map(|row| row.owed.0).collect::<Vec<_>>()
    };
    assert_eq!(listed(DebtSort::Age, false, DebtOnly::All, None), [3000, 900, 2600]);
    assert_eq!(listed(DebtSort::Age, true, DebtOnly::All, Some(2)), [2600, 900]);
    assert_eq!(listed(DebtSort::Amount, false, DebtOnly::All, None), [3000, 2600, 900]);
    assert_eq!(listed(DebtSort::Amount, true, DebtOnly::All, Some(1)), [900], "the least of all");
    assert_eq!(listed(DebtSort::Age, false, DebtOnly::Later, None), [900]);
    assert_eq!(listed(DebtSort::Amount, false, DebtOnly::Partial, None), [2600]);
    for (only, count) in [(DebtOnly::All, 3), (DebtOnly::Later, 1), (DebtOnly::Partial, 1)] {
        assert_eq!(store.unpaid_count(&own, only).expect("read"), count, "{only:?}");
    }
    assert_eq!(store.unpaid_count(&billing(OTHER_DOCTOR), DebtOnly::All).expect("read"), 0);
}

#[test]
fn by_age_debts_are_shown_in_the_order_of_their_pages() {
    let mut practice = Practice::new();
    let own = billing(DOCTOR);
    for day in ["2026-01-15", "2026-01-05", "2026-01-10"] {
        let made = practice.store.prepare_fse(&crate::support::stamp(), &own, None, |number| {
            let (mut content, bytes) = crate::support::fse(&own, number, Kind::Paid);
            content.acts[0].date = day.parse().expect("a day");
            Ok::<_, ()>((content, bytes))
        });
        let fse = made.expect("prepared").reference().clone();
        practice.sign(&fse);
    }
    let listed = |turned, limit| {
        let listing = Listing { sort: DebtSort::Age, turned, only: DebtOnly::All };
        let unpaid = practice.store.unpaid_listed(&own, listing, limit).expect("read");
        unpaid.iter().map(|row| row.fse.number.get()).collect::<Vec<_>>()
    };
    // A longer page begins with the shorter one.
    assert_eq!((listed(false, Some(2)), listed(false, None)), (vec![1, 2], vec![1, 2, 3]));
    assert_eq!((listed(true, Some(2)), listed(true, None)), (vec![3, 2], vec![3, 2, 1]));
}

#[test]
fn rejects_and_one_patients_documents_are_listed_from_either_end() {
    let mut practice = Practice::new();
    let fses: Vec<_> = (0..2).map(|_| practice.signed(Kind::ThirdParty)).collect();
    let lot = practice.sent("LOT001");
    let kept = practice.signed(Kind::Paid);
    let (own, whose) = (billing(DOCTOR), Whose::default());
    let patient = practice.store.people_named(&["durand".to_owned()], whose, 1).expect("read")[0].id;
    let of_patient = |practice: &Practice, only, turned| {
        let listing = Listing { sort: Sort::Made, turned, only };
        let found = practice.store.documents_of_patient(patient, whose, listing, 10).expect("read");
        assert_eq!(practice.store.documents_of_patient_count(patient, whose, only).expect("read"), found.len());
        numbers(&practice.store.ledger_rows(&found).expect("read"))
    };
    assert_eq!(of_patient(&practice, Only::All, false), [3, 2, 1]);
    assert_eq!(of_patient(&practice, Only::Unanswered, true), [1, 2]);
    assert_eq!(of_patient(&practice, Only::Unsent, false), [kept.number.get()]);
    assert_eq!(of_patient(&practice, Only::Rejected, false), [] as [u32; 0]);
    assert_eq!(practice.store.listed_count(&own, None, Only::Unanswered).expect("read"), 2);
    practice.take("1", &arl(lot, None));
    practice.take("2", &rejects(lot, &fses.iter().collect::<Vec<_>>()));
    assert_eq!(of_patient(&practice, Only::Rejected, true), [1, 2]);
    let listed = |sort, turned, limit| {
        let found = practice.store.rejects_listed(&own, sort, turned, limit).expect("read");
        numbers(&practice.store.ledger_rows(&found).expect("read"))
    };
    assert_eq!(listed(RejectSort::Came, false, None), [2, 1]);
    assert_eq!(listed(RejectSort::Came, true, Some(1)), [1]);
    assert_eq!(listed(RejectSort::Amount, true, None), [1, 2]);
    assert_eq!(practice.store.reject_count(&own).expect("read"), 2);
    assert_eq!(practice.store.reject_count(&billing(OTHER_DOCTOR)).expect("read"), 0);
}
