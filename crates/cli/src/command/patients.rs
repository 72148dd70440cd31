//! `patients`: found by name, NIR or day; the history of one; and what to tell one who was not reimbursed.
//! Names stand on the terminal of whoever asks and in no JSON. Who sees whom is decided in `core`.

use liasse_core::ledger::Ledger;
use liasse_core::people::{Found, History, Person as Patient, RightsSeen, Search, Source};
use liasse_domain::clock;
use serde_json::json;

use crate::command::fse::Name;
use crate::command::ledger;
use crate::failure::{CliError, Failure};
use crate::office::Person;
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Patients {
    #[command(about = "Cherche des patients, par nom, NIR (ou son début), date de naissance ou jour des soins")]
    Find(Find),
    #[command(about = "L'historique d'un patient : droits avec leur source, FSE et leur état")]
    Show(Show),
    #[command(about = "« La caisse ne m'a pas remboursé » : la phrase à lire au patient")]
    Why(Why),
}

#[derive(clap::Args)]
pub(crate) struct Find {
    #[arg(value_name = "MOTS", required = true, help = "Comme on les tape : durand léo, 2 84 05, 15/01/2026")]
    words: Vec<String>,
    #[arg(
        long,
        value_name = "N",
        default_value_t = 50,
        hide_default_value = true,
        help = "Au plus tant de patients ; sinon 50"
    )]
    limit: usize,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Show {
    #[arg(value_name = "PATIENT", help = "Son numéro, comme patients find le donne")]
    patient: i64,
    #[arg(
        long,
        value_name = "N",
        default_value_t = 100,
        hide_default_value = true,
        help = "Au plus tant de FSE ; sinon 100"
    )]
    limit: u32,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Why {
    #[arg(value_name = "FSE", help = "Numéro de facturation et numéro, ou last")]
    fse: String,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: &Patients, json: bool) -> Result<(), Failure> {
    match command {
        Patients::Find(find) => {
            let open = find.person.open(&[])?;
            let (line, limit) = (find.words.join(" "), find.limit);
            let found = open.run(move |workstation, who| {
                let search = Search::parse(&line, clock::paris(workstation.now()).date());
                if search.is_empty() {
                    return Ok(None);
                }
                workstation.find_people(who, &search, limit).map(Some)
            })?;
            let found = found.ok_or_else(|| CliError::WrongValue { argument: "MOTS".to_owned() })?;
            say_found(&found, json)
        }
        Patients::Show(show) => {
            let (patient, limit) = (show.patient, show.limit);
            let history =
                show.person.open(&[])?.run(move |workstation, who| workstation.history(who, patient, limit))?;
            say_history(history, json)
        }
        Patients::Why(why) => {
            let name = Name::parse(&why.fse)?;
            let open = why.person.open(&[])?;
            let fse = name.find(&open)?;
            let answer = open.run(move |workstation, who| workstation.why_not_reimbursed(who, &fse))?;
            if json { output::line(&json!(answer).to_string()) } else { output::line(&answer.sentence) }
        }
    }
}

fn say_found(found: &Found, json: bool) -> Result<(), Failure> {
    if json {
        return output::line(&json!(found).to_string());
    }
    if found.people.is_empty() {
        return output::line(text::t("patients.none"));
    }
    found.people.iter().try_for_each(|patient| output::line(&line(patient)))?;
    if found.more { output::line(text::t("patients.more")) } else { Ok(()) }
}

fn line(patient: &Patient) -> String {
    let last = patient.last_act.map_or_else(|| text::t("patients.never").to_owned(), french);
    let (id, born) = (patient.id.to_string(), patient.birth_date.french());
    let values = [("id", &*id), ("born", &born), ("last", &last), ("name", patient.name.reveal())];
    text::with("patients.line", &values)
}

fn say_history(history: History, json: bool) -> Result<(), Failure> {
    if json {
        return output::line(&json!(history).to_string());
    }
    output::line(&line(&history.person))?;
    history.rights.iter().try_for_each(|seen| output::line(&right(seen)))?;
    output::line(&text::with("patients.documents", &[("count", &history.count.to_string())]))?;
    let History { returns_read_until, documents, .. } = history;
    ledger::print(&Ledger { v: 1, returns_read_until, documents }, false)
}

fn right(seen: &RightsSeen) -> String {
    let source = match seen.source {
        Source::LectureVitale => text::t("patients.card"),
        Source::CarteMutuelle => text::t("patients.mutuelle"),
        Source::FseVitale => text::t("patients.fse_card"),
        Source::FseAttestation => text::t("patients.fse_attestation"),
        Source::FseSansPreuve => text::t("patients.fse_no_proof"),
    };
    let when = match seen.at {
        Some(at) => clock::paris(at).format("%d/%m/%Y %H h %M").to_string(),
        None => french(seen.on),
    };
    let mut said = Vec::new();
    match (seen.open, seen.until) {
        (Some(true), Some(until)) => said.push(text::with("patients.open_until", &[("until", &french(until))])),
        (Some(true), None) => said.push(text::t("patients.open").to_owned()),
        (Some(false), _) => said.push(text::t("patients.closed").to_owned()),
        (None, _) => {}
    }
    match seen.ald {
        Some(true) => said.push(text::t("patients.ald").to_owned()),
        Some(false) => said.push(text::t("patients.no_ald").to_owned()),
        None => {}
    }
    if seen.c2s == Some(true) {
        said.push(text::t("patients.solidarity").to_owned());
    }
    let fse = seen.fse.as_ref().map_or_else(String::new, |fse| format!(" {}", fse.number));
    text::with("patients.right", &[("source", source), ("fse", &fse), ("when", &when), ("what", &said.join(", "))])
}

fn french(day: chrono::NaiveDate) -> String {
    day.format("%d/%m/%Y").to_string()
}
