//! `formats b2 check|show`: what a B2 file holds, what is damaged in it (exit 4) and what should be looked at.
//! Not an acceptance by a caisse. `show` prints the records as they stand, so its output is as personal as the file.

use std::io::{self, Write};
use std::path::PathBuf;

use liasse_domain::{Code, Coded, Report as Sentences};
use liasse_formats::b2::{Fault, Profile, Report, check, check_fields};
use serde_json::{Value, json};

use crate::failure::{CliError, Failure};
use crate::files;

#[derive(clap::Subcommand)]
pub(crate) enum B2 {
    #[command(about = "Vérifie un fichier")]
    Check(File),
    #[command(about = "Montre les enregistrements et ce qui y est noté")]
    Show(File),
}

#[derive(clap::Args)]
pub(crate) struct File {
    #[arg(value_name = "FICHIER", help = "Fichier B2 ; - pour l'entrée standard")]
    file: PathBuf,
    #[arg(long, value_name = "PROFIL", value_parser = profile, help = "cp ou sim-er ; reconnu d'après le fichier sinon")]
    profile: Option<Profile>,
    #[arg(long, help = "Le cadre et les octets de chaque zone seulement : ni jours, ni clés, ni totaux, ni ordre")]
    fields: bool,
}

fn profile(word: &str) -> Result<Profile, &'static str> {
    Profile::from_word(word).ok_or("cp, sim-er")
}

pub(crate) fn run(command: B2, json: bool) -> Result<(), Failure> {
    let (file, show) = match command {
        B2::Check(file) => (file, false),
        B2::Show(file) => (file, true),
    };
    let bytes = files::read(&file.file)?;
    let look = if file.fields { check_fields } else { check };
    let report = look(file.profile, &bytes);
    let text = match (json, show) {
        (true, _) => in_json(&report, show.then_some(bytes.as_slice())),
        (false, true) => shown(&report, &bytes) + &verdict(&report),
        (false, false) => verdict(&report),
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(|error| CliError::output(&error))?;
    match report.faults.first() {
        None => Ok(()),
        // Damage ends with 4 whatever the exit code of the first fault's text.
        Some(first) => Err(Failure { report: first.report(), exit: 4 }),
    }
}

/// One sentence, then one line a fault and a finding.
fn verdict(report: &Report) -> String {
    let parameters = [
        ("profile", report.profile.word().to_owned()),
        ("records", report.records.to_string()),
        ("invoices", report.invoices.to_string()),
        ("faults", report.faults.len().to_string()),
        ("findings", report.findings.len().to_string()),
    ];
    let mut text = Sentences::new(Code("system.b2_examine"), &parameters).message + "\n";
    for fault in report.faults.iter().chain(&report.findings) {
        text += &note(fault);
    }
    text
}

fn note(fault: &Fault) -> String {
    format!("{}:{} {} {} {}\n", fault.line, fault.column, fault.record, fault.field, fault.report().message)
}

/// The records with a mark under each faulty column.
fn shown(report: &Report, bytes: &[u8]) -> String {
    let mut text = String::new();
    for (number, record) in records(bytes) {
        text += &format!("{number:>5} {record}\n");
        for fault in report.faults.iter().chain(&report.findings).filter(|fault| fault.line == number) {
            // A column comes from the file's own checker; a mark past the record would only be blanks.
            let column = fault.column.min(record.chars().count() + 1);
            text += &format!("      {:>column$} {}\n", '^', fault.report().message);
        }
    }
    text
}

fn in_json(report: &Report, bytes: Option<&[u8]>) -> String {
    let notes = |faults: &[Fault]| -> Vec<Value> {
        faults
            .iter()
            .map(|fault| {
                json!({"line": fault.line, "column": fault.column, "record": fault.record, "field": fault.field,
                    "code": fault.code, "message": fault.report().message})
            })
            .collect()
    };
    let mut answer = json!({
        "profile": report.profile.word(),
        "records": report.records,
        "invoices": report.invoices,
        "faults": notes(&report.faults),
        "findings": notes(&report.findings),
    });
    if let Some(bytes) = bytes {
        answer["content"] =
            records(bytes).map(|(line, text)| json!({ "line": line, "text": text })).collect::<Vec<_>>().into();
    }
    answer.to_string() + "\n"
}

/// The records as text, numbered from 1: cut at line ends, or each 128 characters where there is none.
fn records(bytes: &[u8]) -> impl Iterator<Item = (usize, String)> {
    const WIDTH: usize = 128;
    let cut: Vec<&[u8]> = if bytes.contains(&b'\n') {
        bytes.strip_suffix(b"\n").unwrap_or(bytes).split(|byte| *byte == b'\n').collect()
    } else {
        bytes.chunks(WIDTH).collect()
    };
    cut.into_iter().enumerate().map(|(index, line)| (index + 1, printable(line.strip_suffix(b"\r").unwrap_or(line))))
}

/// ISO-8859-1 as text; what a terminal would obey is shown as a middle dot.
fn printable(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).map(|c| if c.is_control() { '·' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_cut_and_printable() {
        let all = |bytes: &[u8]| records(bytes).map(|(_, text)| text).collect::<Vec<_>>();
        assert_eq!(all(b"2A\r\n5\x1b[B\r\n"), ["2A", "5·[B"]);
        assert_eq!(all(&[b'2'; 130]).iter().map(String::len).collect::<Vec<_>>(), [128, 2]);
        assert_eq!(all(b"\xe9"), ["é"]);
    }
}
