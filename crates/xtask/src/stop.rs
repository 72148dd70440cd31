//! Why a command ended early, told in a sentence.
//! Not the product's errors: those have codes and French texts (`assets/catalogue`).

use std::fmt;

/// Why `cargo xtask` ends with something else than success.
#[derive(Debug, PartialEq, Eq)]
pub enum Stop {
    /// Wrong arguments.
    Usage(String),
    /// The machine lacks something that could not be installed; the text says what to type.
    SetUp(String),
    /// A program could not be started or ended badly.
    Step(String),
    /// Checks failed, and the command has said which.
    Told,
}

impl Stop {
    /// The exit codes of the shared contracts: 1 refused or failed, 2 wrong usage, 3 something is missing.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Step(_) | Self::Told => 1,
            Self::Usage(_) => 2,
            Self::SetUp(_) => 3,
        }
    }
}

impl fmt::Display for Stop {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(text) | Self::SetUp(text) | Self::Step(text) => f.write_str(text),
            Self::Told => Ok(()),
        }
    }
}
