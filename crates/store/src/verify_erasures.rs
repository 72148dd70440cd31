//! Erasures against the sending of what they erased, both by the moments of their journal entries. Less than ninety days lie between
//! them nowhere: no setting of the program allows it, so another hand erased. What was never sent proves nothing here.
//! Rule: CSS R161-47, I, 1°. What may be erased after that is decided in `core::retention`.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use liasse_domain::{DocumentKind, FseRef, Instant, clock};
use serde_json::Value;

use crate::cell::reference;
use crate::error::Result;
use crate::open::Store;
use crate::query;
use crate::verify::JournalFault;

/// For how long the double of an FSE and its ARL are kept at least, from its sending (CSS R161-47, I, 1°).
pub const FLOOR: Days = Days::new(90);

/// What the entries tell of sendings and erasures.
#[derive(Default)]
pub(crate) struct ToldErasures {
    /// When a try that has not ended began.
    began: BTreeMap<i64, Instant>,
    /// When the last try of a lot began that the post took, or may have taken.
    sent: BTreeMap<String, Instant>,
    /// When what a document said was erased, by its name.
    erased: BTreeMap<String, Instant>,
}

impl ToldErasures {
    /// Takes an entry in; `at` is its time.
    pub(crate) fn hear(&mut self, action: &str, at: &str, fse: Option<&str>, lot: Option<&str>, payload: &Value) {
        // Where the clock stood behind the journal, what it said stands beside: by that the program judges. A moment that does not
        // read was edited, which the chain shows.
        let Ok(at) = payload["horloge"].as_str().unwrap_or(at).parse::<Instant>() else { return };
        let attempt = payload["attempt"].as_i64();
        match (action, fse, lot, attempt) {
            ("envoi.commence", _, _, Some(attempt)) => drop(self.began.insert(attempt, at)),
            ("envoi.fini", _, Some(lot), Some(attempt)) => {
                // The end of a try that a crash cut is written by the next start, maybe months later: its beginning is what is sure.
                let began = self.began.remove(&attempt).map_or(at, |began| began.min(at));
                if matches!(payload["outcome"].as_str(), Some("acceptee" | "non_confirmee")) {
                    self.sent.insert(lot.to_owned(), began);
                }
            }
            ("fse.effacee", Some(fse), ..) => drop(self.erased.insert(fse.to_owned(), at)),
            _ => {}
        }
    }

    /// Whether a document was erased before its time, as a member of that lot.
    fn is_early(&self, name: &str, lot: &str) -> bool {
        let day = |at: &Instant| clock::paris(*at).date();
        let (erased, sent) = (self.erased.get(name).map(day), self.sent.get(lot).map(day));
        erased.zip(sent).is_some_and(|(erased, sent)| erased < kept_until(sent))
    }
}

fn kept_until(sent: NaiveDate) -> NaiveDate {
    sent.checked_add_days(FLOOR).unwrap_or(NaiveDate::MAX)
}

impl Store {
    /// Compares the days of erasures with those of the sendings. Lots and erasures themselves are compared elsewhere.
    pub(crate) fn verify_erasures(&self, faults: &mut Vec<JournalFault>, told: &ToldErasures) -> Result<()> {
        let sql = "SELECT d.billing, d.number, d.kind, l.identifier FROM erasure e
                   JOIN document d ON d.id = e.document JOIN membership m ON m.document = d.id
                   JOIN lot l ON l.id = m.lot ORDER BY d.id, l.id";
        let members = query::all(&self.connection, sql, [], |row| {
            let kind = DocumentKind::from_word(&row.get::<_, String>("kind")?).unwrap_or_default();
            Ok((kind, reference(row)?, row.get::<_, String>("identifier")?))
        })?;
        let early = members.into_iter().filter(|(kind, fse, lot)| told.is_early(&kind.name(fse), lot));
        let mut named: Vec<(DocumentKind, FseRef)> = early.map(|(kind, fse, _)| (kind, fse)).collect();
        named.dedup();
        faults.extend(named.into_iter().map(|(_, fse)| JournalFault::Early { fse }));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const FSE: &str = "991129768-000000001";

    fn heard(entries: &[(&str, &str, Value)]) -> ToldErasures {
        let mut told = ToldErasures::default();
        for (action, at, payload) in entries {
            let (fse, lot) = if *action == "fse.effacee" { (Some(FSE), None) } else { (None, Some("AAAAAA")) };
            told.hear(action, at, fse, lot, payload);
        }
        told
    }

    fn is_early(sent: &[(&str, &str, Value)], erased: (&str, Value)) -> bool {
        let erased = [("fse.effacee", erased.0, erased.1)];
        heard(&[sent, &erased].concat()).is_early(FSE, "AAAAAA")
    }

    #[test]
    fn ninety_days_are_counted_in_paris_from_the_last_try_that_the_post_took() {
        let tried = |began: &'static str, ended: &'static str, attempt: i64, outcome: &str| {
            [
                ("envoi.commence", began, json!({ "attempt": attempt })),
                ("envoi.fini", ended, json!({ "attempt": attempt, "outcome": outcome })),
            ]
        };
        let january = tried("2026-01-15T08:00:00Z", "2026-01-15T08:01:00Z", 1, "acceptee");
        // 22 h 30 of the eve in UTC is the day itself in Paris.
        for (at, early) in [
            ("2026-01-16T08:00:00Z", true),
            ("2026-04-14T21:30:00Z", true),
            ("2026-04-14T22:30:00Z", false),
            ("2029-01-15T08:00:00Z", false),
        ] {
            assert_eq!(is_early(&january, (at, json!({}))), early, "{at}");
        }
        // It came back and left again: the later sending counts. A try that failed does not.
        let march = tried("2026-03-02T08:00:00Z", "2026-03-02T08:01:00Z", 2, "non_confirmee");
        assert!(is_early(&[january.clone(), march].concat(), ("2026-04-15T08:00:00Z", json!({}))));
        let failed = tried("2026-03-02T08:00:00Z", "2026-03-02T08:01:00Z", 2, "echec");
        assert!(!is_early(&[january, failed.clone()].concat(), ("2026-04-15T08:00:00Z", json!({}))));
        assert!(!is_early(&failed, ("2026-03-03T08:00:00Z", json!({}))), "never sent: nothing is proved");
        // Cut at the last dot in January, and told in June by the next start.
        let cut = tried("2026-01-15T08:00:00Z", "2026-06-01T08:00:00Z", 1, "non_confirmee");
        assert!(!is_early(&cut, ("2026-06-02T08:00:00Z", json!({}))));
    }

    #[test]
    fn a_clock_that_stood_behind_the_journal_is_believed_as_the_program_believed_it() {
        let behind = |said: &str, mut payload: Value| {
            payload["horloge"] = said.into();
            payload
        };
        // The journal stood in 2027 when the file left in January 2026, and was set right after it.
        let sent = [
            ("envoi.commence", "2027-01-15T08:00:00Z", behind("2026-01-15T08:00:00Z", json!({ "attempt": 1 }))),
            (
                "envoi.fini",
                "2027-01-15T08:00:00Z",
                behind("2026-01-15T08:01:00Z", json!({ "attempt": 1, "outcome": "acceptee" })),
            ),
        ];
        assert!(!is_early(&sent, ("2026-04-15T08:00:00Z", json!({}))));
        assert!(is_early(&sent, ("2026-04-14T08:00:00Z", json!({}))));
        let erased = behind("2026-02-01T08:00:00Z", json!({}));
        assert!(is_early(&sent, ("2027-01-15T08:00:00Z", erased)), "the journal's own time makes no erasure lawful");
    }
}
