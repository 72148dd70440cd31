//! `key`, and the data of a practice opened by a secret on standard input. One practice a test, without a keyring.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::practice::Practice;
use super::{Answer, call_where, folder};

const PHRASE: &str = "cheval pile agrafe correcte";
const OTHER: &str = "le chat dort sur le piano";

/// A practice in a folder of its own.
struct Cabinet {
    root: PathBuf,
    code: String,
}

impl Cabinet {
    fn new(name: &str) -> Self {
        let root = folder(name).join("cabinet");
        let mut cabinet = Self { root, code: String::new() };
        cabinet.code = cabinet.recovery(&["key", "create"], PHRASE);
        cabinet
    }

    /// A call on it in a session that has no keyring.
    fn call(&self, arguments: &[&str], input: &str) -> Answer {
        let data = self.root.to_str().expect("UTF-8");
        let nowhere = [("DBUS_SESSION_BUS_ADDRESS", Path::new("unix:path=/nowhere/bus"))];
        call_where(&nowhere, &[arguments, &["--data", data]].concat(), input.as_bytes())
    }

    fn done(&self, arguments: &[&str], input: &str) -> String {
        let answer = self.call(arguments, input);
        assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{arguments:?}");
        assert!(!answer.out.contains(PHRASE) && !answer.out.contains(OTHER), "{arguments:?}");
        answer.out
    }

    /// A call that shows a recovery code.
    fn recovery(&self, arguments: &[&str], input: &str) -> String {
        let shown: Value = serde_json::from_str(&self.done(&[arguments, &["--json"]].concat(), input)).expect("JSON");
        shown["recovery"].as_str().expect("a code").to_owned()
    }

    fn status(&self) -> Value {
        serde_json::from_str(&self.done(&["key", "status", "--json"], "")).expect("JSON")
    }

    /// Every file of it, with what it holds.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let entries = std::fs::read_dir(&self.root).expect("the folder").flatten();
        let of = |entry: std::fs::DirEntry| {
            (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap_or_default())
        };
        entries.map(of).collect()
    }

    /// Whether a secret opens the data.
    fn opens(&self, flag: &str, secret: &str) -> bool {
        self.call(&["journal", "verify", flag], secret).code == 0
    }
}

fn lines(secrets: &[&str]) -> String {
    secrets.iter().flat_map(|secret| [*secret, "\n"]).collect()
}

