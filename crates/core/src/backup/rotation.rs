//! Which backups are kept: the newest of each of the last days, weeks and months that have one, and always the newest of all. Only
//! whole backups of this practice count, and only such are taken away; besides them what an interrupted one left a day ago.
//! What goes is named here and never by a list. Rule: setting `backup.keep`, « 7,4,12 ».

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{Datelike, NaiveDateTime, TimeDelta};
use liasse_domain::{Instant, clock};

use super::shelf::{self, Kept, PARTIAL, moment_of};
use super::{BackupError, Context};
use crate::settings::SettingError;

/// For how many days, weeks and months a backup each is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Days.
    pub days: usize,
    /// Weeks.
    pub weeks: usize,
    /// Months.
    pub months: usize,
}

impl Default for Keep {
    fn default() -> Self {
        Self { days: 7, weeks: 4, months: 12 }
    }
}

impl Keep {
    /// `7,4,12`: days from 1 to 366, weeks to 104, months to 240.
    ///
    /// # Errors
    /// [`SettingError::Value`].
    pub fn parse(value: &str) -> Result<Self, SettingError> {
        let numbers = value.split(',').map(|number| number.trim().parse::<usize>());
        let numbers = numbers.collect::<Result<Vec<_>, _>>().map_err(|_| SettingError::Value)?;
        match numbers.as_slice() {
            [days @ 1..=366, weeks @ 0..=104, months @ 0..=240] => {
                Ok(Self { days: *days, weeks: *weeks, months: *months })
            }
            _ => Err(SettingError::Value),
        }
    }
}

/// Which of these backups, by the civil moments at which they were made, are to be kept.
pub(super) fn kept(made: &[NaiveDateTime], keep: Keep) -> BTreeSet<usize> {
    let mut newest_first: Vec<usize> = (0..made.len()).collect();
    newest_first.sort_by_key(|at| std::cmp::Reverse(made.get(*at).copied()));
    let moments: Vec<(usize, NaiveDateTime)> =
        newest_first.into_iter().filter_map(|at| Some((at, *made.get(at)?))).collect();
    let day = |moment: NaiveDateTime| (moment.year(), moment.ordinal());
    let week = |moment: NaiveDateTime| (moment.iso_week().year(), moment.iso_week().week());
    let month = |moment: NaiveDateTime| (moment.year(), moment.month());
    let mut kept: BTreeSet<usize> = moments.first().map(|(at, _)| *at).into_iter().collect();
    kept.extend(newest_of_each(&moments, keep.days, day));
    kept.extend(newest_of_each(&moments, keep.weeks, week));
    kept.extend(newest_of_each(&moments, keep.months, month));
    kept
}

/// The newest of each of the last `count` spans that have one.
fn newest_of_each(
    newest_first: &[(usize, NaiveDateTime)],
    count: usize,
    span: impl Fn(NaiveDateTime) -> (i32, u32),
) -> Vec<usize> {
    let mut spans = BTreeSet::new();
    let firsts = newest_first.iter().filter(|(_, moment)| spans.insert(span(*moment)));
    firsts.map(|(at, _)| *at).take(count).collect()
}

/// Takes the surplus of one practice's backups out of a folder, and what was not finished a day ago. Gives the names of those
/// that went; one that cannot be taken away stays until the next time.
///
/// # Errors
/// When the folder cannot be read.
pub(super) fn rotate(context: &Context<'_>, into: &Path, first: &str, keep: Keep) -> Result<Vec<String>, BackupError> {
    let now = context.now;
    let mut ours = shelf::list(into, Some(first))?;
    // One that has lost a file keeps no other from being kept, and is left for somebody to look at. So is one of a day to come: the
    // clock was ahead, and those of today would be older than it.
    ours.retain(|one| one.manifest.is_there(&one.folder) && one.manifest.made_at <= now + TimeDelta::days(1));
    let key = context.key.data_key()?;
    let ours = of_this_course(context.store, &key, ours)?;
    // A list that the data key did not seal was sealed by a former one, or by nobody. It goes when those beside it are enough, and is
    // no reason for one that is sealed to go.
    let (mut ours, others): (Vec<Kept>, Vec<Kept>) = ours.into_iter().partition(|one| one.manifest.is_sealed_by(&key));
    let sealed = ours.len();
    ours.extend(others);
    let moments: Vec<NaiveDateTime> = ours.iter().map(|one| clock::paris(one.manifest.made_at)).collect();
    let (among_sealed, among_all) = (kept(moments.split_at(sealed).0, keep), kept(&moments, keep));
    let stays = |at: &usize| if *at < sealed { among_sealed.contains(at) } else { among_all.contains(at) };
    let surplus = ours.iter().enumerate().filter(|(at, _)| !stays(at));
    let gone = surplus.filter(|(_, one)| shelf::take_away(&one.folder).is_ok()).map(|(_, one)| one.name.clone());
    let gone = gone.collect();
    clear_unfinished(into, now)?;
    Ok(gone)
}

/// Those whose last entry is one of the data's. Where an older backup was put back, the newer ones hold what the data have not any
/// more: they count for nothing, and are left for somebody to look at.
fn of_this_course(store: &Path, key: &[u8; 32], ours: Vec<Kept>) -> Result<Vec<Kept>, BackupError> {
    let numbers: Vec<u64> = ours.iter().map(|one| one.manifest.journal.seq).collect();
    let there = liasse_store::entry_hashes(store, key, &numbers)?;
    let known = ours.into_iter().zip(there);
    let same = known.filter(|(one, hash)| hash.is_some_and(|hash| shelf::hex(&hash) == one.manifest.journal.head));
    Ok(same.map(|(one, _)| one).collect())
}

