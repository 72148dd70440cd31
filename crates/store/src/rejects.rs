//! Looking at rejects: which await something, and the latest ones. Nothing here changes anything.
//! Not the plain words, nor whether a correction is what follows (`core`).

use chrono::NaiveDate;
use liasse_domain::{BillingNumber, Centimes, FseRef};
use rusqlite::params;

use crate::cell::{Cell, cell, reference};
use crate::error::Result;
use crate::ledger::{self, LedgerRow};
use crate::listing::RejectSort;
use crate::open::Store;
use crate::query;

/// Something rejected that awaits somebody, in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenReject {
    /// The document, as this store names it.
    pub document: i64,
    /// Its name.
    pub fse: FseRef,
    /// `fse` or `dre`.
    pub kind: String,
    /// The caisse's code.
    pub code: String,
    /// The day of the reject.
    pub rejected_on: NaiveDate,
    /// Date of its first act.
    pub act_date: NaiveDate,
    /// What it charges.
    pub total: Centimes,
}

/// The last reject of each document of a practitioner. The order of the tables is said: rejects are few, documents not.
macro_rules! last_rejects {
    () => {
        "FROM reject r CROSS JOIN document d ON d.id = r.document AND d.billing = ?1 AND d.number IS NOT NULL
         WHERE r.id = (SELECT max(y.id) FROM reject y WHERE y.document = r.document)"
    };
}

impl Store {
    /// What was rejected of a practitioner and awaits somebody, the latest reject first: FSE that no live one corrects, DRE
    /// whose part nobody has given up yet.
    pub fn open_rejects(&self, billing: &BillingNumber) -> Result<Vec<OpenReject>> {
        let sql = concat!(
            "SELECT r.document, d.billing, d.number, d.kind, d.act_date, d.total, r.code, r.rejected_on ",
            last_rejects!(),
            // Asked of every reject before its document is read, which costs more: no FSE corrects a DRE.
            " AND NOT EXISTS (SELECT 1 FROM document c WHERE c.corrects = r.document AND c.state <> 'annulee')
               AND (d.kind = 'fse' OR EXISTS (SELECT 1 FROM money m
                                              WHERE m.document = r.document AND m.payer = 'amc' AND m.state = 'rejete'))
             ORDER BY r.id DESC"
        );
        query::all(&self.connection, sql, [billing.put()], |row| {
            Ok(OpenReject {
                document: row.get("document")?,
                fse: reference(row)?,
                kind: row.get("kind")?,
                code: row.get("code")?,
                rejected_on: cell(row, "rejected_on")?,
                act_date: cell(row, "act_date")?,
                total: cell(row, "total")?,
            })
        })
    }

    /// Rejected documents of a practitioner: `first` ones before the others, the latest of which follow; at most `limit`.
    pub fn rejected(
        &self,
        billing: &BillingNumber,
        first: &[OpenReject],
        limit: Option<usize>,
    ) -> Result<Vec<LedgerRow>> {
        let mut documents: Vec<i64> = first.iter().map(|reject| reject.document).collect();
        let limit = limit.unwrap_or(usize::MAX);
        if documents.len() < limit {
            let others = self.rejects_listed(billing, RejectSort::Came, false, Some(limit))?;
            let named: std::collections::HashSet<i64> = documents.iter().copied().collect();
            documents.extend(others.into_iter().filter(|document| !named.contains(document)));
        }
        documents.truncate(limit);
        ledger::rows(&self.connection, &documents)
    }

    /// The rejected documents of a practitioner, as a list asks for them; all, or at most `limit`.
    pub fn rejects_listed(
        &self,
        billing: &BillingNumber,
        sort: RejectSort,
        turned: bool,
        limit: Option<usize>,
    ) -> Result<Vec<i64>> {
        let order = match (sort, turned) {
            (RejectSort::Came, false) => "r.id DESC",
            (RejectSort::Came, true) => "r.id",
            (RejectSort::Amount, false) => "d.total DESC, r.id DESC",
            (RejectSort::Amount, true) => "d.total, r.id",
        };
        let sql = format!("SELECT r.document {} ORDER BY {order} LIMIT ?2", last_rejects!());
        let limit = limit.map_or(-1, |limit| i64::try_from(limit).unwrap_or(i64::MAX));
        query::all(&self.connection, &sql, params![billing.put(), limit], |row| row.get(0))
    }

    /// How many there are.
    pub fn reject_count(&self, billing: &BillingNumber) -> Result<usize> {
        query::count(&self.connection, concat!("SELECT count(*) ", last_rejects!()), [billing.put()])
    }
}
