//! The désynchronisé mode: the patient's Vitale seals now, the practitioner's CPS signs later; what waits for whom; and what
//! practitioners' cards said when they were last read, with which a secretary prepares.
//! Not whether a seal is good, nor whether a card still says the same: `core` looks. Rule: reference formats 2.4; CSS R161-43.

use chrono::NaiveDate;
use liasse_domain::fse::PatientSigned;
use liasse_domain::{
    BillingNumber, BillingSituation, CardHolder, Centimes, DocumentKind, DocumentState, Fse, FseRef, Instant, Private,
    SecuringMode,
};
use rusqlite::params;

use crate::cell::{Cell, cell, put_or_null, reference};
use crate::document;
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// What the card of a practitioner said when it was last read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPractitioner {
    /// Who holds it.
    pub holder: CardHolder,
    /// In which situation they bill.
    pub situation: BillingSituation,
    /// Serial number of the card.
    pub serial: String,
    /// When it was read.
    pub read_at: Instant,
}

/// A document that waits for the signature of a CPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingRow {
    /// Which.
    pub fse: FseRef,
    /// *Préparée*, or *signée par le patient*.
    pub state: DocumentState,
    /// Family name and given name.
    pub patient: Private,
    /// How it is secured.
    pub mode: SecuringMode,
    /// Date of its first act.
    pub act_date: NaiveDate,
    /// What it charges.
    pub total: Centimes,
    /// Whether somebody else than the patient pays the practitioner.
    pub third_party: bool,
    /// When it was numbered.
    pub created_at: Instant,
    /// Whether it may pass to another post: made under no replacement, and correcting nothing that is here.
    pub passable: bool,
    /// The word with which it was returned to the secretary.
    pub returned: Option<String>,
    /// Words of the desk, outside of what is sealed.
    pub note: Option<String>,
}

/// What waits for a CPS: through the index of what is unsigned, never through years of what is signed.
macro_rules! waiting {
    () => {
        "FROM document d JOIN patient p ON p.id = d.patient LEFT JOIN sent_back b ON b.document = d.id
           LEFT JOIN passage g ON g.document = d.id
         WHERE d.state IN ('preparee', 'signee_patient') AND d.kind = 'fse' AND (?1 IS NULL OR (d.billing = ?1 AND d.replacement IS ?2))
           AND d.away IS NULL"
    };
}

impl Store {
    /// Keeps the Vitale's seal over the documents of one claim: they are *signées par le patient*.
    ///
    /// # Errors
    /// [`StoreError::NotAsStored`] when a content or bytes are not those that were prepared.
    pub fn seal_by_patient(&mut self, stamp: &Stamp, documents: &[Fse<PatientSigned>]) -> Result<()> {
        let mut change = self.change(stamp)?;
        for sealed in documents {
            let (kind, name) = (sealed.content().kind(), sealed.reference());
            let row = document::get_of(&change, kind, name)?;
            if row.away {
                return Err(StoreError::Away);
            }
            let state = row.state.become_state(DocumentState::SigneePatient)?;
            let (content, bytes) = document::body(&change, row.id)?;
            if content != *sealed.content() || bytes != sealed.bytes() {
                return Err(StoreError::NotAsStored);
            }
            let sql = "INSERT INTO signature (document, signer, at, cms) VALUES (?1, 'vitale', ?2, ?3)";
            query::run(&change, sql, params![row.id, stamp.at.put(), sealed.vitale_cms()])?;
            query::run(&change, "UPDATE document SET state = ?2 WHERE id = ?1", params![row.id, state.put()])?;
            let entry = Entry::new("fse.scellee").document(kind, name).patient(row.patient);
            change.tell(entry.with("vitale_sha256", fingerprint(sealed.vitale_cms())))?;
        }
        change.commit_told()
    }

    /// A document that is *signée par le patient*, with its seal; `None` otherwise.
    pub fn sealed_by_patient(&self, kind: DocumentKind, name: &FseRef) -> Result<Option<Fse<PatientSigned>>> {
        let row = document::find_of(&self.connection, kind, name)?;
        let Some(row) = row.filter(|row| row.state == DocumentState::SigneePatient) else { return Ok(None) };
        if row.away {
            return Err(StoreError::Away);
        }
        let (content, bytes) = document::body(&self.connection, row.id)?;
        let signatures = document::signatures(&self.connection, row.id)?;
        let seal = signatures.vitale.ok_or(StoreError::Incoherent { what: "FSE scellée sans sceau" })?;
        Ok(Some(Fse::new(content, bytes).sealed_by_vitale(seal)?))
    }

