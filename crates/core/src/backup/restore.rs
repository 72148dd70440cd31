//! A backup put back: onto a fresh machine, under the secret of its own file of keys, into a folder where nothing is. The directory
//! is declared last: one whose restore was cut is none, and the restore begins again. The backup is only read.
//! Rule: issue "Data that survives, and stays private", 4; reference telecom-reliability 4.4 (recovery code).

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use liasse_domain::Instant;
use liasse_store::{Condition, CopyTold, Finding, JournalFault, KNOWN_SCHEMA, Pace, Store};
use zeroize::Zeroizing;

use super::make::{belongs, places};
use super::shelf::{self, Kept, Listed, MANIFEST, Manifest, REST, STORE, sync_folder};
use super::{BackupError, Progress};
use crate::access::{self, Deed};
use crate::aside;
use crate::data_dir::{EXPORT, RESTORING, World, create_private, take_lock, write_private};
use crate::desk::system_stamp;
use crate::error::CoreError;
use crate::keys::{self, Keys, Way};
use crate::ports::KeySource;

/// What may lie where data are restored: the lock, what was set aside, lists that were written out, and the simulated caisse's own
/// memory, which is not the practice's.
const BESIDE: [&str; 4] = ["lock", EXPORT, "caisse", RESTORING];

/// Where a backup holds whom the practice trusts.
const TRUST: &str = "reste/confiance/";

/// What opens a backup.
#[derive(Clone, Copy)]
pub enum Unlock<'a> {
    /// The declared key of the demonstration.
    Demo(&'a dyn KeySource),
    /// The passphrase or the recovery code of the practice, as they were when the backup was made.
    Secret(Way<'a>),
}

/// What was restored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// The name of the backup's folder.
    pub name: String,
    /// The world of its data.
    pub world: World,
    /// When it was made: what was written after is not in it.
    pub made_at: Instant,
    /// The last entry of its journal.
    pub journal_seq: u64,
    /// Its schema, where it was an older one that was brought to this program's.
    pub older: Option<i64>,
    /// What the journal says against the data; it said so when the backup was made.
    pub faults: Vec<JournalFault>,
    /// Files beside the store and its keys that are not restored, because they do not read any more or are not those that were
    /// written: where they would lie in the data directory.
    pub left_out: Vec<String>,
    /// Whether the list of files was as it was sealed. Where it was not, the store and its keys are restored, which prove themselves, and
    /// nothing else that the list names.
    pub sealed: bool,
}

/// A backup whose copy opens by what was given for it. Nothing was written so far.
pub struct Proved {
    /// Its list: as it was sealed under that key, or the store and the keys alone, listed anew.
    backup: Kept,
    key: Zeroizing<[u8; 32]>,
    sealed: bool,
    /// What another list named beside these.
    left_out: Vec<String>,
}

/// Looks whether the backup in the folder `from` (or the newest of those that lie in it) can be restored by what was given. Asked
/// before anything is moved out of the way of it.
///
/// # Errors
/// [`BackupError`]; nothing was touched.
pub fn prove(from: &Path, unlock: Unlock<'_>) -> Result<Proved, BackupError> {
    let mut backup = the_backup(from)?;
    // Anybody's word so far: all that it decides is by which words the backup is refused.
    let as_listed = backup.manifest.verify_required(&backup.folder);
    let key = match key_of(&backup, unlock) {
        Ok(key) => key,
        Err(error) => return Err(as_listed.err().unwrap_or(error)),
    };
    let (sealed, mut left_out) = (backup.manifest.is_sealed_by(&key), Vec::new());
    if sealed {
        as_listed?;
    } else if backup.folder != from {
        // Its own word made it the newest of several: it is restored for whoever names it, and for nobody else.
        return Err(BackupError::ListChanged);
    } else {
        // A byte that the medium spoiled in the list takes nobody's data away: the cipher proved the store page by page, a secret its
        // keys. All else was only the list's word.
        left_out = backup.without_its_list()?;
    }
    // A secret that opens the copy was given for it. What the keyring gives by itself is nobody's word.
    let given = !matches!(unlock, Unlock::Secret(Way::Keyring(_)));
    access::check(Deed::Restore, None, given).map_err(CoreError::from)?;
    Ok(Proved { backup, key, sealed, left_out })
}

/// Restores the backup in the folder `from` (or the newest of those that lie in it) into the data directory `root`, where nothing
/// may be. `now` stands in the journal of a practice; that of a demonstration bears the time of its own clock.
///
/// # Errors
/// [`BackupError`]; `root` is no data directory then, and the same call can be made again.
pub fn restore(
    from: &Path,
    root: &Path,
    unlock: Unlock<'_>,
    now: Instant,
    step: &mut dyn FnMut(Progress) -> Pace,
) -> Result<Restored, BackupError> {
    prove(from, unlock)?.restore(root, now, step)
}

impl Proved {
    /// Whether its list is as it was sealed: else the store and its keys are restored alone.
    pub fn is_sealed(&self) -> bool {
        self.sealed
    }

