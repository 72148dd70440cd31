//! A scenario with a replacement: the doctor bills, prepares the session and rehearses it; the locum bills at its hours and
//! sends lots of both; the doctor closes it, draws the statement up and erases what was memorised. What must come of it is
//! written in the scenario, never computed here.

use chrono::{NaiveDate, NaiveDateTime};
use liasse_cardsim::Knobs;
use liasse_core::cards::{CardView, CpsView};
use liasse_core::desk::SignedIn;
use liasse_core::replacement::{self, Plan};
use liasse_core::{CoreError, signing};
use liasse_domain::replacement::{Calendar, ShareBase, Slot, Terms};
use liasse_domain::{Centimes, Digits, FseRef, Rate, clock};
use serde::Deserialize;

use crate::office::Office;
use crate::play::{self, Hand, PlayError, Played};
use crate::rehearsal;
use crate::scenario::{Claim, Scenario};

use crate::written::Made;

/// A replacement of a scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// The card of the locum whom the doctor names.
    pub locum: String,
    /// The card that is inserted at the hours; the same unless said.
    pub inserted: Option<String>,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// In which hours.
    pub slots: Vec<Slot>,
    /// When the locum works, each time billing the locum's claims.
    pub works: Vec<NaiveDateTime>,
    /// When the doctor is back.
    pub back: NaiveDateTime,
    /// The locum's share in percents: office, visits, duty.
    pub shares: [u32; 3],
    /// What the statement must say.
    pub statement: Option<Drawn>,
}

/// What a statement must say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drawn {
    /// All fees.
    pub fees: Centimes,
    /// What is due to the locum.
    pub due: Centimes,
    /// Cheques and cash in the drawer.
    pub in_drawer: Centimes,
    /// What the doctor's account has received.
    pub on_account: Centimes,
    /// What is still expected of the schemes.
    pub expected: Centimes,
}

/// Plays it.
///
/// # Errors
/// What the workstation refuses, with its reason: the locum on a wrong day, another card.
pub(crate) fn play(
    office: &Office,
    scenario: &Scenario,
    story: &Story,
    hand: &Hand,
    pin: &Digits,
) -> Result<Played, PlayError> {
    let Hand::Tray { tray, cps_reader, vitale_reader } = hand else {
        return Err(PlayError::NotAsWritten("lecteurs".to_owned()));
    };
    tray.insert(cps_reader, &scenario.cps)?;
    let doctor = play::sign_in(office, cps_reader, pin)?;
    let doctors_card = cps_in(office, cps_reader)?;
    let mut made = claims(office, scenario, false, hand, &doctor)?;

    // The locum's card beside the doctor's, for as long as the session is prepared and rehearsed.
    tray.insert_with(vitale_reader, &story.locum, Knobs::default())?;
    let locums_card = unlocked(office, vitale_reader, pin)?;
    let card = locums_card.clone();
    let locum = office.workstation().call(move |ws| ws.locum_of(&card)).map_err(CoreError::from)??;
    let [shared, visits, duty] = story.shares.map(Rate::percent);
    let plan = Plan {
        locum,
        situations: Vec::new(),
        calendar: Calendar::new(story.from, story.until, story.slots.clone())
            .map_err(|fault| CoreError::from(replacement::ReplacementError::from(fault)))?,
        recurring: false,
        mailbox: true,
        terms: Terms { base: ShareBase::Billed, office: shared, visits, duty },
    };
    let number = replacement::prepare(&office.workstation(), &office.cards(), &plan, &doctors_card, &doctor)?;
    let asking = doctor.clone();
    let session = office.workstation().call(move |ws| ws.session_of(number, &asking)).map_err(CoreError::from)??;
    let trial = rehearsal::trial(office, &session, (&doctor, &doctors_card), &locums_card)?;
    let (card, who) = (locums_card.clone(), doctor.clone());
    let rehearsed = office.workstation().call(move |ws| ws.rehearse(number, Some(&card), Some(trial), &who));
    if !rehearsed.map_err(CoreError::from)??.is_ready() {
        return Err(PlayError::NotAsWritten("répétition".to_owned()));
    }

    for moment in &story.works {
        move_to(office, *moment)?;
        tray.insert(cps_reader, story.inserted.as_deref().unwrap_or(&story.locum))?;
        let locum = play::sign_in(office, cps_reader, pin)?;
        made.extend(claims(office, scenario, true, hand, &locum)?);
        signing::finish_lots(&office.workstation(), &office.cards(), &locum)?;
        play::send(office)?;
        play::fetch_until(office, |_| true)?;
    }

    move_to(office, story.back)?;
    tray.insert(cps_reader, &scenario.cps)?;
    let doctor = play::sign_in(office, cps_reader, pin)?;
    play::send(office)?;
    let ledger = play::fetch_until(office, |ledger| made.iter().all(|made| made.check(ledger, 0, true).is_ok()))?;
    for made in &made {
        made.check(&ledger, scenario.working_days, true)?;
    }
    end(office, story, number, &doctor)?;
    Ok(Played { ledger, open: Vec::new() })
}

