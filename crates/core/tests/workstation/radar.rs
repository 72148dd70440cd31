//! « À surveiller » over a day of work: each thing enters a category when it should, with its euros, its date and what is to
//! be done, and leaves it when that is done; and who sees what.

use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::lists::Listing;
use liasse_core::radar::{Category, LegalDate, Level, Radar, Todo, WatchOnly, WatchSort, Watched};
use liasse_core::sending::send_all;
use liasse_core::{SettlementMode, desync, signing};
use liasse_domain::{Centimes, FileIdentifier, FseRef, Payer, SendPhase};
use liasse_post::Cause;

use crate::support::secretary::{Secretariat, cotation};
use crate::support::{Direct, Hand, Practice, ScriptPost, Turn, arl, payment, rejection};

/// What is watched by reason of its state: how many, which euros, and what is to be done.
fn told(radar: &Radar) -> Vec<(Category, usize, i64, Vec<Todo>)> {
    let some = radar.categories.iter().filter(|one| one.count > 0 && one.category != Category::DateLegale);
    let actions = |one: &Watched| one.rows.iter().map(|row| row.action).collect();
    some.map(|one| (one.category, one.count, one.total_cents.0, actions(one))).collect()
}

fn of(radar: &Radar, category: Category) -> &Watched {
    radar.categories.iter().find(|one| one.category == category).expect("a category that is seen")
}

fn seen_by(cabinet: &Secretariat, who: &SignedIn) -> Radar {
    let who = who.clone();
    cabinet.asked(move |ws| ws.radar(&who, 10)).expect("a radar")
}

fn read(practice: &Practice) -> Radar {
    let who = Hand::of("cps-gris", None).signed_in(&practice.clock);
    practice.workstation().radar(&who, 10).expect("a radar")
}

/// One G of that patient with the caisse, its ARL taken in.
fn received(vitale: &str) -> (Practice, FseRef, FileIdentifier) {
    let practice = Practice::new();
    let (fse, lot) = practice.sent(&[vitale]).remove(0);
    practice.take(&arl(&fse, lot));
    (practice, fse, lot)
}

#[test]
fn a_passage_is_watched_from_the_desk_until_the_patient_has_paid() {
    let cabinet = Secretariat::opened();
    let doctor = cabinet.doctor();
    let now = || told(&seen_by(&cabinet, &doctor));
    assert_eq!(now(), Vec::new());
    let passage = cabinet.received().expect("received");
    assert_eq!(now(), [(Category::VuNonFacture, 1, 0, vec![Todo::Coter])]);
    assert_eq!(of(&seen_by(&cabinet, &doctor), Category::VuNonFacture).unpriced, 1);
    cabinet.code(passage, &["G"]).expect("coded");
    assert_eq!(now(), [(Category::VuNonFacture, 1, 3000, vec![Todo::Facturer])]);
    let radar = seen_by(&cabinet, &doctor);
    let row = &of(&radar, Category::VuNonFacture).rows[0];
    assert_eq!((row.passage, row.fse.as_ref(), row.kind), (Some(passage), None, "passage"));
    assert!(!row.patient.is_empty(), "a screen names the patient");
    // Thursday 15 January: three working days are Friday, Monday and Tuesday the 20th.
    assert_eq!(
        (row.deadline.map(|day| day.to_string()), row.level),
        (Some("2026-01-20".to_owned()), Some(Level::ATemps))
    );

    let fse = cabinet.billed(passage).expect("billed");
    let unsent = |action| vec![(Category::FactureNonEnvoye, 1, 3000, vec![action])];
    assert_eq!(now(), unsent(Todo::Signer));
    cabinet.seal(&fse).expect("sealed");
    assert_eq!(now(), unsent(Todo::Signer), "sealed by the patient, it still waits for the CPS");
    let run = desync::sign_all(&cabinet.workstation, &cabinet.gris, &cabinet.shown(), &doctor, &mut |_| true);
    assert_eq!(run.signed.len(), 1);
    assert_eq!(now(), unsent(Todo::MettreEnLot));
    let lot = signing::finish_lots(&cabinet.workstation, &cabinet.gris, &doctor).expect("a lot").remove(0);
    assert_eq!(now(), unsent(Todo::Envoyer));

    let mut post = ScriptPost::new(cabinet.practice.lane());
    send_all(&post.handle(), &mut post).expect("sent");
    assert_eq!(now(), [(Category::EnvoyeNonRecu, 1, 3000, vec![Todo::Relever])]);
    cabinet.practice.take(&arl(&fse, lot));
    assert_eq!(now(), [(Category::RecuNonPaye, 1, 3000, vec![Todo::Encaisser])]);
    let settle = |amount| {
        let (fse, staff) = (fse.clone(), cabinet.secretary());
        cabinet.asked(move |ws| ws.settle_part(&fse, &staff, SettlementMode::Especes, amount, None)).expect("settled");
    };
    settle(Some(Centimes(1000)));
    assert_eq!(now(), [(Category::PayeTropPeu, 1, 2000, vec![Todo::Encaisser])]);
    settle(None);
    assert_eq!(now(), Vec::new(), "what is finished is watched no more");
    assert_eq!(seen_by(&cabinet, &doctor).dates, Vec::new());
}

