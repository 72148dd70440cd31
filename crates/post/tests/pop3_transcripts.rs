//! The POP3 machine replayed against scripted servers, in one piece and cut at every byte.
//! Not a network test: bytes only. Dovecot's wording as measured (reference telecom 1.3).

#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::collections::VecDeque;

use liasse_post::pop3::{Decision, Limits, Pop3, Step};
use liasse_post::{Cause, Security};
use proptest::prelude::*;
use secrecy::SecretString;

#[derive(Debug, Default, PartialEq, Eq)]
struct Played {
    said: Vec<String>,
    messages: Vec<(String, Vec<u8>)>,
    end: Option<Cause>,
    too_large: usize,
    left: usize,
    refused: Option<Cause>,
    over: bool,
}

fn play(
    security: Security,
    limits: Limits,
    server: &[&str],
    piece: usize,
    mut decide: impl FnMut(&str) -> Decision,
    keep: bool,
) -> Played {
    let password = SecretString::from("test-secret");
    let mut machine = Pop3::new(security, "dr.test@cabinet.test", &password, limits);
    let mut script: VecDeque<&str> = server.iter().copied().collect();
    let mut waiting: VecDeque<Vec<u8>> = VecDeque::new();
    let mut played = Played::default();
    for _ in 0..100_000 {
        match machine.next_step() {
            Ok(Step::Read) => {
                if waiting.is_empty() {
                    let Some(text) = script.pop_front() else {
                        played.end = Some(Cause::Network);
                        break;
                    };
                    waiting.extend(text.as_bytes().chunks(piece).map(<[u8]>::to_vec));
                }
                machine.feed(&waiting.pop_front().expect("a piece"));
            }
            Ok(Step::Write(bytes)) => played.said.push(String::from_utf8(bytes.to_vec()).expect("ASCII")),
            Ok(Step::StartTls) => {
                played.said.push("<TLS>".to_owned());
                machine.secured();
            }
            Ok(Step::Listed { uidl }) => machine.decide(decide(&uidl)),
            Ok(Step::Messages(messages)) => {
                machine.taken(&vec![!keep; messages.len()]);
                played.messages.extend(messages.into_iter().map(|message| (message.uidl, message.bytes)));
            }
            Ok(Step::Done) => break,
            Err(cause) => {
                played.end = Some(cause);
                break;
            }
        }
    }
    played.too_large = machine.too_large();
    played.left = machine.left();
    played.refused = machine.refused();
    played.over = machine.is_over();
    played
}

const DOVECOT: [&str; 11] = [
    "+OK Dovecot ready.\r\n",
    "+OK\r\n",
    "+OK Logged in.\r\n",
    "+OK 3 messages:\r\n1 31\r\n2 9\r\n3 99999\r\n.\r\n",
    "+OK\r\n1 000000016740a1b2\r\n2 000000026740a1b2\r\n3 000000036740a1b2\r\n.\r\n",
    "+OK 31 octets\r\nSubject: retour\r\n\r\n..point\r\n.\r\n",
    "+OK Marked to be deleted.\r\n",
    "+OK Marked to be deleted.\r\n",
    "+OK Logging out, messages deleted.\r\n",
    "",
    "",
];

const LIMITS: Limits = Limits { messages: 10, message_bytes: 1000, group: 2, group_bytes: 500 };

fn second_is_known(uidl: &str) -> Decision {
    if uidl.starts_with("00000002") { Decision::Delete } else { Decision::Fetch }
}

#[test]
fn a_mailbox_is_read_then_emptied() {
    let expected = Played {
        said: [
            "USER dr.test@cabinet.test\r\n",
            "PASS test-secret\r\n",
            "LIST\r\n",
            "UIDL\r\n",
            "RETR 1\r\n",
            "DELE 2\r\n",
            "DELE 1\r\n",
            "QUIT\r\n",
        ]
        .map(str::to_owned)
        .to_vec(),
        messages: vec![("000000016740a1b2".to_owned(), b"Subject: retour\r\n\r\n.point\r\n".to_vec())],
        end: None,
        too_large: 1,
        left: 0,
        refused: None,
        over: true,
    };
    for piece in 1..=60 {
        let played = play(Security::Implicit, LIMITS, &DOVECOT[..9], piece, second_is_known, false);
        assert_eq!(played, expected, "in pieces of {piece}");
    }
}

