//! Each lesson played whole by the use cases that the window calls: every step turns done after its own gesture, and not before.

use liasse_core::desk::SignedIn;
use liasse_core::passages::Cotation;
use liasse_core::{desync, type_acts};
use liasse_domain::SecuringMode;

use super::scratch::{Scratch, fetch, file, prepare, send, settle, sign};
use super::{Facts, LESSONS, Lesson, Progress};

/// A lesson that goes on, and who is signed in as the window knows it.
struct Pupil {
    scratch: Scratch,
    progress: Progress,
    who: Option<SignedIn>,
}

impl Pupil {
    /// Begins; nothing is done.
    fn begin(lesson: &'static Lesson, name: &str) -> Self {
        let scratch = Scratch::open(name);
        let progress = lesson.begin(&scratch.office).expect("begun");
        let mut pupil = Self { scratch, progress, who: None };
        pupil.has_done(0);
        pupil
    }

    fn facts(&self) -> Facts {
        let (since, who) = (self.progress.since(), self.who.clone());
        let patient = self.scratch.tray.holds_a_patients_card();
        self.scratch.ask(move |ws| Facts::gather(ws, since, who.as_ref(), patient))
    }

    /// So many steps are done now, and no more.
    fn has_done(&mut self, steps: usize) {
        let facts = self.facts();
        self.progress.look(&facts);
        let next = self.progress.current().map(|step| step.title());
        assert_eq!(self.progress.done(), steps, "next is {next:?}: {facts:?}");
    }

    fn signs_in(&mut self, card: &str) -> SignedIn {
        let who = self.scratch.signs_in(card);
        self.who = Some(who.clone());
        who
    }

    fn is_over(&mut self) {
        self.has_done(self.progress.lesson().steps().len());
        assert!(self.progress.current().is_none());
        self.progress.end(&self.scratch.office);
    }
}

#[test]
fn the_practitioners_lesson_is_played_to_its_end() {
    let mut pupil = Pupil::begin(LESSONS[0], "practitioner");
    let doctor = pupil.signs_in("cps-gris");
    pupil.has_done(1);
    pupil.scratch.shows_the_vitale();
    pupil.has_done(2);
    let fse = prepare(&pupil.scratch, &doctor, false);
    pupil.has_done(2);
    sign(&pupil.scratch, &doctor, &fse);
    pupil.has_done(3);
    settle(&pupil.scratch, &doctor, &fse);
    pupil.has_done(4);
    assert_eq!(file(&pupil.scratch, &doctor), 1);
    pupil.has_done(5);
    assert_eq!(send(&pupil.scratch), [] as [&str; 0]);
    pupil.has_done(6);
    assert_eq!(fetch(&pupil.scratch).expect("fetched"), 2, "the ARL and the reject");
    pupil.has_done(7);
    let (vitale, who) = (pupil.scratch.vitale(), doctor.clone());
    let again = pupil.scratch.ask(move |ws| {
        let draft = ws.correction_of(&fse, &vitale, &who)?;
        ws.prepare(&draft, &who)
    });
    pupil.has_done(7);
    sign(&pupil.scratch, &doctor, &again);
    pupil.is_over();
    // The correction is accepted: the lesson's reject was played once.
    file(&pupil.scratch, &doctor);
    assert_eq!(send(&pupil.scratch), [] as [&str; 0]);
    assert_eq!(fetch(&pupil.scratch).expect("fetched"), 1, "an ARL alone");
}

#[test]
fn a_lesson_that_is_left_takes_its_reject_back() {
    let pupil = Pupil::begin(LESSONS[0], "left");
    pupil.progress.end(&pupil.scratch.office);
    let doctor = pupil.scratch.signs_in("cps-gris");
    pupil.scratch.shows_the_vitale();
    let fse = prepare(&pupil.scratch, &doctor, false);
    sign(&pupil.scratch, &doctor, &fse);
    file(&pupil.scratch, &doctor);
    assert_eq!(send(&pupil.scratch), [] as [&str; 0]);
    assert_eq!(fetch(&pupil.scratch).expect("fetched"), 1, "an ARL and no reject");
}

#[test]
fn the_secretarys_lesson_is_played_to_its_end() {
    let mut pupil = Pupil::begin(LESSONS[1], "secretary");
    let staff = pupil.signs_in("cpe-mauve");
    pupil.has_done(1);
    pupil.scratch.shows_the_vitale();
    pupil.has_done(1);
    let (vitale, who) = (pupil.scratch.vitale(), staff);
    let passage = pupil.scratch.ask(move |ws| ws.receive(&vitale, 0, None, &who));
    pupil.has_done(2);
    let doctor = pupil.signs_in("cps-gris");
    let acts = type_acts(pupil.scratch.office.tables(), "G").expect("an act");
    let cotation = Cotation { acts, overrun: None };
    pupil.scratch.ask(move |ws| ws.cote(passage, &cotation, &doctor));
    pupil.has_done(3);
    let staff = pupil.signs_in("cpe-mauve");
    let (vitale, who) = (pupil.scratch.vitale(), staff.clone());
    let fse = pupil.scratch.ask(move |ws| {
        let (mut draft, bills) = ws.draft_of_passage(passage, Some(&vitale), None, &who)?;
        draft.mode = SecuringMode::Desynchronise;
        draft.input.care_path = Some(liasse_core::CarePath::T);
        ws.prepare(&draft, &bills)
    });
    pupil.has_done(3);
    let (lane, cards) = (pupil.scratch.office.workstation(), pupil.scratch.office.cards());
    desync::seal(&lane, &cards, &fse, &pupil.scratch.vitale(), &staff).expect("sealed");
    pupil.has_done(4);
    settle(&pupil.scratch, &staff, &fse);
    pupil.has_done(5);
    let doctor = pupil.signs_in("cps-gris");
    let asking = doctor.clone();
    let waiting = pupil.scratch.ask(move |ws| ws.to_be_signed(&asking, 10));
    let shown: Vec<_> = waiting.rows.iter().map(|row| (row.fse.clone(), row.shown)).collect();
    pupil.has_done(5);
    let run = desync::sign_all(&lane, &cards, &shown, &doctor, &mut |_| true);
    assert_eq!(run.signed, [fse], "{:?}", run.stopped);
    pupil.is_over();
}

#[test]
fn the_locums_lesson_is_played_to_its_end_and_again() {
    let mut pupil = Pupil::begin(LESSONS[2], "locum");
    let locum = pupil.signs_in("cps-vert");
    assert!(locum.replaces.is_some(), "the session opened by itself");
    pupil.has_done(1);
    pupil.scratch.shows_the_vitale();
    pupil.has_done(2);
    let fse = prepare(&pupil.scratch, &locum, true);
    sign(&pupil.scratch, &locum, &fse);
    pupil.has_done(3);
    pupil.scratch.office.clock().to_evening().expect("the evening");
    pupil.has_done(4);
    assert_eq!(file(&pupil.scratch, &locum), 1);
    pupil.has_done(5);
    assert_eq!(send(&pupil.scratch), [] as [&str; 0]);
    pupil.is_over();
    // Begun again it opens the session of the next day, counts from there, and asks for the card again.
    pupil.progress = LESSONS[2].begin(&pupil.scratch.office).expect("begun again");
    pupil.has_done(0);
    pupil.signs_in("cps-vert");
    pupil.has_done(2);
}
