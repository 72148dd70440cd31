//! For the tests of lessons and faults: an office in a folder that goes away, and the gestures of a person in it.

use std::path::PathBuf;

use liasse_core::cards::VitaleView;
use liasse_core::desk::SignedIn;
use liasse_core::invoicing::Draft;
use liasse_core::{CarePath, CoreError, SettlementMode, Workstation, signing};
use liasse_domain::{Digits, FseRef};

use crate::lessons::{Facts, Lesson};
use crate::office::{Office, Opening};
use crate::play::{sign_in, vitale_in};
use crate::tray::{CPS_READER, Tray, VITALE_READER};

/// An open demo of its own.
pub(crate) struct Scratch {
    pub(crate) office: Office,
    pub(crate) tray: Tray,
    // Declared last: it goes away once the office is closed.
    _folder: Folder,
}

struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

impl Scratch {
    /// A new one, named after its test.
    pub(crate) fn open(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("liasse-lecon-{name}-{}", std::process::id()));
        drop(std::fs::remove_dir_all(&folder));
        let tray = Tray::for_window();
        let office = Office::open(&folder, Box::new(tray.clone()), Opening::default()).expect("a demo");
        Self { office, tray, _folder: Folder(folder) }
    }

    /// The holder of a card, which goes into the first reader.
    pub(crate) fn signs_in(&self, card: &str) -> SignedIn {
        self.tray.insert(CPS_READER, card).expect("a card");
        sign_in(&self.office, CPS_READER, &Digits::parse("1234").expect("digits")).expect("signed in")
    }

    /// Puts Marie Durand's Vitale into the second reader.
    pub(crate) fn shows_the_vitale(&self) {
        self.tray.insert(VITALE_READER, "vitale-durand").expect("a card");
    }

    pub(crate) fn vitale(&self) -> VitaleView {
        vitale_in(&self.office.cards(), VITALE_READER).expect("a Vitale")
    }

    pub(crate) fn ask<R: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Workstation) -> Result<R, CoreError> + Send + 'static,
    ) -> R {
        self.office.workstation().call(job).expect("a lane").expect("done")
    }
}

/// Each step of a lesson is done by the facts of its place, and by no others of them.
pub(crate) fn each_by_its_own(lesson: &Lesson, done: &[Facts]) {
    for (index, facts) in done.iter().enumerate() {
        let by: Vec<usize> = (0..lesson.steps().len()).filter(|step| lesson.steps()[*step].is_done(facts)).collect();
        assert_eq!(by, [index], "{lesson:?}");
    }
    assert_eq!(done.len(), lesson.steps().len(), "{lesson:?}");
}

/// Prepares an FSE of one consultation for whose Vitale lies there.
pub(crate) fn prepare(scratch: &Scratch, who: &SignedIn, third_party: bool) -> FseRef {
    let (vitale, person) = (scratch.vitale(), who.clone());
    scratch.ask(move |ws| {
        let mut draft = Draft::new(&vitale, 0, ws.now())?;
        draft.add_act("G");
        draft.input.care_path = Some(if person.replaces.is_some() { CarePath::R } else { CarePath::T });
        draft.input.third_party.amo = third_party;
        ws.prepare(&draft, &person)
    })
}

/// Has both cards sign it.
pub(crate) fn sign(scratch: &Scratch, who: &SignedIn, fse: &FseRef) {
    let (lane, cards, vitale) = (scratch.office.workstation(), scratch.office.cards(), scratch.vitale());
    signing::sign_fse(&lane, &cards, fse, who, Some(&vitale)).expect("signed");
}

/// Writes down that the patient pays by card.
pub(crate) fn settle(scratch: &Scratch, who: &SignedIn, fse: &FseRef) {
    let (fse, who) = (fse.clone(), who.clone());
    scratch.ask(move |ws| ws.settle(&fse, &who, SettlementMode::Carte));
}

/// All three.
pub(crate) fn bill(scratch: &Scratch, who: &SignedIn, third_party: bool) -> FseRef {
    let fse = prepare(scratch, who, third_party);
    sign(scratch, who, &fse);
    settle(scratch, who, &fse);
    fse
}

/// Forms and signs the lots; how many.
pub(crate) fn file(scratch: &Scratch, who: &SignedIn) -> usize {
    signing::finish_lots(&scratch.office.workstation(), &scratch.office.cards(), who).expect("lots").len()
}

/// Sends; the codes of what did not leave.
pub(crate) fn send(scratch: &Scratch) -> Vec<String> {
    let sent = scratch.office.post().call(|post| post.send()).expect("a lane").expect("a run");
    sent.failed.into_iter().map(|(_, report)| report.code).collect()
}

/// Fetches; how many returns.
pub(crate) fn fetch(scratch: &Scratch) -> Result<usize, CoreError> {
    Ok(scratch.office.post().call(|post| post.fetch())??.taken)
}