    /// Sets what lies in `root` aside, then restores there; gives where it lies now, too.
    ///
    /// # Errors
    /// [`BackupError`]; what was set aside stays there, and the restore can be made again.
    pub fn restore_over(
        &self,
        root: &Path,
        now: Instant,
        step: &mut dyn FnMut(Progress) -> Pace,
    ) -> Result<(PathBuf, Restored), BackupError> {
        if root.is_dir() && fs::canonicalize(&self.backup.folder)?.starts_with(fs::canonicalize(root)?) {
            return Err(BackupError::WithinTarget);
        }
        let moved = aside::set_aside(root, now)?;
        Ok((moved, self.restore(root, now, step)?))
    }

    /// Restores into `root`, where nothing may be: as [`restore`].
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn restore(
        &self,
        root: &Path,
        now: Instant,
        step: &mut dyn FnMut(Progress) -> Pace,
    ) -> Result<Restored, BackupError> {
        let Self { backup, key, sealed, left_out } = self;
        let manifest = &backup.manifest;
        // A demonstration's clock is its own: it stands where the backup was made, and the journal must not stand after it.
        let now = if manifest.world == World::Demo { manifest.made_at } else { now };
        check_empty(root)?;
        create_private(root)?;
        let _lock = take_lock(root)?;
        // Once more behind the lock: another program may have made something here.
        check_empty(root)?;
        write_private(&root.join(RESTORING), backup.name.as_bytes())?;
        sync_folder(root)?;
        let mut left_out = left_out.clone();
        left_out.extend(copy_files(backup, root)?);
        if step(Progress::Checking) == Pace::Stop {
            return Err(BackupError::Stopped);
        }
        let Read { seq, last, faults } = open_and_check(backup, *sealed, root, key, now)?;
        declare(root, manifest.world)?;
        Ok(Restored {
            name: backup.name.clone(),
            world: manifest.world,
            // What is not in it is told by its journal, where the list is nobody's word.
            made_at: last.filter(|_| !*sealed).unwrap_or(manifest.made_at),
            journal_seq: seq,
            older: (manifest.schema < KNOWN_SCHEMA).then_some(manifest.schema),
            faults,
            left_out,
            sealed: *sealed,
        })
    }
}

/// What the journal of a restored store said before anything was told in it.
struct Read {
    seq: u64,
    last: Option<Instant>,
    faults: Vec<JournalFault>,
}

impl Kept {
    /// Lists the store and its keys anew; gives the places of what else the list named.
    fn without_its_list(&mut self) -> Result<Vec<String>, BackupError> {
        let world = self.manifest.world;
        let mut others = std::mem::take(&mut self.manifest.files);
        others.retain(|file| !file.is_required());
        let keys = (world == World::Real).then_some(keys::FILE);
        for path in [STORE].into_iter().chain(keys) {
            self.manifest.files.push(shelf::listed(&self.folder, path)?);
        }
        Ok(others.iter().filter_map(|file| place_of(&file.path, world)).map(str::to_owned).collect())
    }
}

/// The backup that a folder is, or the newest of those that lie in it: of one practice. Their lists, which no key was held against,
/// choose between them and no more.
fn the_backup(from: &Path) -> Result<Kept, BackupError> {
    match Manifest::read(from) {
        Ok(manifest) => {
            let name = from.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            return Ok(Kept { name, folder: from.to_owned(), manifest });
        }
        Err(BackupError::NotABackup) if from.is_dir() => {}
        Err(error) => return Err(error),
    }
    let found = shelf::list(from, None)?;
    let newest = found.first().ok_or(BackupError::NotABackup)?;
    if found.iter().any(|other| other.manifest.journal.first != newest.manifest.journal.first) {
        return Err(BackupError::SeveralPractices);
    }
    Ok(newest.clone())
}

/// The key of the backup's copy, proved on it.
fn key_of(backup: &Kept, unlock: Unlock<'_>) -> Result<Zeroizing<[u8; 32]>, BackupError> {
    let keys = match (backup.manifest.world, unlock) {
        (World::Demo, Unlock::Demo(declared)) => vec![declared.data_key()?],
        (World::Demo, Unlock::Secret(_)) => return Err(BackupError::NoSecret),
        (World::Real, Unlock::Demo(_)) => return Err(BackupError::SecretNeeded),
        (World::Real, Unlock::Secret(way)) => {
            let opened = Keys::read(&backup.folder)?.unlock(way)?;
            opened.iter().map(KeySource::data_key).collect::<Result<_, _>>()?
        }
    };
    let copy = backup.folder.join(STORE);
    let mut worst = BackupError::ForeignCopy;
    for key in keys {
        match liasse_store::examine(&copy, &key)? {
            Condition::Ours(findings) => match findings.into_iter().find(Finding::is_damage) {
                None => return Ok(key),
                Some(damage) => worst = BackupError::Unsound(damage),
            },
            Condition::Absent | Condition::Empty | Condition::Plain | Condition::Foreign => {}
        }
    }
    Err(worst)
}

