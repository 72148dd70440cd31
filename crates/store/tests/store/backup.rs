//! Copies of the file: taken while the desk writes, opened without a byte of them changed, compared with the data they were made
//! of; and files that are damaged, another's or gone, each told apart.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;

use liasse_domain::{Centimes, Coded, Payer};
use liasse_store::{
    Checked, Condition, CopyEvent, CopyTold, Difference, Finding, KNOWN_SCHEMA, Pace, SettlementMode, StoreError, Sum,
    backup, check_copy, compare, examine, examine_place,
};
use rusqlite::Connection;

use crate::support::{Folder, KEY, Kind, Practice, arl, payment, stamp, stamp_at};

const WRONG: [u8; 32] = [8; 32];

fn go(_: u64, _: u64) -> Pace {
    Pace::Go
}

/// A copy of a practice, beside it.
fn copied(practice: &Practice) -> PathBuf {
    let to = practice.folder.path().join("copie.db");
    backup(&practice.folder.file(), &KEY, &to, &mut go).expect("copied");
    to
}

fn compared(practice: &Practice, copy: &Path) -> Vec<Difference> {
    compare((copy, &KEY), (&practice.folder.file(), &KEY)).expect("compared")
}

/// One who settled 30,00 € in cash, one whose 21,00 € came by transfer, in a lot that was taken.
fn paid() -> Practice {
    let mut practice = Practice::new();
    let cash = practice.signed(Kind::Paid);
    practice.store.settle(&stamp(), &cash, SettlementMode::Especes, Centimes(3000)).expect("settled");
    let third = practice.signed(Kind::ThirdParty);
    let lot = practice.sent("AAAAAA");
    practice.take("arl", &arl(lot, None));
    practice.take("virement", &payment("V1", &[(&third, Payer::Amo, 2100)]));
    practice
}

/// A second hand in a file, past the store.
fn raw(path: &Path) -> Connection {
    let connection = Connection::open(path).expect("file opens");
    connection.execute_batch(&format!("PRAGMA key = \"x'{}'\"", "07".repeat(32))).expect("key");
    connection
}

fn beside(folder: &Folder) -> Vec<String> {
    let names = fs::read_dir(folder.path()).expect("folder").map(|one| one.expect("one").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_copy_holds_what_the_store_held_and_weighs_the_same() {
    let practice = paid();
    let copy = copied(&practice);
    let checked = check_copy(&copy, &KEY).expect("read");
    let (seq, head) = practice.store.journal_head().expect("read");
    assert_eq!((checked.schema, checked.journal_seq, checked.head), (KNOWN_SCHEMA, seq, head));
    assert!(checked.is_sound(), "{:?}", checked.findings);
    assert_eq!(checked.first, practice.store.journal_hash(1).expect("read"));
    let weighed = &checked.weighed;
    assert_eq!(
        (weighed.billed, weighed.received, weighed.transferred),
        (Centimes(6000), Centimes(3000), Centimes(2100))
    );
    let rows = ["document", "receipt", "payment", "lot", "inbox", "nothing"].map(|table| weighed.rows(table));
    assert_eq!(rows, [2, 1, 1, 1, 2, 0]);
    assert_eq!(compared(&practice, &copy), []);
    assert_eq!(practice.store.verify_whole().expect("read").weighed, *weighed);
}

#[test]
fn a_copy_is_private_encrypted_and_alone_in_its_file() {
    let practice = paid();
    let copy = copied(&practice);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&copy).expect("there").permissions().mode() & 0o777, 0o600);
    }
    let bytes = fs::read(&copy).expect("read");
    for canary in ["DURAND", "2840578006084", "CREATE TABLE", "SQLite format 3"] {
        assert!(!bytes.windows(canary.len()).any(|window| window == canary.as_bytes()), "{canary}");
    }
    let output = Command::new("sqlite3").arg(&copy).arg("SELECT count(*) FROM journal;").output().expect("sqlite3");
    assert!(!output.status.success() && String::from_utf8_lossy(&output.stderr).contains("not a database"));
    let names = beside(&practice.folder);
    check_copy(&copy, &KEY).expect("read");
    assert_eq!(beside(&practice.folder), names, "looking at a copy makes nothing");
    assert_eq!(names.iter().filter(|name| name.starts_with("copie")).count(), 1, "{names:?}");
    assert_eq!(fs::read(&copy).expect("read"), bytes, "and changes nothing");
}

