//! Adapters from the port `CardReaders` to PC/SC.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use liasse_cards::{CardChannel, ChannelError, pcsc};

use super::{CardReaders, ReaderState};

/// The readers of this computer, through pcscd.
pub struct PcscReaders(pcsc::PcscReaders);

impl PcscReaders {
    /// Connects to the smart card service.
    pub fn establish() -> Result<Self, ChannelError> {
        pcsc::PcscReaders::establish().map(Self)
    }
}

impl CardReaders for PcscReaders {
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        self.0.list()
    }

    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError> {
        self.0.wait_change(limit)
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        self.0.connect(reader)
    }

    fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        self.0.waker()
    }

    fn driver(&mut self, reader: &str) -> Option<String> {
        self.0.driver(reader)
    }
}

type Waker = Arc<dyn Fn() + Send + Sync>;

/// The readers of this computer, whether the smart card service runs yet or not: it is looked for at every list.
#[derive(Default)]
pub struct LateReaders {
    found: Option<pcsc::PcscReaders>,
    /// That of the service, once it is found: whoever wakes the lane asked for the waker before.
    waker: Arc<Mutex<Option<Waker>>>,
}

impl LateReaders {
    fn found(&mut self) -> Result<&mut pcsc::PcscReaders, ChannelError> {
        self.found.as_mut().ok_or(ChannelError::NoService)
    }
}

impl CardReaders for LateReaders {
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        if self.found.is_none() {
            let found = pcsc::PcscReaders::establish()?;
            *self.waker.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.waker());
            self.found = Some(found);
        }
        self.found()?.list()
    }

    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError> {
        self.found()?.wait_change(limit)
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        self.found()?.connect(reader)
    }

    fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let waker = Arc::clone(&self.waker);
        Arc::new(move || {
            let known = waker.lock().unwrap_or_else(PoisonError::into_inner).clone();
            // Without a service nothing waits either.
            if let Some(wake) = known {
                wake();
            }
        })
    }

    fn driver(&mut self, reader: &str) -> Option<String> {
        self.found.as_ref()?.driver(reader)
    }
}
