//! Where the data of a call lie, and what opens them: nothing for the demonstration, whose key is declared; for a practice the keyring
//! that it trusts, or a secret on the first line of standard input, before any other line of the call.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use liasse_core::aside;
use liasse_core::backup::Condition;
use liasse_core::data_dir::{DataDir, DirError, World, default_root};
use liasse_core::keys::{DataKey, Keys, OsKeyring, Way, WayState};
use liasse_core::ports::KeySource;
use liasse_demo::office::DemoKey;

use super::typed::secret_from_stdin;
use crate::failure::{CliError, Failure};

/// What names the data directory when `--data` does not (shared contracts).
const LIASSE_DATA: &str = "LIASSE_DATA";
/// The store in a data directory.
const STORE: &str = "liasse.db";

/// Which folder.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Folder {
    #[arg(long, value_name = "DOSSIER", help = "Dossier des données ; sinon LIASSE_DATA, sinon le dossier habituel")]
    data: Option<PathBuf>,
}

/// Which folder, and how a practice's is opened.
#[derive(clap::Args, Clone, Debug)]
pub(crate) struct Place {
    #[command(flatten)]
    folder: Folder,
    #[arg(long, help = "Lit la phrase secrète du cabinet sur la première ligne de l'entrée standard")]
    passphrase_stdin: bool,
    #[arg(
        long,
        conflicts_with = "passphrase_stdin",
        help = "Lit le code de secours du cabinet sur la première ligne de l'entrée standard"
    )]
    recovery_stdin: bool,
}

/// A directory that is there, and its world.
#[derive(Clone, Debug)]
pub(crate) struct Located {
    pub(crate) root: PathBuf,
    pub(crate) world: World,
}

/// A directory that can be opened.
pub(crate) struct Directory {
    root: PathBuf,
    keys: Option<Vec<DataKey>>,
}

impl Directory {
    /// One of the demonstration: its key is declared.
    pub(super) fn of_demo(root: &Path) -> Self {
        Self { root: root.to_owned(), keys: None }
    }

    /// The folder.
    pub(crate) fn path(&self) -> &Path {
        &self.root
    }

    /// What the file of its data is, where it did not open.
    pub(crate) fn condition(&self) -> Result<Condition, Failure> {
        let declared: [&dyn KeySource; 1] = [&DemoKey];
        let own: Vec<&dyn KeySource> = self.keys.iter().flatten().map(|key| -> &dyn KeySource { key }).collect();
        let keys = if self.keys.is_some() { own.as_slice() } else { declared.as_slice() };
        Ok(aside::condition(&self.root.join(STORE), keys)?)
    }

    /// What opens the store of a practice; `None` for the demonstration.
    pub(super) fn keys(&self) -> Option<&[DataKey]> {
        self.keys.as_deref()
    }
}

impl Folder {
    fn named(&self) -> bool {
        self.data.is_some() || std::env::var_os(LIASSE_DATA).is_some()
    }

    /// The folder of a practice, whether there is one yet or not.
    pub(crate) fn root(&self) -> Result<PathBuf, Failure> {
        self.data.clone().or_else(|| default_root("liasse")).ok_or_else(|| CliError::NoFolder.into())
    }

    /// The folder of a practice or of the demonstration that is there.
    pub(crate) fn located(&self) -> Result<Located, Failure> {
        let root = self.root()?;
        aside::check_made(&root)?;
        match world_of(&root)? {
            Some(world) => Ok(Located { root, world }),
            None if self.named() => Err(CliError::NoData.into()),
            None => Err(DirError::NoPractice.into()),
        }
    }
}

impl Place {
    /// The folder for a call that may create the demonstration.
    pub(crate) fn demo_root(&self) -> Result<PathBuf, Failure> {
        self.folder.data.clone().or_else(|| default_root("liasse-demo")).ok_or_else(|| CliError::NoFolder.into())
    }

    /// An existing directory, opened by what the call gives for it. Asks for a secret before anything else reads standard input.
    pub(crate) fn existing(&self) -> Result<Directory, Failure> {
        self.unlocked(self.folder.located()?)
    }

