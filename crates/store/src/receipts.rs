//! How the patient settled what is owed at the desk: receipts, and the word *plus tard* or *gratuit* that makes none.
//! Receipts are never changed: a counter-entry reverses one. Rule: product, "Words that decide design", argent.

use chrono::NaiveDate;
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{BillingNumber, Centimes, DocumentState, FseRef, Instant, MoneyState, Payer};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell};
use crate::change::Change;
use crate::cheques::{self, Cheque};
use crate::days;
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
    /// [`StoreError::NotSigned`] unless the FSE is *signée*, or sealed by the patient who settles before they leave: before,
    /// nothing is claimed; withdrawn, nothing is owed. [`StoreError::Away`].
    /// [`StoreError::NothingOwed`]; [`StoreError::Amount`] when it is not positive or more than what is owed.
    pub fn settle(&mut self, stamp: &Stamp, fse: &FseRef, mode: SettlementMode, amount: Centimes) -> Result<()> {
        self.settle_in_parts(stamp, fse, &[Part { mode, amount, cheque: None }])
    }

    /// The same in several parts, all or none: a split between a card and a cheque, or one cheque for two FSE.
    ///
    /// # Errors
    /// Those of [`Store::settle`]; [`StoreError::Corrected`] when a signed FSE corrects this one: the patient owes for that
    /// one; [`StoreError::UnknownCheque`] for a cheque that is not in hand, or is another
    /// practitioner's.
    pub fn settle_in_parts(&mut self, stamp: &Stamp, fse: &FseRef, parts: &[Part]) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        if row.away {
            return Err(StoreError::Away);
        }
        // Without the Vitale nobody seals: the patient settles when the FSE is prepared.
        let without = row.state == DocumentState::Preparee && !row.mode.needs_vitale();
        if !without && !matches!(row.state, DocumentState::Signee | DocumentState::SigneePatient) {
            return Err(StoreError::NotSigned { state: row.state });
        }
        if let Some(by) = document::superseded_by(&change, row.id)? {
            return Err(StoreError::Corrected { by });
        }
        let before = money::get(&change, row.id, Payer::Patient)?.paid;
        let mut entry = Entry::new("fse.reglee").fse(fse).patient(row.patient);
        let mut modes = Vec::new();
        for part in parts {
            settle_part(&change, row.id, fse, part)?;
            modes.push(part.mode.word());
        }
        let after = money::get(&change, row.id, Payer::Patient)?;
        entry = match modes.as_slice() {
            [mode] => entry.with("mode", *mode),
            modes => entry.with("modes", modes.join("+")),
        };
        change.commit(entry.with("amount_cents", (after.paid - before).0).with("state", after.state.word()))
    }
}

/// One way of settling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// How.
    pub mode: SettlementMode,
    /// How much; counts only where money is received.
    pub amount: Centimes,
    /// For a cheque: which one. `None` is a new one of which nothing is said.
    pub cheque: Option<Cheque>,
}

