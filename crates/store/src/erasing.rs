//! Erasing for good: what was deleted leaves no trace in the file, and that is looked up, before and after, in the
//! decrypted pages themselves. Not what is erased (`replacements`). Rule: issue "The locum's session", "Erasing".

use rusqlite::{MAIN_DB, params_from_iter};

use crate::error::Result;
use crate::open::Store;
use crate::query;
use crate::rekey;
use crate::tables::TABLES;

/// Tables that hold FSE, their legal evidence and the money of them, or the journal: kept as long as the law asks. And what
/// the holder of a card typed of themselves: no session memorised it, and without it they could not sign in.
const EVIDENCE: [&str; 25] = [
    "journal",
    "document",
    "body",
    "signature",
    "lot",
    "membership",
    "outbox",
    "attempt",
    "inbox",
    "money",
    "receipt",
    "payment",
    "payment_line",
    "reject",
    "patient",
    "counter",
    "cheque",
    "deposit",
    "closed_day",
    "attachment",
    "scan_mail",
    "paper",
    "transfer",
    "reading",
    "typed_situation",
];

impl Store {
    /// How often each value stands in the decrypted file, pages that are no longer used among them.
    pub fn in_pages(&self, values: &[&[u8]]) -> Result<Vec<usize>> {
        let image = self.connection.serialize(MAIN_DB)?;
        Ok(values.iter().map(|value| count(&image, value)).collect())
    }

    /// How often each value stands in rows that are no evidence of an FSE.
    pub fn in_rows(&self, values: &[&[u8]]) -> Result<Vec<usize>> {
        let sql = "SELECT m.name AS name, c.name AS field FROM sqlite_schema m JOIN pragma_table_info(m.name) c
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'";
        let columns = query::all(&self.connection, sql, [], |row| {
            Ok((row.get::<_, String>("name")?, row.get::<_, String>("field")?))
        })?;
        let mut found = vec![0; values.len()];
        for (table, column) in columns.iter().filter(|(table, _)| !EVIDENCE.contains(&table.as_str())) {
            // Names of our own schema, not of anybody outside.
            let sql = format!("SELECT count(*) FROM \"{table}\" WHERE instr(CAST(\"{column}\" AS BLOB), ?1) > 0");
            for (value, found) in values.iter().zip(&mut found) {
                *found += query::count(&self.connection, &sql, [value])?;
            }
        }
        Ok(found)
    }

    /// In how many rows of each table one of these values stands; a table where none does is left out.
    pub fn rows_with(&self, values: &[&[u8]]) -> Result<Vec<(&'static str, usize)>> {
        let mut found = Vec::new();
        for table in TABLES.iter().filter(|_| !values.is_empty()) {
            let in_column = |column: &str| {
                let one = |place: usize| format!("instr(CAST(\"{column}\" AS BLOB), ?{place}) > 0");
                (1..=values.len()).map(one).collect::<Vec<_>>().join(" OR ")
            };
            let columns: Vec<String> = table.fields.iter().map(|field| in_column(field.column)).collect();
            let sql = format!("SELECT count(*) FROM \"{}\" WHERE {}", table.name, columns.join(" OR "));
            let rows = query::count(&self.connection, &sql, params_from_iter(values))?;
            if rows > 0 {
                found.push((table.name, rows));
            }
        }
        Ok(found)
    }

    /// Has SQLite overwrite what is deleted from now on.
    pub fn overwrite_deleted(&self) -> Result<()> {
        Ok(self.connection.pragma_update(None, "secure_delete", true)?)
    }

    /// Writes the file anew, without the pages that are no longer used, and empties the write-ahead log. What was erased before stays
    /// erased, whatever this answers: it says no more than that the pages are gone too.
    ///
    /// # Errors
    /// [`StoreError::Busy`](crate::StoreError::Busy) while another connection reads what stood there before, and what the disk says.
    pub fn rewrite(&self) -> Result<()> {
        self.connection.execute_batch("VACUUM")?;
        rekey::fold(&self.connection)
    }
}

fn count(image: &[u8], value: &[u8]) -> usize {
    if value.is_empty() {
        return 0;
    }
    let mut found = 0;
    let mut rest = image;
    while let Some(at) = rest.windows(value.len()).position(|window| window == value) {
        found += 1;
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    found
}
