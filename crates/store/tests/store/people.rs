//! People found along the indexes that are there: names as they are typed, the beginning of a NIR, a day; each for whom
//! something was billed, and what their FSE say of their rights.

use liasse_domain::{FseRef, Nir};
use liasse_store::{Listing, Only, PersonRow, Whose};

use crate::support::{DOCTOR, Kind, OTHER_DOCTOR, Practice, billing, day, fse, stamp};

/// One G for a person of that name and NIR, by that doctor.
fn billed(practice: &mut Practice, doctor: &str, family: &str, given: &str, nir: &str) -> FseRef {
    let billing = billing(doctor);
    let made = practice.store.prepare_fse(&stamp(), &billing, None, |number| {
        let (mut content, bytes) = fse(&billing, number, Kind::Paid);
        content.patient.family_name = family.into();
        content.patient.given_name = given.into();
        content.patient.insured_nir = Nir::parse(nir).expect("a NIR");
        content.patient.insured_key = content.patient.insured_nir.key();
        Ok::<_, ()>((content, bytes))
    });
    made.expect("prepared").reference().clone()
}

fn names(rows: &[PersonRow]) -> Vec<String> {
    rows.iter().map(|row| format!("{} {}", row.family_name.reveal(), row.given_name.reveal())).collect()
}

fn by_name(practice: &Practice, line: &str) -> Vec<String> {
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    names(&practice.store.people_named(&words, Whose::default(), 10).expect("read"))
}

#[test]
fn names_are_found_as_they_are_typed() {
    let mut practice = Practice::new();
    for (family, given, nir) in [
        ("DURAND", "LÉO", "1800578006001"),
        ("Durand", "Marie", "2800578006002"),
        ("DURANDEAU", "Éva", "2800578006003"),
        ("CLÉRET", "MARC", "1800578006004"),
        ("LE GOFF", "JEAN-PIERRE", "1800578006005"),
        ("D’ARC-ŒUVRARD", "ANNE", "2800578006006"),
    ] {
        billed(&mut practice, DOCTOR, family, given, nir);
    }
    for (line, wanted) in [
        ("durand", &["DURAND LÉO", "Durand Marie", "DURANDEAU Éva"][..]),
        ("durand ma", &["Durand Marie"]),
        ("leo durand", &["DURAND LÉO"]),
        ("eva", &["DURANDEAU Éva"]),
        ("CLERET", &["CLÉRET MARC"]),
        ("cléret", &["CLÉRET MARC"]),
        ("cl", &["CLÉRET MARC"]),
        ("le goff", &["LE GOFF JEAN-PIERRE"]),
        ("le-goff jean pierre", &["LE GOFF JEAN-PIERRE"]),
        ("d'arc", &["D’ARC-ŒUVRARD ANNE"]),
        ("d arc oeuv", &["D’ARC-ŒUVRARD ANNE"]),
        ("martin", &[]),
        ("urand", &[]),
    ] {
        assert_eq!(by_name(&practice, line), wanted, "{line}");
    }
    let first = practice.store.people_named(&["durand".to_owned()], Whose::default(), 2).expect("read");
    assert_eq!(names(&first), ["DURAND LÉO", "Durand Marie"], "the first ones by name");
    assert!(practice.store.people_named(&["-".to_owned()], Whose::default(), 10).expect("read").is_empty());
}

