//! What a certificate says: its subject (with RDNs of several values), validity, serial number and allowed uses.
//! Not whether it is trusted: `cms::Trust` decides that. No directory, no file.
//! RFC 5280; subjects of the CPS as in reference cards 1.10 (title, given name, family name and number in one RDN).

use std::collections::HashSet;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use const_oid::ObjectIdentifier;
use der::Decode;
use liasse_domain::{Instant, Private};
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};
use rsa::RsaPublicKey;
use rsa::pkcs1::DecodeRsaPublicKey;
use sha2::{Digest, Sha256};
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage};
use x509_cert::time::Validity;

use crate::cms::ber::{self, Reader};
use crate::cms::{CmsError, oid};

/// The subject of a certificate. What is not there is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    /// commonName: the national number on a CPS, a name or an address elsewhere.
    pub common_name: String,
    /// surname.
    pub family_name: Private,
    /// givenName.
    pub given_name: Private,
    /// title: the profession on a CPS.
    pub title: String,
}

/// The subject.
pub fn subject(der: &[u8]) -> Result<Subject, CmsError> {
    let certificate = Parsed::read(der)?;
    let mut subject = Subject::default();
    for rdn in ber::only(certificate.subject, ber::SEQUENCE)?.inside().all(ber::SET)? {
        for pair in rdn.inside().all(ber::SEQUENCE)? {
            let mut pair = pair.inside();
            let kind = object_identifier(pair.take(ber::OID)?.content)?;
            let value = text(&pair.element()?);
            match kind {
                oid::COMMON_NAME => subject.common_name = value,
                oid::SURNAME => subject.family_name = Private::new(value),
                oid::GIVEN_NAME => subject.given_name = Private::new(value),
                oid::TITLE => subject.title = value,
                _ => {}
            }
        }
    }
    Ok(subject)
}

/// First and last moment of validity.
pub fn validity(der: &[u8]) -> Result<(Instant, Instant), CmsError> {
    let certificate = Parsed::read(der)?;
    Ok((certificate.not_before, certificate.not_after))
}

/// The serial number in hexadecimal, capitals, without leading zero bytes.
pub fn serial(der: &[u8]) -> Result<String, CmsError> {
    let bytes = Parsed::read(der)?.serial;
    let significant = bytes.iter().position(|&byte| byte != 0).unwrap_or(bytes.len().saturating_sub(1));
    Ok(bytes.get(significant..).unwrap_or_default().iter().map(|byte| format!("{byte:02X}")).collect())
}

/// Whether the key may sign documents: keyUsage nonRepudiation, or no keyUsage at all. `false` for unreadable bytes.
/// A CPS holds two keys; only the one for signature has this use (reference cards 1.10).
pub fn may_sign(der: &[u8]) -> bool {
    Parsed::read(der).is_ok_and(|certificate| certificate.allows(KeyUsage::non_repudiation))
}

/// Whether the certificate was issued under its own name.
pub fn is_self_issued(der: &[u8]) -> bool {
    Parsed::read(der).is_ok_and(|certificate| certificate.subject == certificate.issuer)
}

/// A certificate, cut into the bytes that signatures and comparisons need.
#[derive(Clone, Debug)]
pub(crate) struct Parsed<'a> {
    /// The whole certificate.
    pub(crate) der: &'a [u8],
    /// What its issuer signed.
    pub(crate) tbs: &'a [u8],
    /// Issuer name, whole element.
    pub(crate) issuer: &'a [u8],
    /// Subject name, whole element.
    pub(crate) subject: &'a [u8],
    /// Serial number, the bytes of the integer.
    pub(crate) serial: &'a [u8],
    /// SubjectPublicKeyInfo, whole element.
    pub(crate) key: &'a [u8],
    /// Signature by the issuer.
    pub(crate) signature: &'a [u8],
    /// First moment of validity.
    pub(crate) not_before: Instant,
    /// Last moment of validity.
    pub(crate) not_after: Instant,
    /// keyUsage, if any.
    pub(crate) usage: Option<KeyUsage>,
    /// basicConstraints, if any.
    pub(crate) constraints: Option<BasicConstraints>,
    /// subjectKeyIdentifier, if any.
    pub(crate) key_identifier: Option<Vec<u8>>,
    /// A critical extension that is not understood here: such a certificate must be refused (RFC 5280, 4.2).
    pub(crate) unknown_critical: bool,
}

