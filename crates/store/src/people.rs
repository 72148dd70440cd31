//! Looking for people: by the beginning of a name, by NIR, by a day; and what is known of one of them. Names are compared
//! without case, accents and hyphens, along the index of names as it stands.
//! Not what somebody typed (`core::people`); nothing here changes anything.

mod names;

use std::collections::HashSet;

use chrono::NaiveDate;
use liasse_domain::patient::Period;
use liasse_domain::{BillingNumber, BirthDate, FseRef, Instant, Nir, Private};
use rusqlite::types::Value;
use rusqlite::{Row, params};

use crate::cell::{Cell, cell, cell_or_null, put_or_null, reference};
use crate::error::Result;
use crate::listing::{Listing, Only};
use crate::open::Store;
use crate::query;
use names::{folded, ranges, splits};

/// Whose people are looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Whose<'a> {
    /// Those with a claim, a passage or a sheet of this billing number; `None` is the whole practice.
    pub billing: Option<&'a BillingNumber>,
    /// Of this replacement session alone.
    pub session: Option<u32>,
}

/// Somebody for whom something was billed, received or printed here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonRow {
    /// The row.
    pub id: i64,
    /// Family name.
    pub family_name: Private,
    /// Given name.
    pub given_name: Private,
    /// Birth date as read.
    pub birth_date: BirthDate,
    /// NIR of the insured person.
    pub insured_nir: Nir,
    /// When the Vitale was last read here.
    pub read_at: Option<Instant>,
    /// The day of the last acts that whoever looks may see.
    pub last_act: Option<NaiveDate>,
}

/// What an FSE says of the rights of its patient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RightsRow {
    /// Which FSE.
    pub fse: FseRef,
    /// When it was made.
    pub at: Instant,
    /// Proof of the rights: 4 Vitale, 1 attestation, 0 none.
    pub proof: u8,
    /// Code ALD and situation, five characters.
    pub coverage: String,
    /// Type of the complementary contract, where there is one: `89` is C2S.
    pub contract: Option<String>,
}

/// Whose documents, passages or sheets: `?1` the billing number, `?2` the session.
macro_rules! theirs {
    ($table:literal) => {
        concat!("(?1 IS NULL OR ", $table, ".billing = ?1) AND (?2 IS NULL OR ", $table, ".replacement = ?2)")
    };
}

/// Whether somebody may see a patient `p`. A practice has few sheets, and no index of their patients.
macro_rules! seen {
    () => {
        concat!(
            // Row 0 is nobody: whom an erased document names.
            "+p.id > 0 AND (?1 IS NULL OR EXISTS (SELECT 1 FROM document d WHERE d.patient = p.id AND ",
            theirs!("d"),
            ") OR EXISTS (SELECT 1 FROM passage g WHERE g.patient = p.id AND ",
            theirs!("g"),
            ") OR p.id IN (SELECT f.patient FROM paper f WHERE ",
            theirs!("f"),
            "))"
        )
    };
}

/// The documents of the patient `?3`.
macro_rules! of_patient {
    () => {
        concat!("FROM document d WHERE d.patient = ?3 AND d.number IS NOT NULL AND ", theirs!("d"))
    };
}

