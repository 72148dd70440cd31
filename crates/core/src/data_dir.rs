//! The data directory: its kind (demo or real), its lock, and the paths inside it.
//! One program at a time; a directory of the other kind is refused. Nothing is written outside it.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use fs2::FileExt;
use liasse_domain::{Code, Coded};
use serde::{Deserialize, Serialize};

use crate::aside;
use crate::keys::Keys;
use crate::lists::clear_unfinished;
use crate::opendata;

/// The folder inside the directory for lists that are written out.
pub const EXPORT: &str = "export";
/// What says that a restore was begun in a directory, and is not finished where nothing is declared there.
pub(crate) const RESTORING: &str = "restauration.partiel";
/// The encrypted store inside the directory.
pub(crate) const STORE: &str = "liasse.db";

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
    /// It declares no practice.
    #[error("no practice in this directory")]
    NoPractice,
    /// A practice is there already: nothing is made over it.
    #[error("a practice is there already")]
    Taken,
    /// Making the practice was cut: nothing was recorded in it, and it is to be made again.
    #[error("making the practice was cut")]
    CreationCut,
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
            Self::NoPractice => Code("system.cabinet_absent"),
            Self::Taken => Code("system.cabinet_existant"),
            Self::CreationCut => Code("system.creation_interrompue"),
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
    world: World,
    // Held for its lock alone.
    _lock: File,
}

impl DataDir {
    /// Opens or creates the directory of the demo world and takes its lock.
    pub fn open_demo(root: &Path) -> Result<Self, DirError> {
        let directory = Self::locked(root, World::Demo)?;
        match Self::world_of(root)? {
            Some(World::Demo) => {}
            Some(found) => return Err(DirError::OtherWorld { found }),
            None => declare(root, World::Demo)?,
        }
        tidy(root);
        Ok(directory)
    }

    /// Opens the directory of a practice, which must be one, and takes its lock.
    ///
    /// # Errors
    /// [`DirError::NoPractice`], [`DirError::CreationCut`], [`DirError::OtherWorld`], [`DirError::Damaged`]: nothing was touched, and
    /// nothing was made.
    pub fn open_real(root: &Path) -> Result<Self, DirError> {
        aside::check_made(root)?;
        is_real(root)?;
        let directory = Self::locked(root, World::Real)?;
        // Once more behind the lock: another program may have been making it.
        is_real(root)?;
        if aside::is_being_made(root) {
            return Err(DirError::CreationCut);
        }
        tidy(root);
        Ok(directory)
    }

    /// Begins to make the directory of a new practice and takes its lock. One whose making was cut is taken up again, with what it
    /// left: the caller sets that aside, and says at the end that it is made (`aside`).
    ///
    /// # Errors
    /// [`DirError::Taken`], [`DirError::OtherWorld`], [`DirError::Damaged`]: nothing was touched.
    pub fn create_real(root: &Path) -> Result<Self, DirError> {
        let directory = Self::locked(root, World::Real)?;
        let (world, store) = (Self::world_of(root)?, directory.store().exists());
        match world {
            Some(World::Demo) => return Err(DirError::OtherWorld { found: World::Demo }),
            // A store without its declaration may be anybody's: touching it could mix worlds.
            None if store => return Err(DirError::Damaged),
            // Keys without their store: it may come back.
            _ if (store || Keys::exists(root)) && !aside::is_being_made(root) => return Err(DirError::Taken),
            _ => {}
        }
        aside::begin_making(root)?;
        if world.is_none() {
            declare(root, World::Real)?;
        }
        Ok(directory)
    }

    fn locked(root: &Path, world: World) -> Result<Self, DirError> {
        create_private(root)?;
        let lock = take_lock(root)?;
        Ok(Self { root: root.to_owned(), world, _lock: lock })
    }

