//! The prints of the desk as others read them: Poppler the PDF, anybody the HTML. Amounts by hand: G 30,00 €, of which the
//! AMO bears 70 %. Not the layout, which the crate `print` has judged.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::process::Command;

use liasse_e2e::{Practice, finish};

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// One FSE paid by cheque, and one whose patient's rights have ended: both left in one lot and were answered, the second
/// rejected (I1002). Their names, and that of their file.
struct Road {
    practice: Practice,
    paid: String,
    rejected: String,
    file: String,
}

impl Road {
    fn new(name: &str) -> Self {
        let practice = Practice::empty(name);
        let paid = practice.bill("vitale-durand", G, Some("cheque"));
        let patient = ["--patient-reader", "sim:vitale-fini"];
        let new = ["fse", "new", "-", "--reason", "Droits renouvelés, dit-il.", "--json"];
        let mut new = practice.ctl(&[&new[..], &patient].concat());
        let made = finish(&mut new, G.as_bytes()).success().json();
        let rejected = made["fse"].as_str().expect("a name").to_owned();
        practice.run(&[&["fse", "sign", &rejected][..], &patient].concat()).success();
        for words in [["lot", "seal"], ["post", "send"], ["post", "fetch"]] {
            practice.run(&words).success();
        }
        let document = practice.document(&rejected);
        assert_eq!(document["reject"]["code"], "I1002", "{document}");
        let file = document["lot"].as_str().expect("a lot").to_owned();
        Self { practice, paid, rejected, file }
    }

    /// A print as Poppler reads it.
    fn pdf(&self, words: &[&str]) -> String {
        let path = self.practice.scratch().join(format!("{}.pdf", words.join("-")));
        let path = path.to_str().expect("utf-8");
        let said = self.practice.run(&[&["print"][..], words, &[path]].concat()).success();
        assert_eq!(said.stdout.trim_end(), path);
        finish(Command::new("pdftotext").args(["-layout", "-enc", "UTF-8", path, "-"]), b"").success().stdout
    }
}

fn assert_all(text: &str, wanted: &[&str]) {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for want in wanted {
        assert!(text.contains(want), "« {want} » in\n{text}");
    }
}

#[test]
fn each_of_the_six_prints_says_what_it_is_for_and_that_it_is_a_demonstration() {
    let road = Road::new("prints");
    road.practice.run(&["receipts", "deposit"]).success();
    let (paid, rejected, file) = (road.paid.as_str(), road.rejected.as_str(), road.file.as_str());
    let duplicate = ["Duplicata", paid, "DURAND MARIE", "2 85 04 99 999 901 | 85", "30,00", "21,00", "positif", file];
    let receipt = ["Reçu", "DURAND MARIE", "GRIS", "chèque", "30,00", "15/01/2026"];
    let lot = ["Bordereau de lot", file, "par la carte de GRIS ANNE", "01/751", "DURAND", "FINIEL", "I1002", "60,00"];
    let slip = ["Remise de chèques", "Remise n° 1", paid, "30,00", "1 chèque(s)"];
    let incident = ["Dossier d'incident", rejected, file, "I1002", "Lot signé", "Message-ID", "positif"];
    let adviser = ["Fiche pour mon conseiller", "CPS n° 00000101", "3 (sécurisé)", "0 jour(s)", "I1002", "1 fois"];
    for (words, wanted) in [
        (&["duplicata", paid][..], &duplicate[..]),
        (&["recu", paid], &receipt),
        (&["bordereau", file], &lot),
        (&["remise", "last"], &slip),
        (&["incident", rejected], &incident),
        (&["conseiller"], &adviser),
    ] {
        let text = road.pdf(words);
        assert_all(&text, wanted);
        assert_all(&text, &["DÉMONSTRATION", "Document de démonstration, sans valeur"]);
    }
    // What goes to others names no patient more than it must.
    for words in [&["incident", paid][..], &["incident", "last"]] {
        let text = road.pdf(words);
        assert!(!text.contains("DURAND") && !text.contains("FINIEL") && !text.contains("99 999"), "{text}");
    }
    let fonts = road.practice.scratch().join("conseiller.pdf");
    let fonts = finish(Command::new("pdffonts").arg(fonts), b"").success().stdout;
    assert!(fonts.lines().skip(2).all(|line| line.contains("IBMPlexSans") && line.contains(" yes ")), "{fonts}");
    road.practice.run(&["journal", "verify"]).success();
}

#[test]
fn the_same_print_is_a_page_that_needs_no_window() {
    let road = Road::new("prints-html");
    let path = road.practice.scratch().join("duplicata.html");
    let words = ["print", "duplicata", &road.paid, path.to_str().expect("utf-8")];
    let said = road.practice.json(&words);
    assert_eq!((&said["v"], &said["format"]), (&1.into(), &"html".into()));
    let page = std::fs::read_to_string(&path).expect("a page");
    for part in [
        "<html lang=\"fr\">",
        "<h1>Duplicata de feuille de soins électronique</h1>",
        "<th scope=\"col\">",
        "<dd>DURAND MARIE</dd>",
        "<p class=\"demo\">DÉMONSTRATION</p>",
    ] {
        assert!(page.contains(part), "{part} in {page}");
    }
    // Nothing of anybody's is overwritten.
    assert_eq!(road.practice.refused(&words, 1)["code"], "system.fichier_non_ecrit");
    assert_eq!(std::fs::read_to_string(&path).expect("a page"), page);
}

#[test]
fn a_print_is_for_whom_it_concerns() {
    let road = Road::new("prints-others");
    let path = road.practice.scratch().join("refuse.pdf");
    let file = path.to_str().expect("utf-8");
    let blanc = ["--reader", "sim:cps-blanc"];
    for words in [
        ["print", "duplicata", &road.paid, file],
        ["print", "recu", &road.paid, file],
        ["print", "incident", &road.rejected, file],
        ["print", "bordereau", &road.file, file],
    ] {
        let refused = road.practice.refused(&[&words[..], &blanc].concat(), 1);
        assert_eq!(refused["code"], "invoicing.autre_praticien", "{words:?}");
    }
    let nothing = road.practice.refused(&["print", "recu", &road.rejected, file], 1);
    assert_eq!(nothing["code"], "papier.rien_recu");
    let unknown = road.practice.refused(&["print", "remise", "7", file], 1);
    assert_eq!(unknown["code"], "papier.remise_inconnue");
    let mauve = ["print", "bordereau", &road.file, file, "--reader", "sim:cpe-mauve"];
    assert_eq!(road.practice.refused(&mauve, 1)["code"], "papier.comptes");
    assert!(!path.exists(), "a refusal leaves no file");
}