/// Takes away what an interrupted backup left more than a day ago: a younger one may be another program's at work.
fn clear_unfinished(into: &Path, now: Instant) -> Result<(), BackupError> {
    let now = clock::paris(now);
    for entry in std::fs::read_dir(into)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let Some(moment) = name.strip_suffix(PARTIAL).and_then(moment_of) else { continue };
        let is_old = now - moment > TimeDelta::days(1);
        if is_old && entry.file_type()?.is_dir() && shelf::is_ours(&entry.path()) {
            drop(shelf::take_away(&entry.path()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> NaiveDateTime {
        text.parse().expect("a civil moment")
    }

    #[test]
    fn a_rule_is_three_numbers() {
        assert_eq!(Keep::parse("7,4,12"), Ok(Keep::default()));
        assert_eq!(Keep::parse(" 1, 0 ,0"), Ok(Keep { days: 1, weeks: 0, months: 0 }));
        for wrong in ["", "7", "7,4", "7,4,12,1", "0,4,12", "367,4,12", "7,105,12", "7,4,241", "-1,4,12", "a,b,c"] {
            assert_eq!(Keep::parse(wrong), Err(SettingError::Value), "{wrong}");
        }
    }

    #[test]
    fn a_backup_a_day_for_a_year_leaves_days_weeks_and_months() {
        let last = at("2026-12-31T13:00:00");
        let made: Vec<NaiveDateTime> = (0..365).map(|days| last - TimeDelta::days(days)).collect();
        let kept: Vec<String> =
            kept(&made, Keep::default()).into_iter().map(|at| made[at].date().to_string()).collect();
        assert_eq!(
            kept,
            [
                // Seven days; 31 December is a Thursday.
                "2026-12-31",
                "2026-12-30",
                "2026-12-29",
                "2026-12-28",
                "2026-12-27",
                "2026-12-26",
                "2026-12-25",
                // The Sundays of the weeks before, of which the first is a day already.
                "2026-12-20",
                "2026-12-13",
                // The last days of the months before.
                "2026-11-30",
                "2026-10-31",
                "2026-09-30",
                "2026-08-31",
                "2026-07-31",
                "2026-06-30",
                "2026-05-31",
                "2026-04-30",
                "2026-03-31",
                "2026-02-28",
                "2026-01-31",
            ]
        );
    }

    #[test]
    fn a_practice_that_was_closed_for_months_loses_none_of_its_last_days() {
        let made = ["2026-01-05T13:00:00", "2026-01-06T13:00:00", "2026-06-01T13:00:00"].map(at);
        assert_eq!(kept(&made, Keep::default()).len(), 3, "days that have a backup count, not days of the calendar");
    }

    fn moments() -> impl Strategy<Value = Vec<NaiveDateTime>> {
        let start = at("2025-06-01T00:00:00");
        prop::collection::vec(
            (0_i64..800 * 24 * 60).prop_map(move |minutes| start + TimeDelta::minutes(minutes)),
            0..120,
        )
    }

    fn rules() -> impl Strategy<Value = Keep> {
        (1_usize..10, 0_usize..6, 0_usize..14).prop_map(|(days, weeks, months)| Keep { days, weeks, months })
    }

    proptest! {
        #[test]
        fn the_newest_always_stays_and_no_more_than_the_rule_says(made in moments(), keep in rules()) {
            let kept = kept(&made, keep);
            prop_assert_eq!(kept.is_empty(), made.is_empty());
            prop_assert!(kept.len() <= keep.days + keep.weeks + keep.months);
            if let Some(newest) = made.iter().max() {
                prop_assert!(kept.iter().any(|at| made[*at] == *newest));
            }
        }

        #[test]
        fn what_was_rotated_once_is_not_rotated_again(made in moments(), keep in rules()) {
            let left: Vec<NaiveDateTime> = kept(&made, keep).into_iter().map(|at| made[at]).collect();
            prop_assert_eq!(kept(&left, keep).len(), left.len());
        }

        #[test]
        fn each_of_the_last_days_that_had_a_backup_still_has_its_newest(made in moments(), keep in rules()) {
            let kept: Vec<NaiveDateTime> = kept(&made, keep).into_iter().map(|at| made[at]).collect();
            let days: BTreeSet<_> = made.iter().map(NaiveDateTime::date).collect();
            for day in days.into_iter().rev().take(keep.days) {
                let newest = made.iter().filter(|moment| moment.date() == day).max();
                prop_assert!(newest.is_some_and(|newest| kept.contains(newest)), "{}", day);
            }
        }

        /// Rotated after each backup, as it is: a month that had one keeps one for as long as the rule says.
        #[test]
        fn a_year_of_rotations_loses_no_month(gaps in prop::collection::vec(1_i64..5, 120..200)) {
            let keep = Keep::default();
            let mut shelf: Vec<NaiveDateTime> = Vec::new();
            let mut months = BTreeSet::new();
            let mut now = at("2025-06-01T13:00:00");
            for gap in gaps {
                now += TimeDelta::days(gap);
                shelf.push(now);
                months.insert((now.year(), now.month()));
                let kept = kept(&shelf, keep);
                shelf = kept.into_iter().map(|at| shelf[at]).collect();
                let left: BTreeSet<_> = shelf.iter().map(|moment| (moment.year(), moment.month())).collect();
                for month in months.iter().rev().take(keep.months) {
                    prop_assert!(left.contains(month), "{:?} on {}", month, now);
                }
            }
        }
    }
}
