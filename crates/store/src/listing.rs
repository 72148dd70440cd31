//! The documents of a practitioner as a list is asked for: sorted and filtered by indexes, so that a page of half a million is as
//! quick as a page of a hundred; and all of them, a piece at a time, to be written out. The rows are `ledger`'s.

use liasse_domain::BillingNumber;
use rusqlite::params;

use crate::cell::Cell;
use crate::error::Result;
use crate::ledger::{LedgerRow, rows};
use crate::open::Store;
use crate::query;

/// By what a list is sorted; the latest or the largest first, unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// As they were made.
    #[default]
    Made,
    /// By the day of the acts.
    Day,
    /// By what they charge.
    Amount,
}

/// Which documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Only {
    /// All.
    #[default]
    All,
    /// Signed or in a lot, and not sent.
    Unsent,
    /// Sent, or perhaps, and without an answer.
    Unanswered,
    /// Rejected at least once, or refused with their file.
    Rejected,
}

/// How a list is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listing {
    /// By what.
    pub sort: Sort,
    /// The earliest or the smallest first.
    pub turned: bool,
    /// Which.
    pub only: Only,
}

impl Only {
    fn sql(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Unsent => {
                " AND d.id IN (SELECT f.id FROM document f WHERE f.billing = ?1 AND f.state = 'signee' AND f.live IS NULL
                               UNION SELECT m.document FROM membership m WHERE m.state IN ('en_lot', 'en_fichier'))"
            }
            Self::Unanswered => {
                " AND d.id IN (SELECT m.document FROM membership m WHERE m.state IN ('transmise', 'non_confirmee'))"
            }
            Self::Rejected => {
                " AND d.id IN (SELECT r.document FROM reject r
                               UNION SELECT m.document FROM membership m WHERE m.state = 'refusee')"
            }
        }
    }
}

impl Listing {
    fn order(self) -> &'static str {
        match (self.sort, self.turned) {
            (Sort::Made, false) => "d.id DESC",
            (Sort::Made, true) => "d.id",
            (Sort::Day, false) => "d.act_date DESC, d.id DESC",
            (Sort::Day, true) => "d.act_date, d.id",
            (Sort::Amount, false) => "d.total DESC, d.id DESC",
            (Sort::Amount, true) => "d.total, d.id",
        }
    }
}

impl Store {
    /// The rows of the documents asked for, of one replacement session alone if named; at most `limit`.
    pub fn listed(
        &self,
        billing: &BillingNumber,
        session: Option<u32>,
        listing: Listing,
        limit: u32,
    ) -> Result<Vec<i64>> {
        let of_session = if session.is_some() { "AND d.replacement = ?3" } else { "AND ?3 IS NULL" };
        // Few documents pass a filter or are of one session: those are looked up, and not the whole series walked (`+` keeps SQLite
        // from its index).
        let few = listing.only != Only::All || session.is_some();
        let billing_is = if few { "+d.billing = ?1" } else { "d.billing = ?1" };
        let sql = format!(
            "SELECT d.id FROM document d WHERE d.number IS NOT NULL AND {billing_is} {of_session}{} ORDER BY {} LIMIT ?2",
            listing.only.sql(),
            listing.order()
        );
        query::all(&self.connection, &sql, params![billing.put(), limit, session], |row| row.get("id"))
    }

    /// What the ledger says of these, in their order.
    pub fn ledger_rows(&self, documents: &[i64]) -> Result<Vec<LedgerRow>> {
        rows(&self.connection, documents)
    }
}
