//! « Patients »: found by name, NIR and day, each by those alone whose patient they are; the rights with their source; and the
//! sentence for who was not reimbursed, along the whole way of an FSE.

use liasse_core::desk::SignedIn;
use liasse_core::invoicing::{Attestation, Draft, InvoicingError, Newborn, Proof};
use liasse_core::people::{Search, Source};
use liasse_core::reimbursed::{Answer, Standing};
use liasse_core::sending::send_all;
use liasse_core::{CoreError, Workstation};
use liasse_domain::fse::Patient;
use liasse_domain::patient::RightsSource;
use liasse_domain::{Centimes, FseRef, Nir, PaperState, Payer, SecuringMode};

use crate::support::secretary::{Secretariat, code};
use crate::support::{Direct, Hand, Practice, ScriptPost, arl, rejection};

/// One G for that person on the Vitale of `hand`, prepared.
fn prepared(ws: &mut Workstation, hand: &Hand, who: &SignedIn, beneficiary: usize) -> FseRef {
    let mut draft = Draft::new(&hand.vitale(), beneficiary, ws.now()).expect("a draft");
    draft.add_act("G");
    ws.prepare(&draft, who).expect("prepared")
}

/// Who is found by a line, by name.
fn found(ws: &Workstation, who: &SignedIn, line: &str) -> Result<Vec<String>, CoreError> {
    let today = liasse_domain::clock::paris(ws.now()).date();
    let people = ws.find_people(who, &Search::parse(line, today), 10)?.people;
    Ok(people.into_iter().map(|person| person.name.reveal().to_owned()).collect())
}

fn key(nir: &str) -> u8 {
    Nir::parse(nir).expect("a NIR").key()
}

#[test]
fn a_patient_is_found_by_name_by_nir_and_by_day() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let who = hand.signed_in(&practice.clock);
    let mut ws = practice.workstation();
    for beneficiary in [0, 1] {
        prepared(&mut ws, &hand, &who, beneficiary);
    }
    let both = vec!["DURAND LÉO".to_owned(), "DURAND MARIE".to_owned()];
    let (leo, marie) = (vec![both[0].clone()], vec![both[1].clone()]);
    let key = key("2850499999901");
    for (line, wanted) in [
        ("durand", &both),
        ("dur", &both),
        ("durand leo", &leo),
        ("Léo Durand", &leo),
        ("leo", &leo),
        ("mar", &marie),
        // The insured person's NIR is the family's, the child's own the child's.
        ("2 85 04 99 999 901", &both),
        (&format!("2 85 04 99 999 901 | {key:02}"), &both),
        ("28504", &both),
        ("1210599999902", &leo),
        ("17/04/1985", &marie),
        ("12 mai 2021", &leo),
        ("15/01/2026", &both),
        ("aujourd'hui", &both),
    ] {
        let mut named = found(&ws, &who, line).expect("looked for");
        named.sort();
        assert_eq!(&named, wanted, "{line}");
    }
    let wrong = (key + 1) % 97;
    for line in ["durant", "petit", "hier", "2850499999902", &format!("2850499999901{wrong:02}"), "01/01/1970", "2850"]
    {
        assert_eq!(found(&ws, &who, line).expect("looked for"), Vec::<String>::new(), "{line}");
    }
    let today = "2026-01-15".parse().expect("a day");
    let few = ws.find_people(&who, &Search::parse("durand", today), 1).expect("looked for");
    assert_eq!((few.people.len(), few.more), (1, true), "to be narrowed");
}

/// The patient that an FSE names.
fn claimed_for(ws: &Workstation, fse: &FseRef) -> Patient {
    ws.store().fse(fse).expect("read").expect("kept").content.patient
}

/// A G for the child on that card, with a reason for what two claims of one day may say.
fn seen_again(ws: &mut Workstation, hand: &Hand, who: &SignedIn) -> FseRef {
    let mut draft = Draft::new(&hand.vitale(), 1, ws.now()).expect("a draft");
    draft.add_act("G");
    draft.reason = Some("Revue le soir".to_owned());
    ws.prepare(&draft, who).expect("prepared")
}

