//! What came back, kept exactly as received before the mailbox may forget it; its effects are in the same transaction.
//! Not the decoding (crate `formats`) nor the trust (crate `core` hands `None` for what it does not believe).
//! Rule: product, "A return is removed from the mailbox only after it is on disk"; reference telecom-reliability 4.2.

use chrono::NaiveDate;
use liasse_domain::returns::{Return, Undelivered};
use liasse_domain::{Code, FileIdentifier, Instant};
use rusqlite::params;
use rusqlite::types::{Value, ValueRef};

use crate::cell::{Cell, bad, cell};
use crate::change::Change;
use crate::error::{Result, StoreError};
use crate::inbox_apply::{self, Effect};
use crate::journal::{Entry, hex};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is on disk for the first time.
    New {
        /// Whether it changed a state.
        applied: bool,
    },
    /// It was on disk, not understood or not believed; now it is.
    Recognised {
        /// Whether it changed a state.
        applied: bool,
    },
    /// It was on disk already: nothing changed.
    Duplicate,
}

/// A message as a mailbox gave it, and what is understood of it.
#[derive(Clone, Copy)]
pub struct Arrived<'a> {
    /// From which mailbox.
    pub mailbox: &'a str,
    /// Its unique name there.
    pub uidl: &'a str,
    /// The whole of it, byte for byte.
    pub raw: &'a [u8],
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// What it says. What is not understood or not believed is kept and changes no state.
    pub decoded: Option<Decoded<'a>>,
    /// The catalogue code of why it is not.
    pub note: Option<&'a str>,
}

/// What a message says.
#[derive(Clone, Copy)]
pub enum Decoded<'a> {
    /// A caisse says it.
    Return(&'a Return),
    /// A post office says it.
    Notice(&'a Undelivered),
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InboxKind {
    /// An acknowledgement (ARL).
    Arl,
    /// Rejects of single FSE.
    Rejets,
    /// A payment.
    Paiement,
    /// Remarks on single FSE.
    Signalement,
    /// A message in plain words.
    Service,
    /// A non-delivery notice of a post office.
    NonRemise,
    /// Not understood, or not believed.
    Inconnu,
}

/// What a message did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum InboxStatus {
    /// Its effects are in the ledger.
    Applique,
    /// Understood, but it concerns nothing of ours, says again what is known, or is there to be read only.
    SansSuite,
    /// Not understood, or not believed.
    Inconnu,
}

/// A message, without its bytes ([`Store::return_raw`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxRow {
    /// Its row.
    pub id: i64,
    /// From which mailbox.
    pub mailbox: String,
    /// When it was taken in.
    pub received_at: Instant,
    /// What it is.
    pub kind: InboxKind,
    /// What it did.
    pub status: InboxStatus,
    /// The catalogue code of why it is unknown or without effect.
    pub note: Option<String>,
    /// What a caisse says in it.
    pub content: Option<Return>,
    /// What a post office says in it.
    pub notice: Option<Undelivered>,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

/// A file that a caisse refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedFile {
    /// Which.
    pub file: FileIdentifier,
    /// The day of the answer.
    pub on: NaiveDate,
    /// The reason's code.
    pub code: String,
}

macro_rules! inbox {
    () => {
        "SELECT id, mailbox, received_at, kind, status, note, content, sha256 FROM inbox"
    };
}

