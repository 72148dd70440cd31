//! Poppler reads the sample: its words in order, its fonts, its pages (`pdftotext`, `pdffonts`, `pdfinfo` of poppler-utils).

use std::path::PathBuf;
use std::process::Command;

use liasse_print::{Block, Document, render};

use crate::sample::{ROWS, sample};

/// The document as a file that the tools can read. Each test names its own.
fn file(name: &str, document: &Document) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name).with_extension("pdf");
    std::fs::write(&path, render(document).expect("a PDF")).expect("a folder for the tests");
    path
}

fn run(tool: &str, options: &[&str], path: &PathBuf) -> String {
    let mut command = Command::new(tool);
    command.args(options).arg(path);
    if tool == "pdftotext" {
        command.arg("-");
    }
    let output = command.output().expect("poppler-utils is installed (cargo xtask set-up test)");
    let complaints = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && complaints.is_empty(), "{tool}: {complaints}");
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The text of each page, laid out as it stands.
fn pages(path: &PathBuf) -> Vec<String> {
    let text = run("pdftotext", &["-layout", "-enc", "UTF-8"], path);
    text.trim_end_matches('\u{c}').split('\u{c}').map(str::to_owned).collect()
}

/// Words in a row, whatever spaces stand between them: Poppler makes plain ones of the narrow ones in amounts.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn assert_in_order(text: &str, wanted: &[&str]) {
    let text = words(text);
    let mut rest = text.as_str();
    for want in wanted {
        let want = words(want);
        let at = rest.find(&want);
        assert!(at.is_some(), "« {want} » does not follow in:\n{rest}");
        rest = &rest[at.unwrap_or_default() + want.len()..];
    }
}

#[test]
fn the_words_of_the_sample_come_out_in_order() {
    let pages = pages(&file("words", &sample(false)));
    assert_in_order(
        &pages.concat(),
        &[
            "Bordereau de télétransmission",
            "Dr Anne GRIS · lot 0042",
            "Praticien Dr Anne GRIS, médecine générale, secteur 1",
            "N° de facturation",
            "À conserver 90 jours au moins avec l’accusé de réception",
            "« reçu »",
            "Factures du lot",
            "000000101",
            "LECŒUR Françoise",
            "G(S) 21,00 € 30,00 €",
            "Établi le 15 janvier 2026 à 18 h 05 page 1 / 2",
            "Total 34 FSE 752,50 € 1 075,00 €",
            "À compléter",
            "Les montants sont en euros.",
            "Un rejet ne concerne que sa FSE : le reste du lot est payé.",
            "Observations",
            "Date et signature du praticien Cachet du cabinet",
            "page 2 / 2",
        ],
    );
    let all = pages.concat();
    for n in 1..=ROWS {
        assert_eq!(all.matches(&format!("{:09}", 100 + n)).count(), 1, "FSE {n} stands in one row");
    }
}

#[test]
fn each_page_repeats_the_header_and_has_its_number() {
    let pages = pages(&file("header", &sample(false)));
    assert_eq!(pages.len(), 2);
    for (at, page) in pages.iter().enumerate() {
        assert!(words(page).contains("Patient Actes"), "page {}:\n{page}", at + 1);
        assert!(words(page).contains(&format!("page {} / 2", at + 1)), "page {}:\n{page}", at + 1);
    }
}

#[test]
fn every_font_is_embedded_and_can_be_read_back() {
    let fonts = run("pdffonts", &[], &file("fonts", &sample(true)));
    let rows: Vec<&str> = fonts.lines().skip(2).collect();
    assert_eq!(rows.len(), 2, "{fonts}");
    for row in rows {
        assert!(row.contains("IBMPlexSans"), "{row}");
        // … type, encoding, emb, sub, uni, object ID (two numbers)
        let last: Vec<&str> = row.split_whitespace().rev().take(5).collect();
        assert_eq!(last[2..], ["yes", "yes", "yes"], "{row}");
    }
}

#[test]
fn every_page_of_a_demo_document_says_so_and_none_of_another() {
    let marked = pages(&file("demo", &sample(true)));
    let plain = pages(&file("plain", &sample(false)));
    assert_eq!(marked.len(), plain.len());
    let across = |text: &str| text.split_whitespace().collect::<String>().contains("DÉMONSTRATION");
    for page in &marked {
        assert!(across(page), "{page}");
        assert!(words(page).contains("Document de démonstration, sans valeur"), "{page}");
    }
    for page in &plain {
        assert!(!across(page) && !page.to_lowercase().contains("démonstration"), "{page}");
    }
}

#[test]
fn the_file_says_what_it_is() {
    let path = file("info", &sample(false));
    let info = run("pdfinfo", &[], &path);
    for want in ["Bordereau de télétransmission", "Dr Anne GRIS · lot 0042", "A4", "Liasse"] {
        assert!(info.contains(want), "{want}:\n{info}");
    }
    assert!(!info.contains("CreationDate"), "no clock:\n{info}");
    let bytes = std::fs::read(path).expect("the file");
    assert!(bytes.windows(13).any(|part| part == b"/Lang (fr-FR)"), "the language");
}

#[test]
fn what_the_font_lacks_is_seen_as_missing() {
    let blocks = vec![Block::Paragraph("漢字 et 😀 \u{202e}fin\u{0} Cle\u{301}mence".to_owned())];
    let document = Document { title: "Essai".to_owned(), blocks, ..Document::default() };
    assert_in_order(&pages(&file("missing", &document)).concat(), &["Essai", "?? et ? fin Clémence"]);
}

#[test]
fn a_document_without_anything_is_one_page() {
    let pages = pages(&file("nothing", &Document::default()));
    assert_eq!(pages.iter().map(|page| words(page)).collect::<Vec<_>>(), ["page 1 / 1"]);
}
