//! Long lists as a face asks for them, and written out as CSV a piece at a time: sorted, filtered, for whom they are; and a file that
//! was not finished is not there.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::lists::{DebtSort, List, Listing, Only, PaidOnly, PaidSort, Progress, Sort};
use liasse_core::people::Search;
use liasse_core::radar::{Category, WatchOnly, WatchSort};
use liasse_core::recettes::{DayOnly, DaySort};
use liasse_core::sending::send_all;
use liasse_core::{SettlementMode, Workstation};
use liasse_domain::returns::{Acknowledgement, PaidLine, Payment, Reason, Rejections, Return, Service, Signalements};
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
            let columns = |line: &String| line.matches(';').count();
            assert!(lines.iter().all(|line| columns(line) == columns(&lines[0])), "{lines:?}");
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
    assert!(lines[0].starts_with("numéro;nature;"));
    assert!(lines[1].starts_with(&fses[1].to_string()) && lines[2].starts_with(&fses[0].to_string()), "{lines:?}");
    assert!(
        lines[1].contains(";30,00;signée;reçue par la caisse;") && lines[2].ends_with("I1002 Droits non ouverts"),
        "{lines:?}"
    );
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
    // What was written before is never written over.
    for (only, rejects, lines, file) in [
        (PaidOnly::All, 1, 1, "paiements-et-rejets-2026-01-15.csv"),
        (PaidOnly::Rejects, 1, 0, "paiements-et-rejets-2026-01-15-2.csv"),
        (PaidOnly::Awaiting, 1, 0, "paiements-et-rejets-2026-01-15-3.csv"),
        (PaidOnly::Lines, 0, 1, "paiements-et-rejets-2026-01-15-4.csv"),
        (PaidOnly::Unmatched, 0, 0, "paiements-et-rejets-2026-01-15-5.csv"),
        (PaidOnly::Messages, 0, 0, "paiements-et-rejets-2026-01-15-6.csv"),
    ] {
        let page = ws.payments_page(&who, asked(only), 10).expect("a page");
        assert_eq!((page.rejects.len(), page.lines.len()), (rejects, lines), "{only:?}");
        assert_eq!(page.reject_count.unwrap_or_default(), rejects, "{only:?}");
        assert_eq!((page.line_count.unwrap_or_default(), page.awaiting), (lines, 1), "{only:?}");
        let (name, csv) = written(&ws, &who, List::Payments(asked(only)), &folder);
        assert_eq!((name.as_str(), csv.len()), (file, 1 + rejects + lines), "{only:?}");
    }
    let (_, csv) = written(&ws, &who, List::Payments(asked(PaidOnly::All)), &folder);
    let fse = |at: usize| fses[at].to_string();
    assert!(csv[1].starts_with(&format!("rejet FSE;19/01/2026;;;{};", fse(0))), "{csv:?}");
    assert!(csv[1].contains("DURAND") && csv[1].contains(";à traiter;I1002;"), "{csv:?}");
    assert!(csv[2].starts_with("virement;20/01/2026;SIM1;"), "{csv:?}");
    assert!(csv[2].ends_with(&format!(";21,00;rapprochée de {};;", fse(1))), "{csv:?}");
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
    assert!(csv[1].ends_with(";espèces;30,00") && csv[2].ends_with(";carte bancaire;10,00"), "{csv:?}");
    let debts = Listing { sort: DebtSort::Amount, ..Listing::default() };
    let (name, csv) = written(&ws, &who, List::Unpaid(debts), &folder);
    assert_eq!((name.as_str(), csv.len()), ("impayes-2026-01-15.csv", 3));
    assert!(csv[1].contains(";30,00;") && csv[2].contains(";20,00;"), "{csv:?}");
}

