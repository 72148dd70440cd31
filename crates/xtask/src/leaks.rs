//! The search after all tests: no log, no error and no report of the run holds the canary's PIN, a name or a number of the
//! invented world. It first proves on a planted file that it finds each of them, however written.
//! Not the search itself (`tests/src/canary.rs`), and not what is kept (`tests/src/artefacts.rs`).

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::canary::{Marks, files_under};
use crate::workspace::{programs, root};

/// How many places are told.
const MOST: usize = 20;

/// An empty folder for what this run's programs say.
pub fn prepare() -> Result<PathBuf, String> {
    let folder = programs("artefacts");
    // What an earlier run left must not be taken for this one's; where nothing lies, nothing is to be done.
    drop(fs::remove_dir_all(&folder));
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

/// Searches what was kept, and the report of the tests with all that they printed.
pub fn search(folder: &Path, report: &Path) -> Result<(), String> {
    let marks = Marks::of_world(root()).map_err(|e| format!("the invented world: {e}"))?;
    prove(&marks, folder)?;
    let kept = files_under(folder).map_err(|e| format!("{}: {e}", folder.display()))?.len();
    if kept == 0 {
        return Err(format!("{} is empty: nothing was searched", folder.display()));
    }
    let mut found = marks.found_under(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let told = fs::read(report).map_err(|e| format!("{}: {e}", report.display()))?;
    found.extend(marks.found_in(&told).into_iter().map(|found| (report.to_owned(), found)));
    if found.is_empty() {
        println!("searched for leaks: {kept} logs and the report of the tests");
        return Ok(());
    }
    let line = |(path, found): &(PathBuf, _)| told_of(path, found);
    let lines: Vec<String> = found.iter().take(MOST).map(line).collect();
    Err(format!("{} leaks\n{}", found.len(), lines.join("\n")))
}

fn told_of(path: &Path, found: &crate::canary::Found) -> String {
    format!("    {}: {} ({})", path.display(), found.mark, found.written)
}

/// A file with every mark in every writing among the others must be found whole, and nothing of it stays.
fn prove(marks: &Marks, folder: &Path) -> Result<(), String> {
    let (text, planted) = marks.planted();
    let file = folder.join("planted");
    fs::write(&file, text).map_err(|e| format!("{}: {e}", file.display()))?;
    let found = marks.found_under(folder);
    fs::remove_file(&file).map_err(|e| format!("{}: {e}", file.display()))?;
    let found = found.map_err(|e| format!("{}: {e}", folder.display()))?;
    let seen: BTreeSet<_> = found.into_iter().filter(|(path, _)| *path == file).map(|(_, found)| found).collect();
    match planted.difference(&seen).next() {
        None if planted.is_empty() => Err("nothing is searched for".to_owned()),
        None => Ok(()),
        Some(missed) => Err(format!("the search misses what was planted: {} ({})", missed.mark, missed.written)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(logs: &[(&str, &str)], report: &str) -> Result<(), String> {
        let folder = std::env::temp_dir().join(format!("xtask-leaks-{}-{}", std::process::id(), logs.len()));
        fs::create_dir_all(folder.join("kept")).expect("a folder");
        for (name, text) in logs {
            fs::write(folder.join("kept").join(name), text).expect("a log");
        }
        fs::write(folder.join("junit.xml"), report).expect("a report");
        let result = search(&folder.join("kept"), &folder.join("junit.xml"));
        fs::remove_dir_all(&folder).expect("removed");
        result
    }

    #[test]
    fn a_clean_run_passes_and_one_without_logs_does_not() {
        assert_eq!(run(&[("pcscd.log", "nothing personal")], "<testsuites>"), Ok(()));
        assert!(run(&[], "<testsuites>").is_err(), "nothing was kept");
    }

    #[test]
    fn a_leak_is_told_with_its_place() {
        let logs = [("clean.log", "nothing"), ("pcscd.log", "APDU: 00 20 00 01 08 38 30 34 37 31 39 33 36 ")];
        let told = run(&logs, "<testsuites>").expect_err("a leak");
        assert!(told.starts_with("1 leaks") && told.contains("pcscd.log: 80471936 (hex)"), "{told}");
        let logs = [("a", "."), ("b", "."), ("c", ".")];
        let told = run(&logs, "<system-err>Mme DURAND</system-err>").expect_err("a leak");
        assert!(told.contains("junit.xml: DURAND (plain)"), "{told}");
    }
}
