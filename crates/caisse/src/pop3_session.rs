//! The server's side of POP3 as a machine, inside TLS from the first byte (RFC 1939, 2449).
//! Not a mailbox: the office lists letters and forgets them; deletion is promised at QUIT, after it is on the disk.

use std::collections::VecDeque;
use std::fmt;

use liasse_post::{Lines, stuff};
use zeroize::Zeroizing;

use crate::office::Listed;

/// What the driver has to do next.
#[derive(PartialEq, Eq)]
pub(crate) enum Action {
    /// Read from the client, `feed` what came, ask again.
    Read,
    /// Write these bytes.
    Write(Vec<u8>),
    /// Judge name and password, then call `logged_in`.
    LogIn {
        /// The account.
        user: String,
        /// Its password.
        password: Zeroizing<String>,
    },
    /// Call `letter` with the bytes of this letter.
    Letter(u64),
    /// Forget these letters durably, then call `forgotten`.
    Forget(Vec<u64>),
    /// Close the connection.
    Close,
}

/// Says how much there is, never what: an action holds passwords and letters.
impl fmt::Debug for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("Read"),
            Self::Write(bytes) => write!(f, "Write({} bytes)", bytes.len()),
            Self::LogIn { user, password } => write!(f, "LogIn({} and {} bytes)", user.len(), password.len()),
            Self::Letter(number) => write!(f, "Letter({number})"),
            Self::Forget(letters) => write!(f, "Forget({} letters)", letters.len()),
            Self::Close => f.write_str("Close"),
        }
    }
}

/// The answer to `LogIn`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Login {
    /// The mailbox as it stands for this session.
    Open(Vec<Listed>),
    /// Another session has it.
    Busy,
    /// Name or password is wrong.
    Refused,
}

/// One connection.
pub(crate) struct Pop3Session {
    user: Option<String>,
    open: bool,
    letters: Vec<(Listed, bool)>,
    /// Lines of the body wanted by TOP, `None` for RETR.
    wanted: Option<usize>,
    lines: Lines,
    asked: bool,
    closed: bool,
    actions: VecDeque<Action>,
    wrong: u32,
}

const MAX_LINE: usize = 1024;
const MAX_WRONG: u32 = 10;

impl Pop3Session {
    /// A connection whose TLS stands.
    pub(crate) fn new() -> Self {
        let mut session = Self {
            user: None,
            open: false,
            letters: Vec::new(),
            wanted: None,
            lines: Lines::new(MAX_LINE),
            asked: false,
            closed: false,
            actions: VecDeque::new(),
            wrong: 0,
        };
        session.say("+OK liasse-caisse (sim)");
        session
    }

    /// Hands in what the client sent.
    pub(crate) fn feed(&mut self, bytes: &[u8]) {
        self.lines.feed(bytes);
    }

    /// Answers `LogIn`.
    pub(crate) fn logged_in(&mut self, login: Login) {
        self.asked = false;
        match login {
            Login::Open(letters) => {
                self.open = true;
                self.letters = letters.into_iter().map(|letter| (letter, false)).collect();
                self.say("+OK Logged in");
            }
            Login::Busy => self.refuse("-ERR [IN-USE] Another session has the mailbox"),
            Login::Refused => self.refuse("-ERR [AUTH] Authentication failed"),
        }
    }

    /// Answers `Letter`.
    pub(crate) fn letter(&mut self, bytes: Option<&[u8]>) {
        self.asked = false;
        let Some(bytes) = bytes else { return self.refuse("-ERR no such message") };
        let shown = match self.wanted.take() {
            Some(lines) => top(bytes, lines),
            None => bytes,
        };
        let mut out = format!("+OK {} octets\r\n", shown.len()).into_bytes();
        out.extend_from_slice(&stuff(shown));
        if !shown.ends_with(b"\r\n") {
            out.extend_from_slice(b"\r\n");
        }
        out.extend_from_slice(b".\r\n");
        self.actions.push_back(Action::Write(out));
    }

    /// Answers `Forget`: whether it is on the disk.
    pub(crate) fn forgotten(&mut self, done: bool) {
        self.asked = false;
        self.end(if done { "+OK Bye" } else { "-ERR [SYS/TEMP] some messages were not deleted" });
    }

    /// What to do next.
    pub(crate) fn next_action(&mut self) -> Action {
        loop {
            if let Some(action) = self.actions.pop_front() {
                return action;
            }
            if self.closed || self.asked {
                return Action::Close;
            }
            match self.lines.next_line() {
                Ok(Some(line)) => match String::from_utf8(line) {
                    Ok(line) => self.command(&line),
                    Err(_) => self.refuse("-ERR not a command"),
                },
                Ok(None) => return Action::Read,
                Err(_) => self.end("-ERR line too long"),
            }
        }
    }

