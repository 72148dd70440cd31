//! Readers that follow a script: cards go in and out, the smart card service stops and comes back, a card forgets itself. And the
//! telephones of the world, with what a lane takes them in by.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use liasse_cardsim::{Knobs, Phone, SimCard, SimChannel, image_named};
use liasse_core::apcv::{Apcv, ApcvError};
use liasse_core::cards::ApcvGate;
use liasse_core::directory::Trust;
use liasse_core::ports::{ApcvEngine, CardChannel, CardReaders, ChannelError, Clock, ReaderState};
use liasse_domain::Instant;

use super::{TestClock, directory};

/// The telephone that goes with a Vitale of the world.
pub fn phone(vitale: &str) -> Phone {
    Phone::of(&image_named(vitale).expect("a card of the world")).expect("a Vitale")
}

/// What such a telephone shows at that hour: never twice the same.
pub fn shown_by(phone: &Phone, at: Instant) -> Option<String> {
    static SHOWN: AtomicU64 = AtomicU64::new(0);
    let mut drawn = [0; 16];
    drawn[..8].copy_from_slice(&SHOWN.fetch_add(1, Ordering::Relaxed).to_be_bytes());
    phone.context(&drawn, at)
}

/// Such a telephone on a reader, which reads that hour.
pub fn telephone(vitale: &str, at: Instant, knobs: Knobs) -> SimCard {
    let phone = phone(vitale);
    SimCard::phone(Box::new(move || shown_by(&phone, at)), knobs)
}

/// What a lane takes telephones in by: those of two families are believed, and sign while their context holds.
pub fn gate(clock: &TestClock) -> ApcvGate {
    let clock: Arc<dyn Clock> = Arc::new(clock.clone());
    let trust = directory(&[]).trust;
    let phones = ["vitale-durand", "vitale-martin"].map(phone);
    let engine = Box::new(Engine { phones, trust: trust.clone(), clock: Arc::clone(&clock) });
    ApcvGate { trust, clock, engine }
}

struct Engine {
    phones: [Phone; 2],
    trust: Trust,
    clock: Arc<dyn Clock>,
}

impl ApcvEngine for Engine {
    fn sign(&mut self, apcv: &Apcv, hash: &[u8; 32]) -> Result<Vec<u8>, ApcvError> {
        let certificate = apcv.checked(&self.trust, self.clock.now())?;
        let phone = self.phones.iter().find(|phone| phone.certificate() == certificate);
        phone.and_then(|phone| phone.sign(hash)).ok_or(ApcvError::NoEngine)
    }
}

struct Slot {
    name: String,
    card: Option<(Arc<Mutex<SimCard>>, SimChannel)>,
    insertions: u32,
    odd: Option<Vec<u8>>,
    /// Another program holds the card.
    held: bool,
}

impl Slot {
    fn empty(name: &str) -> Self {
        Self { name: name.to_owned(), card: None, insertions: 0, odd: None, held: false }
    }
}

struct Inside {
    slots: Vec<Slot>,
    service: Option<ChannelError>,
    /// What the next command to any card ends with.
    next: Option<ChannelError>,
    connections: u32,
    /// Transactions that were begun and not ended; commands that a card heard outside of one.
    jobs: u32,
    outside: u32,
    changed: bool,
    woken: bool,
}

/// See the module. Clones are the same readers.
#[derive(Clone)]
pub struct Readers(Arc<(Mutex<Inside>, Condvar)>);

impl Readers {
    /// Empty readers of these names.
    pub fn named(names: &[&str]) -> Self {
        let inside = Inside {
            slots: names.iter().map(|name| Slot::empty(name)).collect(),
            service: None,
            next: None,
            connections: 0,
            jobs: 0,
            outside: 0,
            changed: false,
            woken: false,
        };
        Self(Arc::new((Mutex::new(inside), Condvar::new())))
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, what: impl FnOnce(&mut Inside)) {
        let mut inside = self.lock();
        what(&mut inside);
        inside.changed = true;
        drop(inside);
        self.0.1.notify_all();
    }

    /// Puts the simulated card of that name in.
    pub fn insert(&self, reader: &str, card: &str) {
        let image = image_named(card).expect("a card of the world");
        self.put(reader, SimCard::new(image, Knobs::default()));
    }

    /// Lays the telephone that goes with that Vitale on the reader; it reads that hour.
    pub fn lay(&self, reader: &str, vitale: &str, at: Instant) {
        self.put(reader, telephone(vitale, at, Knobs::default()));
    }

    fn put(&self, reader: &str, card: SimCard) {
        let card = Arc::new(Mutex::new(card));
        let channel = SimChannel::shared(Arc::clone(&card));
        self.change(|inside| {
            let slot = inside.slot(reader);
            slot.card = Some((card, channel));
            slot.insertions += 1;
        });
    }

