//! Returns: bytes by hand, round trips, damage.

use liasse_domain::returns::{Acknowledgement, PaidLine, Payment, Reason, Rejections, Return, Service, Signalements};
use liasse_domain::state::Payer;
use liasse_domain::{Centimes, Coded, Destination, FileIdentifier, FseNumber, FseRef};
use liasse_formats::noemie;
use liasse_formats::returns::{ReturnFault, read, write};
use proptest::prelude::*;

use crate::invented::{billing, day};

fn from() -> Destination {
    Destination::new("01", "751").expect("destination")
}

fn file() -> FileIdentifier {
    FileIdentifier::parse("00Z1A9").expect("identifier")
}

fn fse(number: u32) -> FseRef {
    FseRef { billing: billing("991129768"), number: FseNumber::new(number).expect("number") }
}

fn reason(code: &str, label: &str) -> Reason {
    Reason { code: code.to_owned(), label: label.to_owned() }
}

fn arl(refused: Option<Reason>) -> Return {
    let (billing, from, file, on) = (billing("991129768"), from(), file(), day("2026-01-16"));
    Return::Acknowledgement(Acknowledgement { billing, from, file, on, refused })
}

fn payment() -> Return {
    Return::Payment(Payment {
        billing: billing("991129768"),
        from: from(),
        reference: "VIR-2026-0001".to_owned(),
        on: day("2026-01-23"),
        lines: vec![
            PaidLine { fse: fse(42), payer: Payer::Amo, amount: Centimes(1900) },
            PaidLine { fse: fse(42), payer: Payer::Amc, amount: Centimes(900) },
            PaidLine { fse: fse(41), payer: Payer::Amo, amount: Centimes(-200) },
        ],
    })
}

fn rejections() -> Return {
    Return::Rejections(Rejections {
        billing: billing("991129768"),
        from: from(),
        file: file(),
        on: day("2026-01-16"),
        fses: vec![(fse(42), reason("I1002", "Droits non ouverts à la date des soins"))],
    })
}

fn remarks() -> Return {
    Return::Signalements(Signalements {
        billing: billing("991129768"),
        from: from(),
        file: file(),
        on: day("2026-01-16"),
        fses: vec![(fse(42), reason("S0901", "Adresse du patient à mettre à jour"))],
    })
}

fn service(text: &str) -> Return {
    let (billing, from, on) = (billing("991129768"), from(), day("2026-01-16"));
    Return::Service(Service { billing, from, on, text: text.to_owned() })
}

const PREFIX: &str = "AM00000000001751CAISSEPS00000991129768LIASSERT";

#[test]
fn an_arl_is_three_records() {
    let line = |text: &str, last: &str| format!("{text:<width$}{last}\r\n", width = 128 - last.len());
    let header = line(&format!("{:<82}128", format!("000{PREFIX}00Z1A9260116SIM01")), "Z");
    let trailer = line(&format!("999{PREFIX}00Z1A900000003SIM01"), "Z");
    let plus = [&header, &line("ARL9911297680175100Z1A920260116+", ""), &trailer].map(String::as_str).concat();
    assert_eq!(String::from_utf8_lossy(&write(&arl(None))), plus);
    assert_eq!(read(plus.as_bytes()), Ok(arl(None)));
    let minus = arl(Some(reason("S0005", "Signature du lot incorrecte")));
    let record = line("ARL9911297680175100Z1A920260116-S0005   Signature du lot incorrecte", "");
    assert_eq!(String::from_utf8_lossy(&write(&minus)), [&header, &record, &trailer].map(String::as_str).concat());
}

#[test]
fn money_comes_in_noemie_framing() {
    let bytes = write(&payment());
    let noemie = noemie::read(&bytes).expect("the public framing");
    let seen: Vec<String> = noemie
        .entities
        .iter()
        .map(|entity| format!("{:03}{:02}{}", entity.id, entity.level, String::from_utf8_lossy(&entity.data)))
        .collect();
    assert_eq!(
        seen,
        [
            "01001991129768",
            "830010175120260123VIR-2026-0001       ",
            "84002991129768000000042O+00000001900",
            "84002991129768000000042C+00000000900",
            "84002991129768000000041O-00000000200",
            "99002                 00000003+00000002600",
            "99001                 00000006+00000002600",
        ]
    );
    assert_eq!(
        noemie.header,
        format!("{:<127}Z", format!("{:<82}128", format!("000{PREFIX}      260123SIM01"))).as_bytes()
    );
    assert_eq!(noemie.trailer, format!("{:<127}Z", format!("999{PREFIX}      00000003SIM01")).as_bytes());
    let bytes = write(&rejections());
    let label = [&b"Droits non ouverts "[..], b"\xE0", &b" la date des soins"[..]].concat();
    let entities = noemie::read(&bytes).expect("the public framing").entities;
    assert_eq!(entities[1].data.as_ref(), b"00Z1A90175120260116");
    assert_eq!(entities[2].data[..26], *b"991129768000000042I1002   ");
    assert_eq!((entities[2].data[26..].trim_ascii(), entities[2].data.len()), (label.as_slice(), 123));
}

