//! The sentences of the journal against the sources of the store: each action has one, and nothing is told that no entry holds.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use liasse_store::Actor;

use super::*;

/// Sections of the texts that are no actions.
const BESIDE: [&str; 4] = ["detail", "word", "role", "line"];

/// The code of the store without its comments and tests, line by line.
fn store() -> Vec<String> {
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../store/src")];
    let mut lines = Vec::new();
    while let Some(folder) = open.pop() {
        for path in fs::read_dir(folder).expect("the sources of the store").flatten().map(|entry| entry.path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).expect("a source");
                let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
                lines.extend(code.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned));
            }
        }
    }
    assert!(lines.len() > 3000, "the sources were found");
    lines
}

/// What stands between quotes in a line, each with what stands before it.
fn quoted(line: &str) -> impl Iterator<Item = (&str, &str)> {
    let parts: Vec<&str> = line.split('"').collect();
    (1..parts.len()).step_by(2).map(move |at| (parts[at - 1], parts[at])).collect::<Vec<_>>().into_iter()
}

fn is_action(text: &str) -> bool {
    let word = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    text.split_once('.').is_some_and(|(family, name)| word(family) && word(name))
}

fn families() -> BTreeSet<&'static str> {
    TEXTS.keys().filter_map(|key| key.split_once('.')).map(|(family, _)| family).collect()
}

#[test]
fn each_action_that_the_store_writes_has_a_sentence_and_no_sentence_is_left_over() {
    let families = families();
    let mut written = BTreeSet::new();
    for line in store() {
        for (before, text) in quoted(&line) {
            let is_new = before.ends_with("Entry::new(");
            let is_code = before.ends_with(concat!("Code", "("));
            let known = text.split_once('.').is_some_and(|(family, _)| families.contains(family));
            if is_new || (is_action(text) && known && !is_code) {
                written.insert(text.to_owned());
            }
        }
    }
    let beside = |key: &&str| !BESIDE.contains(&key.split('.').next().unwrap_or_default());
    let sentences: BTreeSet<String> =
        TEXTS.keys().filter(beside).map(|key| if key == "refus.refus" { "refus" } else { key }.to_owned()).collect();
    assert!(written.len() > 40, "{written:?}");
    assert_eq!(written, sentences, "an action of the store without a sentence in journal.toml, or the reverse");
}

#[test]
fn what_is_told_beside_a_sentence_is_what_entries_hold() {
    let names: BTreeSet<String> =
        store().iter().flat_map(|line| quoted(line).map(|(_, text)| text.to_owned()).collect::<Vec<_>>()).collect();
    for key in TEXTS.keys() {
        if let Some(name) = key.strip_prefix("detail.") {
            assert!(names.contains(name), "no entry holds {name}");
            assert!(TEXTS.find(key).is_some_and(|text| text.contains("{value}")), "{key}");
        }
    }
}

fn entry(action: &str, payload: &str) -> JournalEntry {
    JournalEntry {
        seq: 7,
        at: "2026-01-15T08:00:00Z".parse().expect("a moment"),
        actor: Actor { who: "991010117".to_owned(), role: "praticien".to_owned() },
        action: action.to_owned(),
        fse: Some("991010117-000000001".to_owned()),
        lot: None,
        patient: Some(3),
        payload: payload.to_owned(),
        prev: [0; 32],
        hash: [0xab; 32],
    }
}

#[test]
fn an_entry_is_a_sentence_with_what_goes_with_it() {
    let of = |action: &str, payload: &str| Line::of(&entry(action, payload));
    let line =
        of("fse.preparee", r#"{"bytes_sha256":"00","mode":3,"par_carte":"00000117","session":2,"total_cents":3000}"#);
    assert_eq!(line.says, "Préparée et numérotée · mode 3 · 30,00\u{202f}€");
    assert_eq!((line.card.as_deref(), line.session), (Some("00000117"), Some(2)));
    assert_eq!(line.by(), "991010117 (praticien)");
    assert_eq!(line.when(), "15/01/2026 09 h 00");
    assert_eq!(line.about(), "FSE 991010117-000000001 · session 2 · patient n° 3");
    assert!(line.hash.starts_with("abab"));
    for (action, payload, says) in [
        (
            "fse.reglee",
            r#"{"amount_cents":900,"modes":"carte+cheque","state":"encaisse"}"#,
            "Règlement du patient · 9,00\u{202f}€ · carte bancaire + chèque · encaissé",
        ),
        ("fse.signee", r#"{"rendu_cents":0,"reporte_cents":0}"#, "Signée"),
        (
            "refus",
            r#"{"code":"system.horloge_en_retard"}"#,
            "Geste refusé · L'horloge de l'ordinateur est en retard sur la dernière écriture du journal.",
        ),
        ("remplacement.repete", r#"{"ready":false,"session":1}"#, "Session de remplacement répétée · prête : non"),
        (
            "journee.close",
            r#"{"day":"2026-01-15","movements":2}"#,
            "Journée de recettes close · journée du 15/01/2026 · 2 mouvement(s)",
        ),
        (
            "horloge.acceptee",
            r#"{"avant":"2027-01-15T08:00:00.000000Z"}"#,
            "Horloge acceptée : le journal avait de l'avance · le journal s'arrêtait au 15/01/2027 09 h 00",
        ),
        (
            "retour.recu",
            r#"{"kind":"rejets","rejected":["991010117-000000001"],"status":"applique"}"#,
            "Retour reçu · rejets · rejetées : 991010117-000000001 · appliqué",
        ),
        ("d'un autre programme", "{}", "d'un autre programme"),
    ] {
        assert_eq!(of(action, payload).says, says);
    }
}

#[test]
fn a_line_of_the_file_has_the_columns_that_stand_above() {
    let line = Line::of(&entry("fse.signee", "{}")).csv();
    let columns = TEXTS.t("line.columns").split(';').count();
    assert_eq!(line.trim_end().split(';').count(), columns);
    assert!(
        line.starts_with("7;15/01/2026;09:00:00;991010117;;praticien;fse.signee;Signée;991010117-000000001;;3;;abab"),
        "{line}"
    );
}
