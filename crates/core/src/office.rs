//! The open practice: the lock of its directory, its store under its key, its lanes for data, cards and post. One way for a practice
//! and for the demonstration, which hands its own clock, readers, certificates and post in. Not who may do what (`desk`).

mod custody;

pub use custody::opens;

use std::path::Path;
use std::sync::{Arc, mpsc};

use liasse_domain::{Clock, Code, Coded, Instant};
use liasse_store::{Store, StoreError};

use crate::aside;
use crate::cards::{ApcvGate, CardDesk, CpsView};
use crate::data_dir::{DataDir, DirError, World};
use crate::desk::DeskError;
use crate::directory::Directory;
use crate::error::CoreError;
use crate::incidents::Incidents;
use crate::keys::rekey::{self, Settled};
use crate::keys::{Cost, DataKey, KeyError, Keys, RecoveryCode, SecretString};
use crate::lane::{Handle, Lane, StartError};
use crate::ports::{CardReaders, KeySource, LateReaders, NoKey, OsIds, SystemClock};
use crate::sending::{PostPlace, PostWorker};
use crate::trust::{self, TrustError};
use crate::{Tables, Workstation, conventions, open_store, tariffs};

/// The paper of a recovery code inside the directory, until it was printed and the code typed back.
pub const CODE_PAPER: &str = "code-de-secours.pdf";

/// A key that may open the store, and makes its copies.
pub type Key = Arc<dyn KeySource + Send + Sync>;

/// What a directory holds, looked at without opening it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing of Liasse.
    Nothing,
    /// The demonstration.
    Demo,
    /// A practice whose making was cut before it held anything: it can be made again.
    Unfinished,
    /// A practice.
    Practice,
}

/// What a directory holds.
///
/// # Errors
/// [`DirError::Damaged`] where a store lies without its declaration, and what the system says.
pub fn look(root: &Path) -> Result<Found, DirError> {
    let store = root.join("liasse.db").exists();
    if aside::is_being_made(root) {
        return Ok(Found::Unfinished);
    }
    Ok(match DataDir::world_of(root)? {
        None if store => return Err(DirError::Damaged),
        None => Found::Nothing,
        Some(World::Demo) => Found::Demo,
        Some(World::Real) if store || Keys::exists(root) => Found::Practice,
        Some(World::Real) => Found::Unfinished,
    })
}

/// Why a practice did not open.
#[derive(Debug, thiserror::Error)]
pub enum OfficeError {
    /// The workstation.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// Its keys.
    #[error(transparent)]
    Keys(#[from] KeyError),
    /// Whom it trusts.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// Its keys are there and its store is not. A new one is never made in its place.
    #[error("the store is gone")]
    NoStore,
    /// Something of the practice is under way: its key is not changed beneath it.
    #[error("at work")]
    AtWork,
    /// The system gave no thread.
    #[error("no thread")]
    Thread,
}

impl OfficeError {
    /// Whether the data do not read although the key is right: the file is kept as it is, and a backup can take its place.
    pub fn is_damage(&self) -> bool {
        match self {
            Self::NoStore => true,
            Self::Core(CoreError::Store(error)) => matches!(
                error,
                StoreError::KeyOrDamage
                    | StoreError::Damaged
                    | StoreError::Unreadable { .. }
                    | StoreError::Incoherent { .. }
            ),
            _ => false,
        }
    }
}

impl Coded for OfficeError {
    fn code(&self) -> Code {
        match self {
            Self::Core(error) => error.code(),
            Self::Keys(error) => error.code(),
            Self::Trust(error) => error.code(),
            Self::NoStore => Code("system.donnees_absentes"),
            Self::AtWork => Code("cles.cabinet_occupe"),
            Self::Thread => Code("system.voie_arretee"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Core(error) => error.parameters(),
            Self::Keys(error) => error.parameters(),
            Self::Trust(error) => error.parameters(),
            Self::NoStore | Self::AtWork | Self::Thread => Vec::new(),
        }
    }
}

impl From<StartError<OfficeError>> for OfficeError {
    fn from(error: StartError<OfficeError>) -> Self {
        match error {
            StartError::Thread => Self::Thread,
            StartError::Resident(error) => error,
        }
    }
}

/// What a practice is opened with.
pub struct Opening {
    /// The keys that may open the store: the present one, and the next one where a change of key was cut.
    pub keys: Vec<Key>,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Its readers.
    pub readers: Box<dyn CardReaders>,
    /// Whom it trusts and to whom it sends.
    pub directory: Directory,
    /// Pricing tables in the place of its own and of the embedded ones.
    pub tables: Option<Arc<Tables>>,
    /// A list of incidents beside its own and the national ones.
    pub incidents: Option<&'static str>,
    /// What telephones are taken in with.
    pub apcv: Option<ApcvGate>,
    /// Settings that hold until somebody sets others.
    pub defaults: &'static [(&'static str, &'static str)],
}

/// What the computer gives a practice: readers and a clock. Tests hand doubles in.
pub struct Hands {
    /// The readers.
    pub readers: Box<dyn CardReaders>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
}

impl Hands {
    /// The PC/SC readers and the clock of this computer. A smart card service that does not run yet is looked for again.
    pub fn of_this_computer() -> Self {
        Self { readers: Box::new(LateReaders::default()), clock: Arc::new(SystemClock) }
    }
}

/// The open practice.
///
/// The lanes end in the order of these fields: the post first, which writes down what it was told, then the cards, then the
/// store that both speak to.
pub struct Office {
    post: Lane<PostWorker>,
    cards: Lane<CardDesk>,
    workstation: Lane<Workstation>,
    clock: Arc<dyn Clock>,
    tables: Option<Arc<Tables>>,
    key: Key,
    settled: Settled,
    place: Option<PostPlace>,
    // The lock of the directory lives as long as the office. Declared last: it is released after the lanes.
    directory: DataDir,
}

impl Office {
    /// Opens the practice in `root` under one of these keys.
    ///
    /// # Errors
    /// [`OfficeError`]; nothing is made in the place of what is gone, and nothing is deleted.
    pub fn open_real(root: &Path, keys: Vec<DataKey>, hands: Hands) -> Result<Self, OfficeError> {
        let directory = DataDir::open_real(root).map_err(CoreError::from)?;
        // SQLite would take a file that is gone or empty for a new one, under any key.
        if !std::fs::metadata(directory.store()).is_ok_and(|file| file.len() > 0) {
            return Err(OfficeError::NoStore);
        }
        Self::real(directory, keys, hands)
    }

