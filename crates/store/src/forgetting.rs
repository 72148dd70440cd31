//! Erasing what documents, sheets and patients say, each erasure told in the journal in the same transaction: by its number, its
//! lot or its row, and the rule, never by a name. Number, days, amounts, lot, caisse and states of a document stay.
//! Not what may be erased, nor when (`core::retention`, `core::forgetting`).

use std::collections::BTreeMap;

use liasse_domain::{BillingNumber, DocumentKind, FileIdentifier, FseRef};
use rusqlite::{Connection, params};

use crate::cell::{Cell, bad, cell, reference};
use crate::change::Change;
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::query;
use crate::retention::over;
use crate::stamp::Stamp;

/// Why something is erased.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EraseRule {
    /// Its time is over.
    Retention,
    /// Its patient asked.
    Demande,
}

impl EraseRule {
    /// The word on disk.
    pub fn word(self) -> &'static str {
        match self {
            Self::Retention => "retention",
            Self::Demande => "demande",
        }
    }
}

/// What of a patient is erased.
#[derive(Clone, Copy, Debug)]
pub struct Forget<'a> {
    /// The row.
    pub patient: i64,
    /// Documents whose time is over, by their rows.
    pub documents: &'a [i64],
    /// Sheets that no FSE has, whose time is over.
    pub sheets: &'a [i64],
    /// Files that left for another post with something of theirs, whose time is over.
    pub transfers: &'a [String],
    /// Of which practitioner passages are erased, and whether what their cards said goes too: nobody else needs it.
    pub billing: &'a BillingNumber,
    /// See `billing`.
    pub cards: bool,
}

impl Store {
    /// Erases what documents say, their bytes, signatures, papers, scanned documents and passages, and whom they name. Their
    /// records in the bytes of their lots are blanked; what left with them is emptied. One that is erased already is passed over.
    /// Gives how many were erased.
    pub fn erase_documents(&mut self, stamp: &Stamp, rule: EraseRule, documents: &[i64]) -> Result<usize> {
        let mut change = self.change(stamp)?;
        let erased = erase(&mut change, rule, documents)?;
        if erased > 0 {
            change.commit_told()?;
        }
        Ok(erased)
    }

    /// Erases sheets that no FSE has.
    pub fn erase_sheets(&mut self, stamp: &Stamp, rule: EraseRule, sheets: &[i64]) -> Result<usize> {
        let mut change = self.change(stamp)?;
        let erased = take_sheets(&mut change, rule, sheets)?;
        if erased > 0 {
            change.commit_told()?;
        }
        Ok(erased)
    }

    /// Empties files that left for another post.
    pub fn erase_transfers(&mut self, stamp: &Stamp, transfers: &[String]) -> Result<usize> {
        let mut change = self.change(stamp)?;
        empty_transfers(&mut change, transfers)?;
        if !transfers.is_empty() {
            change.commit_told()?;
        }
        Ok(transfers.len())
    }

    /// Erases patients whom nothing names any more but passages that are over. One whom something names is passed over. Gives how
    /// many are gone.
    pub fn erase_patients(&mut self, stamp: &Stamp, rule: EraseRule, patients: &[i64]) -> Result<usize> {
        let mut change = self.change(stamp)?;
        let mut gone = 0;
        for patient in patients {
            // Asked first: of one who is passed over nothing goes that nobody tells.
            if is_needed(&change, *patient)? {
                continue;
            }
            let passages = concat!("DELETE FROM passage WHERE patient = ?1 AND ", over!());
            let passages = query::run(&change, passages, [patient])?;
            take_cards(&change, *patient)?;
            take_patient(&change, *patient)?;
            let entry = Entry::new("patient.efface").patient(Some(*patient)).with("rule", rule.word());
            change.tell(entry.with("entier", true).with("passages", passages))?;
            gone += 1;
        }
        if gone > 0 {
            change.commit_told()?;
        }
        Ok(gone)
    }

