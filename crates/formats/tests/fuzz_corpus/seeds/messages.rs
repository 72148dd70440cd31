//! Seeds of CMS: signatures, certificates, a revocation list, envelopes; and the certificates that the target trusts.

use aes::Aes256;
use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockEncryptMut, KeyIvInit};
use liasse_formats::cms::encrypt;

use super::{put, replaced};
use crate::authority::{Holder, INTERMEDIATE, ROOT, Usage, Wanted, crl, doctor, holder, issued_by, root};
use crate::targets::{CONTENT, KEY};

/// An authority under the root.
fn middle() -> Holder {
    let authority = Wanted { usage: Some(Usage::Authority), authority: Some(None), ..Wanted::default() };
    issued_by(&root(), ROOT, &Wanted { subject: INTERMEDIATE, serial: 2, ..authority }, 3)
}

/// Another practitioner, certified by that authority.
fn colleague() -> Holder {
    issued_by(&middle(), INTERMEDIATE, &Wanted { serial: 0x1002, ..Wanted::default() }, 2)
}

fn caisse() -> Holder {
    let subject = "CN=01751@751.01.rss.test,O=CAISSE TEST,C=FR";
    holder(&Wanted { subject, serial: 0x3001, usage: Some(Usage::Encryption), ..Wanted::default() })
}

/// Name and DER of the certificates beside the target.
pub fn certificates() -> Vec<(&'static str, Vec<u8>)> {
    [("root", root()), ("doctor", doctor()), ("colleague", colleague()), ("caisse", caisse())]
        .into_iter()
        .map(|(name, holder)| (name, holder.certificate))
        .collect()
}

/// An envelope whose AES key is the first half of [`KEY`].
fn envelope(plain: &[u8]) -> Vec<u8> {
    let mut drawn = KEY[..16].iter().copied().chain((1..=250).cycle());
    let mut random = |bytes: &mut [u8]| bytes.iter_mut().zip(&mut drawn).for_each(|(byte, drawn)| *byte = drawn);
    encrypt(plain, &caisse().certificate, &mut random).expect("an envelope")
}

/// The same under AES-256, which we read and never write: same lengths, other cipher.
fn envelope_256(plain: &[u8]) -> Vec<u8> {
    let der =
        replaced(&envelope(plain), &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 2], &[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 42]);
    // `envelope` draws the vector after the key.
    let iv: Vec<u8> = (1..=16).collect();
    let cipher = cbc::Encryptor::<Aes256>::new_from_slices(&KEY, &iv).expect("a key");
    let encrypted = cipher.encrypt_padded_vec_mut::<Pkcs7>(plain);
    put(&der, der.len() - encrypted.len(), &encrypted)
}

/// The outer layers in indefinite length: SEQUENCE, behind its first element `[0]`, and the SEQUENCE in there.
fn open(der: &[u8]) -> Vec<u8> {
    // ContentInfo: 30 82 LL LL, 06 09 and nine bytes, A0 82 LL LL, 30 82 LL LL.
    let (kind, inside) = (&der[4..15], &der[23..]);
    [&[0x30, 0x80], kind, &[0xA0, 0x80, 0x30, 0x80], inside, &[0; 6]].concat()
}

pub fn cms() -> Vec<(&'static str, Vec<u8>)> {
    let alone = doctor().cms(CONTENT, &[]);
    let whole = colleague().cms(CONTENT, &[middle().certificate]);
    let list = crl(&root(), ROOT, &[0x1003], "2049-01-01T00:00:00Z");
    let pem = |label, der: &[u8]| der::pem::encode_string(label, der::pem::LineEnding::LF, der).expect("pem");
    let text = format!("caisse\n{}{}", pem("CERTIFICATE", &root().certificate), pem("X509 CRL", &list));
    let hidden = envelope(b"a mail\r\n");
    vec![
        ("signature", alone.clone()),
        ("signature-with-chain", whole.clone()),
        ("signature-open", open(&alone)),
        ("signature-cut", alone[..alone.len() - 20].to_vec()),
        ("signature-other-flux", replaced(&alone, &[0x16, 1, b'T'], &[0x16, 1, b'R'])),
        ("signature-other-content", doctor().cms(b"another content", &[])),
        ("signature-wrong", put(&alone, alone.len() - 9, &[0])),
        ("certificate", colleague().certificate),
        ("certificate-authority", root().certificate),
        ("certificate-cut", root().certificate[..300].to_vec()),
        ("revocation-list", list),
        ("revocation-list-of-another", crl(&doctor(), INTERMEDIATE, &[0x1001], "2049-01-01T00:00:00Z")),
        ("pem", text.into_bytes()),
        ("envelope", hidden.clone()),
        ("envelope-open", open(&hidden)),
        ("envelope-256", envelope_256(b"a mail\r\n")),
        ("envelope-cut", hidden[..hidden.len() - 16].to_vec()),
    ]
}
