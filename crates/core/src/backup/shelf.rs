//! The folder where backups lie: the name of each, the list of its files that it holds, and which of them are this practice's.
//! Not how one is made (`make`) nor which are kept (`rotation`). The list holds no name, no amount and no number of a patient; read
//! without the key it is anybody's word (`seal`).

use std::fs::{self, File};
use std::io::{Read, Write};
use std::path::{Component, Path, PathBuf};

use chrono::NaiveDateTime;
use liasse_domain::{Instant, clock};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::BackupError;
use super::seal::Sealed;
use crate::data_dir::{World, create_private, write_private};

/// The copy of the store in a backup.
pub(super) const STORE: &str = "liasse.db";
/// The list of its files.
pub(super) const MANIFEST: &str = "manifeste.json";
/// The other files of the data directory.
pub(super) const REST: &str = "reste";
/// How the name of a folder ends that is not finished.
pub(super) const PARTIAL: &str = ".partiel";
/// The form of the list.
const VERSION: u32 = 1;
/// A list is not longer; nor is anything else that calls itself so.
const LONGEST: u64 = 4 << 20;
/// How the name of a backup begins, and the length of the moment that follows.
const PREFIX: &str = "liasse-";
const MOMENT: &str = "%Y-%m-%d-%H%M";
const MOMENT_LETTERS: usize = 15;
/// So many may be made in one minute.
const IN_A_MINUTE: u32 = 99;

/// The list of files of a backup, and what it is a backup of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Version of this shape.
    pub v: u32,
    /// The program that made it.
    pub program: String,
    /// The world that its data belong to.
    pub world: World,
    /// The schema of its store.
    pub schema: i64,
    /// When it was made, by the clock of the practice.
    pub made_at: Instant,
    /// The name of the data key; none in the demonstration.
    pub key: Option<String>,
    /// Where its journal stands.
    pub journal: Stand,
    /// Every file but this list.
    pub files: Vec<Listed>,
    /// What was read, with its seal; empty for a list that is being made.
    #[serde(skip)]
    pub(super) sealed: Sealed,
}

/// Where a journal stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    /// The hash of its first entry, by which a practice knows its own backups; none before it.
    pub first: Option<String>,
    /// The number of its last entry.
    pub seq: u64,
    /// The hash of that one.
    pub head: String,
}

/// A file of a backup.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Where it lies in the folder, with slashes.
    pub path: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// The form that this program writes.
    pub(super) const VERSION: u32 = VERSION;

    /// Reads the list of a folder. Whether it is the one that was sealed there only the data key shows.
    ///
    /// # Errors
    /// [`BackupError::NotABackup`], [`BackupError::Newer`], and what the medium says.
    pub fn read(folder: &Path) -> Result<Self, BackupError> {
        #[derive(Deserialize)]
        struct Version {
            v: u32,
        }
        let (mut text, path) = (String::new(), folder.join(MANIFEST));
        let absent = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory => BackupError::NotABackup,
            _ => error.into(),
        };
        if !fs::metadata(&path).map_err(absent)?.is_file() {
            // What is no file may never end.
            return Err(BackupError::NotABackup);
        }
        let file = File::open(&path).map_err(absent)?;
        file.take(LONGEST).read_to_string(&mut text).map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidData => BackupError::NotABackup,
            _ => error.into(),
        })?;
        let sealed = Sealed::read(&text);
        let version: Version = serde_json::from_str(sealed.text()).map_err(|_| BackupError::NotABackup)?;
        if version.v > VERSION {
            return Err(BackupError::Newer);
        }
        let manifest: Self = serde_json::from_str(sealed.text()).map_err(|_| BackupError::NotABackup)?;
        let manifest = Self { sealed, ..manifest };
        let ours = manifest.files.iter().all(|file| is_inside(&file.path));
        let has = |path: &str| manifest.files.iter().any(|file| file.path == path);
        // Without its keys a practice's copy would be put back and never opened.
        if ours && has(STORE) && (manifest.world == World::Demo || has(crate::keys::FILE)) {
            Ok(manifest)
        } else {
            Err(BackupError::NotABackup)
        }
    }

    /// Seals the list under the data key, writes it into a folder, and has it on the disk.
    pub(super) fn write(&self, folder: &Path, key: &[u8; 32]) -> Result<(), BackupError> {
        let mut text = serde_json::to_string_pretty(self).map_err(|_| BackupError::NotABackup)?;
        text.push('\n');
        let sealed = Sealed::by(key, text).ok_or(BackupError::NotABackup)?;
        Ok(write_private(&folder.join(MANIFEST), sealed.written().as_bytes())?)
    }

    /// Whether the list is as it was sealed under that data key.
    pub(super) fn is_sealed_by(&self, key: &[u8; 32]) -> bool {
        self.sealed.is_by(key)
    }

    /// Refuses a list that is not as it was sealed under the data key of its backup.
    ///
    /// # Errors
    /// [`BackupError::ListChanged`].
    pub(super) fn check_seal(&self, key: &[u8; 32]) -> Result<(), BackupError> {
        if self.is_sealed_by(key) { Ok(()) } else { Err(BackupError::ListChanged) }
    }

    /// Whether every file is there with its length: quick, and enough to keep one rather than another.
    pub(super) fn is_there(&self, folder: &Path) -> bool {
        let lies = |file: &Listed| {
            fs::symlink_metadata(folder.join(&file.path))
                .is_ok_and(|found| found.is_file() && found.len() == file.bytes)
        };
        self.files.iter().all(lies)
    }

    /// Reads every file and compares it with the list.
    ///
    /// # Errors
    /// [`BackupError::Altered`] names the first that is missing or not the one that was written.
    pub(super) fn verify(&self, folder: &Path) -> Result<(), BackupError> {
        self.files.iter().try_for_each(|file| file.check(folder))
    }

    /// The same of those alone without which nothing is restored.
    ///
    /// # Errors
    /// As [`Manifest::verify`].
    pub(super) fn verify_required(&self, folder: &Path) -> Result<(), BackupError> {
        self.files.iter().filter(|file| file.is_required()).try_for_each(|file| file.check(folder))
    }
}

