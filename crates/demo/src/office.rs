//! Opening the demo world's data directory: lock, clock, store under the declared key, caisse, card lane.
//! One way for both faces. The caisse is the one that holds its own lock already, else one started in this process.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant as Stopwatch};

use liasse_caisse::{Options, Running};
use liasse_core::cards::CardDesk;
use liasse_core::data_dir::DataDir;
use liasse_core::lane::{Handle, StartError};
use liasse_core::office::{self as practice, OfficeError};
use liasse_core::ports::{CardReaders, KeySource, NoKey};
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
    /// The practice.
    #[error(transparent)]
    Office(#[from] OfficeError),
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
}

impl Coded for OpenError {
    fn code(&self) -> Code {
        match self {
            Self::Core(error) => error.code(),
            Self::Office(error) => error.code(),
            Self::Clock(error) => error.code(),
            Self::Caisse(error) => error.code(),
            Self::CaisseSilent => Code("system.caisse_muette"),
            Self::World => Code("system.monde_embarque"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Core(error) => error.parameters(),
            Self::Office(error) => error.parameters(),
            Self::Clock(error) => error.parameters(),
            Self::Caisse(error) => error.parameters(),
            _ => Vec::new(),
        }
    }
}

impl<E: Into<OpenError>> From<StartError<E>> for OpenError {
    fn from(error: StartError<E>) -> Self {
        match error {
            StartError::Thread => OfficeError::Thread.into(),
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

/// The open demo practice: a practice as any other, the clock that moves and the caisse that was started for it.
pub struct Office {
    // Declared first: its lanes end before the caisse does.
    core: Arc<practice::Office>,
    clock: DemoClock,
    caisse: Option<Running>,
}

impl Office {
    /// Opens the demo directory `root` with these readers.
    pub fn open(root: &Path, readers: Box<dyn CardReaders>, opening: Opening) -> Result<Self, OpenError> {
        let directory = DataDir::open_demo(root).map_err(CoreError::from)?;
        let memory = directory.caisse();
        let clock = DemoClock::open(&memory)?;
        let apcv = phone::gate(Arc::new(clock.clone())).ok_or(OpenError::World)?;
        let parts = practice::Opening {
            keys: vec![Arc::new(DemoKey)],
            clock: Arc::new(clock.clone()),
            readers,
            directory: world::directory().ok_or(OpenError::World)?,
            tables: opening.tables,
            incidents: Some(INCIDENT),
            apcv: Some(apcv),
            defaults: &[("post.user", MAILBOX), ("post.password", MAILBOX_PASSWORD)],
        };
        let (scenario, caisse_tables, without_post) = (opening.scenario, opening.caisse_tables, opening.without_post);
        let mut started = None;
        let place = |workstation: &Handle<Workstation>| -> Result<Option<PostPlace>, OpenError> {
            let named = workstation.call(|ws| ws.setting("post.smtp")).map_err(CoreError::from)??;
            if named.is_some() || without_post {
                return Ok(None);
            }
            let usual = Options::in_process(memory);
            let tables = caisse_tables.unwrap_or_else(|| usual.tables.clone());
            let (running, place) = caisse(Options { scenario, tables, ..usual })?;
            started = running;
            Ok(Some(place))
        };
        let core = Arc::new(practice::Office::assemble(directory, parts, place)?);
        Ok(Self { core, clock, caisse: started })
    }

    /// The practice, as screens and use cases know it.
    pub fn core(&self) -> &Arc<practice::Office> {
        &self.core
    }

    /// The database lane.
    pub fn workstation(&self) -> Handle<Workstation> {
        self.core.workstation()
    }

    /// The card lane.
    pub fn cards(&self) -> Handle<CardDesk> {
        self.core.cards()
    }

    /// The clock that can be moved.
    pub fn clock(&self) -> &DemoClock {
        &self.clock
    }

    /// The tables that the workstation prices with.
    pub fn tables(&self) -> &liasse_core::Tables {
        self.core.tables()
    }

    /// The post lane: the post office that the settings name, else that of the demo.
    pub fn post(&self) -> Handle<PostWorker> {
        self.core.post()
    }

    /// Where the post office of the demo is, unless the settings name another.
    pub fn post_place(&self) -> Option<&PostPlace> {
        self.core.post_place()
    }

    /// The data directory.
    pub fn root(&self) -> &Path {
        self.core.root()
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
