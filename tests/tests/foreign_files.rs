//! Files that others made, read by `liassectl formats`. They may not be committed and lie in `../shared`: where that
//! folder is missing, `cargo xtask test` leaves these tests out by their `reads_shared` and names them.

use std::path::Path;
use std::process::Command;

use liasse_e2e::{Finished, bin, finish, root, shared};

const INVOICE: &str = "reference/data/synthetic_invoice_2-2S-4-4S-5.b2.txt";

fn formats(words: &[&str], input: &[u8]) -> Finished {
    finish(Command::new(bin("liassectl")).arg("--json").arg("formats").args(words), input)
}

fn error_code(finished: &Finished) -> String {
    let last = finished.stderr.lines().last().unwrap_or_default();
    let error: serde_json::Value = serde_json::from_str(last).unwrap_or_else(|e| panic!("{e}: {}", finished.stderr));
    error["error"]["code"].as_str().unwrap_or_default().to_owned()
}

#[test]
fn reads_shared_a_synthetic_invoice_of_family_cp_has_nothing_to_remark() {
    let invoice = std::fs::read(shared(INVOICE)).expect("the invoice");
    let answer = formats(&["b2", "check", "-"], &invoice).success().json();
    assert_eq!(answer["profile"], "cp", "nothing in it is ours: {answer}");
    assert_eq!((&answer["records"], &answer["invoices"]), (&5.into(), &1.into()));
    for notes in ["faults", "findings"] {
        assert_eq!(answer[notes], serde_json::json!([]), "{answer}");
    }
}

#[test]
fn reads_shared_damage_in_that_invoice_is_told_with_its_place() {
    let mut invoice = std::fs::read(shared(INVOICE)).expect("the invoice");
    // Record 4 is the third line of 128 characters and CR LF or LF; its fee stands in 115-121.
    let width = invoice.iter().position(|byte| *byte == b'\n').expect("a line end") + 1;
    let fee = 2 * width + 117;
    assert_eq!(invoice[2 * width], b'4');
    assert!(invoice[fee].is_ascii_digit());
    invoice[fee] = b'X';
    let finished = formats(&["b2", "check", "-"], &invoice).with_code(4);
    let faults = finished.json()["faults"].clone();
    assert_eq!(faults.as_array().map(Vec::len), Some(1), "{faults}");
    assert_eq!((&faults[0]["line"], &faults[0]["column"]), (&3.into(), &118.into()), "{faults}");
    assert_eq!(error_code(&finished), "formats.b2_numerique");
}

/// The ANS's own signatures of an FSE carry no certificate and are written in BER of indefinite length.
#[test]
fn reads_shared_signatures_of_the_ans_are_read_and_the_damaged_one_is_not() {
    let authority = root().join("fixtures/pki/chain.pem");
    let verify = |name: &str| {
        let message = shared(Path::new("reference/samples/teleservices/fse-cms").join(name));
        let [message, content, authority] = [&message, &shared(INVOICE), &authority].map(|p| p.display().to_string());
        let words = ["cms", "verify", &message, "--content", &content, "--ca", &authority];
        error_code(&formats(&words, b"").with_code(4))
    };
    assert_eq!(verify("HashSigneCalc_esignsante-apcv.cms"), "formats.cms_certificat_absent");
    assert_eq!(verify("OLDHashSigneCalc_esignsante-apcv.cms"), "formats.cms_certificat_absent");
    assert_eq!(verify("signatureFSE_nonIntacte.cms"), "formats.cms_illisible");
}
