//! Seeds in records: FSE, lots and files, a foreign invoice, ARL, rejects, remarks and payments; messages.

use liasse_domain::returns::{Acknowledgement, PaidLine, Payment, Reason, Rejections, Return, Service};
use liasse_domain::state::Payer;
use liasse_domain::{Centimes, Destination, FileIdentifier, FseNumber, FseRef, LotNumber, SecuringMode};
use liasse_formats::b2::render_fse;
use liasse_formats::lot::{Head, LotHeader, file_bytes, lot_bytes};
use liasse_formats::returns::write;

use super::{put, replaced};
use crate::invented::{billing, content, day};

/// An invoice of family CP with every type of record.
const FOREIGN: &[u8] = include_bytes!("../../../../../fixtures/b2/clinique.b2");
/// Bytes of a record of ours.
const RECORD: usize = 130;

pub fn b2() -> Vec<(&'static str, Vec<u8>)> {
    let fse = render_fse(&content()).expect("bytes");
    let plain = plain_fse();
    let (lot, file) = (lot(&[&fse, &plain]), file(&lot(&[&fse, &plain])));
    let flat: Vec<u8> = FOREIGN.iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    let padded = |text: &str| format!("{text:<128}").into_bytes();
    let (header, trailer) = (padded("000TE00000123456789"), padded("999TE"));
    vec![
        ("fse", fse.clone()),
        ("fse-plain", plain.clone()),
        ("fse-wrong-total", put(&fse, 3 * RECORD + 111, b"2")),
        ("fse-name-with-at", put(&fse, 2 * RECORD + 50, b"B@ANC")),
        ("fse-without-end", fse[..5 * RECORD].to_vec()),
        ("fse-cut", fse[..200].to_vec()),
        ("fse-line-feeds", replaced(&fse, b"\r\n", b"\n")),
        ("lot", lot.clone()),
        ("lot-empty", super::records::lot(&[])),
        ("lot-wrong-count", put(&lot, 28, b"00003")),
        ("lot-loose-record", put(&lot, 7 * RECORD, b"1")),
        ("file", file.clone()),
        ("file-other-identifier", put(&file, file.len() - RECORD + 49, b"00Z1A8")),
        ("file-without-end", file[..file.len() - RECORD].to_vec()),
        ("file-control-byte", put(&file, 3 * RECORD + 60, &[0])),
        ("foreign", FOREIGN.to_vec()),
        ("foreign-flat", flat.clone()),
        ("foreign-file", [header, padded("1991129768"), flat.clone(), padded("6"), trailer].concat()),
        ("foreign-letter-in-number", put(FOREIGN, 99, b"X")),
        ("foreign-short-record", [&FOREIGN[..129], &FOREIGN[2 * 129..2 * 129 + 27]].concat()),
        ("foreign-cut", FOREIGN[..1000].to_vec()),
        ("nothing-but-ends", b"\n\r\n\n".to_vec()),
    ]
}

/// Without locum, RPPS and complementary insurer, a correction, two acts.
fn plain_fse() -> Vec<u8> {
    let mut one = content();
    (one.locum, one.executant.rpps, one.complementary, one.patient.own_nir) = (None, None, None, None);
    one.mode = SecuringMode::Degrade;
    one.corrects = Some(liasse_domain::fse::Corrects {
        number: FseNumber::new(41).expect("a number"),
        drawn_up: day("2026-01-14"),
    });
    one.acts.push(one.acts[0].clone());
    render_fse(&one).expect("bytes")
}

fn lot(fses: &[&[u8]]) -> Vec<u8> {
    let header = LotHeader {
        billing: billing("991129768"),
        number: LotNumber::new(7).expect("a number"),
        destination: from(),
        mode: SecuringMode::Securise,
        sealed_on: day("2026-01-15"),
        fse_count: u16::try_from(fses.len()).expect("a small lot"),
    };
    lot_bytes(&header, fses, &Head { sequence: 1234, hash: [0xAB; 32] })
}

fn file(lot: &[u8]) -> Vec<u8> {
    file_bytes(&billing("991129768"), &from(), identifier(), day("2026-01-15"), lot)
}

fn from() -> Destination {
    Destination::new("01", "751").expect("a destination")
}

fn identifier() -> FileIdentifier {
    FileIdentifier::parse("00Z1A9").expect("an identifier")
}

