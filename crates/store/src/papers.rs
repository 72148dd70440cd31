//! Paper sheets (« Feuilles papier »): of degraded FSE, and all there is where no usable CPS was at hand; ticked off once they
//! have left. Not what is printed on them (`core::paper`). Rule: CSS R161-43; issue "The locum's session", 4.

use chrono::NaiveDate;
use liasse_domain::fse::Patient;
use liasse_domain::{BillingNumber, Centimes, FseRef, Instant, PaperReason, PaperState, Private};
use rusqlite::{Row, params};

use crate::cell::{Cell, cell, cell_or_null, put_or_null, reference};
use crate::change::Change;
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::patient;
use crate::query;
use crate::stamp::Stamp;

/// A sheet that is printed.
#[derive(Clone, Copy, Debug)]
pub struct NewPaper<'a> {
    /// Who is paid.
    pub billing: &'a BillingNumber,
    /// The replacement session under which it is made.
    pub session: Option<u32>,
    /// The passage that it bills, where there is no FSE.
    pub passage: Option<i64>,
    /// For whom.
    pub patient: &'a Patient,
    /// The day of the acts.
    pub act_date: NaiveDate,
    /// The fees.
    pub total: Centimes,
    /// Why.
    pub reason: PaperReason,
    /// What is printed, as JSON.
    pub content: &'a str,
}

/// A sheet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PaperRow {
    /// Its row, which is its number on the sheet.
    pub id: i64,
    /// Who is paid.
    pub billing: BillingNumber,
    /// The replacement session under which it was made.
    pub session: Option<u32>,
    /// The degraded FSE that it proves.
    pub fse: Option<FseRef>,
    /// Family name and given name.
    pub patient: Private,
    /// The day of the acts.
    pub act_date: NaiveDate,
    /// The fees.
    pub total: Centimes,
    /// Why.
    pub reason: PaperReason,
    /// When it was made.
    pub made_at: Instant,
    /// What became of it.
    pub state: PaperState,
    /// When.
    pub done_at: Option<Instant>,
    /// What is printed, as JSON.
    pub content: String,
}

macro_rules! paper {
    () => {
        "SELECT f.id, f.billing AS owner, f.replacement, f.act_date, f.total, f.reason, f.made_at, f.state, f.done_at,
                f.content, p.family_name, p.given_name, d.billing, d.number
         FROM paper f JOIN patient p ON p.id = f.patient LEFT JOIN document d ON d.id = f.document "
    };
}

impl Store {
    /// Keeps a sheet; gives its number.
    pub fn keep_paper(&mut self, stamp: &Stamp, new: &NewPaper<'_>) -> Result<i64> {
        let change = self.change(stamp)?;
        let (id, entry) = insert(&change, new, None)?;
        change.commit(entry)?;
        Ok(id)
    }

    /// One sheet.
    pub fn paper(&self, id: i64) -> Result<Option<PaperRow>> {
        query::first(&self.connection, concat!(paper!(), "WHERE f.id = ?1"), [id], row)
    }

    /// The sheet of a degraded FSE.
    pub fn paper_of(&self, fse: &FseRef) -> Result<Option<PaperRow>> {
        let sql = concat!(paper!(), "WHERE d.billing = ?1 AND d.kind = 'fse' AND d.number = ?2");
        query::first(&self.connection, sql, params![fse.billing.put(), fse.number.put()], row)
    }

    /// The sheets that nobody has yet, the oldest first: of one practitioner, or of all.
    pub fn open_papers(&self, billing: Option<&BillingNumber>) -> Result<Vec<PaperRow>> {
        let sql = concat!(paper!(), "WHERE f.state = 'a_remettre' AND (?1 IS NULL OR f.billing = ?1) ORDER BY f.id");
        query::all(&self.connection, sql, params![put_or_null(billing)], row)
    }

    /// What was billed on paper alone under a session, the oldest first.
    pub fn papers_of_session(&self, session: u32) -> Result<Vec<PaperRow>> {
        let sql = concat!(
            paper!(),
            "WHERE f.replacement = ?1 AND f.document IS NULL AND f.state <> 'annulee' ORDER BY f.act_date, f.id"
        );
        query::all(&self.connection, sql, [session], row)
    }

