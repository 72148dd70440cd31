//! One person's data: handed over whole, and erased where the law allows; what must stay is named before and after, and a search of
//! the decrypted pages finds nothing else.

use std::fs;

use liasse_core::desk::SignedIn;
use liasse_core::forgetting::{ForgetPlan, Matter};
use liasse_core::invoicing::Draft;
use liasse_core::people::{Search, Source};
use liasse_core::retention::Why;
use liasse_core::{SettlementMode, Workstation, exchange, papers, prints};
use liasse_domain::FseRef;

use crate::support::secretary::{Secretariat, code};
use crate::support::{Hand, Practice, arl};

const NIR: &str = "2850499999901";

/// Marie Durand's FSE, received and settled.
fn seen() -> (Practice, SignedIn, FseRef) {
    let practice = Practice::new();
    let (fse, lot) = practice.sent(&["vitale-durand"]).remove(0);
    practice.take(&arl(&fse, lot));
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    practice.workstation().settle(&fse, &who, SettlementMode::Carte).expect("settled");
    (practice, who, fse)
}

fn durand(ws: &Workstation, who: &SignedIn) -> i64 {
    let search = Search::parse("durand", "2026-01-15".parse().expect("a day"));
    ws.find_people(who, &search, 1).expect("looked for").people.first().expect("a patient").id
}

#[test]
fn what_must_stay_is_named_with_why_and_until_when() {
    let (practice, who, fse) = seen();
    let mut ws = practice.workstation();
    let patient = durand(&ws, &who);
    let plan = ws.forget_plan(&who, patient).expect("a plan");
    assert_eq!(
        plan.goes.iter().map(|going| (going.what, going.count)).collect::<Vec<_>>(),
        [(Matter::LectureVitale, 1)]
    );
    let until: Option<chrono::NaiveDate> = "2029-01-15".parse().ok();
    let stays: Vec<_> = plan.stays.iter().map(|one| (one.what, one.fse.clone(), one.why, one.until)).collect();
    assert_eq!(
        stays,
        [(Matter::Documents, Some(fse.clone()), Why::Recente, until), (Matter::Identite, None, Why::Nommee, until)]
    );
    assert!(!plan.whole && plan.stays[0].source.contains("L133-4"), "{plan:?}");
    let json = serde_json::to_string(&plan).expect("json");
    assert!(!json.contains("DURAND") && !json.contains(NIR), "{json}");
    assert!(ws.store().in_pages(&[NIR.as_bytes()]).expect("read")[0] > 0, "a plan erases nothing");

    let forgotten = ws.forget_person(&who, patient, false, practice.folder()).expect("done");
    assert!(!forgotten.plan.whole && forgotten.traces.iter().all(|trace| trace.after <= trace.before));
    let tables: Vec<&str> = forgotten.left_in.iter().map(|(table, _)| *table).collect();
    assert_eq!(
        tables,
        ["patient", "lot", "body", "outbox"],
        "the FSE that stays, where it was sent, and whom it names"
    );
    let history = ws.history(&who, patient, 10).expect("a history");
    assert!(history.rights.iter().all(|seen| seen.source != Source::LectureVitale), "what the card said is gone");
    assert_eq!(history.documents.len(), 1);
    assert!(ws.store().journal_verify().expect("read").is_intact());
    let told = ws.store().journal_entries().expect("read").pop().expect("an entry");
    assert_eq!((told.action.as_str(), told.patient), ("patient.efface", Some(patient)));
    assert!(!told.payload.contains("DURAND"));
}

