//! The client's side of one POP3 session as a machine: bytes in, next step out (RFC 1939, 2595).
//! Not a mailbox and not a memory: the caller says for each message what to do, and has it on disk before it says so.
//! Deletions happen at QUIT: a session that breaks deletes nothing.

use std::collections::VecDeque;
use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::account::Security;
use crate::dot::DotReader;
use crate::error::Cause;
use crate::lines::Lines;

/// What the driver has to do next.
#[derive(PartialEq, Eq)]
pub enum Step {
    /// Read from the server, `feed` what came, ask again.
    Read,
    /// Write these bytes.
    Write(Zeroizing<Vec<u8>>),
    /// Shake hands for TLS now, then call `secured`.
    StartTls,
    /// A message waits: call `decide`.
    Listed {
        /// Its unique name in this mailbox.
        uidl: String,
    },
    /// These messages were read, one at least: have them on disk, then call `taken`.
    Messages(Vec<Message>),
    /// The session is over, the deletions are done.
    Done,
}

/// A message that was read.
#[derive(PartialEq, Eq)]
pub struct Message {
    /// Its unique name in this mailbox.
    pub uidl: String,
    /// The whole of it.
    pub bytes: Vec<u8>,
}

/// Says how long the message is, never what it holds.
impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Message({}, {} bytes)", self.uidl, self.bytes.len())
    }
}

/// Says how much is written or was read, never what: a line may hold the password, a message a claim.
impl fmt::Debug for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("Read"),
            Self::Write(bytes) => write!(f, "Write({} bytes)", bytes.len()),
            Self::StartTls => f.write_str("StartTls"),
            Self::Listed { uidl } => write!(f, "Listed({uidl})"),
            Self::Messages(messages) => f.debug_tuple("Messages").field(messages).finish(),
            Self::Done => f.write_str("Done"),
        }
    }
}

/// What to do with a message that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Read it.
    Fetch,
    /// Leave it.
    Skip,
    /// Delete it unread: it is known.
    Delete,
}

/// Bounds against a hostile server.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The most messages that are looked at in one session; the rest waits for the next one.
    pub messages: usize,
    /// The longest message, in bytes. Longer ones are left where they are.
    pub message_bytes: usize,
    /// The most messages that are handed over at once.
    pub group: usize,
    /// No message is added to a group that has so many bytes.
    pub group_bytes: usize,
}

impl Default for Limits {
    /// A thousand messages of 32 MiB, above Postfix's and any caisse's own bound; groups that share one write to the disk.
    fn default() -> Self {
        Self { messages: 1000, message_bytes: 32 << 20, group: 32, group_bytes: 1 << 20 }
    }
}

enum Awaiting {
    Greeting,
    StartTls,
    Handshake,
    User,
    Pass,
    ListStart,
    List,
    UidlStart,
    Uidl,
    Decision(Waiting),
    Retr(Waiting),
    Body(Waiting, DotReader),
    Verdict,
    Dele,
    Quit,
    Nothing,
}

struct Waiting {
    number: u32,
    size: usize,
    uidl: String,
}

/// One session.
pub struct Pop3<'a> {
    security: Security,
    user: &'a str,
    password: &'a SecretString,
    limits: Limits,
    lines: Lines,
    awaiting: Awaiting,
    steps: VecDeque<Step>,
    sizes: Vec<(u32, usize)>,
    queue: VecDeque<Waiting>,
    /// Messages read and not handed over yet, and their numbers in this session.
    group: Vec<Message>,
    numbers: Vec<u32>,
    /// Those that may be deleted.
    taken: VecDeque<u32>,
    left: usize,
    too_large: usize,
    refused: Option<Cause>,
    over: bool,
}

/// RFC 2449: a response is at most 512 bytes; real servers are a little longer.
const MAX_LINE: usize = 1024;
/// RFC 1939 7: a unique-id has 1 to 70 printable characters; Dovecot allows itself more.
const MAX_UIDL: usize = 250;
/// No mailbox of a practice has more; a longer listing is a flood.
const MAX_LISTED: usize = 50_000;

