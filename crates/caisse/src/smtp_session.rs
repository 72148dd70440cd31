//! The server's side of SMTP as a machine: bytes in, next action out (RFC 5321, 3207, 4954).
//! Not a relay: it takes mail from its own accounts, over TLS, for its own addresses; the office answers who is known.
//! Commands are read one by one, pipelined ones too; what came before STARTTLS is dropped with it.

use std::collections::VecDeque;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use liasse_post::{DotReader, Lines};
use zeroize::Zeroizing;

/// What the driver has to do next.
#[derive(PartialEq, Eq)]
pub(crate) enum Action {
    /// Read from the client, `feed` what came, ask again.
    Read,
    /// Write these bytes.
    Write(Vec<u8>),
    /// Shake hands for TLS now, then call `secured`.
    StartTls,
    /// Judge name and password, then call `logged_in`.
    LogIn {
        /// The account.
        user: String,
        /// Its password.
        password: Zeroizing<String>,
    },
    /// Say whether mail for this address is taken, by `recipient`.
    Recipient(String),
    /// Have this mail on the disk, then call `taken`.
    Take(Mail),
    /// Close the connection.
    Close,
}

/// A mail with its envelope.
#[derive(PartialEq, Eq)]
pub(crate) struct Mail {
    /// Sender: always the account's own address.
    pub(crate) from: String,
    /// Recipients, all known.
    pub(crate) to: Vec<String>,
    /// The message.
    pub(crate) bytes: Vec<u8>,
}

/// Says how much there is, never what: an action holds passwords, addresses and claims.
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("Read"),
            Self::Write(bytes) => write!(f, "Write({} bytes)", bytes.len()),
            Self::StartTls => f.write_str("StartTls"),
            Self::LogIn { user, password } => write!(f, "LogIn({} and {} bytes)", user.len(), password.len()),
            Self::Recipient(address) => write!(f, "Recipient({} bytes)", address.len()),
            Self::Take(mail) => write!(f, "Take({mail:?})"),
            Self::Close => f.write_str("Close"),
        }
    }
}

/// Says how long it is and for how many, never what it holds or who they are.
impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mail({} bytes for {})", self.bytes.len(), self.to.len())
    }
}

enum State {
    Command,
    Plain,
    LoginUser,
    LoginPassword(String),
    Data(DotReader),
    /// The driver owes an answer.
    Asked,
    Closed,
}

/// One connection.
pub(crate) struct SmtpSession {
    secure: bool,
    user: Option<String>,
    from: Option<String>,
    to: Vec<String>,
    lines: Lines,
    state: State,
    actions: VecDeque<Action>,
    wrong: u32,
    limit: usize,
}

/// Commands of 512 bytes, and AUTH lines of 12 288 (RFC 4954, 4).
const MAX_LINE: usize = 12_288;
const MAX_RECIPIENTS: usize = 10;
/// A client that is refused so often is not one.
const MAX_WRONG: u32 = 10;

impl SmtpSession {
    /// A connection that was just accepted; mails may have `limit` bytes.
    pub(crate) fn new(limit: usize) -> Self {
        let mut session = Self {
            secure: false,
            user: None,
            from: None,
            to: Vec::new(),
            lines: Lines::new(MAX_LINE),
            state: State::Command,
            actions: VecDeque::new(),
            wrong: 0,
            limit,
        };
        session.say("220 localhost ESMTP liasse-caisse (sim)");
        session
    }

