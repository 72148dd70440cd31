//! What a person reads on standard output: `assets/texts/ctl.toml`, embedded.
//! Not the error texts, which are the catalogue's, nor the help, which stands beside the arguments it explains.

use liasse_domain::texts::Texts;

static TEXTS: Texts = Texts::of(include_str!("../../../assets/texts/ctl.toml"));

/// The text of a key.
pub(crate) fn t(key: &'static str) -> &'static str {
    TEXTS.t(key)
}

/// The text of a key with each `{name}` replaced.
pub(crate) fn with(key: &'static str, values: &[(&str, &str)]) -> String {
    TEXTS.with(key, values)
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
        assert_eq!(used, TEXTS.keys().map(str::to_owned).collect::<BTreeSet<_>>());
        assert!(used.len() > 10, "the scan found only {} keys", used.len());
    }
}
