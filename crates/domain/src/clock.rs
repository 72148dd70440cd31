//! The trait `Clock` and the civil time of Paris. No implementation: time is handed in.
//! Legal dates are French civil dates, whatever the machine's zone says.

use chrono::{DateTime, Datelike, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc, Weekday};

/// A moment, in UTC.
pub type Instant = DateTime<Utc>;

/// Where the time comes from: the system, the demo's moved clock, a test.
pub trait Clock: Send + Sync {
    /// The present moment.
    fn now(&self) -> Instant;

    /// Today in Paris.
    fn today(&self) -> NaiveDate {
        paris(self.now()).date()
    }
}

/// The civil time of Paris at `instant`: UTC+1, and UTC+2 between the last Sundays of March and October, 01:00 UTC
/// (directive 2000/84/CE).
pub fn paris(instant: Instant) -> NaiveDateTime {
    let naive = instant.naive_utc();
    let year = naive.year();
    let summer = match (last_sunday(year, 3), last_sunday(year, 10)) {
        (Some(start), Some(end)) => {
            let at_one = |date: NaiveDate| date.and_hms_opt(1, 0, 0);
            at_one(start).is_some_and(|s| naive >= s) && at_one(end).is_some_and(|e| naive < e)
        }
        _ => false,
    };
    naive + Duration::hours(if summer { 2 } else { 1 })
}

/// The moment of a civil time of Paris. In the hour that occurs twice the first is meant; a time that does not exist
/// is read in winter time.
pub fn from_paris(civil: NaiveDateTime) -> Instant {
    for hours in [2, 1] {
        let candidate = Utc.from_utc_datetime(&(civil - Duration::hours(hours)));
        if paris(candidate) == civil {
            return candidate;
        }
    }
    Utc.from_utc_datetime(&(civil - Duration::hours(1)))
}

fn last_sunday(year: i32, month: u32) -> Option<NaiveDate> {
    let last = NaiveDate::from_ymd_opt(year, month, 31)?;
    let back = last.weekday().days_since(Weekday::Sun);
    Some(last - Duration::days(i64::from(back)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paris_changes_its_hour_twice() {
        for (utc, civil) in [
            ("2026-01-15T08:00:00Z", "2026-01-15T09:00:00"),
            ("2026-03-29T00:59:59Z", "2026-03-29T01:59:59"),
            ("2026-03-29T01:00:00Z", "2026-03-29T03:00:00"),
            ("2026-10-25T00:59:59Z", "2026-10-25T02:59:59"),
            ("2026-10-25T01:00:00Z", "2026-10-25T02:00:00"),
        ] {
            let instant: Instant = utc.parse().expect("utc");
            assert_eq!(paris(instant), civil.parse::<NaiveDateTime>().expect("civil"), "{utc}");
        }
    }

    #[test]
    fn civil_time_finds_its_instant() {
        let civil: NaiveDateTime = "2026-07-14T12:00:00".parse().expect("civil");
        assert_eq!(from_paris(civil), "2026-07-14T10:00:00Z".parse::<Instant>().expect("utc"));
    }
}
