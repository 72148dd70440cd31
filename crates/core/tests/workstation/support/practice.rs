//! A practice: a store in a folder that goes away, a clock that is moved by hand, numbers that never repeat.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use liasse_core::Workstation;
use liasse_core::desk::SignedIn;
use liasse_core::directory::{Directory, Trust};
use liasse_core::incidents::Incidents;
use liasse_core::invoicing::Draft;
use liasse_core::lane::{Handle, Lane};
use liasse_core::ports::{Clock, Ids};
use liasse_core::replacement::{Plan, locum_on};
use liasse_core::sending::send_all;
use liasse_domain::replacement::{Calendar, ShareBase, Slot, Terms, Weekdays};
use liasse_domain::returns::Return;
use liasse_domain::{Destination, FileIdentifier, FseRef, Instant, Rate, TransmissionState};
use liasse_store::{Actor, Arrived, Decoded, Stamp, Store};
use sha2::{Digest, Sha256};

use super::{Direct, Hand, ScriptPost};

/// The Thursday on which every test begins, 09:00 in Paris.
pub const LANDED: &str = "2026-01-15T08:00:00Z";

const KEY: [u8; 32] = [7; 32];

/// An instant from text.
pub fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// A clock that stands still until it is moved.
#[derive(Clone)]
pub struct TestClock(Arc<Mutex<Instant>>);

impl TestClock {
    /// Moves it.
    pub fn set(&self, text: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = instant(text);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Different bytes at every call, the same at every run.
struct Counted(Arc<AtomicU32>);

impl Ids for Counted {
    fn random(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            let [_, high, mixed, low] = count.wrapping_mul(2_654_435_761).to_be_bytes();
            *byte = high ^ mixed ^ low;
        }
    }
}

/// The certificates of the invented world, with one caisse for each destination named.
pub fn directory(caisses: &[&str]) -> Directory {
    let pem = |name: &str| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pki").join(name);
        fs::read_to_string(path).expect("a fixture")
    };
    let der = |name: &str| Trust::from_pem(&pem(name)).expect("a certificate").roots.remove(0);
    let chain_pem = pem("chain.pem");
    let trust = Trust::from_pem(&chain_pem).expect("the root").with_crl_pem(&pem("crl.pem")).expect("the CRL");
    let encryption = caisses.iter().map(|caisse| {
        let destination = Destination::new("01", caisse).expect("a caisse");
        (destination, der("caisse-encryption.pem"))
    });
    Directory {
        trust,
        chain_pem,
        encryption: encryption.collect(),
        concentrators: [("oct@concentrateur.test".to_owned(), der("caisse-encryption.pem"))].into(),
        returns: vec![der("caisse-returns.pem")],
        conventions: Vec::new(),
    }
}

/// See the module.
pub struct Practice {
    folder: PathBuf,
    /// Its clock.
    pub clock: TestClock,
    count: Arc<AtomicU32>,
}

