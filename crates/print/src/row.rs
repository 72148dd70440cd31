//! A row of cells side by side, each with lines of its own: of a table, of facts, of labels. It stays whole where a page
//! can hold it. Not which cells there are (`table`, `prose`, `form`).
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::document::Align;
use crate::flow::Flow;
use crate::line::wrap;
use crate::page::{BODY, Ink, Mark, Style};

/// What must be torn leaves at least so many lines at the foot of a page.
pub(crate) const TORN_LINES: usize = 3;

/// Where a cell stands, and to which side its lines go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) x: f32,
    pub(crate) width: f32,
    pub(crate) align: Align,
}

/// The lines of one cell.
struct Cell {
    slot: Slot,
    style: Style,
    lines: Vec<String>,
}

/// A rule along an edge of a row, over the slots of its cells: thickness and ink.
pub(crate) type Edge = (f32, Ink);

/// A row that is ready to be placed.
#[derive(Default)]
pub(crate) struct Row {
    cells: Vec<Cell>,
    /// Free above the first line and below the last.
    padding: f32,
    /// Above the row.
    over: Option<Edge>,
    /// Below the row.
    under: Option<Edge>,
    /// Whether short cells stand at the bottom of the row.
    sunk: bool,
}

impl Row {
    /// A row without cells.
    pub(crate) fn padded(padding: f32) -> Self {
        Self { padding, ..Self::default() }
    }

    /// With one more cell, its text broken to the width of the slot.
    pub(crate) fn cell(mut self, flow: &Flow<'_>, slot: Slot, style: Style, text: &str) -> Self {
        let lines = wrap(flow.face(&style), text, style.size, slot.width);
        self.cells.push(Cell { slot, style, lines });
        self
    }

    /// With a rule along its upper edge.
    pub(crate) fn over(mut self, edge: Edge) -> Self {
        self.over = Some(edge);
        self
    }

    /// With a rule along its lower edge.
    pub(crate) fn under(mut self, edge: Edge) -> Self {
        self.under = Some(edge);
        self
    }

    /// With short cells at its bottom rather than its top.
    pub(crate) fn sunk(mut self) -> Self {
        self.sunk = true;
        self
    }

    /// The height of the whole row.
    pub(crate) fn height(&self) -> f32 {
        self.height_of(self.lines())
    }

    /// Puts the row on this page or, if it does not fit, under `head` on the next one. `keep` is the height that should
    /// stand on the same page below it.
    pub(crate) fn place(&self, flow: &mut Flow<'_>, head: Option<&Row>, keep: f32) {
        let page = BODY - head.map_or(0.0, Row::height);
        let height = self.height();
        if height <= page {
            if !flow.fits((height + keep).min(page)) {
                turn(flow, head);
            }
            self.draw(flow, 0, self.lines());
            return;
        }
        let mut from = 0;
        while from < self.lines() {
            if !flow.fits(self.height_of(TORN_LINES)) {
                turn(flow, head);
            }
            let fit = flow.lines_left(self.leading(), 2.0 * self.padding).max(1);
            let to = self.lines().min(from + fit);
            self.draw(flow, from, to);
            from = to;
        }
    }

    fn lines(&self) -> usize {
        self.cells.iter().map(|cell| cell.lines.len()).max().unwrap_or_default()
    }

    fn leading(&self) -> f32 {
        self.cells.iter().map(|cell| cell.style.leading).fold(1.0, f32::max)
    }

    fn height_of(&self, lines: usize) -> f32 {
        lines as f32 * self.leading() + 2.0 * self.padding
    }

    /// The lines from `from` to `to`, which fit on this page.
    fn draw(&self, flow: &mut Flow<'_>, from: usize, to: usize) {
        let height = self.height_of(to - from);
        let top = flow.take(height);
        if let (Some(edge), 0) = (self.over, from) {
            self.rule(flow, top, edge);
        }
        for cell in &self.cells {
            let above = if self.sunk && to - from == self.lines() { self.lines() - cell.lines.len() } else { 0 };
            let mut y = top + self.padding + above as f32 * self.leading();
            for line in cell.lines.iter().take(to).skip(from) {
                let free = match cell.slot.align {
                    Align::Left => 0.0,
                    Align::Right => cell.slot.width - flow.face(&cell.style).width(line, cell.style.size),
                };
                flow.write(cell.slot.x + free, y, cell.style, line);
                y += self.leading();
            }
        }
        if let (Some(edge), true) = (self.under, to == self.lines()) {
            self.rule(flow, top + height, edge);
        }
    }

    fn rule(&self, flow: &mut Flow<'_>, y: f32, (thickness, ink): Edge) {
        if let (Some(first), Some(last)) = (self.cells.first(), self.cells.last()) {
            let to = (last.slot.x + last.slot.width, y);
            flow.mark(Mark::Rule { from: (first.slot.x, y), to, thickness, ink });
        }
    }
}

/// The next page, with the header again.
fn turn(flow: &mut Flow<'_>, head: Option<&Row>) {
    flow.turn();
    if let Some(head) = head {
        head.draw(flow, 0, head.lines());
    }
}
