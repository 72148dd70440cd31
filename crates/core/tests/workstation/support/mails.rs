//! What a caisse says of an FSE, and the returns as it mails them, signed with the invented keys of `fixtures/pki`.

use std::fs;
use std::path::PathBuf;

use liasse_domain::returns::{Acknowledgement, PaidLine, Payment, Reason, Rejections, Return};
use liasse_domain::{Centimes, Destination, FileIdentifier, FseRef, Payer};
use liasse_formats::cms::{self, Trust};
use liasse_formats::mail::{self, Header, ReturnKind};
use rsa::pkcs8::DecodePrivateKey;
use rsa::{Pkcs1v15Sign, RsaPrivateKey};
use sha2::{Digest, Sha256};

use super::practice::{LANDED, instant};

/// The caisse of Ms Durand and of Mr Petit.
pub fn caisse() -> Destination {
    Destination::new("01", "751").expect("a caisse")
}

/// It has received that file of theirs, on the day after [`LANDED`].
pub fn arl(fse: &FseRef, file: FileIdentifier) -> Return {
    let on = "2026-01-16".parse().expect("a day");
    Return::Acknowledgement(Acknowledgement { billing: fse.billing.clone(), from: caisse(), file, on, refused: None })
}

/// It rejects that FSE of the file alone.
pub fn rejection(fse: &FseRef, file: FileIdentifier, on: &str) -> Return {
    let reason = Reason { code: "I1002".to_owned(), label: "Droits non ouverts".to_owned() };
    let (on, fses) = (on.parse().expect("a day"), vec![(fse.clone(), reason)]);
    Return::Rejections(Rejections { billing: fse.billing.clone(), from: caisse(), file, on, fses })
}

/// Its transfer of that reference pays these lines of the FSE.
pub fn payment(fse: &FseRef, reference: &str, lines: &[(Payer, i64)]) -> Return {
    let line = |&(payer, cents): &(Payer, i64)| PaidLine { fse: fse.clone(), payer, amount: Centimes(cents) };
    Return::Payment(Payment {
        billing: fse.billing.clone(),
        from: caisse(),
        reference: reference.to_owned(),
        on: "2026-01-20".parse().expect("a day"),
        lines: lines.iter().map(line).collect(),
    })
}

/// The mail that brings `message`, signed by the caisse.
pub fn returned(message: &Return) -> Vec<u8> {
    let body = liasse_formats::returns::write(message);
    returned_by("caisse-returns", &body, &body)
}

/// A mail whose body is `body` and whose signature, by the key of that name, is one over `signed`.
pub fn returned_by(signer: &str, body: &[u8], signed: &[u8]) -> Vec<u8> {
    let pem = |name: String| {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/pki").join(name);
        fs::read_to_string(path).expect("a fixture")
    };
    let certificate = Trust::from_pem(&pem(format!("{signer}.pem"))).expect("a certificate").roots.remove(0);
    let key = RsaPrivateKey::from_pkcs8_pem(&pem(format!("{signer}.key.pem"))).expect("a key");
    let hash: [u8; 32] = Sha256::digest(signed).into();
    let to_sign = cms::prepare(&hash, &certificate, None, instant(LANDED)).expect("prepared");
    let raw = key.sign(Pkcs1v15Sign::new::<Sha256>(), to_sign.digest()).expect("signed");
    let signature = to_sign.finish(&raw, &[]).expect("finished");
    let header = Header {
        from: "01751@751.01.rss.test".to_owned(),
        to: "dr.test@cabinet.test".to_owned(),
        subject: "SIM".to_owned(),
        message_id: "1@751.01.rss.test".to_owned(),
        date: instant(LANDED),
    };
    mail::return_mail(&header, ReturnKind::Arl, body, &signature)
}

/// The same mail without the part that holds its signature.
pub fn unsigned(mail: &[u8]) -> Vec<u8> {
    const BOUNDARY: &str = "--=_liasse_=";
    let text = std::str::from_utf8(mail).expect("a mail of ASCII");
    let parts: Vec<&str> = text.split(BOUNDARY).collect();
    let [head, body, signature, end] = parts.as_slice() else { panic!("a mail of two parts") };
    assert!(signature.contains("return.p7s"));
    [*head, *body, *end].join(BOUNDARY).into_bytes()
}

/// The notice of a post office that could not hand on the mail of that Message-ID (RFC 3464).
pub fn undelivered(message_id: &str, action: &str, status: &str) -> Vec<u8> {
    format!(
        "From: MAILER-DAEMON@post.test (Mail Delivery System)\r\nTo: dr.test@cabinet.test\r\n\
         Date: Thu, 15 Jan 2026 09:05:00 +0100\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n\
         --b\r\nContent-Type: text/plain\r\n\r\nI am sorry.\r\n\
         --b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; post.test\r\n\r\n\
         Final-Recipient: rfc822; 01751@751.01.rss.test\r\nAction: {action}\r\nStatus: {status}\r\n\
         Diagnostic-Code: smtp; 550 no such mailbox\r\n\r\n\
         --b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{message_id}>\r\n\r\nMIAG\r\n--b--\r\n"
    )
    .into_bytes()
}
