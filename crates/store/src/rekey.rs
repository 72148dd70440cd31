//! A copy of the store under another key, checked before it counts, and the exchange of one file for the other.
//! Not the keys (`keys` in `core`) and not a backup. Nobody else has the store meanwhile: the lock of the directory says so.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::backup::{self, Pace};
use crate::error::{Result, StoreError};
use crate::journal::Entry;
use crate::open::{Store, sync_folder};
use crate::stamp::Stamp;
use crate::{KNOWN_SCHEMA, examine, weigh};

/// What SQLite lays beside a file, and what would be taken for another file's changes.
const LOGS: [&str; 2] = ["-wal", "-journal"];
/// That, and the index of the log.
const BESIDE: [&str; 3] = ["-wal", "-journal", "-shm"];

/// What is done to the ways in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChange {
    /// Another passphrase.
    Passphrase,
    /// Another recovery code.
    Recovery,
    /// Another data key.
    DataKey,
    /// The keyring of the computer is trusted.
    KeyringTrusted,
    /// It is trusted no more.
    KeyringLeft,
}

impl Store {
    /// Tells that somebody changes what opens the store: what, never a secret. Told before it is done.
    pub fn tell_of_keys(&mut self, stamp: &Stamp, what: KeyChange) -> Result<()> {
        let entry = match what {
            KeyChange::Passphrase => Entry::new("cles.phrase"),
            KeyChange::Recovery => Entry::new("cles.secours"),
            KeyChange::DataKey => Entry::new("cles.chiffrement"),
            KeyChange::KeyringTrusted => Entry::new("cles.trousseau"),
            KeyChange::KeyringLeft => Entry::new("cles.sans_trousseau"),
        };
        self.change(stamp)?.commit(entry)
    }
}

/// Copies the store at `path` to `to` under the key `new`, and checks that the copy is whole and says the same. An unfinished copy
/// of an earlier try is discarded first. The store stays what it is; its log is folded into it.
///
/// # Errors
/// [`StoreError::KeyOrDamage`] for another key than `old`, [`StoreError::Damaged`] when pages of the store or of the copy do not
/// read, [`StoreError::Incoherent`] when the copy says something else, and what the disk says.
pub fn copy_under(path: &Path, old: &[u8; 32], new: &[u8; 32], to: &Path) -> Result<()> {
    discard_copy(to)?;
    // A store that is not there would be made.
    std::fs::metadata(path)?;
    let source = Store::open(path, old)?;
    fold(&source.connection)?;
    backup::copy((path, old), (to, new), &mut |_, _| Pace::Go)?;
    let copied = examine::check_copy(to, new)?;
    if copied.is_damaged() {
        return Err(StoreError::Damaged);
    }
    // Schema, end of the journal, rows and euros.
    let here = (KNOWN_SCHEMA, source.journal_head()?, weigh::weigh(&source.connection)?);
    if (copied.schema, (copied.journal_seq, copied.head), copied.weighed) != here {
        return Err(StoreError::Incoherent { what: "copy under another key" });
    }
    Ok(())
}

/// Puts a finished copy in the place of the store. Both are closed, and no log of either is left.
///
/// # Errors
/// [`StoreError::Busy`] where a log is left: it would be read as the copy's own. Nothing was moved then.
pub fn take_place(copy: &Path, path: &Path) -> Result<()> {
    let is_left = |log: PathBuf| std::fs::metadata(log).is_ok_and(|log| log.len() > 0);
    if [copy, path].into_iter().any(|file| LOGS.into_iter().map(|end| beside(file, end)).any(is_left)) {
        return Err(StoreError::Busy);
    }
    std::fs::rename(copy, path)?;
    sync_folder(path)
}

/// Takes away a copy that was not finished, or that is not wanted any more.
pub fn discard_copy(copy: &Path) -> Result<()> {
    let files = std::iter::once(copy.to_owned()).chain(BESIDE.into_iter().map(|end| beside(copy, end)));
    for file in files {
        match std::fs::remove_file(file) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

fn beside(file: &Path, end: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Everything of the log into the file, and the log emptied.
pub(crate) fn fold(connection: &Connection) -> Result<()> {
    let busy: i64 = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy == 0 { Ok(()) } else { Err(StoreError::Busy) }
}
