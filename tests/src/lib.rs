//! The harness of the end-to-end tests: real programs, a real pcscd, real mail servers, a real X server, all private
//! to one test and gone when it ends. Knows none of our crates: it starts our programs as a user would.
//! What it may not do (sleep to synchronise, leave a process behind) is in `docs/architecture.md`.
#![expect(clippy::expect_used, reason = "a harness that cannot start must fail its test loudly")]

pub mod artefacts;
pub mod canary;
pub mod crash;
pub mod cut;
pub mod desk;
pub mod display;
pub mod dovecot;
pub mod mail;
pub mod memory;
pub mod namespace;
pub mod pcscd;
pub mod postfix;
pub mod power;
pub mod practice;
pub mod process;
pub mod programs;
pub mod scratch;
pub mod sources;
pub mod strace;
pub mod wait;

pub use crash::Crash;
pub use desk::Desk;
pub use display::Display;
pub use mail::MailPeers;
pub use pcscd::{InsertedCard, Pcscd, Slot};
pub use practice::Practice;
pub use process::{Finished, Running, finish};
pub use programs::{bin, root, shared};
pub use scratch::Scratch;
