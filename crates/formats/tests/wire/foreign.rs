//! Foreign files against the public tables: an invoice with every type, written by hand, and what may be wrong in it.

use liasse_formats::b2::{Profile, Report, check, check_fields};
use proptest::prelude::*;

use crate::invented::any_content;

/// An invoice of a private hospital, written by hand from the public table of family CP: 2, 2S, 3 with 3S, 3E and 3F
/// (5,00 twice, base and AMO 10,00 at 100 %), 4 with 4S, 4E and 4M (CCAM, 28,80 at 70 %: 20,16, and 8,64 for the
/// complementary insurer), 4 with 4S and 4B, 4 with 4S and 4H, 5 (fourteen records 3x and 4x; stay 10,00 and 10,00; acts
/// 34,80 and 24,16; 10,64 left; 8,64).
const INVOICE: &str = include_str!("../../../../fixtures/b2/clinique.b2");

fn invoice() -> Vec<String> {
    INVOICE.lines().map(str::to_owned).collect()
}

fn joined(lines: &[String], end: &str) -> Vec<u8> {
    lines.iter().flat_map(|line| [line.as_bytes(), end.as_bytes()].concat()).collect()
}

fn faults(report: &Report) -> Vec<(usize, usize, &str, &'static str)> {
    report.faults.iter().map(|f| (f.line, f.column, f.field.as_str(), f.code.0)).collect()
}

fn findings(report: &Report) -> Vec<(usize, usize, &str, &'static str)> {
    report.findings.iter().map(|f| (f.line, f.column, f.field.as_str(), f.code.0)).collect()
}

/// The report after text was put at a line and column.
fn after(line: usize, column: usize, text: &str) -> Report {
    let mut lines = invoice();
    lines[line - 1].replace_range(column - 1..column - 1 + text.len(), text);
    check(None, &joined(&lines, "\n"))
}

#[test]
fn one_damaged_letter_does_not_make_a_foreign_file_ours() {
    // The complement's letter of our record 2R, which the public family has not.
    let report = after(1, 39, "R");
    assert_eq!(report.profile, Profile::Cp);
    assert!(!report.faults.is_empty());
}

#[test]
fn a_sound_invoice_has_nothing_to_say() {
    for end in ["\r\n", "\n", ""] {
        let report = check(None, &joined(&invoice(), end));
        assert_eq!((faults(&report), findings(&report)), (vec![], vec![]), "{end:?}");
        assert_eq!((report.profile, report.records, report.invoices), (Profile::Cp, 17, 1));
    }
}

#[test]
fn whole_files_and_lots_are_walked() {
    let padded = |text: &str| format!("{text:<128}");
    let one = invoice();
    let lot = [vec![padded("1991129768")], one.clone(), one.clone(), vec![padded("6")]].concat();
    let file = [vec![padded("000TE00000123456789")], lot.clone(), vec![padded("999TE")]].concat();
    for (lines, records) in [(&lot, 36), (&file, 38)] {
        let report = check(None, &joined(lines, ""));
        assert_eq!((faults(&report), report.records, report.invoices), (vec![], records, 2));
    }
    let report = check(None, &joined(&file[..37], "\r\n"));
    assert_eq!(faults(&report), [(37, 1, "?", "formats.b2_incomplet")], "no 999");
    let report = check(None, &joined(&one[..16], "\r\n"));
    assert_eq!(faults(&report), [(16, 1, "?", "formats.b2_incomplet")], "no 5");
}

#[test]
fn a_failing_key_is_a_finding() {
    let wrong = after(1, 25, "91");
    assert_eq!(findings(&wrong), [(1, 25, "cle_nir", "formats.b2_cle_nir")]);
    // The other records of the invoice do not agree with its header any more.
    assert!(wrong.faults.iter().all(|fault| fault.code.0 == "formats.b2_incoherent"));
    let mut lines = invoice();
    lines.iter_mut().for_each(|line| line.replace_range(24..26, "91"));
    let report = check(None, &joined(&lines, "\n"));
    assert_eq!((faults(&report), findings(&report)), (vec![], vec![(1, 25, "cle_nir", "formats.b2_cle_nir")]));
    lines.iter_mut().for_each(|line| line.replace_range(9..10, "7"));
    let report = check(None, &joined(&lines, "\n"));
    assert_eq!(faults(&report), []);
    assert_eq!(findings(&report)[1], (1, 2, "no_partenaire_sante_et_cle", "formats.b2_cle"));
    assert_eq!(findings(&after(7, 65, "7")), [(7, 57, "no_executant_et_cle", "formats.b2_cle")]);
    assert_eq!(findings(&after(9, 74, "8")), [(9, 64, "rpps_executant", "formats.b2_cle")]);
    // A fictitious number of an anonymous patient is no NIR.
    lines.iter_mut().for_each(|line| line.replace_range(11..12, "A"));
    assert_eq!(findings(&check(None, &joined(&lines, "\n")))[0], (1, 12, "nir_assure", "formats.b2_nir"));
}

