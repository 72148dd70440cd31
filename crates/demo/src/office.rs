//! Opening the demo world's data directory: lock, clock, store under the declared key, caisse, card lane.
//! One way for both faces. The caisse is the one that holds its own lock already, else one started in this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use liasse_caisse::{Options, Running};
use liasse_core::cards::CardDesk;
use liasse_core::data_dir::DataDir;
use liasse_core::directory::Directory;
use liasse_core::lane::{Handle, Lane, StartError};
use liasse_core::ports::{CardReaders, Clock, KeySource, NoKey, OsIds};
use liasse_core::sending::{PostPlace, PostWorker};
use liasse_core::{CoreError, Workstation};
use liasse_domain::{Code, Coded};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::clock::{ClockError, DemoClock};
use crate::phone;
use crate::world;

/// The fixed, declared key of the demo store: the demo protects nobody's data, it shows how data is protected.
const DEMO_KEY: [u8; 32] = *b"liasse-demo-cle-fixe-et-declaree";

/// The incident that can be played here.
const INCIDENT: &str = include_str!("../../../assets/incidents/demo.toml");

/// The mailbox of the demo practice.
pub const MAILBOX: &str = "dr.test@cabinet.test";
const MAILBOX_PASSWORD: &str = "test-secret";

/// The key of the demo world.
#[derive(Clone, Copy, Debug, Default)]
pub struct DemoKey;

impl KeySource for DemoKey {
    fn data_key(&self) -> Result<Zeroizing<[u8; 32]>, NoKey> {
        Ok(Zeroizing::new(DEMO_KEY))
    }
}

