//! What each payer owes for a document and how it stands: the third axis. Moves only along `MoneyState`.
//! Not receipts (the patient's money, module `receipts`) and not the returns that pay or reject (module `inbox_apply`).
//! Rule: product, "argent": hors tiers payant only the patient owes; under tiers payant the caisse owes the gross AMO.

use liasse_domain::settlement::SettlementMode;
use liasse_domain::state::ForbiddenMove;
use liasse_domain::{Centimes, FseContent, MoneyState, Payer};
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, cell, cell_or_null, put_or_null};
use crate::error::{Result, StoreError};
use crate::query;

/// What one payer owes for one document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyRow {
    /// Who owes.
    pub payer: Payer,
    /// How it stands.
    pub state: MoneyState,
    /// How much is owed in all.
    pub due: Centimes,
    /// How much came.
    pub paid: Centimes,
}

impl MoneyRow {
    /// What is still missing.
    pub fn owed(&self) -> Centimes {
        self.due - self.paid
    }
}

/// Writes what each payer owes for a new document.
pub(crate) fn owe(connection: &Connection, document: i64, content: &FseContent) -> Result<()> {
    let dues = [
        (Payer::Patient, content.due_by_patient()),
        (Payer::Amo, content.due_by_amo()),
        (Payer::Amc, content.due_by_amc()),
    ];
    for (payer, due) in dues {
        if due < Centimes::ZERO {
            return Err(StoreError::Incoherent { what: "montant dû négatif" });
        }
        let state = if due == Centimes::ZERO { MoneyState::SansObjet } else { MoneyState::Attendu };
        let sql = "INSERT INTO money (document, payer, due, paid, state) VALUES (?1, ?2, ?3, 0, ?4)";
        query::run(connection, sql, params![document, payer.put(), due.put(), state.put()])?;
    }
    Ok(())
}

/// The three rows of a document, in the order of [`Payer::ALL`], and the patient's last word on settling.
pub(crate) fn of(connection: &Connection, document: i64) -> Result<(Vec<MoneyRow>, Option<SettlementMode>)> {
    let sql = "SELECT payer, state, due, paid, settlement FROM money WHERE document = ?1";
    let mut rows = query::all(connection, sql, [document], |row| {
        Ok((read(row)?, cell_or_null::<SettlementMode>(row, "settlement")?))
    })?;
    rows.sort_by_key(|(money, _)| money.payer);
    let settlement = rows.iter().find_map(|(_, settlement)| *settlement);
    Ok((rows.into_iter().map(|(money, _)| money).collect(), settlement))
}

/// What one payer owes for a document.
pub(crate) fn get(connection: &Connection, document: i64, payer: Payer) -> Result<MoneyRow> {
    let sql = "SELECT payer, state, due, paid FROM money WHERE document = ?1 AND payer = ?2";
    query::first(connection, sql, params![document, payer.put()], read)?
        .ok_or(StoreError::Incoherent { what: "document sans argent" })
}

/// Keeps a new amount and state, moving along the axis.
pub(crate) fn keep(
    connection: &Connection,
    document: i64,
    row: &MoneyRow,
    paid: Centimes,
    state: MoneyState,
) -> Result<()> {
    let state = reach(row.state, state)?;
    let sql = "UPDATE money SET paid = ?3, state = ?4 WHERE document = ?1 AND payer = ?2";
    query::run(connection, sql, params![document, row.payer.put(), paid.put(), state.put()])?;
    Ok(())
}

/// Keeps the patient's word on how it is settled.
pub(crate) fn keep_settlement(connection: &Connection, document: i64, mode: Option<SettlementMode>) -> Result<()> {
    let sql = "UPDATE money SET settlement = ?2 WHERE document = ?1 AND payer = 'patient'";
    query::run(connection, sql, params![document, put_or_null(mode.as_ref())])?;
    Ok(())
}

