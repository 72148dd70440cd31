//! A demo practice of one test, in a folder of its own, driven by calls alone.
//! Not the practice of the end-to-end tests: no program beside `liassectl` is started.

use std::path::{Path, PathBuf};

use super::{Answer, call, folder};

/// The practice.
pub struct Practice(PathBuf);

impl Practice {
    /// One whose folder does not exist.
    pub fn absent(name: &str) -> Self {
        Self(folder(name).join("data"))
    }

    /// One made by the first setting of its clock, with nothing in it.
    pub fn empty(name: &str) -> Self {
        let practice = Self::absent(name);
        practice.done(&["config", "set", "demo.clock", "2026-01-15T09:01"]);
        practice
    }

    /// Its data directory.
    pub fn data(&self) -> &Path {
        &self.0
    }

    /// A call on it.
    pub fn call(&self, arguments: &[&str]) -> Answer {
        self.call_with(arguments, "")
    }

    /// A call on it with standard input.
    pub fn call_with(&self, arguments: &[&str], input: &str) -> Answer {
        let data = self.0.to_str().expect("UTF-8");
        call(&[arguments, &["--data", data]].concat(), input.as_bytes())
    }

    /// A call that must succeed without a word on standard error; gives standard output.
    pub fn done(&self, arguments: &[&str]) -> String {
        self.done_with(arguments, "")
    }

    /// The same with standard input.
    pub fn done_with(&self, arguments: &[&str], input: &str) -> String {
        let answer = self.call_with(arguments, input);
        assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{arguments:?}");
        answer.out
    }

    /// Prepares a consultation under C2S (21,00 € and 9,00 €); gives its name.
    pub fn prepare(&self) -> String {
        self.prepare_for("sim:vitale-petit")
    }

    /// Prepares a consultation of the first person of a card; gives its name.
    pub fn prepare_for(&self, vitale: &str) -> String {
        let input = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;
        let made = self.done_with(&["fse", "new", "-", "--patient-reader", vitale], input);
        made.split_whitespace().next().expect("a name").to_owned()
    }

    /// A file in the outbox; gives its name.
    pub fn ready_to_send(&self) -> String {
        let fse = self.prepare();
        self.done(&["fse", "sign", &fse, "--patient-reader", "sim:vitale-petit"]);
        self.done(&["lot", "seal"]).trim_end().to_owned()
    }
}
