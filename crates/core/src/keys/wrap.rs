//! One wrap: a data key under AES-256-GCM, and a checksum without a key over everything beside it, so that damaged bytes are
//! told apart from a wrong secret. Keys are made from secrets by Argon2id, whose costs are data and are bounded before any work.

use aes_gcm::Aes256Gcm;
use aes_gcm::aead::{self, Aead, KeyInit, Payload};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::fault::{KeyError, Part};
use crate::ports::{Ids, KeySource, NoKey};

/// The form of the file and of its wraps.
pub(super) const VERSION: u32 = 1;

/// The name of a data key: random, no secret.
pub(super) type KeyId = [u8; 16];
/// A wrapping key.
pub(super) type Wrapping = Zeroizing<[u8; 32]>;

/// The random key of a practice's store, with its name. Wiped on drop.
#[derive(Clone)]
pub struct DataKey {
    id: KeyId,
    bytes: Zeroizing<[u8; 32]>,
    /// The way by which it was opened, where it was.
    by: Option<Part>,
}

/// The same key is the same by whatever way.
impl PartialEq for DataKey {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.bytes == other.bytes
    }
}

impl Eq for DataKey {}

impl std::fmt::Debug for DataKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("DataKey(…)")
    }
}

impl DataKey {
    /// A new one.
    pub(super) fn draw(ids: &mut dyn Ids) -> Self {
        let (mut id, mut bytes) = ([0_u8; 16], Zeroizing::new([0_u8; 32]));
        ids.random(&mut id);
        ids.random(bytes.as_mut_slice());
        Self { id, bytes, by: None }
    }

    /// The same, opened by that way.
    pub(super) fn opened_by(self, part: Part) -> Self {
        Self { by: Some(part), ..self }
    }

    /// The way by which it was opened; `None` where it was just drawn.
    pub(crate) fn by(&self) -> Option<Part> {
        self.by
    }

    pub(super) fn id(&self) -> &KeyId {
        &self.id
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }
}

impl KeySource for DataKey {
    fn data_key(&self) -> Result<Zeroizing<[u8; 32]>, NoKey> {
        Ok(self.bytes.clone())
    }
}

/// What making a key from a secret costs: memory in KiB, passes, lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    m_kib: u32,
    t: u32,
    p: u32,
}

impl Cost {
    /// For a passphrase: a guess costs 64 MiB and some tenths of a second.
    pub const USUAL: Self = Self { m_kib: 64 * 1024, t: 3, p: 1 };
    /// For a recovery code, which nobody guesses: it has 140 random bits.
    pub(super) const OF_A_CODE: Self = Self { m_kib: 8 * 1024, t: 1, p: 1 };

    /// More than this is no cost but an attack.
    const MOST_KIB: u32 = 1024 * 1024;
    const MOST_PASSES: u32 = 10;
    const MOST_LANES: u32 = 4;

    /// A cost within bounds: at most 1 GiB, ten passes and four lanes; `None` for any other.
    pub const fn new(m_kib: u32, t: u32, p: u32) -> Option<Self> {
        let passes = t >= 1 && t <= Self::MOST_PASSES && p >= 1 && p <= Self::MOST_LANES;
        if passes && m_kib >= 8 * p && m_kib <= Self::MOST_KIB { Some(Self { m_kib, t, p }) } else { None }
    }

    /// Memory in KiB, passes, lanes.
    pub(super) fn parts(self) -> (u32, u32, u32) {
        (self.m_kib, self.t, self.p)
    }
}

/// How a wrapping key is made from a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kdf {
    pub(super) cost: Cost,
    pub(super) salt: [u8; 16],
}

impl Kdf {
    /// With a salt of its own.
    pub(super) fn draw(cost: Cost, ids: &mut dyn Ids) -> Self {
        let mut salt = [0_u8; 16];
        ids.random(&mut salt);
        Self { cost, salt }
    }

