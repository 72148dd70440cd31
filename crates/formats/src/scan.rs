//! Looking for one byte in many: the machine's own search, which the standard library gives through `BufRead` alone.
//! No input or output: the bytes are in memory, and such a search cannot fail.

use std::io::BufRead;

/// Where `wanted` stands first.
pub(crate) fn position(bytes: &[u8], wanted: u8) -> Option<usize> {
    let mut rest = bytes;
    let last = rest.skip_until(wanted).ok()?.checked_sub(1)?;
    (bytes.get(last) == Some(&wanted)).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_a_walk_finds(bytes in proptest::collection::vec(0u8..4, 0..80)) {
            prop_assert_eq!(position(&bytes, 1), bytes.iter().position(|byte| *byte == 1));
        }
    }
}
