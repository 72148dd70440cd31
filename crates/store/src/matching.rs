//! What caisses and insurers paid, line by line: matched to a document by itself, or by a person, and undone again.
//! Not the taking in of a payment (module `inbox_apply`), which matches what names an FSE of ours.
//! Rule: product, "argent": the gross AMO part is what is matched; a line belongs to one document or to none.

use chrono::NaiveDate;
use liasse_domain::{BillingNumber, Centimes, Destination, DocumentState, FseRef, Payer};
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, cell, destination, reference};
use crate::change::Change;
use crate::document;
use crate::error::{Result, StoreError};
use crate::journal::Entry;
use crate::listing::{LineOnly, LineSort, Listing};
use crate::money;
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// One line of a transfer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaidRow {
    /// The transfer, as this store names it.
    pub payment: i64,
    /// The line in it, from 0.
    pub line: u32,
    /// Who paid.
    pub from: Destination,
    /// The payer's reference of the transfer.
    pub reference: String,
    /// When.
    pub paid_on: NaiveDate,
    /// The FSE as the payer wrote it.
    pub fse: FseRef,
    /// On whose behalf.
    pub payer: Payer,
    /// How much; negative takes back.
    pub amount: Centimes,
    /// The document it is matched to.
    pub matched: Option<FseRef>,
}

/// Transfers, each with its lines. The order of the tables is said: transfers by their day are walked along their index.
macro_rules! lines {
    () => {
        "FROM payment p CROSS JOIN payment_line l ON l.payment = p.id"
    };
}

const LINES: &str = concat!(
    "SELECT l.payment, l.position, p.regime, p.caisse, p.reference, p.paid_on, l.fse, l.payer, l.amount, d.billing, d.number ",
    lines!(),
    " LEFT JOIN document d ON d.id = l.document"
);

impl Store {
    /// The lines of transfers to a practitioner, the latest transfer first; all, or at most `limit`.
    pub fn payment_lines(&self, billing: &BillingNumber, limit: Option<u32>) -> Result<Vec<PaidRow>> {
        self.lines_listed(billing, Listing::default(), limit)
    }

    /// The same as a list asks for them.
    pub fn lines_listed(
        &self,
        billing: &BillingNumber,
        listing: Listing<LineSort, LineOnly>,
        limit: Option<u32>,
    ) -> Result<Vec<PaidRow>> {
        let sql = format!("{LINES} {} LIMIT ?2", asked(listing));
        query::all(&self.connection, &sql, params![billing.put(), limit.map_or(-1, i64::from)], read)
    }

    /// The names alone of all that a list asks for: to be read later, a piece at a time.
    pub fn line_names(&self, billing: &BillingNumber, listing: Listing<LineSort, LineOnly>) -> Result<Vec<(i64, u32)>> {
        let sql = format!("SELECT l.payment, l.position {} {}", lines!(), asked(listing));
        query::all(&self.connection, &sql, [billing.put()], |row| Ok((row.get("payment")?, row.get("position")?)))
    }

    /// These lines, in their order.
    pub fn lines_named(&self, names: &[(i64, u32)]) -> Result<Vec<PaidRow>> {
        let sql = format!("{LINES} WHERE l.payment = ?1 AND l.position = ?2");
        let mut found = Vec::with_capacity(names.len());
        for (payment, line) in names {
            found.extend(query::first(&self.connection, &sql, params![payment, line], read)?);
        }
        Ok(found)
    }

    /// How many lines were paid to a practitioner.
    pub fn line_count(&self, billing: &BillingNumber) -> Result<usize> {
        let sql = concat!("SELECT count(*) ", lines!(), " WHERE p.billing = ?1");
        query::count(&self.connection, sql, [billing.put()])
    }

    /// How many lines of transfers to a practitioner have no document.
    pub fn unmatched_count(&self, billing: &BillingNumber) -> Result<usize> {
        // The order of the tables is said: unmatched lines are few.
        let sql = "SELECT count(*) FROM payment_line l CROSS JOIN payment p ON p.id = l.payment AND p.billing = ?1
                   WHERE l.document IS NULL";
        query::count(&self.connection, sql, [billing.put()])
    }

    /// To whom a line was paid; `None` when there is no such line.
    pub fn paid_to(&self, payment: i64, line: u32) -> Result<Option<BillingNumber>> {
        let sql = "SELECT p.billing FROM payment_line l JOIN payment p ON p.id = l.payment
                   WHERE l.payment = ?1 AND l.position = ?2";
        query::first(&self.connection, sql, params![payment, line], |row| cell(row, "billing"))
    }

