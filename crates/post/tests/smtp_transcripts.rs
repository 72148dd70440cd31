//! The SMTP machine replayed against scripted servers, in one piece and cut at every byte.
//! Not a network test: bytes only; the dialogues of real servers are those measured on Postfix (reference telecom 1.3).

#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::collections::VecDeque;

use liasse_domain::SendPhase;
use liasse_post::smtp::{Smtp, Step};
use liasse_post::{Cause, Envelope, Security};
use proptest::prelude::*;
use secrecy::SecretString;

const MESSAGE: &[u8] = b"Subject: essai\r\n\r\n.first\r\nlast\r\n";

#[derive(Debug, PartialEq, Eq)]
struct Played {
    said: Vec<String>,
    phases: Vec<SendPhase>,
    end: Result<String, Cause>,
}

/// Plays a dialogue: each entry of `server` is sent when the client waits; `None` at the end is a closed connection.
fn play(security: Security, server: &[&str], piece: usize) -> Played {
    let password = SecretString::from("test-secret");
    let envelope = Envelope { from: "dr.test@cabinet.test", to: "01751@751.01.rss.test" };
    let mut machine =
        Smtp::new(security, "dr.test@cabinet.test", &password, envelope, MESSAGE).expect("a sound message");
    let mut script: VecDeque<&str> = server.iter().copied().collect();
    let mut waiting: VecDeque<Vec<u8>> = VecDeque::new();
    let mut played = Played { said: Vec::new(), phases: Vec::new(), end: Err(Cause::Network) };
    for _ in 0..10_000 {
        match machine.next_step() {
            Ok(Step::Read) => {
                if waiting.is_empty() {
                    let Some(text) = script.pop_front() else { return played };
                    waiting.extend(text.as_bytes().chunks(piece).map(<[u8]>::to_vec));
                }
                machine.feed(&waiting.pop_front().expect("a piece"));
            }
            Ok(Step::Write(bytes)) => played.said.push(String::from_utf8(bytes.to_vec()).expect("ASCII")),
            Ok(Step::Begin(phase)) => played.phases.push(phase),
            Ok(Step::StartTls) => {
                played.said.push("<TLS>".to_owned());
                machine.secured();
            }
            Ok(Step::Done(reply)) => {
                played.end = Ok(reply.summary());
                return played;
            }
            Err(cause) => {
                played.end = Err(cause);
                return played;
            }
        }
    }
    panic!("the dialogue does not end");
}

const POSTFIX: [&str; 9] = [
    "220 peer.localhost ESMTP Postfix\r\n",
    "250-peer.localhost\r\n250-SIZE 20480000\r\n250-STARTTLS\r\n250 SMTPUTF8\r\n",
    "220 2.0.0 Ready to start TLS\r\n",
    "250-peer.localhost\r\n250-SIZE 20480000\r\n250-AUTH PLAIN LOGIN\r\n250 SMTPUTF8\r\n",
    "235 2.7.0 Authentication successful\r\n",
    "250 2.1.0 Ok\r\n",
    "250 2.1.5 Ok\r\n",
    "354 End data with <CR><LF>.<CR><LF>\r\n",
    "250 2.0.0 Ok: queued as 4XyZ\r\n",
];

