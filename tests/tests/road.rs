//! The same workstation and the same caisse through foreign mail servers: Postfix takes and Dovecot gives.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::io::Write;
use std::process::{Command, Stdio};

use liasse_e2e::mail::Certificate;
use liasse_e2e::postfix::{COMMANDS, Command as At};
use liasse_e2e::practice::{error_of, money};
use liasse_e2e::wait::{SOON, until};
use liasse_e2e::{MailPeers, Practice, bin, finish};

/// G under C2S, 21,00 € + 9,00 €, and G for an adult who pays 30,00 € at the desk.
const G: &str = r#"{"date":"2026-01-15","care_path":"T","acts":[{"code":"G"}]}"#;

/// The caisse as a client of the foreign post office.
struct Behind(std::process::Child);

impl Drop for Behind {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

fn caisse_behind(practice: &Practice, peers: &MailPeers) -> Behind {
    std::fs::create_dir_all(practice.caisse_data()).expect("the caisse's folder");
    let log = std::fs::File::create(practice.scratch().join("caisse.log")).expect("a log");
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]).arg(bin("liasse-caisse")).arg("--data").arg(practice.caisse_data());
    command.arg("--via").arg(format!("smtp://01751@751.01.rss.test@localhost:{}", peers.submission));
    command.arg(format!("pop3s://01751@751.01.rss.test@localhost:{}", peers.pop3s));
    command.arg("--via-ca").arg(peers.ca()).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(log);
    let mut child = command.spawn().expect("setpriv, of util-linux");
    child.stdin.take().expect("a pipe").write_all(b"caisse-secret\ncaisse-secret\n").expect("passwords");
    let ports = practice.caisse_data().join("ports.json");
    until("the caisse", SOON, || ports.exists().then_some(()));
    Behind(child)
}

fn told_of(practice: &Practice, peers: &MailPeers) {
    for (name, value) in [
        ("post.smtp", format!("localhost:{}", peers.submission)),
        ("post.pop3", format!("localhost:{}", peers.pop3s)),
        ("post.ca", peers.ca().to_str().expect("utf-8").to_owned()),
    ] {
        practice.run(&["config", "set", name, &value]).success();
    }
}

#[test]
fn claims_are_received_and_paid_through_postfix_and_dovecot() {
    let peers = MailPeers::start();
    let practice = Practice::empty("road");
    told_of(&practice, &peers);
    let _caisse = caisse_behind(&practice, &peers);
    let paid = practice.bill("vitale-petit", G, None);
    let settled = practice.bill("vitale-durand", G, Some("especes"));
    practice.run(&["lot", "seal"]).success();
    practice.run(&["post", "send"]).success();
    // The caisse fetches by itself; its answer lies in the doctor's mailbox a moment later.
    until("the acknowledgement", SOON, || {
        practice.run(&["post", "fetch"]).success();
        (practice.document(&paid)["transmission"] == "recue").then_some(())
    });
    practice.run(&["config", "set", "demo.clock", "2026-02-02"]).success();
    until("the payment", SOON, || {
        practice.run(&["post", "fetch"]).success();
        (money(&practice.document(&paid), "amo").2 > 0).then_some(())
    });
    let document = practice.document(&paid);
    assert_eq!(money(&document, "amo"), ("encaisse".to_owned(), 2100, 2100));
    assert_eq!(money(&document, "amc"), ("encaisse".to_owned(), 900, 900));
    assert_eq!(money(&practice.document(&settled), "patient"), ("encaisse".to_owned(), 3000, 3000));
    // What was taken in has left both mailboxes.
    assert!(peers.mailbox("dr.test@cabinet.test").is_empty());
    until("the caisse's empty mailbox", SOON, || peers.mailbox("01751@751.01.rss.test").is_empty().then_some(()));
}

#[test]
fn the_whole_demo_runs_through_postfix_and_dovecot() {
    let peers = MailPeers::start();
    let practice = Practice::empty("road-demo");
    told_of(&practice, &peers);
    let _caisse = caisse_behind(&practice, &peers);
    let ledger = practice.json(&["demo"]);
    let documents = ledger["documents"].as_array().expect("documents");
    assert_eq!(documents.len(), 3);
    assert!(documents.iter().all(|document| document["transmission"] == "recue"), "{ledger}");
    assert_eq!(money(&documents[1], "amo"), ("encaisse".to_owned(), 2100, 2100));
}

#[test]
fn a_refusal_of_the_foreign_server_at_any_command_is_clear_and_nothing_is_ambiguous() {
    let peers = MailPeers::start();
    let practice = Practice::empty("refusal");
    told_of(&practice, &peers);
    let fse = practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    for at in COMMANDS {
        let address = if at == At::Mail { "dr.test@cabinet.test" } else { "01751@751.01.rss.test" };
        // A mailbox that is full today, and one that its server calls full for good (RFC 3463, X.2.2).
        for (answer, code) in
            [("452 4.2.2 Mailbox full", "road.refus_provisoire"), ("552 5.2.2 Mailbox full", "road.refus_definitif")]
        {
            peers.refuse_at(at, address, answer);
            let said = finish(practice.ctl(&["post", "send"]).arg("--json"), b"");
            let error = &said.json()["failed"][0]["error"];
            assert_eq!(error["code"], code, "{at:?}: {}", said.stdout);
            let number = answer.split(' ').next().expect("a number");
            assert!(error["message"].as_str().is_some_and(|text| text.contains(number)), "{at:?}: {error}");
            assert_eq!(error_of(&said)["code"], code, "{at:?}");
            assert_eq!(practice.document(&fse)["transmission"], "en_fichier", "{at:?} {answer}");
        }
        peers.refuse_nothing();
    }
    assert!(peers.mailbox("01751@751.01.rss.test").is_empty(), "nothing was delivered");
    practice.run(&["post", "send"]).success();
    assert_eq!(practice.document(&fse)["transmission"], "transmise");
    assert_eq!(peers.wait_for_mail("01751@751.01.rss.test", 1).len(), 1);
}

