//! The cards' own time, measured apart so that it can be taken off.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use liasse_core::cards::{CardDesk, SigningCards};
use liasse_core::lane::Handle;
use liasse_core::ports::CardError;
use liasse_demo::Office;

/// The card lane, with the time spent waiting for the two signatures.
pub struct Timed {
    cards: Handle<CardDesk>,
    nanos: AtomicU64,
}

impl Timed {
    /// Over the cards of an office.
    pub fn of(office: &Office) -> Self {
        Self { cards: office.cards(), nanos: AtomicU64::new(0) }
    }

    /// How long the cards took so far.
    pub fn spent(&self) -> Duration {
        Duration::from_nanos(self.nanos.load(Ordering::SeqCst))
    }

    fn time<R>(&self, work: impl FnOnce() -> R) -> R {
        let start = Instant::now();
        let result = work();
        self.nanos.fetch_add(u64::try_from(start.elapsed().as_nanos()).unwrap_or(u64::MAX), Ordering::SeqCst);
        result
    }
}

impl SigningCards for Timed {
    fn cps(&self, serial: &str, hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.time(|| self.cards.cps(serial, hash))
    }

    fn vitale(&self, certificate: &[u8], hash: &[u8; 32]) -> Result<Vec<u8>, CardError> {
        self.time(|| self.cards.vitale(certificate, hash))
    }
}
