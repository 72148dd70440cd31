//! Playing a scenario from the cards to the money, with the tray or with real PC/SC readers.
//! Not a shortcut: every step is the use case that the window calls.

use std::time::{Duration, Instant as Stopwatch};

use liasse_cardsim::Knobs;
use liasse_core::CoreError;
use liasse_core::cards::{CardDesk, CpsView, Snapshot, VitaleView};
use liasse_core::desk::{DeskError, SignedIn, Wanted};
use liasse_core::invoicing::{Draft, InvoicingError};
use liasse_core::lane::Handle;
use liasse_core::ledger::Ledger;
use liasse_core::signing;
use liasse_domain::{Centimes, Code, Coded, Digits, FseRef};

use crate::clock::ClockError;
use crate::office::{Office, OpenError};
use crate::replaced;
use crate::scenario::{Claim, Scenario};
use crate::secretary;
use crate::tray::{Tray, UnknownCard};
use crate::written::{Made, Written};

/// Which cards a scenario is played with.
pub enum Hand {
    /// The tray: each claim's card is put into the reader.
    Tray {
        /// The tray.
        tray: Tray,
        /// The reader for the CPS.
        cps_reader: String,
        /// The reader for the Vitale.
        vitale_reader: String,
    },
    /// Readers that hold cards already: every claim is for that Vitale.
    Readers {
        /// The reader that holds the CPS.
        cps_reader: String,
        /// The reader that holds the Vitale.
        vitale_reader: String,
    },
}

impl Hand {
    fn readers(&self) -> (&str, &str) {
        match self {
            Self::Tray { cps_reader, vitale_reader, .. } | Self::Readers { cps_reader, vitale_reader } => {
                (cps_reader, vitale_reader)
            }
        }
    }
}

/// Why a scenario stopped.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// A use case refused.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The clock did not move.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The demo did not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A card of the scenario does not exist.
    #[error(transparent)]
    Card(#[from] UnknownCard),
    /// The post refused or could not be reached.
    #[error("not sent: {0:?}")]
    NotSent(liasse_domain::Report),
    /// A settlement that does not exist.
    #[error("unknown settlement")]
    Settlement,
    /// A claim did not end as written.
    #[error("not as written: {0}")]
    NotAsWritten(String),
}

