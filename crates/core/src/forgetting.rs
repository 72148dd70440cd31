//! One person's demand to be erased (RGPD, art. 17): what may go and what must stay, with why, shown before; done, and looked up
//! again in the decrypted pages. A practitioner erases what is theirs; what is another's, and what must stay, is named.
//! Not for how long things are kept (`retention`), nor the rows (`liasse_store`).

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use liasse_domain::{BillingNumber, FseRef, Private, clock};
use liasse_store::{Datum, EraseRule, Forget, Table};
use serde::Serialize;

use crate::access::Deed;
use crate::desk::SignedIn;
use crate::erasure::files_with;
use crate::error::CoreError;
use crate::exchange::patients_in;
use crate::papers::t;
use crate::people::UnknownPatient;
use crate::retention::{Standing, Term, Why, transfer_term, transfer_until};
use crate::workstation::Workstation;

/// The folders below the data directory whose files are named by an FSE, a lot, a sheet or a patient's number.
const NAMED_FILES: [&str; 7] = ["bordereaux", "duplicata", "export", "incidents", "papier", "personnes", "recus"];
/// How the file of a patient's history begins; its day stands behind their number.
const HISTORY: &str = "historique-";

/// What would go and what would stay.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ForgetPlan {
    /// Version of this shape.
    pub v: u32,
    /// Their number here.
    pub patient: i64,
    /// Who, on a screen; never in the JSON.
    #[serde(skip)]
    pub name: Private,
    /// What goes.
    pub goes: Vec<Going>,
    /// What stays.
    pub stays: Vec<StayingOf>,
    /// Whether nothing of them is left then but what names nobody.
    pub whole: bool,
    #[serde(skip)]
    rows: Rows,
}

/// The rows of a plan.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Rows {
    documents: Vec<i64>,
    sheets: Vec<i64>,
    transfers: Vec<String>,
    papers: BTreeSet<String>,
    cards: bool,
}

/// Something that goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Going {
    /// What.
    pub what: Matter,
    /// In words.
    pub text: String,
    /// How many.
    pub count: usize,
}

/// Something that stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StayingOf {
    /// What.
    pub what: Matter,
    /// Which FSE, where it is one.
    pub fse: Option<FseRef>,
    /// Why.
    pub why: Why,
    /// In words.
    pub text: String,
    /// On what that rests.
    pub source: String,
    /// Until when, where a day can be named.
    pub until: Option<NaiveDate>,
}

/// What something of a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Matter {
    /// What FSE and DRE say, their bytes and signatures.
    Documents,
    /// Paper sheets that no FSE has.
    Feuilles,
    /// Files in which documents left for another post, as they are kept to be written again.
    Fichiers,
    /// What was coded and noted at the desk.
    Passages,
    /// What the Vitale said last.
    LectureVitale,
    /// Mutuelle cards.
    Mutuelles,
    /// Accidents at work.
    Accidents,
    /// Name, NIR, date of birth.
    Identite,
}

impl Matter {
    /// The words on a screen.
    pub fn text(self) -> String {
        match self {
            Self::Documents => t("forget.documents"),
            Self::Feuilles => t("forget.sheets"),
            Self::Fichiers => t("forget.transfers"),
            Self::Passages => t("forget.passages"),
            Self::LectureVitale => t("forget.reading"),
            Self::Mutuelles => t("forget.mutuelles"),
            Self::Accidents => t("forget.accidents"),
            Self::Identite => t("forget.identity"),
        }
    }
}

