//! The secretary's lesson: the patient received, the practitioner's cotation, the Vitale's seal and the settlement on the way out;
//! then the doctor signs from « À signer ».

use super::facts::Role;
use super::opening::Opening;
use super::{Lesson, Step};

/// See the module.
pub(super) static LESSON: Lesson = Lesson {
    title: "secretary.title",
    about: "secretary.about",
    opening: Opening::Secretary,
    steps: &[
        Step {
            title: "secretary.card_title",
            does: "secretary.card_do",
            why: "secretary.card_why",
            missing: "hint.staff",
            by: Role::Staff,
            with_patient: false,
            check: |facts| facts.who == Some(Role::Staff),
        },
        Step {
            title: "secretary.receive_title",
            does: "secretary.receive_do",
            why: "secretary.receive_why",
            missing: "secretary.receive_missing",
            by: Role::Staff,
            with_patient: true,
            check: |facts| facts.received > 0,
        },
        Step {
            title: "secretary.code_title",
            does: "secretary.code_do",
            why: "secretary.code_why",
            missing: "secretary.code_missing",
            by: Role::Titulaire,
            with_patient: false,
            check: |facts| facts.coded > 0,
        },
        Step {
            title: "secretary.seal_title",
            does: "secretary.seal_do",
            why: "secretary.seal_why",
            missing: "secretary.seal_missing",
            by: Role::Staff,
            with_patient: true,
            check: |facts| facts.sealed > 0,
        },
        Step {
            title: "secretary.settle_title",
            does: "secretary.settle_do",
            why: "secretary.settle_why",
            missing: "secretary.settle_missing",
            by: Role::Staff,
            with_patient: false,
            check: |facts| facts.settled_at_the_desk > 0,
        },
        Step {
            title: "secretary.sign_title",
            does: "secretary.sign_do",
            why: "secretary.sign_why",
            missing: "secretary.sign_missing",
            by: Role::Titulaire,
            with_patient: false,
            check: |facts| facts.signed_after_seal > 0,
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
            Facts { who: Some(Role::Staff), ..facts() },
            Facts { received: 1, ..facts() },
            Facts { coded: 1, ..facts() },
            Facts { sealed: 1, ..facts() },
            Facts { settled_at_the_desk: 1, ..facts() },
            Facts { signed_after_seal: 1, ..facts() },
        ];
        for (index, facts) in done.iter().enumerate() {
            let by: Vec<usize> =
                (0..LESSON.steps().len()).filter(|step| LESSON.steps()[*step].is_done(facts)).collect();
            assert_eq!(by, [index]);
        }
        assert_eq!(done.len(), LESSON.steps().len());
        // What a doctor does at their own desk is not the secretary's work.
        let elsewhere = Facts { who: Some(Role::Titulaire), signed: 1, settled: 1, lots: 1, sent: 1, ..facts() };
        assert!(LESSON.steps().iter().all(|step| !step.is_done(&elsewhere)));
    }
}
