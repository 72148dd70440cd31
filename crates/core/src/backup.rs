//! Backups: a copy of the store under its own key, with the file of keys and what else is not derived, in a folder that says its
//! moment; made while the desk works, opened and checked before it counts, kept by days, weeks and months, compared with the data
//! every week, and restored onto a fresh machine. Rule: issue "Data that survives, and stays private", 4.

mod drill;
mod fault;
mod make;
mod restore;
mod rotation;
mod run;
mod seal;
mod shelf;
mod standing;

use std::path::Path;

use liasse_domain::Instant;
pub use liasse_store::{Checked, Condition, Difference, Finding, Pace, Weighed};

pub use drill::{Drilled, drill};
pub use fault::BackupError;
pub use make::{Made, make};
pub use restore::{Proved, Restored, Unlock, prove, restore};
pub use rotation::Keep;
pub use run::{Source, is_under_way, keep_up};
pub use shelf::{Kept, Listed, Manifest, Stand};
pub(crate) use standing::said;
pub use standing::{FOLDER, Failed, HOUR, KEEP, Last, LastDrill, Standing, folder};

use crate::ports::KeySource;

/// What is backed up: a data directory, its store and the key of that, and the time of the practice.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The data directory.
    pub root: &'a Path,
    /// Its store.
    pub store: &'a Path,
    /// The key that opens it.
    pub key: &'a dyn KeySource,
    /// Now.
    pub now: Instant,
}

/// How far a backup or a restore has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many pages of the store are copied, of so many.
    Copied {
        /// Pages that are there.
        done: u64,
        /// Pages of the store.
        total: u64,
    },
    /// The copy is read from its first page to its last.
    Checking,
}