const PERSON: &str = concat!(
    "SELECT p.id, p.family_name, p.given_name, p.birth_date, p.insured_nir,
            (SELECT r.read_at FROM reading r WHERE r.patient = p.id) AS read_at,
            (SELECT d.act_date FROM document d WHERE d.patient = p.id AND d.state <> 'annulee' AND ",
    theirs!("d"),
    " ORDER BY d.act_date DESC LIMIT 1) AS last_act FROM patient p WHERE p.id = ?3 AND ",
    seen!()
);

const BY_FAMILY_NAME: &str = concat!(
    "SELECT p.id, p.family_name, p.given_name FROM patient p
     WHERE p.family_name COLLATE NOCASE >= ?3 AND p.family_name COLLATE NOCASE < ?4 AND ",
    seen!(),
    " ORDER BY p.family_name COLLATE NOCASE, p.given_name COLLATE NOCASE, p.id"
);
/// The index of names holds the given name too: it is read from end to end, never the rows.
const BY_GIVEN_NAME: &str = concat!(
    "SELECT p.id, p.family_name, p.given_name FROM patient p
     WHERE p.given_name COLLATE NOCASE >= ?3 AND p.given_name COLLATE NOCASE < ?4 AND ",
    seen!(),
    " ORDER BY p.family_name COLLATE NOCASE, p.given_name COLLATE NOCASE, p.id"
);

const BY_INSURED_NIR: &str = concat!(
    "SELECT p.id FROM patient p
     WHERE p.insured_nir >= ?3 AND p.insured_nir < ?4 AND (?5 IS NULL OR p.insured_key = ?5) AND ",
    seen!(),
    " ORDER BY p.insured_nir, p.birth_date, p.birth_rank LIMIT ?6"
);
const BY_OWN_NIR: &str = concat!(
    "SELECT p.id FROM patient p
     WHERE p.own_nir >= ?3 AND p.own_nir < ?4 AND (?5 IS NULL OR p.own_key = ?5) AND ",
    seen!(),
    " ORDER BY p.own_nir LIMIT ?6"
);

/// Birth dates stand in the index of identities: that is read, not the rows.
const BY_BIRTH: &str = concat!(
    "SELECT p.id FROM patient p WHERE p.id IN (SELECT b.id FROM patient b WHERE b.birth_date = ?3) AND ",
    seen!(),
    " ORDER BY p.family_name COLLATE NOCASE, p.given_name COLLATE NOCASE, p.id LIMIT ?4"
);

/// Passages that were billed have their document.
const BY_DAY: &str = concat!(
    "SELECT p.id FROM patient p WHERE p.id IN (
         SELECT d.patient FROM document d WHERE d.act_date = ?3 AND d.state <> 'annulee' AND d.number IS NOT NULL AND ",
    theirs!("d"),
    "    UNION SELECT g.patient FROM passage g WHERE g.state IN ('accueil', 'attend_carte') AND g.day = ?3 AND ",
    theirs!("g"),
    "    UNION SELECT f.patient FROM paper f WHERE f.act_date = ?3 AND f.state <> 'annulee' AND ",
    theirs!("f"),
    ") ORDER BY p.family_name COLLATE NOCASE, p.given_name COLLATE NOCASE, p.id LIMIT ?4"
);

impl Whose<'_> {
    fn put(&self) -> (Value, Option<u32>) {
        (put_or_null(self.billing), self.session)
    }
}

impl Store {
    /// People by the beginnings of their names, family name first or given name first, at most so many: exact families before
    /// given names.
    pub fn people_named(&self, words: &[String], whose: Whose<'_>, limit: usize) -> Result<Vec<PersonRow>> {
        let words: Vec<String> = words.iter().map(|word| folded(word)).filter(|word| !word.is_empty()).collect();
        let mut found = Ids::default();
        for (family, given) in splits(&words) {
            if found.ids.len() >= limit {
                break;
            }
            for id in self.of_names(&family, &given, whose, limit)? {
                found.push(id);
            }
        }
        self.people(&found.ids, whose, limit)
    }

