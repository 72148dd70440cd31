//! Replacement sessions: numbered, sealed by the replaced doctor, moved along their life, erased.
//! What is sealed is kept byte for byte and never changes; whether its seal is good is decided by `core`.
//! Rule: issue "The locum's session"; product, "The people", 3.

use chrono::NaiveDate;
use liasse_domain::replacement::{ReplacementSession, SessionState};
use liasse_domain::{BillingNumber, DocumentKind, FseRef, Instant};
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, cell, cell_or_null, reference};
use crate::change::Change;
use crate::document;
use crate::error::{Or, Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// A session as it stands.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its number.
    pub number: u32,
    /// The billing number that is paid.
    pub billing: BillingNumber,
    /// How far it came.
    pub state: SessionState,
    /// Whether the locum comes again.
    pub recurring: bool,
    /// Its first and its last day.
    pub days: (NaiveDate, NaiveDate),
    /// When it was opened.
    pub opened_at: Instant,
    /// When it was closed.
    pub closed_at: Option<Instant>,
    /// What the last rehearsal found, as JSON.
    pub rehearsal: Option<String>,
    /// The sealed bytes; `None` once erased.
    pub content: Option<Vec<u8>>,
    /// The seal over them; `None` before it and once erased.
    pub cms: Option<Vec<u8>>,
}

crate::withheld::debug_by_length!(SessionRow {
    number, billing, state, recurring, days, opened_at, closed_at, rehearsal; ; content, cms
});

macro_rules! session {
    () => {
        "SELECT number, billing, state, recurring, first_day, last_day, opened_at, closed_at, rehearsal, content, cms
         FROM replacement"
    };
}

impl Store {
    /// Every session of a practice, or of one practitioner, the latest first.
    pub fn replacements(&self, billing: Option<&BillingNumber>) -> Result<Vec<SessionRow>> {
        let sql = concat!(session!(), " WHERE ?1 IS NULL OR billing = ?1 ORDER BY number DESC");
        query::all(&self.connection, sql, [billing.map(BillingNumber::as_str)], row)
    }

    /// One session.
    pub fn replacement(&self, number: u32) -> Result<Option<SessionRow>> {
        find(&self.connection, number)
    }

