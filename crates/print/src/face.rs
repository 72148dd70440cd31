//! The two faces of IBM Plex Sans: which glyph a character has, how wide it is, and what stands for one that has none.
//! Not a shaper: one glyph a character, no ligature, so that what is read back from the PDF is what was written.
//! The house prints French: Latin, Greek and Cyrillic are in the font, any other script shows as « ? ».
#![expect(clippy::float_arithmetic, reason = "widths on paper, no money")]

use krilla::text::{Font, GlyphId, KrillaGlyph};
use skrifa::charmap::Charmap;
use skrifa::instance::{LocationRef, Size};
use skrifa::metrics::GlyphMetrics;
use skrifa::{FontRef, MetadataProvider};

use crate::error::PrintError;

const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/IBMPlexSans-Regular.ttf");
const SEMI_BOLD: &[u8] = include_bytes!("../../../assets/fonts/IBMPlexSans-SemiBold.ttf");

/// What stands for a character that the font does not have.
const UNKNOWN: char = '?';

/// The space within amounts. Plex makes it an eighth of an em: « 1 390,00 € » would read as 1390,00€.
const NARROW_SPACE: char = '\u{202f}';
/// A fifth of an em, what French printers call a fine.
const NARROW_ADVANCE: f32 = 0.2;

/// How heavy a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weight {
    Regular,
    SemiBold,
}

/// Both faces.
pub(crate) struct Faces {
    regular: Face,
    semi_bold: Face,
}

impl Faces {
    /// The faces that are embedded in the program.
    pub(crate) fn embedded() -> Result<Self, PrintError> {
        Ok(Self { regular: Face::new(REGULAR)?, semi_bold: Face::new(SEMI_BOLD)? })
    }

    /// The face of a weight.
    pub(crate) fn of(&self, weight: Weight) -> &Face {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
        }
    }
}

/// One face: krilla embeds it, skrifa measures it, both from the same bytes.
pub(crate) struct Face {
    font: Font,
    characters: Charmap<'static>,
    metrics: GlyphMetrics<'static>,
    units_per_em: f32,
}

impl Face {
    fn new(bytes: &'static [u8]) -> Result<Self, PrintError> {
        let read = FontRef::new(bytes).map_err(|_| PrintError::Font)?;
        let font = Font::new(bytes.into(), 0).ok_or(PrintError::Font)?;
        let units_per_em = font.units_per_em();
        let metrics = read.glyph_metrics(Size::unscaled(), LocationRef::default());
        Ok(Self { font, characters: read.charmap(), metrics, units_per_em })
    }

    /// The font, for the PDF.
    pub(crate) fn font(&self) -> Font {
        self.font.clone()
    }

    /// The width of one visible character, in ems.
    pub(crate) fn advance(&self, character: char) -> f32 {
        if character == NARROW_SPACE {
            return NARROW_ADVANCE;
        }
        let glyph = self.characters.map(character).unwrap_or_default();
        self.metrics.advance_width(glyph).unwrap_or_default() / self.units_per_em
    }

    /// The width of a visible text at a size, in points.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|character| self.advance(character)).sum::<f32>() * size
    }

    /// The glyphs of a visible text, one a character.
    pub(crate) fn glyphs(&self, text: &str) -> Vec<KrillaGlyph> {
        let glyph = |(at, character): (usize, char)| {
            let id = self.characters.map(character).unwrap_or_default();
            let advance = self.advance(character);
            let range = at..at + character.len_utf8();
            KrillaGlyph::new(GlyphId::new(id.to_u32()), advance, 0.0, 0.0, 0.0, range, None)
        };
        text.char_indices().map(glyph).collect()
    }

    /// The text as it can be drawn: accents joined to their letters, characters without a shape left out, and « ? »
    /// for those that the font does not have. Newlines are the caller's: here they are spaces.
    pub(crate) fn visible(&self, text: &str) -> String {
        let mut visible = String::with_capacity(text.len());
        for character in text.chars() {
            if character.is_whitespace() && self.characters.map(character).is_none() {
                visible.push(' ');
            } else if is_shapeless(character) {
            } else if let Some(joined) = visible.chars().next_back().and_then(|letter| joined(letter, character)) {
                visible.pop();
                visible.push(joined);
            } else if self.characters.map(character).is_some() {
                visible.push(character);
            } else {
                visible.push(UNKNOWN);
            }
        }
        visible
    }
}

/// Controls, soft hyphens, zero-width marks, changes of direction and variation selectors: drawn, they would show as
/// boxes; a change of direction could show an amount backwards.
fn is_shapeless(character: char) -> bool {
    character.is_control()
        || matches!(character,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// A French letter and the accent that follows it as one character: some systems write « é » as two.
fn joined(letter: char, accent: char) -> Option<char> {
    let (letters, accented) = match accent {
        '\u{300}' => ("aeiouAEIOU", "àèìòùÀÈÌÒÙ"),
        '\u{301}' => ("aeiouyAEIOUY", "áéíóúýÁÉÍÓÚÝ"),
        '\u{302}' => ("aeiouAEIOU", "âêîôûÂÊÎÔÛ"),
        '\u{303}' => ("anoANO", "ãñõÃÑÕ"),
        '\u{308}' => ("aeiouyAEIOUY", "äëïöüÿÄËÏÖÜŸ"),
        '\u{327}' => ("cC", "çÇ"),
        _ => return None,
    };
    letters.chars().zip(accented.chars()).find(|(plain, _)| *plain == letter).map(|(_, joined)| joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn regular() -> Face {
        Face::new(REGULAR).expect("the embedded font")
    }

    #[test]
    fn french_is_in_both_faces() {
        let faces = Faces::embedded().expect("the embedded fonts");
        let french = "ÀÂÆÇÉÈÊËÎÏÔŒÙÛÜŸàâæçéèêëîïôœùûüÿ «»’…–—€·№°\u{a0}\u{202f}";
        for weight in [Weight::Regular, Weight::SemiBold] {
            assert_eq!(faces.of(weight).visible(french), french);
        }
    }

    #[test]
    fn figures_share_one_width() {
        let faces = Faces::embedded().expect("the embedded fonts");
        for weight in [Weight::Regular, Weight::SemiBold] {
            let widths: Vec<f32> = ('0'..='9').map(|digit| faces.of(weight).advance(digit)).collect();
            assert!(widths.iter().all(|width| (width - widths[0]).abs() < f32::EPSILON), "{widths:?}");
        }
    }

    #[test]
    fn what_has_no_glyph_is_seen_and_what_has_no_shape_is_not() {
        let face = regular();
        assert_eq!(face.visible("漢字 😀"), "?? ?");
        assert_eq!(face.visible("a\u{200b}b\u{202e}c\u{7}d\u{ad}e\u{feff}"), "abcde");
        assert_eq!(face.visible("a\tb\r\nc\u{3000}d"), "a b  c d");
        assert_eq!(face.visible("Cle\u{301}mence, HE\u{301}LE\u{300}NE, co\u{302}te\u{301}"), "Clémence, HÉLÈNE, côté");
    }

    #[test]
    fn one_glyph_a_character_and_no_ligature() {
        let face = regular();
        let glyphs = face.glyphs("office €");
        assert_eq!(glyphs.len(), 8);
        assert_eq!(glyphs[7].text_range, 7..10);
        assert!(glyphs.iter().all(|glyph| glyph.glyph_id.to_u32() != 0));
    }
}
