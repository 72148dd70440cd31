//! The rows of a category of « À surveiller » as a list asks for them, and all of them to be written out. Of what is never looked at
//! whole, the store gives the first ones in that order. Not what is watched (`found`).

use std::cmp::Reverse;

use chrono::NaiveDate;
use liasse_domain::{Centimes, Payer};
use liasse_store::{Choice, DebtSort, Listing};

use super::found::Reach;
use super::{Category, Level, Row};
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lists::arranged;
use crate::workstation::Workstation;

/// By what they are sorted; the most urgent, the oldest or the largest first, unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WatchSort {
    /// By the legal date, then by age.
    #[default]
    Urgency,
    /// By age.
    Age,
    /// By what is at stake.
    Amount,
}

/// Which of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WatchOnly {
    /// All.
    #[default]
    All,
    /// Those whose legal date has passed.
    Late,
    /// What patients owe.
    Patient,
    /// What caisses and insurers owe.
    Schemes,
}

impl Choice for WatchSort {
    const ALL: &'static [Self] = &[Self::Urgency, Self::Age, Self::Amount];
}

impl Choice for WatchOnly {
    const ALL: &'static [Self] = &[Self::All, Self::Late, Self::Patient, Self::Schemes];
}

impl WatchOnly {
    fn passes(self, row: &Row) -> bool {
        match self {
            Self::All => true,
            Self::Late => row.level == Some(Level::EnRetard),
            Self::Patient => row.payer == Some(Payer::Patient),
            Self::Schemes => row.payer.is_some_and(|payer| payer != Payer::Patient),
        }
    }
}

/// Keeps those that pass, in their order.
pub(super) fn arrange(rows: &mut Vec<Row>, listing: Listing<WatchSort, WatchOnly>) {
    rows.retain(|row| listing.only.passes(row));
    match listing.sort {
        WatchSort::Urgency => {
            arranged(rows, listing.turned, |row| (row.deadline.unwrap_or(NaiveDate::MAX), row.act_date));
        }
        WatchSort::Age => arranged(rows, listing.turned, |row| row.act_date),
        // What has no amount yet is the least.
        WatchSort::Amount => {
            arranged(rows, listing.turned, |row| Reverse(row.amount_cents.unwrap_or(Centimes(i64::MIN))));
        }
    }
}

/// From which end debts are looked for.
fn order(listing: Listing<WatchSort, WatchOnly>) -> (DebtSort, bool) {
    match listing.sort {
        WatchSort::Urgency | WatchSort::Age => (DebtSort::Age, listing.turned),
        WatchSort::Amount => (DebtSort::Amount, listing.turned),
    }
}

impl Workstation {
    /// Of a category of which there are more than were looked for, the first ones in the order of a list; `None` where those are
    /// the ones that were found.
    pub(super) fn at_that_end(
        &self,
        who: &SignedIn,
        category: Category,
        listing: Listing<WatchSort, WatchOnly>,
        today: NaiveDate,
    ) -> Result<Option<Vec<Row>>, CoreError> {
        let usual = Reach::default();
        let order = order(listing);
        if order == usual.order {
            return Ok(None);
        }
        self.rows_of(who, category, today, Reach { order, ..usual })
    }

    /// The rows of a category; of `DateLegale`, those of any other whose date presses. `None` where this person does not see it.
    fn rows_of(
        &self,
        who: &SignedIn,
        category: Category,
        today: NaiveDate,
        reach: Reach,
    ) -> Result<Option<Vec<Row>>, CoreError> {
        if category != Category::DateLegale {
            return Ok(self.found(who, category, today, reach)?.map(|found| found.rows));
        }
        let mut rows = Vec::new();
        for state in Category::OF_STATE {
            if let Some(found) = self.found(who, state, today, reach)? {
                rows.extend(found.rows);
            }
        }
        rows.retain(Row::is_pressing);
        Ok(Some(rows))
    }

    /// Every row of a category as a list asks for it, without names.
    ///
    /// # Errors
    /// What staff and a locum are told of what they do not see.
    pub(crate) fn all_watched(
        &self,
        who: &SignedIn,
        category: Category,
        listing: Listing<WatchSort, WatchOnly>,
    ) -> Result<Vec<Row>, CoreError> {
        let today = self.clock.today();
        let reach = Reach { order: order(listing), most: u32::MAX };
        who.may(category.deed())?;
        let mut rows = self.rows_of(who, category, today, reach)?.unwrap_or_default();
        arrange(&mut rows, listing);
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use liasse_domain::DocumentKind;

    use super::super::Todo;
    use super::*;

    fn row(day: &str, cents: Option<i64>, payer: Option<Payer>) -> Row {
        let (act, today) = (day.parse().expect("a day"), "2026-01-19".parse().expect("a day"));
        let row = Row::of(DocumentKind::Fse.word(), act, today, Todo::Envoyer);
        Row { amount_cents: cents.map(Centimes), payer, ..row }
    }

    fn arranged_by(sort: WatchSort, turned: bool, only: WatchOnly) -> Vec<u32> {
        let today = "2026-01-19".parse().expect("a day");
        let mut rows = vec![
            row("2026-01-15", Some(3000), None).before("2026-01-20".parse().expect("a day"), today),
            row("2026-01-02", None, None).before("2026-01-16".parse().expect("a day"), today),
            row("2026-01-12", Some(9000), Some(Payer::Patient)),
            row("2025-12-01", Some(2100), Some(Payer::Amo)),
        ];
        arrange(&mut rows, Listing { sort, turned, only });
        rows.iter().map(|row| chrono::Datelike::day(&row.act_date)).collect()
    }

    #[test]
    fn the_most_urgent_the_oldest_or_the_largest_stands_first() {
        let by = |sort, turned| arranged_by(sort, turned, WatchOnly::All);
        assert_eq!(by(WatchSort::Urgency, false), [2, 15, 1, 12]);
        assert_eq!(by(WatchSort::Urgency, true), [12, 1, 15, 2]);
        assert_eq!(by(WatchSort::Age, false), [1, 2, 12, 15]);
        assert_eq!(by(WatchSort::Amount, false), [12, 15, 1, 2], "without an amount it is the last");
        assert_eq!(by(WatchSort::Amount, true), [2, 1, 15, 12]);
    }

    #[test]
    fn a_filter_keeps_what_is_late_or_one_payers() {
        let only = |only| arranged_by(WatchSort::Urgency, false, only);
        assert_eq!(only(WatchOnly::Late), [2]);
        assert_eq!(only(WatchOnly::Patient), [12]);
        assert_eq!(only(WatchOnly::Schemes), [1]);
    }
}
