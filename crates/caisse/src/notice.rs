//! The notice that a mail could not be delivered, as a post office writes it: a multipart/report of three parts, the
//! last one the headers of the mail itself (RFC 3464, RFC 6522). Not a return: no caisse has seen the mail.

use liasse_domain::Instant;

use crate::ledger::{Fate, Letter};

/// The most of the mail's headers that is sent back.
const MOST: usize = 16 * 1024;

/// The notice about `raw`, sent by `sender` to `recipient`. `number` tells its Message-ID from others.
pub(crate) fn of_non_delivery(
    raw: &[u8],
    sender: &str,
    recipient: &str,
    now: Instant,
    number: u64,
    fate: Fate,
) -> Letter {
    let domain = recipient.rsplit_once('@').map_or("rss.test", |(_, domain)| domain);
    let boundary = format!("=_avis_{number:06}_=");
    let date = now.format("%a, %d %b %Y %H:%M:%S +0000");
    let head = format!(
        "From: MAILER-DAEMON@{domain}\r\nTo: {sender}\r\nSubject: Undelivered Mail Returned to Sender\r\n\
         Message-ID: <avis.{}.{number:06}@{domain}>\r\nDate: {date}\r\nAuto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=\"{boundary}\"\r\n",
        now.format("%Y%m%d%H%M%S")
    );
    let words = format!("Le message adresse a {recipient} n'a pas ete remis : boite inconnue.\r\n");
    let status = format!(
        "Reporting-MTA: dns; {domain}\r\nArrival-Date: {date}\r\n\r\nFinal-Recipient: rfc822; {recipient}\r\n\
         Action: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 User unknown\r\n"
    );
    let parts = [
        ("text/plain; charset=us-ascii", words),
        ("message/delivery-status", status),
        ("text/rfc822-headers", headers(raw)),
    ];
    let mut mail = head;
    for (kind, body) in parts {
        mail.push_str(&format!("\r\n--{boundary}\r\nContent-Type: {kind}\r\n\r\n{body}"));
    }
    mail.push_str(&format!("\r\n--{boundary}--\r\n"));
    // RFC 5321, 4.5.5 wants no return path. Behind a foreign post office the caisse's own account sends it, and such
    // servers refuse an account that writes in nobody's name.
    Letter { to: sender.to_owned(), from: recipient.to_owned(), mail: mail.into_bytes(), fate }
}

/// The header lines of a mail, as they stand; what is none is left out.
fn headers(raw: &[u8]) -> String {
    let lines = raw.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let mut size = 0;
    let within = lines.take_while(|line| !line.is_empty()).take_while(|line| {
        size += line.len() + 2;
        size <= MOST
    });
    let is_header = |line: &&[u8]| match line {
        [b' ' | b'\t', ..] => true,
        [b'-', ..] => false,
        line => line.contains(&b':'),
    };
    let shown = within.filter(is_header).map(|line| {
        let text = line.iter().map(|byte| if byte.is_ascii_graphic() { char::from(*byte) } else { ' ' });
        text.chain("\r\n".chars()).collect::<String>()
    });
    shown.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(raw: &[u8]) -> String {
        let now = "2026-01-15T08:00:00Z".parse().expect("instant");
        let (sender, recipient) = ("dr.test@cabinet.test", "01751@751.01.rss.test");
        let letter = of_non_delivery(raw, sender, recipient, now, 7, Fate::Now);
        assert_eq!((letter.to.as_str(), letter.from.as_str()), (sender, recipient));
        String::from_utf8(letter.mail).expect("ascii")
    }

    #[test]
    fn it_names_the_mail_and_quotes_nothing_else() {
        let mail = notice(
            b"Message-ID: <20260115080000@cabinet.test>\r\nSubject: a\r\n b\r\n--=_avis_000007_=--\r\n\r\nbody\r\n",
        );
        assert!(mail.contains("\r\nFinal-Recipient: rfc822; 01751@751.01.rss.test\r\nAction: failed\r\n"), "{mail}");
        assert!(mail.contains("\r\nMessage-ID: <20260115080000@cabinet.test>\r\nSubject: a\r\n b\r\n"), "{mail}");
        assert!(!mail.contains("body"));
        assert_eq!(mail.matches("--=_avis_000007_=").count(), 4, "three parts and the end");
    }

    #[test]
    fn any_bytes_have_a_notice() {
        assert!(notice(b"").ends_with("--=_avis_000007_=--\r\n"));
        assert!(notice(&[0xFF; 100]).is_ascii());
        assert!(notice(&b"X: y\n".repeat(100_000)).len() < 20_000);
    }
}
