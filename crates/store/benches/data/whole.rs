//! A practice with 500,000 FSE: opened once the data key is known, searched for people, and copied while somebody works at the desk;
//! each beside what another program would do with the same file. The pages of the file are in the system's memory.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use liasse_core::keys::{Cost, Keys, SecretString, Way};
use liasse_core::people::Search;
use liasse_core::ports::OsIds;
use liasse_store::{Pace, Store};
use rusqlite::{Connection, params};

use crate::claims::{Claims, gris};
use crate::day::complete;
use crate::figures::{Took, milliseconds_since, say};
use crate::made::{self, KEY, Practice};

const FSE: u32 = 500_000;
/// Of each measure so many, and the one in the middle.
const TIMES: u32 = 9;
/// What the window asks for (`desktop`, `screen::patients`).
const PEOPLE: usize = 50;
/// The desk looks at a page so often.
const EVERY: Duration = Duration::from_millis(20);
/// At how many pages it keeps an FSE: one a second, which is more than all practitioners of a large practice do together.
const BUSY: u32 = 50;
/// An FSE at each page, fifty a second: nobody's desk, and a log that grows as long as a reading lasts.
const FLOODED: u32 = 1;
/// How long it is watched alone.
const ALONE: Duration = Duration::from_secs(15);
/// What another program would search with: wherever the letters stand, for the patients of one practitioner.
const NAIVE: &str = "SELECT p.id, p.family_name, p.given_name, p.birth_date, p.insured_nir, max(d.act_date)
    FROM patient p JOIN document d ON d.patient = p.id
    WHERE d.billing = ?2 AND (p.family_name LIKE ?1 OR p.given_name LIKE ?1 OR p.insured_nir LIKE ?1 OR p.birth_date LIKE ?1)
    GROUP BY p.id ORDER BY p.family_name, p.given_name LIMIT 51";

/// Measures and says all of it.
pub fn whole() {
    let practice = Practice::of(FSE);
    complete(&practice.raw());
    // Takes the file over as the program does, and reads it once.
    drop(practice.workstation());
    let bytes = std::fs::metadata(practice.file()).expect("the store").len();
    say("store_500k", f64::from(u32::try_from(bytes / 1_000_000).expect("megabytes")), "MB");
    open(&practice);
    unlock(&practice);
    search(&practice);
    backup(&practice);
}

/// The store with its data key; the same with all that the program does before its first screen.
fn open(practice: &Practice) {
    say("open_500k_store", Took::times(TIMES, || drop(practice.store())).median(), "ms");
    let whole = Took::times(TIMES, || drop(practice.workstation()));
    say("open_500k", whole.median(), "ms");
    say("open_500k_longest", whole.longest(), "ms");
}

/// The data key by the passphrase, at the usual cost; beside it, the cipher that derives its key from a passphrase itself.
fn unlock(practice: &Practice) {
    let file = practice.file();
    let root = file.parent().expect("a folder");
    let phrase = SecretString::from("cheval pile agrafe correcte");
    drop(Keys::create(root, &phrase, &mut OsIds, Cost::USUAL).expect("keys"));
    let ours = Took::times(TIMES, || {
        let keys = Keys::read(root).expect("keys");
        assert_eq!(keys.unlock(Way::Passphrase(&phrase)).expect("the data key").len(), 1);
    });
    say("unlock_passphrase", ours.median(), "ms");
    let other = root.join("phrase.db");
    drop(by_phrase(&other, "CREATE TABLE one (only INTEGER)"));
    let cipher = Took::times(TIMES, || drop(by_phrase(&other, "SELECT count(*) FROM one")));
    say("unlock_by_cipher", cipher.median(), "ms");
}

fn by_phrase(path: &Path, sql: &str) -> Connection {
    let connection = Connection::open(path).expect("a file");
    connection.execute_batch("PRAGMA key = 'cheval pile agrafe correcte'").expect("the key");
    connection.execute_batch(sql).expect("it opens");
    connection
}

/// People by name, NIR and birth date: of each needle the median, of these the worst; each time in a store just opened.
fn search(practice: &Practice) {
    let raw = practice.raw();
    let people: Vec<[String; 3]> = [17, 4_999, 12_003].map(|id| person(&raw, id)).into();
    let mut names: Vec<String> = ["martin", "be", "martin al", "alice", "zoé", "cabe"].map(str::to_owned).into();
    let mut nirs = vec!["28405".to_owned(), "1750624".to_owned()];
    let mut days = vec!["14/01/2026".to_owned()];
    for [name, nir, born] in people {
        names.push(name.to_lowercase());
        nirs.push(nir);
        days.push(born);
    }
    for (what, needles) in [("name", &names), ("nir", &nirs), ("day", &days)] {
        let (ours, all) = worst(needles, |needle, took| ours(practice, needle, took));
        say(&format!("search_{what}_500k"), ours, "ms");
        say(&format!("search_{what}_500k_longest"), all, "ms");
        let (naive, _) = worst(needles, |needle, took| naive(practice, needle, took));
        say(&format!("search_{what}_500k_like"), naive, "ms");
    }
}

/// Family name, NIR with its key and birth date of a patient, as somebody types them.
fn person(raw: &Connection, id: i64) -> [String; 3] {
    let sql = "SELECT family_name, insured_nir || printf('%02d', insured_key),
                      substr(birth_date, 9, 2) || '/' || substr(birth_date, 6, 2) || '/' || substr(birth_date, 1, 4)
               FROM patient WHERE id = ?1";
    raw.query_row(sql, [id], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?])).expect("a patient")
}

