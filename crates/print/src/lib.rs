//! Pages on paper: a document made of plain blocks becomes a PDF, A4, its fonts embedded, the same bytes for the same document.
//! Not what a duplicata or a bordereau says (who prints it composes the blocks), not the printer: no file and no clock here.
//! The rule: nothing that was handed in is lost on the way; what does not fit in a line or on a page goes on in the next.

mod columns;
mod document;
mod error;
mod face;
mod flow;
mod footer;
mod form;
mod html;
mod line;
mod page;
mod pdf;
mod prose;
mod row;
mod table;
mod text;

pub use document::{Align, Block, Column, Document, Table};
pub use error::PrintError;
pub use html::html;

use face::Faces;
use flow::Flow;

/// The PDF of a document. The same document gives the same bytes, always; any text is accepted.
///
/// # Errors
/// None that a document could cause: an embedded font or the PDF writer refused, which is our bug.
pub fn render(document: &Document) -> Result<Vec<u8>, PrintError> {
    let faces = Faces::embedded()?;
    let mut flow = Flow::new(&faces);
    prose::title(&mut flow, &document.title, &document.subject);
    for block in &document.blocks {
        place(&mut flow, block);
    }
    pdf::write(document, &faces, flow.into_pages())
}

fn place(flow: &mut Flow<'_>, block: &Block) {
    match block {
        Block::Heading(text) => prose::heading(flow, text),
        Block::Paragraph(text) => prose::paragraph(flow, text),
        Block::Facts(facts) => prose::facts(flow, facts),
        Block::Table(content) => table::table(flow, content),
        Block::Notice(text) => form::notice(flow, text),
        Block::Signature(labels) => form::signature(flow, labels),
        Block::Lines { label, count } => form::lines(flow, label, *count),
        Block::Gap => flow.gap(),
        Block::PageBreak => flow.end_page(),
    }
}
