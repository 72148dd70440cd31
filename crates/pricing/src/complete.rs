//! Completion of what is typed: by the beginning of a code, or by words of its label, accents and case aside.
//! Not a search engine: no spelling is guessed, the order is the same on every machine.

use std::cmp::Reverse;

use crate::tables::{CodeKind, Tables};

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion<'a> {
    /// The code.
    pub code: &'a str,
    /// Its label, empty where the tables have none.
    pub label: &'a str,
    /// What it is.
    pub kind: CodeKind,
}

/// All codes with their labels folded once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index(Vec<Entry>);

#[derive(Clone, Debug)]
struct Entry {
    code: String,
    label: String,
    /// The label in small letters without accents, a blank before each word.
    folded: String,
    kind: CodeKind,
}

/// By label after by code, the CCAM after the NGAP, the shortest code, the first word of the label, a label at all.
type Rank = (bool, bool, usize, Reverse<bool>, bool);

impl Index {
    pub(crate) fn of(tables: &Tables) -> Self {
        let letters = tables.codes().into_iter();
        let technical = tables.ccam.codes().map(|code| {
            let label = tables.labels.of(code).unwrap_or_default();
            (code, CodeKind::Technical, label)
        });
        let entry = |(code, kind, label): (&str, CodeKind, &str)| Entry {
            code: code.to_owned(),
            label: label.to_owned(),
            folded: words(label).fold(String::new(), |all, word| all + " " + &word),
            kind,
        };
        Self(letters.chain(technical).map(entry).collect())
    }
}

impl Tables {
    /// At most `most` codes for what was typed: those that begin with it, the shortest first, then those whose label has
    /// words that begin like each word typed. Letters of the NGAP come before acts of the CCAM.
    pub fn complete(&self, typed: &str, most: usize) -> Vec<Completion<'_>> {
        let typed = typed.trim();
        if typed.is_empty() || typed.len() > 200 || most == 0 {
            return Vec::new();
        }
        let code = typed.to_ascii_uppercase();
        let wanted: Vec<String> = words(typed).map(|word| format!(" {word}")).collect();
        let mut found: Vec<(Rank, &Entry)> = Vec::new();
        for entry in &self.index().0 {
            let by_code = entry.code.starts_with(&code);
            let by_label = || !wanted.is_empty() && wanted.iter().all(|word| entry.folded.contains(word.as_str()));
            if by_code || by_label() {
                let technical = entry.kind == CodeKind::Technical;
                let first = wanted.first().is_some_and(|word| entry.folded.starts_with(word.as_str()));
                let length = if by_code { entry.code.len() } else { 0 };
                found.push(((!by_code, technical, length, Reverse(first), entry.label.is_empty()), entry));
            }
        }
        let order = |a: &(Rank, &Entry), b: &(Rank, &Entry)| (a.0, &a.1.code).cmp(&(b.0, &b.1.code));
        if found.len() > most {
            // Only those that are shown are sorted.
            found.select_nth_unstable_by(most - 1, order);
            found.truncate(most);
        }
        found.sort_unstable_by(order);
        found
            .into_iter()
            .map(|(_, entry)| Completion { code: &entry.code, label: &entry.label, kind: entry.kind })
            .collect()
    }
}

/// Words in small letters without accents.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(fold)
}

fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars().flat_map(char::to_lowercase) {
        match letter {
            'à' | 'â' | 'ä' | 'á' | 'ã' => folded.push('a'),
            'é' | 'è' | 'ê' | 'ë' => folded.push('e'),
            'î' | 'ï' | 'í' => folded.push('i'),
            'ô' | 'ö' | 'ó' | 'õ' => folded.push('o'),
            'ù' | 'û' | 'ü' | 'ú' => folded.push('u'),
            'ÿ' => folded.push('y'),
            'ç' => folded.push('c'),
            'ñ' => folded.push('n'),
            'œ' => folded.push_str("oe"),
            'æ' => folded.push_str("ae"),
            other => folded.push(other),
        }
    }
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(typed: &str) -> Vec<&'static str> {
        Tables::embedded().complete(typed, 6).into_iter().map(|found| found.code).collect()
    }

    #[test]
    fn a_code_completes_by_its_beginning() {
        assert_eq!(codes("g")[0], "G", "the shortest first");
        assert_eq!(codes("DEQP003"), ["DEQP003"]);
        assert_eq!(codes("deqp00").len(), 6);
        assert!(codes("").is_empty() && codes("zzzzzz").is_empty());
    }

    #[test]
    fn a_label_completes_by_its_words_without_accents() {
        assert!(codes("electrocardio").contains(&"DEQP003"), "{:?}", codes("electrocardio"));
        assert!(codes("frottis").contains(&"JKHD001"));
        // Each word typed must begin a word of the label, in any order.
        let both = Tables::embedded().complete("plaie suture", 20);
        assert!(both.iter().any(|found| found.code == "QZJA002"), "{both:?}");
        assert!(Tables::embedded().complete("uture", 20).is_empty(), "a word begins, it is not cut");
    }
}