    /// An existing directory that is not opened; `None` where nobody names a folder and the usual one holds no data: some calls do
    /// without.
    pub(crate) fn located_if_any(&self) -> Result<Option<Located>, Failure> {
        let usual = default_root("liasse").filter(|_| !self.folder.named());
        match usual.map(|root| world_of(&root)).transpose()? {
            Some(None) => Ok(None),
            _ => self.folder.located().map(Some),
        }
    }

    /// What opens a directory.
    pub(crate) fn unlocked(&self, Located { root, world }: Located) -> Result<Directory, Failure> {
        if world == World::Demo {
            let given = self.passphrase_stdin || self.recovery_stdin;
            return if given { Err(CliError::DeclaredKey.into()) } else { Ok(Directory::of_demo(&root)) };
        }
        let keys = Keys::read(&root)?;
        let found = if self.passphrase_stdin {
            keys.unlock(Way::Passphrase(&secret_from_stdin("--passphrase-stdin")?))?
        } else if self.recovery_stdin {
            keys.unlock(Way::Recovery(&secret_from_stdin("--recovery-stdin")?))?
        } else if keys.ways().keyring == WayState::Absent {
            return Err(CliError::NothingGiven.into());
        } else {
            keys.unlock(Way::Keyring(&OsKeyring))?
        };
        Ok(Directory { root, keys: Some(found) })
    }

    /// The folder of an existing demonstration, for a call that means the demonstration even where nobody names it.
    pub(crate) fn existing_demo(&self) -> Result<PathBuf, Failure> {
        let root = self.demo_root()?;
        match world_of(&root)? {
            Some(World::Demo) => Ok(root),
            Some(found) => Err(DirError::OtherWorld { found }.into()),
            None => Err(CliError::NoData.into()),
        }
    }

    /// A practice that is named, opened; else as [`Place::existing_demo`].
    pub(crate) fn existing_or_demo(&self) -> Result<Directory, Failure> {
        match world_of(&self.demo_root()?)? {
            Some(World::Real) => self.existing(),
            _ => Ok(Directory::of_demo(&self.existing_demo()?)),
        }
    }

    /// As [`Place::existing_demo`], or a folder where a demonstration may be made: one that is not there, or empty.
    pub(crate) fn demo_or_nothing(&self) -> Result<PathBuf, Failure> {
        let root = self.demo_root()?;
        let nothing = match std::fs::read_dir(&root) {
            Ok(mut entries) => entries.next().is_none(),
            Err(error) => error.kind() == ErrorKind::NotFound,
        };
        if nothing { Ok(root) } else { self.existing_demo() }
    }

    /// Whether the passphrase of the practice was given in this very call: what confirms what touches others.
    pub(crate) fn gave_passphrase(&self) -> bool {
        self.passphrase_stdin
    }

    /// A folder where a demonstration may be taken in, named by the call: one that is not there, or empty; `None` where it declares a
    /// practice.
    pub(crate) fn fresh(&self) -> Result<Option<PathBuf>, Failure> {
        let named = self.folder.data.clone();
        let root = named.ok_or_else(|| CliError::MissingArgument { argument: "--data".to_owned() })?;
        Ok((world_of(&root)? != Some(World::Real)).then_some(root))
    }

    /// Refuses standard input as the place of a file when a secret of this call stands on it.
    pub(crate) fn spare_stdin(&self, file: &Path) -> Result<(), Failure> {
        let taken = [(self.passphrase_stdin, "--passphrase-stdin"), (self.recovery_stdin, "--recovery-stdin")];
        match taken.into_iter().find(|(taken, _)| *taken) {
            Some((_, argument)) if file.as_os_str() == "-" => {
                Err(CliError::WrongValue { argument: argument.to_owned() }.into())
            }
            _ => Ok(()),
        }
    }
}

/// Which world a folder declares; a file in the place of a folder declares none.
fn world_of(root: &Path) -> Result<Option<World>, DirError> {
    match DataDir::world_of(root) {
        Err(DirError::Io(error)) if error.kind() == ErrorKind::NotADirectory => Ok(None),
        // A store without its declaration may be anybody's: « no data » would be untrue.
        Ok(None) if root.join(STORE).exists() => Err(DirError::Damaged),
        found => found,
    }
}
