//! Passages at the desk and the standing instructions of practitioners: who came, what is to be billed on whose word, and
//! the FSE it became. Not what an act is or may be: cotations and readings are JSON of `core`'s.
//! Rule: issue "The locum's session", "Désynchronisé and the secretary", 1.

use chrono::NaiveDate;
use liasse_domain::fse::Patient;
use liasse_domain::{
    BillingNumber, BirthDate, DocumentKind, DocumentState, FseRef, Instant, Nir, PassageState, Private,
};
use rusqlite::{Connection, Row, params};

use crate::cell::{Cell, cell, cell_or_null, put_or_null, reference};
use crate::change::Change;
use crate::claims::withdraw;
use crate::document;
use crate::error::{Result, StoreError};
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::patient;
use crate::query;
use crate::stamp::Stamp;

/// Who came, for whom.
#[derive(Clone, Copy, Debug)]
pub struct NewPassage<'a> {
    /// The practitioner, who is paid.
    pub billing: &'a BillingNumber,
    /// The replacement session that holds.
    pub session: Option<u32>,
    /// The patient.
    pub patient: &'a Patient,
    /// The day of the acts.
    pub day: NaiveDate,
    /// What the card said, as JSON, and when; `None` where there was none.
    pub reading: Option<(&'a str, Instant)>,
    /// The patient left and will come back with the card.
    pub awaits_card: bool,
}

/// A passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassageRow {
    /// Its row.
    pub id: i64,
    /// The practitioner.
    pub billing: BillingNumber,
    /// The replacement session under which it came.
    pub session: Option<u32>,
    /// Family name and given name.
    pub patient: Private,
    /// NIR of the insured person, date and rank of birth: which beneficiary of which card.
    pub identity: (Nir, BirthDate, u8),
    /// The day of the acts.
    pub day: NaiveDate,
    /// When the patient came.
    pub arrived_at: Instant,
    /// How far it came.
    pub state: PassageState,
    /// The acts, as JSON.
    pub cotation: Option<String>,
    /// The standing instruction they come from, by its name; `None`: the practitioner wrote them.
    pub instruction: Option<String>,
    /// Words of the desk, outside of what is sealed.
    pub note: Option<String>,
    /// The FSE it became.
    pub fse: Option<FseRef>,
}

/// A standing instruction that holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstructionRow {
    /// Its row.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The acts, as JSON.
    pub acts: String,
    /// Since when.
    pub given_at: Instant,
}

/// A patient whose Vitale was read here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPatient {
    /// The row.
    pub id: i64,
    /// Family name and given name.
    pub name: Private,
    /// Birth date as read.
    pub birth_date: BirthDate,
    /// When the card was last read.
    pub read_at: Instant,
}

macro_rules! passage {
    () => {
        "SELECT g.id, g.billing AS owner, g.replacement, g.day, g.arrived_at, g.state, g.cotation, g.note, p.family_name,
                p.given_name, p.insured_nir, p.birth_date, p.birth_rank, i.name AS instruction, d.billing, d.number
         FROM passage g JOIN patient p ON p.id = g.patient LEFT JOIN instruction i ON i.id = g.instruction
         LEFT JOIN document d ON d.id = g.document "
    };
}

impl Store {
    /// Receives a patient; gives the passage.
    pub fn receive(&mut self, stamp: &Stamp, new: &NewPassage<'_>) -> Result<i64> {
        let change = self.change(stamp)?;
        let patient = patient::remember(&change, new.patient, stamp.at)?;
        if let Some((content, read_at)) = new.reading {
            patient::card_said(&change, patient, content, read_at)?;
        }
        let state = if new.awaits_card { PassageState::AttendCarte } else { PassageState::Accueil };
        let sql = "INSERT INTO passage (billing, replacement, patient, day, arrived_at, state, entry)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let (billing, day, at) = (new.billing.put(), new.day.put(), stamp.at.put());
        let values = params![billing, new.session, patient, day, at, state.put(), change.entry()];
        query::run(&change, sql, values)?;
        let id = change.last_insert_rowid();
        let entry = about(&change, "passage.recu", id)?.with("billing", new.billing.as_str());
        change.commit(entry.with("state", state.word()))?;
        Ok(id)
    }

    /// One passage.
    pub fn passage(&self, id: i64) -> Result<Option<PassageRow>> {
        query::first(&self.connection, concat!(passage!(), "WHERE g.id = ?1"), [id], row)
    }

    /// The passage that became this FSE.
    pub fn passage_of(&self, fse: &FseRef) -> Result<Option<PassageRow>> {
        let sql = concat!(passage!(), "WHERE d.billing = ?1 AND d.kind = 'fse' AND d.number = ?2");
        query::first(&self.connection, sql, params![fse.billing.put(), fse.number.put()], row)
    }

