//! What the engine itself writes on a page: `assets/texts/print.toml`, embedded. Not what a document says.

use liasse_domain::texts::Texts;

static TEXTS: Texts = Texts::of(include_str!("../../../assets/texts/print.toml"));

/// The text of a key.
pub(crate) fn t(key: &'static str) -> &'static str {
    TEXTS.t(key)
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
        assert_eq!(used, TEXTS.keys().map(str::to_owned).collect::<BTreeSet<_>>());
        assert!(used.len() > 3, "the scan found only {} keys", used.len());
    }
}
