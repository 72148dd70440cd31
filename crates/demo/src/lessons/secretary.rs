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
        Step::alone(
            Role::Staff,
            ["secretary.card_title", "secretary.card_do", "secretary.card_why", "hint.staff"],
            |facts| facts.who == Some(Role::Staff),
        ),
        Step::with_patient(
            Role::Staff,
            ["secretary.receive_title", "secretary.receive_do", "secretary.receive_why", "secretary.receive_missing"],
            |facts| facts.received > 0,
        ),
        Step::alone(
            Role::Titulaire,
            ["secretary.code_title", "secretary.code_do", "secretary.code_why", "secretary.code_missing"],
            |facts| facts.coded > 0,
        ),
        Step::with_patient(
            Role::Staff,
            ["secretary.seal_title", "secretary.seal_do", "secretary.seal_why", "secretary.seal_missing"],
            |facts| facts.sealed > 0,
        ),
        Step::alone(
            Role::Staff,
            ["secretary.settle_title", "secretary.settle_do", "secretary.settle_why", "secretary.settle_missing"],
            |facts| facts.settled_at_the_desk > 0,
        ),
        Step::alone(
            Role::Titulaire,
            ["secretary.sign_title", "secretary.sign_do", "secretary.sign_why", "secretary.sign_missing"],
            |facts| facts.signed_after_seal > 0,
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
            Facts { who: Some(Role::Staff), ..facts() },
            Facts { received: 1, ..facts() },
            Facts { coded: 1, ..facts() },
            Facts { sealed: 1, ..facts() },
            Facts { settled_at_the_desk: 1, ..facts() },
            Facts { signed_after_seal: 1, ..facts() },
        ];
        each_by_its_own(&LESSON, &done);
        // What a doctor does at their own desk is not the secretary's work.
        let elsewhere = Facts { who: Some(Role::Titulaire), signed: 1, settled: 1, lots: 1, sent: 1, ..facts() };
        assert!(LESSON.steps().iter().all(|step| !step.is_done(&elsewhere)));
    }
}
