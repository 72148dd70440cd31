//! `backup`: a copy of the data in a folder, encrypted, opened and read through before it counts; with `--drill` the last one is
//! opened and compared with the data instead. Needs no card and tells no amount. What is made, and when by itself, is `core`'s.

use std::path::{Path, PathBuf};

use liasse_core::backup::{Drilled, Made, Pace, Source};
use liasse_domain::{Coded, clock};
use serde_json::{Value, json};

use crate::failure::Failure;
use crate::office::{self, Place};
use crate::output::{self, hex};
use crate::text;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(value_name = "DOSSIER", help = "Où écrire la sauvegarde ; sinon le dossier réglé (backup.folder)")]
    folder: Option<PathBuf>,
    #[arg(long, help = "Ne sauvegarde pas : ouvre la dernière sauvegarde du dossier et la compare avec les données")]
    drill: bool,
    #[arg(
        long,
        conflicts_with = "drill",
        help = "Ôte ensuite les sauvegardes que la règle ne garde pas (backup.keep)"
    )]
    rotate: bool,
    #[command(flatten)]
    place: Place,
}

/// Damaged data.
const DAMAGED: u8 = 4;

pub(crate) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let office = office::without_card(&arguments.place.existing()?)?;
    let source = Source::of(office.core());
    let folder = arguments.folder.as_deref().map(whole);
    if arguments.drill {
        return drill(&source, folder.as_deref(), json);
    }
    if let Some(folder) = &folder {
        // One level is made: a drive that is not plugged in is not made up.
        drop(std::fs::create_dir(folder));
    }
    let made = source.back_up(folder.as_deref(), arguments.rotate, None, &mut |_| Pace::Go)?;
    if json {
        output::json(&shape(&made))?;
    } else {
        say(&made)?;
    }
    // The copy is as the data are; what the journal says against them is said all the same.
    judge(&made.checked.findings)
}

/// A path that does not depend on where the call is made.
fn whole(folder: &Path) -> PathBuf {
    std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned())
}

fn say(made: &Made) -> Result<(), Failure> {
    let weighed = &made.checked.weighed;
    let values = [
        ("folder", &*made.folder.display().to_string()),
        ("entries", &made.checked.journal_seq.to_string()),
        ("documents", &weighed.rows("document").to_string()),
    ];
    output::line(&text::with("backup.made", &values))?;
    made.gone.iter().try_for_each(|name| output::line(&text::with("backup.gone", &[("name", name)])))
}

fn shape(made: &Made) -> Value {
    json!({
        "v": 1,
        "name": made.name,
        "folder": made.folder,
        "made_at": made.made_at,
        "bytes": made.bytes,
        "pages": made.checked.pages,
        "journal": { "entries": made.checked.journal_seq, "head": hex(&made.checked.head) },
        "tables": made.checked.weighed.tables,
        "findings": made.checked.findings,
        "gone": made.gone,
    })
}

fn drill(source: &Source, folder: Option<&Path>, json: bool) -> Result<(), Failure> {
    let drilled = source.drill(folder, None)?;
    let fault = drilled.fault();
    if json {
        output::json(&drilled_shape(&drilled))?;
    } else if fault.is_none() {
        output::line(&drilled_line(&drilled))?;
    }
    fault.map_or(Ok(()), |fault| Err(fault.into()))
}

fn drilled_shape(drilled: &Drilled) -> Value {
    json!({
        "v": 1,
        "name": drilled.backup.name,
        "made_at": drilled.backup.manifest.made_at,
        "restorable": drilled.fault().is_none(),
        "journal": { "entries": drilled.checked.journal_seq, "head": hex(&drilled.checked.head) },
        "tables": drilled.checked.weighed.tables,
        "findings": drilled.checked.findings,
        "differences": drilled.differences,
    })
}

fn drilled_line(drilled: &Drilled) -> String {
    let weighed = &drilled.checked.weighed;
    let at = clock::paris(drilled.backup.manifest.made_at).format("%d/%m/%Y %H h %M").to_string();
    let values = [
        ("name", &*drilled.backup.name),
        ("at", &*at),
        ("documents", &weighed.rows("document").to_string()),
        ("receipts", &weighed.rows("receipt").to_string()),
        ("payments", &weighed.rows("payment").to_string()),
        ("entries", &drilled.checked.journal_seq.to_string()),
    ];
    text::with("backup.drilled", &values)
}

/// How a call ends that read the data through: with the first thing that is not as it was written, as damaged data.
pub(super) fn judge(findings: &[impl Coded]) -> Result<(), Failure> {
    let first = findings.first().map(|first| Failure { report: first.report(), exit: DAMAGED });
    first.map_or(Ok(()), Err)
}