    /// Puts something in that answers this ATR and nothing else.
    pub fn insert_odd(&self, reader: &str, atr: &[u8]) {
        self.change(|inside| {
            let slot = inside.slot(reader);
            slot.odd = Some(atr.to_vec());
            slot.insertions += 1;
        });
    }

    /// Pulls the card; whoever talks to it hears so. The event itself comes with the next look at the readers.
    pub fn pull(&self, reader: &str) {
        self.change(|inside| {
            let slot = inside.slot(reader);
            slot.odd = None;
            if let Some((_, card)) = slot.card.take() {
                card.pull();
            }
        });
    }

    /// Another program resets the card: its PIN is forgotten, and nobody is told.
    pub fn reset(&self, reader: &str) {
        let card = self.lock().slot(reader).card.as_ref().map(|(card, _)| Arc::clone(card));
        drop(SimChannel::shared(card.expect("a card is in")));
    }

    /// The smart card service stops, or comes back with `None`.
    pub fn service(&self, fault: Option<ChannelError>) {
        self.change(|inside| inside.service = fault);
    }

    /// The next command to any card ends so.
    pub fn next_command_ends(&self, error: ChannelError) {
        self.lock().next = Some(error);
    }

    /// A reader is plugged in, before the others.
    pub fn plug(&self, reader: &str) {
        self.change(|inside| inside.slots.insert(0, Slot::empty(reader)));
    }

    /// A reader is unplugged, with what is in it.
    pub fn unplug(&self, reader: &str) {
        self.pull(reader);
        self.change(|inside| inside.slots.retain(|slot| slot.name != reader));
    }

    /// Another program holds the card in that reader, or lets go. Nobody is told, as in pcsc-lite.
    pub fn hold(&self, reader: &str, held: bool) {
        self.lock().slot(reader).held = held;
    }

    /// Transactions that were begun and not ended, and commands that a card heard outside of one.
    pub fn jobs(&self) -> (u32, u32) {
        let inside = self.lock();
        (inside.jobs, inside.outside)
    }

    /// How often a card was connected to.
    pub fn connections(&self) -> u32 {
        self.lock().connections
    }
}

impl Inside {
    fn slot(&mut self, reader: &str) -> &mut Slot {
        self.slots.iter_mut().find(|slot| slot.name == reader).expect("a reader of that name")
    }
}

impl CardReaders for Readers {
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        let mut inside = self.lock();
        inside.changed = false;
        if let Some(fault) = inside.service {
            return Err(fault);
        }
        let state = |slot: &Slot| ReaderState {
            name: slot.name.clone(),
            atr: slot.odd.clone().or_else(|| slot.card.as_ref().map(|(_, card)| card.atr().to_vec())),
            insertions: slot.insertions,
        };
        Ok(inside.slots.iter().map(state).collect())
    }

    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError> {
        let waiting = |inside: &mut Inside| !inside.changed && !inside.woken && inside.service.is_none();
        let waited = self.0.1.wait_timeout_while(self.lock(), limit, waiting);
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        inside.woken = false;
        match inside.service {
            Some(fault) => Err(fault),
            None => Ok(inside.changed),
        }
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        let mut inside = self.lock();
        inside.connections += 1;
        let slot = inside.slot(reader);
        let held = slot.held;
        let (_, card) = slot.card.clone().ok_or(ChannelError::Removed)?;
        drop(inside);
        if held {
            return Err(ChannelError::Busy);
        }
        Ok(Box::new(Watched { card, reader: reader.to_owned(), readers: self.clone() }))
    }

    fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let readers = self.clone();
        Arc::new(move || {
            readers.lock().woken = true;
            readers.0.1.notify_all();
        })
    }
}

/// A channel on which the script can lay an error.
struct Watched {
    card: SimChannel,
    reader: String,
    readers: Readers,
}

impl CardChannel for Watched {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let mut inside = self.readers.lock();
        if inside.jobs == 0 {
            inside.outside += 1;
        }
        let next = inside.next.take();
        drop(inside);
        match next {
            Some(error) => Err(error),
            None => self.card.transmit(apdu),
        }
    }

    fn begin(&mut self) -> Result<(), ChannelError> {
        let mut inside = self.readers.lock();
        // A reader that was unplugged holds nothing; its card says so itself.
        if inside.slots.iter().any(|slot| slot.name == self.reader && slot.held) {
            return Err(ChannelError::Busy);
        }
        inside.jobs += 1;
        Ok(())
    }

    fn end(&mut self) {
        self.readers.lock().jobs -= 1;
    }

    fn protocol(&self) -> liasse_cards::Protocol {
        self.card.protocol()
    }
}
