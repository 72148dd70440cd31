//! The security environment of a simulated card and its RSA keys: MSE, PSO HASH, PSO CDS, INTERNAL AUTHENTICATE.
//! Not a way to a key: it signs, nothing here gives a key out. Source: IAS-ECC as the ANS library uses it
//! (reference cards, 1.4).

use liasse_cards::tlv;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::digest::generic_array::GenericArray;

/// Number of the signature key, on the CPS and in the simulated Vitale application.
pub const SIGNATURE_KEY: u8 = 0x81;
/// Number of the authentication key of a CPS.
pub const AUTHENTICATION_KEY: u8 = 0x82;

/// Algorithm references.
const SHA256: u8 = 0x40;
const RSA_SHA256: u8 = 0x42;
const RSA_SHA1: u8 = 0x12;
const RSA_RAW: u8 = 0x02;

/// DigestInfo up to the hash (RFC 8017, 9.2, note 1).
const SHA256_INFO: [u8; 19] =
    [0x30, 0x31, 0x30, 0x0D, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20];
const SHA1_INFO: [u8; 15] = [0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2B, 0x0E, 0x03, 0x02, 0x1A, 0x05, 0x00, 0x04, 0x14];

/// INTERNAL AUTHENTICATE takes a DigestInfo of 40 % of the modulus.
const AUTHENTICATION_INPUT: usize = 102;

/// One key of the card.
pub struct Key {
    number: u8,
    private: RsaPrivateKey,
}

impl Key {
    /// From PKCS#8 DER; `None` when that is no RSA key of 2048 bits.
    pub fn from_pkcs8(number: u8, der: &[u8]) -> Option<Self> {
        use rsa::traits::PublicKeyParts;
        let private = RsaPrivateKey::from_pkcs8_der(der).ok()?;
        (private.size() == 256).then_some(Self { number, private })
    }

    fn sign(&self, padded: &[u8]) -> Result<Vec<u8>, u16> {
        self.private.sign(Pkcs1v15Sign::new_unprefixed(), padded).map_err(|_| 0x6F00)
    }
}

/// What MSE set, and a hash that PSO HASH made.
#[derive(Default)]
pub struct Environment {
    hash_algorithm: Option<u8>,
    signature: Option<(u8, u8)>,
    authentication: Option<(u8, u8)>,
    hash: Option<Vec<u8>>,
}

impl Environment {
    /// MANAGE SECURITY ENVIRONMENT, SET. Algorithm (80) and key (84) come in any order.
    pub fn set(&mut self, p1: u8, p2: u8, body: &[u8]) -> Result<Vec<u8>, u16> {
        let one = |tag| match tlv::find(body, tag) {
            Some([value]) => Ok(*value),
            _ => Err(0x6A80_u16),
        };
        match (p1, p2) {
            (0x41, 0xAA) if one(0x80)? == SHA256 => self.hash_algorithm = Some(SHA256),
            (0x41, 0xB6) if [RSA_SHA256, RSA_SHA1].contains(&one(0x80)?) => {
                self.signature = Some((one(0x80)?, one(0x84)?));
            }
            (0x41, 0xA4) if one(0x80)? == RSA_RAW => self.authentication = Some((RSA_RAW, one(0x84)?)),
            (0x41, 0xAA | 0xB6 | 0xA4) => return Err(0x6A80),
            _ => return Err(0x6A86),
        }
        Ok(Vec::new())
    }

    /// PSO HASH with the intermediate state computed outside: `90 LL state ‖ bit count`, `80 LL last block`.
    pub fn hash(&mut self, body: &[u8]) -> Result<Vec<u8>, u16> {
        if self.hash_algorithm != Some(SHA256) {
            return Err(0x6985);
        }
        let before = tlv::find(body, 0x90).ok_or(0x6A80_u16)?;
        let last = tlv::find(body, 0x80).ok_or(0x6A80_u16)?;
        self.hash = Some(finish_sha256(before, last).ok_or(0x6A80_u16)?);
        Ok(Vec::new())
    }

