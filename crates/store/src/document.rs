//! The row of an FSE, as the operations need it: where it stands, and its content with its bytes.
//! Moves are made by the operations of `claims` through `DocumentState::become_state`.

use liasse_domain::{Destination, DocumentKind, DocumentState, Fse, FseContent, FseRef, SecuringMode};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell, destination, reference};
use crate::error::{Result, StoreError};
use crate::query;

/// Where an FSE stands.
#[derive(Debug)]
pub(crate) struct DocumentRow {
    pub(crate) id: i64,
    pub(crate) state: DocumentState,
    pub(crate) mode: SecuringMode,
    pub(crate) destination: Destination,
    pub(crate) patient: Option<i64>,
    /// Its live membership of a lot.
    pub(crate) live: Option<i64>,
    /// Whether it is at another post of the practice.
    pub(crate) away: bool,
}

/// The row of an FSE, if there is one.
pub(crate) fn find(connection: &Connection, fse: &FseRef) -> Result<Option<DocumentRow>> {
    find_of(connection, DocumentKind::Fse, fse)
}

/// The row of an FSE or a DRE, if there is one.
pub(crate) fn find_of(connection: &Connection, kind: DocumentKind, name: &FseRef) -> Result<Option<DocumentRow>> {
    let sql = "SELECT id, state, mode, regime, caisse, patient, live, away IS NOT NULL AS away FROM document
               WHERE billing = ?1 AND kind = ?2 AND number = ?3";
    query::first(connection, sql, params![name.billing.put(), kind.word(), name.number.put()], |row| {
        Ok(DocumentRow {
            id: row.get("id")?,
            state: cell(row, "state")?,
            mode: cell(row, "mode")?,
            destination: destination(row)?,
            patient: row.get("patient")?,
            live: row.get("live")?,
            away: row.get("away")?,
        })
    })
}

/// The live document that corrects this one, if there is one.
pub(crate) fn corrected_by(connection: &Connection, id: i64) -> Result<Option<FseRef>> {
    let sql = "SELECT billing, number FROM document WHERE corrects = ?1 AND state <> 'annulee' AND number IS NOT NULL";
    query::first(connection, sql, [id], reference)
}

/// The same where it is signed: what the patient paid and owes is there now.
pub(crate) fn superseded_by(connection: &Connection, id: i64) -> Result<Option<FseRef>> {
    let sql = "SELECT billing, number FROM document WHERE corrects = ?1 AND state = 'signee' AND number IS NOT NULL";
    query::first(connection, sql, [id], reference)
}

/// The row of an FSE that must exist.
pub(crate) fn get(connection: &Connection, fse: &FseRef) -> Result<DocumentRow> {
    find(connection, fse)?.ok_or(StoreError::UnknownFse)
}

/// The row of an FSE or a DRE that must exist.
pub(crate) fn get_of(connection: &Connection, kind: DocumentKind, name: &FseRef) -> Result<DocumentRow> {
    find_of(connection, kind, name)?.ok_or(StoreError::UnknownFse)
}

/// What an FSE says, and its bytes.
pub(crate) fn body(connection: &Connection, id: i64) -> Result<(FseContent, Vec<u8>)> {
    let sql = "SELECT content, bytes FROM body WHERE document = ?1";
    let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, String>("content")?, row.get("bytes")?));
    let Some((content, bytes)) = query::first(connection, sql, [id], read)? else {
        let erased = query::any(connection, "SELECT 1 FROM erasure WHERE document = ?1", [id])?;
        return Err(if erased { StoreError::Erased } else { StoreError::Incoherent { what: "document sans contenu" } });
    };
    Ok((parse(&content)?, bytes))
}

/// Refuses an FSE or a DRE of which nothing is left but its row.
pub(crate) fn check_not_erased(connection: &Connection, kind: DocumentKind, name: &FseRef) -> Result<()> {
    let sql = "SELECT 1 FROM document d JOIN erasure e ON e.document = d.id
               WHERE d.billing = ?1 AND d.kind = ?2 AND d.number = ?3";
    let erased = query::any(connection, sql, params![name.billing.put(), kind.word(), name.number.put()])?;
    if erased { Err(StoreError::Erased) } else { Ok(()) }
}

/// The content of an FSE from its stored JSON.
pub(crate) fn parse(content: &str) -> Result<FseContent> {
    serde_json::from_str(content).map_err(|_| StoreError::Unreadable { what: "contenu de FSE" })
}

/// The signatures over an FSE: the Vitale's and the CPS's.
#[derive(Default)]
pub(crate) struct Signatures {
    pub(crate) vitale: Option<Vec<u8>>,
    pub(crate) cps: Option<Vec<u8>>,
}

/// Reads the signatures over an FSE.
pub(crate) fn signatures(connection: &Connection, id: i64) -> Result<Signatures> {
    let sql = "SELECT signer, cms FROM signature WHERE document = ?1";
    let mut signatures = Signatures::default();
    for (signer, cms) in
        query::all(connection, sql, [id], |row| Ok((row.get::<_, String>("signer")?, row.get("cms")?)))?
    {
        match signer.as_str() {
            "vitale" => signatures.vitale = Some(cms),
            _ => signatures.cps = Some(cms),
        }
    }
    Ok(signatures)
}

/// A signed FSE as it was stored.
pub(crate) fn signed(connection: &Connection, id: i64) -> Result<Fse<liasse_domain::fse::Signed>> {
    let (content, bytes) = body(connection, id)?;
    let Signatures { vitale, cps } = signatures(connection, id)?;
    Ok(Fse::restored(content, bytes, vitale, cps)?)
}
