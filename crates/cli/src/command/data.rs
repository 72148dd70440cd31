//! `data`: everything written out in an open form, and taken in again; what is due to be erased and what stays; one person's data,
//! handed over or erased. What may be done, and by whom, is decided in `core`; nobody is named in JSON.

use std::path::{Path, PathBuf};

use liasse_core::backup::Pace;
use liasse_core::data_dir::{World, create_private, write_private};
use liasse_core::forgetting::{ForgetPlan, Forgotten, StayingOf};
use liasse_core::opendata::{Imported, OpenProgress};
use liasse_core::retention::{self, RetentionReport};
use liasse_core::{papers, prints};
use serde_json::json;

use crate::failure::{CliError, Failure};
use crate::office::{self, Beneficiary, Open, Person, Place};
use crate::output;
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Data {
    #[command(about = "Écrit toutes les données dans un dossier, sous une forme ouverte ; ou celles d'un patient")]
    Export(Export),
    #[command(about = "Reprend un export ouvert dans un dossier de données neuf (--data)")]
    Import(Import),
    #[command(about = "Ce dont le temps de conservation est passé, ce qui reste, et pourquoi ; avec --apply, l'efface")]
    Retention(Retention),
    #[command(about = "Efface un patient, là où la loi le permet ; avec --dry-run, dit seulement ce qui serait fait")]
    Forget(Forget),
}

#[derive(clap::Args)]
pub(crate) struct Export {
    #[arg(value_name = "DOSSIER", help = "Où écrire : un dossier neuf ou vide ; pour un patient, un dossier")]
    folder: PathBuf,
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    sure: Sure,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Import {
    #[arg(value_name = "DOSSIER", help = "L'export, tel qu'il a été écrit")]
    folder: PathBuf,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Retention {
    #[arg(long, help = "Efface ce qui est échu ; sans cela, rien n'est effacé")]
    apply: bool,
    #[arg(
        long,
        requires = "confirm",
        help = "Dit que la date de l'ordinateur est juste, quand elle est loin du journal ; avec --confirm"
    )]
    clock_is_right: bool,
    #[command(flatten)]
    sure: Sure,
    #[command(flatten)]
    person: Person,
}

#[derive(clap::Args)]
pub(crate) struct Forget {
    #[command(flatten)]
    whom: Whom,
    #[arg(long, help = "Dit ce qui serait effacé et ce qui resterait, et n'efface rien")]
    dry_run: bool,
    #[command(flatten)]
    sure: Sure,
    #[command(flatten)]
    person: Person,
}

/// Which patient.
#[derive(clap::Args)]
struct Whom {
    #[arg(long, value_name = "PATIENT", help = "Son numéro, comme patients find le donne ; sinon sa carte")]
    patient: Option<i64>,
    #[command(flatten)]
    card: Beneficiary,
}

/// Whether the call means the data of other practitioners too, and what a clock says that is far from the journal.
#[derive(clap::Args)]
struct Sure {
    #[arg(
        long,
        help = "Confirme, quand d'autres praticiens ont des données ici ou que l'horloge est loin du journal ; dans un cabinet, donnez aussi --passphrase-stdin"
    )]
    confirm: bool,
}

impl Sure {
    /// In a practice the passphrase of the directory confirms, given in this very call; the demonstration has none.
    fn confirmed(&self, open: &Open, person: &Person) -> bool {
        self.confirm && (open.office.world() == World::Demo || person.place.gave_passphrase())
    }
}

impl Whom {
    fn is_named(&self) -> bool {
        self.patient.is_some() || self.card.is_named()
    }

    /// Opens the office with their card where that names them, and gives their number.
    fn open(&self, person: &Person) -> Result<(Open, i64), Failure> {
        if let Some(patient) = self.patient {
            return Ok((person.open(&[])?, patient));
        }
        if !self.card.is_named() {
            return Err(CliError::MissingArgument { argument: "--patient".to_owned() }.into());
        }
        let (open, vitale, index) = self.card.open(person)?;
        let patient = open.run(move |workstation, who| workstation.patient_on_card(&vitale, index, who))?;
        Ok((open, patient))
    }
}

pub(crate) fn run(command: &Data, json: bool) -> Result<(), Failure> {
    match command {
        Data::Export(export) if export.whom.is_named() => one_person(export, json),
        Data::Export(export) => everything(export, json),
        Data::Import(import) => take_in(import, json),
        Data::Retention(retention) => kept(retention, json),
        Data::Forget(forget) => erase(forget, json),
    }
}