pub(crate) fn settle_part(change: &Change<'_>, document: i64, fse: &FseRef, part: &Part) -> Result<()> {
    let owed = money::get(change, document, Payer::Patient)?;
    if owed.owed() <= Centimes::ZERO {
        return Err(StoreError::NothingOwed);
    }
    let Part { mode, amount, cheque } = part;
    let (paid, state) = match mode {
        SettlementMode::PlusTard => (owed.paid, money::by_amount(owed.due, owed.paid)),
        SettlementMode::Gratuit => (owed.paid, MoneyState::Abandonne),
        _ if *amount <= Centimes::ZERO || *amount > owed.owed() => {
            return Err(StoreError::Amount { owed: owed.owed() });
        }
        _ => (owed.paid + *amount, money::by_amount(owed.due, owed.paid + *amount)),
    };
    if mode.receives_money() {
        let day = days::open_day(change, &fse.billing)?;
        let cheque = match mode {
            SettlementMode::Cheque => Some(cheques::taken(change, &fse.billing, cheque.as_ref(), *amount, day)?),
            _ => None,
        };
        insert(change, document, Movement { mode: *mode, amount: *amount, reverses: None, cheque }, day)?;
    }
    money::keep(change, document, &owed, paid, state)?;
    money::keep_settlement(change, document, Some(*mode))
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

/// Reverses every receipt of a document that is not reversed yet; gives the sum that goes back to the patient. The
/// counter-entries stand on the day that is open, whatever the day of what they reverse.
pub(crate) fn reverse_all(change: &Change<'_>, document: i64, billing: &BillingNumber) -> Result<Centimes> {
    let movements = standing(change, document)?;
    reverse(change, document, billing, &movements)
}

/// What the patient paid for a document becomes payment of the one that corrects it, up to what is due there: counter-
/// entries on the one, receipts of the same modes on the other, all on the day that is open. More than that goes back to
/// the patient. A word without money, *plus tard* or *gratuit*, is carried over too. Nothing more is owed for the first.
pub(crate) fn carry_over(change: &Change<'_>, from: i64, to: i64, billing: &BillingNumber) -> Result<Carried> {
    let (_, word) = money::of(change, from)?;
    let movements = standing(change, from)?;
    let reversed = reverse(change, from, billing, &movements)?;
    money::supersede(change, from, reversed)?;
    let owed = money::get(change, to, Payer::Patient)?;
    let mut carried = Centimes::ZERO;
    for movement in movements {
        let amount = movement.amount.min(owed.due - carried);
        if amount > Centimes::ZERO {
            let day = days::open_day(change, billing)?;
            insert(change, to, Movement { amount, reverses: None, ..movement }, day)?;
            carried = carried + amount;
        }
    }
    if owed.state != MoneyState::SansObjet {
        let state = match word {
            Some(SettlementMode::Gratuit) if carried < owed.due => MoneyState::Abandonne,
            _ => money::by_amount(owed.due, carried),
        };
        money::keep(change, to, &owed, carried, state)?;
        money::keep_settlement(change, to, word)?;
    }
    Ok(Carried { over: carried, back: reversed - carried })
}

/// What became of a patient's payments when the FSE they were for was corrected.
pub(crate) struct Carried {
    /// Payment of the correction.
    pub(crate) over: Centimes,
    /// Given back to the patient.
    pub(crate) back: Centimes,
}

/// How the patient settled a document, as it stands: receipts, and the word that makes none.
///
/// # Errors
/// [`StoreError::ChequeElsewhere`]: a cheque that is at the bank, or settles another FSE too, cannot go with this one.
pub(crate) fn parts_standing(connection: &Connection, document: i64) -> Result<Vec<Settled>> {
    let mut parts = Vec::new();
    for part in standing(connection, document)? {
        let cheque = match part.cheque {
            None => None,
            Some(cheque) => {
                let shared = "SELECT 1 FROM cheque c WHERE c.id = ?1 AND (c.deposit IS NOT NULL
                              OR EXISTS (SELECT 1 FROM receipt r WHERE r.cheque = c.id AND r.document <> ?2))";
                if query::any(connection, shared, [cheque, document])? {
                    return Err(StoreError::ChequeElsewhere);
                }
                let sql = "SELECT number, bank FROM cheque WHERE id = ?1";
                let text = |row: &rusqlite::Row<'_>, name| {
                    Ok::<_, rusqlite::Error>(row.get::<_, Option<String>>(name)?.unwrap_or_default())
                };
                query::first(connection, sql, [cheque], |row| Ok((text(row, "number")?, text(row, "bank")?)))?
            }
        };
        parts.push(Settled { mode: part.mode, amount: part.amount, cheque });
    }
    if let (_, Some(word)) = money::of(connection, document)?
        && !word.receives_money()
    {
        parts.push(Settled { mode: word, amount: Centimes::ZERO, cheque: None });
    }
    Ok(parts)
}

/// One way in which a patient settled an FSE that passes to another post.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settled {
    /// How.
    pub mode: SettlementMode,
    /// How much; nothing for a word that makes no receipt.
    pub amount: Centimes,
    /// Number and bank of a cheque.
    pub cheque: Option<(String, String)>,
}

/// The receipts of a document that no counter-entry reverses, as what would reverse them.
fn standing(connection: &Connection, document: i64) -> Result<Vec<Movement>> {
    let sql = "SELECT id, mode, amount, cheque FROM receipt
               WHERE document = ?1 AND reverses IS NULL
                 AND NOT EXISTS (SELECT 1 FROM receipt counter WHERE counter.reverses = receipt.id)
               ORDER BY id";
    query::all(connection, sql, [document], |row| {
        Ok(Movement {
            mode: cell(row, "mode")?,
            amount: cell(row, "amount")?,
            reverses: Some(row.get::<_, i64>("id")?),
            cheque: row.get("cheque")?,
        })
    })
}

fn reverse(change: &Change<'_>, document: i64, billing: &BillingNumber, movements: &[Movement]) -> Result<Centimes> {
    let mut reversed = Centimes::ZERO;
    for movement in movements {
        let day = days::open_day(change, billing)?;
        insert(change, document, Movement { amount: Centimes::ZERO - movement.amount, ..*movement }, day)?;
        reversed = reversed + movement.amount;
    }
    Ok(reversed)
}

/// What a receipt row says.
#[derive(Clone, Copy)]
struct Movement {
    mode: SettlementMode,
    amount: Centimes,
    reverses: Option<i64>,
    cheque: Option<i64>,
}

fn insert(change: &Change<'_>, document: i64, movement: Movement, day: NaiveDate) -> Result<()> {
    let Movement { mode, amount, reverses, cheque } = movement;
    query::run(
        change,
        "INSERT INTO receipt (document, billing, mode, amount, at, day, reverses, cheque, entry)
         SELECT id, billing, ?2, ?3, ?4, ?5, ?6, ?7, ?8 FROM document WHERE id = ?1",
        params![
            document,
            mode.put(),
            amount.put(),
            change.stamp().at.put(),
            day.put(),
            reverses,
            cheque,
            change.entry()
        ],
    )?;
    Ok(())
}
