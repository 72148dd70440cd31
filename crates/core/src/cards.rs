//! The card lane: owns the readers and the open cards, reads what is inserted, takes codes, has cards sign.
//! Not the protocol (crate `cards`) and not who may bill (module `desk`). The PIN lives only while it is sent. Everything
//! that is asked of a card is one transaction, where the backend has them.

mod codes;
mod line;
mod pairing;
mod phone;
mod signatures;
mod slot;

use std::time::{Duration, Instant as Stopwatch};

use liasse_cards::cps::{Cache, CpsIdentity};
use liasse_cards::vitale::VitaleRead;
use liasse_cards::{CardError, ChannelError};
use liasse_domain::{BillingSituation, CardKind, Coded, Report};

use crate::apcv::Apcv;
use crate::lane::{Idle, Resident};
use crate::ports::CardReaders;

pub use codes::LastTry;
pub use liasse_cards::cps::{Activity, PukState, complete_pin, complete_puk};
pub(crate) use pairing::names;
pub use pairing::{Difference, Face, difference, same_world};
pub use phone::ApcvGate;
pub use signatures::SigningCards;
use slot::{Open, Reading, Slot};

/// How long one watch for card events lasts. A job that is asked for ends it, and so does the end of the program.
const WATCH: Duration = Duration::from_secs(30);
/// How long between two looks at a card that another program holds.
const AGAIN: Duration = Duration::from_secs(2);
/// How long to wait before looking again for a missing smart card service.
const ABSENT: Duration = Duration::from_millis(500);

/// What is in a reader, as screens show it.
#[derive(Clone, Debug, PartialEq)]
pub enum CardView {
    /// No card.
    Empty,
    /// A card of the CPS family.
    Cps(Box<CpsView>),
    /// A Vitale.
    Vitale(Box<VitaleView>),
    /// A card that is none of ours.
    Unknown {
        /// What its ATR says.
        kind: CardKind,
        /// The ATR.
        atr: Vec<u8>,
    },
    /// A card that could not be read.
    Failed(CardError),
}

/// A CPS in a reader.
#[derive(Clone, Debug, PartialEq)]
pub struct CpsView {
    /// Who and which certificates.
    pub identity: CpsIdentity,
    /// Tries of the PIN left.
    pub tries_left: u8,
    /// The billing situations, once the PIN is verified. `None` before.
    pub situations: Option<Vec<BillingSituation>>,
    /// Whether the situations are in a format that is not public.
    pub situations_not_public: bool,
    /// How long the file of the situations is where its format is not public, as far as there is one and the PIN was verified.
    pub undecoded_bytes: Option<usize>,
    /// Where the holder practises, once somebody asked: see [`CardDesk::ask_activities`].
    pub activities: Option<Vec<Activity>>,
    /// APDUs and time that the reading took.
    pub cost: Cost,
}

/// A Vitale in a reader, or the patient's application in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct VitaleView {
    /// Everything that was read.
    pub read: VitaleRead,
    /// APDUs and time that the reading took.
    pub cost: Cost,
    /// What an appli carte Vitale presented; nothing for a card.
    pub apcv: Option<Box<Apcv>>,
}

/// What a reading cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// APDUs, GET RESPONSE included.
    pub apdus: u32,
    /// Milliseconds.
    pub ms: u32,
}

/// One reader.
#[derive(Clone, Debug, PartialEq)]
pub struct ReaderView {
    /// Its name.
    pub name: String,
    /// Counts insertions, so that the same card put back is seen.
    pub insertions: u32,
    /// The ATR of the card in it.
    pub atr: Option<Vec<u8>>,
    /// What is in it.
    pub card: CardView,
    /// Counts the cards that were put in: of two, the one with the lower number was there first.
    pub order: u64,
    /// Maker, model and driver of the reader, where somebody asked and the driver says so.
    pub driver: Option<String>,
}

/// All readers at one moment, or why there are none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Snapshot {
    /// The readers in the order of the system.
    pub readers: Vec<ReaderView>,
    /// Set when the smart card service does not answer.
    pub service: Option<Report>,
}