#[test]
fn a_file_that_postfix_gives_back_waits_for_the_users_hand() {
    let peers = MailPeers::start_closed("01751@751.01.rss.test");
    let practice = Practice::empty("given-back");
    told_of(&practice, &peers);
    let fse = practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    // Twice: the second time the user has asked for it.
    for count in 1..=2 {
        practice.run(&["post", "send"]).success();
        assert_eq!(practice.document(&fse)["transmission"], "transmise");
        peers.wait_for_mail("dr.test@cabinet.test", 1);
        let said = practice.json(&["post", "fetch"]);
        assert_eq!((&said["taken"], &said["unknown"]), (&1.into(), &0.into()), "{said}");
        assert_eq!(practice.document(&fse)["transmission"], "en_fichier");
        let returns = practice.json(&["returns", "list"])["returns"].clone();
        assert_eq!(returns.as_array().map(Vec::len), Some(count), "{returns}");
        let notice = &returns[0];
        assert_eq!((&notice["kind"], &notice["status"]), (&"non_remise".into(), &"applique".into()), "{notice}");
        assert_eq!(notice["undelivered"]["code"], "5.1.1", "{notice}");
        assert_eq!(notice["file"], practice.document(&fse)["lot"]);
        assert!(peers.mailbox("dr.test@cabinet.test").is_empty(), "it is on disk, so it left the mailbox");
    }
    // The post had the file: its FSE cannot be put into another one.
    practice.refused(&["lot", "dissolve", "last"], 1);
    practice.run(&["journal", "verify"]).success();
}

#[test]
fn a_certificate_of_another_host_or_of_another_time_stops_before_the_password() {
    for (certificate, code) in
        [(Certificate::OtherHost, "road.certificat_autre_nom"), (Certificate::Expired, "road.certificat_perime")]
    {
        let peers = MailPeers::start_with(certificate);
        let practice = Practice::empty("certificate");
        told_of(&practice, &peers);
        let fse = practice.bill("vitale-petit", G, None);
        practice.run(&["lot", "seal"]).success();
        let said = finish(practice.ctl(&["post", "send"]).arg("--json"), b"").with_code(3);
        assert_eq!(
            (&said.json()["failed"][0]["error"]["code"], &error_of(&said)["code"]),
            (&code.into(), &code.into())
        );
        assert_eq!(practice.document(&fse)["transmission"], "en_fichier", "{certificate:?}");
        assert_eq!(practice.refused(&["post", "fetch"], 3)["code"], code, "{certificate:?}");
        assert!(peers.mailbox("01751@751.01.rss.test").is_empty(), "{certificate:?}");
        assert!(!peers.log().contains("sasl_username"), "{certificate:?}: nobody gave a password");
    }
}

#[test]
fn a_wrong_password_is_said_as_such() {
    let peers = MailPeers::start();
    let practice = Practice::empty("password");
    told_of(&practice, &peers);
    finish(&mut practice.ctl(&["config", "set", "post.password"]), b"wrong\n").success();
    practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    let said = finish(practice.ctl(&["post", "send"]).arg("--json"), b"").with_code(3).json();
    assert_eq!(said["failed"][0]["error"]["code"], "road.identification_refusee", "{said}");
}

#[test]
fn a_return_that_no_caisse_signed_is_kept_and_changes_nothing() {
    let peers = MailPeers::start();
    let practice = Practice::empty("forged");
    told_of(&practice, &peers);
    let fse = practice.bill("vitale-petit", G, None);
    practice.run(&["lot", "seal"]).success();
    practice.run(&["post", "send"]).success();
    // Somebody with an account writes to the doctor in the caisse's place: an « ARL » without signature.
    let forged = practice.scratch().write(
        "forged.eml",
        "From: 01751@751.01.rss.test\r\nTo: dr.test@cabinet.test\r\nSubject: ARL\r\nMIME-Version: 1.0\r\n\
         Content-Type: application/EDI-consent\r\nContent-Description: SIM/ARL\r\n\r\nARL+ pour tout\r\n",
    );
    let mut swaks = Command::new("swaks");
    swaks.args(["--server", &format!("127.0.0.1:{}", peers.submission), "--tls", "--auth", "PLAIN"]);
    swaks.args(["--auth-user", "01751@751.01.rss.test", "--auth-password", "caisse-secret"]);
    swaks.args(["--from", "01751@751.01.rss.test", "--to", "dr.test@cabinet.test"]);
    finish(swaks.arg("--data").arg(format!("@{}", forged.display())), b"").success();
    peers.wait_for_mail("dr.test@cabinet.test", 1);
    let said = practice.json(&["post", "fetch"]);
    assert_eq!((&said["taken"], &said["unknown"]), (&0.into(), &1.into()), "{said}");
    assert_eq!(practice.document(&fse)["transmission"], "transmise");
    assert!(peers.mailbox("dr.test@cabinet.test").is_empty(), "it is on disk, so it left the mailbox");
}