/// What was done, and what a search finds after it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Forgotten {
    /// What went and what stays.
    pub plan: ForgetPlan,
    /// Value by value, by what it is.
    pub traces: Vec<Trace>,
    /// The file could not be written anew after it: another program reads it, or the disk is full. Until Liasse is closed, pages out of
    /// use may still hold what was erased.
    pub pages_left: bool,
    /// In which tables one of the values still stands, and in how many rows.
    pub left_in: Vec<(&'static str, usize)>,
    /// Files of the data directory that were named by this person or by an erased FSE, and are gone.
    pub removed: Vec<String>,
    /// Other files of the data directory in which a value stands in the clear.
    pub files: Vec<String>,
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trace {
    /// What it is.
    pub what: String,
    /// How often it stood in the decrypted pages, pages out of use among them, before.
    pub before: usize,
    /// The same after.
    pub after: usize,
}

impl Workstation {
    /// What would go of a patient, and what would stay. Erases nothing.
    ///
    /// # Errors
    /// [`UnknownPatient`], also of one who is somebody else's alone; those of [`Deed::ErasePatient`].
    pub fn forget_plan(&self, who: &SignedIn, patient: i64) -> Result<ForgetPlan, CoreError> {
        let whose = who.whose(Deed::ErasePatient)?;
        let person = self.store.person(patient, whose)?.ok_or(UnknownPatient)?;
        let billing = &who.situation.billing_number;
        let term = self.retention_term()?;
        let mut plan = ForgetPlan {
            v: 1,
            patient,
            name: Private::new(format!("{} {}", person.family_name.reveal(), person.given_name.reveal())),
            goes: Vec::new(),
            stays: Vec::new(),
            whole: false,
            rows: Rows::default(),
        };
        for row in self.store.retention_of_patient(patient, Some(billing))? {
            match self.standing_of(&row, term)? {
                Standing::Due => {
                    plan.rows.documents.push(row.id);
                    plan.rows.papers.extend(self.papers_of_document(row.id, &row.name)?);
                }
                Standing::Stays { why, until } => plan.stay(Matter::Documents, Some(row.name), why, until, term),
            }
        }
        for sheet in self.store.sheets_alone(Some((patient, billing)))? {
            let until = sheet.last.checked_add_months(chrono::Months::new(12 * term.years));
            match (sheet.open, until) {
                (false, Some(until)) if term.today >= until => {
                    plan.rows.sheets.push(sheet.id);
                    plan.rows.papers.insert(paper_of_sheet(sheet.id));
                }
                (false, until) => plan.stay(Matter::Feuilles, None, Why::Recente, until, term),
                (true, _) => plan.stay(Matter::Feuilles, None, Why::PapiersEnAttente, None, term),
            }
        }
        for (transfer, left, alone) in self.transfers_naming(patient, billing)? {
            let until = if alone { transfer_until(left) } else { transfer_term(left, term.years) };
            if until.is_some_and(|until| term.today >= until) {
                plan.rows.transfers.push(transfer);
            } else {
                plan.stay(Matter::Fichiers, None, Why::FichierParti, until, term);
            }
        }
        let about = self.store.about_patient(patient, billing)?;
        // What the card said serves what waits, and whoever else cares for them.
        plan.rows.cards = about.open_passages == 0 && about.others == 0;
        plan.go(Matter::Documents, plan.rows.documents.len());
        plan.go(Matter::Feuilles, plan.rows.sheets.len());
        plan.go(Matter::Fichiers, plan.rows.transfers.len());
        plan.go(Matter::Passages, about.passages);
        let cards = [
            (Matter::LectureVitale, about.readings),
            (Matter::Mutuelles, about.mutuelles),
            (Matter::Accidents, about.accidents),
        ];
        if about.open_passages > 0 {
            plan.stay(Matter::Passages, None, Why::PassageOuvert, None, term);
        }
        for (matter, count) in cards.into_iter().filter(|(_, count)| *count > 0) {
            match (plan.rows.cards, about.others) {
                (true, _) => plan.go(matter, count),
                (false, 0) => plan.stay(matter, None, Why::PassageOuvert, None, term),
                (false, _) => plan.stay(matter, None, Why::AutrePraticien, None, term),
            }
        }
        let last = plan.stays.iter().filter_map(|stays| stays.until).max();
        if about.others > 0 {
            plan.stay(Matter::Identite, None, Why::AutrePraticien, None, term);
        } else if plan.stays.iter().all(|stays| stays.what == Matter::Fichiers) {
            // A file names by itself whom it holds, and goes in its own time: nobody's row is kept for it.
            plan.whole = plan.stays.is_empty();
            plan.go(Matter::Identite, 1);
        } else {
            let dated = plan.stays.iter().all(|stays| stays.until.is_some());
            plan.stay(Matter::Identite, None, Why::Nommee, last.filter(|_| dated), term);
        }
        Ok(plan)
    }

    /// Does what the plan says, and looks the values up again. `folder` is the data directory, whose other files are looked through.
    /// `confirmed`: the passphrase of the directory was given for this.
    ///
    /// # Errors
    /// Those of [`Workstation::forget_plan`]; [`ClockAhead`](crate::soundness::ClockAhead) unless it is confirmed.
    pub fn forget_person(
        &mut self,
        who: &SignedIn,
        patient: i64,
        confirmed: bool,
        folder: &Path,
    ) -> Result<Forgotten, CoreError> {
        let mut plan = self.forget_plan(who, patient)?;
        self.check_clock_to_erase(confirmed)?;
        plan.rows.papers.extend(papers_of_patient(patient));
        let values = self.values_of(patient)?;
        let needles: Vec<&[u8]> = values.iter().map(|(_, value)| value.as_bytes()).collect();
        let before = self.store.in_pages(&needles)?;
        self.store.overwrite_deleted()?;
        let stamp = who.stamp(self.now());
        let forget = Forget {
            patient,
            documents: &plan.rows.documents,
            sheets: &plan.rows.sheets,
            transfers: &plan.rows.transfers,
            billing: &who.situation.billing_number,
            cards: plan.rows.cards,
        };
        let gone = self.store.forget_patient(&stamp, EraseRule::Demande, &forget)?;
        // What is erased is erased and told: that the file is not written anew yet is no refusal.
        let pages_left = self.store.rewrite().is_err();
        let after = self.store.in_pages(&needles)?;
        let left_in = self.store.rows_with(&needles)?;
        let removed = remove_papers(folder, &plan.rows.papers);
        let counted = before.into_iter().zip(after);
        let traces =
            values.iter().zip(counted).map(|((what, _), (before, after))| Trace { what: what.clone(), before, after });
        let traces = traces.collect();
        // A list that somebody wrote has the name as people read it.
        let in_files: Vec<&[u8]> = needles.iter().copied().chain([plan.name.reveal().as_bytes()]).collect();
        let files = files_with(folder, &in_files);
        let whole = gone && plan.stays.iter().all(|stays| stays.what != Matter::Fichiers);
        Ok(Forgotten { plan: ForgetPlan { whole, ..plan }, traces, pages_left, left_in, removed, files })
    }

    /// The files in which a document of that patient left for another post and still stands, of one practitioner, with the days on
    /// which they left.
    fn transfers_naming(
        &self,
        patient: i64,
        billing: &BillingNumber,
    ) -> Result<Vec<(String, NaiveDate, bool)>, CoreError> {
        let mut naming = Vec::new();
        for (transfer, left) in self.store.transfers_standing(billing)? {
            let Some((_, plain)) = self.store.left_with(&transfer)? else { continue };
            if let Some(alone) = self.is_named_in(&plain, patient)? {
                naming.push((transfer, clock::paris(left).date(), alone));
            }
        }
        Ok(naming)
    }

    /// Whether a file names that patient, and nobody else: what is in it of others may be billed nowhere yet.
    fn is_named_in(&self, plain: &[u8], patient: i64) -> Result<Option<bool>, CoreError> {
        // Of one that does not read nobody can say whom it leaves out.
        let Some(patients) = patients_in(plain) else { return Ok(Some(false)) };
        let (mut named, mut alone) = (false, true);
        for one in &patients {
            let theirs = self.store.patient_row(one)? == Some(patient);
            (named, alone) = (named || theirs, alone && theirs);
        }
        Ok(named.then_some(alone))
    }

    /// By what the files of a document are named: its own papers, the bordereaux of the lots that held it, its sheets.
    pub(crate) fn papers_of_document(&self, document: i64, name: &FseRef) -> Result<Vec<String>, CoreError> {
        let (lots, sheets) = self.store.papers_named(document)?;
        let mut papers: Vec<String> =
            ["duplicata", "recu", "incident"].iter().map(|kind| format!("{kind}-{name}")).collect();
        papers.extend(lots.iter().map(|lot| format!("bordereau-{lot}")));
        papers.extend(sheets.into_iter().map(paper_of_sheet));
        Ok(papers)
    }

    /// What stands in the store of a person, each value with its name: the NIR, the names side by side as rows and FSE have them, the
    /// number of the mutuelle.
    fn values_of(&self, patient: i64) -> Result<Vec<(String, String)>, CoreError> {
        let mut values = Vec::new();
        let mut of = |name: &str, by: &str, wanted: &[(&str, &'static str)]| -> Result<(), CoreError> {
            let Some(table) = Table::named(name) else { return Ok(()) };
            for row in self.store.rows_about(table, by, patient)? {
                for &(field, what) in wanted {
                    values.push((t(what), text(table, &row, field)));
                }
                if name == "patient" {
                    let [family, given] = ["family_name", "given_name"].map(|field| text(table, &row, field));
                    values.push((t("forget.name_in_row"), format!("{family}{given}")));
                    let in_fse = format!("\"family_name\":\"{family}\",\"given_name\":\"{given}\"");
                    values.push((t("forget.name_in_fse"), in_fse));
                }
            }
            Ok(())
        };
        of("patient", "id", &[("insured_nir", "forget.insured_nir"), ("own_nir", "forget.own_nir")])?;
        of("mutuelle", "patient", &[("member", "forget.member")])?;
        values.retain(|(_, value)| !value.is_empty());
        values.sort();
        values.dedup();
        Ok(values)
    }
}

impl ForgetPlan {
    fn go(&mut self, what: Matter, count: usize) {
        if count > 0 {
            self.goes.push(Going { what, text: what.text(), count });
        }
    }

    fn stay(&mut self, what: Matter, fse: Option<FseRef>, why: Why, until: Option<NaiveDate>, term: Term) {
        self.stays.push(StayingOf { what, fse, why, text: why.text(term.years), source: why.source(), until });
    }
}

fn text(table: &Table, row: &[Datum], name: &str) -> String {
    let place = table.fields.iter().position(|field| field.name == name);
    match place.and_then(|at| row.get(at)) {
        Some(Datum::Text(text)) => text.clone(),
        _ => String::new(),
    }
}

/// By what the files of a patient are named.
pub(crate) fn papers_of_patient(patient: i64) -> [String; 2] {
    [format!("{HISTORY}{patient}"), format!("personne-{patient}")]
}

/// By what the file of a sheet is named.
pub(crate) fn paper_of_sheet(sheet: i64) -> String {
    format!("feuille-{sheet}")
}

/// Takes away what was printed or written into the data directory and is named so; gives the names. What cannot be taken away is found
/// among the others. Each is written again by whoever needs it, without what was erased.
pub(crate) fn remove_papers(folder: &Path, papers: &BTreeSet<String>) -> Vec<String> {
    let mut removed = Vec::new();
    for entry in named_files(folder) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if papers.contains(named_by(&name)) && fs::remove_file(entry.path()).is_ok() {
            removed.push(name);
        }
    }
    removed.sort();
    removed
}

fn named_files(folder: &Path) -> impl Iterator<Item = fs::DirEntry> {
    NAMED_FILES.iter().filter_map(move |name| fs::read_dir(folder.join(name)).ok()).flatten().flatten()
}

/// By what a file is named: what stands before its first dot, and before the day of a history.
fn named_by(file: &str) -> &str {
    let stem = file.split_once('.').map_or(file, |(stem, _)| stem);
    let number = stem.strip_prefix(HISTORY).and_then(|rest| rest.split_once('-')).map(|(number, _)| number);
    number.and_then(|number| stem.get(..HISTORY.len() + number.len())).unwrap_or(stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_by_one_thing_and_never_by_the_beginning_of_another() {
        for (file, wanted) in [
            ("duplicata-991129768-000000001.pdf", "duplicata-991129768-000000001"),
            ("historique-7-2026-01-15.csv", "historique-7"),
            ("historique-70-2026-01-15.csv", "historique-70"),
            ("personne-7.json", "personne-7"),
            ("feuille-12.pdf", "feuille-12"),
            ("documents-2026-01-15.csv", "documents-2026-01-15"),
        ] {
            assert_eq!(named_by(file), wanted);
        }
        assert_eq!(papers_of_patient(7), ["historique-7", "personne-7"]);
    }
}
