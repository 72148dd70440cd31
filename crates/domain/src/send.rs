//! How far the sending of a file went. A phase is written to disk before the step it names touches the network,
//! so that after a crash the ledger knows whether the post may have taken the file.

use serde::{Deserialize, Serialize};

/// The steps of one sending, in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SendPhase {
    /// Opening the connection, TLS included.
    Connect,
    /// Giving name and password.
    Auth,
    /// `MAIL FROM`.
    Mail,
    /// `RCPT TO`.
    Rcpt,
    /// `DATA` and the body, without its end.
    Data,
    /// The final dot: from here on the post may have the file whatever we hear.
    Dot,
}

impl SendPhase {
    /// Whether a failure in this phase leaves it unknown if the post has the file.
    pub fn is_ambiguous(self) -> bool {
        self == Self::Dot
    }

    /// The word on disk and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Connect => "connect",
            Self::Auth => "auth",
            Self::Mail => "mail",
            Self::Rcpt => "rcpt",
            Self::Data => "data",
            Self::Dot => "dot",
        }
    }

    /// From the word on disk.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Connect, Self::Auth, Self::Mail, Self::Rcpt, Self::Data, Self::Dot]
            .into_iter()
            .find(|p| p.word() == word)
    }
}
