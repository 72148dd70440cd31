//! What a user reads in the window: `assets/texts/window.toml`, embedded. Not the error texts, which are the catalogue's.

use std::collections::HashMap;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../../assets/texts/window.toml");

fn texts() -> &'static HashMap<String, String> {
    static TEXTS: OnceLock<HashMap<String, String>> = OnceLock::new();
    TEXTS.get_or_init(|| {
        let sections: HashMap<String, HashMap<String, String>> = toml::from_str(FILE).unwrap_or_default();
        sections
            .into_iter()
            .flat_map(|(section, entries)| {
                entries.into_iter().map(move |(name, text)| (format!("{section}.{name}"), text))
            })
            .collect()
    })
}

/// The text of a key; the key itself when there is none, which the test below refuses.
pub fn t(key: &'static str) -> &'static str {
    texts().get(key).map_or(key, String::as_str)
}

/// The text of a key with `{name}` replaced.
pub fn with(key: &'static str, values: &[(&str, &str)]) -> String {
    values.iter().fold(t(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::path::Path;

    fn keys(folder: &Path, found: &mut Vec<String>) {
        for entry in fs::read_dir(folder).expect("sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                keys(&path, found);
            } else if let Ok(source) = fs::read_to_string(&path) {
                for opening in ["t(\"", "with(\""] {
                    for rest in source.split(opening).skip(1) {
                        let key = rest.split('"').next().unwrap_or_default();
                        if key.contains('.')
                            && key
                                .chars()
                                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_'))
                        {
                            found.push(key.to_owned());
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn every_key_has_a_text_and_every_text_a_use() {
        let mut used = Vec::new();
        keys(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        assert!(used.len() > 40, "the scan found only {} keys", used.len());
        for key in &used {
            assert!(texts().contains_key(key), "no text for {key}");
        }
        for key in texts().keys() {
            assert!(used.contains(key), "{key} is used nowhere");
        }
    }
}
