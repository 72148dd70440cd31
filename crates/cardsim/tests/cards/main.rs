//! The reader of `liasse-cards` against the simulated cards, in process, over T=0 and all at once.
//! Not a real pcscd: `tests/` of the workspace does that. Expected values are written by hand from the deck.

#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

mod codes;
mod cps;
mod deck;
mod hostile;
mod insertions;
mod pulled;
mod reader;
mod secrets;
mod vitale;
mod world;
