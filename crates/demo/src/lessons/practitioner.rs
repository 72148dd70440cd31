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
        Step::alone(
            Role::Titulaire,
            ["practitioner.card_title", "practitioner.card_do", "practitioner.card_why", "hint.titulaire"],
            |facts| facts.who == Some(Role::Titulaire),
        ),
        Step::with_patient(
            Role::Titulaire,
            ["practitioner.patient_title", "practitioner.patient_do", "practitioner.patient_why", "hint.patient"],
            |facts| facts.patient,
        ),
        Step::with_patient(
            Role::Titulaire,
            ["practitioner.sign_title", "practitioner.sign_do", "practitioner.sign_why", "practitioner.sign_missing"],
            |facts| facts.signed > 0,
        ),
        Step::alone(
            Role::Titulaire,
            [
                "practitioner.settle_title",
                "practitioner.settle_do",
                "practitioner.settle_why",
                "practitioner.settle_missing",
            ],
            |facts| facts.settled > 0,
        ),
        Step::alone(
            Role::Titulaire,
            ["practitioner.lot_title", "practitioner.lot_do", "practitioner.lot_why", "practitioner.lot_missing"],
            |facts| facts.lots > 0,
        ),
        Step::alone(
            Role::Titulaire,
            ["practitioner.send_title", "practitioner.send_do", "practitioner.send_why", "practitioner.send_missing"],
            |facts| facts.sent > 0,
        ),
        Step::alone(
            Role::Titulaire,
            [
                "practitioner.fetch_title",
                "practitioner.fetch_do",
                "practitioner.fetch_why",
                "practitioner.fetch_missing",
            ],
            |facts| facts.rejected > 0,
        ),
        Step::with_patient(
            Role::Titulaire,
            [
                "practitioner.correct_title",
                "practitioner.correct_do",
                "practitioner.correct_why",
                "practitioner.correct_missing",
            ],
            |facts| facts.corrected > 0,
        ),
    ],
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lessons::facts::Facts;
    use crate::lessons::scratch::each_by_its_own;

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
        each_by_its_own(&LESSON, &done);
        for other in [Role::Staff, Role::Locum] {
            assert!(!LESSON.steps()[0].is_done(&Facts { who: Some(other), ..facts() }));
        }
        let elsewhere = Facts { settled_at_the_desk: 1, lots_by_locum: 1, sealed: 1, both_names: 1, ..facts() };
        assert!(LESSON.steps().iter().all(|step| !step.is_done(&elsewhere)));
    }
}