    /// Those whose names begin so, by name.
    fn of_names(&self, family: &str, given: &str, whose: Whose<'_>, limit: usize) -> Result<Vec<i64>> {
        let (sql, start) = if family.is_empty() { (BY_GIVEN_NAME, given) } else { (BY_FAMILY_NAME, family) };
        let mut found: Vec<(String, String, i64)> = Vec::new();
        for (from, until) in ranges(start) {
            let (billing, session) = whose.put();
            let mut statement = self.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![billing, session, from, until])?;
            let mut taken = 0;
            while let Some(row) = rows.next()? {
                let names =
                    (folded(&row.get::<_, String>("family_name")?), folded(&row.get::<_, String>("given_name")?));
                if names.0.starts_with(family) && names.1.starts_with(given) {
                    found.push((names.0, names.1, row.get("id")?));
                    taken += 1;
                    if taken == limit {
                        break;
                    }
                }
            }
        }
        found.sort();
        Ok(found.into_iter().map(|(_, _, id)| id).take(limit).collect())
    }

    /// People whose insured person's NIR, or whose own, begins so; with a key, those whose card gave that key.
    pub fn people_of_nir(
        &self,
        start: &str,
        key: Option<u8>,
        whose: Whose<'_>,
        limit: usize,
    ) -> Result<Vec<PersonRow>> {
        let mut found = Ids::default();
        // After every digit and both letters.
        let until = format!("{start}~");
        for sql in [BY_INSURED_NIR, BY_OWN_NIR] {
            let (billing, session) = whose.put();
            let values = params![billing, session, start, until, key, most(limit)];
            for id in query::all(&self.connection, sql, values, |row| row.get::<_, i64>("id"))? {
                found.push(id);
            }
        }
        self.people(&found.ids, whose, limit)
    }

    /// People who were seen on a day, where it is one, and after them those who were born on it.
    pub fn people_of_day(
        &self,
        seen: Option<NaiveDate>,
        born: &BirthDate,
        whose: Whose<'_>,
        limit: usize,
    ) -> Result<Vec<PersonRow>> {
        let mut found = Ids::default();
        let mut days = vec![(BY_BIRTH, born.put())];
        if let Some(day) = seen {
            days.insert(0, (BY_DAY, day.put()));
        }
        for (sql, day) in days {
            let (billing, session) = whose.put();
            let values = params![billing, session, day, most(limit)];
            for id in query::all(&self.connection, sql, values, |row| row.get::<_, i64>("id"))? {
                found.push(id);
            }
        }
        self.people(&found.ids, whose, limit)
    }

    /// One of them, for whom they are.
    pub fn person(&self, id: i64, whose: Whose<'_>) -> Result<Option<PersonRow>> {
        let (billing, session) = whose.put();
        query::first(&self.connection, PERSON, params![billing, session, id], person)
    }

    fn people(&self, ids: &[i64], whose: Whose<'_>, limit: usize) -> Result<Vec<PersonRow>> {
        let mut people = Vec::with_capacity(ids.len().min(limit));
        for id in ids.iter().take(limit) {
            people.extend(self.person(*id, whose)?);
        }
        Ok(people)
    }

    /// The documents of a patient as a list asks for them, at most so many.
    pub fn documents_of_patient(
        &self,
        patient: i64,
        whose: Whose<'_>,
        listing: Listing,
        limit: u32,
    ) -> Result<Vec<i64>> {
        let (only, order) = (listing.only.of_each(), listing.order());
        let sql = format!("SELECT d.id {}{only} ORDER BY {order} LIMIT ?4", of_patient!());
        let (billing, session) = whose.put();
        query::all(&self.connection, &sql, params![billing, session, patient, limit], |row| row.get("id"))
    }

    /// How many there are through that filter.
    pub fn documents_of_patient_count(&self, patient: i64, whose: Whose<'_>, only: Only) -> Result<usize> {
        let sql = format!("SELECT count(*) {}{}", of_patient!(), only.of_each());
        let (billing, session) = whose.put();
        query::count(&self.connection, &sql, params![billing, session, patient])
    }

    /// What the FSE of a patient say of their rights, those of the latest acts first, at most so many.
    pub fn rights_of_patient(&self, patient: i64, whose: Whose<'_>, limit: u32) -> Result<Vec<RightsRow>> {
        let sql = concat!(
            "SELECT d.billing, d.number, d.created_at, json_extract(b.content, '$.care.rights_proof') AS proof,
                    json_extract(b.content, '$.patient.coverage_code') AS coverage,
                    json_extract(b.content, '$.complementary.contract') AS contract
             FROM document d JOIN body b ON b.document = d.id
             WHERE d.patient = ?3 AND d.kind = 'fse' AND d.number IS NOT NULL AND ",
            theirs!("d"),
            " ORDER BY d.act_date DESC, d.id DESC LIMIT ?4"
        );
        let (billing, session) = whose.put();
        query::all(&self.connection, sql, params![billing, session, patient, limit], |row| {
            Ok(RightsRow {
                fse: reference(row)?,
                at: cell(row, "created_at")?,
                proof: row.get::<_, Option<u8>>("proof")?.unwrap_or_default(),
                coverage: row.get::<_, Option<String>>("coverage")?.unwrap_or_default(),
                contract: row.get("contract")?,
            })
        })
    }

    /// The day on which the mutuelle card of a patient was last seen, and when it holds.
    pub fn mutuelle_seen(&self, patient: i64) -> Result<Option<(NaiveDate, Period)>> {
        let sql = "SELECT seen_on, valid_from, valid_until FROM mutuelle WHERE patient = ?1 ORDER BY id DESC LIMIT 1";
        query::first(&self.connection, sql, [patient], |row| {
            let period = Period { from: cell_or_null(row, "valid_from")?, until: cell_or_null(row, "valid_until")? };
            Ok((cell(row, "seen_on")?, period))
        })
    }
}

/// Rows in the order in which they were found, each once.
#[derive(Default)]
struct Ids {
    ids: Vec<i64>,
    known: HashSet<i64>,
}

impl Ids {
    fn push(&mut self, id: i64) {
        if self.known.insert(id) {
            self.ids.push(id);
        }
    }
}

fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

fn person(row: &Row<'_>) -> rusqlite::Result<PersonRow> {
    Ok(PersonRow {
        id: row.get("id")?,
        family_name: Private::new(row.get::<_, String>("family_name")?),
        given_name: Private::new(row.get::<_, String>("given_name")?),
        birth_date: cell(row, "birth_date")?,
        insured_nir: cell(row, "insured_nir")?,
        read_at: cell_or_null(row, "read_at")?,
        last_act: cell_or_null(row, "last_act")?,
    })
}
