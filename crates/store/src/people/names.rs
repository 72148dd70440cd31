//! Names as people type them: without case and accents, hyphens and apostrophes as spaces; and where in an index that folds
//! the case of ASCII alone such names stand.

/// The letters that a name may bear with a sign: what is plain, and what is folded to it.
const FOLDS: [(&str, &str); 16] = [
    ("a", "àáâãäåāăą"),
    ("ae", "æ"),
    ("c", "çćč"),
    ("d", "ďđ"),
    ("e", "èéêëēĕėęě"),
    ("g", "ğģ"),
    ("i", "ìíîïīı"),
    ("l", "ľł"),
    ("n", "ñńň"),
    ("o", "òóôõöøōő"),
    ("oe", "œ"),
    ("s", "śşš"),
    ("ss", "ß"),
    ("u", "ùúûüūůű"),
    ("y", "ýÿ"),
    ("z", "źżž"),
];

/// The first and the one after the last letter that bears a sign, in the order of the index.
const SIGNED: (char, char) = ('\u{c0}', '\u{180}');

/// A name without case and accents, its parts divided by one space.
pub(super) fn folded(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in name.chars().flat_map(char::to_lowercase) {
        if divides(letter) {
            if !plain.is_empty() && !plain.ends_with(' ') {
                plain.push(' ');
            }
        } else if letter.is_ascii() {
            plain.push(letter);
        } else if !is_combining(letter) {
            match FOLDS.iter().find(|(_, signed)| signed.contains(letter)) {
                Some((base, _)) => plain.push_str(base),
                None => plain.push(letter),
            }
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// What divides the parts of a name.
fn divides(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '-' | '\'' | '.' | '_' | '\u{2010}'..='\u{201f}')
}

/// A sign that stands after its letter.
fn is_combining(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

/// Where names that begin with `start` (folded) can stand, as ranges of the index: those that are written so, and at each
/// letter that may bear a sign those that bear one. The second kind is rare, and holds others too.
pub(super) fn ranges(start: &str) -> Vec<(String, String)> {
    let mut ranges = Vec::new();
    let mut before = String::new();
    for letter in start.chars() {
        let span = |from: char, until: char| (format!("{before}{from}"), format!("{before}{until}"));
        match letter {
            // A hyphen, an apostrophe or a space: whatever follows, it is read.
            ' ' => {
                ranges.push(span(' ', '/'));
                ranges.push(span('_', '`'));
                ranges.push(span('\u{a0}', '\u{a1}'));
                ranges.push(span('\u{2000}', '\u{2030}'));
                return ranges;
            }
            letter if !letter.is_ascii() => {
                ranges.push(span('\u{80}', char::MAX));
                return ranges;
            }
            letter if FOLDS.iter().any(|(base, _)| base.starts_with(letter)) => ranges.push(span(SIGNED.0, SIGNED.1)),
            _ => {}
        }
        before.push(letter);
    }
    ranges.push((start.to_owned(), format!("{start}{}", char::MAX)));
    ranges
}

/// The ways to read words as family name and given name, the likeliest first: a family name alone, a family name and the
/// beginning of a given name, the other way round, a given name alone.
pub(super) fn splits(words: &[String]) -> Vec<(String, String)> {
    let joined = |part: &[String]| part.join(" ");
    let mut all: Vec<(String, String)> = Vec::new();
    for at in (1..=words.len()).rev() {
        let (family, given) = words.split_at(at);
        all.push((joined(family), joined(given)));
    }
    for at in 1..words.len() {
        let (given, family) = words.split_at(at);
        all.push((joined(family), joined(given)));
    }
    if !words.is_empty() {
        all.push((String::new(), joined(words)));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn names_are_compared_without_case_accents_and_hyphens() {
        for (name, plain) in [
            ("LÉO", "leo"),
            ("Lefèvre", "lefevre"),
            ("DUPONT-MARTIN", "dupont martin"),
            ("d’ Arc", "d arc"),
            ("L'Œuvre", "l oeuvre"),
            ("Noe\u{308}l", "noel"),
            ("STRAẞE", "strasse"),
            (" -- ", ""),
            ("Ĳ", "ĳ"),
        ] {
            assert_eq!(folded(name), plain, "{name}");
            assert_eq!(folded(&folded(name)), plain, "{name} twice");
        }
    }

    /// As the index compares: bytes, the case of ASCII folded.
    fn stands_in(name: &str, ranges: &[(String, String)]) -> bool {
        let key = |text: &str| text.to_ascii_lowercase().into_bytes();
        ranges.iter().any(|(from, until)| key(name) >= key(from) && key(name) < key(until))
    }

    #[test]
    fn the_ranges_hold_every_name_that_begins_so() {
        for name in [
            "DURAND",
            "CLÉRET",
            "Lefèvre",
            "LE GOFF",
            "L'HÔTE",
            "D’ARC",
            "DUPONT-MARTIN",
            "ŒUVRARD",
            "Æbi",
            "ÿ",
            "Šimon",
            "Đorić",
            "ŁUKASZ",
            "Ŷ",
            "Δ",
        ] {
            let whole = folded(name);
            for end in (1..=whole.len()).filter(|end| whole.is_char_boundary(*end)) {
                let start = folded(&whole[..end]);
                assert!(stands_in(name, &ranges(&start)), "{name} by « {start} »: {:?}", ranges(&start));
            }
        }
        assert!(!stands_in("MARTIN", &ranges("durand")));
        assert!(!stands_in("DUPOND", &ranges("dupont")));
    }

    #[test]
    fn every_letter_with_a_sign_stands_where_the_ranges_look() {
        for letter in FOLDS.iter().flat_map(|(_, signed)| signed.chars()) {
            assert!(letter >= SIGNED.0 && letter < SIGNED.1, "{letter}");
            let upper: Vec<char> = letter.to_uppercase().collect();
            let looked_at = |one: &char| one.is_ascii() || (*one >= SIGNED.0 && *one < SIGNED.1);
            assert!(upper.iter().all(looked_at), "{letter}");
        }
    }

    #[test]
    fn words_are_read_in_both_orders() {
        let read = |text: &str| {
            let splits = splits(&words(text)).into_iter();
            splits.map(|(family, given)| format!("{family}|{given}")).collect::<Vec<_>>()
        };
        assert_eq!(read("durand"), ["durand|", "|durand"]);
        assert_eq!(read("durand leo"), ["durand leo|", "durand|leo", "leo|durand", "|durand leo"]);
        assert_eq!(read("le goff ana").len(), 6);
        assert!(splits(&[]).is_empty());
    }
}