impl Store {
    /// Keeps messages and their effects, all in one transaction: of what a refusal interrupts nothing is kept.
    ///
    /// The content decides what a duplicate is: another content under a known name is a new message. A message that stands
    /// as unknown and is understood at last (a caisse's new certificate, a newer program) has its effects then.
    pub fn take_returns(&mut self, stamp: &Stamp, messages: &[Arrived<'_>]) -> Result<Vec<Taken>> {
        let mut change = self.change(stamp)?;
        let taken = messages.iter().map(|message| take(&mut change, message)).collect::<Result<Vec<_>>>()?;
        if taken.iter().any(|taken| *taken != Taken::Duplicate) {
            change.commit_told()?;
        }
        Ok(taken)
    }

    /// The files that a caisse refused as a whole, each with its reason.
    pub fn refused_files(&self) -> Result<Vec<RefusedFile>> {
        let sql = "SELECT content FROM inbox
                   WHERE kind = 'arl' AND status = 'applique' AND json_extract(content, '$.refused') IS NOT NULL
                   ORDER BY id";
        let arls = query::all(&self.connection, sql, [], |row| read::<Return>(&row.get::<_, String>("content")?))?;
        let refused = |message| match message {
            Return::Acknowledgement(arl) => {
                arl.refused.map(|reason| RefusedFile { file: arl.file, on: arl.on, code: reason.code })
            }
            _ => None,
        };
        Ok(arls.into_iter().filter_map(refused).collect())
    }

    /// How many messages nobody could read, or believe.
    pub fn unknown_returns(&self) -> Result<usize> {
        query::count(&self.connection, "SELECT count(*) FROM inbox WHERE kind = 'inconnu'", [])
    }

    /// Every message, newest first.
    pub fn returns(&self) -> Result<Vec<InboxRow>> {
        query::all(&self.connection, concat!(inbox!(), " ORDER BY id DESC"), [], row)
    }

    /// Messages that move no file and no money: remarks, words of a caisse, notices of a post office, and those that nobody could
    /// read; the newest first, or the oldest.
    pub fn notes(&self, oldest_first: bool, limit: u32) -> Result<Vec<InboxRow>> {
        let order = if oldest_first { "id" } else { "id DESC" };
        let sql = format!(
            "{} WHERE kind IN ('signalement', 'service', 'non_remise', 'inconnu') ORDER BY {order} LIMIT ?1",
            inbox!()
        );
        query::all(&self.connection, &sql, [limit], row)
    }

    /// How many there are.
    pub fn note_count(&self) -> Result<usize> {
        let sql = "SELECT count(*) FROM inbox WHERE kind IN ('signalement', 'service', 'non_remise', 'inconnu')";
        query::count(&self.connection, sql, [])
    }

    /// A message exactly as it came.
    pub fn return_raw(&self, id: i64) -> Result<Option<Vec<u8>>> {
        query::first(&self.connection, "SELECT raw FROM inbox WHERE id = ?1", [id], |row| row.get("raw"))
    }
}

fn row(row: &rusqlite::Row<'_>) -> rusqlite::Result<InboxRow> {
    let kind = cell(row, "kind")?;
    let json: Option<String> = row.get("content")?;
    let (content, notice) = match (json, kind) {
        (None, _) => (None, None),
        (Some(json), InboxKind::NonRemise) => (None, Some(read(&json)?)),
        (Some(json), _) => (Some(read(&json)?), None),
    };
    Ok(InboxRow {
        id: row.get("id")?,
        mailbox: row.get("mailbox")?,
        received_at: cell(row, "received_at")?,
        kind,
        status: cell(row, "status")?,
        note: row.get("note")?,
        content,
        notice,
        sha256: cell(row, "sha256")?,
    })
}

impl InboxKind {
    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Arl => "arl",
            Self::Rejets => "rejets",
            Self::Paiement => "paiement",
            Self::Signalement => "signalement",
            Self::Service => "service",
            Self::NonRemise => "non_remise",
            Self::Inconnu => "inconnu",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        use InboxKind::{Arl, Inconnu, NonRemise, Paiement, Rejets, Service, Signalement};
        let all = [Arl, Rejets, Paiement, Signalement, Service, NonRemise, Inconnu];
        all.into_iter().find(|kind| kind.word() == word)
    }
}

impl InboxStatus {
    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Applique => "applique",
            Self::SansSuite => "sans_suite",
            Self::Inconnu => "inconnu",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        [Self::Applique, Self::SansSuite, Self::Inconnu].into_iter().find(|status| status.word() == word)
    }
}

impl Cell for InboxKind {
    const WHAT: &'static str = "genre de retour";
    fn put(&self) -> Value {
        Value::Text(self.word().to_owned())
    }
    fn take(value: ValueRef<'_>) -> Option<Self> {
        Self::from_word(value.as_str().ok()?)
    }
}

impl Cell for InboxStatus {
    const WHAT: &'static str = "suite d'un retour";
    fn put(&self) -> Value {
        Value::Text(self.word().to_owned())
    }
    fn take(value: ValueRef<'_>) -> Option<Self> {
        Self::from_word(value.as_str().ok()?)
    }
}