impl Snapshot {
    /// The CPS that counts, and its reader: the one whose PIN was given, else the one that was put in first. Another that is
    /// put in beside it takes nobody's place.
    pub fn cps(&self) -> Option<(&str, &CpsView)> {
        let all = self.professionals();
        all.iter().find(|(_, cps)| cps.situations.is_some()).or(all.first()).copied()
    }

    /// Every CPS and its reader, the one that was put in first first.
    pub fn professionals(&self) -> Vec<(&str, &CpsView)> {
        self.in_order(|card| match card {
            CardView::Cps(cps) => Some(cps.as_ref()),
            _ => None,
        })
    }

    /// The Vitale that counts, and its reader: the one that was put in first.
    pub fn vitale(&self) -> Option<(&str, &VitaleView)> {
        self.patients().first().copied()
    }

    /// Every Vitale and its reader, the one that was put in first first.
    pub fn patients(&self) -> Vec<(&str, &VitaleView)> {
        self.in_order(|card| match card {
            CardView::Vitale(vitale) => Some(vitale.as_ref()),
            _ => None,
        })
    }

    /// The reader of that name.
    pub fn reader(&self, name: &str) -> Option<&ReaderView> {
        self.readers.iter().find(|reader| reader.name == name)
    }

    fn in_order<'a, T>(&'a self, pick: impl Fn(&'a CardView) -> Option<&'a T>) -> Vec<(&'a str, &'a T)> {
        let mut found: Vec<(u64, &str, &T)> = self
            .readers
            .iter()
            .filter_map(|reader| pick(&reader.card).map(|card| (reader.order, reader.name.as_str(), card)))
            .collect();
        found.sort_by_key(|(order, ..)| *order);
        found.into_iter().map(|(_, name, card)| (name, card)).collect()
    }
}

type Listener = Box<dyn FnMut(&Snapshot) + Send>;

/// The resident of the card lane.
pub struct CardDesk {
    readers: Box<dyn CardReaders>,
    slots: Vec<Slot>,
    service: Option<ChannelError>,
    listeners: Vec<Listener>,
    /// Cards that were read before: who holds them and their certificates, in memory only.
    cache: Cache,
    inserted: u64,
    /// When a card that another program holds was last tried.
    tried: Stopwatch,
    reads_only: bool,
    /// What telephones are taken in with, where they are.
    apcv: Option<ApcvGate>,
}

impl CardDesk {
    /// Takes the readers over and reads what is in them.
    pub fn new(readers: Box<dyn CardReaders>) -> Self {
        Self::of(readers, false)
    }

    /// The same for a call that reads and never signs: the certificate by which a simulated Vitale signs stays on the card.
    pub fn to_read(readers: Box<dyn CardReaders>) -> Self {
        Self::of(readers, true)
    }

    fn of(readers: Box<dyn CardReaders>, reads_only: bool) -> Self {
        let mut desk = Self {
            readers,
            slots: Vec::new(),
            service: None,
            listeners: Vec::new(),
            cache: Cache::new(),
            inserted: 0,
            tried: Stopwatch::now(),
            reads_only,
            apcv: None,
        };
        desk.refresh();
        desk
    }

    /// Calls `listener` with every change from now on, and once with the present state.
    pub fn subscribe(&mut self, mut listener: Listener) {
        listener(&self.snapshot());
        self.listeners.push(listener);
    }

