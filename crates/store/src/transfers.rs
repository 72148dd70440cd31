//! Prepared FSE between two posts of one practice, until they share a store: what leaves is here no more, what comes is here
//! once. What the patient paid goes with the FSE. Not the file that carries them (`core::exchange`).
//! Rule: issue "The locum's session", "Two posts, one practice".

use liasse_domain::{
    BillingNumber, Centimes, DocumentKind, DocumentState, FseContent, FseRef, Instant, PassageState, Payer,
};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell};
use crate::change::Change;
use crate::cheques::Cheque;
use crate::claims::{self, Of};
use crate::document::{self, DocumentRow};
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint, hex};
use crate::money;
use crate::open::Store;
use crate::patient;
use crate::query;
use crate::receipts::{self, Part, Settled};
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
    pub settled: Vec<Settled>,
    /// The word with which it is returned to the secretary.
    pub returned: Option<String>,
    /// Words of the desk.
    pub note: Option<String>,
    /// What was to be billed, as JSON.
    pub cotation: Option<String>,
    /// What the patient's Vitale last said, as JSON, and when.
    pub reading: Option<(String, Instant)>,
}

/// A file that left, as it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// Its random identifier.
    pub id: &'a str,
    /// Whose FSE it holds.
    pub billing: &'a BillingNumber,
    /// SHA-256 of the file.
    pub sha256: &'a [u8; 32],
    /// What was sealed into it.
    pub content: &'a [u8],
}

impl Store {
    /// What would pass: these FSE, their DRE beside them.
    ///
    /// # Errors
    /// [`StoreError::UnknownFse`]; [`StoreError::NotSigned`] for one that no longer waits; [`StoreError::Away`];
    /// [`StoreError::OfSession`]: what was made under a replacement, or corrects another FSE, stays where that is;
    /// [`StoreError::HasScans`]; [`StoreError::ChequeElsewhere`].
    pub fn to_pass_on(&self, fses: &[FseRef]) -> Result<Vec<PassedOn>> {
        passing(&self.connection, fses)
    }

    /// They left with this file: nothing is done with them here any more, and what the patients paid left with them.
    ///
    /// # Errors
    /// [`StoreError::NotAsStored`] when something of them changed since they were asked for.
    pub fn pass_on(&mut self, stamp: &Stamp, leaving: &Leaving<'_>, documents: &[PassedOn]) -> Result<()> {
        let mut change = self.change(stamp)?;
        let kept = |one: &&PassedOn| one.content.kind() == DocumentKind::Fse;
        let fses: Vec<FseRef> = documents.iter().filter(kept).map(|one| one.content.reference.clone()).collect();
        if passing(&change, &fses)? != documents {
            return Err(StoreError::NotAsStored);
        }
        keep(&change, leaving.id, "sortie", leaving.billing, leaving.sha256, Some(leaving.content))?;
        for passed in documents {
            let (kind, name) = (passed.content.kind(), &passed.content.reference);
            let row = document::get_of(&change, kind, name)?;
            query::run(&change, "UPDATE document SET away = ?2 WHERE id = ?1", params![row.id, leaving.id])?;
            query::run(&change, "DELETE FROM sent_back WHERE document = ?1", [row.id])?;
            let reversed = receipts::reverse_all(&change, row.id, leaving.billing)?;
            if reversed > Centimes::ZERO {
                let owed = money::get(&change, row.id, Payer::Patient)?;
                let left = owed.paid - reversed;
                money::keep(&change, row.id, &owed, left, money::by_amount(owed.due, left))?;
            }
            let entry = Entry::new("fse.passee").document(kind, name).patient(row.patient);
            change.tell(entry.with("transfer", leaving.id).with("reversed_cents", reversed.0))?;
        }
        let entry = Entry::new("transfert.sorti").with("transfer", leaving.id);
        change.commit(entry.with("sha256", hex(leaving.sha256)))
    }

    /// What was sealed into a file that left, to be written again: it is the same file, taken in once all the same.
    pub fn left_with(&self, id: &str) -> Result<Option<(BillingNumber, Vec<u8>)>> {
        // What was erased since is written by nobody again.
        let sql = "SELECT billing, content FROM transfer WHERE id = ?1 AND way = 'sortie' AND length(content) > 0";
        query::first(&self.connection, sql, [id], |row| Ok((cell(row, "billing")?, row.get("content")?)))
    }

    /// Whether a file left from here, or came here.
    pub fn knows_transfer(&self, id: &str) -> Result<bool> {
        query::any(&self.connection, "SELECT 1 FROM transfer WHERE id = ?1", [id])
    }