    fn command(&mut self, line: &str) {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (verb.to_ascii_uppercase().as_str(), self.open) {
            ("QUIT", true) => {
                let deleted = self.letters.iter().filter(|letter| letter.1).map(|letter| letter.0.number).collect();
                self.ask(Action::Forget(deleted));
            }
            ("QUIT", false) => self.end("+OK Bye"),
            ("CAPA", _) => self.list("+OK", ["USER", "UIDL", "TOP", "RESP-CODES"].into_iter().map(str::to_owned)),
            ("USER", false) => {
                self.user = Some(rest.to_owned());
                self.say("+OK");
            }
            ("PASS", false) => match self.user.take() {
                Some(user) => self.ask(Action::LogIn { user, password: Zeroizing::new(rest.to_owned()) }),
                None => self.refuse("-ERR USER first"),
            },
            ("NOOP", true) => self.say("+OK"),
            ("STAT", true) => {
                let (count, size) = self.present().fold((0, 0), |(n, size), (_, letter)| (n + 1, size + letter.size));
                self.say(&format!("+OK {count} {size}"));
            }
            ("LIST", true) => self.listing(rest, |letter| letter.size.to_string()),
            ("UIDL", true) => self.listing(rest, |letter| letter.name.clone()),
            ("RETR", true) => self.retrieve(rest, None),
            ("TOP", true) => {
                let mut words = rest.split(' ');
                let (number, lines) = (words.next().unwrap_or(""), words.next().and_then(|text| text.parse().ok()));
                match lines {
                    Some(lines) => self.retrieve(number, Some(lines)),
                    None => self.refuse("-ERR TOP message lines"),
                }
            }
            ("DELE", true) => match self.place(rest) {
                Some(place) => {
                    self.letters[place].1 = true;
                    self.say("+OK Marked");
                }
                None => self.refuse("-ERR no such message"),
            },
            ("RSET", true) => {
                self.letters.iter_mut().for_each(|letter| letter.1 = false);
                self.say("+OK");
            }
            _ => self.refuse("-ERR not here, not now"),
        }
    }

    fn present(&self) -> impl Iterator<Item = (usize, &Listed)> {
        let letters = self.letters.iter().enumerate().filter(|(_, letter)| !letter.1);
        letters.map(|(place, letter)| (place + 1, &letter.0))
    }

    fn place(&self, number: &str) -> Option<usize> {
        let place = number.trim().parse::<usize>().ok()?.checked_sub(1)?;
        self.letters.get(place).filter(|letter| !letter.1).map(|_| place)
    }

    fn listing(&mut self, rest: &str, show: fn(&Listed) -> String) {
        if rest.is_empty() {
            let lines: Vec<String> = self.present().map(|(n, letter)| format!("{n} {}", show(letter))).collect();
            return self.list("+OK", lines.into_iter());
        }
        match self.place(rest) {
            Some(place) => {
                let line = format!("+OK {} {}", place + 1, show(&self.letters[place].0));
                self.say(&line);
            }
            None => self.refuse("-ERR no such message"),
        }
    }

    fn retrieve(&mut self, number: &str, wanted: Option<usize>) {
        match self.place(number) {
            Some(place) => {
                self.wanted = wanted;
                self.ask(Action::Letter(self.letters[place].0.number));
            }
            None => self.refuse("-ERR no such message"),
        }
    }

    fn list(&mut self, head: &str, lines: impl Iterator<Item = String>) {
        let mut text = format!("{head}\r\n");
        for line in lines {
            text.push_str(&line);
            text.push_str("\r\n");
        }
        text.push_str(".\r\n");
        self.actions.push_back(Action::Write(text.into_bytes()));
    }

    fn ask(&mut self, action: Action) {
        self.actions.push_back(action);
        self.asked = true;
    }

    fn say(&mut self, line: &str) {
        self.actions.push_back(Action::Write(format!("{line}\r\n").into_bytes()));
    }

    fn refuse(&mut self, line: &str) {
        self.wrong += 1;
        if self.wrong > MAX_WRONG { self.end("-ERR too many errors") } else { self.say(line) }
    }

    fn end(&mut self, line: &str) {
        self.say(line);
        self.actions.push_back(Action::Close);
        self.closed = true;
    }
}