impl Practice {
    /// An empty practice on [`LANDED`].
    pub fn new() -> Self {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let number = FOLDERS.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("liasse-core-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("temporary folder");
        Self { folder, clock: TestClock(Arc::new(Mutex::new(instant(LANDED)))), count: Arc::default() }
    }

    /// Its folder.
    pub fn folder(&self) -> &std::path::Path {
        &self.folder
    }

    /// Its store, past the workstation.
    pub fn store(&self) -> Store {
        Store::open(&self.folder.join("liasse.db"), &KEY).expect("store opens")
    }

    /// As the program starts: a workstation over the store as it was left.
    pub fn workstation(&self) -> Workstation {
        self.workstation_with(directory(&["751", "951"]))
    }

    /// The same, with other certificates.
    pub fn workstation_with(&self, directory: Directory) -> Workstation {
        let ids = Box::new(Counted(Arc::clone(&self.count)));
        let mut workstation = Workstation::new(
            self.store(),
            Arc::new(self.clock.clone()),
            ids,
            directory,
            None,
            Incidents::of_practice(&self.folder).expect("incidents"),
        )
        .expect("workstation");
        workstation.set_default("post.user", "dr.test@cabinet.test").expect("setting");
        workstation
    }

    /// Takes in what a caisse or an insurer said, past its mail.
    pub fn take(&self, message: &Return) {
        let raw = serde_json::to_vec(message).expect("json");
        let sha256 = Sha256::digest(&raw).into();
        let decoded = Some(Decoded::Return(message));
        let arrived = Arrived { mailbox: "a@cabinet.test", uidl: "1", raw: &raw, sha256, decoded, note: None };
        let actor = Actor { who: "systeme".to_owned(), role: "systeme".to_owned() };
        self.store().take_returns(&Stamp::new(self.clock.now(), actor), &[arrived]).expect("taken");
    }

    /// From now on its list of incidents is this one, before the national ones.
    pub fn incidents(&self, list: &str) {
        fs::write(self.folder.join("incidents.toml"), list).expect("written");
    }

    /// The workstation in a lane, as faces have it.
    pub fn lane(&self) -> Lane<Workstation> {
        let workstation = self.workstation();
        Lane::start("test", move || Ok::<_, ()>(workstation)).expect("a lane")
    }

    /// One G for the first person on each of these Vitale, signed by Dr Gris and in signed lots: ready to leave.
    pub fn posted(&self, vitales: &[&str]) -> Vec<(FseRef, FileIdentifier)> {
        let mut workstation = self.workstation();
        let mut made = Vec::new();
        for vitale in vitales {
            let hand = Hand::of("cps-gris", Some(vitale));
            let who = hand.signed_in(&self.clock);
            made.push(signed(&mut workstation, &hand, &who));
            workstation.seal_lots(&who).expect("sealed");
            workstation.sign_lots(&who, &hand).expect("lot signed");
        }
        let lot = |fse: &FseRef| workstation.store().fse(fse).expect("read").and_then(|row| row.lot).expect("in a lot");
        made.iter().map(|fse| (fse.clone(), lot(fse))).collect()
    }

    /// The same, and the post has taken their files.
    pub fn sent(&self, vitales: &[&str]) -> Vec<(FseRef, FileIdentifier)> {
        let made = self.posted(vitales);
        let mut post = ScriptPost::new(self.lane());
        send_all(&post.handle(), &mut post).expect("sent");
        made
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// One G for the first person on the Vitale of `hand`, signed.
pub fn signed(workstation: &mut Workstation, hand: &Hand, who: &SignedIn) -> FseRef {
    let vitale = hand.vitale();
    let mut draft = Draft::new(&vitale, 0, workstation.now()).expect("a draft");
    draft.add_act("G");
    let fse = workstation.prepare(&draft, who).expect("prepared");
    workstation.sign(&fse, who, Some(&vitale), hand).expect("signed");
    fse
}

/// The week of Monday 19 January 2026, in which the holder of that card replaces Dr Gris on working days.
pub fn week_of(locum: &Hand) -> Plan {
    let time = |text: &str| chrono::NaiveTime::parse_from_str(text, "%H:%M").expect("a time");
    let day = |text: &str| text.parse().expect("a day");
    let slot = Slot { days: Weekdays::of(&[1, 2, 3, 4, 5]), from: time("08:00"), until: time("19:30") };
    let share = Rate::percent(70);
    Plan {
        locum: locum_on(&locum.cps()).expect("a locum"),
        situations: Vec::new(),
        calendar: Calendar::new(day("2026-01-19"), day("2026-01-23"), vec![slot]).expect("a calendar"),
        recurring: false,
        mailbox: true,
        terms: Terms { base: ShareBase::Billed, office: share, visits: share, duty: Rate::FULL },
    }
}

/// What tests ask of a workstation in its lane.
pub trait Ask {
    /// Where the file stands.
    fn transmission(&self, lot: FileIdentifier) -> TransmissionState;
}

impl Ask for Handle<Workstation> {
    fn transmission(&self, lot: FileIdentifier) -> TransmissionState {
        let row = self.call(move |ws| ws.store().lot(lot)).expect("the lane lives").expect("read");
        row.expect("the lot").transmission
    }
}
