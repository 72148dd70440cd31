//! The certification authority of the test PKI: one root that signs every certificate and the CRL.
//! Not a general one: fixed dates, serial numbers derived from names, PKCS#1 v1.5, so that bytes never change.
//! Shape of CPS certificates: reference cards, 1.10; profile: RFC 5280.

use std::net::IpAddr;
use std::time::Duration;

use chrono::{NaiveDate, NaiveTime};
use const_oid::db::rfc4519;
use der::asn1::{Any, BitString, Ia5String, OctetString, SetOfVec, Uint, UtcTime};
use der::referenced::OwnedToRef;
use der::{Encode, Tag};
use pkcs8::LineEnding;
use rsa::pkcs1v15::SigningKey;
use rsa::{RsaPrivateKey, RsaPublicKey};
use sha2::{Digest, Sha256};
use signature::{SignatureEncoding, Signer};
use spki::{AlgorithmIdentifierOwned, DynSignatureAlgorithmIdentifier, SubjectPublicKeyInfoOwned};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::crl::{CertificateList, RevokedCert, TbsCertList};
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::ext::pkix::{
    AuthorityKeyIdentifier, BasicConstraints, CrlNumber, ExtendedKeyUsage, KeyUsage, KeyUsages, SubjectAltName,
    SubjectKeyIdentifier,
};
use x509_cert::ext::{AsExtension, Extensions};
use x509_cert::name::{Name, RdnSequence, RelativeDistinguishedName};
use x509_cert::serial_number::SerialNumber;
use x509_cert::time::{Time, Validity};
use x509_cert::{Certificate, TbsCertificate, Version};

use super::WorldError;
use super::source::{Dates, Usage};

/// A certificate to be made.
pub struct Request<'a> {
    /// Name of its file, from which its serial number is derived.
    pub name: &'a str,
    /// Whom it names.
    pub subject: Name,
    /// First and last day.
    pub dates: Dates,
    /// What the key does.
    pub usage: Usage,
    /// DNS names.
    pub dns: &'a [String],
    /// Addresses.
    pub ip: &'a [IpAddr],
}

/// The root and its key.
pub struct Authority {
    signer: SigningKey<Sha256>,
    algorithm: AlgorithmIdentifierOwned,
    certificate: Certificate,
    organization: String,
}