#[test]
fn what_is_not_on_disk_is_not_deleted() {
    let server = [&DOVECOT[..6], &DOVECOT[8..9]].concat();
    let skip_rest = |uidl: &str| if uidl.starts_with("00000001") { Decision::Fetch } else { Decision::Skip };
    let played = play(Security::Implicit, LIMITS, &server, 9, skip_rest, true);
    assert!(!played.said.iter().any(|line| line.starts_with("DELE")), "{:?}", played.said);
    assert!(played.over);
}

#[test]
fn messages_are_handed_over_in_groups_and_deleted_after_that() {
    let sizes: String = (1..=5).map(|n| format!("{n} 5\r\n")).collect();
    let names: String = (1..=5).map(|n| format!("{n} u{n}\r\n")).collect();
    let (sizes, names) = (format!("+OK\r\n{sizes}.\r\n"), format!("+OK\r\n{names}.\r\n"));
    let (small, large) = ("+OK\r\nabc\r\n.\r\n".to_owned(), format!("+OK\r\n{}\r\n.\r\n", "x".repeat(600)));
    let (gone, deleted) = ("-ERR no such message\r\n", DOVECOT[6]);
    // Two make a group, a large one alone, and what is left at the end.
    let script = [&small, &small, deleted, deleted, &large, deleted, gone, &small, deleted, DOVECOT[8]];
    let server = [&DOVECOT[..3], &[&sizes, &names], &script].concat();
    let played = play(Security::Implicit, LIMITS, &server, 7, |_| Decision::Fetch, false);
    let orders = ["RETR 1", "RETR 2", "DELE 1", "DELE 2", "RETR 3", "DELE 3", "RETR 4", "RETR 5", "DELE 5", "QUIT"];
    assert_eq!(played.said[4..], orders.map(|order| format!("{order}\r\n")));
    assert_eq!((played.messages.len(), played.over), (4, true));
    let kept = play(
        Security::Implicit,
        LIMITS,
        &[&server[..7], &[&large, gone, &small, DOVECOT[8]]].concat(),
        7,
        |_| Decision::Fetch,
        true,
    );
    assert!(!kept.said.iter().any(|line| line.starts_with("DELE")), "{:?}", kept.said);
    assert_eq!((kept.messages.len(), kept.over), (4, true));
}

#[test]
fn stls_comes_before_the_name() {
    let server = [&DOVECOT[..1], &["+OK Begin TLS negotiation now.\r\n"], &DOVECOT[1..9]].concat();
    let played = play(Security::StartTls, LIMITS, &server, 5, second_is_known, false);
    assert_eq!(&played.said[..3], ["STLS\r\n", "<TLS>", "USER dr.test@cabinet.test\r\n"]);
    assert_eq!(played.end, None);

    let refused = play(Security::StartTls, LIMITS, &[DOVECOT[0], "-ERR no TLS\r\n"], 5, second_is_known, false);
    assert_eq!((refused.end, refused.said.len()), (Some(Cause::NoTls), 1), "name and password stay here");
    let injected = [DOVECOT[0], "+OK go\r\n+OK logged in already\r\n"];
    assert_eq!(play(Security::StartTls, LIMITS, &injected, 99, second_is_known, false).end, Some(Cause::Protocol));
}

#[test]
fn refusals_and_breaks_are_told_apart() {
    let end = |server: &[&str]| play(Security::Implicit, LIMITS, server, 64, |_| Decision::Fetch, false).end;
    assert_eq!(end(&[DOVECOT[0], "+OK\r\n", "-ERR [AUTH] Authentication failed.\r\n"]), Some(Cause::Authentication));
    let refused = |transient| Some(Cause::Refused { code: 0, transient });
    assert_eq!(end(&[DOVECOT[0], "+OK\r\n", "-ERR [IN-USE] Another session has the mailbox\r\n"]), refused(true));
    assert_eq!(end(&[DOVECOT[0], "+OK\r\n", "-ERR [SYS/PERM] Mailbox moved\r\n"]), refused(false));
    assert_eq!(end(&["-ERR [SYS/TEMP] busy\r\n"]), refused(true));
    assert_eq!(end(&["-ERR go away\r\n"]), refused(false));
    assert_eq!(end(&["220 smtp here\r\n"]), Some(Cause::Protocol));
    // LIST, UIDL, DELE and QUIT refused: the message before them is kept, and nobody thinks it deleted.
    for (index, read) in [(3, 0), (4, 0), (6, 1), (7, 1), (8, 1)] {
        for (answer, transient) in [("-ERR [SYS/TEMP] later\r\n", true), ("-ERR no\r\n", false)] {
            let server = [&DOVECOT[..index], &[answer]].concat();
            let played = play(Security::Implicit, LIMITS, &server, 64, second_is_known, false);
            assert_eq!((played.end, played.over), (refused(transient), false), "{answer} to step {index}");
            assert_eq!(played.messages.len(), read, "{answer} to step {index}");
        }
    }
    for heard in 0..9 {
        let played = play(Security::Implicit, LIMITS, &DOVECOT[..heard], 64, second_is_known, false);
        assert_eq!((played.end, played.over), (Some(Cause::Network), false), "after {heard} answers");
    }
}