impl<'a> Parsed<'a> {
    /// Reads one certificate; only RSA with SHA-256 as the issuer's signature.
    pub(crate) fn read(der: &'a [u8]) -> Result<Self, CmsError> {
        let mut outer = ber::only(der, ber::SEQUENCE)?.inside();
        let tbs = outer.take(ber::SEQUENCE)?;
        let algorithm = outer.take(ber::SEQUENCE)?;
        let signature = bits(outer.take(ber::BITS)?.content)?;

        let mut fields = tbs.inside();
        fields.optional(ber::context(0))?;
        let serial = fields.take(ber::INTEGER)?.content;
        if fields.take(ber::SEQUENCE)?.raw != algorithm.raw {
            return Err(CmsError::Malformed);
        }
        let issuer = fields.take(ber::SEQUENCE)?.raw;
        let validity = Validity::from_der(fields.take(ber::SEQUENCE)?.raw).map_err(|_| CmsError::Malformed)?;
        let subject = fields.take(ber::SEQUENCE)?.raw;
        let key = fields.take(ber::SEQUENCE)?.raw;
        fields.optional(0x81)?;
        fields.optional(0x82)?;

        let mut certificate = Self {
            der,
            tbs: tbs.raw,
            issuer,
            subject,
            serial,
            key,
            signature,
            not_before: instant(validity.not_before)?,
            not_after: instant(validity.not_after)?,
            usage: None,
            constraints: None,
            key_identifier: None,
            unknown_critical: false,
        };
        require_rsa_sha256(algorithm.content)?;
        if let Some(extensions) = fields.optional(ber::context(3))? {
            certificate.read_extensions(extensions.content)?;
        }
        Ok(certificate)
    }

    fn read_extensions(&mut self, der: &[u8]) -> Result<(), CmsError> {
        for extension in Extensions::from_der(der).map_err(|_| CmsError::Malformed)? {
            let value = extension.extn_value.as_bytes();
            match extension.extn_id {
                oid::KEY_USAGE => {
                    self.usage = Some(KeyUsage::from_der(value).map_err(|_| CmsError::Malformed)?);
                }
                oid::BASIC_CONSTRAINTS => {
                    self.constraints = Some(BasicConstraints::from_der(value).map_err(|_| CmsError::Malformed)?);
                }
                oid::SUBJECT_KEY_IDENTIFIER => {
                    self.key_identifier = Some(ber::only(value, ber::OCTETS)?.content.to_vec());
                }
                oid::POLICIES | oid::SUBJECT_ALT_NAME | oid::EXTENDED_KEY_USAGE => {}
                _ => self.unknown_critical |= extension.critical,
            }
        }
        Ok(())
    }

    /// Whether keyUsage has this bit, or is absent.
    pub(crate) fn allows(&self, bit: fn(&KeyUsage) -> bool) -> bool {
        self.usage.as_ref().is_none_or(bit)
    }

    /// Whether it may issue certificates, with `below` other authorities under it.
    pub(crate) fn may_issue(&self, below: u8) -> bool {
        self.allows(KeyUsage::key_cert_sign)
            && self.constraints.as_ref().is_some_and(|constraints| {
                constraints.ca && constraints.path_len_constraint.is_none_or(|length| length >= below)
            })
    }

    /// Whether `other` bears this one's name as issuer and this one's signature.
    pub(crate) fn issued(&self, other: &Parsed<'_>) -> bool {
        other.issuer == self.subject && self.vouches(other.tbs, other.signature).is_ok()
    }

    /// As [`Parsed::verifies`], for what an authority signed: the same certificates and lists come with every message, and
    /// whether a key made a signature never changes. So each good one is worked out once.
    pub(crate) fn vouches(&self, content: &[u8], signature: &[u8]) -> Result<(), CmsError> {
        // The key says its own length, the hash has one: no two triples have the same name.
        let name = Sha256::new()
            .chain_update(self.key)
            .chain_update(Sha256::digest(content))
            .chain_update(signature)
            .finalize()
            .into();
        if vouched().contains(&name) {
            return Ok(());
        }
        self.verifies(content, signature)?;
        let mut vouched = vouched();
        if vouched.len() >= MOST_VOUCHED {
            vouched.clear();
        }
        vouched.insert(name);
        Ok(())
    }

