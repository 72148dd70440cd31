//! Why the simulated caisse does not start or go on.
//! Not why it refuses a file or an FSE: that is an answer, see `reasons`.

use liasse_domain::{CallError, Code, Coded};

use crate::registers::RegisterError;

/// A caisse that cannot work.
#[derive(Debug, thiserror::Error)]
pub enum CaisseError {
    /// Another caisse works on the same directory.
    #[error("another caisse holds the memory")]
    Locked,
    /// The memory cannot be read or written.
    #[error("memory or port file: {0}")]
    Io(#[from] std::io::Error),
    /// The memory is not ours, or was changed.
    #[error("the memory does not open at record {record}")]
    Memory {
        /// Which record, from 0.
        record: u64,
    },
    /// The machine gives no randomness.
    #[error("no randomness")]
    Randomness,
    /// The embedded keys or certificates do not load: our bug.
    #[error("the embedded keys do not load: {0}")]
    Keys(&'static str),
    /// The registers.
    #[error(transparent)]
    Registers(#[from] RegisterError),
    /// The scenario is not one.
    #[error("the scenario does not read")]
    Scenario,
    /// An address to listen on that is not this machine's own.
    #[error("a simulated caisse listens on loopback only")]
    NotLoopback,
    /// A foreign post office whose address cannot be used.
    #[error("the post office's address does not read")]
    Via,
    /// A file or a folder that the call names and that cannot be read.
    #[error(transparent)]
    Call(#[from] CallError),
    /// A table of tariffs.
    #[error(transparent)]
    Tables(#[from] liasse_pricing::TableError),
}

impl Coded for CaisseError {
    fn code(&self) -> Code {
        match self {
            Self::Locked => Code("road.caisse_deja_ouverte"),
            Self::Io(_) => Code("road.caisse_disque"),
            Self::Memory { .. } => Code("road.caisse_memoire"),
            Self::Randomness => Code("road.caisse_aleatoire"),
            Self::Keys(_) | Self::Registers(_) => Code("road.caisse_donnees"),
            Self::Scenario => Code("road.caisse_scenario"),
            Self::NotLoopback => Code("road.caisse_adresse"),
            Self::Via => Code("road.caisse_via"),
            Self::Call(error) => error.code(),
            Self::Tables(error) => error.code(),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Call(error) => error.parameters(),
            Self::Tables(error) => error.parameters(),
            _ => Vec::new(),
        }
    }
}
