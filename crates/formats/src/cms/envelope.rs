//! The envelope of a mail: EnvelopedData, a fresh AES key wrapped for one RSA certificate.
//! Randomness and the unwrapping of the key are handed in; what is inside is for `mail` to read.
//! RFC 5652 6, RFC 8017 7.2; AES-128-CBC is what the caisses ask for (reference telecom 1.1).

use std::borrow::Cow;

use aes::{Aes128, Aes256};
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockDecryptMut, BlockEncryptMut, KeyIvInit};
use cms::content_info::{CmsVersion, ContentInfo};
use cms::enveloped_data::{
    EncryptedContentInfo, EnvelopedData, KeyTransRecipientInfo, RecipientIdentifier, RecipientInfo, RecipientInfos,
};
use der::asn1::{Any, OctetString};
use der::{Encode, Tag};
use rand_core::{CryptoRng, RngCore};
use rsa::Pkcs1v15Encrypt;
use spki::AlgorithmIdentifierOwned;
use x509_cert::ext::pkix::KeyUsage;

use super::ber::{self, CONSTRUCTED, Element};
use super::{CmsError, oid, sign, signed};
use crate::certificate::{self, Parsed};

/// Hides `plain` from all but the holder of the recipient's key: AES-128-CBC, the key wrapped by RSA PKCS#1 v1.5, DER.
///
/// `random` fills a buffer with random bytes. The certificate must allow keyEncipherment, where it has a keyUsage.
pub fn encrypt(plain: &[u8], recipient_der: &[u8], random: &mut dyn FnMut(&mut [u8])) -> Result<Vec<u8>, CmsError> {
    let recipient = Parsed::read(recipient_der)?;
    if !recipient.allows(KeyUsage::key_encipherment) {
        return Err(CmsError::WrongUsage);
    }
    let (mut key, mut iv) = ([0; 16], [0; 16]);
    random(&mut key);
    random(&mut iv);
    if key.iter().all(|byte| *byte == key[0]) {
        return Err(CmsError::NoRandomness);
    }
    let enc_key = recipient
        .rsa_key()?
        .encrypt(&mut Random(random), Pkcs1v15Encrypt, &key)
        .map_err(|_| CmsError::UnsupportedAlgorithm)?;
    let encrypted = cbc::Encryptor::<Aes128>::new(&key.into(), &iv.into()).encrypt_padded_vec_mut::<Pkcs7>(plain);

    let recipient = KeyTransRecipientInfo {
        version: CmsVersion::V0,
        rid: RecipientIdentifier::IssuerAndSerialNumber(sign::issuer_and_serial(&recipient)?),
        key_enc_alg: AlgorithmIdentifierOwned { oid: oid::RSA, parameters: Some(Any::null()) },
        enc_key: OctetString::new(enc_key).map_err(wrong)?,
    };
    let enveloped = EnvelopedData {
        version: CmsVersion::V0,
        originator_info: None,
        recip_infos: RecipientInfos::try_from(vec![RecipientInfo::Ktri(recipient)]).map_err(wrong)?,
        encrypted_content: EncryptedContentInfo {
            content_type: oid::DATA,
            content_enc_alg: AlgorithmIdentifierOwned {
                oid: oid::AES128_CBC,
                parameters: Some(Any::new(Tag::OctetString, iv).map_err(wrong)?),
            },
            encrypted_content: Some(OctetString::new(encrypted).map_err(wrong)?),
        },
        unprotected_attrs: None,
    };
    let message =
        ContentInfo { content_type: oid::ENVELOPED_DATA, content: Any::encode_from(&enveloped).map_err(wrong)? };
    message.to_der().map_err(wrong)
}

