//! Scanned documents (SCOR): tied to an FSE until its lot is signed, then in one mail beside the lot's own, whose phase is
//! on disk before the step it names. Not their recognition (`formats`), nor when a mail may leave again (`core`).
//! A mail that comes twice harms nothing, so a lost answer needs no release, only time or the user's word.

use std::collections::BTreeMap;

use liasse_domain::scan::{MAX_LOT_SCAN_BYTES, MAX_LOT_SCANS, MAX_SCANS};
use liasse_domain::{
    DocumentState, FileIdentifier, FseNumber, FseRef, Instant, ScanKind, ScanMedia, ScanState, SendPhase,
};
use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};

use crate::cell::{Cell, bad, cell, cell_or_null};
use crate::change::Change;
use crate::document::{self, DocumentRow};
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint, hex};
use crate::lots::Outgoing;
use crate::open::Store;
use crate::outbox::AttemptOutcome;
use crate::query;
use crate::stamp::Stamp;
use crate::transmission;
use crate::withheld::debug_by_length;

/// A document to be tied to an FSE, recognised.
#[derive(Clone, PartialEq, Eq)]
pub struct NewScan {
    /// What it is.
    pub kind: ScanKind,
    /// How it is written.
    pub media: ScanMedia,
    /// The document.
    pub bytes: Vec<u8>,
}

debug_by_length!(NewScan { kind, media; bytes; });

/// A document that is tied to an FSE, in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanRow {
    /// Its row: how people name it.
    pub id: i64,
    /// What it is.
    pub kind: ScanKind,
    /// How it is written.
    pub media: ScanMedia,
    /// Its size in bytes.
    pub size: usize,
    /// Its SHA-256.
    pub sha256: [u8; 32],
    /// When it was tied.
    pub added_at: Instant,
}

/// The mail with a lot's documents, exactly as it leaves.
#[derive(Clone, PartialEq, Eq)]
pub struct ScanLetter {
    /// The whole mail.
    pub message: Vec<u8>,
    /// Its recipient.
    pub to: String,
    /// Its sender.
    pub from: String,
    /// Its Message-ID, unique.
    pub message_id: String,
}

debug_by_length!(ScanLetter { to, from, message_id; message; });

/// A mail with documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ScanMailId(i64);

/// A mail with documents that may leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanMailRow {
    /// Its row.
    pub id: ScanMailId,
    /// Its lot.
    pub lot: FileIdentifier,
    /// *À envoyer* or *non confirmée*.
    pub state: ScanState,
    /// When the post may have taken it, for the last time.
    pub sent_at: Option<Instant>,
    /// The mail.
    pub letter: ScanLetter,
}

/// How many documents an FSE has and how far they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanCount {
    /// How many documents.
    pub count: usize,
    /// The mail of the live lot; `None` before its lot is signed.
    pub state: Option<ScanState>,
}

