//! What is so in the practice since a lesson began: who is signed in, which cards are there, and what the journal tells was done and
//! by whom. Gathered by one function; what it means for a step is the lesson's. Journal: `liasse_store::journal`.

use std::collections::BTreeSet;

use liasse_core::desk::SignedIn;
use liasse_core::guard::Verdict;
use liasse_core::{CoreError, Workstation};
use serde_json::Value;

/// As what somebody is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// A practitioner who replaces nobody.
    Titulaire,
    /// A locum under a session.
    Locum,
    /// Staff.
    Staff,
}

impl Role {
    /// That of a person.
    fn of(person: &SignedIn) -> Self {
        match (&person.replaces, person.is_staff()) {
            (Some(_), _) => Self::Locum,
            (None, true) => Self::Staff,
            (None, false) => Self::Titulaire,
        }
    }
}

/// See the module. Everything that is counted is counted since the lesson began.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Who is signed in.
    pub who: Option<Role>,
    /// Whether a patient's card lies in a reader.
    pub patient: bool,
    /// Whether the guard refuses a new FSE to the locum who is signed in.
    pub is_red: bool,
    /// FSE signed by a practitioner.
    pub signed: usize,
    /// Settlements that a practitioner wrote down.
    pub settled: usize,
    /// Lots signed by a practitioner.
    pub lots: usize,
    /// Files that left.
    pub sent: usize,
    /// FSE whose reject was read.
    pub rejected: usize,
    /// FSE signed that correct another.
    pub corrected: usize,
    /// Patients received by staff.
    pub received: usize,
    /// Passages coded by a practitioner.
    pub coded: usize,
    /// FSE sealed by a Vitale at the desk of staff.
    pub sealed: usize,
    /// Settlements that staff wrote down.
    pub settled_at_the_desk: usize,
    /// FSE signed by a practitioner that staff had sealed.
    pub signed_after_seal: usize,
    /// FSE signed by a locum that bear both names.
    pub both_names: usize,
    /// Lots signed by a locum.
    pub lots_by_locum: usize,
}

/// How the journal names who acts.
const PRACTITIONER: &str = "praticien";
const LOCUM: &str = "remplacant";
const STAFF: &str = "secretariat";

/// What the journal tells of one change, as far as it is looked at here.
struct Told<'a> {
    action: &'a str,
    role: &'a str,
    fse: Option<&'a str>,
    says: &'a Value,
}

/// Which FSE are what, as far as the journal was read.
#[derive(Default)]
struct Seen {
    sealed: BTreeSet<String>,
    corrections: BTreeSet<String>,
    both_names: BTreeSet<String>,
}

impl Facts {
    /// The facts since entry `since` of the journal. `patient` is what the tray says.
    pub fn gather(
        workstation: &Workstation,
        since: u64,
        who: Option<&SignedIn>,
        patient: bool,
    ) -> Result<Self, CoreError> {
        let mut facts = Self { who: who.map(Role::of), patient, ..Self::default() };
        if let Some(person) = who.filter(|person| person.replaces.is_some()) {
            // Of a session that was erased there is nothing left to say.
            let verdict = workstation.guard_now(person);
            facts.is_red = verdict.is_ok_and(|verdict| matches!(verdict, Verdict::Red(_)));
        }
        let mut seen = Seen::default();
        for entry in workstation.store().journal_entries()?.into_iter().filter(|entry| entry.seq > since) {
            let says: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
            // A DRE goes with its FSE and is not counted beside it.
            let fse = entry.fse.as_deref().filter(|name| !name.ends_with("/dre"));
            if fse.is_none() && entry.fse.is_some() {
                continue;
            }
            facts.take(&mut seen, &Told { action: &entry.action, role: &entry.actor.role, fse, says: &says });
        }
        Ok(facts)
    }

