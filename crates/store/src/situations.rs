//! The billing situations that somebody typed because their card keeps its own in a format that is not public.
//! Not what cards say (module `desync`), and not what may be typed by whom: `core` decides that.

use liasse_domain::BillingSituation;
use rusqlite::params;

use crate::cell::Cell;
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

impl Store {
    /// What that person typed, by the numbers of the situations.
    pub fn typed_situations(&self, person: &str) -> Result<Vec<BillingSituation>> {
        let sql = "SELECT content FROM typed_situation WHERE person = ?1 ORDER BY situation";
        let rows = query::all(&self.connection, sql, [person], |row| row.get::<_, String>("content"))?;
        let read = |content: &String| serde_json::from_str::<BillingSituation>(content);
        rows.iter().map(read).collect::<serde_json::Result<Vec<_>>>().map_err(|_| UNREADABLE)
    }

    /// Keeps a situation in the place of the one of that number; the journal tells by which hash.
    pub fn keep_typed_situation(&mut self, stamp: &Stamp, person: &str, situation: &BillingSituation) -> Result<()> {
        let content = serde_json::to_string(situation);
        let content = content.map_err(|_| StoreError::Incoherent { what: "situation saisie" })?;
        let change = self.change(stamp)?;
        let sql =
            "INSERT INTO typed_situation (person, situation, typed_at, content, entry) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (person, situation) DO UPDATE SET typed_at = excluded.typed_at,
                       content = excluded.content, entry = excluded.entry";
        let values = params![person, situation.number, stamp.at.put(), content, change.entry()];
        query::run(&change, sql, values)?;
        let entry = Entry::new("situation.saisie").with("person", person).with("situation", situation.number);
        change.commit(entry.with("content_sha256", fingerprint(content.as_bytes())))
    }
}

const UNREADABLE: StoreError = StoreError::Unreadable { what: "situation saisie" };
