//! The send ledger: what may leave, each try with its phases, and what a crash left open. A phase is durable when
//! `record_phase` returns, before the step it names touches the network; nothing here talks to one.
//! Rule: design/architecture, "Before any network byte"; reference telecom-reliability 1.1 and 4.2.

use liasse_domain::{BillingNumber, FileIdentifier, Instant, SendPhase, TransmissionState};
use rusqlite::types::Value;
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, bad, cell, cell_or_null};
use crate::error::{Result, StoreError};
use crate::journal::Entry;
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;
use crate::transmission::{self, move_lot};
use crate::withheld::debug_by_length;

/// A file in the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct OutboxId(i64);

/// One try to send a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AttemptId(i64);

/// A file in the outbox, exactly as it leaves.
#[derive(Clone, PartialEq, Eq)]
pub struct OutboxRow {
    /// Its row.
    pub id: OutboxId,
    /// Its lot.
    pub lot: FileIdentifier,
    /// The whole mail.
    pub message: Vec<u8>,
    /// Sender of the mail.
    pub from: String,
    /// Recipient of the mail.
    pub to: String,
    /// Message-ID of the mail.
    pub message_id: String,
    /// Every try so far, oldest first.
    pub attempts: Vec<AttemptRow>,
    /// A post office that had taken it gave it back (a non-delivery notice), and none has taken it since.
    pub undelivered: bool,
}

debug_by_length!(OutboxRow { id, lot, from, to, message_id, attempts, undelivered; message; });

/// How a try ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AttemptOutcome {
    /// The post took the file and said so.
    Accepted {
        /// Its reply.
        reply: String,
    },
    /// The post certainly did not take the file.
    Failed {
        /// The catalogue code of the reason.
        code: String,
    },
    /// The final answer was lost: the post may have the file.
    Unconfirmed,
    /// The program ended before the final dot: the post certainly did not take the file.
    Interrupted,
}

/// One try to send a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptRow {
    /// Its row.
    pub id: AttemptId,
    /// When it began.
    pub began_at: Instant,
    /// The last step that may have touched the network.
    pub phase: Option<SendPhase>,
    /// When that step was about to happen.
    pub phase_at: Option<Instant>,
    /// When it ended.
    pub ended_at: Option<Instant>,
    /// How it ended; `None` while it runs.
    pub outcome: Option<AttemptOutcome>,
}

/// A file that left, or may have, and has no ARL yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Awaiting {
    /// Which file.
    pub lot: FileIdentifier,
    /// *Transmise* or *non confirmée*.
    pub state: TransmissionState,
    /// When the post took it, or may have, for the last time: the two working days run from here.
    pub last_attempt: Instant,
}

impl Store {
    /// The files that may leave: *en fichier*, and no try of them is open.
    pub fn to_send(&self) -> Result<Vec<OutboxRow>> {
        self.outbox_in(TransmissionState::EnFichier)
    }

    /// The files that are *non confirmée*: not to be sent again.
    pub fn unconfirmed(&self) -> Result<Vec<OutboxRow>> {
        self.outbox_in(TransmissionState::NonConfirmee)
    }

    /// The files that are *transmise* or *non confirmée*, oldest sending first.
    pub fn awaiting_answer(&self) -> Result<Vec<Awaiting>> {
        let sql = "SELECT outbox.identifier, waiting.state, outbox.sent_at
                   FROM (SELECT DISTINCT lot, state FROM membership WHERE state IN ('transmise', 'non_confirmee')) waiting
                   JOIN outbox ON outbox.lot = waiting.lot
                   ORDER BY outbox.sent_at, outbox.id";
        query::all(&self.connection, sql, [], |row| {
            Ok(Awaiting {
                lot: cell(row, "identifier")?,
                state: cell(row, "state")?,
                last_attempt: cell(row, "sent_at")?,
            })
        })
    }

    /// Begins a try, before any network byte.
    ///
    /// # Errors
    /// [`StoreError::NotToSend`] unless the file is among [`Store::to_send`].
    pub fn begin_attempt(&mut self, stamp: &Stamp, id: OutboxId) -> Result<AttemptId> {
        let change = self.change(stamp)?;
        let (lot, identifier) = posted(&change, id)?;
        let open = "SELECT 1 FROM attempt WHERE outbox = ?1 AND outcome IS NULL";
        if transmission::state_of(&change, lot)? != TransmissionState::EnFichier || query::any(&change, open, [id.0])? {
            return Err(StoreError::NotToSend);
        }
        let sql = "INSERT INTO attempt (outbox, began_at, entry) VALUES (?1, ?2, ?3)";
        query::run(&change, sql, params![id.0, stamp.at.put(), change.entry()])?;
        let attempt = AttemptId(change.last_insert_rowid());
        change.commit(Entry::new("envoi.commence").lot(identifier).with("attempt", attempt.0))?;
        Ok(attempt)
    }

