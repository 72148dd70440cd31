//! Reading the journal against itself and the rows against it: an edit, a removal or a truncation, and where.
//! Not proof against who rewrites everything: then the head inside a signed `lot.b2` no longer fits
//! ([`Store::journal_hash`]), which only a reader of its bytes can see. Rule: reference telecom-reliability 4.4.

use std::path::Path;

use liasse_domain::{Code, Coded, FileIdentifier, FseRef};
use rusqlite::Row;
use serde::Serialize;

use crate::cell::cell;
use crate::error::Result;
use crate::examine;
use crate::journal::{self, Head, chained};
use crate::open::Store;
use crate::verify_rows::Told;

/// Past this many faults the rest is not told.
pub(crate) const MOST_FAULTS: usize = 100;

/// What a reading of the journal found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalReport {
    /// How many entries there are.
    pub entries: u64,
    /// Hash of the last one; zeroes when there is none.
    pub head: [u8; 32],
    /// What does not fit, in the order of the journal, then lots, FSE, returns and erasures; at most a hundred.
    pub faults: Vec<JournalFault>,
}

impl JournalReport {
    /// Whether everything fits.
    pub fn is_intact(&self) -> bool {
        self.faults.is_empty()
    }
}

/// One thing that does not fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(tag = "fault", rename_all = "snake_case")]
pub enum JournalFault {
    /// Entries from this number on, up to the next that is there, are missing.
    #[error("journal entry {seq} is missing")]
    Missing {
        /// The first that is missing.
        seq: i64,
    },
    /// The entry is not the one that was hashed.
    #[error("journal entry {seq} was changed")]
    Changed {
        /// Which.
        seq: i64,
    },
    /// The entry does not follow the one before it.
    #[error("journal entry {seq} does not follow the one before")]
    Unchained {
        /// Which.
        seq: i64,
    },
    /// The journal ends too early: rows refer to entries after its end.
    #[error("the journal ends at {last}, rows refer to {needed}")]
    Cut {
        /// The last entry that is there.
        last: i64,
        /// The last entry that rows refer to.
        needed: i64,
    },
    /// The bytes, the members or the head of a lot are not those of its seal; or its signature, its file, its mails, its
    /// tries or its states are not those that the journal tells.
    #[error("lot {lot} is not as the journal tells")]
    Lot {
        /// Which.
        lot: FileIdentifier,
    },
    /// The content or the bytes of an FSE are not those that were numbered; or its signatures, its documents or its state
    /// are not those that the journal tells.
    #[error("FSE {fse} is not as the journal tells")]
    Fse {
        /// Which.
        fse: FseRef,
    },
    /// A return is not the one that came, or did not do what the journal tells.
    #[error("return {inbox} is not as the journal tells")]
    Return {
        /// Its row.
        inbox: i64,
    },
    /// A replacement session is not the one that was sealed, or not as far as the journal tells.
    #[error("session {number} is not as the journal tells")]
    Session {
        /// Its number.
        number: u32,
    },
    /// A lot that somebody holds with its signature is not here: this directory is an old copy, or was cut with its lots.
    #[error("a signed lot is missing")]
    MissingLot,
    /// The journal that was sealed into a lot is not the one that is here.
    #[error("lot {lot} was sealed over another journal")]
    OtherJournal {
        /// Which.
        lot: FileIdentifier,
    },
    /// A row of the desk (what a card said, an instruction, a cotation, a paper sheet) says something else than it did.
    #[error("{kind} {key} is not as the journal tells")]
    Desk {
        /// What it is, in French.
        kind: String,
        /// Which.
        key: String,
    },
    /// What an FSE said was erased less than ninety days after it was sent, which the program does nowhere.
    #[error("FSE {fse} was erased before its time")]
    Early {
        /// Which.
        fse: FseRef,
    },
}

