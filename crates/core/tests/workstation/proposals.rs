//! What a patient's draft begins with: the set of acts that fits, the answers of the last time, the accident that goes on; and the
//! whole evening by one key. Amounts by hand: G 30,00 €, MEG 5,00 € below six years (NGAP), 100 % under ALD and AT.

use liasse_core::evening::{self, Step};
use liasse_core::invoicing::{Accident, AccidentError, ActSet, Draft, Hours, SetError, Where, usual_sets};
use liasse_core::lane::Lane;
use liasse_core::radar::Category;
use liasse_core::sending::PostWorker;
use liasse_core::{CoreError, Tables};
use liasse_domain::{Centimes, Coded, FseRef, Level, Organisme, SecuringMode};

use crate::invoicing::Desk;
use crate::support::secretary::Secretariat;
use crate::support::{Direct, Hand, instant};

fn codes(draft: &Draft) -> Vec<&str> {
    draft.input.acts.iter().map(|act| act.code.as_str()).collect()
}

/// The draft that a window opens for a beneficiary.
fn opened(desk: &Desk, beneficiary: usize) -> Draft {
    desk.workstation.propose(&desk.draft(beneficiary, &[]), &desk.who).expect("proposed").draft
}

fn sign(desk: &mut Desk, draft: &Draft, hand: &Hand) -> FseRef {
    let fse = desk.prepare(draft).expect("prepared");
    let (who, vitale) = (desk.who.clone(), desk.vitale.clone());
    desk.workstation.sign(&fse, &who, Some(&vitale), hand).expect("signed");
    fse
}

#[test]
fn the_mother_is_proposed_a_consultation_and_the_child_below_six_its_majoration() {
    let desk = Desk::with("vitale-durand");
    let proposed = desk.workstation.propose(&desk.draft(0, &[]), &desk.who).expect("proposed");
    assert_eq!((codes(&proposed.draft), proposed.set.as_deref()), (vec!["G"], Some("Consultation")));
    assert_eq!(codes(&opened(&desk, 1)), ["G", "MEG"]);
    let invoice = desk.workstation.price(&opened(&desk, 1), &desk.who).expect("priced");
    assert_eq!(invoice.total_cents, Centimes(3500));
}

#[test]
fn the_place_and_what_is_there_already_decide() {
    let desk = Desk::with("vitale-durand");
    let mut visited = desk.draft(0, &[]);
    visited.mode = SecuringMode::Visite;
    assert_eq!(codes(&desk.workstation.propose(&visited, &desk.who).expect("proposed").draft), ["VG"]);
    let typed = desk.workstation.propose(&desk.draft(0, &["APC"]), &desk.who).expect("proposed");
    assert_eq!((codes(&typed.draft), typed.set), (vec!["APC"], None), "what is typed stays");
}

#[test]
fn the_practitioner_changes_what_is_proposed_and_nobody_else_does() {
    let mut desk = Desk::with("vitale-durand");
    let mut sets = desk.workstation.act_sets(&desk.who).expect("read");
    let elderly = ActSet { name: "Femme adulte".into(), acts: "APC".into(), from_age: Some(18), ..ActSet::default() };
    sets.insert(0, elderly.clone());
    let who = desk.who.clone();
    desk.workstation.keep_act_sets(&who, &sets).expect("kept");
    assert_eq!(codes(&opened(&desk, 0)), ["APC"]);
    assert_eq!(codes(&opened(&desk, 1)), ["G", "MEG"], "the child is no adult");
    let refused = |desk: &mut Desk, set: ActSet| {
        let error = desk.workstation.keep_act_sets(&who, &[set]).expect_err("refused");
        error.code().0
    };
    assert_eq!(refused(&mut desk, ActSet { acts: "XYZ".into(), ..elderly.clone() }), "pricing.saisie_code");
    assert_eq!(refused(&mut desk, ActSet { name: "  ".into(), ..elderly.clone() }), "saisie.jeu_nom");
    assert_eq!(refused(&mut desk, ActSet { below_age: Some(18), ..elderly.clone() }), "saisie.jeu_ages");
    let twice = desk.workstation.keep_act_sets(&who, &[elderly.clone(), elderly]);
    assert!(matches!(twice, Err(CoreError::Sets(SetError::Number))));
    assert_eq!(codes(&opened(&desk, 0)), ["APC"], "a refusal changes nothing");
    assert!(desk.workstation.store().journal_verify().expect("verified").faults.is_empty());
}

#[test]
fn the_usual_sets_of_every_specialty_can_be_billed() {
    let desk = Desk::with("vitale-durand");
    for specialty in 1..80_u32 {
        let mut who = desk.who.clone();
        who.situation.specialty = format!("{specialty:02}");
        for set in usual_sets(&who.situation) {
            let mut draft = desk.draft(0, &[]);
            draft.take_set(Tables::embedded(), &set).expect("acts");
            draft.mode = if set.place == Where::Visite { SecuringMode::Visite } else { SecuringMode::Securise };
            let invoice = desk.workstation.price(&draft, &who).expect("priced");
            assert!(invoice.total_cents > Centimes::ZERO, "{specialty} {}", set.name);
        }
    }
}

