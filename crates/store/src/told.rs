//! What became of copies, told in the journal and kept beside the settings: the last backup, the last drill, the last that failed;
//! and the entry with which a restored store goes on. Not the copies themselves (module `backup`).

use rusqlite::params;

use crate::change::Change;
use crate::error::Result;
use crate::journal::{Entry, hex};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

/// A restored store gives no number again that the lost one may have given after its last copy: so many are passed over. A practice
/// makes some fifty FSE a day, and each post has a hundred million numbers.
const PASSED_OVER: i64 = 10_000;
/// How many numbers each post has (module `counter`).
const OF_A_POST: i64 = 100_000_000;

/// What became of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CopyEvent {
    /// It was made.
    Made,
    /// It could not be made.
    NotMade,
    /// It was opened and compared, and is what the data were.
    Drilled,
    /// It was opened and compared, or could not be, and is not.
    DrillFailed,
}

impl CopyEvent {
    /// The word of the journal.
    fn action(self) -> &'static str {
        match self {
            Self::Made => "sauvegarde.faite",
            Self::NotMade => "sauvegarde.echec",
            Self::Drilled => "exercice.reussi",
            Self::DrillFailed => "exercice.echec",
        }
    }

    /// Where it is kept beside the settings.
    fn key(self) -> &'static str {
        match self {
            Self::Made => "backup.last",
            Self::NotMade => "backup.failed",
            Self::Drilled | Self::DrillFailed => "backup.drill",
        }
    }
}

/// A copy, as the journal names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CopyTold {
    /// The name of its folder, which says when it was made and nothing else.
    pub name: Option<String>,
    /// The last entry of its journal: number and hash.
    pub head: Option<(u64, [u8; 32])>,
    /// Why not, as a code of the catalogue.
    pub code: Option<String>,
}

impl CopyTold {
    fn entry(&self, action: &'static str) -> Entry {
        let mut entry = Entry::new(action);
        if let Some(name) = &self.name {
            entry = entry.with("copie", name.as_str());
        }
        if let Some((seq, hash)) = &self.head {
            entry = entry.with("seq", *seq).with("tete", hex(hash));
        }
        match &self.code {
            Some(code) => entry.with("code", code.as_str()),
            None => entry,
        }
    }
}

impl Store {
    /// Tells what became of a copy; `kept` is what is read again by [`Store::copy_kept`].
    pub fn tell_copy(&mut self, stamp: &Stamp, event: CopyEvent, told: &CopyTold, kept: Option<&str>) -> Result<()> {
        let change = self.change(stamp)?;
        if let Some(kept) = kept {
            let sql = "INSERT INTO config (key, value) VALUES (?1, ?2)
                       ON CONFLICT (key) DO UPDATE SET value = excluded.value";
            query::run(&change, sql, [event.key(), kept])?;
        }
        change.commit(told.entry(event.action()))
    }

    /// What was kept of the last event of that kind.
    pub fn copy_kept(&self, event: CopyEvent) -> Result<Option<String>> {
        self.config_get(event.key())
    }

    /// Tells that this store was restored from a copy, and passes over the numbers that may have been given after it. Sendings that
    /// were under way in the copy are another call's.
    pub fn tell_restored(&mut self, stamp: &Stamp, told: &CopyTold) -> Result<()> {
        let change = self.change(stamp)?;
        pass_over(&change)?;
        change.commit(told.entry("sauvegarde.restauree").with("numeros_sautes", PASSED_OVER))
    }
}

/// Within the numbers of its post, each series goes on further up.
fn pass_over(change: &Change<'_>) -> Result<()> {
    let sql = "UPDATE counter SET last = min(last + ?1, (last / ?2 + 1) * ?2 - 1) WHERE kind <> 'lot' AND last > 0";
    query::run(change, sql, params![PASSED_OVER, OF_A_POST])?;
    Ok(())
}
