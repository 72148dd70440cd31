//! What is in a file, counted and summed, and a copy compared with the data that it was made of: not with what they are now, but with
//! what they were at the copy's last entry of the journal. Which copy, and what becomes of a difference, is `core`'s.
//! Rule: issue "Data that survives, and stays private", 4 (the weekly drill compares counts and euros).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use liasse_domain::{Centimes, Code, Coded};
use rusqlite::{Connection, Params, Rows};
use serde::Serialize;

use crate::cell::cell;
use crate::error::Result;
use crate::open::Store;
use crate::{examine, journal, query};

/// Past so many differences the rest is not told.
const MOST: usize = 20;

/// Tables whose rows are only ever added, each with the number of the journal entry that made it: what they were at an entry can
/// be said exactly.
const ADDED: [&str; 20] = [
    "document",
    "lot",
    "outbox",
    "attempt",
    "inbox",
    "receipt",
    "cheque",
    "deposit",
    "closed_day",
    "mutuelle",
    "accident",
    "instruction",
    "replacement",
    "reopened",
    "scan_mail",
    "passage",
    "paper",
    "transfer",
    "erasure",
    "forgotten",
];

/// Tables of which rows go away in the course of the work: their counts say nothing.
const WORKED: [&str; 8] =
    ["config", "mark", "practitioner", "locum_card", "sent_back", "attachment", "act_sets", "typed_situation"];

/// What is in a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Weighed {
    /// How many rows each table has.
    pub tables: BTreeMap<String, u64>,
    /// What the FSE bill that have a number, withdrawn ones included.
    pub billed: Centimes,
    /// What patients settled.
    pub received: Centimes,
    /// What caisses and insurers transferred.
    pub transferred: Centimes,
}

impl Weighed {
    /// How many rows a table has; none for one that is not there.
    pub fn rows(&self, table: &str) -> u64 {
        self.tables.get(table).copied().unwrap_or_default()
    }
}

/// Something in which a copy is not what the data were when it was made. Amounts are said on a practitioner's screen alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "difference", rename_all = "snake_case")]
pub enum Difference {
    /// The copy tells of more than the data do: they are older than it.
    #[error("the copy has {copy} entries, the data {live}")]
    Ahead {
        /// Entries of the copy's journal.
        copy: u64,
        /// Entries of the data's.
        live: u64,
    },
    /// The copy is of other data: another practice's, or another course of the same.
    #[error("the copy's entry {seq} is not that of the data")]
    OtherJournal {
        /// The last entry of the copy.
        seq: u64,
    },
    /// A table has not as many rows as it had.
    #[error("{table}: {copy} rows in the copy, {live} in the data")]
    Rows {
        /// Which.
        table: String,
        /// Rows in the copy.
        copy: u64,
        /// Rows that the data had then.
        live: u64,
    },
    /// What came in is not as much as it was.
    #[error("{kind:?} is not the same")]
    Money {
        /// What.
        kind: Sum,
        /// In the copy.
        #[serde(skip_serializing)]
        copy: Centimes,
        /// In the data then.
        #[serde(skip_serializing)]
        live: Centimes,
    },
    /// A document has another amount, or is not there.
    #[error("{document} is not the same")]
    Document {
        /// Which.
        document: String,
        /// Its total in the copy.
        #[serde(skip_serializing)]
        copy: Centimes,
        /// In the data; `None` where it is not there.
        #[serde(skip_serializing)]
        live: Option<Centimes>,
    },
}

/// Which sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sum {
    /// What patients settled.
    Received,
    /// What caisses and insurers transferred.
    Transferred,
}