#[test]
fn what_is_watched_and_a_history_are_written_as_they_are_shown() {
    let (practice, who, fses) = answered();
    let (ws, folder) = (practice.workstation(), practice.folder().join("export"));
    let watched = |category, only| List::Watched(category, Listing { sort: WatchSort::Amount, turned: false, only });
    let (name, csv) = written(&ws, &who, watched(Category::RecuNonPaye, WatchOnly::All), &folder);
    assert_eq!(name, "a-surveiller-recu-non-paye-2026-01-15.csv");
    let radar = ws.radar(&who, 10).expect("a radar");
    let shown = radar.categories.iter().find(|one| one.category == Category::RecuNonPaye).expect("a category");
    assert_eq!((csv.len(), shown.count, shown.listed), (3, 2, 2));
    // The rejected FSE, which Ms Durand has not paid; what the insurer owes for Mr Petit's.
    assert!(csv[1].starts_with(&format!("reçu, pas payé;FSE;{};;15/01/2026;0;DURAND ", fses[0])), "{csv:?}");
    assert!(csv[1].ends_with(";Patient;30,00;;;à encaisser"), "the largest first: {csv:?}");
    assert!(csv[2].starts_with(&format!("reçu, pas payé;FSE;{};;15/01/2026;0;PETIT ", fses[1])), "{csv:?}");
    assert!(csv[2].ends_with(";Complémentaire;9,00;;;à relancer"), "{csv:?}");
    let (_, patients) = written(&ws, &who, watched(Category::RecuNonPaye, WatchOnly::Patient), &folder);
    assert_eq!(patients[1..], csv[1..2]);

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

    // Given up at the last moment: whoever is first decides.
    let asked = || ws.begin_csv(&who, List::Documents(Listing::default()), &folder).expect("begun");
    let given_up = Arc::new(AtomicBool::new(false));
    let mut export = asked().decided_by(Arc::clone(&given_up));
    assert_eq!(ws.go_on(&mut export).expect("a piece"), Progress::Written(2));
    given_up.store(true, Ordering::SeqCst);
    assert_eq!(ws.go_on(&mut export).expect("no name"), Progress::Written(2));
    drop(export);
    assert_eq!(files(), 1);
    let finished = Arc::new(AtomicBool::new(false));
    let mut export = asked().decided_by(Arc::clone(&finished));
    assert_eq!(ws.go_on(&mut export).expect("a piece"), Progress::Written(2));
    assert!(!finished.load(Ordering::SeqCst));
    assert!(matches!(ws.go_on(&mut export).expect("a name"), Progress::Finished { rows: 2, .. }));
    assert!(finished.load(Ordering::SeqCst), "too late to give it up");
    assert_eq!(files(), 2);
}

#[test]
fn what_is_longer_than_a_piece_is_written_piece_by_piece() {
    let (practice, who, fses) = answered();
    let line = |number: i64| PaidLine {
        fse: FseRef { number: format!("{:09}", 1000 + number).parse().expect("a number"), ..fses[0].clone() },
        payer: Payer::Amo,
        amount: Centimes(number),
    };
    practice.take(&Return::Payment(Payment {
        billing: fses[0].billing.clone(),
        from: caisse(),
        reference: "SIM2".to_owned(),
        on: "2026-01-21".parse().expect("a day"),
        lines: (1..=1001).map(line).collect(),
    }));
    let ws = practice.workstation();
    let asked = List::Payments(Listing { sort: PaidSort::Amount, turned: true, only: PaidOnly::Unmatched });
    let mut export = ws.begin_csv(&who, asked, &practice.folder().join("export")).expect("begun");
    assert_eq!(ws.go_on(&mut export).expect("a piece"), Progress::Written(1000));
    assert_eq!(ws.go_on(&mut export).expect("the rest"), Progress::Written(1001));
    let Progress::Finished { rows: 1001, path } = ws.go_on(&mut export).expect("a name") else {
        panic!("not finished")
    };
    let text = fs::read_to_string(path).expect("a file");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 1002);
    for (at, amount) in [(1, "0,01"), (1000, "10,00"), (1001, "10,01")] {
        assert!(lines[at].ends_with(&format!(";{amount};non rapprochée;;")), "{}", lines[at]);
    }
}

