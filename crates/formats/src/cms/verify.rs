//! Judging a detached signature: content, attributes, signature, then the signer's certificate.
//! Not what the signer may bill or sign for: the caisse and `core` decide that from the certificate and attributes.
//! RFC 5652 5.6, RFC 5035 5.4, RFC 6211 3; signatures are checked over the bytes received (reference telecom 3.3).

use der::{Decode, Tag};
use liasse_domain::{BillingNumber, Instant};
use sha2::{Digest, Sha256};
use x509_cert::ext::pkix::KeyUsage;
use x509_cert::time::Time;

use super::ber::{self, Element};
use super::signed::{self, Attributes, Signed};
use super::{CmsError, Flux, NationalAttributes, Trust, oid};
use crate::certificate::{self, Parsed};

/// A signature that was accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// The signer's certificate, in DER.
    pub certificate: Vec<u8>,
    /// What the signer's computer claims as the time.
    pub signing_time: Option<Instant>,
    /// The national attributes, when both are there and the billing number's key is right.
    pub attributes: Option<NationalAttributes>,
    /// The text of typeFlux as received: foreign data may hold anything.
    pub flux_text: Option<String>,
    /// The text of idFacturationPS as received.
    pub billing_text: Option<String>,
    /// The context that an appli carte Vitale (`sim`) signed in, as received.
    pub context_text: Option<String>,
}

/// Accepts a signature of ours over `content`: the certificate inside leads to a root of `trust`, is valid at `at`, is
/// not revoked and, where it has a keyUsage, has nonRepudiation.
pub fn verify(cms: &[u8], content: &[u8], trust: &Trust, at: Instant) -> Result<Verified, CmsError> {
    let message = signed::read(cms)?;
    judge(&message, Some(content), None, Some(trust), at, KeyUsage::non_repudiation)
}

/// Accepts a signature of ours whose content is not at hand, at the moment that it claims for itself; gives the digest of what it
/// signs. Only who holds the content can say what that is.
pub fn verify_without_content(cms: &[u8], trust: &Trust) -> Result<(Verified, [u8; 32]), CmsError> {
    let message = signed::read(cms)?;
    let attributes = &message.signer.attributes;
    let at = attributes.value(oid::SIGNING_TIME)?.ok_or(CmsError::Malformed)?;
    let verified = judge(&message, None, None, Some(trust), signing_time(&at)?, KeyUsage::non_repudiation)?;
    let digest = signed::octet_string(&attributes.required(oid::MESSAGE_DIGEST)?)?;
    Ok((verified, digest.as_ref().try_into().map_err(|_| CmsError::Malformed)?))
}

/// The same for foreign messages: the signer's certificate may be handed in, and without `trust` only content and
/// signature are checked. digitalSignature is enough as keyUsage.
pub fn verify_with(
    cms: &[u8],
    content: &[u8],
    certificate_der: Option<&[u8]>,
    trust: Option<&Trust>,
    at: Instant,
) -> Result<Verified, CmsError> {
    let message = signed::read(cms)?;
    judge(&message, Some(content), certificate_der, trust, at, |usage| {
        usage.non_repudiation() || usage.digital_signature()
    })
}

fn judge(
    message: &Signed<'_>,
    content: Option<&[u8]>,
    certificate_der: Option<&[u8]>,
    trust: Option<&Trust>,
    at: Instant,
    usage: fn(&KeyUsage) -> bool,
) -> Result<Verified, CmsError> {
    let signer = &message.signer;
    let attributes = &signer.attributes;
    let certificate = certificate_der
        .into_iter()
        .chain(message.certificates.iter().copied())
        .filter_map(|der| Parsed::read(der).ok())
        .find(|certificate| signer.name.names(certificate))
        .ok_or(CmsError::NoSignerCertificate)?;

    if signer.digest != oid::SHA256 || ![oid::RSA, oid::RSA_SHA256].contains(&signer.algorithm) {
        return Err(CmsError::UnsupportedAlgorithm);
    }
    check_content(message, content)?;
    certificate.verifies(&attributes.signed, &signer.signature)?;
    check_signing_certificate(attributes, &certificate)?;
    check_algorithm_protection(message)?;

    if !certificate.allows(usage) {
        return Err(CmsError::WrongUsage);
    }
    if let Some(trust) = trust {
        trust.accept(&certificate, &message.certificates, at)?;
    }
    let flux_text = ia5_text(attributes.value(oid::FLUX)?)?;
    let billing_text = ia5_text(attributes.value(oid::BILLING)?)?;
    let flux = flux_text.as_deref().and_then(Flux::from_letter);
    let billing = billing_text.as_deref().and_then(|text| BillingNumber::parse(text).ok());
    Ok(Verified {
        certificate: certificate.der.to_vec(),
        signing_time: attributes.value(oid::SIGNING_TIME)?.map(|value| signing_time(&value)).transpose()?,
        attributes: flux.zip(billing).map(|(flux, billing)| NationalAttributes { flux, billing }),
        flux_text,
        billing_text,
        context_text: ia5_text(attributes.value(oid::APCV_CONTEXT)?)?,
    })
}

