//! Standard output: one line at a time, and bytes as people and scripts read them.
//! Not the words: those are in `text`. Not standard error, which is `failure`'s.

use std::io::Write;

use crate::failure::{CliError, Failure};

/// One line on standard output.
pub(crate) fn line(line: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(|error| CliError::output(&error))
}

/// A document in JSON, indented for a reader.
pub(crate) fn json(document: &serde_json::Value) -> Result<(), Failure> {
    line(&format!("{document:#}"))
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
