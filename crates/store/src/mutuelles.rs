//! The mutuelle cards that were seen, one row a look: the last one counts for its patient.
//! Not what a card means for an invoice (crate `core`) and not the Vitale's own word on the insurer.

use liasse_domain::fse::Patient;
use liasse_domain::patient::Period;
use liasse_domain::{MutuelleCard, Private};
use rusqlite::params;

use crate::cell::{Cell, cell, cell_or_null, put_or_null};
use crate::error::Result;
use crate::journal::Entry;
use crate::open::Store;
use crate::patient;
use crate::query;
use crate::stamp::Stamp;

impl Store {
    /// The card that was seen last for a patient.
    pub fn mutuelle_of(&self, patient: &Patient) -> Result<Option<MutuelleCard>> {
        let sql = "SELECT m.number, m.member, m.convention, m.valid_from, m.valid_until, m.seen_on
                   FROM mutuelle m WHERE m.patient = ?1 ORDER BY m.id DESC LIMIT 1";
        let whose = patient::row_of(&self.connection, patient)?;
        query::first(&self.connection, sql, params![whose], |row| {
            Ok(MutuelleCard {
                number: row.get("number")?,
                member: Private::new(row.get::<_, String>("member")?),
                convention: row.get("convention")?,
                period: Period { from: cell_or_null(row, "valid_from")?, until: cell_or_null(row, "valid_until")? },
                seen_on: cell(row, "seen_on")?,
            })
        })
    }

    /// Keeps a card that somebody looked at. The journal says whose, not what it bears.
    pub fn see_mutuelle(&mut self, stamp: &Stamp, patient: &Patient, card: &MutuelleCard) -> Result<()> {
        let change = self.change(stamp)?;
        let id = patient::remember(&change, patient, stamp.at)?;
        let sql = "INSERT INTO mutuelle (patient, number, member, convention, valid_from, valid_until, seen_on, entry)
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let values = params![
            id,
            card.number,
            card.member.reveal(),
            card.convention,
            put_or_null(card.period.from.as_ref()),
            put_or_null(card.period.until.as_ref()),
            card.seen_on.put(),
            change.entry(),
        ];
        query::run(&change, sql, values)?;
        change.commit(Entry::new("mutuelle.vue").patient(Some(id)).with("seen_on", card.seen_on.to_string()))
    }
}