impl Coded for Difference {
    fn code(&self) -> Code {
        match self {
            Self::Ahead { .. } => Code("store.copie_en_avance"),
            Self::OtherJournal { .. } => Code("store.copie_autre"),
            Self::Rows { .. } => Code("store.copie_lignes"),
            Self::Money { .. } => Code("store.copie_montants"),
            Self::Document { .. } => Code("store.copie_document"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Ahead { copy, live } => vec![("copy", copy.to_string()), ("live", live.to_string())],
            Self::OtherJournal { seq } => vec![("seq", seq.to_string())],
            Self::Rows { table, copy, live } => {
                vec![("table", table.clone()), ("copy", copy.to_string()), ("live", live.to_string())]
            }
            Self::Money { .. } => Vec::new(),
            Self::Document { document, .. } => vec![("document", document.clone())],
        }
    }
}

impl Store {
    /// Counts and sums what is in the store.
    pub fn weigh(&self) -> Result<Weighed> {
        weigh(&self.connection)
    }
}

/// Counts and sums what a connection sees.
pub(crate) fn weigh(connection: &Connection) -> Result<Weighed> {
    let mut tables = BTreeMap::new();
    for table in tables_of(connection)? {
        let count = rows(connection, &table, None)?;
        tables.insert(table, count);
    }
    let billed = "SELECT coalesce(sum(total), 0) FROM document WHERE kind = 'fse' AND number IS NOT NULL";
    Ok(Weighed {
        tables,
        billed: sum(connection, billed, [])?,
        received: received(connection, i64::MAX)?,
        transferred: transferred(connection, i64::MAX)?,
    })
}

/// Compares a copy with the data that it was made of, each under its key, as they were at the copy's last entry of the journal:
/// which must be an entry of theirs. Reads both and changes neither; the desk may go on writing.
///
/// # Errors
/// What opening and reading the two says.
pub fn compare(copy: (&Path, &[u8; 32]), live: (&Path, &[u8; 32])) -> Result<Vec<Difference>> {
    let copy = examine::alone(copy.0, copy.1)?;
    let live = examine::beside(live.0, live.1)?;
    // One moment of the data for all that is asked.
    live.execute_batch("BEGIN")?;
    let (last, now) = (journal::head(&copy)?, journal::head(&live)?);
    let number = i64::unsigned_abs;
    if last.seq > now.seq {
        return Ok(vec![Difference::Ahead { copy: number(last.seq), live: number(now.seq) }]);
    }
    let sql = "SELECT hash FROM journal WHERE seq = ?1";
    let there: Option<[u8; 32]> = query::first(&live, sql, [last.seq], |row| cell(row, "hash"))?;
    if last.seq > 0 && there != Some(last.hash) {
        return Ok(vec![Difference::OtherJournal { seq: number(last.seq) }]);
    }
    // What a person's right or the end of its time erased since is told, and is missing for a reason.
    let erased = query::any(&live, "SELECT 1 FROM journal WHERE seq > ?1 AND action LIKE '%.efface%'", [last.seq])?;
    let sides = Sides { copy: &copy, live: &live, last: last.seq, erased };
    let mut found = sides.rows()?;
    found.extend(sides.sums()?);
    sides.documents(&mut found)?;
    found.truncate(MOST);
    Ok(found)
}

/// The hash of the first entry of a store's journal, which no other practice has; `None` before it. Another connection may be
/// writing.
pub fn first_entry(path: &Path, key: &[u8; 32]) -> Result<Option<[u8; 32]>> {
    let connection = examine::beside(path, key)?;
    query::first(&connection, "SELECT hash FROM journal WHERE seq = 1", [], |row| cell(row, "hash"))
}

/// The hashes of these entries of a store's journal, in this order; `None` for a number that it does not have. Another connection may
/// be writing.
pub fn entry_hashes(path: &Path, key: &[u8; 32], numbers: &[u64]) -> Result<Vec<Option<[u8; 32]>>> {
    let connection = examine::beside(path, key)?;
    let sql = "SELECT hash FROM journal WHERE seq = ?1";
    let hash = |number: &u64| {
        let Ok(seq) = i64::try_from(*number) else { return Ok(None) };
        query::first(&connection, sql, [seq], |row| cell(row, "hash"))
    };
    numbers.iter().map(hash).collect()
}

/// A copy, the data, and the entry of the journal at which they are compared.
struct Sides<'a> {
    copy: &'a Connection,
    live: &'a Connection,
    last: i64,
    /// Whether something was erased after it.
    erased: bool,
}