    /// Checks an RSA PKCS#1 v1.5 signature with SHA-256 over `content` with this certificate's key, of 2048 to 4096 bits.
    pub(crate) fn verifies(&self, content: &[u8], signature: &[u8]) -> Result<(), CmsError> {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.rsa_bytes()?)
            .verify(content, signature)
            .map_err(|_| CmsError::BadSignature)
    }

    /// RSAPublicKey (RFC 8017, A.1.1) of 2048 to 4096 bits: shorter is weak, longer only costs time.
    fn rsa_bytes(&self) -> Result<&'a [u8], CmsError> {
        let mut info = ber::only(self.key, ber::SEQUENCE)?.inside();
        if algorithm(info.take(ber::SEQUENCE)?.content)? != oid::RSA {
            return Err(CmsError::UnsupportedAlgorithm);
        }
        let key = bits(info.take(ber::BITS)?.content)?;
        let modulus = ber::only(key, ber::SEQUENCE)?.inside().take(ber::INTEGER)?.content;
        let length = modulus.strip_prefix(&[0]).unwrap_or(modulus).len();
        if (256..=512).contains(&length) { Ok(key) } else { Err(CmsError::UnsupportedAlgorithm) }
    }

    /// The RSA key, of 2048 to 4096 bits.
    pub(crate) fn rsa_key(&self) -> Result<RsaPublicKey, CmsError> {
        RsaPublicKey::from_pkcs1_der(self.rsa_bytes()?).map_err(|_| CmsError::UnsupportedAlgorithm)
    }
}

/// Signatures of authorities that are remembered: more than a caisse meets in a day, 32 bytes each.
const MOST_VOUCHED: usize = 4096;

/// The good signatures of authorities that were met, each by the hash of key, content and signature.
fn vouched() -> MutexGuard<'static, HashSet<[u8; 32]>> {
    static VOUCHED: LazyLock<Mutex<HashSet<[u8; 32]>>> = LazyLock::new(Mutex::default);
    VOUCHED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Refuses an AlgorithmIdentifier (its content) other than sha256WithRSAEncryption.
pub(crate) fn require_rsa_sha256(content: &[u8]) -> Result<(), CmsError> {
    match algorithm(content)? {
        oid::RSA_SHA256 => Ok(()),
        _ => Err(CmsError::UnsupportedAlgorithm),
    }
}

/// The identifier of an AlgorithmIdentifier (its content) whose parameters are absent or NULL: both occur.
pub(crate) fn algorithm(content: &[u8]) -> Result<ObjectIdentifier, CmsError> {
    let mut fields = Reader::new(content);
    let identifier = object_identifier(fields.take(ber::OID)?.content)?;
    fields.optional(ber::NULL)?;
    if fields.is_done() { Ok(identifier) } else { Err(CmsError::UnsupportedAlgorithm) }
}

/// An object identifier from its value bytes.
pub(crate) fn object_identifier(content: &[u8]) -> Result<ObjectIdentifier, CmsError> {
    ObjectIdentifier::from_bytes(content).map_err(|_| CmsError::Malformed)
}

/// The bytes of a BIT STRING without unused bits.
pub(crate) fn bits(content: &[u8]) -> Result<&[u8], CmsError> {
    content.strip_prefix(&[0]).ok_or(CmsError::Malformed)
}

/// A moment of X.509.
pub(crate) fn instant(time: x509_cert::time::Time) -> Result<Instant, CmsError> {
    let seconds = i64::try_from(time.to_unix_duration().as_secs()).map_err(|_| CmsError::Malformed)?;
    Instant::from_timestamp(seconds, 0).ok_or(CmsError::Malformed)
}

/// The text of a DirectoryString: UTF-8, or the Latin and two-byte forms of old certificates.
fn text(element: &ber::Element<'_>) -> String {
    const BMP_STRING: u8 = 0x1E;
    if element.tag == BMP_STRING {
        let units: Vec<u16> =
            element.content.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        return String::from_utf16_lossy(&units);
    }
    match std::str::from_utf8(element.content) {
        Ok(text) => text.to_owned(),
        Err(_) => element.content.iter().map(|&byte| char::from(byte)).collect(),
    }
}
