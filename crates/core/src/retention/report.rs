//! What is due, what stays and why, each with its text: shown before anything is erased. Names nobody, and says no amount: the accounts
//! of a practice are each practitioner's own, and whoever opened the data sees none.

use std::collections::BTreeMap;
use std::mem;

use chrono::NaiveDate;
use liasse_domain::FseRef;
use liasse_store::RetentionRow;
use serde::Serialize;

use super::run::{Asked, PEOPLE};
use super::{RECEIPT_YEARS, Standing, Term, Why};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lane::Handle;
use crate::papers::{TEXTS, t};
use crate::workstation::Workstation;

/// How many FSE are named; the others are counted.
const NAMED: usize = 1000;
/// How many documents are read at a time.
const PIECE: u32 = 500;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RetentionReport {
    /// Version of this shape.
    pub v: u32,
    /// For how many years things are kept here.
    pub years: u32,
    /// The day.
    pub today: NaiveDate,
    /// What is due.
    pub due: Due,
    /// Documents that stay, by their reason.
    pub stays: Vec<Staying>,
    /// What is kept whatever its age.
    pub kept: Vec<Kept>,
    /// How many documents are erased already.
    pub erased: usize,
}

/// What is due.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Documents.
    pub documents: usize,
    /// The day of the oldest acts among them.
    pub oldest: Option<NaiveDate>,
    /// Those of whoever asks, the first thousand.
    pub fses: Vec<FseRef>,
    /// Paper sheets that no FSE has.
    pub sheets: usize,
    /// Patients of whom nothing is left to keep, now; those whose last document is due come with it.
    pub patients: usize,
    /// Files that had left for another post.
    pub transfers: usize,
}

/// Documents that stay for one reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Staying {
    /// Why.
    pub why: Why,
    /// In words.
    pub text: String,
    /// On what that rests.
    pub source: String,
    /// How many.
    pub documents: usize,
}

/// What is never erased here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    /// What.
    pub what: &'static str,
    /// In words.
    pub text: String,
    /// On what that rests.
    pub source: String,
    /// How many.
    pub count: usize,
}

/// What was counted so far.
pub struct Counting {
    asked: Asked,
    due: Due,
    stays: BTreeMap<Why, usize>,
    part: Part,
}

/// What is counted next.
#[derive(Clone, Copy)]
enum Part {
    /// Documents, after that row.
    Documents { after: i64 },
    /// Patients, after that row.
    Patients { after: i64 },
    /// What needs one look.
    Rest,
}

/// What is due today in the practice of that lane and what stays, without erasing anything. It is counted a piece at a time: other jobs
/// of the lane run between two. `confirmed`: the passphrase of the directory was given for this.
///
/// # Errors
/// Those of [`Deed::Retention`], also where whoever asked may not any more.
pub fn report(
    lane: &Handle<Workstation>,
    who: Option<&SignedIn>,
    confirmed: bool,
) -> Result<RetentionReport, CoreError> {
    let who = who.cloned();
    let mut counting = lane.call(move |ws| ws.begin_report(who.as_ref(), confirmed))??;
    loop {
        let (back, whole) = lane.call(move |ws| {
            let whole = ws.go_on_counting(&mut counting)?;
            Ok::<_, CoreError>((counting, whole))
        })??;
        if let Some(report) = whole {
            return Ok(report);
        }
        counting = back;
    }
}

impl Workstation {
    /// Begins to count what is due.
    ///
    /// # Errors
    /// Those of [`Deed::Retention`].
    pub fn begin_report(&self, who: Option<&SignedIn>, confirmed: bool) -> Result<Counting, CoreError> {
        let asked = self.ask_retention(who, confirmed)?;
        Ok(Counting { asked, due: Due::default(), stays: BTreeMap::new(), part: Part::Documents { after: 0 } })
    }

    /// Counts a piece; after the last one gives the whole.
    fn go_on_counting(&self, counting: &mut Counting) -> Result<Option<RetentionReport>, CoreError> {
        let asked = &counting.asked;
        self.allow_confirmed(Deed::Retention, asked.who.as_ref(), asked.confirmed)?;
        let term = self.term_of(asked)?;
        counting.part = match counting.part {
            Part::Documents { after } => {
                let rows = self.store.retention_rows(term.limit(), after, PIECE)?;
                for row in &rows {
                    match self.standing_of(row, term)? {
                        Standing::Due => counting.is_due(row),
                        Standing::Stays { why, .. } => *counting.stays.entry(why).or_default() += 1,
                    }
                }
                rows.last().map_or(Part::Patients { after: 0 }, |row| Part::Documents { after: row.id })
            }
            Part::Patients { after } => {
                let seen = self.store.idle_patients(term.limit_at(), after, PEOPLE)?;
                counting.due.patients += seen.iter().filter(|(_, idle)| *idle).count();
                seen.last().map_or(Part::Rest, |(last, _)| Part::Patients { after: *last })
            }
            Part::Rest => return self.counted(counting, term).map(Some),
        };
        Ok(None)
    }

    fn counted(&self, counting: &mut Counting, term: Term) -> Result<RetentionReport, CoreError> {
        let (mut due, mut stays) = (mem::take(&mut counting.due), mem::take(&mut counting.stays));
        // What was done since then is not looked at one by one: its time is not over, whatever else is open of it.
        let recent = self.store.documents_since(term.limit())?;
        if recent > 0 {
            *stays.entry(Why::Recente).or_default() += recent;
        }
        due.sheets = self.due_sheets(term)?.len();
        due.transfers = self.store.transfers_before(term.transfers_before())?.len();
        let stays = stays.into_iter().map(|(why, documents)| Staying {
            why,
            text: why.text(term.years),
            source: why.source(),
            documents,
        });
        Ok(RetentionReport {
            v: 1,
            years: term.years,
            today: term.today,
            due,
            stays: stays.collect(),
            kept: self.kept()?,
            erased: self.store.erased_count()?,
        })
    }

    fn kept(&self) -> Result<Vec<Kept>, CoreError> {
        let years = RECEIPT_YEARS.to_string();
        Ok(vec![
            Kept {
                what: "recettes",
                text: TEXTS.with("retention.receipts", &[("years", &years)]),
                source: t("retention.source_receipts"),
                count: self.store.receipts_kept()?,
            },
            Kept {
                what: "retours",
                text: t("retention.returns"),
                source: t("retention.source_floor"),
                count: self.store.return_count()?,
            },
            Kept {
                what: "journal",
                text: t("retention.journal"),
                source: t("retention.source_journal"),
                count: usize::try_from(self.store.journal_head()?.0).unwrap_or(usize::MAX),
            },
        ])
    }
}

impl Counting {
    fn is_due(&mut self, row: &RetentionRow) {
        self.due.documents += 1;
        self.due.oldest = Some(self.due.oldest.map_or(row.act_date, |oldest| oldest.min(row.act_date)));
        let own = self.asked.who.as_ref().is_some_and(|who| who.situation.billing_number == row.name.billing);
        if own && self.due.fses.len() < NAMED {
            self.due.fses.push(row.name.clone());
        }
    }
}
