//! The journal as somebody reads it: its entries from either end, through a filter, about one FSE, lot, session or patient.
//! Not its chain (`journal`), nor whether it holds (`verify`); who may read what is decided in `core`.
//! A page costs the same at the beginning and after ten years.

use liasse_domain::{BillingNumber, FileIdentifier, FseRef};
use rusqlite::params;
use rusqlite::types::Value;

use crate::cell::Cell;
use crate::error::Result;
use crate::journal::{self, JournalEntry};
use crate::listing::{Choice, Listing};
use crate::open::Store;
use crate::query;

/// By what entries are sorted: they have one order, that in which they were written. The latest first, unless it is turned round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntrySort {
    /// As they were written.
    #[default]
    Written,
}

/// Which entries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EntryOnly {
    /// All.
    #[default]
    All,
    /// Those about an FSE.
    Fses,
    /// Those about a lot.
    Lots,
    /// What was done under a replacement session, or to one.
    Sessions,
    /// What was refused to a hand that wanted more than it may.
    Refusals,
}

/// The name of an FSE as the journal has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FseName([u8; LENGTH]);

/// Nine characters, a dash, nine digits.
const LENGTH: usize = 19;

/// What entries are to be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// An FSE, the DRE that goes with it among them.
    Fse(FseName),
    /// A lot, by its file.
    Lot(FileIdentifier),
    /// A replacement session.
    Session(u32),
    /// A patient, by the number that they have here.
    Patient(i64),
}

/// Whose entries somebody may read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Everybody's.
    All,
    /// A practitioner's, and what is nobody's: what another one did, billed, was paid or sent is left out.
    Practitioner(BillingNumber),
    /// Those of a replacement session.
    Session(u32),
}

/// How the journal is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EntryAsk {
    /// From which end, and which.
    pub listing: Listing<EntrySort, EntryOnly>,
    /// About whom or what alone.
    pub about: Option<About>,
}

impl FseName {
    /// The name of that FSE.
    pub fn of(fse: &FseRef) -> Self {
        // Both parts have a fixed length, in ASCII.
        Self(fse.to_string().as_bytes().try_into().unwrap_or([b'0'; LENGTH]))
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl Choice for EntrySort {
    const ALL: &'static [Self] = &[Self::Written];
}

impl Choice for EntryOnly {
    const ALL: &'static [Self] = &[Self::All, Self::Fses, Self::Lots, Self::Sessions, Self::Refusals];
}

impl EntryOnly {
    fn sql(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Fses => " AND fse IS NOT NULL",
            Self::Lots => " AND lot IS NOT NULL",
            // Said so, the index of the sessions alone is read, and not every entry until so many are found.
            Self::Sessions => {
                " AND seq IN (SELECT seq FROM journal WHERE json_extract(payload, '$.session') IS NOT NULL)"
            }
            Self::Refusals => " AND action = 'refus'",
        }
    }
}

impl About {
    fn sql(self) -> &'static str {
        match self {
            Self::Fse(_) => " AND fse IN (?3, ?3 || '/dre')",
            Self::Lot(_) => " AND lot = ?3",
            Self::Session(_) => " AND json_extract(payload, '$.session') = ?3",
            Self::Patient(_) => " AND patient = ?3",
        }
    }

    fn value(self) -> Value {
        match self {
            Self::Fse(name) => Value::Text(name.as_str().to_owned()),
            Self::Lot(lot) => lot.put(),
            Self::Session(number) => Value::Integer(number.into()),
            Self::Patient(id) => Value::Integer(id),
        }
    }
}

/// What is another practitioner's than `?4`: by the number that an entry bears, or by the row that it tells of.
const NOT_OF_OTHERS: &str = "
    AND (role <> 'praticien' OR actor = ?4)
    AND (fse IS NULL OR substr(fse, 1, 9) = ?4)
    AND coalesce(json_extract(payload, '$.billing'), ?4) = ?4
    AND NOT EXISTS (SELECT 1 FROM lot o WHERE o.identifier = journal.lot AND o.billing <> ?4)
    AND NOT EXISTS (SELECT 1 FROM payment o WHERE o.inbox = json_extract(payload, '$.inbox') AND o.billing <> ?4)
    AND NOT EXISTS (SELECT 1 FROM passage o WHERE o.id = json_extract(payload, '$.passage') AND o.billing <> ?4)
    AND NOT EXISTS (SELECT 1 FROM paper o WHERE o.id = json_extract(payload, '$.sheet') AND o.billing <> ?4)
    AND NOT EXISTS (SELECT 1 FROM instruction o WHERE o.id = json_extract(payload, '$.instruction') AND o.billing <> ?4)
    AND NOT EXISTS (SELECT 1 FROM transfer o WHERE o.id = json_extract(payload, '$.transfer') AND o.billing <> ?4)
    AND NOT EXISTS (SELECT 1 FROM replacement o WHERE o.number = json_extract(payload, '$.session') AND o.billing <> ?4)";