    /// FSE of a practitioner that wait for a signature, the oldest first, at most so many; of one replacement session, or of
    /// none. Without a practitioner those of the whole practice.
    pub fn waiting_for_cps(
        &self,
        billing: Option<&BillingNumber>,
        session: Option<u32>,
        limit: u32,
    ) -> Result<Vec<WaitingRow>> {
        let sql = concat!(
            "SELECT d.billing, d.number, d.state, d.mode, d.act_date, d.total, d.third_party_amo, d.third_party_amc,
                    d.created_at, p.family_name, p.given_name, b.word, g.note,
                    d.replacement IS NULL AND d.corrects IS NULL AS passable ",
            waiting!(),
            " ORDER BY d.act_date, d.id LIMIT ?3"
        );
        query::all(&self.connection, sql, params![put_or_null(billing), session, limit], |row| {
            Ok(WaitingRow {
                fse: reference(row)?,
                state: cell(row, "state")?,
                patient: Private::new(format!(
                    "{} {}",
                    row.get::<_, String>("family_name")?,
                    row.get::<_, String>("given_name")?
                )),
                mode: cell(row, "mode")?,
                act_date: cell(row, "act_date")?,
                total: cell(row, "total")?,
                third_party: row.get::<_, bool>("third_party_amo")? || row.get::<_, bool>("third_party_amc")?,
                created_at: cell(row, "created_at")?,
                passable: row.get("passable")?,
                returned: row.get("word")?,
                note: row.get("note")?,
            })
        })
    }

    /// How many there are in all, and what they charge.
    pub fn waiting_count(&self, billing: Option<&BillingNumber>, session: Option<u32>) -> Result<(usize, Centimes)> {
        let sql = concat!("SELECT count(*) AS many, coalesce(sum(d.total), 0) AS total ", waiting!());
        let found = query::first(&self.connection, sql, params![put_or_null(billing), session], |row| {
            Ok((row.get::<_, i64>("many")?, cell(row, "total")?))
        })?;
        let (many, total) = found.unwrap_or_default();
        Ok((usize::try_from(many).unwrap_or_default(), total))
    }

    /// The bytes of an FSE.
    pub fn bytes_of(&self, fse: &FseRef) -> Result<Vec<u8>> {
        // Without what it says: a queue of many asks for nothing but this.
        let sql = "SELECT b.bytes FROM document d JOIN body b ON b.document = d.id
                   WHERE d.billing = ?1 AND d.kind = 'fse' AND d.number = ?2";
        let values = params![fse.billing.put(), fse.number.put()];
        let found = query::first(&self.connection, sql, values, |row| row.get("bytes"))?;
        if found.is_none() {
            document::check_not_erased(&self.connection, DocumentKind::Fse, fse)?;
        }
        found.ok_or(StoreError::UnknownFse)
    }

