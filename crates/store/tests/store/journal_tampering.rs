//! Whoever has the key and the file: whatever entry is edited, taken out, put elsewhere or cut off back to the last lot, a reading
//! finds it and says where. What is written after the last sealed lot and leaves no row cannot be shown (docs/reliability.md).

use std::fs;
use std::sync::OnceLock;

use liasse_domain::{Centimes, Payer, SettlementMode};
use liasse_store::{Actor, EntryAsk, EntryOnly, JournalEntry, JournalFault, Listing, Reader, Stamp};
use proptest::prelude::*;
use rusqlite::{Connection, params};
use sha2::{Digest, Sha256};

use crate::support::{Folder, Kind, Practice, arl, at, billing, payment, rejects, stamp};

/// Entries that no row remembers.
const TRACELESS: [&str; 1] = ["config.posee"];

/// A practice as the attacker finds it: its file, its entries, and where the last lot was sealed.
struct Found {
    file: Vec<u8>,
    entries: Vec<JournalEntry>,
    /// The journal's head that the last lot holds.
    last_head: i64,
}

/// Ten FSE, two sealed lots sent and answered, a reject, a payment, settings, and a day that goes on after them.
fn found() -> &'static Found {
    static FOUND: OnceLock<Found> = OnceLock::new();
    FOUND.get_or_init(|| {
        let mut practice = Practice::new();
        let set = |practice: &mut Practice, value: &str| {
            practice.store.config_set("post.from", value, &stamp()).expect("set")
        };
        let settle = |practice: &mut Practice, fse: &liasse_domain::FseRef| {
            practice.store.settle(&stamp(), fse, SettlementMode::Carte, Centimes(3000)).expect("settled");
        };
        let first: Vec<_> =
            [Kind::Paid, Kind::ThirdParty, Kind::Paid, Kind::Whole].map(|kind| practice.signed(kind)).into();
        settle(&mut practice, &first[0]);
        settle(&mut practice, &first[2]);
        let lot = practice.sent("AAAAAA");
        practice.take("1", &arl(lot, None));
        practice.take("2", &payment("VIR1", &[(&first[1], Payer::Amo, 2100)]));
        set(&mut practice, "dr.test@cabinet.test");
        let second: Vec<_> = [Kind::Paid, Kind::Whole, Kind::ThirdParty].map(|kind| practice.signed(kind)).into();
        settle(&mut practice, &second[0]);
        let lot = practice.sent("BBBBBB");
        practice.take("3", &arl(lot, None));
        practice.take("4", &rejects(lot, &[&second[2]]));
        set(&mut practice, "accueil@cabinet.test");
        practice.signed(Kind::Paid);
        practice.prepare(Kind::ThirdParty);
        set(&mut practice, "dr.test@cabinet.test");
        practice.assert_journal_intact();
        let entries = practice.store.journal_entries().expect("read");
        let Practice { store, folder } = practice;
        drop(store);
        let raw = folder.raw();
        let last_head = raw.query_row("SELECT max(head_seq) FROM lot", [], |row| row.get(0)).expect("a lot");
        drop(raw);
        Found { file: fs::read(folder.file()).expect("the file"), entries, last_head }
    })
}

