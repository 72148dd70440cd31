//! The keys of the simulated caisse: it opens what is encrypted for it, signs its returns, shows its TLS certificate.
//! Invented, declared and embedded (fixtures/pki): they protect nothing but the demonstration.

use std::sync::Arc;

use liasse_domain::Instant;
use liasse_formats::cms::{self, CmsError, Trust};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Encrypt, Pkcs1v15Sign, RsaPrivateKey};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use sha2::{Digest, Sha256};

use crate::error::CaisseError;

macro_rules! pki {
    ($name:literal) => {
        include_str!(concat!("../../../fixtures/pki/", $name))
    };
}

/// The authority of the demo world, which everybody in it trusts.
pub(crate) const CA_PEM: &str = pki!("chain.pem");

/// Everything that the caisse holds.
pub(crate) struct Keys {
    encryption_certificate: Vec<u8>,
    encryption_key: RsaPrivateKey,
    return_certificate: Vec<u8>,
    return_key: RsaPrivateKey,
    root: Vec<u8>,
    /// Whom the caisse believes, with the revocation list.
    pub(crate) trust: Trust,
    /// How its servers speak TLS.
    pub(crate) tls: Arc<ServerConfig>,
}

impl Keys {
    /// The embedded keys.
    pub(crate) fn embedded() -> Result<Self, CaisseError> {
        let trust = Trust::from_pem(CA_PEM)
            .and_then(|trust| trust.with_crl_pem(pki!("crl.pem")))
            .map_err(|_| CaisseError::Keys("authority"))?;
        Ok(Self {
            encryption_certificate: certificate(pki!("caisse-encryption.pem"))?.to_vec(),
            encryption_key: key(pki!("caisse-encryption.key.pem"))?,
            return_certificate: certificate(pki!("caisse-returns.pem"))?.to_vec(),
            return_key: key(pki!("caisse-returns.key.pem"))?,
            root: certificate(CA_PEM)?.to_vec(),
            trust,
            tls: Arc::new(tls()?),
        })
    }

    /// Opens an envelope made for the caisse.
    pub(crate) fn open(&self, enveloped: &[u8]) -> Result<Vec<u8>, CmsError> {
        let mut unwrap = |wrapped: &[u8]| self.encryption_key.decrypt(Pkcs1v15Encrypt, wrapped).ok();
        cms::decrypt(enveloped, &self.encryption_certificate, &mut unwrap)
    }

    /// A detached signature over a return.
    pub(crate) fn sign_return(&self, body: &[u8], at: Instant) -> Result<Vec<u8>, CmsError> {
        let hash: [u8; 32] = Sha256::digest(body).into();
        let to_sign = cms::prepare(&hash, &self.return_certificate, None, at)?;
        let signature = self
            .return_key
            .sign(Pkcs1v15Sign::new::<Sha256>(), to_sign.digest())
            .map_err(|_| CmsError::BadSignature)?;
        to_sign.finish(&signature, std::slice::from_ref(&self.root))
    }
}

fn tls() -> Result<ServerConfig, CaisseError> {
    let broken = |_| CaisseError::Keys("TLS");
    let key = PrivateKeyDer::from_pem_slice(pki!("localhost.key.pem").as_bytes())
        .map_err(|_| CaisseError::Keys("TLS key"))?;
    ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .with_no_client_auth()
        .with_single_cert(vec![certificate(pki!("localhost.pem"))?], key)
        .map_err(broken)
}

fn certificate(pem: &str) -> Result<CertificateDer<'static>, CaisseError> {
    CertificateDer::from_pem_slice(pem.as_bytes()).map_err(|_| CaisseError::Keys("certificate"))
}

fn key(pem: &str) -> Result<RsaPrivateKey, CaisseError> {
    RsaPrivateKey::from_pkcs8_pem(pem).map_err(|_| CaisseError::Keys("key"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_is_signed_by_the_caisse_and_nothing_else_passes() {
        let keys = Keys::embedded().expect("embedded keys");
        let at: Instant = "2026-01-15T08:00:00Z".parse().expect("instant");
        let signature = keys.sign_return(b"ARL", at).expect("signature");
        assert!(cms::verify(&signature, b"ARL", &keys.trust, at).is_ok());
        assert_eq!(cms::verify(&signature, b"ARl", &keys.trust, at).err(), Some(CmsError::DigestMismatch));
    }

    #[test]
    fn what_is_encrypted_for_the_caisse_opens() {
        let keys = Keys::embedded().expect("embedded keys");
        let mut random = |bytes: &mut [u8]| getrandom::getrandom(bytes).expect("random bytes");
        let sealed = cms::encrypt(b"fichier", &keys.encryption_certificate, &mut random).expect("envelope");
        assert_eq!(keys.open(&sealed).as_deref(), Ok(&b"fichier"[..]));
        // The return certificate cannot be encrypted for: a sender who confuses them is stopped at home.
        assert!(cms::encrypt(b"fichier", &keys.return_certificate, &mut random).is_err());
        let mut damaged = sealed;
        let last = damaged.len() - 1;
        damaged[last] ^= 1;
        assert_ne!(keys.open(&damaged).as_deref(), Ok(&b"fichier"[..]));
    }
}
