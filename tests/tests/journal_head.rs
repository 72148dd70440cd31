//! The journal's head inside a signed lot, as a stranger reads it with openssl and the page of the format; an old copy of the whole
//! directory, which only somebody who kept a lot's signature can tell; and the journal as its owner reads and exports it.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::path::Path;
use std::process::Command;

use liasse_e2e::crash::G;
use liasse_e2e::{Practice, finish};
use serde_json::Value;

/// `lot.b2` and `lot.p7s` of the last lot, and what verifies them.
fn exported(practice: &Practice) -> std::path::PathBuf {
    let folder = practice.scratch().join("lot");
    practice.run(&["lot", "export", "last", folder.to_str().expect("utf-8")]).success();
    folder
}

/// The bytes of the lot as openssl gives them back, once it has verified the signature.
fn verified(folder: &Path) -> Vec<u8> {
    let mut openssl = Command::new("openssl");
    openssl.args(["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any"]).current_dir(folder);
    openssl.args(["-in", "lot.p7s", "-content", "lot.b2", "-CAfile", "chain.pem", "-out", "verified.b2"]);
    finish(&mut openssl, b"").success();
    std::fs::read(folder.join("verified.b2")).expect("what openssl verified")
}

/// Sequence and hash in record 6, by the columns of docs/formats.md.
fn head(lot: &[u8]) -> (u64, String) {
    let text = String::from_utf8_lossy(lot);
    let record = text.lines().find(|line| line.starts_with('6')).expect("a record 6").to_owned();
    assert_eq!(record.len(), 128);
    (record[19..39].parse().expect("a number"), record[39..103].to_lowercase())
}

fn entries(practice: &Practice) -> Vec<Value> {
    let listed = practice.json(&["journal", "list", "--oldest-first", "--limit", "100000"]);
    listed["entries"].as_array().expect("entries").clone()
}

#[test]
fn openssl_and_the_page_of_the_format_find_the_head_of_the_journal_in_a_signed_lot() {
    let practice = Practice::empty("journal-head");
    practice.bill("vitale-durand", G, Some("carte"));
    practice.run(&["lot", "seal"]).success();
    practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    let folder = exported(&practice);
    let lot = verified(&folder);
    assert_eq!(lot, std::fs::read(folder.join("lot.b2")).expect("the lot"));
    let (sequence, hash) = head(&lot);
    let entries = entries(&practice);
    let at = |seq: u64| entries.iter().find(|entry| entry["seq"] == seq).unwrap_or_else(|| panic!("entry {seq}"));
    assert!(sequence > 5, "the whole day before it");
    assert_eq!(at(sequence)["hash"], hash.as_str());
    assert_eq!(at(sequence + 1)["action"], "lot.scelle");
    // What is listed is the chain that is verified.
    let report = practice.json(&["journal", "verify"]);
    let last = entries.last().expect("an entry");
    assert_eq!((&report["intact"], &report["entries"], &report["head"]), (&true.into(), &last["seq"], &last["hash"]));
    // A lot in which another head stands has another signature.
    let mut other = lot.clone();
    let place = other.windows(64).position(|window| window.eq_ignore_ascii_case(hash.as_bytes())).expect("the hash");
    other[place] = if other[place] == b'0' { b'1' } else { b'0' };
    std::fs::write(folder.join("lot.b2"), other).expect("another head");
    let mut openssl = Command::new("openssl");
    openssl.args(["cms", "-verify", "-cades", "-binary", "-inform", "DER", "-purpose", "any"]).current_dir(&folder);
    openssl.args(["-in", "lot.p7s", "-content", "lot.b2", "-CAfile", "chain.pem", "-out", "/dev/null"]);
    assert_ne!(finish(&mut openssl, b"").code, 0, "openssl refuses it");
}

#[test]
fn an_old_copy_of_the_directory_is_told_by_the_signature_of_a_lot_that_somebody_kept() {
    let practice = Practice::empty("journal-old");
    practice.bill("vitale-durand", G, None);
    let old = practice.copy("journal-old-copy");
    practice.run(&["lot", "seal"]).success();
    let folder = exported(&practice);
    let kept = folder.join("lot.p7s");
    let against = ["journal", "verify", "--against", kept.to_str().expect("utf-8")];
    practice.run(&against).success();
    // The copy holds in itself; only the outsider's lot shows what it is.
    old.run(&["journal", "verify"]).success();
    assert_eq!(old.refused(&against, 4)["code"], "store.lot_absent");
    // And a day that went on from the old copy has another journal under its own lots.
    old.bill("vitale-martin", G, None);
    old.run(&["lot", "seal"]).success();
    old.run(&["journal", "verify"]).success();
    assert_eq!(old.refused(&against, 4)["code"], "store.lot_absent");
}

#[test]
fn its_owner_lists_it_in_french_and_writes_it_out_and_others_do_not() {
    let practice = Practice::empty("journal-list");
    let fse = practice.bill("vitale-durand", G, Some("carte"));
    let lines = practice.run(&["journal", "list", "--fse", &fse]).success().stdout;
    let words: Vec<&str> = lines.lines().collect();
    assert_eq!(words.len(), 3, "{lines}");
    assert!(
        words[0].contains("(praticien)") && words[0].contains("Règlement du patient · 30,00\u{202f}€ · carte bancaire"),
        "{lines}"
    );
    assert!(words[1].contains("  Signée  FSE ") && words[2].contains("Préparée et numérotée"), "{lines}");
    for name in ["DURAND", "GRIS", "2850499999901"] {
        assert!(!lines.contains(name), "{name} in {lines}");
    }
    let card = practice.json(&["journal", "list", "--fse", &fse])["entries"][0]["card"].clone();
    assert!(card.as_str().is_some_and(|serial| serial.len() == 8), "{card}");
    let file = practice.scratch().join("journal.csv");
    let name = file.to_str().expect("utf-8");
    practice.run(&["journal", "export", name]).success();
    let text = std::fs::read_to_string(&file).expect("the file");
    let listed = entries(&practice).len();
    assert_eq!(text.lines().count(), listed + 1);
    assert!(text.starts_with("\u{feff}n°;date;heure;qui;carte;"));
    assert_eq!(practice.refused(&["journal", "export", name], 1)["code"], "system.fichier_non_ecrit");
    let staff = ["journal", "list", "--reader", "sim:cpe-mauve"];
    assert_eq!(practice.refused(&staff, 1)["code"], "acces.praticien_seul");
    assert_eq!(practice.refused(&["journal", "list", "--fse", "DURAND"], 2)["code"], "saisie.nom_de_fse");
}