    /// Erases what may go of a patient, all or nothing; and the patient, once nothing names them any more. Gives whether they are
    /// gone.
    pub fn forget_patient(&mut self, stamp: &Stamp, rule: EraseRule, forget: &Forget<'_>) -> Result<bool> {
        let mut change = self.change(stamp)?;
        let patient = forget.patient;
        let documents = erase(&mut change, rule, forget.documents)?;
        let sheets = take_sheets(&mut change, rule, forget.sheets)?;
        empty_transfers(&mut change, forget.transfers)?;
        let passages = concat!("DELETE FROM passage WHERE patient = ?1 AND billing = ?2 AND ", over!());
        let passages = query::run(&change, passages, params![patient, forget.billing.put()])?;
        if forget.cards {
            take_cards(&change, patient)?;
        }
        let whole = forget.cards && !is_named(&change, patient)?;
        let entry = Entry::new("patient.efface").patient(Some(patient)).with("rule", rule.word()).with("entier", whole);
        let entry = entry.with("documents", documents).with("feuilles", sheets).with("passages", passages);
        if whole {
            take_patient(&change, patient)?;
        }
        change.commit(entry)?;
        Ok(whole)
    }
}

/// Erases documents; each is told, and each lot that held one.
fn erase(change: &mut Change<'_>, rule: EraseRule, documents: &[i64]) -> Result<usize> {
    let mut lots: BTreeMap<i64, Vec<Vec<u8>>> = BTreeMap::new();
    let mut erased = 0;
    for document in documents {
        let Some((kind, name)) = named(change, *document)? else { continue };
        let bytes = "SELECT bytes FROM body WHERE document = ?1";
        let bytes = query::first(change, bytes, [document], |row| row.get::<_, Option<Vec<u8>>>("bytes"))?.flatten();
        for lot in lots_of(change, *document)? {
            lots.entry(lot).or_default().extend(bytes.clone());
        }
        let sql = "INSERT INTO erasure (document, rule, at, entry) VALUES (?1, ?2, ?3, ?4)";
        query::run(change, sql, params![document, rule.word(), change.stamp().at.put(), change.entry()])?;
        change.tell(Entry::new("fse.effacee").document(kind, &name).with("rule", rule.word()))?;
        let sheets = "SELECT id FROM paper WHERE document = ?1";
        let sheets = query::all(change, sheets, [document], |row| row.get::<_, i64>("id"))?;
        take_sheets(change, rule, &sheets)?;
        for sql in [
            "DELETE FROM body WHERE document = ?1",
            "DELETE FROM signature WHERE document = ?1",
            "DELETE FROM attachment WHERE document = ?1",
            "DELETE FROM sent_back WHERE document = ?1",
            "DELETE FROM passage WHERE document = ?1",
            "UPDATE document SET patient = 0 WHERE id = ?1",
        ] {
            query::run(change, sql, [document])?;
        }
        erased += 1;
    }
    for (lot, pieces) in lots {
        blank_lot(change, lot, &pieces)?;
    }
    Ok(erased)
}

/// Blanks the records of documents in a lot, and empties what left with it.
fn blank_lot(change: &mut Change<'_>, lot: i64, pieces: &[Vec<u8>]) -> Result<()> {
    let sql = "SELECT identifier, bytes FROM lot WHERE id = ?1";
    let found = query::first(change, sql, [lot], |row| {
        Ok((cell::<FileIdentifier>(row, "identifier")?, row.get::<_, Vec<u8>>("bytes")?))
    })?;
    let Some((file, mut bytes)) = found else { return Ok(()) };
    for piece in pieces {
        if !blank(&mut bytes, piece) {
            // Nothing of the change is kept: what cannot be found could not be said to be erased.
            return Err(StoreError::Incoherent { what: "lot sans une de ses FSE" });
        }
    }
    query::run(change, "UPDATE lot SET bytes = ?2 WHERE id = ?1", params![lot, bytes])?;
    query::run(change, "UPDATE outbox SET file = x'', message = x'' WHERE lot = ?1", [lot])?;
    query::run(change, "UPDATE scan_mail SET message = x'' WHERE lot = ?1", [lot])?;
    change.tell(Entry::new("lot.efface").lot(file).with("lot_sha256", fingerprint(&bytes)))
}

/// Takes sheets away; each is told.
fn take_sheets(change: &mut Change<'_>, rule: EraseRule, sheets: &[i64]) -> Result<usize> {
    for sheet in sheets {
        query::run(change, "DELETE FROM paper WHERE id = ?1", [sheet])?;
        change.tell(Entry::new("feuille.effacee").with("sheet", *sheet).with("rule", rule.word()))?;
    }
    Ok(sheets.len())
}