/// The writer commits between any two steps of the copy, and the copy waits for it: were the one held up by the other, this test
/// would not end.
#[test]
fn the_desk_goes_on_writing_and_none_of_it_is_in_the_copy() {
    let mut practice = Practice::new();
    practice.store.config_set("post.ca", &"x".repeat(4_000_000), &stamp()).expect("set");
    let before = practice.store.journal_head().expect("read").0;
    let (path, to) = (practice.folder.file(), practice.folder.path().join("copie.db"));
    let (told, heard) = mpsc::channel();
    let done = AtomicBool::new(false);
    let mut steps = 0;
    std::thread::scope(|scope| {
        let store = &mut practice.store;
        let done = &done;
        scope.spawn(move || {
            let mut count = 0;
            while !done.load(Ordering::SeqCst) {
                count += 1;
                store.config_set("post.user", &count.to_string(), &stamp()).expect("the desk is not held up");
                // The copy may have ended meanwhile.
                let _ = told.send(count);
            }
        });
        let mut step = |pages: u64, of: u64| {
            assert!(pages <= of);
            steps += 1;
            heard.recv().expect("the desk writes on");
            Pace::Go
        };
        let made = backup(&path, &KEY, &to, &mut step);
        done.store(true, Ordering::SeqCst);
        made.expect("copied");
    });
    assert!(steps > 3, "the copy was made in {steps} steps");
    let checked = check_copy(&to, &KEY).expect("read");
    assert!(checked.is_sound(), "{:?}", checked.findings);
    // One moment: the setting is that of the last entry.
    let user: Option<String> = raw(&to)
        .query_row("SELECT max(value + 0) || '' FROM config WHERE key = 'post.user'", [], |row| row.get(0))
        .expect("read");
    let written = user.map_or(0, |user| user.parse::<u64>().expect("a number"));
    assert_eq!(checked.journal_seq, before + written);
    assert!(practice.store.journal_head().expect("read").0 > checked.journal_seq, "the desk went further");
    assert_eq!(compared(&practice, &to), [], "the copy is what the data were");
    practice.assert_journal_intact();
}

#[test]
fn a_copy_that_is_stopped_or_cannot_be_made_leaves_nothing() {
    let mut practice = Practice::new();
    practice.store.config_set("post.ca", &"x".repeat(3_000_000), &stamp()).expect("set");
    let names = beside(&practice.folder);
    let (path, to) = (practice.folder.file(), practice.folder.path().join("copie.db"));
    assert_eq!(backup(&path, &KEY, &to, &mut |_, _| Pace::Stop), Err(StoreError::Stopped));
    assert_eq!(backup(&path, &WRONG, &to, &mut go), Err(StoreError::KeyOrDamage));
    assert_eq!(beside(&practice.folder), names);
    let nowhere = practice.folder.path().join("nowhere/copie.db");
    assert_eq!(backup(&path, &KEY, &nowhere, &mut go), Err(StoreError::NoDirectory));
    // What is there already is somebody's.
    fs::write(&to, b"somebody's").expect("written");
    assert!(backup(&path, &KEY, &to, &mut go).is_err());
    assert_eq!(fs::read(&to).expect("read"), b"somebody's");
}