impl Listed {
    /// Whether nothing is restored without it: the store, and the keys that open it.
    pub(super) fn is_required(&self) -> bool {
        self.path == STORE || self.path == crate::keys::FILE
    }

    /// Reads the file and compares it with the list.
    ///
    /// # Errors
    /// [`BackupError::Altered`], and what the medium says.
    pub(super) fn check(&self, folder: &Path) -> Result<(), BackupError> {
        let altered = || BackupError::Altered { file: self.path.clone() };
        let absent = |error: std::io::Error| match error.kind() {
            std::io::ErrorKind::NotFound => altered(),
            _ => error.into(),
        };
        // Before it is read: one that is longer than it was, or no file at all, may never end.
        let there = fs::metadata(folder.join(&self.path)).map_err(absent)?;
        let same = there.is_file() && there.len() == self.bytes && listed(folder, &self.path).map_err(absent)? == *self;
        if same { Ok(()) } else { Err(altered()) }
    }
}

/// Whether a path of a list stays in its folder.
fn is_inside(path: &str) -> bool {
    let mut parts = Path::new(path).components().peekable();
    parts.peek().is_some() && !path.contains('\\') && parts.all(|part| matches!(part, Component::Normal(_)))
}

/// A file of a folder, as the list will have it.
pub(super) fn listed(folder: &Path, path: &str) -> std::io::Result<Listed> {
    let mut file = File::open(folder.join(path))?;
    let (bytes, sha256) = hashed(&mut file, &mut std::io::sink())?;
    Ok(Listed { path: path.to_owned(), bytes, sha256 })
}

/// Copies a file to a new one of its owner's, has it on the disk, and says what it was.
pub(super) fn copied(from: &Path, to: &Path) -> std::io::Result<(u64, String)> {
    let mut source = File::open(from)?;
    if let Some(folder) = to.parent() {
        create_private(folder)?;
    }
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut target = options.open(to)?;
    let copied = hashed(&mut source, &mut target)?;
    target.sync_all()?;
    Ok(copied)
}

fn hashed(source: &mut impl Read, target: &mut impl Write) -> std::io::Result<(u64, String)> {
    let (mut hash, mut bytes) = (Sha256::new(), 0_u64);
    let mut piece = vec![0_u8; 1 << 20];
    loop {
        let read = match source.read(&mut piece) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let part = piece.get(..read).unwrap_or_default();
        hash.update(part);
        target.write_all(part)?;
        bytes += u64::try_from(read).unwrap_or_default();
    }
    Ok((bytes, hex(&hash.finalize())))
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A backup that lies in a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Its name: `liasse-2026-01-15-1300`.
    pub name: String,
    /// Where it is.
    pub folder: PathBuf,
    /// Its list.
    pub manifest: Manifest,
}

/// The backups in a folder, the newest first; with `first`, those of the practice whose journal begins with that entry. What does
/// not read is none. Their lists sort them, no more: none was held against its seal.
pub(super) fn list(into: &Path, first: Option<&str>) -> std::io::Result<Vec<Kept>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(into)? {
        let entry = entry?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        // A link is none of ours: nothing is followed out of the folder.
        if moment_of(&name).is_none() || !entry.file_type()?.is_dir() {
            continue;
        }
        let folder = entry.path();
        let Ok(manifest) = Manifest::read(&folder) else { continue };
        if first.is_none_or(|first| manifest.journal.first.as_deref() == Some(first)) {
            found.push(Kept { name, folder, manifest });
        }
    }
    found.sort_by(|a, b| (b.manifest.made_at, &b.name).cmp(&(a.manifest.made_at, &a.name)));
    Ok(found)
}