#[test]
fn damage_is_placed() {
    assert_eq!(faults(&after(7, 117, "O")), [(7, 117, "honoraires", "formats.b2_numerique")]);
    assert_eq!(faults(&after(6, 43, "\u{7}")), [(6, 43, "code_lpp", "formats.b2_caractere")]);
    assert_eq!(faults(&after(1, 1, "8"))[0], (1, 1, "?", "formats.b2_type"));
    assert_eq!(
        faults(&after(8, 36, "Q")),
        [
            (8, 1, "?", "formats.b2_type"),
            (9, 1, "?", "formats.b2_ordre"),
            (17, 39, "nb_enreg_3x_4x", "formats.b2_nombre")
        ]
    );
    assert_eq!(faults(&after(17, 41, "5")), [(17, 39, "nb_enreg_3x_4x", "formats.b2_nombre")]);
    assert_eq!(faults(&after(10, 35, "8")), [(10, 27, "no_facture", "formats.b2_incoherent")]);
    let mut lines = invoice();
    lines.remove(1);
    assert_eq!(faults(&check(None, &joined(&lines, "\n"))), [(2, 1, "?", "formats.b2_ordre")], "2S must follow 2");
    let bytes = joined(&invoice(), "\r\n");
    assert_eq!(faults(&check(None, &bytes[..bytes.len() - 12])), [(17, 1, "?", "formats.b2_longueur")]);
    let report = check(None, b"");
    assert_eq!((faults(&report), report.records), (vec![(1, 1, "?", "formats.b2_vide")], 0));
}

#[test]
fn what_is_only_unusual_is_a_finding() {
    let only = |report: Report| (faults(&report).len(), findings(&report)[0].0, findings(&report)[0].3.to_owned());
    assert_eq!(only(after(7, 55, "  ")), (0, 7, "formats.b2_numerique_blanc".to_owned()));
    assert_eq!(only(after(2, 72, "Dupont")), (0, 2, "formats.b2_caractere".to_owned()));
    assert_eq!(only(after(2, 72, " DUPON")), (0, 2, "formats.b2_cadrage".to_owned()));
    assert_eq!(only(after(2, 65, "X")), (0, 2, "formats.b2_remplissage".to_owned()));
    assert_eq!(only(after(7, 70, "269915")), (0, 7, "formats.b2_date".to_owned()));
    assert_eq!(only(after(17, 65, "1")), (0, 17, "formats.b2_total".to_owned()));
    // A birth in month 19 is ordinary: the hand-written one has it.
    assert_eq!(&invoice()[0][95..101], "841901");
}

#[test]
fn noise_is_told_within_bounds() {
    let noise: Vec<u8> = (0..400_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let report = check(None, &noise);
    assert_eq!(report.faults.len(), Report::MOST);
    let zeros = check(Some(Profile::SimEr), &vec![b'4'; 400_000]);
    assert!(zeros.faults.len() <= Report::MOST);
}

proptest! {
    #[test]
    fn any_bytes_are_checked(bytes in proptest::collection::vec(any::<u8>(), 0..1500), width in any::<bool>()) {
        let mut bytes = bytes;
        if width {
            // Records of the right width and type, so that the fields are reached.
            bytes.truncate(bytes.len() / 128 * 128);
            bytes.chunks_mut(128).for_each(|line| line[0] = b'0' + line[0] % 10);
        }
        for profile in [None, Some(Profile::Cp), Some(Profile::SimEr)] {
            for report in [check(profile, &bytes), check_fields(profile, &bytes)] {
                prop_assert!(report.faults.iter().all(|fault| fault.line >= 1 && (1..=128).contains(&fault.column)));
                prop_assert!(!bytes.is_empty() || !report.faults.is_empty());
            }
        }
    }

    #[test]
    fn a_changed_byte_never_hides_the_invoice(line in 1usize..=17, column in 1usize..=128, byte in b' '..=b'~') {
        let report = after(line, column, &char::from(byte).to_string());
        prop_assert_eq!(report.records, 17);
        prop_assert_eq!(report.profile, Profile::Cp);
    }

    /// The quick look says of every field what the whole check says of it, and nothing else.
    #[test]
    fn the_fields_alone_are_looked_at_alike(line in 1usize..=17, column in 1usize..=128, byte in any::<u8>()) {
        let mut bytes = joined(&invoice(), "\r\n");
        bytes[(line - 1) * 130 + column - 1] = byte;
        let of_fields = ["b2_caractere", "b2_cadrage", "b2_numerique", "b2_numerique_blanc", "b2_remplissage", "b2_type", "b2_longueur"];
        let whole = check(Some(Profile::Cp), &bytes);
        let alike = |told: Vec<(usize, usize, &str, &'static str)>| {
            told.into_iter()
                .filter(|(.., code)| of_fields.contains(&code.trim_start_matches("formats.")))
                .map(|(line, column, field, code)| (line, column, field.to_owned(), code))
                .collect::<Vec<_>>()
        };
        let quick = check_fields(Some(Profile::Cp), &bytes);
        prop_assert_eq!(alike(faults(&quick)), alike(faults(&whole)));
        prop_assert_eq!(alike(findings(&quick)), alike(findings(&whole)));
        prop_assert_eq!(quick.faults.len(), alike(faults(&quick)).len(), "nothing but fields");
        prop_assert_eq!((quick.records, quick.invoices), (whole.records, whole.invoices));
    }

    /// Ours are lawful in the public tables too: what CP has no place for stands in fillers, and in 2R and 2D.
    #[test]
    fn our_own_pass_the_public_tables(content in any_content()) {
        let mut content = content;
        (content.locum, content.demand) = (None, None);
        let bytes = liasse_formats::b2::render_fse(&content).expect("bytes");
        let report = check(Some(Profile::Cp), &bytes);
        prop_assert_eq!(faults(&report), vec![]);
        prop_assert!(report.findings.iter().all(|finding| {
            finding.field == "filler" || finding.code.0 == "formats.b2_cle_nir"
        }), "{:?}", report.findings);
    }
}
