//! The table of conventions: who manages the complementary part of which mutuelle, and where its DRE go. The practice's
//! own file lies in `DATA/conventions.csv`; its rows stand in the place of those that the directory gives for an insurer.
//! Not the mutuelle card of a patient (`invoicing::cover`). Layout: docs/formats.md, "Table of conventions".

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use liasse_domain::complementary::Convention;
use liasse_domain::patient::Period;
use liasse_domain::{CallError, Code, Coded, Destination, Management};

use crate::access::{self, Deed};
use crate::data_dir::write_private;
use crate::desk::SignedIn;
use crate::error::CoreError;

/// The columns, in this order.
pub const HEADER: &str = "number,kind,name,management,intake,from,until,source";

/// More rows than there are insurers in France.
const MOST_ROWS: usize = 100_000;

/// Why a table of conventions cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConventionError {
    /// The file cannot be read.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The first line does not name the columns.
    #[error("not a table of conventions")]
    NotATable,
    /// A field that has no meaning.
    #[error("line {line}, field {field}")]
    Field {
        /// Where.
        line: u64,
        /// Which column.
        field: &'static str,
    },
    /// The system refused to write.
    #[error("cannot write the table: {0}")]
    Write(#[from] std::io::Error),
}

impl Coded for ConventionError {
    fn code(&self) -> Code {
        match self {
            Self::Call(error) => error.code(),
            Self::NotATable => Code("saisie.conventions_entete"),
            Self::Field { .. } => Code("saisie.conventions_champ"),
            Self::Write(_) => Code("system.dossier_inaccessible"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Call(error) => error.parameters(),
            Self::Field { line, field } => vec![("line", line.to_string()), ("field", (*field).to_owned())],
            _ => Vec::new(),
        }
    }
}

/// Where the table of a practice lies.
pub fn file(root: &Path) -> PathBuf {
    root.join("conventions.csv")
}

/// Whether a file is a table of conventions, by its first line that is no comment.
pub fn is_table(bytes: &[u8]) -> bool {
    let mut lines = bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.starts_with(b"#"));
    lines.next().map(|line| line.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(line)) == Some(HEADER.as_bytes())
}

/// The conventions of a practice: its own rows, then those of `given` for other insurers.
pub fn of_practice(root: &Path, given: Vec<Convention>) -> Result<Vec<Convention>, ConventionError> {
    let file = file(root);
    let mut own = match std::fs::read(&file) {
        Ok(bytes) => parse(&bytes)?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(_) => return Err(CallError::unreadable(&file).into()),
    };
    let others: Vec<Convention> =
        given.into_iter().filter(|row| own.iter().all(|mine| mine.number != row.number)).collect();
    own.extend(others);
    Ok(own)
}

/// Puts a table in the place of the practice's. It is read first: what has no meaning replaces nothing. Gives how many rows.
///
/// # Errors
/// [`ConventionError`]; what a locum and staff are told.
pub fn replace(root: &Path, bytes: &[u8], who: Option<&SignedIn>) -> Result<usize, CoreError> {
    access::check(Deed::Tables, who, false)?;
    Ok(put(root, bytes)?)
}

fn put(root: &Path, bytes: &[u8]) -> Result<usize, ConventionError> {
    let rows = parse(bytes)?.len();
    let fresh = root.join("conventions.csv.new");
    write_private(&fresh, bytes)?;
    std::fs::rename(&fresh, file(root))?;
    std::fs::File::open(root)?.sync_all()?;
    Ok(rows)
}

/// The rows of a table.
pub fn parse(bytes: &[u8]) -> Result<Vec<Convention>, ConventionError> {
    if !is_table(bytes) {
        return Err(ConventionError::NotATable);
    }
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(bytes);
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| ConventionError::Field {
            line: error.position().map_or(0, csv::Position::line),
            field: "number",
        })?;
        let line = record.position().map_or(0, csv::Position::line);
        if rows.len() >= MOST_ROWS {
            return Err(ConventionError::Field { line, field: "number" });
        }
        rows.push(row(&record).map_err(|field| ConventionError::Field { line, field })?);
    }
    Ok(rows)
}

