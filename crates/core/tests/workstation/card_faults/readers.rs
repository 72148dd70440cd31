//! Two readers whose cards count what they hear, codes apart, and play a fault where a test says so.
//! Not the script of `support::Readers`: here the simulator itself fails.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use liasse_cards::ChannelError;
use liasse_cardsim::{Fault, Knobs, SimCard, SimChannel, image_named};
use liasse_core::ports::{CardChannel, CardReaders, Protocol, ReaderState};
use liasse_domain::Instant;

use super::{CPS, VITALE};
use crate::support::telephone;

/// The ATR of a bank card.
const FOREIGN_ATR: [u8; 9] = [0x3B, 0x65, 0x00, 0x00, 0x20, 0x63, 0xCB, 0x68, 0x00];

/// What is wrong with a card that is put in.
#[derive(Clone, Copy, Debug)]
pub enum Trouble {
    /// It is as it should be.
    Nothing,
    /// It plays that fault from its insertion on.
    Plays(Fault),
    /// It shows the ATR of a card that is none of ours.
    ForeignAtr,
}

struct Slot {
    name: &'static str,
    card: Option<(Vec<u8>, SimChannel)>,
    insertions: u32,
    /// Commands that the card in it heard, and which of them carried a code.
    heard: u32,
    codes: Vec<Code>,
}

/// A command that carried a code: instruction and parameters, and how many the card had heard before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    pub head: [u8; 3],
    pub at: u32,
}

struct Inside {
    slots: [Slot; 2],
    changed: bool,
    woken: bool,
}

/// Two readers whose cards count what they hear. Clones are the same readers.
#[derive(Clone)]
pub struct Counting(Arc<(Mutex<Inside>, Condvar)>);

impl Counting {
    pub fn new() -> Self {
        let slots = [CPS, VITALE].map(|name| Slot { name, card: None, insertions: 0, heard: 0, codes: Vec::new() });
        Self(Arc::new((Mutex::new(Inside { slots, changed: false, woken: false }), Condvar::new())))
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, what: impl FnOnce(&mut Inside)) {
        let mut inside = self.lock();
        what(&mut inside);
        inside.changed = true;
        drop(inside);
        self.0.1.notify_all();
    }

    /// Puts a fresh card of that name in, in the place of what was there.
    pub fn insert(&self, reader: &str, card: &str, trouble: Trouble) {
        let image = image_named(card).expect("a card of the world");
        self.put(reader, SimCard::new(image, trouble.knobs()), trouble);
    }

    /// Lays the telephone of a family down, which reads that hour.
    pub fn lay(&self, reader: &str, vitale: &str, at: Instant, trouble: Trouble) {
        self.put(reader, telephone(vitale, at, trouble.knobs()), trouble);
    }

    fn put(&self, reader: &str, card: SimCard, trouble: Trouble) {
        let channel = SimChannel::new(card);
        let atr = if matches!(trouble, Trouble::ForeignAtr) { FOREIGN_ATR.to_vec() } else { channel.atr().to_vec() };
        self.tell(|inside| {
            let slot = inside.slot(reader);
            if let Some((_, before)) = slot.card.replace((atr, channel)) {
                before.pull();
            }
            slot.insertions += 1;
            (slot.heard, slot.codes) = (0, Vec::new());
        });
    }

    /// How many commands the card in it heard since it was put in.
    pub fn heard(&self, reader: &str) -> u32 {
        self.lock().slot(reader).heard
    }

    /// Which of them carried a code.
    pub fn codes(&self, reader: &str) -> Vec<Code> {
        self.lock().slot(reader).codes.clone()
    }
}

impl Trouble {
    fn knobs(self) -> Knobs {
        let fault = match self {
            Self::Plays(fault) => Some(fault),
            Self::Nothing | Self::ForeignAtr => None,
        };
        Knobs { fault, ..Knobs::default() }
    }
}

impl Inside {
    fn slot(&mut self, reader: &str) -> &mut Slot {
        self.slots.iter_mut().find(|slot| slot.name == reader).expect("a reader of that name")
    }
}

impl CardReaders for Counting {
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        let mut inside = self.lock();
        inside.changed = false;
        let state = |slot: &Slot| ReaderState {
            name: slot.name.to_owned(),
            atr: slot.card.as_ref().map(|(atr, _)| atr.clone()),
            insertions: slot.insertions,
        };
        Ok(inside.slots.iter().map(state).collect())
    }

    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError> {
        let waiting = |inside: &mut Inside| !inside.changed && !inside.woken;
        let waited = self.0.1.wait_timeout_while(self.lock(), limit, waiting);
        let (mut inside, _) = waited.unwrap_or_else(PoisonError::into_inner);
        inside.woken = false;
        Ok(inside.changed)
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        let mut inside = self.lock();
        let slot = inside.slot(reader);
        let (_, card) = slot.card.clone().ok_or(ChannelError::Removed)?;
        let insertion = slot.insertions;
        drop(inside);
        Ok(Box::new(Counted { card, reader: reader.to_owned(), insertion, readers: self.clone() }))
    }

    fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let readers = self.clone();
        Arc::new(move || {
            readers.lock().woken = true;
            readers.0.1.notify_all();
        })
    }
}

/// A channel whose commands are counted; when its card goes, its reader is empty.
struct Counted {
    card: SimChannel,
    reader: String,
    insertion: u32,
    readers: Counting,
}

impl CardChannel for Counted {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        let mut inside = self.readers.lock();
        let slot = inside.slot(&self.reader);
        if slot.insertions == self.insertion {
            if let [_, instruction @ (0x20 | 0x24 | 0x2C), p1, p2, _, _, ..] = apdu {
                slot.codes.push(Code { head: [*instruction, *p1, *p2], at: slot.heard });
            }
            slot.heard += 1;
        }
        drop(inside);
        let answer = self.card.transmit(apdu);
        if answer == Err(ChannelError::Removed) {
            let insertion = self.insertion;
            self.readers.tell(|inside| {
                let slot = inside.slot(&self.reader);
                if slot.insertions == insertion {
                    slot.card = None;
                }
            });
        }
        answer
    }

    fn protocol(&self) -> Protocol {
        self.card.protocol()
    }
}