/// The session is closed, its statement compared, and what it memorised erased.
fn end(office: &Office, story: &Story, number: u32, doctor: &SignedIn) -> Result<(), PlayError> {
    let (who, folder) = (doctor.clone(), office.root().to_path_buf());
    let closed = office.workstation().call(move |ws| {
        ws.close_session(number, false, &who)?;
        let statement = ws.statement(number, &who)?;
        let erased = ws.erase_session(number, &folder, &who)?;
        let faults = ws.store().journal_verify()?.faults;
        Ok::<_, CoreError>((statement, erased, faults.is_empty()))
    });
    let (statement, erased, intact) = closed.map_err(CoreError::from)??;
    let drawn = Drawn {
        fees: statement.fees(),
        due: statement.due_cents,
        in_drawer: statement.in_drawer_cents,
        on_account: statement.on_account_cents,
        expected: statement.expected_cents,
    };
    if story.statement.is_some_and(|expected| expected != drawn) {
        return Err(PlayError::NotAsWritten(format!("relevé : {drawn:?}")));
    }
    if !erased.is_clean() || erased.traces.iter().any(|trace| trace.before == 0) {
        return Err(PlayError::NotAsWritten("effacement".to_owned()));
    }
    if intact { Ok(()) } else { Err(PlayError::NotAsWritten("journal".to_owned())) }
}

/// The claims of one of the two, as often as each says.
fn claims<'a>(
    office: &Office,
    scenario: &'a Scenario,
    by_locum: bool,
    hand: &Hand,
    who: &SignedIn,
) -> Result<Vec<Made<'a>>, PlayError> {
    let mut made = Vec::new();
    let theirs = |claim: &&'a Claim| claim.by_locum == by_locum;
    for claim in scenario.fse.iter().filter(theirs) {
        for _ in 0..claim.times {
            let reference: FseRef = play::make(office, claim, hand, who)?;
            made.push(Made::new(reference, claim));
        }
    }
    Ok(made)
}

fn move_to(office: &Office, civil: NaiveDateTime) -> Result<(), PlayError> {
    office.clock().move_to(clock::from_paris(civil))?;
    office.caisse_looks_at_the_clock();
    Ok(())
}

fn cps_in(office: &Office, reader: &str) -> Result<CpsView, PlayError> {
    let snapshot = office.cards().call(|desk| desk.snapshot()).map_err(CoreError::from)?;
    match snapshot.reader(reader).map(|found| &found.card) {
        Some(CardView::Cps(cps)) => Ok(cps.as_ref().clone()),
        _ => Err(CoreError::from(liasse_core::desk::DeskError::NoCps).into()),
    }
}

fn unlocked(office: &Office, reader: &str, pin: &Digits) -> Result<CpsView, PlayError> {
    let (name, pin) = (reader.to_owned(), pin.clone());
    let opened = office.cards().call(move |desk| {
        desk.refresh();
        desk.verify_pin(&name, &pin)
    });
    opened.map_err(CoreError::from)?.map_err(CoreError::from)?;
    cps_in(office, reader)
}
