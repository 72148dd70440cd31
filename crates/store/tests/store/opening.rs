//! Opening: what a key, a foreign file, a newer schema and the system do; what is on disk is never lost by it.

use std::fs;
use std::path::Path;
use std::process::Command;

use liasse_domain::{Coded, catalogue};
use liasse_store::{KNOWN_SCHEMA, Store, StoreError};

use crate::support::{Folder, KEY, Kind, Practice, stamp};

const WRONG: [u8; 32] = [8; 32];

#[test]
fn a_new_store_is_private_encrypted_and_durable() {
    let practice = Practice::new();
    let file = practice.folder.file();
    let head = fs::read(&file).expect("file");
    assert!(!head.starts_with(b"SQLite format 3"), "the first page is encrypted");
    #[cfg(unix)]
    for entry in fs::read_dir(practice.folder.path()).expect("folder") {
        use std::os::unix::fs::PermissionsExt;
        let entry = entry.expect("entry");
        let mode = entry.metadata().expect("metadata").permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{:?}", entry.file_name());
    }
    let settings = practice.store.settings().expect("settings");
    let expected = [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("fullfsync", "1"),
        ("checkpoint_fullfsync", "1"),
        ("foreign_keys", "1"),
        ("temp_store", "2"),
        ("secure_delete", "1"),
        ("cache_size", "-65536"),
        ("recursive_triggers", "1"),
        ("trusted_schema", "0"),
    ];
    assert_eq!(settings, expected.map(|(name, value)| (name, value.to_owned())));
}

/// Else all connections of the program would share one store of pages: see `.cargo/config.toml`.
#[test]
fn each_connection_has_pages_of_its_own() {
    let practice = Practice::new();
    let raw = practice.folder.raw();
    let mut options = raw.prepare("PRAGMA compile_options").expect("a statement");
    let options = options.query_map([], |row| row.get::<_, String>(0)).expect("options");
    let options: Vec<String> = options.collect::<rusqlite::Result<_>>().expect("options");
    assert!(options.iter().any(|option| option == "HAS_CODEC"), "they are told: {options:?}");
    assert!(!options.iter().any(|option| option == "ENABLE_MEMORY_MANAGEMENT"), "{options:?}");
}

#[test]
fn nothing_personal_is_readable_on_disk() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    practice.store.config_set("post.password", "mot-de-passe-canari", &stamp()).expect("set");
    let mut searched = 0;
    for entry in fs::read_dir(practice.folder.path()).expect("folder") {
        let bytes = fs::read(entry.expect("entry").path()).expect("file");
        searched += bytes.len();
        for canary in ["DURAND", "2840578006084", "mot-de-passe-canari", "CREATE TABLE"] {
            let found = bytes.windows(canary.len()).any(|window| window == canary.as_bytes());
            assert!(!found, "a canary is readable on disk: {canary}");
        }
    }
    assert!(searched > 10_000, "the search saw the database");
}

#[test]
fn the_sqlite3_program_cannot_open_it() {
    let practice = Practice::new();
    let output = Command::new("sqlite3").arg(practice.folder.file()).arg("SELECT count(*) FROM journal;").output();
    let output = output.expect("sqlite3 is installed");
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("not a database"));
}

#[test]
fn what_was_written_is_there_after_reopening() {
    let mut practice = Practice::new();
    let fse = practice.signed(Kind::ThirdParty);
    let before = practice.store.fse(&fse).expect("read");
    let practice = practice.reopened();
    assert_eq!(practice.store.fse(&fse).expect("read"), before);
    practice.assert_journal_intact();
}

#[test]
fn a_wrong_key_touches_nothing() {
    let mut practice = Practice::new();
    practice.signed(Kind::Paid);
    // The folder as a crash leaves it: the log is not folded into the file yet.
    let copy = Folder::new();
    for name in ["liasse.db", "liasse.db-wal"] {
        fs::copy(practice.folder.path().join(name), copy.path().join(name)).expect("copied");
    }
    let read = |folder: &Folder| {
        ["liasse.db", "liasse.db-wal"].map(|name| fs::read(folder.path().join(name)).expect("file is still there"))
    };
    let before = read(&copy);
    assert!(before[1].len() > 4096, "the log holds something");
    for _ in 0..2 {
        assert_eq!(Store::open(&copy.file(), &WRONG).err(), Some(StoreError::KeyOrDamage));
        assert_eq!(read(&copy), before);
    }
    let store = copy.open();
    assert_eq!(store.journal_head(), practice.store.journal_head(), "the right key finds everything");
}

