//! Scanned documents on the command line: tied to an FSE, listed, taken away, and what is refused.

use serde_json::{Value, json};

use super::practice::Practice;

const PDF: &[u8] = b"%PDF-1.4\n%%EOF\n";

fn file(practice: &Practice, name: &str, bytes: &[u8]) -> String {
    let path = practice.data().with_file_name(name);
    std::fs::write(&path, bytes).expect("a file");
    path.to_str().expect("UTF-8").to_owned()
}

fn said(practice: &Practice, arguments: &[&str]) -> Value {
    serde_json::from_str(&practice.done(&[arguments, &["--json"]].concat())).expect("json")
}

#[test]
fn a_document_is_attached_listed_and_detached_until_the_lot_is_signed() {
    let practice = Practice::empty("attachments");
    let fse = practice.prepare();
    // The content decides, not the name.
    let pdf = file(&practice, "ordonnance.tiff", PDF);
    let tiff = file(&practice, "sans-nom", b"MM\0*\0\0\0\x08\0\x01\x01\0\0\x03\0\0\0\x01\0\x08\0\0\0\0\0\0");
    let first = said(&practice, &["fse", "attach", &fse, &pdf, "--kind", "ordonnance"]);
    assert_eq!(first["fse"], fse);
    practice.done(&["fse", "attach", "last", &tiff, "--kind", "feuille-de-soins"]);
    let listed = said(&practice, &["fse", "attachments", &fse]);
    assert_eq!((&listed["v"], &listed["fse"], &listed["state"]), (&json!(1), &json!(fse), &Value::Null));
    let documents = listed["attachments"].as_array().expect("documents");
    let brief = |document: &Value| [&document["kind"], &document["media"], &document["bytes"]].map(Clone::clone);
    assert_eq!(brief(&documents[0]), [json!("ordonnance"), json!("pdf"), json!(PDF.len())]);
    assert_eq!(brief(&documents[1]), [json!("feuille_de_soins"), json!("tiff"), json!(26)]);
    // sha256sum of the fifteen bytes.
    assert_eq!(documents[0]["sha256"], "14bcd090baf31edba64e9cbd8cdfc15f943344aa72cb3675ad8e91bfcbce03ad");
    assert_eq!(documents[0]["attachment"], first["attachment"]);

    practice.done(&["fse", "detach", &fse, &documents[1]["attachment"].to_string()]);
    let lines = practice.done(&["fse", "attachments", &fse]);
    assert_eq!(lines.lines().count(), 2, "a document, and where it is: {lines}");

    practice.done(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-petit"]);
    practice.done(&["lot", "seal"]);
    assert_eq!(said(&practice, &["fse", "attachments", &fse])["state"], "a_envoyer");
    let status = said(&practice, &["post", "status"]);
    assert_eq!(status[0]["scans"], json!({ "state": "a_envoyer", "sent_at": null }));
    let late = practice.call(&["fse", "attach", &fse, &tiff, "--kind", "autre"]);
    assert_eq!(late.ending(), (1, "store.numerisation_figee"));
    let late = practice.call(&["fse", "detach", &fse, &documents[0]["attachment"].to_string()]);
    assert_eq!(late.ending(), (1, "store.numerisation_figee"));
    practice.done(&["journal", "verify"]);
}

#[test]
fn what_is_no_document_is_refused_and_nothing_is_attached() {
    let practice = Practice::empty("no-attachments");
    let fse = practice.prepare();
    let large = [PDF, &vec![b' '; 250_000], b"%%EOF"].concat();
    for (name, bytes, code) in [
        ("photo.pdf", &b"\x89PNG\r\n\x1a\n"[..], "formats.numerisation_format"),
        ("vide.pdf", b"", "formats.numerisation_format"),
        ("coupe.pdf", &PDF[..12], "formats.numerisation_incomplete"),
        ("grand.pdf", &large, "formats.numerisation_trop_grande"),
    ] {
        let path = file(&practice, name, bytes);
        let refused = practice.call(&["fse", "attach", &fse, &path, "--kind", "ordonnance"]);
        assert_eq!(refused.ending(), (1, code), "{name}");
    }
    let pdf = file(&practice, "a.pdf", PDF);
    let wrong = practice.call(&["fse", "attach", &fse, &pdf, "--kind", "photo"]);
    assert_eq!(wrong.ending(), (2, "system.argument_refuse"));
    let nowhere = practice.call(&["fse", "attach", &fse, "/nowhere/a.pdf", "--kind", "autre"]);
    assert_eq!(nowhere.ending(), (2, "system.fichier_illisible"));
    assert_eq!(said(&practice, &["fse", "attachments", &fse])["attachments"], json!([]));
    practice.done(&["fse", "attach", &fse, &pdf, "--kind", "autre"]);
    let twice = practice.call(&["fse", "attach", &fse, &pdf, "--kind", "ordonnance"]);
    assert_eq!(twice.ending(), (1, "store.numerisation_deja_jointe"));
    assert_eq!(practice.call(&["fse", "detach", &fse, "999"]).ending(), (1, "store.numerisation_inconnue"));
}

#[test]
fn documents_are_the_business_of_their_own_practitioner() {
    let practice = Practice::empty("others-attachments");
    let fse = practice.prepare();
    let pdf = file(&practice, "a.pdf", PDF);
    let blanc = ["--reader", "sim:cps-blanc"];
    for call in [
        &["fse", "attach", &fse, &pdf, "--kind", "autre"][..],
        &["fse", "attachments", &fse],
        &["fse", "detach", &fse, "1"],
    ] {
        let refused = practice.call(&[call, &blanc].concat());
        assert_eq!(refused.ending(), (1, "invoicing.autre_praticien"), "{call:?}");
    }
}
