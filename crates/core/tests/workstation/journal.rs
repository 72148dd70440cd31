//! The journal as a person reads it: sentences for everything that a day writes, who by which card, on whom and what; each reads
//! what is theirs; written out, and its verdict.

use std::fs;

use liasse_core::desync;
use liasse_core::journal::{About, EntryAsk, EntryOnly, FseName, Line, NoSubject, about_typed, typed_of};
use liasse_core::lists::{List, Listing, Progress};
use liasse_core::replacement;
use liasse_core::sending::send_all;

use crate::support::secretary::{Secretariat, code};
use crate::support::{Hand, Practice, ScriptPost, signed, week_of};

fn about(about: About) -> EntryAsk {
    EntryAsk { about: Some(about), ..EntryAsk::default() }
}

fn only(only: EntryOnly) -> EntryAsk {
    EntryAsk { listing: Listing { only, ..Listing::default() }, about: None }
}

fn actions(lines: &[Line]) -> Vec<&str> {
    lines.iter().map(|line| line.action.as_str()).collect()
}

#[test]
fn each_entry_says_in_french_who_did_what_by_which_card_and_on_whom() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.sealed();
    let doctor = cabinet.doctor();
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &doctor, &mut |_| true);
    assert_eq!(run.signed.len(), 1);
    let (asked, reader) = (fse.clone(), doctor.clone());
    let (all, of_fse) = cabinet
        .asked(move |ws| {
            let of_fse = ws.journal_page(&reader, about(About::Fse(FseName::of(&asked))), 100)?;
            Ok((ws.journal_page(&reader, EntryAsk::default(), 100)?, of_fse))
        })
        .expect("read");
    assert!(all.windows(2).all(|pair| pair[0].seq == pair[1].seq + 1), "the latest first, none left out");
    for line in &all {
        let says = line.says.split(" · ").next().unwrap_or_default();
        assert!(says != line.action && says.starts_with(char::is_uppercase), "{line:?}");
        assert!(!["secretariat", "systeme"].contains(&line.role.as_str()), "a word of the store: {line:?}");
        for word in ["DURAND", "MARIE", "GRIS", "2850499999901"] {
            assert!(!format!("{line:?}").contains(word), "no name in the journal: {line:?}");
        }
    }
    assert_eq!(actions(&of_fse), ["fse.signee", "fse.scellee", "fse.preparee"]);
    let [signee, scellee, preparee] = [&of_fse[0], &of_fse[1], &of_fse[2]];
    assert_eq!((signee.who.as_str(), signee.card.as_deref()), ("991010117", Some(doctor.serial.as_str())));
    let mauve = cabinet.secretary();
    assert_eq!((scellee.who.as_str(), scellee.role.as_str()), (mauve.serial.as_str(), "secrétariat"));
    assert_eq!(scellee.card, None, "who it was is the card");
    assert!(
        preparee.says.starts_with("Préparée et numérotée · ") && preparee.says.contains("30,00\u{202f}€"),
        "{}",
        preparee.says
    );
    let patient = signee.patient.expect("a patient");
    // What is told of a passage tells whose it is too.
    let whose: Vec<(&str, Option<i64>)> = all
        .iter()
        .filter(|line| line.action.starts_with("passage."))
        .map(|line| (line.action.as_str(), line.patient))
        .collect();
    assert_eq!(whose, [("passage.cote", Some(patient)), ("passage.recu", Some(patient))]);
}

#[test]
fn a_list_is_filtered_turned_and_about_one_thing() {
    let practice = Practice::new();
    let made = practice.posted(&["vitale-durand", "vitale-petit"]);
    let mut post = ScriptPost::new(practice.lane());
    send_all(&post.handle(), &mut post).expect("sent");
    let (ws, who) = (practice.workstation(), Hand::of("cps-gris", None).signed_in(&practice.clock));
    let page = |ask| ws.journal_page(&who, ask, 100).expect("read");
    let of_lot = page(about(About::Lot(made[0].1)));
    assert_eq!(actions(&of_lot), ["envoi.fini", "envoi.commence", "lot.signe", "lot.scelle"]);
    assert!(of_lot[0].says.contains("accepté par la messagerie"), "{}", of_lot[0].says);
    let lots = page(only(EntryOnly::Lots));
    assert!(lots.len() == 8 && lots.iter().all(|line| line.lot.is_some()));
    let fses = page(only(EntryOnly::Fses));
    assert!(fses.len() == 4 && fses.iter().all(|line| line.fse.is_some()));
    let patient = fses[0].patient.expect("a patient");
    assert_eq!(actions(&page(about(About::Patient(patient)))), ["fse.signee", "fse.preparee"]);
    let turned = EntryAsk { listing: Listing { turned: true, ..Listing::default() }, about: None };
    let (first, last) = (page(turned), page(EntryAsk::default()));
    assert_eq!(first[0].seq, 1);
    assert!(first.iter().rev().eq(last.iter()));
    assert_eq!(page(only(EntryOnly::Refusals)), [] as [Line; 0]);
    assert_eq!(ws.journal_page(&who, EntryAsk::default(), 3).expect("read").len(), 3);
}

