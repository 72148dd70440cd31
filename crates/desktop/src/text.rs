//! What a user reads in the window: `assets/texts/window.toml`, embedded. Not the error texts, which are the catalogue's.

use liasse_domain::texts::Texts;

static TEXTS: Texts = Texts::of(include_str!("../../../assets/texts/window.toml"));

/// The text of a key.
pub fn t(key: &'static str) -> &'static str {
    TEXTS.t(key)
}

/// The text of a key with `{name}` replaced.
pub fn with(key: &'static str, values: &[(&str, &str)]) -> String {
    TEXTS.with(key, values)
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
            assert!(TEXTS.keys().any(|known| known == key), "no text for {key}");
        }
        for key in TEXTS.keys() {
            assert!(used.iter().any(|used| used == key), "{key} is used nowhere");
        }
    }
}
