//! The ledger: one line a document, with its three axes, for the screens and for `ledger --json`.
//! Reads no content, no bytes and no signature; nothing here changes anything. A screen takes a page, a script all.

use chrono::NaiveDate;
use liasse_domain::returns::Reason;
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{
    BillingNumber, Centimes, DocumentState, FileIdentifier, FseNumber, FseRef, Instant, Payer, Private,
    TransmissionState,
};
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, cell, cell_or_null, reference};
use crate::claims_view::{reject, shown, shown_columns};
use crate::counter;
use crate::error::Result;
use crate::money::MoneyRow;
use crate::open::Store;
use crate::query;

/// One document of the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerRow {
    /// Its name.
    pub fse: FseRef,
    /// `fse` or `dre`.
    pub kind: String,
    /// Date of its first act.
    pub act_date: NaiveDate,
    /// Family name and given name.
    pub patient: Private,
    /// What it charges.
    pub total: Centimes,
    /// The state of the document.
    pub document: DocumentState,
    /// The state of its live membership, or that of its last refused one.
    pub transmission: Option<TransmissionState>,
    /// The lot of that membership.
    pub lot: Option<FileIdentifier>,
    /// What each payer owes: patient, AMO, AMC.
    pub money: Vec<MoneyRow>,
    /// Why the caisse rejected it, if it did.
    pub reject: Option<Reason>,
    /// The day of that reject.
    pub rejected_on: Option<NaiveDate>,
    /// The patient's last word on settling.
    pub settlement: Option<SettlementMode>,
    /// When the post took its file, or may have, for the last time.
    pub sent_at: Option<Instant>,
    /// The live FSE that corrects it.
    pub corrected_by: Option<FseRef>,
    /// Whether somebody else than the patient pays the practitioner.
    pub third_party: bool,
}

const LEDGER: &str = concat!(
    "SELECT d.billing, d.number, d.kind, d.act_date, d.total, d.state, d.third_party_amo, d.third_party_amc,
            p.family_name, p.given_name,
            mp.state AS patient_state, mp.due AS patient_due, mp.paid AS patient_paid, mp.settlement,
            mo.state AS amo_state, mo.due AS amo_due, mo.paid AS amo_paid,
            mc.state AS amc_state, mc.due AS amc_due, mc.paid AS amc_paid,
            (SELECT c.number FROM document c WHERE c.corrects = d.id AND c.state <> 'annulee') AS corrected_by,",
    shown_columns!(),
    "FROM document d
     JOIN patient p ON p.id = d.patient
     JOIN money mp ON mp.document = d.id AND mp.payer = 'patient'
     JOIN money mo ON mo.document = d.id AND mo.payer = 'amo'
     JOIN money mc ON mc.document = d.id AND mc.payer = 'amc'",
    shown!(),
    "WHERE d.number IS NOT NULL"
);

impl Store {
    /// Every numbered document, oldest first.
    pub fn ledger(&self) -> Result<Vec<LedgerRow>> {
        query::all(&self.connection, &format!("{LEDGER} ORDER BY d.id"), [], read)
    }

    /// The latest documents of a practitioner, the newest first; of one replacement session alone, if named.
    pub fn ledger_page(&self, billing: &BillingNumber, session: Option<u32>, limit: u32) -> Result<Vec<LedgerRow>> {
        let of_session = if session.is_some() { "AND d.replacement = ?3" } else { "AND ?3 IS NULL" };
        let sql = format!("{LEDGER} AND d.billing = ?1 {of_session} ORDER BY d.id DESC LIMIT ?2");
        query::all(&self.connection, &sql, params![billing.put(), limit, session], read)
    }

    /// How many documents were made under a replacement session.
    pub fn made_in_session(&self, session: u32) -> Result<usize> {
        query::count(&self.connection, "SELECT count(*) FROM document WHERE replacement = ?1", [session])
    }

    /// How many numbers of a practitioner's series were given, to FSE and to DRE that bear one of their own.
    pub fn numbers_given(&self, billing: &BillingNumber) -> Result<usize> {
        let last = counter::last(&self.connection, billing, "fse")?;
        Ok(usize::try_from(last).unwrap_or_default())
    }

    /// Whether anybody else than that practitioner has something here: a card that was read, a passage, a document, a sheet, money.
    pub fn holds_others(&self, billing: &BillingNumber) -> Result<bool> {
        let sql = "SELECT 1 WHERE EXISTS (SELECT 1 FROM practitioner WHERE billing <> ?1)
                   OR EXISTS (SELECT 1 FROM passage WHERE billing <> ?1)
                   OR EXISTS (SELECT 1 FROM paper WHERE billing <> ?1)
                   OR EXISTS (SELECT 1 FROM payment WHERE billing <> ?1)
                   OR EXISTS (SELECT 1 FROM document WHERE billing <> ?1)";
        query::any(&self.connection, sql, params![billing.put()])
    }

    /// One FSE.
    pub fn ledger_row(&self, fse: &FseRef) -> Result<Option<LedgerRow>> {
        let sql = format!("{LEDGER} AND d.billing = ?1 AND d.kind = 'fse' AND d.number = ?2");
        query::first(&self.connection, &sql, params![fse.billing.put(), fse.number.put()], read)
    }
}

/// The documents of these rows, in their order.
pub(crate) fn rows(connection: &Connection, documents: &[i64]) -> Result<Vec<LedgerRow>> {
    let sql = format!("{LEDGER} AND d.id = ?1");
    let mut found = Vec::with_capacity(documents.len());
    for id in documents {
        found.extend(query::first(connection, &sql, [id], read)?);
    }
    Ok(found)
}

fn read(row: &Row<'_>) -> rusqlite::Result<LedgerRow> {
    let name = format!("{} {}", row.get::<_, String>("family_name")?, row.get::<_, String>("given_name")?);
    let fse = reference(row)?;
    let correction: Option<FseNumber> = cell_or_null(row, "corrected_by")?;
    Ok(LedgerRow {
        corrected_by: correction.map(|number| FseRef { billing: fse.billing.clone(), number }),
        fse,
        kind: row.get("kind")?,
        act_date: cell(row, "act_date")?,
        patient: Private::new(name),
        total: cell(row, "total")?,
        document: cell(row, "state")?,
        transmission: cell_or_null(row, "transmission")?,
        lot: cell_or_null(row, "lot")?,
        money: vec![
            money(row, Payer::Patient, ["patient_state", "patient_due", "patient_paid"])?,
            money(row, Payer::Amo, ["amo_state", "amo_due", "amo_paid"])?,
            money(row, Payer::Amc, ["amc_state", "amc_due", "amc_paid"])?,
        ],
        reject: reject(row)?,
        rejected_on: cell_or_null(row, "rejected_on")?,
        settlement: cell_or_null(row, "settlement")?,
        sent_at: cell_or_null(row, "sent_at")?,
        third_party: row.get::<_, bool>("third_party_amo")? || row.get::<_, bool>("third_party_amc")?,
    })
}

fn money(row: &Row<'_>, payer: Payer, [state, due, paid]: [&str; 3]) -> rusqlite::Result<MoneyRow> {
    Ok(MoneyRow { payer, state: cell(row, state)?, due: cell(row, due)?, paid: cell(row, paid)? })
}