    /// The passages that are still to be billed, the oldest first: of one practitioner, or of all.
    pub fn open_passages(&self, billing: Option<&BillingNumber>) -> Result<Vec<PassageRow>> {
        let sql = concat!(
            passage!(),
            "WHERE g.state IN ('accueil', 'attend_carte') AND (?1 IS NULL OR g.billing = ?1) ORDER BY g.id"
        );
        query::all(&self.connection, sql, params![put_or_null(billing)], row)
    }

    /// What the Vitale of the patient of an FSE last said, as JSON, and when.
    pub fn reading_of(&self, fse: &FseRef) -> Result<Option<(String, Instant)>> {
        let Some(row) = document::find(&self.connection, fse)? else { return Err(StoreError::UnknownFse) };
        row.patient.map_or(Ok(None), |patient| patient::last_reading(&self.connection, patient))
    }

    /// The same of the patient of a passage.
    pub fn reading_at(&self, passage: i64) -> Result<Option<(String, Instant)>> {
        let sql = "SELECT patient FROM passage WHERE id = ?1";
        let patient = query::first(&self.connection, sql, [passage], |row| row.get("patient"))?;
        patient::last_reading(&self.connection, patient.ok_or(StoreError::NoPassage)?)
    }

    /// What the Vitale of a patient said that was read here, as JSON, and when.
    pub fn reading_of_patient(&self, patient: i64) -> Result<Option<(String, Instant)>> {
        patient::last_reading(&self.connection, patient)
    }

    /// Writes the acts of a passage: by the practitioner, or from one of their standing instructions.
    ///
    /// # Errors
    /// [`StoreError::NoPassage`]; [`StoreError::PassageState`] once it is billed.
    pub fn cote(&mut self, stamp: &Stamp, id: i64, acts: &str, instruction: Option<i64>) -> Result<()> {
        let change = self.change(stamp)?;
        open(&change, id)?;
        let sql = "UPDATE passage SET cotation = ?2, instruction = ?3 WHERE id = ?1";
        query::run(&change, sql, params![id, acts, instruction])?;
        let entry = about(&change, "passage.cote", id)?.with("cotation_sha256", fingerprint(acts.as_bytes()));
        change.commit(match instruction {
            Some(instruction) => entry.with("instruction", instruction),
            None => entry,
        })
    }

    /// Moves an open passage: the patient will come back with the card, nothing is billed, or it is billed on paper.
    pub fn move_passage(&mut self, stamp: &Stamp, id: i64, to: PassageState, why: &str) -> Result<()> {
        let change = self.change(stamp)?;
        open(&change, id)?;
        query::run(&change, "UPDATE passage SET state = ?2 WHERE id = ?1", params![id, to.put()])?;
        let entry = about(&change, "passage.deplace", id)?.with("state", to.word());
        change.commit(if why.is_empty() { entry } else { entry.with("why", why) })
    }

    /// Writes words beside a passage. They are in no FSE and under no seal; the journal tells that, not what.
    pub fn note_passage(&mut self, stamp: &Stamp, id: i64, note: &str) -> Result<()> {
        let change = self.change(stamp)?;
        let note = Some(note).filter(|note| !note.is_empty());
        if query::run(&change, "UPDATE passage SET note = ?2 WHERE id = ?1", params![id, note])? == 0 {
            return Err(StoreError::NoPassage);
        }
        let entry = about(&change, "passage.note", id)?;
        change.commit(entry)
    }

    /// Gives a passage to another practitioner, its cotation with it to be written anew. The FSE that it became, and nobody
    /// sealed, is withdrawn.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] once the Vitale sealed it: it is withdrawn first.
    pub fn reassign(&mut self, stamp: &Stamp, id: i64, billing: &BillingNumber, session: Option<u32>) -> Result<()> {
        let mut change = self.change(stamp)?;
        let found = query::first(&change, concat!(passage!(), "WHERE g.id = ?1"), [id], row)?;
        let found = found.ok_or(StoreError::NoPassage)?;
        if let Some(fse) = &found.fse {
            for kind in [DocumentKind::Dre, DocumentKind::Fse] {
                let Some(document) = document::find_of(&change, kind, fse)? else { continue };
                if document.state != DocumentState::Preparee {
                    return Err(StoreError::Sealed);
                }
                let entry = withdraw(&change, &document, kind, fse)?;
                change.tell(entry)?;
            }
        } else if !found.state.is_open() {
            return Err(StoreError::PassageState { state: found.state });
        }
        let sql =
            "UPDATE passage SET billing = ?2, replacement = ?3, state = 'accueil', document = NULL, cotation = NULL,
                       instruction = NULL WHERE id = ?1";
        query::run(&change, sql, params![id, billing.put(), session])?;
        let entry = about(&change, "passage.reattribue", id)?.with("from", found.billing.as_str());
        change.commit(entry.with("billing", billing.as_str()))
    }