#[test]
fn a_set_of_the_duty_hours_is_proposed_in_those_hours_alone() {
    let night = ActSet { name: "Garde".into(), acts: "G".into(), hours: Hours::Garde, ..ActSet::default() };
    let mut desk = Desk::with("vitale-durand");
    let who = desk.who.clone();
    desk.workstation.keep_act_sets(&who, std::slice::from_ref(&night)).expect("kept");
    // Thursday 15 January 2026, 9 h; the same at 21 h; Sunday 18 January, noon.
    for (at, proposed) in
        [("2026-01-15T08:00:00Z", false), ("2026-01-15T20:00:00Z", true), ("2026-01-18T11:00:00Z", true)]
    {
        desk.practice.clock.set(at);
        assert_eq!(!codes(&opened(&desk, 0)).is_empty(), proposed, "{at}");
    }
    assert_eq!(instant("2026-01-18T11:00:00Z"), desk.workstation.now());
}

#[test]
fn the_question_of_the_ald_stands_once_and_its_answer_is_proposed_again() {
    let mut desk = Desk::with("vitale-martin");
    let hand = Hand::of("cps-gris", Some("vitale-martin"));
    let mut first = opened(&desk, 0);
    assert!(first.asks_about_ald());
    let asked = |desk: &Desk, draft: &Draft| {
        let invoice = desk.workstation.price(draft, &desk.who).expect("priced");
        invoice.findings.iter().any(|finding| finding.code == "invoicing.ald_a_dire" && finding.level == Level::Warning)
    };
    assert!(asked(&desk, &first));
    first.answer_ald(0, true);
    first.input.third_party.amo = true;
    assert!(!asked(&desk, &first));
    let invoice = desk.workstation.price(&first, &desk.who).expect("priced");
    assert_eq!((invoice.amo_cents, invoice.patient_pays_cents), (Centimes(3000), Centimes::ZERO));
    sign(&mut desk, &first, &hand);
    let again = desk.workstation.propose(&desk.draft(0, &[]), &desk.who).expect("proposed");
    assert!(again.draft.input.acts[0].ald_related && again.draft.input.third_party.amo);
    assert!(!again.draft.asks_about_ald());
    assert_eq!(again.answered_on, Some(first.input.date));
    let mut second = again.draft;
    second.answer_ald(0, false);
    second.input.third_party.amo = false;
    sign(&mut desk, &second, &hand);
    assert!(!opened(&desk, 0).input.acts[0].ald_related, "the last answer, not the first");
}

#[test]
fn an_accident_is_remembered_until_it_is_consolidated() {
    let mut desk = Desk::with("vitale-durand");
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let who = desk.who.clone();
    let told = Accident { id: None, number: Some("123456789".into()), day: None, organisme: None };
    let mut draft = opened(&desk, 0);
    let kept = desk.workstation.keep_accident(&draft, &who, &told).expect("kept");
    draft.set_accident(&kept).expect("an accident");
    let invoice = desk.workstation.price(&draft, &who).expect("priced");
    assert_eq!((invoice.amo_cents, invoice.patient_pays_cents), (Centimes(3000), Centimes::ZERO), "100 %, no advance");
    let fse = sign(&mut desk, &draft, &hand);
    assert_eq!(desk.content(&fse).care.nature, 41);
    let open = desk.workstation.propose(&desk.draft(0, &[]), &who).expect("proposed").accidents;
    assert_eq!(open, std::slice::from_ref(&kept));
    assert!(!opened(&desk, 0).is_accident(), "proposed, never applied by itself");
    assert!(desk.workstation.propose(&desk.draft(1, &[]), &who).expect("proposed").accidents.is_empty(), "hers alone");
    let id = kept.id.expect("a row");
    let (hers, childs) = (desk.draft(0, &[]), desk.draft(1, &[]));
    assert!(desk.workstation.consolidate_accident(&childs, id, &who).is_err(), "not the child's");
    desk.workstation.consolidate_accident(&hers, id, &who).expect("consolidated");
    assert!(desk.workstation.propose(&desk.draft(0, &[]), &who).expect("proposed").accidents.is_empty());
    let twice = desk.workstation.consolidate_accident(&hers, id, &who).expect_err("once");
    assert_eq!(twice.code().0, "store.accident_inconnu");
    assert!(desk.workstation.store().journal_verify().expect("verified").faults.is_empty());
}

#[test]
fn nothing_of_one_beneficiary_is_billed_for_another() {
    let desk = Desk::with("vitale-durand");
    let mut hers = opened(&desk, 0);
    let told = Accident { id: None, number: Some("123456789".into()), day: None, organisme: None };
    hers.set_accident(&told).expect("an accident");
    hers.set_caused_by_third_party("2026-01-10".parse().ok()).expect("a day");
    let childs = hers.for_beneficiary(1).expect("the child");
    assert!(!childs.is_accident() && childs.input.cover == liasse_core::Cover::default());
    assert!(!childs.input.third_party.amo, "it was the accident's");
    assert_eq!(childs.organisme(), &childs.card().insured.organisme);
}

