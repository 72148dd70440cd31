//! The probes of the store, its journal, the tables and the clock. The journal is counted, not read again: that takes as long as
//! it is long, and is asked for by hand (`journal verify`).

use std::path::Path;

use chrono::{Days, NaiveDate};
use liasse_domain::{Code, Coded, Instant, Report, clock};
use liasse_formats::cms::Trust;
use liasse_store::KNOWN_SCHEMA;

use super::road::Server;
use super::{Name, Probe};
use crate::access::Deed;
use crate::backup;
use crate::error::CoreError;
use crate::lane::Handle;
use crate::sending::PostPlace;
use crate::soundness::{ClockBehind, SLACK};
use crate::tariffs::{self, Standing};
use crate::workstation::Workstation;

/// The tables without which nothing is priced.
const NEEDED: [&str; 3] = ["ngap.csv", "ccam.csv", "rates.csv"];
/// Tariffs move about once a year.
const OLD_DAYS: i64 = 400;
/// Tables are published before their day: a clock may stand so long before the newest of the program.
const AHEAD: Days = Days::new(92);
/// No program of ours is used so long after its tables.
const AGE: Days = Days::new(3653);
/// No practice is closed for longer without anybody knowing: a clock that jumped ahead is to be seen before it writes.
const QUIET_DAYS: i64 = 45;

/// What the store says.
pub(super) struct Facts {
    /// The present moment of the practice.
    pub(super) now: Instant,
    /// Roots and revocation lists.
    pub(super) trust: Trust,
    /// How many entries the journal has.
    pub(super) entries: u64,
    /// When the last one was written.
    pub(super) last: Option<Instant>,
    /// Where mail leaves and where returns wait, or what the settings lack.
    pub(super) servers: Result<Vec<Server>, Report>,
    /// Until when returns were read.
    pub(super) read_until: Option<Instant>,
    /// FSE of which nobody knows whether they left.
    pub(super) unconfirmed: usize,
    /// How it stands with the backups.
    pub(super) backups: backup::Standing,
}

impl Workstation {
    fn what_the_doctor_asks(&self, place: Option<&PostPlace>) -> Result<Facts, CoreError> {
        self.allow(Deed::Doctor, None)?;
        let post = self.mail_post(place).map(|post| {
            let server =
                |name, account: &liasse_post::Account| Server { name, host: account.host.clone(), port: account.port };
            vec![server(Name::Sending, &post.smtp), server(Name::Mailbox, &post.pop)]
        });
        Ok(Facts {
            now: self.now(),
            trust: self.directory.trust.clone(),
            entries: self.store.journal_head()?.0,
            last: self.store.journal_last_at()?,
            servers: post.map_err(|error| error.report()),
            read_until: self.store.returns_read_until()?,
            unconfirmed: self.store.unconfirmed_count()?,
            backups: self.backups()?,
        })
    }
}

/// Asks the lane that has the store; a store that does not answer is a probe of its own.
pub(super) fn read(lane: &Handle<Workstation>, place: Option<PostPlace>) -> (Option<Facts>, Vec<Probe>) {
    match ask(lane, place) {
        Ok(facts) => {
            let probes = vec![opens(), journal(facts.entries)];
            (Some(facts), probes)
        }
        Err(error) => (None, vec![Probe::told(Name::Store, error.report())]),
    }
}

fn ask(lane: &Handle<Workstation>, place: Option<PostPlace>) -> Result<Facts, CoreError> {
    lane.call(move |ws| ws.what_the_doctor_asks(place.as_ref()))?
}

fn opens() -> Probe {
    Probe::new(Name::Store, Code("doctor.donnees_ouvertes"), &[("schema", KNOWN_SCHEMA.to_string())])
}

fn journal(entries: u64) -> Probe {
    Probe::new(Name::Journal, Code("doctor.journal_present"), &[("entries", entries.to_string())])
}

/// The tables of the practice of `root`, else of the program, and the clock.
pub(super) fn tables_and_clock(root: Option<&Path>, facts: Option<&Facts>, now: Instant) -> [Probe; 2] {
    let today = clock::paris(now).date();
    let tables = match tariffs::standing(root, today) {
        Ok(standing) => tables(&standing, today),
        Err(error) => Probe::told(Name::Tables, error.report()),
    };
    [tables, time(now, facts.and_then(|facts| facts.last), tariffs::newest_of_program("ccam.csv"))]
}