    fn take(&mut self, seen: &mut Seen, told: &Told<'_>) {
        let has = |name: &str| told.says.get(name).is_some();
        let word = |name: &str| told.says.get(name).and_then(Value::as_str).unwrap_or_default();
        let fse = told.fse.unwrap_or_default();
        match (told.action, told.role) {
            ("fse.preparee", _) => {
                if has("corrects") {
                    seen.corrections.insert(fse.to_owned());
                }
                if has("locum") {
                    seen.both_names.insert(fse.to_owned());
                }
            }
            ("fse.scellee", STAFF) => {
                self.sealed += 1;
                seen.sealed.insert(fse.to_owned());
            }
            ("fse.signee", PRACTITIONER) => {
                self.signed += 1;
                self.corrected += usize::from(seen.corrections.contains(fse));
                self.signed_after_seal += usize::from(seen.sealed.contains(fse));
            }
            ("fse.signee", LOCUM) => self.both_names += usize::from(seen.both_names.contains(fse)),
            ("fse.reglee", PRACTITIONER) => self.settled += 1,
            ("fse.reglee", STAFF) => self.settled_at_the_desk += 1,
            ("passage.recu", STAFF) => self.received += 1,
            ("passage.cote", PRACTITIONER) => self.coded += 1,
            ("lot.signe", PRACTITIONER) => self.lots += 1,
            ("lot.signe", LOCUM) => self.lots_by_locum += 1,
            ("envoi.fini", _) => self.sent += usize::from(word("outcome") == "acceptee"),
            ("retour.recu" | "retour.reconnu", _) => {
                self.rejected += told.says.get("rejected").and_then(Value::as_array).map_or(0, Vec::len);
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(told: &[(&str, &str, &str, Value)]) -> Facts {
        let (mut facts, mut seen) = (Facts::default(), Seen::default());
        for (action, role, fse, says) in told {
            let fse = (!fse.is_empty()).then_some(*fse);
            facts.take(&mut seen, &Told { action, role, fse, says });
        }
        facts
    }

    fn nothing() -> Value {
        Value::Null
    }

    #[test]
    fn what_is_done_counts_for_who_did_it() {
        let facts = of(&[
            ("fse.signee", PRACTITIONER, "1", nothing()),
            ("fse.signee", LOCUM, "2", nothing()),
            ("fse.reglee", PRACTITIONER, "1", nothing()),
            ("fse.reglee", STAFF, "3", nothing()),
            ("fse.reglee", LOCUM, "2", nothing()),
            ("lot.signe", PRACTITIONER, "", nothing()),
            ("lot.signe", LOCUM, "", nothing()),
            ("passage.recu", STAFF, "", nothing()),
            ("passage.recu", PRACTITIONER, "", nothing()),
            ("passage.cote", PRACTITIONER, "", nothing()),
            ("passage.cote", STAFF, "", nothing()),
            ("refus", PRACTITIONER, "", nothing()),
        ]);
        let expected = Facts {
            signed: 1,
            settled: 1,
            settled_at_the_desk: 1,
            lots: 1,
            lots_by_locum: 1,
            received: 1,
            coded: 1,
            ..Facts::default()
        };
        assert_eq!(facts, expected);
    }

    #[test]
    fn an_fse_is_a_correction_sealed_before_or_of_two_names_only_if_it_was_told() {
        let json = |text: &str| serde_json::from_str(text).expect("json");
        let facts = of(&[
            ("fse.preparee", PRACTITIONER, "1", json(r#"{"corrects":"7"}"#)),
            ("fse.preparee", LOCUM, "2", json(r#"{"locum":"991010778"}"#)),
            ("fse.preparee", STAFF, "3", json("{}")),
            ("fse.scellee", STAFF, "3", nothing()),
            ("fse.signee", PRACTITIONER, "1", nothing()),
            ("fse.signee", LOCUM, "2", nothing()),
            ("fse.signee", PRACTITIONER, "3", nothing()),
            ("fse.signee", PRACTITIONER, "4", nothing()),
            ("fse.signee", LOCUM, "5", nothing()),
        ]);
        assert_eq!((facts.signed, facts.corrected, facts.sealed), (3, 1, 1));
        assert_eq!((facts.signed_after_seal, facts.both_names), (1, 1));
    }

    #[test]
    fn a_file_counts_once_it_was_taken_and_a_reject_once_it_was_read() {
        let json = |text: &str| serde_json::from_str(text).expect("json");
        let facts = of(&[
            ("envoi.fini", "systeme", "", json(r#"{"outcome":"echec"}"#)),
            ("envoi.fini", "systeme", "", json(r#"{"outcome":"acceptee"}"#)),
            ("retour.recu", "systeme", "", json(r#"{"kind":"arl","verdict":"recue"}"#)),
            ("retour.recu", "systeme", "", json(r#"{"kind":"rejets","rejected":["1","2"]}"#)),
            ("retour.recu", "systeme", "", json(r#"{"kind":"rejets","rejected":[]}"#)),
        ]);
        assert_eq!((facts.sent, facts.rejected), (1, 2));
    }
}