fn with(index: usize, answer: &'static str) -> Vec<&'static str> {
    let mut server = POSTFIX[..index].to_vec();
    server.push(answer);
    server
}

#[test]
fn a_message_leaves_through_starttls() {
    let expected = Played {
        said: [
            "EHLO [127.0.0.1]\r\n",
            "STARTTLS\r\n",
            "<TLS>",
            "EHLO [127.0.0.1]\r\n",
            // base64 of NUL dr.test@cabinet.test NUL test-secret, made with coreutils base64.
            "AUTH PLAIN AGRyLnRlc3RAY2FiaW5ldC50ZXN0AHRlc3Qtc2VjcmV0\r\n",
            "MAIL FROM:<dr.test@cabinet.test> SIZE=32\r\n",
            "RCPT TO:<01751@751.01.rss.test>\r\n",
            "DATA\r\n",
            "Subject: essai\r\n\r\n..first\r\nlast\r\n",
            ".\r\n",
        ]
        .map(str::to_owned)
        .to_vec(),
        phases: vec![SendPhase::Auth, SendPhase::Mail, SendPhase::Rcpt, SendPhase::Data, SendPhase::Dot],
        end: Ok("250 2.0.0 Ok: queued as 4XyZ".to_owned()),
    };
    for piece in 1..=40 {
        assert_eq!(play(Security::StartTls, &POSTFIX, piece), expected, "in pieces of {piece}");
    }
}

#[test]
fn implicit_tls_skips_starttls() {
    let server: Vec<&str> = [&POSTFIX[..1], &POSTFIX[3..]].concat();
    let played = play(Security::Implicit, &server, 7);
    assert_eq!(played.said[1], "AUTH PLAIN AGRyLnRlc3RAY2FiaW5ldC50ZXN0AHRlc3Qtc2VjcmV0\r\n");
    assert!(played.end.is_ok());
}

#[test]
fn the_password_waits_for_tls() {
    let no_starttls = with(1, "250-peer\r\n250 AUTH PLAIN LOGIN\r\n");
    let refused = with(2, "454 4.7.0 TLS not available\r\n");
    let injected = with(2, "220 go\r\n250-peer\r\n250 AUTH PLAIN\r\n");
    for (server, cause) in [(no_starttls, Cause::NoTls), (refused, Cause::NoTls), (injected, Cause::Protocol)] {
        let played = play(Security::StartTls, &server, 4096);
        assert_eq!(played.end, Err(cause));
        assert!(!played.said.iter().any(|line| line.starts_with("AUTH")), "{:?}", played.said);
        assert_eq!(played.phases, []);
    }
}

#[test]
fn each_refusal_is_told_as_it_is() {
    let refused = |code, transient| Err(Cause::Refused { code, transient });
    type Answer = (usize, &'static str, Result<String, Cause>, Option<SendPhase>);
    let cases: [Answer; 20] = [
        (0, "554 5.7.1 no\r\n", refused(554, false), None),
        (0, "421 4.3.2 later\r\n", refused(421, true), None),
        (1, "421 4.3.2 later\r\n", refused(421, true), None),
        (1, "550 5.7.1 no\r\n", refused(550, false), None),
        (2, "454 4.7.0 TLS not available\r\n", Err(Cause::NoTls), None),
        (2, "554 5.7.3 no TLS here\r\n", Err(Cause::NoTls), None),
        (3, "421 4.3.2 later\r\n", refused(421, true), None),
        (3, "550 5.7.1 no\r\n", refused(550, false), None),
        (4, "535 5.7.8 Error: authentication failed\r\n", Err(Cause::Authentication), Some(SendPhase::Auth)),
        (4, "454 4.7.0 Temporary authentication failure\r\n", refused(454, true), Some(SendPhase::Auth)),
        (5, "552 5.3.4 Message size exceeds\r\n", refused(552, false), Some(SendPhase::Mail)),
        (5, "451 4.3.0 later\r\n", refused(451, true), Some(SendPhase::Mail)),
        (6, "452 4.2.2 Mailbox full (injected)\r\n", refused(452, true), Some(SendPhase::Rcpt)),
        (6, "550 5.1.1 User unknown\r\n", refused(550, false), Some(SendPhase::Rcpt)),
        (7, "451 4.3.0 later\r\n", refused(451, true), Some(SendPhase::Data)),
        (7, "554 5.5.1 no valid recipients\r\n", refused(554, false), Some(SendPhase::Data)),
        (7, "250 what\r\n", Err(Cause::Protocol), Some(SendPhase::Data)),
        (8, "451 4.3.0 disk full\r\n", refused(451, true), Some(SendPhase::Dot)),
        (8, "452 4.2.2 Mailbox full\r\n", refused(452, true), Some(SendPhase::Dot)),
        (8, "552 5.2.2 Mailbox full\r\n", refused(552, false), Some(SendPhase::Dot)),
    ];
    for (index, answer, end, phase) in cases {
        let played = play(Security::StartTls, &with(index, answer), 3);
        assert_eq!((played.end, played.phases.last().copied()), (end, phase), "{answer}");
    }
}

#[test]
fn without_auth_plain_nothing_is_given() {
    let played = play(Security::StartTls, &with(3, "250-peer\r\n250 AUTH CRAM-MD5\r\n"), 100);
    assert_eq!(played.end, Err(Cause::Authentication));
    assert!(!played.said.iter().any(|line| line.starts_with("AUTH")));
}

#[test]
fn a_server_that_answers_before_it_is_asked_is_not_believed() {
    // The early 250 would otherwise pass for the answer to the final dot.
    let played = play(Security::StartTls, &with(7, "354 go\r\n250 2.0.0 queued already\r\n"), 4096);
    assert_eq!(played.end, Err(Cause::Protocol));
    assert_eq!(played.phases.last(), Some(&SendPhase::Data), "the dot was not written: nothing was taken");
    assert!(!played.said.contains(&".\r\n".to_owned()));
}

#[test]
fn garbage_ends_the_dialogue() {
    let endless = "2".repeat(5000);
    let many = "250-x\r\n".repeat(200);
    for answer in ["\0\0\0\0\r\n", "+OK\r\n", "\r\n", endless.as_str(), many.as_str()] {
        assert_eq!(play(Security::StartTls, &[POSTFIX[0], answer], 512).end, Err(Cause::Protocol));
    }
}

#[test]
fn a_closed_connection_leaves_the_last_phase() {
    let phases = [None, None, None, None, Some(SendPhase::Auth), Some(SendPhase::Mail), Some(SendPhase::Rcpt)];
    for (heard, phase) in phases.into_iter().enumerate() {
        let played = play(Security::StartTls, &POSTFIX[..heard], 50);
        assert_eq!(played.end, Err(Cause::Network));
        assert_eq!(played.phases.last().copied(), phase, "after {heard} replies");
    }
    let unanswered = play(Security::StartTls, &POSTFIX[..8], 50);
    assert_eq!(unanswered.phases.last(), Some(&SendPhase::Dot));
}

proptest! {
    /// Whatever a server says, the machine ends without a panic, never gives the password before TLS, and writes the
    /// final dot only after a phase `Dot` was begun.
    #[test]
    fn hostile_servers(
        replies in prop::collection::vec(
            prop_oneof![
                prop::sample::select(POSTFIX.to_vec()).prop_map(str::to_owned),
                "[2345][0-9]{2}[ -][ -~]{0,20}\r\n",
                "\\PC{0,30}",
            ],
            0..12,
        ),
        piece in 1usize..64,
    ) {
        let server: Vec<&str> = replies.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        let played = play(Security::StartTls, &server, piece);
        let at = |wanted: &str| played.said.iter().position(|line| line.starts_with(wanted));
        if let Some(auth) = at("AUTH") {
            prop_assert!(at("<TLS>").is_some_and(|tls| tls < auth));
        }
        if played.said.iter().any(|line| line == ".\r\n") {
            prop_assert_eq!(played.phases.last(), Some(&SendPhase::Dot));
        }
    }
}
