//! The locum's lesson: the session opened by the locum's own card, an FSE that bears both names, the guard that turns red outside
//! its hours, the lot that leaves all the same.

use super::facts::Role;
use super::opening::Opening;
use super::{Lesson, Step};

/// See the module.
pub(super) static LESSON: Lesson = Lesson {
    title: "locum.title",
    about: "locum.about",
    opening: Opening::Locum,
    steps: &[
        Step {
            title: "locum.card_title",
            does: "locum.card_do",
            why: "locum.card_why",
            missing: "locum.card_missing",
            by: Role::Locum,
            with_patient: false,
            // A card that stayed in since an earlier session acts under that one, outside its hours.
            check: |facts| facts.who == Some(Role::Locum) && !facts.is_red,
        },
        Step {
            title: "locum.patient_title",
            does: "locum.patient_do",
            why: "locum.patient_why",
            missing: "hint.patient",
            by: Role::Locum,
            with_patient: true,
            check: |facts| facts.patient,
        },
        Step {
            title: "locum.sign_title",
            does: "locum.sign_do",
            why: "locum.sign_why",
            missing: "locum.sign_missing",
            by: Role::Locum,
            with_patient: true,
            check: |facts| facts.both_names > 0,
        },
        Step {
            title: "locum.red_title",
            does: "locum.red_do",
            why: "locum.red_why",
            missing: "locum.red_missing",
            by: Role::Locum,
            with_patient: false,
            check: |facts| facts.is_red,
        },
        Step {
            title: "locum.lot_title",
            does: "locum.lot_do",
            why: "locum.lot_why",
            missing: "locum.lot_missing",
            by: Role::Locum,
            with_patient: false,
            check: |facts| facts.lots_by_locum > 0,
        },
        Step {
            title: "locum.send_title",
            does: "locum.send_do",
            why: "locum.send_why",
            missing: "locum.send_missing",
            by: Role::Locum,
            with_patient: false,
            check: |facts| facts.sent > 0,
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
            Facts { who: Some(Role::Locum), ..facts() },
            Facts { patient: true, ..facts() },
            Facts { both_names: 1, ..facts() },
            Facts { is_red: true, ..facts() },
            Facts { lots_by_locum: 1, ..facts() },
            Facts { sent: 1, ..facts() },
        ];
        for (index, facts) in done.iter().enumerate() {
            let by: Vec<usize> =
                (0..LESSON.steps().len()).filter(|step| LESSON.steps()[*step].is_done(facts)).collect();
            assert_eq!(by, [index]);
        }
        assert_eq!(done.len(), LESSON.steps().len());
        assert!(!LESSON.steps()[0].is_done(&Facts { who: Some(Role::Locum), is_red: true, ..facts() }));
        // The replaced doctor's own work is not the locum's.
        let elsewhere = Facts { who: Some(Role::Titulaire), signed: 1, lots: 1, ..facts() };
        assert!(LESSON.steps().iter().all(|step| !step.is_done(&elsewhere)));
    }
}
