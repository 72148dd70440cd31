//! Sealing, posting and dissolving lots. Sealing is one transaction, signing happens with none open, posting is a second:
//! a lot between the two is *scellé, non signé* and never enters the outbox. Not its bytes: a closure makes them.
//! Rule: design/architecture, "Claims, lots and what must survive".

use liasse_domain::lot::{LotKey, LotName, LotState, MAX_FSE};
use liasse_domain::{DocumentState, FileIdentifier, FseRef, Instant, LotNumber, TransmissionState};
use rusqlite::{Connection, params};

use crate::cell::Cell;
use crate::change::Change;
use crate::counter;
use crate::document;
use crate::error::{Or, Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::query;
use crate::scans::{self, ScanLetter};
use crate::stamp::Stamp;
use crate::transmission::{self, LotHandle, move_lot};
use crate::withheld::debug_by_length;

/// A lot that is sealed and waits for its signature.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedLot {
    /// Its number and the identifier of its file.
    pub name: LotName,
    /// What its FSE share.
    pub key: LotKey,
    /// `lot.b2`.
    pub bytes: Vec<u8>,
    /// Its FSE, in the order of the bytes.
    pub members: Vec<FseRef>,
    /// When it was sealed.
    pub sealed_at: Instant,
}

debug_by_length!(SealedLot { name, key, members, sealed_at; bytes; });

/// Everything the post needs, exactly as it will leave.
#[derive(Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// `fichier.b2`.
    pub file_bytes: Vec<u8>,
    /// The whole mail.
    pub message: Vec<u8>,
    /// Its recipient.
    pub to: String,
    /// Its sender.
    pub from: String,
    /// Its Message-ID, unique.
    pub message_id: String,
    /// The mail with the scanned documents of its FSE, where there are some.
    pub scans: Option<ScanLetter>,
}

debug_by_length!(Outgoing { to, from, message_id, scans; file_bytes, message; });

impl Store {
    /// Seals a lot of `members`, in that order: takes the next lot number, has `make` build `lot.b2` from the number and
    /// from sequence and hash of the journal's last entry, and keeps bytes, memberships and the seal's own journal entry
    /// (which holds SHA-256 of the bytes) in one transaction. When `make` fails nothing is kept and no number is used.
    ///
    /// # Errors
    /// [`StoreError::NotForThisLot`] when a member is not *signée*, not free, rejected or of another key, or when there
    /// are none or more than [`MAX_FSE`]; [`StoreError::IdentifierTaken`]: draw another identifier.
    pub fn seal<E>(
        &mut self,
        stamp: &Stamp,
        key: &LotKey,
        members: &[FseRef],
        file: FileIdentifier,
        make: impl FnOnce(LotNumber, u64, [u8; 32]) -> std::result::Result<Vec<u8>, E>,
    ) -> Result<SealedLot, Or<E>> {
        let change = self.change(stamp)?;
        if transmission::find(&change, file)?.is_some() {
            return Err(StoreError::IdentifierTaken.into());
        }
        let documents = admit(&change, key, members)?;
        let number = counter::next_lot(&change, &key.billing)?;
        let head = change.head();
        let bytes = make(number, head.seq.unsigned_abs(), head.hash).map_err(Or::Other)?;
        let lot = insert(&change, key, number, file, &bytes)?;
        for (position, document) in documents.iter().enumerate() {
            query::run(
                &change,
                "INSERT INTO membership (lot, document, position, state) VALUES (?1, ?2, ?3, ?4)",
                params![lot, document, i64::try_from(position).unwrap_or(i64::MAX), TransmissionState::EnLot.put()],
            )?;
        }
        let names: Vec<String> = members.iter().map(FseRef::to_string).collect();
        let entry = Entry::new("lot.scelle")
            .lot(file)
            .with("billing", key.billing.as_str())
            .with("number", number.get())
            .with("mode", key.mode.code())
            .with("destination", key.destination.to_string())
            .with("members", names)
            .with("lot_sha256", fingerprint(&bytes));
        change.commit(entry)?;
        Ok(SealedLot {
            name: LotName { number, file },
            key: key.clone(),
            bytes,
            members: members.to_vec(),
            sealed_at: stamp.at,
        })
    }

