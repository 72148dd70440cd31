//! The open export: everything, as JSON lines and as CSV for people, in a folder that has another name until it is whole; read and
//! written a piece at a time, so that whoever asks is free in between. Its files and fields stand in `docs/export.md`.
//! Not the import (`import`), not one person's data (`person`). Secrets are never written.

mod fault;
mod import;
mod lines;
mod manifest;
mod person;
mod sheets;
mod unfinished;

use std::collections::VecDeque;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use liasse_store::{DataMoved, Datum, Store, TABLES, Table};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::access::Deed;
use crate::data_dir::{EXPORT, World, write_private};
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::export::ExportError;
use crate::lists::spreadsheet;
use crate::settings::SETTINGS;
use crate::workstation::Workstation;

pub use fault::{LineFault, OpenDataError};
pub use import::{Imported, import_into, tell_imported};
pub use manifest::{JournalEnd, Listed, Manifest};
pub use person::PersonFile;
pub use sheets::Sheet;
use unfinished::Unfinished;
pub(crate) use unfinished::clear_cut;

/// The folder of the JSON lines.
pub(crate) const DATA: &str = "donnees";
/// The folder of the CSV.
const SHEETS: &str = "tableaux";
/// The file that lists the others.
pub(crate) const MANIFEST: &str = "manifeste.json";
/// The file that explains them.
const READ_ME: &str = "lisez-moi.txt";
/// How the name of a folder ends that is not whole yet.
const UNFINISHED: &str = "partiel";
/// How many rows are read at a time.
const PIECE: u32 = 500;

/// The file of a table.
pub fn file_of(table: &Table) -> String {
    format!("{DATA}/{}.jsonl", table.name)
}

/// The file of a sheet.
pub fn file_of_sheet(sheet: Sheet) -> &'static str {
    match sheet {
        Sheet::Documents => "tableaux/documents.csv",
        Sheet::Money => "tableaux/argent.csv",
        Sheet::Patients => "tableaux/patients.csv",
        Sheet::Receipts => "tableaux/recettes.csv",
    }
}

/// How far an export is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum OpenProgress {
    /// So many rows stand in its files, and there may be more.
    Written {
        /// How many.
        rows: u64,
    },
    /// It is whole, under its own name.
    Finished {
        /// How many rows.
        rows: u64,
        /// How many files, the manifest among them.
        files: usize,
        /// The folder.
        folder: PathBuf,
    },
}

/// An export that is being written. What is not finished goes away with it.
pub struct OpenExport {
    steps: VecDeque<Step>,
    writing: Option<Writing>,
    manifest: Manifest,
    head: (u64, [u8; 32]),
    rows: u64,
    // After what is being written: a file that is open is closed before it is taken away.
    unfinished: Unfinished,
    folder: PathBuf,
}

/// One file.
#[derive(Clone, Copy)]
enum Step {
    Table(&'static Table),
    Sheet(Sheet),
}

/// A file that is being written, and how far it is.
struct Writing {
    step: Step,
    after: Vec<Datum>,
    out: Out,
}

/// A file with what the manifest will say of it.
struct Out {
    name: String,
    file: BufWriter<File>,
    hash: Sha256,
    rows: u64,
    bytes: u64,
}

impl Workstation {
    /// Begins to write everything into a folder that is not there yet, or empty; the journal tells it first. `confirmed`: the
    /// passphrase of the directory was given for this.
    ///
    /// # Errors
    /// Those of [`Deed::OpenExport`]; [`OpenDataError::FolderTaken`].
    pub fn begin_open_export(
        &mut self,
        who: &SignedIn,
        folder: &Path,
        confirmed: bool,
    ) -> Result<OpenExport, CoreError> {
        self.allow_confirmed(Deed::OpenExport, Some(who), confirmed)?;
        let unfinished = free(folder)?;
        let stamp = who.stamp(self.now());
        self.store.tell_moved(&stamp, DataMoved::Exported)?;
        OpenExport::begin(&self.store, folder, &unfinished, self.world)
    }

    /// Writes the next piece; once nothing is left, gives the folder its name.
    ///
    /// # Errors
    /// [`OpenDataError::Changed`] where something was written here meanwhile: its files would not be of one moment.
    pub fn go_on_exporting(&self, export: &mut OpenExport) -> Result<OpenProgress, CoreError> {
        export.go_on(&self.store)
    }
}

/// The name that a folder has until it is whole.
fn free(folder: &Path) -> Result<PathBuf, OpenDataError> {
    let is_empty = |path: &Path| fs::read_dir(path).is_ok_and(|mut entries| entries.next().is_none());
    let name = folder.file_name().ok_or(OpenDataError::FolderTaken)?;
    let mut unfinished = name.to_owned();
    unfinished.push(".");
    unfinished.push(UNFINISHED);
    let unfinished = folder.with_file_name(unfinished);
    if (folder.exists() && !is_empty(folder)) || unfinished.exists() {
        return Err(OpenDataError::FolderTaken);
    }
    Ok(unfinished)
}

impl OpenExport {
    fn begin(store: &Store, folder: &Path, unfinished: &Path, world: World) -> Result<Self, CoreError> {
        let head = store.journal_head()?;
        let notes = store.path().with_file_name(EXPORT);
        Ok(Self {
            steps: TABLES.iter().map(Step::Table).chain(Sheet::ALL.map(Step::Sheet)).collect(),
            writing: None,
            manifest: Manifest::of(world, head),
            head,
            rows: 0,
            unfinished: Unfinished::begin(&notes, unfinished).map_err(ExportError::from)?,
            folder: folder.to_owned(),
        })
    }

