//! What our own verifier must refuse, and with which word.
//! The moment is 2026-01-15 unless said otherwise.

use liasse_formats::certificate;
use liasse_formats::cms::{CmsError, Trust, Verified, decrypt, encrypt, prepare, verify, verify_with};
use proptest::prelude::*;

use crate::authority::{
    Holder, INTERMEDIATE, ROOT, Usage, Wanted, crl, doctor, holder, instant, issued_by, national, now, root, trust,
};

const CONTENT: &[u8] = b"the bytes of a lot\r\n";
const LATER: &str = "2049-01-01T00:00:00Z";

fn judged(message: &[u8], trust: &Trust) -> Result<Verified, CmsError> {
    verify(message, CONTENT, trust, now())
}

fn with_crls(crls: Vec<Vec<u8>>) -> Trust {
    Trust { crls, ..trust() }
}

#[test]
fn what_was_signed_is_handed_out() {
    let verified = judged(&doctor().cms(CONTENT, &[]), &trust()).expect("accepted");
    assert_eq!(verified.certificate, doctor().certificate);
    assert_eq!(verified.signing_time, Some(now()));
    assert_eq!(verified.attributes, Some(national()));
    assert_eq!((verified.flux_text.as_deref(), verified.billing_text.as_deref()), (Some("T"), Some("991129768")));
}

#[test]
fn validity_counts_at_the_moment_asked() {
    let wanted = Wanted { from: "2025-01-01T00:00:00Z", to: "2026-01-15T08:00:00Z", ..Wanted::default() };
    let message = holder(&wanted).cms(CONTENT, &[]);
    let at = |moment| verify(&message, CONTENT, &trust(), instant(moment)).map(|_| ());
    assert_eq!(at("2024-12-31T23:59:59Z"), Err(CmsError::NotYetValid));
    assert_eq!(at("2025-01-01T00:00:00Z"), Ok(()));
    assert_eq!(at("2026-01-15T08:00:00Z"), Ok(()));
    assert_eq!(at("2026-01-15T08:00:01Z"), Err(CmsError::Expired));
    let bounds = certificate::validity(&holder(&wanted).certificate).expect("validity");
    assert_eq!(bounds, (instant("2025-01-01T00:00:00Z"), instant("2026-01-15T08:00:00Z")));
}

#[test]
fn an_expired_root_carries_nothing() {
    let message = doctor().cms(CONTENT, &[]);
    assert_eq!(verify(&message, CONTENT, &trust(), instant("2035-01-01T00:00:01Z")), Err(CmsError::Expired));
}

#[test]
fn the_revocation_list_is_believed_only_if_signed_and_fresh() {
    let message = doctor().cms(CONTENT, &[]);
    let list = |serials: &[u32], until| crl(&root(), ROOT, serials, until);
    assert!(judged(&message, &with_crls(vec![list(&[], LATER)])).is_ok());
    assert!(judged(&message, &with_crls(vec![list(&[7, 0x1002], LATER)])).is_ok());
    assert_eq!(judged(&message, &with_crls(vec![list(&[7, 0x1001], LATER)])), Err(CmsError::Revoked));
    assert_eq!(judged(&message, &with_crls(vec![list(&[0x1001], "2025-12-01T00:00:00Z")])), Err(CmsError::Revoked));

    let stale = list(&[], "2025-12-01T00:00:00Z");
    assert_eq!(judged(&message, &with_crls(vec![stale])), Err(CmsError::RevocationUnknown));
    let forged = crl(&doctor(), ROOT, &[], LATER);
    assert_eq!(judged(&message, &with_crls(vec![forged])), Err(CmsError::RevocationUnknown));
    assert_eq!(judged(&message, &with_crls(vec![vec![0x30, 0]])), Err(CmsError::RevocationUnknown));
    let of_another = crl(&doctor(), INTERMEDIATE, &[0x1001], LATER);
    assert!(judged(&message, &with_crls(vec![of_another])).is_ok());
}

#[test]
fn lists_and_roots_are_read_from_pem() {
    let pem = |label, der: &[u8]| der::pem::encode_string(label, der::pem::LineEnding::CRLF, der).expect("pem");
    let roots = format!("caisse\n{}", pem("CERTIFICATE", &root().certificate));
    let list = pem("X509 CRL", &crl(&root(), ROOT, &[0x1001], LATER));
    let trust = Trust::from_pem(&roots).and_then(|trust| trust.with_crl_pem(&list)).expect("trust");
    assert_eq!(trust.roots, [root().certificate]);
    assert_eq!(judged(&doctor().cms(CONTENT, &[]), &trust), Err(CmsError::Revoked));
}

fn intermediate(wanted: Wanted<'_>) -> Holder {
    issued_by(&root(), ROOT, &Wanted { subject: INTERMEDIATE, serial: 2, ..wanted }, 3)
}