impl<'a> Pop3<'a> {
    /// A session whose connection stands: plain for `StartTls`, inside TLS for `Implicit`.
    pub fn new(security: Security, user: &'a str, password: &'a SecretString, limits: Limits) -> Self {
        Self {
            security,
            user,
            password,
            limits,
            lines: Lines::new(MAX_LINE),
            awaiting: Awaiting::Greeting,
            steps: VecDeque::new(),
            sizes: Vec::new(),
            queue: VecDeque::new(),
            group: Vec::new(),
            numbers: Vec::new(),
            taken: VecDeque::new(),
            left: 0,
            too_large: 0,
            refused: None,
            over: false,
        }
    }

    /// Hands in what the server sent.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.lines.feed(bytes);
    }

    /// TLS stands, after a `StartTls` step.
    pub fn secured(&mut self) {
        if matches!(self.awaiting, Awaiting::Handshake) {
            self.log_in();
        }
    }

    /// Answers a `Listed` step.
    pub fn decide(&mut self, decision: Decision) {
        let Awaiting::Decision(waiting) = std::mem::replace(&mut self.awaiting, Awaiting::Nothing) else { return };
        match decision {
            Decision::Fetch => {
                let number = waiting.number;
                self.say(&format!("RETR {number}"), Awaiting::Retr(waiting));
            }
            Decision::Skip => self.next_message(),
            Decision::Delete => {
                self.taken.push_back(waiting.number);
                self.next_message();
            }
        }
    }

    /// Answers a `Messages` step, in its order: `true` for what is on disk and may be deleted. What is not said stays.
    pub fn taken(&mut self, delete: &[bool]) {
        let Awaiting::Verdict = std::mem::replace(&mut self.awaiting, Awaiting::Nothing) else { return };
        let numbers = std::mem::take(&mut self.numbers);
        self.taken.extend(numbers.into_iter().zip(delete).filter(|(_, delete)| **delete).map(|(number, _)| number));
        self.next_message();
    }

    /// Messages that were not looked at because of the bound on their number.
    pub fn left(&self) -> usize {
        self.left
    }

    /// Messages that were left because they are too long.
    pub fn too_large(&self) -> usize {
        self.too_large
    }

    /// Why the server did not give a message that it had listed. The others were read all the same: one that never comes
    /// must not keep back what lies behind it.
    pub fn refused(&self) -> Option<Cause> {
        self.refused
    }

    /// Whether a message is being read.
    pub fn is_in_message(&self) -> bool {
        matches!(self.awaiting, Awaiting::Retr(_) | Awaiting::Body(..))
    }

    /// Whether the server confirmed the end of the session.
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// What to do next.
    pub fn next_step(&mut self) -> Result<Step, Cause> {
        loop {
            if let Some(step) = self.steps.pop_front() {
                return Ok(step);
            }
            match &mut self.awaiting {
                Awaiting::Handshake | Awaiting::Nothing | Awaiting::Decision(_) | Awaiting::Verdict => {
                    return Err(Cause::Protocol);
                }
                Awaiting::Body(..) => {
                    if !self.read_body()? {
                        return Ok(Step::Read);
                    }
                }
                _ => {
                    let Some(line) = self.lines.next_line().map_err(|_| Cause::Protocol)? else {
                        return Ok(Step::Read);
                    };
                    self.heard(&line)?;
                }
            }
        }
    }

    fn heard(&mut self, line: &[u8]) -> Result<(), Cause> {
        match std::mem::replace(&mut self.awaiting, Awaiting::Nothing) {
            Awaiting::List => self.listed_size(line),
            Awaiting::Uidl => self.listed_name(line),
            awaiting => {
                let positive = status(line)?;
                match awaiting {
                    _ if positive => {}
                    Awaiting::Retr(_) => {
                        self.refused = Some(Cause::Refused { code: 0, transient: is_transient(line) });
                        self.next_message();
                        return Ok(());
                    }
                    Awaiting::StartTls => return Err(Cause::NoTls),
                    Awaiting::User | Awaiting::Pass if !is_systems_fault(line) => return Err(Cause::Authentication),
                    _ => return Err(Cause::Refused { code: 0, transient: is_transient(line) }),
                }
                // As in SMTP, nothing may follow an answer until we speak; texts of several lines excepted.
                let may_go_on =
                    matches!(awaiting, Awaiting::ListStart | Awaiting::UidlStart | Awaiting::Retr(_) | Awaiting::Quit);
                if !may_go_on && !self.lines.is_empty() {
                    return Err(Cause::Protocol);
                }
                self.go_on(awaiting)
            }
        }
    }

    fn go_on(&mut self, awaiting: Awaiting) -> Result<(), Cause> {
        match awaiting {
            Awaiting::Greeting => match self.security {
                Security::StartTls => self.say("STLS", Awaiting::StartTls),
                Security::Implicit => self.log_in(),
            },
            Awaiting::StartTls => {
                self.awaiting = Awaiting::Handshake;
                self.steps.push_back(Step::StartTls);
            }
            Awaiting::User => {
                let mut line = Zeroizing::new(b"PASS ".to_vec());
                line.extend_from_slice(self.password.expose_secret().as_bytes());
                line.extend_from_slice(b"\r\n");
                self.steps.push_back(Step::Write(line));
                self.awaiting = Awaiting::Pass;
            }
            Awaiting::Pass => self.say("LIST", Awaiting::ListStart),
            Awaiting::ListStart => self.awaiting = Awaiting::List,
            Awaiting::UidlStart => self.awaiting = Awaiting::Uidl,
            Awaiting::Retr(waiting) => {
                let reader = DotReader::new(self.limits.message_bytes);
                self.awaiting = Awaiting::Body(waiting, reader);
            }
            Awaiting::Dele => self.next_message(),
            Awaiting::Quit => {
                self.over = true;
                self.steps.push_back(Step::Done);
            }
            _ => return Err(Cause::Protocol),
        }
        Ok(())
    }

    fn log_in(&mut self) {
        self.say(&format!("USER {}", self.user), Awaiting::User);
    }

    fn listed_size(&mut self, line: &[u8]) -> Result<(), Cause> {
        if line == b"." {
            self.say("UIDL", Awaiting::UidlStart);
            return Ok(());
        }
        let (number, rest) = numbered(line)?;
        let size = rest.split(' ').next().and_then(|text| text.parse().ok()).ok_or(Cause::Protocol)?;
        if self.sizes.len() >= MAX_LISTED {
            return Err(Cause::Protocol);
        }
        self.sizes.push((number, size));
        self.awaiting = Awaiting::List;
        Ok(())
    }

    fn listed_name(&mut self, line: &[u8]) -> Result<(), Cause> {
        if line == b"." {
            self.next_message();
            return Ok(());
        }
        let (number, uidl) = numbered(line)?;
        if uidl.is_empty() || uidl.len() > MAX_UIDL || !uidl.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Cause::Protocol);
        }
        self.awaiting = Awaiting::Uidl;
        if self.queue.len() >= self.limits.messages {
            self.left += 1;
            return if self.left > MAX_LISTED { Err(Cause::Protocol) } else { Ok(()) };
        }
        // Both listings come in the same order from every server seen; a server that mixes them is searched.
        let at = self.queue.len() + self.left;
        let size = match self.sizes.get(at) {
            Some((same, size)) if *same == number => Some(*size),
            _ => self.sizes.iter().find(|(other, _)| *other == number).map(|(_, size)| *size),
        };
        let waiting = Waiting { number, size: size.ok_or(Cause::Protocol)?, uidl: uidl.to_owned() };
        self.queue.push_back(waiting);
        Ok(())
    }

    fn next_message(&mut self) {
        // What was read is handed over before anything is deleted, which a server may refuse.
        if self.group.is_empty()
            && let Some(number) = self.taken.pop_front()
        {
            return self.say(&format!("DELE {number}"), Awaiting::Dele);
        }
        loop {
            if self.queue.is_empty() || self.group_is_full() {
                if self.group.is_empty() {
                    return self.say("QUIT", Awaiting::Quit);
                }
                self.steps.push_back(Step::Messages(std::mem::take(&mut self.group)));
                self.awaiting = Awaiting::Verdict;
                return;
            }
            let Some(waiting) = self.queue.pop_front() else { return };
            if waiting.size > self.limits.message_bytes {
                self.too_large += 1;
                continue;
            }
            self.steps.push_back(Step::Listed { uidl: waiting.uidl.clone() });
            self.awaiting = Awaiting::Decision(waiting);
            return;
        }
    }

    /// Reads what is there of a message; `false` when more must come.
    fn read_body(&mut self) -> Result<bool, Cause> {
        let received = self.lines.take_rest();
        let Awaiting::Body(waiting, mut reader) = std::mem::replace(&mut self.awaiting, Awaiting::Nothing) else {
            return Err(Cause::Protocol);
        };
        let used = reader.feed(&received).map_err(|_| Cause::Protocol)?;
        if !reader.is_complete() {
            self.awaiting = Awaiting::Body(waiting, reader);
            return Ok(false);
        }
        if used < received.len() {
            return Err(Cause::Protocol);
        }
        self.group.push(Message { uidl: waiting.uidl, bytes: reader.into_text() });
        self.numbers.push(waiting.number);
        self.next_message();
        Ok(true)
    }

    fn group_is_full(&self) -> bool {
        let bytes: usize = self.group.iter().map(|message| message.bytes.len()).sum();
        self.group.len() >= self.limits.group || bytes >= self.limits.group_bytes
    }

    fn say(&mut self, line: &str, then: Awaiting) {
        self.steps.push_back(Step::Write(Zeroizing::new(format!("{line}\r\n").into_bytes())));
        self.awaiting = then;
    }
}

