//! `liassectl` as a script sees it: arguments in, standard output, standard error and exit code out.
//! One process a call. Documents and people are invented.

#![expect(clippy::expect_used, clippy::panic, reason = "the bench of a test")]

mod access;
mod apcv;
mod attachments;
mod cards;
mod doctor;
mod endings;
mod folders;
mod formats;
mod keys;
mod mutuelle;
mod names;
mod patients;
mod practice;
mod price;
mod radar;
mod recettes;
mod situation;
mod tables;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

/// What a call left.
pub struct Answer {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Answer {
    /// Standard output as one JSON document.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    /// The exit code, and the code of the one line on standard error, which must be a sentence too.
    pub fn ending(&self) -> (i32, &str) {
        let sentence = self.err.split_once(": ").map(|(_, sentence)| sentence.trim_end());
        assert!(sentence.is_some_and(|s| s.len() > 20 && s.ends_with('.')), "{} {}", self.out, self.err);
        assert_eq!(self.err.lines().count(), 1, "{}", self.err);
        (self.code, self.error_code())
    }

    /// The code at the head of the line on standard error.
    pub fn error_code(&self) -> &str {
        self.err.split_once(": ").map_or(self.err.as_str(), |(code, _)| code)
    }
}

/// Calls with `input` on standard input.
pub fn call(arguments: &[&str], input: &[u8]) -> Answer {
    call_where(&[], arguments, input)
}

/// The same with these variables; the usual folder for data is one that does not exist unless they name another.
pub fn call_where(variables: &[(&str, &Path)], arguments: &[&str], input: &[u8]) -> Answer {
    let mut child = Command::new(env!("CARGO_BIN_EXE_liassectl"))
        .args(arguments)
        .env_remove("LIASSE_DATA")
        .env("XDG_DATA_HOME", Path::new(env!("CARGO_TARGET_TMPDIR")).join("nobody's"))
        .envs(variables.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("liassectl");
    let mut stdin = child.stdin.take().expect("stdin");
    let input = input.to_vec();
    let feeder = std::thread::spawn(move || {
        // A call that fails before it reads closes the pipe.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().expect("output");
    feeder.join().expect("feeder");
    Answer {
        code: output.status.code().expect("exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        err: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A folder of one test, empty at its start, below the build folder.
pub fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("folder");
    folder
}

#[test]
fn help_is_french_and_no_error() {
    for arguments in [&["--help"][..], &["-h"], &["price", "--help"], &["formats", "b2", "check", "--help"]] {
        let answer = call(arguments, b"");
        assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{arguments:?}");
        assert!(answer.out.contains("Usage : liassectl"), "{}", answer.out);
        assert!(answer.out.contains("--json") && answer.out.contains("Affiche cette aide"), "{}", answer.out);
    }
    assert!(call(&["--version"], b"").out.starts_with("liassectl 0."));
}

#[test]
fn a_wrong_call_says_what_is_wrong_with_it() {
    for (arguments, code, word) in [
        (&["prix"][..], "system.argument_inconnu", "prix"),
        (&["price", "--couleur", "-"], "system.argument_inconnu", "--couleur"),
        (&["price"], "system.argument_manquant", "FICHIER"),
        (&["formats", "b2", "check", "--profile", "er", "-"], "system.argument_refuse", "--profile"),
        (&["formats", "cms", "verify", "x"], "system.argument_manquant", "--ca"),
        (&[], "system.appel_incomplet", "--help"),
        (&["formats"], "system.appel_incomplet", "--help"),
        (&["price", "/nowhere/at/all.json"], "system.fichier_illisible", "/nowhere/at/all.json"),
        (&["price", "--tables", "/nowhere", "-"], "system.fichier_illisible", "/nowhere"),
    ] {
        let answer = call(arguments, b"");
        assert_eq!(
            (answer.code, answer.error_code(), answer.out.as_str()),
            (2, code, ""),
            "{arguments:?} {}",
            answer.err
        );
        assert!(answer.err.contains(word) && answer.err.lines().count() == 1, "{}", answer.err);
    }
}

#[test]
fn errors_are_json_when_asked_for() {
    for arguments in [&["--json", "prix"][..], &["price", "--json", "/nowhere"]] {
        let answer = call(arguments, b"");
        let error: Value = serde_json::from_str(&answer.err).expect("json");
        let mut fields: Vec<&String> = error["error"].as_object().expect("object").keys().collect();
        fields.sort();
        assert_eq!(fields, ["action", "code", "level", "message", "safe"]);
        assert_eq!((answer.code, error["error"]["level"].as_str()), (2, Some("error")));
    }
}
mod data;