#[test]
fn what_was_returned_to_the_secretary_is_to_be_looked_at() {
    let cabinet = Secretariat::opened();
    let fse = cabinet.sealed();
    let (name, doctor) = (fse.clone(), cabinet.doctor());
    cabinet.asked(move |ws| ws.send_back(&name, "la date ?", &doctor)).expect("returned");
    let staff = cabinet.secretary();
    assert_eq!(told(&seen_by(&cabinet, &staff)), [(Category::FactureNonEnvoye, 1, 3000, vec![Todo::Revoir])]);
}

#[test]
fn a_file_without_arl_is_awaited_two_working_days_and_leaves_again_within_two_more() {
    let practice = Practice::new();
    practice.posted(&["vitale-durand"]);
    let mut post = ScriptPost::new(practice.lane());
    // Nobody knows whether it arrived: that is no answer either.
    post.turns.push_back(Turn::Fail(SendPhase::Dot, Cause::Timeout));
    send_all(&post.handle(), &mut post).expect("runs");
    // Sent on Thursday 15: the ARL is due by Monday 19, the second sending by Wednesday 21.
    for (now, deadline, level, action, pressing) in [
        ("2026-01-15T09:00:00Z", "2026-01-19", Level::ATemps, Todo::Relever, 0),
        ("2026-01-16T09:00:00Z", "2026-01-19", Level::Bientot, Todo::Relever, 1),
        ("2026-01-19T09:00:00Z", "2026-01-19", Level::Bientot, Todo::Relever, 1),
        ("2026-01-20T09:00:00Z", "2026-01-21", Level::Bientot, Todo::Renvoyer, 1),
        ("2026-01-22T09:00:00Z", "2026-01-21", Level::EnRetard, Todo::Renvoyer, 1),
    ] {
        practice.clock.set(now);
        let radar = read(&practice);
        assert_eq!(told(&radar), [(Category::EnvoyeNonRecu, 1, 3000, vec![action])], "{now}");
        let day = deadline.parse().expect("a day");
        assert_eq!(radar.dates, [LegalDate { day, count: 1, total_cents: Centimes(3000), level }], "{now}");
        let dated = of(&radar, Category::DateLegale);
        assert_eq!((dated.count, dated.overdue), (pressing, usize::from(level == Level::EnRetard)), "{now}");
        let coming = (level != Level::EnRetard).then_some(day);
        assert_eq!(of(&radar, Category::EnvoyeNonRecu).next_date, coming, "{now}");
    }
    let radar = read(&practice);
    assert_eq!(of(&radar, Category::EnvoyeNonRecu).oldest_days, Some(7));
    assert!(!of(&radar, Category::EnvoyeNonRecu).rows[0].patient.is_empty());
    send_all(&post.handle(), &mut post).expect("sent again");
    let radar = read(&practice);
    assert_eq!(told(&radar), [(Category::EnvoyeNonRecu, 1, 3000, vec![Todo::Relever])], "a new delay begins");
    assert_eq!(radar.dates[0].day.to_string(), "2026-01-26");
}

#[test]
fn what_a_caisse_and_an_insurer_owe_is_watched_to_the_last_cent() {
    // C2S: the caisse owes 21,00 € and the complementary 9,00 €, the patient nothing.
    let (practice, fse, _) = received("vitale-petit");
    assert_eq!(told(&read(&practice)), [(Category::RecuNonPaye, 2, 3000, vec![Todo::Relancer, Todo::Relancer])]);
    practice.take(&payment(&fse, "SIM1", &[(Payer::Amo, 2000), (Payer::Amc, 900)]));
    let radar = read(&practice);
    assert_eq!(told(&radar), [(Category::PayeTropPeu, 1, 100, vec![Todo::Rapprocher])]);
    assert_eq!(of(&radar, Category::PayeTropPeu).rows[0].payer, Some(Payer::Amo));
    practice.take(&payment(&fse, "SIM2", &[(Payer::Amo, 100)]));
    assert_eq!(told(&read(&practice)), Vec::new());
    // More than is owed is no loss, and somebody looks at it all the same.
    practice.take(&payment(&fse, "SIM3", &[(Payer::Amo, 50)]));
    let radar = read(&practice);
    assert_eq!(told(&radar), [(Category::PayeTropPeu, 1, 0, vec![Todo::Rapprocher])]);
    assert_eq!(of(&radar, Category::PayeTropPeu).rows[0].amount_cents, Some(Centimes(-50)));
}

