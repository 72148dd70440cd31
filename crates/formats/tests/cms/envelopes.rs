//! Envelopes: ours opened by OpenSSL, OpenSSL's opened by us, and the whole mail opened by strangers alone.
//! The last test uses no line of our readers: openssl and Python do it.

use liasse_domain::{FseNumber, ScanKind, ScanMedia};
use liasse_formats::cms::{CmsError, decrypt, encrypt};
use liasse_formats::mail::{
    FileMail, Header, IRIS_B2_PUBLIC, Scan, ScanMail, inner, outer, read_inner, read_outer, read_scans, scans,
};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use rsa::Pkcs1v15Encrypt;

use crate::authority::{Holder, Usage, Wanted, doctor, holder, now};
use crate::openssl::Folder;

fn caisse() -> Holder {
    holder(&Wanted {
        subject: "CN=01751@751.01.rss.test,O=CAISSE TEST,C=FR",
        serial: 0x3001,
        usage: Some(Usage::Encryption),
        ..Wanted::default()
    })
}

fn random(seed: u64) -> impl FnMut(&mut [u8]) {
    let mut generator = ChaCha20Rng::seed_from_u64(seed);
    move |bytes| generator.fill_bytes(bytes)
}

fn opened(der: &[u8], by: &Holder) -> Result<Vec<u8>, CmsError> {
    decrypt(der, &by.certificate, &mut |wrapped| by.key.decrypt(Pkcs1v15Encrypt, wrapped).ok())
}

#[test]
fn openssl_opens_ours() {
    let folder = Folder::new("envelope");
    folder.write_holder("caisse", &caisse());
    for plain in [&b""[..], b"sixteen bytes 16", &[0xA5; 5000]] {
        let der = encrypt(plain, &caisse().certificate, &mut random(plain.len() as u64)).expect("enveloped");
        folder.write("mail.der", &der);
        let arguments = ["cms", "-decrypt", "-inform", "DER", "-binary", "-in", "mail.der", "-recip", "caisse.pem"];
        let output = folder.openssl(arguments.iter().chain(&["-inkey", "caisse.key", "-out", "plain"]));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(folder.read("plain"), plain);
        assert_eq!(opened(&der, &caisse()).as_deref(), Ok(plain));
        let kinds = String::from_utf8_lossy(&folder.openssl(["asn1parse", "-inform", "DER", "-in", "mail.der"]).stdout)
            .into_owned();
        assert!(kinds.contains(":aes-128-cbc") && kinds.contains(":rsaEncryption"), "{kinds}");
    }
}

#[test]
fn we_open_openssls() {
    let folder = Folder::new("foreign-envelope");
    folder.write_holder("caisse", &caisse());
    folder.write_holder("dr", &doctor());
    let plain = b"a mail of several lines\r\n".repeat(400);
    folder.write("plain", &plain);
    for options in [
        &["-aes-128-cbc", "caisse.pem"][..],
        &["-aes-256-cbc", "caisse.pem"],
        &["-aes-128-cbc", "-stream", "caisse.pem"],
        &["-aes-128-cbc", "-keyid", "caisse.pem"],
        &["-aes-128-cbc", "dr.pem", "caisse.pem"],
    ] {
        let out = ["cms", "-encrypt", "-binary", "-in", "plain", "-outform", "DER", "-out", "mail.der"];
        let output = folder.openssl(out.iter().chain(options));
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert_eq!(opened(&folder.read("mail.der"), &caisse()).as_ref(), Ok(&plain), "{options:?}");
    }
}

#[test]
fn an_envelope_opens_only_for_its_recipient() {
    let der = encrypt(b"plain", &caisse().certificate, &mut random(1)).expect("enveloped");
    assert_eq!(opened(&der, &doctor()), Err(CmsError::NotForRecipient));
    let refuses = &mut |_: &[u8]| None;
    assert_eq!(decrypt(&der, &caisse().certificate, refuses), Err(CmsError::CannotDecrypt));
    for wrong_key in [vec![], vec![0; 15], vec![7; 16]] {
        let unwrap = &mut |_: &[u8]| Some(wrong_key.clone());
        let opened = decrypt(&der, &caisse().certificate, unwrap);
        // A wrong key of the right length may, once in 256, leave a padding that looks right; never the text.
        assert_ne!(opened.ok().as_deref(), Some(&b"plain"[..]));
    }
    assert_eq!(decrypt(&doctor().cms(b"x", &[]), &caisse().certificate, refuses), Err(CmsError::Malformed));
}

