//! Whether the data read, and what becomes of those that do not: what their file is, and a directory set aside, moved into a folder
//! beside and never deleted, so that a backup can be restored in its place (offered, never done by itself); or, of a practice whose
//! making was cut before anything was recorded, so that it is made again. Rule: rust-anchors A.7 (a wrong key looks like damage).

use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use liasse_domain::{Code, Coded, Instant, clock};
use liasse_store::{Checked, Condition};

use crate::access::Deed;
use crate::backup::BackupError;
use crate::data_dir::{
    DataDir, DirError, EXPORT, RESTORING, World, create_private, sync_folder, take_lock, write_private,
};
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::ports::KeySource;
use crate::workstation::Workstation;

/// How the name of such a folder begins.
pub const PREFIX: &str = "mis-de-cote-";
/// What stays: the lock, lists that were written out, and the simulated caisse's own memory.
const STAYS: [&str; 3] = ["lock", EXPORT, "caisse"];
/// What makes a directory one, and so goes first.
const DECLARATION: &str = "world.toml";
/// What says that a practice is being made here. It stands before anything else, and goes once the practice is open.
const CREATION: &str = "creation.partiel";
/// What stands in it, for who finds it.
const CREATION_SAYS: &str = "La création de ce cabinet n'est pas finie : rien n'y est encore enregistré.\n";
/// What a practice that was being made may have left beside that and its declaration.
const OF_A_CREATION: [&str; 6] =
    ["cles.toml", "cles.toml.new", "liasse.db", "liasse.db-wal", "liasse.db-shm", "liasse.db-journal"];

