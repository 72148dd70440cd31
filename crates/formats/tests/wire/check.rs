//! The checker on our own files: which profile it takes, what it says of damage and of wrong keys.

use liasse_domain::Coded;
use liasse_formats::b2::{Profile, Report, check, check_fields, render_fse};

use crate::files::file;
use crate::fse::by_hand;
use crate::invented::content;

fn places(report: &Report) -> Vec<(usize, usize, &str, &str)> {
    report.faults.iter().map(|f| (f.line, f.column, f.field.as_str(), f.code.0)).collect()
}

fn put(bytes: &mut [u8], line: usize, column: usize, text: &str) {
    let start = (line - 1) * 130 + column - 1;
    bytes[start..start + text.len()].copy_from_slice(text.as_bytes());
}

#[test]
fn ours_are_known_by_their_sim_records() {
    let mut alone = content();
    alone.locum = None;
    let without_locum = render_fse(&alone).expect("bytes");
    for bytes in [file(), file()[130..17 * 130].to_vec(), by_hand(), without_locum] {
        let report = check(None, &bytes);
        assert_eq!((report.profile, places(&report)), (Profile::SimEr, vec![]));
        assert_eq!(report.records, bytes.len() / 130);
        assert!(report.findings.is_empty());
    }
    assert_eq!(check(None, &file()).invoices, 2);
    assert_eq!(check(None, b"2").profile, Profile::Cp);
    assert_eq!(check(Some(Profile::Cp), &by_hand()).profile, Profile::Cp);
    assert_eq!(Profile::from_word("sim-er"), Some(Profile::SimEr));
    assert_eq!(Profile::from_word("er"), None);
}

#[test]
fn every_fault_of_a_file_is_told() {
    let mut bytes = file();
    put(&mut bytes, 18, 50, "00Z1A8");
    put(&mut bytes, 6, 117, "X");
    put(&mut bytes, 13, 70, "261315");
    put(&mut bytes, 2, 33, "3");
    assert_eq!(
        places(&check(None, &bytes)),
        [
            (2, 29, "nb_fse", "formats.b2_nombre"),
            (6, 117, "honoraires", "formats.b2_numerique"),
            (13, 70, "date_soins", "formats.b2_date"),
            (18, 50, "identifiant_fichier", "formats.b2_incoherent"),
        ]
    );
    let report = check(None, &file()[..17 * 130]);
    assert_eq!(places(&report), [(17, 1, "?", "formats.b2_incomplet")], "999 is gone");
}

#[test]
fn the_fields_of_a_file_are_looked_at_without_what_they_mean() {
    assert_eq!(places(&check_fields(None, &file())), []);
    let mut bytes = file();
    put(&mut bytes, 18, 50, "00Z1A8");
    put(&mut bytes, 6, 117, "X");
    put(&mut bytes, 13, 70, "261315");
    let report = check_fields(None, &bytes);
    assert_eq!(
        places(&report),
        [(6, 117, "honoraires", "formats.b2_numerique")],
        "a letter, but no day and no identifier"
    );
    assert_eq!((report.profile, report.invoices), (Profile::SimEr, 2));
    let unix: Vec<u8> = file().into_iter().filter(|byte| *byte != b'\r').collect();
    assert_eq!(places(&check_fields(None, &unix)), [(1, 1, "?", "formats.b2_fin_de_ligne")]);
}

#[test]
fn a_wrong_nir_key_is_a_finding() {
    let mut one = content();
    one.patient.insured_key = 12;
    one.patient.own_nir = one.patient.own_nir.map(|(nir, _)| (nir, 13));
    let report = check(None, &render_fse(&one).expect("bytes"));
    assert_eq!(places(&report), []);
    let findings: Vec<_> = report.findings.iter().map(|f| (f.line, f.column, f.code.0)).collect();
    assert_eq!(findings, [(1, 25, "formats.b2_cle_nir"), (2, 63, "formats.b2_cle_nir")]);
}

#[test]
fn a_file_passed_through_an_editor_is_told_apart() {
    let unix: Vec<u8> = file().into_iter().filter(|byte| *byte != b'\r').collect();
    assert_eq!(places(&check(None, &unix)), [(1, 1, "?", "formats.b2_fin_de_ligne")]);
    let short = [&file()[..], b"5"].concat();
    assert_eq!(places(&check(None, &short))[0].3, "formats.b2_nombre");
}

#[test]
fn a_fault_has_a_sentence_and_shows_no_number_of_a_person() {
    let mut bytes = by_hand();
    put(&mut bytes, 1, 12, "X");
    let report = check(None, &bytes);
    for fault in report.faults.iter().chain(&report.findings) {
        let text = fault.report();
        assert!(!text.message.contains('{'), "{}", text.message);
        assert!(!format!("{fault:?} {fault} {}", text.message).contains("840578006084"));
        assert_eq!(fault.exit_code(), 4);
    }
}
