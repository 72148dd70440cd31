//! Lines out of bytes that come in any pieces, with a bound on each.
//! Not a parser: it knows no command; lines end at LF, a CR before it is dropped.

use std::collections::VecDeque;
use std::fmt;

/// A line longer than the bound: the server is broken or hostile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line is longer than the protocol allows")]
pub struct Overlong;

/// Bytes received and not yet read as lines.
pub struct Lines {
    pending: VecDeque<u8>,
    /// How many bytes at the front are known to hold no LF.
    scanned: usize,
    limit: usize,
}

impl Lines {
    /// Lines of at most `limit` bytes, end not counted.
    pub fn new(limit: usize) -> Self {
        Self { pending: VecDeque::new(), scanned: 0, limit }
    }

    /// Adds received bytes.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.pending.extend(bytes);
    }

    /// The next complete line without its end.
    pub fn next_line(&mut self) -> Result<Option<Vec<u8>>, Overlong> {
        let Some(offset) = self.pending.iter().skip(self.scanned).position(|byte| *byte == b'\n') else {
            self.scanned = self.pending.len();
            return if self.scanned > self.limit + 1 { Err(Overlong) } else { Ok(None) };
        };
        let end = self.scanned + offset;
        self.scanned = 0;
        let mut line: Vec<u8> = self.pending.drain(..=end).collect();
        line.pop();
        if line.last() == Some(&b'\r') {
            line.pop();
        }
        if line.len() > self.limit { Err(Overlong) } else { Ok(Some(line)) }
    }

    /// Takes everything that was received and not read.
    pub fn take_rest(&mut self) -> Vec<u8> {
        self.scanned = 0;
        self.pending.drain(..).collect()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// Changes the bound for the lines to come.
    pub fn set_limit(&mut self, limit: usize) {
        self.limit = limit;
    }
}

/// Says how much waits, never what: a line may hold a password.
impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Lines({} bytes)", self.pending.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_waits_is_not_shown() {
        let mut lines = Lines::new(64);
        lines.feed(b"PASS test-secret\r\n");
        assert_eq!(format!("{lines:?}"), "Lines(18 bytes)");
    }

    #[test]
    fn a_line_comes_whole_or_not_at_all() {
        let mut lines = Lines::new(8);
        lines.feed(b"+OK\r");
        assert_eq!(lines.next_line(), Ok(None));
        lines.feed(b"\nnext\nlast");
        assert_eq!(lines.next_line(), Ok(Some(b"+OK".to_vec())));
        assert_eq!(lines.next_line(), Ok(Some(b"next".to_vec())));
        assert_eq!(lines.next_line(), Ok(None));
        lines.feed(b"-line-too-long");
        assert_eq!(lines.next_line(), Err(Overlong));
    }

    proptest! {
        #[test]
        fn pieces_do_not_matter(text in prop::collection::vec(any::<u8>(), 0..200), cut in 0usize..200) {
            let read = |pieces: &[&[u8]]| {
                let mut lines = Lines::new(64);
                let mut out = Vec::new();
                for piece in pieces {
                    lines.feed(piece);
                    loop {
                        match lines.next_line() {
                            Ok(Some(line)) => out.push(line),
                            Ok(None) => break,
                            Err(Overlong) => return None,
                        }
                    }
                }
                Some(out)
            };
            let cut = cut.min(text.len());
            prop_assert_eq!(read(&[&text]), read(&[&text[..cut], &text[cut..]]));
        }
    }
}
