//! The shape of our messages, read by the types of the crate `cms`, and foreign shapes that must be read.
//! RFC 5652, 5035; pitfalls 2 to 4 of reference telecom 3.3.

use cms::content_info::{CmsVersion, ContentInfo};
use cms::signed_data::{SignedData, SignerIdentifier, SignerInfo};
use const_oid::ObjectIdentifier;
use der::{Decode, Encode};
use liasse_formats::cms::{CmsError, verify};
use sha2::{Digest, Sha256};

use crate::authority::{doctor, now, root, trust};

const CONTENT: &[u8] = b"2 a claim 5 a total";

fn signed_data(message: &[u8]) -> SignedData {
    ContentInfo::from_der(message).expect("DER").content.decode_as().expect("SignedData")
}

fn signer(data: &SignedData) -> &SignerInfo {
    data.signer_infos.0.get(0).expect("one signer")
}

#[test]
fn our_message_is_der_detached_and_complete() {
    let message = doctor().cms(CONTENT, &[root().certificate]);
    assert_eq!(ContentInfo::from_der(&message).and_then(|info| info.to_der()), Ok(message.clone()));
    let data = signed_data(&message);
    assert_eq!(data.version, CmsVersion::V1);
    assert!(data.encap_content_info.econtent.is_none());
    assert_eq!(data.certificates.as_ref().map(|set| set.0.len()), Some(2));
    let signer = signer(&data);
    assert!(
        matches!(&signer.sid, SignerIdentifier::IssuerAndSerialNumber(name) if name.serial_number.as_bytes() == [0x10, 0x01])
    );
    assert_eq!(signer.digest_alg.parameters, None);
    assert!(signer.signature_algorithm.parameters.as_ref().is_some_and(|p| p.is_null()));
    let kinds: Vec<String> = signer.signed_attrs.iter().flat_map(|set| set.iter()).map(|a| a.oid.to_string()).collect();
    for kind in ["9.3", "9.4", "9.5", "9.16.2.47"].map(|end| format!("1.2.840.113549.1.{end}")) {
        assert!(kinds.contains(&kind), "{kind}");
    }
    assert!(kinds.contains(&"1.2.250.1.186.500.1.2".to_owned()));
    assert_eq!(kinds.len(), 6);
}

#[test]
fn attributes_are_sorted_and_the_card_signs_them_as_a_set() {
    let prepared = doctor().prepared(CONTENT);
    let message = doctor().cms(CONTENT, &[]);
    let data = signed_data(&message);
    let attributes = signer(&data).signed_attrs.as_ref().expect("attributes");
    let encoded: Vec<Vec<u8>> = attributes.iter().map(|attribute| attribute.to_der().expect("der")).collect();
    assert!(encoded.windows(2).all(|pair| pair[0] < pair[1]), "DER SET OF");
    // In the message under [0] …
    let body: Vec<u8> = encoded.concat();
    let tagged = [&[0xA0, 0x82], &u16::try_from(body.len()).expect("short").to_be_bytes()[..], &body].concat();
    assert!(message.windows(tagged.len()).any(|window| window == tagged));
    // … hashed under 0x31.
    let as_set = [&[0x31], &tagged[1..]].concat();
    assert_eq!(prepared.digest(), Sha256::digest(as_set).as_slice());
}

#[test]
fn the_signing_certificate_leaves_its_default_hash_out() {
    let message = doctor().cms(CONTENT, &[]);
    let data = signed_data(&message);
    let ess = ObjectIdentifier::new_unwrap("1.2.840.113549.1.9.16.2.47");
    let attributes = signer(&data).signed_attrs.as_ref().expect("attributes");
    let value = attributes.iter().find(|a| a.oid == ess).and_then(|a| a.values.get(0)).expect("ESS").to_der();
    let value = value.expect("der");
    // SEQUENCE { SEQUENCE { SEQUENCE { OCTET STRING (32) hash, SEQUENCE { SEQUENCE { [4] { Name } }, serial } } } }
    let hash = Sha256::digest(doctor().certificate);
    let position = value.windows(34).position(|w| w[..2] == [0x04, 0x20] && w[2..] == hash[..]);
    assert!(position.is_some_and(|p| p <= 9), "the hash comes first");
    let after = &value[position.expect("hash") + 34..];
    assert_eq!(after[0], 0x30);
    assert!(after[1..9].windows(2).any(|w| w[0] == 0xA4), "issuer as GeneralName [4]");
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    assert_eq!(doctor().cms(CONTENT, &[root().certificate]), doctor().cms(CONTENT, &[root().certificate]));
}

