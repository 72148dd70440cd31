//! `journal verify`: reads the whole chain of the journal against itself and against what it tells of. Needs no card.

use std::path::PathBuf;

use liasse_domain::Coded;
use serde::Serialize;
use serde_json::json;

use crate::failure::Failure;
use crate::files;
use crate::office::{self, Place};
use crate::output::{self, hex};
use crate::text;

#[derive(clap::Subcommand)]
pub(crate) enum Journal {
    #[command(about = "Vérifie la chaîne du journal")]
    Verify(Verify),
}

#[derive(clap::Args)]
pub(crate) struct Verify {
    #[arg(
        long,
        value_name = "lot.p7s",
        help = "Compare aussi avec la signature d'un lot gardée ailleurs : montre une ancienne copie, ou une coupe faite avec ses lots"
    )]
    against: Option<PathBuf>,
    #[command(flatten)]
    place: Place,
}

/// Damaged data.
const DAMAGED: u8 = 4;

pub(crate) fn run(command: &Journal, json: bool) -> Result<(), Failure> {
    let Journal::Verify(verify) = command;
    let office = office::without_card(&verify.place.existing()?)?;
    let kept = verify.against.as_deref().map(|file| files::read_up_to(file, 1 << 20)).transpose()?;
    let report = office::run(&office, move |workstation| {
        let mut report = workstation.store().journal_verify()?;
        if let Some(kept) = kept {
            report.faults.extend(workstation.journal_against(&kept)?);
        }
        Ok(report)
    })?;
    for line in lines(report.is_intact(), report.entries, &hex(&report.head), &report.faults, json) {
        output::line(&line)?;
    }
    judge(&report.faults)
}

/// The answer: one JSON document, or one sentence a fault.
fn lines(intact: bool, entries: u64, head: &str, faults: &[impl Coded + Serialize], json: bool) -> Vec<String> {
    if json {
        vec![json!({ "intact": intact, "entries": entries, "head": head, "faults": faults }).to_string()]
    } else if intact {
        vec![text::with("journal.intact", &[("entries", &entries.to_string()), ("head", head)])]
    } else {
        faults.iter().map(|fault| fault.report().message).collect()
    }
}

/// How the call ends: with the first fault, as damaged data.
fn judge(faults: &[impl Coded]) -> Result<(), Failure> {
    let first = faults.first().map(|first| Failure { report: first.report(), exit: DAMAGED });
    first.map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use liasse_store::JournalFault;

    use super::*;

    #[test]
    fn faults_are_listed_and_the_first_ends_the_call() {
        let faults = [JournalFault::Changed { seq: 4 }, JournalFault::Cut { last: 7, needed: 9 }];
        let listed = lines(false, 7, "ab", &faults, false);
        assert_eq!(listed[0], "L'entrée 4 du journal n'est plus celle qui avait été écrite.");
        assert_eq!(listed.len(), 2);
        let shown: serde_json::Value = serde_json::from_str(&lines(false, 7, "ab", &faults, true)[0]).expect("json");
        assert_eq!((&shown["intact"], &shown["faults"][1]["fault"]), (&false.into(), &"cut".into()));
        let failure = judge(&faults).expect_err("damaged");
        assert_eq!((failure.report.code.as_str(), failure.exit), ("store.journal_entree_modifiee", 4));
        assert!(judge(&faults[..0]).is_ok());
    }
}