/// What somebody does to the journal; a number picks an entry.
#[derive(Clone, Copy, Debug)]
enum Tamper {
    /// Another value in a column.
    Edit(usize, &'static str),
    /// Takes an entry out.
    Remove(usize),
    /// Two entries change places.
    Swap(usize, usize),
    /// Another number for an entry.
    Renumber(usize),
    /// The tail goes, that entry the first of it.
    Cut(usize),
    /// Another actor, and every hash from there on made anew.
    Rewrite(usize),
}

/// Each column with a value that is not the one that stands there.
const EDITS: [(&str, &str); 10] = [
    ("at", "at || '0'"),
    ("actor", "actor || 'x'"),
    ("role", "role || 'x'"),
    ("action", "action || 'x'"),
    ("fse", "coalesce(fse, '') || 'x'"),
    ("lot", "coalesce(lot, '') || 'x'"),
    ("patient", "coalesce(patient, 0) + 1"),
    ("payload", "json_set(payload, '$.x', 1)"),
    ("prev", "CAST(substr(prev, 2) || x'5a' AS BLOB)"),
    ("hash", "CAST(substr(hash, 2) || x'5a' AS BLOB)"),
];

fn tamper() -> impl Strategy<Value = Tamper> {
    let one = || 0usize..100;
    let column = proptest::sample::select(EDITS.map(|(column, _)| column).to_vec());
    prop_oneof![
        6 => (one(), column).prop_map(|(at, column)| Tamper::Edit(at, column)),
        2 => one().prop_map(Tamper::Remove),
        3 => (one(), one()).prop_map(|(a, b)| Tamper::Swap(a, b)),
        1 => one().prop_map(Tamper::Renumber),
        3 => one().prop_map(Tamper::Cut),
        3 => one().prop_map(Tamper::Rewrite),
    ]
}

/// The file with that done to it, the triggers out of the way; what a reading then finds.
fn faults_after(tamper: impl FnOnce(&Connection)) -> Vec<JournalFault> {
    let folder = Folder::new();
    fs::write(folder.file(), &found().file).expect("the file");
    let raw = folder.raw();
    raw.execute_batch(
        "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA synchronous = OFF;
         DROP TRIGGER journal_keeps; DROP TRIGGER journal_stays; DROP TRIGGER journal_appends;",
    )
    .expect("triggers dropped");
    tamper(&raw);
    drop(raw);
    folder.open().journal_verify().expect("read").faults
}

/// The hash of an entry, from the page in `journal.rs` and nothing else.
fn hash(prev: &[u8; 32], entry: &JournalEntry, actor: &str) -> [u8; 32] {
    let mut hasher = Sha256::new();
    hasher.update(b"liasse-journal-1\r\n");
    hasher.update(prev);
    hasher.update(entry.seq.to_be_bytes());
    let at = entry.at.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string();
    let patient = entry.patient.map(|id| id.to_string());
    let texts = [
        Some(at.as_str()),
        Some(actor),
        Some(&entry.actor.role),
        Some(&entry.action),
        entry.fse.as_deref(),
        entry.lot.as_deref(),
        patient.as_deref(),
        Some(&entry.payload),
    ];
    for text in texts {
        match text {
            Some(text) => {
                hasher.update(u32::try_from(text.len()).expect("short").to_be_bytes());
                hasher.update(text.as_bytes());
            }
            None => hasher.update([0xff; 4]),
        }
    }
    hasher.finalize().into()
}

fn rewrite(raw: &Connection, from: u64) {
    let entries = &found().entries;
    let mut prev = [0; 32];
    for entry in entries {
        let actor = if entry.seq == from { "991091976" } else { entry.actor.who.as_str() };
        let hash = hash(&prev, entry, actor);
        if entry.seq >= from {
            let sql = "UPDATE journal SET actor = ?2, prev = ?3, hash = ?4 WHERE seq = ?1";
            raw.execute(sql, params![entry.seq.cast_signed(), actor, prev, hash]).expect("rewritten");
        } else {
            assert_eq!(hash, entry.hash, "the encoding of the page");
        }
        prev = hash;
    }
}

fn judge(tamper: Tamper) -> Result<(), TestCaseError> {
    let known = found();
    let last = i64::try_from(known.entries.len()).expect("few");
    let seq = |at: usize| i64::try_from(at % known.entries.len()).expect("few") + 1;
    let run = |sql: &str, seq: i64| faults_after(|raw| assert_eq!(raw.execute(sql, [seq]).expect("done"), 1, "{sql}"));
    let traced = |from: i64| {
        known.entries.iter().any(|entry| entry.seq.cast_signed() >= from && !TRACELESS.contains(&entry.action.as_str()))
    };
    match tamper {
        Tamper::Edit(at, column) => {
            let value = EDITS.iter().find(|(name, _)| *name == column).expect("a column").1;
            let faults = run(&format!("UPDATE journal SET {column} = {value} WHERE seq = ?1"), seq(at));
            prop_assert!(faults.contains(&JournalFault::Changed { seq: seq(at) }), "{:?}: {:?}", tamper, faults);
        }
        Tamper::Remove(at) => {
            let faults = run("DELETE FROM journal WHERE seq = ?1", seq(at));
            let missing = faults.contains(&JournalFault::Missing { seq: seq(at) });
            // The last one is a tail of one.
            let shown = if seq(at) == last { !traced(last) || !faults.is_empty() } else { missing };
            prop_assert!(shown, "{:?}: {:?}", tamper, faults);
        }
        Tamper::Swap(a, b) if seq(a) != seq(b) => {
            let (a, b) = (seq(a), seq(b));
            let faults = faults_after(|raw| {
                for (from, to) in [(a, -1), (b, a), (-1, b)] {
                    raw.execute("UPDATE journal SET seq = ?2 WHERE seq = ?1", [from, to]).expect("moved");
                }
            });
            for seq in [a, b] {
                prop_assert!(faults.contains(&JournalFault::Changed { seq }), "{:?}: {:?}", tamper, faults);
            }
        }
        Tamper::Swap(..) => {}
        Tamper::Renumber(at) => {
            let faults = run("UPDATE journal SET seq = seq + 1000 WHERE seq = ?1", seq(at));
            prop_assert!(faults.contains(&JournalFault::Missing { seq: seq(at) }), "{:?}: {:?}", tamper, faults);
            prop_assert!(faults.contains(&JournalFault::Changed { seq: seq(at) + 1000 }), "{:?}: {:?}", tamper, faults);
        }
        Tamper::Cut(at) => {
            let from = seq(at);
            let faults = faults_after(|raw| {
                raw.execute("DELETE FROM journal WHERE seq >= ?1", [from]).expect("cut");
            });
            prop_assert!(!traced(from) || !faults.is_empty(), "{:?}", tamper);
            // Back to a sealed lot or further, the rows say how far it went.
            if from <= known.last_head + 1 {
                let cut = |fault: &JournalFault| matches!(fault, JournalFault::Cut { last, .. } if *last == from - 1);
                prop_assert!(faults.iter().any(cut), "{:?}: {:?}", tamper, faults);
            }
        }
        Tamper::Rewrite(at) => {
            let from = seq(at);
            let faults = faults_after(|raw| rewrite(raw, from.unsigned_abs()));
            let lots = faults.iter().filter(|fault| matches!(fault, JournalFault::Lot { .. })).count();
            // Every lot that was sealed over it holds another head; a whole chain alone shows nothing.
            prop_assert_eq!(lots > 0, from <= known.last_head, "{:?}: {:?}", tamper, faults);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, max_shrink_iters: 50, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_done_to_the_journal_a_reading_finds_it_and_says_where(tamper in tamper()) {
        judge(tamper)?;
    }
}

#[test]
fn each_column_of_the_first_and_of_the_last_entry_is_watched() {
    // The ends, which a random draw seldom meets.
    let last = found().entries.len() - 1;
    for (column, _) in EDITS {
        for at in [0, last] {
            judge(Tamper::Edit(at, column)).expect("found");
        }
    }
    for at in [0, last] {
        judge(Tamper::Remove(at)).expect("found");
        judge(Tamper::Cut(at)).expect("found");
        judge(Tamper::Rewrite(at)).expect("found");
    }
    assert!((30..=60).contains(&found().entries.len()), "{} entries", found().entries.len());
    assert_eq!(faults_after(|_| {}), [], "an untouched file holds");
}

#[test]
fn an_entry_bears_the_card_the_session_and_the_patient_and_the_list_finds_them() {
    let mut practice = Practice::new();
    let actor = Actor { who: "991129768".to_owned(), role: "praticien".to_owned() };
    let stamp = Stamp { card: Some("00000101".to_owned()), session: Some(3), ..Stamp::new(at(0), actor) };
    practice.store.config_set("post.from", "a@cabinet.test", &stamp).expect("set");
    practice.store.tell_refusal(&stamp, "guard.rouge", None).expect("told");
    practice.signed(Kind::Paid);
    let entries = practice.store.journal_entries().expect("read");
    assert_eq!(entries[0].payload, r#"{"key":"post.from","par_carte":"00000101","session":3}"#);
    assert!(!entries[2].payload.contains("par_carte"), "nobody's card");
    let seqs = |reader: &Reader, ask: EntryAsk, after| {
        let page = practice.store.journal_page(reader, ask, after, 2).expect("read");
        page.iter().map(|entry| entry.seq).collect::<Vec<_>>()
    };
    let only = |only| EntryAsk { listing: Listing { only, ..Listing::default() }, about: None };
    let turned = EntryAsk { listing: Listing { turned: true, ..Listing::default() }, about: None };
    // From either end, piece by piece.
    assert_eq!(
        [None, Some(3), Some(1)].map(|after| seqs(&Reader::All, EntryAsk::default(), after)),
        [vec![4, 3], vec![2, 1], vec![]]
    );
    assert_eq!(
        [None, Some(2), Some(4)].map(|after| seqs(&Reader::All, turned, after)),
        [vec![1, 2], vec![3, 4], vec![]]
    );
    assert_eq!(seqs(&Reader::All, only(EntryOnly::Sessions), None), [2, 1]);
    assert_eq!(seqs(&Reader::All, only(EntryOnly::Refusals), None), [2]);
    assert_eq!(seqs(&Reader::Session(3), EntryAsk::default(), None), [2, 1]);
    assert_eq!(seqs(&Reader::Session(4), EntryAsk::default(), None), [] as [u64; 0]);
    assert_eq!(seqs(&Reader::Practitioner(billing("991129768")), EntryAsk::default(), None), [4, 3]);
    // Another practitioner reads neither the FSE nor what this one did.
    assert_eq!(seqs(&Reader::Practitioner(billing("991091976")), EntryAsk::default(), None), [] as [u64; 0]);
    practice.assert_journal_intact();
}
