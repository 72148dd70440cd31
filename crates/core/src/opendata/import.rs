//! An open export taken into an empty store: every file with its hash, every line with its fields, every reference, the journal
//! against itself and the rows; all of it in one transaction, or nothing. Not the folder of the new data, which a face makes.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use liasse_domain::Coded;
use liasse_store::{DataMoved, Datum, Importing, KNOWN_SCHEMA, Or, Stamp, Store, StoreError, TABLES, Table};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::fault::{LineFault, OpenDataError};
use super::manifest::{Listed, Manifest, VERSION};
use super::sheets::Sheet;
use super::{MANIFEST, READ_ME, file_of, file_of_sheet, lines};
use crate::access::Deed;
use crate::data_dir::World;
use crate::desk::{SignedIn, system_stamp};
use crate::error::CoreError;
use crate::workstation::Workstation;

/// A manifest is smaller.
const MANIFEST_BYTES: u64 = 1 << 20;
/// The name and the number of a program are not longer.
const PROGRAM_SIGNS: usize = 40;
/// No row of ours is longer: a message of 32 MiB that came (the most that is fetched), in base64.
const LINE_BYTES: u64 = 64 << 20;

/// What came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Imported {
    /// Version of this shape.
    pub v: u32,
    /// How many rows, of every table.
    pub rows: u64,
    /// How many documents.
    pub documents: u64,
    /// How many entries the journal that came has.
    pub journal_entries: u64,
}

/// Takes an export in. Nothing stays of one that is refused. `stamp`: by whom the journal tells that it came; without one it tells
/// nothing, and the store is the one that was exported, entry for entry.
///
/// # Errors
/// [`OpenDataError`], which names file and line; [`StoreError::NotEmpty`]; what the disk says.
pub fn import_into(
    store: &mut Store,
    folder: &Path,
    world: World,
    stamp: Option<&Stamp>,
) -> Result<Imported, CoreError> {
    let manifest = read_manifest(folder)?;
    check(&manifest, world)?;
    for listed in &manifest.files {
        check_file(folder, listed)?;
    }
    let filled = store.import(|into| fill(into, folder, &manifest, stamp));
    filled.map_err(|error| match error {
        Or::Store(error) => error.into(),
        Or::Other(error) => error.into(),
    })
}

/// Tells that an export came, where nobody told it while it did: a demonstration moves its clock first.
pub fn tell_imported(store: &mut Store, stamp: &Stamp) -> Result<(), CoreError> {
    Ok(store.tell_moved(stamp, DataMoved::Imported)?)
}

