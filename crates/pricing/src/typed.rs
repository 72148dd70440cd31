//! What is typed at the desk, `G+MEG`, `VG MD IK12`, `DEQP003 F`, `2AMI1,5`, read into acts, or the place where it is wrong.
//! Not a price: whether the acts may stand together is told by `price`.
//!
//! Acts are separated by `+`, a blank, `;` or nothing else. One act is `[number]CODE[coefficient or kilometres]`; behind an
//! act of the CCAM stand, in any order, `-activity[-phase]`, `/association`, `#tooth[,tooth]` and its modifiers, glued to
//! it or as a word of their own after a blank. A comma and a point are the same in a number.

use std::ops::Range;

use liasse_domain::{Code, Coded};

use crate::decimal::Hundredths;
use crate::input::{Act, Terrain, Tooth};
use crate::tables::{CodeKind, Tables};

/// No entry of a desk is longer.
const LONGEST: usize = 400;

/// Why an entry is no list of acts, and where: bytes of the text that was typed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TypedError {
    /// A word that begins with no known code.
    #[error("unknown code at {place:?}")]
    UnknownCode {
        /// Where.
        place: Range<usize>,
        /// The word, when it looks like a code.
        word: String,
    },
    /// What stands behind a code is not what that code takes.
    #[error("not understood at {place:?}")]
    NotUnderstood {
        /// Where.
        place: Range<usize>,
        /// The code it stands behind.
        code: String,
    },
    /// More than a desk ever types.
    #[error("too long")]
    TooLong,
}

impl TypedError {
    /// Where it is wrong, in bytes.
    pub fn place(&self) -> Range<usize> {
        match self {
            Self::UnknownCode { place, .. } | Self::NotUnderstood { place, .. } => place.clone(),
            Self::TooLong => LONGEST..LONGEST,
        }
    }
}

impl TypedError {
    /// The same, of a text that begins so many bytes earlier.
    #[must_use]
    pub fn moved(mut self, by: usize) -> Self {
        if let Self::UnknownCode { place, .. } | Self::NotUnderstood { place, .. } = &mut self {
            *place = place.start + by..place.end + by;
        }
        self
    }
}

impl Coded for TypedError {
    fn code(&self) -> Code {
        match self {
            Self::UnknownCode { .. } => Code("pricing.saisie_code"),
            Self::NotUnderstood { .. } => Code("pricing.saisie_suite"),
            Self::TooLong => Code("pricing.saisie_longue"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::UnknownCode { place, word } => {
                vec![("code", word.clone()), ("place", (place.start + 1).to_string())]
            }
            Self::NotUnderstood { place, code } => {
                vec![("code", code.clone()), ("place", (place.start + 1).to_string())]
            }
            Self::TooLong => Vec::new(),
        }
    }
}

/// The acts of an entry, in their order; none for an empty one.
pub fn type_acts(tables: &Tables, text: &str) -> Result<Vec<Act>, TypedError> {
    if text.len() > LONGEST {
        return Err(TypedError::TooLong);
    }
    let mut acts: Vec<Act> = Vec::new();
    for word in words(text) {
        let typed = text[word.place.clone()].to_ascii_uppercase();
        // After a blank a word of modifiers belongs to the technical act before it; after `+` it is an act.
        if word.after_blank
            && let Some(act) = acts.last_mut()
            && tables.kind(&act.code) == Some(CodeKind::Technical)
            && is_continuation(&typed)
        {
            continue_technical(act, &typed, word.place)?;
            continue;
        }
        acts.push(one_act(tables, &typed, word.place)?);
    }
    Ok(acts)
}

/// The last word of an entry, which completion completes.
pub fn last_word(text: &str) -> &str {
    text.rsplit(['+', ' ', ';']).next().unwrap_or_default()
}

struct Word {
    place: Range<usize>,
    after_blank: bool,
}

fn words(text: &str) -> Vec<Word> {
    let mut words = Vec::new();
    let mut start = None;
    let mut blank = false;
    for (at, letter) in text.char_indices().chain(std::iter::once((text.len(), '+'))) {
        let separates = letter.is_whitespace() || matches!(letter, '+' | ';');
        match (separates, start) {
            (true, Some(first)) => {
                words.push(Word { place: first..at, after_blank: blank && !words.is_empty() });
                start = None;
                blank = letter.is_whitespace();
            }
            // `G + F` is as `G+F`.
            (true, None) => blank &= letter.is_whitespace(),
            (false, None) => start = Some(at),
            (false, Some(_)) => {}
        }
    }
    words
}

/// Modifiers, or one of the marks that stand behind a technical act.
fn is_continuation(word: &str) -> bool {
    let marked = word.starts_with(['-', '/', '#']);
    let letters = word.len() <= 4 && word.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    marked || letters
}

fn one_act(tables: &Tables, word: &str, place: Range<usize>) -> Result<Act, TypedError> {
    let digits = word.len() - word.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, rest) = word.split_at(digits);
    let Some(code) = longest_code(tables, rest) else {
        let looks_like_one = !rest.is_empty() && rest.len() <= 10 && rest.is_ascii();
        let word = if looks_like_one { rest.to_owned() } else { "…".to_owned() };
        return Err(TypedError::UnknownCode { place, word });
    };
    let mut act = Act::new(code);
    let wrong = |at: usize| TypedError::NotUnderstood { place: at..place.end, code: code.to_owned() };
    if !number.is_empty() {
        act.quantity =
            number.parse().ok().filter(|number| (1..=99).contains(number)).ok_or_else(|| wrong(place.start))?;
    }
    let behind = &rest[code.len()..];
    let at = place.start + digits + code.len();
    match tables.kind(code) {
        Some(CodeKind::Technical) => continue_technical(&mut act, behind, at..place.end)?,
        Some(CodeKind::Travel) if code.starts_with("IK") => kilometres(&mut act, behind).ok_or_else(|| wrong(at))?,
        Some(CodeKind::Act) if !behind.is_empty() => {
            let coefficient = number_of(behind).filter(|number| number.get() > 0);
            act.coefficient = Some(coefficient.ok_or_else(|| wrong(at))?);
        }
        _ if behind.is_empty() => {}
        _ => return Err(wrong(at)),
    }
    Ok(act)
}

