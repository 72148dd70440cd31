//! Mails of ours and of others: read, tolerated, refused.
//! Python's `email` judges what we write; hostile mails are written here by hand.
//! Envelope of reference telecom 1.1; the whole way with encryption is in `cms/envelopes.rs`.

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::path::PathBuf;
    use std::process::{Command, Stdio};

    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use flate2::write::{GzEncoder, ZlibEncoder};
    use liasse_domain::FseNumber;
    use liasse_formats::mail::{
        Compression, FileMail, Header, IRIS_B2_PUBLIC, MailFault, OCT, ReturnKind, ReturnMail, inner, outer,
        read_inner, read_outer, read_return, return_mail,
    };
    use proptest::prelude::*;

    fn header() -> Header {
        Header {
            from: "01751@751.01.rss.test".to_owned(),
            to: "dr.test@cabinet.test".to_owned(),
            subject: "ARL".to_owned(),
            message_id: "1@751.01.rss.test".to_owned(),
            date: "2026-01-15T08:00:00Z".parse().expect("instant"),
        }
    }

    fn numbered(number: u32, bytes: &[u8]) -> (FseNumber, Vec<u8>) {
        (FseNumber::new(number).expect("a number"), bytes.to_vec())
    }

    fn file_mail() -> FileMail {
        FileMail {
            file: b"000 HEADER\r\n999 END\r\n".to_vec(),
            lot_p7s: b"lot".to_vec(),
            fse_p7s: vec![numbered(1, b"one"), numbered(999_999_999, b"last")],
            vitale_p7s: vec![numbered(1, b"vitale")],
        }
    }

    /// Hands a mail to a Python script (`m` is the message, `p` its parts).
    fn python(mail: &[u8], script: &str) {
        let script = format!(
            "import email, email.policy, sys, zlib\n\
             m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)\n\
             p = list(m.iter_parts()) if m.is_multipart() else [m]\n\
             assert not m.defects and not any(x.defects for x in p)\n{script}"
        );
        let mut child = Command::new("python3")
            .args(["-c", &script])
            .current_dir(PathBuf::from(env!("CARGO_TARGET_TMPDIR")))
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python3 is installed");
        child.stdin.take().expect("a pipe").write_all(mail).expect("python reads");
        let output = child.wait_with_output().expect("python ends");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }

    #[test]
    fn python_reads_the_inner_mail() {
        python(
            &inner(&IRIS_B2_PUBLIC, &file_mail()),
            "assert zlib.decompress(p[0].get_payload(decode=True)) == b'000 HEADER\\r\\n999 END\\r\\n'\n\
             names = ['fichier.b2', 'lot.p7s', 'fse-000000001.p7s', 'fse-999999999.p7s', 'vitale-000000001.p7s']\n\
             assert [x.get_filename() for x in p] == names, [x.get_filename() for x in p]\n\
             assert p[3].get_payload(decode=True) == b'last'\n\
             assert p[1].get_content_type() == 'application/pkcs7-signature'",
        );
    }

    #[test]
    fn python_reads_every_compression_of_the_concentrator_s_mail() {
        let file = "b'000 HEADER\\r\\n999 END\\r\\n'";
        for (compression, description, opened) in [
            (Compression::Zlib, "IRIS/B2/Z", "zlib.decompress(b)"),
            (Compression::Gzip, "IRIS/B2/Z", "__import__('gzip').decompress(b)"),
            (Compression::None, "IRIS/B2", "b"),
        ] {
            let mail = inner(&OCT.compressing(compression), &file_mail());
            python(
                &mail,
                &format!(
                    "b = p[0].get_payload(decode=True)\n\
                     assert p[0]['Content-Description'] == '{description}'\n\
                     assert {opened} == {file}, b"
                ),
            );
            assert_eq!(read_inner(&mail), Ok(file_mail()));
        }
    }

    #[test]
    fn python_reads_outer_and_return_mails() {
        python(
            &outer(&header(), "IRIS/B2/Z", &[0x30, 0x80, 0xFF]),
            "assert m.get_payload(decode=True) == b'\\x30\\x80\\xff'\n\
             assert m['To'].addresses[0].addr_spec == 'dr.test@cabinet.test'\n\
             assert m.get_filename() == 'smime.p7m'",
        );
        python(
            &return_mail(&header(), ReturnKind::Arl, b"ARL BODY\r\n", b"signature"),
            "assert [x['Content-Description'] for x in p] == ['SIM/ARL', None]\n\
             assert [x.get_payload(decode=True) for x in p] == [b'ARL BODY\\r\\n', b'signature']\n\
             assert p[1].get_filename() == 'return.p7s'",
        );
        python(
            &return_mail(&header(), ReturnKind::Service, "Bonjour, à lire.\r\n".as_bytes(), b"signature"),
            "assert (p[0]['Content-Description'], p[0].get_content_type()) == ('SIM/SERVICE', 'text/plain')\n\
             assert p[0].get_content().strip() == 'Bonjour, \\xe0 lire.'",
        );
    }

    #[test]
    fn ours_come_back_as_they_went() {
        assert_eq!(read_inner(&inner(&IRIS_B2_PUBLIC, &file_mail())), Ok(file_mail()));
        assert_eq!(read_outer(&outer(&header(), "IRIS/B2/Z", b"envelope")), Ok((header(), b"envelope".to_vec())));
        for kind in [ReturnKind::Arl, ReturnKind::Noemie, ReturnKind::Signalement, ReturnKind::Service] {
            let mail = return_mail(&header(), kind, b"x^ BODY\r\n", b"signature");
            let expected = ReturnMail { kind, body: b"x^ BODY\r\n".to_vec(), signature: Some(b"signature".to_vec()) };
            assert_eq!(read_return(&mail), Ok((header(), expected)));
        }
    }

    fn edi(description: &str, bytes: &[u8]) -> String {
        let body = STANDARD.encode(bytes);
        format!("content-type: APPLICATION/edi-CONSENT\ncontent-transfer-encoding: BASE64\n{description}\n{body}\n")
    }

    fn p7s(name: &str) -> String {
        format!("Content-Type: application/x-pkcs7-signature; name=\"{name}\"\n\nSIG\n")
    }

    fn mixed(parts: &[String]) -> Vec<u8> {
        let mut mail = "From: A <a@b.test>\nTo: \"B, C\" <c@d.test>, e@f.test\nDate: Thu, 15 Jan 2026 10:00:00 +0200\n\
                        content-TYPE: Multipart/Mixed;\n boundary=zz\n\nintro\n"
            .to_owned();
        for part in parts {
            mail += &format!("--zz\n{part}");
        }
        (mail + "--zz--\n").into_bytes()
    }

    #[test]
    fn foreign_senders_are_understood() {
        let plain = b"000 FOREIGN\r\n".repeat(20);
        let mut zlib = ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        zlib.write_all(&plain).expect("memory");
        let mut gzip = GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(&plain).expect("memory");
        let (zlib, gzip) = (zlib.finish().expect("memory"), gzip.finish().expect("memory"));
        for (description, bytes) in [
            ("Content-Description: IRIS/B2/Z\n", &zlib),
            ("Content-Description: iris/b2/z\n", &gzip),
            ("Content-Description: IRIS/B2\n", &plain),
            ("Content-Description: IRISTEST/B2/Z\n", &zlib),
            ("", &gzip),
            ("", &plain),
        ] {
            let description =
                description.replace("\n", "\nContent-Disposition: attachment; filename=\"B2_é (1).gz\"\n");
            let mail = mixed(&[edi(&description, bytes), p7s("LOT.P7S"), p7s("fse-000000007.P7s")]);
            let read = read_inner(&mail).expect(&description);
            assert_eq!((&read.file, read.lot_p7s.as_slice()), (&plain, &b"SIG"[..]), "{description}");
            assert_eq!(read.fse_p7s, [numbered(7, b"SIG")]);
        }
    }

    #[test]
    fn the_smime_part_may_stand_inside_a_multipart() {
        let smime =
            "Content-Type: application/x-PKCS7-mime; name=\"smime.p7m\"\nContent-Transfer-Encoding: base64\n\nMIA=\n";
        let (header, envelope) = read_outer(&mixed(&["\nhello\n".to_owned(), smime.to_owned()])).expect("a mail");
        assert_eq!(envelope, [0x30, 0x80]);
        assert_eq!((header.from.as_str(), header.to.as_str()), ("a@b.test", "c@d.test"));
        assert_eq!(header.date, "2026-01-15T08:00:00Z".parse::<liasse_domain::Instant>().expect("instant"));

        let signed = smime.replace("; name", "; smime-type=signed-data; name");
        assert_eq!(read_outer(&mixed(&[signed])), Err(MailFault::PartMissing { part: "smime.p7m" }));
        let twice = mixed(&[smime.to_owned(), smime.to_owned()]);
        assert_eq!(read_outer(&twice), Err(MailFault::PartTwice { part: "smime.p7m" }));
    }

    #[test]
    fn an_unsigned_return_has_no_signature() {
        let body = edi("Content-Description: sim/noemie\n", b"NOEMIE");
        let (_, read) = read_return(&mixed(std::slice::from_ref(&body))).expect("a return");
        assert_eq!((read.kind, read.body.as_slice(), read.signature), (ReturnKind::Noemie, &b"NOEMIE"[..], None));
        // The message may be the part itself.
        let single = format!("From: a@b.test\nTo: c@d.test\nDate: Thu, 15 Jan 2026 10:00:00 +0200\n{body}");
        assert_eq!(read_return(single.as_bytes()).map(|(_, read)| read.signature), Ok(None));
        // A text beside a return is no message, whatever stands first; a message says that it is one.
        let words = "Content-Type: text/plain\n\nsee below\n".to_owned();
        let (_, read) = read_return(&mixed(&[words.clone(), body.clone()])).expect("a return");
        assert_eq!(read.kind, ReturnKind::Noemie);
        let message = words.replacen('\n', "\nContent-Description: sim/service\n", 1);
        let (_, read) = read_return(&mixed(&[message])).expect("a message");
        assert_eq!((read.kind, read.body.as_slice()), (ReturnKind::Service, &b"see below"[..]));
        let unknown = edi("Content-Description: IRIS/B2\n", b"000");
        assert_eq!(read_return(&mixed(&[unknown])), Err(MailFault::UnknownKind));
        assert_eq!(
            read_return(&mixed(&["\nyour mail could not be delivered\n".to_owned()])),
            Err(MailFault::PartMissing { part: "application/EDI-consent" })
        );
        assert_eq!(
            read_return(&mixed(&[body, p7s("return.p7s"), p7s("other.p7s")])),
            Err(MailFault::PartTwice { part: "return.p7s" })
        );
    }

    #[test]
    fn missing_headers_are_named() {
        let mail = String::from_utf8(outer(&header(), "IRIS/B2/Z", b"x")).expect("ascii");
        for name in ["From", "To", "Date"] {
            let without: String =
                mail.split_inclusive("\r\n").filter(|line| !line.starts_with(&format!("{name}:"))).collect();
            assert_eq!(read_outer(without.as_bytes()), Err(MailFault::HeaderMissing { name }), "{name}");
        }
        let odd = mail.replace("Thu, 15 Jan 2026", "Thu, 35 Jan 2026");
        assert_eq!(read_outer(odd.as_bytes()), Err(MailFault::HeaderInvalid { name: "Date" }));
    }

    #[test]
    fn hostile_parts_are_refused() {
        let file = || edi("Content-Description: IRIS/B2\n", b"000");
        let read = |parts: &[String]| read_inner(&mixed(parts)).err();
        assert_eq!(read(&[file()]), Some(MailFault::PartMissing { part: "lot.p7s" }));
        assert_eq!(read(&[p7s("lot.p7s")]), Some(MailFault::PartMissing { part: "fichier.b2" }));
        assert_eq!(read(&[file(), file(), p7s("lot.p7s")]), Some(MailFault::PartTwice { part: "fichier.b2" }));
        assert_eq!(read(&[file(), p7s("lot.p7s"), p7s("lot.p7s")]), Some(MailFault::PartTwice { part: "lot.p7s" }));
        let twice = [file(), p7s("lot.p7s"), p7s("fse-000000001.p7s"), p7s("FSE-000000001.p7s")];
        assert_eq!(read(&twice), Some(MailFault::PartTwice { part: "fse-N.p7s" }));
        for name in [
            "../lot.p7s",
            "/etc/lot.p7s",
            "..\\\\lot.p7s",
            ".p7s",
            "fse-1.p7s",
            "fse-000000000.p7s",
            "fse-+00000001.p7s",
            "vitale-00000000A.p7s",
            "lot\u{202e}.p7s",
        ] {
            assert_eq!(read(&[file(), p7s("lot.p7s"), p7s(name)]), Some(MailFault::Name), "{name}");
        }
        // A name that would break out of a header line, percent-encoded (RFC 2231).
        let injected =
            "Content-Type: application/pkcs7-signature; name*=utf-8''lot%0D%0AX-A%3A.p7s\n\nSIG\n".to_owned();
        assert_eq!(read(&[file(), injected]), Some(MailFault::Name));
    }

    #[test]
    fn bombs_and_cuts_are_refused() {
        let mut bomb = ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        bomb.write_all(&vec![b'0'; 21_000_000]).expect("memory");
        let bomb = edi("Content-Description: IRIS/B2/Z\n", &bomb.finish().expect("memory"));
        assert!(bomb.len() < 50_000);
        assert_eq!(read_inner(&mixed(&[bomb, p7s("lot.p7s")])), Err(MailFault::TooLarge));

        let whole = inner(&IRIS_B2_PUBLIC, &file_mail());
        for cut in [whole.len() / 4, whole.len() / 2, whole.len() - 5] {
            assert!(read_inner(&whole[..cut]).is_err(), "cut at {cut}");
        }
        let mail = String::from_utf8(outer(&header(), "IRIS/B2/Z", &[7; 100])).expect("ascii");
        assert_eq!(read_outer(&mail.as_bytes()[..mail.len() - 5]), Err(MailFault::Truncated));
        let huge = vec![b'a'; 40_000_001];
        assert_eq!(read_outer(&huge), Err(MailFault::TooLarge));
    }

    #[test]
    fn nesting_costs_no_stack() {
        let levels = 200_000;
        let rfc822 = "Content-Type: message/rfc822\n\n".repeat(levels);
        assert!(read_outer(rfc822.as_bytes()).is_err());
        let multipart = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(levels);
        assert!(read_return(multipart.as_bytes()).is_err());
        let comments = format!("From: {}a@b.test\n\nx", "(".repeat(60_000));
        assert!(read_outer(comments.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            prop_assert!(read_inner(&bytes).is_err());
            prop_assert!(read_outer(&bytes).is_err());
            prop_assert!(read_return(&bytes).is_err());
        }

        #[test]
        fn mail_like_bytes_never_panic(
            head in "(From|To|Date|Subject|Content-Type|Content-Disposition|Message-ID): [ -~\t]{0,60}\r?\n(\\PC{0,40}\r?\n){0,6}",
            tail in "(--b(--)?|[ -~]{0,20}|Content-[A-Za-z-]{1,20}: [ -~]{0,30})?(\r?\n){1,2}",
        ) {
            let mail = format!("Content-Type: multipart/mixed; boundary=b\n{head}\n--b\n{head}\n{tail}{tail}--b--\n");
            let _ = (read_inner(mail.as_bytes()), read_outer(mail.as_bytes()), read_return(mail.as_bytes()));
        }

        #[test]
        fn spliced_mails_never_panic(at in 0usize..2000, patch in prop::collection::vec(any::<u8>(), 1..6)) {
            for mut mail in [inner(&IRIS_B2_PUBLIC, &file_mail()), return_mail(&header(), ReturnKind::Arl, b"A", b"S")] {
                for (index, byte) in patch.iter().enumerate() {
                    let length = mail.len();
                    mail[(at + index) % length] = *byte;
                }
                let _ = (read_inner(&mail), read_outer(&mail), read_return(&mail));
            }
        }

        #[test]
        fn every_file_mail_comes_back(
            file in prop::collection::vec(any::<u8>(), 0..300),
            numbers in prop::collection::btree_set(1u32..1_000_000_000, 0..5),
            p7s in prop::collection::vec(any::<u8>(), 0..200),
        ) {
            let signatures: Vec<_> = numbers.iter().map(|&number| numbered(number, &p7s)).collect();
            let mail = FileMail { file, lot_p7s: p7s.clone(), fse_p7s: signatures.clone(), vitale_p7s: signatures };
            prop_assert_eq!(read_inner(&inner(&IRIS_B2_PUBLIC, &mail)), Ok(mail));
        }
    }
}
