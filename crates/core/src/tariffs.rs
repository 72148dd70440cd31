//! The tables of a practice: those it imported lie in `DATA/tables` and stand in the place of the embedded ones.
//! Also the claims of a month as inputs of `price`, so that a change of tables can be told in euros.
//! Not the tables themselves: crate `pricing`.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use liasse_domain::professional::profession_of;
use liasse_domain::{CallError, Code, Coded, FseContent};
use liasse_pricing::{FILES, Input, Patient, Practitioner, Right, Sector, TableError, Tables, ThirdParty};
use liasse_store::FseFilter;

use crate::access::{self, Deed};
use crate::data_dir::write_private;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::claimed_input;
use crate::workstation::Workstation;

/// Why a practice's tables cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum TariffError {
    /// A folder or a file that cannot be read.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A table that is none.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The system refused to write.
    #[error("cannot write the tables: {0}")]
    Write(#[from] std::io::Error),
}

impl Coded for TariffError {
    fn code(&self) -> Code {
        match self {
            Self::Call(error) => error.code(),
            Self::Table(error) => error.code(),
            Self::Write(_) => Code("system.dossier_inaccessible"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Call(error) => error.parameters(),
            Self::Table(error) => error.parameters(),
            Self::Write(_) => Vec::new(),
        }
    }
}

/// Where the tables of a practice lie.
pub fn folder(root: &Path) -> PathBuf {
    root.join("tables")
}

/// The CSV files of a folder with their names, in the order of the names.
pub fn files(folder: &Path) -> Result<Vec<(String, Vec<u8>)>, CallError> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(|_| CallError::unreadable(folder))? {
        let path = entry.map_err(|_| CallError::unreadable(folder))?.path();
        if path.extension().is_some_and(|extension| extension == "csv") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            files.push((name, fs::read(&path).map_err(|_| CallError::unreadable(&path))?));
        }
    }
    // The order of a folder is nobody's; the first fault told must not depend on it.
    files.sort();
    Ok(files)
}

/// The embedded tables with those that the practice of `root` imported; `None` where it imported none.
pub fn of_practice(root: &Path) -> Result<Option<Tables>, TariffError> {
    let folder = folder(root);
    if !folder.is_dir() {
        return Ok(None);
    }
    Ok(Some(Tables::with_overrides(&files(&folder)?)?))
}

/// Puts tables in the place of the practice's, each whole or not at all. They are read back first: what does not price
/// never replaces what does.
///
/// # Errors
/// [`TariffError`]; what a locum and staff are told.
pub fn replace(root: &Path, new: &[(String, Vec<u8>)], who: Option<&SignedIn>) -> Result<(), CoreError> {
    access::check(Deed::Tables, who, false)?;
    Ok(put(root, new)?)
}

fn put(root: &Path, new: &[(String, Vec<u8>)]) -> Result<(), TariffError> {
    let folder = folder(root);
    fs::create_dir_all(&folder)?;
    let mut all = files(&folder)?;
    all.retain(|(name, _)| new.iter().all(|(fresh, _)| fresh != name));
    all.extend_from_slice(new);
    Tables::with_overrides(&all)?;
    for (name, bytes) in new {
        let fresh = folder.join(format!("{name}.new"));
        write_private(&fresh, bytes)?;
        fs::rename(&fresh, folder.join(name))?;
    }
    fs::File::open(&folder)?.sync_all()?;
    Ok(())
}

/// How a dated table stands on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Name of the table, as in `assets/tables`.
    pub table: &'static str,
    /// The first day of its newest row that holds already.
    pub newest: Option<NaiveDate>,
    /// Whether a row of it holds on that day.
    pub covers: bool,
    /// Whether the practice imported it; else it is the program's.
    pub imported: bool,
}

/// How the dated tables of the practice of `root` stand on a day; the program's alone where there is no practice.
pub fn standing(root: Option<&Path>, day: NaiveDate) -> Result<Vec<Standing>, CallError> {
    let folder = root.map(folder).filter(|folder| folder.is_dir());
    let own = folder.map(|folder| files(&folder)).transpose()?.unwrap_or_default();
    let stand = |table: &'static str| {
        let bytes = own.iter().find(|(name, _)| name == table).map(|(_, bytes)| bytes.as_slice());
        let spans = spans(bytes.unwrap_or_else(|| Tables::embedded_file(table)))?;
        let holds = |(from, to): &(NaiveDate, Option<NaiveDate>)| *from <= day && to.is_none_or(|to| day <= to);
        Some(Standing {
            table,
            newest: spans.iter().map(|(from, _)| *from).filter(|from| *from <= day).max(),
            covers: spans.iter().any(holds),
            imported: bytes.is_some(),
        })
    };
    Ok(FILES.into_iter().filter_map(stand).collect())
}