impl Reader {
    fn sql(&self) -> &'static str {
        match self {
            Self::All => " AND ?4 IS NULL",
            Self::Practitioner(_) => NOT_OF_OTHERS,
            Self::Session(_) => " AND json_extract(payload, '$.session') = ?4",
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::All => Value::Null,
            Self::Practitioner(billing) => billing.put(),
            Self::Session(number) => Value::Integer((*number).into()),
        }
    }
}

impl Store {
    /// The entries that are asked for and that somebody may read, in that order, at most `limit`; those that come after entry `after`
    /// where one is named.
    pub fn journal_page(
        &self,
        reader: &Reader,
        ask: EntryAsk,
        after: Option<u64>,
        limit: u32,
    ) -> Result<Vec<JournalEntry>> {
        let after = after.and_then(|seq| i64::try_from(seq).ok());
        let bound = after.unwrap_or(if ask.listing.turned { 0 } else { i64::MAX });
        let value = ask.about.map_or(Value::Null, About::value);
        query::all(&self.connection, &sql_of(reader, ask), params![bound, limit, value, reader.value()], journal::read)
    }
}

fn sql_of(reader: &Reader, ask: EntryAsk) -> String {
    // Said as a bound of the key: the entries before it are not walked through again.
    let (beyond, order) = if ask.listing.turned { ("seq > ?1", "seq") } else { ("seq < ?1", "seq DESC") };
    let about = ask.about.map_or(" AND ?3 IS NULL", About::sql);
    let (only, reader) = (ask.listing.only.sql(), reader.sql());
    format!("SELECT * FROM journal WHERE {beyond}{only}{about}{reader} ORDER BY {order} LIMIT ?2")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_rare_among_many_entries_is_found_by_its_index_and_never_sorted() {
        let folder = std::env::temp_dir().join(format!("liasse-journal-list-{}", std::process::id()));
        drop(fs::remove_dir_all(&folder));
        fs::create_dir_all(&folder).expect("a folder");
        let store = Store::open(&folder.join("liasse.db"), &[7; 32]).expect("a store");
        let plan = |reader: &Reader, ask: EntryAsk| {
            let sql = format!("EXPLAIN QUERY PLAN {}", sql_of(reader, ask));
            let value = ask.about.map_or(Value::Null, About::value);
            let mut statement = store.connection.prepare(&sql).expect("prepared");
            let steps = statement.query_map(params![1, 10, value, reader.value()], |row| row.get::<_, String>(3));
            let steps: Vec<String> = steps.expect("asked").map(|step| step.expect("a step")).collect();
            assert!(steps.iter().all(|step| !step.contains("TEMP B-TREE")), "{sql}: {steps:?}");
            steps.join("\n")
        };
        let only = |only, turned| EntryAsk { listing: Listing { only, turned, ..Listing::default() }, about: None };
        let about = |about, turned| EntryAsk { listing: Listing { turned, ..Listing::default() }, about: Some(about) };
        let practitioner = Reader::Practitioner("991129768".parse().expect("a number"));
        for turned in [false, true] {
            for reader in [Reader::All, practitioner.clone()] {
                for (ask, index) in [
                    (only(EntryOnly::Refusals, turned), "journal_refused"),
                    (only(EntryOnly::Sessions, turned), "journal_session"),
                    (about(About::Session(3), turned), "journal_session"),
                    (about(About::Patient(3), turned), "journal_patient"),
                ] {
                    let plan = plan(&reader, ask);
                    assert!(plan.contains(index), "{reader:?}, {ask:?}: {plan}");
                }
            }
            let plan = plan(&Reader::Session(3), only(EntryOnly::All, turned));
            assert!(plan.contains("journal_session"), "{plan}");
        }
        drop(store);
        fs::remove_dir_all(&folder).expect("removed");
    }
}
