//! The seal of a backup's list: who writes to the medium can exchange a file together with its hash, and cannot seal the list again
//! without the data key. Until its seal is looked at, a list is anybody's word: it sorts and refuses, and nothing is written or taken
//! away by it. Not the files (`shelf`). Rule: issue "Data that survives, and stays private", 4.

use hmac::{Hmac, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::shelf::hex;

/// What the key of the seals is made with: nothing else that is made from a data key is one.
const LABEL: &[u8] = b"liasse sauvegarde 1";
/// How a list begins, and how it begins with its seal, which is a line of its own before all others.
const BEGINS: &str = "{\n";
const BEFORE: &str = "{\n  \"seal\": \"";
const AFTER: &str = "\",\n";

/// A list as it lies in a folder: its text without the line of the seal, and what that line says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sealed {
    text: String,
    seal: Option<[u8; 32]>,
}

impl Sealed {
    /// Seals a text under a data key. `None` for one that no seal can be put into: it begins otherwise than a list.
    pub(super) fn by(key: &[u8; 32], text: String) -> Option<Self> {
        let seal = mac(key, &text)?.finalize().into_bytes().into();
        text.starts_with(BEGINS).then_some(Self { text, seal: Some(seal) })
    }

    /// Takes a list apart, without a seal where none stands in its place.
    pub(super) fn read(text: &str) -> Self {
        match apart(text) {
            Some((seal, rest)) => Self { text: format!("{BEGINS}{rest}"), seal: Some(seal) },
            None => Self { text: text.to_owned(), seal: None },
        }
    }

    /// What is sealed, byte for byte.
    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// The list with its seal, as it lies in a folder.
    pub(super) fn written(&self) -> String {
        match (&self.seal, self.text.strip_prefix(BEGINS)) {
            (Some(seal), Some(rest)) => format!("{BEFORE}{}{AFTER}{rest}", hex(seal)),
            _ => self.text.clone(),
        }
    }

    /// Whether it was sealed under that data key, and is as it was then. Compared in constant time.
    pub(super) fn is_by(&self, key: &[u8; 32]) -> bool {
        let Some(seal) = &self.seal else { return false };
        mac(key, &self.text).is_some_and(|mac| mac.verify_slice(seal).is_ok())
    }
}

/// HMAC-SHA256 of a text under the key of the seals.
fn mac(key: &[u8; 32], text: &str) -> Option<Hmac<Sha256>> {
    let own: Zeroizing<[u8; 32]> = Zeroizing::new(keyed(key, LABEL)?.finalize().into_bytes().into());
    keyed(&own, text.as_bytes())
}

fn keyed(key: &[u8; 32], bytes: &[u8]) -> Option<Hmac<Sha256>> {
    // A key of any length is one: this never fails.
    let mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    Some(mac.chain_update(bytes))
}

/// The seal of a list, and what follows its line.
fn apart(text: &str) -> Option<([u8; 32], &str)> {
    let (signs, rest) = text.strip_prefix(BEFORE)?.split_once(AFTER)?;
    Some((bytes_of(signs)?, rest))
}

/// 32 bytes in lower-case hexadecimal, and no other writing of them.
fn bytes_of(signs: &str) -> Option<[u8; 32]> {
    let mut bytes = [0_u8; 32];
    for (byte, pair) in bytes.iter_mut().zip(signs.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    (hex(&bytes) == signs).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const KEY: [u8; 32] = [7; 32];
    const LIST: &str = "{\n  \"v\": 1,\n  \"world\": \"real\",\n  \"files\": [\n    {\n      \"path\": \"liasse.db\",\n      \
                        \"bytes\": 4096\n    },\n    {\n      \"path\": \"reste/confiance/racine.pem\",\n      \
                        \"bytes\": 12\n    }\n  ]\n}\n";

    fn sealed() -> Sealed {
        Sealed::by(&KEY, LIST.to_owned()).expect("a list")
    }

    /// `openssl dgst -sha256 -mac HMAC -macopt hexkey:…`, once with the data key over the label, once with what that gives over the
    /// list; and the same by Python's `hmac`.
    #[test]
    fn other_programs_seal_the_same() {
        let written = sealed().written();
        assert_eq!(written.lines().nth(1), Some(format!("  \"seal\": \"{REFERENCE}\",").as_str()));
        assert_eq!(written.lines().filter(|line| !line.contains("seal")).collect::<Vec<_>>().join("\n") + "\n", LIST);
    }

    const REFERENCE: &str = "31b3948826bb72efe2dd26eb730756e4bd7e5b9af9abd403e7bd50be0989f344";

    #[test]
    fn a_seal_is_read_back_and_holds_under_its_key_alone() {
        let read = Sealed::read(&sealed().written());
        assert_eq!((read.text(), read.is_by(&KEY)), (LIST, true));
        assert!(!read.is_by(&[8; 32]));
        assert!(!Sealed::read(LIST).is_by(&KEY), "none is no seal");
        assert_eq!(Sealed::by(&KEY, "[]\n".to_owned()), None);
        let upper = sealed().written().replace(REFERENCE, &REFERENCE.to_uppercase());
        assert!(!Sealed::read(&upper).is_by(&KEY), "another writing of it is none");
        let later = format!("{}  \"seal\": \"{REFERENCE}\"\n}}\n", LIST.trim_end_matches("}\n"));
        assert!(!Sealed::read(&later).is_by(&KEY), "nor one in another place");
    }

    /// What a hand may do to the text of a list.
    #[derive(Clone, Debug)]
    enum Edit {
        Put(usize, char),
        Exchange(usize, char),
        Remove(usize),
        Cut(usize),
        Lines(usize, usize),
        Again(usize),
    }

    impl Edit {
        fn made(&self, text: &str) -> String {
            let mut signs: Vec<char> = text.chars().collect();
            let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
            let (many, rows) = (signs.len(), lines.len());
            match *self {
                Self::Put(at, sign) => signs.insert(at % many, sign),
                Self::Exchange(at, sign) => signs[at % many] = sign,
                Self::Remove(at) => {
                    signs.remove(at % many);
                }
                Self::Cut(at) => signs.truncate(at % many),
                Self::Lines(one, other) => {
                    lines.swap(one % rows, other % rows);
                    return lines.concat();
                }
                Self::Again(at) => {
                    lines.insert(at % rows, lines[at % rows]);
                    return lines.concat();
                }
            }
            signs.into_iter().collect()
        }
    }

    fn edits() -> impl Strategy<Value = Edit> {
        let at = || 0_usize..10_000;
        let sign = || prop_oneof![prop::char::range(' ', '~'), Just('\n'), Just('é')];
        prop_oneof![
            (at(), sign()).prop_map(|(at, sign)| Edit::Put(at, sign)),
            (at(), sign()).prop_map(|(at, sign)| Edit::Exchange(at, sign)),
            at().prop_map(Edit::Remove),
            at().prop_map(Edit::Cut),
            (at(), at()).prop_map(|(one, other)| Edit::Lines(one, other)),
            at().prop_map(Edit::Again),
        ]
    }

    proptest! {
        #[test]
        fn no_edit_of_a_list_keeps_its_seal(edits in prop::collection::vec(edits(), 1..4)) {
            let written = sealed().written();
            let edited = edits.iter().fold(written.clone(), |text, edit| {
                if text.is_empty() { text } else { edit.made(&text) }
            });
            prop_assert_eq!(Sealed::read(&edited).is_by(&KEY), edited == written);
        }
    }
}
