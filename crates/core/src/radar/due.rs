//! How a legal date stands on a day, and until when an answer may be awaited: dates alone, no store and no clock.
//! Rule: CSS R161-47 (send within 3 or 8 working days, ARL within 2, resend within 2 more).

use chrono::NaiveDate;
use liasse_domain::calendar::{Territory, acknowledgement_deadline, add_working_days, working_days_between};
use serde::Serialize;

/// A date is near when so many working days are left, or fewer.
const NEAR: u32 = 1;
/// Working days within which a file without ARL leaves again.
const RESEND: u32 = 2;

/// How a legal date stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Two working days or more are left.
    ATemps,
    /// It is today, or the next working day.
    Bientot,
    /// It has passed.
    EnRetard,
}

/// How a date that must be kept stands today. The day itself still counts.
pub(super) fn level(deadline: NaiveDate, today: NaiveDate) -> Level {
    if deadline < today {
        Level::EnRetard
    } else if working_days_between(today, deadline, Territory::National) <= NEAR {
        Level::Bientot
    } else {
        Level::ATemps
    }
}

/// What left on a day has no ARL: the day that is awaited, and whether it has to leave again by then. Until the second
/// working day the ARL may come; then the same bytes leave again within two more.
pub(super) fn answer(sent: NaiveDate, today: NaiveDate) -> (NaiveDate, bool) {
    let expected = acknowledgement_deadline(sent);
    if today <= expected { (expected, false) } else { (add_working_days(expected, RESEND, Territory::National), true) }
}

/// For how many days something waits; what is dated ahead waits for none.
pub(super) fn age(day: NaiveDate, today: NaiveDate) -> i64 {
    (today - day).num_days().max(0)
}

#[cfg(test)]
mod tests {
    use chrono::Days;
    use liasse_domain::calendar::{is_working_day, sending_deadline};

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    /// Every day of 2026 and the first weeks of 2027, with all their holidays.
    fn days() -> impl Iterator<Item = NaiveDate> {
        day("2026-01-01").iter_days().take(400)
    }

    #[test]
    fn a_date_comes_near_over_a_weekend_and_is_late_the_day_after() {
        // Thursday 15 January 2026: three working days end on Tuesday 20.
        let deadline = sending_deadline(day("2026-01-15"), false);
        for (today, expected) in [
            ("2026-01-15", Level::ATemps),
            ("2026-01-16", Level::ATemps),
            // A Saturday: Monday and Tuesday are left.
            ("2026-01-17", Level::ATemps),
            ("2026-01-19", Level::Bientot),
            ("2026-01-20", Level::Bientot),
            ("2026-01-21", Level::EnRetard),
        ] {
            assert_eq!(level(deadline, day(today)), expected, "{today}");
        }
        // Friday 1 May 2026 is a holiday: on the eve of it Monday is the next working day.
        assert_eq!(level(day("2026-05-04"), day("2026-04-30")), Level::Bientot);
    }

    #[test]
    fn an_answer_is_awaited_for_two_working_days_and_then_the_file_leaves_again_within_two() {
        // Friday 16 January 2026: Monday and Tuesday, then Wednesday and Thursday.
        let sent = day("2026-01-16");
        for (today, expected, again) in [
            ("2026-01-16", "2026-01-20", false),
            ("2026-01-20", "2026-01-20", false),
            ("2026-01-21", "2026-01-22", true),
            ("2026-02-20", "2026-01-22", true),
        ] {
            assert_eq!(answer(sent, day(today)), (day(expected), again), "{today}");
        }
        assert_eq!(
            level(day("2026-01-22"), day("2026-01-21")),
            Level::Bientot,
            "no day is lost once it may leave again"
        );
    }

    #[test]
    fn a_level_never_goes_back_and_is_late_exactly_when_the_date_has_passed() {
        for act in days() {
            for third_party in [false, true] {
                let deadline = sending_deadline(act, third_party);
                let mut before = Level::ATemps;
                for today in act.iter_days().take(20) {
                    let now = level(deadline, today);
                    assert!(now >= before, "{act} {today}");
                    assert_eq!(now == Level::EnRetard, today > deadline, "{act} {today}");
                    before = now;
                }
                let eve = deadline - Days::new(1);
                assert_ne!(level(deadline, eve), Level::ATemps, "the eve is near: {deadline}");
            }
        }
    }

    #[test]
    fn the_day_that_is_awaited_is_a_working_day_and_never_before_the_sending() {
        for sent in days() {
            let mut before = sent;
            for today in sent.iter_days().take(12) {
                let (awaited, again) = answer(sent, today);
                assert!(awaited > sent && awaited >= before && is_working_day(awaited, Territory::National), "{sent}");
                // Only what must leave again can be late.
                assert!(again || awaited >= today, "{sent} {today}");
                before = awaited;
            }
        }
    }

    #[test]
    fn what_is_dated_ahead_has_no_age() {
        assert_eq!((age(day("2026-01-15"), day("2026-01-20")), age(day("2026-01-20"), day("2026-01-15"))), (5, 0));
    }
}
