//! A simulated card reached in process, through the same trait as a card behind PC/SC.
//! Not a reader: the tray of `demo` is one. Clones talk to the same card, as several programs do over pcscd.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use liasse_cards::{CardChannel, ChannelError, Protocol};

use crate::card::{Reply, SimCard};

/// A connection to a simulated card.
#[derive(Clone)]
pub struct SimChannel {
    card: Arc<Mutex<SimCard>>,
    atr: Vec<u8>,
    protocol: Protocol,
    insertion: Arc<AtomicU32>,
    inserted: u32,
}

impl SimChannel {
    /// Puts a card in and connects to it.
    pub fn new(card: SimCard) -> Self {
        Self::shared(Arc::new(Mutex::new(card)))
    }

    /// Puts a card in that somebody else also holds; it is powered on.
    pub fn shared(card: Arc<Mutex<SimCard>>) -> Self {
        let mut inside = card.lock().unwrap_or_else(PoisonError::into_inner);
        inside.power_on();
        let atr = inside.atr().to_vec();
        let protocol = if inside.is_t0() { Protocol::T0 } else { Protocol::T1 };
        let insertion = inside.insertion();
        let inserted = insertion.load(Ordering::SeqCst);
        drop(inside);
        Self { card, atr, protocol, insertion, inserted }
    }

    /// Takes the card out, also in the middle of a command: from now on every clone hears `Removed`.
    pub fn pull(&self) {
        self.insertion.fetch_add(1, Ordering::SeqCst);
    }

    fn is_out(&self) -> bool {
        self.insertion.load(Ordering::SeqCst) != self.inserted
    }
}

impl CardChannel for SimChannel {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        if self.is_out() {
            return Err(ChannelError::Removed);
        }
        let reply = self.card.lock().unwrap_or_else(PoisonError::into_inner).reply(apdu);
        match reply {
            _ if self.is_out() => Err(ChannelError::Removed),
            Reply::Bytes(bytes) => Ok(bytes),
            Reply::Silence => Err(ChannelError::Mute),
            Reply::Removed => Err(ChannelError::Removed),
        }
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }
}