    /// PSO COMPUTE DIGITAL SIGNATURE over the hash in the body, else over the one PSO HASH left.
    pub fn sign(&mut self, keys: &[Key], body: &[u8]) -> Result<Vec<u8>, u16> {
        let (algorithm, number) = self.signature.ok_or(0x6985_u16)?;
        let key = keys.iter().find(|key| key.number == number && number == SIGNATURE_KEY).ok_or(0x6A88_u16)?;
        let stored = self.hash.take();
        let hash = if body.is_empty() { stored.ok_or(0x6985_u16)? } else { body.to_vec() };
        let info = match (algorithm, hash.len()) {
            (RSA_SHA256, 32) => SHA256_INFO.to_vec(),
            (RSA_SHA1, 20) => SHA1_INFO.to_vec(),
            _ => return Err(0x6A80),
        };
        key.sign(&[info, hash].concat())
    }

    /// INTERNAL AUTHENTICATE: the body, padded by PKCS#1, under the authentication key.
    pub fn authenticate(&self, keys: &[Key], body: &[u8]) -> Result<Vec<u8>, u16> {
        let (_, number) = self.authentication.ok_or(0x6985_u16)?;
        let key = keys.iter().find(|key| key.number == number && number == AUTHENTICATION_KEY).ok_or(0x6A88_u16)?;
        if body.is_empty() || body.len() > AUTHENTICATION_INPUT {
            return Err(0x6A80);
        }
        key.sign(body)
    }
}

/// Finishes a SHA-256 whose first blocks were hashed elsewhere. An empty state means that there were none.
fn finish_sha256(before: &[u8], last: &[u8]) -> Option<Vec<u8>> {
    const START: [u32; 8] =
        [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];
    let (mut state, done) = match before.len() {
        0 => (START, 0),
        40 => {
            let mut state = [0; 8];
            for (word, bytes) in state.iter_mut().zip(before.chunks(4)) {
                *word = u32::from_be_bytes(bytes.try_into().ok()?);
            }
            (state, u64::from_be_bytes(before[32..].try_into().ok()?))
        }
        _ => return None,
    };
    if last.len() > 64 || done % 512 != 0 {
        return None;
    }
    let bits = done.checked_add(8 * last.len() as u64)?;
    let mut tail = last.to_vec();
    tail.push(0x80);
    while tail.len() % 64 != 56 {
        tail.push(0);
    }
    tail.extend_from_slice(&bits.to_be_bytes());
    for block in tail.chunks_exact(64) {
        sha2::compress256(&mut state, &[*GenericArray::from_slice(block)]);
    }
    Some(state.iter().flat_map(|word| word.to_be_bytes()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn a_hash_finished_in_the_card_is_sha_256() {
        // FIPS 180-4 examples: "abc", and 56 characters whose padding takes a second block.
        let abc = finish_sha256(&[], b"abc").expect("hash");
        assert_eq!(hex(&abc), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        let two = finish_sha256(&[], b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").expect("hash");
        assert_eq!(hex(&two), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    }

    #[test]
    fn a_state_handed_in_goes_on() {
        use sha2::{Digest, Sha256};
        let message = [0x5A; 150];
        let mut state: [u32; 8] =
            [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];
        for block in message[..128].chunks_exact(64) {
            sha2::compress256(&mut state, &[*GenericArray::from_slice(block)]);
        }
        let mut before: Vec<u8> = state.iter().flat_map(|word| word.to_be_bytes()).collect();
        before.extend(1024_u64.to_be_bytes());
        assert_eq!(finish_sha256(&before, &message[128..]), Some(Sha256::digest(message).to_vec()));
        assert_eq!(finish_sha256(&before[..39], &[]), None);
        assert_eq!(finish_sha256(&[], &[0; 65]), None);
    }

    #[test]
    fn nothing_is_signed_before_it_is_set() {
        let mut environment = Environment::default();
        assert_eq!(environment.sign(&[], &[0; 32]), Err(0x6985));
        assert_eq!(environment.authenticate(&[], &[0; 32]), Err(0x6985));
        assert_eq!(environment.set(0x41, 0xB6, &[0x80, 1, 0x99, 0x84, 1, 0x81]), Err(0x6A80));
        assert_eq!(environment.set(0x41, 0xB6, &[0x84, 1, 0x81, 0x80, 1, 0x42]), Ok(vec![]));
        assert_eq!(environment.sign(&[], &[0; 32]), Err(0x6A88));
        assert_eq!(environment.hash(&[0x90, 0, 0x80, 0]), Err(0x6985));
    }
}
