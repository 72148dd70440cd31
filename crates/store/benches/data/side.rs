//! A file in the hands of a process of its own, which works as a day does: each visit looks for the patient, opens the history and
//! keeps an FSE. All connections of one process share one store of pages: beside each other, one file's would push the other's out,
//! and the desk never opens two practices.

use std::io::{BufRead, BufReader, Lines, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Instant;

use rusqlite::Connection;

use crate::claims::Claims;
use crate::figures::{Took, milliseconds_since};
use crate::hand::Hand;
use crate::made;

/// The word that this program starts itself with, to be such a process.
pub const HAND: &str = "--hand";
/// Visits of a round.
const VISITS: u32 = 100;
/// At every third visit somebody looks at the latest of the ledger.
const PAGE_EVERY: u32 = 3;

/// One of the two files.
pub struct Side {
    process: Child,
    asks: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
    times: Times,
}

/// Of each round: reading, keeping, both.
#[derive(Default)]
pub struct Times {
    pub reads: Took,
    pub commits: Took,
    pub day: Took,
}

impl Side {
    /// Opens the file.
    pub fn of(path: &Path, encrypted: bool, settings: &[(String, String)]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args([HAND, if encrypted { "chiffre" } else { "clair" }]).arg(path);
        command.args(settings.iter().map(|(name, value)| format!("{name}={value}")));
        let mut process = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a process");
        let asks = process.stdin.take().expect("its input");
        let answers = BufReader::new(process.stdout.take().expect("its output")).lines();
        Self { process, asks, answers, times: Times::default() }
    }

    /// A round.
    pub fn visits(&mut self) {
        writeln!(self.asks, "visites").expect("asked");
        let answer = self.answers.next().expect("an answer").expect("a line");
        let (reads, commits) = answer.split_once(' ').expect("two times");
        let [reads, commits] = [reads, commits].map(|time| time.parse::<f64>().expect("a time"));
        self.times.reads.add(reads);
        self.times.commits.add(commits);
        self.times.day.add(reads + commits);
    }

    /// Closes the file.
    pub fn end(self) -> Times {
        let Self { mut process, asks, answers, times } = self;
        drop((asks, answers));
        assert!(process.wait().expect("its end").success(), "it ended well");
        times
    }
}

/// Is such a process: a round at each line, until there are no more.
pub fn be_a_hand(mut arguments: impl Iterator<Item = String>) {
    let encrypted = arguments.next().expect("a word") == "chiffre";
    let path = arguments.next().expect("a file");
    let settings: Vec<(String, String)> = arguments
        .map(|setting| setting.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
        .collect::<Option<_>>()
        .expect("settings");
    let open = || if encrypted { made::raw(Path::new(&path)) } else { Connection::open(&path).expect("a plain file") };
    let mut claims = Claims::of(&open());
    let mut hand = Hand::over(open(), &settings);
    for _ in std::io::stdin().lines() {
        let (reads, commits) = round(&mut hand, &mut claims);
        println!("{reads} {commits}");
    }
}

fn round(hand: &mut Hand, claims: &mut Claims) -> (f64, f64) {
    let (mut reads, mut commits) = (0.0, 0.0);
    for visit in 0..VISITS {
        let claim = claims.another();
        let name: String = claim.patient().family_name.reveal().chars().take(3).collect();
        let start = Instant::now();
        hand.search(&name);
        hand.history(claim.person);
        if visit % PAGE_EVERY == 0 {
            hand.page();
        }
        reads += milliseconds_since(start);
        let start = Instant::now();
        hand.keep(claims, &claim);
        commits += milliseconds_since(start);
    }
    (reads, commits)
}
