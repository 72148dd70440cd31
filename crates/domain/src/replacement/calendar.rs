//! The days and hours of a replacement. An hour slot may end after midnight: it belongs to the day on which it begins.

use chrono::{Datelike, Duration, NaiveDate, NaiveDateTime, NaiveTime, Weekday};
use serde::{Deserialize, Serialize};

use crate::catalogue::{Code, Coded};

/// Days of the week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "Vec<u8>", try_from = "Vec<u8>")]
pub struct Weekdays(u8);

impl Weekdays {
    /// Monday to Friday.
    pub const WORKING: Self = Self(0b001_1111);
    /// All seven.
    pub const ALL: Self = Self(0b111_1111);

    /// From the days, 1 Monday to 7 Sunday; others are left out.
    pub fn of(days: &[u8]) -> Self {
        Self(days.iter().filter(|day| (1..=7).contains(*day)).fold(0, |set, day| set | 1 << (day - 1)))
    }

    /// Whether a day is one of them.
    pub fn holds(self, day: Weekday) -> bool {
        self.0 & (1 << day.num_days_from_monday()) != 0
    }

    /// The days, 1 Monday to 7 Sunday.
    pub fn days(self) -> impl Iterator<Item = u8> {
        (1..=7).filter(move |day| self.0 & (1 << (day - 1)) != 0)
    }
}

impl From<Weekdays> for Vec<u8> {
    fn from(days: Weekdays) -> Self {
        days.days().collect()
    }
}

impl TryFrom<Vec<u8>> for Weekdays {
    type Error = &'static str;
    fn try_from(days: Vec<u8>) -> Result<Self, Self::Error> {
        if days.iter().all(|day| (1..=7).contains(day)) { Ok(Self::of(&days)) } else { Err("days 1 to 7") }
    }
}

/// Hours on some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// On which days it begins.
    pub days: Weekdays,
    /// From when.
    pub from: NaiveTime,
    /// Until when, not included; not after `from`: on the next day.
    pub until: NaiveTime,
}

impl Slot {
    /// When the slot of `day` begins and ends, if there is one.
    fn on(&self, day: NaiveDate) -> Option<(NaiveDateTime, NaiveDateTime)> {
        let end = if self.crosses_midnight() { day.succ_opt()? } else { day };
        self.days.holds(day.weekday()).then(|| (day.and_time(self.from), end.and_time(self.until)))
    }

    /// Whether it ends on the day after.
    pub fn crosses_midnight(&self) -> bool {
        self.until <= self.from
    }
}

/// Why a calendar is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    /// The last day lies before the first.
    #[error("ends before it begins")]
    Backwards,
    /// More than three years.
    #[error("too long")]
    TooLong,
    /// No slot falls on any of its days.
    #[error("never")]
    Never,
    /// More slots than a week has hours.
    #[error("too many slots")]
    TooMany,
}

impl Coded for CalendarFault {
    fn code(&self) -> Code {
        match self {
            Self::Backwards => Code("replacement.dates_inversees"),
            Self::TooLong => Code("replacement.trop_long"),
            Self::Never => Code("replacement.jamais"),
            Self::TooMany => Code("replacement.trop_de_plages"),
        }
    }
}

/// Why a moment is outside a replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outside {
    /// Before its first day.
    Before,
    /// After its last.
    After,
    /// On a day of the week that is none of its own.
    Day,
    /// At another hour.
    Hour,
}

/// The days and hours of a replacement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    from: NaiveDate,
    until: NaiveDate,
    slots: Vec<Slot>,
}

/// Three years: the bound against a year typed wrong, and of every search.
const LONGEST: i64 = 3 * 366;
/// More hour slots than a week can use.
const MOST_SLOTS: usize = 168;

impl Calendar {
    /// From the first to the last day, both included, in these hours.
    pub fn new(from: NaiveDate, until: NaiveDate, slots: Vec<Slot>) -> Result<Self, CalendarFault> {
        let calendar = Self { from, until, slots };
        calendar.check()?;
        Ok(calendar)
    }

    /// What [`Calendar::new`] checks, of one that was read.
    pub fn check(&self) -> Result<(), CalendarFault> {
        let days = (self.until - self.from).num_days();
        if days < 0 {
            return Err(CalendarFault::Backwards);
        }
        if days > LONGEST {
            return Err(CalendarFault::TooLong);
        }
        if self.slots.len() > MOST_SLOTS {
            return Err(CalendarFault::TooMany);
        }
        let begins = |day: NaiveDate| self.slots.iter().any(|slot| slot.days.holds(day.weekday()));
        if self.from.iter_days().take(7).take_while(|day| *day <= self.until).any(begins) {
            Ok(())
        } else {
            Err(CalendarFault::Never)
        }
    }