fn row(record: &csv::StringRecord) -> Result<Convention, &'static str> {
    let field = |index: usize| record.get(index).unwrap_or_default();
    let digits = |text: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    if !digits(field(0), 8..=10) {
        return Err("number");
    }
    if field(1).len() != 2 || !field(1).bytes().all(|byte| byte.is_ascii_uppercase()) {
        return Err("kind");
    }
    if field(2).is_empty() {
        return Err("name");
    }
    let management = Management::from_word(field(3)).ok_or("management")?;
    // A DRE without a place to go to would be a guess.
    let route = match (management, field(4)) {
        (Management::Unique, "") => None,
        (Management::Separee, code) => Some(Destination::new("99", code).map_err(|_| "intake")?),
        (Management::Unique, _) => return Err("intake"),
    };
    let day = |index: usize, name: &'static str| match field(index) {
        "" => Ok(None),
        text => text.parse::<NaiveDate>().map(Some).map_err(|_| name),
    };
    if field(7).is_empty() {
        return Err("source");
    }
    Ok(Convention {
        number: field(0).to_owned(),
        kind: field(1).to_owned(),
        name: field(2).to_owned(),
        management,
        route,
        period: Period { from: day(5, "from")?, until: day(6, "until")? },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(rows: &str) -> Vec<u8> {
        format!("# invented\n{HEADER}\n{rows}").into_bytes()
    }

    #[test]
    fn a_table_reads_and_says_where_it_does_not() {
        let rows = parse(&table("99999901,IS,Mutuelle A,separee,501,2026-01-01,,contrat\n99999902,KA,B,unique,,,,x\n"))
            .expect("rows");
        assert_eq!(rows.len(), 2);
        assert_eq!(rows[0].route.as_ref().map(ToString::to_string), Some("99/501".to_owned()));
        assert_eq!((rows[1].management, rows[1].route.clone()), (Management::Unique, None));
        for (wrong, place) in [
            ("9999,IS,A,unique,,,,x", "number"),
            ("99999901,I,A,unique,,,,x", "kind"),
            ("99999901,IS,,unique,,,,x", "name"),
            ("99999901,IS,A,peut-etre,,,,x", "management"),
            ("99999901,IS,A,separee,,,,x", "intake"),
            ("99999901,IS,A,unique,501,,,x", "intake"),
            ("99999901,IS,A,unique,,2026-13-01,,x", "from"),
            ("99999901,IS,A,unique,,,demain,x", "until"),
            ("99999901,IS,A,unique,,,,", "source"),
        ] {
            let error = parse(&table(wrong)).expect_err(wrong);
            assert!(matches!(error, ConventionError::Field { line: 3, field } if field == place), "{wrong}: {error}");
        }
        assert!(matches!(parse(b"a,b\n1,2\n"), Err(ConventionError::NotATable)));
        assert!(matches!(parse(&table("99999901,IS\n")), Err(ConventionError::Field { line: 3, .. })));
    }

    #[test]
    fn the_rows_of_the_practice_stand_in_the_place_of_others() {
        let root = std::env::temp_dir().join(format!("liasse-conventions-{}", std::process::id()));
        std::fs::create_dir_all(&root).expect("folder");
        let given = parse(&table("99999901,IS,A,unique,,,,x\n99999902,KA,B,unique,,,,x\n")).expect("rows");
        assert_eq!(of_practice(&root, given.clone()).expect("rows").len(), 2);
        assert_eq!(put(&root, &table("99999901,SP,A,separee,501,,,x\n")).expect("replaced"), 1);
        assert!(put(&root, b"nothing").is_err());
        let rows = of_practice(&root, given).expect("rows");
        assert_eq!(rows.iter().map(|row| row.kind.as_str()).collect::<Vec<_>>(), ["SP", "KA"]);
        std::fs::remove_dir_all(&root).expect("removed");
    }
}