#[test]
fn once_nothing_must_stay_nothing_is_found() {
    let (practice, who, fse) = seen();
    let mut ws = practice.workstation();
    let patient = durand(&ws, &who);
    let folder = practice.folder();
    fs::create_dir_all(folder.join("duplicata")).expect("a folder");
    fs::create_dir_all(folder.join("export")).expect("a folder");
    fs::write(folder.join(format!("duplicata/duplicata-{fse}.pdf")), "printed").expect("written");
    fs::write(folder.join(format!("export/historique-{patient}-2026-01-15.csv")), NIR).expect("written");
    fs::write(folder.join("export/documents-2026-01-15.csv"), format!("DURAND;{NIR}")).expect("written");
    let lot = ws.store().ledger_row(&fse).expect("read").and_then(|row| row.lot).expect("in a lot");
    for (kind, name) in [("bordereaux", format!("bordereau-{lot}")), ("recus", format!("recu-{fse}"))] {
        fs::create_dir_all(folder.join(kind)).expect("a folder");
        fs::write(folder.join(kind).join(format!("{name}.pdf")), "printed").expect("written");
    }

    practice.clock.set("2029-01-15T09:00:00Z");
    let plan = ws.forget_plan(&who, patient).expect("a plan");
    assert!(plan.whole && plan.stays.is_empty(), "{plan:?}");
    // A list without a NIR, as a spreadsheet shows it.
    let listed = format!("1;{};30,00", plan.name.reveal());
    fs::write(folder.join("export/impayes-2026-01-15.csv"), listed).expect("written");
    let ahead = ws.forget_person(&who, patient, false, folder);
    assert_eq!(code(ahead.err()), "system.horloge_en_avance", "the clock may be three years ahead");
    assert_eq!(ws.forget_plan(&who, patient).expect("a plan").goes, plan.goes, "nothing went");
    let forgotten = ws.forget_person(&who, patient, true, folder).expect("done");
    assert!(!forgotten.pages_left);
    assert!(forgotten.plan.whole);
    // A long row lies in pieces: not each value is found whole before.
    assert!(forgotten.traces.iter().filter(|trace| trace.before > 0).count() > 1, "{forgotten:?}");
    assert!(forgotten.traces.iter().all(|trace| trace.after == 0), "{forgotten:?}");
    assert_eq!(forgotten.left_in, []);
    let removed = [
        format!("bordereau-{lot}.pdf"),
        format!("duplicata-{fse}.pdf"),
        format!("historique-{patient}-2026-01-15.csv"),
        format!("recu-{fse}.pdf"),
    ];
    assert_eq!(forgotten.removed, removed);
    let lists = ["documents-2026-01-15.csv", "impayes-2026-01-15.csv"];
    assert_eq!(forgotten.files, lists, "a list of many is said, and left");
    assert_eq!(code(ws.history(&who, patient, 10).err()), "saisie.patient_inconnu");
    assert!(ws.store().journal_verify().expect("read").is_intact());
}

/// One G for the first person on that Vitale, prepared by Dr Gris and passed on to another post; gives its file.
fn passed_on(practice: &Practice, vitale: &str) -> String {
    let hand = Hand::of("cps-gris", Some(vitale));
    let who = hand.signed_in(&practice.clock);
    let mut ws = practice.workstation();
    ws.set_setting("desk.post", "1").expect("numbered");
    ws.draw_code(&who).expect("drawn");
    let mut draft = Draft::new(&hand.vitale(), 0, ws.now()).expect("a draft");
    draft.add_act("G");
    let fse = ws.prepare(&draft, &who).expect("prepared");
    let (lane, folder) = (practice.lane(), practice.folder().join("cle"));
    exchange::export(&lane.handle(), &hand, &[fse], &folder, &who).expect("passed on").id
}

fn days(plan: &ForgetPlan, matter: Matter) -> Vec<(Why, Option<chrono::NaiveDate>)> {
    plan.stays.iter().filter(|one| one.what == matter).map(|one| (one.why, one.until)).collect()
}

#[test]
fn a_file_that_left_with_an_fse_of_theirs_goes_after_ninety_days() {
    let practice = Practice::new();
    let (durands, petits) = (passed_on(&practice, "vitale-durand"), passed_on(&practice, "vitale-petit"));
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    let mut ws = practice.workstation();
    let patient = durand(&ws, &who);
    let until: Option<chrono::NaiveDate> = "2026-04-16".parse().ok();
    practice.clock.set("2026-04-15T09:00:00Z");
    let plan = ws.forget_plan(&who, patient).expect("a plan");
    assert_eq!(days(&plan, Matter::Fichiers), [(Why::FichierParti, until)], "the other one does not name them");
    let identity = days(&plan, Matter::Identite);
    assert_eq!(identity, [(Why::Nommee, "2029-01-15".parse().ok())], "the FSE stays as long as it stayed");

    practice.clock.set("2026-04-16T09:00:00Z");
    let forgotten = ws.forget_person(&who, patient, true, practice.folder()).expect("done");
    let gone = forgotten.plan.goes.iter().find(|going| going.what == Matter::Fichiers).expect("the file");
    assert_eq!((gone.count, days(&forgotten.plan, Matter::Fichiers)), (1, vec![]));
    assert!(forgotten.left_in.iter().all(|(table, _)| *table != "transfer"), "{forgotten:?}");
    assert_eq!(ws.store().left_with(&durands).expect("read"), None);
    assert!(ws.store().left_with(&petits).expect("read").is_some(), "nobody asked for that one");
    assert!(ws.store().journal_verify().expect("read").is_intact());
}

#[test]
fn a_file_that_left_just_now_is_said_to_stay_and_goes_in_its_own_time() {
    let practice = Practice::new();
    passed_on(&practice, "vitale-durand");
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    let mut ws = practice.workstation();
    let patient = durand(&ws, &who);
    ws.set_setting_confirmed("retention.years", "0", None, true).expect("the floor alone");
    let forgotten = ws.forget_person(&who, patient, true, practice.folder()).expect("done");
    assert_eq!(days(&forgotten.plan, Matter::Fichiers), [(Why::FichierParti, "2026-04-16".parse().ok())]);
    assert!(!forgotten.plan.whole, "it names them until then");
    assert_eq!(forgotten.left_in, [("transfer", 1)], "and nothing else does");
    assert!(ws.store().journal_verify().expect("read").is_intact());
}