    /// Makes a practice in `root`: its keys under that passphrase, an empty store. The recovery code is shown and printed once. Cut at
    /// any moment it is made, or nothing is recorded and it is made again; what the first try left is set aside.
    ///
    /// # Errors
    /// [`OfficeError`]; a practice that is there already is not touched.
    pub fn create_real(
        root: &Path,
        passphrase: &SecretString,
        cost: Cost,
        hands: Hands,
    ) -> Result<(Self, RecoveryCode), OfficeError> {
        Keys::judge(passphrase)?;
        let refused = |error: std::io::Error| CoreError::from(DirError::from(error));
        let directory = DataDir::create_real(root).map_err(CoreError::from)?;
        // Of one whose making was cut: nobody was told its code, and nothing is recorded in it.
        aside::set_aside_unfinished(root, hands.clock.now()).map_err(refused)?;
        let (_, key, code) = Keys::create(root, passphrase, &mut OsIds, cost)?;
        let office = Self::real(directory, vec![key], hands)?;
        aside::made(root).map_err(refused)?;
        Ok((office, code))
    }

    fn real(directory: DataDir, keys: Vec<DataKey>, hands: Hands) -> Result<Self, OfficeError> {
        let given = keys.clone();
        let opening = Opening {
            keys: keys.into_iter().map(|key| -> Key { Arc::new(key) }).collect(),
            clock: hands.clock,
            readers: hands.readers,
            directory: trust::of_practice(directory.root())?,
            tables: None,
            incidents: None,
            apcv: None,
            defaults: &[],
        };
        // Mail goes where the settings say, else nowhere.
        let mut office = Self::assemble(directory, opening, |_| Ok::<_, OfficeError>(None))?;
        if let Some(key) = custody::among(given, office.key.as_ref())? {
            office.settled = rekey::settle_by(office.root(), &key)?;
        }
        // A code that opens the data never lies beside them: who was interrupted draws another.
        let _ = std::fs::remove_file(office.root().join(CODE_PAPER));
        Ok(office)
    }

    /// Opens the practice of a locked directory. `place` says where mail goes as long as no setting says it; it is asked once the
    /// settings can be read.
    ///
    /// # Errors
    /// [`OfficeError`], and those of `place`.
    pub fn assemble<E: From<OfficeError>>(
        directory: DataDir,
        opening: Opening,
        place: impl FnOnce(&Handle<Workstation>) -> Result<Option<PostPlace>, E>,
    ) -> Result<Self, E> {
        let Begun { workstation, cards, clock, tables, key } = begin(&directory, opening)?;
        let place = place(&workstation.handle())?;
        let worker = PostWorker::new(workstation.handle(), place.clone());
        let post = Lane::start("liasse-poste", move || Ok::<_, OfficeError>(worker)).map_err(OfficeError::from)?;
        Ok(Self { post, cards, workstation, clock, tables, key, settled: Settled::Nothing, place, directory })
    }

    /// The database lane.
    pub fn workstation(&self) -> Handle<Workstation> {
        self.workstation.handle()
    }

    /// The card lane.
    pub fn cards(&self) -> Handle<CardDesk> {
        self.cards.handle()
    }

    /// The post lane: the post office that the settings name, else that of [`Office::post_place`].
    pub fn post(&self) -> Handle<PostWorker> {
        self.post.handle()
    }

