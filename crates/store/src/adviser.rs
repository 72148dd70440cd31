//! What an adviser of the caisse (CIS) asks of a workstation, in numbers: FSE by mode, days from the act to the sending, files
//! without an answer, codes of refusals. Reads no content and no patient; nothing here changes anything.

use chrono::NaiveDate;
use liasse_domain::{BillingNumber, FileIdentifier, Instant, LotNumber, SecuringMode, TransmissionState};
use rusqlite::params;

use crate::cell::{Cell, cell};
use crate::error::Result;
use crate::open::Store;
use crate::query;

/// A file that left, or may have, and that nobody has answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SilentFileRow {
    /// Its identifier.
    pub file: FileIdentifier,
    /// The number of its lot.
    pub lot: LotNumber,
    /// *Transmise* or *non confirmée*.
    pub state: TransmissionState,
    /// When the post took it, or may have, for the last time.
    pub sent_at: Instant,
    /// How many documents it holds.
    pub count: u32,
}

/// A code with which a caisse or an insurer refused a document, or a whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusalCodeRow {
    /// The code.
    pub code: String,
    /// How often it came in all.
    pub count: u32,
    /// The day it came last.
    pub last: NaiveDate,
}

impl Store {
    /// How many FSE of a practitioner, withdrawn ones left out, bear each mode; those whose first act is on that day or later.
    pub fn modes_since(&self, billing: &BillingNumber, from: NaiveDate) -> Result<Vec<(SecuringMode, u32)>> {
        let sql = "SELECT mode, count(*) AS count FROM document
                   WHERE kind = 'fse' AND billing = ?1 AND act_date >= ?2 AND number IS NOT NULL AND state <> 'annulee'
                   GROUP BY mode ORDER BY mode";
        query::all(&self.connection, sql, params![billing.put(), from.put()], |row| {
            Ok((cell(row, "mode")?, row.get("count")?))
        })
    }

    /// The day of the first act, and the moment of the sending, of each of those that have left.
    pub fn sendings_since(&self, billing: &BillingNumber, from: NaiveDate) -> Result<Vec<(NaiveDate, Instant)>> {
        let sql = "SELECT d.act_date, o.sent_at FROM document d JOIN membership m ON m.id = d.live
                   JOIN outbox o ON o.lot = m.lot
                   WHERE d.kind = 'fse' AND d.billing = ?1 AND d.act_date >= ?2 AND o.sent_at IS NOT NULL ORDER BY d.id";
        query::all(&self.connection, sql, params![billing.put(), from.put()], |row| {
            Ok((cell(row, "act_date")?, cell(row, "sent_at")?))
        })
    }

    /// The files of a practitioner that are *transmise* or *non confirmée*, the oldest sending first.
    pub fn files_without_answer(&self, billing: &BillingNumber) -> Result<Vec<SilentFileRow>> {
        let sql = "SELECT l.identifier, l.number, m.state, o.sent_at, count(*) AS count
                   FROM membership m JOIN lot l ON l.id = m.lot JOIN outbox o ON o.lot = l.id
                   WHERE m.state IN ('transmise', 'non_confirmee') AND l.billing = ?1
                   GROUP BY l.id ORDER BY o.sent_at, l.id";
        query::all(&self.connection, sql, params![billing.put()], |row| {
            Ok(SilentFileRow {
                file: cell(row, "identifier")?,
                lot: cell(row, "number")?,
                state: cell(row, "state")?,
                sent_at: cell(row, "sent_at")?,
                count: row.get("count")?,
            })
        })
    }

    /// The codes of a practitioner's refusals, the one that came last first, at most so many.
    pub fn refusal_codes(&self, billing: &BillingNumber, limit: u32) -> Result<Vec<RefusalCodeRow>> {
        let sql = "SELECT code, count(*) AS count, max(day) AS last FROM (
                       SELECT r.code AS code, r.rejected_on AS day FROM reject r JOIN document d ON d.id = r.document
                       WHERE d.billing = ?1
                       UNION ALL
                       SELECT json_extract(content, '$.refused.code'), json_extract(content, '$.on') FROM inbox
                       WHERE kind = 'arl' AND status = 'applique' AND json_extract(content, '$.refused') IS NOT NULL
                         AND json_extract(content, '$.billing') = ?1)
                   GROUP BY code ORDER BY last DESC, count DESC, code LIMIT ?2";
        query::all(&self.connection, sql, params![billing.put(), limit], |row| {
            Ok(RefusalCodeRow { code: row.get("code")?, count: row.get("count")?, last: cell(row, "last")? })
        })
    }
}
