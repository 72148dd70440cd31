//! The simulated caisse as workstations meet it: real files, real sockets, real deaths. In process, except `program`.
//! Files are made by hand here from the fixtures' cards; amounts are written out, never computed by the pricing crate.
#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

mod counters;
mod demands;
mod detailed_claims;
mod files;
mod foreign;
mod locums;
mod memory;
mod otherwise;
mod payments;
mod practice;
mod program;
mod servers;
mod single_claims;
mod world;