#[test]
fn a_practice_is_made_once_with_its_two_ways_in() {
    let cabinet = Cabinet::new("key-create");
    assert_eq!(cabinet.code.split('-').map(str::len).collect::<Vec<_>>(), [4; 8]);
    let status = cabinet.status();
    let state = |way: &str| status[way].as_str().expect("a state").to_owned();
    assert_eq!(["passphrase", "recovery", "keyring"].map(state), ["whole", "whole", "absent"]);
    assert_eq!((status["rekey_cut"].as_bool(), status["key"].as_str().map(str::len)), (Some(false), Some(8)));
    assert!(cabinet.opens("--passphrase-stdin", PHRASE) && cabinet.opens("--recovery-stdin", &cabinet.code));
    #[cfg(unix)]
    for name in ["cles.toml", "liasse.db"] {
        use std::os::unix::fs::PermissionsExt;
        let file = std::fs::metadata(cabinet.root.join(name)).expect("a file");
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
    let before = cabinet.files();
    assert_eq!(cabinet.call(&["key", "create"], OTHER).error_code(), "system.cabinet_existant");
    assert_eq!(cabinet.files(), before);
}

#[test]
fn a_practice_whose_making_was_cut_is_made_again_by_the_same_call() {
    let mut cabinet = Cabinet::new("key-cut");
    std::fs::write(cabinet.root.join("creation.partiel"), "").expect("written");
    let before = cabinet.files();
    for call in [&["key", "status"][..], &["journal", "verify", "--passphrase-stdin"], &["key", "recovery"]] {
        let answer = cabinet.call(call, PHRASE);
        assert_eq!(answer.ending(), (1, "system.creation_interrompue"), "{call:?}");
        assert!(answer.err.contains("liassectl key create"), "{}", answer.err);
    }
    assert_eq!(cabinet.files(), before);
    cabinet.code = cabinet.recovery(&["key", "create"], OTHER);
    assert!(cabinet.opens("--passphrase-stdin", OTHER) && cabinet.opens("--recovery-stdin", &cabinet.code));
    assert!(!cabinet.opens("--passphrase-stdin", PHRASE) && !cabinet.root.join("creation.partiel").exists());
    let entries = std::fs::read_dir(&cabinet.root).expect("the folder").flatten();
    let kept: Vec<Vec<u8>> = entries.filter_map(|entry| std::fs::read(entry.path().join("liasse.db")).ok()).collect();
    assert_eq!(kept, [before["liasse.db"].clone()], "set aside, as it was");
}

#[test]
fn a_passphrase_that_is_guessed_at_once_makes_nothing() {
    let parent = folder("key-short");
    let cabinet = Cabinet { root: parent.join("cabinet"), code: String::new() };
    for (phrase, code) in [("motdepasse", "cles.phrase_courte"), ("123456789012", "cles.phrase_trop_simple")] {
        assert_eq!(cabinet.call(&["key", "create"], phrase).ending(), (1, code));
    }
    assert_eq!(cabinet.call(&["key", "create"], "").ending(), (2, "system.argument_manquant"));
    assert!(std::fs::read_dir(parent).expect("the folder").next().is_none());
}

#[test]
fn each_wrong_secret_is_told_apart_and_changes_nothing() {
    let cabinet = Cabinet::new("key-wrong");
    let before = cabinet.files();
    let other = Cabinet::new("key-wrong-other").code;
    for (arguments, input, ending) in [
        (&["journal", "verify", "--passphrase-stdin"][..], OTHER, (1, "cles.phrase_fausse")),
        (&["journal", "verify", "--recovery-stdin"], &other, (1, "cles.code_faux")),
        (&["journal", "verify", "--recovery-stdin"], PHRASE, (1, "cles.code_mal_copie")),
        (&["journal", "verify"], "", (2, "cles.a_donner")),
        (&["journal", "verify", "--passphrase-stdin"], "", (2, "system.argument_manquant")),
        (&["key", "passphrase"], &lines(&[OTHER, PHRASE]), (1, "cles.phrase_fausse")),
        (&["key", "passphrase"], &lines(&[PHRASE, "trop court"]), (1, "cles.phrase_courte")),
        (&["key", "recovery"], OTHER, (1, "cles.phrase_fausse")),
        (&["key", "rekey"], OTHER, (1, "cles.phrase_fausse")),
        (&["key", "keyring", "off"], OTHER, (1, "cles.phrase_fausse")),
    ] {
        let answer = cabinet.call(arguments, input);
        assert_eq!(answer.ending(), ending, "{arguments:?}");
        assert!(!answer.err.contains(OTHER) && !answer.err.contains(PHRASE), "{}", answer.err);
    }
    assert_eq!(cabinet.files(), before);
}

#[test]
fn another_passphrase_opens_and_the_former_one_nothing() {
    let cabinet = Cabinet::new("key-passphrase");
    cabinet.done(&["key", "passphrase"], &lines(&[PHRASE, OTHER]));
    assert!(cabinet.opens("--passphrase-stdin", OTHER) && cabinet.opens("--recovery-stdin", &cabinet.code));
    assert_eq!(cabinet.call(&["key", "recovery"], PHRASE).ending(), (1, "cles.phrase_fausse"));
    // Forgotten: the recovery code gives another one.
    cabinet.done(&["key", "passphrase", "--recovery-stdin"], &lines(&[&cabinet.code.to_lowercase(), PHRASE]));
    assert!(cabinet.opens("--passphrase-stdin", PHRASE) && !cabinet.opens("--passphrase-stdin", OTHER));
}

#[test]
fn another_recovery_code_opens_and_the_former_one_nothing() {
    let cabinet = Cabinet::new("key-recovery");
    let code = cabinet.recovery(&["key", "recovery"], PHRASE);
    assert!(cabinet.opens("--recovery-stdin", &code) && cabinet.opens("--passphrase-stdin", PHRASE));
    let former = cabinet.call(&["journal", "verify", "--recovery-stdin"], &cabinet.code);
    assert_eq!(former.ending(), (1, "cles.code_faux"));
}

#[test]
fn another_key_keeps_the_data_and_ends_the_former_code() {
    let cabinet = Cabinet::new("key-rekey");
    let before = (cabinet.files(), cabinet.status());
    cabinet.done(&["config", "set", "desk.post", "3", "--passphrase-stdin"], PHRASE);
    let code = cabinet.recovery(&["key", "rekey"], PHRASE);
    let (files, status) = (cabinet.files(), cabinet.status());
    assert_ne!(status["key"], before.1["key"]);
    assert_ne!(files["liasse.db"], before.0["liasse.db"]);
    assert!(files.keys().all(|name| !name.contains(".new") && !name.ends_with("-wal")), "{:?}", files.keys());
    assert!(cabinet.opens("--recovery-stdin", &code) && !cabinet.opens("--recovery-stdin", &cabinet.code));
    assert_eq!(cabinet.done(&["config", "get", "desk.post", "--passphrase-stdin"], PHRASE), "3\n");
}

#[test]
fn a_damaged_wrap_is_named_and_another_way_mends_it() {
    let cabinet = Cabinet::new("key-damaged");
    let file = cabinet.root.join("cles.toml");
    let damaged = std::fs::read_to_string(&file).expect("the keys").replacen("salt = \"", "salt = \"!", 1);
    std::fs::write(&file, damaged).expect("damaged");
    let before = cabinet.files();
    let answer = cabinet.call(&["journal", "verify", "--passphrase-stdin"], PHRASE);
    assert_eq!(answer.ending(), (4, "cles.enveloppe_endommagee"));
    assert!(answer.err.contains("phrase secrète") && answer.err.contains("code de secours"), "{}", answer.err);
    assert_eq!((cabinet.status()["passphrase"].as_str(), cabinet.files()), (Some("damaged"), before));
    cabinet.done(&["key", "passphrase", "--recovery-stdin"], &lines(&[&cabinet.code, OTHER]));
    assert!(cabinet.opens("--passphrase-stdin", OTHER));
    std::fs::write(&file, "").expect("emptied");
    assert_eq!(cabinet.call(&["key", "status"], "").ending(), (4, "cles.fichier_endommage"));
    std::fs::remove_file(&file).expect("gone");
    assert_eq!(cabinet.call(&["journal", "verify", "--passphrase-stdin"], OTHER).ending(), (4, "cles.absentes"));
}

#[test]
fn without_a_keyring_the_call_says_so_and_the_passphrase_opens() {
    let cabinet = Cabinet::new("key-no-keyring");
    let before = cabinet.files()["cles.toml"].clone();
    assert_eq!(cabinet.call(&["key", "keyring", "on"], PHRASE).ending(), (3, "cles.trousseau_absent"));
    assert_eq!(cabinet.call(&["key", "keyring", "off"], PHRASE).ending(), (1, "cles.trousseau_inutilise"));
    assert_eq!(cabinet.files()["cles.toml"], before);
    assert!(cabinet.opens("--passphrase-stdin", PHRASE));
}

#[test]
fn a_demonstration_has_a_declared_key_and_none_of_this() {
    let practice = Practice::empty("key-demo");
    for arguments in [
        &["key", "passphrase"][..],
        &["key", "recovery"],
        &["key", "rekey"],
        &["key", "keyring", "on"],
        &["key", "keyring", "off"],
        &["key", "status"],
        &["journal", "verify", "--passphrase-stdin"],
        &["journal", "verify", "--recovery-stdin"],
    ] {
        let answer = practice.call_with(arguments, &lines(&[PHRASE, OTHER]));
        assert_eq!(answer.ending(), (1, "cles.demonstration"), "{arguments:?}");
    }
    assert_eq!(practice.call_with(&["key", "create"], PHRASE).ending(), (1, "system.dossier_autre_monde"));
    assert!(!practice.data().join("cles.toml").exists());
}

#[test]
fn a_practice_has_no_card_of_its_own_and_sends_nowhere_by_itself() {
    let cabinet = Cabinet::new("key-practice");
    let ending = |arguments: &[&str], input: &str| {
        let answer = cabinet.call(arguments, input);
        (answer.code, answer.error_code().to_owned())
    };
    let by_phrase = ["--passphrase-stdin"];
    let nobody = (1, "acces.carte_a_nommer".to_owned());
    for call in [&["fse", "list"][..], &["ledger"], &["receipts", "day"], &["patients", "find", "durand"]] {
        assert_eq!(ending(&[call, &by_phrase].concat(), PHRASE), nobody, "{call:?}: no card is taken for granted");
    }
    assert!(cabinet.call(&[&["ledger"][..], &by_phrase].concat(), PHRASE).err.contains("--reader"));
    let test_card = [&["fse", "list", "--reader", "sim:cps-gris"][..], &by_phrase].concat();
    assert_eq!(ending(&test_card, PHRASE).1, "cards.carte_de_test");
    assert_eq!(ending(&[&["post", "send"][..], &by_phrase].concat(), PHRASE).1, "road.poste_incomplete");
    // Secrets and a file cannot share standard input.
    let shared = [&["fse", "new", "-", "--reader", "x", "--pin-stdin"][..], &by_phrase].concat();
    assert_eq!(ending(&shared, PHRASE), (2, "system.argument_refuse".to_owned()));
    // Doctor looks without a secret, and says that the data are closed.
    let doctor = cabinet.call(&["doctor", "--json"], "");
    assert!(doctor.out.contains("cles.a_donner"), "{}", doctor.out);
    let probes = doctor.json()["probes"].clone();
    let keys: Vec<&Value> = probes.as_array().expect("probes").iter().filter(|one| one["name"] == "cles").collect();
    assert_eq!((keys.len(), &keys[0]["code"]), (1, &"doctor.cles_entieres".into()));
}

#[test]
fn a_wrong_secret_sets_nothing_aside_and_the_right_one_restores() {
    let cabinet = Cabinet::new("key-set-aside");
    cabinet.done(&["config", "set", "desk.post", "3", "--passphrase-stdin"], PHRASE);
    let copies = cabinet.root.with_file_name("copies");
    let copies = copies.to_str().expect("UTF-8");
    cabinet.done(&["backup", copies, "--passphrase-stdin"], PHRASE);
    cabinet.done(&["config", "set", "desk.post", "4", "--passphrase-stdin"], PHRASE);
    let before = cabinet.files();
    let restore = ["restore", copies, "--set-aside"];
    for (flag, secret, ending) in [
        (&["--passphrase-stdin"][..], OTHER, (1, "cles.phrase_fausse")),
        (&["--recovery-stdin"], PHRASE, (1, "cles.code_mal_copie")),
        (&[], "", (2, "sauvegarde.secret_requis")),
    ] {
        let answer = cabinet.call(&[&restore[..], flag].concat(), secret);
        assert_eq!(answer.ending(), ending, "{flag:?}");
        assert_eq!(cabinet.files(), before, "{flag:?}: byte for byte");
    }
    // Nor does a backup that is not whole any more.
    let name = std::fs::read_dir(copies).expect("the copies").flatten().next().expect("a backup").path();
    let list = std::fs::read(name.join("cles.toml")).expect("its keys");
    std::fs::write(name.join("cles.toml"), "abîmé").expect("altered");
    let altered = cabinet.call(&[&restore[..], &["--passphrase-stdin"]].concat(), PHRASE);
    assert_eq!(altered.ending(), (4, "sauvegarde.alteree"));
    assert_eq!(cabinet.files(), before);
    std::fs::write(name.join("cles.toml"), list).expect("as it was");
    cabinet.done(&[&restore[..], &["--passphrase-stdin"]].concat(), PHRASE);
    assert_eq!(cabinet.done(&["config", "get", "desk.post", "--passphrase-stdin"], PHRASE), "3\n");
}

#[test]
fn the_sheet_of_the_code_is_its_owners_alone_and_overwrites_nothing() {
    let cabinet = Cabinet::new("key-paper");
    let sheet = cabinet.root.with_file_name("code.pdf");
    let paper = ["--paper", sheet.to_str().expect("UTF-8")];
    cabinet.recovery(&[&["key", "recovery"][..], &paper].concat(), PHRASE);
    let written = std::fs::read(&sheet).expect("a sheet");
    assert!(written.starts_with(b"%PDF-"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(std::fs::metadata(&sheet).expect("a sheet").permissions().mode() & 0o777, 0o600);
    }
    let keys = cabinet.files()["cles.toml"].clone();
    let again = cabinet.call(&[&["key", "recovery"][..], &paper].concat(), PHRASE);
    assert_eq!(again.ending(), (1, "system.fichier_non_ecrit"));
    assert_eq!((std::fs::read(&sheet).expect("a sheet"), &cabinet.files()["cles.toml"]), (written, &keys));
}
