//! Making a backup: everything into a folder whose name says that it is not finished, the copy opened and read through, the list of
//! files sealed and written, and only then the folder's own name. A cut leaves the unfinished folder and no backup. Not when, nor
//! which are kept.

use std::collections::BTreeSet;
use std::fs::{self, DirBuilder};
use std::path::{Path, PathBuf};

use liasse_domain::Instant;
use liasse_store::{Checked, Finding, Pace, StoreError};

use super::seal::Sealed;
use super::shelf::{self, Listed, Manifest, PARTIAL, REST, STORE, Stand, hex, sync_folder};
use super::{BackupError, Context, Progress};
use crate::data_dir::{DataDir, DirError, World, write_private};
use crate::keys::{self, KeyError, Keys, Part, WayState};

/// Files of the data directory that nothing else could make again, beside the store and the keys.
const FILES: [&str; 2] = ["conventions.csv", "incidents.toml"];
/// The same of folders, with what is in them. What was written out for somebody is in none of them: it is readable.
const FOLDERS: [&str; 2] = ["tables", "confiance"];
/// The same of the demonstration: cards that were taken in, and where its clock stands, which never goes back.
const DEMO_FOLDERS: [&str; 1] = ["cards"];
const DEMO_FILES: [&str; 1] = ["caisse/clock"];

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Made {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// When it was made.
    pub made_at: Instant,
    /// The bytes of all its files.
    pub bytes: u64,
    /// What was read in its copy. What the journal says against the data is no fault of the copy: the data are so.
    pub checked: Checked,
    /// Backups that were taken away, because newer ones are enough.
    pub gone: Vec<String>,
}

/// Makes a backup in the folder `into`, which must be there. `step` is told how far it is, and may stop it.
///
/// # Errors
/// [`BackupError`]; nothing of an unfinished backup stays, and the backups before it are not touched.
pub fn make(context: &Context<'_>, into: &Path, step: &mut dyn FnMut(Progress) -> Pace) -> Result<Made, BackupError> {
    check_place(context.root, into)?;
    let world = DataDir::world_of(context.root)?.ok_or(DirError::NoPractice)?;
    let name = shelf::free_name(into, context.now);
    let unfinished = into.join(format!("{name}{PARTIAL}"));
    new_folder(&unfinished)?;
    let folder = into.join(&name);
    let made = fill(context, world, &unfinished, step).and_then(|filled| {
        fs::rename(&unfinished, &folder)?;
        sync_folder(into)?;
        Ok(filled)
    });
    match made {
        Ok((manifest, checked)) => {
            let bytes = manifest.files.iter().map(|file| file.bytes).sum();
            Ok(Made { name, folder, made_at: manifest.made_at, bytes, checked, gone: Vec::new() })
        }
        Err(error) => {
            // It was made here. What cannot be taken away goes with a later rotation.
            drop(shelf::take_away(&unfinished));
            Err(error)
        }
    }
}

/// A folder that is there, and not in the data.
fn check_place(root: &Path, into: &Path) -> Result<(), BackupError> {
    if !into.is_dir() {
        return Err(BackupError::FolderGone);
    }
    if fs::canonicalize(into)?.starts_with(fs::canonicalize(root)?) { Err(BackupError::Inside) } else { Ok(()) }
}

fn new_folder(folder: &Path) -> std::io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(false);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn fill(
    context: &Context<'_>,
    world: World,
    folder: &Path,
    step: &mut dyn FnMut(Progress) -> Pace,
) -> Result<(Manifest, Checked), BackupError> {
    let (key, copy) = (context.key.data_key()?, folder.join(STORE));
    let before = match world {
        World::Demo => None,
        World::Real => Some(Keys::read(context.root)?.name()),
    };
    let mut pages = |done, total| step(Progress::Copied { done, total });
    liasse_store::backup(context.store, &key, &copy, &mut pages).map_err(BackupError::on_medium)?;
    let name = match world {
        World::Demo => None,
        World::Real => Some(copy_keys(context.root, folder)?),
    };
    if name != before {
        // The practice was closed meanwhile and its key changed: these keys would not open this copy.
        return Err(StoreError::Replaced.into());
    }
    let mut paths = vec![STORE.to_owned()];
    paths.extend(name.as_ref().map(|_| keys::FILE.to_owned()));
    for path in rest(context.root, world)? {
        let inside = format!("{REST}/{path}");
        shelf::copied(&context.root.join(&path), &folder.join(&inside))?;
        paths.push(inside);
    }
    if step(Progress::Checking) == Pace::Stop {
        return Err(BackupError::Stopped);
    }
    let checked = liasse_store::check_copy(&copy, &key)?;
    if let Some(damage) = checked.findings.iter().find(|finding| Finding::is_damage(finding)) {
        return Err(BackupError::Unsound(damage.clone()));
    }
    let files = paths.iter().map(|path| shelf::listed(folder, path)).collect::<std::io::Result<Vec<Listed>>>()?;
    let journal =
        Stand { first: checked.first.map(|hash| hex(&hash)), seq: checked.journal_seq, head: hex(&checked.head) };
    let manifest = Manifest {
        v: Manifest::VERSION,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        world,
        schema: checked.schema,
        made_at: context.now,
        key: name,
        journal,
        files,
        sealed: Sealed::default(),
    };
    manifest.write(folder, &key)?;
    sync_folders(folder, &paths)?;
    Ok((manifest, checked))
}