/// Why the demo did not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The workstation.
    #[error(transparent)]
    Core(#[from] CoreError),
    /// The clock.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The simulated caisse.
    #[error(transparent)]
    Caisse(#[from] liasse_caisse::CaisseError),
    /// A caisse holds its lock but does not say where it listens.
    #[error("the caisse does not answer")]
    CaisseSilent,
    /// The embedded world does not load: our bug.
    #[error("the embedded world does not load")]
    World,
    /// The system gave no thread.
    #[error("no thread")]
    Thread,
}

impl Coded for OpenError {
    fn code(&self) -> Code {
        match self {
            Self::Core(error) => error.code(),
            Self::Clock(error) => error.code(),
            Self::Caisse(error) => error.code(),
            Self::CaisseSilent => Code("system.caisse_muette"),
            Self::World => Code("system.monde_embarque"),
            Self::Thread => Code("system.voie_arretee"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Core(error) => error.parameters(),
            Self::Clock(error) => error.parameters(),
            Self::Caisse(error) => error.parameters(),
            _ => Vec::new(),
        }
    }
}

impl<E: Into<OpenError>> From<StartError<E>> for OpenError {
    fn from(error: StartError<E>) -> Self {
        match error {
            StartError::Thread => Self::Thread,
            StartError::Resident(error) => error.into(),
        }
    }
}

/// How a demo is opened.
#[derive(Default)]
pub struct Opening {
    /// Pricing tables in the place of the embedded ones, for the workstation alone.
    pub tables: Option<Arc<liasse_core::Tables>>,
    /// What the caisse started here does otherwise than usual.
    pub scenario: Option<liasse_caisse::Scenario>,
    /// The tables of the caisse started here, in the place of the embedded ones.
    pub caisse_tables: Option<liasse_core::Tables>,
    /// The call neither sends nor fetches: no caisse is started for it.
    pub without_post: bool,
}

/// The open demo practice.
///
/// The lanes end in the order of these fields: the post first, which writes down what it was told, then the cards, then the
/// store that both speak to.
pub struct Office {
    post: Lane<PostWorker>,
    cards: Lane<CardDesk>,
    workstation: Lane<Workstation>,
    clock: DemoClock,
    tables: Option<Arc<liasse_core::Tables>>,
    caisse: Option<Running>,
    place: Option<PostPlace>,
    // The lock of the directory lives as long as the office. Declared last: it is released after the lanes.
    directory: DataDir,
}

impl Office {
    /// Opens the demo directory `root` with these readers.
    pub fn open(root: &Path, mut readers: Box<dyn CardReaders>, opening: Opening) -> Result<Self, OpenError> {
        let directory = DataDir::open_demo(root).map_err(CoreError::from)?;
        let clock = DemoClock::open(&directory.caisse())?;
        let store_path = directory.store();
        let lane_clock: Arc<dyn Clock> = Arc::new(clock.clone());
        let tables = match opening.tables {
            Some(tables) => Some(tables),
            None => liasse_core::tariffs::of_practice(root).map_err(CoreError::from)?.map(Arc::new),
        };
        let lane_tables = tables.clone();
        let incidents = liasse_core::incidents::Incidents::of_practice(root)
            .and_then(|incidents| incidents.and(INCIDENT))
            .map_err(CoreError::from)?;
        let mut certificates = certificates()?;
        certificates.conventions =
            liasse_core::conventions::of_practice(root, certificates.conventions).map_err(CoreError::from)?;
        let workstation = Lane::start("liasse-donnees", move || -> Result<Workstation, OpenError> {
            let key = DemoKey.data_key().map_err(CoreError::from)?;
            let store = liasse_core::open_store(&store_path, &key)?;
            let mut workstation =
                Workstation::new(store, lane_clock, Box::new(OsIds), certificates, lane_tables, incidents)?;
            workstation.set_default("post.user", MAILBOX)?;
            workstation.set_default("post.password", MAILBOX_PASSWORD)?;
            Ok(workstation)
        })?;
        readers.tell_time(Arc::new(clock.clone()));
        let gate = phone::gate(Arc::new(clock.clone())).ok_or(OpenError::World)?;
        let cards = Lane::start("liasse-cartes", move || Ok::<_, OpenError>(CardDesk::new(readers).with_apcv(gate)))?;
        let named = workstation.handle().call(|ws| ws.setting("post.smtp")).map_err(CoreError::from)??;
        let (caisse, place) = match (named, opening.without_post) {
            (None, false) => {
                let usual = Options::in_process(directory.caisse());
                let tables = opening.caisse_tables.unwrap_or_else(|| usual.tables.clone());
                let options = Options { scenario: opening.scenario, tables, ..usual };
                caisse(options).map(|(running, place)| (running, Some(place)))?
            }
            _ => (None, None),
        };
        let worker = PostWorker::new(workstation.handle(), place.clone());
        let post = Lane::start("liasse-poste", move || Ok::<_, OpenError>(worker))?;
        Ok(Self { post, cards, workstation, clock, tables, caisse, place, directory })
    }

    /// The database lane.
    pub fn workstation(&self) -> Handle<Workstation> {
        self.workstation.handle()
    }

    /// The card lane.
    pub fn cards(&self) -> Handle<CardDesk> {
        self.cards.handle()
    }

    /// The clock that can be moved.
    pub fn clock(&self) -> &DemoClock {
        &self.clock
    }

    /// The tables that the workstation prices with.
    pub fn tables(&self) -> &liasse_core::Tables {
        self.tables.as_deref().unwrap_or_else(|| liasse_core::Tables::embedded())
    }

    /// The post lane: the post office that the settings name, else that of the demo.
    pub fn post(&self) -> Handle<PostWorker> {
        self.post.handle()
    }

    /// Where the post office of the demo is, unless the settings name another.
    pub fn post_place(&self) -> Option<&PostPlace> {
        self.place.as_ref()
    }

    /// The data directory.
    pub fn root(&self) -> &Path {
        self.directory.root()
    }

    /// The caisse that was started here, to play faults with; not one that works elsewhere on this directory.
    pub fn caisse(&self) -> Option<&Running> {
        self.caisse.as_ref()
    }

    /// Has a caisse of this process look at the clock at once, after it was moved.
    pub fn caisse_looks_at_the_clock(&self) {
        if let Some(caisse) = &self.caisse {
            caisse.tick();
        }
    }
}

/// What a running caisse writes into `ports.json`.
#[derive(Deserialize)]
struct PortsFile {
    smtp: u16,
    pop3s: u16,
    ca: PathBuf,
}

fn caisse(options: Options) -> Result<(Option<Running>, PostPlace), OpenError> {
    let data = options.data.clone();
    match Running::start(options) {
        Ok(running) => {
            let ports = running.ports();
            let place = place(ports.smtp, ports.pop3s, &ports.ca)?;
            Ok((Some(running), place))
        }
        Err(liasse_caisse::CaisseError::Locked) => Ok((None, running_elsewhere(&data)?)),
        Err(error) => Err(error.into()),
    }
}

/// The caisse that holds the lock: it may still be starting, so its `ports.json` is awaited for a moment.
fn running_elsewhere(data: &Path) -> Result<PostPlace, OpenError> {
    let started = Stopwatch::now();
    loop {
        let found = fs::read_to_string(data.join("ports.json")).ok();
        if let Some(ports) = found.and_then(|text| serde_json::from_str::<PortsFile>(&text).ok()) {
            return place(ports.smtp, ports.pop3s, &ports.ca);
        }
        if started.elapsed() > Duration::from_secs(5) {
            return Err(OpenError::CaisseSilent);
        }
        std::thread::park_timeout(Duration::from_millis(20));
    }
}

fn place(smtp: u16, pop3s: u16, ca: &Path) -> Result<PostPlace, OpenError> {
    let ca_pem = fs::read_to_string(ca).map_err(|_| OpenError::CaisseSilent)?;
    Ok(PostPlace { smtp: ("localhost".to_owned(), smtp), pop3: ("localhost".to_owned(), pop3s), ca_pem: Some(ca_pem) })
}

fn certificates() -> Result<Directory, OpenError> {
    world::directory().ok_or(OpenError::World)
}
