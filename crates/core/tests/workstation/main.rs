//! The use cases as a face calls them, over a real encrypted store, with scripted doubles at every port.
//! Not the demo (crate `demo`) and not a network: what the post says and when it falls silent is written in each test.

#![expect(clippy::expect_used, clippy::panic, reason = "a test that cannot go on says where")]

mod access;
mod apcv;
mod backup;
mod bookkeeping;
mod card_faults;
mod card_service;
mod cards;
mod cheats;
mod claims;
mod clock;
mod demands;
mod desync;
mod doctor;
mod exchange;
mod forgetting;
mod incidents;
mod invoicing;
mod journal;
mod lists;
mod locum_terms;
mod notices;
mod opendata;
mod pairing;
mod passages;
mod people;
mod prints;
mod proposals;
mod radar;
mod real;
mod redo;
mod replacements;
mod restored;
mod retention;
mod returns;
mod scans;
mod sealed;
mod sending;
mod signing;
mod situations;
mod support;
mod without_card;
