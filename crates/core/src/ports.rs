//! The ports of the workstation: what it needs from the world, as traits, and their adapters to `cards` and `post`.
//! An approved engine, a real key or the demo takes a simulator's place here without touching a use case.

use std::sync::Arc;
use std::time::Duration;

use liasse_domain::{Code, Coded, SendPhase};
use zeroize::Zeroizing;

pub use liasse_cards::pcsc::ReaderState;
pub use liasse_cards::{CardChannel, CardError, ChannelError, Protocol};
pub use liasse_domain::Clock;
pub use liasse_post::{Accepted, FetchError, FetchSummary, Incoming, OnMessages, SendError, Stop, Verdict};

mod apcv;
mod mail;
mod readers;
mod system;

pub use apcv::ApcvEngine;
pub use mail::MailPost;
pub(crate) use mail::{host_is_allowed, recipient_is_allowed};
pub use readers::{LateReaders, PcscReaders};
pub use system::{OsIds, SystemClock};

/// Readers and the cards in them: PC/SC or the demo's tray.
pub trait CardReaders: Send {
    /// Every reader and what is in it.
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError>;

    /// Waits at most `limit` for a change; `true` when there was one.
    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError>;

    /// A channel to the card in the reader of that name.
    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError>;

    /// Interrupts `wait_change` from another thread.
    fn waker(&self) -> Arc<dyn Fn() + Send + Sync>;

    /// From now on what lies in simulated readers goes by that clock; real cards have their own.
    fn tell_time(&mut self, _clock: Arc<dyn Clock>) {}

    /// Who made the reader of that name, its model and its driver's version, where the driver says so.
    fn driver(&mut self, _reader: &str) -> Option<String> {
        None
    }
}

/// A message ready to leave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// Sender's address.
    pub from: String,
    /// Recipient's address.
    pub to: String,
    /// The whole message, byte for byte.
    pub message: Vec<u8>,
}

/// The post office.
pub trait Post: Send {
    /// Sends one letter. `on_phase` returns before the network step it names begins.
    fn send(
        &mut self,
        letter: &Letter,
        on_phase: &mut dyn FnMut(SendPhase) -> Result<(), Stop>,
    ) -> Result<Accepted, SendError>;

    /// Fetches what waits. `known` says what to do with a message already had; `on_messages` answers for each once they
    /// are on disk.
    fn fetch(
        &mut self,
        known: &mut dyn FnMut(&str) -> Verdict,
        on_messages: &mut OnMessages<'_>,
    ) -> Result<FetchSummary, FetchError>;
}

/// Why there is no data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no data key")]
pub struct NoKey;

impl Coded for NoKey {
    fn code(&self) -> Code {
        Code("system.cle_absente")
    }
}

/// Where the key of the store comes from. The demonstration's is fixed and declared; a practice's is a [`crate::keys::DataKey`], which
/// one of three ways unwrapped.
pub trait KeySource {
    /// The 32 bytes of the data key.
    fn data_key(&self) -> Result<Zeroizing<[u8; 32]>, NoKey>;
}

/// Identifiers and randomness.
pub trait Ids: Send {
    /// Fills `bytes` with unpredictable bytes.
    fn random(&mut self, bytes: &mut [u8]);
}