impl Coded for JournalFault {
    fn code(&self) -> Code {
        match self {
            Self::Missing { .. } => Code("store.journal_entree_absente"),
            Self::Changed { .. } => Code("store.journal_entree_modifiee"),
            Self::Unchained { .. } => Code("store.journal_chaine_rompue"),
            Self::Cut { .. } => Code("store.journal_tronque"),
            Self::Lot { .. } => Code("store.lot_modifie"),
            Self::Fse { .. } => Code("store.fse_modifiee"),
            Self::Return { .. } => Code("store.retour_modifie"),
            Self::Session { .. } => Code("store.session_modifiee"),
            Self::MissingLot => Code("store.lot_absent"),
            Self::OtherJournal { .. } => Code("store.autre_journal"),
            Self::Desk { .. } => Code("store.bureau_modifie"),
            Self::Early { .. } => Code("store.effacement_anticipe"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Missing { seq } | Self::Changed { seq } | Self::Unchained { seq } => vec![("seq", seq.to_string())],
            Self::Cut { last, needed } => vec![("last", last.to_string()), ("needed", needed.to_string())],
            Self::MissingLot => Vec::new(),
            Self::Lot { lot } | Self::OtherJournal { lot } => vec![("lot", lot.to_string())],
            Self::Fse { fse } | Self::Early { fse } => vec![("fse", fse.to_string())],
            Self::Session { number } => vec![("session", number.to_string())],
            Self::Return { inbox } => vec![("inbox", inbox.to_string())],
            Self::Desk { kind, key } => vec![("kind", kind.clone()), ("key", key.clone())],
        }
    }
}

/// As [`Store::journal_verify`], of the one moment at which it begins, over a connection of its own that only reads: whoever has the
/// store goes on writing meanwhile.
///
/// # Errors
/// [`crate::StoreError::KeyOrDamage`], and what the disk says.
pub fn verify_beside(path: &Path, key: &[u8; 32]) -> Result<JournalReport> {
    let connection = examine::beside(path, key)?;
    // Ends with the connection.
    connection.execute_batch("BEGIN")?;
    Store::over(connection, path).journal_verify()
}

impl Store {
    /// Reads the whole journal and compares it with itself, and with it every lot, every FSE and every return: their bytes
    /// with the hashes that entries hold, their states with what entries tell; and each erasure with the sending of what it erased.
    pub fn journal_verify(&self) -> Result<JournalReport> {
        let mut report = JournalReport { entries: 0, head: [0; 32], faults: Vec::new() };
        let mut told = Told::default();
        let last = self.verify_chain(&mut report, &mut told)?;
        self.verify_end(&mut report, last)?;
        self.verify_rows(&mut report.faults, told)?;
        report.faults.truncate(MOST_FAULTS);
        Ok(report)
    }

    /// Reads the chain of the journal alone: of a file whose other tables are those of an older schema.
    pub(crate) fn chain_verify(&self) -> Result<JournalReport> {
        let mut report = JournalReport { entries: 0, head: [0; 32], faults: Vec::new() };
        self.verify_chain(&mut report, &mut Told::default())?;
        report.faults.truncate(MOST_FAULTS);
        Ok(report)
    }

    fn verify_chain(&self, report: &mut JournalReport, told: &mut Told) -> Result<i64> {
        let mut statement = self.connection.prepare_cached(
            "SELECT seq, at, actor, role, action, fse, lot, CAST(patient AS TEXT) AS patient, payload, prev, hash
             FROM journal ORDER BY seq",
        )?;
        let mut rows = statement.query([])?;
        let mut head = Head { seq: 0, hash: [0; 32] };
        while let Some(row) = rows.next()? {
            let entry = Stored::read(row)?;
            if entry.seq != head.seq + 1 {
                report.faults.push(JournalFault::Missing { seq: head.seq + 1 });
            } else if entry.prev != head.hash {
                report.faults.push(JournalFault::Unchained { seq: entry.seq });
            }
            if entry.recomputed() != entry.hash {
                report.faults.push(JournalFault::Changed { seq: entry.seq });
            }
            let [at, _, _, action, fse, lot, _, payload] = entry.texts.each_ref().map(Option::as_deref);
            told.hear([at, action, payload].map(Option::unwrap_or_default), fse, lot);
            head = Head { seq: entry.seq, hash: entry.hash };
            report.entries += 1;
            if report.faults.len() > MOST_FAULTS {
                break;
            }
        }
        report.head = head.hash;
        Ok(journal::head(&self.connection)?.seq)
    }

    fn verify_end(&self, report: &mut JournalReport, last: i64) -> Result<()> {
        let sql = "SELECT max(coalesce((SELECT max(entry) FROM document), 0), coalesce((SELECT max(entry) FROM lot), 0),
                              coalesce((SELECT max(entry) FROM outbox), 0), coalesce((SELECT max(entry) FROM attempt), 0),
                              coalesce((SELECT max(entry) FROM inbox), 0), coalesce((SELECT max(entry) FROM receipt), 0),
                              coalesce((SELECT max(entry) FROM attachment), 0),
                              coalesce((SELECT max(entry) FROM scan_mail), 0),
                              coalesce((SELECT max(entry) FROM paper), 0), coalesce((SELECT max(entry) FROM passage), 0),
                              coalesce((SELECT max(entry) FROM transfer), 0),
                              coalesce((SELECT max(entry) FROM erasure), 0),
                              coalesce((SELECT max(entry) FROM forgotten), 0))";
        let needed: i64 = self.connection.query_row(sql, [], |row| row.get(0))?;
        if needed > last {
            report.faults.push(JournalFault::Cut { last, needed });
        }
        Ok(())
    }
}

/// An entry as it stands on disk, its texts not interpreted.
struct Stored {
    seq: i64,
    texts: [Option<String>; 8],
    prev: [u8; 32],
    hash: [u8; 32],
}

impl Stored {
    fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            seq: row.get("seq")?,
            texts: [
                row.get("at")?,
                row.get("actor")?,
                row.get("role")?,
                row.get("action")?,
                row.get("fse")?,
                row.get("lot")?,
                row.get("patient")?,
                row.get("payload")?,
            ],
            prev: cell(row, "prev")?,
            hash: cell(row, "hash")?,
        })
    }

    fn recomputed(&self) -> [u8; 32] {
        chained(&self.prev, self.seq, self.texts.each_ref().map(Option::as_deref))
    }
}
