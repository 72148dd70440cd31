//! A tiny invented PKI: authorities, holders, revocation lists.
//! Not the demo world's PKI (`fixtures/pki`), which this crate must not know.
//! Certificates by x509-cert's types (RFC 5280), keys from a seeded generator.

use std::path::PathBuf;
use std::str::FromStr;
use std::sync::LazyLock;
use std::time::Duration;

use der::asn1::{BitString, OctetString};
use der::{Decode, Encode};
use liasse_domain::Instant;
use liasse_formats::cms::{Flux, NationalAttributes, ToSign, Trust, prepare};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use rsa::pkcs1v15::{Signature, SigningKey};
use rsa::pkcs8::{DecodePrivateKey, EncodePrivateKey, EncodePublicKey};
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::Sha256;
use signature::{SignatureEncoding, Signer};
use spki::{AlgorithmIdentifierOwned, SubjectPublicKeyInfoOwned};
use x509_cert::certificate::{Certificate, TbsCertificate, Version};
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::pkix::{BasicConstraints, KeyUsage, KeyUsages, SubjectKeyIdentifier};
use x509_cert::ext::{AsExtension, Extension};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};

/// The moment of most checks.
pub fn now() -> Instant {
    instant("2026-01-15T08:00:00Z")
}

pub fn instant(text: &str) -> Instant {
    text.parse().expect("an instant")
}

/// An RSA-2048 key that is always the same for a seed. Drawn once, then kept beside the build: drawing takes seconds.
pub fn key(seed: u64) -> RsaPrivateKey {
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("cms-test-key-{seed}.der"));
    if let Some(key) = std::fs::read(&kept).ok().and_then(|der| RsaPrivateKey::from_pkcs8_der(&der).ok()) {
        return key;
    }
    let key = RsaPrivateKey::new(&mut ChaCha20Rng::seed_from_u64(seed), 2048).expect("a key");
    let unfinished = kept.with_extension(std::process::id().to_string());
    std::fs::write(&unfinished, key.to_pkcs8_der().expect("pkcs8").as_bytes()).expect("the build folder");
    std::fs::rename(&unfinished, &kept).expect("the build folder");
    key
}

/// Whoever has a certificate and its key.
#[derive(Clone)]
pub struct Holder {
    pub key: RsaPrivateKey,
    pub certificate: Vec<u8>,
}

/// What a certificate is to say.
pub struct Wanted<'a> {
    pub subject: &'a str,
    pub serial: u32,
    pub from: &'a str,
    pub to: &'a str,
    pub usage: Option<Usage>,
    pub authority: Option<Option<u8>>,
}

/// The combinations of keyUsage that occur.
#[derive(Clone, Copy)]
pub enum Usage {
    Signature,
    Authentication,
    Encryption,
    Authority,
}

impl Default for Wanted<'_> {
    fn default() -> Self {
        Self {
            subject: "title=Médecin+givenName=ANNE+SN=GRIS+CN=899700000013,OU=IGC TEST,O=LIASSE TEST,C=FR",
            serial: 0x1001,
            from: "2025-01-01T00:00:00Z",
            to: "2035-01-01T00:00:00Z",
            usage: Some(Usage::Signature),
            authority: None,
        }
    }
}

pub const ROOT: &str = "CN=AC RACINE TEST,O=LIASSE TEST,C=FR";
pub const INTERMEDIATE: &str = "CN=AC ELEMENTAIRE TEST,O=LIASSE TEST,C=FR";

/// The root, with key 1.
pub fn root() -> Holder {
    static ROOT_HOLDER: LazyLock<Holder> = LazyLock::new(|| {
        let authority = Some(Usage::Authority);
        let wanted = Wanted { subject: ROOT, serial: 1, usage: authority, authority: Some(None), ..Wanted::default() };
        let key = key(1);
        let certificate = certificate(&wanted, &key, ROOT, &key);
        Holder { key, certificate }
    });
    ROOT_HOLDER.clone()
}

/// A certificate by the root for key 2.
pub fn holder(wanted: &Wanted<'_>) -> Holder {
    issued_by(&root(), ROOT, wanted, 2)
}

/// A certificate by anybody for key `seed`.
pub fn issued_by(issuer: &Holder, issuer_name: &str, wanted: &Wanted<'_>, seed: u64) -> Holder {
    let key = key(seed);
    let certificate = certificate(wanted, &key, issuer_name, &issuer.key);
    Holder { key, certificate }
}

/// The signer of most tests.
pub fn doctor() -> Holder {
    static DOCTOR: LazyLock<Holder> = LazyLock::new(|| holder(&Wanted::default()));
    DOCTOR.clone()
}

pub fn trust() -> Trust {
    Trust { roots: vec![root().certificate], crls: Vec::new() }
}

