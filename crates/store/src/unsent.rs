//! What has not reached a caisse yet: found through what is free and what is in a lot, so that years of what has reached
//! one cost nothing. Not whether an incident locks it, and not its legal day (`core`).

use chrono::NaiveDate;
use liasse_domain::{Centimes, DocumentKind, FseRef};
use rusqlite::Row;

use crate::cell::{cell, reference};
use crate::error::Result;
use crate::open::Store;
use crate::query;

/// A signed document whose bytes are with nobody else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnsentRow {
    /// The document, as this store names it.
    pub document: i64,
    /// Which.
    pub fse: FseRef,
    /// FSE or DRE.
    pub kind: DocumentKind,
    /// Date of its first act.
    pub act_date: NaiveDate,
    /// What it charges.
    pub total: Centimes,
    /// The replacement session under which it was made.
    pub session: Option<u32>,
    /// Whether somebody else than the patient owes for it.
    pub third_party: bool,
    /// Whether a caisse refused it with a whole file.
    pub refused: bool,
    /// Whether a signed lot holds it, whose file waits.
    pub in_file: bool,
}

/// Columns and conditions that both ways share; `d` is the document.
macro_rules! waits {
    ($refused:literal, $in_file:literal, $from:literal) => {
        concat!(
            "SELECT d.id, d.billing, d.number, d.kind, d.act_date, d.total, d.replacement, ",
            $refused,
            " AS refused, ",
            $in_file,
            " AS in_file,
               EXISTS (SELECT 1 FROM money o WHERE o.document = d.id AND o.payer <> 'patient'
                       AND o.state <> 'sans_objet') AS third_party ",
            $from,
            " AND d.state = 'signee' AND d.given_up = 0 AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.document = d.id)"
        )
    };
}

const FREE: &str = waits!(
    // The plus keeps SQLite from walking every refused membership.
    "EXISTS (SELECT 1 FROM membership x WHERE x.document = d.id AND +x.state = 'refusee')",
    "0",
    "FROM document d WHERE d.live IS NULL"
);
const IN_LOTS: &str = waits!(
    "0",
    "m.state = 'en_fichier'",
    "FROM membership m CROSS JOIN document d ON d.id = m.document AND d.live = m.id
     WHERE m.state IN ('en_lot', 'en_fichier')"
);

impl Store {
    /// The signed documents of the whole store that no caisse can have: free, in a lot, or refused with a whole file and
    /// in no lot since.
    pub fn unsent(&self) -> Result<Vec<UnsentRow>> {
        let mut rows = query::all(&self.connection, FREE, [], read)?;
        rows.extend(query::all(&self.connection, IN_LOTS, [], read)?);
        Ok(rows)
    }

    /// How many documents of the whole store left or did not, nobody knows.
    pub fn unconfirmed_count(&self) -> Result<usize> {
        let sql = "SELECT count(*) FROM membership WHERE state = 'non_confirmee'";
        query::count(&self.connection, sql, [])
    }
}

fn read(row: &Row<'_>) -> rusqlite::Result<UnsentRow> {
    Ok(UnsentRow {
        document: row.get("id")?,
        fse: reference(row)?,
        kind: DocumentKind::from_word(&row.get::<_, String>("kind")?).unwrap_or_default(),
        act_date: cell(row, "act_date")?,
        total: cell(row, "total")?,
        session: row.get("replacement")?,
        third_party: row.get("third_party")?,
        refused: row.get("refused")?,
        in_file: row.get("in_file")?,
    })
}