#[test]
fn remarks_stand_in_entities_of_their_own() {
    let bytes = write(&remarks());
    let entities = noemie::read(&bytes).expect("the public framing").entities;
    let seen: Vec<(u16, u8, usize)> = entities.iter().map(|e| (e.id, e.level, e.data.len())).collect();
    assert_eq!(seen, [(10, 1, 9), (810, 1, 19), (850, 2, 123), (990, 2, 37), (990, 1, 37)]);
    assert_eq!(entities[2].data[..26], *b"991129768000000042S0901   ");
    assert_eq!(read(&bytes), Ok(remarks()));
    // Rejects and remarks are never in one message.
    let Return::Rejections(mut two) = rejections() else { unreachable!() };
    two.fses = vec![(fse(41), reason("I1002", "A")), (fse(42), reason("I1002", "B"))];
    let text = String::from_utf8(write(&Return::Rejections(two))).expect("ascii");
    for (at, id) in [(1, "850"), (2, "850"), (1, "840")] {
        let place = text.match_indices("82002").nth(at - 1).expect("a reject").0;
        let mixed = [&text[..place], id, &text[place + 3..]].concat();
        assert_eq!(read(mixed.as_bytes()).map_err(|fault| fault.code().0), Err("formats.retour_entite"), "{at} {id}");
    }
}

#[test]
fn a_message_is_a_line_and_a_text() {
    let bytes = "SIM SERVICE 991129768 01751 20260116\r\n\r\nBonjour,\r\n\r\nà bientôt.\r\n";
    assert_eq!(String::from_utf8_lossy(&write(&service("Bonjour,\n\nà bientôt."))), bytes);
    assert_eq!(read(bytes.as_bytes()), Ok(service("Bonjour,\n\nà bientôt.")));
    assert_eq!(write(&service("\t\u{202E}Bon\u{0}jour,\r\n\nà bientôt.\n ")), bytes.as_bytes(), "nothing hides");
    assert_eq!(write(&service(&"é".repeat(30_000))).len(), 40 + 20_000 + 2, "a bound");
    let code = |text: &str| read(text.as_bytes()).map_err(|fault| fault.code().0);
    let changed = |old: &str, new: &str| code(&bytes.replacen(old, new, 1));
    for (old, new) in [("01751", "0175"), ("20260116", "20260132"), ("991129768", "991129767"), ("16\r\n", "16 x\r\n")]
    {
        assert_eq!(changed(old, new), Err("formats.retour_inconnu"), "{new}");
    }
    for (old, new) in [("Bonjour", " Bonjour"), ("Bonjour", "\u{202E}Bonjour"), (",\r\n", ",\n"), ("Bon", "Bon\r")] {
        assert_eq!(changed(old, new), Err("formats.retour_contradiction"), "{new}");
    }
    assert_eq!(code(&bytes.replace("bientôt", &"x".repeat(50_000))), Err("formats.retour_inconnu"));
}

#[test]
fn what_contradicts_itself_is_refused() {
    let changed = |message: &Return, old: &str, new: &str| {
        let text = String::from_utf8_lossy(&write(message)).into_owned();
        assert!(text.contains(old), "{old}");
        read(text.replacen(old, new, 1).as_bytes()).map_err(|fault| fault.code().0)
    };
    let clash = Err("formats.retour_contradiction");
    assert_eq!(changed(&payment(), "O+00000001900", "O+00000001901"), clash, "totals");
    assert_eq!(changed(&payment(), "00000003+0", "00000002+0"), clash, "count");
    assert_eq!(changed(&payment(), "01001991129768", "01001990781056"), clash, "recipient");
    assert_eq!(changed(&payment(), "0175120260123", "0195120260123"), clash, "payer");
    assert_eq!(changed(&payment(), "042O+", "042X+"), Err("formats.retour_entite"));
    assert_eq!(changed(&payment(), "84002", "84102"), Err("formats.retour_entite"));
    assert_eq!(changed(&payment(), "84002", "84003"), clash, "level");
    assert_eq!(changed(&arl(None), "0116+", "0116-"), Ok(arl(Some(reason("", "")))));
    assert_eq!(changed(&arl(None), "+        ", "+S0001   "), clash, "a code without refusal");
    assert_eq!(changed(&arl(None), "ARL991129768", "ARL990781056"), clash);
    assert_eq!(changed(&arl(None), "00Z1A920260116", "00Z1A820260116"), clash);
    assert_eq!(changed(&arl(None), "SIM01", "SIM02"), Err("formats.b2_fixe"));
    assert_eq!(changed(&arl(None), "CAISSEPS", "CAISSEXX"), Err("formats.b2_incoherent"));
    assert_eq!(read(b"").map_err(|fault| fault.code().0), Err("formats.retour_inconnu"));
    assert_eq!(read(b"From: x").map_err(|fault| fault.code().0), Err("formats.retour_inconnu"));
    let bytes = write(&payment());
    assert_eq!(read(&bytes[..bytes.len() - 3]).map_err(|fault| fault.code().0), Err("formats.noemie_longueur"));
}

