//! The journal: who did what, when, on which FSE, lot and patient (row ids, numbers: never names), chained by hashes.
//! Tamper-evident, not tamper-proof: who rewrites all of it is betrayed by the signed lots, which hold its head.
//! Rule: design/architecture, "The journal chains hashes"; reference telecom-reliability 4.4.
//!
//! # The encoding that is hashed
//!
//! `hash = SHA-256(bytes)`, where `bytes` are, in this order and without separators:
//!
//! 1. the 18 ASCII bytes `liasse-journal-1\r\n`;
//! 2. `prev`: the 32 bytes of the entry before, 32 zero bytes for entry 1;
//! 3. `seq`: eight bytes, big-endian; 1 for the first entry, without holes;
//! 4. eight texts: `at`, `actor`, `role`, `action`, `fse`, `lot`, `patient`, `payload`. Each is its length in UTF-8 bytes
//!    (four bytes, big-endian) and these bytes; an absent one is the length `FF FF FF FF` alone.
//!
//! `at` is UTC with microseconds, `2026-01-15T08:00:00.000000Z`; it never goes back but at `horloge.acceptee`; `fse` is `billingnumber-number`, with `/dre` for a DRE; `lot` is the six
//! characters of the file identifier; `patient` is the decimal row id; `payload` is the JSON object as stored, byte for
//! byte (keys sorted, no spaces).

use std::collections::BTreeMap;

use liasse_domain::{DocumentKind, FileIdentifier, FseRef, Instant};
use rusqlite::{Connection, Row, params};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::cell::{Cell, cell, moment};
use crate::error::{Result, StoreError};
use crate::open::Store;
use crate::query;
use crate::stamp::{Actor, Stamp};

const TAG: &[u8; 18] = b"liasse-journal-1\r\n";

/// The one entry whose time may stand before that of the entry before it.
const CLOCK: &str = "horloge.acceptee";

/// One entry, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalEntry {
    /// Its number, from 1.
    pub seq: u64,
    /// When, by the program's clock.
    pub at: Instant,
    /// Who.
    pub actor: Actor,
    /// What: `fse.preparee`, `lot.scelle`…
    pub action: String,
    /// On which FSE.
    pub fse: Option<String>,
    /// On which lot (identifier of its file).
    pub lot: Option<String>,
    /// On which patient (row id).
    pub patient: Option<i64>,
    /// What else: a JSON object of numbers, states and hashes.
    pub payload: String,
    /// Hash of the entry before.
    pub prev: [u8; 32],
    /// Hash of this entry.
    pub hash: [u8; 32],
}

impl Store {
    /// Number and hash of the last entry; 0 and zeroes before the first.
    pub fn journal_head(&self) -> Result<(u64, [u8; 32])> {
        let head = head(&self.connection)?;
        Ok((number(head.seq)?, head.hash))
    }

    /// The hash of one entry, to compare with a head that a signed lot holds.
    pub fn journal_hash(&self, seq: u64) -> Result<Option<[u8; 32]>> {
        let Ok(seq) = i64::try_from(seq) else { return Ok(None) };
        query::first(&self.connection, "SELECT hash FROM journal WHERE seq = ?1", [seq], |row| cell(row, "hash"))
    }

    /// When the last entry was written; `None` before the first.
    pub fn journal_last_at(&self) -> Result<Option<Instant>> {
        query::first(&self.connection, "SELECT at FROM journal ORDER BY seq DESC LIMIT 1", [], |row| cell(row, "at"))
    }

    /// When the last entry before `before` was written; `None` where none was.
    pub fn journal_last_before(&self, before: Instant) -> Result<Option<Instant>> {
        let sql = "SELECT at FROM journal WHERE at < ?1 ORDER BY seq DESC LIMIT 1";
        query::first(&self.connection, sql, [before.put()], |row| cell(row, "at"))
    }

    /// Tells that something was refused: to whom, with what code, about which FSE.
    pub fn tell_refusal(&mut self, stamp: &Stamp, code: &str, fse: Option<&FseRef>) -> Result<()> {
        let change = self.change(stamp)?;
        let mut entry = Entry::new("refus").with("code", code);
        if let Some(fse) = fse {
            entry = entry.fse(fse).with("about", fse.to_string());
        }
        change.commit(entry)
    }

    /// Takes the clock of `stamp` for right although the journal stands after it: what is written from now on follows this entry's
    /// time. Whose word that is, is decided in `core`.
    pub fn accept_clock(&mut self, stamp: &Stamp) -> Result<()> {
        let last = self.journal_last_at()?.map(moment).unwrap_or_default();
        self.change(stamp)?.commit(Entry::new(CLOCK).with("avant", last))
    }

    /// All entries, oldest first.
    pub fn journal_entries(&self) -> Result<Vec<JournalEntry>> {
        query::all(&self.connection, "SELECT * FROM journal ORDER BY seq", [], read)
    }
}

/// An entry as it stands.
pub(crate) fn read(row: &Row<'_>) -> rusqlite::Result<JournalEntry> {
    Ok(JournalEntry {
        seq: row.get::<_, i64>("seq").map(i64::unsigned_abs)?,
        at: cell(row, "at")?,
        actor: Actor { who: row.get("actor")?, role: row.get("role")? },
        action: row.get("action")?,
        fse: row.get("fse")?,
        lot: row.get("lot")?,
        patient: row.get("patient")?,
        payload: row.get("payload")?,
        prev: cell(row, "prev")?,
        hash: cell(row, "hash")?,
    })
}

/// The end of the journal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) hash: [u8; 32],
}

