//! The object identifiers that our CMS uses, each with its source.
//! Not a directory: only what is written or recognised here.
//! Sources: RFC 5652, 5035, 6211, 8017, 5754, 5280; the two national ones: ansforge/PSC-POC (reference cards 3).

use der::asn1::ObjectIdentifier;

/// id-data (RFC 5652, 4).
pub(crate) const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
/// id-signedData (RFC 5652, 5.1).
pub(crate) const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
/// id-envelopedData (RFC 5652, 6.1).
pub(crate) const ENVELOPED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.3");

/// Attribute contentType (RFC 5652, 11.1).
pub(crate) const CONTENT_TYPE: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.3");
/// Attribute messageDigest (RFC 5652, 11.2).
pub(crate) const MESSAGE_DIGEST: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.4");
/// Attribute signingTime (RFC 5652, 11.3).
pub(crate) const SIGNING_TIME: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.5");
/// Attribute signingCertificateV2 (RFC 5035, 3).
pub(crate) const SIGNING_CERTIFICATE_V2: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
/// Attribute CMSAlgorithmProtection (RFC 6211).
pub(crate) const ALGORITHM_PROTECTION: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.52");
/// Attribute typeFlux, `T` or `R` (ansforge/PSC-POC, SignatureFSE).
pub(crate) const FLUX: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.186.500.1.2");
/// Attribute idFacturationPS (ansforge/PSC-POC, SignatureFSE).
pub(crate) const BILLING: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.250.1.186.500.1.5");

/// Attribute of ours (`sim`): the context in which an appli carte Vitale signs. Under the enterprise number that RFC 5612
/// keeps for examples.
pub(crate) const APCV_CONTEXT: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.7.1");

/// SHA-256 (RFC 5754, 2.2).
pub(crate) const SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.2.1");
/// rsaEncryption (RFC 8017, appendix A.1), which OpenSSL writes in the place of the signature algorithm.
pub(crate) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
/// sha256WithRSAEncryption (RFC 8017, appendix A.2.4).
pub(crate) const RSA_SHA256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.11");
/// AES-128 in CBC (RFC 3565, 4.1), what the caisses ask for (reference telecom 1.1).
pub(crate) const AES128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
/// AES-256 in CBC (RFC 3565, 4.1), accepted on reading.
pub(crate) const AES256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");

/// Certificate extension keyUsage (RFC 5280, 4.2.1.3).
pub(crate) const KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.15");
/// Certificate extension basicConstraints (RFC 5280, 4.2.1.9).
pub(crate) const BASIC_CONSTRAINTS: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.19");
/// Certificate extension subjectKeyIdentifier (RFC 5280, 4.2.1.2).
pub(crate) const SUBJECT_KEY_IDENTIFIER: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.14");
/// Certificate extension certificatePolicies (RFC 5280, 4.2.1.4): may be critical, decides nothing here.
pub(crate) const POLICIES: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.32");
/// Certificate extension subjectAltName (RFC 5280, 4.2.1.6): may be critical, decides nothing here.
pub(crate) const SUBJECT_ALT_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.17");
/// Certificate extension extKeyUsage (RFC 5280, 4.2.1.12): may be critical, decides nothing here.
pub(crate) const EXTENDED_KEY_USAGE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.29.37");

/// commonName (X.520).
pub(crate) const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");
/// surname (X.520).
pub(crate) const SURNAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.4");
/// title (X.520): the profession on a CPS certificate.
pub(crate) const TITLE: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.12");
/// givenName (X.520).
pub(crate) const GIVEN_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.42");
