//! What a run of `cargo xtask test` keeps of every program that a test started: its log and its errors, for the search that
//! follows (`canary`).
//! Not a place to look things up: without `LIASSE_ARTEFACTS` nothing is kept.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

static KEEPS: AtomicBool = AtomicBool::new(true);

/// From now on nothing of this test is kept: it leaks on purpose.
pub fn keep_nothing() {
    KEEPS.store(false, Ordering::SeqCst);
}

/// Adds what a program said to the file of that name of this test.
///
/// # Panics
/// When it cannot be kept: a search over less than everything would prove nothing.
pub fn keep(name: &str, said: &[u8]) {
    let Some(folder) = std::env::var_os("LIASSE_ARTEFACTS") else { return };
    if said.is_empty() || !KEEPS.load(Ordering::SeqCst) {
        return;
    }
    let path = PathBuf::from(folder).join(format!("{}-{}-{name}", test_name(), std::process::id()));
    let kept = append(&path, said);
    assert!(kept.is_ok() || std::thread::panicking(), "{}: {kept:?}", path.display());
}

/// Keeps the logs in a test's folder, which goes with the test: those of programs, and of mail servers in `log`.
pub fn keep_logs(folder: &Path) {
    for folder in [folder.to_owned(), folder.join("log")] {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "log")) {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            // What is a folder or was removed meanwhile says nothing.
            keep(&name, &std::fs::read(&path).unwrap_or_default());
        }
    }
}

fn append(path: &Path, said: &[u8]) -> io::Result<()> {
    OpenOptions::new().create(true).append(true).open(path)?.write_all(said)
}

/// The test target.
fn test_name() -> String {
    let program = std::env::current_exe().ok();
    let name = program.as_deref().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "test".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_twice_is_kept_twice() {
        let scratch = crate::Scratch::new("artefacts");
        let path = scratch.join("a.log");
        append(&path, b"one ").expect("kept");
        append(&path, b"two").expect("kept");
        assert_eq!(std::fs::read(&path).expect("kept"), b"one two");
        assert!(append(&scratch.join("nowhere/a.log"), b"lost").is_err());
    }
}