#[test]
fn a_child_on_both_parents_cards_is_one_patient() {
    let practice = Practice::new();
    let mothers = Hand::of("cps-gris", Some("cas-enfant-chez-mere"));
    let fathers = Hand::of("cps-gris", Some("cas-enfant-chez-pere"));
    let who = mothers.signed_in(&practice.clock);
    let mut ws = practice.workstation();
    let claims = [&mothers, &fathers, &mothers].map(|hand| seen_again(&mut ws, hand, &who));
    let today = "2026-01-15".parse().expect("a day");
    let people = ws.find_people(&who, &Search::parse("isaure", today), 10).expect("looked for").people;
    assert_eq!(people.len(), 1, "one child");
    let child = people.first().expect("a patient");
    // The row names the card that was seen last; each claim its own.
    let insured = |hand: &Hand| hand.vitale().read.content.expect("content").insured.nir;
    assert_eq!(child.nir, insured(&mothers));
    let history = ws.history(&who, child.id, 10).expect("a history");
    assert_eq!((history.count, history.documents.len()), (3, 3));
    let named = claims.map(|fse| claimed_for(&ws, &fse).insured_nir);
    assert_eq!(named, [insured(&mothers), insured(&fathers), insured(&mothers)]);
    // The parents are two people.
    prepared(&mut ws, &mothers, &who, 0);
    prepared(&mut ws, &fathers, &who, 0);
    let of_day = ws.find_people(&who, &Search::parse("15/01/2026", today), 10).expect("looked for").people;
    assert_eq!(of_day.len(), 3);
}

#[test]
fn a_child_with_a_card_of_their_own_is_the_patient_of_before() {
    let practice = Practice::new();
    let mothers = Hand::of("cps-gris", Some("cas-enfant-chez-mere"));
    let who = mothers.signed_in(&practice.clock);
    let mut ws = practice.workstation();
    seen_again(&mut ws, &mothers, &who);
    // Their own card says whose NIR it is once, in group 101, and need not repeat it in group 104.
    let mut own = mothers.vitale();
    let content = own.read.content.as_mut().expect("content");
    let mut child = content.beneficiaries.remove(1);
    let (nir, key) = child.own_nir.take().expect("a certified NIR");
    child.quality = 0;
    (content.insured.nir, content.insured.nir_key, content.beneficiaries) = (nir, key, vec![child]);
    let mut draft = Draft::new(&own, 0, ws.now()).expect("a draft");
    draft.add_act("G");
    draft.reason = Some("Revue le soir".to_owned());
    let fse = ws.prepare(&draft, &who).expect("prepared");
    assert_eq!(claimed_for(&ws, &fse).own_nir, Some((nir, key)));
    let today = "2026-01-15".parse().expect("a day");
    let people = ws.find_people(&who, &Search::parse("isaure", today), 10).expect("looked for").people;
    assert_eq!(people.len(), 1, "one person");
    let history = ws.history(&who, people[0].id, 10).expect("a history");
    assert_eq!((people[0].nir, history.count), (nir, 2));
}

#[test]
fn a_newborn_who_is_not_on_the_card_is_billed_on_the_insureds_nir() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("cas-nouveau-ne-absent"));
    let who = hand.signed_in(&practice.clock);
    let mut ws = practice.workstation();
    let mut mother = Draft::new(&hand.vitale(), 0, ws.now()).expect("a draft");
    mother.add_act("G");
    mother.reason = Some("Examen de la première semaine".to_owned());
    let mut draft = mother.clone();
    draft.add_typed(ws.tables(), "NN 10/01/2026 Léa").expect("understood");
    assert!(draft.is_for_newborn() && draft.rights().open && !draft.rights().ald);
    assert_eq!(draft.rights().source, RightsSource::Typed, "no card said it");
    assert_eq!(draft.card().insured.nir, mother.card().insured.nir);
    let invoice = ws.price(&draft, &who).expect("priced");
    let says = |code: &str| invoice.findings.iter().any(|finding| finding.code == code);
    assert!(says("invoicing.nouveau_ne_absent") && !says("invoicing.paiement_garanti"));
    let fse = ws.prepare(&draft, &who).expect("prepared");
    let patient = claimed_for(&ws, &fse);
    assert_eq!((patient.given_name.reveal(), patient.quality, patient.birth_rank), ("LÉA", 6, 1));
    assert_eq!((patient.insured_nir, patient.own_nir), (mother.card().insured.nir, None));
    assert_eq!(found(&ws, &who, "10/01/2026").expect("looked for").len(), 1);
    // Back to the mother, whose card speaks again; another name in the place of the first.
    let back = draft.for_beneficiary(0).expect("the mother");
    assert!(!back.is_for_newborn());
    assert_eq!(back.rights().source, RightsSource::Vitale);
    draft.add_typed(ws.tables(), "NN 10/01/2026 LOUISE").expect("understood");
    assert_eq!(draft.card().beneficiaries.len(), 2, "one newborn at a time");

    let typed = |text: &str| Newborn::typed(text).expect("understood");
    for too_old in ["14/01/2025 LÉO", "16/01/2026 LÉO"] {
        assert_eq!(mother.for_newborn(&typed(too_old)).map(|_| ()), Err(InvoicingError::NewbornDate), "{too_old}");
    }
    let known = Hand::of("cps-gris", Some("cas-nouveau-ne"));
    let known = Draft::new(&known.vitale(), 0, ws.now()).expect("a draft");
    let again = known.for_newborn(&typed("10/01/2026 AUTRE")).map(|_| ());
    assert_eq!(again, Err(InvoicingError::NewbornOnCard));
    assert!(known.for_newborn(&typed("10/01/2026 AUTRE 2")).is_ok(), "a twin");
}

