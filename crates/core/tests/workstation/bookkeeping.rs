//! What an accountant is handed: its totals are those of the days as they are closed, and it names no patient.

use liasse_core::SettlementMode;
use liasse_core::desk::SignedIn;
use liasse_domain::{Centimes, Payer};

use crate::support::secretary::{Secretariat, code};
use crate::support::{Hand, Practice, arl, payment};

fn gris(practice: &Practice) -> SignedIn {
    Hand::of("cps-gris", None).signed_in(&practice.clock)
}

#[test]
fn the_totals_are_those_of_the_days_and_nobody_is_named() {
    let practice = Practice::new();
    let made = practice.sent(&["vitale-durand", "vitale-durand", "vitale-petit"]);
    for (fse, lot) in &made {
        practice.take(&arl(fse, *lot));
    }
    let who = gris(&practice);
    let mut ws = practice.workstation();
    ws.settle_part(&made[0].0, &who, SettlementMode::Carte, Some(Centimes(1000)), None).expect("a part");
    ws.settle(&made[0].0, &who, SettlementMode::Especes).expect("the rest");
    ws.close_day(&who, None).expect("closed");
    practice.clock.set("2026-01-16T09:00:00Z");
    ws.settle(&made[1].0, &who, SettlementMode::Cheque).expect("settled");
    practice.take(&payment(&made[2].0, "VIR1", &[(Payer::Amo, 2100), (Payer::Amc, 900)]));

    let day = |text: &str| text.parse().expect("a day");
    let books = ws.books(&who, day("2026-01-01"), day("2026-01-31")).expect("written");
    let reports: Vec<_> =
        ["2026-01-15", "2026-01-16"].map(|on| ws.day_report(&who, Some(day(on))).expect("a day")).into();
    let lines: Vec<Vec<&str>> = books.csv.lines().map(|line| line.split(';').collect()).collect();
    for report in &reports {
        let on = report.day.format("%d/%m/%Y").to_string();
        let total = lines.iter().find(|line| line[0] == "total du jour" && line[1] == on).expect("its total");
        let euros = report.total_cents.to_string().replace(['\u{a0}', '\u{202f}', '€', ' '], "");
        assert_eq!(total[5], euros, "as `receipts day` has it");
        assert_eq!(total[6], if report.closed { "oui" } else { "non" });
        let details = lines.iter().filter(|line| line[0] == "détail" && line[1] == on).count();
        assert_eq!(details, report.modes.len(), "a line a mode");
    }
    let patients: Centimes = reports.iter().map(|report| report.total_cents).sum();
    assert_eq!((books.patient_cents, books.amo_cents, books.amc_cents), (patients, Centimes(2100), Centimes(900)));
    assert!(
        lines.iter().any(|line| line[1] == "20/01/2026" && line[3] == "virement" && line[5] == "21,00"),
        "{}",
        books.csv
    );
    for name in ["DURAND", "PETIT", "2850499999901", "MARIE"] {
        assert!(!books.csv.contains(name), "{name}");
    }
    let none = ws.books(&who, day("2025-01-01"), day("2025-12-31")).expect("written");
    assert_eq!((none.days, none.patient_cents), (0, Centimes::ZERO));
    let told = ws.store().journal_entries().expect("read").pop().expect("an entry");
    assert_eq!(told.action, "recettes.exportees");
    let blanc = Hand::of("cps-blanc", None).signed_in(&practice.clock);
    assert_eq!(ws.books(&blanc, day("2026-01-01"), day("2026-01-31")).expect("their own").days, 0);
}

#[test]
fn staff_hand_no_accounts_over() {
    let cabinet = Secretariat::opened();
    let staff = cabinet.secretary();
    let refused = cabinet.asked(move |ws| {
        let today = ws.store().journal_last_at()?.map(|at| at.date_naive()).unwrap_or_default();
        ws.books(&staff, today, today)
    });
    assert_eq!(code(refused.err()), "papier.comptes");
}
