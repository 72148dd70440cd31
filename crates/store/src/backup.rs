//! A copy of the file while the desk goes on writing: a second connection reads one moment of it and writes it elsewhere, encrypted
//! again. Not where copies lie and how long they are kept (`core::backup`), nor whether one is whole (module `examine`).
//! Rule: reference telecom-reliability 4.1, rust-anchors C (encrypted to encrypted).

use std::fs::{File, OpenOptions};
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::error::{Result, StoreError};
use crate::open::{PATIENCE, sync_folder, unlock};
use crate::{examine, schema};

/// So many pages are copied at a time: one MiB, of which the desk feels nothing.
const PAGES: i32 = 256;
/// After so many times what is copied is put on the disk: were all of it put there at the end, a commit of the desk on the same
/// disk would wait for it.
const TIMES: u32 = 8;
/// How often a file that somebody else holds is asked again, each time for [`PATIENCE`].
const TRIES: u32 = 5;

/// The copy is made in one go and thrown away when it is not finished: it needs no journal of its own, and is put on the disk by us.
const UNDISTURBED: &str = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA temp_store = MEMORY;";

/// What is folded is on the disk before the log is written over: as the store has it (`open`).
const FOLDED: &str = "PRAGMA synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;";

/// Whether a copy goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// It does.
    Go,
    /// Somebody does not want it any more.
    Stop,
}

/// Copies the store at `from` as it stands now to the new file `to`, under the same key, readable by its owner alone. `step` is
/// told how many pages of how many are there. What other connections write meanwhile is not in the copy, and does not wait for it.
///
/// # Errors
/// [`StoreError::Stopped`] by `step`; [`StoreError::KeyOrDamage`], [`StoreError::Damaged`] where `from` does not read;
/// [`StoreError::DiskFull`] and what else a disk says. No half copy stays.
pub fn backup(from: &Path, key: &[u8; 32], to: &Path, step: &mut dyn FnMut(u64, u64) -> Pace) -> Result<()> {
    copy((from, key), (to, key), step)
}

/// The same under another key.
///
/// # Errors
/// As [`backup`].
pub fn copy(from: (&Path, &[u8; 32]), to: (&Path, &[u8; 32]), step: &mut dyn FnMut(u64, u64) -> Pace) -> Result<()> {
    let source = examine::beside(from.0, from.1)?;
    // The moment that is copied: reading begins here and ends with the connection.
    source.execute_batch("BEGIN")?;
    schema::found(&source)?;
    source.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    let file = new_file(to.0)?;
    let filled = fill(&source, to, &file, step);
    // Whatever became of the copy.
    let _ = fold(source, from);
    if filled.is_err() {
        // It was made here, and half of it is none.
        drop(std::fs::remove_file(to.0));
    }
    filled
}

/// Ends the reading, and folds what others wrote meanwhile into the file. While somebody reads one moment the log only grows; left to
/// them, their next commit would fold all of it, and the desk would wait for that.
fn fold(source: Connection, (path, key): (&Path, &[u8; 32])) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let own = Connection::open_with_flags(path, flags)?;
    own.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    unlock(&own, key)?;
    own.execute_batch(FOLDED)?;
    source.close().map_err(|(_, error)| error)?;
    // Beside those that read and write: it waits for nobody, and nobody for it.
    Ok(own.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()))?)
}

/// A new empty file of its owner's.
fn new_file(path: &Path) -> Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?)
}

/// Fills the new file, and has it and its name on the disk.
fn fill(
    source: &Connection,
    (path, key): (&Path, &[u8; 32]),
    file: &File,
    step: &mut dyn FnMut(u64, u64) -> Pace,
) -> Result<()> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut target = Connection::open_with_flags(path, flags)?;
    target.busy_timeout(PATIENCE)?;
    unlock(&target, key)?;
    target.execute_batch(UNDISTURBED)?;
    walk(source, &mut target, file, step)?;
    target.close().map_err(|(_, error)| error)?;
    file.sync_all()?;
    sync_folder(path)
}

/// Page after page to the last.
fn walk(
    source: &Connection,
    target: &mut Connection,
    file: &File,
    step: &mut dyn FnMut(u64, u64) -> Pace,
) -> Result<()> {
    let backup = Backup::new(source, target)?;
    let (mut times, mut tries) = (0_u32, 0_u32);
    loop {
        let state = backup.step(PAGES)?;
        let progress = backup.progress();
        let total = u64::try_from(progress.pagecount).unwrap_or_default();
        let left = u64::try_from(progress.remaining).unwrap_or_default();
        let pace = step(total.saturating_sub(left), total);
        match state {
            StepResult::Done => return Ok(()),
            _ if pace == Pace::Stop => return Err(StoreError::Stopped),
            StepResult::More => tries = 0,
            // Somebody else holds one of the two files.
            _ if tries == TRIES => return Err(StoreError::Busy),
            _ => tries += 1,
        }
        times = times.wrapping_add(1);
        if times.is_multiple_of(TIMES) {
            file.sync_data()?;
        }
    }
}