#[test]
fn another_practitioners_patients_are_nobody_elses() {
    let practice = Practice::new();
    let (fse, _) = practice.posted(&["vitale-durand"]).remove(0);
    let ws = practice.workstation();
    let (gris, blanc) = (Hand::of("cps-gris", None), Hand::of("cps-blanc", None));
    let (gris, blanc) = (gris.signed_in(&practice.clock), blanc.signed_in(&practice.clock));
    let today = "2026-01-15".parse().expect("a day");
    let own = ws.find_people(&gris, &Search::parse("durand", today), 10).expect("looked for").people;
    let patient = own.first().expect("a patient").id;
    assert_eq!(ws.history(&gris, patient, 10).expect("a history").documents.len(), 1);
    for line in ["durand", "2850499999901", "15/01/2026", "17/04/1985"] {
        assert_eq!(found(&ws, &blanc, line).expect("looked for"), Vec::<String>::new(), "{line}");
    }
    assert_eq!(code(ws.history(&blanc, patient, 10).err()), "saisie.patient_inconnu");
    assert_eq!(code(ws.history(&gris, patient + 100, 10).err()), "saisie.patient_inconnu");
    assert_eq!(code(ws.why_not_reimbursed(&blanc, &fse).err()), "invoicing.autre_praticien");
}

fn attestation(nir: &str) -> Attestation {
    serde_json::from_value(serde_json::json!({
        "insured_nir": nir, "insured_key": key(nir), "regime": "01", "caisse": "751", "centre": "0000",
        "family_name": "D'ORNANO-LEFÈVRE", "given_name": "ANNE-MARIE", "birth_date": "1980-05-12", "until": "2026-12-31"
    }))
    .expect("an attestation")
}

#[test]
fn a_corsican_with_an_attestation_is_found_and_the_sheet_is_told() {
    let cabinet = Secretariat::opened();
    let doctor = cabinet.doctor();
    let who = doctor.clone();
    let fse = cabinet
        .asked(move |ws| {
            let reading = attestation("180052A001001").reading(ws.now(), true)?;
            let mut draft = Draft::without_card(reading, Proof::Attestation, SecuringMode::Degrade, ws.now())?;
            draft.add_act("G");
            ws.prepare(&draft, &who)
        })
        .expect("prepared");
    let lines =
        ["180052A001001", "1 80 05 2a 001 001", "18005 2A", "d ornano", "d'ornano lefevre", "anne marie d'ornano"];
    for line in lines {
        let who = doctor.clone();
        let named = cabinet.asked(move |ws| found(ws, &who, line)).expect("looked for");
        assert_eq!(named, ["D'ORNANO-LEFÈVRE ANNE-MARIE"], "{line}");
    }
    let who = doctor.clone();
    assert!(cabinet.asked(move |ws| found(ws, &who, "1 80 05 2B")).expect("looked for").is_empty());

    let (who, of) = (doctor.clone(), fse.clone());
    let (history, answer) = cabinet
        .asked(move |ws| {
            let today = liasse_domain::clock::paris(ws.now()).date();
            let patient = ws.find_people(&who, &Search::parse("d'ornano", today), 10)?.people.remove(0).id;
            Ok((ws.history(&who, patient, 10)?, ws.why_not_reimbursed(&who, &of)?))
        })
        .expect("a history");
    // What was typed from a paper is no reading of a card.
    let sources: Vec<_> = history.rights.iter().map(|one| (one.source, one.fse.clone())).collect();
    assert_eq!(sources, [(Source::FseAttestation, Some(fse.clone()))]);
    assert_eq!(answer.standing, Standing::NonSignee);
    assert!(answer.sentence.contains("nous vous remettons la feuille papier"), "{}", answer.sentence);

    let (who, of) = (doctor, fse);
    let answer = cabinet
        .asked(move |ws| {
            let sheet = ws.sheet_of(&of, &who)?.0.id;
            ws.tick_paper(sheet, PaperState::Postee, &who)?;
            ws.why_not_reimbursed(&who, &of)
        })
        .expect("ticked off");
    assert!(answer.sentence.contains("postée à la caisse depuis le 15/01/2026"), "{}", answer.sentence);
}

