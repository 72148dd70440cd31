//! Its post office as clients meet it: lettre as a foreign sender, our own client with every fault it must tell apart.

use std::time::Duration;

use lettre::address::Envelope as LettreEnvelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};
use liasse_domain::SendPhase;
use liasse_post::{Cause, CertificateFault, Envelope, Security, Stop, Verdict};
use secrecy::SecretString;

use crate::practice::{Cps, claim, cps, draft, g, signed, vitale};
use crate::world::{CAISSE, PRACTICE, World, start};

fn one_file(gris: &Cps) -> Vec<u8> {
    let durand = vitale("vitale-durand");
    let fse = signed(&claim(gris, &durand, 1, 1, g()), gris, &durand, start());
    draft(gris, "LOT001", vec![fse]).mail(gris, start())
}

fn lettre(world: &World, password: &str) -> SmtpTransport {
    let ca = std::fs::read(&world.running().ports().ca).expect("ca");
    let tls = TlsParameters::builder("localhost".to_owned())
        .add_root_certificate(Certificate::from_pem(&ca).expect("pem"))
        .build_rustls()
        .expect("tls");
    SmtpTransport::builder_dangerous("localhost")
        .port(world.running().ports().smtp)
        .tls(Tls::Required(tls))
        .credentials(Credentials::new(PRACTICE.to_owned(), password.to_owned()))
        .timeout(Some(Duration::from_secs(20)))
        .build()
}

#[test]
fn a_foreign_sender_is_served() {
    let (world, gris) = (World::new("lettre"), cps("cps-gris"));
    let to = |address: &str| {
        LettreEnvelope::new(Some(PRACTICE.parse().expect("from")), vec![address.parse().expect("to")])
            .expect("envelope")
    };
    lettre(&world, "test-secret").send_raw(&to(CAISSE), &one_file(&gris)).expect("sent");
    assert_eq!(world.fetch().len(), 1);
    let unknown = lettre(&world, "test-secret").send_raw(&to("99999@999.99.rss.test"), b"x\r\n");
    assert!(unknown.expect_err("nobody there").is_permanent());
    let wrong = lettre(&world, "wrong").send_raw(&to(CAISSE), b"x\r\n");
    assert!(wrong.expect_err("a wrong password").is_permanent());
}

#[test]
fn phases_are_told_in_order_and_a_stop_is_obeyed() {
    let (world, gris) = (World::new("phases"), cps("cps-gris"));
    let mail = one_file(&gris);
    use SendPhase::{Auth, Connect, Data, Dot, Mail, Rcpt};
    let all = [Connect, Auth, Mail, Rcpt, Data, Dot];
    for (at, phase) in all.into_iter().enumerate() {
        let mut told = Vec::new();
        let stopped = world.try_send(&mail, &mut |next| {
            told.push(next);
            if next == phase { Err(Stop) } else { Ok(()) }
        });
        let error = stopped.expect_err("stopped");
        assert_eq!(told, all[..=at]);
        assert_eq!((error.cause, error.is_ambiguous()), (Cause::Stopped, false));
        assert_eq!(error.phase, all[at.saturating_sub(1)], "the step that was not taken is not named");
    }
    assert!(world.fetch_raw().is_empty(), "not even the last stop let the file through");
    let mut told = Vec::new();
    let accepted = world.try_send(&mail, &mut |phase| {
        told.push(phase);
        Ok(())
    });
    assert_eq!(told, all);
    assert!(accepted.expect("accepted").reply.starts_with("250 "));
}

#[test]
fn a_caisse_that_dies_at_the_dot_leaves_doubt_and_nothing_else() {
    let (mut world, gris) = (World::new("dot"), cps("cps-gris"));
    let mail = one_file(&gris);
    let (account, envelope) = (world.smtp(), Envelope { from: PRACTICE, to: CAISSE });
    let error = liasse_post::send(&account, &envelope, &mail, &mut |phase| {
        if phase == SendPhase::Dot {
            world.stop();
        }
        Ok(())
    })
    .expect_err("nobody answers");
    assert_eq!(error.phase, SendPhase::Dot);
    assert!(error.is_ambiguous(), "{error}");
    world.run(|_| {});
    assert_eq!(world.answers(&mail), ["ARL+"]);
}

