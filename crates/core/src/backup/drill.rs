//! The drill: the last backup is opened as a restore would open it, read from its first page to its last, and compared with the data
//! as they were when it was made. It restores nothing and writes nothing. Rule: issue "Data that survives, and stays private", 4.

use std::path::Path;

use liasse_store::{Checked, Difference, StoreError};

use super::shelf::{self, Kept, STORE};
use super::{BackupError, Context};
use crate::data_dir::World;
use crate::keys::Keys;

/// What a drill found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drilled {
    /// The backup.
    pub backup: Kept,
    /// What was read in its copy.
    pub checked: Checked,
    /// In what it is not what the data were; nothing where it could be restored.
    pub differences: Vec<Difference>,
}

impl Drilled {
    /// Why the backup could not be relied on; `None` for one that can. What the journal says against the data it said already when
    /// the backup was made: the data are so, and the doctor's and `verify`'s to tell.
    pub fn fault(&self) -> Option<BackupError> {
        let damage = self.checked.findings.iter().find(|finding| finding.is_damage()).cloned();
        let differs = || self.differences.first().cloned().map(BackupError::Differs);
        damage.map(BackupError::Unsound).or_else(differs)
    }
}

/// Plays the drill with the newest of the practice's backups in the folder `into`, or with that one when `into` is one.
///
/// # Errors
/// [`BackupError`] where there is none, a file or the list of it is missing or altered, or its copy does not open. A copy that opens
/// and is not what it should be is no error: [`Drilled::fault`].
pub fn drill(context: &Context<'_>, into: &Path) -> Result<Drilled, BackupError> {
    let key = context.key.data_key()?;
    let backup = chosen(context, &key, into)?;
    backup.manifest.verify(&backup.folder)?;
    check_key(context, &backup)?;
    backup.manifest.check_seal(&key)?;
    let copy = backup.folder.join(STORE);
    let checked = match liasse_store::check_copy(&copy, &key) {
        Ok(checked) => checked,
        Err(StoreError::KeyOrDamage) => return Err(why(&copy, &key)),
        Err(error) => return Err(error.into()),
    };
    let sound = !checked.is_damaged();
    let live = (context.store, &*key);
    let differences = if sound { liasse_store::compare((&copy, &key), live)? } else { Vec::new() };
    Ok(Drilled { backup, checked, differences })
}

/// The backup that is meant.
fn chosen(context: &Context<'_>, key: &[u8; 32], into: &Path) -> Result<Kept, BackupError> {
    if !into.is_dir() {
        return Err(BackupError::FolderGone);
    }
    match shelf::Manifest::read(into) {
        Ok(manifest) => {
            let name = into.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return Ok(Kept { name, folder: into.to_owned(), manifest });
        }
        Err(BackupError::NotABackup) => {}
        Err(error) => return Err(error),
    }
    let first = liasse_store::first_entry(context.store, key)?.ok_or(BackupError::None)?;
    shelf::list(into, Some(&shelf::hex(&first)))?.into_iter().next().ok_or(BackupError::None)
}

/// Whether the copy was made under the key that the data have now.
fn check_key(context: &Context<'_>, backup: &Kept) -> Result<(), BackupError> {
    if backup.manifest.world == World::Demo {
        return Ok(());
    }
    let (kept, now) = (Keys::read(&backup.folder)?, Keys::read(context.root)?);
    if kept.name() == now.name() { Ok(()) } else { Err(BackupError::FormerKey) }
}

/// Why a copy does not open under the key that its list names.
fn why(copy: &Path, key: &[u8; 32]) -> BackupError {
    match liasse_store::examine(copy, key) {
        Ok(liasse_store::Condition::Ours(findings)) => {
            findings.into_iter().next().map_or(BackupError::ForeignCopy, BackupError::Unsound)
        }
        Ok(_) => BackupError::ForeignCopy,
        Err(error) => error.into(),
    }
}
