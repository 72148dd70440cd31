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
        Step::alone(
            Role::Locum,
            ["locum.card_title", "locum.card_do", "locum.card_why", "locum.card_missing"],
            // A card that stayed in since an earlier session acts under that one, outside its hours.
            |facts| facts.who == Some(Role::Locum) && !facts.is_red,
        ),
        Step::with_patient(
            Role::Locum,
            ["locum.patient_title", "locum.patient_do", "locum.patient_why", "hint.patient"],
            |facts| facts.patient,
        ),
        Step::with_patient(
            Role::Locum,
            ["locum.sign_title", "locum.sign_do", "locum.sign_why", "locum.sign_missing"],
            |facts| facts.both_names > 0,
        ),
        Step::alone(Role::Locum, ["locum.red_title", "locum.red_do", "locum.red_why", "locum.red_missing"], |facts| {
            facts.is_red
        }),
        Step::alone(Role::Locum, ["locum.lot_title", "locum.lot_do", "locum.lot_why", "locum.lot_missing"], |facts| {
            facts.lots_by_locum > 0
        }),
        Step::alone(
            Role::Locum,
            ["locum.send_title", "locum.send_do", "locum.send_why", "locum.send_missing"],
            |facts| facts.sent > 0,
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
            Facts { who: Some(Role::Locum), ..facts() },
            Facts { patient: true, ..facts() },
            Facts { both_names: 1, ..facts() },
            Facts { is_red: true, ..facts() },
            Facts { lots_by_locum: 1, ..facts() },
            Facts { sent: 1, ..facts() },
        ];
        each_by_its_own(&LESSON, &done);
        assert!(!LESSON.steps()[0].is_done(&Facts { who: Some(Role::Locum), is_red: true, ..facts() }));
        // The replaced doctor's own work is not the locum's.
        let elsewhere = Facts { who: Some(Role::Titulaire), signed: 1, lots: 1, ..facts() };
        assert!(LESSON.steps().iter().all(|step| !step.is_done(&elsewhere)));
    }
}
