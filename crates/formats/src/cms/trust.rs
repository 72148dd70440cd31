//! Whom signatures are believed: roots, the path to them, validity, revocation lists.
//! No network, no clock: roots, lists and the moment are handed in. One intermediate authority at most.
//! RFC 5280 6.1 (reduced to what the IGC Santé's and our own chains use) and 6.3.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use liasse_domain::Instant;
use x509_cert::ext::Extensions;
use x509_cert::ext::pkix::KeyUsage;
use x509_cert::time::Time;

use der::Decode;

use super::CmsError;
use super::ber::{self, Reader};
use crate::certificate::{self, Parsed};

/// Roots and revocation lists, in DER. A certificate among `roots` that is not self-issued serves as an intermediate.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trust {
    /// Trusted authorities.
    pub roots: Vec<Vec<u8>>,
    /// Their revocation lists. An issuer without a list here revokes nothing.
    pub crls: Vec<Vec<u8>>,
}

impl Trust {
    /// The certificates of a PEM text (`chain.pem`); at least one.
    pub fn from_pem(pem: &str) -> Result<Self, CmsError> {
        let roots = pem_blocks(pem, "CERTIFICATE")?;
        for root in &roots {
            Parsed::read(root)?;
        }
        if roots.is_empty() { Err(CmsError::Malformed) } else { Ok(Self { roots, crls: Vec::new() }) }
    }

    /// With the revocation lists of a PEM text too; at least one.
    pub fn with_crl_pem(mut self, pem: &str) -> Result<Self, CmsError> {
        let crls = pem_blocks(pem, "X509 CRL")?;
        for crl in &crls {
            Crl::read(crl)?;
        }
        if crls.is_empty() {
            return Err(CmsError::Malformed);
        }
        self.crls.extend(crls);
        Ok(self)
    }

    /// Whether a signing certificate goes back to a root, holds at `at`, is not revoked and may sign.
    pub fn check(&self, certificate_der: &[u8], at: Instant) -> Result<(), CmsError> {
        let certificate = Parsed::read(certificate_der)?;
        if !certificate.allows(KeyUsage::non_repudiation) {
            return Err(CmsError::WrongUsage);
        }
        self.accept(&certificate, &[], at)
    }

    /// Accepts a certificate if a path leads to a root and every certificate of it is valid at `at` and not revoked.
    /// `others` may hold the intermediate.
    pub(crate) fn accept(&self, signer: &Parsed<'_>, others: &[&[u8]], at: Instant) -> Result<(), CmsError> {
        let roots: Vec<Parsed<'_>> = self.roots.iter().filter_map(|der| Parsed::read(der).ok()).collect();
        let others: Vec<Parsed<'_>> = others.iter().filter_map(|der| Parsed::read(der).ok()).collect();
        let path = path(signer, &roots, &others).ok_or(CmsError::UnknownIssuer)?;
        for certificate in &path {
            if certificate.unknown_critical {
                return Err(CmsError::WrongUsage);
            }
            if at < certificate.not_before {
                return Err(CmsError::NotYetValid);
            }
            if at > certificate.not_after {
                return Err(CmsError::Expired);
            }
        }
        for pair in path.windows(2) {
            if let [certificate, issuer] = pair {
                self.check_revocation(certificate, issuer, at)?;
            }
        }
        Ok(())
    }

    fn check_revocation(&self, certificate: &Parsed<'_>, issuer: &Parsed<'_>, at: Instant) -> Result<(), CmsError> {
        for der in &self.crls {
            let crl = Crl::read(der).map_err(|_| CmsError::RevocationUnknown)?;
            if crl.issuer != issuer.subject {
                continue;
            }
            if !issuer.allows(KeyUsage::crl_sign) || issuer.vouches(crl.tbs, crl.signature).is_err() {
                return Err(CmsError::RevocationUnknown);
            }
            // A serial number stays revoked even on a list that is out of date.
            if crl.revoked.contains(&certificate.serial) {
                return Err(CmsError::Revoked);
            }
            if crl.next_update.is_some_and(|next| at > next) {
                return Err(CmsError::RevocationUnknown);
            }
        }
        Ok(())
    }
}