#[test]
fn one_intermediate_is_followed_if_it_is_an_authority() {
    let authority = || Wanted { usage: Some(Usage::Authority), authority: Some(None), ..Wanted::default() };
    let middle = intermediate(authority());
    let signer = issued_by(&middle, INTERMEDIATE, &Wanted::default(), 2);
    let alone = signer.cms(CONTENT, &[]);
    let whole = signer.cms(CONTENT, std::slice::from_ref(&middle.certificate));
    assert_eq!(judged(&alone, &trust()), Err(CmsError::UnknownIssuer));
    assert!(judged(&whole, &trust()).is_ok());
    let both = Trust { roots: vec![root().certificate, middle.certificate.clone()], crls: vec![] };
    assert!(judged(&alone, &both).is_ok(), "the chain may stand beside the root");
    let only_middle = Trust { roots: vec![middle.certificate.clone()], crls: vec![] };
    assert_eq!(judged(&whole, &only_middle), Err(CmsError::UnknownIssuer), "an intermediate is no root");
    let revoked = with_crls(vec![crl(&root(), ROOT, &[2], LATER)]);
    assert_eq!(judged(&whole, &revoked), Err(CmsError::Revoked));
    let by_middle = with_crls(vec![crl(&middle, INTERMEDIATE, &[0x1001], LATER)]);
    assert_eq!(judged(&whole, &by_middle), Err(CmsError::Revoked));

    // A practitioner cannot make other practitioners: no basicConstraints, or no keyCertSign.
    for no_authority in [
        Wanted::default(),
        Wanted { usage: Some(Usage::Authority), ..Wanted::default() },
        Wanted { authority: Some(None), ..Wanted::default() },
    ] {
        let middle = intermediate(no_authority);
        let signer = issued_by(&middle, INTERMEDIATE, &Wanted::default(), 2);
        let message = signer.cms(CONTENT, std::slice::from_ref(&middle.certificate));
        assert_eq!(judged(&message, &trust()), Err(CmsError::UnknownIssuer));
    }
    // Two intermediates are one too many, and the root's pathLen counts.
    let lower = "CN=AC BASSE TEST,O=LIASSE TEST,C=FR";
    let second = issued_by(&middle, INTERMEDIATE, &Wanted { subject: lower, serial: 3, ..authority() }, 2);
    let signer = issued_by(&second, lower, &Wanted::default(), 3);
    let message = signer.cms(CONTENT, &[middle.certificate, second.certificate]);
    assert_eq!(judged(&message, &trust()), Err(CmsError::UnknownIssuer));
}

#[test]
fn a_name_is_no_authority() {
    // Same issuer name, another key.
    let forged = Holder { key: crate::authority::key(3), ..root() };
    let message = issued_by(&forged, ROOT, &Wanted::default(), 2).cms(CONTENT, &[]);
    assert_eq!(judged(&message, &trust()), Err(CmsError::UnknownIssuer));
    assert!(verify_with(&message, CONTENT, None, None, now()).is_ok(), "without trust only the signature is checked");
}

#[test]
fn the_authentication_certificate_prepares_nothing() {
    let wanted = Wanted { usage: Some(Usage::Authentication), ..Wanted::default() };
    let certificate = holder(&wanted).certificate;
    assert_eq!(prepare(&[0; 32], &certificate, None, now()).err(), Some(CmsError::WrongUsage));
    assert!(!certificate::may_sign(&certificate));
    assert!(certificate::may_sign(&doctor().certificate));
    assert!(!certificate::may_sign(b"no certificate"));
}

#[test]
fn a_wrong_answer_of_the_card_makes_no_message() {
    let stranger = Holder { key: crate::authority::key(3), ..doctor() };
    let wrong = stranger.sign(doctor().prepared(CONTENT).digest());
    for answer in [&wrong[..], &[], &[0x90, 0x00], &[0; 256]] {
        assert_eq!(doctor().prepared(CONTENT).finish(answer, &[]), Err(CmsError::BadSignature));
    }
    let right = doctor().sign(doctor().prepared(CONTENT).digest());
    assert_eq!(doctor().prepared(CONTENT).finish(&right, &[vec![1, 2, 3]]), Err(CmsError::Malformed));
}

/// Whatever single bit is flipped, the message is refused or says exactly what it said.
#[test]
fn no_flipped_bit_changes_what_is_accepted() {
    let message = doctor().cms(CONTENT, &[]);
    let honest = judged(&message, &trust()).expect("accepted");
    let mut accepted = 0;
    for index in 0..message.len() {
        let mut flipped = message.clone();
        flipped[index] ^= 1 << (index % 8);
        if let Ok(verified) = judged(&flipped, &trust()) {
            assert_eq!(verified, honest, "byte {index}");
            accepted += 1;
        }
    }
    // Only fields outside the signature that say nothing: versions and the set of digest algorithms.
    assert!(accepted < 20, "{accepted} of {} bytes do not matter", message.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let recipient = doctor().certificate;
        prop_assert!(judged(&bytes, &trust()).is_err());
        prop_assert!(verify_with(&bytes, CONTENT, Some(&bytes), None, now()).is_err());
        prop_assert!(decrypt(&bytes, &recipient, &mut |_| None).is_err());
        prop_assert!(encrypt(&bytes, &bytes, &mut |_| ()).is_err());
        prop_assert!(certificate::subject(&bytes).is_err());
        prop_assert!(Trust::from_pem(&String::from_utf8_lossy(&bytes)).is_err());
    }

    #[test]
    fn cut_and_spliced_messages_never_panic(
        cut in 0usize..2000,
        at in 0usize..2000,
        patch in prop::collection::vec(any::<u8>(), 0..8),
    ) {
        let mut message = doctor().cms(CONTENT, &[]);
        message.truncate(cut.max(1));
        for (index, byte) in patch.into_iter().enumerate() {
            let length = message.len();
            message[(at + index) % length] = byte;
        }
        let _ = judged(&message, &trust());
        let _ = certificate::subject(&message);
    }
}
