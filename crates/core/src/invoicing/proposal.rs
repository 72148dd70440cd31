//! What a patient's draft begins with: the set of acts that fits the context, the last answers about the ALD and about who
//! pays, the accident at work that goes on. All of it is shown and can be changed; nothing is signed by itself.
//! Rule: product, "The practitioner at the desk"; issue "The desk", 2.

use chrono::{NaiveDateTime, Timelike};
use liasse_domain::calendar::{Territory, is_holiday};
use liasse_domain::fse::CareContext;
use liasse_domain::professional::profession_of;
use liasse_domain::{BillingSituation, Code, Coded, FseContent, Organisme, SecuringMode, clock};
use liasse_pricing::{Nature, Tables, TypedError, type_acts};
use liasse_store::{AccidentRow, StoreError};
use serde::{Deserialize, Serialize};

use super::Draft;
use crate::access::Deed;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::workstation::Workstation;

/// Most sets of one practitioner, and most letters of a name.
const MOST_SETS: usize = 40;
const LONGEST_NAME: usize = 60;

/// Where an act is made, as far as a set depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Where {
    /// At the practice.
    #[default]
    Cabinet,
    /// On a visit.
    Visite,
    /// At a distance, without the Vitale.
    Distance,
}

/// When an act is made, as far as a set depends on it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hours {
    /// At any hour.
    #[default]
    Toutes,
    /// From 20 h to 8 h, on Saturdays from 12 h, on Sundays and holidays.
    Garde,
}

/// A set of acts and the context in which it is proposed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ActSet {
    /// As the practitioner calls it.
    pub name: String,
    /// The acts as they are typed: `G+MEG`.
    pub acts: String,
    /// From that age on, in years.
    #[serde(default)]
    pub from_age: Option<u8>,
    /// Below that age, in years.
    #[serde(default)]
    pub below_age: Option<u8>,
    /// Where.
    #[serde(default)]
    pub place: Where,
    /// When.
    #[serde(default)]
    pub hours: Hours,
}

/// What of a patient and of the moment decides which set fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    /// Age in years on the day of the acts; unknown for a date that is none.
    pub age: Option<u32>,
    /// Where.
    pub place: Where,
    /// Whether it is an hour of [`Hours::Garde`].
    pub duty: bool,
}

/// Why a list of sets is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SetError {
    /// Without a name, or with one that is too long.
    #[error("the set has no usable name")]
    Name,
    /// Two of one name, or more than a screen can hold.
    #[error("too many sets, or two of one name")]
    Number,
    /// What is typed are no acts.
    #[error("not acts: {0}")]
    Acts(#[from] TypedError),
    /// From an age that is not below the other.
    #[error("no age fits")]
    Ages,
}

impl Coded for SetError {
    fn code(&self) -> Code {
        match self {
            Self::Name => Code("saisie.jeu_nom"),
            Self::Number => Code("saisie.jeu_nombre"),
            Self::Acts(error) => error.code(),
            Self::Ages => Code("saisie.jeu_ages"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Acts(error) => error.parameters(),
            _ => Vec::new(),
        }
    }
}

/// An accident at work that goes on, or a new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accident {
    /// Its row, once it is kept.
    pub id: Option<i64>,
    /// Its number: seven to nine digits.
    pub number: Option<String>,
    /// Its day.
    pub day: Option<chrono::NaiveDate>,
    /// The caisse that answers for it, where it is not the one of the Vitale.
    pub organisme: Option<Organisme>,
}

/// Why an accident is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AccidentError {
    /// Neither a number nor a day.
    #[error("neither a number nor a day")]
    Nothing,
    /// A number is seven to nine digits.
    #[error("not a number of an accident")]
    Number,
    /// It happens after the acts.
    #[error("an accident of a day to come")]
    Ahead,
}

impl Coded for AccidentError {
    fn code(&self) -> Code {
        match self {
            Self::Nothing => Code("saisie.accident_vide"),
            Self::Number => Code("pricing.fse_numero_accident"),
            Self::Ahead => Code("saisie.accident_futur"),
        }
    }

    fn parameters(&self) -> Vec<(&'static str, String)> {
        Vec::new()
    }
}

/// What is proposed for a patient.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The draft with it.
    pub draft: Draft,
    /// The set whose acts it has, by its name.
    pub set: Option<String>,
    /// The accidents of the patient that go on, the latest first.
    pub accidents: Vec<Accident>,
    /// The day of the FSE whose answers are proposed again.
    pub answered_on: Option<chrono::NaiveDate>,
}

