//! Accidents at work of patients, from the day somebody told them until they are consolidated; and the last FSE of a patient,
//! whose answers are proposed again. Not what a claim says of an accident (crate `pricing`).

use chrono::NaiveDate;
use liasse_domain::fse::Patient;
use liasse_domain::{BillingNumber, FseContent, Organisme};
use rusqlite::params;

use crate::cell::{Cell, cell_or_null, put_or_null};
use crate::document;
use crate::error::{Result, StoreError};
use crate::journal::Entry;
use crate::open::Store;
use crate::patient;
use crate::query;
use crate::stamp::Stamp;

/// An accident at work that goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccidentRow {
    /// Its row.
    pub id: i64,
    /// Its number, where the caisse gave one.
    pub number: Option<String>,
    /// Its day.
    pub happened_on: Option<NaiveDate>,
    /// The caisse that answers for it, where it is not the one of the Vitale.
    pub organisme: Option<Organisme>,
}

impl Store {
    /// The accidents of a patient that are not consolidated, the latest told first.
    pub fn open_accidents(&self, patient: &Patient) -> Result<Vec<AccidentRow>> {
        let sql = "SELECT a.id, a.number, a.happened_on, a.organisme
                   FROM accident a WHERE a.patient = ?1 AND a.consolidated_on IS NULL ORDER BY a.id DESC";
        let whose = patient::row_of(&self.connection, patient)?;
        let read = |row: &rusqlite::Row<'_>| {
            let organisme: Option<String> = row.get("organisme")?;
            Ok((row.get("id")?, row.get("number")?, cell_or_null(row, "happened_on")?, organisme))
        };
        let rows = query::all(&self.connection, sql, params![whose], read)?;
        let told = |(id, number, happened_on, organisme): (i64, Option<String>, Option<NaiveDate>, Option<String>)| {
            let read = |json: String| serde_json::from_str(&json);
            let organisme = organisme.map(read).transpose();
            let organisme = organisme.map_err(|_| StoreError::Unreadable { what: "caisse d'un accident" })?;
            Ok(AccidentRow { id, number, happened_on, organisme })
        };
        rows.into_iter().map(told).collect()
    }

    /// Keeps an accident of a patient; gives its row. The journal says whose, not which.
    pub fn tell_accident(
        &mut self,
        stamp: &Stamp,
        patient: &Patient,
        number: Option<&str>,
        happened_on: Option<NaiveDate>,
        organisme: Option<&Organisme>,
    ) -> Result<i64> {
        let change = self.change(stamp)?;
        let whose = patient::remember(&change, patient, stamp.at)?;
        let organisme = organisme.map(serde_json::to_string).transpose();
        let organisme = organisme.map_err(|_| StoreError::Unreadable { what: "caisse d'un accident" })?;
        let sql = "INSERT INTO accident (patient, number, happened_on, organisme, told_at, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let day = put_or_null(happened_on.as_ref());
        query::run(&change, sql, params![whose, number, day, organisme, stamp.at.put(), change.entry()])?;
        let id = change.last_insert_rowid();
        change.commit(Entry::new("accident.dit").patient(Some(whose)).with("accident", id))?;
        Ok(id)
    }

    /// An accident is consolidated since that day: it is proposed no more.
    ///
    /// # Errors
    /// [`StoreError::NoAccident`] for one that is not there, or was consolidated before.
    pub fn consolidate_accident(&mut self, stamp: &Stamp, id: i64, on: NaiveDate) -> Result<()> {
        let change = self.change(stamp)?;
        let sql =
            "UPDATE accident SET consolidated_on = ?2 WHERE id = ?1 AND consolidated_on IS NULL RETURNING patient";
        let whose = query::first(&change, sql, params![id, on.put()], |row| row.get("patient"))?;
        let whose: i64 = whose.ok_or(StoreError::NoAccident)?;
        change.commit(Entry::new("accident.consolide").patient(Some(whose)).with("accident", id))
    }

    /// What the last signed FSE of a patient under a billing number says.
    pub fn last_claim(&self, billing: &BillingNumber, patient: &Patient) -> Result<Option<FseContent>> {
        let sql = "SELECT b.content FROM document d JOIN body b ON b.document = d.id
                   WHERE d.patient = ?1 AND d.billing = ?2 AND d.kind = 'fse' AND d.state = 'signee'
                   ORDER BY d.id DESC LIMIT 1";
        let values = params![patient::row_of(&self.connection, patient)?, billing.put()];
        let content: Option<String> = query::first(&self.connection, sql, values, |row| row.get("content"))?;
        content.as_deref().map(document::parse).transpose()
    }
}
