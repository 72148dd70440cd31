//! The checker: what a B2 file of any origin holds, what is damaged in it, and what should be looked at.
//! Not an acceptance: a file without fault may still be refused by a caisse. Takes any bytes.
//! Faults are damage (exit 4); findings are doubts, a failing key first (shared contracts, `formats b2`).

use super::envelope;
use super::fault::Fault;
use super::lines::{Line, lenient};
use super::sim_er::MARK;
use super::table::WIDTH;
use super::{fields, foreign, own, read, sim_er};

/// Which tables a file is read with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// The public family CP.
    Cp,
    /// Ours.
    SimEr,
}

impl Profile {
    /// The word on the command line and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Self::Cp => "cp",
            Self::SimEr => "sim-er",
        }
    }

    /// From the word on the command line.
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Cp, Self::SimEr].into_iter().find(|profile| profile.word() == word)
    }
}

/// What was found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The tables that were used.
    pub profile: Profile,
    /// How many records it has.
    pub records: usize,
    /// How many invoices (records 2 of the base form).
    pub invoices: usize,
    /// Damage, in the order of the file; at most [`Report::MOST`].
    pub faults: Vec<Fault>,
    /// What should be looked at, in the order of the file; at most [`Report::MOST`].
    pub findings: Vec<Fault>,
}

impl Report {
    /// The most faults, and the most findings, that are told: a file of noise has one a byte.
    pub const MOST: usize = 500;

    pub(crate) fn new(profile: Profile, records: usize) -> Self {
        Self { profile, records, invoices: 0, faults: Vec::new(), findings: Vec::new() }
    }

    pub(crate) fn fault(&mut self, fault: Fault) {
        if self.faults.len() < Self::MOST {
            self.faults.push(fault);
        }
    }

    pub(crate) fn finding(&mut self, finding: Fault) {
        if self.findings.len() < Self::MOST {
            self.findings.push(finding);
        }
    }
}

/// Checks a whole file (000 to 999), a lot (1 to 6), or single invoices (2 to 5), with LF, CRLF or no line ends.
/// Without a profile: `sim-er` when a record of ours is there, else `cp`.
pub fn check(profile: Option<Profile>, bytes: &[u8]) -> Report {
    let lines = lenient(bytes);
    match profile.unwrap_or_else(|| profile_of(&lines)) {
        Profile::Cp => foreign::check(&lines),
        Profile::SimEr => own::check(&lines),
    }
}

/// Looks at the framing and at the bytes of every field only: no days, keys, totals or order. With the same tables as
/// [`check`], and faster.
pub fn check_fields(profile: Option<Profile>, bytes: &[u8]) -> Report {
    let lines = lenient(bytes);
    fields::check(profile.unwrap_or_else(|| profile_of(&lines)), &lines)
}

fn profile_of(lines: &[Line<'_>]) -> Profile {
    if lines.iter().any(is_ours) { Profile::SimEr } else { Profile::Cp }
}

/// A record 000, 1, 6 or 999 with our version, a record 2R or 2D, or a record 5 with our mark.
fn is_ours(line: &Line<'_>) -> bool {
    let marked = || {
        let mark = sim_er::R5.field("marque_sim").and_then(|field| field.of(line.bytes));
        line.bytes.first() == Some(&b'5') && mark == Some(MARK.as_bytes())
    };
    // Its sequence too: one damaged letter must not make a foreign record ours.
    let ours = [Some(&sim_er::R2R), Some(&sim_er::R2D)];
    let alone = || ours.contains(&read::identify(line.bytes)) && line.bytes.get(39..41) == Some(b"01");
    line.bytes.len() == WIDTH && (envelope::is_ours(line.bytes) || marked() || alone())
}
