//! `formats` on the command line: B2 files whole, damaged and of no kind; signatures good, bad and of strangers.

use liasse_domain::fse::{ActDetails, ActLine, CareContext, Executant, Patient};
use liasse_domain::{
    BillingNumber, BirthDate, Centimes, FseContent, FseNumber, FseRef, Nir, Organisme, Rate, SecuringMode,
};
use liasse_formats::{b2, cms};
use rsa::pkcs1v15::Pkcs1v15Sign;
use rsa::pkcs8::DecodePrivateKey;
use rsa::sha2::{Digest, Sha256};
use serde_json::json;

use super::{call, folder};

/// A consultation of 30 €, invented from end to end.
fn fse() -> Vec<u8> {
    let billing = BillingNumber::parse("991129768").expect("billing number");
    let day = "2026-01-15".parse().expect("date");
    let content = FseContent {
        reference: FseRef { billing: billing.clone(), number: FseNumber::new(42).expect("number") },
        mode: SecuringMode::Securise,
        drawn_up: day,
        corrects: None,
        executant: Executant {
            billing,
            rpps: None,
            family_name: "GRIS".into(),
            given_name: "ANNE".into(),
            convention: 1,
            specialty: "01".to_owned(),
            tariff_zone: "20".to_owned(),
            ik_zone: "01".to_owned(),
            agreements: ["00".to_owned(), "00".to_owned(), "00".to_owned()],
            condition: 'L',
            situation: 1,
            structure_kind: 4,
            structure_number: "999000652790050".to_owned(),
            structure_name: "CABINET GRIS".to_owned(),
        },
        locum: None,
        patient: Patient {
            insured_nir: Nir::parse("2840578006084").expect("nir"),
            insured_key: 90,
            own_nir: None,
            family_name: "DURAND".into(),
            given_name: "MARIE".into(),
            birth_date: BirthDate::from_compact("19840502").expect("birth date"),
            birth_rank: 1,
            quality: 0,
            coverage_code: "00100".to_owned(),
        },
        organisme: Organisme::new("01", "751", "0100").expect("organisme"),
        complementary: None,
        care: CareContext {
            nature: 10,
            care_path: Some('T'),
            exoneration: None,
            accident: None,
            third_party_accident: None,
            referrer: None,
            rights_proof: 4,
        },
        third_party_amo: false,
        third_party_amc: false,
        acts: vec![ActLine {
            date: day,
            code: "G".to_owned(),
            majoration: None,
            quantity: 1,
            coefficient: 100,
            unit: Centimes(3000),
            base: Centimes(3000),
            rate: Rate::percent(70),
            amo: Centimes(2100),
            fee: Centimes(3000),
            amc: Centimes::ZERO,
            qualifier: None,
            exoneration: None,
            details: ActDetails::default(),
        }],
        demand: None,
    };
    b2::render_fse(&content).expect("bytes")
}

#[test]
fn a_b2_file_is_checked_and_shown() {
    let bytes = fse();
    let answer = call(&["formats", "b2", "check", "-"], &bytes);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{}", answer.out);
    assert!(
        answer.out.starts_with("Profil sim-er : ") && answer.out.contains(" 1 factures, 0 défauts"),
        "{}",
        answer.out
    );
    let report = call(&["--json", "formats", "b2", "check", "-"], &bytes).json();
    assert_eq!((&report["profile"], &report["invoices"], &report["faults"]), (&json!("sim-er"), &json!(1), &json!([])));
    let shown = call(&["formats", "b2", "show", "-"], &bytes);
    let first = std::str::from_utf8(&bytes[..128]).expect("ascii");
    assert_eq!(shown.out.lines().next(), Some(format!("    1 {first}").as_str()));
    let content = call(&["--json", "formats", "b2", "show", "-"], &bytes).json();
    assert_eq!(content["content"][0], json!({"line": 1, "text": first}));
}

