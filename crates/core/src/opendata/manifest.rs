//! The list of an export's files: which program wrote them, of which world and schema, up to which entry of the journal, and the
//! hash of each. No name, no amount.

use liasse_store::KNOWN_SCHEMA;
use serde::{Deserialize, Serialize};

use crate::data_dir::World;

/// The form of the manifest.
pub(super) const VERSION: u32 = 1;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Its form.
    pub v: u32,
    /// The program.
    pub program: String,
    /// The schema of the store: the tables and their fields.
    pub schema: i64,
    /// Whose people these are.
    pub world: World,
    /// The end of the journal.
    pub journal: JournalEnd,
    /// The files, in the order in which they were written.
    pub files: Vec<Listed>,
}

/// The end of a journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalEnd {
    /// How many entries.
    pub entries: u64,
    /// The hash of the last, hexadecimal.
    pub head: String,
}

/// One file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its name below the folder.
    pub file: String,
    /// How many rows it has.
    pub rows: u64,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256 of its bytes, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Of a store whose journal ends there; no file yet.
    pub(super) fn of(world: World, (entries, head): (u64, [u8; 32])) -> Self {
        Self {
            v: VERSION,
            program: concat!("liasse ", env!("CARGO_PKG_VERSION")).to_owned(),
            schema: KNOWN_SCHEMA,
            world,
            journal: JournalEnd { entries, head: head.iter().map(|byte| format!("{byte:02x}")).collect() },
            files: Vec::new(),
        }
    }

    /// As it is written.
    pub(super) fn text(&self) -> String {
        // Numbers and texts of ours: nothing that JSON could refuse.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }
}
