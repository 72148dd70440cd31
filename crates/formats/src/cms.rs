//! CMS: detached signatures (CAdES-BES) over FSE and lots, and the envelope that hides a mail from all but the caisse.
//! No key lives here: a card signs the 32 bytes of [`ToSign::digest`], whoever holds the caisse's key unwraps.
//! RFC 5652 and 5035; national attributes and pitfalls: reference cards 3, telecom-reliability 3.

use liasse_domain::{BillingNumber, Code, Coded, Instant};

pub(crate) mod ber;
mod envelope;
pub(crate) mod oid;
mod sign;
mod signed;
mod trust;
mod verify;

pub use envelope::{decrypt, encrypt};
pub use sign::{ToSign, prepare, prepare_in_context};
pub use trust::Trust;
pub use verify::{Verified, verify, verify_with, verify_without_content};

/// Attribute typeFlux: whether the data are test or real. Only `T` and `R` exist (ansforge/PSC-POC).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Flux {
    /// `T`.
    Test,
    /// `R`.
    Reel,
}

impl Flux {
    /// The letter in the attribute.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Test => "T",
            Self::Reel => "R",
        }
    }

    /// From the letter in the attribute.
    pub fn from_letter(letter: &str) -> Option<Self> {
        [Self::Test, Self::Reel].into_iter().find(|flux| flux.letter() == letter)
    }
}

/// The two national signed attributes of an FSE.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NationalAttributes {
    /// 1.2.250.1.186.500.1.2 typeFlux.
    pub flux: Flux,
    /// 1.2.250.1.186.500.1.5 idFacturationPS: the billing number, key included.
    pub billing: BillingNumber,
}

/// Why a signature or an envelope cannot be made or is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CmsError {
    /// These bytes are no such CMS, certificate or list.
    #[error("the bytes are no well-formed CMS or certificate")]
    Malformed,
    /// Another algorithm than SHA-256 with RSA PKCS#1 v1.5 (2048 to 4096 bits), or AES in CBC.
    #[error("the algorithm is not accepted")]
    UnsupportedAlgorithm,
    /// The content is not the one that was signed.
    #[error("the content is not the one that was signed")]
    DigestMismatch,
    /// The signature does not fit the signed attributes and the certificate.
    #[error("the signature is wrong")]
    BadSignature,
    /// No path from the signer's certificate to a trusted authority.
    #[error("the certificate's issuer is not trusted")]
    UnknownIssuer,
    /// A certificate of the path is no longer valid.
    #[error("a certificate has expired")]
    Expired,
    /// A certificate of the path is not valid yet.
    #[error("a certificate is not valid yet")]
    NotYetValid,
    /// A certificate of the path is on its issuer's revocation list.
    #[error("a certificate is revoked")]
    Revoked,
    /// There is a revocation list for the issuer, but it is badly signed, unreadable or out of date.
    #[error("the revocation list cannot be used")]
    RevocationUnknown,
    /// The certificate is not meant for this: an authentication key never signs an FSE.
    #[error("the certificate is not meant for this use")]
    WrongUsage,
    /// The CMS neither carries the signer's certificate nor was it handed in.
    #[error("the signer's certificate is missing")]
    NoSignerCertificate,
    /// An attribute that must be signed is missing.
    #[error("a signed attribute is missing")]
    AttributeMissing,
    /// The envelope is not for this recipient.
    #[error("the envelope is not for this recipient")]
    NotForRecipient,
    /// The envelope cannot be opened: one error for a wrong key and for wrong padding, so that no answer tells which
    /// (RFC 3218, 2.3).
    #[error("the envelope cannot be opened")]
    CannotDecrypt,
    /// The randomness handed in is not random.
    #[error("the randomness handed in is not random")]
    NoRandomness,
}

impl Coded for CmsError {
    fn code(&self) -> Code {
        match self {
            Self::Malformed => Code("formats.cms_illisible"),
            Self::UnsupportedAlgorithm => Code("formats.cms_algorithme"),
            Self::DigestMismatch => Code("formats.cms_contenu_different"),
            Self::BadSignature => Code("formats.cms_signature_fausse"),
            Self::UnknownIssuer => Code("formats.cms_autorite_inconnue"),
            Self::Expired => Code("formats.cms_certificat_expire"),
            Self::NotYetValid => Code("formats.cms_certificat_futur"),
            Self::Revoked => Code("formats.cms_certificat_revoque"),
            Self::RevocationUnknown => Code("formats.cms_liste_revocation"),
            Self::WrongUsage => Code("formats.cms_usage_interdit"),
            Self::NoSignerCertificate => Code("formats.cms_certificat_absent"),
            Self::AttributeMissing => Code("formats.cms_attribut_absent"),
            Self::NotForRecipient => Code("formats.cms_autre_destinataire"),
            Self::CannotDecrypt => Code("formats.cms_dechiffrement"),
            Self::NoRandomness => Code("formats.cms_aleatoire"),
        }
    }
}

/// Seconds of an instant, without fraction: what X.509 times hold.
fn whole_seconds(time: Instant) -> Result<std::time::Duration, CmsError> {
    u64::try_from(time.timestamp()).map(std::time::Duration::from_secs).map_err(|_| CmsError::Malformed)
}

#[cfg(test)]
mod tests {
    use liasse_domain::catalogue;

    use super::*;

    #[test]
    fn every_error_has_its_sentences() {
        use CmsError::*;
        for error in [
            Malformed,
            UnsupportedAlgorithm,
            DigestMismatch,
            BadSignature,
            UnknownIssuer,
            Expired,
            NotYetValid,
            Revoked,
            RevocationUnknown,
            WrongUsage,
            NoSignerCertificate,
            AttributeMissing,
            NotForRecipient,
            CannotDecrypt,
            NoRandomness,
        ] {
            assert!(catalogue::entry(error.code()).is_some(), "{:?}", error.code());
        }
    }

    #[test]
    fn only_two_letters_name_a_flux() {
        assert_eq!(Flux::from_letter("T"), Some(Flux::Test));
        assert_eq!(Flux::from_letter("R"), Some(Flux::Reel));
        for letter in ["", "t", "X", "TR"] {
            assert_eq!(Flux::from_letter(letter), None);
        }
    }
}