#[test]
fn a_locum_sees_what_the_session_billed_and_staff_the_practices_without_the_caisses_money() {
    let cabinet = Secretariat::opened();
    // Dr Gris's own, before leaving.
    let doctors = cabinet.practice.posted(&["vitale-durand", "vitale-petit"]);
    let vert = Hand::of("cps-vert", Some("vitale-durand"));
    let locum = cabinet.replaced_by(&vert);
    let (who, vitale) = (locum.clone(), vert.vitale());
    assert_eq!(cabinet.asked(move |ws| found(ws, &who, "durand")).expect("looked for"), Vec::<String>::new());
    let who = locum.clone();
    let theirs = cabinet
        .asked(move |ws| {
            let mut draft = Draft::new(&vitale, 0, ws.now())?;
            draft.add_act("G");
            draft.mode = SecuringMode::Securise;
            ws.prepare(&draft, &who)
        })
        .expect("made by the locum");
    let history_of = |who: &SignedIn| {
        let who = who.clone();
        cabinet.asked(move |ws| {
            let today = liasse_domain::clock::paris(ws.now()).date();
            let patient = ws.find_people(&who, &Search::parse("durand", today), 10)?.people.remove(0).id;
            ws.history(&who, patient, 10)
        })
    };
    let seen = history_of(&locum).expect("the locum's");
    let fses: Vec<_> = seen.documents.iter().map(|document| document.fse.clone()).collect();
    assert_eq!((fses, seen.count), (vec![theirs], 1));
    let who = locum.clone();
    assert_eq!(cabinet.asked(move |ws| found(ws, &who, "petit")).expect("looked for"), Vec::<String>::new());
    let (who, of) = (locum, doctors[0].0.clone());
    let refused = cabinet.asked(move |ws| ws.why_not_reimbursed(&who, &of));
    assert_eq!(code(refused.err()), "invoicing.autre_praticien");

    assert_eq!(history_of(&cabinet.doctor()).expect("the doctor's").documents.len(), 2, "and what was made for them");
    let staff = cabinet.secretary();
    let seen = history_of(&staff).expect("the practice's");
    assert_eq!((seen.documents.len(), seen.rights[0].source), (2, Source::LectureVitale));
    assert!(seen.documents.iter().all(|one| one.money.iter().all(|part| part.payer == Payer::Patient)));
    let of = doctors[1].0.clone();
    let answer = cabinet.asked(move |ws| ws.why_not_reimbursed(&staff, &of)).expect("an answer");
    assert!(answer.sentence.starts_with("Vous n'avez rien payé"), "{}", answer.sentence);
}

