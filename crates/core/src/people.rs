//! « Patients »: found by name, by NIR or by a day; and the history of one of them, each right with its source and its hour.
//! Whoever looks finds their own people alone: a practitioner those they billed or received, a locum those of the session,
//! staff the practice's. Not what is said to a patient (`reimbursed`). Rule: product, "Patients"; issue 6.

mod search;

use chrono::{DateTime, NaiveDate, Utc};
use liasse_domain::{BirthDate, Code, Coded, FseRef, Instant, Nir, Private, Rights, clock};
use liasse_store::{PersonRow, RightsRow, Whose};
use serde::Serialize;

pub use search::Search;

use crate::access::{Deed, Refused};
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::invoicing::Reading;
use crate::ledger::{Document, shown_to};
use crate::lists::{Listing, Only, Sort};
use crate::workstation::Workstation;

/// How many FSE are asked what they say of the rights.
const RIGHTS: u32 = 50;

/// Somebody who came here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Person {
    /// Their number here.
    pub id: i64,
    /// Family name and given name, on a screen; never in the JSON.
    #[serde(skip)]
    pub name: Private,
    /// Birth date as read, on a screen.
    #[serde(skip)]
    pub birth_date: BirthDate,
    /// NIR of the insured person, on a screen.
    #[serde(skip)]
    pub nir: Nir,
    /// The day of the last acts.
    pub last_act: Option<NaiveDate>,
    /// When their Vitale was last read here.
    pub card_read_at: Option<Instant>,
}

/// Who was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Found {
    /// Version of this shape.
    pub v: u32,
    /// The first of them.
    pub people: Vec<Person>,
    /// Whether there are more: the search is to be narrowed.
    pub more: bool,
}

/// Where rights were learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// The last reading of the Vitale, as it holds today.
    LectureVitale,
    /// The mutuelle card that was looked at last.
    CarteMutuelle,
    /// An FSE that the Vitale proves.
    FseVitale,
    /// An FSE made with an attestation.
    FseAttestation,
    /// An FSE made with the rights of the last passage, or with no proof.
    FseSansPreuve,
}

/// What was known of the rights once, and whence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RightsSeen {
    /// Where it was learnt.
    pub source: Source,
    /// On which day, in Paris.
    pub on: NaiveDate,
    /// At what hour; a mutuelle card has a day alone.
    pub at: Option<Instant>,
    /// For which FSE.
    pub fse: Option<FseRef>,
    /// Whether the rights of the caisse, or those of the mutuelle, are open today; an FSE does not say.
    pub open: Option<bool>,
    /// Until when.
    pub until: Option<NaiveDate>,
    /// Whether there is an exempting ALD; a mutuelle card does not say.
    pub ald: Option<bool>,
    /// Whether the cover is C2S; a mutuelle card does not say.
    pub c2s: Option<bool>,
}

/// One patient's history.
#[derive(Clone, Debug, Serialize)]
pub struct History {
    /// Version of this shape.
    pub v: u32,
    /// Who.
    pub person: Person,
    /// What is known of the rights: the card first, then what the FSE say, each time it changed, the latest first.
    pub rights: Vec<RightsSeen>,
    /// Until when returns have been read; `null` before the first fetch.
    pub returns_read_until: Option<DateTime<Utc>>,
    /// How many documents there are.
    pub count: usize,
    /// How many pass the filter, for a screen.
    #[serde(skip)]
    pub listed: usize,
    /// Those of the latest acts, or as they were asked for. Staff see their states and what the patient owes, no money of a caisse.
    pub documents: Vec<Document>,
}

/// There is no such patient, for whoever asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such patient")]
pub struct UnknownPatient;

impl Coded for UnknownPatient {
    fn code(&self) -> Code {
        Code("saisie.patient_inconnu")
    }
}

