//! Long lists as a face asks for them, and written out as CSV a piece at a time: sorted, filtered, for whom they are; and a file that
//! was not finished is not there.

use std::fs;
use std::path::Path;

use liasse_core::desk::SignedIn;
use liasse_core::lists::{DebtSort, List, Listing, Only, PaidOnly, PaidSort, Progress, Sort};
use liasse_core::people::Search;
use liasse_core::radar::{Category, WatchOnly, WatchSort};
use liasse_core::recettes::{DayOnly, DaySort};
use liasse_core::sending::send_all;
use liasse_core::{SettlementMode, Workstation};
use liasse_domain::returns::{Acknowledgement, PaidLine, Payment, Reason, Rejections, Return};
use liasse_domain::{Centimes, Destination, FileIdentifier, FseRef, Payer};

use crate::support::secretary::{Secretariat, code};
use crate::support::{Hand, Practice, ScriptPost};

/// Asks for one piece after the other; the name of the file and its lines without the mark.
fn written(ws: &Workstation, who: &SignedIn, list: List, folder: &Path) -> (String, Vec<String>) {
    let mut export = ws.begin_csv(who, list, folder).expect("begun");
    for _ in 0..20 {
        if let Progress::Finished { rows, path } = ws.go_on(&mut export).expect("a piece") {
            let text = fs::read_to_string(&path).expect("a file");
            let text = text.strip_prefix('\u{feff}').expect("the mark of UTF-8").to_owned();
            let lines: Vec<String> = text.lines().map(str::to_owned).collect();
            assert_eq!(lines.len(), rows + 1, "a line a row, under the header");
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            return (name, lines);
        }
    }
    panic!("it never ends");
}

fn caisse() -> Destination {
    Destination::new("01", "751").expect("a caisse")
}

fn arl(fse: &FseRef, file: FileIdentifier) -> Return {
    let on = "2026-01-16".parse().expect("a day");
    Return::Acknowledgement(Acknowledgement { billing: fse.billing.clone(), from: caisse(), file, on, refused: None })
}

/// Two consultations with the caisse: Durand's is rejected, of Petit's the caisse paid its part and nobody the other.
fn answered() -> (Practice, SignedIn, Vec<FseRef>) {
    let practice = Practice::new();
    let made = practice.posted(&["vitale-durand", "vitale-petit"]);
    let mut post = ScriptPost::new(practice.lane());
    send_all(&post.handle(), &mut post).expect("sent");
    for (fse, lot) in &made {
        practice.take(&arl(fse, *lot));
    }
    let (durand, petit) = (&made[0], &made[1]);
    let reason = Reason { code: "I1002".to_owned(), label: "Droits non ouverts".to_owned() };
    practice.take(&Return::Rejections(Rejections {
        billing: durand.0.billing.clone(),
        from: caisse(),
        file: durand.1,
        on: "2026-01-19".parse().expect("a day"),
        fses: vec![(durand.0.clone(), reason)],
    }));
    practice.take(&Return::Payment(Payment {
        billing: petit.0.billing.clone(),
        from: caisse(),
        reference: "SIM1".to_owned(),
        on: "2026-01-20".parse().expect("a day"),
        lines: vec![PaidLine { fse: petit.0.clone(), payer: Payer::Amo, amount: Centimes(2100) }],
    }));
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    (practice, who, made.into_iter().map(|(fse, _)| fse).collect())
}

#[test]
fn documents_are_written_as_they_are_listed() {
    let (practice, who, fses) = answered();
    let (ws, folder) = (practice.workstation(), practice.folder().join("export"));
    let list = |turned, only| List::Documents(Listing { sort: Sort::Made, turned, only });
    let (name, lines) = written(&ws, &who, list(false, Only::All), &folder);
    assert_eq!(name, "documents-2026-01-15.csv");
    assert!(lines[0].starts_with("numero;nature;"));
    assert!(lines[1].starts_with(&fses[1].to_string()) && lines[2].starts_with(&fses[0].to_string()), "{lines:?}");
    assert!(lines[1].contains(";30,00;signee;recue;") && lines[2].ends_with("I1002 Droits non ouverts"), "{lines:?}");
    let (_, turned) = written(&ws, &who, list(true, Only::All), &folder);
    assert_eq!((&turned[1], &turned[2]), (&lines[2], &lines[1]));
    assert_eq!(written(&ws, &who, list(false, Only::Rejected), &folder).1.len(), 2);
    assert_eq!(written(&ws, &who, list(false, Only::Unsent), &folder).1.len(), 1);
    let other = Hand::of("cps-blanc", None).signed_in(&practice.clock);
    assert_eq!(written(&ws, &other, list(false, Only::All), &folder).1.len(), 1, "each writes their own");
    let filtered = Listing { only: Only::Rejected, ..Listing::default() };
    assert_eq!(ws.ledger_page(Some(&who), filtered, 10).expect("a page").count, 1, "what passes is counted");
}

