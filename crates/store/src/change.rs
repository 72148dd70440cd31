//! One change of the store: one immediate transaction that holds its effects and their journal entries, one at least.
//! Dropped without `commit` it leaves nothing; every operation that changes something is written with it.

use std::ops::Deref;

use rusqlite::{Connection, Transaction, TransactionBehavior};

use crate::error::Result;
use crate::journal::{self, Entry, Head};
use crate::open::Store;
use crate::stamp::Stamp;

/// A transaction that will end with a journal entry.
pub(crate) struct Change<'a> {
    transaction: Transaction<'a>,
    stamp: &'a Stamp,
    head: Head,
}

impl Store {
    /// Begins a change; the write lock is taken at once, so that what is read stays true until the commit. Refused when the file
    /// was replaced under the program: what is told as done must be found again.
    pub(crate) fn change<'a>(&'a mut self, stamp: &'a Stamp) -> Result<Change<'a>> {
        self.check_place()?;
        let transaction = self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let head = journal::head(&transaction)?;
        Ok(Change { transaction, stamp, head })
    }
}

impl Change<'_> {
    /// Who acts, and when.
    pub(crate) fn stamp(&self) -> &Stamp {
        self.stamp
    }

    /// The journal's last entry so far.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Writes a journal entry before the one that ends the change: where a change makes two documents, each has its own.
    pub(crate) fn tell(&mut self, entry: Entry) -> Result<()> {
        self.head = journal::append(&self.transaction, self.head, self.stamp, entry)?;
        Ok(())
    }

    /// The number that the next journal entry of this change will have; rows name it before it is written.
    pub(crate) fn entry(&self) -> i64 {
        self.head.seq + 1
    }

    /// Makes everything durable; each part of it has told its journal entry.
    pub(crate) fn commit_told(self) -> Result<()> {
        Ok(self.transaction.commit()?)
    }

    /// Writes the last journal entry and makes everything durable.
    pub(crate) fn commit(self, entry: Entry) -> Result<()> {
        journal::append(&self.transaction, self.head, self.stamp, entry)?;
        Ok(self.transaction.commit()?)
    }
}

impl Deref for Change<'_> {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.transaction
    }
}
