//! How lists are asked for, sorted and filtered; and the documents of a practitioner so, by indexes: a page of half a million is as
//! quick as a page of a hundred. The rows are `ledger`'s; transfers, debts and rejects stand in their own modules.

use liasse_domain::BillingNumber;
use rusqlite::params;

use crate::cell::Cell;
use crate::error::Result;
use crate::ledger::{LedgerRow, rows};
use crate::open::Store;
use crate::query;

/// A choice that one key walks through.
pub trait Choice: Copy + PartialEq + 'static {
    /// All of them, in the order of that walk.
    const ALL: &'static [Self];

    /// The one after this; after the last comes the first.
    fn after(self) -> Self {
        let at = Self::ALL.iter().position(|one| *one == self).map_or(0, |at| at + 1);
        Self::ALL.get(at).or(Self::ALL.first()).copied().unwrap_or(self)
    }
}

/// By what the list of documents is sorted; the latest or the largest first, unless it is turned round.
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

/// By what the lines of transfers are sorted; the latest or the largest first, unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineSort {
    /// By the day of the transfer.
    #[default]
    Day,
    /// By what is paid.
    Amount,
}

/// Which lines of transfers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineOnly {
    /// All.
    #[default]
    All,
    /// Those that no document has.
    Unmatched,
}

/// By what debts are sorted; the oldest or the largest first, unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DebtSort {
    /// As their documents were made.
    #[default]
    Age,
    /// By what is still owed.
    Amount,
}

/// Which debts of patients.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DebtOnly {
    /// All.
    #[default]
    All,
    /// Those who said that they would pay later.
    Later,
    /// Those who paid a part.
    Partial,
}

/// By what rejects are sorted; the latest or the largest first, unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RejectSort {
    /// As they came.
    #[default]
    Came,
    /// By what the document charges.
    Amount,
}

/// How a list is asked for: that of documents, where nothing else is named.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Listing<S = Sort, O = Only> {
    /// By what.
    pub sort: S,
    /// The other end first.
    pub turned: bool,
    /// Which.
    pub only: O,
}

impl<S: Choice, O: Choice> Listing<S, O> {
    /// The same by the next sort.
    #[must_use]
    pub fn sorted_otherwise(self) -> Self {
        Self { sort: self.sort.after(), ..self }
    }

    /// The same from its other end.
    #[must_use]
    pub fn turned_round(self) -> Self {
        Self { turned: !self.turned, ..self }
    }

    /// The same through the next filter.
    #[must_use]
    pub fn filtered_otherwise(self) -> Self {
        Self { only: self.only.after(), ..self }
    }
}

impl Choice for Sort {
    const ALL: &'static [Self] = &[Self::Made, Self::Day, Self::Amount];
}

impl Choice for Only {
    const ALL: &'static [Self] = &[Self::All, Self::Unsent, Self::Unanswered, Self::Rejected];
}

impl Choice for LineSort {
    const ALL: &'static [Self] = &[Self::Day, Self::Amount];
}

impl Choice for LineOnly {
    const ALL: &'static [Self] = &[Self::All, Self::Unmatched];
}

impl Choice for DebtSort {
    const ALL: &'static [Self] = &[Self::Age, Self::Amount];
}

impl Choice for DebtOnly {
    const ALL: &'static [Self] = &[Self::All, Self::Later, Self::Partial];
}

impl Choice for RejectSort {
    const ALL: &'static [Self] = &[Self::Came, Self::Amount];
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

impl Only {
    /// The same asked of each document `d`: for the few of one patient, whoever billed them.
    pub(crate) fn of_each(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Unsent => {
                " AND ((d.state = 'signee' AND d.live IS NULL)
                       OR EXISTS (SELECT 1 FROM membership m WHERE m.id = d.live AND m.state IN ('en_lot', 'en_fichier')))"
            }
            Self::Unanswered => {
                " AND EXISTS (SELECT 1 FROM membership m WHERE m.id = d.live AND m.state IN ('transmise', 'non_confirmee'))"
            }
            Self::Rejected => {
                " AND (EXISTS (SELECT 1 FROM reject r WHERE r.document = d.id)
                       OR EXISTS (SELECT 1 FROM membership m WHERE m.document = d.id AND m.state = 'refusee'))"
            }
        }
    }
}

impl DebtSort {
    /// Of the money `x`.
    pub(crate) fn order(self, turned: bool) -> &'static str {
        match (self, turned) {
            (Self::Age, false) => "x.document",
            (Self::Age, true) => "x.document DESC",
            (Self::Amount, false) => "x.due - x.paid DESC, x.document",
            (Self::Amount, true) => "x.due - x.paid, x.document",
        }
    }
}

impl Listing {
    /// Of documents `d`.
    pub(crate) fn order(self) -> &'static str {
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

    /// How many pass a filter, whatever the order; those that bear a number.
    pub fn listed_count(&self, billing: &BillingNumber, session: Option<u32>, only: Only) -> Result<usize> {
        let of_session = if session.is_some() { "AND d.replacement = ?2" } else { "AND ?2 IS NULL" };
        let billing_is = if only != Only::All || session.is_some() { "+d.billing = ?1" } else { "d.billing = ?1" };
        let sql = format!(
            "SELECT count(*) FROM document d WHERE d.number IS NOT NULL AND {billing_is} {of_session}{}",
            only.sql()
        );
        query::count(&self.connection, &sql, params![billing.put(), session])
    }

    /// What the ledger says of these, in their order.
    pub fn ledger_rows(&self, documents: &[i64]) -> Result<Vec<LedgerRow>> {
        rows(&self.connection, documents)
    }
}