fn tables(standing: &[Standing], today: NaiveDate) -> Probe {
    let covers = |table: &&str| standing.iter().any(|row| row.table == *table && row.covers);
    let missing: Vec<&str> = NEEDED.into_iter().filter(|table| !covers(table)).collect();
    let newest = standing.iter().filter_map(|row| row.newest).max();
    let (Some(newest), true) = (newest, missing.is_empty()) else {
        return Probe::new(Name::Tables, Code("doctor.tables_sans_jour"), &[("tables", missing.join(", "))]);
    };
    let old = (today - newest).num_days() > OLD_DAYS;
    let code = if old { Code("doctor.tables_anciennes") } else { Code("doctor.tables_du_jour") };
    Probe::new(Name::Tables, code, &[("newest", newest.format("%d/%m/%Y").to_string())])
}

/// The clock against the journal, and against the tables that the program was built with.
fn time(now: Instant, last: Option<Instant>, built: Option<NaiveDate>) -> Probe {
    if last.is_some_and(|last| now + SLACK < last) {
        return Probe::told(Name::Clock, ClockBehind.report());
    }
    let civil = clock::paris(now);
    let absurd = built.is_some_and(|built| {
        let earliest = built.checked_sub_days(AHEAD).unwrap_or(built);
        let latest = built.checked_add_days(AGE).unwrap_or(built);
        !(earliest..=latest).contains(&civil.date())
    });
    let says = ("now", civil.format("%d/%m/%Y à %H h %M").to_string());
    let quiet = last.map(|last| (now - last).num_days()).filter(|days| *days > QUIET_DAYS);
    match quiet {
        _ if absurd => Probe::new(Name::Clock, Code("doctor.horloge_absurde"), &[says]),
        Some(days) => Probe::new(Name::Clock, Code("doctor.horloge_saut"), &[says, ("days", days.to_string())]),
        None => Probe::new(Name::Clock, Code("doctor.horloge_juste"), &[says]),
    }
}

#[cfg(test)]
mod tests {
    use liasse_domain::Level;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    fn at(text: &str) -> Instant {
        text.parse().expect("a moment")
    }

    fn standing(table: &'static str, newest: &str, covers: bool) -> Standing {
        Standing { table, newest: Some(day(newest)), covers, imported: false }
    }

    #[test]
    fn tables_cover_today_or_are_old_or_do_not() {
        let of = |rows: &[Standing]| tables(rows, day("2026-01-15")).report;
        let needed = |newest| NEEDED.map(|table| standing(table, newest, true)).to_vec();
        let good = of(&needed("2026-01-01"));
        assert_eq!((good.code.as_str(), good.level), ("doctor.tables_du_jour", Level::Ok));
        assert!(good.message.contains("01/01/2026"), "{}", good.message);
        assert_eq!(of(&needed("2024-12-01")).code, "doctor.tables_anciennes");
        let mut gap = needed("2026-01-01");
        gap[1].covers = false;
        let gap = of(&gap);
        assert_eq!((gap.code.as_str(), gap.level), ("doctor.tables_sans_jour", Level::Error));
        assert!(gap.message.contains("ccam.csv") && !gap.message.contains("ngap.csv"), "{}", gap.message);
        assert_eq!(of(&[]).code, "doctor.tables_sans_jour");
    }

    #[test]
    fn a_clock_follows_the_journal_and_its_time() {
        let of = |now: &str, last: Option<&str>| time(at(now), last.map(at), Some(day("2026-01-01"))).report;
        let good = of("2026-01-15T08:00:00Z", Some("2026-01-15T08:04:00Z"));
        assert_eq!((good.code.as_str(), good.level), ("doctor.horloge_juste", Level::Ok), "within the slack");
        assert!(good.message.contains("15/01/2026 à 09 h 00"), "{}", good.message);
        assert_eq!(of("2026-01-15T08:00:00Z", Some("2026-01-15T08:06:00Z")).code, "system.horloge_en_retard");
        assert_eq!(of("2025-10-15T08:00:00Z", None).code, "doctor.horloge_juste", "tables are published ahead");
        let jumped = of("2027-01-15T08:00:00Z", Some("2026-01-15T08:00:00Z"));
        assert_eq!((jumped.code.as_str(), jumped.level), ("doctor.horloge_saut", Level::Warning));
        assert!(jumped.message.contains("365 jours"), "{}", jumped.message);
        let holidays = of("2026-08-31T08:00:00Z", Some("2026-07-31T08:00:00Z"));
        assert_eq!(holidays.code, "doctor.horloge_juste", "a practice may be closed for a month");
        for absurd in ["1970-01-01T00:00:00Z", "2025-09-01T08:00:00Z", "2040-01-01T08:00:00Z"] {
            let report = of(absurd, None);
            assert_eq!((report.code.as_str(), report.level), ("doctor.horloge_absurde", Level::Error), "{absurd}");
        }
    }

    #[test]
    fn a_store_and_a_journal_are_told() {
        assert!(opens().report.message.contains(&KNOWN_SCHEMA.to_string()));
        assert!(journal(1234).report.message.contains("1234"));
    }
}