    /// Numbers a session and keeps the bytes that `make` gives for its number. Until it is sealed it serves for nothing, and
    /// the next one that is opened for the same practitioner takes its place.
    ///
    /// # Errors
    /// [`StoreError::SessionsMeet`] when another open session of the practitioner holds at one of its hours.
    pub fn open_replacement<E>(
        &mut self,
        stamp: &Stamp,
        make: impl FnOnce(u32) -> std::result::Result<(ReplacementSession, Vec<u8>), E>,
    ) -> Result<u32, Or<E>> {
        let mut change = self.change(stamp)?;
        let sql = "SELECT coalesce(max(number), 0) + 1 FROM replacement";
        let number = query::first(&change, sql, [], |row| row.get::<_, u32>(0))?.unwrap_or(1);
        let (session, bytes) = make(number).map_err(Or::Other)?;
        let billing = session.billing().filter(|_| session.number == number).ok_or(StoreError::NotAsStored)?;
        let unsealed = "SELECT number FROM replacement WHERE billing = ?1 AND state = 'ouverte'";
        for number in query::all(&change, unsealed, [billing.put()], |row| row.get::<_, u32>("number"))? {
            let sql = "UPDATE replacement SET state = 'effacee', content = NULL WHERE number = ?1";
            query::run(&change, sql, [number])?;
            change.tell(about("remplacement.abandonne", number))?;
        }
        for other in open_sessions(&change, billing)? {
            if let Some(at) = read(&other)?.calendar.meets(&session.calendar) {
                return Err(StoreError::SessionsMeet { number: other.number, on: at.date() }.into());
            }
        }
        query::run(
            &change,
            "INSERT INTO replacement (number, billing, state, recurring, first_day, last_day, opened_at, entry, content)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                number,
                billing.put(),
                SessionState::Ouverte.put(),
                session.recurring,
                session.calendar.from().put(),
                session.calendar.until().put(),
                stamp.at.put(),
                change.entry(),
                bytes,
            ],
        )?;
        let entry = about("remplacement.ouvert", number).with("content_sha256", fingerprint(&bytes));
        change.commit(entry.with("billing", billing.as_str()).with("locum", session.locum.billing.as_str()))?;
        Ok(number)
    }

    /// Keeps the seal of the replaced doctor: the session is *préparée*.
    ///
    /// # Errors
    /// [`StoreError::NotAsStored`] when it seals other bytes than those that were kept.
    pub fn seal_replacement(&mut self, stamp: &Stamp, number: u32, bytes: &[u8], cms: &[u8]) -> Result<()> {
        let change = self.change(stamp)?;
        let row = find(&change, number)?.ok_or(StoreError::NoSession)?;
        if row.state != SessionState::Ouverte || row.content.as_deref() != Some(bytes) {
            return Err(StoreError::NotAsStored);
        }
        let sql = "UPDATE replacement SET state = 'preparee', cms = ?2 WHERE number = ?1";
        query::run(&change, sql, params![number, cms])?;
        let entry = about("remplacement.prepare", number).with("content_sha256", fingerprint(bytes));
        change.commit(entry.with("cms_sha256", fingerprint(cms)))
    }

    /// Moves a session along: suspended, taken up again, closed. `why` is journaled.
    ///
    /// # Errors
    /// [`StoreError::SessionState`] for a move that its life does not have.
    pub fn move_replacement(&mut self, stamp: &Stamp, number: u32, to: SessionState, why: &str) -> Result<()> {
        use SessionState::{Close, Preparee, Suspendue};
        let change = self.change(stamp)?;
        let row = find(&change, number)?.ok_or(StoreError::NoSession)?;
        let action = match (row.state, to) {
            (Preparee, Suspendue) => "remplacement.suspendu",
            (Suspendue, Preparee) => "remplacement.repris",
            (Preparee | Suspendue, Close) => "remplacement.clos",
            _ => return Err(StoreError::SessionState { state: row.state }),
        };
        let closed = (to == Close).then(|| stamp.at.put());
        let sql = "UPDATE replacement SET state = ?2, closed_at = ?3 WHERE number = ?1";
        query::run(&change, sql, params![number, to.put(), closed])?;
        change.commit(about(action, number).with("why", why))
    }

    /// Keeps what a rehearsal found, as JSON.
    pub fn keep_rehearsal(&mut self, stamp: &Stamp, number: u32, ready: bool, findings: &str) -> Result<()> {
        let change = self.change(stamp)?;
        let sql = "UPDATE replacement SET rehearsal = ?2 WHERE number = ?1";
        if query::run(&change, sql, params![number, findings])? == 0 {
            return Err(StoreError::NoSession);
        }
        change.commit(about("remplacement.repete", number).with("ready", ready))
    }

    /// Lets the locum of a closed session take up one rejected FSE of theirs again.
    ///
    /// # Errors
    /// [`StoreError::NoSession`] when the FSE was made under none; [`StoreError::NotRejected`].
    pub fn reopen_for_locum(&mut self, stamp: &Stamp, fse: &FseRef) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        let number = session_of(&change, row.id)?.ok_or(StoreError::NoSession)?;
        if !query::any(&change, "SELECT 1 FROM reject WHERE document = ?1", [row.id])? {
            return Err(StoreError::NotRejected);
        }
        let sql = "INSERT INTO reopened (document, replacement, at, entry) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (document) DO NOTHING";
        query::run(&change, sql, params![row.id, number, stamp.at.put(), change.entry()])?;
        let entry = about("remplacement.fse_rouverte", number).document(DocumentKind::Fse, fse);
        change.commit(entry.patient(row.patient))
    }

    /// Whether its locum may take a rejected FSE of a closed session up again.
    pub fn is_reopened(&self, fse: &FseRef) -> Result<bool> {
        let sql = "SELECT 1 FROM reopened r JOIN document d ON d.id = r.document
                   WHERE d.billing = ?1 AND d.kind = 'fse' AND d.number = ?2";
        query::any(&self.connection, sql, params![fse.billing.put(), fse.number.put()])
    }

    /// Whether an FSE of a session is reopened and not corrected yet.
    pub fn has_reopened(&self, number: u32) -> Result<bool> {
        let sql = "SELECT 1 FROM reopened r WHERE r.replacement = ?1
                   AND NOT EXISTS (SELECT 1 FROM document c WHERE c.corrects = r.document AND c.live IS NOT NULL)";
        query::any(&self.connection, sql, [number])
    }

    /// Under which session an FSE was made.
    pub fn made_under(&self, fse: &FseRef) -> Result<Option<u32>> {
        match document::find(&self.connection, fse)? {
            Some(row) => session_of(&self.connection, row.id),
            None => Ok(None),
        }
    }

    /// What is left to do of a session: FSE that wait for a signature, and signed ones that have not left; each once, whether it
    /// or its DRE waits.
    pub fn left_of_session(&self, number: u32) -> Result<(Vec<FseRef>, Vec<FseRef>)> {
        let unsigned = "SELECT billing, number FROM document
                        WHERE replacement = ?1 AND state IN ('preparee', 'signee_patient')
                        GROUP BY billing, number ORDER BY min(id)";
        let unsent = "SELECT d.billing, d.number FROM document d LEFT JOIN membership m ON m.id = d.live
                      WHERE d.replacement = ?1 AND d.state = 'signee' AND d.given_up = 0
                        AND (m.id IS NULL OR m.state IN ('en_lot', 'en_fichier'))
                        AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.document = d.id)
                      GROUP BY d.billing, d.number ORDER BY min(d.id)";
        let of = |sql| query::all(&self.connection, sql, [number], reference);
        Ok((of(unsigned)?, of(unsent)?))
    }

    /// Erases what was memorised for a closed session: its content and its seal, what rehearsals said of it, and what the
    /// replaced doctor's card said for the désynchronisé mode (the next reading of that card keeps it anew).
    ///
    /// # Errors
    /// [`StoreError::SessionState`] before it is closed.
    pub fn erase_replacement(&mut self, stamp: &Stamp, number: u32) -> Result<()> {
        let change = self.change(stamp)?;
        let row = find(&change, number)?.ok_or(StoreError::NoSession)?;
        if row.state != SessionState::Close {
            return Err(StoreError::SessionState { state: row.state });
        }
        let sql =
            "UPDATE replacement SET state = 'effacee', content = NULL, cms = NULL, rehearsal = NULL WHERE number = ?1";
        query::run(&change, sql, [number])?;
        let sql = "DELETE FROM practitioner WHERE billing = (SELECT billing FROM replacement WHERE number = ?1)";
        query::run(&change, sql, [number])?;
        query::run(&change, "DELETE FROM locum_card WHERE session = ?1", [number])?;
        change.commit(about("remplacement.efface", number))
    }
}

