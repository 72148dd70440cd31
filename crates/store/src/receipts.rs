//! How the patient settled what is owed at the desk: receipts, and the word *plus tard* or *gratuit* that makes none.
//! Receipts are never changed: a counter-entry reverses one. Rule: product, "Words that decide design", argent.

use chrono::NaiveDate;
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{Centimes, DocumentState, FseRef, Instant, MoneyState, Payer, clock};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell};
use crate::change::Change;
use crate::document;
use crate::error::{Result, StoreError};
use crate::journal::Entry;
use crate::money;
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// Money received at the desk, or (negative) a counter-entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceiptRow {
    /// How.
    pub mode: SettlementMode,
    /// How much; negative for a counter-entry.
    pub amount: Centimes,
    /// When.
    pub at: Instant,
    /// The day of the Recettes, civil date of Paris.
    pub day: NaiveDate,
}

impl Store {
    /// Records how the patient settles. A mode that receives money makes a receipt of `amount`: *encaissé* when all is
    /// paid, else *partiel*. `PlusTard` makes none and leaves the amount owed (a waived one is owed again). `Gratuit`
    /// makes none and waives all that is still owed: *abandonné*. `amount` counts only where money is received.
    ///
    /// # Errors
    /// [`StoreError::NotSigned`] unless the FSE is *signée*: before, nothing is claimed; withdrawn, nothing is owed.
    /// [`StoreError::NothingOwed`]; [`StoreError::Amount`] when it is not positive or more than what is owed.
    pub fn settle(&mut self, stamp: &Stamp, fse: &FseRef, mode: SettlementMode, amount: Centimes) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        if row.state != DocumentState::Signee {
            return Err(StoreError::NotSigned { state: row.state });
        }
        let owed = money::get(&change, row.id, Payer::Patient)?;
        if owed.owed() <= Centimes::ZERO {
            return Err(StoreError::NothingOwed);
        }
        let (paid, state) = match mode {
            SettlementMode::PlusTard => (owed.paid, money::by_amount(owed.due, owed.paid)),
            SettlementMode::Gratuit => (owed.paid, MoneyState::Abandonne),
            _ if amount <= Centimes::ZERO || amount > owed.owed() => {
                return Err(StoreError::Amount { owed: owed.owed() });
            }
            _ => (owed.paid + amount, money::by_amount(owed.due, owed.paid + amount)),
        };
        if mode.receives_money() {
            insert(&change, row.id, mode, amount, None)?;
        }
        money::keep(&change, row.id, &owed, paid, state)?;
        money::keep_settlement(&change, row.id, Some(mode))?;
        let entry = Entry::new("fse.reglee").fse(fse).patient(row.patient).with("mode", mode.word());
        change.commit(entry.with("amount_cents", (paid - owed.paid).0).with("state", state.word()))
    }
}

/// The receipts and counter-entries of a document, oldest first.
pub(crate) fn of(connection: &Connection, document: i64) -> Result<Vec<ReceiptRow>> {
    let sql = "SELECT mode, amount, at, day FROM receipt WHERE document = ?1 ORDER BY id";
    query::all(connection, sql, [document], |row| {
        Ok(ReceiptRow {
            mode: cell(row, "mode")?,
            amount: cell(row, "amount")?,
            at: cell(row, "at")?,
            day: cell(row, "day")?,
        })
    })
}

/// Reverses every receipt of a document that is not reversed yet; gives the sum that goes back to the patient.
pub(crate) fn reverse_all(change: &Change<'_>, document: i64) -> Result<Centimes> {
    let sql = "SELECT id, mode, amount FROM receipt
               WHERE document = ?1 AND reverses IS NULL
                 AND NOT EXISTS (SELECT 1 FROM receipt counter WHERE counter.reverses = receipt.id)";
    let open = query::all(change, sql, [document], |row| {
        Ok((row.get::<_, i64>("id")?, cell::<SettlementMode>(row, "mode")?, cell::<Centimes>(row, "amount")?))
    })?;
    let mut reversed = Centimes::ZERO;
    for (id, mode, amount) in open {
        insert(change, document, mode, Centimes::ZERO - amount, Some(id))?;
        reversed = reversed + amount;
    }
    Ok(reversed)
}

fn insert(
    change: &Change<'_>,
    document: i64,
    mode: SettlementMode,
    amount: Centimes,
    reverses: Option<i64>,
) -> Result<()> {
    let at = change.stamp().at;
    query::run(
        change,
        "INSERT INTO receipt (document, billing, mode, amount, at, day, reverses, entry)
         SELECT id, billing, ?2, ?3, ?4, ?5, ?6, ?7 FROM document WHERE id = ?1",
        params![document, mode.put(), amount.put(), at.put(), clock::paris(at).date().put(), reverses, change.entry()],
    )?;
    Ok(())
}
