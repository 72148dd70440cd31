//! The second axis: all memberships of a lot move together, along `TransmissionState` and no other way.
//! Each caller names the steps it means: a path is never searched for.

use liasse_domain::lot::LotState;
use liasse_domain::{BillingNumber, Destination, FileIdentifier, TransmissionState};
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell, destination};
use crate::error::{Result, StoreError};
use crate::query;

/// A lot, as the operations need it.
#[derive(Debug)]
pub(crate) struct LotHandle {
    pub(crate) id: i64,
    pub(crate) identifier: FileIdentifier,
    pub(crate) billing: BillingNumber,
    pub(crate) destination: Destination,
    pub(crate) state: LotState,
}

/// The lot of a file identifier, if there is one.
pub(crate) fn find(connection: &Connection, identifier: FileIdentifier) -> Result<Option<LotHandle>> {
    let sql = "SELECT id, identifier, billing, regime, caisse, state FROM lot WHERE identifier = ?1";
    query::first(connection, sql, params![identifier.put()], |row| {
        Ok(LotHandle {
            id: row.get("id")?,
            identifier: cell(row, "identifier")?,
            billing: cell(row, "billing")?,
            destination: destination(row)?,
            state: cell(row, "state")?,
        })
    })
}

/// The lot of a file identifier, which must exist.
pub(crate) fn lot(connection: &Connection, identifier: FileIdentifier) -> Result<LotHandle> {
    find(connection, identifier)?.ok_or(StoreError::UnknownLot)
}

/// The state that all memberships of a lot share.
pub(crate) fn state_of(connection: &Connection, lot: i64) -> Result<TransmissionState> {
    let sql = "SELECT DISTINCT state FROM membership WHERE lot = ?1";
    let states = query::all(connection, sql, [lot], |row| cell::<TransmissionState>(row, "state"))?;
    match states[..] {
        [state] => Ok(state),
        _ => Err(StoreError::Incoherent { what: "états d'un même lot" }),
    }
}

/// Moves all memberships of a lot through `steps`, each a move that the axis allows; only the last is written.
pub(crate) fn move_lot(connection: &Connection, lot: i64, steps: &[TransmissionState]) -> Result<()> {
    let mut state = state_of(connection, lot)?;
    for step in steps {
        state = state.become_state(*step)?;
    }
    query::run(connection, "UPDATE membership SET state = ?2 WHERE lot = ?1", params![lot, state.put()])?;
    Ok(())
}