/// The file of keys without the keyring of this computer, and the name of its data key.
fn copy_keys(root: &Path, folder: &Path) -> Result<String, BackupError> {
    let keys = Keys::read(root)?;
    if keys.rekey_was_cut() {
        // Its wraps may not be those of the key that the copy is under.
        return Err(KeyError::RekeyCut.into());
    }
    let ways = keys.ways();
    if ways.passphrase != WayState::Whole && ways.recovery != WayState::Whole {
        // Nobody could open it, and it would take the place of one that opens.
        return Err(KeyError::Damaged { which: Part::Passphrase, ways }.into());
    }
    write_private(&folder.join(keys::FILE), keys.for_backup().as_bytes())?;
    Ok(keys.name())
}

/// Where in a data directory they lie: files, and folders with what is in them. Not the clock of a demonstration, which may be its
/// caisse's.
pub(super) fn places() -> impl Iterator<Item = &'static str> {
    FILES.into_iter().chain(FOLDERS).chain(DEMO_FOLDERS)
}

/// Whether a file of that path, from the data directory on, is one of those that a backup holds beside the store and the keys.
pub(super) fn belongs(path: &str, world: World) -> bool {
    let demo = world == World::Demo;
    let in_one = |folders: &[&str]| path.split_once('/').is_some_and(|(folder, _)| folders.contains(&folder));
    FILES.contains(&path) || in_one(&FOLDERS) || (demo && (DEMO_FILES.contains(&path) || in_one(&DEMO_FOLDERS)))
}

/// The other files, from the data directory on, with slashes.
fn rest(root: &Path, world: World) -> std::io::Result<Vec<String>> {
    let demo = |files: &'static [&'static str]| if world == World::Demo { files } else { &[] };
    let mut found = Vec::new();
    for file in FILES.iter().chain(demo(&DEMO_FILES)) {
        if fs::symlink_metadata(root.join(file)).is_ok_and(|found| found.is_file()) {
            found.push((*file).to_owned());
        }
    }
    for folder in FOLDERS.iter().chain(demo(&DEMO_FOLDERS)) {
        under(root, folder, &mut found)?;
    }
    found.sort();
    Ok(found)
}

/// The files under a folder; links are not followed.
fn under(root: &Path, folder: &str, found: &mut Vec<String>) -> std::io::Result<()> {
    let entries = match fs::read_dir(root.join(folder)) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name().into_string().map_err(|_| std::io::ErrorKind::InvalidFilename)?;
        let (path, kind) = (format!("{folder}/{name}"), entry.file_type()?);
        if kind.is_dir() {
            under(root, &path, found)?;
        } else if kind.is_file() {
            found.push(path);
        }
    }
    Ok(())
}

/// Has the names of all files on the disk.
fn sync_folders(folder: &Path, paths: &[String]) -> std::io::Result<()> {
    let mut folders = BTreeSet::new();
    for path in paths {
        let file = folder.join(path);
        folders.extend(file.ancestors().skip(1).take_while(|above| above.starts_with(folder)).map(Path::to_owned));
    }
    folders.iter().try_for_each(|folder| sync_folder(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_out_for_somebody_and_what_makes_a_directory_is_in_no_backup() {
        for (path, demo, real) in [
            ("tables/ngap.csv", true, true),
            ("confiance/caisses/01-751.pem", true, true),
            ("conventions.csv", true, true),
            ("incidents.toml", true, true),
            ("cards/carte.toml", true, false),
            ("caisse/clock", true, false),
            ("caisse/memory", false, false),
            ("export/documents.csv", false, false),
            ("remplacements/releve.pdf", false, false),
            ("liasse.db", false, false),
            ("cles.toml", false, false),
            ("world.toml", false, false),
            ("lock", false, false),
            ("tables", false, false),
        ] {
            assert_eq!((belongs(path, World::Demo), belongs(path, World::Real)), (demo, real), "{path}");
        }
    }
}