#[test]
fn another_key_another_file_and_no_file_are_told_apart() {
    let practice = paid();
    let copy = copied(&practice);
    assert_eq!(check_copy(&copy, &WRONG).err(), Some(StoreError::KeyOrDamage));
    let of = |path: &Path, key: &[u8; 32]| examine(path, key).expect("looked at");
    assert_eq!(of(&copy, &KEY), Condition::Ours(Vec::new()));
    assert_eq!(of(&copy, &WRONG), Condition::Foreign);
    let path = practice.folder.path().join("other.db");
    assert_eq!(of(&path, &KEY), Condition::Absent);
    for (content, expected) in [
        (&b""[..], Condition::Empty),
        (b"bonjour", Condition::Foreign),
        (&[0x5a; 9000], Condition::Foreign),
        (b"SQLite format 3\0 and then something else", Condition::Foreign),
    ] {
        fs::write(&path, content).expect("written");
        assert_eq!(of(&path, &KEY), expected);
        assert_eq!(fs::read(&path).expect("read"), content, "left as it was");
    }
    fs::remove_file(&path).expect("removed");
    Connection::open(&path).expect("plain").execute_batch("CREATE TABLE mine (x)").expect("written");
    assert_eq!(of(&path, &KEY), Condition::Plain);
    for condition in [Condition::Absent, Condition::Empty, Condition::Plain, Condition::Foreign] {
        assert_eq!(condition.exit_code(), 4, "{condition:?}");
    }
    assert_eq!(Condition::Ours(Vec::new()).exit_code(), 0);
}

#[test]
fn damaged_pages_are_found_and_numbered_and_a_right_key_is_told_from_a_wrong_one() {
    let practice = paid();
    let copy = copied(&practice);
    let whole = fs::read(&copy).expect("read");
    let pages = whole.len() / 4096;
    let last = u64::try_from(pages).expect("few pages");
    let with = |damaged: &[usize]| {
        let mut bytes = whole.clone();
        for page in damaged {
            bytes[(page - 1) * 4096 + 200] ^= 1;
        }
        fs::write(&copy, bytes).expect("written");
        examine(&copy, &KEY).expect("looked at")
    };
    for damaged in [vec![1], vec![2], vec![pages], vec![1, 3, pages]] {
        let named: Vec<u64> = damaged.iter().map(|page| u64::try_from(*page).expect("small")).collect();
        let count = u64::try_from(named.len()).expect("few");
        let expected = Finding::Pages { pages: named.clone(), count, of: last };
        assert_eq!(with(&damaged), Condition::Ours(vec![expected]), "{named:?}");
        let report = examine(&copy, &KEY).expect("looked at").report();
        assert!(report.code == "store.pages_endommagees" && report.message.contains(&last.to_string()), "{report}");
        assert_eq!(examine(&copy, &WRONG), Ok(Condition::Foreign));
    }
    // The first page whole, the key proved: what is read afterwards is not believed.
    with(&[pages]);
    let checked = check_copy(&copy, &KEY).expect("it opens");
    assert!(checked.is_damaged() && checked.journal_seq == 0, "nothing of a damaged copy is counted");
    // Every page: nothing says any more whose it is. So do the first bytes, with which each page is checked.
    assert_eq!(with(&(1..=pages).collect::<Vec<_>>()), Condition::Foreign);
    let mut bytes = whole.clone();
    bytes[3] ^= 1;
    fs::write(&copy, bytes).expect("written");
    assert_eq!(examine(&copy, &KEY), Ok(Condition::Foreign));
    let report = Condition::Foreign.report();
    assert!(report.message.contains("son début est abîmé"), "{report}");
}

/// The pages whose newest state stands in a log, by its frames: a header of 32 bytes, then a head of 24 before each page.
fn logged(log: &[u8]) -> Vec<usize> {
    let numbers =
        log[32..].chunks_exact(24 + 4096).map(|frame| u32::from_be_bytes(frame[..4].try_into().expect("four")));
    numbers.map(|number| usize::try_from(number).expect("small")).collect()
}