/// The first day of the newest row of a table of the program: no clock stands long before it.
pub(crate) fn newest_of_program(table: &str) -> Option<NaiveDate> {
    spans(Tables::embedded_file(table))?.into_iter().map(|(from, _)| from).max()
}

/// First and last day of each row; `None` for a table without dates.
fn spans(bytes: &[u8]) -> Option<Vec<(NaiveDate, Option<NaiveDate>)>> {
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).flexible(true).from_reader(bytes);
    let header = reader.headers().ok()?.clone();
    let column = |name: &str| header.iter().position(|found| found == name);
    let (from, to) = (column("from")?, column("to")?);
    let day = |record: &csv::StringRecord, column: usize| record.get(column)?.parse::<NaiveDate>().ok();
    let records = reader.records().map_while(Result::ok);
    Some(records.filter_map(|record| Some((day(&record, from)?, day(&record, to)))).collect())
}

impl Workstation {
    /// The claims of a practitioner whose acts are of these days, bounds included, as inputs of `price`.
    pub fn claimed_inputs(&self, from: NaiveDate, to: NaiveDate, who: &SignedIn) -> Result<Vec<Input>, CoreError> {
        let own = who.number_for(Deed::SchemeMoney)?.clone();
        let rows =
            self.store.fses(&FseFilter { billing: Some(own), session: who.session(), ..FseFilter::default() })?;
        let within = |claim: &FseContent| (from..=to).contains(&claim.act_date());
        Ok(rows.iter().map(|row| &row.content).filter(|claim| within(claim)).map(input_of).collect())
    }
}

/// A claim as it would be priced again.
fn input_of(claim: &FseContent) -> Input {
    let practitioner = Practitioner {
        profession: profession_of(&claim.executant.specialty).to_owned(),
        specialty: claim.executant.specialty.clone(),
        sector: match claim.executant.convention {
            1 | 2 => Sector::One,
            3 => Sector::Two,
            _ => Sector::None,
        },
        ..Practitioner::default()
    };
    let mut patient = Patient::new(claim.patient.birth_date);
    claim.organisme.regime().clone_into(&mut patient.regime);
    patient.rights.extend(claim.acts.iter().any(|line| claim.care.is_ald_related(line)).then_some(Right::Ald));
    let c2s = claim.complementary.as_ref().is_some_and(|cover| cover.contract == "89");
    patient.rights.extend(c2s.then_some(Right::C2s));
    let third_party = ThirdParty { amo: claim.third_party_amo, amc: claim.third_party_amc, ..ThirdParty::default() };
    Input { third_party, ..claimed_input(claim, practitioner, patient) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_dated_table_says_which_row_holds_on_a_day() {
        let table = b"code,from,to\n# closed\nA,2020-01-01,2020-12-31\nB,2021-06-01,\n";
        let rows = spans(table).expect("dated");
        assert_eq!(rows, [(day("2020-01-01"), Some(day("2020-12-31"))), (day("2021-06-01"), None)]);
        assert_eq!(spans(b"code,label\nA,x\n"), None, "a table without dates");
    }

    #[test]
    fn the_program_covers_the_first_day_of_the_demo_and_no_day_of_the_last_century() {
        let of = |text: &str| standing(None, day(text)).expect("embedded");
        let named = |rows: &[Standing], name: &str| rows.iter().find(|row| row.table == name).cloned().expect("there");
        let today = of("2026-01-15");
        for table in ["ngap.csv", "ccam.csv", "rates.csv"] {
            let row = named(&today, table);
            assert!(
                row.covers && !row.imported && row.newest.is_some_and(|newest| newest <= day("2026-01-15")),
                "{row:?}"
            );
        }
        assert!(today.iter().all(|row| row.table != "labels.csv"), "labels bear no dates");
        let before = of("1990-01-01");
        assert!(before.iter().all(|row| !row.covers && row.newest.is_none()));
        assert_eq!(newest_of_program("ccam.csv"), Some(day("2026-01-01")));
    }
}