    /// The try is about to do `phase`; durable on return. Not journaled: the outcome is.
    ///
    /// # Errors
    /// [`StoreError::AttemptOver`] when the try has ended, or `phase` comes before the one on disk; [`StoreError::Replaced`]: what is
    /// not written where the next start looks must not go on.
    pub fn record_phase(&mut self, attempt: AttemptId, phase: SendPhase, at: Instant) -> Result<()> {
        self.check_place()?;
        let row = open_attempt(&self.connection, attempt)?;
        if row.phase.is_some_and(|last| phase < last) {
            return Err(StoreError::AttemptOver);
        }
        let sql = "UPDATE attempt SET phase = ?2, phase_at = ?3 WHERE id = ?1";
        query::run(&self.connection, sql, params![attempt.0, phase.put(), at.put()])?;
        Ok(())
    }

    /// Ends a try and moves its file: accepted → *transmise*, unconfirmed → *non confirmée*, else it stays *en fichier*.
    /// Where an ARL came meanwhile, the file stays where the ARL put it.
    pub fn finish_attempt(&mut self, stamp: &Stamp, attempt: AttemptId, outcome: &AttemptOutcome) -> Result<()> {
        self.end_attempt(stamp, attempt, |_| outcome.clone()).map(drop)
    }

    /// Ends the tries that were left open, by a crash or by a disk that refused their end. One that had reached the final
    /// dot makes its file *non confirmée*; any other leaves it free to be sent. Gives the files now unconfirmed.
    ///
    /// Whoever sends calls it before each run, and must be the only one that sends: a try of its own that is still
    /// running would be ended too. Where none is open nothing is written and no lock is taken.
    pub fn recover_attempts(&mut self, stamp: &Stamp) -> Result<Vec<FileIdentifier>> {
        // The index holds the open ones alone: looking costs the same after ten years.
        let sql = "SELECT id FROM attempt INDEXED BY attempt_one_open WHERE outcome IS NULL ORDER BY outbox";
        let open = query::all(&self.connection, sql, [], |row| Ok(AttemptId(row.get("id")?)))?;
        let mut unconfirmed = Vec::new();
        for attempt in open {
            let row = self.end_attempt(stamp, attempt, |row| {
                if row.phase.is_some_and(SendPhase::is_ambiguous) {
                    AttemptOutcome::Unconfirmed
                } else {
                    AttemptOutcome::Interrupted
                }
            })?;
            if transmission::state_of(&self.connection, row.lot)? == TransmissionState::NonConfirmee {
                unconfirmed.push(row.identifier);
            }
        }
        Ok(unconfirmed)
    }

    /// Lets the same bytes leave again: *non confirmée* or *transmise* → *en fichier*. When that is lawful (two working
    /// days without an answer, a non-delivery notice, the user's word) is decided in `core`; `why` is journaled.
    ///
    /// # Errors
    /// An ARL came: [`StoreError::Forbidden`].
    pub fn release_for_resend(&mut self, stamp: &Stamp, lot: FileIdentifier, why: &str) -> Result<()> {
        let change = self.change(stamp)?;
        let handle = transmission::lot(&change, lot)?;
        let from = transmission::state_of(&change, handle.id)?;
        if from == TransmissionState::EnLot {
            // The axis allows this move too: it is the one of a signature, not of a release.
            return Err(StoreError::LotState { state: handle.state });
        }
        move_lot(&change, handle.id, &[TransmissionState::EnFichier])?;
        change.commit(Entry::new("envoi.libere").lot(lot).with("from", from.word()).with("why", why))
    }

    /// The file that left in the mail of that Message-ID, and its practitioner.
    pub fn file_of_mail(&self, message_id: &str) -> Result<Option<(FileIdentifier, BillingNumber)>> {
        let sql = "SELECT identifier, sender FROM outbox WHERE message_id = ?1";
        query::first(&self.connection, sql, [message_id], |row| Ok((cell(row, "identifier")?, cell(row, "sender")?)))
    }

    fn end_attempt(
        &mut self,
        stamp: &Stamp,
        attempt: AttemptId,
        judge: impl FnOnce(&OpenAttempt) -> AttemptOutcome,
    ) -> Result<OpenAttempt> {
        let change = self.change(stamp)?;
        let row = open_attempt(&change, attempt)?;
        let outcome = judge(&row);
        let (word, detail) = words(&outcome);
        let sql = "UPDATE attempt SET ended_at = ?2, outcome = ?3, detail = ?4 WHERE id = ?1";
        query::run(&change, sql, params![attempt.0, stamp.at.put(), word, detail])?;
        let moved = match &outcome {
            AttemptOutcome::Accepted { .. } => Some((TransmissionState::Transmise, stamp.at)),
            AttemptOutcome::Unconfirmed => Some((TransmissionState::NonConfirmee, row.phase_at.unwrap_or(stamp.at))),
            AttemptOutcome::Failed { .. } | AttemptOutcome::Interrupted => None,
        };
        if let Some((state, sent_at)) = moved {
            let sql = "UPDATE outbox SET sent_at = ?2 WHERE id = ?1";
            query::run(&change, sql, params![row.outbox, sent_at.put()])?;
            if transmission::state_of(&change, row.lot)? == TransmissionState::EnFichier {
                move_lot(&change, row.lot, &[state])?;
            }
        }
        let mut entry = Entry::new("envoi.fini").lot(row.identifier).with("attempt", attempt.0).with("outcome", word);
        if let Some(phase) = row.phase {
            entry = entry.with("phase", phase.word());
        }
        if let AttemptOutcome::Failed { code } = &outcome {
            entry = entry.with("code", code.as_str());
        }
        change.commit(entry)?;
        Ok(row)
    }

