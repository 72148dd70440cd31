//! Mails, from outside and from inside the encryption: what is read can be written and read again, and is bounded.

use liasse_formats::mail::{
    FileMail, Header, IRIS_B2_PUBLIC, MailFault, SubjectLine, inner, outer, read_inner, read_outer, read_return,
    read_scans, return_mail, scans,
};
use liasse_formats::media::media_of;

/// Any bytes as a mail of each kind.
pub fn mime(bytes: &[u8]) {
    if let Ok(mail) = read_inner(bytes) {
        bounded(&mail);
        assert_eq!(read_inner(&inner(&IRIS_B2_PUBLIC, &mail)), Ok(mail));
    }
    if let Ok(mail) = read_scans(bytes) {
        assert!(mail.scans.iter().all(|scan| media_of(&scan.bytes) == Ok(scan.media)));
        assert_eq!(read_scans(&scans(&mail)), Ok(mail));
    }
    let envelope = read_outer(bytes);
    if let Ok((header, envelope)) = &envelope {
        assert!(envelope.len() <= bytes.len());
        let again = read_outer(&outer(header, IRIS_B2_PUBLIC.descriptor.text, envelope));
        returned(header, &again, |(_, body)| body == envelope);
    }
    let answer = read_return(bytes);
    if let Ok((header, mail)) = &answer {
        assert!(mail.body.len() <= IRIS_B2_PUBLIC.max_part);
        let p7s = mail.signature.clone().unwrap_or_default();
        let again = read_return(&return_mail(header, mail.kind, &mail.body, &p7s));
        // A body that looks compressed once more would be unpacked once more: ours begins with a digit.
        if mail.body.first().is_some_and(u8::is_ascii_digit) {
            returned(header, &again, |(_, again)| again.body == mail.body && again.kind == mail.kind);
        }
    }
    if let (Ok((one, _)), Ok((other, _))) = (&envelope, &answer) {
        assert_eq!(one, other, "one mail has one header");
    }
}

fn bounded(mail: &FileMail) {
    assert!(mail.file.len() <= IRIS_B2_PUBLIC.max_part);
    assert!(mail.fse_p7s.len() + mail.vitale_p7s.len() + 2 <= IRIS_B2_PUBLIC.max_parts);
    for signatures in [&mail.fse_p7s, &mail.vitale_p7s] {
        let mut numbers: Vec<_> = signatures.iter().map(|(number, _)| *number).collect();
        numbers.sort();
        assert!(numbers.windows(2).all(|pair| pair[0] != pair[1]), "two signatures over one FSE");
    }
}

/// A header that may stand as it is comes back as it was; the body always does.
fn returned<T>(header: &Header, again: &Result<(Header, T), MailFault>, same: impl Fn(&(Header, T)) -> bool) {
    let plain = header.check().is_ok();
    match again {
        Ok(mail) => assert!(same(mail) && (!plain || mail.0 == *header)),
        // Without an address that can be written there is no mail.
        Err(fault) => assert!(!plain, "{fault}"),
    }
    if let Some(line) = SubjectLine::parse(&header.subject) {
        assert!(line.sender.len() <= 14 && matches!(line.compostage.len(), 14 | 19) && line.invoices <= 99_999);
    }
}
