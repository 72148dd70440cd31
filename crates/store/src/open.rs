//! Opening the file: mode 0600, key, pragmas, schema. A wrong key, a foreign or a newer file is left byte for byte as it was.
//! Keys come from outside (`KeySource` in `core`), the lock of the folder too. Reasons: reference telecom-reliability 4.1, rust-anchors C.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use zeroize::Zeroizing;

use crate::error::{Result, StoreError};
use crate::{query, schema};

/// How long a statement waits for another connection (a backup, a second reader) before [`StoreError::Busy`].
pub(crate) const PATIENCE: Duration = Duration::from_secs(1);

/// More than the number of distinct statements of this crate: each is prepared once.
const STATEMENTS: usize = 160;

/// The settings of a connection, and why. Read back by a test.
///
/// - `foreign_keys`: rows that point nowhere are refused.
/// - `journal_mode = WAL` with `synchronous = FULL`: in the measured power-loss model no acknowledged commit is lost,
///   where `NORMAL` loses up to twelve. `fullfsync` and `checkpoint_fullfsync` say the same to macOS.
/// - `temp_store = MEMORY`: sorts and sub-results never reach the disk.
/// - `secure_delete`: freed pages are zeroed, so that what is erased is gone from the decrypted file too.
/// - `cache_size` (negative: KiB): a page is deciphered when it is read from the file, and not again as long as it stays in memory. At
///   SQLite's own 2 MB a day of work deciphers the same pages all day long.
/// - `recursive_triggers`: `INSERT OR REPLACE` fires the triggers that refuse a DELETE.
/// - `trusted_schema = OFF`, `cell_size_check`: a file made by somebody else does less.
const PRAGMAS: &str = "
    PRAGMA foreign_keys = ON;
    PRAGMA synchronous = FULL;
    PRAGMA fullfsync = ON;
    PRAGMA checkpoint_fullfsync = ON;
    PRAGMA temp_store = MEMORY;
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -65536;
    PRAGMA recursive_triggers = ON;
    PRAGMA trusted_schema = OFF;
    PRAGMA cell_size_check = ON;
";

/// The practice's store: one encrypted file, one connection, used from one thread.
#[derive(Debug)]
pub struct Store {
    pub(crate) connection: Connection,
    place: Place,
}

/// Where the file is, and which file of the disk stood under that name when it was opened.
#[derive(Debug)]
struct Place {
    path: PathBuf,
    identity: Option<(u64, u64)>,
}

impl Store {
    /// Opens the store at `path` with the raw key of the cipher, and makes it when there is none; its folder must
    /// exist. Brings an older schema to [`crate::KNOWN_SCHEMA`].
    ///
    /// # Errors
    /// [`StoreError::KeyOrDamage`], [`StoreError::Newer`]: the file was not touched. [`StoreError::NoDirectory`],
    /// [`StoreError::NotWritable`], [`StoreError::NoWal`], and what the disk says.
    pub fn open(path: &Path, key: &[u8; 32]) -> Result<Self> {
        Self::opened(path, key)
            .map_err(|error| if no_room_for_index(path, &error) { StoreError::DiskFull } else { error })
    }

    fn opened(path: &Path, key: &[u8; 32]) -> Result<Self> {
        make_private(path)?;
        let flags =
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let mut connection = Connection::open_with_flags(path, flags)?;
        // Without this, closing after a wrong key would fold a left-over log into the file.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.busy_timeout(PATIENCE)?;
        unlock(&connection, key)?;
        schema::found(&connection)?;
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)?;
        let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            return Err(StoreError::NoWal);
        }
        connection.execute_batch(PRAGMAS)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        schema::migrate(&mut connection)?;
        close_to_others(path)?;
        Ok(Self::over(connection, path))
    }

    /// A store over a connection that is open on `path`.
    pub(crate) fn over(connection: Connection, path: &Path) -> Self {
        Self { connection, place: Place { path: path.to_owned(), identity: identity(path) } }
    }

    /// Whether the name of the file still leads to the file that is open. Somebody who copies another file over it, or takes it
    /// away, changes nothing of what is open: all that is written from then on would be lost with the program's end.
    ///
    /// # Errors
    /// [`StoreError::Replaced`].
    pub fn check_place(&self) -> Result<()> {
        if identity(&self.place.path) == self.place.identity { Ok(()) } else { Err(StoreError::Replaced) }
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.place.path
    }

    /// The settings that durability and privacy rest on, as the connection has them now: name and value.
    pub fn settings(&self) -> Result<Vec<(&'static str, String)>> {
        const NAMES: [&str; 10] = [
            "journal_mode",
            "synchronous",
            "fullfsync",
            "checkpoint_fullfsync",
            "foreign_keys",
            "temp_store",
            "secure_delete",
            "cache_size",
            "recursive_triggers",
            "trusted_schema",
        ];
        let read = |name: &'static str| {
            let value = query::first(&self.connection, &format!("PRAGMA {name}"), [], |row| {
                Ok(match row.get_ref(0)? {
                    rusqlite::types::ValueRef::Text(text) => String::from_utf8_lossy(text).into_owned(),
                    rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                    _ => String::new(),
                })
            })?;
            Ok((name, value.unwrap_or_default()))
        };
        NAMES.into_iter().map(read).collect()
    }
}

/// Which file of the disk a name leads to. Asked of the name alone: a file of SQLite's that is opened and closed again beside it
/// would take its locks away.
#[cfg(unix)]
fn identity(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|file| (file.dev(), file.ino()))
}

/// Elsewhere an open file can be neither replaced nor taken away.
#[cfg(not(unix))]
fn identity(_path: &Path) -> Option<(u64, u64)> {
    None
}

/// Whether the index of the log found no room. SQLite calls that a failure of the disk whatever the reason, and whoever
/// reads it would look for a fault in the hardware.
fn no_room_for_index(path: &Path, error: &StoreError) -> bool {
    const INDEX_BYTES: u64 = 32 * 1024;
    let room = || path.parent().and_then(|folder| fs2::available_space(folder).ok());
    *error == StoreError::Io { code: rusqlite::ffi::SQLITE_IOERR_SHMSIZE }
        && room().is_some_and(|left| left < INDEX_BYTES)
}

/// Hands the key over and proves it on the first page.
pub(crate) fn unlock(connection: &Connection, key: &[u8; 32]) -> Result<()> {
    hand_over(connection, key)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0))?;
    Ok(())
}

/// Hands the key over; nothing is read with it yet.
pub(crate) fn hand_over(connection: &Connection, key: &[u8; 32]) -> Result<()> {
    // SQLCipher would print its errors on the standard error of the program.
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    let mut pragma = Zeroizing::new(String::with_capacity(96));
    pragma.push_str("PRAGMA key = \"x'");
    for byte in key {
        // Writing to a String cannot fail.
        let _ = write!(pragma, "{byte:02x}");
    }
    pragma.push_str("'\"");
    Ok(connection.execute_batch(&pragma)?)
}

/// Makes an empty file that only its owner reads, if there is none: the log and its index take its mode over.
fn make_private(path: &Path) -> Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(file) => {
            file.sync_all()?;
            sync_folder(path)
        }
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// The name of a new file survives a power cut only when its folder is synced too.
pub(crate) fn sync_folder(path: &Path) -> Result<()> {
    if cfg!(unix)
        && let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty())
    {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

/// A store that was copied or restored may have a wider mode.
#[cfg(unix)]
fn close_to_others(path: &Path) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(path)?.permissions().mode();
    if mode & 0o077 != 0 {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn close_to_others(_path: &Path) -> Result<()> {
    Ok(())
}