#[test]
fn payments_and_rejects_are_one_list_with_filters() {
    let (practice, who, fses) = answered();
    let (ws, folder) = (practice.workstation(), practice.folder().join("export"));
    let asked = |only| Listing { sort: PaidSort::Day, turned: false, only };
    for (only, rejects, lines) in [
        (PaidOnly::All, 1, 1),
        (PaidOnly::Rejects, 1, 0),
        (PaidOnly::Awaiting, 1, 0),
        (PaidOnly::Lines, 0, 1),
        (PaidOnly::Unmatched, 0, 0),
        (PaidOnly::Messages, 0, 0),
    ] {
        let page = ws.payments_page(&who, asked(only), 10).expect("a page");
        assert_eq!((page.rejects.len(), page.lines.len()), (rejects, lines), "{only:?}");
        assert_eq!(page.reject_count.unwrap_or_default(), rejects, "{only:?}");
        assert_eq!((page.line_count.unwrap_or_default(), page.awaiting), (lines, 1), "{only:?}");
        let (name, csv) = written(&ws, &who, List::Payments(asked(only)), &folder);
        assert_eq!((name.as_str(), csv.len()), ("paiements-et-rejets-2026-01-15.csv", 1 + rejects + lines), "{only:?}");
    }
    let (_, csv) = written(&ws, &who, List::Payments(asked(PaidOnly::All)), &folder);
    let fse = |at: usize| fses[at].to_string();
    assert!(csv[1].starts_with(&format!("rejet fse;19/01/2026;;;{};", fse(0))), "{csv:?}");
    assert!(csv[1].contains("DURAND") && csv[1].contains(";a traiter;I1002;"), "{csv:?}");
    assert!(csv[2].starts_with("virement;20/01/2026;SIM1;"), "{csv:?}");
    assert!(csv[2].ends_with(&format!(";21,00;rapprochee de {};;", fse(1))), "{csv:?}");
}

#[test]
fn receipts_and_debts_are_sorted_filtered_and_written() {
    let practice = Practice::new();
    let made = practice.posted(&["vitale-durand", "vitale-durand", "vitale-durand"]);
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    let mut ws = practice.workstation();
    ws.settle_part(&made[0].0, &who, SettlementMode::Carte, Some(Centimes(1000)), None).expect("a part");
    ws.settle(&made[1].0, &who, SettlementMode::Especes).expect("settled");
    let day = "2026-01-15".parse().expect("a day");
    let report = ws.day_report(&who, None).expect("a day");
    let amounts = |sort, turned, only| {
        let listed = report.listed(Listing { sort, turned, only });
        listed.iter().map(|movement| movement.amount_cents.0).collect::<Vec<_>>()
    };
    let all = DayOnly::default();
    assert_eq!(amounts(DaySort::Hour, false, all), [1000, 3000]);
    assert_eq!(amounts(DaySort::Hour, true, all), [3000, 1000]);
    assert_eq!(amounts(DaySort::Amount, false, all), [3000, 1000]);
    assert_eq!(amounts(DaySort::Amount, true, DayOnly(Some(SettlementMode::Carte))), [1000]);
    assert_eq!(report.movements.len(), 2, "the day itself stays whole");

    let folder = practice.folder().join("export");
    let by_amount = Listing { sort: DaySort::Amount, turned: false, only: all };
    let (name, csv) = written(&ws, &who, List::Receipts(day, by_amount), &folder);
    assert_eq!(name, "recettes-2026-01-15.csv");
    assert!(csv[1].ends_with(";especes;30,00") && csv[2].ends_with(";carte;10,00"), "{csv:?}");
    let debts = Listing { sort: DebtSort::Amount, ..Listing::default() };
    let (name, csv) = written(&ws, &who, List::Unpaid(debts), &folder);
    assert_eq!((name.as_str(), csv.len()), ("impayes-2026-01-15.csv", 3));
    assert!(csv[1].contains(";30,00;") && csv[2].contains(";20,00;"), "{csv:?}");
}