    /// Matches a line to a document of the same practitioner; its money moves as if the payer had named it.
    ///
    /// # Errors
    /// [`StoreError::UnknownPayment`]; [`StoreError::Matched`] when it has a document already;
    /// [`StoreError::NotPayable`] when the document is another practitioner's, was never signed, or the sum does not fit.
    pub fn match_line(&mut self, stamp: &Stamp, payment: i64, line: u32, fse: &FseRef) -> Result<()> {
        let change = self.change(stamp)?;
        let row = find(&change, payment, line)?;
        if row.matched.is_some() {
            return Err(StoreError::Matched);
        }
        let document = document::get_of(&change, row.from.takes(), fse)?;
        let billed = matches!(document.state, DocumentState::Signee | DocumentState::Annulee);
        if !billed || row.payer == Payer::Patient || payee(&change, payment)? != fse.billing {
            return Err(StoreError::NotPayable);
        }
        if !money::pay(&change, document.id, row.payer, row.amount)? {
            return Err(StoreError::NotPayable);
        }
        set(&change, payment, line, Some(document.id))?;
        let entry = Entry::new("paiement.rapproche").document(row.from.takes(), fse).patient(document.patient);
        change.commit(told(entry, payment, line, &row))
    }

    /// Takes a line from its document: its money goes back to what it was without it.
    ///
    /// # Errors
    /// [`StoreError::UnknownPayment`]; [`StoreError::NotMatched`] when it has none.
    pub fn unmatch_line(&mut self, stamp: &Stamp, payment: i64, line: u32) -> Result<()> {
        let change = self.change(stamp)?;
        let row = find(&change, payment, line)?;
        let Some(fse) = row.matched.clone() else { return Err(StoreError::NotMatched) };
        let document = document::get_of(&change, row.from.takes(), &fse)?;
        money::take_back(&change, document.id, row.payer, row.amount)?;
        set(&change, payment, line, None)?;
        let entry = Entry::new("paiement.separe").document(row.from.takes(), &fse).patient(document.patient);
        change.commit(told(entry, payment, line, &row))
    }
}

/// Which lines, and in what order.
fn asked(listing: Listing<LineSort, LineOnly>) -> String {
    let which = match listing.only {
        LineOnly::All => "",
        // Few of them: said as a list of transfers, found along the index of lines without a document.
        LineOnly::Unmatched => {
            " AND l.document IS NULL AND p.id IN (SELECT u.payment FROM payment_line u WHERE u.document IS NULL)"
        }
    };
    let order = match (listing.sort, listing.turned) {
        (LineSort::Day, false) => "p.paid_on DESC, p.id DESC, l.position",
        (LineSort::Day, true) => "p.paid_on, p.id, l.position",
        (LineSort::Amount, false) => "l.amount DESC, l.payment DESC, l.position",
        (LineSort::Amount, true) => "l.amount, l.payment, l.position",
    };
    format!("WHERE p.billing = ?1{which} ORDER BY {order}")
}

fn told(entry: Entry, payment: i64, line: u32, row: &PaidRow) -> Entry {
    entry.with("payment", payment).with("line", line).with("payer", row.payer.word()).with("amount_cents", row.amount.0)
}

fn find(connection: &Connection, payment: i64, line: u32) -> Result<PaidRow> {
    let sql = format!("{LINES} WHERE l.payment = ?1 AND l.position = ?2");
    query::first(connection, &sql, params![payment, line], read)?.ok_or(StoreError::UnknownPayment)
}

fn payee(connection: &Connection, payment: i64) -> Result<BillingNumber> {
    let sql = "SELECT billing FROM payment WHERE id = ?1";
    query::first(connection, sql, [payment], |row| cell(row, "billing"))?.ok_or(StoreError::UnknownPayment)
}

fn set(change: &Change<'_>, payment: i64, line: u32, document: Option<i64>) -> Result<()> {
    let sql = "UPDATE payment_line SET document = ?3 WHERE payment = ?1 AND position = ?2";
    query::run(change, sql, params![payment, line, document])?;
    Ok(())
}

fn read(row: &Row<'_>) -> rusqlite::Result<PaidRow> {
    let matched = row.get::<_, Option<i64>>("number")?.is_some();
    Ok(PaidRow {
        payment: row.get("payment")?,
        line: row.get("position")?,
        from: destination(row)?,
        reference: row.get("reference")?,
        paid_on: cell(row, "paid_on")?,
        fse: cell(row, "fse")?,
        payer: cell(row, "payer")?,
        amount: cell(row, "amount")?,
        matched: if matched { Some(reference(row)?) } else { None },
    })
}
