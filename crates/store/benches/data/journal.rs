//! The journal of a file as the store chains it, written past the store: two entries an FSE where `rows.sql` leaves it empty, and
//! those of a hand that writes beside it. Not its reading. The encoding is that of `store::journal`.

use rusqlite::{Connection, OptionalExtension, params};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

const TAG: &[u8; 18] = b"liasse-journal-1\r\n";
/// Who tells: Dr Gris, or somebody whose number is as long.
const ACTOR: &str = "991010117";

/// The end of the journal.
#[derive(Clone, Copy)]
pub struct Head {
    seq: i64,
    hash: [u8; 32],
}

impl Head {
    /// The number of the entry that comes next.
    pub fn next(self) -> i64 {
        self.seq + 1
    }
}

/// What happened to an FSE.
pub struct Entry<'a> {
    /// What.
    pub action: &'a str,
    /// Its name.
    pub fse: &'a str,
    /// The row of its patient.
    pub patient: i64,
    /// When.
    pub at: &'a str,
    /// What else.
    pub payload: &'a Value,
}

/// SHA-256 as a payload holds it.
pub fn fingerprint(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Where the journal ends.
pub fn head(connection: &Connection) -> Head {
    let mut last =
        connection.prepare_cached("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").expect("a statement");
    let found = last.query_row([], |row| Ok(Head { seq: row.get("seq")?, hash: row.get("hash")? }));
    found.optional().expect("a head").unwrap_or(Head { seq: 0, hash: [0; 32] })
}

/// Writes an entry after `head`, which was read in the same transaction.
pub fn append(connection: &Connection, head: Head, entry: &Entry<'_>) -> Head {
    let (seq, payload) = (head.next(), entry.payload.to_string());
    let patient = entry.patient.to_string();
    let texts = [
        Some(entry.at),
        Some(ACTOR),
        Some("titulaire"),
        Some(entry.action),
        Some(entry.fse),
        None,
        Some(&patient),
        Some(&payload),
    ];
    let hash = chained(&head.hash, seq, texts);
    connection
        .prepare_cached(
            "INSERT INTO journal (seq, at, actor, role, action, fse, lot, patient, payload, prev, hash)
             VALUES (?1, ?2, ?3, 'titulaire', ?4, ?5, NULL, ?6, ?7, ?8, ?9)",
        )
        .expect("a statement")
        .execute(params![seq, entry.at, ACTOR, entry.action, entry.fse, entry.patient, payload, head.hash, hash])
        .expect("an entry");
    Head { seq, hash }
}

/// The hash of an entry.
fn chained(prev: &[u8; 32], seq: i64, texts: [Option<&str>; 8]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(TAG);
    hasher.update(prev);
    hasher.update(seq.to_be_bytes());
    for text in texts {
        let length = text.map_or(u32::MAX, |text| u32::try_from(text.len()).expect("a short text"));
        hasher.update(length.to_be_bytes());
        hasher.update(text.unwrap_or_default());
    }
    hasher.finalize().into()
}

/// Tells of every FSE of a file that it was prepared and signed. The hashes in the payloads are as long as true ones.
pub fn fill(raw: &Connection) {
    raw.execute_batch(
        "PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -200000; PRAGMA temp_store = MEMORY; BEGIN;",
    )
    .expect("set up");
    let hash = fingerprint(b"filler");
    let prepared = json!({ "bytes_sha256": hash, "content_sha256": hash, "mode": 3, "total_cents": 3000 });
    let signed = json!({ "cps_sha256": hash, "vitale_sha256": hash });
    let mut documents = raw
        .prepare("SELECT billing || '-' || printf('%09d', number), patient, created_at FROM document ORDER BY id")
        .expect("a statement");
    let mut rows = documents.query([]).expect("the documents");
    let mut end = head(raw);
    while let Some(row) = rows.next().expect("a document") {
        let text = |column: usize| row.get_ref(column).expect("a column").as_str().expect("a text");
        let (fse, patient, at) = (text(0), row.get(1).expect("a patient"), text(2));
        for (action, payload) in [("fse.preparee", &prepared), ("fse.signee", &signed)] {
            end = append(raw, end, &Entry { action, fse, patient, at, payload });
        }
    }
    drop(rows);
    drop(documents);
    raw.execute_batch("COMMIT").expect("kept");
}
