//! `tables`: the dated tables listed, the CNAM's file imported, two sets compared with what they do to last month's claims.
//! Prices and compares nothing itself: crate `pricing`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{Months, NaiveDate};
use liasse_core::{conventions, tariffs};
use liasse_domain::{Centimes, Invoice};
use liasse_pricing::{Change, FILES, Input, Tables, diff, from_cnam, price};
use serde_json::{Value, json};

use crate::failure::{CliError, Failure};
use crate::files;
use crate::office::{Person, Place};
use crate::output;

/// The word for the tables of this version of the program, in the place of a folder.
const PROGRAM: &str = "programme";

#[derive(clap::Subcommand)]
pub(crate) enum TablesCommand {
    #[command(about = "Tables en vigueur : nom, lignes, origine")]
    List(List),
    #[command(about = "Importe la table CCAM de la CNAM (CSV à point-virgule), ou une table de conventions")]
    Import(Import),
    #[command(about = "Compare deux dossiers de tables, et leur effet sur les factures du dernier mois")]
    Diff(Diff),
}

#[derive(clap::Args)]
pub(crate) struct List {
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Import {
    #[arg(value_name = "FICHIER", help = "Table de la CNAM ; son nom porte la date d'effet (AAAAMMJJ), sinon --from")]
    file: PathBuf,
    #[arg(long, value_name = "DATE", help = "Premier jour des prix, AAAA-MM-JJ")]
    from: Option<NaiveDate>,
    #[command(flatten)]
    place: Place,
}

#[derive(clap::Args)]
pub(crate) struct Diff {
    #[arg(value_name = "A", help = "Dossier de tables, ou « programme » pour celles du programme")]
    a: PathBuf,
    #[arg(value_name = "B", help = "Dossier de tables, ou « programme »")]
    b: PathBuf,
    #[arg(
        long,
        value_name = "FICHIER",
        help = "Factures à tarifer avec les deux, une par ligne, sinon celles des données"
    )]
    invoices: Option<PathBuf>,
    #[command(flatten)]
    person: Person,
}

pub(crate) fn run(command: &TablesCommand) -> Result<(), Failure> {
    match command {
        TablesCommand::List(list) => self::list(list),
        TablesCommand::Import(import) => self::import(import),
        TablesCommand::Diff(diff) => compare(diff),
    }
}

fn list(list: &List) -> Result<(), Failure> {
    let root = list.place.demo_root()?;
    let folder = tariffs::folder(&root);
    let imported = if folder.is_dir() { tariffs::files(&folder)? } else { Vec::new() };
    let table = |name: &str| {
        let own = imported.iter().find(|(file, _)| file == name).map(|(_, bytes)| bytes.as_slice());
        let bytes = own.unwrap_or_else(|| Tables::embedded_file(name));
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty() && !line.starts_with(b"#"));
        json!({
            "table": name,
            "rows": lines.count().saturating_sub(1),
            "origin": if own.is_some() { "data" } else { "program" },
        })
    };
    output::json(&json!({ "v": 1, "tables": FILES.map(table) }))
}

fn import(import: &Import) -> Result<(), Failure> {
    import.place.spare_stdin(&import.file)?;
    let directory = import.place.existing_or_demo()?;
    let (root, bytes) = (directory.path(), files::read(&import.file)?);
    if conventions::is_table(&bytes) {
        let rows = conventions::replace(root, &bytes, None)?;
        return output::json(&json!({ "v": 1, "table": "conventions", "rows": rows }));
    }
    let name = import.file.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let from =
        import.from.or_else(|| day_in(&name)).ok_or(CliError::MissingArgument { argument: "--from".to_owned() })?;
    let folder = tariffs::folder(root);
    let earlier = if folder.is_dir() { tariffs::files(&folder)? } else { Vec::new() };
    let current = earlier.iter().find(|(file, _)| file == "ccam.csv").map(|(_, bytes)| bytes.as_slice());
    let current = current.unwrap_or_else(|| Tables::embedded_file("ccam.csv"));
    let version = format!("CNAM CCAM {}{}", version_in(&name), from.format("%Y%m%d"));
    let imported = from_cnam(&bytes, from, &version, current)?;
    let (rows, codes, closed) = (imported.rows, imported.codes, imported.closed);
    let tables = [("ccam.csv".to_owned(), imported.ccam), ("labels.csv".to_owned(), imported.labels)];
    tariffs::replace(root, &tables, None)?;
    output::json(&json!({ "v": 1, "from": from, "rows": rows, "codes": codes, "closed_rows": closed }))
}

