//! Bytes to domain and back: SSV-style groups, B2, lots and files, ARL and NOEMIE returns, CMS and S/MIME, IRIS/B2 mail.
//! Not the network, not the cards, not the keys: randomness and signatures are handed in, no input makes it panic.
//! What is public and what is ours (`sim`) stands in `docs/formats.md`; the public tables come from SFG FIDES ACE V06.09.

pub mod apcv;
pub mod b2;
pub mod certificate;
pub mod cms;
pub mod groups;
pub mod lot;
pub mod mail;
pub mod media;
pub mod noemie;
pub mod parcel;
pub mod returns;
mod scan;
