//! Opening a data directory, on a thread of its own so that the window stays alive: a store, lanes, and for the demonstration its
//! servers. What a practice is opened with is said here once; tests hand doubles in.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use iced::Task;
use liasse_core::aside;
use liasse_core::backup::Condition;
use liasse_core::desk::SignedIn;
use liasse_core::keys::rekey::{self, Rekeyed, Settled};
use liasse_core::keys::{Cost, DataKey, KeyError, Keyring, Keys, OsKeyring, RecoveryCode, SecretString, Way, WayState};
use liasse_core::office::{Hands, Office, OfficeError};
use liasse_core::ports::{CardReaders, KeySource, OsIds};
use liasse_core::schedule::Schedule;
use liasse_core::settings::{Absence, Appearance};
use liasse_demo::Tray;
use liasse_domain::{Coded, Instant, Report};

use crate::ask::reported;
use crate::text::t;

/// What opening gives, in a message that must be cloneable.
#[derive(Clone)]
pub struct Opened {
    /// The practice.
    pub office: Arc<Office>,
    /// What only the demonstration has beside it.
    pub demo: Option<(Arc<liasse_demo::Office>, Tray)>,
    /// The time of the practice.
    pub now: Instant,
    /// When the post works by itself.
    pub schedule: Schedule,
    /// How the window looks.
    pub appearance: Appearance,
    /// What happens while nobody is there.
    pub absence: Absence,
    /// What is to be said as it opens.
    pub said: Option<&'static str>,
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Opened(…)")
    }
}

impl Opened {
    /// An open practice with what the window keeps of its settings.
    pub fn of(office: Arc<Office>) -> Result<Self, Report> {
        let read = |ws: &mut liasse_core::Workstation| -> Result<_, liasse_core::CoreError> {
            Ok((ws.now(), ws.schedule()?, ws.appearance()?, ws.absence()?))
        };
        let read = office.workstation().call(read).map_err(|ended| ended.report())?;
        let (now, schedule, appearance, absence) = read.map_err(|error| error.report())?;
        Ok(Self { office, demo: None, now, schedule, appearance, absence, said: None })
    }

    /// The same with the demonstration beside it.
    pub fn of_demo(demo: Arc<liasse_demo::Office>, tray: Tray) -> Result<Self, Report> {
        Ok(Self { demo: Some((Arc::clone(&demo), tray)), ..Self::of(Arc::clone(demo.core()))? })
    }
}

/// Why a practice did not open.
#[derive(Clone, Debug)]
pub struct Refusal {
    /// The sentences.
    pub report: Box<Report>,
    /// Whether the data do not read although the key is right.
    pub damage: bool,
    /// What was found in their file then.
    pub found: Vec<Report>,
}

impl From<OfficeError> for Refusal {
    fn from(error: OfficeError) -> Self {
        Self { damage: error.is_damage(), report: Box::new(error.report()), found: Vec::new() }
    }
}

impl From<KeyError> for Refusal {
    fn from(error: KeyError) -> Self {
        error.report().into()
    }
}

impl From<Report> for Refusal {
    fn from(report: Report) -> Self {
        Self { report: Box::new(report), damage: false, found: Vec::new() }
    }
}

/// What a practice is opened with.
#[derive(Clone)]
pub struct Means {
    /// Readers and clock.
    pub hands: Arc<dyn Fn() -> Hands + Send + Sync>,
    /// The keyring of the computer.
    pub keyring: Arc<dyn Keyring>,
    /// What a guess at a passphrase costs.
    pub cost: Cost,
}

impl Means {
    /// Those of this computer.
    pub fn of_this_computer() -> Self {
        Self { hands: Arc::new(Hands::of_this_computer), keyring: Arc::new(OsKeyring), cost: Cost::USUAL }
    }
}

impl std::fmt::Debug for Means {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Means(…)")
    }
}

