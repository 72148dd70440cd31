//! Readers for a command line: simulated ones named `sim:CARD`, each holding its card, beside the PC/SC readers.
//! Not the tray of the window: nothing is inserted or pulled here.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use liasse_core::ports::{CardChannel, CardReaders, ChannelError, Clock, PcscReaders, ReaderState};

use crate::tray::{Tray, UnknownCard};

/// What a reader name starts with when it names a simulated card.
pub const SIM: &str = "sim:";

/// Simulated readers and, where one is named, those of PC/SC.
pub struct Readers {
    sims: Tray,
    pcsc: Option<PcscReaders>,
}

impl Readers {
    /// Readers for these names. PC/SC is asked only when a name is none of ours.
    pub fn named(names: &[&str]) -> Result<Self, NoReader> {
        Self::named_in(None, names)
    }

    /// The same, with the cards that were imported into a data directory.
    pub fn named_in(root: Option<&Path>, names: &[&str]) -> Result<Self, NoReader> {
        let sims: Vec<&str> = names.iter().copied().filter(|name| name.starts_with(SIM)).collect();
        let tray = Tray::with_readers(&sims);
        let tray = match root {
            Some(root) => tray.with_cards_of(root),
            None => tray,
        };
        for name in &sims {
            tray.insert(name, name.trim_start_matches(SIM))?;
        }
        let pcsc = if sims.len() < names.len() { Some(PcscReaders::establish()?) } else { None };
        Ok(Self { sims: tray, pcsc })
    }

    /// The readers of PC/SC alone.
    pub fn of_this_computer() -> Result<Self, NoReader> {
        Ok(Self { sims: Tray::with_readers(&[]), pcsc: Some(PcscReaders::establish()?) })
    }
}

/// Why a named reader is not there.
#[derive(Debug, thiserror::Error)]
pub enum NoReader {
    /// PC/SC does not answer.
    #[error(transparent)]
    Service(#[from] ChannelError),
    /// No simulated card of that name.
    #[error(transparent)]
    Card(#[from] UnknownCard),
}

impl liasse_domain::Coded for NoReader {
    fn code(&self) -> liasse_domain::Code {
        match self {
            Self::Service(error) => error.code(),
            Self::Card(error) => error.code(),
        }
    }
}

impl CardReaders for Readers {
    fn list(&mut self) -> Result<Vec<ReaderState>, ChannelError> {
        let mut all = self.sims.list()?;
        if let Some(pcsc) = &mut self.pcsc {
            all.extend(pcsc.list()?);
        }
        Ok(all)
    }

    fn wait_change(&mut self, limit: Duration) -> Result<bool, ChannelError> {
        match &mut self.pcsc {
            Some(pcsc) => pcsc.wait_change(limit),
            None => self.sims.wait_change(limit),
        }
    }

    fn connect(&mut self, reader: &str) -> Result<Box<dyn CardChannel>, ChannelError> {
        match &mut self.pcsc {
            Some(pcsc) if !reader.starts_with(SIM) => pcsc.connect(reader),
            _ => self.sims.connect(reader),
        }
    }

    fn driver(&mut self, reader: &str) -> Option<String> {
        self.pcsc.as_mut().filter(|_| !reader.starts_with(SIM))?.driver(reader)
    }

    fn tell_time(&mut self, clock: Arc<dyn Clock>) {
        self.sims.tell_time(clock);
    }

    fn waker(&self) -> Arc<dyn Fn() + Send + Sync> {
        let sims = self.sims.waker();
        match &self.pcsc {
            Some(pcsc) => {
                let pcsc = pcsc.waker();
                Arc::new(move || {
                    sims();
                    pcsc();
                })
            }
            None => sims,
        }
    }
}