#[test]
fn a_foreign_file_is_refused_and_left_alone() {
    for content in [&b"bonjour"[..], &[0x5a; 9000], b"SQLite format 3\0 and then something else"] {
        let folder = Folder::new();
        fs::write(folder.file(), content).expect("written");
        assert_eq!(Store::open(&folder.file(), &KEY).err(), Some(StoreError::KeyOrDamage));
        assert_eq!(fs::read(folder.file()).expect("file"), content);
    }
}

#[test]
fn an_unencrypted_database_is_refused_and_left_alone() {
    let folder = Folder::new();
    let plain = rusqlite::Connection::open(folder.file()).expect("open");
    plain.execute_batch("CREATE TABLE mine (x); INSERT INTO mine VALUES (1);").expect("written");
    drop(plain);
    let before = fs::read(folder.file()).expect("file");
    assert_eq!(Store::open(&folder.file(), &KEY).err(), Some(StoreError::KeyOrDamage));
    assert_eq!(fs::read(folder.file()).expect("file"), before);
}

#[test]
fn damage_in_the_middle_is_named_and_kept() {
    let mut practice = Practice::new();
    for _ in 0..30 {
        practice.signed(Kind::Paid);
    }
    let Practice { store, folder } = practice;
    drop(store);
    let mut bytes = fs::read(folder.file()).expect("file");
    let pages = bytes.len() / 4096;
    assert!(pages > 20);
    for page in 2..pages {
        bytes[page * 4096 + 100] ^= 0xff;
    }
    fs::write(folder.file(), &bytes).expect("written");
    let fault = match Store::open(&folder.file(), &KEY) {
        Ok(store) => store.ledger().map(drop).expect_err("a damaged page is not read as data"),
        Err(fault) => fault,
    };
    assert!(matches!(fault, StoreError::Damaged | StoreError::KeyOrDamage), "{fault}");
    assert_eq!(fs::metadata(folder.file()).expect("file is still there").len(), bytes.len() as u64);
}

#[test]
fn a_newer_schema_is_refused_and_left_alone() {
    let practice = Practice::new();
    let Practice { store, folder } = practice;
    drop(store);
    folder.raw().pragma_update(None, "user_version", KNOWN_SCHEMA + 1).expect("written");
    let before = fs::read(folder.file()).expect("file");
    let newer = StoreError::Newer { found: KNOWN_SCHEMA + 1, known: KNOWN_SCHEMA };
    assert_eq!(Store::open(&folder.file(), &KEY).err(), Some(newer));
    assert_eq!(fs::read(folder.file()).expect("file"), before);
}

#[test]
fn an_interrupted_first_opening_is_taken_up_again() {
    let folder = Folder::new();
    // The file was made, and the program died before the first transaction.
    fs::write(folder.file(), b"").expect("written");
    let store = folder.open();
    assert_eq!(store.journal_head().expect("read"), (0, [0; 32]));
}

#[test]
fn a_missing_folder_and_a_folder_in_its_place_are_told() {
    let missing = Path::new("/nonexistent-liasse/liasse.db");
    assert_eq!(Store::open(missing, &KEY).err(), Some(StoreError::NoDirectory));
    let folder = Folder::new();
    assert_eq!(Store::open(folder.path(), &KEY).err(), Some(StoreError::NotWritable));
}

#[test]
fn another_writer_is_told_and_nothing_is_half_done() {
    let mut practice = Practice::new();
    practice.prepare(Kind::Paid);
    let other = practice.folder.raw();
    other.execute_batch("BEGIN IMMEDIATE").expect("lock");
    let busy = practice.store.config_set("post.user", "dr.test", &stamp());
    assert_eq!(busy, Err(StoreError::Busy));
    other.execute_batch("ROLLBACK").expect("unlock");
    assert_eq!(practice.store.config_get("post.user").expect("read"), None);
    practice.store.config_set("post.user", "dr.test", &stamp()).expect("set");
    practice.assert_journal_intact();
}

