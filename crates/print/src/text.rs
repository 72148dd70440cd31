//! What the engine itself writes on a page: `assets/texts/print.toml`, embedded. Not what a document says.

use std::collections::HashMap;
use std::sync::OnceLock;

const FILE: &str = include_str!("../../../assets/texts/print.toml");

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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_key_has_a_text_and_every_text_a_use() {
        let mut used = BTreeSet::new();
        let sources = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for entry in std::fs::read_dir(sources).expect("sources").flatten() {
            let source = std::fs::read_to_string(entry.path()).unwrap_or_default();
            let calls = source.split("text::t(").skip(1);
            let keys = calls.filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next());
            let is_key = |key: &&str| key.chars().all(|sign| sign.is_ascii_lowercase() || sign == '.');
            used.extend(keys.filter(is_key).map(str::to_owned));
        }
        assert_eq!(used, texts().keys().cloned().collect::<BTreeSet<_>>());
        assert!(used.len() > 3, "the scan found only {} keys", used.len());
    }
}
