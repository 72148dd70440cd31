//! The DRE of a claim: the part that a complementary insurer owes, asked of it apart, and taken back where it was asked
//! wrongly. What the insurer does not pay, the patient owes. Not its bytes and not its lot: those are a document's.
//! Rule: product, "Words that decide design" (gestion séparée); reference formats 2.8 ("DRE d'annulation").

use liasse_domain::fse::Prepared;
use liasse_domain::{Centimes, DocumentKind, DocumentState, Fse, FseContent, FseNumber, FseRef, Payer};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell};
use crate::change::Change;
use crate::claims;
use crate::counter;
use crate::document::{self, DocumentRow};
use crate::error::{Or, Result, StoreError};
use crate::journal::Entry;
use crate::money;
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// What becomes of a DRE that is to be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DreStand {
    /// It has not left: it is withdrawn like an FSE.
    Here,
    /// It is in a lot that has not left: that lot is dissolved first.
    InLot,
    /// The insurer has it, or may have: another DRE takes it back.
    Left,
    /// The insurer rejected it: only the debt is left to be passed on.
    Rejected,
    /// The DRE that takes it back has its number and waits for its signature.
    Begun(FseRef),
}

impl Store {
    /// Where the DRE of an FSE stands; `None` when it has none, or none that could still be taken back.
    pub fn dre_stand(&self, fse: &FseRef) -> Result<Option<DreStand>> {
        let Some(row) = document::find_of(&self.connection, DocumentKind::Dre, fse)? else { return Ok(None) };
        if row.state == DocumentState::Annulee || is_settled(&self.connection, row.id)? {
            return Ok(None);
        }
        if let Some(by) = document::corrected_by(&self.connection, row.id)? {
            return Ok(Some(DreStand::Begun(by)));
        }
        if query::any(&self.connection, "SELECT 1 FROM reject WHERE document = ?1", [row.id])? {
            return Ok(Some(DreStand::Rejected));
        }
        Ok(Some(match row.live {
            None => DreStand::Here,
            Some(_) if has_left(&self.connection, &row)? => DreStand::Left,
            Some(_) => DreStand::InLot,
        }))
    }

    /// What an insurer has paid, in full, for the DRE of an FSE or of one that it corrects: it is not to be asked again.
    pub fn paid_by_insurer(&self, fse: &FseRef) -> Result<Option<Centimes>> {
        let sql = "WITH RECURSIVE chain (id) AS (
                       SELECT id FROM document WHERE billing = ?1 AND kind = 'fse' AND number = ?2
                       UNION SELECT d.corrects FROM document d JOIN chain USING (id) WHERE d.corrects IS NOT NULL)
                   SELECT m.paid FROM chain JOIN document d ON d.of_fse = chain.id AND d.kind = 'dre'
                   JOIN money m ON m.document = d.id AND m.payer = 'amc' AND m.state = 'encaisse'";
        query::first(&self.connection, sql, params![fse.billing.put(), fse.number.put()], |row| cell(row, "paid"))
    }

    /// Withdraws a DRE that has not left; what the insurer would have paid, the patient owes.
    ///
    /// # Errors
    /// [`StoreError::NoDre`]; [`StoreError::DrePaid`]; [`StoreError::InLot`].
    pub fn withdraw_dre(&mut self, stamp: &Stamp, fse: &FseRef) -> Result<Centimes> {
        let change = self.change(stamp)?;
        let row = open(&change, fse)?;
        let passed = money::get(&change, row.id, Payer::Amc)?.owed();
        let entry = claims::withdraw(&change, &row, DocumentKind::Dre, fse)?;
        pass_to_patient(&change, &row, passed)?;
        change.commit(entry.with("passe_au_patient_cents", passed.0))?;
        Ok(passed)
    }

    /// Gives up what an insurer that rejected a DRE would have paid: the patient owes it.
    ///
    /// # Errors
    /// [`StoreError::NoDre`] unless it is rejected, and not given up yet.
    pub fn give_up_rejected_dre(&mut self, stamp: &Stamp, fse: &FseRef) -> Result<Centimes> {
        if self.dre_stand(fse)? != Some(DreStand::Rejected) {
            return Err(StoreError::NoDre);
        }
        let change = self.change(stamp)?;
        let row = of(&change, fse)?;
        let passed = take_back(&change, fse)?;
        let entry = Entry::new("dre.abandonnee").document(DocumentKind::Dre, fse).patient(row.patient);
        change.commit(entry.with("passe_au_patient_cents", passed.0))?;
        Ok(passed)
    }

    /// Takes the next number for a DRE that takes the one of `fse` back, and has `make` build it from what that one said.
    /// It is *préparée*; once signed it counts.
    ///
    /// # Errors
    /// [`StoreError::NoDre`]; [`StoreError::DrePaid`]; [`StoreError::Corrected`] when one takes it back already.
    pub fn prepare_taking_back<E>(
        &mut self,
        stamp: &Stamp,
        fse: &FseRef,
        make: impl FnOnce(FseContent, FseNumber) -> std::result::Result<(FseContent, Vec<u8>), E>,
    ) -> Result<Fse<Prepared>, Or<E>> {
        let change = self.change(stamp)?;
        let row = open(&change, fse)?;
        let (asked, _) = document::body(&change, row.id)?;
        let number = counter::next_fse(&change, &fse.billing)?;
        let (content, bytes) = make(asked, number).map_err(Or::Other)?;
        let fits = content.reference == (FseRef { billing: fse.billing.clone(), number })
            && content.demand.as_ref().is_some_and(|demand| demand.cancels);
        if !fits {
            return Err(StoreError::NotAsStored.into());
        }
        let sql = "SELECT of_fse, replacement FROM document WHERE id = ?1";
        let of = query::first(&change, sql, [row.id], |row| {
            Ok(claims::Of { fse: row.get("of_fse")?, session: row.get("replacement")? })
        })?;
        let of = of.ok_or(StoreError::NoDre)?;
        let (_, entry) = claims::keep(&change, &content, &bytes, of)?;
        change.commit(entry)?;
        Ok(Fse::new(content, bytes))
    }
}