    /// Hands in what the client sent.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.lines.feed(bytes);
    }

    /// TLS stands.
    pub(crate) fn secured(&mut self) {
        self.secure = true;
        self.state = State::Command;
    }

    /// Answers `LogIn`.
    pub(crate) fn logged_in(&mut self, user: Option<String>) {
        self.state = State::Command;
        if user.is_some() {
            self.user = user;
            self.say("235 2.7.0 Authentication successful");
        } else {
            self.refuse("535 5.7.8 Authentication credentials invalid");
        }
    }

    /// Answers `Recipient`.
    pub(crate) fn recipient(&mut self, address: String, known: bool) {
        self.state = State::Command;
        if known {
            self.to.push(address);
            self.say("250 2.1.5 Ok");
        } else {
            self.refuse("550 5.1.1 No such mailbox here");
        }
    }

    /// Answers `Take`: whether the mail is on the disk.
    pub(crate) fn taken(&mut self, kept: bool) {
        self.state = State::Command;
        self.say(if kept { "250 2.0.0 Ok: kept" } else { "451 4.3.0 Not kept, try again later" });
    }

    /// What to do next.
    pub(crate) fn next_action(&mut self) -> Action {
        loop {
            if let Some(action) = self.actions.pop_front() {
                return action;
            }
            match self.state {
                // A driver that asks without having answered gets no further.
                State::Closed | State::Asked => return Action::Close,
                State::Data(_) => {
                    if !self.read_data() {
                        return Action::Read;
                    }
                }
                _ => match self.lines.next_line() {
                    Ok(Some(line)) => self.line(&line),
                    Ok(None) => return Action::Read,
                    Err(_) => self.end("500 5.5.2 Line too long"),
                },
            }
        }
    }

    fn line(&mut self, line: &[u8]) {
        let Ok(text) = std::str::from_utf8(line) else {
            self.state = State::Command;
            return self.refuse("500 5.5.2 ASCII expected");
        };
        match std::mem::replace(&mut self.state, State::Command) {
            State::Plain => self.plain(text),
            State::LoginUser => match decoded(text) {
                Some(user) => {
                    self.state = State::LoginPassword(user);
                    // « Password: »
                    self.say("334 UGFzc3dvcmQ6");
                }
                None => self.refuse("501 5.5.2 Not base64"),
            },
            State::LoginPassword(user) => match decoded(text) {
                Some(password) => self.ask(Action::LogIn { user, password: Zeroizing::new(password) }),
                None => self.refuse("501 5.5.2 Not base64"),
            },
            _ => self.command(text),
        }
    }

    fn command(&mut self, text: &str) {
        let (verb, rest) = text.split_once(' ').unwrap_or((text, ""));
        match verb.to_ascii_uppercase().as_str() {
            "EHLO" => {
                self.reset();
                self.greet();
            }
            "HELO" => {
                self.reset();
                self.say("250 localhost");
            }
            "STARTTLS" if self.secure => self.refuse("503 5.5.1 TLS already stands"),
            "STARTTLS" => {
                self.say("220 2.0.0 Ready to start TLS");
                // Whatever came along in clear text is not the client's word any more (CVE-2011-0411).
                drop(self.lines.take_rest());
                self.reset();
                self.ask(Action::StartTls);
            }
            "AUTH" => self.auth(rest),
            "MAIL" => self.mail(rest),
            "RCPT" => self.rcpt(rest),
            "DATA" => self.data(),
            "RSET" => {
                self.reset();
                self.say("250 2.0.0 Ok");
            }
            "NOOP" => self.say("250 2.0.0 Ok"),
            "VRFY" => self.say("252 2.5.2 Send some mail and see"),
            "QUIT" => self.end("221 2.0.0 Bye"),
            _ => self.refuse("502 5.5.1 Command not known"),
        }
    }

    fn greet(&mut self) {
        self.say("250-localhost");
        self.say(&format!("250-SIZE {}", self.limit));
        self.say("250-8BITMIME");
        self.say("250-ENHANCEDSTATUSCODES");
        self.say(if self.secure { "250 AUTH PLAIN LOGIN" } else { "250 STARTTLS" });
    }

    fn auth(&mut self, rest: &str) {
        if !self.secure {
            return self.refuse("530 5.7.0 Must issue a STARTTLS command first");
        }
        if self.user.is_some() {
            return self.refuse("503 5.5.1 Already authenticated");
        }
        let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
        match (mechanism.to_ascii_uppercase().as_str(), initial) {
            ("PLAIN", "") => {
                self.state = State::Plain;
                self.say("334 ");
            }
            ("PLAIN", initial) => self.plain(initial),
            ("LOGIN", "") => {
                self.state = State::LoginUser;
                // « Username: »
                self.say("334 VXNlcm5hbWU6");
            }
            ("LOGIN", initial) => {
                self.state = State::LoginUser;
                self.line(initial.as_bytes());
            }
            _ => self.refuse("504 5.5.4 Mechanism not known"),
        }
    }

    fn plain(&mut self, text: &str) {
        let token = decoded(text).map(Zeroizing::new);
        let mut fields = token.as_deref().map(|token| token.split('\0')).into_iter().flatten();
        match (fields.next(), fields.next(), fields.next(), fields.next()) {
            (Some(_), Some(user), Some(password), None) => {
                let (user, password) = (user.to_owned(), Zeroizing::new(password.to_owned()));
                self.ask(Action::LogIn { user, password });
            }
            _ => self.refuse("501 5.5.2 Not a PLAIN response"),
        }
    }

    fn mail(&mut self, rest: &str) {
        let Some(user) = self.user.clone() else { return self.refuse("530 5.7.0 Authentication required") };
        if self.from.is_some() {
            return self.refuse("503 5.5.1 One sender a mail");
        }
        let Some((from, parameters)) = path(rest, "FROM:") else { return self.refuse("501 5.1.7 Bad sender") };
        if !from.eq_ignore_ascii_case(&user) {
            return self.refuse("553 5.7.1 Not your address");
        }
        let announced =
            parameters.split(' ').find_map(|word| word.to_ascii_uppercase().strip_prefix("SIZE=").map(str::parse));
        match announced {
            Some(Ok(size)) if size <= self.limit => {}
            None => {}
            Some(Ok::<usize, _>(_)) => return self.refuse("552 5.3.4 Message too big"),
            Some(Err(_)) => return self.refuse("501 5.5.4 Bad SIZE"),
        }
        self.from = Some(user);
        self.say("250 2.1.0 Ok");
    }

    fn rcpt(&mut self, rest: &str) {
        if self.from.is_none() {
            return self.refuse("503 5.5.1 MAIL first");
        }
        if self.to.len() >= MAX_RECIPIENTS {
            return self.refuse("452 4.5.3 Too many recipients");
        }
        match path(rest, "TO:") {
            Some((address, _)) => self.ask(Action::Recipient(address.to_owned())),
            None => self.refuse("501 5.1.3 Bad recipient"),
        }
    }

    fn data(&mut self) {
        if self.to.is_empty() {
            return self.refuse("503 5.5.1 RCPT first");
        }
        self.state = State::Data(DotReader::new(self.limit));
        self.say("354 End data with <CR><LF>.<CR><LF>");
    }

    /// Reads what is there of a message; `false` when more must come.
    fn read_data(&mut self) -> bool {
        let received = self.lines.take_rest();
        let State::Data(mut reader) = std::mem::replace(&mut self.state, State::Command) else { return true };
        let Ok(used) = reader.feed(&received) else {
            self.end("552 5.3.4 Message too big");
            return true;
        };
        if !reader.is_complete() {
            self.state = State::Data(reader);
            return false;
        }
        self.lines.feed(received.get(used..).unwrap_or_default());
        let mail = Mail {
            from: self.from.take().unwrap_or_default(),
            to: std::mem::take(&mut self.to),
            bytes: reader.into_text(),
        };
        self.ask(Action::Take(mail));
        true
    }

    fn reset(&mut self) {
        self.from = None;
        self.to.clear();
    }

    fn ask(&mut self, action: Action) {
        self.actions.push_back(action);
        self.state = State::Asked;
    }

    fn say(&mut self, line: &str) {
        self.actions.push_back(Action::Write(format!("{line}\r\n").into_bytes()));
    }

    fn refuse(&mut self, line: &str) {
        self.wrong += 1;
        if self.wrong > MAX_WRONG { self.end("421 4.7.0 Too many errors") } else { self.say(line) }
    }

    fn end(&mut self, line: &str) {
        self.say(line);
        self.actions.push_back(Action::Close);
        self.state = State::Closed;
    }
}

/// The address between angle brackets and what follows it.
fn path<'a>(rest: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = rest.trim_start().split_at_checked(keyword.len())?;
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    let plain = !address.is_empty() && address.len() <= 254 && address.bytes().all(|byte| byte.is_ascii_graphic());
    (head.eq_ignore_ascii_case(keyword) && plain).then_some((address, parameters.trim_start()))
}

fn decoded(text: &str) -> Option<String> {
    STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok())
}

#[cfg(test)]
mod tests;
