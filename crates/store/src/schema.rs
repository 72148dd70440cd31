//! The schema and how an older file reaches it: numbered `.sql` files, each run in one transaction with its number.
//! Nothing is guessed: a newer file is refused, an interrupted migration leaves the old file whole.

use rusqlite::{Connection, TransactionBehavior};

use crate::error::{Result, StoreError};

/// One file a version, in order; a file that landed is never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_foundation.sql"),
    include_str!("migrations/0002_recognised_returns.sql"),
    include_str!("migrations/0003_receipts_and_matching.sql"),
    include_str!("migrations/0004_complementary_and_messages.sql"),
    include_str!("migrations/0005_replacements.sql"),
    include_str!("migrations/0006_desk.sql"),
    include_str!("migrations/0007_fast_path.sql"),
    include_str!("migrations/0008_typed_situations.sql"),
    include_str!("migrations/0009_two_of_one_day.sql"),
    include_str!("migrations/0010_retention.sql"),
];

/// The newest schema that this program knows.
pub const KNOWN_SCHEMA: i64 = MIGRATIONS.len() as i64;

/// The schema of the file; refuses one that is newer than the program. 0 for a file without tables.
pub(crate) fn found(connection: &Connection) -> Result<i64> {
    let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > KNOWN_SCHEMA {
        return Err(StoreError::Newer { found, known: KNOWN_SCHEMA });
    }
    Ok(found)
}

/// Brings the file to [`KNOWN_SCHEMA`]. Foreign keys are off meanwhile, so that a table can be rebuilt, and all of them
/// are checked before each step is kept; SQLite ignores that switch inside a transaction.
pub(crate) fn migrate(connection: &mut Connection) -> Result<()> {
    connection.pragma_update(None, "foreign_keys", false)?;
    let migrated = migrate_each(connection);
    connection.pragma_update(None, "foreign_keys", true)?;
    migrated
}

fn migrate_each(connection: &mut Connection) -> Result<()> {
    loop {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let version = found(&transaction)?;
        let Ok(index) = usize::try_from(version) else {
            return Err(StoreError::Incoherent { what: "user_version" });
        };
        let Some(sql) = MIGRATIONS.get(index) else { return Ok(()) };
        transaction.execute_batch(sql)?;
        if transaction.prepare("PRAGMA foreign_key_check")?.exists([])? {
            return Err(StoreError::Incoherent { what: "foreign keys" });
        }
        transaction.pragma_update(None, "user_version", version + 1)?;
        transaction.commit()?;
    }
}