/// Opens the demonstration in `root`.
pub fn demo(root: PathBuf) -> Task<Result<Opened, Report>> {
    reported(move || {
        let tray = Tray::for_window().with_cards_of(&root);
        let readers: Box<dyn CardReaders> = Box::new(tray.clone());
        let office = liasse_demo::Office::open(&root, readers, liasse_demo::Opening::default());
        Opened::of_demo(Arc::new(office.map_err(|error| error.report())?), tray)
    })
}

/// Opens the practice in `root` under one of these keys.
pub fn practice(root: &Path, keys: Vec<DataKey>, means: &Means) -> Result<Opened, Refusal> {
    let office = Office::open_real(root, keys.clone(), (means.hands)());
    let office = office.map_err(Refusal::from).map_err(|refusal| looked_at(root, &keys, refusal))?;
    let said = match office.settled() {
        Settled::Nothing => None,
        Settled::Waits => Some(t("unlock.rekey_waits")),
        Settled::GivenUp if office.ways().is_ok_and(|ways| ways.recovery == WayState::Absent) => {
            Some(t("unlock.rekey_given_up_no_code"))
        }
        Settled::GivenUp => Some(t("unlock.rekey_given_up")),
        Settled::Finished => Some(t("unlock.rekey_finished")),
    };
    Ok(Opened { said, ..Opened::of(Arc::new(office))? })
}

/// Opens the practice in `root` by what somebody gave.
pub fn by(root: &Path, way: Way<'_>, means: &Means) -> Result<Opened, Refusal> {
    let keys = Keys::read(root)?.unlock(way)?;
    practice(root, keys, means)
}

/// The refusal, with what is found in a file that does not read: at most the first things.
fn looked_at(root: &Path, keys: &[DataKey], refusal: Refusal) -> Refusal {
    const MOST: usize = 3;
    if !refusal.damage {
        return refusal;
    }
    let keys: Vec<&dyn KeySource> = keys.iter().map(|key| -> &dyn KeySource { key }).collect();
    let found = match aside::condition(&root.join("liasse.db"), &keys) {
        Ok(Condition::Ours(findings)) => findings.iter().take(MOST).map(Coded::report).collect(),
        // The refusal itself says that.
        Ok(_) => Vec::new(),
        Err(error) => vec![error.report()],
    };
    Refusal { found, ..refusal }
}

/// Makes a practice in `root`, and the code that is printed once.
pub fn new_practice(
    root: &Path,
    passphrase: &SecretString,
    means: &Means,
) -> Result<(Opened, Arc<RecoveryCode>), Refusal> {
    let (office, code) = Office::create_real(root, passphrase, means.cost, (means.hands)())?;
    Ok((Opened::of(Arc::new(office))?, Arc::new(code)))
}

/// A data key that was changed.
#[derive(Clone, Debug)]
pub struct NewKey {
    /// Its recovery code, told this once.
    pub code: Arc<RecoveryCode>,
    /// The beginning of its name.
    pub name: String,
    /// The day, for the sheet of the code.
    pub today: NaiveDate,
    /// The practice, opened by it; nothing where something else keeps it closed.
    pub opened: Option<Opened>,
}

/// Closes a practice that nobody else holds, copies its data under a new key, and opens it by that. Takes as long as the data are
/// large.
pub fn new_key(
    office: Arc<Office>,
    passphrase: &SecretString,
    who: Option<&SignedIn>,
    means: &Means,
) -> Result<NewKey, Report> {
    let (root, clock, today) = (office.root().to_owned(), Arc::clone(office.clock()), office.today());
    let closed = match Arc::into_inner(office) {
        Some(office) => office.into_custody(Way::Passphrase(passphrase), who),
        None => Err(OfficeError::AtWork),
    };
    let (keyring, cost) = (means.keyring.as_ref(), means.cost);
    let changed =
        closed.and_then(|custody| rekey::rekey(custody, passphrase, keyring, &mut OsIds, cost, clock.as_ref()));
    let Rekeyed { short_name, code } = changed.map_err(|error| error.report())?;
    let opened = by(&root, Way::Passphrase(passphrase), means).ok();
    let opened = opened.map(|opened| Opened { said: Some(t("rekey.done")), ..opened });
    Ok(NewKey { code: Arc::new(code), name: short_name, today, opened })
}