/// An entry to be written: what, on what, and what else.
#[derive(Debug)]
pub(crate) struct Entry {
    action: &'static str,
    fse: Option<String>,
    lot: Option<String>,
    patient: Option<i64>,
    payload: BTreeMap<&'static str, Value>,
}

impl Entry {
    pub(crate) fn new(action: &'static str) -> Self {
        Self { action, fse: None, lot: None, patient: None, payload: BTreeMap::new() }
    }

    pub(crate) fn fse(mut self, fse: &FseRef) -> Self {
        self.fse = Some(fse.to_string());
        self
    }

    /// About an FSE or a DRE.
    pub(crate) fn document(mut self, kind: DocumentKind, name: &FseRef) -> Self {
        self.fse = Some(kind.name(name));
        self
    }

    pub(crate) fn lot(mut self, lot: FileIdentifier) -> Self {
        self.lot = Some(lot.to_string());
        self
    }

    pub(crate) fn patient(mut self, patient: Option<i64>) -> Self {
        self.patient = patient;
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.payload.insert(name, value.into());
        self
    }

    /// By which card and under which session it was done, unless the entry says of which session it is.
    fn by(mut self, stamp: &Stamp) -> Self {
        if let Some(card) = &stamp.card {
            self.payload.entry("par_carte").or_insert_with(|| card.as_str().into());
        }
        if let Some(session) = stamp.session {
            self.payload.entry("session").or_insert_with(|| session.into());
        }
        self
    }
}

/// The end of the journal now.
pub(crate) fn head(connection: &Connection) -> Result<Head> {
    let last = query::first(connection, "SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1", [], |row| {
        Ok(Head { seq: row.get("seq")?, hash: cell(row, "hash")? })
    })?;
    Ok(last.unwrap_or(Head { seq: 0, hash: [0; 32] }))
}

/// Writes `entry` after `head`.
pub(crate) fn append(connection: &Connection, head: Head, stamp: &Stamp, entry: Entry) -> Result<Head> {
    // The times of the journal never go back: what a clock that was set back says stands beside.
    let last = query::first(connection, "SELECT at FROM journal ORDER BY seq DESC LIMIT 1", [], |row| {
        row.get::<_, String>(0)
    })?;
    let now = moment(stamp.at);
    let mut entry = entry.by(stamp);
    let at = match last.filter(|last| *last > now && entry.action != CLOCK) {
        Some(last) => {
            entry = entry.with("horloge", now);
            last
        }
        None => now,
    };
    let payload = serde_json::to_string(&entry.payload).map_err(|_| StoreError::Incoherent { what: "journal" })?;
    let patient = entry.patient.map(|id| id.to_string());
    let seq = head.seq + 1;
    let texts = [
        Some(at.as_str()),
        Some(&stamp.actor.who),
        Some(&stamp.actor.role),
        Some(entry.action),
        entry.fse.as_deref(),
        entry.lot.as_deref(),
        patient.as_deref(),
        Some(&payload),
    ];
    let hash = chained(&head.hash, seq, texts);
    query::run(
        connection,
        "INSERT INTO journal (seq, at, actor, role, action, fse, lot, patient, payload, prev, hash)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
        params![
            seq,
            at,
            stamp.actor.who,
            stamp.actor.role,
            entry.action,
            entry.fse,
            entry.lot,
            entry.patient,
            payload,
            head.hash,
            hash
        ],
    )?;
    Ok(Head { seq, hash })
}

/// The hash of an entry: see the module's page for the encoding.
pub(crate) fn chained(prev: &[u8; 32], seq: i64, texts: [Option<&str>; 8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(TAG);
    hasher.update(prev);
    hasher.update(seq.to_be_bytes());
    for text in texts {
        match text {
            // No text of a row comes near four gigabytes; SQLite refuses one gigabyte.
            Some(text) => {
                hasher.update(u32::try_from(text.len()).unwrap_or(u32::MAX - 1).to_be_bytes());
                hasher.update(text.as_bytes());
            }
            None => hasher.update(u32::MAX.to_be_bytes()),
        }
    }
    hasher.finalize().into()
}

/// SHA-256 as the payloads hold it.
pub(crate) fn fingerprint(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).filter_map(|half| char::from_digit(half.into(), 16)).collect()
}

fn number(seq: i64) -> Result<u64> {
    u64::try_from(seq).map_err(|_| StoreError::Incoherent { what: "journal" })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The encoding built by hand from the page above, and hashed with `sha256sum`.
    #[test]
    fn the_hashed_bytes_are_those_of_the_page() {
        let texts = [
            Some("2026-01-15T08:00:00.000000Z"),
            Some("991129768"),
            Some("titulaire"),
            Some("fse.preparee"),
            Some("991129768-000000001"),
            None,
            Some("1"),
            Some("{\"mode\":3}"),
        ];
        assert_eq!(hex(&chained(&[0; 32], 1, texts)), EXPECTED);
    }

    const EXPECTED: &str = "ac9876b37dbf3a272cb1be2da5025015229551f33c600ffb570b5ceebdee554e";

    #[test]
    fn a_text_cannot_slip_into_its_neighbour() {
        let split = |a: &'static str, b: &'static str| {
            chained(&[0; 32], 1, [Some(a), Some(b), None, None, None, None, None, None])
        };
        assert_ne!(split("ab", "c"), split("a", "bc"));
        let absent = chained(&[0; 32], 1, [None; 8]);
        let empty = chained(&[0; 32], 1, [Some(""), None, None, None, None, None, None, None]);
        assert_ne!(absent, empty);
    }
}