    /// The wrapping key of a secret.
    pub(super) fn key_of(&self, secret: &[u8]) -> Result<Wrapping, KeyError> {
        let refused = KeyError::Io { kind: std::io::ErrorKind::OutOfMemory };
        let Cost { m_kib, t, p } = self.cost;
        let params = Params::new(m_kib, t, p, Some(32)).map_err(|_| refused.clone())?;
        let blocks = params.block_count();
        let mut memory: Vec<Block> = Vec::new();
        // A computer without that memory says so instead of ending the program.
        memory.try_reserve_exact(blocks).map_err(|_| refused.clone())?;
        memory.resize(blocks, Block::default());
        let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let mut key = Zeroizing::new([0_u8; 32]);
        let made = argon.hash_password_into_with_memory(secret, &self.salt, key.as_mut_slice(), &mut memory);
        memory.zeroize();
        made.map_err(|_| refused)?;
        Ok(key)
    }
}

/// For which way a wrap is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Passphrase,
    Recovery,
    Keyring,
    /// Of the next key, under the present one, while a change of key lasts.
    Next,
}

impl Kind {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Passphrase => "passphrase",
            Self::Recovery => "recovery",
            Self::Keyring => "keyring",
            Self::Next => "next",
        }
    }

    /// Whether its wrapping key is made from a secret that people know.
    pub(super) fn is_derived(self) -> bool {
        matches!(self, Self::Passphrase | Self::Recovery)
    }
}

/// A wrapped data key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Wrap {
    pub(super) kind: Kind,
    pub(super) key_id: KeyId,
    pub(super) kdf: Option<Kdf>,
    pub(super) nonce: [u8; 12],
    /// The key and its tag.
    pub(super) wrapped: [u8; 48],
}

impl Wrap {
    /// Wraps `key` under `with`.
    pub(super) fn seal(
        kind: Kind,
        key: &DataKey,
        with: &[u8; 32],
        kdf: Option<Kdf>,
        ids: &mut dyn Ids,
    ) -> Result<Self, KeyError> {
        let mut nonce = [0_u8; 12];
        ids.random(&mut nonce);
        let mut wrap = Self { kind, key_id: key.id, kdf, nonce, wrapped: [0; 48] };
        let sealed = Aes256Gcm::new_from_slice(with).ok().and_then(|cipher| {
            let payload = Payload { msg: key.bytes.as_slice(), aad: &wrap.named() };
            cipher.encrypt(&aead::Nonce::<Aes256Gcm>::from(nonce), payload).ok()
        });
        let sealed = sealed.and_then(|sealed| <[u8; 48]>::try_from(sealed).ok());
        // Key, nonce and text have the lengths of the cipher: this is our bug.
        wrap.wrapped = sealed.ok_or(KeyError::Io { kind: std::io::ErrorKind::InvalidInput })?;
        Ok(wrap)
    }

    /// Wraps `key` under what is made from a secret.
    pub(super) fn seal_by(
        kind: Kind,
        key: &DataKey,
        secret: &[u8],
        cost: Cost,
        ids: &mut dyn Ids,
    ) -> Result<Self, KeyError> {
        let kdf = Kdf::draw(cost, ids);
        let with = kdf.key_of(secret)?;
        Self::seal(kind, key, &with, Some(kdf), ids)
    }

    /// The data key; `None` when `with` is not what wrapped it.
    pub(super) fn open(&self, with: &[u8; 32]) -> Option<DataKey> {
        let cipher = Aes256Gcm::new_from_slice(with).ok()?;
        let payload = Payload { msg: &self.wrapped, aad: &self.named() };
        let opened = cipher.decrypt(&aead::Nonce::<Aes256Gcm>::from(self.nonce), payload).ok().map(Zeroizing::new)?;
        let bytes = <[u8; 32]>::try_from(opened.as_slice()).ok().map(Zeroizing::new)?;
        Some(DataKey { id: self.key_id, bytes, by: None })
    }

