//! Reading a SignedData as received: slices of the bytes, nothing decoded that need not be.
//! No judgement here: `verify` decides what is accepted.
//! RFC 5652 5.1 and 5.3; foreign encoders write BER and unsorted attributes (reference telecom 3.3, pitfall 2).

use std::borrow::Cow;

use const_oid::ObjectIdentifier;

use super::ber::{self, CONSTRUCTED, Element};
use super::{CmsError, oid};
use crate::certificate::{self, Parsed};

/// More certificates than any of our messages has: each may cost a signature check.
const MAX_CERTIFICATES: usize = 16;

/// A SignedData with its one signer.
pub(super) struct Signed<'a> {
    pub(super) content_type: ObjectIdentifier,
    /// The content, where the message carries it.
    pub(super) content: Option<Cow<'a, [u8]>>,
    pub(super) certificates: Vec<&'a [u8]>,
    pub(super) signer: Signer<'a>,
}

/// How the signer's certificate is named.
pub(super) enum SignerName<'a> {
    IssuerAndSerial { issuer: &'a [u8], serial: &'a [u8] },
    KeyIdentifier(Cow<'a, [u8]>),
}

/// A SignerInfo.
pub(super) struct Signer<'a> {
    pub(super) name: SignerName<'a>,
    pub(super) digest: ObjectIdentifier,
    /// The signed attributes as received.
    pub(super) attributes: Attributes<'a>,
    pub(super) algorithm: ObjectIdentifier,
    pub(super) signature: Cow<'a, [u8]>,
}

/// Signed attributes: the bytes under the signature and what they say.
pub(super) struct Attributes<'a> {
    /// The bytes received, under the tag SET.
    pub(super) signed: Vec<u8>,
    values: Vec<(ObjectIdentifier, Element<'a>)>,
}

impl<'a> Attributes<'a> {
    /// The single value of an attribute. An attribute that comes twice, or with several values, is refused.
    pub(super) fn value(&self, kind: ObjectIdentifier) -> Result<Option<Element<'a>>, CmsError> {
        let mut found = self.values.iter().filter(|(oid, _)| *oid == kind);
        let Some((_, set)) = found.next() else { return Ok(None) };
        let mut inside = set.inside();
        let value = inside.element()?;
        if inside.is_done() && found.next().is_none() { Ok(Some(value)) } else { Err(CmsError::Malformed) }
    }

    /// The single value of an attribute that must be there.
    pub(super) fn required(&self, kind: ObjectIdentifier) -> Result<Element<'a>, CmsError> {
        self.value(kind)?.ok_or(CmsError::AttributeMissing)
    }
}

impl SignerName<'_> {
    /// Whether this names that certificate.
    pub(super) fn names(&self, certificate: &Parsed<'_>) -> bool {
        match self {
            Self::IssuerAndSerial { issuer, serial } => *issuer == certificate.issuer && *serial == certificate.serial,
            Self::KeyIdentifier(identifier) => certificate.key_identifier.as_deref() == Some(identifier.as_ref()),
        }
    }
}

/// The content of a ContentInfo of this type.
pub(super) fn content_info(cms: &[u8], kind: ObjectIdentifier) -> Result<Element<'_>, CmsError> {
    let mut info = ber::only(cms, ber::SEQUENCE)?.inside();
    if certificate::object_identifier(info.take(ber::OID)?.content)? != kind {
        return Err(CmsError::Malformed);
    }
    ber::only(info.take(ber::context(0))?.content, ber::SEQUENCE)
}

/// Reads a SignedData with exactly one signer and signed attributes.
pub(super) fn read(cms: &[u8]) -> Result<Signed<'_>, CmsError> {
    let mut data = content_info(cms, oid::SIGNED_DATA)?.inside();
    data.take(ber::INTEGER)?;
    data.take(ber::SET)?;
    let mut content_info = data.take(ber::SEQUENCE)?.inside();
    let content_type = certificate::object_identifier(content_info.take(ber::OID)?.content)?;
    let content = match content_info.optional(ber::context(0))? {
        Some(explicit) => Some(octet_string(&explicit.inside().element()?)?),
        None => None,
    };
    let mut certificates = Vec::new();
    if let Some(set) = data.optional(ber::context(0))? {
        let mut set = set.inside();
        while !set.is_done() {
            let choice = set.element()?;
            // Other choices (attribute certificates) are not used.
            if choice.tag == ber::SEQUENCE {
                certificates.push(choice.raw);
            }
        }
    }
    if certificates.len() > MAX_CERTIFICATES {
        return Err(CmsError::Malformed);
    }
    // Revocation lists inside the message are not looked at: the verifier brings its own.
    data.optional(ber::context(1))?;
    let signer = ber::only(data.take(ber::SET)?.content, ber::SEQUENCE)?;
    if !data.is_done() {
        return Err(CmsError::Malformed);
    }
    Ok(Signed { content_type, content, certificates, signer: signer_info(&signer)? })
}

fn signer_info<'a>(element: &Element<'a>) -> Result<Signer<'a>, CmsError> {
    let mut fields = element.inside();
    fields.take(ber::INTEGER)?;
    let name = signer_name(&fields.element()?)?;
    let digest = certificate::algorithm(fields.take(ber::SEQUENCE)?.content)?;
    let attributes = fields.optional(ber::context(0))?.ok_or(CmsError::AttributeMissing)?;
    let algorithm = certificate::algorithm(fields.take(ber::SEQUENCE)?.content)?;
    let signature = octet_string(&fields.element()?)?;

    let mut values = Vec::new();
    for attribute in attributes.inside().all(ber::SEQUENCE)? {
        let mut attribute = attribute.inside();
        let kind = certificate::object_identifier(attribute.take(ber::OID)?.content)?;
        values.push((kind, attribute.take(ber::SET)?));
    }
    let attributes = Attributes { signed: attributes.as_set(), values };
    Ok(Signer { name, digest, attributes, algorithm, signature })
}

/// Reads a SignerIdentifier or RecipientIdentifier.
pub(super) fn signer_name<'a>(element: &Element<'a>) -> Result<SignerName<'a>, CmsError> {
    match element.tag {
        ber::SEQUENCE => {
            let mut fields = element.inside();
            let issuer = fields.take(ber::SEQUENCE)?.raw;
            Ok(SignerName::IssuerAndSerial { issuer, serial: fields.take(ber::INTEGER)?.content })
        }
        0x80 | 0xA0 => Ok(SignerName::KeyIdentifier(element.octets()?)),
        _ => Err(CmsError::Malformed),
    }
}

/// The bytes of an element that must be an octet string, whole or in pieces.
pub(super) fn octet_string<'a>(element: &Element<'a>) -> Result<Cow<'a, [u8]>, CmsError> {
    if element.tag & !CONSTRUCTED == ber::OCTETS { element.octets() } else { Err(CmsError::Malformed) }
}