#[test]
fn settings_and_secrets_keep_their_values_out_of_the_journal() {
    let mut practice = Practice::new();
    practice.store.config_set("post.password", "premier", &stamp()).expect("set");
    practice.store.config_set("post.password", "second", &stamp()).expect("set");
    assert_eq!(practice.store.config_get("post.password").expect("read").as_deref(), Some("second"));
    let entries = practice.store.journal_entries().expect("read");
    assert_eq!(entries.len(), 2);
    assert!(entries.iter().all(|entry| entry.payload == r#"{"key":"post.password"}"#), "{entries:?}");
}

#[test]
fn every_code_of_the_store_has_its_text() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut codes = 0;
    for entry in fs::read_dir(sources).expect("src") {
        let path = entry.expect("entry").path();
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for rest in text.split("\"store.").skip(1) {
            let code = format!("store.{}", rest.split('"').next().expect("closed"));
            assert!(catalogue::codes().any(|known| known == code), "{code} has no text");
            codes += 1;
        }
    }
    assert!(codes > 30, "the scan found {codes} codes");
    let full = StoreError::DiskFull.report();
    assert_eq!(full.action, "Libérez de la place sur le disque, puis recommencez.");
    assert_eq!(StoreError::KeyOrDamage.exit_code(), 4);
}

#[test]
fn a_store_of_the_first_schema_is_brought_to_this_one() {
    let folder = Folder::new();
    let old = folder.raw();
    old.execute_batch(include_str!("../../src/migrations/0001_foundation.sql")).expect("schema 1");
    old.execute_batch(
        "INSERT INTO inbox (mailbox, uidl, sha256, received_at, kind, status, entry, raw)
         VALUES ('a@cabinet.test', '1', zeroblob(32), '2026-01-15T08:00:00.000000Z', 'inconnu', 'inconnu', 1, x'00');
         PRAGMA user_version = 1;",
    )
    .expect("a return of the old program");
    drop(old);
    let store = folder.open();
    assert_eq!(store.returns().expect("read").len(), 1);
    let raw = folder.raw();
    let version: i64 = raw.query_row("PRAGMA user_version", [], |row| row.get(0)).expect("version");
    assert_eq!(version, KNOWN_SCHEMA);
    assert!(raw.execute("UPDATE inbox SET raw = x'01'", []).is_err(), "a return is kept as it came");
    raw.execute("UPDATE inbox SET content = '{}'", []).expect("its meaning may come later");
}

#[test]
fn patients_of_before_the_ninth_schema_keep_their_rows_and_what_hangs_on_them() {
    let folder = Folder::new();
    let old = folder.raw();
    for sql in [
        include_str!("../../src/migrations/0001_foundation.sql"),
        include_str!("../../src/migrations/0002_recognised_returns.sql"),
        include_str!("../../src/migrations/0003_receipts_and_matching.sql"),
        include_str!("../../src/migrations/0004_complementary_and_messages.sql"),
        include_str!("../../src/migrations/0005_replacements.sql"),
        include_str!("../../src/migrations/0006_desk.sql"),
        include_str!("../../src/migrations/0007_fast_path.sql"),
        include_str!("../../src/migrations/0008_typed_situations.sql"),
        "INSERT INTO patient VALUES (7, '2840578006084', 90, '2150199999901', 50, '2015-01-01', 1, 6, 'DURAND', 'LÉA', 'x');
         INSERT INTO reading (patient, read_at, content) VALUES (7, '2026-01-15T08:00:00.000000Z', '{}');
         PRAGMA user_version = 8;",
    ] {
        old.execute_batch(sql).expect("the eighth schema");
    }
    drop(old);
    drop(folder.open());
    let raw = folder.raw();
    let read = "SELECT p.given_name FROM patient p JOIN reading r ON r.patient = p.id WHERE p.id = 7";
    let name: String = raw.query_row(read, [], |row| row.get(0)).expect("the row and its reading");
    assert_eq!(name, "LÉA");
    let insert = |own: &str| {
        raw.execute(
            "INSERT INTO patient (insured_nir, insured_key, own_nir, own_key, birth_date, birth_rank, quality,
                                  family_name, given_name, seen_at)
             VALUES ('2840578006084', 90, ?1, 1, '2015-01-01', 1, 6, 'DURAND', 'TOM', 'x')",
            [own],
        )
    };
    insert("1150199999902").expect("another person of that day");
    assert!(insert("2150199999901").is_err(), "nobody twice");
    assert!(!raw.prepare("PRAGMA foreign_key_check").and_then(|mut all| all.exists([])).expect("checked"));
}
