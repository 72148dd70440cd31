//! The card lane: owns the readers and the open cards, reads what is inserted, verifies the PIN, has cards sign.
//! Not the protocol (crate `cards`) and not who may bill (module `desk`). The PIN lives only while it is sent.

use std::time::{Duration, Instant as Stopwatch};

use liasse_cards::cps::{Cps, CpsIdentity, Locked, Situations, Verified};
use liasse_cards::vitale::{Vitale, VitaleRead};
use liasse_cards::{CardError, ChannelError, identify};
use liasse_domain::{BillingSituation, CardKind, Coded, Digits, Report};

use crate::lane::{Handle, Idle, Resident};
use crate::ports::{CardReaders, ReaderState};

/// How long one watch for card events lasts before jobs are looked for again.
const WATCH: Duration = Duration::from_millis(100);
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
    /// APDUs and time that the reading took.
    pub cost: Cost,
}

/// A Vitale in a reader.
#[derive(Clone, Debug, PartialEq)]
pub struct VitaleView {
    /// Everything that was read.
    pub read: VitaleRead,
    /// APDUs and time that the reading took.
    pub cost: Cost,
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
    /// The first CPS and its reader.
    pub fn cps(&self) -> Option<(&str, &CpsView)> {
        self.readers.iter().find_map(|reader| match &reader.card {
            CardView::Cps(cps) => Some((reader.name.as_str(), cps.as_ref())),
            _ => None,
        })
    }

    /// The first Vitale and its reader.
    pub fn vitale(&self) -> Option<(&str, &VitaleView)> {
        self.readers.iter().find_map(|reader| match &reader.card {
            CardView::Vitale(vitale) => Some((reader.name.as_str(), vitale.as_ref())),
            _ => None,
        })
    }

    /// The reader of that name.
    pub fn reader(&self, name: &str) -> Option<&ReaderView> {
        self.readers.iter().find(|reader| reader.name == name)
    }
}

enum Open {
    Nothing,
    Locked(Cps<Locked>),
    Verified(Cps<Verified>),
    Vitale(Vitale),
}

struct Slot {
    state: ReaderState,
    open: Open,
    view: CardView,
}

type Listener = Box<dyn FnMut(&Snapshot) + Send>;

/// The resident of the card lane.
pub struct CardDesk {
    readers: Box<dyn CardReaders>,
    slots: Vec<Slot>,
    service: Option<ChannelError>,
    listeners: Vec<Listener>,
}

