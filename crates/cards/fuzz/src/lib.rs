//! The fuzz targets as plain functions: what must hold for any bytes of a card, beyond no panic and no endless dialogue.
//! Not the fuzzer (`fuzz_targets/`, nightly): the stable test `fuzz_corpus` includes this file and replays the corpora.
//! How to run them: docs/formats.md, "Fuzzing". The idea is OpenSC's virtual reader in OSS-Fuzz.

mod apdu_dialogue;
mod atr;
mod cps_files;
mod files;
mod groups;
mod job;
mod tlv;
mod vitale_files;

pub use apdu_dialogue::{Script, apdu_dialogue};
pub use atr::atr;
pub use cps_files::{CPS3, cps_files};
pub use files::FileCard;
pub use groups::groups;
pub use tlv::tlv;
pub use vitale_files::{VITALE2, vitale_files};

/// A target: takes any bytes, panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every target by the name of its corpus, the folder `fixtures/fuzz/NAME`.
pub const TARGETS: [(&str, Target); 6] = [
    ("atr", atr),
    ("tlv", tlv),
    ("cps", cps_files),
    ("vitale", vitale_files),
    ("groups", groups),
    ("apdu", apdu_dialogue),
];
