//! What a person reads on standard output: `assets/texts/ctl.toml`, embedded.
//! Not the error texts, which are the catalogue's, nor the help, which stands beside the arguments it explains.

use std::collections::HashMap;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../../assets/texts/ctl.toml");

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
pub(crate) fn t(key: &'static str) -> &'static str {
    texts().get(key).map_or(key, String::as_str)
}

/// The text of a key with each `{name}` replaced, in the order given: what others wrote comes last.
pub(crate) fn with(key: &'static str, values: &[(&str, &str)]) -> String {
    values.iter().fold(t(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    fn keys(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).expect("sources").flatten() {
            let path = entry.path();
            if path.is_dir() {
                keys(&path, found);
            } else if let Ok(source) = fs::read_to_string(&path) {
                for opening in ["text::t(", "text::with("] {
                    let calls = source.split(opening).skip(1);
                    let named = calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
                    let is_key = |key: &&str| {
                        key.contains('.') && key.chars().all(|c| c.is_ascii_lowercase() || "._".contains(c))
                    };
                    found.extend(named.filter(is_key).map(str::to_owned));
                }
            }
        }
    }

    #[test]
    fn every_key_has_a_text_and_every_text_a_use() {
        let mut used = BTreeSet::new();
        keys(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        assert_eq!(used, texts().keys().cloned().collect::<BTreeSet<_>>());
        assert!(used.len() > 10, "the scan found only {} keys", used.len());
    }
}