#[test]
fn what_is_watched_and_a_history_are_written_as_they_are_shown() {
    let (practice, who, _) = answered();
    let (ws, folder) = (practice.workstation(), practice.folder().join("export"));
    let watched = |category, only| List::Watched(category, Listing { sort: WatchSort::Amount, turned: false, only });
    let (name, csv) = written(&ws, &who, watched(Category::RecuNonPaye, WatchOnly::All), &folder);
    assert_eq!(name, "a-surveiller-recu-non-paye-2026-01-15.csv");
    let radar = ws.radar(&who, 10).expect("a radar");
    let shown = radar.categories.iter().find(|one| one.category == Category::RecuNonPaye).expect("a category");
    assert_eq!((csv.len() - 1, shown.listed), (shown.count, shown.count));
    assert!(csv[1].contains(";relancer") || csv[1].contains(";encaisser"), "{csv:?}");
    let (_, patients) = written(&ws, &who, watched(Category::RecuNonPaye, WatchOnly::Patient), &folder);
    assert!(patients[1..].iter().all(|line| line.contains(";patient;")), "{patients:?}");

    let today = "2026-01-15".parse().expect("a day");
    let patient = ws.find_people(&who, &Search::parse("durand", today), 1).expect("found").people.remove(0).id;
    let (name, csv) = written(&ws, &who, List::Patient(patient, Listing::default()), &folder);
    assert_eq!((name, csv.len()), (format!("historique-{patient}-2026-01-15.csv"), 2));
    let only_unsent = Listing { only: Only::Unsent, ..Listing::default() };
    let history = ws.history_listed(&who, patient, only_unsent, 10).expect("a history");
    assert_eq!((history.count, history.listed, history.documents.len()), (1, 0, 0));
    let nobody = ws.begin_csv(&who, List::Patient(patient + 100, Listing::default()), &folder);
    assert_eq!(code(nobody.err()), "saisie.patient_inconnu");
}

#[test]
fn a_file_that_is_given_up_goes_away_and_the_one_before_it_stays() {
    let (practice, who, _) = answered();
    let (ws, folder) = (practice.workstation(), practice.folder().join("export"));
    let (name, before) = written(&ws, &who, List::Documents(Listing::default()), &folder);
    let files = || fs::read_dir(&folder).expect("a folder").count();
    let mut export = ws.begin_csv(&who, List::Documents(Listing::default()), &folder).expect("begun");
    assert_eq!(ws.go_on(&mut export).expect("a piece"), Progress::Written(2));
    assert_eq!(files(), 2, "under another name until it is finished");
    drop(export);
    assert_eq!(files(), 1);
    let kept = fs::read_to_string(folder.join(name)).expect("the file of before");
    assert_eq!(kept.lines().count(), before.len());
}

#[test]
fn staff_write_what_they_see_and_no_accounts() {
    let cabinet = Secretariat::opened();
    cabinet.received().expect("received");
    let staff = cabinet.secretary();
    let day = "2026-01-15".parse().expect("a day");
    for list in [
        List::Documents(Listing::default()),
        List::Payments(Listing::default()),
        List::Unpaid(Listing::default()),
        List::Receipts(day, Listing::default()),
        List::Watched(Category::RecuNonPaye, Listing::default()),
    ] {
        let (who, folder) = (staff.clone(), cabinet.practice.folder().join("export"));
        let refused = cabinet.asked(move |ws| ws.begin_csv(&who, list, &folder).map(drop));
        assert_eq!(code(refused.err()), "papier.comptes", "{list:?}");
    }
    let folder = cabinet.practice.folder().join("export");
    let seen = List::Watched(Category::VuNonFacture, Listing::default());
    let (_, csv) = cabinet.asked(move |ws| Ok(written(ws, &staff, seen, &folder))).expect("written");
    assert_eq!(csv.len(), 2, "the passage");
}
