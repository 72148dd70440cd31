//! Three lessons of five minutes that check what the learner did: the practitioner, the secretary, the locum. A step is done only
//! when the practice says so (`facts`); nothing is told by the window. Not a tour: each gesture is the real one, in the demo world.

mod facts;
mod locum;
mod opening;
mod practitioner;
#[cfg(test)]
pub(crate) mod scratch;
mod secretary;

use std::fmt;

use liasse_caisse::Trick;
use liasse_core::CoreError;
use liasse_domain::texts::Texts;
use liasse_domain::{Code, Coded};

use crate::fault::FaultError;
use crate::office::Office;
use crate::play::PlayError;

pub use facts::{Facts, Role};
use opening::Opening;

static TEXTS: Texts = Texts::of(include_str!("../../../assets/texts/lessons.toml"));

/// The text of a key.
pub(crate) fn t(key: &'static str) -> &'static str {
    TEXTS.t(key)
}

/// A lesson.
pub struct Lesson {
    title: &'static str,
    about: &'static str,
    opening: Opening,
    steps: &'static [Step],
}

/// One step of it.
pub struct Step {
    title: &'static str,
    does: &'static str,
    why: &'static str,
    missing: &'static str,
    /// Whose card has to be in the reader.
    by: Role,
    /// Whether the patient's card has to be there too.
    with_patient: bool,
    check: fn(&Facts) -> bool,
}

impl fmt::Debug for Lesson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title)
    }
}

/// The lessons, in the order in which they are offered.
pub static LESSONS: [&Lesson; 3] = [&practitioner::LESSON, &secretary::LESSON, &locum::LESSON];

impl Lesson {
    /// Its title.
    pub fn title(&self) -> &'static str {
        t(self.title)
    }

    /// What it is about, in two sentences at most.
    pub fn about(&self) -> &'static str {
        t(self.about)
    }

    /// Its steps, in their order.
    pub fn steps(&self) -> &'static [Step] {
        self.steps
    }

    /// Prepares the world for it, and counts from now on. The clock may have moved.
    ///
    /// # Errors
    /// [`LessonError`]; nothing counts then.
    pub fn begin(&'static self, office: &Office) -> Result<Progress, LessonError> {
        self.opening.open(office)?;
        let head = office.workstation().call(|ws| Ok::<_, CoreError>(ws.store().journal_head()?.0));
        let since = head.map_err(CoreError::from).and_then(|head| head).map_err(PlayError::from)?;
        Ok(Progress { lesson: self, since, done: 0 })
    }
}

impl Step {
    /// A step that needs the card of its person alone. Its texts: the title, what to do, why, what is missing.
    const fn alone(by: Role, texts: [&'static str; 4], check: fn(&Facts) -> bool) -> Self {
        let [title, does, why, missing] = texts;
        Self { title, does, why, missing, by, with_patient: false, check }
    }

    /// One that needs the patient's card beside it.
    const fn with_patient(by: Role, texts: [&'static str; 4], check: fn(&Facts) -> bool) -> Self {
        Self { with_patient: true, ..Self::alone(by, texts, check) }
    }

    /// Its title.
    pub fn title(&self) -> &'static str {
        t(self.title)
    }

    /// What to do, with the key.
    pub fn does(&self) -> &'static str {
        t(self.does)
    }

    /// Why.
    pub fn why(&self) -> &'static str {
        t(self.why)
    }

    /// What is missing, as things stand: a card before anything else.
    pub fn missing(&self, facts: &Facts) -> &'static str {
        if facts.who != Some(self.by) {
            return match self.by {
                Role::Titulaire => t("hint.titulaire"),
                Role::Staff => t("hint.staff"),
                Role::Locum => t("hint.locum"),
            };
        }
        t(if self.with_patient && !facts.patient { "hint.patient" } else { self.missing })
    }

    /// Whether it is done.
    pub fn is_done(&self, facts: &Facts) -> bool {
        (self.check)(facts)
    }
}

/// How far a learner came in a lesson. Kept in memory alone.
#[derive(Clone, Debug)]
pub struct Progress {
    lesson: &'static Lesson,
    since: u64,
    done: usize,
}