/// Empties files that left for another post; each is told.
fn empty_transfers(change: &mut Change<'_>, transfers: &[String]) -> Result<()> {
    for transfer in transfers {
        query::run(change, "UPDATE transfer SET content = x'' WHERE id = ?1", [transfer])?;
        change.tell(Entry::new("transfert.efface").with("transfer", transfer.as_str()))?;
    }
    Ok(())
}

/// The name of a document that is not erased.
fn named(connection: &Connection, document: i64) -> Result<Option<(DocumentKind, FseRef)>> {
    let sql = "SELECT d.kind, d.billing, d.number FROM document d
               WHERE d.id = ?1 AND d.number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.document = d.id)";
    query::first(connection, sql, [document], |row| {
        let kind =
            DocumentKind::from_word(&row.get::<_, String>("kind")?).ok_or_else(|| bad("nature d'un document"))?;
        Ok((kind, reference(row)?))
    })
}

fn lots_of(connection: &Connection, document: i64) -> Result<Vec<i64>> {
    query::all(connection, "SELECT lot FROM membership WHERE document = ?1", [document], |row| row.get("lot"))
}

/// What the cards of a patient said: Vitale, mutuelle, and what was told of accidents.
fn take_cards(connection: &Connection, patient: i64) -> Result<()> {
    for sql in [
        "DELETE FROM reading WHERE patient = ?1",
        "DELETE FROM mutuelle WHERE patient = ?1",
        "DELETE FROM accident WHERE patient = ?1",
    ] {
        query::run(connection, sql, [patient])?;
    }
    Ok(())
}

/// The row of a patient itself; its number is given to nobody else. The entry that comes next tells it.
fn take_patient(change: &Change<'_>, patient: i64) -> Result<()> {
    let sql = "INSERT INTO forgotten (patient, at, entry) VALUES (?1, ?2, ?3)";
    query::run(change, sql, params![patient, change.stamp().at.put(), change.entry()])?;
    query::run(change, "DELETE FROM patient WHERE id = ?1", [patient])?;
    Ok(())
}

/// Whether a document, a sheet or a passage names a patient.
fn is_named(connection: &Connection, patient: i64) -> Result<bool> {
    let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM document WHERE patient = ?1)
               OR EXISTS (SELECT 1 FROM paper WHERE patient = ?1) OR EXISTS (SELECT 1 FROM passage WHERE patient = ?1)";
    query::any(connection, sql, [patient])
}

/// Whether a document, a sheet or a passage that is not over names a patient.
fn is_needed(connection: &Connection, patient: i64) -> Result<bool> {
    let sql = concat!(
        "SELECT 1 WHERE EXISTS (SELECT 1 FROM document WHERE patient = ?1)
         OR EXISTS (SELECT 1 FROM paper WHERE patient = ?1)
         OR EXISTS (SELECT 1 FROM passage WHERE patient = ?1 AND NOT (",
        over!(),
        "))"
    );
    query::any(connection, sql, [patient])
}

/// Blanks a document's records where they stand in the bytes of a lot: the first sign of each record, which says what it is, and
/// the ends of lines stay, so that the lot still opens, and the head of the journal in it still reads. Whether they stand there.
fn blank(lot: &mut [u8], document: &[u8]) -> bool {
    if document.is_empty() {
        return true;
    }
    let Some(at) = lot.windows(document.len()).position(|window| window == document) else { return false };
    let mut first = true;
    for byte in lot.iter_mut().skip(at).take(document.len()) {
        match *byte {
            b'\r' | b'\n' => first = *byte == b'\n',
            _ if first => first = false,
            _ => *byte = b' ',
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_records_of_a_document_are_blanked_and_no_other_byte() {
        let mut lot = b"1LOT\r\n2DURAND\r\n5END\r\n2PETIT\r\n5END\r\n6HEAD\r\n".to_vec();
        let before = lot.len();
        assert!(blank(&mut lot, b"2DURAND\r\n5END\r\n"));
        assert_eq!(lot, b"1LOT\r\n2      \r\n5   \r\n2PETIT\r\n5END\r\n6HEAD\r\n");
        assert!(!blank(&mut lot, b"2SOMEBODY\r\n"), "what is not there is told");
        assert!(blank(&mut lot, b""));
        assert_eq!(lot.len(), before);
        assert!(lot.ends_with(b"2PETIT\r\n5END\r\n6HEAD\r\n"));
    }
}