#[test]
fn what_a_killed_program_left_in_its_log_counts_where_a_practice_lies() {
    let mut practice = paid().reopened();
    practice.store.config_set("post.user", "kept", &stamp()).expect("set");
    // As a program that is killed leaves it: nothing is folded into the file any more.
    let (place, log) = (practice.folder.path().join("tue.db"), practice.folder.path().join("tue.db-wal"));
    fs::copy(practice.folder.file(), &place).expect("copied");
    fs::copy(practice.folder.path().join("liasse.db-wal"), &log).expect("copied");
    let (whole, left) = (fs::read(&place).expect("read"), fs::read(&log).expect("read"));
    let pages = whole.len() / 4096;
    let newer = logged(&left);
    let with = |page: usize| {
        let mut bytes = whole.clone();
        bytes[(page - 1) * 4096 + 200] ^= 1;
        fs::write(&place, &bytes).expect("written");
        fs::write(&log, &left).expect("as it was");
        let page = u64::try_from(page).expect("small");
        (bytes, Finding::Pages { pages: vec![page], count: 1, of: u64::try_from(pages).expect("small") })
    };
    assert_eq!(examine_place(&place, &KEY), Ok(Condition::Ours(Vec::new())));
    // Torn when it was folded in: the log has it whole.
    let torn = (2..=pages).find(|page| newer.contains(page)).expect("a page that was there before");
    let (bytes, damage) = with(torn);
    assert_eq!(examine_place(&place, &KEY), Ok(Condition::Ours(Vec::new())));
    assert_eq!(
        (fs::read(&place).expect("read"), fs::read(&log).expect("read")),
        (bytes, left.clone()),
        "only looked at"
    );
    assert_eq!(examine(&place, &KEY), Ok(Condition::Ours(vec![damage.clone()])), "a copy is what its file is");
    assert_eq!(examine_place(&place, &WRONG), Ok(Condition::Foreign));
    fs::remove_file(&log).expect("removed");
    assert_eq!(examine_place(&place, &KEY), Ok(Condition::Ours(vec![damage])), "without its log it is damaged");
    // One that the log does not have is named.
    let lost = (2..=pages).find(|page| !newer.contains(page)).expect("a page that was not written");
    let (_, damage) = with(lost);
    assert_eq!(examine_place(&place, &KEY), Ok(Condition::Ours(vec![damage])));
}

#[test]
fn a_copy_that_is_cut_in_a_page_or_between_two_is_damage() {
    let practice = paid();
    let copy = copied(&practice);
    let whole = fs::read(&copy).expect("read");
    fs::write(&copy, &whole[..whole.len() - 100]).expect("cut");
    assert_eq!(examine(&copy, &KEY), Ok(Condition::Ours(vec![Finding::Cut])));
    assert!(check_copy(&copy, &KEY).is_ok_and(|checked| checked.is_damaged()));
    fs::write(&copy, &whole[..whole.len() / 2 / 4096 * 4096]).expect("cut");
    assert_eq!(
        examine(&copy, &KEY),
        Ok(Condition::Ours(vec![Finding::Structure])),
        "each page is whole, and some lack"
    );
    assert!(check_copy(&copy, &KEY).is_ok_and(|checked| checked.is_damaged()));
}

#[test]
fn what_the_journal_says_against_the_data_is_no_damage_of_the_file() {
    let practice = paid();
    practice.folder.raw().execute_batch("UPDATE lot SET state = 'dissous'").expect("edited");
    let checked = check_copy(&copied(&practice), &KEY).expect("read");
    assert!(matches!(checked.findings.as_slice(), [Finding::Journal(_), ..]), "{:?}", checked.findings);
    assert!(!checked.is_sound() && !checked.is_damaged() && checked.weighed.rows("document") == 2);
    let dangling = practice.folder.raw();
    dangling.execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM payment").expect("edited");
    drop(dangling);
    let found = practice.store.verify_whole().expect("read").findings;
    assert!(found.contains(&Finding::Dangling { table: "payment_line".to_owned() }), "{found:?}");
}

#[test]
fn a_copy_of_an_older_schema_is_read_and_left_as_it_is() {
    let folder = Folder::new();
    let old = folder.raw();
    old.execute_batch(include_str!("../../src/migrations/0001_foundation.sql")).expect("schema 1");
    old.execute_batch("PRAGMA user_version = 1").expect("its number");
    drop(old);
    let bytes = fs::read(folder.file()).expect("read");
    let Checked { schema, findings, weighed, .. } = check_copy(&folder.file(), &KEY).expect("read");
    assert_eq!((schema, findings, weighed.rows("document")), (1, Vec::new(), 0));
    assert_eq!(fs::read(folder.file()).expect("read"), bytes);
    folder.raw().pragma_update(None, "user_version", KNOWN_SCHEMA + 1).expect("newer");
    let newer = StoreError::Newer { found: KNOWN_SCHEMA + 1, known: KNOWN_SCHEMA };
    assert_eq!(check_copy(&folder.file(), &KEY).err(), Some(newer));
}