#[test]
fn a_reject_is_watched_until_it_is_corrected() {
    let (practice, fse, lot) = received("vitale-durand");
    practice.take(&rejection(&fse, lot, "2026-01-16"));
    let owed = (Category::RecuNonPaye, 1, 3000, vec![Todo::Encaisser]);
    assert_eq!(told(&read(&practice)), [owed.clone(), (Category::Rejete, 1, 3000, vec![Todo::Corriger])]);
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let (who, vitale) = (hand.signed_in(&practice.clock), hand.vitale());
    let mut workstation = practice.workstation();
    let mut draft = workstation.correction_of(&fse, &vitale, &who).expect("a draft");
    draft.reason = Some("Droits vérifiés".to_owned());
    let corrected = workstation.prepare(&draft, &who).expect("prepared");
    assert_eq!(told(&read(&practice)), [(Category::FactureNonEnvoye, 1, 3000, vec![Todo::Signer]), owed]);
    workstation.sign(&corrected, &who, Some(&vitale), &hand).expect("signed");
    // The patient owes for the new one now, which has not left.
    assert_eq!(told(&read(&practice)), [(Category::FactureNonEnvoye, 1, 3000, vec![Todo::MettreEnLot])]);
}

#[test]
fn each_practitioner_sees_their_own_and_a_category_counts_what_it_does_not_show() {
    let practice = Practice::new();
    practice.posted(&["vitale-durand", "vitale-petit"]);
    let gris = Hand::of("cps-gris", None).signed_in(&practice.clock);
    let radar = practice.workstation().radar(&gris, 1).expect("a radar");
    let unsent = of(&radar, Category::FactureNonEnvoye);
    assert_eq!((unsent.count, unsent.total_cents, unsent.rows.len(), unsent.more), (2, Centimes(6000), 1, false));
    // The patient paid for the one (3 working days), the caisse will for the other (8).
    assert_eq!(unsent.rows[0].deadline.map(|day| day.to_string()).as_deref(), Some("2026-01-20"));
    let days: Vec<_> = radar.dates.iter().map(|date| date.day.to_string()).collect();
    assert_eq!(days, ["2026-01-20", "2026-01-27"]);
    let json = serde_json::to_string(&radar).expect("json");
    assert!(json.contains("facture_non_envoye") && !json.contains("DURAND"), "{json}");
    let blanc = Hand::of("cps-blanc", None).signed_in(&practice.clock);
    assert_eq!(told(&practice.workstation().radar(&blanc, 10).expect("a radar")), Vec::new());
}

fn categories(radar: &Radar) -> Vec<Category> {
    radar.categories.iter().map(|one| one.category).collect()
}

