//! The series of numbers of a billing number: its FSE and its lots. A number is used up with the transaction that took it.
//! Rule: design/architecture, "Numbers": the counter is that of the billing number that is paid.

use liasse_domain::{BillingNumber, FseNumber, LotNumber};
use rusqlite::{Connection, params};

use crate::cell::Cell;
use crate::error::{Result, StoreError};
use crate::query;

/// How many numbers each post of a practice has: the first digit of the nine is the post's, so that two posts that do not
/// share a store never give one number twice.
const OF_A_POST: i64 = 100_000_000;

/// The next FSE number of this post; refuses past its last.
pub(crate) fn next_fse(connection: &Connection, billing: &BillingNumber) -> Result<FseNumber> {
    let sql = "SELECT CAST(value AS INTEGER) AS post FROM config WHERE key = 'desk.post'";
    let post = query::first(connection, sql, [], |row| row.get::<_, i64>("post"))?.unwrap_or(0);
    let first = post * OF_A_POST;
    let next = last(connection, billing, "fse")?.max(first) + 1;
    let number = u32::try_from(next).ok().and_then(FseNumber::new).filter(|_| next < first + OF_A_POST);
    let number = number.ok_or(StoreError::NumbersExhausted)?;
    keep(connection, billing, "fse", next)?;
    Ok(number)
}

/// The next lot number, 001 after 999: the file identifier, not the number, tells two lots apart for ever.
pub(crate) fn next_lot(connection: &Connection, billing: &BillingNumber) -> Result<LotNumber> {
    let last = u16::try_from(last(connection, billing, "lot")?).ok().and_then(LotNumber::new);
    let number = match last {
        Some(last) => last.next(),
        None => LotNumber::new(1).ok_or(StoreError::NumbersExhausted)?,
    };
    keep(connection, billing, "lot", number.get().into())?;
    Ok(number)
}

/// Whether this billing number ever billed here.
pub(crate) fn is_ours(connection: &Connection, billing: &BillingNumber) -> Result<bool> {
    query::any(connection, "SELECT 1 FROM counter WHERE billing = ?1", params![billing.put()])
}

/// The last number given in a series; 0 before the first.
pub(crate) fn last(connection: &Connection, billing: &BillingNumber, kind: &str) -> Result<i64> {
    let sql = "SELECT last FROM counter WHERE billing = ?1 AND kind = ?2";
    Ok(query::first(connection, sql, params![billing.put(), kind], |row| row.get("last"))?.unwrap_or(0))
}

fn keep(connection: &Connection, billing: &BillingNumber, kind: &str, number: i64) -> Result<()> {
    let sql = "INSERT INTO counter (billing, kind, last) VALUES (?1, ?2, ?3)
               ON CONFLICT (billing, kind) DO UPDATE SET last = excluded.last";
    query::run(connection, sql, params![billing.put(), kind, number])?;
    Ok(())
}
