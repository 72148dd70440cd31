//! What can befall the data of a practice beside a disk that fails: a disk that only reads, clocks that jump, a file that is replaced
//! under the program, damaged pages, another's keys. Each is said, nothing is touched by it, and each has a way out.
#![expect(clippy::expect_used, reason = "a test that cannot go on must fail loudly")]

use std::path::{Path, PathBuf};

use liasse_e2e::crash::G;
use liasse_e2e::practice::error_of;
use liasse_e2e::wait::SOON;
use liasse_e2e::{Crash, Finished, Practice, finish};

/// Bytes of a page of the store.
const PAGE: usize = 4096;

const PHRASE: &str = "cheval pile agrafe correcte";

#[test]
fn a_disk_that_only_reads_is_said_and_once_it_writes_all_goes_on() {
    let practice = Practice::on_a_small_disk("read-only", 8192);
    let fse = practice.bill("vitale-petit", G, None);
    let file = practice.on_disk("liasse.db");
    let before = std::fs::read(&file).expect("the store");
    practice.remount("ro");
    for words in
        [&["ledger"][..], &["lot", "seal"], &["journal", "verify"], &["config", "set", "post.from", "a@b.test"]]
    {
        let error = practice.refused(words, 3);
        assert_eq!(error["code"], "system.dossier_inaccessible", "{words:?}");
        assert!(error["action"].as_str().is_some_and(|action| action.contains("droit d'y écrire")), "{error}");
    }
    assert!(std::fs::read(&file).expect("the store") == before, "nothing was touched");
    practice.remount("rw");
    practice.run(&["lot", "seal"]).success();
    assert_eq!(practice.document(&fse)["transmission"], "en_fichier");
    practice.run(&["journal", "verify"]).success();
}

/// The clock of the demonstration, set past the program: its own never goes back.
fn jump(practice: &Practice, seconds: i64) {
    let file = practice.caisse_data().join("clock");
    let offset: i64 = std::fs::read_to_string(&file).expect("the clock").trim().parse().expect("seconds");
    std::fs::write(&file, (offset + seconds).to_string()).expect("the clock");
}

const DAY: i64 = 24 * 60 * 60;

#[test]
fn a_clock_set_back_signs_nothing_and_one_that_was_far_ahead_has_a_way_out() {
    let practice = Practice::empty("clock");
    practice.bill("vitale-petit", G, None);
    // Back a day: nothing is signed, and all is as it was once the clock is.
    jump(&practice, -DAY);
    assert_eq!(practice.refused(&["lot", "seal"], 1)["code"], "system.horloge_en_retard");
    let behind = practice.json(&["journal", "clock"]);
    assert_eq!((&behind["behind"], &behind["accepted"]), (&true.into(), &false.into()));
    jump(&practice, DAY);
    practice.run(&["lot", "seal"]).success();
    assert_eq!(practice.json(&["journal", "clock"])["behind"], false);
    // Forward a year, and something is written then; home again.
    practice.bill("vitale-durand", G, None);
    jump(&practice, 365 * DAY);
    assert!(practice.run(&["doctor"]).stdout.contains("jours après la dernière écriture"), "the doctor says so");
    practice.run(&["config", "set", "post.from", "dr.test@cabinet.test"]).success();
    jump(&practice, -365 * DAY);
    let refused = practice.refused(&["lot", "seal"], 1);
    assert_eq!(refused["code"], "system.horloge_en_retard");
    assert!(refused["action"].as_str().is_some_and(|action| action.contains("journal clock --accept")), "{refused}");
    // Neither the secretary nor nobody says that the clock is right; the practitioner does.
    let staff = ["journal", "clock", "--accept", "--reader", "sim:cpe-mauve"];
    assert_eq!(practice.refused(&staff, 1)["code"], "acces.praticien_seul");
    assert_eq!(practice.json(&["journal", "clock", "--accept"])["accepted"], true);
    assert_eq!(practice.json(&["journal", "clock"])["behind"], false);
    practice.run(&["lot", "seal"]).success();
    practice.run(&["journal", "verify"]).success();
    let told = practice.run(&["journal", "list", "--limit", "50"]).success().stdout;
    assert!(told.contains("Horloge acceptée : le journal avait de l'avance"), "{told}");
}

#[test]
fn a_file_that_is_replaced_under_the_program_stops_it_before_anything_leaves() {
    let crash = Crash::prepare("replaced", "hold = \"connect\"");
    let (file, other) = (crash.practice.data().join("liasse.db"), crash.practice.data().join("other.db"));
    // Another copy of the same, as a synchronisation or a restored folder puts in its place.
    std::fs::copy(&file, &other).expect("a copy");
    let mut sending = crash.send_until_held();
    std::fs::rename(&other, &file).expect("replaced");
    crash.release();
    assert_eq!(sending.ended_within(SOON).code(), Some(4), "{}", sending.log());
    assert!(sending.log().contains("store.fichier_remplace"), "{}", sending.log());
    drop(sending);
    assert_eq!(crash.accepted(), 0, "nothing left: {}", crash.logs());
    crash.practice.run(&["journal", "verify"]).success();
    assert_eq!(crash.transmission(), "en_fichier");
    crash.ends_with_one_accepted_lot();
}