#[test]
fn damage_is_told_with_its_place() {
    let mut bytes = fse();
    // No record begins with Q; a record has 128 characters and CRLF.
    bytes[130] = b'Q';
    let answer = call(&["formats", "b2", "check", "--profile", "sim-er", "-"], &bytes);
    assert_eq!(answer.code, 4, "{}", answer.out);
    assert!(answer.error_code().starts_with("formats."), "{}", answer.err);
    assert!(answer.out.lines().any(|line| line.starts_with("2:1 ")), "{}", answer.out);
    let report = call(&["--json", "formats", "b2", "check", "--profile", "sim-er", "-"], &bytes).json();
    assert_eq!((&report["faults"][0]["line"], &report["faults"][0]["column"]), (&json!(2), &json!(1)));
    let shown = call(&["formats", "b2", "show", "--profile", "sim-er", "-"], &bytes);
    assert_eq!(shown.code, 4);
    let marked = shown.out.lines().skip_while(|line| !line.starts_with("    2 ")).nth(1);
    assert!(marked.is_some_and(|line| line.starts_with("      ^ ")), "{}", shown.out);
    for noise in [&b""[..], b"bonjour", &[0xFF; 300], b"\n\n\n", b"2\r\n"] {
        let answer = call(&["formats", "b2", "check", "-"], noise);
        assert_eq!(
            (answer.code, answer.error_code().split('.').next()),
            (4, Some("formats")),
            "{noise:?} {}",
            answer.err
        );
    }
}

#[test]
fn a_signature_is_accepted_or_refused_with_its_reason() {
    let pki = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pki/");
    let read = |name: &str| std::fs::read_to_string(format!("{pki}{name}")).expect("the invented PKI");
    let certificate = cms::Trust::from_pem(&read("cps-gris-signature.pem")).expect("certificate").roots.remove(0);
    let key = rsa::RsaPrivateKey::from_pkcs8_pem(&read("cps-gris-signature.key.pem")).expect("key");
    let content = fse();
    let time = "2026-01-15T08:00:00Z".parse().expect("time");
    let to_sign = cms::prepare(&Sha256::digest(&content).into(), &certificate, None, time).expect("attributes");
    let signature = key.sign(Pkcs1v15Sign::new::<Sha256>(), to_sign.digest()).expect("signature");
    let message = to_sign.finish(&signature, &[]).expect("message");

    let folder = folder("cms");
    let put = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        std::fs::write(&path, bytes).expect("file");
        path.to_str().expect("path").to_owned()
    };
    let [signed, good, other] =
        [put("fse.p7s", &message), put("fse.b2", &content), put("other.b2", &[&content[..], b" "].concat())];
    let chain = put("chain.pem", (read("chain.pem") + &read("crl.pem")).as_bytes());
    let stranger = put("stranger.pem", read("cps-blanc-signature.pem").as_bytes());
    let nobody = put("nobody.pem", b"");
    let verify = |content: &str, ca: &str, json: bool| {
        let call_of = ["formats", "cms", "verify", &signed, "--content", content, "--ca", ca];
        call(&[&call_of[..], if json { &["--json"] } else { &[] }].concat(), b"")
    };
    let answer = verify(&good, &chain, false);
    assert_eq!((answer.code, answer.err.as_str()), (0, ""));
    assert!(answer.out.starts_with("La signature est valable"), "{}", answer.out);
    let told = verify(&good, &chain, true).json();
    assert_eq!((&told["valid"], &told["signing_time"]), (&json!(true), &json!("2026-01-15T08:00:00Z")));
    for (content, ca, exit, code) in [
        (&other, &chain, 4, "formats.cms_contenu_different"),
        (&good, &stranger, 1, "formats.cms_autorite_inconnue"),
        (&good, &nobody, 4, "formats.cms_illisible"),
    ] {
        let answer = verify(content, ca, false);
        assert_eq!((answer.code, answer.error_code(), answer.out.as_str()), (exit, code, ""), "{}", answer.err);
    }
    let mut flipped = message.clone();
    if let Some(last) = flipped.last_mut() {
        *last ^= 1;
    }
    let flipped = put("flipped.p7s", &flipped);
    let answer = call(&["formats", "cms", "verify", &flipped, "--content", &good, "--ca", &chain], b"");
    assert_eq!((answer.code, answer.error_code()), (4, "formats.cms_signature_fausse"));
}
