//! Rows as plain values: read a piece at a time for an export, by their keys; and put into an empty store, all or none.
//! Not what is exported, nor its files (`core::opendata`). What the schema refuses of a row is refused here too.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Row, ToSql, params_from_iter};

use crate::error::{Or, Result, StoreError};
use crate::moved::{self, DataMoved};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;
use crate::tables::{TABLES, Table};
use crate::verify::JournalReport;

/// A piece of rows is not read beyond so many bytes, though it is one row at least.
const PIECE_BYTES: usize = 8 << 20;

/// What a field of a row holds. Sorted as SQLite sorts: numbers before texts, texts by their bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Datum {
    /// Nothing.
    Null,
    /// A number, an amount, yes (1) or no (0).
    Number(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl std::fmt::Debug for Datum {
    /// Names and numbers of people stand in rows: only what kind of value it is.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Null => "Null",
            Self::Number(_) => "Number(…)",
            Self::Text(_) => "Text(…)",
            Self::Blob(_) => "Blob(…)",
        })
    }
}

impl Datum {
    fn read(value: ValueRef<'_>) -> Result<Self> {
        const NO_TEXT: StoreError = StoreError::Unreadable { what: "texte" };
        Ok(match value {
            ValueRef::Null => Self::Null,
            ValueRef::Integer(number) => Self::Number(number),
            ValueRef::Text(text) => Self::Text(String::from_utf8(text.to_vec()).map_err(|_| NO_TEXT)?),
            ValueRef::Blob(bytes) => Self::Blob(bytes.to_vec()),
            ValueRef::Real(_) => return Err(StoreError::Unreadable { what: "nombre entier" }),
        })
    }

    fn bytes(&self) -> usize {
        match self {
            Self::Null | Self::Number(_) => 8,
            Self::Text(text) => text.len(),
            Self::Blob(bytes) => bytes.len(),
        }
    }
}

impl ToSql for Datum {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Number(number) => ValueRef::Integer(*number),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

impl Store {
    /// The rows of a table after that key (all, from the first, after an empty one), by their keys, at most so many. Fewer when
    /// they are large; none after the last.
    pub fn rows_after(&self, table: &Table, after: &[Datum], limit: u32) -> Result<Vec<Vec<Datum>>> {
        let (columns, keys) = (table.columns(), table.keys());
        let beyond = if after.is_empty() {
            String::new()
        } else {
            let places: Vec<String> = (1..=after.len()).map(|place| format!("?{place}")).collect();
            format!("WHERE ({keys}) > ({})", places.join(", "))
        };
        // Names of our own list, not of anybody outside.
        let sql = format!("SELECT {columns} FROM \"{}\" {beyond} ORDER BY {keys} LIMIT {limit}", table.name);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut found = statement.query(params_from_iter(after))?;
        let (mut rows, mut bytes) = (Vec::new(), 0);
        while let Some(row) = found.next()? {
            let row = values(table, row)?;
            bytes += row.iter().map(Datum::bytes).sum::<usize>();
            rows.push(row);
            if bytes >= PIECE_BYTES {
                break;
            }
        }
        Ok(rows)
    }

    /// The rows of a table whose field of that name is this number, by their keys.
    pub fn rows_about(&self, table: &Table, field: &str, number: i64) -> Result<Vec<Vec<Datum>>> {
        let found = table.fields.iter().find(|one| one.name == field);
        let column = found.ok_or(StoreError::Incoherent { what: "champ" })?.column;
        let (columns, keys) = (table.columns(), table.keys());
        let sql = format!("SELECT {columns} FROM \"{}\" WHERE \"{column}\" = ?1 ORDER BY {keys}", table.name);
        let mut statement = self.connection.prepare_cached(&sql)?;
        let mut found = statement.query([number])?;
        let mut rows = Vec::new();
        while let Some(row) = found.next()? {
            rows.push(values(table, row)?);
        }
        Ok(rows)
    }

    /// How many rows each table has, in the order of the list.
    pub fn row_counts(&self) -> Result<Vec<(&'static str, usize)>> {
        let count = |table: &'static Table| {
            let sql = format!("SELECT count(*) FROM \"{}\"", table.name);
            Ok((table.name, query::count(&self.connection, &sql, [])?))
        };
        TABLES.iter().map(count).collect()
    }

    /// Whether nothing was ever written here: only such a store takes an import.
    pub fn is_fresh(&self) -> Result<bool> {
        // The row that stands for nobody is there from the beginning.
        let written = |(table, count): &(&str, usize)| *count > usize::from(*table == "patient");
        Ok(!self.row_counts()?.iter().any(written))
    }

