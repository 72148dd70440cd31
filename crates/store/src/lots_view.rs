//! Looking at lots: what is free to enter one, what waits for its signature, one lot with everything, all in brief.
//! Nothing here changes anything.

use liasse_domain::fse::Signed;
use liasse_domain::lot::{LotKey, LotName, LotState};
use liasse_domain::{BillingNumber, Centimes, FileIdentifier, Fse, FseRef, Instant, TransmissionState};
use rusqlite::{Connection, Row, params};
use sha2::{Digest, Sha256};

use crate::cell::{Cell, cell, cell_or_null, destination, put_or_null, reference};
use crate::document;
use crate::error::Result;
use crate::journal::hex;
use crate::lots::SealedLot;
use crate::open::Store;
use crate::outbox::{self, AttemptRow};
use crate::query;
use crate::transmission;
use crate::withheld::debug_by_length;

/// A lot with everything that is known of it.
#[derive(Clone, PartialEq, Eq)]
pub struct LotRow {
    /// Its number and the identifier of its file.
    pub name: LotName,
    /// What its FSE share.
    pub key: LotKey,
    /// The state of the lot itself.
    pub state: LotState,
    /// Sequence and hash of the journal's last entry before the seal.
    pub head: (u64, [u8; 32]),
    /// When it was sealed.
    pub sealed_at: Instant,
    /// When it was signed.
    pub signed_at: Option<Instant>,
    /// When the post took its file, or may have, for the last time.
    pub sent_at: Option<Instant>,
    /// `lot.b2`.
    pub bytes: Vec<u8>,
    /// Its signature.
    pub cms: Option<Vec<u8>>,
    /// `fichier.b2`.
    pub file_bytes: Option<Vec<u8>>,
    /// Message-ID of its mail.
    pub message_id: Option<String>,
    /// Its FSE, in the order of the bytes.
    pub members: Vec<FseRef>,
    /// The state that its memberships share.
    pub transmission: TransmissionState,
    /// Every try to send it, oldest first.
    pub attempts: Vec<AttemptRow>,
}

debug_by_length!(LotRow {
    name, key, state, head, sealed_at, signed_at, sent_at, message_id, members, transmission, attempts;
    bytes; cms, file_bytes
});

/// A lot in brief.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotSummary {
    /// Its number and the identifier of its file.
    pub name: LotName,
    /// What its FSE share.
    pub key: LotKey,
    /// The state of the lot itself.
    pub state: LotState,
    /// The state that its memberships share.
    pub transmission: TransmissionState,
    /// How many FSE.
    pub count: u32,
    /// Sum of what they charge.
    pub total: Centimes,
    /// When it was sealed.
    pub sealed_at: Instant,
    /// When the post took its file, or may have, for the last time.
    pub sent_at: Option<Instant>,
}

impl Store {
    /// The lot whose bytes have this SHA-256, with its bytes; looked up by reading every lot. Of a lot in which something was
    /// erased the hash is the one that its seal told: its frame, and the head of the journal in it, are as they were.
    pub fn lot_of_digest(&self, digest: &[u8; 32]) -> Result<Option<(FileIdentifier, Vec<u8>)>> {
        let sql = "SELECT l.identifier, l.bytes,
                          iif(json_valid(j.payload), json_extract(j.payload, '$.lot_sha256'), NULL) AS sealed,
                          EXISTS (SELECT 1 FROM membership m JOIN erasure e ON e.document = m.document
                                  WHERE m.lot = l.id) AS erased
                   FROM lot l LEFT JOIN journal j ON j.seq = l.entry ORDER BY l.id DESC";
        let wanted = hex(digest);
        let mut statement = self.connection.prepare_cached(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get("bytes")?;
            let same = if row.get::<_, bool>("erased")? {
                row.get::<_, Option<String>>("sealed")?.as_ref() == Some(&wanted)
            } else {
                Sha256::digest(&bytes).as_slice() == digest
            };
            if same {
                return Ok(Some((cell(row, "identifier")?, bytes)));
            }
        }
        Ok(None)
    }

    /// The FSE and DRE that may enter a lot: *signée*, in no live lot, not rejected; of one billing number, or of all.
    pub fn free_signed(&self, billing: Option<&BillingNumber>) -> Result<Vec<Fse<Signed>>> {
        let sql = "SELECT id FROM document
                   WHERE state = 'signee' AND live IS NULL AND given_up = 0 AND (?1 IS NULL OR billing = ?1)
                     AND NOT EXISTS (SELECT 1 FROM reject WHERE reject.document = document.id)
                   ORDER BY billing, number, kind DESC";
        let ids = query::all(&self.connection, sql, params![put_or_null(billing)], |row| row.get::<_, i64>("id"))?;
        ids.into_iter().map(|id| document::signed(&self.connection, id)).collect()
    }

