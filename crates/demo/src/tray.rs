//! The tray of simulated cards: readers to put them in and pull them out of, over the same port as PC/SC.
//! The cards answer the same APDUs in process as behind pcscd.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use liasse_cardsim::{CardImage, Knobs, SimCard, SimChannel, case_named};
use liasse_core::ports::{CardChannel, CardReaders, ChannelError, Clock, Protocol, ReaderState};

use crate::phone::{self, Time};
use crate::world::{self, imported};

/// The reader of the practitioner's card in the demo window.
pub const CPS_READER: &str = "Lecteur CPS (simulé)";
/// The reader of the patient's card in the demo window.
pub const VITALE_READER: &str = "Lecteur Vitale (simulé)";

struct Reader {
    name: String,
    card: Option<(String, SimChannel)>,
    insertions: u32,
}

struct Inside {
    readers: Vec<Reader>,
    changes: u64,
    seen: u64,
    woken: bool,
    /// The next card that is asked to sign goes out instead.
    tears: bool,
}

/// Simulated readers, shared between the face that moves cards and the card lane that reads them.
#[derive(Clone)]
pub struct Tray {
    inside: Arc<(Mutex<Inside>, Condvar)>,
    /// The data directory whose imported cards may be put in too.
    root: Option<PathBuf>,
    /// By which clock telephones go.
    time: Time,
}

/// No such card in the world.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no simulated card of that name")]
pub struct UnknownCard;

impl liasse_domain::Coded for UnknownCard {
    fn code(&self) -> liasse_domain::Code {
        liasse_domain::Code("cards.carte_simulee_inconnue")
    }
}

impl Tray {
    /// Empty readers of these names.
    pub fn with_readers(names: &[&str]) -> Self {
        let readers = names.iter().map(|name| Reader { name: (*name).to_owned(), card: None, insertions: 0 }).collect();
        let inside = Inside { readers, changes: 0, seen: 0, woken: false, tears: false };
        Self { inside: Arc::new((Mutex::new(inside), Condvar::new())), root: None, time: Time::default() }
    }

    /// The same readers, which take the cards that were imported into that data directory too.
    #[must_use]
    pub fn with_cards_of(self, root: &Path) -> Self {
        Self { root: Some(root.to_owned()), ..self }
    }

    /// The names of the cards that were imported.
    pub fn imported(&self) -> Vec<String> {
        self.root.as_deref().map(imported::names).unwrap_or_default()
    }

    /// The image of a card that may be put in: of the world, imported, or one of those for reading.
    pub fn image(&self, card: &str) -> Result<CardImage, UnknownCard> {
        let imported = || self.root.as_deref().and_then(|root| imported::imported(root, card));
        image(card).or_else(|unknown| imported().ok_or(unknown))
    }

    /// The two readers of the demo window.
    pub fn for_window() -> Self {
        Self::with_readers(&[CPS_READER, VITALE_READER])
    }