#[test]
fn a_nir_a_day_and_a_birth_find_those_of_whoever_looks() {
    let mut practice = Practice::new();
    let own = billed(&mut practice, DOCTOR, "DURAND", "MARIE", "2840578006084");
    billed(&mut practice, OTHER_DOCTOR, "PETIT", "LUC", "180052A001001");
    let (mine, other) = (billing(DOCTOR), billing(OTHER_DOCTOR));
    let whose = |billing| Whose { billing: Some(billing), session: None };
    let born = "1984-05-02".parse().expect("a birth date");
    let store = &practice.store;
    let nir = |start, key, whose| names(&store.people_of_nir(start, key, whose, 10).expect("read"));
    assert_eq!(nir("28405", None, whose(&mine)), ["DURAND MARIE"]);
    assert_eq!(nir("2840578006084", Some(90), whose(&mine)), ["DURAND MARIE"]);
    assert!(nir("2840578006084", Some(91), whose(&mine)).is_empty(), "a key that is not theirs");
    assert!(nir("28405", None, whose(&other)).is_empty());
    assert_eq!(nir("180052A", None, Whose::default()), ["PETIT LUC"]);
    assert!(nir("180052B", None, Whose::default()).is_empty());
    let on = |text, whose| names(&store.people_of_day(Some(day(text)), &born, whose, 10).expect("read"));
    assert_eq!(on("2026-01-15", whose(&mine)), ["DURAND MARIE"], "seen, and born: once");
    assert_eq!(on("2026-01-16", whose(&other)), ["PETIT LUC"], "born");
    assert_eq!(on("2026-01-15", Whose::default()), ["DURAND MARIE", "PETIT LUC"]);
    let seen_alone = "1970-01-01".parse().expect("a birth date");
    let seen = store.people_of_day(Some(day("2026-01-15")), &seen_alone, whose(&mine), 10).expect("read");
    assert_eq!((names(&seen), seen[0].last_act), (vec!["DURAND MARIE".to_owned()], Some(day("2026-01-15"))));

    let id = seen[0].id;
    assert_eq!(store.person(id, whose(&other)).expect("read"), None);
    let session = Whose { billing: Some(&mine), session: Some(1) };
    assert_eq!(store.person(id, session).expect("read"), None, "of no session");
    let documents = store.documents_of_patient(id, whose(&mine), Listing::default(), 10).expect("read");
    let documents = store.ledger_rows(&documents).expect("read");
    assert_eq!(documents.iter().map(|row| row.fse.clone()).collect::<Vec<_>>(), std::slice::from_ref(&own));
    assert_eq!(store.documents_of_patient_count(id, whose(&other), Only::All).expect("read"), 0);
    let rights = store.rights_of_patient(id, whose(&mine), 10).expect("read");
    let said: Vec<_> =
        rights.iter().map(|row| (&row.fse, row.proof, row.coverage.as_str(), row.contract.clone())).collect();
    assert_eq!(said, [(&own, 4, "00100", None)]);
    assert_eq!(store.mutuelle_seen(id).expect("read"), None);
}

/// One G for a child of one day and rank under that insured person; the row of whom it is for.
fn child(practice: &mut Practice, insured: &str, own: Option<&str>, given: &str) -> i64 {
    let billing = billing(DOCTOR);
    let made = practice.store.prepare_fse(&stamp(), &billing, None, |number| {
        let (mut content, bytes) = fse(&billing, number, Kind::Paid);
        let patient = &mut content.patient;
        patient.insured_nir = Nir::parse(insured).expect("a NIR");
        patient.insured_key = patient.insured_nir.key();
        patient.own_nir = own.map(|own| Nir::parse(own).expect("a NIR")).map(|nir| (nir, nir.key()));
        (patient.given_name, patient.quality) = (given.into(), 6);
        Ok::<_, ()>((content, bytes))
    });
    made.expect("prepared");
    let raw = practice.folder.raw();
    raw.query_row("SELECT patient FROM document ORDER BY id DESC LIMIT 1", [], |row| row.get(0)).expect("a row")
}

#[test]
fn two_people_of_one_day_under_one_insured_person_are_told_apart_by_their_own_nir() {
    let mut practice = Practice::new();
    let (mother, father) = ("2840578006084", "1830578006004");
    let (leas, toms) = (Some("2150199999901"), Some("1150199999902"));
    let lea = child(&mut practice, mother, leas, "LÉA");
    let tom = child(&mut practice, mother, toms, "TOM");
    assert_ne!(lea, tom, "twins of one rank, or step-siblings");
    assert_eq!([child(&mut practice, mother, leas, "LÉA"), child(&mut practice, mother, toms, "TOM")], [lea, tom]);
    // Neither is joined to the other under the father's number.
    assert_eq!([child(&mut practice, father, toms, "TOM"), child(&mut practice, father, leas, "LÉA")], [tom, lea]);
    assert_eq!([child(&mut practice, mother, toms, "TOM"), child(&mut practice, mother, leas, "LÉA")], [tom, lea]);
    // A card that gives no NIR of their own: the given name is all that is left.
    assert_eq!([child(&mut practice, mother, None, "TOM"), child(&mut practice, mother, None, "LÉA")], [tom, lea]);
    assert_eq!(names(&practice.store.people_of_nir(mother, None, Whose::default(), 10).expect("read")).len(), 2);
}

#[test]
fn who_was_first_seen_without_a_nir_of_their_own_keeps_their_row() {
    let mut practice = Practice::new();
    let (mother, father, own) = ("2840578006084", "1830578006004", Some("2150199999901"));
    let first = child(&mut practice, mother, None, "LÉA");
    assert_eq!(child(&mut practice, mother, own, "LÉA"), first, "their own is known from now on");
    assert_eq!(child(&mut practice, father, own, "LÉA"), first);
    // Seen under both parents before any card gave it: two rows, which stay two.
    let mut practice = Practice::new();
    let rows = [child(&mut practice, mother, None, "LÉA"), child(&mut practice, father, None, "LÉA")];
    assert_ne!(rows[0], rows[1]);
    assert_eq!([child(&mut practice, mother, own, "LÉA"), child(&mut practice, father, own, "LÉA")], rows);
}