fn everything(export: &Export, as_json: bool) -> Result<(), Failure> {
    let open = export.person.open(&[])?;
    let (folder, confirmed) = (export.folder.clone(), export.sure.confirmed(&open, &export.person));
    let mut writing = open.run(move |workstation, who| workstation.begin_open_export(who, &folder, confirmed))?;
    loop {
        // A piece, then the lane is free again.
        let (back, progress) = open.run(move |workstation, _| {
            let progress = workstation.go_on_exporting(&mut writing)?;
            Ok((writing, progress))
        })?;
        writing = back;
        if let OpenProgress::Finished { rows, files, folder } = progress {
            let values = [
                ("rows", &*rows.to_string()),
                ("files", &files.to_string()),
                ("folder", &folder.display().to_string()),
            ];
            return output::line(&if as_json {
                json!({ "v": 1, "folder": folder, "rows": rows, "files": files }).to_string()
            } else {
                text::with("data.exported", &values)
            });
        }
    }
}

fn one_person(export: &Export, as_json: bool) -> Result<(), Failure> {
    let (open, patient) = export.whom.open(&export.person)?;
    let file = open.run(move |workstation, who| workstation.person_file(who, patient))?;
    let written = [
        (format!("personne-{patient}.json"), file.json.into_bytes()),
        (format!("personne-{patient}.pdf"), papers::pdf(&file.print)?),
        (format!("personne-{patient}.html"), prints::html(&file.print).into_bytes()),
    ];
    let unwritable = |path: &Path| CliError::Unwritable { path: path.display().to_string() };
    // One that is there is somebody's own, a drive or a desk: its rights stay; the files are closed by themselves.
    if !export.folder.is_dir() {
        create_private(&export.folder).map_err(|_| unwritable(&export.folder))?;
    }
    let mut paths = Vec::new();
    for (name, bytes) in written {
        let path = export.folder.join(name);
        write_private(&path, &bytes).map_err(|_| unwritable(&path))?;
        paths.push(path.display().to_string());
    }
    if as_json {
        return output::line(&json!({ "v": 1, "patient": patient, "files": paths }).to_string());
    }
    paths.iter().try_for_each(|path| output::line(path))
}

fn take_in(import: &Import, as_json: bool) -> Result<(), Failure> {
    let folder = import.folder.clone();
    let imported: Imported = match import.place.fresh()? {
        // A practice that was just made: its keys are there, nothing else.
        None => {
            let office = office::without_card(&import.place.existing()?)?;
            office::run(&office, move |workstation| workstation.import_open_export(None, &folder, false))?
        }
        Some(root) => liasse_demo::taking_in::import(&root, &folder)?,
    };
    let values = [("rows", &*imported.rows.to_string()), ("documents", &imported.documents.to_string())];
    output::line(&if as_json { json!(imported).to_string() } else { text::with("data.imported", &values) })
}

fn kept(asked: &Retention, as_json: bool) -> Result<(), Failure> {
    let open = asked.person.open(&[])?;
    let confirmed = asked.sure.confirmed(&open, &asked.person);
    let (lane, who) = (open.office.workstation(), Some(&open.person));
    if !asked.apply {
        let report = retention::report(&lane, who, confirmed)?;
        return if as_json { output::line(&json!(report).to_string()) } else { say_report(&report) };
    }
    let sure = retention::Sure { passphrase: confirmed, clock: asked.clock_is_right };
    let done = retention::apply(&lane, who, sure, open.office.root(), &mut |_| while_there(&open))?;
    let values = [
        ("documents", &*done.documents.to_string()),
        ("sheets", &done.sheets.to_string()),
        ("patients", &done.patients.to_string()),
        ("transfers", &done.transfers.to_string()),
        ("files", &done.files.to_string()),
    ];
    if as_json {
        return output::line(&json!(done).to_string());
    }
    if done.is_nothing() {
        return output::line(text::t("data.nothing_due"));
    }
    output::line(&text::with("data.applied", &values))?;
    if done.stopped {
        output::line(text::t("data.stopped"))?;
    }
    if done.pages_left { output::line(text::t("data.pages_left")) } else { Ok(()) }
}

