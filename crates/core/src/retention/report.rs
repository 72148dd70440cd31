//! What is due, what stays and why, each with its text: shown before anything is erased. Names nobody.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use liasse_domain::{Centimes, FseRef};
use serde::Serialize;

use super::{RECEIPT_YEARS, Standing, Why};
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::papers::{TEXTS, t};
use crate::workstation::Workstation;

/// How many FSE are named; the others are counted.
const NAMED: usize = 1000;
/// How many documents are read at a time.
const PIECE: u32 = 1000;

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
    /// What they charge.
    pub total_cents: Centimes,
    /// The day of the oldest acts among them.
    pub oldest: Option<NaiveDate>,
    /// Their FSE, the first thousand.
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
    /// What they charge.
    pub total_cents: Centimes,
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

impl Workstation {
    /// What is due today and what stays, without erasing anything. `confirmed`: the passphrase of the directory was given for this.
    ///
    /// # Errors
    /// Those of [`Deed::Retention`].
    pub fn retention_report(&self, who: Option<&SignedIn>, confirmed: bool) -> Result<RetentionReport, CoreError> {
        self.allow_confirmed(Deed::Retention, who, confirmed)?;
        let term = self.retention_term()?;
        let mut due = Due::default();
        let mut stays: BTreeMap<Why, (usize, Centimes)> = BTreeMap::new();
        let mut after = 0;
        loop {
            let rows = self.store.retention_rows(term.limit(), after, PIECE)?;
            let Some(last) = rows.last().map(|row| row.id) else { break };
            for row in &rows {
                match self.standing_of(row, term)? {
                    Standing::Due => {
                        due.documents += 1;
                        due.total_cents = due.total_cents + row.total;
                        due.oldest = due.oldest.map_or(Some(row.act_date), |oldest| Some(oldest.min(row.act_date)));
                        if due.fses.len() < NAMED {
                            due.fses.push(row.name.clone());
                        }
                    }
                    Standing::Stays { why, .. } => add(&mut stays, why, 1, row.total),
                }
            }
            after = last;
        }
        // What was done since then is not looked at one by one: its time is not over, whatever else is open of it.
        let (recent, total) = self.store.documents_since(term.limit())?;
        if recent > 0 {
            add(&mut stays, Why::Recente, recent, total);
        }
        due.sheets = self.due_sheets(term)?.len();
        due.transfers = self.store.transfers_before(term.transfers_before())?.len();
        due.patients = self.store.idle_patients(term.limit_at(), u32::MAX)?.len();
        let stays = stays.into_iter().map(|(why, (documents, total_cents))| Staying {
            why,
            text: why.text(term.years),
            source: why.source(),
            documents,
            total_cents,
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

fn add(stays: &mut BTreeMap<Why, (usize, Centimes)>, why: Why, documents: usize, total: Centimes) {
    let found = stays.entry(why).or_default();
    *found = (found.0 + documents, found.1 + total);
}
