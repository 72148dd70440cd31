//! `price`: one invoice, or one a line, from JSON to JSON; `--explain` also tells the steps as sentences.
//! Prices nothing itself. Sentences go to standard error, so that standard output stays the JSON of the contract.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use liasse_domain::{Coded, Invoice};
use liasse_pricing::{Input, PriceError, Tables, price};
use serde_json::json;

use crate::failure::{CliError, Failure};
use crate::files;

/// Some line of several was not priced.
const REFUSED: u8 = 1;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[arg(value_name = "FICHIER", help = "Facture en JSON, ou une par ligne ; - pour l'entrée standard")]
    file: PathBuf,
    #[arg(long, help = "Dit aussi chaque étape du calcul, sur la sortie d'erreur")]
    explain: bool,
    #[arg(long, value_name = "DOSSIER", help = "Tables CSV qui remplacent celles du programme")]
    tables: Option<PathBuf>,
    #[arg(long, value_name = "DOSSIER", help = "Données dont les tables importées remplacent celles du programme")]
    data: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), Failure> {
    let replaced = match (&arguments.tables, &arguments.data) {
        (Some(folder), _) => Some(files::tables(folder)?),
        (None, Some(root)) => liasse_core::tariffs::of_practice(root)?,
        (None, None) => None,
    };
    let tables = replaced.as_ref().unwrap_or_else(|| Tables::embedded());
    let document = files::read(&arguments.file)?;
    let out = BufWriter::new(io::stdout().lock());
    match lines(&document) {
        None => single(tables, &document, arguments.explain, out),
        Some(lines) => many(tables, lines, arguments.explain, out),
    }
}

fn single(tables: &Tables, document: &[u8], explain: bool, mut out: impl Write) -> Result<(), Failure> {
    let invoice = price_one(tables, document)?;
    serde_json::to_writer_pretty(&mut out, &invoice)
        .map_err(io::Error::from)
        .and_then(|()| writeln!(out))
        .and_then(|()| out.flush())
        .map_err(|error| CliError::output(&error))?;
    if explain {
        tell(&invoice, None);
    }
    Ok(())
}

fn many<'a>(
    tables: &Tables,
    lines: impl Iterator<Item = (usize, &'a [u8])>,
    explain: bool,
    mut out: impl Write,
) -> Result<(), Failure> {
    let mut first = None;
    for (number, line) in lines {
        let written = match price_one(tables, line).map_err(|error| on_line(error, number)) {
            Ok(invoice) => {
                if explain {
                    tell(&invoice, Some(number));
                }
                serde_json::to_writer(&mut out, &invoice)
            }
            Err(error) => {
                let report = error.report();
                let written = serde_json::to_writer(&mut out, &json!({ "line": number, "error": report }));
                first.get_or_insert(report);
                written
            }
        };
        written
            .map_err(io::Error::from)
            .and_then(|()| out.write_all(b"\n"))
            .map_err(|error| CliError::output(&error))?;
    }
    out.flush().map_err(|error| CliError::output(&error))?;
    // The rest is priced: a bad line among lines is a refusal, whatever a single input of that kind ends with.
    first.map_or(Ok(()), |report| Err(Failure { report, exit: REFUSED }))
}

fn price_one(tables: &Tables, document: &[u8]) -> Result<Invoice, PriceError> {
    price(tables, &Input::from_json(document)?)
}

fn on_line(error: PriceError, number: usize) -> PriceError {
    match error {
        PriceError::Input(error) => PriceError::Input(error.on_line(number)),
        other => other,
    }
}

/// The invoices of JSON lines with their line numbers, or `None` for a single document.
///
/// A document of several lines is one invoice unless every line of it is JSON by itself, or one of them is a whole
/// invoice: a broken invoice must not pass for lines, nor lines with a broken one among them for an invoice.
fn lines(document: &[u8]) -> Option<impl Iterator<Item = (usize, &[u8])>> {
    let numbered = || {
        document
            .split(|byte| *byte == b'\n')
            .enumerate()
            .map(|(index, line)| (index + 1, line.trim_ascii()))
            .filter(|(_, line)| !line.is_empty())
    };
    let is_json = |line: &[u8]| serde_json::from_slice::<serde::de::IgnoredAny>(line).is_ok();
    let several = numbered().nth(1).is_some();
    let are_lines = several
        && (numbered().next().is_some_and(|(_, line)| is_json(line))
            || (!is_json(document) && numbered().any(|(_, line)| Input::from_json(line).is_ok())));
    are_lines.then(numbered)
}

/// The steps and findings as sentences, on standard error.
fn tell(invoice: &Invoice, line: Option<usize>) {
    let mut text = line.map_or_else(String::new, |number| format!("{number}.\n"));
    for line in &invoice.lines {
        text.push_str(&format!("{} : {}\n", line.code, line.fee_cents));
        for step in &line.steps {
            text.push_str(&format!("  {} [{}]\n", step.says, step.source));
        }
    }
    for finding in &invoice.findings {
        text.push_str(&format!("{} : {} {}\n", finding.level.word(), finding.message, finding.action));
    }
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str =
        r#"{"date":"2026-01-15","practitioner":{},"patient":{"birth_date":"1980-05-02"},"acts":[{"code":"G"}]}"#;

    fn numbers(document: &str) -> Option<Vec<usize>> {
        lines(document.as_bytes()).map(|lines| lines.map(|(number, _)| number).collect())
    }

    #[test]
    fn lines_are_told_from_one_document() {
        assert_eq!(numbers(GOOD), None);
        assert_eq!(numbers(&GOOD.replace(',', ",\n")), None);
        assert_eq!(numbers(&format!("{GOOD}\n\n{GOOD}\n")), Some(vec![1, 3]));
        assert_eq!(numbers(&format!("{{\"v\":1,\n{GOOD}\n")), Some(vec![1, 2]));
        assert_eq!(numbers("{}\n[]"), Some(vec![1, 2]));
        // A broken invoice over several lines, one of which is an act.
        assert_eq!(numbers("{\"acts\":[\n{\"code\":\"G\"}\n]"), None);
        assert_eq!(numbers(""), None);
    }
}
