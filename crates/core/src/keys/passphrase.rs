//! Which passphrases are refused: those that are guessed at once. No rule on signs: length is what a guess costs.
//! Not a dictionary. At least twelve characters, and not a short piece over and over, nor a row of neighbours. And in which bytes one
//! is taken: the same for the same words, whatever keyboard wrote them.

use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::fault::KeyError;

/// The fewest characters.
pub(super) const FEWEST: usize = 12;
/// The fewest different ones.
const DIFFERENT: usize = 5;

/// A passphrase in its composed form (NFC): some systems write « é » as one sign, others as an « e » and an accent.
pub(super) fn composed(passphrase: &str) -> Zeroizing<String> {
    // All the room that it takes: a text that grows leaves its former place as it was.
    let room: usize = passphrase.nfc().map(char::len_utf8).sum();
    let mut text = Zeroizing::new(String::with_capacity(room));
    text.extend(passphrase.nfc());
    text
}

/// Whether a passphrase may be chosen.
pub(super) fn judge(passphrase: &str) -> Result<(), KeyError> {
    let text = composed(passphrase);
    let mut signs: Zeroizing<Vec<char>> = Zeroizing::new(Vec::with_capacity(text.len()));
    signs.extend(text.chars());
    if signs.len() < FEWEST || text.trim().is_empty() {
        return Err(KeyError::TooShort);
    }
    if has_few(&signs) || repeats(&signs) || counts(&signs) { Err(KeyError::TooPlain) } else { Ok(()) }
}

fn has_few(signs: &[char]) -> bool {
    let mut known = Zeroizing::new(signs.to_vec());
    known.sort_unstable();
    known.dedup();
    known.len() < DIFFERENT
}

/// Whether it is a piece over and over that would be too short alone.
fn repeats(signs: &[char]) -> bool {
    (1..FEWEST.min(signs.len()))
        .any(|period| signs.iter().zip(signs.iter().skip(period)).all(|(one, next)| one == next))
}

/// Whether each sign but one or two follows the one before, up or down: `123456789012`, `abcdefghijkl`.
fn counts(signs: &[char]) -> bool {
    let steps = |wanted: i64| {
        let pairs = signs.iter().zip(signs.iter().skip(1));
        pairs.filter(|(one, next)| i64::from(u32::from(**next)) - i64::from(u32::from(**one)) == wanted).count()
    };
    steps(1).max(steps(-1)) + 3 >= signs.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_guessed_at_once_is_refused_and_said_why() {
        for short in ["", "motdepasse", "onze signes", "éééééééééé", "            "] {
            assert_eq!(judge(short), Err(KeyError::TooShort), "{short}");
        }
        for plain in [
            "aaaaaaaaaaaa",
            "abababababab",
            "motdemotdemotde",
            "cabinet cabinet cabinet",
            "123456789012",
            "012345678901234",
            "abcdefghijklmn",
            "zyxwvutsrqpo",
            "liasse12liasse12",
            "aabbaabbccaabbaa",
        ] {
            assert_eq!(judge(plain), Err(KeyError::TooPlain), "{plain}");
        }
        for good in ["cheval pile agrafe correcte", "Vélo-1987-Ardèche", "douze signes", "le chat dort sur le piano"]
        {
            assert_eq!(judge(good), Ok(()), "{good}");
        }
    }

    #[test]
    fn an_accent_that_is_a_sign_of_its_own_makes_no_passphrase_longer() {
        let (one, two) = ("\u{e9}t\u{e9} \u{e0} No\u{eb}l", "e\u{301}te\u{301} a\u{300} Noe\u{308}l");
        assert_eq!((one.chars().count(), two.chars().count()), (10, 14));
        assert_eq!((judge(one), judge(two)), (Err(KeyError::TooShort), Err(KeyError::TooShort)));
        assert_eq!((composed(one).as_str(), composed(two).as_str()), (one, one));
        // What has one form alone keeps its bytes.
        for plain in ["cheval pile agrafe correcte", "", "\u{ab}\u{a0}\u{153}uf\u{a0}\u{bb}"] {
            assert_eq!(composed(plain).as_str(), plain);
        }
    }
}