impl ActSet {
    /// Whether it fits.
    pub fn fits(&self, context: Context) -> bool {
        let old_enough = self.from_age.is_none_or(|from| context.age.is_some_and(|age| age >= u32::from(from)));
        let young_enough = self.below_age.is_none_or(|below| context.age.is_some_and(|age| age < u32::from(below)));
        let now = self.hours == Hours::Toutes || context.duty;
        old_enough && young_enough && now && self.place == context.place
    }

    fn check(&self, tables: &Tables) -> Result<(), SetError> {
        let name = self.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME {
            return Err(SetError::Name);
        }
        if let (Some(from), Some(below)) = (self.from_age, self.below_age)
            && from >= below
        {
            return Err(SetError::Ages);
        }
        type_acts(tables, &self.acts)?;
        Ok(())
    }
}

impl Context {
    /// Of a draft at an hour of the practice.
    pub fn of(draft: &Draft, at: NaiveDateTime) -> Self {
        let place = match draft.mode {
            SecuringMode::Visite => Where::Visite,
            SecuringMode::SansVitale => Where::Distance,
            _ => Where::Cabinet,
        };
        Self { age: draft.person().birth_date.age_on(draft.input.date), place, duty: is_duty(at) }
    }
}

/// Outside of the usual hours of a practice: 20 h to 8 h, Saturday from 12 h, Sunday and holidays (the hours of the permanence
/// des soins, CSP R6315-1).
fn is_duty(at: NaiveDateTime) -> bool {
    use chrono::{Datelike, Weekday};
    let (day, hour) = (at.date(), at.hour());
    let late = match day.weekday() {
        Weekday::Sun => true,
        Weekday::Sat => !(8..12).contains(&hour),
        _ => !(8..20).contains(&hour),
    };
    late || is_holiday(day, Territory::default())
}

/// The sets of somebody who never changed them: the consultation of their specialty, and for general practice the child below
/// six years, the visit and the téléconsultation (NGAP, titles of the codes in `assets/tables/codes.csv`).
pub fn usual_sets(situation: &BillingSituation) -> Vec<ActSet> {
    let set = |name: &str, acts: &str| ActSet { name: name.to_owned(), acts: acts.to_owned(), ..ActSet::default() };
    if profession_of(&situation.specialty) != "medecin" {
        return Vec::new();
    }
    match situation.specialty.as_str() {
        "01" | "22" | "23" => vec![
            ActSet { below_age: Some(6), ..set("Enfant de moins de 6 ans", "G+MEG") },
            set("Consultation", "G"),
            ActSet { place: Where::Visite, ..set("Visite", "VG") },
            ActSet { place: Where::Distance, ..set("Téléconsultation", "TCG") },
        ],
        "17" | "32" | "33" | "75" => vec![set("Consultation", "CNP")],
        _ => vec![set("Consultation", "CS")],
    }
}

impl Draft {
    /// The acts of a set in the place of those that are there.
    pub fn take_set(&mut self, tables: &Tables, set: &ActSet) -> Result<(), TypedError> {
        self.input.acts = type_acts(tables, &set.acts)?;
        Ok(())
    }

    /// Says whether an act belongs to the ALD: the question is answered.
    pub fn answer_ald(&mut self, act: usize, related: bool) {
        if self.is_accident() {
            return;
        }
        if let Some(act) = self.input.acts.get_mut(act) {
            act.ald_related = related;
        }
        self.ald_asked = false;
    }

    /// Asks whether the acts belong to the patient's ALD, where there is one.
    pub fn ask_about_ald(&mut self) {
        self.ald_asked = self.rights.ald;
    }

    /// Whether nobody has said yet if the acts belong to the patient's ALD.
    pub fn asks_about_ald(&self) -> bool {
        self.ald_asked && self.rights.ald && !self.is_accident() && !self.input.acts.is_empty()
    }

    /// Bills under an accident at work: 100 %, paid by the caisse that answers for it (CSS L432-1).
    ///
    /// # Errors
    /// [`AccidentError`].
    pub fn set_accident(&mut self, accident: &Accident) -> Result<(), AccidentError> {
        accident.check(self.input.date)?;
        self.input.cover.nature = Nature::AtMp;
        self.input.cover.at_number.clone_from(&accident.number);
        self.input.cover.at_date = accident.day;
        self.input.third_party.amo = true;
        self.organisme.clone_from(&accident.organisme);
        for act in &mut self.input.acts {
            act.ald_related = false;
        }
        Ok(())
    }