/// The patient owes more than was said at first: what an insurer was to pay.
pub(crate) fn owe_more(connection: &Connection, document: i64, amount: Centimes) -> Result<()> {
    let row = get(connection, document, Payer::Patient)?;
    // What was waived stays so.
    let before = if row.state == MoneyState::Abandonne { row.paid } else { row.due };
    let due = before.checked_add(amount).ok_or(StoreError::Incoherent { what: "montant dû" })?;
    let state = reach(row.state, by_amount(due, row.paid))?;
    let sql = "UPDATE money SET due = ?2, state = ?3 WHERE document = ?1 AND payer = 'patient'";
    query::run(connection, sql, params![document, due.put(), state.put()])?;
    Ok(())
}

/// A document was withdrawn: nobody owes anything for it any more. `reversed` is what its counter-entries gave back to
/// the patient. Money of a caisse that came all the same stays as it is, for a person to look at.
pub(crate) fn give_up(connection: &Connection, document: i64, reversed: Centimes) -> Result<()> {
    for row in of(connection, document)?.0.iter().filter(|row| row.payer != Payer::Patient) {
        give_up_part(connection, document, row, row.paid)?;
    }
    supersede(connection, document, reversed)
}

/// The patient owes nothing for a document any more: it was withdrawn, or another one corrects it.
pub(crate) fn supersede(connection: &Connection, document: i64, reversed: Centimes) -> Result<()> {
    let row = get(connection, document, Payer::Patient)?;
    give_up_part(connection, document, &row, row.paid - reversed)?;
    keep_settlement(connection, document, None)
}

fn give_up_part(connection: &Connection, document: i64, row: &MoneyRow, paid: Centimes) -> Result<()> {
    if row.state != MoneyState::SansObjet && row.state != MoneyState::Abandonne && paid == Centimes::ZERO {
        return keep(connection, document, row, paid, MoneyState::Abandonne);
    }
    if paid == row.paid { Ok(()) } else { keep(connection, document, row, paid, row.state) }
}

/// A caisse rejected the document: what it owed is *rejeté*. Money that had come already is an anomaly for a person.
pub(crate) fn reject(connection: &Connection, document: i64) -> Result<()> {
    for payer in [Payer::Amo, Payer::Amc] {
        let row = get(connection, document, payer)?;
        let state = match row.state {
            MoneyState::Attendu => MoneyState::Rejete,
            MoneyState::Partiel | MoneyState::Encaisse => MoneyState::Anomalie,
            unmoved => unmoved,
        };
        keep(connection, document, &row, row.paid, state)?;
    }
    Ok(())
}

/// A caisse paid (or, with a negative amount, took back) something; `false` when the sum leaves 64 bits.
pub(crate) fn pay(connection: &Connection, document: i64, payer: Payer, amount: Centimes) -> Result<bool> {
    let row = get(connection, document, payer)?;
    let Some(paid) = row.paid.checked_add(amount) else { return Ok(false) };
    if amount != Centimes::ZERO {
        let state = state_after(row.due, paid, refusal(connection, document)?);
        keep(connection, document, &row, paid, state)?;
    }
    Ok(true)
}

/// A payment is taken from the document it was matched to: what is left decides the state. What was rejected before it
/// came is rejected again.
pub(crate) fn take_back(connection: &Connection, document: i64, payer: Payer, amount: Centimes) -> Result<()> {
    let row = get(connection, document, payer)?;
    let paid = row.paid.checked_sub(amount).ok_or(StoreError::Incoherent { what: "montant rapproché" })?;
    if amount == Centimes::ZERO {
        return Ok(());
    }
    let state = state_after(row.due, paid, refusal(connection, document)?);
    keep(connection, document, &row, paid, state)
}

/// What a scheme's debt for a document is when nothing of it has come: withdrawn or taken back, it is given up; rejected,
/// refused.
fn refusal(connection: &Connection, document: i64) -> Result<Option<MoneyState>> {
    let gone = "SELECT 1 FROM document WHERE id = ?1 AND (state = 'annulee' OR given_up = 1)";
    if query::any(connection, gone, [document])? {
        return Ok(Some(MoneyState::Abandonne));
    }
    let rejected = query::any(connection, "SELECT 1 FROM reject WHERE document = ?1", [document])?;
    Ok(rejected.then_some(MoneyState::Rejete))
}