impl Store {
    /// Ties a document to an FSE; gives its row.
    ///
    /// # Errors
    /// [`StoreError::ScansClosed`] once its lot is signed or when it is withdrawn; [`StoreError::ScanTwice`];
    /// [`StoreError::TooManyScans`]; [`StoreError::LotScansFull`] where a sealed lot holds all that one mail can.
    pub fn attach(&mut self, stamp: &Stamp, fse: &FseRef, scan: &NewScan) -> Result<i64> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        check_open(&change, &row)?;
        let sha256: [u8; 32] = Sha256::digest(&scan.bytes).into();
        let known = "SELECT 1 FROM attachment WHERE document = ?1 AND sha256 = ?2";
        if query::any(&change, known, params![row.id, sha256])? {
            return Err(StoreError::ScanTwice);
        }
        let (count, _) = weight(&change, "attachment.document = ?1", row.id)?;
        if count >= MAX_SCANS {
            return Err(StoreError::TooManyScans);
        }
        if let Some(live) = row.live {
            let in_lot = "attachment.document IN (SELECT document FROM membership
                          WHERE lot = (SELECT lot FROM membership WHERE id = ?1))";
            let (count, size) = weight(&change, in_lot, live)?;
            if count >= MAX_LOT_SCANS || size + scan.bytes.len() > MAX_LOT_SCAN_BYTES {
                return Err(StoreError::LotScansFull);
            }
        }
        query::run(
            &change,
            "INSERT INTO attachment (document, kind, media, sha256, added_at, entry, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![row.id, scan.kind.put(), scan.media.put(), sha256, stamp.at.put(), change.entry(), scan.bytes],
        )?;
        let id = change.last_insert_rowid();
        let entry = Entry::new("numerisation.jointe").fse(fse).patient(row.patient).with("kind", scan.kind.word());
        change.commit(entry.with("sha256", hex(&sha256)))?;
        Ok(id)
    }

    /// Takes a document away from an FSE before it leaves.
    ///
    /// # Errors
    /// [`StoreError::UnknownScan`]; [`StoreError::ScansClosed`] as for [`Store::attach`].
    pub fn detach(&mut self, stamp: &Stamp, fse: &FseRef, id: i64) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        let sql = "SELECT sha256 FROM attachment WHERE id = ?1 AND document = ?2";
        let found = query::first(&change, sql, [id, row.id], |row| cell::<[u8; 32]>(row, "sha256"))?;
        let sha256 = found.ok_or(StoreError::UnknownScan { scan: id })?;
        check_open(&change, &row)?;
        query::run(&change, "DELETE FROM attachment WHERE id = ?1", [id])?;
        let entry = Entry::new("numerisation.retiree").fse(fse).patient(row.patient);
        change.commit(entry.with("sha256", hex(&sha256)))
    }

    /// The documents of an FSE, oldest first.
    pub fn scans_of(&self, fse: &FseRef) -> Result<Vec<ScanRow>> {
        let row = document::get(&self.connection, fse)?;
        let sql = "SELECT id, kind, media, length(bytes) AS size, sha256, added_at FROM attachment
                   WHERE document = ?1 ORDER BY id";
        query::all(&self.connection, sql, [row.id], |row| {
            Ok(ScanRow {
                id: row.get("id")?,
                kind: cell(row, "kind")?,
                media: cell(row, "media")?,
                size: size(row, "size")?,
                sha256: cell(row, "sha256")?,
                added_at: cell(row, "added_at")?,
            })
        })
    }

    /// The documents of a lot's FSE, in the order of the lot.
    pub fn scans_in(&self, lot: FileIdentifier) -> Result<Vec<(FseNumber, NewScan)>> {
        let handle = transmission::lot(&self.connection, lot)?;
        let sql = "SELECT document.number, attachment.kind, attachment.media, attachment.bytes
                   FROM membership JOIN document ON document.id = membership.document
                   JOIN attachment ON attachment.document = document.id
                   WHERE membership.lot = ?1 ORDER BY membership.position, attachment.id";
        query::all(&self.connection, sql, [handle.id], |row| {
            let scan = NewScan { kind: cell(row, "kind")?, media: cell(row, "media")?, bytes: row.get("bytes")? };
            Ok((cell(row, "number")?, scan))
        })
    }

    /// How many documents an FSE has and where they are; `None` where it has none.
    pub fn scan_count(&self, fse: &FseRef) -> Result<Option<ScanCount>> {
        let sql = "SELECT count(*) AS count,
                          (SELECT scan_mail.state FROM membership JOIN scan_mail ON scan_mail.lot = membership.lot
                           WHERE membership.id = document.live) AS state
                   FROM document JOIN attachment ON attachment.document = document.id
                   WHERE document.billing = ?1 AND document.kind = 'fse' AND document.number = ?2 GROUP BY document.id";
        query::first(&self.connection, sql, params![fse.billing.put(), fse.number.put()], |row| {
            Ok(ScanCount { count: size(row, "count")?, state: cell_or_null(row, "state")? })
        })
    }

    /// Where the documents of each lot that has some are, and when the post took them or may have.
    pub fn scan_states(&self) -> Result<BTreeMap<FileIdentifier, (ScanState, Option<Instant>)>> {
        let sql = "SELECT lot.identifier, scan_mail.state, scan_mail.sent_at
                   FROM scan_mail JOIN lot ON lot.id = scan_mail.lot";
        let rows = query::all(&self.connection, sql, [], |row| {
            Ok((cell(row, "identifier")?, (cell(row, "state")?, cell_or_null(row, "sent_at")?)))
        })?;
        Ok(rows.into_iter().collect())
    }

    /// The mails that may leave, or leave again: *à envoyer* and *non confirmée*, once the post has taken their lot, and
    /// unless the caisse refused it.
    pub fn scans_to_send(&self) -> Result<Vec<ScanMailRow>> {
        let sql = "SELECT scan_mail.*, lot.identifier FROM scan_mail JOIN lot ON lot.id = scan_mail.lot
                   WHERE scan_mail.state IN ('a_envoyer', 'non_confirmee')
                     AND EXISTS (SELECT 1 FROM membership
                                 WHERE membership.lot = lot.id AND membership.state IN ('transmise', 'recue'))
                   ORDER BY scan_mail.id";
        query::all(&self.connection, sql, [], |row| {
            Ok(ScanMailRow {
                id: ScanMailId(row.get("id")?),
                lot: cell(row, "identifier")?,
                state: cell(row, "state")?,
                sent_at: cell_or_null(row, "sent_at")?,
                letter: ScanLetter {
                    message: row.get("message")?,
                    to: row.get("to_address")?,
                    from: row.get("from_address")?,
                    message_id: row.get("message_id")?,
                },
            })
        })
    }

    /// Begins to send a mail, before any network byte.
    ///
    /// # Errors
    /// [`StoreError::NotToSend`] when it left already, or is leaving.
    pub fn begin_scans(&mut self, stamp: &Stamp, id: ScanMailId) -> Result<()> {
        let change = self.change(stamp)?;
        let sql = "UPDATE scan_mail SET state = 'envoi', phase = NULL
                   WHERE id = ?1 AND state IN ('a_envoyer', 'non_confirmee')";
        if query::run(&change, sql, [id.0])? == 0 {
            return Err(StoreError::NotToSend);
        }
        let lot = lot_of(&change, id)?;
        change.commit(Entry::new("numerisations.envoi").lot(lot).with("state", ScanState::Envoi.word()))
    }

    /// The mail is about to do `phase`; durable on return. Not journaled: the outcome is.
    ///
    /// # Errors
    /// [`StoreError::AttemptOver`] when its sending has ended, or `phase` comes before the one on disk; [`StoreError::Replaced`].
    pub fn record_scans_phase(&mut self, id: ScanMailId, phase: SendPhase, at: Instant) -> Result<()> {
        self.check_place()?;
        let last = open_mail(&self.connection, id)?;
        if last.is_some_and(|last| phase < last) {
            return Err(StoreError::AttemptOver);
        }
        let sent_at = if phase.is_ambiguous() { at.put() } else { rusqlite::types::Value::Null };
        let sql = "UPDATE scan_mail SET phase = ?2, sent_at = coalesce(?3, sent_at) WHERE id = ?1";
        query::run(&self.connection, sql, params![id.0, phase.put(), sent_at])?;
        Ok(())
    }

    /// Ends the sending of a mail: accepted → *transmise*, unconfirmed → *non confirmée*, else it stays *à envoyer*.
    pub fn finish_scans(&mut self, stamp: &Stamp, id: ScanMailId, outcome: &AttemptOutcome) -> Result<()> {
        let change = self.change(stamp)?;
        let phase = open_mail(&change, id)?;
        let (state, code) = match outcome {
            AttemptOutcome::Accepted { .. } => (ScanState::Transmise, None),
            AttemptOutcome::Unconfirmed => (ScanState::NonConfirmee, None),
            AttemptOutcome::Failed { code } => (ScanState::AEnvoyer, Some(code)),
            AttemptOutcome::Interrupted => (ScanState::AEnvoyer, None),
        };
        query::run(&change, "UPDATE scan_mail SET state = ?2 WHERE id = ?1", params![id.0, state.put()])?;
        let mut entry = Entry::new("numerisations.envoi").lot(lot_of(&change, id)?).with("state", state.word());
        if let Some(phase) = phase {
            entry = entry.with("phase", phase.word());
        }
        if let Some(code) = code {
            entry = entry.with("code", code.as_str());
        }
        change.commit(entry)
    }

    /// Ends the sendings that a crash left open, as [`Store::recover_attempts`] does for files.
    pub fn recover_scans(&mut self, stamp: &Stamp) -> Result<()> {
        let sql = "SELECT id, phase FROM scan_mail WHERE state = 'envoi' ORDER BY id";
        let open = query::all(&self.connection, sql, [], |row| {
            Ok((ScanMailId(row.get("id")?), cell_or_null::<SendPhase>(row, "phase")?))
        })?;
        for (id, phase) in open {
            let ambiguous = phase.is_some_and(SendPhase::is_ambiguous);
            let outcome = if ambiguous { AttemptOutcome::Unconfirmed } else { AttemptOutcome::Interrupted };
            self.finish_scans(stamp, id, &outcome)?;
        }
        Ok(())
    }
}