/// A name that is free in a folder, for a backup made now.
pub(super) fn free_name(into: &Path, now: Instant) -> String {
    let usual = format!("{PREFIX}{}", clock::paris(now).format(MOMENT));
    let is_free = |name: &String| {
        let unfinished = format!("{name}{PARTIAL}");
        [name, &unfinished].into_iter().all(|name| fs::symlink_metadata(into.join(name)).is_err())
    };
    let mut names = std::iter::once(usual.clone()).chain((2..=IN_A_MINUTE).map(|number| format!("{usual}-{number}")));
    let free = names.find(is_free);
    free.unwrap_or_else(|| usual.clone())
}

/// The civil moment that the name of a backup says; `None` for any other name.
pub(super) fn moment_of(name: &str) -> Option<NaiveDateTime> {
    let (moment, rest) = name.strip_prefix(PREFIX)?.split_at_checked(MOMENT_LETTERS)?;
    let number = rest.strip_prefix('-').unwrap_or(rest);
    let plain =
        rest.is_empty() || (rest.starts_with('-') && number.parse().is_ok_and(|n: u32| (2..=IN_A_MINUTE).contains(&n)));
    NaiveDateTime::parse_from_str(moment, MOMENT).ok().filter(|_| plain)
}

/// Takes away the files of a backup that is not wanted, or was not finished: ours by their names. A file that somebody put there
/// stays, and the folder with it.
pub(super) fn take_away(folder: &Path) -> std::io::Result<()> {
    // Renamed first: whatever is cut from here on leaves no backup with half of its files.
    let folder = match folder.to_str() {
        Some(name) if !name.ends_with(PARTIAL) => {
            let unfinished = PathBuf::from(format!("{name}{PARTIAL}"));
            fs::rename(folder, &unfinished)?;
            unfinished
        }
        _ => folder.to_owned(),
    };
    for name in OURS {
        gone(fs::remove_file(folder.join(name)))?;
    }
    gone(fs::remove_dir_all(folder.join(REST)))?;
    fs::remove_dir(folder)
}

/// What a backup is made of, and what SQLite may have left beside it.
const OURS: [&str; 6] = [MANIFEST, crate::keys::FILE, STORE, "liasse.db-journal", "liasse.db-wal", "liasse.db-shm"];

/// Whether a folder that was not finished holds nothing but what we put there.
pub(super) fn is_ours(unfinished: &Path) -> bool {
    let Ok(mut entries) = fs::read_dir(unfinished) else { return false };
    entries.all(|entry| {
        entry.is_ok_and(|entry| {
            let name = entry.file_name();
            name == REST || OURS.iter().any(|ours| name == *ours)
        })
    })
}

/// What is not there any more is as good as taken away.
fn gone(taken: std::io::Result<()>) -> std::io::Result<()> {
    match taken {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// The name of a new file survives a power cut only when its folder is synced too.
pub(super) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_backup_says_its_moment_and_nothing_else_is_one() {
        let moment = |text: &str| text.parse::<NaiveDateTime>().ok();
        assert_eq!(moment_of("liasse-2026-01-15-1300"), moment("2026-01-15T13:00:00"));
        assert_eq!(moment_of("liasse-2026-01-15-1300-2"), moment("2026-01-15T13:00:00"));
        for other in [
            "liasse-2026-01-15",
            "liasse-2026-01-15-1300.partiel",
            "liasse-2026-01-15-1300-1",
            "liasse-2026-01-15-1300-x",
            "liasse-2026-13-15-1300",
            "liasse-2026-01-15-2460",
            "Liasse-2026-01-15-1300",
            "photos-2026-01-15-1300",
            "liasse-é026-01-15-1300",
            "",
        ] {
            assert_eq!(moment_of(other), None, "{other}");
        }
        // 29 March 2026 at 01:30 UTC: Paris is in summer time.
        let now: Instant = "2026-03-29T01:30:00Z".parse().expect("a moment");
        assert_eq!(free_name(Path::new("/nonexistent-liasse"), now), "liasse-2026-03-29-0330");
    }

    #[test]
    fn a_list_names_files_of_its_own_folder_only() {
        for (path, inside) in [
            ("liasse.db", true),
            ("reste/tables/ngap.csv", true),
            ("../liasse.db", false),
            ("reste/../../liasse.db", false),
            ("/etc/passwd", false),
            ("./liasse.db", false),
            ("C:\\windows", false),
            ("", false),
        ] {
            assert_eq!(is_inside(path), inside, "{path}");
        }
    }
}
