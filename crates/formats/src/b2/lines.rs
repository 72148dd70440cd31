//! Cutting a file into records: strictly for ours (128 characters and CRLF), leniently for foreign ones.
//! Not what the records mean. Public texts give the width and no line end, so LF, CRLF and none at all are taken.

use liasse_domain::Code;

use super::fault::{Fault, Found};
use super::table::WIDTH;
use crate::scan::position;

/// Bytes of one of our records with its CRLF.
const STRIDE: usize = WIDTH + 2;

/// The records of our own bytes, each of 128 characters and CRLF; else the first that is not.
pub(crate) fn strict(bytes: &[u8]) -> Result<Vec<&[u8]>, Fault> {
    let mut lines = Vec::new();
    for (index, chunk) in bytes.chunks(STRIDE).enumerate() {
        match chunk.split_at_checked(WIDTH) {
            Some((line, b"\r\n")) => lines.push(line),
            _ => {
                let length = chunk.iter().position(|byte| *byte == b'\n').unwrap_or(chunk.len());
                let length = length - usize::from(length > 0 && chunk.get(length - 1) == Some(&b'\r'));
                let code = if length == WIDTH { Code("formats.b2_fin_de_ligne") } else { Code("formats.b2_longueur") };
                return Err(Fault::line(index + 1, "?", code, Found::Length(length)));
            }
        }
    }
    Ok(lines)
}

/// A line of a file of any origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    /// Without its line end.
    pub bytes: &'a [u8],
    /// Whether it ended in CRLF.
    pub crlf: bool,
}

/// The lines of a file of any origin: cut at LF or CRLF, or each 128 characters when there is neither.
pub(crate) fn lenient(bytes: &[u8]) -> Vec<Line<'_>> {
    if position(bytes, b'\n').is_none() {
        return bytes.chunks(WIDTH).map(|bytes| Line { bytes, crlf: false }).collect();
    }
    let mut lines = Vec::with_capacity(bytes.len() / WIDTH);
    let mut rest = bytes;
    while !rest.is_empty() {
        let end = position(rest, b'\n');
        let (line, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after.get(1..).unwrap_or_default();
        // The last line may end in CR alone: that is no CRLF.
        lines.push(match line.strip_suffix(b"\r") {
            Some(bytes) => Line { bytes, crlf: end.is_some() },
            None => Line { bytes: line, crlf: false },
        });
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(fill: u8) -> Vec<u8> {
        vec![fill; WIDTH]
    }

    #[test]
    fn ours_end_in_crlf() {
        let good = [record(b'2'), b"\r\n".to_vec(), record(b'5'), b"\r\n".to_vec()].concat();
        assert_eq!(strict(&good).expect("two records").len(), 2);
        assert_eq!(strict(b""), Ok(vec![]));
        let unix = [record(b'2'), b"\n".to_vec(), record(b'5'), b"\n".to_vec()].concat();
        let fault = strict(&unix).expect_err("LF alone");
        assert_eq!((fault.line, fault.code, fault.found), (1, Code("formats.b2_fin_de_ligne"), Found::Length(128)));
        let short = [&good[..130], b"5\r\n"].concat();
        let fault = strict(&short).expect_err("a short record");
        assert_eq!((fault.line, fault.code, fault.found), (2, Code("formats.b2_longueur"), Found::Length(1)));
    }

    #[test]
    fn foreign_lines_end_as_they_like() {
        let lengths = |bytes: &[u8]| lenient(bytes).iter().map(|line| line.bytes.len()).collect::<Vec<_>>();
        let (two, lf, crlf) = (record(b'2'), b"\n".to_vec(), b"\r\n".to_vec());
        assert_eq!(lengths(&[two.clone(), two.clone()].concat()), [128, 128]);
        assert_eq!(lengths(&[two.clone(), two.clone(), b"5".to_vec()].concat()), [128, 128, 1]);
        assert_eq!(lengths(&[two.clone(), lf.clone(), two.clone(), lf].concat()), [128, 128]);
        assert_eq!(lengths(&[two.clone(), crlf.clone(), two.clone()].concat()), [128, 128]);
        assert_eq!(lengths(b"\n\n"), [0, 0]);
        assert_eq!(lengths(b""), [] as [usize; 0]);
        let ends = |bytes: &[u8]| lenient(bytes).iter().map(|line| line.crlf).collect::<Vec<_>>();
        assert_eq!(ends(b"a\r\nb\nc\r\n"), [true, false, true]);
        assert_eq!(ends(b"a\r\nb\r"), [true, false]);
    }
}
