//! French working days (jours ouvrés): Monday to Friday, less the public holidays of code du travail L3133-1,
//! and those of Alsace-Moselle (L3134-13). R161-47 counts its deadlines in them.

use chrono::{Datelike, Duration, NaiveDate, Weekday};

/// Which holidays hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Territory {
    /// The eleven national holidays.
    #[default]
    National,
    /// Plus Good Friday and 26 December.
    AlsaceMoselle,
}

/// Easter Sunday of a Gregorian year (Butcher's computation).
pub fn easter(year: i32) -> Option<NaiveDate> {
    let golden = year.rem_euclid(19);
    let (century, rest) = (year.div_euclid(100), year.rem_euclid(100));
    let (leap_centuries, century_rest) = (century / 4, century % 4);
    let correction = (century - (century + 8) / 25 + 1) / 3;
    let epact = (19 * golden + century - leap_centuries - correction + 15).rem_euclid(30);
    let weekday = (32 + 2 * century_rest + 2 * (rest / 4) - epact - rest % 4).rem_euclid(7);
    let shift = (golden + 11 * epact + 22 * weekday) / 451;
    let day_of_march = epact + weekday - 7 * shift + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(day_of_march / 31).ok()?, u32::try_from(day_of_march % 31 + 1).ok()?)
}

/// Whether `day` is a public holiday.
pub fn is_holiday(day: NaiveDate, territory: Territory) -> bool {
    const FIXED: [(u32, u32); 8] = [(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)];
    if FIXED.contains(&(day.month(), day.day())) {
        return true;
    }
    let since_easter = easter(day.year()).map(|sunday| (day - sunday).num_days());
    // Easter Monday, Ascension, Whit Monday.
    if matches!(since_easter, Some(1 | 39 | 50)) {
        return true;
    }
    territory == Territory::AlsaceMoselle && (since_easter == Some(-2) || (day.month(), day.day()) == (12, 26))
}

/// Whether people work on `day`.
pub fn is_working_day(day: NaiveDate, territory: Territory) -> bool {
    !matches!(day.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(day, territory)
}

/// The day that ends a delay of `count` working days which starts on `from` (not counted itself).
pub fn add_working_days(from: NaiveDate, count: u32, territory: Territory) -> NaiveDate {
    let mut day = from;
    let mut left = count;
    while left > 0 {
        day += Duration::days(1);
        if is_working_day(day, territory) {
            left -= 1;
        }
    }
    day
}

/// How many working days lie after `from` up to `to` included; 0 when `to` is not after `from`.
pub fn working_days_between(from: NaiveDate, to: NaiveDate, territory: Territory) -> u32 {
    let mut count = 0;
    let mut day = from;
    while day < to {
        day += Duration::days(1);
        if is_working_day(day, territory) {
            count += 1;
        }
    }
    count
}

/// The last day on which an FSE may leave: 3 working days when the patient paid, 8 under tiers payant
/// (code de la sécurité sociale, R161-47).
pub fn sending_deadline(act: NaiveDate, third_party: bool) -> NaiveDate {
    add_working_days(act, if third_party { 8 } else { 3 }, Territory::National)
}

/// The day after which an ARL is late: 2 working days (R161-47).
pub fn acknowledgement_deadline(sent: NaiveDate) -> NaiveDate {
    add_working_days(sent, 2, Territory::National)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("date")
    }

    #[test]
    fn easters_of_the_almanac() {
        for date in ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2030-04-21", "2038-04-25"] {
            assert_eq!(easter(day(date).year()), Some(day(date)));
        }
    }

    #[test]
    fn holidays_of_2026() {
        for date in ["2026-04-06", "2026-05-14", "2026-05-25", "2026-07-14"] {
            assert!(is_holiday(day(date), Territory::National), "{date}");
        }
        assert!(!is_holiday(day("2026-04-03"), Territory::National));
        assert!(is_holiday(day("2026-04-03"), Territory::AlsaceMoselle));
    }

    #[test]
    fn deadlines_step_over_weekends() {
        // 2026-01-15 is a Thursday.
        assert_eq!(sending_deadline(day("2026-01-15"), false), day("2026-01-20"));
        assert_eq!(sending_deadline(day("2026-01-15"), true), day("2026-01-27"));
        assert_eq!(acknowledgement_deadline(day("2026-01-16")), day("2026-01-20"));
    }

    proptest! {
        #[test]
        fn adding_and_counting_agree(offset in 0i64..4000, count in 0u32..30) {
            let from = day("2020-01-01") + Duration::days(offset);
            let to = add_working_days(from, count, Territory::National);
            prop_assert_eq!(working_days_between(from, to, Territory::National), count);
        }
    }
}