    /// Bills as an illness again; an illness stays one.
    pub fn clear_accident(&mut self) {
        if !self.is_accident() {
            return;
        }
        self.ask_about_ald();
        self.input.cover.nature = Nature::Maladie;
        (self.input.cover.at_number, self.input.cover.at_date) = (None, None);
        self.input.third_party.amo = false;
        self.organisme = None;
    }

    /// Takes over what another draft of the same person says of accidents, and nothing else.
    pub fn take_accidents_of(&mut self, other: &Self) {
        if self.is_accident() != other.is_accident() {
            self.input.third_party.amo = other.input.third_party.amo;
            for act in &mut self.input.acts {
                act.ald_related = false;
            }
            self.ald_asked = other.ald_asked;
        }
        self.input.cover.clone_from(&other.input.cover);
        self.organisme.clone_from(&other.organisme);
    }

    /// Caused by a third party on that day, or not: the caisse asks them for what it pays (CSS L376-1).
    ///
    /// # Errors
    /// [`AccidentError::Ahead`].
    pub fn set_caused_by_third_party(&mut self, day: Option<chrono::NaiveDate>) -> Result<(), AccidentError> {
        if day.is_some_and(|day| day > self.input.date) {
            return Err(AccidentError::Ahead);
        }
        self.input.cover.third_party_accident_date = day;
        Ok(())
    }

    /// The caisse that is asked to pay: that of the Vitale, or the one that answers for the accident.
    pub fn organisme(&self) -> &Organisme {
        self.organisme.as_ref().unwrap_or(&self.card.insured.organisme)
    }

    /// Whether it is billed under an accident at work.
    pub fn is_accident(&self) -> bool {
        self.input.cover.nature == Nature::AtMp
    }

    /// What was answered the last time, where the same question stands: a code that was there before keeps its own answer,
    /// another one takes that of the main act.
    fn answer_as(&mut self, last: &FseContent) -> bool {
        let ald = CareContext::ALD;
        let whole = last.care.exoneration == Some(ald);
        let related = |exoneration: Option<char>| whole || exoneration == Some(ald);
        let Some(main) = last.acts.first().map(|act| related(act.exoneration)) else { return false };
        for act in &mut self.input.acts {
            let same = last.acts.iter().find(|earlier| earlier.code == act.code);
            act.ald_related = same.map_or(main, |earlier| related(earlier.exoneration));
        }
        self.input.third_party.amo = last.third_party_amo;
        true
    }
}

impl Accident {
    fn check(&self, acts: chrono::NaiveDate) -> Result<(), AccidentError> {
        match (&self.number, self.day) {
            (None, None) => return Err(AccidentError::Nothing),
            (Some(number), _) => {
                // Three zeros in front are how a claim says that a day follows (B2 type 2, 86-94).
                let digits = (7..=9).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
                if !digits || number.starts_with("000") {
                    return Err(AccidentError::Number);
                }
            }
            (None, Some(_)) => {}
        }
        if self.day.is_some_and(|day| day > acts) { Err(AccidentError::Ahead) } else { Ok(()) }
    }
}

impl From<AccidentRow> for Accident {
    fn from(row: AccidentRow) -> Self {
        Self { id: Some(row.id), number: row.number, day: row.happened_on, organisme: row.organisme }
    }
}

impl Workstation {
    /// The sets of a practitioner; a locum has those of the doctor whom they replace.
    pub fn act_sets(&self, who: &SignedIn) -> Result<Vec<ActSet>, CoreError> {
        who.may(Deed::Price)?;
        match self.store.act_sets(&who.situation.billing_number)? {
            Some(json) => Ok(serde_json::from_str(&json).map_err(|_| StoreError::Unreadable { what: "jeux d'actes" })?),
            None => Ok(usual_sets(&who.situation)),
        }
    }

