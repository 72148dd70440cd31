//! The sheet and what can stand on it: text, rules, frames, each at its place in points from the top left corner.
//! Not where a block goes (`flow`), not how it is written into the PDF (`pdf`).
#![expect(clippy::float_arithmetic, reason = "places on paper, no money")]

use crate::face::Weight;

/// A4, in points.
pub(crate) const WIDTH: f32 = 595.28;
/// A4, in points.
pub(crate) const HEIGHT: f32 = 841.89;
/// Where text begins: 20 mm, and a sheet can be punched.
pub(crate) const LEFT: f32 = 56.7;
/// Where text ends.
pub(crate) const RIGHT: f32 = WIDTH - LEFT;
/// The width of text.
pub(crate) const MEASURE: f32 = RIGHT - LEFT;
/// Where the first block begins.
pub(crate) const TOP: f32 = 54.0;
/// Where the last block ends.
pub(crate) const BOTTOM: f32 = HEIGHT - 68.0;
/// The height of blocks on a page.
pub(crate) const BODY: f32 = BOTTOM - TOP;

/// How dark. Paper is often printed in black: greys only, and the lightest text is still easy to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    /// What is said.
    Black,
    /// What names it.
    Grey,
    /// What separates.
    Light,
    /// What lies under the text of a demo page.
    Pale,
}

/// How a text looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    /// In points.
    pub(crate) size: f32,
    /// From one line to the next, in points.
    pub(crate) leading: f32,
    pub(crate) weight: Weight,
    pub(crate) ink: Ink,
}

impl Style {
    const fn new(size: f32, leading: f32, weight: Weight, ink: Ink) -> Self {
        Self { size, leading, weight, ink }
    }

    /// Running text.
    pub(crate) const BODY: Self = Self::new(10.0, 14.0, Weight::Regular, Ink::Black);
    /// The label of a fact.
    pub(crate) const LABEL: Self = Self::new(10.0, 14.0, Weight::Regular, Ink::Grey);
    /// Something to obey.
    pub(crate) const NOTICE: Self = Self::new(10.0, 14.0, Weight::SemiBold, Ink::Black);
    /// The title of the document.
    pub(crate) const TITLE: Self = Self::new(20.0, 25.0, Weight::SemiBold, Ink::Black);
    /// The line under the title.
    pub(crate) const SUBJECT: Self = Self::new(11.0, 15.0, Weight::Regular, Ink::Grey);
    /// The name of a part.
    pub(crate) const HEADING: Self = Self::new(12.5, 17.0, Weight::SemiBold, Ink::Black);
    /// A cell of a table.
    pub(crate) const CELL: Self = Self::new(9.5, 13.0, Weight::Regular, Ink::Black);
    /// The title of a column.
    pub(crate) const COLUMN: Self = Self::new(8.5, 12.0, Weight::SemiBold, Ink::Grey);
    /// The total of a table.
    pub(crate) const TOTAL: Self = Self::new(9.5, 13.0, Weight::SemiBold, Ink::Black);
    /// What stands beside something to fill in.
    pub(crate) const SMALL: Self = Self::new(8.5, 12.0, Weight::Regular, Ink::Grey);
    /// The foot of the page.
    pub(crate) const FOOT: Self = Self::new(8.0, 11.0, Weight::Regular, Ink::Grey);
    /// The foot of a demo page.
    pub(crate) const FOOT_DEMO: Self = Self::new(8.0, 11.0, Weight::SemiBold, Ink::Grey);

    /// Where letters stand in a line that begins at `top`: capitals, 0.7 em high in this font, in the middle of it.
    pub(crate) fn baseline(&self, top: f32) -> f32 {
        top + self.leading / 2.0 + self.size * 0.35
    }
}

/// One thing on a page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Mark {
    /// One line of visible text.
    Text { x: f32, baseline: f32, style: Style, text: String },
    /// A straight line, from point to point.
    Rule { from: (f32, f32), to: (f32, f32), thickness: f32, ink: Ink },
    /// The edge of a box.
    Frame { x: f32, y: f32, width: f32, height: f32, thickness: f32, ink: Ink },
}