/// Whether the insurer has a DRE, or may have it.
pub(crate) fn has_left(connection: &Connection, dre: &DocumentRow) -> Result<bool> {
    let sql = "SELECT 1 FROM membership WHERE id = ?1 AND state NOT IN ('en_lot', 'en_fichier')";
    query::any(connection, sql, [dre.live])
}

fn of(connection: &Connection, fse: &FseRef) -> Result<DocumentRow> {
    document::find_of(connection, DocumentKind::Dre, fse)?.ok_or(StoreError::NoDre)
}

/// The same of one that may be taken back: it asks for something, and nothing of it was paid.
fn open(connection: &Connection, fse: &FseRef) -> Result<DocumentRow> {
    let row = of(connection, fse)?;
    if is_settled(connection, row.id)? {
        return Err(StoreError::NoDre);
    }
    match money::get(connection, row.id, Payer::Amc)?.paid {
        Centimes::ZERO => Ok(row),
        _ => Err(StoreError::DrePaid),
    }
}

/// Whether nothing more is asked by a DRE: it is given up, or only takes another one back.
fn is_settled(connection: &Connection, id: i64) -> Result<bool> {
    query::any(connection, "SELECT 1 FROM document WHERE id = ?1 AND (given_up = 1 OR corrects IS NOT NULL)", [id])
}

/// The row of a DRE that may be taken back: no other one does yet.
pub(crate) fn to_take_back(connection: &Connection, dre: &FseRef) -> Result<i64> {
    let row = open(connection, dre)?;
    match document::corrected_by(connection, row.id)? {
        Some(by) => Err(StoreError::Corrected { by }),
        None => Ok(row.id),
    }
}

/// A DRE is taken back: nothing more is awaited of the insurer, and the patient owes what it has not paid.
pub(crate) fn take_back(change: &Change<'_>, dre: &FseRef) -> Result<Centimes> {
    let row = of(change, dre)?;
    let owed = money::get(change, row.id, Payer::Amc)?.owed();
    query::run(change, "UPDATE document SET given_up = 1 WHERE id = ?1", [row.id])?;
    money::give_up(change, row.id, Centimes::ZERO)?;
    pass_to_patient(change, &row, owed)?;
    Ok(owed)
}

fn pass_to_patient(change: &Change<'_>, dre: &DocumentRow, amount: Centimes) -> Result<()> {
    let sql = "SELECT of_fse FROM document WHERE id = ?1";
    let fse = query::first(change, sql, [dre.id], |row| row.get::<_, Option<i64>>("of_fse"))?.flatten();
    let Some(mut fse) = fse.filter(|_| amount > Centimes::ZERO) else { return Ok(()) };
    // What is owed for a corrected FSE is owed for the one that corrects it.
    while let Some(by) = document::superseded_by(change, fse)? {
        fse = document::get(change, &by)?.id;
    }
    money::owe_more(change, fse, amount)
}
