//! The trial of a rehearsal: in a practice of its own that goes away, at the hours that will come, the locum's card and the
//! replaced doctor's sign an FSE each, one lot holds both, and a simulated caisse must accept it. The cards stay where they are;
//! the patient is the demo's own.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use liasse_core::cards::{CardDesk, CpsView, SigningCards, VitaleView};
use liasse_core::desk::{SignedIn, Wanted};
use liasse_core::invoicing::Draft;
use liasse_core::lane::Handle;
use liasse_core::ports::CardError;
use liasse_core::replacement::{self, Plan, Session};
use liasse_core::{CarePath, CoreError, Workstation, signing};
use liasse_domain::{Clock, Coded, FseRef, TransmissionState, clock};

use crate::office::{Office, Opening};
use crate::play::{PlayError, vitale_in};
use crate::readers::Readers;

/// The patient of every trial, whose rights are open and whose caisse is the demo's first.
const PATIENT: &str = "sim:vitale-durand";

/// The CPS of the office that rehearses, and the Vitale of the trial's own.
struct Cards {
    cps: Handle<CardDesk>,
    vitale: Handle<CardDesk>,
}

impl SigningCards for Cards {
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.cps.cps(serial, hash)
    }

    fn vitale(&self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.vitale.vitale(certificate, hash)
    }
}

/// A folder that goes away.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self(std::env::temp_dir().join(format!("liasse-repetition-{}-{count}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // What stays behind is demo data of an invented patient.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Plays the trial of a session; the words of the caisse, or of Liasse, when it is not accepted.
pub fn trial(
    office: &Office,
    session: &Session,
    doctor: (&SignedIn, &CpsView),
    locum: &CpsView,
) -> Result<Result<(), String>, PlayError> {
    let folder = Scratch::new();
    let readers = Readers::named(&[PATIENT]).map_err(|_| PlayError::NotAsWritten(PATIENT.to_owned()))?;
    let scratch = Office::open(&folder.0, Box::new(readers), Opening::default())?;
    match played(office, &scratch, session, doctor, locum) {
        Ok(said) => Ok(said),
        // A card that fails, or a rule that refuses, is what a rehearsal is for.
        Err(PlayError::Core(error)) => Ok(Err(error.report().to_string())),
        Err(error) => Err(error),
    }
}

fn played(
    office: &Office,
    scratch: &Office,
    session: &Session,
    (doctor, doctors_card): (&SignedIn, &CpsView),
    locum: &CpsView,
) -> Result<Result<(), String>, PlayError> {
    let cards = Cards { cps: office.cards(), vitale: scratch.cards() };
    let now = office.clock().now();
    if scratch.clock().now() < now {
        scratch.clock().move_to(now)?;
    }
    let vitale = vitale_in(&scratch.cards(), PATIENT)?;
    let lane = scratch.workstation();
    let own = fse(&lane, &cards, &vitale, doctor, CarePath::T)?;
    let sealed = &session.sealed;
    let plan = Plan {
        locum: sealed.locum.clone(),
        situations: sealed.replaced.situations.iter().map(|situation| situation.number).collect(),
        calendar: sealed.calendar.clone(),
        recurring: sealed.recurring,
        mailbox: sealed.mailbox,
        terms: sealed.terms,
    };
    let number = replacement::prepare(&lane, &cards, &plan, doctors_card, doctor)?;
    let hours = lane.call(move |ws| ws.session(number).and_then(|session| ws.next_hours(&session)));
    let hours = clock::from_paris(hours.map_err(CoreError::from)??);
    if scratch.clock().now() < hours {
        scratch.clock().move_to(hours)?;
    }
    scratch.caisse_looks_at_the_clock();
    let (card, reader) = (locum.clone(), doctor.reader.clone());
    let admitted = lane.call(move |ws| ws.admit(&reader, &card, Wanted::Session(number, None)));
    let locum = admitted.map_err(CoreError::from)??;
    let theirs = fse(&lane, &cards, &vitale, &locum, CarePath::R)?;
    let lots = signing::finish_lots(&lane, &cards, &locum)?;
    let sent = scratch.post().call(|post| post.send()).map_err(CoreError::from)??;
    if let Some((_, report)) = sent.failed.into_iter().next() {
        return Ok(Err(report.to_string()));
    }
    scratch.post().call(|post| post.fetch()).map_err(CoreError::from)??;
    let ledger = lane.call(|ws| ws.ledger()).map_err(CoreError::from)??;
    for document in ledger.documents.iter().filter(|document| [&own, &theirs].contains(&&document.fse)) {
        if let Some(reject) = &document.reject {
            return Ok(Err(format!("{} {}", reject.code, reject.message)));
        }
        if document.transmission != Some(TransmissionState::Recue) || document.lot != lots.first().copied() {
            return Ok(Err(document.fse.to_string()));
        }
    }
    Ok(Ok(()))
}

fn fse(
    lane: &Handle<Workstation>,
    cards: &dyn SigningCards,
    vitale: &VitaleView,
    who: &SignedIn,
    path: CarePath,
) -> Result<FseRef, PlayError> {
    let (card, person) = (vitale.clone(), who.clone());
    let prepared = lane.call(move |ws| {
        let mut draft = Draft::new(&card, 0, ws.now())?;
        draft.add_act("G");
        draft.input.care_path = Some(path);
        draft.input.third_party.amo = true;
        ws.prepare(&draft, &person)
    });
    let reference = prepared.map_err(CoreError::from)??;
    signing::sign_fse(lane, cards, &reference, who, Some(vitale))?;
    Ok(reference)
}
