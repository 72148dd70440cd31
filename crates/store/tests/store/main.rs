//! The store as its users see it, on real encrypted files: one program of tests, one module a topic.
//! Not the unit tests of pure rules, which stand at the foot of their modules.

#![expect(clippy::expect_used, reason = "a test that cannot go on says where")]

mod backup;
mod claims;
mod demands;
mod erasures;
mod journal;
mod journal_tampering;
mod lots;
mod money;
mod opening;
mod outbox;
mod people;
mod properties;
mod recettes;
mod rekey;
mod returns;
mod rows;
mod scans;
mod situations;
mod support;
mod trail;
mod watch;
mod windows;
