//! Making a detached CAdES-BES signature in two steps: what to sign, then the message once a card has signed it.
//! No key here; the content itself is not needed either, only its SHA-256.
//! RFC 5652 5.3-5.4, RFC 5035 (signing certificate), ETSI EN 319 122-1 (CAdES-BES); reference telecom 3.2 and 3.3.

use cms::cert::IssuerAndSerialNumber;
use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{
    DigestAlgorithmIdentifiers, EncapsulatedContentInfo, SignedAttributes, SignerIdentifier, SignerInfo, SignerInfos,
};
use const_oid::ObjectIdentifier;
use der::asn1::{Any, GeneralizedTime, OctetString, SetOfVec, UtcTime};
use der::{Decode, Encode, Sequence, Tag};
use liasse_domain::Instant;
use sha2::{Digest, Sha256};
use spki::AlgorithmIdentifierOwned;
use x509_cert::attr::Attribute;
use x509_cert::ext::pkix::name::{GeneralName, GeneralNames};
use x509_cert::name::Name;
use x509_cert::serial_number::SerialNumber;

use super::{CmsError, NationalAttributes, oid, whole_seconds};
use crate::certificate::Parsed;

/// A signature that waits for its key: hand [`ToSign::digest`] to the card, then call [`ToSign::finish`].
#[derive(Clone, Debug)]
pub struct ToSign {
    digest: [u8; 32],
    attributes: SignedAttributes,
    signer: IssuerAndSerialNumber,
    certificate: Vec<u8>,
}

/// Prepares the signature of a content by the holder of a certificate.
///
/// `content_sha256` is the hash of exactly the bytes that leave; `certificate_der` must be one that may sign documents
/// ([`CmsError::WrongUsage`] else); `time` is what the computer claims, to the second.
pub fn prepare(
    content_sha256: &[u8; 32],
    certificate_der: &[u8],
    attributes: Option<&NationalAttributes>,
    time: Instant,
) -> Result<ToSign, CmsError> {
    prepare_in_context(content_sha256, certificate_der, attributes, None, time)
}

/// The same by an appli carte Vitale (`sim`): what [`crate::apcv::Context::mark`] says of its context is signed too.
pub fn prepare_in_context(
    content_sha256: &[u8; 32],
    certificate_der: &[u8],
    attributes: Option<&NationalAttributes>,
    context: Option<&str>,
    time: Instant,
) -> Result<ToSign, CmsError> {
    let certificate = Parsed::read(certificate_der)?;
    if !certificate.allows(x509_cert::ext::pkix::KeyUsage::non_repudiation) {
        return Err(CmsError::WrongUsage);
    }
    let signer = issuer_and_serial(&certificate)?;

    let mut signed = vec![
        attribute(oid::CONTENT_TYPE, Any::encode_from(&oid::DATA))?,
        attribute(oid::SIGNING_TIME, signing_time(time))?,
        attribute(oid::MESSAGE_DIGEST, Any::new(Tag::OctetString, content_sha256.as_slice()))?,
        attribute(oid::SIGNING_CERTIFICATE_V2, signing_certificate(certificate_der, &signer))?,
    ];
    if let Some(national) = attributes {
        signed.push(attribute(oid::FLUX, Any::new(Tag::Ia5String, national.flux.letter().as_bytes()))?);
        signed.push(attribute(oid::BILLING, Any::new(Tag::Ia5String, national.billing.as_str().as_bytes()))?);
    }
    if let Some(context) = context {
        signed.push(attribute(oid::APCV_CONTEXT, Any::new(Tag::Ia5String, context.as_bytes()))?);
    }
    // The card signs the attributes under the tag SET OF (0x31), sorted: in the message they bear [0].
    let attributes = SetOfVec::try_from(signed).map_err(wrong)?;
    let digest = Sha256::digest(attributes.to_der().map_err(wrong)?).into();
    Ok(ToSign { digest, attributes, signer, certificate: certificate_der.to_vec() })
}

