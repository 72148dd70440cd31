//! The program `liasse-cartes` and its wrong calls. Not its card in a reader: `tests/` of the workspace has a real pcscd.
#![expect(clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::process::Command;

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_liasse-cartes")).args(arguments).output().expect("program");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn help_and_wrong_calls_are_french() {
    let (code, help, error) = run(&["--help"]);
    assert_eq!((code, error.as_str()), (Some(0), ""));
    assert!(help.contains("Usage : liasse-cartes") && help.contains("--card <NOM|CHEMIN>"), "{help}");
    let card = ["--vpcd", "127.0.0.1:1", "--card"];
    let cases: [(&[&str], i32, &str); 4] = [
        (&[], 2, "system.argument_manquant: Il manque à cet appel : --vpcd <HÔTE:PORT>, --card <NOM|CHEMIN>. "),
        (&["--couleur"], 2, "system.argument_inconnu: « --couleur » "),
        (&[&card[..], &["cps-gris", "--fault", "fire"]].concat(), 2, "system.argument_refuse: La valeur "),
        (&[&card[..], &["no-such-card"]].concat(), 3, "cards.image_absente: "),
    ];
    for (arguments, exit, said) in cases {
        let (code, out, error) = run(arguments);
        assert_eq!((code, out.as_str()), (Some(exit), ""), "{arguments:?}: {error}");
        assert!(error.starts_with(said) && error.lines().count() == 1, "{arguments:?}: {error}");
    }
}