impl Authority {
    /// The self-signed root.
    pub fn root(organization: &str, common_name: &str, key: RsaPrivateKey, dates: Dates) -> Result<Self, WorldError> {
        let public = public_key_info(&key.to_public_key())?;
        let signer = SigningKey::<Sha256>::new(key);
        let algorithm = signer.signature_algorithm_identifier().map_err(WorldError::pki)?;
        let subject = organization_name(organization, common_name)?;
        let mut extensions = Extensions::new();
        add(&mut extensions, &subject, &subject_key_identifier(&public)?)?;
        add(&mut extensions, &subject, &BasicConstraints { ca: true, path_len_constraint: Some(0) })?;
        add(&mut extensions, &subject, &KeyUsage(KeyUsages::KeyCertSign | KeyUsages::CRLSign))?;
        let tbs = TbsCertificate {
            version: Version::V3,
            serial_number: serial_number("root")?,
            signature: algorithm.clone(),
            issuer: subject.clone(),
            validity: validity(dates)?,
            subject,
            subject_public_key_info: public,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions),
        };
        let certificate = sign(&signer, tbs)?;
        Ok(Self { signer, algorithm, certificate, organization: organization.to_owned() })
    }

    /// The root's own certificate.
    pub fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// `C=FR, O=…, CN=…`: a service or a card.
    pub fn service_name(&self, common_name: &str) -> Result<Name, WorldError> {
        organization_name(&self.organization, common_name)
    }

    /// `C=FR, O=…` and one multi-valued RDN with profession, names and national identifier, as on a CPS.
    pub fn person_name(&self, title: &str, family: &str, given: &str, national_id: &str) -> Result<Name, WorldError> {
        let person = vec![
            text(rfc4519::TITLE, title)?,
            text(rfc4519::GIVEN_NAME, given)?,
            text(rfc4519::SN, family)?,
            text(rfc4519::CN, national_id)?,
        ];
        Ok(RdnSequence(vec![country()?, rdn(vec![text(rfc4519::O, &self.organization)?])?, rdn(person)?]))
    }

    /// Signs a certificate over `key`.
    pub fn issue(&self, request: Request<'_>, key: &RsaPublicKey) -> Result<Certificate, WorldError> {
        let public = public_key_info(key)?;
        let subject = request.subject;
        let mut extensions = Extensions::new();
        add(&mut extensions, &subject, &subject_key_identifier(&public)?)?;
        add(&mut extensions, &subject, &self.key_identifier()?)?;
        add(&mut extensions, &subject, &BasicConstraints { ca: false, path_len_constraint: None })?;
        add(&mut extensions, &subject, &key_usage(request.usage))?;
        if request.usage == Usage::TlsServer {
            let server = ExtendedKeyUsage(vec![const_oid::db::rfc5280::ID_KP_SERVER_AUTH]);
            add(&mut extensions, &subject, &server)?;
        }
        if !request.dns.is_empty() || !request.ip.is_empty() {
            add(&mut extensions, &subject, &alternative_names(request.dns, request.ip)?)?;
        }
        let tbs = TbsCertificate {
            version: Version::V3,
            serial_number: serial_number(request.name)?,
            signature: self.algorithm.clone(),
            issuer: self.certificate.tbs_certificate.subject.clone(),
            validity: validity(request.dates)?,
            subject,
            subject_public_key_info: public,
            issuer_unique_id: None,
            subject_unique_id: None,
            extensions: Some(extensions),
        };
        sign(&self.signer, tbs)
    }

    /// The CRL, in PEM, naming the revoked certificates by the names of their files.
    pub fn revocation_list(&self, dates: Dates, revoked: &[String], on: NaiveDate) -> Result<String, WorldError> {
        let issuer = self.certificate.tbs_certificate.subject.clone();
        let mut extensions = Extensions::new();
        add(&mut extensions, &issuer, &self.key_identifier()?)?;
        add(&mut extensions, &issuer, &CrlNumber(Uint::new(&[1]).map_err(WorldError::pki)?))?;
        let entry = |name: &String| {
            let serial_number = serial_number(name)?;
            Ok(RevokedCert { serial_number, revocation_date: start(on)?, crl_entry_extensions: None })
        };
        let tbs_cert_list = TbsCertList {
            version: Version::V2,
            signature: self.algorithm.clone(),
            issuer,
            this_update: start(dates.from)?,
            next_update: Some(end(dates.until)?),
            revoked_certificates: Some(revoked.iter().map(entry).collect::<Result<_, WorldError>>()?),
            crl_extensions: Some(extensions),
        };
        let signature = signature(&self.signer, &tbs_cert_list)?;
        let list = CertificateList { tbs_cert_list, signature_algorithm: self.algorithm.clone(), signature };
        pem("X509 CRL", &list)
    }

    fn key_identifier(&self) -> Result<AuthorityKeyIdentifier, WorldError> {
        let public = &self.certificate.tbs_certificate.subject_public_key_info;
        AuthorityKeyIdentifier::try_from(public.owned_to_ref()).map_err(WorldError::pki)
    }
}

/// A certificate as a file holds it.
pub fn certificate_pem(certificate: &Certificate) -> Result<String, WorldError> {
    pem("CERTIFICATE", certificate)
}

fn pem(label: &'static str, object: &impl Encode) -> Result<String, WorldError> {
    let der = object.to_der().map_err(WorldError::pki)?;
    der::pem::encode_string(label, LineEnding::LF, &der).map_err(WorldError::pki)
}

fn sign(signer: &SigningKey<Sha256>, tbs_certificate: TbsCertificate) -> Result<Certificate, WorldError> {
    let signature = signature(signer, &tbs_certificate)?;
    let signature_algorithm = tbs_certificate.signature.clone();
    Ok(Certificate { tbs_certificate, signature_algorithm, signature })
}

fn signature(signer: &SigningKey<Sha256>, tbs: &impl Encode) -> Result<BitString, WorldError> {
    let bytes = tbs.to_der().map_err(WorldError::pki)?;
    let signature = signer.try_sign(&bytes).map_err(WorldError::pki)?;
    BitString::from_bytes(&signature.to_vec()).map_err(WorldError::pki)
}

