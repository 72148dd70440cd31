//! Prepared FSE between two posts of one practice, until they share a store: what leaves is here no more, what comes is here
//! once. What the patient paid goes with the FSE. Not the file that carries them (`core::exchange`).
//! Rule: issue "The locum's session", "Two posts, one practice".

use liasse_domain::{BillingNumber, Centimes, DocumentKind, DocumentState, FseContent, FseRef, SettlementMode};
use rusqlite::params;

use crate::cell::Cell;
use crate::change::Change;
use crate::claims::{self, Of};
use crate::document::{self, DocumentRow};
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::money;
use crate::open::Store;
use crate::query;
use crate::receipts::{self, Part};
use crate::stamp::Stamp;

/// A document that passes from one post to another, with what belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassedOn {
    /// What it says.
    pub content: FseContent,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// The Vitale's seal, where there is one.
    pub vitale: Option<Vec<u8>>,
    /// How the patient settled it.
    pub settled: Vec<(SettlementMode, Centimes)>,
    /// The word with which it is returned to the secretary.
    pub returned: Option<String>,
    /// Words of the desk.
    pub note: Option<String>,
}

impl Store {
    /// What would pass: these FSE, their DRE beside them.
    ///
    /// # Errors
    /// [`StoreError::UnknownFse`]; [`StoreError::NotSigned`] for one that no longer waits; [`StoreError::Away`];
    /// [`StoreError::OfSession`]: what was made under a replacement stays where its session is.
    pub fn to_pass_on(&self, fses: &[FseRef]) -> Result<Vec<PassedOn>> {
        let mut all = Vec::new();
        for fse in fses {
            for kind in [DocumentKind::Fse, DocumentKind::Dre] {
                let Some(row) = document::find_of(&self.connection, kind, fse)? else {
                    if kind == DocumentKind::Fse {
                        return Err(StoreError::UnknownFse);
                    }
                    continue;
                };
                waits(&row)?;
                if crate::replacements::session_of(&self.connection, row.id)?.is_some() {
                    return Err(StoreError::OfSession);
                }
                let (content, bytes) = document::body(&self.connection, row.id)?;
                let vitale = document::signatures(&self.connection, row.id)?.vitale;
                let word = "SELECT word FROM sent_back WHERE document = ?1";
                let note = "SELECT note FROM passage WHERE document = ?1 AND note IS NOT NULL";
                let read = |sql| query::first(&self.connection, sql, [row.id], |row| row.get::<_, String>(0));
                let (returned, note) = (read(word)?, read(note)?);
                let settled = receipts::parts_standing(&self.connection, row.id)?;
                all.push(PassedOn { content, bytes, vitale, settled, returned, note });
            }
        }
        Ok(all)
    }

    /// They left with this file: nothing is done with them here any more, and what the patients paid left with them.
    pub fn pass_on(
        &mut self,
        stamp: &Stamp,
        id: &str,
        billing: &BillingNumber,
        sha256: &[u8; 32],
        documents: &[PassedOn],
    ) -> Result<()> {
        let mut change = self.change(stamp)?;
        keep(&change, id, "sortie", billing, sha256)?;
        for passed in documents {
            let (kind, name) = (passed.content.kind(), &passed.content.reference);
            let row = document::get_of(&change, kind, name)?;
            waits(&row)?;
            if document::body(&change, row.id)?.1 != passed.bytes {
                return Err(StoreError::NotAsStored);
            }
            query::run(&change, "UPDATE document SET away = ?2 WHERE id = ?1", params![row.id, id])?;
            query::run(&change, "DELETE FROM sent_back WHERE document = ?1", [row.id])?;
            let reversed = receipts::reverse_all(&change, row.id, billing)?;
            if reversed > Centimes::ZERO {
                let owed = money::get(&change, row.id, liasse_domain::Payer::Patient)?;
                money::keep(
                    &change,
                    row.id,
                    &owed,
                    owed.paid - reversed,
                    money::by_amount(owed.due, owed.paid - reversed),
                )?;
            }
            let entry = Entry::new("fse.passee").document(kind, name).patient(row.patient);
            change.tell(entry.with("transfer", id).with("reversed_cents", reversed.0))?;
        }
        change.commit(Entry::new("transfert.sorti").with("transfer", id).with("sha256", crate::journal::hex(sha256)))
    }

