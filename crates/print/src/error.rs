//! Why there is no PDF: nothing that a document says, only what is built into the program.

use liasse_domain::{Code, Coded};

/// Our bug: a part of the program that makes pages does not work. Nothing of the document is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrintError {
    /// An embedded font does not read.
    #[error("an embedded font does not read")]
    Font,
    /// A page of A4 was refused as a size.
    #[error("the page size was refused")]
    Page,
    /// The PDF writer refused the document.
    #[error("the PDF writer refused the document")]
    Writer,
}

impl Coded for PrintError {
    fn code(&self) -> Code {
        Code("system.pdf_impossible")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_has_its_text() {
        let report = PrintError::Writer.report();
        assert!(report.message.contains("PDF"), "{report}");
        assert_eq!(PrintError::Font.exit_code(), 70);
    }
}
