//! The life of an FSE before its lot: numbered with its bytes, signed, or withdrawn. Each step is one transaction.
//! Not the making of bytes or signatures: closures and callers hand them in. Rule: design/architecture, "Numbers".

use liasse_domain::fse::{Prepared, Signed};
use liasse_domain::{BillingNumber, DocumentState, FileIdentifier, Fse, FseContent, FseNumber, FseRef};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell, put_or_null};
use crate::change::Change;
use crate::counter;
use crate::document;
use crate::error::{Or, Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::money;
use crate::open::Store;
use crate::patient;
use crate::query;
use crate::receipts;
use crate::stamp::Stamp;

impl Store {
    /// Takes the next number of `billing`, has `make` build the FSE and its bytes with it, and keeps both: the FSE is
    /// *préparée*, what each payer owes is written beside it. When `make` fails nothing is kept and no number is used.
    /// `reason` is what was written to pass a risk: it stands in the journal entry of the number it was written for.
    ///
    /// # Errors
    /// [`StoreError::NotAsStored`] when `make` gives another reference, [`StoreError::Incoherent`] when a payer would
    /// owe a negative amount, [`StoreError::NumbersExhausted`]; of one that corrects another, [`StoreError::UnknownFse`],
    /// [`StoreError::NotRejected`] and [`StoreError::Corrected`].
    pub fn prepare_fse<E>(
        &mut self,
        stamp: &Stamp,
        billing: &BillingNumber,
        reason: Option<&str>,
        make: impl FnOnce(FseNumber) -> std::result::Result<(FseContent, Vec<u8>), E>,
    ) -> Result<Fse<Prepared>, Or<E>> {
        let change = self.change(stamp)?;
        let number = counter::next_fse(&change, billing)?;
        let (content, bytes) = make(number).map_err(Or::Other)?;
        if content.reference != (FseRef { billing: billing.clone(), number }) {
            return Err(StoreError::NotAsStored.into());
        }
        let patient = patient::remember(&change, &content.patient, stamp.at)?;
        let json = serde_json::to_string(&content).map_err(|_| StoreError::Incoherent { what: "contenu de FSE" })?;
        let id = insert(&change, &content, patient)?;
        let body = "INSERT INTO body (document, content, bytes) VALUES (?1, ?2, ?3)";
        query::run(&change, body, params![id, json, bytes])?;
        money::owe(&change, id, &content)?;
        let mut entry = Entry::new("fse.preparee")
            .fse(&content.reference)
            .patient(Some(patient))
            .with("bytes_sha256", fingerprint(&bytes))
            .with("content_sha256", fingerprint(json.as_bytes()))
            .with("mode", content.mode.code())
            .with("total_cents", content.total().0);
        if let Some(corrects) = &content.corrects {
            entry = entry.with("corrects", corrects.number.to_string());
        }
        if let Some(locum) = &content.locum {
            entry = entry.with("locum", locum.billing.to_string());
        }
        if let Some(reason) = reason {
            entry = entry.with("risque_accepte", reason);
        }
        change.commit(entry)?;
        Ok(Fse::new(content, bytes))
    }

    /// An FSE that is *préparée*, to be signed; `None` when there is none of that name, or it is in another state.
    pub fn load_prepared(&self, fse: &FseRef) -> Result<Option<Fse<Prepared>>> {
        match document::find(&self.connection, fse)? {
            Some(row) if row.state == DocumentState::Preparee => {
                let (content, bytes) = document::body(&self.connection, row.id)?;
                Ok(Some(Fse::new(content, bytes)))
            }
            _ => Ok(None),
        }
    }

    /// An FSE that is *signée*, with its signatures; `None` otherwise.
    pub fn signed_fse(&self, fse: &FseRef) -> Result<Option<Fse<Signed>>> {
        match document::find(&self.connection, fse)? {
            Some(row) if row.state == DocumentState::Signee => Ok(Some(document::signed(&self.connection, row.id)?)),
            _ => Ok(None),
        }
    }

    /// Keeps the signatures of an FSE: it is *signée*. What the patient paid for the FSE it corrects is theirs here.
    ///
    /// # Errors
    /// [`StoreError::NotAsStored`] when its content or bytes are not those that were prepared.
    pub fn sign_fse(&mut self, stamp: &Stamp, fse: &Fse<Signed>) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse.reference())?;
        let state = row.state.become_state(DocumentState::Signee)?;
        let (content, bytes) = document::body(&change, row.id)?;
        if content != *fse.content() || bytes != fse.bytes() {
            return Err(StoreError::NotAsStored);
        }
        let mut entry = Entry::new("fse.signee").fse(fse.reference()).patient(row.patient);
        for (signer, name, cms) in [("vitale", "vitale_sha256", fse.vitale_cms()), ("cps", "cps_sha256", fse.cps_cms())]
        {
            if let Some(cms) = cms {
                let sql = "INSERT INTO signature (document, signer, at, cms) VALUES (?1, ?2, ?3, ?4)";
                query::run(&change, sql, params![row.id, signer, stamp.at.put(), cms])?;
                entry = entry.with(name, fingerprint(cms));
            }
        }
        let sql = "UPDATE document SET state = ?2, signed_at = ?3 WHERE id = ?1";
        query::run(&change, sql, params![row.id, state.put(), stamp.at.put()])?;
        if let Some(earlier) = corrected(&content) {
            let from = document::get(&change, &earlier)?.id;
            let carried = receipts::carry_over(&change, from, row.id, &earlier.billing)?;
            entry = entry.with("reporte_cents", carried.0);
        }
        change.commit(entry)
    }

    /// Withdraws an FSE that is in no live lot: it keeps its number and its row, nothing more is owed for it, and what
    /// the patient paid is reversed by counter-entries.
    ///
    /// # Errors
    /// [`StoreError::InLot`] while a lot holds it: the lot is dissolved first, or it has left.
    pub fn cancel_fse(&mut self, stamp: &Stamp, fse: &FseRef) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        if let Some(live) = row.live {
            return Err(StoreError::InLot { lot: lot_of(&change, live)? });
        }
        let state = row.state.become_state(DocumentState::Annulee)?;
        let sql = "UPDATE document SET state = ?2, cancelled_at = ?3 WHERE id = ?1";
        query::run(&change, sql, params![row.id, state.put(), stamp.at.put()])?;
        let reversed = receipts::reverse_all(&change, row.id, &fse.billing)?;
        money::give_up(&change, row.id, reversed)?;
        let entry = Entry::new("fse.annulee").fse(fse).patient(row.patient);
        change.commit(entry.with("from", row.state.word()).with("reversed_cents", reversed.0))
    }
}

