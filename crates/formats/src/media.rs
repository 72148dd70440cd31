//! Recognising a scanned document by what it holds, never by its name: PDF or TIFF, whole, of a size that may travel.
//! Not a reader of either: what is checked is their beginning and their end (PDF 32000-1, 7.5.2 and 7.5.5; TIFF 6.0,
//! section 2). Size: reference telecom 1.1.

use liasse_domain::scan::MAX_SCAN;
use liasse_domain::{Code, Coded, ScanMedia};

/// The end of a PDF stands in its last bytes, whatever a scanner adds behind.
const PDF_END_WITHIN: usize = 1024;
/// The most pages of a TIFF that are looked at: a list that does not end is none.
const MAX_PAGES: usize = 1000;

/// Why bytes are no document that may travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScanFault {
    /// Larger than [`MAX_SCAN`].
    #[error("larger than a scanned document may be")]
    TooLarge,
    /// Neither PDF nor TIFF.
    #[error("neither PDF nor TIFF")]
    Unknown,
    /// It begins as one of them and has no end.
    #[error("cut short")]
    Cut,
}

impl Coded for ScanFault {
    fn code(&self) -> Code {
        match self {
            Self::TooLarge => Code("formats.numerisation_trop_grande"),
            Self::Unknown => Code("formats.numerisation_format"),
            Self::Cut => Code("formats.numerisation_incomplete"),
        }
    }
}

/// What a document is.
pub fn media_of(bytes: &[u8]) -> Result<ScanMedia, ScanFault> {
    if bytes.len() > MAX_SCAN {
        return Err(ScanFault::TooLarge);
    }
    if bytes.starts_with(b"%PDF-") {
        let end = bytes.get(bytes.len().saturating_sub(PDF_END_WITHIN)..).unwrap_or_default();
        return if end.windows(5).any(|word| word == b"%%EOF") { Ok(ScanMedia::Pdf) } else { Err(ScanFault::Cut) };
    }
    let order = match bytes.get(..4) {
        Some(b"II*\0") => Order::Little,
        Some(b"MM\0*") => Order::Big,
        _ => return Err(ScanFault::Unknown),
    };
    if has_whole_pages(bytes, order) { Ok(ScanMedia::Tiff) } else { Err(ScanFault::Cut) }
}

#[derive(Clone, Copy)]
enum Order {
    Little,
    Big,
}

impl Order {
    fn u16(self, bytes: &[u8], at: usize) -> Option<usize> {
        let two = bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(usize::from(match self {
            Self::Little => u16::from_le_bytes(two),
            Self::Big => u16::from_be_bytes(two),
        }))
    }

    fn u32(self, bytes: &[u8], at: usize) -> Option<usize> {
        let four = bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        usize::try_from(match self {
            Self::Little => u32::from_le_bytes(four),
            Self::Big => u32::from_be_bytes(four),
        })
        .ok()
    }
}

/// Whether the chain of pages lies in the bytes and ends: each a count of fields, its fields of twelve bytes, the place
/// of the next.
fn has_whole_pages(bytes: &[u8], order: Order) -> bool {
    let next = |at: usize| {
        let fields = order.u16(bytes, at).filter(|fields| *fields > 0)?;
        order.u32(bytes, at.checked_add(2 + 12 * fields)?)
    };
    let Some(mut at) = order.u32(bytes, 4).filter(|at| *at >= 8) else { return false };
    for _ in 0..MAX_PAGES {
        match next(at) {
            Some(0) => return true,
            Some(following) => at = following,
            None => return false,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A TIFF of one page with one field, its page at the end.
    fn tiff(little: bool) -> Vec<u8> {
        let (head, numbers): (&[u8], [&[u8]; 3]) = if little {
            (b"II*\0", [&[16, 0, 0, 0], &[1, 0], &[0, 1, 3, 0, 1, 0, 0, 0, 8, 0, 0, 0]])
        } else {
            (b"MM\0*", [&[0, 0, 0, 16], &[0, 1], &[1, 0, 0, 3, 0, 0, 0, 1, 0, 8, 0, 0]])
        };
        [head, numbers[0], &[0xAA; 8], numbers[1], numbers[2], &[0; 4]].concat()
    }

    #[test]
    fn content_decides() {
        let pdf = b"%PDF-1.7\n1 0 obj\nendobj\ntrailer\n%%EOF\n\0\0".to_vec();
        assert_eq!(media_of(&pdf), Ok(ScanMedia::Pdf));
        assert_eq!(media_of(&pdf[..20]), Err(ScanFault::Cut));
        for little in [true, false] {
            let whole = tiff(little);
            assert_eq!(media_of(&whole), Ok(ScanMedia::Tiff));
            for cut in 4..whole.len() {
                assert_eq!(media_of(&whole[..cut]), Err(ScanFault::Cut), "{cut}");
            }
        }
        for other in [&b""[..], b"%PDF", b"\x89PNG\r\n\x1a\n", b"\xFF\xD8\xFF\xE0", b" %PDF-1.7 %%EOF", b"II+\0"] {
            assert_eq!(media_of(other), Err(ScanFault::Unknown));
        }
    }

    #[test]
    fn a_chain_of_pages_that_does_not_end_is_refused() {
        let mut looped = tiff(true);
        let end = looped.len() - 4;
        looped[end..].copy_from_slice(&16u32.to_le_bytes());
        assert_eq!(media_of(&looped), Err(ScanFault::Cut));
    }

    #[test]
    fn the_size_is_bounded_to_the_byte() {
        let of = |size: usize| [&b"%PDF-1.4\n"[..], &vec![b' '; size - 15], b"%%EOF\n"].concat();
        assert_eq!(media_of(&of(MAX_SCAN)), Ok(ScanMedia::Pdf));
        assert_eq!(media_of(&of(MAX_SCAN + 1)), Err(ScanFault::TooLarge));
    }

    #[test]
    fn every_fault_has_its_sentences() {
        for fault in [ScanFault::TooLarge, ScanFault::Unknown, ScanFault::Cut] {
            assert!(liasse_domain::catalogue::entry(fault.code()).is_some(), "{fault:?}");
        }
    }
}