#[test]
fn a_locum_reads_the_session_staff_nothing_and_nobody_another_practitioners() {
    let cabinet = Secretariat::opened();
    cabinet.sealed();
    let (vert, staff) = (Hand::of("cps-vert", None), cabinet.secretary());
    let refused = cabinet.asked(move |ws| ws.journal_page(&staff, EntryAsk::default(), 10).map(drop));
    assert_eq!(code(refused.err()), "acces.praticien_seul");
    let locum = cabinet.replaced_by(&vert);
    let lines = cabinet
        .asked(move |ws| {
            ws.remember(&locum)?;
            ws.journal_page(&locum, EntryAsk::default(), 100)
        })
        .expect("read");
    assert_eq!(actions(&lines), ["remplacant.memorise", "remplacement.prepare", "remplacement.ouvert"]);
    assert!(lines.iter().all(|line| line.session == Some(1)));
    assert_eq!((lines[0].who.as_str(), lines[0].role.as_str()), ("991010778", "remplaçant"));

    // Two practitioners of a practice: neither reads what the other did and billed.
    let practice = Practice::new();
    practice.posted(&["vitale-durand"]);
    let mut ws = practice.workstation();
    let blanc = Hand::of("cps-blanc", Some("vitale-durand"));
    let who = blanc.signed_in(&practice.clock);
    let fse = signed(&mut ws, &blanc, &who);
    let gris = Hand::of("cps-gris", None).signed_in(&practice.clock);
    let [mine, theirs] = [&gris, &who].map(|who| ws.journal_page(who, EntryAsk::default(), 100).expect("read"));
    let of = |lines: &[Line], billing: &str| {
        lines.iter().filter(|line| line.fse.as_deref().is_some_and(|fse| fse.starts_with(billing))).count()
    };
    let (own, other) = (gris.situation.billing_number.as_str(), fse.billing.as_str());
    assert_eq!((of(&mine, own), of(&mine, other)), (2, 0));
    assert_eq!((of(&theirs, own), of(&theirs, other)), (0, 2));
    assert!(mine.iter().any(|line| line.lot.is_some()) && theirs.iter().all(|line| line.lot.is_none()));
    let settings = |lines: &[Line]| lines.iter().filter(|line| line.action == "config.posee").count();
    assert_eq!((settings(&mine), settings(&theirs)), (1, 1), "what is the practice's, both read");
    // Nor by naming it.
    let asked = ws.journal_page(&gris, about(About::Fse(FseName::of(&fse))), 10).expect("read");
    assert_eq!(asked, [] as [Line; 0]);
}

#[test]
fn it_is_written_out_as_it_is_listed() {
    let practice = Practice::new();
    practice.posted(&["vitale-durand"]);
    let (ws, who) = (practice.workstation(), Hand::of("cps-gris", None).signed_in(&practice.clock));
    let folder = practice.folder().join("export");
    let mut export = ws.begin_csv(&who, List::Journal(only(EntryOnly::Lots)), &folder).expect("begun");
    let path = loop {
        if let Progress::Finished { rows, path } = ws.go_on(&mut export).expect("a piece") {
            assert_eq!(rows, 2);
            break path;
        }
    };
    assert_eq!(path.file_name().and_then(|name| name.to_str()), Some("journal-2026-01-15.csv"));
    let text = fs::read_to_string(&path).expect("a file");
    let lines: Vec<&str> = text.trim_start_matches('\u{feff}').lines().collect();
    assert!(
        lines[0].starts_with("n°;date;heure;qui;carte;") && lines[1].contains(";lot.signe;Lot signé et prêt à partir;"),
        "{lines:?}"
    );
    assert!(lines[2].contains(";15/01/2026;09:00:00;991010117;"), "{lines:?}");
    let named = ws.begin_csv_named(&who, List::Journal(EntryAsk::default()), &folder, "pour-l-avocat.csv");
    let mut export = named.expect("begun");
    while !matches!(ws.go_on(&mut export).expect("a piece"), Progress::Finished { .. }) {}
    assert!(folder.join("pour-l-avocat.csv").exists());
    let cabinet = Secretariat::opened();
    let (staff, folder) = (cabinet.secretary(), cabinet.practice.folder().join("export"));
    let refused = cabinet.asked(move |ws| ws.begin_csv(&staff, List::Journal(EntryAsk::default()), &folder).map(drop));
    assert_eq!(code(refused.err()), "acces.praticien_seul");
}

