//! What one FSE went through: the lots that held it, what caisses answered to their files, its rejects, what was paid, and each
//! step that the journal tells. For a person on the telephone; names nobody, and nothing here changes anything.
//! Not the state of now (`claims_view`).

use chrono::NaiveDate;
use liasse_domain::returns::{Reason, Return};
use liasse_domain::{Centimes, FileIdentifier, FseRef, Instant, Payer};
use rusqlite::params;

use crate::cell::{Cell, bad, cell};
use crate::document;
use crate::error::Result;
use crate::inbox::InboxStatus;
use crate::open::Store;
use crate::query;

/// What a caisse answered to a file (ARL).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerRow {
    /// The day of the answer, as the caisse says.
    pub on: NaiveDate,
    /// When it was taken in here.
    pub read_at: Instant,
    /// `None` is ARL+; a reason is ARL-.
    pub refused: Option<Reason>,
    /// Whether it moved the file; one that says again what is known, or contradicts it, moves nothing.
    pub applied: bool,
}

/// The reject of an FSE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectRow {
    /// In which file.
    pub lot: FileIdentifier,
    /// Why, in the caisse's words.
    pub reason: Reason,
    /// The day of the reject, as the caisse says.
    pub on: NaiveDate,
    /// When it was taken in here.
    pub read_at: Instant,
}

/// What a transfer pays for an FSE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidForRow {
    /// The transfer's reference.
    pub reference: String,
    /// Its day.
    pub on: NaiveDate,
    /// On whose behalf.
    pub payer: Payer,
    /// How much.
    pub amount: Centimes,
}

/// A step that the journal tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepRow {
    /// When.
    pub at: Instant,
    /// What: `fse.signee`, `envoi.fini`…
    pub action: String,
    /// With which file.
    pub lot: Option<String>,
    /// How a sending ended, or what an answer decided: a word of the store.
    pub outcome: Option<String>,
    /// What kind of message came.
    pub kind: Option<String>,
    /// The code that goes with it.
    pub code: Option<String>,
}

/// One step; a union of what names the FSE and what names a lot of it, so that each is found by its index.
macro_rules! step {
    () => {
        "SELECT seq, at, action, lot,
                coalesce(json_extract(payload, '$.outcome'), json_extract(payload, '$.verdict')) AS outcome,
                json_extract(payload, '$.kind') AS kind, json_extract(payload, '$.code') AS code
         FROM journal WHERE "
    };
}

impl Store {
    /// The files of the lots that hold or held an FSE, the first first.
    pub fn files_of(&self, fse: &FseRef) -> Result<Vec<FileIdentifier>> {
        let sql = "SELECT lot.identifier FROM membership JOIN lot ON lot.id = membership.lot
                   WHERE membership.document = ?1 ORDER BY membership.id";
        let document = document::get(&self.connection, fse)?;
        query::all(&self.connection, sql, [document.id], |row| cell(row, "identifier"))
    }

    /// What was answered to a file, the first answer first.
    pub fn answers_to(&self, file: FileIdentifier) -> Result<Vec<AnswerRow>> {
        // The journal is asked by its index: the mailbox of ten years has none for files.
        let sql = "SELECT DISTINCT i.id, i.received_at, i.status, i.content
                   FROM journal j JOIN inbox i ON i.id = json_extract(j.payload, '$.inbox')
                   WHERE j.lot = ?1 AND j.action IN ('retour.recu', 'retour.reconnu') AND i.kind = 'arl' ORDER BY i.id";
        let found = query::all(&self.connection, sql, params![file.put()], |row| {
            let content: String = row.get("content")?;
            let said: Return = serde_json::from_str(&content).map_err(|_| bad("retour"))?;
            let status: InboxStatus = cell(row, "status")?;
            Ok((said, cell::<Instant>(row, "received_at")?, status == InboxStatus::Applique))
        })?;
        let answer = |(said, read_at, applied)| match said {
            Return::Acknowledgement(arl) => Some(AnswerRow { on: arl.on, read_at, refused: arl.refused, applied }),
            _ => None,
        };
        Ok(found.into_iter().filter_map(answer).collect())
    }

    /// The rejects of an FSE, the first first.
    pub fn rejects_of(&self, fse: &FseRef) -> Result<Vec<RejectRow>> {
        let sql = "SELECT lot.identifier, r.code, r.label, r.rejected_on, i.received_at
                   FROM reject r JOIN inbox i ON i.id = r.inbox JOIN lot ON lot.id = r.lot
                   WHERE r.document = ?1 ORDER BY r.id";
        let document = document::get(&self.connection, fse)?;
        query::all(&self.connection, sql, [document.id], |row| {
            Ok(RejectRow {
                lot: cell(row, "identifier")?,
                reason: Reason { code: row.get("code")?, label: row.get("label")? },
                on: cell(row, "rejected_on")?,
                read_at: cell(row, "received_at")?,
            })
        })
    }

    /// What transfers pay for an FSE, the first first.
    pub fn paid_for(&self, fse: &FseRef) -> Result<Vec<PaidForRow>> {
        let sql = "SELECT p.reference, p.paid_on, l.payer, l.amount
                   FROM payment_line l JOIN payment p ON p.id = l.payment
                   WHERE l.document = ?1 ORDER BY p.paid_on, p.id, l.position";
        let document = document::get(&self.connection, fse)?;
        query::all(&self.connection, sql, [document.id], |row| {
            Ok(PaidForRow {
                reference: row.get("reference")?,
                on: cell(row, "paid_on")?,
                payer: cell(row, "payer")?,
                amount: cell(row, "amount")?,
            })
        })
    }

    /// Each step of an FSE and of the lots that hold or held it, the first first.
    pub fn steps_of(&self, fse: &FseRef) -> Result<Vec<StepRow>> {
        let document = document::get(&self.connection, fse)?;
        let sql = concat!(
            step!(),
            "fse = ?1 UNION ",
            step!(),
            "lot IN (SELECT lot.identifier FROM membership JOIN lot ON lot.id = membership.lot
                     WHERE membership.document = ?2)
             ORDER BY seq"
        );
        query::all(&self.connection, sql, params![fse.to_string(), document.id], |row| {
            Ok(StepRow {
                at: cell(row, "at")?,
                action: row.get("action")?,
                lot: row.get("lot")?,
                outcome: row.get("outcome")?,
                kind: row.get("kind")?,
                code: row.get("code")?,
            })
        })
    }
}
