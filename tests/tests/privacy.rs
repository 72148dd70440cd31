//! No PIN, name or NIR in a log, in an error or in the clear on the disk: a whole day of the canary card, then a search
//! for its marks, which first proves on a planted line that it finds them.

use std::path::Path;

use liasse_e2e::{Practice, finish};

const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// The PIN and the names that only these cards bear, and the NIR on `vitale-durand`.
const CANARIES: [&str; 4] = ["80471936", "ZZCANARI", "DURAND", "2850499999901"];

/// The places where a mark stands, in ASCII, UTF-16 or hexadecimal, under a folder or in a text.
fn found_in(bytes: &[u8]) -> Vec<&'static str> {
    let holds = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let wide = |mark: &str| mark.bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>();
    let hex = |mark: &str| mark.bytes().map(|byte| format!("{byte:02x}")).collect::<String>();
    CANARIES
        .into_iter()
        .filter(|mark| {
            holds(mark.as_bytes())
                || holds(&wide(mark))
                || holds(hex(mark).as_bytes())
                || holds(hex(mark).to_uppercase().as_bytes())
        })
        .collect()
}

fn files_with_a_mark(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files_with_a_mark(&path, found);
        } else {
            let marks = found_in(&std::fs::read(&path).unwrap_or_default());
            if !marks.is_empty() {
                found.push(format!("{}: {marks:?}", path.display()));
            }
        }
    }
}

#[test]
fn the_search_finds_what_is_planted() {
    for mark in CANARIES {
        assert_eq!(found_in(format!("a line with {mark} in it").as_bytes()), [mark]);
        let wide: Vec<u8> = mark.encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(found_in(&wide), [mark]);
        let hex: String = mark.bytes().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(found_in(hex.as_bytes()), [mark]);
    }
    assert!(found_in(b"nothing of the kind").is_empty());
}

#[test]
fn a_day_of_the_canary_leaves_no_mark() {
    let practice = Practice::empty("canary");
    let caisse = practice.caisse(&[]);
    let mut said = String::new();
    let mut run = |words: &[&str], input: &str| {
        let mut command = practice.ctl(words);
        command.args(["--reader", "sim:cps-canari", "--pin-stdin", "--json"]).env("LIASSE_LOG", "trace");
        let finished = finish(&mut command, format!("80471936\n{input}").as_bytes());
        said.push_str(&finished.stderr);
        finished
    };
    let entry = practice.scratch().write("entry.json", G);
    let entry = entry.to_str().expect("utf-8");
    let made = run(&["fse", "new", entry, "--patient-reader", "sim:vitale-durand"], "").success().json();
    let fse = made["fse"].as_str().expect("a name").to_owned();
    run(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-durand"], "").success();
    run(&["fse", "settle", &fse, "carte"], "").success();
    run(&["lot", "seal"], "").success();
    // What is refused speaks too: another patient's card, a wrong code, a card that cannot be read.
    assert_ne!(run(&["fse", "new", entry, "--patient-reader", "sim:vitale-cle"], "").code, 0);
    let mut wrong = practice.ctl(&["ledger", "--reader", "sim:cps-canari", "--pin-stdin"]);
    said.push_str(&finish(&mut wrong, b"80471937\n").stderr);
    for words in [["post", "send"], ["post", "fetch"]] {
        let finished = finish(practice.ctl(&words).env("LIASSE_LOG", "trace"), b"").success();
        said.push_str(&finished.stderr);
    }
    let log = caisse.log();
    drop(caisse);
    assert!(!log.is_empty(), "the caisse says what it does");
    assert_eq!(found_in(said.as_bytes()), Vec::<&str>::new(), "errors and logs of liassectl: {said}");
    assert_eq!(found_in(log.as_bytes()), Vec::<&str>::new(), "the log of the caisse");
    // The store, its WAL, the caisse's memory: everything that lies in the data directory.
    let mut found = Vec::new();
    files_with_a_mark(&practice.data(), &mut found);
    assert_eq!(found, Vec::<String>::new());
}