    /// What is in the readers now, as last read.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            readers: self.slots.iter().map(Slot::view).collect(),
            service: self.service.as_ref().map(Coded::report),
        }
    }

    /// Asks what drives each reader, for the diagnostic: no card is needed and none is disturbed.
    pub fn ask_drivers(&mut self) {
        for slot in &mut self.slots {
            slot.driver = self.readers.driver(&slot.state.name);
        }
    }

    /// Asks each CPS whose PIN was given where its holder practises, once: up to sixteen files, which no signature needs. A card that
    /// fails has said nothing; whoever signs with it finds out.
    pub fn ask_activities(&mut self) {
        for slot in &mut self.slots {
            slot.ask_activities();
        }
    }

    /// Looks at the readers, reads every card that was put in since and tries those that another program held; `true` when
    /// anything changed.
    pub fn refresh(&mut self) -> bool {
        let states = match self.readers.list() {
            Ok(states) => states,
            Err(error) => {
                let changed = self.service != Some(error) || !self.slots.is_empty();
                self.slots.clear();
                self.service = Some(error);
                return changed;
            }
        };
        let mut changed = self.service.take().is_some();
        let mut previous = std::mem::take(&mut self.slots);
        changed |= previous.len() != states.len();
        for state in states {
            let known = previous.iter().position(|slot| slot.state == state).map(|index| previous.swap_remove(index));
            let slot = match known {
                Some(slot) if !slot.waits() => slot,
                Some(held) => {
                    let slot = self.read(state, held.order, held.driver);
                    changed |= slot.view != held.view;
                    slot
                }
                None => {
                    changed = true;
                    self.inserted += 1;
                    let driver = previous.iter().find(|slot| slot.state.name == state.name);
                    let driver = driver.and_then(|slot| slot.driver.clone());
                    self.read(state, self.inserted, driver)
                }
            };
            self.slots.push(slot);
        }
        self.tried = Stopwatch::now();
        changed
    }

    /// Reads the card in `reader` again from the start; a verified PIN is forgotten.
    pub fn read_again(&mut self, reader: &str) {
        let Some(at) = self.slots.iter().position(|slot| slot.state.name == reader) else { return };
        // The old line is closed before a new one is opened.
        let Slot { state, order, driver, .. } = self.slots.remove(at);
        let slot = self.read(state, order, driver);
        self.slots.insert(at, slot);
    }

    /// The card of a professional in `reader` asks for its code again, as after it was put in; whoever was at the desk by it is so
    /// no more, and must see it.
    pub fn lock(&mut self, reader: &str) {
        let is_open = |slot: &Slot| slot.state.name == reader && matches!(slot.open, slot::Open::Verified(_));
        if self.slots.iter().any(is_open) {
            self.read_again(reader);
            self.notify();
        }
    }

    /// The same after a job on it has failed. A card that does not answer, or not in time, is not asked again: it says so until
    /// it is put in anew.
    fn read_after(&mut self, reader: &str, error: CardError) {
        if !matches!(error, CardError::Channel(ChannelError::Mute) | CardError::Endless) {
            return self.read_again(reader);
        }
        if let Ok(slot) = find(&mut self.slots, reader) {
            (slot.open, slot.view, slot.line) = (Open::Nothing, CardView::Failed(error), None);
        }
    }

    fn read(&mut self, state: crate::ports::ReaderState, order: u64, driver: Option<String>) -> Slot {
        let Self { readers, cache, reads_only, apcv, .. } = self;
        let mut slot = Reading { readers: readers.as_mut(), cache, reads_only: *reads_only }.slot(state, order, driver);
        phone::take_in(readers.as_mut(), apcv.as_ref(), &mut slot);
        slot
    }

    fn notify(&mut self) {
        let snapshot = self.snapshot();
        for listener in &mut self.listeners {
            listener(&snapshot);
        }
    }
}

impl Resident for CardDesk {
    fn idle(&mut self) -> Idle {
        let waits = self.slots.iter().any(Slot::waits);
        match self.readers.wait_change(if waits { AGAIN } else { WATCH }) {
            Ok(changed) => {
                let again = waits && self.tried.elapsed() >= AGAIN;
                if (changed || again) && self.refresh() {
                    self.notify();
                }
                Idle::Watched
            }
            Err(_) => {
                if self.refresh() {
                    self.notify();
                }
                Idle::Pause(ABSENT)
            }
        }
    }

    fn waker(&self) -> Option<std::sync::Arc<dyn Fn() + Send + Sync>> {
        Some(self.readers.waker())
    }
}

fn find<'a>(slots: &'a mut [Slot], reader: &str) -> Result<&'a mut Slot, CardError> {
    slots.iter_mut().find(|slot| slot.state.name == reader).ok_or(CardError::Channel(ChannelError::NoReader))
}
