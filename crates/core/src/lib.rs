//! The workstation: use cases behind ports. Screens and command lines show; this crate decides.
//! Not a window, not a protocol: cards, post and store are reached through `ports` and `liasse-store`.
//! The rules are those of `docs/architecture.md`, "Claims, lots and what must survive".

pub mod access;
pub mod apcv;
pub mod aside;
pub mod backup;
pub mod bookkeeping;
pub mod cards;
pub mod conventions;
pub mod data_dir;
pub mod desk;
pub mod desync;
pub mod directory;
pub mod doctor;
mod envelope;
pub mod erasure;
pub mod error;
pub mod evening;
pub mod exchange;
pub mod export;
pub mod forgetting;
pub mod guard;
pub mod incidents;
pub mod invoicing;
pub mod journal;
pub mod keys;
pub mod lane;
pub mod ledger;
pub mod lists;
pub mod my_day;
pub mod office;
pub mod opendata;
pub mod paper;
pub mod papers;
pub mod passages;
pub mod people;
pub mod ports;
pub mod prints;
pub mod privacy;
pub mod radar;
pub mod recettes;
pub mod redo;
pub mod rehearsal;
pub mod reimbursed;
pub mod replacement;
pub mod retention;
pub mod returned;
pub mod returns;
pub mod scans;
pub mod schedule;
pub mod sending;
pub mod settings;
pub mod settling;
pub mod signing;
pub mod situation;
pub mod soundness;
pub mod statement;
pub mod tariffs;
pub mod trust;
pub mod workstation;

pub use error::CoreError;
pub use liasse_cards::identify;
pub use liasse_pricing::{CarePath, Completion, Cover, Input, Prescriber, Tables, TypedError, last_word, type_acts};
pub use liasse_store::{Cheque, ChequeRow, DepositRow, KnownPatient, PaidRow, PaperRow, SettlementMode};
pub use workstation::Workstation;

/// Opens or creates the encrypted store of a data directory.
pub fn open_store(path: &std::path::Path, key: &[u8; 32]) -> Result<liasse_store::Store, CoreError> {
    Ok(liasse_store::Store::open(path, key)?)
}