/// What was done to the copy, and what is told of it.
#[test]
fn a_copy_that_was_altered_is_not_what_the_data_were() {
    let practice = paid();
    let copy = copied(&practice);
    let whole = fs::read(&copy).expect("read");
    let altered = |sql: &str| {
        fs::write(&copy, &whole).expect("as it was");
        raw(&copy).execute_batch(sql).expect("altered");
        compared(&practice, &copy)
    };
    let document = "991129768-000000001".to_owned();
    assert_eq!(
        altered("UPDATE document SET total = 4000 WHERE id = 1"),
        [Difference::Document { document: document.clone(), copy: Centimes(4000), live: Some(Centimes(3000)) }]
    );
    assert_eq!(
        altered("DROP TRIGGER receipt_keeps; UPDATE receipt SET amount = 2500"),
        [Difference::Money { kind: Sum::Received, copy: Centimes(2500), live: Centimes(3000) }]
    );
    assert_eq!(
        altered("UPDATE payment_line SET amount = 1"),
        [Difference::Money { kind: Sum::Transferred, copy: Centimes(1), live: Centimes(2100) }]
    );
    let told = altered("PRAGMA foreign_keys = OFF; DELETE FROM receipt");
    let rows = Difference::Rows { table: "receipt".to_owned(), copy: 0, live: 1 };
    assert!(told.contains(&rows), "{told:?}");
    let told = altered("DROP TRIGGER document_keeps_its_number; UPDATE document SET number = 7 WHERE id = 1");
    let gone = Difference::Document { document: "991129768-000000007".to_owned(), copy: Centimes(3000), live: None };
    assert_eq!(told, [gone]);
    // The other way round: the data have lost what the copy has.
    fs::write(&copy, &whole).expect("as it was");
    practice.folder.raw().execute_batch("PRAGMA foreign_keys = OFF; DELETE FROM receipt").expect("taken away");
    let told = compared(&practice, &copy);
    assert!(told.contains(&Difference::Rows { table: "receipt".to_owned(), copy: 1, live: 0 }), "{told:?}");
}

#[test]
fn a_copy_of_other_data_and_one_that_is_ahead_are_told() {
    let mut practice = paid();
    let early = copied(&practice);
    // The same deeds at the same moments make the same journal: one more entry, and they part.
    let mut other = paid();
    practice.store.config_set("post.user", "a", &stamp()).expect("set");
    other.store.config_set("post.from", "b", &stamp()).expect("set");
    let foreign = copied(&other);
    let seq = practice.store.journal_head().expect("read").0;
    assert_eq!(compared(&practice, &foreign), [Difference::OtherJournal { seq }]);
    assert_eq!(compared(&practice, &early), [], "what came after is no difference");
    // The data were put back to an early copy.
    let late = practice.folder.path().join("tard.db");
    practice.store.config_set("post.user", "c", &stamp()).expect("set");
    backup(&practice.folder.file(), &KEY, &late, &mut go).expect("copied");
    let told = compare((&late, &KEY), (&early, &KEY)).expect("compared");
    assert_eq!(told, [Difference::Ahead { copy: seq + 1, live: seq - 1 }]);
    for difference in told {
        assert_eq!(difference.exit_code(), 4);
    }
}

#[test]
fn no_amount_leaves_in_what_scripts_read_of_a_difference() {
    let document = Difference::Document { document: "d".to_owned(), copy: Centimes(4001), live: Some(Centimes(3002)) };
    let money = Difference::Money { kind: Sum::Received, copy: Centimes(4001), live: Centimes(3002) };
    for (difference, word) in [(document, "document"), (money, "money")] {
        let json = serde_json::to_value(&difference).expect("json");
        assert_eq!(json["difference"], word);
        let report = difference.report();
        for text in [json.to_string(), format!("{report}")] {
            assert!(!text.contains("40") && !text.contains("30"), "{text}");
        }
    }
    let json = serde_json::to_value(Finding::Journal(liasse_store::JournalFault::Changed { seq: 4 })).expect("json");
    assert_eq!((&json["finding"], &json["fault"], &json["seq"]), (&"journal".into(), &"changed".into(), &4.into()));
}