    /// The clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The present moment.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// Today in Paris.
    pub fn today(&self) -> chrono::NaiveDate {
        self.clock.today()
    }

    /// The tables that the workstation prices with.
    pub fn tables(&self) -> &Tables {
        self.tables.as_deref().unwrap_or_else(|| Tables::embedded())
    }

    /// Where mail goes unless the settings say it.
    pub fn post_place(&self) -> Option<&PostPlace> {
        self.place.as_ref()
    }

    /// The data directory.
    pub fn root(&self) -> &Path {
        self.directory.root()
    }

    /// The world that it belongs to.
    pub fn world(&self) -> World {
        self.directory.world()
    }

    /// The key that opened the store: its copies are made under the same.
    pub fn key(&self) -> &Key {
        &self.key
    }

    /// What became of a change of key that was cut before it opened.
    pub fn settled(&self) -> Settled {
        self.settled
    }

    /// Whether a professional's card belongs here: asked before its code is.
    ///
    /// # Errors
    /// [`DeskError::RealCard`], [`DeskError::TestCard`].
    pub fn takes(&self, card: &CpsView) -> Result<(), DeskError> {
        DeskError::of_world(self.world(), &card.identity.holder)
    }
}

/// An office before its post.
struct Begun {
    workstation: Lane<Workstation>,
    cards: Lane<CardDesk>,
    clock: Arc<dyn Clock>,
    tables: Option<Arc<Tables>>,
    key: Key,
}

fn begin(directory: &DataDir, opening: Opening) -> Result<Begun, OfficeError> {
    let root = directory.root();
    let clock = opening.clock;
    let tables = match opening.tables {
        Some(tables) => Some(tables),
        None => tariffs::of_practice(root).map_err(CoreError::from)?.map(Arc::new),
    };
    let mut incidents = Incidents::of_practice(root).map_err(CoreError::from)?;
    if let Some(list) = opening.incidents {
        incidents = incidents.and(list).map_err(CoreError::from)?;
    }
    let mut trusted = opening.directory;
    trusted.conventions = conventions::of_practice(root, trusted.conventions).map_err(CoreError::from)?;
    let (time, given, world) = (Arc::clone(&clock), tables.clone(), directory.world());
    let (path, keys, defaults) = (directory.store(), opening.keys, opening.defaults);
    let (tell, told) = mpsc::channel();
    // One thread from the first byte to the last: whoever counts what is written counts in one place.
    let workstation = Lane::start("liasse-donnees", move || -> Result<Workstation, OfficeError> {
        let (store, key) = opened(&path, keys)?;
        let made = Workstation::new(store, time, Box::new(OsIds), trusted, given, incidents)?;
        let mut workstation = made.of_world(world);
        for (name, value) in defaults {
            workstation.set_default(name, value)?;
        }
        drop(tell.send(key));
        Ok(workstation)
    })?;
    let key = told.recv().map_err(|_| OfficeError::Thread)?;
    let (mut readers, apcv) = (opening.readers, opening.apcv);
    readers.tell_time(Arc::clone(&clock));
    let cards = Lane::start("liasse-cartes", move || {
        let desk = CardDesk::new(readers);
        Ok::<_, OfficeError>(match apcv {
            Some(gate) => desk.with_apcv(gate),
            None => desk,
        })
    })?;
    Ok(Begun { workstation, cards, clock, tables, key })
}

/// The store under the first of these keys that opens it, and that key. A wrong key leaves the file as it is.
fn opened(path: &Path, keys: Vec<Key>) -> Result<(Store, Key), CoreError> {
    let mut refused = CoreError::from(NoKey);
    for key in keys {
        let bytes = key.data_key()?;
        match open_store(path, &bytes) {
            Ok(store) => return Ok((store, key)),
            Err(error @ CoreError::Store(StoreError::KeyOrDamage)) => refused = error,
            Err(error) => return Err(error),
        }
    }
    Err(refused)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_error_has_its_sentences_and_damage_is_told_from_the_rest() {
        let trust = TrustError { file: "confiance/racines.pem".to_owned() };
        let store = |error: StoreError| OfficeError::Core(error.into());
        for (error, damage) in [
            (OfficeError::NoStore, true),
            (store(StoreError::KeyOrDamage), true),
            (store(StoreError::Damaged), true),
            (store(StoreError::DiskFull), false),
            (store(StoreError::Busy), false),
            (OfficeError::Core(DirError::Locked.into()), false),
            (OfficeError::Trust(trust), false),
            (OfficeError::AtWork, false),
            (OfficeError::Thread, false),
        ] {
            assert_eq!(error.is_damage(), damage, "{error:?}");
            assert!(liasse_domain::catalogue::entry(error.code()).is_some(), "{error:?}");
            let report = error.report();
            assert!(!format!("{}{}{}", report.message, report.safe, report.action).contains('{'), "{error:?}");
        }
    }
}