/// Whether data can be restored here: nothing is there, or what a restore left that was cut.
fn check_empty(root: &Path) -> Result<(), BackupError> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotADirectory => return Err(BackupError::NotEmpty),
        Err(error) => return Err(error.into()),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.push(entry?.file_name().to_string_lossy().into_owned());
    }
    let was_cut = names.iter().any(|name| name == RESTORING) && !names.iter().any(|name| name == "world.toml");
    let beside = |name: &String| BESIDE.contains(&name.as_str()) || name.starts_with(aside::PREFIX);
    if was_cut || names.iter().all(beside) { Ok(()) } else { Err(BackupError::NotEmpty) }
}

/// Every file to its place, each compared with the list as it passes. Gives the places of those that do not read or are others: not
/// the store and its keys, without which nothing is restored.
fn copy_files(backup: &Kept, root: &Path) -> Result<Vec<String>, BackupError> {
    clear(root)?;
    let mut left_out = Vec::new();
    // An authority without its list of revoked certificates would be trusted by halves.
    let is_trust = |file: &Listed| file.path.starts_with(TRUST);
    let files = &backup.manifest.files;
    let halves = files.iter().any(|file| is_trust(file) && file.check(&backup.folder).is_err());
    for file in files {
        let Some(place) = place_of(&file.path, backup.manifest.world) else { continue };
        if !file.is_required() && ((halves && is_trust(file)) || file.check(&backup.folder).is_err()) {
            if !backup.folder.join(MANIFEST).is_file() {
                // Not that file: the medium was taken out.
                return Err(BackupError::FolderGone);
            }
            left_out.push(place.to_owned());
            continue;
        }
        let to = root.join(place);
        let from = backup.folder.join(&file.path);
        // The clock of a demonstration that has its caisse beside it is that caisse's, unless it stands before the backup: then the
        // journal would stand after the clock, and nothing could be signed.
        if place.starts_with("caisse/") && to.exists() && offset(&from) <= offset(&to) {
            continue;
        }
        let (bytes, sha256) = shelf::copied(&from, &to)?;
        if bytes != file.bytes || sha256 != file.sha256 {
            return Err(BackupError::Altered { file: file.path.clone() });
        }
        // Each folder on the way: the name of a new one survives a power cut only when the one that it lies in is synced too.
        to.ancestors().skip(1).take_while(|above| above.starts_with(root)).try_for_each(sync_folder)?;
    }
    Ok(left_out)
}

/// Takes away what an earlier try left, of another backup perhaps: a log beside the store would be read as its own, an authority as
/// one that this backup trusts. Where nothing was tried none of it is there.
fn clear(root: &Path) -> std::io::Result<()> {
    for left in ["liasse.db-wal", "liasse.db-shm", "liasse.db-journal"].into_iter().chain(places()) {
        let path = root.join(left);
        let cleared = match fs::symlink_metadata(&path) {
            Ok(found) if found.is_dir() => fs::remove_dir_all(&path),
            Ok(_) => fs::remove_file(&path),
            Err(error) => Err(error),
        };
        match cleared {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// By how much the clock of a demonstration stands before or after the computer's, as its file says; none where it says nothing.
fn offset(clock: &Path) -> Option<i64> {
    fs::read_to_string(clock).ok()?.trim().parse().ok()
}

/// Where a file of a backup belongs in a data directory; `None` for one that this program does not know, and for keys of no use.
fn place_of(path: &str, world: World) -> Option<&str> {
    match path.strip_prefix(REST).and_then(|rest| rest.strip_prefix('/')) {
        // Nothing else: no list makes a directory before it is whole, or puts another store in its place.
        Some(rest) => belongs(rest, world).then_some(rest),
        None if path == STORE => Some(path),
        None if path == keys::FILE && world == World::Real => Some(path),
        None => None,
    }
}

/// Opens the restored store, which brings an older one to this program's schema, compares its journal with a list that
/// is sealed, reads it through, and tells in it that it was restored.
fn open_and_check(backup: &Kept, sealed: bool, root: &Path, key: &[u8; 32], now: Instant) -> Result<Read, BackupError> {
    let mut store = Store::open(&root.join(STORE), key)?;
    let stand = &backup.manifest.journal;
    let (seq, head) = store.journal_head()?;
    if sealed && (seq, shelf::hex(&head)) != (stand.seq, stand.head.clone()) {
        return Err(BackupError::Altered { file: STORE.to_owned() });
    }
    let (faults, last) = (store.journal_verify()?.faults, store.journal_last_at()?);
    let told = CopyTold { name: Some(backup.name.clone()), head: Some((seq, head)), code: None };
    store.tell_restored(&system_stamp(now), &told)?;
    Ok(Read { seq, last, faults })
}

/// Says which world the directory belongs to: from here on it is one.
fn declare(root: &Path, world: World) -> Result<(), BackupError> {
    let word = match world {
        World::Demo => "demo",
        World::Real => "real",
    };
    let fresh = root.join("world.toml.new");
    write_private(&fresh, format!("v = 1\nworld = \"{word}\"\n").as_bytes())?;
    fs::rename(&fresh, root.join("world.toml"))?;
    sync_folder(root)?;
    // It says nothing any more; where it stays, the next opening takes it away.
    drop(fs::remove_file(root.join(RESTORING)));
    Ok(())
}