#[test]
fn everything_of_a_person_is_handed_over_and_told() {
    let (practice, who, fse) = seen();
    let mut ws = practice.workstation();
    let patient = durand(&ws, &who);
    let file = ws.person_file(&who, patient).expect("a file");
    let json: serde_json::Value = serde_json::from_str(&file.json).expect("json");
    let tables = &json["tables"];
    assert_eq!((&json["v"], &json["patient"]), (&1.into(), &patient.into()));
    assert_eq!(tables["patient"][0]["family_name"], "DURAND");
    assert_eq!(tables["patient"][0]["insured_nir"], NIR);
    for (table, count) in [("document", 1), ("body", 1), ("signature", 2), ("money", 3), ("receipt", 1), ("reading", 1)]
    {
        assert_eq!(tables[table].as_array().map(Vec::len), Some(count), "{table}");
    }
    assert!(tables["journal"].as_array().is_some_and(|told| !told.is_empty()));
    assert!(papers::pdf(&file.print).expect("a PDF").starts_with(b"%PDF"));
    let page = prints::html(&file.print);
    for word in ["DURAND", "Vos droits", &fse.number.to_string(), "CNIL", "DÉMONSTRATION"] {
        assert!(page.contains(word), "{word}");
    }
    let told = ws.store().journal_entries().expect("read").pop().expect("an entry");
    assert_eq!((told.action.as_str(), told.patient), ("patient.exporte", Some(patient)));
    assert_eq!(
        ws.patient_on_card(&Hand::of("cps-gris", Some("vitale-durand")).vitale(), 0, &who).expect("known"),
        patient
    );
    let unknown = ws.patient_on_card(&Hand::of("cps-gris", Some("vitale-petit")).vitale(), 0, &who);
    assert_eq!(code(unknown.err()), "saisie.patient_inconnu");
}

#[test]
fn nobody_hands_over_or_erases_anothers_patient() {
    let (practice, gris, _) = seen();
    let mut ws = practice.workstation();
    let patient = durand(&ws, &gris);
    let blanc = Hand::of("cps-blanc", None).signed_in(&practice.clock);
    assert_eq!(code(ws.forget_plan(&blanc, patient).err()), "saisie.patient_inconnu");
    assert_eq!(code(ws.forget_person(&blanc, patient, true, practice.folder()).err()), "saisie.patient_inconnu");
    assert_eq!(code(ws.person_file(&blanc, patient).err()), "saisie.patient_inconnu");

    let cabinet = Secretariat::opened();
    cabinet.sealed();
    let staff = cabinet.secretary();
    let refused = cabinet.asked(move |ws| {
        let patient = ws.find_people(&staff, &Search::parse("durand", chrono::NaiveDate::MIN), 1)?.people[0].id;
        Ok((code(ws.forget_plan(&staff, patient).err()), code(ws.person_file(&staff, patient).err())))
    });
    assert_eq!(refused.expect("asked"), ("acces.praticien_seul", "acces.praticien_seul"));
}

#[test]
fn what_another_practitioner_has_stays_and_is_said() {
    let (practice, gris, _) = seen();
    let hand = Hand::of("cps-blanc", Some("vitale-durand"));
    let mut ws = practice.workstation();
    let blanc = hand.signed_in(&practice.clock);
    let theirs = crate::support::signed(&mut ws, &hand, &blanc);
    let patient = durand(&ws, &gris);
    ws.person_file(&blanc, patient).expect("Dr Blanc hands over what is theirs");
    let handed = ws.person_file(&gris, patient).expect("and Dr Gris what is theirs").json;
    let handed: serde_json::Value = serde_json::from_str(&handed).expect("json");
    let told = handed["tables"]["journal"].as_array().expect("entries");
    let number = blanc.situation.billing_number.to_string();
    assert!(!told.is_empty() && told.iter().all(|entry| entry["actor"] != number.as_str()), "{told:?}");
    practice.clock.set("2029-01-15T09:00:00Z");
    let forgotten = ws.forget_person(&gris, patient, true, practice.folder()).expect("done");
    let others: Vec<_> =
        forgotten.plan.stays.iter().filter(|one| one.why == Why::AutrePraticien).map(|one| one.what).collect();
    assert_eq!(others, [Matter::LectureVitale, Matter::Identite]);
    assert!(!forgotten.plan.whole);
    assert!(ws.store().fse(&theirs).expect("read").is_some(), "Dr Blanc's stays");
    assert!(
        ws.history(&blanc, patient, 10)
            .expect("a history")
            .rights
            .iter()
            .any(|seen| seen.source == Source::LectureVitale)
    );
    assert_eq!(code(ws.history(&gris, patient, 10).err()), "saisie.patient_inconnu", "nothing of Dr Gris's names them");
    assert!(ws.store().journal_verify().expect("read").is_intact());
}
