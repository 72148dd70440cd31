//! The client's side of one SMTP dialogue as a machine: bytes in, next step out (RFC 5321, 3207, 4954).
//! Not a socket: whoever drives it reads, writes, shakes hands, and has each phase on disk before obeying.
//! One message, one recipient, no pipelining: after each command the server is heard before the next one.

use std::collections::VecDeque;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use liasse_domain::SendPhase;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::account::{Envelope, Security};
use crate::dot::stuff;
use crate::error::Cause;
use crate::lines::Lines;
use crate::reply::{MAX_LINE, Reply, ReplyReader};

/// What the driver has to do next.
#[derive(PartialEq, Eq)]
pub enum Step {
    /// Read from the server, `feed` what came, ask again.
    Read,
    /// Write these bytes.
    Write(Zeroizing<Vec<u8>>),
    /// A phase begins with the next step: note it durably first.
    Begin(SendPhase),
    /// Shake hands for TLS now, then call `secured`.
    StartTls,
    /// The server took the message, with this reply.
    Done(Reply),
}

/// Says how much is written, never what: a line may hold the password, the text a claim.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("Read"),
            Self::Write(bytes) => write!(f, "Write({} bytes)", bytes.len()),
            Self::Begin(phase) => write!(f, "Begin({phase:?})"),
            Self::StartTls => f.write_str("StartTls"),
            Self::Done(reply) => write!(f, "Done({}, {} lines)", reply.code, reply.lines.len()),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Awaiting {
    Greeting,
    PlainEhlo,
    StartTls,
    Handshake,
    Ehlo,
    Auth,
    Mail,
    Rcpt,
    Data,
    Dot,
    Nothing,
}

/// The dialogue for one message.
pub struct Smtp<'a> {
    security: Security,
    user: &'a str,
    password: &'a SecretString,
    envelope: Envelope<'a>,
    message: &'a [u8],
    lines: Lines,
    reply: ReplyReader,
    awaiting: Awaiting,
    size: bool,
    steps: VecDeque<Step>,
}

/// The longest line of a message, CRLF not counted (RFC 5321 4.5.3.1.6).
const MAX_MESSAGE_LINE: usize = 998;
/// Our name in EHLO: an address literal, so that no name of the practice leaves.
const CLIENT: &str = "[127.0.0.1]";

impl<'a> Smtp<'a> {
    /// A dialogue whose connection stands: plain for `StartTls`, inside TLS for `Implicit`.
    /// Refuses a message that SMTP would not carry byte for byte.
    pub fn new(
        security: Security,
        user: &'a str,
        password: &'a SecretString,
        envelope: Envelope<'a>,
        message: &'a [u8],
    ) -> Result<Self, Cause> {
        if !is_sound(message) {
            return Err(Cause::BadMessage);
        }
        envelope.check()?;
        Ok(Self {
            security,
            user,
            password,
            envelope,
            message,
            lines: Lines::new(MAX_LINE),
            reply: ReplyReader::default(),
            awaiting: Awaiting::Greeting,
            size: false,
            steps: VecDeque::new(),
        })
    }

