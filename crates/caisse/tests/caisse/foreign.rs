//! Foreign clients with our post office: swaks and msmtp hand a file in, curl and mpop take its answers out.
//! Our client with foreign servers is tested in `tests/` (Postfix, Dovecot).

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use liasse_domain::returns::Return;

use crate::practice::{claim, cps, draft, g, signed, vitale};
use crate::world::{CAISSE, PRACTICE, World, believed, start};

fn one_file() -> Vec<u8> {
    let (gris, durand) = (cps("cps-gris"), vitale("vitale-durand"));
    let fse = signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start());
    draft(&gris, "LOT001", vec![fse]).mail(&gris, start())
}

fn run(command: &mut Command, input: &[u8]) -> Output {
    let spawned = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawned.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    // A client that refuses the call reads nothing.
    drop(child.stdin.take().expect("a pipe").write_all(input));
    child.wait_with_output().expect("it ends")
}

fn succeeded(output: &Output) {
    let said = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes)).concat();
    assert!(output.status.success(), "{said}");
}

/// A settings file that the client accepts: nobody else may read it.
fn settings(world: &World, name: &str, text: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let path = world.data.join(name);
    std::fs::write(&path, text).expect("settings");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("permissions");
    path
}

fn msmtp(world: &World, password: &str, to: &str, message: &[u8]) -> Output {
    let ports = world.running().ports();
    let text = format!(
        "account default\nhost localhost\nport {}\nfrom {PRACTICE}\ntls on\ntls_starttls on\ntls_trust_file {}\n\
         auth plain\nuser {PRACTICE}\npassword {password}\n",
        ports.smtp,
        ports.ca.display()
    );
    let settings = settings(world, "msmtprc", &text);
    run(Command::new("msmtp").arg("-C").arg(settings).args(["--", to]), message)
}

/// Takes the mailbox into a maildir; gives the client's words and the messages.
fn mpop(world: &World, keep: bool) -> (Output, Vec<Vec<u8>>) {
    let (ports, maildir) = (world.running().ports(), world.data.join("maildir"));
    let _ = std::fs::remove_dir_all(&maildir);
    for folder in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(maildir.join(folder)).expect("a maildir");
    }
    let text = format!(
        "account default\nhost localhost\nport {}\ntls on\ntls_starttls off\ntls_trust_file {}\nauth user\n\
         user {PRACTICE}\npassword test-secret\nkeep {}\nuidls_file {}\ndelivery maildir {}\nreceived_header off\n",
        ports.pop3s,
        ports.ca.display(),
        if keep { "on" } else { "off" },
        world.data.join("uidls").display(),
        maildir.display()
    );
    let output = run(Command::new("mpop").arg("-C").arg(settings(world, "mpoprc", &text)), b"");
    let read = |entry: std::fs::DirEntry| std::fs::read(entry.path()).expect("a message");
    let messages = std::fs::read_dir(maildir.join("new")).expect("the maildir").flatten().map(read).collect();
    (output, messages)
}

fn is_acknowledged(message: &[u8]) -> bool {
    matches!(believed(message), Return::Acknowledgement(arl) if arl.refused.is_none() && arl.file.as_str() == "LOT001")
}

#[test]
fn msmtp_sends_and_mpop_fetches_each_message_once() {
    let world = World::new("msmtp");
    let file = one_file();
    succeeded(&msmtp(&world, "test-secret", CAISSE, &file));
    // Kept on the server, it is known by its UIDL the second time.
    let (output, messages) = mpop(&world, true);
    succeeded(&output);
    assert_eq!(messages.len(), 1);
    assert!(is_acknowledged(&messages[0]));
    let (output, again) = mpop(&world, true);
    succeeded(&output);
    assert!(again.is_empty(), "known by its UIDL");
    // The same file again: the answer again, and now they leave the mailbox.
    succeeded(&msmtp(&world, "test-secret", CAISSE, &file));
    let (output, messages) = mpop(&world, false);
    succeeded(&output);
    assert_eq!(messages.len(), 1);
    assert!(is_acknowledged(&messages[0]));
    assert!(world.fetch_raw().is_empty(), "both were deleted");
}

#[test]
fn msmtp_is_refused_with_codes_it_understands() {
    let world = World::new("msmtp-refused");
    let said = |output: Output| (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned());
    // sysexits: 77 no permission, 65 data error (msmtp's word for a refused recipient).
    let (code, words) = said(msmtp(&world, "wrong", CAISSE, b"Subject: x\r\n\r\nx\r\n"));
    assert_eq!(code, Some(77), "{words}");
    let (code, words) = said(msmtp(&world, "test-secret", "99999@999.99.rss.test", b"Subject: x\r\n\r\nx\r\n"));
    assert!(code == Some(65) && words.contains("550"), "{code:?} {words}");
}

/// curl on the mailbox: `path` is `` for the list, a number for that message.
fn curl(world: &World, ca: &Path, path: &str, more: &[&str]) -> Output {
    let mut command = Command::new("curl");
    command.args(["--silent", "--show-error", "--max-time", "20", "--cacert"]).arg(ca);
    command.args(["--user", &format!("{PRACTICE}:test-secret")]).args(more);
    run(command.arg(format!("pop3s://localhost:{}/{path}", world.running().ports().pop3s)), b"")
}

#[test]
fn swaks_sends_and_curl_fetches() {
    let world = World::new("swaks");
    let message = settings(&world, "message", &String::from_utf8(one_file()).expect("ascii"));
    let ports = world.running().ports();
    let mut swaks = Command::new("swaks");
    swaks.args(["--server", &format!("localhost:{}", ports.smtp), "--tls", "--tls-verify", "--tls-ca-path"]);
    swaks.arg(&ports.ca).args(["--auth", "PLAIN", "--auth-user", PRACTICE, "--auth-password", "test-secret"]);
    swaks.args(["--from", PRACTICE, "--to", CAISSE, "--data"]).arg(format!("@{}", message.display()));
    succeeded(&run(&mut swaks, b""));
    let list = curl(&world, &ports.ca, "", &[]);
    succeeded(&list);
    assert_eq!(String::from_utf8_lossy(&list.stdout).lines().count(), 1);
    let fetched = curl(&world, &ports.ca, "1", &[]);
    succeeded(&fetched);
    assert!(is_acknowledged(&fetched.stdout));
    succeeded(&curl(&world, &ports.ca, "1", &["--request", "DELE", "--list-only"]));
    assert!(world.fetch_raw().is_empty(), "deleted after QUIT");
    // curl's code 60: the peer's certificate cannot be verified.
    let stranger = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../fixtures/pki/caisse-returns.pem"));
    assert_eq!(curl(&world, &stranger, "", &[]).status.code(), Some(60));
}