    fn lock(&self) -> MutexGuard<'_, Inside> {
        // A panic elsewhere leaves nothing half done here: each change is one assignment.
        self.inside.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self, mut inside: MutexGuard<'_, Inside>) {
        inside.changes += 1;
        drop(inside);
        self.inside.1.notify_all();
    }

    /// Puts the card of that name into a reader, in the place of what was there.
    pub fn insert(&self, reader: &str, card: &str) -> Result<(), UnknownCard> {
        self.insert_with(reader, card, Knobs::default())
    }

    /// As [`Tray::insert`], with the speed and the faults of `knobs`.
    pub fn insert_with(&self, reader: &str, card: &str, knobs: Knobs) -> Result<(), UnknownCard> {
        let sim = match phone::named(card) {
            Some(phone) => phone::laid(phone, self.time.clone(), knobs),
            None => SimCard::new(self.image(card)?, knobs),
        };
        let mut inside = self.lock();
        let slot = inside.readers.iter_mut().find(|slot| slot.name == reader).ok_or(UnknownCard)?;
        if let Some((_, previous)) = slot.card.take() {
            previous.pull();
        }
        slot.card = Some((card.to_owned(), SimChannel::new(sim)));
        slot.insertions += 1;
        self.changed(inside);
        Ok(())
    }

    /// Plugs a reader in, where there is none of that name.
    pub fn plug(&self, reader: &str) {
        let mut inside = self.lock();
        if inside.readers.iter().all(|slot| slot.name != reader) {
            inside.readers.push(Reader { name: reader.to_owned(), card: None, insertions: 0 });
            self.changed(inside);
        }
    }

    /// Pulls the card out of a reader; whoever talks to it is told that it was pulled.
    pub fn pull(&self, reader: &str) {
        let mut inside = self.lock();
        if let Some((_, card)) =
            inside.readers.iter_mut().find(|slot| slot.name == reader).and_then(|slot| slot.card.take())
        {
            card.pull();
        }
        self.changed(inside);
    }

    /// Has the next card that is asked to sign pulled out in that very moment, once; or takes that word back.
    pub fn tear_at_the_next_signature(&self, on: bool) {
        self.lock().tears = on;
    }

    /// Whether a card is to be pulled out when it signs.
    pub fn tears(&self) -> bool {
        self.lock().tears
    }

    /// Pulls the card that was put into `reader` as its `insertion`, where that was asked for; whether it did.
    fn torn(&self, reader: &str, insertion: u32) -> bool {
        let mut inside = self.lock();
        let lies_there = |slot: &Reader| slot.name == reader && slot.insertions == insertion && slot.card.is_some();
        if !inside.tears || !inside.readers.iter().any(lies_there) {
            return false;
        }
        inside.tears = false;
        drop(inside);
        self.pull(reader);
        true
    }

    /// Whether a patient's card lies in a reader.
    pub fn holds_a_patients_card(&self) -> bool {
        let names: Vec<String> =
            self.lock().readers.iter().filter_map(|slot| slot.card.as_ref().map(|(name, _)| name.clone())).collect();
        names.iter().any(|name| self.image(name).is_ok_and(|image| !image.is_professional()))
    }

    /// The name of the card in a reader.
    pub fn card_in(&self, reader: &str) -> Option<String> {
        self.lock().readers.iter().find(|slot| slot.name == reader)?.card.as_ref().map(|(name, _)| name.clone())
    }
}

/// The image of a card of the world, or of one of those for reading.
pub fn image(card: &str) -> Result<CardImage, UnknownCard> {
    match world::card(card) {
        Some(text) => CardImage::from_toml(text).map_err(|_| UnknownCard),
        None => case_named(card).ok_or(UnknownCard),
    }
}

/// A card where it lies: it may be pulled out in the middle of what it does.
struct InReader {
    card: SimChannel,
    tray: Tray,
    reader: String,
    insertion: u32,
}

impl CardChannel for InReader {
    fn atr(&self) -> &[u8] {
        self.card.atr()
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        // PSO COMPUTE DIGITAL SIGNATURE, by which both kinds of card sign.
        let signs = matches!(apdu, [0x00, 0x2A, 0x9E, 0x9A, ..]);
        if signs && self.tray.torn(&self.reader, self.insertion) {
            return Err(ChannelError::Removed);
        }
        self.card.transmit(apdu)
    }

    fn protocol(&self) -> Protocol {
        self.card.protocol()
    }
}

impl CardReaders for Tray {
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        let mut inside = self.lock();
        inside.seen = inside.changes;
        Ok(inside
            .readers
            .iter()
            .map(|slot| ReaderState {
                name: slot.name.clone(),
                atr: slot.card.as_ref().map(|(_, card)| card.atr().to_vec()),
                insertions: slot.insertions,
            })
            .collect())
    }

    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError> {
        let inside = self.lock();
        let (mut inside, _) = self
            .inside
            .1
            .wait_timeout_while(inside, limit, |inside| inside.seen == inside.changes && !inside.woken)
            .unwrap_or_else(PoisonError::into_inner);
        inside.woken = false;
        Ok(inside.seen != inside.changes)
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        let inside = self.lock();
        let slot = inside.readers.iter().find(|slot| slot.name == reader).ok_or(ChannelError::NoReader)?;
        match &slot.card {
            Some((_, card)) => Ok(Box::new(InReader {
                card: card.clone(),
                tray: self.clone(),
                reader: reader.to_owned(),
                insertion: slot.insertions,
            })),
            None => Err(ChannelError::Removed),
        }
    }

    fn tell_time(&mut self, clock: Arc<dyn Clock>) {
        self.time.tell(clock);
    }

    fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let inside = Arc::clone(&self.inside);
        Arc::new(move || {
            inside.0.lock().unwrap_or_else(PoisonError::into_inner).woken = true;
            inside.1.notify_all();
        })
    }
}
