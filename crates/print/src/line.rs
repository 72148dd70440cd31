//! Text into lines of a given width, by the measured width of each character.
//! Not hyphenation: a word is cut only when it alone is wider than the line.
//! French typography: no line starts with « : ; ! ? » or a closing guillemet, none ends with an opening one.
#![expect(clippy::float_arithmetic, reason = "widths on paper, no money")]

use crate::face::Face;

/// Widths are sums of rounded numbers: a line that is exactly full still fits.
const SLACK: f32 = 0.01;

/// What Unicode takes as the end of a line; `\r\n` is one.
const NEWLINES: [char; 7] = ['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'];

/// The lines of a text, each visible and at most `width` points wide at this size (a single character may be wider).
/// A newline stays one, except at the end of the text, where it would say nothing; an empty text is one empty line.
pub(crate) fn wrap(face: &Face, text: &str, size: f32, width: f32) -> Vec<String> {
    let mut lines = Vec::new();
    for part in text.trim_end_matches(NEWLINES).replace("\r\n", "\n").split(NEWLINES) {
        let visible = face.visible(part);
        if face.width(&visible, size) <= width + SLACK {
            lines.push(visible.trim_end_matches(is_space).to_owned());
        } else {
            break_up(face, &visible, size, width, &mut lines);
        }
    }
    lines
}

/// The width of the widest part that no line break parts, at this size.
pub(crate) fn widest_part(face: &Face, text: &str, size: f32) -> f32 {
    let mut widest = 0.0f32;
    for line in text.split(NEWLINES) {
        let characters: Vec<char> = face.visible(line).chars().collect();
        let mut used = 0.0;
        // What the spaces at the end of the part add; they hang over the edge.
        let mut hanging = 0.0;
        for (at, &character) in characters.iter().enumerate() {
            if may_break(&characters, at) {
                widest = widest.max(used - hanging);
                (used, hanging) = (0.0, 0.0);
            }
            let advance = face.advance(character);
            used += advance;
            hanging = if is_space(character) { hanging + advance } else { 0.0 };
        }
        widest = widest.max(used - hanging);
    }
    widest * size
}

/// The text, or as much of it as fits with an ellipsis.
pub(crate) fn elide(face: &Face, text: &str, size: f32, width: f32) -> String {
    let visible = face.visible(text);
    if face.width(&visible, size) <= width + SLACK {
        return visible;
    }
    let mut room = width - face.width("…", size);
    let mut kept = String::new();
    for character in visible.chars() {
        room -= face.advance(character) * size;
        if room < 0.0 {
            break;
        }
        kept.push(character);
    }
    kept.truncate(kept.trim_end().len());
    kept.push('…');
    kept
}

/// Greedy, and linear: what is measured again after a break is at most one line.
fn break_up(face: &Face, text: &str, size: f32, width: f32, lines: &mut Vec<String>) {
    let characters: Vec<char> = text.chars().collect();
    let mut start = 0;
    while start < characters.len() {
        let end = line_end(face, &characters, start, size, width);
        let line: String = characters[start..end].iter().collect();
        lines.push(line.trim_end_matches(is_space).to_owned());
        start = end;
    }
}

/// Where the line that begins at `start` ends: at the last opportunity, or within a word that has none.
fn line_end(face: &Face, characters: &[char], start: usize, size: f32, width: f32) -> usize {
    let mut used = 0.0;
    let mut opportunity = None;
    let mut blank = true;
    for (at, &character) in characters.iter().enumerate().skip(start) {
        if !blank && may_break(characters, at) {
            opportunity = Some(at);
        }
        let advance = face.advance(character) * size;
        used += advance;
        // Spaces hang over the edge; an accent stays with its letter.
        if used > width + SLACK && at > start && advance > 0.0 && !is_space(character) {
            return opportunity.unwrap_or(at);
        }
        blank &= is_space(character);
    }
    characters.len()
}

