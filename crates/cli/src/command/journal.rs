//! `journal verify`: reads the whole chain of the journal against itself and against what it tells of. Needs no card.

use serde_json::json;

use crate::command::config::println_out;
use crate::failure::Failure;
use crate::office::{self, Place};

#[derive(clap::Subcommand)]
pub(crate) enum Journal {
    #[command(about = "Vérifie la chaîne du journal")]
    Verify(Verify),
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    #[command(flatten)]
    place: Place,
}

/// Damaged data.
const DAMAGED: u8 = 4;

pub(crate) fn run(command: &Journal, json: bool) -> Result<u8, Failure> {
    let Journal::Verify(verify) = command;
    let office = office::without_card(&verify.place.existing()?)?;
    let report = office::run(&office, |workstation| Ok(workstation.store().journal_verify()?))?;
    let head: String = report.head.iter().map(|byte| format!("{byte:02x}")).collect();
    if json {
        let said = json!({
            "intact": report.is_intact(), "entries": report.entries, "head": head, "faults": report.faults,
        });
        println_out(&said.to_string())?;
    } else if report.is_intact() {
        println_out(&format!("Journal intact : {} écritures, tête {head}", report.entries))?;
    } else {
        for fault in &report.faults {
            println_out(&liasse_domain::Coded::report(fault).message)?;
        }
    }
    Ok(if report.is_intact() { 0 } else { DAMAGED })
}