/// The head of a message, the blank line and the first `lines` lines of its body.
fn top(bytes: &[u8], lines: usize) -> &[u8] {
    let Some(head) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { return bytes };
    let body = head + 4;
    let mut ends = bytes[body..].iter().enumerate().filter(|(_, byte)| **byte == b'\n');
    match lines.checked_sub(1) {
        None => &bytes[..body],
        Some(last) => ends.nth(last).map_or(bytes, |(end, _)| &bytes[..=body + end]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LETTER: &[u8] = b"Subject: x\r\n\r\n.dot\r\nlast\r\n";

    fn play(client: &str, piece: usize, busy: bool) -> (String, Vec<u64>) {
        let mut session = Pop3Session::new();
        let (mut said, mut gone) = (String::new(), Vec::new());
        let mut waiting = client.as_bytes().chunks(piece);
        for _ in 0..100_000 {
            match session.next_action() {
                Action::Read => match waiting.next() {
                    Some(bytes) => session.feed(bytes),
                    None => return (said, gone),
                },
                Action::Write(bytes) => said.push_str(&String::from_utf8_lossy(&bytes)),
                Action::LogIn { user, password } => {
                    let listed = |number| Listed { number, size: 26, name: format!("liasse-{number}") };
                    let letters = vec![listed(7), listed(9)];
                    session.logged_in(match (user.as_str(), password.as_str()) {
                        ("dr@c.test", "a secret") if busy => Login::Busy,
                        ("dr@c.test", "a secret") => Login::Open(letters),
                        _ => Login::Refused,
                    });
                }
                Action::Letter(_) => session.letter(Some(LETTER)),
                Action::Forget(letters) => {
                    gone.extend(letters);
                    session.forgotten(true);
                }
                Action::Close => return (said, gone),
            }
        }
        panic!("the session does not end");
    }

    #[test]
    fn a_mailbox_is_read_and_emptied_in_any_pieces() {
        let client = "USER dr@c.test\r\nPASS a secret\r\nSTAT\r\nLIST\r\nUIDL\r\nRETR 1\r\nDELE 1\r\nLIST\r\nQUIT\r\n";
        let expected = "+OK liasse-caisse (sim)\r\n+OK\r\n+OK Logged in\r\n+OK 2 52\r\n+OK\r\n1 26\r\n2 26\r\n.\r\n\
            +OK\r\n1 liasse-7\r\n2 liasse-9\r\n.\r\n+OK 26 octets\r\nSubject: x\r\n\r\n..dot\r\nlast\r\n.\r\n\
            +OK Marked\r\n+OK\r\n2 26\r\n.\r\n+OK Bye\r\n";
        for piece in 1..40 {
            assert_eq!(play(client, piece, false), (expected.to_owned(), vec![7]), "in pieces of {piece}");
        }
    }

    #[test]
    fn an_action_shown_tells_no_secret() {
        let (user, password) = ("dr@c.test".to_owned(), Zeroizing::new("a secret".to_owned()));
        let actions = [Action::LogIn { user, password }, Action::Write(LETTER.to_vec()), Action::Forget(vec![7])];
        assert_eq!(format!("{actions:?}"), "[LogIn(9 and 8 bytes), Write(26 bytes), Forget(1 letters)]");
    }

    #[test]
    fn without_quit_nothing_goes() {
        assert_eq!(play("USER dr@c.test\r\nPASS a secret\r\nDELE 1\r\n", 99, false).1, [0u64; 0]);
        assert_eq!(play("USER dr@c.test\r\nPASS a secret\r\nDELE 1\r\nRSET\r\nQUIT\r\n", 99, false).1, [0u64; 0]);
    }

    #[test]
    fn who_may_not_read_reads_nothing() {
        let (said, gone) = play("LIST\r\nUSER dr@c.test\r\nPASS wrong\r\nRETR 1\r\nDELE 1\r\nQUIT\r\n", 99, false);
        assert!(!said.contains("Subject") && gone.is_empty());
        assert!(said.contains("-ERR [AUTH]"));
        assert!(play("USER dr@c.test\r\nPASS a secret\r\n", 99, true).0.contains("[IN-USE]"));
    }

    #[test]
    fn top_shows_the_head_and_some_lines() {
        assert_eq!(top(LETTER, 0), b"Subject: x\r\n\r\n");
        assert_eq!(top(LETTER, 1), b"Subject: x\r\n\r\n.dot\r\n");
        assert_eq!(top(LETTER, 99), LETTER);
    }

    proptest! {
        #[test]
        fn any_client_is_answered_or_closed(text in "((USER|PASS|DELE|RETR|TOP|LIST|UIDL|QUIT|RSET)? ?[0-9a-z. @]{0,9}\r\n|\\PC{0,9}){0,20}", piece in 1usize..40) {
            let (said, _) = play(&text, piece, false);
            prop_assert!(said.starts_with("+OK"));
        }
    }
}