#[test]
fn a_column_of_a_header_counts_the_length_in_front() {
    let mut bytes = write(&payment());
    // Record 000 begins behind the four digits: its date at 56 stands at 60 of the line.
    bytes[59] = b'X';
    match read(&bytes) {
        Err(ReturnFault::Record(fault)) => assert_eq!((fault.line, fault.column), (1, 60)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn labels_lose_only_what_the_wire_cannot_hold() {
    let long = "é".repeat(200);
    let back = |label: &str| match read(&write(&arl(Some(reason("s0001x", label))))) {
        Ok(Return::Acknowledgement(Acknowledgement { refused: Some(reason), .. })) => (reason.code, reason.label),
        other => panic!("{other:?}"),
    };
    assert_eq!(back(&long), ("S0001X".to_owned(), "é".repeat(88)));
    assert_eq!(back(" l’écart\r\n @ 5\u{a0}€ "), ("S0001X".to_owned(), "l'écart     5\u{a0}".to_owned()));
}

fn text() -> impl Strategy<Value = String> {
    "[A-Za-zÀ-ÿ0-9][A-Za-zÀ-ÿ0-9 ,.'-]{0,60}[a-z]"
}

fn message() -> impl Strategy<Value = Return> {
    let refused = proptest::option::of(("[A-Z0-9]{0,8}", text()));
    let date = (0i64..20_000).prop_map(|days| day("2020-01-01") + chrono::Duration::days(days));
    let rejected = proptest::collection::vec((1u32..=999_999_999, "[A-Z0-9]{1,8}", text()), 0..30);
    let payer = prop_oneof![Just(Payer::Patient), Just(Payer::Amo), Just(Payer::Amc)];
    let paid = proptest::collection::vec((1u32..=999_999_999, payer, -99_999_999_999i64..=99_999_999_999), 0..90);
    prop_oneof![
        refused.prop_map(|refused| arl(refused.map(|(code, label)| Reason { code, label }))),
        (rejected, date.clone()).prop_map(|(rejected, on)| {
            let Return::Rejections(mut all) = rejections() else { unreachable!() };
            all.on = on;
            all.fses = rejected.into_iter().map(|(n, code, label)| (fse(n), Reason { code, label })).collect();
            Return::Rejections(all)
        }),
        (paid, date, "[A-Z0-9-]{0,20}").prop_map(|(paid, on, reference)| {
            let Return::Payment(mut all) = payment() else { unreachable!() };
            (all.on, all.reference) = (on, reference);
            all.lines = paid
                .into_iter()
                .map(|(n, payer, cents)| PaidLine { fse: fse(n), payer, amount: Centimes(cents) })
                .collect();
            Return::Payment(all)
        }),
        (1u32..=999_999_999, "[A-Z0-9]{1,8}", text()).prop_map(|(number, code, label)| {
            let Return::Signalements(mut all) = remarks() else { unreachable!() };
            all.fses = vec![(fse(number), Reason { code, label })];
            Return::Signalements(all)
        }),
        "[^\\p{C}\\s]{1,40}(\n[^\\p{C}\\s]{1,40}){0,5}".prop_map(|text| service(&text)),
    ]
}

proptest! {
    #[test]
    fn messages_read_back(message in message()) {
        prop_assert_eq!(read(&write(&message)), Ok(message));
    }

    #[test]
    fn every_byte_counts(message in message(), at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let bytes = write(&message);
        let mut other = bytes.clone();
        *at.get_mut(&mut other) = byte;
        if other != bytes && let Ok(read) = read(&other) {
            prop_assert_eq!(write(&read), other);
            prop_assert!(read != message);
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(message in message(), mut bytes in proptest::collection::vec(any::<u8>(), 0..300), keep in any::<prop::sample::Index>()) {
        let _ = read(&bytes);
        let mut mixed = write(&message);
        mixed.truncate(keep.index(mixed.len()));
        mixed.append(&mut bytes);
        let _ = read(&mixed);
    }
}
