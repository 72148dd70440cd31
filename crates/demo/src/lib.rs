//! The demo world, once for both faces: invented people, a card tray, a clock to move, a caisse on loopback, scenarios.
//! Not a test double: the same use cases, the same bytes and the same protocols as everywhere, only the cards and the
//! caisse are simulated and the people invented.

pub mod clock;
pub mod fault;
pub mod lessons;
pub mod office;
pub mod phone;
pub mod play;
pub mod readers;
pub mod rehearsal;
pub mod replaced;
pub mod scenario;
pub mod secretary;
pub mod taking_in;
pub mod tray;
pub mod world;
mod written;

pub use clock::DemoClock;
pub use office::{Office, OpenError, Opening};
pub use tray::Tray;