/// Changes a byte in the middle of a page, the first being 1.
fn damage(file: &Path, page: usize) {
    let mut bytes = std::fs::read(file).expect("the store");
    bytes[(page - 1) * PAGE + PAGE / 2] ^= 0x40;
    std::fs::write(file, bytes).expect("damaged");
}

/// The file that was set aside.
fn aside(practice: &Practice) -> PathBuf {
    let entries = std::fs::read_dir(practice.data()).expect("the folder").flatten().map(|entry| entry.path());
    let named =
        |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("mis-de-cote-"));
    entries.into_iter().find(named).expect("set aside").join("liasse.db")
}

#[test]
fn a_damaged_page_is_named_the_file_stays_as_it_is_and_a_backup_takes_its_place() {
    let practice = Practice::empty("damaged");
    let fse = practice.bill("vitale-petit", G, None);
    let copies = practice.scratch().join("copies").display().to_string();
    practice.run(&["backup", &copies]).success();
    practice.json(&["verify"]);
    let file = practice.data().join("liasse.db");
    let pages = std::fs::metadata(&file).expect("the store").len() / u64::try_from(PAGE).expect("small");
    let sound = std::fs::read(&file).expect("the store");
    // The second page, one in the middle, the last one.
    for page in [2, pages / 2, pages] {
        std::fs::write(&file, &sound).expect("whole again");
        damage(&file, usize::try_from(page).expect("few"));
        let before = std::fs::read(&file).expect("the store");
        let error = practice.refused(&["verify"], 4);
        assert_eq!(error["code"], "store.pages_endommagees", "page {page}: {error}");
        let says = error["message"].as_str().unwrap_or_default();
        assert!(says.contains(&format!("({page})")), "page {page}: {says}");
        assert!(error["action"].as_str().is_some_and(|action| action.contains("--set-aside")), "{error}");
        assert!(std::fs::read(&file).expect("the store") == before, "page {page}: the file is as it was");
    }
    let damaged = std::fs::read(&file).expect("the store");
    practice.run(&["restore", &copies, "--set-aside"]).success();
    assert_eq!(practice.document(&fse)["document"], "signee");
    practice.run(&["verify"]).success();
    assert!(std::fs::read(aside(&practice)).expect("set aside") == damaged, "nothing is deleted");
    // The clock stands where it stood: work goes on, with a signature.
    let next = practice.bill("vitale-martin", G, None);
    assert_eq!(practice.document(&next)["document"], "signee");
}

/// A call by a secret, in a session that has no keyring.
fn by_secret(practice: &Practice, words: &[&str]) -> Finished {
    let mut command = practice.ctl(words);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere/bus");
    finish(&mut command, format!("{PHRASE}\n").as_bytes())
}

#[test]
fn keys_of_another_practice_or_none_are_told_apart_and_touch_nothing() {
    let [one, other] = ["keys-one", "keys-other"].map(|name| {
        let practice = Practice::new(name);
        by_secret(&practice, &["key", "create", "--json"]).success();
        practice
    });
    let verify = ["verify", "--passphrase-stdin", "--json"];
    by_secret(&one, &verify).success();
    let (keys, file) = (one.data().join("cles.toml"), one.data().join("liasse.db"));
    let (own, store) = (std::fs::read(&keys).expect("keys"), std::fs::read(&file).expect("the store"));
    let theirs = std::fs::read(other.data().join("cles.toml")).expect("keys");
    // The same passphrase, another practice's key: the store is none of theirs, whatever the passphrase opens.
    std::fs::write(&keys, theirs).expect("exchanged");
    assert_eq!(error_of(&by_secret(&one, &verify).with_code(4))["code"], "store.fichier_etranger");
    std::fs::write(&keys, "v = 1\n").expect("emptied");
    let emptied = error_of(&by_secret(&one, &verify));
    std::fs::remove_file(&keys).expect("removed");
    let removed = error_of(&by_secret(&one, &verify));
    assert_ne!(emptied["code"], removed["code"]);
    for error in [&emptied, &removed] {
        assert!(error["code"].as_str().is_some_and(|code| code.starts_with("cles.")), "{error}");
    }
    assert!(std::fs::read(&file).expect("the store") == store, "nothing was touched");
    std::fs::write(&keys, own).expect("put back");
    by_secret(&one, &verify).success();
}