/// Whether a line may end before the character at `at`.
fn may_break(characters: &[char], at: usize) -> bool {
    let Some(before) = at.checked_sub(1) else { return false };
    match characters[before] {
        space if is_space(space) => {
            // Asked once for a run of spaces, at its end: a text of nothing but spaces stays linear.
            !is_space(characters[at]) && !";:!?»%€".contains(characters[at]) && {
                let last = characters[..before].iter().rev().find(|character| !is_space(**character));
                last != Some(&'«')
            }
        }
        '-' | '/' => {
            let letter = |at: usize| characters.get(at).is_some_and(|character| character.is_alphabetic());
            letter(at) && before.checked_sub(1).is_some_and(letter)
        }
        _ => false,
    }
}

/// A space that a line may end at.
fn is_space(character: char) -> bool {
    character.is_whitespace() && !matches!(character, '\u{a0}' | '\u{2007}' | '\u{202f}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::face::{Faces, Weight};

    fn wrapped(text: &str, width: f32) -> Vec<String> {
        let faces = Faces::embedded().expect("the embedded fonts");
        wrap(faces.of(Weight::Regular), text, 10.0, width)
    }

    #[test]
    fn lines_break_at_spaces_and_keep_newlines() {
        assert_eq!(wrapped("", 100.0), [""]);
        assert_eq!(wrapped("un\r\ndeux\n\ntrois\n", 100.0), ["un", "deux", "", "trois"]);
        assert_eq!(wrapped("Part obligatoire remboursée", 90.0), ["Part obligatoire", "remboursée"]);
        assert_eq!(wrapped("un rendez-vous", 50.0), ["un rendez-", "vous"]);
    }

    #[test]
    fn french_signs_stay_with_their_word() {
        let text = "Il a dit : « Rendez la carte » !";
        for width in 20..160u8 {
            for line in wrapped(text, f32::from(width)) {
                // Under the width of the longest of these words there is no good place.
                let fine = !line.starts_with([':', '»', '!']) && !line.ends_with('«');
                assert!(fine || width < 50, "{width}: {line}");
            }
        }
    }

    #[test]
    fn the_widest_part_needs_no_cut() {
        let faces = Faces::embedded().expect("the embedded fonts");
        let face = faces.of(Weight::Regular);
        let text = "Le 15/01/2026 : une hospitalisation,\nun rendez-vous   ";
        let width = widest_part(face, text, 10.0);
        assert!((width - face.width("hospitalisation,", 10.0)).abs() < SLACK);
        assert_eq!(wrap(face, text, 10.0, width)[..3], ["Le", "15/01/2026 :", "une"]);
    }

    #[test]
    fn an_amount_is_not_cut() {
        let amount = "1\u{202f}234,50\u{202f}€";
        assert_eq!(wrapped(&format!("Montant {amount}"), 70.0), ["Montant", amount]);
    }

    #[test]
    fn a_long_word_is_cut_and_nothing_of_it_is_lost() {
        let lines = wrapped(&"m".repeat(1000), 100.0);
        assert!(lines.len() > 50);
        assert_eq!(lines.concat().len(), 1000);
        assert_eq!(wrapped("mmm", 1.0), ["m", "m", "m"], "narrower than a character");
    }

    #[test]
    fn what_is_too_long_ends_in_an_ellipsis() {
        let faces = Faces::embedded().expect("the embedded fonts");
        let face = faces.of(Weight::Regular);
        assert_eq!(elide(face, "Reçu", 8.0, 100.0), "Reçu");
        let short = elide(face, "Relevé des honoraires encaissés", 8.0, 60.0);
        assert!(short.starts_with("Relevé") && short.ends_with('…'), "{short}");
        assert!(face.width(&short, 8.0) <= 60.0 + SLACK);
    }

    proptest! {
        #[test]
        fn every_line_fits_and_every_visible_sign_is_kept(text in "(\\PC|[ a-zé«»:-]){0,120}", width in 8.0f32..400.0) {
            let faces = Faces::embedded().expect("the embedded fonts");
            let face = faces.of(Weight::Regular);
            let lines = wrap(face, &text, 10.0, width);
            for line in &lines {
                prop_assert!(face.width(line, 10.0) <= width + SLACK || line.chars().count() == 1, "{line}");
            }
            let signs = |text: &str| text.chars().filter(|sign| !is_space(*sign)).collect::<String>();
            prop_assert_eq!(signs(&lines.concat()), signs(&face.visible(&text)));
        }
    }
}