#[test]
fn a_locum_sees_what_their_session_did_and_no_account() {
    let cabinet = Secretariat::opened();
    // Dr Gris's own, before leaving: one waits in a file.
    cabinet.practice.posted(&["vitale-petit"]);
    let vert = Hand::of("cps-vert", Some("vitale-durand"));
    let locum = cabinet.replaced_by(&vert);
    let known = locum.clone();
    cabinet.asked(move |ws| ws.remember(&known)).expect("the card was read");
    let radar = seen_by(&cabinet, &locum);
    let seen = [Category::VuNonFacture, Category::FactureNonEnvoye, Category::EnvoyeNonRecu, Category::DateLegale];
    assert_eq!(categories(&radar), seen);
    assert_eq!(told(&radar), Vec::new(), "the doctor's own is not the locum's");

    let passage = cabinet.received().expect("received");
    let coding = locum.clone();
    cabinet.asked(move |ws| ws.cote(passage, &cotation(&["G"]), &coding)).expect("coded by the locum");
    let waiting = seen_by(&cabinet, &locum);
    assert_eq!(of(&waiting, Category::VuNonFacture).rows[0].action, Todo::Facturer);
    let fse = cabinet.billed(passage).expect("billed");
    cabinet.seal(&fse).expect("sealed");
    let unsent = |action| vec![(Category::FactureNonEnvoye, 1, 3000, vec![action])];
    assert_eq!(told(&seen_by(&cabinet, &locum)), unsent(Todo::Signer));
    // What the locum has to sign is not in the doctor's way; what the doctor left is.
    assert_eq!(told(&seen_by(&cabinet, &cabinet.doctor())), unsent(Todo::Envoyer));
    let who = locum.clone();
    let shown: Vec<_> = cabinet
        .asked(move |ws| ws.to_be_signed(&who, 10))
        .expect("a list")
        .rows
        .into_iter()
        .map(|row| (row.fse, row.shown))
        .collect();
    assert_eq!(desync::sign_all(&cabinet.workstation, &vert, &shown, &locum, &mut |_| true).signed.len(), 1);
    signing::finish_lots(&cabinet.workstation, &vert, &locum).expect("a lot");
    assert_eq!(told(&seen_by(&cabinet, &locum)), unsent(Todo::Envoyer));
    let mut post = ScriptPost::new(cabinet.practice.lane());
    send_all(&post.handle(), &mut post).expect("sent");
    assert_eq!(told(&seen_by(&cabinet, &locum)), [(Category::EnvoyeNonRecu, 1, 3000, vec![Todo::Relever])]);
    // Both left; the doctor, whose number is paid, watches both.
    let doctors = seen_by(&cabinet, &cabinet.doctor());
    assert_eq!(of(&doctors, Category::EnvoyeNonRecu).count, 2);
    let row = cabinet.asked(move |ws| Ok(ws.store().fse(&fse)?)).expect("read").expect("the FSE");
    cabinet.practice.take(&arl(&row.reference, row.lot.expect("in a lot")));
    assert_eq!(told(&seen_by(&cabinet, &locum)), Vec::new(), "what is owed is on the doctor's account");
    assert_eq!(of(&seen_by(&cabinet, &cabinet.doctor()), Category::RecuNonPaye).count, 1);
}

#[test]
fn staff_see_what_is_to_be_billed_and_sent_and_no_money_of_a_caisse() {
    let cabinet = Secretariat::opened();
    let staff = cabinet.secretary();
    cabinet.coded(&["G"]).expect("coded");
    let radar = seen_by(&cabinet, &staff);
    assert_eq!(categories(&radar), [Category::VuNonFacture, Category::FactureNonEnvoye, Category::DateLegale]);
    assert_eq!(told(&radar), [(Category::VuNonFacture, 1, 3000, vec![Todo::Facturer])]);
    // A doctor's file that left and is owed: the doctor sees it.
    let (fse, lot) = cabinet.practice.posted(&["vitale-petit"]).remove(0);
    assert_eq!(of(&seen_by(&cabinet, &staff), Category::FactureNonEnvoye).rows[0].action, Todo::Envoyer);
    let mut post = ScriptPost::new(cabinet.practice.lane());
    send_all(&post.handle(), &mut post).expect("sent");
    cabinet.practice.take(&arl(&fse, lot));
    assert_eq!(of(&seen_by(&cabinet, &cabinet.doctor()), Category::RecuNonPaye).count, 2);
    assert_eq!(told(&seen_by(&cabinet, &staff)), [(Category::VuNonFacture, 1, 3000, vec![Todo::Facturer])]);
}

#[test]
fn of_legal_dates_there_may_be_more_than_were_looked_for_and_the_other_end_is_looked_for() {
    let practice = Practice::new();
    let hand = Hand::of("cps-gris", Some("vitale-durand"));
    let (who, vitale) = (hand.signed_in(&practice.clock), hand.vitale());
    let mut workstation = practice.workstation();
    // So many are looked for; the last one, beyond them, is the least.
    for act in std::iter::repeat_n("G", 500).chain(["DEQP003"]) {
        let mut draft = Draft::new(&vitale, 0, workstation.now()).expect("a draft");
        draft.add_act(act);
        workstation.prepare(&draft, &who).expect("prepared");
    }
    practice.clock.set("2026-01-20T09:00:00Z");
    let radar = workstation.radar(&who, 10).expect("a radar");
    for category in [Category::FactureNonEnvoye, Category::DateLegale] {
        let watched = of(&radar, category);
        assert_eq!((watched.count, watched.more), (500, true), "{category:?}");
    }
    let least_first = Listing { sort: WatchSort::Amount, turned: true, only: WatchOnly::All };
    let radar = workstation.radar_listed(&who, least_first, 1).expect("a radar");
    let amounts = [Category::FactureNonEnvoye, Category::DateLegale].map(|one| of(&radar, one).rows[0].amount_cents);
    assert_eq!(amounts, [Some(Centimes(1477)); 2], "the least of all, not of those that were looked for");
}