/// The first run of eight digits that is a day.
fn day_in(name: &str) -> Option<NaiveDate> {
    let runs = name.split(|letter: char| !letter.is_ascii_digit());
    runs.filter(|run| run.len() == 8).find_map(|run| NaiveDate::parse_from_str(run, "%Y%m%d").ok())
}

/// `v81 ` where the name says so.
fn version_in(name: &str) -> String {
    let words = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_version = |word: &&str| {
        word.strip_prefix('v').is_some_and(|digits| (1..=3).contains(&digits.len()) && digits.parse::<u16>().is_ok())
    };
    words.into_iter().find(is_version).map_or_else(String::new, |version| format!("{version} "))
}

fn compare(arguments: &Diff) -> Result<(), Failure> {
    let (a, b) = (files_of(&arguments.a)?, files_of(&arguments.b)?);
    let changes = diff(&a, &b)?;
    let inputs = invoices(arguments)?;
    let (a, b) = (Tables::with_overrides(&a)?, Tables::with_overrides(&b)?);
    let effects: Vec<Value> = days(&changes).into_iter().map(|day| effect(&a, &b, &inputs, day)).collect();
    output::json(&json!({ "v": 1, "changes": changes, "invoices": { "count": inputs.len(), "effects": effects } }))
}

fn files_of(path: &Path) -> Result<Vec<(String, Vec<u8>)>, Failure> {
    if path.as_os_str() == PROGRAM { Ok(Vec::new()) } else { Ok(tariffs::files(path)?) }
}

/// The invoices of a file, or the claims of the last month of whose card is there.
fn invoices(arguments: &Diff) -> Result<Vec<Input>, Failure> {
    if let Some(file) = &arguments.invoices {
        let document = files::read(file)?;
        let lines = document.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).enumerate();
        let invoice = |(index, line): (usize, &[u8])| {
            Input::from_json(line).map_err(|error| Failure::from(error.on_line(index + 1)))
        };
        return lines.filter(|(_, line)| !line.is_empty()).map(invoice).collect();
    }
    if arguments.person.place.located_if_any()?.is_none() {
        return Ok(Vec::new());
    }
    // Claims are somebody's: those of whose card is there.
    arguments.person.open(&[])?.run(|workstation, who| {
        let today = liasse_domain::clock::paris(workstation.now()).date();
        let from = today.checked_sub_months(Months::new(1)).unwrap_or(today);
        workstation.claimed_inputs(from, today, who)
    })
}

/// The days on which something changes, each once.
fn days(changes: &[Change]) -> Vec<NaiveDate> {
    let days: BTreeSet<NaiveDate> = changes.iter().filter_map(|change| change.from).collect();
    days.into_iter().collect()
}

/// The same invoices, as if made on `day`, with both sets.
fn effect(a: &Tables, b: &Tables, inputs: &[Input], day: NaiveDate) -> Value {
    let (mut changed, mut unpriced) = (0, 0);
    let mut sums = [Centimes::ZERO; 4];
    for input in inputs {
        let input = Input { date: day, ..input.clone() };
        match (price(a, &input), price(b, &input)) {
            (Ok(before), Ok(after)) => {
                let amounts = |invoice: &Invoice| [invoice.total_cents, invoice.amo_cents];
                changed += usize::from(amounts(&before) != amounts(&after));
                for (sum, amount) in sums.iter_mut().zip([amounts(&before), amounts(&after)].concat()) {
                    *sum = *sum + amount;
                }
            }
            _ => unpriced += 1,
        }
    }
    json!({
        "day": day,
        "changed": changed,
        "unpriced": unpriced,
        "total_before_cents": sums[0],
        "amo_before_cents": sums[1],
        "total_after_cents": sums[2],
        "amo_after_cents": sums[3],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_is_in_the_name_of_the_file() {
        assert_eq!(day_in("ccam_v81_20260101_normalised.csv"), NaiveDate::from_ymd_opt(2026, 1, 1));
        assert_eq!(day_in("ccam_99999999.csv"), None);
        assert_eq!(day_in("ccam.csv"), None);
        assert_eq!(version_in("ccam_v81_20260101_normalised.csv"), "v81 ");
        assert_eq!(version_in("valeurs.csv"), "");
    }
}
