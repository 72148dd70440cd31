//! Whether a file is whole, and where it is not: what the cipher says of each page, SQLite of their structure, the rows of each
//! other, and the journal of the rows. A page that was damaged is told apart from a wrong key, which every page refuses, and from a
//! file that is none of ours. Looks and changes nothing. Rule: reference telecom-reliability 4.4, rust-anchors A.7.

use std::collections::BTreeSet;
use std::path::Path;

use liasse_domain::{Code, Coded};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use serde::Serialize;

use crate::error::{Result, StoreError};
use crate::open::{PATIENCE, Store, hand_over, unlock};
use crate::verify::JournalFault;
use crate::weigh::{self, Weighed};
use crate::{KNOWN_SCHEMA, query, schema};

/// Bytes of a page, as the cipher makes them.
const PAGE: u64 = 4096;
/// So many damaged pages are named; the others are counted.
const NAMED: usize = 20;

/// The settings of a connection that only looks: what is sorted stays in memory, a foreign schema does nothing.
const LOOKING: &str = "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON;";

/// Something in a file that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "finding", rename_all = "snake_case")]
pub enum Finding {
    /// Pages whose bytes are not those that were written: the cipher says so.
    #[error("{count} of {of} pages are damaged")]
    Pages {
        /// Their numbers, the first of them.
        pages: Vec<u64>,
        /// How many there are.
        count: u64,
        /// How many pages the file has.
        of: u64,
    },
    /// The file ends in the middle of a page.
    #[error("the file is cut")]
    Cut,
    /// The pages are whole and do not fit together: one is missing, or a row cannot be found.
    #[error("the structure is damaged")]
    Structure,
    /// A row names one that is not there.
    #[error("a row of {table} points nowhere")]
    Dangling {
        /// In which table.
        table: String,
    },
    /// The journal, or a row that it tells of.
    #[error(transparent)]
    Journal(#[from] JournalFault),
}

impl Finding {
    /// Whether the file itself is damaged, and not only what somebody wrote in it.
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Pages { .. } | Self::Cut | Self::Structure)
    }
}

impl Coded for Finding {
    fn code(&self) -> Code {
        match self {
            Self::Pages { .. } => Code("store.pages_endommagees"),
            Self::Cut => Code("store.fichier_coupe"),
            Self::Structure => Code("store.structure_endommagee"),
            Self::Dangling { .. } => Code("store.reference_perdue"),
            Self::Journal(fault) => fault.code(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Pages { pages, count, of } => {
                let mut named = pages.iter().map(u64::to_string).collect::<Vec<_>>().join(", ");
                if pages.len() < usize::try_from(*count).unwrap_or(usize::MAX) {
                    named.push('…');
                }
                vec![("pages", named), ("count", count.to_string()), ("of", of.to_string())]
            }
            Self::Cut | Self::Structure => Vec::new(),
            Self::Dangling { table } => vec![("table", table.clone())],
            Self::Journal(fault) => fault.parameters(),
        }
    }
}

/// What a file is, as far as its key shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// There is none.
    Absent,
    /// There is nothing in it.
    Empty,
    /// It is a database that nobody encrypted: none of ours.
    Plain,
    /// No page of it answers to this key: the key is another's, it is no store at all, or its first sixteen bytes are damaged, with
    /// which each page is checked. The cipher cannot tell them apart.
    Foreign,
    /// The key is right. What is not whole in it; nothing for a sound file.
    Ours(Vec<Finding>),
}

impl Coded for Condition {
    fn code(&self) -> Code {
        match self {
            Self::Absent => Code("store.fichier_absent"),
            Self::Empty => Code("store.fichier_vide"),
            Self::Plain => Code("store.fichier_en_clair"),
            Self::Foreign => Code("store.fichier_etranger"),
            Self::Ours(findings) => findings.first().map_or(Code("store.fichier_entier"), Coded::code),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Ours(findings) => findings.first().map(Coded::parameters).unwrap_or_default(),
            _ => Vec::new(),
        }
    }
}

/// A file that was read from its first page to its last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Its schema.
    pub schema: i64,
    /// How many pages it has.
    pub pages: u64,
    /// How many entries its journal has.
    pub journal_seq: u64,
    /// The hash of the last one.
    pub head: [u8; 32],
    /// The hash of the first one, which no other practice has; `None` where nothing was ever written.
    pub first: Option<[u8; 32]>,
    /// What is in it.
    pub weighed: Weighed,
    /// What is not as it was written, the worst first. Where the file itself is damaged nothing else was looked at.
    pub findings: Vec<Finding>,
}

impl Checked {
    /// Whether everything is as it was written.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether the file itself is damaged.
    pub fn is_damaged(&self) -> bool {
        self.findings.iter().any(Finding::is_damage)
    }
}

/// Reads a copy that nobody writes, from a medium that may be read-only; makes nothing beside it.
///
/// # Errors
/// [`StoreError::KeyOrDamage`] where its first page does not open: [`examine`] says why. [`StoreError::Newer`].
pub fn check_copy(path: &Path, key: &[u8; 32]) -> Result<Checked> {
    let connection = opened(path, true)?;
    match unlock(&connection, key) {
        // The key is right; what is not whole is told.
        Ok(()) | Err(StoreError::Damaged) => Store::over(connection, path).verify_whole(),
        Err(error) => Err(error),
    }
}