/// Sixteen bytes that only depend on the name; the first bits make the number positive and of one length.
fn serial_number(name: &str) -> Result<SerialNumber, WorldError> {
    let mut bytes = Sha256::digest(format!("LIASSE SIM {name}"));
    bytes[0] = bytes[0] & 0x3F | 0x40;
    SerialNumber::new(&bytes[..16]).map_err(WorldError::pki)
}

fn public_key_info(key: &RsaPublicKey) -> Result<SubjectPublicKeyInfoOwned, WorldError> {
    SubjectPublicKeyInfoOwned::from_key(key.clone()).map_err(WorldError::pki)
}

fn subject_key_identifier(public: &SubjectPublicKeyInfoOwned) -> Result<SubjectKeyIdentifier, WorldError> {
    SubjectKeyIdentifier::try_from(public.owned_to_ref()).map_err(WorldError::pki)
}

fn key_usage(usage: Usage) -> KeyUsage {
    KeyUsage(match usage {
        Usage::Signature => KeyUsages::DigitalSignature | KeyUsages::NonRepudiation,
        Usage::Authentication | Usage::TlsServer => KeyUsages::DigitalSignature | KeyUsages::KeyEncipherment,
        Usage::Encryption => KeyUsages::KeyEncipherment.into(),
    })
}

fn alternative_names(dns: &[String], ip: &[IpAddr]) -> Result<SubjectAltName, WorldError> {
    let mut names = Vec::new();
    for name in dns {
        names.push(GeneralName::DnsName(Ia5String::new(name).map_err(WorldError::pki)?));
    }
    for address in ip {
        let bytes = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        names.push(GeneralName::IpAddress(OctetString::new(bytes).map_err(WorldError::pki)?));
    }
    Ok(SubjectAltName(names))
}

fn add(extensions: &mut Extensions, subject: &Name, extension: &impl AsExtension) -> Result<(), WorldError> {
    let extension = extension.to_extension(subject, extensions).map_err(WorldError::pki)?;
    extensions.push(extension);
    Ok(())
}

fn organization_name(organization: &str, common_name: &str) -> Result<Name, WorldError> {
    let parts =
        vec![country()?, rdn(vec![text(rfc4519::O, organization)?])?, rdn(vec![text(rfc4519::CN, common_name)?])?];
    Ok(RdnSequence(parts))
}

fn country() -> Result<RelativeDistinguishedName, WorldError> {
    let value = Any::new(Tag::PrintableString, *b"FR").map_err(WorldError::pki)?;
    rdn(vec![AttributeTypeAndValue { oid: rfc4519::C, value }])
}

fn rdn(attributes: Vec<AttributeTypeAndValue>) -> Result<RelativeDistinguishedName, WorldError> {
    SetOfVec::try_from(attributes).map(RelativeDistinguishedName).map_err(WorldError::pki)
}

fn text(oid: const_oid::ObjectIdentifier, value: &str) -> Result<AttributeTypeAndValue, WorldError> {
    let value = Any::new(Tag::Utf8String, value.as_bytes()).map_err(WorldError::pki)?;
    Ok(AttributeTypeAndValue { oid, value })
}

fn validity(dates: Dates) -> Result<Validity, WorldError> {
    Ok(Validity { not_before: start(dates.from)?, not_after: end(dates.until)? })
}

fn start(day: NaiveDate) -> Result<Time, WorldError> {
    time(day, 0)
}

fn end(day: NaiveDate) -> Result<Time, WorldError> {
    time(day, 86_399)
}

/// UTCTime reaches 2049 (RFC 5280, 4.1.2.5), where this PKI ends.
fn time(day: NaiveDate, second: u64) -> Result<Time, WorldError> {
    let midnight = u64::try_from(day.and_time(NaiveTime::MIN).and_utc().timestamp()).map_err(WorldError::pki)?;
    UtcTime::from_unix_duration(Duration::from_secs(midnight + second)).map(Time::UtcTime).map_err(WorldError::pki)
}
