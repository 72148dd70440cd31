//! The line to one connected card: its application speaks over it, and the desk holds it for as long as a job lasts, so that no
//! other program comes in between. Not the dialogue, and not PC/SC: a backend without transactions just goes on.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use liasse_cards::{CardChannel, ChannelError, Protocol};

/// See the module. Clones are the same line.
#[derive(Clone)]
pub(super) struct Line(Arc<Mutex<Box<dyn CardChannel>>>);

/// A job on a card: as long as it lives, the card is this program's.
pub(super) struct Job(Line);

impl Line {
    /// The line over that channel.
    pub(super) fn over(channel: Box<dyn CardChannel>) -> Self {
        Self(Arc::new(Mutex::new(channel)))
    }

    /// What a card's application speaks over.
    pub(super) fn channel(&self) -> Box<dyn CardChannel> {
        let inside = self.lock();
        Box::new(Shared { atr: inside.atr().to_vec(), protocol: inside.protocol(), line: self.clone() })
    }

    /// Begins a job.
    ///
    /// # Errors
    /// [`ChannelError::Busy`] where another program holds the card, and whatever else the channel says.
    pub(super) fn job(&self) -> Result<Job, ChannelError> {
        self.lock().begin()?;
        Ok(Job(self.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Box<dyn CardChannel>> {
        // A panic in the middle of a command leaves a card that says so by itself.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.0.lock().end();
    }
}

struct Shared {
    atr: Vec<u8>,
    protocol: Protocol,
    line: Line,
}

impl CardChannel for Shared {
    fn atr(&self) -> &[u8] {
        &self.atr
    }

    fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, ChannelError> {
        self.line.lock().transmit(apdu)
    }

    fn protocol(&self) -> Protocol {
        self.protocol
    }
}