/// Signer, perhaps one intermediate, root.
fn path<'p, 'a>(
    signer: &'p Parsed<'a>,
    trusted: &'p [Parsed<'a>],
    others: &'p [Parsed<'a>],
) -> Option<Vec<&'p Parsed<'a>>> {
    let roots = || trusted.iter().filter(|certificate| certificate.issuer == certificate.subject);
    if let Some(root) = roots().find(|root| root.may_issue(0) && root.issued(signer)) {
        return Some(vec![signer, root]);
    }
    let between = trusted.iter().filter(|certificate| certificate.issuer != certificate.subject).chain(others);
    between.filter(|middle| middle.may_issue(0) && middle.issued(signer)).find_map(|middle| {
        let root = roots().find(|root| root.may_issue(1) && root.issued(middle))?;
        Some(vec![signer, middle, root])
    })
}

/// A revocation list, cut into the bytes that signature and comparison need.
struct Crl<'a> {
    tbs: &'a [u8],
    issuer: &'a [u8],
    next_update: Option<Instant>,
    revoked: Vec<&'a [u8]>,
    signature: &'a [u8],
}

impl<'a> Crl<'a> {
    /// Reads a full list of version 1 or 2 (RFC 5280, 5.1); one with a critical extension (delta, indirect) is refused.
    fn read(der: &'a [u8]) -> Result<Self, CmsError> {
        let mut outer = ber::only(der, ber::SEQUENCE)?.inside();
        let tbs = outer.take(ber::SEQUENCE)?;
        let algorithm = outer.take(ber::SEQUENCE)?;
        certificate::require_rsa_sha256(algorithm.content)?;
        let signature = certificate::bits(outer.take(ber::BITS)?.content)?;

        let mut fields = tbs.inside();
        fields.optional(ber::INTEGER)?;
        if fields.take(ber::SEQUENCE)?.raw != algorithm.raw {
            return Err(CmsError::Malformed);
        }
        let issuer = fields.take(ber::SEQUENCE)?.raw;
        time(&mut fields)?.ok_or(CmsError::Malformed)?;
        let next_update = time(&mut fields)?;
        let mut revoked = Vec::new();
        if let Some(list) = fields.optional(ber::SEQUENCE)? {
            for entry in list.inside().all(ber::SEQUENCE)? {
                revoked.push(entry.inside().take(ber::INTEGER)?.content);
            }
        }
        if let Some(extensions) = fields.optional(ber::context(0))? {
            let extensions = Extensions::from_der(extensions.content).map_err(|_| CmsError::Malformed)?;
            if extensions.iter().any(|extension| extension.critical) {
                return Err(CmsError::Malformed);
            }
        }
        Ok(Self { tbs: tbs.raw, issuer, next_update, revoked, signature })
    }
}

fn time(fields: &mut Reader<'_>) -> Result<Option<Instant>, CmsError> {
    const UTC_TIME: u8 = 0x17;
    const GENERALIZED_TIME: u8 = 0x18;
    for tag in [UTC_TIME, GENERALIZED_TIME] {
        if let Some(element) = fields.optional(tag)? {
            let time = Time::from_der(element.raw).map_err(|_| CmsError::Malformed)?;
            return certificate::instant(time).map(Some);
        }
    }
    Ok(None)
}

/// The blocks of a label in a PEM text; text around them is left aside.
fn pem_blocks(pem: &str, label: &str) -> Result<Vec<Vec<u8>>, CmsError> {
    let (begin, end) = (format!("-----BEGIN {label}-----"), format!("-----END {label}-----"));
    let mut blocks = Vec::new();
    let mut rest = pem;
    while let Some((_, after)) = rest.split_once(begin.as_str()) {
        let (body, after) = after.split_once(end.as_str()).ok_or(CmsError::Malformed)?;
        let body: String = body.split_whitespace().collect();
        blocks.push(STANDARD.decode(body).map_err(|_| CmsError::Malformed)?);
        rest = after;
    }
    Ok(blocks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_among_other_text() {
        let pem = "subject=x\n-----BEGIN A-----\nAQID\nBA==\n-----END A-----\nand\r\n-----BEGIN B-----\nAA==\n-----END B-----\n-----BEGIN A-----\r\nBQ==\r\n-----END A-----";
        assert_eq!(pem_blocks(pem, "A"), Ok(vec![vec![1, 2, 3, 4], vec![5]]));
        assert_eq!(pem_blocks("nothing", "A"), Ok(vec![]));
        assert_eq!(pem_blocks("-----BEGIN A-----\nAQID", "A"), Err(CmsError::Malformed));
        assert_eq!(pem_blocks("-----BEGIN A-----\n!!\n-----END A-----", "A"), Err(CmsError::Malformed));
    }

    #[test]
    fn a_text_without_certificate_trusts_nobody() {
        assert_eq!(Trust::from_pem(""), Err(CmsError::Malformed));
        assert_eq!(Trust::default().with_crl_pem(""), Err(CmsError::Malformed));
    }
}