impl Sides<'_> {
    /// Every table: where it can be said, as many rows as it had then; else no more than there are now.
    fn rows(&self) -> Result<Vec<Difference>> {
        let (mut found, here) = (Vec::new(), tables_of(self.live)?);
        for table in tables_of(self.copy)?.intersection(&here) {
            if WORKED.contains(&table.as_str()) {
                continue;
            }
            let copy = rows(self.copy, table, None)?;
            let exact = table == "journal" || ADDED.contains(&table.as_str());
            let live = rows(self.live, table, exact.then_some(self.last))?;
            if (copy > live && !self.erased) || (exact && copy < live) {
                found.push(Difference::Rows { table: table.clone(), copy, live });
            }
        }
        Ok(found)
    }

    /// What came in until then: receipts are never changed, and a transfer comes whole.
    fn sums(&self) -> Result<Vec<Difference>> {
        let newest = "SELECT coalesce(max(id), 0) FROM payment";
        let newest: i64 = self.copy.query_row(newest, [], |row| row.get(0))?;
        let received = (received(self.copy, self.last)?, received(self.live, self.last)?);
        let transferred = (transferred(self.copy, newest)?, transferred(self.live, newest)?);
        let differing = |(kind, (copy, live)): (Sum, (Centimes, Centimes))| {
            let gone = self.erased && copy > live;
            (copy != live && !gone).then_some(Difference::Money { kind, copy, live })
        };
        let both = [(Sum::Received, received), (Sum::Transferred, transferred)];
        Ok(both.into_iter().filter_map(differing).collect())
    }

    /// Every document with a number: it is there, under the same name, with the same amount.
    fn documents(&self, found: &mut Vec<Difference>) -> Result<()> {
        const SQL: &str = "SELECT id, total, billing || '-' || printf('%09d', number)
                                  || CASE kind WHEN 'dre' THEN '/dre' ELSE '' END AS name
                           FROM document WHERE number IS NOT NULL ORDER BY id";
        let (mut copy, mut live) = (self.copy.prepare(SQL)?, self.live.prepare(SQL)?);
        let (mut copy, mut live) = (copy.query([])?, live.query([])?);
        let mut there = next(&mut live)?;
        while let Some(here) = next(&mut copy)? {
            while there.as_ref().is_some_and(|there| there.id < here.id) {
                there = next(&mut live)?;
            }
            let same = there.as_ref().filter(|there| there.id == here.id && there.name == here.name);
            if same.is_none_or(|there| there.total != here.total) {
                let live = same.map(|there| there.total);
                found.push(Difference::Document { document: here.name, copy: here.total, live });
            }
            if found.len() > MOST {
                break;
            }
        }
        Ok(())
    }
}

/// A document with a number.
struct Numbered {
    id: i64,
    total: Centimes,
    name: String,
}

fn next(rows: &mut Rows<'_>) -> Result<Option<Numbered>> {
    let Some(row) = rows.next()? else { return Ok(None) };
    Ok(Some(Numbered { id: row.get("id")?, total: cell(row, "total")?, name: row.get("name")? }))
}

fn tables_of(connection: &Connection) -> Result<BTreeSet<String>> {
    let sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'";
    Ok(query::all(connection, sql, [], |row| row.get::<_, String>("name"))?.into_iter().collect())
}

/// Rows of a table: all, or those that were there at an entry of the journal.
fn rows(connection: &Connection, table: &str, at: Option<i64>) -> Result<u64> {
    let table = table.replace('"', "\"\"");
    let entry = if table == "journal" { "seq" } else { "entry" };
    let count: i64 = match at {
        None => connection.query_row(&format!("SELECT count(*) FROM \"{table}\""), [], |row| row.get(0))?,
        Some(at) => {
            let sql = format!("SELECT count(*) FROM \"{table}\" WHERE {entry} <= ?1");
            connection.query_row(&sql, [at], |row| row.get(0))?
        }
    };
    Ok(u64::try_from(count).unwrap_or_default())
}

fn received(connection: &Connection, last: i64) -> Result<Centimes> {
    sum(connection, "SELECT coalesce(sum(amount), 0) FROM receipt WHERE entry <= ?1", [last])
}

fn transferred(connection: &Connection, newest: i64) -> Result<Centimes> {
    sum(connection, "SELECT coalesce(sum(amount), 0) FROM payment_line WHERE payment <= ?1", [newest])
}

fn sum(connection: &Connection, sql: &str, params: impl Params) -> Result<Centimes> {
    Ok(Centimes(connection.query_row(sql, params, |row| row.get(0))?))
}
