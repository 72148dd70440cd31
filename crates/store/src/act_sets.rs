//! The sets of acts that a practitioner lets be proposed: one list a billing number, kept and replaced as a whole.
//! What a set means and when it fits is decided in `core`.

use liasse_domain::BillingNumber;
use rusqlite::params;

use crate::cell::Cell;
use crate::error::Result;
use crate::journal::{Entry, fingerprint};
use crate::open::Store;
use crate::query;
use crate::stamp::Stamp;

impl Store {
    /// The sets of a billing number, as JSON; `None` where nothing was ever changed.
    pub fn act_sets(&self, billing: &BillingNumber) -> Result<Option<String>> {
        let sql = "SELECT sets FROM act_sets WHERE billing = ?1";
        query::first(&self.connection, sql, params![billing.put()], |row| row.get("sets"))
    }

    /// Keeps the sets of a billing number in the place of those before.
    pub fn keep_act_sets(&mut self, stamp: &Stamp, billing: &BillingNumber, sets: &str) -> Result<()> {
        let change = self.change(stamp)?;
        let sql = "INSERT INTO act_sets (billing, sets, entry) VALUES (?1, ?2, ?3)
                   ON CONFLICT (billing) DO UPDATE SET sets = excluded.sets, entry = excluded.entry";
        query::run(&change, sql, params![billing.put(), sets, change.entry()])?;
        let entry = Entry::new("jeux.poses").with("billing", billing.as_str());
        change.commit(entry.with("sets_sha256", fingerprint(sets.as_bytes())))
    }
}
