//! The journal as a person reads it: each entry a French sentence, with who did it by which card, when, and about which FSE, lot,
//! patient and session; and the verdict on its chain. It names nobody: whom a number means stands elsewhere.
//! Sentences: `assets/texts/journal.toml`. Who may read what: `access`; a locum reads what was done under their session.

use std::path::PathBuf;

use chrono::NaiveDate;
use liasse_domain::texts::Texts;
use liasse_domain::{Centimes, Code, Coded, FileIdentifier, FseNumber, FseRef, Instant, Report, clock};
pub use liasse_store::{About, EntryAsk, EntryOnly, EntrySort, FseName, Reader};
use liasse_store::{JournalEntry, JournalReport};
use serde::Serialize;
use serde_json::Value;

use crate::access::{Deed, Scope};
use crate::data_dir::STORE;
use crate::desk::SignedIn;
use crate::error::CoreError;
use crate::lane::Handle;
use crate::lists::spreadsheet;
use crate::office::{Key, Office};
use crate::workstation::Workstation;

pub(crate) static TEXTS: Texts = Texts::of(include_str!("../../../assets/texts/journal.toml"));

/// An entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Its number, from 1.
    pub seq: u64,
    /// When.
    pub at: Instant,
    /// Who: a billing number, the serial number of a card of staff, or the program.
    pub who: String,
    /// The card with which they did it, where `who` does not say it.
    pub card: Option<String>,
    /// As what, in French.
    pub role: String,
    /// What, as the store has it: `fse.signee`.
    pub action: String,
    /// The same as a sentence, with what goes with it.
    pub says: String,
    /// On which FSE or DRE.
    pub fse: Option<String>,
    /// On which lot.
    pub lot: Option<String>,
    /// On which patient, by the number that they have here.
    pub patient: Option<i64>,
    /// Under which replacement session.
    pub session: Option<u64>,
    /// The hash of the entry.
    pub hash: String,
}

/// Whether the journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the last one.
    pub head: String,
    /// What does not fit; at most a hundred.
    pub faults: Vec<Report>,
}

impl Verdict {
    fn of(report: &JournalReport) -> Self {
        Self {
            entries: report.entries,
            head: report.head.iter().map(|byte| format!("{byte:02x}")).collect(),
            faults: report.faults.iter().map(Coded::report).collect(),
        }
    }
}

/// The journal of an open practice, read beside the lane that has the data: it works for the desk meanwhile. For a thread of its own.
#[derive(Clone)]
pub struct Beside {
    lane: Handle<Workstation>,
    key: Key,
    store: PathBuf,
}

impl Beside {
    /// Of that practice.
    pub fn of(office: &Office) -> Self {
        Self { lane: office.workstation(), key: office.key().clone(), store: office.root().join(STORE) }
    }

    /// As [`Workstation::verify_journal`], of the moment at which it begins.
    ///
    /// # Errors
    /// [`crate::access::Refused`], and what the disk says.
    pub fn verify(&self, who: Option<&SignedIn>) -> Result<Verdict, CoreError> {
        let who = who.cloned();
        self.lane.call(move |workstation| workstation.allow(Deed::VerifyJournal, who.as_ref()).map(drop))??;
        let key = self.key.data_key()?;
        Ok(Verdict::of(&liasse_store::verify_beside(&self.store, &key)?))
    }
}

/// What was typed names nothing that an entry may be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("names nothing in the journal")]
pub struct NoSubject;

impl Coded for NoSubject {
    fn code(&self) -> Code {
        Code("saisie.journal_sujet")
    }
}