fn insert(change: &Change<'_>, content: &FseContent, patient: i64) -> Result<i64> {
    let destination = content.organisme.destination();
    let billing = &content.reference.billing;
    let corrects = match corrected(content) {
        Some(earlier) => Some(to_correct(change, &earlier)?),
        None => None,
    };
    query::run(
        change,
        "INSERT INTO document (kind, state, billing, number, mode, regime, caisse, patient, drawn_up, act_date, total,
                               third_party_amo, third_party_amc, corrects, locum, entry, created_at)
         VALUES ('fse', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            DocumentState::Preparee.put(),
            billing.put(),
            content.reference.number.put(),
            content.mode.put(),
            destination.regime(),
            destination.caisse(),
            patient,
            content.drawn_up.put(),
            content.act_date().put(),
            content.total().put(),
            content.third_party_amo,
            content.third_party_amc,
            corrects,
            put_or_null(content.locum.as_ref().map(|locum| &locum.billing)),
            change.entry(),
            change.stamp().at.put(),
        ],
    )?;
    Ok(change.last_insert_rowid())
}

/// The FSE that this one corrects: of the same billing number.
fn corrected(content: &FseContent) -> Option<FseRef> {
    let earlier = content.corrects.as_ref()?;
    Some(FseRef { billing: content.reference.billing.clone(), number: earlier.number })
}

/// The row of an FSE that may be corrected: rejected, and by no other live FSE yet. Else care would be billed twice.
fn to_correct(connection: &Connection, earlier: &FseRef) -> Result<i64> {
    let row = document::get(connection, earlier)?;
    if !query::any(connection, "SELECT 1 FROM reject WHERE document = ?1", [row.id])? {
        return Err(StoreError::NotRejected);
    }
    match document::corrected_by(connection, row.id)? {
        Some(by) => Err(StoreError::Corrected { by }),
        None => Ok(row.id),
    }
}

fn lot_of(connection: &Connection, membership: i64) -> Result<FileIdentifier> {
    let sql = "SELECT identifier FROM lot WHERE id = (SELECT lot FROM membership WHERE id = ?1)";
    query::first(connection, sql, [membership], |row| cell(row, "identifier"))?
        .ok_or(StoreError::Incoherent { what: "appartenance" })
}