/// The median of the needle that takes longest, and the longest of all times.
fn worst(needles: &[String], look: impl Fn(&str, &mut Took)) -> (f64, f64) {
    let (mut medians, mut all) = (Took::default(), Took::default());
    for needle in needles {
        let mut took = Took::default();
        for _ in 0..TIMES {
            look(needle, &mut took);
        }
        medians.add(took.median());
        all.join(&took);
    }
    (medians.longest(), all.longest())
}

fn ours(practice: &Practice, needle: &str, took: &mut Took) {
    let (workstation, who) = (practice.workstation(), made::gris());
    let today = "2026-01-15".parse().expect("a day");
    let found = took.of(|| workstation.find_people(&who, &Search::parse(needle, today), PEOPLE).expect("looked for"));
    // The beginning of a NIR may be nobody's.
    assert!(needle.bytes().all(|sign| sign.is_ascii_digit()) || !found.people.is_empty(), "there are some");
}

fn naive(practice: &Practice, needle: &str, took: &mut Took) {
    let raw = practice.raw();
    raw.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).expect("open");
    let typed: Vec<&str> = needle.split('/').collect();
    let like = match typed.as_slice() {
        [day, month, year] => format!("%{year}-{month}-{day}%"),
        // A NIR without its key.
        _ if needle.len() == 15 => format!("%{}%", &needle[..13]),
        _ => format!("%{needle}%"),
    };
    took.of(|| {
        let mut statement = raw.prepare(NAIVE).expect("a statement");
        let rows = statement.query_map(params![like, gris().to_string()], |row| row.get::<_, i64>(0)).expect("rows");
        rows.map(|row| row.expect("a row")).sum::<i64>()
    });
}

/// The copy of the store while somebody works, and what that somebody feels; beside it the desk alone, and other ways to copy.
fn backup(practice: &Practice) {
    let mut claims = Claims::of(&practice.raw());
    let ((), alone) = beside(practice, &mut claims, BUSY, || pause(ALONE));
    desk("desk_alone", &alone);

    let file = practice.file();
    let copy = file.with_file_name("copie.db");
    let copied = || in_seconds(|| liasse_store::backup(&file, &KEY, &copy, &mut |_, _| Pace::Go).expect("a backup"));
    let (seconds, felt) = beside(practice, &mut claims, FLOODED, copied);
    say("backup_500k_flooded", seconds, "s");
    desk("desk_flooded_during_backup", &felt);
    take_away(&copy);
    let (seconds, felt) = beside(practice, &mut claims, BUSY, copied);
    say("backup_500k", seconds, "s");
    desk("desk_during_backup", &felt);
    // Each page by the cipher, their structure, and the journal: what the program does before a copy counts as a backup.
    let (seconds, felt) = beside(practice, &mut claims, BUSY, || {
        in_seconds(|| {
            let checked = liasse_store::check_copy(&copy, &KEY).expect("it opens");
            assert!(!checked.is_damaged() && checked.pages > 0, "the copy is whole");
        })
    });
    say("backup_500k_check", seconds, "s");
    desk("desk_during_check", &felt);
    take_away(&copy);

    let (seconds, felt) = beside(practice, &mut claims, BUSY, || {
        in_seconds(|| {
            let name = copy.to_str().expect("a name");
            practice.raw().execute("VACUUM INTO ?1", [name]).expect("a copy");
            sync(&copy);
        })
    });
    say("backup_500k_vacuum_into", seconds, "s");
    desk("desk_during_vacuum_into", &felt);
    take_away(&copy);

    // While somebody writes such a copy is worth nothing: it says what the disk can do.
    let (seconds, felt) = beside(practice, &mut claims, BUSY, || {
        in_seconds(|| {
            std::fs::copy(&file, &copy).expect("a copy");
            sync(&copy);
        })
    });
    say("backup_500k_file_copy", seconds, "s");
    desk("desk_during_file_copy", &felt);
    take_away(&copy);
}

fn desk(name: &str, answers: &Took) {
    say(&format!("{name}_median"), answers.median(), "ms");
    say(&format!("{name}_p99"), answers.of_hundred(99), "ms");
    say(&format!("{name}_longest"), answers.longest(), "ms");
}

fn in_seconds(work: impl FnOnce()) -> f64 {
    let start = Instant::now();
    work();
    milliseconds_since(start) / 1000.0
}

fn sync(path: &Path) {
    std::fs::File::open(path).and_then(|file| file.sync_all()).expect("on the disk");
}

fn take_away(path: &Path) {
    std::fs::remove_file(path).expect("taken away");
}

/// Ends the desk, whatever becomes of the work beside it.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Does a work while somebody plays the desk in a store of their own, an FSE at every so many pages; gives every answer that they
/// waited for.
fn beside<T>(practice: &Practice, claims: &mut Claims, pages: u32, work: impl FnOnce() -> T) -> (T, Took) {
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let end = End(&ended);
        let played = scope.spawn(|| play(practice.store(), claims, pages, &ended));
        let done = work();
        drop(end);
        (done, played.join().expect("the desk"))
    })
}

fn play(mut store: Store, claims: &mut Claims, pages: u32, ended: &AtomicBool) -> Took {
    let mut answers = Took::default();
    for turn in 0_u32.. {
        if ended.load(Ordering::Relaxed) {
            break;
        }
        let start = Instant::now();
        if turn.is_multiple_of(pages) {
            let claim = claims.another();
            answers.of(|| claims.keep(&mut store, &claim));
        }
        let page = answers.of(|| store.ledger_page(&gris(), None, 200).expect("a page"));
        assert_eq!(page.len(), 200, "a whole page");
        pause(EVERY.saturating_sub(start.elapsed()));
    }
    answers
}

#[expect(clippy::disallowed_methods, reason = "somebody at a desk works at a pace of their own: nothing is waited for")]
fn pause(length: Duration) {
    thread::sleep(length);
}
