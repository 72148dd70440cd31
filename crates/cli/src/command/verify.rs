//! `verify`: the whole store read once: each page by the cipher, their structure, references, the journal and the rows that it tells
//! of. Needs no card and tells neither a name nor an amount. A file that does not open is looked at all the same: damage is told
//! apart from another's file.

use liasse_core::backup::Checked;
use liasse_domain::Coded;
use serde_json::json;

use super::backup::judge;
use crate::failure::Failure;
use crate::office::{self, Directory, Place};
use crate::output::{self, hex};
use crate::text;

#[derive(clap::Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    place: Place,
}

/// Damaged or foreign data.
const DAMAGED: u8 = 4;

pub(crate) fn run(arguments: &Arguments, json: bool) -> Result<(), Failure> {
    let directory = arguments.place.existing()?;
    let checked = match office::without_card(&directory) {
        Ok(office) => office::run(&office, |workstation| workstation.verify(None))?,
        Err(failure) if failure.exit == DAMAGED => return Err(why(&directory, failure)),
        Err(failure) => return Err(failure),
    };
    if json {
        output::json(&json!({
            "v": 1,
            "sound": checked.is_sound(),
            "schema": checked.schema,
            "pages": checked.pages,
            "journal": { "entries": checked.journal_seq, "head": hex(&checked.head) },
            "tables": checked.weighed.tables,
            "findings": checked.findings,
        }))?;
    } else {
        lines(&checked).iter().try_for_each(|line| output::line(line))?;
    }
    judge(&checked.findings)
}

fn lines(checked: &Checked) -> Vec<String> {
    if !checked.is_sound() {
        return checked.findings.iter().map(|finding| finding.report().message).collect();
    }
    let values = [
        ("pages", &*checked.pages.to_string()),
        ("entries", &checked.journal_seq.to_string()),
        ("head", &hex(&checked.head)),
    ];
    vec![text::with("verify.sound", &values)]
}

/// What the file is that did not open; where it looks whole, what was said when it did not open.
fn why(directory: &Directory, failure: Failure) -> Failure {
    match directory.condition() {
        Ok(condition) if condition.exit_code() != 0 => Failure { report: condition.report(), exit: DAMAGED },
        _ => failure,
    }
}