#[test]
fn messages_stand_under_the_lines_of_transfers() {
    let practice = Practice::new();
    let (fse, lot) = practice.sent(&["vitale-durand"]).remove(0);
    practice.take(&arl(&fse, lot));
    let (billing, on) = (fse.billing.clone(), "2026-01-16".parse().expect("a day"));
    let unknown = FseRef { number: "000000099".parse().expect("a number"), ..fse.clone() };
    practice.take(&Return::Payment(Payment {
        billing: billing.clone(),
        from: caisse(),
        reference: "SIM1".to_owned(),
        on,
        lines: vec![PaidLine { fse: unknown.clone(), payer: Payer::Amo, amount: Centimes(2100) }],
    }));
    let reason = Reason { code: "S0902".to_owned(), label: "Droits à revoir".to_owned() };
    practice.take(&Return::Signalements(Signalements {
        billing: billing.clone(),
        from: caisse(),
        file: lot,
        on,
        fses: vec![(fse.clone(), reason)],
    }));
    practice.take(&Return::Service(Service { billing, from: caisse(), on, text: "Fermés vendredi".to_owned() }));
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    let (ws, folder) = (practice.workstation(), practice.folder().join("export"));
    let (_, csv) = written(&ws, &who, List::Payments(Listing::default()), &folder);
    assert_eq!(csv.len(), 4);
    assert!(csv[1].starts_with("virement;16/01/2026;SIM1;"), "{csv:?}");
    assert!(csv[1].ends_with(&format!(" Assurance Maladie;{unknown};;;21,00;non rapprochée;;")), "{csv:?}");
    let one = |begins: &str, ends: &str| {
        csv[2..].iter().filter(|line| line.starts_with(begins) && line.ends_with(ends)).count()
    };
    // On the day they were read: a message has no other.
    assert_eq!(one("signalement;15/01/2026;", &format!(";{fse};;;;;S0902;Droits à revoir")), 1, "{csv:?}");
    assert_eq!(one("message de service;15/01/2026;", ";;;;;;;Fermés vendredi"), 1, "{csv:?}");
}

/// What the patient, the caisse and the insurer owe and paid, in a line of a document.
fn money(line: &str) -> Vec<&str> {
    line.split(';').skip(8).take(6).collect()
}

#[test]
fn staff_write_a_history_without_accounts() {
    let cabinet = Secretariat::opened();
    cabinet.practice.posted(&["vitale-petit"]);
    let history = |who: SignedIn| {
        let folder = cabinet.practice.folder().join("export");
        let lines = cabinet.asked(move |ws| {
            let today = "2026-01-15".parse().expect("a day");
            let patient = ws.find_people(&who, &Search::parse("petit", today), 1)?.people.remove(0).id;
            Ok(written(ws, &who, List::Patient(patient, Listing::default()), &folder).1)
        });
        lines.expect("written")
    };
    let (doctors, staffs) = (history(cabinet.doctor()), history(cabinet.secretary()));
    assert_eq!((doctors.len(), staffs.len()), (2, 2));
    assert_eq!(money(&doctors[1]), ["0,00", "0,00", "21,00", "0,00", "9,00", "0,00"]);
    assert_eq!(money(&staffs[1]), ["0,00", "0,00", "", "", "", ""]);
}

#[test]
fn a_locum_writes_what_the_session_made_and_no_accounts() {
    let cabinet = Secretariat::opened();
    // Dr Gris's own, before leaving.
    cabinet.practice.posted(&["vitale-petit"]);
    let vert = Hand::of("cps-vert", Some("vitale-durand"));
    let locum = cabinet.replaced_by(&vert);
    let (who, vitale) = (locum.clone(), vert.vitale());
    let made = cabinet.asked(move |ws| {
        let mut draft = Draft::new(&vitale, 0, ws.now())?;
        draft.add_act("G");
        ws.prepare(&draft, &who)
    });
    let (who, folder) = (locum.clone(), cabinet.practice.folder().join("export"));
    let documents = List::Documents(Listing::default());
    let (_, csv) = cabinet.asked(move |ws| Ok(written(ws, &who, documents, &folder))).expect("written");
    assert_eq!(csv.len(), 2, "{csv:?}");
    assert!(csv[1].starts_with(&made.expect("made by the locum").to_string()), "{csv:?}");
    let day = "2026-01-19".parse().expect("a day");
    for list in [
        List::Payments(Listing::default()),
        List::Unpaid(Listing::default()),
        List::Receipts(day, Listing::default()),
        List::Watched(Category::RecuNonPaye, Listing::default()),
    ] {
        let (who, folder) = (locum.clone(), cabinet.practice.folder().join("export"));
        let refused = cabinet.asked(move |ws| ws.begin_csv(&who, list, &folder).map(drop));
        assert_eq!(code(refused.err()), "replacement.comptes", "{list:?}");
    }

    // Under one number, and not one page.
    let (who, doctor) = (locum.clone(), cabinet.doctor());
    let pages = cabinet.asked(move |ws| {
        let page = |who| ws.ledger_page(Some(who), Listing::default(), 10);
        Ok([page(&doctor)?, page(&who)?].map(|page| (page.is_of(&doctor), page.is_of(&who), page.documents.len())))
    });
    assert_eq!(pages.expect("two pages"), [(true, false, 2), (false, true, 1)]);
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
