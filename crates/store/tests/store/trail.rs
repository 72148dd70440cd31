//! What is told of one FSE on the telephone, and the numbers for an adviser of the caisse: each practitioner's own.

use liasse_domain::returns::{Acknowledgement, Return};
use liasse_domain::{Centimes, Payer, SecuringMode, TransmissionState};
use liasse_store::{AnswerRow, PaidForRow, RefusalCodeRow, SilentFileRow};

use crate::support::{
    DOCTOR, Kind, OTHER_DOCTOR, Practice, arl, at, billing, day, destination, payment, reason, rejects, stamp,
};

fn codes(practice: &Practice, doctor: &str) -> Vec<RefusalCodeRow> {
    practice.store.refusal_codes(&billing(doctor), 5).expect("read")
}

#[test]
fn the_trail_holds_both_lots_every_answer_and_each_step() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let first = practice.sent("AAAAAA");
    practice.take("1", &arl(first, Some("S0100")));
    let second = practice.sent("BBBBBB");
    practice.take("2", &arl(second, None));
    practice.take("3", &arl(second, Some("S0101")));
    assert_eq!(practice.store.files_of(&fse), Ok(vec![first, second]));

    let refused = AnswerRow { on: day("2026-01-16"), read_at: at(3600), refused: Some(reason("S0100")), applied: true };
    assert_eq!(practice.store.answers_to(first), Ok(vec![refused.clone()]));
    let accepted = AnswerRow { refused: None, ..refused.clone() };
    let contrary = AnswerRow { refused: Some(reason("S0101")), applied: false, ..refused };
    assert_eq!(practice.store.answers_to(second), Ok(vec![accepted, contrary]), "what changed nothing is told too");

    let steps = practice.store.steps_of(&fse).expect("read");
    let told: Vec<_> = steps.iter().map(|step| (step.action.as_str(), step.outcome.as_deref())).collect();
    let ends = [("envoi.fini", Some("acceptee")), ("retour.recu", Some("refusee")), ("retour.recu", Some("recue"))];
    assert!(ends.iter().all(|end| told.contains(end)), "{told:?}");
    assert_eq!(told.iter().filter(|(action, _)| *action == "lot.scelle").count(), 2);
    assert!(steps.windows(2).all(|pair| pair[0].at <= pair[1].at), "{told:?}");
    // Another FSE has none of it.
    let other = practice.signed(Kind::Paid);
    let steps = practice.store.steps_of(&other).expect("read");
    assert_eq!(steps.iter().map(|step| step.action.as_str()).collect::<Vec<_>>(), ["fse.preparee", "fse.signee"]);
    assert_eq!(practice.store.files_of(&other), Ok(Vec::new()));
}

#[test]
fn rejects_and_transfers_of_one_fse_are_its_own() {
    let mut practice = Practice::new();
    let (rejected, paid) = (practice.signed(Kind::ThirdParty), practice.signed(Kind::ThirdParty));
    let lot = practice.sent("AAAAAA");
    practice.take("1", &arl(lot, None));
    practice.take("2", &rejects(lot, &[&rejected]));
    practice.take("3", &payment("VIR1", &[(&paid, Payer::Amo, 2100)]));
    let told = practice.store.rejects_of(&rejected).expect("read");
    let told: Vec<_> = told.into_iter().map(|row| (row.lot, row.reason, row.on, row.read_at)).collect();
    assert_eq!(told, [(lot, reason("I0703"), day("2026-01-16"), at(3600))]);
    assert_eq!(practice.store.rejects_of(&paid), Ok(Vec::new()));
    let transfer =
        PaidForRow { reference: "VIR1".to_owned(), on: day("2026-01-22"), payer: Payer::Amo, amount: Centimes(2100) };
    assert_eq!(practice.store.paid_for(&paid), Ok(vec![transfer]));
    assert_eq!(practice.store.paid_for(&rejected), Ok(Vec::new()));
}

#[test]
fn an_adviser_is_told_numbers_and_each_practitioners_own() {
    let mut practice = Practice::new();
    let (doctor, other) = (billing(DOCTOR), billing(OTHER_DOCTOR));
    let from = day("2026-01-01");
    practice.signed(Kind::Paid);
    let withdrawn = practice.prepare(Kind::Paid);
    practice.store.cancel_fse(&stamp(), &withdrawn).expect("withdrawn");
    practice.prepare_for(OTHER_DOCTOR, Kind::Paid);
    let modes = practice.store.modes_since(&doctor, from);
    assert_eq!(modes, Ok(vec![(SecuringMode::Securise, 1)]), "neither what is withdrawn nor another's");
    assert_eq!(practice.store.modes_since(&doctor, day("2026-01-16")), Ok(Vec::new()));

    assert_eq!(practice.store.sendings_since(&doctor, from), Ok(Vec::new()));
    let lot = practice.sent("AAAAAA");
    assert_eq!(practice.store.sendings_since(&doctor, from), Ok(vec![(day("2026-01-15"), at(61))]));
    assert_eq!(practice.store.sendings_since(&other, from), Ok(Vec::new()));
    let number = practice.store.lot(lot).expect("read").expect("the lot").name.number;
    let waits =
        SilentFileRow { file: lot, lot: number, state: TransmissionState::Transmise, sent_at: at(61), count: 1 };
    assert_eq!(practice.store.files_without_answer(&doctor), Ok(vec![waits]));
    assert_eq!(practice.store.files_without_answer(&other), Ok(Vec::new()));
    practice.take("1", &arl(lot, Some("S0100")));
    assert_eq!(practice.store.files_without_answer(&doctor), Ok(Vec::new()));
}

#[test]
fn codes_of_refusals_are_counted_the_last_first() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let first = practice.sent("AAAAAA");
    practice.take("1", &arl(first, Some("S0100")));
    let second = practice.sent("BBBBBB");
    let refused = Some(reason("S0100"));
    let later =
        Acknowledgement { billing: billing(DOCTOR), from: destination(), file: second, on: day("2026-01-19"), refused };
    practice.take("2", &Return::Acknowledgement(later));
    let third = practice.sent("CCCCCC");
    practice.take("3", &arl(third, None));
    practice.take("4", &rejects(third, &[&fse]));
    let row = |code: &str, count, last: &str| RefusalCodeRow { code: code.to_owned(), count, last: day(last) };
    assert_eq!(codes(&practice, DOCTOR), [row("S0100", 2, "2026-01-19"), row("I0703", 1, "2026-01-16")]);
    assert_eq!(codes(&practice, OTHER_DOCTOR), Vec::new());
    assert_eq!(practice.store.refusal_codes(&billing(DOCTOR), 1).expect("read").len(), 1);
}