pub fn national() -> NationalAttributes {
    NationalAttributes { flux: Flux::Test, billing: "991129768".parse().expect("a billing number") }
}

impl Holder {
    /// What the card does: PKCS#1 v1.5 over a hash.
    pub fn sign(&self, digest: &[u8; 32]) -> Vec<u8> {
        self.key.sign(Pkcs1v15Sign::new::<Sha256>(), digest).expect("a signature")
    }

    /// A detached signature by our code.
    pub fn cms(&self, content: &[u8], chain: &[Vec<u8>]) -> Vec<u8> {
        let to_sign = self.prepared(content);
        let signature = self.sign(to_sign.digest());
        to_sign.finish(&signature, chain).expect("a message")
    }

    pub fn prepared(&self, content: &[u8]) -> ToSign {
        use sha2::Digest;
        prepare(&Sha256::digest(content).into(), &self.certificate, Some(&national()), now()).expect("prepared")
    }
}

/// A revocation list by `issuer`.
pub fn crl(issuer: &Holder, issuer_name: &str, serials: &[u32], next_update: &str) -> Vec<u8> {
    let revoked: Vec<RevokedCert> = serials
        .iter()
        .map(|&serial| RevokedCert {
            serial_number: SerialNumber::from(serial),
            revocation_date: time("2025-06-01T00:00:00Z"),
            crl_entry_extensions: None,
        })
        .collect();
    let tbs = TbsCertList {
        version: Version::V2,
        signature: rsa_sha256(),
        issuer: name(issuer_name),
        this_update: time("2025-06-01T00:00:00Z"),
        next_update: Some(time(next_update)),
        revoked_certificates: (!revoked.is_empty()).then_some(revoked),
        crl_extensions: None,
    };
    let signature = signed(&issuer.key, &tbs.to_der().expect("der"));
    CertificateList { tbs_cert_list: tbs, signature_algorithm: rsa_sha256(), signature }.to_der().expect("der")
}

fn certificate(wanted: &Wanted<'_>, key: &RsaPrivateKey, issuer: &str, issuer_key: &RsaPrivateKey) -> Vec<u8> {
    let subject = name(wanted.subject);
    let public =
        SubjectPublicKeyInfoOwned::from_der(key.to_public_key().to_public_key_der().expect("a public key").as_bytes())
            .expect("a public key");
    let mut extensions: Vec<Extension> = Vec::new();
    if let Some(usage) = wanted.usage {
        let usage = KeyUsage(match usage {
            Usage::Signature => KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
            Usage::Authentication => KeyUsages::DigitalSignature.into(),
            Usage::Encryption => KeyUsages::KeyEncipherment.into(),
            Usage::Authority => KeyUsages::KeyCertSign | KeyUsages::CRLSign,
        });
        extensions.push(usage.to_extension(&subject, &extensions).expect("an extension"));
    }
    let constraints =
        BasicConstraints { ca: wanted.authority.is_some(), path_len_constraint: wanted.authority.flatten() };
    extensions.push(constraints.to_extension(&subject, &extensions).expect("an extension"));
    let identifier = SubjectKeyIdentifier(OctetString::new(wanted.serial.to_be_bytes()).expect("octets"));
    extensions.push(identifier.to_extension(&subject, &extensions).expect("an extension"));

    let tbs = TbsCertificate {
        version: Version::V3,
        serial_number: SerialNumber::from(wanted.serial),
        signature: rsa_sha256(),
        issuer: name(issuer),
        validity: Validity { not_before: time(wanted.from), not_after: time(wanted.to) },
        subject,
        subject_public_key_info: public,
        issuer_unique_id: None,
        subject_unique_id: None,
        extensions: Some(extensions),
    };
    let signature = signed(issuer_key, &tbs.to_der().expect("der"));
    Certificate { tbs_certificate: tbs, signature_algorithm: rsa_sha256(), signature }.to_der().expect("der")
}

fn name(text: &str) -> Name {
    Name::from_str(text).expect("a name")
}

fn time(text: &str) -> Time {
    let seconds = u64::try_from(instant(text).timestamp()).expect("after 1970");
    der::asn1::UtcTime::from_unix_duration(Duration::from_secs(seconds)).expect("before 2050").into()
}

fn rsa_sha256() -> AlgorithmIdentifierOwned {
    AlgorithmIdentifierOwned {
        oid: const_oid::db::rfc5912::SHA_256_WITH_RSA_ENCRYPTION,
        parameters: Some(der::asn1::Any::null()),
    }
}

fn signed(key: &RsaPrivateKey, bytes: &[u8]) -> BitString {
    let signature: Signature = SigningKey::<Sha256>::new(key.clone()).sign(bytes);
    BitString::from_bytes(&signature.to_bytes()).expect("bits")
}