    /// Takes a file's documents in, all or none.
    ///
    /// # Errors
    /// [`StoreError::Replayed`] when the file was taken in before, or one of its FSE is here already;
    /// [`StoreError::NotAsStored`] when one that left from here comes back as another.
    pub fn take_in(
        &mut self,
        stamp: &Stamp,
        id: &str,
        billing: &BillingNumber,
        sha256: &[u8; 32],
        documents: &[PassedOn],
    ) -> Result<()> {
        let mut change = self.change(stamp)?;
        keep(&change, id, "entree", billing, sha256)?;
        let mut of = None;
        for passed in documents {
            let (kind, name) = (passed.content.kind(), &passed.content.reference);
            let id_of = match document::find_of(&change, kind, name)? {
                Some(row) => comes_back(&mut change, id, &row, passed)?,
                None => comes(&mut change, id, of, passed)?,
            };
            if kind == DocumentKind::Fse {
                of = Some(id_of);
            }
            for (mode, amount) in &passed.settled {
                receipts::settle_part(&change, id_of, name, &Part { mode: *mode, amount: *amount, cheque: None })?;
            }
            if let Some(word) = &passed.returned {
                let sql = "INSERT INTO sent_back (document, word, at, entry) VALUES (?1, ?2, ?3, ?4)
                           ON CONFLICT (document) DO UPDATE SET word = excluded.word, at = excluded.at";
                query::run(&change, sql, params![id_of, word, stamp.at.put(), change.entry()])?;
            }
        }
        change.commit(Entry::new("transfert.recu").with("transfer", id).with("sha256", crate::journal::hex(sha256)))
    }

    /// Whether an FSE is at another post.
    pub fn is_away(&self, fse: &FseRef) -> Result<bool> {
        Ok(document::get(&self.connection, fse)?.away)
    }
}

fn keep(change: &Change<'_>, id: &str, way: &str, billing: &BillingNumber, sha256: &[u8; 32]) -> Result<()> {
    if query::any(change, "SELECT 1 FROM transfer WHERE id = ?1", [id])? {
        return Err(StoreError::Replayed);
    }
    let sql = "INSERT INTO transfer (id, way, billing, at, sha256, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![id, way, billing.put(), change.stamp().at.put(), sha256.put(), change.entry()];
    query::run(change, sql, values)?;
    Ok(())
}

fn waits(row: &DocumentRow) -> Result<()> {
    if row.away {
        return Err(StoreError::Away);
    }
    if matches!(row.state, DocumentState::Preparee | DocumentState::SigneePatient) {
        return Ok(());
    }
    Err(StoreError::NotSigned { state: row.state })
}

/// One that left from here is here again.
fn comes_back(change: &mut Change<'_>, id: &str, row: &DocumentRow, passed: &PassedOn) -> Result<i64> {
    if !row.away {
        return Err(StoreError::Replayed);
    }
    let (content, bytes) = document::body(change, row.id)?;
    let sealed = document::signatures(change, row.id)?.vitale;
    if content != passed.content || bytes != passed.bytes || (sealed.is_some() && sealed != passed.vitale) {
        return Err(StoreError::NotAsStored);
    }
    query::run(change, "UPDATE document SET away = NULL WHERE id = ?1", [row.id])?;
    let entry = Entry::new("fse.revenue").document(content.kind(), &content.reference).patient(row.patient);
    change.tell(entry.with("transfer", id))?;
    if sealed.is_none() {
        seal(change, row.id, row.patient, passed)?;
    }
    Ok(row.id)
}

fn comes(change: &mut Change<'_>, id: &str, of: Option<i64>, passed: &PassedOn) -> Result<i64> {
    let fse = if passed.content.kind() == DocumentKind::Dre { of } else { None };
    let (row, entry) = claims::keep(change, &passed.content, &passed.bytes, Of { fse, session: None })?;
    change.tell(entry.with("transfer", id))?;
    let sql = "SELECT patient FROM document WHERE id = ?1";
    let patient = query::first(change, sql, [row], |row| row.get::<_, Option<i64>>("patient"))?.flatten();
    seal(change, row, patient, passed)?;
    Ok(row)
}

fn seal(change: &mut Change<'_>, row: i64, patient: Option<i64>, passed: &PassedOn) -> Result<()> {
    let Some(vitale) = &passed.vitale else { return Ok(()) };
    let sql = "INSERT INTO signature (document, signer, at, cms) VALUES (?1, 'vitale', ?2, ?3)";
    query::run(change, sql, params![row, change.stamp().at.put(), vitale])?;
    let sql = "UPDATE document SET state = ?2 WHERE id = ?1";
    query::run(change, sql, params![row, DocumentState::SigneePatient.put()])?;
    let entry = Entry::new("fse.scellee").document(passed.content.kind(), &passed.content.reference).patient(patient);
    change.tell(entry.with("vitale_sha256", fingerprint(vitale)))
}
