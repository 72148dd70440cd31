//! What a lesson finds prepared: a caisse that will reject wrongly, a doctor whose card was read, a session opened by the replaced
//! doctor. Their cards lie on a table of their own: none of the learner's readers is touched.

use chrono::{Duration, NaiveDate, NaiveDateTime, NaiveTime};
use liasse_caisse::Trick;
use liasse_core::CoreError;
use liasse_core::cards::{CardDesk, CardView, CpsView};
use liasse_core::desk::{DeskError, SignedIn, Wanted};
use liasse_core::lane::{Handle, Lane};
use liasse_core::replacement::{self, Plan, ReplacementError};
use liasse_domain::replacement::{Calendar, SessionState, ShareBase, Slot, Terms, Weekdays};
use liasse_domain::{Clock, Digits, Rate, clock};

use super::LessonError;
use crate::fault::FaultError;
use crate::office::{Office, OpenError};
use crate::play::PlayError;
use crate::tray::{Tray, image};

/// Which lesson's world.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Opening {
    /// One FSE of the first file is rejected wrongly.
    Practitioner,
    /// The card of the doctor was read here once.
    Secretary,
    /// The doctor opened a session for the day.
    Locum,
}

/// The doctor of every lesson, and who replaces them.
const DOCTOR: &str = "cps-gris";
const LOCUM: &str = "cps-vert";

/// The hours of the session, in minutes; the hour at which a lesson begins that cannot begin now.
const OPENS: i64 = 8 * 60;
const CLOSES: i64 = 19 * 60 + 30;
const MORNING: i64 = 9 * 60;

impl Opening {
    /// Prepares it.
    pub(super) fn open(self, office: &Office) -> Result<(), LessonError> {
        match self {
            Self::Practitioner => {
                let caisse = office.caisse().ok_or(FaultError::OutOfReach)?;
                caisse.arm(Trick::WrongReject, true);
                Ok(())
            }
            Self::Secretary => {
                let table = table(&[DOCTOR])?;
                sign_in(office, &unlocked(&table.handle(), DOCTOR)?)?;
                Ok(())
            }
            Self::Locum => {
                let moment = moment(clock::paris(office.clock().now())).ok_or(LessonError::TooLate)?;
                Ok(open_session(office, moment)?)
            }
        }
    }
}

/// When the locum's lesson begins: now, or at nine of the next day of the replacement that the caisse knows of.
fn moment(now: NaiveDateTime) -> Option<NaiveDateTime> {
    // `fixtures/caisse/registers.toml`: Dr Vert for Dr Gris.
    let (first, last) = (NaiveDate::from_ymd_opt(2026, 1, 19)?, NaiveDate::from_ymd_opt(2026, 1, 30)?);
    let at = |day: NaiveDate, minutes| day.and_time(NaiveTime::MIN) + Duration::minutes(minutes);
    let today = now.date();
    let moment = if today < first {
        at(first, MORNING)
    } else if now < at(today, OPENS) {
        at(today, MORNING)
    } else if now < at(today, CLOSES - 60) {
        // An hour at least is left for what is done inside the session.
        now
    } else {
        at(today.succ_opt()?, MORNING)
    };
    (moment.date() <= last).then_some(moment)
}

fn open_session(office: &Office, moment: NaiveDateTime) -> Result<(), PlayError> {
    let instant = clock::from_paris(moment);
    if office.clock().now() < instant {
        office.clock().move_to(instant)?;
        office.caisse_looks_at_the_clock();
    }
    let table = table(&[DOCTOR, LOCUM])?;
    let card = unlocked(&table.handle(), DOCTOR)?;
    let locums_card = unlocked(&table.handle(), LOCUM)?;
    let locum = office.workstation().call(move |ws| ws.locum_of(&locums_card)).map_err(CoreError::from)??;
    let doctor = sign_in(office, &card)?;
    let asking = doctor.clone();
    let sessions = office.workstation().call(move |ws| ws.sessions_of(&asking)).map_err(CoreError::from)??;
    let holds = sessions.iter().any(|session| {
        session.state == SessionState::Preparee
            && session.sealed.locum.billing == locum.billing
            && session.sealed.calendar.at(moment).is_ok()
    });
    if holds {
        return Ok(());
    }
    let hour = |minutes| NaiveTime::MIN + Duration::minutes(minutes);
    let slot = Slot { days: Weekdays::ALL, from: hour(OPENS), until: hour(CLOSES) };
    let calendar = Calendar::new(moment.date(), moment.date(), vec![slot]);
    let plan = Plan {
        locum,
        situations: Vec::new(),
        calendar: calendar.map_err(|fault| CoreError::from(ReplacementError::from(fault)))?,
        recurring: false,
        mailbox: true,
        terms: Terms {
            base: ShareBase::Billed,
            office: Rate::percent(70),
            visits: Rate::percent(70),
            duty: Rate::FULL,
        },
    };
    replacement::prepare(&office.workstation(), &table.handle(), &plan, &card, &doctor)?;
    Ok(())
}

/// Readers of their own that hold these cards, one each, named after it.
fn table(cards: &[&'static str]) -> Result<Lane<CardDesk>, PlayError> {
    let tray = Tray::with_readers(cards);
    for card in cards {
        tray.insert(card, card)?;
    }
    let desk = Lane::start("liasse-lecon", move || Ok::<_, OpenError>(CardDesk::new(Box::new(tray))));
    Ok(desk.map_err(OpenError::from)?)
}

/// A card of the table, its code given.
fn unlocked(table: &Handle<CardDesk>, card: &'static str) -> Result<CpsView, PlayError> {
    let image = image(card)?;
    let pin = image.pin().and_then(Digits::parse).ok_or(OpenError::World)?;
    let snapshot = table.call(move |desk| {
        desk.verify_pin(card, &pin)?;
        Ok::<_, CoreError>(desk.snapshot())
    });
    let snapshot = snapshot.map_err(CoreError::from)??;
    match snapshot.reader(card).map(|found| &found.card) {
        Some(CardView::Cps(cps)) => Ok(cps.as_ref().clone()),
        _ => Err(CoreError::from(DeskError::NoCps).into()),
    }
}

/// Signs the doctor in for themselves, so that what the card says is kept.
fn sign_in(office: &Office, card: &CpsView) -> Result<SignedIn, PlayError> {
    let card = card.clone();
    let signed_in = office.workstation().call(move |ws| ws.sign_in(DOCTOR, &card, Wanted::Anything));
    Ok(signed_in.map_err(CoreError::from)??)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_locums_day_is_one_that_the_caisse_knows_with_an_hour_left() {
        let at = |now: &str| {
            let now: NaiveDateTime = now.parse().expect("civil");
            moment(now).map(|moment| moment.format("%Y-%m-%dT%H:%M:%S").to_string())
        };
        let found = |text: &str| Some(text.to_owned());
        assert_eq!(at("2026-01-15T09:00:00"), found("2026-01-19T09:00:00"));
        assert_eq!(at("2026-01-20T06:00:00"), found("2026-01-20T09:00:00"));
        assert_eq!(at("2026-01-20T14:10:00"), found("2026-01-20T14:10:00"));
        assert_eq!(at("2026-01-20T18:40:00"), found("2026-01-21T09:00:00"));
        assert_eq!(at("2026-01-30T18:00:00"), found("2026-01-30T18:00:00"));
        for late in ["2026-01-30T19:30:00", "2026-02-02T09:00:00"] {
            assert_eq!(at(late), None, "{late}");
        }
    }
}
