//! Where a fault is said to be: inside the file, and on the very byte that it shows.
//! Lines are cut here once more, on their own: a reader that miscounts must not be its own judge.

use liasse_formats::b2::{Fault, Found};

/// Characters in a record.
const WIDTH: usize = 128;

/// The records of a file of ours: 128 characters and CRLF each.
pub fn strict(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.chunks(WIDTH + 2).collect()
}

/// The records of a file of any origin, without their line ends.
pub fn lenient(bytes: &[u8]) -> Vec<&[u8]> {
    if !bytes.contains(&b'\n') {
        return bytes.chunks(WIDTH).collect();
    }
    let mut lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    // What follows the last line end is no line when it is nothing.
    lines.pop_if(|last| last.is_empty());
    lines.into_iter().map(|line| line.strip_suffix(b"\r").unwrap_or(line)).collect()
}

/// The physical lines of a NOEMIE file (four digits and what they count, without CRLF), up to the first that is none.
pub fn framed(bytes: &[u8]) -> Vec<&[u8]> {
    let mut lines = Vec::new();
    let mut rest = bytes;
    while let Some(digits) = rest.get(..4).filter(|digits| digits.iter().all(u8::is_ascii_digit)) {
        let length = digits.iter().fold(0, |length, digit| length * 10 + usize::from(digit - b'0'));
        let Some((line, after)) = rest.split_at_checked(4 + length) else { break };
        let Some(after) = after.strip_prefix(b"\r\n") else { break };
        lines.push(line);
        rest = after;
    }
    lines
}

/// A fault stands on a line, or on the one after the last where something is missing, and a byte is where it is shown.
pub fn inside(fault: &Fault, lines: &[&[u8]]) {
    assert!(fault.line >= 1 && fault.column >= 1, "{fault}: lines and columns count from 1");
    let Some(line) = lines.get(fault.line - 1) else {
        assert_eq!((fault.line, fault.column), (lines.len() + 1, 1), "{fault}: behind the end");
        return;
    };
    assert!(fault.column <= line.len().max(1), "{fault}: the line has {} characters", line.len());
    if let Found::Byte(byte) = fault.found {
        assert_eq!(line.get(fault.column - 1), Some(&byte), "{fault}: another byte stands there");
    }
}
