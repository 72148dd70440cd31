//! Hostile mails of scanned documents: every change to one that was well made is refused, and nothing panics.

#[cfg(test)]
mod tests {
    use liasse_domain::{FseNumber, ScanKind, ScanMedia};
    use liasse_formats::mail::{MailFault, Scan, ScanMail, read_scans, scans};
    use proptest::prelude::*;

    fn mail() -> ScanMail {
        let scan = |number, kind, bytes: &[u8]| Scan {
            fse: FseNumber::new(number).expect("a number"),
            kind,
            media: ScanMedia::Pdf,
            bytes: bytes.to_vec(),
        };
        ScanMail {
            billing: "991129768".parse().expect("billing"),
            lot: "AB12CD".parse().expect("lot"),
            scans: vec![
                scan(1, ScanKind::Ordonnance, b"%PDF-1.4 first %%EOF"),
                scan(1, ScanKind::Autre, b"%PDF-1.4 second %%EOF"),
                scan(7, ScanKind::FeuilleDeSoins, b"%PDF-1.4 third %%EOF"),
            ],
        }
    }

    fn text() -> String {
        String::from_utf8(scans(&mail())).expect("ascii")
    }

    /// The body of a part, as base64 in the mail.
    fn body(name: &str) -> String {
        let text = text();
        let part = text.split("--=_liasse_=").find(|part| part.contains(name)).expect(name);
        part.split_once("\r\n\r\n").expect("a body").1.to_owned()
    }

    #[test]
    fn ours_come_back_as_they_went() {
        assert_eq!(read_scans(text().as_bytes()), Ok(mail()));
        let empty = ScanMail { scans: Vec::new(), ..mail() };
        assert_eq!(read_scans(&scans(&empty)), Ok(empty));
    }

    #[test]
    fn a_document_that_is_not_the_declared_one_is_refused() {
        let first = body("fse-000000001-1.pdf");
        for (from, to) in [
            (first.clone(), body("fse-000000007-1.pdf")),
            ("fse-000000007-1.pdf".to_owned(), "fse-000000008-1.pdf".to_owned()),
            ("fse-000000001-2.pdf".to_owned(), "fse-000000001-3.pdf".to_owned()),
            ("fse-000000001-2.pdf".to_owned(), "fse-000000001-2.tiff".to_owned()),
        ] {
            let changed = text().replace(&from, &to);
            assert_ne!(changed, text());
            assert_eq!(read_scans(changed.as_bytes()), Err(MailFault::Manifest), "{from} {to}");
        }
        let twice = text().replace("fse-000000001-2.pdf", "fse-000000001-1.pdf");
        assert_eq!(read_scans(twice.as_bytes()), Err(MailFault::PartTwice { part: "fse-N-K" }));
        let none = text().replace("manifeste.txt", "liste.txt");
        assert_eq!(read_scans(none.as_bytes()), Err(MailFault::PartMissing { part: "manifeste.txt" }));
        let path = text().replace("fse-000000001-2.pdf", "../fse-000000001-2.pdf");
        assert_eq!(read_scans(path.as_bytes()), Err(MailFault::Name));
        assert_eq!(read_scans(&text().as_bytes()[..text().len() - 9]), Err(MailFault::Truncated));
    }

    #[test]
    fn sizes_and_numbers_are_bounded() {
        let mut large = mail();
        large.scans[0].bytes = [&b"%PDF-1.4 "[..], &[b' '; 250_000], b"%%EOF"].concat();
        assert_eq!(read_scans(&scans(&large)), Err(MailFault::TooLarge));
        let mut many = mail();
        let one = many.scans[0].clone();
        many.scans = vec![one; 201];
        assert_eq!(read_scans(&scans(&many)), Err(MailFault::TooManyParts));
    }

    proptest! {
        #[test]
        fn a_changed_byte_never_changes_a_document(at in 0usize..3000, byte in any::<u8>()) {
            let mut bytes = text().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            if let Ok(read) = read_scans(&bytes) {
                prop_assert_eq!(read.scans, mail().scans);
            }
        }
    }
}