#[cfg(unix)]
#[test]
fn a_file_that_is_replaced_under_the_program_takes_no_writing() {
    let mut practice = paid();
    let file = practice.folder.file();
    let (kept, copy) = (practice.folder.path().join("gardee.db"), copied(&practice));
    practice.store.check_place().expect("it is its file");
    fs::rename(&file, &kept).expect("taken away");
    let refused = Err(StoreError::Replaced);
    assert_eq!(practice.store.check_place(), refused);
    assert_eq!(practice.store.config_set("post.user", "lost", &stamp()), refused, "it would be lost");
    fs::copy(&copy, &file).expect("another in its place");
    assert_eq!(practice.store.config_set("post.user", "lost", &stamp()), refused);
    assert_eq!(StoreError::Replaced.exit_code(), 4);
    fs::rename(&kept, &file).expect("put back");
    practice.store.config_set("post.user", "kept", &stamp()).expect("it is its file again");
    practice.assert_journal_intact();
}

#[test]
fn what_became_of_copies_is_told_and_kept() {
    let mut practice = Practice::new();
    let told = CopyTold { name: Some("liasse-2026-01-15-1300".to_owned()), head: Some((7, [9; 32])), code: None };
    practice.store.tell_copy(&stamp(), CopyEvent::Made, &told, Some("kept")).expect("told");
    practice.store.tell_copy(&stamp(), CopyEvent::Made, &told, None).expect("told");
    let failed = CopyTold { code: Some("sauvegarde.support_plein".to_owned()), ..CopyTold::default() };
    practice.store.tell_copy(&stamp(), CopyEvent::NotMade, &failed, Some("failed")).expect("told");
    practice.store.tell_copy(&stamp(), CopyEvent::DrillFailed, &failed, Some("drill")).expect("told");
    let kept = [CopyEvent::Made, CopyEvent::NotMade, CopyEvent::Drilled].map(|event| practice.store.copy_kept(event));
    assert_eq!(kept, ["kept", "failed", "drill"].map(|text| Ok(Some(text.to_owned()))));
    let entries = practice.store.journal_entries().expect("read");
    let actions: Vec<&str> = entries.iter().map(|entry| entry.action.as_str()).collect();
    assert_eq!(actions, ["sauvegarde.faite", "sauvegarde.faite", "sauvegarde.echec", "exercice.echec"]);
    let hash = "09".repeat(32);
    let expected = format!(r#"{{"copie":"liasse-2026-01-15-1300","seq":7,"tete":"{hash}"}}"#);
    assert_eq!(entries[0].payload, expected);
    practice.assert_journal_intact();
}

#[test]
fn a_restored_store_gives_no_number_again() {
    let mut practice = Practice::new();
    let before = practice.signed(Kind::Paid);
    practice.store.tell_restored(&stamp_at(60), &CopyTold::default()).expect("told");
    let after = practice.prepare(Kind::Paid);
    assert_eq!((before.number.get(), after.number.get()), (1, 10_002));
    // At the end of its post's numbers a series stays within them.
    practice.folder.raw().execute_batch("UPDATE counter SET last = 99999990 WHERE kind = 'fse'").expect("late");
    practice.store.tell_restored(&stamp_at(61), &CopyTold::default()).expect("told");
    let billing = crate::support::billing(crate::support::DOCTOR);
    let full = practice
        .store
        .prepare_fse(&stamp(), &billing, None, |number| Ok::<_, ()>(crate::support::fse(&billing, number, Kind::Paid)));
    assert!(matches!(full, Err(liasse_store::Or::Store(StoreError::NumbersExhausted))));
    practice.assert_journal_intact();
}