impl Workstation {
    /// Takes an export in where nothing was written yet. `confirmed`: the passphrase of the directory was given for this.
    ///
    /// # Errors
    /// Those of [`Deed::Import`] and of [`import_into`].
    pub fn import_open_export(
        &mut self,
        who: Option<&SignedIn>,
        folder: &Path,
        confirmed: bool,
    ) -> Result<Imported, CoreError> {
        self.allow_confirmed(Deed::Import, who, confirmed)?;
        let now = self.now();
        let stamp = who.map_or_else(|| system_stamp(now), |who| who.stamp(now));
        import_into(&mut self.store, folder, self.world, Some(&stamp))
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest, OpenDataError> {
    let mut text = String::new();
    let file = plain_file(&folder.join(MANIFEST)).ok_or(OpenDataError::Manifest)?;
    file.take(MANIFEST_BYTES).read_to_string(&mut text).map_err(|_| OpenDataError::Manifest)?;
    check_version(&serde_json::from_str(&text).map_err(|_| OpenDataError::Manifest)?)?;
    serde_json::from_str(&text).map_err(|_| OpenDataError::Manifest)
}

/// What every form of a manifest says.
#[derive(Deserialize)]
struct Written {
    v: u32,
    program: String,
    schema: i64,
}

/// Whether this program takes an export of that version: no other one is converted.
fn check_version(written: &Written) -> Result<(), OpenDataError> {
    // Somebody may have written anything there.
    let plain = |sign: &char| sign.is_ascii_alphanumeric() || " .-+".contains(*sign);
    let program: String = written.program.chars().filter(plain).take(PROGRAM_SIGNS).collect();
    let (found, known) = (written.schema, KNOWN_SCHEMA);
    if written.v > VERSION || found > known {
        return Err(OpenDataError::Newer { program, found, known });
    }
    if written.v < VERSION || found < known { Err(OpenDataError::Older { program, found, known }) } else { Ok(()) }
}

/// A file that is one: no link, no pipe that never ends.
fn plain_file(path: &Path) -> Option<File> {
    fs::symlink_metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    File::open(path).ok()
}

/// Whether it is of this world, and each file is one of ours, each once.
fn check(manifest: &Manifest, world: World) -> Result<(), OpenDataError> {
    if manifest.world != world {
        return Err(OpenDataError::OtherWorld);
    }
    let mut wanted: BTreeMap<String, bool> = TABLES.iter().map(|table| (file_of(table), false)).collect();
    wanted.extend(Sheet::ALL.map(|sheet| (file_of_sheet(sheet).to_owned(), false)));
    wanted.insert(READ_ME.to_owned(), false);
    for listed in &manifest.files {
        match wanted.get_mut(&listed.file) {
            Some(seen) if !*seen => *seen = true,
            _ => return Err(OpenDataError::Manifest),
        }
    }
    match wanted.into_iter().find(|(_, seen)| !seen) {
        Some((file, _)) => Err(OpenDataError::Missing { file }),
        None => Ok(()),
    }
}

/// Whether a file is the one that the manifest lists.
fn check_file(folder: &Path, listed: &Listed) -> Result<(), OpenDataError> {
    let missing = || OpenDataError::Missing { file: listed.file.clone() };
    let mut file = plain_file(&folder.join(&listed.file)).ok_or_else(missing)?;
    let mut hash = Sha256::new();
    let mut piece = vec![0; 1 << 16];
    let mut bytes = 0;
    loop {
        let read = file.read(&mut piece).map_err(|_| OpenDataError::Unreadable)?;
        if read == 0 {
            break;
        }
        hash.update(piece.get(..read).unwrap_or_default());
        bytes += super::count(read);
    }
    let sha256: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    if bytes == listed.bytes && sha256 == listed.sha256 {
        Ok(())
    } else {
        Err(OpenDataError::Altered { file: listed.file.clone() })
    }
}

/// Puts every row in, then looks at the whole.
fn fill(
    into: &Importing<'_>,
    folder: &Path,
    manifest: &Manifest,
    stamp: Option<&Stamp>,
) -> Result<Imported, Or<OpenDataError>> {
    let mut rows = 0;
    for table in TABLES {
        rows += fill_table(into, folder, table)?;
    }
    if let Some((table, line)) = into.dangling()? {
        let file = format!("{}/{table}.jsonl", super::DATA);
        return Err(Or::Other(OpenDataError::Line { file, line, fault: LineFault::Dangling }));
    }
    if !into.has_nobody()? {
        let file = format!("{}/patient.jsonl", super::DATA);
        return Err(Or::Other(OpenDataError::Line { file, line: 1, fault: LineFault::Dangling }));
    }
    let counted = into.row_counts()?;
    for (table, found) in &counted {
        let file = format!("{}/{table}.jsonl", super::DATA);
        let told = manifest.files.iter().find(|listed| listed.file == file).map(|listed| listed.rows);
        if told != Some(super::count(*found)) {
            return Err(Or::Other(OpenDataError::Altered { file }));
        }
    }
    let report = into.verify()?;
    if let Some(fault) = report.faults.first() {
        return Err(Or::Other(OpenDataError::Journal { first: fault.report().message }));
    }
    let head: String = report.head.iter().map(|byte| format!("{byte:02x}")).collect();
    if (report.entries, &head) != (manifest.journal.entries, &manifest.journal.head) {
        return Err(Or::Other(OpenDataError::Altered { file: MANIFEST.to_owned() }));
    }
    if let Some(stamp) = stamp {
        into.tell(stamp)?;
    }
    let of = |name: &str| counted.iter().find(|(table, _)| *table == name).map_or(0, |(_, found)| super::count(*found));
    Ok(Imported { v: 1, rows, documents: of("document"), journal_entries: report.entries })
}

/// The rows of one file, each after the one before by its key.
fn fill_table(into: &Importing<'_>, folder: &Path, table: &'static Table) -> Result<u64, Or<OpenDataError>> {
    let file = file_of(table);
    let refused = |line: usize, fault| Or::Other(OpenDataError::Line { file: file.clone(), line, fault });
    let unreadable = Or::Other(OpenDataError::Missing { file: file.clone() });
    let mut reader = BufReader::new(plain_file(&folder.join(&file)).ok_or(unreadable)?);
    let mut before: Option<Vec<Datum>> = None;
    let mut bytes = Vec::new();
    for line in 1.. {
        bytes.clear();
        let read = reader.by_ref().take(LINE_BYTES + 1).read_until(b'\n', &mut bytes);
        if read.map_err(|_| Or::Other(OpenDataError::Unreadable))? == 0 {
            return Ok(super::count(line - 1));
        }
        if super::count(bytes.len()) > LINE_BYTES {
            return Err(refused(line, LineFault::TooLong));
        }
        let text = std::str::from_utf8(&bytes).map_err(|_| refused(line, LineFault::NoObject))?;
        let row = lines::row(table, text).map_err(|fault| refused(line, fault))?;
        let key: Vec<Datum> = table.key_places().filter_map(|at| row.get(at).cloned()).collect();
        if before.as_ref().is_some_and(|before| *before >= key) {
            return Err(refused(line, LineFault::Order));
        }
        before = Some(key);
        into.put(table, &row).map_err(|error| match error {
            StoreError::Sqlite { .. } => refused(line, LineFault::Refused),
            error => Or::Store(error),
        })?;
    }
    // Nobody counts so far.
    Ok(0)
}