    /// Keeps the sets of the practitioner who is signed in. They are theirs alone: neither the secretary's nor a locum's.
    ///
    /// # Errors
    /// [`SetError`]; what a locum and staff are told.
    pub fn keep_act_sets(&mut self, who: &SignedIn, sets: &[ActSet]) -> Result<(), CoreError> {
        who.may(Deed::Sets)?;
        for set in sets {
            set.check(self.tables())?;
        }
        let twice = |at: usize| sets.iter().skip(at + 1).any(|other| other.name.trim() == sets[at].name.trim());
        if sets.len() > MOST_SETS || (0..sets.len()).any(twice) {
            return Err(SetError::Number.into());
        }
        let json = serde_json::to_string(sets).map_err(|_| StoreError::Incoherent { what: "jeux d'actes" })?;
        Ok(self.store.keep_act_sets(&who.stamp(self.now()), &who.situation.billing_number, &json)?)
    }

    /// What a patient's draft begins with. Acts that are there already stay, and so does who pays.
    pub fn propose(&self, draft: &Draft, who: &SignedIn) -> Result<Proposal, CoreError> {
        let mut draft = draft.clone();
        let accidents = self.accidents_of(&draft, who)?;
        let mut proposal = Proposal { draft: draft.clone(), set: None, accidents, answered_on: None };
        if !draft.input.acts.is_empty() || draft.corrects().is_some() || who.is_staff() {
            return Ok(proposal);
        }
        if who.replaces.is_some() {
            // A locum is nobody's médecin traitant.
            draft.input.care_path = self.locums_care_path(&draft, who)?;
        }
        let context = Context::of(&draft, clock::paris(self.now()));
        if let Some(set) = self.act_sets(who)?.into_iter().find(|set| set.fits(context)) {
            // A code that ended since is no reason to propose nothing at all: the field stays empty.
            if draft.take_set(self.tables(), &set).is_ok() {
                proposal.set = Some(set.name);
            }
        }
        if draft.rights.ald && !draft.is_accident() {
            let last = self.store.last_claim(&who.situation.billing_number, &draft.patient())?;
            // Where the same question stood: an illness, and an exempting ALD on the card of that day.
            let had_ald = |last: &FseContent| matches!(last.patient.coverage_code.chars().next(), Some('1'..='3'));
            let last = last.filter(|last| last.care.nature == Nature::Maladie.code() && had_ald(last));
            match last {
                Some(last) if draft.answer_as(&last) => {
                    draft.ald_asked = false;
                    proposal.answered_on = Some(last.act_date());
                }
                _ => draft.ask_about_ald(),
            }
        }
        proposal.draft = draft;
        Ok(proposal)
    }

    /// Keeps a new accident at work of the patient of a draft; one that is known stays.
    ///
    /// # Errors
    /// [`AccidentError`].
    pub fn keep_accident(&mut self, draft: &Draft, who: &SignedIn, accident: &Accident) -> Result<Accident, CoreError> {
        accident.check(draft.input.date)?;
        let open = self.accidents_of(draft, who)?;
        if accident.id.is_some() {
            // One that was consolidated meanwhile is over.
            return open.into_iter().find(|one| one.id == accident.id).ok_or(StoreError::NoAccident.into());
        }
        let same = |one: &Accident| (&one.number, one.day) == (&accident.number, accident.day);
        if let Some(twin) = open.into_iter().find(same) {
            return Ok(twin);
        }
        let stamp = who.stamp(self.now());
        let Accident { number, day, organisme, .. } = accident;
        let id = self.store.tell_accident(&stamp, &draft.patient(), number.as_deref(), *day, organisme.as_ref())?;
        Ok(Accident { id: Some(id), ..accident.clone() })
    }

    /// The accidents of the patient of a draft that go on, the latest first.
    pub fn accidents_of(&self, draft: &Draft, who: &SignedIn) -> Result<Vec<Accident>, CoreError> {
        who.may(Deed::ReadCard)?;
        Ok(self.store.open_accidents(&draft.patient())?.into_iter().map(Accident::from).collect())
    }

    /// An accident of the patient of a draft is consolidated today: it is proposed no more. A practitioner says so, not staff.
    ///
    /// # Errors
    /// [`StoreError::NoAccident`]; what staff are told.
    pub fn consolidate_accident(&mut self, draft: &Draft, accident: i64, who: &SignedIn) -> Result<(), CoreError> {
        who.may(Deed::Consolidate)?;
        if !self.accidents_of(draft, who)?.iter().any(|one| one.id == Some(accident)) {
            return Err(StoreError::NoAccident.into());
        }
        let today = self.clock.today();
        Ok(self.store.consolidate_accident(&who.stamp(self.now()), accident, today)?)
    }
}