    /// The lots that are sealed and not signed, oldest first: to be signed again, or dissolved.
    pub fn sealed_lots(&self) -> Result<Vec<SealedLot>> {
        let sql = "SELECT * FROM lot WHERE state = 'scelle' ORDER BY id";
        let rows = query::all(&self.connection, sql, [], |row| {
            Ok((row.get::<_, i64>("id")?, name(row)?, key(row)?, row.get("bytes")?, cell(row, "sealed_at")?))
        })?;
        rows.into_iter()
            .map(|(id, name, key, bytes, sealed_at)| {
                Ok(SealedLot { name, key, bytes, members: members(&self.connection, id)?, sealed_at })
            })
            .collect()
    }

    /// A lot with everything, by the identifier of its file.
    pub fn lot(&self, lot: FileIdentifier) -> Result<Option<LotRow>> {
        let sql = "SELECT lot.*, outbox.id AS outbox, outbox.file, outbox.message_id, outbox.sent_at
                   FROM lot LEFT JOIN outbox ON outbox.lot = lot.id WHERE lot.identifier = ?1";
        let found = query::first(&self.connection, sql, params![lot.put()], |row| {
            let partial = LotRow {
                name: name(row)?,
                key: key(row)?,
                state: cell(row, "state")?,
                head: (row.get::<_, i64>("head_seq")?.unsigned_abs(), cell(row, "head_hash")?),
                sealed_at: cell(row, "sealed_at")?,
                signed_at: cell_or_null(row, "signed_at")?,
                sent_at: cell_or_null(row, "sent_at")?,
                bytes: row.get("bytes")?,
                cms: row.get("cms")?,
                file_bytes: row.get("file")?,
                message_id: row.get("message_id")?,
                members: Vec::new(),
                transmission: TransmissionState::EnLot,
                attempts: Vec::new(),
            };
            Ok((row.get::<_, i64>("id")?, row.get::<_, Option<i64>>("outbox")?, partial))
        })?;
        let Some((id, posted, mut lot)) = found else { return Ok(None) };
        lot.members = members(&self.connection, id)?;
        lot.transmission = transmission::state_of(&self.connection, id)?;
        if let Some(posted) = posted {
            lot.attempts = outbox::attempts(&self.connection, posted)?;
        }
        Ok(Some(lot))
    }

    /// Every lot in brief, newest first.
    pub fn lots(&self) -> Result<Vec<LotSummary>> {
        let sql = "SELECT lot.number, lot.identifier, lot.billing, lot.mode, lot.regime, lot.caisse, lot.state,
                          lot.sealed_at, outbox.sent_at, count(*) AS count, sum(document.total) AS total,
                          min(membership.state) AS transmission
                   FROM lot
                   JOIN membership ON membership.lot = lot.id
                   JOIN document ON document.id = membership.document
                   LEFT JOIN outbox ON outbox.lot = lot.id
                   GROUP BY lot.id ORDER BY lot.id DESC";
        query::all(&self.connection, sql, [], |row| {
            Ok(LotSummary {
                name: name(row)?,
                key: key(row)?,
                state: cell(row, "state")?,
                transmission: cell(row, "transmission")?,
                count: row.get("count")?,
                total: cell(row, "total")?,
                sealed_at: cell(row, "sealed_at")?,
                sent_at: cell_or_null(row, "sent_at")?,
            })
        })
    }

    /// The lot sealed last.
    pub fn last_lot(&self) -> Result<Option<FileIdentifier>> {
        query::first(&self.connection, "SELECT identifier FROM lot ORDER BY id DESC LIMIT 1", [], |row| {
            cell(row, "identifier")
        })
    }
}

/// The FSE of a lot, in the order of its bytes.
pub(crate) fn members(connection: &Connection, lot: i64) -> Result<Vec<FseRef>> {
    let sql = "SELECT document.billing, document.number FROM membership
               JOIN document ON document.id = membership.document
               WHERE membership.lot = ?1 ORDER BY membership.position";
    query::all(connection, sql, [lot], reference)
}

fn name(row: &Row<'_>) -> rusqlite::Result<LotName> {
    Ok(LotName { number: cell(row, "number")?, file: cell(row, "identifier")? })
}

fn key(row: &Row<'_>) -> rusqlite::Result<LotKey> {
    Ok(LotKey { billing: cell(row, "billing")?, mode: cell(row, "mode")?, destination: destination(row)? })
}