    fn outbox_in(&self, state: TransmissionState) -> Result<Vec<OutboxRow>> {
        let sql = "SELECT outbox.id, outbox.identifier, outbox.from_address, outbox.to_address, outbox.message_id,
                          outbox.message,
                          EXISTS (SELECT 1 FROM inbox
                                  WHERE inbox.kind = 'non_remise' AND inbox.status = 'applique'
                                    AND inbox.received_at >= outbox.sent_at
                                    AND json_extract(inbox.content, '$.original') = outbox.message_id) AS undelivered
                   FROM outbox
                   WHERE outbox.lot IN (SELECT lot FROM membership WHERE state = ?1)
                     AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.outbox = outbox.id AND attempt.outcome IS NULL)
                   ORDER BY outbox.id";
        let mut rows = query::all(&self.connection, sql, params![state.put()], |row| {
            Ok(OutboxRow {
                id: OutboxId(row.get("id")?),
                lot: cell(row, "identifier")?,
                message: row.get("message")?,
                from: row.get("from_address")?,
                to: row.get("to_address")?,
                message_id: row.get("message_id")?,
                attempts: Vec::new(),
                undelivered: row.get("undelivered")?,
            })
        })?;
        for row in &mut rows {
            row.attempts = attempts(&self.connection, row.id.0)?;
        }
        Ok(rows)
    }
}

/// Every try of a file, oldest first.
pub(crate) fn attempts(connection: &Connection, outbox: i64) -> Result<Vec<AttemptRow>> {
    let sql =
        "SELECT id, began_at, phase, phase_at, ended_at, outcome, detail FROM attempt WHERE outbox = ?1 ORDER BY id";
    query::all(connection, sql, [outbox], |row| {
        Ok(AttemptRow {
            id: AttemptId(row.get("id")?),
            began_at: cell(row, "began_at")?,
            phase: cell_or_null(row, "phase")?,
            phase_at: cell_or_null(row, "phase_at")?,
            ended_at: cell_or_null(row, "ended_at")?,
            outcome: outcome(row)?,
        })
    })
}

/// A try without outcome.
struct OpenAttempt {
    outbox: i64,
    lot: i64,
    identifier: FileIdentifier,
    phase: Option<SendPhase>,
    phase_at: Option<Instant>,
}

fn open_attempt(connection: &Connection, attempt: AttemptId) -> Result<OpenAttempt> {
    let sql = "SELECT attempt.outbox, outbox.lot, outbox.identifier, attempt.phase, attempt.phase_at,
                      attempt.outcome IS NULL AS open
               FROM attempt JOIN outbox ON outbox.id = attempt.outbox WHERE attempt.id = ?1";
    let found = query::first(connection, sql, [attempt.0], |row| {
        let open: bool = row.get("open")?;
        let attempt = OpenAttempt {
            outbox: row.get("outbox")?,
            lot: row.get("lot")?,
            identifier: cell(row, "identifier")?,
            phase: cell_or_null(row, "phase")?,
            phase_at: cell_or_null(row, "phase_at")?,
        };
        Ok((attempt, open))
    })?;
    match found {
        Some((attempt, true)) => Ok(attempt),
        Some((_, false)) => Err(StoreError::AttemptOver),
        None => Err(StoreError::UnknownSending),
    }
}

fn posted(connection: &Connection, id: OutboxId) -> Result<(i64, FileIdentifier)> {
    let sql = "SELECT lot, identifier FROM outbox WHERE id = ?1";
    query::first(connection, sql, [id.0], |row| Ok((row.get("lot")?, cell(row, "identifier")?)))?
        .ok_or(StoreError::UnknownSending)
}

fn words(outcome: &AttemptOutcome) -> (&'static str, Value) {
    match outcome {
        AttemptOutcome::Accepted { reply } => ("acceptee", Value::Text(reply.clone())),
        AttemptOutcome::Failed { code } => ("echec", Value::Text(code.clone())),
        AttemptOutcome::Unconfirmed => ("non_confirmee", Value::Null),
        AttemptOutcome::Interrupted => ("interrompue", Value::Null),
    }
}

fn outcome(row: &Row<'_>) -> rusqlite::Result<Option<AttemptOutcome>> {
    let Some(word) = row.get::<_, Option<String>>("outcome")? else { return Ok(None) };
    let detail = row.get::<_, Option<String>>("detail")?.unwrap_or_default();
    match word.as_str() {
        "acceptee" => Ok(Some(AttemptOutcome::Accepted { reply: detail })),
        "echec" => Ok(Some(AttemptOutcome::Failed { code: detail })),
        "non_confirmee" => Ok(Some(AttemptOutcome::Unconfirmed)),
        "interrompue" => Ok(Some(AttemptOutcome::Interrupted)),
        _ => Err(bad("issue d'envoi")),
    }
}
