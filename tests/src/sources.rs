//! Our own sources as text, for the tests that hold the house rules: which files there are, and their code without
//! comments and without the tests at their foot.
//! Not a Rust parser: it knows strings, characters and comments well enough for words to be counted.

use std::path::{Path, PathBuf};

use crate::root;

/// All files with `extension` under `folder` of the repository (build folders and hidden ones left out), sorted.
pub fn files(folder: &str, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![root().join(folder)];
    while let Some(folder) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            let hidden =
                path.file_name().is_some_and(|name| name == "target" || name.as_encoded_bytes().starts_with(b"."));
            if path.is_dir() && !hidden {
                open.push(path);
            } else if path.extension().is_some_and(|found| found == extension) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// A path as it is written in messages and lists: from the repository on.
pub fn name(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().into_owned()
}

/// The crate (folder under `crates/`) a file belongs to, when it belongs to its product code.
pub fn crate_of(path: &Path) -> Option<String> {
    let name = name(path);
    let mut parts = name.split('/');
    let (Some("crates"), Some(folder), Some("src")) = (parts.next(), parts.next(), parts.next()) else { return None };
    Some(folder.to_owned())
}

/// The text of a file without its comments and without what stands under `#[cfg(test)]` at its foot.
pub fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    without_tests(&without_comments(&text)).to_owned()
}

/// Whether `word` stands in `code` as a whole word.
pub fn has_word(code: &str, word: &str) -> bool {
    code.match_indices(word)
        .any(|(at, _)| !ends_in_a_word(&code[..at]) && !code[at + word.len()..].starts_with(is_part_of_a_word))
}

/// The texts `x` of every `Code("x")` in `code`.
pub fn codes(code: &str) -> Vec<&str> {
    code.match_indices("Code(")
        .filter(|(at, _)| !ends_in_a_word(&code[..*at]))
        .filter_map(|(at, start)| {
            code[at + start.len()..].trim_start().strip_prefix('"')?.split_once('"').map(|(text, _)| text)
        })
        .collect()
}

fn without_tests(code: &str) -> &str {
    // House style: the tests are one module, the last thing in the file.
    code.find("#[cfg(test)]\nmod ").map_or(code, |at| &code[..at])
}

fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(letter) = rest.chars().next() {
        let length = if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
            continue;
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
            continue;
        } else if let Some(length) = raw_string_length(rest).filter(|_| !ends_in_a_word(&code)) {
            length
        } else if letter == '"' {
            string_length(rest)
        } else if rest.starts_with("'\"'") {
            3
        } else {
            letter.len_utf8()
        };
        code.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    code
}

fn is_part_of_a_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

fn ends_in_a_word(code: &str) -> bool {
    code.ends_with(is_part_of_a_word)
}

/// The length of the raw string (`r"…"`, `r#"…"#`) that `text` begins with.
fn raw_string_length(text: &str) -> Option<usize> {
    let after_r = text.strip_prefix('r')?;
    let content = after_r.trim_start_matches('#');
    let hashes = after_r.len() - content.len();
    let end = format!("\"{}", "#".repeat(hashes));
    let closed = content.strip_prefix('"')?.find(&end)?;
    Some(1 + hashes + 1 + closed + end.len())
}

/// The length of the string that `text` begins with, quotes included.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, letter) in text.char_indices().skip(1) {
        match letter {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_tests_are_no_code() {
        let text = "//! TcpStream\nlet a = \"http://x\"; // TcpListener\nlet q = '\"'; /* x */ r#\"// \"#;b\n#[cfg(test)]\nmod tests { TcpStream }";
        assert_eq!(without_tests(&without_comments(text)), "\nlet a = \"http://x\"; \nlet q = '\"';  r#\"// \"#;b\n");
    }

    #[test]
    fn words_are_whole_and_codes_are_read_across_lines() {
        assert!(has_word("use std::net::TcpStream;", "TcpStream"));
        assert!(!has_word("MyTcpStream TcpStreams TcpStream_", "TcpStream"));
        assert_eq!(codes("Code(\"a.b\") crate::Code(\n    \"c.d\",\n) ExitCode(\"e.f\") Code(name)"), ["a.b", "c.d"]);
    }

    #[test]
    fn a_file_belongs_to_the_crate_of_its_folder() {
        assert_eq!(crate_of(&root().join("crates/domain/src/deep/nir.rs")).as_deref(), Some("domain"));
        assert_eq!(crate_of(&root().join("crates/domain/tests/nir.rs")), None);
        assert_eq!(crate_of(&root().join("tests/src/lib.rs")), None);
    }
}
