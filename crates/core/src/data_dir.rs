//! The data directory: its kind (demo or real), its lock, and the paths inside it.
//! One program at a time; a directory of the other kind is refused. Nothing is written outside it.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use fs2::FileExt;
use liasse_domain::{Code, Coded};
use serde::{Deserialize, Serialize};

use crate::lists::clear_unfinished;

/// The folder inside the directory for lists that are written out.
pub const EXPORT: &str = "export";

/// Which world a directory belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum World {
    /// Invented people, simulated cards and caisse.
    Demo,
    /// Real people.
    Real,
}

#[derive(Serialize, Deserialize)]
struct WorldFile {
    v: u32,
    world: World,
}

/// Why a directory cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum DirError {
    /// Another program has it.
    #[error("locked by another program")]
    Locked,
    /// It belongs to the other world.
    #[error("the directory belongs to the other world")]
    OtherWorld {
        /// The world it belongs to.
        found: World,
    },
    /// A real directory needs a real key source, which this version has not.
    #[error("a real directory cannot be created yet")]
    RealNotYet,
    /// `world.toml` cannot be understood.
    #[error("world.toml is damaged")]
    Damaged,
    /// The system refused.
    #[error("file system: {0}")]
    Io(#[from] std::io::Error),
}

impl Coded for DirError {
    fn code(&self) -> Code {
        match self {
            Self::Locked => Code("system.dossier_occupe"),
            Self::OtherWorld { .. } => Code("system.dossier_autre_monde"),
            Self::RealNotYet => Code("system.reel_pas_encore"),
            Self::Damaged => Code("system.dossier_endommage"),
            Self::Io(_) => Code("system.dossier_inaccessible"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::OtherWorld { found: World::Demo } => vec![("world", "démonstration".to_owned())],
            Self::OtherWorld { found: World::Real } => vec![("world", "données réelles".to_owned())],
            _ => Vec::new(),
        }
    }
}

/// An open, locked data directory. The lock goes with it.
#[derive(Debug)]
pub struct DataDir {
    root: PathBuf,
    // Held for its lock alone.
    _lock: File,
}

impl DataDir {
    /// Opens or creates the directory of the demo world and takes its lock.
    pub fn open_demo(root: &Path) -> Result<Self, DirError> {
        create_private(root)?;
        let lock = take_lock(root)?;
        let file = root.join("world.toml");
        match fs::read_to_string(&file) {
            Ok(text) => {
                let found = toml::from_str::<WorldFile>(&text).map_err(|_| DirError::Damaged)?.world;
                if found != World::Demo {
                    return Err(DirError::OtherWorld { found });
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                if root.join("liasse.db").exists() {
                    // A store without its declaration may be anybody's: touching it could mix worlds.
                    return Err(DirError::Damaged);
                }
                let text = toml::to_string(&WorldFile { v: 1, world: World::Demo }).map_err(|_| DirError::Damaged)?;
                let fresh = root.join("world.toml.new");
                write_private(&fresh, text.as_bytes())?;
                fs::rename(&fresh, &file)?;
                File::open(root)?.sync_all()?;
            }
            Err(error) => return Err(error.into()),
        }
        clear_unfinished(&root.join(EXPORT));
        Ok(Self { root: root.to_owned(), _lock: lock })
    }

    /// Which world a directory declares; `None` when it declares none.
    pub fn world_of(root: &Path) -> Result<Option<World>, DirError> {
        match fs::read_to_string(root.join("world.toml")) {
            Ok(text) => Ok(Some(toml::from_str::<WorldFile>(&text).map_err(|_| DirError::Damaged)?.world)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The encrypted store.
    pub fn store(&self) -> PathBuf {
        self.root.join("liasse.db")
    }

    /// The simulated caisse's own memory.
    pub fn caisse(&self) -> PathBuf {
        self.root.join("caisse")
    }
}

/// Where data lies when nobody says: `LIASSE_DATA`, else the platform's folder for `name`.
pub fn default_root(name: &str) -> Option<PathBuf> {
    if let Some(given) = std::env::var_os("LIASSE_DATA").filter(|given| !given.is_empty()) {
        return Some(PathBuf::from(given));
    }
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let platform = if cfg!(target_os = "windows") {
        variable("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        variable("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        variable("XDG_DATA_HOME").or_else(|| variable("HOME").map(|home| home.join(".local/share")))
    };
    platform.map(|folder| folder.join(name))
}

/// Writes a file that only its owner reads, and has it on the disk.
pub fn write_private(path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Makes a folder that only its owner enters, or closes the one that is there.
pub fn create_private(root: &Path) -> Result<(), std::io::Error> {
    if root.is_dir() {
        // A folder that was widened is closed again: others have no business in it.
        #[cfg(unix)]
        fs::set_permissions(root, std::os::unix::fs::PermissionsExt::from_mode(0o700))?;
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(root)
}

fn take_lock(root: &Path) -> Result<File, DirError> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let lock = options.open(root.join("lock"))?;
    match lock.try_lock_exclusive() {
        Ok(()) => Ok(lock),
        Err(error) if error.kind() == fs2::lock_contended_error().kind() => Err(DirError::Locked),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    /// A folder that goes away.
    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            static COUNT: AtomicU32 = AtomicU32::new(0);
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("liasse-dir-{}-{count}", std::process::id()));
            fs::create_dir_all(&path).expect("temporary folder");
            Self(path)
        }

        fn write(&self, name: &str, text: &str) {
            fs::write(self.0.join(name), text).expect("written");
        }

        fn read(&self, name: &str) -> String {
            fs::read_to_string(self.0.join(name)).expect("read")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            drop(fs::remove_dir_all(&self.0));
        }
    }

    #[test]
    fn a_new_directory_declares_its_world_and_opens_again() {
        let folder = Folder::new();
        let root = folder.0.join("deep/inside");
        let directory = DataDir::open_demo(&root).expect("created");
        assert_eq!(directory.root(), root);
        assert_eq!((directory.store(), directory.caisse()), (root.join("liasse.db"), root.join("caisse")));
        drop(directory);
        assert_eq!(fs::read_to_string(root.join("world.toml")).expect("declared"), "v = 1\nworld = \"demo\"\n");
        assert_eq!(DataDir::world_of(&root).expect("read"), Some(World::Demo));
        fs::write(root.join("liasse.db"), b"a store").expect("written");
        DataDir::open_demo(&root).expect("opened again");
        assert_eq!(fs::read(root.join("liasse.db")).expect("read"), b"a store");
    }

    #[cfg(unix)]
    #[test]
    fn a_new_directory_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let folder = Folder::new();
        let root = folder.0.join("data");
        let _directory = DataDir::open_demo(&root).expect("created");
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!((mode(&root), mode(&root.join("lock"))), (0o700, 0o600));
    }

    #[test]
    fn one_program_at_a_time() {
        let folder = Folder::new();
        let first = DataDir::open_demo(&folder.0).expect("opened");
        let second = DataDir::open_demo(&folder.0);
        assert!(matches!(second, Err(DirError::Locked)));
        // Looking without opening is allowed.
        assert_eq!(DataDir::world_of(&folder.0).expect("read"), Some(World::Demo));
        drop(first);
        DataDir::open_demo(&folder.0).expect("free again");
    }

    #[test]
    fn a_directory_of_the_other_world_is_refused_and_left_as_it_was() {
        let folder = Folder::new();
        let declared = "v = 1\nworld = \"real\"\n";
        folder.write("world.toml", declared);
        folder.write("liasse.db", "real people");
        let refused = DataDir::open_demo(&folder.0).expect_err("another world");
        assert!(matches!(refused, DirError::OtherWorld { found: World::Real }));
        assert!(refused.report().message.contains("données réelles"), "{}", refused.report().message);
        assert_eq!((folder.read("world.toml").as_str(), folder.read("liasse.db").as_str()), (declared, "real people"));
        // The refusal keeps no lock: the program it belongs to may open it.
        drop(take_lock(&folder.0).expect("free"));
    }

    #[test]
    fn a_declaration_that_cannot_be_understood_is_damage() {
        for text in ["", "v = 1", "world = \"demo\"", "v = 1\nworld = \"Demo\"", "v = 1\nworld = \"test\"", "\u{0}"] {
            let folder = Folder::new();
            folder.write("world.toml", text);
            assert!(matches!(DataDir::open_demo(&folder.0), Err(DirError::Damaged)), "{text:?}");
            assert!(matches!(DataDir::world_of(&folder.0), Err(DirError::Damaged)), "{text:?}");
            assert_eq!(folder.read("world.toml"), text, "left for a person to look at");
        }
    }

    #[test]
    fn a_store_without_declaration_is_not_taken_over() {
        let folder = Folder::new();
        folder.write("liasse.db", "whose?");
        assert!(matches!(DataDir::open_demo(&folder.0), Err(DirError::Damaged)));
        assert_eq!(DataDir::world_of(&folder.0).expect("read"), None);
        assert_eq!(folder.read("liasse.db"), "whose?");
        assert!(!folder.0.join("world.toml").exists());
    }

    #[test]
    fn a_declaration_cut_off_while_it_was_written_is_written_again() {
        let folder = Folder::new();
        folder.write("world.toml.new", "v = ");
        DataDir::open_demo(&folder.0).expect("opened");
        assert_eq!(DataDir::world_of(&folder.0).expect("read"), Some(World::Demo));
    }

    #[test]
    fn a_list_that_was_being_written_when_the_program_ended_goes_away() {
        let folder = Folder::new();
        fs::create_dir_all(folder.0.join(EXPORT)).expect("a folder");
        folder.write("export/documents.partiel", "half of it");
        folder.write("export/documents.csv", "all of it");
        DataDir::open_demo(&folder.0).expect("opened");
        assert!(!folder.0.join("export/documents.partiel").exists());
        assert_eq!(folder.read("export/documents.csv"), "all of it");
    }

    #[test]
    fn a_file_where_the_directory_should_be_is_the_systems_refusal() {
        let folder = Folder::new();
        folder.write("data", "a file");
        assert!(matches!(DataDir::open_demo(&folder.0.join("data")), Err(DirError::Io(_))));
    }

    #[test]
    fn every_error_has_its_sentences() {
        for error in [
            DirError::Locked,
            DirError::OtherWorld { found: World::Demo },
            DirError::RealNotYet,
            DirError::Damaged,
            DirError::Io(std::io::Error::other("full")),
        ] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
            let report = error.report();
            assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{error:?}");
        }
    }
}