    /// The first day.
    pub fn from(&self) -> NaiveDate {
        self.from
    }

    /// The last day; its night may end on the next one.
    pub fn until(&self) -> NaiveDate {
        self.until
    }

    /// The hours.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// The slots that begin on a day.
    fn of_day(&self, day: NaiveDate) -> impl Iterator<Item = (NaiveDateTime, NaiveDateTime)> {
        let inside = self.from <= day && day <= self.until;
        self.slots.iter().filter(move |_| inside).filter_map(move |slot| slot.on(day))
    }

    /// Whether a moment (civil time in France) is inside, or why not.
    pub fn at(&self, moment: NaiveDateTime) -> Result<(), Outside> {
        let day = moment.date();
        let days = [Some(day), day.pred_opt()].into_iter().flatten();
        if days.flat_map(|day| self.of_day(day)).any(|(from, until)| from <= moment && moment < until) {
            return Ok(());
        }
        if day < self.from {
            return Err(Outside::Before);
        }
        if self.until < day {
            return Err(Outside::After);
        }
        Err(if self.of_day(day).next().is_none() { Outside::Day } else { Outside::Hour })
    }

    /// Whether acts of a day may be the locum's: some hours of it are inside.
    pub fn has_day(&self, day: NaiveDate) -> bool {
        let night_before = day.pred_opt().into_iter().flat_map(|before| self.of_day(before));
        self.of_day(day).next().is_some()
            || night_before.into_iter().any(|(_, until)| until > day.and_time(NaiveTime::MIN))
    }

    /// The first moment at which both hold.
    pub fn meets(&self, other: &Self) -> Option<NaiveDateTime> {
        let first = self.from.max(other.from);
        let last = self.until.min(other.until) + Duration::days(1);
        // The night before the first common day may reach into it.
        let first = first.pred_opt().unwrap_or(first);
        let mut meeting: Option<NaiveDateTime> = None;
        for day in first.iter_days().take_while(|day| *day <= last) {
            // A night that begins on one day may meet later than a slot of the next.
            if meeting.is_some_and(|moment| moment.date() < day) {
                break;
            }
            for (from, until) in self.of_day(day) {
                let around = [day.pred_opt(), Some(day), day.succ_opt()].into_iter().flatten();
                let common = around.flat_map(|day| other.of_day(day)).map(|(a, b)| (from.max(a), until.min(b)));
                let moments = common.filter(|(begin, end)| begin < end).map(|(begin, _)| begin);
                meeting = moments.chain(meeting).min();
            }
        }
        meeting
    }

    /// When the next slot begins after a moment.
    pub fn next(&self, moment: NaiveDateTime) -> Option<NaiveDateTime> {
        let first = self.from.max(moment.date());
        let days = first.iter_days().take_while(|day| *day <= self.until);
        days.filter_map(|day| self.of_day(day).map(|(from, _)| from).filter(|from| moment < *from).min()).next()
    }

