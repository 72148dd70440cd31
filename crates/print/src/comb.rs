//! Combs: a value with one character a cell, as the cerfa forms have for numbers. Fields stand side by side while there
//! is room; a value longer than the line goes on in cells below. Not a form to type in: it is paper.
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::document::Align;
use crate::face::Face;
use crate::flow::Flow;
use crate::page::{Ink, LEFT, MEASURE, Mark, Style};
use crate::row::{Row, Slot};

const CELL_WIDTH: f32 = 14.0;
const CELL_HEIGHT: f32 = 18.0;
/// Free between two groups of cells.
const GROUP: f32 = 5.0;
/// Free between two fields, and between two lines of cells.
const BETWEEN: f32 = 16.0;
const BELOW: f32 = 4.0;

/// Neighbouring cells: their left edge within the field, and what stands in each.
struct Group {
    x: f32,
    cells: Vec<String>,
}

/// One field: its label, its lines of groups, its width.
struct Field<'a> {
    label: &'a str,
    lines: Vec<Vec<Group>>,
    width: f32,
}

/// The fields, from left to right and line by line.
pub(crate) fn boxes(flow: &mut Flow<'_>, fields: &[(String, String)]) {
    let mut line: Vec<Field<'_>> = Vec::new();
    let mut used = 0.0;
    for (label, value) in fields {
        let field = field(flow, label, value);
        if !line.is_empty() && used + BETWEEN + field.width > MEASURE {
            place(flow, &line);
            line.clear();
        }
        used = if line.is_empty() { field.width } else { used + BETWEEN + field.width };
        line.push(field);
    }
    place(flow, &line);
    flow.space(12.0);
}

fn field<'a>(flow: &Flow<'_>, label: &'a str, value: &str) -> Field<'a> {
    let face = flow.face(&Style::SMALL);
    let lines = lines(flow.face(&Style::COMB), value);
    let ends = lines.iter().flatten().map(|group| group.x + CELL_WIDTH * group.cells.len() as f32);
    let cells = ends.fold(0.0, f32::max);
    // A long label is broken rather than make its neighbours go to the next line.
    let named = face.width(&face.visible(label), Style::SMALL.size).min(MEASURE / 3.0);
    Field { label, lines, width: cells.max(named + 1.0) }
}

/// The cells of a value, over as many lines as it needs.
fn lines(face: &Face, value: &str) -> Vec<Vec<Group>> {
    let mut lines: Vec<Vec<Group>> = vec![Vec::new()];
    let mut x = 0.0;
    let mut open = false;
    for character in face.visible(value).chars() {
        if matches!(character, '\u{a0}' | '\u{202f}') {
            x += if open { GROUP } else { 0.0 };
            open = false;
            continue;
        }
        let last = lines.last_mut().and_then(|line| line.last_mut());
        match last {
            // An accent stays in the cell of its letter.
            Some(Group { cells, .. }) if open && face.advance(character) <= 0.0 => {
                if let Some(cell) = cells.last_mut() {
                    cell.push(character);
                }
                continue;
            }
            Some(Group { cells, .. }) if open && x + CELL_WIDTH <= MEASURE => cells.push(character.to_string()),
            _ => {
                if x + CELL_WIDTH > MEASURE {
                    lines.push(Vec::new());
                    x = 0.0;
                }
                if let Some(line) = lines.last_mut() {
                    line.push(Group { x, cells: vec![character.to_string()] });
                }
                open = true;
            }
        }
        x += CELL_WIDTH;
    }
    lines.retain(|line| !line.is_empty());
    lines
}

/// Fields side by side: their labels, then their cells.
fn place(flow: &mut Flow<'_>, fields: &[Field<'_>]) {
    if fields.is_empty() {
        return;
    }
    flow.space(8.0);
    let mut x = LEFT;
    let mut edges = Vec::new();
    let mut labels = Row::padded(1.0);
    for field in fields {
        let slot = Slot { x, width: field.width, align: Align::Left };
        labels = labels.cell(flow, slot, Style::SMALL, field.label);
        edges.push(x);
        x += field.width + BETWEEN;
    }
    let most = fields.iter().map(|field| field.lines.len()).max().unwrap_or_default();
    labels.sunk().place(flow, None, if most > 0 { CELL_HEIGHT } else { 0.0 });
    for at in 0..most {
        flow.space(if at > 0 { BELOW } else { 0.0 });
        let top = flow.take(CELL_HEIGHT);
        for (field, left) in fields.iter().zip(&edges) {
            for group in field.lines.get(at).into_iter().flatten() {
                draw(flow, group, left + group.x, top);
            }
        }
    }
}

fn draw(flow: &mut Flow<'_>, group: &Group, left: f32, top: f32) {
    let (thickness, ink) = (0.6, Ink::Grey);
    let width = CELL_WIDTH * group.cells.len() as f32;
    flow.mark(Mark::Frame { x: left, y: top, width, height: CELL_HEIGHT, thickness, ink });
    let mut x = left;
    for (at, cell) in group.cells.iter().enumerate() {
        if at > 0 {
            flow.mark(Mark::Rule { from: (x, top), to: (x, top + CELL_HEIGHT), thickness, ink });
        }
        let free = CELL_WIDTH - flow.face(&Style::COMB).width(cell, Style::COMB.size);
        if !cell.trim().is_empty() {
            flow.write(x + free / 2.0, top, Style::COMB, cell);
        }
        x += CELL_WIDTH;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::face::{Faces, Weight};

    fn groups(value: &str) -> Vec<Vec<String>> {
        let faces = Faces::embedded().expect("the embedded fonts");
        let lines = lines(faces.of(Weight::Regular), value);
        lines.into_iter().map(|line| line.into_iter().map(|group| group.cells.join("|")).collect()).collect()
    }

    #[test]
    fn one_character_a_cell_and_room_between_groups() {
        assert_eq!(groups("2\u{a0}84\u{202f}05"), [["2", "8|4", "0|5"]]);
        assert_eq!(groups("a b"), [["a| |b"]]);
        assert_eq!(groups("q\u{308}x"), [["q\u{308}|x"]], "an accent has no cell");
        assert!(groups("").is_empty());
        assert!(groups("\u{a0}\u{a0}").is_empty());
    }

    #[test]
    fn a_long_value_goes_on_below() {
        let lines = groups(&"7".repeat(100));
        assert_eq!(lines.len(), 3);
        assert_eq!(lines.concat().join("|").matches('7').count(), 100);
    }
}