/// The longest known code that the word begins with: `GL1` before `G`, `IKM12` is `IKM`.
fn longest_code<'a>(tables: &Tables, word: &'a str) -> Option<&'a str> {
    if !word.is_ascii() {
        return None;
    }
    let longest = word.len().min(7);
    let code = (1..=longest).rev().map(|length| &word[..length]).find(|code| tables.knows(code))?;
    // What follows a code begins with no letter, but for the modifiers of a technical act and the terrain of a way:
    // `GX` is no `G`.
    let behind = &word[code.len()..];
    let letter_behind = behind.starts_with(|next: char| next.is_ascii_uppercase());
    let technical = tables.kind(code) == Some(CodeKind::Technical);
    (!letter_behind || technical).then_some(code)
}

fn number_of(text: &str) -> Option<Hundredths> {
    Hundredths::parse(&text.replace(',', "."))
}

/// `12`, `12M` over the mountain, `12P` on foot.
fn kilometres(act: &mut Act, behind: &str) -> Option<()> {
    let (number, terrain) = match behind.strip_suffix('M') {
        Some(number) => (number, Some(Terrain::Montagne)),
        None => match behind.strip_suffix('P') {
            Some(number) => (number, Some(Terrain::Pied)),
            None => (behind, None),
        },
    };
    if terrain.is_some() && act.code != "IK" {
        return None;
    }
    act.distance_km = Some(number_of(number)?);
    act.terrain = terrain;
    Some(())
}

fn continue_technical(act: &mut Act, text: &str, place: Range<usize>) -> Result<(), TypedError> {
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let at = place.end - rest.len();
        let wrong = || TypedError::NotUnderstood { place: at..place.end, code: act.code.clone() };
        let until = |text: &str| text.find(['-', '/', '#']).unwrap_or(text.len());
        let taken = match first {
            '-' | '/' | '#' => 1 + until(&rest[1..]),
            _ => until(rest),
        };
        let (part, after) = rest.split_at(taken);
        let part = part.trim_start_matches(['-', '/', '#']);
        match first {
            '-' => {
                let digit = digit(part).ok_or_else(wrong)?;
                if act.activity.is_none() {
                    act.activity = Some(digit);
                } else if act.phase.is_none() {
                    act.phase = Some(digit);
                } else {
                    return Err(wrong());
                }
            }
            '/' if act.association.is_none() => {
                act.association = Some(digit(part).filter(|code| (1..=5).contains(code)).ok_or_else(wrong)?);
            }
            '#' => {
                let teeth: Option<Vec<Tooth>> =
                    part.split(',').map(|tooth| tooth.parse().ok().map(Tooth::Number)).collect();
                act.teeth.extend(teeth.ok_or_else(wrong)?);
            }
            _ if first.is_ascii_alphanumeric() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                act.modifiers.extend(part.chars().map(String::from));
                if act.modifiers.len() > 4 {
                    return Err(wrong());
                }
            }
            _ => return Err(wrong()),
        }
        rest = after;
    }
    Ok(())
}

