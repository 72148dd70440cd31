//! One line of a CSV table, its columns asked for by place and type, with the place of a fault.
//! Not the meaning of a table: each has its own module. `#` begins a comment line.

use chrono::NaiveDate;

use super::TableError;

/// How sure a figure is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Confidence {
    /// A public page or data file was read.
    Documented,
    /// Computed from documented figures.
    Deduced,
    /// Nobody's page: known to the trade, not checked.
    Known,
    /// Sources disagree.
    Disputed,
}

impl Confidence {
    /// Whether an invoice must say so.
    pub fn is_low(self) -> bool {
        matches!(self, Self::Known | Self::Disputed)
    }

    /// Its word in the tables.
    pub fn word(self) -> &'static str {
        match self {
            Self::Documented => "documented",
            Self::Deduced => "deduced",
            Self::Known => "known",
            Self::Disputed => "disputed",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        match word {
            "documented" => Some(Self::Documented),
            "deduced" => Some(Self::Deduced),
            "known" => Some(Self::Known),
            "disputed" => Some(Self::Disputed),
            _ => None,
        }
    }
}

/// The days on which a row holds, bounds included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) from: NaiveDate,
    pub(crate) to: Option<NaiveDate>,
}

impl Span {
    pub(crate) fn holds_on(&self, day: NaiveDate) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }

    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.to.is_none_or(|to| other.from <= to) && other.to.is_none_or(|to| self.from <= to)
    }
}

/// Name of a table and its bytes.
pub(crate) type Content<'a> = (&'static str, &'a [u8]);

/// One line of a table.
pub(crate) struct Row {
    file: &'static str,
    pub(crate) line: u64,
    columns: &'static [&'static str],
    record: csv::StringRecord,
}

impl Row {
    /// The lines of a table whose first line must name exactly `columns`.
    pub(crate) fn all(file: Content<'_>, columns: &'static [&'static str]) -> Result<Vec<Self>, TableError> {
        let mut rows = Vec::new();
        Self::each(file, columns, |row| {
            rows.push(Self { record: row.record.clone(), ..*row });
            Ok(())
        })?;
        Ok(rows)
    }

    /// The same, one line after the other: for a table of many lines.
    pub(crate) fn each(
        (file, bytes): Content<'_>,
        columns: &'static [&'static str],
        mut take: impl FnMut(&Self) -> Result<(), TableError>,
    ) -> Result<(), TableError> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).comment(Some(b'#')).from_reader(bytes);
        let mut row = Self { file, line: 1, columns, record: csv::StringRecord::new() };
        let mut header = true;
        loop {
            let more = reader.read_record(&mut row.record).map_err(|error| {
                let line = error.position().map_or(1, csv::Position::line);
                TableError::Unreadable { file, line }
            })?;
            if !more {
                return if header { Err(TableError::Header { file }) } else { Ok(()) };
            }
            row.line = row.record.position().map_or(1, csv::Position::line);
            if header {
                if !row.record.iter().eq(columns.iter().copied()) {
                    return Err(TableError::Header { file });
                }
                header = false;
            } else {
                take(&row)?;
            }
        }
    }

    /// The text of a column, never empty.
    pub(crate) fn text(&self, column: &'static str) -> Result<&str, TableError> {
        let text = self.or_empty(column);
        if text.is_empty() { Err(self.fault(column)) } else { Ok(text) }
    }

    /// The text of a column.
    pub(crate) fn or_empty(&self, column: &'static str) -> &str {
        let place = self.columns.iter().position(|name| *name == column);
        place.and_then(|place| self.record.get(place)).unwrap_or_default()
    }

    /// A column read by `parse`.
    pub(crate) fn parsed<T>(
        &self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, TableError> {
        parse(self.text(column)?).ok_or_else(|| self.fault(column))
    }

    /// A whole number from 0 to `most`.
    pub(crate) fn number(&self, column: &'static str, most: u32) -> Result<u32, TableError> {
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        self.parsed(column, |text| text.parse().ok().filter(|number| digits(text) && *number <= most))
    }

    /// Columns `from` and `to`.
    pub(crate) fn span(&self) -> Result<Span, TableError> {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let from = self.parsed("from", day)?;
        let to = if self.or_empty("to").is_empty() { None } else { Some(self.parsed("to", day)?) };
        if to.is_some_and(|to| to < from) { Err(self.fault("to")) } else { Ok(Span { from, to }) }
    }

    /// Column `confidence`.
    pub(crate) fn confidence(&self) -> Result<Confidence, TableError> {
        self.parsed("confidence", Confidence::parse)
    }

    /// The fault of a column of this line.
    pub(crate) fn fault(&self, column: &'static str) -> TableError {
        TableError::Value { file: self.file, line: self.line, column }
    }

    /// Two rows for the same thing on the same day.
    pub(crate) fn overlap(&self) -> TableError {
        TableError::Overlap { file: self.file, line: self.line }
    }
}