/// Why nothing, or not everything, was set aside.
#[derive(Debug, thiserror::Error)]
pub enum AsideError {
    /// The directory.
    #[error(transparent)]
    Directory(#[from] DirError),
    /// There is nothing to set aside.
    #[error("nothing to set aside")]
    Nothing,
}

impl Coded for AsideError {
    fn code(&self) -> Code {
        match self {
            Self::Directory(error) => error.code(),
            Self::Nothing => Code("sauvegarde.rien_a_mettre_de_cote"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Directory(error) => error.parameters(),
            Self::Nothing => Vec::new(),
        }
    }
}

impl From<std::io::Error> for AsideError {
    fn from(error: std::io::Error) -> Self {
        Self::Directory(error.into())
    }
}

/// Moves what a data directory holds into a new folder in it, `mis-de-cote-AAAA-MM-JJ-HHMMSS`, and gives that folder. From the first
/// move on there is no data directory any more, and a cut leaves every file in one of the two places.
///
/// # Errors
/// [`DirError::Locked`] while a program has it; [`AsideError::Nothing`].
pub fn set_aside(root: &Path, now: Instant) -> Result<PathBuf, AsideError> {
    if !root.is_dir() {
        return Err(AsideError::Nothing);
    }
    let _lock = take_lock(root)?;
    let mut names = Vec::new();
    for entry in fs::read_dir(root)? {
        let name = entry?.file_name();
        let stays = name.to_str().is_some_and(|name| STAYS.contains(&name) || name.starts_with(PREFIX));
        if !stays {
            names.push(name);
        }
    }
    if names.is_empty() {
        return Err(AsideError::Nothing);
    }
    names.sort_by_key(|name| turn(name));
    Ok(moved(root, &names, now)?)
}

/// When a file is moved: the declaration before all that it declares. Before that what a restore may have left: beside data that are
/// not declared any more it would say that they are its own, and the next restore would write over them.
fn turn(name: &OsStr) -> (bool, bool, OsString) {
    (name != RESTORING, name != DECLARATION, name.to_owned())
}

/// Moves these files of a directory into such a folder. The caller has its lock.
fn moved(root: &Path, names: &[OsString], now: Instant) -> std::io::Result<PathBuf> {
    let usual = format!("{PREFIX}{}", clock::paris(now).format("%Y-%m-%d-%H%M%S"));
    let others = (2_u32..).map(|number| format!("{usual}-{number}"));
    // Never one that is there: a file that has the same name in it would be written over.
    let mut folders = std::iter::once(usual.clone()).chain(others).map(|name| root.join(name));
    let free = folders.find(|folder| folder.symlink_metadata().is_err());
    let aside = free.unwrap_or_else(|| root.join(&usual));
    create_private(&aside)?;
    for name in names {
        fs::rename(root.join(name), aside.join(name))?;
    }
    [aside.as_path(), root].into_iter().try_for_each(sync_folder)?;
    Ok(aside)
}

/// Whether a practice is being made here, or making it was cut: nothing is recorded in it.
pub fn is_being_made(root: &Path) -> bool {
    root.join(CREATION).symlink_metadata().is_ok() && !matches!(DataDir::world_of(root), Ok(Some(World::Demo)))
}

/// Refuses a directory where making a practice was cut.
///
/// # Errors
/// [`DirError::CreationCut`]; [`DirError::Locked`] while another program is making it.
pub fn check_made(root: &Path) -> Result<(), DirError> {
    if !is_being_made(root) {
        return Ok(());
    }
    drop(take_lock(root)?);
    Err(DirError::CreationCut)
}

/// Says that a practice is being made here. The caller has the lock.
pub(crate) fn begin_making(root: &Path) -> std::io::Result<()> {
    write_private(&root.join(CREATION), CREATION_SAYS.as_bytes())?;
    sync_folder(root)
}

/// Moves what a practice that was being made left into such a folder, and gives it; nothing where it left nothing. The caller has the
/// lock, and has looked that it was being made.
pub(crate) fn set_aside_unfinished(root: &Path, now: Instant) -> std::io::Result<Option<PathBuf>> {
    let left = OF_A_CREATION.into_iter().filter(|name| root.join(name).symlink_metadata().is_ok());
    let names: Vec<OsString> = left.map(OsString::from).collect();
    if names.is_empty() { Ok(None) } else { moved(root, &names, now).map(Some) }
}

/// Says that a practice is made to its end: from here on it is one.
pub(crate) fn made(root: &Path) -> std::io::Result<()> {
    fs::remove_file(root.join(CREATION))?;
    // What came back after a power cut would have it made again, with data in it.
    sync_folder(root)
}

/// What the file of the data is that did not open, or did not read: damaged, another's, or gone. Nobody else may have it open.
///
/// # Errors
/// What the system says of it.
pub fn condition(store: &Path, keys: &[&dyn KeySource]) -> Result<Condition, BackupError> {
    let mut found = Condition::Foreign;
    for key in keys {
        let key = key.data_key()?;
        found = liasse_store::examine_place(store, &key)?;
        if found != Condition::Foreign {
            break;
        }
    }
    Ok(found)
}

impl Workstation {
    /// Reads the whole store once: each page by the cipher, their structure, references, the journal and the rows that it tells of.
    /// Takes as long as the store is large.
    ///
    /// # Errors
    /// [`crate::access::Refused`], and what the disk says. What is not as it was written is in the answer.
    pub fn verify(&self, who: Option<&SignedIn>) -> Result<Checked, CoreError> {
        self.allow(Deed::VerifyJournal, who)?;
        Ok(self.store.verify_whole()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Instant {
        "2026-01-15T12:00:07Z".parse().expect("a moment")
    }

    #[test]
    fn everything_of_a_directory_is_moved_and_nothing_is_lost() {
        let root = std::env::temp_dir().join(format!("liasse-aside-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        create_private(&root).expect("a folder");
        for (name, text) in
            [("world.toml", "v = 1"), ("liasse.db", "damaged"), ("liasse.db-wal", "its log"), ("lock", "")]
        {
            fs::write(root.join(name), text).expect("written");
        }
        fs::create_dir_all(root.join("caisse")).expect("a folder");
        let lock = take_lock(&root).expect("free");
        assert!(matches!(set_aside(&root, now()), Err(AsideError::Directory(DirError::Locked))), "a program has it");
        assert!(root.join("liasse.db").exists());
        drop(lock);
        let aside = set_aside(&root, now()).expect("set aside");
        assert_eq!(aside, root.join("mis-de-cote-2026-01-15-130007"));
        let mut left: Vec<_> = fs::read_dir(&root).expect("read").map(|one| one.expect("one").file_name()).collect();
        left.sort();
        assert_eq!(left, ["caisse", "lock", "mis-de-cote-2026-01-15-130007"]);
        for (name, text) in [("world.toml", "v = 1"), ("liasse.db", "damaged"), ("liasse.db-wal", "its log")] {
            assert_eq!(fs::read_to_string(aside.join(name)).expect("moved"), text);
        }
        assert!(matches!(set_aside(&root, now()), Err(AsideError::Nothing)), "what was set aside stays where it is");
        fs::remove_dir_all(&root).expect("removed");
        assert!(matches!(set_aside(&root, now()), Err(AsideError::Nothing)));
    }

    #[test]
    fn whatever_moment_a_move_is_cut_at_no_restore_takes_what_is_left_for_its_own() {
        let mut names = ["cles.toml", "liasse.db", "restauration.partiel", "tables", "world.toml"].map(OsString::from);
        names.sort_by_key(|name| turn(name));
        assert_eq!(names, ["restauration.partiel", "world.toml", "cles.toml", "liasse.db", "tables"]);
    }

    #[test]
    fn what_a_cut_creation_left_is_moved_and_never_over_another() {
        let root = std::env::temp_dir().join(format!("liasse-unfinished-{}", std::process::id()));
        drop(fs::remove_dir_all(&root));
        create_private(&root).expect("a folder");
        assert_eq!(set_aside_unfinished(&root, now()).expect("nothing"), None);
        begin_making(&root).expect("begun");
        fs::write(root.join("world.toml"), "v = 1\nworld = \"real\"\n").expect("written");
        // Twice within one second.
        let mut folders = Vec::new();
        for text in ["the first", "the second"] {
            for name in ["cles.toml", "liasse.db", "liasse.db-wal"] {
                fs::write(root.join(name), text).expect("written");
            }
            let aside = set_aside_unfinished(&root, now()).expect("moved").expect("a folder");
            for name in ["cles.toml", "liasse.db", "liasse.db-wal"] {
                assert!(!root.join(name).exists());
                assert_eq!(fs::read_to_string(aside.join(name)).expect("moved"), text);
            }
            folders.push(aside);
        }
        assert_ne!(folders[0], folders[1]);
        assert_eq!(fs::read_to_string(folders[0].join("cles.toml")).expect("still there"), "the first");
        assert!(is_being_made(&root) && root.join("world.toml").exists());
        assert!(matches!(check_made(&root), Err(DirError::CreationCut)));
        made(&root).expect("made");
        assert!(!is_being_made(&root));
        check_made(&root).expect("nothing is being made");
        fs::remove_dir_all(&root).expect("removed");
    }

    #[test]
    fn every_error_has_its_sentences() {
        for error in [AsideError::Nothing, AsideError::Directory(DirError::Locked)] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
        }
    }
}