    /// The days on which a slot begins, in their order.
    pub fn days(&self) -> impl Iterator<Item = NaiveDate> {
        let begins = |day: &NaiveDate| self.slots.iter().any(|slot| slot.days.holds(day.weekday()));
        self.from.iter_days().take_while(|day| *day <= self.until).filter(begins)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn slot(days: &[u8], from: &str, until: &str) -> Slot {
        let time = |text: &str| NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
        Slot { days: Weekdays::of(days), from: time(from), until: time(until) }
    }

    fn calendar(from: &str, until: &str, slots: &[Slot]) -> Calendar {
        let day = |text: &str| text.parse().expect("a day");
        Calendar::new(day(from), day(until), slots.to_vec()).expect("a calendar")
    }

    fn at(text: &str) -> NaiveDateTime {
        NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a moment")
    }

    #[test]
    fn a_moment_is_inside_or_told_why_not() {
        // 19 January 2026 is a Monday.
        let week = calendar("2026-01-19", "2026-01-30", &[slot(&[1, 2, 4, 5], "08:00", "19:30")]);
        for (moment, expected) in [
            ("2026-01-19 08:00", Ok(())),
            ("2026-01-30 19:29", Ok(())),
            ("2026-01-19 07:59", Err(Outside::Hour)),
            ("2026-01-30 19:30", Err(Outside::Hour)),
            ("2026-01-21 10:00", Err(Outside::Day)),
            ("2026-01-18 10:00", Err(Outside::Before)),
            ("2026-01-31 10:00", Err(Outside::After)),
        ] {
            assert_eq!(week.at(at(moment)), expected, "{moment}");
        }
        assert_eq!(week.days().count(), 8);
    }

    #[test]
    fn a_night_belongs_to_the_day_on_which_it_begins() {
        let nights = calendar("2026-01-19", "2026-01-20", &[slot(&[1, 2], "20:00", "08:00")]);
        for (moment, expected) in [
            ("2026-01-19 20:00", Ok(())),
            ("2026-01-20 07:59", Ok(())),
            ("2026-01-21 07:59", Ok(())),
            ("2026-01-19 07:59", Err(Outside::Hour)),
            ("2026-01-20 08:00", Err(Outside::Hour)),
            ("2026-01-21 08:00", Err(Outside::After)),
        ] {
            assert_eq!(nights.at(at(moment)), expected, "{moment}");
        }
        let days: Vec<bool> =
            (18..=22).map(|day| nights.has_day(NaiveDate::from_ymd_opt(2026, 1, day).expect("a day"))).collect();
        assert_eq!(days, [false, true, true, true, false]);
        // Until midnight exactly: nothing of the next day.
        let evening = calendar("2026-01-19", "2026-01-19", &[slot(&[1], "20:00", "00:00")]);
        assert!(!evening.has_day("2026-01-20".parse().expect("a day")));
        assert_eq!(evening.at(at("2026-01-19 23:59")), Ok(()));
    }

    #[test]
    fn two_that_meet_are_found_even_across_midnight() {
        let nights = calendar("2026-01-19", "2026-01-25", &[slot(&[7], "20:00", "08:00")]);
        let morning = calendar("2026-01-26", "2026-01-30", &[slot(&[1], "07:00", "12:00")]);
        assert_eq!(nights.meets(&morning), Some(at("2026-01-26 07:00")));
        assert_eq!(morning.meets(&nights), Some(at("2026-01-26 07:00")));
        let later = calendar("2026-01-26", "2026-01-30", &[slot(&[1], "08:00", "12:00")]);
        assert_eq!(nights.meets(&later), None, "one ends as the other begins");
    }

    #[test]
    fn what_is_no_calendar_is_refused() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a day");
        let new = |from: &str, until: &str, days: &[u8]| {
            Calendar::new(day(from), day(until), vec![slot(days, "08:00", "19:00")]).map(drop)
        };
        assert_eq!(new("2026-01-20", "2026-01-19", &[1]), Err(CalendarFault::Backwards));
        assert_eq!(new("2026-01-20", "2062-01-20", &[1]), Err(CalendarFault::TooLong));
        assert_eq!(new("2026-01-20", "2026-01-21", &[1]), Err(CalendarFault::Never));
        let many = vec![slot(&[1], "08:00", "09:00"); 169];
        assert_eq!(Calendar::new(day("2026-01-19"), day("2026-01-20"), many).map(drop), Err(CalendarFault::TooMany));
    }

    proptest! {
        #[test]
        fn two_meet_where_a_moment_is_in_both(
            slots in prop::collection::vec((1u8..=127, 0u32..24, 0u32..24), 2..5),
            starts in (0i64..14, 0i64..14), lengths in (0i64..14, 0i64..14), probe in 0i64..(28 * 24),
        ) {
            let monday: NaiveDate = "2026-01-19".parse().expect("a day");
            let make = |part: &[(u8, u32, u32)], start, length| {
                let slots = part.iter().map(|(days, from, until)| Slot {
                    days: Weekdays(*days),
                    from: NaiveTime::from_hms_opt(*from, 0, 0).expect("a time"),
                    until: NaiveTime::from_hms_opt(*until, 0, 0).expect("a time"),
                });
                let first = monday + Duration::days(start);
                Calendar { from: first, until: first + Duration::days(length), slots: slots.collect() }
            };
            let (one, two) = (make(&slots[..1], starts.0, lengths.0), make(&slots[1..], starts.1, lengths.1));
            let moment = monday.and_time(NaiveTime::MIN) + Duration::hours(probe);
            match one.meets(&two) {
                None => prop_assert!(one.at(moment).is_err() || two.at(moment).is_err()),
                Some(first) => prop_assert!(one.at(first).is_ok() && two.at(first).is_ok()),
            }
            prop_assert_eq!(one.meets(&two), two.meets(&one));
            if one.at(moment).is_ok() {
                prop_assert!(one.has_day(moment.date()));
            }
        }
    }
}
