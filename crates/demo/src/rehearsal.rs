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
    // The trial's own practice knows nothing of what somebody typed here.
    let (of_session, own, theirs) = (session.clone(), doctor.1.clone(), locum.clone());
    let cards = office
        .workstation()
        .call(move |ws| Ok::<_, CoreError>((ws.with_situations(&own)?, ws.card_of_locum(&of_session, &theirs)?)));
    let (doctors_card, locum) = match cards.map_err(CoreError::from)? {
        Ok(cards) => cards,
        Err(error) => return Ok(Err(error.report().to_string())),
    };
    let folder = Scratch::new();
    let readers = Readers::named(&[PATIENT]).map_err(|_| PlayError::NotAsWritten(PATIENT.to_owned()))?;
    let scratch = Office::open(&folder.0, Box::new(readers), Opening::default())?;
    match played(office, &scratch, session, (doctor.0, &doctors_card), &locum) {
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
    let asking = doctor.clone();
    let hours = lane.call(move |ws| ws.session_of(number, &asking).and_then(|session| ws.next_hours(&session)));
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

#[cfg(test)]
mod tests {
    use chrono::{NaiveDate, NaiveTime};
    use liasse_core::cards::CardView;
    use liasse_core::situation::TypedSituation;
    use liasse_domain::replacement::{Calendar, ShareBase, Slot, Terms, Weekdays};
    use liasse_domain::{Digits, Rate};

    use super::*;
    use crate::lessons::scratch::Scratch;
    use crate::tray::VITALE_READER;

    /// The second card, its code given, as one whose file of situations is not ours; the first with it.
    fn opaque(scratch: &Scratch, second: &str) -> [CpsView; 2] {
        scratch.tray.insert(VITALE_READER, second).expect("a card");
        let snapshot = scratch.office.cards().call(|desk| {
            desk.refresh();
            let pin = Digits::parse("1234").expect("digits");
            desk.verify_pin(VITALE_READER, &pin).map(|()| desk.snapshot())
        });
        let snapshot = snapshot.expect("a lane").expect("the code is right");
        [crate::tray::CPS_READER, VITALE_READER].map(|reader| {
            let Some(CardView::Cps(cps)) = snapshot.reader(reader).map(|found| &found.card) else {
                panic!("no CPS in {reader}");
            };
            CpsView { situations: Some(Vec::new()), situations_not_public: true, ..cps.as_ref().clone() }
        })
    }

    fn typed(practice_mode: u8, billing: &str, locum: &str) -> TypedSituation {
        TypedSituation {
            number: 1,
            practice_mode,
            structure_name: "Cabinet saisi".to_owned(),
            billing_number: billing.to_owned(),
            locum_number: locum.to_owned(),
            convention: 1,
            specialty: "01".to_owned(),
            tariff_zone: "20".to_owned(),
            ik_zone: "01".to_owned(),
            may_sign_fse: true,
            may_sign_lot: true,
        }
    }

    #[test]
    fn cards_whose_situations_were_typed_are_tried_as_any_others() {
        let scratch = Scratch::open("repetition-saisie");
        let doctor = scratch.signs_in("cps-gris");
        let [doctors, vert] = opaque(&scratch, "cps-vert");
        let (own, theirs) = (doctors.clone(), vert.clone());
        let locum = scratch.ask(move |ws| {
            ws.keep_situation(&own, &typed(0, "991010117", ""))?;
            ws.keep_situation(&theirs, &typed(4, "991011115", "991010778"))?;
            ws.locum_of(&theirs)
        });
        let day = |day| NaiveDate::from_ymd_opt(2026, 1, day).expect("a day");
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).expect("an hour");
        let slot = Slot { days: Weekdays::ALL, from: hour(8), until: hour(19) };
        let plan = Plan {
            locum,
            situations: Vec::new(),
            calendar: Calendar::new(day(19), day(23), vec![slot]).expect("a calendar"),
            recurring: false,
            mailbox: true,
            terms: Terms {
                base: ShareBase::Billed,
                office: Rate::percent(70),
                visits: Rate::percent(70),
                duty: Rate::FULL,
            },
        };
        let (lane, cards) = (scratch.office.workstation(), scratch.office.cards());
        let number = replacement::prepare(&lane, &cards, &plan, &doctors, &doctor).expect("prepared");
        let who = doctor.clone();
        let session = scratch.ask(move |ws| ws.session_of(number, &who));
        let tried = |locum: &CpsView| trial(&scratch.office, &session, (&doctor, &doctors), locum).expect("played");
        assert_eq!(tried(&vert), Ok(()));

        // What another types proves no number.
        let [_, blanc] = opaque(&scratch, "cps-blanc");
        let nothing = tried(&blanc).expect_err("they typed nothing");
        assert!(nothing.contains("invoicing.situation_non_publique"), "{nothing}");
        let theirs = blanc.clone();
        scratch.ask(move |ws| ws.keep_situation(&theirs, &typed(4, "991010224", "991010778")));
        let another = tried(&blanc).expect_err("another's card");
        assert!(another.contains("replacement.autre_carte"), "{another}");
    }
}
