//! The practitioner's lesson: bill and sign, settle, seal the lot and send it, read what came back, correct a reject.

use super::facts::Role;
use super::opening::Opening;
use super::{Lesson, Step};

/// See the module.
pub(super) static LESSON: Lesson = Lesson {
    title: "practitioner.title",
    about: "practitioner.about",
    opening: Opening::Practitioner,
    steps: &[
        Step {
            title: "practitioner.card_title",
            does: "practitioner.card_do",
            why: "practitioner.card_why",
            missing: "hint.titulaire",
            by: Role::Titulaire,
            with_patient: false,
            check: |facts| facts.who == Some(Role::Titulaire),
        },
        Step {
            title: "practitioner.patient_title",
            does: "practitioner.patient_do",
            why: "practitioner.patient_why",
            missing: "hint.patient",
            by: Role::Titulaire,
            with_patient: true,
            check: |facts| facts.patient,
        },
        Step {
            title: "practitioner.sign_title",
            does: "practitioner.sign_do",
            why: "practitioner.sign_why",
            missing: "practitioner.sign_missing",
            by: Role::Titulaire,
            with_patient: true,
            check: |facts| facts.signed > 0,
        },
        Step {
            title: "practitioner.settle_title",
            does: "practitioner.settle_do",
            why: "practitioner.settle_why",
            missing: "practitioner.settle_missing",
            by: Role::Titulaire,
            with_patient: false,
            check: |facts| facts.settled > 0,
        },
        Step {
            title: "practitioner.lot_title",
            does: "practitioner.lot_do",
            why: "practitioner.lot_why",
            missing: "practitioner.lot_missing",
            by: Role::Titulaire,
            with_patient: false,
            check: |facts| facts.lots > 0,
        },
        Step {
            title: "practitioner.send_title",
            does: "practitioner.send_do",
            why: "practitioner.send_why",
            missing: "practitioner.send_missing",
            by: Role::Titulaire,
            with_patient: false,
            check: |facts| facts.sent > 0,
        },
        Step {
            title: "practitioner.fetch_title",
            does: "practitioner.fetch_do",
            why: "practitioner.fetch_why",
            missing: "practitioner.fetch_missing",
            by: Role::Titulaire,
            with_patient: false,
            check: |facts| facts.rejected > 0,
        },
        Step {
            title: "practitioner.correct_title",
            does: "practitioner.correct_do",
            why: "practitioner.correct_why",
            missing: "practitioner.correct_missing",
            by: Role::Titulaire,
            with_patient: true,
            check: |facts| facts.corrected > 0,
        },
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::facts::Facts;

    #[test]
    fn each_step_is_done_by_its_own_fact_and_no_other() {
        let facts = Facts::default;
        let done = [
            Facts { who: Some(Role::Titulaire), ..facts() },
            Facts { patient: true, ..facts() },
            Facts { signed: 1, ..facts() },
            Facts { settled: 1, ..facts() },
            Facts { lots: 1, ..facts() },
            Facts { sent: 1, ..facts() },
            Facts { rejected: 1, ..facts() },
            Facts { corrected: 1, ..facts() },
        ];
        for (index, facts) in done.iter().enumerate() {
            let by: Vec<usize> =
                (0..LESSON.steps().len()).filter(|step| LESSON.steps()[*step].is_done(facts)).collect();
            assert_eq!(by, [index]);
        }
        assert_eq!(done.len(), LESSON.steps().len());
        for other in [Role::Staff, Role::Locum] {
            assert!(!LESSON.steps()[0].is_done(&Facts { who: Some(other), ..facts() }));
        }
        let elsewhere = Facts { settled_at_the_desk: 1, lots_by_locum: 1, sealed: 1, both_names: 1, ..facts() };
        assert!(LESSON.steps().iter().all(|step| !step.is_done(&elsewhere)));
    }
}
