//! Writing mails by hand: rigid headers, CRLF, base64 in lines of 76.
//! Deterministic: the same input gives the same bytes, since what was stored is what may leave again.
//! RFC 5322, 2045, 2046, 8551 (S/MIME media type); shapes of reference telecom 1.1.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{EnvelopeProfile, FileMail, Header, IRIS_B2_PUBLIC, ReturnKind, is_printable, squeeze};

/// `=_` occurs in no base64, so the boundary cannot occur in a body.
const BOUNDARY: &str = "=_liasse_=";

/// The MIME part inside the encryption: multipart/mixed of `fichier.b2` (compressed and described as the profile says),
/// `lot.p7s`, then each `fse-N.p7s` and `vitale-N.p7s`, N being the number of nine digits.
pub fn inner(profile: &EnvelopeProfile, mail: &FileMail) -> Vec<u8> {
    let compressed = squeeze::pack(&mail.file, profile.compression);
    let mut parts = vec![
        edi_part(profile, profile.file_name, profile.descriptor.text, &compressed),
        signature_part("lot.p7s", &mail.lot_p7s),
    ];
    for (prefix, signatures) in [("fse", &mail.fse_p7s), ("vitale", &mail.vitale_p7s)] {
        for (number, signature) in signatures {
            parts.push(signature_part(&format!("{prefix}-{number}.p7s"), signature));
        }
    }
    multipart("MIME-Version: 1.0\r\n", &parts).into_bytes()
}

/// The whole mail to a caisse: the message is the S/MIME part, and `descriptor` says what is in it. Characters that
/// cannot stand in a header are dropped ([`Header::check`] tells them).
pub fn outer(header: &Header, descriptor: &str, enveloped_der: &[u8]) -> Vec<u8> {
    let mut mail = headers(header);
    mail.push_str("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=\"smime.p7m\"\r\n");
    mail.push_str("Content-Transfer-Encoding: base64\r\n");
    mail.push_str(&format!("Content-Description: {}\r\n", value(descriptor)));
    mail.push_str("Content-Disposition: attachment; filename=\"smime.p7m\"\r\n\r\n");
    push_base64(&mut mail, enveloped_der);
    mail.into_bytes()
}

/// A return mail, not encrypted: the body and the caisse's detached signature over it, `return.p7s` (`sim`).
pub fn return_mail(header: &Header, kind: ReturnKind, body: &[u8], p7s: &[u8]) -> Vec<u8> {
    let profile = &IRIS_B2_PUBLIC;
    let body = match kind {
        ReturnKind::Arl => edi_part(profile, "retour.arl", profile.arl, body),
        ReturnKind::Noemie => edi_part(profile, "retour.noe", profile.noemie, body),
        ReturnKind::Signalement => edi_part(profile, "retour.noe", profile.signalement, body),
        // Any mail program shows it.
        ReturnKind::Service => {
            let described = format!("Content-Description: {}\r\n", profile.service);
            part("text/plain; charset=utf-8", "message.txt", &described, body)
        }
    };
    let parts = [body, signature_part("return.p7s", p7s)];
    multipart(&headers(header), &parts).into_bytes()
}

fn headers(header: &Header) -> String {
    format!(
        "From: {}\r\nTo: {}\r\nSubject: {}\r\nMessage-ID: <{}>\r\nDate: {}\r\nMIME-Version: 1.0\r\n",
        value(&header.from),
        value(&header.to),
        value(&header.subject),
        value(&header.message_id).trim_matches(['<', '>']),
        header.date.format("%a, %d %b %Y %H:%M:%S +0000"),
    )
}

/// A header value on one line: no control character, hence no other header.
fn value(text: &str) -> String {
    text.chars().filter(|&character| is_printable(character)).take(900).collect()
}

pub(super) fn multipart(head: &str, parts: &[String]) -> String {
    let mut mail = format!("{head}Content-Type: multipart/mixed; boundary=\"{BOUNDARY}\"\r\n\r\n");
    for part in parts {
        mail.push_str(&format!("--{BOUNDARY}\r\n{part}"));
    }
    mail.push_str(&format!("--{BOUNDARY}--\r\n"));
    mail
}

fn edi_part(profile: &EnvelopeProfile, name: &str, descriptor: &str, bytes: &[u8]) -> String {
    let described = format!("Content-Description: {descriptor}\r\n");
    part(profile.part_type, name, &described, bytes)
}

fn signature_part(name: &str, bytes: &[u8]) -> String {
    part("application/pkcs7-signature", name, "", bytes)
}

pub(super) fn part(kind: &str, name: &str, described: &str, bytes: &[u8]) -> String {
    let mut part = format!(
        "Content-Type: {kind}; name=\"{name}\"\r\nContent-Transfer-Encoding: base64\r\n{described}Content-Disposition: attachment; filename=\"{name}\"\r\n\r\n"
    );
    push_base64(&mut part, bytes);
    part
}

/// Lines of 76 characters, each ended by CRLF (RFC 2045, 6.8).
fn push_base64(text: &mut String, bytes: &[u8]) {
    for line in bytes.chunks(57) {
        STANDARD.encode_string(line, text);
        text.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_header_can_be_slipped_in() {
        let header = Header {
            from: "a@b.test\r\nBcc: thief@b.test".to_owned(),
            to: "c@d.test\n\nbody".to_owned(),
            subject: "é\u{0}x".to_owned(),
            message_id: "<m@b.test>".to_owned(),
            date: "2026-11-22T23:44:28Z".parse().expect("instant"),
        };
        let mail = String::from_utf8(outer(&header, "IRIS/B2/Z", b"x")).expect("ascii");
        let (head, body) = mail.split_once("\r\n\r\n").expect("blank line");
        let names: Vec<&str> = head.split("\r\n").filter_map(|line| line.split_once(':')).map(|line| line.0).collect();
        assert_eq!(
            names,
            [
                "From",
                "To",
                "Subject",
                "Message-ID",
                "Date",
                "MIME-Version",
                "Content-Type",
                "Content-Transfer-Encoding",
                "Content-Description",
                "Content-Disposition"
            ]
        );
        assert!(head.contains("Date: Sun, 22 Nov 2026 23:44:28 +0000\r\n"), "as the reference's sample has it");
        assert!(head.contains("Message-ID: <m@b.test>\r\n"));
        assert_eq!(body, "eA==\r\n");
    }

    #[test]
    fn lines_are_short_and_end_in_crlf() {
        let mut text = String::new();
        push_base64(&mut text, &[7; 200]);
        let lines: Vec<&str> = text.split_inclusive("\r\n").collect();
        assert_eq!(lines.iter().map(|line| line.len()).collect::<Vec<_>>(), [78, 78, 78, 42]);
        assert!(lines.iter().all(|line| line.ends_with("\r\n")));
    }
}
