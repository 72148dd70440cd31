//! The foot of each page: which document, made when, which page of how many; on a demo page, that it is worth nothing.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::document::Document;
use crate::face::Faces;
use crate::line::elide;
use crate::page::{BOTTOM, Ink, LEFT, MEASURE, Mark, RIGHT, Style};
use crate::text;

/// The marks of the foot of page `page` (from 1) of `pages`.
pub(crate) fn footer(document: &Document, faces: &Faces, page: usize, pages: usize) -> Vec<Mark> {
    let style = Style::FOOT;
    let face = faces.of(style.weight);
    let rule = BOTTOM + 18.0;
    let top = rule + 6.0;
    let number = text::t("page.number").replace("{pages}", &pages.to_string()).replace("{page}", &page.to_string());
    let number_width = face.width(&number, style.size);
    let free = MEASURE - number_width - 20.0;
    let made_on = elide(face, &document.made_on, style.size, free / 2.0);
    let end = if made_on.is_empty() || document.title.is_empty() {
        made_on
    } else {
        format!("{}{made_on}", text::t("page.separator"))
    };
    let title = elide(face, &document.title, style.size, free - face.width(&end, style.size));
    let line =
        |x: f32, top: f32, style: Style, text: String| Mark::Text { x, baseline: style.baseline(top), style, text };
    let mut marks = vec![
        Mark::Rule { from: (LEFT, rule), to: (RIGHT, rule), thickness: 0.5, ink: Ink::Light },
        line(LEFT, top, style, format!("{title}{end}")),
        line(RIGHT - number_width, top, style, number),
    ];
    if document.demo {
        marks.push(line(LEFT, top + style.leading, Style::FOOT_DEMO, text::t("demo.footer").to_owned()));
    }
    marks
}