impl ToSign {
    /// The 32 bytes that the card signs (PSO CDS: RSA PKCS#1 v1.5 with SHA-256).
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// The message, in DER, with the signer's certificate and those of `chain` inside.
    ///
    /// Refuses a signature that the certificate does not verify: a short or foreign answer of a card stops here.
    pub fn finish(self, signature: &[u8], chain: &[Vec<u8>]) -> Result<Vec<u8>, CmsError> {
        Parsed::read(&self.certificate)?.verifies(&self.attributes.to_der().map_err(wrong)?, signature)?;

        let mut certificates = vec![self.certificate];
        for certificate in chain {
            Parsed::read(certificate)?;
            if !certificates.contains(certificate) {
                certificates.push(certificate.clone());
            }
        }
        let certificates = certificates.iter().map(|der| Any::from_der(der)).collect::<Result<Vec<_>, _>>();

        let signer = SignerInfo {
            version: CmsVersion::V1,
            sid: SignerIdentifier::IssuerAndSerialNumber(self.signer),
            digest_alg: sha256(),
            signed_attrs: Some(self.attributes),
            signature_algorithm: AlgorithmIdentifierOwned { oid: oid::RSA_SHA256, parameters: Some(Any::null()) },
            signature: OctetString::new(signature).map_err(wrong)?,
            unsigned_attrs: None,
        };
        let signed = SignedData {
            version: CmsVersion::V1,
            digest_algorithms: SetOfVec::try_from([sha256()]).map_err(wrong)?,
            encap_content_info: EncapsulatedContentInfo { econtent_type: oid::DATA, econtent: None },
            certificates: SetOfVec::try_from(certificates.map_err(wrong)?).map_err(wrong)?,
            signer_infos: SignerInfos::try_from(vec![signer]).map_err(wrong)?,
        };
        let message =
            ContentInfo { content_type: oid::SIGNED_DATA, content: Any::encode_from(&signed).map_err(wrong)? };
        message.to_der().map_err(wrong)
    }
}

/// `SignedData` of the crate `cms`, with certificates as the bytes received instead of decoded and encoded again.
#[derive(Sequence)]
struct SignedData {
    version: CmsVersion,
    digest_algorithms: DigestAlgorithmIdentifiers,
    encap_content_info: EncapsulatedContentInfo,
    #[asn1(context_specific = "0", tag_mode = "IMPLICIT", constructed = "true")]
    certificates: SetOfVec<Any>,
    signer_infos: SignerInfos,
}

/// `SigningCertificateV2` (RFC 5035, 3), without policies.
#[derive(Sequence)]
struct SigningCertificateV2 {
    certs: Vec<EssCertIdV2>,
}

/// `ESSCertIDv2` (RFC 5035, 4): hashAlgorithm is SHA-256 by DEFAULT, which DER leaves out.
#[derive(Sequence)]
struct EssCertIdV2 {
    cert_hash: OctetString,
    issuer_serial: IssuerSerial,
}

/// `IssuerSerial` (RFC 5035, 4).
#[derive(Sequence)]
struct IssuerSerial {
    issuer: GeneralNames,
    serial_number: SerialNumber,
}

/// Issuer and serial number of a certificate; refuses a name that would not come out again byte for byte.
pub(super) fn issuer_and_serial(certificate: &Parsed<'_>) -> Result<IssuerAndSerialNumber, CmsError> {
    let issuer = Name::from_der(certificate.issuer).map_err(wrong)?;
    if issuer.to_der().map_err(wrong)? != certificate.issuer {
        return Err(CmsError::Malformed);
    }
    let serial_number = Any::new(Tag::Integer, certificate.serial).and_then(|any| any.decode_as()).map_err(wrong)?;
    Ok(IssuerAndSerialNumber { issuer, serial_number })
}

fn attribute(oid: ObjectIdentifier, value: der::Result<Any>) -> Result<Attribute, CmsError> {
    let values = SetOfVec::try_from([value.map_err(wrong)?]).map_err(wrong)?;
    Ok(Attribute { oid, values })
}

/// UTCTime up to 2049, GeneralizedTime after (RFC 5652, 11.3).
fn signing_time(time: Instant) -> der::Result<Any> {
    let seconds = whole_seconds(time).map_err(|_| Tag::UtcTime.value_error())?;
    match UtcTime::from_unix_duration(seconds) {
        Ok(time) => Any::encode_from(&time),
        Err(_) => Any::encode_from(&GeneralizedTime::from_unix_duration(seconds)?),
    }
}

fn signing_certificate(der: &[u8], signer: &IssuerAndSerialNumber) -> der::Result<Any> {
    let identifier = EssCertIdV2 {
        cert_hash: OctetString::new(Sha256::digest(der).as_slice())?,
        issuer_serial: IssuerSerial {
            issuer: vec![GeneralName::DirectoryName(signer.issuer.clone())],
            serial_number: signer.serial_number.clone(),
        },
    };
    Any::encode_from(&SigningCertificateV2 { certs: vec![identifier] })
}

fn sha256() -> AlgorithmIdentifierOwned {
    // RFC 5754, 2: parameters absent.
    AlgorithmIdentifierOwned { oid: oid::SHA256, parameters: None }
}

fn wrong(_: der::Error) -> CmsError {
    CmsError::Malformed
}