#[test]
fn nothing_is_said_to_a_server_that_is_not_trusted() {
    let world = World::new("untrusted");
    let fault = |account| {
        let error = liasse_post::send(&account, &Envelope { from: PRACTICE, to: CAISSE }, b"x\r\n", &mut |_| Ok(()))
            .expect_err("refused");
        (error.phase, error.cause)
    };
    let unknown = (SendPhase::Connect, Cause::UntrustedCertificate(CertificateFault::UnknownIssuer));
    let mut account = world.smtp();
    account.ca_pem = None;
    assert_eq!(fault(account.clone()), unknown);
    // A certificate that issued nothing: the caisse's own, taken as the only authority.
    let other = concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pki/caisse-returns.pem");
    account.ca_pem = Some(std::fs::read_to_string(other).expect("pem"));
    assert_eq!(fault(account.clone()), unknown);

    let mut pop3 = world.pop3();
    pop3.ca_pem = account.ca_pem;
    let error = liasse_post::fetch(&pop3, &mut |_| Verdict::Fetch, &mut |group| Ok(vec![Verdict::Delete; group.len()]))
        .expect_err("refused");
    assert_eq!(error.cause, Cause::UntrustedCertificate(CertificateFault::UnknownIssuer));
}

#[test]
fn faults_are_told_apart() {
    let mut world = World::new("faults");
    let attempt = |account: &liasse_post::Account, to| {
        let error = liasse_post::send(account, &Envelope { from: PRACTICE, to }, b"x\r\n", &mut |_| Ok(()));
        let error = error.expect_err("refused");
        (error.phase, error.cause)
    };
    let mut wrong = world.smtp();
    wrong.password = SecretString::from("wrong");
    assert_eq!(attempt(&wrong, CAISSE), (SendPhase::Auth, Cause::Authentication));
    let nobody = Cause::Refused { code: 550, transient: false };
    assert_eq!(attempt(&world.smtp(), "nobody@cabinet.test"), (SendPhase::Rcpt, nobody));
    // POP3S speaks TLS first: a client that waits for a greeting in clear text hears nothing it understands.
    let implicit = world.account(world.running().ports().smtp, Security::Implicit);
    assert_eq!(attempt(&implicit, CAISSE), (SendPhase::Connect, Cause::NoTls));
    let mut pop3 = world.pop3();
    pop3.password = SecretString::from("wrong");
    let error = liasse_post::fetch(&pop3, &mut |_| Verdict::Fetch, &mut |group| Ok(vec![Verdict::Delete; group.len()]))
        .expect_err("refused");
    assert_eq!(error.cause, Cause::Authentication);

    let account = world.smtp();
    world.stop();
    assert_eq!(attempt(&account, CAISSE), (SendPhase::Connect, Cause::Network));
}

#[test]
fn a_message_leaves_the_mailbox_only_when_it_is_kept() {
    let (world, gris) = (World::new("keep"), cps("cps-gris"));
    world.send(&one_file(&gris));
    let account = world.pop3();
    let stopped = liasse_post::fetch(&account, &mut |_| Verdict::Fetch, &mut |_| Err(Stop));
    assert_eq!(stopped.expect_err("stopped").cause, Cause::Stopped);
    let mut names = Vec::new();
    for verdict in [Verdict::Skip, Verdict::Delete] {
        let mut known = |uidl: &str| {
            names.push(uidl.to_owned());
            Verdict::Fetch
        };
        let summary =
            liasse_post::fetch(&account, &mut known, &mut |group| Ok(vec![verdict; group.len()])).expect("fetched");
        assert_eq!((summary.read, summary.confirmed), (1, true));
    }
    assert_eq!(names[0], names[1], "a message keeps its name");
    let summary =
        liasse_post::fetch(&account, &mut |_| Verdict::Fetch, &mut |group| Ok(vec![Verdict::Delete; group.len()]))
            .expect("fetched");
    assert_eq!(summary.read, 0);

    world.send(&one_file(&gris));
    let summary = liasse_post::fetch(&account, &mut |_| Verdict::Delete, &mut |_| Err(Stop)).expect("fetched");
    assert_eq!((summary.read, summary.deleted), (0, 1), "a known message is deleted unread");
}

#[test]
fn mail_between_mailboxes_is_delivered_as_it_is() {
    let world = World::new("relay");
    let forged = b"Subject: SIM ARL LOT001\r\n\r\n.forged\r\n";
    let envelope = Envelope { from: PRACTICE, to: PRACTICE };
    liasse_post::send(&world.smtp(), &envelope, forged, &mut |_| Ok(())).expect("sent");
    assert_eq!(world.fetch_raw(), [forged.to_vec()]);
    let spoofed = Envelope { from: CAISSE, to: PRACTICE };
    let error = liasse_post::send(&world.smtp(), &spoofed, forged, &mut |_| Ok(())).expect_err("not their address");
    assert_eq!(error.cause, Cause::Refused { code: 553, transient: false });
}