fn digit(text: &str) -> Option<u8> {
    text.parse().ok().filter(|_| text.len() == 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn typed(text: &str) -> Vec<Act> {
        type_acts(Tables::embedded(), text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    fn codes(text: &str) -> Vec<String> {
        typed(text).into_iter().map(|act| act.code).collect()
    }

    #[test]
    fn letters_follow_each_other() {
        assert_eq!(codes("G+MEG"), ["G", "MEG"]);
        assert_eq!(codes("  vg md ;ik12 "), ["VG", "MD", "IK"]);
        assert_eq!(codes("GL1"), ["GL1"], "the longest code, not G");
        assert!(typed("").is_empty() && typed(" + ").is_empty());
        assert_eq!(typed("VG MD IK12")[2].distance_km, Hundredths::new(1200));
        let mountain = &typed("IK12,5M")[0];
        assert_eq!((mountain.distance_km, mountain.terrain), (Hundredths::new(1250), Some(Terrain::Montagne)));
        let nurse = &typed("2AMI1,5")[0];
        assert_eq!((nurse.quantity, nurse.coefficient), (2, Hundredths::new(150)));
        assert_eq!(typed("AMI1.5")[0].coefficient, Hundredths::new(150));
        assert_eq!(typed("AMI")[0].coefficient, None);
    }

    #[test]
    fn a_technical_act_takes_what_stands_behind_it() {
        for text in ["DEQP003 F", "DEQP003F", "deqp003 f"] {
            let acts = typed(text);
            assert_eq!((acts.len(), acts[0].modifiers.clone()), (1, vec!["F".to_owned()]), "{text}");
        }
        // A plus makes it an act of its own.
        assert_eq!(codes("DEQP003+F"), ["DEQP003", "F"]);
        assert_eq!(codes("DEQP003 + F"), ["DEQP003", "F"]);
        let whole = &typed("QZJA002-1-0/2 MU")[0];
        assert_eq!((whole.activity, whole.phase, whole.association), (Some(1), Some(0), Some(2)));
        assert_eq!(whole.modifiers, ["M", "U"]);
        let teeth = &typed("HBGD036#11,12")[0];
        assert_eq!(teeth.teeth, [Tooth::Number(11), Tooth::Number(12)]);
        assert_eq!(codes("G DEQP003 F"), ["G", "DEQP003"]);
    }

    #[test]
    fn wrong_input_is_marked_where_it_is_wrong() {
        let place = |text: &str| type_acts(Tables::embedded(), text).expect_err(text).place();
        for (text, wrong) in [
            ("G+XYZ", 2..5),
            ("GX", 0..2),
            ("G MEG5", 5..6),
            ("VG IK", 5..5),
            ("AMI1.555", 3..8),
            ("AMI0", 3..4),
            ("100G", 0..4),
            ("DEQP003-", 7..8),
            ("DEQP003/9", 7..9),
            ("DEQP003#aa", 7..10),
            ("DEQP003 FPSUM", 8..13),
            ("HBGD036#300", 7..11),
            ("é", 0..2),
        ] {
            assert_eq!(place(text), wrong, "{text}");
        }
        let error = type_acts(Tables::embedded(), "G+XYZ").expect_err("unknown");
        assert!(error.report().message.contains("XYZ"), "{}", error.report().message);
    }

    #[test]
    fn completion_sees_the_last_word() {
        assert_eq!(last_word("G+ME"), "ME");
        assert_eq!(last_word("VG MD "), "");
        assert_eq!(last_word("frottis"), "frottis");
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_marked_inside_it(text in "\\PC{0,40}") {
            if let Err(error) = type_acts(Tables::embedded(), &text) {
                let place = error.place();
                prop_assert!(place.start <= place.end && place.end <= text.len());
                prop_assert!(text.is_char_boundary(place.start) && text.is_char_boundary(place.end));
            }
        }
    }
}
