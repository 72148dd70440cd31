//! Marks into a PDF: each page with its foot, over the word of the demo world where there is one.
//! No clock and no chance: without a date in it, krilla makes the file's identifiers from its content.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use krilla::color::luma;
use krilla::geom::{Path, PathBuilder, Point, Rect, Transform};
use krilla::metadata::Metadata;
use krilla::page::PageSettings;
use krilla::paint::{Fill, Stroke};
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;

use crate::document::Document;
use crate::error::PrintError;
use crate::face::{Faces, Weight};
use crate::footer::footer;
use crate::page::{HEIGHT, Ink, Mark, Style, WIDTH};
use crate::text;

/// The part of the diagonal that the word of the demo world takes.
const ACROSS: f32 = 0.78;

/// The file.
pub(crate) fn write(document: &Document, faces: &Faces, pages: Vec<Vec<Mark>>) -> Result<Vec<u8>, PrintError> {
    let mut pdf = krilla::Document::new();
    pdf.set_metadata(metadata(document));
    let count = pages.len();
    for (at, marks) in pages.into_iter().enumerate() {
        let settings = PageSettings::from_wh(WIDTH, HEIGHT).ok_or(PrintError::Page)?;
        let mut page = pdf.start_page_with(settings);
        let mut surface = page.surface();
        if document.demo {
            watermark(&mut surface, faces);
        }
        for mark in marks.iter().chain(&footer(document, faces, at + 1, count)) {
            draw(&mut surface, faces, mark);
        }
        surface.finish();
        page.finish();
    }
    pdf.finish().map_err(|_| PrintError::Writer)
}

fn metadata(document: &Document) -> Metadata {
    // The metadata are also XML, which knows no control characters.
    let plain = |text: &str| text.chars().map(|sign| if sign.is_control() { ' ' } else { sign }).collect::<String>();
    Metadata::new()
        .title(plain(&document.title))
        .description(plain(&document.subject))
        .creator("Liasse".to_owned())
        .language("fr-FR".to_owned())
}

/// The word of the demo world, from the bottom left corner to the top right one, under everything else.
fn watermark(surface: &mut Surface<'_>, faces: &Faces) {
    let word = text::t("demo.watermark");
    let diagonal = WIDTH.hypot(HEIGHT);
    let (cos, sin) = (WIDTH / diagonal, HEIGHT / diagonal);
    let face = faces.of(Weight::SemiBold);
    let em = face.width(word, 1.0);
    let size = diagonal * ACROSS / em;
    let style = Style { size, leading: size, weight: Weight::SemiBold, ink: Ink::Pale };
    // All glyphs stand for the whole word: who reads the text back finds it in one piece, not a letter here and there.
    let whole = |glyph: KrillaGlyph| KrillaGlyph { text_range: 0..word.len(), ..glyph };
    let glyphs: Vec<KrillaGlyph> = face.glyphs(word).into_iter().map(whole).collect();
    // Around the centre of the page; y goes down, so a text that rises turns against it.
    surface.push_transform(&Transform::from_row(cos, -sin, sin, cos, WIDTH / 2.0, HEIGHT / 2.0));
    let start = Point::from_xy(-em * size / 2.0, style.baseline(-size / 2.0));
    surface.set_fill(Some(Fill { paint: colour(style.ink).into(), ..Fill::default() }));
    surface.draw_glyphs(start, &glyphs, face.font(), word, size, false);
    surface.pop();
}

fn draw(surface: &mut Surface<'_>, faces: &Faces, mark: &Mark) {
    match mark {
        Mark::Text { x, baseline, style, text } => {
            let face = faces.of(style.weight);
            surface.set_stroke(None);
            surface.set_fill(Some(Fill { paint: colour(style.ink).into(), ..Fill::default() }));
            let start = Point::from_xy(*x, *baseline);
            surface.draw_glyphs(start, &face.glyphs(text), face.font(), text, style.size, false);
        }
        Mark::Rule { from, to, thickness, ink } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            outline(surface, path.finish(), *thickness, *ink);
        }
        Mark::Frame { x, y, width, height, thickness, ink } => {
            let mut path = PathBuilder::new();
            if let Some(edge) = Rect::from_xywh(*x, *y, *width, *height) {
                path.push_rect(edge);
            }
            outline(surface, path.finish(), *thickness, *ink);
        }
    }
}

fn outline(surface: &mut Surface<'_>, path: Option<Path>, width: f32, ink: Ink) {
    surface.set_fill(None);
    surface.set_stroke(Some(Stroke { paint: colour(ink).into(), width, ..Stroke::default() }));
    if let Some(path) = path {
        surface.draw_path(&path);
    }
}

fn colour(ink: Ink) -> luma::Color {
    luma::Color::new(match ink {
        Ink::Black => 0x14,
        Ink::Grey => 0x55,
        Ink::Light => 0xc4,
        Ink::Pale => 0xe2,
    })
}
