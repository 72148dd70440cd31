//! French texts that a person reads, by key, from a TOML file that is embedded: each face and each crate that writes papers
//! has its own. Not the error texts, which are the catalogue's.

use std::collections::HashMap;
use std::sync::OnceLock;

/// The texts of one file: `section.name` to text.
pub struct Texts {
    file: &'static str,
    read: OnceLock<HashMap<String, String>>,
}

impl Texts {
    /// Those of a file; it is read when the first text is asked for.
    pub const fn of(file: &'static str) -> Self {
        Self { file, read: OnceLock::new() }
    }

    fn all(&self) -> &HashMap<String, String> {
        self.read.get_or_init(|| {
            let sections: HashMap<String, HashMap<String, String>> = toml::from_str(self.file).unwrap_or_default();
            let of_section = |(section, entries): (String, HashMap<String, String>)| {
                entries.into_iter().map(move |(name, text)| (format!("{section}.{name}"), text))
            };
            sections.into_iter().flat_map(of_section).collect()
        })
    }

    /// The text of a key; the key itself when there is none, which each crate's own test refuses.
    pub fn t(&self, key: &'static str) -> &str {
        self.all().get(key).map_or(key, String::as_str)
    }

    /// The text of a key that is only known when the program runs; `None` when there is none.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.all().get(key).map(String::as_str)
    }

    /// The text of a key with each `{name}` replaced, in the order given: what others wrote comes last.
    pub fn with(&self, key: &'static str, values: &[(&str, &str)]) -> String {
        values.iter().fold(self.t(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// Every key.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.all().keys().map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_found_by_its_key_and_filled_in() {
        let texts = Texts::of("[a]\nb = \"{x} et {y}\"\n");
        assert_eq!(texts.with("a.b", &[("x", "un"), ("y", "{x}")]), "un et {x}");
        assert_eq!((texts.t("a.c"), texts.keys().collect::<Vec<_>>()), ("a.c", vec!["a.b"]));
        assert_eq!((texts.find("a.b"), texts.find("a.c")), (Some("{x} et {y}"), None));
        assert_eq!(Texts::of("no toml").keys().count(), 0);
    }
}