#[test]
fn what_is_typed_names_one_thing_and_a_line_gives_it_back() {
    let practice = Practice::new();
    let made = practice.posted(&["vitale-durand"]);
    let (ws, who) = (practice.workstation(), Hand::of("cps-gris", None).signed_in(&practice.clock));
    let of = |text: &str| about_typed(text, &who);
    let fse = Some(About::Fse(FseName::of(&made[0].0)));
    for text in ["1", " 000000001 ", "991010117-000000001"] {
        assert_eq!(of(text), Ok(fse), "{text}");
    }
    let file = made[0].1.to_string();
    for text in [format!("lot {file}"), format!("LOT  {}", file.to_lowercase())] {
        assert_eq!(of(&text), Ok(Some(About::Lot(made[0].1))), "{text}");
    }
    assert_eq!(of("session 3"), Ok(Some(About::Session(3))));
    assert_eq!(of("Patient 12"), Ok(Some(About::Patient(12))));
    assert_eq!(of("  "), Ok(None));
    for text in ["DURAND", "session", "session trois", "lot", "patient MARIE", "0", "9999999999", "991010117-1"] {
        assert_eq!(of(text), Err(NoSubject), "{text}");
    }
    let lines = ws.journal_page(&who, EntryAsk::default(), 100).expect("read");
    let given_back = |action: &str| lines.iter().find(|line| line.action == action).and_then(typed_of);
    assert_eq!(given_back("fse.signee").as_deref(), Some("991010117-000000001"));
    assert_eq!(given_back("lot.signe"), Some(format!("lot {file}")));
    assert_eq!(given_back("config.posee"), None);
    for line in &lines {
        assert!(typed_of(line).is_none_or(|text| of(&text).is_ok()), "{line:?}");
    }
}

#[test]
fn its_verdict_is_told_to_whoever_asks() {
    let practice = Practice::new();
    practice.posted(&["vitale-durand"]);
    let ws = practice.workstation();
    let verdict = ws.verify_journal(None).expect("read");
    let (entries, head) = ws.store().journal_head().expect("head");
    assert_eq!((verdict.entries, verdict.faults.len()), (entries, 0));
    assert_eq!(verdict.head, head.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
}

#[test]
fn a_session_is_told_by_everything_that_was_done_under_it() {
    let practice = Practice::new();
    let gris = Hand::of("cps-gris", None);
    let vert = Hand::of("cps-vert", Some("vitale-durand"));
    let lane = practice.lane();
    let doctor = gris.signed_in(&practice.clock);
    replacement::prepare(&lane.handle(), &gris, &week_of(&vert), &gris.cps(), &doctor).expect("prepared");
    drop(lane);
    practice.clock.set("2026-01-19T09:00:00Z");
    let mut ws = practice.workstation();
    let locum = ws.admit("CPS", &vert.cps(), liasse_core::desk::Wanted::Anything).expect("the locum");
    let fse = signed(&mut ws, &vert, &locum);
    let lines = ws.journal_page(&doctor, about(About::Session(1)), 100).expect("read");
    assert_eq!(actions(&lines), ["fse.signee", "fse.preparee", "remplacement.prepare", "remplacement.ouvert"]);
    assert!(lines[..2].iter().all(|line| line.fse.as_deref() == Some(fse.to_string().as_str())));
    assert!(lines[..2].iter().all(|line| line.card.as_deref() == Some(locum.serial.as_str())));
    assert!(lines[0].about().contains("session 1"), "{}", lines[0].about());
    assert_eq!(ws.journal_page(&doctor, only(EntryOnly::Sessions), 100).expect("read"), lines);
}
