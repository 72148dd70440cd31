//! The day of receipts: what came in by mode, closed by one key and then changed only by a counter-entry, and who still
//! owes. Not the settling itself (module `receipts`). Rule: product, "Recettes".

use chrono::{Days, NaiveDate};
use liasse_domain::settlement::SettlementMode;
use liasse_domain::{BillingNumber, Centimes, FseRef, Instant, Private, clock};
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, cell, cell_or_null, reference};
use crate::change::Change;
use crate::error::{Result, StoreError};
use crate::journal::Entry;
use crate::listing::{DebtOnly, DebtSort, Listing};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// A day can be looked for so many days ahead; nobody closes a year in advance.
const AHEAD: u64 = 400;

/// One movement of a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DayRow {
    /// For which FSE.
    pub fse: FseRef,
    /// For whom.
    pub patient: Private,
    /// How.
    pub mode: SettlementMode,
    /// How much; negative for a counter-entry.
    pub amount: Centimes,
    /// When.
    pub at: Instant,
}

/// An FSE for which the patient still owes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpaidRow {
    /// Which.
    pub fse: FseRef,
    /// Who.
    pub patient: Private,
    /// Day of the first act.
    pub act_date: NaiveDate,
    /// What is still owed.
    pub owed: Centimes,
    /// The patient's last word.
    pub settlement: Option<SettlementMode>,
}

/// Each state is walked along its index, which is left when there are enough by age: what was paid is never looked at. What the
/// index is limited to is said again, else SQLite does not take it.
macro_rules! owing {
    ($state:literal) => {
        concat!(
            "SELECT x.document, x.due, x.paid FROM money x CROSS JOIN document e ON e.id = x.document
             WHERE x.state = '",
            $state,
            "' AND x.state NOT IN ('sans_objet', 'encaisse') AND x.payer = 'patient' AND e.state = 'signee' AND e.billing = ?1"
        )
    };
}

/// Which documents `x`, those of the practitioner `?1`.
fn owing(only: DebtOnly) -> &'static [&'static str] {
    match only {
        DebtOnly::All => &[owing!("attendu"), owing!("partiel")],
        DebtOnly::Later => &[
            concat!(owing!("attendu"), " AND +x.settlement = 'plus_tard'"),
            concat!(owing!("partiel"), " AND +x.settlement = 'plus_tard'"),
        ],
        DebtOnly::Partial => &[owing!("partiel")],
    }
}

impl Store {
    /// What came in on a day, in its order.
    pub fn day(&self, billing: &BillingNumber, day: NaiveDate) -> Result<Vec<DayRow>> {
        let sql = "SELECT d.billing, d.number, p.family_name, p.given_name, r.mode, r.amount, r.at
                   FROM receipt r JOIN document d ON d.id = r.document JOIN patient p ON p.id = d.patient
                   WHERE r.billing = ?1 AND r.day = ?2 ORDER BY r.id";
        query::all(&self.connection, sql, params![billing.put(), day.put()], |row| {
            Ok(DayRow {
                fse: reference(row)?,
                patient: patient(row)?,
                mode: cell(row, "mode")?,
                amount: cell(row, "amount")?,
                at: cell(row, "at")?,
            })
        })
    }

    /// When a day was closed, if it was.
    pub fn day_closed_at(&self, billing: &BillingNumber, day: NaiveDate) -> Result<Option<Instant>> {
        let sql = "SELECT closed_at FROM closed_day WHERE billing = ?1 AND day = ?2";
        query::first(&self.connection, sql, params![billing.put(), day.put()], |row| cell(row, "closed_at"))
    }

