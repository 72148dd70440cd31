//! What the fuzzer begins with: good inputs by our own writers, and damage by hand.
//! All people are invented. The same bytes at every run: keys and randomness are drawn from fixed seeds.

mod mails;
mod messages;
mod records;

/// Target, name and bytes of every seed.
pub fn seeds() -> Vec<(&'static str, &'static str, Vec<u8>)> {
    let of =
        |target, seeds: Vec<(&'static str, Vec<u8>)>| seeds.into_iter().map(move |(name, bytes)| (target, name, bytes));
    of("b2", records::b2())
        .chain(of("noemie", records::noemie()))
        .chain(of("arl", records::arl()))
        .chain(of("mime", mails::mime()))
        .chain(of("cms", messages::cms()))
        .collect()
}

pub use messages::certificates;

/// Some bytes, with others put at a place.
fn put(bytes: &[u8], at: usize, text: &[u8]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    bytes[at..at + text.len()].copy_from_slice(text);
    bytes
}

/// Some bytes, each `old` replaced.
fn replaced(bytes: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(old.len()).position(|window| window == old) {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(new);
        rest = &rest[at + old.len()..];
    }
    assert!(rest.len() < bytes.len(), "there is something to replace");
    out.extend_from_slice(rest);
    out
}