#[test]
fn an_accident_and_an_ald_do_not_contradict_each_other() {
    let desk = Desk::with("vitale-martin");
    let mut draft = opened(&desk, 0);
    let told = Accident { id: None, number: Some("123456789".into()), day: None, organisme: None };
    draft.answer_ald(0, true);
    draft.set_accident(&told).expect("an accident");
    draft.answer_ald(0, true);
    assert!(!draft.input.acts[0].ald_related && !draft.asks_about_ald());
    draft.clear_accident();
    assert!(draft.asks_about_ald(), "the answer went with the accident");
    draft.answer_ald(0, true);
    draft.input.third_party.amo = true;
    draft.clear_accident();
    assert!(draft.input.third_party.amo, "an illness stays as it is");
}

#[test]
fn an_accident_that_is_none_is_refused_and_another_caisse_answers_where_it_is_told() {
    let desk = Desk::with("vitale-durand");
    let mut draft = opened(&desk, 0);
    let accident = |number: Option<&str>, day: Option<&str>| Accident {
        id: None,
        number: number.map(str::to_owned),
        day: day.map(|day| day.parse().expect("a day")),
        organisme: None,
    };
    assert_eq!(draft.set_accident(&accident(None, None)), Err(AccidentError::Nothing));
    for wrong in ["12345", "1234567890", "000123456", "12a456789"] {
        assert_eq!(draft.set_accident(&accident(Some(wrong), None)), Err(AccidentError::Number), "{wrong}");
    }
    assert_eq!(draft.set_accident(&accident(None, Some("2026-01-16"))), Err(AccidentError::Ahead));
    assert_eq!(draft.set_caused_by_third_party("2026-01-16".parse().ok()), Err(AccidentError::Ahead));
    assert!(!draft.is_accident());
    let elsewhere = Organisme::new("01", "951", "0000").expect("a caisse");
    let told = Accident { organisme: Some(elsewhere.clone()), ..accident(None, Some("2026-01-12")) };
    draft.set_accident(&told).expect("an accident");
    assert_eq!(draft.organisme(), &elsewhere);
    draft.clear_accident();
    assert_eq!(draft.organisme(), &draft.card().insured.organisme);
}

#[test]
fn staff_keep_no_sets() {
    let office = Secretariat::opened();
    let staff = office.secretary();
    let refused = office.asked(move |ws| ws.keep_act_sets(&staff, &[])).expect_err("refused");
    assert_eq!(refused.code().0, "invoicing.autre_praticien");
}

/// A post that nobody set up.
fn post(office: &Secretariat) -> Lane<PostWorker> {
    let lane = office.workstation.clone();
    Lane::start("post", move || Ok::<_, CoreError>(PostWorker::new(lane, None))).expect("a lane")
}

#[test]
fn the_evening_signs_what_is_sound_makes_the_lots_and_closes_the_day() {
    let office = Secretariat::opened();
    office.sealed();
    let (doctor, cards) = (office.doctor(), &office.gris);
    let who = doctor.clone();
    let plan = office.asked(move |ws| ws.evening_plan(&who)).expect("a plan");
    assert_eq!((plan.to_sign, plan.to_look_at, plan.closed), ((1, Centimes(3000)), 0, false));
    // Nothing answers: no post is set up in this practice. What can be done is done all the same.
    let post = post(&office);
    let mut steps = Vec::new();
    let evening = evening::close(&office.workstation, cards, &post.handle(), &doctor, &mut |step| {
        steps.push(step);
        true
    })
    .expect("an evening");
    assert_eq!((evening.signed, evening.lots, evening.sent), (1, 1, 0));
    assert!(evening.receipts.expect("accounts").closed);
    assert_eq!(
        evening.obstacles.iter().map(|report| report.code.as_str()).collect::<Vec<_>>(),
        ["road.poste_incomplete"]
    );
    assert_eq!(
        evening.left.first().map(|(category, count, _)| (*category, *count)),
        Some((Category::FactureNonEnvoye, 1))
    );
    assert_eq!(steps, [Step::Signing(0, 1), Step::Signing(1, 1), Step::Lots, Step::Sending, Step::Receipts]);
}

#[test]
fn an_evening_that_is_stopped_leaves_the_rest_undone() {
    let office = Secretariat::opened();
    office.sealed();
    let doctor = office.doctor();
    let post = post(&office);
    let stops = |step: Step| !matches!(step, Step::Lots);
    let evening = evening::close(&office.workstation, &office.gris, &post.handle(), &doctor, &mut { stops });
    let evening = evening.expect("an evening");
    assert_eq!((evening.signed, evening.lots, evening.receipts), (1, 0, None));
    let who = doctor.clone();
    assert!(!office.asked(move |ws| ws.day_report(&who, None)).expect("the day").closed);
}
