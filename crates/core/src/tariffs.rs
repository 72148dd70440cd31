//! The tables of a practice: those it imported lie in `DATA/tables` and stand in the place of the embedded ones.
//! Also the claims of a month as inputs of `price`, so that a change of tables can be told in euros.
//! Not the tables themselves: crate `pricing`.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use liasse_domain::professional::profession_of;
use liasse_domain::{CallError, Code, Coded, FseContent};
use liasse_pricing::{Input, Patient, Practitioner, Right, Sector, TableError, Tables, ThirdParty};
use liasse_store::FseFilter;

use crate::data_dir::write_private;
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
pub fn replace(root: &Path, new: &[(String, Vec<u8>)]) -> Result<(), TariffError> {
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

impl Workstation {
    /// The claims whose acts are of these days, bounds included, as inputs of `price`.
    pub fn claimed_inputs(&self, from: NaiveDate, to: NaiveDate) -> Result<Vec<Input>, CoreError> {
        let rows = self.store.fses(&FseFilter::default())?;
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
