//! The clock of the demo world: system time plus an offset kept in `DATA/caisse/clock`, which the simulated caisse
//! reads too. Forward only; a new demo starts on 15 January 2026 at 09:00 in Paris.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{Duration, NaiveDate, NaiveTime};
use liasse_core::data_dir::{create_private, write_private};
use liasse_core::ports::SystemClock;
use liasse_domain::calendar::{Territory, add_working_days};
use liasse_domain::{Clock, Code, Coded, Instant, clock};

/// Why the clock did not move.
#[derive(Debug, thiserror::Error)]
pub enum ClockError {
    /// The demo's clock never goes back.
    #[error("the clock goes forward only")]
    Backwards,
    /// The offset cannot be written.
    #[error("clock file: {0}")]
    Io(#[from] io::Error),
    /// The clock file holds no offset.
    #[error("the clock file is damaged")]
    Damaged,
}

impl Coded for ClockError {
    fn code(&self) -> Code {
        match self {
            Self::Backwards => Code("saisie.horloge_recule"),
            Self::Io(_) => Code("system.dossier_inaccessible"),
            Self::Damaged => Code("system.dossier_endommage"),
        }
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct DemoClock {
    file: PathBuf,
    /// The last offset that was read: a file that does not read for a moment must not make the time jump.
    last: Arc<AtomicI64>,
}

impl DemoClock {
    /// The clock whose offset lies in `caisse`/clock; a new one starts where every demo starts.
    pub fn open(caisse: &Path) -> Result<Self, ClockError> {
        create_private(caisse)?;
        let clock = Self { file: caisse.join("clock"), last: Arc::default() };
        if !clock.file.exists() {
            let start = NaiveDate::from_ymd_opt(2026, 1, 15).and_then(|day| day.and_hms_opt(9, 0, 0));
            let start = start.map_or_else(|| SystemClock.now(), clock::from_paris);
            clock.write((start - SystemClock.now()).num_seconds())?;
        }
        let offset = fs::read_to_string(&clock.file)?.trim().parse().map_err(|_| ClockError::Damaged)?;
        clock.last.store(offset, Ordering::SeqCst);
        Ok(clock)
    }

    fn offset(&self) -> i64 {
        match fs::read_to_string(&self.file).ok().and_then(|text| text.trim().parse().ok()) {
            Some(offset) => {
                self.last.store(offset, Ordering::SeqCst);
                offset
            }
            None => self.last.load(Ordering::SeqCst),
        }
    }

    fn write(&self, seconds: i64) -> Result<(), ClockError> {
        let fresh = self.file.with_extension("new");
        write_private(&fresh, seconds.to_string().as_bytes())?;
        Ok(fs::rename(&fresh, &self.file)?)
    }

    /// Moves the clock to `instant`.
    pub fn move_to(&self, instant: Instant) -> Result<(), ClockError> {
        if instant < self.now() {
            return Err(ClockError::Backwards);
        }
        // Rounded up, so that the clock never stands before the moment asked for.
        self.write((instant - SystemClock.now()).num_seconds() + 1)
    }

    /// Moves the clock forward by whole working days, to 09:00 of the last one.
    pub fn advance_working_days(&self, count: u32) -> Result<Instant, ClockError> {
        let today = clock::paris(self.now()).date();
        self.to_day(add_working_days(today, count, Territory::National))
    }

    /// Moves the clock to 09:00 of a day.
    pub fn to_day(&self, day: NaiveDate) -> Result<Instant, ClockError> {
        self.to_civil(day, 9 * 60)
    }

    /// Moves the clock forward by whole hours.
    pub fn advance_hours(&self, count: u32) -> Result<Instant, ClockError> {
        self.move_to(self.now() + Duration::hours(i64::from(count)))?;
        Ok(self.now())
    }

    /// Moves the clock to the next 19:30, when a practice has closed.
    pub fn to_evening(&self) -> Result<Instant, ClockError> {
        const EVENING: i64 = 19 * 60 + 30;
        let civil = clock::paris(self.now());
        let today = civil.date();
        let passed = civil >= today.and_time(NaiveTime::MIN) + Duration::minutes(EVENING);
        self.to_civil(if passed { today.succ_opt().unwrap_or(today) } else { today }, EVENING)
    }

    fn to_civil(&self, day: NaiveDate, minutes: i64) -> Result<Instant, ClockError> {
        self.move_to(clock::from_paris(day.and_time(NaiveTime::MIN) + Duration::minutes(minutes)))?;
        Ok(self.now())
    }
}

impl Clock for DemoClock {
    fn now(&self) -> Instant {
        SystemClock.now() + Duration::seconds(self.offset())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("liasse-clock-{name}-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        folder
    }

    #[test]
    fn a_new_demo_starts_in_january_and_only_goes_forward() {
        let folder = folder("new");
        let clock = DemoClock::open(&folder).expect("clock");
        assert_eq!(clock.today().to_string(), "2026-01-15");
        clock.advance_working_days(2).expect("forward");
        assert_eq!(clock.today().to_string(), "2026-01-19");
        let earlier = clock.now() - Duration::days(3);
        assert!(matches!(clock.move_to(earlier), Err(ClockError::Backwards)));
        // A file that does not read keeps the time; opening it again says so.
        fs::write(folder.join("clock"), "demain").expect("damage");
        assert_eq!(clock.today().to_string(), "2026-01-19");
        assert!(matches!(DemoClock::open(&folder), Err(ClockError::Damaged)));
        clock.advance_working_days(1).expect("the clock writes itself again");
        // Another program that opens the same directory reads the same time.
        assert_eq!(DemoClock::open(&folder).expect("clock").today().to_string(), "2026-01-20");
        drop(fs::remove_dir_all(&folder));
    }

    #[test]
    fn it_goes_to_an_hour_to_the_evening_and_to_a_day() {
        let folder = folder("hours");
        let clock = DemoClock::open(&folder).expect("clock");
        let at = |instant: Instant| clock::paris(instant).format("%d/%m/%Y %H:%M").to_string();
        assert_eq!(at(clock.advance_working_days(1).expect("tomorrow")), "16/01/2026 09:00");
        assert_eq!(at(clock.advance_hours(2).expect("two hours")), "16/01/2026 11:00");
        assert_eq!(at(clock.to_evening().expect("this evening")), "16/01/2026 19:30");
        assert_eq!(at(clock.to_evening().expect("it is evening: the next one")), "17/01/2026 19:30");
        assert!(matches!(clock.to_day(clock.today()), Err(ClockError::Backwards)), "nine o'clock has passed");
        let day = NaiveDate::from_ymd_opt(2026, 7, 14).expect("a day");
        assert_eq!(at(clock.to_day(day).expect("in summer")), "14/07/2026 09:00");
        drop(fs::remove_dir_all(&folder));
    }
}