    /// Hands in what the server sent.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.lines.feed(bytes);
    }

    /// TLS stands, after a `StartTls` step.
    pub fn secured(&mut self) {
        if self.awaiting == Awaiting::Handshake {
            self.say(format!("EHLO {CLIENT}"), Awaiting::Ehlo);
        }
    }

    /// What to do next.
    pub fn next_step(&mut self) -> Result<Step, Cause> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Ok(step);
            }
            if matches!(self.awaiting, Awaiting::Handshake | Awaiting::Nothing) {
                // The driver asked without having done what it was told.
                return Err(Cause::Protocol);
            }
            let Some(line) = self.lines.next_line().map_err(|_| Cause::Protocol)? else {
                return Ok(Step::Read);
            };
            if let Some(reply) = self.reply.line(&line).map_err(|_| Cause::Protocol)? {
                self.heard(reply)?;
            }
        }
    }

    fn heard(&mut self, reply: Reply) -> Result<(), Cause> {
        match (self.awaiting, reply.code) {
            (Awaiting::Data, 354) => {}
            (Awaiting::Auth, 500..=599) => return Err(Cause::Authentication),
            (Awaiting::StartTls, 400..=599) => return Err(Cause::NoTls),
            (_, code @ 400..=499) => return Err(Cause::Refused { code, transient: true }),
            (_, code @ 500..=599) => return Err(Cause::Refused { code, transient: false }),
            (Awaiting::Data, _) => return Err(Cause::Protocol),
            _ if !reply.is_positive() => return Err(Cause::Protocol),
            _ => {}
        }
        // Nobody may speak before being spoken to: it would be taken for the answer to a later command, or, before
        // TLS, come from somebody in between (CVE-2011-0411).
        if self.awaiting != Awaiting::Dot && !self.lines.is_empty() {
            return Err(Cause::Protocol);
        }
        match self.awaiting {
            Awaiting::Greeting => {
                let then = match self.security {
                    Security::StartTls => Awaiting::PlainEhlo,
                    Security::Implicit => Awaiting::Ehlo,
                };
                self.say(format!("EHLO {CLIENT}"), then);
            }
            Awaiting::PlainEhlo => {
                if !offers(&reply, "STARTTLS", None) {
                    return Err(Cause::NoTls);
                }
                self.say("STARTTLS".to_owned(), Awaiting::StartTls);
            }
            Awaiting::StartTls => {
                self.awaiting = Awaiting::Handshake;
                self.steps.push_back(Step::StartTls);
            }
            Awaiting::Ehlo => self.authenticate(&reply)?,
            Awaiting::Auth => {
                self.steps.push_back(Step::Begin(SendPhase::Mail));
                let size = if self.size { format!(" SIZE={}", self.message.len()) } else { String::new() };
                self.say(format!("MAIL FROM:<{}>{size}", self.envelope.from), Awaiting::Mail);
            }
            Awaiting::Mail => {
                self.steps.push_back(Step::Begin(SendPhase::Rcpt));
                self.say(format!("RCPT TO:<{}>", self.envelope.to), Awaiting::Rcpt);
            }
            Awaiting::Rcpt => {
                self.steps.push_back(Step::Begin(SendPhase::Data));
                self.say("DATA".to_owned(), Awaiting::Data);
            }
            Awaiting::Data => {
                self.steps.push_back(Step::Write(Zeroizing::new(stuff(self.message))));
                self.steps.push_back(Step::Begin(SendPhase::Dot));
                self.say(".".to_owned(), Awaiting::Dot);
            }
            Awaiting::Dot => {
                self.awaiting = Awaiting::Nothing;
                self.steps.push_back(Step::Done(reply));
            }
            Awaiting::Handshake | Awaiting::Nothing => return Err(Cause::Protocol),
        }
        Ok(())
    }

    fn authenticate(&mut self, capabilities: &Reply) -> Result<(), Cause> {
        if !offers(capabilities, "AUTH", Some("PLAIN")) {
            return Err(Cause::Authentication);
        }
        self.size = offers(capabilities, "SIZE", None);
        let token = Zeroizing::new(format!("\0{}\0{}", self.user, self.password.expose_secret()));
        let mut line = Zeroizing::new(String::from("AUTH PLAIN "));
        STANDARD.encode_string(token.as_bytes(), &mut line);
        line.push_str("\r\n");
        self.steps.push_back(Step::Begin(SendPhase::Auth));
        self.steps.push_back(Step::Write(Zeroizing::new(line.as_bytes().to_vec())));
        self.awaiting = Awaiting::Auth;
        Ok(())
    }

    fn say(&mut self, line: String, then: Awaiting) {
        self.steps.push_back(Step::Write(Zeroizing::new(format!("{line}\r\n").into_bytes())));
        self.awaiting = then;
    }
}

