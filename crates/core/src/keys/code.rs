//! The recovery code: 28 random signs and four that check them, in eight groups. Printed once, kept nowhere.
//! Signs are Crockford's base 32: small letters, O for 0, I and L for 1, spaces and hyphens are as good.

use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::fault::KeyError;
use crate::ports::Ids;

/// The signs: those that nobody mistakes for another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// How many signs are random: 140 bits.
const RANDOM: usize = 28;
/// How many there are with those that check them.
const ALL: usize = 32;
/// How many stand in a group.
const GROUP: usize = 4;

/// The code that opens the data when passphrase and keyring do not. Printed by [`RecoveryCode::grouped`] alone, wiped on drop.
pub struct RecoveryCode(Zeroizing<String>);

impl std::fmt::Debug for RecoveryCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RecoveryCode(…)")
    }
}

impl RecoveryCode {
    /// A new one.
    pub(super) fn draw(ids: &mut dyn Ids) -> Self {
        let mut random = Zeroizing::new([0_u8; RANDOM]);
        ids.random(random.as_mut_slice());
        let mut signs = Zeroizing::new(String::with_capacity(ALL));
        signs.extend(random.iter().copied().map(sign));
        let check = checking(&signs);
        signs.push_str(&check);
        Self(signs)
    }

    /// From what somebody copied.
    ///
    /// # Errors
    /// [`KeyError::RecoveryMistyped`] when a sign is none, one is missing or too many, or the last group does not fit.
    pub fn parse(typed: &str) -> Result<Self, KeyError> {
        let mut signs = Zeroizing::new(String::with_capacity(ALL));
        for typed in typed.chars().filter(|typed| !is_between(*typed)) {
            let meant = meant(typed);
            let known = ALPHABET.iter().any(|known| char::from(*known) == meant);
            if !known || signs.len() == ALL {
                return Err(KeyError::RecoveryMistyped);
            }
            signs.push(meant);
        }
        let fits = signs.split_at_checked(RANDOM).is_some_and(|(random, check)| check == checking(random));
        if fits { Ok(Self(signs)) } else { Err(KeyError::RecoveryMistyped) }
    }

    /// Whether somebody typed its last two groups, in any hand: the paper is before them.
    pub fn ends_with(&self, typed: &SecretString) -> bool {
        let mut signs = Zeroizing::new(String::with_capacity(ALL));
        for typed in typed.expose_secret().chars().filter(|typed| !is_between(*typed)).take(ALL) {
            signs.push(meant(typed));
        }
        signs.len() == 2 * GROUP && self.0.ends_with(signs.as_str())
    }

    /// In eight groups, for the paper and for the one time it is shown.
    pub fn grouped(&self) -> Zeroizing<String> {
        let mut grouped = Zeroizing::new(String::with_capacity(ALL + ALL / GROUP));
        for (at, sign) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                grouped.push('-');
            }
            grouped.push(sign);
        }
        grouped
    }

    /// What the wrapping key is made from.
    pub(super) fn signs(&self) -> &str {
        &self.0
    }
}

/// What stands between groups.
fn is_between(typed: char) -> bool {
    typed.is_whitespace() || matches!(typed, '-' | '‑' | '–')
}

/// The sign that is meant by one that looks like it.
fn meant(typed: char) -> char {
    match typed.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

fn sign(byte: u8) -> char {
    ALPHABET.get(usize::from(byte & 31)).copied().map_or('0', char::from)
}

/// The last group: the first 20 bits of a hash, so that one code in a million that was badly copied is not seen.
fn checking(random: &str) -> String {
    let mut hash = Sha256::new();
    hash.update(b"liasse-code-de-secours 1\0");
    hash.update(random.as_bytes());
    hash.finalize().iter().take(ALL - RANDOM).copied().map(sign).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::OsIds;

    /// Bytes in order: the same code each time.
    struct Counting;

    impl Ids for Counting {
        fn random(&mut self, bytes: &mut [u8]) {
            for (at, byte) in bytes.iter_mut().enumerate() {
                *byte = u8::try_from(at * 9 % 256).expect("a byte");
            }
        }
    }

    #[test]
    fn a_code_is_copied_in_any_hand() {
        let code = RecoveryCode::draw(&mut Counting);
        let written = code.grouped();
        assert_eq!((written.len(), written.split('-').count()), (39, 8));
        for copied in [
            written.to_string(),
            written.to_ascii_lowercase(),
            written.replace('-', " "),
            written.replace('-', ""),
            written.replace('0', "O").replace('1', "l"),
            format!("  {}\t", written.replace('-', " – ")),
        ] {
            assert_eq!(RecoveryCode::parse(&copied).expect(&copied).signs(), code.signs());
        }
    }

    #[test]
    fn a_sign_that_was_badly_copied_is_seen() {
        let written = RecoveryCode::draw(&mut OsIds).grouped();
        let signs: Vec<char> = written.chars().collect();
        let (mut tried, mut missed) = (0, 0);
        for at in (0..signs.len()).filter(|at| signs[*at] != '-') {
            for other in ALPHABET.iter().map(|sign| char::from(*sign)).filter(|other| *other != signs[at]) {
                let mut copied = signs.clone();
                copied[at] = other;
                tried += 1;
                missed += usize::from(RecoveryCode::parse(&copied.iter().collect::<String>()).is_ok());
            }
        }
        // 992 wrong copies at one chance in a million each.
        assert_eq!(tried, 992);
        assert!(missed <= 1, "{missed}");
        for wrong in ["", "0000", &written[1..], &*format!("{}0", *written), "U", &*written.replacen('-', "é", 1)] {
            assert_eq!(RecoveryCode::parse(wrong).err(), Some(KeyError::RecoveryMistyped), "{}", wrong.len());
        }
    }

    #[test]
    fn its_end_is_typed_back_in_any_hand() {
        let code = RecoveryCode::draw(&mut Counting);
        let written = code.grouped();
        let end = &written[written.len() - 9..];
        for typed in [end.to_owned(), end.to_ascii_lowercase(), end.replace('-', " "), end.replace('0', "o")] {
            assert!(code.ends_with(&SecretString::from(typed)));
        }
        for typed in ["", &end[5..], &written[..9], &*written, &format!("{end}0")] {
            assert!(!code.ends_with(&SecretString::from(typed)), "{}", typed.len());
        }
    }

    #[test]
    fn nothing_of_a_code_is_printed() {
        assert_eq!(format!("{:?}", RecoveryCode::draw(&mut OsIds)), "RecoveryCode(…)");
    }
}
