//! An open export of a demonstration taken into a folder where nothing is yet: a demonstration again, its clock where that one's was.
//! What is refused leaves the folder as it was. Not the rows and their rules (`liasse_core::opendata`).

use std::fs;
use std::path::Path;

use liasse_core::data_dir::{DataDir, World};
use liasse_core::desk::system_stamp;
use liasse_core::opendata::{Imported, OpenDataError, import_into, tell_imported};
use liasse_core::ports::KeySource;
use liasse_core::{CoreError, open_store};
use liasse_domain::Clock;

use crate::clock::DemoClock;
use crate::office::{DemoKey, OpenError};

/// Takes the export in `folder` into `root`, which is not there yet, or empty.
///
/// # Errors
/// [`OpenDataError::FolderTaken`] when something is there; what is said of an export that is refused.
pub fn import(root: &Path, folder: &Path) -> Result<Imported, OpenError> {
    let was_there = root.exists();
    if was_there && !fs::read_dir(root).is_ok_and(|mut entries| entries.next().is_none()) {
        return Err(CoreError::from(OpenDataError::FolderTaken).into());
    }
    let imported = fill(root, folder);
    if imported.is_err() {
        clear(root, was_there);
    }
    imported
}

fn fill(root: &Path, folder: &Path) -> Result<Imported, OpenError> {
    let directory = DataDir::open_demo(root).map_err(CoreError::from)?;
    let key = DemoKey.data_key().map_err(CoreError::from)?;
    let mut store = open_store(&directory.store(), &key)?;
    let imported = import_into(&mut store, folder, World::Demo, None)?;
    let clock = DemoClock::open(&directory.caisse())?;
    // Its people go on from where they were: nothing is signed while the clock stands before the journal.
    let last = store.journal_last_at().map_err(CoreError::from)?;
    if let Some(last) = last.filter(|last| *last > clock.now()) {
        clock.move_to(last)?;
    }
    tell_imported(&mut store, &system_stamp(clock.now()))?;
    Ok(imported)
}

/// Takes away what was made: all of it is, the folder was empty or is ours.
fn clear(root: &Path, was_there: bool) {
    if !was_there {
        drop(fs::remove_dir_all(root));
        return;
    }
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let path = entry.path();
        drop(if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) });
    }
}
