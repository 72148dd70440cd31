//! Reading what the command line names: a file, standard input, a folder of tables.
//! Not parsing: bytes are handed on as they are.

use std::io::Read;
use std::path::Path;

use liasse_core::invoicing::Attestation;
use liasse_pricing::Tables;

use crate::failure::{CliError, Failure};

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    read_up_to(path, u64::MAX)
}

/// The same, and what lies beyond `limit` is not looked at.
pub(crate) fn read_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(limit).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(limit).read_to_end(&mut bytes))
    };
    read.map(|_| bytes).map_err(|_| unreadable(path))
}

/// The text of a PEM file.
pub(crate) fn read_text(path: &Path) -> Result<String, Failure> {
    String::from_utf8(read(path)?).map_err(|_| unreadable(path))
}

/// What an attestation of rights says.
pub(crate) fn attestation(path: &Path) -> Result<Attestation, Failure> {
    let bytes = read_up_to(path, 1 << 16)?;
    serde_json::from_slice(&bytes).map_err(|_| CliError::WrongValue { argument: "--attestation".to_owned() }.into())
}

/// The embedded tables, each replaced by the CSV file of its name in `folder`.
pub(crate) fn tables(folder: &Path) -> Result<Tables, Failure> {
    Ok(Tables::with_overrides(&liasse_core::tariffs::files(folder)?)?)
}

/// Writes a file that is not there yet: nothing of anybody's is overwritten.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut file = std::fs::File::create_new(path).map_err(|_| unwritable(path))?;
    std::io::Write::write_all(&mut file, bytes).map_err(|_| unwritable(path))
}

fn unwritable(path: &Path) -> Failure {
    CliError::Unwritable { path: path.display().to_string() }.into()
}

fn unreadable(path: &Path) -> Failure {
    CliError::Unreadable { path: path.display().to_string() }.into()
}
