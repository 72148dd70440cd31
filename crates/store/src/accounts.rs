//! Sums of a practitioner's money by day: what patients paid by mode, what caisses and insurers paid; and rows without names of
//! money and documents, a piece at a time. For an accountant and for an open export (`core`). Nothing here changes anything.

use chrono::NaiveDate;
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{BillingNumber, Centimes, FseRef, Instant, Payer, Private};
use rusqlite::params;

use crate::cell::{Cell, cell, reference};
use crate::error::Result;
use crate::open::Store;
use crate::query;

/// What came in on a day from one payer, one way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayMoney {
    /// The day of the Recettes, or of the transfer.
    pub day: NaiveDate,
    /// From whom.
    pub payer: Payer,
    /// How; a caisse transfers.
    pub mode: SettlementMode,
    /// How many movements, counter-entries and lines of transfers.
    pub movements: usize,
    /// Their sum.
    pub amount: Centimes,
}

/// A receipt or a counter-entry, with its FSE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptLine {
    /// Its row.
    pub id: i64,
    /// The day of the Recettes.
    pub day: NaiveDate,
    /// When.
    pub at: Instant,
    /// For which FSE.
    pub fse: FseRef,
    /// For whom.
    pub patient: Private,
    /// How.
    pub mode: SettlementMode,
    /// How much; negative for a counter-entry.
    pub amount: Centimes,
}

impl Store {
    /// What came in from patients between two days, these among them, by day and mode.
    pub fn receipts_by_day(&self, billing: &BillingNumber, from: NaiveDate, until: NaiveDate) -> Result<Vec<DayMoney>> {
        let sql = "SELECT day, mode, count(*) AS movements, sum(amount) AS amount FROM receipt
                   WHERE billing = ?1 AND day BETWEEN ?2 AND ?3 GROUP BY day, mode ORDER BY day, mode";
        query::all(&self.connection, sql, params![billing.put(), from.put(), until.put()], |row| {
            Ok(DayMoney {
                day: cell(row, "day")?,
                payer: Payer::Patient,
                mode: cell(row, "mode")?,
                movements: many(row.get("movements")?),
                amount: cell(row, "amount")?,
            })
        })
    }

    /// What caisses and insurers transferred between two days, these among them, by day and payer.
    pub fn transfers_by_day(
        &self,
        billing: &BillingNumber,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<DayMoney>> {
        let sql = "SELECT p.paid_on, l.payer, count(*) AS movements, sum(l.amount) AS amount
                   FROM payment p CROSS JOIN payment_line l ON l.payment = p.id
                   WHERE p.billing = ?1 AND p.paid_on BETWEEN ?2 AND ?3 GROUP BY p.paid_on, l.payer
                   ORDER BY p.paid_on, l.payer";
        query::all(&self.connection, sql, params![billing.put(), from.put(), until.put()], |row| {
            Ok(DayMoney {
                day: cell(row, "paid_on")?,
                payer: cell(row, "payer")?,
                mode: SettlementMode::Virement,
                movements: many(row.get("movements")?),
                amount: cell(row, "amount")?,
            })
        })
    }

    /// The days of receipts that are closed between two days, these among them, each with what it held.
    pub fn closed_days(
        &self,
        billing: &BillingNumber,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<(NaiveDate, Centimes)>> {
        let sql = "SELECT day, amount FROM closed_day WHERE billing = ?1 AND day BETWEEN ?2 AND ?3 ORDER BY day";
        query::all(&self.connection, sql, params![billing.put(), from.put(), until.put()], |row| {
            Ok((cell(row, "day")?, cell(row, "amount")?))
        })
    }

    /// The numbered documents after that row, at most so many.
    pub fn numbered_after(&self, after: i64, limit: u32) -> Result<Vec<i64>> {
        let sql = "SELECT id FROM document WHERE id > ?1 AND number IS NOT NULL ORDER BY id LIMIT ?2";
        query::all(&self.connection, sql, params![after, limit], |row| row.get("id"))
    }

    /// The receipts after that row, at most so many.
    pub fn receipts_after(&self, after: i64, limit: u32) -> Result<Vec<ReceiptLine>> {
        let sql = "SELECT r.id, r.day, r.at, r.mode, r.amount, d.billing, d.number, p.family_name, p.given_name
                   FROM receipt r JOIN document d ON d.id = r.document JOIN patient p ON p.id = d.patient
                   WHERE r.id > ?1 ORDER BY r.id LIMIT ?2";
        query::all(&self.connection, sql, params![after, limit], |row| {
            let (family, given) = (row.get::<_, String>("family_name")?, row.get::<_, String>("given_name")?);
            Ok(ReceiptLine {
                id: row.get("id")?,
                day: cell(row, "day")?,
                at: cell(row, "at")?,
                fse: reference(row)?,
                patient: Private::new(format!("{family} {given}")),
                mode: cell(row, "mode")?,
                amount: cell(row, "amount")?,
            })
        })
    }
}

fn many(count: i64) -> usize {
    usize::try_from(count).unwrap_or_default()
}
