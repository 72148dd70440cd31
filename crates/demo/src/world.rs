//! The demo world: the one source of invented people, and what is generated from it (cards, registers, PKI).
//! Not the demo itself: nothing runs here; the generated files are embedded for the tray and written by the example `world`.
//! Shared design, architecture: `fixtures/world/*.toml` → `fixtures/{cards,caisse,pki}`, byte for byte.

use std::collections::BTreeMap;
use std::path::PathBuf;

use liasse_domain::{Code, Coded};

mod authority;
mod cards;
mod directory;
mod embedded;
pub mod families;
pub mod imported;
mod keys;
pub mod pki;
pub mod source;

pub use directory::directory;
pub use embedded::{Account, account, card, cards, cases};
pub use keys::Keys;
pub use source::World;

/// Everything that is generated: path below `fixtures/`, then the text of the file. Kept keys are not in it.
pub type Generated = BTreeMap<String, String>;

/// Makes all generated files from the hand-written world and the kept keys. The same input gives the same bytes.
pub fn generate(world: &World, keys: &Keys) -> Result<Generated, WorldError> {
    let mut files = Generated::new();
    let authority = cards::authority(world, keys, &mut files)?;
    cards::services(world, keys, &authority, &mut files)?;
    cards::professional_cards(world, keys, &authority, &mut files)?;
    cards::vitale_cards(world, keys, &authority, &mut files)?;
    cards::revocations(world, &authority, &mut files)?;
    cards::registers(world, &mut files)?;
    Ok(files)
}

/// The hand-written world or a kept key cannot be used. Holds no personal datum.
#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    /// A file that cannot be read or written.
    #[error("{}: {cause}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        cause: std::io::Error,
    },
    /// Not the TOML of its schema, or a number whose key is wrong. The parser's text is left out: it may quote a person.
    #[error("{}: not in its schema, near byte {at}", path.display())]
    Schema {
        /// Which file.
        path: PathBuf,
        /// Where the parser stopped.
        at: usize,
    },
    /// The world contradicts itself.
    #[error("{card}: {what}")]
    Contradiction {
        /// The card or mailbox at fault.
        card: String,
        /// What is wrong.
        what: &'static str,
    },
    /// A key, a certificate or a list that could not be made.
    #[error("test PKI: {0}")]
    Pki(String),
    /// A generated file that does not read back as what it was made from.
    #[error("{what}: not readable once written")]
    Rendering {
        /// The card, or the registers.
        what: String,
    },
}

impl WorldError {
    fn pki(cause: impl std::fmt::Display) -> Self {
        Self::Pki(cause.to_string())
    }
}

impl Coded for WorldError {
    fn code(&self) -> Code {
        match self {
            Self::File { .. } => Code("system.monde_fichier"),
            Self::Schema { .. } | Self::Contradiction { .. } => Code("system.monde_incoherent"),
            Self::Pki(_) | Self::Rendering { .. } => Code("system.monde_generation"),
        }
    }
}
