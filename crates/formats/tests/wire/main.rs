//! The crate from outside: whole FSE, lots, files and returns, written by hand, drawn at random, and damaged.
//! Not the signatures and the mail, which have their own tests.
//! Expected bytes are written from docs/formats.md, never computed by the code under test.

#![expect(clippy::expect_used, reason = "a test may stop at a broken assumption")]

mod acts;
mod check;
mod files;
mod foreign;
mod fse;
mod invented;
mod returns;
