//! The seal of a backup's list: who writes to the medium and has no data key changes nothing of what a restore trusts. And files beside
//! the store that a medium spoiled: left out and named, the rest put back.

use std::fs;
use std::path::Path;

use liasse_core::backup::{Made, Pace, Proved, Unlock, prove};
use liasse_core::data_dir::DataDir;
use liasse_domain::Coded;
use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use sha2::{Digest, Sha256};

use crate::backup::{Declared, KEY, Place, hex, manifest, names, seal};
use crate::support::instant;

const LIST: &str = "manifeste.json";
const ROOT: &str = "confiance/racine.pem";

/// A practice that trusts an authority and has tables of its own, and its backup.
fn trusting() -> (Place, Made) {
    let place = Place::new();
    place.practice.posted(&["vitale-durand"]);
    for (path, text) in [(ROOT, "the authority"), ("confiance/crl.pem", "its list"), ("tables/ngap.csv", "a table")] {
        let path = place.practice.folder().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    let made = place.back_up();
    (place, made)
}

/// Restores, and takes it away again: whether by a sealed list, what was left out, and which places are filled.
fn restored(place: &Place, folder: &Path) -> (bool, Vec<String>, Vec<String>) {
    let restored = place.restored(folder).expect("restored");
    let there = names(&place.elsewhere());
    fs::remove_dir_all(place.elsewhere()).expect("taken away");
    (restored.sealed, restored.left_out, there)
}

/// What a restore says; it makes nothing.
fn refused(place: &Place, folder: &Path) -> &'static str {
    let code = place.restored(folder).expect_err("refused").code().0;
    assert!(!place.elsewhere().exists(), "{code}: nothing was written");
    code
}

#[test]
fn an_authority_that_is_exchanged_with_its_hash_is_not_trusted() {
    let (place, made) = trusting();
    let (file, list) = (made.folder.join("reste").join(ROOT), made.folder.join(LIST));
    let text = fs::read_to_string(&list).expect("a list");
    let other = b"the thief's own authority";
    fs::write(&file, other).expect("exchanged");
    let mut forged = manifest(&made.folder);
    for listed in forged["files"].as_array_mut().expect("files") {
        if listed["path"] == format!("reste/{ROOT}") {
            let (bytes, sha256) = (other.len(), hex(&Sha256::digest(other)));
            (listed["bytes"], listed["sha256"]) = (bytes.into(), sha256.into());
        }
    }
    // With the seal that stood there, with none, with one of another practice's key.
    let kept = text.lines().nth(1).expect("the line of the seal");
    assert!(kept.starts_with("  \"seal\": \""), "{kept}");
    let mut bare = forged.clone();
    bare.as_object_mut().expect("a list").remove("seal");
    let bare = format!("{bare:#}\n");
    let with_its_seal = bare.replacen("{\n", &format!("{{\n{kept}\n"), 1);
    let others = ["confiance/crl.pem", ROOT, "tables/ngap.csv"];
    let judge = || {
        let (sealed, mut left_out, there) = restored(&place, &made.folder);
        left_out.sort();
        assert_eq!((sealed, left_out), (false, others.map(str::to_owned).to_vec()));
        assert_eq!(there, ["liasse.db", "lock", "world.toml"], "the store proves itself, and nothing else is believed");
        assert_eq!(place.drilled(), Some("sauvegarde.liste_changee"));
    };
    for forgery in [with_its_seal, bare] {
        fs::write(&list, forgery).expect("forged");
        judge();
    }
    seal(&made.folder, &forged, &[8; 32]);
    judge();
    // Under the key of the data it is what the practice itself says: it was the seal that refused.
    seal(&made.folder, &forged, &KEY);
    assert_eq!(place.drilled(), None);
    // As it was made.
    fs::write(&file, "the authority").expect("put back");
    fs::write(&list, &text).expect("put back");
    assert_eq!(place.drilled(), None);
    let restored = place.restored(&made.folder).expect("restored");
    assert_eq!(restored.left_out, [] as [&str; 0]);
    assert_eq!(fs::read_to_string(place.elsewhere().join(ROOT)).expect("read"), "the authority");
}

/// Where several lie, which is the newest is the word of their lists.
#[test]
fn no_list_makes_its_own_backup_the_newest() {
    let (place, old) = trusting();
    place.practice.clock.set("2026-01-20T09:00:00Z");
    let new = place.back_up();
    let list = old.folder.join(LIST);
    let text = fs::read_to_string(&list).expect("a list");
    fs::write(&list, text.replace("2026-01-15T", "2026-01-25T")).expect("forged");
    assert_eq!(refused(&place, &place.shelf), "sauvegarde.liste_changee");
    // Named itself it is restored, and its journal says until when.
    let restored = place.restored(&old.folder).expect("restored");
    assert!(!restored.sealed && restored.made_at < new.made_at, "{:?}", restored.made_at);
    fs::remove_dir_all(place.elsewhere()).expect("taken away");
    fs::write(&list, text).expect("put back");
    assert_eq!(place.restored(&place.shelf).expect("restored").name, new.name);
}

