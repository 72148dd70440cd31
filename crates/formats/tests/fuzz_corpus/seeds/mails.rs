//! Seeds of mails: ours, a stranger's, and hostile ones.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};
use liasse_domain::{FseNumber, ScanKind, ScanMedia};
use liasse_formats::mail::{
    FileMail, Header, IRIS_B2_PUBLIC, ReturnKind, Scan, ScanMail, inner, outer, return_mail, scans,
};

use super::replaced;

fn header(subject: &str) -> Header {
    Header {
        from: "01751@751.01.rss.test".to_owned(),
        to: "dr.test@cabinet.test".to_owned(),
        subject: subject.to_owned(),
        message_id: "2026011508000000001@cabinet.test".to_owned(),
        date: "2026-01-15T08:00:00Z".parse().expect("an instant"),
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory")
}

fn zlib(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("memory")
}

/// A mail of a stranger: LF, odd letters, a preamble, a part of B2 as given, `lot.p7s`.
fn foreign(encoding: &str, description: &str, body: &str) -> Vec<u8> {
    format!(
        "Received: from mx.test by pop.test;\n\tThu, 15 Jan 2026 09:00:01 +0100 (CET)\nFrom: \"Dr, Test\" <dr@b.test>\n\
         To: caisse: c@d.test, e@f.test;\nSubject: =?utf-8?q?Factures_=C3=A9t=C3=A9?=\n =?iso-8859-1?B?6Q==?=\n\
         Date: Thu, 15 Jan 2026 10:00:00 +0200\nMessage-ID: <a@b.test>\nMIME-Version: 1.0 (x)\n\
         content-TYPE: Multipart/Mixed;\n boundary*0=\"z\"; boundary*1=z\n\nintro\n--zz\n\
         content-type: APPLICATION/edi-CONSENT; name*=utf-8''fichier%2Eb2\ncontent-transfer-encoding: {encoding}\n\
         content-description: {description}\n\n{body}\n--zz\n\
         Content-Type: application/x-pkcs7-signature; name=\"LOT.p7s\"\n\nSIG\n--zz--\nend\n"
    )
    .into_bytes()
}

fn nested(levels: usize) -> Vec<u8> {
    let mut mail = "From: a@b.test\r\nTo: c@d.test\r\nDate: Thu, 15 Jan 2026 10:00:00 +0000\r\n".to_owned();
    for level in 0..levels {
        mail += &format!("Content-Type: multipart/mixed; boundary=b{level}\r\n\r\n--b{level}\r\n");
    }
    mail += "Content-Type: application/EDI-consent\r\nContent-Description: sim/arl\r\n\r\nARL\r\n";
    for level in (0..levels).rev() {
        mail += &format!("--b{level}--\r\n");
    }
    mail.into_bytes()
}

pub fn mime() -> Vec<(&'static str, Vec<u8>)> {
    let number = |number| FseNumber::new(number).expect("a number");
    let sent = FileMail {
        file: b"000 HEADER\r\n999 END\r\n".to_vec(),
        lot_p7s: b"lot".to_vec(),
        fse_p7s: vec![(number(1), b"one".to_vec()), (number(999_999_999), b"last".to_vec())],
        vitale_p7s: vec![(number(1), b"vitale".to_vec())],
    };
    let inside = inner(&IRIS_B2_PUBLIC, &sent);
    let subject = "IR100500/00000991129768/2026011508000000001/00002";
    let ours = outer(&header(subject), IRIS_B2_PUBLIC.descriptor.text, &[0x30, 0x80, 0xFF, 0, 0]);
    let scan = |kind, media, bytes: &[u8]| Scan { fse: number(1), kind, media, bytes: bytes.to_vec() };
    let documents = scans(&ScanMail {
        billing: "991129768".parse().expect("billing"),
        lot: "AB12CD".parse().expect("lot"),
        scans: vec![
            scan(ScanKind::Ordonnance, ScanMedia::Pdf, b"%PDF-1.4 %%EOF"),
            scan(ScanKind::Autre, ScanMedia::Tiff, b"MM\0*\0\0\0\x08\0\x01\x01\0\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0"),
        ],
    });
    let arl = return_mail(&header("ARL"), ReturnKind::Arl, b"000 ARL\r\n", b"signature");
    vec![
        ("inner", inside.clone()),
        ("inner-cut", inside[..inside.len() - 30].to_vec()),
        ("inner-part-twice", replaced(&inside, b"fse-999999999", b"fse-000000001")),
        ("outer", ours.clone()),
        ("outer-line-feeds", replaced(&ours, b"\r\n", b"\n")),
        ("outer-two-addresses", replaced(&ours, b"To: ", b"To: b@c.test, ")),
        ("outer-year-26", replaced(&ours, b"15 Jan 2026", b"15 Jan 26")),
        ("outer-year-65535", replaced(&ours, b"15 Jan 2026", b"15 Jan 65535")),
        ("outer-date-of-nowhere", replaced(&ours, b"15 Jan 2026 08:00:00 +0000", b"31 Feb 2026 25:61:61 -9999")),
        ("outer-subject-with-blanks", replaced(&ours, b"Subject: IR", b"Subject: =?utf-8?q?_IR_?= ")),
        (
            "outer-subject-encoded-twice",
            replaced(&ours, b"Subject: IR", b"Subject: =?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?= "),
        ),
        ("return-arl", arl.clone()),
        ("return-noemie", return_mail(&header("NOEMIE"), ReturnKind::Noemie, b"0128 BODY", b"p7s")),
        ("return-message", return_mail(&header("MESSAGE"), ReturnKind::Service, b"Bonjour\r\n", b"p7s")),
        ("return-unknown-kind", replaced(&arl, b"SIM/ARL", b"SIM/XXX")),
        ("foreign-gzip", foreign("BASE64", "IRIS/B2/Z", &STANDARD.encode(gzip(b"000 FOREIGN\r\n")))),
        ("foreign-plain", foreign("8bit", "IRISTEST/B2", "000 FOREIGN\n999")),
        ("foreign-quoted-printable", foreign("quoted-printable", "IRIS/B2", "000=20FOREIGN=\n999=3D=0D=0A")),
        ("foreign-unknown-encoding", foreign("x-uuencode", "IRIS/B2", "begin")),
        (
            "foreign-compression-cut",
            foreign("base64", "IRIS/B2/Z", &STANDARD.encode(&zlib(b"000 FOREIGN FOREIGN")[..9])),
        ),
        ("foreign-bomb", foreign("base64", "IRIS/B2/Z", &STANDARD.encode(zlib(&vec![b'0'; 100_000])))),
        ("nested", nested(3)),
        ("nested-too-deep", nested(6)),
        ("name-with-path", replaced(&inside, b"lot.p7s", b"../lot.p7s")),
        ("scans", documents.clone()),
        ("scans-undeclared", replaced(&documents, b"fse-000000001-2.tiff", b"fse-000000001-3.tiff")),
    ]
}
