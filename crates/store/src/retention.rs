//! What is known of a document when somebody asks for how long it is kept: the last thing that happened to it, and what is still
//! open. Not the rules and not their texts (`core::retention`), nor the erasing (`forgetting`). Nothing here changes anything.

use chrono::NaiveDate;
use liasse_domain::fse::Patient;
use liasse_domain::{
    BillingNumber, DocumentKind, DocumentState, FileIdentifier, FseRef, Instant, TransmissionState, clock,
};
use rusqlite::{Row, params};

use crate::cell::{Cell, bad, cell, cell_or_null, put_or_null, reference};
use crate::error::Result;
use crate::open::Store;
use crate::patient;
use crate::query;

/// A document that is not erased, as its retention is judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionRow {
    /// The row.
    pub id: i64,
    /// FSE or DRE.
    pub kind: DocumentKind,
    /// Its name.
    pub name: FseRef,
    /// The state of the document.
    pub state: DocumentState,
    /// The state of its live membership of a lot.
    pub transmission: Option<TransmissionState>,
    /// The day of its first act.
    pub act_date: NaiveDate,
    /// The last day on which something happened to it: act, signature, sending, payment, receipt, reject, withdrawal.
    pub last: NaiveDate,
    /// The day on which the post took its file, or may have, for the last time.
    pub sent_on: Option<NaiveDate>,
    /// It is at another post of the practice.
    pub away: bool,
    /// A DRE that was taken back, or that its insurer rejected.
    pub given_up: bool,
    /// A caisse rejected it.
    pub rejected: bool,
    /// A signed one corrects it.
    pub corrected: bool,
    /// The live one that corrects it, where that one is not erased.
    pub corrected_by: Option<i64>,
    /// Somebody still owes something for it.
    pub owed: bool,
    /// Money that was not expected came for it.
    pub contested: bool,
    /// What a caisse was to pay is refused.
    pub refused: bool,
    /// Its paper sheet, or its scanned documents, have not left.
    pub papers_open: bool,
}

/// What the rows of a person are, beside the documents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AboutPatient {
    /// What their Vitale said last.
    pub readings: usize,
    /// Their mutuelle cards.
    pub mutuelles: usize,
    /// Accidents at work.
    pub accidents: usize,
    /// Passages that are over, and of no FSE that waits.
    pub passages: usize,
    /// Passages that are open, or whose FSE waits for its signature.
    pub open_passages: usize,
    /// Documents, sheets or passages of another practitioner.
    pub others: usize,
}

/// A paper sheet that no FSE has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SheetRow {
    /// Its row.
    pub id: i64,
    /// Whether it has still to leave.
    pub open: bool,
    /// The last day on which something happened to it.
    pub last: NaiveDate,
}

macro_rules! facts {
    () => {
        "SELECT d.id, d.kind, d.billing, d.number, d.state, d.act_date, d.given_up, d.away IS NOT NULL AS away,
                d.created_at, d.signed_at, d.cancelled_at,
                (SELECT m.state FROM membership m WHERE m.id = d.live) AS transmission,
                (SELECT max(o.sent_at) FROM membership m JOIN outbox o ON o.lot = m.lot WHERE m.document = d.id) AS sent_at,
                (SELECT max(p.paid_on) FROM payment_line l JOIN payment p ON p.id = l.payment
                 WHERE l.document = d.id) AS paid_on,
                (SELECT max(r.day) FROM receipt r WHERE r.document = d.id) AS received_on,
                (SELECT max(x.rejected_on) FROM reject x WHERE x.document = d.id) AS rejected_on,
                EXISTS (SELECT 1 FROM document c WHERE c.corrects = d.id AND c.state = 'signee') AS corrected,
                (SELECT c.id FROM document c WHERE c.corrects = d.id AND c.state <> 'annulee'
                   AND NOT EXISTS (SELECT 1 FROM erasure y WHERE y.document = c.id) LIMIT 1) AS corrected_by,
                EXISTS (SELECT 1 FROM money y WHERE y.document = d.id AND y.state IN ('attendu', 'partiel')) AS owed,
                EXISTS (SELECT 1 FROM money y WHERE y.document = d.id AND y.state = 'anomalie') AS contested,
                EXISTS (SELECT 1 FROM money y WHERE y.document = d.id AND y.state = 'rejete') AS refused,
                EXISTS (SELECT 1 FROM paper f WHERE f.document = d.id AND f.state = 'a_remettre')
                OR EXISTS (SELECT 1 FROM membership m JOIN scan_mail s ON s.lot = m.lot
                           WHERE m.id = d.live AND s.state <> 'transmise') AS papers_open
         FROM document d
         WHERE d.number IS NOT NULL AND NOT EXISTS (SELECT 1 FROM erasure e WHERE e.document = d.id)"
    };
}