impl Progress {
    /// Which lesson.
    pub fn lesson(&self) -> &'static Lesson {
        self.lesson
    }

    /// The entry of the journal after which it counts.
    pub fn since(&self) -> u64 {
        self.since
    }

    /// How many steps are done.
    pub fn done(&self) -> usize {
        self.done
    }

    /// The step that is under way; none at the end.
    pub fn current(&self) -> Option<&'static Step> {
        self.lesson.steps.get(self.done)
    }

    /// Takes facts in: steps are done one after the other, and stay done.
    pub fn look(&mut self, facts: &Facts) {
        while self.current().is_some_and(|step| step.is_done(facts)) {
            self.done += 1;
        }
    }

    /// Leaves it, over or not: what the caisse was told to do for it and has not done is taken back.
    pub fn end(&self, office: &Office) {
        if self.lesson.opening == Opening::Practitioner
            && let Some(caisse) = office.caisse()
        {
            caisse.arm(Trick::WrongReject, false);
        }
    }
}

/// Why a lesson does not begin.
#[derive(Debug, thiserror::Error)]
pub enum LessonError {
    /// The world could not be prepared.
    #[error(transparent)]
    Play(#[from] PlayError),
    /// The caisse is out of reach.
    #[error(transparent)]
    Fault(#[from] FaultError),
    /// The clock has passed the days that the caisse knows for the locum.
    #[error("the clock has passed the days of the replacement")]
    TooLate,
}

impl Coded for LessonError {
    fn code(&self) -> Code {
        match self {
            Self::Play(error) => error.code(),
            Self::Fault(error) => error.code(),
            Self::TooLate => Code("saisie.lecon_trop_tard"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Play(error) => error.parameters(),
            Self::Fault(error) => error.parameters(),
            Self::TooLate => Vec::new(),
        }
    }
}

#[cfg(test)]
mod played;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What the sources of keys hold before their tests.
    fn sources() -> String {
        let files = [
            include_str!("fault.rs"),
            include_str!("lessons.rs"),
            include_str!("lessons/practitioner.rs"),
            include_str!("lessons/secretary.rs"),
            include_str!("lessons/locum.rs"),
        ];
        files.map(|file| file.split("#[cfg(test)]\nmod tests").next().unwrap_or_default()).concat()
    }

    #[test]
    fn every_key_has_a_text_and_every_text_a_use() {
        let sections: BTreeSet<&str> = TEXTS.keys().filter_map(|key| key.split('.').next()).collect();
        let is_key = |word: &&str| {
            word.split_once('.').is_some_and(|(section, name)| {
                sections.contains(section) && name.chars().all(|sign| sign.is_ascii_lowercase() || sign == '_')
            })
        };
        let sources = sources();
        let used: BTreeSet<&str> = sources.split('"').skip(1).step_by(2).filter(is_key).collect();
        let keys: BTreeSet<&str> = TEXTS.keys().collect();
        assert_eq!(used, keys);
        assert!(used.len() > 80);
    }

    #[test]
    fn nothing_is_done_by_itself_and_every_step_says_what_is_missing() {
        for lesson in LESSONS {
            assert!(lesson.steps().len() >= 6 && lesson.title() != lesson.title && lesson.about() != lesson.about);
            let mut progress = Progress { lesson, since: 0, done: 0 };
            progress.look(&Facts::default());
            assert_eq!(progress.done(), 0, "{lesson:?}");
            for step in lesson.steps() {
                assert!(!step.is_done(&Facts::default()), "{} is done by itself", step.title);
                assert!(step.missing(&Facts::default()).contains("carte"), "{}", step.title);
                let there = Facts { who: Some(step.by), patient: true, ..Facts::default() };
                let texts = [step.title(), step.does(), step.why(), step.missing(&there)];
                assert!(texts.iter().all(|text| text.contains(' ')), "{texts:?}");
            }
        }
    }

    #[test]
    fn a_card_that_is_not_there_is_what_is_missing_first() {
        let settle = practitioner::LESSON.steps().iter().find(|step| step.with_patient).expect("a step with a patient");
        let who = Some(Role::Titulaire);
        assert_eq!(settle.missing(&Facts { who: Some(Role::Staff), ..Facts::default() }), t("hint.titulaire"));
        assert_eq!(settle.missing(&Facts { who, ..Facts::default() }), t("hint.patient"));
        assert_eq!(settle.missing(&Facts { who, patient: true, ..Facts::default() }), t(settle.missing));
    }

    #[test]
    fn every_refusal_has_its_sentences() {
        assert!(liasse_domain::catalogue::entry(LessonError::TooLate.code()).is_some());
    }
}