fn check_content(message: &Signed<'_>, content: Option<&[u8]>) -> Result<(), CmsError> {
    let attributes = &message.signer.attributes;
    let content_type = attributes.required(oid::CONTENT_TYPE)?;
    if content_type.tag != ber::OID
        || certificate::object_identifier(content_type.content)? != message.content_type
        || message.content_type != oid::DATA
    {
        return Err(CmsError::Malformed);
    }
    let digest = signed::octet_string(&attributes.required(oid::MESSAGE_DIGEST)?)?;
    let Some(content) = content else { return Ok(()) };
    let carried_otherwise = message.content.as_ref().is_some_and(|carried| carried.as_ref() != content);
    if carried_otherwise || digest.as_ref() != Sha256::digest(content).as_slice() {
        return Err(CmsError::DigestMismatch);
    }
    Ok(())
}

/// ESS signing certificate, where the signer named one: it must be the certificate that verified.
fn check_signing_certificate(attributes: &Attributes<'_>, certificate: &Parsed<'_>) -> Result<(), CmsError> {
    let Some(value) = attributes.value(oid::SIGNING_CERTIFICATE_V2)? else { return Ok(()) };
    let mut first =
        ber::only(value.raw, ber::SEQUENCE)?.inside().take(ber::SEQUENCE)?.inside().take(ber::SEQUENCE)?.inside();
    // hashAlgorithm is SHA-256 by default; some encoders write it nevertheless.
    if let Some(algorithm) = first.optional(ber::SEQUENCE)?
        && certificate::algorithm(algorithm.content)? != oid::SHA256
    {
        return Err(CmsError::UnsupportedAlgorithm);
    }
    if first.take(ber::OCTETS)?.content == Sha256::digest(certificate.der).as_slice() {
        Ok(())
    } else {
        Err(CmsError::BadSignature)
    }
}

/// CMSAlgorithmProtection, where the signer put it (the ANS does): the algorithms outside must be the signed ones.
fn check_algorithm_protection(message: &Signed<'_>) -> Result<(), CmsError> {
    let Some(value) = message.signer.attributes.value(oid::ALGORITHM_PROTECTION)? else { return Ok(()) };
    let mut fields = ber::only(value.raw, ber::SEQUENCE)?.inside();
    let digest = certificate::algorithm(fields.take(ber::SEQUENCE)?.content)?;
    let signature = fields.optional(ber::context(1))?.ok_or(CmsError::Malformed)?;
    if digest == message.signer.digest && certificate::algorithm(signature.content)? == message.signer.algorithm {
        Ok(())
    } else {
        Err(CmsError::BadSignature)
    }
}

fn signing_time(value: &Element<'_>) -> Result<Instant, CmsError> {
    certificate::instant(Time::from_der(value.raw).map_err(|_| CmsError::Malformed)?)
}

fn ia5_text(value: Option<Element<'_>>) -> Result<Option<String>, CmsError> {
    let Some(value) = value else { return Ok(None) };
    let is_text = [Tag::Ia5String, Tag::PrintableString, Tag::Utf8String].iter().any(|tag| value.tag == tag.octet());
    match std::str::from_utf8(value.content) {
        Ok(text) if is_text && value.content.is_ascii() => Ok(Some(text.to_owned())),
        _ => Err(CmsError::Malformed),
    }
}
