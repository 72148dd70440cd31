//! The road: our SMTP and POP3 clients, state machines fed with bytes, and one blocking driver over TLS.
//! Not the decision what may be sent where (crate `core`) nor the messages themselves (crate `formats`).
//! RFC 5321, 3207, 4954 and 1939; what a failure proves follows reference telecom-reliability, 1.1.

mod account;
mod dot;
mod error;
mod fetch;
mod lines;
mod link;
pub mod pop3;
pub mod reach;
mod reply;
mod send;
pub mod smtp;

pub use account::{Account, Envelope, Security};
pub use dot::{DotReader, TooLong, stuff};
pub use error::{Cause, CertificateFault, FetchError, SendError, Stop};
pub use fetch::{FetchSummary, Incoming, OnMessages, Verdict, fetch};
pub use lines::{Lines, Overlong};
pub use reach::{Silence, answers};
pub use send::{Accepted, send};
