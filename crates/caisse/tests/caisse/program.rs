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
    let mut take = |group: &[liasse_post::Incoming<'_>]| {
        for incoming in group {
            crate::world::believed(incoming.bytes);
        }
        read += group.len();
        Ok(vec![Verdict::Delete; group.len()])
    };
    liasse_post::fetch(&account(&ports, ports.pop3s, Security::Implicit), &mut |_| Verdict::Fetch, &mut take)
        .expect("fetched");
    assert_eq!(read, 1);
    program.kill().expect("kill");
    program.wait().expect("wait");
    std::fs::remove_dir_all(&data).expect("cleaned");
}

#[test]
fn its_help_is_french_and_on_standard_output() {
    let output = Command::new(env!("CARGO_BIN_EXE_liasse-caisse")).arg("--help").output().expect("program");
    let help = String::from_utf8_lossy(&output.stdout).into_owned();
    assert_eq!((output.status.code(), output.stderr.len()), (Some(0), 0));
    assert!(help.contains("Usage : liasse-caisse") && help.contains("--tables <DOSSIER>"), "{help}");
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
    let tables = data.join("tables");
    std::fs::create_dir(&tables).expect("folder");
    std::fs::write(tables.join("tarifs.csv"), "code\n").expect("a stranger");
    std::fs::write(tables.join("notes.txt"), "not a table").expect("no table");
    let strangers = tables.to_str().expect("path");
    let cases: [(&[&str], i32, &str, &str); 8] = [
        (&["--colour"], 2, "system.argument_inconnu", "« --colour »"),
        (&["--data", "again"], 2, "system.appel_incomplet", "--help"),
        (&["--listen"], 2, "system.argument_refuse", "--listen <ADRESSE:PORT>"),
        (&["--via", "smtp://a@b:1", "pop3s://a@b:2"], 2, "system.argument_manquant", "--via-ca <FICHIER>"),
        (&["--tables", "/nowhere/at/all"], 2, "system.fichier_illisible", "« /nowhere/at/all »"),
        (&["--tables", strangers], 4, "pricing.table_inconnue", "« tarifs.csv »"),
        (&["--scenario", "/nowhere.toml"], 2, "system.fichier_illisible", "« /nowhere.toml »"),
        (
            &["--via-ca", "/no.pem", "--via", "smtp://a@b:1", "pop3s://a@b:2"],
            2,
            "system.fichier_illisible",
            "« /no.pem »",
        ),
    ];
    for (arguments, exit, code, named) in cases {
        let (got, error) = run(arguments);
        assert_eq!(got, Some(exit), "{arguments:?}: {error}");
        assert!(error.starts_with(&format!("{code}: ")) && error.contains(named), "{arguments:?}: {error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    std::fs::remove_file(tables.join("tarifs.csv")).expect("removed");
    std::fs::write(tables.join("flat_fee.csv"), "no such column\n").expect("a table");
    let (code, error) = run(&["--tables", strangers]);
    assert_eq!(code, Some(4), "{error}");
    assert!(error.starts_with("pricing.table_colonnes: "), "what the folder holds is what is read: {error}");
    assert!(!data.join("memory").exists(), "nothing was begun");
    std::fs::remove_dir_all(&data).expect("cleaned");
}