    /// What the tag covers beside the key: form, name of the key, way, costs.
    fn named(&self) -> Vec<u8> {
        let mut named = b"liasse-cle\0".to_vec();
        named.extend(VERSION.to_be_bytes());
        named.extend(self.key_id);
        named.extend(self.kind.word().as_bytes());
        named.push(0);
        if let Some(kdf) = &self.kdf {
            let (m_kib, t, p) = kdf.cost.parts();
            named.extend([m_kib, t, p].into_iter().flat_map(u32::to_be_bytes));
        }
        named
    }

    /// A checksum over all of it. It proves nothing against a hand: it tells damage from a wrong secret.
    pub(super) fn check(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update(b"liasse-cle-controle\0");
        hash.update(self.named());
        if let Some(kdf) = &self.kdf {
            hash.update(kdf.salt);
        }
        hash.update(self.nonce);
        hash.update(self.wrapped);
        hash.finalize().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::OsIds;

    const SMALL: Cost = Cost { m_kib: 8, t: 1, p: 1 };

    /// `printf %s password | argon2 somesalt16bytes! -id -t 2 -k 64 -p 1 -l 32 -r`: the reference program, version 20171227.
    #[test]
    fn the_reference_program_makes_the_same_key() {
        let kdf = Kdf { cost: Cost { m_kib: 64, t: 2, p: 1 }, salt: *b"somesalt16bytes!" };
        let key = kdf.key_of(b"password").expect("made");
        let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, REFERENCE);
    }

    const REFERENCE: &str = "ac09230651f4855141b3cdfca3e77a7ab1a70d300bbd4a78cf9bb658333e4abe";

    #[test]
    fn a_key_opens_under_what_wrapped_it_and_under_nothing_else() {
        let key = DataKey::draw(&mut OsIds);
        let wrap = Wrap::seal_by(Kind::Passphrase, &key, b"une phrase", SMALL, &mut OsIds).expect("wrapped");
        let kdf = wrap.kdf.expect("a passphrase has costs");
        assert_eq!(wrap.open(&kdf.key_of(b"une phrase").expect("made")), Some(key.clone()));
        assert_eq!(wrap.open(&kdf.key_of(b"une autre").expect("made")), None);
        let other = Wrap { kind: Kind::Recovery, ..wrap.clone() };
        assert_eq!(other.open(&kdf.key_of(b"une phrase").expect("made")), None, "a wrap does not change its way");
        let dearer = Wrap { kdf: Some(Kdf { cost: Cost { t: 2, ..SMALL }, ..kdf }), ..wrap.clone() };
        assert_eq!(dearer.open(&kdf.key_of(b"une phrase").expect("made")), None, "nor its costs");
        assert_ne!(wrap.check(), other.check());
        assert_eq!(format!("{key:?}"), "DataKey(…)");
    }

    #[test]
    fn two_wraps_of_one_key_share_nothing() {
        let key = DataKey::draw(&mut OsIds);
        let [one, other] =
            [(); 2].map(|()| Wrap::seal_by(Kind::Passphrase, &key, b"une phrase", SMALL, &mut OsIds).expect("wrapped"));
        assert_ne!((one.kdf, one.nonce, one.wrapped), (other.kdf, other.nonce, other.wrapped));
        assert_ne!(DataKey::draw(&mut OsIds), key);
    }

    #[test]
    fn costs_out_of_bounds_are_none() {
        assert_eq!(Cost::new(64 * 1024, 3, 1), Some(Cost::USUAL));
        for (m_kib, t, p) in
            [(0, 1, 1), (7, 1, 1), (8, 0, 1), (8, 1, 0), (31, 1, 4), (8, 11, 1), (64, 1, 5), (1 << 21, 1, 1)]
        {
            assert_eq!(Cost::new(m_kib, t, p), None, "{m_kib} {t} {p}");
        }
        assert_eq!(Cost::new(u32::MAX, u32::MAX, u32::MAX), None);
    }
}
