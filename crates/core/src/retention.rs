//! For how long what is kept of patients is kept, why, and what is due to be erased. A setting with a floor; each rule stands with
//! its text. Not the erasing of rows (`liasse_store`), nor a person's own demand (`forgetting`).
//! Rules: CSS R161-47 and L133-4, code de commerce L123-22, LPF L102 B; CNIL, référentiel des cabinets médicaux (2020-081).

mod report;
mod standing;

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{Days, Months, NaiveDate};
use liasse_domain::{Instant, clock};
use liasse_store::{EraseRule, RetentionRow};
use serde::Serialize;

use crate::access::Deed;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::forgetting::{paper_of_sheet, papers_of_patient, papers_there, remove_papers};
use crate::settings::SettingError;
use crate::workstation::Workstation;

pub use report::{Due, Kept, RetentionReport, Staying};
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
pub const FLOOR: Days = Days::new(90);
/// Accounting documents and their vouchers: ten years (code de commerce L123-22). A practice is no merchant, and owes the tax office
/// six (LPF L102 B): the longer one holds. Receipts name no patient, and are never erased here.
pub const RECEIPT_YEARS: u32 = 10;
/// How many documents are looked at, and erased, at a time.
const PIECE: u32 = 200;

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
}

impl RetentionDone {
    /// Whether nothing was due.
    pub fn is_nothing(&self) -> bool {
        *self == Self { v: self.v, ..Self::default() }
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

    /// Erases what is due, each piece in its own change, each told in the journal. What is deleted leaves no trace in the file: it is
    /// written anew at the end. Papers of it in the data directory, `folder`, go too, where their names say of what they are.
    /// `confirmed`: the passphrase of the directory was given for this.
    ///
    /// # Errors
    /// Those of [`Deed::Retention`]; [`ClockAhead`](crate::soundness::ClockAhead) unless it is confirmed.
    pub fn apply_retention(
        &mut self,
        who: Option<&SignedIn>,
        confirmed: bool,
        folder: &Path,
    ) -> Result<RetentionDone, CoreError> {
        self.allow_confirmed(Deed::Retention, who, confirmed)?;
        self.check_clock_to_erase(confirmed)?;
        self.store.overwrite_deleted()?;
        let term = self.retention_term()?;
        let mut done = RetentionDone { v: 1, ..RetentionDone::default() };
        let (there, mut papers) = (papers_there(folder), BTreeSet::new());
        let mut after = 0;
        loop {
            let rows = self.store.retention_rows(term.limit(), after, PIECE)?;
            let Some(last) = rows.last().map(|row| row.id) else { break };
            let due = self.due_among(&rows, term)?;
            for row in rows.iter().filter(|row| !there.is_empty() && due.contains(&row.id)) {
                let theirs = self.papers_of_document(row.id, &row.name)?;
                papers.extend(theirs.into_iter().filter(|paper| there.contains(paper)));
            }
            let stamp = self.retention_stamp(who);
            done.documents += self.store.erase_documents(&stamp, EraseRule::Retention, &due)?;
            after = last;
        }
        let stamp = self.retention_stamp(who);
        let sheets = self.due_sheets(term)?;
        done.sheets = self.store.erase_sheets(&stamp, EraseRule::Retention, &sheets)?;
        papers.extend(sheets.into_iter().map(paper_of_sheet));
        let transfers = self.store.transfers_before(term.transfers_before())?;
        done.transfers = self.store.erase_transfers(&stamp, &transfers)?;
        done.patients = self.forget_idle(who, term, &mut papers)?;
        done.files = remove_papers(folder, &papers).len();
        // What is erased is erased and told: that the file is not written anew yet is no refusal.
        done.pages_left = !done.is_nothing() && self.store.rewrite().is_err();
        Ok(done)
    }

    /// Patients of whom nothing is left to keep.
    fn forget_idle(
        &mut self,
        who: Option<&SignedIn>,
        term: Term,
        papers: &mut BTreeSet<String>,
    ) -> Result<usize, CoreError> {
        let mut gone = 0;
        loop {
            let idle = self.store.idle_patients(term.limit_at(), PIECE)?;
            if idle.is_empty() {
                return Ok(gone);
            }
            let stamp = self.retention_stamp(who);
            let erased = self.store.erase_patients(&stamp, EraseRule::Retention, &idle)?;
            if erased == 0 {
                return Ok(gone);
            }
            papers.extend(idle.into_iter().flat_map(papers_of_patient));
            gone += erased;
        }
    }

    fn retention_stamp(&self, who: Option<&SignedIn>) -> liasse_store::Stamp {
        who.map_or_else(|| system_stamp(self.now()), |who| who.stamp(self.now()))
    }

    /// The rows of these that are due.
    fn due_among(&self, rows: &[RetentionRow], term: Term) -> Result<Vec<i64>, CoreError> {
        let mut due = Vec::new();
        for row in rows {
            if self.standing_of(row, term)? == Standing::Due {
                due.push(row.id);
            }
        }
        Ok(due)
    }

    /// Sheets that no FSE has, and that are due.
    fn due_sheets(&self, term: Term) -> Result<Vec<i64>, CoreError> {
        let sheets = self.store.sheets_alone(None)?;
        Ok(sheets.iter().filter(|sheet| !sheet.open && sheet.last <= term.limit()).map(|sheet| sheet.id).collect())
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
    }
}