    /// Takes a file's documents in, all or none.
    ///
    /// # Errors
    /// [`StoreError::Replayed`] when the file was taken in before, or one of its FSE is here already;
    /// [`StoreError::NotAsStored`] when one that left from here comes back as another, or another one has its number here.
    pub fn take_in(
        &mut self,
        stamp: &Stamp,
        id: &str,
        billing: &BillingNumber,
        sha256: &[u8; 32],
        documents: &[PassedOn],
    ) -> Result<()> {
        let mut change = self.change(stamp)?;
        keep(&change, id, "entree", billing, sha256, None)?;
        let mut of = None;
        for passed in documents {
            let (kind, name) = (passed.content.kind(), &passed.content.reference);
            let row = match document::find_of(&change, kind, name)? {
                Some(row) => comes_back(&mut change, id, &row, passed)?,
                None => comes(&mut change, id, of, passed)?,
            };
            if kind == DocumentKind::Fse {
                of = Some(row);
            }
            for Settled { mode, amount, cheque } in &passed.settled {
                let cheque = cheque.clone().map(|(number, bank)| Cheque::New { number, bank });
                receipts::settle_part(&change, row, name, &Part { mode: *mode, amount: *amount, cheque })?;
            }
            if let Some(word) = &passed.returned {
                let sql = "INSERT INTO sent_back (document, word, at, entry) VALUES (?1, ?2, ?3, ?4)
                           ON CONFLICT (document) DO UPDATE SET word = excluded.word, at = excluded.at";
                query::run(&change, sql, params![row, word, stamp.at.put(), change.entry()])?;
            }
        }
        change.commit(Entry::new("transfert.recu").with("transfer", id).with("sha256", hex(sha256)))
    }

    /// Whether an FSE is at another post.
    pub fn is_away(&self, fse: &FseRef) -> Result<bool> {
        Ok(document::get(&self.connection, fse)?.away)
    }
}

fn passing(connection: &Connection, fses: &[FseRef]) -> Result<Vec<PassedOn>> {
    let mut all = Vec::new();
    for fse in fses {
        for kind in [DocumentKind::Fse, DocumentKind::Dre] {
            let row = match (document::find_of(connection, kind, fse)?, kind) {
                (Some(row), _) => row,
                (None, DocumentKind::Fse) => return Err(StoreError::UnknownFse),
                (None, DocumentKind::Dre) => continue,
            };
            // A DRE that was taken back on its own stays behind.
            if kind == DocumentKind::Dre && row.state == DocumentState::Annulee {
                continue;
            }
            waits(&row)?;
            let stays = "SELECT 1 FROM document WHERE id = ?1 AND (replacement IS NOT NULL OR corrects IS NOT NULL)";
            if query::any(connection, stays, [row.id])? {
                return Err(StoreError::OfSession);
            }
            if query::any(connection, "SELECT 1 FROM attachment WHERE document = ?1", [row.id])? {
                return Err(StoreError::HasScans);
            }
            let (content, bytes) = document::body(connection, row.id)?;
            let vitale = document::signatures(connection, row.id)?.vitale;
            let word = "SELECT word FROM sent_back WHERE document = ?1";
            let returned = query::first(connection, word, [row.id], |row| row.get(0))?;
            let desk = "SELECT note, cotation FROM passage WHERE document = ?1";
            let desk = query::first(connection, desk, [row.id], |row| Ok((row.get(0)?, row.get(1)?)))?;
            let (note, cotation) = desk.unwrap_or_default();
            let reading = match row.patient {
                Some(patient) if kind == DocumentKind::Fse => patient::last_reading(connection, patient)?,
                _ => None,
            };
            let settled = receipts::parts_standing(connection, row.id)?;
            all.push(PassedOn { content, bytes, vitale, settled, returned, note, cotation, reading });
        }
    }
    Ok(all)
}

fn keep(
    change: &Change<'_>,
    id: &str,
    way: &str,
    billing: &BillingNumber,
    sha256: &[u8; 32],
    content: Option<&[u8]>,
) -> Result<()> {
    if query::any(change, "SELECT 1 FROM transfer WHERE id = ?1", [id])? {
        return Err(StoreError::Replayed);
    }
    let sql = "INSERT INTO transfer (id, way, billing, at, sha256, entry, content) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    let values = params![id, way, billing.put(), change.stamp().at.put(), sha256.put(), change.entry(), content];
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
    let (content, bytes) = document::body(change, row.id)?;
    let sealed = document::signatures(change, row.id)?.vitale;
    if content != passed.content || bytes != passed.bytes || (sealed.is_some() && sealed != passed.vitale) {
        return Err(StoreError::NotAsStored);
    }
    if !row.away {
        return Err(StoreError::Replayed);
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
    if let (Some(patient), Some((said, read_at))) = (patient, &passed.reading) {
        patient::card_said(change, patient, said, *read_at)?;
    }
    if passed.cotation.is_some() || passed.note.is_some() {
        passage(change, row, patient, passed)?;
    }
    seal(change, row, patient, passed)?;
    Ok(row)
}

/// The passage of an FSE comes with it: what was coded, and the words of the desk.
fn passage(change: &mut Change<'_>, document: i64, patient: Option<i64>, passed: &PassedOn) -> Result<()> {
    let sql = "INSERT INTO passage (billing, patient, day, arrived_at, state, cotation, note, document, entry)
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    let (content, at) = (&passed.content, change.stamp().at.put());
    let (billing, day) = (content.reference.billing.put(), content.act_date().put());
    let state = PassageState::Facture.put();
    let values = params![billing, patient, day, at, state, passed.cotation, passed.note, document, change.entry()];
    query::run(change, sql, values)?;
    let id = change.last_insert_rowid();
    let entry = Entry::new("passage.cote").with("passage", id).patient(patient);
    change.tell(match &passed.cotation {
        Some(cotation) => entry.with("cotation_sha256", fingerprint(cotation.as_bytes())),
        None => entry,
    })
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