impl Coded for PlayError {
    fn code(&self) -> Code {
        match self {
            Self::Core(error) => error.code(),
            Self::Clock(error) => error.code(),
            Self::Open(error) => error.code(),
            Self::Card(error) => error.code(),
            Self::NotSent(_) => Code("road.scenario_non_envoye"),
            Self::Settlement => Code("saisie.reglement_inconnu"),
            Self::NotAsWritten(_) => Code("system.scenario_different"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Core(error) => error.parameters(),
            Self::Clock(error) => error.parameters(),
            Self::Open(error) => error.parameters(),
            Self::NotSent(report) => vec![("reason", report.message.clone())],
            Self::NotAsWritten(what) => vec![("what", what.clone())],
            _ => Vec::new(),
        }
    }
}

/// A scenario that was played.
pub struct Played {
    /// The whole ledger.
    pub ledger: Ledger,
    /// FSE that did not end as their kind ends, as it is written.
    pub open: Vec<FseRef>,
}

/// Plays `count` claims of a scenario, or all of them, to the end.
pub fn play(
    office: &Office,
    scenario: &Scenario,
    count: Option<usize>,
    hand: &Hand,
    pin: &Digits,
) -> Result<Played, PlayError> {
    if let Some(story) = &scenario.replacement {
        return replaced::play(office, scenario, story, hand, pin);
    }
    if let Some(story) = &scenario.desk {
        return secretary::play(office, scenario, story, hand, pin);
    }
    let (cps_reader, _) = hand.readers();
    if let Hand::Tray { tray, .. } = hand {
        tray.insert(cps_reader, &scenario.cps)?;
    }
    let signed_in = sign_in(office, cps_reader, pin)?;
    let written = Written::begin(office, &signed_in)?;
    let mut made = Vec::new();
    for claim in scenario.fse.iter().cycle().take(count.unwrap_or(scenario.fse.len())) {
        made.push(Made::new(make(office, claim, hand, &signed_in)?, claim));
    }
    send_lots(office, &signed_in)?;
    let answered = |ledger: &Ledger| ledger.documents.iter().all(|document| !document.awaits_answer());
    fetch_until(office, |ledger| !scenario.answers_at_once() || answered(ledger))?;
    // Cards of the readers are not those that the scenario expects.
    let Hand::Tray { .. } = hand else {
        advance(office, scenario.working_days)?;
        return Ok(Played { ledger: fetch_until(office, Ledger::all_ended)?, open: Vec::new() });
    };
    let to_correct: Vec<_> = made.iter().filter_map(Made::to_correct).collect();
    for (rejected, claim, expected) in to_correct {
        let reference = correct(office, &rejected, claim, hand, &signed_in)?;
        made.push(Made { reference, claim, midway: &[], expected });
    }
    send_lots(office, &signed_in)?;
    let (mut day, mut ledger) = (0, fetch_until(office, |_| true)?);
    for stop in scenario.stops() {
        if stop > day {
            advance(office, stop - day)?;
            day = stop;
            send(office)?;
        }
        let last = stop == scenario.working_days;
        ledger = fetch_until(office, |ledger| made.iter().all(|made| made.check(ledger, stop, last).is_ok()))?;
        for made in &made {
            made.check(&ledger, stop, last)?;
        }
    }
    if count.is_none_or(|count| count == scenario.fse.len()) {
        written.check_end(office, scenario, &signed_in)?;
    }
    let open = made.into_iter().filter(|made| made.expected.open).map(|made| made.reference).collect();
    Ok(Played { ledger, open })
}

fn advance(office: &Office, working_days: u32) -> Result<(), PlayError> {
    office.clock().advance_working_days(working_days)?;
    office.caisse_looks_at_the_clock();
    Ok(())
}

/// Signs in the holder of the CPS in `reader`.
pub fn sign_in(office: &Office, reader: &str, pin: &Digits) -> Result<SignedIn, PlayError> {
    sign_in_as(office.core(), reader, pin, Wanted::Anything)
}

/// The same in a practice of either world, as what the card is wanted for.
pub fn sign_in_as(
    office: &liasse_core::office::Office,
    reader: &str,
    pin: &Digits,
    wanted: Wanted,
) -> Result<SignedIn, PlayError> {
    let (name, pin, world) = (reader.to_owned(), pin.clone(), office.world());
    let snapshot = office
        .cards()
        .call(move |desk| {
            desk.refresh();
            let snapshot = desk.snapshot();
            // A card that is there and cannot be read, held by another program for example, says why.
            if let Some(liasse_core::cards::CardView::Failed(error)) = snapshot.reader(&name).map(|found| &found.card) {
                return Err(CoreError::from(*error));
            }
            if let Some(cps) = cps_in(&snapshot, &name) {
                // A real card must not lose a try to the demo's PIN, nor does a test card open a practice.
                DeskError::of_world(world, &cps.identity.holder)?;
                if cps.situations.is_none() {
                    desk.verify_pin(&name, &pin)?;
                }
            }
            Ok::<_, CoreError>(desk.snapshot())
        })
        .map_err(CoreError::from)??;
    let cps = cps_in(&snapshot, reader).ok_or(DeskError::NoCps).map_err(CoreError::from)?.clone();
    let reader = reader.to_owned();
    let admitted = office.workstation().call(move |ws| ws.sign_in(&reader, &cps, wanted));
    Ok(admitted.map_err(CoreError::from)??)
}

fn cps_in<'a>(snapshot: &'a Snapshot, reader: &str) -> Option<&'a CpsView> {
    match &snapshot.reader(reader)?.card {
        liasse_core::cards::CardView::Cps(cps) => Some(cps),
        _ => None,
    }
}

pub(crate) fn vitale_in(cards: &Handle<CardDesk>, reader: &str) -> Result<VitaleView, PlayError> {
    let snapshot = cards
        .call(|desk| {
            desk.refresh();
            desk.snapshot()
        })
        .map_err(CoreError::from)?;
    match snapshot.reader(reader).map(|found| &found.card) {
        Some(liasse_core::cards::CardView::Vitale(vitale)) => Ok(vitale.as_ref().clone()),
        _ => Err(CoreError::from(InvoicingError::VitaleAbsent).into()),
    }
}