/// Whether an EHLO answer offers `keyword`, with `parameter` among its words if one is asked for.
fn offers(reply: &Reply, keyword: &str, parameter: Option<&str>) -> bool {
    reply.lines.iter().skip(1).any(|line| {
        let mut words = line.split([' ', '=']);
        words.next().is_some_and(|word| word.eq_ignore_ascii_case(keyword))
            && parameter.is_none_or(|wanted| words.any(|word| word.eq_ignore_ascii_case(wanted)))
    })
}

/// Whether SMTP carries `message` byte for byte: lines of at most 998 bytes, each ended by CRLF, no other CR or LF.
fn is_sound(message: &[u8]) -> bool {
    let mut rest = message;
    while let Some(end) = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n' | 0)) {
        if end > MAX_MESSAGE_LINE || rest.get(end..end + 2) != Some(b"\r\n") {
            return false;
        }
        rest = &rest[end + 2..];
    }
    rest.is_empty() && !message.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_shown_tells_no_secret() {
        let password = SecretString::from("test-secret");
        let envelope = Envelope { from: "dr.test@cabinet.test", to: "01751@751.01.rss.test" };
        let message = b"Subject: PETIT\r\n";
        let mut machine =
            Smtp::new(Security::Implicit, "dr.test@cabinet.test", &password, envelope, message).expect("a message");
        let (mut shown, mut written) = (String::new(), Vec::new());
        for line in ["220 x", "250-x\r\n250 AUTH PLAIN", "235 in", "250 dr.test", "250 ok", "354 go", "250 dr.test"] {
            machine.feed(format!("{line}\r\n").as_bytes());
            loop {
                let step = machine.next_step().expect("a step");
                shown.push_str(&format!("{step:?} "));
                match step {
                    Step::Write(bytes) => written.extend_from_slice(&bytes),
                    Step::Read | Step::Done(_) => break,
                    _ => {}
                }
            }
        }
        // coreutils base64 of NUL dr.test@cabinet.test NUL test-secret.
        let token = "AGRyLnRlc3RAY2FiaW5ldC50ZXN0AHRlc3Qtc2VjcmV0";
        assert!(String::from_utf8_lossy(&written).contains(token), "the machine did log in");
        assert!(shown.contains("Write(57 bytes)") && shown.contains("Done(250, 1 lines)"), "{shown}");
        for word in [token, "65, 71, 82", "secret", "dr.test", "PETIT", "Subject"] {
            assert!(!shown.contains(word), "{word} in {shown}");
        }
    }

    #[test]
    fn only_sound_messages_leave() {
        assert!(is_sound(b"Subject: x\r\n\r\nbody\r\n"));
        for message in [&b""[..], b"a", b"a\n", b"a\rb\r\n", b"a\r\nb", b"a\0\r\n", &[b'a'; 999]] {
            assert!(!is_sound(message), "{message:?}");
        }
        let mut long = vec![b'a'; 999];
        long.extend_from_slice(b"\r\n");
        assert!(!is_sound(&long));
        assert!(is_sound(&long[1..]));
    }

    #[test]
    fn capabilities_are_read_by_word() {
        let reply = |lines: &[&str]| Reply {
            code: 250,
            enhanced: None,
            lines: lines.iter().map(|line| (*line).to_owned()).collect(),
        };
        assert!(offers(&reply(&["x", "auth LOGIN plain"]), "AUTH", Some("PLAIN")));
        assert!(offers(&reply(&["x", "AUTH=PLAIN"]), "AUTH", Some("PLAIN")));
        assert!(!offers(&reply(&["x", "AUTH PLAINER"]), "AUTH", Some("PLAIN")));
        assert!(!offers(&reply(&["STARTTLS", "SIZE 1"]), "STARTTLS", None), "the first line is the server's name");
    }
}
