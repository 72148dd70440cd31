//! The SMTP server's machine against scripted clients, in any pieces, and against any client.
//! Not a network test. Base64 by coreutils.

use super::*;
use proptest::prelude::*;

/// Plays a client's bytes in pieces against an office that knows one account and one address.
fn play(client: &[&str], piece: usize) -> (Vec<String>, Vec<Mail>) {
    let mut session = SmtpSession::new(1000);
    let (mut said, mut mails) = (Vec::new(), Vec::new());
    let mut waiting: VecDeque<u8> = VecDeque::new();
    let mut script = client.iter();
    for _ in 0..100_000 {
        match session.next_action() {
            Action::Read => {
                if waiting.is_empty() {
                    let Some(text) = script.next() else { return (said, mails) };
                    waiting.extend(text.as_bytes());
                }
                let count = piece.min(waiting.len());
                session.feed(&waiting.drain(..count).collect::<Vec<u8>>());
            }
            Action::Write(bytes) => said.push(String::from_utf8_lossy(&bytes).trim_end().to_owned()),
            Action::StartTls => session.secured(),
            Action::LogIn { user, password } => {
                let known = user == "dr@c.test" && password.as_str() == "secret";
                session.logged_in(known.then_some(user));
            }
            Action::Recipient(address) => {
                let known = address == "01751@x.test";
                session.recipient(address, known);
            }
            Action::Take(mail) => {
                mails.push(mail);
                session.taken(true);
            }
            Action::Close => {
                said.push("closed".to_owned());
                return (said, mails);
            }
        }
    }
    panic!("the session does not end");
}

// base64 of NUL dr@c.test NUL secret.
const PLAIN: &str = "AGRyQGMudGVzdABzZWNyZXQ=";

fn codes(said: &[String]) -> Vec<&str> {
    said.iter().filter(|line| line.as_bytes().get(3) != Some(&b'-')).map(|line| line.get(..3).unwrap_or(line)).collect()
}

#[test]
fn a_mail_comes_in_any_pieces() {
    let auth = format!("AUTH PLAIN {PLAIN}\r\n");
    let client = [
        "EHLO x\r\n",
        "STARTTLS\r\n",
        "EHLO x\r\n",
        auth.as_str(),
        "MAIL FROM:<dr@c.test> SIZE=12 BODY=8BITMIME\r\n",
        "RCPT TO:<01751@x.test>\r\n",
        "DATA\r\n",
        "..a\r\nb\r\n.\r\n",
        "QUIT\r\n",
    ];
    for piece in 1..30 {
        let (said, mails) = play(&client, piece);
        let expected = ["220", "250", "220", "250", "235", "250", "250", "354", "250", "221", "clo"];
        assert_eq!(codes(&said), expected, "in pieces of {piece}");
        let from = "dr@c.test".to_owned();
        assert_eq!(mails, [Mail { from, to: vec!["01751@x.test".to_owned()], bytes: b".a\r\nb\r\n".to_vec() }]);
    }
}

#[test]
fn nothing_is_taken_without_tls_and_a_name() {
    let auth = format!("AUTH PLAIN {PLAIN}\r\n");
    let (said, mails) = play(&["EHLO x\r\n", &auth, "MAIL FROM:<dr@c.test>\r\n", "DATA\r\n"], 99);
    assert_eq!(codes(&said), ["220", "250", "530", "530", "503"]);
    assert!(mails.is_empty());
    let injected = ["STARTTLS\r\nMAIL FROM:<dr@c.test>\r\nRCPT TO:<01751@x.test>\r\n", "NOOP\r\n"];
    assert_eq!(codes(&play(&injected, 4096).0), ["220", "220", "250"], "clear text before TLS is dropped");
}

#[test]
fn an_action_shown_tells_no_secret() {
    let (user, password) = ("dr@c.test".to_owned(), Zeroizing::new("secret".to_owned()));
    let mail = Mail { from: user.clone(), to: vec!["01751@x.test".to_owned()], bytes: b"PETIT\r\n".to_vec() };
    let actions = [Action::LogIn { user, password }, Action::Recipient("01751@x.test".to_owned()), Action::Take(mail)];
    assert_eq!(format!("{actions:?}"), "[LogIn(9 and 6 bytes), Recipient(12 bytes), Take(Mail(7 bytes for 1))]");
}

#[test]
fn what_is_not_kept_is_not_acknowledged() {
    let mut session = SmtpSession::new(1000);
    session.taken(false);
    let said = [session.next_action(), session.next_action()];
    let Action::Write(last) = &said[1] else { panic!("{said:?}") };
    assert!(last.starts_with(b"451 4."), "{}", String::from_utf8_lossy(last));
}

#[test]
fn login_and_foreign_addresses() {
    let client = [
        "STARTTLS\r\n",
        "AUTH LOGIN\r\n",
        "ZHJAYy50ZXN0\r\n",
        "d3Jvbmc=\r\n",
        "AUTH LOGIN\r\n",
        "ZHJAYy50ZXN0\r\n",
        "c2VjcmV0\r\n",
        "MAIL FROM:<other@c.test>\r\n",
        "MAIL FROM:<dr@c.test> SIZE=1001\r\n",
        "MAIL FROM:<dr@c.test>\r\n",
        "RCPT TO:<nobody@x.test>\r\n",
        "RCPT TO:01751@x.test\r\n",
        "DATA\r\n",
    ];
    let expected = ["220", "220", "334", "334", "535", "334", "334", "235", "553", "552", "250", "550", "501", "503"];
    assert_eq!(codes(&play(&client, 99).0), expected);
}

#[test]
fn floods_are_cut() {
    let auth = format!("AUTH PLAIN {PLAIN}\r\n");
    let body = "a\r\n".repeat(500);
    let client = ["STARTTLS\r\n", &auth, "MAIL FROM:<dr@c.test>\r\n", "RCPT TO:<01751@x.test>\r\n", "DATA\r\n", &body];
    let (said, mails) = play(&client, 256);
    assert_eq!((codes(&said).last(), mails.len()), (Some(&"clo"), 0));
    assert!(codes(&said).contains(&"552"));
    assert!(codes(&play(&["FOO\r\n".repeat(50).as_str()], 9).0).ends_with(&["421", "clo"]));
    assert!(codes(&play(&["x".repeat(20_000).as_str()], 999).0).ends_with(&["500", "clo"]));
}

proptest! {
    #[test]
    fn any_client_is_answered_or_closed(
        lines in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "EHLO x", "STARTTLS", "AUTH PLAIN", "AUTH LOGIN", PLAIN, "MAIL FROM:<dr@c.test>",
                    "RCPT TO:<01751@x.test>", "DATA", ".", "RSET", "AUTH PLAIN AGRyQGMudGVzdABzZWNyZXQ=",
                ]).prop_map(str::to_owned),
                "\\PC{0,20}",
            ],
            0..20,
        ),
        piece in 1usize..50,
    ) {
        let text: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        let (said, mails) = play(&[text.as_str()], piece);
        let logged_in = said.iter().any(|line| line.starts_with("235"));
        prop_assert!(mails.is_empty() || logged_in);
    }
}