/// Opens an envelope (DER or BER, AES-128 or AES-256 in CBC) for the recipient of this certificate.
///
/// `unwrap_key` decrypts RSA PKCS#1 v1.5 with the recipient's key, `None` when it cannot.
pub fn decrypt(
    der: &[u8],
    recipient_der: &[u8],
    unwrap_key: &mut dyn FnMut(&[u8]) -> Option<Vec<u8>>,
) -> Result<Vec<u8>, CmsError> {
    let recipient = Parsed::read(recipient_der)?;
    let envelope = read(der)?;
    let ours = envelope.recipients.iter().find(|candidate| candidate.name.names(&recipient));
    let wrapped = &ours.ok_or(CmsError::NotForRecipient)?.wrapped_key;
    let key = unwrap_key(wrapped).ok_or(CmsError::CannotDecrypt)?;
    let plain = if envelope.aes_256 {
        cbc::Decryptor::<Aes256>::new_from_slices(&key, envelope.iv)
            .ok()
            .and_then(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(&envelope.encrypted).ok())
    } else {
        cbc::Decryptor::<Aes128>::new_from_slices(&key, envelope.iv)
            .ok()
            .and_then(|cipher| cipher.decrypt_padded_vec_mut::<Pkcs7>(&envelope.encrypted).ok())
    };
    plain.ok_or(CmsError::CannotDecrypt)
}

/// An EnvelopedData as received, with the recipients that RSA serves.
struct Envelope<'a> {
    recipients: Vec<Recipient<'a>>,
    aes_256: bool,
    iv: &'a [u8],
    encrypted: Cow<'a, [u8]>,
}

/// Whose key opens the envelope, and the AES key wrapped for it.
struct Recipient<'a> {
    name: signed::SignerName<'a>,
    wrapped_key: Cow<'a, [u8]>,
}

fn read(der: &[u8]) -> Result<Envelope<'_>, CmsError> {
    let mut data = signed::content_info(der, oid::ENVELOPED_DATA)?.inside();
    data.take(ber::INTEGER)?;
    data.optional(ber::context(0))?;
    let mut recipients = Vec::new();
    let mut infos = data.take(ber::SET)?.inside();
    while !infos.is_done() {
        recipients.extend(recipient(&infos.element()?)?);
    }
    let mut content = data.take(ber::SEQUENCE)?.inside();
    if certificate::object_identifier(content.take(ber::OID)?.content)? != oid::DATA {
        return Err(CmsError::Malformed);
    }
    let mut algorithm = content.take(ber::SEQUENCE)?.inside();
    let aes_256 = match certificate::object_identifier(algorithm.take(ber::OID)?.content)? {
        oid::AES128_CBC => false,
        oid::AES256_CBC => true,
        _ => return Err(CmsError::UnsupportedAlgorithm),
    };
    let iv = algorithm.take(ber::OCTETS)?.content;
    let encrypted = content.element()?;
    // [0] IMPLICIT OCTET STRING, in one piece or in several.
    if encrypted.tag & !CONSTRUCTED != 0x80 {
        return Err(CmsError::Malformed);
    }
    Ok(Envelope { recipients, aes_256, iv, encrypted: encrypted.octets()? })
}

fn recipient<'a>(element: &Element<'a>) -> Result<Option<Recipient<'a>>, CmsError> {
    if element.tag != ber::SEQUENCE {
        return Ok(None);
    }
    let mut fields = element.inside();
    fields.take(ber::INTEGER)?;
    let name = signed::signer_name(&fields.element()?)?;
    let mut algorithm = fields.take(ber::SEQUENCE)?.inside();
    if certificate::object_identifier(algorithm.take(ber::OID)?.content)? != oid::RSA {
        return Ok(None);
    }
    Ok(Some(Recipient { name, wrapped_key: signed::octet_string(&fields.element()?)? }))
}

/// The randomness handed in, as the crate `rsa` wants it for the padding.
struct Random<'a>(&'a mut dyn FnMut(&mut [u8]));

impl RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        (self.0)(&mut bytes);
        u32::from_le_bytes(bytes)
    }

    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        (self.0)(&mut bytes);
        u64::from_le_bytes(bytes)
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        (self.0)(bytes);
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), rand_core::Error> {
        (self.0)(bytes);
        Ok(())
    }
}

impl CryptoRng for Random<'_> {}

fn wrong(_: der::Error) -> CmsError {
    CmsError::Malformed
}
