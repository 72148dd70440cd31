//! What is printed: a title and blocks, one under the other. Not how it looks (`prose`, `table`, `form`).
//! Names and numbers of patients stand in these texts: `Debug` prints how much there is, never what.

use std::fmt;

/// A document to print.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// Printed large at the top of the first page and small at the foot of each; the title of the PDF.
    pub title: String,
    /// One line under the title, of whom or what; the subject of the PDF. Empty when there is nothing to say.
    pub subject: String,
    /// Of the demo world: every page is marked, across and at its foot.
    pub demo: bool,
    /// The content, from top to bottom.
    pub blocks: Vec<Block>,
    /// When it was made, as a French reader writes it; printed at the foot of each page.
    pub made_on: String,
}

/// One part of a document. Each goes on over the page where it must.
#[derive(Clone, PartialEq, Eq)]
pub enum Block {
    /// The name of a part; never alone at the foot of a page.
    Heading(String),
    /// Running text. Lines are broken by width; a newline in it stays one.
    Paragraph(String),
    /// Label and value, side by side.
    Facts(Vec<(String, String)>),
    /// Rows under a header that each page repeats.
    Table(Table),
    /// Something to obey, in a frame.
    Notice(String),
    /// One empty box a label, side by side, to sign in.
    Signature(Vec<String>),
    /// Some room.
    Gap,
    /// What follows starts a page. Makes no empty page, neither at the top of one nor at the end.
    PageBreak,
    /// Ruled lines to write on by hand.
    Lines {
        /// What is to be written.
        label: String,
        /// How many lines.
        count: u16,
    },
}

/// Rows of cells. A row is not cut in two, unless it alone is taller than a page.
///
/// Nothing is lost when lengths differ: short rows end in empty cells, and cells past the last column get a narrow
/// column without a title.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// The columns, from left to right.
    pub columns: Vec<Column>,
    /// The rows, one text a cell; a text may take several lines.
    pub rows: Vec<Vec<String>>,
    /// The last row, in bold, kept with the row above it.
    pub total: Option<Vec<String>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// What the header says.
    pub title: String,
    /// Its part of the width, against the sum of all shares; 0 counts as 1.
    pub share: u16,
    /// To which side its cells and its title go.
    pub align: Align,
}

/// To which side a cell goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Amounts and numbers: the last digits stand under each other.
    Right,
}

impl fmt::Debug for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Document").field("demo", &self.demo).field("blocks", &self.blocks).finish_non_exhaustive()
    }
}

impl fmt::Debug for Block {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Heading(_) => f.write_str("Heading(…)"),
            Self::Paragraph(_) => f.write_str("Paragraph(…)"),
            Self::Facts(facts) => write!(f, "Facts({} × …)", facts.len()),
            Self::Table(table) => table.fmt(f),
            Self::Notice(_) => f.write_str("Notice(…)"),
            Self::Signature(labels) => write!(f, "Signature({} × …)", labels.len()),
            Self::Gap => f.write_str("Gap"),
            Self::PageBreak => f.write_str("PageBreak"),
            Self::Lines { count, .. } => write!(f, "Lines({count} × …)"),
        }
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Table({} rows × {} columns)", self.rows.len(), self.columns.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nothing_of_a_patient() {
        let name = || "DURAND".to_owned();
        let blocks = vec![
            Block::Heading(name()),
            Block::Paragraph(name()),
            Block::Facts(vec![(name(), name())]),
            Block::Table(Table { columns: Vec::new(), rows: vec![vec![name()]], total: Some(vec![name()]) }),
            Block::Notice(name()),
            Block::Signature(vec![name()]),
            Block::Lines { label: name(), count: 2 },
        ];
        let document = Document { title: name(), subject: name(), demo: true, blocks, made_on: name() };
        let printed = format!("{document:?}");
        assert!(!printed.contains("DURAND"), "{printed}");
        assert!(printed.contains("Table(1 rows × 0 columns)"), "{printed}");
    }
}