/// The state when a scheme has paid `paid` of `due` in all, by whatever steps. Money that was not expected (nothing owed,
/// rejected, given up) is an anomaly for a person to look at, and so is more than what is owed.
fn state_after(due: Centimes, paid: Centimes, refusal: Option<MoneyState>) -> MoneyState {
    match (paid, refusal) {
        (Centimes::ZERO, _) if due == Centimes::ZERO => MoneyState::SansObjet,
        (Centimes::ZERO, Some(refused)) => refused,
        (_, Some(_)) => MoneyState::Anomalie,
        _ if due == Centimes::ZERO => MoneyState::Anomalie,
        (paid, None) => by_amount(due, paid),
    }
}

/// The state that the amounts alone give.
pub(crate) fn by_amount(due: Centimes, paid: Centimes) -> MoneyState {
    match paid {
        paid if paid == due => MoneyState::Encaisse,
        Centimes::ZERO => MoneyState::Attendu,
        paid if paid > Centimes::ZERO && paid < due => MoneyState::Partiel,
        _ => MoneyState::Anomalie,
    }
}

/// The move from one state to another along the axis: at once, or through *attendu* where the axis says so.
fn reach(from: MoneyState, to: MoneyState) -> Result<MoneyState, ForbiddenMove> {
    if from == to {
        return Ok(to);
    }
    from.become_state(to).or_else(|refused| {
        if from == MoneyState::SansObjet {
            // Nothing owed is never paid: only a debt that comes from elsewhere makes it one.
            return Err(refused);
        }
        let step = from.become_state(MoneyState::Attendu).map_err(|_| refused)?;
        step.become_state(to).map_err(|_| refused)
    })
}

fn read(row: &Row<'_>) -> rusqlite::Result<MoneyRow> {
    Ok(MoneyRow {
        payer: cell(row, "payer")?,
        state: cell(row, "state")?,
        due: cell(row, "due")?,
        paid: cell(row, "paid")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use MoneyState::{Abandonne, Anomalie, Attendu, Encaisse, Partiel, Rejete, SansObjet};

    #[test]
    fn a_payment_is_judged_on_what_was_owed() {
        let due = Centimes(2100);
        for (refusal, paid, after) in [
            (None, 2100, Encaisse),
            (None, 1000, Partiel),
            (None, 2101, Anomalie),
            (None, 0, Attendu),
            (None, -1, Anomalie),
            // Refused: no sum makes it look paid, and without money it is what it was.
            (Some(Rejete), 1000, Anomalie),
            (Some(Rejete), 2100, Anomalie),
            (Some(Rejete), 0, Rejete),
            (Some(Abandonne), 2100, Anomalie),
            (Some(Abandonne), 0, Abandonne),
        ] {
            assert_eq!(state_after(due, Centimes(paid), refusal), after, "{refusal:?} {paid}");
        }
        assert_eq!(state_after(Centimes::ZERO, Centimes(2100), None), Anomalie);
        assert_eq!(state_after(Centimes::ZERO, Centimes::ZERO, Some(Rejete)), SansObjet);
    }

    #[test]
    fn every_state_a_payment_can_give_is_reached_along_the_axis() {
        for (from, to) in [
            (SansObjet, Anomalie),
            (Rejete, Anomalie),
            (Abandonne, Anomalie),
            (Abandonne, Encaisse),
            (Encaisse, Partiel),
            (Encaisse, Abandonne),
            (Anomalie, Partiel),
        ] {
            assert_eq!(reach(from, to), Ok(to), "{from} {to}");
        }
        assert!(reach(SansObjet, Encaisse).is_err(), "nothing owed is never paid");
        assert_eq!(reach(SansObjet, Attendu), Ok(Attendu), "what another payer no longer pays");
    }
}
