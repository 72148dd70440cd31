//! Papers as files in the data directory: one folder a kind, one name a paper; printing again overwrites the same.

use std::fs;
use std::path::{Path, PathBuf};

use liasse_core::data_dir::write_private;
use liasse_core::export::ExportError;
use liasse_core::{CoreError, papers, prints};

use crate::text::with;

/// Keeps bytes under a name in a folder of the data directory.
pub fn keep(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, CoreError> {
    let path = folder.join(name);
    let kept = fs::create_dir_all(folder).and_then(|()| write_private(&path, bytes));
    kept.map_err(ExportError::from)?;
    Ok(path)
}

/// Keeps a paper as PDF; gives the sentence that says where.
pub fn pdf(folder: &Path, name: &str, paper: &prints::Document) -> Result<String, CoreError> {
    Ok(said(&keep(folder, name, &papers::pdf(paper)?)?))
}

/// The sentence that says where a file is.
pub fn said(path: &Path) -> String {
    with("printed.written", &[("file", &path.display().to_string())])
}
