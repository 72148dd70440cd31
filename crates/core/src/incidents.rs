//! National incidents: days on which a refusal was shown although the caisse had the claims (4015 of January 2020). What
//! was refused so is locked: not put into a lot again and not corrected, until the list says otherwise.
//! Not why a single FSE is rejected (`liasse_domain::reject`).

use std::collections::HashSet;
use std::path::Path;

use chrono::NaiveDate;
use liasse_domain::{CallError, Code, Coded, DocumentKind, FseRef};
use serde::Deserialize;

use crate::error::CoreError;
use crate::workstation::Workstation;

const NATIONAL: &str = include_str!("../../../assets/incidents/national.toml");

/// What an incident asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The caisse has it: sending again would bill twice.
    NePasRenvoyer,
    /// The refusal is true after all: overrules an entry that follows.
    Renvoyer,
}

/// One incident.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Incident {
    /// The code that was given.
    pub code: String,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
    /// What follows.
    pub verdict: Verdict,
    /// What happened, in plain words.
    pub cause: String,
    /// What to do.
    pub action: String,
    /// Where this is known from.
    pub source: String,
}

/// Why a practice's list cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum IncidentError {
    /// The file cannot be read.
    #[error(transparent)]
    Call(#[from] CallError),
    /// The file is no list of incidents.
    #[error("not a list of incidents")]
    NotAList,
}

impl Coded for IncidentError {
    fn code(&self) -> Code {
        match self {
            Self::Call(error) => error.code(),
            Self::NotAList => Code("road.incidents_illisibles"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Call(error) => error.parameters(),
            Self::NotAList => Vec::new(),
        }
    }
}

/// The incidents that a workstation knows.
#[derive(Clone, Debug, Default)]
pub struct Incidents(Vec<Incident>);

impl Incidents {
    /// Those of the file `incidents.toml` of a practice, then the national ones. A practice without that file has the
    /// national ones alone.
    pub fn of_practice(root: &Path) -> Result<Self, IncidentError> {
        let file = root.join("incidents.toml");
        let mut incidents = match std::fs::read_to_string(&file) {
            Ok(text) => parse(&text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(_) => return Err(CallError::unreadable(&file).into()),
        };
        incidents.extend(parse(NATIONAL)?);
        Ok(Self(incidents))
    }

    /// These, and after them those of another list: what the demonstration plays is of no nation.
    pub fn and(mut self, list: &str) -> Result<Self, IncidentError> {
        self.0.extend(parse(list)?);
        Ok(self)
    }

    /// The incident that locks what was refused with that code on that day; the first entry that fits decides.
    pub fn lock(&self, code: &str, day: NaiveDate) -> Option<&Incident> {
        let fits = |incident: &&Incident| incident.code == code && (incident.from..=incident.until).contains(&day);
        self.0.iter().find(fits).filter(|incident| incident.verdict == Verdict::NePasRenvoyer)
    }
}

fn parse(text: &str) -> Result<Vec<Incident>, IncidentError> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        #[serde(default)]
        incident: Vec<Incident>,
    }
    toml::from_str(text).map(|file: File| file.incident).map_err(|_| IncidentError::NotAList)
}

impl Workstation {
    /// What was refused with its whole file during an incident: it is with whoever it was sent to, whatever they answered.
    /// An FSE and its DRE bear one number and are told apart.
    pub(crate) fn locked_by_incident(&self) -> Result<HashSet<(DocumentKind, FseRef)>, CoreError> {
        let mut locked = HashSet::new();
        for refused in self.store.refused_files()? {
            if self.incidents.lock(&refused.code, refused.on).is_some() {
                let Some(lot) = self.store.lot(refused.file)? else { continue };
                let kind = lot.key.destination.takes();
                locked.extend(lot.members.into_iter().map(|name| (kind, name)));
            }
        }
        Ok(locked)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn the_incident_of_january_2020_locks_its_two_days_only() {
        let incidents = Incidents(parse(NATIONAL).expect("the embedded list"));
        for (on, locked) in [("2020-01-21", false), ("2020-01-22", true), ("2020-01-23", true), ("2020-01-24", false)] {
            assert_eq!(incidents.lock("4015", day(on)).is_some(), locked, "{on}");
        }
        assert!(incidents.lock("I1002", day("2020-01-22")).is_none());
    }

    #[test]
    fn the_demonstration_has_one_of_its_own_and_a_practice_overrules_it() {
        let played = include_str!("../../../assets/incidents/demo.toml");
        let national = || Incidents(parse(NATIONAL).expect("the embedded list"));
        assert!(national().lock("4015", day("2026-01-15")).is_none());
        let demo = national().and(played).expect("a list");
        assert!(demo.lock("4015", day("2026-01-15")).is_some() && demo.lock("4015", day("2020-01-24")).is_none());
        let own = "[[incident]]\ncode = \"4015\"\nfrom = \"2026-01-15\"\nuntil = \"2026-01-15\"\nverdict = \"renvoyer\"\n\
                   cause = \"c\"\naction = \"a\"\nsource = \"s\"\n";
        let overruled = Incidents(parse(own).expect("a list")).and(played).expect("a list");
        assert!(overruled.lock("4015", day("2026-01-15")).is_none());
        assert!(national().and("colour = 1").is_err());
    }

    #[test]
    fn the_first_entry_that_fits_decides() {
        let entry = |verdict: &str| {
            format!(
                "[[incident]]\ncode = \"4015\"\nfrom = \"2020-01-23\"\nuntil = \"2020-01-23\"\n\
                 verdict = \"{verdict}\"\ncause = \"c\"\naction = \"a\"\nsource = \"s\"\n"
            )
        };
        let own = format!("{}{NATIONAL}", entry("renvoyer"));
        let incidents = Incidents(parse(&own).expect("a list"));
        assert!(incidents.lock("4015", day("2020-01-22")).is_some());
        assert!(incidents.lock("4015", day("2020-01-23")).is_none(), "overruled for that day");
        assert!(parse(&entry("peut_etre")).is_err());
        assert!(parse("colour = 1").is_err());
    }
}