impl CardDesk {
    /// Takes the readers over and reads what is in them.
    pub fn new(readers: Box<dyn CardReaders>) -> Self {
        let mut desk = Self { readers, slots: Vec::new(), service: None, listeners: Vec::new() };
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
            readers: self
                .slots
                .iter()
                .map(|slot| ReaderView {
                    name: slot.state.name.clone(),
                    insertions: slot.state.insertions,
                    atr: slot.state.atr.clone(),
                    card: slot.view.clone(),
                })
                .collect(),
            service: self.service.as_ref().map(Coded::report),
        }
    }

    /// Looks at the readers and reads every card that was put in since; `true` when anything changed.
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
            let slot = known.unwrap_or_else(|| {
                changed = true;
                read_slot(self.readers.as_mut(), state)
            });
            self.slots.push(slot);
        }
        changed
    }

    /// Reads the card in `reader` again from the start; a verified PIN is forgotten.
    pub fn read_again(&mut self, reader: &str) {
        if let Some(slot) = self.slots.iter_mut().find(|slot| slot.state.name == reader) {
            slot.open = Open::Nothing;
            *slot = read_slot(self.readers.as_mut(), slot.state.clone());
        }
    }

    /// Verifies the PIN of the CPS in `reader` and reads its billing situations. Never tries twice.
    pub fn verify_pin(&mut self, reader: &str, pin: &Digits) -> Result<(), CardError> {
        let slot = find(&mut self.slots, reader)?;
        let CardView::Cps(view) = &mut slot.view else {
            return Err(CardError::NotThatCard { kind: CardKind::Unknown });
        };
        let locked = match std::mem::replace(&mut slot.open, Open::Nothing) {
            Open::Locked(locked) => locked,
            other => {
                // A card that is verified already stays so: a second question must not cost its first answer.
                slot.open = other;
                return Err(CardError::NotThatCard { kind: CardKind::Unknown });
            }
        };
        match locked.verify(pin) {
            Ok(mut verified) => {
                let situations = verified.situations();
                view.tries_left = verified.tries_left().unwrap_or(view.tries_left);
                view.cost.apdus = verified.apdus();
                let result = match situations {
                    Ok(Situations::Readable(list)) => {
                        view.situations = Some(list);
                        Ok(())
                    }
                    Ok(Situations::NotPublic) => {
                        view.situations = Some(Vec::new());
                        view.situations_not_public = true;
                        Ok(())
                    }
                    Err(error) => Err(error),
                };
                slot.open = Open::Verified(verified);
                if result.is_err() {
                    self.read_again(reader);
                }
                result
            }
            Err((mut locked, error)) => {
                if let CardError::WrongPin { tries_left } = error {
                    view.tries_left = tries_left;
                } else if let Ok(tries) = locked.tries_left() {
                    view.tries_left = tries;
                }
                slot.open = Open::Locked(locked);
                Err(error)
            }
        }
    }

    /// Has the CPS of that serial sign a hash. The card must have stayed in since its PIN was verified. A card that has
    /// forgotten its PIN, reset by another program for example, is read again, so that its PIN can be asked for again.
    pub fn sign_with_cps(&mut self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let slot = self
            .slots
            .iter_mut()
            .find(|slot| matches!(&slot.view, CardView::Cps(cps) if cps.identity.serial == serial))
            .ok_or(CardError::Channel(ChannelError::Removed))?;
        let Open::Verified(cps) = &mut slot.open else { return Err(CardError::PinRequired) };
        let result = cps.sign(hash);
        match result {
            Err(CardError::PinRequired | CardError::Channel(ChannelError::Reset)) => {
                let reader = slot.state.name.clone();
                self.read_again(&reader);
                self.notify();
            }
            Err(CardError::Channel(_)) => slot.open = Open::Nothing,
            _ => {}
        }
        result
    }

    /// Has the Vitale whose certificate is `certificate` sign a hash.
    pub fn sign_with_vitale(&mut self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let slot = self
            .slots
            .iter_mut()
            .find(|slot| {
                matches!(&slot.view, CardView::Vitale(view) if view.read.certificate.as_deref() == Some(certificate))
            })
            .ok_or(CardError::Channel(ChannelError::Removed))?;
        let Open::Vitale(vitale) = &mut slot.open else { return Err(CardError::Channel(ChannelError::Removed)) };
        let result = vitale.sign(hash);
        if !matches!(result, Err(CardError::Channel(ChannelError::Reset))) {
            return result;
        }
        // Another program reset the card: it needs no PIN, so it is opened again and asked once more.
        let reader = slot.state.name.clone();
        self.read_again(&reader);
        self.notify();
        let again = self.slots.iter_mut().find(|slot| slot.state.name == reader);
        match again.map(|slot| (&slot.view, &mut slot.open)) {
            Some((CardView::Vitale(view), Open::Vitale(vitale)))
                if view.read.certificate.as_deref() == Some(certificate) =>
            {
                vitale.sign(hash)
            }
            _ => result,
        }
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
        match self.readers.wait_change(WATCH) {
            Ok(changed) => {
                if changed && self.refresh() {
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

fn read_slot(readers: &mut dyn CardReaders, state: ReaderState) -> Slot {
    let Some(atr) = state.atr.clone() else {
        return Slot { state, open: Open::Nothing, view: CardView::Empty };
    };
    let started = Stopwatch::now();
    let (open, view) = match identify(&atr) {
        CardKind::Cps3 | CardKind::Cpe => read_cps(readers, &state.name, started),
        CardKind::Vitale2 => read_vitale(readers, &state.name, started),
        kind => Ok((Open::Nothing, CardView::Unknown { kind, atr })),
    }
    .unwrap_or_else(|error| (Open::Nothing, CardView::Failed(error)));
    Slot { state, open, view }
}

fn read_cps(readers: &mut dyn CardReaders, reader: &str, started: Stopwatch) -> Result<(Open, CardView), CardError> {
    let mut cps = Cps::<Locked>::open(readers.connect(reader).map_err(CardError::Channel)?)?;
    let tries_left = cps.tries_left()?;
    let view = CpsView {
        identity: cps.identity().clone(),
        tries_left,
        situations: None,
        situations_not_public: false,
        cost: Cost { apdus: cps.apdus(), ms: elapsed(started) },
    };
    Ok((Open::Locked(cps), CardView::Cps(Box::new(view))))
}

fn read_vitale(readers: &mut dyn CardReaders, reader: &str, started: Stopwatch) -> Result<(Open, CardView), CardError> {
    let mut vitale = Vitale::open(readers.connect(reader).map_err(CardError::Channel)?)?;
    let read = vitale.read()?;
    let view = VitaleView { read, cost: Cost { apdus: vitale.apdus(), ms: elapsed(started) } };
    Ok((Open::Vitale(vitale), CardView::Vitale(Box::new(view))))
}

fn elapsed(started: Stopwatch) -> u32 {
    u32::try_from(started.elapsed().as_millis()).unwrap_or(u32::MAX)
}

/// The two signatures that an FSE may need, each by the card that was read: what signing asks of the card lane.
pub trait SigningCards {
    /// Has the CPS of that serial sign.
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError>;
    /// Has the Vitale with that certificate sign.
    fn vitale(&self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError>;
}

/// How long a signature may take: a card of the slowest kind needs two thirds of a second (reference telecom, 5).
const SIGNATURE_CAP: Duration = Duration::from_secs(20);

impl SigningCards for Handle<CardDesk> {
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let (serial, hash) = (serial.to_owned(), *hash);
        self.call_within(SIGNATURE_CAP, move |desk| desk.sign_with_cps(&serial, &hash))
            .map_err(|_| CardError::Channel(ChannelError::Mute))?
    }

    fn vitale(&self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        let (certificate, hash) = (certificate.to_vec(), *hash);
        self.call_within(SIGNATURE_CAP, move |desk| desk.sign_with_vitale(&certificate, &hash))
            .map_err(|_| CardError::Channel(ChannelError::Mute))?
    }
}