/// Goes on as long as the card of who asked lies in a reader.
fn while_there(open: &Open) -> Pace {
    let serial = open.person.serial.clone();
    let there = open.office.cards().call(move |desk| {
        desk.refresh();
        desk.snapshot().professionals().iter().any(|(_, card)| card.identity.serial == serial)
    });
    if there.unwrap_or(false) { Pace::Go } else { Pace::Stop }
}

fn say_report(report: &RetentionReport) -> Result<(), Failure> {
    let due = &report.due;
    let oldest = due.oldest.map_or_else(|| "–".to_owned(), |day| day.format("%d/%m/%Y").to_string());
    let values = [
        ("years", &*report.years.to_string()),
        ("documents", &due.documents.to_string()),
        ("oldest", &oldest),
        ("sheets", &due.sheets.to_string()),
        ("patients", &due.patients.to_string()),
        ("transfers", &due.transfers.to_string()),
    ];
    output::line(&text::with("data.due", &values))?;
    for stays in &report.stays {
        let values = [("documents", &*stays.documents.to_string()), ("text", &stays.text), ("source", &stays.source)];
        output::line(&text::with("data.stays", &values))?;
    }
    for kept in &report.kept {
        let values = [("count", &*kept.count.to_string()), ("text", &kept.text), ("source", &kept.source)];
        output::line(&text::with("data.kept", &values))?;
    }
    output::line(&text::with("data.erased", &[("count", &report.erased.to_string())]))
}

fn erase(forget: &Forget, as_json: bool) -> Result<(), Failure> {
    let (open, patient) = forget.whom.open(&forget.person)?;
    if forget.dry_run {
        let plan = open.run(move |workstation, who| workstation.forget_plan(who, patient))?;
        if as_json {
            return output::line(&json!({ "v": 1, "done": false, "plan": plan }).to_string());
        }
        output::line(text::t("data.dry_run"))?;
        say_plan(&plan)?;
        return output::line(if plan.whole { text::t("data.would_be_whole") } else { text::t("data.partly") });
    }
    let confirmed = forget.sure.confirmed(&open, &forget.person);
    let root = open.office.root().to_owned();
    let forgotten = open.run(move |workstation, who| workstation.forget_person(who, patient, confirmed, &root))?;
    if as_json {
        return output::line(&json!({ "v": 1, "done": true, "forgotten": forgotten }).to_string());
    }
    say_forgotten(&forgotten)
}

fn say_plan(plan: &ForgetPlan) -> Result<(), Failure> {
    for going in &plan.goes {
        let values = [("count", &*going.count.to_string()), ("what", &going.text)];
        output::line(&text::with("data.goes", &values))?;
    }
    plan.stays.iter().try_for_each(|stays| output::line(&staying(stays)))
}

fn staying(stays: &StayingOf) -> String {
    let fse = stays.fse.as_ref().map_or_else(String::new, |fse| format!(" {fse}"));
    let until = stays
        .until
        .map_or_else(String::new, |day| text::with("data.until", &[("day", &day.format("%d/%m/%Y").to_string())]));
    let what = stays.what.text();
    let values = [("what", &*what), ("fse", &fse), ("until", &until), ("text", &stays.text), ("source", &stays.source)];
    text::with("data.stays_of", &values)
}

fn say_forgotten(forgotten: &Forgotten) -> Result<(), Failure> {
    say_plan(&forgotten.plan)?;
    output::line(if forgotten.plan.whole { text::t("data.whole") } else { text::t("data.partly") })?;
    for trace in &forgotten.traces {
        let values =
            [("what", &*trace.what), ("before", &trace.before.to_string()), ("after", &trace.after.to_string())];
        output::line(&text::with("data.trace", &values))?;
    }
    for (table, rows) in &forgotten.left_in {
        output::line(&text::with("data.left_in", &[("table", *table), ("rows", &rows.to_string())]))?;
    }
    if !forgotten.removed.is_empty() {
        output::line(&text::with("data.removed", &[("files", &forgotten.removed.join(", "))]))?;
    }
    if !forgotten.files.is_empty() {
        output::line(&text::with("data.files", &[("files", &forgotten.files.join(", "))]))?;
    }
    if forgotten.pages_left {
        output::line(text::t("data.pages_left"))?;
    }
    output::line(text::t("data.backups"))
}
