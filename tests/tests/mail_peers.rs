//! The foreign post office itself: what the other tests lean on, tried with foreign clients only.
//! Our own client against it is tested with the workstation (`demo` tests).

use std::process::Command;

use liasse_e2e::process::Finished;
use liasse_e2e::{MailPeers, Scratch, finish};

const DOCTOR: (&str, &str) = ("dr.test@cabinet.test", "test-secret");
const CAISSE: (&str, &str) = ("01751@751.01.rss.test", "caisse-secret");

/// Sends a message by swaks, over STARTTLS with the certificate checked.
fn swaks(peers: &MailPeers, password: &str, to: &str, message: &str) -> Finished {
    let scratch = Scratch::new("swaks");
    let file = scratch.write("message", message);
    let mut command = Command::new("swaks");
    command.args(["--server", &format!("127.0.0.1:{}", peers.submission), "--tls", "--tls-verify"]);
    command.arg("--tls-ca-path").arg(peers.ca());
    command.args(["--auth", "PLAIN", "--auth-user", DOCTOR.0, "--auth-password", password]);
    command.args(["--from", DOCTOR.0, "--to", to, "--data"]).arg(format!("@{}", file.display()));
    finish(&mut command, b"")
}

/// One POP3S session of curl: `path` is `` for the list, a number for that message.
fn curl(peers: &MailPeers, account: (&str, &str), path: &str, more: &[&str]) -> Finished {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "20", "--cacert"]).arg(peers.ca());
    command.args(["--user", &format!("{}:{}", account.0, account.1)]).args(more);
    finish(command.arg(format!("pop3s://localhost:{}/{path}", peers.pop3s)), b"")
}

#[test]
fn a_message_goes_through_both_servers_unchanged() {
    let peers = MailPeers::start();
    let body = "première ligne\r\n.point en tête\r\n\r\nfin";
    let sent = swaks(&peers, DOCTOR.1, CAISSE.0, &format!("Subject: essai\r\n\r\n{body}\r\n")).success();
    assert!(sent.stdout.contains("250 2.0.0 Ok: queued"), "{}", sent.stdout);
    assert_eq!(peers.wait_for_mail(CAISSE.0, 1).len(), 1);
    let received = curl(&peers, CAISSE, "1", &[]).success().stdout;
    assert!(received.contains("Subject: essai"), "{received}");
    let (_, received_body) = received.split_once("\r\n\r\n").expect("a header and a body");
    assert_eq!(received_body.trim_end(), body);
    assert!(peers.mailbox(DOCTOR.0).is_empty());
}

#[test]
fn wrong_passwords_strangers_and_injected_faults_are_refused_with_their_codes() {
    let peers = MailPeers::start();
    let said = |finished: Finished| {
        assert_ne!(finished.code, 0, "{}", finished.stdout);
        finished.stdout
    };
    assert!(said(swaks(&peers, "wrong", CAISSE.0, "Subject: x\r\n\r\n")).contains("535 "));
    assert!(said(swaks(&peers, DOCTOR.1, "nobody@751.01.rss.test", "Subject: x\r\n\r\n")).contains("550 "));
    peers.refuse(CAISSE.0, "452 4.2.2 Mailbox full (injected)");
    assert!(said(swaks(&peers, DOCTOR.1, CAISSE.0, "Subject: x\r\n\r\n")).contains("452 4.2.2"));
    peers.refuse_nothing();
    swaks(&peers, DOCTOR.1, CAISSE.0, "Subject: x\r\n\r\n").success();
    peers.wait_for_mail(CAISSE.0, 1);
}

#[test]
fn a_client_that_does_not_know_the_authority_goes_no_further() {
    let peers = MailPeers::start();
    let other = MailPeers::start();
    assert_ne!(peers.submission, other.submission);
    let mut command = Command::new("curl");
    command.args(["--silent", "--max-time", "20", "--cacert"]).arg(other.ca());
    command.args(["--user", "x:y", &format!("pop3s://localhost:{}/", peers.pop3s)]);
    // curl's code 60: the peer's certificate cannot be verified.
    finish(&mut command, b"").with_code(60);
}

#[test]
fn a_deleted_message_is_gone_after_quit() {
    let peers = MailPeers::start();
    swaks(&peers, DOCTOR.1, CAISSE.0, "Subject: one\r\n\r\n").success();
    peers.wait_for_mail(CAISSE.0, 1);
    curl(&peers, CAISSE, "1", &["--request", "DELE", "--list-only"]).success();
    peers.wait_for_mail(CAISSE.0, 0);
}