#[test]
fn times_after_2049_are_written_in_full() {
    let certificate = doctor().certificate;
    let late = crate::authority::instant("2050-01-01T00:00:00Z");
    let prepared = liasse_formats::cms::prepare(&Sha256::digest(CONTENT).into(), &certificate, None, late);
    let prepared = prepared.expect("prepared");
    let signature = doctor().sign(prepared.digest());
    let message = prepared.finish(&signature, &[]).expect("message");
    assert!(message.windows(17).any(|window| window == b"\x18\x0f20500101000000Z"));
    let verified = verify(&message, CONTENT, &trust(), now()).expect("accepted");
    assert_eq!(verified.signing_time, Some(late));
}

fn tlv(tag: u8, body: &[u8]) -> Vec<u8> {
    let length = u16::try_from(body.len()).expect("short").to_be_bytes();
    [&[tag, 0x82], &length[..], body].concat()
}

/// A foreign encoder: attributes in the order received, outer layers of indefinite length.
fn foreign(attributes: &[Vec<u8>], certificate: &[u8]) -> Vec<u8> {
    let body = attributes.concat();
    let digest: [u8; 32] = Sha256::digest(tlv(0x31, &body)).into();
    let ours = signed_data(&doctor().cms(CONTENT, &[]));
    let info = signer(&ours);
    let parts = [
        vec![2, 1, 1],
        info.sid.to_der().expect("der"),
        info.digest_alg.to_der().expect("der"),
        tlv(0xA0, &body),
        info.signature_algorithm.to_der().expect("der"),
        tlv(0x04, &doctor().sign(&digest)),
    ];
    let data = [
        vec![2, 1, 1],
        tlv(0x31, &info.digest_alg.to_der().expect("der")),
        tlv(0x30, &"1.2.840.113549.1.7.1".parse::<ObjectIdentifier>().expect("oid").to_der().expect("der")),
        tlv(0xA0, certificate),
        tlv(0x31, &tlv(0x30, &parts.concat())),
    ]
    .concat();
    let kind = "1.2.840.113549.1.7.2".parse::<ObjectIdentifier>().expect("oid").to_der().expect("der");
    let open = |tag: u8, body: &[u8]| [&[tag, 0x80], body, &[0, 0]].concat();
    open(0x30, &[kind, open(0xA0, &open(0x30, &data))].concat())
}

fn attributes() -> Vec<Vec<u8>> {
    let ours = signed_data(&doctor().cms(CONTENT, &[]));
    let attributes = signer(&ours).signed_attrs.as_ref().expect("attributes").iter();
    attributes.map(|attribute| attribute.to_der().expect("der")).collect()
}

#[test]
fn unsorted_attributes_are_verified_as_received() {
    let mut unsorted = attributes();
    unsorted.reverse();
    let message = foreign(&unsorted, &doctor().certificate);
    assert!(verify(&message, CONTENT, &trust(), now()).is_ok());
    assert!(verify(&foreign(&attributes(), &doctor().certificate), CONTENT, &trust(), now()).is_ok());
}

#[test]
fn a_doubled_or_missing_attribute_is_refused() {
    let message_digest = [0x06, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 9, 4];
    let is_digest = |attribute: &Vec<u8>| attribute.windows(11).any(|window| window == message_digest);
    let found = attributes().into_iter().find(is_digest).expect("messageDigest");
    let mut doubled = attributes();
    doubled.push(found.clone());
    let judged = |set: &[Vec<u8>]| verify(&foreign(set, &doctor().certificate), CONTENT, &trust(), now()).err();
    assert_eq!(judged(&doubled), Some(CmsError::Malformed));
    let without: Vec<Vec<u8>> = attributes().into_iter().filter(|a| *a != found).collect();
    assert_eq!(judged(&without), Some(CmsError::AttributeMissing));
}

#[test]
fn the_signing_certificate_binds_the_certificate() {
    // Same name, serial and key in another certificate: the signature verifies, the ESS hash does not.
    let other =
        crate::authority::holder(&crate::authority::Wanted { to: "2040-01-01T00:00:00Z", ..Default::default() });
    let message = foreign(&attributes(), &other.certificate);
    assert_eq!(verify(&message, CONTENT, &trust(), now()).err(), Some(CmsError::BadSignature));
}
