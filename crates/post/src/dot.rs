//! Dot-stuffing: how a text with lines of its own travels inside a protocol of lines (RFC 5321 4.5.2, RFC 1939 3).
//! Not a check of the text: `send` refuses a message with bare CR or LF before it comes here.

/// A text longer than its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the message is longer than the bound")]
pub struct TooLong;

/// `message` with a dot doubled at the start of each line. The end of data is not added.
pub fn stuff(message: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(message.len() + message.len() / 64 + 2);
    let mut at_line_start = true;
    for &byte in message {
        if at_line_start && byte == b'.' {
            out.push(b'.');
        }
        at_line_start = byte == b'\n';
        out.push(byte);
    }
    out
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    LineStart,
    Inside,
    AfterCr,
    AfterDot,
    AfterDotCr,
    End,
}

/// Reads a dot-stuffed text, in any pieces, up to its end `CRLF . CRLF`.
pub struct DotReader {
    text: Vec<u8>,
    place: Place,
    limit: usize,
}

/// Says how much was read, never what.
impl std::fmt::Debug for DotReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "DotReader({} bytes, {:?})", self.text.len(), self.place)
    }
}

impl DotReader {
    /// A reader for a text of at most `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self { text: Vec::new(), place: Place::LineStart, limit }
    }

    /// Reads from `bytes`; gives how many were used: all of them, unless the end came before.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<usize, TooLong> {
        for (index, &byte) in bytes.iter().enumerate() {
            if self.place == Place::End {
                return Ok(index);
            }
            self.push(byte);
            if self.text.len() > self.limit {
                return Err(TooLong);
            }
        }
        Ok(bytes.len())
    }

    /// Whether the end was read.
    pub fn is_complete(&self) -> bool {
        self.place == Place::End
    }

    /// The text, each line with its CRLF.
    pub fn into_text(self) -> Vec<u8> {
        self.text
    }

    fn push(&mut self, byte: u8) {
        self.place = match (self.place, byte) {
            (Place::LineStart, b'.') => Place::AfterDot,
            (Place::AfterDot, b'\r') => Place::AfterDotCr,
            (Place::AfterDotCr, b'\n') | (Place::End, _) => Place::End,
            (place, byte) => {
                if place == Place::AfterDotCr {
                    // A lone CR after a stuffed dot belongs to the text.
                    self.text.push(b'\r');
                }
                self.text.push(byte);
                match (place, byte) {
                    (_, b'\r') => Place::AfterCr,
                    (Place::AfterCr, b'\n') => Place::LineStart,
                    _ => Place::Inside,
                }
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8]) -> Option<Vec<u8>> {
        let mut reader = DotReader::new(1 << 20);
        reader.feed(bytes).ok()?;
        reader.is_complete().then(|| reader.into_text())
    }

    #[test]
    fn dots_of_the_rfc() {
        assert_eq!(stuff(b".\r\n..a\r\nb.\r\n"), b"..\r\n...a\r\nb.\r\n");
        assert_eq!(read(b"..\r\n...a\r\nb.\r\n.\r\n").as_deref(), Some(&b".\r\n..a\r\nb.\r\n"[..]));
        assert_eq!(read(b".\r\n").as_deref(), Some(&b""[..]));
        assert_eq!(read(b"a\r\n.").as_deref(), None);
        assert_eq!(read(b"a\n.\r\nb\r\n.\r\n").as_deref(), Some(&b"a\n.\r\nb\r\n"[..]), "a bare LF starts no line");
    }

    #[test]
    fn what_follows_the_end_is_left() {
        let mut reader = DotReader::new(100);
        assert_eq!(reader.feed(b"a\r\n.\r\n+OK"), Ok(6));
        assert!(reader.is_complete());
        assert_eq!(DotReader::new(3).feed(b"abcd"), Err(TooLong));
    }

    proptest! {
        #[test]
        fn a_text_comes_back_whatever_the_pieces(lines in prop::collection::vec("[.a\t ]{0,6}", 0..20), cut in 0usize..200) {
            let text: Vec<u8> = lines.iter().flat_map(|line| [line.as_bytes(), b"\r\n"].concat()).collect();
            let mut wire = stuff(&text);
            wire.extend_from_slice(b".\r\n");
            let cut = cut.min(wire.len());
            let mut reader = DotReader::new(10_000);
            prop_assert_eq!(reader.feed(&wire[..cut]), Ok(cut));
            reader.feed(&wire[cut..]).expect("within the bound");
            prop_assert!(reader.is_complete());
            prop_assert_eq!(reader.into_text(), text);
        }

        #[test]
        fn any_bytes_are_read_within_the_bound(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut reader = DotReader::new(100);
            let _ = reader.feed(&bytes);
            prop_assert!(reader.into_text().len() <= 102);
        }
    }
}