#[test]
fn the_sentence_follows_an_fse_from_the_signature_to_its_correction() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let who = hand.signed_in(&practice.clock);
    let told = |fse: &FseRef, standing: Standing, words: &[&str]| -> Answer {
        let answer = practice.workstation().why_not_reimbursed(&who, fse).expect("an answer");
        assert_eq!(answer.standing, standing, "{}", answer.sentence);
        assert!(words.iter().all(|word| answer.sentence.contains(word)), "{}", answer.sentence);
        let json = serde_json::to_string(&answer).expect("json");
        assert!(!json.to_uppercase().contains("DURAND") && !json.contains("99999901"), "{json}");
        answer
    };
    let fse = prepared(&mut practice.workstation(), &hand, &who, 0);
    told(&fse, Standing::NonSignee, &["n'est pas encore signée", "au plus tard le 20/01/2026"]);
    practice.workstation().sign(&fse, &who, Some(&hand.vitale()), &hand).expect("signed");
    told(&fse, Standing::AEnvoyer, &["est signée et partira à la caisse au plus tard le 20/01/2026"]);
    practice.workstation().seal_lots(&who).expect("sealed");
    practice.workstation().sign_lots(&who, &hand).expect("lot signed");
    let mut post = ScriptPost::new(practice.lane());
    send_all(&post.handle(), &mut post).expect("sent");
    // Two working days after Thursday 15 end on Monday 19.
    told(&fse, Standing::Envoyee, &["partie à la caisse le 15/01/2026", "au plus tard le 19/01/2026"]);
    practice.clock.set("2026-01-20T09:00:00Z");
    told(&fse, Standing::Envoyee, &["ne nous en a pas encore accusé réception"]);

    let lot = practice.workstation().store().fse(&fse).expect("read").and_then(|row| row.lot).expect("in a lot");
    practice.take(&arl(&fse, lot));
    let received = "la caisse a reçu la feuille n° 000000001 le 16/01/2026, dans le lot n° 001";
    told(&fse, Standing::Recue, &[received, "rembourse en général en quelques jours"]);
    practice.take(&rejection(&fse, lot, "2026-01-19"));
    let refused =
        "a refusé la feuille n° 000000001 le 19/01/2026 au motif « Les droits du patient n'étaient pas ouverts";
    told(&fse, Standing::Rejetee, &[refused, "nous vérifions les droits"]);

    let mut ws = practice.workstation();
    let mut draft = ws.correction_of(&fse, &hand.vitale(), &who).expect("a draft");
    draft.reason = Some("Droits vérifiés".to_owned());
    let later = ws.prepare(&draft, &who).expect("prepared");
    let answer = told(&fse, Standing::Corrigee, &["la feuille n° 000000002, que nous envoyons au plus vite"]);
    assert_eq!(answer.corrected_by, Some(later.clone()));
    told(&later, Standing::NonSignee, &["000000002"]);
    ws.sign(&later, &who, Some(&hand.vitale()), &hand).expect("signed");
    told(&fse, Standing::Corrigee, &["refusé la feuille n° 000000001 le 19/01/2026", "000000002"]);

    let withdrawn = prepared(&mut ws, &hand, &who, 0);
    ws.cancel(&withdrawn, &who).expect("withdrawn");
    told(&withdrawn, Standing::Annulee, &["a été annulée au cabinet"]);
}

#[test]
fn in_tiers_payant_the_caisse_owes_the_patient_nothing() {
    let practice = Practice::new();
    let (fse, _) = practice.posted(&["vitale-petit"]).remove(0);
    let hand = Hand::of("cps-gris", None);
    let who = hand.signed_in(&practice.clock);
    let answer = practice.workstation().why_not_reimbursed(&who, &fse).expect("an answer");
    assert_eq!(answer.standing, Standing::AEnvoyer);
    let owes_nothing = "elle n'a donc rien à vous rembourser";
    assert!(answer.sentence.contains(owes_nothing) && answer.sentence.contains("27/01/2026"), "{}", answer.sentence);
    let history = {
        let ws = practice.workstation();
        let today = "2026-01-15".parse().expect("a day");
        let patient = ws.find_people(&who, &Search::parse("petit", today), 10).expect("found").people.remove(0).id;
        ws.history(&who, patient, 10).expect("a history")
    };
    let total: Centimes = history.documents.iter().map(|one| one.total_cents).sum();
    assert_eq!(total, Centimes(3000));
    let card = history.rights.first().expect("the card");
    assert_eq!((card.source, card.open, card.c2s), (Source::LectureVitale, Some(true), Some(true)));
    let json = serde_json::to_string(&history).expect("json");
    assert!(json.contains("lecture_vitale") && !json.contains("PETIT") && !json.contains("99999904"), "{json}");
}
