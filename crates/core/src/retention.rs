//! For how long what is kept of patients is kept, why, and what is due to be erased. A setting with a floor; each rule stands with
//! its text. Not the erasing of rows (`liasse_store`), nor a person's own demand (`forgetting`).
//! Rules: CSS R161-47 and L133-4, code de commerce L123-22, LPF L102 B; CNIL, référentiel des cabinets médicaux (2020-081).

mod report;
mod run;
mod standing;

use chrono::{Days, Months, NaiveDate};
use liasse_domain::{Instant, clock};
use serde::Serialize;

use crate::error::CoreError;
use crate::settings::SettingError;
use crate::workstation::Workstation;

pub use report::{Counting, Due, Kept, RetentionReport, Staying, report};
pub use run::{Asked, Sure, apply};
pub use standing::{Standing, Why};

/// The setting that says for how many years.
pub const SETTING: &str = "retention.years";
/// Where nothing is set: the caisse may ask for an indu back during three years from its payment (CSS L133-4), and a practitioner
/// who has erased the FSE has nothing to answer with.
pub const YEARS: u32 = 3;
/// More is asked for by no text.
const MOST_YEARS: u32 = 20;
/// The double of an FSE and its ARL are kept for ninety days at least from its sending (CSS R161-47, I, 1°), whatever is set. The CNIL
/// reads the same article as the day of erasing (délibération 2020-081): `retention.years` = 0 does that.
pub const FLOOR: Days = liasse_store::FLOOR;
/// Accounting documents and their vouchers: ten years (code de commerce L123-22). A practice is no merchant, and owes the tax office
/// six (LPF L102 B): the longer one holds. Receipts name no patient, and are never erased here.
pub const RECEIPT_YEARS: u32 = 10;

/// What the setting says.
///
/// # Errors
/// [`SettingError::Value`] for what is no number of years up to twenty; 0 is the floor alone.
pub fn years(value: &str) -> Result<u32, SettingError> {
    value.parse().ok().filter(|years| *years <= MOST_YEARS && value.len() <= 2).ok_or(SettingError::Value)
}

/// What erasing did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RetentionDone {
    /// Version of this shape.
    pub v: u32,
    /// Documents, FSE and DRE.
    pub documents: usize,
    /// Paper sheets that no FSE has.
    pub sheets: usize,
    /// Patients of whom nothing was left to keep.
    pub patients: usize,
    /// Files that had left for another post.
    pub transfers: usize,
    /// Files of the data directory that were printed or written of all these.
    pub files: usize,
    /// The file could not be written anew after it: another program reads it, or the disk is full. Until Liasse is closed, pages out of
    /// use may still hold what was erased.
    pub pages_left: bool,
    /// It ended before its end: whoever asked is gone, or may not any more. The rest stays due.
    pub stopped: bool,
}

impl RetentionDone {
    /// Whether nothing was due.
    pub fn is_nothing(&self) -> bool {
        *self == Self { v: self.v, ..Self::default() }
    }

    /// How many things are erased, their papers aside.
    fn erased(&self) -> usize {
        self.documents + self.sheets + self.patients + self.transfers
    }

    /// Counts a piece in.
    fn add(&mut self, piece: &Self) {
        self.documents += piece.documents;
        self.sheets += piece.sheets;
        self.patients += piece.patients;
        self.transfers += piece.transfers;
    }
}

/// By what somebody judges whether the time of something is over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    /// For how many years.
    pub(crate) years: u32,
    /// Today in Paris.
    pub(crate) today: NaiveDate,
}

impl Term {
    /// The last day on which something may have happened to what is due today.
    pub(crate) fn limit(self) -> NaiveDate {
        self.today.checked_sub_months(Months::new(12 * self.years)).unwrap_or(NaiveDate::MIN)
    }

    /// The same as a moment.
    fn limit_at(self) -> Instant {
        beginning(self.limit())
    }

    /// Before when a file must have left for another post. Not before the floor, whatever is set: until that post has taken it in, what
    /// is in it is billed nowhere, and it may have to be written again.
    fn transfers_before(self) -> Instant {
        beginning(self.limit().min(self.today.checked_sub_days(FLOOR).unwrap_or(NaiveDate::MIN)))
    }
}

/// From when on a file that left for another post on that day goes, where somebody whom it names asks for it: when it would go by itself
/// were the floor alone set.
pub(crate) fn transfer_until(left: NaiveDate) -> Option<NaiveDate> {
    left.checked_add_days(FLOOR)?.succ_opt()
}

/// The day on which such a file goes by itself, at so many years.
pub(crate) fn transfer_term(left: NaiveDate, years: u32) -> Option<NaiveDate> {
    Some(left.checked_add_months(Months::new(12 * years))?.succ_opt()?.max(transfer_until(left)?))
}

/// The first moment of a day in Paris.
fn beginning(day: NaiveDate) -> Instant {
    clock::from_paris(day.and_time(chrono::NaiveTime::MIN))
}

impl Workstation {
    /// For how many years things are kept here.
    pub fn retention_years(&self) -> Result<u32, CoreError> {
        Ok(self.store.config_get(SETTING)?.map(|value| years(&value)).transpose()?.unwrap_or(YEARS))
    }

    pub(crate) fn retention_term(&self) -> Result<Term, CoreError> {
        Ok(Term { years: self.retention_years()?, today: self.clock.today() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_are_a_small_number_and_nothing_else() {
        for (text, wanted) in [("0", 0), ("3", 3), ("20", 20)] {
            assert_eq!(years(text), Ok(wanted));
        }
        for wrong in ["", "21", "-1", "3 ans", "jamais", "003", "3.5"] {
            assert_eq!(years(wrong), Err(SettingError::Value), "{wrong}");
        }
    }

    #[test]
    fn what_may_be_due_happened_so_long_ago() {
        let today = "2026-03-31".parse().expect("a day");
        let limit = |years| Term { years, today }.limit().to_string();
        assert_eq!([0, 3].map(limit), ["2026-03-31", "2023-03-31"]);
    }

    #[test]
    fn a_file_for_another_post_is_kept_for_ninety_days_whatever_is_set() {
        let today = "2026-04-16".parse().expect("a day");
        let before = |years| clock::paris(Term { years, today }.transfers_before()).date().to_string();
        assert_eq!([0, 3].map(before), ["2026-01-16", "2023-04-16"]);
        // One that left on the day before that goes on this day, and not sooner.
        assert_eq!(transfer_until("2026-01-15".parse().expect("a day")), Some(today));
    }
}