fn status(line: &[u8]) -> Result<bool, Cause> {
    let word = line.split(|byte| *byte == b' ').next().unwrap_or_default();
    match word {
        b"+OK" => Ok(true),
        b"-ERR" => Ok(false),
        _ => Err(Cause::Protocol),
    }
}

/// Response codes of RFC 2449 and 3206 that say « later »: a session cut a moment ago may still hold the mailbox.
fn is_transient(line: &[u8]) -> bool {
    [&b"-ERR [IN-USE]"[..], b"-ERR [SYS/TEMP]", b"-ERR [LOGIN-DELAY]"].iter().any(|code| line.starts_with(code))
}

/// Codes after which name and password are not in doubt.
fn is_systems_fault(line: &[u8]) -> bool {
    is_transient(line) || line.starts_with(b"-ERR [SYS/PERM]")
}

fn numbered(line: &[u8]) -> Result<(u32, &str), Cause> {
    let (number, rest) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(' ')).ok_or(Cause::Protocol)?;
    let number = number.parse().ok().filter(|number| *number > 0).ok_or(Cause::Protocol)?;
    Ok((number, rest.trim_end()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_shown_tells_no_secret() {
        let password = SecretString::from("test-secret");
        let mut machine = Pop3::new(Security::Implicit, "dr.test@cabinet.test", &password, Limits::default());
        let (mut shown, mut written) = (String::new(), Vec::new());
        for line in ["+OK", "+OK", "+OK", "+OK\r\n1 7\r\n.", "+OK\r\n1 u1\r\n.", "+OK\r\nPETIT\r\n."] {
            machine.feed(format!("{line}\r\n").as_bytes());
            loop {
                let step = machine.next_step().expect("a step");
                shown.push_str(&format!("{step:?} "));
                match step {
                    Step::Write(bytes) => written.extend_from_slice(&bytes),
                    Step::Listed { .. } => machine.decide(Decision::Fetch),
                    Step::Read | Step::Messages(_) => break,
                    _ => {}
                }
            }
        }
        assert!(String::from_utf8_lossy(&written).contains("PASS test-secret\r\n"), "the machine did log in");
        assert!(shown.contains("Write(18 bytes)") && shown.contains("Messages([Message(u1, 7 bytes)])"), "{shown}");
        for word in ["80, 65, 83, 83", "secret", "dr.test", "PETIT", "80, 69, 84"] {
            assert!(!shown.contains(word), "{word} in {shown}");
        }
    }
}