/// What the file of a practice is that did not open, or did not read, under this key. What a program that was killed left in the log
/// beside it counts: without it the file may lack what was written last, or not fit together. Nobody else may have it open.
///
/// # Errors
/// As [`examine`].
pub fn examine_place(path: &Path, key: &[u8; 32]) -> Result<Condition> {
    let Some(both) = with_log(path, key)? else { return examine(path, key) };
    if !both.is_damaged() {
        return Ok(Condition::Ours(both.findings));
    }
    Ok(match examine(path, key)? {
        // Each page of the file is whole: it is the two together that do not read.
        Condition::Ours(alone) if !alone.iter().any(Finding::is_damage) => Condition::Ours(both.findings),
        file => file,
    })
}

/// What is read in a file with the log beside it. `None` where it has none, or the two do not open.
fn with_log(path: &Path, key: &[u8; 32]) -> Result<Option<Checked>> {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    let is_filled = |path: &Path| std::fs::metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0);
    if !is_filled(path) || !is_filled(Path::new(&log)) {
        return Ok(None);
    }
    let connection = opened(path, false)?;
    // It only looks: the log stays what it is.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    if unlock(&connection, key).is_err() {
        return Ok(None);
    }
    let mut checked = Checked::default();
    // Not page by page in the file: one that is torn there is whole in the log.
    match Store::over(connection, path).structure_and_rows(&mut checked) {
        Ok(()) => {}
        Err(error @ StoreError::Newer { .. }) => return Err(error),
        // Whatever stops the reading: a look at the file alone says why.
        Err(_) => checked.findings.insert(0, Finding::Structure),
    }
    Ok(Some(checked))
}

/// What a file is that did not open, or did not read, under this key: a copy that nobody writes, or the file of a practice without
/// what is beside it.
///
/// # Errors
/// What the system says of the file.
pub fn examine(path: &Path, key: &[u8; 32]) -> Result<Condition> {
    let bytes = match std::fs::metadata(path) {
        Ok(file) => file.len(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Condition::Absent),
        Err(error) => return Err(error.into()),
    };
    if bytes == 0 {
        return Ok(Condition::Empty);
    }
    if is_plain(path)? {
        return Ok(Condition::Plain);
    }
    let connection = opened(path, true)?;
    hand_over(&connection, key)?;
    let store = Store::over(connection, path);
    let bad = store.bad_pages()?;
    let pages = bytes / PAGE;
    if bad.pages.len() == usize::try_from(pages).unwrap_or(usize::MAX) {
        return Ok(Condition::Foreign);
    }
    let damage = bad.findings(pages);
    if !damage.is_empty() {
        return Ok(Condition::Ours(damage));
    }
    Ok(Condition::Ours(store.verify_whole()?.findings))
}

/// A second look at the file while another connection may be writing it.
pub(crate) fn beside(path: &Path, key: &[u8; 32]) -> Result<Connection> {
    let connection = opened(path, false)?;
    unlock(&connection, key)?;
    Ok(connection)
}

/// A look at a file that nobody writes.
pub(crate) fn alone(path: &Path, key: &[u8; 32]) -> Result<Connection> {
    let connection = opened(path, true)?;
    unlock(&connection, key)?;
    Ok(connection)
}

/// Opens for reading. What nobody writes is opened as what never changes: without it SQLite would make files beside a copy of a
/// database with a write-ahead log, and could not read one on a medium that cannot be written.
fn opened(path: &Path, never_changes: bool) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let connection = if never_changes {
        Connection::open_with_flags(unchanging(path)?, flags | OpenFlags::SQLITE_OPEN_URI)?
    } else {
        Connection::open_with_flags(path, flags)?
    };
    connection.busy_timeout(PATIENCE)?;
    // Before the key: a setting that reads the file would read it without.
    connection.execute_batch(LOOKING)?;
    Ok(connection)
}

