//! The patients that FSE were made for: one row a person, so that the journal can name people by a row id. A child on both
//! parents' cards is one person, known by their own NIR; the row names the insured person of the card that was seen last.
//! Beside it what their Vitale said last: a source with its hour, never taken for a reading of today.

use liasse_domain::Instant;
use liasse_domain::fse::Patient;
use rusqlite::{Connection, params};

use crate::cell::{Cell, cell, put_or_null};
use crate::error::{Result, StoreError};
use crate::query;

/// The row of a patient, if there is one: under the insured person of this card, else by their own NIR, under another's. Who has
/// another NIR of their own is somebody else, whatever the day and the rank; of two whom none tells apart, the one of that given name.
/// Two rows that exist already stay two.
pub(crate) fn row_of(connection: &Connection, patient: &Patient) -> Result<Option<i64>> {
    let sql = "SELECT id FROM patient
               WHERE insured_nir = ?1 AND birth_date = ?2 AND birth_rank = ?3
                 AND (own_nir IS NULL OR ?4 IS NULL OR own_nir = ?4)
               ORDER BY coalesce(own_nir = ?4, 0) DESC, given_name = ?5 DESC, id LIMIT 1";
    let own_nir = patient.own_nir.as_ref().map(|own| own.0);
    let values = params![
        patient.insured_nir.put(),
        patient.birth_date.put(),
        patient.birth_rank,
        put_or_null(own_nir.as_ref()),
        patient.given_name.reveal(),
    ];
    match query::first(connection, sql, values, |row| row.get("id"))? {
        Some(id) => Ok(Some(id)),
        None => under_another(connection, patient),
    }
}

/// The row under another insured person: the other parent, or one's own card after a parent's.
fn under_another(connection: &Connection, patient: &Patient) -> Result<Option<i64>> {
    let Some((own_nir, _)) = &patient.own_nir else { return Ok(None) };
    let sql = "SELECT id FROM patient WHERE own_nir = ?1 AND birth_date = ?2 AND insured_nir <> ?3 ORDER BY id LIMIT 1";
    let values = params![own_nir.put(), patient.birth_date.put(), patient.insured_nir.put()];
    query::first(connection, sql, values, |row| row.get("id"))
}

/// The row of a beneficiary, made or brought up to date: names change, and a row that comes with another card is that card's from
/// now on; a NIR of their own that was learnt once stays.
pub(crate) fn remember(connection: &Connection, patient: &Patient, at: Instant) -> Result<i64> {
    let id = row_of(connection, patient)?;
    let (own_nir, own_key) = (patient.own_nir.as_ref().map(|own| own.0), patient.own_nir.as_ref().map(|own| own.1));
    query::first(
        connection,
        // The journal names people by their rows: the row of one who was erased is never somebody else's.
        "INSERT INTO patient (id, insured_nir, insured_key, own_nir, own_key, birth_date, birth_rank, quality,
                              family_name, given_name, seen_at)
         VALUES (coalesce(?1, 1 + max(coalesce((SELECT max(id) FROM patient), 0),
                                      coalesce((SELECT max(patient) FROM forgotten), 0))),
                 ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
         ON CONFLICT (id) DO UPDATE SET
             insured_nir = excluded.insured_nir,
             insured_key = excluded.insured_key,
             own_nir = coalesce(excluded.own_nir, own_nir),
             own_key = coalesce(excluded.own_key, own_key),
             birth_rank = excluded.birth_rank,
             quality = excluded.quality,
             family_name = excluded.family_name,
             given_name = excluded.given_name,
             seen_at = excluded.seen_at
         RETURNING id",
        params![
            id,
            patient.insured_nir.put(),
            patient.insured_key,
            put_or_null(own_nir.as_ref()),
            own_key,
            patient.birth_date.put(),
            patient.birth_rank,
            patient.quality,
            patient.family_name.reveal(),
            patient.given_name.reveal(),
            at.put(),
        ],
        |row| row.get("id"),
    )?
    .ok_or(StoreError::Incoherent { what: "patient" })
}

/// Keeps what a patient's Vitale said, unless a later reading is there.
pub(crate) fn card_said(connection: &Connection, patient: i64, content: &str, read_at: Instant) -> Result<()> {
    let sql = "INSERT INTO reading (patient, read_at, content) VALUES (?1, ?2, ?3)
               ON CONFLICT (patient) DO UPDATE SET read_at = excluded.read_at, content = excluded.content
               WHERE excluded.read_at >= read_at";
    query::run(connection, sql, params![patient, read_at.put(), content])?;
    Ok(())
}

/// What it last said, and when.
pub(crate) fn last_reading(connection: &Connection, patient: i64) -> Result<Option<(String, Instant)>> {
    let sql = "SELECT content, read_at FROM reading WHERE patient = ?1";
    query::first(connection, sql, [patient], |row| Ok((row.get("content")?, cell(row, "read_at")?)))
}