pub(crate) fn make(office: &Office, claim: &Claim, hand: &Hand, who: &SignedIn) -> Result<FseRef, PlayError> {
    let (_, vitale_reader) = hand.readers();
    let beneficiary = match hand {
        Hand::Tray { tray, .. } => {
            tray.insert_with(vitale_reader, &claim.vitale, Knobs::default())?;
            claim.beneficiary.saturating_sub(1)
        }
        Hand::Readers { .. } => 0,
    };
    let vitale = vitale_in(&office.cards(), vitale_reader)?;
    let settlement = match &claim.settle {
        Some(word) => Some(liasse_core::SettlementMode::from_word(word).ok_or(PlayError::Settlement)?),
        None => None,
    };
    let (claim, signed_in, cards) = (claim.clone(), who.clone(), office.cards());
    let card = vitale.clone();
    let reference = office
        .workstation()
        .call(move |ws| {
            let mut draft = Draft::new(&vitale, beneficiary, ws.now()).map_err(CoreError::from)?;
            for typed in &claim.acts {
                draft.add_typed(ws.tables(), typed).map_err(|_| PlayError::NotAsWritten(typed.clone()))?;
            }
            for act in &mut draft.input.acts {
                act.ald_related = claim.ald_related;
            }
            draft.input.care_path = claim.care_path;
            draft.input.third_party.amo = claim.third_party_amo;
            draft.input.third_party.amc = claim.third_party_amc;
            if let Some(card) = &claim.mutuelle {
                ws.see_mutuelle(&draft, &signed_in, card)?;
            }
            draft.input.cover.clone_from(&claim.cover);
            draft.input.referrer.clone_from(&claim.referrer);
            draft.input.prescriber.clone_from(&claim.prescriber);
            draft.reason.clone_from(&claim.reason);
            Ok::<_, PlayError>(ws.prepare(&draft, &signed_in)?)
        })
        .map_err(CoreError::from)??;
    signing::sign_fse(&office.workstation(), &cards, &reference, who, Some(&card))?;
    let (signed, signed_in) = (reference.clone(), who.clone());
    office
        .workstation()
        .call(move |ws| {
            // With readers the card decides who owes what, whatever the scenario was written for.
            let owes = ws.due_by_patient(&signed, &signed_in).is_ok_and(|due| due > Centimes::ZERO);
            if let Some(mode) = settlement.filter(|_| owes) {
                ws.settle(&signed, &signed_in, mode)?;
            }
            Ok::<_, CoreError>(())
        })
        .map_err(CoreError::from)??;
    Ok(reference)
}

/// A new FSE in the place of a rejected one, saying the same, signed by the same cards.
fn correct(
    office: &Office,
    rejected: &FseRef,
    claim: &Claim,
    hand: &Hand,
    who: &SignedIn,
) -> Result<FseRef, PlayError> {
    let (_, vitale_reader) = hand.readers();
    if let Hand::Tray { tray, .. } = hand {
        tray.insert_with(vitale_reader, &claim.vitale, Knobs::default())?;
    }
    let vitale = vitale_in(&office.cards(), vitale_reader)?;
    let (card, rejected, signed_in) = (vitale.clone(), rejected.clone(), who.clone());
    let reference = office
        .workstation()
        .call(move |ws| {
            let draft = ws.correction_of(&rejected, &vitale, &signed_in)?;
            ws.prepare(&draft, &signed_in)
        })
        .map_err(CoreError::from)??;
    signing::sign_fse(&office.workstation(), &office.cards(), &reference, who, Some(&card))?;
    Ok(reference)
}

fn send_lots(office: &Office, signed_in: &SignedIn) -> Result<(), PlayError> {
    signing::finish_lots(&office.workstation(), &office.cards(), signed_in)?;
    send(office)
}

pub(crate) fn send(office: &Office) -> Result<(), PlayError> {
    let summary = office.post().call(|post| post.send()).map_err(CoreError::from)??;
    match summary.failed.into_iter().next() {
        Some((_, report)) => Err(PlayError::NotSent(report)),
        None => Ok(()),
    }
}

/// How long a scenario waits for a caisse that works behind a foreign post office, and how often it looks.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_millis(200);

/// Fetches until the ledger is as wanted, or patience ends: a caisse in this process has answered at the first look.
pub(crate) fn fetch_until(office: &Office, wanted: impl Fn(&Ledger) -> bool) -> Result<Ledger, PlayError> {
    let began = Stopwatch::now();
    loop {
        office.post().call(|post| post.fetch()).map_err(CoreError::from)??;
        let ledger = office.workstation().call(|ws| ws.ledger()).map_err(CoreError::from)??;
        if wanted(&ledger) || began.elapsed() > PATIENCE {
            return Ok(ledger);
        }
        std::thread::park_timeout(GLANCE);
    }
}