impl Workstation {
    /// The people whom a search means, at most so many.
    pub fn find_people(&self, who: &SignedIn, search: &Search, limit: usize) -> Result<Found, CoreError> {
        let whose = who.whose(Deed::Search)?;
        let most = limit.saturating_add(1);
        let mut rows: Vec<PersonRow> = Vec::new();
        if let Some((start, key)) = search.nir() {
            rows.extend(self.store.people_of_nir(start, key, whose, most)?);
        }
        if let Some(day) = search.day() {
            rows.extend(self.store.people_of_day(day.calendar(), &day, whose, most)?);
        }
        if !search.words().is_empty() {
            rows.extend(self.store.people_named(search.words(), whose, most)?);
        }
        let mut people: Vec<Person> = Vec::new();
        for row in rows {
            if people.iter().all(|known| known.id != row.id) {
                people.push(Person::from(row));
            }
        }
        let more = people.len() > limit;
        people.truncate(limit);
        Ok(Found { v: 1, people, more })
    }

    /// What happened with one of them, at most `limit` documents.
    ///
    /// # Errors
    /// [`UnknownPatient`], also of one who is somebody else's alone.
    pub fn history(&self, who: &SignedIn, patient: i64, limit: u32) -> Result<History, CoreError> {
        self.history_listed(who, patient, Listing { sort: Sort::Day, ..Listing::default() }, limit)
    }

    /// The same with its documents as a list asks for them.
    pub fn history_listed(
        &self,
        who: &SignedIn,
        patient: i64,
        listing: Listing,
        limit: u32,
    ) -> Result<History, CoreError> {
        let whose = who.whose(Deed::History)?;
        let row = self.store.person(patient, whose)?.ok_or(UnknownPatient)?;
        let names = self.documents_of(who, patient, listing, limit)?;
        let documents = shown_to(who, self.documents(self.store.ledger_rows(&names)?)?);
        let mut rights = Vec::new();
        rights.extend(self.as_the_card_says(patient)?);
        rights.extend(self.as_the_mutuelle_says(patient)?);
        rights.extend(as_claimed(self.store.rights_of_patient(patient, whose, RIGHTS)?));
        Ok(History {
            v: 1,
            person: Person::from(row),
            rights,
            returns_read_until: self.store.returns_read_until()?,
            count: self.store.documents_of_patient_count(patient, whose, Only::All)?,
            listed: self.store.documents_of_patient_count(patient, whose, listing.only)?,
            documents,
        })
    }

    /// The documents of one of them, by their rows.
    pub(crate) fn documents_of(
        &self,
        who: &SignedIn,
        patient: i64,
        listing: Listing,
        limit: u32,
    ) -> Result<Vec<i64>, CoreError> {
        let whose = who.whose(Deed::History)?;
        // Somebody else's patient is nobody's.
        self.store.person(patient, whose)?.ok_or(UnknownPatient)?;
        Ok(self.store.documents_of_patient(patient, whose, listing, limit)?)
    }

    /// What the Vitale said when it was last read, as it holds today.
    fn as_the_card_says(&self, patient: i64) -> Result<Option<RightsSeen>, CoreError> {
        let Some((json, read_at)) = self.store.reading_of_patient(patient)? else { return Ok(None) };
        let card = Reading::from_json(&json, read_at)?.card;
        let today = self.clock.today();
        let rights = card.beneficiaries.first().map(|person| Rights::from_card(person, today, read_at));
        Ok(rights.map(|rights| RightsSeen {
            source: Source::LectureVitale,
            on: clock::paris(read_at).date(),
            at: Some(read_at),
            fse: None,
            open: Some(rights.open),
            until: rights.until,
            ald: Some(rights.ald),
            c2s: Some(rights.c2s),
        }))
    }

    fn as_the_mutuelle_says(&self, patient: i64) -> Result<Option<RightsSeen>, CoreError> {
        let today = self.clock.today();
        Ok(self.store.mutuelle_seen(patient)?.map(|(on, period)| RightsSeen {
            source: Source::CarteMutuelle,
            on,
            at: None,
            fse: None,
            open: Some(period.holds_on(today)),
            until: period.until,
            ald: None,
            c2s: None,
        }))
    }
}