    /// Returns an FSE that waits to the secretary, with a word.
    pub fn send_back(&mut self, stamp: &Stamp, fse: &FseRef, word: &str) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        if !matches!(row.state, DocumentState::Preparee | DocumentState::SigneePatient) {
            return Err(StoreError::NotSigned { state: row.state });
        }
        let sql = "INSERT INTO sent_back (document, word, at, entry) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (document) DO UPDATE SET word = excluded.word, at = excluded.at, entry = excluded.entry";
        query::run(&change, sql, params![row.id, word, stamp.at.put(), change.entry()])?;
        change.commit(Entry::new("fse.retournee").fse(fse).patient(row.patient))
    }

    /// Whether it was returned and not presented again.
    pub fn is_sent_back(&self, fse: &FseRef) -> Result<bool> {
        let row = document::get(&self.connection, fse)?;
        query::any(&self.connection, "SELECT 1 FROM sent_back WHERE document = ?1", [row.id])
    }

    /// Takes the word back: the FSE stands among those to be signed again. Nothing to do where there is none.
    pub fn present_again(&mut self, stamp: &Stamp, fse: &FseRef) -> Result<()> {
        let change = self.change(stamp)?;
        let row = document::get(&change, fse)?;
        if !query::any(&change, "SELECT 1 FROM sent_back WHERE document = ?1", [row.id])? {
            return Ok(());
        }
        query::run(&change, "DELETE FROM sent_back WHERE document = ?1", [row.id])?;
        change.commit(Entry::new("fse.presentee").fse(fse).patient(row.patient))
    }

    /// Keeps what a practitioner's card says, if it says something new; the journal tells it then.
    pub fn remember_practitioner(&mut self, stamp: &Stamp, known: &KnownPractitioner) -> Result<()> {
        let content = serde_json::to_string(&(&known.holder, &known.situation));
        let content = content.map_err(|_| StoreError::Incoherent { what: "praticien" })?;
        let (billing, situation) = (&known.situation.billing_number, known.situation.number);
        let change = self.change(stamp)?;
        // The same words of the same card on the same day: nothing to write.
        let same = "SELECT 1 FROM practitioner WHERE billing = ?1 AND situation = ?2 AND serial = ?3 AND content = ?4
                    AND substr(read_at, 1, 10) = substr(?5, 1, 10)";
        let values = params![billing.put(), situation, known.serial, content, known.read_at.put()];
        if query::any(&change, same, values)? {
            return Ok(());
        }
        let sql = "INSERT INTO practitioner (billing, situation, serial, read_at, content) VALUES (?1, ?2, ?3, ?4, ?5)
                   ON CONFLICT (billing, situation) DO UPDATE SET serial = excluded.serial, read_at = excluded.read_at,
                       content = excluded.content";
        let values = params![billing.put(), situation, known.serial, known.read_at.put(), content];
        query::run(&change, sql, values)?;
        let entry = Entry::new("praticien.memorise").with("billing", billing.as_str()).with("situation", situation);
        change.commit(entry.with("content_sha256", fingerprint(content.as_bytes())))
    }

    /// Keeps what the card of a locum said when it activated a session, if it says something new.
    pub fn remember_locum(&mut self, stamp: &Stamp, session: u32, known: &KnownPractitioner) -> Result<()> {
        let content = serde_json::to_string(&(&known.holder, &known.situation));
        let content = content.map_err(|_| StoreError::Incoherent { what: "remplaçant" })?;
        let change = self.change(stamp)?;
        let same = "SELECT 1 FROM locum_card WHERE session = ?1 AND serial = ?2 AND content = ?3";
        if query::any(&change, same, params![session, known.serial, content])? {
            return Ok(());
        }
        let sql = "INSERT INTO locum_card (session, serial, read_at, content) VALUES (?1, ?2, ?3, ?4)
                   ON CONFLICT (session) DO UPDATE SET serial = excluded.serial, read_at = excluded.read_at,
                       content = excluded.content";
        query::run(&change, sql, params![session, known.serial, known.read_at.put(), content])?;
        let entry = Entry::new("remplacant.memorise").with("session", session);
        change.commit(entry.with("content_sha256", fingerprint(content.as_bytes())))
    }

    /// What the card of the locum of a session said, if it was read.
    pub fn locum_of(&self, session: u32) -> Result<Option<KnownPractitioner>> {
        let sql = "SELECT serial, read_at, content FROM locum_card WHERE session = ?1";
        query::first(&self.connection, sql, [session], known_row)?.map(known).transpose()
    }

    /// The practitioners whose cards were read here, by their number.
    pub fn practitioners(&self) -> Result<Vec<KnownPractitioner>> {
        let sql = "SELECT serial, read_at, content FROM practitioner ORDER BY billing, situation";
        query::all(&self.connection, sql, [], known_row)?.into_iter().map(known).collect()
    }
}

type KnownRow = (String, Instant, String);

fn known_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<KnownRow> {
    Ok((row.get("serial")?, cell(row, "read_at")?, row.get("content")?))
}

fn known((serial, read_at, content): KnownRow) -> Result<KnownPractitioner> {
    let (holder, situation) =
        serde_json::from_str(&content).map_err(|_| StoreError::Unreadable { what: "praticien mémorisé" })?;
    Ok(KnownPractitioner { holder, situation, serial, read_at })
}
