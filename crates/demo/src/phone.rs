//! Telephones of the demo world: each family of the tray has one, with the simulated appli carte Vitale. It shows a fresh context as
//! a text, or lies on a contactless reader; the engine signs where a context holds. Everything by the demo's clock.

use std::sync::{Arc, Mutex, PoisonError};

use liasse_cardsim::{CardImage, Knobs, Phone, SimCard};
use liasse_core::apcv::{Apcv, ApcvError};
use liasse_core::cards::ApcvGate;
use liasse_core::directory::Trust;
use liasse_core::ports::{ApcvEngine, Clock, Ids, OsIds, SystemClock};
use liasse_domain::Instant;

use crate::tray::{Tray, UnknownCard};
use crate::world;

/// The contactless reader of the demo window. It is plugged in with the first telephone.
pub const NFC_READER: &str = "Lecteur NFC (simulé)";

/// What the name of a telephone begins with, and that of the card which it goes with.
const PHONE: &str = "apcv-";
const CARD: &str = "vitale-";

/// The hour that telephones read: the demo's, once it is told; before, that of this computer.
#[derive(Clone, Default)]
pub struct Time(Arc<Mutex<Option<Arc<dyn Clock>>>>);

impl Time {
    /// From now on by that clock.
    pub fn tell(&self, clock: Arc<dyn Clock>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(clock);
    }

    fn now(&self) -> Instant {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        told.map_or_else(|| SystemClock.now(), |clock| clock.now())
    }
}

/// The name of the telephone of a family whose card it is, `apcv-durand` for `vitale-durand`; `None` where there is none.
pub fn of_card(card: &str) -> Option<String> {
    let family = card.strip_prefix(CARD)?;
    world::card(card).map(|_| format!("{PHONE}{family}"))
}

/// The telephone of that name.
pub fn named(phone: &str) -> Option<Phone> {
    let family = phone.strip_prefix(PHONE)?;
    let image = CardImage::from_toml(world::card(&format!("{CARD}{family}"))?).ok()?;
    Phone::of(&image)
}

/// What the telephone of a family shows at `at`: a fresh context, for a quarter of an hour. `card` names the telephone or the card.
///
/// # Errors
/// [`UnknownCard`]: no family of that name has one.
pub fn context(card: &str, at: Instant) -> Result<String, UnknownCard> {
    let phone = of_card(card).unwrap_or_else(|| card.to_owned());
    named(&phone).and_then(|phone| fresh(&phone, at)).ok_or(UnknownCard)
}

fn fresh(phone: &Phone, at: Instant) -> Option<String> {
    let mut drawn = [0_u8; 16];
    OsIds.random(&mut drawn);
    phone.context(&drawn, at)
}

/// A telephone as it lies on a reader.
pub(crate) fn laid(phone: Phone, time: Time, knobs: Knobs) -> SimCard {
    SimCard::phone(Box::new(move || fresh(&phone, time.now())), knobs)
}

impl Tray {
    /// Lays the telephone of a family on the contactless reader.
    ///
    /// # Errors
    /// [`UnknownCard`]: that card goes with none.
    pub fn lay_phone(&self, card: &str) -> Result<(), UnknownCard> {
        let phone = of_card(card).ok_or(UnknownCard)?;
        self.plug(NFC_READER);
        self.insert(NFC_READER, &phone)
    }

    /// Takes the telephone from the contactless reader.
    pub fn lift_phone(&self) {
        self.pull(NFC_READER);
    }
}

/// The simulated service that has an application sign: only in a context that holds, and by the key of that family.
struct SimEngine {
    trust: Trust,
    clock: Arc<dyn Clock>,
}

impl ApcvEngine for SimEngine {
    fn sign(&mut self, apcv: &Apcv, hash: &[u8; 32]) -> Result<Vec<u8>, ApcvError> {
        let certificate = apcv.checked(&self.trust, self.clock.now())?;
        let mut phones = world::cards().iter().filter_map(|(card, _)| named(&of_card(card)?));
        let phone = phones.find(|phone| phone.certificate() == certificate).ok_or(ApcvError::NoEngine)?;
        phone.sign(hash).ok_or(ApcvError::NoEngine)
    }
}

/// What the card lane of the demo takes telephones in with; `None` would be our bug: the embedded world does not load.
pub fn gate(clock: Arc<dyn Clock>) -> Option<ApcvGate> {
    let trust = world::directory()?.trust;
    let engine = Box::new(SimEngine { trust: trust.clone(), clock: Arc::clone(&clock) });
    Some(ApcvGate { trust, clock, engine })
}

#[cfg(test)]
mod tests;