    /// Which world a directory declares; `None` when it declares none.
    pub fn world_of(root: &Path) -> Result<Option<World>, DirError> {
        match fs::read_to_string(root.join("world.toml")) {
            Ok(text) => Ok(Some(toml::from_str::<WorldFile>(&text).map_err(|_| DirError::Damaged)?.world)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// The world it belongs to.
    pub fn world(&self) -> World {
        self.world
    }

    /// The directory itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The encrypted store.
    pub fn store(&self) -> PathBuf {
        self.root.join(STORE)
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

/// Whether a directory declares a practice.
fn is_real(root: &Path) -> Result<(), DirError> {
    match DataDir::world_of(root)? {
        Some(World::Real) => Ok(()),
        Some(found) => Err(DirError::OtherWorld { found }),
        // A store without its declaration may be anybody's.
        None if root.join(STORE).exists() => Err(DirError::Damaged),
        None => Err(DirError::NoPractice),
    }
}

/// Takes away what a program left that ended in the middle of it. What cannot be taken away now goes at the next opening.
fn tidy(root: &Path) {
    clear_unfinished(&root.join(EXPORT));
    opendata::clear_cut(&root.join(EXPORT));
    // What is declared is whole.
    drop(fs::remove_file(root.join(RESTORING)));
}

/// Writes down which world a directory belongs to. It holds no store yet.
fn declare(root: &Path, world: World) -> Result<(), DirError> {
    if root.join(STORE).exists() {
        // A store without its declaration may be anybody's: touching it could mix worlds.
        return Err(DirError::Damaged);
    }
    let text = toml::to_string(&WorldFile { v: 1, world }).map_err(|_| DirError::Damaged)?;
    let fresh = root.join("world.toml.new");
    write_private(&fresh, text.as_bytes())?;
    fs::rename(&fresh, root.join("world.toml"))?;
    Ok(sync_folder(root)?)
}

/// A new name survives a power cut only when its folder is synced too.
pub(crate) fn sync_folder(folder: &Path) -> std::io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// Takes the lock of a directory, for as long as what is given lives.
pub(crate) fn take_lock(root: &Path) -> Result<File, DirError> {
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
    fn a_practice_is_made_once_and_opened_again() {
        let folder = Folder::new();
        let root = folder.0.join("cabinet");
        assert!(matches!(DataDir::open_real(&root), Err(DirError::NoPractice)));
        assert!(!root.exists(), "looking for a practice makes none");
        let making = DataDir::create_real(&root).expect("begun");
        assert!(matches!(DataDir::open_real(&root), Err(DirError::Locked)), "it is being made");
        drop(making);
        assert_eq!(DataDir::world_of(&root).expect("read"), Some(World::Real));
        assert!(matches!(DataDir::open_real(&root), Err(DirError::CreationCut)));
        // Cut: it is taken up again, whatever it left.
        fs::write(root.join("liasse.db"), b"a store").expect("written");
        drop(DataDir::create_real(&root).expect("taken up again"));
        aside::made(&root).expect("made");
        assert!(matches!(DataDir::create_real(&root), Err(DirError::Taken)));
        let open = DataDir::open_real(&root).expect("opened");
        assert!(matches!(DataDir::open_real(&root), Err(DirError::Locked)));
        drop(open);
        assert_eq!(fs::read(root.join("liasse.db")).expect("read"), b"a store");
    }

    #[test]
    fn keys_whose_store_is_gone_are_not_made_over() {
        let folder = Folder::new();
        for declared in [false, true] {
            if declared {
                folder.write("world.toml", "v = 1\nworld = \"real\"\n");
            }
            folder.write("cles.toml", "keys");
            assert!(matches!(DataDir::create_real(&folder.0), Err(DirError::Taken)), "declared: {declared}");
            assert_eq!(folder.read("cles.toml"), "keys");
            assert!(!aside::is_being_made(&folder.0));
        }
    }

    #[test]
    fn a_demonstration_is_no_practice_and_a_store_without_declaration_is_nobodys() {
        let folder = Folder::new();
        drop(DataDir::open_demo(&folder.0).expect("a demonstration"));
        for refused in [DataDir::open_real(&folder.0), DataDir::create_real(&folder.0)] {
            assert!(matches!(refused, Err(DirError::OtherWorld { found: World::Demo })));
        }
        let folder = Folder::new();
        folder.write("liasse.db", "whose?");
        for refused in [DataDir::open_real(&folder.0), DataDir::create_real(&folder.0)] {
            assert!(matches!(refused, Err(DirError::Damaged)));
        }
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
            DirError::NoPractice,
            DirError::Taken,
            DirError::CreationCut,
            DirError::Damaged,
            DirError::Io(std::io::Error::other("full")),
        ] {
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
            let report = error.report();
            assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{error:?}");
        }
    }
}
