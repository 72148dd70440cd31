//! CMS: signatures, certificates, revocation lists, envelopes. Nothing that the authority did not sign is believed.
//! The certificates beside this file are of the invented authority of `tests/cms/authority.rs`; no key lies here.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use liasse_domain::Instant;
use liasse_formats::certificate::{is_self_issued, may_sign, serial, subject, validity};
use liasse_formats::cms::{CmsError, Trust, decrypt, encrypt, prepare, verify, verify_with};

const ROOT: &[u8] = include_bytes!("../certificates/root.der");
const DOCTOR: &[u8] = include_bytes!("../certificates/doctor.der");
const COLLEAGUE: &[u8] = include_bytes!("../certificates/colleague.der");
const CAISSE: &[u8] = include_bytes!("../certificates/caisse.der");

/// The only content that was ever signed.
pub const CONTENT: &[u8] = b"2 a claim 5 a total";

/// The key inside every envelope of the corpus: AES-128 takes the first half.
pub const KEY: [u8; 32] = *b"an AES key that everybody knows.";

/// Any bytes as a signature, a certificate, a revocation list, a PEM text and an envelope.
pub fn cms(bytes: &[u8]) {
    let at = Instant::from_timestamp(1_768_464_000, 0).unwrap_or_default();
    signature(bytes, at);
    certificate(bytes, at);
    revocation(bytes, at);
    for length in [16, 32] {
        envelope(bytes, &KEY[..length]);
    }
}

fn signature(bytes: &[u8], at: Instant) {
    let trust = Trust { roots: vec![ROOT.to_vec()], crls: Vec::new() };
    let judged = verify(bytes, CONTENT, &trust, at);
    if let Ok(verified) = &judged {
        let signers = [DOCTOR, COLLEAGUE];
        assert!(signers.contains(&verified.certificate.as_slice()), "somebody who never signed");
        assert!(may_sign(&verified.certificate));
        assert_eq!(verify(bytes, b"", &trust, at), Err(CmsError::DigestMismatch));
        assert!(verify(bytes, CONTENT, &Trust::default(), at).is_err(), "nobody is trusted");
        // What we accept from our own we accept from others.
        assert_eq!(verify_with(bytes, CONTENT, None, Some(&trust), at), judged);
        assert_eq!(verify_with(bytes, CONTENT, None, None, at), judged);
    }
    assert!(verify(bytes, b"", &trust, at).is_err(), "a content that nobody signed");
    if let Ok(verified) = verify_with(bytes, CONTENT, Some(DOCTOR), None, at) {
        assert!(verified.attributes.is_none_or(|national| {
            verified.flux_text.as_deref() == Some(national.flux.letter())
                && verified.billing_text.as_deref() == Some(national.billing.as_str())
        }));
    }
}

fn certificate(bytes: &[u8], at: Instant) {
    let readable = validity(bytes).is_ok();
    assert!(readable == serial(bytes).is_ok() && (readable || subject(bytes).is_err()));
    assert!(readable || !may_sign(bytes) && !is_self_issued(bytes));
    assert!(prepare(&[7; 32], bytes, None, at).is_err() || may_sign(bytes));
    // Writing to a stranger's key, however odd.
    if let Ok(der) = encrypt(CONTENT, bytes, &mut random(7)) {
        assert!(der.len() > CONTENT.len());
    }
}

/// No list that came from outside revokes; any bytes may be held for a root.
fn revocation(bytes: &[u8], at: Instant) {
    // Only what can be read at all comes to the slow part, the signatures.
    let list = format!("-----BEGIN X509 CRL-----{}-----END X509 CRL-----", STANDARD.encode(bytes));
    if Trust::default().with_crl_pem(&list).is_ok() {
        let trust = Trust { roots: vec![ROOT.to_vec()], crls: vec![bytes.to_vec()] };
        assert!(matches!(trust.check(DOCTOR, at), Ok(()) | Err(CmsError::RevocationUnknown)), "revoked by nobody");
    }
    if validity(bytes).is_ok() {
        let trust = Trust { roots: vec![bytes.to_vec()], crls: Vec::new() };
        let judged = trust.check(DOCTOR, at);
        assert!(!matches!(judged, Err(CmsError::Revoked | CmsError::RevocationUnknown)), "there is no list");
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        if let Ok(trust) = Trust::from_pem(text) {
            assert!(!trust.roots.is_empty() && trust.roots.iter().map(Vec::len).sum::<usize>() <= bytes.len());
        }
        let lists = Trust::default().with_crl_pem(text);
        assert!(lists.is_err() || lists.is_ok_and(|trust| !trust.crls.is_empty()));
    }
}

fn envelope(bytes: &[u8], key: &[u8]) {
    let Ok(plain) = decrypt(bytes, CAISSE, &mut |_| Some(key.to_vec())) else { return };
    assert!(plain.len() <= bytes.len());
    assert_eq!(decrypt(bytes, CAISSE, &mut |_| None), Err(CmsError::CannotDecrypt));
    let again = encrypt(&plain, CAISSE, &mut random(1)).and_then(|der| {
        // The caisse's key lies nowhere: the AES key is the first that is drawn.
        let mut key = [0; 16];
        random(1)(&mut key);
        decrypt(&der, CAISSE, &mut |_| Some(key.to_vec()))
    });
    assert_eq!(again, Ok(plain));
}

/// Numbers that look random enough, always the same.
fn random(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut state = seed;
    move |bytes| {
        for byte in bytes {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            [*byte, ..] = state.to_be_bytes();
        }
    }
}
