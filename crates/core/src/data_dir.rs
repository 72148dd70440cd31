//! The data directory: its kind (demo or real), its lock, and the paths inside it.
//! One program at a time; a directory of the other kind is refused. Nothing is written outside it.

use std::fs::{self, File, OpenOptions};
use std::path::{Path, PathBuf};

use fs2::FileExt;
use liasse_domain::{Code, Coded};
use serde::{Deserialize, Serialize};

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
                fs::write(&fresh, text)?;
                File::open(&fresh)?.sync_all()?;
                fs::rename(&fresh, &file)?;
                File::open(root)?.sync_all()?;
            }
            Err(error) => return Err(error.into()),
        }
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
    if let Some(given) = std::env::var_os("LIASSE_DATA") {
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

fn create_private(root: &Path) -> Result<(), std::io::Error> {
    if root.is_dir() {
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