    /// Closes a day; gives what it held. Whatever comes later stands on the next open day.
    ///
    /// # Errors
    /// [`StoreError::DayClosed`] when it is closed; [`StoreError::DayAhead`] for a day that has not begun.
    pub fn close_day(&mut self, stamp: &Stamp, billing: &BillingNumber, day: NaiveDate) -> Result<Centimes> {
        let change = self.change(stamp)?;
        if is_closed(&change, billing, day)? {
            return Err(StoreError::DayClosed);
        }
        if day > clock::paris(stamp.at).date() {
            return Err(StoreError::DayAhead);
        }
        let sql = "SELECT coalesce(sum(amount), 0) AS amount, count(*) AS movements FROM receipt
                   WHERE billing = ?1 AND day = ?2";
        let (amount, movements) = query::first(&change, sql, params![billing.put(), day.put()], |row| {
            Ok((cell::<Centimes>(row, "amount")?, row.get::<_, i64>("movements")?))
        })?
        .unwrap_or_default();
        let sql = "INSERT INTO closed_day (billing, day, closed_at, amount, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
        query::run(&change, sql, params![billing.put(), day.put(), stamp.at.put(), amount.put(), change.entry()])?;
        let entry = Entry::new("journee.close").with("billing", billing.to_string()).with("day", day.to_string());
        change.commit(entry.with("amount_cents", amount.0).with("movements", movements))?;
        Ok(amount)
    }

    /// Signed FSE for which the patient still owes, those written first before the others; all, or at most `limit` of them.
    pub fn unpaid(&self, billing: &BillingNumber, limit: Option<u32>) -> Result<Vec<UnpaidRow>> {
        self.unpaid_listed(billing, Listing::default(), limit)
    }

    /// The same as a list asks for them.
    pub fn unpaid_listed(
        &self,
        billing: &BillingNumber,
        listing: Listing<DebtSort, DebtOnly>,
        limit: Option<u32>,
    ) -> Result<Vec<UnpaidRow>> {
        let order = listing.sort.order(listing.turned);
        let limited = |part: &&str| format!("SELECT * FROM ({part} ORDER BY {order} LIMIT ?2)");
        let parts: Vec<String> = owing(listing.only).iter().map(limited).collect();
        let shown = match (listing.sort, listing.turned) {
            // Pages are of those written first: shown by another order, rows read later would stand among those of before.
            (DebtSort::Age, false) => "d.id",
            (DebtSort::Age, true) => "d.id DESC",
            (DebtSort::Amount, false) => "owed DESC, d.id",
            (DebtSort::Amount, true) => "owed, d.id",
        };
        let sql = format!(
            "SELECT d.billing, d.number, p.family_name, p.given_name, d.act_date, m.due - m.paid AS owed, m.settlement
             FROM (SELECT x.document FROM ({}) x ORDER BY {order} LIMIT ?2) AS owing
             CROSS JOIN document d ON d.id = owing.document
             JOIN patient p ON p.id = d.patient
             JOIN money m ON m.document = d.id AND m.payer = 'patient'
             ORDER BY {shown}",
            parts.join(" UNION ALL ")
        );
        query::all(&self.connection, &sql, params![billing.put(), limit.map_or(-1, i64::from)], |row| {
            Ok(UnpaidRow {
                fse: reference(row)?,
                patient: patient(row)?,
                act_date: cell(row, "act_date")?,
                owed: cell(row, "owed")?,
                settlement: cell_or_null(row, "settlement")?,
            })
        })
    }

    /// How many there are through that filter.
    pub fn unpaid_count(&self, billing: &BillingNumber, only: DebtOnly) -> Result<usize> {
        let sql = format!("SELECT count(*) FROM ({})", owing(only).join(" UNION ALL "));
        query::count(&self.connection, &sql, [billing.put()])
    }
}

/// The day on which money that comes now stands: today in Paris, or the first day after it that is not closed.
pub(crate) fn open_day(change: &Change<'_>, billing: &BillingNumber) -> Result<NaiveDate> {
    let today = clock::paris(change.stamp().at).date();
    for ahead in 0..AHEAD {
        if let Some(day) = today.checked_add_days(Days::new(ahead))
            && !is_closed(change, billing, day)?
        {
            return Ok(day);
        }
    }
    Err(StoreError::DayClosed)
}

fn is_closed(connection: &Connection, billing: &BillingNumber, day: NaiveDate) -> Result<bool> {
    let sql = "SELECT 1 FROM closed_day WHERE billing = ?1 AND day = ?2";
    query::any(connection, sql, params![billing.put(), day.put()])
}

/// Family name and given name.
pub(crate) fn patient(row: &Row<'_>) -> rusqlite::Result<Private> {
    Ok(Private::new(format!("{} {}", row.get::<_, String>("family_name")?, row.get::<_, String>("given_name")?)))
}
