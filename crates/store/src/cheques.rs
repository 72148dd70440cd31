//! Cheques from the patient's hand to the bank: taken with a receipt, in hand, deposited on one slip.
//! A cheque is worth what is written on it, whatever becomes of the FSE it settles; one whose receipts are all reversed
//! is given back, not deposited. Rule: product, "Recettes".

use chrono::NaiveDate;
use liasse_domain::{BillingNumber, Centimes, FseRef, clock};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell, reference};
use crate::change::Change;
use crate::error::{Result, StoreError};
use crate::journal::Entry;
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// The number of a cheque, or of a bank's name, is no longer than this.
const LONGEST: usize = 40;

/// Which cheque a patient gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cheque {
    /// One that was given for another FSE and is still in hand.
    Same(i64),
    /// A new one, with what is written on it.
    New {
        /// Its number.
        number: String,
        /// Its bank.
        bank: String,
    },
}

/// A cheque.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChequeRow {
    /// Its name in this store.
    pub id: i64,
    /// Its number, if it was written down.
    pub number: Option<String>,
    /// Its bank, if it was written down.
    pub bank: Option<String>,
    /// The day it was given.
    pub day: NaiveDate,
    /// What is written on it.
    pub amount: Centimes,
    /// The FSE it settles.
    pub fses: Vec<FseRef>,
}

/// A deposit slip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositRow {
    /// Its number in the series of the billing number.
    pub number: u32,
    /// The day it was made.
    pub day: NaiveDate,
    /// The sum of its cheques.
    pub amount: Centimes,
    /// Its cheques.
    pub cheques: Vec<ChequeRow>,
}

impl Store {
    /// The cheques in hand, oldest first.
    pub fn cheques_in_hand(&self, billing: &BillingNumber) -> Result<Vec<ChequeRow>> {
        in_hand(&self.connection, billing)
    }

    /// Puts cheques on a deposit slip; all that are in hand when none is named. Each goes to the bank once.
    ///
    /// # Errors
    /// [`StoreError::UnknownCheque`] for one that is not in hand; [`StoreError::NothingToDeposit`].
    pub fn deposit_cheques(&mut self, stamp: &Stamp, billing: &BillingNumber, wanted: &[i64]) -> Result<DepositRow> {
        let change = self.change(stamp)?;
        let mut cheques = in_hand(&change, billing)?;
        if let Some(unknown) = wanted.iter().find(|id| cheques.iter().all(|cheque| cheque.id != **id)) {
            return Err(StoreError::UnknownCheque { cheque: *unknown });
        }
        if !wanted.is_empty() {
            cheques.retain(|cheque| wanted.contains(&cheque.id));
        }
        let amount: Centimes = cheques.iter().map(|cheque| cheque.amount).sum();
        if cheques.is_empty() || amount <= Centimes::ZERO {
            return Err(StoreError::NothingToDeposit);
        }
        let sql = "SELECT coalesce(max(number), 0) + 1 AS number FROM deposit WHERE billing = ?1";
        let number = query::first(&change, sql, [billing.put()], |row| row.get::<_, u32>("number"))?.unwrap_or(1);
        let day = clock::paris(stamp.at).date();
        let sql = "INSERT INTO deposit (billing, number, day, amount, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
        query::run(&change, sql, params![billing.put(), number, day.put(), amount.put(), change.entry()])?;
        let deposit = change.last_insert_rowid();
        for cheque in &cheques {
            query::run(&change, "UPDATE cheque SET deposit = ?2 WHERE id = ?1", params![cheque.id, deposit])?;
        }
        let entry = Entry::new("cheques.remis").with("billing", billing.to_string()).with("number", number);
        change.commit(entry.with("cheques", cheques.len()).with("amount_cents", amount.0))?;
        Ok(DepositRow { number, day, amount, cheques })
    }

    /// The deposit slips, the latest first.
    pub fn deposits(&self, billing: &BillingNumber) -> Result<Vec<DepositRow>> {
        let sql = "SELECT id, number, day, amount FROM deposit WHERE billing = ?1 ORDER BY number DESC";
        let slips = query::all(&self.connection, sql, [billing.put()], |row| {
            let slip = DepositRow {
                number: row.get("number")?,
                day: cell(row, "day")?,
                amount: cell(row, "amount")?,
                cheques: Vec::new(),
            };
            Ok((row.get::<_, i64>("id")?, slip))
        })?;
        let with_cheques = |(id, slip): (i64, DepositRow)| {
            let cheques = cheques(&self.connection, "c.deposit = ?1", params![id])?;
            Ok(DepositRow { cheques, ..slip })
        };
        slips.into_iter().map(with_cheques).collect()
    }
}

/// The cheque that a receipt of `amount` comes with: a new row, or one that is in hand already and says that much more.
pub(crate) fn taken(
    change: &Change<'_>,
    billing: &BillingNumber,
    cheque: Option<&Cheque>,
    amount: Centimes,
    day: NaiveDate,
) -> Result<i64> {
    let (number, bank) = match cheque {
        Some(Cheque::Same(id)) => {
            // Not one that was given back.
            if in_hand(change, billing)?.iter().all(|cheque| cheque.id != *id) {
                return Err(StoreError::UnknownCheque { cheque: *id });
            }
            // A receipt that was reversed since leaves room on the paper for another one.
            let sql = "UPDATE cheque SET face = max(face, ?2 + (SELECT coalesce(sum(r.amount), 0) FROM receipt r
                                                                WHERE r.cheque = ?1)) WHERE id = ?1";
            query::run(change, sql, params![id, amount.put()])?;
            return Ok(*id);
        }
        Some(Cheque::New { number, bank }) => (Some(short(number)), Some(short(bank))),
        None => (None, None),
    };
    let some = |text: Option<String>| text.filter(|text| !text.is_empty());
    let sql = "INSERT INTO cheque (billing, number, bank, day, face, entry) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    let values = params![billing.put(), some(number), some(bank), day.put(), amount.put(), change.entry()];
    query::run(change, sql, values)?;
    Ok(change.last_insert_rowid())
}

fn short(text: &str) -> String {
    text.trim().chars().take(LONGEST).collect()
}

fn in_hand(connection: &Connection, billing: &BillingNumber) -> Result<Vec<ChequeRow>> {
    // What was wholly reversed went back to the patient.
    let condition = "c.billing = ?1 AND c.deposit IS NULL
                     AND (SELECT coalesce(sum(r.amount), 0) FROM receipt r WHERE r.cheque = c.id) > 0";
    cheques(connection, condition, params![billing.put()])
}

fn cheques(connection: &Connection, condition: &str, values: impl rusqlite::Params) -> Result<Vec<ChequeRow>> {
    let sql = format!("SELECT c.id, c.number, c.bank, c.day, c.face FROM cheque c WHERE {condition} ORDER BY c.id");
    let rows = query::all(connection, &sql, values, |row| {
        Ok(ChequeRow {
            id: row.get("id")?,
            number: row.get("number")?,
            bank: row.get("bank")?,
            day: cell(row, "day")?,
            amount: cell(row, "face")?,
            fses: Vec::new(),
        })
    })?;
    let with_fses = |cheque: ChequeRow| {
        let sql = "SELECT DISTINCT d.billing, d.number FROM receipt r JOIN document d ON d.id = r.document
                   WHERE r.cheque = ?1 ORDER BY d.id";
        Ok(ChequeRow { fses: query::all(connection, sql, [cheque.id], reference)?, ..cheque })
    };
    rows.into_iter().map(with_fses).collect()
}
