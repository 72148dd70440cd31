//! The fuzz targets as plain functions: what must hold for any bytes, beyond no panic and no endless loop.
//! Not the fuzzer (`fuzz_targets/`, nightly): the stable test `fuzz_corpus` includes this file and replays the corpora.
//! How to run them: docs/formats.md, "Fuzzing".

mod arl;
mod b2;
mod cms;
mod mime;
mod noemie;
mod place;

pub use arl::arl;
pub use b2::b2;
pub use cms::{CONTENT, KEY, cms};
pub use mime::mime;
pub use noemie::noemie;

/// A target: takes any bytes, panics where something does not hold.
pub type Target = fn(&[u8]);

/// Every target by the name of its corpus, the folder `fixtures/fuzz/NAME`.
pub const TARGETS: [(&str, Target); 5] = [("b2", b2), ("noemie", noemie), ("arl", arl), ("mime", mime), ("cms", cms)];
