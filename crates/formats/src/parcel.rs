//! A sealed file between two posts of one practice: AES-256-GCM under a code that both posts were given, so that whoever
//! finds the file reads nothing and nobody without the code makes one. A format of our own (`sim` has no part in it).
//! Not what is inside (`core::exchange`). `LIASSE-POSTE 1` newline, 12 bytes of nonce, the ciphertext with its tag.

use liasse_domain::{Code, Coded};
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use sha2::{Digest, Sha256};
use zeroize::Zeroize;

/// The first line of a file, which the tag covers too.
const HEAD: &[u8] = b"LIASSE-POSTE 1\n";
/// The letters and digits of a code: those that nobody mistakes for another.
const ALPHABET: &[u8; 32] = b"ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
/// How many of them a code has: 125 bits.
const CODE: usize = 25;
/// The biggest file that is looked at.
pub const MAX: usize = 64 * 1024 * 1024;

/// Why a file or a code is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParcelError {
    /// It is no such file, or too big.
    #[error("no parcel")]
    NotOne,
    /// It was changed, or made under another code.
    #[error("changed, or another code")]
    Altered,
    /// That is no code.
    #[error("no code")]
    Code,
}

impl Coded for ParcelError {
    fn code(&self) -> Code {
        match self {
            Self::NotOne => Code("desync.fichier_inconnu"),
            Self::Altered => Code("desync.fichier_altere"),
            Self::Code => Code("desync.code_de_poste"),
        }
    }
}

/// The code that two posts share. Never printed but by [`PostCode::written`], wiped when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct PostCode([u8; CODE]);

impl std::fmt::Debug for PostCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostCode(…)")
    }
}

impl Drop for PostCode {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl PostCode {
    /// A new one from 25 random bytes.
    pub fn from_random(random: [u8; CODE]) -> Self {
        Self(random.map(|byte| ALPHABET[usize::from(byte & 31)]))
    }

    /// From what somebody typed: groups and small letters are as good.
    pub fn parse(text: &str) -> Result<Self, ParcelError> {
        let typed = text.bytes().filter(|byte| !matches!(byte, b'-' | b' ')).map(|byte| byte.to_ascii_uppercase());
        let letters: Vec<u8> = typed.take(CODE + 1).collect();
        let code: [u8; CODE] = letters.try_into().map_err(|_| ParcelError::Code)?;
        if code.iter().all(|letter| ALPHABET.contains(letter)) { Ok(Self(code)) } else { Err(ParcelError::Code) }
    }

    /// In five groups, to be typed at the other post.
    pub fn written(&self) -> String {
        let groups = self.0.chunks(5).map(|group| group.iter().map(|byte| char::from(*byte)).collect::<String>());
        groups.collect::<Vec<_>>().join("-")
    }

    fn key(&self) -> Result<LessSafeKey, ParcelError> {
        // The code is random: one hash under a name of its own makes a key of it.
        let mut hash = Sha256::new();
        hash.update(b"liasse poste 1");
        hash.update(self.0);
        Ok(LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &hash.finalize()).map_err(|_| ParcelError::Altered)?))
    }
}

/// Seals; `nonce` is random and used once.
pub fn seal(code: &PostCode, nonce: [u8; NONCE_LEN], plain: &[u8]) -> Result<Vec<u8>, ParcelError> {
    if plain.len() > MAX {
        return Err(ParcelError::NotOne);
    }
    let mut sealed = plain.to_vec();
    code.key()?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::from(HEAD), &mut sealed)
        .map_err(|_| ParcelError::Altered)?;
    Ok([HEAD, &nonce, &sealed].concat())
}

/// Opens.
///
/// # Errors
/// [`ParcelError::NotOne`]; [`ParcelError::Altered`] for a changed byte or another code: the two cannot be told apart.
pub fn open(code: &PostCode, file: &[u8]) -> Result<Vec<u8>, ParcelError> {
    if file.len() > MAX + 1024 {
        return Err(ParcelError::NotOne);
    }
    let rest = file.strip_prefix(HEAD).ok_or(ParcelError::NotOne)?;
    let (nonce, sealed) = rest.split_first_chunk::<NONCE_LEN>().ok_or(ParcelError::NotOne)?;
    let mut sealed = sealed.to_vec();
    let nonce = Nonce::assume_unique_for_key(*nonce);
    let plain = code.key()?.open_in_place(nonce, Aad::from(HEAD), &mut sealed).map_err(|_| ParcelError::Altered)?;
    Ok(plain.to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_under_its_code_alone() {
        let code = PostCode::from_random(std::array::from_fn(|at| u8::try_from(at * 7 % 251).unwrap_or(0)));
        let typed = code.written().to_ascii_lowercase().replace('-', " ");
        assert_eq!(PostCode::parse(&typed), Ok(code.clone()));
        let file = seal(&code, [7; NONCE_LEN], b"une FSE").expect("sealed");
        assert_eq!(open(&code, &file).expect("opened"), b"une FSE");
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 1;
            let refused = if at < HEAD.len() { ParcelError::NotOne } else { ParcelError::Altered };
            assert_eq!(open(&code, &changed), Err(refused), "byte {at}");
            assert!(open(&code, &file[..at]).is_err());
        }
        assert_eq!(open(&PostCode::from_random([3; CODE]), &file), Err(ParcelError::Altered));
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wrong in ["", "ABCDE", "ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ0", "ABCDE-FGHJK-LMNPQ-RSTUV-WXYZ2A", "ÀBCDE"] {
            assert_eq!(PostCode::parse(wrong), Err(ParcelError::Code), "{wrong}");
        }
    }
}
