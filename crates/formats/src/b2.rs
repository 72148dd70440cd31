//! Norme B2: the bytes of an FSE, what a caisse reads in them, and a checker for files of any origin.
//! Not the envelope of lots and files (module `lot`) and not the rules of the Assurance Maladie (crate `caisse`).
//! Family CP is public and embedded; profile `sim-er` is ours, built on its positions (docs/formats.md).

pub(crate) mod act;
pub(crate) mod check;
pub(crate) mod claimed;
pub(crate) mod cp;
pub(crate) mod dates;
pub(crate) mod envelope;
pub(crate) mod fault;
pub(crate) mod fields;
pub(crate) mod foreign;
pub(crate) mod lines;
pub(crate) mod own;
pub(crate) mod read;
pub(crate) mod render;
pub(crate) mod sieve;
pub(crate) mod sim_er;
pub(crate) mod table;
pub(crate) mod take;

pub use check::{Profile, Report, check, check_fields};
pub use claimed::{ClaimedAct, ClaimedDemand, ClaimedFse, ClaimedTotals};
pub use fault::{Fault, Found};
pub use read::read_fse;
pub use render::{RenderError, Unfit, render_fse};