#[test]
fn a_message_that_is_not_given_keeps_back_none_behind_it() {
    for (answer, transient) in [("-ERR [SYS/TEMP] later\r\n", true), ("-ERR no such message\r\n", false)] {
        let names = "+OK\r\n1 a\r\n2 b\r\n.\r\n";
        let server = [&DOVECOT[..3], &["+OK\r\n1 31\r\n2 31\r\n.\r\n", names, answer], &DOVECOT[5..7], &DOVECOT[8..9]];
        let played = play(Security::Implicit, LIMITS, &server.concat(), 64, |_| Decision::Fetch, false);
        assert_eq!(played.said[4..], ["RETR 1\r\n", "RETR 2\r\n", "DELE 2\r\n", "QUIT\r\n"]);
        assert_eq!((played.messages.len(), played.over), (1, true));
        assert_eq!(played.refused, Some(Cause::Refused { code: 0, transient }));
    }
}

#[test]
fn bounds_hold_against_floods() {
    let end = |server: &[&str]| play(Security::Implicit, LIMITS, server, 1024, |_| Decision::Fetch, false).end;
    let long = "x".repeat(5000);
    assert_eq!(end(&[&long]), Some(Cause::Protocol), "an endless line");
    let listing = format!("+OK\r\n{}", "1 1\r\n".repeat(60_000));
    assert_eq!(end(&[DOVECOT[0], DOVECOT[1], DOVECOT[2], &listing]), Some(Cause::Protocol), "an endless list");
    let body = format!("+OK\r\n{}", "a\r\n".repeat(1000));
    let liar = [DOVECOT[0], DOVECOT[1], DOVECOT[2], "+OK\r\n1 10\r\n.\r\n", "+OK\r\n1 u\r\n.\r\n", &body];
    assert_eq!(end(&liar), Some(Cause::Protocol), "a message longer than it was listed and than the bound");
}

#[test]
fn more_messages_than_the_bound_wait_for_next_time() {
    let sizes: String = (1..=12).map(|n| format!("{n} 5\r\n")).collect();
    let names: String = (1..=12).map(|n| format!("{n} u{n}\r\n")).collect();
    let (sizes, names) = (format!("+OK\r\n{sizes}.\r\n"), format!("+OK\r\n{names}.\r\n"));
    let server = [DOVECOT[0], DOVECOT[1], DOVECOT[2], &sizes, &names, DOVECOT[8]];
    let played = play(Security::Implicit, LIMITS, &server, 11, |_| Decision::Skip, false);
    assert_eq!((played.left, played.over, played.end), (2, true, None));
}

proptest! {
    #[test]
    fn hostile_servers(
        replies in prop::collection::vec(
            prop_oneof![
                prop::sample::select(DOVECOT.to_vec()).prop_map(str::to_owned),
                "(\\+OK|-ERR)[ -~]{0,20}\r\n",
                "[0-9]{1,11} [ -~]{0,20}\r\n",
                "\\PC{0,30}",
            ],
            0..14,
        ),
        piece in 1usize..64,
    ) {
        let server: Vec<&str> = replies.iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        let played = play(Security::StartTls, LIMITS, &server, piece, second_is_known, false);
        let at = |wanted: &str| played.said.iter().position(|line| line.starts_with(wanted));
        if let Some(user) = at("USER") {
            prop_assert!(at("<TLS>").is_some_and(|tls| tls < user));
        }
        prop_assert!(played.messages.iter().all(|(_, bytes)| bytes.len() <= LIMITS.message_bytes));
    }
}