/// The session under which a document was made.
pub(crate) fn session_of(connection: &Connection, document: i64) -> Result<Option<u32>> {
    let sql = "SELECT replacement FROM document WHERE id = ?1";
    Ok(query::first(connection, sql, [document], |row| row.get("replacement"))?.flatten())
}

fn about(action: &'static str, number: u32) -> Entry {
    Entry::new(action).with("session", number)
}

fn find(connection: &Connection, number: u32) -> Result<Option<SessionRow>> {
    query::first(connection, concat!(session!(), " WHERE number = ?1"), [number], row)
}

fn open_sessions(change: &Change<'_>, billing: &BillingNumber) -> Result<Vec<SessionRow>> {
    let sql = concat!(session!(), " WHERE billing = ?1 AND state IN ('preparee', 'suspendue')");
    query::all(change, sql, [billing.put()], row)
}

/// What a session says, its seal not looked at.
fn read(row: &SessionRow) -> Result<ReplacementSession> {
    let bytes = row.content.as_deref().ok_or(StoreError::Incoherent { what: "session de remplacement" })?;
    serde_json::from_slice(bytes).map_err(|_| StoreError::Incoherent { what: "session de remplacement" })
}

fn row(row: &Row<'_>) -> rusqlite::Result<SessionRow> {
    Ok(SessionRow {
        number: row.get("number")?,
        billing: cell(row, "billing")?,
        state: cell(row, "state")?,
        recurring: row.get("recurring")?,
        days: (cell(row, "first_day")?, cell(row, "last_day")?),
        opened_at: cell(row, "opened_at")?,
        closed_at: cell_or_null(row, "closed_at")?,
        rehearsal: row.get("rehearsal")?,
        content: row.get("content")?,
        cms: row.get("cms")?,
    })
}