impl SignedIn {
    /// Whose people somebody looks for.
    pub(crate) fn whose(&self, deed: Deed) -> Result<Whose<'_>, Refused> {
        let own = self.own_for(deed)?;
        Ok(own.map_or_else(Whose::default, |own| Whose { billing: Some(own), session: self.session() }))
    }
}

impl From<PersonRow> for Person {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.id,
            name: Private::new(format!("{} {}", row.family_name.reveal(), row.given_name.reveal())),
            birth_date: row.birth_date,
            nir: row.insured_nir,
            last_act: row.last_act,
            card_read_at: row.read_at,
        }
    }
}

/// What the FSE say, where one says something else than the one before it.
fn as_claimed(rows: Vec<RightsRow>) -> Vec<RightsSeen> {
    let mut all: Vec<RightsSeen> = Vec::new();
    // The oldest first, so that the first FSE that says it stands for it.
    for row in rows.into_iter().rev() {
        let seen = RightsSeen::from(row);
        let said = |one: &RightsSeen| (one.source, one.ald, one.c2s);
        if all.last().is_none_or(|last| said(last) != said(&seen)) {
            all.push(seen);
        }
    }
    all.reverse();
    all
}

impl From<RightsRow> for RightsSeen {
    fn from(row: RightsRow) -> Self {
        Self {
            source: match row.proof {
                4 => Source::FseVitale,
                1 => Source::FseAttestation,
                _ => Source::FseSansPreuve,
            },
            on: clock::paris(row.at).date(),
            at: Some(row.at),
            fse: Some(row.fse),
            open: None,
            until: None,
            // Code ALD 1, 2 or 3 exempts.
            ald: Some(matches!(row.coverage.chars().next(), Some('1'..='3'))),
            c2s: Some(row.contract.as_deref() == Some("89")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(number: u32, proof: u8, coverage: &str, contract: Option<&str>) -> RightsRow {
        RightsRow {
            fse: format!("991010117-{number:09}").parse().expect("a reference"),
            at: "2026-01-15T08:00:00Z".parse().expect("a moment"),
            proof,
            coverage: coverage.to_owned(),
            contract: contract.map(str::to_owned),
        }
    }

    #[test]
    fn rights_are_told_each_time_they_changed() {
        // The newest first, as the store gives them.
        let rows = vec![
            row(5, 4, "10100", None),
            row(4, 1, "00100", Some("89")),
            row(3, 4, "00100", None),
            row(2, 4, "00100", Some("00")),
            row(1, 0, "00100", None),
        ];
        let seen = as_claimed(rows);
        let told: Vec<_> = seen.iter().map(|one| (one.fse.as_ref().map(|fse| fse.number.get()), one.source)).collect();
        assert_eq!(
            told,
            [
                (Some(5), Source::FseVitale),
                (Some(4), Source::FseAttestation),
                (Some(2), Source::FseVitale),
                (Some(1), Source::FseSansPreuve),
            ]
        );
        assert_eq!((seen[0].ald, seen[0].c2s), (Some(true), Some(false)));
        assert_eq!((seen[1].ald, seen[1].c2s), (Some(false), Some(true)));
    }

    #[test]
    fn a_person_for_scripts_has_no_name_no_nir_and_no_birth_date() {
        let person = Person {
            id: 7,
            name: Private::new("DURAND MARIE"),
            birth_date: "1984-05-02".parse().expect("a date"),
            nir: Nir::parse("2840578006084").expect("a NIR"),
            last_act: "2026-01-15".parse().ok(),
            card_read_at: None,
        };
        let json = serde_json::to_value(&Found { v: 1, people: vec![person], more: false }).expect("json");
        let wanted = serde_json::json!({
            "v": 1, "more": false, "people": [{"id": 7, "last_act": "2026-01-15", "card_read_at": null}]
        });
        assert_eq!(json, wanted);
    }
}