    /// Puts rows into a store where nothing is yet: `fill` puts them, and what it refuses, or the store, leaves nothing behind.
    ///
    /// # Errors
    /// [`StoreError::NotEmpty`]; those of `fill`; [`StoreError::Sqlite`] when a reference that nobody looked at dangles.
    pub fn import<T, E>(
        &mut self,
        fill: impl FnOnce(&Importing<'_>) -> std::result::Result<T, Or<E>>,
    ) -> Result<T, Or<E>> {
        if !self.is_fresh()? {
            return Err(StoreError::NotEmpty.into());
        }
        // References are looked at when all rows are there. The row that stands for nobody comes with the others.
        let begin = "BEGIN IMMEDIATE; PRAGMA defer_foreign_keys = ON; DELETE FROM patient WHERE id = 0;";
        self.connection.execute_batch(begin).map_err(StoreError::from)?;
        let filled = fill(&Importing { store: self });
        let kept = filled.and_then(|value| {
            self.connection.execute_batch("COMMIT").map_err(StoreError::from)?;
            Ok(value)
        });
        if kept.is_err() {
            // Where SQLite has rolled back by itself there is nothing left to take back.
            drop(self.connection.execute_batch("ROLLBACK"));
        }
        kept
    }
}

/// A store that is being filled: one transaction.
pub struct Importing<'a> {
    store: &'a Store,
}

impl Importing<'_> {
    /// Puts a row in, as it is: no rule of the workstation is asked, those of the schema are.
    ///
    /// # Errors
    /// [`StoreError::Sqlite`] for what the schema refuses: a value, a double key, a word that no state has.
    pub fn put(&self, table: &Table, row: &[Datum]) -> Result<()> {
        let places: Vec<String> = (1..=table.fields.len()).map(|place| format!("?{place}")).collect();
        let sql = format!("INSERT INTO \"{}\" ({}) VALUES ({})", table.name, table.columns(), places.join(", "));
        query::run(&self.store.connection, &sql, params_from_iter(row))?;
        Ok(())
    }

    /// The first row that refers to one that is not there: its table, and its place by its key, from 1.
    pub fn dangling(&self) -> Result<Option<(&'static str, usize)>> {
        let connection = &self.store.connection;
        for table in TABLES {
            let sql = "SELECT \"table\" AS parent, \"from\" AS child, \"to\" AS target FROM pragma_foreign_key_list(?1)
                       ORDER BY id";
            let references = query::all(connection, sql, [table.name], |row| {
                Ok((row.get::<_, String>("parent")?, row.get::<_, String>("child")?, row.get::<_, String>("target")?))
            })?;
            for (parent, child, target) in references {
                if let Some(key) = self.lost(table, &parent, &child, &target)? {
                    return Ok(Some((table.name, self.place(table, &key)?)));
                }
            }
        }
        Ok(None)
    }

    /// Whether the row came that stands for nobody: what is erased later names it.
    pub fn has_nobody(&self) -> Result<bool> {
        let sql = "SELECT 1 FROM patient WHERE id = 0 AND insured_nir = '0000000000000'";
        query::any(&self.store.connection, sql, [])
    }

    /// Whether the journal that came is whole, and tells what stands in the rows.
    pub fn verify(&self) -> Result<JournalReport> {
        self.store.journal_verify()
    }

    /// How many rows each table has now.
    pub fn row_counts(&self) -> Result<Vec<(&'static str, usize)>> {
        self.store.row_counts()
    }

    /// Tells in the journal that all this came, and by whom; after [`Importing::verify`].
    pub fn tell(&self, stamp: &Stamp) -> Result<()> {
        moved::tell(&self.store.connection, stamp, DataMoved::Imported)
    }

    /// The key of the first row whose reference is lost.
    fn lost(&self, table: &Table, parent: &str, child: &str, target: &str) -> Result<Option<Vec<Datum>>> {
        let (name, keys) = (table.name, table.keys());
        let sql = format!(
            "SELECT {keys} FROM \"{name}\" c WHERE c.\"{child}\" IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM \"{parent}\" p WHERE p.\"{target}\" = c.\"{child}\") ORDER BY {keys} LIMIT 1"
        );
        let mut statement = self.store.connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let key = (0..table.key.len()).map(|at| Datum::read(row.get_ref(at)?));
        key.collect::<Result<Vec<Datum>>>().map(Some)
    }

    /// Where a key stands among those of its table, from 1.
    fn place(&self, table: &Table, key: &[Datum]) -> Result<usize> {
        let places: Vec<String> = (1..=key.len()).map(|place| format!("?{place}")).collect();
        let (name, keys) = (table.name, table.keys());
        let sql = format!("SELECT count(*) FROM \"{name}\" WHERE ({keys}) <= ({})", places.join(", "));
        query::count(&self.store.connection, &sql, params_from_iter(key))
    }
}

fn values(table: &Table, row: &Row<'_>) -> Result<Vec<Datum>> {
    (0..table.fields.len()).map(|at| Datum::read(row.get_ref(at)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_sort_as_the_store_sorts_them_and_are_never_printed() {
        let text = |text: &str| Datum::Text(text.to_owned());
        let mut all =
            vec![Datum::Blob(vec![0]), text("b"), text("B"), Datum::Number(2), Datum::Number(-1), Datum::Null];
        all.sort();
        assert!(all == [Datum::Null, Datum::Number(-1), Datum::Number(2), text("B"), text("b"), Datum::Blob(vec![0])]);
        assert_eq!(format!("{:?}", [text("DURAND"), Datum::Number(1)]), "[Text(…), Number(…)]");
    }
}
