//! The day of a practice with 50,000 FSE, over the encrypted file and over a plain one of the same rows, in turn. Then one FSE kept by
//! the store itself, beside the plain file and the bare disk.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use liasse_domain::FseNumber;
use rusqlite::Connection;

use crate::claims::Claims;
use crate::figures::{Took, say};
use crate::hand::Hand;
use crate::journal;
use crate::made::{self, Practice};
use crate::side::Side;

const FSE: u32 = 50_000;
/// Rounds of visits, the two files in turn.
const ROUNDS: u32 = 20;
/// FSE kept one by one.
const KEPT: u32 = 300;

/// Both files.
struct Pair {
    practice: Practice,
    plain: PathBuf,
    settings: Vec<(String, String)>,
}

/// Measures and says all of it.
pub fn day() {
    let pair = Pair::new();
    let mut encrypted = Side::of(&pair.practice.file(), true, &pair.settings);
    let mut plain = Side::of(&pair.plain, false, &pair.settings);
    for round in 0..ROUNDS {
        let [first, second] = if round % 2 == 0 { [&mut encrypted, &mut plain] } else { [&mut plain, &mut encrypted] };
        first.visits();
        second.visits();
    }
    let (encrypted, plain) = (encrypted.end(), plain.end());
    for (name, encrypted, plain) in [
        ("day", &encrypted.day, &plain.day),
        ("day_reads", &encrypted.reads, &plain.reads),
        ("day_commits", &encrypted.commits, &plain.commits),
    ] {
        say(name, encrypted.median(), "ms");
        say(&format!("{name}_plain"), plain.median(), "ms");
        // Work in the same time, the plain file's being a hundred; and the time that it takes longer.
        say(&format!("{name}_of_plain"), plain.median() / encrypted.median() * 100.0, "%");
        say(&format!("{name}_to_plain"), encrypted.median() / plain.median(), "ratio");
    }
    one_by_one(&pair);
}

/// One FSE after the other: by the store, by a hand in the plain file, and its bytes alone in a file of their own.
fn one_by_one(pair: &Pair) {
    let mut plain = Hand::over(Connection::open(&pair.plain).expect("a plain file"), &pair.settings);
    let (mut store, mut claims) = (pair.practice.store(), Claims::of(&pair.practice.raw()));
    let mut disk = File::create(beside(&pair.practice.file(), "disque")).expect("a file");
    let (mut by_store, mut by_plain, mut by_disk) = (Took::default(), Took::default(), Took::default());
    for _ in 0..KEPT {
        let claim = claims.another();
        by_store.of(|| claims.keep(&mut store, &claim));
        by_plain.of(|| plain.keep(&claims, &claim));
        let (content, bytes) = claim.numbered(FseNumber::new(1).expect("a number")).expect("the bytes of an FSE");
        let content = serde_json::to_vec(&content).expect("json");
        by_disk.of(|| {
            put(&mut disk, &[&content, &bytes]);
            put(&mut disk, &[&claims.vitale, &claims.cps]);
        });
    }
    for (name, took) in [("commit_fse", &by_store), ("commit_fse_plain", &by_plain), ("commit_fse_disk", &by_disk)] {
        say(name, took.median(), "ms");
        say(&format!("{name}_p99"), took.of_hundred(99), "ms");
    }
}

/// Bytes at the end of a file, on the disk.
fn put(file: &mut File, parts: &[&[u8]]) {
    file.write_all(&parts.concat()).expect("written");
    file.sync_all().expect("on the disk");
}

impl Pair {
    fn new() -> Self {
        let practice = Practice::of(FSE);
        complete(&practice.raw());
        let settings = practice.store().settings().expect("the settings of a store");
        let path = beside(&practice.file(), "clair.db");
        like(&practice, &path);
        assert!(!is_plain(&practice.file()) && is_plain(&path), "one is encrypted, the other is not");
        let settings = settings.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { practice, plain: path, settings }
    }
}

/// People and the journal of a file that `rows.sql` filled.
pub fn complete(raw: &Connection) {
    raw.execute_batch(include_str!("people.sql")).expect("people");
    journal::fill(raw);
}

/// A plain file of the same schema, filled in the same way.
fn like(practice: &Practice, path: &Path) {
    let plain = Connection::open(path).expect("a plain file");
    let encrypted = practice.raw();
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type <> 'table', rowid";
    let mut statements = encrypted.prepare(sql).expect("a statement");
    let rows = statements.query_map([], |row| row.get::<_, String>(0)).expect("a schema");
    for sql in rows {
        plain.execute_batch(&sql.expect("a part of the schema")).expect("made");
    }
    made::fill(&plain, FSE);
    complete(&plain);
}

fn is_plain(path: &Path) -> bool {
    let mut start = [0; 15];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).expect("a file");
    start == *b"SQLite format 3"
}

/// Another file on the same disk, which goes away with it.
fn beside(file: &Path, name: &str) -> PathBuf {
    file.with_file_name(name)
}
