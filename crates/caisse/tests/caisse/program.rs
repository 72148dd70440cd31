//! The program `liasse-caisse`: started, killed without a word, started again.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use liasse_caisse::Ports;
use liasse_post::{Account, Envelope, Security, Verdict};
use secrecy::SecretString;

use crate::practice::{claim, cps, draft, g, signed, vitale};
use crate::world::{CAISSE, PRACTICE, folder, start};

fn spawn(data: &Path, file: &Path) -> (Child, Ports) {
    let _ = std::fs::remove_file(file);
    let mut program = Command::new(env!("CARGO_BIN_EXE_liasse-caisse"))
        .args(["--data", data.to_str().expect("path"), "--listen", "127.0.0.1:0"])
        .args(["--ports-file", file.to_str().expect("path")])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("program");
    let until = Instant::now() + Duration::from_secs(30);
    loop {
        // Renamed into place: seen at all, it is whole.
        if let Ok(text) = std::fs::read(file) {
            return (program, serde_json::from_slice(&text).expect("ports"));
        }
        assert!(program.try_wait().expect("child").is_none(), "the program ended");
        assert!(Instant::now() < until, "no ports");
        std::thread::park_timeout(Duration::from_millis(10));
    }
}

fn account(ports: &Ports, port: u16, security: Security) -> Account {
    Account {
        host: "127.0.0.1".to_owned(),
        port,
        security,
        user: PRACTICE.to_owned(),
        password: SecretString::from("test-secret"),
        ca_pem: Some(std::fs::read_to_string(&ports.ca).expect("ca")),
        timeout: Duration::from_secs(20),
    }
}

#[test]
fn killed_after_its_answer_it_remembers() {
    let data = folder("program");
    let file = data.join("elsewhere.json");
    #[expect(clippy::disallowed_methods, reason = "the offset is counted from the system's time")]
    let offset = (start() - chrono::Utc::now()).num_seconds();
    std::fs::write(data.join("clock"), offset.to_string()).expect("clock");
    let (gris, durand) = (cps("cps-gris"), vitale("vitale-durand"));
    let fse = signed(&claim(&gris, &durand, 1, 1, g()), &gris, &durand, start());
    let mail = draft(&gris, "LOT001", vec![fse]).mail(&gris, start());

    let (mut program, ports) = spawn(&data, &file);
    let smtp = account(&ports, ports.smtp, Security::StartTls);
    liasse_post::send(&smtp, &Envelope { from: PRACTICE, to: CAISSE }, &mail, &mut |_| Ok(())).expect("sent");
    program.kill().expect("kill");
    program.wait().expect("wait");

    let (mut program, ports) = spawn(&data, &file);
    let mut read = 0;
    let mut take = |incoming: liasse_post::Incoming<'_>| {
        crate::world::believed(incoming.bytes);
        read += 1;
        Ok(Verdict::Delete)
    };
    liasse_post::fetch(&account(&ports, ports.pop3s, Security::Implicit), &mut |_| Verdict::Fetch, &mut take)
        .expect("fetched");
    assert_eq!(read, 1);
    program.kill().expect("kill");
    program.wait().expect("wait");
    std::fs::remove_dir_all(&data).expect("cleaned");
}

#[test]
fn wrong_arguments_are_told_in_a_sentence() {
    let data = folder("program-wrong");
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_liasse-caisse"))
            .args(["--data", data.to_str().expect("path")])
            .args(arguments)
            .stdin(Stdio::null())
            .output()
            .expect("program");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, error) = run(&["--listen", "0.0.0.0:0"]);
    assert_eq!(code, Some(2));
    assert!(error.starts_with("road.caisse_adresse: "), "{error}");
    assert_eq!(run(&["--colour"]).0, Some(2));
    std::fs::remove_dir_all(&data).expect("cleaned");
}
