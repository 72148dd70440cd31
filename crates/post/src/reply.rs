//! One SMTP reply: a code, its enhanced code, a text kept short and printable (RFC 5321 4.2, RFC 3463, RFC 2034).
//! Not a judgement: what a code means in a phase is said by the machine in `smtp`.

/// An enhanced status code, `4.2.2`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Enhanced {
    /// 2 success, 4 transient, 5 permanent.
    pub class: u8,
    /// Subject: 1 address, 2 mailbox, 3 system, 4 network, 5 protocol, 6 content, 7 policy.
    pub subject: u16,
    /// Detail.
    pub detail: u16,
}

/// A complete reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// Three digits, 200 to 599.
    pub code: u16,
    /// The enhanced code, when the first line has one of the same class.
    pub enhanced: Option<Enhanced>,
    /// The texts of all lines, printable ASCII only, each cut at [`MAX_TEXT`].
    pub lines: Vec<String>,
}

/// The longest reply line that is read: far above the 512 bytes of RFC 5321, far below a flood.
pub const MAX_LINE: usize = 2048;
/// The most lines of one reply.
pub const MAX_LINES: usize = 128;
/// What is kept of a line's text.
pub const MAX_TEXT: usize = 200;

/// A line that is no line of a reply, or one too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server's reply is not one")]
pub struct BadReply;

impl Reply {
    /// Whether the answer is yes.
    pub fn is_positive(&self) -> bool {
        self.code / 100 == 2
    }

    /// The code and the text of the last line, for the record of the sending.
    pub fn summary(&self) -> String {
        let text = self.lines.last().map_or("", String::as_str);
        format!("{} {text}", self.code).trim_end().to_owned()
    }
}

/// Collects the lines of one reply.
#[derive(Debug, Default)]
pub struct ReplyReader {
    code: Option<u16>,
    lines: Vec<String>,
}

impl ReplyReader {
    /// Takes one line; the whole reply when it was the last one.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Reply>, BadReply> {
        let digits = line.get(..3).ok_or(BadReply)?;
        if !matches!(digits[0], b'2'..=b'5') || !digits.iter().all(u8::is_ascii_digit) {
            return Err(BadReply);
        }
        let code = digits.iter().fold(0u16, |code, digit| code * 10 + u16::from(digit - b'0'));
        let last = match line.get(3) {
            None | Some(b' ') => true,
            Some(b'-') => false,
            Some(_) => return Err(BadReply),
        };
        if self.code.is_some_and(|first| first != code) || self.lines.len() >= MAX_LINES {
            return Err(BadReply);
        }
        self.code = Some(code);
        self.lines.push(printable(line.get(4..).unwrap_or_default()));
        if !last {
            return Ok(None);
        }
        self.code = None;
        let lines = std::mem::take(&mut self.lines);
        let enhanced = lines.first().and_then(|text| enhanced(text)).filter(|e| u16::from(e.class) == code / 100);
        Ok(Some(Reply { code, enhanced, lines }))
    }
}

fn printable(bytes: &[u8]) -> String {
    bytes
        .iter()
        .take(MAX_TEXT)
        .map(|byte| if byte.is_ascii_graphic() || *byte == b' ' { char::from(*byte) } else { '?' })
        .collect()
}

fn enhanced(text: &str) -> Option<Enhanced> {
    let mut parts = text.split(' ').next()?.split('.');
    let number = |part: &str| {
        ((1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())).then(|| part.parse().ok()).flatten()
    };
    let class = match parts.next()? {
        "2" => 2,
        "4" => 4,
        "5" => 5,
        _ => return None,
    };
    let found = Enhanced { class, subject: number(parts.next()?)?, detail: number(parts.next()?)? };
    parts.next().is_none().then_some(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn replies_of_real_servers() {
        let mut reader = ReplyReader::default();
        assert_eq!(reader.line(b"250-peer.localhost"), Ok(None));
        assert_eq!(reader.line(b"250-SIZE 20480000"), Ok(None));
        let reply = reader.line(b"250 SMTPUTF8").expect("reply").expect("last line");
        assert_eq!((reply.code, reply.lines.len(), reply.enhanced), (250, 3, None));

        let reply = reader.line(b"452 4.2.2 Mailbox full (injected)").expect("reply").expect("last");
        assert_eq!(reply.enhanced, Some(Enhanced { class: 4, subject: 2, detail: 2 }));
        assert_eq!(reply.summary(), "452 4.2.2 Mailbox full (injected)");
        assert_eq!(reader.line(b"354").expect("reply").map(|r| r.summary()), Some("354".to_owned()));
    }

    #[test]
    fn what_is_no_reply_is_refused() {
        for line in [&b""[..], b"25", b"+OK", b"150 x", b"650 x", b"25O x", b"250_x"] {
            assert_eq!(ReplyReader::default().line(line), Err(BadReply), "{line:?}");
        }
        let mut reader = ReplyReader::default();
        assert_eq!(reader.line(b"250-a"), Ok(None));
        assert_eq!(reader.line(b"550 b"), Err(BadReply), "one reply has one code");
        let other_class = ReplyReader::default().line(b"550 2.1.0 odd").expect("reply").expect("last");
        assert_eq!(other_class.enhanced, None);
    }

    #[test]
    fn an_endless_reply_ends() {
        let mut reader = ReplyReader::default();
        let taken = (0..1000).take_while(|_| reader.line(b"250-more").is_ok()).count();
        assert_eq!(taken, MAX_LINES);
    }

    proptest! {
        #[test]
        fn any_line_is_refused_or_short_and_printable(line in prop::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(Some(reply)) = ReplyReader::default().line(&line) {
                prop_assert!(reply.lines.iter().all(|t| t.len() <= MAX_TEXT && t.bytes().all(|b| (0x20..0x7f).contains(&b))));
            }
        }
    }
}