/// The name of a file as SQLite's URI, with the word that it never changes.
fn unchanging(path: &Path) -> Result<String> {
    let path = std::path::absolute(path)?;
    let mut uri = String::from("file:");
    if cfg!(windows) {
        uri.push_str("///");
    }
    for byte in path.as_os_str().as_encoded_bytes() {
        match *byte {
            b'\\' if cfg!(windows) => uri.push('/'),
            plain @ (b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b':') => {
                uri.push(char::from(plain));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri.push_str("?immutable=1");
    Ok(uri)
}

/// Whether it opens without a key.
fn is_plain(path: &Path) -> Result<bool> {
    let connection = opened(path, true)?;
    connection.execute_batch("PRAGMA cipher_log_level = NONE")?;
    Ok(query::count(&connection, "SELECT count(*) FROM sqlite_schema", []).is_ok())
}

/// What the cipher says of the pages.
struct BadPages {
    pages: BTreeSet<u64>,
    cut: bool,
}

impl BadPages {
    fn findings(&self, of: u64) -> Vec<Finding> {
        let mut findings = Vec::new();
        if !self.pages.is_empty() {
            let count = u64::try_from(self.pages.len()).unwrap_or(u64::MAX);
            findings.push(Finding::Pages { pages: self.pages.iter().copied().take(NAMED).collect(), count, of });
        }
        if self.cut {
            findings.push(Finding::Cut);
        }
        findings
    }
}

impl Store {
    /// Reads everything: each page by the cipher, their structure, references, the journal and the rows it tells of.
    pub fn verify_whole(&self) -> Result<Checked> {
        let pages = std::fs::metadata(self.path()).map(|file| file.len() / PAGE).unwrap_or_default();
        let mut checked = Checked { pages, ..Checked::default() };
        checked.findings = self.bad_pages_twice()?.findings(pages);
        if !checked.is_damaged() {
            self.structure_and_rows(&mut checked)?;
        }
        Ok(checked)
    }

    /// What does not read although the pages are whole is a finding too.
    fn structure_and_rows(&self, checked: &mut Checked) -> Result<()> {
        match self.read_through(checked) {
            // The pages are whole and SQLite stumbles all the same.
            Err(StoreError::Damaged | StoreError::KeyOrDamage | StoreError::Unreadable { .. }) => {
                checked.findings.insert(0, Finding::Structure);
                Ok(())
            }
            read => read,
        }
    }

    fn read_through(&self, checked: &mut Checked) -> Result<()> {
        checked.schema = schema::found(&self.connection)?;
        let structure: String = self.connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        if structure != "ok" {
            checked.findings.push(Finding::Structure);
            return Ok(());
        }
        let dangling = query::all(&self.connection, "PRAGMA foreign_key_check", [], |row| row.get::<_, String>(0))?;
        let tables: BTreeSet<String> = dangling.into_iter().collect();
        checked.findings.extend(tables.into_iter().map(|table| Finding::Dangling { table }));
        // The rows of an older schema are looked at once it is brought to this one.
        let report = if checked.schema == KNOWN_SCHEMA { self.journal_verify()? } else { self.chain_verify()? };
        (checked.journal_seq, checked.head) = self.journal_head()?;
        checked.first = self.journal_hash(1)?;
        checked.findings.extend(report.faults.into_iter().map(Finding::from));
        checked.weighed = weigh::weigh(&self.connection)?;
        Ok(())
    }

    /// The pages that the cipher refuses twice: one that was just being written out of the log is whole the second time.
    fn bad_pages_twice(&self) -> Result<BadPages> {
        let first = self.bad_pages()?;
        if first.pages.is_empty() && !first.cut {
            return Ok(first);
        }
        let second = self.bad_pages()?;
        let pages = first.pages.intersection(&second.pages).copied().collect();
        Ok(BadPages { pages, cut: first.cut && second.cut })
    }

    fn bad_pages(&self) -> Result<BadPages> {
        let mut statement = self.connection.prepare("PRAGMA cipher_integrity_check")?;
        let mut rows = statement.query([])?;
        let mut bad = BadPages { pages: BTreeSet::new(), cut: false };
        while let Some(row) = rows.next()? {
            let said: String = row.get(0)?;
            match page_of(&said) {
                Some(_) if said.contains("invalid size") => bad.cut = true,
                Some(page) => {
                    bad.pages.insert(page);
                }
                // No page was looked at.
                None => return Err(StoreError::KeyOrDamage),
            }
        }
        Ok(bad)
    }
}

/// The number of the page that a line of the cipher's names.
fn page_of(said: &str) -> Option<u64> {
    let (_, after) = said.split_once("page ")?;
    after.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines as SQLCipher 4.14 writes them.
    #[test]
    fn the_lines_of_the_cipher_name_their_page() {
        for (said, page) in [
            ("HMAC verification failed for page 7", Some(7)),
            ("HMAC operation failed for page 12", Some(12)),
            ("error reading 4096 bytes from file page 3 at offset 8192", Some(3)),
            ("page 360 has an invalid size of 2148 bytes (expected 4096 bytes)", Some(360)),
            ("unable to derive keys", None),
            ("database file is undefined", None),
        ] {
            assert_eq!(page_of(said), page, "{said}");
        }
    }

    #[test]
    fn a_name_with_signs_of_its_own_is_no_part_of_the_question() {
        let uri = unchanging(Path::new("/a b/é?x=1#%/liasse.db")).expect("a name");
        assert_eq!(uri, "file:/a%20b/%C3%A9%3Fx%3D1%23%25/liasse.db?immutable=1");
    }

    #[test]
    fn many_damaged_pages_are_counted_and_the_first_are_named() {
        let bad = BadPages { pages: (1..=30).collect(), cut: true };
        let findings = bad.findings(40);
        assert_eq!(findings.len(), 2);
        let report = findings[0].report();
        assert!(report.message.contains("30") && report.message.contains("40"), "{}", report.message);
        assert!(report.message.contains("20…") && !report.message.contains("21"), "{}", report.message);
        assert!(findings.iter().all(Finding::is_damage));
        assert!(!Finding::Journal(JournalFault::MissingLot).is_damage());
    }
}
