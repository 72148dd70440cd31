//! Which folder a call works in, and that a call which is refused leaves nothing behind.

use std::path::Path;

use super::practice::Practice;
use super::{call, call_where, folder};

fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).expect("a folder").next().is_none()
}

#[test]
fn a_folder_without_data_is_said_to_be_one_and_stays_as_it_was() {
    let practice = Practice::absent("no-data");
    let parent = practice.data().parent().expect("a parent");
    for arguments in [
        &["fse", "list"][..],
        &["ledger"],
        &["post", "status"],
        &["journal", "verify"],
        &["config", "get", "post.smtp"],
        &["config", "get", "demo.clock"],
        &["config", "set", "post.smtp", "localhost:2587"],
    ] {
        assert_eq!(practice.call(arguments).ending(), (1, "system.dossier_sans_donnees"), "{arguments:?}");
        let answer = call_where(&[("LIASSE_DATA", practice.data())], arguments, b"");
        assert_eq!(answer.ending(), (1, "system.dossier_sans_donnees"), "{arguments:?}");
        assert!(is_empty(parent), "{arguments:?}");
    }
    // Somebody's own folder or file is never made a demonstration by the setting of a clock.
    let set = ["config", "set", "demo.clock", "2026-01-15"];
    std::fs::create_dir(practice.data()).expect("a folder");
    let letter = practice.data().join("lettre.txt");
    std::fs::write(&letter, "cher confrère").expect("a file");
    assert_eq!(practice.call(&set).ending(), (1, "system.dossier_sans_donnees"));
    assert_eq!(std::fs::read_dir(practice.data()).expect("the folder").count(), 1);
    let data = ["--data", letter.to_str().expect("UTF-8")];
    assert_eq!(call(&[&["ledger"][..], &data].concat(), b"").ending(), (1, "system.dossier_sans_donnees"));
    // A store that declares no world is not « no data ».
    std::fs::write(practice.data().join("liasse.db"), "?").expect("a file");
    assert_eq!(practice.call(&["ledger"]).ending(), (4, "system.dossier_endommage"));
}

#[test]
fn a_clock_is_not_set_to_what_is_no_date_and_nothing_is_made_for_it() {
    let practice = Practice::absent("no-date");
    for value in ["demain", "2026-13-01", "2026-01-15T25:00", "2026-01-15 09:00", "15/01/2026", ""] {
        let answer = practice.call(&["config", "set", "demo.clock", value]);
        assert_eq!(answer.ending(), (2, "saisie.horloge_valeur"), "{value}");
        assert!(answer.err.contains("AAAA-MM-JJTHH:MM"), "{}", answer.err);
        assert!(!practice.data().exists(), "{value}");
    }
    let practice = Practice::empty("backwards");
    assert_eq!(practice.call(&["config", "set", "demo.clock", "2026-01-14"]).ending(), (1, "saisie.horloge_recule"));
}

#[test]
fn the_clock_is_read_where_it_was_set() {
    // Named, by either way of naming.
    let practice = Practice::absent("clock-named");
    practice.done(&["config", "set", "demo.clock", "2026-02-03T10:30"]);
    assert!(practice.done(&["config", "get", "demo.clock"]).starts_with("2026-02-03T10:3"));
    let variables = [("LIASSE_DATA", practice.data())];
    assert!(call_where(&variables, &["config", "get", "demo.clock"], b"").out.starts_with("2026-02-03T10:3"));

    // An empty folder is as good as none.
    let empty = folder("clock-empty");
    let set = ["config", "set", "demo.clock", "2026-02-04"];
    assert_eq!(call_where(&[("LIASSE_DATA", &empty)], &set, b"").code, 0);
    assert!(empty.join("world.toml").exists());

    // Not named: the demonstration's usual folder, and no other.
    let home = folder("clock-usual");
    let variables = [("XDG_DATA_HOME", home.as_path())];
    let get = ["config", "get", "demo.clock"];
    assert_eq!(call_where(&variables, &get, b"").ending(), (1, "system.dossier_sans_donnees"));
    assert!(is_empty(&home));
    assert_eq!(call_where(&variables, &set, b"").code, 0);
    assert!(call_where(&variables, &get, b"").out.starts_with("2026-02-04T09:0"));
    let made: Vec<_> = std::fs::read_dir(&home).expect("home").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(made, ["liasse-demo"]);
}