/// What somebody typed to read the entries about one thing alone: an FSE by its number among their own, or by its whole name; a file
/// by its six characters; with `lot`, `session` or `patient` before it where a number would mean an FSE. Nothing typed: everything.
///
/// # Errors
/// [`NoSubject`].
pub fn about_typed(text: &str, who: &SignedIn) -> Result<Option<About>, NoSubject> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let rest = rest.trim();
    let file = |text: &str| FileIdentifier::parse(&text.to_uppercase()).ok().map(About::Lot);
    let about = match word.to_lowercase().as_str() {
        "lot" => file(rest),
        "session" => rest.parse().ok().map(About::Session),
        "patient" => rest.parse().ok().map(About::Patient),
        _ if text.chars().all(|digit| digit.is_ascii_digit()) => {
            let number = text.parse().ok().and_then(FseNumber::new);
            let billing = who.situation.billing_number.clone();
            number.map(|number| About::Fse(FseName::of(&FseRef { billing, number })))
        }
        _ => text.parse().ok().map(|fse: FseRef| About::Fse(FseName::of(&fse))),
    };
    about.map(Some).ok_or(NoSubject)
}

/// What stands above the lines in a file.
pub(crate) fn columns() -> &'static str {
    TEXTS.t("line.columns")
}

/// The same of a line: its FSE, else its lot, its session, its patient. What stands there is what was typed.
pub fn typed_of(line: &Line) -> Option<String> {
    let fse = line.fse.as_deref().map(|fse| fse.trim_end_matches("/dre").to_owned());
    let lot = || line.lot.as_deref().map(|lot| format!("lot {lot}"));
    let session = || line.session.map(|number| format!("session {number}"));
    let patient = || line.patient.map(|id| format!("patient {id}"));
    fse.or_else(lot).or_else(session).or_else(patient)
}

