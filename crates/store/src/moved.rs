//! Data that left or came as a whole, told in the journal: what, by whom, and of which patient's row; never a name or an amount.
//! Not the data (`rows`, `accounts`).

use rusqlite::Connection;

use crate::error::Result;
use crate::journal::{self, Entry};
use crate::open::Store;
use crate::stamp::Stamp;

/// What left or came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataMoved {
    /// Everything was written out, in an open form.
    Exported,
    /// Everything came from such files.
    Imported,
    /// What is kept of one patient was written out.
    Person(i64),
    /// The receipts were written out for an accountant.
    Accounts,
}

impl DataMoved {
    fn entry(self) -> Entry {
        match self {
            Self::Exported => Entry::new("donnees.exportees"),
            Self::Imported => Entry::new("donnees.importees"),
            Self::Person(patient) => Entry::new("patient.exporte").patient(Some(patient)),
            Self::Accounts => Entry::new("recettes.exportees"),
        }
    }
}

impl Store {
    /// Tells it.
    pub fn tell_moved(&mut self, stamp: &Stamp, moved: DataMoved) -> Result<()> {
        self.change(stamp)?.commit(moved.entry())
    }
}

/// The same inside a transaction that is open.
pub(crate) fn tell(connection: &Connection, stamp: &Stamp, moved: DataMoved) -> Result<()> {
    journal::append(connection, journal::head(connection)?, stamp, moved.entry()).map(drop)
}
