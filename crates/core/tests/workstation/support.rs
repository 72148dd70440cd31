//! What the tests share: a practice in a folder of its own, a clock that is moved, cards, a post that follows a script.
//! Expected amounts and states stand in the tests, not here.

mod direct;
mod hand;
mod mails;
mod post;
mod practice;
mod readers;
pub mod secretary;

pub use direct::Direct;
pub use hand::{Answers, Hand};
pub use mails::{arl, caisse, payment, rejection, returned, returned_by, undelivered, unsigned};
pub use post::{PHASES, ScriptPost, Turn};
pub use practice::{Ask, LANDED, Practice, TestClock, directory, instant, signed, week_of};
pub use readers::{Readers, gate, phone, shown_by, telephone};
