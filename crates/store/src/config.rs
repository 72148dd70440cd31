//! Settings and the moments that screens tell. Secrets stand here too: the file is encrypted, and the journal holds
//! which setting changed, never its value. Which names exist and what they may hold is decided in `core`.

use liasse_domain::Instant;
use rusqlite::params;

use crate::cell::{Cell, cell};
use crate::error::Result;
use crate::journal::Entry;
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

impl Store {
    /// The value of a setting.
    pub fn config_get(&self, key: &str) -> Result<Option<String>> {
        query::first(&self.connection, "SELECT value FROM config WHERE key = ?1", [key], |row| row.get("value"))
    }

    /// Sets a setting.
    pub fn config_set(&mut self, key: &str, value: &str, stamp: &Stamp) -> Result<()> {
        let change = self.change(stamp)?;
        let sql = "INSERT INTO config (key, value) VALUES (?1, ?2)
                   ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        query::run(&change, sql, [key, value])?;
        change.commit(Entry::new("config.posee").with("key", key))
    }

    /// Until when returns have been read: « retours lus jusqu'à 14 h 05 ». `None` before the first reading.
    pub fn returns_read_until(&self) -> Result<Option<Instant>> {
        query::first(&self.connection, "SELECT at FROM mark WHERE name = 'retours'", [], |row| cell(row, "at"))
    }

    /// The mailbox was read to its end at that moment. Not journaled: it changes nothing.
    pub fn mark_returns_read(&mut self, at: Instant) -> Result<()> {
        let sql =
            "INSERT INTO mark (name, at) VALUES ('retours', ?1) ON CONFLICT (name) DO UPDATE SET at = excluded.at";
        query::run(&self.connection, sql, params![at.put()])?;
        Ok(())
    }
}
