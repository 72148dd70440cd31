//! Adapter from the port `CardReaders` to PC/SC.

use std::sync::Arc;
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
