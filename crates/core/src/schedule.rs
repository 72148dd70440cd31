//! When the post works by itself: fetching at intervals, sending at an hour of the day and as the window closes. None
//! needs a card. Not the sending and fetching themselves (`sending`, `returns`), and no clock: the window asks at each of
//! its ticks.

use chrono::{NaiveTime, TimeDelta};
use liasse_domain::{Instant, clock};

use crate::error::CoreError;
use crate::settings::SettingError;
use crate::workstation::Workstation;

/// The word that turns one of them off.
const NEVER: &str = "jamais";
/// Minutes between two fetches where nothing is set.
const USUAL_MINUTES: u16 = 15;
/// A day.
const MOST_MINUTES: u16 = 1440;

/// When the post works by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    fetch_every: Option<u16>,
    send_at: Option<NaiveTime>,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { fetch_every: Some(USUAL_MINUTES), send_at: None }
    }
}

impl Schedule {
    /// Whether returns are to be fetched now.
    pub fn fetch_is_due(&self, last: Instant, now: Instant) -> bool {
        self.fetch_every.is_some_and(|minutes| now - last >= TimeDelta::minutes(i64::from(minutes)))
    }

    /// Whether the hour of sending has come since `last`, in Paris. A clock that jumped over it counts.
    pub fn send_is_due(&self, last: Instant, now: Instant) -> bool {
        self.send_at.is_some_and(|hour| came(hour, last, now))
    }
}

/// Whether that hour of the day has come since `last`, in Paris. A clock that jumped over it counts.
pub(crate) fn came(hour: NaiveTime, last: Instant, now: Instant) -> bool {
    let (last, now) = (clock::paris(last), clock::paris(now));
    let today = now.date().and_time(hour);
    let latest = if now >= today { Some(today) } else { now.date().pred_opt().map(|day| day.and_time(hour)) };
    latest.is_some_and(|moment| moment > last && moment <= now)
}

/// What the window leaves behind when it closes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Leaving {
    /// Files to send first; 0 where the setting `post.send_at_closing` says no. What came back undelivered is not among
    /// them.
    pub files: usize,
    /// Signed FSE in no signed lot: they need a card to leave.
    pub fses: usize,
}

/// `oui` or `non`.
pub(crate) fn yes(value: &str) -> Result<bool, SettingError> {
    match value {
        "oui" => Ok(true),
        "non" => Ok(false),
        _ => Err(SettingError::Value),
    }
}

/// Minutes between two fetches, 1 to 1440; `None` for never.
pub(crate) fn minutes(value: &str) -> Result<Option<u16>, SettingError> {
    match value {
        NEVER => Ok(None),
        number => match number.parse() {
            Ok(minutes @ 1..=MOST_MINUTES) => Ok(Some(minutes)),
            _ => Err(SettingError::Value),
        },
    }
}

/// An hour of the day, `HH:MM`; `None` for never.
pub(crate) fn hour(value: &str) -> Result<Option<NaiveTime>, SettingError> {
    match value {
        NEVER => Ok(None),
        hour => NaiveTime::parse_from_str(hour, "%H:%M").map(Some).map_err(|_| SettingError::Value),
    }
}

impl Workstation {
    /// What the settings `post.fetch_every` and `post.send_at` say.
    pub fn schedule(&self) -> Result<Schedule, CoreError> {
        let usual = Schedule::default();
        Ok(Schedule {
            fetch_every: self.setting("post.fetch_every")?.map_or(Ok(usual.fetch_every), |value| minutes(&value))?,
            send_at: self.setting("post.send_at")?.map_or(Ok(usual.send_at), |value| hour(&value))?,
        })
    }

    /// What would stay behind if the window closed now.
    pub fn leaving(&self) -> Result<Leaving, CoreError> {
        let sends = self.setting("post.send_at_closing")?.map_or(Ok(true), |value| yes(&value))?;
        let files = if sends { self.store.to_send()?.iter().filter(|row| !row.undelivered).count() } else { 0 };
        let fses = self.waiting()?.iter().filter(|row| !row.in_file).count();
        Ok(Leaving { files, fses })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Instant {
        text.parse().expect("a moment")
    }

    #[test]
    fn returns_are_fetched_after_the_interval() {
        let schedule = Schedule { fetch_every: Some(15), send_at: None };
        assert!(!schedule.fetch_is_due(at("2026-01-15T09:00:00Z"), at("2026-01-15T09:14:59Z")));
        assert!(schedule.fetch_is_due(at("2026-01-15T09:00:00Z"), at("2026-01-15T09:15:00Z")));
        assert!(
            !Schedule { fetch_every: None, ..schedule }
                .fetch_is_due(at("2026-01-15T09:00:00Z"), at("2027-01-15T09:00:00Z"))
        );
    }

    #[test]
    fn the_hour_of_sending_comes_once_a_day_in_paris() {
        let schedule = Schedule { fetch_every: None, send_at: hour("19:30").expect("an hour") };
        // 19:30 in Paris is 18:30 UTC in winter and 17:30 in summer.
        for (last, now, due) in [
            ("2026-01-15T18:29:40Z", "2026-01-15T18:29:59Z", false),
            ("2026-01-15T18:29:40Z", "2026-01-15T18:30:00Z", true),
            ("2026-01-15T18:30:00Z", "2026-01-15T18:30:20Z", false),
            ("2026-07-15T17:29:40Z", "2026-07-15T17:30:00Z", true),
            ("2026-01-15T09:00:00Z", "2026-01-16T09:00:00Z", true),
            ("2026-01-15T20:00:00Z", "2026-01-16T09:00:00Z", false),
        ] {
            assert_eq!(schedule.send_is_due(at(last), at(now)), due, "{last} {now}");
        }
    }

    #[test]
    fn settings_that_do_not_read_are_refused() {
        assert_eq!((minutes("30"), minutes("jamais")), (Ok(Some(30)), Ok(None)));
        assert_eq!(hour("jamais"), Ok(None));
        assert_eq!((yes("oui"), yes("non"), yes("Oui")), (Ok(true), Ok(false), Err(SettingError::Value)));
        for wrong in ["", "0", "1441", "-5", "15 min"] {
            assert_eq!(minutes(wrong), Err(SettingError::Value), "{wrong}");
        }
        for wrong in ["", "24:00", "19h30", "7", "19:60"] {
            assert_eq!(hour(wrong), Err(SettingError::Value), "{wrong}");
        }
    }
}