#[test]
fn two_envelopes_of_the_same_text_differ_and_bad_randomness_is_refused() {
    let by = |seed| encrypt(b"plain", &caisse().certificate, &mut random(seed)).expect("enveloped");
    assert_ne!(by(1), by(2));
    assert_eq!(encrypt(b"plain", &caisse().certificate, &mut |_| ()), Err(CmsError::NoRandomness));
    assert_eq!(encrypt(b"plain", &doctor().certificate, &mut random(1)), Err(CmsError::WrongUsage));
}

#[test]
fn strangers_open_the_whole_mail() {
    let number = FseNumber::new(42).expect("a number");
    let sent = FileMail {
        file: b"000 SIM HEADER\r\n1 LOT\r\n2 CLAIM\r\n6\r\n999 SIM END\r\n".repeat(30),
        lot_p7s: doctor().cms(b"lot", &[]),
        fse_p7s: vec![(number, doctor().cms(b"claim", &[]))],
        vitale_p7s: vec![(number, vec![0, 1, 2, 0xFF])],
    };
    let header = Header {
        from: "dr.test@cabinet.test".to_owned(),
        to: "01751@751.01.rss.test".to_owned(),
        subject: "IR100500/00000991129768/2026011508000000001/00030".to_owned(),
        message_id: "2026011508000000001@cabinet.test".to_owned(),
        date: now(),
    };
    assert_eq!(header.check(), Ok(()));
    let der = encrypt(&inner(&IRIS_B2_PUBLIC, &sent), &caisse().certificate, &mut random(3)).expect("enveloped");
    let mail = outer(&header, "IRIS/B2/Z", &der);

    let folder = Folder::new("whole-mail");
    folder.write_holder("caisse", &caisse());
    folder.write("mail.eml", &mail);
    // The S/MIME reader of openssl takes the mail as it is.
    let arguments = ["cms", "-decrypt", "-inform", "SMIME", "-binary", "-in", "mail.eml", "-recip", "caisse.pem"];
    let output = folder.openssl(arguments.iter().chain(&["-inkey", "caisse.key", "-out", "inner.eml"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = "
import email, email.policy, sys, zlib
outer = email.message_from_binary_file(open('mail.eml', 'rb'), policy=email.policy.default)
assert outer['Subject'] == 'IR100500/00000991129768/2026011508000000001/00030', outer['Subject']
assert outer['From'].addresses[0].addr_spec == 'dr.test@cabinet.test'
assert outer['Message-ID'] == '<2026011508000000001@cabinet.test>'
assert outer['Date'].datetime.isoformat() == '2026-01-15T08:00:00+00:00', outer['Date']
assert outer.get_content_type() == 'application/pkcs7-mime' and outer.get_param('smime-type') == 'enveloped-data'
assert not outer.defects
inner = email.message_from_binary_file(open('inner.eml', 'rb'), policy=email.policy.default)
assert inner.get_content_type() == 'multipart/mixed' and not inner.defects
parts = list(inner.iter_parts())
assert [p.get_filename() for p in parts] == ['fichier.b2', 'lot.p7s', 'fse-000000042.p7s', 'vitale-000000042.p7s']
assert parts[0].get_content_type() == 'application/edi-consent' and parts[0]['Content-Description'] == 'IRIS/B2/Z'
assert all(p['Content-Transfer-Encoding'] == 'base64' and not p.defects for p in parts)
assert all(len(line) <= 78 for line in open('inner.eml', 'rb').read().split(b'\\r\\n'))
open('fichier.b2', 'wb').write(zlib.decompress(parts[0].get_payload(decode=True)))
for p in parts[1:]: open(p.get_filename(), 'wb').write(p.get_payload(decode=True))
";
    let output = std::process::Command::new("python3")
        .args(["-c", script])
        .current_dir(folder.path())
        .output()
        .expect("python3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(folder.read("fichier.b2"), sent.file);
    assert_eq!(folder.read("lot.p7s"), sent.lot_p7s);
    assert_eq!(folder.read("fse-000000042.p7s"), sent.fse_p7s[0].1);
    assert_eq!(folder.read("vitale-000000042.p7s"), sent.vitale_p7s[0].1);

    // And so do we.
    let (read, envelope) = read_outer(&mail).expect("our own mail");
    assert_eq!(read, header);
    assert_eq!(read_inner(&opened(&envelope, &caisse()).expect("opened")), Ok(sent));
}

#[test]
fn openssl_and_python_take_the_mail_of_scanned_documents_apart() {
    let pdf = [&b"%PDF-1.4\n"[..], &[0x80; 3000], b"%%EOF\n"].concat();
    let tiff = [&b"II*\0\x08\0\0\0\x01\0"[..], &[7; 12], &[0; 4]].concat();
    let scan = |number, kind, media, bytes: &[u8]| Scan {
        fse: FseNumber::new(number).expect("a number"),
        kind,
        media,
        bytes: bytes.to_vec(),
    };
    let sent = ScanMail {
        billing: "991129768".parse().expect("billing"),
        lot: "AB12CD".parse().expect("lot"),
        scans: vec![
            scan(42, ScanKind::Ordonnance, ScanMedia::Pdf, &pdf),
            scan(42, ScanKind::Autre, ScanMedia::Tiff, &tiff),
            scan(43, ScanKind::FeuilleDeSoins, ScanMedia::Pdf, &pdf),
        ],
    };
    let header = Header {
        from: "dr.test@cabinet.test".to_owned(),
        to: IRIS_B2_PUBLIC.scan_address(&liasse_domain::Destination::new("01", "751").expect("caisse")),
        subject: sent.subject(),
        message_id: "2026011508000000001.AB12CD.scor@cabinet.test".to_owned(),
        date: now(),
    };
    assert_eq!(header.check(), Ok(()));
    let der = encrypt(&scans(&sent), &caisse().certificate, &mut random(4)).expect("enveloped");
    let mail = outer(&header, IRIS_B2_PUBLIC.scans, &der);
    let folder = Folder::new("scans");
    folder.write_holder("caisse", &caisse());
    folder.write("mail.eml", &mail);
    folder.write("sent.pdf", &pdf);
    folder.write("sent.tiff", &tiff);
    let arguments = ["cms", "-decrypt", "-inform", "SMIME", "-binary", "-in", "mail.eml", "-recip", "caisse.pem"];
    let output = folder.openssl(arguments.iter().chain(&["-inkey", "caisse.key", "-out", "inner.eml"]));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let script = "
import email, email.policy, hashlib
outer = email.message_from_binary_file(open('mail.eml', 'rb'), policy=email.policy.default)
assert outer['To'].addresses[0].addr_spec == '01.751@01.scor.rss.test', outer['To']
assert outer['Subject'] == 'SIM SCOR 991129768/AB12CD/00003', outer['Subject']
assert outer['Content-Description'] == 'SIM/SCOR' and not outer.defects
inner = email.message_from_binary_file(open('inner.eml', 'rb'), policy=email.policy.default)
parts = list(inner.iter_parts())
assert not inner.defects and not any(p.defects for p in parts)
names = ['manifeste.txt', 'fse-000000042-1.pdf', 'fse-000000042-2.tiff', 'fse-000000043-1.pdf']
assert [p.get_filename() for p in parts] == names, [p.get_filename() for p in parts]
assert [p.get_content_type() for p in parts] == ['text/plain', 'application/pdf', 'image/tiff', 'application/pdf']
bodies = [p.get_payload(decode=True) for p in parts]
pdf, tiff = open('sent.pdf', 'rb').read(), open('sent.tiff', 'rb').read()
assert bodies[1:] == [pdf, tiff, pdf]
kinds = ['ordonnance', 'autre', 'feuille_de_soins']
lines = [f'{n} {k} {hashlib.sha256(b).hexdigest()}' for n, k, b in zip(names[1:], kinds, bodies[1:])]
manifest = '\\r\\n'.join(['SIM-SCOR 1', '991129768 AB12CD 3'] + lines) + '\\r\\n'
assert bodies[0].decode('ascii') == manifest, bodies[0]
";
    let output = std::process::Command::new("python3")
        .args(["-c", script])
        .current_dir(folder.path())
        .output()
        .expect("python3 is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let (_, envelope) = read_outer(&mail).expect("our own mail");
    assert_eq!(read_scans(&opened(&envelope, &caisse()).expect("opened")), Ok(sent));
}