/// Whether a passage is over: not open, and its FSE, where it has one, does not wait for a signature.
macro_rules! over {
    () => {
        "(state NOT IN ('accueil', 'attend_carte')
          AND (document IS NULL OR document IN (SELECT w.id FROM document w WHERE w.state IN ('signee', 'annulee'))))"
    };
}
pub(crate) use over;

impl Store {
    /// The documents whose acts are of that day or before, after that row, by their rows, at most so many.
    pub fn retention_rows(&self, acts_until: NaiveDate, after: i64, limit: u32) -> Result<Vec<RetentionRow>> {
        let sql = concat!(facts!(), " AND d.act_date <= ?1 AND d.id > ?2 ORDER BY d.id LIMIT ?3");
        query::all(&self.connection, sql, params![acts_until.put(), after, limit], row)
    }

    /// One of them.
    pub fn retention_row(&self, document: i64) -> Result<Option<RetentionRow>> {
        query::first(&self.connection, concat!(facts!(), " AND d.id = ?1"), [document], row)
    }

    /// Those of a patient: of one practitioner, or of all.
    pub fn retention_of_patient(&self, patient: i64, billing: Option<&BillingNumber>) -> Result<Vec<RetentionRow>> {
        let sql = concat!(facts!(), " AND d.patient = ?1 AND (?2 IS NULL OR d.billing = ?2) ORDER BY d.id");
        query::all(&self.connection, sql, params![patient, put_or_null(billing)], row)
    }

    /// How many documents there are whose acts are later than that day.
    pub fn documents_since(&self, day: NaiveDate) -> Result<usize> {
        let sql = "SELECT count(*) FROM document WHERE act_date > ?1 AND number IS NOT NULL";
        query::count(&self.connection, sql, [day.put()])
    }

    /// How many documents are erased.
    pub fn erased_count(&self) -> Result<usize> {
        query::count(&self.connection, "SELECT count(*) FROM erasure", [])
    }

    /// How many documents of a replacement session are erased: its statement cannot be drawn up again.
    pub fn erased_in_session(&self, session: u32) -> Result<usize> {
        let sql = "SELECT count(*) FROM document d JOIN erasure e ON e.document = d.id WHERE d.replacement = ?1";
        query::count(&self.connection, sql, [session])
    }

    /// How many receipts there are: they name no patient.
    pub fn receipts_kept(&self) -> Result<usize> {
        query::count(&self.connection, "SELECT count(*) FROM receipt", [])
    }

    /// How many messages came.
    pub fn return_count(&self) -> Result<usize> {
        query::count(&self.connection, "SELECT count(*) FROM inbox", [])
    }

    /// The sheets that no FSE has: of a patient of a practitioner, or all.
    pub fn sheets_alone(&self, of: Option<(i64, &BillingNumber)>) -> Result<Vec<SheetRow>> {
        let (patient, billing) = of.map(|(patient, billing)| (patient, billing.put())).unzip();
        let sql = "SELECT id, state = 'a_remettre' AS open, made_at, done_at FROM paper
                   WHERE document IS NULL AND (?1 IS NULL OR (patient = ?1 AND billing = ?2)) ORDER BY id";
        query::all(&self.connection, sql, params![patient, billing], |row| {
            let made: Instant = cell(row, "made_at")?;
            let done: Option<Instant> = cell_or_null(row, "done_at")?;
            let last = clock::paris(done.unwrap_or(made).max(made)).date();
            Ok(SheetRow { id: row.get("id")?, open: row.get("open")?, last })
        })
    }

    /// Files to other posts that left before then, and still hold what left with them.
    pub fn transfers_before(&self, before: Instant) -> Result<Vec<String>> {
        let sql = "SELECT id FROM transfer WHERE way = 'sortie' AND at < ?1 AND length(content) > 0 ORDER BY id";
        query::all(&self.connection, sql, [before.put()], |row| row.get("id"))
    }

    /// The files of one practitioner that left for another post and still hold what left with them, each with when it left.
    pub fn transfers_standing(&self, billing: &BillingNumber) -> Result<Vec<(String, Instant)>> {
        let sql = "SELECT id, at FROM transfer
                   WHERE way = 'sortie' AND billing = ?1 AND length(content) > 0 ORDER BY at, id";
        query::all(&self.connection, sql, [billing.put()], |row| Ok((row.get("id")?, cell(row, "at")?)))
    }

