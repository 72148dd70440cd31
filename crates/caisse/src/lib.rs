//! The simulated Assurance Maladie: a post office on loopback, or the client of another, that verifies what it gets,
//! acknowledges, rejects and pays. Named `sim` wherever it shows; it decides nothing about a real caisse.
//! Its layouts and reasons stand in `docs/formats.md`; what it must survive in architecture, "The caisse's own memory".

mod adjudicate;
mod answer;
mod apcv;
mod clock;
mod demand;
mod error;
mod held;
mod intake;
mod ledger;
mod memory;
mod net;
mod notice;
mod office;
mod options;
mod pki;
mod pop3_session;
mod private;
mod reasons;
pub mod registers;
mod reprice;
mod running;
mod scanned;
mod scenario;
mod smtp_session;
mod via;

pub use error::CaisseError;
pub use held::Hold;
pub use options::{Options, Via, tables_from};
pub use running::{Ports, Running};
pub use scenario::{ArlFate, Delay, Delays, ForcedReject, MailboxFate, OtherPayment, Remark, Scenario, Trick};