    /// Ticks a sheet off.
    ///
    /// # Errors
    /// [`StoreError::NoPaper`], also of one that was ticked off before.
    pub fn paper_done(&mut self, stamp: &Stamp, id: i64, state: PaperState) -> Result<()> {
        let change = self.change(stamp)?;
        let sql = "UPDATE paper SET state = ?2, done_at = ?3 WHERE id = ?1 AND state = 'a_remettre'
                   RETURNING patient, replacement";
        if state == PaperState::ARemettre {
            return Err(StoreError::NoPaper);
        }
        let done = query::first(&change, sql, params![id, state.put(), stamp.at.put()], |row| {
            Ok((row.get::<_, Option<i64>>("patient")?, row.get::<_, Option<u32>>("replacement")?))
        })?;
        let (patient, session) = done.ok_or(StoreError::NoPaper)?;
        let entry = Entry::new("feuille.partie").with("sheet", id).with("state", state.word()).patient(patient);
        change.commit(match session {
            Some(session) => entry.with("session", session),
            None => entry,
        })
    }
}

/// The FSE that a sheet proves is withdrawn: it is not to be sent any more.
pub(crate) fn void(change: &Change<'_>, document: i64) -> Result<()> {
    let sql = "UPDATE paper SET state = 'annulee', done_at = ?2 WHERE document = ?1 AND state = 'a_remettre'";
    query::run(change, sql, params![document, change.stamp().at.put()])?;
    Ok(())
}

/// Writes the row of a sheet, of a degraded FSE or alone; its journal entry is for the caller to write.
pub(crate) fn insert(change: &Change<'_>, new: &NewPaper<'_>, of: Option<(i64, &FseRef)>) -> Result<(i64, Entry)> {
    let patient = patient::remember(change, new.patient, change.stamp().at)?;
    let sql =
        "INSERT INTO paper (billing, replacement, document, patient, act_date, total, reason, made_at, state, entry,
                                      content)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'a_remettre', ?9, ?10)";
    let values = params![
        new.billing.put(),
        new.session,
        of.map(|(document, _)| document),
        patient,
        new.act_date.put(),
        new.total.put(),
        new.reason.put(),
        change.stamp().at.put(),
        change.entry(),
        new.content
    ];
    query::run(change, sql, values)?;
    let id = change.last_insert_rowid();
    if let Some(passage) = new.passage
        && query::run(change, "UPDATE passage SET state = 'papier' WHERE id = ?1 AND document IS NULL", [passage])? == 0
    {
        return Err(StoreError::NoPassage);
    }
    let mut entry = Entry::new("feuille.faite").with("sheet", id).patient(Some(patient));
    if let Some((_, fse)) = of {
        entry = entry.fse(fse);
    }
    if let Some(passage) = new.passage {
        entry = entry.with("passage", passage);
    }
    if let Some(session) = new.session {
        entry = entry.with("session", session);
    }
    let entry = entry.with("reason", new.reason.word()).with("total_cents", new.total.0);
    Ok((id, entry.with("content_sha256", fingerprint(new.content.as_bytes()))))
}

fn row(row: &Row<'_>) -> rusqlite::Result<PaperRow> {
    let (family, given) = (row.get::<_, String>("family_name")?, row.get::<_, String>("given_name")?);
    let fse = match cell_or_null::<BillingNumber>(row, "billing")? {
        Some(_) => Some(reference(row)?),
        None => None,
    };
    Ok(PaperRow {
        id: row.get("id")?,
        billing: cell(row, "owner")?,
        session: row.get("replacement")?,
        fse,
        patient: Private::new(format!("{family} {given}")),
        act_date: cell(row, "act_date")?,
        total: cell(row, "total")?,
        reason: cell(row, "reason")?,
        made_at: cell(row, "made_at")?,
        state: cell(row, "state")?,
        done_at: cell_or_null(row, "done_at")?,
        content: row.get("content")?,
    })
}