impl Decoded<'_> {
    fn kind(self) -> InboxKind {
        match self {
            Self::Return(Return::Acknowledgement(_)) => InboxKind::Arl,
            Self::Return(Return::Rejections(_)) => InboxKind::Rejets,
            Self::Return(Return::Payment(_)) => InboxKind::Paiement,
            Self::Return(Return::Signalements(_)) => InboxKind::Signalement,
            Self::Return(Return::Service(_)) => InboxKind::Service,
            Self::Notice(_) => InboxKind::NonRemise,
        }
    }

    fn apply(self, change: &Change<'_>, id: i64) -> Result<Effect<'static>> {
        match self {
            Self::Return(message) => inbox_apply::apply(change, id, message),
            Self::Notice(notice) => inbox_apply::undelivered(change, notice),
        }
    }

    fn json(self) -> Result<String> {
        let json = match self {
            Self::Return(message) => serde_json::to_string(message),
            Self::Notice(notice) => serde_json::to_string(notice),
        };
        json.map_err(|_| StoreError::Incoherent { what: "retour" })
    }
}

fn read<T: serde::de::DeserializeOwned>(json: &str) -> rusqlite::Result<T> {
    serde_json::from_str(json).map_err(|_| bad("retour"))
}

fn take(change: &mut Change<'_>, message: &Arrived<'_>) -> Result<Taken> {
    let sql = "SELECT id, status FROM inbox WHERE sha256 = ?1";
    let known = query::first(change, sql, params![message.sha256], |row| {
        Ok((row.get::<_, i64>("id")?, cell::<InboxStatus>(row, "status")?))
    })?;
    if let Some((id, status)) = known {
        let Some(decoded) = message.decoded.filter(|_| status == InboxStatus::Inconnu) else {
            return Ok(Taken::Duplicate);
        };
        let effect = decoded.apply(change, id)?;
        let applied = effect.applied;
        conclude(change, id, message, effect, Entry::new("retour.reconnu"))?;
        return Ok(Taken::Recognised { applied });
    }
    let forget = "UPDATE inbox SET uidl = NULL WHERE mailbox = ?1 AND uidl = ?2";
    query::run(change, forget, [message.mailbox, message.uidl])?;
    let id = insert(change, message)?;
    let effect = match message.decoded {
        Some(decoded) => decoded.apply(change, id)?,
        None => Effect::none(message.note.unwrap_or(Code("store.retour_inconnu").0)),
    };
    let applied = effect.applied;
    conclude(change, id, message, effect, Entry::new("retour.recu"))?;
    Ok(Taken::New { applied })
}

fn insert(change: &Change<'_>, message: &Arrived<'_>) -> Result<i64> {
    query::run(
        change,
        "INSERT INTO inbox (mailbox, uidl, sha256, received_at, kind, status, entry, raw)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            message.mailbox,
            message.uidl,
            message.sha256,
            change.stamp().at.put(),
            InboxKind::Inconnu.put(),
            InboxStatus::Inconnu.put(),
            change.entry(),
            message.raw
        ],
    )?;
    Ok(change.last_insert_rowid())
}

/// Writes what a message is and did into its row, and the journal entry that tells it.
fn conclude(change: &mut Change<'_>, id: i64, message: &Arrived<'_>, effect: Effect<'_>, entry: Entry) -> Result<()> {
    let decoded = message.decoded;
    let content = decoded.map(Decoded::json).transpose()?;
    let kind = decoded.map_or(InboxKind::Inconnu, Decoded::kind);
    let status = match (decoded, effect.applied) {
        (None, _) => InboxStatus::Inconnu,
        (Some(_), true) => InboxStatus::Applique,
        (Some(_), false) => InboxStatus::SansSuite,
    };
    let sql = "UPDATE inbox SET kind = ?2, status = ?3, note = ?4, content = ?5 WHERE id = ?1";
    query::run(change, sql, params![id, kind.put(), status.put(), effect.note, content])?;
    let mut entry = entry
        .with("inbox", id)
        .with("kind", kind.word())
        .with("status", status.word())
        .with("sha256", hex(&message.sha256));
    if let Some(note) = effect.note {
        entry = entry.with("note", note);
    }
    if let Some(lot) = effect.lot {
        entry = entry.lot(lot);
    }
    for (name, value) in effect.said {
        entry = entry.with(name, value);
    }
    change.tell(entry)?;
    effect.then.map_or(Ok(()), |then| change.tell(then))
}