    /// Keeps the signature of a sealed lot and puts its file into the outbox, in one transaction: *en fichier*.
    pub fn post_lot(&mut self, stamp: &Stamp, lot: FileIdentifier, cms: &[u8], outgoing: &Outgoing) -> Result<()> {
        let change = self.change(stamp)?;
        let LotHandle { id, state, .. } = transmission::lot(&change, lot)?;
        if state != LotState::Scelle {
            return Err(StoreError::LotState { state });
        }
        let sql = "UPDATE lot SET state = ?2, cms = ?3, signed_at = ?4 WHERE id = ?1";
        query::run(&change, sql, params![id, LotState::Signe.put(), cms, stamp.at.put()])?;
        move_lot(&change, id, &[TransmissionState::EnFichier])?;
        query::run(
            &change,
            "INSERT INTO outbox (lot, sender, identifier, regime, caisse, from_address, to_address, message_id, entry,
                                 file, message)
             SELECT id, billing, identifier, regime, caisse, ?2, ?3, ?4, ?5, ?6, ?7 FROM lot WHERE id = ?1",
            params![
                id,
                outgoing.from,
                outgoing.to,
                outgoing.message_id,
                change.entry(),
                outgoing.file_bytes,
                outgoing.message
            ],
        )?;
        let entry = Entry::new("lot.signe")
            .lot(lot)
            .with("cms_sha256", fingerprint(cms))
            .with("file_sha256", fingerprint(&outgoing.file_bytes))
            .with("message_sha256", fingerprint(&outgoing.message))
            .with("message_id", outgoing.message_id.as_str());
        let entry = scans::keep(&change, id, outgoing, entry)?;
        change.commit(entry)
    }

    /// Takes a lot apart: its FSE are free again; its number and identifier are used up. Only a lot that is *scellé*, or
    /// *signé* and whose file the post certainly never took: each try failed, or was interrupted before the final dot.
    ///
    /// # Errors
    /// [`StoreError::SendingBegun`], [`StoreError::LotState`] when it is dissolved already.
    pub fn dissolve_lot(&mut self, stamp: &Stamp, lot: FileIdentifier) -> Result<()> {
        let change = self.change(stamp)?;
        let LotHandle { id, state, .. } = transmission::lot(&change, lot)?;
        if state == LotState::Dissous {
            return Err(StoreError::LotState { state });
        }
        // Said by what is harmless, so that an outcome nobody thought of counts as a departure.
        let may_have_left = "SELECT 1 FROM attempt JOIN outbox ON outbox.id = attempt.outbox
                             WHERE outbox.lot = ?1 AND attempt.outcome IS NOT 'echec'
                               AND NOT (attempt.outcome IS 'interrompue' AND attempt.phase IS NOT 'dot')";
        if query::any(&change, may_have_left, [id])? {
            return Err(StoreError::SendingBegun);
        }
        move_lot(&change, id, &[TransmissionState::Retiree])?;
        let sql = "UPDATE lot SET state = ?2, dissolved_at = ?3 WHERE id = ?1";
        query::run(&change, sql, params![id, LotState::Dissous.put(), stamp.at.put()])?;
        change.commit(Entry::new("lot.dissous").lot(lot).with("from", state.word()))
    }
}

/// The documents of `members`, each fit for a lot of that key.
fn admit(connection: &Connection, key: &LotKey, members: &[FseRef]) -> Result<Vec<i64>> {
    if members.is_empty() || members.len() > MAX_FSE {
        return Err(StoreError::NotForThisLot);
    }
    let mut documents = Vec::with_capacity(members.len());
    for member in members {
        let row = document::get_of(connection, key.destination.takes(), member)?;
        let fits = row.state == DocumentState::Signee
            && row.live.is_none()
            && member.billing == key.billing
            && row.mode == key.mode
            && row.destination == key.destination
            && !documents.contains(&row.id)
            && !query::any(connection, "SELECT 1 FROM reject WHERE document = ?1", [row.id])?
            && !query::any(connection, "SELECT 1 FROM document WHERE id = ?1 AND given_up = 1", [row.id])?;
        if !fits {
            return Err(StoreError::NotForThisLot);
        }
        documents.push(row.id);
    }
    Ok(documents)
}

fn insert(change: &Change<'_>, key: &LotKey, number: LotNumber, file: FileIdentifier, bytes: &[u8]) -> Result<i64> {
    let head = change.head();
    query::run(
        change,
        "INSERT INTO lot (billing, number, identifier, mode, regime, caisse, state, head_seq, head_hash, entry,
                          sealed_at, bytes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)",
        params![
            key.billing.put(),
            number.put(),
            file.put(),
            key.mode.put(),
            key.destination.regime(),
            key.destination.caisse(),
            LotState::Scelle.put(),
            head.seq,
            head.hash,
            change.entry(),
            change.stamp().at.put(),
            bytes
        ],
    )?;
    Ok(change.last_insert_rowid())
}
