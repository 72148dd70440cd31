//! The patients that FSE were made for: one row a beneficiary, so that the journal can name people by a row id.
//! Not their rights (read anew from the card each time).

use liasse_domain::Instant;
use liasse_domain::fse::Patient;
use rusqlite::{Connection, params};

use crate::cell::{Cell, put_or_null};
use crate::error::{Result, StoreError};
use crate::query;

/// The row of a beneficiary, made or brought up to date: names change, the key of an identity does not.
pub(crate) fn remember(connection: &Connection, patient: &Patient, at: Instant) -> Result<i64> {
    let (own_nir, own_key) = (patient.own_nir.as_ref().map(|own| own.0), patient.own_nir.as_ref().map(|own| own.1));
    query::first(
        connection,
        "INSERT INTO patient (insured_nir, insured_key, own_nir, own_key, birth_date, birth_rank, quality,
                              family_name, given_name, seen_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
         ON CONFLICT (insured_nir, birth_date, birth_rank) DO UPDATE SET
             insured_key = excluded.insured_key,
             own_nir = coalesce(excluded.own_nir, own_nir),
             own_key = coalesce(excluded.own_key, own_key),
             quality = excluded.quality,
             family_name = excluded.family_name,
             given_name = excluded.given_name,
             seen_at = excluded.seen_at
         RETURNING id",
        params![
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