/// Keeps the mail with a lot's documents, if it has some, in the change that signs the lot.
pub(crate) fn keep(change: &Change<'_>, lot: i64, outgoing: &Outgoing, entry: Entry) -> Result<Entry> {
    let Some(letter) = &outgoing.scans else { return Ok(entry) };
    query::run(
        change,
        "INSERT INTO scan_mail (lot, state, from_address, to_address, message_id, entry, message)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            lot,
            ScanState::AEnvoyer.put(),
            letter.from,
            letter.to,
            letter.message_id,
            change.entry(),
            letter.message
        ],
    )?;
    Ok(entry.with("scans_sha256", fingerprint(&letter.message)))
}

/// Documents come and go until the lot of their FSE is signed.
fn check_open(connection: &Connection, row: &DocumentRow) -> Result<()> {
    let signed = "SELECT 1 FROM membership JOIN lot ON lot.id = membership.lot
                  WHERE membership.id = ?1 AND lot.state <> 'scelle'";
    if row.state == DocumentState::Annulee || query::any(connection, signed, params![row.live])? {
        return Err(StoreError::ScansClosed);
    }
    Ok(())
}

/// How many documents there are where `condition` holds, and their sizes together.
fn weight(connection: &Connection, condition: &str, id: i64) -> Result<(usize, usize)> {
    let sql =
        format!("SELECT count(*) AS count, coalesce(sum(length(bytes)), 0) AS size FROM attachment WHERE {condition}");
    let found = query::first(connection, &sql, [id], |row| Ok((size(row, "count")?, size(row, "size")?)))?;
    Ok(found.unwrap_or_default())
}

fn size(row: &Row<'_>, column: &str) -> rusqlite::Result<usize> {
    usize::try_from(row.get::<_, i64>(column)?).map_err(|_| bad("taille"))
}

/// The last phase of a mail that is leaving.
fn open_mail(connection: &Connection, id: ScanMailId) -> Result<Option<SendPhase>> {
    let sql = "SELECT phase, state FROM scan_mail WHERE id = ?1";
    let found = query::first(connection, sql, [id.0], |row| {
        Ok((cell_or_null::<SendPhase>(row, "phase")?, cell::<ScanState>(row, "state")?))
    })?;
    match found {
        Some((phase, ScanState::Envoi)) => Ok(phase),
        Some(_) => Err(StoreError::AttemptOver),
        None => Err(StoreError::UnknownSending),
    }
}

fn lot_of(connection: &Connection, id: ScanMailId) -> Result<FileIdentifier> {
    let sql = "SELECT lot.identifier FROM scan_mail JOIN lot ON lot.id = scan_mail.lot WHERE scan_mail.id = ?1";
    query::first(connection, sql, [id.0], |row| cell(row, "identifier"))?.ok_or(StoreError::UnknownSending)
}