impl Line {
    /// What an entry says.
    pub(crate) fn of(entry: &JournalEntry) -> Self {
        let payload: Value = serde_json::from_str(&entry.payload).unwrap_or_default();
        let text = |name: &str| payload.get(name).and_then(Value::as_str).map(str::to_owned);
        Self {
            seq: entry.seq,
            at: entry.at,
            who: entry.actor.who.clone(),
            card: text("par_carte"),
            role: said("role", &entry.actor.role),
            action: entry.action.clone(),
            says: sentence(&entry.action, &payload),
            fse: entry.fse.clone().or_else(|| text("about")),
            lot: entry.lot.clone(),
            patient: entry.patient,
            session: payload.get("session").and_then(Value::as_u64),
            hash: entry.hash.iter().map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    /// Who did it, and as what.
    pub fn by(&self) -> String {
        TEXTS.with("line.by", &[("role", &self.role), ("who", &self.who)])
    }

    /// When, in Paris.
    pub fn when(&self) -> String {
        moment(self.at)
    }

    /// What it is about, in a few words; nothing where it is about the practice.
    pub fn about(&self) -> String {
        let fse = self.fse.as_deref().map(|name| match name.strip_suffix("/dre") {
            Some(number) => TEXTS.with("line.dre", &[("value", number)]),
            None => TEXTS.with("line.fse", &[("value", name)]),
        });
        let lot = self.lot.as_deref().map(|lot| TEXTS.with("line.lot", &[("value", lot)]));
        let session = self.session.map(|number| TEXTS.with("line.session", &[("value", &number.to_string())]));
        let patient = self.patient.map(|id| TEXTS.with("line.patient", &[("value", &id.to_string())]));
        [fse, lot, session, patient].into_iter().flatten().collect::<Vec<_>>().join(" · ")
    }

    /// As a line of a file.
    pub(crate) fn csv(&self) -> String {
        let at = clock::paris(self.at);
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_default();
        spreadsheet::line(&[
            self.seq.to_string(),
            spreadsheet::day(at.date()),
            at.format("%H:%M:%S").to_string(),
            self.who.clone(),
            or_nothing(&self.card),
            self.role.clone(),
            self.action.clone(),
            self.says.clone(),
            or_nothing(&self.fse),
            or_nothing(&self.lot),
            self.patient.map_or_else(String::new, |id| id.to_string()),
            self.session.map_or_else(String::new, |number| number.to_string()),
            self.hash.clone(),
        ])
    }
}

impl Workstation {
    /// The entries that are asked for, of those that this person may read; at most `limit`.
    pub fn journal_page(&self, who: &SignedIn, ask: EntryAsk, limit: u32) -> Result<Vec<Line>, CoreError> {
        let reader = self.journal_reader(who)?;
        Ok(self.store.journal_page(&reader, ask, None, limit)?.iter().map(Line::of).collect())
    }

    /// Which entries this person may read.
    pub(crate) fn journal_reader(&self, who: &SignedIn) -> Result<Reader, CoreError> {
        let billing = &who.situation.billing_number;
        Ok(match (self.allow(Deed::ReadJournal, Some(who))?, &who.replaces) {
            (Scope::Own, Some(replaces)) => Reader::Session(replaces.session.number),
            (Scope::Own, None) if self.store.holds_others(billing)? => Reader::Practitioner(billing.clone()),
            // Alone in the practice: all of it is theirs.
            (Scope::Practice | Scope::Own, _) => Reader::All,
        })
    }

    /// Reads the whole journal, and what it tells of; takes as long as it is long.
    pub fn verify_journal(&self, who: Option<&SignedIn>) -> Result<Verdict, CoreError> {
        self.allow(Deed::VerifyJournal, who)?;
        Ok(Verdict::of(&self.store.journal_verify()?))
    }
}

/// `15/01/2026 09 h 00`.
fn moment(at: Instant) -> String {
    clock::paris(at).format("%d/%m/%Y %H h %M").to_string()
}

/// The sentence of an action, then what the entry tells beside it.
fn sentence(action: &str, payload: &Value) -> String {
    // A word alone stands in a section of its name.
    let key = if action.contains('.') { action.to_owned() } else { format!("{action}.{action}") };
    let sentence = TEXTS.find(&key).unwrap_or(action).to_owned();
    let told = payload.as_object().into_iter().flatten().filter_map(|(name, value)| detail(name, value));
    std::iter::once(sentence).chain(told).collect::<Vec<_>>().join(" · ")
}

/// Something that an entry tells, in French; nothing for a hash, and for what is zero.
fn detail(name: &str, value: &Value) -> Option<String> {
    // A securing mode is a number, a way of settling a word that says itself.
    let text = if name == "mode" && value.is_string() { "{value}" } else { TEXTS.find(&format!("detail.{name}"))? };
    let shown = match value {
        Value::Number(number) if number.as_i64() == Some(0) => return None,
        Value::Number(number) if name.ends_with("_cents") => Centimes(number.as_i64()?).to_string(),
        Value::Number(number) => number.to_string(),
        Value::Bool(yes) => TEXTS.t(if *yes { "line.yes" } else { "line.no" }).to_owned(),
        Value::String(text) => words(name, text),
        Value::Array(values) => {
            let named: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            if named.is_empty() {
                return None;
            }
            named.join(", ")
        }
        Value::Null | Value::Object(_) => return None,
    };
    Some(text.replace("{value}", &shown))
}

/// A text that an entry holds: a code as its sentence, a day or a moment as people write it, a word of the store in French.
fn words(name: &str, text: &str) -> String {
    match name {
        "code" | "note" => {
            let sentence = Report::kept(text).map(|report| report.message).filter(|words| !words.contains('{'));
            sentence.unwrap_or_else(|| text.to_owned())
        }
        "horloge" | "avant" => text.parse().map_or_else(|_| text.to_owned(), moment),
        "day" | "seen_on" => text.parse::<NaiveDate>().map_or_else(|_| text.to_owned(), spreadsheet::day),
        "modes" => text.split('+').map(|word| said("word", word)).collect::<Vec<_>>().join(" + "),
        _ => said("word", text),
    }
}

/// A word in French; as it stands where it has no other.
fn said(section: &str, word: &str) -> String {
    TEXTS.find(&format!("{section}.{word}")).unwrap_or(word).to_owned()
}

#[cfg(test)]
mod tests;
