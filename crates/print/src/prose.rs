//! The title, headings, running text and facts. Nothing here is taller than its lines: it goes over pages line by line.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::document::Align;
use crate::flow::Flow;
use crate::page::{Ink, LEFT, MEASURE, RIGHT, Style};
use crate::row::{Row, Slot};

/// What must fit under a heading on its page: two lines, or the header of a table and a row.
const FOLLOWING: f32 = 48.0;
/// Free between label and value.
const GUTTER: f32 = 16.0;

/// The title of the document and the line under it, with a rule that ends them.
pub(crate) fn title(flow: &mut Flow<'_>, title: &str, subject: &str) {
    let said = [(title, Style::TITLE), (subject, Style::SUBJECT)];
    let mut said = said.into_iter().filter(|(text, _)| !text.trim().is_empty()).peekable();
    if said.peek().is_none() {
        return;
    }
    for (text, style) in said {
        let lines = flow.wrapped(text, &style);
        flow.lines(&lines, style);
    }
    let y = flow.take(8.0) + 8.0;
    flow.rule(y, 0.9, Ink::Black);
    flow.space(16.0);
}

/// The name of a part, with what follows it on the same page.
pub(crate) fn heading(flow: &mut Flow<'_>, text: &str) {
    let lines = flow.wrapped(text, &Style::HEADING);
    flow.space(18.0);
    flow.reserve(lines.len() as f32 * Style::HEADING.leading + FOLLOWING);
    flow.lines(&lines, Style::HEADING);
    flow.space(6.0);
}

/// Running text.
pub(crate) fn paragraph(flow: &mut Flow<'_>, text: &str) {
    let lines = flow.wrapped(text, &Style::BODY);
    flow.lines(&lines, Style::BODY);
    flow.space(8.0);
}

/// Labels and values, the values under each other.
pub(crate) fn facts(flow: &mut Flow<'_>, facts: &[(String, String)]) {
    let face = flow.face(&Style::LABEL);
    let widest = facts.iter().map(|(label, _)| face.width(&face.visible(label), Style::LABEL.size));
    let width = widest.fold(0.0, f32::max).min(MEASURE * 0.4);
    let label = Slot { x: LEFT, width, align: Align::Left };
    let x = LEFT + width + GUTTER;
    let value = Slot { x, width: RIGHT - x, align: Align::Left };
    for (name, text) in facts {
        let row = Row::padded(1.0).cell(flow, label, Style::LABEL, name).cell(flow, value, Style::BODY, text);
        row.place(flow, None, 0.0);
    }
    flow.space(12.0);
}