    fn go_on(&mut self, store: &Store) -> Result<OpenProgress, CoreError> {
        if self.writing.is_none() {
            let Some(step) = self.steps.pop_front() else { return self.finish(store) };
            self.writing = Some(Writing::begin(self.unfinished.folder(), step).map_err(ExportError::from)?);
        }
        if let Some(writing) = &mut self.writing {
            let lines = writing.read(store)?;
            if lines.is_empty() {
                if let Some(writing) = self.writing.take() {
                    self.manifest.files.push(writing.out.close().map_err(ExportError::from)?);
                }
            } else {
                self.rows += count(lines.len());
                writing.out.write(&lines).map_err(ExportError::from)?;
            }
        }
        Ok(OpenProgress::Written { rows: self.rows })
    }

    fn finish(&mut self, store: &Store) -> Result<OpenProgress, CoreError> {
        if store.journal_head()? != self.head {
            return Err(OpenDataError::Changed.into());
        }
        self.keep().map_err(ExportError::from)?;
        Ok(OpenProgress::Finished {
            rows: self.rows,
            files: self.manifest.files.len() + 1,
            folder: self.folder.clone(),
        })
    }

    fn keep(&mut self) -> Result<(), std::io::Error> {
        let unfinished = self.unfinished.folder();
        let mut read_me = Out::create(unfinished, READ_ME)?;
        read_me.put(sheets::read_me(self.manifest.world).as_bytes())?;
        self.manifest.files.push(read_me.close()?);
        write_private(&unfinished.join(MANIFEST), self.manifest.text().as_bytes())?;
        for folder in [unfinished.join(DATA), unfinished.join(SHEETS), unfinished.to_owned()] {
            sync(&folder)?;
        }
        if self.folder.exists() {
            // Empty, or it is refused here: another program may have written into it meanwhile.
            fs::remove_dir(&self.folder)?;
        }
        fs::rename(unfinished, &self.folder)?;
        self.unfinished.whole = true;
        self.folder.parent().map_or(Ok(()), sync)
    }
}

impl Writing {
    fn begin(folder: &Path, step: Step) -> Result<Self, std::io::Error> {
        let (name, head) = match step {
            Step::Table(table) => (file_of(table), String::new()),
            Step::Sheet(sheet) => {
                let head = format!("{}{}\r\n", spreadsheet::MARK, sheets::header(sheet));
                (file_of_sheet(sheet).to_owned(), head)
            }
        };
        let mut out = Out::create(folder, &name)?;
        out.put(head.as_bytes())?;
        Ok(Self { step, after: Vec::new(), out })
    }

    /// The next lines; none once all are read.
    fn read(&mut self, store: &Store) -> Result<Vec<String>, CoreError> {
        match self.step {
            Step::Table(table) => {
                let mut lines = Vec::new();
                // A piece of secrets alone is no end.
                while lines.is_empty() {
                    let rows = store.rows_after(table, &self.after, PIECE)?;
                    let Some(last) = rows.last() else { break };
                    self.after = table.key_places().filter_map(|at| last.get(at).cloned()).collect();
                    lines =
                        rows.iter().filter(|row| !is_secret(table, row)).map(|row| lines::line(table, row)).collect();
                }
                Ok(lines)
            }
            Step::Sheet(sheet) => {
                let after = match self.after.first() {
                    Some(Datum::Number(after)) => *after,
                    _ => 0,
                };
                let (lines, last) = sheet.lines_after(store, after, PIECE)?;
                self.after = vec![Datum::Number(last)];
                Ok(lines)
            }
        }
    }
}

/// A password or a code: set, never shown, never written.
fn is_secret(table: &Table, row: &[Datum]) -> bool {
    let secret = |key: &str| SETTINGS.iter().any(|setting| setting.secret && setting.name == key);
    table.name == "config" && matches!(row.first(), Some(Datum::Text(key)) if secret(key))
}

impl Out {
    fn create(folder: &Path, name: &str) -> Result<Self, std::io::Error> {
        let path = folder.join(name);
        write_private(&path, b"")?;
        let file = BufWriter::new(File::options().append(true).open(&path)?);
        Ok(Self { name: name.to_owned(), file, hash: Sha256::new(), rows: 0, bytes: 0 })
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), std::io::Error> {
        self.hash.update(bytes);
        self.bytes += count(bytes.len());
        self.file.write_all(bytes)
    }

    fn write(&mut self, lines: &[String]) -> Result<(), std::io::Error> {
        self.rows += count(lines.len());
        lines.iter().try_for_each(|line| self.put(line.as_bytes()))
    }

    fn close(mut self) -> Result<Listed, std::io::Error> {
        self.file.flush()?;
        self.file.get_ref().sync_all()?;
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Listed { file: self.name, rows: self.rows, bytes: self.bytes, sha256 })
    }
}

fn count(of: usize) -> u64 {
    u64::try_from(of).unwrap_or(u64::MAX)
}

/// The names in a folder survive a power cut only when it is synced too.
fn sync(folder: &Path) -> Result<(), std::io::Error> {
    let here = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    if cfg!(unix) { File::open(here)?.sync_all() } else { Ok(()) }
}