    /// Keeps a standing instruction.
    ///
    /// # Errors
    /// [`StoreError::InstructionNamed`] while another of that name holds.
    pub fn instruct(&mut self, stamp: &Stamp, billing: &BillingNumber, name: &str, acts: &str) -> Result<()> {
        let change = self.change(stamp)?;
        if named(&change, billing, name)?.is_some() {
            return Err(StoreError::InstructionNamed);
        }
        let sql = "INSERT INTO instruction (billing, name, acts, given_at, entry) VALUES (?1, ?2, ?3, ?4, ?5)";
        query::run(&change, sql, params![billing.put(), name, acts, stamp.at.put(), change.entry()])?;
        let entry = Entry::new("consigne.donnee").with("instruction", change.last_insert_rowid());
        let entry = entry.with("billing", billing.as_str()).with("name", name);
        change.commit(entry.with("acts_sha256", fingerprint(acts.as_bytes())))
    }

    /// Ends a standing instruction.
    pub fn end_instruction(&mut self, stamp: &Stamp, billing: &BillingNumber, name: &str) -> Result<()> {
        let change = self.change(stamp)?;
        let row = named(&change, billing, name)?.ok_or(StoreError::NoInstruction)?;
        query::run(&change, "UPDATE instruction SET ended_at = ?2 WHERE id = ?1", params![row.id, stamp.at.put()])?;
        change.commit(Entry::new("consigne.levee").with("instruction", row.id))
    }

    /// The standing instructions of a practitioner that hold, by name.
    pub fn instructions(&self, billing: &BillingNumber) -> Result<Vec<InstructionRow>> {
        let sql =
            "SELECT id, name, acts, given_at FROM instruction WHERE billing = ?1 AND ended_at IS NULL ORDER BY name";
        query::all(&self.connection, sql, [billing.put()], instruction)
    }

    /// The one of that name.
    pub fn instruction(&self, billing: &BillingNumber, name: &str) -> Result<InstructionRow> {
        named(&self.connection, billing, name)?.ok_or(StoreError::NoInstruction)
    }
}

/// The passage became this FSE, in the change that numbers it.
pub(crate) fn became(change: &Change<'_>, id: i64, document: i64) -> Result<()> {
    open(change, id)?;
    query::run(change, "UPDATE passage SET state = 'facture', document = ?2 WHERE id = ?1", [id, document])?;
    Ok(())
}

/// The FSE of a passage is withdrawn: what was done is still to be billed.
pub(crate) fn unbilled(connection: &Connection, document: i64) -> Result<()> {
    let sql = "UPDATE passage SET state = 'accueil', document = NULL WHERE document = ?1";
    query::run(connection, sql, [document])?;
    Ok(())
}

fn open(connection: &Connection, id: i64) -> Result<()> {
    let sql = "SELECT state FROM passage WHERE id = ?1";
    match query::first(connection, sql, [id], |row| cell::<PassageState>(row, "state"))? {
        None => Err(StoreError::NoPassage),
        Some(state) if state.is_open() => Ok(()),
        Some(state) => Err(StoreError::PassageState { state }),
    }
}

fn named(connection: &Connection, billing: &BillingNumber, name: &str) -> Result<Option<InstructionRow>> {
    let sql = "SELECT id, name, acts, given_at FROM instruction WHERE billing = ?1 AND name = ?2 AND ended_at IS NULL";
    query::first(connection, sql, params![billing.put(), name], instruction)
}

fn instruction(row: &Row<'_>) -> rusqlite::Result<InstructionRow> {
    let given_at = cell(row, "given_at")?;
    Ok(InstructionRow { id: row.get("id")?, name: row.get("name")?, acts: row.get("acts")?, given_at })
}

/// An entry about a passage: whose it is, and under which session it came.
fn about(connection: &Connection, action: &'static str, passage: i64) -> Result<Entry> {
    let sql = "SELECT patient, replacement FROM passage WHERE id = ?1";
    let found = query::first(connection, sql, [passage], |row| {
        Ok((row.get::<_, Option<i64>>("patient")?, row.get::<_, Option<u32>>("replacement")?))
    })?;
    let (patient, session) = found.ok_or(StoreError::NoPassage)?;
    let entry = Entry::new(action).with("passage", passage).patient(patient);
    Ok(match session {
        Some(session) => entry.with("session", session),
        None => entry,
    })
}

fn row(row: &Row<'_>) -> rusqlite::Result<PassageRow> {
    let (family, given) = (row.get::<_, String>("family_name")?, row.get::<_, String>("given_name")?);
    let fse = match cell_or_null::<BillingNumber>(row, "billing")? {
        Some(_) => Some(reference(row)?),
        None => None,
    };
    Ok(PassageRow {
        id: row.get("id")?,
        billing: cell(row, "owner")?,
        session: row.get("replacement")?,
        patient: Private::new(format!("{family} {given}")),
        identity: (cell(row, "insured_nir")?, cell(row, "birth_date")?, row.get("birth_rank")?),
        day: cell(row, "day")?,
        arrived_at: cell(row, "arrived_at")?,
        state: cell(row, "state")?,
        cotation: row.get("cotation")?,
        instruction: row.get("instruction")?,
        note: row.get("note")?,
        fse,
    })
}
