//! The use cases as a face calls them, over a real encrypted store, with scripted doubles at every port.
//! Not the demo (crate `demo`) and not a network: what the post says and when it falls silent is written in each test.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says where")]

mod apcv;
mod card_faults;
mod card_service;
mod cards;
mod cheats;
mod claims;
mod demands;
mod desync;
mod doctor;
mod exchange;
mod incidents;
mod invoicing;
mod lists;
mod locum_terms;
mod notices;
mod pairing;
mod passages;
mod people;
mod prints;
mod proposals;
mod radar;
mod redo;
mod replacements;
mod returns;
mod scans;
mod sending;
mod signing;
mod situations;
mod support;
mod without_card;