#[test]
fn no_edit_of_a_list_is_believed() {
    let (_place, made) = trusting();
    let list = made.folder.join(LIST);
    let text = fs::read_to_string(&list).expect("a list");
    let config = Config { cases: 60, failure_persistence: None, ..Config::default() };
    let edits = (any::<Index>(), prop_oneof![prop::char::range(' ', '~'), Just('\n')], any::<bool>());
    let outcome = TestRunner::new(config).run(&edits, |(at, sign, put)| {
        let mut signs: Vec<char> = text.chars().collect();
        let at = at.index(signs.len());
        if put {
            signs.insert(at, sign);
        } else {
            signs[at] = sign;
        }
        let edited: String = signs.into_iter().collect();
        fs::write(&list, &edited).expect("written");
        let proved = prove(&made.folder, Unlock::Demo(&Declared)).map_err(|error| error.code().0);
        let believed = proved.as_ref().is_ok_and(Proved::is_sealed);
        prop_assert_eq!(believed, edited == text, "{:?} at {}: {:?}", sign, at, proved.err());
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

#[test]
fn a_file_that_its_medium_spoiled_is_left_out_and_named_and_the_rest_is_put_back() {
    let (place, made) = trusting();
    let reste = made.folder.join("reste");
    fs::write(reste.join(ROOT), "the_authority").expect("spoiled, of the same length");
    fs::remove_file(reste.join("tables/ngap.csv")).expect("gone");
    assert_eq!(place.drilled(), Some("sauvegarde.alteree"), "the drill says it before somebody needs it");
    let restored = place.restored(&made.folder).expect("restored");
    // An authority and its list of the revoked go together or not at all.
    assert_eq!(restored.left_out, ["confiance/crl.pem", ROOT, "tables/ngap.csv"]);
    assert!(restored.sealed);
    let root = place.elsewhere();
    assert_eq!(names(&root), ["liasse.db", "lock", "world.toml"], "what is not as it was written is not written again");
    drop(DataDir::open_demo(&root).expect("a directory"));
}

#[test]
fn an_authority_is_not_trusted_without_its_list_of_the_revoked() {
    let (place, made) = trusting();
    fs::remove_file(made.folder.join("reste/confiance/crl.pem")).expect("taken away");
    let (sealed, left_out, there) = restored(&place, &made.folder);
    assert_eq!((sealed, left_out), (true, vec!["confiance/crl.pem".to_owned(), ROOT.to_owned()]));
    assert!(!there.contains(&"confiance".to_owned()), "{there:?}");
}

/// A medium that comes from somebody else may hold anything.
#[cfg(unix)]
#[test]
fn a_file_beside_the_store_that_has_no_end_is_left_out() {
    let (place, made) = trusting();
    let file = made.folder.join("reste").join(ROOT);
    fs::remove_file(&file).expect("taken away");
    std::os::unix::fs::symlink("/dev/zero", &file).expect("a link");
    assert_eq!(place.restored(&made.folder).expect("restored").left_out, ["confiance/crl.pem", ROOT]);
}

#[test]
fn without_the_store_nothing_is_put_back() {
    let (place, made) = trusting();
    let whole = fs::read(made.folder.join("liasse.db")).expect("read");
    let mut bytes = whole.clone();
    // Its first bytes too, by which the cipher could not tell it from another practice's.
    for at in [3, 9000] {
        bytes[at] ^= 1;
        fs::write(made.folder.join("liasse.db"), &bytes).expect("spoiled");
        assert_eq!(refused(&place, &made.folder), "sauvegarde.alteree");
        bytes.clone_from(&whole);
    }
}

#[test]
fn what_a_cut_restore_of_another_backup_left_is_not_trusted_by_the_next() {
    let (place, with) = trusting();
    fs::remove_dir_all(place.practice.folder().join("confiance")).expect("trusted no more");
    let without = place.back_up();
    let root = place.elsewhere();
    let proved = prove(&with.folder, Unlock::Demo(&Declared)).expect("proved");
    let now = instant("2026-02-01T08:00:00Z");
    proved.restore(&root, now, &mut |_| Pace::Stop).expect_err("cut");
    assert!(root.join(ROOT).exists());
    place.restored(&without.folder).expect("restored");
    assert_eq!(names(&root), ["liasse.db", "lock", "tables", "world.toml"]);
}

#[test]
fn the_word_of_a_restore_that_came_to_its_end_goes_at_the_next_opening() {
    let (place, made) = trusting();
    let root = place.elsewhere();
    place.restored(&made.folder).expect("restored");
    // Cut after the declaration, or the removal refused.
    fs::write(root.join("restauration.partiel"), &made.name).expect("left behind");
    assert_eq!(place.restored(&made.folder).expect_err("refused").code().0, "sauvegarde.dossier_occupe");
    drop(DataDir::open_demo(&root).expect("a directory"));
    assert!(!root.join("restauration.partiel").exists() && root.join(ROOT).exists());
}