    /// The next patients after that row, at most so many, each with whether nothing of them is left to keep: no document, no sheet,
    /// no passage that is open or later than that, and not seen since.
    pub fn idle_patients(&self, before: Instant, after: i64, limit: u32) -> Result<Vec<(i64, bool)>> {
        let sql = "SELECT p.id, p.seen_at < ?1
                     AND NOT EXISTS (SELECT 1 FROM document d WHERE d.patient = p.id)
                     AND NOT EXISTS (SELECT 1 FROM passage g WHERE g.patient = p.id
                                       AND (g.state IN ('accueil', 'attend_carte') OR g.arrived_at >= ?1))
                     AND p.id NOT IN (SELECT f.patient FROM paper f) AS idle
                   FROM patient p WHERE p.id > max(?2, 0) ORDER BY p.id LIMIT ?3";
        query::all(&self.connection, sql, params![before.put(), after, limit], |row| {
            Ok((row.get("id")?, row.get("idle")?))
        })
    }

    /// By what the papers of a document are named, beside its own name: the lots that held it, and its sheets.
    pub fn papers_named(&self, document: i64) -> Result<(Vec<FileIdentifier>, Vec<i64>)> {
        let lots = "SELECT l.identifier FROM membership m JOIN lot l ON l.id = m.lot
                    WHERE m.document = ?1 ORDER BY l.id";
        let lots = query::all(&self.connection, lots, [document], |row| cell(row, "identifier"))?;
        let sheets = "SELECT id FROM paper WHERE document = ?1 ORDER BY id";
        Ok((lots, query::all(&self.connection, sheets, [document], |row| row.get("id"))?))
    }

    /// The row of whom a card names, where they were here.
    pub fn patient_row(&self, patient: &Patient) -> Result<Option<i64>> {
        patient::row_of(&self.connection, patient)
    }

    /// What there is of a patient beside documents and sheets.
    pub fn about_patient(&self, patient: i64, billing: &BillingNumber) -> Result<AboutPatient> {
        let of = |sql: &str| query::count(&self.connection, sql, [patient]);
        let others = "SELECT (SELECT count(*) FROM document WHERE patient = ?1 AND billing <> ?2)
                           + (SELECT count(*) FROM paper WHERE patient = ?1 AND billing <> ?2)
                           + (SELECT count(*) FROM passage WHERE patient = ?1 AND billing <> ?2)";
        Ok(AboutPatient {
            readings: of("SELECT count(*) FROM reading WHERE patient = ?1")?,
            mutuelles: of("SELECT count(*) FROM mutuelle WHERE patient = ?1")?,
            accidents: of("SELECT count(*) FROM accident WHERE patient = ?1")?,
            passages: of(concat!("SELECT count(*) FROM passage WHERE patient = ?1 AND ", over!()))?,
            open_passages: of(concat!("SELECT count(*) FROM passage WHERE patient = ?1 AND NOT (", over!(), ")"))?,
            others: query::count(&self.connection, others, params![patient, billing.put()])?,
        })
    }
}

fn row(row: &Row<'_>) -> rusqlite::Result<RetentionRow> {
    let on = |column: &str| -> rusqlite::Result<Option<NaiveDate>> {
        Ok(cell_or_null::<Instant>(row, column)?.map(|at| clock::paris(at).date()))
    };
    let act_date: NaiveDate = cell(row, "act_date")?;
    let sent_on = on("sent_at")?;
    let days = [
        on("created_at")?,
        on("signed_at")?,
        on("cancelled_at")?,
        sent_on,
        cell_or_null(row, "paid_on")?,
        cell_or_null(row, "received_on")?,
        cell_or_null(row, "rejected_on")?,
    ];
    let rejected = cell_or_null::<NaiveDate>(row, "rejected_on")?.is_some();
    Ok(RetentionRow {
        id: row.get("id")?,
        kind: DocumentKind::from_word(&row.get::<_, String>("kind")?).ok_or_else(|| bad("nature d'un document"))?,
        name: reference(row)?,
        state: cell(row, "state")?,
        transmission: cell_or_null(row, "transmission")?,
        act_date,
        last: days.into_iter().flatten().fold(act_date, NaiveDate::max),
        sent_on,
        away: row.get("away")?,
        given_up: row.get("given_up")?,
        rejected,
        corrected: row.get("corrected")?,
        corrected_by: row.get("corrected_by")?,
        owed: row.get("owed")?,
        contested: row.get("contested")?,
        refused: row.get("refused")?,
        papers_open: row.get("papers_open")?,
    })
}