fn fse(number: u32) -> FseRef {
    FseRef { billing: billing("991129768"), number: FseNumber::new(number).expect("a number") }
}

fn payment(lines: u32) -> Vec<u8> {
    let line = |number: u32| PaidLine {
        fse: fse(number),
        payer: [Payer::Amo, Payer::Amc, Payer::Patient][usize::try_from(number % 3).expect("small")],
        amount: Centimes(i64::from(number) * 1000 - 2500),
    };
    write(&Return::Payment(Payment {
        billing: billing("991129768"),
        from: from(),
        reference: "VIR-2026-0001".to_owned(),
        on: day("2026-01-23"),
        lines: (1..=lines).map(line).collect(),
    }))
}

fn rejections() -> Vec<u8> {
    let reason = |label: &str| Reason { code: "I1002".to_owned(), label: label.to_owned() };
    write(&Return::Rejections(Rejections {
        billing: billing("991129768"),
        from: from(),
        file: identifier(),
        on: day("2026-01-16"),
        fses: vec![(fse(42), reason("Droits non ouverts à la date des soins")), (fse(43), reason("é"))],
    }))
}

fn acknowledgement(refused: Option<&str>) -> Vec<u8> {
    write(&Return::Acknowledgement(Acknowledgement {
        billing: billing("991129768"),
        from: from(),
        file: identifier(),
        on: day("2026-01-16"),
        refused: refused.map(|label| Reason { code: "S0005".to_owned(), label: label.to_owned() }),
    }))
}

pub fn noemie() -> Vec<(&'static str, Vec<u8>)> {
    // The shape of the public sample, by hand, with invented people; the last line is filled up.
    let end = |kind: &str, tail: &str| {
        format!("{:<127}Z", format!("{kind}SI      01999000NOE929MU00000031999999      {tail}"))
    };
    let framed = |body: &str| format!("{:04}{body}\r\n", body.len());
    let sample = framed(&end("000", "RJ0008XY260115929"))
        + &framed("0100131999999@1100228405780060849")
        + &framed("0UDURAND@2909901MUJ130033\0\0@99002       00000001@  \0")
        + &framed(&end("999", "RJ0008XY00000004"));
    let sample = sample.into_bytes();
    let rejections = rejections();
    vec![
        ("sample", sample.clone()),
        ("sample-wrong-count", replaced(&sample, b"00000004", b"00000005")),
        ("sample-wrong-length", put(&sample, 134, b"0032")),
        ("sample-letter-in-entity", put(&sample, 152, b"X")),
        ("sample-cut", sample[..sample.len() - 100].to_vec()),
        ("payment", payment(3)),
        ("payment-over-lines", payment(60)),
        ("payment-empty", payment(0)),
        ("payment-wrong-total", replaced(&payment(3), b"+00000000500", b"+00000000501")),
        ("rejections", rejections.clone()),
        ("rejections-other-entity", replaced(&rejections, b"@82002", b"@82102")),
        ("header-control-byte", put(&rejections, 60, &[7])),
    ]
}

pub fn arl() -> Vec<(&'static str, Vec<u8>)> {
    let (plus, minus) = (acknowledgement(None), acknowledgement(Some("Signature du lot incorrecte à vérifier")));
    vec![
        ("plus", plus.clone()),
        ("minus", minus.clone()),
        ("plus-with-code", put(&plus, RECORD + 32, b"S0001")),
        ("other-sign", put(&minus, RECORD + 31, b"?")),
        ("other-identifier", put(&minus, RECORD + 17, b"00Z1A8")),
        ("wrong-key", put(&plus, RECORD + 3, b"991129767")),
        ("control-byte", put(&minus, RECORD + 50, &[7])),
        ("no-date", put(&plus, 55, b"000000")),
        ("cut", minus[..300].to_vec()),
        ("payment", payment(3)),
        ("rejections", rejections()),
        ("remarks", replaced(&rejections(), b"@82002", b"@85002")),
        ("message", message("Bonjour,\n\nà bientôt.")),
        ("message-turned", replaced(&message("Bonjour"), b"Bonjour", "Bon\u{202E}jour".as_bytes())),
        ("message-line-feeds", replaced(&message("Bonjour"), b"\r\n", b"\n")),
    ]
}

fn message(text: &str) -> Vec<u8> {
    let (billing, from, on) = (billing("991129768"), from(), day("2026-01-16"));
    write(&Return::Service(Service { billing, from, on, text: text.to_owned() }))
}
